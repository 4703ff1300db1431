/*
 * vrrp_alert.h - the alarms of an instance (vrrp_alarm.h), with a clock and words.
 *
 * For whoever finds something out about an instance.  Nothing here waits, or says
 * anything before the packets of the batch are out.
 */
#ifndef VRRPD_VRRP_ALERT_H
#define VRRPD_VRRP_ALERT_H

#include <stdbool.h>
#include <stdint.h>

#include "vrrpd/instance/virtual_router.h"
#include "vrrpd/pure/vrrp_alarm.h"

struct vrrp_handoff;

/* False: no memory. */
bool	vrrp_alert_init(struct vrrp_instance *);
/* Also for one whose init has failed. */
void	vrrp_alert_free(struct vrrp_instance *);
/* vrrp_alarm_raise(), vrrp_alarm_see() and vrrp_alarm_end(), as of now. */
void	vrrp_alert_raise(struct vrrp_instance *, enum vrrp_alarm_kind,
	    const struct vrrp_alarm_who *, const char *text,
	    int64_t patience_ns);
void	vrrp_alert_see(struct vrrp_instance *, enum vrrp_alarm_kind,
	    const struct vrrp_alarm_who *, const char *text,
	    int64_t patience_ns, int64_t hold_ns);
void	vrrp_alert_end(struct vrrp_instance *, enum vrrp_alarm_kind);
/* Longer than two routers may both be Active in ordinary life. */
int64_t	vrrp_alert_patience_ns(const struct vrrp_instance *);
/* After each event of the state machine: the alarms that follow from its state. */
void	vrrp_alert_look(struct vrrp_instance *);
/* Puts down those that stand, for the next engine, as far as there is room. */
void	vrrp_alert_hand_off(const struct vrrp_instance *,
	    struct vrrp_handoff *);
/* The heir of old goes on with its alarms, and none is told of twice. */
void	vrrp_alert_inherit(struct vrrp_instance *heir,
	    const struct vrrp_instance *old);
/* For a user: what vrrp_core_half_heard() found. */
const char *vrrp_alert_half_heard_text(bool bfd);

#endif
