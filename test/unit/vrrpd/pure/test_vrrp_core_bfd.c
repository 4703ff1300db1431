/*
 * test_vrrp_core_bfd.c - vrrp_core.c: a Down of BFD that is not obeyed.
 *
 * What BFD itself triggers is in test_vrrp_core_takeover.c, each guard alone in
 * test_vrrp_death.c; here are the guards as the machine asks them, and what an
 * Active does so that there is proof of life.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "vrrpd/pure/vrrp_core.h"

#define US		"192.0.2.100"
#define R1		"192.0.2.1"
#define R3		"192.0.2.3"
#define T0		(1000 * NS_PER_S)
#define MS		NS_PER_MS

struct router {
	struct vrrp_core	core;
	struct vrrp_actions	act;
	mono_t			now;
	mono_t			last_rx;	/* of its session to R1 */
};

static struct addr
addr_of(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, &a), 0);
	return a;
}

static void
start(struct router *r, uint8_t priority, uint16_t advert_int_cs)
{
	struct vrrp_core_params p = {
		.version = 3, .priority = priority, .preempt = true,
		.advert_int_cs = advert_int_cs,
	};
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
rx(struct router *r, const char *source, uint8_t priority, int64_t age_ns)
{
	struct vrrp_advert a = {
		.version = 3, .vrid = 1, .priority = priority,
		.interval_cs = 100, .source = addr_of(source),
	};

	vrrp_core_rx(&r->core, r->now, mono_add(r->now, -age_ns), &a, &r->act);
}

/* 10 ms x 3 in both directions. */
static struct vrrp_bfd_event
session(const struct router *r, const char *peer, enum vrrp_bfd_state state,
    enum vrrp_bfd_reason reason)
{
	return (struct vrrp_bfd_event){ .peer = addr_of(peer), .state = state,
	    .reason = reason, .detection_time_ns = 30 * MS,
	    .rx_interval_ns = 10 * MS, .tx_interval_ns = 10 * MS,
	    .tx_multiplier = 3, .last_rx = r->last_rx };
}

static void
bfd_up(struct router *r, const char *peer)
{
	struct vrrp_bfd_event e = session(r, peer, VRRP_BFD_UP,
	    VRRP_BFD_REASON_NONE);

	vrrp_core_bfd(&r->core, r->now, &e, &r->act);
}

static void
bfd_down(struct router *r, const char *peer)
{
	struct vrrp_bfd_event e = session(r, peer, VRRP_BFD_DOWN,
	    VRRP_BFD_REASON_TIMEOUT);

	/* bfdd has forgotten by then what the peer had agreed to. */
	e.rx_interval_ns = 0;
	vrrp_core_bfd(&r->core, r->now, &e, &r->act);
}

/* A Backup that follows R1 with a session Up; the last packet comes now. */
static void
protected_backup(struct router *r)
{
	start(r, 100, 100);
	rx(r, R1, 200, 0);
	pass(r, 500 * MS);
	r->last_rx = MONO_NEVER;
	bfd_up(r, R1);
	pass(r, 100 * MS);
	r->last_rx = r->now;
}

static int64_t
remaining(const struct router *r)
{
	return mono_sub(vrrp_core_next_expiry(&r->core), r->now);
}

/*
 * L-23 +, L-12 - an advert sent after BFD had been silent for two intervals:
 * the router lives.  Its timer decides, and nothing is spent.
 */
static void
test_vrrp_core_bfd_advert_after_its_last_packet_disproves_the_down(void **state)
{
	struct router r;

	(void)state;
	protected_backup(&r);
	pass(&r, 21 * MS);
	rx(&r, R1, 200, 0);
	pass(&r, 9 * MS);
	bfd_down(&r, R1);
	assert_int_equal(r.act.todo, 0);
	assert_int_equal(r.core.state, VRRP_BACKUP);
	assert_int_equal(r.core.bfd_disproved, 1);
	assert_int_equal(r.core.bfd_takeovers, 0);
	assert_int_equal(remaining(&r), 3609375000 - 9 * MS);	/* L-10 */
	/* R1 may die yet, and then with its BFD: that is believed. */
	r.last_rx = r.now;
	bfd_up(&r, R1);
	pass(&r, 30 * MS);
	bfd_down(&r, R1);
	assert_int_equal(r.core.state, VRRP_ACTIVE);
	assert_int_equal(r.core.bfd_takeovers, 1);
}

/* L-11 + whatever a dying router sent within two intervals proves nothing. */
static void
test_vrrp_core_bfd_advert_of_the_dying_does_not_delay(void **state)
{
	static const int64_t after_ms[] = { -30, 0, 5, 10, 15, 20 };
	struct router r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(after_ms) / sizeof(after_ms[0]); i++) {
		protected_backup(&r);
		pass(&r, 29 * MS);
		rx(&r, R1, 200, (29 - after_ms[i]) * MS);
		pass(&r, 1 * MS);
		bfd_down(&r, R1);
		assert_int_equal(r.core.state, VRRP_ACTIVE);
		assert_int_equal(r.core.bfd_disproved, 0);
	}
}

/* Adverts of another say nothing of R1's life, and R1 then is no Active. */
static void
test_vrrp_core_bfd_proof_of_life_is_its_own_advert(void **state)
{
	struct router r;

	(void)state;
	protected_backup(&r);
	pass(&r, 25 * MS);
	rx(&r, R1, 0, 0);			/* resigns: not a proof */
	pass(&r, 5 * MS);
	bfd_down(&r, R1);
	assert_int_equal(r.core.state, VRRP_ACTIVE);
	protected_backup(&r);
	pass(&r, 25 * MS);
	rx(&r, R3, 210, 0);
	pass(&r, 5 * MS);
	bfd_down(&r, R1);			/* L-11: R3 is followed now */
	assert_int_equal(r.core.state, VRRP_BACKUP);
	assert_int_equal(r.core.bfd_disproved, 0);
}

