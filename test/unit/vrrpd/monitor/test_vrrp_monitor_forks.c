/*
 * test_vrrp_monitor_forks.c - vrrp_monitor.c with real processes, sockets and
 * time, where the order in which the kernel tells of a death matters.
 *
 * The test forks a monitor; the monitor's engines are its forks and do what the
 * test says.  Estate, listener and privileges are fakes; what happens is written
 * into memory that all of them share.  No step is timed: each test waits for
 * something to happen, within a time that no machine needs.
 */
#include "config.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "shared/ctl_listener.h"
#include "shared/log.h"
#include "shared/priv.h"
#include "shared/rtsched.h"
#include "vrrpd/ipc/vrrp_channel.h"
#include "vrrpd/monitor/vrrp_estate.h"
#include "vrrpd/monitor/vrrp_monitor.h"
#include "vrrpd/pure/vrrp_handoff.h"

/* Memory that test, monitor and engines share. */
static struct shared {
	volatile unsigned	 engines;	/* started so far */
	volatile pid_t		 engine;	/* the last */
	volatile unsigned	 deposited, executed, executions;
	volatile unsigned	 engines_at_execution;
	volatile unsigned	 restarts, handed;
	volatile bool		 terminated;	/* an engine got SIGTERM */
	volatile bool		 unlinked;
} *shm;

/* --- fakes --- */

int
vrrp_estate_open(struct vrrp_estate **out)
{
	*out = (struct vrrp_estate *)&shm;
	return 0;
}

void
vrrp_estate_close(struct vrrp_estate *e)
{
	(void)e;
}

static enum vrrp_refusal
on_will(const uint8_t *body, size_t len, void *arg)
{
	(void)body;
	(void)len;
	(void)arg;
	shm->deposited++;
	return VRRP_REFUSAL_NONE;
}

void
vrrp_estate_attach(struct vrrp_estate *e, struct vrrp_channel *c)
{
	vrrp_channel_handle(c, VRRP_MSG_WILL, on_will, e);
}

void
vrrp_estate_list(struct vrrp_estate *e, struct vrrp_handoff *h)
{
	(void)e;
	(void)h;
}

unsigned
vrrp_estate_execute(struct vrrp_estate *e)
{
	unsigned n = shm->deposited;

	(void)e;
	if (n > 0) {
		shm->executed += n;
		shm->executions++;
		shm->engines_at_execution = shm->engines;
	}
	shm->deposited = 0;
	return n;
}

void
vrrp_estate_settle(struct vrrp_estate *e, const struct vrrp_handoff *h)
{
	(void)e;
	(void)h;
}

unsigned
vrrp_estate_count(const struct vrrp_estate *e)
{
	(void)e;
	return shm->deposited;
}

int
ctl_listener_open(const char *path, gid_t gid, struct ctl_listener **out)
{
	(void)path;
	(void)gid;
	*out = NULL;
	return 0;
}

int
ctl_listener_adopt(const char *path, int fd, struct ctl_listener **out)
{
	(void)path;
	(void)fd;
	*out = NULL;
	return 0;
}

int
ctl_listener_fd(const struct ctl_listener *l)
{
	(void)l;
	return -1;
}

void
ctl_listener_close(struct ctl_listener *l, bool remove_it)
{
	(void)l;
	if (remove_it)
		shm->unlinked = true;
}

int
priv_drop(enum priv_role role, const struct priv_user *user)
{
	(void)role;
	(void)user;
	return 0;
}

void
rtsched_prefer(void)
{
}

void
rtsched_enter(int priority, struct rtsched *out)
{
	(void)priority;
	memset(out, 0, sizeof(*out));
}

/* --- engines --- */

typedef void (*life)(struct vrrp_birth *);
static const life *lives;	/* of the first engine, the second; NULL */

