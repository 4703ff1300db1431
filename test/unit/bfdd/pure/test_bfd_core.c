/*
 * test_bfd_core.c - one BFD session in virtual time, event by event.
 *
 * The driver below plays the shell: it carries out actions as they come, parses
 * what the session sends, and keeps the last packet of each kind.  Two sessions
 * against each other over bad links are in test_bfd_pair.c.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bfdd/pure/bfd_core.h"
#include "test/unit/bfdd/pure/bfd_vectors.h"

#define MS	NS_PER_MS
#define S	NS_PER_S

static struct bfd_core s;
static struct bfd_actions act;
static mono_t now;

static struct bfd_packet sent, answered;	/* last periodic, last Final */
static uint8_t sent_bytes[BFD_PACKET_MAX], answered_bytes[BFD_PACKET_MAX];
static unsigned sent_count, answered_count;

static void
carry_out(void)
{
	size_t n;

	if (act.todo & BFD_DO_SEND_FINAL) {
		n = bfd_core_build(&s, now, true, answered_bytes,
		    sizeof(answered_bytes));
		assert_int_equal(bfd_wire_parse(answered_bytes, n, &answered),
		    BFD_OK_VERDICT);
		answered_count++;
	}
	if (act.todo & BFD_DO_SEND) {
		n = bfd_core_build(&s, now, false, sent_bytes,
		    sizeof(sent_bytes));
		assert_int_equal(bfd_wire_parse(sent_bytes, n, &sent),
		    BFD_OK_VERDICT);
		sent_count++;
	}
}

static void
at_ns(int64_t ns)
{
	now.ns = ns;
}

static void
at(int64_t ms)
{
	at_ns(ms * MS);
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
start(const struct bfd_params *p)
{
	memset(&act, 0, sizeof(act));
	memset(&sent, 0, sizeof(sent));
	memset(&answered, 0, sizeof(answered));
	sent_count = answered_count = 0;
	at(0);
	bfd_core_init(&s, now, p, VECTOR_L, 5880);
}

/* Time passes to `ns`, with every expiry on the way carried out. */
static void
run_to_ns(int64_t ns)
{
	mono_t next;

	for (;;) {
		next = bfd_core_next_expiry(&s);
		if (next.ns > ns)
			break;
		now = mono_max(now, next);
		bfd_core_expire(&s, now, &act);
		carry_out();
		assert_true(mono_before(now, bfd_core_next_expiry(&s)));
	}
	at_ns(ns);
}

static void
run_to(int64_t ms)
{
	run_to_ns(ms * MS);
}

/* A packet of the peer: Your Discriminator ours, 1 s until Up, then 50 ms. */
static struct bfd_packet
peer(enum bfd_state state)
{
	return (struct bfd_packet){
		.state = state,
		.detect_mult = 3,
		.my_discr = VECTOR_R,
		.your_discr = VECTOR_L,
		.desired_min_tx_us = state == BFD_UP ? 50000 : 1000000,
		.required_min_rx_us = 50000,
	};
}

static enum bfd_verdict
rx_at(const struct bfd_packet *p, mono_t arrival)
{
	uint8_t bytes[BFD_PACKET_MAX];
	struct bfd_packet parsed;
	enum bfd_verdict v;

	assert_int_equal(bfd_wire_build(p, 0, bytes, sizeof(bytes)), 24);
	assert_int_equal(bfd_wire_parse(bytes, 24, &parsed), BFD_OK_VERDICT);
	v = bfd_core_rx(&s, now, arrival, &parsed, &act);
	carry_out();
	return v;
}

static enum bfd_verdict
rx(const struct bfd_packet *p)
{
	return rx_at(p, now);
}

static enum bfd_verdict
rx_state(enum bfd_state state)
{
	struct bfd_packet p = peer(state);

	return rx(&p);
}

/* Bring the session Up at `now`, its first Poll answered. */
static void
up_with(const struct bfd_params *p, uint32_t peer_tx_us, uint32_t peer_rx_us)
{
	struct bfd_packet in;

	start(p);
	run_to(0);
	at(1);
	in = peer(BFD_DOWN);
	in.required_min_rx_us = peer_rx_us;
	assert_int_equal(rx(&in), BFD_OK_VERDICT);
	assert_int_equal(s.session_state, BFD_INIT);
	at(2);
	in = peer(BFD_INIT);
	in.required_min_rx_us = peer_rx_us;
	assert_int_equal(rx(&in), BFD_OK_VERDICT);
	assert_int_equal(s.session_state, BFD_UP);
	at(3);
	in = peer(BFD_UP);
	in.desired_min_tx_us = peer_tx_us;
	in.required_min_rx_us = peer_rx_us;
	in.final = true;
	assert_int_equal(rx(&in), BFD_OK_VERDICT);
	at(4);
	in.final = false;
	assert_int_equal(rx(&in), BFD_OK_VERDICT);
	assert_false(s.polling);
	assert_int_equal(s.session_state, BFD_UP);
}

static void
up(void)
{
	struct bfd_params p = params(50 * MS, 50 * MS, 3);

	up_with(&p, 50000, 50000);
}

/* Put the session into a state directly, with everything consistent. */
static void
in_state(enum bfd_state state)
{
	struct bfd_params p = params(50 * MS, 50 * MS, 3);

	switch (state) {
	case BFD_ADMIN_DOWN:
		up();
		bfd_core_admin_down(&s, now, BFD_DIAG_ADMIN_DOWN, &act);
		carry_out();
		break;
	case BFD_DOWN:
		start(&p);
		run_to(0);
		break;
	case BFD_INIT:
		start(&p);
		run_to(0);
		assert_int_equal(rx_state(BFD_DOWN), BFD_OK_VERDICT);
		break;
	case BFD_UP:
		up();
		break;
	}
	assert_int_equal(s.session_state, state);
}

/* ---- Initial values ---- */

/* B-1 +, B-2 +, B-3 +, B-4 +, B-5 +, B-6 +, B-7 +, B-8 +, B-9 + */
static void
test_bfd_core_init_sets_the_initial_values(void **state)
{
	struct bfd_params p = params(10 * MS, 50 * MS, 3);
	uint32_t seq;

	(void)state;
	start(&p);
	assert_int_equal(s.session_state, BFD_DOWN);
	assert_int_equal(s.remote_session_state, BFD_DOWN);
	assert_int_equal(s.local_discr, VECTOR_L);
	assert_int_equal(s.remote_discr, 0);
	assert_int_equal(s.local_diag, 0);
	assert_int_equal(s.desired_min_tx_announced_ns, S);
	assert_int_equal(s.desired_min_tx_ns, S);
	assert_int_equal(s.required_min_rx_ns, 50 * MS);
	assert_int_equal(s.remote_min_rx_interval_ns, NS_PER_US);
	assert_false(s.remote_demand_mode);
	assert_false(s.auth.auth_seq_known);
	assert_int_not_equal(s.auth.xmit_auth_seq, 0);
	assert_true(mono_is_never(s.detection_timer));
	assert_true(mono_is_never(s.last_rx));
	assert_int_equal(bfd_core_next_expiry(&s).ns, 0);
	seq = s.auth.xmit_auth_seq;
	bfd_core_init(&s, now, &p, VECTOR_L, 5881);
	assert_int_not_equal(s.auth.xmit_auth_seq, seq);	/* B-8 - */
}

/* B-1 - a session may be configured to start in AdminDown, never higher */
static void
test_bfd_core_init_admin_down_starts_there(void **state)
{
	struct bfd_params p = params(50 * MS, 50 * MS, 3);

	(void)state;
	p.admin_down = true;
	start(&p);
	assert_int_equal(s.session_state, BFD_ADMIN_DOWN);
	run_to(0);
	assert_int_equal(sent.state, BFD_ADMIN_DOWN);
	assert_int_equal(sent.diag, BFD_DIAG_ADMIN_DOWN);
}

/* B-6 -, B-67 - slower than a second stays slower */
static void
test_bfd_core_slow_configuration_is_announced_as_it_is(void **state)
{
	struct bfd_params p = params(10 * S, 10 * S, 3);

	(void)state;
	start(&p);
	run_to(0);
	assert_int_equal(sent.desired_min_tx_us, 10000000);
}

/* B-10 +, B-10 - a flap keeps sequence, discriminator and counters */
static void
test_bfd_core_flap_does_not_initialise_again(void **state)
{
	uint32_t seq;

	(void)state;
	up();
	s.auth.rcv_auth_seq = 77;
	seq = s.auth.xmit_auth_seq;
	run_to(1000);
	assert_int_equal(s.session_state, BFD_DOWN);
	assert_int_equal(s.local_discr, VECTOR_L);
	assert_int_equal(s.auth.xmit_auth_seq, seq);
	assert_int_equal(s.auth.rcv_auth_seq, 77);
	assert_int_equal(s.session_up_count, 1);
	assert_int_equal(s.session_down_count, 1);
}

/* ---- Worked packets ---- */

static void
test_bfd_core_sends_the_worked_packets(void **state)
{
	struct bfd_params p = params(50 * MS, 50 * MS, 3);
	struct bfd_packet in;

	(void)state;
	start(&p);
	run_to(0);
	assert_memory_equal(sent_bytes, vector_d1, 24);
	at(10);
	assert_int_equal(bfd_wire_parse(vector_d2, 24, &in), BFD_OK_VERDICT);
	assert_int_equal(bfd_core_rx(&s, now, now, &in, &act), BFD_OK_VERDICT);
	carry_out();
	assert_memory_equal(sent_bytes, vector_d3, 24);
	assert_int_equal(bfd_wire_parse(vector_d4, 24, &in), BFD_OK_VERDICT);
	assert_int_equal(bfd_core_rx(&s, now, now, &in, &act), BFD_OK_VERDICT);
	carry_out();
	run_to(60);
	assert_memory_equal(sent_bytes, vector_d5, 24);
	run_to(160);
	assert_memory_equal(sent_bytes, vector_d6, 24);
	up();
	bfd_core_admin_down(&s, now, BFD_DIAG_ADMIN_DOWN, &act);
	carry_out();
	assert_memory_equal(sent_bytes, vector_d8, 24);
	p.required_min_rx_ns = 0;
	up_with(&p, 50000, 50000);
	run_to(60);
	assert_memory_equal(sent_bytes, vector_d9, 24);
	p = params(3300 * NS_PER_US, 3300 * NS_PER_US, 3);
	up_with(&p, 3300, 3300);
	run_to(10);
	assert_memory_equal(sent_bytes, vector_d10, 24);
}

/* D4 and D7 are what the other side says: its session is ours in a mirror. */
static void
test_bfd_core_peer_sends_the_worked_answers(void **state)
{
	struct bfd_params p = params(50 * MS, 50 * MS, 3);
	struct bfd_packet in;

	(void)state;
	start(&p);
	bfd_core_init(&s, now, &p, VECTOR_R, 1);
	run_to(0);
	assert_int_equal(bfd_wire_parse(vector_d1, 24, &in), BFD_OK_VERDICT);
	assert_int_equal(bfd_core_rx(&s, now, now, &in, &act), BFD_OK_VERDICT);
	carry_out();
	assert_memory_equal(sent_bytes, vector_d2, 24);
	assert_int_equal(bfd_wire_parse(vector_d3, 24, &in), BFD_OK_VERDICT);
	assert_int_equal(bfd_core_rx(&s, now, now, &in, &act), BFD_OK_VERDICT);
	carry_out();
	assert_memory_equal(answered_bytes, vector_d4, 24);
	assert_int_equal(bfd_wire_parse(vector_d6, 24, &in), BFD_OK_VERDICT);
	assert_int_equal(bfd_core_rx(&s, now, now, &in, &act), BFD_OK_VERDICT);
	carry_out();
	assert_memory_equal(sent_bytes, vector_d7, 24);
}

/* ---- The state table ---- */

#define EXPIRES	4	/* the table's last column */

static const struct {
	enum bfd_state	local;
	int		event;
	enum bfd_state	after;
	uint8_t		diag;
	enum bfd_reason	reason;
} table[] = {
	{ BFD_DOWN, BFD_ADMIN_DOWN, BFD_DOWN, 0, BFD_REASON_NONE },
	{ BFD_DOWN, BFD_DOWN, BFD_INIT, 0, BFD_REASON_HANDSHAKE },
	{ BFD_DOWN, BFD_INIT, BFD_UP, 0, BFD_REASON_HANDSHAKE },
	{ BFD_DOWN, BFD_UP, BFD_DOWN, 0, BFD_REASON_NONE },	/* B-50 - */
	{ BFD_DOWN, EXPIRES, BFD_DOWN, 0, BFD_REASON_NONE },
	{ BFD_INIT, BFD_ADMIN_DOWN, BFD_DOWN, 3, BFD_REASON_REMOTE_ADMIN_DOWN },
	{ BFD_INIT, BFD_DOWN, BFD_INIT, 0, BFD_REASON_NONE },
	{ BFD_INIT, BFD_INIT, BFD_UP, 0, BFD_REASON_HANDSHAKE },
	{ BFD_INIT, BFD_UP, BFD_UP, 0, BFD_REASON_HANDSHAKE },
	{ BFD_INIT, EXPIRES, BFD_DOWN, 1, BFD_REASON_TIMEOUT },	/* B-68 + */
	{ BFD_UP, BFD_ADMIN_DOWN, BFD_DOWN, 3, BFD_REASON_REMOTE_ADMIN_DOWN },
	{ BFD_UP, BFD_DOWN, BFD_DOWN, 3, BFD_REASON_REMOTE_DOWN },
	{ BFD_UP, BFD_INIT, BFD_UP, 0, BFD_REASON_NONE },
	{ BFD_UP, BFD_UP, BFD_UP, 0, BFD_REASON_NONE },
	{ BFD_UP, EXPIRES, BFD_DOWN, 1, BFD_REASON_TIMEOUT },
	{ BFD_ADMIN_DOWN, BFD_ADMIN_DOWN, BFD_ADMIN_DOWN, 7, BFD_REASON_NONE },
	{ BFD_ADMIN_DOWN, BFD_DOWN, BFD_ADMIN_DOWN, 7, BFD_REASON_NONE },
	{ BFD_ADMIN_DOWN, BFD_INIT, BFD_ADMIN_DOWN, 7, BFD_REASON_NONE },
	{ BFD_ADMIN_DOWN, BFD_UP, BFD_ADMIN_DOWN, 7, BFD_REASON_NONE },
	{ BFD_ADMIN_DOWN, EXPIRES, BFD_ADMIN_DOWN, 7, BFD_REASON_NONE },
};

/* B-37 +, B-37 -, B-50 + */
static void
test_bfd_core_state_table_holds(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		enum bfd_verdict v = BFD_OK_VERDICT;
		mono_t due;

		in_state(table[i].local);
		at_ns(now.ns + MS);
		due = now;
		if (table[i].event == EXPIRES) {
			if (!mono_is_never(s.detection_timer))
				now = due = s.detection_timer;
			else
				at(60000);
			bfd_core_expire(&s, now, &act);
		} else
			v = rx_state((enum bfd_state)table[i].event);
		assert_int_equal(v, table[i].local == BFD_ADMIN_DOWN &&
		    table[i].event != EXPIRES ? BFD_ADMIN_DOWN_STATE_VERDICT :
		    BFD_OK_VERDICT);
		assert_int_equal(s.session_state, table[i].after);
		assert_int_equal(s.local_diag, table[i].diag);
		if (table[i].after == table[i].local) {
			assert_false(act.todo & BFD_DO_STATE);
			continue;
		}
		assert_true(act.todo & BFD_DO_STATE);
		assert_int_equal(act.tr.from, table[i].local);
		assert_int_equal(act.tr.to, table[i].after);
		assert_int_equal(act.tr.diag, table[i].diag);
		assert_int_equal(act.tr.reason, table[i].reason);
		assert_int_equal(act.tr.due.ns, due.ns);
	}
}

