/*
 * vrrp_ctl.h - the control socket of vrrpd: methods and topics.
 *
 * swiftover-ctl(7) describes what is said here.  Reads the router, and drives
 * it through the functions of vrrp_router.h and vrrp_instance.h.
 */
#ifndef VRRPD_VRRP_CTL_H
#define VRRPD_VRRP_CTL_H

#include <stddef.h>

#include "shared/ctl_server.h"
#include "shared/loop.h"
#include "vrrpd/instance/vrrp_instance.h"
#include "vrrpd/engine/vrrp_reload.h"
#include "vrrpd/engine/vrrp_router.h"

struct vrrp_ctl;

/*
 * Answers on the listener (borrowed; NULL: on nothing) and hooks itself into
 * the router; the reloads are borrowed.  0 or negative errno.
 */
int	vrrp_ctl_open(struct loop *, struct vrrp_router *,
	    const struct ctl_listener *, struct vrrp_reload *,
	    struct vrrp_ctl **out);
/* Leaves the listener as it is. NULL is fine. */
void	vrrp_ctl_close(struct vrrp_ctl *);

#endif
