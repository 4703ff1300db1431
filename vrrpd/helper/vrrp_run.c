/*
 * vrrp_run.c - programs of others: started, limited in time, and cleaned up after.
 *
 * fork(2) and not posix_spawn(3), because the child has to change its user and
 * give up its capabilities, which posix_spawn cannot; the caller is a small
 * process without locked memory or real-time priority, so that a fork is cheap.
 * Nothing is shared with the engine.
 *
 * Life of a job: RUNNING until the program ended or its deadline passed; in the
 * second case DYING, with SIGTERM sent and SIGKILL to come; gone when the
 * program was reaped.  The end is seen by a pidfd.  The program is looked at
 * without reaping it first (WNOWAIT): as long as it is a zombie its number, and
 * with it the number of its process group, belongs to nobody else, and the rest
 * of the group can be killed safely.
 *
 * Two pipes.  Output: standard output and error, of which the first line is
 * kept.  Trouble: closed by a successful execve(); otherwise it carries the
 * errno and the words of what failed in the child.
 */
#include "config.h"

#include "vrrpd/helper/vrrp_run.h"

#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/fds.h"

#define ENV_OWN		6
#define ENV_MAX		(ENV_OWN + 32)
#define READ_SIZE	(64 * 1024)

struct vrrp_run {
	struct loop	*loop;
	struct vrrp_job	*jobs;
	unsigned	 count;
};

struct vrrp_job {
	struct vrrp_run		*run;
	struct vrrp_job		*next, **link;
	pid_t			 pid;		/* 0: was not started */
	int			 pidfd, output, trouble;
	struct loop_fd		*pid_event, *output_event;
	struct loop_timer	*timer;		/* deadline, then SIGKILL */
	struct loop_timer	*pace;
	uint64_t		 read;		/* bytes of output */
	char			 line[VRRP_RUN_LINE_MAX + 1];
	size_t			 line_len;
	bool			 line_done;
	mono_t			 started;
	bool			 told, dying;
	struct vrrp_run_result	 refusal;
	vrrp_run_done		 done;
	vrrp_run_gone		 gone;
	void			*arg;
};

struct vrrp_run *
vrrp_run_new(struct loop *loop)
{
	struct vrrp_run *r = calloc(1, sizeof(*r));

	if (r != NULL)
		r->loop = loop;
	return r;
}

unsigned
vrrp_run_count(const struct vrrp_run *r)
{
	return r->count;
}

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

static void	refuse_later(void *);

static void
free_job(struct vrrp_job *j)
{
	*j->link = j->next;
	if (j->next != NULL)
		j->next->link = j->link;
	j->run->count--;
	loop_defer_cancel(j->run->loop, refuse_later, j);
	loop_fd_free(j->pid_event);
	loop_fd_free(j->output_event);
	loop_timer_free(j->timer);
	loop_timer_free(j->pace);
	close_fd(&j->pidfd);
	close_fd(&j->output);
	close_fd(&j->trouble);
	free(j);
}

static void
tell(struct vrrp_job *j, struct vrrp_run_result *result)
{
	if (j->told)
		return;
	j->told = true;
	result->took_ns = mono_sub(loop_clock(), j->started);
	if (j->done != NULL)
		j->done(result, j->arg);
}

/* --- the child: a copy of everything, up to execve --- */

/* Written at once: far smaller than a pipe is. */
struct trouble {
	int	error;
	char	why[VRRP_RUN_LINE_MAX];
};

struct child {
	char *const		*argv;
	char *const		*envp;
	struct vrrp_command_user user;
	int			 output, trouble;
};

static void __attribute__((noreturn))
give_up_because(const struct child *c, int error, const char *why)
{
	struct trouble t = { .error = error };
	ssize_t n;

	(void)snprintf(t.why, sizeof(t.why), "%s", why);
	n = write(c->trouble, &t, sizeof(t));
	(void)n;
	_exit(127);
}

