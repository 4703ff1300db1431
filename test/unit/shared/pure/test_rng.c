/*
 * test_rng.c - replays from a seed, stays in bounds, has no visible bias.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shared/pure/rng.h"

static void
test_rng_same_seed_replays(void **state)
{
	struct rng a, b;

	(void)state;
	rng_seed(&a, 42);
	rng_seed(&b, 42);
	for (int i = 0; i < 1000; i++)
		assert_true(rng_u64(&a) == rng_u64(&b));
	rng_seed(&b, 43);
	assert_true(rng_u64(&a) != rng_u64(&b));
}

static void
test_rng_reference_vector_matches(void **state)
{
	/* xoshiro256** from the state {1,2,3,4}: its authors' first outputs. */
	static const uint64_t want[] = {
		11520, 0, 1509978240, 1215971899390074240,
	};
	struct rng r = { .s = { 1, 2, 3, 4 } };

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_true(rng_u64(&r) == want[i]);
}

static void
test_rng_zero_seed_is_not_stuck(void **state)
{
	struct rng r;
	uint64_t all = 0;

	(void)state;
	rng_seed(&r, 0);
	for (int i = 0; i < 64; i++)
		all |= rng_u64(&r);
	assert_true(all == UINT64_MAX);
}

static void
test_rng_below_stays_below_and_reaches_all(void **state)
{
	struct rng r;
	unsigned seen[7] = { 0 };

	(void)state;
	rng_seed(&r, 7);
	for (int i = 0; i < 70000; i++) {
		uint64_t x = rng_below(&r, 7);

		assert_true(x < 7);
		seen[x]++;
	}
	/* 10000 each, standard deviation 93: five of them on each side. */
	for (int i = 0; i < 7; i++)
		assert_in_range(seen[i], 9535, 10465);
}

static void
test_rng_below_edges(void **state)
{
	struct rng r;

	(void)state;
	rng_seed(&r, 9);
	for (int i = 0; i < 100; i++) {
		assert_true(rng_below(&r, 1) == 0);
		assert_true(rng_below(&r, UINT64_MAX) < UINT64_MAX);
		assert_true(rng_below(&r, (UINT64_C(1) << 63) + 1) <=
		    UINT64_C(1) << 63);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rng_same_seed_replays),
		cmocka_unit_test(test_rng_reference_vector_matches),
		cmocka_unit_test(test_rng_zero_seed_is_not_stuck),
		cmocka_unit_test(test_rng_below_stays_below_and_reaches_all),
		cmocka_unit_test(test_rng_below_edges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
