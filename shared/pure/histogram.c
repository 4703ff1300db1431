/*
 * histogram.c - how often spans of time were how long (see histogram.h).
 *
 * Bounds in steps of about two, from where a span begins to matter to the
 * fastest timers (1 ms) to where everybody notices.
 */
#include "config.h"

#include "shared/pure/histogram.h"

#include <assert.h>

#include "shared/pure/mono.h"

int64_t
histogram_bound_ns(unsigned i)
{
	static const int64_t bounds[HISTOGRAM_BUCKETS] = {
		100 * NS_PER_US, 250 * NS_PER_US, 500 * NS_PER_US,
		1 * NS_PER_MS, 2 * NS_PER_MS, 5 * NS_PER_MS,
		10 * NS_PER_MS, 20 * NS_PER_MS, 50 * NS_PER_MS,
		100 * NS_PER_MS, 250 * NS_PER_MS, 500 * NS_PER_MS,
		1 * NS_PER_S, INT64_MAX,
	};

	assert(i < HISTOGRAM_BUCKETS);
	return bounds[i];
}

bool
histogram_add(struct histogram *h, int64_t ns)
{
	unsigned i = 0;

	/* Nearly all are in the first bucket. */
	while (ns > histogram_bound_ns(i))
		i++;
	h->count[i]++;
	if (ns <= h->longest_ns)
		return false;
	h->longest_ns = ns;
	return true;
}

uint64_t
histogram_total(const struct histogram *h)
{
	uint64_t sum = 0;
	unsigned i;

	for (i = 0; i < HISTOGRAM_BUCKETS; i++)
		sum += h->count[i];
	return sum;
}