static void
tell(const struct vrrp_birth *b, enum vrrp_message type, const void *body,
    size_t len)
{
	uint8_t message[512] = { 0, (uint8_t)type };

	assert_true(len + 4 <= sizeof(message));
	if (len > 0)
		memcpy(message + 4, body, len);
	(void)!write(b->channel, message, len + 4);
}

static void
tell_phase(const struct vrrp_birth *b, enum vrrp_phase phase)
{
	uint8_t byte = (uint8_t)phase;

	tell(b, VRRP_MSG_PHASE, &byte, 1);
}

static void
bequeath(const struct vrrp_birth *b, unsigned n)
{
	while (n-- > 0)
		tell(b, VRRP_MSG_WILL, "a good one", 10);
}

static void
on_sigterm(int signo)
{
	(void)signo;
	shm->terminated = true;
}

/* Beats until it is told to leave, and leaves. */
static void
live_well(struct vrrp_birth *b)
{
	static const struct timespec pause = { .tv_nsec = 20 * NS_PER_MS };

	(void)signal(SIGTERM, on_sigterm);
	vrrp_birth_hold_signals(false);
	tell_phase(b, VRRP_PHASE_READY);
	while (!shm->terminated) {
		tell(b, VRRP_MSG_BEAT, NULL, 0);
		(void)nanosleep(&pause, NULL);
	}
	tell_phase(b, VRRP_PHASE_LEAVING);
}

/* The wills are written just before, and read all the same. */
static void
die_with_wills(struct vrrp_birth *b)
{
	tell_phase(b, VRRP_PHASE_READY);
	bequeath(b, 3);
	(void)raise(SIGKILL);
}

static void
hang_with_a_will(struct vrrp_birth *b)
{
	tell_phase(b, VRRP_PHASE_READY);
	bequeath(b, 1);
	for (;;)
		(void)pause();
}

static void
restart_with_wills(struct vrrp_birth *b)
{
	static struct vrrp_handoff h = {
		.count = 1,
		.list = { { .name = "web", .flags = VRRP_HANDOFF_ACTIVE } },
	};
	uint8_t body[128];
	size_t len;

	tell_phase(b, VRRP_PHASE_READY);
	bequeath(b, 2);
	len = vrrp_handoff_encode(&h, body, sizeof(body));
	tell(b, VRRP_MSG_RESTART, body, len);
	_exit(0);
}

static void
fail_to_start(struct vrrp_birth *b)
{
	tell_phase(b, VRRP_PHASE_LEAVING);
	_exit(4);
}

static int
engine(struct vrrp_birth *b, void *arg)
{
	(void)arg;
	shm->restarts = b->restarts;
	shm->handed = b->handoff == NULL ? 0 : b->handoff->count;
	shm->engine = getpid();
	shm->engines++;
	if (shm->engines <= 2 && lives[shm->engines - 1] != NULL)
		lives[shm->engines - 1](b);
	else
		live_well(b);
	return 0;
}

/* --- the test's side --- */

static pid_t monitor;

static void
quiet(enum log_level level, const char *line, void *arg)
{
	(void)level;
	(void)line;
	(void)arg;
}

static void
start(const life *list, int realtime_priority)
{
	static const struct priv_user user;
	const struct vrrp_monitor_config config = {
		.socket = "",
		.user = &user,
		.realtime_priority = realtime_priority,
		.engine = engine,
	};

	lives = list;
	monitor = fork();
	if (monitor == 0) {
		log_capture(quiet, NULL);
		_exit(vrrp_monitor_run(&config));
	}
	assert_true(monitor > 0);
}

static void
wait_for(bool (*is_so)(void))
{
	static const struct timespec pause = { .tv_nsec = 2 * NS_PER_MS };
	int i;

	for (i = 0; i < 10000 && !is_so(); i++)
		(void)nanosleep(&pause, NULL);
	assert_true(is_so());
}

static bool
second_lives(void)
{
	return shm->engines == 2;
}

static bool
first_lives(void)
{
	return shm->engines == 1;
}

