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
		    test_vrrp_supervise_an_old_engine_is_replaced_at_once),
		cmocka_unit_test(
		    test_vrrp_supervise_young_deaths_wait_longer_and_longer),
		cmocka_unit_test(
		    test_vrrp_supervise_phases_follow_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
