/*
 * test_vrrp_vip.c - the virtual addresses: taken, lent, given up.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "shared/nl_batch.h"
#include "test/unit/vrrpd/linux/linux_net.h"

/* The way back to a link-local neighbour is through the device, always. */
static void
test_vrrp_vip_ipv6_link_local_brings_its_route(void **state)
{
	struct vrrp_vips *v;

	(void)state;
	need_net();
	use_ipv6();
	on_link_answer = true;
	v = open_vips();
	install(v);
	assert_true(says("ip -o addr | grep vr6-51 | grep 'fe80::50/64' | "
	    "grep nodad"));
	assert_true(says("ip -o addr | grep vr6-51 | grep '2001:db8::50/64' | "
	    "grep nodad"));
	assert_true(says("ip -6 route | grep vr6-51 | grep fe80::/64"));
	assert_false(says("ip -6 route | grep vr6-51 | grep 2001:db8::/64"));
	assert_int_equal(vrrp_vip_withdraw(v, done, NULL), 0);
	assert_int_equal(nl_flush(nl, 5000), 0);
	assert_int_equal(done_error, 0);
	assert_false(says("ip -o addr | grep vr6-51"));
	assert_false(says("ip -6 route | grep vr6-51 | grep fe80::/64"));
	vrrp_vip_close(v);
}

/* A refusal names its address, whatever comes before it in the batch. */
static void
test_vrrp_vip_failed_names_the_address(void **state)
{
	struct vrrp_vips *v;
	unsigned i;

	(void)state;
	need_net();
	v = open_vips();
	install(v);
	for (i = 0; vrrp_vip_failed(v, i) == NULL; i++)
		assert_true(i < 3);
	assert_int_equal(i, 2);		/* the mode and the queue */
	assert_ptr_equal(vrrp_vip_failed(v, i), &vrrp_vip_addresses(v)[0]);
	assert_ptr_equal(vrrp_vip_failed(v, i + 1), &vrrp_vip_addresses(v)[1]);
	assert_null(vrrp_vip_failed(v, i + 2));
	assert_int_equal(vrrp_vip_install_quietly(v, done, NULL), 0);
	assert_null(vrrp_vip_failed(v, 0));		/* the mode */
	assert_ptr_equal(vrrp_vip_failed(v, 1), &vrrp_vip_addresses(v)[0]);
	assert_int_equal(nl_flush(nl, 5000), 0);
	vrrp_vip_close(v);
}

/* V-26: the addresses are there while nothing leaves with the virtual MAC. */
static void
test_vrrp_vip_hushed_it_hears_and_does_not_speak(void **state)
{
	static const char *const muted =
	    "tc qdisc show | grep vr4-51 | grep 'limit 0p'";
	static const char *const speaks =
	    "tc qdisc show | grep vr4-51 | grep 'limit 1000p'";
	struct vrrp_vips *v;

	(void)state;
	need_net();
	v = open_vips();
	assert_int_equal(vrrp_vip_install_quietly(v, done, NULL), 0);
	assert_int_equal(nl_flush(nl, 5000), 0);
	assert_int_equal(done_error, 0);
	assert_true(says(muted));
	assert_true(says("ip -d link show type macvlan | grep 'mode bridge'"));
	assert_true(says("ip -o addr | grep vr4-51 | grep 192.0.2.50/24"));
	assert_int_equal(vrrp_vip_speak(v), 0);
	assert_int_equal(nl_flush(nl, 5000), 0);
	assert_true(says(speaks));
	assert_int_equal(vrrp_vip_hush(v), 0);
	assert_int_equal(nl_flush(nl, 5000), 0);
	assert_true(says(muted));
	assert_true(says("ip -o addr | grep vr4-51 | grep 192.0.2.50/24"));
	install(v);
	assert_true(says(speaks));
	vrrp_vip_close(v);
	p.virtual_mac = false;
	v = open_vips();
	assert_int_equal(vrrp_vip_hush(v), -ENODATA);
	assert_int_equal(vrrp_vip_speak(v), -ENODATA);
	vrrp_vip_close(v);
}

static void
test_vrrp_vip_install_and_withdraw_are_one_batch_each(void **state)
{
	struct vrrp_vips *v;

	(void)state;
	need_net();
	v = open_vips();
	install(v);
	assert_true(says("ip -d link show type macvlan | grep 'mode bridge'"));
	assert_true(says("ip -o addr | grep vr4-51 | grep 192.0.2.50/24"));
	assert_true(says("ip -o addr | grep vr4-51 | grep 192.0.2.51/24"));
	assert_true(says("ip route | grep 192.0.2.0/24"));
	install(v);				/* again is not an error */
	assert_int_equal(vrrp_vip_withdraw(v, done, NULL), 0);
	assert_int_equal(nl_flush(nl, 5000), 0);
	assert_int_equal(done_error, 0);
	assert_true(says("ip -d link show type macvlan | grep 'mode source'"));
	assert_false(says("ip -o addr | grep vr4-51"));
	assert_int_equal(vrrp_vip_withdraw(v, done, NULL), 0);
	assert_int_equal(nl_flush(nl, 5000), 0);
	assert_int_equal(done_error, 0);
	assert_int_equal(done_count, 4);
	vrrp_vip_close(v);
}