/* B-139 + what clients are told of a timeout */
static void
test_bfd_core_timeout_tells_when_and_why(void **state)
{
	(void)state;
	up();
	at(10);
	rx_state(BFD_UP);
	at(165);
	bfd_core_expire(&s, now, &act);
	assert_true(act.todo & BFD_DO_STATE);
	assert_int_equal(act.tr.reason, BFD_REASON_TIMEOUT);
	assert_int_equal(act.tr.last_rx.ns, 10 * MS);
	assert_int_equal(act.tr.due.ns, 160 * MS);
	assert_int_equal(act.tr.detection_time_ns, 150 * MS);
	assert_int_equal(act.tr.remote_state, BFD_UP);
	assert_string_equal(bfd_reason_name(act.tr.reason), "timeout");
}

/* B-132 +, B-134 +: AdminDown is told apart from Down though diag 3 is one */
static void
test_bfd_core_remote_admin_down_is_told_apart(void **state)
{
	struct bfd_packet in = peer(BFD_ADMIN_DOWN);

	(void)state;
	in.diag = BFD_DIAG_ADMIN_DOWN;
	up();
	rx(&in);
	assert_int_equal(act.tr.reason, BFD_REASON_REMOTE_ADMIN_DOWN);
	assert_int_equal(act.tr.remote_state, BFD_ADMIN_DOWN);
	assert_int_equal(act.tr.remote_diag, BFD_DIAG_ADMIN_DOWN);
	assert_int_equal(sent.diag, BFD_DIAG_NEIGHBOR_DOWN);
	in = peer(BFD_DOWN);			/* B-134 -, B-132 - */
	in.diag = BFD_DIAG_PATH_DOWN;
	up();
	rx(&in);
	assert_int_equal(act.tr.reason, BFD_REASON_REMOTE_DOWN);
	assert_int_equal(act.tr.remote_state, BFD_DOWN);
	assert_int_equal(act.tr.remote_diag, BFD_DIAG_PATH_DOWN);
}

/* B-51 +, B-52 +, B-36 + */
static void
test_bfd_core_admin_down_sends_on_and_comes_back(void **state)
{
	unsigned before;

	(void)state;
	up();
	bfd_core_admin_down(&s, now, BFD_DIAG_ADMIN_DOWN, &act);
	assert_int_equal(act.tr.reason, BFD_REASON_LOCAL_ADMIN);
	carry_out();
	assert_int_equal(s.admin_down_count, 1);
	assert_int_equal(s.session_down_count, 0);
	before = sent_count;
	run_to(5000);
	assert_in_range(sent_count - before, 4, 8);
	assert_int_equal(sent.state, BFD_ADMIN_DOWN);
	bfd_core_admin_up(&s, now, &act);
	carry_out();
	assert_int_equal(s.session_state, BFD_DOWN);
	assert_int_equal(sent.diag, BFD_DIAG_NONE);
	bfd_core_admin_up(&s, now, &act);	/* B-51 - nothing elsewhere */
	assert_int_equal(act.todo, 0);
	rx_state(BFD_DOWN);
	assert_int_equal(s.session_state, BFD_INIT);
}

/* B-36 -, B-43 + the values are taken, the Poll is not answered */
static void
test_bfd_core_admin_down_takes_values_then_discards(void **state)
{
	struct bfd_packet in = peer(BFD_DOWN);
	mono_t last_rx;

	(void)state;
	in_state(BFD_ADMIN_DOWN);
	last_rx = s.last_rx;
	at(500);
	in.my_discr = 0x99;
	in.poll = true;
	in.required_min_rx_us = 2000000;
	answered_count = 0;
	assert_int_equal(rx(&in), BFD_ADMIN_DOWN_STATE_VERDICT);
	assert_int_equal(s.remote_discr, 0x99);
	assert_int_equal(s.tx_interval_ns, 2 * S);
	assert_int_equal(s.last_rx.ns, last_rx.ns);
	assert_int_equal(answered_count, 0);	/* B-43 - */
	run_to(10000);				/* silence: forgotten */
	assert_int_equal(s.remote_discr, 0);
	assert_int_equal(s.session_state, BFD_ADMIN_DOWN);
}

/* B-52 -, B-67 +: on, but not as fast as before */
static void
test_bfd_core_not_up_is_never_faster_than_a_second(void **state)
{
	static const enum bfd_state states[] = { BFD_DOWN, BFD_INIT,
	    BFD_ADMIN_DOWN };
	unsigned before;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		in_state(states[i]);
		assert_int_equal(sent.desired_min_tx_us, 1000000);
		if (states[i] == BFD_ADMIN_DOWN)
			run_to(200);	/* past the news of forgetting */
		before = sent_count;
		run_to_ns(s.last_tx.ns + 740 * MS);
		assert_int_equal(sent_count, before);
	}
}

/*
 * B-52 +, B-65 +: what we decide in Up is said three times at the interval agreed
 * (37.5 to 50 ms), and only until the peer answers.
 */
static void
test_bfd_core_leaving_up_on_purpose_is_said_three_times(void **state)
{
	struct bfd_params p = params(50 * MS, 50 * MS, 1);
	unsigned before;

	(void)state;
	up();
	before = sent_count;
	bfd_core_admin_down(&s, now, BFD_DIAG_ADMIN_DOWN, &act);
	carry_out();
	run_to_ns(now.ns + 30 * MS);
	assert_int_equal(sent_count - before, 1);
	run_to_ns(now.ns + 70 * MS);
	assert_int_equal(sent_count - before, 3);
	run_to(800);			/* B-67 +: only that we forgot it */
	assert_int_equal(sent.your_discr, 0);
	assert_int_equal(sent_count - before, 4);

	up();
	before = sent_count;
	bfd_core_force_down(&s, now, BFD_DIAG_PATH_DOWN, &act);
	carry_out();
	at_ns(now.ns + 10 * MS);
	rx_state(BFD_UP);			/* was on its way */
	run_to_ns(now.ns + 45 * MS);
	assert_int_equal(sent_count - before, 2);
	bfd_core_hold(&s, true);
	rx_state(BFD_DOWN);			/* the peer knows */
	run_to_ns(now.ns + 140 * MS);
	assert_int_equal(sent_count - before, 2);

	up_with(&p, 50000, 50000);	/* one is as long as it waits */
	before = sent_count;
	bfd_core_admin_down(&s, now, BFD_DIAG_ADMIN_DOWN, &act);
	carry_out();
	run_to_ns(now.ns + 140 * MS);
	assert_int_equal(sent_count - before, 1);
}

/* B-65 -, B-67 +: a peer that fell silent is not spoken to at its old pace */
static void
test_bfd_core_timeout_is_said_once_a_second(void **state)
{
	unsigned before;

	(void)state;
	up();
	run_to(153);
	assert_int_equal(s.session_state, BFD_UP);
	before = sent_count;
	run_to(155);
	assert_int_equal(s.session_state, BFD_DOWN);
	run_to(155 + 700);
	assert_int_equal(sent_count - before, 1);
}

/* B-53 +, B-53 - */
static void
test_bfd_core_forwarding_reset_is_down_with_diag_4(void **state)
{
	(void)state;
	up();
	bfd_core_force_down(&s, now, BFD_DIAG_FORWARDING_RESET, &act);
	carry_out();
	assert_int_equal(act.tr.reason, BFD_REASON_FORWARDING_RESET);
	assert_int_equal(sent.state, BFD_DOWN);
	assert_int_equal(sent.diag, BFD_DIAG_FORWARDING_RESET);
	in_state(BFD_ADMIN_DOWN);
	bfd_core_force_down(&s, now, BFD_DIAG_FORWARDING_RESET, &act);
	assert_int_equal(act.todo, 0);
	assert_int_equal(s.local_diag, BFD_DIAG_ADMIN_DOWN);
}

static void
test_bfd_core_dead_client_is_down_with_diag_5(void **state)
{
	(void)state;
	up();
	bfd_core_force_down(&s, now, BFD_DIAG_PATH_DOWN, &act);
	carry_out();
	assert_int_equal(act.tr.reason, BFD_REASON_PATH_DOWN);
	assert_int_equal(sent.state, BFD_DOWN);		/* not AdminDown */
	assert_int_equal(sent.diag, BFD_DIAG_PATH_DOWN);
	in_state(BFD_DOWN);
	bfd_core_force_down(&s, now, BFD_DIAG_PATH_DOWN, &act);
	carry_out();
	assert_false(act.todo & BFD_DO_STATE);
	assert_int_equal(sent.diag, BFD_DIAG_PATH_DOWN);
}

