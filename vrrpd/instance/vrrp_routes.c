/*
 * vrrp_routes.c - the routes and rules of an instance, as long as it is Active.
 *
 * They come directly after the addresses, since a gateway or a source may be one of
 * them, and before anybody is told of the takeover: a packet that is drawn here finds
 * its way on.  They go directly before the addresses.  An instance that lingers has them
 * as long as it answers.
 *
 * A route is no reason not to be Active.  One that the kernel refuses, because its
 * gateway cannot be reached or its device is down, is said once, shown, and tried
 * again: when something of its interface changes, and now and then.  One that was
 * there before us is left alone, and said to be so.
 *
 * Somebody who removes ours gets them back at once, and from then on every
 * RESTORE_PAUSE_NS: a program that removes them all the time costs that much and no
 * more.
 *
 * The requests are vrrp_paths.c's.  Called by vrrp_hold.c, vrrp_machine.c and, with the
 * events, by the engine.
 */
#include "config.h"

#include "vrrpd/instance/vrrp_routes.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/log.h"
#include "shared/loop.h"
#include "shared/pure/token_bucket.h"
#include "vrrpd/config/vrrp_diff.h"
#include "vrrpd/instance/vrrp_env.h"
#include "vrrpd/instance/vrrp_iface.h"
#include "vrrpd/linux/vrrp_vip.h"
#include "vrrpd/pure/vrrp_route.h"

#define RESTORE_PAUSE_NS	(1 * NS_PER_S)
#define RETRY_FIRST_NS		(1 * NS_PER_S)
#define RETRY_MOST_NS		(30 * NS_PER_S)
#define LOG_EVERY_NS		(10 * NS_PER_S)
#define LOG_BURST		8
#define PATHS_MAX		(VRRP_ROUTES_MAX + VRRP_RULES_MAX)

struct vrrp_routes {
	struct vrrp_instance	*v;
	struct vrrp_paths	*paths;
	struct loop_timer	*timer;
	mono_t			 not_before;	/* the next restoration */
	int64_t			 retry_ns;	/* the next back-off */
	bool			 all;		/* at the timer: each one */
	uint64_t		 restored;
	struct token_bucket	 bucket, restore_bucket;
	/* The state and error of each that were said last. */
	struct {
		enum vrrp_path_state	state;
		int			error;
	} said[PATHS_MAX];
};

/* --- words --- */

static void
explain(enum vrrp_path_state state, int error, char why[VRRP_ROUTES_WHY_MAX])
{
	why[0] = '\0';
	switch (state) {
	case VRRP_PATH_FOREIGN:
		(void)snprintf(why, VRRP_ROUTES_WHY_MAX, "there is one of this "
		    "network, table and metric that is not ours");
		break;
	case VRRP_PATH_REFUSED:
		(void)snprintf(why, VRRP_ROUTES_WHY_MAX, "%s", error == ENODEV ?
		    "its device does not exist" : strerror(error));
		break;
	case VRRP_PATH_LOST:
		(void)snprintf(why, VRRP_ROUTES_WHY_MAX,
		    "somebody has removed it");
		break;
	case VRRP_PATH_AWAY:
	case VRRP_PATH_ASKED:
	case VRRP_PATH_IN_FORCE:
		break;
	}
}

static const char *
text_of(const struct vrrp_params *p, unsigned i, char buf[VRRP_ROUTE_STRLEN])
{
	return i < p->route_count ? vrrp_route_format(&p->routes[i], buf) :
	    vrrp_rule_format(&p->rules[i - p->route_count], buf);
}

