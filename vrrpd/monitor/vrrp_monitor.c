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
 * up, which is the moment for the last wills, then the pidfd tells that the
 * engine is gone.  Between the two are tens of milliseconds, in which the kernel
 * closes the engine's packet sockets and waits for an RCU grace period for each.
 * Descriptors of a dying process are let go from the highest down, so the
 * channel is given the highest number there is.  An engine that has handed over is
 * followed by the next when the channel hangs up, and reaped in passing.  Messages
 * that the engine had sent are read before.  An engine that leaves takes the monitor
 * with it, and so does one whose end is the end of the first start.  Any other end,
 * be it a signal or an exit that nobody has asked for, is a death, and the engine is
 * replaced.
 *
 * An engine whose beats stop is looked at, and killed with SIGKILL when its time
 * is over (vrrp_supervise.h).
 *
 * A program on disk that is able but of another language cannot work with this
 * monitor.  The engine says so (VRRP_MSG_REPLACE) and leaves in a planned way, and
 * when all has been closed as at any other end, this process executes that
 * program from its beginning.  The process number stays, so that the service
 * manager sees its main process go on, and the listening socket, since its folder
 * is root's.  Everything else is read again from where it is kept: the
 * configuration, the standing orders.  An ordinary restart does not do so: the
 * monitor keeps the wills of an engine, and whoever dies while there is no monitor
 * would take addresses along that nobody removes.
 *
 * The service manager is told by the monitor alone, which is its main process.
 * Signals are passed on; the engine carries them out.
 *
 * The monitor is a little above the engine in priority: asleep but for a beat
 * every 50 ms, it must not be kept from judging by an engine in a loop.
 */
#include "config.h"

#include "vrrpd/monitor/vrrp_monitor.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/ctl_listener.h"
#include "shared/log.h"
#include "shared/rtsched.h"
#include "shared/sdmanager.h"
#include "shared/sdstate.h"
#include "vrrpd/ipc/vrrp_tally.h"
#include "vrrpd/monitor/vrrp_child.h"
#include "vrrpd/monitor/vrrp_estate.h"
#include "vrrpd/monitor/vrrp_witness.h"
#include "vrrpd/pure/vrrp_supervise.h"

#define ABSENT_NS	VRRP_BEAT_NS	/* later: the monitor was asleep */
#define PRIORITY_MAX	99
#define HIGHEST_FD	16383
#define LAST_LEAVE_NS	VRRP_PULSE_WORK_NS
/* A program's first word comes when it is executed, before it does anything. */
#define FIRST_WORD_NS	NS_PER_S

struct monitor {
	const struct vrrp_monitor_config *config;
	struct loop		*loop;
	struct ctl_listener	*listener;
	struct vrrp_estate	*estate;	/* last wills of the engine */
	struct loop_timer	*pulse_timer;
	struct loop_timer	*start_timer;
	struct loop_timer	*word_timer;	/* of a program that is mute */
	struct sdstate		*sdstate;

	struct vrrp_child	 engine;
	struct vrrp_child	 parting;	/* handed over, and not gone yet */
	struct vrrp_tally	*tally;		/* of messages refused here */
	struct vrrp_pulse	 pulse;
	mono_t			 started;
	struct vrrp_backoff	 backoff;
	int			 owed_signal;	/* not sent while it was root */
	bool			 unheard;	/* a SIGHUP: no reload has begun */
	bool			 hung;		/* and was killed for that */
	char			 evidence[256];	/* of that, for the log */
	bool			 restarting;	/* the engine said so, and will end */
	bool			 inheriting;	/* the engine began with handoff */
	struct vrrp_handoff	 handoff;
	/* The wills that were carried out since an engine was ready last. */
	struct vrrp_handoff	 willed;

	bool			 spoke;		/* the engine has said anything */
	bool			 ready;		/* the engine is, or was */
	bool			 ever_ready;	/* some engine was */
	bool			 replacing;	/* the engine leaves for that */
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
	int error = vrrp_child_signal(&m->engine, signo);

	if (error == 0)
		return;
	/* The first engine is root until it is ready, the monitor is not. */
	if (error == -EPERM && m->pulse.phase == VRRP_PHASE_STARTING) {
		/* An engine that is to leave has no use for a reload. */
		if (signo != SIGHUP || !m->leaving)
			m->owed_signal = signo;
	} else
		log_err("cannot signal the engine pid=%d: %s",
		    (int)m->engine.pid, strerror(-error));
}

