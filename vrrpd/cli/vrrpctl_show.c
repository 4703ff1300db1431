/*
 * vrrpctl_show.c - what vrrpctl(8) prints for people.
 *
 * Every function takes a document of swiftover-ctl(7) and writes text, readable
 * at 80 columns.  Counters that are 0 are left out, except in show stats.
 * Times are said as ages, because that is the question; the exact time is in
 * the full views.
 */
#include "config.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "shared/pure/mono.h"
#include "shared/timestamp.h"
#include "vrrpd/cli/vrrpctl.h"

#define COLUMNS_MAX	12

/* --- reading documents --- */

static const char *
str(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

static const char *
str_or(const json_t *o, const char *key, const char *otherwise)
{
	const char *s = str(o, key);

	return s != NULL && s[0] != '\0' ? s : otherwise;
}

static bool
has_int(const json_t *o, const char *key)
{
	return json_is_integer(json_object_get(o, key));
}

static int64_t
num(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

/* "2026-10-02T08:15:00.120345+00:00" as microseconds since 1970; -1: not one. */
static int64_t
time_us(const char *s)
{
	struct tm tm;
	const char *p;
	int64_t us = 0, scale = 100000;
	int hours, minutes, offset = 0;

	memset(&tm, 0, sizeof(tm));
	if (s == NULL || (p = strptime(s, "%Y-%m-%dT%H:%M:%S", &tm)) == NULL)
		return -1;
	if (*p == '.')
		for (p++; isdigit((unsigned char)*p); p++, scale /= 10)
			us += (*p - '0') * scale;
	if ((*p == '+' || *p == '-') &&
	    sscanf(p + 1, "%2d:%2d", &hours, &minutes) == 2)
		offset = (*p == '-' ? -1 : 1) * (hours * 60 + minutes) * 60;
	return ((int64_t)timegm(&tm) - offset) * 1000000 + us;
}

/* --- words for values; each writes into buf and returns it --- */

#define VALUE_LEN	48

/* At most three decimals, and no zeros at the end. */
static const char *
decimal(char *buf, double v, const char *unit)
{
	size_t n;

	(void)snprintf(buf, VALUE_LEN, "%.3f", v);
	n = strlen(buf);
	while (buf[n - 1] == '0')
		n--;
	if (buf[n - 1] == '.')
		n--;
	(void)snprintf(buf + n, VALUE_LEN - n, " %s", unit);
	return buf;
}

static const char *
span(char *buf, int64_t us)
{
	if (us > -1000 && us < 1000)
		(void)snprintf(buf, VALUE_LEN, "%" PRId64 " us", us);
	else if (us > -1000000 && us < 1000000)
		return decimal(buf, (double)us / 1e3, "ms");
	else
		return decimal(buf, (double)us / 1e6, "s");
	return buf;
}

/* Without the space: for tables. */
static const char *
short_span(char *buf, int64_t us)
{
	char *space;

	(void)span(buf, us);
	if ((space = strchr(buf, ' ')) != NULL)
		memmove(space, space + 1, strlen(space));
	return buf;
}

/* How long: "41s", "5m12s", "2h05m", "3d04h". */
static const char *
length(char *buf, int64_t us)
{
	int64_t s = us < 0 ? 0 : us / 1000000;

	if (s < 60)
		(void)snprintf(buf, VALUE_LEN, "%" PRId64 "s", s);
	else if (s < 3600)
		(void)snprintf(buf, VALUE_LEN, "%" PRId64 "m%02" PRId64 "s",
		    s / 60, s % 60);
	else if (s < 86400)
		(void)snprintf(buf, VALUE_LEN, "%" PRId64 "h%02" PRId64 "m",
		    s / 3600, s / 60 % 60);
	else
		(void)snprintf(buf, VALUE_LEN, "%" PRId64 "d%02" PRId64 "h",
		    s / 86400, s / 3600 % 24);
	return buf;
}

static const char *
age(const struct view *v, char *buf, const char *time)
{
	int64_t us = time_us(time);

	if (us < 0)
		(void)snprintf(buf, VALUE_LEN, "-");
	else
		(void)length(buf, v->now_us - us);
	return buf;
}

/*
 * In the reader's zone, with its offset, whatever zone the daemon is in; as it
 * came where it is no time.
 */
static const char *
moment(char *buf, const char *time)
{
	int64_t us = time_us(time);

	if (us < 0 || us > INT64_MAX / NS_PER_US)
		(void)snprintf(buf, VALUE_LEN, "%s", time);
	else
		(void)timestamp_format(us * NS_PER_US, buf);
	return buf;
}

/* --- tables --- */

#define WIDTH_MAX	80
#define SHRUNK_MIN	10

struct table {
	size_t	 columns;
	size_t	 shrink;		/* 1 + the column that may lose its head */
	size_t	 rows;
	char	**cells;		/* rows * columns, malloc'd */
	bool	 failed;		/* out of memory: nothing is printed */
};

static void
cell(struct table *t, size_t column, const char *text)
{
	char **cells;

	if (t->failed)
		return;
	if (column == 0) {
		cells = reallocarray(t->cells, (t->rows + 1) * t->columns,
		    sizeof(char *));
		if (cells == NULL) {
			t->failed = true;
			return;
		}
		t->cells = cells;
		memset(&cells[t->rows * t->columns], 0,
		    t->columns * sizeof(char *));
		t->rows++;
	}
	if ((t->cells[(t->rows - 1) * t->columns + column] = strdup(text)) ==
	    NULL)
		t->failed = true;
}

static bool
is_number(const char *s)
{
	if (*s == '-' && s[1] != '\0')
		s++;
	s += strspn(s, "0123456789");
	return *s == '\0' || strcmp(s, "*") == 0;
}

/* What is left for the column that may shrink, so that lines keep to 80. */
static size_t
shrunk(const size_t *width, size_t columns, size_t which)
{
	size_t c, others = 2 * (columns - 1);

	for (c = 0; c < columns; c++)
		if (c != which)
			others += width[c];
	if (others + width[which] <= WIDTH_MAX)
		return width[which];
	return others + SHRUNK_MIN <= WIDTH_MAX ? WIDTH_MAX - others :
	    SHRUNK_MIN < width[which] ? SHRUNK_MIN : width[which];
}

/* Columns as wide as their contents, numbers to the right; frees the cells. */
static void
table_print(struct table *t, FILE *out, const char *indent)
{
	size_t width[COLUMNS_MAX] = { 0 };
	bool right[COLUMNS_MAX];
	const char *s;
	size_t r, c;

	for (c = 0; c < t->columns; c++)
		right[c] = t->rows > 1;
	for (r = 0; r < t->rows; r++)
		for (c = 0; c < t->columns; c++) {
			s = t->cells[r * t->columns + c];
			if (t->failed || s == NULL)
				goto out;
			if (strlen(s) > width[c])
				width[c] = strlen(s);
			if (r > 0 && !is_number(s))
				right[c] = false;
		}
	if (t->shrink != 0)
		width[t->shrink - 1] = shrunk(width, t->columns,
		    t->shrink - 1);
	for (r = 0; r < t->rows; r++) {
		(void)fputs(indent, out);
		for (c = 0; c < t->columns; c++) {
			s = t->cells[r * t->columns + c];
			if (strlen(s) > width[c]) {
				/* The end of an address tells more. */
				(void)fprintf(out, "..%s  ",
				    s + strlen(s) - (width[c] - 2));
				continue;
			}
			if (c + 1 == t->columns && !right[c])
				(void)fprintf(out, "%s\n", s);
			else
				(void)fprintf(out, "%*s%s",
				    (int)(right[c] ? width[c] : -width[c]), s,
				    c + 1 == t->columns ? "\n" : "  ");
		}
	}
out:
	for (r = 0; t->cells != NULL && r < t->rows * t->columns; r++)
		free(t->cells[r]);
	free(t->cells);
	memset(t, 0, sizeof(*t));
}

/* "  label             value" */
static void __attribute__((format(printf, 3, 4)))
line(const struct view *v, const char *label, const char *fmt, ...)
{
	va_list ap;

	(void)fprintf(v->out, "  %-17s ", label);
	va_start(ap, fmt);
	(void)vfprintf(v->out, fmt, ap);
	va_end(ap);
	(void)fputc('\n', v->out);
}

/* --- instances --- */

/* The session that would trigger a takeover now; NULL when there is none. */
static const json_t *
ready_session(const json_t *instance)
{
	const json_t *b, *best = NULL;
	const char *takeover;
	size_t i;

	json_array_foreach(json_object_get(instance, "bfd"), i, b) {
		takeover = str(b, "takeover");
		if (takeover == NULL || strcmp(takeover, "ready") != 0)
			continue;
		if (best == NULL || num(b, "detection-time-us") <
		    num(best, "detection-time-us"))
			best = b;
	}
	return best;
}

static bool
is_peer(const json_t *bfd)
{
	return strcmp(str_or(bfd, "role", "peer"), "peer") == 0;
}

/* Why no session would. */
static const char *
no_session(const json_t *instance)
{
	const char *word;
	const json_t *b;
	size_t i;

	json_array_foreach(json_object_get(instance, "bfd"), i, b) {
		if (!is_peer(b))
			continue;
		word = str_or(b, "takeover", "no session");
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
		up += strcmp(str_or(b, "state", ""), "up") == 0;
	}
	if (peers == 0 || strcmp(str_or(instance, "state", ""),
	    "initialize") == 0)
		return "-";
	if (ready != NULL)
		return short_span(buf, num(ready, "detection-time-us"));
	if (strcmp(str_or(instance, "state", ""), "backup") == 0)
		return strcmp(str_or(json_array_get(json_object_get(instance,
		    "bfd"), first), "takeover", ""), "spent") == 0 ? "spent" :
		    "none";
	if (peers == 1)
		return str_or(json_array_get(json_object_get(instance, "bfd"),
		    first), "state", "unknown");
	(void)snprintf(buf, VALUE_LEN, "%zu/%zu up", up, peers);
	return buf;
}

/* The one in force; with a star when it is not the configured one. */
static const char *
priority(char *buf, const json_t *instance)
{
	int64_t p = num(instance, "priority");
	int64_t e = has_int(instance, "effective-priority") ?
	    num(instance, "effective-priority") : p;

	(void)snprintf(buf, VALUE_LEN, "%" PRId64 "%s", e, p == e ? "" : "*");
	return buf;
}

static const char *
active_address(const json_t *instance)
{
	if (strcmp(str_or(instance, "state", ""), "active") == 0)
		return "self";
	return str_or(instance, "active-address", "-");
}

static bool
has_bfd(const json_t *instance)
{
	return json_is_true(json_object_get(instance, "bfd-auto")) ||
	    json_array_size(json_object_get(instance, "bfd")) > 0;
}

/* What is wrong with the daemon as a whole; nothing when all is well. */
static void
view_daemon(const struct view *v, const json_t *result, bool uses_bfd)
{
	const json_t *s = json_object_get(result, "scheduling");
	const json_t *p = json_object_get(result, "processes");
	char buf[VALUE_LEN];

	if (num(p, "engine-restarts") > 0)
		(void)fprintf(v->out, "vrrpd's engine died and was started "
		    "again (%" PRId64 " so far), last %s ago: %s\n",
		    num(p, "engine-restarts"), age(v, buf, str_or(p,
		    "last-end-time", "")), str_or(p, "last-end", "unknown"));
	if (uses_bfd && strcmp(str_or(result, "bfdd", "connected"),
	    "connected") != 0)
		(void)fprintf(v->out, "bfdd is %s: takeover by VRRP timers "
		    "only\n", str(result, "bfdd"));
	if (has_int(s, "realtime-priority") && num(s, "realtime-priority") == 0)
		(void)fprintf(v->out, "vrrpd runs without real-time priority: "
		    "expect it to be late on a busy host\n");
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
		cell(&t, i, head[i]);
	json_array_foreach(list, i, o) {
		cell(&t, 0, str_or(o, "name", "-"));
		cell(&t, 1, str_or(o, "interface", "-"));
		(void)snprintf(buf, sizeof(buf), "%" PRId64,
		    num(o, "virtual-router-id"));
		cell(&t, 2, buf);
		cell(&t, 3, str_or(o, "state", "-"));
		cell(&t, 4, priority(buf, o));
		cell(&t, 5, short_span(buf, num(o, "advert-interval-cs") *
		    10000));
		cell(&t, 6, active_address(o));
		cell(&t, 7, protection(buf, o));
		cell(&t, 8, age(v, buf, str(json_object_get(o,
		    "last-transition"), "time")));
		if (has_bfd(o))
			uses_bfd = true;
	}
	if (json_array_size(list) == 0) {
		(void)fprintf(v->out, "no instances\n");
		t.failed = true;
	}
	table_print(&t, v->out, "");
	json_array_foreach(list, i, o)
		if (str(o, "waiting-for") != NULL)
			(void)fprintf(v->out, "%s waits: %s\n",
			    str_or(o, "name", "-"), str(o, "waiting-for"));
	view_daemon(v, result, uses_bfd);
}

/* Counters in the daemon's order; all, or only those that counted. */
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
	int64_t most = num(o, "active-down-interval-us");
	int64_t least = most - num(o, "active-adver-interval-cs") * 10000;
	char a[VALUE_LEN], b[VALUE_LEN], c[VALUE_LEN];
	const json_t *bfd;
	size_t i;

	json_array_foreach(json_object_get(o, "bfd"), i, bfd) {
		if (!json_is_true(json_object_get(bfd, "slower-than-vrrp")))
			continue;
		line(v, "warning", "BFD to %s is too slow to gain anything:",
		    str_or(bfd, "peer", "?"));
		line(v, "", "it finds out in %s, VRRP in %s to %s",
		    span(a, num(bfd, "detection-time-us")), span(b, least),
		    span(c, most));
	}
}

/* A Backup: what would happen if the Active vanished now. */
static void
view_takeover(const struct view *v, const json_t *o)
{
	const json_t *ready = ready_session(o);
	int64_t bound = num(o, "takeover-bound-us"), more;
	bool by_bfd = ready != NULL && num(ready, "detection-time-us") <= bound;
	char buf[VALUE_LEN];

	if (str(o, "takeover-by") != NULL)
		by_bfd = strcmp(str(o, "takeover-by"), "bfd") == 0;
	if (!by_bfd) {
		line(v, "if Active dies", "takeover in %s by VRRP: %s",
		    span(buf, bound), ready != NULL ?
		    "BFD is slower" : no_session(o));
		return;
	}
	line(v, "if Active dies", "takeover in <= %s by BFD (%s)",
	    span(buf, bound), ready == NULL ? "?" : str_or(ready, "peer", "?"));
	more = ready == NULL ? 0 : bound - num(ready, "detection-time-us");
	if (more > 0)
		line(v, "", "of which better Backups have %s to go first",
		    span(buf, more));
}

/* An Active: who would notice if it vanished now, and when. */
static void
view_successors(const struct view *v, const json_t *o)
{
	int64_t interval = num(o, "advert-interval-cs") * 10000;
	const char *label = "if this one dies";
	char a[VALUE_LEN], b[VALUE_LEN];
	const json_t *bfd;
	size_t i;

	json_array_foreach(json_object_get(o, "bfd"), i, bfd) {
		if (!is_peer(bfd))
			continue;
		if (num(bfd, "notices-us") > 0)
			line(v, label, "%s knows in <= %s by BFD",
			    str_or(bfd, "peer", "?"),
			    span(a, num(bfd, "notices-us")));
		else
			line(v, label, "%s knows in %s to %s by VRRP",
			    str_or(bfd, "peer", "?"),
			    short_span(a, 3 * interval),
			    short_span(b, 4 * interval));
		label = "";
	}
	if (label[0] == '\0')
		return;
	line(v, label, "Backups know in %s to %s by VRRP: %s",
	    short_span(a, 3 * interval), short_span(b, 4 * interval),
	    json_is_true(json_object_get(o, "bfd-auto")) ?
	    "none has opened BFD" : "no BFD configured");
}

static void
view_what_if(const struct view *v, const json_t *o)
{
	const char *state = str_or(o, "state", "");

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
	const char *how = str_or(bfd, "how", "configured");

	if (!is_peer(bfd))
		return str_or(bfd, "role", "-");
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
		cell(&t, i, head[i]);
	json_array_foreach(list, i, b) {
		cell(&t, 0, str_or(b, "peer", "-"));
		takeover = str_or(b, "takeover", "-");
		cell(&t, 1, kind_of(b));
		cell(&t, 2, str_or(b, "state", "-"));
		cell(&t, 3, num(b, "detection-time-us") > 0 ?
		    span(buf, num(b, "detection-time-us")) : "-");
		cell(&t, 4, strcmp(takeover, "not the active router") == 0 ?
		    "not the Active" : takeover);
	}
	table_print(&t, v->out, "    ");
	json_array_foreach(list, i, b) {
		if (str(b, "refused") != NULL)
			(void)fprintf(v->out, "    bfdd refuses %s: %s\n",
			    str_or(b, "peer", "-"), str(b, "refused"));
		if (num(b, "suspended-us") > 0)
			(void)fprintf(v->out, "    %s is not believed for %s: "
			    "%lld takeovers were taken back\n",
			    str_or(b, "peer", "-"),
			    span(buf, num(b, "suspended-us")),
			    (long long)num(b, "false-takeovers"));
	}
}

/* The moment something happened, and how long ago. */
static void
view_moment(const struct view *v, const char *label, const char *time)
{
	char when[VALUE_LEN], buf[VALUE_LEN];

	if (time != NULL)
		line(v, label, "%s (%s ago)", moment(when, time),
		    age(v, buf, time));
}

static void
view_timers(const struct view *v, const json_t *o)
{
	char a[VALUE_LEN], b[VALUE_LEN];
	int64_t own = num(o, "advert-interval-cs") * 10000;
	int64_t active = num(o, "active-adver-interval-cs") * 10000;

	if (active != 0 && active != own)
		line(v, "advert interval", "%s, the Active's %s", span(a, own),
		    span(b, active));
	else
		line(v, "advert interval", "%s", span(a, own));
	if (has_int(o, "active-down-interval-us"))
		line(v, "timers", "Active_Down_Interval %s, Skew_Time %s",
		    span(a, num(o, "active-down-interval-us")),
		    span(b, num(o, "skew-time-us")));
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
		    str(a, "address");
		line(v, i == 0 ? "addresses" : "", "%s",
		    text != NULL ? text : "?");
	}
	if (str(o, "virtual-mac") != NULL &&
	    str(o, "virtual-mac-device") != NULL)
		line(v, "virtual MAC", "%s on %s", str(o, "virtual-mac"),
		    str(o, "virtual-mac-device"));
}

