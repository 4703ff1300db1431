/*
 * bfd_mark.h - which discriminators may be ours, told without a table.
 *
 * Our discriminators are random, but all of them give the same 12 bits under a
 * secret function of this process, so simple that a socket filter can work it
 * out.  Who does not know a discriminator of ours guesses one that passes once
 * in 4096 times; so the kernel can keep what is sent blindly apart from our
 * sessions' packets (bfd_io.c).  20 random bits remain (B-3).
 */
#ifndef BFDD_BFD_MARK_H
#define BFDD_BFD_MARK_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/pure/rng.h"

#define BFD_MARK_SHIFT	20

struct bfd_mark {
	uint32_t	mask, factor, tag;
};

static inline struct bfd_mark
bfd_mark_new(struct rng *rng)
{
	struct bfd_mark m = {
		.mask = rng_u32(rng),
		.factor = rng_u32(rng) | 1,	/* odd: loses no bit */
	};

	m.tag = rng_u32(rng) >> BFD_MARK_SHIFT;
	return m;
}

static inline bool
bfd_mark_matches(const struct bfd_mark *m, uint32_t discr)
{
	return (discr ^ m->mask) * m->factor >> BFD_MARK_SHIFT == m->tag;
}

#endif
