/*
 * test_vrrp_core_absence.c - vrrp_core.c: a router that slept, or was away.
 *
 * Absences that are granted, fences, and an Active that comes back from a
 * restart.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "test/unit/vrrpd/pure/vrrp_core_router.h"

/* Absence (L-32, V-37). */

static void
absent(struct router *r, int64_t ns)
{
	mono_t since = r->now;

	pass(r, ns);
	vrrp_core_absent(&r->core, since, r->now);
}

/* V-37 +, L-32 + */
static void
test_vrrp_core_absence_moves_the_timer(void **state)
{
	struct router r;

	(void)state;
	start(&r, params(100, 1));
	rx(&r, R1, 200, 1);
	pass(&r, 10 * NS_PER_MS);
	absent(&r, 180 * NS_PER_MS);		/* five times the ADI */
	expire(&r);
	assert_quiet(&r);
	assert_int_equal(remaining(&r), 26093750);
	assert_int_equal(r.core.absences, 1);
	/* Rebasing later keeps the grant. */
	set_params(&r, params(150, 1));
	assert_int_equal(remaining(&r), 24140625);
}

/*
 * V-37 +, L-31 +, L-32 +
 * Case 12, with the queued adverts read before or after the grant.
 */
static void
test_vrrp_core_absence_and_queued_adverts_in_either_order(void **state)
{
	static const int64_t ages_ms[] = { 179, 100, 1, 0 };
	struct router r, q;
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		mono_t since;

		start(&r, params(100, 1));
		rx(&r, R1, 200, 1);
		pass(&r, 10 * NS_PER_MS);
		q = r;
		since = r.now;
		absent(&r, 180 * NS_PER_MS);
		rx_late(&r, R1, 200, 1, ages_ms[i] * NS_PER_MS);
		pass(&q, 180 * NS_PER_MS);
		rx_late(&q, R1, 200, 1, ages_ms[i] * NS_PER_MS);
		vrrp_core_absent(&q.core, since, q.now);
		assert_int_equal(remaining(&r), remaining(&q));
		assert_int_equal(remaining(&r), 36093750);
		expire(&r);
		assert_quiet(&r);
	}
	/* An advert that arrived 4 ms before the absence and was read after. */
	start(&r, params(100, 1));
	pass(&r, 10 * NS_PER_MS);
	absent(&r, 180 * NS_PER_MS);
	rx_late(&r, R1, 200, 1, 184 * NS_PER_MS);
	assert_int_equal(remaining(&r), 32093750);
}

/* L-32 - */
static void
test_vrrp_core_absence_is_granted_once(void **state)
{
	struct router r;
	mono_t since;

	(void)state;
	start(&r, params(100, 1));
	pass(&r, 10 * NS_PER_MS);
	since = r.now;
	absent(&r, 50 * NS_PER_MS);
	vrrp_core_absent(&r.core, since, r.now);
	vrrp_core_absent(&r.core, r.now, since);
	assert_int_equal(remaining(&r), 26093750);
	assert_int_equal(r.core.absences, 1);
}

static void
test_vrrp_core_absence_moves_a_skewed_takeover(void **state)
{
	struct router r;

	(void)state;
	protected_backup(&r);
	skewed_down(&r);
	absent(&r, 100 * NS_PER_MS);
	assert_int_equal(remaining(&r), 15000000);
}

/* L-32 - Whoever really died is found one interval after we are back. */
static void
test_vrrp_core_absence_delays_a_takeover_by_no_more(void **state)
{
	struct router r;

	(void)state;
	start(&r, params(100, 1));
	rx(&r, R1, 200, 1);
	absent(&r, 180 * NS_PER_MS);
	expire_next(&r);
	assert_int_equal(r.now.ns, T0 + 180 * NS_PER_MS + 36093750);
	assert_transition(&r, VRRP_BACKUP, VRRP_ACTIVE,
	    VRRP_CAUSE_ACTIVE_DOWN_TIMER);
}