/* The kernel would take them away after three seconds. */
static void
test_vrrp_vip_lent_addresses_are_lent_again_by_a_refresh(void **state)
{
	struct vrrp_vip_questions lend = questions;
	struct vrrp_vips *v;

	(void)state;
	need_net();
	use_ipv6();
	lend.lifetime_s = 3;
	v = open_vips();
	assert_int_equal(vrrp_vip_refresh(v, done, NULL), -ENODATA);
	assert_int_equal(vrrp_vip_prepare(v, &lend, reason), 0);
	install(v);
	assert_true(says("ip -o addr | grep vr6-51 | grep 2001:db8::50/64 | "
	    "grep 'valid_lft [23]sec'"));
	assert_true(says("ip -6 route | grep vr6-51 | grep 2001:db8::/64"));
	assert_int_equal(vrrp_vip_refresh(v, done, NULL), 0);
	assert_int_equal(nl_flush(nl, 5000), 0);
	assert_int_equal(done_error, 0);
	assert_int_equal(done_count, 2);
	assert_int_equal(vrrp_vip_withdraw(v, done, NULL), 0);
	assert_int_equal(nl_flush(nl, 5000), 0);
	assert_false(says("ip -o addr | grep vr6-51"));
	assert_false(says("ip -6 route | grep vr6-51 | grep 2001:db8::/64"));
	vrrp_vip_close(v);
}

static void
test_vrrp_vip_no_second_route_where_the_parent_has_one(void **state)
{
	struct vrrp_vips *v;

	(void)state;
	need_net();
	on_link_answer = true;
	v = open_vips();
	install(v);
	assert_true(says("ip -o addr | grep vr4-51"));
	assert_false(says("ip route | grep 192.0.2.0/24"));
	vrrp_vip_close(v);
}

static void
keep_ways(struct vrrp_vips *v, bool on_link)
{
	on_link_answer = on_link;
	vrrp_vip_keep_ways(v, &questions);
	assert_int_equal(nl_flush(nl, 5000), 0);
}

/* The parent's own address is away: replies leave by the device meanwhile. */
static void
test_vrrp_vip_replies_find_a_way_while_the_parent_has_none(void **state)
{
	static const char *const way = "ip route | grep 192.0.2.0/24 | "
	    "grep vr4-51";
	struct vrrp_vips *v;

	(void)state;
	need_net();
	on_link_answer = true;
	v = open_vips();
	install(v);
	keep_ways(v, true);
	assert_false(says(way));
	keep_ways(v, false);
	keep_ways(v, false);
	assert_true(says(way));
	keep_ways(v, true);
	assert_false(says(way));
	keep_ways(v, false);
	assert_int_equal(vrrp_vip_withdraw(v, done, NULL), 0);
	assert_int_equal(nl_flush(nl, 5000), 0);
	assert_int_equal(done_error, 0);
	assert_false(says(way));
	vrrp_vip_close(v);
}

static void
test_vrrp_vip_without_virtual_mac_uses_the_interface(void **state)
{
	struct vrrp_vips *v;

	(void)state;
	need_net();
	p.virtual_mac = false;
	(void)strcpy(p.vips[0].label, "eth0:web");
	v = open_vips();
	assert_string_equal(vrrp_vip_device(v), "");
	assert_memory_equal(vrrp_vip_mac(v), parent.mac, 6);
	install(v);
	assert_true(says("ip -o addr show dev eth0 | grep eth0:web"));
	assert_int_equal(vrrp_vip_withdraw(v, done, NULL), 0);
	assert_int_equal(nl_flush(nl, 5000), 0);
	assert_false(says("ip -4 -o addr show dev eth0"));
	vrrp_vip_close(v);
}

static void
test_vrrp_vip_addresses_of_the_owner_are_left_alone(void **state)
{
	struct vrrp_vips *v;

	(void)state;
	need_net();
	p.virtual_mac = false;
	owned_answer = true;
	v = open_vips();
	assert_int_equal(vrrp_vip_install(v, done, NULL), -ENODATA);
	assert_int_equal(vrrp_vip_withdraw(v, done, NULL), -ENODATA);
	vrrp_vip_close(v);
}

