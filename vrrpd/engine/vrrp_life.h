/*
 * vrrp_life.h - a whole life of the engine, in a process of its own.
 */
#ifndef VRRPD_VRRP_LIFE_H
#define VRRPD_VRRP_LIFE_H

#include "shared/priv.h"
#include "vrrpd/ipc/vrrp_birth.h"
#include "vrrpd/pure/vrrp_params.h"

/* Passed on by the monitor to each engine; all borrowed. */
struct vrrp_life {
	const char		 *conf;		/* read where there is nothing better */
	const char		 *bfdd_socket;
	const struct vrrp_config *config;	/* as read at the first start */
	const struct priv_user	 *user;		/* the user to become */
};

/*
 * Lives in the process that the monitor has forked, from root to the end; arg is
 * a struct vrrp_life.  Returns the exit status: 0 after leaving, 1 when the
 * start failed, which is logged.  Does not return from a planned restart.
 */
int	vrrp_life_run(struct vrrp_birth *, void *arg);

#endif
