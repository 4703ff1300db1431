/*
 * test_vrrp_paths.c - routes and rules of an instance in a kernel of our own.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/nl_batch.h"
#include "test/unit/vrrpd/linux/linux_net.h"
#include "vrrpd/linux/vrrp_paths.h"

static struct vrrp_paths_list *list;
static unsigned restored, changes;

static void
changed(unsigned n, void *arg)
{
	(void)arg;
	restored += n;
	changes++;
}

static void
add_route(const char *text)
{
	char why[VRRP_ROUTE_WHY_MAX];

	if (vrrp_route_parse(text, AF_INET, &p.routes[p.route_count++], why) <
	    0)
		fail_msg("%s: %s", text, why);
}

static void
add_rule(const char *text)
{
	char why[VRRP_ROUTE_WHY_MAX];

	if (vrrp_rule_parse(text, AF_INET, &p.rules[p.rule_count++], why) < 0)
		fail_msg("%s: %s", text, why);
}

static void
prepare(struct vrrp_paths *ps, bool sure)
{
	const char self[IF_NAMESIZE] = "eth0";

	assert_int_equal(vrrp_paths_prepare(ps, &p, self, parent.ifindex,
	    parent.ifindex, sure), 0);
}

static struct vrrp_paths *
open_paths(void)
{
	struct vrrp_paths *ps;

	restored = changes = 0;
	assert_int_equal(system("ip addr add 192.0.2.1/24 dev eth0 2>/dev/null;"
	    "ip addr add 2001:db8::1/64 dev eth0 nodad 2>/dev/null; true"), 0);
	if (list == NULL)
		list = vrrp_paths_list_new();
	assert_non_null(list);
	ps = vrrp_paths_new(nl, list, changed, NULL);
	assert_non_null(ps);
	return ps;
}

/* Answers, and the answers to what followed from them. */
static void
settle(void)
{
	unsigned i;

	for (i = 0; i < 3; i++)
		assert_int_equal(nl_flush(nl, 5000), 0);
}

static enum vrrp_path_state
state_of(const struct vrrp_paths *ps, unsigned i)
{
	int error;

	return vrrp_paths_state(ps, i, &error);
}

static bool
has_ours(void)
{
	return says("ip route show table all proto 112; ip -6 route show table "
	    "all proto 112; ip -N rule | grep 112; ip -N -6 rule | grep 112");
}

static void
close_paths(struct vrrp_paths *ps)
{
	vrrp_paths_withdraw(ps);
	settle();
	vrrp_paths_free(ps);
	assert_false(has_ours());
}

static void
test_vrrp_paths_come_and_go_with_every_kind(void **state)
{
	struct vrrp_paths *ps;
	unsigned i;

	(void)state;
	need_net();
	ps = open_paths();
	add_route("203.0.113.0/24 via 192.0.2.9 table 1000 metric 5");
	add_route("default dev self scope link table 1000");
	add_route("10.0.0.0/8 via 172.31.0.9 dev eth0 onlink src 192.0.2.1");
	add_route("unreachable 10.1.0.0/16");
	add_route("inet6 default via 2001:db8::9 metric 7");
	add_route("prohibit 2001:db8:9::/48");
	add_rule("from 192.0.2.50 to 10.0.0.0/8 iif eth0 lookup 1000 priority 9");
	add_rule("fwmark 0x10/0xf0 oif self blackhole");
	add_rule("inet6 from 2001:db8::/64 unreachable");
	prepare(ps, false);
	assert_false(has_ours());
	assert_int_equal(vrrp_paths_missing(ps), 0);
	vrrp_paths_put(ps);
	settle();
	for (i = 0; i < vrrp_paths_count(ps); i++)
		assert_int_equal(state_of(ps, i), VRRP_PATH_IN_FORCE);
	assert_int_equal(vrrp_paths_count(ps), 9);
	assert_int_equal(vrrp_paths_missing(ps), 0);
	assert_true(says("ip route show table 1000 | grep '203.0.113.0/24 via "
	    "192.0.2.9 dev eth0 .* metric 5'"));
	assert_true(says("ip route show table 1000 | grep 'default dev eth0'"));
	assert_true(says("ip route | grep '10.0.0.0/8 via 172.31.0.9 dev eth0 "
	    ".*src 192.0.2.1.* onlink'"));
	assert_true(says("ip route | grep 'unreachable 10.1.0.0/16'"));
	assert_true(says("ip -6 route | grep 'default via 2001:db8::9.*metric "
	    "7'"));
	assert_true(says("ip -6 route | grep 'prohibit 2001:db8:9::/48'"));
	assert_true(says("ip rule | grep '9:.from 192.0.2.50 to 10.0.0.0/8 iif "
	    "eth0 lookup 1000'"));
	assert_true(says("ip rule | grep '32765:.from all fwmark 0x10/0xf0 oif "
	    "eth0 blackhole'"));
	assert_true(says("ip -6 rule | grep 'from 2001:db8::/64 unreachable'"));
	/* Once more is no harm. */
	vrrp_paths_put(ps);
	settle();
	assert_int_equal(vrrp_paths_missing(ps), 0);
	close_paths(ps);
}

