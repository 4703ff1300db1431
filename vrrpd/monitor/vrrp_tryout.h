/*
 * vrrp_tryout.h - runs the program on disk on trial, before an operator's restart.
 *
 * Tells the engine what came of it (vrrp_trial.h), within TRYOUT_NS at the latest.
 */
#ifndef VRRPD_VRRP_TRYOUT_H
#define VRRPD_VRRP_TRYOUT_H

#include "vrrpd/ipc/vrrp_program.h"
#include "vrrpd/monitor/vrrp_monitor.h"

#define VRRP_TRYOUT_NS	(5 * NS_PER_S)

struct vrrp_tryout;

/*
 * The program is borrowed until the monitor has ended; one without a path passes
 * every trial, since nothing will be executed.  needs_root: vrrpd could not begin
 * again without what came from root, so a program of another language fails.
 * NULL when out of memory.
 */
struct vrrp_tryout *vrrp_tryout_new(const struct vrrp_program *,
	    bool needs_root);
/* As a part of the monitor, valid as long as the tryout. */
struct vrrp_monitor_part vrrp_tryout_part(struct vrrp_tryout *);
/* After the monitor has ended, or in a child.  NULL is fine. */
void	vrrp_tryout_free(struct vrrp_tryout *);

#endif
