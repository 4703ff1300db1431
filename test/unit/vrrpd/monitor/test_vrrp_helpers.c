/*
 * test_vrrp_helpers.c - the keeper of the helper processes, in virtual time.
 *
 * Helpers are numbers in the order of their starts (monitor_world.h); a test
 * drives the keeper through the functions that the monitor calls.  The engine is
 * a child of the world's as well, so that its channel has a number.
 */
#include "config.h"

#include <sys/wait.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "test/unit/vrrpd/monitor/monitor_world.h"
#include "vrrpd/config/vrrp_needs.h"
#include "vrrpd/helper/vrrp_helper.h"
#include "vrrpd/monitor/vrrp_helpers.h"
#include "vrrpd/pure/vrrp_level.h"
#include "vrrpd/pure/vrrp_notice.h"
#include "vrrpd/pure/vrrp_parcel.h"
#include "vrrpd/pure/vrrp_refused.h"

static const struct priv_user user;
static struct vrrp_program program;	/* without a path: nothing to execute */
static struct vrrp_config config;
static struct vrrp_tracker_params trackers[2];
static struct vrrp_helpers *all;
static struct vrrp_monitor_part part;
static struct loop *l;
static struct vrrp_child engine;
static unsigned engine_number;

/* --- the helpers' half --- */

static jmp_buf lived;
static struct vrrp_helper_birth birth;

const char *
vrrp_helper_name(enum vrrp_helper_role role)
{
	return role == VRRP_HELPER_SCRIPTS ? "scripts" : "checks";
}

uint8_t
vrrp_helper_need(enum vrrp_helper_role role)
{
	return role == VRRP_HELPER_SCRIPTS ? VRRP_NEEDS_SCRIPTS :
	    VRRP_NEEDS_CHECKS;
}

enum vrrp_way
vrrp_helper_way(enum vrrp_helper_role role)
{
	return role == VRRP_HELPER_SCRIPTS ? VRRP_WAY_SCRIPTS_UP :
	    VRRP_WAY_CHECKS_UP;
}

void
vrrp_helper_live(const struct vrrp_helper_birth *b)
{
	birth = *b;
	longjmp(lived, 1);
}

static unsigned executions;

int
vrrp_helper_execute(const struct vrrp_helper_birth *b)
{
	assert_ptr_equal(b->program, &program);
	executions++;
	return -ENOEXEC;
}

/* --- the ledger --- */

static struct vrrp_parcel *in_force;
static bool has_changed;
static void (*changed)(uint8_t, void *);
static void *changed_arg;

struct vrrp_parcel *
vrrp_ledger_in_force(const struct vrrp_ledger *ledger)
{
	assert_ptr_equal(ledger, &in_force);
	return in_force;
}

bool
vrrp_ledger_has_changed(const struct vrrp_ledger *ledger)
{
	assert_ptr_equal(ledger, &in_force);
	return has_changed;
}

void
vrrp_ledger_on_change(struct vrrp_ledger *ledger,
    void (*cb)(uint8_t, void *), void *arg)
{
	assert_ptr_equal(ledger, &in_force);
	changed = cb;
	changed_arg = arg;
}

/* --- the monitor's side --- */

/* The configuration has a script, or a ping check, or both. */
static void
make(uint8_t need)
{
	memset(&config, 0, sizeof(config));
	memset(trackers, 0, sizeof(trackers));
	config.trackers = trackers;
	if (need & VRRP_NEEDS_SCRIPTS)
		trackers[config.tracker_count++].kind = VRRP_TRACK_SCRIPT;
	if (need & VRRP_NEEDS_CHECKS)
		trackers[config.tracker_count++].kind = VRRP_TRACK_PING;
	if (need & VRRP_NEEDS_LEVELS)
		(void)strcpy(trackers[0].on_change, "/bin/true");
	all = vrrp_helpers_new((struct vrrp_ledger *)&in_force, &config,
	    &user, &program);
	assert_non_null(all);
	part = vrrp_helpers_part(all);
}

static void
needs(uint8_t need)
{
	make(need);
	assert_int_equal(part.open(l, part.arg), 0);
}

static void
ignore_gone(void *arg)
{
	(void)arg;
}

