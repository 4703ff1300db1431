/*
 * vrrp_handoff.h - what an engine leaves to the next.  PURE.
 *
 * Body of VRRP_MSG_RESTART, of a planned restart: which instances were Active and
 * since when, and the instant until which adverts were sent.  When an engine died
 * the monitor writes one itself: whose wills it has carried out, and when.  What
 * operators had said is not in here
 * (vrrp_orders.h).  Instants are CLOCK_MONOTONIC, which is one for all processes.
 * Integers in network order:
 *
 *   u64 left  u16 count; each: u64 active since, u8 flags, u8 name length,
 *   name
 */
#ifndef VRRPD_VRRP_HANDOFF_H
#define VRRPD_VRRP_HANDOFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/pure/mono.h"

#define VRRP_HANDOFF_MAX	512	/* VRRP_INSTANCES_MAX */
#define VRRP_HANDOFF_NAME_MAX	32	/* with NUL */
#define VRRP_HANDOFF_BYTES_MIN	10
#define VRRP_HANDOFF_BYTES_MAX	(10 + VRRP_HANDOFF_MAX * 41)

#define VRRP_HANDOFF_ACTIVE	0x1	/* goes on */
#define VRRP_HANDOFF_WILLED	0x2	/* priority 0 has been said for it */
#define VRRP_HANDOFF_FLAGS	0x3

struct vrrp_handoff_entry {
	char	name[VRRP_HANDOFF_NAME_MAX];
	mono_t	active_since;	/* 0: was not Active */
	uint8_t	flags;		/* not 0 */
};

struct vrrp_handoff {
	mono_t				left;
	unsigned			count;
	struct vrrp_handoff_entry	list[VRRP_HANDOFF_MAX];
};

/* The length, or 0 when it does not fit. */
size_t	vrrp_handoff_encode(const struct vrrp_handoff *, uint8_t *buf,
	    size_t size);
/* All or nothing: *out is undefined when false. */
bool	vrrp_handoff_decode(const uint8_t *buf, size_t len,
	    struct vrrp_handoff *out);
/* NULL: nothing was handed over of that instance.  h may be NULL. */
const struct vrrp_handoff_entry *vrrp_handoff_find(
	    const struct vrrp_handoff *h, const char *name);
/* The same, with this flag. */
bool	vrrp_handoff_has(const struct vrrp_handoff *h, const char *name,
	    uint8_t flag);

#endif
