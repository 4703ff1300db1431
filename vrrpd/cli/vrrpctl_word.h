/*
 * vrrpctl_word.h - values as people read them.
 *
 * Each writes into buf, of VALUE_LEN bytes, and returns it.
 */
#ifndef VRRPD_VRRPCTL_WORD_H
#define VRRPD_VRRPCTL_WORD_H

#include <stdint.h>

#define VALUE_LEN	48

/* "36 us", "7.3 ms", "2.5 s" */
const char *word_span(char *buf, int64_t us);
/* The same without the space, for tables. */
const char *word_short_span(char *buf, int64_t us);
/* How long, in seconds and more: "41s", "5m12s", "2h05m", "3d04h". */
const char *word_length(char *buf, int64_t us);
/* How long before now a time of a document is; "-" when there is none. */
const char *word_age(char *buf, int64_t now_us, const char *time);
/*
 * The time in the reader's zone, with its offset, whatever zone the daemon is
 * in; text that is no time is copied as it came.
 */
const char *word_moment(char *buf, const char *time);
/*
 * The other router of a transition, in OTHER_LEN bytes: "to ADDRESS, priority N"
 * of one that an Active yields to, "in place of ADDRESS ..." of one that a new
 * Active stands in for; "" without an address.
 */
#define OTHER_LEN	80
const char *word_other(char *buf, const char *to, const char *address,
	    int64_t priority);

#endif
