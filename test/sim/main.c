/*
 * main.c - what the simulated routers go through.
 *
 * Two kinds of runs.  Scenarios: one fault each, with the bound the design gives
 * for it, repeated with different seeds because the phase of every timer against
 * the fault is random.  Chaos: a world drawn from the seed, faults drawn from
 * the seed, then quiet, in which exactly one Active per connected part must be
 * found and nothing may move any more; again and again.
 *
 * usage: sim		every scenario and the fixed seeds (make check)
 *	  sim A..B	chaos with these seeds (make check-sim SEEDS=A..B)
 *	  sim SEED	chaos with this seed, telling everything
 *	  sim --hours N [FIRST]	so many hours as in soak.c, one for each seed
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/sim/sim.h"

#ifndef TRIALS
#define TRIALS		10
#endif
#define FIXED_SEEDS	30
#define MARGIN_NS	(1 * NS_PER_MS)	/* loops and links, not protocol */

/* ---- helpers ---- */

static int64_t
random_span(struct sim *s, int64_t below_ns)
{
	return (int64_t)rng_below(&s->rng, (uint64_t)below_ns);
}

static void
start_and_settle(struct sim *s)
{
	sim_start_all(s);
	sim_run_for(s, 3 * sim_active_down_interval_ns(s));
	if (s->bfd_interval_ns > 0) {
		sim_run_for(s, 4 * NS_PER_S);
		SIM_REQUIRE(s, sim_bfd_all_up(s));
	}
	sim_check_settled(s);
	/* Faults come at any phase. */
	sim_run_for(s, random_span(s, sim_interval_ns(s)));
}

static void
pair(struct sim *s, uint64_t seed, uint16_t advert_int_cs)
{
	sim_init(s, seed, 2);
	s->r[0].params.priority = 200;
	s->r[0].params.advert_int_cs = advert_int_cs;
	s->r[1].params.advert_int_cs = advert_int_cs;
}

static void
with_bfd(struct sim *s, int64_t interval_ns, uint8_t mult)
{
	s->bfd_interval_ns = interval_ns;
	s->bfd_mult = mult;
}

static uint64_t
transitions_of(const struct sim *s, unsigned i)
{
	return s->r[i].transitions;
}

/* ---- scenarios ---- */

/*
 * V-64 +, V-31 +
 * + the worked window: silence is noticed in (ADI - interval, ADI].
 */
static void
silent_cut_by_timer(uint64_t seed)
{
	struct sim s;
	mono_t cut;
	int64_t took, adi;

	pair(&s, seed, 1);
	start_and_settle(&s);
	sim_isolate(&s, 0, true);
	cut = s.now;
	sim_run_for(&s, 2 * sim_active_down_interval_ns(&s));
	SIM_REQUIRE(&s, s.r[1].core.state == VRRP_ACTIVE);
	took = mono_sub(s.r[1].became_active, cut);
	adi = vrrp_core_active_down_interval_ns(3, 100, 1);
	SIM_REQUIRE(&s, took > adi - 10 * NS_PER_MS - MARGIN_NS);
	SIM_REQUIRE(&s, took <= adi + MARGIN_NS);
	sim_free(&s);
}

/*
 * L-11 +, L-6 +
 * The product: detection time and what the design adds at most.
 */
static void
silent_cut_by_bfd(uint64_t seed)
{
	struct sim s;
	mono_t cut;
	int64_t took;

	pair(&s, seed, 100);
	with_bfd(&s, (seed & 1 ? 3 : 10) * NS_PER_MS, 3);
	start_and_settle(&s);
	sim_isolate(&s, 0, true);
	cut = s.now;
	sim_run_for(&s, NS_PER_S);
	SIM_REQUIRE(&s, s.r[1].core.state == VRRP_ACTIVE);
	took = mono_sub(s.r[1].became_active, cut);
	SIM_REQUIRE(&s, took <= sim_detection_time_ns(&s) + MARGIN_NS);
	/* L-6: when the cut heals, the better one is Active by VRRP's rules. */
	sim_heal(&s);
	sim_run_for(&s, 3 * sim_active_down_interval_ns(&s));
	sim_check_settled(&s);
	SIM_REQUIRE(&s, sim_active(&s) == 0);
	SIM_REQUIRE(&s, s.r[1].core.bfd_takeovers == 1);
	sim_free(&s);
}

