/*
 * test_vrrp_monitor.c - supervision of the engine, in virtual time.
 *
 * A test is a list of steps, which the monitor meets one after the other while
 * its loop runs, and what the monitor must have done by then, in words.  Engines
 * are numbers (monitor_world.h); estate, privileges and service manager are fakes
 * that write down what they are asked to do.
 */
#include "config.h"

#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "shared/ctl_listener.h"
#include "shared/priv.h"
#include "shared/rtsched.h"
#include "shared/sdnotify.h"
#include "test/unit/vrrpd/monitor/monitor_world.h"
#include "vrrpd/monitor/vrrp_estate.h"
#include "vrrpd/monitor/vrrp_monitor.h"
#include "vrrpd/monitor/vrrp_witness.h"
#include "vrrpd/pure/vrrp_handoff.h"
#include "vrrpd/pure/vrrp_refused.h"

/* --- fakes --- */

static unsigned wills;
static int listen_error, estate_error, drop_error, engine_status;
static struct vrrp_birth *birth;	/* as the last engine was given it */
static mono_t booted;			/* as that one was told */

int
vrrp_estate_open(struct vrrp_estate **out)
{
	world_did("estate");
	*out = (struct vrrp_estate *)&wills;
	return estate_error;
}

void
vrrp_estate_close(struct vrrp_estate *e)
{
	(void)e;
}

void
vrrp_estate_attach(struct vrrp_estate *e, struct vrrp_channel *c)
{
	assert_ptr_equal(e, &wills);
	assert_non_null(c);
}

void
vrrp_estate_list(struct vrrp_estate *e, struct vrrp_handoff *h)
{
	unsigned i;

	(void)e;
	for (i = 0; i < wills; i++) {
		h->list[h->count] = (struct vrrp_handoff_entry){
		    .flags = VRRP_HANDOFF_WILLED };
		(void)snprintf(h->list[h->count++].name,
		    VRRP_HANDOFF_NAME_MAX, "v%u", i);
	}
	h->left = world.now;
}

unsigned
vrrp_estate_execute(struct vrrp_estate *e)
{
	unsigned n = wills;

	(void)e;
	wills = 0;
	if (n > 0)
		world_did("execute:%u", n);
	return n;
}

void
vrrp_estate_settle(struct vrrp_estate *e, const struct vrrp_handoff *h)
{
	(void)e;
	world_did("settle:%u", h->count);
}

unsigned
vrrp_estate_count(const struct vrrp_estate *e)
{
	(void)e;
	return wills;
}

int
ctl_listener_open(const char *path, gid_t gid, struct ctl_listener **out)
{
	assert_string_equal(path, "/run/test.sock");
	assert_int_equal(gid, 77);
	*out = (struct ctl_listener *)&listen_error;
	world_did("listen");
	return listen_error;
}

int
ctl_listener_adopt(const char *path, int fd, struct ctl_listener **out)
{
	assert_string_equal(path, "/run/test.sock");
	assert_true(fd > 2);
	*out = (struct ctl_listener *)&listen_error;
	world_did("adopt");
	return 0;
}

int
ctl_listener_fd(const struct ctl_listener *l)
{
	(void)l;
	return STDIN_FILENO;
}

void
ctl_listener_close(struct ctl_listener *l, bool remove_it)
{
	(void)l;
	world_did(remove_it ? "unlink" : "close-listener");
}

int
priv_drop(enum priv_role role, const struct priv_user *user)
{
	assert_int_equal(role, PRIV_VRRPD_MONITOR);
	assert_int_equal(user->gid, 77);
	world_did("drop");
	return drop_error;
}

void
rtsched_prefer(void)
{
}

void
rtsched_enter(int priority, struct rtsched *out)
{
	memset(out, 0, sizeof(*out));
	world_did("priority:%d", priority);
}

int
sdnotify(const char *state)
{
	world_did("sd:%s", state);
	return 0;
}

const int vrrp_birth_signals[VRRP_BIRTH_SIGNAL_COUNT] = {
	SIGTERM, SIGINT, SIGHUP
};
static bool held;

void
vrrp_birth_hold_signals(bool hold)
{
	held = hold;
}

int
vrrp_birth_tie(const struct vrrp_birth *b)
{
	assert_int_equal(b->monitor, getpid());
	return 0;
}

static struct vrrp_vital doing;		/* as the engine is seen */

void
vrrp_witness_look(pid_t pid, struct vrrp_vital *out)
{
	assert_true(pid > 1000);
	*out = doing;
}

void
vrrp_witness_where(pid_t pid, char *buf, size_t size)
{
	(void)pid;
	(void)snprintf(buf, size, "somewhere");
}

/* --- the part --- */

static void
part_attach(struct vrrp_channel *c, void *arg)
{
	(void)c;
	assert_ptr_equal(arg, &wills);
	assert_true(held);	/* no signal before the engine has handlers */
}

static void
part_detach(void *arg)
{
	assert_ptr_equal(arg, &wills);
}

static void
part_forget(void *arg)
{
	assert_ptr_equal(arg, &wills);
	world_did("forget");
}

static void
part_renew(void *arg)
{
	assert_ptr_equal(arg, &wills);
	world_did("renew");
}

static int
part_open(struct loop *l, void *arg)
{
	assert_non_null(l);
	assert_ptr_equal(arg, &wills);
	world_did("open");
	return 0;
}

static void
part_close(void *arg)
{
	assert_ptr_equal(arg, &wills);
	world_did("close");
}

static int
engine(struct vrrp_birth *b, void *arg)
{
	assert_ptr_equal(arg, &engine_status);
	assert_int_equal(b->channel, 99);
	assert_non_null(b->listener);
	birth = b;
	booted = b->booted;
	world_did("engine");
	return engine_status;
}

/* --- steps --- */