/* With a virtual MAC its device gets a copy: see vrrp_vip.c. */
static void
test_vrrp_vip_owner_keeps_its_address_and_the_device_has_a_copy(void **state)
{
	struct vrrp_vips *v;

	(void)state;
	need_net();
	p.priority = VRRP_PRIORITY_OWNER;
	assert_true(says("ip addr add 192.0.2.50/24 dev eth0 && echo yes"));
	v = open_vips();
	install(v);
	assert_true(says("ip -o addr show dev eth0 | grep 192.0.2.50/24"));
	assert_true(says("ip -o addr | grep vr4 | grep 192.0.2.50/32"));
	assert_int_equal(vrrp_vip_withdraw(v, done, NULL), 0);
	assert_int_equal(nl_flush(nl, 5000), 0);
	assert_false(says("ip -o addr | grep vr4 | grep 192.0.2.50"));
	assert_true(says("ip -o addr show dev eth0 | grep 192.0.2.50/24"));
	assert_true(says("ip route get 192.0.2.50 | grep local"));
	assert_true(says("ip addr del 192.0.2.50/24 dev eth0 && echo yes"));
	vrrp_vip_close(v);
}

static void
test_vrrp_vip_address_on_another_device_goes_there(void **state)
{
	struct vrrp_vips *v;

	(void)state;
	need_net();
	(void)strcpy(p.vips[1].device, "eth1");
	v = open_vips();
	install(v);
	assert_true(says("ip -o addr show dev eth1 | grep 192.0.2.51/24"));
	assert_int_not_equal(vrrp_vip_addresses(v)[1].announce_ifindex,
	    parent.ifindex);
	assert_int_equal(vrrp_vip_withdraw(v, done, NULL), 0);
	assert_int_equal(nl_flush(nl, 5000), 0);
	(void)strcpy(p.vips[1].device, "nowhere");
	assert_int_equal(vrrp_vip_prepare(v, &questions, reason), -ENODEV);
	assert_non_null(strstr(reason, "nowhere"));
	vrrp_vip_close(v);
}

/* --- neighbours --- */

static struct nl_addr neighbours[2];

static const struct nl_addr *
next_neighbour(int ifindex, const struct nl_addr *after, void *arg)
{
	(void)ifindex;
	(void)arg;
	return after == NULL ? &neighbours[0] :
	    after == &neighbours[0] ? &neighbours[1] : NULL;
}

/* The first of the two is ours; the other one has its way by the same route. */
static void
share(const char *other, bool without_route)
{
	neighbours[0] = (struct nl_addr){ .ifindex = parent.ifindex,
	    .prefix = p.vips[1].prefix };
	neighbours[1] = (struct nl_addr){ .ifindex = parent.ifindex,
	    .without_route = without_route };
	assert_int_equal(addr_prefix_parse(other, &neighbours[1].prefix), 0);
}

static bool
route_stays_with(const char *other, bool without_route)
{
	struct vrrp_vip_questions q = questions;
	struct vrrp_vips *v = NULL;
	bool stays;

	q.lifetime_s = 3;
	q.next = next_neighbour;
	use_ipv6();
	p.virtual_mac = false;
	share(other, without_route);
	assert_int_equal(vrrp_vip_open(nl, &p, &parent, &v, reason), 0);
	assert_int_equal(vrrp_vip_prepare(v, &q, reason), 0);
	install(v);
	assert_true(says("ip -o -6 addr show dev eth0 | grep 2001:db8::50/64 | "
	    "grep 'preferred_lft 0sec'"));
	assert_int_equal(vrrp_vip_withdraw(v, done, NULL), 0);
	assert_int_equal(nl_flush(nl, 5000), 0);
	stays = says("ip -6 route show 2001:db8::/64 dev eth0");
	(void)says("ip -6 route del 2001:db8::/64 dev eth0 2>&1");
	vrrp_vip_close(v);
	return stays;
}

static void
test_vrrp_vip_takes_the_route_along_if_it_is_nobody_elses(void **state)
{
	(void)state;
	need_net();
	assert_false(route_stays_with("2001:db8:1::1/64", false));
	assert_false(route_stays_with("2001:db8::1/64", true));
	assert_false(route_stays_with("2001:db8::1/96", false));
	assert_true(route_stays_with("2001:db8::1/64", false));
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_vrrp_vip_install_and_withdraw_are_one_batch_each),
	    TEST(test_vrrp_vip_ipv6_link_local_brings_its_route),
	    TEST(test_vrrp_vip_hushed_it_hears_and_does_not_speak),
	    TEST(test_vrrp_vip_failed_names_the_address),
	    TEST(test_vrrp_vip_lent_addresses_are_lent_again_by_a_refresh),
	    TEST(test_vrrp_vip_no_second_route_where_the_parent_has_one),
	    TEST(test_vrrp_vip_replies_find_a_way_while_the_parent_has_none),
	    TEST(test_vrrp_vip_without_virtual_mac_uses_the_interface),
	    TEST(test_vrrp_vip_addresses_of_the_owner_are_left_alone),
	    TEST(test_vrrp_vip_owner_keeps_its_address_and_the_device_has_a_copy),
	    TEST(test_vrrp_vip_address_on_another_device_goes_there),
	    TEST(test_vrrp_vip_takes_the_route_along_if_it_is_nobody_elses),
	};

	return cmocka_run_group_tests(tests, open_net, close_net);
}
