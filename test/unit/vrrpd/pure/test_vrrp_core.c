/*
 * test_vrrp_core.c - RFC 9568 §6 event by event.
 *
 * BFD is in test_vrrp_core_takeover.c, a router that slept in
 * test_vrrp_core_absence.c.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "test/unit/vrrpd/pure/vrrp_core_router.h"

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

/* V-61 - silence in which nobody could have been heard says nothing */
static void
test_vrrp_core_listens_before_it_believes_silence(void **state)
{
	struct router r;

	(void)state;
	start(&r, params(100, 1));
	vrrp_core_listen(&r.core, mono_add(r.now, 1200 * NS_PER_MS));
	assert_int_equal(remaining(&r), 1200 * NS_PER_MS);
	/* Values that change do not shorten it. */
	set_params(&r, params(150, 1));
	assert_int_equal(remaining(&r), 1200 * NS_PER_MS);
	expire_next(&r);
	assert_int_equal(r.act.todo, TAKEOVER);
	/* Less than Active_Down_Interval: nothing is different. */
	start(&r, params(100, 100));
	vrrp_core_listen(&r.core, mono_add(r.now, 1200 * NS_PER_MS));
	assert_int_equal(remaining(&r), 3609375000);
}

/* V-66 +, V-67 +: whoever is heard has found the way */
static void
test_vrrp_core_listens_until_somebody_is_heard(void **state)
{
	struct router r;

	(void)state;
	start(&r, params(100, 1));
	vrrp_core_listen(&r.core, mono_add(r.now, 1200 * NS_PER_MS));
	pass(&r, 500 * NS_PER_MS);
	rx(&r, R1, 200, 1);
	assert_int_equal(remaining(&r), 36093750);
	/* A lesser one is preempted at once: its silence was long enough. */
	start(&r, params(100, 1));
	vrrp_core_listen(&r.core, mono_add(r.now, 1200 * NS_PER_MS));
	pass(&r, 500 * NS_PER_MS);
	rx(&r, R1, 50, 1);
	expire(&r);
	assert_transition(&r, VRRP_BACKUP, VRRP_ACTIVE, VRRP_CAUSE_PREEMPT);
	/* An advert from before was waiting in the socket. */
	start(&r, params(100, 1));
	vrrp_core_listen(&r.core, mono_add(r.now, 1200 * NS_PER_MS));
	rx_late(&r, R1, 200, 1, NS_PER_MS);
	assert_int_equal(remaining(&r), 1200 * NS_PER_MS);
}

/* V-79 +: a better router that cannot hear the lesser one yet */
static void
test_vrrp_core_listens_so_that_preempt_delay_holds(void **state)
{
	struct vrrp_core_params p = params(200, 1);
	struct router r;

	(void)state;
	p.preempt_delay_ns = 20 * NS_PER_S;
	start(&r, p);
	vrrp_core_listen(&r.core, mono_add(r.now, 1200 * NS_PER_MS));
	pass(&r, NS_PER_S);
	expire(&r);
	assert_quiet(&r);
	rx(&r, R1, 100, 1);
	pass(&r, 30 * NS_PER_MS);
	expire(&r);
	assert_quiet(&r);
	assert_int_equal(r.core.state, VRRP_BACKUP);
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
	/* V-70: a resignation just behind a contest is answered all the same. */
	pass(&r, 100 * NS_PER_US);
	rx(&r, R1, 0, 1);
	assert_true(r.act.todo & VRRP_DO_SEND_ADVERT);
	assert_int_equal(remaining(&r), 10 * NS_PER_MS);
	for (i = 0; i < 9; i++) {
		pass(&r, 100 * NS_PER_US);
		rx(&r, R1, 0, 1);
		assert_quiet(&r);
	}
	pass(&r, 100 * NS_PER_US);
	rx(&r, R1, 0, 1);
	assert_true(r.act.todo & VRRP_DO_SEND_ADVERT);
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
	for (i = 0; i < 10; i++) {
		pass(&r, NS_PER_S);
		rx(&r, R1, 100, 100);
		assert_int_equal(remaining(&r), 3218750000);
		assert_int_equal(vrrp_core_preempts_at(&r.core, r.now).ns,
		    T0 + 11 * NS_PER_S);
	}
	pass(&r, NS_PER_S);			/* the delay is over */
	assert_true(mono_is_never(vrrp_core_preempts_at(&r.core, r.now)));
	rx(&r, R1, 100, 100);
	assert_int_equal(remaining(&r), 2218750000);
	expire_next(&r);
	assert_transition(&r, VRRP_BACKUP, VRRP_ACTIVE, VRRP_CAUSE_PREEMPT);
}

