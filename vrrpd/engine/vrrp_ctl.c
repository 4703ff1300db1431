/*
 * vrrp_ctl.c - what vrrpd answers.
 *
 * Handlers, one per method, that find the instance, check the parameters by the
 * rules of the configuration file and call the engine; and topics, which say
 * what has changed.  Values become JSON in vrrp_ctl_json.c.  Nothing here
 * decides anything about VRRP.
 *
 * Values changed by `set` hold until the next reload or restart, which the answer
 * says, unless they are to be kept.  What is to stay (that, `disable` and
 * `handover`) is answered when it is on the disk (vrrp_ctl_orders.h).
 */
#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/ctl_json.h"
#include "shared/ctl_server.h"
#include "shared/log.h"
#include "vrrpd/config/vrrp_values.h"
#include "vrrpd/engine/vrrp_ctl.h"
#include "vrrpd/engine/vrrp_ctl_history.h"
#include "vrrpd/engine/vrrp_ctl_json.h"
#include "vrrpd/engine/vrrp_ctl_list.h"
#include "vrrpd/engine/vrrp_ctl_orders.h"
#include "vrrpd/engine/vrrp_ctl_reload.h"
#include "vrrpd/engine/vrrp_ctl_restart.h"
#include "vrrpd/engine/vrrp_standing.h"

#define PUBLISH_CHUNK	8		/* levels at a time, at most */
#define PUBLISH_SLICE_NS (300 * NS_PER_US)
#define PUBLISH_PAUSE_NS NS_PER_MS

struct vrrp_ctl {
	struct loop		*loop;
	struct vrrp_router	*router;
	struct ctl_server	*server;
	struct vrrp_ctl_orders	*orders;	/* answers that wait */
	struct vrrp_ctl_restart	*restart;	/* and more of them */
	struct loop_timer	*publish;	/* levels that are due */
	struct vrrp_reload	*reload;
	int64_t			 started_real_ns;
};

/* --- handlers --- */

/* Logs the deed of a client, if it may have a line (ctl_client_conn_may_log). */
__attribute__((format(printf, 2, 3)))
static void
log_deed(struct ctl_client_conn *conn, const char *fmt, ...)
{
	char text[256], more[40] = "";
	uint64_t left_out;
	va_list ap;

	if (!ctl_client_conn_may_log(conn, &left_out))
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (left_out > 0)
		(void)snprintf(more, sizeof(more), " suppressed=%llu",
		    (unsigned long long)left_out);
	log_notice("%s by=\"%s\"%s", text, ctl_client_conn_name(conn), more);
}

/* "name" absent: *v is NULL. False: the error is set. */
static bool
named(const struct vrrp_ctl *c, json_t *params, bool required,
    struct vrrp_instance **v, struct ctl_error *error)
{
	json_t *name = json_object_get(params, "name");

	*v = NULL;
	if (name == NULL && !required)
		return true;
	if (!json_is_string(name))
		return ctl_fail(error, -32602, "\"name\" must be the name of "
		    "an instance");
	*v = vrrp_router_find(c->router, json_string_value(name));
	if (*v == NULL)
		return ctl_fail(error, CTL_ERR_NOT_FOUND,
		    "there is no instance \"%s\"", json_string_value(name));
	return true;
}

static json_t *
next_instance(void *cursor, unsigned list)
{
	const struct vrrp_instance *v;

	v = list > 0 ? NULL : vrrp_ctl_list_instance(cursor);
	return v == NULL ? NULL : vrrp_ctl_json_instance(
	    vrrp_ctl_list_router(cursor), v);
}

/* In parts, as all that may be long: an instance is some 50 us. */
static bool
do_show(struct ctl_client_conn *conn, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	static const char *const members[] = { "instances", NULL };
	static const struct ctl_stream stream = { members, NULL, next_instance,
	    vrrp_ctl_list_free };
	struct vrrp_ctl *c = arg;
	struct vrrp_router *r = c->router;
	struct vrrp_ctl_list *list;
	struct vrrp_instance *v;
	json_t *o;

	if (!named(c, params, false, &v, error))
		return false;
	list = vrrp_ctl_list_instances(r, v);
	if (list == NULL)
		return ctl_fail(error, CTL_ERR_REFUSED, "out of memory");
	ctl_client_conn_stream(conn, &stream, list);
	o = json_object();
	ctl_json_set_word(o, "router-id", r->router_id);
	ctl_json_set(o, "scheduling", vrrp_ctl_json_scheduling(r));
	if (r->birth != NULL)
		ctl_json_set(o, "processes", vrrp_ctl_json_processes(r));
	if (r->standing != NULL)
		ctl_json_set(o, "orders", vrrp_ctl_orders_summary(r));
	vrrp_ctl_reload_show(o, c->reload);
	ctl_json_set_word(o, "bfdd", vrrp_bfd_is_up(r->bfd) ? "connected" :
	    "unreachable");
	*result = o;
	return true;
}