static void
on_signal(int signo, void *arg)
{
	struct monitor *m = arg;

	if (signo != SIGHUP)
		m->leaving = true;
	else
		m->unheard = true;
	if (m->engine.pid != 0)
		pass_on(m, signo);
	else if (m->leaving)
		finish(m, 0);
	else
		m->owed_signal = signo;
}

/* --- the engine's signs of life --- */

/* Written down at once, and logged when the wills have been carried out. */
static void
keep_evidence(struct monitor *m, mono_t now)
{
	const struct vrrp_pulse *p = &m->pulse;
	char where[48];

	vrrp_witness_where(m->engine.pid, where, sizeof(where));
	(void)snprintf(m->evidence, sizeof(m->evidence), "why=\"%s\" "
	    "silent_ms=%lld kept_ms=%lld state=%c ran_us=%lld "
	    "waited_us=%lld%s%s", vrrp_vital_word(p->verdict),
	    (long long)(mono_sub(now, p->seen) / NS_PER_MS),
	    (long long)(p->kept_ns / NS_PER_MS), p->vital.known ?
	    p->vital.state : '?', (long long)(p->ran_ns / NS_PER_US),
	    (long long)(p->waited_ns / NS_PER_US), where[0] == '\0' ? "" :
	    " in=", where);
}

static void
judge(mono_t deadline, void *arg)
{
	struct monitor *m = arg;
	struct vrrp_vital vital;
	mono_t now;
	int error;

	(void)deadline;
	if (m->engine.pid == 0 || m->hung)
		return;
	vrrp_channel_drain(m->engine.channel);
	now = loop_clock();
	if (!mono_before(now, vrrp_pulse_look_at(&m->pulse))) {
		vrrp_witness_look(m->engine.pid, &vital);
		vrrp_pulse_look(&m->pulse, now, &vital);
	}
	if (mono_before(now, vrrp_pulse_deadline(&m->pulse))) {
		loop_timer_set(m->pulse_timer, vrrp_pulse_look_at(&m->pulse));
		return;
	}
	m->hung = true;
	keep_evidence(m, now);
	/* Log nothing here: engine_ended() is called next, and does. */
	error = vrrp_child_signal(&m->engine, SIGKILL);
	if (error < 0)
		log_err("cannot kill the engine pid=%d, which hangs: %s",
		    (int)m->engine.pid, strerror(-error));
}

/* A silence that would have been the end of an engine that hangs. */
static void
tell_of_patience(struct monitor *m, mono_t now)
{
	int64_t silent_ns = mono_sub(now, m->pulse.seen);

	if (m->hung || m->pulse.kept_ns == 0 || silent_ns < m->pulse.hang_ns)
		return;
	keep_evidence(m, now);
	log_warning("engine was silent and goes on %s", m->evidence);
}

static void
asleep(mono_t since, mono_t until, void *arg)
{
	struct monitor *m = arg;

	(void)since;
	vrrp_pulse_absent(&m->pulse, until);
}

static enum vrrp_refusal
on_beat(const uint8_t *body, size_t len, void *arg)
{
	struct monitor *m = arg;
	mono_t now = loop_clock();

	(void)body;
	(void)len;
	m->spoke = true;
	tell_of_patience(m, now);
	vrrp_pulse_seen(&m->pulse, now);
	return VRRP_REFUSAL_NONE;
}

static enum vrrp_refusal
on_patience(const uint8_t *body, size_t len, void *arg)
{
	struct monitor *m = arg;
	struct vrrp_patience p;

	if (!vrrp_patience_decode(body, len, &p))
		return VRRP_REFUSAL_BODY;
	vrrp_pulse_patience(&m->pulse, &p);
	return VRRP_REFUSAL_NONE;
}

/* The engine is ready for the first time in its life. */
static void
first_ready(struct monitor *m)
{
	const struct vrrp_monitor_part *parts = m->config->parts;
	unsigned i;

	m->ready = m->ever_ready = true;
	if (m->inheriting)
		vrrp_estate_settle(m->estate, &m->handoff);
	for (i = 0; m->inheriting && !m->birth.own &&
	    i < m->config->part_count; i++)
		if (m->config->parts[i].renew != NULL)
			m->config->parts[i].renew(m->config->parts[i].arg);
	m->inheriting = false;
	m->willed.count = 0;
	for (i = 0; i < m->config->part_count; i++)
		if (parts[i].ready != NULL)
			parts[i].ready(parts[i].arg);
	if (m->owed_signal != 0)
		pass_on(m, m->owed_signal);
	m->owed_signal = 0;
	m->unheard = false;		/* one successor is enough */
}

