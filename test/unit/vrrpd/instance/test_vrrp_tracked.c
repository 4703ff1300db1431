/*
 * test_vrrp_tracked.c - what one instance makes of what it tracks.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "test/unit/vrrpd/vrrpd_world.h"
#include "vrrpd/instance/vrrp_tracked.h"

static struct vrrp_tracked t;
static struct vrrp_params p;
static mono_t again;

static int
setup(void **state)
{
	(void)state;
	world_open();
	memset(&t, 0, sizeof(t));
	p = world_params();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	vrrp_tracked_release(&t);
	world_deferred();
	world_close();
	return 0;
}

static void
track(const char *name, int weight, int64_t up_delay_ns, int64_t down_delay_ns)
{
	struct vrrp_track_ref *r = &p.tracks[p.track_count++];

	r->kind = VRRP_TRACK_SCRIPT;
	(void)strcpy(r->name, name);
	r->weight = weight;
	r->up_delay_ns = up_delay_ns;
	r->down_delay_ns = down_delay_ns;
}

static bool
look(void)
{
	return vrrp_tracked_look(&t, &p, world.now, &again);
}

static void
say(const char *name, bool up)
{
	vrrp_track_set(world.env.track, VRRP_TRACK_SCRIPT, name, up,
	    up ? NULL : "status 1", world.now);
}

/* Until the first result nothing is added, and a fault is waited for. */
static void
test_vrrp_tracked_unknown_waits(void **state)
{
	char why[160];

	(void)state;
	track("chk", 0, 0, 0);
	track("bonus", 20, 0, 0);
	vrrp_tracked_bind(&t, world.env.track, &p);
	assert_true(look());
	assert_true(t.now.waits && !t.now.fault);
	assert_int_equal(t.now.priority, 100);
	vrrp_tracked_why(&t, why, sizeof(why));
	assert_string_equal(why, "script chk has not said anything yet");
	say("chk", true);
	say("bonus", true);
	assert_true(look());
	assert_false(t.now.waits || t.now.fault);
	assert_int_equal(t.now.priority, 120);
	assert_false(look());
	say("chk", false);
	assert_true(look());
	assert_true(t.now.fault);
	vrrp_tracked_why(&t, why, sizeof(why));
	assert_string_equal(why, "tracked script chk is down: status 1");
}

static void
test_vrrp_tracked_changes_count_after_their_delay(void **state)
{
	(void)state;
	track("chk", -20, 5 * NS_PER_S, NS_PER_S);
	vrrp_tracked_bind(&t, world.env.track, &p);
	(void)look();
	/* The first state of all counts at once. */
	say("chk", true);
	assert_true(look());
	assert_int_equal(t.weights[0].state, VRRP_TRACK_UP);
	say("chk", false);
	assert_false(look());
	assert_int_equal(t.now.priority, 100);
	assert_true(again.ns == world.now.ns + NS_PER_S);
	/* Taken back in time: it was never there. */
	world.now = mono_add(world.now, NS_PER_S / 2);
	say("chk", true);
	assert_false(look());
	assert_true(mono_is_never(again));
	say("chk", false);
	assert_false(look());
	world.now = again;
	assert_true(look());
	assert_int_equal(t.now.priority, 80);
	assert_true(mono_is_never(again));
	/* And back after its own delay. */
	say("chk", true);
	assert_false(look());
	assert_true(again.ns == world.now.ns + 5 * NS_PER_S);
	world.now = mono_add(again, -1);
	assert_false(look());
	world.now = again;
	assert_true(look());
	assert_int_equal(t.now.priority, 100);
}