static json_t *
next_transition(void *cursor, unsigned list)
{
	return list > 0 ? NULL : vrrp_ctl_history_next(cursor);
}

static void
end_history(void *cursor)
{
	vrrp_ctl_history_free(cursor);
}

/* In parts: there may be tens of thousands, which take a third of a second. */
static bool
do_history(struct ctl_client_conn *conn, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	static const char *const members[] = { "transitions", NULL };
	static const struct ctl_stream stream = { members, NULL,
	    next_transition, end_history };
	struct vrrp_ctl *c = arg;
	struct vrrp_ctl_history *h;
	struct vrrp_instance *v;

	if (!named(c, params, false, &v, error))
		return false;
	h = vrrp_ctl_history_new(c->router, v);
	if (h == NULL)
		return ctl_fail(error, CTL_ERR_REFUSED, "out of memory");
	ctl_client_conn_stream(conn, &stream, h);
	*result = json_object();
	return true;
}

static void
client_gone(struct ctl_client_conn *conn, bool clean, void *arg)
{
	struct vrrp_ctl *c = arg;

	(void)clean;
	vrrp_ctl_orders_gone(c->orders, conn);
	vrrp_ctl_restart_gone(c->restart, conn);
	vrrp_reload_forget(c->reload, conn);
}

static json_t *
stats_of_iface(struct vrrp_iface *f)
{
	if (f == NULL)
		return NULL;
	vrrp_iface_count_drops(f);
	return json_pack("{s:s, s:o}", "interface", f->name, "statistics",
	    vrrp_ctl_json_iface_stats(f));
}

/* Counters of the instances, then of the interfaces. */
static json_t *
next_stats(void *cursor, unsigned list)
{
	const struct vrrp_instance *v;

	switch (list) {
	case 0:
		v = vrrp_ctl_list_instance(cursor);
		return v == NULL ? NULL : json_pack("{s:s, s:o}", "name",
		    v->p.name, "statistics", vrrp_ctl_json_stats(v));
	case 1:
		return stats_of_iface(vrrp_ctl_list_iface(cursor));
	default:
		return NULL;
	}
}

static bool
do_stats(struct ctl_client_conn *conn, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	static const char *const members[] = { "instances", "interfaces",
	    NULL };
	static const struct ctl_stream stream = { members, NULL, next_stats,
	    vrrp_ctl_list_free };
	struct vrrp_ctl *c = arg;
	struct vrrp_router *r = c->router;
	struct vrrp_ctl_list *list;
	struct vrrp_instance *v;
	json_t *o;

	if (!named(c, params, false, &v, error))
		return false;
	list = vrrp_ctl_list_instances(r, v);
	if (list == NULL)
		return ctl_fail(error, CTL_ERR_REFUSED, "out of memory");
	ctl_client_conn_stream(conn, &stream, list);
	*result = o = json_object();
	if (v != NULL)
		return true;
	ctl_json_set(o, "loop", ctl_json_loop(loop_absence(c->loop)));
	ctl_json_set_int(o, "virtual-routers", r->instance_count);
	ctl_json_set(o, "statistics", vrrp_ctl_json_total(r,
	    c->started_real_ns));
	if (r->birth != NULL)
		ctl_json_set(o, "processes", json_pack("{s:o}",
		    "statistics", vrrp_ctl_json_refused(&r->refusals)));
	return true;
}

static bool
new_priority(const struct vrrp_instance *v, const json_t *value,
    struct vrrp_params *p, struct ctl_error *error)
{
	char text[24], why[128];

