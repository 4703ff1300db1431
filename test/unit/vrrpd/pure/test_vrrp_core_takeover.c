/*
 * test_vrrp_core_takeover.c - vrrp_core.c: a Down of BFD that is obeyed.
 *
 * The guards against one that should not be are in test_vrrp_core_bfd.c.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "test/unit/vrrpd/pure/vrrp_core_router.h"

/* L-11 +, L-12 +, L-15 + */
static void
test_vrrp_core_bfd_timeout_of_the_active_takes_over(void **state)
{
	struct router r;

	(void)state;
	protected_backup(&r);
	bfd_down(&r, R1);
	assert_int_equal(r.act.todo, TAKEOVER);
	assert_int_equal(r.act.advert_priority, 100);
	assert_transition(&r, VRRP_BACKUP, VRRP_ACTIVE, VRRP_CAUSE_BFD_DOWN);
	assert_int_equal(r.act.tr.due.ns, r.now.ns);
	assert_int_equal(r.core.bfd_takeovers, 1);
	assert_int_equal(remaining(&r), NS_PER_S);
}

/* Priority and preemption do not enter into it: the Active is gone. */
static void
test_vrrp_core_bfd_takeover_whatever_priority_and_preempt(void **state)
{
	static const struct { uint8_t ours, theirs; bool preempt; } cases[] = {
		{ 1, 254, true }, { 1, 254, false }, { 254, 1, false },
		{ 100, 255, true },
	};
	struct router r;
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		struct vrrp_core_params p = params(cases[i].ours, 100);

		p.preempt = cases[i].preempt;
		start(&r, p);
		rx(&r, R1, cases[i].theirs, 100);
		bfd_up(&r, R1);
		bfd_down(&r, R1);
		assert_transition(&r, VRRP_BACKUP, VRRP_ACTIVE,
		    VRRP_CAUSE_BFD_DOWN);
	}
}

/* L-12 +-, L-10 +, L-11 - who may cause a takeover. */
static void
test_vrrp_core_bfd_cause_filter(void **state)
{
	static const struct {
		enum vrrp_bfd_state s;
		enum vrrp_bfd_reason reason;
		uint8_t diag;
		bool timeout, any;		/* takes over with takeover_on */
	} cases[] = {
		{ VRRP_BFD_DOWN, VRRP_BFD_REASON_TIMEOUT, 0, true, true },
		{ VRRP_BFD_DOWN, VRRP_BFD_REASON_ECHO, 0, true, true },
		{ VRRP_BFD_DOWN, VRRP_BFD_REASON_PEER_DOWN, 4, true, true },
		{ VRRP_BFD_DOWN, VRRP_BFD_REASON_PEER_DOWN, 5, true, true },
		{ VRRP_BFD_DOWN, VRRP_BFD_REASON_PEER_DOWN, 0, false, true },
		{ VRRP_BFD_DOWN, VRRP_BFD_REASON_PEER_DOWN, 1, false, true },
		{ VRRP_BFD_DOWN, VRRP_BFD_REASON_PEER_DOWN, 3, false, true },
		{ VRRP_BFD_DOWN, VRRP_BFD_REASON_PEER_DOWN, 6, false, true },
		{ VRRP_BFD_DOWN, VRRP_BFD_REASON_OTHER, 0, false, true },
		{ VRRP_BFD_DOWN, VRRP_BFD_REASON_NONE, 0, false, true },
		{ VRRP_BFD_DOWN, VRRP_BFD_REASON_ADMIN, 0, false, false },
		{ VRRP_BFD_ADMIN_DOWN, VRRP_BFD_REASON_ADMIN, 7, false, false },
		{ VRRP_BFD_ADMIN_DOWN, VRRP_BFD_REASON_TIMEOUT, 1, false,
		    false },
		{ VRRP_BFD_INIT, VRRP_BFD_REASON_TIMEOUT, 1, false, false },
		{ VRRP_BFD_UNKNOWN, VRRP_BFD_REASON_NONE, 0, false, false },
		{ VRRP_BFD_UNKNOWN, VRRP_BFD_REASON_TIMEOUT, 1, false, false },
	};
	struct router r;
	size_t i;
	int any;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (any = 0; any <= 1; any++) {
			struct vrrp_bfd_event ev = session(R1, cases[i].s,
			    cases[i].reason);
			bool want = any ? cases[i].any : cases[i].timeout;

			protected_backup(&r);
			ev.remote_diag = cases[i].diag;
			ev.takeover_any = any;
			bfd(&r, ev);
			assert_int_equal(r.core.state,
			    want ? VRRP_ACTIVE : VRRP_BACKUP);
			if (!want) {			/* L-10 */
				assert_quiet(&r);
				assert_int_equal(remaining(&r), 3109375000);
			}
			/* L-11: that was the edge; a repeat is none. */
			if (!want) {
				bfd_down(&r, R1);
				assert_quiet(&r);
			}
		}
}

