/*
 * vrrp_core_inside.h - what the files of the state machine know of each other.  PURE.
 *
 * For vrrp_core.c, vrrp_core_bfd.c and their like alone; everybody else uses
 * vrrp_core.h.
 */
#ifndef VRRPD_VRRP_CORE_INSIDE_H
#define VRRPD_VRRP_CORE_INSIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/pure/mono.h"
#include "vrrpd/pure/vrrp_core_state.h"
#include "vrrpd/pure/vrrp_wire.h"

/* --- vrrp_core.c --- */

/* First line of every event: the clock, and no orders yet. */
void	vrrp_core_begin(struct vrrp_core *, mono_t now, struct vrrp_actions *);
/* Orders an advert with the priority in force. */
void	vrrp_core_send(struct vrrp_core *, struct vrrp_actions *);
/* n adverts at this pace from now on, or more and faster if a series runs. */
void	vrrp_core_pace(struct vrrp_core *, mono_t now, int64_t interval_ns,
	    unsigned n);
/*
 * A Backup's time has come, for this cause, and was due then.  In a sync group
 * that is a wish (vrrp_core_take_over()); a takeover by BFD may be a claim first.
 */
void	vrrp_core_go(struct vrrp_core *, enum vrrp_cause, mono_t now, mono_t due,
	    struct vrrp_actions *);
/* V-71, V-74: of two Actives, is the sender the one that stays? */
bool	vrrp_core_wins(const struct vrrp_core *, const struct vrrp_advert *);
/* The sender of an advert, and the router that we follow, to be named. */
struct vrrp_other vrrp_core_sender(const struct vrrp_advert *);
struct vrrp_other vrrp_core_followed(const struct vrrp_core *);

/* Do the others know our priority?  Not where they know an older one, or none. */
bool	vrrp_core_is_told(const struct vrrp_core *);

/* --- vrrp_core_bfd.c --- */

/* vrrp_death_place_ns() as of the call, for the Active that we follow. */
int64_t	vrrp_core_bfd_place_ns(const struct vrrp_core *, bool told);

/* L-14: say that we are Active, and be it when nobody has objected. */
void	vrrp_core_bfd_claim(struct vrrp_core *, mono_t now,
	    struct vrrp_actions *);
/*
 * An advert reaches a Backup whose claim is out.  True: it changes nothing.
 * False: there is no claim, or this advert was the end of it.
 */
bool	vrrp_core_bfd_confirm_rx(struct vrrp_core *, mono_t now, mono_t arrival,
	    const struct vrrp_advert *);
/* An Active that a Backup follows was heard: does that end a takeover by BFD? */
void	vrrp_core_bfd_call_off(struct vrrp_core *, mono_t arrival,
	    const struct vrrp_advert *);
/* The same of a lesser one that it will preempt (V-67). */
void	vrrp_core_bfd_note_claim(struct vrrp_core *, mono_t arrival,
	    const struct vrrp_advert *);
/* An Active yields to this advert: was its takeover by BFD a mistake (L-13)? */
void	vrrp_core_bfd_judge(struct vrrp_core *, mono_t now,
	    const struct vrrp_advert *);

/* Active now, or fenced no more: is a proof of life due (L-23)? */
void	vrrp_core_bfd_go_on(struct vrrp_core *, mono_t now);

/* --- vrrp_core_backup.c --- */

/* A state was entered from `from`. */
void	vrrp_core_backup_moved(struct vrrp_core *, mono_t now,
	    enum vrrp_state from, struct vrrp_actions *);
/* Other values are in force. */
void	vrrp_core_backup_changed(struct vrrp_core *, mono_t now,
	    const struct vrrp_core_params *old, struct vrrp_actions *);
/* Of a Backup that stays one. */
void	vrrp_core_backup_expire(struct vrrp_core *, mono_t now,
	    struct vrrp_actions *);
/* Every Backup that there is has had the time to tell. */
bool	vrrp_core_backup_knows_all(const struct vrrp_core *);

#endif