static void
test_vrrp_paths_what_is_not_ours_stays(void **state)
{
	struct vrrp_paths *ps;

	(void)state;
	need_net();
	ps = open_paths();
	assert_int_equal(system("ip route add 10.2.0.0/16 dev eth0 proto static "
	    "&& ip -6 route add 2001:db8:7::/48 dev eth0 proto static "
	    "metric 1024"), 0);
	add_route("blackhole 10.2.0.0/16");
	add_route("2001:db8:7::/48 dev eth0");
	add_route("10.3.0.0/16 dev eth0");
	prepare(ps, false);
	vrrp_paths_put(ps);
	settle();
	assert_int_equal(state_of(ps, 0), VRRP_PATH_FOREIGN);
	assert_int_equal(state_of(ps, 1), VRRP_PATH_FOREIGN);
	assert_int_equal(state_of(ps, 2), VRRP_PATH_IN_FORCE);
	assert_int_equal(vrrp_paths_missing(ps), 2);
	/* The other goes, and ours can come. */
	assert_int_equal(system("ip route del 10.2.0.0/16 proto static"), 0);
	vrrp_paths_put_missing(ps);
	settle();
	assert_int_equal(state_of(ps, 0), VRRP_PATH_IN_FORCE);
	assert_int_equal(state_of(ps, 1), VRRP_PATH_FOREIGN);
	close_paths(ps);
	assert_true(says("ip -6 route | grep 2001:db8:7::/48"));
	assert_int_equal(system("ip -6 route del 2001:db8:7::/48"), 0);
}

/* Of a life before, with another gateway. */
static void
test_vrrp_paths_leftover_of_ours_is_replaced(void **state)
{
	struct vrrp_paths *ps;

	(void)state;
	need_net();
	ps = open_paths();
	assert_int_equal(system("ip route add 10.2.0.0/16 via 192.0.2.8 proto "
	    "112"), 0);
	add_route("10.2.0.0/16 via 192.0.2.9");
	prepare(ps, false);
	vrrp_paths_put(ps);
	settle();
	assert_int_equal(state_of(ps, 0), VRRP_PATH_IN_FORCE);
	assert_true(says("ip route | grep '10.2.0.0/16 via 192.0.2.9'"));
	close_paths(ps);
}

/* L-24: an engine that goes on knows that it is there, and asks nothing. */
static void
test_vrrp_paths_sure_of_those_before_us_touches_nothing(void **state)
{
	struct vrrp_paths *ps;

	(void)state;
	need_net();
	ps = open_paths();
	assert_int_equal(system("ip route add 10.2.0.0/16 via 192.0.2.8 proto "
	    "112"), 0);
	add_route("10.2.0.0/16 via 192.0.2.9");
	prepare(ps, true);
	vrrp_paths_put(ps);
	settle();
	assert_int_equal(state_of(ps, 0), VRRP_PATH_IN_FORCE);
	assert_true(says("ip route | grep '10.2.0.0/16 via 192.0.2.8'"));
	close_paths(ps);
}

