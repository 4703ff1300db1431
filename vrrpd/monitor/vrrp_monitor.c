/*
 * vrrp_monitor.c - supervision of the engine.
 *
 * Order of the start: the loop and what needs root; the control socket, bound
 * here so that its clients wait in it while one engine follows another; the
 * first engine, forked while there is still root; then the monitor gives up its
 * own privileges.  Later engines come from a monitor without root and get on
 * with the same two capabilities, as a reload does; real-time priority and the
 * limit of locked memory are inherited.
 *
 * The engine's end is seen at once and for any reason: first the channel hangs
 * up, which is the moment for its last will, then its pidfd tells that it is
 * gone.  Between the two are tens of milliseconds, in which the kernel closes
 * its packet sockets and waits for an RCU grace period for each.  Descriptors of
 * a dying process are let go from the highest down, so the channel is given the
 * highest number there is.  What the engine had sent is read before.  An engine that ends by itself takes the monitor with it:
 * that is a failed start, or it was told to leave.  One that dies of a signal is
 * replaced, unless it has never been ready.
 *
 * An engine whose beats stop is killed with SIGKILL (vrrp_supervise.h).
 *
 * The service manager is told by the monitor alone, which is its main process.
 * Signals are passed on; the engine carries them out.
 *
 * The monitor is a little above the engine in priority.  It is asleep but for a
 * beat every 50 ms, and must not be kept from judging by an engine in a loop.
 */
#include "config.h"

#include "vrrpd/monitor/vrrp_monitor.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/log.h"
#include "shared/rtsched.h"
#include "shared/sdnotify.h"
#include "vrrpd/monitor/vrrp_estate.h"
#include "vrrpd/pure/vrrp_supervise.h"

#define ABSENT_NS	VRRP_BEAT_NS	/* late by more: we were asleep */
#define PRIORITY_MAX	99
#define HIGHEST_FD	16383

struct monitor {
	const struct vrrp_monitor_config *config;
	struct loop		*loop;
	struct ctl_listener	*listener;
	struct vrrp_estate	*estate;	/* last wills of the engine */
	struct loop_timer	*pulse_timer;
	struct loop_timer	*start_timer;
	struct loop_timer	*watchdog_timer;
	int64_t			 watchdog_ns;	/* 0: not asked for */

	pid_t			 engine;	/* 0: none */
	int			 pidfd;
	struct loop_fd		*pid_event;
	struct vrrp_channel	*channel;
	struct vrrp_pulse	 pulse;
	mono_t			 started;
	struct vrrp_backoff	 backoff;
	int			 owed_signal;	/* refused while it was root */
	bool			 hung;		/* we have killed it */
	bool			 restarting;	/* it is about to end for that */
	struct vrrp_handoff	 handoff;

	bool			 ever_ready;
	bool			 leaving;
	bool			 wanted;	/* an engine is to be started now */
	bool			 done;
	int			 status;
	struct vrrp_birth	 birth;
};

static void
finish(struct monitor *m, int status)
{
	m->status = status;
	m->done = true;
	loop_stop(m->loop);
}

/* --- signals --- */

static void
pass_on(struct monitor *m, int signo)
{
	if (kill(m->engine, signo) == 0)
		return;
	/* The first engine is root until it is ready, and we are not. */
	if (errno == EPERM && m->pulse.phase == VRRP_PHASE_STARTING)
		m->owed_signal = signo;
	else
		log_err("cannot signal the engine pid=%d: %s", (int)m->engine,
		    strerror(errno));
}

static void
on_signal(int signo, void *arg)
{
	struct monitor *m = arg;

	if (signo != SIGHUP)
		m->leaving = true;
	if (m->engine != 0)
		pass_on(m, signo);
	else if (m->leaving)
		finish(m, 0);
}

/* --- the engine's signs of life --- */

static void
judge(mono_t deadline, void *arg)
{
	struct monitor *m = arg;
	mono_t now;

	(void)deadline;
	if (m->engine == 0 || m->hung)
		return;
	vrrp_channel_drain(m->channel);
	now = loop_clock();
	if (mono_before(now, vrrp_pulse_deadline(&m->pulse))) {
		loop_timer_set(m->pulse_timer, vrrp_pulse_deadline(&m->pulse));
		return;
	}
	m->hung = true;
	/* Words later: its end is an event of this loop. */
	if (kill(m->engine, SIGKILL) == -1)
		log_err("cannot kill the engine pid=%d, which hangs: %s",
		    (int)m->engine, strerror(errno));
}

static void
asleep(mono_t since, mono_t until, void *arg)
{
	struct monitor *m = arg;

	(void)since;
	vrrp_pulse_absent(&m->pulse, until);
}