/* B-55 +, B-55 - */
static void
test_bfd_core_held_session_stays_down_until_let_go(void **state)
{
	(void)state;
	in_state(BFD_DOWN);
	bfd_core_hold(&s, true);
	rx_state(BFD_DOWN);
	rx_state(BFD_INIT);
	assert_int_equal(s.session_state, BFD_DOWN);
	bfd_core_hold(&s, false);
	rx_state(BFD_INIT);
	assert_int_equal(s.session_state, BFD_UP);
}

/* ---- Reception ---- */

static void
assert_refused(const struct bfd_packet *in, enum bfd_verdict verdict)
{
	struct bfd_core before;

	memcpy(&before, &s, sizeof(before));
	assert_int_equal(rx(in), verdict);
	assert_int_equal(act.todo, 0);
	assert_memory_equal(&before, &s, sizeof(before));
}

/* B-26 +, B-26 -, B-27 +, B-27 -, B-29 -, B-40 - */
static void
test_bfd_core_refusal_leaves_every_byte_as_it_was(void **state)
{
	static const enum bfd_state states[] = { BFD_ADMIN_DOWN, BFD_DOWN,
	    BFD_INIT, BFD_UP };
	struct bfd_packet in;
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		in_state(states[i]);
		at_ns(now.ns + MS);
		in = peer(BFD_DOWN);
		in.your_discr = VECTOR_L + 1;
		in.poll = true;
		assert_refused(&in, BFD_YOUR_DISCR_VERDICT);
		in = peer(BFD_UP);
		in.your_discr = 0;
		assert_refused(&in, BFD_STATE_VERDICT);
		in = peer(BFD_INIT);
		in.your_discr = 0;
		assert_refused(&in, BFD_STATE_VERDICT);
		s.p.auth.type = s.auth_in_use.type = BFD_AUTH_KEYED_SHA1;
		s.p.auth.key_count = s.auth_in_use.key_count = 1;
		in = peer(BFD_DOWN);
		in.my_discr = 0x99;
		assert_refused(&in, BFD_AUTH_MISSING_VERDICT);
	}
	in_state(BFD_DOWN);
	in = peer(BFD_DOWN);
	in.your_discr = 0;
	assert_int_equal(rx(&in), BFD_OK_VERDICT);
	in_state(BFD_UP);
	in = peer(BFD_ADMIN_DOWN);
	in.your_discr = 0;
	assert_int_equal(rx(&in), BFD_OK_VERDICT);
}

/* B-37 -, L-20 -: a last word carries our discriminator; B-27 +: a start need not */
static void
test_bfd_core_last_words_without_discriminator_are_nobodys(void **state)
{
	static const uint8_t diags[] = { BFD_DIAG_PATH_DOWN,
	    BFD_DIAG_FORWARDING_RESET };
	struct bfd_packet in;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		up();
		in = peer(BFD_DOWN);
		in.diag = diags[i];
		in.your_discr = 0;
		assert_refused(&in, BFD_YOUR_DISCR_VERDICT);
		in.your_discr = VECTOR_L;
		assert_int_equal(rx(&in), BFD_OK_VERDICT);
		assert_int_equal(s.session_state, BFD_DOWN);
		assert_int_equal(act.tr.remote_diag, diags[i]);
		/* Where nothing is to be lost it is a start like any other. */
		in_state(BFD_DOWN);
		in.your_discr = 0;
		assert_int_equal(rx(&in), BFD_OK_VERDICT);
		assert_int_equal(s.session_state, BFD_INIT);
	}
	for (i = BFD_DIAG_NONE; i <= BFD_DIAG_NEIGHBOR_DOWN; i++) {
		up();
		in = peer(BFD_DOWN);
		in.diag = (uint8_t)i;
		in.your_discr = 0;
		assert_int_equal(rx(&in), BFD_OK_VERDICT);
		assert_int_equal(s.session_state, BFD_DOWN);
	}
}

/* B-32 + */
static void
test_bfd_core_accepted_packet_sets_the_remote_variables(void **state)
{
	struct bfd_packet in = peer(BFD_UP);

	(void)state;
	up();
	in.my_discr = 0xdeadbeef;
	in.demand = true;
	in.diag = 8;
	in.detect_mult = 7;
	in.required_min_rx_us = 70000;
	in.desired_min_tx_us = 80000;
	in.required_min_echo_rx_us = 90000;
	assert_int_equal(rx(&in), BFD_OK_VERDICT);
	assert_true(act.todo & BFD_DO_CHANGED);
	assert_int_equal(s.remote_discr, 0xdeadbeef);
	assert_int_equal(s.remote_session_state, BFD_UP);
	assert_int_equal(s.remote_diag, 8);
	assert_true(s.remote_demand_mode);
	assert_int_equal(s.remote_detect_mult, 7);
	assert_int_equal(s.remote_min_rx_interval_ns, 70 * MS);
	assert_int_equal(s.remote_desired_min_tx_ns, 80 * MS);
	assert_int_equal(s.remote_min_echo_rx_ns, 90 * MS);
	assert_int_equal(s.detection_time_ns, 560 * MS);
	rx(&in);			/* B-32 - the same again is no change */
	assert_false(act.todo & BFD_DO_CHANGED);
}

/* B-39 +, B-42 + at once, in every state but AdminDown, whatever the timers */
static void
test_bfd_core_poll_is_answered_at_once(void **state)
{
	static const enum bfd_state states[] = { BFD_DOWN, BFD_INIT, BFD_UP };
	struct bfd_packet in;
	mono_t tx_timer;
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		in_state(states[i]);
		rx_state(BFD_UP);
		at_ns(now.ns + MS);
		in = peer(BFD_UP);
		in.poll = true;
		in.required_min_rx_us = 0;	/* no periodic packets wanted */
		answered_count = 0;
		assert_int_equal(rx(&in), BFD_OK_VERDICT);
		assert_int_equal(answered_count, 1);
		assert_true(answered.final);
		assert_false(answered.poll);
	}
	up();
	tx_timer = s.tx_timer;
	in = peer(BFD_UP);
	in.poll = true;
	rx(&in);
	assert_int_equal(s.tx_timer.ns, tx_timer.ns);	/* B-65 + */
	answered_count = 0;
	rx_state(BFD_UP);			/* B-39 -, B-42 - */
	assert_int_equal(answered_count, 0);
}

/* B-40 +, B-44 + from the kernel's instant, never backwards */
static void
test_bfd_core_detection_runs_from_arrival(void **state)
{
	struct bfd_packet in = peer(BFD_UP);

	(void)state;
	up();
	at(100);
	rx_at(&in, (mono_t){ 90 * MS });
	assert_int_equal(s.detection_timer.ns, 240 * MS);
	rx_at(&in, (mono_t){ 50 * MS });	/* B-44 - out of order */
	assert_int_equal(s.detection_timer.ns, 240 * MS);
	assert_int_equal(s.last_rx.ns, 90 * MS);
	rx_at(&in, (mono_t){ 200 * MS });	/* from the future: now */
	assert_int_equal(s.detection_timer.ns, 250 * MS);
	assert_false(bfd_core_detection_due(&s, (mono_t){ 250 * MS - 1 }));
	assert_true(bfd_core_detection_due(&s, (mono_t){ 250 * MS }));
}

static void
test_bfd_core_late_packet_from_the_buffer_is_proof_of_life(void **state)
{
	struct bfd_packet in = peer(BFD_UP);

	(void)state;
	up();					/* heard at 4 ms, due at 154 */
	at(200);
	assert_true(bfd_core_detection_due(&s, now));
	rx_at(&in, (mono_t){ 150 * MS });	/* the drain */
	assert_false(bfd_core_detection_due(&s, now));
	bfd_core_expire(&s, now, &act);
	carry_out();
	assert_int_equal(s.session_state, BFD_UP);
}

/* L-31 - one that is itself a Detection Time old proves nothing any more */
static void
test_bfd_core_late_packet_too_old_is_no_proof_of_life(void **state)
{
	struct bfd_packet in = peer(BFD_UP);

	(void)state;
	up();					/* heard at 4 ms, due at 154 */
	at(301);
	rx_at(&in, (mono_t){ 150 * MS });
	assert_true(bfd_core_detection_due(&s, now));
	bfd_core_expire(&s, now, &act);
	carry_out();
	assert_int_equal(s.session_state, BFD_DOWN);
	assert_int_equal(s.local_diag, BFD_DIAG_CONTROL_EXPIRY);
}

/* ---- Timers ---- */

static const struct {
	int64_t	tx_ms, rx_ms, peer_tx_ms, peer_rx_ms;
	int64_t	i_tx_ms, detection_ms;
} timers[] = {
	{ 50, 50, 50, 50, 50, 150 },
	{ 10, 10, 100, 100, 100, 300 },
	{ 10, 50, 20, 10, 10, 150 },
};

/* B-35 +, B-60 +, B-61 + */
static void
test_bfd_core_intervals_are_negotiated_per_direction(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(timers) / sizeof(timers[0]); i++) {
		struct bfd_params p = params(timers[i].tx_ms * MS,
		    timers[i].rx_ms * MS, 3);

		up_with(&p, (uint32_t)timers[i].peer_tx_ms * 1000,
		    (uint32_t)timers[i].peer_rx_ms * 1000);
		assert_int_equal(s.tx_interval_ns, timers[i].i_tx_ms * MS);
		assert_int_equal(s.detection_time_ns,
		    timers[i].detection_ms * MS);
	}
	in_state(BFD_INIT);			/* both not Up: 1 s and 3 s */
	assert_int_equal(s.tx_interval_ns, S);
	assert_int_equal(s.detection_time_ns, 3 * S);
}

/* B-60 -, B-61 -: it is the peer's multiplier that counts */
static void
test_bfd_core_detection_uses_the_received_multiplier(void **state)
{
	struct bfd_params p = params(50 * MS, 50 * MS, 9);
	struct bfd_packet in = peer(BFD_UP);

	(void)state;
	up_with(&p, 50000, 50000);
	assert_int_equal(s.detection_time_ns, 150 * MS);
	in.detect_mult = 5;
	rx(&in);
	assert_int_equal(s.detection_time_ns, 250 * MS);
	assert_int_equal(s.tx_interval_ns, 50 * MS);
}

static void
observe_jitter(uint8_t mult, int64_t slot_ns, int64_t *least, int64_t *most,
    unsigned *distinct)
{
	struct bfd_params p = params(100 * MS, 100 * MS, mult);
	mono_t last = MONO_NEVER, previous_gap = MONO_NEVER;
	int64_t gap;
	unsigned i;

	up_with(&p, 100000, 100000);
	bfd_core_set_tx_slot(&s, slot_ns);
	*least = INT64_MAX;
	*most = 0;
	*distinct = 0;
	for (i = 0; i < 2000; i++) {
		now = s.tx_timer;
		rx_state(BFD_UP);		/* keeps it Up */
		bfd_core_expire(&s, now, &act);
		assert_true(act.todo & BFD_DO_SEND);
		carry_out();
		if (i > 1) {
			gap = mono_sub(now, last);
			if (slot_ns > 0)
				assert_int_equal(now.ns % slot_ns, 0);
			*least = gap < *least ? gap : *least;
			*most = gap > *most ? gap : *most;
			*distinct += gap != previous_gap.ns;
			previous_gap.ns = gap;
		}
		last = now;
	}
}

/* B-63 +, B-63 -, B-65 - */
static void
test_bfd_core_jitter_is_a_fresh_quarter(void **state)
{
	int64_t least, most;
	unsigned distinct;

	(void)state;
	observe_jitter(3, 0, &least, &most, &distinct);
	assert_in_range(least, 75 * MS, 76 * MS);
	assert_in_range(most, 99 * MS, 100 * MS);
	assert_true(distinct > 1900);
}

/* B-64 +, B-64 - */
static void
test_bfd_core_jitter_with_multiplier_1_leaves_a_tenth(void **state)
{
	int64_t least, most;
	unsigned distinct;

	(void)state;
	observe_jitter(1, 0, &least, &most, &distinct);
	assert_in_range(least, 75 * MS, 76 * MS);
	assert_in_range(most, 89 * MS, 90 * MS);
}

