/*
 * test_vrrp_ledger.c - readings asked for, configurations in force, and trials; over
 * engines that die at every moment.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/unit/vrrpd/monitor/monitor_world.h"
#include "vrrpd/config/vrrp_needs.h"
#include "vrrpd/monitor/vrrp_ledger.h"
#include "vrrpd/monitor/vrrp_reader.h"
#include "vrrpd/pure/vrrp_parcel.h"
#include "vrrpd/pure/vrrp_probation.h"

static const struct priv_user user = { 55, 77 };
static struct vrrp_config config;
static struct vrrp_ledger *ledger;
static struct vrrp_monitor_part part;
static struct loop *l;
static struct vrrp_child engine;
static unsigned number;			/* of the engine */
static unsigned changes;
static uint8_t needed;

/* --- the reader, played here --- */

static struct vrrp_reader_config reader;
static bool reading;
static int start_error;
static const char *executed;
static struct vrrp_program program;

struct vrrp_reader *
vrrp_reader_new(struct loop *loop, const struct vrrp_reader_config *c)
{
	assert_ptr_equal(loop, l);
	assert_string_equal(c->conf, "/etc/test.conf");
	assert_ptr_equal(c->user, &user);
	reader = *c;
	reading = false;
	return (struct vrrp_reader *)&reader;
}

void
vrrp_reader_program(struct vrrp_reader *r, const char *path)
{
	(void)r;
	executed = path;
}

int
vrrp_reader_start(struct vrrp_reader *r)
{
	(void)r;
	reading = start_error == 0;
	return start_error;
}

void
vrrp_reader_stop(struct vrrp_reader *r)
{
	(void)r;
	reading = false;
}

void
vrrp_reader_forget(struct vrrp_reader *r)
{
	(void)r;
	reading = false;
}

int
vrrp_reader_live(const char *path, int fd)
{
	(void)path;
	(void)fd;
	return 1;
}

/* Values of this one byte. */
static void
reader_finds(char c)
{
	uint8_t *bytes = malloc(1);

	assert_true(reading);
	reading = false;
	*bytes = (uint8_t)c;
	reader.done(bytes, 1, NULL, reader.arg);
}

/* --- the engine --- */

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

/* The values that a new engine is given, in one character; '0': of the start. */
static char
engine_starts(void)
{
	static const struct vrrp_child_plan plan = { VRRP_WAY_ENGINE_UP,
	    ignore_gone, ignore_end, NULL };
	struct vrrp_birth b = { .channel = 0 };
	int fd;

	part.provide(&b, part.arg);
	assert_int_equal(vrrp_child_start(&engine, l, &plan, &fd), 0);
	number = world.children;
	part.attach(engine.channel, part.arg);
	return b.values->len == 1 ? (char)b.values->bytes[0] : '0';
}

static void
engine_ready(void)
{
	vrrp_channel_set_phase(engine.channel, VRRP_PHASE_READY);
	part.ready(part.arg);
}

static void
engine_ends(void)
{
	part.detach(part.arg);
	vrrp_child_let_go(&engine);
}

static void
asks(uint32_t n)
{
	uint8_t body[4] = { (uint8_t)(n >> 24), (uint8_t)(n >> 16),
	    (uint8_t)(n >> 8), (uint8_t)n };

	world_says(number, VRRP_MSG_READ, body, sizeof(body));
}

static void
has_in_force(uint32_t n, int64_t trial_ns)
{
	const struct vrrp_reloaded r = { VRRP_NEEDS_CHECKS, n, trial_ns };
	uint8_t body[VRRP_RELOADED_BYTES];

	vrrp_channel_set_phase(engine.channel, VRRP_PHASE_RELOADING);
	world_says(number, VRRP_MSG_RELOADED, body,
	    vrrp_reloaded_encode(&r, body));
	vrrp_channel_set_phase(engine.channel, VRRP_PHASE_READY);
}

/* A whole reload. */
static void
reloads(uint32_t n, char c, int64_t trial_ns)
{
	asks(n);
	reader_finds(c);
	has_in_force(n, trial_ns);
}

/* The next values that the engine is told: "NUMBER:BYTE", or "". */
static const char *
told_values(void)
{
	static char text[32];
	struct vrrp_piece p;
	const uint8_t *body;
	size_t len;

	text[0] = '\0';
	if (!world_told(number, VRRP_MSG_VALUES, &body, &len))
		return text;
	assert_true(vrrp_piece_decode(body, len, &p));
	(void)snprintf(text, sizeof(text), "%u:%c", p.number, p.total == 1 ?
	    p.bytes[0] : '0');
	return text;
}