static void __attribute__((noreturn))
give_up(const struct child *c, int error)
{
	give_up_because(c, error, strerror(error));
}

/*
 * Not sigaction(3): two signals are the C library's own, which it refuses to
 * touch, and make(1) is known to leave them ignored.  For the kernel zeros are
 * the default action, whatever its struct looks like.
 */
static void
default_signals(void)
{
	static const uint64_t zeros[8];
	sigset_t none;

	for (int s = 1; s < NSIG; s++)
		(void)syscall(SYS_rt_sigaction, s, zeros, NULL,
		    (size_t)_NSIG / 8);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Scheduling, limits and protection that only the daemon needs. */
static void
ordinary_process(void)
{
	struct sched_param none = { 0 };
	struct rlimit core = { 0, 0 };
	ssize_t n;
	int fd;

	(void)sched_setscheduler(0, SCHED_OTHER, &none);
	(void)setpriority(PRIO_PROCESS, 0, 0);
	(void)setrlimit(RLIMIT_CORE, &core);
	fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = write(fd, "0", 1);
		(void)n;
		(void)close(fd);
	}
}

static int
become(const struct vrrp_command_user *u)
{
	if (getuid() == u->uid && geteuid() == u->uid && getgid() == u->gid)
		return 0;
	if (initgroups(u->name, u->gid) < 0 ||
	    setresgid(u->gid, u->gid, u->gid) < 0 ||
	    setresuid(u->uid, u->uid, u->uid) < 0)
		return -errno;
	return 0;
}

/* Nobody but root keeps capabilities; root gets what its bounding set allows. */
static int
drop_capabilities(uid_t uid)
{
	cap_t none;
	int rc = 0;

	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (uid == 0)
		return 0;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	if ((none = cap_init()) == NULL)
		return -ENOMEM;
	if (cap_set_proc(none) < 0)
		rc = -errno;
	(void)cap_free(none);
	return rc;
}

static void __attribute__((noreturn))
child_main(struct child *c)
{
	char why[VRRP_RUN_LINE_MAX];
	int null, error;

	default_signals();
	(void)setsid();
	/* A descriptor that a library opened may not be close-on-exec. */
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(c->output, STDOUT_FILENO) < 0 ||
	    dup2(c->output, STDERR_FILENO) < 0)
		give_up(c, errno);
	if (dup2(c->trouble, 3) < 0 ||
	    fcntl(3, F_SETFD, FD_CLOEXEC) < 0)
		give_up(c, errno);
	c->trouble = 3;
	fds_close_from(4);
	ordinary_process();
	(void)umask(022);
	if (chdir("/") < 0)
		give_up(c, errno);
	error = become(&c->user);
	if (error == -EPERM)
		give_up_because(c, EPERM, "may not become that user: it was "
		    "not configured when vrrpd started");
	if (error < 0 || (error = drop_capabilities(c->user.uid)) < 0)
		give_up(c, -error);
	/* A monitor that is killed leaves nothing behind. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	/* As that user: the program may be where nobody else may look. */
	error = vrrp_command_words_safe(c->argv, c->user.uid, why,
	    sizeof(why));
	if (error < 0)
		give_up_because(c, -error, why);
	(void)execve(c->argv[0], c->argv, c->envp);
	give_up(c, errno);
}

/* --- output --- */

/* The first line that is not empty, without bytes that spoil a log. */
static void
keep_line(struct vrrp_job *j, const char *text, size_t n)
{
	for (size_t i = 0; i < n && !j->line_done; i++) {
		unsigned char ch = (unsigned char)text[i];

		if (ch == '\n' && j->line_len > 0)
			j->line_done = true;
		else if (ch == '\n' || ch == '\r')
			continue;
		else if (j->line_len < VRRP_RUN_LINE_MAX)
			j->line[j->line_len++] = ch < ' ' || ch > '~' ? '?' :
			    (char)ch;
		else
			j->line_done = true;
	}
	j->line[j->line_len] = '\0';
}

