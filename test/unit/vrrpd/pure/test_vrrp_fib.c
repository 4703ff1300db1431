/*
 * test_vrrp_fib.c - routes of the kernel: messages into a set, and what is in it.
 *
 * What a real kernel says is in test_vrrp_fib_watch.c.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "vrrpd/pure/vrrp_fib.h"

static struct vrrp_fib fib;
static char why[80];

/* --- messages --- */

static struct {
	struct nlmsghdr	h;
	struct rtmsg	m;
	uint8_t		rest[512];
} msg;

static void
begin(uint16_t type, uint8_t family, uint8_t len)
{
	memset(&msg, 0, sizeof(msg));
	msg.h.nlmsg_type = type;
	msg.h.nlmsg_len = NLMSG_LENGTH(sizeof(msg.m));
	msg.m.rtm_family = family;
	msg.m.rtm_dst_len = len;
	msg.m.rtm_table = RT_TABLE_MAIN;
	msg.m.rtm_protocol = RTPROT_STATIC;
	msg.m.rtm_type = RTN_UNICAST;
}

static void
attribute(uint16_t type, const void *bytes, size_t len)
{
	struct rtattr h = { .rta_len = (uint16_t)RTA_LENGTH(len),
	    .rta_type = type };
	uint8_t *at = (uint8_t *)&msg + msg.h.nlmsg_len;

	memcpy(at, &h, sizeof(h));
	memcpy(at + sizeof(h), bytes, len);
	msg.h.nlmsg_len += (uint32_t)RTA_ALIGN(h.rta_len);
}

static void
address(uint16_t type, const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, &a), 0);
	attribute(type, a.bytes, addr_len(a.family));
}

static void
integer(uint16_t type, uint32_t n)
{
	attribute(type, &n, sizeof(n));
}

static bool
take(struct vrrp_fib_route *r)
{
	return vrrp_fib_read(&msg.h, msg.h.nlmsg_len, r);
}

/* A route to 10.1.0.0/16 by this router, on interface 2. */
static struct vrrp_fib_route
route(const char *via)
{
	struct vrrp_fib_route r;

	begin(RTM_NEWROUTE, AF_INET, 16);
	address(RTA_DST, "10.1.0.0");
	address(RTA_GATEWAY, via);
	integer(RTA_OIF, 2);
	assert_true(take(&r));
	return r;
}

static struct vrrp_route_want
want(const char *text)
{
	struct vrrp_route_want w = { .table = RT_TABLE_MAIN };

	assert_int_equal(addr_prefix_parse(text, &w.prefix), 0);
	return w;
}

static bool
has(const char *text)
{
	struct vrrp_route_want w = want(text);

	return vrrp_fib_has(&fib, &w, why, sizeof(why));
}

static void
test_vrrp_fib_reads_what_the_kernel_says(void **state)
{
	static const uint8_t one_way[] = { 16, 0, 0, 0, 3, 0, 0, 0,
	    8, 0, RTA_GATEWAY, 0, 192, 0, 2, 9 };
	struct vrrp_fib_route r;

	(void)state;
	begin(RTM_NEWROUTE, AF_INET, 0);		/* the default route */
	integer(RTA_TABLE, 1000);
	integer(RTA_PRIORITY, 20);
	integer(RTA_OIF, 2);
	assert_true(take(&r));
	assert_int_equal(r.prefix.addr.family, AF_INET);
	assert_int_equal(r.table, 1000);
	assert_int_equal(r.metric, 20);
	assert_int_equal(r.way_count, 1);
	assert_int_equal(r.ways[0].ifindex, 2);
	assert_false(addr_is_set(&r.ways[0].via) || r.ways[0].dead || r.by_id);
	begin(RTM_DELROUTE, AF_INET6, 32);
	address(RTA_DST, "2001:db8::");
	attribute(RTA_MULTIPATH, one_way, sizeof(one_way));
	integer(30, 7);					/* RTA_NH_ID */
	assert_true(take(&r));
	assert_true(r.by_id);
	assert_int_equal(r.way_count, 1);
	assert_int_equal(r.ways[0].ifindex, 3);
	begin(RTM_NEWROUTE, AF_INET, 0);
	msg.m.rtm_flags = RTNH_F_LINKDOWN;
	assert_true(take(&r));
	assert_true(r.ways[0].dead);
}

static void
test_vrrp_fib_refuses_what_is_no_route(void **state)
{
	struct vrrp_fib_route r;
	unsigned len;

	(void)state;
	begin(RTM_NEWROUTE, AF_INET, 0);
	msg.m.rtm_flags = RTM_F_CLONED;
	assert_false(take(&r));
	begin(RTM_NEWLINK, AF_INET, 0);
	assert_false(take(&r));
	begin(RTM_NEWROUTE, 128, 0);
	assert_false(take(&r));
	begin(RTM_NEWROUTE, AF_INET, 33);
	assert_false(take(&r));
	begin(RTM_NEWROUTE, AF_INET6, 64);
	address(RTA_DST, "10.0.0.0");			/* too short */
	assert_false(take(&r));
	(void)route("192.0.2.9");
	for (len = 0; len < NLMSG_LENGTH(sizeof(msg.m)); len++)
		assert_false(vrrp_fib_read(&msg.h, len, &r));
	assert_false(vrrp_fib_read(&msg.h, msg.h.nlmsg_len - 1, &r));
}

