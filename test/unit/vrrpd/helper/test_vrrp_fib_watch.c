/*
 * test_vrrp_fib_watch.c - routes that are waited for, in a namespace of its own.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "test/unit/shared/nl_net.h"
#include "vrrpd/helper/vrrp_fib_watch.h"

#define MAIN	254

struct seen {
	bool	told, there;
	char	why[80];
};

static struct vrrp_fib_watch *routes;
static struct seen seen;
static uint64_t dumps_before;

static void
on_answer(bool there, mono_t at, const char *why, void *arg)
{
	struct seen *s = arg;

	(void)at;
	s->told = true;
	s->there = there;
	(void)snprintf(s->why, sizeof(s->why), "%s", why);
}

static bool
is_there(void)
{
	return seen.told && seen.there;
}

static bool
is_gone(void)
{
	return seen.told && !seen.there;
}

static bool
was_dumped(void)
{
	return vrrp_fib_watch_dumps(routes) > dumps_before;
}

static struct vrrp_route_want
want(const char *text, uint32_t table, uint8_t protocol, const char *via)
{
	struct vrrp_route_want w = { .prefix = prefix(text), .table = table,
	    .protocol = protocol };

	if (via != NULL)
		assert_int_equal(addr_parse(via, &w.via), 0);
	return w;
}

static struct vrrp_fib_watched *
watch(const char *text, uint32_t table, uint8_t protocol, const char *via)
{
	struct vrrp_route_want w = want(text, table, protocol, via);
	struct vrrp_fib_watched *watched;

	memset(&seen, 0, sizeof(seen));
	watched = vrrp_fib_watch_add(routes, &w, on_answer, &seen);
	assert_non_null(watched);
	return watched;
}

static void
begin(void)
{
	run("ip addr flush dev nlp0; ip addr add 192.0.2.1/24 dev nlp0");
	run("ip addr add 2001:db8::1/64 dev nlp0 nodad");
	routes = vrrp_fib_watch_new(loop);
	assert_non_null(routes);
}

static void
end(void)
{
	vrrp_fib_watch_free(routes);
	run("ip addr flush dev nlp0; ip link set nlp1 up");
}

static void
test_vrrp_fib_watch_is_told_of_the_default_route(void **state)
{
	struct vrrp_fib_watched *w;

	NEED_NAMESPACE();
	begin();
	w = watch("0.0.0.0/0", MAIN, 0, NULL);
	await(is_gone);
	assert_string_equal(seen.why, "there is no such route");
	run("ip route add default via 192.0.2.254");
	await(is_there);
	assert_string_equal(seen.why, "");
	/* Another in its place, one beside it, and the first goes. */
	run("ip route replace default via 192.0.2.253");
	run("ip route add default via 192.0.2.252 metric 50");
	run("ip route del default via 192.0.2.253");
	await(is_there);
	run("ip route add blackhole default metric 70");
	run("ip route del default metric 50");
	await(is_gone);
	run("ip route del blackhole default metric 70");
	vrrp_fib_watch_remove(w);
	end();
}

static void
test_vrrp_fib_watch_asks_for_the_router_the_table_and_the_protocol(void **state)
{
	struct vrrp_fib_watched *w;

	NEED_NAMESPACE();
	begin();
	run("ip route add default via 192.0.2.254 proto static");
	run("ip route add 10.0.0.0/8 via 192.0.2.254 table 100 proto bird");
	w = watch("0.0.0.0/0", MAIN, 0, "192.0.2.253");
	await(is_gone);
	run("ip route replace default proto static "
	    "nexthop via 192.0.2.254 nexthop via 192.0.2.253");
	await(is_there);
	vrrp_fib_watch_remove(w);
	w = watch("0.0.0.0/0", MAIN, 12, NULL);
	await(is_gone);
	vrrp_fib_watch_remove(w);
	w = watch("10.0.0.0/8", MAIN, 0, NULL);
	await(is_gone);
	vrrp_fib_watch_remove(w);
	w = watch("10.0.0.0/8", 100, 12, NULL);
	await(is_there);
	/* More and less specific ones are others. */
	run("ip route add 10.0.0.0/16 via 192.0.2.254 table 100 proto bird");
	run("ip route del 10.0.0.0/8 table 100");
	await(is_gone);
	vrrp_fib_watch_remove(w);
	w = watch("::/0", MAIN, 0, "2001:db8::fe");
	await(is_gone);
	run("ip -6 route add default via 2001:db8::fe");
	await(is_there);
	run("ip -6 route append default via 2001:db8::fd");
	run("ip -6 route del default via 2001:db8::fe");
	await(is_gone);
	run("ip -6 route del default");
	vrrp_fib_watch_remove(w);
	end();
}

