/*
 * vrrp_handoff.h - what an engine leaves to the next.  PURE.
 *
 * Body of VRRP_MSG_RESTART, of a planned restart: which instances were Active and
 * since when, which were letting a lesser Active serve and since when, and the
 * instant until which adverts were sent.  When an engine died
 * the monitor writes one itself: whose wills it has carried out, and when.  What
 * operators had said is not in here
 * (vrrp_orders.h).  Instants are CLOCK_MONOTONIC, which is one for all processes.
 * Integers in network order:
 *
 *   u64 left  u16 count; each: u64 active since, u64 lesser since, u8 flags,
 *   u8 name length, name
 *   u16 alarms; each: u8 kind, u64 since, u64 since of the wall clock,
 *   u8 address length, address, u8 MAC length, MAC, u8 name length, name
 *
 * Alarms of more than VRRP_HANDOFF_ALARMS_MAX begin anew.
 */
#ifndef VRRPD_VRRP_HANDOFF_H
#define VRRPD_VRRP_HANDOFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/pure/mono.h"
#include "vrrpd/pure/vrrp_alarm.h"

#define VRRP_HANDOFF_MAX	512	/* VRRP_INSTANCES_MAX */
#define VRRP_HANDOFF_NAME_MAX	32	/* with NUL */
#define VRRP_HANDOFF_ALARMS_MAX	128
#define VRRP_HANDOFF_BYTES_MIN	12
#define VRRP_HANDOFF_BYTES_MAX	(12 + VRRP_HANDOFF_MAX * 49 +		\
				    VRRP_HANDOFF_ALARMS_MAX * 73)

#define VRRP_HANDOFF_ACTIVE	0x1	/* goes on */
#define VRRP_HANDOFF_WILLED	0x2	/* priority 0 has been said for it */
#define VRRP_HANDOFF_WITHOUT	0x4	/* auto has given the virtual MAC up */
#define VRRP_HANDOFF_HOLD	0x8	/* preempt_delay runs (V-79) */
#define VRRP_HANDOFF_SETTLED	0x10	/* startup_delay is no matter */
#define VRRP_HANDOFF_FLAGS	0x1f

struct vrrp_handoff_entry {
	char	name[VRRP_HANDOFF_NAME_MAX];
	mono_t	active_since;	/* 0: was not Active */
	mono_t	lesser_since;	/* 0: without VRRP_HANDOFF_HOLD */
	uint8_t	flags;		/* not 0 */
};

/* An alarm that stood. */
struct vrrp_handoff_alarm {
	char			name[VRRP_HANDOFF_NAME_MAX];
	enum vrrp_alarm_kind	kind;
	mono_t			since;
	int64_t			since_real_ns;
	struct vrrp_alarm_who	who;
};

struct vrrp_handoff {
	mono_t				left;
	unsigned			count;
	struct vrrp_handoff_entry	list[VRRP_HANDOFF_MAX];
	unsigned			alarm_count;
	struct vrrp_handoff_alarm	alarms[VRRP_HANDOFF_ALARMS_MAX];
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
