/* test_timestamp.c - instants of the wall clock, in several zones. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <time.h>

#include "shared/timestamp.h"

#define T	INT64_C(1795256103123456789)	/* 2026-11-21T10:15:03 UTC */

static void
test_timestamp_is_local_with_its_offset(void **state)
{
	static const struct {
		const char	*zone;
		int64_t		 ns;
		const char	*text;
	} cases[] = {
		{ "UTC", T, "2026-11-21T10:15:03.123456+00:00" },
		{ "CET-1", T, "2026-11-21T11:15:03.123456+01:00" },
		{ "IST-5:30", T, "2026-11-21T15:45:03.123456+05:30" },
		{ "NST3:30", T, "2026-11-21T06:45:03.123456-03:30" },
		{ "LINT-14", T, "2026-11-22T00:15:03.123456+14:00" },
		/* Summer time is in the offset. */
		{ "CET-1CEST,M3.5.0,M10.5.0/3", T - INT64_C(15552000000000000),
		    "2026-05-25T12:15:03.123456+02:00" },
		{ "UTC", 0, "1970-01-01T00:00:00.000000+00:00" },
		{ "UTC", -1, "1969-12-31T23:59:59.999999+00:00" },
		{ "UTC", INT64_MIN, "1677-09-21T00:12:43.145224+00:00" },
		{ "UTC", INT64_MAX, "2262-04-11T23:47:16.854775+00:00" },
	};
	char buf[TIMESTAMP_LEN];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(setenv("TZ", cases[i].zone, 1), 0);
		tzset();
		assert_ptr_equal(timestamp_format(cases[i].ns, buf), buf);
		assert_string_equal(buf, cases[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_timestamp_is_local_with_its_offset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
