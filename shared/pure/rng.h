/*
 * rng.h - a seeded generator that is a value (jitter, discriminators).
 *
 * Cores take their randomness from a struct rng they own, so that a simulation
 * replays from its seed.  Not for secrets: authentication sequence numbers and
 * discriminators need to be unpredictable only to the degree RFC 5880 asks; the
 * daemons seed it from getrandom(2).
 */
#ifndef SHARED_RNG_H
#define SHARED_RNG_H

#include <stdint.h>

struct rng { uint64_t s[4]; };

void		rng_seed(struct rng *, uint64_t seed);
uint32_t	rng_u32(struct rng *);
uint64_t	rng_u64(struct rng *);
/* Uniform in [0, bound); bound > 0. */
uint64_t	rng_below(struct rng *, uint64_t bound);

#endif
