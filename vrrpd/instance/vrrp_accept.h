/*
 * vrrp_accept.h - adverts against the configuration of an instance.
 */
#ifndef VRRPD_VRRP_ACCEPT_H
#define VRRPD_VRRP_ACCEPT_H

#include "shared/pure/mono.h"
#include "vrrpd/instance/virtual_router.h"
#include "vrrpd/pure/vrrp_wire.h"

/* VRRP_OK, or the first reason against it.  Changes nothing. */
enum vrrp_verdict vrrp_accept_judge(const struct vrrp_instance *,
	    const struct vrrp_advert *);
/*
 * An advert with a source that was refused: to unicast, and right but for that, it is
 * likely that of a peer which has another own address now.  While a peer is silent
 * that is an alarm.
 */
void	vrrp_accept_unknown(struct vrrp_instance *, mono_t now,
	    const struct vrrp_advert *);

/*
 * A packet for this VRID was refused, here or before: count it, keep it for
 * `show` where it is a conflict, and log it at a limited rate.
 */
void	vrrp_accept_refuse(struct vrrp_instance *, mono_t now,
	    enum vrrp_verdict, const struct addr *source);

/*
 * Of an accepted advert.  learn: who is heard, and with which checksum (V-13);
 * may build our adverts again.  note: other interval, other addresses, a second
 * owner.
 */
void	vrrp_accept_learn(struct vrrp_instance *, mono_t now,
	    const struct vrrp_advert *);
void	vrrp_accept_note(struct vrrp_instance *, mono_t now,
	    const struct vrrp_advert *);

#endif
