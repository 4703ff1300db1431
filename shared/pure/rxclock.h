/*
 * rxclock.h - from kernel receive timestamps to monotonic arrival instants.
 *
 * Linux stamps packets with CLOCK_REALTIME, which can be stepped.  The age of a
 * packet is (realtime now - stamp), and arrival is (monotonic now - age).  A clock
 * step is harmless: it is seen in the distance of the two clocks, and taken off an
 * age that cannot be without it.  Two bounds hold in any case: a packet cannot come
 * from the future, and a packet read now cannot have arrived before the moment this
 * socket was last seen empty.  One struct rxclock per socket; time is passed in
 * (pure).
 */
#ifndef SHARED_RXCLOCK_H
#define SHARED_RXCLOCK_H

#include "shared/pure/mono.h"

struct rxclock {
	mono_t	empty_at;	/* the socket was last seen empty here */
	/* CLOCK_REALTIME - CLOCK_MONOTONIC at the last packet; 0: none yet. */
	int64_t	distance_ns;
};

/*
 * Arrival of a packet stamped stamp_real_ns (CLOCK_REALTIME; 0 = no stamp, then
 * the answer is now).  now and now_real_ns were read together.
 */
mono_t	rxclock_arrival(struct rxclock *, int64_t stamp_real_ns,
	    mono_t now, int64_t now_real_ns);
/*
 * recvmmsg() said EAGAIN after `now` had been read.  Also called once when the
 * socket is opened, so that no packet can be older than the socket.
 */
void	rxclock_empty(struct rxclock *, mono_t now);

#endif
