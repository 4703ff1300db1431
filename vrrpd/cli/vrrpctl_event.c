/*
 * vrrpctl_event.c - a line for each event, for vrrpctl monitor.
 *
 * Notifications are levels: the whole object as it is now.  The last one of
 * each object is kept, and a line is printed for what is different.  A
 * transition of state has a notification of its own, and is not printed twice.
 */
#include "config.h"

#include "vrrpd/cli/vrrpctl_event.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "vrrpd/cli/vrrpctl_doc.h"
#include "vrrpd/cli/vrrpctl_word.h"

/* The local time of day of the event; of its arrival if it has no time. */
static void
event_begin(const struct view *v, const json_t *params, const char *who)
{
	int64_t us = doc_time_us(doc_str(params, "time"));
	struct tm tm;
	time_t s;

	if (us < 0)
		us = v->now_us;
	s = (time_t)(us / 1000000);
	if (localtime_r(&s, &tm) != NULL)
		(void)fprintf(v->out, "%02d:%02d:%02d.%06d  %s  ", tm.tm_hour,
		    tm.tm_min, tm.tm_sec, (int)(us % 1000000), who);
}

static bool
same(const json_t *a, const json_t *b, const char *key)
{
	const json_t *x = json_object_get(a, key), *y = json_object_get(b, key);

	return x == y || (x != NULL && y != NULL && json_equal(x, y));
}

static void
event_transition(const struct view *v, const json_t *o)
{
	const json_t *s;
	const char *step;
	char a[VALUE_LEN], other[OTHER_LEN];
	size_t i;

	event_begin(v, o, doc_str_or(o, "instance", "-"));
	(void)fprintf(v->out, "%s -> %s  cause %s", doc_str_or(o, "from", "-"),
	    doc_str_or(o, "to", "-"), doc_str_or(o, "cause", "-"));
	if (word_other(other, doc_str_or(o, "to", ""), doc_str(o,
	    "other-address"), doc_num(o, "other-priority"))[0] != '\0')
		(void)fprintf(v->out, ", %s", other);
	json_array_foreach(json_object_get(o, "steps"), i, s) {
		step = doc_str_or(s, "step", "");
		if (strcmp(step, "last-heard") == 0)
			(void)fprintf(v->out, ", heard last %s before",
			    word_span(a, -doc_num(s, "us")));
		else if (strcmp(step, "announced") == 0)
			(void)fprintf(v->out, ", announced after %s",
			    word_span(a, doc_num(s, "us")));
	}
	(void)fputc('\n', v->out);
}

static const json_t *
find_alarm(const json_t *instance, const char *word)
{
	const json_t *a;
	size_t i;

	json_array_foreach(json_object_get(instance, "alarms"), i, a)
		if (strcmp(doc_str_or(a, "alarm", ""), word) == 0)
			return a;
	return NULL;
}

/* A line for each alarm that is in `now` and not in `was`. */
static void
event_alarms(const struct view *v, const json_t *was, const json_t *now,
    const char *what)
{
	const json_t *a;
	size_t i;

	json_array_foreach(json_object_get(now, "alarms"), i, a) {
		if (find_alarm(was, doc_str_or(a, "alarm", "")) != NULL)
			continue;
		event_begin(v, NULL, doc_str_or(now, "name", "-"));
		(void)fprintf(v->out, "%s %s%s%s%s%s: %s\n", what,
		    doc_str_or(a, "alarm", "-"),
		    doc_str(a, "peer") != NULL ? "  " : "",
		    doc_str_or(a, "peer", ""),
		    doc_str(a, "mac") != NULL ? "  mac " : "",
		    doc_str_or(a, "mac", ""), doc_str_or(a, "text", "-"));
	}
}

/* Prints other changes than of state: those have an event of their own. */
static void
event_instance(const struct view *v, const json_t *was, const json_t *o)
{
	char a[VALUE_LEN];

	if (was != NULL && (!same(was, o, "state") ||
	    (same(was, o, "effective-priority") &&
	    same(was, o, "advert-interval-cs") &&
	    same(was, o, "active-address") && same(was, o, "waiting-for"))))
		return;
	event_begin(v, o, doc_str_or(o, "name", "-"));
	(void)fprintf(v->out, "%s%s, priority %" PRId64 ", advert_int %s",
	    was == NULL ? "is " : "", doc_str_or(o, "state", "-"),
	    doc_has_int(o, "effective-priority") ?
	    doc_num(o, "effective-priority") : doc_num(o, "priority"),
	    word_span(a, doc_num(o, "advert-interval-cs") * 10000));
	if (strcmp(doc_str_or(o, "state", ""), "backup") == 0 &&
	    doc_str(o, "active-address") != NULL)
		(void)fprintf(v->out, ", Active is %s",
		    doc_str(o, "active-address"));
	if (doc_str(o, "waiting-for") != NULL)
		(void)fprintf(v->out, ", waits: %s", doc_str(o, "waiting-for"));
	(void)fputc('\n', v->out);
}

static void
event_session(const struct view *v, const json_t *was, const json_t *o)
{
	char a[VALUE_LEN];

	if (was != NULL && same(was, o, "state"))
		return;
	event_begin(v, o, "bfd");
	(void)fprintf(v->out, "%s ", doc_str_or(o, "peer", "-"));
	if (was == NULL)
		(void)fprintf(v->out, "is ");
	else
		(void)fprintf(v->out, "%s -> ", doc_str_or(was, "state", "-"));
	(void)fprintf(v->out, "%s", doc_str_or(o, "state", "-"));
	if (strcmp(doc_str_or(o, "state", ""), "down") == 0 &&
	    doc_str(o, "diagnostic") != NULL)
		(void)fprintf(v->out, "  diagnostic %s",
		    doc_str(o, "diagnostic"));
	else if (strcmp(doc_str_or(o, "state", ""), "up") == 0 &&
	    doc_has_int(o, "detection-time-us"))
		(void)fprintf(v->out, "  detection %s",
		    word_span(a, doc_num(o, "detection-time-us")));
	(void)fputc('\n', v->out);
}

void
vrrpctl_view_event(const struct view *v, struct monitor *m, const char *topic,
    const json_t *params)
{
	char key[160];

	if (m->instances == NULL)
		m->instances = json_object();
	if (m->sessions == NULL)
		m->sessions = json_object();
	if (strcmp(topic, "transition") == 0)
		event_transition(v, params);
	else if (strcmp(topic, "instance") == 0) {
		(void)snprintf(key, sizeof(key), "%s",
		    doc_str_or(params, "name", "-"));
		event_instance(v, json_object_get(m->instances, key), params);
		event_alarms(v, json_object_get(m->instances, key), params,
		    "ALARM");
		event_alarms(v, params, json_object_get(m->instances, key),
		    "alarm over:");
		(void)json_object_set_new(m->instances, key,
		    json_deep_copy(params));
	} else if (strcmp(topic, "bfd") == 0) {
		(void)snprintf(key, sizeof(key), "%s %s %s", doc_str_or(params,
		    "peer", "-"), doc_str_or(params, "interface", "-"),
		    doc_str_or(params, "instance", ""));
		event_session(v, json_object_get(m->sessions, key), params);
		(void)json_object_set_new(m->sessions, key,
		    json_deep_copy(params));
	}
}

void
vrrpctl_monitor_free(struct monitor *m)
{
	json_decref(m->instances);
	json_decref(m->sessions);
	m->instances = m->sessions = NULL;
}
