/*
 * test_vrrp_words.c - warnings, and how often they are given.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "test/unit/vrrpd/instance/instance_world.h"
#include "vrrpd/instance/vrrp_history.h"
#include "vrrpd/instance/vrrp_machine.h"
#include "vrrpd/instance/vrrp_words.h"

static unsigned
said(const char *what)
{
	const char *at = lines;
	unsigned n = 0;

	while ((at = strstr(at, what)) != NULL) {
		n++;
		at++;
	}
	return n;
}

/* V-35 +, V-35 - once, when the nearby router turns out to be a Backup */
static void
test_vrrp_words_backup_with_nearly_our_skew_is_warned_of(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	start_with(&p);				/* priority 100 */
	world_advert("192.0.2.3", 101, 1);
	world_advert("192.0.2.3", 101, 1);
	assert_int_equal(said("skew_gap_us"), 0);	/* the Active's gap */
	world_advert("192.0.2.1", 200, 1);
	world_advert("192.0.2.1", 200, 1);
	assert_int_equal(said("source=192.0.2.3 priority=101 ours=100 "
	    "skew_gap_us=39 "), 1);
	assert_int_equal(said("skew_gap_us"), 1);
}

/* V-35 - a wide gap, and one that is wide at the interval in force */
static void
test_vrrp_words_backup_far_enough_is_not_warned_of(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	start_with(&p);
	world_advert("192.0.2.3", 150, 1);
	world_advert("192.0.2.4", 151, 100);
	world_advert("192.0.2.1", 200, 1);
	assert_int_equal(said("skew_gap_us"), 0);
	world_advert("192.0.2.5", 101, 100);
	world_advert("192.0.2.1", 200, 100);
	assert_int_equal(said("skew_gap_us"), 0);
}

/* Other routers can cause a line again and again. */
static void
test_vrrp_words_states_are_logged_under_a_limit(void **state)
{
	const struct vrrp_record *r;
	int i;

	(void)state;
	become_active();
	world_run(60 * NS_PER_S);
	r = vrrp_history_at(v, v->history_count - 1);
	lines[0] = '\0';
	for (i = 0; i < 1000; i++)
		vrrp_words_transition(v, r);
	assert_in_range(said("state instance="), 50, 100);
	assert_int_equal(said("suppressed="), 0);
	/* The next one says what was left out. */
	world_run(NS_PER_S);
	lines[0] = '\0';
	vrrp_words_transition(v, r);
	assert_int_equal(said("state instance="), 1);
	assert_int_equal(said(" suppressed=900"), 1);
}

/* V-39 + bursts of a lesser router, each after a silence */
static void
test_vrrp_words_flapping_backup_is_logged_under_a_limit(void **state)
{
	int i;

	(void)state;
	become_active();
	for (i = 0; i < 2; i++) {
		world_advert("192.0.2.1", 50, 100);
		world_run(4 * NS_PER_S);
	}
	assert_int_equal(said("flapping"), 0);
	world_advert("192.0.2.1", 50, 100);
	assert_int_equal(said("flapping instance=web source=192.0.2.1 "
	    "priority=50 times=3 "), 1);
	for (i = 0; i < 2; i++) {
		world_run(4 * NS_PER_S);
		world_advert("192.0.2.1", 50, 100);
	}
	assert_int_equal(said("flapping"), 1);
	world_run(4 * NS_PER_S);
	world_advert("192.0.2.1", 50, 100);
	assert_int_equal(said("times=6 suppressed=2"), 1);
}

/* V-39 - it leaves again and again: that is no flapping, nor is one contest */
static void
test_vrrp_words_resigning_or_steady_rival_is_not_flapping(void **state)
{
	int i;

	(void)state;
	become_active();
	for (i = 0; i < 10; i++) {
		world_advert("192.0.2.1", 0, 100);
		world_run(4 * NS_PER_S);
	}
	for (i = 0; i < 30; i++) {
		world_advert("192.0.2.1", 50, 100);
		world_run(NS_PER_S);
	}
	assert_int_equal(said("flapping"), 0);
}