	if (!json_is_integer(value))
		return ctl_fail(error, -32602, "\"priority\" must be a number");
	if (v->p.priority == VRRP_PRIORITY_OWNER)
		return ctl_fail(error, CTL_ERR_REFUSED, "%s owns its address: "
		    "its priority is always 255", v->p.name);
	(void)snprintf(text, sizeof(text), "%lld",
	    (long long)json_integer_value(value));
	if (vrrp_values_priority(text, &p->priority, why, sizeof(why)) < 0)
		return ctl_fail(error, CTL_ERR_REFUSED, "%s", why);
	if (p->priority == VRRP_PRIORITY_OWNER)
		return ctl_fail(error, CTL_ERR_REFUSED, "priority 255 is for "
		    "the owner of the address: 1 to 254");
	return true;
}

static bool
new_interval(const struct vrrp_instance *v, const json_t *value,
    struct vrrp_params *p, struct ctl_error *error)
{
	char text[24], why[128];

	if (!json_is_integer(value))
		return ctl_fail(error, -32602,
		    "\"advert-interval-cs\" must be a number");
	(void)snprintf(text, sizeof(text), "%lld",
	    (long long)json_integer_value(value));
	if (vrrp_values_advert_int(text, v->p.version, &p->advert_int_cs, why,
	    sizeof(why)) < 0)
		return ctl_fail(error, CTL_ERR_REFUSED, "%s", why);
	return true;
}

static json_t *
set_answer(json_t *params, bool keep)
{
	json_t *applied = json_object(), *value;
	const char *key;

	json_object_foreach(params, key, value)
		if (strcmp(key, "name") != 0 && strcmp(key, "keep") != 0)
			(void)json_object_set(applied, key, value);
	return json_pack("{s:o, s:s}", "applied", applied, "kept", keep ?
	    "until changed in the file" : "until restart");
}

static bool
do_set(struct ctl_client_conn *conn, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	struct vrrp_ctl *c = arg;
	struct vrrp_instance *v;
	unsigned changed = 0;
	static struct vrrp_params p;	/* too large for the locked stack */
	bool keep = false;
	json_t *value;
	const char *key;
	int kept;

	if (!named(c, params, true, &v, error))
		return false;
	p = v->p;
	json_object_foreach(params, key, value) {
		if (strcmp(key, "name") == 0)
			continue;
		if (strcmp(key, "priority") == 0) {
			if (!new_priority(v, value, &p, error))
				return false;
			changed |= VRRP_STANDING_PRIORITY;
		} else if (strcmp(key, "advert-interval-cs") == 0) {
			if (!new_interval(v, value, &p, error))
				return false;
			changed |= VRRP_STANDING_ADVERT_INT;
		} else if (strcmp(key, "keep") == 0) {
			if (!json_is_boolean(value))
				return ctl_fail(error, -32602,
				    "\"keep\" must be true or false");
			keep = json_is_true(value);
		} else
			return ctl_fail(error, -32602,
			    "\"%s\" cannot be set at run time", key);
	}
	if (changed == 0)
		return ctl_fail(error, -32602, "nothing to set: "
		    "\"advert-interval-cs\" or \"priority\"");
	vrrp_instance_set(v, &p);
	vrrp_router_retune(c->router);
	log_deed(conn, "instance=%s set priority=%u advert_int_cs=%u%s",
	    v->p.name, v->p.priority, v->p.advert_int_cs,
	    keep ? " to be kept" : "");
	kept = keep ? vrrp_standing_keep(c->router->standing, &v->p, changed) :
	    0;
	*result = set_answer(params, keep && kept == 0);
	if (keep)
		*result = vrrp_ctl_orders_answer(c->orders, conn, *result,
		    kept);
	return true;
}

static json_t *
state_answer(const struct vrrp_instance *v)
{
	return json_pack("{s:s, s:s}", "name", v->p.name, "state",
	    vrrp_state_name(v->core.state));
}

static bool
do_disable(struct ctl_client_conn *conn, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	struct vrrp_ctl *c = arg;
	struct vrrp_instance *v;

	if (!named(c, params, true, &v, error))
		return false;
	log_deed(conn, "instance=%s disabled", v->p.name);
	vrrp_instance_disable(v, true);
	*result = vrrp_ctl_orders_answer(c->orders, conn, state_answer(v),
	    vrrp_standing_look(c->router->standing, v));
	return true;
}

