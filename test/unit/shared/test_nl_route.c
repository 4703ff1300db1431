/*
 * test_nl_route.c - routes and rules as messages, byte by byte, and read back.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <stdlib.h>
#include <string.h>

#include "shared/nl_route.h"

static struct nl_route
a_route(void)
{
	struct nl_route r;

	memset(&r, 0, sizeof(r));
	assert_int_equal(addr_prefix_parse("203.0.113.0/24", &r.to), 0);
	assert_int_equal(addr_parse("10.0.0.1", &r.via), 0);
	assert_int_equal(addr_parse("192.0.2.50", &r.source), 0);
	r.ifindex = 7;
	r.type = RTN_UNICAST;
	r.protocol = 112;
	r.table = 1000;
	r.metric = 5;
	return r;
}

static struct nl_rule
a_rule(void)
{
	struct nl_rule r;

	memset(&r, 0, sizeof(r));
	r.family = AF_INET6;
	r.action = FR_ACT_TO_TBL;
	r.protocol = 112;
	r.has_mark = true;
	r.mark = 1;
	r.mask = 0xff;
	assert_int_equal(addr_prefix_parse("2001:db8::/32", &r.from), 0);
	strcpy(r.iif, "eth1");
	strcpy(r.oif, "eth2");
	r.table = 100;
	r.priority = 1000;
	return r;
}

#define LE32(n)	(uint8_t)(n), (uint8_t)((n) >> 8), (uint8_t)((n) >> 16), \
		(uint8_t)((n) >> 24)

static void
check_body(struct nl_msg *msg, const uint8_t *body, size_t len)
{
	const struct nlmsghdr *h = nlmsg_hdr(msg);

	assert_int_equal(h->nlmsg_len, NLMSG_HDRLEN + len);
	if (htons(1) != 1)
		assert_memory_equal(NLMSG_DATA(h), body, len);
	nlmsg_free(msg);
}

static void
test_nl_route_message_has_these_bytes(void **state)
{
	static const uint8_t add[] = {
		/* family, lengths, tos, table (252: see below), protocol */
		2, 24, 0, 0, 252, 112, 0, 1, LE32(0),
		8, 0, RTA_DST, 0, 203, 0, 113, 0,
		8, 0, RTA_TABLE, 0, LE32(1000),
		8, 0, RTA_PRIORITY, 0, LE32(5),
		8, 0, RTA_GATEWAY, 0, 10, 0, 0, 1,
		8, 0, RTA_PREFSRC, 0, 192, 0, 2, 50,
		8, 0, RTA_OIF, 0, LE32(7),
	}, del[] = {
		/* The key alone, of any scope and type. */
		2, 24, 0, 0, 252, 112, 255, 0, LE32(0),
		8, 0, RTA_DST, 0, 203, 0, 113, 0,
		8, 0, RTA_TABLE, 0, LE32(1000),
		8, 0, RTA_PRIORITY, 0, LE32(5),
	}, blackhole[] = {
		10, 0, 0, 0, 254, 112, 0, RTN_BLACKHOLE, LE32(0),
		8, 0, RTA_TABLE, 0, LE32(254),
		8, 0, RTA_PRIORITY, 0, LE32(1024),
	};
	struct nl_route r = a_route();
	struct nl_msg *msg;

	(void)state;
	assert_int_equal(nl_route_msg(&r, true, &msg), 0);
	assert_int_equal(nlmsg_hdr(msg)->nlmsg_type, RTM_NEWROUTE);
	assert_int_equal(nlmsg_hdr(msg)->nlmsg_flags & (NLM_F_CREATE |
	    NLM_F_EXCL | NLM_F_REPLACE), NLM_F_CREATE | NLM_F_EXCL);
	check_body(msg, add, sizeof(add));
	assert_int_equal(nl_route_msg(&r, false, &msg), 0);
	assert_int_equal(nlmsg_hdr(msg)->nlmsg_type, RTM_DELROUTE);
	check_body(msg, del, sizeof(del));
	memset(&r, 0, sizeof(r));
	r.to.addr.family = AF_INET6;
	r.type = RTN_BLACKHOLE;
	r.protocol = 112;
	r.table = RT_TABLE_MAIN;
	r.metric = NL_ROUTE_METRIC_IPV6;
	assert_int_equal(nl_route_msg(&r, true, &msg), 0);
	check_body(msg, blackhole, sizeof(blackhole));
	r.to.len = 129;
	assert_int_equal(nl_route_msg(&r, true, &msg), -EINVAL);
	r.to.addr.family = AF_UNSPEC;
	assert_int_equal(nl_route_msg(&r, true, &msg), -EINVAL);
}

