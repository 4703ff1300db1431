/*
 * test_vrrp_core.c - RFC 9568 §6 event by event.
 *
 * Time is a number each test moves by hand.  The router under test is `us`
 * with address 192.0.2.2; R1 has a smaller address, R3 a larger one.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "test/unit/vrrpd/pure/vrrp_vectors.h"
#include "vrrpd/pure/vrrp_core.h"

#define US	"192.0.2.2"
#define R1	"192.0.2.1"
#define R3	"192.0.2.3"
#define T0	(1000 * NS_PER_S)
#define TAKEOVER (VRRP_DO_SEND_ADVERT | VRRP_DO_INSTALL | VRRP_DO_ANNOUNCE | \
	VRRP_DO_TRANSITION)
#define YIELD	(VRRP_DO_WITHDRAW | VRRP_DO_TRANSITION)

struct router {
	struct vrrp_core	core;
	struct vrrp_actions	act;
	mono_t			now;
};

static const struct vrrp_core_params defaults = {
	.version = 3, .priority = 100, .advert_int_cs = 100, .preempt = true,
};

static struct vrrp_core_params
params(uint8_t priority, uint16_t advert_int_cs)
{
	struct vrrp_core_params p = defaults;

	p.priority = priority;
	p.advert_int_cs = advert_int_cs;
	return p;
}

static void
start(struct router *r, struct vrrp_core_params p)
{
	struct addr us = addr_of(US);

	r->now = (mono_t){ T0 };
	vrrp_core_init(&r->core, &p);
	vrrp_core_startup(&r->core, r->now, &us, VRRP_CAUSE_STARTUP, &r->act);
}

static void
pass(struct router *r, int64_t ns)
{
	r->now = mono_add(r->now, ns);
}

static void
expire(struct router *r)
{
	vrrp_core_expire(&r->core, r->now, &r->act);
}

/* Jump to the next expiry and let it happen. */
static void
expire_next(struct router *r)
{
	r->now = vrrp_core_next_expiry(&r->core);
	assert_false(mono_is_never(r->now));
	expire(r);
}

static struct vrrp_advert
advert(const char *source, uint8_t priority, uint16_t interval_cs)
{
	return (struct vrrp_advert){
		.version = 3, .vrid = 1, .priority = priority,
		.interval_cs = interval_cs, .source = addr_of(source),
	};
}

static void
rx_late(struct router *r, const char *source, uint8_t priority,
    uint16_t interval_cs, int64_t age_ns)
{
	struct vrrp_advert a = advert(source, priority, interval_cs);

	vrrp_core_rx(&r->core, r->now, mono_add(r->now, -age_ns), &a, &r->act);
}

static void
rx(struct router *r, const char *source, uint8_t priority,
    uint16_t interval_cs)
{
	rx_late(r, source, priority, interval_cs, 0);
}

static void
start_active(struct router *r, struct vrrp_core_params p)
{
	start(r, p);
	if (r->core.state == VRRP_BACKUP)
		expire_next(r);
	assert_int_equal(r->core.state, VRRP_ACTIVE);
}

static int64_t
remaining(const struct router *r)
{
	return mono_sub(vrrp_core_next_expiry(&r->core), r->now);
}

static void
set_params(struct router *r, struct vrrp_core_params p)
{
	vrrp_core_set_params(&r->core, r->now, &p, &r->act);
}

static void
assert_transition(const struct router *r, enum vrrp_state from,
    enum vrrp_state to, enum vrrp_cause cause)
{
	assert_true(r->act.todo & VRRP_DO_TRANSITION);
	assert_string_equal(vrrp_state_name(r->act.tr.from),
	    vrrp_state_name(from));
	assert_string_equal(vrrp_state_name(r->act.tr.to), vrrp_state_name(to));
	assert_string_equal(vrrp_cause_name(r->act.tr.cause),
	    vrrp_cause_name(cause));
	assert_int_equal(r->core.state, to);
}

#define assert_quiet(r)	assert_int_equal((r)->act.todo, 0)

/* Timers. */

