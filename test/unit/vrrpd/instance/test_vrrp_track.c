/*
 * test_vrrp_track.c - the register of what is tracked, in a world of its own.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "test/unit/vrrpd/vrrpd_world.h"
#include "vrrpd/instance/vrrp_track.h"

static struct vrrp_track *t;
static char calls[256];

static int
setup(void **state)
{
	(void)state;
	world_open();
	t = world.env.track;
	calls[0] = '\0';
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_close();
	return 0;
}

static void
look(void *arg)
{
	(void)snprintf(calls + strlen(calls), sizeof(calls) - strlen(calls),
	    "look:%s ", (const char *)arg);
}

static void
act(void *arg)
{
	(void)snprintf(calls + strlen(calls), sizeof(calls) - strlen(calls),
	    "act:%s ", (const char *)arg);
}

/* V-78 + : all that happens in one turn is told once, and looked at first. */
static void
test_vrrp_track_one_turn_is_one_telling(void **state)
{
	static char a[] = "a", b[] = "b";
	const struct vrrp_track_item *chk, *db;

	(void)state;
	chk = vrrp_track_get(t, VRRP_TRACK_SCRIPT, "chk");
	db = vrrp_track_get(t, VRRP_TRACK_TCP, "chk");	/* another one */
	assert_ptr_not_equal(chk, db);
	assert_int_equal(vrrp_track_watch(t, look, act, a), 0);
	assert_int_equal(vrrp_track_watch(t, look, act, b), 0);
	vrrp_track_set(t, VRRP_TRACK_SCRIPT, "chk", true, NULL, world.now);
	vrrp_track_set(t, VRRP_TRACK_TCP, "chk", false, "refused", world.now);
	vrrp_track_set(t, VRRP_TRACK_SCRIPT, "chk", false, "status 1",
	    world.now);
	assert_string_equal(calls, "");
	world_deferred();
	assert_string_equal(calls, "look:a look:b act:a act:b ");
	assert_int_equal(chk->state, VRRP_TRACK_DOWN);
	assert_string_equal(chk->reason, "status 1");
	assert_string_equal(db->reason, "refused");
	/* The same again says nothing; a new reason is kept all the same. */
	calls[0] = '\0';
	vrrp_track_set(t, VRRP_TRACK_SCRIPT, "chk", false, "status 2",
	    world.now);
	world_deferred();
	assert_string_equal(calls, "");
	assert_string_equal(chk->reason, "status 2");
	assert_int_equal(chk->changes, 2);
	vrrp_track_unwatch(t, a);
	vrrp_track_forget(t, VRRP_TRACK_SCRIPT, "chk", "no longer checked");
	world_deferred();
	assert_string_equal(calls, "look:b act:b ");
	assert_int_equal(chk->state, VRRP_TRACK_UNKNOWN);
	vrrp_track_unwatch(t, b);
}

static void
test_vrrp_track_items_live_while_they_are_held(void **state)
{
	const struct vrrp_track_item *a, *b;

	(void)state;
	/* Nobody holds it: nothing is kept. */
	vrrp_track_set(t, VRRP_TRACK_SCRIPT, "chk", true, NULL, world.now);
	assert_null(vrrp_track_item(t, 0));
	a = vrrp_track_get(t, VRRP_TRACK_SCRIPT, "chk");
	assert_int_equal(a->state, VRRP_TRACK_UNKNOWN);
	assert_true(mono_is_never(a->since));
	b = vrrp_track_get(t, VRRP_TRACK_SCRIPT, "chk");
	assert_ptr_equal(a, b);
	vrrp_track_set(t, VRRP_TRACK_SCRIPT, "chk", true, NULL,
	    mono_add(world.now, -NS_PER_S));
	assert_true(a->since.ns == world.now.ns - NS_PER_S);
	assert_true(a->since_real_ns == loop_realtime_ns() - NS_PER_S);
	vrrp_track_put(t, b);
	assert_ptr_equal(vrrp_track_item(t, 0), a);
	assert_int_equal(a->state, VRRP_TRACK_UP);
	vrrp_track_put(t, a);
	assert_null(vrrp_track_item(t, 0));
	world_deferred();
}

static void
test_vrrp_track_interfaces_follow_the_kernel(void **state)
{
	struct nl_link link = { .ifindex = 9, .name = "wan0",
	    .admin_up = true };
	const struct vrrp_track_item *it;

	(void)state;
	it = vrrp_track_get(t, VRRP_TRACK_INTERFACE, "wan0");
	assert_int_equal(it->state, VRRP_TRACK_DOWN);
	assert_string_equal(it->reason, "does not exist");
	vrrp_track_link(t, &link, false);
	assert_string_equal(it->reason, "no carrier");
	link.running = true;
	vrrp_track_link(t, &link, false);
	assert_int_equal(it->state, VRRP_TRACK_UP);
	assert_string_equal(it->reason, "");
	link.admin_up = link.running = false;
	vrrp_track_link(t, &link, false);
	assert_string_equal(it->reason, "not set up");
	link.admin_up = link.running = true;
	vrrp_track_link(t, &link, false);
	/* Renamed: as good as gone; and another of that name is it. */
	(void)strcpy(link.name, "wan9");
	vrrp_track_link(t, &link, false);
	assert_int_equal(it->state, VRRP_TRACK_DOWN);
	(void)strcpy(link.name, "wan0");
	link.ifindex = 12;
	vrrp_track_link(t, &link, false);
	assert_int_equal(it->state, VRRP_TRACK_UP);
	link.ifindex = 9;
	(void)strcpy(link.name, "old");
	vrrp_track_link(t, &link, true);	/* not ours any more */
	assert_int_equal(it->state, VRRP_TRACK_UP);
	/* Events were lost: what the kernel says now. */
	vrrp_track_look(t);
	assert_int_equal(it->state, VRRP_TRACK_DOWN);
	world_deferred();
	vrrp_track_put(t, it);
	/* A link that is there from the start is known at once. */
	(void)strcpy(link.name, "wan0");
	world.tracked = link;
	it = vrrp_track_get(t, VRRP_TRACK_INTERFACE, "wan0");
	assert_int_equal(it->state, VRRP_TRACK_UP);
	assert_int_equal(it->changes, 0);
	vrrp_track_put(t, it);
	world_deferred();
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	static const struct CMUnitTest tests[] = {
	    TEST(test_vrrp_track_one_turn_is_one_telling),
	    TEST(test_vrrp_track_items_live_while_they_are_held),
	    TEST(test_vrrp_track_interfaces_follow_the_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
