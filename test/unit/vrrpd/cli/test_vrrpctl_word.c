/*
 * test_vrrpctl_word.c - values as people read them, and members of documents.
 */
#include "config.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "vrrpd/cli/vrrpctl_doc.h"
#include "vrrpd/cli/vrrpctl_word.h"

static void
test_vrrpctl_word_span_has_the_unit_of_few_digits(void **state)
{
	static const struct { int64_t us; const char *text, *shorter; } c[] = {
		{ 0, "0 us", "0us" },
		{ 999, "999 us", "999us" },
		{ 1000, "1 ms", "1ms" },
		{ 7300, "7.3 ms", "7.3ms" },
		{ 30150, "30.15 ms", "30.15ms" },
		{ 999999, "999.999 ms", "999.999ms" },
		{ 1000000, "1 s", "1s" },
		{ 2500000, "2.5 s", "2.5s" },
		{ -999, "-999 us", "-999us" },
		{ -1000, "-1 ms", "-1ms" },
	};
	char buf[VALUE_LEN];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		assert_string_equal(word_span(buf, c[i].us), c[i].text);
		assert_string_equal(word_short_span(buf, c[i].us),
		    c[i].shorter);
	}
}

static void
test_vrrpctl_word_length_has_two_units_at_most(void **state)
{
	static const struct { int64_t s; const char *text; } c[] = {
		{ -5, "0s" }, { 0, "0s" }, { 59, "59s" }, { 60, "1m00s" },
		{ 312, "5m12s" }, { 3599, "59m59s" }, { 3600, "1h00m" },
		{ 86399, "23h59m" }, { 86400, "1d00h" },
		{ 40000000, "462d23h" },
	};
	char buf[VALUE_LEN];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(c) / sizeof(c[0]); i++)
		assert_string_equal(word_length(buf, c[i].s * 1000000),
		    c[i].text);
}

static void
test_vrrpctl_word_age_and_moment_of_what_is_no_time(void **state)
{
	char buf[VALUE_LEN];

	(void)state;
	assert_string_equal(word_age(buf, INT64_C(90) * 1000000,
	    "1970-01-01T00:00:30+00:00"), "1m00s");
	assert_string_equal(word_age(buf, 0, NULL), "-");
	assert_string_equal(word_age(buf, 0, "yesterday"), "-");
	assert_string_equal(word_moment(buf, "yesterday"), "yesterday");
	/* In the reader's zone, whatever zone the daemon was in. */
	assert_string_equal(word_moment(buf,
	    "2026-11-21T06:20:45.5-05:00"), "2026-11-21T12:20:45.500000+01:00");
}

static void
test_vrrpctl_doc_time_us_reads_zones_and_fractions(void **state)
{
	static const struct { const char *text; int64_t us; } c[] = {
		{ "1970-01-01T00:00:00+00:00", 0 },
		{ "1970-01-01T01:00:00+01:00", 0 },
		{ "1969-12-31T19:30:00-04:30", 0 },
		{ "1970-01-01T00:00:01Z", 1000000 },
		{ "1970-01-01T00:00:01.5Z", 1500000 },
		{ "1970-01-01T00:00:01.000004+00:00", 1000004 },
		{ "1970-01-01T00:00:01.0000049+00:00", 1000004 },
		{ "1970-01-01", -1 },
		{ "", -1 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(c) / sizeof(c[0]); i++)
		if (doc_time_us(c[i].text) != c[i].us)
			fail_msg("%s: %lld", c[i].text,
			    (long long)doc_time_us(c[i].text));
	assert_int_equal(doc_time_us(NULL), -1);
}

/* A daemon of another version may send another type, or nothing. */
static void
test_vrrpctl_doc_another_type_is_as_good_as_absent(void **state)
{
	json_t *o = json_pack("{s:s, s:s, s:i, s:n, s:[]}", "text", "a",
	    "empty", "", "number", 7, "null", "list");

	(void)state;
	assert_non_null(o);
	assert_string_equal(doc_str(o, "text"), "a");
	assert_null(doc_str(o, "number"));
	assert_null(doc_str(o, "nothing"));
	assert_null(doc_str(NULL, "text"));
	assert_string_equal(doc_str_or(o, "empty", "-"), "-");
	assert_string_equal(doc_str_or(o, "list", "-"), "-");
	assert_true(doc_has_int(o, "number"));
	assert_false(doc_has_int(o, "text"));
	assert_int_equal(doc_num(o, "number"), 7);
	assert_int_equal(doc_num(o, "null"), 0);
	json_decref(o);
}

static void
test_vrrpctl_doc_sessions_with_a_peer_only(void **state)
{
	json_t *o = json_pack("{s:[{s:s}, {s:s}, {}]}", "sessions", "peer",
	    "192.0.2.1", "peer", "192.0.2.2"), *found;

	(void)state;
	assert_non_null(o);
	found = doc_sessions_with(o, "192.0.2.2");
	assert_int_equal(json_array_size(found), 1);
	json_decref(found);
	found = doc_sessions_with(o, "192.0.2.3");
	assert_int_equal(json_array_size(found), 0);
	json_decref(found);
	json_decref(o);
}

static int
set_up(void **state)
{
	(void)state;
	(void)setenv("TZ", "CET-1", 1);
	tzset();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_vrrpctl_word_span_has_the_unit_of_few_digits),
		cmocka_unit_test(
		    test_vrrpctl_word_length_has_two_units_at_most),
		cmocka_unit_test(
		    test_vrrpctl_word_age_and_moment_of_what_is_no_time),
		cmocka_unit_test(
		    test_vrrpctl_doc_time_us_reads_zones_and_fractions),
		cmocka_unit_test(
		    test_vrrpctl_doc_another_type_is_as_good_as_absent),
		cmocka_unit_test(test_vrrpctl_doc_sessions_with_a_peer_only),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
