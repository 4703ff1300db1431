/*
 * bfd_aside.c - a thread beside the loop, and its child (see bfd_aside.h).
 *
 * The thread gets ordinary scheduling whatever we have, and no signals.  A byte in
 * a pipe says that it is done; one in another pipe tells it to hurry.
 *
 * A process that waits for a dead disk cannot be killed.  Nobody waits for it: it is
 * remembered, and taken away when the next one is started.
 */
#include "config.h"

#include "bfdd/bfd_aside.h"

#include <sys/syscall.h>
#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <unistd.h>

#include "shared/conf_child.h"

#define STACK_SIZE	(512 * 1024)	/* the stack is locked in memory */
#define UNDEAD_MAX	8
#define DEATH_MS	100		/* of one that can be killed */

extern char **environ;

struct bfd_aside {
	struct bfd_aside_config	 config;
	struct loop_fd		*event;
	int			 pipe[2];
	int			 hurry[2];	/* readable: there is no time */
	pthread_t		 thread;
	bool			 busy;
	/* The thread's while it is busy. */
	pid_t			 undead[UNDEAD_MAX];	/* killed, and not dead yet */
	unsigned		 undead_count;
};

/* --- the program --- */

void
bfd_program_find(struct bfd_program *p, char *const args[])
{
	ssize_t n = readlink("/proc/self/exe", p->path, sizeof(p->path) - 1);

	p->path[n > 0 ? n : 0] = '\0';
	p->args = args;
}

int
bfd_program_argv(const struct bfd_program *p, const char *option,
    char *argv[BFD_ARGS_MAX + 3])
{
	static char name[] = "bfdd";
	int i;

	argv[0] = name;
	argv[1] = (char *)(uintptr_t)option;
	for (i = 0; p->args[i] != NULL; i++) {
		if (i == BFD_ARGS_MAX)
			return -E2BIG;
		argv[i + 2] = p->args[i];
	}
	argv[i + 2] = NULL;
	return 0;
}

/* --- a child --- */

/* The descriptors of the child: nothing to read, and where it writes to. */
static int
place_files(posix_spawn_file_actions_t *files, const struct bfd_child *c)
{
	int error;

	error = posix_spawn_file_actions_addopen(files, STDIN_FILENO,
	    "/dev/null", O_RDONLY, 0);
	if (error == 0 && c->words != -1)
		error = posix_spawn_file_actions_adddup2(files, c->words,
		    STDOUT_FILENO);
	if (error == 0 && c->words != -1)
		error = posix_spawn_file_actions_adddup2(files, c->words,
		    STDERR_FILENO);
	if (error == 0 && c->result != -1)
		error = posix_spawn_file_actions_adddup2(files, c->result,
		    CONF_CHILD_FD);
	return error;
}

/* 0 or negative errno. */
static int
spawn(const struct bfd_child *c, pid_t *pid)
{
	char *argv[BFD_ARGS_MAX + 3];
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none;
	int error;

	error = bfd_program_argv(c->program, c->option, argv);
	if (error < 0)
		return error;
	if (posix_spawn_file_actions_init(&files) != 0)
		return -ENOMEM;
	if (posix_spawnattr_init(&attr) != 0) {
		(void)posix_spawn_file_actions_destroy(&files);
		return -ENOMEM;
	}
	(void)sigemptyset(&none);
	(void)posix_spawnattr_setsigmask(&attr, &none);
	(void)posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
	error = place_files(&files, c);
	if (error == 0)
		error = posix_spawn(pid, c->path, &files, &attr, argv,
		    environ);
	(void)posix_spawnattr_destroy(&attr);
	(void)posix_spawn_file_actions_destroy(&files);
	return -error;
}

/* 0: it has ended. */
static int
wait_for_end(const struct bfd_aside *a, int pidfd, int limit_ms)
{
	struct pollfd fds[] = { { .fd = pidfd, .events = POLLIN },
	    { .fd = a->hurry[0], .events = POLLIN } };
	int n;

	do
		n = poll(fds, 2, limit_ms);
	while (n == -1 && errno == EINTR);
	if (n == -1)
		return -errno;
	if (fds[0].revents != 0)
		return 0;
	return n == 0 ? -ETIMEDOUT : -ECANCELED;
}