enum op {
	END,
	READY, RELOADING, LEAVING,	/* the engine says so */
	BEAT,			/* n times, one every 50 ms */
	BEAT_UNREAD,		/* written, not read yet */
	SAY,			/* an empty message of type n */
	RESTART,		/* hands over n instances */
	RESTART_UNREAD,		/* likewise, written and not read yet */
	RESTART_BADLY,		/* with a torn handoff */
	WILLS,			/* the estate has n */
	HANG_UP,		/* the engine's end of the channel closes */
	EXIT,			/* the engine exits with n */
	DIE,			/* the engine dies of signal n */
	GONE_AT_LAST,		/* the engine before ends, with status n */
	RUN,			/* n ms pass */
	SLEEP,			/* n ms pass and nobody runs */
	SIGNAL,			/* the monitor gets n */
	NO_FORK,		/* the next fork fails with errno n */
	CHILD,			/* the next fork is seen from the child */
	REFUSE_SIGNALS,		/* signals to the engine fail with errno n */
	TOLERATED,		/* for n ms by the peers; no real time */
	DOING,			/* from now on the engine is seen in state n */
	TOLD,			/* the engine was told of n refused messages */
};

struct step {
	enum op	op;
	int	n;
};
static const struct step *at;

static void
says_phase(enum vrrp_phase phase)
{
	uint8_t body = (uint8_t)phase;

	world_says(world.children, VRRP_MSG_PHASE, &body, 1);
}

static void
hands_over(int count, enum op how)
{
	static struct vrrp_handoff h;
	static uint8_t body[VRRP_HANDOFF_BYTES_MAX];
	size_t len;
	int i;

	h.left = world.now;
	h.count = (unsigned)count;
	for (i = 0; i < count; i++) {
		(void)snprintf(h.list[i].name, sizeof(h.list[i].name), "v%d",
		    i);
		h.list[i].flags = VRRP_HANDOFF_ACTIVE;
	}
	len = vrrp_handoff_encode(&h, body, sizeof(body));
	if (how == RESTART_UNREAD)
		world_writes(world.children, VRRP_MSG_RESTART, body, len);
	else
		world_says(world.children, VRRP_MSG_RESTART, body,
		    how == RESTART_BADLY ? len - 1 : len);
}

static void
says_patience(int ms)
{
	const struct vrrp_patience p = { false, ms * NS_PER_MS };
	uint8_t body[VRRP_PATIENCE_BYTES];

	world_says(world.children, VRRP_MSG_PATIENCE, body,
	    vrrp_patience_encode(&p, body));
}

static void
was_told(uint64_t count)
{
	struct vrrp_refused r = { 0 };
	const uint8_t *body;
	enum vrrp_way way;
	size_t len;

	while (world_told(world.children, VRRP_MSG_REFUSED, &body, &len)) {
		assert_true(vrrp_refused_decode(body, len, &way, &r));
		assert_int_equal(way, VRRP_WAY_ENGINE_UP);
	}
	assert_int_equal(r.count, count);
}

static bool
step(void)
{
	const struct step *s = at;
	int i;

	if (s->op == END)
		return false;
	at++;
	switch (s->op) {
	case READY:
		says_phase(VRRP_PHASE_READY);
		break;
	case RELOADING:
		says_phase(VRRP_PHASE_RELOADING);
		break;
	case LEAVING:
		says_phase(VRRP_PHASE_LEAVING);
		break;
	case BEAT:
		for (i = 0; i < s->n; i++) {
			world_says(world.children, VRRP_MSG_BEAT, NULL, 0);
			world_run_ms(50);
		}
		break;
	case BEAT_UNREAD:
		world_writes(world.children, VRRP_MSG_BEAT, NULL, 0);
		break;
	case SAY:
		world_says(world.children, (enum vrrp_message)s->n, NULL, 0);
		break;
	case RESTART:
	case RESTART_UNREAD:
	case RESTART_BADLY:
		hands_over(s->n, s->op);
		break;
	case WILLS:
		wills = (unsigned)s->n;
		break;
	case HANG_UP:
		world_hangs_up(world.children);
		break;
	case EXIT:
		world_dies(world.children, s->n << 8);
		break;
	case DIE:
		world_dies(world.children, s->n);
		break;
	case GONE_AT_LAST:
		world_dies(world.children - 1, s->n);
		break;
	case RUN:
		world_run_ms(s->n);
		break;
	case SLEEP:
		world_sleep_ms(s->n);
		break;
	case SIGNAL:
		world_signal(s->n);
		break;
	case NO_FORK:
		world.start_error = -s->n;
		break;
	case CHILD:
		world.is_child = true;
		break;
	case REFUSE_SIGNALS:
		world.signal_error = -s->n;
		break;
	case TOLERATED:
		says_patience(s->n);
		break;
	case DOING:
		doing = (struct vrrp_vital){ .known = true,
		    .state = (char)s->n };
		break;
	case TOLD:
		was_told((uint64_t)s->n);
		break;
	case END:
		break;
	}
	return true;
}

/* Everything of the start, up to the loop. */
#define START	"estate open listen start:1@0 priority:51 drop"
/* The end of a monitor that has no engine any more. */
#define GONE	" close unlink"

static bool executes;		/* engines are programs, until one is mute */
static int inherited;		/* the listener of a monitor before; 0: none */

static int
replace(int listener, void *arg)
{
	assert_int_equal(arg == &engine_status, true);
	assert_true(listener > 2);
	assert_int_equal(fcntl(listener, F_GETFD), 0);
	(void)close(listener);
	world_did("replace");
	return -ENOENT;
}

static int
monitor(const struct step *steps, int realtime_priority)
{
	static const struct priv_user user = { 55, 77 };
	static const struct vrrp_monitor_part part = {
		.attach = part_attach,
		.detach = part_detach,
		.forget = part_forget,
		.renew = part_renew,
		.open = part_open,
		.close = part_close,
		.arg = &wills,
	};
	const struct vrrp_monitor_config config = {
		.socket = "/run/test.sock",
		.user = &user,
		.realtime_priority = realtime_priority,
		.parts = &part,
		.part_count = 1,
		.engine = engine,
		.executes = executes,
		.replace = replace,
		.listener = inherited,
		.arg = &engine_status,
	};

	at = steps;
	return vrrp_monitor_run(&config);
}

/* The monitor ends by itself, having done that. */
static void
ends(const struct step *steps, const char *did, int status)
{
	assert_int_equal(monitor(steps, 50), status);
	assert_string_equal(world.did, did);
	assert_int_equal(at->op, END);
	assert_false(held);
}

