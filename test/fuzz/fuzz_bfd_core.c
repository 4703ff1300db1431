/*
 * fuzz_bfd_core.c - any sequence of events into one session, invariants after
 * each.
 *
 * The input is a program: a byte of configuration, then events of one opcode
 * byte and its operands.  Packets are built from the operands, so that most of
 * them pass the codec and reach the state machine; time moves forward by what
 * the input says.  What must hold of a session at any time is asserted by
 * bfd_core_check(); what an event may and may not do is in check().
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "bfdd/pure/bfd_core.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define REQUIRE(condition) do { if (!(condition)) abort(); } while (0)
#define LOCAL_DISCR	0x11223344

struct input {
	const uint8_t	*at;
	size_t		 left;
};

static uint8_t
take(struct input *in)
{
	if (in->left == 0)
		return 0;
	in->left--;
	return *in->at++;
}

/* Spans from a microsecond to a minute, on a log scale, as timers are. */
static int64_t
take_span_ns(struct input *in)
{
	static const int64_t scale[] = { 0, 1000, 100000, 1000000, 3300000,
	    10000000, 50000000, 1000000000 };
	uint8_t b = take(in);

	return scale[b & 7] * (1 + (b >> 3));
}

static void
take_params(struct input *in, struct bfd_params *p)
{
	uint8_t flags = take(in);

	bfd_params_init(p);
	p->desired_min_tx_ns = take_span_ns(in) + NS_PER_MS;
	p->required_min_rx_ns = flags & 0x01 ? 0 : take_span_ns(in) + NS_PER_MS;
	p->detect_mult = flags & 0x02 ? 1 : 3;
	p->passive = flags & 0x04;
	p->admin_down = flags & 0x08;
	p->multihop = flags & 0x10;
	p->echo_tx_ns = flags & 0x20 ? 10 * NS_PER_MS : 0;
	p->echo_min_rx_ns = flags & 0x40 ? 10 * NS_PER_MS : 0;
	if ((flags & 0x70) == 0x70) {	/* no session has all three */
		p->unaffiliated = true;
		p->multihop = p->passive = false;
		p->echo_tx_ns = p->echo_min_rx_ns = 0;
		p->required_min_rx_ns = p->desired_min_tx_ns;
	}
	if (flags & 0x80) {
		p->auth.type = BFD_AUTH_METICULOUS_SHA1;
		p->auth.key_count = 1;
		p->auth.keys[0] = (struct bfd_auth_key){ .id = 7, .len = 6,
		    .key = "bfdkey" };
	}
}

static void
check(const struct bfd_core *s, mono_t now, enum bfd_state before,
    const struct bfd_actions *act)
{
	REQUIRE(!(act->todo & BFD_DO_STATE) == (s->session_state == before));
	if (act->todo & BFD_DO_STATE) {
		REQUIRE(act->tr.from == before);
		REQUIRE(act->tr.to == s->session_state);
		REQUIRE(act->tr.to != BFD_UP ||
		    act->tr.reason == BFD_REASON_HANDSHAKE);	/* B-50 */
		REQUIRE(!(before == BFD_ADMIN_DOWN &&
		    s->session_state != BFD_DOWN));
	}
	if (s->p.passive && !s->p.unaffiliated && s->remote_discr == 0)
		REQUIRE(!(act->todo & BFD_DO_SEND));		/* B-58 */
	REQUIRE(bfd_core_recent_gap(s, now) >= 0);
	bfd_core_check(s);
}

/* Carry the actions out as the shell does. */
static void
carry_out(struct bfd_core *s, mono_t now, const struct bfd_actions *act)
{
	uint8_t buf[BFD_PACKET_MAX];
	struct bfd_packet p;
	size_t n;

	if (act->todo & BFD_DO_SEND_FINAL) {
		n = bfd_core_build(s, now, true, buf, sizeof(buf));
		if (n > 0) {
			REQUIRE(bfd_wire_parse(buf, n, &p) == BFD_OK_VERDICT);
			REQUIRE(p.final && !p.poll);		/* B-39, B-76 */
		}
	}
	if (act->todo & BFD_DO_SEND) {
		n = bfd_core_build(s, now, false, buf, sizeof(buf));
		REQUIRE(n > 0 || mono_before(now, s->silent_until) ||
		    (s->p.unaffiliated &&
		    s->session_state == BFD_ADMIN_DOWN));
		if (n > 0) {
			REQUIRE(bfd_wire_parse(buf, n, &p) == BFD_OK_VERDICT);
			REQUIRE(!p.final && p.state == s->session_state);
			REQUIRE(mono_before(now, s->tx_timer));	/* no burst */
		}
	}
}

