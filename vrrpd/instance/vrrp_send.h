/*
 * vrrp_send.h - adverts and announcements of an instance.
 *
 * Errors of the kernel are counted and logged at a limited rate, not returned:
 * a packet that could not be sent is a packet that was lost.
 */
#ifndef VRRPD_VRRP_SEND_H
#define VRRPD_VRRP_SEND_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/pure/addr.h"
#include "shared/pure/mono.h"
#include "vrrpd/instance/virtual_router.h"

/*
 * In both versions where that is wished.  While this process has an absence that
 * is not judged yet (loop_is_unjudged()) nothing leaves: an advert is sent when
 * that is done, unless it is void then.
 */
void	vrrp_send_advert(struct vrrp_instance *, uint8_t priority);
/*
 * Priority 0 once more, for an Active to answer (V-70).  Not from the virtual MAC:
 * no switch may learn that it is here.
 */
void	vrrp_send_query(struct vrrp_instance *);
/* A Backup Advertisement; 0: we are no Backup any more. */
void	vrrp_send_backup(struct vrrp_instance *, uint8_t priority);
/*
 * Would an advert leave?  Sends one that reaches nobody.  False: that cannot be
 * found out, for the way to a unicast peer is known by using it.  *error: 0, or the
 * errno of the refusal.
 */
bool	vrrp_send_probe(struct vrrp_instance *, int *error);
/* The instance is about to be freed. */
void	vrrp_send_cancel(struct vrrp_instance *);
/* To the better router this one has just yielded to. */
void	vrrp_send_last_advert(struct vrrp_instance *,
	    const struct addr *winner);

/* The first round at once, the others from the timer; contested: one soon. */
void	vrrp_send_announce(struct vrrp_instance *, bool contested);
/* One more round soon, unless one is under way. */
void	vrrp_send_announce_later(struct vrrp_instance *);
/* loop_timer callback of announce_timer; arg: the instance. */
void	vrrp_send_announce_cb(mono_t deadline, void *arg);

#endif
