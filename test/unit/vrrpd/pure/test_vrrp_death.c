/*
 * test_vrrp_death.c - what a Down is worth, guard by guard.
 *
 * What the state machine makes of a verdict is in test_vrrp_core_bfd.c.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "vrrpd/pure/vrrp_death.h"

#define US		"192.0.2.100"
#define R1		"192.0.2.1"		/* the Active */
#define R3		"192.0.2.3"
#define T0		(1000 * NS_PER_S)
#define MS		NS_PER_MS

/* A Backup of R1, its session Up at 10 ms x 3, last packet at T0. */
struct backup {
	struct vrrp_death		d;
	struct vrrp_active_router	active;
	struct addr			address;
	struct vrrp_rank_id		us;
	struct vrrp_bfd_event		down;
	mono_t				now;	/* when it falls */
	int64_t				wait_ns;
};

static struct addr
addr_of(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, &a), 0);
	return a;
}

static mono_t
at(int64_t ns)
{
	return (mono_t){ T0 + ns };
}

static struct vrrp_bfd_event
level(const char *peer, enum vrrp_bfd_state state)
{
	return (struct vrrp_bfd_event){ .peer = addr_of(peer), .state = state,
	    .reason = state == VRRP_BFD_DOWN ? VRRP_BFD_REASON_TIMEOUT :
	    VRRP_BFD_REASON_NONE,
	    .rx_interval_ns = state == VRRP_BFD_UP ? 10 * MS : 0,
	    .tx_interval_ns = state == VRRP_BFD_UP ? 10 * MS : 0,
	    .tx_multiplier = 3, .detection_time_ns = 30 * MS,
	    .last_rx = at(0) };
}

static enum vrrp_death_news
tell(struct backup *b, const char *peer, enum vrrp_bfd_state state)
{
	struct vrrp_bfd_event e = level(peer, state);

	return vrrp_death_level(&b->d, b->now, &e);
}

static void
setup(struct backup *b)
{
	memset(b, 0, sizeof(*b));
	vrrp_death_init(&b->d);
	b->address = addr_of(US);
	b->us = (struct vrrp_rank_id){ &b->address, 100 };
	b->active = (struct vrrp_active_router){ .source = addr_of(R1),
	    .priority = 200, .last_arrival = at(-500 * MS) };
	b->now = at(-1 * NS_PER_S);
	assert_int_equal(tell(b, R1, VRRP_BFD_UP), VRRP_DEATH_NOTHING_NEW);
	b->now = at(30 * MS);
	b->down = level(R1, VRRP_BFD_DOWN);
}

/* The Down comes and is judged, as the core does. */
static enum vrrp_death_verdict
fall(struct backup *b)
{
	enum vrrp_death_verdict verdict;

	b->wait_ns = -1;
	assert_int_equal(vrrp_death_level(&b->d, b->now, &b->down),
	    VRRP_DEATH_FELL);
	verdict = vrrp_death_judge(&b->d, b->now, &b->down, &b->active, &b->us,
	    &b->wait_ns);
	vrrp_death_fallen(&b->d, &b->down.peer);
	assert_true((verdict == VRRP_DEATH_BELIEVED) == (b->wait_ns >= 0));
	return verdict;
}

/* --- the books --- */

/* L-11 +, L-11 - only a Down after an Up is an edge. */
static void
test_vrrp_death_only_the_edge_from_up_falls(void **state)
{
	static const struct {
		enum vrrp_bfd_state	before;
		enum vrrp_death_news	down;
	} cases[] = {
		{ VRRP_BFD_UNKNOWN,	VRRP_DEATH_DOWN },
		{ VRRP_BFD_ADMIN_DOWN,	VRRP_DEATH_DOWN },
		{ VRRP_BFD_DOWN,	VRRP_DEATH_DOWN },
		{ VRRP_BFD_INIT,	VRRP_DEATH_DOWN },
		{ VRRP_BFD_UP,		VRRP_DEATH_FELL },
	};
	struct backup b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		setup(&b);			/* R1 is Up, and then: */
		(void)tell(&b, R1, cases[i].before);
		assert_int_equal(tell(&b, R1, VRRP_BFD_DOWN), cases[i].down);
		assert_int_equal(tell(&b, R1, VRRP_BFD_DOWN),
		    VRRP_DEATH_DOWN);
	}
	assert_int_equal(tell(&b, R3, VRRP_BFD_DOWN), VRRP_DEATH_DOWN);
}

