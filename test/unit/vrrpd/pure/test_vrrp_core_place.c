/*
 * test_vrrp_core_place.c - vrrp_core.c: an Active gives its place away.
 *
 * It says so itself, by priority 0 or by a priority that has fallen below ours.
 * Skew_Time keeps apart Backups that know nothing of each other; here are those that
 * know more, and that none goes at once who may not be the best.
 */
#include "config.h"

#include "test/unit/vrrpd/pure/vrrp_core_router.h"

#define MS	NS_PER_MS
#define SKEW	((256 - 100) * NS_PER_S / 256)
#define D_SKEW	((256 - 100) * 30 * MS / 256)
#define SLOT	(15 * MS)			/* D / 3, and half of that */

static void
name(struct router *r, const char *peer)
{
	struct addr a = addr_of(peer);

	vrrp_core_name_router(&r->core, &a);
}

/* That router was Active once, of this priority, when ours was higher or lower. */
static void
was_active(struct router *r, const char *peer, uint8_t priority)
{
	struct addr a = addr_of(peer);
	struct vrrp_rank_id id = { &a, priority };

	vrrp_rank_heard(&r->core.death.rank, r->now, &id, r->core.p.priority,
	    false);
}

/* Priority 100, and has said so as Active before R1 (200) preempted it. */
static void
told_backup(struct router *r)
{
	start_active(r, params(100, 100));
	rx(r, R1, 200, 100);
	assert_int_equal(r->core.state, VRRP_BACKUP);
	name(r, R1);
	bfd_up(r, R1);
	pass(r, 500 * MS);
}

/* README's pair: each names the other in a block of its own. */
static void
pair_backup(struct router *r)
{
	protected_backup(r);
	name(r, R1);
}

/* V-65 +, L-15 + two routers: the timer is due, and nothing is in the socket. */
static void
test_vrrp_core_place_only_backup_goes_at_once(void **state)
{
	struct router r;

	(void)state;
	pair_backup(&r);
	rx(&r, R1, 0, 100);
	assert_quiet(&r);
	assert_int_equal(remaining(&r), 0);
	expire(&r);
	assert_transition(&r, VRRP_BACKUP, VRRP_ACTIVE,
	    VRRP_CAUSE_PRIORITY_ZERO);
	assert_true(r.act.install_first);
	assert_int_equal(r.act.tr.other.priority, 0);
}

/* V-65 +, L-15 + named by unicast_peers, and no BFD at all. */
static void
test_vrrp_core_place_named_without_a_session_goes_at_once(void **state)
{
	struct router r;

	(void)state;
	start(&r, params(100, 100));
	name(&r, R1);
	rx(&r, R1, 200, 100);
	rx(&r, R1, 0, 100);
	assert_int_equal(remaining(&r), 0);
}

/* V-65 +, L-15 - nobody names R1: others may be as silent as we were. */
static void
test_vrrp_core_place_unnamed_waits_the_skew_of_d(void **state)
{
	struct router r;

	(void)state;
	protected_backup(&r);
	rx(&r, R1, 0, 100);
	assert_int_equal(remaining(&r), D_SKEW);
	expire_next(&r);
	assert_transition(&r, VRRP_BACKUP, VRRP_ACTIVE,
	    VRRP_CAUSE_PRIORITY_ZERO);
}

/* V-65 + as the RFC says where no session measures the time. */
static void
test_vrrp_core_place_without_session_and_name_is_skew_time(void **state)
{
	struct router r;

	(void)state;
	start(&r, params(100, 100));
	rx(&r, R1, 200, 100);
	rx(&r, R1, 0, 100);
	assert_int_equal(remaining(&r), SKEW);
	/* A session that is not Up measures nothing. */
	protected_backup(&r);
	bfd(&r, session(R1, VRRP_BFD_ADMIN_DOWN, VRRP_BFD_REASON_ADMIN));
	rx(&r, R1, 0, 100);
	assert_int_equal(remaining(&r), SKEW);
}

/* V-97 +, V-65 - who resigns is not the Active that we follow. */
static void
test_vrrp_core_place_of_another_router_is_skew_time(void **state)
{
	struct router r;

	(void)state;
	pair_backup(&r);
	rx(&r, R3, 0, 100);
	assert_int_equal(remaining(&r), SKEW);
}

/* V-65, L-15 +- with a third router, by what is known of it. */
static void
test_vrrp_core_place_of_three_by_what_is_known(void **state)
{
	static const struct {
		const char	*what;
		bool		 told, named, up;
		uint8_t		 heard;
		int64_t		 wait_ns;
	} cases[] = {
		{ "lesser", true, true, true, 50, 0 },
		{ "lesser, its session Down", true, true, false, 50, 0 },
		{ "lesser, but does not know us", false, true, true, 50,
		    D_SKEW },
		{ "lesser, but not named", true, false, true, 50, D_SKEW },
		{ "never heard, guessed to be lesser", true, true, true, 0,
		    D_SKEW },
		{ "better", true, true, true, 150, D_SKEW + SLOT },
		{ "better, its session Down", true, true, false, 150, D_SKEW },
	};
	struct router r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("%s\n", cases[i].what);
		if (cases[i].told)
			told_backup(&r);
		else
			pair_backup(&r);
		if (cases[i].named)
			name(&r, R3);
		if (cases[i].heard > 0)
			was_active(&r, R3, cases[i].heard);
		bfd_up(&r, R3);
		if (!cases[i].up)
			bfd(&r, session(R3, VRRP_BFD_DOWN,
			    VRRP_BFD_REASON_TIMEOUT));
		rx(&r, R1, 0, 100);
		assert_int_equal(remaining(&r), cases[i].wait_ns);
	}
}

