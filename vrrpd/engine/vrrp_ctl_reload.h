/*
 * vrrp_ctl_reload.h - what clients are answered about reloads.
 */
#ifndef VRRPD_VRRP_CTL_RELOAD_H
#define VRRPD_VRRP_CTL_RELOAD_H

#include <jansson.h>
#include <stdbool.h>

#include "shared/ctl_server.h"
#include "vrrpd/engine/vrrp_reload.h"

/*
 * "reload": the answer comes later, or vrrp_reload_forget() with the client is
 * called.  False: the error is set.
 */
bool	vrrp_ctl_reload_ask(struct vrrp_reload *, struct ctl_client_conn *,
	    json_t *params, struct ctl_error *);
/* "confirm". */
bool	vrrp_ctl_reload_confirm(struct vrrp_reload *, json_t **result,
	    struct ctl_error *);
/* For "show": the trial, if one is on. */
void	vrrp_ctl_reload_show(json_t *, const struct vrrp_reload *);

#endif