/* B-63 +, B-64 +, B-65 -: at common slots, and yet within the jitter. */
static void
test_bfd_core_slots_keep_the_jitter(void **state)
{
	int64_t least, most;
	unsigned distinct;

	(void)state;
	observe_jitter(3, 7 * MS, &least, &most, &distinct);
	assert_in_range(least, 75 * MS, 100 * MS);
	assert_in_range(most, 75 * MS, 100 * MS);
	assert_true(distinct > 500);
	observe_jitter(1, 7 * MS, &least, &most, &distinct);
	assert_in_range(least, 75 * MS, 90 * MS);
	assert_in_range(most, 75 * MS, 90 * MS);
}

/* A slot too long for the interval would break it: then there is none. */
static void
test_bfd_core_long_slot_is_not_used(void **state)
{
	struct bfd_params p = params(50 * MS, 50 * MS, 3);
	bool between = false;

	(void)state;
	up_with(&p, 50000, 50000);
	bfd_core_set_tx_slot(&s, 7 * MS);
	for (int i = 0; i < 20; i++) {
		now = s.tx_timer;
		rx_state(BFD_UP);
		bfd_core_expire(&s, now, &act);
		carry_out();
		between |= s.tx_timer.ns % (7 * MS) != 0;
	}
	assert_true(between);
}

/* B-66 +, B-66 -, B-73 +: and 50 ms again, at once, for it has elapsed */
static void
test_bfd_core_remote_min_rx_zero_stops_periodic_packets(void **state)
{
	struct bfd_packet in = peer(BFD_UP);
	unsigned before;

	(void)state;
	up();
	run_to(10);
	in.required_min_rx_us = 0;
	rx(&in);
	assert_int_equal(s.tx_interval_ns, 0);
	before = sent_count;
	for (; now.ns < 500 * MS; at_ns(now.ns + 20 * MS)) {
		rx(&in);
		run_to_ns(now.ns);
	}
	assert_int_equal(sent_count, before);
	assert_int_equal(s.session_state, BFD_UP);
	in.required_min_rx_us = 50000;
	rx(&in);
	assert_int_equal(s.tx_timer.ns, now.ns);
	run_to_ns(now.ns);
	assert_int_equal(sent_count, before + 1);
}

/* B-73 - what has not elapsed yet is waited for, from the last packet */
static void
test_bfd_core_faster_peer_is_served_from_the_last_packet(void **state)
{
	struct bfd_params p = params(10 * MS, 50 * MS, 3);
	struct bfd_packet in = peer(BFD_UP);
	mono_t last;

	(void)state;
	up_with(&p, 50000, 1000000);
	last = s.last_tx;
	assert_true(s.tx_timer.ns - last.ns >= 750 * MS);
	at_ns(last.ns + 5 * MS);
	in.required_min_rx_us = 20000;
	rx(&in);
	assert_in_range(s.tx_timer.ns - last.ns, 15 * MS, 20 * MS);
}

/* B-58 +, B-58 - */
static void
test_bfd_core_passive_speaks_when_spoken_to(void **state)
{
	struct bfd_params p = params(50 * MS, 50 * MS, 3);

	(void)state;
	p.passive = true;
	start(&p);
	assert_true(mono_is_never(bfd_core_next_expiry(&s)));
	run_to(10000);
	assert_int_equal(sent_count, 0);
	assert_int_equal(bfd_core_build(&s, now, false, sent_bytes,
	    sizeof(sent_bytes)), 0);
	rx_state(BFD_DOWN);
	assert_int_equal(sent_count, 1);
	assert_int_equal(sent.state, BFD_INIT);
	run_to(20000);			/* gone: silent again */
	assert_int_equal(s.session_state, BFD_DOWN);
	assert_true(mono_is_never(bfd_core_next_expiry(&s)));
}

/* B-57 +, B-57 - */
static void
test_bfd_core_news_is_sent_between_periodic_packets(void **state)
{
	unsigned before;

	(void)state;
	in_state(BFD_DOWN);
	at(5);
	before = sent_count;
	rx_state(BFD_UP);		/* Your Discriminator is news */
	assert_int_equal(sent_count, before + 1);
	assert_int_equal(sent.your_discr, VECTOR_R);
	rx_state(BFD_UP);
	rx_state(BFD_UP);
	assert_int_equal(sent_count, before + 1);
}

/* L-33: one packet after a pause, and the next an interval later. */
static void
test_bfd_core_late_transmission_is_not_made_up_for(void **state)
{
	struct bfd_packet in = peer(BFD_UP);
	unsigned before;

	(void)state;
	up();
	at(1000);
	rx_at(&in, (mono_t){ 990 * MS });
	before = sent_count;
	bfd_core_expire(&s, now, &act);
	carry_out();
	assert_int_equal(sent_count, before + 1);
	assert_in_range(s.tx_timer.ns, 1037 * MS, 1050 * MS);
}

/* B-4 -, B-7 -, B-11 + after a timeout nothing is known of the peer */
static void
test_bfd_core_timeout_forgets_the_peer(void **state)
{
	(void)state;
	up();
	run_to(153);
	assert_int_equal(s.remote_discr, VECTOR_R);	/* B-11 - not before */
	run_to(155);
	assert_int_equal(s.session_state, BFD_DOWN);
	assert_int_equal(s.remote_discr, 0);
	assert_int_equal(s.remote_min_rx_interval_ns, NS_PER_US);
	assert_int_equal(sent.your_discr, 0);
	assert_int_equal(sent.diag, BFD_DIAG_CONTROL_EXPIRY);
	assert_int_equal(sent.desired_min_tx_us, 1000000);
	assert_true(mono_is_never(s.detection_timer));
}

static void
test_bfd_core_down_session_forgets_after_silence(void **state)
{
	(void)state;
	up();
	at(10);
	rx_state(BFD_DOWN);
	assert_int_equal(s.session_state, BFD_DOWN);
	run_to(3000);			/* peer said 1 s, 3 of them */
	assert_int_equal(s.remote_discr, VECTOR_R);
	run_to(3011);
	assert_int_equal(s.remote_discr, 0);
	assert_int_equal(s.session_state, BFD_DOWN);
	assert_int_equal(s.session_down_count, 1);
}

/* ---- Poll Sequences ---- */

static void
wish(int64_t tx_ms, int64_t rx_ms)
{
	struct bfd_params p = s.p;

	p.desired_min_tx_ns = tx_ms * MS;
	p.required_min_rx_ns = rx_ms * MS;
	bfd_core_set_params(&s, now, &p, &act);
	carry_out();
}

static void
rx_final(void)
{
	struct bfd_packet in = peer(BFD_UP);

	in.final = true;
	assert_int_equal(rx(&in), BFD_OK_VERDICT);
}

/* B-79 +: Up, and in the same instant the fast values and a Poll */
static void
test_bfd_core_up_polls_for_the_fast_interval_at_once(void **state)
{
	unsigned before;

	(void)state;
	in_state(BFD_INIT);
	before = sent_count;
	rx_state(BFD_INIT);
	assert_int_equal(sent_count, before + 1);
	assert_true(sent.poll);
	assert_int_equal(sent.desired_min_tx_us, 50000);
	assert_int_equal(s.tx_interval_ns, 50 * MS);
	assert_false(sent.control_plane_independent);	/* B-136 +, L-25 + */
	in_state(BFD_DOWN);
	rx_state(BFD_DOWN);
	assert_false(sent.poll);		/* B-79 - not before Up */
	assert_int_equal(sent.desired_min_tx_us, 1000000);
}

/* B-70 +, B-34 +, B-75 + */
static void
test_bfd_core_change_polls_until_the_final(void **state)
{
	int i;

	(void)state;
	up();
	at(10);
	wish(20, 50);
	assert_true(s.polling);
	assert_true(sent.poll);
	for (i = 0; i < 5; i++) {	/* Finals get lost: P stays set */
		now = s.tx_timer;
		rx_state(BFD_UP);
		bfd_core_expire(&s, now, &act);
		carry_out();
		assert_true(sent.poll);
		assert_false(sent.final);
	}
	rx_final();
	assert_false(s.polling);
	now = s.tx_timer;
	bfd_core_expire(&s, now, &act);
	carry_out();
	assert_false(sent.poll);
}

/* B-34 -, B-70 -: a Final nobody asked for ends nothing */
static void
test_bfd_core_stray_final_is_no_answer(void **state)
{
	struct bfd_packet in = peer(BFD_INIT);
	struct bfd_params p;

	(void)state;
	up();
	rx_final();
	rx_final();
	assert_false(s.polling);
	in_state(BFD_DOWN);
	in.final = true;		/* the Poll has not been sent yet */
	assert_int_equal(rx(&in), BFD_OK_VERDICT);
	assert_true(s.polling);
	up();
	p = s.p;			/* B-74 - nothing changed: no Poll */
	bfd_core_set_params(&s, now, &p, &act);
	assert_int_equal(act.todo, 0);
	assert_false(s.polling);
}

/* B-71 +, B-71 - */
static void
test_bfd_core_slower_transmission_waits_for_the_final(void **state)
{
	(void)state;
	up();
	at(10);
	wish(300, 50);
	assert_int_equal(sent.desired_min_tx_us, 300000);
	assert_int_equal(s.tx_interval_ns, 50 * MS);
	rx_final();
	assert_int_equal(s.tx_interval_ns, 300 * MS);
	up();
	at(10);
	wish(20, 50);			/* faster does not wait */
	assert_int_equal(s.desired_min_tx_ns, 20 * MS);
	assert_int_equal(s.tx_interval_ns, 50 * MS);	/* the peer's limit */
}

/* B-72 +, B-72 - */
static void
test_bfd_core_faster_detection_waits_for_the_final(void **state)
{
	struct bfd_packet in = peer(BFD_UP);

	(void)state;
	up();
	in.desired_min_tx_us = 10000;
	rx(&in);
	at(10);
	wish(50, 10);
	assert_int_equal(sent.required_min_rx_us, 10000);
	assert_int_equal(s.detection_time_ns, 150 * MS);
	in.final = true;
	rx(&in);
	assert_int_equal(s.detection_time_ns, 30 * MS);
	up();
	at(10);
	wish(50, 100);			/* slower is in force at once */
	assert_int_equal(s.detection_time_ns, 300 * MS);
	assert_int_equal(s.detection_timer.ns, 304 * MS);
}

static void
test_bfd_core_min_rx_zero_is_the_longest_interval(void **state)
{
	(void)state;
	up();
	at(10);
	wish(50, 0);
	assert_int_equal(sent.required_min_rx_us, 0);
	assert_int_equal(s.detection_time_ns, 0);
	assert_true(mono_is_never(s.detection_timer));
	rx_final();
	run_to(5000);
	assert_int_equal(s.session_state, BFD_UP);
	wish(50, 50);			/* no judging before the peer knows */
	assert_true(mono_is_never(s.detection_timer));
	run_to(5020);
	rx_state(BFD_UP);		/* the peer has heard, and sends again */
	assert_true(mono_is_never(s.detection_timer));
	run_to(5080);
	assert_true(sent.poll);
	rx_final();
	assert_int_equal(s.detection_timer.ns, 5230 * MS);
}

/* Not Up: a Poll only while there is somebody to answer it. */
static void
test_bfd_core_poll_needs_a_known_peer(void **state)
{
	(void)state;
	in_state(BFD_DOWN);
	at(10);
	wish(50, 20);
	assert_int_equal(sent.required_min_rx_us, 20000);
	assert_false(sent.poll);
	rx_state(BFD_UP);			/* still held Down here */
	at(20);
	wish(50, 30);
	assert_true(sent.poll);
	run_to(10000);				/* gone */
	assert_int_equal(s.remote_discr, 0);
	assert_false(sent.poll);
}

/* B-74 + */
static void
test_bfd_core_multiplier_changes_without_a_poll(void **state)
{
	struct bfd_params p;

	(void)state;
	up();
	at(10);
	p = s.p;
	p.detect_mult = 5;
	bfd_core_set_params(&s, now, &p, &act);
	carry_out();
	assert_int_equal(sent.detect_mult, 5);
	assert_false(sent.poll);
	assert_false(s.polling);
}

/* B-75 - no extra packets: only the news itself is sent out of turn */
static void
test_bfd_core_poll_rides_on_scheduled_packets(void **state)
{
	unsigned before;
	int64_t began;

	(void)state;
	up();
	at(10);
	wish(100, 50);
	before = sent_count;
	began = now.ns;
	while (now.ns < began + 500 * MS) {
		rx_state(BFD_UP);
		run_to_ns(now.ns + 20 * MS);
	}
	assert_true(s.polling);
	assert_in_range(sent_count - before, 9, 14);
}

