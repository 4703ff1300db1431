/*
 * vrrp_leaving.h - who has left and still answers.
 */
#ifndef VRRPD_VRRP_LEAVING_H
#define VRRPD_VRRP_LEAVING_H

#include <stdbool.h>

#include "vrrpd/engine/vrrp_router_state.h"
#include "vrrpd/pure/vrrp_params.h"

/*
 * An instance that has resigned and is not in the list of instances any more.
 * True: it is freed later; where it lingers, when it has withdrawn, which is at
 * once if this configuration needs one of its addresses.  False: its place is
 * needed, or there is no memory; it stays the caller's.
 */
bool	vrrp_leaving_keep(struct vrrp_router *, struct vrrp_instance *,
	    const struct vrrp_config *);
/*
 * An instance that another one has succeeded and that is in no list any more; it
 * is freed when it has withdrawn.  room: before, false when out of memory.
 */
bool	vrrp_leaving_room(struct vrrp_router *);
void	vrrp_leaving_add(struct vrrp_router *, struct vrrp_instance *);
/*
 * Withdraws one of those whose place or address this configuration needs.  True:
 * there is none.
 */
bool	vrrp_leaving_make_way(struct vrrp_router *,
	    const struct vrrp_config *);
/* Withdraw those on an interface that is not there any more. */
void	vrrp_leaving_iface_lost(struct vrrp_router *,
	    const struct vrrp_iface *);
/* After this batch: free who has withdrawn; router.left() if nobody lingers. */
void	vrrp_leaving_settle_later(struct vrrp_router *);
/* vrrp_leaving_settle_later() as vrrp_env.withdrawn of a router. */
void	vrrp_leaving_withdrawn(struct vrrp_instance *, void *router);
/* Everybody goes, now; nothing is called later. */
void	vrrp_leaving_free(struct vrrp_router *);

#endif
