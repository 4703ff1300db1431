/*
 * vrrp_weigh.h - what the tracked things make of a priority.  PURE.
 *
 * The sum; vrrpd/instance/vrrp_tracked.h is the other half, which holds the things
 * of an instance and delays their changes.
 *
 * Each tracked thing has a state and a weight.  Weights add up to the effective
 * priority (L-16, V-78); a thing without a weight is a fault when it is down
 * (L-17).  Nothing is remembered: the same states give the same answer.
 */
#ifndef VRRPD_VRRP_WEIGH_H
#define VRRPD_VRRP_WEIGH_H

#include <stdbool.h>
#include <stdint.h>

#include "vrrpd/pure/vrrp_params.h"

enum vrrp_track_state {
	VRRP_TRACK_UNKNOWN,	/* no result yet */
	VRRP_TRACK_DOWN,
	VRRP_TRACK_UP,
};
const char *vrrp_track_state_name(enum vrrp_track_state);

struct vrrp_weight {
	enum vrrp_track_state	state;
	int			weight;		/* 0: fault */
	bool			reverse;
	bool			link;		/* one of the links (L-17) */
	bool			number;		/* value counts, not Up and Down */
	int32_t			value;
};

struct vrrp_weighed {
	uint8_t	priority;	/* effective: 1..254, or 255 of the owner */
	int	sum;		/* of the weights that apply */
	bool	fault;		/* the instance must be in Initialize */
	bool	waits;		/* a fault is not ruled out yet */
	bool	last_resort;	/* a fault, and priority 1 instead */
	int	why;		/* index of what faults or is waited for; -1 */
};

/*
 * The contribution of one thing now.  A number is multiplied by its weight, and what
 * results in -VRRP_WEIGHT_MAX or less is a fault, as is any but 0 without a weight.  A
 * positive weight counts while it is up, a
 * negative one while it is down; reversed, with the other sign.  Unknown adds
 * nothing.
 */
int	vrrp_weigh_adds(const struct vrrp_weight *);
/*
 * base: the configured priority; the owner's (255) is not moved and knows no
 * fault.  link_down_number: how many links without a weight must be down for a
 * fault, 0 for all of them; anything else faults alone.  last_resort: a fault
 * is priority 1 instead.
 */
void	vrrp_weigh(uint8_t base, const struct vrrp_weight *, unsigned count,
	    unsigned link_down_number, bool last_resort,
	    struct vrrp_weighed *out);

#endif
