/*
 * vrrp_group.h - sync groups: virtual routers that move together.  PURE.
 *
 * The rules; vrrpd/engine/vrrp_sync.h is the other half, which carries them out.
 *
 * Two decisions, made from what the members are and not from how they came to
 * be so; vrrp_sync.c carries them out in the same turn of the loop (L-19).
 *
 * Able.  A member that cannot run (link down, no address, disabled, an address
 * that cannot be installed) keeps the whole group in Initialize here; those
 * that were Active resign, and the other router's group takes over whole.
 *
 * Going.  Members do not become Active by themselves, they want to (struct
 * vrrp_core, `grouped`).  The group goes when every member wants, or as soon as
 * one wants because the Active resigned: a group resigns whole, even where its
 * word could not get out.  A member that hears an Active it would not preempt
 * therefore holds the group back: a router that is heard on any link keeps all.
 *
 * Leaving.  When one member of a group that is Active is so no longer, because
 * it heard a better Active, the others resign in the same turn.  So they do when
 * not all of them could go on after a restart.
 *
 * No oscillation.  Two groups that are Active at once meet on every link, and
 * on each link one of them loses.  When each loses somewhere (equal priorities
 * with addresses in different orders, or priorities in different orders) both
 * leave.  They cannot have lost on the same link first, so whoever lost on the
 * link of the lower rank may go again at once, and the other waits its rank in
 * advertisement intervals: it hears the first on every link before it may go.
 */
#ifndef VRRPD_VRRP_GROUP_H
#define VRRPD_VRRP_GROUP_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/pure/mono.h"
#include "vrrpd/pure/vrrp_core.h"

/* A member, as far as the group needs to know. */
struct vrrp_group_member {
	bool			able;		/* but for the group */
	const struct vrrp_core	*core;		/* borrowed for the call */
	/* The place among the members, the same on both routers. */
	unsigned		rank;
};

enum vrrp_group_order {
	VRRP_GROUP_STAY,	/* every member as it is */
	VRRP_GROUP_HOLD,	/* all to Initialize, and stay there */
	VRRP_GROUP_GO,		/* all to Active */
	VRRP_GROUP_LEAVE,	/* every Active resigns, to Backup */
};

struct vrrp_group {
	bool	active;		/* went, and has not left */
	mono_t	not_before;	/* of going again */
};

/* As the members are: a group made of Actives is Active. */
void	vrrp_group_init(struct vrrp_group *, const struct vrrp_group_member *,
	    unsigned count);
/*
 * The order to the members.  One other than STAY must be carried out before the
 * next call, which then says STAY or what follows from it.  *ask_again is when
 * a wish that must wait may be granted, MONO_NEVER if nothing waits.
 */
enum vrrp_group_order vrrp_group_decide(struct vrrp_group *, mono_t now,
	    const struct vrrp_group_member *, unsigned count,
	    mono_t *ask_again);
/* All members become Active again, whatever they wait for. */
void	vrrp_group_take_back(struct vrrp_group *);

#endif