/* V-30 +, V-31 +, V-32 +- the worked table, in nanoseconds. */
static void
test_vrrp_core_worked_intervals(void **state)
{
	static const struct {
		uint8_t priority; uint16_t cs; int64_t skew_ns, adi_ns;
	} cases[] = {
		{ 254, 1, 78125, 30078125 }, { 254, 10, 781250, 300781250 },
		{ 254, 100, 7812500, 3007812500 },
		{ 200, 1, 2187500, 32187500 },
		{ 200, 10, 21875000, 321875000 },
		{ 200, 100, 218750000, 3218750000 },
		{ 150, 1, 4140625, 34140625 },
		{ 101, 1, 6054687, 36054687 },
		{ 100, 1, 6093750, 36093750 },
		{ 100, 10, 60937500, 360937500 },
		{ 100, 100, 609375000, 3609375000 },
		{ 50, 1, 8046875, 38046875 },
		{ 1, 1, 9960937, 39960937 },
		{ 1, 100, 996093750, 3996093750 },
		{ 1, 4095, 40790039062, 163640039062 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(vrrp_core_skew_time_ns(3, cases[i].priority,
		    cases[i].cs), cases[i].skew_ns);
		assert_int_equal(vrrp_core_active_down_interval_ns(3,
		    cases[i].priority, cases[i].cs), cases[i].adi_ns);
	}
}

/* V-122 + version 2 skews by seconds, whatever the interval. */
static void
test_vrrp_core_v2_intervals(void **state)
{
	(void)state;
	assert_int_equal(vrrp_core_skew_time_ns(2, 100, 100), 609375000);
	assert_int_equal(vrrp_core_skew_time_ns(2, 100, 500), 609375000);
	assert_int_equal(vrrp_core_active_down_interval_ns(2, 100, 500),
	    15609375000);
}

/* V-122 - version 2 times out by its own interval. */
static void
test_vrrp_core_v2_backup_uses_local_interval(void **state)
{
	struct vrrp_core_params p = params(100, 100);
	struct router r;

	(void)state;
	p.version = 2;
	start(&r, p);
	rx(&r, R1, 200, 500);		/* the shell drops this one (V-124) */
	assert_int_equal(remaining(&r), 3609375000);
}

/* Initialize. */

/* V-60 +, V-75 + */
static void
test_vrrp_core_owner_starts_active(void **state)
{
	struct vrrp_core_params p = params(255, 100);
	struct router r;

	(void)state;
	p.preempt = false;
	p.preempt_delay_ns = NS_PER_S;
	start(&r, p);
	assert_int_equal(r.act.todo, TAKEOVER);
	assert_int_equal(r.act.advert_priority, 255);
	assert_transition(&r, VRRP_INITIALIZE, VRRP_ACTIVE, VRRP_CAUSE_OWNER);
	assert_int_equal(remaining(&r), NS_PER_S);
}

/* V-60 -, V-61 + */
static void
test_vrrp_core_startup_enters_backup(void **state)
{
	struct router r;

	(void)state;
	start(&r, params(100, 10));
	assert_int_equal(r.act.todo, VRRP_DO_TRANSITION);
	assert_transition(&r, VRRP_INITIALIZE, VRRP_BACKUP,
	    VRRP_CAUSE_STARTUP);
	assert_int_equal(r.core.active_adver_interval_cs, 10);
	assert_int_equal(remaining(&r), 360937500);
}

/* V-62 +, V-63 -, V-64 - */
static void
test_vrrp_core_initialize_ignores_everything(void **state)
{
	struct vrrp_core_params p = defaults;
	struct vrrp_bfd_event ev = { .peer = addr_of(R1),
	    .state = VRRP_BFD_DOWN, .reason = VRRP_BFD_REASON_TIMEOUT,
	    .last_rx = MONO_NEVER };
	struct router r = { .now = { T0 } };
	struct vrrp_core before;

	(void)state;
	vrrp_core_init(&r.core, &p);
	assert_true(mono_is_never(vrrp_core_next_expiry(&r.core)));
	before = r.core;
	before.last_call = r.now;
	rx(&r, R1, 200, 1);
	assert_quiet(&r);
	expire(&r);
	assert_quiet(&r);
	vrrp_core_reannounce(&r.core, r.now, &r.act);
	assert_quiet(&r);
	vrrp_core_shutdown(&r.core, r.now, VRRP_CAUSE_SHUTDOWN, &r.act);
	assert_quiet(&r);
	assert_memory_equal(&r.core, &before, sizeof(before));
	ev.state = VRRP_BFD_UP;
	vrrp_core_bfd(&r.core, r.now, &ev, &r.act);
	ev.state = VRRP_BFD_DOWN;
	vrrp_core_bfd(&r.core, r.now, &ev, &r.act);
	assert_quiet(&r);
	assert_int_equal(r.core.state, VRRP_INITIALIZE);
}

/* V-61 - */
static void
test_vrrp_core_second_startup_does_nothing(void **state)
{
	struct addr us = addr_of(US);
	struct router r;

	(void)state;
	start(&r, defaults);
	pass(&r, NS_PER_S);
	vrrp_core_startup(&r.core, r.now, &us, VRRP_CAUSE_INTERFACE_UP,
	    &r.act);
	assert_quiet(&r);
	assert_int_equal(remaining(&r), 2609375000);
}

/* Knowledge of an Active is forgotten on the way through Initialize. */
static void
test_vrrp_core_restart_forgets_the_active(void **state)
{
	struct addr us = addr_of(US);
	struct router r;

	(void)state;
	start(&r, params(100, 100));
	rx(&r, R1, 200, 1);
	vrrp_core_shutdown(&r.core, r.now, VRRP_CAUSE_INTERFACE_DOWN, &r.act);
	vrrp_core_startup(&r.core, r.now, &us, VRRP_CAUSE_INTERFACE_UP,
	    &r.act);
	assert_transition(&r, VRRP_INITIALIZE, VRRP_BACKUP,
	    VRRP_CAUSE_INTERFACE_UP);
	assert_false(addr_is_set(&r.core.active.source));
	assert_int_equal(remaining(&r), 3609375000);
}

/* Backup. */

/* V-63 +, V-68 - */
static void
test_vrrp_core_backup_shutdown_is_silent(void **state)
{
	struct router r;

	(void)state;
	start(&r, defaults);
	vrrp_core_shutdown(&r.core, r.now, VRRP_CAUSE_SHUTDOWN, &r.act);
	assert_int_equal(r.act.todo, VRRP_DO_TRANSITION);
	assert_transition(&r, VRRP_BACKUP, VRRP_INITIALIZE,
	    VRRP_CAUSE_SHUTDOWN);
	assert_true(mono_is_never(vrrp_core_next_expiry(&r.core)));
}

/* V-64 +-, V-31 + */
static void
test_vrrp_core_backup_timer_fires_becomes_active(void **state)
{
	struct router r;

	(void)state;
	start(&r, params(100, 1));
	pass(&r, 36093749);
	expire(&r);
	assert_quiet(&r);
	pass(&r, 1);
	expire(&r);
	assert_int_equal(r.act.todo, TAKEOVER);
	assert_int_equal(r.act.advert_priority, 100);
	assert_transition(&r, VRRP_BACKUP, VRRP_ACTIVE,
	    VRRP_CAUSE_ACTIVE_DOWN_TIMER);
	assert_int_equal(r.act.tr.in_state_ns, 36093750);
	assert_int_equal(r.act.tr.due.ns, T0 + 36093750);
	assert_int_equal(remaining(&r), 10 * NS_PER_MS);
	expire(&r);
	assert_quiet(&r);
}

/* The transition tells the deadline, not when we got round to it. */
static void
test_vrrp_core_late_takeover_tells_when_it_was_due(void **state)
{
	struct router r;

	(void)state;
	start(&r, params(100, 1));
	pass(&r, 40 * NS_PER_MS);
	expire(&r);
	assert_int_equal(r.act.tr.due.ns, T0 + 36093750);
	assert_int_equal(r.act.tr.in_state_ns, 40 * NS_PER_MS);
}

/*
 * V-65, V-66, V-67, V-74: priority 100, own interval 100 cs, after two seconds
 * an advert with interval 10 cs.
 */
enum expect { ADI, SKEW, UNCHANGED };

/* V-65 +, V-66 +, V-67 +, V-74 - */
static void
test_vrrp_core_backup_advert_decides_timer(void **state)
{
	static const struct {
		const char *what;
		uint8_t theirs;
		const char *source;
		bool preempt;
		enum expect timer;
	} cases[] = {
		{ "V-65 priority 0", 0, R1, true, SKEW },
		{ "V-65 priority 0, no preempt", 0, R1, false, SKEW },
		{ "V-66 higher", 101, R1, true, ADI },
		{ "V-66 equal, smaller address", 100, R1, true, ADI },
		{ "V-74 equal, larger address", 100, R3, true, ADI },
		{ "V-66 owner", 255, R1, true, ADI },
		{ "V-67 lower", 99, R1, true, UNCHANGED },
		{ "V-67 lower, larger address", 99, R3, true, UNCHANGED },
		{ "V-66 lower, no preempt", 99, R1, false, ADI },
		{ "V-66 lowest, no preempt", 1, R1, false, ADI },
	};
	struct router r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct vrrp_core_params p = params(100, 100);

		print_message("# %s\n", cases[i].what);
		p.preempt = cases[i].preempt;
		start(&r, p);
		pass(&r, 2 * NS_PER_S);
		rx(&r, cases[i].source, cases[i].theirs, 10);
		assert_quiet(&r);
		assert_int_equal(r.core.state, VRRP_BACKUP);
		switch (cases[i].timer) {
		case ADI:			/* V-33, V-34: of its interval */
			assert_int_equal(remaining(&r), 360937500);
			assert_int_equal(r.core.active_adver_interval_cs, 10);
			assert_int_equal(r.core.active.priority,
			    cases[i].theirs);
			break;
		case SKEW:		/* of the interval known before */
			assert_int_equal(remaining(&r), 609375000);
			assert_int_equal(r.core.active_adver_interval_cs, 100);
			break;
		case UNCHANGED:
			assert_int_equal(remaining(&r), 1609375000);
			assert_int_equal(r.core.active_adver_interval_cs, 100);
			assert_false(addr_is_set(&r.core.active.source));
			break;
		}
	}
}

