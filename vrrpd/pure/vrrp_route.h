/*
 * vrrp_route.h - the routes and rules of an instance, as values and as text.  PURE.
 *
 * The text is that of vrrpd.conf(5), whose words are those of ip-route(8) and
 * ip-rule(8):
 *
 *   192.0.2.0/24 via 10.0.0.1 dev eth1 table 100 metric 5
 *   from 192.0.2.50 lookup 100 priority 1000
 *
 * Values are complete: the family is known, a route without a gateway names its
 * device, a rule has a priority.  What is left to the kernel's configuration of the
 * moment is 0: the table of a route, which is the VRF's or the main one.
 */
#ifndef VRRPD_VRRP_ROUTE_H
#define VRRPD_VRRP_ROUTE_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/pure/addr.h"

#define VRRP_ROUTES_MAX		256	/* of an instance */
#define VRRP_RULES_MAX		64
#define VRRP_ROUTE_STRLEN	320	/* text, with NUL */

/* The word for the device that the instance's own addresses are on. */
#define VRRP_ROUTE_SELF		"self"
/* Of a rule that does not say: before the main table, behind all others. */
#define VRRP_RULE_PRIORITY	32765

enum vrrp_route_type {
	VRRP_ROUTE_UNICAST,
	VRRP_ROUTE_BLACKHOLE,
	VRRP_ROUTE_UNREACHABLE,
	VRRP_ROUTE_PROHIBIT,
};
#define VRRP_ROUTE_TYPE_LAST	VRRP_ROUTE_PROHIBIT

/* Bytes beyond the length of a text are zero: values compare with memcmp(). */
struct vrrp_route {
	struct addr_prefix	to;		/* no host bits */
	struct addr		via;		/* unset: none */
	struct addr		source;		/* unset: the kernel's choice */
	char			device[IF_NAMESIZE];	/* "" = as via leads */
	uint8_t			type;		/* enum vrrp_route_type */
	uint8_t			scope;		/* the kernel's; IPv6: 0 */
	bool			onlink;
	uint32_t		table;		/* 0: the usual one */
	uint32_t		metric;		/* 0: the kernel's default */
};

struct vrrp_rule {
	uint8_t			family;
	uint8_t			type;		/* UNICAST: look up the table */
	struct addr_prefix	from, to;	/* unset: any */
	char			iif[IF_NAMESIZE], oif[IF_NAMESIZE];
	bool			has_mark;
	uint32_t		mark, mask;
	uint32_t		table;
	uint32_t		priority;
};

#define VRRP_ROUTE_WHY_MAX	160

/*
 * Reads a text; `family` is that of what says none, as "default".  0; or -EINVAL with
 * what is wrong in why, which names the word, and *out untouched.
 */
int	vrrp_route_parse(const char *text, uint8_t family,
	    struct vrrp_route *out, char why[VRRP_ROUTE_WHY_MAX]);
int	vrrp_rule_parse(const char *text, uint8_t family,
	    struct vrrp_rule *out, char why[VRRP_ROUTE_WHY_MAX]);
/* The canonical text, which reads back as the same value.  Returns buf. */
const char *vrrp_route_format(const struct vrrp_route *,
	    char buf[VRRP_ROUTE_STRLEN]);
const char *vrrp_rule_format(const struct vrrp_rule *,
	    char buf[VRRP_ROUTE_STRLEN]);
bool	vrrp_route_equal(const struct vrrp_route *, const struct vrrp_route *);
bool	vrrp_rule_equal(const struct vrrp_rule *, const struct vrrp_rule *);
/* The kernel takes one of the two only: same table, network and metric. */
bool	vrrp_route_excludes(const struct vrrp_route *,
	    const struct vrrp_route *);

#endif
