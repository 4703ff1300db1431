/*
 * vrrp_writer.c - a file is written by a child of the monitor's, which may wait.
 *
 * A fork without exec that lives for one file: it lets go of every descriptor but
 * the standard ones (an end of a channel or of the control socket that is held
 * open would deceive whoever waits for its end), gives up real time, writes, and
 * says with its exit status how that went.  No signal reaches it, since the
 * handlers are the monitor's and write to descriptors that are something else
 * here.  It is not tied to the monitor: a write that has begun is finished.
 *
 * Not here: what is written and when.
 */
#include "config.h"

#include "vrrpd/monitor/vrrp_writer.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "shared/fds.h"
#include "shared/state_file.h"

#define FIRST_FD	3	/* after the standard ones */
#define EXIT_MAX	255

struct vrrp_writer {
	struct loop		*loop;
	vrrp_writer_done	 done;
	void			*arg;
	pid_t			 pid;		/* 0: idle */
	int			 pidfd;
	struct loop_fd		*end_event;
};

struct vrrp_writer *
vrrp_writer_new(struct loop *loop, vrrp_writer_done done, void *arg)
{
	struct vrrp_writer *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->loop = loop;
	w->done = done;
	w->arg = arg;
	w->pidfd = -1;
	return w;
}

static void
let_go(struct vrrp_writer *w)
{
	loop_fd_free(w->end_event);
	if (w->pidfd != -1)
		(void)close(w->pidfd);
	w->end_event = NULL;
	w->pidfd = -1;
	w->pid = 0;
}

static void
ended(int fd, void *arg)
{
	struct vrrp_writer *w = arg;
	int status = 0;
	pid_t pid;

	(void)fd;
	do
		pid = waitpid(w->pid, &status, WNOHANG);
	while (pid == -1 && errno == EINTR);
	if (pid == 0)
		return;
	let_go(w);
	w->done(pid == -1 || !WIFEXITED(status) ? -ECHILD :
	    -WEXITSTATUS(status), w->arg);
}

static void __attribute__((noreturn))
write_and_exit(const char *path, const void *bytes, size_t len)
{
	const struct sched_param ordinary = { 0 };
	int error;

	fds_close_from(FIRST_FD);
	(void)sched_setscheduler(0, SCHED_OTHER, &ordinary);
	(void)setpriority(PRIO_PROCESS, 0, 0);
	error = -state_file_write(path, bytes, len);
	_exit(error > EXIT_MAX ? EIO : error);
}

int
vrrp_writer_start(struct vrrp_writer *w, const char *path, const void *bytes,
    size_t len)
{
	sigset_t all, before;
	pid_t pid;
	int error;

	if (w->pid != 0)
		return -EBUSY;
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, &before);
	pid = fork();
	if (pid == 0)
		write_and_exit(path, bytes, len);
	error = -errno;
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	if (pid == -1)
		return error;
	w->pid = pid;
	w->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (w->pidfd != -1)
		w->end_event = loop_fd_new(w->loop, w->pidfd, ended, w);
	if (w->end_event != NULL)
		return 0;
	/* A write that nobody sees the end of has not happened. */
	let_go(w);
	return -ENOMEM;
}

bool
vrrp_writer_is_busy(const struct vrrp_writer *w)
{
	return w->pid != 0;
}

void
vrrp_writer_wait(struct vrrp_writer *w, mono_t deadline)
{
	struct pollfd pfd = { .fd = w->pidfd, .events = POLLIN };
	int64_t left_ns;
	int n;

	if (w->pid == 0)
		return;
	do {
		left_ns = mono_sub(deadline, loop_clock());
		if (left_ns < 0)
			left_ns = 0;
		n = poll(&pfd, 1, (int)(left_ns / NS_PER_MS) + 1);
	} while (n == -1 && errno == EINTR);
	if (n > 0)
		ended(w->pidfd, w);
}

void
vrrp_writer_free(struct vrrp_writer *w)
{
	if (w == NULL)
		return;
	let_go(w);
	free(w);
}
