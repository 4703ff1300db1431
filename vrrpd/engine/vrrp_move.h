/*
 * vrrp_move.h - addresses that move from one instance to another.
 */
#ifndef VRRPD_VRRP_MOVE_H
#define VRRPD_VRRP_MOVE_H

#include "vrrpd/engine/vrrp_router_state.h"
#include "vrrpd/pure/vrrp_params.h"

/*
 * vrrp_instance_set() of a running instance to what this configuration wishes for
 * it.  Addresses that another instance has are taken from that one first; addresses
 * that another instance is to have stay in addition, until that one is changed.
 */
void	vrrp_move_change(struct vrrp_router *, const struct vrrp_config *,
	    struct vrrp_instance *, const struct vrrp_params *wanted);

#endif
