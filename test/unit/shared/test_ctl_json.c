/* test_ctl_json.c - how values are spelled in the control protocol. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "shared/ctl_json.h"
#include "shared/pure/mono.h"

/* The object as it goes over the socket, members in the order they were put. */
static void
assert_document(json_t *object, const char *expected)
{
	char *text = json_dumps(object, JSON_COMPACT);

	assert_non_null(text);
	assert_string_equal(text, expected);
	free(text);
	json_decref(object);
}

static struct addr
addr(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, &a), 0);
	return a;
}

static void
test_ctl_json_spells_numbers_words_and_truth(void **state)
{
	json_t *o = json_object();

	(void)state;
	ctl_json_set_int(o, "int", INT64_MAX);
	ctl_json_set_int(o, "negative", -7);
	ctl_json_set_bool(o, "yes", true);
	ctl_json_set_bool(o, "no", false);
	ctl_json_set_word(o, "word", "backup");
	ctl_json_set_text(o, "text", "eth0 \"\xc3\xa9\"");
	ctl_json_set(o, "value", json_null());
	assert_document(o, "{\"int\":9223372036854775807,\"negative\":-7,"
	    "\"yes\":true,\"no\":false,\"word\":\"backup\","
	    "\"text\":\"eth0 \\\"\xc3\xa9\\\"\",\"value\":null}");
}

static void
test_ctl_json_us_rounds_down(void **state)
{
	json_t *o = json_object();

	(void)state;
	ctl_json_set_us(o, "a", 1999);
	ctl_json_set_us(o, "b", 0);
	ctl_json_set_us(o, "c", 30 * NS_PER_MS);
	assert_document(o, "{\"a\":1,\"b\":0,\"c\":30000}");
}

static void
test_ctl_json_text_that_is_not_utf8_is_left_out(void **state)
{
	json_t *o = json_object();

	(void)state;
	ctl_json_set_text(o, "name", "eth\xff");
	ctl_json_set_int(o, "index", 3);
	assert_document(o, "{\"index\":3}");
}

static void
test_ctl_json_no_memory_is_a_missing_member(void **state)
{
	json_t *o = json_object();

	(void)state;
	ctl_json_set(o, "a", NULL);
	ctl_json_set_bool(o, "b", true);
	assert_document(o, "{\"b\":true}");
}

static void
test_ctl_json_addresses(void **state)
{
	static const uint8_t mac[6] = { 0x00, 0x00, 0x5e, 0x00, 0x01, 0x33 };
	struct addr v4 = addr("192.0.2.1"), v6 = addr("FE80:0::1"), none = {
	    .family = 0 };
	json_t *o = json_object();

	(void)state;
	ctl_json_set(o, "a", ctl_json_addr(&v4));
	ctl_json_set(o, "b", ctl_json_addr(&v6));
	ctl_json_set(o, "c", ctl_json_addr(&none));
	ctl_json_set_addr(o, "d", &v4);
	ctl_json_set_addr(o, "e", &none);
	ctl_json_set(o, "f", ctl_json_mac(mac));
	assert_document(o, "{\"a\":\"192.0.2.1\",\"b\":\"fe80::1\",\"c\":null,"
	    "\"d\":\"192.0.2.1\",\"f\":\"00:00:5e:00:01:33\"}");
}

/* swiftover-ctl(7): RFC 3339, microseconds, the offset of the daemon's zone. */
static void
test_ctl_json_times_are_local_with_their_offset(void **state)
{
	int64_t t = INT64_C(1795256103123456789);
	json_t *o = json_object();

	(void)state;
	assert_int_equal(setenv("TZ", "NST3:30", 1), 0);
	tzset();
	ctl_json_set(o, "a", ctl_json_time(t));
	ctl_json_set(o, "b", ctl_json_time(0));
	ctl_json_set_time(o, "c", t);
	ctl_json_set_time(o, "d", 0);
	assert_document(o, "{\"a\":\"2026-11-21T06:45:03.123456-03:30\","
	    "\"b\":null,\"c\":\"2026-11-21T06:45:03.123456-03:30\"}");
}

static void
test_ctl_json_loop_has_every_bucket_and_the_longest(void **state)
{
	struct loop_absence a = { 0 };
	json_t *o, *list, *b;
	char text[64];

	(void)state;
	(void)histogram_add(&a.away, 90 * NS_PER_US);
	(void)histogram_add(&a.away, 3 * NS_PER_MS);
	(void)histogram_add(&a.cpu, 70 * NS_PER_US);
	(void)histogram_add(&a.late, 2 * NS_PER_S);
	a.away_longest = (struct loop_longest){ .real_ns = NS_PER_S,
	    .cpu_ns = 70 * NS_PER_US, .file = "../x/vrrpd/engine/vrrp_ctl.c",
	    .handler = "publish", .handler_ns = 2 * NS_PER_MS };
	o = ctl_json_loop(&a);
	list = json_object_get(o, "histogram");
	assert_int_equal(json_array_size(list), HISTOGRAM_BUCKETS);
	b = json_incref(json_array_get(list, 0));
	assert_document(b, "{\"up-to-us\":100,\"absences\":1,\"cpu\":1,"
	    "\"late\":0}");
	b = json_incref(json_array_get(list, 5));
	assert_document(b, "{\"up-to-us\":5000,\"absences\":1,\"cpu\":0,"
	    "\"late\":0}");
	b = json_incref(json_array_get(list, HISTOGRAM_BUCKETS - 1));
	assert_document(b, "{\"up-to-us\":null,\"absences\":0,\"cpu\":0,"
	    "\"late\":1}");
	b = json_object_get(o, "absence");
	(void)snprintf(text, sizeof(text), "%s", json_string_value(
	    json_object_get(b, "handler")));
	assert_string_equal(text, "vrrp_ctl.c publish");
	assert_int_equal(json_integer_value(json_object_get(b, "handler-us")),
	    2000);
	assert_int_equal(json_integer_value(json_object_get(b, "longest-us")),
	    3000);
	assert_int_equal(json_integer_value(json_object_get(b, "cpu-us")), 70);
	assert_non_null(json_object_get(b, "time"));
	/* Of what has not been there yet, nothing. */
	b = json_object_get(o, "cpu");
	assert_null(json_object_get(b, "handler"));
	assert_null(json_object_get(b, "time"));
	json_decref(o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ctl_json_spells_numbers_words_and_truth),
		cmocka_unit_test(test_ctl_json_us_rounds_down),
		cmocka_unit_test(
		    test_ctl_json_loop_has_every_bucket_and_the_longest),
		cmocka_unit_test(
		    test_ctl_json_text_that_is_not_utf8_is_left_out),
		cmocka_unit_test(test_ctl_json_no_memory_is_a_missing_member),
		cmocka_unit_test(test_ctl_json_addresses),
		cmocka_unit_test(
		    test_ctl_json_times_are_local_with_their_offset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
