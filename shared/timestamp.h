/*
 * timestamp.h - an instant of the wall clock as people and programs read it.
 *
 * The log, the control protocol of both daemons and vrrpctl print times with
 * this one function, so that a line of the log can be laid beside a member of a
 * JSON document: RFC 3339, microseconds, local time with its offset.
 */
#ifndef SHARED_TIMESTAMP_H
#define SHARED_TIMESTAMP_H

#include <stdint.h>

#define TIMESTAMP_LEN	40

/*
 * real_ns since 1970, in UTC, as "2026-11-21T11:15:03.123456+01:00" into buf,
 * which is returned.  Microseconds are rounded down.  The zone is the one that
 * tzset() read last (log_init() calls it): no file is opened or asked for.
 */
const char *timestamp_format(int64_t real_ns, char buf[TIMESTAMP_LEN]);

#endif