/* The Active dies: how long until its successor; at most so many take over. */
static int64_t
one_takeover(struct sim *s, unsigned most, unsigned *successor)
{
	unsigned dead = sim_active(s), i, n = 0;
	uint64_t before[SIM_ROUTERS_MAX];
	mono_t cut = s->now;

	for (i = 0; i < s->count; i++)
		before[i] = s->r[i].takeovers;
	sim_isolate(s, dead, true);
	/* All have noticed, and whoever would have followed has. */
	sim_run_for(s, 3 * sim_detection_time_ns(s));
	for (i = 0; i < s->count; i++) {
		if (i == dead || s->r[i].takeovers == before[i])
			continue;
		if (s->r[i].core.state == VRRP_ACTIVE)
			*successor = i;
		n += (unsigned)(s->r[i].takeovers - before[i]);
	}
	if (n < 1 || n > most)
		sim_fail(s, "%u takeovers", n);
	SIM_REQUIRE(s, s->r[*successor].core.state == VRRP_ACTIVE);
	return mono_sub(s->r[*successor].became_active, cut);
}

static void
all_back(struct sim *s)
{
	sim_run_for(s, 2 * sim_active_down_interval_ns(s));
	sim_check_settled(s);
	sim_heal(s);
	sim_run_for(s, 3 * sim_active_down_interval_ns(s) + 4 * NS_PER_S);
	SIM_REQUIRE(s, sim_bfd_all_up(s));
	sim_check_settled(s);
	sim_run_for(s, random_span(s, sim_interval_ns(s)));
}

static void
several(struct sim *s, uint64_t seed, unsigned count, const uint8_t *priorities)
{
	unsigned i;

	sim_init(s, seed, count);
	for (i = 0; i < count; i++) {
		s->r[i].params.priority = priorities[i];
		s->r[i].params.advert_int_cs = 100;
	}
	with_bfd(s, (seed & 1 && count < 5 ? 3 : 10) * NS_PER_MS, 3);
	start_and_settle(s);
}

/*
 * L-15 +
 * three to seven routers, priorities in the order of the addresses, the reverse,
 * or all equal: the first death finds the best Backup by the guess, the next
 * ones by what was heard.  Each costs D, and one takeover.
 */
static void
several_backups_one_takeover(uint64_t seed)
{
	uint8_t priorities[SIM_ROUTERS_MAX];
	unsigned count = 3 + seed / 3 % 5, i, round, who = 0;
	struct sim s;
	int64_t took;

	for (i = 0; i < count; i++)
		priorities[i] = (uint8_t)(seed % 3 == 0 ? 200 - 10 * i :
		    seed % 3 == 1 ? 100 + 10 * i : 100);
	several(&s, seed, count, priorities);
	for (round = 0; round < 4; round++) {
		unsigned dead = sim_active(&s), best = dead == 0;

		for (i = 0; i < count; i++)
			if (i != dead && priorities[i] >= priorities[best])
				best = i;
		took = one_takeover(&s, 1, &who);
		SIM_REQUIRE(&s, took <= sim_detection_time_ns(&s) + MARGIN_NS);
		SIM_REQUIRE(&s, who == best || (seed % 3 == 2 && round > 0));
		all_back(&s);
	}
	sim_free(&s);
}

/*
 * L-15 +
 * in any order, where the guess may be wrong: then two may wait for each other
 * and in one case of many go within a frame's way of each other, which VRRP
 * settles.  From then on all know the best, and it is one.
 */
static void
several_backups_in_any_order(uint64_t seed)
{
	uint8_t priorities[SIM_ROUTERS_MAX];
	unsigned count = 3 + seed % 5, i, j, dead, who = 0;
	struct sim s;

	for (i = 0; i < count; i++)
		priorities[i] = (uint8_t)(100 + 37 * (i + seed) % 100);
	several(&s, seed, count, priorities);
	(void)one_takeover(&s, 2, &who);
	all_back(&s);
	for (i = 0; i < 3; i++) {
		dead = sim_active(&s);
		SIM_REQUIRE(&s, one_takeover(&s, 1, &who) <=
		    sim_detection_time_ns(&s) + MARGIN_NS);
		for (j = 0; j < count; j++)
			SIM_REQUIRE(&s, j == dead ||
			    priorities[j] <= priorities[who]);
		all_back(&s);
	}
	sim_free(&s);
}

