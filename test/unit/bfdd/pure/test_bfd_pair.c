/*
 * test_bfd_pair.c - two BFD sessions against each other in virtual time, over a
 * link with delay and loss, with processes that are stopped and restarted.
 *
 * The world jumps from event to event.  A stopped process neither sends nor
 * reads; packets for it wait with the instant they arrived, as in a socket, and
 * when it runs again it is told of its absence, drains, and only then looks at
 * its timers, as bfdd does.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "bfdd/pure/bfd_core.h"

#define MS		NS_PER_MS
#define S		NS_PER_S
#define QUEUE_MAX	96
#define LOG_MAX		256

struct datagram {
	mono_t	arrival;	/* MONO_NEVER: a free slot */
	int	to;
	size_t	len;
	uint8_t	bytes[BFD_PACKET_MAX];
};

static struct world {
	struct bfd_core		core[2];
	bool			running[2];	/* exists */
	mono_t			stopped_since[2], stopped_until[2];
	mono_t			now;
	int64_t			delay_ns, delay_spread_ns;
	mono_t			latest[2];	/* arrival of what was sent */
	unsigned		loss_percent[2];	/* of packets sent by */
	struct rng		rng;
	struct datagram		queue[QUEUE_MAX];
	struct bfd_transition	log[2][LOG_MAX];
	mono_t			logged[2][LOG_MAX];
	unsigned		log_count[2];
	unsigned		sent[2];
} w;

static void
world(uint64_t seed, int64_t delay_ns)
{
	size_t i;

	memset(&w, 0, sizeof(w));
	rng_seed(&w.rng, seed);
	w.now.ns = 1000 * S;
	w.delay_ns = delay_ns;
	w.stopped_until[0] = w.stopped_until[1] = MONO_ZERO;
	for (i = 0; i < QUEUE_MAX; i++)
		w.queue[i].arrival = MONO_NEVER;
}

static struct bfd_params
params(int64_t tx_ns, int64_t rx_ns, uint8_t mult)
{
	struct bfd_params p;

	bfd_params_init(&p);
	p.desired_min_tx_ns = tx_ns;
	p.required_min_rx_ns = rx_ns;
	p.detect_mult = mult;
	return p;
}

static void
begin(int i, const struct bfd_params *p)
{
	bfd_core_init(&w.core[i], w.now, p, 1 + (rng_u32(&w.rng) >> 1),
	    rng_u64(&w.rng));
	w.running[i] = true;
}

static void
transmit(int from, bool final)
{
	struct datagram *d = NULL;
	size_t i;

	for (i = 0; i < QUEUE_MAX && d == NULL; i++)
		if (mono_is_never(w.queue[i].arrival))
			d = &w.queue[i];
	assert_non_null(d);
	d->len = bfd_core_build(&w.core[from], w.now, final, d->bytes,
	    sizeof(d->bytes));
	if (d->len == 0)
		return;
	w.sent[from]++;
	if (rng_below(&w.rng, 100) < w.loss_percent[from])
		return;
	d->to = !from;
	/*
	 * In order, as on one hop: BFD packets carry no number, and one that
	 * overtakes the end of a Poll would bring the old values back.
	 */
	d->arrival = mono_max(mono_add(w.latest[from], 1),
	    mono_add(w.now, w.delay_ns + (int64_t)rng_below(&w.rng,
	    (uint64_t)w.delay_spread_ns + 1)));
	w.latest[from] = d->arrival;
}

static void
carry_out(int i, const struct bfd_actions *act)
{
	if (act->todo & BFD_DO_SEND_FINAL)
		transmit(i, true);
	if (act->todo & BFD_DO_SEND)
		transmit(i, false);
	if (act->todo & BFD_DO_STATE) {
		assert_in_range(w.log_count[i], 0, LOG_MAX - 1);
		w.logged[i][w.log_count[i]] = w.now;
		w.log[i][w.log_count[i]++] = act->tr;
	}
	if (act->todo & BFD_DO_DELETE)
		w.running[i] = false;
}