/* L-12 + a Down that the peer's bfdd explains is not a matter of silence. */
static void
test_vrrp_core_bfd_told_down_needs_no_silence(void **state)
{
	struct vrrp_bfd_event e;
	struct router r;

	(void)state;
	protected_backup(&r);
	pass(&r, 50 * MS);
	rx(&r, R1, 200, 0);
	e = session(&r, R1, VRRP_BFD_DOWN, VRRP_BFD_REASON_PEER_DOWN);
	e.remote_diag = 5;			/* L-20: its vrrpd is gone */
	vrrp_core_bfd(&r.core, r.now, &e, &r.act);
	assert_int_equal(r.core.state, VRRP_ACTIVE);
}

/* An absence moves what the timer runs from, and not when it arrived. */
static void
test_vrrp_core_bfd_absence_makes_no_proof_of_life(void **state)
{
	struct router r;

	(void)state;
	protected_backup(&r);
	pass(&r, 200 * MS);
	rx(&r, R1, 200, 199 * MS);	/* was in the socket all the while */
	vrrp_core_absent(&r.core, mono_add(r.now, -200 * MS), r.now);
	bfd_down(&r, R1);
	assert_int_equal(r.core.state, VRRP_ACTIVE);
	assert_int_equal(r.core.bfd_disproved, 0);
}

static void
start_active(struct router *r, uint16_t advert_int_cs)
{
	start(r, 200, advert_int_cs);
	r->now = vrrp_core_next_expiry(&r->core);
	vrrp_core_expire(&r->core, r->now, &r->act);
	assert_int_equal(r->core.state, VRRP_ACTIVE);
	r->last_rx = MONO_NEVER;
	pass(r, 300 * MS);
}

static void
lose_bfdd(struct router *r, const char *peer)
{
	struct vrrp_bfd_event e = { .peer = addr_of(peer),
	    .state = VRRP_BFD_UNKNOWN, .last_rx = MONO_NEVER };

	vrrp_core_bfd(&r->core, r->now, &e, &r->act);
	assert_int_equal(r->act.todo, 0);
}

/*
 * L-23 + at least one advert in each window that a Backup could have: from two
 * intervals after a last packet, which was at most one before the loss, to D.
 */
static void
test_vrrp_core_bfdd_lost_active_proves_its_life_to_all(void **state)
{
	static const struct { int64_t interval_us; unsigned mult; } peers[] = {
		{ 10000, 3 }, { 3000, 3 }, { 3300, 3 }, { 10000, 5 },
		{ 50000, 3 }, { 100000, 4 },
	};
	int64_t at[32], interval_ns, phase_ns;
	struct vrrp_bfd_event e;
	struct router r;
	mono_t lost;
	unsigned sent, n;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(peers) / sizeof(peers[0]); i++) {
		interval_ns = ns_from_us(peers[i].interval_us);
		start_active(&r, 100);
		e = session(&r, R3, VRRP_BFD_UP, VRRP_BFD_REASON_NONE);
		e.tx_interval_ns = interval_ns;
		e.tx_multiplier = peers[i].mult;
		vrrp_core_bfd(&r.core, r.now, &e, &r.act);
		lose_bfdd(&r, R3);
		lost = r.now;
		sent = 0;
		vrrp_core_reassure(&r.core, r.now, &r.act);
		while (mono_sub(r.now, lost) < NS_PER_S) {
			assert_int_equal(r.act.todo, VRRP_DO_SEND_ADVERT);
			assert_int_equal(r.act.advert_priority, 200);
			at[sent++] = mono_sub(r.now, lost);
			assert_true(sent < 16);
			/* V-96: never closer than a millisecond. */
			assert_true(remaining(&r) >= MS);
			r.now = vrrp_core_next_expiry(&r.core);
			vrrp_core_expire(&r.core, r.now, &r.act);
		}
		for (phase_ns = 0; phase_ns < interval_ns;
		    phase_ns += interval_ns / 50) {
			for (n = 0; n < sent; n++)
				if (at[n] + phase_ns > 2 * interval_ns &&
				    at[n] + phase_ns <
				    peers[i].mult * interval_ns)
					break;
			assert_true(n < sent);
		}
		assert_true(mono_sub(r.now, lost) <= 2 * NS_PER_S);
	}
}

/* L-23 -, V-96 + once, however often bfdd goes; and a Backup says nothing. */
static void
test_vrrp_core_bfdd_lost_again_and_again_is_one_series(void **state)
{
	struct router r;
	unsigned i;

	(void)state;
	start_active(&r, 100);
	bfd_up(&r, R3);
	lose_bfdd(&r, R3);
	vrrp_core_reassure(&r.core, r.now, &r.act);
	assert_int_equal(r.act.todo, VRRP_DO_SEND_ADVERT);
	assert_int_equal(remaining(&r), 5 * MS);
	for (i = 0; i < 100; i++) {
		pass(&r, 2 * MS);
		bfd_up(&r, R3);
		lose_bfdd(&r, R3);
		vrrp_core_reassure(&r.core, r.now, &r.act);
		assert_int_equal(r.act.todo, i % 25 == 24 ?
		    VRRP_DO_SEND_ADVERT : 0);
	}
	protected_backup(&r);
	lose_bfdd(&r, R1);
	vrrp_core_reassure(&r.core, r.now, &r.act);
	assert_int_equal(r.act.todo, 0);
	assert_int_equal(r.core.state, VRRP_BACKUP);
}

/* L-23 - nobody listened to our BFD, or adverts are as frequent: one is all. */
static void
test_vrrp_core_bfdd_lost_without_need_keeps_the_rhythm(void **state)
{
	struct router r;
	mono_t due;

	(void)state;
	start_active(&r, 100);
	due = r.core.adver_timer;
	vrrp_core_reassure(&r.core, r.now, &r.act);
	assert_int_equal(r.act.todo, VRRP_DO_SEND_ADVERT);
	assert_int_equal(r.core.adver_timer.ns, due.ns);
	start_active(&r, 100);
	bfd_up(&r, R3);
	{	/* Down before: nobody's loss. */
		struct vrrp_bfd_event e = session(&r, R3, VRRP_BFD_ADMIN_DOWN,
		    VRRP_BFD_REASON_ADMIN);

		vrrp_core_bfd(&r.core, r.now, &e, &r.act);
	}
	due = r.core.adver_timer;
	lose_bfdd(&r, R3);
	vrrp_core_reassure(&r.core, r.now, &r.act);
	assert_int_equal(r.core.adver_timer.ns, due.ns);
}

