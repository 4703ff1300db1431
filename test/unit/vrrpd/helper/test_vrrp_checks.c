/*
 * test_vrrp_checks.c - the scheduler with a polled kind and a told one of ours.
 *
 * Real time, as in test_loop.c: what happens and in what order, never by when.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vrrpd/helper/vrrp_checks.h"

#define SHARED	((void *)&expected)

static struct loop *l;
static struct loop_timer *guard;
static struct vrrp_checks *checks;
static struct vrrp_config config;
static struct vrrp_tracker_params trackers[4];
static struct vrrp_level levels[32];
static unsigned told, expected;
static bool timed_out;

/* The polled kind: answers from a script of letters, '.' not at all. */
static const char *answers;
static unsigned started, cancelled, opened, closed;
static bool is_busy;
static struct vrrp_checked *last_opened;
static mono_t starts[64];

static void *
fake_open(struct vrrp_checked *c, const struct vrrp_tracker_params *p)
{
	assert_ptr_equal(vrrp_checked_shared(c), SHARED);
	assert_ptr_equal(vrrp_checked_loop(c), l);
	assert_int_not_equal(p->name[0], '\0');
	opened++;
	last_opened = c;
	return c;
}

static void
fake_close(void *state)
{
	assert_non_null(state);
	closed++;
}

static void
fake_start(void *state)
{
	struct vrrp_checked *c = state;
	char now = answers[0] == '\0' ? '.' : *answers++;

	if (started < 64)
		starts[started] = loop_clock();
	started++;
	if (now == 'g' || now == 'b')
		vrrp_checked_round(c, now == 'g', now == 'b' ? "bad" : NULL);
}

static void
fake_cancel(void *state)
{
	assert_non_null(state);
	cancelled++;
}

static bool
fake_busy(void *state)
{
	assert_non_null(state);
	return is_busy;
}

static const struct vrrp_checks_kind polled = {
	.kind = VRRP_TRACK_TCP, .open = fake_open, .close = fake_close,
	.start = fake_start, .cancel = fake_cancel, .busy = fake_busy,
};
/* Keeps its deadline itself. */
static const struct vrrp_checks_kind patient = {
	.kind = VRRP_TRACK_SCRIPT, .open = fake_open, .close = fake_close,
	.start = fake_start, .busy = fake_busy,
};
static const struct vrrp_checks_kind informed = {
	.kind = VRRP_TRACK_FILE, .open = fake_open, .close = fake_close,
};
static const struct vrrp_checks_kind *const kinds[] = { &polled, &patient,
    &informed, NULL };

static void
on_guard(mono_t deadline, void *arg)
{
	(void)deadline;
	(void)arg;
	timed_out = true;
	loop_stop(l);
}

static void
on_level(const struct vrrp_level *level, void *arg)
{
	assert_ptr_equal(arg, &told);
	assert_true(told < 32);
	levels[told++] = *level;
	if (told == expected)
		loop_stop(l);
}

static int
setup(void **state)
{
	(void)state;
	told = expected = started = cancelled = opened = closed = 0;
	is_busy = timed_out = false;
	answers = "";
	memset(trackers, 0, sizeof(trackers));
	memset(&config, 0, sizeof(config));
	config.trackers = trackers;
	l = loop_new();
	checks = vrrp_checks_new(l, kinds, SHARED, on_level, &told);
	assert_non_null(checks);
	guard = loop_timer_new(l, on_guard, NULL);
	loop_timer_set(guard, mono_add(loop_clock(), 20 * NS_PER_S));
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	vrrp_checks_free(checks);
	assert_int_equal(opened, closed);
	loop_timer_free(guard);
	loop_free(l);
	return 0;
}

static void
declare(unsigned i, enum vrrp_track_kind kind, const char *name)
{
	struct vrrp_tracker_params *t = &trackers[i];

	t->kind = kind;
	(void)snprintf(t->name, sizeof(t->name), "%s", name);
	t->interval_ns = 10 * NS_PER_MS;
	t->timeout_ns = 5 * NS_PER_MS;
	t->fall = 2;
	t->rise = 2;
	config.tracker_count = i + 1;
}

static void
run_until(unsigned count)
{
	expected = count;
	if (told < count)
		assert_int_equal(loop_run(l), 0);
	assert_false(timed_out);
	assert_int_equal(told, count);
}

static void
test_vrrp_checks_polled_goes_by_fall_and_rise(void **state)
{
	mono_t before = loop_clock();

	(void)state;
	/* up, still up, down at the second in a row, up at the second. */
	answers = "gbgbbgbgg";
	declare(0, VRRP_TRACK_TCP, "a");
	assert_int_equal(vrrp_checks_apply(checks, &config), 0);
	assert_int_equal(vrrp_checks_count(checks), 1);
	assert_int_equal(told, 0);
	run_until(3);
	assert_int_equal(started, 9);
	assert_true(levels[0].up && !levels[1].up && levels[2].up);
	assert_string_equal(levels[1].name, "a");
	assert_int_equal(levels[1].kind, VRRP_TRACK_TCP);
	assert_string_equal(levels[1].reason, "bad");
	assert_string_equal(levels[0].reason, "");
	assert_true(mono_before(levels[0].since, levels[1].since));
	/*
	 * Never early: the first wait is half an interval at least.  On a busy
	 * machine a start may be late and the next one in time, so each is
	 * measured from the beginning.
	 */
	for (unsigned i = 1; i < 9; i++)
		assert_true(mono_sub(starts[i], before) >=
		    (int64_t)(10 * i - 5) * NS_PER_MS);
}

