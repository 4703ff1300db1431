/*
 * test_slept.c - slept.c: the distance of two clocks.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "shared/pure/slept.h"

static mono_t
at(int64_t ms)
{
	return (mono_t){ ms * NS_PER_MS };
}

/* Time that both clocks know of was not slept, however it passed. */
static void
test_slept_awake_is_nothing(void **state)
{
	struct slept s;

	(void)state;
	slept_init(&s, 5000 * NS_PER_MS, at(1000));
	assert_int_equal(slept_since(&s, 5000 * NS_PER_MS, at(1000)), 0);
	assert_int_equal(slept_since(&s, 65000 * NS_PER_MS, at(61000)), 0);
}

static void
test_slept_suspended_is_told_once(void **state)
{
	struct slept s;

	(void)state;
	slept_init(&s, 5000 * NS_PER_MS, at(1000));
	assert_int_equal(slept_since(&s, 8000 * NS_PER_MS, at(1001)),
	    2999 * NS_PER_MS);
	assert_int_equal(slept_since(&s, 8001 * NS_PER_MS, at(1002)), 0);
	/* And the next time is told for itself. */
	assert_int_equal(slept_since(&s, 8102 * NS_PER_MS, at(1003)),
	    100 * NS_PER_MS);
}

/* Put aside between the two readings: the distance looks shorter, for once. */
static void
test_slept_reading_late_is_no_sleep(void **state)
{
	struct slept s;

	(void)state;
	slept_init(&s, 5000 * NS_PER_MS, at(1000));
	assert_int_equal(slept_since(&s, 5100 * NS_PER_MS, at(1150)), 0);
	assert_int_equal(slept_since(&s, 5200 * NS_PER_MS, at(1200)), 0);
	assert_int_equal(slept_since(&s, 5300 * NS_PER_MS, at(1299)),
	    NS_PER_MS);
}

/* Since Linux 2.6.39 a machine boots with both at 0; elsewhere they may differ. */
static void
test_slept_starts_anywhere(void **state)
{
	struct slept s;

	(void)state;
	slept_init(&s, -7 * NS_PER_S, at(1000));
	assert_int_equal(slept_since(&s, -6 * NS_PER_S, at(2000)), 0);
	assert_int_equal(slept_since(&s, -4 * NS_PER_S, at(3000)), NS_PER_S);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slept_awake_is_nothing),
		cmocka_unit_test(test_slept_suspended_is_told_once),
		cmocka_unit_test(test_slept_reading_late_is_no_sleep),
		cmocka_unit_test(test_slept_starts_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
