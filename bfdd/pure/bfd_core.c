/*
 * bfd_core.c - one BFD session: RFC 5880 §6.2 states, §6.5 Poll Sequence,
 * §6.8.1-§6.8.19 variables, timers, reception, transmission.  PURE.
 *
 * Every input function has the same shape: begin() notes the instant and empties
 * the actions, the event changes variables, settle() draws all conclusions from
 * them.  settle() is one function because RFC 5880's rules are of the form "X is
 * always max(Y, Z)": what we announce follows from state and configuration, the
 * intervals from what was announced and heard, the timers from the intervals,
 * and "send now" from the content of the next packet being unlike the last
 * one's (B-57).  No event has to remember which of these it may have disturbed.
 *
 * Pairs.  desired_min_tx and required_min_rx exist as announced (in packets)
 * and as in force (in our timers).  A change is announced at once and is in
 * force at once when it is the safe way round: sending faster, waiting longer.
 * The other way round it waits for the Final (B-71, B-72), because until then
 * the peer may be living by the old value.  A required_min_rx of 0 means "never
 * send", so it counts as the longest of all intervals here.
 *
 * While not Up both values of a pair are equal, our Desired Min TX is at least a
 * second (B-67), and going there needs no Poll: the session that would have to
 * agree on it is gone (compare the packets of a timeout, which carry no P).
 *
 * Detection.  The timer runs from the kernel's arrival instant, never from when
 * we came round to look, plus what absences of this process have granted
 * (L-32).  A packet handed in after an absence was announced may have arrived
 * before or in it, so the latest absence is remembered, and such a packet's timer
 * gets the part of the absence that lies behind it.
 *
 * Demand mode is supported as the side that is asked to be quiet (B-38): we
 * never set D, so detection here is always asynchronous (B-61).
 */
#include "config.h"

#include <assert.h>
#include <string.h>

#include "bfdd/pure/bfd_core.h"

#define SLOW_NS			NS_PER_S	/* B-6, B-67; RFC 7419: exactly */
#define REMOTE_MIN_RX_UNKNOWN_NS NS_PER_US	/* B-7: 1 on the wire */
#define WORST_GAP_MAX_NS	(3600 * NS_PER_S)
#define AUTH_PROBE_EVERY	4		/* B-108 */
#define AUTH_PROBE_MULT_MIN	3
#define LAST_WORDS_MAX		3

const char *
bfd_reason_name(enum bfd_reason reason)
{
	switch (reason) {
#define X(id, word) case BFD_REASON_##id: return word;
	BFD_REASONS(X)
#undef X
	}
	return "unknown";
}