/* The last level: is a trial on, until when in ms from now; -1: no. */
static int
told_trial(uint32_t *of)
{
	struct vrrp_probation t = { .pending = false };
	const uint8_t *body;
	size_t len;

	while (world_told(number, VRRP_MSG_PROBATION, &body, &len))
		assert_true(vrrp_probation_decode(body, len, &t));
	if (of != NULL)
		*of = t.number;
	return t.pending ? (int)(mono_sub(t.until, world.now) / NS_PER_MS) :
	    -1;
}

static void
changed(uint8_t needs, void *arg)
{
	assert_ptr_equal(arg, &changes);
	needed = needs;
	changes++;
}

static char
in_force(void)
{
	const struct vrrp_parcel *p = vrrp_ledger_in_force(ledger);

	return p->len == 1 ? (char)p->bytes[0] : '0';
}

static int
setup(void **state)
{
	(void)state;
	world_begin();
	memset(&engine, 0, sizeof(engine));
	changes = 0;
	start_error = 0;
	l = loop_new();
	ledger = vrrp_ledger_new("/etc/test.conf", &config, &user,
	    &program);
	assert_non_null(ledger);
	part = vrrp_ledger_part(ledger);
	vrrp_ledger_on_change(ledger, changed, &changes);
	assert_int_equal(part.open(l, part.arg), 0);
	assert_int_equal(engine_starts(), '0');
	engine_ready();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	if (engine.pid != 0)
		engine_ends();
	part.close(part.arg);
	vrrp_ledger_free(ledger);
	loop_free(l);
	world_end();
	return 0;
}

/* --- reading --- */

static void
test_vrrp_ledger_reload_is_in_force_when_the_engine_says_so(void **state)
{
	uint32_t of;

	(void)state;
	asks(7);
	assert_true(reading);
	reader_finds('a');
	assert_string_equal(told_values(), "7:a");
	assert_int_equal(in_force(), '0');
	assert_false(vrrp_ledger_has_changed(ledger));
	has_in_force(7, 0);
	assert_int_equal(in_force(), 'a');
	assert_true(vrrp_ledger_has_changed(ledger));
	assert_int_equal(changes, 1);
	assert_int_equal(needed, VRRP_NEEDS_CHECKS);
	assert_int_equal(told_trial(&of), -1);
	assert_int_equal(of, 7);
	/* Twice is once. */
	has_in_force(7, 0);
	assert_int_equal(world_refused(number), VRRP_REFUSAL_BODY);
	assert_int_equal(changes, 1);
	/* The next engine begins with it. */
	engine_ends();
	assert_int_equal(engine_starts(), 'a');
}

static void
test_vrrp_ledger_what_cannot_be_read_is_told(void **state)
{
	struct vrrp_unread u;
	const uint8_t *body;
	size_t len;

	(void)state;
	asks(8);
	reader.done(NULL, 0, "f: cannot be read: its reader died", reader.arg);
	assert_true(world_told(number, VRRP_MSG_UNREAD, &body, &len));
	assert_true(vrrp_unread_decode(body, len, &u));
	assert_int_equal(u.number, 8);
	assert_string_equal(u.why, "f: cannot be read: its reader died");
	start_error = -ENFILE;
	asks(9);
	assert_true(world_told(number, VRRP_MSG_UNREAD, &body, &len));
	assert_true(vrrp_unread_decode(body, len, &u));
	assert_int_equal(u.number, 9);
	assert_string_equal(u.why, "/etc/test.conf: cannot be read: "
	    "Too many open files in system");
	/* An engine that says that it is in force all the same. */
	has_in_force(9, 0);
	assert_int_equal(world_refused(number), VRRP_REFUSAL_BODY);
	assert_int_equal(in_force(), '0');
	asks(VRRP_READ_BACK);
	assert_int_equal(world_refused(number), VRRP_REFUSAL_BODY);
}

static void
test_vrrp_ledger_engine_that_dies_leaves_no_reading(void **state)
{
	(void)state;
	asks(7);
	engine_ends();
	assert_false(reading);
	assert_int_equal(engine_starts(), '0');
	engine_ready();
	/* Read for the one before, and never in force there. */
	asks(7);
	reader_finds('a');
	engine_ends();
	assert_int_equal(engine_starts(), '0');
	engine_ready();
	has_in_force(7, 0);
	assert_int_equal(world_refused(number), VRRP_REFUSAL_BODY);
	assert_int_equal(in_force(), '0');
}