/* V-65 +, V-64 +, V-30 + at 1 cs between 39 us and 10 ms. */
static void
test_vrrp_core_priority_zero_takeover_after_skew(void **state)
{
	static const struct { uint8_t priority; int64_t skew_ns; } cases[] = {
		{ 254, 78125 }, { 100, 6093750 }, { 1, 9960937 },
	};
	struct router r;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		start(&r, params(cases[i].priority, 1));
		rx(&r, R1, 254, 1);
		rx(&r, R1, 0, 1);
		assert_int_equal(remaining(&r), cases[i].skew_ns);
		expire_next(&r);
		assert_transition(&r, VRRP_BACKUP, VRRP_ACTIVE,
		    VRRP_CAUSE_PRIORITY_ZERO);
	}
}

/* V-97 +, V-65 - the RFC does not ask who resigns. */
static void
test_vrrp_core_priority_zero_from_anybody_shortens(void **state)
{
	struct router r;

	(void)state;
	start(&r, params(100, 100));
	rx(&r, R1, 200, 100);
	rx(&r, R3, 0, 100);
	assert_int_equal(remaining(&r), 609375000);
	assert_int_equal(r.core.active.priority, 200);	/* R1 still serves ... */
	rx(&r, R1, 200, 100);				/* ... and says so */
	assert_int_equal(remaining(&r), 3609375000);
	expire_next(&r);
	assert_transition(&r, VRRP_BACKUP, VRRP_ACTIVE,
	    VRRP_CAUSE_ACTIVE_DOWN_TIMER);
}

/*
 * V-67 +, V-66 -
 * who hears a lesser Active all the time says that it preempts.
 */
static void
test_vrrp_core_preemption_names_its_cause(void **state)
{
	struct router r;
	int i;

	(void)state;
	start(&r, params(200, 1));
	for (i = 0; i < 3; i++) {
		pass(&r, 10 * NS_PER_MS);
		rx(&r, R1, 100, 1);
	}
	expire_next(&r);
	assert_int_equal(r.now.ns, T0 + 32187500);
	assert_transition(&r, VRRP_BACKUP, VRRP_ACTIVE, VRRP_CAUSE_PREEMPT);
}

/* V-33 +-, V-34 +, V-69 + the Active goes 100 -> 10 -> 100 cs. */
static void
test_vrrp_core_backup_follows_interval_of_active(void **state)
{
	struct router r;

	(void)state;
	start(&r, params(100, 50));
	rx(&r, R1, 200, 100);
	assert_int_equal(remaining(&r), 3609375000);
	rx(&r, R1, 200, 10);
	assert_int_equal(remaining(&r), 360937500);
	rx(&r, R1, 200, 100);
	assert_int_equal(remaining(&r), 3609375000);
	expire_next(&r);
	/* V-29, V-69: as Active its own interval counts again. */
	assert_int_equal(remaining(&r), 500 * NS_PER_MS);
}

/*
 * V-37 +
 * The timer runs from the arrival, not from when the loop read the packet.
 */
static void
test_vrrp_core_timer_runs_from_arrival(void **state)
{
	struct router r;

	(void)state;
	start(&r, params(100, 1));
	pass(&r, 20 * NS_PER_MS);
	rx_late(&r, R1, 200, 1, 5 * NS_PER_MS);
	assert_int_equal(remaining(&r), 36093750 - 5 * NS_PER_MS);
	assert_int_equal(r.core.active.last_advert.ns, T0 + 15 * NS_PER_MS);
}

/* V-37 - Two sockets may hand over packets out of order. */
static void
test_vrrp_core_older_arrival_never_moves_timer_back(void **state)
{
	struct router r;

	(void)state;
	start(&r, params(100, 1));
	pass(&r, 20 * NS_PER_MS);
	rx_late(&r, R1, 200, 1, 1 * NS_PER_MS);
	rx_late(&r, R1, 200, 1, 9 * NS_PER_MS);
	assert_int_equal(remaining(&r), 36093750 - 1 * NS_PER_MS);
}

