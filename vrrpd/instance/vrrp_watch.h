/*
 * vrrp_watch.h - an instance asks the network whether it is alone.
 *
 * Two routers that do not hear each other are both Active, and no election will
 * end it.  So whoever is Active, or about to be for want of another, asks once a
 * second who has the virtual address, and listens by ways other than VRRP; what
 * comes of it are alarms (vrrp_alarm.h).  A takeover never waits for any of it.
 */
#ifndef VRRPD_VRRP_WATCH_H
#define VRRPD_VRRP_WATCH_H

#include <stdbool.h>

#include "vrrpd/instance/virtual_router.h"
#include "vrrpd/pure/vrrp_wire.h"

/* False: no memory. */
bool	vrrp_watch_init(struct vrrp_instance *);
/* Also for one whose init has failed. */
void	vrrp_watch_free(struct vrrp_instance *);
/* After each event of the state machine; also looks for its alarms. */
void	vrrp_watch_look(struct vrrp_instance *);
/* An Active has heard the advert of a lesser router that is Active too (V-72). */
void	vrrp_watch_contest(struct vrrp_instance *, const struct vrrp_advert *);

#endif
