/*
 * vrrp_ctl_list.h - names of what is to be told one after the other.
 *
 * For answers and snapshots that are made in parts while the engine goes on:
 * instances, interfaces and sessions may go and come between two parts, so that a
 * list has their names as they were, and no pointer.
 */
#ifndef VRRPD_VRRP_CTL_LIST_H
#define VRRPD_VRRP_CTL_LIST_H

#include <net/if.h>

#include "shared/pure/addr.h"
#include "vrrpd/engine/vrrp_router_state.h"

struct vrrp_ctl_list;

/*
 * Instances (only this one, or NULL: all, and then the interfaces too), as of now.
 * The router, which outlives the list, is borrowed.  NULL when out of memory.
 */
struct vrrp_ctl_list *vrrp_ctl_list_instances(struct vrrp_router *,
	    const struct vrrp_instance *only);
/* The sessions of bfdd that the engine has, as of now. */
struct vrrp_ctl_list *vrrp_ctl_list_sessions(struct vrrp_router *);
void	vrrp_ctl_list_free(void *);			/* NULL is fine */

struct vrrp_router *vrrp_ctl_list_router(const struct vrrp_ctl_list *);
/* The list is of all instances, not of one. */
bool	vrrp_ctl_list_is_whole(const struct vrrp_ctl_list *);
/* The next one that is still there; NULL after the last. */
const struct vrrp_instance *vrrp_ctl_list_instance(struct vrrp_ctl_list *);
struct vrrp_iface *vrrp_ctl_list_iface(struct vrrp_ctl_list *);
const struct vrrp_bfd_session *vrrp_ctl_list_session(struct vrrp_ctl_list *);

#endif
