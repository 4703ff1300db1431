/*
 * vrrp_helpers.h - the keeper of the helper processes, in the monitor.
 *
 * A helper (helper/vrrp_helper.h) that dies is started again.  As the monitor is
 * not root any more, a second vrrpd-scripts can run nothing as another user; the
 * same is true of one that a reload makes necessary.  Both are said in the log
 * and in the reason.
 */
#ifndef VRRPD_VRRP_HELPERS_H
#define VRRPD_VRRP_HELPERS_H

#include "shared/priv.h"
#include "vrrpd/monitor/vrrp_monitor.h"
#include "vrrpd/pure/vrrp_params.h"

struct vrrp_helpers;

/*
 * conf: the file; config: as read at the start; user: whom to become; all
 * borrowed until the monitor has ended.  NULL when out of memory.
 */
struct vrrp_helpers *vrrp_helpers_new(const char *conf,
	    const struct vrrp_config *config, const struct priv_user *user);
/* What the monitor needs of it; valid as long as the helpers are. */
struct vrrp_monitor_part vrrp_helpers_part(struct vrrp_helpers *);
/* After the monitor has ended, or in a child. */
void	vrrp_helpers_free(struct vrrp_helpers *);

#endif