/* The sentinel that notices may itself be due a little after the timer. */
static void
test_vrrp_core_absence_noticed_late_moves_the_timer(void **state)
{
	struct router r;
	mono_t due;

	(void)state;
	start(&r, params(100, 1));
	due = vrrp_core_next_expiry(&r.core);
	r.now = mono_add(due, 100 * NS_PER_MS);
	vrrp_core_absent(&r.core, mono_add(due, NS_PER_MS), r.now);
	assert_int_equal(remaining(&r), 0);
	rx_late(&r, R1, 200, 1, 0);
	expire(&r);
	assert_quiet(&r);
}

static void
test_vrrp_core_absence_in_active_is_counted_only(void **state)
{
	struct router r;

	(void)state;
	start_active(&r, params(100, 1));
	absent(&r, 5 * NS_PER_MS);
	assert_int_equal(remaining(&r), 5 * NS_PER_MS);
	assert_int_equal(r.core.absences, 1);
}

/* V-38 +- design §6 */
static void
test_vrrp_core_fence_beyond_what_peers_tolerate(void **state)
{
	struct router r;

	(void)state;
	start(&r, params(100, 1));
	assert_false(vrrp_core_must_fence(&r.core, NS_PER_S, 0)); /* Backup */
	start_active(&r, params(100, 1));
	assert_false(vrrp_core_must_fence(&r.core, 30 * NS_PER_MS, 0));
	assert_true(vrrp_core_must_fence(&r.core, 30 * NS_PER_MS + 1, 0));
	assert_true(vrrp_core_must_fence(&r.core, 10 * NS_PER_MS,
	    9 * NS_PER_MS));
	assert_false(vrrp_core_must_fence(&r.core, 20 * NS_PER_MS,
	    90 * NS_PER_MS));
	start_active(&r, params(255, 1));
	assert_false(vrrp_core_must_fence(&r.core, NS_PER_S, 0));
}

/* An Active of this interval that has been away for so long. */
static void
start_fenced(struct router *r, uint16_t interval_cs, int64_t absent_ns)
{
	start_active(r, params(200, interval_cs));
	absent(r, absent_ns);
	vrrp_core_fence(&r->core, r->now, absent_ns);
	assert_true(vrrp_core_is_fenced(&r->core));
}

/* Design §6: nobody has taken over, and nothing was sent before that was sure. */
static void
test_vrrp_core_fenced_active_listens_and_goes_on(void **state)
{
	struct router r;

	(void)state;
	start_fenced(&r, 1, 2 * NS_PER_S);
	assert_int_equal(remaining(&r), 12500 * NS_PER_US);
	expire(&r);
	assert_quiet(&r);
	/* Not by another way either. */
	set_params(&r, params(210, 1));
	assert_quiet(&r);
	vrrp_core_reannounce(&r.core, r.now, &r.act);
	assert_quiet(&r);
	rx(&r, R1, 0, 1);
	assert_quiet(&r);
	expire_next(&r);
	assert_int_equal(r.act.todo, VRRP_DO_SEND_ADVERT | VRRP_DO_INSTALL |
	    VRRP_DO_ANNOUNCE);
	assert_int_equal(r.core.state, VRRP_ACTIVE);
	assert_false(vrrp_core_is_fenced(&r.core));
	assert_int_equal(remaining(&r), 10 * NS_PER_MS);
	assert_int_equal(r.core.fences, 1);
	assert_int_equal(r.core.fenced_out, 0);
}

/*
 * V-34 + while it listens as well: what it says after, and how often, is what
 * Backups go by.  At the old pace they would take over in between.
 */
