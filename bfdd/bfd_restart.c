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
 * The trial runs beside the loop (bfd_aside.h).
 */
#include "config.h"

#include "bfdd/bfd_restart.h"

#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/log.h"
#include "shared/priv.h"

#define TRY_MS		5000
#define ANSWER_FIRST_NS	(20 * NS_PER_MS)
#define LISTENER	"--listener="

struct waiting {
	struct waiting		*next;
	struct ctl_client_conn	*conn;
};

struct bfd_restart {
	const struct bfd_program *program;
	void			(*leave)(void *arg);
	void			*arg;
	struct loop_timer	*begin;		/* leaving, after the answer */
	struct waiting		*first;
	struct bfd_aside	*aside;
	/* The thread's while it tries. */
	bool			 good;
	char			 why[160];
};

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

/* True, or why says why not. */
static bool
try_program(struct bfd_aside *aside, const struct bfd_program *p, char *why,
    size_t size)
{
	struct bfd_child child = { .path = p->path, .option = "-n",
	    .program = p, .result = -1, .limit_ms = TRY_MS };
	int fds[2], error, status = 0;

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) == -1) {
		(void)snprintf(why, size, "%s", strerror(errno));
		return false;
	}
	child.words = fds[1];
	error = bfd_aside_run(aside, &child, &status);
	(void)close(fds[1]);
	read_line(fds[0], why, size);
	(void)close(fds[0]);
	if (error == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	if (error == -ETIMEDOUT)
		(void)snprintf(why, size, "not done within %d s",
		    TRY_MS / 1000);
	else if (error < 0)
		(void)snprintf(why, size, "%s", strerror(-error));
	else if (why[0] == '\0' && WIFSIGNALED(status))
		(void)snprintf(why, size, "%s", strsignal(WTERMSIG(status)));
	else if (why[0] == '\0')
		(void)snprintf(why, size, "exit status %d",
		    WEXITSTATUS(status));
	return false;
}

static void
work(struct bfd_aside *aside, void *arg)
{
	struct bfd_restart *r = arg;

	r->good = try_program(aside, r->program, r->why, sizeof(r->why));
}

/* In the loop. */
static void
tried(void *arg)
{
	struct bfd_restart *r = arg;

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
	rc = bfd_aside_is_busy(r->aside) ? 0 :
	    bfd_aside_start(r->aside);
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
bfd_restart_new(struct loop *loop, const struct bfd_program *program,
    void (*leave)(void *arg), void *arg)
{
	struct bfd_restart *r = calloc(1, sizeof(*r));
	const struct bfd_aside_config aside = {
		.work = work,
		.done = tried,
		.arg = r,
	};

	if (r == NULL)
		return NULL;
	r->program = program;
	r->leave = leave;
	r->arg = arg;
	r->begin = loop_timer_new(loop, begin_cb, r);
	r->aside = bfd_aside_new(loop, &aside);
	if (r->begin == NULL || r->aside == NULL) {
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
	bfd_aside_free(r->aside);
	while (take_first(r) != NULL)
		;
	loop_timer_free(r->begin);
	free(r);
}

int
bfd_restart_execute(const struct bfd_program *p, int listener)
{
	char *argv[BFD_ARGS_MAX + 3], option[sizeof(LISTENER) + 12];
	int error;

	(void)snprintf(option, sizeof(option), LISTENER "%d", listener);
	error = bfd_program_argv(p, option, argv);
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
