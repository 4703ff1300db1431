/*
 * vrrp_child.h - a child of the monitor: forked, listened to, watched, reaped.
 *
 * A fork that talks with the monitor through a channel, and that executes the
 * program on disk or does not.  The engine is one, each helper is one.
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
	enum vrrp_way	  in;		/* the child says, the monitor hears */
	/* The child has closed its end of the channel.  May come before ended. */
	vrrp_channel_gone gone;
	/* The child is dead; called until vrrp_child_reap() was. */
	loop_fd_cb	  ended;
	void		 *arg;		/* for both; outlives the child */
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
 * True when the child was dead and is reaped; *status is as of waitpid(2).  The
 * channel stays until vrrp_child_let_go().
 */
bool	vrrp_child_reap(struct vrrp_child *, int *status);
/* Close the channel, which tells a helper to leave. */
void	vrrp_child_hang_up(struct vrrp_child *);
/* Without the loop: wait for the end, kill at the deadline, and reap. */
void	vrrp_child_wait(struct vrrp_child *, mono_t deadline);
/* The same without killing: true when the child has ended and is reaped. */
bool	vrrp_child_await(struct vrrp_child *, mono_t deadline);
/*
 * Frees what this process has of the child, and leaves the child alone: after it
 * was reaped, or in another child.  Nothing happens if there is none.
 */
void	vrrp_child_let_go(struct vrrp_child *);

#endif