static void
ignore_end(int fd, void *arg)
{
	(void)fd;
	(void)arg;
}

static void
engine_starts(void)
{
	static const struct vrrp_child_plan plan = { VRRP_WAY_ENGINE_UP,
	    ignore_gone, ignore_end, NULL };
	int fd;

	assert_int_equal(vrrp_child_start(&engine, l, &plan, &fd), 0);
	engine_number = world.children;
	/* As the monitor does it for an engine that is ready. */
	vrrp_channel_set_phase(engine.channel, VRRP_PHASE_READY);
	part.attach(engine.channel, part.arg);
}

static void
engine_ends(void)
{
	part.detach(part.arg);
	vrrp_child_let_go(&engine);
}

static int
setup(void **state)
{
	(void)state;
	world_begin();
	memset(&engine, 0, sizeof(engine));
	program.path[0] = '\0';
	executions = 0;
	all = NULL;
	l = loop_new();
	has_changed = false;
	in_force = vrrp_parcel_new(calloc(1, 5), 5);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	if (engine.pid != 0)
		engine_ends();
	if (all != NULL)
		part.close(part.arg);
	vrrp_helpers_free(all);
	loop_free(l);
	vrrp_parcel_drop(in_force);
	in_force = NULL;
	world_end();
	return 0;
}

static size_t
make_level(uint8_t *buf, enum vrrp_track_kind kind, const char *name)
{
	struct vrrp_level level = { .kind = kind, .up = true };

	(void)strcpy(level.name, name);
	return vrrp_level_encode(&level, buf);
}

static size_t
make_notice(uint8_t *buf, const char *name)
{
	struct vrrp_notice n = { .state = VRRP_NOTICE_ACTIVE,
	    .cause = "bfd-down" };

	(void)strcpy(n.name, name);
	return vrrp_notice_encode(&n, buf);
}

static void
engine_reloaded(uint8_t need)
{
	has_changed = true;
	changed(need, changed_arg);
}

static void
assert_did(const char *what)
{
	assert_string_equal(world.did, what);
}

/* The count that the engine was told last of a way; 0: none. */
static uint64_t
told_refused(enum vrrp_way of)
{
	struct vrrp_refused r;
	const uint8_t *body;
	uint64_t count = 0;
	enum vrrp_way way;
	size_t len;

	while (world_told(engine_number, VRRP_MSG_REFUSED, &body, &len)) {
		assert_true(vrrp_refused_decode(body, len, &way, &r));
		if (way == of)
			count = r.count;
	}
	return count;
}

/* --- tests --- */

static void
test_vrrp_helpers_only_what_is_needed_is_started(void **state)
{
	(void)state;
	needs(0);
	world_run_ms(60000);
	assert_did("");
}

static void
test_vrrp_helpers_both_are_started_when_both_are_needed(void **state)
{
	(void)state;
	needs(VRRP_NEEDS_ALL);
	assert_did("start:1@0 start:2@0");
}

static void
test_vrrp_helpers_child_lives_as_what_it_was_started_for(void **state)
{
	(void)state;
	make(VRRP_NEEDS_CHECKS);
	world.is_child = true;
	if (setjmp(lived) == 0) {
		(void)part.open(l, part.arg);
		assert_true(false);
	}
	assert_int_equal(birth.role, VRRP_HELPER_CHECKS);
	assert_int_equal(birth.channel, 99);
	assert_ptr_equal(birth.config, &config);
	assert_ptr_equal(birth.user, &user);
	assert_null(birth.values);
	assert_int_equal(executions, 0);
}

/* A child that cannot execute anything lives on as a fork. */
static void
test_vrrp_helpers_child_executes_the_program(void **state)
{
	(void)state;
	(void)strcpy(program.path, "/bin/x");
	make(VRRP_NEEDS_CHECKS);
	world.is_child = true;
	if (setjmp(lived) == 0) {
		(void)part.open(l, part.arg);
		assert_true(false);
	}
	assert_int_equal(executions, 1);
	assert_ptr_equal(birth.program, &program);
	assert_false(birth.executed);
}

