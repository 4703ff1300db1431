/*
 * vrrp_notify.h - the engine's word to the hooks.
 *
 * Speaks in the words of vrrpd/pure/vrrp_notice.h; vrrpd/helper/vrrp_hooks.h is
 * the other end.
 *
 * Says every change of state of an instance or group that has a hook, once, in
 * order, to the monitor, which passes it on (vrrp_helper.h).  Never waits: what
 * the channel cannot take is counted and said in the log.
 */
#ifndef VRRPD_VRRP_NOTIFY_H
#define VRRPD_VRRP_NOTIFY_H

#include "vrrpd/ipc/vrrp_channel.h"
#include "vrrpd/instance/vrrp_instance.h"
#include "vrrpd/pure/vrrp_params.h"

struct vrrp_notify;

/* channel: borrowed; outlives it.  NULL when out of memory. */
struct vrrp_notify *vrrp_notify_new(struct vrrp_channel *);
void	vrrp_notify_free(struct vrrp_notify *);		/* NULL is fine */
/* Learn which groups there are, and which of them have a hook. */
void	vrrp_notify_apply(struct vrrp_notify *, const struct vrrp_config *);
/* After the packets of the batch of a transition; NULL notify is fine. */
void	vrrp_notify_transition(struct vrrp_notify *,
	    const struct vrrp_instance *, const struct vrrp_record *);
/* An Active has heard a lesser one, and has announced its addresses again. */
void	vrrp_notify_contested(struct vrrp_notify *,
	    const struct vrrp_instance *);
/* The daemon leaves: every group stops, whatever its members still do. */
void	vrrp_notify_stop(struct vrrp_notify *);

#endif