/* Adverts of R1 once a second, each of them followed. */
static void
followed_for(struct router *r, uint8_t priority, unsigned seconds)
{
	while (seconds-- > 0) {
		pass(r, NS_PER_S);
		rx(r, R1, priority, 100);
		assert_int_equal(r->core.state, VRRP_BACKUP);
		assert_int_equal(remaining(r), r->core.active_down_interval_ns);
	}
}

/* V-79 +: however long this router has been there */
static void
test_vrrp_core_preempt_delay_runs_before_every_preemption(void **state)
{
	struct router r;

	(void)state;
	/* The Active falls: what it tracks is down. */
	start(&r, delayed(100, 10 * NS_PER_S));
	followed_for(&r, 120, 60);
	followed_for(&r, 90, 10);
	assert_int_equal(vrrp_core_preempts_at(&r.core, r.now).ns,
	    r.now.ns + NS_PER_S);
	/* A moment of a better one: the delay begins anew. */
	followed_for(&r, 120, 1);
	assert_true(mono_is_never(vrrp_core_preempts_at(&r.core, r.now)));
	followed_for(&r, 90, 10);
	pass(&r, NS_PER_S);
	rx(&r, R1, 90, 100);
	assert_int_equal(remaining(&r), 2609375000);
	expire_next(&r);
	assert_transition(&r, VRRP_BACKUP, VRRP_ACTIVE, VRRP_CAUSE_PREEMPT);
	/* Nor has an Active that yields to a better one any of it left. */
	rx(&r, R1, 120, 100);
	assert_int_equal(r.core.state, VRRP_BACKUP);
	followed_for(&r, 90, 10);
	/* This router rises. */
	start(&r, delayed(100, 10 * NS_PER_S));
	followed_for(&r, 120, 60);
	set_params(&r, delayed(150, 10 * NS_PER_S));
	assert_int_equal(vrrp_core_preempts_at(&r.core, r.now).ns,
	    r.now.ns + 10 * NS_PER_S);
	followed_for(&r, 120, 9);
	/* A router that falls again is not better: nothing is held any more. */
	set_params(&r, delayed(120, 10 * NS_PER_S));
	assert_true(mono_is_never(vrrp_core_preempts_at(&r.core, r.now)));
	followed_for(&r, 120, 60);
	/* preempt comes with a reload. */
	r.core.p.preempt = false;
	set_params(&r, delayed(150, 10 * NS_PER_S));
	followed_for(&r, 120, 9);
}

/* V-79 +: the delay changes while it runs */
static void
test_vrrp_core_preempt_delay_changes_while_it_runs(void **state)
{
	struct router r;

	(void)state;
	start(&r, delayed(200, 10 * NS_PER_S));
	followed_for(&r, 100, 6);
	set_params(&r, delayed(200, 20 * NS_PER_S));
	assert_int_equal(vrrp_core_preempts_at(&r.core, r.now).ns,
	    T0 + 21 * NS_PER_S);
	followed_for(&r, 100, 10);
	/* Less than has gone by: at once, as if the Active had fallen. */
	set_params(&r, delayed(200, 4 * NS_PER_S));
	assert_true(mono_is_never(vrrp_core_preempts_at(&r.core, r.now)));
	assert_int_equal(remaining(&r), 218750000);
	rx(&r, R1, 100, 100);
	assert_int_equal(remaining(&r), 218750000);
	/* More again. */
	set_params(&r, delayed(200, 20 * NS_PER_S));
	assert_int_equal(remaining(&r), 3218750000);
	followed_for(&r, 100, 4);
	expire_next(&r);
	assert_transition(&r, VRRP_BACKUP, VRRP_ACTIVE,
	    VRRP_CAUSE_ACTIVE_DOWN_TIMER);
}