/* The monitor has done that and goes on; then its loop fails. */
static void
goes_on(const struct step *steps, const char *did)
{
	char *mark;

	assert_int_equal(monitor(steps, 50), 1);
	mark = strstr(world.did, " |");
	assert_non_null(mark);
	*mark = '\0';
	assert_string_equal(world.did, did);
}

static int
setup(void **state)
{
	(void)state;
	world_begin();
	world.step = step;
	wills = 0;
	listen_error = estate_error = drop_error = engine_status = 0;
	birth = NULL;
	executes = false;
	inherited = 0;
	held = false;
	memset(&doing, 0, sizeof(doing));
	(void)unsetenv("WATCHDOG_USEC");
	(void)unsetenv("WATCHDOG_PID");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_end();
	return 0;
}

/* --- the engine's end --- */

/* The hang-up comes first and is the moment for the wills: once, not twice. */
static void
test_vrrp_monitor_engine_that_dies_is_replaced_and_its_wills_executed_once(
    void **state)
{
	static const struct step s[] = {
		{ READY, 0 }, { WILLS, 3 }, { RUN, 100 }, { HANG_UP, 0 },
		{ RUN, 40 }, { DIE, SIGSEGV }, { RUN, 0 }, { READY, 0 },
		{ END, 0 }
	};

	(void)state;
	goes_on(s, START " sd:READY=1 signal:1:9 execute:3 start:2@140 "
	    "sd:READY=1");
	assert_non_null(strstr(world.said, "engine died why=\"Segmentation "
	    "fault\" restarts=1 restart_in_ms=0\n"));
}

/* Should the pidfd be first after all. */
static void
test_vrrp_monitor_end_without_a_hang_up_executes_too(void **state)
{
	static const struct step s[] = {
		{ READY, 0 }, { WILLS, 3 }, { DIE, SIGKILL }, { RUN, 0 },
		{ END, 0 }
	};

	(void)state;
	goes_on(s, START " sd:READY=1 execute:3 start:2@0");
}

static void
test_vrrp_monitor_engine_that_left_is_not_replaced(void **state)
{
	static const struct step s[] = {
		{ READY, 0 }, { LEAVING, 0 }, { LEAVING, 0 }, { HANG_UP, 0 },
		{ EXIT, 0 }, { END, 0 }
	};

	(void)state;
	ends(s, START " sd:READY=1 sd:STOPPING=1 sd:STOPPING=1" GONE, 0);
}

/* A failed start, said by the engine itself. */
static void
test_vrrp_monitor_engine_that_cannot_start_ends_it_with_its_status(
    void **state)
{
	static const struct step s[] = {
		{ LEAVING, 0 }, { EXIT, 1 }, { END, 0 }
	};

	(void)state;
	ends(s, START " sd:STOPPING=1" GONE, 1);
}

static void
test_vrrp_monitor_engine_that_dies_before_it_was_ever_ready_ends_it(
    void **state)
{
	static const struct step s[] = {
		{ WILLS, 1 }, { DIE, SIGABRT }, { END, 0 }
	};

	(void)state;
	ends(s, START " execute:1" GONE, 1);
	assert_non_null(strstr(world.said, "engine died why=\"Aborted\"\n"));
}

/* A library that calls exit(3), say: nobody has told the engine to leave. */
static void
test_vrrp_monitor_engine_that_exits_by_itself_is_replaced(void **state)
{
	static const struct step s[] = {
		{ READY, 0 }, { WILLS, 1 }, { EXIT, 2 }, { RUN, 0 },
		{ EXIT, 1 }, { RUN, 100 },
		{ READY, 0 }, { RELOADING, 0 }, { EXIT, 2 }, { RUN, 200 },
		{ READY, 0 }, { SIGNAL, SIGTERM }, { LEAVING, 0 },
		{ EXIT, 0 }, { END, 0 }
	};

	(void)state;
	ends(s, START " sd:READY=1 execute:1 start:2@0 start:3@100 "
	    "sd:READY=1 sd:RELOADING=1 start:4@300 sd:READY=1 signal:4:15 "
	    "sd:STOPPING=1" GONE, 0);
	assert_non_null(strstr(world.said, "engine died why=\"exit status 2\" "
	    "restarts=1 restart_in_ms=0\n"));
}

/* A monitor that had a ready engine replaces also those that die starting. */
static void
test_vrrp_monitor_second_engine_may_die_at_its_start(void **state)
{
	static const struct step s[] = {
		{ READY, 0 }, { DIE, SIGSEGV }, { RUN, 0 }, { DIE, SIGSEGV },
		{ RUN, 100 }, { END, 0 }
	};

	(void)state;
	goes_on(s, START " sd:READY=1 start:2@0 start:3@100");
}

/* A start that fails is a death, of which the service manager hears nothing. */
static void
test_vrrp_monitor_second_engine_may_fail_to_start(void **state)
{
	static const struct step s[] = {
		{ READY, 0 }, { DIE, SIGSEGV }, { RUN, 0 }, { BEAT, 1 },
		{ LEAVING, 0 }, { EXIT, 1 }, { RUN, 100 }, { READY, 0 },
		{ END, 0 }
	};

	(void)state;
	goes_on(s, START " sd:READY=1 start:2@0 start:3@150 sd:READY=1");
}

static void
test_vrrp_monitor_engine_that_dies_while_leaving_is_not_replaced(
    void **state)
{
	static const struct step s[] = {
		{ READY, 0 }, { WILLS, 2 }, { SIGNAL, SIGTERM },
		{ LEAVING, 0 }, { HANG_UP, 0 }, { DIE, SIGSEGV }, { END, 0 }
	};

	(void)state;
	ends(s, START " sd:READY=1 signal:1:15 sd:STOPPING=1 signal:1:9 "
	    "execute:2" GONE, 1);
}

static void
test_vrrp_monitor_deaths_in_a_row_are_answered_ever_later(void **state)
{
	static const struct step s[] = {
		{ READY, 0 },
		{ DIE, SIGSEGV }, { RUN, 0 },
		{ DIE, SIGSEGV }, { RUN, 100 },
		{ DIE, SIGSEGV }, { RUN, 199 }, { RUN, 1 },
		{ DIE, SIGSEGV }, { RUN, 400 },
		/* An engine that has lived for ten seconds makes up for them. */
		{ READY, 0 }, { BEAT, 200 },
		{ DIE, SIGSEGV }, { RUN, 0 },
		{ END, 0 }
	};

	(void)state;
	goes_on(s, START " sd:READY=1 start:2@0 start:3@100 start:4@300 "
	    "start:5@700 sd:READY=1 start:6@10700");
}

