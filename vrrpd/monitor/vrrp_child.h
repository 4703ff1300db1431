/*
 * vrrp_child.h - a child of the monitor: forked, listened to, watched, reaped.
 *
 * A fork without exec that talks with the monitor through a channel.  The engine
 * is one, each helper is one.
 */
#ifndef VRRPD_VRRP_CHILD_H
#define VRRPD_VRRP_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "shared/loop.h"
#include "vrrpd/ipc/vrrp_channel.h"

/* All zero, and no other field of use, while there is no child. */
struct vrrp_child {
	pid_t			 pid;
	int			 pidfd;
	struct loop_fd		*end_event;
	struct vrrp_channel	*channel;
};

struct vrrp_child_plan {
	enum vrrp_way	  in;		/* the way of what the child says */
	/* The child has closed its end of the channel. May come first. */
	vrrp_channel_gone gone;
	/* The child is dead: vrrp_child_reap().  Comes until that was done. */
	loop_fd_cb	  ended;
	void		 *arg;		/* of both; outlives the child */
};

/*
 * 0 in the monitor: *c has a child with a channel that has no handlers yet.  1 in
 * the child: *fd is its end of the channel, its to close, and *c is all zero.
 * Negative errno: no child, or one that was killed at once.
 */
int	vrrp_child_start(struct vrrp_child *c, struct loop *,
	    const struct vrrp_child_plan *, int *fd);
/* 0 or negative errno. */
int	vrrp_child_signal(const struct vrrp_child *, int signo);
/*
 * True when it was dead and is reaped; *status is as of waitpid(2).  The channel
 * stays until vrrp_child_let_go().
 */
bool	vrrp_child_reap(struct vrrp_child *, int *status);
/* Close the channel: a helper leaves when it sees that. */
void	vrrp_child_hang_up(struct vrrp_child *);
/* Without the loop: wait for its end, kill it at the deadline, and reap it. */
void	vrrp_child_wait(struct vrrp_child *, mono_t deadline);
/*
 * Frees what there is of it here, and leaves the process alone: of one that was
 * reaped, or in another child.  Nothing happens if there is none.
 */
void	vrrp_child_let_go(struct vrrp_child *);

#endif