static void
say(struct vrrp_routes *r)
{
	const struct vrrp_params *p = &r->v->p;
	unsigned i, n = vrrp_paths_count(r->paths);
	char text[VRRP_ROUTE_STRLEN], why[VRRP_ROUTES_WHY_MAX];
	enum vrrp_path_state state;
	uint64_t suppressed;
	int error;

	for (i = 0; i < n && i < p->route_count + p->rule_count; i++) {
		state = vrrp_paths_state(r->paths, i, &error);
		if (r->said[i].state == state && r->said[i].error == error)
			continue;
		r->said[i].state = state;
		r->said[i].error = error;
		if ((state != VRRP_PATH_FOREIGN && state != VRRP_PATH_REFUSED) ||
		    !token_bucket_take(&r->bucket, loop_clock(), &suppressed))
			continue;
		explain(state, error, why);
		log_warning("instance=%s %s=\"%s\" is not in force: %s%s "
		    "suppressed=%llu", p->name, i < p->route_count ? "route" :
		    "rule", text_of(p, i, text), why,
		    state == VRRP_PATH_FOREIGN ? ", and is left alone" : "",
		    (unsigned long long)suppressed);
	}
}

/* --- trying again --- */

static void
arm(struct vrrp_routes *r, mono_t when)
{
	loop_timer_set(r->timer, when);
}

static void
arm_soon(struct vrrp_routes *r)
{
	arm(r, mono_max(loop_clock(), r->not_before));
}

/* A route may be missing without an event that would bring it: now and then. */
static void
arm_retry(struct vrrp_routes *r)
{
	if (vrrp_paths_missing(r->paths) == 0) {
		r->retry_ns = RETRY_FIRST_NS;
		return;
	}
	arm(r, mono_add(loop_clock(), r->retry_ns));
	r->retry_ns = 2 * r->retry_ns > RETRY_MOST_NS ? RETRY_MOST_NS :
	    2 * r->retry_ns;
}

static void
changed(unsigned restored, void *arg)
{
	struct vrrp_routes *r = arg;
	uint64_t suppressed;

	r->restored += restored;
	if (restored > 0 && token_bucket_take(&r->restore_bucket, loop_clock(),
	    &suppressed))
		log_warning("instance=%s routes or rules were removed by someone "
		    "else: restored=%u suppressed=%llu", r->v->p.name, restored,
		    (unsigned long long)suppressed);
	say(r);
	arm_retry(r);
}

static void
timer_cb(mono_t deadline, void *arg)
{
	struct vrrp_routes *r = arg;
	bool all = r->all;

	(void)deadline;
	r->all = false;
	if (!vrrp_paths_are_put(r->paths))
		return;
	r->not_before = mono_add(loop_clock(), RESTORE_PAUSE_NS);
	if (all)
		vrrp_paths_put_again(r->paths);
	else
		vrrp_paths_put_missing(r->paths);
}

/* --- preparing --- */

static struct vrrp_routes *
allocate(struct vrrp_instance *v)
{
	struct vrrp_routes *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->v = v;
	r->retry_ns = RETRY_FIRST_NS;
	r->not_before = loop_clock();
	token_bucket_init(&r->bucket, LOG_EVERY_NS, LOG_BURST);
	token_bucket_init(&r->restore_bucket, LOG_EVERY_NS, LOG_BURST);
	r->timer = loop_timer_new(v->env->loop, timer_cb, r);
	r->paths = vrrp_paths_new(v->env->nl, v->env->paths, changed, r);
	if (r->timer != NULL && r->paths != NULL)
		return r;
	vrrp_paths_free(r->paths);
	loop_timer_free(r->timer);
	free(r);
	return NULL;
}

static bool
prepare(struct vrrp_instance *v)
{
	const char *device = vrrp_vip_device(v->vips);
	char self[IF_NAMESIZE] = "";

	(void)snprintf(self, sizeof(self), "%s", device[0] != '\0' ? device :
	    v->iface->link.name);
	return vrrp_paths_prepare(v->routes->paths, &v->p, self,
	    vrrp_vip_ifindex(v->vips), v->iface->link.ifindex, v->kept) == 0;
}

bool
vrrp_routes_prepare(struct vrrp_instance *v)
{
	if (v->env->paths == NULL || v->vips == NULL || (v->routes == NULL &&
	    v->p.route_count + v->p.rule_count == 0))
		return true;
	if ((v->routes == NULL && (v->routes = allocate(v)) == NULL) ||
	    !prepare(v)) {
		(void)snprintf(v->retry_reason, sizeof(v->retry_reason),
		    "out of memory");
		return false;
	}
	if (vrrp_paths_missing(v->routes->paths) > 0)
		arm_soon(v->routes);
	return true;
}

