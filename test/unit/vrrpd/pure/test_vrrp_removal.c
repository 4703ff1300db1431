/*
 * test_vrrp_removal.c - devices to be removed: bytes, and the list.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "vrrpd/pure/vrrp_removal.h"

static const struct vrrp_removal two[2] = {
	{ .ifindex = 7, .tag = 0x40001200, .name = "vr4-51-2" },
	{ .ifindex = INT32_MAX, .tag = -1, .name = "vr6-255-1234567" },
};
static uint8_t buf[2 * VRRP_REMOVAL_BYTES];
static struct vrrp_removal out[VRRP_REMOVALS_MESSAGE];
static struct vrrp_removals list;

static void
test_vrrp_removal_survives_its_bytes(void **state)
{
	unsigned n = 0;

	(void)state;
	assert_int_equal(vrrp_removal_encode(two, 2, buf), sizeof(buf));
	assert_true(vrrp_removal_decode(buf, sizeof(buf), out, &n));
	assert_int_equal(n, 2);
	assert_memory_equal(out, two, sizeof(two));
}

static void
test_vrrp_removal_decoder_takes_whole_entries_with_a_name(void **state)
{
	unsigned n = 77;
	size_t len;

	(void)state;
	(void)vrrp_removal_encode(two, 2, buf);
	for (len = 0; len < sizeof(buf); len++)
		if (len != VRRP_REMOVAL_BYTES)
			assert_false(vrrp_removal_decode(buf, len, out, &n));
	memset(buf, 0, 4);				/* index 0 */
	assert_false(vrrp_removal_decode(buf, sizeof(buf), out, &n));
	(void)vrrp_removal_encode(two, 2, buf);
	buf[0] = 0x80;					/* negative */
	assert_false(vrrp_removal_decode(buf, sizeof(buf), out, &n));
	(void)vrrp_removal_encode(two, 2, buf);
	buf[8] = '\0';					/* no name */
	assert_false(vrrp_removal_decode(buf, sizeof(buf), out, &n));
	(void)vrrp_removal_encode(two, 2, buf);
	buf[VRRP_REMOVAL_BYTES - 1] = 'x';		/* after its end */
	assert_false(vrrp_removal_decode(buf, sizeof(buf), out, &n));
	memset(buf + 8, 'x', VRRP_REMOVAL_NAME_MAX);	/* no end */
	assert_false(vrrp_removal_decode(buf, sizeof(buf), out, &n));
	assert_int_equal(n, 77);
}

static void
test_vrrp_removal_list_asks_for_each_once(void **state)
{
	(void)state;
	memset(&list, 0, sizeof(list));
	assert_int_equal(vrrp_removals_next(&list, out), 0);
	assert_true(vrrp_removals_put(&list, &two[0]));
	assert_true(vrrp_removals_put(&list, &two[1]));
	assert_true(vrrp_removals_put(&list, &two[0]));	/* as the last */
	assert_int_equal(list.count, 2);
	assert_int_equal(vrrp_removals_next(&list, out), 2);
	assert_int_equal(out[0].ifindex, two[1].ifindex);
	vrrp_removals_asked(&list, out, 1);
	assert_int_equal(vrrp_removals_next(&list, out), 1);
	assert_int_equal(out[0].ifindex, 7);
	assert_true(vrrp_removals_named(&list, two[1].name)->asked);
	assert_false(vrrp_removals_named(&list, two[0].name)->asked);
	assert_null(vrrp_removals_named(&list, "vr4-51"));
	vrrp_removals_again(&list);
	assert_int_equal(vrrp_removals_next(&list, out), 2);
	assert_true(vrrp_removals_drop(&list, 7));
	assert_false(vrrp_removals_drop(&list, 7));
	assert_int_equal(list.count, 1);
}

static void
test_vrrp_removal_list_has_an_end(void **state)
{
	struct vrrp_removal r = two[0];
	unsigned i;

	(void)state;
	memset(&list, 0, sizeof(list));
	for (i = 1; i <= VRRP_REMOVALS_MAX; i++) {
		r.ifindex = (int)i;
		assert_true(vrrp_removals_put(&list, &r));
	}
	r.ifindex = (int)i;
	assert_false(vrrp_removals_put(&list, &r));
	r.ifindex = 5;
	assert_true(vrrp_removals_put(&list, &r));
	assert_int_equal(vrrp_removals_next(&list, out),
	    VRRP_REMOVALS_MESSAGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vrrp_removal_survives_its_bytes),
		cmocka_unit_test(
		    test_vrrp_removal_decoder_takes_whole_entries_with_a_name),
		cmocka_unit_test(test_vrrp_removal_list_asks_for_each_once),
		cmocka_unit_test(test_vrrp_removal_list_has_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
