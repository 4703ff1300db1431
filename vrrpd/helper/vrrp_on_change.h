/*
 * vrrp_on_change.h - the programs that are told when a check changes.
 *
 * on_change of a tracker (vrrpd.conf(5)), in vrrpd-scripts, where hooks run too
 * (vrrp_hooks.h): those are told of instances and groups, and see every change;
 * these are told of the result of one check, and see the newest.
 *
 * A result is a level: the program of a tracker is run until what it was told last
 * is what holds.  While it runs, results that come and go leave nothing behind but
 * the newest, and one that is back at what was told is told to nobody.  Trackers do
 * not wait for each other.
 *
 * A program that fails has told nobody knows what: it is run again, after a second, and
 * after twice as long each time up to VRRP_ON_CHANGE_RETRY_MAX_NS, with UNKNOWN as what
 * was before; at once when the result changes.
 *
 * The first result after a start is told, as a change from UNKNOWN: whatever the
 * program keeps (a table of the kernel, say) may be of any age.  So is the first
 * one of a tracker that checks something else since a reload, or that has an
 * on_change only now.  Another command, user or time of one that goes on is used
 * from the next change.  A tracker that is removed, and the end of vrrpd, are no
 * results.
 *
 * Arguments behind the command, in the order of those of notify:
 *
 *   CHECK  name  UP|DOWN  kind  UNKNOWN|UP|DOWN (before)
 *
 * and in the environment what vrrpd.conf(5) says.
 */
#ifndef VRRPD_VRRP_ON_CHANGE_H
#define VRRPD_VRRP_ON_CHANGE_H

#include <stdbool.h>

#include "shared/loop.h"
#include "vrrpd/helper/vrrp_run.h"
#include "vrrpd/pure/vrrp_level.h"
#include "vrrpd/pure/vrrp_params.h"

/* After a failure, or when the runner had no room: when to try again. */
#define VRRP_ON_CHANGE_RETRY_NS	NS_PER_S
#define VRRP_ON_CHANGE_RETRY_MAX_NS (64 * NS_PER_S)

struct vrrp_on_change;

/* NULL when out of memory. */
struct vrrp_on_change *vrrp_on_change_new(struct loop *, struct vrrp_run *);
/* A program that runs is the runner's.  NULL is fine. */
void	vrrp_on_change_free(struct vrrp_on_change *);
/* The trackers that are declared now.  config: borrowed until the next call. */
void	vrrp_on_change_apply(struct vrrp_on_change *,
	    const struct vrrp_config *);
/*
 * The level of a check, of whatever process; also again, also of one that is not
 * declared yet.
 */
void	vrrp_on_change_level(struct vrrp_on_change *, const struct vrrp_level *);
/* Nothing runs, and nothing is about to; a failure may be waiting for its time. */
bool	vrrp_on_change_idle(const struct vrrp_on_change *);
/* Call cb whenever that becomes so. */
void	vrrp_on_change_on_idle(struct vrrp_on_change *, void (*cb)(void *),
	    void *arg);

#endif