static void
receive(struct bfd_core *s, mono_t now, struct input *in,
    struct bfd_actions *act)
{
	static const uint32_t us[] = { 0, 1, 3300, 10000, 50000, 300000,
	    1000000, UINT32_MAX };
	const struct bfd_auth_params *sign = &s->p.auth;
	struct bfd_auth_params none = { 0 };
	struct bfd_auth_state seq = { .xmit_auth_seq = s->auth.rcv_auth_seq };
	uint8_t flags = take(in), values = take(in), more = take(in);
	uint8_t buf[BFD_PACKET_MAX];
	struct bfd_core before;
	struct bfd_packet p = {
		.diag = more >> 3,
		.state = (enum bfd_state)(flags & 3),
		.poll = flags & 0x04,
		.final = (flags & 0x0c) == 0x08,
		.demand = flags & 0x10,
		.detect_mult = flags & 0x20 ? 1 : 3,
		.my_discr = flags & 0x40 ? 0xa1b2c3d5 : 0xa1b2c3d4,
		.your_discr = flags & 0x80 ? 0 : LOCAL_DISCR,
		.desired_min_tx_us = us[values & 7],
		.required_min_rx_us = us[values >> 3 & 7],
		.required_min_echo_rx_us = values & 0x40 ? 10000 : 0,
	};
	enum bfd_verdict verdict;
	mono_t arrival = now;

	if (more & 1)			/* a packet that waited in the socket */
		arrival.ns -= take_span_ns(in);
	if (more & 2)
		p.your_discr = 0x55555555;
	if (more & 4)
		sign = &none;
	seq.xmit_auth_seq += take(in) & 15;
	(void)bfd_wire_build(&p, bfd_auth_section_len(sign), buf, sizeof(buf));
	(void)bfd_auth_sign(sign, &seq, false, buf, sizeof(buf));
	if (bfd_wire_parse(buf, buf[3], &p) != BFD_OK_VERDICT)
		return;
	memcpy(&before, s, sizeof(before));
	verdict = bfd_core_rx(s, now, arrival, &p, act);
	if (verdict == BFD_ADMIN_DOWN_STATE_VERDICT) {
		REQUIRE(before.session_state == BFD_ADMIN_DOWN);
		REQUIRE(!(act->todo & (BFD_DO_STATE | BFD_DO_SEND_FINAL)));
	} else if (verdict != BFD_OK_VERDICT) {
		REQUIRE(act->todo == 0);
		REQUIRE(memcmp(&before, s, sizeof(before)) == 0);
	}
}

/* The events that are rarer than one in sixteen. */
static void
other(struct bfd_core *s, mono_t now, unsigned which, struct input *in,
    struct bfd_actions *act)
{
	switch (which) {
	case 1:
		bfd_core_echo_block(s, now, take(in) & 1, act);
		return;
	case 2:
		bfd_core_stay_silent(s, mono_add(now, take_span_ns(in)));
		return;
	case 3:
		bfd_core_set_tx_slot(s, take_span_ns(in) / 100);
		return;
	default:
		bfd_core_hold(s, take(in) & 1);
		return;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct bfd_params p;
	struct bfd_actions act;
	struct bfd_core s;
	enum bfd_state before;
	mono_t now = { NS_PER_S }, since;
	uint8_t op;

	take_params(&in, &p);
	memset(&s, 0, sizeof(s));
	bfd_core_init(&s, now, &p, LOCAL_DISCR, take(&in));
	while (in.left > 0) {
		memset(&act, 0, sizeof(act));
		before = s.session_state;
		op = take(&in);
		switch (op & 15) {
		case 0: case 1: case 2: case 3: case 4:
			receive(&s, now, &in, &act);
			break;
		case 5: case 6:			/* to the next expiry */
			if (mono_is_never(bfd_core_next_expiry(&s)))
				break;
			now = mono_max(now, bfd_core_next_expiry(&s));
			bfd_core_expire(&s, now, &act);
			break;
		case 7:				/* late, or early */
			now = mono_add(now, take_span_ns(&in));
			bfd_core_expire(&s, now, &act);
			break;
		case 8:
			take_params(&in, &p);
			p.multihop = s.p.multihop && !p.unaffiliated;
			if (!(op & 0x40))
				p.passive = s.p.passive && !p.unaffiliated;
			if (op & 0x80)		/* B-108: another key */
				p.auth.keys[0].id = 8;
			bfd_core_set_params(&s, now, &p, &act);
			break;
		case 9:
			bfd_core_admin_down(&s, now, BFD_DIAG_ADMIN_DOWN, &act);
			break;
		case 10:
			bfd_core_admin_up(&s, now, &act);
			break;
		case 11:
			bfd_core_force_down(&s, now, BFD_DIAG_PATH_DOWN, &act);
			break;
		case 12:
			bfd_core_release(&s, now, &act);
			break;
		case 13:
			bfd_core_echo_rx(&s, now, now, &act);
			break;
		case 14:
			since = now;
			now = mono_add(now, take_span_ns(&in));
			bfd_core_absent(&s, since, now);
			break;
		case 15:
			other(&s, now, op >> 4, &in, &act);
			break;
		}
		check(&s, now, before, &act);
		carry_out(&s, now, &act);
		now = mono_add(now, 1000);
	}
	return 0;
}
