/*
 * vrrpctl_show.c - what vrrpctl(8) prints of virtual routers, for people.
 *
 * Every function takes a document of swiftover-ctl(7) and writes text, readable
 * at 80 columns.  Counters that are 0 are left out, except in show stats.
 * Times are said as ages, because that is the question; the exact time is in
 * the full views.
 */
#include "config.h"

#include "vrrpd/cli/vrrpctl_show.h"

#include <inttypes.h>
#include <string.h>

#include "vrrpd/cli/vrrpctl_doc.h"
#include "vrrpd/cli/vrrpctl_table.h"
#include "vrrpd/cli/vrrpctl_word.h"

#define OTHERS_SHOWN	8

/* --- instances --- */

/* The session that would trigger a takeover now; NULL when there is none. */
static const json_t *
ready_session(const json_t *instance)
{
	const json_t *b, *best = NULL;
	const char *takeover;
	size_t i;

	json_array_foreach(json_object_get(instance, "bfd"), i, b) {
		takeover = doc_str(b, "takeover");
		if (takeover == NULL || strcmp(takeover, "ready") != 0)
			continue;
		if (best == NULL || doc_num(b, "detection-time-us") <
		    doc_num(best, "detection-time-us"))
			best = b;
	}
	return best;
}

static bool
is_peer(const json_t *bfd)
{
	return strcmp(doc_str_or(bfd, "role", "peer"), "peer") == 0;
}

/* Why no session would trigger a takeover. */
static const char *
no_session(const json_t *instance)
{
	const char *word;
	const json_t *b;
	size_t i;

	json_array_foreach(json_object_get(instance, "bfd"), i, b) {
		if (!is_peer(b))
			continue;
		word = doc_str_or(b, "takeover", "no session");
		if (strcmp(word, "no session") == 0)
			return "no BFD session";
		if (strcmp(word, "spent") == 0)	/* L-13 */
			return "BFD was wrong last time and is not Up again";
		if (strcmp(word, "not the active router") == 0)
			return "no BFD session with the Active";
		return word;
	}
	return json_is_true(json_object_get(instance, "bfd-auto")) ?
	    "no other router heard" : "no BFD configured";
}

/*
 * The BFD column.  Backup: the detection time that protects now, or why there
 * is none.  Active: do the sessions of the others stand.
 */
static const char *
protection(char *buf, const json_t *instance)
{
	const json_t *ready = ready_session(instance), *b;
	size_t i, peers = 0, up = 0, first = 0;

	json_array_foreach(json_object_get(instance, "bfd"), i, b) {
		if (!is_peer(b))
			continue;
		if (peers++ == 0)
			first = i;
		up += strcmp(doc_str_or(b, "state", ""), "up") == 0;
	}
	if (peers == 0 || strcmp(doc_str_or(instance, "state", ""),
	    "initialize") == 0)
		return "-";
	if (ready != NULL)
		return word_short_span(buf, doc_num(ready,
		    "detection-time-us"));
	if (strcmp(doc_str_or(instance, "state", ""), "backup") == 0)
		return strcmp(doc_str_or(json_array_get(json_object_get(
		    instance, "bfd"), first), "takeover", ""), "spent") == 0 ?
		    "spent" : "none";
	if (peers == 1)
		return doc_str_or(json_array_get(json_object_get(instance,
		    "bfd"), first), "state", "unknown");
	(void)snprintf(buf, VALUE_LEN, "%zu/%zu up", up, peers);
	return buf;
}

/* The priority in force; with a star when another one is configured. */
static const char *
priority(char *buf, const json_t *instance)
{
	int64_t p = doc_num(instance, "priority");
	int64_t e = doc_has_int(instance, "effective-priority") ?
	    doc_num(instance, "effective-priority") : p;

	(void)snprintf(buf, VALUE_LEN, "%" PRId64 "%s", e, p == e ? "" : "*");
	return buf;
}

static const char *
active_address(const json_t *instance)
{
	if (strcmp(doc_str_or(instance, "state", ""), "active") == 0)
		return "self";
	return doc_str_or(instance, "active-address", "-");
}

static bool
has_bfd(const json_t *instance)
{
	return json_is_true(json_object_get(instance, "bfd-auto")) ||
	    json_array_size(json_object_get(instance, "bfd")) > 0;
}

/* An alarm from its second line on: who, text, remedy. */
static void
view_alarm_body(const struct view *v, const char *indent, const json_t *alarm)
{
	const char *peer = doc_str(alarm, "peer"), *mac = doc_str(alarm, "mac");

	if (peer != NULL || mac != NULL)
		(void)fprintf(v->out, "%s%s%s%s%s\n", indent,
		    peer != NULL ? peer : "",
		    peer != NULL && mac != NULL ? ", " : "",
		    mac != NULL ? "MAC " : "", mac != NULL ? mac : "");
	view_wrap(v, indent, "", doc_str_or(alarm, "text", "-"));
	view_wrap(v, indent, "remedy: ", doc_str_or(alarm, "remedy", "-"));
}