/* As the engine does: the program on disk, or as a fork none. */
static void
test_vrrp_ledger_reader_executes_what_the_engine_does(void **state)
{
	struct vrrp_birth b = { .own = false };

	(void)state;
	assert_null(executed);
	(void)strcpy(program.path, "/bin/x");
	part.provide(&b, part.arg);
	assert_ptr_equal(executed, program.path);
	b.own = true;
	part.provide(&b, part.arg);
	assert_null(executed);
	program.path[0] = '\0';
}

/* --- trials --- */

static void
test_vrrp_ledger_trial_ends_with_the_values_before(void **state)
{
	uint32_t of;

	(void)state;
	reloads(1, 'a', 0);
	(void)told_values();
	reloads(2, 'b', 60 * NS_PER_S);
	(void)told_values();
	assert_int_equal(told_trial(&of), 60000);
	assert_int_equal(of, 2);
	assert_int_equal(in_force(), 'b');
	world_run_ms(59999);
	assert_string_equal(told_values(), "");
	world_run_ms(1);
	assert_string_equal(told_values(), "0:a");
	assert_int_equal(told_trial(NULL), -1);
	/* Whoever begins now begins with the old ones. */
	assert_int_equal(in_force(), 'a');
	assert_int_equal(changes, 2);
	has_in_force(VRRP_READ_BACK, 0);
	assert_int_equal(changes, 3);
	assert_non_null(strstr(world.said, "was not confirmed"));
	/* Nothing more comes of it. */
	world_run_ms(120000);
	assert_string_equal(told_values(), "");
	has_in_force(VRRP_READ_BACK, 0);
	assert_int_equal(world_refused(number), VRRP_REFUSAL_BODY);
}

static void
test_vrrp_ledger_confirmed_stays(void **state)
{
	(void)state;
	reloads(1, 'a', 60 * NS_PER_S);
	(void)told_values();
	world_run_ms(30000);
	assert_int_equal(told_trial(NULL), 30000);
	world_says(number, VRRP_MSG_CONFIRM, NULL, 0);
	assert_int_equal(told_trial(NULL), -1);
	world_run_ms(120000);
	assert_string_equal(told_values(), "");
	assert_int_equal(in_force(), 'a');
	/* Once more is harmless. */
	world_says(number, VRRP_MSG_CONFIRM, NULL, 0);
	assert_int_equal(told_trial(NULL), -1);
}

static void
test_vrrp_ledger_trial_in_a_trial_goes_back_to_what_was_confirmed(
    void **state)
{
	(void)state;
	reloads(1, 'a', 60 * NS_PER_S);
	world_run_ms(50000);
	reloads(2, 'b', 60 * NS_PER_S);
	(void)told_values();
	(void)told_values();
	assert_int_equal(told_trial(NULL), 60000);
	world_run_ms(59999);
	assert_string_equal(told_values(), "");
	world_run_ms(1);
	assert_string_equal(told_values(), "0:0");
}

static void
test_vrrp_ledger_reload_in_a_trial_is_for_good(void **state)
{
	(void)state;
	reloads(1, 'a', 60 * NS_PER_S);
	reloads(2, 'b', 0);
	(void)told_values();
	(void)told_values();
	assert_int_equal(told_trial(NULL), -1);
	world_run_ms(120000);
	assert_string_equal(told_values(), "");
	assert_int_equal(in_force(), 'b');
}

/* A reload that fails leaves the trial as it is. */
static void
test_vrrp_ledger_failed_reload_in_a_trial_changes_nothing(void **state)
{
	(void)state;
	reloads(1, 'a', 60 * NS_PER_S);
	asks(2);
	reader.done(NULL, 0, "f: no", reader.arg);
	asks(3);
	reader_finds('c');	/* with errors in it */
	while (told_values()[0] != '\0')
		;
	assert_int_equal(told_trial(NULL), 60000);
	world_run_ms(60000);
	assert_string_equal(told_values(), "0:0");
}

/* The engine may die and come back, planned or not: the trial goes on. */
static void
test_vrrp_ledger_trial_outlives_engines(void **state)
{
	(void)state;
	reloads(1, 'a', 60 * NS_PER_S);
	engine_ends();
	world_run_ms(10000);
	assert_int_equal(engine_starts(), 'a');
	assert_int_equal(told_trial(NULL), 50000);
	engine_ready();
	world_run_ms(50000);
	assert_string_equal(told_values(), "0:0");
}

