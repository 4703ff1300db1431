/*
 * random.h - worlds and troubles drawn from a seed.
 */
#ifndef TEST_WORLD_RANDOM_H
#define TEST_WORLD_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

/* random.c: faults on top of each other, then quiet; again and again. */
void	random_play(uint64_t seed, bool tell);
/* soak.c: an hour of single faults, each into a settled world. */
void	soak_play(uint64_t seed, bool tell);
/* operator.c: an hour of an operator who does everything that may be done. */
void	operator_play(uint64_t seed, bool tell);
/* hosts.c: hosts that are used, and that have to be as they were afterwards. */
void	hosts_play(uint64_t seed, bool tell);

#endif