/* Faults of the daemon as a whole; nothing when all is well. */
static void
view_daemon(const struct view *v, const json_t *result, bool uses_bfd)
{
	const json_t *s = json_object_get(result, "scheduling");
	const json_t *p = json_object_get(result, "processes"), *o, *orders;
	char buf[VALUE_LEN];
	size_t i;

	if (doc_num(p, "engine-restarts") > 0)
		(void)fprintf(v->out, "vrrpd's engine died and was started "
		    "again (%" PRId64 " so far), last %s ago: %s\n",
		    doc_num(p, "engine-restarts"), word_age(buf, v->now_us,
		    doc_str_or(p, "last-end-time", "")),
		    doc_str_or(p, "last-end", "unknown"));
	json_array_foreach(json_object_get(p, "refused"), i, o)
		(void)fprintf(v->out, "%s refused %" PRId64 " message%s from "
		    "%s, last %s ago: %s (%s)\n", doc_str_or(o, "by", "-"),
		    doc_num(o, "count"), doc_num(o, "count") == 1 ? "" : "s",
		    doc_str_or(o, "from", "-"), word_age(buf, v->now_us,
		    doc_str_or(o, "time", "")), doc_str_or(o, "message", "-"),
		    doc_str_or(o, "reason", "-"));
	o = json_object_get(result, "confirm");
	if (doc_has_int(o, "remaining-ms"))
		(void)fprintf(v->out, "a reload waits for vrrpctl confirm, and "
		    "is taken back in %s\n", word_short_span(buf,
		    doc_num(o, "remaining-ms") * 1000));
	orders = json_object_get(result, "orders");
	if (doc_str(orders, "why-not") != NULL)
		(void)fprintf(v->out, "what operators said ends with vrrpd, "
		    "for it is not on the disk:\n    %s\n",
		    doc_str(orders, "why-not"));
	json_array_foreach(json_object_get(orders, "without-instance"), i, o)
		if (json_is_string(o))
			(void)fprintf(v->out, "%s is not in the file; "
			    "orders wait for it\n",
			    json_string_value(o));
	if (uses_bfd && strcmp(doc_str_or(result, "bfdd", "connected"),
	    "connected") != 0)
		(void)fprintf(v->out, "bfdd is %s: takeover by VRRP timers "
		    "only\n", doc_str(result, "bfdd"));
	if (doc_has_int(s, "realtime-priority") &&
	    doc_num(s, "realtime-priority") == 0)
		(void)fprintf(v->out, "vrrpd runs without real-time priority: "
		    "expect it to be late on a busy host\n");
}

/* Below the table: whatever stands, and who does not fit. */
static void
view_alarms_below(const struct view *v, const json_t *instance)
{
	char buf[VALUE_LEN];
	const json_t *a, *c = json_object_get(instance, "conflict");
	size_t i;

	json_array_foreach(json_object_get(instance, "alarms"), i, a) {
		(void)fprintf(v->out, "%s ALARM %s, for %s\n",
		    doc_str_or(instance, "name", "-"),
		    doc_str_or(a, "alarm", "?"), word_age(buf, v->now_us,
		    doc_str_or(a, "since", "")));
		view_alarm_body(v, "    ", a);
	}
	if (doc_str(c, "source") != NULL)
		(void)fprintf(v->out, "%s CONFLICT %s, last %s ago, %s\n"
		    "    %s\n", doc_str_or(instance, "name", "-"),
		    doc_str_or(c, "reason", "?"), doc_num(c, "age-us") <
		    1000000 ? word_span(buf, doc_num(c, "age-us")) :
		    word_length(buf, doc_num(c, "age-us")),
		    doc_str(c, "source"), doc_str_or(c, "text", "-"));
}

void
vrrpctl_view_instances(const struct view *v, const json_t *result)
{
	static const char *const head[] = { "NAME", "IFACE", "VRID", "STATE",
	    "PRIO", "ADVERT", "ACTIVE", "BFD", "SINCE" };
	struct table t = { .columns = sizeof(head) / sizeof(head[0]),
	    .shrink = 7 };
	const json_t *list = json_object_get(result, "instances"), *o;
	char buf[VALUE_LEN];
	bool uses_bfd = false;
	size_t i;

	for (i = 0; i < t.columns; i++)
		table_cell(&t, i, head[i]);
	json_array_foreach(list, i, o) {
		table_cell(&t, 0, doc_str_or(o, "name", "-"));
		table_cell(&t, 1, doc_str_or(o, "interface", "-"));
		(void)snprintf(buf, sizeof(buf), "%" PRId64,
		    doc_num(o, "virtual-router-id"));
		table_cell(&t, 2, buf);
		table_cell(&t, 3, doc_str_or(o, "state", "-"));
		table_cell(&t, 4, priority(buf, o));
		table_cell(&t, 5, word_short_span(buf,
		    doc_num(o, "advert-interval-cs") * 10000));
		table_cell(&t, 6, active_address(o));
		table_cell(&t, 7, protection(buf, o));
		table_cell(&t, 8, word_age(buf, v->now_us, doc_str(
		    json_object_get(o, "last-transition"), "time")));
		if (has_bfd(o))
			uses_bfd = true;
	}
	if (json_array_size(list) == 0) {
		(void)fprintf(v->out, "no instances\n");
		t.failed = true;
	}
	table_print(&t, v->out, "");
	json_array_foreach(list, i, o)
		if (doc_str(o, "waiting-for") != NULL)
			(void)fprintf(v->out, "%s waits: %s\n",
			    doc_str_or(o, "name", "-"),
			    doc_str(o, "waiting-for"));
	json_array_foreach(list, i, o)
		view_alarms_below(v, o);
	view_daemon(v, result, uses_bfd);
}