static enum vrrp_refusal
on_phase(const uint8_t *body, size_t len, void *arg)
{
	static const char *const words[] = {
		[VRRP_PHASE_READY] = "READY=1",
		[VRRP_PHASE_RELOADING] = "RELOADING=1",
		[VRRP_PHASE_LEAVING] = "STOPPING=1",
	};
	struct monitor *m = arg;
	enum vrrp_phase before = m->pulse.phase;

	(void)len;
	m->spoke = true;
	if (body[0] >= VRRP_PHASE_COUNT)
		return VRRP_REFUSAL_BODY;
	if (!vrrp_phase_may(before, (enum vrrp_phase)body[0]))
		return VRRP_REFUSAL_PHASE;
	vrrp_pulse_phase(&m->pulse, loop_clock(), (enum vrrp_phase)body[0]);
	vrrp_channel_set_phase(m->engine.channel, m->pulse.phase);
	loop_timer_set(m->pulse_timer, vrrp_pulse_look_at(&m->pulse));
	if (before == VRRP_PHASE_STARTING &&
	    m->pulse.phase == VRRP_PHASE_READY)
		first_ready(m);
	if (m->pulse.phase == VRRP_PHASE_RELOADING)
		m->unheard = false;
	/* An engine told to leave after its RESTART leaves for good. */
	if (m->pulse.phase == VRRP_PHASE_LEAVING)
		m->restarting = false;
	/* An engine that fails to begin is not the end of vrrpd. */
	if ((m->ready || !m->ever_ready) && !m->replacing)
		sdstate_tell(m->sdstate, words[m->pulse.phase]);
	return VRRP_REFUSAL_NONE;
}

/*
 * Has a program that was executed ended, or is about to, before its first word?
 * Then it is not able to be an engine here, and has done nothing yet.
 */
static bool
is_mute(const struct monitor *m)
{
	return m->config->executes && !m->birth.own && !m->spoke &&
	    !m->leaving;
}

static void	start_cb(mono_t deadline, void *arg);

static void
carry_out(struct monitor *m)
{
	if (vrrp_estate_count(m->estate) == 0)
		return;
	vrrp_estate_list(m->estate, &m->willed);
	(void)vrrp_estate_execute(m->estate);
}

/* The next engine has to know this of the one before. */
static const struct vrrp_handoff *
heritage(const struct monitor *m, bool planned)
{
	return planned ? &m->handoff : m->willed.count > 0 ? &m->willed : NULL;
}

/* Comes before engine_ended(): see the top of the file. */
static void
engine_hung_up(void *arg)
{
	struct monitor *m = arg;

	if (m->restarting && !m->leaving && m->parting.pid == 0)
		start_cb(loop_clock(), m);
	if (m->restarting || is_mute(m) || vrrp_estate_count(m->estate) == 0)
		return;
	/* An engine that still lives must not go on without its addresses. */
	(void)vrrp_child_signal(&m->engine, SIGKILL);
	carry_out(m);
}

/* The wills stay: should there be no other engine, they are carried out. */
static enum vrrp_refusal
on_restart(const uint8_t *body, size_t len, void *arg)
{
	struct monitor *m = arg;

	m->restarting = vrrp_handoff_decode(body, len, &m->handoff);
	return m->restarting ? VRRP_REFUSAL_NONE : VRRP_REFUSAL_BODY;
}

static enum vrrp_refusal
on_replace(const uint8_t *body, size_t len, void *arg)
{
	struct monitor *m = arg;

	(void)body;
	(void)len;
	m->replacing = m->config->replace != NULL;
	return VRRP_REFUSAL_NONE;
}

/* Then engine_ended() finds that it was mute. */
static void
still_mute(mono_t deadline, void *arg)
{
	struct monitor *m = arg;

	(void)deadline;
	if (m->engine.pid == 0 || m->spoke)
		return;
	vrrp_channel_drain(m->engine.channel);
	if (!m->spoke)
		(void)vrrp_child_signal(&m->engine, SIGKILL);
}

/* --- the engine's end --- */

/* The verdict on an engine that was killed for its silence, in a word. */
static const char *
silence_word(const struct monitor *m)
{
	return !m->hung ? "" : vrrp_vital_is_kept(m->pulse.verdict) ?
	    vrrp_vital_word(m->pulse.verdict) : "hung";
}