static void
test_vrrp_core_fenced_active_takes_a_new_interval_over(void **state)
{
	struct router r;
	unsigned i;

	(void)state;
	start_active(&r, params(200, 300));
	set_params(&r, params(200, 4000));		/* three more at 3 s */
	vrrp_core_fence(&r.core, r.now, NS_PER_S);
	set_params(&r, params(200, 50));
	assert_quiet(&r);
	expire_next(&r);
	assert_int_equal(remaining(&r), 500 * NS_PER_MS);
	/* And a longer one is told three times at the old pace. */
	vrrp_core_fence(&r.core, r.now, NS_PER_S);
	set_params(&r, params(200, 100));
	assert_quiet(&r);
	for (i = 0; i < 3; i++) {
		expire_next(&r);
		assert_int_equal(remaining(&r), (i < 2 ? 500 : 1000) *
		    NS_PER_MS);
	}
}

/* Whoever it is has taken over rightly, be it with the lower priority. */
static void
test_vrrp_core_fenced_active_gives_way_to_any_successor(void **state)
{
	static const uint8_t priorities[] = { 1, 100, 200, 254 };
	struct router r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(priorities); i++) {
		start_fenced(&r, 100, 4 * NS_PER_S);
		rx_late(&r, R1, priorities[i], 100, 300 * NS_PER_MS);
		assert_int_equal(r.act.todo, YIELD);
		assert_transition(&r, VRRP_ACTIVE, VRRP_BACKUP,
		    VRRP_CAUSE_FENCED);
		assert_false(vrrp_core_is_fenced(&r.core));
		assert_int_equal(r.core.fenced_out, 1);
	}
}

/*
 * BFD made it fence, but where that has taken nobody by surprise the others
 * still wait for adverts: not for longer than they do.
 */
static void
test_vrrp_core_fence_leaves_time_to_those_who_wait_for_adverts(void **state)
{
	struct router r;

	(void)state;
	start_fenced(&r, 100, 2900 * NS_PER_MS);
	assert_int_equal(remaining(&r), 50 * NS_PER_MS);
	start_fenced(&r, 100, 100 * NS_PER_MS);
	assert_int_equal(remaining(&r), 1250 * NS_PER_MS);
	/* Nor for so long that its addresses, which are lent, expire. */
	start_fenced(&r, 4000, 100 * NS_PER_MS);
	assert_int_equal(remaining(&r), 1250 * NS_PER_MS);
	start(&r, params(100, 100));
	vrrp_core_fence(&r.core, r.now, NS_PER_S);	/* a Backup */
	assert_false(vrrp_core_is_fenced(&r.core));
}

static void
readopt(struct router *r, uint16_t interval_cs, int64_t away_ns)
{
	struct vrrp_core_params p = params(100, interval_cs);
	struct addr us = addr_of(US);

	r->now = (mono_t){ T0 };
	vrrp_core_init(&r->core, &p);
	vrrp_core_readopt(&r->core, r->now, &us,
	    mono_add(r->now, -NS_PER_S * 3600), mono_add(r->now, -away_ns),
	    &r->act);
	assert_transition(r, VRRP_INITIALIZE, VRRP_ACTIVE,
	    VRRP_CAUSE_RESTART);
	/* The instance has been Active all the time. */
	assert_true(r->core.state_since.ns == T0 - NS_PER_S * 3600);
}

/* L-24 + */
static void
test_vrrp_core_restarted_active_goes_on(void **state)
{
	struct router r;

	(void)state;
	readopt(&r, 100, 100 * NS_PER_MS);
	assert_int_equal(r.act.todo, TAKEOVER);
	assert_false(vrrp_core_is_fenced(&r.core));
	assert_int_equal(remaining(&r), NS_PER_S);
	rx(&r, R1, 200, 100);
	assert_transition(&r, VRRP_ACTIVE, VRRP_BACKUP,
	    VRRP_CAUSE_HIGHER_PRIORITY);
}