/* False at the end of the output. */
static bool
read_output(struct vrrp_job *j)
{
	static char buf[READ_SIZE];
	ssize_t n = read(j->output, buf, sizeof(buf));

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	j->read += (uint64_t)n;
	keep_line(j, buf, (size_t)n);
	return n > 0;
}

static void
on_output(int fd, void *arg)
{
	struct vrrp_job *j = arg;

	(void)fd;
	if (!read_output(j)) {
		/* All writers have closed; the program may go on. */
		loop_fd_free(j->output_event);
		j->output_event = NULL;
		close_fd(&j->output);
		return;
	}
	if (j->read < VRRP_RUN_OUTPUT_MAX)
		return;
	loop_fd_free(j->output_event);
	j->output_event = NULL;
	loop_timer_set(j->pace, mono_add(loop_now(j->run->loop),
	    VRRP_RUN_OUTPUT_PACE_NS));
}

static void
on_pace(mono_t deadline, void *arg)
{
	struct vrrp_job *j = arg;

	(void)deadline;
	if (j->output < 0)
		return;
	(void)read_output(j);
	loop_timer_set(j->pace, mono_add(loop_now(j->run->loop),
	    VRRP_RUN_OUTPUT_PACE_NS));
}

/* --- the end --- */

static void
kill_group(const struct vrrp_job *j, int signo)
{
	/* setsid() may not have happened yet: then the number is no group. */
	if (kill(-j->pid, signo) < 0)
		(void)kill(j->pid, signo);
}

static void __attribute__((format(printf, 3, 4)))
say(struct vrrp_run_result *r, const char *line, const char *fmt, ...)
{
	va_list ap;
	size_t n;

	va_start(ap, fmt);
	(void)vsnprintf(r->reason, sizeof(r->reason), fmt, ap);
	va_end(ap);
	n = strlen(r->reason);
	if (line[0] != '\0')
		(void)snprintf(r->reason + n, sizeof(r->reason) - n, ": %s",
		    line);
}

static void
judge(struct vrrp_job *j, const siginfo_t *si, struct vrrp_run_result *r)
{
	struct trouble t;

	if (read(j->trouble, &t, sizeof(t)) == (ssize_t)sizeof(t)) {
		r->end = VRRP_RUN_REFUSED;
		r->code = t.error;
		say(r, "", "cannot run: %.*s", (int)sizeof(t.why) - 1, t.why);
	} else if (si->si_pid == 0) {
		/* Reaped by somebody else: cannot be called a success. */
		r->end = VRRP_RUN_KILLED;
		say(r, j->line, "ended, nobody knows how");
	} else if (si->si_code == CLD_EXITED) {
		r->end = VRRP_RUN_EXITED;
		r->code = si->si_status;
		say(r, j->line, "exit %d", r->code);
	} else {
		r->end = VRRP_RUN_KILLED;
		r->code = si->si_status;
		say(r, j->line, "killed by signal %d", r->code);
	}
}

/* The owner may abandon the job while being told. */
static void
finish(struct vrrp_job *j, struct vrrp_run_result *result)
{
	vrrp_run_gone gone;
	void *arg;

	tell(j, result);
	gone = j->gone;
	arg = j->arg;
	free_job(j);
	if (gone != NULL)
		gone(arg);
}

static void
on_end(int fd, void *arg)
{
	struct vrrp_job *j = arg;
	struct vrrp_run_result result = { 0 };
	siginfo_t si = { 0 };

	(void)fd;
	if (waitid(P_PID, (id_t)j->pid, &si, WEXITED | WNOHANG | WNOWAIT) ==
	    0 && si.si_pid == 0)
		return;		/* not yet */
	(void)kill(-j->pid, SIGKILL);
	(void)waitid(P_PID, (id_t)j->pid, &si, WEXITED | WNOHANG);
	j->pid = 0;
	if (j->output >= 0)
		(void)read_output(j);
	judge(j, &si, &result);
	finish(j, &result);
}