/* A packet that waited since before we became Backup cannot end the wait. */
static void
test_vrrp_core_arrival_before_the_state_counts_from_the_state(void **state)
{
	struct router r;

	(void)state;
	start(&r, params(100, 1));
	rx_late(&r, R1, 200, 1, 5 * NS_PER_S);
	assert_int_equal(remaining(&r), 36093750);
}

static void
test_vrrp_core_active_yielding_to_an_old_packet_waits_in_full(void **state)
{
	struct router r;

	(void)state;
	start_active(&r, params(100, 1));
	rx_late(&r, R1, 200, 1, 5 * NS_PER_S);
	assert_int_equal(r.act.todo, YIELD);
	assert_int_equal(remaining(&r), 36093750);
}

static void
test_vrrp_core_arrival_in_the_future_is_now(void **state)
{
	struct router r;

	(void)state;
	start(&r, params(100, 1));
	rx_late(&r, R1, 200, 1, -NS_PER_S);
	assert_int_equal(remaining(&r), 36093750);
}

/* Active. */

/* V-68 + */
static void
test_vrrp_core_active_shutdown_resigns(void **state)
{
	struct router r;

	(void)state;
	start_active(&r, defaults);
	vrrp_core_shutdown(&r.core, r.now, VRRP_CAUSE_DISABLED, &r.act);
	assert_int_equal(r.act.todo, VRRP_DO_SEND_ADVERT | YIELD);
	assert_int_equal(r.act.advert_priority, 0);
	assert_transition(&r, VRRP_ACTIVE, VRRP_INITIALIZE,
	    VRRP_CAUSE_DISABLED);
	assert_true(mono_is_never(vrrp_core_next_expiry(&r.core)));
}

/* V-69 +, V-36 + no jitter and no drift. */
static void
test_vrrp_core_active_adverts_keep_their_rhythm(void **state)
{
	struct router r;
	mono_t first;
	int i;

	(void)state;
	start_active(&r, params(200, 1));
	first = r.now;
	for (i = 1; i <= 100; i++) {
		r.now = mono_add(vrrp_core_next_expiry(&r.core), i * 1000);
		expire(&r);
		assert_int_equal(r.act.todo, VRRP_DO_SEND_ADVERT);
		assert_int_equal(r.act.advert_priority, 200);
	}
	assert_int_equal(vrrp_core_next_expiry(&r.core).ns,
	    first.ns + 101 * 10 * NS_PER_MS);
}

/*
 * V-69 -, V-36 -
 * A loop that was late sends one advert and not those it missed.
 */
static void
test_vrrp_core_active_late_sends_no_burst(void **state)
{
	struct router r;

	(void)state;
	start_active(&r, params(200, 1));
	pass(&r, 95 * NS_PER_MS);
	expire(&r);
	assert_int_equal(r.act.todo, VRRP_DO_SEND_ADVERT);
	assert_int_equal(remaining(&r), 10 * NS_PER_MS);
}

/* V-70 + */
static void
test_vrrp_core_active_priority_zero_answered_and_timer_reset(void **state)
{
	struct router r;

	(void)state;
	start_active(&r, defaults);
	pass(&r, 300 * NS_PER_MS);
	rx(&r, R3, 0, 100);
	assert_int_equal(r.act.todo, VRRP_DO_SEND_ADVERT);
	assert_int_equal(r.act.advert_priority, 100);
	assert_int_equal(remaining(&r), NS_PER_S);
}

/*
 * V-71 +-, V-72 +, V-73 +-, V-74 +, V-33 +
 * ours is 100 with 192.0.2.2; preempt must not matter.
 */
static void
test_vrrp_core_active_advert_decides_who_yields(void **state)
{
	static const struct {
		const char *what;
		uint8_t theirs;
		const char *source;
		enum vrrp_cause cause;		/* NONE: we stay */
	} cases[] = {
		{ "V-71 higher", 101, R1, VRRP_CAUSE_HIGHER_PRIORITY },
		{ "V-71 owner", 255, R1, VRRP_CAUSE_HIGHER_PRIORITY },
		{ "V-74 equal, larger address", 100, R3,
		    VRRP_CAUSE_HIGHER_ADDRESS },
		{ "V-74 compared as bytes", 100, "192.0.10.1",
		    VRRP_CAUSE_HIGHER_ADDRESS },
		{ "V-74 unsigned", 100, "224.0.0.1",
		    VRRP_CAUSE_HIGHER_ADDRESS },
		{ "V-72 equal, smaller address", 100, R1, VRRP_CAUSE_NONE },
		{ "V-72 lower", 99, R3, VRRP_CAUSE_NONE },
	};
	struct router r;
	size_t i;
	int preempt;

	(void)state;
	for (i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
		size_t n = i / 2;
		struct vrrp_core_params p = defaults;

		preempt = i % 2;
		print_message("# %s, preempt %d\n", cases[n].what, preempt);
		p.preempt = preempt;			/* V-73 */
		start_active(&r, p);
		pass(&r, 300 * NS_PER_MS);
		rx(&r, cases[n].source, cases[n].theirs, 10);
		if (cases[n].cause == VRRP_CAUSE_NONE) {
			assert_int_equal(r.act.todo, VRRP_DO_SEND_ADVERT |
			    VRRP_DO_ANNOUNCE);
			assert_int_equal(r.act.advert_priority, 100);
			assert_int_equal(remaining(&r), 700 * NS_PER_MS);
			assert_int_equal(r.core.active_adver_interval_cs, 100);
			continue;
		}
		assert_int_equal(r.act.todo, YIELD);
		assert_transition(&r, VRRP_ACTIVE, VRRP_BACKUP,
		    cases[n].cause);
		assert_int_equal(remaining(&r), 360937500);	/* V-33 */
		assert_int_equal(r.core.active.priority, cases[n].theirs);
	}
}