/* L-23 + whoever becomes Active in that time is owed no less. */
static void
test_vrrp_core_active_soon_after_bfdd_is_lost_says_that_it_lives(void **state)
{
	struct addr us = addr_of(US);
	struct router r;

	(void)state;
	protected_backup(&r);
	lose_bfdd(&r, R1);
	vrrp_core_reassure(&r.core, r.now, &r.act);
	pass(&r, 12 * MS);
	vrrp_core_take_over(&r.core, r.now, VRRP_CAUSE_PREEMPT, &r.act);
	assert_int_equal(r.core.state, VRRP_ACTIVE);
	assert_int_equal(remaining(&r), 5 * MS);
	/* So is the heir of an Active, in its name. */
	start_active(&r, 100);
	bfd_up(&r, R3);
	lose_bfdd(&r, R3);
	vrrp_core_reassure(&r.core, r.now, &r.act);
	{
		struct vrrp_core heir;

		vrrp_core_init(&heir, &r.core.p);
		vrrp_core_owes(&heir, &r.core);
		vrrp_core_readopt(&heir, r.now, &us, r.now, r.now, &r.act);
		assert_int_equal(mono_sub(vrrp_core_next_expiry(&heir), r.now),
		    5 * MS);
	}
	/* L-23 - and nobody is, when all have given the session up. */
	protected_backup(&r);
	lose_bfdd(&r, R1);
	vrrp_core_reassure(&r.core, r.now, &r.act);
	pass(&r, 31 * MS);
	vrrp_core_take_over(&r.core, r.now, VRRP_CAUSE_PREEMPT, &r.act);
	assert_int_equal(remaining(&r), NS_PER_S);
}

/* L-23 + a proof of life just before, and a question meanwhile, end no series. */
static void
test_vrrp_core_series_after_bfdd_is_lost_goes_on(void **state)
{
	struct vrrp_bfd_event e;
	struct router r;

	(void)state;
	start_active(&r, 100);
	bfd_up(&r, R1);
	bfd_up(&r, R3);
	e = session(&r, R1, VRRP_BFD_DOWN, VRRP_BFD_REASON_TIMEOUT);
	vrrp_core_bfd(&r.core, r.now, &e, &r.act);
	assert_int_equal(r.act.todo, VRRP_DO_SEND_ADVERT);
	pass(&r, 10 * MS);
	lose_bfdd(&r, R3);
	vrrp_core_reassure(&r.core, r.now, &r.act);
	assert_int_equal(r.act.todo, 0);
	assert_int_equal(remaining(&r), 5 * MS);
	pass(&r, 2 * MS);
	rx(&r, R1, 0, 0);				/* V-70 */
	assert_int_equal(r.act.todo, VRRP_DO_SEND_ADVERT);
	assert_int_equal(remaining(&r), 5 * MS);
}

/* L-23 +, L-26 + the session of another instance, by which a peer may go. */
static void
test_vrrp_core_bfdd_lost_by_others_is_a_series_too(void **state)
{
	struct router r;

	(void)state;
	start_active(&r, 100);
	vrrp_core_watched(&r.core, r.now, 50 * MS, 3);
	vrrp_core_watched(&r.core, r.now, 20 * MS, 3);
	vrrp_core_watched(&r.core, r.now, 0, 3);
	vrrp_core_reassure(&r.core, r.now, &r.act);
	assert_int_equal(r.act.todo, VRRP_DO_SEND_ADVERT);
	assert_int_equal(remaining(&r), 10 * MS);
}

/* L-13 + its session to a Backup is Down: that one may be about to take over. */
static void
test_vrrp_core_active_whose_session_falls_says_that_it_lives(void **state)
{
	static const enum vrrp_bfd_reason reasons[] = {
		VRRP_BFD_REASON_TIMEOUT, VRRP_BFD_REASON_PEER_DOWN,
	};
	struct vrrp_bfd_event e;
	struct router r;
	mono_t due;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		start_active(&r, 100);
		bfd_up(&r, R3);
		due = r.core.adver_timer;
		e = session(&r, R3, VRRP_BFD_DOWN, reasons[i]);
		vrrp_core_bfd(&r.core, r.now, &e, &r.act);
		assert_int_equal(r.act.todo, VRRP_DO_SEND_ADVERT);
		assert_int_equal(r.core.adver_timer.ns, due.ns);
		/* The answer to a false takeover (V-72) is still to be had. */
		rx(&r, R3, 100, 0);
		assert_true(r.act.todo & VRRP_DO_SEND_ADVERT);
		/* Without an edge, nothing. */
		pass(&r, NS_PER_S / 2);
		vrrp_core_bfd(&r.core, r.now, &e, &r.act);
		assert_int_equal(r.act.todo, 0);
	}
}

/* R3 is known to be better: it has an interval and half of one. */
static void
second_backup(struct router *r)
{
	start(r, 100, 100);
	rx(r, R3, 150, 0);			/* R3 was Active once */
	rx(r, R1, 200, 0);
	pass(r, 500 * MS);
	r->last_rx = MONO_NEVER;
	bfd_up(r, R1);
	bfd_up(r, R3);
	pass(r, 100 * MS);
	r->last_rx = r->now;
	pass(r, 30 * MS);
}

/* L-15 + the better one is waited for, and not longer than a slot. */
static void
test_vrrp_core_bfd_second_best_waits_one_slot(void **state)
{
	struct router r;

	(void)state;
	second_backup(&r);
	assert_int_equal(vrrp_core_bfd_delay_ns(&r.core, r.now), 15 * MS);
	bfd_down(&r, R1);
	assert_int_equal(r.act.todo, 0);
	assert_int_equal(remaining(&r), 15 * MS);
	r.now = vrrp_core_next_expiry(&r.core);
	vrrp_core_expire(&r.core, r.now, &r.act);	/* R3 did not */
	assert_int_equal(r.core.state, VRRP_ACTIVE);
	assert_int_equal(r.act.tr.cause, VRRP_CAUSE_BFD_DOWN);
	second_backup(&r);
	bfd_down(&r, R1);
	pass(&r, 12 * MS);
	rx(&r, R3, 150, 0);			/* R3 took over */
	assert_int_equal(remaining(&r), 3609375000);
	assert_int_equal(r.core.bfd_takeovers, 0);
}