static void
test_vrrp_helpers_execute_again_after_a_planned_restart(void **state)
{
	(void)state;
	(void)strcpy(program.path, "/bin/x");
	needs(VRRP_NEEDS_ALL);
	engine_starts();
	world_says(1, VRRP_MSG_HERE, NULL, 0);
	world_says(2, VRRP_MSG_HERE, NULL, 0);
	part.renew(part.arg);
	assert_true(world_told(1, VRRP_MSG_EXECUTE, NULL, NULL));
	assert_true(world_told(2, VRRP_MSG_EXECUTE, NULL, NULL));
	world_says(1, VRRP_MSG_HERE, NULL, 0);
	/* A helper that has said a word is started again as always, later. */
	world_dies(1, SIGKILL);
	assert_did("start:1@0 start:2@0 start:3@0");
	world_run_ms(100);
	assert_did("start:1@0 start:2@0 start:3@0 start:4@100");
}

/* Nothing is lost: what ran before is there at once, and is no program. */
static void
test_vrrp_helpers_program_that_is_mute_is_followed_by_a_fork(void **state)
{
	(void)state;
	(void)strcpy(program.path, "/bin/x");
	needs(VRRP_NEEDS_CHECKS);
	world_dies(1, SIGSEGV);
	assert_did("start:1@0 start:2@0");
	assert_non_null(strstr(world.said, "before its first word signal=11"));
	world.is_child = true;
	world_dies(2, SIGSEGV);
	if (setjmp(lived) == 0) {
		world_run_ms(100);
		assert_true(false);
	}
	assert_int_equal(executions, 0);
}

/* A program without a path is this one for ever. */
static void
test_vrrp_helpers_nothing_to_execute(void **state)
{
	(void)state;
	needs(VRRP_NEEDS_CHECKS);
	part.renew(part.arg);
	assert_false(world_told(1, VRRP_MSG_EXECUTE, NULL, NULL));
	world_dies(1, SIGKILL);
	world_run_ms(99);
	assert_int_equal(world.children, 1);
}

static void
test_vrrp_helpers_levels_reach_the_engine(void **state)
{
	uint8_t buf[VRRP_LEVEL_BYTES_MAX];
	const uint8_t *body;
	size_t len = make_level(buf, VRRP_TRACK_PING, "gateway"), got;

	(void)state;
	needs(VRRP_NEEDS_CHECKS);
	/* Nobody there yet: the next engine asks for it all again. */
	world_says(1, VRRP_MSG_LEVEL, buf, len);
	engine_starts();
	assert_true(world_told(1, VRRP_MSG_REPLAY, NULL, NULL));
	world_says(1, VRRP_MSG_LEVEL, buf, len);
	assert_true(world_told(engine_number, VRRP_MSG_LEVEL, &body, &got));
	assert_int_equal(got, len);
	assert_memory_equal(body, buf, len);
	assert_false(world_told(engine_number, VRRP_MSG_LEVEL, NULL, NULL));
}

/* A helper does not speak for the other, and its bytes are decoded here. */
static void
test_vrrp_helpers_levels_that_are_not_its_own_are_refused(void **state)
{
	uint8_t buf[VRRP_LEVEL_BYTES_MAX];
	size_t len = make_level(buf, VRRP_TRACK_SCRIPT, "nginx");

	(void)state;
	needs(VRRP_NEEDS_ALL);
	engine_starts();
	world_says(2, VRRP_MSG_LEVEL, buf, len);
	world_says(1, VRRP_MSG_LEVEL, buf, len - 1);
	len = make_level(buf, VRRP_TRACK_INTERFACE, "eth0");
	world_says(1, VRRP_MSG_LEVEL, buf, len);
	world_says(1, VRRP_MSG_NOTICE, buf, len);
	assert_false(world_told(engine_number, VRRP_MSG_LEVEL, NULL, NULL));
	world_run_ms(0);
	assert_int_equal(told_refused(VRRP_WAY_CHECKS_UP), 1);
	world_run_ms(1000);
	world_says(1, VRRP_MSG_BEAT, NULL, 0);
	world_run_ms(1000);
	assert_int_equal(told_refused(VRRP_WAY_SCRIPTS_UP), 4);
}

