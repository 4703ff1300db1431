/*
 * ctl_json.c - values as swiftover-ctl(7) spells them, for both daemons.
 *
 * The builders of vrrp_ctl.c and bfd_ctl.c know what there is to say, and say
 * it with these, so that an address, a span or an instant looks the same
 * whichever daemon is asked.  Nothing here keeps anything.
 *
 * The clock: every instant of the wall clock is RFC 3339 in the local time of
 * the daemon with its offset.  Programs lose nothing by that, and people who
 * read the JSON see the same hour as in the log.
 */
#include "config.h"

#include "shared/ctl_json.h"

#include <stdio.h>
#include <string.h>

#include "shared/pure/mono.h"
#include "shared/timestamp.h"

json_t *
ctl_json_word(const char *ascii)
{
	return json_string_nocheck(ascii);
}

json_t *
ctl_json_time(int64_t real_ns)
{
	char text[TIMESTAMP_LEN];

	if (real_ns == 0)
		return json_null();
	return ctl_json_word(timestamp_format(real_ns, text));
}

json_t *
ctl_json_addr(const struct addr *a)
{
	char text[ADDR_STRLEN];

	if (!addr_is_set(a))
		return json_null();
	return ctl_json_word(addr_format(a, text, sizeof(text)));
}

json_t *
ctl_json_mac(const uint8_t m[6])
{
	char text[18];

	(void)snprintf(text, sizeof(text), "%02x:%02x:%02x:%02x:%02x:%02x",
	    m[0], m[1], m[2], m[3], m[4], m[5]);
	return ctl_json_word(text);
}

void
ctl_json_set(json_t *object, const char *key, json_t *value)
{
	(void)json_object_set_new_nocheck(object, key, value);
}

void
ctl_json_set_int(json_t *object, const char *key, int64_t value)
{
	ctl_json_set(object, key, json_integer(value));
}

void
ctl_json_set_us(json_t *object, const char *key, int64_t ns)
{
	ctl_json_set_int(object, key, us_from_ns_floor(ns));
}

void
ctl_json_set_bool(json_t *object, const char *key, bool value)
{
	ctl_json_set(object, key, json_boolean(value));
}

void
ctl_json_set_word(json_t *object, const char *key, const char *ascii)
{
	ctl_json_set(object, key, ctl_json_word(ascii));
}

void
ctl_json_set_text(json_t *object, const char *key, const char *text)
{
	ctl_json_set(object, key, json_string(text));
}

void
ctl_json_set_addr(json_t *object, const char *key, const struct addr *a)
{
	if (addr_is_set(a))
		ctl_json_set(object, key, ctl_json_addr(a));
}

void
ctl_json_set_time(json_t *object, const char *key, int64_t real_ns)
{
	if (real_ns != 0)
		ctl_json_set(object, key, ctl_json_time(real_ns));
}

/* --- the loop --- */

static void
set_handler(json_t *o, const struct loop_longest *l)
{
	const char *file = l->file == NULL ? NULL : strrchr(l->file, '/');
	char text[128];

	if (l->handler == NULL)
		return;
	(void)snprintf(text, sizeof(text), "%s %s", file == NULL ? l->file :
	    file + 1, l->handler);
	ctl_json_set_word(o, "handler", text);
	ctl_json_set_us(o, "handler-us", l->handler_ns);
}

static json_t *
json_longest(int64_t longest_ns, const struct loop_longest *l)
{
	json_t *o = json_object();

	ctl_json_set_us(o, "longest-us", longest_ns);
	ctl_json_set_time(o, "time", l->real_ns);
	set_handler(o, l);
	return o;
}

static json_t *
json_buckets(const struct loop_absence *a)
{
	json_t *list = json_array(), *o;
	int64_t bound;
	unsigned i;

	for (i = 0; i < HISTOGRAM_BUCKETS; i++) {
		bound = histogram_bound_ns(i);
		o = json_object();
		ctl_json_set(o, "up-to-us", bound == INT64_MAX ? json_null() :
		    json_integer(us_from_ns_floor(bound)));
		ctl_json_set_int(o, "absences", (int64_t)a->away.count[i]);
		ctl_json_set_int(o, "cpu", (int64_t)a->cpu.count[i]);
		ctl_json_set_int(o, "late", (int64_t)a->late.count[i]);
		(void)json_array_append_new(list, o);
	}
	return list;
}

json_t *
ctl_json_loop(const struct loop_absence *a)
{
	json_t *o = json_object(), *away, *late = json_object();

	away = json_longest(a->away.longest_ns, &a->away_longest);
	ctl_json_set_us(away, "cpu-us", a->away_longest.cpu_ns);
	ctl_json_set(o, "absence", away);
	ctl_json_set(o, "cpu", json_longest(a->cpu.longest_ns,
	    &a->cpu_longest));
	ctl_json_set_us(late, "longest-us", a->late.longest_ns);
	ctl_json_set_time(late, "time", a->late_longest_real_ns);
	ctl_json_set(o, "late", late);
	ctl_json_set(o, "histogram", json_buckets(a));
	return o;
}
