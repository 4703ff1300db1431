/*
 * vrrp_ctl_history.h - all transitions in the order of time, one after the other.
 *
 * For the answer to `history`, which is made in parts while the engine goes on:
 * instances may move, go and come between two parts.
 */
#ifndef VRRPD_VRRP_CTL_HISTORY_H
#define VRRPD_VRRP_CTL_HISTORY_H

#include <jansson.h>

#include "vrrpd/engine/vrrp_router_state.h"

struct vrrp_ctl_history;

/*
 * Of this instance, or (NULL) of all; as of now: transitions that follow are not
 * part of it.  The router, which outlives it, is borrowed.  NULL when out of
 * memory.
 */
struct vrrp_ctl_history *vrrp_ctl_history_new(const struct vrrp_router *,
	    const struct vrrp_instance *);
void	vrrp_ctl_history_free(struct vrrp_ctl_history *);  /* NULL is fine */
/* The oldest that was not said yet, a new reference; NULL after the last. */
json_t	*vrrp_ctl_history_next(struct vrrp_ctl_history *);

#endif