/* A helper's count of refusals is told on, and adds up over helpers. */
static void
test_vrrp_helpers_refusals_of_a_helper_reach_every_engine(void **state)
{
	struct vrrp_refused r = { .count = 3, .type = VRRP_MSG_NOTICE,
	    .why = VRRP_REFUSAL_BODY, .real_ns = 1 };
	uint8_t buf[VRRP_REFUSED_BYTES];

	(void)state;
	needs(VRRP_NEEDS_SCRIPTS);
	engine_starts();
	(void)vrrp_refused_encode(VRRP_WAY_SCRIPTS_DOWN, &r, buf);
	world_says(1, VRRP_MSG_REFUSED, buf, sizeof(buf));
	world_run_ms(0);
	assert_int_equal(told_refused(VRRP_WAY_SCRIPTS_DOWN), 3);
	world_dies(1, SIGKILL);
	world_run_ms(100);
	r.count = 2;
	(void)vrrp_refused_encode(VRRP_WAY_SCRIPTS_DOWN, &r, buf);
	world_says(world.children, VRRP_MSG_REFUSED, buf, sizeof(buf));
	/* Not its own end: refused. */
	(void)vrrp_refused_encode(VRRP_WAY_CHECKS_DOWN, &r, buf);
	world_says(world.children, VRRP_MSG_REFUSED, buf, sizeof(buf));
	engine_ends();
	engine_starts();
	world_run_ms(1000);
	assert_int_equal(told_refused(VRRP_WAY_SCRIPTS_DOWN), 5);
	engine_ends();
	engine_starts();
	world_run_ms(1000);
	assert_int_equal(told_refused(VRRP_WAY_SCRIPTS_UP), 1);
}

static void
test_vrrp_helpers_notices_reach_the_scripts_in_order(void **state)
{
	uint8_t buf[VRRP_NOTICE_BYTES_MAX];
	const uint8_t *body;
	struct vrrp_notice n;
	size_t len;
	char name[2] = "a";

	(void)state;
	needs(VRRP_NEEDS_ALL);
	engine_starts();
	for (; name[0] <= 'e'; name[0]++)
		world_says(engine_number, VRRP_MSG_NOTICE, buf,
		    make_notice(buf, name));
	world_says(engine_number, VRRP_MSG_NOTICE, buf,
	    make_notice(buf, "x") - 1);
	for (name[0] = 'a'; name[0] <= 'e'; name[0]++) {
		assert_true(world_told(1, VRRP_MSG_NOTICE, &body, &len));
		assert_int_equal(vrrp_notice_decode(body, len, &n), 0);
		assert_string_equal(n.name, name);
	}
	assert_false(world_told(1, VRRP_MSG_NOTICE, NULL, NULL));
	assert_false(world_told(2, VRRP_MSG_NOTICE, NULL, NULL));
}

static void
test_vrrp_helpers_reload_tells_those_there_and_starts_the_others(
    void **state)
{
	(void)state;
	needs(VRRP_NEEDS_SCRIPTS);
	engine_starts();
	engine_reloaded(VRRP_NEEDS_ALL);
	assert_true(world_told(1, VRRP_MSG_RELOADED, NULL, NULL));
	assert_did("start:1@0 start:2@0 start:3@0");
	/* All of it, and then the word that it is in force. */
	assert_true(world_told(1, VRRP_MSG_VALUES, NULL, NULL));
	/* The one that was just forked has been given it. */
	assert_false(world_told(3, VRRP_MSG_RELOADED, NULL, NULL));
	engine_reloaded(VRRP_NEEDS_ALL);
	assert_true(world_told(1, VRRP_MSG_RELOADED, NULL, NULL));
	assert_true(world_told(3, VRRP_MSG_RELOADED, NULL, NULL));
	assert_int_equal(world.children, 3);
}

/* The next one cuts off what is on its way. */
static void
test_vrrp_helpers_reload_in_a_reload_sends_the_newer_one(void **state)
{
	static const size_t sizes[] = { 200000, 5 };
	struct vrrp_piece p;
	const uint8_t *body;
	size_t i, len, sum = 0;

	(void)state;
	needs(VRRP_NEEDS_SCRIPTS);
	engine_starts();
	for (i = 0; i < 2; i++) {
		vrrp_parcel_drop(in_force);
		in_force = vrrp_parcel_new(calloc(1, sizes[i]), sizes[i]);
		engine_reloaded(VRRP_NEEDS_SCRIPTS);
	}
	world_run_ms(100);
	while (world_told(1, VRRP_MSG_VALUES, &body, &len)) {
		assert_true(vrrp_piece_decode(body, len, &p));
		sum = p.at == 0 ? p.len : sum + p.len;
	}
	assert_int_equal(sum, 5);
	assert_true(world_told(1, VRRP_MSG_RELOADED, NULL, NULL));
	assert_false(world_told(1, VRRP_MSG_RELOADED, NULL, NULL));
}

