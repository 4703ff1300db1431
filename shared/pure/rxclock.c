/*
 * rxclock.c - from kernel receive timestamps to monotonic arrival instants.
 *
 * Where CLOCK_REALTIME was stepped between the stamp and the read, the age is wrong
 * by the step, which is what the distance of the two clocks has changed by since the
 * last packet.  A step so small that the age is possible with it is not recognized:
 * the arrival is wrong by it, and yet between "when the socket was last empty" and
 * "now" (L-31).
 */
#include "config.h"

#include "shared/pure/rxclock.h"

/* By how much the wall clock was stepped since the last packet, or nearly. */
static int64_t
step_ns(struct rxclock *c, mono_t now, int64_t now_real_ns)
{
	int64_t distance_ns, ns;

	if (__builtin_sub_overflow(now_real_ns, now.ns, &distance_ns))
		distance_ns = 0;
	if (c->distance_ns == 0 || distance_ns == 0 ||
	    __builtin_sub_overflow(distance_ns, c->distance_ns, &ns))
		ns = 0;
	c->distance_ns = distance_ns;
	return ns;
}

mono_t
rxclock_arrival(struct rxclock *c, int64_t stamp_real_ns, mono_t now,
    int64_t now_real_ns)
{
	mono_t oldest = mono_min(c->empty_at, now);
	int64_t age_ns, real_age_ns, most_ns = mono_sub(now, oldest);
	int64_t stepped_ns = step_ns(c, now, now_real_ns);

	if (stamp_real_ns == 0)
		return now;
	if (__builtin_sub_overflow(now_real_ns, stamp_real_ns, &age_ns))
		return stamp_real_ns > 0 ? now : oldest;
	if ((age_ns < 0 || age_ns > most_ns) &&
	    !__builtin_sub_overflow(age_ns, stepped_ns, &real_age_ns) &&
	    real_age_ns >= 0 && real_age_ns <= most_ns)
		age_ns = real_age_ns;
	if (age_ns <= 0)
		return now;
	if (age_ns >= most_ns)
		return oldest;
	return (mono_t){ now.ns - age_ns };
}

void
rxclock_empty(struct rxclock *c, mono_t now)
{
	c->empty_at = mono_max(c->empty_at, now);
}
