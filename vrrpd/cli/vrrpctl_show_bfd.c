/*
 * vrrpctl_show_bfd.c - the sessions of bfdd, as a table and one by one.
 *
 * The document is bfdd's answer to show (swiftover-ctl(7)).  The full view of a
 * session is a table of members, so that a new one is a line here.
 */
#include "config.h"

#include "vrrpd/cli/vrrpctl_show_bfd.h"

#include <inttypes.h>
#include <string.h>

#include "vrrpd/cli/vrrpctl_doc.h"
#include "vrrpd/cli/vrrpctl_table.h"
#include "vrrpd/cli/vrrpctl_word.h"

/* --- the table --- */

static const char *
span_of(char *buf, const json_t *o, const char *key)
{
	if (doc_num(o, key) == 0)
		(void)snprintf(buf, VALUE_LEN, "-");
	else
		(void)word_short_span(buf, doc_num(o, key));
	return buf;
}

/* When the session came up, if it is Up; else went down, or was made. */
static const char *
changed(const json_t *o)
{
	return strcmp(doc_str_or(o, "state", ""), "up") == 0 ?
	    doc_str(o, "last-up-time") : doc_str_or(o, "last-down-time",
	    doc_str(o, "create-time"));
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
	if (doc_num(statistics, "strangers-overflow-count") > 0)
		(void)fprintf(v->out,
		    "not looked at, there were too many of no "
		    "session: %" PRId64 "\n", doc_num(statistics,
		    "strangers-overflow-count"));
	if (doc_num(statistics, "receive-overflow-count") > 0)
		(void)fprintf(v->out, "lost in a full receive buffer: %" PRId64
		    "\n", doc_num(statistics, "receive-overflow-count"));
}

/* The places where sessions are accepted from whoever opens one (RFC 9468). */
static void
view_passive(const struct view *v, const json_t *list)
{
	const json_t *o;
	size_t i;

	json_array_foreach(list, i, o) {
		(void)fprintf(v->out, "accepting on %s to %s: %" PRId64 " of %"
		    PRId64, doc_str_or(o, "interface", "?"),
		    doc_str_or(o, "local", "?"), doc_num(o, "sessions"),
		    doc_num(o, "max-sessions"));
		if (doc_num(o, "refused-count") > 0)
			(void)fprintf(v->out, ", refused %" PRId64,
			    doc_num(o, "refused-count"));
		(void)fprintf(v->out, "\n");
	}
}

/* L-20: the clients whose end the peers would be told, or have been. */
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
		    doc_str_or(c, "client", "a client"));
		for (j = 0; j < json_array_size(names); j++)
			(void)fprintf(v->out, "%s %s", j > 0 ? "," : "",
			    json_string_value(json_array_get(names, j)) != NULL
			    ? json_string_value(json_array_get(names, j)) :
			    "-");
		(void)fprintf(v->out, "; sessions there share its fate (%s)\n",
		    doc_str_or(c, "state", "-"));
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
		table_cell(&t, i, head[i]);
	json_array_foreach(list, i, o) {
		table_cell(&t, 0, doc_str_or(o, "peer", "-"));
		table_cell(&t, 1, doc_str_or(o, "interface", "-"));
		table_cell(&t, 2, doc_str_or(o, "state", "-"));
		table_cell(&t, 3, doc_str_or(o, "diagnostic", "-"));
		table_cell(&t, 4, span_of(buf, o, "detection-time-us"));
		table_cell(&t, 5, span_of(buf, o, "tx-interval-us"));
		table_cell(&t, 6, span_of(buf, o, "worst-gap-us"));
		(void)snprintf(buf, sizeof(buf), "%" PRId64,
		    doc_num(o, "down-count"));
		table_cell(&t, 7, buf);
		table_cell(&t, 8, word_age(buf, v->now_us, changed(o)));
	}
	if (json_array_size(list) == 0) {
		(void)fprintf(v->out, "no sessions\n");
		t.failed = true;
	}
	table_print(&t, v->out, "");
	view_passive(v, json_object_get(result, "passive"));
	if (doc_num(s, "stalls") > 0)
		(void)fprintf(v->out, "bfdd was kept from running %" PRId64
		    " times, at worst for %s", doc_num(s, "stalls"),
		    word_span(buf, doc_num(s, "worst-stall-us")));
	if (doc_num(s, "stalls") > 0)
		(void)fprintf(v->out, "%s%s\n",
		    doc_has_int(s, "last-stall-us") ?
		    ", last for " : "", doc_has_int(s, "last-stall-us") ?
		    word_span(buf, doc_num(s, "last-stall-us")) : "");
	view_fate(v, json_object_get(result, "fate-sharing"));
	view_discards(v, json_object_get(result, "statistics"));
	if (doc_has_int(s, "realtime-priority") &&
	    doc_num(s, "realtime-priority") == 0)
		(void)fprintf(v->out, "bfdd runs without real-time priority: "
		    "expect it to be late on a busy host\n");
}

/* --- one session --- */

/* The full view is a table of members; an absent one is left out. */
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
		if (doc_has_int(o, session_rows[i].key))
			return true;
	return false;
}

/* A gap, and how much of the detection time it took. */
static void
view_near(const struct view *v, const char *label, const json_t *o,
    int64_t gap_us)
{
	int64_t detection_us = doc_num(o, "detection-time-us");
	char buf[VALUE_LEN];

	if (detection_us == 0)
		view_line(v, label, "%s", word_span(buf, gap_us));
	else
		view_line(v, label, "%s, %" PRId64 " %% of the detection time",
		    word_span(buf, gap_us), 100 * gap_us / detection_us);
}

void
vrrpctl_view_session(const struct view *v, const json_t *o)
{
	const struct row *r;
	char buf[VALUE_LEN];
	size_t i;

	(void)fprintf(v->out, "%s", doc_str_or(o, "peer", "?"));
	if (doc_str(o, "interface") != NULL &&
	    doc_str(o, "interface")[0] != '\0')
		(void)fprintf(v->out, " on %s", doc_str(o, "interface"));
	if (doc_str(o, "local") != NULL)
		(void)fprintf(v->out, ", from %s", doc_str(o, "local"));
	(void)fprintf(v->out, "%s\n",
	    json_is_true(json_object_get(o, "multihop")) ? ", multihop" : "");
	for (i = 0; i < SESSION_ROWS; i++) {
		r = &session_rows[i];
		if (r->kind == HEADING && heading_has_rows(o, i))
			(void)fprintf(v->out, "  %s\n", r->label);
		else if (r->kind == TEXT && doc_str(o, r->key) != NULL)
			view_line(v, r->label, "%s", doc_str(o, r->key));
		else if (r->kind == MOMENT)
			view_moment(v, r->label, doc_str(o, r->key));
		else if (r->kind == SPAN && doc_has_int(o, r->key))
			view_line(v, r->label, "%s",
			    word_span(buf, doc_num(o, r->key)));
		else if (r->kind == NEAR && doc_has_int(o, r->key))
			view_near(v, r->label, o, doc_num(o, r->key));
		else if (r->kind == COUNT && doc_has_int(o, r->key))
			view_line(v, r->label, "%" PRId64, doc_num(o, r->key));
	}
	view_discards(v, o);
}
