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
 * Ordinary scheduling, nothing locked: a helper may take its time, and is never
 * in the way of the engine or of the monitor.
 *
 * Each is given the configuration by the monitor, as its reader has found it, and
 * does not take from the engine, which faces the network, what to run and as whom.
 * Levels to the engine
 * (vrrp_level.h), changes of state to the hooks (vrrp_notice.h), and the word
 * that there is a new configuration pass through the monitor.
 *
 * The monitor's half, which starts them and starts them again, is
 * monitor/vrrp_helpers.h.
 */
#ifndef VRRPD_VRRP_HELPER_H
#define VRRPD_VRRP_HELPER_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/pure/mono.h"
#include "shared/priv.h"
#include "vrrpd/ipc/vrrp_post.h"
#include "vrrpd/ipc/vrrp_program.h"
#include "vrrpd/pure/vrrp_message.h"
#include "vrrpd/pure/vrrp_params.h"

/* How long leaving waits for hooks that still run. */
#define VRRP_HELPER_LEAVE_NS	(5 * NS_PER_S)

enum vrrp_helper_role {
	VRRP_HELPER_SCRIPTS,
	VRRP_HELPER_CHECKS,
};
#define VRRP_HELPER_COUNT	2
/* The name of the process. */
const char *vrrp_helper_name(enum vrrp_helper_role);
/* The bit of vrrp_needs.h that asks for the process. */
uint8_t	vrrp_helper_need(enum vrrp_helper_role);
/* The way of a helper's messages to the monitor. */
enum vrrp_way vrrp_helper_way(enum vrrp_helper_role);

/* Some script or hook runs as another user, for which a helper needs root. */
bool	vrrp_helper_has_users(const struct vrrp_config *);

/* A helper is given this; all borrowed, in a process of its own. */
struct vrrp_helper_birth {
	enum vrrp_helper_role	 role;
	int			 channel;	/* the helper's end, and to close */
	/* As read at the start; decides the privileges of the process. */
	const struct vrrp_config *config;
	const struct vrrp_parcel *values;	/* in force; NULL: those above */
	const struct priv_user	*user;		/* to become */
	const struct vrrp_program *program;	/* to be when asked; NULL: none */
	bool			 executed;	/* not a fork: say so */
};

/*
 * Executes the program on disk for that life, in a fork of the monitor; returns on
 * failure only, with negative errno.
 */
int	vrrp_helper_execute(const struct vrrp_helper_birth *);

/*
 * The whole life of a helper, in a child of the monitor.  Closes every descriptor
 * but the channel and 0 to 2.  Ends the process: status 0 when the monitor has
 * closed its end or is gone, 1 when the start failed.
 */
void	vrrp_helper_live(const struct vrrp_helper_birth *)
	    __attribute__((noreturn));

#endif
