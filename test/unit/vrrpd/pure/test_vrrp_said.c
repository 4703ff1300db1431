/*
 * test_vrrp_said.c - vrrp_said.c, and its table of verdicts in vrrp_core.c.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "test/unit/vrrpd/pure/vrrp_core_router.h"
#include "vrrpd/pure/vrrp_said.h"

static mono_t
at(int64_t ms)
{
	return (mono_t){ ms * NS_PER_MS };
}

static void
test_vrrp_said_overtakes_what_came_before(void **state)
{
	struct vrrp_said s = { MONO_ZERO };

	(void)state;
	assert_false(vrrp_said_overtakes(&s, MONO_ZERO));	/* said nothing */
	vrrp_said_note(&s, at(100), VRRP_SAID_TO_ALL);
	assert_true(vrrp_said_overtakes(&s, at(99)));
	assert_true(vrrp_said_overtakes(&s, at(100)));
	assert_false(vrrp_said_overtakes(&s, at(101)));
}

/* A peer that the advert did not reach knows no more than before. */
static void
test_vrrp_said_to_some_overtakes_nothing(void **state)
{
	struct vrrp_said s = { MONO_ZERO };

	(void)state;
	vrrp_said_note(&s, at(100), VRRP_SAID_TO_SOME);
	vrrp_said_note(&s, at(110), VRRP_SAID_TO_NOBODY);
	assert_false(vrrp_said_overtakes(&s, at(99)));
	vrrp_said_note(&s, at(120), VRRP_SAID_TO_ALL);
	vrrp_said_note(&s, at(130), VRRP_SAID_TO_NOBODY);
	assert_true(vrrp_said_overtakes(&s, at(120)));
	assert_false(vrrp_said_overtakes(&s, at(121)));
}

static void
say(struct router *r)
{
	vrrp_core_said(&r->core, r->now, VRRP_SAID_TO_ALL);
}

static void
fence(struct router *r, uint8_t priority)
{
	start_active(r, params(priority, 100));
	pass(r, NS_PER_S / 2);
	vrrp_core_fence(&r->core, r->now, 4 * NS_PER_S);
}

/*
 * Design §6: r2 has taken over, we spoke before our absence was judged, r2 heard
 * that and gave way.  What it had said before must not drive us out as well.
 */
static void
test_vrrp_said_fenced_active_ignores_who_will_obey(void **state)
{
	struct router r;

	(void)state;
	fence(&r, 200);
	say(&r);
	rx_late(&r, R1, 100, 100, NS_PER_MS);
	assert_quiet(&r);
	rx_late(&r, R1, 100, 100, 0);		/* the same instant */
	assert_quiet(&r);
	rx_late(&r, R1, 200, 100, NS_PER_MS);	/* loses by its address */
	assert_quiet(&r);
	rx_late(&r, R1, 0, 100, NS_PER_MS);
	assert_quiet(&r);
	assert_true(vrrp_core_is_fenced(&r.core));
	assert_int_equal(r.core.fenced_out, 0);
	/* An advert that came since: it has not heard us, or did not obey. */
	pass(&r, NS_PER_MS);
	rx(&r, R1, 100, 100);
	assert_transition(&r, VRRP_ACTIVE, VRRP_BACKUP, VRRP_CAUSE_FENCED);
}

/* Design §6 - a better one stays, whatever it has heard of us. */
static void
test_vrrp_said_fenced_active_yields_to_who_will_stay(void **state)
{
	static const struct {
		const char	*source;
		uint8_t		 priority;
	} cases[] = { { R1, 201 }, { R3, 200 } };
	struct router r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fence(&r, 200);
		say(&r);
		rx_late(&r, cases[i].source, cases[i].priority, 100,
		    NS_PER_MS);
		assert_transition(&r, VRRP_ACTIVE, VRRP_BACKUP,
		    VRRP_CAUSE_FENCED);
	}
}

