/*
 * test_vrrp_level.c - there and back, and nothing that was not sent.
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "vrrpd/pure/vrrp_level.h"

static const struct vrrp_level sample = {
	.kind = VRRP_TRACK_PROCESS, .name = "nginx", .up = false,
	.since = { INT64_C(0x123456789abcdef) }, .reason = "no process nginx",
};

static void
test_vrrp_level_decodes_what_was_encoded(void **state)
{
	uint8_t buf[VRRP_LEVEL_BYTES_MAX];
	struct vrrp_level l = sample, out;
	size_t n = vrrp_level_encode(&l, buf);

	(void)state;
	memset(&out, 0xff, sizeof(out));
	assert_int_equal(vrrp_level_decode(buf, n, &out), 0);
	assert_int_equal(out.kind, l.kind);
	assert_string_equal(out.name, l.name);
	assert_false(out.up);
	assert_int_equal(out.since.ns, l.since.ns);
	assert_string_equal(out.reason, l.reason);

	/* The longest, and none at all. */
	memset(l.name, 'n', sizeof(l.name) - 1);
	memset(l.reason, 'r', sizeof(l.reason) - 1);
	l.up = true;
	n = vrrp_level_encode(&l, buf);
	assert_true(n <= sizeof(buf));
	assert_int_equal(vrrp_level_decode(buf, n, &out), 0);
	assert_string_equal(out.name, l.name);
	assert_string_equal(out.reason, l.reason);
	assert_true(out.up);
	l.reason[0] = '\0';
	strcpy(l.name, "x");
	n = vrrp_level_encode(&l, buf);
	assert_true(n >= VRRP_LEVEL_BYTES_MIN);
	assert_int_equal(vrrp_level_decode(buf, n, &out), 0);
	assert_string_equal(out.reason, "");
	assert_false(out.number);

	l.number = true;
	l.value = -2000000000;
	n = vrrp_level_encode(&l, buf);
	assert_int_equal(vrrp_level_decode(buf, n, &out), 0);
	assert_true(out.number);
	assert_int_equal(out.value, -2000000000);
}

static void
test_vrrp_level_prefixes_and_more_are_refused(void **state)
{
	uint8_t buf[VRRP_LEVEL_BYTES_MAX + 1];
	struct vrrp_level out = { .name = "untouched" };
	size_t n = vrrp_level_encode(&sample, buf);

	(void)state;
	for (size_t i = 0; i < n; i++)
		assert_int_equal(vrrp_level_decode(buf, i, &out), -EBADMSG);
	buf[n] = 0;
	assert_int_equal(vrrp_level_decode(buf, n + 1, &out), -EBADMSG);
	assert_string_equal(out.name, "untouched");
}

static void
test_vrrp_level_values_out_of_range_are_refused(void **state)
{
	uint8_t good[VRRP_LEVEL_BYTES_MAX], buf[VRRP_LEVEL_BYTES_MAX];
	size_t n = vrrp_level_encode(&sample, good);
	struct vrrp_level out;
	static const struct { size_t at; uint8_t value; } bad[] = {
		{ 0, VRRP_TRACK_KIND_COUNT }, { 1, 2 }, { 2, 0x80 },
		{ 10, 1 }, { 10, 2 }, { 11, 1 },	/* a number that is down */
		{ 15, 0 }, { 15, VRRP_NAME_MAX }, { 16, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memcpy(buf, good, n);
		buf[bad[i].at] = bad[i].value;
		assert_int_equal(vrrp_level_decode(buf, n, &out), -EBADMSG);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vrrp_level_decodes_what_was_encoded),
		cmocka_unit_test(test_vrrp_level_prefixes_and_more_are_refused),
		cmocka_unit_test(test_vrrp_level_values_out_of_range_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
