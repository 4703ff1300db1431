/*
 * vrrp_regroup.h - the sync groups of a configuration, one by one.
 */
#ifndef VRRPD_VRRP_REGROUP_H
#define VRRPD_VRRP_REGROUP_H

#include <stdbool.h>

#include "vrrpd/engine/vrrp_router_state.h"
#include "vrrpd/pure/vrrp_params.h"

struct vrrp_sync;

/*
 * The group of the configuration: the one that has these members already, or one
 * that is made of them and takes them out of the groups that they were in.  The
 * instances of the configuration have to be there.  NULL: out of memory.
 */
struct vrrp_sync *vrrp_regroup_get(struct vrrp_router *,
	    const struct vrrp_config *, const struct vrrp_group_params *);
/*
 * When all groups are there: whatever is in none of them is on its own, and the list
 * is in the order of the file.
 */
void	vrrp_regroup_end(struct vrrp_router *, const struct vrrp_config *);
/* Every instance is on its own: before the router goes. */
void	vrrp_regroup_drop(struct vrrp_router *);

#endif
