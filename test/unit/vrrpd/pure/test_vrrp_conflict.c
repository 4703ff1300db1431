/*
 * test_vrrp_conflict.c - what is kept of a router that does not fit.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "vrrpd/pure/vrrp_conflict.h"

static const mono_t start = { 1000 * NS_PER_S };
static const uint8_t list[] = { 192, 0, 2, 77, 192, 0, 2, 78, 192, 0, 2, 79,
    192, 0, 2, 80, 192, 0, 2, 81 };

static struct addr
host(uint8_t last)
{
	const uint8_t bytes[] = { 192, 0, 2, last };

	return addr_from_bytes(AF_INET, bytes);
}

static void
test_vrrp_conflict_none_yet_is_not_present(void **state)
{
	struct vrrp_conflict c = { .kind = VRRP_CONFLICT_NONE };

	(void)state;
	assert_false(vrrp_conflict_present(&c, start));
}

static void
test_vrrp_conflict_same_again_counts(void **state)
{
	struct vrrp_conflict c = { .kind = VRRP_CONFLICT_NONE };
	struct addr source = host(66);
	char text[64];

	(void)state;
	vrrp_conflict_note(&c, start, VRRP_CONFLICT_OTHER_ADDRESSES, &source,
	    list, 2);
	vrrp_conflict_note(&c, mono_add(start, NS_PER_S),
	    VRRP_CONFLICT_OTHER_ADDRESSES, &source, list, 2);
	assert_int_equal(c.count, 2);
	assert_string_equal(vrrp_conflict_addrs(&c, text, sizeof(text)),
	    "192.0.2.77,192.0.2.78");
	assert_true(vrrp_conflict_present(&c, mono_add(start, NS_PER_S)));
}

static void
test_vrrp_conflict_another_router_replaces(void **state)
{
	struct vrrp_conflict c = { .kind = VRRP_CONFLICT_NONE };
	struct addr source = host(66), other = host(67);
	char text[64];

	(void)state;
	vrrp_conflict_note(&c, start, VRRP_CONFLICT_OTHER_ADDRESSES, &source,
	    list, 2);
	vrrp_conflict_note(&c, start, VRRP_CONFLICT_DUPLICATE_ADDRESS, &other,
	    NULL, 0);
	assert_int_equal(c.kind, VRRP_CONFLICT_DUPLICATE_ADDRESS);
	assert_int_equal(c.count, 1);
	assert_true(addr_equal(&c.source, &other));
	assert_string_equal(vrrp_conflict_addrs(&c, text, sizeof(text)), "");
}

static void
test_vrrp_conflict_long_list_is_cut_and_says_so(void **state)
{
	struct vrrp_conflict c = { .kind = VRRP_CONFLICT_NONE };
	struct addr source = host(66);
	char text[128], small[16];

	(void)state;
	vrrp_conflict_note(&c, start, VRRP_CONFLICT_OTHER_ADDRESSES, &source,
	    list, 5);
	assert_string_equal(vrrp_conflict_addrs(&c, text, sizeof(text)),
	    "192.0.2.77,192.0.2.78,192.0.2.79,192.0.2.80,...");
	(void)vrrp_conflict_addrs(&c, small, sizeof(small));
	assert_true(strlen(small) < sizeof(small));
}

static void
test_vrrp_conflict_is_forgotten_after_its_age(void **state)
{
	struct vrrp_conflict c = { .kind = VRRP_CONFLICT_NONE };
	struct addr source = host(66);

	(void)state;
	vrrp_conflict_note(&c, start, VRRP_CONFLICT_TWO_OWNERS, &source, list,
	    1);
	assert_true(vrrp_conflict_present(&c, mono_add(start,
	    VRRP_CONFLICT_AGE_NS - 1)));
	assert_false(vrrp_conflict_present(&c, mono_add(start,
	    VRRP_CONFLICT_AGE_NS)));
}

/* A malformed packet says nothing about how its sender is configured. */
static void
test_vrrp_conflict_only_some_refusals_are_conflicts(void **state)
{
	(void)state;
	assert_int_equal(vrrp_conflict_of(VRRP_OWN_SOURCE),
	    VRRP_CONFLICT_DUPLICATE_ADDRESS);
	assert_int_equal(vrrp_conflict_of(VRRP_VERSION),
	    VRRP_CONFLICT_VERSION);
	assert_int_equal(vrrp_conflict_of(VRRP_AUTH_DATA),
	    VRRP_CONFLICT_AUTHENTICATION);
	assert_int_equal(vrrp_conflict_of(VRRP_V2_ADDRESS_LIST),
	    VRRP_CONFLICT_OTHER_ADDRESSES);
	assert_int_equal(vrrp_conflict_of(VRRP_CHECKSUM), VRRP_CONFLICT_NONE);
	assert_int_equal(vrrp_conflict_of(VRRP_IP_TTL), VRRP_CONFLICT_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vrrp_conflict_none_yet_is_not_present),
		cmocka_unit_test(test_vrrp_conflict_same_again_counts),
		cmocka_unit_test(test_vrrp_conflict_another_router_replaces),
		cmocka_unit_test(
		    test_vrrp_conflict_long_list_is_cut_and_says_so),
		cmocka_unit_test(test_vrrp_conflict_is_forgotten_after_its_age),
		cmocka_unit_test(
		    test_vrrp_conflict_only_some_refusals_are_conflicts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