static void
describe_end(struct monitor *m, int status)
{
	char *text = m->birth.last_end;
	size_t size = sizeof(m->birth.last_end);

	if (WIFSIGNALED(status))
		(void)snprintf(text, size, "%s%s%s", silence_word(m),
		    m->hung ? ", " : "", strsignal(WTERMSIG(status)));
	else
		(void)snprintf(text, size, "exit status %d",
		    WEXITSTATUS(status));
	m->birth.last_end_real_ns = loop_realtime_ns();
}

/* Has the engine ended because it was to, or because it could not begin? */
static bool
is_the_end(const struct monitor *m)
{
	return m->leaving || !m->ever_ready ||
	    (m->ready && m->pulse.phase == VRRP_PHASE_LEAVING);
}

static void
after_end(struct monitor *m, int status)
{
	int64_t wait_ns;

	if (m->hung)
		log_err("engine was killed for its silence %s", m->evidence);
	if (WIFEXITED(status) && is_the_end(m)) {
		finish(m, WEXITSTATUS(status));
		return;
	}
	describe_end(m, status);
	if (m->leaving || !m->ever_ready) {
		log_err("engine died why=\"%s\"", m->birth.last_end);
		finish(m, 1);
		return;
	}
	/* A program that never gets ready shall not be tried for ever. */
	if (m->config->executes && !m->ready)
		m->birth.own = true;
	m->birth.handoff = heritage(m, false);
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

	for (i = 0; i < m->config->part_count; i++)
		m->config->parts[i].detach(m->config->parts[i].arg);
	vrrp_tally_tell(m->tally, NULL);
	vrrp_tally_renew(m->tally);
	vrrp_child_let_go(&m->engine);
	/* The next engine begins with what was in force, and not with the file. */
	m->owed_signal = m->unheard ? SIGHUP : 0;
	loop_timer_set(m->pulse_timer, MONO_NEVER);
	loop_timer_set(m->word_timer, MONO_NEVER);
}

/* The same engine once more, and what it was to inherit is there still. */
static void
go_on_with_our_own(struct monitor *m, int status)
{
	describe_end(m, status);
	log_err("the program on disk cannot be the engine why=\"%s\": the one "
	    "that runs since the start of vrrpd goes on", m->birth.last_end);
	m->birth.own = true;
	m->birth.handoff = heritage(m, m->inheriting);
	start_cb(loop_clock(), m);
}

static void
engine_ended(int fd, void *arg)
{
	struct monitor *m = arg;
	int status;

	if (m->parting.pid != 0 && fd == m->parting.pidfd) {
		if (vrrp_child_reap(&m->parting, &status))
			vrrp_child_let_go(&m->parting);
		return;
	}
	vrrp_channel_drain(m->engine.channel);
	/* The last messages are read; from now on nothing has precedence. */
	if (!m->restarting && !is_mute(m))
		carry_out(m);
	if (!vrrp_child_reap(&m->engine, &status))
		return;
	let_go(m);
	if (is_mute(m)) {
		go_on_with_our_own(m, status);
		return;
	}
	if (m->restarting && !m->leaving && WIFEXITED(status) &&
	    WEXITSTATUS(status) == 0) {
		m->birth.handoff = &m->handoff;
		m->birth.own = false;	/* asked for: try what is there now */
		start_cb(loop_clock(), m);
		return;
	}
	m->restarting = false;
	carry_out(m);
	after_end(m, status);
}

/*
 * The engine has handed over and hung up.  What the kernel still does of its end
 * takes tens of milliseconds, and the next engine has no need to wait for it.
 */
static void
part_with_engine(struct monitor *m)
{
	/* Whatever goes on behind a channel that is closed is at its end. */
	(void)vrrp_child_signal(&m->engine, SIGKILL);
	m->parting = m->engine;
	m->parting.channel = NULL;
	m->engine.end_event = NULL;
	m->engine.pidfd = -1;
	let_go(m);
	m->birth.handoff = &m->handoff;
	m->birth.own = false;	/* asked for: try what is there now */
}

/* --- the engine's start --- */