/* B-76 +, B-76 - */
static void
test_bfd_core_final_while_polling_has_p_clear(void **state)
{
	struct bfd_packet in = peer(BFD_UP);

	(void)state;
	up();
	at(10);
	wish(20, 50);
	in.poll = true;
	answered_count = 0;
	rx(&in);
	assert_int_equal(answered_count, 1);
	assert_true(answered.final);
	assert_false(answered.poll);
	assert_true(s.polling);
	now = s.tx_timer;
	bfd_core_expire(&s, now, &act);
	carry_out();
	assert_true(sent.poll);
	assert_false(sent.final);
}

/* B-77 +, B-77 - */
static void
test_bfd_core_change_while_polling_polls_again(void **state)
{
	(void)state;
	up();
	at(10);
	wish(300, 50);
	assert_true(sent.poll);
	wish(400, 50);			/* the running Poll said 300 */
	rx_final();
	assert_true(s.polling);
	assert_int_equal(s.tx_interval_ns, 50 * MS);	/* not agreed yet */
	now = s.tx_timer;
	bfd_core_expire(&s, now, &act);
	carry_out();
	assert_false(sent.poll);	/* waits for a packet with F clear */
	rx_final();			/* another answer to the first */
	assert_true(s.polling);
	rx_state(BFD_UP);
	now = s.tx_timer;
	bfd_core_expire(&s, now, &act);
	carry_out();
	assert_true(sent.poll);
	assert_int_equal(sent.desired_min_tx_us, 400000);
	rx_final();
	assert_false(s.polling);
	assert_int_equal(s.tx_interval_ns, 400 * MS);
}

static void
test_bfd_core_changes_before_the_poll_left_share_it(void **state)
{
	struct bfd_params p;

	(void)state;
	up();
	at(10);
	p = s.p;
	p.desired_min_tx_ns = 300 * MS;
	bfd_core_set_params(&s, now, &p, &act);		/* not carried out */
	p.required_min_rx_ns = 20 * MS;
	bfd_core_set_params(&s, now, &p, &act);
	carry_out();
	assert_true(sent.poll);
	rx_final();
	assert_false(s.polling);
	assert_int_equal(s.tx_interval_ns, 300 * MS);
	assert_int_equal(s.required_min_rx_ns, 20 * MS);
}

/* B-78 +, B-78 - the Final's own values count */
static void
test_bfd_core_final_may_carry_new_values(void **state)
{
	struct bfd_packet in = peer(BFD_UP);

	(void)state;
	up();
	at(10);
	wish(20, 20);
	in.final = true;
	in.required_min_rx_us = 20000;
	in.desired_min_tx_us = 20000;
	rx(&in);
	assert_int_equal(s.tx_interval_ns, 20 * MS);
	assert_int_equal(s.detection_time_ns, 60 * MS);
	assert_false(s.polling);
}

static void
test_bfd_core_peer_slows_down_without_loss(void **state)
{
	struct bfd_params p = params(10 * MS, 10 * MS, 3);
	struct bfd_packet in = peer(BFD_UP);
	int i;

	(void)state;
	up_with(&p, 10000, 10000);
	assert_int_equal(s.detection_time_ns, 30 * MS);
	in.desired_min_tx_us = 300000;		/* 10 -> 300 ms, with a Poll */
	in.poll = true;
	at(20);
	rx(&in);
	assert_true(answered.final);
	in.poll = false;
	for (i = 1; i <= 10; i++) {
		run_to(20 + 300 * i);
		rx(&in);
	}
	assert_int_equal(s.session_state, BFD_UP);
	assert_int_equal(s.session_down_count, 0);
}

/* ---- Demand mode, as the side asked to be quiet ---- */

/* B-38 +, B-38 -, B-80 +, B-80 - we never set D ourselves */
static void
test_bfd_core_demand_of_the_peer_stops_periodic_packets(void **state)
{
	struct bfd_packet in = peer(BFD_UP);
	unsigned before;

	(void)state;
	up();
	run_to(10);
	in.demand = true;
	rx(&in);
	before = sent_count;
	for (; now.ns < 1000 * MS; at_ns(now.ns + 20 * MS)) {
		rx(&in);
		run_to_ns(now.ns);
	}
	assert_int_equal(sent_count, before);
	assert_false(sent.demand);
	rx_state(BFD_UP);			/* D clear: they run again */
	run_to_ns(now.ns + 10 * MS);
	assert_int_equal(sent_count, before + 1);
	in.state = BFD_INIT;			/* not both Up: they run */
	rx(&in);
	assert_false(mono_is_never(s.tx_timer));
}

/* B-82 +, B-82 - */
static void
test_bfd_core_news_under_demand_is_polled(void **state)
{
	struct bfd_packet in = peer(BFD_UP);
	struct bfd_params p;
	unsigned before;

	(void)state;
	up();
	in.demand = true;
	rx(&in);
	at(10);
	before = sent_count;
	p = s.p;
	p.detect_mult = 5;			/* no Poll without demand */
	bfd_core_set_params(&s, now, &p, &act);
	carry_out();
	assert_int_equal(sent_count, before + 1);
	assert_true(sent.poll);
	now = s.tx_timer;			/* B-81 + again, until F */
	rx(&in);
	bfd_core_expire(&s, now, &act);
	carry_out();
	assert_int_equal(sent_count, before + 2);
	assert_true(sent.poll);
	in.final = true;
	rx(&in);
	assert_false(s.polling);
	assert_true(mono_is_never(s.tx_timer));
	in.poll = true;				/* a Poll is answered still */
	in.final = false;
	answered_count = 0;
	rx(&in);
	assert_int_equal(answered_count, 1);
}

/* ---- Echo ---- */

static void
up_with_echo(uint32_t peer_echo_us)
{
	struct bfd_params p = params(50 * MS, 50 * MS, 3);
	struct bfd_packet in = peer(BFD_UP);

	p.echo_tx_ns = 10 * MS;
	p.echo_min_rx_ns = 20 * MS;
	up_with(&p, 50000, 50000);
	at(5);
	in.required_min_echo_rx_us = peer_echo_us;
	rx(&in);
	at(6);
	in.final = true;
	rx(&in);
	at(7);
	in.final = false;
	rx(&in);
}

/* B-90 +, B-91 +, B-92 + */
static void
test_bfd_core_echo_runs_at_the_peers_pace(void **state)
{
	struct bfd_packet in = peer(BFD_UP);
	unsigned echoes = 0;

	(void)state;
	up_with_echo(30000);
	assert_int_equal(sent.required_min_echo_rx_us, 20000);	/* B-95 + */
	assert_int_equal(s.echo_interval_ns, 30 * MS);
	assert_int_equal(s.required_min_rx_announced_ns, S);
	in.required_min_echo_rx_us = 30000;
	while (now.ns < 1000 * MS) {
		now = bfd_core_next_expiry(&s);
		bfd_core_expire(&s, now, &act);
		if (act.todo & BFD_DO_SEND_ECHO) {
			echoes++;
			assert_true(s.echo_tx_timer.ns >=
			    now.ns + 22 * MS);		/* B-91 - */
			bfd_core_echo_rx(&s, now, now, &act);
			rx(&in);
		} else
			carry_out();
	}
	assert_in_range(echoes, 33, 45);
	assert_int_equal(s.session_state, BFD_UP);
}

/* B-54 +, B-54 - */
static void
test_bfd_core_lost_echoes_are_down_with_diag_2(void **state)
{
	struct bfd_packet in = peer(BFD_UP);

	(void)state;
	up_with_echo(30000);
	in.required_min_echo_rx_us = 30000;
	bfd_core_echo_rx(&s, now, now, &act);
	at(90);
	rx(&in);
	bfd_core_expire(&s, now, &act);
	assert_int_equal(s.session_state, BFD_UP);
	while (s.session_state == BFD_UP && now.ns < 500 * MS) {
		at_ns(now.ns + MS);
		rx(&in);
		bfd_core_expire(&s, now, &act);
	}
	assert_in_range(now.ns, 125 * MS, 126 * MS);
	assert_int_equal(act.tr.reason, BFD_REASON_ECHO);
	assert_int_equal(s.local_diag, BFD_DIAG_ECHO_FAILED);
	assert_true(mono_is_never(s.echo_tx_timer));
}

/* B-33 +, B-33 -, B-90 -, B-92 -, B-94 +, B-94 - */
static void
test_bfd_core_echo_stops_when_it_may_not_run(void **state)
{
	struct bfd_params p = params(50 * MS, 50 * MS, 3);
	struct bfd_packet in = peer(BFD_UP);

	(void)state;
	up_with_echo(30000);
	in.required_min_echo_rx_us = 0;
	rx(&in);
	assert_int_equal(s.echo_interval_ns, 0);
	assert_true(mono_is_never(s.echo_tx_timer));
	assert_true(mono_is_never(s.echo_detection_timer));
	assert_int_equal(s.required_min_rx_announced_ns, 50 * MS);
	up_with_echo(30000);
	rx_state(BFD_DOWN);
	assert_int_equal(s.echo_interval_ns, 0);
	p.multihop = true;
	p.echo_tx_ns = p.echo_min_rx_ns = 10 * MS;
	up_with(&p, 50000, 50000);
	in.required_min_echo_rx_us = 30000;
	rx(&in);
	assert_int_equal(s.echo_interval_ns, 0);
	run_to_ns(now.ns + 60 * MS);
	assert_int_equal(sent.required_min_echo_rx_us, 0);	/* B-95 - */
}

/* The shell has no way for it: no failure, and it may come back. */
static void
test_bfd_core_echo_that_cannot_be_sent_is_no_failure(void **state)
{
	struct bfd_packet in = peer(BFD_UP);

	(void)state;
	up_with_echo(30000);
	in.required_min_echo_rx_us = 30000;
	bfd_core_echo_block(&s, now, true, &act);
	carry_out();
	assert_int_equal(s.echo_interval_ns, 0);
	while (now.ns < 2 * S) {
		at_ns(now.ns + 40 * MS);
		rx(&in);
		bfd_core_expire(&s, now, &act);
		carry_out();
	}
	assert_int_equal(s.session_state, BFD_UP);
	bfd_core_echo_block(&s, now, false, &act);
	assert_int_equal(s.echo_interval_ns, 30 * MS);
}

static struct bfd_params
unaffiliated(int64_t interval_ns)
{
	struct bfd_params p = params(interval_ns, interval_ns, 3);

	p.unaffiliated = true;
	return p;
}

/* The neighbour forwards what we sent last. */
static enum bfd_verdict
loop_back(void)
{
	uint8_t bytes[BFD_PACKET_MAX];
	struct bfd_packet in;
	enum bfd_verdict v;

	memcpy(bytes, sent_bytes, sizeof(bytes));
	assert_int_equal(bfd_wire_parse(bytes, bytes[3], &in), BFD_OK_VERDICT);
	v = bfd_core_rx(&s, now, now, &in, &act);
	carry_out();
	return v;
}

/* RFC 9747: the whole way, with the worked packets. */
static void
test_bfd_core_unaffiliated_comes_up_by_itself(void **state)
{
	static const uint8_t first[] = {
		0x20, 0x40, 0x03, 0x18, 0x11, 0x22, 0x33, 0x44, 0, 0, 0, 0,
		0x00, 0x0f, 0x42, 0x40, 0x00, 0x0f, 0x42, 0x40, 0, 0, 0, 0,
	};
	static const uint8_t looped[] = {
		0x20, 0xc0, 0x03, 0x18, 0x11, 0x22, 0x33, 0x44,
		0x11, 0x22, 0x33, 0x44,
		0x00, 0x0f, 0x42, 0x40, 0x00, 0x0f, 0x42, 0x40, 0, 0, 0, 0,
	};
	struct bfd_params p = unaffiliated(10 * MS);
	unsigned count;

	(void)state;
	start(&p);
	run_to(0);
	assert_memory_equal(sent_bytes, first, sizeof(first));
	assert_int_equal(loop_back(), BFD_OK_VERDICT);
	assert_int_equal(s.session_state, BFD_INIT);
	assert_int_equal(loop_back(), BFD_OK_VERDICT);
	assert_int_equal(s.session_state, BFD_UP);
	assert_memory_equal(sent_bytes, looped, sizeof(looped));
	assert_int_equal(s.detection_time_ns, 30 * MS);
	assert_false(s.polling);

	/* As configured, whatever a packet says; and nothing is polled. */
	count = sent_count;
	while (now.ns < 1000 * MS) {
		now = bfd_core_next_expiry(&s);
		bfd_core_expire(&s, now, &act);
		carry_out();
		assert_false(sent.poll || sent.final);
		assert_int_equal(loop_back(), BFD_OK_VERDICT);
	}
	assert_in_range(sent_count - count, 100, 134);
	assert_int_equal(s.session_state, BFD_UP);
	assert_int_equal(answered_count, 0);
}

