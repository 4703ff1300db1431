/*
 * vrrp_beside.h - a process beside the engine, as the monitor keeps it.
 *
 * What is the same for all of them: how such a process is started, what is counted of
 * its words, what becomes of a program on disk that does not live, and that the
 * process is started again when it has died.  The messages are its keeper's
 * (vrrp_desk.h, vrrp_helpers.h), and so is the end.
 */
#ifndef VRRPD_VRRP_BESIDE_H
#define VRRPD_VRRP_BESIDE_H

#include <stdbool.h>

#include "shared/loop.h"
#include "shared/pure/mono.h"
#include "vrrpd/ipc/vrrp_channel.h"
#include "vrrpd/ipc/vrrp_program.h"
#include "vrrpd/ipc/vrrp_tally.h"
#include "vrrpd/monitor/vrrp_child.h"
#include "vrrpd/pure/vrrp_supervise.h"

/* All with the arg of vrrp_beside_init(). */
struct vrrp_beside_calls {
	/*
	 * In the child, which begins and ends there.  execute: be the program on
	 * disk; when that cannot be, or is not wanted, what was forked.
	 */
	void	(*become)(int channel, bool execute, void *arg);
	/* The process is there; its channel has no handlers of the keeper's yet. */
	void	(*started)(void *arg);
	/* The process has died; all that it had said was delivered, and its channel is gone. */
	void	(*ended)(void *arg);
	/* Is there anything for it to do?  Else it is not started again. */
	bool	(*wanted)(const void *arg);
};

struct vrrp_beside {
	/* The keeper may read this: no pid, no process. */
	struct vrrp_child		 child;

	/* Nobody else's. */
	const struct vrrp_beside_calls	*calls;
	void				*arg;
	const char			*name;
	enum vrrp_way			 way;	/* up, to the monitor */
	const struct vrrp_program	*program;
	struct loop			*loop;
	struct vrrp_tally		*up;	/* refused here, said by it */
	struct vrrp_tally		*down;	/* refused by it */
	struct loop_timer		*restart;
	struct vrrp_backoff		 backoff;
	mono_t				 started;
	bool				 own;	/* be a fork, execute nothing */
	bool				 unproven; /* executed, and silent so far */
};

/*
 * Into zeros.  name: of the process, static; way: of what it says; program: what it
 * executes, as all else borrowed until vrrp_beside_forget().
 */
void	vrrp_beside_init(struct vrrp_beside *, const char *name, enum vrrp_way,
	    const struct vrrp_program *program,
	    const struct vrrp_beside_calls *, void *arg);
/* 0 or -ENOMEM; then, too, vrrp_beside_forget() is due. */
int	vrrp_beside_open(struct vrrp_beside *, struct loop *);
/* Starts it.  0, or negative errno: there is none, and nothing else will happen. */
int	vrrp_beside_try(struct vrrp_beside *);
/* Starts it, unless it is there, and tries again until that works. */
void	vrrp_beside_start(struct vrrp_beside *);
/* The process is to be the program on disk, also if that has not lived before. */
void	vrrp_beside_renew(struct vrrp_beside *);
/* The counts are told to this engine; NULL: to none. */
void	vrrp_beside_tell(struct vrrp_beside *, struct vrrp_channel *engine);
/* Frees what this process has of it; the process is left alone. */
void	vrrp_beside_forget(struct vrrp_beside *);

#endif
