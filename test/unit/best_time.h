/*
 * best_time.h - how long each step of a thing takes, in processor time.
 *
 * A machine that takes the processor away for some milliseconds charges them to
 * whoever runs, in processor time too.  So the thing is done BEST_TIMES times, and
 * of each of its steps the best time counts; on a busy machine it is done more often.
 */
#ifndef TEST_UNIT_BEST_TIME_H
#define TEST_UNIT_BEST_TIME_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "shared/pure/mono.h"

/* An instrumented build is several times slower. */
#if defined(__SANITIZE_ADDRESS__)
#define BEST_INSTRUMENTED	1
#elif defined(__has_feature)
#define BEST_INSTRUMENTED	__has_feature(address_sanitizer)
#else
#define BEST_INSTRUMENTED	0
#endif

#define BEST_TIMES	5
#define BEST_TIMES_BUSY	100
#define BEST_STEPS_MAX	4096
/*
 * No step of a server is longer: all clients together have half a millisecond of a
 * batch, and then the step that is under way.
 */
#define BEST_STEP_NS	((BEST_INSTRUMENTED ? 10000 : 500) * NS_PER_US)

struct best_time {
	unsigned	step;		/* the next one */
	int64_t		begun_ns;
	int64_t		ns[BEST_STEPS_MAX];	/* 0: not yet */
};

static inline int64_t
best_cpu_ns(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (int64_t)ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

/* Another thing is looked at. */
static inline void
best_clear(struct best_time *b)
{
	memset(b, 0, sizeof(*b));
}

/* The thing is done once more, from its first step on. */
static inline void
best_again(struct best_time *b)
{
	b->step = 0;
	b->begun_ns = best_cpu_ns();
}

/* The step begins now; the time since the last one ended is not counted. */
static inline void
best_step_begins(struct best_time *b)
{
	b->begun_ns = best_cpu_ns();
}

/* Those behind the last one there is room for are not counted. */
static inline void
best_step_ends(struct best_time *b)
{
	int64_t ns = best_cpu_ns() - b->begun_ns;

	if (b->step < BEST_STEPS_MAX) {
		if (b->ns[b->step] == 0 || ns < b->ns[b->step])
			b->ns[b->step] = ns;
		b->step++;
	}
	b->begun_ns = best_cpu_ns();
}

static inline int64_t
best_longest_ns(const struct best_time *b)
{
	int64_t ns = 0;
	unsigned i;

	for (i = 0; i < b->step; i++)
		ns = b->ns[i] > ns ? b->ns[i] : ns;
	return ns;
}

/* Is the thing to be done once more, after so many times? */
static inline bool
best_goes_on(const struct best_time *b, int times)
{
	return times < BEST_TIMES || (times < BEST_TIMES_BUSY &&
	    best_longest_ns(b) >= BEST_STEP_NS);
}

#endif
