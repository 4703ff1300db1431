/*
 * vrrpctl_change.c - the commands that change something in a running daemon.
 *
 * A value that no daemon could take is refused here, in the words of the
 * configuration; whether it can be taken now is the daemon's to say.
 */
#include "config.h"

#include "vrrpd/cli/vrrpctl_change.h"

#include <inttypes.h>
#include <jansson.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "shared/ctl_call.h"
#include "shared/pure/mono.h"
#include "shared/pure/span.h"
#include "vrrpd/cli/vrrpctl_doc.h"
#include "vrrpd/config/vrrp_values.h"

#define NOT_KEPT	"(until vrrpd restarts or reloads; --keep would " \
			"keep it)"
/* How long the engine that was asked may take to end. */
#define RESTART_S	20
#define KEPT		"(kept until the file has another)"

/* An order was to outlive a restart, and will not. */
static void
say_on_disk(struct ctx *c, const json_t *result)
{
	if (json_is_false(json_object_get(result, "on-disk")))
		ctx_complain(c, "this ends with vrrpd, for it is not on the "
		    "disk: %s", doc_str_or(result, "why-not", "unknown"));
}

/* Ask vrrpd to change something, and say that this was done. */
static int __attribute__((format(printf, 4, 5)))
change(struct ctx *c, const char *method, json_t *params, const char *fmt, ...)
{
	json_t *result;
	va_list ap;
	int rv;

	if ((rv = ctx_ask(c, false, method, params, &result)) != VRRPCTL_DONE)
		return rv;
	if (c->json)
		ctx_print_json(c, result);
	else {
		va_start(ap, fmt);
		(void)vfprintf(c->out, fmt, ap);
		va_end(ap);
		(void)fputc('\n', c->out);
	}
	say_on_disk(c, result);
	json_decref(result);
	return VRRPCTL_DONE;
}

/* --- instances --- */

static int
change_value(struct ctx *c, const char *word, const char *text,
    const char *member, int value)
{
	json_t *params = json_pack("{s:s, s:i}", "name", c->args[1], member,
	    value);

	if (c->keep)
		(void)json_object_set_new(params, "keep", json_true());
	return change(c, "set", params, "%s: %s = %s %s", c->args[1],
	    word, text, c->keep ? KEPT : NOT_KEPT);
}

int
change_advert_int(struct ctx *c)
{
	char why[160], text[32];
	uint16_t cs;

	/*
	 * Whether the instance speaks version 2 is vrrpd's to know; a value no
	 * version has is refused here, with the words of the configuration.
	 */
	if (vrrp_values_advert_int(c->args[3], 2, &cs, why, sizeof(why)) != 0 &&
	    vrrp_values_advert_int(c->args[3], 3, &cs, why, sizeof(why)) != 0) {
		ctx_complain(c, "%s", why);
		return VRRPCTL_REFUSED;
	}
	return change_value(c, "advert_int", span_format(ns_from_cs(cs), text,
	    sizeof(text)), "advert-interval-cs", cs);
}

int
change_priority(struct ctx *c)
{
	char why[160], text[8];
	uint8_t priority;

	if (vrrp_values_priority(c->args[3], &priority, why,
	    sizeof(why)) != 0) {
		ctx_complain(c, "%s", why);
		return VRRPCTL_REFUSED;
	}
	(void)snprintf(text, sizeof(text), "%u", priority);
	return change_value(c, "priority", text, "priority", priority);
}

int
change_handover(struct ctx *c)
{
	return change(c, "handover", ctx_name(c, 1), "%s: handed over",
	    c->args[1]);
}

int
change_disable(struct ctx *c)
{
	return change(c, "disable", ctx_name(c, 1), "%s: disabled until enabled",
	    c->args[1]);
}

int
change_enable(struct ctx *c)
{
	return change(c, "enable", ctx_name(c, 1), "%s: enabled",
	    c->args[1]);
}