/* L-15 - the priority that they know of us is an old one. */
static void
test_vrrp_core_place_with_another_priority_is_not_at_once(void **state)
{
	struct router r;

	(void)state;
	told_backup(&r);
	name(&r, R3);
	was_active(&r, R3, 50);
	set_params(&r, params(90, 100));
	rx(&r, R1, 0, 100);
	assert_int_equal(remaining(&r), (256 - 90) * 30 * MS / 256);
}

/* V-37 +, V-66 + : a successor's advert was in the socket behind it. */
static void
test_vrrp_core_place_is_another_ones_already(void **state)
{
	struct router r;

	(void)state;
	pair_backup(&r);
	rx(&r, R1, 0, 100);
	rx(&r, R3, 150, 100);
	expire(&r);
	assert_quiet(&r);
	assert_int_equal(remaining(&r), 3 * NS_PER_S + SKEW);
}

/* V-67 +, L-15 + a lesser router serves: it is preempted, and not in a hurry. */
static void
test_vrrp_core_place_of_a_lesser_one_that_serves(void **state)
{
	struct router r;

	(void)state;
	pair_backup(&r);
	rx(&r, R1, 0, 100);
	rx(&r, R3, 50, 100);
	assert_int_equal(remaining(&r), SKEW);
	/* The same in the other order. */
	pair_backup(&r);
	rx(&r, R3, 50, 100);
	pass(&r, MS);
	rx(&r, R1, 0, 100);
	assert_int_equal(remaining(&r), SKEW);
}

/* V-78 +, L-15 + : the Active has fallen below us, and says so. */
static void
test_vrrp_core_place_of_an_active_that_fell(void **state)
{
	struct router r;

	(void)state;
	pair_backup(&r);
	rx(&r, R1, 50, 100);
	assert_int_equal(remaining(&r), 0);
	expire(&r);
	assert_transition(&r, VRRP_BACKUP, VRRP_ACTIVE, VRRP_CAUSE_PREEMPT);
	assert_true(r.act.install_first);
	protected_backup(&r);
	rx(&r, R1, 50, 100);
	assert_int_equal(remaining(&r), D_SKEW);
}

/* V-78 - without preemption an Active that fell stays. */
static void
test_vrrp_core_place_is_not_taken_without_preemption(void **state)
{
	struct vrrp_core_params p = params(100, 100);
	struct router r;

	(void)state;
	pair_backup(&r);
	p.preempt = false;
	set_params(&r, p);
	rx(&r, R1, 50, 100);
	assert_int_equal(remaining(&r), 3 * NS_PER_S + SKEW);
	rx(&r, R1, 0, 100);
	assert_int_equal(remaining(&r), 0);
}

/* V-78 +, L-16 + : we rise above it; who else may have risen is not known. */
static void
test_vrrp_core_place_of_a_backup_that_rises(void **state)
{
	struct router r;

	(void)state;
	pair_backup(&r);
	set_params(&r, params(220, 100));
	assert_int_equal(remaining(&r), 0);
	told_backup(&r);
	name(&r, R3);
	was_active(&r, R3, 50);
	set_params(&r, params(220, 100));
	assert_int_equal(remaining(&r), (256 - 220) * 30 * MS / 256);
}

/* V-34 + : a change while it waits leaves the place as it was. */
static void
test_vrrp_core_place_survives_a_change_of_values(void **state)
{
	struct router r;

	(void)state;
	protected_backup(&r);
	rx(&r, R1, 0, 100);
	set_params(&r, params(110, 50));
	assert_int_equal(remaining(&r), D_SKEW);
	vrrp_core_absent(&r.core, r.now, mono_add(r.now, 100 * MS));
	pass(&r, 100 * MS);
	assert_int_equal(remaining(&r), D_SKEW);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test(f)
		T(test_vrrp_core_place_only_backup_goes_at_once),
		T(test_vrrp_core_place_named_without_a_session_goes_at_once),
		T(test_vrrp_core_place_unnamed_waits_the_skew_of_d),
		T(test_vrrp_core_place_without_session_and_name_is_skew_time),
		T(test_vrrp_core_place_of_another_router_is_skew_time),
		T(test_vrrp_core_place_of_three_by_what_is_known),
		T(test_vrrp_core_place_with_another_priority_is_not_at_once),
		T(test_vrrp_core_place_is_another_ones_already),
		T(test_vrrp_core_place_of_a_lesser_one_that_serves),
		T(test_vrrp_core_place_of_an_active_that_fell),
		T(test_vrrp_core_place_is_not_taken_without_preemption),
		T(test_vrrp_core_place_of_a_backup_that_rises),
		T(test_vrrp_core_place_survives_a_change_of_values),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
