/*
 * vrrp_checks.h - the scheduler of checks: one for every kind, in any process.
 *
 * A kind is one file with a struct vrrp_checks_kind at its end; to add one:
 *
 *   1. vrrp_check_KIND.c exports `const struct vrrp_checks_kind`;
 *   2. vrrp_needs.c says in which process the kind runs: vrrpd-checks, which
 *      has no privileges and no children, or vrrpd-scripts, which starts programs;
 *   3. the kind is put into the list in vrrp_helper.c.
 *
 * Polled kinds (tcp, http, ping, script) give start(), and answer each with one
 * vrrp_checked_round(); interval, deadline, fall and rise are kept here.  Kinds
 * that are told by the kernel (process, file, route) give no start(), and say
 * vrrp_checked_level() whenever they know something.
 *
 * The first round is at once, the others follow in the rhythm of the interval,
 * spread over it, so that hundreds of checks do not fall into one moment.
 *
 * Single-threaded on one loop, no locks.  Nothing in a kind may block.
 */
#ifndef VRRPD_VRRP_CHECKS_H
#define VRRPD_VRRP_CHECKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/loop.h"
#include "vrrpd/pure/vrrp_check.h"
#include "vrrpd/pure/vrrp_level.h"
#include "vrrpd/pure/vrrp_params.h"

struct vrrp_checks;		/* the scheduler */
struct vrrp_checked;		/* one tracker in it */

struct vrrp_checks_kind {
	enum vrrp_track_kind	kind;
	/*
	 * A tracker begins.  p stays as it is until close().  Its value is what
	 * the others are given; NULL: out of memory, and the tracker is down.
	 */
	void	*(*open)(struct vrrp_checked *,
		    const struct vrrp_tracker_params *p);
	/* No callback for the tracker may come after this. */
	void	 (*close)(void *state);
	/*
	 * A round begins.  Ends in one vrrp_checked_round(), also from within,
	 * unless cancel() comes first.  NULL: the kind is not polled.
	 */
	void	 (*start)(void *state);
	/*
	 * The deadline has passed and the round has failed: drop it.  NULL: the
	 * kind keeps the deadline itself.
	 */
	void	 (*cancel)(void *state);
	/* Still busy with the round before: leave this one out. May be NULL. */
	bool	 (*busy)(void *state);
};

/* l is borrowed for the call. */
typedef void (*vrrp_checks_cb)(const struct vrrp_level *l, void *arg);

/*
 * kinds: NULL-terminated, borrowed for ever; trackers of other kinds are left
 * out.  shared: what vrrp_checked_shared() gives, for what a kind's trackers
 * have in common.  NULL when out of memory.
 */
struct vrrp_checks *vrrp_checks_new(struct loop *,
	    const struct vrrp_checks_kind *const *kinds, void *shared,
	    vrrp_checks_cb, void *arg);
void	vrrp_checks_free(struct vrrp_checks *);		/* NULL is fine */
/*
 * Check what is declared now.  A tracker that is declared as before goes on,
 * one that is not starts anew; its level is unknown until it has an answer.
 * 0 or -ENOMEM, with as much done as was possible.
 */
int	vrrp_checks_apply(struct vrrp_checks *, const struct vrrp_config *);
/* Say every known level again: whoever listens is new. */
void	vrrp_checks_replay(struct vrrp_checks *);
unsigned vrrp_checks_count(const struct vrrp_checks *);

/* --- for the kinds --- */

/*
 * The round that start() began ended so.  reason (may be NULL, cut at
 * VRRP_LEVEL_REASON_MAX): why it failed, for a user, after "is down: ".
 */
void	vrrp_checked_round(struct vrrp_checked *, bool good,
	    const char *reason);
/* The level, since when it is so; told on if level or reason is news. */
void	vrrp_checked_level(struct vrrp_checked *, bool up, mono_t since,
	    const char *reason);
/* The same for a number. */
void	vrrp_checked_value(struct vrrp_checked *, int32_t value, mono_t since);
struct loop *vrrp_checked_loop(const struct vrrp_checked *);
void	*vrrp_checked_shared(const struct vrrp_checked *);

#endif
