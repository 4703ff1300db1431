/*
 * vrrp_hold.h - the addresses of an instance: made ready, taken, lent, given up.
 */
#ifndef VRRPD_VRRP_HOLD_H
#define VRRPD_VRRP_HOLD_H

#include <stdbool.h>
#include <stddef.h>

#include "shared/nl.h"
#include "vrrpd/instance/virtual_router.h"

/*
 * The interface is there: make the device (of one that is `kept`: go on with it),
 * prepare, and take away what a crashed run has left.  False: not ready, and
 * `retry_reason` says why; `vips` is set or not, and a later prepare or open goes
 * on from there.  With `making` set vrrp_hold_made() does, and nothing else.
 */
bool	vrrp_hold_open(struct vrrp_instance *);
/*
 * As vrrp_hold_open() for one that is `kept`, while `old` holds what it is to go on
 * with: nothing is asked of the kernel.
 */
bool	vrrp_hold_share(struct vrrp_instance *,
	    const struct vrrp_instance *old);
/* The wish `making` is for another that comes after this one (vrrp_errand.h). */
void	vrrp_hold_reserve(struct vrrp_instance *);
/*
 * The device that an instance with these values wished is being made for the next
 * that comes; nothing is to be gained from trying yet.
 */
bool	vrrp_hold_awaits(const struct vrrp_env *, const struct vrrp_iface *,
	    const struct vrrp_params *);
/*
 * The device of one that is ready is gone or down: vrrpd-net is asked to make it
 * (again), and `making` is set.  False: there is nobody to be asked.
 */
bool	vrrp_hold_make_again(struct vrrp_instance *, bool is_there);
/*
 * The answer to `making`, which is 0 from now on.  As vrrp_hold_open(); the device
 * of one that was ready may be another one, and its addresses are not on it.
 */
bool	vrrp_hold_made(struct vrrp_instance *,
	    const struct vrrp_device_made *);
/* The interface or the device is gone: what was sent is not waited for. */
void	vrrp_hold_close(struct vrrp_instance *);
/* The instance is about to be freed: nothing of the kernel's is kept. */
void	vrrp_hold_free(struct vrrp_instance *);
/*
 * Everything a takeover needs, anew: batches, sockets, filter, frames.  False:
 * `retry_reason` says why; also while there is no interface.
 */
bool	vrrp_hold_prepare(struct vrrp_instance *);

/*
 * The values are p from now on, which differ from those in force by no more than
 * VRRP_DIFF_IN_PLACE: addresses, filter, sockets and frames follow.  Where the
 * addresses are installed those that stay are not touched; the kernel's answer
 * goes to `followed`.  False: that cannot be, `retry_reason` says why, and nothing
 * has changed.
 */
bool	vrrp_hold_change(struct vrrp_instance *, const struct vrrp_params *p);

/*
 * Take the addresses.  r: the transition that does, or NULL.  quietly: nothing
 * leaves with the virtual MAC yet (vrrp_vip_install_quietly()).  An error of the
 * call itself is left in `batch_error`.  Nothing without an interface.
 */
void	vrrp_hold_install(struct vrrp_instance *, struct vrrp_record *r,
	    bool quietly);
/*
 * Directly after vrrp_hold_install(): the kernel has refused one of them, and its
 * answer to `answered` will say so.  Not where a device is gone.
 */
bool	vrrp_hold_is_refused(const struct vrrp_instance *);
/*
 * This address of the host, of which the kernel has told, is secondary to one of
 * ours, and would go with it (vrrp_vip_step_back()).  step_back: ours are put
 * behind it; nothing happens where there is none.
 */
bool	vrrp_hold_stands_before(struct vrrp_instance *, const struct nl_addr *);
void	vrrp_hold_step_back(struct vrrp_instance *);
/*
 * An address that is not ours, in the network of one of ours, on another interface
 * than the instance's and its own device: prepare again.
 */
bool	vrrp_hold_is_beside(const struct vrrp_instance *,
	    const struct nl_addr *);
/* Give them up; announcements stop.  r as above, but its step is the caller's. */
void	vrrp_hold_withdraw(struct vrrp_instance *, struct vrrp_record *r);
/* ARP does not tell the owner's virtual MAC for this one any more (V-84). */
void	vrrp_hold_disown(struct vrrp_instance *);
/* Nothing more leaves with the virtual MAC. */
void	vrrp_hold_hush(struct vrrp_instance *);
/*
 * The interface's own addresses have changed while it holds the virtual ones: what
 * they answer goes on to find its way out (vrrp_vip_keep_ways()).
 */
void	vrrp_hold_keep_ways(struct vrrp_instance *);
/*
 * Is the host told by now to answer only where the way back leads, or not any more
 * (all.arp_filter, or a firewall)?  Or has somebody else taken away what that asks for
 * (vrrp_vip_steer())?  Reads a small file, and asks the kernel for a route.
 */
void	vrrp_hold_steer(struct vrrp_instance *);
/* There is another vrrpd-net: what was not answered is asked for again. */
void	vrrp_hold_steer_again(struct vrrp_instance *);
/* vrrpd-net has done what that asks for, or the kernel has refused it. */
void	vrrp_hold_steered(struct vrrp_instance *, int error);
/* The addresses it holds, if any, are lent for another while. */
void	vrrp_hold_refresh(struct vrrp_instance *);
/*
 * To be called from `answered`: the oldest batch that was sent is done.  True:
 * *install tells which kind, *r the transition whose last step it was, or NULL.
 * False: nothing was waited for.
 */
bool	vrrp_hold_answered(struct vrrp_instance *, bool *install,
	    struct vrrp_record **r);

/* An address of ours is not there; what: which, for a user. */
bool	vrrp_hold_misses(const struct vrrp_instance *, char *what, size_t size);
/* An address on this link was prepared for another index or MAC of it. */
bool	vrrp_hold_is_outdated(const struct vrrp_instance *,
	    const struct nl_link *);

#endif