/* L-11 -, L-10 - */
static void
test_vrrp_core_bfd_never_up_triggers_nothing(void **state)
{
	struct router r;

	(void)state;
	start(&r, params(100, 100));
	rx(&r, R1, 200, 100);
	bfd_down(&r, R1);
	assert_quiet(&r);
	bfd(&r, session(R1, VRRP_BFD_INIT, VRRP_BFD_REASON_NONE));
	bfd_down(&r, R1);
	assert_quiet(&r);
	assert_int_equal(remaining(&r), 3609375000);
}

/* L-11 - only the session of the router we follow. */
static void
test_vrrp_core_bfd_of_another_router_triggers_nothing(void **state)
{
	struct router r;

	(void)state;
	protected_backup(&r);
	bfd_up(&r, R3);
	bfd_down(&r, R3);
	assert_quiet(&r);
	assert_int_equal(r.core.state, VRRP_BACKUP);
	/* R3 becomes the Active while its session is Down: nothing is due. */
	rx(&r, R3, 201, 100);
	bfd_down(&r, R3);
	assert_quiet(&r);
	/* And the session of the former Active no longer counts. */
	bfd_down(&r, R1);
	assert_quiet(&r);
	bfd_up(&r, R3);
	bfd_down(&r, R3);
	assert_transition(&r, VRRP_BACKUP, VRRP_ACTIVE, VRRP_CAUSE_BFD_DOWN);
}

/* L-11 - */
static void
test_vrrp_core_bfd_without_an_active_triggers_nothing(void **state)
{
	struct router r;

	(void)state;
	start(&r, params(200, 100));
	rx(&r, R1, 100, 100);			/* V-67: not followed */
	bfd_up(&r, R1);
	bfd_down(&r, R1);
	assert_quiet(&r);
	assert_int_equal(r.core.state, VRRP_BACKUP);
}

/* L-11 - */
static void
test_vrrp_core_bfd_down_in_active_is_no_transition(void **state)
{
	struct router r;

	(void)state;
	start_active(&r, defaults);
	bfd_up(&r, R1);
	bfd_down(&r, R1);
	assert_int_equal(r.act.todo, VRRP_DO_SEND_ADVERT);	/* R1 lives */
	rx(&r, R1, 200, 100);
	bfd_down(&r, R1);			/* no edge: it went Down before */
	assert_quiet(&r);
	assert_int_equal(r.core.state, VRRP_BACKUP);
}

/* L-10 +, L-6 +- Up holds nothing back and promotes nobody. */
static void
test_vrrp_core_bfd_up_does_not_hold_the_timer_back(void **state)
{
	struct router r;

	(void)state;
	protected_backup(&r);
	bfd_up(&r, R1);
	assert_int_equal(remaining(&r), 3109375000);
	expire_next(&r);
	assert_transition(&r, VRRP_BACKUP, VRRP_ACTIVE,
	    VRRP_CAUSE_ACTIVE_DOWN_TIMER);
	assert_int_equal(r.core.bfd_takeovers, 0);
}

/*
 * L-11 +-, L-21 -
 * bfdd restarts: unknown, then a snapshot; a fresh Up arms the trigger again.
 */
static void
test_vrrp_core_bfd_unknown_needs_a_fresh_up(void **state)
{
	struct router r;

	(void)state;
	protected_backup(&r);
	bfd(&r, session(R1, VRRP_BFD_UNKNOWN, VRRP_BFD_REASON_NONE));
	assert_quiet(&r);
	bfd_down(&r, R1);			/* the new process starts Down */
	assert_quiet(&r);
	assert_int_equal(r.core.state, VRRP_BACKUP);
	bfd_up(&r, R1);
	bfd_down(&r, R1);
	assert_int_equal(r.core.state, VRRP_ACTIVE);
}

