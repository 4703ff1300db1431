/*
 * mono.h - instants on the monotonic clock, and named conversions of spans.
 *
 * An instant is a struct, so that adding an integer to it or comparing it with
 * a span does not compile.  A span is an int64_t whose name ends in its unit.
 * Inside the daemons everything is nanoseconds; centiseconds exist on the VRRP
 * wire and in vrrpd.conf, microseconds on the BFD wire and in JSON.  The
 * conversions below are the only places where units meet, and each one names
 * its rounding.
 *
 * There is no clock in here: the pure cores take `now` as an argument and the
 * event loop (loop.h) reads CLOCK_MONOTONIC once per wake-up.
 */
#ifndef SHARED_MONO_H
#define SHARED_MONO_H

#include <stdbool.h>
#include <stdint.h>

typedef struct { int64_t ns; } mono_t;

#define MONO_NEVER	((mono_t){ INT64_MAX })	/* a timer that is not running */
#define MONO_ZERO	((mono_t){ 0 })

#define NS_PER_US	INT64_C(1000)
#define NS_PER_MS	INT64_C(1000000)
#define NS_PER_CS	INT64_C(10000000)
#define NS_PER_S	INT64_C(1000000000)

static inline bool
mono_is_never(mono_t t)
{
	return t.ns == INT64_MAX;
}

/* t + span; never plus anything stays never, and the sum saturates there. */
static inline mono_t
mono_add(mono_t t, int64_t span_ns)
{
	if (mono_is_never(t) || (span_ns > 0 && t.ns > INT64_MAX - span_ns))
		return MONO_NEVER;
	return (mono_t){ t.ns + span_ns };
}

/* a - b in nanoseconds; neither may be MONO_NEVER. */
static inline int64_t
mono_sub(mono_t a, mono_t b)
{
	return a.ns - b.ns;
}

static inline bool
mono_before(mono_t a, mono_t b)
{
	return a.ns < b.ns;
}

static inline mono_t
mono_min(mono_t a, mono_t b)
{
	return a.ns < b.ns ? a : b;
}

static inline mono_t
mono_max(mono_t a, mono_t b)
{
	return a.ns > b.ns ? a : b;
}

/* An instant, later by the part of the absence [since, until] that follows it. */
static inline mono_t
mono_later_by(mono_t at, mono_t since, mono_t until)
{
	mono_t start = mono_max(at, since);

	if (!mono_before(start, until))
		return at;
	return mono_add(at, mono_sub(until, start));
}

static inline int64_t
ns_from_us(int64_t us)
{
	return us * NS_PER_US;
}

static inline int64_t
ns_from_ms(int64_t ms)
{
	return ms * NS_PER_MS;
}

static inline int64_t
ns_from_cs(int64_t cs)
{
	return cs * NS_PER_CS;
}

/* Rounds toward minus infinity for display; spans shown are not negative. */
static inline int64_t
us_from_ns_floor(int64_t ns)
{
	return ns / NS_PER_US;
}

/* Rounds up: an interval announced to a peer is never shorter than ours. */
static inline int64_t
us_from_ns_ceil(int64_t ns)
{
	return (ns + NS_PER_US - 1) / NS_PER_US;
}

static inline int64_t
cs_from_ns_ceil(int64_t ns)
{
	return (ns + NS_PER_CS - 1) / NS_PER_CS;
}

#endif