static void
on_beat(const uint8_t *body, size_t len, void *arg)
{
	struct monitor *m = arg;

	(void)body;
	(void)len;
	vrrp_pulse_seen(&m->pulse, loop_clock());
}

static void
on_phase(const uint8_t *body, size_t len, void *arg)
{
	static const char *const words[] = {
		[VRRP_PHASE_READY] = "READY=1",
		[VRRP_PHASE_RELOADING] = "RELOADING=1",
		[VRRP_PHASE_LEAVING] = "STOPPING=1",
	};
	struct monitor *m = arg;

	(void)len;
	if (body[0] == VRRP_PHASE_STARTING || body[0] >= VRRP_PHASE_COUNT)
		return;
	vrrp_pulse_phase(&m->pulse, loop_clock(), (enum vrrp_phase)body[0]);
	loop_timer_set(m->pulse_timer, vrrp_pulse_deadline(&m->pulse));
	if (body[0] == VRRP_PHASE_READY) {
		m->ever_ready = true;
		if (m->owed_signal != 0)
			pass_on(m, m->owed_signal);
		m->owed_signal = 0;
	}
	(void)sdnotify(words[body[0]]);
}

/* Before its pidfd: see the top of the file. */
static void
engine_hung_up(void *arg)
{
	struct monitor *m = arg;

	if (m->restarting || vrrp_estate_count(m->estate) == 0)
		return;
	/* Should it live after all, then without what is taken away now. */
	(void)kill(m->engine, SIGKILL);
	(void)vrrp_estate_execute(m->estate);
}

/* The wills stay: should there be no other engine, they are carried out. */
static void
on_restart(const uint8_t *body, size_t len, void *arg)
{
	struct monitor *m = arg;

	m->restarting = vrrp_handoff_decode(body, len, &m->handoff);
	if (!m->restarting)
		log_err("engine restart: its handoff is malformed");
}

static void
feed_watchdog(mono_t deadline, void *arg)
{
	struct monitor *m = arg;

	(void)deadline;
	(void)sdnotify("WATCHDOG=1");
	loop_timer_set(m->watchdog_timer, mono_add(loop_clock(),
	    m->watchdog_ns / 2));
}

/* sd_watchdog_enabled(3): how often the service manager wants to hear of us. */
static int64_t
watchdog_interval_ns(void)
{
	const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv(
	    "WATCHDOG_PID");
	char *end;
	long long n;

	if (usec == NULL || (pid != NULL && strtol(pid, NULL, 10) !=
	    (long)getpid()))
		return 0;
	errno = 0;
	n = strtoll(usec, &end, 10);
	return errno != 0 || *end != '\0' || n <= 0 || n > INT64_MAX /
	    NS_PER_US ? 0 : ns_from_us(n);
}

/* --- its end --- */

static void	start_cb(mono_t deadline, void *arg);

static void
describe_end(struct monitor *m, int status)
{
	char *text = m->birth.last_end;
	size_t size = sizeof(m->birth.last_end);

	if (WIFSIGNALED(status))
		(void)snprintf(text, size, "%s%s", m->hung ? "hung, " : "",
		    strsignal(WTERMSIG(status)));
	else
		(void)snprintf(text, size, "exit status %d",
		    WEXITSTATUS(status));
	m->birth.last_end_real_ns = loop_realtime_ns();
}

static void
after_end(struct monitor *m, int status)
{
	int64_t wait_ns;

	if (WIFEXITED(status)) {
		finish(m, WEXITSTATUS(status));
		return;
	}
	describe_end(m, status);
	if (m->leaving || !m->ever_ready) {
		log_err("engine died why=\"%s\"", m->birth.last_end);
		finish(m, 1);
		return;
	}
	wait_ns = vrrp_backoff_next_ns(&m->backoff, m->started, loop_clock());
	m->birth.restarts++;
	log_err("engine died why=\"%s\" restarts=%u restart_in_ms=%lld",
	    m->birth.last_end, m->birth.restarts,
	    (long long)(wait_ns / NS_PER_MS));
	loop_timer_set(m->start_timer, mono_add(loop_clock(), wait_ns));
}

static void
let_go(struct monitor *m)
{
	unsigned i;

	for (i = 0; m->channel != NULL && i < m->config->part_count; i++)
		m->config->parts[i].detach(m->config->parts[i].arg);
	vrrp_channel_free(m->channel);
	m->channel = NULL;
	loop_fd_free(m->pid_event);
	m->pid_event = NULL;
	if (m->pidfd != -1)
		(void)close(m->pidfd);
	m->pidfd = -1;
	m->engine = 0;
	m->owed_signal = 0;
	loop_timer_set(m->pulse_timer, MONO_NEVER);
}