/* L-15 + both die: whoever is left waits for nobody. */
static void
test_vrrp_core_bfd_better_one_dies_too_goes_at_once(void **state)
{
	struct router r;

	(void)state;
	second_backup(&r);
	bfd_down(&r, R1);
	assert_int_equal(r.core.state, VRRP_BACKUP);
	pass(&r, 4 * MS);
	bfd_down(&r, R3);
	assert_int_equal(r.core.state, VRRP_ACTIVE);
	assert_int_equal(r.act.tr.cause, VRRP_CAUSE_BFD_DOWN);
	second_backup(&r);
	bfd_down(&r, R3);			/* the other order */
	assert_int_equal(r.core.state, VRRP_BACKUP);
	bfd_down(&r, R1);
	assert_int_equal(r.core.state, VRRP_ACTIVE);
	/* AdminDown: it has no part in the race either. */
	second_backup(&r);
	{
		struct vrrp_bfd_event e = session(&r, R3, VRRP_BFD_ADMIN_DOWN,
		    VRRP_BFD_REASON_ADMIN);

		vrrp_core_bfd(&r.core, r.now, &e, &r.act);
	}
	bfd_down(&r, R1);
	assert_int_equal(r.core.state, VRRP_ACTIVE);
}

/* L-15 -, V-67 - a lesser one was faster: there is an Active. */
static void
test_vrrp_core_bfd_lesser_active_since_the_last_packet_is_left_alone(
    void **state)
{
	struct router r;

	(void)state;
	protected_backup(&r);
	pass(&r, 28 * MS);
	rx(&r, R3, 50, 0);
	pass(&r, 2 * MS);
	bfd_down(&r, R1);
	assert_int_equal(r.core.state, VRRP_BACKUP);
	assert_int_equal(r.core.bfd_left_to_others, 1);
	r.now = vrrp_core_next_expiry(&r.core);
	vrrp_core_expire(&r.core, r.now, &r.act);
	assert_int_equal(r.core.state, VRRP_ACTIVE);
	assert_int_equal(r.act.tr.cause, VRRP_CAUSE_PREEMPT);
	/* Not so if it gave way since, or claimed before R1 was last heard. */
	protected_backup(&r);
	pass(&r, 8 * MS);
	rx(&r, R3, 50, 0);
	pass(&r, 1 * MS);
	rx(&r, R1, 200, 0);
	pass(&r, 21 * MS);
	bfd_down(&r, R1);
	assert_int_equal(r.core.state, VRRP_ACTIVE);
	protected_backup(&r);
	rx(&r, R3, 50, 1 * MS);
	pass(&r, 30 * MS);
	bfd_down(&r, R1);
	assert_int_equal(r.core.state, VRRP_ACTIVE);
}

/* L-15 + a claim teaches for hours, across restarts; a name without one too. */
static void
test_vrrp_core_bfd_order_is_learned_and_kept(void **state)
{
	struct addr us = addr_of(US), r3 = addr_of(R3);
	struct router r;

	(void)state;
	second_backup(&r);
	vrrp_core_shutdown(&r.core, r.now, VRRP_CAUSE_DISABLED, &r.act);
	vrrp_core_startup(&r.core, r.now, &us, VRRP_CAUSE_ENABLED, &r.act);
	rx(&r, R1, 200, 0);
	pass(&r, 3600 * NS_PER_S);
	rx(&r, R1, 200, 0);
	assert_int_equal(vrrp_core_bfd_delay_ns(&r.core, r.now), 15 * MS);
	protected_backup(&r);
	assert_int_equal(vrrp_core_bfd_delay_ns(&r.core, r.now), 0);
	vrrp_core_name_router(&r.core, &r3);
	assert_int_equal(vrrp_core_bfd_delay_ns(&r.core, r.now), 15 * MS);
	rx(&r, R3, 50, 0);
	assert_int_equal(vrrp_core_bfd_delay_ns(&r.core, r.now), 0);
}

/* L-14: two milliseconds to hear that it was wrong. */
static void
confirming(struct router *r, uint8_t priority, uint8_t actives, bool preempt)
{
	struct vrrp_core_params p = { .version = 3, .preempt = preempt,
	    .priority = priority, .advert_int_cs = 100,
	    .takeover_confirm_ns = 2 * MS };
	struct addr us = addr_of(US);

	r->now = (mono_t){ T0 };
	vrrp_core_init(&r->core, &p);
	vrrp_core_startup(&r->core, r->now, &us, VRRP_CAUSE_STARTUP, &r->act);
	rx(r, R1, actives, 0);
	r->last_rx = MONO_NEVER;
	bfd_up(r, R1);
	pass(r, 100 * MS);
	r->last_rx = r->now;
	pass(r, 30 * MS);
	bfd_down(r, R1);
	assert_int_equal(r->act.todo, VRRP_DO_SEND_ADVERT);
	assert_int_equal(r->act.advert_priority, priority);
	assert_int_equal(r->core.state, VRRP_BACKUP);
	assert_int_equal(remaining(r), 2 * MS);
}

static void
confirming_backup(struct router *r, uint8_t priority, uint8_t actives)
{
	confirming(r, priority, actives, true);
}

/* A Backup that serves when it must, and preempts nobody. */
static void
confirming_patient_backup(struct router *r, uint8_t actives)
{
	confirming(r, 100, actives, false);
}