static struct datagram *
first_arrived(int to)
{
	struct datagram *first = NULL;
	size_t i;

	for (i = 0; i < QUEUE_MAX; i++)
		if (!mono_is_never(w.queue[i].arrival) &&
		    w.queue[i].to == to && (first == NULL ||
		    mono_before(w.queue[i].arrival, first->arrival)))
			first = &w.queue[i];
	return first;
}

static bool
is_stopped(int i)
{
	return mono_before(w.now, w.stopped_until[i]);
}

/* Read what has arrived, then look at the timers. */
static void
wake(int i)
{
	struct bfd_actions act;
	struct bfd_packet p;
	struct datagram *d;
	enum bfd_verdict v;

	while ((d = first_arrived(i)) != NULL &&
	    !mono_before(w.now, d->arrival)) {
		if (w.running[i] && bfd_wire_parse(d->bytes, d->len, &p) ==
		    BFD_OK_VERDICT) {
			v = bfd_core_rx(&w.core[i], w.now, d->arrival, &p,
			    &act);
			(void)v;
			carry_out(i, &act);
		}
		d->arrival = MONO_NEVER;
	}
	if (w.running[i] &&
	    !mono_before(w.now, bfd_core_next_expiry(&w.core[i]))) {
		bfd_core_expire(&w.core[i], w.now, &act);
		carry_out(i, &act);
	}
}

static mono_t
next_event(int i)
{
	struct datagram *d = first_arrived(i);
	mono_t t = d == NULL ? MONO_NEVER : d->arrival;

	if (w.running[i])
		t = mono_min(t, bfd_core_next_expiry(&w.core[i]));
	return mono_max(t, w.stopped_until[i]);
}

static void
run_until(mono_t end)
{
	mono_t next;
	int i;

	for (;;) {
		next = mono_min(next_event(0), next_event(1));
		if (mono_is_never(next) || mono_before(end, next))
			break;
		w.now = mono_max(w.now, next);
		for (i = 0; i < 2; i++) {
			if (is_stopped(i))
				continue;
			if (w.stopped_until[i].ns != 0 && w.running[i])
				bfd_core_absent(&w.core[i],
				    w.stopped_since[i], w.now);
			w.stopped_until[i] = MONO_ZERO;
			wake(i);
		}
	}
	w.now = end;
}

static void
run(int64_t span_ns)
{
	run_until(mono_add(w.now, span_ns));
}

static void
stop(int i, int64_t span_ns)
{
	w.stopped_since[i] = w.now;
	w.stopped_until[i] = mono_add(w.now, span_ns);
}

static void
set_params(int i, const struct bfd_params *p)
{
	struct bfd_actions act;

	bfd_core_set_params(&w.core[i], w.now, p, &act);
	carry_out(i, &act);
}

static bool
both_up(void)
{
	return w.core[0].session_state == BFD_UP &&
	    w.core[1].session_state == BFD_UP;
}

/* Up, polls done, and both sides agree on the intervals. */
static bool
settled(void)
{
	int i;

	if (!both_up())
		return false;
	for (i = 0; i < 2; i++) {
		struct bfd_core *a = &w.core[i], *b = &w.core[!i];

		if (a->polling ||
		    a->desired_min_tx_announced_ns != a->p.desired_min_tx_ns ||
		    a->desired_min_tx_ns != a->p.desired_min_tx_ns ||
		    a->required_min_rx_ns != a->p.required_min_rx_ns ||
		    b->remote_min_rx_interval_ns != a->p.required_min_rx_ns ||
		    b->remote_desired_min_tx_ns != a->p.desired_min_tx_ns)
			return false;
	}
	return true;
}

static unsigned
count_reason(int i, enum bfd_reason reason)
{
	unsigned n, count = 0;

	for (n = 0; n < w.log_count[i]; n++)
		count += w.log[i][n].reason == reason;
	return count;
}

static void
pair_up(uint64_t seed, int64_t delay_ns, const struct bfd_params *p)
{
	world(seed, delay_ns);
	begin(0, p);
	begin(1, p);
	run(2 * S);
	assert_true(settled());
	assert_int_equal(w.core[0].session_down_count, 0);
	assert_int_equal(w.core[1].session_down_count, 0);
	w.log_count[0] = w.log_count[1] = 0;
}