static void
kill_child(struct bfd_aside *a, pid_t pid, int pidfd)
{
	struct pollfd pfd = { .fd = pidfd, .events = POLLIN };

	(void)kill(pid, SIGKILL);
	(void)poll(&pfd, 1, DEATH_MS);
	if (waitpid(pid, NULL, WNOHANG) == 0)
		a->undead[a->undead_count++] = pid;
}

static void
reap_undead(struct bfd_aside *a)
{
	unsigned i, n = 0;

	for (i = 0; i < a->undead_count; i++)
		if (waitpid(a->undead[i], NULL, WNOHANG) == 0)
			a->undead[n++] = a->undead[i];
	a->undead_count = n;
}

int
bfd_aside_run(struct bfd_aside *a, const struct bfd_child *c, int *status)
{
	int error, pidfd;
	pid_t pid;

	reap_undead(a);
	if (a->undead_count == UNDEAD_MAX)
		return -EAGAIN;
	error = spawn(c, &pid);
	if (error < 0)
		return error;
	pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	error = pidfd == -1 ? -errno : wait_for_end(a, pidfd, c->limit_ms);
	if (error == 0 && waitpid(pid, status, 0) != pid)
		error = -ECHILD;
	else if (error < 0)
		kill_child(a, pid, pidfd);
	if (pidfd != -1)
		(void)close(pidfd);
	return error;
}

/* --- the thread --- */

static void *
run(void *arg)
{
	static const char byte = 0;
	struct bfd_aside *a = arg;

	a->config.work(a, a->config.arg);
	while (write(a->pipe[1], &byte, 1) == -1 && errno == EINTR)
		;
	return NULL;
}

int
bfd_aside_start(struct bfd_aside *a)
{
	const struct sched_param ordinary = { .sched_priority = 0 };
	pthread_attr_t attr;
	sigset_t all, old;
	int error;

	error = pthread_attr_init(&attr);
	if (error != 0)
		return -error;
	(void)pthread_attr_setstacksize(&attr, STACK_SIZE);
	(void)pthread_attr_setinheritsched(&attr, PTHREAD_EXPLICIT_SCHED);
	(void)pthread_attr_setschedpolicy(&attr, SCHED_OTHER);
	(void)pthread_attr_setschedparam(&attr, &ordinary);
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	error = pthread_create(&a->thread, &attr, run, a);
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	(void)pthread_attr_destroy(&attr);
	a->busy = error == 0;
	return -error;
}

bool
bfd_aside_is_busy(const struct bfd_aside *a)
{
	return a->busy;
}

void
bfd_aside_hurry(struct bfd_aside *a)
{
	static const char byte = 0;

	/* A pipe that is full says so as well. */
	if (a->busy && write(a->hurry[1], &byte, 1) == -1)
		return;
}

static void
join(struct bfd_aside *a)
{
	char bytes[64];

	(void)pthread_join(a->thread, NULL);
	while (read(a->hurry[0], bytes, sizeof(bytes)) > 0)
		;
	a->busy = false;
}

static void
finished(int fd, void *arg)
{
	struct bfd_aside *a = arg;
	char byte;

	if (read(fd, &byte, 1) != 1)
		return;
	join(a);
	a->config.done(a->config.arg);
}

/* --- life --- */

struct bfd_aside *
bfd_aside_new(struct loop *loop, const struct bfd_aside_config *config)
{
	struct bfd_aside *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->config = *config;
	if (pipe2(a->pipe, O_CLOEXEC) == -1) {
		free(a);
		return NULL;
	}
	if (pipe2(a->hurry, O_CLOEXEC | O_NONBLOCK) == -1) {
		(void)close(a->pipe[0]);
		(void)close(a->pipe[1]);
		free(a);
		return NULL;
	}
	a->event = loop_fd_new(loop, a->pipe[0], finished, a);
	if (a->event == NULL) {
		bfd_aside_free(a);
		return NULL;
	}
	return a;
}

void
bfd_aside_free(struct bfd_aside *a)
{
	if (a == NULL)
		return;
	if (a->busy) {
		bfd_aside_hurry(a);
		join(a);
	}
	loop_fd_free(a->event);
	(void)close(a->hurry[0]);
	(void)close(a->hurry[1]);
	(void)close(a->pipe[0]);
	(void)close(a->pipe[1]);
	free(a);
}
