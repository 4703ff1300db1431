/*
 * vrrp_reader.c - vrrpd.conf is read by a child of the monitor's, which may fail.
 *
 * The child has the standard descriptors, a memory file for what it finds, and no
 * privileges; what it may use of time, of the processor and of that file is
 * limited, and it is the first to go when memory runs out.  It ends with the
 * monitor.  Its result counts if its exit status is 0, and is looked into by
 * those who use it, not here.
 *
 * The program is a descriptor that is opened right before the engine executes the
 * same path, for by the time of a reload another program may be there.  Looking it
 * up in /proc/ENGINE/exe is not for us: an engine that has changed its user may
 * not be looked at.
 */
#include "config.h"

#include "vrrpd/monitor/vrrp_reader.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/conf_child.h"
#include "shared/fds.h"
#include "shared/log.h"
#include "vrrpd/config/vrrp_reading.h"
#include "vrrpd/ipc/vrrp_apart.h"

#define PROGRAM_FD	(CONF_CHILD_FD + 1)	/* in the child */
#define UNDEAD_MAX	32

extern char **environ;

struct vrrp_reader {
	struct vrrp_reader_config config;
	struct loop		*loop;
	struct loop_timer	*timer;
	int			 program;	/* -1: our own */
	pid_t			 pid;		/* 0: idle */
	int			 pidfd, result;
	struct loop_fd		*end_event;
	/* Killed, and not dead yet: they wait for a disk. */
	pid_t			 undead[UNDEAD_MAX];
	unsigned		 undead_count;
};

/* --- in the child --- */

static void __attribute__((noreturn))
live(struct vrrp_reader *r, pid_t parent)
{
	const struct sched_param ordinary = { 0 };
	char name[] = "vrrpd: reader", arg[sizeof(CONF_CHILD_ARGUMENT) + 12];
	char *argv[] = { name, arg, (char *)(uintptr_t)r->config.conf, NULL };
	int program = r->program;

	log_set_deferred(false);
	vrrp_apart_signals();
	(void)sched_setscheduler(0, SCHED_OTHER, &ordinary);
	(void)setpriority(PRIO_PROCESS, 0, 0);
	/* Out of the way of the two numbers first. */
	program = program == -1 ? open("/proc/self/exe", O_PATH) :
	    fcntl(program, F_DUPFD, PROGRAM_FD + 1);
	if (dup2(r->result, CONF_CHILD_FD) == -1 ||
	    (program != -1 && dup2(program, PROGRAM_FD) == -1))
		_exit(1);
	fds_close_from(program == -1 ? PROGRAM_FD : PROGRAM_FD + 1);
	if (priv_drop(PRIV_VRRPD_HELPER, r->config.user) < 0)
		_exit(1);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (getppid() != parent)
		_exit(1);
	conf_child_limit(VRRP_READING_MAX);
	(void)fcntl(CONF_CHILD_FD, F_SETFD, 0);
	if (!r->config.as_it_is && program != -1) {
		(void)fcntl(PROGRAM_FD, F_SETFD, FD_CLOEXEC);
		(void)snprintf(arg, sizeof(arg), "%s%d",
		    CONF_CHILD_ARGUMENT, CONF_CHILD_FD);
		(void)syscall(SYS_execveat, PROGRAM_FD, "", argv, environ,
		    AT_EMPTY_PATH);
	}
	/* No exit(): handlers and half-written output are the monitor's. */
	_exit(r->config.read(r->config.conf, CONF_CHILD_FD));
}

int
vrrp_reader_live(const char *conf, int fd)
{
	struct vrrp_reading *r;
	uint8_t *bytes = NULL;
	size_t len;

	(void)prctl(PR_SET_NAME, "vrrpd-reader", 0, 0, 0);
	r = vrrp_reading_at_rest(conf);
	if (r == NULL || (len = vrrp_reading_encode(r, &bytes)) == 0 ||
	    conf_child_write(fd, bytes, len) < 0)
		return 1;
	free(bytes);
	vrrp_reading_free(r);
	return 0;
}

/* --- the end of a child --- */

static void
let_go(struct vrrp_reader *r)
{
	loop_fd_free(r->end_event);
	if (r->pidfd != -1)
		(void)close(r->pidfd);
	if (r->result != -1)
		(void)close(r->result);
	r->end_event = NULL;
	r->pidfd = r->result = -1;
	r->pid = 0;
	if (r->timer != NULL)
		loop_timer_set(r->timer, MONO_NEVER);
}

