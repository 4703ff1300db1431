/*
 * vrrp_ctl_orders.h - what an operator is answered who says something to stay.
 */
#ifndef VRRPD_VRRP_CTL_ORDERS_H
#define VRRPD_VRRP_CTL_ORDERS_H

#include <jansson.h>

#include "shared/ctl_server.h"
#include "vrrpd/engine/vrrp_router_state.h"

struct vrrp_ctl_orders;

/* The router is borrowed.  NULL when out of memory. */
struct vrrp_ctl_orders *vrrp_ctl_orders_new(struct loop *,
	    const struct vrrp_router *);
/* After every client has gone.  NULL is fine. */
void	vrrp_ctl_orders_free(struct vrrp_ctl_orders *);

/*
 * The end of a handler whose request has become an order, or should have: error is
 * what vrrp_standing.h said to that.  result: an object, taken.  Returns it, with
 * "on-disk" and "why-not" added; or defers the answer until the monitor has spoken
 * and returns NULL.
 */
json_t	*vrrp_ctl_orders_answer(struct vrrp_ctl_orders *,
	    struct ctl_client_conn *, json_t *result, int error);
/* The client has gone: nobody waits any more. */
void	vrrp_ctl_orders_gone(struct vrrp_ctl_orders *,
	    const struct ctl_client_conn *);

/* Puts the orders of that instance into its level. */
void	vrrp_ctl_orders_show(json_t *o, const struct vrrp_router *,
	    const char *name);
/* All orders, for `show`. */
json_t	*vrrp_ctl_orders_summary(const struct vrrp_router *);

#endif
