/*
 * vrrp_level.h - the level of a tracker, as a message.  PURE.
 *
 * A helper process (vrrp_helper.h) tells of something declared in vrrpd.conf
 * whether it is up or down, since when, and why.  Both ends are the same program
 * on the same machine, so that instants of the monotonic clock can be passed on.
 */
#ifndef VRRPD_VRRP_LEVEL_H
#define VRRPD_VRRP_LEVEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/pure/mono.h"
#include "vrrpd/pure/vrrp_params.h"

#define VRRP_LEVEL_REASON_MAX	96	/* with NUL */
#define VRRP_LEVEL_BYTES_MIN	17
#define VRRP_LEVEL_BYTES_MAX	(17 + VRRP_NAME_MAX + VRRP_LEVEL_REASON_MAX)

struct vrrp_level {
	enum vrrp_track_kind	kind;
	char			name[VRRP_NAME_MAX];
	bool			up;
	mono_t			since;
	bool			number;	/* value counts; up is true */
	int32_t			value;	/* without number 0 */
	char			reason[VRRP_LEVEL_REASON_MAX];	/* "" = none */
};

/* The length; buf has VRRP_LEVEL_BYTES_MAX bytes. */
size_t	vrrp_level_encode(const struct vrrp_level *, uint8_t *buf);
/* 0, or -EBADMSG and *out untouched. */
int	vrrp_level_decode(const uint8_t *body, size_t len,
	    struct vrrp_level *out);

#endif
