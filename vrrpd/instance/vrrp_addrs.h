/*
 * vrrp_addrs.h - every address of this network namespace, as the kernel told.
 *
 * Some hosts have tens of thousands, on interfaces that concern no virtual router
 * (kube-ipvs0): an address is found, changed and removed in constant time, and
 * whoever asks about an interface sees those of that interface alone.  The order
 * is none.
 */
#ifndef VRRPD_VRRP_ADDRS_H
#define VRRPD_VRRP_ADDRS_H

#include <stdbool.h>
#include <sys/queue.h>

#include "shared/nl_msg.h"
#include "shared/pure/addr.h"

struct vrrp_addrs_entry;
struct vrrp_addrs_link;
LIST_HEAD(vrrp_addrs_bucket, vrrp_addrs_entry);
LIST_HEAD(vrrp_addrs_links, vrrp_addrs_link);

/* Begins zeroed. */
struct vrrp_addrs {
	struct vrrp_addrs_bucket *buckets;	/* by address */
	struct vrrp_addrs_links	 *links;	/* by index */
	unsigned		  size;		/* of both, a power of two or 0 */
	unsigned		  count;
};

/* Insert, update or (gone) remove. Returns false when out of memory. */
bool	vrrp_addrs_update(struct vrrp_addrs *, const struct nl_addr *, bool gone);
void	vrrp_addrs_clear(struct vrrp_addrs *);
bool	vrrp_addrs_has(const struct vrrp_addrs *, int ifindex,
	    const struct addr *);
/* With this prefix length too, or NULL.  Valid until the next change. */
const struct nl_addr *vrrp_addrs_find(const struct vrrp_addrs *, int ifindex,
	    const struct addr_prefix *);
/*
 * The addresses of one interface in the order in which they came: the first (after
 * NULL) and the next, NULL after the last.  Nothing may change in between.
 */
const struct nl_addr *vrrp_addrs_next(const struct vrrp_addrs *, int ifindex,
	    const struct nl_addr *after);

#endif
