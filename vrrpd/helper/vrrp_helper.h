/*
 * vrrp_helper.h - the processes beside the engine: vrrpd-scripts, vrrpd-checks.
 *
 * Children of the monitor, started when the configuration needs them:
 *
 *   vrrpd-scripts  runs check scripts and hooks.  No privileges, unless the
 *                  configuration names another user than the daemon's: then
 *                  SETUID, SETGID and KILL; and with `user = root` it may
 *                  become a whole root for such a child.
 *   vrrpd-checks   processes, files, and what asks the network.  None at all.
 *
 * Ordinary scheduling, nothing locked: what they do may take its time, and none
 * of it is in the way of the engine or of the monitor.
 *
 * Each reads the configuration file by itself, and does not take from the engine,
 * which faces the network, what to run and as whom.  What passes through the
 * monitor are levels to the engine (vrrp_level.h), changes of state to the hooks
 * (vrrp_notice.h), and the word that there is a new configuration.
 *
 * One that dies is started again.  As the monitor is not root any more, a second
 * vrrpd-scripts can run nothing as another user; the same is true of one that a
 * reload makes necessary.  Both are said in the log and in the reason.
 */
#ifndef VRRPD_VRRP_HELPER_H
#define VRRPD_VRRP_HELPER_H

#include "shared/priv.h"
#include "vrrpd/ipc/vrrp_channel.h"
#include "vrrpd/monitor/vrrp_monitor.h"
#include "vrrpd/pure/vrrp_params.h"

/* How long leaving waits for hooks that still run. */
#define VRRP_HELPER_LEAVE_NS	(5 * NS_PER_S)

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
