/*
 * vrrp_mute.h - an instance whose adverts do not leave (vrrp_unsent.h): when it
 * tries again, when it is to give up, and what a person is told.
 */
#ifndef VRRPD_VRRP_MUTE_H
#define VRRPD_VRRP_MUTE_H

#include <stdbool.h>

#include "vrrpd/instance/virtual_router.h"

/*
 * After each advert that was sent, and each that was heard.  True: an Active is to
 * give up now, since another router serves and hears nothing of it.  Otherwise
 * unsent_timer is set to the next try, if there is anything to try.
 */
bool	vrrp_mute_look(struct vrrp_instance *);
/*
 * bfdd says that no packet of a session with this peer leaves (error: why), or ""
 * that all do: an alarm, and a reason to wait for less.
 */
void	vrrp_mute_bfd(struct vrrp_instance *, const struct addr *peer,
	    const char *error);
/* The instance gives up: `waiting` says why, unsent_timer when to find out more. */
void	vrrp_mute_give_up(struct vrrp_instance *);
/*
 * From unsent_timer, for one that gave up.  True: adverts leave again, or that can
 * be found out by being Active only, and it may run.
 */
bool	vrrp_mute_probe(struct vrrp_instance *);

#endif
