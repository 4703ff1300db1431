/* test_vrrp_route.c - routes and rules as text: what is read, what is refused. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "vrrpd/pure/vrrp_route.h"

struct row {
	const char	*text, *canonical;	/* NULL: refused */
	const char	*why;			/* of that: it says so */
};

static const struct row routes[] = {
	{ .text = "192.0.2.0/24 via 10.0.0.1 dev eth1 table 100 metric 5",
	    .canonical = "192.0.2.0/24 via 10.0.0.1 dev eth1 table 100 metric 5" },
	{ .text = "  to\tdefault via 10.0.0.1 ",
	    .canonical = "0.0.0.0/0 via 10.0.0.1" },
	{ .text = "default", .canonical = "0.0.0.0/0 dev self" },
	{ .text = "inet6 default", .canonical = "::/0 dev self" },
	/* A gateway on a link of its own has to be looked for on one link. */
	{ .text = "default via fe80::1",
	    .canonical = "::/0 via fe80::1 dev self" },
	{ .text = "2001:db8::/32 via 2001:db8:1::1 src 2001:db8:1::2",
	    .canonical = "2001:db8::/32 via 2001:db8:1::1 src 2001:db8:1::2" },
	{ .text = "10.1.2.3 via 10.0.0.1 onlink",
	    .canonical = "10.1.2.3/32 via 10.0.0.1 dev self onlink" },
	{ .text = "unicast 10.0.0.0/8 dev self scope link",
	    .canonical = "10.0.0.0/8 dev self" },
	{ .text = "10.0.0.0/8 via 10.0.0.1 scope link",
	    .canonical = "10.0.0.0/8 via 10.0.0.1 scope link" },
	{ .text = "10.0.0.0/8 dev eth1 scope 100",
	    .canonical = "10.0.0.0/8 dev eth1 scope 100" },
	{ .text = "blackhole default table main metric 4294967295",
	    .canonical = "blackhole 0.0.0.0/0 table main metric 4294967295" },
	{ .text = "unreachable 2001:db8::/32 table 0x10",
	    .canonical = "unreachable 2001:db8::/32 table 16" },
	{ .text = "", .why = "no network" },
	{ .text = "via 10.0.0.1", .why = "no network" },
	{ .text = "10.0.0.0/8 10.1.0.0/16", .why = "10.1.0.0/16" },
	{ .text = "10.0.0.0/33", .why = "10.0.0.0/33" },
	{ .text = "10.0.0.1/8", .why = "behind the netmask" },
	{ .text = "10.0.0.0/8 via fe80::1", .why = "fe80::1" },
	{ .text = "inet6 10.0.0.0/8", .why = "10.0.0.0/8" },
	{ .text = "10.0.0.0/8 via ::ffff:10.0.0.1", .why = "mix" },
	{ .text = "10.0.0.0/8 via 224.0.0.1", .why = "via 224.0.0.1" },
	{ .text = "10.0.0.0/8 table", .why = "table: nothing follows" },
	{ .text = "10.0.0.0/8 table 0", .why = "table 0" },
	{ .text = "10.0.0.0/8 table 4294967296", .why = "table" },
	{ .text = "10.0.0.0/8 metric 0x", .why = "metric 0x" },
	{ .text = "10.0.0.0/8 metric 1 metric 2", .why = "metric is given" },
	{ .text = "10.0.0.0/8 dev ..", .why = "dev .." },
	{ .text = "10.0.0.0/8 dev abcdefghijklmnop", .why = "dev abc" },
	{ .text = "10.0.0.0/8 blackhole", .why = "blackhole" },
	{ .text = "prohibit 10.0.0.0/8 via 10.0.0.1", .why = "prohibit" },
	{ .text = "10.0.0.0/8 onlink", .why = "onlink" },
	{ .text = "2001:db8::/32 scope link", .why = "scope" },
	{ .text = "10.0.0.0/8 scope 255", .why = "scope 255" },
	{ .text = "10.0.0.0/8 nexthop via 10.0.0.1", .why = "nexthop" },
	{ .text = "10.0.0.0/8 dev aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", .why = "too long" },
};

static const struct row rules[] = {
	{ .text = "from 192.0.2.50 lookup 100",
	    .canonical = "from 192.0.2.50/32 lookup 100 priority 32765" },
	{ .text = "to 2001:db8::/32 iif eth1 oif self table main priority 7",
	    .canonical = "to 2001:db8::/32 iif eth1 oif self lookup main "
	    "priority 7" },
	{ .text = "fwmark 0x1/0xff lookup 5",
	    .canonical = "inet fwmark 0x1/0xff lookup 5 priority 32765" },
	{ .text = "inet6 fwmark 9 prohibit",
	    .canonical = "inet6 fwmark 0x9 prohibit priority 32765" },
	{ .text = "from all to 0.0.0.0/0 unreachable",
	    .canonical = "inet unreachable priority 32765" },
	{ .text = "", .why = "lookup" },
	{ .text = "from 192.0.2.50", .why = "lookup" },
	{ .text = "from 192.0.2.50/24 lookup 1", .why = "netmask" },
	{ .text = "from 192.0.2.50 lookup 1 blackhole", .why = "blackhole" },
	{ .text = "from 192.0.2.50 lookup 1 table 2", .why = "twice" },
	{ .text = "from 192.0.2.50 to ::1 lookup 1", .why = "mix" },
	{ .text = "fwmark 1/ lookup 1", .why = "fwmark 1/" },
	{ .text = "fwmark /1 lookup 1", .why = "fwmark /1" },
	{ .text = "from 192.0.2.50 goto 5", .why = "goto" },
	{ .text = "from 192.0.2.50 lookup 1 priority 0", .why = "priority 0" },
	{ .text = "blackhole prohibit", .why = "one thing" },
};

