/*
 * test_vrrp_link.c - what a BFD session of role link says of the link.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "test/unit/vrrpd/vrrpd_world.h"
#include "vrrpd/engine/vrrp_link.h"
#include "vrrpd/instance/vrrp_tracked.h"

#define T0	(1000 * NS_PER_S)

static struct vrrp_link_memory m;
static mono_t now;
static const char *why;

static enum vrrp_track_state
level(enum vrrp_bfd_state state, enum vrrp_bfd_reason reason)
{
	vrrp_link_judge(&m, now, state, reason, &why);
	return m.state;
}

static int
setup(void **state)
{
	(void)state;
	now = (mono_t){ T0 };
	vrrp_link_init(&m, now);
	return 0;
}

/* L-17 + */
static void
test_vrrp_link_down_after_up_is_down_at_once(void **state)
{
	static const enum vrrp_bfd_reason reasons[] = {
		VRRP_BFD_REASON_TIMEOUT, VRRP_BFD_REASON_ECHO,
		VRRP_BFD_REASON_PEER_DOWN, VRRP_BFD_REASON_OTHER,
		VRRP_BFD_REASON_NONE,
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		assert_int_equal(level(VRRP_BFD_UP, VRRP_BFD_REASON_NONE),
		    VRRP_TRACK_UP);
		assert_null(why);
		assert_int_equal(level(VRRP_BFD_DOWN, reasons[i]),
		    VRRP_TRACK_DOWN);
		assert_non_null(why);
		/* Heard again is not Up again. */
		assert_int_equal(level(VRRP_BFD_INIT, VRRP_BFD_REASON_NONE),
		    VRRP_TRACK_DOWN);
		assert_true(mono_is_never(m.give_up));
	}
}

/* L-17 -, L-12 - : AdminDown on either side says nothing of the path. */
static void
test_vrrp_link_admin_down_counts_as_up(void **state)
{
	(void)state;
	assert_int_equal(level(VRRP_BFD_UP, VRRP_BFD_REASON_NONE),
	    VRRP_TRACK_UP);
	assert_int_equal(level(VRRP_BFD_DOWN, VRRP_BFD_REASON_ADMIN),
	    VRRP_TRACK_UP);
	assert_non_null(why);
	/* On its way back through Init it has not been down. */
	assert_int_equal(level(VRRP_BFD_INIT, VRRP_BFD_REASON_NONE),
	    VRRP_TRACK_UP);
	assert_int_equal(level(VRRP_BFD_ADMIN_DOWN, VRRP_BFD_REASON_ADMIN),
	    VRRP_TRACK_UP);
	/* Also where it was never anything else. */
	vrrp_link_init(&m, now);
	assert_int_equal(level(VRRP_BFD_DOWN, VRRP_BFD_REASON_ADMIN),
	    VRRP_TRACK_UP);
}

/* A new session has its time to come up. */
static void
test_vrrp_link_new_session_is_unknown_for_three_seconds(void **state)
{
	(void)state;
	assert_int_equal(level(VRRP_BFD_UNKNOWN, VRRP_BFD_REASON_NONE),
	    VRRP_TRACK_UNKNOWN);
	assert_int_equal(m.give_up.ns, T0 + VRRP_LINK_BFDD_NS);
	assert_int_equal(level(VRRP_BFD_DOWN, VRRP_BFD_REASON_NONE),
	    VRRP_TRACK_UNKNOWN);
	assert_int_equal(m.give_up.ns, T0 + VRRP_LINK_COME_UP_NS);
	now.ns += VRRP_LINK_COME_UP_NS - 1;
	assert_int_equal(level(VRRP_BFD_INIT, VRRP_BFD_REASON_NONE),
	    VRRP_TRACK_UNKNOWN);
	now.ns++;
	assert_int_equal(level(VRRP_BFD_DOWN, VRRP_BFD_REASON_NONE),
	    VRRP_TRACK_DOWN);
	assert_true(mono_is_never(m.give_up));
	assert_int_equal(level(VRRP_BFD_INIT, VRRP_BFD_REASON_NONE),
	    VRRP_TRACK_DOWN);
	assert_int_equal(level(VRRP_BFD_UP, VRRP_BFD_REASON_NONE),
	    VRRP_TRACK_UP);
}

