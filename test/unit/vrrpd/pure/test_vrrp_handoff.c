/* test_vrrp_handoff.c - what one engine leaves to the next, as bytes. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "vrrpd/pure/vrrp_handoff.h"

static struct vrrp_handoff h, got;
static uint8_t buf[VRRP_HANDOFF_BYTES_MAX];

static size_t
two(void)
{
	memset(&h, 0, sizeof(h));
	h.left.ns = INT64_C(0x123456789abcdef);
	h.count = 2;
	strcpy(h.list[0].name, "web");
	h.list[0].active_since.ns = INT64_C(0x1234567);
	h.list[0].flags = VRRP_HANDOFF_ACTIVE;
	h.list[1].flags = VRRP_HANDOFF_ACTIVE;
	strcpy(h.list[1].name, "a-name-of-the-longest-kind-there");
	h.list[1].name[31] = '\0';
	h.list[1].active_since = h.left;
	return vrrp_handoff_encode(&h, buf, sizeof(buf));
}

/* L-24 */
static void
test_vrrp_handoff_comes_back_as_it_was(void **state)
{
	size_t len = two();
	unsigned i;

	(void)state;
	assert_true(vrrp_handoff_decode(buf, len, &got));
	assert_true(got.left.ns == h.left.ns);
	assert_int_equal(got.count, 2);
	for (i = 0; i < 2; i++) {
		assert_string_equal(got.list[i].name, h.list[i].name);
		assert_int_equal(got.list[i].flags, h.list[i].flags);
		assert_true(got.list[i].active_since.ns ==
		    h.list[i].active_since.ns);
	}
	assert_ptr_equal(vrrp_handoff_find(&got, "web"), &got.list[0]);
	assert_null(vrrp_handoff_find(&got, "we"));
	assert_null(vrrp_handoff_find(NULL, "web"));
}

static void
test_vrrp_handoff_full_and_empty_fit(void **state)
{
	size_t len;
	unsigned i;

	(void)state;
	two();
	h.count = 0;
	len = vrrp_handoff_encode(&h, buf, sizeof(buf));
	assert_int_equal(len, VRRP_HANDOFF_BYTES_MIN);
	assert_true(vrrp_handoff_decode(buf, len, &got));
	h.count = VRRP_HANDOFF_MAX;
	for (i = 0; i < h.count; i++)
		h.list[i] = (struct vrrp_handoff_entry){
		    "a-name-of-the-longest-kind-ther", { 1 },
		    VRRP_HANDOFF_FLAGS };
	len = vrrp_handoff_encode(&h, buf, sizeof(buf));
	assert_int_equal(len, VRRP_HANDOFF_BYTES_MAX);
	assert_true(vrrp_handoff_decode(buf, len, &got));
	assert_int_equal(vrrp_handoff_encode(&h, buf, len - 1), 0);
}

static void
test_vrrp_handoff_every_prefix_and_any_byte_more_is_refused(void **state)
{
	size_t len = two(), i;

	(void)state;
	for (i = 0; i < len; i++)
		assert_false(vrrp_handoff_decode(buf, i, &got));
	buf[len] = 0;
	assert_false(vrrp_handoff_decode(buf, len + 1, &got));
}

static void
test_vrrp_handoff_nonsense_is_refused(void **state)
{
	size_t len = two();

	(void)state;
	h.list[0].active_since.ns = h.left.ns + 1;	/* the future */
	len = vrrp_handoff_encode(&h, buf, sizeof(buf));
	assert_false(vrrp_handoff_decode(buf, len, &got));
	len = two();
	buf[0] = 0x80;					/* a negative instant */
	assert_false(vrrp_handoff_decode(buf, len, &got));
	len = two();
	buf[8] = 0xff;					/* too many */
	assert_false(vrrp_handoff_decode(buf, len, &got));
	len = two();
	buf[18] = 0;					/* nothing to say */
	assert_false(vrrp_handoff_decode(buf, len, &got));
	len = two();
	buf[18] = VRRP_HANDOFF_FLAGS + 1;
	assert_false(vrrp_handoff_decode(buf, len, &got));
	len = two();
	buf[19] = 0;					/* no name */
	assert_false(vrrp_handoff_decode(buf, len, &got));
	len = two();
	buf[21] = '\0';					/* within a name */
	assert_false(vrrp_handoff_decode(buf, len, &got));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vrrp_handoff_comes_back_as_it_was),
		cmocka_unit_test(test_vrrp_handoff_full_and_empty_fit),
		cmocka_unit_test(
		    test_vrrp_handoff_every_prefix_and_any_byte_more_is_refused),
		cmocka_unit_test(test_vrrp_handoff_nonsense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
