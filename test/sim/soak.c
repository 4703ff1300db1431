/*
 * soak.c - hours of ordinary life: long quiet, one fault at a time, quiet again.
 *
 * Chaos (main.c) throws faults on top of each other and asks that it ends well.
 * Here each fault finds a settled world, so that much more can be asked:
 *
 *   a death or a cut-off Active		one successor within the detection time
 *					and the slots of those who are better, and
 *					exactly one takeover by BFD where one
 *					Backup knows of nobody better (L-15)
 *   bfdd killed, stopped, restarted	nobody moves (L-22, L-23)
 *   a stall, a sleep, a clock set	nobody moves, unless it is the Active and
 *					for longer than the others wait
 *   BFD or its return path blocked	one flap at most, then quiet (L-13)
 *   VRRP blocked one way, loss		two Actives at most for as long as they do
 *					not hear each other; settled after
 *
 * and between the faults: nobody moves.  The same cores as everywhere, with BFD
 * sessions packet by packet; the intervals are drawn so that an hour costs a
 * second or two.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/sim/sim.h"

#define HOUR_NS		(3600 * NS_PER_S)
#define EPOCH_NS	(1000 * NS_PER_S)
#define MARGIN_NS	(2 * NS_PER_MS)

struct totals {
	uint64_t	events, transitions, faults, deaths;
	uint64_t	doubles;	/* two went where nobody knew better */
};

/* Seeds of hours that failed once, and what was wrong. */
static const uint64_t failed_once[] = {
	1,
	47,	/* the best one preempted after a wrong guess: allowed */
	1555,	/* a router that was stopped was still counted */
	1298,	/* a claim that had won was withdrawn: nobody was left */
};

static uint64_t
draw(struct sim *s, uint64_t bound)
{
	return rng_below(&s->rng, bound);
}

static int64_t
span(struct sim *s, int64_t below_ns)
{
	return (int64_t)draw(s, (uint64_t)below_ns);
}

static void
draw_priorities(struct sim *s)
{
	unsigned i, style = (unsigned)draw(s, 4);

	for (i = 0; i < s->count; i++)
		s->r[i].params.priority = (uint8_t)(style == 0 ? 100 :
		    style == 1 ? 200 - 10 * i : style == 2 ? 100 + 10 * i :
		    1 + draw(s, 254));
}

static void
draw_world(struct sim *s, uint64_t seed)
{
	static const struct {
		unsigned	count;
		int64_t		bfd_ms;
	} sizes[] = {
		{ 3, 50 }, { 3, 100 }, { 3, 100 }, { 4, 100 }, { 4, 200 },
		{ 5, 200 }, { 6, 300 }, { 7, 300 }, { 3, 20 }, { 5, 300 },
	};
	unsigned i, size = (unsigned)(seed % 10);
	uint16_t interval_cs;

	sim_init(s, seed, sizes[size].count);
	if (draw(s, 3) == 0)
		s->family = AF_INET6;
	s->bfd_interval_ns = sizes[size].bfd_ms * NS_PER_MS;
	s->bfd_mult = (uint8_t)(3 + draw(s, 2));
	s->delay_ns = (int64_t)(20 + draw(s, 300)) * NS_PER_US;
	s->jitter_ns = (int64_t)draw(s, 100) * NS_PER_US;
	s->lateness_ns = (int64_t)(10 + draw(s, 100)) * NS_PER_US;
	draw_priorities(s);
	interval_cs = (uint16_t)(draw(s, 2) == 0 ? 100 : 200);
	for (i = 0; i < s->count; i++) {
		s->r[i].params.advert_int_cs = interval_cs;
		s->r[i].params.preempt = true;
		if (draw(s, 4) == 0)
			s->r[i].params.takeover_confirm_ns = NS_PER_MS;
	}
}

