/*
 * vrrp_desk.h - the keeper of vrrpd-net, in the monitor.
 *
 * Starts vrrpd-net (netd/vrrp_netd.h), starts it again when it dies, and takes to
 * it what the engine asks for.  The devices that are to be removed are kept here
 * until they are: an engine may end right after it has asked, and a vrrpd-net that
 * dies over a request leaves it to the next.
 */
#ifndef VRRPD_VRRP_DESK_H
#define VRRPD_VRRP_DESK_H

#include "shared/priv.h"
#include "vrrpd/ipc/vrrp_program.h"
#include "vrrpd/monitor/vrrp_monitor.h"

struct vrrp_desk;

/*
 * user: whom vrrpd-net becomes; program: what vrrpd-net executes; both borrowed
 * until the monitor has ended.  NULL when out of memory.
 */
struct vrrp_desk *vrrp_desk_new(const struct priv_user *user,
	    int realtime_priority, const struct vrrp_program *program);
/* The desk as a part of the monitor, valid as long as it is. */
struct vrrp_monitor_part vrrp_desk_part(struct vrrp_desk *);
/* After the monitor has ended, or in a child. */
void	vrrp_desk_free(struct vrrp_desk *);

#endif
