/*
 * histogram.h - how often spans of time were how long; a value.
 *
 * The bounds are the same everywhere, so that two histograms, or one at two
 * times, can be compared bucket by bucket.
 */
#ifndef SHARED_PURE_HISTOGRAM_H
#define SHARED_PURE_HISTOGRAM_H

#include <stdbool.h>
#include <stdint.h>

#define HISTOGRAM_BUCKETS	14

struct histogram {
	uint64_t	count[HISTOGRAM_BUCKETS];
	int64_t		longest_ns;		/* 0: none yet */
};

/*
 * The longest span that bucket i counts: 100, 250 and 500 us; 1, 2, 5, 10, 20,
 * 50, 100, 250 and 500 ms; 1 s; INT64_MAX for the last one.
 */
int64_t	histogram_bound_ns(unsigned i);
/* A negative span counts as 0.  True: none was as long before. */
bool	histogram_add(struct histogram *, int64_t ns);
/* How many there were. */
uint64_t histogram_total(const struct histogram *);

#endif
