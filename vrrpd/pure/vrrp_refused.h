/*
 * vrrp_refused.h - what one process has refused of another's messages.  PURE.
 *
 * Each end of a channel counts what it refuses.  The counts travel towards the
 * engine, which shows them.  The body of VRRP_MSG_REFUSED is a level, so that one
 * that is lost is made good by the next.  A helper tells the monitor of its own
 * end; the monitor tells the engine of every end but the engine's own.
 */
#ifndef VRRPD_VRRP_REFUSED_H
#define VRRPD_VRRP_REFUSED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vrrpd/pure/vrrp_message.h"

struct vrrp_refused {
	uint64_t		count;		/* 0: the rest is unset */
	enum vrrp_message	type;		/* of the last */
	enum vrrp_refusal	why;		/* not NONE */
	int64_t			real_ns;	/* when, CLOCK_REALTIME */
};

/* One for each way, by enum vrrp_way: refused by its receiver. */
struct vrrp_refusals {
	struct vrrp_refused	of[VRRP_WAY_COUNT];
};

#define VRRP_REFUSED_BYTES	19

/* Count one more.  type: as it came, may be unknown. */
void	vrrp_refused_note(struct vrrp_refused *, unsigned type,
	    enum vrrp_refusal why, int64_t real_ns);
/* The length, VRRP_REFUSED_BYTES. r->count is not 0. */
size_t	vrrp_refused_encode(enum vrrp_way, const struct vrrp_refused *r,
	    uint8_t buf[VRRP_REFUSED_BYTES]);
/* All or nothing: false, and *way and *out untouched, when body is no good. */
bool	vrrp_refused_decode(const uint8_t *body, size_t len,
	    enum vrrp_way *way, struct vrrp_refused *out);

#endif
