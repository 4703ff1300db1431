/*
 * vrrp_apply.h - make the instances what the file says, a slice at a time.
 */
#ifndef VRRPD_VRRP_APPLY_H
#define VRRPD_VRRP_APPLY_H

#include <stdbool.h>

#include "vrrpd/engine/vrrp_router_state.h"
#include "vrrpd/pure/vrrp_params.h"

/* The result of a reload, for the answer to the client and the log. */
struct vrrp_applied {
	unsigned	added, removed, restarted, changed, unchanged;
	unsigned	postponed;	/* go on as they were; the log says why */
	unsigned	making;		/* of restarted: when their device is there */
};

/* error: 0; -ENOMEM, with as much done as was possible; -ECANCELED. */
typedef void (*vrrp_apply_done)(const struct vrrp_applied *, int error,
	    void *arg);

/*
 * Begin to make the instances what the configuration says, which is borrowed until
 * done() was called: removed ones leave, changed ones change in place or another
 * instance goes on for them, equal ones are not touched.  It goes on from the loop,
 * in slices of time, packets and timers in between; done() is called once, from the
 * loop or by one of the functions below.  0, or negative errno: nothing was begun.
 * -EBUSY: one is being applied.  Reloads wait for each other in vrrp_reload.h.
 */
int	vrrp_apply_begin(struct vrrp_router *, const struct vrrp_config *,
	    vrrp_apply_done, void *arg);
/* All the rest of it now, for as long as that takes.  Nothing if none is. */
void	vrrp_apply_finish(struct vrrp_router *);
/*
 * Nobody is to wait any longer for devices that are being made: done() comes with
 * the next slice, and such instances are postponed.
 */
void	vrrp_apply_hurry(struct vrrp_router *);
/*
 * Something has changed that an instance may have waited for: one that is being
 * applied and waits looks again.  False: none is being applied.
 */
bool	vrrp_apply_poke(struct vrrp_router *);
/*
 * The rest is not done: before the router leaves.  Instances that were not changed
 * yet are as they were, and new ones may be there that have not been started.
 */
void	vrrp_apply_cancel(struct vrrp_router *);
/* Let go of the trackers that the file declares. */
void	vrrp_apply_drop_trackers(struct vrrp_router *);

#endif