static void
test_vrrp_death_is_withdrawn_when_the_peer_is_heard(void **state)
{
	static const struct {
		enum vrrp_bfd_state	after;
		enum vrrp_death_news	news;
	} cases[] = {
		{ VRRP_BFD_UNKNOWN,	VRRP_DEATH_NOTHING_NEW },
		{ VRRP_BFD_ADMIN_DOWN,	VRRP_DEATH_HEARD },
		{ VRRP_BFD_INIT,	VRRP_DEATH_HEARD },
		{ VRRP_BFD_UP,		VRRP_DEATH_HEARD },
	};
	struct backup b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		setup(&b);
		assert_int_equal(fall(&b), VRRP_DEATH_BELIEVED);
		assert_int_equal(tell(&b, R3, cases[i].after),
		    VRRP_DEATH_NOTHING_NEW);
		assert_int_equal(tell(&b, R1, cases[i].after), cases[i].news);
	}
}

static void
test_vrrp_death_full_table_gives_up_what_could_not_trigger(void **state)
{
	char peer[ADDR_STRLEN];
	struct backup b;
	struct addr last;
	int i;

	(void)state;
	setup(&b);
	for (i = 1; i < VRRP_DEATH_SESSIONS_MAX; i++) {
		(void)snprintf(peer, sizeof(peer), "192.0.2.%d", 100 + i);
		(void)tell(&b, peer, VRRP_BFD_UP);
	}
	assert_int_equal(b.d.count, VRRP_DEATH_SESSIONS_MAX);
	last = addr_of(R3);
	assert_int_equal(tell(&b, R3, VRRP_BFD_UP), VRRP_DEATH_NOTHING_NEW);
	assert_null(vrrp_death_find(&b.d, &last));
	assert_int_equal(tell(&b, peer, VRRP_BFD_DOWN), VRRP_DEATH_FELL);
	(void)tell(&b, R3, VRRP_BFD_UP);
	assert_non_null(vrrp_death_find(&b.d, &last));
	last = addr_of(peer);
	assert_null(vrrp_death_find(&b.d, &last));
	assert_int_equal(b.d.count, VRRP_DEATH_SESSIONS_MAX);
	last = addr_of(R1);
	vrrp_death_forget(&b.d, &last);
	vrrp_death_forget(&b.d, &last);
	assert_null(vrrp_death_find(&b.d, &last));
	assert_int_equal(b.d.count, VRRP_DEATH_SESSIONS_MAX - 1);
}

/* --- the judgement --- */

/* L-12 +, L-12 - a death is told by silence, or by a peer that cannot forward. */
static void
test_vrrp_death_reasons(void **state)
{
	static const struct {
		enum vrrp_bfd_reason	reason;
		uint8_t			remote_diag;
		bool			any;
		bool			dead;
	} cases[] = {
		{ VRRP_BFD_REASON_TIMEOUT,	0, false, true },
		{ VRRP_BFD_REASON_ECHO,		0, false, true },
		{ VRRP_BFD_REASON_PEER_DOWN,	1, false, false },
		{ VRRP_BFD_REASON_PEER_DOWN,	3, false, false },
		{ VRRP_BFD_REASON_PEER_DOWN,	4, false, true },
		{ VRRP_BFD_REASON_PEER_DOWN,	5, false, true },
		{ VRRP_BFD_REASON_PEER_DOWN,	6, false, false },
		{ VRRP_BFD_REASON_PEER_DOWN,	1, true, true },
		{ VRRP_BFD_REASON_ADMIN,	7, false, false },
		{ VRRP_BFD_REASON_ADMIN,	7, true, false },
		{ VRRP_BFD_REASON_ABSENCE,	0, false, false },  /* L-32 */
		{ VRRP_BFD_REASON_ABSENCE,	0, true, false },
		{ VRRP_BFD_REASON_NONE,		0, false, false },
		{ VRRP_BFD_REASON_NONE,		0, true, true },
		{ VRRP_BFD_REASON_OTHER,	0, false, false },
		{ VRRP_BFD_REASON_OTHER,	0, true, true },
	};
	struct backup b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		setup(&b);
		b.down.reason = cases[i].reason;
		b.down.remote_diag = cases[i].remote_diag;
		b.down.takeover_any = cases[i].any;
		assert_int_equal(fall(&b), cases[i].dead ?
		    VRRP_DEATH_BELIEVED : VRRP_DEATH_NOT_MEANT);
		/* No death, no edge. */
		assert_int_equal(addr_is_set(&b.d.edge_peer), cases[i].dead);
	}
}