/* --- BFD sessions --- */

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

	rv = ctx_ask(c, true, "show", json_object(), &shown);
	found = rv == VRRPCTL_DONE ? doc_sessions_with(shown, c->args[2]) :
	    NULL;
	json_array_foreach(found, i, s) {
		interface = json_string_value(json_object_get(s, "interface"));
		if (c->count > 3 && (interface == NULL ||
		    strcmp(interface, c->args[3]) != 0))
			continue;
		rv = ctx_ask(c, true, method, session_key(s), &result);
		if (rv != VRRPCTL_DONE)
			break;
		(void)json_array_append_new(results, result);
		if (!c->json)
			(void)fprintf(c->out, "%s%s%s: %s\n", c->args[2],
			    interface != NULL ? " on " : "", interface != NULL ?
			    interface : "", done);
	}
	if (rv == VRRPCTL_DONE && json_array_size(results) == 0) {
		ctx_complain(c, "no BFD session with %s%s%s", c->args[2],
		    c->count > 3 ? " on " : "", c->count > 3 ? c->args[3] :
		    "");
		rv = VRRPCTL_REFUSED;
	} else if (rv == VRRPCTL_DONE && c->json)
		ctx_print_json(c, results);
	json_decref(found);
	json_decref(shown);
	json_decref(results);
	return rv;
}

int
change_bfd_disable(struct ctx *c)
{
	return change_sessions(c, "session.admin-down",
	    "AdminDown (until enabled, or bfdd restarts)");
}

int
change_bfd_enable(struct ctx *c)
{
	return change_sessions(c, "session.admin-up", "enabled");
}

/* --- the daemon --- */

static void
on_alarm(int signo)
{
	(void)signo;
}

/* The engine that was asked ends, and with it the connection. */
static void
wait_for_end(struct ctl_call *call)
{
	const struct sigaction wake = { .sa_handler = on_alarm };
	json_t *message;

	(void)sigaction(SIGALRM, &wake, NULL);
	(void)alarm(RESTART_S);
	while (ctl_call_next(call, &message) == 0)
		json_decref(message);
	(void)alarm(0);
}

/*
 * The next one answers on the same socket, and says which version it is; wanted
 * NULL: nobody knows before.
 */
static int
see_who_goes_on(struct ctx *c, bool bfdd, const char *wanted)
{
	const char *got;
	json_t *result;
	int rv;

	rv = ctx_ask(c, bfdd, "hello", json_object(), &result);
	if (rv != VRRPCTL_DONE)
		return rv;
	got = json_string_value(json_object_get(result, "version"));
	if (got != NULL && wanted != NULL && strcmp(got, wanted) != 0) {
		ctx_complain(c, "version %s on disk could not be the engine, "
		    "and version %s goes on: the log of vrrpd has why", wanted,
		    got);
		rv = VRRPCTL_REFUSED;
	} else if (!c->json)
		(void)fprintf(c->out, "%s was replaced: version %s\n", bfdd ?
		    "bfdd" : "vrrpd's engine", got == NULL ? "unknown" : got);
	json_decref(result);
	return rv;
}

int
change_restart(struct ctx *c)
{
	struct ctl_call *call;
	const char *version;
	json_t *result;
	int rv;

	if ((rv = ctx_open(c, false, &call)) != VRRPCTL_DONE)
		return rv;
	rv = ctx_ask_on(c, call, false, "restart", json_object(), &result);
	if (rv != VRRPCTL_DONE) {
		ctl_call_close(call);
		return rv;
	}
	version = json_string_value(json_object_get(result, "version"));
	if (c->json)
		ctx_print_json(c, result);
	/* A vrrpd of before says no version, and has been asked all the same. */
	if (version != NULL && json_is_true(json_object_get(result,
	    "whole"))) {
		if (!c->json)
			(void)fprintf(c->out, "version %s on disk speaks another "
			    "language: all of vrrpd leaves and begins again\n",
			    version);
	} else if (version != NULL) {
		wait_for_end(call);
		rv = see_who_goes_on(c, false, version);
	}
	ctl_call_close(call);
	json_decref(result);
	return rv;
}

int
change_restart_bfdd(struct ctx *c)
{
	struct ctl_call *call;
	json_t *result;
	int rv;

	if ((rv = ctx_open(c, true, &call)) != VRRPCTL_DONE)
		return rv;
	rv = ctx_ask_on(c, call, true, "restart", json_object(), &result);
	if (rv == VRRPCTL_DONE) {
		if (c->json)
			ctx_print_json(c, result);
		wait_for_end(call);
		rv = see_who_goes_on(c, true, NULL);
		json_decref(result);
	}
	ctl_call_close(call);
	return rv;
}
