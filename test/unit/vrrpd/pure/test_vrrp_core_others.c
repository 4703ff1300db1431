/*
 * test_vrrp_core_others.c - vrrp_core.c: the router that a transition is about.
 *
 * Whoever reads a log after a move asks who made it happen: a takeover of the
 * address by a stranger leaves no other trace.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "test/unit/vrrpd/pure/vrrp_core_router.h"

static void
assert_other(const struct vrrp_other *o, const char *address, uint8_t priority)
{
	struct addr a;

	if (address == NULL) {
		assert_false(addr_is_set(&o->address));
		assert_int_equal(o->priority, 0);
		return;
	}
	a = addr_of(address);
	assert_true(addr_equal(&o->address, &a));
	assert_int_equal(o->priority, priority);
}

/* V-71, V-74 + the winner. */
static void
test_vrrp_core_others_an_active_names_who_it_yields_to(void **state)
{
	static const struct {
		const char	*source;
		uint8_t		 priority;
		enum vrrp_cause	 cause;
	} cases[] = {
		{ R1, 101, VRRP_CAUSE_HIGHER_PRIORITY },
		{ R3, 254, VRRP_CAUSE_HIGHER_PRIORITY },
		{ R3, 100, VRRP_CAUSE_HIGHER_ADDRESS },
	};
	struct router r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		start_active(&r, params(100, 100));
		rx(&r, cases[i].source, cases[i].priority, 100);
		assert_transition(&r, VRRP_ACTIVE, VRRP_BACKUP,
		    cases[i].cause);
		assert_other(&r.act.tr.other, cases[i].source,
		    cases[i].priority);
	}
	start_active(&r, params(200, 1));
	vrrp_core_fence(&r.core, r.now, NS_PER_S);
	rx(&r, R1, 7, 100);
	assert_transition(&r, VRRP_ACTIVE, VRRP_BACKUP, VRRP_CAUSE_FENCED);
	assert_other(&r.act.tr.other, R1, 7);
}

/* V-64, V-65, V-67, V-78 + whom a new Active follows. */
static void
test_vrrp_core_others_a_new_active_names_whom_it_replaces(void **state)
{
	struct router r;

	(void)state;
	start(&r, params(100, 100));
	rx(&r, R1, 200, 100);
	expire_next(&r);
	assert_transition(&r, VRRP_BACKUP, VRRP_ACTIVE,
	    VRRP_CAUSE_ACTIVE_DOWN_TIMER);
	assert_other(&r.act.tr.other, R1, 200);
	/* A router that resigns: the one that did, followed or not. */
	start(&r, params(100, 100));
	rx(&r, R1, 200, 100);
	rx(&r, R3, 0, 100);
	expire_next(&r);
	assert_transition(&r, VRRP_BACKUP, VRRP_ACTIVE,
	    VRRP_CAUSE_PRIORITY_ZERO);
	assert_other(&r.act.tr.other, R3, 0);
	start(&r, params(100, 100));
	rx(&r, R3, 50, 100);
	rx(&r, R1, 60, 100);
	expire_next(&r);
	assert_transition(&r, VRRP_BACKUP, VRRP_ACTIVE, VRRP_CAUSE_PREEMPT);
	assert_other(&r.act.tr.other, R1, 60);
	/* The Active that fell below this router. */
	start(&r, params(100, 100));
	rx(&r, R1, 200, 100);
	rx(&r, R1, 50, 100);
	expire_next(&r);
	assert_transition(&r, VRRP_BACKUP, VRRP_ACTIVE, VRRP_CAUSE_PREEMPT);
	assert_other(&r.act.tr.other, R1, 50);
	/* This one rose above the Active. */
	start(&r, params(100, 100));
	rx(&r, R1, 200, 100);
	set_params(&r, params(210, 100));
	expire_next(&r);
	assert_transition(&r, VRRP_BACKUP, VRRP_ACTIVE, VRRP_CAUSE_PREEMPT);
	assert_other(&r.act.tr.other, R1, 200);
	/* L-11, also by way of a group. */
	protected_backup(&r);
	bfd_down(&r, R1);
	assert_other(&r.act.tr.other, R1, 200);
	protected_backup(&r);
	r.core.p.grouped = true;
	bfd_down(&r, R1);
	assert_int_equal(r.act.todo, VRRP_DO_ASK);
	vrrp_core_take_over(&r.core, r.now, VRRP_CAUSE_GROUP, &r.act);
	assert_transition(&r, VRRP_BACKUP, VRRP_ACTIVE, VRRP_CAUSE_BFD_DOWN);
	assert_other(&r.act.tr.other, R1, 200);
}

