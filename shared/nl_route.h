/*
 * nl_route.h - routes and policy rules: messages, and what the kernel says of them.
 *
 * Whoever puts routes into the kernel marks them with a protocol number of its own
 * (rtm_protocol, FRA_PROTOCOL).  The kernel removes by that mark as well, so a request
 * for ours never takes away what another program has put there.
 */
#ifndef SHARED_NL_ROUTE_H
#define SHARED_NL_ROUTE_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "shared/loop.h"
#include "shared/pure/addr.h"

struct nl_msg;				/* of libnl */
struct nl_route_watch;
struct nlmsghdr;

/* Zeroed before it is filled in: compared with memcmp(). */
struct nl_route {
	struct addr_prefix	to;
	struct addr		via;		/* unset: none */
	struct addr		source;		/* unset: none */
	int			ifindex;	/* 0: none is said */
	uint8_t			type;		/* RTN_ */
	uint8_t			scope;		/* RT_SCOPE_ */
	uint8_t			protocol;	/* RTPROT_ */
	bool			onlink;
	uint32_t		table;
	uint32_t		metric;		/* IPv6: never 0 */
};

struct nl_rule {
	uint8_t			family;
	uint8_t			action;		/* FR_ACT_ */
	uint8_t			protocol;	/* RTPROT_; 0: unknown */
	bool			has_mark;
	struct addr_prefix	from, to;	/* unset: any */
	char			iif[IF_NAMESIZE], oif[IF_NAMESIZE];
	uint32_t		mark, mask;
	uint32_t		table;		/* 0: none */
	uint32_t		priority;
};

/* The metric that the kernel gives an IPv6 route that says none. */
#define NL_ROUTE_METRIC_IPV6	1024

/*
 * A request: adding refuses what is there already (EEXIST); removing names the route by
 * family, network, table, metric and protocol alone, a rule by all that it says.  0, and
 * *out is the caller's; -EINVAL, -ENOMEM or -EMSGSIZE.
 */
int	nl_route_msg(const struct nl_route *, bool add, struct nl_msg **out);
int	nl_rule_msg(const struct nl_rule *, bool add, struct nl_msg **out);
/*
 * Reads a message into *out, overwritten only on true.  False: another kind of
 * message, or malformed.
 */
bool	nl_route_read(struct nlmsghdr *, struct nl_route *out);
bool	nl_rule_read(struct nlmsghdr *, struct nl_rule *out);
/* Would a removal of one remove the other? */
bool	nl_route_same_key(const struct nl_route *, const struct nl_route *);

/* Both pointers in the arguments are borrowed for the call. */
struct nl_route_handlers {
	void	(*route)(const struct nl_route *, bool gone, void *arg);
	void	(*rule)(const struct nl_rule *, bool gone, void *arg);
	/* Events were lost. */
	void	(*lost)(void *arg);
};
/*
 * Tells of every route with this protocol that comes or goes, and of every rule.  The
 * kernel sorts the others out before they reach the socket: there may be a million.  It
 * says nothing of IPv4 routes that go with a link or an address.  handlers is copied;
 * arg must live until nl_route_unwatch().  0 or negative errno.
 */
int	nl_route_watch(struct loop *, uint8_t protocol,
	    const struct nl_route_handlers *, void *arg,
	    struct nl_route_watch **out);
void	nl_route_unwatch(struct nl_route_watch *);	/* NULL is fine */

#endif