/* An order of an instance that is not in the file (any more) ends. */
static bool
enable_absent(struct vrrp_ctl *c, struct ctl_client_conn *conn,
    json_t *params, json_t **result, struct ctl_error *error)
{
	const char *name = json_string_value(json_object_get(params, "name"));

	if (name == NULL || !vrrp_standing_end(c->router->standing, name))
		return false;
	error->code = 0;
	log_deed(conn, "instance=%s, which there is not, enabled", name);
	*result = vrrp_ctl_orders_answer(c->orders, conn, json_pack(
	    "{s:s, s:s}", "name", name, "state", "absent"), 0);
	return true;
}

static bool
do_enable(struct ctl_client_conn *conn, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	struct vrrp_ctl *c = arg;
	struct vrrp_instance *v;

	if (!named(c, params, true, &v, error))
		return enable_absent(c, conn, params, result, error);
	log_deed(conn, "instance=%s enabled", v->p.name);
	vrrp_instance_disable(v, false);
	*result = vrrp_ctl_orders_answer(c->orders, conn, state_answer(v),
	    vrrp_standing_look(c->router->standing, v));
	return true;
}

/* A group is handed over whole. */
static int
look_at_group(struct vrrp_router *r, const struct vrrp_instance *v)
{
	int error = 0, rc;
	unsigned i;

	for (i = 0; i < r->instance_count; i++) {
		if (r->instances[i] != v && (v->group == NULL ||
		    r->instances[i]->group != v->group))
			continue;
		rc = vrrp_standing_look(r->standing, r->instances[i]);
		error = error == 0 ? rc : error;
	}
	return error;
}

static bool
do_handover(struct ctl_client_conn *conn, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	struct vrrp_ctl *c = arg;
	struct vrrp_instance *v;

	if (!named(c, params, true, &v, error))
		return false;
	switch (vrrp_instance_handover(v)) {
	case 0:
		break;
	case -EPERM:
		return ctl_fail(error, CTL_ERR_REFUSED, "%s owns its address "
		    "and would take it back at once", v->p.name);
	default:
		return ctl_fail(error, CTL_ERR_REFUSED, "%s is not Active "
		    "here (it is in state %s)", v->p.name,
		    vrrp_state_name(v->core.state));
	}
	log_deed(conn, "instance=%s handed over", v->p.name);
	*result = vrrp_ctl_orders_answer(c->orders, conn, state_answer(v),
	    look_at_group(c->router, v));
	return true;
}

static bool
do_reload(struct ctl_client_conn *conn, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	struct vrrp_ctl *c = arg;

	(void)result;
	return vrrp_ctl_reload_ask(c->reload, conn, params, error);
}

static bool
do_confirm(struct ctl_client_conn *conn, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	struct vrrp_ctl *c = arg;

	(void)params;
	if (!vrrp_ctl_reload_confirm(c->reload, result, error))
		return false;
	log_notice("reload confirmed by=\"%s\"", ctl_client_conn_name(conn));
	return true;
}

static bool
do_restart(struct ctl_client_conn *conn, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	struct vrrp_ctl *c = arg;

	(void)params;
	(void)result;
	return vrrp_ctl_restart_ask(c->restart, conn, error);
}

static const struct ctl_method methods[] = {
	{ "show", 0, do_show },
	{ "history", 0, do_history },
	{ "stats", 0, do_stats },
	{ "set", CTL_CHANGES, do_set },
	{ "disable", CTL_CHANGES, do_disable },
	{ "enable", CTL_CHANGES, do_enable },
	{ "handover", CTL_CHANGES, do_handover },
	{ "reload", CTL_CHANGES, do_reload },
	{ "confirm", CTL_CHANGES, do_confirm },
	{ "restart", CTL_CHANGES, do_restart },
	{ NULL, 0, NULL },
};

/* --- topics --- */

static json_t *
next_session(void *cursor, unsigned list)
{
	const struct vrrp_bfd_session *s = vrrp_ctl_list_session(cursor);

	(void)list;
	return s == NULL ? NULL : vrrp_ctl_json_session(s);
}

static void
snapshot(struct ctl_client_conn *conn, const char *topic, void *arg)
{
	static const struct ctl_stream instances = { NULL, "instance",
	    next_instance, vrrp_ctl_list_free };
	static const struct ctl_stream sessions = { NULL, "bfd", next_session,
	    vrrp_ctl_list_free };
	const struct ctl_stream *stream = NULL;
	struct vrrp_ctl_list *list = NULL;
	struct vrrp_ctl *c = arg;

	if (strcmp(topic, "instance") == 0) {
		stream = &instances;
		list = vrrp_ctl_list_instances(c->router, NULL);
	} else if (strcmp(topic, "bfd") == 0) {
		stream = &sessions;
		list = vrrp_ctl_list_sessions(c->router);
	}
	if (list != NULL)
		ctl_client_conn_stream(conn, stream, list);
}