/* L-14 + the advert first, the rest when nobody has objected. */
static void
test_vrrp_core_bfd_confirm_unanswered_takes_over(void **state)
{
	struct router r;

	(void)state;
	confirming_backup(&r, 100, 200);
	r.now = vrrp_core_next_expiry(&r.core);
	vrrp_core_expire(&r.core, r.now, &r.act);
	assert_int_equal(r.core.state, VRRP_ACTIVE);
	assert_int_equal(r.act.todo, VRRP_DO_SEND_ADVERT | VRRP_DO_INSTALL |
	    VRRP_DO_ANNOUNCE | VRRP_DO_TRANSITION);
	assert_int_equal(r.act.tr.cause, VRRP_CAUSE_BFD_DOWN);
	assert_int_equal(r.core.bfd_takeovers, 1);
	/* And again, another time. */
	pass(&r, NS_PER_S);
	rx(&r, R1, 200, 0);
	bfd_up(&r, R1);
	pass(&r, 100 * MS);
	r.last_rx = r.now;
	pass(&r, 30 * MS);
	bfd_down(&r, R1);
	assert_int_equal(r.core.state, VRRP_BACKUP);
}

/* L-14 + the old Active, or a better one, speaks: nothing has moved. */
static void
test_vrrp_core_bfd_confirm_answered_is_called_off(void **state)
{
	struct router r;

	(void)state;
	confirming_backup(&r, 100, 200);
	pass(&r, 1 * MS);
	rx(&r, R1, 200, 0);
	assert_int_equal(r.act.todo, 0);
	assert_int_equal(r.core.state, VRRP_BACKUP);
	assert_int_equal(remaining(&r), 3609375000);
	assert_int_equal(r.core.bfd_unconfirmed, 1);
	assert_int_equal(r.core.bfd_takeovers, 0);
	assert_true(r.core.death.sessions[0].spent);	/* L-13 holds for it too */
	confirming_backup(&r, 100, 200);
	pass(&r, 1 * MS);
	rx(&r, R3, 150, 0);
	assert_int_equal(remaining(&r), 3609375000);
	assert_false(r.core.death.sessions[0].spent);	/* the session was right */
}

/* L-14 + its session comes back before the time is over: it was no death. */
static void
test_vrrp_core_bfd_confirm_ends_when_the_session_is_back(void **state)
{
	struct router r;

	(void)state;
	confirming_backup(&r, 100, 200);
	pass(&r, 1 * MS);
	bfd_up(&r, R1);
	assert_true(remaining(&r) > NS_PER_S);
	assert_int_equal(r.core.bfd_unconfirmed, 1);
	pass(&r, 10 * MS);
	vrrp_core_expire(&r.core, r.now, &r.act);
	assert_int_equal(r.core.state, VRRP_BACKUP);
	assert_int_equal(r.act.todo, 0);
}

/*
 * L-14 - the Active that was called dead loses against our advert, so it has
 * obeyed by the time its session is back: nobody would be Active if we did not
 * go through with it.  Whatever withdraws the death comes too late.
 */
static void
test_vrrp_core_bfd_confirm_that_has_won_stands(void **state)
{
	static const struct {
		enum vrrp_bfd_state	state;
		bool			forget;
		uint8_t			actives;
	} cases[] = {
		{ VRRP_BFD_UP, false, 50 }, { VRRP_BFD_INIT, false, 50 },
		{ VRRP_BFD_ADMIN_DOWN, false, 50 }, { VRRP_BFD_UP, true, 50 },
		{ VRRP_BFD_UP, false, 100 },	/* R1 has the lower address */
		{ VRRP_BFD_UP, false, 1 },
	};
	struct vrrp_bfd_event e;
	struct router r;
	struct addr r1 = addr_of(R1);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		confirming_patient_backup(&r, cases[i].actives);
		pass(&r, 1 * MS);
		e = session(&r, R1, cases[i].state, VRRP_BFD_REASON_NONE);
		vrrp_core_bfd(&r.core, r.now, &e, &r.act);
		if (cases[i].forget)
			vrrp_core_bfd_forget(&r.core, &r1);
		assert_int_equal(r.core.bfd_unconfirmed, 0);
		assert_int_equal(remaining(&r), 1 * MS);
		r.now = vrrp_core_next_expiry(&r.core);
		vrrp_core_expire(&r.core, r.now, &r.act);
		assert_int_equal(r.core.state, VRRP_ACTIVE);
		assert_int_equal(r.act.tr.cause, VRRP_CAUSE_BFD_DOWN);
	}
}

/* L-14 - and its session may even go Down once more: it is one takeover. */
static void
test_vrrp_core_bfd_confirm_that_has_won_is_not_begun_again(void **state)
{
	struct addr r3 = addr_of(R3);
	struct vrrp_rank_id better = { &r3, 150 };
	struct router r;
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		confirming_patient_backup(&r, 50);
		pass(&r, 1 * MS);
		bfd_up(&r, R1);
		if (i == 1) {
			vrrp_rank_heard(&r.core.death.rank, r.now, &better, 100,
			    false);
			bfd_up(&r, R3);
		}
		bfd_down(&r, R1);
		assert_int_equal(r.act.todo, 0);
		assert_int_equal(remaining(&r), 1 * MS);
		r.now = vrrp_core_next_expiry(&r.core);
		vrrp_core_expire(&r.core, r.now, &r.act);
		assert_int_equal(r.core.state, VRRP_ACTIVE);
		assert_int_equal(r.core.bfd_takeovers, 1);
	}
}

/* L-14 -, L-19 - so does the wish of a member of a group that has said so. */
static void
test_vrrp_core_bfd_confirm_that_has_won_keeps_its_wish(void **state)
{
	struct router r;

	(void)state;
	confirming_patient_backup(&r, 50);
	r.core.p.grouped = true;
	r.now = vrrp_core_next_expiry(&r.core);
	vrrp_core_expire(&r.core, r.now, &r.act);
	assert_int_equal(r.act.todo, VRRP_DO_ASK);
	pass(&r, 1 * MS);
	bfd_up(&r, R1);
	assert_true(r.core.wants);
	/* An Active that is heard after all ends it. */
	rx(&r, R1, 50, 0);
	assert_false(r.core.wants);
	/* A wish that was not said may be withdrawn. */
	confirming_patient_backup(&r, 50);
	r.core.p.grouped = true;
	r.core.confirm_timer = MONO_NEVER;
	rx(&r, R1, 50, 0);
	bfd_up(&r, R1);
	r.core.p.takeover_confirm_ns = 0;
	pass(&r, 50 * MS);
	r.last_rx = r.now;
	pass(&r, 30 * MS);
	bfd_down(&r, R1);
	assert_true(r.core.wants);
	bfd_up(&r, R1);
	assert_false(r.core.wants);
}

