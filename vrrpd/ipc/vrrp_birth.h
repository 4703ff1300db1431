/*
 * vrrp_birth.h - what the monitor gives to an engine at its birth.
 *
 * Everything that an engine takes from its parent is in struct vrrp_birth, so that
 * neither process has to know the other's code.  The engine is a child of the
 * monitor that executes the program on disk, which may be another one than the
 * monitor runs: the values travel as bytes in a memfd, whose number is the
 * argument.  A program that does not understand them ends without a word, and
 * where nothing can be executed the child goes on as it is, as a fork.
 */
#ifndef VRRPD_VRRP_BIRTH_H
#define VRRPD_VRRP_BIRTH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "shared/ctl_server.h"
#include "shared/pure/mono.h"
#include "vrrpd/ipc/vrrp_post.h"
#include "vrrpd/pure/vrrp_handoff.h"
#include "vrrpd/pure/vrrp_orders.h"

struct vrrp_birth {
	int			 channel;	/* the engine's end, and to close */
	pid_t			 monitor;
	const struct ctl_listener *listener;	/* of the control socket */
	const struct vrrp_handoff *handoff;	/* planned restart; or NULL */
	const struct vrrp_orders *orders;	/* of operators; NULL: none */
	struct vrrp_parcel	*values;	/* a vrrp_reading.h; or NULL */
	mono_t			 booted;	/* vrrpd; 0: an upgrade, no start */
	unsigned		 restarts;	/* 0: the first engine */
	char			 last_end[64];	/* of the engine before; or "" */
	int64_t			 last_end_real_ns;
	bool			 own;		/* live as a fork, execute nothing */
};

/* SIGTERM, SIGINT and SIGHUP: the monitor passes them on to its engine. */
#define VRRP_BIRTH_SIGNAL_COUNT	3
extern const int vrrp_birth_signals[VRRP_BIRTH_SIGNAL_COUNT];

/*
 * For the engine, at its start and after every change of user: tie its life to
 * the monitor's, which sends it SIGTERM by dying.  0, or -ESRCH when the monitor
 * is dead already.
 */
int	vrrp_birth_tie(const struct vrrp_birth *);
/* vrrp_birth_signals wait, or do not wait any longer. */
void	vrrp_birth_hold_signals(bool hold);

#endif