/* L-15 + the Active and the best Backup die together: the next one goes. */
static void
two_die_at_once(uint64_t seed)
{
	static const uint8_t priorities[] = { 250, 200, 150, 100, 50 };
	unsigned count = 3 + seed % 3, i;
	struct sim s;
	mono_t cut;

	several(&s, seed, count, priorities);
	sim_isolate(&s, 0, true);
	sim_run_for(&s, random_span(&s, sim_detection_time_ns(&s)));
	sim_isolate(&s, 1, true);
	cut = s.now;
	sim_run_for(&s, 3 * sim_detection_time_ns(&s));
	SIM_REQUIRE(&s, s.r[2].core.state == VRRP_ACTIVE);
	SIM_REQUIRE(&s, mono_sub(s.r[2].became_active, cut) <=
	    sim_detection_time_ns(&s) + s.bfd_interval_ns + MARGIN_NS);
	for (i = 2; i < count; i++)
		SIM_REQUIRE(&s, s.r[i].takeovers == (i == 2));
	sim_free(&s);
}

/* Somebody answers on the addresses at every instant of that span. */
static void
answered_for(struct sim *s, int64_t span_ns)
{
	mono_t end = mono_add(s->now, span_ns);

	while (mono_before(s->now, end)) {
		sim_run_for(s, 20 * NS_PER_US);
		SIM_REQUIRE(s, sim_answer_count(s) > 0);
	}
}

/* V-65 +, V-68 + to the other router and back, and no instant without one. */
static void
handover(uint64_t seed)
{
	struct sim s;
	unsigned from;

	pair(&s, seed, seed & 1 ? 1 : 10);
	start_and_settle(&s);
	for (from = 0; from < 2; from++) {
		sim_handover(&s, from);
		SIM_REQUIRE(&s, s.r[from].core.state == VRRP_BACKUP);
		answered_for(&s, 300 * NS_PER_MS);
		SIM_REQUIRE(&s, sim_active(&s) == 1 - from);
		SIM_REQUIRE(&s, sim_answer_count(&s) == 1);
	}
	sim_free(&s);
}

/* Nobody takes it: taken back, once, and answered all the time. */
static void
handover_to_nobody(uint64_t seed)
{
	struct sim s;
	uint64_t before;

	pair(&s, seed, 10);
	start_and_settle(&s);
	if (seed & 1)
		sim_kill(&s, 1);
	else
		s.cut_vrrp[0][1] = true;	/* nobody hears of it */
	before = s.r[0].transitions;
	sim_handover(&s, 0);
	answered_for(&s, 200 * NS_PER_MS);
	SIM_REQUIRE(&s, s.r[0].core.state == VRRP_ACTIVE);
	SIM_REQUIRE(&s, s.r[0].transitions == before + 2);
	SIM_REQUIRE(&s, s.r[0].core.p.preempt);
	sim_free(&s);
}

/* V-71 + a better router returns: no instant without one that answers. */
static void
preemption_is_answered(uint64_t seed)
{
	struct sim s;

	pair(&s, seed, seed & 1 ? 1 : 10);
	start_and_settle(&s);
	sim_stop(&s, 0);
	answered_for(&s, 300 * NS_PER_MS);
	SIM_REQUIRE(&s, sim_active(&s) == 1);
	sim_start(&s, 0);
	answered_for(&s, NS_PER_S);
	SIM_REQUIRE(&s, sim_active(&s) == 0);
	SIM_REQUIRE(&s, sim_answer_count(&s) == 1);
	sim_free(&s);
}

/* V-65 +, V-68 + a resignation costs the skew. */
static void
clean_stop(uint64_t seed)
{
	struct sim s;
	mono_t stop;

	pair(&s, seed, 1);
	start_and_settle(&s);
	sim_stop(&s, 0);
	stop = s.now;
	answered_for(&s, 100 * NS_PER_MS);
	SIM_REQUIRE(&s, sim_active(&s) == 1);
	SIM_REQUIRE(&s, !s.r[0].alive);		/* it heard the successor */
	SIM_REQUIRE(&s, mono_sub(s.r[1].became_active, stop) <=
	    vrrp_core_skew_time_ns(3, 100, 1) + MARGIN_NS);
	sim_free(&s);
}

/*
 * L-13 + UDP 3784 blocked while adverts flow, both ways or towards one.  Where
 * the Active notices first, its advert keeps even the one flap away.
 */
