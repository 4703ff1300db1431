/* test_vrrp_refused.c - counts of refused messages, there and back. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "vrrpd/pure/vrrp_refused.h"

static const struct vrrp_refused sample = {
	.count = UINT64_C(0x123456789abcdef),
	.type = VRRP_MSG_WILL,
	.why = VRRP_REFUSAL_BODY,
	.real_ns = INT64_C(1795232616938823456),
};

static void
test_vrrp_refused_note_keeps_the_last(void **state)
{
	struct vrrp_refused r = { 0 };

	(void)state;
	vrrp_refused_note(&r, VRRP_MSG_WILL, VRRP_REFUSAL_ROOM, 7);
	vrrp_refused_note(&r, VRRP_MSG_COUNT, VRRP_REFUSAL_TYPE, 8);
	assert_int_equal(r.count, 2);
	assert_int_equal(r.type, VRRP_MSG_NONE);
	assert_int_equal(r.why, VRRP_REFUSAL_TYPE);
	assert_int_equal(r.real_ns, 8);
}

static void
test_vrrp_refused_decodes_what_was_encoded(void **state)
{
	uint8_t buf[VRRP_REFUSED_BYTES];
	struct vrrp_refused out;
	enum vrrp_way way;

	(void)state;
	assert_int_equal(vrrp_refused_encode(VRRP_WAY_CHECKS_DOWN, &sample,
	    buf), sizeof(buf));
	assert_true(vrrp_refused_decode(buf, sizeof(buf), &way, &out));
	assert_int_equal(way, VRRP_WAY_CHECKS_DOWN);
	assert_int_equal(out.count, sample.count);
	assert_int_equal(out.type, sample.type);
	assert_int_equal(out.why, sample.why);
	assert_int_equal(out.real_ns, sample.real_ns);
}

static void
test_vrrp_refused_prefixes_and_more_are_refused(void **state)
{
	uint8_t buf[VRRP_REFUSED_BYTES + 1] = { 0 };
	struct vrrp_refused out = { .count = 5 };
	enum vrrp_way way = VRRP_WAY_ENGINE_UP;
	size_t len;

	(void)state;
	(void)vrrp_refused_encode(VRRP_WAY_CHECKS_DOWN, &sample, buf);
	for (len = 0; len <= sizeof(buf); len++)
		if (len != VRRP_REFUSED_BYTES)
			assert_false(vrrp_refused_decode(buf, len, &way,
			    &out));
	assert_int_equal(way, VRRP_WAY_ENGINE_UP);
	assert_int_equal(out.count, 5);
}

static void
test_vrrp_refused_values_out_of_range_are_refused(void **state)
{
	static const struct { size_t at; uint8_t value; } bad[] = {
		{ 0, VRRP_WAY_COUNT }, { 1, VRRP_MSG_COUNT },
		{ 2, VRRP_REFUSAL_NONE }, { 2, VRRP_REFUSAL_COUNT },
		{ 11, 0x80 },				/* before the epoch */
	};
	uint8_t buf[VRRP_REFUSED_BYTES];
	struct vrrp_refused out, none = sample;
	enum vrrp_way way;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)vrrp_refused_encode(VRRP_WAY_ENGINE_UP, &sample, buf);
		buf[bad[i].at] = bad[i].value;
		assert_false(vrrp_refused_decode(buf, sizeof(buf), &way,
		    &out));
	}
	none.count = 0;
	(void)vrrp_refused_encode(VRRP_WAY_ENGINE_UP, &none, buf);
	assert_false(vrrp_refused_decode(buf, sizeof(buf), &way, &out));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vrrp_refused_note_keeps_the_last),
		cmocka_unit_test(test_vrrp_refused_decodes_what_was_encoded),
		cmocka_unit_test(
		    test_vrrp_refused_prefixes_and_more_are_refused),
		cmocka_unit_test(
		    test_vrrp_refused_values_out_of_range_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