/* --- one instance --- */

/* Counters in the daemon's order; all, or only those above 0. */
static void
view_counters(const struct view *v, const json_t *counters, bool all)
{
	const char *key;
	json_t *value;
	bool any = false;

	json_object_foreach((json_t *)counters, key, value) {
		if (json_is_integer(value) &&
		    (all || json_integer_value(value) != 0)) {
			(void)fprintf(v->out, "    %-32s %12"
			    JSON_INTEGER_FORMAT "\n", key,
			    json_integer_value(value));
			any = true;
		}
	}
	if (!any)
		(void)fprintf(v->out, "    none\n");
}

/* L-1: a session that loses against VRRP's own timer. */
static void
view_slow_sessions(const struct view *v, const json_t *o)
{
	int64_t most = doc_num(o, "active-down-interval-us");
	int64_t least = most - doc_num(o, "active-adver-interval-cs") * 10000;
	char a[VALUE_LEN], b[VALUE_LEN], c[VALUE_LEN];
	const json_t *bfd;
	size_t i;

	json_array_foreach(json_object_get(o, "bfd"), i, bfd) {
		if (!json_is_true(json_object_get(bfd, "slower-than-vrrp")))
			continue;
		view_line(v, "warning",
		    "BFD to %s is too slow to gain anything:",
		    doc_str_or(bfd, "peer", "?"));
		view_line(v, "", "it finds out in %s, VRRP in %s to %s",
		    word_span(a, doc_num(bfd, "detection-time-us")),
		    word_span(b, least), word_span(c, most));
	}
}

/* A Backup: what would happen if the Active vanished now. */
static void
view_takeover(const struct view *v, const json_t *o)
{
	const json_t *ready = ready_session(o);
	int64_t bound = doc_num(o, "takeover-bound-us"), more;
	bool by_bfd = ready != NULL &&
	    doc_num(ready, "detection-time-us") <= bound;
	char buf[VALUE_LEN];

	if (doc_str(o, "takeover-by") != NULL)
		by_bfd = strcmp(doc_str(o, "takeover-by"), "bfd") == 0;
	if (!by_bfd) {
		view_line(v, "if Active dies", "takeover in %s by VRRP: %s",
		    word_span(buf, bound), ready != NULL ?
		    "BFD is slower" : no_session(o));
		return;
	}
	view_line(v, "if Active dies", "takeover in <= %s by BFD (%s)",
	    word_span(buf, bound), ready == NULL ? "?" :
	    doc_str_or(ready, "peer", "?"));
	more = ready == NULL ? 0 : bound - doc_num(ready, "detection-time-us");
	if (more > 0)
		view_line(v, "", "of which better Backups have %s to go first",
		    word_span(buf, more));
}

/* An Active: who would notice if it vanished now, and when. */
static void
view_successors(const struct view *v, const json_t *o)
{
	int64_t interval = doc_num(o, "advert-interval-cs") * 10000;
	const char *label = "if this one dies";
	char a[VALUE_LEN], b[VALUE_LEN];
	const json_t *bfd;
	size_t i;

	json_array_foreach(json_object_get(o, "bfd"), i, bfd) {
		if (!is_peer(bfd))
			continue;
		if (doc_num(bfd, "notices-us") > 0)
			view_line(v, label, "%s knows in <= %s by BFD",
			    doc_str_or(bfd, "peer", "?"),
			    word_span(a, doc_num(bfd, "notices-us")));
		else
			view_line(v, label, "%s knows in %s to %s by VRRP",
			    doc_str_or(bfd, "peer", "?"),
			    word_short_span(a, 3 * interval),
			    word_short_span(b, 4 * interval));
		label = "";
	}
	if (label[0] == '\0')
		return;
	view_line(v, label, "Backups know in %s to %s by VRRP: %s",
	    word_short_span(a, 3 * interval), word_short_span(b, 4 * interval),
	    json_is_true(json_object_get(o, "bfd-auto")) ?
	    "none has opened BFD" : "no BFD configured");
}

static void
view_what_if(const struct view *v, const json_t *o)
{
	const char *state = doc_str_or(o, "state", "");

	if (strcmp(state, "backup") == 0)
		view_takeover(v, o);
	else if (strcmp(state, "active") == 0)
		view_successors(v, o);
	if (strcmp(state, "initialize") != 0)
		view_slow_sessions(v, o);
}

/* "peer", "learned", "passive", "link" */
static const char *
kind_of(const json_t *bfd)
{
	const char *how = doc_str_or(bfd, "how", "configured");

	if (!is_peer(bfd))
		return doc_str_or(bfd, "role", "-");
	return strcmp(how, "configured") == 0 ? "peer" : how;
}