/* Everything whole again: until nothing is to be expected any more. */
static void
settle(struct sim *s)
{
	unsigned i;
	mono_t awake = s->now;

	sim_heal(s);
	for (i = 0; i < s->count; i++) {
		sim_start(s, i);
		sim_start_bfdd(s, i);
		awake = mono_max(awake, s->r[i].asleep_until);
		awake = mono_max(awake, s->r[i].proc[SIM_VRRPD].stalled_until);
		awake = mono_max(awake, s->r[i].proc[SIM_BFDD].stalled_until);
	}
	sim_run_until(s, awake);
	/* Who stopped a moment ago is still leaving, and starts after that. */
	sim_run_for(s, 2 * sim_active_down_interval_ns(s));
	for (i = 0; i < s->count; i++)
		sim_start(s, i);
	/* Slow start of BFD, twice; an election; five intervals to learn. */
	sim_run_for(s, 5 * NS_PER_S + 3 * sim_active_down_interval_ns(s));
	sim_check_settled(s);
	SIM_REQUIRE(s, sim_bfd_all_up(s));
}

static bool
suspended(const struct sim *s, unsigned i, unsigned peer)
{
	return mono_before(s->now, vrrp_core_bfd_suspended_until(&s->r[i].core,
	    &s->r[peer].address));
}

/* How many believe that nobody is better, and how long they wait at most. */
static unsigned
first_ones(struct sim *s, unsigned dead, int64_t *longest_ns)
{
	unsigned i, n = 0;
	int64_t ns;

	*longest_ns = 0;
	for (i = 0; i < s->count; i++) {
		if (i == dead)
			continue;
		ns = vrrp_core_bfd_delay_ns(&s->r[i].core, s->now);
		if (ns > *longest_ns)
			*longest_ns = ns;
		n += ns == 0;
	}
	return n;
}

/* The Active is gone from one moment to the next. */
static void
death(struct sim *s, struct totals *t)
{
	unsigned dead = sim_active(s), i, n = 0, first, successor = dead;
	uint64_t before[SIM_ROUTERS_MAX];
	int64_t longest_ns, took;
	mono_t cut = s->now;

	first = first_ones(s, dead, &longest_ns);
	for (i = 0; i < s->count; i++) {
		before[i] = s->r[i].core.bfd_takeovers;
		if (i != dead && suspended(s, i, dead))
			return;			/* VRRP's own timer, then */
	}
	t->deaths++;
	sim_isolate(s, dead, true);
	sim_run_for(s, sim_detection_time_ns(s) + longest_ns +
	    s->bfd_interval_ns + MARGIN_NS);
	for (i = 0; i < s->count; i++) {
		if (i == dead)
			continue;
		if (s->r[i].core.bfd_takeovers == before[i])
			continue;
		n++;
		if (successor == dead || mono_before(s->r[i].became_active,
		    s->r[successor].became_active))
			successor = i;
	}
	if (successor == dead)
		sim_fail(s, "nobody took over from router %u", dead);
	took = mono_sub(s->r[successor].became_active, cut);
	if (first == 1 && n != 1)
		sim_fail(s, "%u takeovers, and one router knew it was first",
		    n);
	if (first == 1 && took > sim_detection_time_ns(s) + MARGIN_NS)
		sim_fail(s, "%" PRId64 " us until router %u took over",
		    us_from_ns_floor(took), successor);
	t->doubles += n > 1;
}

/* Nobody may move because of it, now or until all is quiet. */
static void
harmless(struct sim *s, unsigned what, unsigned i)
{
	uint64_t before = s->transitions;
	int64_t adi = sim_active_down_interval_ns(s);
	unsigned active = sim_active(s);

	switch (what) {
	case 0:					/* L-23 */
		sim_kill_bfdd(s, i);
		sim_run_for(s, sim_detection_time_ns(s) + span(s, NS_PER_S));
		sim_start_bfdd(s, i);
		break;
	case 1:					/* L-22 */
		sim_bfd_admin_down(s, i);
		sim_run_for(s, sim_detection_time_ns(s) + span(s, NS_PER_S));
		sim_kill_bfdd(s, i);
		sim_start_bfdd(s, i);
		break;
	case 2:
		sim_clock_jump(s, i);
		break;
	case 3:					/* L-32: a Backup may sleep */
		if (i != active)
			sim_sleep(s, i, span(s, 2 * adi));
		break;
	case 4:
		if (i != active)
			sim_stall(s, i, draw(s, 2) ? SIM_VRRPD : SIM_BFDD,
			    span(s, 2 * adi));
		break;
	case 5:					/* everybody at once */
		for (i = 0; i < s->count; i++)
			sim_sleep(s, i, span(s, sim_detection_time_ns(s)) / 2);
		break;
	}
	sim_run_for(s, 2 * adi);
	if (s->transitions != before)
		sim_fail(s, "%" PRIu64 " transitions because of what is "
		    "harmless (%u)", s->transitions - before, what);
}

