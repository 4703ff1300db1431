/*
 * vrrp_tracked.h - what one instance tracks, and what that means to it.
 *
 * The shell of vrrpd/pure/vrrp_weigh.h, which makes a priority of the states.
 *
 * Holds the items of vrrp_track.h that the configuration names, delays their
 * changes as it wishes (up_delay, down_delay), and keeps what vrrp_weigh() makes
 * of them.  Owned by the instance, which calls vrrp_tracked_look() whenever an
 * item moved or a delay is over.
 */
#ifndef VRRPD_VRRP_TRACKED_H
#define VRRPD_VRRP_TRACKED_H

#include <stdbool.h>
#include <stddef.h>

#include "shared/pure/mono.h"
#include "vrrpd/pure/vrrp_params.h"
#include "vrrpd/instance/vrrp_track.h"
#include "vrrpd/pure/vrrp_weigh.h"

#define VRRP_TRACKED_MAX	(VRRP_TRACKS_MAX + VRRP_PEERS_MAX)

struct vrrp_tracked_ref {
	enum vrrp_track_kind		 kind;
	const struct vrrp_track_item	*item;	/* NULL: out of memory */
	bool				 from_group;
	bool				 from_address;
	int64_t				 up_delay_ns, down_delay_ns;
	mono_t				 due;	/* of a change that waits */
};

struct vrrp_tracked {
	struct vrrp_track	*registry;
	unsigned		 count;
	struct vrrp_tracked_ref	 refs[VRRP_TRACKED_MAX];
	struct vrrp_weight	 weights[VRRP_TRACKED_MAX]; /* as they count */
	struct vrrp_weighed	 now;
};

/*
 * Track what the configuration says; *t is zeroed, or bound before.  What was
 * tracked before keeps its state and delay.  Then look.
 */
void	vrrp_tracked_bind(struct vrrp_tracked *, struct vrrp_track *,
	    const struct vrrp_params *);
void	vrrp_tracked_release(struct vrrp_tracked *);
/*
 * Take over the states as they are at now and weigh them.  True if the answer
 * or what it is made of differs from before.  *again: when to look next by
 * itself, MONO_NEVER if nothing waits.
 */
bool	vrrp_tracked_look(struct vrrp_tracked *, const struct vrrp_params *,
	    mono_t now, mono_t *again);
/*
 * L-18: if every path that is tracked broke at `since` or before, when all links
 * that are still up would have gone down; `since` if there are none.
 */
mono_t	vrrp_tracked_proven_at(const struct vrrp_tracked *, mono_t since);
/* Why there is a fault, or what is waited for. */
void	vrrp_tracked_why(const struct vrrp_tracked *, char *, size_t);
/* The name of the register for a link: where, and to whom. */
void	vrrp_tracked_link_name(const struct vrrp_params *,
	    const struct vrrp_bfd_params *, char *, size_t);
/* As a user knows it: of a link only the address. */
const char *vrrp_tracked_name(const struct vrrp_track_item *);

#endif