/* L-13 +- one flap, then quiet until Up. */
static void
test_vrrp_core_bfd_false_takeover_happens_once(void **state)
{
	struct router r;
	int i;

	(void)state;
	protected_backup(&r);
	bfd_down(&r, R1);
	assert_int_equal(r.core.state, VRRP_ACTIVE);
	pass(&r, NS_PER_MS);
	rx(&r, R1, 200, 100);			/* R1 lives, V-72 */
	assert_int_equal(r.act.todo, YIELD);
	assert_int_equal(r.core.bfd_false_takeovers, 1);
	assert_true(r.core.death.sessions[0].spent);
	for (i = 0; i < 60; i++) {
		pass(&r, NS_PER_S);
		rx(&r, R1, 200, 100);
		bfd_down(&r, R1);
		assert_quiet(&r);
	}
	assert_int_equal(r.core.bfd_takeovers, 1);
	bfd_up(&r, R1);
	assert_false(r.core.death.sessions[0].spent);
	bfd_down(&r, R1);
	assert_int_equal(r.core.state, VRRP_ACTIVE);
	assert_int_equal(r.core.bfd_takeovers, 2);
}

/* L-13 - Yielding to a third router, or much later, is no false takeover. */
static void
test_vrrp_core_bfd_right_takeover_is_not_called_false(void **state)
{
	struct router r;

	(void)state;
	protected_backup(&r);
	bfd_down(&r, R1);
	rx(&r, R3, 150, 100);			/* a better Backup, also moved */
	assert_int_equal(r.core.state, VRRP_BACKUP);
	assert_int_equal(r.core.bfd_false_takeovers, 0);
	protected_backup(&r);
	bfd_down(&r, R1);
	pass(&r, 10 * NS_PER_S);
	rx(&r, R1, 200, 100);			/* R1 was repaired */
	assert_int_equal(r.core.bfd_false_takeovers, 0);
}

/* L-15 + */
static void
test_vrrp_core_bfd_skewed_takeover_after_its_skew(void **state)
{
	struct router r;

	(void)state;
	protected_backup(&r);
	skewed_down(&r);
	pass(&r, 14999999);
	expire(&r);
	assert_quiet(&r);
	pass(&r, 1);
	expire(&r);
	assert_int_equal(r.act.todo, TAKEOVER);
	assert_transition(&r, VRRP_BACKUP, VRRP_ACTIVE, VRRP_CAUSE_BFD_DOWN);
	assert_int_equal(r.core.bfd_takeovers, 1);
	pass(&r, NS_PER_MS);
	rx(&r, R1, 200, 100);
	assert_int_equal(r.core.bfd_false_takeovers, 1);
}

/* L-10 + whichever comes first. */
static void
test_vrrp_core_bfd_skew_does_not_delay_the_timer(void **state)
{
	struct router r;

	(void)state;
	protected_backup(&r);
	pass(&r, 3100 * NS_PER_MS);		/* 9.375 ms are left */
	better_one(&r);
	bfd(&r, session(R1, VRRP_BFD_DOWN, VRRP_BFD_REASON_TIMEOUT));
	assert_int_equal(remaining(&r), 9375000);
	expire_next(&r);
	assert_transition(&r, VRRP_BACKUP, VRRP_ACTIVE,
	    VRRP_CAUSE_ACTIVE_DOWN_TIMER);
	assert_int_equal(r.core.bfd_takeovers, 0);
}

/* L-15 - */
static void
test_vrrp_core_bfd_skewed_takeover_called_off_by_new_active(void **state)
{
	struct router r;

	(void)state;
	protected_backup(&r);
	skewed_down(&r);
	pass(&r, 5 * NS_PER_MS);
	rx(&r, R3, 150, 100);
	assert_int_equal(remaining(&r), 3609375000);
}

/* L-15 -, V-67 + a lesser one serves already: the timer will preempt it. */
static void
test_vrrp_core_bfd_skewed_takeover_is_left_to_a_lesser_one(void **state)
{
	struct router r;

	(void)state;
	protected_backup(&r);
	skewed_down(&r);
	pass(&r, 5 * NS_PER_MS);
	rx(&r, R3, 50, 100);
	assert_int_equal(remaining(&r), 3104375000);
	assert_int_equal(r.core.bfd_left_to_others, 1);
	expire_next(&r);
	assert_transition(&r, VRRP_BACKUP, VRRP_ACTIVE, VRRP_CAUSE_PREEMPT);
}