static void
bfd_alone_blocked(uint64_t seed)
{
	struct sim s;
	uint64_t before0, before1;

	pair(&s, seed, 100);
	with_bfd(&s, 10 * NS_PER_MS, 3);
	start_and_settle(&s);
	before0 = transitions_of(&s, 0);
	before1 = transitions_of(&s, 1);
	s.cut_bfd[0][1] = true;
	s.cut_bfd[1][0] = seed & 1;
	sim_run_for(&s, 60 * NS_PER_S);
	/* One flap of the Backup: there and back. */
	SIM_REQUIRE(&s, transitions_of(&s, 0) == before0);
	SIM_REQUIRE(&s, transitions_of(&s, 1) <= before1 + 2);
	SIM_REQUIRE(&s, s.r[1].core.bfd_takeovers +
	    s.r[1].core.bfd_disproved == 1);
	SIM_REQUIRE(&s, s.r[1].core.bfd_false_takeovers ==
	    s.r[1].core.bfd_takeovers);
	sim_check_settled(&s);
	sim_free(&s);
}

/* L-12 - only what we send is lost; the peer says so and nobody moves. */
static void
bfd_return_path_blocked(uint64_t seed)
{
	struct sim s;
	uint64_t before;

	pair(&s, seed, 100);
	with_bfd(&s, 10 * NS_PER_MS, 3);
	start_and_settle(&s);
	before = s.transitions;
	s.cut_bfd[1][0] = true;
	sim_run_for(&s, 60 * NS_PER_S);
	SIM_REQUIRE(&s, s.transitions == before);
	sim_free(&s);
}

/*
 * Proof of life must never hold up a death: with adverts as often as packets of
 * BFD, the machine dies at any phase of both, or its bfdd a moment before it.
 * In the second case VRRP has lived on, and its timer is due: not later.
 */
static void
death_is_never_delayed(uint64_t seed)
{
	struct sim s;
	mono_t cut;
	int64_t took, bound;

	pair(&s, seed, (uint16_t)(1 + seed % 4));
	with_bfd(&s, 3 * NS_PER_MS, 3);
	s.jitter_ns = 500 * NS_PER_US;
	s.lateness_ns = 500 * NS_PER_US;
	start_and_settle(&s);
	if (seed % 3 == 0) {
		sim_kill_bfdd(&s, 0);
		sim_run_for(&s, random_span(&s, sim_detection_time_ns(&s)));
	}
	cut = s.now;
	sim_isolate(&s, 0, true);
	sim_run_for(&s, NS_PER_S);
	SIM_REQUIRE(&s, s.r[1].core.state == VRRP_ACTIVE);
	took = mono_sub(s.r[1].became_active, cut);
	bound = sim_detection_time_ns(&s);
	if (seed % 3 == 0)
		bound = s.r[0].core.active_down_interval_ns > bound ?
		    vrrp_core_active_down_interval_ns(3, 100,
		    s.r[0].params.advert_int_cs) : bound;
	else
		SIM_REQUIRE(&s, s.r[1].core.bfd_disproved == 0);
	SIM_REQUIRE(&s, took <= bound + 2 * MARGIN_NS);
	sim_free(&s);
}

/* L-12 - AdminDown at either end moves nobody. */
static void
bfd_admin_down(uint64_t seed)
{
	struct sim s;
	uint64_t before;

	pair(&s, seed, 100);
	with_bfd(&s, 10 * NS_PER_MS, 3);
	start_and_settle(&s);
	before = s.transitions;
	sim_bfd_admin_down(&s, seed & 1);
	sim_run_for(&s, 20 * NS_PER_S);
	SIM_REQUIRE(&s, s.transitions == before);
	sim_free(&s);
}

/*
 * L-11 +, L-23 +
 * bfdd dies and comes back, at the Backup or at the Active: nobody moves.
 */
static void
bfdd_restart(uint64_t seed)
{
	struct sim s;
	unsigned where = seed & 1;
	uint64_t before;

	pair(&s, seed, 100);
	with_bfd(&s, (seed & 2 ? 3 : 10) * NS_PER_MS, 3);
	start_and_settle(&s);
	before = s.transitions;
	sim_kill_bfdd(&s, where);
	sim_run_for(&s, random_span(&s, 2 * NS_PER_S));
	sim_start_bfdd(&s, where);
	sim_run_for(&s, 20 * NS_PER_S);
	SIM_REQUIRE(&s, s.transitions == before);
	SIM_REQUIRE(&s, sim_bfd_all_up(&s));
	sim_check_settled(&s);
	/* And it protects again. */
	sim_isolate(&s, 0, true);
	sim_run_for(&s, sim_detection_time_ns(&s) + MARGIN_NS);
	SIM_REQUIRE(&s, s.r[1].core.state == VRRP_ACTIVE);
	sim_free(&s);
}