static void
view_bfd_of_instance(const struct view *v, const json_t *list)
{
	static const char *const head[] = { "PEER", "ROLE", "STATE",
	    "DETECTION", "TAKEOVER" };
	struct table t = { .columns = sizeof(head) / sizeof(head[0]) };
	const char *takeover;
	char buf[VALUE_LEN];
	const json_t *b;
	size_t i;

	if (json_array_size(list) == 0)
		return;
	(void)fprintf(v->out, "  bfd\n");
	for (i = 0; i < t.columns; i++)
		table_cell(&t, i, head[i]);
	json_array_foreach(list, i, b) {
		table_cell(&t, 0, doc_str_or(b, "peer", "-"));
		takeover = doc_str_or(b, "takeover", "-");
		table_cell(&t, 1, kind_of(b));
		table_cell(&t, 2, doc_str_or(b, "state", "-"));
		table_cell(&t, 3, doc_num(b, "detection-time-us") > 0 ?
		    word_span(buf, doc_num(b, "detection-time-us")) : "-");
		table_cell(&t, 4, strcmp(takeover,
		    "not the active router") == 0 ?
		    "not the Active" : takeover);
	}
	table_print(&t, v->out, "    ");
	json_array_foreach(list, i, b) {
		if (doc_str(b, "refused") != NULL)
			(void)fprintf(v->out, "    bfdd refuses %s: %s\n",
			    doc_str_or(b, "peer", "-"), doc_str(b, "refused"));
		if (doc_num(b, "suspended-us") > 0)
			(void)fprintf(v->out, "    %s is not believed for %s: "
			    "%lld takeovers were taken back\n",
			    doc_str_or(b, "peer", "-"),
			    word_span(buf, doc_num(b, "suspended-us")),
			    (long long)doc_num(b, "false-takeovers"));
	}
}

static void
view_timers(const struct view *v, const json_t *o)
{
	char a[VALUE_LEN], b[VALUE_LEN];
	int64_t own = doc_num(o, "advert-interval-cs") * 10000;
	int64_t active = doc_num(o, "active-adver-interval-cs") * 10000;

	if (active != 0 && active != own)
		view_line(v, "advert interval", "%s, the Active's %s",
		    word_span(a, own), word_span(b, active));
	else
		view_line(v, "advert interval", "%s", word_span(a, own));
	if (doc_has_int(o, "active-down-interval-us"))
		view_line(v, "timers", "Active_Down_Interval %s, Skew_Time %s",
		    word_span(a, doc_num(o, "active-down-interval-us")),
		    word_span(b, doc_num(o, "skew-time-us")));
}

/* All are in -j; a screen has room for the first of hundreds. */
static void
view_others(const struct view *v, const json_t *list)
{
	size_t n = json_array_size(list), shown = n > OTHERS_SHOWN ?
	    OTHERS_SHOWN : n, i;

	for (i = 0; i < shown; i++)
		view_line(v, i == 0 ? "other addresses" : "", "%s",
		    json_string_value(json_array_get(list, i)));
	if (n > shown)
		view_line(v, "", "and %zu more (vrrpctl -j)", n - shown);
}

static void
view_addresses(const struct view *v, const json_t *o)
{
	const json_t *a;
	const char *text;
	size_t i;

	/* Plain text, or an object when it has a device or label. */
	json_array_foreach(json_object_get(o, "virtual-addresses"), i, a) {
		text = json_is_string(a) ? json_string_value(a) :
		    doc_str(a, "address");
		view_line(v, i == 0 ? "addresses" : "", "%s",
		    text != NULL ? text : "?");
	}
	view_others(v, json_object_get(o, "other-addresses"));
	if (doc_str(o, "virtual-mac") != NULL &&
	    doc_str(o, "virtual-mac-device") != NULL)
		view_line(v, "virtual MAC", "%s on %s",
		    doc_str(o, "virtual-mac"),
		    doc_str(o, "virtual-mac-device"));
	if (doc_str(o, "virtual-mac-given-up") != NULL) {
		view_line(v, "virtual MAC", "none, given up (virtual_mac = "
		    "auto):");
		view_wrap(v, "                     ", "",
		    doc_str(o, "virtual-mac-given-up"));
	}
}

/* A line for each route or rule: is it in force, and if not, why. */
static void
view_paths(const struct view *v, const json_t *list, const char *name,
    const char *key)
{
	const json_t *o;
	size_t i;

	json_array_foreach(list, i, o) {
		view_line(v, i == 0 ? name : "", "%s: %s",
		    doc_str_or(o, key, "?"), doc_str_or(o, "state", "?"));
		if (doc_str(o, "reason") != NULL)
			view_line(v, "", "  %s", doc_str(o, "reason"));
	}
}

/* A line for each thing that is tracked: its state, its effect. */
static void
view_tracks(const struct view *v, const json_t *list)
{
	const json_t *o;
	char effect[96], since[VALUE_LEN + 8], text[VALUE_LEN], state[24];
	int64_t weight, adds;
	size_t i;

	json_array_foreach(list, i, o) {
		weight = doc_num(o, "weight");
		adds = doc_num(o, "adds");
		if (doc_has_int(o, "value") && weight != 0)
			(void)snprintf(effect, sizeof(effect), "times %" PRId64
			    ": priority %+" PRId64, weight, adds);
		else if (doc_has_int(o, "value"))
			(void)snprintf(effect, sizeof(effect), "a fault if %s0",
			    json_is_true(json_object_get(o, "reverse")) ? "" :
			    "not ");
		else if (weight == 0)
			(void)snprintf(effect, sizeof(effect), "%s",
			    json_is_true(json_object_get(o, "reverse")) ?
			    "a fault when up" : "a fault when down");
		else if (adds != 0)
			(void)snprintf(effect, sizeof(effect), "priority %+"
			    PRId64, adds);
		else
			(void)snprintf(effect, sizeof(effect), "priority %+"
			    PRId64 " when %s", json_is_true(json_object_get(o,
			    "reverse")) ? -weight : weight, weight > 0 ?
			    "up" : "down");
		(void)snprintf(state, sizeof(state), "%s",
		    doc_str_or(o, "state", "?"));
		if (doc_has_int(o, "value"))
			(void)snprintf(state, sizeof(state), "%" PRId64,
			    doc_num(o, "value"));
		since[0] = '\0';
		if (doc_str(o, "since") != NULL &&
		    doc_str(o, "next-state") == NULL)
			(void)snprintf(since, sizeof(since), " for %s",
			    word_age(text, v->now_us, doc_str(o, "since")));
		view_line(v, i == 0 ? "tracks" : "", "%s %s: %s%s, %s",
		    doc_str_or(o, "kind", "?"), doc_str_or(o, "name", "?"),
		    state, since, effect);
		if (doc_str(o, "reason") != NULL)
			view_line(v, "", "  %s", doc_str(o, "reason"));
		if (doc_str(o, "next-state") != NULL)
			view_line(v, "", "  %s unless that changes within %s",
			    doc_str(o, "next-state"), word_span(text,
			    doc_num(o, "next-state-in-us")));
	}
}

