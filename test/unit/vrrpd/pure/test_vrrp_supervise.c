/* test_vrrp_supervise.c - when an engine is hung, and when the next one comes. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "vrrpd/pure/vrrp_supervise.h"

static const mono_t T0 = { 1000 * NS_PER_S };

static mono_t
at_ms(int64_t ms)
{
	return mono_add(T0, ms * NS_PER_MS);
}

/* L-21: and starting may take its time. */
static void
test_vrrp_supervise_ready_engine_has_a_quarter_of_a_second(void **state)
{
	struct vrrp_pulse p;

	(void)state;
	vrrp_pulse_start(&p, T0, true);
	assert_true(vrrp_pulse_deadline(&p).ns == at_ms(30000).ns);
	vrrp_pulse_phase(&p, at_ms(500), VRRP_PHASE_READY);
	assert_true(vrrp_pulse_deadline(&p).ns == at_ms(750).ns);
	vrrp_pulse_seen(&p, at_ms(550));
	assert_true(vrrp_pulse_deadline(&p).ns == at_ms(800).ns);
}

static void
test_vrrp_supervise_without_real_time_the_engine_has_a_second(void **state)
{
	struct vrrp_pulse p;

	(void)state;
	vrrp_pulse_start(&p, T0, false);
	vrrp_pulse_phase(&p, T0, VRRP_PHASE_READY);
	assert_true(vrrp_pulse_deadline(&p).ns == at_ms(1000).ns);
}

static void
test_vrrp_supervise_reload_and_leaving_may_take_long(void **state)
{
	struct vrrp_pulse p;

	(void)state;
	vrrp_pulse_start(&p, T0, true);
	vrrp_pulse_phase(&p, T0, VRRP_PHASE_READY);
	vrrp_pulse_phase(&p, at_ms(100), VRRP_PHASE_RELOADING);
	assert_true(vrrp_pulse_deadline(&p).ns == at_ms(30100).ns);
	vrrp_pulse_phase(&p, at_ms(4000), VRRP_PHASE_READY);
	assert_true(vrrp_pulse_deadline(&p).ns == at_ms(4250).ns);
	vrrp_pulse_phase(&p, at_ms(4100), VRRP_PHASE_LEAVING);
	assert_true(vrrp_pulse_deadline(&p).ns == at_ms(34100).ns);
}

/* L-32: our own absence is not the engine's. */
static void
test_vrrp_supervise_absent_monitor_blames_nobody(void **state)
{
	struct vrrp_pulse p;

	(void)state;
	vrrp_pulse_start(&p, T0, true);
	vrrp_pulse_phase(&p, T0, VRRP_PHASE_READY);
	vrrp_pulse_absent(&p, at_ms(2000));
	assert_true(vrrp_pulse_deadline(&p).ns == at_ms(2250).ns);
	/* A pulse that was read late does not count backwards. */
	vrrp_pulse_seen(&p, at_ms(100));
	assert_true(vrrp_pulse_deadline(&p).ns == at_ms(2250).ns);
}

/* --- the engine is silent, and looked at --- */

static void
told(struct vrrp_pulse *p, bool realtime, int64_t tolerated_ms)
{
	const struct vrrp_patience patience = { realtime,
	    tolerated_ms < 0 ? VRRP_PATIENCE_NOBODY : tolerated_ms *
	    NS_PER_MS };

	vrrp_pulse_patience(p, &patience);
}

/*
 * Looks as the monitor does until the engine would be killed; each finds that
 * state, and ran_ms more of run time per second. Returns the silence in ms.
 */
static int64_t
silence_ms(struct vrrp_pulse *p, char state, int64_t ran_ms)
{
	struct vrrp_vital v = { .known = true, .state = state };
	mono_t now;

	do {
		now = vrrp_pulse_look_at(p);
		v.run_ns = mono_sub(now, T0) / 1000 * ran_ms;
		vrrp_pulse_look(p, now, &v);
		assert_true(mono_before(now, at_ms(60000)));
	} while (mono_before(now, vrrp_pulse_deadline(p)));
	return mono_sub(now, p->seen) / NS_PER_MS;
}

/* By the state of the engine and the time of the peers: how long it is given. */
static void
test_vrrp_supervise_silence_is_judged_by_its_reason(void **state)
{
	static const struct {
		bool	realtime;
		int64_t	tolerated_ms;
		char	what;
		int64_t	ran_ms, want_ms;
	} rows[] = {
		{ true, 20, 'S', 0, 250 },
		{ true, 20, 'D', 0, 250 },
		{ true, 300, 'D', 0, 300 },
		{ true, 2007, 'S', 0, 1000 },		/* hangs */
		{ true, 2007, 'T', 0, 1000 },
		{ true, 2007, 'R', 1000, 1000 },
		{ true, 2007, 'R', 0, 2007 },		/* no processor */
		{ true, 2007, 'D', 0, 2007 },		/* in the kernel */
		{ true, 80000, 'D', 0, 3000 },
		{ true, -1, 'S', 0, 1000 },		/* a Backup */
		{ true, -1, 'R', 100, 10000 },
		{ true, -1, 'D', 0, 10000 },
		{ false, 20, 'S', 0, 1000 },
		{ false, 2007, 'R', 0, 2007 },
	};
	struct vrrp_pulse p;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		vrrp_pulse_start(&p, T0, rows[i].realtime);
		told(&p, rows[i].realtime, rows[i].tolerated_ms);
		vrrp_pulse_phase(&p, T0, VRRP_PHASE_READY);
		assert_int_equal(silence_ms(&p, rows[i].what, rows[i].ran_ms),
		    rows[i].want_ms);
	}
}