/* B-79 +: fast within 1 s and 2 RTT of the first packet, at any phase */
static void
test_bfd_pair_any_start_is_fast_within_a_second(void **state)
{
	struct bfd_params p = params(10 * MS, 10 * MS, 3);
	int64_t rtt_ns, later_ns;
	mono_t first;
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 200; seed++) {
		world(seed, 0);
		rtt_ns = (int64_t)rng_below(&w.rng, 40 * MS);
		w.delay_ns = rtt_ns / 2;
		/* Together, or one after the other. */
		later_ns = seed % 4 == 0 ? 0 :
		    (int64_t)rng_below(&w.rng, 3 * S);
		begin(0, &p);
		run(later_ns);
		first = w.now;
		begin(1, &p);
		run_until(mono_add(first, S + 2 * rtt_ns));
		if (rtt_ns / 2 >= 10 * MS * 3)
			continue;	/* the link is slower than that */
		assert_true(both_up());
		assert_int_equal(w.core[0].tx_interval_ns, 10 * MS);
		assert_int_equal(w.core[1].tx_interval_ns, 10 * MS);
		assert_int_equal(w.core[0].detection_time_ns, 30 * MS);
		assert_int_equal(w.core[1].detection_time_ns, 30 * MS);
		assert_int_equal(w.core[0].session_down_count, 0);
		assert_int_equal(w.core[1].session_down_count, 0);
	}
}

/* Silence is noticed one Detection Time after the last packet, not later. */
static void
test_bfd_pair_silent_cut_is_seen_after_the_detection_time(void **state)
{
	struct bfd_params p = params(3 * MS, 3 * MS, 3);
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 50; seed++) {
		pair_up(seed, 100 * NS_PER_US, &p);
		w.loss_percent[1] = 100;
		run(20 * MS);
		assert_int_equal(w.log_count[0], 1);
		assert_int_equal(w.log[0][0].reason, BFD_REASON_TIMEOUT);
		assert_int_equal(mono_sub(w.logged[0][0],
		    w.log[0][0].last_rx), 9 * MS);
		/* And the other side hears of it at once. */
		assert_int_equal(w.log[1][0].reason, BFD_REASON_REMOTE_DOWN);
		assert_int_equal(w.log[1][0].remote_diag,
		    BFD_DIAG_CONTROL_EXPIRY);
		assert_int_equal(mono_sub(w.logged[1][0], w.logged[0][0]),
		    100 * NS_PER_US);
	}
}

/* B-70 +, B-71 +, B-72 +, B-73 +, B-77 +: intervals change, nobody flaps */
static void
test_bfd_pair_parameter_changes_do_not_flap(void **state)
{
	static const int64_t intervals[] = { 3 * MS, 10 * MS, 50 * MS,
	    300 * MS, 1000 * MS };
	struct bfd_params p = params(10 * MS, 10 * MS, 3);
	uint64_t seed;
	int i, change;

	(void)state;
	for (seed = 1; seed <= 15; seed++) {
		pair_up(seed, 200 * NS_PER_US, &p);
		w.delay_spread_ns = 300 * NS_PER_US;
		for (change = 0; change < 30; change++) {
			i = (int)rng_below(&w.rng, 2);
			p = params(intervals[rng_below(&w.rng, 5)],
			    intervals[rng_below(&w.rng, 5)], 3);
			set_params(i, &p);
			/* Often before the last Poll is answered. */
			run((int64_t)rng_below(&w.rng, 2) * 400 * MS +
			    (int64_t)rng_below(&w.rng, 2 * MS));
		}
		run(10 * S);
		assert_int_equal(w.log_count[0], 0);
		assert_int_equal(w.log_count[1], 0);
		assert_true(settled());
		p = params(10 * MS, 10 * MS, 3);
	}
}