static void
engine_ended(int fd, void *arg)
{
	struct monitor *m = arg;
	int status;
	pid_t pid;

	(void)fd;
	vrrp_channel_drain(m->channel);
	/* Its last words are read; now nothing may come first. */
	if (!m->restarting)
		(void)vrrp_estate_execute(m->estate);
	do
		pid = waitpid(m->engine, &status, WNOHANG);
	while (pid == -1 && errno == EINTR);
	if (pid != m->engine)
		return;
	let_go(m);
	if (m->restarting && !m->leaving && WIFEXITED(status) &&
	    WEXITSTATUS(status) == 0) {
		m->birth.handoff = &m->handoff;
		start_cb(loop_clock(), m);
		return;
	}
	m->restarting = false;
	(void)vrrp_estate_execute(m->estate);
	after_end(m, status);
}

/* --- its start --- */

static int
adopt_engine(struct monitor *m, pid_t pid, int channel)
{
	unsigned i;

	m->engine = pid;
	m->hung = m->restarting = false;
	m->birth.handoff = NULL;
	m->started = loop_clock();
	vrrp_pulse_start(&m->pulse, m->started,
	    m->config->realtime_priority > 0);
	m->channel = vrrp_channel_new(m->loop, channel, engine_hung_up, m);
	if (m->channel == NULL)
		return -ENOMEM;
	vrrp_channel_handle(m->channel, VRRP_MSG_BEAT, 0, 0, on_beat, m);
	vrrp_channel_handle(m->channel, VRRP_MSG_PHASE, 1, 1, on_phase, m);
	vrrp_channel_handle(m->channel, VRRP_MSG_RESTART,
	    VRRP_HANDOFF_BYTES_MIN, VRRP_HANDOFF_BYTES_MAX, on_restart, m);
	vrrp_estate_attach(m->estate, m->channel);
	for (i = 0; i < m->config->part_count; i++)
		m->config->parts[i].attach(m->channel,
		    m->config->parts[i].arg);
	m->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (m->pidfd == -1)
		return -errno;
	m->pid_event = loop_fd_new(m->loop, m->pidfd, engine_ended, m);
	if (m->pid_event == NULL)
		return -ENOMEM;
	loop_timer_set(m->pulse_timer, vrrp_pulse_deadline(&m->pulse));
	return 0;
}

/* In the child: nothing of the monitor stays but the listener. */
static void
forget(struct monitor *m)
{
	unsigned i;

	(void)loop_after_fork(m->loop);
	for (i = 0; i < m->config->part_count; i++)
		m->config->parts[i].forget(m->config->parts[i].arg);
	vrrp_estate_close(m->estate);
	loop_timer_free(m->pulse_timer);
	loop_timer_free(m->start_timer);
	loop_timer_free(m->watchdog_timer);
	loop_free(m->loop);
	m->loop = NULL;
	log_set_deferred(false);
}

/* Above every descriptor that the engine will have. */
static int
raise_descriptor(int fd)
{
	struct rlimit limit;
	int high;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1)
		return fd;
	high = limit.rlim_cur > HIGHEST_FD ? HIGHEST_FD :
	    (int)limit.rlim_cur - 1;
	high = fcntl(fd, F_DUPFD_CLOEXEC, high);
	if (high == -1)
		return fd;
	(void)close(fd);
	return high;
}

/*
 * 0 in the monitor, 1 in the child, or negative errno.  The child's signals wait
 * until it has handlers for them.
 */
static int
fork_engine(struct monitor *m)
{
	int fds[2], error;
	pid_t pid;

	error = vrrp_channel_pair(fds);
	if (error < 0)
		return error;
	log_flush();
	m->birth.monitor = getpid();
	m->birth.channel = fds[1];
	m->birth.listener = m->listener;
	vrrp_birth_hold_signals(true);
	pid = fork();
	if (pid == 0) {
		(void)close(fds[0]);
		(void)prctl(PR_SET_NAME, "vrrpd-engine", 0, 0, 0);
		m->birth.channel = raise_descriptor(fds[1]);
		forget(m);
		return 1;
	}
	error = -errno;
	(void)close(fds[1]);
	if (pid == -1) {
		(void)close(fds[0]);
		vrrp_birth_hold_signals(false);
		return error;
	}
	error = adopt_engine(m, pid, fds[0]);
	if (error < 0) {
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, NULL, 0);
		let_go(m);
	}
	vrrp_birth_hold_signals(false);
	return error;
}

static void
start_cb(mono_t deadline, void *arg)
{
	struct monitor *m = arg;

	(void)deadline;
	m->wanted = true;	/* outside of the loop: the child leaves it */
	loop_stop(m->loop);
}