/* One direction of BFD only: there and back at most, and then quiet. */
static void
bfd_blocked(struct sim *s, unsigned i, unsigned j)
{
	uint64_t before = s->transitions;

	s->cut_bfd[i][j] = true;
	s->cut_bfd[j][i] = draw(s, 2);
	sim_trace(s, "BFD %u -> %u blocked%s", i, j,
	    s->cut_bfd[j][i] ? " both ways" : "");
	sim_run_for(s, sim_detection_time_ns(s) +
	    4 * sim_interval_ns(s));
	SIM_REQUIRE(s, s->transitions <= before + 2);
	before = s->transitions;
	sim_run_for(s, 60 * NS_PER_S);
	SIM_REQUIRE(s, s->transitions == before);
}

static void
fault(struct sim *s, struct totals *t)
{
	unsigned i = (unsigned)draw(s, s->count);
	unsigned j = (i + 1 + (unsigned)draw(s, s->count - 1)) % s->count;

	t->faults++;
	switch (draw(s, 16)) {
	case 0: case 1: case 2: case 3:
		death(s, t);
		break;
	case 4: case 5:
		harmless(s, 0, i);
		break;
	case 6:
		harmless(s, 1, i);
		break;
	case 7:
		harmless(s, 2, i);
		break;
	case 8:
		harmless(s, 3 + (unsigned)draw(s, 3), i);
		break;
	case 9:
		bfd_blocked(s, i, j);
		break;
	case 10:
		s->cut_vrrp[i][j] = true;
		sim_trace(s, "VRRP %u -> %u blocked", i, j);
		sim_run_for(s, span(s, 30 * NS_PER_S));
		break;
	case 11:
		sim_cut(s, i, j, true);
		sim_run_for(s, span(s, 30 * NS_PER_S));
		break;
	case 12:
		sim_partition(s, (unsigned)draw(s, 1u << s->count));
		sim_run_for(s, span(s, 30 * NS_PER_S));
		break;
	case 13:
		if (draw(s, 2) == 0)
			sim_kill(s, i);
		else
			sim_stop(s, i);
		sim_run_for(s, span(s, 30 * NS_PER_S));
		break;
	case 14:
		sim_handover(s, sim_active(s));
		sim_run_for(s, span(s, 30 * NS_PER_S));
		break;
	case 15:
		s->loss_permille = (unsigned)draw(s, 100);
		sim_trace(s, "loss %u per mille", s->loss_permille);
		sim_run_for(s, span(s, 30 * NS_PER_S));
		break;
	}
}

static void
hour(uint64_t seed, struct totals *t)
{
	struct sim s;
	uint64_t before;

	draw_world(&s, seed);
	sim_start_all(&s);
	settle(&s);
	while (s.now.ns < EPOCH_NS + HOUR_NS) {
		before = s.transitions;
		sim_run_for(&s, span(&s, 60 * NS_PER_S));
		if (s.transitions != before)
			sim_fail(&s, "it moves in quiet");
		fault(&s, t);
		settle(&s);
	}
	t->events += s.events;
	t->transitions += s.transitions;
	sim_free(&s);
}

void
soak_hours(uint64_t first, uint64_t hours)
{
	struct totals t = { 0 };
	uint64_t n;

	for (n = 0; n < hours; n++)
		hour(first + n, &t);
	printf("sim: %" PRIu64 " hours, seeds %" PRIu64 "..%" PRIu64 ": %"
	    PRIu64 " events, %" PRIu64 " transitions, %" PRIu64 " faults, %"
	    PRIu64 " deaths of an Active, %" PRIu64 " of them with two "
	    "takeovers\n", hours, first, first + hours - 1, t.events,
	    t.transitions, t.faults, t.deaths, t.doubles);
}

void
soak_seeds(void)
{
	struct totals t = { 0 };
	size_t i;

	for (i = 0; i < sizeof(failed_once) / sizeof(failed_once[0]); i++)
		hour(failed_once[i], &t);
	printf("sim: %" PRIu64 " events of an hour or more\n", t.events);
}