/* B-75 +: half of everything is lost, and the Poll gets through */
static void
test_bfd_pair_poll_survives_half_the_packets_lost(void **state)
{
	struct bfd_params p = params(10 * MS, 10 * MS, 40);
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 20; seed++) {
		p.desired_min_tx_ns = p.required_min_rx_ns = 10 * MS;
		pair_up(seed, MS, &p);
		w.loss_percent[0] = w.loss_percent[1] = 50;
		p.desired_min_tx_ns = 20 * MS;
		p.required_min_rx_ns = 5 * MS;
		set_params(0, &p);
		run(2 * S);
		assert_true(settled());
		assert_int_equal(w.log_count[0] + w.log_count[1], 0);
	}
}

/* B-51 +, B-134 +, B-132 +: the other side knows that it was on purpose */
static void
test_bfd_pair_admin_down_and_up_again(void **state)
{
	struct bfd_params p = params(10 * MS, 10 * MS, 3);
	struct bfd_actions act;

	(void)state;
	pair_up(7, MS, &p);
	bfd_core_admin_down(&w.core[0], w.now, BFD_DIAG_ADMIN_DOWN, &act);
	carry_out(0, &act);
	run(10 * S);
	assert_int_equal(w.core[0].session_state, BFD_ADMIN_DOWN);
	assert_int_equal(w.core[1].session_state, BFD_DOWN);
	assert_int_equal(w.log_count[1], 1);
	assert_int_equal(w.log[1][0].reason, BFD_REASON_REMOTE_ADMIN_DOWN);
	assert_int_equal(w.core[1].remote_session_state, BFD_ADMIN_DOWN);
	bfd_core_admin_up(&w.core[0], w.now, &act);
	carry_out(0, &act);
	run(S);
	assert_true(settled());
	assert_int_equal(count_reason(1, BFD_REASON_TIMEOUT), 0);
}

/* B-137 +: nobody times out when a session is released */
static void
test_bfd_pair_release_is_no_failure(void **state)
{
	struct bfd_params p = params(10 * MS, 10 * MS, 3);
	struct bfd_actions act;

	(void)state;
	pair_up(8, MS, &p);
	bfd_core_release(&w.core[0], w.now, &act);
	carry_out(0, &act);
	run(40 * MS);
	assert_false(w.running[0]);
	run(10 * S);
	assert_int_equal(w.log_count[1], 1);
	assert_int_equal(w.log[1][0].reason, BFD_REASON_REMOTE_ADMIN_DOWN);
}

/*
 * B-52 +, B-137 +: the first AdminDown is lost, and still nobody times out; the
 * second, too, and still.  B-137 -: all of them lost is silence.
 */
static void
test_bfd_pair_release_survives_lost_packets(void **state)
{
	struct bfd_params p = params(10 * MS, 10 * MS, 3);
	struct bfd_actions act;
	uint64_t seed;
	unsigned lost;

	(void)state;
	for (seed = 1; seed <= 50; seed++) {
		for (lost = 1; lost <= 3; lost++) {
			pair_up(seed, MS / 10, &p);
			run((int64_t)rng_below(&w.rng, 30 * MS));
			bfd_core_release(&w.core[0], w.now, &act);
			w.sent[0] = 0;
			w.loss_percent[0] = 100;
			carry_out(0, &act);
			while (w.running[0] && w.sent[0] < lost)
				run(MS / 10);
			w.loss_percent[0] = 0;
			run(S);
			assert_int_equal(w.log_count[1], 1);
			assert_int_equal(w.log[1][0].reason, lost == 3 ?
			    BFD_REASON_TIMEOUT : BFD_REASON_REMOTE_ADMIN_DOWN);
		}
	}
}

/* A peer that restarts with a new discriminator: no Detection Time is waited. */
static void
test_bfd_pair_restarted_peer_recovers_at_once(void **state)
{
	struct bfd_params p = params(300 * MS, 300 * MS, 3);
	uint32_t old;

	(void)state;
	pair_up(9, MS, &p);
	old = w.core[1].local_discr;
	begin(1, &p);
	assert_int_not_equal(w.core[1].local_discr, old);
	run(20 * MS);
	assert_true(both_up());
	assert_int_equal(w.core[0].remote_discr, w.core[1].local_discr);
	assert_int_equal(w.log[0][0].reason, BFD_REASON_REMOTE_DOWN);
	assert_int_equal(w.log[0][0].diag, BFD_DIAG_NEIGHBOR_DOWN);
	assert_int_equal(count_reason(0, BFD_REASON_TIMEOUT), 0);
	run(S);
	assert_true(settled());
}

