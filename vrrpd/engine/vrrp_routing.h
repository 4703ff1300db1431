/*
 * vrrp_routing.h - routes and rules of all instances: events, and leftovers.
 */
#ifndef VRRPD_VRRP_ROUTING_H
#define VRRPD_VRRP_ROUTING_H

#include "vrrpd/engine/vrrp_router_state.h"

/*
 * From now on the kernel tells of what carries our protocol.  Without memory, or on a
 * kernel that does not, that is logged, and routes come and go all the same.
 */
void	vrrp_routing_open(struct vrrp_router *);
void	vrrp_routing_close(struct vrrp_router *);
/*
 * Removes what carries our protocol and no instance has put: leftovers of a run that was
 * killed, or whose configuration was another one.  Waits for the kernel; before the loop
 * turns.
 */
void	vrrp_routing_clean(struct vrrp_router *);

#endif
