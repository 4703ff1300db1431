/*
 * vrrp_neigh.h - which MAC the routers had that unicast adverts go to.
 *
 * The kernel's own knowledge, as it tells of changes; nothing is asked or set.
 */
#ifndef VRRPD_VRRP_NEIGH_H
#define VRRPD_VRRP_NEIGH_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/loop.h"
#include "shared/pure/addr.h"

/* More are not watched. */
#define VRRP_NEIGH_MAX	256

struct vrrp_neigh;

/* Watches nobody yet.  0 or negative errno. */
int	vrrp_neigh_open(struct loop *, struct vrrp_neigh **out);
void	vrrp_neigh_close(struct vrrp_neigh *);		/* NULL is fine */

/*
 * Collect who is watched: begin, add each, commit, which forgets the others.  What is
 * known of those that stay is kept.  -ENOSPC: one too many.  NULL is fine.
 */
void	vrrp_neigh_begin(struct vrrp_neigh *);
int	vrrp_neigh_add(struct vrrp_neigh *, int ifindex, const struct addr *);
void	vrrp_neigh_commit(struct vrrp_neigh *);

/*
 * The kernel keeps back what is sent to this neighbour, since it does not answer:
 * true, and the MAC that it had last.  False: it is reached, or was never known.
 * NULL is fine.
 */
bool	vrrp_neigh_is_lost(const struct vrrp_neigh *, int ifindex,
	    const struct addr *, uint8_t mac[6]);

/* --- for tests --- */

/* Messages as the kernel sends them. */
void	vrrp_neigh_take(struct vrrp_neigh *, const void *bytes, size_t len);
/* The filter of those that are watched: *len instructions, until the next commit. */
const struct sock_filter *vrrp_neigh_filter(const struct vrrp_neigh *,
	    size_t *len);

#endif