static void
test_vrrp_paths_change_drops_what_is_otherwise(void **state)
{
	struct vrrp_paths *ps;

	(void)state;
	need_net();
	ps = open_paths();
	add_route("10.2.0.0/16 via 192.0.2.9");
	add_route("10.3.0.0/16 dev eth0");
	add_rule("from 192.0.2.50 lookup 1000");
	prepare(ps, false);
	vrrp_paths_put(ps);
	settle();
	p.route_count = p.rule_count = 0;
	add_route("10.4.0.0/16 dev eth0");
	add_route("10.2.0.0/16 via 192.0.2.8");
	prepare(ps, false);
	settle();
	assert_false(says("ip route | grep 10.3.0.0"));
	assert_false(says("ip rule | grep 'lookup 1000'"));
	assert_int_equal(vrrp_paths_missing(ps), 2);
	vrrp_paths_put_missing(ps);
	settle();
	assert_int_equal(vrrp_paths_missing(ps), 0);
	assert_true(says("ip route | grep '10.2.0.0/16 via 192.0.2.8'"));
	close_paths(ps);
}

static void
test_vrrp_paths_refused_has_its_reason_and_can_come(void **state)
{
	struct vrrp_paths *ps;
	int error;

	(void)state;
	need_net();
	ps = open_paths();
	add_route("10.2.0.0/16 via 172.31.0.9");
	add_route("10.3.0.0/16 dev nowhere");
	add_route("10.4.0.0/16 dev eth0");
	prepare(ps, false);
	vrrp_paths_put(ps);
	settle();
	assert_int_equal(vrrp_paths_state(ps, 0, &error), VRRP_PATH_REFUSED);
	assert_int_equal(error, ENETUNREACH);
	assert_int_equal(vrrp_paths_state(ps, 1, &error), VRRP_PATH_REFUSED);
	assert_int_equal(error, ENODEV);
	assert_int_equal(state_of(ps, 2), VRRP_PATH_IN_FORCE);
	assert_true(vrrp_paths_concern(ps, 4711));	/* a way may come */
	assert_int_equal(system("ip addr add 172.31.0.1/24 dev eth0"), 0);
	vrrp_paths_put_missing(ps);
	settle();
	assert_int_equal(state_of(ps, 0), VRRP_PATH_IN_FORCE);
	close_paths(ps);
	assert_int_equal(system("ip addr del 172.31.0.1/24 dev eth0"), 0);
}

static struct nl_route
first_key(void)
{
	struct nl_route r;

	memset(&r, 0, sizeof(r));
	r.to = p.routes[0].to;
	r.protocol = VRRP_PATHS_PROTOCOL;
	r.table = 254;
	r.ifindex = parent.ifindex;
	return r;
}

static void
test_vrrp_paths_removed_by_others_are_restored(void **state)
{
	struct vrrp_paths *ps;
	struct nl_route r;

	(void)state;
	need_net();
	ps = open_paths();
	add_route("10.2.0.0/16 via 192.0.2.9");
	prepare(ps, false);
	r = first_key();
	assert_false(vrrp_paths_route_event(ps, &r, true));
	vrrp_paths_put(ps);
	settle();
	/* The event of its arrival tells where it leads. */
	assert_false(vrrp_paths_concern(ps, parent.ifindex));
	assert_false(vrrp_paths_route_event(ps, &r, false));
	assert_true(vrrp_paths_concern(ps, parent.ifindex));
	assert_false(vrrp_paths_concern(ps, parent.ifindex + 1));
	assert_true(vrrp_paths_concern(ps, 0));
	assert_int_equal(system("ip route del 10.2.0.0/16"), 0);
	assert_true(vrrp_paths_route_event(ps, &r, true));
	assert_false(vrrp_paths_route_event(ps, &r, true));
	assert_int_equal(state_of(ps, 0), VRRP_PATH_LOST);
	vrrp_paths_put_missing(ps);
	settle();
	assert_int_equal(state_of(ps, 0), VRRP_PATH_IN_FORCE);
	assert_int_equal(restored, 1);
	/* An event that came too late restores nothing. */
	assert_true(vrrp_paths_route_event(ps, &r, true));
	vrrp_paths_put_missing(ps);
	settle();
	assert_int_equal(restored, 1);
	/* Without an event: with all that is put again. */
	assert_int_equal(system("ip route del 10.2.0.0/16"), 0);
	vrrp_paths_put_again(ps);
	settle();
	assert_int_equal(restored, 2);
	close_paths(ps);
}