/* L-10 + no session, no bfdd, or one that never comes Up: plain VRRP. */
static void
bfd_never_up(uint64_t seed)
{
	struct sim s;
	mono_t cut;
	int64_t took, adi = vrrp_core_active_down_interval_ns(3, 100, 10);

	pair(&s, seed, 10);
	with_bfd(&s, 10 * NS_PER_MS, 3);
	s.cut_bfd[0][1] = s.cut_bfd[1][0] = true;
	sim_start_all(&s);
	sim_run_for(&s, 5 * NS_PER_S + random_span(&s, 100 * NS_PER_MS));
	SIM_REQUIRE(&s, sim_active(&s) == 0);
	SIM_REQUIRE(&s, s.transitions == 3);
	sim_isolate(&s, 0, true);
	cut = s.now;
	sim_run_for(&s, NS_PER_S);
	took = mono_sub(s.r[1].became_active, cut);
	SIM_REQUIRE(&s, took > adi - 100 * NS_PER_MS - MARGIN_NS);
	SIM_REQUIRE(&s, took <= adi + MARGIN_NS);
	sim_free(&s);
}

/* L-32 +, V-37 + a Backup that sleeps takes nothing over when it wakes. */
static void
backup_absent(uint64_t seed)
{
	struct sim s;
	uint64_t before;
	int64_t span, adi;

	pair(&s, seed, seed & 1 ? 1 : 100);
	with_bfd(&s, 10 * NS_PER_MS, 3);
	start_and_settle(&s);
	before = s.transitions;
	adi = vrrp_core_active_down_interval_ns(3, 100,
	    s.r[0].params.advert_int_cs);
	span = (1 + random_span(&s, 5)) * (seed & 1 ? adi :
	    2 * sim_detection_time_ns(&s));
	switch (seed / 2 % 4) {
	case 0:
		sim_stall(&s, 1, SIM_VRRPD, span);
		break;
	case 1:
		sim_stall(&s, 1, SIM_BFDD, span);
		break;
	case 2:
		sim_stall(&s, 1, SIM_VRRPD, span);
		sim_stall(&s, 1, SIM_BFDD, span);
		break;
	case 3:
		sim_sleep(&s, 1, span);
		break;
	}
	sim_run_for(&s, 5 * NS_PER_S);
	SIM_REQUIRE(&s, s.transitions == before);
	sim_free(&s);
}

/* L-32 + The machine under all of them sleeps: nobody moves. */
static void
everything_sleeps(uint64_t seed)
{
	struct sim s;
	uint64_t before;
	int64_t span;

	pair(&s, seed, seed & 1 ? 1 : 100);
	with_bfd(&s, (seed & 2 ? 3 : 10) * NS_PER_MS, 3);
	start_and_settle(&s);
	before = s.transitions;
	span = NS_PER_MS + random_span(&s, 200 * NS_PER_MS);
	sim_sleep(&s, 0, span);
	sim_sleep(&s, 1, span);
	sim_run_for(&s, 5 * NS_PER_S);
	SIM_REQUIRE(&s, s.transitions == before);
	sim_free(&s);
}

/*
 * V-33 +, V-34 +
 * Case 7: the interval changes under the Backup, with adverts lost.
 */
static void
interval_changes(uint64_t seed)
{
	static const uint16_t steps[] = { 10, 100, 1, 100, 4095, 1 };
	struct vrrp_core_params p;
	struct sim s;
	uint64_t before;
	size_t i;

	pair(&s, seed, 100);
	start_and_settle(&s);
	before = s.transitions;
	p = s.r[0].params;
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		p.advert_int_cs = steps[i];
		if (seed & 1) {			/* the first one is lost */
			s.cut_vrrp[0][1] = true;
			sim_set_params(&s, 0, &p);
			s.cut_vrrp[0][1] = false;
		} else
			sim_set_params(&s, 0, &p);
		sim_run_for(&s, 3 * ns_from_cs(steps[i]) +
		    random_span(&s, NS_PER_S));
	}
	SIM_REQUIRE(&s, s.transitions == before);
	sim_free(&s);
}