/* What one tracked thing is, does, and would do. */
static void
view_tracks(const struct view *v, const json_t *list)
{
	const json_t *o;
	char effect[96], since[VALUE_LEN + 8], text[VALUE_LEN];
	int64_t weight, adds;
	size_t i;

	json_array_foreach(list, i, o) {
		weight = num(o, "weight");
		adds = num(o, "adds");
		if (weight == 0)
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
		since[0] = '\0';
		if (str(o, "since") != NULL && str(o, "next-state") == NULL)
			(void)snprintf(since, sizeof(since), " for %s",
			    age(v, text, str(o, "since")));
		line(v, i == 0 ? "tracks" : "", "%s %s: %s%s, %s",
		    str_or(o, "kind", "?"), str_or(o, "name", "?"),
		    str_or(o, "state", "?"), since, effect);
		if (str(o, "reason") != NULL)
			line(v, "", "  %s", str(o, "reason"));
		if (str(o, "next-state") != NULL)
			line(v, "", "  %s unless that changes within %s",
			    str(o, "next-state"), span(text,
			    num(o, "next-state-in-us")));
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

	if (!has_int(o, "effective-priority") ||
	    num(o, "effective-priority") == num(o, "priority")) {
		line(v, "priority", "%" PRId64, num(o, "priority"));
		return;
	}
	json_array_foreach(json_object_get(o, "tracks"), i, t) {
		if (num(t, "adds") == 0)
			continue;
		n = snprintf(sum + len, sizeof(sum) - len, " %+" PRId64
		    " (%s %s)", num(t, "adds"), str_or(t, "kind", "?"),
		    str_or(t, "name", "?"));
		if (n < 0 || len + (size_t)n >= sizeof(sum)) {
			sum[len] = '\0';	/* the tracks say the rest */
			more = " ...";
			break;
		}
		len += (size_t)n;
	}
	if (json_is_true(json_object_get(o, "last-resort")))
		(void)snprintf(sum, sizeof(sum), "the last resort");
	line(v, "priority", "%" PRId64 ", effective %" PRId64 "%s%s%s%s",
	    num(o, "priority"), num(o, "effective-priority"),
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
		form = str(o, "checksum");
		(void)snprintf(spoken, sizeof(spoken), "version %s%" PRId64
		    "%s%s", both ? "3 and " : "",
		    (int64_t)json_integer_value(json_array_get(versions,
		    both ? 1 : 0)), form != NULL ? ", checksum " : "",
		    form != NULL ? form : "");
		line(v, name, "%s, %s, %s ago", str_or(o, "address", "?"),
		    spoken,
		    num(o, "last-heard-us") < 1000000 ?
		    span(ago, num(o, "last-heard-us")) :
		    length(ago, num(o, "last-heard-us")));
		name = "";
		if (json_object_get(o, "skew-gap-us") != NULL)
			line(v, "", "a Backup %s from us: set priorities "
			    "further apart",
			    span(ago, num(o, "skew-gap-us")));
	}
}

/* Another router that does not fit, and when it was last heard. */
static void
view_alarm(const struct view *v, const json_t *a)
{
	if (strcmp(str_or(a, "reason", ""), "vrrp-blocked") == 0)
		line(v, "alarm", "two Actives? %s is silent, its BFD up",
		    str_or(a, "peer", "-"));
	else if (str(a, "reason") != NULL)
		line(v, "alarm", "BFD of %s is down, its adverts arrive",
		    str_or(a, "peer", "-"));
}

static void
view_conflict(const struct view *v, const json_t *c)
{
	const json_t *list = json_object_get(c, "virtual-addresses"), *a;
	char buf[VALUE_LEN];
	size_t i;

	if (str(c, "source") == NULL)
		return;
	line(v, "conflict", "%s: %s", str(c, "source"),
	    str_or(c, "text", str_or(c, "reason", "?")));
	json_array_foreach(list, i, a)
		line(v, "", "it announces %s", json_string_value(a) != NULL ?
		    json_string_value(a) : "?");
	line(v, "", "last heard %s ago", span(buf, num(c, "age-us")));
}

/* Adverts go to these and are taken from these. */
static void
view_peers(const struct view *v, const json_t *o)
{
	const json_t *peer;
	char ttl[32] = "";
	size_t i;

	if (has_int(o, "unicast-min-ttl") && num(o, "unicast-min-ttl") < 255)
		(void)snprintf(ttl, sizeof(ttl), ", TTL %" PRId64 " or more",
		    num(o, "unicast-min-ttl"));
	json_array_foreach(json_object_get(o, "unicast-peers"), i, peer)
		line(v, i == 0 ? "unicast peers" : "", "%s%s",
		    json_is_string(peer) ? json_string_value(peer) : "?",
		    i == 0 ? ttl : "");
}

static void
view_one(const struct view *v, const json_t *o)
{
	const json_t *last = json_object_get(o, "last-transition");
	const char *family = str_or(o, "address-family", "");
	const char *state = str_or(o, "state", "?");

	(void)fprintf(v->out, "%s: %s on %s, VRID %" PRId64 ", %s, version %"
	    PRId64 "%s\n", str_or(o, "name", "?"), state,
	    str_or(o, "interface", "?"), num(o, "virtual-router-id"),
	    strcmp(family, "ipv6") == 0 ? "IPv6" : "IPv4",
	    has_int(o, "version") ? num(o, "version") : 3,
	    json_is_true(json_object_get(o, "also-version-2")) ? " and 2" : "");
	if (str(o, "waiting-for") != NULL)
		line(v, "waiting for", "%s", str(o, "waiting-for"));
	if (json_is_true(json_object_get(o, "lingering")))
		line(v, "lingering", "answers until a successor is heard");
	if (str(o, "group") != NULL)
		line(v, "group", "%s", str(o, "group"));
	view_priority(v, o);
	view_tracks(v, json_object_get(o, "tracks"));
	if (strcmp(state, "backup") == 0 && str(o, "active-address") != NULL)
		line(v, "active router", "%s, priority %" PRId64,
		    str(o, "active-address"), num(o, "active-priority"));
	else if (strcmp(state, "active") == 0)
		line(v, "active router", "this one");
	if (str(o, "primary-address") != NULL)
		line(v, "own address", "%s", str(o, "primary-address"));
	view_addresses(v, o);
	view_timers(v, o);
	line(v, "options", "preempt %s, accept %s, checksum %s%s%s%s",
	    yes_no(o, "preempt"), yes_no(o, "accept"),
	    str_or(o, "checksum-mode", "-"),
	    str(o, "checksum-sent") != NULL ? " (sent: " : "",
	    str_or(o, "checksum-sent", ""),
	    str(o, "checksum-sent") != NULL ? ")" : "");
	if (str(o, "authentication") != NULL)
		line(v, "authentication", "%s", str(o, "authentication"));
	view_peers(v, o);
	view_heard(v, json_object_get(o, "routers-heard"));
	view_conflict(v, json_object_get(o, "conflict"));
	view_alarm(v, json_object_get(o, "alarm"));
	view_what_if(v, o);
	view_bfd_of_instance(v, json_object_get(o, "bfd"));
	view_moment(v, "up since", str(o, "up-datetime"));
	if (str(last, "to") != NULL) {
		line(v, "last transition", "%s -> %s, cause %s",
		    str_or(last, "from", "?"), str(last, "to"),
		    str_or(last, "cause", "?"));
		view_moment(v, "", str(last, "time"));
	}
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
	char buf[VALUE_LEN];
	int64_t us, before = 0;
	size_t i;

	(void)fprintf(v->out, "%s  %s  %s -> %s  %s\n",
	    moment(buf, str_or(o, "time", "-")), str_or(o, "instance", "-"),
	    str_or(o, "from", "-"), str_or(o, "to", "-"),
	    str_or(o, "cause", "-"));
	if (has_int(o, "in-state-us"))
		(void)fprintf(v->out, "    after %s in %s\n",
		    num(o, "in-state-us") < 1000000 ?
		    span(buf, num(o, "in-state-us")) :
		    length(buf, num(o, "in-state-us")), str_or(o, "from", "-"));
	json_array_foreach(json_object_get(o, "steps"), i, s) {
		us = num(s, "us");
		if (i > 0)
			(void)snprintf(buf, sizeof(buf), "%+" PRId64,
			    us - before);
		(void)fprintf(v->out, "    %10" PRId64 " us %10s  %s\n",
		    us, i > 0 ? buf : "", str_or(s, "step", "-"));
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

void
vrrpctl_view_stats(const struct view *v, const json_t *result)
{
	const json_t *o;
	size_t i;

	json_array_foreach(json_object_get(result, "instances"), i, o) {
		(void)fprintf(v->out, "instance %s\n", str_or(o, "name", "-"));
		view_counters(v, json_object_get(o, "statistics"), true);
	}
	json_array_foreach(json_object_get(result, "interfaces"), i, o) {
		(void)fprintf(v->out, "interface %s\n", str_or(o, "name",
		    str_or(o, "interface", "-")));
		view_counters(v, json_is_object(json_object_get(o,
		    "statistics")) ? json_object_get(o, "statistics") : o,
		    true);
	}
}

/* --- BFD sessions --- */

static const char *
span_of(char *buf, const json_t *o, const char *key)
{
	if (num(o, key) == 0)
		(void)snprintf(buf, VALUE_LEN, "-");
	else
		(void)short_span(buf, num(o, key));
	return buf;
}

/* When it last came up or went down, whichever its state says. */
static const char *
changed(const json_t *o)
{
	return strcmp(str_or(o, "state", ""), "up") == 0 ?
	    str(o, "last-up-time") : str_or(o, "last-down-time",
	    str(o, "create-time"));
}

/* Packets nobody could use, by reason; nothing when there were none. */
static void
view_discards(const struct view *v, const json_t *statistics)
{
	json_t *discards = json_object_get(statistics, "discards"), *count;
	const char *reason, *before = "discarded packets: ";

	json_object_foreach(discards, reason, count) {
		if (json_integer_value(count) == 0)
			continue;
		(void)fprintf(v->out, "%s%s %" JSON_INTEGER_FORMAT, before,
		    reason, json_integer_value(count));
		before = ", ";
	}
	if (before[0] == ',')
		(void)fprintf(v->out, "\n");
	if (num(statistics, "strangers-overflow-count") > 0)
		(void)fprintf(v->out, "not looked at, there were too many of no "
		    "session: %" PRId64 "\n", num(statistics,
		    "strangers-overflow-count"));
	if (num(statistics, "receive-overflow-count") > 0)
		(void)fprintf(v->out, "lost in a full receive buffer: %" PRId64
		    "\n", num(statistics, "receive-overflow-count"));
}

/* Where sessions are accepted from whoever opens one (RFC 9468). */
static void
view_passive(const struct view *v, const json_t *list)
{
	const json_t *o;
	size_t i;

	json_array_foreach(list, i, o) {
		(void)fprintf(v->out, "accepting on %s to %s: %" PRId64 " of %"
		    PRId64, str_or(o, "interface", "?"),
		    str_or(o, "local", "?"), num(o, "sessions"),
		    num(o, "max-sessions"));
		if (num(o, "refused-count") > 0)
			(void)fprintf(v->out, ", refused %" PRId64,
			    num(o, "refused-count"));
		(void)fprintf(v->out, "\n");
	}
}

/* L-20: whose end the peers would be told, or have been. */
static void
view_fate(const struct view *v, const json_t *list)
{
	const json_t *c, *names;
	size_t i, j;

	json_array_foreach(list, i, c) {
		names = json_object_get(c, "interfaces");
		if (json_array_size(names) == 0)
			continue;
		(void)fprintf(v->out, "%s is in charge on",
		    str_or(c, "client", "a client"));
		for (j = 0; j < json_array_size(names); j++)
			(void)fprintf(v->out, "%s %s", j > 0 ? "," : "",
			    json_string_value(json_array_get(names, j)) != NULL
			    ? json_string_value(json_array_get(names, j)) :
			    "-");
		(void)fprintf(v->out, "; sessions there share its fate (%s)\n",
		    str_or(c, "state", "-"));
	}
}

void
vrrpctl_view_sessions(const struct view *v, const json_t *result)
{
	static const char *const head[] = { "PEER", "IFACE", "STATE",
	    "DIAGNOSTIC", "DETECT", "TX", "MAX-GAP", "DOWNS", "SINCE" };
	struct table t = { .columns = sizeof(head) / sizeof(head[0]),
	    .shrink = 1 };
	const json_t *list = json_object_get(result, "sessions"), *o;
	const json_t *s = json_object_get(result, "scheduling");
	char buf[VALUE_LEN];
	size_t i;

	for (i = 0; i < t.columns; i++)
		cell(&t, i, head[i]);
	json_array_foreach(list, i, o) {
		cell(&t, 0, str_or(o, "peer", "-"));
		cell(&t, 1, str_or(o, "interface", "-"));
		cell(&t, 2, str_or(o, "state", "-"));
		cell(&t, 3, str_or(o, "diagnostic", "-"));
		cell(&t, 4, span_of(buf, o, "detection-time-us"));
		cell(&t, 5, span_of(buf, o, "tx-interval-us"));
		cell(&t, 6, span_of(buf, o, "worst-gap-us"));
		(void)snprintf(buf, sizeof(buf), "%" PRId64,
		    num(o, "down-count"));
		cell(&t, 7, buf);
		cell(&t, 8, age(v, buf, changed(o)));
	}
	if (json_array_size(list) == 0) {
		(void)fprintf(v->out, "no sessions\n");
		t.failed = true;
	}
	table_print(&t, v->out, "");
	view_passive(v, json_object_get(result, "passive"));
	if (num(s, "stalls") > 0)
		(void)fprintf(v->out, "bfdd was kept from running %" PRId64
		    " times, at worst for %s", num(s, "stalls"),
		    span(buf, num(s, "worst-stall-us")));
	if (num(s, "stalls") > 0)
		(void)fprintf(v->out, "%s%s\n", has_int(s, "last-stall-us") ?
		    ", last for " : "", has_int(s, "last-stall-us") ?
		    span(buf, num(s, "last-stall-us")) : "");
	view_fate(v, json_object_get(result, "fate-sharing"));
	view_discards(v, json_object_get(result, "statistics"));
	if (has_int(s, "realtime-priority") && num(s, "realtime-priority") == 0)
		(void)fprintf(v->out, "bfdd runs without real-time priority: "
		    "expect it to be late on a busy host\n");
}

/* The full view is a table of members; what is not there is left out. */
enum kind { TEXT, SPAN, NEAR, COUNT, MOMENT, HEADING };

static const struct row {
	enum kind	 kind;
	const char	*label;
	const char	*key;
} session_rows[] = {
	{ TEXT,	"name",			"name" },
	{ TEXT,	"state",		"state" },
	{ TEXT,	"waiting for",		"waiting-for" },
	{ TEXT,	"held down by",		"admin-down-by" },
	{ TEXT,	"role",			"role" },
	{ TEXT,	"reason",		"reason" },
	{ TEXT,	"diagnostic",		"diagnostic" },
	{ TEXT,	"peer's state",		"remote-state" },
	{ TEXT,	"peer's diagnostic",	"remote-diagnostic" },
	{ COUNT, "clients",		"clients" },
	{ TEXT,	"fate sharing",		"fate-sharing" },
	{ COUNT, "discriminator",	"local-discriminator" },
	{ COUNT, "the peer's",		"remote-discriminator" },
	{ COUNT, "source port",		"source-port" },
	{ COUNT, "destination port",	"dest-port" },
	{ TEXT,	"authentication",	"authentication" },
	{ TEXT,	"to be",		"authentication-pending" },
	{ TEXT,	"no echo",		"echo-error" },
	{ HEADING, "echo",		NULL },
	{ SPAN,	"  sending every",	"echo-tx-interval-in-use" },
	{ SPAN,	"  round trip",		"echo-round-trip-us" },
	{ COUNT, "  sent",		"send-echo-packet-count" },
	{ COUNT, "  came back",		"receive-echo-packet-count" },
	{ HEADING, "in force",		NULL },
	{ SPAN,	"  detection time",	"detection-time-us" },
	{ SPAN,	"  sending every",	"tx-interval-us" },
	{ SPAN,	"  peer sends every",	"negotiated-rx-interval" },
	{ COUNT, "  slowed by",	"interval-factor" },
	{ HEADING, "wanted here",	NULL },
	{ SPAN,	"  minimum send",	"desired-min-tx-interval" },
	{ SPAN,	"  minimum receive",	"required-min-rx-interval" },
	{ COUNT, "  multiplier",	"local-multiplier" },
	{ HEADING, "announced",		NULL },
	{ SPAN,	"  minimum send",	"announced-min-tx-interval" },
	{ SPAN,	"  minimum receive",	"announced-min-rx-interval" },
	{ HEADING, "wanted by the peer", NULL },
	{ SPAN,	"  minimum send",	"remote-min-tx-interval" },
	{ SPAN,	"  minimum receive",	"remote-min-rx-interval" },
	{ COUNT, "  multiplier",	"remote-multiplier" },
	{ HEADING, "how near to a false Down", NULL },
	{ NEAR,	"  worst gap",		"worst-gap-us" },
	{ NEAR,	"  last minute",	"recent-worst-gap-us" },
	{ COUNT, "  own absences",	"absences" },
	{ SPAN,	"  worst absence",	"worst-absence-us" },
	{ HEADING, "counters",		NULL },
	{ COUNT, "  went up",		"up-count" },
	{ COUNT, "  went down",		"down-count" },
	{ COUNT, "  admin down",	"admin-down-count" },
	{ COUNT, "  received",		"receive-packet-count" },
	{ COUNT, "  sent",		"send-packet-count" },
	{ COUNT, "  lost on the way",	"lost-packet-count" },
	{ COUNT, "  invalid",		"receive-invalid-packet-count" },
	{ COUNT, "  failed to send",	"send-failed-packet-count" },
	{ MOMENT, "last up",		"last-up-time" },
	{ MOMENT, "last down",		"last-down-time" },
	{ MOMENT, "created",		"create-time" },
};
#define SESSION_ROWS	(sizeof(session_rows) / sizeof(session_rows[0]))

/* A heading with nothing under it is left out. */
static bool
heading_has_rows(const json_t *o, size_t i)
{
	for (i++; i < SESSION_ROWS && (session_rows[i].kind == SPAN ||
	    session_rows[i].kind == NEAR || session_rows[i].kind == COUNT); i++)
		if (has_int(o, session_rows[i].key))
			return true;
	return false;
}

/* A gap, and how much of the detection time it took. */
static void
view_near(const struct view *v, const char *label, const json_t *o,
    int64_t gap_us)
{
	int64_t detection_us = num(o, "detection-time-us");
	char buf[VALUE_LEN];

	if (detection_us == 0)
		line(v, label, "%s", span(buf, gap_us));
	else
		line(v, label, "%s, %" PRId64 " %% of the detection time",
		    span(buf, gap_us), 100 * gap_us / detection_us);
}

void
vrrpctl_view_session(const struct view *v, const json_t *o)
{
	const struct row *r;
	char buf[VALUE_LEN];
	size_t i;

	(void)fprintf(v->out, "%s", str_or(o, "peer", "?"));
	if (str(o, "interface") != NULL && str(o, "interface")[0] != '\0')
		(void)fprintf(v->out, " on %s", str(o, "interface"));
	if (str(o, "local") != NULL)
		(void)fprintf(v->out, ", from %s", str(o, "local"));
	(void)fprintf(v->out, "%s\n",
	    json_is_true(json_object_get(o, "multihop")) ? ", multihop" : "");
	for (i = 0; i < SESSION_ROWS; i++) {
		r = &session_rows[i];
		if (r->kind == HEADING && heading_has_rows(o, i))
			(void)fprintf(v->out, "  %s\n", r->label);
		else if (r->kind == TEXT && str(o, r->key) != NULL)
			line(v, r->label, "%s", str(o, r->key));
		else if (r->kind == MOMENT)
			view_moment(v, r->label, str(o, r->key));
		else if (r->kind == SPAN && has_int(o, r->key))
			line(v, r->label, "%s", span(buf, num(o, r->key)));
		else if (r->kind == NEAR && has_int(o, r->key))
			view_near(v, r->label, o, num(o, r->key));
		else if (r->kind == COUNT && has_int(o, r->key))
			line(v, r->label, "%" PRId64, num(o, r->key));
	}
	view_discards(v, o);
}

/* --- monitor --- */

/* The local time of day of the event, or of its arrival where it names none. */
static void
event_begin(const struct view *v, const json_t *params, const char *who)
{
	int64_t us = time_us(str(params, "time"));
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
	char a[VALUE_LEN];
	size_t i;

	event_begin(v, o, str_or(o, "instance", "-"));
	(void)fprintf(v->out, "%s -> %s  cause %s", str_or(o, "from", "-"),
	    str_or(o, "to", "-"), str_or(o, "cause", "-"));
	json_array_foreach(json_object_get(o, "steps"), i, s) {
		step = str_or(s, "step", "");
		if (strcmp(step, "last-heard") == 0)
			(void)fprintf(v->out, ", heard last %s before",
			    span(a, -num(s, "us")));
		else if (strcmp(step, "announced") == 0)
			(void)fprintf(v->out, ", announced after %s",
			    span(a, num(s, "us")));
	}
	(void)fputc('\n', v->out);
}

/* A transition of state has an event of its own; here is what else changed. */
static void
event_instance(const struct view *v, const json_t *was, const json_t *o)
{
	char a[VALUE_LEN];

	if (was != NULL && (!same(was, o, "state") ||
	    (same(was, o, "effective-priority") &&
	    same(was, o, "advert-interval-cs") &&
	    same(was, o, "active-address") && same(was, o, "waiting-for"))))
		return;
	event_begin(v, o, str_or(o, "name", "-"));
	(void)fprintf(v->out, "%s%s, priority %" PRId64 ", advert_int %s",
	    was == NULL ? "is " : "", str_or(o, "state", "-"),
	    has_int(o, "effective-priority") ? num(o, "effective-priority") :
	    num(o, "priority"), span(a, num(o, "advert-interval-cs") * 10000));
	if (strcmp(str_or(o, "state", ""), "backup") == 0 &&
	    str(o, "active-address") != NULL)
		(void)fprintf(v->out, ", Active is %s",
		    str(o, "active-address"));
	if (str(o, "waiting-for") != NULL)
		(void)fprintf(v->out, ", waits: %s", str(o, "waiting-for"));
	(void)fputc('\n', v->out);
}

static void
event_session(const struct view *v, const json_t *was, const json_t *o)
{
	char a[VALUE_LEN];

	if (was != NULL && same(was, o, "state"))
		return;
	event_begin(v, o, "bfd");
	(void)fprintf(v->out, "%s ", str_or(o, "peer", "-"));
	if (was == NULL)
		(void)fprintf(v->out, "is ");
	else
		(void)fprintf(v->out, "%s -> ", str_or(was, "state", "-"));
	(void)fprintf(v->out, "%s", str_or(o, "state", "-"));
	if (strcmp(str_or(o, "state", ""), "down") == 0 &&
	    str(o, "diagnostic") != NULL)
		(void)fprintf(v->out, "  diagnostic %s", str(o, "diagnostic"));
	else if (strcmp(str_or(o, "state", ""), "up") == 0 &&
	    has_int(o, "detection-time-us"))
		(void)fprintf(v->out, "  detection %s",
		    span(a, num(o, "detection-time-us")));
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
		(void)snprintf(key, sizeof(key), "%s", str_or(params, "name",
		    "-"));
		event_instance(v, json_object_get(m->instances, key), params);
		(void)json_object_set_new(m->instances, key,
		    json_deep_copy(params));
	} else if (strcmp(topic, "bfd") == 0) {
		(void)snprintf(key, sizeof(key), "%s %s %s", str_or(params,
		    "peer", "-"), str_or(params, "interface", "-"),
		    str_or(params, "instance", ""));
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
