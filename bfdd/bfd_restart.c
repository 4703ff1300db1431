/*
 * bfd_restart.c - bfdd becomes the program on disk, at an operator's word.
 *
 * First the program is tried: it checks the configuration (-n), as a child.  A
 * program that cannot be executed, fails or takes longer than TRY_MS is refused
 * with its first line, and nothing changes.
 *
 * Then bfdd leaves as always, with AdminDown (L-22), and executes the program in
 * its own place: the process number stays, so that a service manager sees its main
 * process go on, and so does the listening socket, whose folder is root's.
 * Clients that connect meanwhile wait in it.  Sessions are not handed over: the
 * peers know that they are down on purpose, and come up again from there.
 *
 * A thread of ordinary priority spawns the child and waits for it.  A fork would
 * copy the page tables of locked memory while packets wait, and who spawns stands
 * still until the program is executed: 17 ms on a busy machine.  Thread and loop
 * share one struct, as in bfd_reader.c.
 */
#include "config.h"

#include "bfdd/bfd_restart.h"

#include <sys/syscall.h>
#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/log.h"
#include "shared/priv.h"

#define TRY_MS		5000
#define STACK_SIZE	(512 * 1024)	/* the stack is locked in memory */
#define ANSWER_FIRST_NS	(20 * NS_PER_MS)
#define ARGS_MAX	64
#define LISTENER	"--listener="

extern char **environ;

struct waiting {
	struct waiting		*next;
	struct ctl_client_conn	*conn;
};

struct bfd_restart {
	const struct bfd_restart_program *program;
	void			(*leave)(void *arg);
	void			*arg;
	struct loop_timer	*begin;		/* leaving, after the answer */
	struct waiting		*first;
	struct loop_fd		*event;
	int			 pipe[2];
	pthread_t		 thread;
	bool			 trying;
	/* The thread's while it tries. */
	bool			 good;
	char			 why[160];
};

void
bfd_restart_find(struct bfd_restart_program *p, char *const args[])
{
	ssize_t n = readlink("/proc/self/exe", p->path, sizeof(p->path) - 1);

	p->path[n > 0 ? n : 0] = '\0';
	p->args = args;
}

static int
make_argv(char **argv, char *name, char *option, char *const args[])
{
	int i;

	argv[0] = name;
	argv[1] = option;
	for (i = 0; args[i] != NULL; i++) {
		if (i == ARGS_MAX)
			return -E2BIG;
		argv[i + 2] = args[i];
	}
	argv[i + 2] = NULL;
	return 0;
}

/* --- answers --- */

static struct ctl_client_conn *
take_first(struct bfd_restart *r)
{
	struct waiting *w = r->first;
	struct ctl_client_conn *conn;

	if (w == NULL)
		return NULL;
	r->first = w->next;
	conn = w->conn;
	free(w);
	return conn;
}

static void
refuse_all(struct bfd_restart *r, const char *why)
{
	struct ctl_client_conn *conn;
	struct ctl_error error;

	(void)ctl_fail(&error, CTL_ERR_REFUSED, "the program on disk cannot go "
	    "on: %s; nothing was restarted", why);
	log_err("restart refused: %s", error.message);
	while ((conn = take_first(r)) != NULL)
		ctl_client_conn_refuse(conn, &error);
}

static void
begin_cb(mono_t deadline, void *arg)
{
	struct bfd_restart *r = arg;

	(void)deadline;
	r->leave(r->arg);
}

static void
grant_all(struct bfd_restart *r)
{
	struct ctl_client_conn *conn;

	while ((conn = take_first(r)) != NULL)
		ctl_client_conn_answer(conn, json_pack("{s:i}", "pid",
		    (int)getpid()));
	loop_timer_set(r->begin, mono_add(loop_clock(), ANSWER_FIRST_NS));
}

/* --- the trial, in a thread --- */

/* The first line that the program has said, as far as it can be printed. */
static void
read_line(int fd, char *line, size_t size)
{
	ssize_t n = read(fd, line, size - 1);
	size_t i;

	line[n > 0 ? n : 0] = '\0';
	line[strcspn(line, "\n")] = '\0';
	for (i = 0; line[i] != '\0'; i++)
		if (line[i] < ' ' || line[i] > '~')
			line[i] = '?';
}

/* 0 or negative errno; words: where standard output and error go. */
static int
spawn(const struct bfd_restart_program *p, int words, pid_t *pid)
{
	char name[] = "bfdd", option[] = "-n", *argv[ARGS_MAX + 3];
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none;
	int error;

	error = make_argv(argv, name, option, p->args);
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
	error = posix_spawn_file_actions_addopen(&files, STDIN_FILENO,
	    "/dev/null", O_RDONLY, 0);
	if (error == 0)
		error = posix_spawn_file_actions_adddup2(&files, words,
		    STDOUT_FILENO);
	if (error == 0)
		error = posix_spawn_file_actions_adddup2(&files, words,
		    STDERR_FILENO);
	if (error == 0)
		error = posix_spawn(pid, p->path, &files, &attr, argv,
		    environ);
	(void)posix_spawnattr_destroy(&attr);
	(void)posix_spawn_file_actions_destroy(&files);
	return -error;
}

/* Waits for the end of it, and ends it when its time is over. */
static int
wait_for(pid_t pid, bool *too_long)
{
	struct pollfd pfd = { .fd = (int)syscall(SYS_pidfd_open, pid, 0),
	    .events = POLLIN };
	int status = 0;

	*too_long = pfd.fd == -1 || poll(&pfd, 1, TRY_MS) != 1;
	if (*too_long)
		(void)kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		;
	if (pfd.fd != -1)
		(void)close(pfd.fd);
	return status;
}