static void
test_vrrp_checks_deadline_is_a_failure(void **state)
{
	(void)state;
	answers = ".";
	declare(0, VRRP_TRACK_TCP, "a");
	assert_int_equal(vrrp_checks_apply(checks, &config), 0);
	run_until(1);
	assert_int_equal(cancelled, 1);
	assert_false(levels[0].up);
	assert_string_equal(levels[0].reason, "no answer in time");
	assert_true(mono_sub(levels[0].since, starts[0]) >= 5 * NS_PER_MS);
}

static void
late_answer(mono_t deadline, void *arg)
{
	(void)deadline;
	(void)arg;
	vrrp_checked_round(last_opened, true, NULL);
}

static void
test_vrrp_checks_kind_with_its_own_deadline_is_waited_for(void **state)
{
	struct loop_timer *t = loop_timer_new(l, late_answer, NULL);

	(void)state;
	answers = "..........";
	declare(0, VRRP_TRACK_SCRIPT, "a");
	assert_int_equal(vrrp_checks_apply(checks, &config), 0);
	loop_timer_set(t, mono_add(loop_clock(), 60 * NS_PER_MS));
	run_until(1);
	loop_timer_free(t);
	assert_true(levels[0].up);
	assert_int_equal(started, 1);
	assert_int_equal(cancelled, 0);
	/* An answer that nobody waits for is none. */
	vrrp_checked_round(last_opened, false, "late");
	vrrp_checked_round(last_opened, false, "late");
	assert_int_equal(told, 1);
}

static void
make_idle(mono_t deadline, void *arg)
{
	(void)deadline;
	(void)arg;
	assert_int_equal(started, 0);
	is_busy = false;
}

static void
test_vrrp_checks_busy_kind_is_left_alone(void **state)
{
	struct loop_timer *t = loop_timer_new(l, make_idle, NULL);

	(void)state;
	answers = "g";
	is_busy = true;
	declare(0, VRRP_TRACK_SCRIPT, "a");
	assert_int_equal(vrrp_checks_apply(checks, &config), 0);
	loop_timer_set(t, mono_add(loop_clock(), 60 * NS_PER_MS));
	run_until(1);
	loop_timer_free(t);
	assert_int_equal(started, 1);
}

static void
test_vrrp_checks_levels_are_told_when_they_are_news(void **state)
{
	(void)state;
	declare(0, VRRP_TRACK_FILE, "f");
	assert_int_equal(vrrp_checks_apply(checks, &config), 0);
	vrrp_checks_replay(checks);
	assert_int_equal(told, 0);		/* nothing known */
	vrrp_checked_level(last_opened, false, (mono_t){ 5 }, "there");
	vrrp_checked_level(last_opened, false, (mono_t){ 6 }, "there");
	assert_int_equal(told, 1);
	/* Another reason is told; it is down since before. */
	vrrp_checked_level(last_opened, false, (mono_t){ 7 }, "cannot look");
	assert_int_equal(told, 2);
	assert_int_equal(levels[1].since.ns, 5);
	assert_string_equal(levels[1].reason, "cannot look");
	vrrp_checked_level(last_opened, true, (mono_t){ 8 }, "ignored");
	assert_int_equal(told, 3);
	assert_int_equal(levels[2].since.ns, 8);
	assert_string_equal(levels[2].reason, "");
	vrrp_checks_replay(checks);
	assert_int_equal(told, 4);
	assert_int_equal(levels[3].since.ns, 8);
	assert_true(levels[3].up);
}

static void
test_vrrp_checks_apply_keeps_what_is_declared_as_before(void **state)
{
	(void)state;
	declare(0, VRRP_TRACK_FILE, "a");
	declare(1, VRRP_TRACK_FILE, "b");
	declare(2, VRRP_TRACK_PING, "not ours");
	assert_int_equal(vrrp_checks_apply(checks, &config), 0);
	assert_int_equal(vrrp_checks_count(checks), 2);
	assert_int_equal(opened, 2);
	/* The line and weight of a are of no interest; b goes, c comes. */
	trackers[0].line = 77;
	trackers[0].weight = -5;
	/* Nor is who is told of it. */
	strcpy(trackers[0].on_change, "/bin/true");
	strcpy(trackers[0].on_change_user, "root");
	trackers[0].on_change_timeout_ns = NS_PER_S;
	strcpy(trackers[1].name, "c");
	assert_int_equal(vrrp_checks_apply(checks, &config), 0);
	assert_int_equal(opened, 3);
	assert_int_equal(closed, 1);
	/* Another value: it starts anew. */
	strcpy(trackers[0].path, "/x");
	assert_int_equal(vrrp_checks_apply(checks, &config), 0);
	assert_int_equal(opened, 4);
	assert_int_equal(closed, 2);
	config.tracker_count = 0;
	assert_int_equal(vrrp_checks_apply(checks, &config), 0);
	assert_int_equal(vrrp_checks_count(checks), 0);
	assert_int_equal(closed, 4);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_vrrp_checks_polled_goes_by_fall_and_rise),
		T(test_vrrp_checks_deadline_is_a_failure),
		T(test_vrrp_checks_kind_with_its_own_deadline_is_waited_for),
		T(test_vrrp_checks_busy_kind_is_left_alone),
		T(test_vrrp_checks_levels_are_told_when_they_are_news),
		T(test_vrrp_checks_apply_keeps_what_is_declared_as_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
