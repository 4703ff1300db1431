/*
 * vrrp_engine.h - the engine as objects: a router, its control socket, its line
 * to the monitor, and what happens to them in a life.
 *
 * Everything here runs on the loop and the channel that it is given, reads no
 * other clock than the loop's and ends no process, so that several engines can
 * live in one program that has a time of its own.  What belongs to the process
 * (privileges, scheduling, signals, reading the file, ending) is vrrp_life.h.
 */
#ifndef VRRPD_VRRP_ENGINE_H
#define VRRPD_VRRP_ENGINE_H

#include <stddef.h>

#include "shared/loop.h"
#include "shared/pure/mono.h"
#include "shared/rtsched.h"
#include "vrrpd/engine/vrrp_router.h"
#include "vrrpd/ipc/vrrp_birth.h"
#include "vrrpd/ipc/vrrp_channel.h"
#include "vrrpd/pure/vrrp_params.h"

struct vrrp_engine;

/*
 * The surroundings of an engine; pointers are borrowed until
 * vrrp_engine_close(), and no function may be NULL.
 */
struct vrrp_engine_config {
	struct loop		*loop;
	struct vrrp_channel	*channel;	/* to the monitor */
	const struct vrrp_birth	*birth;		/* listener, handoff, restarts */
	const struct rtsched	*scheduling;	/* for `show`; NULL: none */
	const char		*bfdd_socket;
	/* Leaving is over, from the loop: vrrp_engine_close() may follow. */
	void	(*left)(void *arg);
	/*
	 * The monitor has been told to start another engine that goes on where
	 * this one stops (L-24): end, and do not close, which would say goodbye.
	 */
	void	(*restarted)(void *arg);
	void	*arg;
};

/*
 * Opens netlink, the sockets and the devices of a configuration (borrowed for
 * the call).  Needs CAP_NET_ADMIN and CAP_NET_RAW.  Nothing is sent and no
 * packet read.  0 or negative errno, logged; *out is to be closed in both cases (NULL
 * when there was no memory for it).
 */
int	vrrp_engine_open(const struct vrrp_engine_config *,
	    const struct vrrp_config *, struct vrrp_engine **out);
/*
 * Privileges are settled: asks bfdd for sessions, lets the instances run, beats,
 * and tells the monitor that it is ready.  0 or negative errno, logged.
 */
int	vrrp_engine_start(struct vrrp_engine *);
/* Has the file read and applies what it says (vrrp_reload.h); the log tells. */
void	vrrp_engine_reload(struct vrrp_engine *);
/*
 * Resigns; config.left() is called when there are successors or there is no more
 * time.  Once is enough.
 */
void	vrrp_engine_leave(struct vrrp_engine *);
/* The instant of the first vrrp_engine_leave(); MONO_NEVER: none. */
mono_t	vrrp_engine_leaving_since(const struct vrrp_engine *);
/*
 * Leaves the machine as it was found, however far the start had come, and frees
 * everything.  The last words to the monitor are in the channel, and maybe still
 * in its queue.  NULL is fine.
 */
void	vrrp_engine_close(struct vrrp_engine *);

/* For tests; lives as long as the engine. */
struct vrrp_router *vrrp_engine_router(const struct vrrp_engine *);

#endif
