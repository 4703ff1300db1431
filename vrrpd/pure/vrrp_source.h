/*
 * vrrp_source.h - which of an interface's own addresses adverts come from (V-23,
 * V-24): a rule.  PURE.
 *
 * Where the configuration names one (`wanted`), it is that one or none.  Otherwise
 * the order in which the kernel tells of addresses decides nothing.  Of those that
 * may be, each step decides where the one before does not:
 *
 *   1. the address in use, as long as it is there; and if it went and came back,
 *      that one again (`home`)
 *   2. the wider scope: global before site before link
 *   3. one that is not deprecated
 *   4. one that Linux does not call secondary: other daemons' virtual addresses
 *      are secondary mostly, and the kernel's own choice is a primary one
 *   5. one in whose network a virtual address or a unicast peer is: the other routers
 *      have one there as well, or take no advert from elsewhere
 *   6. the lowest
 *
 * Not among them: virtual addresses of ours (the caller's to know), tentative ones,
 * of IPv4 those of scope host, of IPv6 all but the link-local ones.
 */
#ifndef VRRPD_VRRP_SOURCE_H
#define VRRPD_VRRP_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/pure/addr.h"

/* Why it is this one: the last step that was needed against any other. */
enum vrrp_source_why {
	VRRP_SOURCE_NONE,	/* there is none */
	VRRP_SOURCE_CONFIGURED,
	VRRP_SOURCE_ONLY,
	VRRP_SOURCE_SCOPE,
	VRRP_SOURCE_LASTING,
	VRRP_SOURCE_PRIMARY,
	VRRP_SOURCE_NETWORK,
	VRRP_SOURCE_LOWEST,
	VRRP_SOURCE_IN_USE,	/* by the rule alone it would be another */
	VRRP_SOURCE_AWAITED,	/* of the caller: in use, and away just now */
};

struct vrrp_source {
	struct addr	addr;
	uint8_t		scope;		/* RT_SCOPE_ of the kernel: 0 global */
	bool		deprecated;
	bool		secondary;
	bool		apart;		/* from virtual addresses and peers */
	bool		tentative;
};

/* The choice among the addresses that were offered: read best, count and
 * used_is_tentative. */
struct vrrp_source_choice {
	struct addr		used, home;	/* unset: none */
	struct addr		wanted;		/* unset: any */
	struct vrrp_source	best;		/* addr unset: none */
	struct vrrp_source	by_rule;
	unsigned		count;
	enum vrrp_source_why	rule_why;
	bool			used_is_tentative;
};

/*
 * The address in use, the one that was before others took its place, and the one
 * that the configuration names; each may be unset.
 */
void	vrrp_source_begin(struct vrrp_source_choice *, const struct addr *used,
	    const struct addr *home, const struct addr *wanted);
/* One address of the interface, virtual ones excepted, in any order. */
void	vrrp_source_offer(struct vrrp_source_choice *,
	    const struct vrrp_source *);
enum vrrp_source_why vrrp_source_why(const struct vrrp_source_choice *);
/* "lowest" and the like, as in JSON. */
const char *vrrp_source_why_name(enum vrrp_source_why);

#endif
