/*
 * vrrp_tryout.c - runs the program on disk on trial, before an operator's restart.
 *
 * A program that cannot be executed, hangs, does not take the configuration or
 * speaks another language is found out here, while the engine that is to be
 * replaced is still at work.
 *
 * The program that is tried is a child with ordinary scheduling and no privilege:
 * the capabilities of the monitor are not passed on.  Its standard input is what an
 * engine gets that finds no good file, the configuration of the start: a file that
 * is bad or gone is not the program's fault, and no obstacle.  Its words come
 * through a pipe, as standard output and error.  One trial at a time; an engine that asks
 * while there is one gets the verdict of that.
 *
 * Not here: what the words mean (vrrp_trial.c), and what is done then.
 */
#include "config.h"

#include "vrrpd/monitor/vrrp_tryout.h"

#include <sys/mman.h>
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

#include "shared/fds.h"
#include "shared/log.h"
#include "vrrpd/pure/vrrp_traffic.h"
#include "vrrpd/pure/vrrp_trial.h"

#define SAID_MAX	1024
#define ARGS_MAX	64

struct vrrp_tryout {
	const struct vrrp_program *program;
	struct loop		*loop;
	struct vrrp_channel	*engine;	/* NULL: none */
	struct loop_timer	*limit;
	pid_t			 pid;		/* 0: no trial */
	int			 pidfd, words;	/* -1: none */
	struct loop_fd		*end_event, *words_event;
	bool			 needs_root;
	bool			 too_long;
	char			 said[SAID_MAX];
	size_t			 len;
};

static void
tell(struct vrrp_tryout *t, const struct vrrp_trial *trial)
{
	uint8_t body[VRRP_TRIAL_BYTES_MAX];

	(void)vrrp_channel_send(t->engine, VRRP_MSG_TRIED, body,
	    vrrp_trial_encode(trial, body));
}

static void
tell_of_error(struct vrrp_tryout *t, const char *what, int error)
{
	struct vrrp_trial trial = { .verdict = VRRP_TRIAL_BAD };

	(void)snprintf(trial.text, sizeof(trial.text), "%s: %s", what,
	    strerror(-error));
	tell(t, &trial);
}

/* --- the trial --- */

/* Words beyond SAID_MAX are read, lest the program wait for us, and dropped. */
static void
read_words(int fd, void *arg)
{
	struct vrrp_tryout *t = arg;
	char more[256];
	size_t left;
	ssize_t n;

	while ((n = read(fd, more, sizeof(more))) > 0) {
		left = sizeof(t->said) - t->len;
		left = (size_t)n < left ? (size_t)n : left;
		memcpy(t->said + t->len, more, left);
		t->len += left;
	}
	if (n == 0) {
		loop_fd_free(t->words_event);
		t->words_event = NULL;
	}
}

static void
let_go(struct vrrp_tryout *t)
{
	loop_fd_free(t->end_event);
	loop_fd_free(t->words_event);
	t->end_event = t->words_event = NULL;
	if (t->pidfd != -1)
		(void)close(t->pidfd);
	if (t->words != -1)
		(void)close(t->words);
	t->pidfd = t->words = -1;
	t->pid = 0;
}

static void
ended(int fd, void *arg)
{
	struct vrrp_tryout *t = arg;
	struct vrrp_trial trial;
	char why[64];
	int status = 0;
	pid_t pid;

	(void)fd;
	do
		pid = waitpid(t->pid, &status, WNOHANG);
	while (pid == -1 && errno == EINTR);
	if (pid == 0)
		return;
	if (t->words_event != NULL)
		read_words(t->words, t);
	let_go(t);
	loop_timer_set(t->limit, MONO_NEVER);
	if (WIFSIGNALED(status))
		(void)snprintf(why, sizeof(why), "%s",
		    strsignal(WTERMSIG(status)));
	else
		(void)snprintf(why, sizeof(why), "exit status %d",
		    WEXITSTATUS(status));
	if (t->too_long) {
		t->len = 0;
		(void)snprintf(why, sizeof(why), "not done within %lld s",
		    (long long)(VRRP_TRYOUT_NS / NS_PER_S));
	}
	vrrp_trial_judge(t->said, t->len, WIFEXITED(status) &&
	    WEXITSTATUS(status) == 0, why, vrrp_traffic_id(), &trial);
	if (trial.verdict == VRRP_TRIAL_FOREIGN && t->needs_root) {
		trial.verdict = VRRP_TRIAL_BAD;
		(void)snprintf(why, sizeof(why), "%.*s",
		    (int)sizeof(why) - 1, trial.text);
		(void)snprintf(trial.text, sizeof(trial.text), "version %s "
		    "speaks another language, and scripts of other users "
		    "need root: restart the service", why);
	}
	tell(t, &trial);
}

static void
limit_cb(mono_t deadline, void *arg)
{
	struct vrrp_tryout *t = arg;

	(void)deadline;
	if (t->pid == 0)
		return;
	t->too_long = true;
	(void)kill(t->pid, SIGKILL);
}