/* The whole machine sleeps: both are absent, and nobody is to blame. */
static void
test_bfd_pair_whole_machine_asleep_changes_nothing(void **state)
{
	struct bfd_params p = params(3 * MS, 3 * MS, 3);
	uint64_t seed;
	int64_t span_ns;
	int nap;

	(void)state;
	for (seed = 1; seed <= 15; seed++) {
		pair_up(seed, 50 * NS_PER_US, &p);
		for (nap = 0; nap < 20; nap++) {
			span_ns = MS + (int64_t)rng_below(&w.rng, 100 * MS);
			stop(0, span_ns);
			/* Not in the same instant, nor for the same time. */
			stop(1, span_ns + (int64_t)rng_below(&w.rng, MS));
			run(span_ns + (int64_t)rng_below(&w.rng, 30 * MS));
			while (is_stopped(0) || is_stopped(1))
				run(MS);
		}
		run(S);
		assert_int_equal(w.log_count[0], 0);
		assert_int_equal(w.log_count[1], 0);
		assert_true(w.core[0].absences > 0);
	}
}

/* One side alone sleeps: the other may give it up, it never blames the other. */
static void
test_bfd_pair_sleeper_does_not_blame_the_other(void **state)
{
	struct bfd_params p = params(3 * MS, 3 * MS, 3);
	uint64_t seed;
	int nap;

	(void)state;
	for (seed = 1; seed <= 15; seed++) {
		pair_up(seed, 50 * NS_PER_US, &p);
		for (nap = 0; nap < 10; nap++) {
			stop(0, (int64_t)rng_below(&w.rng, 200 * MS));
			run(3 * S);
			assert_true(both_up());
		}
		assert_int_equal(count_reason(0, BFD_REASON_TIMEOUT), 0);
		assert_true(count_reason(1, BFD_REASON_TIMEOUT) > 0);
	}
}

/*
 * An absence buys time once; a peer that is gone is still found out.  Whether it
 * is gone or has given us up nobody knows, where it had the time for that.
 */
static void
test_bfd_pair_absence_does_not_hide_a_dead_peer(void **state)
{
	static const struct {
		int64_t		span_ns;
		enum bfd_reason	reason;
	} cases[] = {
		{ 5 * MS, BFD_REASON_TIMEOUT },
		{ 50 * MS, BFD_REASON_ABSENCE },
	};
	struct bfd_params p = params(3 * MS, 3 * MS, 3);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		pair_up(11, 50 * NS_PER_US, &p);
		w.running[1] = false;
		stop(0, cases[i].span_ns);
		run(cases[i].span_ns);
		assert_int_equal(w.core[0].session_state, BFD_UP);
		run(9 * MS);
		assert_int_equal(w.core[0].session_state, BFD_DOWN);
		assert_int_equal(w.log[0][0].reason, cases[i].reason);
	}
}

/* Storms: whatever happened, when the link is good again so is the session. */
static void
test_bfd_pair_storm_passes(void **state)
{
	uint64_t seed;
	int step;

	(void)state;
	for (seed = 1; seed <= 30; seed++) {
		struct bfd_params p = params(10 * MS, 10 * MS,
		    (uint8_t)(1 + seed % 5));

		world(seed, MS);
		p.passive = seed % 3 == 0;
		begin(0, &p);
		p.passive = false;
		begin(1, &p);
		for (step = 0; step < 40; step++) {
			w.loss_percent[0] = (unsigned)rng_below(&w.rng, 101);
			w.loss_percent[1] = (unsigned)rng_below(&w.rng, 101);
			w.delay_spread_ns = (int64_t)rng_below(&w.rng, 5 * MS);
			if (rng_below(&w.rng, 10) == 0)
				begin(1, &p);
			if (rng_below(&w.rng, 5) == 0)
				stop((int)rng_below(&w.rng, 2), 30 * MS);
			run((int64_t)rng_below(&w.rng, 200 * MS));
			if (w.log_count[0] > LOG_MAX / 2)
				w.log_count[0] = 0;
			if (w.log_count[1] > LOG_MAX / 2)
				w.log_count[1] = 0;
		}
		w.loss_percent[0] = w.loss_percent[1] = 0;
		w.delay_spread_ns = 0;
		run(5 * S);
		assert_true(settled());
		w.log_count[0] = w.log_count[1] = 0;
		run(5 * S);
		assert_int_equal(w.log_count[0] + w.log_count[1], 0);
	}
}