static void
unaffiliated_up(int64_t interval_ns)
{
	struct bfd_params p = unaffiliated(interval_ns);

	start(&p);
	run_to(0);
	loop_back();
	loop_back();
	loop_back();
	assert_int_equal(s.session_state, BFD_UP);
}

static void
test_bfd_core_unaffiliated_loss_is_diag_2(void **state)
{
	(void)state;
	unaffiliated_up(10 * MS);
	run_to_ns(30 * MS - 1);
	assert_int_equal(s.session_state, BFD_UP);
	run_to(30);
	assert_int_equal(s.session_state, BFD_DOWN);
	assert_int_equal(s.local_diag, BFD_DIAG_ECHO_FAILED);
	assert_int_equal(sent.diag, BFD_DIAG_ECHO_FAILED);
	assert_int_equal(sent.your_discr, 0);
	sent_count = 0;
	run_to(3030);				/* slow again */
	assert_in_range(sent_count, 3, 4);
	assert_int_equal(loop_back(), BFD_OK_VERDICT);
	assert_int_equal(s.session_state, BFD_INIT);
}

/* One of ours that was long on its way is no sign of life, and none of death. */
static void
test_bfd_core_unaffiliated_late_packet_is_nothing(void **state)
{
	struct bfd_packet in = peer(BFD_DOWN);
	mono_t due;

	(void)state;
	unaffiliated_up(10 * MS);
	in.my_discr = VECTOR_L;
	in.your_discr = 0;
	at(5);
	due = s.detection_timer;
	assert_int_equal(rx(&in), BFD_ECHO_VERDICT);
	assert_int_equal(s.session_state, BFD_UP);
	assert_true(s.detection_timer.ns == due.ns);
}

static void
test_bfd_core_unaffiliated_changes_in_place(void **state)
{
	struct bfd_params p = unaffiliated(10 * MS);

	(void)state;
	unaffiliated_up(500 * MS);
	run_to(370);				/* nothing is due before 375 */
	bfd_core_set_params(&s, now, &p, &act);
	carry_out();
	assert_int_equal(s.session_state, BFD_UP);
	assert_int_equal(s.detection_timer.ns, 400 * MS);
	run_to(371);
	assert_true(s.last_tx.ns >= 370 * MS);	/* B-73: overdue by now */

	/* AdminDown says nothing. */
	p.admin_down = true;
	sent_count = 0;
	bfd_core_set_params(&s, now, &p, &act);
	carry_out();
	assert_int_equal(s.session_state, BFD_ADMIN_DOWN);
	run_to(5000);
	assert_int_equal(sent_count, 0);
	bfd_core_release(&s, now, &act);
	assert_int_equal(s.release_timer.ns, now.ns);
}

/* The other kind of session starts from nothing. */
static void
test_bfd_core_unaffiliated_is_another_session(void **state)
{
	struct bfd_params p = unaffiliated(10 * MS);

	(void)state;
	up();
	bfd_core_set_params(&s, now, &p, &act);
	carry_out();
	assert_int_equal(s.session_state, BFD_DOWN);
	assert_int_equal(s.remote_discr, 0);
	run_to_ns(now.ns + S);
	assert_int_equal(sent.your_discr, 0);
	assert_int_equal(loop_back(), BFD_OK_VERDICT);
	assert_int_equal(s.session_state, BFD_INIT);
}

/* A change while nothing comes back begins no Detection Time. */
static void
test_bfd_core_unaffiliated_change_while_unheard_is_no_sign_of_life(void **state)
{
	struct bfd_params p = unaffiliated(20 * MS);

	(void)state;
	unaffiliated_up(10 * MS);
	run_to(1000);
	assert_int_equal(s.session_state, BFD_DOWN);
	bfd_core_set_params(&s, now, &p, &act);
	carry_out();
	assert_int_equal(s.remote_detect_mult, 0);
	assert_int_equal(s.detection_time_ns, 0);
	assert_true(mono_is_never(s.detection_timer));
}

/* Clients are told of one transition, out of the state they know. */
static void
test_bfd_core_another_session_in_admin_down_is_one_transition(void **state)
{
	struct bfd_params p = unaffiliated(10 * MS);

	(void)state;
	up();
	p.admin_down = true;
	bfd_core_set_params(&s, now, &p, &act);
	assert_true(act.todo & BFD_DO_STATE);
	assert_int_equal(act.tr.from, BFD_UP);
	assert_int_equal(act.tr.to, BFD_ADMIN_DOWN);
	assert_int_equal(s.session_state, BFD_ADMIN_DOWN);
	assert_int_equal(s.session_down_count, 0);
	assert_int_equal(s.remote_discr, 0);
}

/* ---- Leaving ---- */

/* B-137 +, B-137 - */
static void
test_bfd_core_release_says_so_for_a_detection_time(void **state)
{
	struct bfd_params p = params(50 * MS, 50 * MS, 3);

	(void)state;
	up();
	at(100);
	rx_state(BFD_UP);
	bfd_core_release(&s, now, &act);
	carry_out();
	assert_int_equal(sent.state, BFD_ADMIN_DOWN);
	assert_false(act.todo & BFD_DO_DELETE);
	run_to(249);
	assert_false(act.todo & BFD_DO_DELETE);
	at(250);
	bfd_core_expire(&s, now, &act);
	assert_true(act.todo & BFD_DO_DELETE);
	start(&p);			/* nobody there: nobody to tell */
	run_to(0);
	bfd_core_release(&s, now, &act);
	carry_out();
	bfd_core_expire(&s, now, &act);
	assert_true(act.todo & BFD_DO_DELETE);
}

/* A session that has been AdminDown for long has said so. */
static void
test_bfd_core_release_of_an_admin_down_session_is_quick(void **state)
{
	(void)state;
	in_state(BFD_ADMIN_DOWN);
	for (; now.ns < 10 * S; run_to_ns(now.ns + S))
		rx_state(BFD_DOWN);
	bfd_core_release(&s, now, &act);
	carry_out();
	bfd_core_expire(&s, now, &act);
	assert_true(act.todo & BFD_DO_DELETE);
}

/* In AdminDown packets are discarded, but the peer is not forgotten. */
static void
test_bfd_core_admin_down_remembers_who_is_there(void **state)
{
	(void)state;
	in_state(BFD_ADMIN_DOWN);
	for (; now.ns < 10 * S; run_to_ns(now.ns + S)) {
		rx_state(BFD_DOWN);
		assert_int_equal(sent.your_discr, VECTOR_R);
		assert_int_equal(s.remote_discr, VECTOR_R);
	}
	assert_int_equal(sent.your_discr, VECTOR_R);
}

/* A Final carries the news; a second packet would say the same. */
static void
test_bfd_core_final_carries_the_news(void **state)
{
	struct bfd_params p = params(S, S, 3);
	struct bfd_packet in = peer(BFD_INIT);
	unsigned before;

	(void)state;
	start(&p);
	run_to(0);
	rx_state(BFD_DOWN);
	before = sent_count;
	answered_count = 0;
	in.poll = true;
	rx(&in);
	assert_int_equal(s.session_state, BFD_UP);
	assert_int_equal(answered_count, 1);
	assert_int_equal(answered.state, BFD_UP);
	assert_int_equal(sent_count, before);
	rx_state(BFD_UP);			/* and it counts as said */
	assert_int_equal(sent_count, before);
}

static void
test_bfd_core_new_wish_brings_a_leaving_session_back(void **state)
{
	struct bfd_params p;

	(void)state;
	up();
	p = s.p;
	bfd_core_release(&s, now, &act);
	carry_out();
	at(50);
	bfd_core_set_params(&s, now, &p, &act);
	carry_out();
	assert_int_equal(s.session_state, BFD_DOWN);
	run_to(2000);
	assert_true(mono_is_never(s.release_timer));
	assert_int_equal(sent.state, BFD_DOWN);
}

/* Wished again, but to be down: stays where it is, and is not deleted. */
static void
test_bfd_core_new_wish_to_be_down_ends_leaving(void **state)
{
	struct bfd_params p;

	(void)state;
	up();
	p = s.p;
	p.admin_down = true;
	bfd_core_release(&s, now, &act);
	carry_out();
	at(50);
	bfd_core_set_params(&s, now, &p, &act);
	assert_false(act.todo & (BFD_DO_STATE | BFD_DO_SEND));
	assert_int_equal(s.session_state, BFD_ADMIN_DOWN);
	assert_true(mono_is_never(s.release_timer));
}

/* ---- Absences (L-32) ---- */

static void
test_bfd_core_absence_moves_the_detection_timer(void **state)
{
	(void)state;
	up();				/* heard at 4 ms, due at 154 */
	bfd_core_absent(&s, (mono_t){ 100 * MS }, (mono_t){ 300 * MS });
	assert_int_equal(s.detection_timer.ns, 354 * MS);
	assert_int_equal(s.absences, 1);
	assert_int_equal(s.worst_absence_ns, 200 * MS);
	run_to(353);
	assert_int_equal(s.session_state, BFD_UP);
	run_to(354);			/* granted once, and still detected */
	assert_int_equal(s.session_state, BFD_DOWN);
	assert_int_equal(s.local_diag, BFD_DIAG_CONTROL_EXPIRY);
}

static void
test_bfd_core_absence_counts_from_the_start_of_the_timer(void **state)
{
	struct bfd_packet in = peer(BFD_UP);

	(void)state;
	up();
	at(200);			/* drained first: one from within */
	rx_at(&in, (mono_t){ 150 * MS });
	bfd_core_absent(&s, (mono_t){ 10 * MS }, (mono_t){ 200 * MS });
	assert_int_equal(s.detection_timer.ns, (150 + 150 + 50) * MS);
}

static void
test_bfd_core_absence_holds_for_packets_read_after_it(void **state)
{
	struct bfd_packet in = peer(BFD_UP);

	(void)state;
	up();
	at(1000);
	bfd_core_absent(&s, (mono_t){ 20 * MS }, (mono_t){ 1000 * MS });
	rx_at(&in, (mono_t){ 30 * MS });	/* queued when we fell asleep */
	assert_int_equal(s.detection_timer.ns, (1000 + 150) * MS);
	bfd_core_expire(&s, now, &act);
	carry_out();
	assert_int_equal(s.session_state, BFD_UP);
	rx_at(&in, now);
	assert_int_equal(s.detection_timer.ns, 1150 * MS);
}

static void
test_bfd_core_absence_does_not_save_what_was_due_before(void **state)
{
	(void)state;
	up();
	bfd_core_absent(&s, (mono_t){ 155 * MS }, (mono_t){ 300 * MS });
	assert_int_equal(s.detection_timer.ns, 154 * MS);
	assert_int_equal(s.absences, 0);
	bfd_core_absent(&s, (mono_t){ 3 * MS }, (mono_t){ 3 * MS });
	assert_int_equal(s.detection_timer.ns, 154 * MS);
	in_state(BFD_DOWN);			/* nothing runs, no grant */
	bfd_core_absent(&s, (mono_t){ 0 }, (mono_t){ S });
	assert_int_equal(s.absences, 0);
}

static void
test_bfd_core_absences_add_up_and_survive_new_wishes(void **state)
{
	(void)state;
	up();
	bfd_core_absent(&s, (mono_t){ 10 * MS }, (mono_t){ 60 * MS });
	bfd_core_absent(&s, (mono_t){ 100 * MS }, (mono_t){ 130 * MS });
	assert_int_equal(s.detection_timer.ns, (154 + 80) * MS);
	at(140);
	wish(50, 100);
	assert_int_equal(s.detection_timer.ns, (4 + 300 + 80) * MS);
}