/* 100, effective 60 = 100 -20 (script chk) -20 (interface eth1) */
static void
view_priority(const struct view *v, const json_t *o)
{
	const json_t *t;
	char sum[44] = "";
	const char *more = "";
	size_t i, len = 0;
	int n;

	if (!doc_has_int(o, "effective-priority") ||
	    doc_num(o, "effective-priority") == doc_num(o, "priority")) {
		view_line(v, "priority", "%" PRId64, doc_num(o, "priority"));
		return;
	}
	json_array_foreach(json_object_get(o, "tracks"), i, t) {
		if (doc_num(t, "adds") == 0)
			continue;
		n = snprintf(sum + len, sizeof(sum) - len, " %+" PRId64
		    " (%s %s)", doc_num(t, "adds"), doc_str_or(t, "kind", "?"),
		    doc_str_or(t, "name", "?"));
		if (n < 0 || len + (size_t)n >= sizeof(sum)) {
			sum[len] = '\0';	/* the tracks say the rest */
			more = " ...";
			break;
		}
		len += (size_t)n;
	}
	if (json_is_true(json_object_get(o, "last-resort")))
		(void)snprintf(sum, sizeof(sum), "the last resort");
	view_line(v, "priority", "%" PRId64 ", effective %" PRId64 "%s%s%s%s",
	    doc_num(o, "priority"), doc_num(o, "effective-priority"),
	    sum[0] == '\0' ? "" : ":", sum[0] == ' ' || sum[0] == '\0' ?
	    "" : " ", sum, more);
}

static const char *
yes_no(const json_t *o, const char *key)
{
	return json_is_true(json_object_get(o, key)) ? "yes" : "no";
}

/* Each router whose adverts were taken, and how it speaks. */
static void
view_heard(const struct view *v, const json_t *list)
{
	const json_t *o, *versions;
	char spoken[48], ago[VALUE_LEN];
	const char *name = "routers heard", *form;
	size_t i;
	bool both;

	json_array_foreach(list, i, o) {
		versions = json_object_get(o, "versions");
		both = json_array_size(versions) > 1;
		form = doc_str(o, "checksum");
		(void)snprintf(spoken, sizeof(spoken), "version %s%" PRId64
		    "%s%s", both ? "3 and " : "",
		    (int64_t)json_integer_value(json_array_get(versions,
		    both ? 1 : 0)), form != NULL ? ", checksum " : "",
		    form != NULL ? form : "");
		view_line(v, name, "%s, %s, %s ago",
		    doc_str_or(o, "address", "?"), spoken,
		    doc_num(o, "last-heard-us") < 1000000 ?
		    word_span(ago, doc_num(o, "last-heard-us")) :
		    word_length(ago, doc_num(o, "last-heard-us")));
		name = "";
		if (json_object_get(o, "skew-gap-us") != NULL)
			view_line(v, "", "a Backup %s from us: set priorities "
			    "further apart",
			    word_span(ago, doc_num(o, "skew-gap-us")));
	}
}

/* Each other router that our place depends on, and how it is known. */
static void
view_known(const struct view *v, const json_t *list)
{
	const char *name = "routers known";
	char ago[VALUE_LEN] = "", priority[24];
	const json_t *o;
	size_t i;

	json_array_foreach(list, i, o) {
		(void)snprintf(priority, sizeof(priority), "unknown");
		if (json_object_get(o, "priority") != NULL)
			(void)snprintf(priority, sizeof(priority), "%" PRId64,
			    doc_num(o, "priority"));
		if (json_object_get(o, "age-us") != NULL)
			(void)word_length(ago, doc_num(o, "age-us"));
		view_line(v, name, "%s, priority %s, by %s%s%s%s",
		    doc_str_or(o, "address", "?"), priority,
		    doc_str_or(o, "known-by", "?"),
		    json_object_get(o, "age-us") != NULL ? ", " : "",
		    json_object_get(o, "age-us") != NULL ? ago : "",
		    json_is_true(json_object_get(o, "left")) ?
		    ", has left" : "");
		name = "";
	}
}