/* As it was read at the start; after a reload it is the ledger that counts. */
static void
test_vrrp_helpers_one_started_after_a_reload_is_given_its_values(void **state)
{
	(void)state;
	needs(VRRP_NEEDS_SCRIPTS);
	engine_starts();
	engine_reloaded(VRRP_NEEDS_SCRIPTS);
	world_dies(1, SIGKILL);
	world.is_child = true;
	if (setjmp(lived) == 0) {
		world_run_ms(100);
		assert_true(false);
	}
	assert_ptr_equal(birth.values, in_force);
	assert_int_equal(birth.role, VRRP_HELPER_SCRIPTS);
}

/* Never at once: a helper may have been killed for a good reason. */
static void
test_vrrp_helpers_dead_helper_is_started_again_ever_later(void **state)
{
	(void)state;
	needs(VRRP_NEEDS_SCRIPTS);
	world_dies(1, SIGKILL);
	world_run_ms(100);
	world_dies(2, 1 << 8);
	world_run_ms(100);
	world_dies(3, SIGKILL);
	world_run_ms(199);
	world_run_ms(1);
	world_run_ms(10000);
	world_dies(4, SIGKILL);
	world_run_ms(100);
	assert_did("start:1@0 start:2@100 start:3@200 start:4@400 "
	    "start:5@10500");
	assert_string_equal(world.said,
	    "scripts died signal=9: started again\n"
	    "scripts died status=1: started again\n"
	    "scripts died signal=9: started again\n"
	    "scripts died signal=9: started again\n");
}

static void
test_vrrp_helpers_that_cannot_be_started_is_tried_again(void **state)
{
	(void)state;
	world.start_error = -EAGAIN;
	needs(VRRP_NEEDS_CHECKS);
	world_run_ms(100);
	assert_did("no-fork start:1@100");
	assert_string_equal(world.said, "cannot start checks: Resource "
	    "temporarily unavailable\n");
}

static void
test_vrrp_helpers_dead_helper_nobody_needs_is_not_started(void **state)
{
	(void)state;
	needs(VRRP_NEEDS_SCRIPTS);
	engine_starts();
	engine_reloaded(0);
	world_dies(1, SIGKILL);
	world_run_ms(60000);
	assert_int_equal(world.children, 2);
	assert_string_equal(world.said, "");
	/* Not needed any more between a death and the next start. */
	engine_reloaded(VRRP_NEEDS_CHECKS);
	world_dies(3, SIGKILL);
	engine_reloaded(0);
	world_run_ms(60000);
	assert_int_equal(world.children, 3);
}

static void
engine_notes(const char *name, enum vrrp_notice_state state,
    enum vrrp_notice_state before)
{
	struct vrrp_notice n = { .state = state, .before = before,
	    .cause = "preemption" };
	uint8_t buf[VRRP_NOTICE_BYTES_MAX];

	(void)strcpy(n.name, name);
	world_says(engine_number, VRRP_MSG_NOTICE, buf,
	    vrrp_notice_encode(&n, buf));
}

static void
assert_notice(unsigned to, const char *name, enum vrrp_notice_state state,
    enum vrrp_notice_state before)
{
	struct vrrp_notice n;
	const uint8_t *body;
	size_t len;

	assert_true(world_told(to, VRRP_MSG_NOTICE, &body, &len));
	assert_int_equal(vrrp_notice_decode(body, len, &n), 0);
	assert_string_equal(n.name, name);
	assert_int_equal(n.state, state);
	assert_int_equal(n.before, before);
}

