/*
 * vrrp_sync.h - sync groups at work: the shell of vrrpd/pure/vrrp_group.h.
 *
 * A group is made of instances that exist; a member leaves it before it goes.
 * Whatever happens to a member ends in vrrp_sync_settle(), which moves the others
 * before the loop turns (L-19).  While several members are being changed, one
 * after the other, the group is held.
 */
#ifndef VRRPD_VRRP_SYNC_H
#define VRRPD_VRRP_SYNC_H

#include <stdbool.h>

#include "shared/loop.h"
#include "vrrpd/instance/vrrp_env.h"
#include "vrrpd/pure/vrrp_group.h"
#include "vrrpd/pure/vrrp_params.h"

struct vrrp_instance;

struct vrrp_sync {
	char			  name[VRRP_NAME_MAX];
	struct vrrp_group	  group;
	struct vrrp_instance	**members;
	struct vrrp_group_member *views;
	unsigned		  count;
	struct loop_timer	 *timer;
	/* The first two members that cannot run; NULL: none. */
	const struct vrrp_instance *blocker[2];
	/* Each of those only waits for its device, which is being made. */
	bool			  soon;
	bool			  settling, again;
	unsigned		  held;	/* decides nothing: vrrp_sync_hold() */
};

/*
 * Makes the instances members, and takes them out of the groups that they were in.
 * They are borrowed until they leave or vrrp_sync_free() is called, after which
 * they are on their own again.  NULL when out of memory.
 */
struct vrrp_sync *vrrp_sync_new(struct loop *, const char *name,
	    struct vrrp_instance *const *members, unsigned count);
void	vrrp_sync_free(struct vrrp_sync *);
/*
 * From hold to release nothing is decided: what members do meanwhile is half of
 * something.  Calls nest; the last release ranks the members anew, since their
 * addresses may be others, and settles.
 */
void	vrrp_sync_hold(struct vrrp_sync *);
void	vrrp_sync_release(struct vrrp_sync *);
/* A member is on its own from now on.  The place that it had, for enter. */
unsigned vrrp_sync_leave(struct vrrp_sync *, struct vrrp_instance *);
/* Another one in the place of a member that has left since the group was made. */
void	vrrp_sync_enter(struct vrrp_sync *, struct vrrp_instance *,
	    unsigned place);
/* Something about a member has changed. NULL is fine. */
void	vrrp_sync_settle(struct vrrp_sync *);
/*
 * The group as its members see it, for their environment (vrrp_env.h).  `allows`
 * answers as of the last settling, with "group NAME: MEMBER: REASON"; `take_back`
 * does nothing where a successor was heard for one of them.
 */
extern const struct vrrp_sync_calls vrrp_sync_calls;

#endif