/* L-10 - the session of another router says nothing of the Active. */
static void
test_vrrp_death_of_another_router_is_not_meant(void **state)
{
	struct backup b;

	(void)state;
	setup(&b);
	b.active.source = addr_of(R3);
	assert_int_equal(fall(&b), VRRP_DEATH_NOT_MEANT);
	setup(&b);
	memset(&b.active, 0, sizeof(b.active));
	assert_int_equal(fall(&b), VRRP_DEATH_NOT_MEANT);
	assert_false(addr_is_set(&b.d.edge_peer));
}

/* Proof of life: more than two intervals after its last packet, an advert. */
static void
test_vrrp_death_is_disproved_by_a_late_advert(void **state)
{
	static const struct {
		int64_t			arrival_ns;	/* after last_rx */
		int64_t			told_ns;	/* interval, at the Down */
		enum vrrp_bfd_reason	reason;
		bool			last_rx;	/* is known */
		enum vrrp_death_verdict	verdict;
	} cases[] = {
		{ -1, 0, VRRP_BFD_REASON_TIMEOUT, true, VRRP_DEATH_BELIEVED },
		{ 20 * MS, 0, VRRP_BFD_REASON_TIMEOUT, true,
		    VRRP_DEATH_BELIEVED },
		{ 20 * MS + 1, 0, VRRP_BFD_REASON_TIMEOUT, true,
		    VRRP_DEATH_DISPROVED },
		/* The interval that the Down names counts first. */
		{ 20 * MS + 1, 15 * MS, VRRP_BFD_REASON_TIMEOUT, true,
		    VRRP_DEATH_BELIEVED },
		{ 10 * MS + 1, 5 * MS, VRRP_BFD_REASON_TIMEOUT, true,
		    VRRP_DEATH_DISPROVED },
		/* Not a silence, or no idea since when: only from now on. */
		{ 29 * MS, 0, VRRP_BFD_REASON_ECHO, true,
		    VRRP_DEATH_BELIEVED },
		{ 29 * MS, 0, VRRP_BFD_REASON_TIMEOUT, false,
		    VRRP_DEATH_BELIEVED },
		{ 30 * MS + 1, 0, VRRP_BFD_REASON_ECHO, true,
		    VRRP_DEATH_DISPROVED },
	};
	struct backup b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		setup(&b);
		b.active.last_arrival = at(cases[i].arrival_ns);
		b.down.rx_interval_ns = cases[i].told_ns;
		b.down.reason = cases[i].reason;
		if (!cases[i].last_rx)
			b.down.last_rx = MONO_NEVER;
		assert_int_equal(fall(&b), cases[i].verdict);
	}
}

/* L-15 - a lesser router serves in its place. */
static void
test_vrrp_death_is_left_to_who_claimed_since(void **state)
{
	struct addr r1 = addr_of(R1), r3 = addr_of(R3);
	struct backup b;

	(void)state;
	setup(&b);
	vrrp_death_claim(&b.d, &r3, at(1));
	assert_int_equal(fall(&b), VRRP_DEATH_SERVED);
	setup(&b);
	vrrp_death_claim(&b.d, &r3, at(0));	/* R1 spoke after that */
	assert_int_equal(fall(&b), VRRP_DEATH_BELIEVED);
	setup(&b);
	vrrp_death_claim(&b.d, &r1, at(1));	/* R1's own, fallen below us */
	assert_int_equal(fall(&b), VRRP_DEATH_BELIEVED);
	setup(&b);
	vrrp_death_claim(&b.d, &r3, at(1));
	vrrp_death_no_claim(&b.d);		/* and followed R1 again */
	assert_int_equal(fall(&b), VRRP_DEATH_BELIEVED);
	/* When it was last heard is not known: the detection time ago. */
	setup(&b);
	b.down.last_rx = MONO_NEVER;
	vrrp_death_claim(&b.d, &r3, at(1));
	assert_int_equal(fall(&b), VRRP_DEATH_SERVED);
}

