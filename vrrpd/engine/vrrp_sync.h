/*
 * vrrp_sync.h - sync groups at work: the shell of vrrpd/pure/vrrp_group.h.
 *
 * A group is made of instances that exist, and let go before any of them goes or
 * the configuration gives it other members.  Whatever happens to a member ends
 * in vrrp_sync_settle(), which moves the others before the loop turns (L-19).
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
};

/*
 * Makes the instances members.  They are borrowed until vrrp_sync_free(), after
 * which they are on their own again.  NULL when out of memory.
 */
struct vrrp_sync *vrrp_sync_new(struct loop *, const char *name,
	    struct vrrp_instance *const *members, unsigned count);
void	vrrp_sync_free(struct vrrp_sync *);
/* Addresses of members, by which they are ranked, have changed. */
void	vrrp_sync_rank(struct vrrp_sync *);
/* Something about a member has changed. NULL is fine. */
void	vrrp_sync_settle(struct vrrp_sync *);
/*
 * The group as its members see it, for their environment (vrrp_env.h).  `allows`
 * answers as of the last settling, with "group NAME: MEMBER: REASON"; `take_back`
 * does nothing where a successor was heard for one of them.
 */
extern const struct vrrp_sync_calls vrrp_sync_calls;

#endif