/* L-14, V-68: who obeyed our advert must not wait for an Active that is none. */
static void
test_vrrp_core_bfd_confirm_cut_short_resigns(void **state)
{
	struct router r;

	(void)state;
	confirming_patient_backup(&r, 50);
	vrrp_core_shutdown(&r.core, r.now, VRRP_CAUSE_INTERFACE_DOWN, &r.act);
	assert_int_equal(r.act.todo, VRRP_DO_SEND_ADVERT | VRRP_DO_TRANSITION);
	assert_int_equal(r.act.advert_priority, 0);
	assert_int_equal(r.core.state, VRRP_INITIALIZE);
	/* A Backup that has claimed nothing says nothing (V-63). */
	confirming_backup(&r, 100, 200);
	rx(&r, R1, 200, 0);
	vrrp_core_shutdown(&r.core, r.now, VRRP_CAUSE_INTERFACE_DOWN, &r.act);
	assert_int_equal(r.act.todo, VRRP_DO_TRANSITION);
}

/*
 * L-14, L-32: whoever is Active after the time in which it could have obeyed has
 * not heard us, or has come back since.  It is judged as any other.
 */
static void
test_vrrp_core_bfd_confirm_slept_through_is_void(void **state)
{
	struct router r;

	(void)state;
	confirming_patient_backup(&r, 50);
	pass(&r, 900 * MS);
	rx(&r, R1, 50, 899 * MS);		/* crossed our advert */
	assert_false(mono_is_never(r.core.confirm_timer));
	rx(&r, R1, 50, 800 * MS);
	assert_true(mono_is_never(r.core.confirm_timer));
	assert_int_equal(r.core.bfd_unconfirmed, 1);
	vrrp_core_expire(&r.core, r.now, &r.act);
	assert_int_equal(r.core.state, VRRP_BACKUP);
}

/* L-14 - who loses to our advert obeys it: what it still sent says nothing. */
static void
test_vrrp_core_bfd_confirm_is_not_stopped_by_who_will_obey(void **state)
{
	static const struct {
		const char	*source;
		uint8_t		 priority;
	} cases[] = { { R1, 50 }, { R1, 100 }, { R3, 99 }, { R1, 0 } };
	struct router r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		confirming_backup(&r, 100, 100);
		pass(&r, 1 * MS);
		rx(&r, cases[i].source, cases[i].priority, 0);
		assert_int_equal(remaining(&r), 1 * MS);
		r.now = vrrp_core_next_expiry(&r.core);
		vrrp_core_expire(&r.core, r.now, &r.act);
		assert_int_equal(r.core.state, VRRP_ACTIVE);
	}
}

/* L-10 + the timer waits for nobody; L-14 - other causes are not confirmed. */
static void
test_vrrp_core_bfd_confirm_delays_nothing_else(void **state)
{
	struct router r;

	(void)state;
	start(&r, 100, 100);
	r.core.p.takeover_confirm_ns = NS_PER_S;
	r.last_rx = MONO_NEVER;
	rx(&r, R1, 200, 0);
	bfd_up(&r, R1);
	pass(&r, 3600 * MS);
	r.last_rx = r.now;
	bfd_down(&r, R1);
	assert_int_equal(remaining(&r), 9375000);
	r.now = vrrp_core_next_expiry(&r.core);
	vrrp_core_expire(&r.core, r.now, &r.act);
	assert_int_equal(r.core.state, VRRP_ACTIVE);
	assert_int_equal(r.act.tr.cause, VRRP_CAUSE_ACTIVE_DOWN_TIMER);
}

/* A takeover that R1 takes back at once, and its session comes Up again. */
static void
false_takeover(struct router *r)
{
	r->last_rx = r->now;
	pass(r, 30 * MS);
	bfd_down(r, R1);
	assert_int_equal(r->core.state, VRRP_ACTIVE);
	pass(r, 1 * MS);
	rx(r, R1, 200, 0);
	assert_int_equal(r->core.state, VRRP_BACKUP);
	pass(r, 1 * MS);
	bfd_up(r, R1);
}

/* L-13 + the second one in a row costs ten seconds, the next twice as long. */
static void
test_vrrp_core_bfd_false_again_and_again_is_suspended(void **state)
{
	struct addr peer = addr_of(R1);
	int64_t expect_ns = 10 * NS_PER_S;
	struct router r;
	unsigned i;

	(void)state;
	protected_backup(&r);
	false_takeover(&r);
	assert_false(mono_before(r.now,
	    vrrp_core_bfd_suspended_until(&r.core, &peer)));
	for (i = 2; i < 12; i++) {
		false_takeover(&r);
		assert_int_equal(mono_sub(vrrp_core_bfd_suspended_until(
		    &r.core, &peer), r.now), expect_ns - 1 * MS);
		assert_int_equal(r.core.death.sessions[0].false_takeovers, i);
		/* Meanwhile a Down is VRRP's business. */
		r.last_rx = r.now;
		pass(&r, 30 * MS);
		bfd_down(&r, R1);
		assert_int_equal(r.core.state, VRRP_BACKUP);
		assert_int_equal(r.core.bfd_suspended, i - 1);
		bfd_up(&r, R1);
		pass(&r, expect_ns);
		rx(&r, R1, 200, 0);
		expect_ns = expect_ns < 300 * NS_PER_S ? 2 * expect_ns :
		    600 * NS_PER_S;
	}
	assert_int_equal(r.core.bfd_false_takeovers, 11);
	assert_int_equal(r.core.takeovers_taken_back, 11);
	/* Ten quiet minutes are forgiven. */
	pass(&r, 1200 * NS_PER_S);
	rx(&r, R1, 200, 0);
	false_takeover(&r);
	assert_int_equal(r.core.death.sessions[0].false_takeovers, 1);
}

