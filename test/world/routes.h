/*
 * routes.h - connected routes of IPv6, and those that are asked for by netlink.
 *
 * Everything is on link here, so that no packet needs a route; but whose routes
 * they are, and which are left, is looked at (hosts.c).
 */
#ifndef TEST_WORLD_ROUTES_H
#define TEST_WORLD_ROUTES_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/pure/addr.h"

struct host;
struct link;

#define ROUTE_METRIC_KERNEL	256	/* of the route of an address */

struct route {
	struct route		*next;
	const struct link	*link;
	struct addr_prefix	 net;
	uint32_t		 metric;
	int64_t			 until;		/* NEVER: for good */
	struct addr		 source;	/* unset: none */
};

/*
 * An address came, or was renewed, that brings its route along.  was_for_good: it was
 * there, without a lifetime and with its route.
 */
void	route_address_came(const struct link *, const struct addr_prefix *,
	    uint32_t lifetime_s, bool was_for_good);
/* An address has gone from the list of the host. */
void	route_address_went(const struct link *, const struct addr_prefix *,
	    bool lent, bool no_route);
/* The link is down or gone. */
void	routes_link_down(const struct link *);
/* 0 or negative errno, as the kernel says. */
int	route_add(const struct link *, const struct addr_prefix *,
	    uint32_t metric, const struct addr *source);
int	route_del(const struct link *, const struct addr_prefix *,
	    uint32_t metric);
/* NULL: there is none that has not expired. */
struct route *route_find(const struct link *, const struct addr_prefix *,
	    uint32_t metric);

#endif