/* Another router that does not fit, and when it was last heard. */
static void
view_alarm(const struct view *v, const json_t *a)
{
	if (strcmp(doc_str_or(a, "reason", ""), "vrrp-blocked") == 0)
		view_line(v, "alarm", "two Actives? %s is silent, its BFD up",
		    doc_str_or(a, "peer", "-"));
	else if (doc_str(a, "reason") != NULL)
		view_line(v, "alarm", "BFD of %s is down, its adverts arrive",
		    doc_str_or(a, "peer", "-"));
}

/* Everything that stands, with text and remedy. */
static void
view_alarms(const struct view *v, const json_t *list)
{
	static const char indent[] = "                    ";
	char buf[VALUE_LEN];
	const json_t *a;
	size_t i;

	json_array_foreach(list, i, a) {
		view_line(v, "ALARM", "%s, for %s", doc_str_or(a, "alarm",
		    "?"), word_age(buf, v->now_us, doc_str_or(a, "since",
		    "")));
		view_alarm_body(v, indent, a);
	}
}

static void
view_conflict(const struct view *v, const json_t *c)
{
	const json_t *list = json_object_get(c, "virtual-addresses"), *a;
	char buf[VALUE_LEN];
	size_t i;

	if (doc_str(c, "source") == NULL)
		return;
	view_line(v, "conflict", "%s: %s", doc_str(c, "source"),
	    doc_str_or(c, "text", doc_str_or(c, "reason", "?")));
	json_array_foreach(list, i, a)
		view_line(v, "", "it announces %s",
		    json_string_value(a) != NULL ? json_string_value(a) : "?");
	view_line(v, "", "last heard %s ago", word_span(buf,
	    doc_num(c, "age-us")));
}

/* The routers that adverts go to, and are taken from. */
static void
view_peers(const struct view *v, const json_t *o)
{
	const json_t *peer;
	char ttl[32] = "";
	size_t i;

	if (doc_has_int(o, "unicast-min-ttl") &&
	    doc_num(o, "unicast-min-ttl") < 255)
		(void)snprintf(ttl, sizeof(ttl), ", TTL %" PRId64 " or more",
		    doc_num(o, "unicast-min-ttl"));
	json_array_foreach(json_object_get(o, "unicast-peers"), i, peer)
		view_line(v, i == 0 ? "unicast peers" : "", "%s%s",
		    json_is_string(peer) ? json_string_value(peer) : "?",
		    i == 0 ? ttl : "");
}

/* The other router of a transition, in OTHER_LEN bytes. */
static const char *
view_other(const json_t *transition, char *buf)
{
	return word_other(buf, doc_str_or(transition, "to", ""),
	    doc_str(transition, "other-address"),
	    doc_num(transition, "other-priority"));
}

static void
view_last(const struct view *v, const json_t *last)
{
	char buf[OTHER_LEN];

	if (doc_str(last, "to") == NULL)
		return;
	view_line(v, "last transition", "%s -> %s, cause %s",
	    doc_str_or(last, "from", "?"), doc_str(last, "to"),
	    doc_str_or(last, "cause", "?"));
	if (view_other(last, buf)[0] != '\0')
		view_line(v, "", "%s", buf);
	view_moment(v, "", doc_str(last, "time"));
}

/* A Down that nobody moved for: the reason, and the router behind it. */
static void
view_no_takeover(const struct view *v, const json_t *o)
{
	char age[VALUE_LEN];

	if (doc_str(o, "reason") == NULL)
		return;
	view_line(v, "no takeover", "%s, %s ago", doc_str(o, "reason"),
	    doc_num(o, "age-us") < 1000000 ? word_span(age, doc_num(o,
	    "age-us")) : word_length(age, doc_num(o, "age-us")));
	if (doc_str(o, "other-address") != NULL)
		view_line(v, "", "on account of %s, priority %" PRId64,
		    doc_str(o, "other-address"), doc_num(o, "other-priority"));
}

/* Orders of operators, which stay. */
static void
view_orders(const struct view *v, const json_t *o)
{
	const json_t *kept;
	char buf[VALUE_LEN], of_file[VALUE_LEN];
	bool priority;
	size_t i;

	if (doc_str(o, "disabled-since") != NULL)
		view_line(v, "disabled", "since %s, by an operator",
		    word_moment(buf, doc_str(o, "disabled-since")));
	if (doc_str(o, "handed-over-since") != NULL)
		view_line(v, "handed over", "since %s, does not preempt",
		    word_moment(buf, doc_str(o,
		    "handed-over-since")));
	json_array_foreach(json_object_get(o, "kept"), i, kept) {
		priority = strcmp(doc_str_or(kept, "name", ""),
		    "priority") == 0;
		if (priority)
			view_line(v, "kept", "priority %" PRId64 " (file: %"
			    PRId64 ")", doc_num(kept, "value"),
			    doc_num(kept, "file"));
		else
			view_line(v, "kept", "advert_int %s (file: %s)",
			    word_span(buf, doc_num(kept, "value") * 10000),
			    word_span(of_file, doc_num(kept, "file") * 10000));
	}
}

/* The source of adverts, and what made it that one (vrrp_source.h). */
static void
view_own_address(const struct view *v, const json_t *o)
{
	static const struct {
		const char *reason, *words;
	} why[] = {
		{ "scope", "of the widest scope" },
		{ "not-deprecated", "the others are deprecated" },
		{ "not-secondary", "the others are secondary" },
		{ "network", "the others are in no network of the file" },
		{ "lowest", "the lowest" },
		{ "in-use", "in use since before the others were there" },
		{ "awaited", "away just now, and waited for" },
	};
	const char *reason = doc_str(o, "primary-address-reason");
	size_t i;

	for (i = 0; reason != NULL && i < sizeof(why) / sizeof(why[0]); i++)
		if (strcmp(why[i].reason, reason) == 0) {
			view_line(v, "own address", "%s (%s)",
			    doc_str(o, "primary-address"), why[i].words);
			return;
		}
	view_line(v, "own address", "%s", doc_str(o, "primary-address"));
}