/* L-21 + : without bfdd nothing is known, and that faults nobody. */
static void
test_vrrp_link_without_bfdd_counts_as_up(void **state)
{
	(void)state;
	/* bfdd never answers. */
	now.ns += VRRP_LINK_BFDD_NS;
	assert_int_equal(level(VRRP_BFD_UNKNOWN, VRRP_BFD_REASON_NONE),
	    VRRP_TRACK_UP);
	assert_non_null(why);
	/* bfdd goes, and another comes, whose sessions begin Down. */
	assert_int_equal(level(VRRP_BFD_UP, VRRP_BFD_REASON_NONE),
	    VRRP_TRACK_UP);
	assert_int_equal(level(VRRP_BFD_UNKNOWN, VRRP_BFD_REASON_NONE),
	    VRRP_TRACK_UP);
	assert_int_equal(level(VRRP_BFD_DOWN, VRRP_BFD_REASON_NONE),
	    VRRP_TRACK_UP);
	now.ns += VRRP_LINK_COME_UP_NS;
	assert_int_equal(level(VRRP_BFD_DOWN, VRRP_BFD_REASON_NONE),
	    VRRP_TRACK_DOWN);
}

/* L-21 - : a link that was dead is not alive because bfdd is restarted. */
static void
test_vrrp_link_dead_one_stays_so_over_a_restart_of_bfdd(void **state)
{
	(void)state;
	(void)level(VRRP_BFD_UP, VRRP_BFD_REASON_NONE);
	(void)level(VRRP_BFD_DOWN, VRRP_BFD_REASON_TIMEOUT);
	assert_int_equal(level(VRRP_BFD_UNKNOWN, VRRP_BFD_REASON_NONE),
	    VRRP_TRACK_DOWN);
	now.ns += VRRP_LINK_BFDD_NS / 2;
	assert_int_equal(level(VRRP_BFD_DOWN, VRRP_BFD_REASON_NONE),
	    VRRP_TRACK_DOWN);
	now.ns += 10 * VRRP_LINK_COME_UP_NS;
	assert_int_equal(level(VRRP_BFD_DOWN, VRRP_BFD_REASON_NONE),
	    VRRP_TRACK_DOWN);
	/* But not for ever, if no bfdd comes. */
	assert_int_equal(level(VRRP_BFD_UNKNOWN, VRRP_BFD_REASON_NONE),
	    VRRP_TRACK_DOWN);
	now = m.give_up;
	assert_int_equal(level(VRRP_BFD_UNKNOWN, VRRP_BFD_REASON_NONE),
	    VRRP_TRACK_UP);
}

/* The whole: a session's level reaches the register, and time does too. */
static void
test_vrrp_links_tell_the_register(void **state)
{
	struct vrrp_params p;
	struct vrrp_bfd_session s;
	struct vrrp_links *l;
	const struct vrrp_track_item *it;

	(void)state;
	world_open();
	p = world_params();
	p.bfd_count = 1;
	p.bfd[0].role = VRRP_BFD_LINK;
	assert_int_equal(addr_parse("203.0.113.1", &p.bfd[0].peer), 0);
	(void)strcpy(p.bfd[0].interface, "eth1");
	it = vrrp_track_get(world.env.track, VRRP_TRACK_LINK,
	    "eth1 203.0.113.1");
	l = vrrp_links_new(NULL, world.env.track);
	assert_non_null(l);
	vrrp_links_begin(l);
	assert_int_equal(vrrp_links_want(l, &p, &p.bfd[0]), 0);
	assert_int_equal(vrrp_links_want(l, &p, &p.bfd[0]), 0);	/* shared */
	vrrp_links_commit(l);
	world_run(VRRP_LINK_BFDD_NS - 1);
	assert_int_equal(it->state, VRRP_TRACK_UNKNOWN);
	world_run(1);
	assert_int_equal(it->state, VRRP_TRACK_UP);	/* no bfdd */

	memset(&s, 0, sizeof(s));
	(void)strcpy(s.interface, "eth1");
	s.peer = p.bfd[0].peer;
	s.level.decided = MONO_NEVER;
	s.level.state = VRRP_BFD_UP;
	s.level.detection_time_ns = 30 * NS_PER_MS;
	vrrp_links_level(l, &s, world.now);
	assert_int_equal(it->detection_ns, 30 * NS_PER_MS);
	s.level.state = VRRP_BFD_DOWN;
	s.level.reason = VRRP_BFD_REASON_TIMEOUT;
	s.level.decided = mono_add(world.now, -5);
	(void)strcpy(s.interface, "eth2");	/* another session */
	vrrp_links_level(l, &s, world.now);
	assert_int_equal(it->state, VRRP_TRACK_UP);
	(void)strcpy(s.interface, "eth1");
	vrrp_links_level(l, &s, world.now);
	assert_int_equal(it->state, VRRP_TRACK_DOWN);
	assert_int_equal(it->detection_ns, 0);
	assert_true(it->since.ns == world.now.ns - 5);
	assert_string_equal(it->reason, "its BFD session timed out");
	/* Wanted no more. */
	vrrp_links_begin(l);
	vrrp_links_commit(l);
	s.level.state = VRRP_BFD_UP;
	vrrp_links_level(l, &s, world.now);
	assert_int_equal(it->state, VRRP_TRACK_DOWN);
	vrrp_links_free(l);
	vrrp_links_free(NULL);
	vrrp_track_put(world.env.track, it);
	world_deferred();
	world_close();
}