/* True, or why says why not. */
static bool
try_program(const struct bfd_restart_program *p, char *why, size_t size)
{
	bool too_long = false;
	int fds[2], error, status = 0;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) == -1) {
		(void)snprintf(why, size, "%s", strerror(errno));
		return false;
	}
	error = spawn(p, fds[1], &pid);
	(void)close(fds[1]);
	if (error == 0) {
		status = wait_for(pid, &too_long);
		read_line(fds[0], why, size);
	}
	(void)close(fds[0]);
	if (error == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	if (error < 0)
		(void)snprintf(why, size, "%s", strerror(-error));
	else if (too_long)
		(void)snprintf(why, size, "not done within %d s",
		    TRY_MS / 1000);
	else if (why[0] == '\0' && WIFSIGNALED(status))
		(void)snprintf(why, size, "%s", strsignal(WTERMSIG(status)));
	else if (why[0] == '\0')
		(void)snprintf(why, size, "exit status %d",
		    WEXITSTATUS(status));
	return false;
}

static void *
run(void *arg)
{
	static const char byte = 0;
	struct bfd_restart *r = arg;

	r->good = try_program(r->program, r->why, sizeof(r->why));
	while (write(r->pipe[1], &byte, 1) == -1 && errno == EINTR)
		;
	return NULL;
}

static int
start_trial(struct bfd_restart *r)
{
	const struct sched_param ordinary = { 0 };
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
	error = pthread_create(&r->thread, &attr, run, r);
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	(void)pthread_attr_destroy(&attr);
	r->trying = error == 0;
	return -error;
}

/* In the loop. */
static void
tried(int fd, void *arg)
{
	struct bfd_restart *r = arg;
	char byte;

	if (read(fd, &byte, 1) != 1)
		return;
	(void)pthread_join(r->thread, NULL);
	r->trying = false;
	if (r->good)
		grant_all(r);
	else
		refuse_all(r, r->why);
}

/* --- requests --- */

bool
bfd_restart_ask(struct bfd_restart *r, struct ctl_client_conn *conn,
    struct ctl_error *error)
{
	struct waiting *w;
	int rc;

	if (r == NULL || r->program->path[0] == '\0')
		return ctl_fail(error, CTL_ERR_REFUSED,
		    "nothing is there to be restarted");
	w = calloc(1, sizeof(*w));
	if (w == NULL)
		return ctl_fail(error, CTL_ERR_REFUSED, "out of memory");
	rc = r->trying ? 0 : start_trial(r);
	if (rc < 0) {
		free(w);
		log_err("restart refused: %s", strerror(-rc));
		return ctl_fail(error, CTL_ERR_REFUSED, "the program on disk "
		    "cannot go on: %s; nothing was restarted", strerror(-rc));
	}
	w->conn = conn;
	w->next = r->first;
	r->first = w;
	ctl_client_conn_defer(conn);
	return true;
}

void
bfd_restart_gone(struct bfd_restart *r, const struct ctl_client_conn *conn)
{
	struct waiting **at, *w;

	if (r == NULL)
		return;
	for (at = &r->first; (w = *at) != NULL && w->conn != conn; )
		at = &w->next;
	if (w == NULL)
		return;
	*at = w->next;
	free(w);
}

/* --- life --- */

struct bfd_restart *
bfd_restart_new(struct loop *loop, const struct bfd_restart_program *program,
    void (*leave)(void *arg), void *arg)
{
	struct bfd_restart *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->program = program;
	r->leave = leave;
	r->arg = arg;
	if (pipe2(r->pipe, O_CLOEXEC) == -1) {
		free(r);
		return NULL;
	}
	r->begin = loop_timer_new(loop, begin_cb, r);
	r->event = loop_fd_new(loop, r->pipe[0], tried, r);
	if (r->begin == NULL || r->event == NULL) {
		bfd_restart_free(r);
		return NULL;
	}
	return r;
}

void
bfd_restart_free(struct bfd_restart *r)
{
	if (r == NULL)
		return;
	if (r->trying)
		(void)pthread_join(r->thread, NULL);
	while (take_first(r) != NULL)
		;
	loop_timer_free(r->begin);
	loop_fd_free(r->event);
	(void)close(r->pipe[0]);
	(void)close(r->pipe[1]);
	free(r);
}

int
bfd_restart_execute(const struct bfd_restart_program *p, int listener)
{
	char name[] = "bfdd", option[sizeof(LISTENER) + 12];
	char *argv[ARGS_MAX + 3];
	int error;

	(void)snprintf(option, sizeof(option), LISTENER "%d", listener);
	error = make_argv(argv, name, option, p->args);
	if (error == 0)
		error = priv_pass_on();
	if (error < 0)
		return error;
	(void)execv(p->path, argv);
	return -errno;
}

int
bfd_restart_argument(const char *arg)
{
	char *end;
	long n;

	if (strncmp(arg, LISTENER, sizeof(LISTENER) - 1) != 0)
		return -1;
	arg += sizeof(LISTENER) - 1;
	errno = 0;
	n = strtol(arg, &end, 10);
	return *arg == '\0' || *end != '\0' || errno != 0 || n < 3 ||
	    n > 1048576 ? -1 : (int)n;
}