static void
test_vrrp_route_text_is_read_or_refused_by_its_word(void **state)
{
	char buf[VRRP_ROUTE_STRLEN], why[VRRP_ROUTE_WHY_MAX];
	struct vrrp_route r, again, untouched;
	unsigned i;
	int rv;

	(void)state;
	for (i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		memset(&r, 0x55, sizeof(r));
		untouched = r;
		rv = vrrp_route_parse(routes[i].text, AF_INET, &r, why);
		if (routes[i].canonical == NULL) {
			assert_int_equal(rv, -EINVAL);
			assert_memory_equal(&r, &untouched, sizeof(r));
			if (strstr(why, routes[i].why) == NULL)
				fail_msg("%s: %s", routes[i].text, why);
			continue;
		}
		if (rv != 0)
			fail_msg("%s: %s", routes[i].text, why);
		assert_string_equal(vrrp_route_format(&r, buf),
		    routes[i].canonical);
		assert_int_equal(vrrp_route_parse(buf, AF_INET6, &again, why),
		    0);
		assert_true(vrrp_route_equal(&r, &again));
	}
}

static void
test_vrrp_route_rule_is_read_or_refused_by_its_word(void **state)
{
	char buf[VRRP_ROUTE_STRLEN], why[VRRP_ROUTE_WHY_MAX];
	struct vrrp_rule r, again;
	unsigned i;
	int rv;

	(void)state;
	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		rv = vrrp_rule_parse(rules[i].text, AF_INET, &r, why);
		if (rules[i].canonical == NULL) {
			assert_int_equal(rv, -EINVAL);
			if (strstr(why, rules[i].why) == NULL)
				fail_msg("%s: %s", rules[i].text, why);
			continue;
		}
		if (rv != 0)
			fail_msg("%s: %s", rules[i].text, why);
		assert_string_equal(vrrp_rule_format(&r, buf),
		    rules[i].canonical);
		assert_int_equal(vrrp_rule_parse(buf, AF_INET6, &again, why),
		    0);
		assert_true(vrrp_rule_equal(&r, &again));
	}
}

static void
test_vrrp_route_one_key_is_one_route_for_the_kernel(void **state)
{
	static const struct { const char *a, *b; bool excludes; } pairs[] = {
		{ "10.0.0.0/8 via 10.0.0.1", "10.0.0.0/8 dev eth1", true },
		{ "10.0.0.0/8 dev eth1", "blackhole 10.0.0.0/8", true },
		{ "10.0.0.0/8 dev eth1", "10.0.0.0/9 dev eth1", false },
		{ "10.0.0.0/8 dev eth1", "10.0.0.0/8 dev eth1 metric 1",
		    false },
		{ "10.0.0.0/8 dev eth1", "10.0.0.0/8 dev eth1 table 9", false },
		{ "::/0 dev eth1", "::/0 dev eth2 metric 1024", true },
		{ "0.0.0.0/0 dev eth1", "::/0 dev eth1", false },
	};
	char why[VRRP_ROUTE_WHY_MAX];
	struct vrrp_route a, b;
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		assert_int_equal(vrrp_route_parse(pairs[i].a, AF_INET, &a, why),
		    0);
		assert_int_equal(vrrp_route_parse(pairs[i].b, AF_INET, &b, why),
		    0);
		assert_int_equal(vrrp_route_excludes(&a, &b),
		    pairs[i].excludes);
	}
}

/* The longest that can be written still fits. */
static void
test_vrrp_route_longest_text_is_whole(void **state)
{
	static const char route[] = "1111:2222:3333:4444:5555:6666:7777:8888 "
	    "via 1111:2222:3333:4444:5555:6666:7777:8889 dev abcdefghijklmno "
	    "onlink src 1111:2222:3333:4444:5555:6666:7777:8890 "
	    "table 4294967295 metric 4294967295";
	static const char rule[] = "from 1111:2222:3333:4444:5555:6666:7777:8888"
	    " to 1111:2222:3333:4444:5555:6666:7777:8889 iif abcdefghijklmno "
	    "oif bcdefghijklmnop fwmark 0xfffffffe/0xfffffffd "
	    "lookup 4294967295 priority 4294967295";
	char buf[VRRP_ROUTE_STRLEN], why[VRRP_ROUTE_WHY_MAX];
	struct vrrp_route r, r2;
	struct vrrp_rule u, u2;

	(void)state;
	assert_int_equal(vrrp_route_parse(route, AF_INET, &r, why), 0);
	(void)vrrp_route_format(&r, buf);
	assert_int_equal(vrrp_route_parse(buf, AF_INET, &r2, why), 0);
	assert_true(vrrp_route_equal(&r, &r2));
	assert_int_equal(vrrp_rule_parse(rule, AF_INET, &u, why), 0);
	(void)vrrp_rule_format(&u, buf);
	assert_int_equal(vrrp_rule_parse(buf, AF_INET, &u2, why), 0);
	assert_true(vrrp_rule_equal(&u, &u2));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_vrrp_route_text_is_read_or_refused_by_its_word),
		cmocka_unit_test(
		    test_vrrp_route_rule_is_read_or_refused_by_its_word),
		cmocka_unit_test(
		    test_vrrp_route_one_key_is_one_route_for_the_kernel),
		cmocka_unit_test(test_vrrp_route_longest_text_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
