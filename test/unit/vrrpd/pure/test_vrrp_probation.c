/* test_vrrp_probation.c - the messages about configurations, and pieces of long ones. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "vrrpd/pure/vrrp_parcel.h"
#include "vrrpd/pure/vrrp_probation.h"

static void
test_vrrp_probation_reloaded_survives_the_way_or_is_refused(void **state)
{
	static const struct {
		struct vrrp_reloaded r;
		bool good;
	} rows[] = {
		{ { 0, 1, 0 }, true },
		{ { 3, UINT32_MAX, 60 * NS_PER_S }, true },
		{ { 3, VRRP_READ_BACK, 0 }, true },
		{ { 3, 7, VRRP_PROBATION_MIN_NS }, true },
		{ { 3, 7, VRRP_PROBATION_MAX_NS }, true },
		{ { 3, 7, VRRP_PROBATION_MIN_NS - 1 }, false },
		{ { 3, 7, VRRP_PROBATION_MAX_NS + 1 }, false },
		{ { 3, 7, -1 }, false },
		/* Values that one goes back to are not on trial. */
		{ { 3, VRRP_READ_BACK, 60 * NS_PER_S }, false },
	};
	uint8_t body[VRRP_RELOADED_BYTES + 1] = { 0 };
	struct vrrp_reloaded out;
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(vrrp_reloaded_encode(&rows[i].r, body),
		    VRRP_RELOADED_BYTES);
		memset(&out, 0, sizeof(out));
		assert_int_equal(vrrp_reloaded_decode(body,
		    VRRP_RELOADED_BYTES, &out), rows[i].good);
		if (rows[i].good) {
			assert_int_equal(out.needs, rows[i].r.needs);
			assert_int_equal(out.number, rows[i].r.number);
			assert_int_equal(out.trial_ns, rows[i].r.trial_ns);
		}
		for (n = 0; n < VRRP_RELOADED_BYTES; n++)
			assert_false(vrrp_reloaded_decode(body, n, &out));
		assert_false(vrrp_reloaded_decode(body,
		    VRRP_RELOADED_BYTES + 1, &out));
	}
}

static void
test_vrrp_probation_level_survives_the_way_or_is_refused(void **state)
{
	static const struct {
		struct vrrp_probation t;
		bool good;
	} rows[] = {
		{ { false, 0, { 0 } }, true },
		{ { true, 9, { 5 * NS_PER_S } }, true },
		{ { false, 9, { 5 } }, false },
		{ { true, 9, { -1 } }, false },
	};
	uint8_t body[VRRP_PROBATION_BYTES + 1] = { 0 };
	struct vrrp_probation out;
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(vrrp_probation_encode(&rows[i].t, body),
		    VRRP_PROBATION_BYTES);
		assert_int_equal(vrrp_probation_decode(body, VRRP_PROBATION_BYTES,
		    &out), rows[i].good);
		if (rows[i].good) {
			assert_int_equal(out.pending, rows[i].t.pending);
			assert_int_equal(out.number, rows[i].t.number);
			assert_int_equal(out.until.ns, rows[i].t.until.ns);
		}
		for (n = 0; n < VRRP_PROBATION_BYTES; n++)
			assert_false(vrrp_probation_decode(body, n, &out));
		assert_false(vrrp_probation_decode(body, VRRP_PROBATION_BYTES + 1,
		    &out));
	}
	body[0] = 2;
	assert_false(vrrp_probation_decode(body, VRRP_PROBATION_BYTES, &out));
}

static void
test_vrrp_probation_unread_has_a_number_and_a_reason(void **state)
{
	struct vrrp_unread u = { .number = 77 }, out;
	uint8_t body[VRRP_UNREAD_BYTES_MAX + 1];
	size_t len;

	(void)state;
	memset(u.why, 'x', sizeof(u.why) - 1);
	len = vrrp_unread_encode(&u, body);
	assert_int_equal(len, VRRP_UNREAD_BYTES_MAX);
	assert_true(vrrp_unread_decode(body, len, &out));
	assert_int_equal(out.number, 77);
	assert_string_equal(out.why, u.why);
	assert_true(vrrp_unread_decode(body, 5, &out));
	assert_string_equal(out.why, "x");
	for (len = 0; len < 5; len++)
		assert_false(vrrp_unread_decode(body, len, &out));
	body[VRRP_UNREAD_BYTES_MAX] = 'x';
	assert_false(vrrp_unread_decode(body, VRRP_UNREAD_BYTES_MAX + 1,
	    &out));
	body[6] = '\0';
	assert_false(vrrp_unread_decode(body, 10, &out));
}

static void
test_vrrp_parcel_pieces_make_the_whole(void **state)
{
	static uint8_t whole[3 * VRRP_PARCEL_PIECE + 5];
	static uint8_t body[VRRP_PARCEL_HEADER + VRRP_PARCEL_PIECE];
	struct vrrp_piece p;
	size_t at, len, i;

	(void)state;
	for (i = 0; i < sizeof(whole); i++)
		whole[i] = (uint8_t)(i * 7);
	for (at = 0; at < sizeof(whole); at += p.len) {
		len = vrrp_piece_encode(9, whole, sizeof(whole), at, body);
		assert_true(vrrp_piece_decode(body, len, &p));
		assert_int_equal(p.number, 9);
		assert_int_equal(p.total, sizeof(whole));
		assert_int_equal(p.at, at);
		assert_memory_equal(p.bytes, whole + at, p.len);
	}
	assert_int_equal(p.len, 5);
}

static void
test_vrrp_parcel_piece_beyond_the_whole_is_refused(void **state)
{
	static const struct {
		uint32_t total, at;
		size_t len;
		bool good;
	} rows[] = {
		{ 10, 0, 10, true }, { 10, 9, 1, true },
		{ 10, 0, 0, false }, { 10, 0, 11, false },
		{ 10, 9, 2, false }, { 10, 10, 1, false },
		{ 10, UINT32_MAX, 2, false }, { 0, 0, 1, false },
		{ VRRP_PARCEL_MAX, 0, 1, true },
		{ VRRP_PARCEL_MAX + 1, 0, 1, false },
		{ UINT32_MAX, UINT32_MAX - 1, 1, false },
	};
	uint8_t body[64] = { 0 };
	struct vrrp_piece p;
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (n = 0; n < 4; n++) {
			body[4 + n] = (uint8_t)(rows[i].total >> (24 - 8 * n));
			body[8 + n] = (uint8_t)(rows[i].at >> (24 - 8 * n));
		}
		assert_int_equal(vrrp_piece_decode(body, VRRP_PARCEL_HEADER +
		    rows[i].len, &p), rows[i].good);
	}
	for (n = 0; n <= VRRP_PARCEL_HEADER; n++)
		assert_false(vrrp_piece_decode(body, n, &p));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vrrp_probation_reloaded_survives_the_way_or_is_refused),
		cmocka_unit_test(test_vrrp_probation_level_survives_the_way_or_is_refused),
		cmocka_unit_test(test_vrrp_probation_unread_has_a_number_and_a_reason),
		cmocka_unit_test(test_vrrp_parcel_pieces_make_the_whole),
		cmocka_unit_test(test_vrrp_parcel_piece_beyond_the_whole_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