static struct vrrp_bfd_event
bfd_down(void)
{
	struct vrrp_bfd_event e = {
		.state = VRRP_BFD_DOWN,
		.reason = VRRP_BFD_REASON_TIMEOUT,
		.detection_time_ns = 30 * NS_PER_MS,
		.last_rx = MONO_NEVER,
	};

	assert_int_equal(addr_parse("192.0.2.1", &e.peer), 0);
	return e;
}

/* L-10 + VRRP blocked while BFD stays Up: said once, and again another time. */
static void
test_vrrp_words_adverts_gone_with_bfd_up_is_logged(void **state)
{
	struct vrrp_params p = world_params();
	struct vrrp_bfd_event e = bfd_down();
	unsigned i;

	(void)state;
	start_with(&p);
	e.state = VRRP_BFD_UP;
	for (i = 0; i < 2; i++) {
		world_advert("192.0.2.1", 200, 100);
		vrrp_machine_bfd(v, &e, MONO_NEVER, MONO_NEVER, world.now,
		    true);
		lines[0] = '\0';
		world_run(10 * NS_PER_S);
		assert_int_equal(v->core.state, VRRP_ACTIVE);
		assert_non_null(strstr(lines, "alarm instance=web "
		    "peer=192.0.2.1 alarm=vrrp-blocked suppressed=0: its "
		    "advertisements stopped"));
		assert_int_equal(said("alarm instance="), 1);
		assert_int_equal(said("alarm-over"), i);
	}
}

/* V-71, V-64: the log says who has the address now, and who had it. */
static void
test_vrrp_words_transition_names_the_other_router(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	start_with(&p);
	world_advert("192.0.2.1", 200, 100);
	lines[0] = '\0';
	world_run(4 * NS_PER_S);
	assert_non_null(strstr(lines, "from=backup to=active "
	    "cause=active-down-timer "));
	assert_non_null(strstr(lines, " other=192.0.2.1 other_priority=200\n"));
	world_run(NS_PER_S);
	lines[0] = '\0';
	world_advert("192.0.2.7", 254, 100);
	world_deferred();
	assert_non_null(strstr(lines, "from=active to=backup "
	    "cause=higher-priority "));
	assert_non_null(strstr(lines, " other=192.0.2.7 other_priority=254\n"));
	lines[0] = '\0';
	vrrp_instance_disable(v, true);
	world_deferred();
	assert_non_null(strstr(lines, "cause=disabled"));
	assert_null(strstr(lines, "other="));
}

/* L-15: why nobody moved, and that a stranger cannot fill the log with it. */
static void
test_vrrp_words_down_that_is_no_takeover_says_why(void **state)
{
	struct vrrp_params p = world_params();
	struct vrrp_bfd_event e = bfd_down();
	unsigned i;

	(void)state;
	start_with(&p);
	lines[0] = '\0';
	for (i = 0; i < 3; i++) {
		world_advert("192.0.2.1", 200, 100);
		e.state = VRRP_BFD_UP;
		vrrp_machine_bfd(v, &e, MONO_NEVER, MONO_NEVER, world.now,
		    true);
		world_run(NS_PER_MS);
		world_advert("192.0.2.3", 50, 100);
		e.state = VRRP_BFD_DOWN;
		vrrp_machine_bfd(v, &e, MONO_NEVER, MONO_NEVER, world.now,
		    false);
		assert_int_equal(said("no-takeover"), i == 0 ? 0 : 1);
		world_deferred();
		assert_int_equal(v->core.state, VRRP_BACKUP);
	}
	assert_int_equal(said("no-takeover instance=web why=another-serves "
	    "other=192.0.2.3 other_priority=50 suppressed=0\n"), 1);
	assert_int_equal(said("no-takeover"), 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_vrrp_words_backup_with_nearly_our_skew_is_warned_of),
	    TEST(test_vrrp_words_backup_far_enough_is_not_warned_of),
	    TEST(test_vrrp_words_states_are_logged_under_a_limit),
	    TEST(test_vrrp_words_flapping_backup_is_logged_under_a_limit),
	    TEST(test_vrrp_words_resigning_or_steady_rival_is_not_flapping),
	    TEST(test_vrrp_words_adverts_gone_with_bfd_up_is_logged),
	    TEST(test_vrrp_words_transition_names_the_other_router),
	    TEST(test_vrrp_words_down_that_is_no_takeover_says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