static void
on_timer(mono_t deadline, void *arg)
{
	struct vrrp_job *j = arg;
	struct vrrp_run_result result = { .end = VRRP_RUN_TIMED_OUT };

	(void)deadline;
	if (j->dying) {
		kill_group(j, SIGKILL);
		return;
	}
	j->dying = true;
	kill_group(j, SIGTERM);
	/* A stopped program hears SIGTERM only when it goes on. */
	kill_group(j, SIGCONT);
	loop_timer_set(j->timer, mono_add(loop_now(j->run->loop),
	    VRRP_RUN_GRACE_NS));
	say(&result, j->line, "not done in time");
	tell(j, &result);
}

static void
refuse_later(void *arg)
{
	struct vrrp_job *j = arg;

	finish(j, &j->refusal);
}

/* --- the start --- */

static int
make_pipe(int ends[2])
{
	return pipe2(ends, O_CLOEXEC) < 0 ? -errno : 0;
}

static int
watch(struct vrrp_job *j, int64_t timeout_ns)
{
	struct loop *loop = j->run->loop;

	j->pidfd = (int)syscall(SYS_pidfd_open, j->pid, 0);
	if (j->pidfd < 0)
		return -errno;
	(void)fcntl(j->output, F_SETFL, O_NONBLOCK);
	(void)fcntl(j->trouble, F_SETFL, O_NONBLOCK);
	j->pid_event = loop_fd_new(loop, j->pidfd, on_end, j);
	j->output_event = loop_fd_new(loop, j->output, on_output, j);
	j->timer = loop_timer_new(loop, on_timer, j);
	j->pace = loop_timer_new(loop, on_pace, j);
	if (j->pid_event == NULL || j->output_event == NULL ||
	    j->timer == NULL || j->pace == NULL)
		return -ENOMEM;
	loop_timer_set(j->timer, mono_add(j->started, timeout_ns));
	return 0;
}

/* Both pipes and the fork. The child does not return. */
static int
spawn(struct vrrp_job *j, struct child *c)
{
	int output[2] = { -1, -1 }, trouble[2] = { -1, -1 };
	pid_t pid;
	int error;

	error = make_pipe(output);
	if (error == 0)
		error = make_pipe(trouble);
	if (error == 0) {
		c->output = output[1];
		c->trouble = trouble[1];
		pid = fork();
		if (pid == 0)
			child_main(c);
		if (pid < 0)
			error = -errno;
		else
			j->pid = pid;
	}
	close_fd(&output[1]);
	close_fd(&trouble[1]);
	j->output = output[0];
	j->trouble = trouble[0];
	return error;
}

/* argv and envp: room for all of it; the strings are borrowed. */
struct words {
	struct vrrp_command	 command;
	char			*argv[VRRP_COMMAND_WORDS_MAX + 16];
	char			 own[ENV_OWN][320];
	char			*envp[ENV_MAX + 1];
};

static int
put_args(struct words *w, const struct vrrp_run_spec *spec)
{
	unsigned n = w->command.count;

	memcpy(w->argv, w->command.word, n * sizeof(w->argv[0]));
	for (unsigned i = 0; spec->args != NULL && spec->args[i] != NULL;
	    i++) {
		if (n + 1 >= sizeof(w->argv) / sizeof(w->argv[0]))
			return -E2BIG;
		w->argv[n++] = (char *)spec->args[i];
	}
	w->argv[n] = NULL;
	return 0;
}