static int64_t
max_ns(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Zero asks for no packets at all: longer than any interval. */
static int64_t
rx_order(int64_t required_min_rx_ns)
{
	return required_min_rx_ns == 0 ? INT64_MAX : required_min_rx_ns;
}

static uint32_t
wire_us(int64_t ns)
{
	int64_t us = us_from_ns_ceil(ns);

	return us > BFD_INTERVAL_MAX_US ? BFD_INTERVAL_MAX_US : (uint32_t)us;
}

static void
begin(struct bfd_core *s, mono_t now, struct bfd_actions *act)
{
	assert(!mono_before(now, s->now));
	s->now = now;
	memset(act, 0, sizeof(*act));
}

static bool
is_up(const struct bfd_core *s)
{
	return s->session_state == BFD_UP;
}

/* B-38: the peer hears us only when we poll. */
static bool
demand_active(const struct bfd_core *s)
{
	return s->remote_demand_mode && is_up(s) &&
	    s->remote_session_state == BFD_UP;
}

/*
 * B-58, B-66: a passive session speaks when spoken to.  Nobody listens to the
 * AdminDown of unaffiliated echo.
 */
static bool
may_speak(const struct bfd_core *s)
{
	if (s->p.unaffiliated)
		return s->session_state != BFD_ADMIN_DOWN;
	return !s->p.passive || s->remote_discr != 0;
}

/* B-63, B-64: a fresh reduction for every packet, by spare_ns more. */
static int64_t
jittered(struct bfd_core *s, int64_t interval_ns, int64_t spare_ns)
{
	int64_t least = s->p.detect_mult == 1 ? (interval_ns + 9) / 10 : 0;
	int64_t most = interval_ns / 4;

	least += spare_ns;
	if (most < least)
		most = least;
	return interval_ns - least -
	    (int64_t)rng_below(&s->rng, (uint64_t)(most - least + 1));
}

/*
 * A decision of our own in Up, AdminDown above all, must reach the peer before
 * its Detection Time is over, or it takes our silence for a failure.  §6.8.16
 * wants packets for at least a Detection Time "to ensure that the remote system
 * is aware", which one packet and then one a second (B-67) are not.  So the first
 * few go at the interval agreed with the peer, which expects no less of us, and
 * only until it answers.  The second of §6.8.3 is for neighbours that may not
 * speak BFD at all; this one was up a moment ago.
 */
static void
begin_last_words(struct bfd_core *s, enum bfd_reason reason)
{
	s->last_words = 0;
	if (s->p.unaffiliated || (reason != BFD_REASON_LOCAL_ADMIN &&
	    reason != BFD_REASON_PATH_DOWN &&
	    reason != BFD_REASON_FORWARDING_RESET))
		return;
	s->last_words_interval_ns = s->tx_interval_ns;
	if (s->tx_interval_ns > 0 && s->tx_interval_ns < SLOW_NS)
		s->last_words = s->p.detect_mult < LAST_WORDS_MAX ?
		    s->p.detect_mult : LAST_WORDS_MAX;
}

static int64_t
pace(const struct bfd_core *s)
{
	return s->last_words > 1 ? s->last_words_interval_ns :
	    s->tx_interval_ns;
}

/*
 * The periodic packet after one at `from`.  Put off to the next slot it comes
 * less than a slot later, which is what the jitter has spared.
 */
static mono_t
next_transmission(struct bfd_core *s, mono_t from)
{
	int64_t slot_ns = s->tx_slot_ns, interval_ns = pace(s), over_ns;
	mono_t at;

	if (slot_ns == 0 || interval_ns < BFD_SLOTS_MIN * slot_ns)
		return mono_add(from, jittered(s, interval_ns, 0));
	at = mono_add(from, jittered(s, interval_ns, slot_ns));
	over_ns = at.ns % slot_ns;
	return over_ns == 0 ? at : mono_add(at, slot_ns - over_ns);
}

/* ---- The authentication in use (B-108) ---- */

/* From now on only the configured way is in use, with a sequence of its own. */
static void
adopt_auth(struct bfd_core *s)
{
	if (bfd_auth_params_equal(&s->auth_in_use, &s->p.auth))
		return;
	s->auth_in_use = s->p.auth;
	s->auth.auth_seq_known = false;
}

/* The packet, which passed, is signed with the key we are told to sign with. */
static bool
signed_the_new_way(const struct bfd_core *s, const struct bfd_packet *pkt)
{
	return pkt->bytes[BFD_PACKET_MIN + 2] == s->p.auth.keys[0].id;
}

/* Packets sent are signed the same way before and after. */
static bool
signs_alike(const struct bfd_auth_params *a, const struct bfd_auth_params *b)
{
	struct bfd_auth_params x = *a, y = *b;

	x.key_count = y.key_count = 1;
	return bfd_auth_params_equal(&x, &y);
}

/*
 * B-29..B-31.  While the configured way is not yet in use, a packet shows that it
 * may be when it passes only the new way; or both, and then the peer itself
 * signs the new way, or our own signature does not change.  There is no way back
 * but the operator's.  A replay is no such packet: one that fails by its sequence
 * is not tried again.
 */
static enum bfd_verdict
authenticate(struct bfd_core *s, const struct bfd_packet *pkt)
{
	struct bfd_auth_state fresh = { .xmit_auth_seq = s->auth.xmit_auth_seq };
	enum bfd_verdict verdict;

	verdict = bfd_auth_check(&s->auth_in_use, &s->auth, pkt);
	if (bfd_auth_params_equal(&s->auth_in_use, &s->p.auth) ||
	    verdict == BFD_AUTH_SEQUENCE_VERDICT ||
	    bfd_auth_check(&s->p.auth, &fresh, pkt) != BFD_OK_VERDICT)
		return verdict;
	if (verdict == BFD_OK_VERDICT && !signed_the_new_way(s, pkt) &&
	    !signs_alike(&s->auth_in_use, &s->p.auth))
		return verdict;
	s->auth_in_use = s->p.auth;
	s->auth = fresh;
	return BFD_OK_VERDICT;
}

static const struct bfd_auth_params *
auth_of_next_packet(struct bfd_core *s, bool final)
{
	if (final || s->p.detect_mult < AUTH_PROBE_MULT_MIN ||
	    bfd_auth_params_equal(&s->auth_in_use, &s->p.auth))
		return &s->auth_in_use;
	return ++s->auth_probe % AUTH_PROBE_EVERY == 0 ? &s->p.auth :
	    &s->auth_in_use;
}

/* ---- Poll Sequence (§6.5) ---- */

static void
start_poll(struct bfd_core *s)
{
	if (!s->polling) {
		s->polling = true;
		s->poll_sent = false;
		s->poll_again = false;
	} else if (s->poll_sent)
		s->poll_again = true;	/* B-77: its Final may be for the old */
}

static void
abandon_poll(struct bfd_core *s)
{
	s->polling = s->poll_sent = s->poll_again = s->poll_wait = false;
}

/* B-34; and B-77: before another Poll, wait for a packet with F clear. */
static void
final_received(struct bfd_core *s)
{
	if (!s->polling || !s->poll_sent)
		return;
	s->poll_sent = false;
	s->poll_wait = true;
	if (s->poll_again) {
		s->poll_again = false;
		return;
	}
	s->polling = false;
	s->desired_min_tx_ns = s->desired_min_tx_announced_ns;
	s->required_min_rx_ns = s->required_min_rx_announced_ns;
}

/*
 * Is P set in the next packet that is not a Final?  The wait for F clear cannot
 * be held when we asked for no periodic packets: none would come.
 */
static bool
poll_now(const struct bfd_core *s)
{
	return s->polling &&
	    !(s->poll_wait && s->required_min_rx_announced_ns != 0);
}

/* ---- State (§6.2): the only writer of session_state. ---- */

static void
bfd_core_update_state(struct bfd_core *s, enum bfd_state to, uint8_t diag,
    enum bfd_reason reason, mono_t due, struct bfd_actions *act)
{
	enum bfd_state from = s->session_state;

	act->todo |= BFD_DO_STATE;
	act->tr = (struct bfd_transition){
		.from = from,
		.to = to,
		.diag = diag,
		.remote_diag = s->remote_diag,
		.remote_state = s->remote_session_state,
		.reason = reason,
		.last_rx = s->last_rx,
		.due = due,
		.detection_time_ns = s->detection_time_ns,
	};
	if (from == BFD_UP)
		begin_last_words(s, reason);
	else if (to == BFD_INIT || to == BFD_UP)
		s->last_words = 0;
	s->session_state = to;
	s->given_up = false;
	s->local_diag = diag;
	s->state_since = s->now;
	switch (to) {
	case BFD_UP:
		s->session_up_count++;
		s->worst_gap_ns = 0;
		memset(s->recent_gap_ns, 0, sizeof(s->recent_gap_ns));
		break;
	case BFD_ADMIN_DOWN:
		s->admin_down_count++;
		abandon_poll(s);
		break;
	case BFD_DOWN:
		if (from == BFD_UP)
			s->session_down_count++;
		break;
	case BFD_INIT:
		break;
	}
	if (from == BFD_UP) {		/* B-67, at once and without a Poll */
		abandon_poll(s);
		adopt_auth(s);
		s->desired_min_tx_announced_ns =
		    max_ns(s->p.desired_min_tx_ns, SLOW_NS);
		s->required_min_rx_announced_ns = s->p.required_min_rx_ns;
	}
}

/* given_up: nothing was heard since an absence; then the peer speaks of that. */
static enum bfd_reason
reason_of_remote_down(const struct bfd_core *s, bool given_up)
{
	return given_up && s->remote_diag == BFD_DIAG_CONTROL_EXPIRY ?
	    BFD_REASON_ABSENCE : BFD_REASON_REMOTE_DOWN;
}

/* §6.8.6, the state machine. */
static void
receive_state(struct bfd_core *s, enum bfd_state received, bool given_up,
    mono_t arrival, struct bfd_actions *act)
{
	switch (s->session_state) {
	case BFD_ADMIN_DOWN:
		return;
	case BFD_DOWN:
		if (s->held)					/* B-55 */
			return;
		if (received == BFD_DOWN)
			bfd_core_update_state(s, BFD_INIT, BFD_DIAG_NONE,
			    BFD_REASON_HANDSHAKE, arrival, act);
		else if (received == BFD_INIT)
			bfd_core_update_state(s, BFD_UP, BFD_DIAG_NONE,
			    BFD_REASON_HANDSHAKE, arrival, act);
		return;
	case BFD_INIT:
		if (received == BFD_ADMIN_DOWN)
			bfd_core_update_state(s, BFD_DOWN,
			    BFD_DIAG_NEIGHBOR_DOWN,
			    BFD_REASON_REMOTE_ADMIN_DOWN, arrival, act);
		else if (received == BFD_INIT || received == BFD_UP)
			bfd_core_update_state(s, BFD_UP, BFD_DIAG_NONE,
			    BFD_REASON_HANDSHAKE, arrival, act);
		return;
	case BFD_UP:
		if (received == BFD_ADMIN_DOWN)
			bfd_core_update_state(s, BFD_DOWN,
			    BFD_DIAG_NEIGHBOR_DOWN,
			    BFD_REASON_REMOTE_ADMIN_DOWN, arrival, act);
		else if (received == BFD_DOWN)
			bfd_core_update_state(s, BFD_DOWN,
			    BFD_DIAG_NEIGHBOR_DOWN,
			    reason_of_remote_down(s, given_up), arrival, act);
		return;
	}
}

/*
 * A Detection Time of silence: everything the peer told us goes back to its
 * initial value (B-4, B-7).  The diag stays, for whoever looks later.
 */
static void
forget_remote(struct bfd_core *s)
{
	s->remote_discr = 0;
	s->remote_session_state = BFD_DOWN;
	s->remote_demand_mode = false;
	s->remote_detect_mult = 0;
	s->remote_min_rx_interval_ns = REMOTE_MIN_RX_UNKNOWN_NS;
	s->remote_desired_min_tx_ns = 0;
	s->remote_min_echo_rx_ns = 0;
	abandon_poll(s);
}

/* ---- The content of the next packet ---- */

static void
content(const struct bfd_core *s, struct bfd_packet *p)
{
	*p = (struct bfd_packet){
		.diag = s->local_diag,
		.state = s->session_state,
		.detect_mult = s->p.detect_mult,
		.my_discr = s->local_discr,
		.your_discr = s->remote_discr,
		.desired_min_tx_us = wire_us(s->desired_min_tx_announced_ns),
		.required_min_rx_us = wire_us(s->required_min_rx_announced_ns),
		.required_min_echo_rx_us =
		    s->p.multihop ? 0 : wire_us(s->p.echo_min_rx_ns),
	};
	if (s->p.unaffiliated) {	/* RFC 9747 §3: nobody reads them */
		p->desired_min_tx_us = p->required_min_rx_us = wire_us(SLOW_NS);
		p->required_min_echo_rx_us = 0;
	}
}

/* The 24 bytes of it, P and F clear. */
static void
content_bytes(const struct bfd_core *s, uint8_t out[BFD_PACKET_MIN])
{
	uint8_t buf[BFD_PACKET_MAX];
	struct bfd_packet p;

	content(s, &p);
	(void)bfd_wire_build(&p, bfd_auth_section_len(&s->auth_in_use), buf,
	    sizeof(buf));
	memcpy(out, buf, BFD_PACKET_MIN);
}

/* ---- settle(): conclusions, in the order in which they depend ---- */

/* B-90..B-92, B-94. */
static void
settle_echo(struct bfd_core *s)
{
	int64_t interval_ns = 0;

	if (is_up(s) && s->p.echo_tx_ns > 0 && s->remote_min_echo_rx_ns > 0 &&
	    !s->p.multihop && !s->echo_blocked)
		interval_ns = max_ns(s->p.echo_tx_ns, s->remote_min_echo_rx_ns);
	if (interval_ns == s->echo_interval_ns)
		return;
	s->echo_interval_ns = interval_ns;
	if (interval_ns == 0) {
		s->echo_tx_timer = MONO_NEVER;
		s->echo_detection_timer = MONO_NEVER;
		return;
	}
	s->echo_tx_timer = mono_add(s->now, interval_ns);
	s->echo_detection_timer = mono_add(s->echo_tx_timer,
	    interval_ns * s->p.detect_mult);
}

/* B-67, B-70..B-74, B-79, B-92. */
static void
settle_announced(struct bfd_core *s)
{
	int64_t tx_ns = s->p.desired_min_tx_ns;
	int64_t rx_ns = s->p.required_min_rx_ns;

	if (!is_up(s))
		tx_ns = max_ns(tx_ns, SLOW_NS);
	if (s->p.unaffiliated) {		/* nobody to agree with */
		s->desired_min_tx_ns = s->desired_min_tx_announced_ns = tx_ns;
		s->required_min_rx_ns = s->required_min_rx_announced_ns = tx_ns;
		return;
	}
	if (s->echo_interval_ns > 0 && rx_ns > 0)
		rx_ns = max_ns(rx_ns, SLOW_NS);
	if (tx_ns != s->desired_min_tx_announced_ns ||
	    rx_ns != s->required_min_rx_announced_ns) {
		s->desired_min_tx_announced_ns = tx_ns;
		s->required_min_rx_announced_ns = rx_ns;
		if (s->remote_discr != 0 && s->session_state != BFD_ADMIN_DOWN)
			start_poll(s);
	}
	if (!is_up(s) || tx_ns < s->desired_min_tx_ns)
		s->desired_min_tx_ns = tx_ns;
	if (!is_up(s) || rx_order(rx_ns) > rx_order(s->required_min_rx_ns))
		s->required_min_rx_ns = rx_ns;
}

/* B-61, B-68. */
static void
settle_detection(struct bfd_core *s)
{
	s->detection_time_ns = s->required_min_rx_ns == 0 ? 0 :
	    s->remote_detect_mult *
	    max_ns(s->required_min_rx_ns, s->remote_desired_min_tx_ns);
	s->detection_timer = s->detection_time_ns == 0 ? MONO_NEVER :
	    mono_add(s->detection_from, s->detection_time_ns + s->granted_ns);
}

/* B-60, B-66, B-73, B-38. */
static void
settle_transmission(struct bfd_core *s)
{
	int64_t before_ns = s->tx_interval_ns;

	s->tx_interval_ns = s->remote_min_rx_interval_ns == 0 ? 0 :
	    max_ns(s->desired_min_tx_ns, s->remote_min_rx_interval_ns);
	if (!may_speak(s) || s->tx_interval_ns == 0 ||
	    (demand_active(s) && !s->polling)) {
		s->tx_timer = MONO_NEVER;
		return;
	}
	if (!mono_is_never(s->tx_timer) && s->tx_interval_ns == before_ns)
		return;
	/* Counted from the last packet: B-73, and nobody is starved by changes. */
	s->tx_timer = s->now;
	if (!mono_is_never(s->last_tx))
		s->tx_timer = mono_max(s->now,
		    next_transmission(s, s->last_tx));
	s->tx_timer = mono_max(s->tx_timer, s->silent_until);
}

static void
settle(struct bfd_core *s, struct bfd_actions *act)
{
	uint8_t next[BFD_PACKET_MIN];
	bool differs;

	settle_echo(s);
	settle_announced(s);
	settle_detection(s);
	content_bytes(s, next);
	differs = memcmp(next, s->sent, sizeof(next)) != 0;
	if (differs && demand_active(s))			/* B-82 */
		start_poll(s);
	settle_transmission(s);
	if (!differs || !may_speak(s) || mono_before(s->now, s->silent_until))
		return;
	/* B-57; a Final on its way carries the news, unless we must poll. */
	if (!(act->todo & BFD_DO_SEND_FINAL) || poll_now(s))
		act->todo |= BFD_DO_SEND;
}

/* The values that clients are told of (BFD_DO_CHANGED). */
struct level {
	int64_t	tx_interval_ns, detection_time_ns;
	int64_t	desired_ns, desired_announced_ns;
	int64_t required_ns, required_announced_ns;
	int64_t	remote_min_rx_ns, remote_desired_ns, remote_echo_ns;
	int64_t	remote_state, remote_discr, remote_mult, remote_demand;
	int64_t	local_diag, remote_diag;
};

static struct level
level_of(const struct bfd_core *s)
{
	return (struct level){
		s->tx_interval_ns, s->detection_time_ns,
		s->desired_min_tx_ns, s->desired_min_tx_announced_ns,
		s->required_min_rx_ns, s->required_min_rx_announced_ns,
		s->remote_min_rx_interval_ns, s->remote_desired_min_tx_ns,
		s->remote_min_echo_rx_ns,
		s->remote_session_state, s->remote_discr,
		s->remote_detect_mult, s->remote_demand_mode,
		s->local_diag, s->remote_diag,
	};
}

static void
settle_and_compare(struct bfd_core *s, const struct level *before,
    struct bfd_actions *act)
{
	struct level after;

	settle(s, act);
	after = level_of(s);
	if (memcmp(before, &after, sizeof(after)) != 0)
		act->todo |= BFD_DO_CHANGED;
}

/* ---- Events ---- */

void
bfd_core_init(struct bfd_core *s, mono_t now, const struct bfd_params *p,
    uint32_t discr, uint64_t seed)
{
	struct bfd_actions ignored = { 0 };

	assert(discr != 0);					/* B-3 */
	assert(p->detect_mult > 0 && p->desired_min_tx_ns > 0);
	memset(s, 0, sizeof(*s));
	s->p = *p;
	s->auth_in_use = p->auth;
	rng_seed(&s->rng, seed);
	do {							/* B-8 */
		s->auth.xmit_auth_seq = rng_u32(&s->rng);
	} while (s->auth.xmit_auth_seq == 0);
	s->local_discr = discr;
	s->now = s->created = s->state_since = now;
	s->absent_since = s->absent_until = s->silent_until = now;
	s->desired_min_tx_announced_ns = max_ns(p->desired_min_tx_ns, SLOW_NS);
	s->required_min_rx_announced_ns = p->required_min_rx_ns;
	s->tx_timer = s->detection_timer = s->forget_timer = MONO_NEVER;
	s->echo_tx_timer = s->echo_detection_timer = MONO_NEVER;
	s->release_timer = s->detection_from = MONO_NEVER;
	s->last_rx = s->last_tx = MONO_NEVER;
	forget_remote(s);
	/* All zero is AdminDown. */
	if (p->admin_down)
		s->local_diag = BFD_DIAG_ADMIN_DOWN;
	else
		bfd_core_update_state(s, BFD_DOWN, BFD_DIAG_NONE,
		    BFD_REASON_NONE, now, &ignored);
	settle(s, &ignored);
	bfd_core_check(s);
}

void
bfd_core_stay_silent(struct bfd_core *s, mono_t until)
{
	s->silent_until = mono_max(s->silent_until, until);
	if (!mono_is_never(s->tx_timer))
		s->tx_timer = mono_max(s->tx_timer, s->silent_until);
	bfd_core_check(s);
}

void
bfd_core_set_tx_slot(struct bfd_core *s, int64_t slot_ns)
{
	s->tx_slot_ns = slot_ns;
}

/* The part of the latest absence that lies after `from` (L-32). */
static int64_t
grant_after(const struct bfd_core *s, mono_t from)
{
	if (!mono_before(from, s->absent_until))
		return 0;
	return mono_sub(s->absent_until, mono_max(s->absent_since, from));
}

/* Something valid arrived: timers run from here, and never backwards. */
static void
heard(struct bfd_core *s, mono_t arrival)
{
	if (mono_before(s->absent_until, arrival))
		s->given_up = false;
	if (!mono_is_never(s->detection_from) &&
	    mono_before(arrival, s->detection_from))
		return;
	s->detection_from = arrival;
	s->granted_ns = grant_after(s, arrival);
}

static void
note_recent(struct bfd_core *s, mono_t arrival, int64_t gap_ns)
{
	int64_t part = arrival.ns / BFD_RECENT_PART_NS, i;
	int64_t *worst;

	if (part < 0)			/* before the clock began */
		return;
	worst = &s->recent_gap_ns[part % BFD_RECENT_PARTS];
	if (part - s->recent_part >= BFD_RECENT_PARTS)
		memset(s->recent_gap_ns, 0, sizeof(s->recent_gap_ns));
	else
		for (i = s->recent_part + 1; i <= part; i++)
			s->recent_gap_ns[i % BFD_RECENT_PARTS] = 0;
	if (part > s->recent_part)
		s->recent_part = part;
	*worst = max_ns(*worst, gap_ns);
}

int64_t
bfd_core_recent_gap(const struct bfd_core *s, mono_t now)
{
	int64_t part = now.ns / BFD_RECENT_PART_NS, worst_ns, i;

	if (!is_up(s) || mono_is_never(s->last_rx))
		return 0;
	worst_ns = mono_before(s->last_rx, now) ? mono_sub(now, s->last_rx) : 0;
	for (i = s->recent_part; i > part - BFD_RECENT_PARTS &&
	    i > s->recent_part - BFD_RECENT_PARTS && i >= 0; i--)
		worst_ns = max_ns(worst_ns,
		    s->recent_gap_ns[i % BFD_RECENT_PARTS]);
	return worst_ns;
}

static void
note_gap(struct bfd_core *s, mono_t arrival)
{
	int64_t gap_ns;

	if (mono_is_never(s->last_rx)) {
		s->last_rx = arrival;
		return;
	}
	gap_ns = mono_sub(arrival, s->last_rx);
	if (gap_ns > WORST_GAP_MAX_NS)
		gap_ns = WORST_GAP_MAX_NS;
	if (is_up(s)) {
		s->worst_gap_ns = max_ns(s->worst_gap_ns, gap_ns);
		note_recent(s, arrival, gap_ns);
	}
	s->last_rx = mono_max(s->last_rx, arrival);
}

/* RFC 9747 §3: intervals and multiplier are configured, not received. */
static void
hear_ourselves(struct bfd_core *s)
{
	s->remote_demand_mode = false;
	s->remote_detect_mult = s->p.detect_mult;
	s->remote_min_rx_interval_ns = REMOTE_MIN_RX_UNKNOWN_NS;
	s->remote_desired_min_tx_ns = 0;
	s->remote_min_echo_rx_ns = 0;
}

/*
 * A Down of an Up session that gives the peer's client or its forwarding as the
 * reason (diag 4 and 5, L-12, L-20) is a last word, on which another router takes
 * over at once.  Whoever says it has been Up with us and knows our discriminator
 * (B-57); so without one, and without a signature, it is somebody else's invention.
 * A peer that has started anew or has timed out says something else, and is obeyed
 * as RFC 5880 §6.8.6 has it.
 */
static bool
is_no_last_word(const struct bfd_core *s, const struct bfd_packet *pkt)
{
	return is_up(s) && pkt->your_discr == 0 &&
	    s->auth_in_use.type == BFD_AUTH_NONE &&
	    (pkt->diag == BFD_DIAG_PATH_DOWN ||
	    pkt->diag == BFD_DIAG_FORWARDING_RESET);
}

enum bfd_verdict
bfd_core_rx(struct bfd_core *s, mono_t now, mono_t arrival,
    const struct bfd_packet *pkt, struct bfd_actions *act)
{
	const bool given_up = s->given_up;
	enum bfd_verdict verdict;
	struct level before;

	memset(act, 0, sizeof(*act));
	if (pkt->your_discr != 0 && pkt->your_discr != s->local_discr)
		return BFD_YOUR_DISCR_VERDICT;			/* B-26 */
	if (pkt->your_discr == 0 && pkt->state != BFD_DOWN &&
	    pkt->state != BFD_ADMIN_DOWN)
		return BFD_STATE_VERDICT;			/* B-27 */
	/* Our own, from before we were up: late, and no sign of life. */
	if (s->p.unaffiliated && is_up(s) && pkt->state != BFD_UP &&
	    pkt->state != BFD_INIT)
		return BFD_ECHO_VERDICT;
	if (is_no_last_word(s, pkt))
		return BFD_YOUR_DISCR_VERDICT;
	verdict = authenticate(s, pkt);
	if (verdict != BFD_OK_VERDICT)				/* B-29..B-31 */
		return verdict;

	begin(s, now, act);
	before = level_of(s);
	arrival = mono_min(arrival, now);
	s->remote_discr = pkt->my_discr;			/* B-32 */
	s->remote_session_state = pkt->state;
	s->remote_diag = pkt->diag;
	s->remote_demand_mode = pkt->demand;
	s->remote_detect_mult = pkt->detect_mult;
	s->remote_min_rx_interval_ns = ns_from_us(pkt->required_min_rx_us);
	s->remote_desired_min_tx_ns = ns_from_us(pkt->desired_min_tx_us);
	s->remote_min_echo_rx_ns =				/* B-33 */
	    ns_from_us(pkt->required_min_echo_rx_us);
	if (s->p.unaffiliated)
		hear_ourselves(s);
	if (pkt->final)						/* B-34 */
		final_received(s);
	else
		s->poll_wait = false;
	heard(s, arrival);
	if (s->last_words > 0 && pkt->state != BFD_UP) {
		s->last_words = 0;		/* the peer knows */
		s->tx_timer = MONO_NEVER;
	}
	if (s->session_state == BFD_ADMIN_DOWN) {		/* B-36 */
		verdict = BFD_ADMIN_DOWN_STATE_VERDICT;
	} else {
		note_gap(s, arrival);				/* B-40 */
		receive_state(s, pkt->state, given_up, arrival,	/* B-37 */
		    act);
		if (pkt->poll && !s->p.unaffiliated)		/* B-39 */
			act->todo |= BFD_DO_SEND_FINAL;
	}
	settle_and_compare(s, &before, act);			/* B-35, B-38 */
	if (s->auth_in_use.type != BFD_AUTH_NONE && s->detection_time_ns > 0)
		s->forget_timer = mono_add(s->detection_from,
		    2 * s->detection_time_ns + s->granted_ns);
	bfd_core_check(s);
	return verdict;
}

static enum bfd_reason
timeout_reason(const struct bfd_core *s)
{
	if (s->p.unaffiliated)
		return BFD_REASON_ECHO;
	return s->given_up ? BFD_REASON_ABSENCE : BFD_REASON_TIMEOUT;
}

static bool
is_due(mono_t timer, mono_t now)
{
	return !mono_before(now, timer);
}

void
bfd_core_expire(struct bfd_core *s, mono_t now, struct bfd_actions *act)
{
	struct level before;

	begin(s, now, act);
	if (is_due(s->release_timer, now)) {			/* B-137 */
		s->release_timer = MONO_NEVER;
		act->todo |= BFD_DO_DELETE;
		return;
	}
	before = level_of(s);
	if (is_due(s->detection_timer, now)) {
		if (s->session_state == BFD_INIT || is_up(s))	/* B-68 */
			bfd_core_update_state(s, BFD_DOWN,
			    s->p.unaffiliated ? BFD_DIAG_ECHO_FAILED :
			    BFD_DIAG_CONTROL_EXPIRY, timeout_reason(s),
			    s->detection_timer, act);
		forget_remote(s);
	}
	if (is_due(s->forget_timer, now)) {			/* B-9 */
		s->auth.auth_seq_known = false;
		s->forget_timer = MONO_NEVER;
	}
	if (is_up(s) && is_due(s->echo_detection_timer, now))	/* B-54 */
		bfd_core_update_state(s, BFD_DOWN, BFD_DIAG_ECHO_FAILED,
		    BFD_REASON_ECHO, s->echo_detection_timer, act);
	settle_and_compare(s, &before, act);
	if (is_due(s->echo_tx_timer, now)) {
		act->todo |= BFD_DO_SEND_ECHO;
		s->echo_tx_timer = mono_add(now,
		    jittered(s, s->echo_interval_ns, 0));
	}
	if (is_due(s->tx_timer, now))
		act->todo |= BFD_DO_SEND;
	bfd_core_check(s);
}

mono_t
bfd_core_next_expiry(const struct bfd_core *s)
{
	mono_t t = mono_min(s->tx_timer, s->detection_timer);

	t = mono_min(t, s->forget_timer);
	t = mono_min(t, s->echo_tx_timer);
	t = mono_min(t, s->echo_detection_timer);
	return mono_min(t, s->release_timer);
}

bool
bfd_core_detection_due(const struct bfd_core *s, mono_t now)
{
	return is_due(s->detection_timer, now) ||
	    is_due(s->forget_timer, now) ||
	    is_due(s->echo_detection_timer, now);
}

size_t
bfd_core_build(struct bfd_core *s, mono_t now, bool final, uint8_t *buf,
    size_t size)
{
	const struct bfd_auth_params *auth;
	uint8_t bytes[BFD_PACKET_MIN];
	struct bfd_packet p;
	bool advance;
	size_t len;

	assert(!mono_before(now, s->now));
	s->now = now;
	if (!may_speak(s) || mono_before(now, s->silent_until))
		return 0;
	if (!final) {
		/* From now, not from when it was due: no bursts to catch up. */
		s->last_tx = now;
		if (!mono_is_never(s->tx_timer))
			s->tx_timer = next_transmission(s, now);
		if (s->last_words > 0)
			s->last_words--;
	}
	content(s, &p);
	p.final = final;
	p.poll = !final && poll_now(s);				/* B-75, B-76 */
	auth = auth_of_next_packet(s, final);
	len = bfd_wire_build(&p, bfd_auth_section_len(auth), buf, size);
	if (len == 0)
		return 0;
	content_bytes(s, bytes);
	advance = p.poll || p.final ||
	    memcmp(bytes, s->sent, sizeof(bytes)) != 0;		/* B-102 */
	len = bfd_auth_sign(auth, &s->auth, advance, buf, size);
	if (len == 0)
		return 0;
	memcpy(s->sent, bytes, sizeof(bytes));
	if (p.poll)
		s->poll_sent = true;
	bfd_core_check(s);
	return len;
}

static void
enter_admin_down(struct bfd_core *s, uint8_t diag, struct bfd_actions *act)
{
	s->p.admin_down = true;
	if (s->session_state == BFD_ADMIN_DOWN)
		s->local_diag = diag;
	else
		bfd_core_update_state(s, BFD_ADMIN_DOWN, diag,
		    BFD_REASON_LOCAL_ADMIN, s->now, act);
}

static void
leave_admin_down(struct bfd_core *s, struct bfd_actions *act)
{
	s->p.admin_down = false;
	s->release_timer = MONO_NEVER;
	if (s->session_state == BFD_ADMIN_DOWN)
		bfd_core_update_state(s, BFD_DOWN, BFD_DIAG_NONE,
		    BFD_REASON_LOCAL_ADMIN, s->now, act);
}

/* Another kind of session with the same neighbour; one transition at most. */
static void
start_over(struct bfd_core *s, bool admin_down, struct bfd_actions *act)
{
	if (s->session_state == BFD_UP || s->session_state == BFD_INIT) {
		if (admin_down)
			enter_admin_down(s, BFD_DIAG_ADMIN_DOWN, act);
		else
			bfd_core_update_state(s, BFD_DOWN, BFD_DIAG_NONE,
			    BFD_REASON_LOCAL_ADMIN, s->now, act);
	}
	forget_remote(s);
	s->detection_from = MONO_NEVER;
}

void
bfd_core_set_params(struct bfd_core *s, mono_t now, const struct bfd_params *p,
    struct bfd_actions *act)
{
	struct level before;

	assert(p->detect_mult > 0 && p->desired_min_tx_ns > 0);
	begin(s, now, act);
	before = level_of(s);
	if (p->unaffiliated != s->p.unaffiliated)
		start_over(s, p->admin_down, act);
	if (p->unaffiliated && s->remote_discr != 0 &&
	    (p->desired_min_tx_ns != s->p.desired_min_tx_ns ||
	    p->detect_mult != s->p.detect_mult)) {
		/* The new values are in force at once, so time is counted from now. */
		s->detection_from = now;
		s->granted_ns = 0;
		s->remote_detect_mult = p->detect_mult;
	}
	s->p = *p;
	if (!is_up(s) || p->unaffiliated)
		adopt_auth(s);
	s->release_timer = MONO_NEVER;
	if (p->admin_down && s->session_state != BFD_ADMIN_DOWN)
		enter_admin_down(s, BFD_DIAG_ADMIN_DOWN, act);
	else if (!p->admin_down)
		leave_admin_down(s, act);
	settle_and_compare(s, &before, act);
	bfd_core_check(s);
}

void
bfd_core_admin_down(struct bfd_core *s, mono_t now, uint8_t diag,
    struct bfd_actions *act)
{
	struct level before;

	begin(s, now, act);
	before = level_of(s);
	enter_admin_down(s, diag, act);
	settle_and_compare(s, &before, act);
	bfd_core_check(s);
}

void
bfd_core_admin_up(struct bfd_core *s, mono_t now, struct bfd_actions *act)
{
	struct level before;

	begin(s, now, act);
	before = level_of(s);
	leave_admin_down(s, act);
	settle_and_compare(s, &before, act);
	bfd_core_check(s);
}

void
bfd_core_force_down(struct bfd_core *s, mono_t now, uint8_t diag,
    struct bfd_actions *act)
{
	struct level before;

	begin(s, now, act);
	before = level_of(s);
	switch (s->session_state) {
	case BFD_ADMIN_DOWN:
		return;
	case BFD_DOWN:
		s->local_diag = diag;
		break;
	case BFD_INIT:
	case BFD_UP:
		bfd_core_update_state(s, BFD_DOWN, diag,
		    diag == BFD_DIAG_FORWARDING_RESET ?
		    BFD_REASON_FORWARDING_RESET : BFD_REASON_PATH_DOWN,
		    now, act);
		break;
	}
	settle_and_compare(s, &before, act);
	bfd_core_check(s);
}

void
bfd_core_hold(struct bfd_core *s, bool held)
{
	s->held = held;
}

void
bfd_core_release(struct bfd_core *s, mono_t now, struct bfd_actions *act)
{
	struct level before;
	int64_t span_ns = 0;
	mono_t told = now;

	begin(s, now, act);
	before = level_of(s);
	if (s->remote_discr != 0 && !s->p.unaffiliated)
		span_ns = max_ns(s->detection_time_ns,
		    s->p.detect_mult * s->tx_interval_ns);
	if (s->session_state == BFD_ADMIN_DOWN)
		told = s->state_since;	/* the peer has known since then */
	enter_admin_down(s, BFD_DIAG_ADMIN_DOWN, act);
	s->release_timer = mono_max(now, mono_add(told, span_ns));
	settle_and_compare(s, &before, act);
	bfd_core_check(s);
}

void
bfd_core_echo_rx(struct bfd_core *s, mono_t now, mono_t arrival,
    struct bfd_actions *act)
{
	begin(s, now, act);
	if (s->echo_interval_ns == 0)
		return;
	arrival = mono_min(arrival, now);
	s->echo_detection_timer = mono_max(s->echo_detection_timer,
	    mono_add(arrival, s->echo_interval_ns * s->p.detect_mult +
	    grant_after(s, arrival)));
	bfd_core_check(s);
}

void
bfd_core_echo_block(struct bfd_core *s, mono_t now, bool blocked,
    struct bfd_actions *act)
{
	struct level before;

	begin(s, now, act);
	before = level_of(s);
	s->echo_blocked = blocked;
	settle_and_compare(s, &before, act);
	bfd_core_check(s);
}