static void
test_nl_route_rule_message_has_these_bytes(void **state)
{
	static const uint8_t add[] = {
		10, 0, 32, 0, 100, 0, 0, FR_ACT_TO_TBL, LE32(0),
		20, 0, FRA_SRC, 0, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0,
		9, 0, FRA_IIFNAME, 0, 'e', 't', 'h', '1', 0, 0, 0, 0,
		9, 0, FRA_OIFNAME, 0, 'e', 't', 'h', '2', 0, 0, 0, 0,
		8, 0, FRA_FWMARK, 0, LE32(1),
		8, 0, FRA_FWMASK, 0, LE32(0xff),
		8, 0, FRA_TABLE, 0, LE32(100),
		8, 0, FRA_PRIORITY, 0, LE32(1000),
		5, 0, FRA_PROTOCOL, 0, 112, 0, 0, 0,
	};
	struct nl_rule r = a_rule();
	struct nl_msg *msg;

	(void)state;
	assert_int_equal(nl_rule_msg(&r, true, &msg), 0);
	assert_int_equal(nlmsg_hdr(msg)->nlmsg_type, RTM_NEWRULE);
	check_body(msg, add, sizeof(add));
	assert_int_equal(nl_rule_msg(&r, false, &msg), 0);
	assert_int_equal(nlmsg_hdr(msg)->nlmsg_type, RTM_DELRULE);
	check_body(msg, add, sizeof(add));
	r.family = AF_UNSPEC;
	assert_int_equal(nl_rule_msg(&r, true, &msg), -EINVAL);
}

/* A copy of the first len bytes, on the heap for the sanitizers. */
static bool
reads_prefix(const struct nlmsghdr *h, size_t len)
{
	struct nlmsghdr *copy = malloc(len);
	struct nl_route route;
	struct nl_rule rule;
	bool read;

	assert_non_null(copy);
	memcpy(copy, h, len);
	copy->nlmsg_len = (uint32_t)len;
	read = nl_route_read(copy, &route) || nl_rule_read(copy, &rule);
	free(copy);
	return read;
}

static void
test_nl_route_what_is_written_is_read(void **state)
{
	struct nl_route r = a_route(), route;
	struct nl_rule u = a_rule(), rule;
	struct nl_msg *msg;
	size_t len;

	(void)state;
	assert_int_equal(nl_route_msg(&r, true, &msg), 0);
	assert_true(nl_route_read(nlmsg_hdr(msg), &route));
	assert_memory_equal(&route, &r, sizeof(r));
	assert_false(nl_rule_read(nlmsg_hdr(msg), &rule));
	for (len = NLMSG_HDRLEN; len < nlmsg_hdr(msg)->nlmsg_len; len++)
		if (reads_prefix(nlmsg_hdr(msg), len))
			assert_true(len >= NLMSG_LENGTH(sizeof(struct rtmsg)));
	nlmsg_free(msg);
	assert_int_equal(nl_rule_msg(&u, false, &msg), 0);
	assert_true(nl_rule_read(nlmsg_hdr(msg), &rule));
	assert_memory_equal(&rule, &u, sizeof(u));
	for (len = NLMSG_HDRLEN; len < nlmsg_hdr(msg)->nlmsg_len; len++)
		if (reads_prefix(nlmsg_hdr(msg), len))
			assert_true(len >= NLMSG_LENGTH(sizeof(
			    struct fib_rule_hdr)));
	nlmsg_free(msg);
}

static void
test_nl_route_key_is_what_a_removal_names(void **state)
{
	struct nl_route a = a_route(), b = a_route();

	(void)state;
	b.ifindex = 8;
	b.scope = RT_SCOPE_LINK;
	memset(&b.via, 0, sizeof(b.via));
	assert_true(nl_route_same_key(&a, &b));
	b.metric++;
	assert_false(nl_route_same_key(&a, &b));
	b = a;
	b.protocol++;
	assert_false(nl_route_same_key(&a, &b));
	b = a;
	b.table++;
	assert_false(nl_route_same_key(&a, &b));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nl_route_message_has_these_bytes),
		cmocka_unit_test(test_nl_route_rule_message_has_these_bytes),
		cmocka_unit_test(test_nl_route_what_is_written_is_read),
		cmocka_unit_test(test_nl_route_key_is_what_a_removal_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
