/*
 * test_histogram.c - which bucket a span is counted in, and the longest.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shared/pure/histogram.h"
#include "shared/pure/mono.h"

static void
test_histogram_bounds_rise_and_the_last_takes_everything(void **state)
{
	unsigned i;

	(void)state;
	assert_int_equal(histogram_bound_ns(0), 100 * NS_PER_US);
	for (i = 1; i < HISTOGRAM_BUCKETS; i++)
		assert_true(histogram_bound_ns(i) > histogram_bound_ns(i - 1));
	assert_true(histogram_bound_ns(i - 1) == INT64_MAX);
}

static void
test_histogram_a_bound_belongs_to_its_bucket(void **state)
{
	unsigned i;

	(void)state;
	for (i = 0; i < HISTOGRAM_BUCKETS; i++) {
		struct histogram h = { 0 };

		(void)histogram_add(&h, histogram_bound_ns(i));
		assert_int_equal(h.count[i], 1);
		if (i + 1 == HISTOGRAM_BUCKETS)
			break;
		(void)histogram_add(&h, histogram_bound_ns(i) + 1);
		assert_int_equal(h.count[i + 1], 1);
		assert_int_equal(histogram_total(&h), 2);
	}
}

static void
test_histogram_nothing_and_less_are_counted_as_short(void **state)
{
	struct histogram h = { 0 };

	(void)state;
	assert_false(histogram_add(&h, 0));
	assert_false(histogram_add(&h, -5));
	assert_int_equal(h.count[0], 2);
	assert_int_equal(h.longest_ns, 0);
}

static void
test_histogram_longest_is_the_first_of_its_length(void **state)
{
	struct histogram h = { 0 };

	(void)state;
	assert_true(histogram_add(&h, 5));
	assert_false(histogram_add(&h, 5));
	assert_false(histogram_add(&h, 4));
	assert_true(histogram_add(&h, NS_PER_S));
	assert_int_equal(h.longest_ns, NS_PER_S);
	assert_int_equal(histogram_total(&h), 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_histogram_bounds_rise_and_the_last_takes_everything),
		cmocka_unit_test(test_histogram_a_bound_belongs_to_its_bucket),
		cmocka_unit_test(
		    test_histogram_nothing_and_less_are_counted_as_short),
		cmocka_unit_test(
		    test_histogram_longest_is_the_first_of_its_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
