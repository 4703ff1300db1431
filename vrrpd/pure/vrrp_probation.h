/*
 * vrrp_probation.h - which configuration is in force, and whether it is to stay.  PURE.
 *
 * The monitor keeps configurations as values: the one in force, and while that is
 * on trial also the last that was confirmed, to which it goes back at the end of
 * the trial.  So neither the death of an engine nor a file that was edited
 * meanwhile makes a difference.
 */
#ifndef VRRPD_VRRP_PROBATION_H
#define VRRPD_VRRP_PROBATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/pure/mono.h"

/* Number of a configuration that nobody has asked for: back to these values. */
#define VRRP_READ_BACK		0U

/* How long a trial may be. */
#define VRRP_PROBATION_MIN_NS	(1 * NS_PER_S)
#define VRRP_PROBATION_MAX_NS	(INT64_C(86400) * NS_PER_S)

/* VRRP_MSG_RELOADED, of the engine: a configuration is in force. */
struct vrrp_reloaded {
	uint8_t		needs;		/* vrrp_needs.h */
	uint32_t	number;		/* of its reading, or VRRP_READ_BACK */
	int64_t		trial_ns;	/* 0: it stays; else MIN to MAX */
};
#define VRRP_RELOADED_BYTES	13

/* buf has room for VRRP_RELOADED_BYTES.  Returns the length. */
size_t	vrrp_reloaded_encode(const struct vrrp_reloaded *, uint8_t *buf);
/* All or nothing: *out is untouched when false. */
bool	vrrp_reloaded_decode(const uint8_t *buf, size_t len,
	    struct vrrp_reloaded *out);

/*
 * VRRP_MSG_PROBATION, of the monitor; a level.  number: of the last VRRP_MSG_RELOADED
 * of this engine that had come by then.
 */
struct vrrp_probation {
	bool		pending;
	uint32_t	number;
	mono_t		until;		/* end of the trial; 0 unless pending */
};
#define VRRP_PROBATION_BYTES	13

size_t	vrrp_probation_encode(const struct vrrp_probation *, uint8_t *buf);
bool	vrrp_probation_decode(const uint8_t *buf, size_t len,
	    struct vrrp_probation *out);

/* VRRP_MSG_UNREAD, of the monitor: nothing came of a reading. */
#define VRRP_UNREAD_WHY_MAX	256	/* with NUL */
struct vrrp_unread {
	uint32_t	number;
	char		why[VRRP_UNREAD_WHY_MAX];	/* never "" */
};
#define VRRP_UNREAD_BYTES_MIN	5
#define VRRP_UNREAD_BYTES_MAX	(4 + VRRP_UNREAD_WHY_MAX - 1)

size_t	vrrp_unread_encode(const struct vrrp_unread *, uint8_t *buf);
bool	vrrp_unread_decode(const uint8_t *buf, size_t len,
	    struct vrrp_unread *out);

#endif