/* V-46 +-, V-71 + of two owners the smaller address yields. */
static void
test_vrrp_core_second_owner_yields_by_address(void **state)
{
	struct router r;

	(void)state;
	start(&r, params(255, 100));
	rx(&r, R1, 255, 100);
	assert_int_equal(r.core.state, VRRP_ACTIVE);
	rx(&r, R3, 255, 100);
	assert_transition(&r, VRRP_ACTIVE, VRRP_BACKUP,
	    VRRP_CAUSE_HIGHER_ADDRESS);
}

/* V-75 +, V-67 - an owner that is Backup preempts whatever the setting. */
static void
test_vrrp_core_owner_in_backup_preempts(void **state)
{
	struct vrrp_core_params p = params(255, 100);
	struct router r;

	(void)state;
	p.preempt = false;
	start(&r, p);
	rx(&r, R3, 255, 100);
	assert_int_equal(r.core.state, VRRP_BACKUP);
	pass(&r, 3 * NS_PER_S);
	rx(&r, R1, 254, 100);
	assert_int_equal(remaining(&r), 3906250);
}

/* V-96 +-, V-72 - at most one per max(1 ms, interval / 4); timer as it was. */
static void
test_vrrp_core_active_answers_are_capped(void **state)
{
	struct router r;
	int i;

	(void)state;
	start_active(&r, params(200, 1));
	pass(&r, NS_PER_MS);
	rx(&r, R1, 100, 1);
	assert_true(r.act.todo & VRRP_DO_SEND_ADVERT);
	for (i = 0; i < 10; i++) {
		pass(&r, 100 * NS_PER_US);
		rx(&r, R1, 100, 1);
		assert_quiet(&r);
	}
	assert_int_equal(r.core.immediate_adverts, 1);
	assert_int_equal(r.core.immediate_adverts_suppressed, 10);
	pass(&r, 1500 * NS_PER_US);		/* 2.5 ms after the first */
	rx(&r, R1, 100, 1);
	assert_true(r.act.todo & VRRP_DO_SEND_ADVERT);
	assert_int_equal(remaining(&r), 10 * NS_PER_MS - 3500 * NS_PER_US);
}

/* V-96 - two equals with one address must not answer each other for ever. */
static void
test_vrrp_core_same_priority_same_address_no_storm(void **state)
{
	struct router r;
	int i, sent = 0;

	(void)state;
	start_active(&r, params(100, 1));
	for (i = 0; i < 1000; i++) {		/* one looped packet per 10 us */
		pass(&r, 10 * NS_PER_US);
		rx(&r, US, 100, 1);
		sent += (r.act.todo & VRRP_DO_SEND_ADVERT) != 0;
	}
	assert_int_equal(r.core.state, VRRP_ACTIVE);
	assert_int_equal(sent, 4);		/* 10 ms / 2.5 ms */
}

/* V-70 -, V-96 - a flood of resignations cannot silence the Active. */
static void
test_vrrp_core_priority_zero_flood_keeps_the_rhythm(void **state)
{
	struct router r;
	mono_t last;
	int i;

	(void)state;
	start_active(&r, params(200, 1));
	last = r.now;
	for (i = 0; i < 1000; i++) {
		pass(&r, 100 * NS_PER_US);
		rx(&r, R3, 0, 1);
		if (r.act.todo & VRRP_DO_SEND_ADVERT)
			last = r.now;
		expire(&r);
		if (r.act.todo & VRRP_DO_SEND_ADVERT)
			last = r.now;
		assert_true(mono_sub(r.now, last) <= 10 * NS_PER_MS);
	}
}

/* A contest draws hosts back by announcing, every 100 ms at most. */
static void
test_vrrp_core_contested_active_announces_again(void **state)
{
	struct router r;
	int i, announced = 0;

	(void)state;
	start_active(&r, params(200, 1));
	rx(&r, R1, 100, 1);			/* just announced anyway */
	assert_false(r.act.todo & VRRP_DO_ANNOUNCE);
	for (i = 0; i < 100; i++) {
		pass(&r, 10 * NS_PER_MS);
		rx(&r, R1, 100, 1);
		announced += (r.act.todo & VRRP_DO_ANNOUNCE) != 0;
	}
	assert_int_equal(announced, 10);
}

/* V-126 +- */
static void
test_vrrp_core_v2_active_does_not_answer_lower(void **state)
{
	struct vrrp_core_params p = params(200, 100);
	struct router r;

	(void)state;
	p.version = 2;
	start_active(&r, p);
	pass(&r, 300 * NS_PER_MS);
	rx(&r, R1, 100, 100);
	assert_int_equal(r.act.todo, VRRP_DO_ANNOUNCE);
	assert_int_equal(remaining(&r), 700 * NS_PER_MS);
	rx(&r, R1, 0, 100);			/* V-70 holds in version 2 */
	assert_int_equal(r.act.todo, VRRP_DO_SEND_ADVERT);
	rx(&r, R1, 201, 100);			/* and so does V-71 */
	assert_transition(&r, VRRP_ACTIVE, VRRP_BACKUP,
	    VRRP_CAUSE_HIGHER_PRIORITY);
}

/* V-94 + a wrong takeover ends with the first advert of the better router. */
static void
test_vrrp_core_loser_yields_at_first_advert(void **state)
{
	struct router winner, loser;

	(void)state;
	start_active(&winner, params(200, 100));
	start_active(&loser, params(100, 100));
	winner.now = mono_max(winner.now, loser.now);
	loser.now = winner.now;
	pass(&winner, NS_PER_S / 2);
	pass(&loser, NS_PER_S / 2);
	rx(&winner, R1, 100, 100);
	assert_true(winner.act.todo & VRRP_DO_SEND_ADVERT);
	rx(&loser, R3, winner.act.advert_priority, 100);
	assert_int_equal(loser.act.todo, YIELD);
}

static void
test_vrrp_core_reannounce_only_when_active(void **state)
{
	struct router r;

	(void)state;
	start(&r, defaults);
	vrrp_core_reannounce(&r.core, r.now, &r.act);
	assert_quiet(&r);
	expire_next(&r);
	vrrp_core_reannounce(&r.core, r.now, &r.act);
	assert_int_equal(r.act.todo, VRRP_DO_ANNOUNCE);
}

