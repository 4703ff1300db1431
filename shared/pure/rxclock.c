/*
 * rxclock.c - from kernel receive timestamps to monotonic arrival instants.
 *
 * The one assumption is that CLOCK_REALTIME was not stepped between the stamp
 * and the read.  When it was, the bounds of rxclock.h keep the answer between
 * "when the socket was last empty" and "now": an arrival is then wrong by at
 * most the time the loop was away, and never in the future (L-31).
 */
#include "config.h"

#include "shared/pure/rxclock.h"

mono_t
rxclock_arrival(const struct rxclock *c, int64_t stamp_real_ns, mono_t now,
    int64_t now_real_ns)
{
	mono_t oldest = mono_min(c->empty_at, now);
	int64_t age_ns;

	if (stamp_real_ns == 0)
		return now;
	if (__builtin_sub_overflow(now_real_ns, stamp_real_ns, &age_ns))
		return stamp_real_ns > 0 ? now : oldest;
	if (age_ns <= 0)
		return now;
	if (age_ns >= mono_sub(now, oldest))
		return oldest;
	return (mono_t){ now.ns - age_ns };
}

void
rxclock_empty(struct rxclock *c, mono_t now)
{
	c->empty_at = mono_max(c->empty_at, now);
}