/* A hook must not be left out because vrrpd-scripts was killed just before. */
static void
test_vrrp_helpers_notice_without_a_helper_is_for_the_next(void **state)
{
	(void)state;
	needs(VRRP_NEEDS_SCRIPTS);
	engine_starts();
	world_dies(1, SIGKILL);
	engine_notes("a", VRRP_NOTICE_ACTIVE, VRRP_NOTICE_BACKUP);
	engine_notes("b", VRRP_NOTICE_ACTIVE, VRRP_NOTICE_BACKUP);
	engine_notes("a", VRRP_NOTICE_CONTESTED, VRRP_NOTICE_ACTIVE);
	engine_notes("b", VRRP_NOTICE_BACKUP, VRRP_NOTICE_ACTIVE);
	world_run_ms(1000);
	assert_notice(world.children, "a", VRRP_NOTICE_ACTIVE,
	    VRRP_NOTICE_BACKUP);
	/* The newest state, from the one that hooks have run for. */
	assert_notice(world.children, "b", VRRP_NOTICE_BACKUP,
	    VRRP_NOTICE_BACKUP);
	assert_false(world_told(world.children, VRRP_MSG_NOTICE, NULL, NULL));
	assert_int_equal(told_refused(VRRP_WAY_ENGINE_UP), 0);
}

static void
test_vrrp_helpers_notice_that_is_not_taken_waits(void **state)
{
	(void)state;
	needs(VRRP_NEEDS_SCRIPTS);
	engine_starts();
	world.full = true;
	engine_notes("a", VRRP_NOTICE_ACTIVE, VRRP_NOTICE_BACKUP);
	world_run_ms(1000);
	world.full = false;
	world_run_ms(100);
	assert_notice(1, "a", VRRP_NOTICE_ACTIVE, VRRP_NOTICE_BACKUP);
	assert_false(world_told(1, VRRP_MSG_NOTICE, NULL, NULL));
}

/* No hook is left after a reload: nobody is told later. */
static void
test_vrrp_helpers_notice_nobody_needs_is_dropped(void **state)
{
	(void)state;
	needs(VRRP_NEEDS_SCRIPTS);
	engine_starts();
	world_dies(1, SIGKILL);
	engine_notes("a", VRRP_NOTICE_ACTIVE, VRRP_NOTICE_BACKUP);
	engine_reloaded(0);
	engine_notes("a", VRRP_NOTICE_BACKUP, VRRP_NOTICE_ACTIVE);
	engine_reloaded(VRRP_NEEDS_SCRIPTS);
	world_run_ms(1000);
	assert_false(world_told(world.children, VRRP_MSG_NOTICE, NULL, NULL));
}

/* A level is a state, and the engine must not go on with an older one. */
static void
test_vrrp_helpers_level_that_is_not_taken_is_asked_for_again(void **state)
{
	uint8_t buf[VRRP_LEVEL_BYTES_MAX];

	(void)state;
	needs(VRRP_NEEDS_CHECKS);
	engine_starts();
	assert_true(world_told(1, VRRP_MSG_REPLAY, NULL, NULL));
	world.full = true;
	world_says(1, VRRP_MSG_LEVEL, buf,
	    make_level(buf, VRRP_TRACK_PING, "gateway"));
	world_run_ms(1000);
	world.full = false;
	assert_false(world_told(1, VRRP_MSG_REPLAY, NULL, NULL));
	world_run_ms(100);
	assert_true(world_told(1, VRRP_MSG_REPLAY, NULL, NULL));
	world_run_ms(10000);
	assert_false(world_told(1, VRRP_MSG_REPLAY, NULL, NULL));
}