/* V-74 - a new primary address decides the next tie and nothing before. */
static void
test_vrrp_core_new_primary_decides_ties(void **state)
{
	struct addr larger = addr_of("192.0.2.9");
	struct router r;

	(void)state;
	start_active(&r, defaults);
	vrrp_core_set_primary(&r.core, &larger);
	rx(&r, R3, 100, 100);
	assert_int_equal(r.core.state, VRRP_ACTIVE);
}

/* V-79: preempt_delay. */

static struct vrrp_core_params
delayed(uint8_t priority, int64_t delay_ns)
{
	struct vrrp_core_params p = params(priority, 100);

	p.preempt_delay_ns = delay_ns;
	return p;
}

/* V-79 + */
static void
test_vrrp_core_preempt_delay_follows_a_lesser_active(void **state)
{
	struct router r;
	int i;

	(void)state;
	start(&r, delayed(200, 10 * NS_PER_S));
	for (i = 0; i < 9; i++) {
		pass(&r, NS_PER_S);
		rx(&r, R1, 100, 100);
		assert_int_equal(remaining(&r), 3218750000);
	}
	pass(&r, NS_PER_S);			/* the delay is over */
	rx(&r, R1, 100, 100);
	assert_int_equal(remaining(&r), 2218750000);
	expire_next(&r);
	assert_transition(&r, VRRP_BACKUP, VRRP_ACTIVE, VRRP_CAUSE_PREEMPT);
}

/* V-79 - */
static void
test_vrrp_core_preempt_delay_never_holds_up_a_takeover(void **state)
{
	struct router r;

	(void)state;
	start(&r, delayed(200, 3600 * NS_PER_S));
	rx(&r, R1, 100, 100);
	expire_next(&r);				/* silence */
	assert_int_equal(r.now.ns, T0 + 3218750000);
	assert_transition(&r, VRRP_BACKUP, VRRP_ACTIVE,
	    VRRP_CAUSE_ACTIVE_DOWN_TIMER);
	start(&r, delayed(200, 3600 * NS_PER_S));
	rx(&r, R1, 100, 100);
	rx(&r, R1, 0, 100);				/* resignation */
	expire_next(&r);
	assert_int_equal(r.now.ns, T0 + 218750000);
	assert_transition(&r, VRRP_BACKUP, VRRP_ACTIVE,
	    VRRP_CAUSE_PRIORITY_ZERO);
}

/* V-34, V-78: changes at run time. */

/* V-34 +, V-78 + */
static void
test_vrrp_core_backup_priority_change_rebases_timer(void **state)
{
	struct router r;

	(void)state;
	start(&r, params(100, 100));
	rx(&r, R1, 200, 100);
	pass(&r, NS_PER_S);
	set_params(&r, params(150, 100));
	assert_quiet(&r);
	assert_int_equal(remaining(&r), 3414062500 - NS_PER_S);
	set_params(&r, params(100, 100));
	assert_int_equal(remaining(&r), 3609375000 - NS_PER_S);
	/* And while a resignation counts down. */
	rx(&r, R1, 0, 100);
	pass(&r, 100 * NS_PER_MS);
	set_params(&r, params(200, 100));
	assert_int_equal(remaining(&r), 118750000);
}

/* V-33 -, V-34 - */
static void
test_vrrp_core_backup_own_interval_counts_until_one_is_heard(void **state)
{
	struct router r;

	(void)state;
	start(&r, params(100, 100));
	pass(&r, 100 * NS_PER_MS);
	set_params(&r, params(100, 10));
	assert_int_equal(remaining(&r), 260937500);
	rx(&r, R1, 200, 50);
	set_params(&r, params(100, 100));
	assert_int_equal(r.core.active_adver_interval_cs, 50);
}

/* V-78 + */
static void
test_vrrp_core_backup_rising_above_active_waits_skew(void **state)
{
	struct router r;

	(void)state;
	start(&r, params(100, 100));
	rx(&r, R1, 150, 100);
	pass(&r, NS_PER_S);
	set_params(&r, params(200, 100));
	assert_int_equal(remaining(&r), 218750000);
	rx(&r, R1, 150, 100);			/* V-67: it keeps running */
	assert_int_equal(remaining(&r), 218750000);
	expire_next(&r);
	assert_transition(&r, VRRP_BACKUP, VRRP_ACTIVE, VRRP_CAUSE_PREEMPT);
}

/* V-78 + */
static void
test_vrrp_core_backup_rising_keeps_a_shorter_remainder(void **state)
{
	struct router r;

	(void)state;
	start(&r, params(100, 100));
	rx(&r, R1, 150, 100);
	pass(&r, 3200 * NS_PER_MS);
	set_params(&r, params(200, 100));
	assert_int_equal(remaining(&r), 18750000);
}

/* V-78 - */
static void
test_vrrp_core_backup_rising_waits_when_it_may_not_preempt(void **state)
{
	struct vrrp_core_params p = params(200, 100);
	struct router r;

	(void)state;
	start(&r, params(100, 100));
	rx(&r, R1, 150, 100);
	p.preempt = false;
	set_params(&r, p);
	assert_int_equal(remaining(&r), 3218750000);
	rx(&r, R1, 150, 100);
	assert_int_equal(r.core.active.priority, 150);
	p.preempt = true;			/* now it may */
	set_params(&r, p);
	assert_int_equal(remaining(&r), 218750000);
	/* Equal is not above. */
	start(&r, params(100, 100));
	rx(&r, R1, 150, 100);
	set_params(&r, params(150, 100));
	assert_int_equal(remaining(&r), 3414062500);
	/* Nor may it during preempt_delay. */
	start(&r, delayed(100, 10 * NS_PER_S));
	rx(&r, R1, 150, 100);
	set_params(&r, delayed(200, 10 * NS_PER_S));
	assert_int_equal(remaining(&r), 3218750000);
}

/*
 * V-78 +, L-16 +
 * The other side of it: an Active whose priority falls below ours says so, and
 * need not be silent first.
 */