/* L-17 +: our own end of it is known at once; -: of one hop only */
static void
test_vrrp_links_are_down_without_their_interface(void **state)
{
	struct nl_link eth1 = { .name = "eth1", .admin_up = true };
	const struct vrrp_track_item *it;
	struct vrrp_bfd_session s = { .interface = "eth1" };
	struct vrrp_params p;
	struct vrrp_links *l;
	unsigned gone;

	(void)state;
	world_open();
	p = world_params();
	p.bfd[0].role = VRRP_BFD_LINK;
	assert_int_equal(addr_parse("203.0.113.1", &p.bfd[0].peer), 0);
	(void)strcpy(p.bfd[0].interface, "eth1");
	it = vrrp_track_get(world.env.track, VRRP_TRACK_LINK,
	    "eth1 203.0.113.1");
	l = vrrp_links_new(NULL, world.env.track);
	vrrp_links_begin(l);
	assert_int_equal(vrrp_links_want(l, &p, &p.bfd[0]), 0);
	vrrp_links_commit(l);
	s.peer = p.bfd[0].peer;
	s.level.decided = MONO_NEVER;
	s.level.state = VRRP_BFD_UP;
	vrrp_links_level(l, &s, world.now);
	for (gone = 0; gone < 2; gone++) {
		eth1.running = gone;		/* no carrier, then no interface */
		vrrp_links_interface(l, &eth1, gone);
		assert_int_equal(it->state, VRRP_TRACK_DOWN);
		/* The session says so until it times out. */
		vrrp_links_level(l, &s, world.now);
		assert_int_equal(it->state, VRRP_TRACK_DOWN);
		world_run(10 * NS_PER_S);
		(void)strcpy(eth1.name, "eth2");
		eth1.running = true;
		vrrp_links_interface(l, &eth1, false);
		assert_int_equal(it->state, VRRP_TRACK_DOWN);
		(void)strcpy(eth1.name, "eth1");
		vrrp_links_interface(l, &eth1, false);
		assert_int_equal(it->state, VRRP_TRACK_UP);
	}
	vrrp_links_free(l);
	vrrp_track_put(world.env.track, it);
	world_deferred();
	world_close();
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup(f, setup)
	static const struct CMUnitTest tests[] = {
	    TEST(test_vrrp_link_down_after_up_is_down_at_once),
	    TEST(test_vrrp_link_admin_down_counts_as_up),
	    TEST(test_vrrp_link_new_session_is_unknown_for_three_seconds),
	    TEST(test_vrrp_link_without_bfdd_counts_as_up),
	    TEST(test_vrrp_link_dead_one_stays_so_over_a_restart_of_bfdd),
	    TEST(test_vrrp_links_tell_the_register),
	    TEST(test_vrrp_links_are_down_without_their_interface),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
