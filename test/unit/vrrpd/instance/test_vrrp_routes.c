/*
 * test_vrrp_routes.c - routes and rules of an instance: when they are asked for.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "test/unit/vrrpd/instance/instance_world.h"
#include "test/unit/vrrpd/paths_world.h"
#include "vrrpd/instance/vrrp_routes.h"

static struct vrrp_params
with_routes(void)
{
	struct vrrp_params p = world_params();
	char why[VRRP_ROUTE_WHY_MAX];

	p.route_count = p.rule_count = 1;
	assert_int_equal(vrrp_route_parse("10.0.0.0/8 via 192.0.2.9 src "
	    "192.0.2.50", AF_INET, &p.routes[0], why), 0);
	assert_int_equal(vrrp_rule_parse("from 192.0.2.50 lookup 100", AF_INET,
	    &p.rules[0], why), 0);
	return p;
}

static int
begin(void **state)
{
	memset(&pw, 0, sizeof(pw));
	if (setup(state) != 0)
		return 1;
	world.env.paths = vrrp_paths_list_new();
	pw.state = VRRP_PATH_IN_FORCE;
	return 0;
}

static void
become_active_with(const struct vrrp_params *p)
{
	start_with(p);
	assert_string_equal(pw.asked, "");
	world_run(4 * NS_PER_S);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	world_ack(0, 0);
}

static void
test_vrrp_routes_are_put_while_active(void **state)
{
	struct vrrp_params p = with_routes();
	size_t len;

	(void)state;
	become_active_with(&p);
	assert_string_equal(pw.asked, "p");
	assert_false(pw.sure);
	assert_int_equal(pw.count, 2);
	assert_non_null(vrrp_routes_withdrawal(v, &len));
	assert_int_equal(len, 8);
	vrrp_instance_resign(v, VRRP_CAUSE_SHUTDOWN);
	vrrp_instance_withdraw(v);
	assert_string_equal(pw.asked, "pw");
}

static void
test_vrrp_routes_without_any_nothing_is_made(void **state)
{
	size_t len;

	(void)state;
	become_active();
	assert_null(v->routes);
	assert_string_equal(pw.asked, "");
	assert_null(vrrp_routes_withdrawal(v, &len));
	assert_int_equal(len, 0);
}

/* The first that come with a reload are put as a whole, more as what is missing. */
static void
test_vrrp_routes_change_in_place(void **state)
{
	struct vrrp_params p = with_routes(), none = world_params();

	(void)state;
	become_active();
	assert_true(vrrp_instance_set(v, &p));
	assert_string_equal(pw.asked, "p");
	p.route_count = 0;
	assert_true(vrrp_instance_set(v, &p));
	assert_int_equal(pw.count, 1);
	assert_string_equal(pw.asked, "pm");
	assert_true(vrrp_instance_set(v, &none));
	assert_int_equal(pw.count, 0);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	assert_string_equal(world.did, "");	/* no address is touched */
}

static void
test_vrrp_routes_without_memory_change_nothing(void **state)
{
	struct vrrp_params p = with_routes();

	(void)state;
	become_active();
	pw.no_memory = true;
	assert_false(vrrp_instance_set(v, &p));
	assert_int_equal(v->p.route_count, 0);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
}

static void
test_vrrp_routes_refused_are_said_once_and_tried_again(void **state)
{
	struct vrrp_params p = with_routes();
	char why[VRRP_ROUTES_WHY_MAX];

	(void)state;
	become_active_with(&p);
	pw.state = VRRP_PATH_REFUSED;
	pw.error = ENETUNREACH;
	pw.missing = 2;
	pw.changed(0, pw.arg);
	assert_non_null(strstr(lines, "route=\"10.0.0.0/8 via 192.0.2.9 src "
	    "192.0.2.50\" is not in force: Network is unreachable"));
	assert_non_null(strstr(lines, "rule=\"from 192.0.2.50/32 lookup 100 "
	    "priority 32765\" is not in force"));
	assert_int_equal(vrrp_routes_state(v, 0, why), VRRP_PATH_REFUSED);
	assert_string_equal(why, "Network is unreachable");
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	lines[0] = '\0';
	pw.asked[0] = '\0';
	world_run(1100 * NS_PER_MS);
	assert_string_equal(pw.asked, "m");
	pw.changed(0, pw.arg);
	assert_null(strstr(lines, "not in force"));
	/* Later and later. */
	world_run(1500 * NS_PER_MS);
	assert_string_equal(pw.asked, "m");
	world_run(1000 * NS_PER_MS);
	assert_string_equal(pw.asked, "mm");
	pw.state = VRRP_PATH_IN_FORCE;
	pw.missing = 0;
	pw.changed(0, pw.arg);
	pw.asked[0] = '\0';
	world_run(60 * NS_PER_S);
	assert_string_equal(pw.asked, "");
}