/* Nobody was heard, or nobody else has to do with it. */
static void
test_vrrp_core_others_nobody_is_named_for_nothing(void **state)
{
	struct router r;

	(void)state;
	start_active(&r, params(100, 100));
	assert_other(&r.act.tr.other, NULL, 0);
	vrrp_core_yield(&r.core, r.now, VRRP_CAUSE_HANDOVER, &r.act);
	assert_other(&r.act.tr.other, NULL, 0);
	expire_next(&r);
	assert_other(&r.act.tr.other, NULL, 0);
	vrrp_core_shutdown(&r.core, r.now, VRRP_CAUSE_SHUTDOWN, &r.act);
	assert_other(&r.act.tr.other, NULL, 0);
	/* A router of an earlier life, and one that is followed. */
	start(&r, params(100, 100));
	rx(&r, R1, 200, 100);
	vrrp_core_shutdown(&r.core, r.now, VRRP_CAUSE_DISABLED, &r.act);
	assert_other(&r.act.tr.other, NULL, 0);
	vrrp_core_startup(&r.core, r.now, &r.core.primary,
	    VRRP_CAUSE_ENABLED, &r.act);
	expire_next(&r);
	assert_other(&r.act.tr.other, NULL, 0);
	start(&r, params(100, 100));
	rx(&r, R1, 200, 100);
	r.core.p.grouped = true;
	vrrp_core_take_over(&r.core, r.now, VRRP_CAUSE_GROUP, &r.act);
	assert_other(&r.act.tr.other, NULL, 0);
}

static void
assert_spared(const struct router *r, uint64_t count, const char *word,
    const char *address, uint8_t priority)
{
	assert_int_equal(r->core.spared.count, count);
	assert_string_equal(vrrp_spared_name(r->core.spared.why), word);
	assert_other(&r->core.spared.other, address, priority);
	assert_int_equal(r->core.spared.at.ns, r->now.ns);
}

/* L-10..L-15 + why a Down was no takeover, and thanks to whom. */
static void
test_vrrp_core_others_a_takeover_that_was_none_names_why(void **state)
{
	struct vrrp_core_params p;
	struct vrrp_bfd_event e;
	struct router r;

	(void)state;
	protected_backup(&r);
	assert_int_equal(r.core.spared.count, 0);
	/* The dead one sends on. */
	e = session(R1, VRRP_BFD_DOWN, VRRP_BFD_REASON_TIMEOUT);
	e.rx_interval_ns = 10 * NS_PER_MS;
	e.last_rx = mono_add(r.now, -100 * NS_PER_MS);
	rx(&r, R1, 200, 100);
	bfd(&r, e);
	assert_spared(&r, 1, "adverts-go-on", R1, 200);
	/* A lesser one serves: before the wait, and during it. */
	protected_backup(&r);
	rx(&r, R3, 50, 100);
	bfd_down(&r, R1);
	assert_spared(&r, 1, "another-serves", R3, 50);
	protected_backup(&r);
	skewed_down(&r);
	rx(&r, R3, 50, 100);
	assert_spared(&r, 1, "another-serves", R3, 50);
	/* A better one has taken over. */
	protected_backup(&r);
	skewed_down(&r);
	rx(&r, R3, 150, 100);
	assert_spared(&r, 1, "another-serves", R3, 150);
	/* The dead one is back. */
	protected_backup(&r);
	skewed_down(&r);
	bfd_up(&r, R1);
	assert_spared(&r, 1, "session-is-back", R1, 200);
	/* L-14 */
	protected_backup(&r);
	p = r.core.p;
	p.takeover_confirm_ns = NS_PER_MS;
	set_params(&r, p);
	bfd_down(&r, R1);
	assert_int_equal(r.act.todo, VRRP_DO_SEND_ADVERT);
	rx(&r, R1, 200, 100);
	assert_spared(&r, 1, "not-confirmed", R1, 200);
	/* L-13 */
	protected_backup(&r);
	r.core.death.sessions[0].suspended_until = mono_add(r.now, NS_PER_S);
	bfd_down(&r, R1);
	assert_spared(&r, 1, "suspended", R1, 200);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_vrrp_core_others_an_active_names_who_it_yields_to),
		cmocka_unit_test(
		    test_vrrp_core_others_a_new_active_names_whom_it_replaces),
		cmocka_unit_test(
		    test_vrrp_core_others_nobody_is_named_for_nothing),
		cmocka_unit_test(
		    test_vrrp_core_others_a_takeover_that_was_none_names_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
