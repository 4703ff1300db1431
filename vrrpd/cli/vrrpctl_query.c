/*
 * vrrpctl_query.c - the commands that look: show, monitor.
 *
 * Each asks one method of one daemon and gives the answer to a view, or prints
 * the answer itself with -j.
 */
#include "config.h"

#include "vrrpd/cli/vrrpctl_query.h"

#include <jansson.h>
#include <string.h>

#include "shared/ctl_call.h"
#include "vrrpd/cli/vrrpctl_doc.h"
#include "vrrpd/cli/vrrpctl_event.h"
#include "vrrpd/cli/vrrpctl_show.h"
#include "vrrpd/cli/vrrpctl_show_bfd.h"

/* --- show --- */

int
query_show(struct ctx *c)
{
	return ctx_query(c, "show", json_object(), vrrpctl_view_instances);
}

int
query_show_name(struct ctx *c)
{
	return ctx_query(c, "show", ctx_name(c, 1), vrrpctl_view_instance);
}

int
query_history(struct ctx *c)
{
	return ctx_query(c, "history", ctx_name(c, 2), vrrpctl_view_history);
}

/*
 * The counters of bfdd go with those of vrrpd, where there is one to ask: who
 * has none is not told so.
 */
static void
add_bfdd(struct ctx *c, json_t *result)
{
	json_t *answer = NULL, *error = NULL;
	struct ctl_call *call;

	if (ctl_call_open(c->bfdd_socket, &call) != 0)
		return;
	if (ctl_call(call, "stats", json_object(), &answer, &error) == 0 &&
	    answer != NULL)
		(void)json_object_set(result, "bfdd", answer);
	json_decref(answer);
	json_decref(error);
	ctl_call_close(call);
}

int
query_stats(struct ctx *c)
{
	json_t *result;
	struct view v;
	int rv;

	rv = ctx_ask(c, false, "stats", ctx_name(c, 2), &result);
	if (rv != VRRPCTL_DONE)
		return rv;
	if (c->count <= 2)
		add_bfdd(c, result);
	v = ctx_view(c);
	if (c->json)
		ctx_print_json(c, result);
	else
		vrrpctl_view_stats(&v, result);
	json_decref(result);
	return VRRPCTL_DONE;
}

int
query_show_bfd(struct ctx *c)
{
	json_t *result, *found, *s;
	struct view v;
	size_t i;
	int rv;

	rv = ctx_ask(c, true, "show", json_object(), &result);
	if (rv != VRRPCTL_DONE)
		return rv;
	v = ctx_view(c);
	if (c->count > 2) {
		found = doc_sessions_with(result, c->args[2]);
		if (json_array_size(found) == 0) {
			ctx_complain(c, "no BFD session with %s", c->args[2]);
			rv = VRRPCTL_REFUSED;
		} else if (c->json) {
			(void)json_object_set(result, "sessions", found);
			ctx_print_json(c, result);
		} else
			json_array_foreach(found, i, s)
				vrrpctl_view_session(&v, s);
		json_decref(found);
	} else if (c->json)
		ctx_print_json(c, result);
	else
		vrrpctl_view_sessions(&v, result);
	json_decref(result);
	return rv;
}

/* --- monitor --- */

static void
print_event(struct ctx *c, struct monitor *m, const char *topic,
    json_t *params)
{
	struct view v = ctx_view(c);
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

int
query_monitor(struct ctx *c)
{
	struct monitor m = { NULL, NULL };
	struct ctl_call *call;
	json_t *message, *result, *params;
	const char *topic;
	int rv;

	if ((rv = ctx_open(c, false, &call)) != VRRPCTL_DONE)
		return rv;
	rv = ctx_ask_on(c, call, false, "subscribe", json_pack("{s:[s,s,s]}",
	    "topics", "instance", "transition", "bfd"), &result);
	json_decref(result);
	while (rv == VRRPCTL_DONE && !ferror(c->out)) {
		if ((rv = ctl_call_next(call, &message)) != 0) {
			ctx_complain(c, "vrrpd closed the connection (%s)",
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