/* Time in which it was kept is taken off, what it hung before or after is not. */
static void
test_vrrp_supervise_hanging_counts_whenever_it_was(void **state)
{
	static const struct vrrp_vital kernel = { .known = true,
	    .state = 'D' }, idle = { .known = true, .state = 'S' };
	struct vrrp_pulse p;
	int64_t ms;

	(void)state;
	vrrp_pulse_start(&p, T0, true);
	told(&p, true, 2007);
	vrrp_pulse_phase(&p, T0, VRRP_PHASE_READY);
	assert_true(vrrp_pulse_look_at(&p).ns == at_ms(100).ns);
	vrrp_pulse_look(&p, at_ms(100), &idle);
	for (ms = 150; ms <= 700; ms += 50) {
		assert_true(vrrp_pulse_look_at(&p).ns == at_ms(ms).ns);
		vrrp_pulse_look(&p, at_ms(ms), &kernel);
	}
	assert_true(vrrp_pulse_deadline(&p).ns == at_ms(1600).ns);
	assert_int_equal(silence_ms(&p, 'S', 0), 1600);
	/* A sign of life ends all that. */
	vrrp_pulse_seen(&p, at_ms(1600));
	assert_true(vrrp_pulse_deadline(&p).ns == at_ms(2600).ns);
	assert_true(vrrp_pulse_look_at(&p).ns == at_ms(1700).ns);
	/* And whoever may take long is not looked at. */
	vrrp_pulse_phase(&p, at_ms(1600), VRRP_PHASE_RELOADING);
	assert_true(vrrp_pulse_look_at(&p).ns == at_ms(31600).ns);
}

static void
test_vrrp_supervise_evidence_is_of_the_last_two_looks(void **state)
{
	struct vrrp_vital v = { true, 'R', 5 * NS_PER_S, 10 };
	struct vrrp_pulse p;

	(void)state;
	vrrp_pulse_start(&p, T0, true);
	vrrp_pulse_phase(&p, T0, VRRP_PHASE_READY);
	vrrp_pulse_look(&p, at_ms(100), &v);
	assert_int_equal(p.ran_ns, 0);
	v.run_ns += 40 * NS_PER_MS;
	v.wait_ns += 3;
	vrrp_pulse_look(&p, at_ms(150), &v);
	assert_int_equal(p.ran_ns, 40 * NS_PER_MS);
	assert_int_equal(p.waited_ns, 3);
	assert_int_equal(p.verdict, VRRP_VITAL_BUSY);
	assert_int_equal(p.kept_ns, 0);
}

static void
test_vrrp_supervise_an_old_engine_is_replaced_at_once(void **state)
{
	struct vrrp_backoff b = { 0 };

	(void)state;
	assert_int_equal(vrrp_backoff_next_ns(&b, T0, at_ms(10000)), 0);
	assert_int_equal(vrrp_backoff_next_ns(&b, T0, at_ms(3600000)), 0);
	assert_int_equal(b.young, 0);
}

static void
test_vrrp_supervise_young_deaths_wait_longer_and_longer(void **state)
{
	static const int64_t ms[] = { 0, 100, 200, 400, 800, 1600, 3200, 6400,
	    10000, 10000 };
	struct vrrp_backoff b = { 0 };
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof(ms) / sizeof(ms[0]); i++)
		assert_int_equal(vrrp_backoff_next_ns(&b, T0, at_ms(9999)),
		    ms[i] * NS_PER_MS);
	for (i = 0; i < 1000; i++)
		assert_int_equal(vrrp_backoff_next_ns(&b, T0, T0),
		    VRRP_BACKOFF_MAX_NS);
	/* An engine that has lived a while makes up for it. */
	assert_int_equal(vrrp_backoff_next_ns(&b, T0, at_ms(10000)), 0);
	assert_int_equal(vrrp_backoff_next_ns(&b, T0, at_ms(1)), 0);
	assert_int_equal(vrrp_backoff_next_ns(&b, T0, at_ms(1)),
	    VRRP_BACKOFF_FIRST_NS);
}

static void
test_vrrp_supervise_phases_follow_each_other(void **state)
{
	static const bool may[VRRP_PHASE_COUNT][VRRP_PHASE_COUNT] = {
		[VRRP_PHASE_STARTING] = { false, true, false, true },
		[VRRP_PHASE_READY] = { false, false, true, true },
		[VRRP_PHASE_RELOADING] = { false, true, false, true },
		[VRRP_PHASE_LEAVING] = { false, false, false, true },
	};
	unsigned from, to;

	(void)state;
	for (from = 0; from < VRRP_PHASE_COUNT; from++)
		for (to = 0; to < VRRP_PHASE_COUNT; to++)
			assert_int_equal(vrrp_phase_may((enum vrrp_phase)from,
			    (enum vrrp_phase)to), may[from][to]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_vrrp_supervise_ready_engine_has_a_quarter_of_a_second),
		cmocka_unit_test(
		    test_vrrp_supervise_without_real_time_the_engine_has_a_second),
		cmocka_unit_test(
		    test_vrrp_supervise_reload_and_leaving_may_take_long),
		cmocka_unit_test(
		    test_vrrp_supervise_absent_monitor_blames_nobody),
		cmocka_unit_test(
		    test_vrrp_supervise_silence_is_judged_by_its_reason),
		cmocka_unit_test(
		    test_vrrp_supervise_hanging_counts_whenever_it_was),
		cmocka_unit_test(
		    test_vrrp_supervise_evidence_is_of_the_last_two_looks),
		cmocka_unit_test(
		    test_vrrp_supervise_an_old_engine_is_replaced_at_once),
		cmocka_unit_test(
		    test_vrrp_supervise_young_deaths_wait_longer_and_longer),
		cmocka_unit_test(
		    test_vrrp_supervise_phases_follow_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