/* V-78 + a weight moves the Active within the new one's skew. */
static void
priority_drop_moves_the_active(uint64_t seed)
{
	struct vrrp_core_params p;
	struct sim s;
	mono_t when;

	pair(&s, seed, 100);
	start_and_settle(&s);
	p = s.r[1].params;
	p.priority = 250;
	sim_set_params(&s, 1, &p);
	when = s.now;
	sim_run_for(&s, 5 * NS_PER_S);
	SIM_REQUIRE(&s, sim_active(&s) == 1);
	SIM_REQUIRE(&s, mono_sub(s.r[1].became_active, when) <=
	    vrrp_core_skew_time_ns(3, 250, 100) + MARGIN_NS);
	sim_free(&s);
}

/*
 * V-94 +, V-72 +
 * VRRP blocked, BFD Up: two Actives until it heals, and not for longer.
 */
static void
vrrp_alone_blocked(uint64_t seed)
{
	struct sim s;

	pair(&s, seed, 1);
	with_bfd(&s, 10 * NS_PER_MS, 3);
	start_and_settle(&s);
	s.cut_vrrp[0][1] = s.cut_vrrp[1][0] = true;
	sim_run_for(&s, NS_PER_S);
	SIM_REQUIRE(&s, sim_active_count(&s) == 2);	/* BFD cannot know */
	sim_heal(&s);
	sim_run_for(&s, sim_interval_ns(&s) + MARGIN_NS);
	SIM_REQUIRE(&s, sim_active(&s) == 0);
	sim_free(&s);
}

/* V-75 + Case 8, V-75: the owner is Active the moment it is back. */
static void
owner_returns(uint64_t seed)
{
	struct sim s;

	pair(&s, seed, 100);
	s.r[0].params.priority = 255;
	s.r[1].params.preempt = false;
	start_and_settle(&s);
	sim_kill(&s, 0);
	sim_run_for(&s, 5 * NS_PER_S);
	SIM_REQUIRE(&s, sim_active(&s) == 1);
	sim_start(&s, 0);
	sim_run_for(&s, MARGIN_NS);
	SIM_REQUIRE(&s, sim_active(&s) == 0);
	sim_free(&s);
}

/* Without preempt a returning better router stays Backup. */
static void
better_router_returns_without_preempt(uint64_t seed)
{
	struct sim s;

	pair(&s, seed, 10);
	s.r[0].params.preempt = false;
	start_and_settle(&s);
	sim_kill(&s, 0);
	sim_run_for(&s, NS_PER_S);
	sim_start(&s, 0);
	sim_run_for(&s, 10 * NS_PER_S);
	SIM_REQUIRE(&s, sim_active(&s) == 1);
	sim_free(&s);
}

static const struct scenario {
	const char	*name;
	void		(*run)(uint64_t seed);
} scenarios[] = {
	{ "silent cut by timer", silent_cut_by_timer },
	{ "silent cut by BFD", silent_cut_by_bfd },
	{ "several Backups, one takeover", several_backups_one_takeover },
	{ "several Backups in any order", several_backups_in_any_order },
	{ "two die at once", two_die_at_once },
	{ "clean stop", clean_stop },
	{ "handover", handover },
	{ "handover to nobody", handover_to_nobody },
	{ "preemption is answered", preemption_is_answered },
	{ "BFD alone blocked", bfd_alone_blocked },
	{ "BFD return path blocked", bfd_return_path_blocked },
	{ "BFD AdminDown", bfd_admin_down },
	{ "bfdd restart", bfdd_restart },
	{ "death is never delayed", death_is_never_delayed },
	{ "BFD never Up", bfd_never_up },
	{ "Backup absent", backup_absent },
	{ "everything sleeps", everything_sleeps },
	{ "interval changes", interval_changes },
	{ "priority rises above the Active's", priority_drop_moves_the_active },
	{ "VRRP alone blocked", vrrp_alone_blocked },
	{ "owner returns", owner_returns },
	{ "no preempt", better_router_returns_without_preempt },
};

/* What a seed beyond the first ones has found, with any number of trials. */
static const struct {
	void		(*run)(uint64_t seed);
	uint64_t	seed;
} failed_once[] = {
	{ two_die_at_once, 26 },	/* a lesser one first by a millisecond */
	{ several_backups_in_any_order, 87 },	/* two that waited alike */
};

/* ---- chaos ---- */

static uint64_t
draw(struct sim *s, uint64_t bound)
{
	return rng_below(&s->rng, bound);
}

/* Priorities near each other, far apart and equal; one owner at times. */
static void
draw_priorities(struct sim *s)
{
	unsigned i, style = (unsigned)draw(s, 3);

	for (i = 0; i < s->count; i++)
		switch (style) {
		case 0:
			s->r[i].params.priority = 100;
			break;
		case 1:
			s->r[i].params.priority = (uint8_t)(100 + draw(s, 4));
			break;
		default:
			s->r[i].params.priority = (uint8_t)(1 + draw(s, 254));
			break;
		}
	if (draw(s, 6) == 0)
		s->r[draw(s, s->count)].params.priority = 255;
}