/* V-79 +, L-24: another life began it */
static void
test_vrrp_core_preempt_delay_goes_on_after_a_restart(void **state)
{
	struct router r;

	(void)state;
	start(&r, delayed(200, 10 * NS_PER_S));
	vrrp_core_hold_on(&r.core, mono_add(r.now, -7 * NS_PER_S));
	followed_for(&r, 100, 2);
	assert_int_equal(vrrp_core_preempts_at(&r.core, r.now).ns,
	    T0 + 3 * NS_PER_S);
	pass(&r, NS_PER_S);
	rx(&r, R1, 100, 100);
	assert_int_equal(remaining(&r), 2218750000);
	/* A better one is there now. */
	start(&r, delayed(200, 10 * NS_PER_S));
	vrrp_core_hold_on(&r.core, mono_add(r.now, -7 * NS_PER_S));
	followed_for(&r, 220, 5);
	followed_for(&r, 100, 10);
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

/* V-66 +, V-78 - */
static void
test_vrrp_core_backup_about_to_preempt_may_not_any_more(void **state)
{
	struct vrrp_core_params humble = params(40, 100), patient, late;
	struct vrrp_core_params *const cases[] = { &humble, &patient, &late };
	struct router r;
	size_t i;

	(void)state;
	patient = late = params(100, 100);
	patient.preempt = false;
	late.preempt_delay_ns = 10 * NS_PER_S;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		/* An Active that fell, and an Active that never was better. */
		start(&r, params(100, 100));
		rx(&r, R1, 150, 100);
		rx(&r, R1, 50, 100);
		assert_int_equal(remaining(&r), 609375000);
		pass(&r, 100 * NS_PER_MS);
		set_params(&r, *cases[i]);
		assert_int_equal(remaining(&r), i == 0 ? 3843750000 :
		    3609375000);
		expire_next(&r);
		assert_transition(&r, VRRP_BACKUP, VRRP_ACTIVE,
		    VRRP_CAUSE_ACTIVE_DOWN_TIMER);
		start(&r, params(100, 100));
		pass(&r, 3 * NS_PER_S);
		rx(&r, R1, 50, 100);
		set_params(&r, *cases[i]);
		assert_int_equal(remaining(&r), i == 0 ? 3843750000 :
		    3609375000);
		/* Nor does a group hear of it any more. */
		start(&r, params(100, 100));
		r.core.p.grouped = cases[i]->grouped = true;
		rx(&r, R1, 50, 100);
		expire_next(&r);
		assert_int_equal(r.act.todo, VRRP_DO_ASK);
		set_params(&r, *cases[i]);
		assert_false(r.core.wants);
		cases[i]->grouped = false;
	}
	/* Still better: the time that has begun goes on. */
	start(&r, params(100, 100));
	rx(&r, R1, 150, 100);
	rx(&r, R1, 50, 100);
	set_params(&r, params(60, 100));
	assert_int_equal(remaining(&r), 765625000);
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

/* V-122 +, V-34 + */
static void
test_vrrp_core_version_change_goes_by_the_other_timers(void **state)
{
	struct vrrp_core_params two = params(200, 100);
	struct router r;

	(void)state;
	two.version = 2;
	start(&r, params(200, 100));
	rx(&r, R1, 210, 20);
	assert_int_equal(remaining(&r), 643750000);
	set_params(&r, two);
	assert_quiet(&r);
	assert_int_equal(r.core.state, VRRP_BACKUP);
	assert_int_equal(remaining(&r), 3218750000);	/* by our interval */
	set_params(&r, params(200, 100));
	assert_int_equal(remaining(&r), 643750000);
	/* An Active speaks the other version at once. */
	start_active(&r, params(200, 100));
	pass(&r, 300 * NS_PER_MS);
	set_params(&r, two);
	assert_int_equal(r.act.todo, VRRP_DO_SEND_ADVERT);
	assert_int_equal(r.core.state, VRRP_ACTIVE);
	assert_int_equal(remaining(&r), NS_PER_S);
	set_params(&r, two);
	assert_quiet(&r);
}

/* V-60 +, V-75 + */
static void
test_vrrp_core_backup_that_becomes_the_owner_goes_at_once(void **state)
{
	struct router r;

	(void)state;
	start(&r, params(100, 100));
	rx(&r, R1, 200, 100);
	set_params(&r, params(255, 100));
	assert_transition(&r, VRRP_BACKUP, VRRP_ACTIVE, VRRP_CAUSE_OWNER);
	assert_int_equal(r.act.todo, TAKEOVER);
	assert_true(r.act.install_first);
	/* V-71: the owner that is none any more is one among others. */
	set_params(&r, params(100, 100));
	assert_int_equal(r.act.todo, VRRP_DO_SEND_ADVERT);
	assert_int_equal(r.act.advert_priority, 100);
	rx(&r, R1, 200, 100);
	assert_transition(&r, VRRP_ACTIVE, VRRP_BACKUP,
	    VRRP_CAUSE_HIGHER_PRIORITY);
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
		cmocka_unit_test(
		    test_vrrp_core_listens_before_it_believes_silence),
		cmocka_unit_test(
		    test_vrrp_core_listens_until_somebody_is_heard),
		cmocka_unit_test(
		    test_vrrp_core_listens_so_that_preempt_delay_holds),
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
		    test_vrrp_core_preempt_delay_runs_before_every_preemption),
		cmocka_unit_test(
		    test_vrrp_core_preempt_delay_changes_while_it_runs),
		cmocka_unit_test(
		    test_vrrp_core_preempt_delay_goes_on_after_a_restart),
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
		    test_vrrp_core_backup_about_to_preempt_may_not_any_more),
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
		    test_vrrp_core_version_change_goes_by_the_other_timers),
		cmocka_unit_test(
		    test_vrrp_core_backup_that_becomes_the_owner_goes_at_once),
		cmocka_unit_test(test_vrrp_core_names_are_distinct),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
