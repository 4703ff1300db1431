/*
 * test_vrrp_routing.c - routes and rules that a life before has left, and events.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "test/unit/vrrpd/engine/engine_world.h"
#include "test/unit/vrrpd/paths_world.h"

#define WEB	"instance web { interface = eth0 virtual_router_id = 51 "	\
		"virtual_mac = no virtual_addresses = { 192.0.2.50/24 } "

static void
test_vrrp_routing_leftovers_go_at_the_start(void **state)
{
	(void)state;
	memset(&pw, 0, sizeof(pw));
	engine_open();
	engine_apply(WEB "}");
	pw.found = 5;		/* two of them are nobody's */
	assert_int_equal(pw.removed, 0);
	engine_start();
	assert_int_equal(pw.removed, 4);
	engine_close();
}

static void
test_vrrp_routing_events_reach_who_has_routes(void **state)
{
	struct nl_route route;
	struct nl_rule rule;

	(void)state;
	memset(&pw, 0, sizeof(pw));
	memset(&route, 0, sizeof(route));
	memset(&rule, 0, sizeof(rule));
	engine_open();
	engine_apply(WEB "routes = { \"10.0.0.0/8 dev eth0\" } }");
	engine_start();
	world_run(4 * NS_PER_S);
	assert_int_equal(engine_find("web")->core.state, VRRP_ACTIVE);
	assert_string_equal(pw.asked, "p");
	pw.lost = true;
	pw.handlers.route(&route, true, pw.watcher);
	world_run(NS_PER_MS);
	assert_string_equal(pw.asked, "pm");
	pw.handlers.rule(&rule, true, pw.watcher);
	world_run(2 * NS_PER_S);
	assert_string_equal(pw.asked, "pmm");
	pw.concerned = true;
	pw.handlers.lost(pw.watcher);
	world_run(2 * NS_PER_S);
	assert_string_equal(pw.asked, "pmma");
	engine_close();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vrrp_routing_leftovers_go_at_the_start),
		cmocka_unit_test(test_vrrp_routing_events_reach_who_has_routes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
