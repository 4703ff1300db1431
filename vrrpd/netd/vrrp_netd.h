/*
 * vrrp_netd.h - vrrpd-net, the process that may wait for the kernel.
 *
 * A child of the monitor with NET_ADMIN and nothing else.  It does what waits for
 * the kernel's one lock on network configuration, which another program may hold
 * for seconds, and what holds that lock for long itself: it makes and removes
 * devices, joins groups, and lends the virtual addresses anew.  What it is asked
 * comes from the engine, through the monitor (monitor/vrrp_desk.h).
 */
#ifndef VRRPD_VRRP_NETD_H
#define VRRPD_VRRP_NETD_H

#include <stdbool.h>

#include "shared/loop.h"
#include "shared/priv.h"
#include "vrrpd/ipc/vrrp_program.h"

struct vrrp_netd;

/*
 * On this loop, over this descriptor (taken, also on failure); loop_stop() is
 * called when the other end hangs up and everything asked for is done.  0 or
 * negative errno.
 */
int	vrrp_netd_open(struct loop *, int fd, struct vrrp_netd **out);
/* Whether the monitor has asked for another program, when the loop stops. */
bool	vrrp_netd_is_replaced(const struct vrrp_netd *);
void	vrrp_netd_close(struct vrrp_netd *);		/* NULL is fine */

/* The process is given this; all borrowed, in a process of its own. */
struct vrrp_netd_birth {
	int			 channel;	/* to the monitor; to be closed */
	const struct priv_user	*user;		/* to become */
	int			 realtime_priority;	/* of the engine */
	const struct vrrp_program *program;	/* to be when asked; NULL: none */
	bool			 executed;	/* not a fork: say so */
};

/*
 * The whole life of vrrpd-net, in a child of the monitor.  Closes every descriptor
 * but the channel and 0 to 2.  Ends the process: status 0 when the monitor has
 * closed its end or is gone, 1 when the start failed.
 */
void	vrrp_netd_live(const struct vrrp_netd_birth *)
	    __attribute__((noreturn));

#endif
