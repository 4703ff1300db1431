/*
 * test_span.c - lengths of time in words.
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "shared/pure/mono.h"
#include "shared/pure/rng.h"
#include "shared/pure/span.h"

static void
test_span_parse_good(void **state)
{
	static const struct {
		const char *text;
		int64_t bare, ns;
	} c[] = {
		{ "10ms", 0, 10 * NS_PER_MS },
		{ "3.3ms", 0, 3300 * NS_PER_US },
		{ "500us", 0, 500 * NS_PER_US },
		{ "1s", 0, NS_PER_S },
		{ "2m", 0, 120 * NS_PER_S },
		{ "7ns", 0, 7 },
		{ "0s", 0, 0 },
		{ "0.000000001s", 0, 1 },
		{ "0.00000000005m", 0, 3 },
		{ "1.50000000000000000000s", 0, 1500 * NS_PER_MS },
		{ "1.0ns", 0, 1 },
		{ "100", NS_PER_CS, NS_PER_S },
		{ "1.5", NS_PER_CS, 15 * NS_PER_MS },
		{ "10ms", NS_PER_CS, 10 * NS_PER_MS },
		{ "9223372036854775807ns", 0, INT64_MAX },
		{ "0010ms", 0, 10 * NS_PER_MS },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		int64_t ns = -1;

		assert_int_equal(span_parse(c[i].text, c[i].bare, &ns), 0);
		assert_true(ns == c[i].ns);
	}
}

static void
test_span_parse_bad_leaves_output(void **state)
{
	static const struct { const char *text; int64_t bare; int err; } c[] = {
		{ "", 0, -EINVAL }, { "", NS_PER_CS, -EINVAL },
		{ "10", 0, -EINVAL }, { "ms", 0, -EINVAL },
		{ "10 ms", 0, -EINVAL }, { " 10ms", 0, -EINVAL },
		{ "10msx", 0, -EINVAL }, { "10MS", 0, -EINVAL },
		{ "10h", 0, -EINVAL }, { ".5s", 0, -EINVAL },
		{ "1.s", 0, -EINVAL }, { "1..5s", 0, -EINVAL },
		{ "0.5ns", 0, -EINVAL }, { "0.0000000001s", 0, -EINVAL },
		{ "0.000000000000000000000001s", 0, -EINVAL },
		{ "1e3ms", 0, -EINVAL }, { "0x10ms", 0, -EINVAL },
		{ "+1s", 0, -EINVAL }, { "--1s", 0, -EINVAL },
		{ "-1s", 0, -ERANGE }, { "-1", NS_PER_CS, -ERANGE },
		{ "9223372036854775808ns", 0, -ERANGE },
		{ "9223372037s", 0, -ERANGE },
		{ "99999999999999999999999999s", 0, -ERANGE },
		{ "9223372036.9s", 0, -ERANGE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		int64_t ns = 4711;

		assert_int_equal(span_parse(c[i].text, c[i].bare, &ns),
		    c[i].err);
		assert_true(ns == 4711);
	}
}

static void
test_span_format_is_shortest_exact(void **state)
{
	static const struct { int64_t ns; const char *text; } c[] = {
		{ 0, "0s" }, { 10 * NS_PER_MS, "10ms" },
		{ 3300 * NS_PER_US, "3300us" }, { NS_PER_S, "1s" },
		{ 60 * NS_PER_S, "1m" }, { 90 * NS_PER_S, "90s" },
		{ 1, "1ns" }, { 1001, "1001ns" },
	};
	char buf[32];

	(void)state;
	for (size_t i = 0; i < sizeof(c) / sizeof(c[0]); i++)
		assert_string_equal(span_format(c[i].ns, buf, sizeof(buf)),
		    c[i].text);
}

static void
test_span_format_parses_back(void **state)
{
	struct rng r;
	char buf[32];

	(void)state;
	rng_seed(&r, 1);
	for (int i = 0; i < 10000; i++) {
		int64_t ns = (int64_t)(rng_u64(&r) >> (1 + rng_below(&r, 63)));
		int64_t back = -1;

		ns -= ns % (rng_below(&r, 2) ? 1 : NS_PER_US);
		span_format(ns, buf, sizeof(buf));
		assert_int_equal(span_parse(buf, 0, &back), 0);
		assert_true(back == ns);
	}
}

/* Every fraction of a second in nine digits is a number of nanoseconds. */
static void
test_span_parse_every_digit_of_a_fraction_counts(void **state)
{
	struct rng r;
	char text[32];

	(void)state;
	rng_seed(&r, 2);
	for (int i = 0; i < 10000; i++) {
		int64_t ns = (int64_t)rng_below(&r, NS_PER_S), got = -1;

		(void)snprintf(text, sizeof(text), "3.%09llds",
		    (long long)ns);
		assert_int_equal(span_parse(text, 0, &got), 0);
		assert_true(got == 3 * NS_PER_S + ns);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_span_parse_good),
		cmocka_unit_test(test_span_parse_bad_leaves_output),
		cmocka_unit_test(
		    test_span_parse_every_digit_of_a_fraction_counts),
		cmocka_unit_test(test_span_format_is_shortest_exact),
		cmocka_unit_test(test_span_format_parses_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