static void
test_vrrp_routes_foreign_is_left_alone_and_said(void **state)
{
	struct vrrp_params p = with_routes();
	char why[VRRP_ROUTES_WHY_MAX];

	(void)state;
	become_active_with(&p);
	pw.state = VRRP_PATH_FOREIGN;
	pw.missing = 1;
	pw.changed(0, pw.arg);
	assert_non_null(strstr(lines, "that is not ours, and is left alone"));
	assert_int_equal(vrrp_routes_state(v, 1, why), VRRP_PATH_FOREIGN);
	assert_int_equal(vrrp_routes_state(v, 2, why), VRRP_PATH_AWAY);
}

/* At once, and then no faster than once a second. */
static void
test_vrrp_routes_removed_are_restored_at_a_pace(void **state)
{
	struct vrrp_params p = with_routes();
	struct nl_route route;
	struct nl_rule rule;

	(void)state;
	memset(&route, 0, sizeof(route));
	memset(&rule, 0, sizeof(rule));
	become_active_with(&p);
	pw.asked[0] = '\0';
	vrrp_routes_route_event(v, &route, true);	/* not one of ours */
	world_run(100 * NS_PER_MS);
	assert_string_equal(pw.asked, "");
	pw.lost = true;
	vrrp_routes_route_event(v, &route, true);
	world_run(NS_PER_MS);
	assert_string_equal(pw.asked, "m");
	pw.changed(1, pw.arg);
	assert_non_null(strstr(lines, "removed by someone else: restored=1"));
	assert_int_equal(vrrp_routes_restored(v), 1);
	vrrp_routes_rule_event(v, &rule, true);
	world_run(900 * NS_PER_MS);
	assert_string_equal(pw.asked, "m");
	world_run(200 * NS_PER_MS);
	assert_string_equal(pw.asked, "mm");
}

static void
test_vrrp_routes_link_that_concerns_them_is_a_look_at_all(void **state)
{
	struct vrrp_params p = with_routes();

	(void)state;
	become_active_with(&p);
	pw.asked[0] = '\0';
	vrrp_routes_link_event(v, 9);
	world_run(100 * NS_PER_MS);
	assert_string_equal(pw.asked, "");
	pw.concerned = true;
	vrrp_routes_link_event(v, 9);
	vrrp_routes_link_event(v, 9);
	world_run(100 * NS_PER_MS);
	assert_string_equal(pw.asked, "a");
	/* An event that comes when nothing is put any more is nothing. */
	vrrp_routes_link_event(v, 9);
	vrrp_instance_resign(v, VRRP_CAUSE_SHUTDOWN);
	vrrp_instance_withdraw(v);
	world_run(10 * NS_PER_S);
	assert_string_equal(pw.asked, "aw");
}

#define T(f)	cmocka_unit_test_setup_teardown(f, begin, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_vrrp_routes_are_put_while_active),
		T(test_vrrp_routes_without_any_nothing_is_made),
		T(test_vrrp_routes_change_in_place),
		T(test_vrrp_routes_without_memory_change_nothing),
		T(test_vrrp_routes_refused_are_said_once_and_tried_again),
		T(test_vrrp_routes_foreign_is_left_alone_and_said),
		T(test_vrrp_routes_removed_are_restored_at_a_pace),
		T(test_vrrp_routes_link_that_concerns_them_is_a_look_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
