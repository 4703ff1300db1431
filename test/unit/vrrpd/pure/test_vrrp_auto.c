/*
 * test_vrrp_auto.c - whom a router without configured peers has a session with.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "vrrpd/pure/vrrp_auto.h"

static struct vrrp_auto a;
static enum vrrp_auto_opened last;
static mono_t now = { 5000 * NS_PER_S };

static int
setup(void **state)
{
	(void)state;
	a.count = 0;
	return 0;
}

static struct addr
router(unsigned n)
{
	uint8_t bytes[4] = { 192, 0, 2, (uint8_t)n };

	return addr_from_bytes(AF_INET, bytes);
}

static bool
heard(unsigned n)
{
	struct addr r = router(n);

	now = mono_add(now, NS_PER_S);
	return vrrp_auto_heard(&a, now, &r);
}

static bool
opened(unsigned n)
{
	struct addr r = router(n);

	now = mono_add(now, NS_PER_S);
	last = vrrp_auto_opened(&a, now, &r, false);
	return last == VRRP_AUTO_NEW;
}

static const struct vrrp_auto_peer *
peer(unsigned n)
{
	struct addr r = router(n);

	return vrrp_auto_find(&a, &r);
}

/* L-27 +, L-28 + the old Active stays known beside the new one */
static void
test_vrrp_auto_routers_heard_stay_known(void **state)
{
	(void)state;
	assert_true(heard(1));
	assert_false(heard(1));
	assert_true(heard(2));
	assert_true(peer(1)->heard);
	assert_true(peer(2)->heard);
	assert_int_equal(a.count, 2);
}

/* L-27 - one that only opened is not opened to */
static void
test_vrrp_auto_opener_is_known_while_its_session_is(void **state)
{
	struct addr two = router(2), three = router(3);

	(void)state;
	assert_true(opened(2));
	assert_false(opened(2));
	assert_false(peer(2)->heard);
	assert_true(vrrp_auto_closed(&a, &two));
	assert_null(peer(2));
	assert_false(vrrp_auto_closed(&a, &two));
	/* Heard later, it is one to open to, and stays when it closes. */
	assert_true(opened(3));
	assert_true(heard(3));
	assert_false(vrrp_auto_closed(&a, &three));
	assert_true(peer(3)->heard);
	assert_false(peer(3)->opened);
}

/* L-28 - forgotten after silence, not before */
static void
test_vrrp_auto_silent_router_is_forgotten(void **state)
{
	struct addr two = router(2);

	(void)state;
	(void)heard(1);
	(void)heard(2);
	now = mono_add(now, VRRP_AUTO_FORGET_NS - NS_PER_S - 1);
	assert_false(vrrp_auto_expire(&a, now));
	vrrp_auto_alive(&a, now, &two);
	now = mono_add(now, 1);
	assert_true(vrrp_auto_expire(&a, now));
	assert_null(peer(1));
	assert_non_null(peer(2));
	assert_false(vrrp_auto_expire(&a, now));
}

static void
test_vrrp_auto_full_list_gives_up_who_matters_least(void **state)
{
	struct addr one = router(1);
	unsigned n;

	(void)state;
	for (n = 1; n < VRRP_AUTO_MAX; n++)
		assert_true(heard(n));
	assert_true(opened(100));
	assert_false(opened(101));		/* an opener pushes nobody out */
	assert_null(peer(101));
	vrrp_auto_alive(&a, now, &one);
	assert_true(heard(102));		/* the opener goes first, */
	assert_null(peer(100));
	assert_true(heard(103));		/* then the silent one */
	assert_null(peer(2));
	assert_non_null(peer(1));
	assert_int_equal(a.count, VRRP_AUTO_MAX);
}

/* One host with forty addresses */
static void
test_vrrp_auto_strangers_leave_places_for_routers(void **state)
{
	struct addr named = router(200);
	unsigned n, known = 0;

	(void)state;
	for (n = 1; n <= 40; n++)
		known += opened(n);
	assert_int_equal(known, VRRP_AUTO_MAX - VRRP_AUTO_RESERVE);
	assert_int_equal(last, VRRP_AUTO_NO_ROOM);
	assert_false(opened(1));
	assert_int_equal(last, VRRP_AUTO_KNOWN);
	/* A router that is heard or named has a place, and pushes no such one out. */
	for (n = 101; n < 101 + VRRP_AUTO_RESERVE; n++)
		assert_true(heard(n));
	assert_non_null(peer(1));
	now = mono_add(now, NS_PER_S);
	assert_int_equal(vrrp_auto_opened(&a, now, &named, true),
	    VRRP_AUTO_NEW);
	assert_non_null(peer(200));
	for (n = 111; n < 111 + VRRP_AUTO_MAX - VRRP_AUTO_RESERVE - 1; n++)
		assert_true(heard(n));
	for (n = 1; n <= 40; n++)
		assert_null(peer(n));
	assert_non_null(peer(200));
	assert_non_null(peer(101));
	assert_false(opened(1));
	assert_int_equal(last, VRRP_AUTO_NO_ROOM);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup(f, setup)
	const struct CMUnitTest tests[] = {
		T(test_vrrp_auto_routers_heard_stay_known),
		T(test_vrrp_auto_opener_is_known_while_its_session_is),
		T(test_vrrp_auto_silent_router_is_forgotten),
		T(test_vrrp_auto_full_list_gives_up_who_matters_least),
		T(test_vrrp_auto_strangers_leave_places_for_routers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