/* An advert that the dead one sent before it died shows nothing. */
static void
test_vrrp_core_bfd_skewed_takeover_ignores_older_adverts(void **state)
{
	struct router r;

	(void)state;
	protected_backup(&r);
	skewed_down(&r);
	pass(&r, 5 * NS_PER_MS);
	rx_late(&r, R1, 200, 100, 6 * NS_PER_MS);
	assert_int_equal(remaining(&r), 10000000);
	rx(&r, R1, 200, 100);			/* but this one does */
	assert_int_equal(remaining(&r), 3609375000);
}

static void
test_vrrp_core_bfd_skewed_takeover_called_off_when_peer_is_back(void **state)
{
	struct router r;

	(void)state;
	protected_backup(&r);
	skewed_down(&r);
	bfd(&r, session(R3, VRRP_BFD_UP, VRRP_BFD_REASON_NONE));
	assert_int_equal(remaining(&r), 15000000);	/* another one */
	bfd(&r, session(R1, VRRP_BFD_UNKNOWN, VRRP_BFD_REASON_NONE));
	assert_int_equal(remaining(&r), 15000000);	/* says nothing */
	bfd_up(&r, R1);
	assert_int_equal(remaining(&r), 3109375000);
	protected_backup(&r);
	skewed_down(&r);
	vrrp_core_bfd_forget(&r.core, &(struct addr){ 0 });
	assert_int_equal(remaining(&r), 15000000);
	vrrp_core_bfd_forget(&r.core, &r.core.active.source);
	assert_int_equal(remaining(&r), 3109375000);
	assert_int_equal(r.core.death.count, 1);
}

/* More peers than entries: those that could trigger stay. */
static void
test_vrrp_core_bfd_table_full_keeps_the_armed(void **state)
{
	char peer[32];
	struct router r;
	int i;

	(void)state;
	protected_backup(&r);
	for (i = 0; i < 40; i++) {
		snprintf(peer, sizeof(peer), "198.51.100.%d", i);
		bfd_down(&r, peer);
	}
	assert_int_equal(r.core.death.count, VRRP_DEATH_SESSIONS_MAX);
	for (i = 0; i < 40; i++) {
		snprintf(peer, sizeof(peer), "198.51.100.%d", i);
		bfd_up(&r, peer);
	}
	bfd_down(&r, "198.51.100.99");
	assert_quiet(&r);
	bfd_down(&r, R1);
	assert_int_equal(r.core.state, VRRP_ACTIVE);
}

/* --- another life (vrrp_will.h) --- */

static void
start_willed(struct router *r, struct vrrp_core_params p)
{
	struct addr us = addr_of(US);

	r->now = (mono_t){ T0 };
	vrrp_core_init(&r->core, &p);
	vrrp_core_startup_willed(&r->core, r->now, &us, VRRP_CAUSE_STARTUP,
	    &r->act);
}

/* Priority 0 has been said for it: Skew_Time, two queries, and it is back. */
static void
test_vrrp_core_willed_is_back_after_its_skew_time(void **state)
{
	struct router r;

	(void)state;
	start_willed(&r, params(200, 100));
	assert_int_equal(r.core.state, VRRP_BACKUP);
	assert_int_equal(remaining(&r), 218750 * NS_PER_US);
	expire_next(&r);
	assert_int_equal(r.act.todo, VRRP_DO_QUERY);
	assert_int_equal(remaining(&r), 10 * NS_PER_MS);
	expire_next(&r);
	assert_int_equal(r.act.todo, VRRP_DO_QUERY);
	expire_next(&r);
	assert_int_equal(r.core.state, VRRP_ACTIVE);
	assert_int_equal(r.act.tr.cause, VRRP_CAUSE_OWN_WILL);
	assert_int_equal(mono_sub(r.now, (mono_t){ T0 }),
	    (218750 + 20000) * NS_PER_US);
	start_willed(&r, params(200, 1));
	expire_next(&r);
	assert_int_equal(remaining(&r), 2 * NS_PER_MS);
	/* The owner waits for nobody. */
	start_willed(&r, params(255, 100));
	assert_int_equal(r.core.state, VRRP_ACTIVE);
	assert_int_equal(r.act.tr.cause, VRRP_CAUSE_OWNER);
}