/* Time out, and the reason that clients are told. */
static enum bfd_reason
time_out(void)
{
	now = s.detection_timer;
	bfd_core_expire(&s, now, &act);
	assert_int_equal(act.todo & BFD_DO_STATE, BFD_DO_STATE);
	assert_int_equal(s.session_state, BFD_DOWN);
	assert_int_equal(s.local_diag, BFD_DIAG_CONTROL_EXPIRY);
	return act.tr.reason;
}

/* Our packets go on: the peer has no reason to give us up. */
static void
test_bfd_core_blindness_is_granted_and_is_no_absence(void **state)
{
	int64_t span_ns;
	mono_t from, due;

	(void)state;
	up();
	from = now;
	due = s.detection_timer;
	span_ns = 20 * s.p.detect_mult * s.tx_interval_ns;
	now = mono_add(from, span_ns);
	bfd_core_blind(&s, from, now);
	assert_int_equal(mono_sub(s.detection_timer, due), span_ns);
	assert_int_equal(time_out(), BFD_REASON_TIMEOUT);
}

/* L-32: the peer says that it has given us up, for an absence of ours. */
static void
test_bfd_core_absence_that_the_peer_tells_of_is_ours(void **state)
{
	struct bfd_packet in = peer(BFD_DOWN);
	mono_t slept;
	int i;

	(void)state;
	for (i = 0; i < 4; i++) {
		up();
		slept = s.last_tx;
		/* Suspended: the clock of the last packet stood still. */
		if (i == 0)
			bfd_core_absent(&s, (mono_t){ now.ns - 20 *
			    s.p.detect_mult * s.tx_interval_ns }, now);
		else
			now = mono_add(now, 20 * s.p.detect_mult *
			    s.tx_interval_ns);
		if (i > 1)
			bfd_core_absent(&s, slept, now);
		in.diag = i == 2 ? BFD_DIAG_PATH_DOWN : BFD_DIAG_CONTROL_EXPIRY;
		now = mono_add(now, NS_PER_MS);
		if (i == 3) {			/* heard as before, and then this */
			struct bfd_packet well = peer(BFD_UP);

			rx_at(&well, now);
			now = mono_add(now, NS_PER_MS);
		}
		rx_at(&in, now);
		assert_int_equal(s.session_state, BFD_DOWN);
		assert_int_equal(act.tr.reason, i == 0 ? BFD_REASON_ABSENCE :
		    BFD_REASON_REMOTE_DOWN);
	}
}

/* L-32: the peer has given us up and may not speak to us any more. */
static void
test_bfd_core_absence_that_the_peer_gave_us_up_in_is_no_silence(void **state)
{
	struct bfd_packet in = peer(BFD_UP);
	int64_t patience_ns;
	mono_t slept;

	(void)state;
	up();
	patience_ns = s.p.detect_mult * s.tx_interval_ns;
	slept = s.last_tx;
	/* Away for less: the peer had no reason to be silent. */
	now = (mono_t){ slept.ns + patience_ns - 1 };
	bfd_core_absent(&s, slept, now);
	assert_int_equal(time_out(), BFD_REASON_TIMEOUT);
	up();
	slept = s.last_tx;
	now = mono_add(slept, patience_ns);
	bfd_core_absent(&s, slept, now);
	assert_int_equal(time_out(), BFD_REASON_ABSENCE);
	/* Packets from before and in it say nothing of later. */
	up();
	slept = s.last_tx;
	now = mono_add(slept, 20 * patience_ns);
	rx_at(&in, mono_add(slept, 19 * patience_ns));
	bfd_core_absent(&s, slept, now);
	rx_at(&in, now);
	assert_int_equal(time_out(), BFD_REASON_ABSENCE);
	/* A packet came since: the peer is heard, and its silence is one. */
	up();
	slept = s.last_tx;
	now = mono_add(slept, 20 * patience_ns);
	bfd_core_absent(&s, slept, now);
	now = mono_add(now, 1);
	rx_at(&in, now);
	assert_int_equal(time_out(), BFD_REASON_TIMEOUT);
	/* A peer in Demand mode waits for nothing. */
	up();
	in.demand = true;
	rx_at(&in, now);
	slept = s.last_tx;
	now = mono_add(slept, 20 * patience_ns);
	bfd_core_absent(&s, slept, now);
	assert_int_equal(time_out(), BFD_REASON_TIMEOUT);
}

static void
test_bfd_core_worst_gap_is_of_this_up_and_bounded(void **state)
{
	struct bfd_packet in = peer(BFD_UP);

	(void)state;
	up();
	at(104);
	rx(&in);
	assert_int_equal(s.worst_gap_ns, 100 * MS);
	at(114);
	rx(&in);
	assert_int_equal(s.worst_gap_ns, 100 * MS);
	bfd_core_absent(&s, now, (mono_t){ 7200 * S });
	at_ns(7200 * S);
	rx(&in);
	assert_int_equal(s.worst_gap_ns, 3600 * S);
	rx_state(BFD_DOWN);
	rx_state(BFD_INIT);
	assert_int_equal(s.worst_gap_ns, 0);
}

static void
test_bfd_core_recent_gap_is_of_the_last_minute(void **state)
{
	struct bfd_packet in = peer(BFD_UP);
	struct bfd_params p = params(100 * MS, 100 * MS, 100);
	int64_t ms;

	(void)state;
	up_with(&p, 100000, 100000);
	assert_int_equal(bfd_core_recent_gap(&s, (mono_t){ 9 * MS }), 5 * MS);
	for (ms = 704; ms <= 65 * 1000; ms += ms == 704 ? 96 : 100) {
		at(ms);
		rx(&in);
	}
	/* 700 ms once, 100 ms ever since. */
	assert_int_equal(bfd_core_recent_gap(&s, now), 700 * MS);
	for (; ms <= 71 * 1000; ms += 100) {
		at(ms);
		rx(&in);
	}
	assert_int_equal(bfd_core_recent_gap(&s, now), 100 * MS);
	assert_int_equal(s.worst_gap_ns, 700 * MS);
	/* Silence counts, also when it has lasted longer than is kept. */
	assert_int_equal(bfd_core_recent_gap(&s, mono_add(now, 300 * S)),
	    300 * S);
	rx_state(BFD_DOWN);
	assert_int_equal(bfd_core_recent_gap(&s, now), 0);
}

/* ---- Authentication in the session ---- */

static struct bfd_params
auth_params(enum bfd_auth_type type)
{
	struct bfd_params p = params(50 * MS, 50 * MS, 3);

	p.auth.type = type;
	p.auth.key_count = 1;
	p.auth.keys[0] = (struct bfd_auth_key){ .id = 7, .len = 6,
	    .key = "bfdkey" };
	return p;
}

static enum bfd_verdict
rx_signed(enum bfd_state state, struct bfd_auth_state *st)
{
	struct bfd_packet in = peer(state);
	uint8_t bytes[BFD_PACKET_MAX];
	enum bfd_verdict v;
	size_t n;

	(void)bfd_wire_build(&in, bfd_auth_section_len(&s.p.auth), bytes,
	    sizeof(bytes));
	n = bfd_auth_sign(&s.p.auth, st, false, bytes, sizeof(bytes));
	assert_int_equal(bfd_wire_parse(bytes, n, &in), BFD_OK_VERDICT);
	v = bfd_core_rx(&s, now, now, &in, &act);
	carry_out();
	return v;
}

/* B-31 +, B-31 - a replayed packet changes nothing */
static void
test_bfd_core_authenticated_session_comes_up(void **state)
{
	struct bfd_params p = auth_params(BFD_AUTH_METICULOUS_SHA1);
	struct bfd_auth_state st = { .xmit_auth_seq = 0xfffffffe }, replay;
	struct bfd_core before;

	(void)state;
	start(&p);
	run_to(0);
	assert_true(sent.auth_present);
	assert_int_equal(sent.length, 52);
	assert_int_equal(rx_signed(BFD_DOWN, &st), BFD_OK_VERDICT);
	replay = st;
	replay.xmit_auth_seq--;
	memcpy(&before, &s, sizeof(before));
	assert_int_equal(rx_signed(BFD_INIT, &replay),
	    BFD_AUTH_SEQUENCE_VERDICT);
	assert_memory_equal(&before, &s, sizeof(before));
	assert_int_equal(rx_signed(BFD_INIT, &st), BFD_OK_VERDICT);
	assert_int_equal(rx_signed(BFD_UP, &st), BFD_OK_VERDICT);
	assert_int_equal(s.session_state, BFD_UP);
	assert_int_equal(s.auth.rcv_auth_seq, 0);	/* wrapped */
}

/* B-9 - not before twice the Detection Time, and then it is forgotten */
static void
test_bfd_core_sequence_is_forgotten_after_two_detection_times(void **state)
{
	struct bfd_params p = auth_params(BFD_AUTH_METICULOUS_SHA1);
	struct bfd_auth_state st = { .xmit_auth_seq = 1000 };

	(void)state;
	start(&p);
	run_to(0);
	rx_signed(BFD_DOWN, &st);
	rx_signed(BFD_INIT, &st);
	rx_signed(BFD_UP, &st);			/* at 0; 150 ms, 300 ms */
	run_to(299);
	assert_int_equal(s.session_state, BFD_DOWN);
	assert_true(s.auth.auth_seq_known);
	run_to(300);
	assert_false(s.auth.auth_seq_known);
	assert_true(mono_is_never(s.forget_timer));
	st.xmit_auth_seq = 5;			/* a restarted peer */
	assert_int_equal(rx_signed(BFD_DOWN, &st), BFD_OK_VERDICT);
}

static uint32_t
sent_sequence(void)
{
	return (uint32_t)sent_bytes[28] << 24 | (uint32_t)sent_bytes[29] << 16 |
	    (uint32_t)sent_bytes[30] << 8 | sent_bytes[31];
}

/* B-102 + keyed moves with the content, not with every packet */
static void
test_bfd_core_keyed_sequence_moves_with_the_content(void **state)
{
	struct bfd_params p = auth_params(BFD_AUTH_KEYED_SHA1);
	struct bfd_auth_state st = { .xmit_auth_seq = 1 };
	uint32_t first;

	(void)state;
	start(&p);
	run_to(0);
	first = sent_sequence();
	run_to(2500);
	assert_true(sent_count >= 3);
	assert_int_equal(sent_sequence(), first);
	rx_signed(BFD_DOWN, &st);
	assert_int_equal(sent_sequence(), first + 1);
}

/* B-107 +, B-107 - */
static void
test_bfd_core_stays_silent_until_told(void **state)
{
	struct bfd_params p = auth_params(BFD_AUTH_METICULOUS_SHA1);
	struct bfd_auth_state st = { .xmit_auth_seq = 1 };

	(void)state;
	start(&p);
	bfd_core_stay_silent(&s, (mono_t){ 6 * S });
	rx_signed(BFD_DOWN, &st);
	run_to(5999);
	assert_int_equal(sent_count, 0);
	run_to(6000);
	assert_int_equal(sent_count, 1);
}

/* The longest silence asked for counts, in whatever order. */
static void
test_bfd_core_silence_is_not_shortened(void **state)
{
	struct bfd_params p = params(50 * MS, 50 * MS, 3);

	(void)state;
	start(&p);
	bfd_core_stay_silent(&s, (mono_t){ 6 * S });
	bfd_core_stay_silent(&s, (mono_t){ 2 * S });
	assert_int_equal(s.silent_until.ns, 6 * S);
	run_to(5999);
	assert_int_equal(sent_count, 0);
	run_to(6000);
	assert_int_equal(sent_count, 1);
}