/* The kernel says nothing of IPv4 routes that go with an address or a device. */
static void
test_vrrp_fib_watch_sees_routes_that_go_without_a_word(void **state)
{
	struct vrrp_fib_watched *w;

	NEED_NAMESPACE();
	begin();
	run("ip route add default via 192.0.2.254");
	w = watch("0.0.0.0/0", MAIN, 0, NULL);
	await(is_there);
	run("ip link set nlp1 down");		/* of nlp0 the carrier */
	await(is_gone);
	assert_string_equal(seen.why, "the device of the route is down or has "
	    "no carrier");
	run("ip link set nlp1 up");
	await(is_there);
	run("ip addr del 192.0.2.1/24 dev nlp0");
	await(is_gone);
	assert_string_equal(seen.why, "there is no such route");
	vrrp_fib_watch_remove(w);
	end();
}

/* Thousands of others are sorted out by the kernel. */
static void
test_vrrp_fib_watch_does_not_see_other_routes(void **state)
{
	struct vrrp_route_want w = want("2001:db8:1::/48", MAIN, 0, NULL);
	struct vrrp_fib_watched *v4, *v6;
	struct seen other = { .told = false };
	uint64_t events;

	NEED_NAMESPACE();
	begin();
	run("ip route add 10.1.2.0/24 via 192.0.2.254");
	v6 = vrrp_fib_watch_add(routes, &w, on_answer, &other);
	assert_non_null(v6);
	v4 = watch("10.1.2.0/24", MAIN, 0, NULL);
	await(is_there);
	dumps_before = vrrp_fib_watch_dumps(routes);
	events = vrrp_fib_watch_events(routes);
	run("{ for j in 3 4 5 6; do for i in $(seq 0 255); do "
	    "echo route add 10.$j.$i.0/24 via 192.0.2.254; "
	    "echo route add 2001:db8:$j:$i::/64 via 2001:db8::fe; "
	    "echo route del 10.$j.$i.0/24; "
	    "echo route del 2001:db8:$j:$i::/64; done; done; } | ip -batch -");
	run("ip route del 10.1.2.0/24");
	await(is_gone);
	assert_int_equal(vrrp_fib_watch_events(routes), events + 1);
	assert_int_equal(vrrp_fib_watch_dumps(routes), dumps_before);
	vrrp_fib_watch_remove(v4);
	vrrp_fib_watch_remove(v6);
	end();
}

/* More than the socket holds, while nobody reads it. */
static void
test_vrrp_fib_watch_reads_all_again_when_events_are_lost(void **state)
{
	struct vrrp_fib_watched *w;

	NEED_NAMESPACE();
	begin();
	w = watch("10.1.2.0/24", MAIN, 0, NULL);
	await(is_gone);
	dumps_before = vrrp_fib_watch_dumps(routes);
	run("{ for i in $(seq 6000); do "
	    "echo route add 10.1.2.0/24 via 192.0.2.254; "
	    "echo route del 10.1.2.0/24; done; "
	    "echo route add 10.1.2.0/24 via 192.0.2.254; } | ip -batch -");
	await(was_dumped);
	await(is_there);
	vrrp_fib_watch_remove(w);
	end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    NL_TEST(test_vrrp_fib_watch_is_told_of_the_default_route),
	    NL_TEST(test_vrrp_fib_watch_asks_for_the_router_the_table_and_the_protocol),
	    NL_TEST(test_vrrp_fib_watch_sees_routes_that_go_without_a_word),
	    NL_TEST(test_vrrp_fib_watch_does_not_see_other_routes),
	    NL_TEST(test_vrrp_fib_watch_reads_all_again_when_events_are_lost),
	};

	prepare();
	return cmocka_run_group_tests_name("fib_watch", tests, NULL, NULL);
}
