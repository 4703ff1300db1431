/*
 * vrrpctl_cmd.c - options, commands and the connection of vrrpctl(8).
 *
 * The commands are one static table; it is the parser, the help and the list of
 * what is expected where a word is wrong.  A command asks one method of one
 * daemon and gives the answer to a view (vrrpctl_view.h), or prints it as it is
 * with -j.
 *
 * Words may be shortened as long as they are unique.  Where a name may stand
 * too (show NAME), a word in full is the word, and a shortened one gives way to
 * an instance of that very name.
 */
#include "config.h"

#include "vrrpd/cli/vrrpctl_cmd.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "shared/conf.h"
#include "shared/ctl_call.h"
#include "shared/ctl_server.h"
#include "shared/pure/mono.h"
#include "shared/pure/span.h"
#include "vrrpd/cli/vrrpctl_convert.h"
#include "vrrpd/cli/vrrpctl_event.h"
#include "vrrpd/cli/vrrpctl_show.h"
#include "vrrpd/cli/vrrpctl_show_bfd.h"
#include "vrrpd/cli/vrrpctl_view.h"
#include "vrrpd/config/vrrp_conf.h"

#define WORDS_MAX	4
#define OPTION_STRICT	256	/* no character */
#define OPTION_ID	257

struct ctx {
	FILE		*out, *err;
	bool		 json;
	bool		 strict;	/* convert */
	const char	*id;
	const char	*vrrpd_socket;
	const char	*bfdd_socket;
	char		**args;		/* the words of the command */
	int		 count;
};

struct command {
	/* lower case: itself; NAME: anything; [NAME]: anything, or nothing */
	const char	*words[WORDS_MAX];
	int		(*run)(struct ctx *);
	const char	*help;
};

static int	cmd_show(struct ctx *);
static int	cmd_show_name(struct ctx *);
static int	cmd_show_bfd(struct ctx *);
static int	cmd_show_history(struct ctx *);
static int	cmd_show_stats(struct ctx *);
static int	cmd_set_advert_int(struct ctx *);
static int	cmd_set_priority(struct ctx *);
static int	cmd_handover(struct ctx *);
static int	cmd_disable(struct ctx *);
static int	cmd_enable(struct ctx *);
static int	cmd_bfd_disable(struct ctx *);
static int	cmd_bfd_enable(struct ctx *);
static int	cmd_monitor(struct ctx *);
static int	cmd_reload(struct ctx *);
static int	cmd_restart(struct ctx *);
static int	cmd_check(struct ctx *);
static int	cmd_convert(struct ctx *);

static const struct command commands[] = {
	{ { "show" }, cmd_show, "every virtual router, a line each" },
	{ { "show", "NAME" }, cmd_show_name, "everything about one" },
	{ { "show", "bfd", "[PEER]" }, cmd_show_bfd,
	    "the BFD sessions of bfdd, or one in full" },
	{ { "show", "history", "[NAME]" }, cmd_show_history,
	    "transitions, their cause and their steps" },
	{ { "show", "stats", "[NAME]" }, cmd_show_stats, "all counters" },
	{ { "set", "NAME", "advert_int", "N" }, cmd_set_advert_int,
	    "centiseconds, or 10ms, 1s; not kept" },
	{ { "set", "NAME", "priority", "N" }, cmd_set_priority,
	    "1 to 254; not kept" },
	{ { "handover", "NAME" }, cmd_handover,
	    "let the other router take over" },
	{ { "disable", "NAME" }, cmd_disable, "take no part until enabled" },
	{ { "enable", "NAME" }, cmd_enable, "take part again" },
	{ { "bfd", "disable", "PEER", "[INTERFACE]" }, cmd_bfd_disable,
	    "hold BFD sessions in AdminDown" },
	{ { "bfd", "enable", "PEER", "[INTERFACE]" }, cmd_bfd_enable,
	    "let them come up again" },
	{ { "monitor" }, cmd_monitor, "a line per event, as it happens" },
	{ { "reload" }, cmd_reload, "read vrrpd.conf again" },
	{ { "restart" }, cmd_restart, "another engine, addresses stay" },
	{ { "check", "FILE" }, cmd_check, "is this a good vrrpd.conf?" },
	{ { "convert", "FILE" }, cmd_convert, "keepalived.conf to vrrpd.conf\n"
	    "      [--strict] [--id=NAME]" },
};
#define COMMANDS	(sizeof(commands) / sizeof(commands[0]))

