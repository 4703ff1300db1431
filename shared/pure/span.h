/*
 * span.h - a length of time as people write it: "10ms", "3.3ms", "2m".
 */
#ifndef SHARED_SPAN_H
#define SHARED_SPAN_H

#include <stddef.h>
#include <stdint.h>

/*
 * A number with a unit (ns, us, ms, s, m for minutes).  The result must be a
 * whole number of nanoseconds.  bare_unit_ns: what a number without unit counts
 * in (NS_PER_CS for advert_int), at most a day; 0: a unit is required.
 * 0; -EINVAL not a span; -ERANGE overflow or negative.  *out_ns is untouched on
 * failure.
 */
int	span_parse(const char *text, int64_t bare_unit_ns, int64_t *out_ns);
/* Shortest exact spelling: "10ms", "3300us", "1s", "0s". Returns buf. */
const char *span_format(int64_t ns, char *buf, size_t len);

#endif