/* A takeover by the timer that was wrong is counted too; a right one is not. */
static void
test_vrrp_core_takeover_taken_back_is_counted_whatever_the_cause(void **state)
{
	struct router r;

	(void)state;
	start(&r, 100, 100);
	rx(&r, R1, 200, 0);
	r.now = vrrp_core_next_expiry(&r.core);
	vrrp_core_expire(&r.core, r.now, &r.act);
	pass(&r, 1 * MS);
	rx(&r, R1, 200, 0);
	assert_int_equal(r.core.takeovers_taken_back, 1);
	r.now = vrrp_core_next_expiry(&r.core);
	vrrp_core_expire(&r.core, r.now, &r.act);
	pass(&r, 60 * NS_PER_S);
	rx(&r, R1, 200, 0);			/* repaired */
	rx(&r, R1, 0, 0);
	r.now = vrrp_core_next_expiry(&r.core);
	vrrp_core_expire(&r.core, r.now, &r.act);
	pass(&r, 1 * MS);
	rx(&r, R1, 200, 0);			/* resigned, and came back */
	assert_int_equal(r.core.takeovers_taken_back, 1);
}

/* L-10 + VRRP blocked, BFD Up: the timer decides, and there is an alarm. */
static void
test_vrrp_core_adverts_gone_with_bfd_up_is_an_alarm(void **state)
{
	struct addr peer, r1 = addr_of(R1);
	struct router r;
	bool bfd;

	(void)state;
	protected_backup(&r);
	assert_false(vrrp_core_half_heard(&r.core, &peer, &bfd));
	r.now = vrrp_core_next_expiry(&r.core);
	vrrp_core_expire(&r.core, r.now, &r.act);
	assert_int_equal(r.core.state, VRRP_ACTIVE);
	assert_true(vrrp_core_half_heard(&r.core, &peer, &bfd));
	assert_true(bfd && addr_equal(&peer, &r1));
	rx(&r, R1, 50, 0);			/* heard again */
	assert_false(vrrp_core_half_heard(&r.core, &peer, &bfd));
	/* R1 lost its vrrpd alone, has it back as a Backup, and says so. */
	protected_backup(&r);
	r.now = vrrp_core_next_expiry(&r.core);
	vrrp_core_expire(&r.core, r.now, &r.act);
	peer = addr_of(R3);
	vrrp_core_no_active(&r.core, &peer);
	assert_true(vrrp_core_half_heard(&r.core, &peer, &bfd));
	vrrp_core_no_active(&r.core, &r1);
	assert_false(vrrp_core_half_heard(&r.core, &peer, &bfd));
	/* The session goes as well: it was a death after all. */
	protected_backup(&r);
	r.now = vrrp_core_next_expiry(&r.core);
	vrrp_core_expire(&r.core, r.now, &r.act);
	bfd_down(&r, R1);
	assert_false(vrrp_core_half_heard(&r.core, &peer, &bfd));
	/* R1 resigned: no reason for alarm. */
	protected_backup(&r);
	rx(&r, R1, 0, 0);
	r.now = vrrp_core_next_expiry(&r.core);
	vrrp_core_expire(&r.core, r.now, &r.act);
	assert_int_equal(r.core.state, VRRP_ACTIVE);
	assert_false(vrrp_core_half_heard(&r.core, &peer, &bfd));
}

/* The reverse: its BFD is Down, and adverts go on. */
static void
test_vrrp_core_bfd_down_while_adverts_flow_is_an_alarm(void **state)
{
	struct vrrp_bfd_event e;
	struct addr peer;
	struct router r;
	bool bfd;

	(void)state;
	protected_backup(&r);
	e = session(&r, R1, VRRP_BFD_DOWN, VRRP_BFD_REASON_PEER_DOWN);
	e.remote_diag = 1;
	vrrp_core_bfd(&r.core, r.now, &e, &r.act);
	assert_int_equal(r.core.state, VRRP_BACKUP);
	assert_false(vrrp_core_half_heard(&r.core, &peer, &bfd));
	pass(&r, NS_PER_S);
	rx(&r, R1, 200, 0);
	assert_true(vrrp_core_half_heard(&r.core, &peer, &bfd));
	assert_false(bfd);
	bfd_up(&r, R1);
	assert_false(vrrp_core_half_heard(&r.core, &peer, &bfd));
	/* Taken down on purpose is no alarm. */
	e.state = VRRP_BFD_DOWN;
	vrrp_core_bfd(&r.core, r.now, &e, &r.act);
	e.state = VRRP_BFD_ADMIN_DOWN;
	e.reason = VRRP_BFD_REASON_ADMIN;
	vrrp_core_bfd(&r.core, r.now, &e, &r.act);
	pass(&r, NS_PER_S);
	rx(&r, R1, 200, 0);
	assert_false(vrrp_core_half_heard(&r.core, &peer, &bfd));
}

/* Design §6: what BFD tells an Active that is fenced does not make it speak. */
static void
test_vrrp_core_fenced_active_is_not_made_to_speak_by_bfd(void **state)
{
	struct router r;
	mono_t until;

	(void)state;
	start(&r, 200, 100);
	pass(&r, 4 * NS_PER_S);
	vrrp_core_expire(&r.core, r.now, &r.act);
	assert_int_equal(r.core.state, VRRP_ACTIVE);
	r.last_rx = MONO_NEVER;
	bfd_up(&r, R1);
	pass(&r, 100 * MS);
	vrrp_core_fence(&r.core, r.now, 100 * MS);
	until = r.core.fence_until;
	bfd_down(&r, R1);
	assert_int_equal(r.act.todo, 0);
	vrrp_core_reassure(&r.core, r.now, &r.act);
	assert_int_equal(r.act.todo, 0);
	assert_true(vrrp_core_is_fenced(&r.core));
	assert_true(vrrp_core_next_expiry(&r.core).ns == until.ns);
}

/*
 * L-15, L-20: the last will comes before bfdd tells of the same death.  The order
 * of the Backups is that of the Active's priority, not of the 0 it resigned by.
 */
