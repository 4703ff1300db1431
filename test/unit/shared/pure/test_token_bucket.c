/*
 * test_token_bucket.c - the first passes, the rest is bounded and counted.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shared/pure/rng.h"
#include "shared/pure/token_bucket.h"

static void
test_token_bucket_first_passes_then_one_per_interval(void **state)
{
	struct token_bucket b;
	mono_t t = { 123 * NS_PER_S };
	uint64_t n = 99;

	(void)state;
	token_bucket_init(&b, NS_PER_S, 1);
	assert_true(token_bucket_take(&b, t, &n));
	assert_true(n == 0);
	assert_false(token_bucket_take(&b, t, &n));
	assert_false(token_bucket_take(&b, mono_add(t, NS_PER_S - 1), &n));
	assert_true(token_bucket_take(&b, mono_add(t, NS_PER_S), &n));
	assert_true(n == 2);
	assert_true(token_bucket_take(&b, mono_add(t, 2 * NS_PER_S), &n));
	assert_true(n == 0);
}

static void
test_token_bucket_at_time_zero_passes(void **state)
{
	struct token_bucket b;

	(void)state;
	token_bucket_init(&b, NS_PER_S, 1);
	assert_true(token_bucket_take(&b, MONO_ZERO, NULL));
	assert_false(token_bucket_take(&b, MONO_ZERO, NULL));
}

static void
test_token_bucket_burst_is_the_most_saved_up(void **state)
{
	struct token_bucket b;
	mono_t t = { NS_PER_S };

	(void)state;
	token_bucket_init(&b, NS_PER_MS, 5);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 5; i++)
			assert_true(token_bucket_take(&b, t, NULL));
		assert_false(token_bucket_take(&b, t, NULL));
		t = mono_add(t, 3600 * NS_PER_S);
	}
}

static void
test_token_bucket_refusal_does_not_postpone(void **state)
{
	struct token_bucket b;
	mono_t t = { NS_PER_S };
	int passed = 0;

	(void)state;
	token_bucket_init(&b, 10 * NS_PER_MS, 1);
	/* A flood every 3 ms for one second: one every 12 ms passes. */
	for (int64_t ms = 0; ms < 1000; ms += 3)
		passed += token_bucket_take(&b, mono_add(t, ms * NS_PER_MS),
		    NULL);
	assert_int_equal(passed, 84);
}

static void
test_token_bucket_random_floods_obey_the_bound(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 100; seed++) {
		struct token_bucket b;
		struct rng r;
		mono_t t0, t;
		int64_t interval, spread;
		uint32_t burst;
		uint64_t passed = 0, refused = 0, told = 0, n;

		rng_seed(&r, seed);
		interval = 1 + (int64_t)rng_below(&r, 1000);
		burst = 1 + (uint32_t)rng_below(&r, 10);
		spread = 1 + (int64_t)rng_below(&r, 3000);
		t0 = t = (mono_t){ (int64_t)rng_below(&r, 1000000) };
		token_bucket_init(&b, interval, burst);
		for (int i = 0; i < 2000; i++) {
			if (token_bucket_take(&b, t, &n)) {
				passed++;
				told += n;
			} else
				refused++;
			assert_true(passed <= burst +
			    (uint64_t)(mono_sub(t, t0) / interval));
			t = mono_add(t, (int64_t)rng_below(&r,
			    (uint64_t)spread));
		}
		/* Nothing is forgotten: told so far, or still to be told. */
		assert_true(told + b.suppressed == refused);
		/* No more is refused than asked: the next event after a token. */
		assert_true(passed + 1 >=
		    (uint64_t)(mono_sub(t, t0) / (interval + spread)));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_token_bucket_first_passes_then_one_per_interval),
		cmocka_unit_test(test_token_bucket_at_time_zero_passes),
		cmocka_unit_test(test_token_bucket_burst_is_the_most_saved_up),
		cmocka_unit_test(test_token_bucket_refusal_does_not_postpone),
		cmocka_unit_test(test_token_bucket_random_floods_obey_the_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