/* A refused packet of our own leaves the sequence, too, as it was. */
static void
test_bfd_core_unaffiliated_late_signed_packet_is_nothing(void **state)
{
	struct bfd_params p = auth_params(BFD_AUTH_METICULOUS_SHA1);
	uint8_t late[BFD_PACKET_MAX];
	struct bfd_packet in;
	struct bfd_core before;

	(void)state;
	p.unaffiliated = true;
	start(&p);
	run_to(0);
	assert_int_equal(loop_back(), BFD_OK_VERDICT);	/* Init */
	assert_int_equal(loop_back(), BFD_OK_VERDICT);	/* Up */
	in = (struct bfd_packet){ .state = BFD_DOWN, .detect_mult = 3,
	    .my_discr = VECTOR_L, .desired_min_tx_us = 1000000,
	    .required_min_rx_us = 1000000 };
	(void)bfd_wire_build(&in, bfd_auth_section_len(&s.p.auth), late,
	    sizeof(late));
	assert_true(bfd_auth_sign(&s.p.auth, &s.auth, false, late,
	    sizeof(late)) > 0);
	assert_int_equal(bfd_wire_parse(late, late[3], &in), BFD_OK_VERDICT);
	memcpy(&before, &s, sizeof(before));
	assert_int_equal(bfd_core_rx(&s, now, now, &in, &act),
	    BFD_ECHO_VERDICT);
	assert_memory_equal(&before, &s, sizeof(before));
}

/* A Required Min RX that comes and goes does not break the silence. */
static void
test_bfd_core_silence_outlasts_changes_of_the_peer(void **state)
{
	struct bfd_params p = params(50 * MS, 50 * MS, 3);
	struct bfd_packet in = peer(BFD_UP);

	(void)state;
	start(&p);
	bfd_core_stay_silent(&s, (mono_t){ 6 * S });
	in.required_min_rx_us = 0;
	rx(&in);
	in.required_min_rx_us = 50000;
	rx(&in);
	run_to(5999);
	assert_int_equal(sent_count, 0);
}

/* B-108 +: no section, then a keyed one, and the session stays Up */
static void
test_bfd_core_authentication_is_turned_on_while_up(void **state)
{
	struct bfd_params p = auth_params(BFD_AUTH_KEYED_SHA1);
	struct bfd_auth_state st = { .xmit_auth_seq = 100 };
	unsigned plain = 0, probes = 0;

	(void)state;
	up();
	bfd_core_set_params(&s, now, &p, &act);
	carry_out();
	while (sent_count < 40) {		/* the peer knows nothing yet */
		now = s.tx_timer;
		assert_int_equal(rx_state(BFD_UP), BFD_OK_VERDICT);
		bfd_core_expire(&s, now, &act);
		carry_out();
		if (sent.auth_present)
			probes++;
		else
			plain++;
	}
	assert_in_range(probes, plain / 4, plain / 2);
	assert_int_equal(rx_signed(BFD_UP, &st), BFD_OK_VERDICT);
	assert_true(sent.auth_present);		/* and said so at once */
	assert_int_equal(s.auth.rcv_auth_seq, 100);
	assert_int_equal(rx_state(BFD_UP), BFD_AUTH_MISSING_VERDICT);
	assert_int_equal(s.session_state, BFD_UP);
}

/* B-108 -: not for a session that is not Up, nor after it went down */
static void
test_bfd_core_old_authentication_ends_with_up(void **state)
{
	struct bfd_params p = auth_params(BFD_AUTH_KEYED_SHA1);

	(void)state;
	in_state(BFD_DOWN);
	bfd_core_set_params(&s, now, &p, &act);
	carry_out();
	assert_int_equal(rx_state(BFD_DOWN), BFD_AUTH_MISSING_VERDICT);
	up();
	bfd_core_set_params(&s, now, &p, &act);
	carry_out();
	run_to(1000);
	assert_int_equal(s.session_state, BFD_DOWN);
	assert_true(sent.auth_present);
	assert_int_equal(rx_state(BFD_DOWN), BFD_AUTH_MISSING_VERDICT);
}

static const struct bfd_auth_key keys[] = {
	{ 0, 0, "" }, { 7, 3, "old" }, { 8, 3, "new" },
};

static void
set_keys(struct bfd_params *p, unsigned first, unsigned second)
{
	p->auth.key_count = 1;
	p->auth.keys[0] = keys[first];
	if (second != 0)
		p->auth.keys[p->auth.key_count++] = keys[second];
	bfd_core_set_params(&s, now, p, &act);
	carry_out();
}

/* A packet of the peer, signed with this key. */
static enum bfd_verdict
rx_keyed(unsigned key, struct bfd_auth_state *st)
{
	struct bfd_params p = auth_params(BFD_AUTH_METICULOUS_SHA1);
	struct bfd_packet in = peer(BFD_UP), parsed;
	uint8_t buf[BFD_PACKET_MAX];
	enum bfd_verdict verdict;
	size_t len;

	p.auth.keys[0] = keys[key];
	in.auth_present = true;
	assert_int_equal(bfd_wire_build(&in, bfd_auth_section_len(&p.auth),
	    buf, sizeof(buf)), BFD_PACKET_MIN);
	len = bfd_auth_sign(&p.auth, st, true, buf, sizeof(buf));
	assert_int_equal(bfd_wire_parse(buf, len, &parsed), BFD_OK_VERDICT);
	verdict = bfd_core_rx(&s, now, now, &parsed, &act);
	carry_out();
	return verdict;
}

/* B-106 +, B-108 + each step of a rollover, ours before the peer's */
static void
test_bfd_core_keys_roll_over_while_up(void **state)
{
	struct bfd_params p = auth_params(BFD_AUTH_METICULOUS_SHA1);
	struct bfd_auth_state st = { .xmit_auth_seq = 1000 };

	(void)state;
	up();
	set_keys(&p, 1, 0);
	assert_int_equal(rx_keyed(1, &st), BFD_OK_VERDICT);
	assert_true(bfd_auth_params_equal(&s.auth_in_use, &p.auth));
	assert_int_equal(rx_keyed(2, &st), BFD_AUTH_KEY_VERDICT);

	/* Both are accepted: our signature does not change, so at once. */
	set_keys(&p, 1, 2);
	assert_int_equal(rx_keyed(1, &st), BFD_OK_VERDICT);
	assert_int_equal(s.auth_in_use.key_count, 2);

	/* The new one signs when the peer is seen to sign with it. */
	set_keys(&p, 2, 1);
	assert_int_equal(rx_keyed(1, &st), BFD_OK_VERDICT);
	assert_int_equal(s.auth_in_use.keys[0].id, 7);
	assert_int_equal(rx_keyed(2, &st), BFD_OK_VERDICT);
	assert_int_equal(s.auth_in_use.keys[0].id, 8);

	/* The old one is refused for good, though the session never went. */
	set_keys(&p, 2, 0);
	assert_int_equal(rx_keyed(2, &st), BFD_OK_VERDICT);
	assert_int_equal(rx_keyed(1, &st), BFD_AUTH_KEY_VERDICT);
	assert_int_equal(s.session_state, BFD_UP);
	assert_int_equal(s.session_down_count, 0);
}

/* B-106 -, B-108 - a replay is refused also while two ways are open */
static void
test_bfd_core_replay_during_a_rollover_is_refused(void **state)
{
	struct bfd_params p = auth_params(BFD_AUTH_METICULOUS_SHA1);
	struct bfd_auth_state st = { .xmit_auth_seq = 1000 }, old;

	(void)state;
	up();
	set_keys(&p, 1, 0);
	old = st;
	assert_int_equal(rx_keyed(1, &st), BFD_OK_VERDICT);
	set_keys(&p, 1, 2);
	assert_int_equal(rx_keyed(1, &old), BFD_AUTH_SEQUENCE_VERDICT);
	assert_int_equal(s.auth_in_use.key_count, 1);
	assert_int_equal(s.auth.rcv_auth_seq, 1000);
}

static void
test_bfd_core_sends_nothing_when_the_digest_is_unavailable(void **state)
{
	struct bfd_params p = auth_params(BFD_AUTH_METICULOUS_SHA1);
	uint8_t small[51];

	(void)state;
	start(&p);			/* no room stands for no digest */
	bfd_core_expire(&s, now, &act);
	assert_int_equal(bfd_core_build(&s, now, false, small, sizeof(small)),
	    0);
	assert_true(mono_before(now, bfd_core_next_expiry(&s)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test(test_bfd_core_##name)
		T(init_sets_the_initial_values),
		T(init_admin_down_starts_there),
		T(slow_configuration_is_announced_as_it_is),
		T(flap_does_not_initialise_again),
		T(sends_the_worked_packets),
		T(peer_sends_the_worked_answers),
		T(state_table_holds),
		T(timeout_tells_when_and_why),
		T(remote_admin_down_is_told_apart),
		T(admin_down_sends_on_and_comes_back),
		T(admin_down_takes_values_then_discards),
		T(not_up_is_never_faster_than_a_second),
		T(leaving_up_on_purpose_is_said_three_times),
		T(timeout_is_said_once_a_second),
		T(forwarding_reset_is_down_with_diag_4),
		T(dead_client_is_down_with_diag_5),
		T(held_session_stays_down_until_let_go),
		T(refusal_leaves_every_byte_as_it_was),
		T(last_words_without_discriminator_are_nobodys),
		T(accepted_packet_sets_the_remote_variables),
		T(poll_is_answered_at_once),
		T(detection_runs_from_arrival),
		T(late_packet_from_the_buffer_is_proof_of_life),
		T(late_packet_too_old_is_no_proof_of_life),
		T(intervals_are_negotiated_per_direction),
		T(detection_uses_the_received_multiplier),
		T(jitter_is_a_fresh_quarter),
		T(jitter_with_multiplier_1_leaves_a_tenth),
		T(slots_keep_the_jitter),
		T(long_slot_is_not_used),
		T(remote_min_rx_zero_stops_periodic_packets),
		T(faster_peer_is_served_from_the_last_packet),
		T(passive_speaks_when_spoken_to),
		T(news_is_sent_between_periodic_packets),
		T(late_transmission_is_not_made_up_for),
		T(timeout_forgets_the_peer),
		T(down_session_forgets_after_silence),
		T(up_polls_for_the_fast_interval_at_once),
		T(change_polls_until_the_final),
		T(stray_final_is_no_answer),
		T(slower_transmission_waits_for_the_final),
		T(faster_detection_waits_for_the_final),
		T(min_rx_zero_is_the_longest_interval),
		T(poll_needs_a_known_peer),
		T(multiplier_changes_without_a_poll),
		T(poll_rides_on_scheduled_packets),
		T(final_while_polling_has_p_clear),
		T(change_while_polling_polls_again),
		T(changes_before_the_poll_left_share_it),
		T(final_may_carry_new_values),
		T(peer_slows_down_without_loss),
		T(demand_of_the_peer_stops_periodic_packets),
		T(news_under_demand_is_polled),
		T(echo_runs_at_the_peers_pace),
		T(lost_echoes_are_down_with_diag_2),
		T(echo_stops_when_it_may_not_run),
		T(release_says_so_for_a_detection_time),
		T(release_of_an_admin_down_session_is_quick),
		T(admin_down_remembers_who_is_there),
		T(final_carries_the_news),
		T(new_wish_brings_a_leaving_session_back),
		T(new_wish_to_be_down_ends_leaving),
		T(absence_moves_the_detection_timer),
		T(absence_counts_from_the_start_of_the_timer),
		T(absence_holds_for_packets_read_after_it),
		T(absence_does_not_save_what_was_due_before),
		T(absence_that_the_peer_gave_us_up_in_is_no_silence),
		T(absence_that_the_peer_tells_of_is_ours),
		T(blindness_is_granted_and_is_no_absence),
		T(absences_add_up_and_survive_new_wishes),
		T(worst_gap_is_of_this_up_and_bounded),
		T(recent_gap_is_of_the_last_minute),
		T(authenticated_session_comes_up),
		T(sequence_is_forgotten_after_two_detection_times),
		T(keyed_sequence_moves_with_the_content),
		T(stays_silent_until_told),
		T(silence_is_not_shortened),
		T(silence_outlasts_changes_of_the_peer),
		T(authentication_is_turned_on_while_up),
		T(old_authentication_ends_with_up),
		T(keys_roll_over_while_up),
		T(echo_that_cannot_be_sent_is_no_failure),
		T(unaffiliated_comes_up_by_itself),
		T(unaffiliated_loss_is_diag_2),
		T(unaffiliated_late_packet_is_nothing),
		T(unaffiliated_changes_in_place),
		T(unaffiliated_is_another_session),
		T(unaffiliated_change_while_unheard_is_no_sign_of_life),
		T(another_session_in_admin_down_is_one_transition),
		T(unaffiliated_late_signed_packet_is_nothing),
		T(replay_during_a_rollover_is_refused),
		T(sends_nothing_when_the_digest_is_unavailable),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