static void
test_vrrp_core_bfd_down_after_its_last_will_keeps_the_order(void **state)
{
	struct vrrp_bfd_event e;
	struct router r;

	(void)state;
	/* Priorities go down from R1 by us to a third of a higher address. */
	start(&r, 150, 100);
	rx(&r, R1, 200, 0);
	r.last_rx = MONO_NEVER;
	bfd_up(&r, R1);
	bfd_up(&r, "192.0.2.200");
	pass(&r, 500 * MS);
	rx(&r, R1, 0, 0);
	assert_int_equal(r.core.state, VRRP_BACKUP);
	e = session(&r, R1, VRRP_BFD_DOWN, VRRP_BFD_REASON_PEER_DOWN);
	e.remote_diag = 5;
	vrrp_core_bfd(&r.core, r.now, &e, &r.act);
	assert_int_equal(r.core.state, VRRP_ACTIVE);
}

/*
 * L-10 + in a sync group: Active_Down_Timer is spent with its wish, so a session
 * that falls and comes back after it must not withdraw that wish.  Otherwise no
 * timer runs and nobody wishes anything: the group would never go.
 */
static void
test_vrrp_core_bfd_does_not_withdraw_the_wish_of_the_timer(void **state)
{
	struct vrrp_core_params p;
	struct router r;

	(void)state;
	protected_backup(&r);
	p = r.core.p;
	p.grouped = true;
	vrrp_core_set_params(&r.core, r.now, &p, &r.act);
	r.now = vrrp_core_next_expiry(&r.core);
	r.last_rx = r.now;
	vrrp_core_expire(&r.core, r.now, &r.act);	/* adverts are filtered */
	assert_int_equal(r.act.todo, VRRP_DO_ASK);
	assert_true(mono_is_never(r.core.active_down_timer));
	pass(&r, 30 * MS);
	bfd_down(&r, R1);
	assert_true(r.core.wants);
	bfd_up(&r, R1);
	assert_true(r.core.wants);
	vrrp_core_take_over(&r.core, r.now, VRRP_CAUSE_GROUP, &r.act);
	assert_int_equal(r.act.tr.cause, VRRP_CAUSE_ACTIVE_DOWN_TIMER);
	/* A wish of BFD is withdrawn, and the timer still runs. */
	protected_backup(&r);
	vrrp_core_set_params(&r.core, r.now, &p, &r.act);
	pass(&r, 30 * MS);
	bfd_down(&r, R1);
	assert_true(r.core.wants);
	bfd_up(&r, R1);
	assert_false(r.core.wants);
	assert_false(mono_is_never(r.core.active_down_timer));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_vrrp_core_fenced_active_is_not_made_to_speak_by_bfd),
		cmocka_unit_test(
		    test_vrrp_core_bfd_down_after_its_last_will_keeps_the_order),
		cmocka_unit_test(
		    test_vrrp_core_bfd_advert_after_its_last_packet_disproves_the_down),
		cmocka_unit_test(
		    test_vrrp_core_bfd_advert_of_the_dying_does_not_delay),
		cmocka_unit_test(
		    test_vrrp_core_bfd_proof_of_life_is_its_own_advert),
		cmocka_unit_test(
		    test_vrrp_core_bfd_told_down_needs_no_silence),
		cmocka_unit_test(
		    test_vrrp_core_bfd_absence_makes_no_proof_of_life),
		cmocka_unit_test(
		    test_vrrp_core_bfdd_lost_active_proves_its_life_to_all),
		cmocka_unit_test(
		    test_vrrp_core_bfdd_lost_again_and_again_is_one_series),
		cmocka_unit_test(
		    test_vrrp_core_bfdd_lost_without_need_keeps_the_rhythm),
		cmocka_unit_test(
		    test_vrrp_core_active_soon_after_bfdd_is_lost_says_that_it_lives),
		cmocka_unit_test(
		    test_vrrp_core_series_after_bfdd_is_lost_goes_on),
		cmocka_unit_test(
		    test_vrrp_core_bfdd_lost_by_others_is_a_series_too),
		cmocka_unit_test(
		    test_vrrp_core_active_whose_session_falls_says_that_it_lives),
		cmocka_unit_test(test_vrrp_core_bfd_second_best_waits_one_slot),
		cmocka_unit_test(
		    test_vrrp_core_bfd_better_one_dies_too_goes_at_once),
		cmocka_unit_test(
		    test_vrrp_core_bfd_lesser_active_since_the_last_packet_is_left_alone),
		cmocka_unit_test(test_vrrp_core_bfd_order_is_learned_and_kept),
		cmocka_unit_test(
		    test_vrrp_core_bfd_confirm_unanswered_takes_over),
		cmocka_unit_test(
		    test_vrrp_core_bfd_confirm_answered_is_called_off),
		cmocka_unit_test(
		    test_vrrp_core_bfd_confirm_ends_when_the_session_is_back),
		cmocka_unit_test(test_vrrp_core_bfd_confirm_that_has_won_stands),
		cmocka_unit_test(
		    test_vrrp_core_bfd_confirm_that_has_won_is_not_begun_again),
		cmocka_unit_test(
		    test_vrrp_core_bfd_confirm_that_has_won_keeps_its_wish),
		cmocka_unit_test(test_vrrp_core_bfd_confirm_cut_short_resigns),
		cmocka_unit_test(
		    test_vrrp_core_bfd_confirm_slept_through_is_void),
		cmocka_unit_test(
		    test_vrrp_core_bfd_confirm_is_not_stopped_by_who_will_obey),
		cmocka_unit_test(
		    test_vrrp_core_bfd_confirm_delays_nothing_else),
		cmocka_unit_test(
		    test_vrrp_core_bfd_false_again_and_again_is_suspended),
		cmocka_unit_test(
		    test_vrrp_core_takeover_taken_back_is_counted_whatever_the_cause),
		cmocka_unit_test(
		    test_vrrp_core_adverts_gone_with_bfd_up_is_an_alarm),
		cmocka_unit_test(
		    test_vrrp_core_bfd_down_while_adverts_flow_is_an_alarm),
		cmocka_unit_test(
		    test_vrrp_core_bfd_does_not_withdraw_the_wish_of_the_timer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