static void __attribute__((format(printf, 2, 3)))
complain(struct ctx *c, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)fprintf(c->err, "vrrpctl: ");
	(void)vfprintf(c->err, fmt, ap);
	(void)fputc('\n', c->err);
	va_end(ap);
}

static struct view
view_now(struct ctx *c)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	return (struct view){ c->out,
	    (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000 };
}

/* --- asking a daemon --- */

static int
unreachable(struct ctx *c, const char *daemon, const char *path, int rv)
{
	complain(c, "%s is not reachable at %s: %s %s", daemon, path,
	    strerror(-rv), rv == -EACCES || rv == -EPERM ?
	    "(it is for root and the daemon's group)" : "(is it running?)");
	return VRRPCTL_UNREACHABLE;
}

static int
open_daemon(struct ctx *c, bool bfdd, struct ctl_call **call)
{
	const char *path = bfdd ? c->bfdd_socket : c->vrrpd_socket;
	int rv;

	if ((rv = ctl_call_open(path, call)) != 0)
		return unreachable(c, bfdd ? "bfdd" : "vrrpd", path, rv);
	return VRRPCTL_DONE;
}

/* params are taken. On VRRPCTL_DONE *result is a new reference. */
static int
ask_open(struct ctx *c, struct ctl_call *call, bool bfdd, const char *method,
    json_t *params, json_t **result)
{
	json_t *error = NULL;
	const char *message;
	int rv;

	*result = NULL;
	if ((rv = ctl_call(call, method, params, result, &error)) != 0)
		return unreachable(c, bfdd ? "bfdd" : "vrrpd", bfdd ?
		    c->bfdd_socket : c->vrrpd_socket, rv);
	if (error == NULL)
		return VRRPCTL_DONE;
	message = json_string_value(json_object_get(error, "message"));
	complain(c, "%s", message != NULL ? message : "refused");
	json_decref(error);
	return VRRPCTL_REFUSED;
}

static int
ask(struct ctx *c, bool bfdd, const char *method, json_t *params,
    json_t **result)
{
	struct ctl_call *call;
	int rv;

	*result = NULL;
	if ((rv = open_daemon(c, bfdd, &call)) != VRRPCTL_DONE) {
		json_decref(params);
		return rv;
	}
	rv = ask_open(c, call, bfdd, method, params, result);
	ctl_call_close(call);
	return rv;
}

static void
print_json(struct ctx *c, const json_t *doc)
{
	(void)json_dumpf(doc, c->out, JSON_INDENT(2) | JSON_ENCODE_ANY);
	(void)fputc('\n', c->out);
}

/* The NAME at word i as params; without the word the params of all. */
static json_t *
name_param(struct ctx *c, int i)
{
	if (i >= c->count)
		return json_object();
	return json_pack("{s:s}", "name", c->args[i]);
}

/* Ask vrrpd and show the answer. */
static int
query(struct ctx *c, const char *method, json_t *params,
    void (*show)(const struct view *, const json_t *))
{
	struct view v;
	json_t *result;
	int rv;

	if ((rv = ask(c, false, method, params, &result)) != VRRPCTL_DONE)
		return rv;
	v = view_now(c);
	if (c->json)
		print_json(c, result);
	else
		show(&v, result);
	json_decref(result);
	return VRRPCTL_DONE;
}

/* Ask vrrpd to change something, and say that this was done. */
static int __attribute__((format(printf, 4, 5)))
change(struct ctx *c, const char *method, json_t *params, const char *fmt, ...)
{
	json_t *result;
	va_list ap;
	int rv;

	if ((rv = ask(c, false, method, params, &result)) != VRRPCTL_DONE)
		return rv;
	if (c->json)
		print_json(c, result);
	else {
		va_start(ap, fmt);
		(void)vfprintf(c->out, fmt, ap);
		va_end(ap);
		(void)fputc('\n', c->out);
	}
	json_decref(result);
	return VRRPCTL_DONE;
}