static void
test_vrrp_ledger_trial_that_ends_without_an_engine_is_over(void **state)
{
	(void)state;
	reloads(1, 'a', 60 * NS_PER_S);
	engine_ends();
	world_run_ms(60000);
	assert_int_equal(engine_starts(), '0');
	assert_int_equal(told_trial(NULL), -1);
	engine_ready();
	assert_string_equal(told_values(), "");
	assert_int_equal(in_force(), '0');
}

/* An engine that began with the trial's values is told when it is ready. */
static void
test_vrrp_ledger_trial_that_ends_in_a_start_is_told_after(void **state)
{
	(void)state;
	reloads(1, 'a', 60 * NS_PER_S);
	engine_ends();
	world_run_ms(59000);
	assert_int_equal(engine_starts(), 'a');
	world_run_ms(2000);
	assert_string_equal(told_values(), "");
	engine_ready();
	assert_string_equal(told_values(), "0:0");
	has_in_force(VRRP_READ_BACK, 0);
	assert_int_equal(world_refused(number), VRRP_REFUSAL_NONE);
}

/* Killed on its way back: the next one is there already. */
static void
test_vrrp_ledger_engine_that_dies_going_back(void **state)
{
	(void)state;
	reloads(1, 'a', 60 * NS_PER_S);
	world_run_ms(60000);
	engine_ends();
	assert_int_equal(engine_starts(), '0');
	engine_ready();
	assert_string_equal(told_values(), "");
	reloads(1, 'b', 0);
	assert_int_equal(in_force(), 'b');
}

/* A reload that is in force by then: the end of the trial before is void. */
static void
test_vrrp_ledger_reload_that_meets_the_end_of_a_trial(void **state)
{
	uint32_t of;

	(void)state;
	reloads(1, 'a', 60 * NS_PER_S);
	(void)told_values();
	asks(2);
	reader_finds('b');
	assert_string_equal(told_values(), "2:b");
	world_run_ms(60000);
	assert_string_equal(told_values(), "0:0");
	/* The level before said 1; the engine passes over what it goes with. */
	(void)told_trial(&of);
	assert_int_equal(of, 1);
	has_in_force(2, 0);
	assert_int_equal(in_force(), 'b');
	(void)told_trial(&of);
	assert_int_equal(of, 2);
	has_in_force(VRRP_READ_BACK, 0);
	assert_int_equal(world_refused(number), VRRP_REFUSAL_BODY);
	assert_int_equal(in_force(), 'b');
}

static void
test_vrrp_ledger_confirm_after_the_end_is_too_late(void **state)
{
	(void)state;
	reloads(1, 'a', 60 * NS_PER_S);
	(void)told_values();
	world_run_ms(60000);
	world_says(number, VRRP_MSG_CONFIRM, NULL, 0);
	assert_string_equal(told_values(), "0:0");
	assert_int_equal(in_force(), '0');
	has_in_force(VRRP_READ_BACK, 0);
	assert_int_equal(world_refused(number), VRRP_REFUSAL_NONE);
}

/* The monitor may fail before its parts are opened. */
static void
test_vrrp_ledger_close_without_open_is_fine(void **state)
{
	struct vrrp_ledger *other = vrrp_ledger_new("/x", &config, &user,
	    &program);
	struct vrrp_monitor_part p = vrrp_ledger_part(other);

	(void)state;
	p.close(p.arg);
	vrrp_ledger_free(other);
}

#define TEST(t)	cmocka_unit_test_setup_teardown(t, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_vrrp_ledger_reload_is_in_force_when_the_engine_says_so),
		TEST(test_vrrp_ledger_what_cannot_be_read_is_told),
		TEST(test_vrrp_ledger_engine_that_dies_leaves_no_reading),
		TEST(test_vrrp_ledger_reader_executes_what_the_engine_does),
		TEST(test_vrrp_ledger_trial_ends_with_the_values_before),
		TEST(test_vrrp_ledger_confirmed_stays),
		TEST(test_vrrp_ledger_trial_in_a_trial_goes_back_to_what_was_confirmed),
		TEST(test_vrrp_ledger_reload_in_a_trial_is_for_good),
		TEST(test_vrrp_ledger_failed_reload_in_a_trial_changes_nothing),
		TEST(test_vrrp_ledger_trial_outlives_engines),
		TEST(test_vrrp_ledger_trial_that_ends_without_an_engine_is_over),
		TEST(test_vrrp_ledger_trial_that_ends_in_a_start_is_told_after),
		TEST(test_vrrp_ledger_engine_that_dies_going_back),
		TEST(test_vrrp_ledger_reload_that_meets_the_end_of_a_trial),
		TEST(test_vrrp_ledger_confirm_after_the_end_is_too_late),
		TEST(test_vrrp_ledger_close_without_open_is_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