/* Design §6: one that was silent while it was away is driven out as ever. */
static void
test_vrrp_said_fenced_active_yields_to_any_successor(void **state)
{
	struct router r;

	(void)state;
	start_active(&r, params(200, 100));
	say(&r);
	pass(&r, 4 * NS_PER_S);
	vrrp_core_fence(&r.core, r.now, 4 * NS_PER_S);
	rx_late(&r, R1, 1, 100, 100 * NS_PER_MS);
	assert_transition(&r, VRRP_ACTIVE, VRRP_BACKUP, VRRP_CAUSE_FENCED);
}

/* V-71, V-72 + an Active that is not fenced does as the RFC says. */
static void
test_vrrp_said_active_hears_what_it_has_overtaken(void **state)
{
	struct router r;

	(void)state;
	start_active(&r, params(100, 100));
	pass(&r, NS_PER_S / 2);
	say(&r);
	rx_late(&r, R1, 50, 100, NS_PER_MS);
	assert_int_equal(r.act.todo, VRRP_DO_SEND_ADVERT | VRRP_DO_ANNOUNCE);
	rx_late(&r, R1, 200, 100, NS_PER_MS);
	assert_transition(&r, VRRP_ACTIVE, VRRP_BACKUP,
	    VRRP_CAUSE_HIGHER_PRIORITY);
}

/* V-65, V-66 -, V-70: after a handover nothing older tells of a successor. */
static void
test_vrrp_said_backup_that_has_resigned_ignores_the_past(void **state)
{
	struct router r;
	int64_t left;

	(void)state;
	start_active(&r, params(100, 100));
	pass(&r, NS_PER_S / 2);
	vrrp_core_yield(&r.core, r.now, VRRP_CAUSE_HANDOVER, &r.act);
	say(&r);
	left = remaining(&r);
	pass(&r, NS_PER_MS);
	rx_late(&r, R1, 200, 100, 2 * NS_PER_MS);
	assert_false(addr_is_set(&r.core.active.source));
	rx_late(&r, R1, 0, 100, 2 * NS_PER_MS);
	assert_int_equal(remaining(&r), left - NS_PER_MS);
	rx(&r, R1, 200, 100);
	assert_true(addr_is_set(&r.core.active.source));
}

/* L-14: what the dead one left in the socket does not answer our claim. */
static void
test_vrrp_said_claim_is_not_answered_by_what_came_before(void **state)
{
	struct vrrp_core_params p;
	struct router r;

	(void)state;
	protected_backup(&r);
	p = r.core.p;
	p.takeover_confirm_ns = 2 * NS_PER_MS;
	set_params(&r, p);
	bfd_down(&r, R1);
	say(&r);
	pass(&r, NS_PER_MS);
	rx_late(&r, R1, 200, 100, 2 * NS_PER_MS);
	assert_int_equal(remaining(&r), NS_PER_MS);
	assert_int_equal(r.core.bfd_unconfirmed, 0);
	assert_false(r.core.death.sessions[0].spent);
	expire_next(&r);
	assert_transition(&r, VRRP_BACKUP, VRRP_ACTIVE, VRRP_CAUSE_BFD_DOWN);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vrrp_said_overtakes_what_came_before),
		cmocka_unit_test(test_vrrp_said_to_some_overtakes_nothing),
		cmocka_unit_test(
		    test_vrrp_said_fenced_active_ignores_who_will_obey),
		cmocka_unit_test(
		    test_vrrp_said_fenced_active_yields_to_who_will_stay),
		cmocka_unit_test(
		    test_vrrp_said_fenced_active_yields_to_any_successor),
		cmocka_unit_test(
		    test_vrrp_said_active_hears_what_it_has_overtaken),
		cmocka_unit_test(
		    test_vrrp_said_backup_that_has_resigned_ignores_the_past),
		cmocka_unit_test(
		    test_vrrp_said_claim_is_not_answered_by_what_came_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