/* A reload must not forget what is known, nor wait again. */
static void
test_vrrp_tracked_bind_again_keeps_what_counts(void **state)
{
	(void)state;
	track("chk", -20, 0, NS_PER_S);
	track("gone", -30, 0, 0);
	vrrp_tracked_bind(&t, world.env.track, &p);
	say("chk", true);
	say("gone", false);
	(void)look();
	assert_int_equal(t.now.priority, 70);
	say("chk", false);
	assert_false(look());			/* a delay runs */
	p.track_count = 0;
	track("new", -1, 0, 0);
	track("chk", -40, 0, NS_PER_S);
	vrrp_tracked_bind(&t, world.env.track, &p);
	assert_int_equal(t.weights[0].state, VRRP_TRACK_UNKNOWN);
	assert_int_equal(t.weights[1].state, VRRP_TRACK_UP);
	assert_true(look());
	assert_int_equal(t.now.priority, 100);
	assert_true(again.ns == world.now.ns + NS_PER_S);
	world.now = again;
	assert_true(look());
	assert_int_equal(t.now.priority, 60);
	/* Nobody refers to it any more. */
	assert_null(vrrp_track_item(world.env.track, 2));
}

static void
test_vrrp_tracked_links_are_known_by_their_interface(void **state)
{
	char name[VRRP_TRACK_NAME_MAX], why[160];
	struct vrrp_bfd_params *b = &p.bfd[0];

	(void)state;
	b->role = VRRP_BFD_LINK;
	assert_int_equal(addr_parse("203.0.113.1", &b->peer), 0);
	vrrp_tracked_link_name(&p, b, name, sizeof(name));
	assert_string_equal(name, "eth0 203.0.113.1");
	(void)strcpy(b->interface, "eth1");
	vrrp_tracked_link_name(&p, b, name, sizeof(name));
	assert_string_equal(name, "eth1 203.0.113.1");
	b->multihop = true;
	vrrp_tracked_link_name(&p, b, name, sizeof(name));
	assert_string_equal(name, "- 203.0.113.1");
	p.bfd_count = 2;
	p.bfd[1].role = VRRP_BFD_PEER;		/* nothing to track */
	vrrp_tracked_bind(&t, world.env.track, &p);
	assert_int_equal(t.count, 1);
	assert_string_equal(vrrp_tracked_name(t.refs[0].item), "203.0.113.1");
	vrrp_track_set(world.env.track, VRRP_TRACK_LINK, name, false,
	    "BFD says down", world.now);
	assert_true(look());
	assert_true(t.now.fault);
	vrrp_tracked_why(&t, why, sizeof(why));
	assert_string_equal(why, "tracked link 203.0.113.1 is down: BFD says "
	    "down");
}

/* A number counts at once, delays or not, and may change into Up and Down. */
static void
test_vrrp_tracked_number_is_multiplied_at_once(void **state)
{
	char why[160];

	(void)state;
	track("load", -2, 5 * NS_PER_S, 5 * NS_PER_S);
	vrrp_tracked_bind(&t, world.env.track, &p);
	assert_true(look());
	vrrp_track_value(world.env.track, VRRP_TRACK_SCRIPT, "load", 7,
	    world.now);
	assert_true(look());
	assert_int_equal(t.now.priority, p.priority - 14);
	assert_true(mono_is_never(again));
	vrrp_track_value(world.env.track, VRRP_TRACK_SCRIPT, "load", 0,
	    world.now);
	assert_true(look());
	assert_int_equal(t.now.priority, p.priority);
	assert_false(look());
	/* A reload keeps it. */
	vrrp_track_value(world.env.track, VRRP_TRACK_SCRIPT, "load", 3,
	    world.now);
	(void)look();
	vrrp_tracked_bind(&t, world.env.track, &p);
	(void)look();
	assert_int_equal(t.now.priority, p.priority - 6);
	vrrp_track_value(world.env.track, VRRP_TRACK_SCRIPT, "load", 127,
	    world.now);
	assert_true(look());
	assert_true(t.now.fault);
	vrrp_tracked_why(&t, why, sizeof(why));
	assert_string_equal(why, "tracked script load is 127");
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	static const struct CMUnitTest tests[] = {
	    TEST(test_vrrp_tracked_number_is_multiplied_at_once),
	    TEST(test_vrrp_tracked_unknown_waits),
	    TEST(test_vrrp_tracked_changes_count_after_their_delay),
	    TEST(test_vrrp_tracked_bind_again_keeps_what_counts),
	    TEST(test_vrrp_tracked_links_are_known_by_their_interface),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
