/*
 * vrrp_able.h - may an instance run, and if not, why.
 */
#ifndef VRRPD_VRRP_ABLE_H
#define VRRPD_VRRP_ABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "shared/pure/addr.h"
#include "shared/pure/mono.h"
#include "vrrpd/instance/virtual_router.h"
#include "vrrpd/pure/vrrp_core.h"
#include "vrrpd/pure/vrrp_ground.h"

/*
 * May it run, its group apart?  If not and why is not NULL, the reason for a
 * user.
 */
bool	vrrp_able(const struct vrrp_instance *, char *why,
	    size_t size);
/* Nothing is missing but the device or its group, which is being made or joined. */
bool	vrrp_able_soon(const struct vrrp_instance *);
/*
 * May it run, now, group included?  `waiting` is "" if so; else it is the reason
 * and *cause what the state machine is told.
 */
bool	vrrp_able_now(struct vrrp_instance *, enum vrrp_cause *cause);
/* The interface is of a kind that bears it; else text (VRRP_GROUND_TEXT_MAX). */
bool	vrrp_able_stands(const struct vrrp_instance *, char *text);
/* False: without a virtual MAC only, and the text says why. */
bool	vrrp_able_bears_device(const struct vrrp_instance *, char *text);
/* A tracked item keeps it from running (L-17). */
bool	vrrp_able_track_forbids(const struct vrrp_instance *);
/*
 * Until when startup_delay keeps it in Initialize; MONO_NEVER: no more.  It runs from
 * the start of vrrpd, and keeps nothing back that has run, goes on for what did, or
 * was let go by an operator.
 */
mono_t	vrrp_able_settles_at(const struct vrrp_instance *);
/* Why it starts, after what made it stop. */
enum vrrp_cause vrrp_able_start_cause(const struct vrrp_instance *);
/*
 * V-76: the address is on the interface and the instance (arg) is its owner; to
 * be asked by vrrp_vip_prepare().
 */
bool	vrrp_able_owns(const struct addr *, void *arg);

#endif
