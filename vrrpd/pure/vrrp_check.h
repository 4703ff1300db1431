/*
 * vrrp_check.h - from results of a check to up and down.  PURE.
 *
 * One machine for every check that is asked again and again (scripts, tcp, http,
 * ping), with the rules keepalived's users know: `fall` failures in a row make
 * it down, `rise` successes in a row make it up, and any success refills what
 * failures had eaten.  The very first result decides alone, so that a router
 * does not need `rise` rounds to learn what a single one shows.
 *
 * Internally one counter, 0 .. rise + fall - 1; at or above rise is up.
 *
 * And when to ask again: every interval, counted from the start of the one
 * before; a round that comes due while the last one still runs is left out.
 */
#ifndef VRRPD_VRRP_CHECK_H
#define VRRPD_VRRP_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/pure/mono.h"

struct vrrp_check {
	unsigned	fall, rise;	/* at least 1 each */
	unsigned	counter;
	bool		known;		/* there was a result */
	mono_t		since;		/* of the present level */
	/* Counted for `show`; never reset. */
	uint64_t	runs, failures;
};

/* fall and rise of 0 count as 1.  Not known, and one result will decide. */
void	vrrp_check_init(struct vrrp_check *, unsigned fall, unsigned rise);
bool	vrrp_check_up(const struct vrrp_check *);
/*
 * A round ended so.  True when the level is news: the first result, or up became
 * down, or down up; then `since` is now.
 */
bool	vrrp_check_result(struct vrrp_check *, mono_t now, bool good);
/*
 * The round after the one that was due at `due`: the next multiple of the
 * interval that is after now.  interval_ns at least 1.
 */
mono_t	vrrp_check_next(mono_t due, int64_t interval_ns, mono_t now);

#endif