/* --- show --- */

static int
cmd_show(struct ctx *c)
{
	return query(c, "show", json_object(), vrrpctl_view_instances);
}

static int
cmd_show_name(struct ctx *c)
{
	return query(c, "show", name_param(c, 1), vrrpctl_view_instance);
}

static int
cmd_show_history(struct ctx *c)
{
	return query(c, "history", name_param(c, 2), vrrpctl_view_history);
}

static int
cmd_show_stats(struct ctx *c)
{
	return query(c, "stats", name_param(c, 2), vrrpctl_view_stats);
}

/* Only the sessions with that peer; a new reference. */
static json_t *
sessions_with(const json_t *result, const char *peer)
{
	json_t *found = json_array(), *s;
	const char *p;
	size_t i;

	json_array_foreach(json_object_get(result, "sessions"), i, s) {
		p = json_string_value(json_object_get(s, "peer"));
		if (p != NULL && strcmp(p, peer) == 0)
			(void)json_array_append(found, s);
	}
	return found;
}

static int
cmd_show_bfd(struct ctx *c)
{
	json_t *result, *found, *s;
	struct view v;
	size_t i;
	int rv;

	rv = ask(c, true, "show", json_object(), &result);
	if (rv != VRRPCTL_DONE)
		return rv;
	v = view_now(c);
	if (c->count > 2) {
		found = sessions_with(result, c->args[2]);
		if (json_array_size(found) == 0) {
			complain(c, "no BFD session with %s", c->args[2]);
			rv = VRRPCTL_REFUSED;
		} else if (c->json) {
			(void)json_object_set(result, "sessions", found);
			print_json(c, result);
		} else
			json_array_foreach(found, i, s)
				vrrpctl_view_session(&v, s);
		json_decref(found);
	} else if (c->json)
		print_json(c, result);
	else
		vrrpctl_view_sessions(&v, result);
	json_decref(result);
	return rv;
}

/* --- changing --- */

#define NOT_KEPT	"(until vrrpd restarts or reloads)"

static int
cmd_set_advert_int(struct ctx *c)
{
	char why[160], text[32];
	uint16_t cs;

	/*
	 * Whether the instance speaks version 2 is vrrpd's to know; a value no
	 * version has is refused here, with the words of the configuration.
	 */
	if (vrrp_conf_advert_int(c->args[3], 2, &cs, why, sizeof(why)) != 0 &&
	    vrrp_conf_advert_int(c->args[3], 3, &cs, why, sizeof(why)) != 0) {
		complain(c, "%s", why);
		return VRRPCTL_REFUSED;
	}
	return change(c, "set", json_pack("{s:s, s:i}", "name", c->args[1],
	    "advert-interval-cs", (int)cs), "%s: advert_int = %s " NOT_KEPT,
	    c->args[1], span_format(ns_from_cs(cs), text, sizeof(text)));
}

static int
cmd_set_priority(struct ctx *c)
{
	char why[160];
	uint8_t priority;

	if (vrrp_conf_priority(c->args[3], &priority, why, sizeof(why)) != 0) {
		complain(c, "%s", why);
		return VRRPCTL_REFUSED;
	}
	return change(c, "set", json_pack("{s:s, s:i}", "name", c->args[1],
	    "priority", (int)priority), "%s: priority = %u " NOT_KEPT,
	    c->args[1], priority);
}

static int
cmd_handover(struct ctx *c)
{
	return change(c, "handover", name_param(c, 1), "%s: handed over",
	    c->args[1]);
}

static int
cmd_disable(struct ctx *c)
{
	return change(c, "disable", name_param(c, 1), "%s: disabled",
	    c->args[1]);
}

static int
cmd_enable(struct ctx *c)
{
	return change(c, "enable", name_param(c, 1), "%s: enabled",
	    c->args[1]);
}

