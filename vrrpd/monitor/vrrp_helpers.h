/*
 * vrrp_helpers.h - the keeper of the helper processes, in the monitor.
 *
 * A helper (helper/vrrp_helper.h) that dies is started again.  As the monitor is
 * not root any more, a second vrrpd-scripts can run nothing as another user, and
 * neither can one that a reload makes necessary; the log and the reason of the
 * tracker say so.
 */
#ifndef VRRPD_VRRP_HELPERS_H
#define VRRPD_VRRP_HELPERS_H

#include "shared/priv.h"
#include "vrrpd/ipc/vrrp_program.h"
#include "vrrpd/monitor/vrrp_ledger.h"
#include "vrrpd/monitor/vrrp_monitor.h"
#include "vrrpd/pure/vrrp_params.h"

struct vrrp_helpers;

/*
 * ledger: which says when another configuration is in force, and which; config: as
 * read at the start; user: whom to become; program: what helpers execute; all
 * borrowed until the monitor has ended.  NULL when out of memory.
 */
struct vrrp_helpers *vrrp_helpers_new(struct vrrp_ledger *ledger,
	    const struct vrrp_config *config, const struct priv_user *user,
	    const struct vrrp_program *program);
/* The helpers as a part of the monitor, valid as long as they are. */
struct vrrp_monitor_part vrrp_helpers_part(struct vrrp_helpers *);
/* After the monitor has ended, or in a child. */
void	vrrp_helpers_free(struct vrrp_helpers *);

#endif