static void
view_one(const struct view *v, const json_t *o)
{
	char span[VALUE_LEN];
	const char *family = doc_str_or(o, "address-family", "");
	const char *state = doc_str_or(o, "state", "?");

	(void)fprintf(v->out, "%s: %s on %s, VRID %" PRId64 ", %s, version %"
	    PRId64 "%s\n", doc_str_or(o, "name", "?"), state,
	    doc_str_or(o, "interface", "?"), doc_num(o, "virtual-router-id"),
	    strcmp(family, "ipv6") == 0 ? "IPv6" : "IPv4",
	    doc_has_int(o, "version") ? doc_num(o, "version") : 3,
	    json_is_true(json_object_get(o, "also-version-2")) ? " and 2" : "");
	if (doc_str(o, "waiting-for") != NULL)
		view_line(v, "waiting for", "%s", doc_str(o, "waiting-for"));
	if (doc_has_int(o, "startup-delay-us"))
		view_line(v, "startup delay", "%s more; vrrpctl enable %s "
		    "ends it", word_span(span, doc_num(o, "startup-delay-us")),
		    doc_str_or(o, "name", "NAME"));
	if (doc_str(o, "send-error") != NULL)
		view_line(v, "cannot send", "for %s: %s", word_length(span,
		    doc_num(o, "send-error-us")), doc_str(o, "send-error"));
	view_orders(v, o);
	if (json_is_true(json_object_get(o, "lingering")))
		view_line(v, "lingering", "answers until a successor is heard");
	if (doc_str(o, "vrf") != NULL)
		view_line(v, "vrf", "%s", doc_str(o, "vrf"));
	if (doc_str(o, "group") != NULL)
		view_line(v, "group", "%s", doc_str(o, "group"));
	view_priority(v, o);
	view_paths(v, json_object_get(o, "routes"), "routes", "route");
	view_paths(v, json_object_get(o, "rules"), "rules", "rule");
	view_tracks(v, json_object_get(o, "tracks"));
	if (strcmp(state, "backup") == 0 &&
	    doc_str(o, "active-address") != NULL)
		view_line(v, "active router", "%s, priority %" PRId64,
		    doc_str(o, "active-address"),
		    doc_num(o, "active-priority"));
	else if (strcmp(state, "active") == 0)
		view_line(v, "active router", "this one");
	if (doc_has_int(o, "preempt-hold-us"))
		view_line(v, "preempts", "not before %s are over: "
		    "preempt_delay", word_span(span, doc_num(o,
		    "preempt-hold-us")));
	if (doc_str(o, "primary-address") != NULL)
		view_own_address(v, o);
	view_addresses(v, o);
	view_timers(v, o);
	if (doc_str(o, "guard") != NULL)
		view_line(v, "guard", "%s%s%s", doc_str(o, "guard"),
		    doc_str(o, "guard-reason") != NULL ? ": " : "",
		    doc_str_or(o, "guard-reason", ""));
	view_line(v, "options", "preempt %s, accept %s, checksum %s%s%s%s",
	    yes_no(o, "preempt"), yes_no(o, "accept"),
	    doc_str_or(o, "checksum-mode", "-"),
	    doc_str(o, "checksum-sent") != NULL ? " (sent: " : "",
	    doc_str_or(o, "checksum-sent", ""),
	    doc_str(o, "checksum-sent") != NULL ? ")" : "");
	if (doc_str(o, "authentication") != NULL)
		view_line(v, "authentication", "%s",
		    doc_str(o, "authentication"));
	view_peers(v, o);
	view_heard(v, json_object_get(o, "routers-heard"));
	view_known(v, json_object_get(o, "routers-known"));
	view_conflict(v, json_object_get(o, "conflict"));
	view_alarm(v, json_object_get(o, "alarm"));
	view_alarms(v, json_object_get(o, "alarms"));
	view_what_if(v, o);
	view_bfd_of_instance(v, json_object_get(o, "bfd"));
	view_moment(v, "up since", doc_str(o, "up-datetime"));
	view_last(v, json_object_get(o, "last-transition"));
	view_no_takeover(v, json_object_get(o, "no-takeover"));
	if (json_object_get(o, "statistics") != NULL) {
		(void)fprintf(v->out, "  counters that are not 0\n");
		view_counters(v, json_object_get(o, "statistics"), false);
	}
}

void
vrrpctl_view_instance(const struct view *v, const json_t *result)
{
	const json_t *o;
	size_t i;
	bool uses_bfd = false;

	json_array_foreach(json_object_get(result, "instances"), i, o) {
		view_one(v, o);
		if (has_bfd(o))
			uses_bfd = true;
	}
	view_daemon(v, result, uses_bfd);
}

/* --- history --- */

