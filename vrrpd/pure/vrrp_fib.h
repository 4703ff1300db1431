/*
 * vrrp_fib.h - routes of the kernel, as far as somebody waits for them.  PURE.
 *
 * A set of the routes to the prefixes that are tracked, kept by what rtnetlink says:
 * a dump fills it, events change it.  Events do not say everything: IPv4 routes go
 * without a word together with their interface or address, and what replaces or
 * shortens a route with several ways may be told in part.  Whatever an event leaves
 * open is VRRP_FIB_UNSURE, and the caller asks for a dump.
 *
 * A way whose device is down or has no carrier is there and leads nowhere: it
 * does not count.
 */
#ifndef VRRPD_VRRP_FIB_H
#define VRRPD_VRRP_FIB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/pure/addr.h"
#include "vrrpd/pure/vrrp_params.h"

#define VRRP_FIB_ROUTES_MAX	1024
#define VRRP_FIB_WAYS_MAX	8	/* of a route; further ones are not seen */

struct vrrp_fib_way {
	struct addr	via;		/* unset: on the link itself */
	int		ifindex;	/* 0: not said */
	bool		dead;		/* by a device that is down, or without carrier */
};

struct vrrp_fib_route {
	struct addr_prefix	prefix;
	uint32_t		table, metric;
	uint8_t			tos, protocol;
	bool			leads;	/* unicast; not blackhole, prohibit ... */
	bool			by_id;	/* by a nexthop object */
	unsigned		way_count;
	struct vrrp_fib_way	ways[VRRP_FIB_WAYS_MAX];
};

struct vrrp_fib {
	unsigned		count;
	bool			full;	/* there were more */
	struct vrrp_fib_route	list[VRRP_FIB_ROUTES_MAX];
};

enum vrrp_fib_news {
	VRRP_FIB_SAME,
	VRRP_FIB_CHANGED,
	VRRP_FIB_UNSURE,	/* changed as well as could be told */
};

struct nlmsghdr;

void	vrrp_fib_init(struct vrrp_fib *);
/*
 * An RTM_NEWROUTE or RTM_DELROUTE of len bytes, header included.  False: of another
 * kind or family, a copy that the kernel keeps for itself, or cut short.
 */
bool	vrrp_fib_read(const struct nlmsghdr *, size_t len,
	    struct vrrp_fib_route *);
/* The same message, read, as a part of a dump: one route more. */
void	vrrp_fib_add(struct vrrp_fib *, const struct vrrp_fib_route *);
/* As an event: a route was added, or (replaces) put in the place of another. */
enum vrrp_fib_news vrrp_fib_came(struct vrrp_fib *,
	    const struct vrrp_fib_route *, bool replaces);
enum vrrp_fib_news vrrp_fib_went(struct vrrp_fib *,
	    const struct vrrp_fib_route *);
/* Does any route go by this device?  If it does not work, these lead nowhere. */
bool	vrrp_fib_device(struct vrrp_fib *, int ifindex, bool works);
bool	vrrp_fib_by_id(const struct vrrp_fib *);
/* Is there such a route?  If not, why: for a user; size at least 1. */
bool	vrrp_fib_has(const struct vrrp_fib *, const struct vrrp_route_want *,
	    char *why, size_t size);

#endif