static void
test_vrrp_monitor_no_engine_to_be_had_ends_it(void **state)
{
	static const struct step s[] = {
		{ READY, 0 }, { DIE, SIGSEGV }, { NO_FORK, EAGAIN },
		{ RUN, 0 }, { END, 0 }
	};

	(void)state;
	ends(s, START " sd:READY=1 no-fork" GONE, 1);
}

/* --- the engine's pulse --- */

static void
test_vrrp_monitor_engine_that_hangs_is_killed_and_replaced(void **state)
{
	static const struct step s[] = {
		{ READY, 0 }, { WILLS, 1 }, { BEAT, 10 }, { RUN, 199 },
		{ RUN, 1 }, { RUN, 5000 }, { HANG_UP, 0 }, { DIE, SIGKILL },
		{ RUN, 0 }, { END, 0 }
	};

	(void)state;
	/* One signal, however long the engine takes to die of it. */
	goes_on(s, START " sd:READY=1 signal:1:9 signal:1:9 execute:1 "
	    "start:2@5700");
	assert_non_null(strstr(world.said, "engine died why=\"hung, Killed\" "
	    "restarts=1"));
}

static void
test_vrrp_monitor_beats_in_the_socket_count(void **state)
{
	static const struct step s[] = {
		{ READY, 0 }, { BEAT_UNREAD, 0 }, { RUN, 100 }, { RUN, 249 },
		{ END, 0 }
	};

	(void)state;
	goes_on(s, START " sd:READY=1");
}

/* The monitor was asleep, and so perhaps was everybody: nobody hangs (L-32). */
static void
test_vrrp_monitor_that_was_asleep_itself_blames_nobody(void **state)
{
	static const struct step s[] = {
		{ READY, 0 }, { BEAT, 2 }, { SLEEP, 3000 }, { RUN, 249 },
		{ BEAT, 2 }, { END, 0 }
	};

	(void)state;
	goes_on(s, START " sd:READY=1");
}

static void
test_vrrp_monitor_engine_that_stays_asleep_is_killed_after_all(void **state)
{
	static const struct step s[] = {
		{ READY, 0 }, { SLEEP, 3000 }, { RUN, 250 }, { END, 0 }
	};

	(void)state;
	goes_on(s, START " sd:READY=1 signal:1:9");
}

static void
test_vrrp_monitor_without_real_time_the_engine_has_a_second(void **state)
{
	static const struct step s[] = {
		{ READY, 0 }, { RUN, 999 }, { BEAT, 1 }, { RUN, 949 },
		{ RUN, 1 }, { END, 0 }
	};
	const char *want = "estate open listen start:1@0 priority:0 drop "
	    "sd:READY=1 signal:1:9 |";

	(void)state;
	assert_int_equal(monitor(s, 0), 1);
	assert_memory_equal(world.did, want, strlen(want));
}

static void
test_vrrp_monitor_starting_reloading_and_leaving_may_take_long(void **state)
{
	static const struct step s[] = {
		{ RUN, 29999 }, { READY, 0 }, { RELOADING, 0 },
		{ RUN, 29999 }, { READY, 0 }, { LEAVING, 0 }, { RUN, 29999 },
		{ RUN, 1 }, { END, 0 }
	};

	(void)state;
	goes_on(s, START " sd:READY=1 sd:RELOADING=1 sd:READY=1 "
	    "sd:STOPPING=1 signal:1:9");
}

/* The wish was for real time, and the kernel refused. */
static void
test_vrrp_monitor_result_of_asking_for_real_time_counts(void **state)
{
	static const struct step s[] = {
		{ TOLERATED, 20 }, { READY, 0 }, { RUN, 999 }, { RUN, 1 },
		{ END, 0 }
	};

	(void)state;
	goes_on(s, START " sd:READY=1 signal:1:9");
}

static void
test_vrrp_monitor_engine_that_waits_in_the_kernel_gets_its_time(void **state)
{
	static const struct step s[] = {
		{ READY, 0 }, { TOLERATED, 2000 }, { DOING, 'D' },
		{ RUN, 1900 }, { BEAT, 1 }, { RUN, 1949 }, { RUN, 1 },
		{ WILLS, 1 }, { DIE, SIGKILL }, { RUN, 0 }, { END, 0 }
	};

	(void)state;
	goes_on(s, START " sd:READY=1 signal:1:9 execute:1 start:2@3900");
	assert_non_null(strstr(world.said, "engine was silent and goes on "
	    "why=\"waits in the kernel\" silent_ms=1900"));
	assert_non_null(strstr(world.said, "engine was killed for its silence "
	    "why=\"waits in the kernel\" silent_ms=2000 kept_ms=2000 state=D "
	    "ran_us=0 waited_us=0 in=somewhere\n"));
	assert_non_null(strstr(world.said,
	    "engine died why=\"waits in the kernel, Killed\""));
}

static void
test_vrrp_monitor_torn_patience_is_refused(void **state)
{
	static const struct step s[] = {
		{ READY, 0 }, { SAY, VRRP_MSG_PATIENCE }, { RUN, 0 },
		{ TOLD, 1 }, { RUN, 250 }, { END, 0 }
	};

	(void)state;
	goes_on(s, START " sd:READY=1 signal:1:9");
}

/* --- signals --- */

static void
test_vrrp_monitor_signals_are_passed_on(void **state)
{
	static const struct step s[] = {
		{ READY, 0 }, { SIGNAL, SIGHUP }, { SIGNAL, SIGTERM },
		{ SIGNAL, SIGINT }, { LEAVING, 0 }, { EXIT, 0 }, { END, 0 }
	};

	(void)state;
	ends(s, START " sd:READY=1 signal:1:1 signal:1:15 signal:1:2 "
	    "sd:STOPPING=1" GONE, 0);
}

