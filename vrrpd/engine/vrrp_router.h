/*
 * vrrp_router.h - the engine: all interfaces and instances of this process.
 *
 * Owns the netlink connection, the sending socket and everything that
 * vrrp_router_state.h lists; hands netlink events and stalls to the instances
 * that they concern.  vrrp_engine.c and vrrp_cleanup.c make one; vrrp_ctl.c
 * reads and drives it.
 */
#ifndef VRRPD_VRRP_ROUTER_H
#define VRRPD_VRRP_ROUTER_H

#include "shared/loop.h"
#include "vrrpd/engine/vrrp_apply.h"
#include "vrrpd/engine/vrrp_router_state.h"
#include "vrrpd/pure/vrrp_handoff.h"
#include "vrrpd/pure/vrrp_params.h"
#include "vrrpd/pure/vrrp_removal.h"

/*
 * Opens netlink and the sending socket and reads what interfaces there are.
 * Needs CAP_NET_RAW and CAP_NET_ADMIN.  0 or negative errno.
 */
int	vrrp_router_open(struct loop *, struct vrrp_router **out);
/*
 * vrrp_apply_begin(), and timers and BFD wishes follow before done() is called.  The
 * other one does all of it at once, before the start for example: 0, -ENOMEM with as
 * much done as was possible, or -EBUSY.
 */
int	vrrp_router_begin_apply(struct vrrp_router *,
	    const struct vrrp_config *, vrrp_apply_done, void *arg);
int	vrrp_router_apply(struct vrrp_router *, const struct vrrp_config *,
	    struct vrrp_applied *);
/* Privileges are settled: every instance may start. */
void	vrrp_router_start(struct vrrp_router *);
/* Without a start: devices of a dead vrrpd that no instance has adopted. */
void	vrrp_router_remove_orphans(struct vrrp_router *);
/*
 * For another engine, to go on where this one stops (L-24): each Active that is
 * not fenced, and of a sync group all members or none.
 */
void	vrrp_router_hand_off(const struct vrrp_router *, struct vrrp_handoff *);
/*
 * The first half of a clean exit: priority-0 adverts of every Active.  left() is
 * called from the loop when each has heard its successor and withdrawn, or has
 * waited for vrrp_linger_bound_ns().  Nothing starts any more.
 */
void	vrrp_router_leave(struct vrrp_router *, void (*left)(void *arg),
	    void *arg);
/*
 * The second half, or all of it at once: what still answers is withdrawn, then
 * the BFD sessions are released (L-22), then the settings of the interfaces are
 * put back and vrrpd-net is asked to remove the devices (V-68).  Frees everything.
 */
void	vrrp_router_close(struct vrrp_router *);

/*
 * Refreshes the addresses of some of the instances, so that in a second, with
 * VRRP_REFRESH_SLOTS calls, it is everybody's turn once.
 */
#define VRRP_REFRESH_SLOTS	20
void	vrrp_router_refresh(struct vrrp_router *);
/* vrrpd-net has made a device, or could not: whoever has wished it goes on. */
void	vrrp_router_device_made(struct vrrp_router *,
	    const struct vrrp_device_made *);
/* vrrpd-net has done with these devices: whoever waits for a name goes on. */
void	vrrp_router_devices_removed(struct vrrp_router *,
	    const struct vrrp_removal *, unsigned n);
/* vrrpd-net has joined a group, or could not: whoever waits for that goes on. */
void	vrrp_router_joined(struct vrrp_router *, uint32_t number, int error);
/* There is another vrrpd-net: see vrrp_hold_steer_again(). */
void	vrrp_router_steer_again(struct vrrp_router *);
/* vrrpd-net has put rules and routes, or could not. */
void	vrrp_router_steered(struct vrrp_router *, uint32_t number, int error);
/* A Backup waits its Skew_Time only: the Active has resigned, or is to be replaced. */
bool	vrrp_router_is_taking_over(const struct vrrp_router *);
/* The effective values of an instance have changed: timers and BFD wishes. */
void	vrrp_router_retune(struct vrrp_router *);

#endif
