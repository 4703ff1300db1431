/*
 * test_vrrp_joining.c - groups to be joined: bytes.
 */
#include "config.h"

#include <sys/socket.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "vrrpd/pure/vrrp_joining.h"

static uint8_t buf[VRRP_JOINING_BYTES + 1];
static const struct vrrp_joining a = { 1, 7, AF_INET };

static void
test_vrrp_joining_survives_its_bytes(void **state)
{
	const struct vrrp_joining b = { UINT32_MAX, INT32_MAX, AF_INET6 };
	struct vrrp_joining out;

	(void)state;
	assert_int_equal(vrrp_joining_encode(&a, buf), VRRP_JOINING_BYTES);
	assert_true(vrrp_joining_decode(buf, VRRP_JOINING_BYTES, &out));
	assert_int_equal(out.number, 1);
	assert_int_equal(out.ifindex, 7);
	assert_int_equal(out.family, AF_INET);
	(void)vrrp_joining_encode(&b, buf);
	assert_true(vrrp_joining_decode(buf, VRRP_JOINING_BYTES, &out));
	assert_int_equal(out.number, UINT32_MAX);
	assert_int_equal(out.ifindex, INT32_MAX);
	assert_int_equal(out.family, AF_INET6);
}

static void
test_vrrp_joining_refuses_what_cannot_be(void **state)
{
	static const struct { unsigned at; uint8_t byte; } bad[] = {
		{ 3, 0 },		/* no number */
		{ 7, 0 },		/* no interface */
		{ 4, 0x80 },		/* a negative one */
		{ 8, 0 }, { 8, 5 }, { 8, 10 },
		{ 9, 1 }, { 10, 1 }, { 11, 0x80 },
	};
	struct vrrp_joining out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)vrrp_joining_encode(&a, buf);
		buf[bad[i].at] = bad[i].byte;
		assert_false(vrrp_joining_decode(buf, VRRP_JOINING_BYTES,
		    &out));
	}
	(void)vrrp_joining_encode(&a, buf);
	assert_false(vrrp_joining_decode(buf, VRRP_JOINING_BYTES - 1, &out));
	assert_false(vrrp_joining_decode(buf, VRRP_JOINING_BYTES + 1, &out));
}

static void
test_vrrp_joining_answer_survives_its_bytes(void **state)
{
	uint32_t number = 0;
	int error = 1;

	(void)state;
	assert_int_equal(vrrp_joined_encode(9, -ENODEV, buf),
	    VRRP_JOINED_BYTES);
	assert_true(vrrp_joined_decode(buf, VRRP_JOINED_BYTES, &number,
	    &error));
	assert_int_equal(number, 9);
	assert_int_equal(error, -ENODEV);
	(void)vrrp_joined_encode(9, 0, buf);
	assert_true(vrrp_joined_decode(buf, VRRP_JOINED_BYTES, &number,
	    &error));
	assert_int_equal(error, 0);
	assert_false(vrrp_joined_decode(buf, VRRP_JOINED_BYTES - 1, &number,
	    &error));
	buf[4] = 1;			/* no errno is that large */
	assert_false(vrrp_joined_decode(buf, VRRP_JOINED_BYTES, &number,
	    &error));
	(void)vrrp_joined_encode(0, 0, buf);
	assert_false(vrrp_joined_decode(buf, VRRP_JOINED_BYTES, &number,
	    &error));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vrrp_joining_survives_its_bytes),
		cmocka_unit_test(test_vrrp_joining_refuses_what_cannot_be),
		cmocka_unit_test(test_vrrp_joining_answer_survives_its_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