/* Between two engines there is nobody to pass it on to. */
static void
test_vrrp_monitor_told_to_leave_between_engines_leaves(void **state)
{
	static const struct step s[] = {
		{ READY, 0 }, { DIE, SIGSEGV }, { RUN, 0 }, { DIE, SIGSEGV },
		{ RUN, 50 }, { SIGNAL, SIGHUP }, { SIGNAL, SIGTERM },
		{ END, 0 }
	};

	(void)state;
	ends(s, START " sd:READY=1 start:2@0" GONE, 0);
}

/* The first engine is root until it is ready, the monitor is not. */
static void
test_vrrp_monitor_signal_is_owed_to_an_engine_that_is_still_root(
    void **state)
{
	static const struct step s[] = {
		{ REFUSE_SIGNALS, EPERM }, { SIGNAL, SIGTERM },
		{ REFUSE_SIGNALS, 0 }, { READY, 0 }, { LEAVING, 0 },
		{ EXIT, 0 }, { END, 0 }
	};

	(void)state;
	ends(s, START " signal:1:15 signal:1:15 sd:READY=1 sd:STOPPING=1"
	    GONE, 0);
}

static void
test_vrrp_monitor_owed_signal_is_sent_once(void **state)
{
	static const struct step s[] = {
		{ REFUSE_SIGNALS, EPERM }, { SIGNAL, SIGHUP },
		{ REFUSE_SIGNALS, 0 }, { READY, 0 }, { RELOADING, 0 },
		{ DIE, SIGSEGV }, { RUN, 0 }, { READY, 0 }, { END, 0 }
	};

	(void)state;
	goes_on(s, START " signal:1:1 signal:1:1 sd:READY=1 sd:RELOADING=1 "
	    "start:2@0 sd:READY=1");
}

/* An engine begins with what was in force, whatever the file says by then. */
static void
test_vrrp_monitor_reload_asked_for_between_engines_is_owed_to_the_next(
    void **state)
{
	static const struct step s[] = {
		{ READY, 0 }, { DIE, SIGSEGV }, { RUN, 0 }, { DIE, SIGSEGV },
		{ RUN, 50 }, { SIGNAL, SIGHUP }, { RUN, 200 }, { READY, 0 },
		{ RELOADING, 0 }, { END, 0 }
	};

	(void)state;
	goes_on(s, START " sd:READY=1 start:2@0 start:3@100 signal:3:1 sd:READY=1 "
	    "sd:RELOADING=1");
}

/* Killed before it had begun to: the reload is no reason for its end. */
static void
test_vrrp_monitor_reload_that_was_not_begun_is_owed_to_one_successor(
    void **state)
{
	static const struct step s[] = {
		{ READY, 0 }, { SIGNAL, SIGHUP }, { DIE, SIGKILL }, { RUN, 0 },
		{ READY, 0 }, { DIE, SIGSEGV }, { RUN, 200 }, { READY, 0 },
		{ END, 0 }
	};

	(void)state;
	goes_on(s, START " sd:READY=1 signal:1:1 start:2@0 signal:2:1 sd:READY=1 "
	    "start:3@100 sd:READY=1");
}

/* The engine may have died of the very file that it had begun to take over. */
static void
test_vrrp_monitor_reload_that_was_begun_is_not_repeated(void **state)
{
	static const struct step s[] = {
		{ READY, 0 }, { SIGNAL, SIGHUP }, { RELOADING, 0 },
		{ DIE, SIGSEGV }, { RUN, 0 }, { READY, 0 }, { END, 0 }
	};

	(void)state;
	goes_on(s, START " sd:READY=1 signal:1:1 sd:RELOADING=1 start:2@0 "
	    "sd:READY=1");
}

/* A reload that is asked for afterwards does not undo the leaving. */
static void
test_vrrp_monitor_owed_leaving_is_not_forgotten_for_a_reload(void **state)
{
	static const struct step s[] = {
		{ REFUSE_SIGNALS, EPERM }, { SIGNAL, SIGHUP },
		{ SIGNAL, SIGTERM }, { SIGNAL, SIGHUP },
		{ REFUSE_SIGNALS, 0 }, { READY, 0 }, { LEAVING, 0 },
		{ EXIT, 0 }, { END, 0 }
	};

	(void)state;
	ends(s, START " signal:1:1 signal:1:15 signal:1:1 signal:1:15 "
	    "sd:READY=1 sd:STOPPING=1" GONE, 0);
}

/* --- planned restart (L-24) --- */

static void
test_vrrp_monitor_planned_restart_keeps_the_wills(void **state)
{
	static const struct step s[] = {
		{ READY, 0 }, { WILLS, 2 }, { RESTART, 2 }, { HANG_UP, 0 },
		{ RUN, 30 }, { GONE_AT_LAST, 0 }, { READY, 0 }, { END, 0 }
	};

	(void)state;
	/* The next one does not wait until the kernel has done with the first. */
	goes_on(s, START " sd:READY=1 signal:1:9 start:2@0 settle:2 renew "
	    "sd:READY=1");
	assert_null(strstr(world.said, "died"));
}

/* The pidfd is first: the word that it restarts is still in the socket. */
static void
test_vrrp_monitor_restart_is_read_before_the_end_is_judged(void **state)
{
	static const struct step s[] = {
		{ READY, 0 }, { WILLS, 2 }, { RESTART_UNREAD, 2 },
		{ EXIT, 0 }, { READY, 0 }, { END, 0 }
	};

	(void)state;
	goes_on(s, START " sd:READY=1 start:2@0 settle:2 renew sd:READY=1");
}

/* How it ends after it has handed over and hung up matters to nobody. */
static void
test_vrrp_monitor_restart_that_dies_on_the_way_is_a_restart(void **state)
{
	static const struct step s[] = {
		{ READY, 0 }, { WILLS, 2 }, { RESTART, 2 }, { HANG_UP, 0 },
		{ READY, 0 }, { GONE_AT_LAST, SIGSEGV }, { END, 0 }
	};

	(void)state;
	goes_on(s, START " sd:READY=1 signal:1:9 start:2@0 settle:2 renew "
	    "sd:READY=1");
}

/* Without a hang-up the end is what counts. */
static void
test_vrrp_monitor_restart_that_dies_before_is_a_death(void **state)
{
	static const struct step s[] = {
		{ READY, 0 }, { WILLS, 2 }, { RESTART, 2 }, { DIE, SIGSEGV },
		{ RUN, 0 }, { READY, 0 }, { END, 0 }
	};

	(void)state;
	goes_on(s, START " sd:READY=1 execute:2 start:2@0 sd:READY=1");
}