/* The configuration that a program has which finds no file it could read. */
static int
open_conf(const struct vrrp_program *p)
{
	int fd = memfd_create("vrrpd-conf", MFD_CLOEXEC);
	size_t len = strlen(p->conf);

	if (fd != -1 && write(fd, p->conf, len) == (ssize_t)len &&
	    lseek(fd, 0, SEEK_SET) == 0)
		return fd;
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* The words are all that the child has of its parent. */
static void __attribute__((noreturn))
execute(const struct vrrp_program *p, int words)
{
	const struct sched_param ordinary = { 0 };
	char name[] = "vrrpd", arg[] = VRRP_TRIAL_ARGUMENT;
	char *argv[ARGS_MAX + 3] = { name, arg };
	sigset_t none;
	int i, in;

	for (i = 0; p->args[i] != NULL && i < ARGS_MAX; i++)
		argv[i + 2] = p->args[i];
	in = open_conf(p);
	(void)dup2(words, STDOUT_FILENO);
	(void)dup2(words, STDERR_FILENO);
	if (in != -1)
		(void)dup2(in, STDIN_FILENO);
	fds_close_from(STDERR_FILENO + 1);
	(void)sched_setscheduler(0, SCHED_OTHER, &ordinary);
	(void)setpriority(PRIO_PROCESS, 0, 0);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)execv(p->path, argv);
	(void)dprintf(STDOUT_FILENO, "%s: %s\n", p->path, strerror(errno));
	_exit(127);
}

static int
watch(struct vrrp_tryout *t)
{
	t->pidfd = (int)syscall(SYS_pidfd_open, t->pid, 0);
	if (t->pidfd == -1)
		return -errno;
	t->end_event = loop_fd_new(t->loop, t->pidfd, ended, t);
	t->words_event = loop_fd_new(t->loop, t->words, read_words, t);
	return t->end_event == NULL || t->words_event == NULL ? -ENOMEM : 0;
}

static void
kill_and_reap(struct vrrp_tryout *t)
{
	(void)kill(t->pid, SIGKILL);
	while (waitpid(t->pid, NULL, 0) == -1 && errno == EINTR)
		;
	let_go(t);
}

static int
start(struct vrrp_tryout *t)
{
	sigset_t all, before;
	int fds[2], error;

	if (pipe2(fds, O_CLOEXEC) == -1)
		return -errno;
	log_flush();
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, &before);
	t->pid = fork();
	if (t->pid == 0)
		execute(t->program, fds[1]);
	error = t->pid == -1 ? -errno : 0;
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	(void)close(fds[1]);
	if (error < 0) {
		t->pid = 0;
		(void)close(fds[0]);
		return error;
	}
	t->words = fds[0];
	(void)fcntl(t->words, F_SETFL, O_NONBLOCK);
	t->len = 0;
	t->too_long = false;
	error = watch(t);
	if (error < 0)
		kill_and_reap(t);
	else
		loop_timer_set(t->limit, mono_add(loop_clock(),
		    VRRP_TRYOUT_NS));
	return error;
}

static enum vrrp_refusal
on_try(const uint8_t *body, size_t len, void *arg)
{
	static const struct vrrp_trial ourselves = { VRRP_TRIAL_GOOD,
	    PACKAGE_VERSION };
	struct vrrp_tryout *t = arg;
	int error;

	(void)body;
	(void)len;
	if (t->program->path[0] == '\0') {
		tell(t, &ourselves);
		return VRRP_REFUSAL_NONE;
	}
	error = t->pid != 0 ? 0 : start(t);
	if (error < 0)
		tell_of_error(t, "cannot be tried", error);
	return VRRP_REFUSAL_NONE;
}

/* --- a part of the monitor --- */

static void
part_attach(struct vrrp_channel *engine, void *arg)
{
	struct vrrp_tryout *t = arg;

	t->engine = engine;
	vrrp_channel_handle(engine, VRRP_MSG_TRY, on_try, t);
}

static void
part_detach(void *arg)
{
	struct vrrp_tryout *t = arg;

	t->engine = NULL;
}

static void
part_forget(void *arg)
{
	struct vrrp_tryout *t = arg;

	let_go(t);
	loop_timer_free(t->limit);
	t->limit = NULL;
	t->loop = NULL;
}

static int
part_open(struct loop *loop, void *arg)
{
	struct vrrp_tryout *t = arg;

	t->loop = loop;
	t->limit = loop_timer_new(loop, limit_cb, t);
	return t->limit == NULL ? -ENOMEM : 0;
}

static void
part_close(void *arg)
{
	struct vrrp_tryout *t = arg;

	if (t->pid != 0)
		kill_and_reap(t);
	part_forget(t);
}

struct vrrp_tryout *
vrrp_tryout_new(const struct vrrp_program *program, bool needs_root)
{
	struct vrrp_tryout *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->program = program;
	t->needs_root = needs_root;
	t->pidfd = t->words = -1;
	return t;
}

struct vrrp_monitor_part
vrrp_tryout_part(struct vrrp_tryout *t)
{
	return (struct vrrp_monitor_part){
		.attach = part_attach,
		.detach = part_detach,
		.forget = part_forget,
		.open = part_open,
		.close = part_close,
		.arg = t,
	};
}

void
vrrp_tryout_free(struct vrrp_tryout *t)
{
	free(t);
}