/* --- putting and taking away --- */

void
vrrp_routes_put(struct vrrp_instance *v)
{
	if (v->routes == NULL || vrrp_paths_count(v->routes->paths) == 0)
		return;
	vrrp_paths_put(v->routes->paths);
	/* Should no answer come. */
	v->routes->retry_ns = RETRY_FIRST_NS;
	arm_retry(v->routes);
}

void
vrrp_routes_follow(struct vrrp_instance *v)
{
	if (v->routes == NULL || !v->holds)
		return;
	if (!vrrp_paths_are_put(v->routes->paths))
		vrrp_routes_put(v);
	else
		vrrp_paths_put_missing(v->routes->paths);
}

int
vrrp_routes_change(struct vrrp_instance *v, const struct vrrp_params *was)
{
	if (!vrrp_diff_in(was, &v->p, "routes") &&
	    !vrrp_diff_in(was, &v->p, "rules"))
		return 0;
	if (!vrrp_routes_prepare(v)) {
		v->p = *was;
		return -ENOMEM;
	}
	vrrp_routes_follow(v);
	return 1;
}

void
vrrp_routes_withdraw(struct vrrp_instance *v)
{
	if (v->routes == NULL)
		return;
	arm(v->routes, MONO_NEVER);
	v->routes->all = false;
	vrrp_paths_withdraw(v->routes->paths);
	memset(v->routes->said, 0, sizeof(v->routes->said));
}

const uint8_t *
vrrp_routes_withdrawal(const struct vrrp_instance *v, size_t *len)
{
	*len = 0;
	return v->routes == NULL ? NULL :
	    vrrp_paths_withdrawal(v->routes->paths, len);
}

void
vrrp_routes_free(struct vrrp_instance *v)
{
	if (v->routes == NULL)
		return;
	vrrp_paths_free(v->routes->paths);
	loop_timer_free(v->routes->timer);
	free(v->routes);
	v->routes = NULL;
}

/* --- events --- */

void
vrrp_routes_route_event(struct vrrp_instance *v, const struct nl_route *route,
    bool gone)
{
	if (v->routes != NULL &&
	    vrrp_paths_route_event(v->routes->paths, route, gone))
		arm_soon(v->routes);
}

void
vrrp_routes_rule_event(struct vrrp_instance *v, const struct nl_rule *rule,
    bool gone)
{
	if (v->routes != NULL &&
	    vrrp_paths_rule_event(v->routes->paths, rule, gone))
		arm_soon(v->routes);
}

void
vrrp_routes_link_event(struct vrrp_instance *v, int ifindex)
{
	if (v->routes == NULL || !vrrp_paths_concern(v->routes->paths, ifindex))
		return;
	v->routes->all = true;
	arm_soon(v->routes);
}

static bool
is_named(const struct vrrp_params *p, const struct nl_link *link)
{
	unsigned i;

	for (i = 0; i < p->route_count; i++)
		if (p->routes[i].device[0] != '\0' &&
		    nl_link_is_called(link, p->routes[i].device))
			return true;
	return false;
}

void
vrrp_routes_device_event(struct vrrp_instance *v, const struct nl_link *link)
{
	if (v->routes == NULL)
		return;
	if (v->vips != NULL && is_named(&v->p, link))
		(void)prepare(v);
	vrrp_routes_link_event(v, link->ifindex);
}

/* --- for show --- */

enum vrrp_path_state
vrrp_routes_state(const struct vrrp_instance *v, unsigned i,
    char why[VRRP_ROUTES_WHY_MAX])
{
	enum vrrp_path_state state;
	int error;

	why[0] = '\0';
	if (v->routes == NULL || i >= vrrp_paths_count(v->routes->paths))
		return VRRP_PATH_AWAY;
	state = vrrp_paths_state(v->routes->paths, i, &error);
	explain(state, error, why);
	return state;
}

uint64_t
vrrp_routes_restored(const struct vrrp_instance *v)
{
	return v->routes == NULL ? 0 : v->routes->restored;
}