/* vrrpd-scripts knows its own levels, and is told those of vrrpd-checks. */
static void
test_vrrp_helpers_levels_reach_the_scripts_where_somebody_is_told(
    void **state)
{
	uint8_t buf[VRRP_LEVEL_BYTES_MAX];
	const uint8_t *body;
	size_t len, got;

	(void)state;
	needs(VRRP_NEEDS_SCRIPTS | VRRP_NEEDS_CHECKS);
	engine_starts();
	len = make_level(buf, VRRP_TRACK_PING, "gateway");
	world_says(2, VRRP_MSG_LEVEL, buf, len);
	assert_false(world_told(1, VRRP_MSG_LEVEL, NULL, NULL));
	assert_true(world_told(2, VRRP_MSG_REPLAY, NULL, NULL));
	/* Somebody wants to know: all there is, and everything from now on. */
	engine_reloaded(VRRP_NEEDS_ALL);
	assert_true(world_told(2, VRRP_MSG_REPLAY, NULL, NULL));
	world_says(2, VRRP_MSG_LEVEL, buf, len);
	assert_true(world_told(1, VRRP_MSG_LEVEL, &body, &got));
	assert_int_equal(got, len);
	assert_memory_equal(body, buf, len);
	assert_false(world_told(2, VRRP_MSG_LEVEL, NULL, NULL));
	len = make_level(buf, VRRP_TRACK_SCRIPT, "nginx");
	world_says(1, VRRP_MSG_LEVEL, buf, len);
	assert_false(world_told(1, VRRP_MSG_LEVEL, NULL, NULL));
	/* A new vrrpd-scripts knows nothing, with or without an engine. */
	engine_ends();
	world_dies(1, SIGKILL);
	assert_false(world_told(2, VRRP_MSG_REPLAY, NULL, NULL));
	world_run_ms(100);
	assert_true(world_told(2, VRRP_MSG_REPLAY, NULL, NULL));
	len = make_level(buf, VRRP_TRACK_PING, "gateway");
	world_says(2, VRRP_MSG_LEVEL, buf, len);
	assert_true(world_told(world.children, VRRP_MSG_LEVEL, NULL, NULL));
}

/* The monitor may fail before its parts are opened. */
static void
test_vrrp_helpers_close_without_open_is_fine(void **state)
{
	(void)state;
	make(VRRP_NEEDS_ALL);
}

/* All are told first, then waited for: they leave at the same time. */
static void
test_vrrp_helpers_close_waits_for_all_together(void **state)
{
	(void)state;
	needs(VRRP_NEEDS_ALL);
	world.did[0] = '\0';
	part.close(part.arg);
	assert_did("hang-up:1 hang-up:2 wait:1:6000 wait:2:6000");
	vrrp_helpers_free(all);
	all = NULL;
}

static void
test_vrrp_helpers_in_another_child_they_are_left_alone(void **state)
{
	(void)state;
	needs(VRRP_NEEDS_ALL);
	world.did[0] = '\0';
	part.forget(part.arg);
	assert_did("");
	assert_null(world_channel(1));
	vrrp_helpers_free(all);
	all = NULL;
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_vrrp_helpers_only_what_is_needed_is_started),
		T(test_vrrp_helpers_both_are_started_when_both_are_needed),
		T(test_vrrp_helpers_child_lives_as_what_it_was_started_for),
		T(test_vrrp_helpers_child_executes_the_program),
		T(test_vrrp_helpers_execute_again_after_a_planned_restart),
		T(test_vrrp_helpers_program_that_is_mute_is_followed_by_a_fork),
		T(test_vrrp_helpers_nothing_to_execute),
		T(test_vrrp_helpers_levels_reach_the_engine),
		T(test_vrrp_helpers_levels_that_are_not_its_own_are_refused),
		T(test_vrrp_helpers_refusals_of_a_helper_reach_every_engine),
		T(test_vrrp_helpers_notices_reach_the_scripts_in_order),
		T(test_vrrp_helpers_reload_tells_those_there_and_starts_the_others),
		T(test_vrrp_helpers_reload_in_a_reload_sends_the_newer_one),
		T(test_vrrp_helpers_one_started_after_a_reload_is_given_its_values),
		T(test_vrrp_helpers_dead_helper_is_started_again_ever_later),
		T(test_vrrp_helpers_that_cannot_be_started_is_tried_again),
		T(test_vrrp_helpers_dead_helper_nobody_needs_is_not_started),
		T(test_vrrp_helpers_notice_without_a_helper_is_for_the_next),
		T(test_vrrp_helpers_notice_that_is_not_taken_waits),
		T(test_vrrp_helpers_notice_nobody_needs_is_dropped),
		T(test_vrrp_helpers_levels_reach_the_scripts_where_somebody_is_told),
		T(test_vrrp_helpers_level_that_is_not_taken_is_asked_for_again),
		T(test_vrrp_helpers_close_without_open_is_fine),
		T(test_vrrp_helpers_close_waits_for_all_together),
		T(test_vrrp_helpers_in_another_child_they_are_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