static void
test_vrrp_fib_follows_events(void **state)
{
	struct vrrp_fib_route a = route("192.0.2.1"), b = route("192.0.2.2");
	struct vrrp_route_want w = want("10.1.0.0/16");

	(void)state;
	vrrp_fib_init(&fib);
	assert_false(has("10.1.0.0/16"));
	assert_string_equal(why, "there is no such route");
	assert_int_equal(vrrp_fib_came(&fib, &a, false), VRRP_FIB_CHANGED);
	assert_true(has("10.1.0.0/16"));
	assert_false(has("10.1.0.0/24"));
	assert_false(has("0.0.0.0/0"));
	/* Twice the same, and another in its place. */
	assert_int_equal(vrrp_fib_came(&fib, &a, false), VRRP_FIB_CHANGED);
	assert_int_equal(vrrp_fib_came(&fib, &b, true), VRRP_FIB_CHANGED);
	w.via = b.ways[0].via;
	assert_true(vrrp_fib_has(&fib, &w, why, sizeof(why)));
	w.via = a.ways[0].via;
	assert_false(vrrp_fib_has(&fib, &w, why, sizeof(why)));
	assert_int_equal(vrrp_fib_went(&fib, &b), VRRP_FIB_CHANGED);
	assert_false(has("10.1.0.0/16"));
	assert_int_equal(vrrp_fib_went(&fib, &b), VRRP_FIB_SAME);
	/* One beside another; and one goes that is known otherwise. */
	assert_int_equal(vrrp_fib_came(&fib, &a, false), VRRP_FIB_CHANGED);
	assert_int_equal(vrrp_fib_came(&fib, &b, false), VRRP_FIB_UNSURE);
	b.way_count = 0;
	assert_int_equal(vrrp_fib_went(&fib, &b), VRRP_FIB_UNSURE);
	assert_true(has("10.1.0.0/16"));
}

static void
test_vrrp_fib_asks_for_all_that_is_wanted(void **state)
{
	struct vrrp_fib_route a = route("192.0.2.1");
	struct vrrp_route_want w = want("10.1.0.0/16");

	(void)state;
	vrrp_fib_init(&fib);
	vrrp_fib_add(&fib, &a);
	w.protocol = RTPROT_STATIC;
	assert_true(vrrp_fib_has(&fib, &w, why, sizeof(why)));
	w.protocol = RTPROT_BIRD;
	assert_false(vrrp_fib_has(&fib, &w, why, sizeof(why)));
	w.protocol = 0;
	w.table = 100;
	assert_false(vrrp_fib_has(&fib, &w, why, sizeof(why)));
	a.leads = false;				/* blackhole */
	vrrp_fib_init(&fib);
	vrrp_fib_add(&fib, &a);
	assert_false(has("10.1.0.0/16"));
}

static void
test_vrrp_fib_way_by_a_device_that_is_down_leads_nowhere(void **state)
{
	struct vrrp_fib_route a = route("192.0.2.1");

	(void)state;
	a.ways[1] = a.ways[0];
	a.ways[1].ifindex = 3;
	a.way_count = 2;
	vrrp_fib_init(&fib);
	vrrp_fib_add(&fib, &a);
	assert_false(vrrp_fib_device(&fib, 9, false));
	assert_true(vrrp_fib_device(&fib, 2, false));
	assert_true(has("10.1.0.0/16"));		/* by the other */
	assert_true(vrrp_fib_device(&fib, 3, false));
	assert_false(has("10.1.0.0/16"));
	assert_string_equal(why, "the device of the route is down or has no "
	    "carrier");
	/* A dump has to say what came back. */
	assert_true(vrrp_fib_device(&fib, 3, true));
	assert_false(has("10.1.0.0/16"));
	assert_false(vrrp_fib_by_id(&fib));
}

static void
test_vrrp_fib_more_than_fit_are_never_sure(void **state)
{
	struct vrrp_fib_route a = route("192.0.2.1");
	unsigned i;

	(void)state;
	vrrp_fib_init(&fib);
	for (i = 0; i <= VRRP_FIB_ROUTES_MAX; i++) {
		a.metric = i;
		vrrp_fib_add(&fib, &a);
	}
	assert_int_equal(fib.count, VRRP_FIB_ROUTES_MAX);
	assert_int_equal(vrrp_fib_went(&fib, &a), VRRP_FIB_UNSURE);
	a.metric = 0;
	assert_int_equal(vrrp_fib_went(&fib, &a), VRRP_FIB_UNSURE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vrrp_fib_reads_what_the_kernel_says),
		cmocka_unit_test(test_vrrp_fib_refuses_what_is_no_route),
		cmocka_unit_test(test_vrrp_fib_follows_events),
		cmocka_unit_test(test_vrrp_fib_asks_for_all_that_is_wanted),
		cmocka_unit_test(
		    test_vrrp_fib_way_by_a_device_that_is_down_leads_nowhere),
		cmocka_unit_test(test_vrrp_fib_more_than_fit_are_never_sure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
