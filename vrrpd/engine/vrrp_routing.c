/*
 * vrrp_routing.c - routes and rules of all instances: events, and leftovers.
 *
 * An address that vrrpd has lent runs out when all of vrrpd is dead.  A route has no
 * such end, nor has a rule: where monitor and engine were killed together, both stay,
 * and the next start removes what carries our protocol number, whatever its
 * configuration says.  So there is one vrrpd for each network namespace, and nobody else
 * may use that number.
 *
 * Called by vrrp_router.c and vrrp_cleanup.c.
 */
#include "config.h"

#include "vrrpd/engine/vrrp_routing.h"

#include <errno.h>
#include <string.h>

#include "shared/log.h"
#include "shared/nl.h"
#include "shared/nl_batch.h"
#include "shared/nl_route.h"
#include "vrrpd/instance/vrrp_routes.h"
#include "vrrpd/linux/vrrp_paths.h"

/* --- events --- */

static void
route_event(const struct nl_route *route, bool gone, void *arg)
{
	struct vrrp_router *r = arg;
	unsigned i;

	for (i = 0; i < r->instance_count; i++)
		vrrp_routes_route_event(r->instances[i], route, gone);
}

static void
rule_event(const struct nl_rule *rule, bool gone, void *arg)
{
	struct vrrp_router *r = arg;
	unsigned i;

	for (i = 0; i < r->instance_count; i++)
		vrrp_routes_rule_event(r->instances[i], rule, gone);
}

static void
events_lost(void *arg)
{
	struct vrrp_router *r = arg;
	unsigned i;

	for (i = 0; i < r->instance_count; i++)
		vrrp_routes_link_event(r->instances[i], 0);
}

void
vrrp_routing_open(struct vrrp_router *r)
{
	static const struct nl_route_handlers handlers = {
		.route = route_event,
		.rule = rule_event,
		.lost = events_lost,
	};
	int error = nl_route_watch(r->loop, VRRP_PATHS_PROTOCOL, &handlers, r,
	    &r->route_watch);

	if (error < 0)
		log_warning("the kernel does not tell of routes: %s",
		    strerror(-error));
}

void
vrrp_routing_close(struct vrrp_router *r)
{
	nl_route_unwatch(r->route_watch);
	r->route_watch = NULL;
}

/* --- leftovers --- */

struct cleaning {
	const struct vrrp_router	*r;
	struct nl_batch			*batch;
	unsigned			 routes, rules;
};

static void
clean_route(const struct nl_route *route, void *arg)
{
	struct cleaning *c = arg;

	if (!vrrp_paths_list_has_route(c->r->env.paths, route) &&
	    nl_batch_put_route(c->batch, route, false) == 0)
		c->routes++;
}

static void
clean_rule(const struct nl_rule *rule, void *arg)
{
	struct cleaning *c = arg;

	if (!vrrp_paths_list_has_rule(c->r->env.paths, rule) &&
	    nl_batch_put_rule(c->batch, rule, false) == 0)
		c->rules++;
}

void
vrrp_routing_clean(struct vrrp_router *r)
{
	struct cleaning c = { .r = r, .batch = nl_batch_new(r->nl) };
	int error;

	if (c.batch == NULL)
		return;
	error = nl_read_routes(r->nl, VRRP_PATHS_PROTOCOL, clean_route,
	    clean_rule, &c);
	if (error < 0)
		log_warning("cannot look for leftover routes: %s",
		    strerror(-error));
	if (c.routes + c.rules > 0) {
		log_notice("removing leftover routes=%u rules=%u", c.routes,
		    c.rules);
		(void)nl_batch_send(c.batch, NULL, NULL);
	}
	nl_batch_free(c.batch);
}
