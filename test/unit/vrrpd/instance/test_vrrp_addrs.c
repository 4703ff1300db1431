/* test_vrrp_addrs.c - the addresses of the host, few or many. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <time.h>

#include "vrrpd/instance/vrrp_addrs.h"

#define MANY	40000

static struct vrrp_addrs as;

static struct nl_addr
address(int ifindex, unsigned n, uint8_t len)
{
	struct nl_addr a = { .ifindex = ifindex, .prefix.len = len };

	a.prefix.addr.family = AF_INET;
	a.prefix.addr.bytes[0] = 10;
	a.prefix.addr.bytes[1] = (uint8_t)(n >> 16);
	a.prefix.addr.bytes[2] = (uint8_t)(n >> 8);
	a.prefix.addr.bytes[3] = (uint8_t)n;
	return a;
}

static unsigned
count(int ifindex)
{
	const struct nl_addr *a = NULL;
	unsigned n = 0;

	while ((a = vrrp_addrs_next(&as, ifindex, a)) != NULL) {
		assert_int_equal(a->ifindex, ifindex);
		n++;
	}
	return n;
}

static void
test_vrrp_addrs_empty_has_nothing(void **state)
{
	const struct nl_addr a = address(1, 1, 24);

	(void)state;
	assert_null(vrrp_addrs_next(&as, 1, NULL));
	assert_false(vrrp_addrs_has(&as, 1, &a.prefix.addr));
	assert_null(vrrp_addrs_find(&as, 1, &a.prefix));
	assert_true(vrrp_addrs_update(&as, &a, true));
	vrrp_addrs_clear(&as);
}

static void
test_vrrp_addrs_comes_changes_and_goes(void **state)
{
	struct nl_addr a = address(2, 1, 24), wide = address(2, 1, 16);

	(void)state;
	assert_true(vrrp_addrs_update(&as, &a, false));
	assert_true(vrrp_addrs_update(&as, &wide, false));
	a.secondary = true;
	assert_true(vrrp_addrs_update(&as, &a, false));
	assert_int_equal(as.count, 2);
	assert_true(vrrp_addrs_find(&as, 2, &a.prefix)->secondary);
	assert_false(vrrp_addrs_find(&as, 2, &wide.prefix)->secondary);
	assert_false(vrrp_addrs_has(&as, 3, &a.prefix.addr));
	assert_true(vrrp_addrs_update(&as, &a, true));
	assert_true(vrrp_addrs_has(&as, 2, &a.prefix.addr));
	assert_true(vrrp_addrs_update(&as, &wide, true));
	assert_int_equal(count(2), 0);
	vrrp_addrs_clear(&as);
}

/* One by one in constant time: N squared would be minutes. */
/* Whoever puts some of them back keeps the order, and so who is the first. */
static void
test_vrrp_addrs_in_the_order_in_which_they_came(void **state)
{
	static const unsigned order[] = { 7, 3, 9, 1 };
	const struct nl_addr *a = NULL;
	struct nl_addr new;
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		new = address(2, order[i], 24);
		assert_true(vrrp_addrs_update(&as, &new, false));
	}
	new = address(2, 9, 24);
	new.secondary = true;
	assert_true(vrrp_addrs_update(&as, &new, false));
	for (i = 0; i < 4; i++) {
		a = vrrp_addrs_next(&as, 2, a);
		assert_non_null(a);
		assert_int_equal(a->prefix.addr.bytes[3], order[i]);
	}
	assert_null(vrrp_addrs_next(&as, 2, a));
	vrrp_addrs_clear(&as);
}

static void
test_vrrp_addrs_many_cost_as_many(void **state)
{
	struct nl_addr a;
	clock_t began = clock();
	unsigned i;

	(void)state;
	for (i = 0; i < MANY; i++) {
		a = address(7 + (i % 16 == 0), i, 32);
		assert_true(vrrp_addrs_update(&as, &a, false));
	}
	a = address(23, 1, 24);
	assert_true(vrrp_addrs_update(&as, &a, false));
	assert_int_equal(as.count, MANY + 1);
	assert_int_equal(count(8), MANY / 16);
	assert_int_equal(count(7), MANY - MANY / 16);
	assert_int_equal(count(23), 1);
	for (i = 0; i < MANY; i++) {
		a = address(7 + (i % 16 == 0), i, 32);
		assert_true(vrrp_addrs_has(&as, a.ifindex, &a.prefix.addr));
		assert_true(vrrp_addrs_update(&as, &a, true));
	}
	assert_int_equal(as.count, 1);
	assert_true(clock() - began < 2 * CLOCKS_PER_SEC);
	vrrp_addrs_clear(&as);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_vrrp_addrs_empty_has_nothing),
	    cmocka_unit_test(test_vrrp_addrs_comes_changes_and_goes),
	    cmocka_unit_test(
		test_vrrp_addrs_in_the_order_in_which_they_came),
	    cmocka_unit_test(test_vrrp_addrs_many_cost_as_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