static void
judge_end(struct vrrp_reader *r, int status)
{
	char text[CONF_CHILD_WHY_MAX + sizeof(((struct conf_error *)0)->file) + 32];
	char why[CONF_CHILD_WHY_MAX] = "";
	uint8_t *bytes;
	size_t len = 0;

	bytes = conf_child_result(status, r->result, VRRP_READING_MAX, &len,
	    why);
	let_go(r);
	(void)snprintf(text, sizeof(text), "%s: cannot be read: its "
	    "reader %s", r->config.conf, why);
	r->config.done(bytes, len, bytes == NULL ? text : NULL, r->config.arg);
}

static void
ended(int fd, void *arg)
{
	struct vrrp_reader *r = arg;
	int status = 0;
	pid_t pid;

	(void)fd;
	do
		pid = waitpid(r->pid, &status, WNOHANG);
	while (pid == -1 && errno == EINTR);
	if (pid != 0)
		judge_end(r, pid == -1 ? 1 << 8 : status);
}

static void
kill_and_reap(struct vrrp_reader *r)
{
	(void)kill(r->pid, SIGKILL);
	while (waitpid(r->pid, NULL, 0) == -1 && errno == EINTR)
		;
	let_go(r);
}

static void
reap_undead(struct vrrp_reader *r)
{
	unsigned i, n = 0;

	for (i = 0; i < r->undead_count; i++)
		if (waitpid(r->undead[i], NULL, WNOHANG) == 0)
			r->undead[n++] = r->undead[i];
	r->undead_count = n;
}

/*
 * A process that waits for a dead disk cannot even be killed, so nobody waits for
 * its end; vrrp_reader_start() has seen to it that there is a place.
 */
static void
abandon(struct vrrp_reader *r)
{
	(void)kill(r->pid, SIGKILL);
	r->undead[r->undead_count++] = r->pid;
	let_go(r);
}

static void
time_is_over(mono_t deadline, void *arg)
{
	struct vrrp_reader *r = arg;
	char text[512];

	(void)deadline;
	if (r->pid == 0)
		return;
	abandon(r);
	(void)snprintf(text, sizeof(text), "%s: cannot be read: its reader "
	    "took longer than %d s", r->config.conf,
	    (int)(VRRP_READER_TIME_NS / NS_PER_S));
	r->config.done(NULL, 0, text, r->config.arg);
}

/* --- the start --- */

void
vrrp_reader_program(struct vrrp_reader *r, const char *path)
{
	if (r->program != -1)
		(void)close(r->program);
	r->program = path == NULL ? -1 : open(path, O_PATH | O_CLOEXEC);
}

static int
watch(struct vrrp_reader *r)
{
	r->pidfd = (int)syscall(SYS_pidfd_open, r->pid, 0);
	if (r->pidfd == -1)
		return -errno;
	r->end_event = loop_fd_new(r->loop, r->pidfd, ended, r);
	return r->end_event == NULL ? -ENOMEM : 0;
}

int
vrrp_reader_start(struct vrrp_reader *r)
{
	sigset_t all, before;
	pid_t pid, parent = getpid();
	int error;

	vrrp_reader_stop(r);
	reap_undead(r);
	if (r->undead_count == UNDEAD_MAX)
		return -EAGAIN;
	r->result = memfd_create("vrrpd-config", MFD_CLOEXEC);
	if (r->result == -1)
		return -errno;
	log_flush();
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, &before);
	pid = fork();
	if (pid == 0)
		live(r, parent);
	error = pid == -1 ? -errno : 0;
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	if (error < 0) {
		let_go(r);
		return error;
	}
	r->pid = pid;
	error = watch(r);
	if (error < 0)
		kill_and_reap(r);
	else
		loop_timer_set(r->timer, mono_add(loop_clock(),
		    VRRP_READER_TIME_NS));
	return error;
}

void
vrrp_reader_stop(struct vrrp_reader *r)
{
	if (r->pid != 0)
		abandon(r);
}

/* --- life --- */

struct vrrp_reader *
vrrp_reader_new(struct loop *loop, const struct vrrp_reader_config *config)
{
	struct vrrp_reader *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->config = *config;
	r->loop = loop;
	r->program = r->pidfd = r->result = -1;
	r->timer = loop_timer_new(loop, time_is_over, r);
	if (r->timer == NULL) {
		free(r);
		return NULL;
	}
	return r;
}

void
vrrp_reader_forget(struct vrrp_reader *r)
{
	if (r == NULL)
		return;
	let_go(r);
	loop_timer_free(r->timer);
	if (r->program != -1)
		(void)close(r->program);
	free(r);
}

void
vrrp_reader_free(struct vrrp_reader *r)
{
	if (r == NULL)
		return;
	vrrp_reader_stop(r);
	vrrp_reader_forget(r);
}