/* L-24 -: away for longer than its peers have waited */
static void
test_vrrp_core_restarted_active_fences_when_it_was_away_too_long(void **state)
{
	struct router r;

	(void)state;
	readopt(&r, 1, 100 * NS_PER_MS);
	assert_int_equal(r.act.todo, VRRP_DO_TRANSITION);
	assert_true(vrrp_core_is_fenced(&r.core));
	expire_next(&r);
	assert_int_equal(r.act.todo, VRRP_DO_SEND_ADVERT | VRRP_DO_INSTALL |
	    VRRP_DO_ANNOUNCE);
	readopt(&r, 1, 100 * NS_PER_MS);
	rx(&r, R1, 50, 1);
	assert_transition(&r, VRRP_ACTIVE, VRRP_BACKUP, VRRP_CAUSE_FENCED);
}

/* Design §6: its successor may not be able to reach it yet. */
static void
test_vrrp_core_fenced_active_listens_for_as_long_as_it_must(void **state)
{
	struct router r;

	(void)state;
	start_active(&r, params(100, 1));
	pass(&r, 60 * NS_PER_S);
	vrrp_core_fence(&r.core, r.now, 60 * NS_PER_S);
	assert_int_equal(remaining(&r), 12500 * NS_PER_US);
	vrrp_core_listen(&r.core, mono_add(r.now, 1200 * NS_PER_MS));
	pass(&r, 1190 * NS_PER_MS);
	expire(&r);
	assert_quiet(&r);
	rx(&r, R1, 50, 1);
	assert_transition(&r, VRRP_ACTIVE, VRRP_BACKUP, VRRP_CAUSE_FENCED);
}

/* L-32 +: adverts from before an absence show nothing of the way after it */
static void
test_vrrp_core_absence_makes_a_backup_listen_anew(void **state)
{
	struct router r;
	mono_t since;

	(void)state;
	start(&r, params(100, 1));
	rx(&r, R1, 200, 1);
	since = r.now;
	pass(&r, 60 * NS_PER_S);
	vrrp_core_absent(&r.core, since, r.now);
	vrrp_core_listen(&r.core, mono_add(r.now, 1200 * NS_PER_MS));
	rx_late(&r, R1, 200, 1, 59 * NS_PER_S);
	assert_int_equal(remaining(&r), 1200 * NS_PER_MS);
	rx(&r, R1, 200, 1);
	assert_int_equal(remaining(&r), 36093750);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vrrp_core_absence_moves_the_timer),
		cmocka_unit_test(
		    test_vrrp_core_absence_and_queued_adverts_in_either_order),
		cmocka_unit_test(test_vrrp_core_absence_is_granted_once),
		cmocka_unit_test(
		    test_vrrp_core_absence_moves_a_skewed_takeover),
		cmocka_unit_test(
		    test_vrrp_core_absence_delays_a_takeover_by_no_more),
		cmocka_unit_test(
		    test_vrrp_core_absence_noticed_late_moves_the_timer),
		cmocka_unit_test(
		    test_vrrp_core_absence_in_active_is_counted_only),
		cmocka_unit_test(
		    test_vrrp_core_fence_beyond_what_peers_tolerate),
		cmocka_unit_test(
		    test_vrrp_core_fenced_active_listens_and_goes_on),
		cmocka_unit_test(
		    test_vrrp_core_fenced_active_takes_a_new_interval_over),
		cmocka_unit_test(
		    test_vrrp_core_fenced_active_gives_way_to_any_successor),
		cmocka_unit_test(
		    test_vrrp_core_fence_leaves_time_to_those_who_wait_for_adverts),
		cmocka_unit_test(
		    test_vrrp_core_fenced_active_listens_for_as_long_as_it_must),
		cmocka_unit_test(
		    test_vrrp_core_absence_makes_a_backup_listen_anew),
		cmocka_unit_test(test_vrrp_core_restarted_active_goes_on),
		cmocka_unit_test(
		    test_vrrp_core_restarted_active_fences_when_it_was_away_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