static void
test_vrrp_core_active_falling_below_backup_is_not_waited_for(void **state)
{
	struct router r;

	(void)state;
	start(&r, params(104, 100));
	rx(&r, R1, 105, 100);
	pass(&r, 100 * NS_PER_MS);
	rx(&r, R1, 85, 100);
	assert_quiet(&r);
	assert_int_equal(r.core.active.priority, 85);
	assert_int_equal(remaining(&r), 593750000);	/* Skew_Time */
	pass(&r, 100 * NS_PER_MS);
	rx(&r, R1, 85, 100);				/* V-67: goes on */
	rx(&r, R1, 80, 100);
	assert_int_equal(remaining(&r), 493750000);
	/* R1 recovers before we have gone: nothing happened. */
	rx(&r, R1, 105, 100);
	assert_int_equal(remaining(&r), 3593750000);
	rx(&r, R1, 85, 100);
	expire_next(&r);
	assert_transition(&r, VRRP_BACKUP, VRRP_ACTIVE, VRRP_CAUSE_PREEMPT);
}

/* V-78 - */
static void
test_vrrp_core_active_falling_moves_nobody_who_may_not_preempt(void **state)
{
	struct vrrp_core_params p = params(104, 100);
	struct router r;

	(void)state;
	p.preempt = false;
	start(&r, p);
	rx(&r, R1, 105, 100);
	rx(&r, R1, 85, 100);
	assert_int_equal(remaining(&r), 3593750000);
	assert_int_equal(r.core.active.priority, 85);
	/* A lesser router that we do not follow is no reason either. */
	start(&r, params(104, 100));
	rx(&r, R1, 105, 100);
	pass(&r, NS_PER_S);
	rx(&r, R3, 50, 100);
	assert_int_equal(remaining(&r), 2593750000);
	assert_int_equal(r.core.active.priority, 105);
	/* Fallen, but not below: it is followed. */
	rx(&r, R1, 104, 100);
	assert_int_equal(remaining(&r), 3593750000);
}

/* V-78 +- the Active says its new priority at once, and never 0. */
static void
test_vrrp_core_active_priority_change_is_advertised(void **state)
{
	struct router r;

	(void)state;
	start_active(&r, params(100, 100));
	pass(&r, 300 * NS_PER_MS);
	set_params(&r, params(50, 100));
	assert_int_equal(r.act.todo, VRRP_DO_SEND_ADVERT);
	assert_int_equal(r.act.advert_priority, 50);
	assert_int_equal(r.core.state, VRRP_ACTIVE);
	set_params(&r, params(50, 100));
	assert_quiet(&r);			/* nothing changed */
}

static void
test_vrrp_core_active_shorter_interval_from_now(void **state)
{
	struct router r;

	(void)state;
	start_active(&r, params(100, 100));
	pass(&r, 300 * NS_PER_MS);
	set_params(&r, params(100, 1));
	assert_int_equal(r.act.todo, VRRP_DO_SEND_ADVERT);
	assert_int_equal(remaining(&r), 10 * NS_PER_MS);
	expire_next(&r);
	assert_int_equal(remaining(&r), 10 * NS_PER_MS);
}

/* Three adverts may be lost before a Backup that waits by 1 cs fires. */
static void
test_vrrp_core_active_longer_interval_is_paced(void **state)
{
	struct router r;
	int i;

	(void)state;
	start_active(&r, params(100, 1));
	set_params(&r, params(100, 100));
	assert_true(r.act.todo & VRRP_DO_SEND_ADVERT);
	for (i = 0; i < 3; i++) {
		assert_int_equal(remaining(&r), 10 * NS_PER_MS);
		expire_next(&r);
		assert_true(r.act.todo & VRRP_DO_SEND_ADVERT);
	}
	assert_int_equal(remaining(&r), NS_PER_S);
	expire_next(&r);
	assert_int_equal(remaining(&r), NS_PER_S);
	/* Twice in a row: the shortest old interval paces. */
	set_params(&r, params(100, 200));
	set_params(&r, params(100, 300));
	assert_int_equal(remaining(&r), NS_PER_S);
	set_params(&r, params(100, 50));
	expire_next(&r);
	assert_int_equal(remaining(&r), 500 * NS_PER_MS);
}

/* BFD. */

static struct vrrp_bfd_event
session(const char *peer, enum vrrp_bfd_state s, enum vrrp_bfd_reason reason)
{
	return (struct vrrp_bfd_event){ .peer = addr_of(peer), .state = s,
	    .reason = reason, .detection_time_ns = 30 * NS_PER_MS,
	    .last_rx = MONO_NEVER };
}

static void
bfd(struct router *r, struct vrrp_bfd_event ev)
{
	vrrp_core_bfd(&r->core, r->now, &ev, &r->act);
}

static void
bfd_up(struct router *r, const char *peer)
{
	bfd(r, session(peer, VRRP_BFD_UP, VRRP_BFD_REASON_NONE));
	assert_quiet(r);
}

static void
bfd_down(struct router *r, const char *peer)
{
	bfd(r, session(peer, VRRP_BFD_DOWN, VRRP_BFD_REASON_TIMEOUT));
}

/* A Backup of priority 100 that follows R1 and has an Up session to it. */
static void
protected_backup(struct router *r)
{
	start(r, params(100, 100));
	rx(r, R1, 200, 100);
	bfd_up(r, R1);
	pass(r, 500 * NS_PER_MS);
}

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

/* L-15: one router is known to be better, and has 15 ms: D / 3, and half. */
static void
better_one(struct router *r)
{
	struct addr a = addr_of(R3);
	struct vrrp_rank_id id = { &a, 150 };

	vrrp_rank_heard(&r->core.death.rank, r->now, &id, r->core.p.priority,
	    false);
	bfd_up(r, R3);
}

