/*
 * bfd_core_check.c - what is true of a session between two events.  PURE.
 *
 * bfd_core.c draws all conclusions of an event in settle(), so that no event has
 * to remember what it may have disturbed.  Here is the other side of that: what
 * must hold when the conclusions are drawn, said once more and independently of
 * how they are drawn.  Every event of bfd_core.h ends with bfd_core_check(), so
 * unit tests, simulator, fuzzers and the lab look for a session that is not as it
 * should be wherever they look for something else.
 *
 * Cheap on purpose, as it runs for every packet: comparisons, and no loop but one
 * over the keys.
 */
#include "config.h"

#include <assert.h>

#include "bfdd/pure/bfd_core.h"

/* a holds whenever b does. */
#define IMPLIES(b, a)	assert(!(b) || (a))
/* Either both or none. */
#define SAME(a, b)	assert((bool)(a) == (bool)(b))

static bool
runs(mono_t timer)
{
	return !mono_is_never(timer);
}

/* Zero asks for no packets at all: longer than any interval. */
static bool
rx_not_shorter(int64_t a_ns, int64_t b_ns)
{
	return a_ns == 0 || (b_ns != 0 && a_ns >= b_ns);
}

static void
check_states(const struct bfd_core *s)
{
	bool up = s->session_state == BFD_UP;

	assert(s->local_discr != 0);				/* B-3 */
	assert(s->p.detect_mult > 0 && s->p.desired_min_tx_ns > 0);
	SAME(s->session_state == BFD_ADMIN_DOWN, s->p.admin_down);
	/* Whoever is coming up, or is up, has a peer that was heard. */
	IMPLIES(up || s->session_state == BFD_INIT, s->remote_discr != 0);
	/* A new way to sign is waited for in Up only (B-108). */
	IMPLIES(!up || s->p.unaffiliated,
	    bfd_auth_params_equal(&s->auth_in_use, &s->p.auth));
	assert(s->session_down_count <= s->session_up_count);
	/* Last words are for a state that was decided here, in Up. */
	IMPLIES(s->last_words > 0, !up && s->session_state != BFD_INIT &&
	    s->last_words_interval_ns > 0);
}

/* Of a peer that is not heard nothing is kept (B-4, B-7). */
static void
check_remote(const struct bfd_core *s)
{
	SAME(s->remote_discr == 0, s->remote_detect_mult == 0);
	if (s->remote_discr == 0) {
		assert(s->remote_session_state == BFD_DOWN);
		assert(s->remote_min_rx_interval_ns == NS_PER_US);
		assert(s->remote_desired_min_tx_ns == 0);
		assert(s->remote_min_echo_rx_ns == 0);
		assert(!s->remote_demand_mode && !s->polling);
	}
	/* RFC 9747: nothing is taken from packets that are our own. */
	IMPLIES(s->p.unaffiliated, !s->remote_demand_mode &&
	    s->remote_min_echo_rx_ns == 0);
}

/* B-67, B-70..B-77: what is announced, and what is in force. */
static void
check_pairs(const struct bfd_core *s)
{
	bool up = s->session_state == BFD_UP;
	bool agreed = s->desired_min_tx_ns == s->desired_min_tx_announced_ns &&
	    s->required_min_rx_ns == s->required_min_rx_announced_ns;

	IMPLIES(!up, s->desired_min_tx_ns >= NS_PER_S);		/* B-67 */
	IMPLIES(!up || !s->polling, agreed);
	/* Until the peer has agreed: send fast, wait long. */
	assert(s->desired_min_tx_ns <= s->desired_min_tx_announced_ns);
	assert(rx_not_shorter(s->required_min_rx_ns,
	    s->required_min_rx_announced_ns));
	IMPLIES(s->poll_sent, s->polling);
	IMPLIES(s->poll_again, s->poll_sent);
	IMPLIES(s->polling, s->session_state != BFD_ADMIN_DOWN &&
	    !s->p.unaffiliated);
}

static void
check_detection(const struct bfd_core *s)
{
	/* B-61, B-68: a peer that was heard, and that is to send. */
	SAME(s->detection_time_ns > 0,
	    s->remote_discr != 0 && s->required_min_rx_ns > 0);
	SAME(runs(s->detection_timer), s->detection_time_ns > 0);
	assert(s->granted_ns >= 0);
	if (runs(s->detection_timer)) {		/* L-31, L-32 */
		assert(runs(s->detection_from));
		assert(s->detection_timer.ns == mono_add(s->detection_from,
		    s->detection_time_ns + s->granted_ns).ns);
	}
}

/* B-38, B-58, B-60, B-66: who sends at all, and how soon. */
static void
check_transmission(const struct bfd_core *s)
{
	bool silent, quiet = s->remote_demand_mode && !s->polling &&
	    s->session_state == BFD_UP && s->remote_session_state == BFD_UP;

	if (s->p.unaffiliated)
		silent = s->session_state == BFD_ADMIN_DOWN;
	else
		silent = s->p.passive && s->remote_discr == 0;
	SAME(s->tx_interval_ns > 0, s->remote_min_rx_interval_ns > 0);
	IMPLIES(s->tx_interval_ns > 0,
	    s->tx_interval_ns >= s->desired_min_tx_ns);
	SAME(runs(s->tx_timer), s->tx_interval_ns > 0 && !silent && !quiet);
	IMPLIES(runs(s->tx_timer), !mono_before(mono_max(s->silent_until,
	    mono_add(s->now, s->tx_interval_ns)), s->tx_timer));
	IMPLIES(runs(s->release_timer),
	    s->session_state == BFD_ADMIN_DOWN);		/* B-137 */
	IMPLIES(s->given_up, s->session_state == BFD_UP);
}

/* B-90..B-94. */
static void
check_echo(const struct bfd_core *s)
{
	SAME(s->echo_interval_ns > 0, s->session_state == BFD_UP &&
	    s->p.echo_tx_ns > 0 && s->remote_min_echo_rx_ns > 0 &&
	    !s->p.multihop && !s->echo_blocked);
	SAME(runs(s->echo_tx_timer), s->echo_interval_ns > 0);
	SAME(runs(s->echo_detection_timer), s->echo_interval_ns > 0);
}

/* Nothing was in the future. */
static void
check_instants(const struct bfd_core *s)
{
	assert(!mono_before(s->now, s->created));
	assert(!mono_before(s->now, s->state_since));
	IMPLIES(runs(s->last_rx), !mono_before(s->now, s->last_rx));
	IMPLIES(runs(s->last_tx), !mono_before(s->now, s->last_tx));
	IMPLIES(runs(s->detection_from),
	    !mono_before(s->now, s->detection_from));
	assert(!mono_before(s->absent_until, s->absent_since));
	assert(s->worst_gap_ns >= 0 && s->worst_absence_ns >= 0);
}

void
bfd_core_check(const struct bfd_core *s)
{
	check_states(s);
	check_remote(s);
	check_pairs(s);
	check_detection(s);
	check_transmission(s);
	check_echo(s);
	check_instants(s);
}
