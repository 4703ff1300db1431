/*
 * vrrp_child.c - a child of the monitor: forked, listened to, watched, reaped.
 *
 * The end of a child is seen by a pidfd, which becomes readable; the child is
 * reaped by its number, which stays its own until then.  The monitor sees to it
 * that SIGCHLD is not ignored, or the kernel would reap by itself.
 *
 * Not here: whether a child is to be replaced, and what its end means.
 */
#include "config.h"

#include "vrrpd/monitor/vrrp_child.h"

#include <sys/syscall.h>
#include <sys/wait.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "shared/log.h"

static void
kill_and_reap(pid_t pid)
{
	(void)kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) == -1 && errno == EINTR)
		;
}

/* Takes fd.  On failure the child lives, and is the caller's to kill. */
static int
watch(struct vrrp_child *c, struct loop *loop,
    const struct vrrp_child_plan *plan, int fd)
{
	c->channel = vrrp_channel_new(loop, fd, plan->in, plan->gone,
	    plan->arg);
	if (c->channel == NULL)
		return -ENOMEM;
	c->pidfd = (int)syscall(SYS_pidfd_open, c->pid, 0);
	if (c->pidfd == -1)
		return -errno;
	c->end_event = loop_fd_new(loop, c->pidfd, plan->ended, plan->arg);
	return c->end_event == NULL ? -ENOMEM : 0;
}

int
vrrp_child_start(struct vrrp_child *c, struct loop *loop,
    const struct vrrp_child_plan *plan, int *fd)
{
	int fds[2], error;
	pid_t pid;

	error = vrrp_channel_pair(fds);
	if (error < 0)
		return error;
	log_flush();
	pid = fork();
	if (pid == 0) {
		(void)close(fds[0]);
		*fd = fds[1];
		return 1;
	}
	error = pid == -1 ? -errno : 0;
	(void)close(fds[1]);
	if (error < 0) {
		(void)close(fds[0]);
		return error;
	}
	c->pid = pid;
	c->pidfd = -1;
	error = watch(c, loop, plan, fds[0]);
	if (error < 0) {
		kill_and_reap(pid);
		vrrp_child_let_go(c);
	}
	return error;
}

int
vrrp_child_signal(const struct vrrp_child *c, int signo)
{
	return kill(c->pid, signo) == -1 ? -errno : 0;
}

bool
vrrp_child_reap(struct vrrp_child *c, int *status)
{
	pid_t pid;

	do
		pid = waitpid(c->pid, status, WNOHANG);
	while (pid == -1 && errno == EINTR);
	return pid == c->pid;
}

void
vrrp_child_hang_up(struct vrrp_child *c)
{
	vrrp_channel_free(c->channel);
	c->channel = NULL;
}

bool
vrrp_child_await(struct vrrp_child *c, mono_t deadline)
{
	struct pollfd pfd = { .fd = c->pidfd, .events = POLLIN };
	int64_t left_ns;
	int n;

	do {
		left_ns = mono_sub(deadline, loop_clock());
		if (left_ns < 0)
			left_ns = 0;
		n = poll(&pfd, 1, (int)(left_ns / NS_PER_MS) + 1);
	} while (n == -1 && errno == EINTR);
	return n > 0 && waitpid(c->pid, NULL, WNOHANG) == c->pid;
}

void
vrrp_child_wait(struct vrrp_child *c, mono_t deadline)
{
	if (!vrrp_child_await(c, deadline))
		kill_and_reap(c->pid);
}

void
vrrp_child_let_go(struct vrrp_child *c)
{
	if (c->pid == 0)
		return;
	vrrp_channel_free(c->channel);
	loop_fd_free(c->end_event);
	if (c->pidfd != -1)
		(void)close(c->pidfd);
	memset(c, 0, sizeof(*c));
}