static uint16_t
draw_interval(struct sim *s, uint8_t version)
{
	static const uint16_t v3[] = { 1, 1, 2, 5, 10, 33, 100 };

	return version == 2 ? 100 : v3[draw(s, 7)];
}

static void
draw_world(struct sim *s, uint64_t seed)
{
	static const int64_t bfd_ms[] = { 3, 10, 10, 50 };
	bool mixed;
	uint16_t interval_cs;
	uint8_t version;
	unsigned i;

	sim_init(s, seed, 2 + (unsigned)(seed % (SIM_ROUTERS_MAX - 1)));
	version = draw(s, 8) == 0 ? 2 : 3;
	if (version == 3 && draw(s, 3) == 0)
		s->family = AF_INET6;
	s->delay_ns = (int64_t)(20 + draw(s, 1000)) * NS_PER_US;
	s->jitter_ns = (int64_t)draw(s, 500) * NS_PER_US;
	s->lateness_ns = (int64_t)(10 + draw(s, 300)) * NS_PER_US;
	draw_priorities(s);
	interval_cs = draw_interval(s, version);
	mixed = draw(s, 6) == 0;
	for (i = 0; i < s->count; i++) {
		struct vrrp_core_params *p = &s->r[i].params;

		p->version = version;
		p->advert_int_cs = mixed ? draw_interval(s, version) :
		    interval_cs;
		p->preempt = draw(s, 4) != 0;
		if (draw(s, 8) == 0)
			p->preempt_delay_ns = (int64_t)draw(s, 3) * NS_PER_S;
	}
	if (draw(s, 3) != 0)
		with_bfd(s, bfd_ms[draw(s, 4)] * NS_PER_MS,
		    (uint8_t)(3 + draw(s, 3)));
}

static void
draw_params(struct sim *s, unsigned i)
{
	struct vrrp_core_params p = s->r[i].params;

	if (p.priority == 255)
		return;
	if (draw(s, 2) == 0)
		p.priority = (uint8_t)(1 + draw(s, 254));
	else
		p.advert_int_cs = draw_interval(s, p.version);
	if (p.version == 3)
		p.preempt = draw(s, 4) != 0;
	sim_set_params(s, i, &p);
}

/* As long as a fraction of what detects it, or many times as long. */
static int64_t
draw_span(struct sim *s)
{
	int64_t base = draw(s, 2) == 0 && s->bfd_interval_ns > 0 ?
	    sim_detection_time_ns(s) : sim_active_down_interval_ns(s);

	return 1 + random_span(s, base * (draw(s, 4) == 0 ? 3 : 1));
}

static void
draw_fault(struct sim *s)
{
	unsigned i = (unsigned)draw(s, s->count);
	unsigned j = (i + 1 + (unsigned)draw(s, s->count - 1)) % s->count;

	switch (draw(s, 20)) {
	case 0: case 1:
		sim_isolate(s, i, true);
		break;
	case 2:
		sim_isolate(s, i, false);
		break;
	case 3: case 4:
		sim_cut(s, i, j, true);
		break;
	case 5:
		sim_partition(s, (unsigned)draw(s, 1u << s->count));
		break;
	case 6: case 7:
		sim_heal(s);
		break;
	case 8:
		s->cut_bfd[i][j] = !s->cut_bfd[i][j];
		sim_trace(s, "BFD %u -> %u %s", i, j,
		    s->cut_bfd[i][j] ? "blocked" : "open");
		break;
	case 9:
		s->cut_vrrp[i][j] = !s->cut_vrrp[i][j];
		sim_trace(s, "VRRP %u -> %u %s", i, j,
		    s->cut_vrrp[i][j] ? "blocked" : "open");
		break;
	case 10:
		s->loss_permille = (unsigned)draw(s, 250);
		sim_trace(s, "loss %u per mille", s->loss_permille);
		break;
	case 11:
		sim_stall(s, i, SIM_VRRPD, draw_span(s));
		break;
	case 12:
		sim_stall(s, i, SIM_BFDD, draw_span(s));
		break;
	case 13:
		sim_sleep(s, i, draw_span(s));
		break;
	case 14:
		sim_kill(s, i);
		break;
	case 15:
		if (s->events & 1)		/* either, and nothing drawn */
			sim_handover(s, sim_active_count(s) == 1 ?
			    sim_active(s) : i);
		else
			sim_stop(s, i);
		break;
	case 16: case 17:
		sim_start(s, i);
		break;
	case 18:
		if (s->r[i].proc[SIM_BFDD].running)
			sim_kill_bfdd(s, i);
		else
			sim_start_bfdd(s, i);
		break;
	case 19:
		draw_params(s, i);
		break;
	}
}