static void
adopt_engine(struct monitor *m)
{
	struct vrrp_channel *c = m->engine.channel;
	unsigned i;

	m->hung = m->restarting = m->spoke = m->ready = false;
	m->replacing = false;
	m->inheriting = m->birth.handoff == &m->handoff;
	m->birth.handoff = NULL;
	m->started = loop_clock();
	vrrp_pulse_start(&m->pulse, m->started,
	    m->config->realtime_priority > 0);
	if (m->config->executes && !m->birth.own)
		loop_timer_set(m->word_timer, mono_add(m->started,
		    FIRST_WORD_NS));
	vrrp_channel_handle(c, VRRP_MSG_BEAT, on_beat, m);
	vrrp_channel_handle(c, VRRP_MSG_PHASE, on_phase, m);
	vrrp_channel_handle(c, VRRP_MSG_PATIENCE, on_patience, m);
	vrrp_channel_handle(c, VRRP_MSG_RESTART, on_restart, m);
	vrrp_channel_handle(c, VRRP_MSG_REPLACE, on_replace, m);
	vrrp_channel_on_refused(c, vrrp_tally_set, m->tally);
	vrrp_tally_tell(m->tally, c);
	vrrp_estate_attach(m->estate, c);
	for (i = 0; i < m->config->part_count; i++)
		m->config->parts[i].attach(c, m->config->parts[i].arg);
	loop_timer_set(m->pulse_timer, vrrp_pulse_look_at(&m->pulse));
}

/* In the child: nothing of the monitor stays but the listener. */
static void
forget(struct monitor *m)
{
	unsigned i;

	(void)loop_after_fork(m->loop);
	vrrp_child_let_go(&m->parting);
	for (i = 0; i < m->config->part_count; i++)
		m->config->parts[i].forget(m->config->parts[i].arg);
	vrrp_estate_close(m->estate);
	vrrp_tally_free(m->tally);
	loop_timer_free(m->pulse_timer);
	loop_timer_free(m->start_timer);
	loop_timer_free(m->word_timer);
	sdstate_free(m->sdstate);
	loop_free(m->loop);
	m->loop = NULL;
	log_set_deferred(false);
}

/* Gives fd a number above every descriptor that the engine will have. */
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
 * In the child: below the monitor from the first instant, for a program that hangs
 * in a loop before it has chosen a priority must not keep the monitor from ending
 * it.
 */
static void
step_down(void)
{
	struct sched_param p;

	if (sched_getscheduler(0) != SCHED_FIFO ||
	    sched_getparam(0, &p) == -1 || p.sched_priority <= 1)
		return;
	p.sched_priority--;
	(void)sched_setparam(0, &p);
}

/*
 * 0 in the monitor, 1 in the child, or negative errno.  Signals of the child wait
 * until the child has handlers for them.
 */