/* B-9 +, B-102 +, B-107 +: signed packets, and a restart that is patient */
static void
test_bfd_pair_meticulous_peer_restarts_after_silence(void **state)
{
	struct bfd_params p = params(10 * MS, 10 * MS, 3);

	(void)state;
	p.auth.type = BFD_AUTH_METICULOUS_SHA1;
	p.auth.key_count = 1;
	p.auth.keys[0] = (struct bfd_auth_key){ .id = 1, .len = 6,
	    .key = "secret" };
	pair_up(13, MS, &p);
	begin(1, &p);		/* with another sequence number */
	bfd_core_stay_silent(&w.core[1], mono_add(w.now, 6 * S));
	run(6 * S + 50 * MS);
	assert_true(both_up());
	assert_int_equal(w.core[0].session_up_count, 2);
}

/* B-108 +: the two sides are changed a minute apart */
static void
test_bfd_pair_authentication_changes_without_a_flap(void **state)
{
	static const enum bfd_auth_type types[] = { BFD_AUTH_METICULOUS_SHA1,
	    BFD_AUTH_KEYED_MD5, BFD_AUTH_SIMPLE, BFD_AUTH_NONE };
	struct bfd_params p = params(10 * MS, 10 * MS, 3);
	size_t i;

	(void)state;
	pair_up(15, MS, &p);
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		p.auth.type = types[i];
		p.auth.key_count = types[i] != BFD_AUTH_NONE;
		p.auth.keys[0] = (struct bfd_auth_key){ .id = (uint8_t)i,
		    .len = 6, .key = "secret" };
		set_params((int)i & 1, &p);
		run(60 * S);
		assert_int_not_equal(w.core[0].auth_in_use.type, types[i]);
		set_params(!(i & 1), &p);
		run(S);
		assert_int_equal(w.core[0].auth_in_use.type, types[i]);
		assert_int_equal(w.core[1].auth_in_use.type, types[i]);
	}
	assert_int_equal(w.log_count[0] + w.log_count[1], 0);
}

/* Each side pays for its own rate: 60 s at 10 ms, and no burst ever. */
static void
test_bfd_pair_rate_is_the_jittered_interval(void **state)
{
	struct bfd_params p = params(10 * MS, 10 * MS, 3);
	unsigned before;

	(void)state;
	pair_up(14, MS, &p);
	before = w.sent[0];
	run(60 * S);
	/* 8.75 ms on average: 6857 packets. */
	assert_in_range(w.sent[0] - before, 6757, 6957);
	assert_true(w.core[0].worst_gap_ns <= 10 * MS);
	assert_true(w.core[0].worst_gap_ns >= 9900 * NS_PER_US);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test(test_bfd_pair_##name)
		T(any_start_is_fast_within_a_second),
		T(silent_cut_is_seen_after_the_detection_time),
		T(parameter_changes_do_not_flap),
		T(poll_survives_half_the_packets_lost),
		T(admin_down_and_up_again),
		T(release_is_no_failure),
		T(release_survives_lost_packets),
		T(restarted_peer_recovers_at_once),
		T(whole_machine_asleep_changes_nothing),
		T(sleeper_does_not_blame_the_other),
		T(absence_does_not_hide_a_dead_peer),
		T(storm_passes),
		T(meticulous_peer_restarts_after_silence),
		T(authentication_changes_without_a_flap),
		T(rate_is_the_jittered_interval),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
