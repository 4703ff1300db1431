/*
 * test_rxclock.c - arrival instants from stamps, whatever the wall clock does
 * (L-31).
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shared/pure/rng.h"
#include "shared/pure/rxclock.h"

#define REAL	INT64_C(1700000000000000000)	/* some day in 2023 */

static const mono_t now = { INT64_C(5000000000) };

static int64_t
arrival(mono_t empty_at, int64_t stamp)
{
	struct rxclock c = { .empty_at = empty_at };

	return rxclock_arrival(&c, stamp, now, REAL).ns;
}

static void
test_rxclock_age_is_taken_off_now(void **state)
{
	(void)state;
	assert_true(arrival(MONO_ZERO, REAL - 1234) == now.ns - 1234);
	assert_true(arrival(MONO_ZERO, REAL) == now.ns);
}

static void
test_rxclock_no_stamp_is_now(void **state)
{
	(void)state;
	assert_true(arrival(MONO_ZERO, 0) == now.ns);
}

static void
test_rxclock_clock_stepped_back_is_not_the_future(void **state)
{
	(void)state;
	assert_true(arrival(MONO_ZERO, REAL + NS_PER_S) == now.ns);
	assert_true(arrival(MONO_ZERO, INT64_MAX) == now.ns);
}

static void
test_rxclock_clock_stepped_on_stops_at_last_empty(void **state)
{
	mono_t empty = { now.ns - 2 * NS_PER_MS };

	(void)state;
	assert_true(arrival(empty, REAL - 3600 * NS_PER_S) == empty.ns);
	assert_true(arrival(empty, REAL - 2 * NS_PER_MS) == empty.ns);
	assert_true(arrival(empty, REAL - 2 * NS_PER_MS + 1) == empty.ns + 1);
	assert_true(arrival(empty, INT64_MIN) == empty.ns);
}

/* B-68: a step between stamp and read, either way, takes nothing from a packet. */
static void
test_rxclock_step_is_taken_off(void **state)
{
	static const int64_t steps[] = { 1584 * NS_PER_S, -3600 * NS_PER_S,
	    11 * NS_PER_MS, -11 * NS_PER_MS };
	struct rxclock c;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		c = (struct rxclock){ .empty_at = MONO_ZERO };
		(void)rxclock_arrival(&c, REAL - 10 * NS_PER_MS,
		    (mono_t){ now.ns - 10 * NS_PER_MS }, REAL - 10 * NS_PER_MS);
		rxclock_empty(&c, (mono_t){ now.ns - 10 * NS_PER_MS });
		assert_true(rxclock_arrival(&c, REAL - NS_PER_US, now,
		    REAL + steps[i]).ns == now.ns - NS_PER_US);
		/* Once: the next one is stamped by the new clock. */
		assert_true(rxclock_arrival(&c, REAL + steps[i], (mono_t){
		    now.ns + 1000 }, REAL + steps[i] + 1000).ns == now.ns);
	}
}

static void
test_rxclock_empty_never_moves_back(void **state)
{
	struct rxclock c = { .empty_at = MONO_ZERO };

	(void)state;
	rxclock_empty(&c, (mono_t){ 100 });
	rxclock_empty(&c, (mono_t){ 50 });
	assert_true(c.empty_at.ns == 100);
}

/*
 * A socket in virtual time: packets arrive, the wall clock drifts and is
 * stepped at random, the loop reads now and then.  Without a step between stamp
 * and read the answer is exact, and so it is with a large one; with a small one it
 * lies between the last time the socket was empty and the read.
 */
static void
test_rxclock_random_steps_stay_within_bounds(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 50; seed++) {
		struct rxclock c = { .empty_at = MONO_ZERO };
		struct rng r;
		mono_t t = { NS_PER_S };
		int64_t offset = REAL;

		rng_seed(&r, seed);
		rxclock_empty(&c, t);
		for (int i = 0; i < 500; i++) {
			mono_t was_empty = c.empty_at, arrived, read, got;
			int64_t stamp, step = 0;
			bool stepped = rng_below(&r, 10) == 0;

			arrived = mono_add(t, (int64_t)rng_below(&r, 1000000));
			stamp = arrived.ns + offset;
			if (stepped)
				step = (int64_t)rng_below(&r, 20 * NS_PER_S) -
				    10 * NS_PER_S;
			offset += step;
			read = mono_add(arrived,
			    (int64_t)rng_below(&r, 30000000));
			got = rxclock_arrival(&c, stamp, read, read.ns + offset);
			assert_false(mono_before(read, got));
			assert_false(mono_before(got, was_empty));
			if (!stepped || (i > 0 && (step > mono_sub(read,
			    was_empty) || -step > mono_sub(read, was_empty))))
				assert_true(got.ns == arrived.ns);
			rxclock_empty(&c, read);
			t = read;
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rxclock_age_is_taken_off_now),
		cmocka_unit_test(test_rxclock_no_stamp_is_now),
		cmocka_unit_test(test_rxclock_clock_stepped_back_is_not_the_future),
		cmocka_unit_test(test_rxclock_clock_stepped_on_stops_at_last_empty),
		cmocka_unit_test(test_rxclock_step_is_taken_off),
		cmocka_unit_test(test_rxclock_empty_never_moves_back),
		cmocka_unit_test(test_rxclock_random_steps_stay_within_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
