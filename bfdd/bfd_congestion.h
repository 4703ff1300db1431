/*
 * bfd_congestion.h - what sessions cost, and whether one more fits (B-84).  PURE.
 *
 * A host with more packets than it can serve is congested as a link can be, and
 * then every session of it is late, not only the last one.  So the packets all
 * sessions may come to are added up, and what goes beyond the limit is refused
 * before it harms the others.
 */
#ifndef BFDD_BFD_CONGESTION_H
#define BFDD_BFD_CONGESTION_H

#include <stdbool.h>
#include <stdint.h>

#include "bfdd/bfd_params.h"

/* 500 sessions of 10ms are 115000; this is about what one core can serve. */
#define BFD_PACKETS_MAX_DEFAULT	250000

/*
 * Packets a second in both directions, echo included, at the fastest the
 * parameters allow the peer to make it.  The mean of the jitter (B-63) counts;
 * each direction is rounded up.
 */
int64_t	bfd_packet_rate(const struct bfd_params *);
/*
 * May a session go from `before` packets a second (0: it is new) to `after`, when
 * all together have in_use, `before` included?  Going slower always may.
 * max 0: no limit.
 */
bool	bfd_rate_admits(int64_t max, int64_t in_use, int64_t before,
	    int64_t after);

#endif