/* One engine parts at a time: the second waits for the end of the first. */
static void
test_vrrp_monitor_two_restarts_in_a_row(void **state)
{
	static const struct step s[] = {
		{ READY, 0 }, { RESTART, 1 }, { HANG_UP, 0 }, { READY, 0 },
		{ RESTART, 2 }, { HANG_UP, 0 }, { RUN, 10 },
		{ GONE_AT_LAST, 0 }, { RUN, 10 }, { EXIT, 0 }, { READY, 0 },
		{ END, 0 }
	};

	(void)state;
	goes_on(s, START " sd:READY=1 signal:1:9 start:2@0 settle:1 renew "
	    "sd:READY=1 start:3@20 settle:2 renew sd:READY=1");
}

static void
test_vrrp_monitor_heir_that_dies_before_it_is_ready_leaves_all_wills(
    void **state)
{
	static const struct step s[] = {
		{ READY, 0 }, { WILLS, 2 }, { RESTART, 2 }, { EXIT, 0 },
		{ HANG_UP, 0 }, { DIE, SIGSEGV }, { RUN, 0 }, { READY, 0 },
		{ END, 0 }
	};

	(void)state;
	goes_on(s, START " sd:READY=1 start:2@0 signal:2:9 execute:2 "
	    "start:3@0 sd:READY=1");
}

static void
test_vrrp_monitor_restart_without_an_heir_executes_the_wills(void **state)
{
	static const struct step s[] = {
		{ READY, 0 }, { WILLS, 2 }, { RESTART, 2 },
		{ NO_FORK, EAGAIN }, { EXIT, 0 }, { END, 0 }
	};

	(void)state;
	ends(s, START " sd:READY=1 no-fork execute:2" GONE, 1);
}

/* The engine was told to leave after it had said that it restarts. */
static void
test_vrrp_monitor_leaving_after_a_restart_was_announced_is_for_good(
    void **state)
{
	static const struct step s[] = {
		{ READY, 0 }, { WILLS, 2 }, { RESTART, 2 }, { LEAVING, 0 },
		{ WILLS, 0 }, { EXIT, 0 }, { END, 0 }
	};

	(void)state;
	ends(s, START " sd:READY=1 sd:STOPPING=1" GONE, 0);
}

static void
test_vrrp_monitor_told_to_leave_during_a_restart_leaves(void **state)
{
	static const struct step s[] = {
		{ READY, 0 }, { WILLS, 2 }, { RESTART, 2 },
		{ SIGNAL, SIGTERM }, { HANG_UP, 0 }, { EXIT, 0 }, { END, 0 }
	};

	(void)state;
	ends(s, START " sd:READY=1 signal:1:15 execute:2" GONE, 0);
}

/* An end without a good word is a death, and the addresses go. */
static void
test_vrrp_monitor_torn_handoff_is_no_restart(void **state)
{
	static const struct step s[] = {
		{ READY, 0 }, { WILLS, 2 }, { RESTART_BADLY, 2 }, { RUN, 0 },
		{ TOLD, 1 }, { EXIT, 0 }, { RUN, 0 }, { END, 0 }
	};

	(void)state;
	goes_on(s, START " sd:READY=1 execute:2 start:2@0");
}

/* --- a program that is no engine --- */

static const char no_engine[] = "the program on disk cannot be the engine "
    "why=\"exit status 1\"";

/* Nothing of what it was to inherit is lost: the next is a fork. */
static void
test_vrrp_monitor_heir_that_is_mute_costs_nothing(void **state)
{
	static const struct step s[] = {
		{ BEAT, 1 }, { READY, 0 }, { WILLS, 2 }, { RESTART, 2 },
		{ EXIT, 0 }, { HANG_UP, 0 }, { EXIT, 1 },
		{ BEAT, 1 }, { READY, 0 }, { END, 0 }
	};

	(void)state;
	executes = true;
	goes_on(s, START " sd:READY=1 start:2@50 start:3@50 settle:2 "
	    "sd:READY=1");
	assert_non_null(strstr(world.said, no_engine));
	assert_null(strstr(world.said, "engine died"));
}

/* A fork that is mute as well is an engine that dies. */
static void
test_vrrp_monitor_fork_that_is_mute_has_died(void **state)
{
	static const struct step s[] = {
		{ BEAT, 1 }, { READY, 0 }, { WILLS, 2 }, { RESTART, 2 },
		{ EXIT, 0 }, { HANG_UP, 0 }, { EXIT, 1 },
		{ HANG_UP, 0 }, { EXIT, 1 }, { RUN, 0 }, { END, 0 }
	};

	(void)state;
	executes = true;
	goes_on(s, START " sd:READY=1 start:2@50 start:3@50 signal:3:9 "
	    "execute:2 start:4@50");
}

/* One word, and the end is the engine's own. */
static void
test_vrrp_monitor_program_that_has_spoken_is_an_engine(void **state)
{
	static const struct step s[] = {
		{ BEAT, 1 }, { WILLS, 1 }, { HANG_UP, 0 }, { EXIT, 1 },
		{ END, 0 }
	};

	(void)state;
	executes = true;
	ends(s, START " signal:1:9 execute:1" GONE, 1);
}

/* The first start too; and a restart tries again what is on disk. */
static void
test_vrrp_monitor_restart_tries_the_program_again(void **state)
{
	static const struct step s[] = {
		{ EXIT, 1 }, { BEAT, 1 }, { READY, 0 }, { RESTART, 1 },
		{ EXIT, 0 }, { EXIT, 1 }, { BEAT, 1 }, { READY, 0 },
		{ END, 0 }
	};

	(void)state;
	executes = true;
	goes_on(s, "estate open listen start:1@0 priority:51 drop start:2@0 "
	    "sd:READY=1 start:3@50 start:4@50 settle:1 sd:READY=1");
}

