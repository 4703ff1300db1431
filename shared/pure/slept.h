/*
 * slept.h - has the machine slept?  PURE.
 *
 * CLOCK_MONOTONIC stands still while the machine is suspended, and a process that
 * knows no other clock goes on as if nothing had been.  CLOCK_BOOTTIME goes on:
 * the distance between the two is the time slept since the start, and it changes
 * by nothing else; not when CLOCK_REALTIME is set, nor when a process is stopped.
 *
 * The two cannot be read at one instant.  CLOCK_MONOTONIC is read last, so a
 * process that is put aside between the two makes the distance shorter and never
 * longer; and as the true distance never shrinks, the longest seen counts.
 */
#ifndef SHARED_SLEPT_H
#define SHARED_SLEPT_H

#include <stdint.h>

#include "shared/pure/mono.h"

struct slept {
	int64_t	apart_ns;	/* the longest distance seen */
};

/* Forget what was slept so far.  boot_ns (CLOCK_BOOTTIME) was read before now. */
void	slept_init(struct slept *, int64_t boot_ns, mono_t now);
/* The time slept since it was asked last, or 0; the two were read as above. */
int64_t	slept_since(struct slept *, int64_t boot_ns, mono_t now);

#endif