static void
test_vrrp_paths_in_common_stay_until_the_last(void **state)
{
	struct vrrp_paths *a, *b;
	struct nl_route r;

	(void)state;
	need_net();
	a = open_paths();
	b = open_paths();
	add_route("10.2.0.0/16 dev eth0");
	add_rule("from 192.0.2.50 lookup 1000");
	prepare(a, false);
	prepare(b, false);
	r = first_key();
	assert_false(vrrp_paths_list_has_route(list, &r));
	vrrp_paths_put(a);
	settle();
	assert_true(vrrp_paths_list_has_route(list, &r));
	vrrp_paths_put(b);
	settle();
	assert_int_equal(vrrp_paths_missing(b), 0);
	vrrp_paths_withdraw(a);
	settle();
	assert_true(says("ip route | grep 10.2.0.0/16"));
	assert_true(says("ip rule | grep 'lookup 1000'"));
	vrrp_paths_free(a);
	close_paths(b);
}

static void
test_vrrp_paths_withdrawal_is_a_will(void **state)
{
	struct vrrp_will w, got;
	static uint8_t buf[VRRP_WILL_MAX];
	struct vrrp_paths *ps;
	char text[64];
	unsigned i;
	size_t len;

	(void)state;
	need_net();
	ps = open_paths();
	for (i = 0; i < VRRP_ROUTES_MAX; i++) {
		(void)snprintf(text, sizeof(text), "2001:db8:%x::/48 dev eth0",
		    i + 1);
		add_route(text);
	}
	for (i = 0; i < VRRP_RULES_MAX; i++) {
		(void)snprintf(text, sizeof(text), "from 2001:db8:%x::/48 to "
		    "::1 lookup 9", i + 1);
		add_rule(text);
	}
	prepare(ps, false);
	vrrp_paths_put(ps);
	settle();
	assert_int_equal(vrrp_paths_missing(ps), 0);
	memset(&w, 0, sizeof(w));
	strcpy(w.name, "web");
	w.netlink = vrrp_paths_withdrawal(ps, &w.netlink_len);
	len = vrrp_will_encode(&w, buf, sizeof(buf));
	assert_true(len > 0);
	/* Together with as many addresses as there may be it has to fit. */
	assert_true(len < VRRP_WILL_MAX * 3 / 4);
	assert_true(vrrp_will_decode(buf, len, &got));
	assert_int_equal(nl_carry_out(nl, got.netlink, got.netlink_len), 0);
	assert_false(has_ours());
	close_paths(ps);
}

static unsigned found_routes, found_rules;

static void
found_route(const struct nl_route *r, void *arg)
{
	(void)arg;
	found_routes += r->protocol == VRRP_PATHS_PROTOCOL;
}

static void
found_rule(const struct nl_rule *r, void *arg)
{
	(void)arg;
	found_rules += r->protocol == VRRP_PATHS_PROTOCOL;
}

static void
test_vrrp_paths_of_a_life_before_are_found(void **state)
{
	struct vrrp_paths *ps;

	(void)state;
	need_net();
	ps = open_paths();
	add_route("10.2.0.0/16 dev eth0 table 1000");
	add_route("2001:db8:7::/48 dev eth0");
	add_rule("inet6 fwmark 1 lookup 9");
	prepare(ps, false);
	vrrp_paths_put(ps);
	settle();
	found_routes = found_rules = 0;
	assert_int_equal(nl_read_routes(nl, VRRP_PATHS_PROTOCOL, found_route,
	    found_rule, NULL), 0);
	assert_int_equal(found_routes, 2);
	assert_int_equal(found_rules, 1);
	/* The socket is what it was for everybody else. */
	assert_int_equal(nl_read_all(nl), 0);
	close_paths(ps);
}

static int
end(void **state)
{
	vrrp_paths_list_free(list);
	return close_net(state);
}

#define T(f)	cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_vrrp_paths_come_and_go_with_every_kind),
		T(test_vrrp_paths_what_is_not_ours_stays),
		T(test_vrrp_paths_leftover_of_ours_is_replaced),
		T(test_vrrp_paths_sure_of_those_before_us_touches_nothing),
		T(test_vrrp_paths_change_drops_what_is_otherwise),
		T(test_vrrp_paths_refused_has_its_reason_and_can_come),
		T(test_vrrp_paths_removed_by_others_are_restored),
		T(test_vrrp_paths_in_common_stay_until_the_last),
		T(test_vrrp_paths_withdrawal_is_a_will),
		T(test_vrrp_paths_of_a_life_before_are_found),
	};

	return cmocka_run_group_tests(tests, open_net, end);
}