static int
put_env(struct words *w, const struct vrrp_run_spec *spec,
    const struct vrrp_command_user *u)
{
	unsigned n = 0;

	(void)snprintf(w->own[0], sizeof(w->own[0]), "PATH=%s",
	    VRRP_COMMAND_PATH);
	(void)snprintf(w->own[1], sizeof(w->own[1]), "HOME=%s", u->home);
	(void)snprintf(w->own[2], sizeof(w->own[2]), "USER=%s", u->name);
	(void)snprintf(w->own[3], sizeof(w->own[3]), "LOGNAME=%s", u->name);
	(void)snprintf(w->own[4], sizeof(w->own[4]), "SHELL=/bin/sh");
	(void)snprintf(w->own[5], sizeof(w->own[5]), "LANG=C.UTF-8");
	for (; n < ENV_OWN; n++)
		w->envp[n] = w->own[n];
	for (unsigned i = 0; spec->env != NULL && spec->env[i] != NULL; i++) {
		if (n >= ENV_MAX)
			return -E2BIG;
		w->envp[n++] = (char *)spec->env[i];
	}
	w->envp[n] = NULL;
	return 0;
}

static int
prepare(struct words *w, struct child *c, const struct vrrp_run_spec *spec,
    char *why, size_t len)
{
	int error;

	error = vrrp_command_split(spec->command, &w->command, why, len);
	if (error < 0)
		return error;
	error = vrrp_command_user(spec->user, &c->user, why, len);
	if (error < 0)
		return error;
	error = put_args(w, spec);
	if (error == 0)
		error = put_env(w, spec, &c->user);
	if (error < 0) {
		(void)snprintf(why, len, "too many words");
		return error;
	}
	c->argv = w->argv;
	c->envp = w->envp;
	return 0;
}

static struct vrrp_job *
new_job(struct vrrp_run *r)
{
	struct vrrp_job *j;

	if (r->count >= VRRP_RUN_JOBS_MAX || (j = calloc(1, sizeof(*j))) ==
	    NULL)
		return NULL;
	j->run = r;
	j->pidfd = j->output = j->trouble = -1;
	j->started = loop_clock();
	j->link = &r->jobs;
	j->next = r->jobs;
	if (j->next != NULL)
		j->next->link = &j->next;
	r->jobs = j;
	r->count++;
	return j;
}

static void
reap_now(struct vrrp_job *j)
{
	kill_group(j, SIGKILL);
	while (waitpid(j->pid, NULL, 0) < 0 && errno == EINTR)
		;
}

struct vrrp_job *
vrrp_run_start(struct vrrp_run *r, const struct vrrp_run_spec *spec,
    vrrp_run_done done, vrrp_run_gone gone, void *arg)
{
	struct vrrp_job *j = new_job(r);
	struct child c = { 0 };
	struct words w;
	char why[VRRP_RUN_LINE_MAX + 32] = "";
	int error;

	if (j == NULL)
		return NULL;
	j->done = done;
	j->gone = gone;
	j->arg = arg;
	error = prepare(&w, &c, spec, why, sizeof(why));
	if (error == 0) {
		error = spawn(j, &c);
		if (error == 0 && (error = watch(j, spec->timeout_ns)) < 0)
			reap_now(j);
		if (error < 0)
			(void)snprintf(why, sizeof(why), "%s",
			    strerror(-error));
	}
	if (error == 0)
		return j;
	j->refusal.end = VRRP_RUN_REFUSED;
	j->refusal.code = -error;
	say(&j->refusal, "", "cannot run: %s", why);
	j->pid = 0;
	if (loop_defer(r->loop, refuse_later, j) < 0) {
		free_job(j);
		return NULL;
	}
	return j;
}

void
vrrp_run_abandon(struct vrrp_job *j)
{
	j->done = NULL;
	j->gone = NULL;
	j->told = true;
	if (j->pid == 0)
		return;		/* refused; freed soon */
	j->dying = true;
	kill_group(j, SIGKILL);
}

void
vrrp_run_free(struct vrrp_run *r)
{
	if (r == NULL)
		return;
	while (r->jobs != NULL) {
		if (r->jobs->pid != 0)
			reap_now(r->jobs);
		free_job(r->jobs);
	}
	free(r);
}