/* L-15 + one slot for each that is better: an interval and half of one more. */
static void
test_vrrp_death_slots(void **state)
{
	static const struct {
		int64_t	interval_ns, slot_ns;
	} cases[] = {
		{ 1 * MS, 2 * MS },		/* at least 1 ms of margin */
		{ 10 * MS, 15 * MS },
		{ 100 * MS, 110 * MS },		/* at most 10 ms */
		{ 0, 15 * MS },			/* a third of 30 ms */
	};
	struct addr r3 = addr_of(R3);
	struct vrrp_rank_id better = { &r3, 150 };
	struct vrrp_bfd_event up;
	struct backup b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		setup(&b);
		up = level(R1, VRRP_BFD_UP);
		up.rx_interval_ns = cases[i].interval_ns;
		(void)vrrp_death_level(&b.d, at(-1), &up);
		assert_int_equal(vrrp_death_delay_ns(&b.d, b.now, &b.active,
		    &b.us), 0);
		vrrp_rank_heard(&b.d.rank, at(-1), &better, 100, false);
		(void)tell(&b, R3, VRRP_BFD_UP);
		if (cases[i].interval_ns > 0)
			assert_int_equal(vrrp_death_delay_ns(&b.d, b.now,
			    &b.active, &b.us), cases[i].slot_ns);
		assert_int_equal(fall(&b), VRRP_DEATH_BELIEVED);
		assert_int_equal(b.wait_ns, cases[i].slot_ns);
		/* R3 dies as well: nobody is left to wait for. */
		(void)tell(&b, R3, VRRP_BFD_DOWN);
		assert_int_equal(vrrp_death_wait_ns(&b.d, b.now, &b.active,
		    &b.us), 0);
	}
	b.active.source = r3;
	vrrp_death_forget(&b.d, &r3);
	assert_int_equal(vrrp_death_delay_ns(&b.d, b.now, &b.active, &b.us),
	    0);
}

/* L-15 +, L-15 - what an advert after the edge says. */
static void
test_vrrp_death_is_refuted_by_adverts_after_it(void **state)
{
	struct addr r1 = addr_of(R1), r3 = addr_of(R3);
	struct backup b;

	(void)state;
	setup(&b);
	assert_int_equal(fall(&b), VRRP_DEATH_BELIEVED);
	assert_true(vrrp_death_is_refuted(&b.d, at(-1), &r3));
	assert_false(vrrp_death_is_refuted(&b.d, at(20 * MS), &r1));
	assert_true(vrrp_death_is_refuted(&b.d, at(20 * MS + 1), &r1));
}

/* L-13 + the dead router answers at once; - another does, or it comes later. */
static void
test_vrrp_death_answered_blames_the_session(void **state)
{
	struct addr r1 = addr_of(R1), r3 = addr_of(R3);
	struct backup b;

	(void)state;
	setup(&b);
	assert_int_equal(fall(&b), VRRP_DEATH_BELIEVED);
	assert_false(vrrp_death_is_answered(&b.d, b.now, &r3, 0));
	assert_false(vrrp_death_is_answered(&b.d, b.now, &r1, 50 * MS + 1));
	assert_false(vrrp_death_find(&b.d, &r1)->spent);
	assert_true(vrrp_death_is_answered(&b.d, b.now, &r1, 50 * MS));
	assert_true(vrrp_death_find(&b.d, &r1)->spent);
	(void)tell(&b, R1, VRRP_BFD_UP);
	assert_false(vrrp_death_find(&b.d, &r1)->spent);
}