static int64_t
longest_preempt_delay(const struct sim *s)
{
	int64_t ns = 0;
	unsigned i;

	for (i = 0; i < s->count; i++)
		if (ns < s->r[i].params.preempt_delay_ns)
			ns = s->r[i].params.preempt_delay_ns;
	return ns;
}

/*
 * No more faults, but perhaps a partition that stays: everything that still
 * sleeps wakes, everything settles, and then nothing moves.
 */
static void
quiet(struct sim *s)
{
	int64_t adi = sim_active_down_interval_ns(s);
	mono_t awake = s->now;
	uint64_t before;
	unsigned i;

	sim_heal(s);
	if (draw(s, 3) == 0)
		sim_partition(s, (unsigned)draw(s, 1u << s->count));
	for (i = 0; i < s->count; i++) {
		awake = mono_max(awake, s->r[i].asleep_until);
		awake = mono_max(awake, s->r[i].proc[SIM_VRRPD].stalled_until);
		awake = mono_max(awake, s->r[i].proc[SIM_BFDD].stalled_until);
	}
	sim_run_until(s, awake);
	sim_run_for(s, 4 * adi + longest_preempt_delay(s));
	sim_check_settled(s);
	before = s->transitions;
	sim_run_for(s, 3 * adi);
	if (s->transitions != before)
		sim_fail(s, "it moves in quiet");
	sim_check_settled(s);
}

static void
chaos(uint64_t seed, bool tell)
{
	struct sim s;
	unsigned round, n;

	draw_world(&s, seed);
	sim_start_all(&s);
	if (s.bfd_interval_ns > 0 && draw(&s, 2) == 0)
		sim_run_for(&s, 5 * NS_PER_S);
	for (round = 0; round < 4; round++) {
		for (n = 0; n < 12; n++) {
			draw_fault(&s);
			sim_run_for(&s, draw_span(&s) / 2);
		}
		quiet(&s);
	}
	if (tell) {
		unsigned i = s.trace_count > SIM_TRACE_MAX ?
		    s.trace_count - SIM_TRACE_MAX : 0;

		for (; i < s.trace_count; i++)
			puts(s.trace[i % SIM_TRACE_MAX]);
		printf("seed %" PRIu64 ": %u routers, %" PRIu64 " events, %"
		    PRIu64 " transitions, %" PRId64 " s\n", seed, s.count,
		    s.events, s.transitions,
		    (s.now.ns - 1000 * NS_PER_S) / NS_PER_S);
	}
	sim_free(&s);
}

int
main(int argc, char **argv)
{
	uint64_t seed, first = 1, last = FIXED_SEEDS;
	char *end;
	size_t i;

	if (argc > 2 && strcmp(argv[1], "--hours") == 0) {
		soak_hours(argc > 3 ? strtoull(argv[3], NULL, 10) : 1,
		    strtoull(argv[2], NULL, 10));
		return 0;
	}
	if (argc > 1) {
		first = last = strtoull(argv[1], &end, 10);
		if (strncmp(end, "..", 2) == 0)
			last = strtoull(end + 2, &end, 10);
		if (end == argv[1] || *end != '\0' || argc > 2 || last < first) {
			fprintf(stderr, "usage: sim [SEED | FIRST..LAST | "
			    "--hours N [FIRST]]\n");
			return 2;
		}
	} else
		for (i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++) {
			printf("sim: %s\n", scenarios[i].name);
			fflush(stdout);
			for (seed = 1; seed <= TRIALS; seed++)
				scenarios[i].run(seed);
		}
	if (argc == 1)
		for (i = 0; i < sizeof(failed_once) / sizeof(failed_once[0]);
		    i++)
			failed_once[i].run(failed_once[i].seed);
	printf("sim: chaos, seeds %" PRIu64 "..%" PRIu64 "\n", first, last);
	fflush(stdout);
	for (seed = first; seed <= last; seed++)
		chaos(seed, first == last);
	if (argc == 1)
		soak_seeds();
	return 0;
}