static void
view_transition(const struct view *v, const json_t *o)
{
	const json_t *s;
	char buf[VALUE_LEN], other[OTHER_LEN];
	int64_t us, before = 0;
	size_t i;

	(void)fprintf(v->out, "%s  %s  %s -> %s  %s\n",
	    word_moment(buf, doc_str_or(o, "time", "-")),
	    doc_str_or(o, "instance", "-"),
	    doc_str_or(o, "from", "-"), doc_str_or(o, "to", "-"),
	    doc_str_or(o, "cause", "-"));
	if (doc_has_int(o, "in-state-us"))
		(void)fprintf(v->out, "    after %s in %s\n",
		    doc_num(o, "in-state-us") < 1000000 ?
		    word_span(buf, doc_num(o, "in-state-us")) :
		    word_length(buf, doc_num(o, "in-state-us")),
		    doc_str_or(o, "from", "-"));
	if (view_other(o, other)[0] != '\0')
		(void)fprintf(v->out, "    %s\n", other);
	json_array_foreach(json_object_get(o, "steps"), i, s) {
		us = doc_num(s, "us");
		if (i > 0)
			(void)snprintf(buf, sizeof(buf), "%+" PRId64,
			    us - before);
		(void)fprintf(v->out, "    %10" PRId64 " us %10s  %s\n",
		    us, i > 0 ? buf : "", doc_str_or(s, "step", "-"));
		before = us;
	}
}

void
vrrpctl_view_history(const struct view *v, const json_t *result)
{
	const json_t *list = json_object_get(result, "transitions"), *o;
	size_t i;

	json_array_foreach(list, i, o)
		view_transition(v, o);
	if (json_array_size(list) == 0)
		(void)fprintf(v->out, "no transitions yet\n");
}

/* --- counters --- */

/* "    label  812 us, of it 790 us at work, in vrrp_ctl.c serve (700 us)" */
static void
view_longest(const struct view *v, const char *label, const json_t *o)
{
	char span[VALUE_LEN], cpu[VALUE_LEN], most[VALUE_LEN];
	const char *handler = doc_str(o, "handler");

	if (!doc_has_int(o, "longest-us"))
		return;
	(void)fprintf(v->out, "    %-17s %s", label, word_span(span,
	    doc_num(o, "longest-us")));
	if (doc_has_int(o, "cpu-us"))
		(void)fprintf(v->out, ", %s of it at work", word_span(cpu,
		    doc_num(o, "cpu-us")));
	if (doc_str(o, "time") != NULL)
		(void)fprintf(v->out, ", %s ago", word_age(span, v->now_us,
		    doc_str(o, "time")));
	(void)fputc('\n', v->out);
	if (handler != NULL)
		(void)fprintf(v->out, "    %-17s %s of it in %s\n", "",
		    word_span(most, doc_num(o, "handler-us")), handler);
}

/* How long a daemon was away from its sockets and timers; see vrrpctl(8). */
static void
view_loop(const struct view *v, const char *daemon, const json_t *loop)
{
	const json_t *b;
	char span[VALUE_LEN];
	size_t i;

	if (!json_is_object(loop))
		return;
	(void)fprintf(v->out, "loop of %s\n", daemon);
	view_longest(v, "longest absence", json_object_get(loop, "absence"));
	view_longest(v, "most work", json_object_get(loop, "cpu"));
	view_longest(v, "machine's longest", json_object_get(loop, "late"));
	(void)fprintf(v->out, "    %16s %12s %12s %12s\n", "up to", "absent",
	    "at work", "machine");
	json_array_foreach(json_object_get(loop, "histogram"), i, b) {
		if (doc_num(b, "absences") == 0 && doc_num(b, "cpu") == 0 &&
		    doc_num(b, "late") == 0)
			continue;
		(void)fprintf(v->out, "    %16s %12" JSON_INTEGER_FORMAT
		    " %12" JSON_INTEGER_FORMAT " %12" JSON_INTEGER_FORMAT "\n",
		    doc_has_int(b, "up-to-us") ? word_span(span, doc_num(b,
		    "up-to-us")) : "more", (json_int_t)doc_num(b, "absences"),
		    (json_int_t)doc_num(b, "cpu"),
		    (json_int_t)doc_num(b, "late"));
	}
}

void
vrrpctl_view_stats(const struct view *v, const json_t *result)
{
	const json_t *o;
	size_t i;

	json_array_foreach(json_object_get(result, "instances"), i, o) {
		(void)fprintf(v->out, "instance %s\n",
		    doc_str_or(o, "name", "-"));
		view_counters(v, json_object_get(o, "statistics"), true);
	}
	json_array_foreach(json_object_get(result, "interfaces"), i, o) {
		(void)fprintf(v->out, "interface %s\n", doc_str_or(o, "name",
		    doc_str_or(o, "interface", "-")));
		view_counters(v, json_is_object(json_object_get(o,
		    "statistics")) ? json_object_get(o, "statistics") : o,
		    true);
	}
	o = json_object_get(json_object_get(result, "processes"),
	    "statistics");
	if (o != NULL) {
		(void)fprintf(v->out, "processes\n");
		view_counters(v, o, true);
	}
	view_loop(v, "vrrpd", json_object_get(result, "loop"));
	o = json_object_get(result, "bfdd");
	if (o == NULL)
		return;
	if (json_is_object(json_object_get(o, "statistics"))) {
		(void)fprintf(v->out, "bfdd\n");
		view_counters(v, json_object_get(o, "statistics"), true);
	}
	view_loop(v, "bfdd", json_object_get(o, "loop"));
}
