/*
 * bfd_absence.c - time in which a session could not be looked after.
 *
 * What was away is this process or this host, and not the peer (L-32): the peer
 * is granted the time in which it could not be heard, and a session that its peer
 * must have given up meanwhile says so when it goes Down.  Part of bfd_core.h,
 * whose timers are the only thing that changes here; no state does.
 */
#include "config.h"

#include "bfdd/pure/bfd_core.h"

static int64_t
max_ns(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Move one timer by the part of the absence it was running in. */
static int64_t
grant(mono_t *timer, mono_t from, mono_t since, mono_t until)
{
	int64_t span_ns;

	if (mono_is_never(*timer) || !mono_before(since, *timer) ||
	    !mono_before(from, until))
		return 0;
	span_ns = mono_sub(until, mono_max(since, from));
	*timer = mono_add(*timer, span_ns);
	return span_ns;
}

void
bfd_core_absent(struct bfd_core *s, mono_t since, mono_t until)
{
	/* A host that was suspended has a clock that stood still. */
	if (mono_before(since, until) && s->session_state == BFD_UP && s->tx_interval_ns > 0 &&
	    !s->remote_demand_mode && mono_sub(until, mono_min(s->last_tx,
	    since)) >= s->p.detect_mult * s->tx_interval_ns)
		s->given_up = true;
	bfd_core_blind(s, since, until);
}

void
bfd_core_blind(struct bfd_core *s, mono_t since, mono_t until)
{
	int64_t span_ns, any_ns;

	if (!mono_before(since, until))
		return;
	s->absent_since = since;
	s->absent_until = until;
	span_ns = grant(&s->detection_timer, s->detection_from, since, until);
	s->granted_ns += span_ns;
	any_ns = max_ns(span_ns,
	    grant(&s->forget_timer, s->detection_from, since, until));
	if (!mono_is_never(s->echo_detection_timer))
		any_ns = max_ns(any_ns, grant(&s->echo_detection_timer,
		    (mono_t){ s->echo_detection_timer.ns -
		    s->echo_interval_ns * s->p.detect_mult }, since, until));
	if (any_ns > 0) {
		s->absences++;
		s->worst_absence_ns = max_ns(s->worst_absence_ns, any_ns);
	}
	bfd_core_check(s);
}
