/*
 * vrrp_leftover.h - what others have left of an instance's addresses.
 */
#ifndef VRRPD_VRRP_LEFTOVER_H
#define VRRPD_VRRP_LEFTOVER_H

#include <stdbool.h>

#include "vrrpd/instance/virtual_router.h"

struct vrrp_vip_questions;

/*
 * Before the device is made: another one with the virtual MAC that a dead daemon left
 * is removed.  False, with `retry_reason`: one is there and stays, and ours could not
 * be up beside it.
 */
bool	vrrp_leftover_make_way(struct vrrp_instance *);
/*
 * Once, when the instance has been prepared and holds nothing: its addresses, where
 * nobody may have them.  Those of a daemon that is alive stay, and are an alarm
 * (vrrp_host.c).
 */
void	vrrp_leftover_clean(struct vrrp_instance *,
	    const struct vrrp_vip_questions *);

#endif