/* Whoever has taken over is followed, or preempted as ever. */
static void
test_vrrp_core_willed_leaves_an_active_where_it_is(void **state)
{
	struct router r;
	uint8_t priority;
	int queries;

	(void)state;
	for (queries = 0; queries < 3; queries++)
		for (priority = 1; priority < 255; priority++) {
			int i;

			start_willed(&r, params(200, 100));
			for (i = 0; i < queries; i++)
				expire_next(&r);
			pass(&r, NS_PER_MS);
			rx(&r, R1, priority, 100);
			assert_int_equal(r.core.state, VRRP_BACKUP);
			assert_true(remaining(&r) >= 3 * NS_PER_S);
			expire_next(&r);
			assert_int_equal(r.act.todo, TAKEOVER);
		}
}

/* V-79 -, L-11 +: a dead Active is replaced at once, however long it could serve */
static void
test_vrrp_core_preempt_delay_does_not_hold_a_takeover_by_bfd(void **state)
{
	struct vrrp_core_params p = params(200, 100);
	struct router r;

	(void)state;
	p.preempt_delay_ns = 3600 * NS_PER_S;
	start(&r, p);
	rx(&r, R1, 100, 100);
	bfd_up(&r, R1);
	pass(&r, NS_PER_S);
	rx(&r, R1, 100, 100);
	assert_false(mono_is_never(vrrp_core_preempts_at(&r.core, r.now)));
	pass(&r, 500 * NS_PER_MS);
	bfd_down(&r, R1);
	assert_transition(&r, VRRP_BACKUP, VRRP_ACTIVE, VRRP_CAUSE_BFD_DOWN);
	/* In a sync group as well, of which another member may be held. */
	p.grouped = true;
	start(&r, p);
	rx(&r, R1, 100, 100);
	pass(&r, NS_PER_S);
	rx(&r, R1, 100, 100);
	vrrp_core_take_over(&r.core, r.now, VRRP_CAUSE_GROUP, &r.act);
	assert_int_equal(r.core.state, VRRP_ACTIVE);
	assert_true(mono_is_never(vrrp_core_preempts_at(&r.core, r.now)));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_vrrp_core_preempt_delay_does_not_hold_a_takeover_by_bfd),
		cmocka_unit_test(
		    test_vrrp_core_willed_is_back_after_its_skew_time),
		cmocka_unit_test(
		    test_vrrp_core_willed_leaves_an_active_where_it_is),
		cmocka_unit_test(
		    test_vrrp_core_bfd_timeout_of_the_active_takes_over),
		cmocka_unit_test(
		    test_vrrp_core_bfd_takeover_whatever_priority_and_preempt),
		cmocka_unit_test(test_vrrp_core_bfd_cause_filter),
		cmocka_unit_test(test_vrrp_core_bfd_never_up_triggers_nothing),
		cmocka_unit_test(
		    test_vrrp_core_bfd_of_another_router_triggers_nothing),
		cmocka_unit_test(
		    test_vrrp_core_bfd_without_an_active_triggers_nothing),
		cmocka_unit_test(
		    test_vrrp_core_bfd_down_in_active_is_no_transition),
		cmocka_unit_test(
		    test_vrrp_core_bfd_up_does_not_hold_the_timer_back),
		cmocka_unit_test(test_vrrp_core_bfd_unknown_needs_a_fresh_up),
		cmocka_unit_test(
		    test_vrrp_core_bfd_false_takeover_happens_once),
		cmocka_unit_test(
		    test_vrrp_core_bfd_right_takeover_is_not_called_false),
		cmocka_unit_test(
		    test_vrrp_core_bfd_skewed_takeover_after_its_skew),
		cmocka_unit_test(
		    test_vrrp_core_bfd_skew_does_not_delay_the_timer),
		cmocka_unit_test(
		    test_vrrp_core_bfd_skewed_takeover_called_off_by_new_active),
		cmocka_unit_test(
		    test_vrrp_core_bfd_skewed_takeover_is_left_to_a_lesser_one),
		cmocka_unit_test(
		    test_vrrp_core_bfd_skewed_takeover_ignores_older_adverts),
		cmocka_unit_test(
		    test_vrrp_core_bfd_skewed_takeover_called_off_when_peer_is_back),
		cmocka_unit_test(test_vrrp_core_bfd_table_full_keeps_the_armed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
