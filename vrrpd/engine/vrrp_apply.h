/*
 * vrrp_apply.h - make the instances what the file says.
 */
#ifndef VRRPD_VRRP_APPLY_H
#define VRRPD_VRRP_APPLY_H

#include "vrrpd/engine/vrrp_router_state.h"
#include "vrrpd/pure/vrrp_params.h"

/* The result of a reload, for the answer to the client and the log. */
struct vrrp_applied {
	unsigned	added, removed, restarted, changed, unchanged;
	unsigned	postponed;	/* go on as they were; the log says why */
	unsigned	making;		/* of restarted: when their device is there */
};

/*
 * Make the instances what the configuration says (borrowed for the call):
 * removed ones leave, changed ones change in place or start again, equal ones
 * are not touched.  Before the router has started nothing is started either.
 * 0 or -ENOMEM, with as much done as was possible.
 */
int	vrrp_apply(struct vrrp_router *, const struct vrrp_config *,
	    struct vrrp_applied *);
/*
 * Of the last configuration again (borrowed for the call), and only this: instances
 * that had to go on as they were, because those which were to go on for them could
 * not run.
 */
void	vrrp_apply_postponed(struct vrrp_router *, const struct vrrp_config *);
/* Every instance is on its own: before instances go. */
void	vrrp_apply_drop_groups(struct vrrp_router *);
/* Let go of the trackers that the file declares. */
void	vrrp_apply_drop_trackers(struct vrrp_router *);

#endif