static int
fork_engine(struct monitor *m)
{
	const struct vrrp_child_plan plan = {
		.in = VRRP_WAY_ENGINE_UP,
		.gone = engine_hung_up,
		.ended = engine_ended,
		.arg = m,
	};
	const struct vrrp_monitor_part *parts = m->config->parts;
	unsigned i;
	int rc, fd;

	for (i = 0; i < m->config->part_count; i++)
		if (parts[i].provide != NULL)
			parts[i].provide(&m->birth, parts[i].arg);
	m->birth.monitor = getpid();
	m->birth.booted = m->config->listener > 0 ? MONO_ZERO : loop_clock();
	m->birth.listener = m->listener;
	m->birth.orders = m->config->orders;
	vrrp_birth_hold_signals(true);
	rc = vrrp_child_start(&m->engine, m->loop, &plan, &fd);
	if (rc == 1) {
		(void)prctl(PR_SET_NAME, "vrrpd-engine", 0, 0, 0);
		step_down();
		m->birth.channel = raise_descriptor(fd);
		forget(m);
		return 1;
	}
	if (rc == 0)
		adopt_engine(m);
	vrrp_birth_hold_signals(false);
	return rc;
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

	if (m->config->listener > 0)
		error = ctl_listener_adopt(path, m->config->listener,
		    &m->listener);
	else
		error = ctl_listener_open(path, m->config->user->gid,
		    &m->listener);
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

	/* SIGCHLD ignored, as it may be inherited, has the kernel reap. */
	(void)signal(SIGCHLD, SIG_DFL);
	m->loop = loop_new();
	if (m->loop == NULL)
		return fatal("cannot make an event loop", -ENOMEM);
	m->pulse_timer = loop_timer_new(m->loop, judge, m);
	m->start_timer = loop_timer_new(m->loop, start_cb, m);
	m->word_timer = loop_timer_new(m->loop, still_mute, m);
	m->sdstate = sdstate_new(m->loop);
	m->tally = vrrp_tally_new(m->loop, VRRP_WAY_ENGINE_UP);
	if (m->pulse_timer == NULL || m->start_timer == NULL ||
	    m->word_timer == NULL || m->sdstate == NULL || m->tally == NULL)
		return fatal("cannot make a timer", -ENOMEM);
	for (i = 0; i < VRRP_BIRTH_SIGNAL_COUNT && error == 0; i++)
		error = loop_signal(m->loop, vrrp_birth_signals[i], on_signal,
		    m);
	if (error < 0)
		return fatal("cannot handle signals", error);
	/*
	 * For vrrpd-checks: that a service has died should not be known later
	 * because the machine is busy, which it is when things die.
	 */
	if (m->config->realtime_priority > 0)
		rtsched_prefer();
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

/* After the first engine was forked: as few privileges as the engine has. */
static int
settle_down(struct monitor *m)
{
	struct rtsched ignored;		/* the engine reports the same */
	int priority = m->config->realtime_priority, error;

	if (priority > 0 && priority < PRIORITY_MAX)
		priority++;
	rtsched_enter(priority, &ignored);
	error = priv_drop(m->config->helpers_apart ?
	    PRIV_VRRPD_MONITOR_USERS : PRIV_VRRPD_MONITOR, m->config->user);
	if (error < 0)
		return fatal("cannot give up privileges", error);
	loop_watch_stalls(m->loop, VRRP_BEAT_NS, ABSENT_NS, asleep, m);
	sdstate_feed(m->sdstate, sdmanager_watchdog_ns());
	loop_at_batch_end(m->loop, flush_log, NULL);
	log_set_deferred(true);
	return 0;
}

static void
close_monitor(struct monitor *m, bool again)
{
	unsigned i;

	if (m->engine.pid != 0) {
		(void)vrrp_child_signal(&m->engine, SIGTERM);
		vrrp_child_wait(&m->engine, mono_add(loop_clock(),
		    LAST_LEAVE_NS));
		vrrp_channel_drain(m->engine.channel);
		let_go(m);
	}
	vrrp_child_let_go(&m->parting);
	/* No engine follows that could adopt what the last one left. */
	if (m->estate != NULL)
		(void)vrrp_estate_execute(m->estate);
	for (i = 0; m->loop != NULL && i < m->config->part_count; i++)
		m->config->parts[i].close(m->config->parts[i].arg);
	log_set_deferred(false);
	log_flush();
	ctl_listener_close(m->listener, !again);
	vrrp_estate_close(m->estate);
	vrrp_tally_free(m->tally);
	loop_timer_free(m->pulse_timer);
	loop_timer_free(m->start_timer);
	loop_timer_free(m->word_timer);
	sdstate_free(m->sdstate);
	loop_free(m->loop);
}

/* After everything was closed.  Returns on failure only. */
static void
begin_again(struct monitor *m, int listener)
{
	struct ctl_listener *l;
	int error = m->config->replace(listener, m->config->arg);

	log_err("cannot execute the program on disk: %s", strerror(-error));
	if (ctl_listener_adopt(m->config->socket, listener, &l) == 0)
		ctl_listener_close(l, true);
	m->status = 1;
}

static int
live_as_engine(struct monitor *m)
{
	int status;
	bool orphan;

	status = vrrp_birth_tie(&m->birth) == 0 ?
	    m->config->engine(&m->birth, m->config->arg) : 1;
	/* The socket file is the monitor's to remove, while that lives. */
	orphan = getppid() != m->birth.monitor;
	ctl_listener_close(m->listener, orphan);
	return status;
}

int
vrrp_monitor_run(const struct vrrp_monitor_config *config)
{
	struct monitor m = { .config = config, .status = 1 };
	bool settled = false;
	int rc, listener = -1;

	rc = open_monitor(&m);
	m.wanted = rc == 0;
	while (rc == 0 && !m.done) {
		/* A signal to leave may have come since. */
		if (m.wanted && m.engine.pid != 0 && m.leaving)
			m.wanted = false;
		if (m.wanted) {
			m.wanted = false;
			if (m.engine.pid != 0)
				part_with_engine(&m);
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
	if (m.replacing && !m.leaving && m.status == 0)
		listener = dup(ctl_listener_fd(m.listener));
	close_monitor(&m, listener != -1);
	if (listener != -1)
		begin_again(&m, listener);
	return m.status;
}
