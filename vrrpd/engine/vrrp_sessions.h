/*
 * vrrp_sessions.h - what is wished of bfdd, and what its levels are for.
 *
 * Works on the client of bfdd, the tracked links and the timer of
 * struct vrrp_router, which are of this file.
 */
#ifndef VRRPD_VRRP_SESSIONS_H
#define VRRPD_VRRP_SESSIONS_H

#include <stdint.h>

#include "vrrpd/engine/vrrp_router_state.h"

/* Needs env.track. 0 or -ENOMEM; vrrp_sessions_free() in both cases. */
int	vrrp_sessions_open(struct vrrp_router *);
/* Ask bfdd at this socket for sessions; reconnects by itself. 0 or -ENOMEM. */
int	vrrp_sessions_connect(struct vrrp_router *, const char *path);
/* Says goodbye to bfdd, which releases every session (L-22). */
void	vrrp_sessions_release(struct vrrp_router *);
/* After the instances. Fine on a router of zeros. */
void	vrrp_sessions_free(struct vrrp_router *);

/*
 * Instances, peers or addresses have changed: wish for what is needed now, and
 * hand on what is known of it already.  follow: at once, and look at the age of
 * learned peers (L-28).  later: after this batch, if the router has started.
 */
void	vrrp_sessions_follow(struct vrrp_router *);
void	vrrp_sessions_follow_later(struct vrrp_router *);
/* vrrp_sessions_follow_later() as vrrp_env.peers_changed of a router. */
void	vrrp_sessions_peers_changed(struct vrrp_instance *, void *router);
/* After this batch bfdd is told on which interfaces we are Active (L-20). */
void	vrrp_sessions_in_charge_later(struct vrrp_router *);

/* How long the most eager peer of an instance waits for us; 0: no BFD. */
int64_t	vrrp_sessions_detection_ns(const struct vrrp_router *,
	    const struct vrrp_instance *);

#endif