/* --- life --- */

static void
flush_log(void *arg)
{
	(void)arg;
	log_flush();
}

static int
fatal(const char *what, int error)
{
	log_err("%s: %s", what, strerror(-error));
	return error;
}

static int
open_listener(struct monitor *m)
{
	const char *path = m->config->socket;
	int error;

	error = ctl_listener_open(path, m->config->user->gid, &m->listener);
	if (error == -EADDRINUSE)
		log_err("another vrrpd answers at %s", path);
	else if (error < 0)
		log_err("%s: %s", path, strerror(-error));
	return error;
}

static int
open_monitor(struct monitor *m)
{
	size_t i;
	int error = 0;

	m->pidfd = -1;
	m->loop = loop_new();
	if (m->loop == NULL)
		return fatal("cannot make an event loop", -ENOMEM);
	m->pulse_timer = loop_timer_new(m->loop, judge, m);
	m->start_timer = loop_timer_new(m->loop, start_cb, m);
	m->watchdog_timer = loop_timer_new(m->loop, feed_watchdog, m);
	if (m->pulse_timer == NULL || m->start_timer == NULL ||
	    m->watchdog_timer == NULL)
		return fatal("cannot make a timer", -ENOMEM);
	for (i = 0; i < VRRP_BIRTH_SIGNAL_COUNT && error == 0; i++)
		error = loop_signal(m->loop, vrrp_birth_signals[i], on_signal,
		    m);
	if (error < 0)
		return fatal("cannot handle signals", error);
	error = vrrp_estate_open(&m->estate);
	if (error < 0)
		return fatal(error == -EPERM ? "cannot open sockets (root, or "
		    "CAP_NET_ADMIN and CAP_NET_RAW, are needed)" :
		    "cannot open sockets", error);
	for (i = 0; i < m->config->part_count && error == 0; i++)
		error = m->config->parts[i].open(m->loop,
		    m->config->parts[i].arg);
	return error < 0 ? error : open_listener(m);
}

/* After the first engine was forked: as little as it is allowed itself. */
static int
settle_down(struct monitor *m)
{
	struct rtsched ignored;		/* the engine reports the same */
	int priority = m->config->realtime_priority, error;

	if (priority > 0 && priority < PRIORITY_MAX)
		priority++;
	rtsched_enter(priority, &ignored);
	error = priv_drop(PRIV_VRRPD_MONITOR, m->config->user);
	if (error < 0)
		return fatal("cannot give up privileges", error);
	loop_watch_stalls(m->loop, VRRP_BEAT_NS, ABSENT_NS, asleep, m);
	m->watchdog_ns = watchdog_interval_ns();
	if (m->watchdog_ns > 0)
		feed_watchdog(loop_clock(), m);
	loop_at_batch_end(m->loop, flush_log, NULL);
	log_set_deferred(true);
	return 0;
}

static void
close_monitor(struct monitor *m)
{
	unsigned i;

	if (m->engine != 0) {
		(void)kill(m->engine, SIGTERM);
		(void)waitpid(m->engine, NULL, 0);
		let_go(m);
	}
	for (i = 0; m->loop != NULL && i < m->config->part_count; i++)
		m->config->parts[i].close(m->config->parts[i].arg);
	log_set_deferred(false);
	log_flush();
	ctl_listener_close(m->listener, true);
	vrrp_estate_close(m->estate);
	loop_timer_free(m->pulse_timer);
	loop_timer_free(m->start_timer);
	loop_timer_free(m->watchdog_timer);
	loop_free(m->loop);
}

static int
live_as_engine(struct monitor *m)
{
	int status;
	bool orphan;

	status = vrrp_birth_tie(&m->birth) == 0 ?
	    m->config->engine(&m->birth, m->config->arg) : 1;
	/* The file is the monitor's to remove, if there still is one. */
	orphan = getppid() != m->birth.monitor;
	ctl_listener_close(m->listener, orphan);
	return status;
}

int
vrrp_monitor_run(const struct vrrp_monitor_config *config)
{
	struct monitor m = { .config = config, .status = 1 };
	bool settled = false;
	int rc;

	rc = open_monitor(&m);
	m.wanted = rc == 0;
	while (rc == 0 && !m.done) {
		if (m.wanted) {
			m.wanted = false;
			rc = fork_engine(&m);
			if (rc == 1)
				return live_as_engine(&m);
			if (rc < 0) {
				(void)fatal("cannot start the engine", rc);
				break;
			}
		}
		if (!settled) {
			rc = settle_down(&m);
			settled = rc == 0;
		}
		if (rc == 0)
			rc = loop_run(m.loop);
	}
	close_monitor(&m);
	return m.status;
}
