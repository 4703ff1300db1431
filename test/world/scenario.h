/*
 * scenario.h - a story in a text file: at T do X, expect Y.
 */
#ifndef TEST_WORLD_SCENARIO_H
#define TEST_WORLD_SCENARIO_H

#include <stdbool.h>
#include <stdint.h>

struct scenario;

/* NULL after a message on standard error: it cannot be read. */
struct scenario *scenario_read(const char *path);
const char *scenario_title(const struct scenario *);
/* How many seeds it wants to be played with. */
unsigned scenario_seeds(const struct scenario *);
/* "" unless it is expected to fail; then why. */
const char *scenario_fault(const struct scenario *);
/* Plays it in a new world; returns when all is as expected, else exits 1. */
void	scenario_play(const struct scenario *, uint64_t seed, bool tell);

#endif