static int
end_of_monitor(void)
{
	int status;

	assert_int_equal(waitpid(monitor, &status, 0), monitor);
	monitor = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int
setup(void **state)
{
	(void)state;
	shm = mmap(NULL, sizeof(*shm), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	monitor = 0;
	return shm == MAP_FAILED ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	if (monitor > 0) {
		if (shm->engine > 0)
			(void)kill(shm->engine, SIGKILL);
		(void)kill(monitor, SIGKILL);
		(void)waitpid(monitor, NULL, 0);
	}
	(void)munmap(shm, sizeof(*shm));
	return 0;
}

/* --- tests --- */

/* All wills, once, and before there is another engine. */
static void
test_vrrp_monitor_forks_killed_engine_is_replaced(void **state)
{
	static const life list[] = { die_with_wills, live_well };

	(void)state;
	start(list, 0);
	wait_for(second_lives);
	assert_int_equal(shm->executed, 3);
	assert_int_equal(shm->executions, 1);
	assert_int_equal(shm->engines_at_execution, 1);
	assert_int_equal(shm->restarts, 1);
	assert_int_equal(kill(monitor, SIGTERM), 0);
	assert_int_equal(end_of_monitor(), 0);
	assert_true(shm->terminated);
	assert_int_equal(shm->engines, 2);
	assert_int_equal(shm->executions, 1);
	assert_true(shm->unlinked);
}

static void
test_vrrp_monitor_forks_hung_engine_is_replaced(void **state)
{
	static const life list[] = { hang_with_a_will, live_well };

	(void)state;
	start(list, 1);
	wait_for(second_lives);
	assert_int_equal(shm->executed, 1);
	assert_int_equal(shm->executions, 1);
}

static void
test_vrrp_monitor_forks_planned_restart_executes_nothing(void **state)
{
	static const life list[] = { restart_with_wills, live_well };

	(void)state;
	start(list, 0);
	wait_for(second_lives);
	assert_int_equal(shm->executions, 0);
	assert_int_equal(shm->deposited, 2);
	assert_int_equal(shm->restarts, 0);
	assert_int_equal(shm->handed, 1);
}

static void
test_vrrp_monitor_forks_failed_start_is_the_monitors_status(void **state)
{
	static const life list[] = { fail_to_start, NULL };

	(void)state;
	start(list, 0);
	assert_int_equal(end_of_monitor(), 4);
	assert_int_equal(shm->engines, 1);
}

static bool
engine_was_terminated(void)
{
	return shm->terminated;
}

static void
test_vrrp_monitor_forks_death_of_the_monitor_ends_the_engine(void **state)
{
	static const life list[] = { live_well, NULL };

	(void)state;
	start(list, 0);
	wait_for(first_lives);
	assert_int_equal(kill(monitor, SIGKILL), 0);
	assert_int_equal(end_of_monitor(), -1);
	wait_for(engine_was_terminated);
}

/* As a parent that ignores SIGCHLD leaves it. */
static void
test_vrrp_monitor_forks_ignored_sigchld_is_no_obstacle(void **state)
{
	static const life list[] = { die_with_wills, NULL };

	(void)state;
	(void)signal(SIGCHLD, SIG_IGN);
	start(list, 0);
	(void)signal(SIGCHLD, SIG_DFL);
	wait_for(second_lives);
	assert_int_equal(kill(monitor, SIGTERM), 0);
	assert_int_equal(end_of_monitor(), 0);
	assert_int_equal(shm->engines, 2);
	assert_int_equal(shm->executed, 3);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_vrrp_monitor_forks_killed_engine_is_replaced),
		T(test_vrrp_monitor_forks_hung_engine_is_replaced),
		T(test_vrrp_monitor_forks_planned_restart_executes_nothing),
		T(test_vrrp_monitor_forks_failed_start_is_the_monitors_status),
		T(test_vrrp_monitor_forks_death_of_the_monitor_ends_the_engine),
		T(test_vrrp_monitor_forks_ignored_sigchld_is_no_obstacle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
