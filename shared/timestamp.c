/*
 * timestamp.c - an instant of the wall clock as people and programs read it.
 *
 * strftime(3) is not used: without TZ in the environment glibc's looks at
 * /etc/localtime in every call, and bfdd prints times between a packet and the
 * notification that somebody's failover waits for.
 */
#include "config.h"

#include "shared/timestamp.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "shared/pure/mono.h"

#define US_PER_S	1000000

/* Never wider than its field, which the compiler cannot know of a struct tm. */
#define FIELD(value, limit)	((unsigned)(value) % (limit))

const char *
timestamp_format(int64_t real_ns, char buf[TIMESTAMP_LEN])
{
	int64_t us = real_ns / NS_PER_US - (real_ns % NS_PER_US < 0);
	int64_t rest = us % US_PER_S + (us % US_PER_S < 0 ? US_PER_S : 0);
	time_t seconds = (us - rest) / US_PER_S;
	struct tm tm;
	unsigned off;

	/* No failure: an int64_t of nanoseconds ends in the year 2262. */
	(void)localtime_r(&seconds, &tm);
	off = (unsigned)labs(tm.tm_gmtoff) / 60;
	(void)snprintf(buf, TIMESTAMP_LEN, "%04u-%02u-%02uT%02u:%02u:%02u.%06u"
	    "%c%02u:%02u", FIELD(tm.tm_year + 1900, 10000),
	    FIELD(tm.tm_mon + 1, 100), FIELD(tm.tm_mday, 100),
	    FIELD(tm.tm_hour, 100), FIELD(tm.tm_min, 100),
	    FIELD(tm.tm_sec, 100), FIELD(rest, 1000000),
	    tm.tm_gmtoff < 0 ? '-' : '+', FIELD(off / 60, 100), off % 60);
	return buf;
}
