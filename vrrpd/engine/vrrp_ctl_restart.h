/*
 * vrrp_ctl_restart.h - what an operator is answered who asks for a restart.
 */
#ifndef VRRPD_VRRP_CTL_RESTART_H
#define VRRPD_VRRP_CTL_RESTART_H

#include "shared/ctl_rpc.h"
#include "shared/loop.h"
#include "vrrpd/engine/vrrp_router_state.h"

struct vrrp_ctl_restart;

/* Both borrowed.  NULL when out of memory. */
struct vrrp_ctl_restart *vrrp_ctl_restart_new(struct loop *,
	    struct vrrp_router *);
/* Nobody is answered any more.  NULL is fine. */
void	vrrp_ctl_restart_free(struct vrrp_ctl_restart *);
/*
 * The method "restart": has the program on disk tried, answers when that is
 * known, and then restarts or replaces (router.restart, router.replace).
 */
bool	vrrp_ctl_restart_ask(struct vrrp_ctl_restart *,
	    struct ctl_client_conn *, struct ctl_error *);
/* The client is gone, and gets no answer; what was asked for happens. */
void	vrrp_ctl_restart_gone(struct vrrp_ctl_restart *,
	    const struct ctl_client_conn *);

#endif
