/*
 * bfd_congestion.h - what sessions cost, and whether one more fits (B-84); what
 * is lost on a path, and how much slower to go for it (B-124).  PURE.
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

#include "bfdd/pure/bfd_params.h"
#include "shared/pure/mono.h"

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

/*
 * Loss on a path over several hops.  A peer sends at most an interval apart, and
 * at least three quarters of one (B-63), so a gap of one and a half or more is
 * packets that did not come; those are counted in windows of BFD_LOSS_WINDOW
 * packets.  As soon as BFD_LOSS_RAISE of a window are missing the intervals are
 * doubled, up to BFD_LOSS_FACTOR_MAX times what is configured.  After some windows
 * in which at most BFD_LOSS_CALM are missing they are halved again; how many is
 * doubled with every time that this turns out to be too early.
 */
#define BFD_LOSS_WINDOW		50
#define BFD_LOSS_RAISE		6
#define BFD_LOSS_CALM		1
#define BFD_LOSS_CALM_WINDOWS	4
#define BFD_LOSS_PATIENCE_MAX	64
#define BFD_LOSS_FACTOR_MAX	8
#define BFD_LOSS_INTERVAL_MAX_NS (10 * NS_PER_S)

struct bfd_loss {
	mono_t		last;		/* packet; NEVER: the next one begins */
	unsigned	expected, lost;	/* in this window */
	unsigned	calm;		/* windows, in a row */
	unsigned	patience;	/* so many must be */
	bool		halved;		/* the latest change was down */
	unsigned	factor;		/* 1, 2, 4, 8 */
	uint64_t	lost_count;	/* since the session was made */
};

void	bfd_loss_init(struct bfd_loss *);
/* The gap before the next packet says nothing: we were away, or not Up. */
void	bfd_loss_restart(struct bfd_loss *);
/*
 * A packet was accepted while Up, from a peer that sends every interval_ns.
 * True: factor changed.  One that overtook another is no gap.
 */
bool	bfd_loss_note(struct bfd_loss *, mono_t arrival, int64_t interval_ns);
/*
 * interval_ns times the factor, at most BFD_LOSS_INTERVAL_MAX_NS; what is longer
 * than that is left alone.
 */
int64_t	bfd_loss_stretch(const struct bfd_loss *, int64_t interval_ns);

#endif