/* The members that name a session to bfdd; a new reference. */
static json_t *
session_key(const json_t *session)
{
	static const char *const members[] = { "peer", "interface",
	    "multihop" };
	json_t *key = json_object();
	size_t i;

	for (i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (json_object_get(session, members[i]) != NULL)
			(void)json_object_set(key, members[i],
			    json_object_get(session, members[i]));
	/* A configured local address is part of the name over several hops. */
	if (json_is_true(json_object_get(session, "multihop")) &&
	    json_object_get(session, "configured-local") != NULL)
		(void)json_object_set(key, "local",
		    json_object_get(session, "configured-local"));
	return key;
}

/* Every session with the peer, on the interface if one is named. */
static int
change_sessions(struct ctx *c, const char *method, const char *done)
{
	json_t *shown, *found, *s, *result, *results = json_array();
	const char *interface;
	size_t i;
	int rv;

	rv = ask(c, true, "show", json_object(), &shown);
	found = rv == VRRPCTL_DONE ? sessions_with(shown, c->args[2]) : NULL;
	json_array_foreach(found, i, s) {
		interface = json_string_value(json_object_get(s, "interface"));
		if (c->count > 3 && (interface == NULL ||
		    strcmp(interface, c->args[3]) != 0))
			continue;
		rv = ask(c, true, method, session_key(s), &result);
		if (rv != VRRPCTL_DONE)
			break;
		(void)json_array_append_new(results, result);
		if (!c->json)
			(void)fprintf(c->out, "%s%s%s: %s\n", c->args[2],
			    interface != NULL ? " on " : "", interface != NULL ?
			    interface : "", done);
	}
	if (rv == VRRPCTL_DONE && json_array_size(results) == 0) {
		complain(c, "no BFD session with %s%s%s", c->args[2],
		    c->count > 3 ? " on " : "", c->count > 3 ? c->args[3] :
		    "");
		rv = VRRPCTL_REFUSED;
	} else if (rv == VRRPCTL_DONE && c->json)
		print_json(c, results);
	json_decref(found);
	json_decref(shown);
	json_decref(results);
	return rv;
}

static int
cmd_bfd_disable(struct ctx *c)
{
	return change_sessions(c, "session.admin-down",
	    "AdminDown (until enabled, or bfdd restarts)");
}

static int
cmd_bfd_enable(struct ctx *c)
{
	return change_sessions(c, "session.admin-up", "enabled");
}

static void
view_reload(const struct view *v, const json_t *result)
{
	static const char *const words[] = { "added", "removed", "restarted",
	    "changed", "unchanged" };
	const char *comma = ":";
	size_t i;

	(void)fprintf(v->out, "reloaded");
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (json_is_integer(json_object_get(result, words[i]))) {
			(void)fprintf(v->out, "%s %" JSON_INTEGER_FORMAT " %s",
			    comma, json_integer_value(json_object_get(result,
			    words[i])), words[i]);
			comma = ",";
		}
	(void)fputc('\n', v->out);
}

static int
cmd_reload(struct ctx *c)
{
	return query(c, "reload", json_object(), view_reload);
}

static void
view_restart(const struct view *v, const json_t *result)
{
	(void)result;
	(void)fprintf(v->out, "vrrpd's engine is being replaced\n");
}

static int
cmd_restart(struct ctx *c)
{
	return query(c, "restart", json_object(), view_restart);
}

/* --- monitor --- */

static void
print_event(struct ctx *c, struct monitor *m, const char *topic,
    json_t *params)
{
	struct view v = view_now(c);
	json_t *event;

	if (!c->json)
		vrrpctl_view_event(&v, m, topic, params);
	else if ((event = json_pack("{s:s}", "event", topic)) != NULL) {
		(void)json_object_update(event, params);
		(void)json_dumpf(event, c->out, JSON_COMPACT);
		(void)fputc('\n', c->out);
		json_decref(event);
	}
	(void)fflush(c->out);
}

static int
cmd_monitor(struct ctx *c)
{
	struct monitor m = { NULL, NULL };
	struct ctl_call *call;
	json_t *message, *result, *params;
	const char *topic;
	int rv;

	if ((rv = open_daemon(c, false, &call)) != VRRPCTL_DONE)
		return rv;
	rv = ask_open(c, call, false, "subscribe", json_pack("{s:[s,s,s]}",
	    "topics", "instance", "transition", "bfd"), &result);
	json_decref(result);
	while (rv == VRRPCTL_DONE && !ferror(c->out)) {
		if ((rv = ctl_call_next(call, &message)) != 0) {
			complain(c, "vrrpd closed the connection (%s)",
			    strerror(-rv));
			rv = VRRPCTL_UNREACHABLE;
			break;
		}
		topic = json_string_value(json_object_get(message, "method"));
		params = json_object_get(message, "params");
		if (topic != NULL && json_is_object(params))
			print_event(c, &m, topic, params);
		json_decref(message);
	}
	vrrpctl_monitor_free(&m);
	ctl_call_close(call);
	return rv;
}

/* --- files --- */

static json_t *
errors_json(const struct conf_errors *list)
{
	json_t *array = json_array();
	unsigned i;

	for (i = 0; i < list->count && i < CONF_ERRORS_MAX; i++)
		(void)json_array_append_new(array, json_pack("{s:s, s:i, s:s}",
		    "file", list->list[i].file, "line", list->list[i].line,
		    "message", list->list[i].text));
	return array;
}

static void
print_errors(struct ctx *c, const struct conf_errors *list, const char *what)
{
	const struct conf_error *e;
	unsigned i;

	for (i = 0; i < list->count && i < CONF_ERRORS_MAX; i++) {
		e = &list->list[i];
		if (e->line > 0)
			(void)fprintf(c->err, "%s:%d: %s%s\n", e->file, e->line,
			    what, e->text);
		else
			(void)fprintf(c->err, "%s: %s%s\n", e->file, what,
			    e->text);
	}
	if (list->count > CONF_ERRORS_MAX)
		(void)fprintf(c->err, "and %u more\n",
		    list->count - CONF_ERRORS_MAX);
}

static int
cmd_check(struct ctx *c)
{
	struct { struct conf_errors errors, warnings; } *found;
	struct vrrp_config config;
	bool good;

	if ((found = calloc(1, sizeof(*found))) == NULL) {
		complain(c, "out of memory");
		return VRRPCTL_REFUSED;
	}
	memset(&config, 0, sizeof(config));
	good = vrrp_conf_parse_file(c->args[1], &config, &found->errors,
	    &found->warnings) == 0;
	if (c->json) {
		json_t *doc = json_pack("{s:s, s:b, s:i, s:o, s:o}",
		    "file", c->args[1], "good", (int)good,
		    "instances", (int)config.count,
		    "errors", errors_json(&found->errors),
		    "warnings", errors_json(&found->warnings));

		print_json(c, doc);
		json_decref(doc);
	} else {
		print_errors(c, &found->errors, "");
		print_errors(c, &found->warnings, "warning: ");
		if (good)
			(void)fprintf(c->out, "%s: good, %u instance%s\n",
			    c->args[1], config.count,
			    config.count == 1 ? "" : "s");
	}
	vrrp_config_free(&config);
	free(found);
	return good ? VRRPCTL_DONE : VRRPCTL_REFUSED;
}

static int
cmd_convert(struct ctx *c)
{
	return vrrpctl_convert(c->args[1], c->id,
	    (c->strict ? VRRPCTL_CONVERT_STRICT : 0) |
	    (c->json ? VRRPCTL_CONVERT_JSON : 0), c->out, c->err) ?
	    VRRPCTL_DONE : VRRPCTL_REFUSED;
}

/* --- the command line --- */

static void
usage(FILE *f)
{
	char text[64];
	size_t i, w;
	int n;

	(void)fprintf(f, "usage: vrrpctl [-jVh] [-s VRRPD_SOCKET] "
	    "[-b BFDD_SOCKET] COMMAND\n"
	    "  -j  print JSON\n  -V  print the version\n  -h  print this\n"
	    "commands:\n");
	for (i = 0; i < COMMANDS; i++) {
		for (w = 0, n = 0; w < WORDS_MAX &&
		    commands[i].words[w] != NULL; w++)
			n += snprintf(text + n, sizeof(text) - (size_t)n,
			    "%s%s", w > 0 ? " " : "", commands[i].words[w]);
		(void)fprintf(f, "  %-24s %s\n", text, commands[i].help);
	}
	(void)fprintf(f, "Words may be shortened: vrrpctl sh hi\n");
}

static bool
is_keyword(const char *word)
{
	return word != NULL && word[0] >= 'a' && word[0] <= 'z';
}

static bool
is_optional(const char *word)
{
	return word != NULL && word[0] == '[';
}

/* Complains, and says which words could stand at i, as "a, b or c". */
static void
say_expected(struct ctx *c, const bool *candidate, int i, const char *got)
{
	const char *words[COMMANDS], *w;
	char text[256];
	size_t n = 0, k, j;
	int len = 0;

	for (k = 0; k < COMMANDS; k++) {
		w = candidate[k] ? commands[k].words[i] : NULL;
		for (j = 0; j < n; j++)
			if (w != NULL && strcmp(words[j], w) == 0)
				break;
		if (w != NULL && j == n)
			words[n++] = w;
	}
	text[0] = '\0';
	for (k = 0; k < n; k++)
		len += snprintf(text + len, sizeof(text) - (size_t)len, "%s%s",
		    k == 0 ? "" : k + 1 == n ? " or " : ", ", words[k]);
	if (got == NULL)
		complain(c, "something is missing; expected %s", text);
	else if (n == 0)
		complain(c, "nothing is expected after \"%s\", but \"%s\" "
		    "stands there", c->args[i - 1], got);
	else
		complain(c, "\"%s\" is not known here; expected %s", got, text);
}

static void
say_ambiguous(struct ctx *c, const bool *candidate, int i)
{
	const char *last = NULL;
	size_t k;

	(void)fprintf(c->err, "vrrpctl: \"%s\" may be", c->args[i]);
	for (k = 0; k < COMMANDS; k++) {
		if (!candidate[k] || (last != NULL &&
		    strcmp(last, commands[k].words[i]) == 0))
			continue;
		(void)fprintf(c->err, "%s %s", last == NULL ? "" : " or",
		    commands[k].words[i]);
		last = commands[k].words[i];
	}
	(void)fputc('\n', c->err);
}

/*
 * Keeps the candidates that word i of the command line fits: the keyword in
 * full, else the keyword it begins, else the arguments.  *name: the command
 * that is meant if the shortened keyword is in truth a name.  False: nothing
 * fits, and that was said.
 */
static bool
narrow(struct ctx *c, bool *candidate, int i, const struct command **name)
{
	enum { NO, ARGUMENT, PREFIX, FULL } fits[COMMANDS], best = NO;
	const char *word, *chosen = NULL;
	bool before[COMMANDS], ambiguous = false;
	size_t k, len = strlen(c->args[i]);

	memcpy(before, candidate, sizeof(before));
	for (k = 0; k < COMMANDS; k++) {
		word = candidate[k] ? commands[k].words[i] : NULL;
		if (word == NULL || len == 0)
			fits[k] = NO;
		else if (!is_keyword(word))
			fits[k] = ARGUMENT;
		else if (strcmp(word, c->args[i]) == 0)
			fits[k] = FULL;
		else if (strncmp(word, c->args[i], len) == 0)
			fits[k] = PREFIX;
		else
			fits[k] = NO;
		if (fits[k] > best)
			best = fits[k];
	}
	if (best == NO) {
		say_expected(c, before, i, c->args[i]);
		return false;
	}
	for (k = 0; k < COMMANDS; k++) {
		if (best == PREFIX && fits[k] == ARGUMENT &&
		    i + 1 == c->count)
			*name = &commands[k];
		candidate[k] = fits[k] == best;
		if (!candidate[k] || best != PREFIX)
			continue;
		if (chosen != NULL && strcmp(chosen, commands[k].words[i]) != 0)
			ambiguous = true;
		chosen = commands[k].words[i];
	}
	if (ambiguous && *name == NULL) {
		say_ambiguous(c, candidate, i);
		return false;
	}
	return true;
}

/* Is there an instance of exactly that name? */
static bool
instance_exists(struct ctx *c, const char *name)
{
	json_t *result = NULL, *error = NULL;
	struct ctl_call *call;
	bool found;

	if (ctl_call_open(c->vrrpd_socket, &call) != 0)
		return false;
	found = ctl_call(call, "show", json_pack("{s:s}", "name", name),
	    &result, &error) == 0 && result != NULL;
	json_decref(result);
	json_decref(error);
	ctl_call_close(call);
	return found;
}

static int
run_command(struct ctx *c)
{
	const struct command *name = NULL;
	bool candidate[COMMANDS];
	size_t k, left = 0, match = 0;
	int i;

	memset(candidate, true, sizeof(candidate));
	for (i = 0; i < c->count && i < WORDS_MAX; i++)
		if (!narrow(c, candidate, i, &name))
			return VRRPCTL_USAGE;
	if (c->count > WORDS_MAX) {
		complain(c, "nothing is expected after \"%s\"",
		    c->args[WORDS_MAX - 1]);
		return VRRPCTL_USAGE;
	}
	if (name != NULL && instance_exists(c, c->args[c->count - 1]))
		return name->run(c);
	for (k = 0; k < COMMANDS; k++)
		if (candidate[k] && (i == WORDS_MAX ||
		    commands[k].words[i] == NULL ||
		    is_optional(commands[k].words[i]))) {
			left++;
			match = k;
		}
	if (left == 1)
		return commands[match].run(c);
	if (left > 1)
		say_ambiguous(c, candidate, i - 1);
	else
		say_expected(c, candidate, i, NULL);
	return VRRPCTL_USAGE;
}

int
vrrpctl_run(int argc, char **argv, FILE *out, FILE *err)
{
	struct ctx c = {
		.out = out,
		.err = err,
		.vrrpd_socket = RUNSTATEDIR "/vrrpd.sock",
		.bfdd_socket = RUNSTATEDIR "/bfdd.sock",
	};
	static const struct option long_options[] = {
		{ "strict", no_argument, NULL, OPTION_STRICT },
		{ "id", required_argument, NULL, OPTION_ID },
		{ NULL, 0, NULL, 0 },
	};
	int ch, rv;

	optind = 0;	/* a test calls more than once */
	opterr = 0;
	while ((ch = getopt_long(argc, argv, "js:b:Vh", long_options,
	    NULL)) != -1) {
		switch (ch) {
		case 'j':
			c.json = true;
			break;
		case 's':
			c.vrrpd_socket = optarg;
			break;
		case 'b':
			c.bfdd_socket = optarg;
			break;
		case 'V':
			(void)fprintf(out, "vrrpctl %s\n", PACKAGE_VERSION);
			return VRRPCTL_DONE;
		case 'h':
			usage(out);
			return VRRPCTL_DONE;
		case OPTION_STRICT:
			c.strict = true;
			break;
		case OPTION_ID:
			c.id = optarg;
			break;
		default:
			if (optopt == 's' || optopt == 'b')
				complain(&c, "-%c needs a path", optopt);
			else if (optopt == OPTION_ID)
				complain(&c, "--id needs a name");
			else if (optopt == 0 || optopt == OPTION_STRICT)
				complain(&c, "%s is not an option",
				    argv[optind - 1]);
			else
				complain(&c, "-%c is not an option", optopt);
			usage(err);
			return VRRPCTL_USAGE;
		}
	}
	c.args = argv + optind;
	c.count = argc - optind;
	if ((c.strict || c.id != NULL) && (c.count == 0 ||
	    strncmp(c.args[0], "co", 2) != 0)) {
		complain(&c, "%s is for convert", c.strict ? "--strict" :
		    "--id");
		return VRRPCTL_USAGE;
	}
	if (c.count == 0) {
		usage(err);
		return VRRPCTL_USAGE;
	}
	rv = run_command(&c);
	if (fflush(out) != 0 && rv == VRRPCTL_DONE)
		rv = VRRPCTL_REFUSED;
	return rv;
}
