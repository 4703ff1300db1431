/*
 * test_cursor.c - reading and writing stop at the end and stay stopped.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shared/pure/cursor.h"

static void
test_cursor_in_reads_network_order(void **state)
{
	static const uint8_t b[] = { 1, 2, 3, 0xff, 0xee, 0xdd, 0xcc, 9 };
	struct cursor_in c;

	(void)state;
	cursor_in_init(&c, b, sizeof(b));
	assert_int_equal(cursor_get_u8(&c), 1);
	assert_int_equal(cursor_get_u16(&c), 0x0203);
	assert_true(cursor_get_u32(&c) == 0xffeeddcc);
	assert_ptr_equal(cursor_get_bytes(&c, 1), b + 7);
	assert_true(cursor_in_ok(&c));
	assert_int_equal(c.left, 0);
}

static void
test_cursor_in_every_prefix_fails_without_overread(void **state)
{
	(void)state;
	for (size_t len = 0; len < 9; len++) {
		/* Exactly sized, so that a sanitizer sees one byte too far. */
		uint8_t *b = malloc(len + !len);
		struct cursor_in c;

		assert_non_null(b);
		memset(b, 0xaa, len + !len);
		cursor_in_init(&c, b, len);
		cursor_get_u8(&c);
		cursor_get_u16(&c);
		cursor_get_u32(&c);
		cursor_get_bytes(&c, 2);
		assert_false(cursor_in_ok(&c));
		free(b);
	}
}

static void
test_cursor_in_failure_is_sticky(void **state)
{
	static const uint8_t b[] = { 1, 2, 3 };
	struct cursor_in c;

	(void)state;
	cursor_in_init(&c, b, sizeof(b));
	assert_int_equal(cursor_get_u32(&c), 0);
	/* Three bytes are left, but nothing may be read any more. */
	assert_int_equal(cursor_get_u8(&c), 0);
	assert_null(cursor_get_bytes(&c, 0));
	assert_null(cursor_get_bytes(&c, SIZE_MAX));
	assert_false(cursor_in_ok(&c));
}

static void
test_cursor_in_empty_input_reads_nothing(void **state)
{
	struct cursor_in c;

	(void)state;
	cursor_in_init(&c, NULL, 0);
	cursor_get_bytes(&c, 0);
	assert_true(cursor_in_ok(&c));
	assert_int_equal(cursor_get_u8(&c), 0);
	assert_false(cursor_in_ok(&c));
}

static void
test_cursor_out_writes_network_order(void **state)
{
	static const uint8_t want[] = { 1, 2, 3, 4, 5, 6, 7, 'x', 'y', 0, 0 };
	uint8_t b[sizeof(want)];
	struct cursor_out c;

	(void)state;
	memset(b, 0xff, sizeof(b));
	cursor_out_init(&c, b, sizeof(b));
	cursor_put_u8(&c, 1);
	cursor_put_u16(&c, 0x0203);
	cursor_put_u32(&c, 0x04050607);
	cursor_put_bytes(&c, "xy", 2);
	cursor_put_zeros(&c, 2);
	assert_true(cursor_out_ok(&c));
	assert_int_equal(c.len, sizeof(want));
	assert_memory_equal(b, want, sizeof(want));
}

static void
test_cursor_out_full_writes_nothing_more(void **state)
{
	uint8_t b[4] = { 0, 0, 0, 0xee };
	struct cursor_out c;

	(void)state;
	cursor_out_init(&c, b, 3);
	cursor_put_u16(&c, 0x0102);
	cursor_put_u32(&c, 0xffffffff);
	cursor_put_u8(&c, 9);		/* would fit, but it failed before */
	cursor_put_zeros(&c, SIZE_MAX);
	assert_false(cursor_out_ok(&c));
	assert_int_equal(c.len, 2);
	assert_int_equal(b[2], 0);
	assert_int_equal(b[3], 0xee);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cursor_in_reads_network_order),
		cmocka_unit_test(test_cursor_in_every_prefix_fails_without_overread),
		cmocka_unit_test(test_cursor_in_failure_is_sticky),
		cmocka_unit_test(test_cursor_in_empty_input_reads_nothing),
		cmocka_unit_test(test_cursor_out_writes_network_order),
		cmocka_unit_test(test_cursor_out_full_writes_nothing_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
