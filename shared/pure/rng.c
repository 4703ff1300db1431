/*
 * rng.c - xoshiro256** seeded through splitmix64 (Blackman and Vigna, public
 * domain algorithms): small, fast, a value, and good enough for jitter and for
 * discriminators nobody should guess by counting.  Not for secrets.
 */
#include "config.h"

#include "shared/pure/rng.h"

#include <assert.h>

static uint64_t
splitmix64(uint64_t *x)
{
	uint64_t z = *x += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static uint64_t
rotl(uint64_t x, int k)
{
	return x << k | x >> (64 - k);
}

void
rng_seed(struct rng *r, uint64_t seed)
{
	/* Four steps of splitmix64 are never all zero, whatever the seed. */
	for (int i = 0; i < 4; i++)
		r->s[i] = splitmix64(&seed);
}

uint64_t
rng_u64(struct rng *r)
{
	uint64_t *s = r->s, result = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotl(s[3], 45);
	return result;
}

uint32_t
rng_u32(struct rng *r)
{
	return (uint32_t)(rng_u64(r) >> 32);
}

uint64_t
rng_below(struct rng *r, uint64_t bound)
{
	uint64_t x, excess;

	assert(bound > 0);
	/* 2^64 mod bound: below it the remainders would not be uniform. */
	excess = -bound % bound;
	do
		x = rng_u64(r);
	while (x < excess);
	return x % bound;
}