/* L-13 + the damping: nothing, 10 s, then twice as long, at most ten minutes. */
static void
test_vrrp_death_wrong_again_and_again_is_suspended(void **state)
{
	static const int64_t s[] = { 0, 10, 20, 40, 80, 160, 320, 600, 600 };
	struct addr r1 = addr_of(R1);
	struct backup b;
	size_t i;

	(void)state;
	setup(&b);
	for (i = 0; i < sizeof(s) / sizeof(s[0]); i++) {
		assert_int_equal(fall(&b), VRRP_DEATH_BELIEVED);
		vrrp_death_blame(&b.d, b.now);
		assert_int_equal(vrrp_death_find(&b.d, &r1)->false_takeovers,
		    i + 1);
		assert_int_equal(mono_sub(vrrp_death_find(&b.d,
		    &r1)->suspended_until, b.now), s[i] * NS_PER_S);
		if (s[i] > 0) {
			b.now = mono_add(b.now, s[i] * NS_PER_S - 1);
			(void)tell(&b, R1, VRRP_BFD_UP);
			b.down.last_rx = b.now;
			assert_int_equal(fall(&b), VRRP_DEATH_SUSPENDED);
		}
		b.now = mono_add(b.now, 1);
		(void)tell(&b, R1, VRRP_BFD_UP);
		b.down.last_rx = b.now;
	}
	/* Ten minutes after the end of it nothing is held against it. */
	b.now = mono_add(b.now, 600 * NS_PER_S + 1);
	assert_int_equal(fall(&b), VRRP_DEATH_BELIEVED);
	vrrp_death_blame(&b.d, b.now);
	assert_int_equal(vrrp_death_find(&b.d, &r1)->false_takeovers, 1);
}

/* --- our own life --- */

/* L-23 + two adverts before the third interval; each session counts once. */
static void
test_vrrp_death_reassures_the_most_eager_peer(void **state)
{
	static const struct {
		int64_t		interval_ns;
		unsigned	multiplier;
		int64_t		pace_ns, span_ns;	/* from 1 s and 0 */
	} cases[] = {
		{ 10 * MS, 3, 5 * MS, 30 * MS },
		{ 10 * MS, 2, 5 * MS, 20 * MS },
		{ 10 * MS, 1, 5 * MS, 10 * MS },
		{ 10 * MS, 10, 40 * MS, 100 * MS },
		{ 10 * NS_PER_S, 3, NS_PER_S, 30 * NS_PER_S },
		{ 0, 3, NS_PER_S, 0 },
	};
	int64_t pace_ns, span_ns;
	struct vrrp_bfd_event up;
	struct backup b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		setup(&b);
		up = level(R1, VRRP_BFD_UP);
		up.tx_interval_ns = cases[i].interval_ns;
		up.tx_multiplier = cases[i].multiplier;
		(void)vrrp_death_level(&b.d, b.now, &up);
		(void)tell(&b, R1, VRRP_BFD_UNKNOWN);	/* bfdd is gone */
		pace_ns = NS_PER_S;
		span_ns = 0;
		vrrp_death_reassure(&b.d, &pace_ns, &span_ns);
		assert_int_equal(pace_ns, cases[i].pace_ns);
		assert_int_equal(span_ns, cases[i].span_ns);
		pace_ns = NS_PER_S;
		span_ns = 0;
		vrrp_death_reassure(&b.d, &pace_ns, &span_ns);
		assert_int_equal(pace_ns, NS_PER_S);
		assert_int_equal(span_ns, 0);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vrrp_death_only_the_edge_from_up_falls),
		cmocka_unit_test(
		    test_vrrp_death_is_withdrawn_when_the_peer_is_heard),
		cmocka_unit_test(
		    test_vrrp_death_full_table_gives_up_what_could_not_trigger),
		cmocka_unit_test(test_vrrp_death_reasons),
		cmocka_unit_test(
		    test_vrrp_death_of_another_router_is_not_meant),
		cmocka_unit_test(test_vrrp_death_is_disproved_by_a_late_advert),
		cmocka_unit_test(test_vrrp_death_is_left_to_who_claimed_since),
		cmocka_unit_test(test_vrrp_death_slots),
		cmocka_unit_test(
		    test_vrrp_death_is_refuted_by_adverts_after_it),
		cmocka_unit_test(test_vrrp_death_answered_blames_the_session),
		cmocka_unit_test(
		    test_vrrp_death_wrong_again_and_again_is_suspended),
		cmocka_unit_test(
		    test_vrrp_death_reassures_the_most_eager_peer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