/*
 * Hundreds of instances may change in one batch, and a level takes time to
 * write: they are told in portions, so that the next advert is not late.
 */
static void
publish_cb(mono_t deadline, void *arg)
{
	struct vrrp_ctl *c = arg;
	struct vrrp_router *r = c->router;
	mono_t end = mono_add(loop_clock(), PUBLISH_SLICE_NS);
	unsigned i, told = 0;

	(void)deadline;
	for (i = 0; i < r->instance_count; i++) {
		if (!r->instances[i]->untold)
			continue;
		if (told++ == PUBLISH_CHUNK || (told > 1 &&
		    !mono_before(loop_clock(), end))) {
			loop_timer_set(c->publish,
			    mono_add(loop_clock(), PUBLISH_PAUSE_NS));
			return;
		}
		r->instances[i]->untold = false;
		if (ctl_server_has_subscribers(c->server, "instance"))
			ctl_server_publish(c->server, "instance",
			    r->instances[i]->p.name,
			    vrrp_ctl_json_instance(r, r->instances[i]));
	}
}

static void
changed(struct vrrp_instance *v, void *arg)
{
	struct vrrp_ctl *c = arg;

	if (v->untold || !ctl_server_has_subscribers(c->server, "instance"))
		return;
	v->untold = true;
	loop_timer_set(c->publish, loop_clock());
}

static void
transition(struct vrrp_instance *v, const struct vrrp_record *rec, void *arg)
{
	struct vrrp_ctl *c = arg;

	if (ctl_server_has_subscribers(c->server, "transition"))
		ctl_server_publish(c->server, "transition", NULL,
		    vrrp_ctl_json_record(v, rec));
}

static void
bfd_changed(const struct vrrp_bfd_session *s, void *arg)
{
	struct vrrp_ctl *c = arg;
	char key[IF_NAMESIZE + ADDR_STRLEN + 1], text[ADDR_STRLEN];

	if (!ctl_server_has_subscribers(c->server, "bfd"))
		return;
	(void)snprintf(key, sizeof(key), "%s %s", s->interface,
	    addr_format(&s->peer, text, sizeof(text)));
	ctl_server_publish(c->server, "bfd", key, vrrp_ctl_json_session(s));
}

int
vrrp_ctl_open(struct loop *loop, struct vrrp_router *r,
    const struct ctl_listener *listener, struct vrrp_reload *reload,
    struct vrrp_ctl **out)
{
	struct ctl_server_config config = {
		.listener = listener,
		.program = "vrrpd",
		.version = PACKAGE_VERSION,
		.methods = methods,
		.snapshot = snapshot,
		.gone = client_gone,
	};
	struct vrrp_ctl *c;
	int error;

	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return -ENOMEM;
	c->loop = loop;
	c->router = r;
	c->reload = reload;
	c->started_real_ns = loop_realtime_ns();
	config.arg = c;
	c->publish = loop_timer_new(loop, publish_cb, c);
	c->orders = vrrp_ctl_orders_new(loop, r);
	c->restart = vrrp_ctl_restart_new(loop, r);
	error = c->publish == NULL || c->orders == NULL ||
	    c->restart == NULL ? -ENOMEM :
	    ctl_server_open(loop, &config, (gid_t)-1, &c->server);
	if (error < 0) {
		vrrp_ctl_restart_free(c->restart);
		vrrp_ctl_orders_free(c->orders);
		loop_timer_free(c->publish);
		free(c);
		return error;
	}
	r->changed = changed;
	r->transition = transition;
	r->bfd_changed = bfd_changed;
	r->arg = c;
	*out = c;
	return 0;
}

void
vrrp_ctl_close(struct vrrp_ctl *c)
{
	if (c == NULL)
		return;
	c->router->changed = NULL;
	c->router->transition = NULL;
	c->router->bfd_changed = NULL;
	ctl_server_close(c->server);
	vrrp_ctl_restart_free(c->restart);
	vrrp_ctl_orders_free(c->orders);
	loop_timer_free(c->publish);
	free(c);
}
