/*
 * routes.c - connected routes of IPv6, and those that are asked for by netlink.
 *
 * Taken from Linux (addrconf.c, ip6_fib.c): an address brings the route of its
 * network, unless told not to.  One that is there for good stays so when a second
 * address comes or is renewed, but not when one that was there for good itself gets
 * a lifetime.  The route goes with
 * the last address that is there for good and needs it; one that was lent leaves it
 * to expire.  A route that names a source of IPv4 goes with that address.
 */
#include "config.h"

#include "test/world/routes.h"

#include <sys/socket.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "test/world/host.h"
#include "test/world/world.h"

static struct addr_prefix
network_of(const struct addr_prefix *p)
{
	struct addr_prefix net = *p;
	unsigned i;

	for (i = p->len; i < 8 * addr_len(p->addr.family); i++)
		net.addr.bytes[i / 8] &= (uint8_t)~(0x80 >> i % 8);
	return net;
}

static void
free_route(struct host *h, struct route *r)
{
	struct route **at;

	for (at = &h->routes; *at != r; at = &(*at)->next)
		continue;
	*at = r->next;
	free(r);
}

struct route *
route_find(const struct link *l, const struct addr_prefix *p, uint32_t metric)
{
	const struct addr_prefix net = network_of(p);
	struct route *r, *next;

	for (r = l->host->routes; r != NULL; r = next) {
		next = r->next;
		if (r->until <= world->now)
			free_route(l->host, r);
		else if (r->link == l && r->metric == metric &&
		    r->net.len == net.len &&
		    addr_equal(&r->net.addr, &net.addr))
			return r;
	}
	return NULL;
}

static struct route *
new_route(const struct link *l, const struct addr_prefix *p, uint32_t metric)
{
	struct route *r = world_alloc(sizeof(*r));

	r->link = l;
	r->net = network_of(p);
	r->metric = metric;
	r->until = NEVER;
	r->next = l->host->routes;
	l->host->routes = r;
	return r;
}

void
route_address_came(const struct link *l, const struct addr_prefix *p,
    uint32_t lifetime_s, bool was_for_good)
{
	int64_t until = lifetime_s == 0 ? NEVER :
	    world->now + lifetime_s * NS_PER_S;
	struct route *r = route_find(l, p, ROUTE_METRIC_KERNEL);

	if (p->addr.family != AF_INET6 || !l->up)
		return;
	if (r == NULL)
		new_route(l, p, ROUTE_METRIC_KERNEL)->until = until;
	else if (was_for_good || r->until != NEVER)
		r->until = until;
}

/* Another address that is there for good, or does without, keeps the route. */
static bool
is_needed(const struct link *l, const struct addr_prefix *p, int64_t *until)
{
	const struct address *a;

	*until = 0;
	for (a = l->host->addresses; a != NULL; a = a->next) {
		if (a->link != l || a->prefix.len != p->len ||
		    !addr_in_prefix(&a->prefix.addr, p))
			continue;
		if (a->lent_until == NEVER || a->no_route)
			return true;
		if (a->lent_until > *until)
			*until = a->lent_until;
	}
	return false;
}

static void
forget_source(struct host *h, const struct addr *source)
{
	struct route *r, *next;

	if (source->family != AF_INET || address_of(h, source) != NULL)
		return;
	for (r = h->routes; r != NULL; r = next) {
		next = r->next;
		if (addr_equal(&r->source, source))
			free_route(h, r);
	}
}

void
route_address_went(const struct link *l, const struct addr_prefix *p,
    bool lent, bool no_route)
{
	struct route *r;
	int64_t until;

	forget_source(l->host, &p->addr);
	if (p->addr.family != AF_INET6 || lent || no_route ||
	    (r = route_find(l, p, ROUTE_METRIC_KERNEL)) == NULL ||
	    is_needed(l, p, &until))
		return;
	if (until > 0)
		r->until = until;
	else
		free_route(l->host, r);
}

void
routes_link_down(const struct link *l)
{
	struct route *r, *next;

	for (r = l->host->routes; r != NULL; r = next) {
		next = r->next;
		if (r->link == l)
			free_route(l->host, r);
	}
}

int
route_add(const struct link *l, const struct addr_prefix *p, uint32_t metric,
    const struct addr *source)
{
	if (route_find(l, p, metric) != NULL)
		return -EEXIST;
	if (!l->up)
		return -ENETDOWN;
	new_route(l, p, metric)->source = *source;
	return 0;
}

int
route_del(const struct link *l, const struct addr_prefix *p, uint32_t metric)
{
	struct route *r = route_find(l, p, metric);

	if (r == NULL)
		return -ESRCH;
	free_route(l->host, r);
	return 0;
}