/* A program that is mute and does not end is ended. */
static void
test_vrrp_monitor_heir_that_stays_mute_is_killed(void **state)
{
	static const struct step s[] = {
		{ BEAT, 1 }, { READY, 0 }, { RESTART, 1 }, { HANG_UP, 0 },
		{ RUN, 999 }, { RUN, 1 }, { GONE_AT_LAST, 0 }, { HANG_UP, 0 },
		{ DIE, SIGKILL }, { BEAT, 1 }, { READY, 0 }, { RUN, 40 },
		{ END, 0 }
	};

	(void)state;
	executes = true;
	goes_on(s, START " sd:READY=1 signal:1:9 start:2@50 signal:2:9 "
	    "start:3@1050 settle:1 sd:READY=1");
}

/* --- a program of another language --- */

/* Everything ends in order, and the service manager hears nothing of it. */
static void
test_vrrp_monitor_replaces_itself_when_the_engine_has_left(void **state)
{
	static const struct step s[] = {
		{ BEAT, 1 }, { READY, 0 }, { SAY, VRRP_MSG_REPLACE },
		{ LEAVING, 0 }, { HANG_UP, 0 }, { EXIT, 0 }, { END, 0 }
	};

	(void)state;
	/* The fake cannot execute anything: a failure, and no socket is left. */
	ends(s, START " sd:READY=1 close close-listener replace adopt unlink",
	    1);
	assert_non_null(strstr(world.said, "cannot execute the program on "
	    "disk"));
}

/* A signal to leave, or a death, comes before it. */
static void
test_vrrp_monitor_replaces_itself_only_after_a_planned_end(void **state)
{
	static const struct step told[] = {
		{ BEAT, 1 }, { READY, 0 }, { SAY, VRRP_MSG_REPLACE },
		{ SIGNAL, SIGTERM }, { LEAVING, 0 }, { HANG_UP, 0 },
		{ EXIT, 0 }, { END, 0 }
	};

	(void)state;
	ends(told, START " sd:READY=1 signal:1:15" GONE, 0);
}

static void
test_vrrp_monitor_engine_that_dies_is_not_the_end(void **state)
{
	static const struct step dies[] = {
		{ BEAT, 1 }, { READY, 0 }, { SAY, VRRP_MSG_REPLACE },
		{ LEAVING, 0 }, { HANG_UP, 0 }, { DIE, SIGSEGV }, { RUN, 0 },
		{ READY, 0 }, { END, 0 }
	};

	(void)state;
	goes_on(dies, START " sd:READY=1 start:2@50 sd:READY=1");
}

/* The socket is bound already, by the program before. */
static void
test_vrrp_monitor_adopts_a_listener(void **state)
{
	static const struct step s[] = { { READY, 0 }, { END, 0 } };

	(void)state;
	inherited = 77;
	goes_on(s, "estate open adopt start:1@0 priority:51 drop sd:READY=1");
}

/* --- messages --- */

/* Phases out of order, what is not the engine's to say, what comes too soon. */
static void
test_vrrp_monitor_refused_messages_are_counted_for_every_engine(void **state)
{
	static const struct step s[] = {
		{ RESTART, 1 },				/* not ready yet */
		{ RELOADING, 0 },
		{ SAY, VRRP_MSG_RELOADED },
		{ RUN, 1000 }, { TOLD, 3 },
		{ READY, 0 },
		{ READY, 0 },
		{ SAY, VRRP_MSG_REPLAY }, { SAY, VRRP_MSG_NONE },
		{ BEAT, 20 }, { TOLD, 6 },
		{ DIE, SIGSEGV }, { RUN, 0 }, { RUN, 1000 },
		/* Another engine is told all there was. */
		{ TOLD, 6 },
		{ LEAVING, 0 }, { RELOADING, 0 },
		{ RUN, 1000 }, { TOLD, 7 },
		{ END, 0 }
	};

	(void)state;
	goes_on(s, START " sd:READY=1 start:2@2000");
}

static void
test_vrrp_monitor_phase_that_does_not_exist_is_refused(void **state)
{
	static const struct step s[] = {
		{ READY, 0 }, { SAY, VRRP_MSG_PHASE }, { RUN, 0 },
		{ TOLD, 1 }, { END, 0 }
	};

	(void)state;
	goes_on(s, START " sd:READY=1");
}

/* --- life --- */

static void
test_vrrp_monitor_start_that_fails_ends_it(void **state)
{
	static const struct step s[] = { { END, 0 } };

	(void)state;
	estate_error = -EPERM;
	ends(s, "estate" GONE, 1);
}

static void
test_vrrp_monitor_socket_in_use_starts_no_engine(void **state)
{
	static const struct step s[] = { { END, 0 } };

	(void)state;
	listen_error = -EADDRINUSE;
	ends(s, "estate open listen" GONE, 1);
	assert_string_equal(world.said,
	    "another vrrpd answers at /run/test.sock\n");
}

/* The engine lives already: it is told to leave and waited for. */
static void
test_vrrp_monitor_that_stays_root_takes_the_engine_with_it(void **state)
{
	static const struct step s[] = { { END, 0 } };

	(void)state;
	drop_error = -EPERM;
	wills = 1;
	ends(s, START " signal:1:15 wait:1:30000 execute:1" GONE, 1);
}

static void
test_vrrp_monitor_in_the_child_only_the_listener_stays(void **state)
{
	static const struct step s[] = {
		{ READY, 0 }, { DIE, SIGSEGV }, { CHILD, 0 }, { RUN, 0 },
		{ END, 0 }
	};
	const mono_t began = world.now;

	(void)state;
	engine_status = 3;
	assert_int_equal(monitor(s, 50), 3);
	assert_string_equal(world.did, START " sd:READY=1 after-fork forget "
	    "engine unlink");
	held = false;	/* the engine's to let through */
	/* Another engine of the same vrrpd: startup_delay runs from its start. */
	assert_int_equal(booted.ns, began.ns);
}

/* An upgrade that begins the monitor again is no start of vrrpd. */
static void
test_vrrp_monitor_that_was_executed_has_not_booted(void **state)
{
	static const struct step s[] = {
		{ READY, 0 }, { DIE, SIGSEGV }, { CHILD, 0 }, { RUN, 0 },
		{ END, 0 }
	};

	(void)state;
	inherited = 77;
	booted = world.now;
	assert_int_equal(monitor(s, 50), 0);
	held = false;
	assert_int_equal(booted.ns, 0);
}

