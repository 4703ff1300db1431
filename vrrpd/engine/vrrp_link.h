/*
 * vrrp_link.h - BFD sessions of role link as something tracked (L-17).
 *
 * Between the levels of bfdd and the register of what is tracked: decides what
 * a level says of the path.  Down says that it is broken, once the session has
 * been Up, or has had its time to come up.  AdminDown, here or there, is
 * somebody's decision (RFC 5882), and without bfdd nothing is known (L-21):
 * both leave the link up.
 */
#ifndef VRRPD_VRRP_LINK_H
#define VRRPD_VRRP_LINK_H

#include <stdbool.h>

#include "shared/loop.h"
#include "shared/nl.h"
#include "shared/pure/mono.h"
#include "vrrpd/ipc/vrrp_bfd.h"
#include "vrrpd/instance/vrrp_track.h"

#define VRRP_LINK_COME_UP_NS	(3 * NS_PER_S)	/* slow start (RFC 5880 §6.8.3) */
#define VRRP_LINK_BFDD_NS	NS_PER_S	/* until bfdd must have answered */

/* All that is remembered of one link. */
struct vrrp_link_memory {
	enum vrrp_track_state	state;		/* as judged */
	bool			told;		/* bfdd has said something */
	bool			been_up;	/* Up since bfdd has */
	mono_t			give_up;	/* the wait ends; MONO_NEVER: none */
};
void	vrrp_link_init(struct vrrp_link_memory *, mono_t now);
/*
 * Judges the level, in m->state; *why for a user, NULL for nothing to say.
 * To be asked again at m->give_up with the same level.
 */
void	vrrp_link_judge(struct vrrp_link_memory *m, mono_t now,
	    enum vrrp_bfd_state, enum vrrp_bfd_reason, const char **why);

struct vrrp_links;

/* track is borrowed for ever. NULL when out of memory. */
struct vrrp_links *vrrp_links_new(struct loop *, struct vrrp_track *);
void	vrrp_links_free(struct vrrp_links *);		/* NULL is fine */
/* Collect what is wanted: begin, want each, commit, which forgets the others. */
void	vrrp_links_begin(struct vrrp_links *);
int	vrrp_links_want(struct vrrp_links *, const struct vrrp_params *,
	    const struct vrrp_bfd_params *);		/* 0 or -ENOMEM */
void	vrrp_links_commit(struct vrrp_links *);
/*
 * An interface came, changed or (gone) went.  A link over one that is not there, or
 * has no carrier, is down at once, whatever its session says until it times out;
 * with the carrier back it is what the session says.  Not one of several hops,
 * whose packets find another way.
 */
void	vrrp_links_interface(struct vrrp_links *, const struct nl_link *,
	    bool gone);
/* The level of any session changed; nothing if it is not a link. */
void	vrrp_links_level(struct vrrp_links *, const struct vrrp_bfd_session *,
	    mono_t received);

#endif