static void
skewed_down(struct router *r)
{
	better_one(r);
	bfd(r, session(R1, VRRP_BFD_DOWN, VRRP_BFD_REASON_TIMEOUT));
	assert_quiet(r);
	assert_int_equal(remaining(r), 15000000);
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

/* Names are log words and JSON values: none may be missing or double. */
static void
test_vrrp_core_names_are_distinct(void **state)
{
	int i, j;

	(void)state;
	assert_string_equal(vrrp_state_name(VRRP_INITIALIZE), "initialize");
	assert_string_equal(vrrp_state_name(VRRP_BACKUP), "backup");
	assert_string_equal(vrrp_state_name(VRRP_ACTIVE), "active");
	assert_string_equal(vrrp_state_name((enum vrrp_state)9), "unknown");
	assert_string_equal(vrrp_bfd_state_name(VRRP_BFD_ADMIN_DOWN),
	    "admin-down");
	for (i = 0; i <= VRRP_BFD_UP; i++)
		for (j = 0; j < i; j++)
			assert_string_not_equal(
			    vrrp_bfd_state_name((enum vrrp_bfd_state)i),
			    vrrp_bfd_state_name((enum vrrp_bfd_state)j));
	for (i = 0; i <= VRRP_CAUSE_FENCED; i++)
		for (j = 0; j < i; j++)
			assert_string_not_equal(
			    vrrp_cause_name((enum vrrp_cause)i),
			    vrrp_cause_name((enum vrrp_cause)j));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vrrp_core_worked_intervals),
		cmocka_unit_test(test_vrrp_core_v2_intervals),
		cmocka_unit_test(test_vrrp_core_v2_backup_uses_local_interval),
		cmocka_unit_test(test_vrrp_core_owner_starts_active),
		cmocka_unit_test(test_vrrp_core_startup_enters_backup),
		cmocka_unit_test(test_vrrp_core_initialize_ignores_everything),
		cmocka_unit_test(test_vrrp_core_second_startup_does_nothing),
		cmocka_unit_test(test_vrrp_core_restart_forgets_the_active),
		cmocka_unit_test(test_vrrp_core_backup_shutdown_is_silent),
		cmocka_unit_test(
		    test_vrrp_core_backup_timer_fires_becomes_active),
		cmocka_unit_test(
		    test_vrrp_core_late_takeover_tells_when_it_was_due),
		cmocka_unit_test(test_vrrp_core_backup_advert_decides_timer),
		cmocka_unit_test(
		    test_vrrp_core_priority_zero_takeover_after_skew),
		cmocka_unit_test(
		    test_vrrp_core_priority_zero_from_anybody_shortens),
		cmocka_unit_test(test_vrrp_core_preemption_names_its_cause),
		cmocka_unit_test(
		    test_vrrp_core_backup_follows_interval_of_active),
		cmocka_unit_test(test_vrrp_core_timer_runs_from_arrival),
		cmocka_unit_test(
		    test_vrrp_core_older_arrival_never_moves_timer_back),
		cmocka_unit_test(
		    test_vrrp_core_arrival_before_the_state_counts_from_the_state),
		cmocka_unit_test(
		    test_vrrp_core_active_yielding_to_an_old_packet_waits_in_full),
		cmocka_unit_test(test_vrrp_core_arrival_in_the_future_is_now),
		cmocka_unit_test(test_vrrp_core_active_shutdown_resigns),
		cmocka_unit_test(
		    test_vrrp_core_active_adverts_keep_their_rhythm),
		cmocka_unit_test(test_vrrp_core_active_late_sends_no_burst),
		cmocka_unit_test(
		    test_vrrp_core_active_priority_zero_answered_and_timer_reset),
		cmocka_unit_test(
		    test_vrrp_core_active_advert_decides_who_yields),
		cmocka_unit_test(test_vrrp_core_second_owner_yields_by_address),
		cmocka_unit_test(test_vrrp_core_owner_in_backup_preempts),
		cmocka_unit_test(test_vrrp_core_active_answers_are_capped),
		cmocka_unit_test(
		    test_vrrp_core_same_priority_same_address_no_storm),
		cmocka_unit_test(
		    test_vrrp_core_priority_zero_flood_keeps_the_rhythm),
		cmocka_unit_test(
		    test_vrrp_core_contested_active_announces_again),
		cmocka_unit_test(
		    test_vrrp_core_v2_active_does_not_answer_lower),
		cmocka_unit_test(test_vrrp_core_loser_yields_at_first_advert),
		cmocka_unit_test(test_vrrp_core_reannounce_only_when_active),
		cmocka_unit_test(test_vrrp_core_new_primary_decides_ties),
		cmocka_unit_test(
		    test_vrrp_core_preempt_delay_follows_a_lesser_active),
		cmocka_unit_test(
		    test_vrrp_core_preempt_delay_never_holds_up_a_takeover),
		cmocka_unit_test(
		    test_vrrp_core_backup_priority_change_rebases_timer),
		cmocka_unit_test(
		    test_vrrp_core_backup_own_interval_counts_until_one_is_heard),
		cmocka_unit_test(
		    test_vrrp_core_backup_rising_above_active_waits_skew),
		cmocka_unit_test(
		    test_vrrp_core_backup_rising_keeps_a_shorter_remainder),
		cmocka_unit_test(
		    test_vrrp_core_backup_rising_waits_when_it_may_not_preempt),
		cmocka_unit_test(
		    test_vrrp_core_active_falling_below_backup_is_not_waited_for),
		cmocka_unit_test(
		    test_vrrp_core_active_falling_moves_nobody_who_may_not_preempt),
		cmocka_unit_test(
		    test_vrrp_core_active_priority_change_is_advertised),
		cmocka_unit_test(
		    test_vrrp_core_active_shorter_interval_from_now),
		cmocka_unit_test(
		    test_vrrp_core_active_longer_interval_is_paced),
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
		    test_vrrp_core_restarted_active_goes_on),
		cmocka_unit_test(
		    test_vrrp_core_restarted_active_fences_when_it_was_away_too_long),
		cmocka_unit_test(
		    test_vrrp_core_fenced_active_takes_a_new_interval_over),
		cmocka_unit_test(
		    test_vrrp_core_fenced_active_gives_way_to_any_successor),
		cmocka_unit_test(
		    test_vrrp_core_fence_leaves_time_to_those_who_wait_for_adverts),
		cmocka_unit_test(test_vrrp_core_names_are_distinct),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