static void
test_vrrp_monitor_watchdog_is_fed_at_half_its_interval(void **state)
{
	static const struct step s[] = {
		{ READY, 0 }, { BEAT, 41 }, { END, 0 }
	};

	(void)state;
	(void)setenv("WATCHDOG_USEC", "2000000", 1);
	goes_on(s, START " sd:WATCHDOG=1 sd:READY=1 sd:WATCHDOG=1 "
	    "sd:WATCHDOG=1");
}

static void
test_vrrp_monitor_watchdog_of_somebody_else_is_not_fed(void **state)
{
	static const char *const bad[] = { "-1", "0", "x", "1x",
	    "9223372036854775807" };
	static const struct step s[] = { { END, 0 } };
	size_t i;

	(void)state;
	(void)setenv("WATCHDOG_USEC", "2000000", 1);
	(void)setenv("WATCHDOG_PID", "1", 1);
	goes_on(s, START);
	(void)unsetenv("WATCHDOG_PID");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		world.did[0] = '\0';
		world.children = 0;
		(void)setenv("WATCHDOG_USEC", bad[i], 1);
		goes_on(s, START);
	}
}

/* Inherited as ignored, it would make the kernel reap the engine unseen. */
static void
test_vrrp_monitor_takes_back_sigchld(void **state)
{
	static const struct step s[] = { { END, 0 } };
	struct sigaction now;

	(void)state;
	(void)signal(SIGCHLD, SIG_IGN);
	goes_on(s, START);
	assert_int_equal(sigaction(SIGCHLD, NULL, &now), 0);
	assert_ptr_equal(now.sa_handler, SIG_DFL);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_vrrp_monitor_engine_that_dies_is_replaced_and_its_wills_executed_once),
		T(test_vrrp_monitor_end_without_a_hang_up_executes_too),
		T(test_vrrp_monitor_engine_that_left_is_not_replaced),
		T(test_vrrp_monitor_engine_that_cannot_start_ends_it_with_its_status),
		T(test_vrrp_monitor_engine_that_dies_before_it_was_ever_ready_ends_it),
		T(test_vrrp_monitor_engine_that_exits_by_itself_is_replaced),
		T(test_vrrp_monitor_second_engine_may_die_at_its_start),
		T(test_vrrp_monitor_second_engine_may_fail_to_start),
		T(test_vrrp_monitor_engine_that_dies_while_leaving_is_not_replaced),
		T(test_vrrp_monitor_deaths_in_a_row_are_answered_ever_later),
		T(test_vrrp_monitor_no_engine_to_be_had_ends_it),
		T(test_vrrp_monitor_engine_that_hangs_is_killed_and_replaced),
		T(test_vrrp_monitor_beats_in_the_socket_count),
		T(test_vrrp_monitor_that_was_asleep_itself_blames_nobody),
		T(test_vrrp_monitor_engine_that_stays_asleep_is_killed_after_all),
		T(test_vrrp_monitor_without_real_time_the_engine_has_a_second),
		T(test_vrrp_monitor_starting_reloading_and_leaving_may_take_long),
		T(test_vrrp_monitor_result_of_asking_for_real_time_counts),
		T(test_vrrp_monitor_engine_that_waits_in_the_kernel_gets_its_time),
		T(test_vrrp_monitor_torn_patience_is_refused),
		T(test_vrrp_monitor_signals_are_passed_on),
		T(test_vrrp_monitor_told_to_leave_between_engines_leaves),
		T(test_vrrp_monitor_signal_is_owed_to_an_engine_that_is_still_root),
		T(test_vrrp_monitor_owed_signal_is_sent_once),
		T(test_vrrp_monitor_reload_asked_for_between_engines_is_owed_to_the_next),
		T(test_vrrp_monitor_reload_that_was_not_begun_is_owed_to_one_successor),
		T(test_vrrp_monitor_reload_that_was_begun_is_not_repeated),
		T(test_vrrp_monitor_owed_leaving_is_not_forgotten_for_a_reload),
		T(test_vrrp_monitor_planned_restart_keeps_the_wills),
		T(test_vrrp_monitor_restart_is_read_before_the_end_is_judged),
		T(test_vrrp_monitor_restart_that_dies_on_the_way_is_a_restart),
		T(test_vrrp_monitor_restart_that_dies_before_is_a_death),
		T(test_vrrp_monitor_two_restarts_in_a_row),
		T(test_vrrp_monitor_heir_that_dies_before_it_is_ready_leaves_all_wills),
		T(test_vrrp_monitor_restart_without_an_heir_executes_the_wills),
		T(test_vrrp_monitor_leaving_after_a_restart_was_announced_is_for_good),
		T(test_vrrp_monitor_told_to_leave_during_a_restart_leaves),
		T(test_vrrp_monitor_torn_handoff_is_no_restart),
		T(test_vrrp_monitor_heir_that_is_mute_costs_nothing),
		T(test_vrrp_monitor_fork_that_is_mute_has_died),
		T(test_vrrp_monitor_heir_that_stays_mute_is_killed),
		T(test_vrrp_monitor_replaces_itself_when_the_engine_has_left),
		T(test_vrrp_monitor_replaces_itself_only_after_a_planned_end),
		T(test_vrrp_monitor_engine_that_dies_is_not_the_end),
		T(test_vrrp_monitor_adopts_a_listener),
		T(test_vrrp_monitor_program_that_has_spoken_is_an_engine),
		T(test_vrrp_monitor_restart_tries_the_program_again),
		T(test_vrrp_monitor_refused_messages_are_counted_for_every_engine),
		T(test_vrrp_monitor_phase_that_does_not_exist_is_refused),
		T(test_vrrp_monitor_start_that_fails_ends_it),
		T(test_vrrp_monitor_socket_in_use_starts_no_engine),
		T(test_vrrp_monitor_that_stays_root_takes_the_engine_with_it),
		T(test_vrrp_monitor_in_the_child_only_the_listener_stays),
		T(test_vrrp_monitor_that_was_executed_has_not_booted),
		T(test_vrrp_monitor_watchdog_is_fed_at_half_its_interval),
		T(test_vrrp_monitor_watchdog_of_somebody_else_is_not_fed),
		T(test_vrrp_monitor_takes_back_sigchld),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
