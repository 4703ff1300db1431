/*
 * vrrp_post.h - parcels: sending them over a channel, and putting them together.
 *
 * A parcel is bytes with several owners (who keeps them, who is sending them).  It
 * goes over a channel as VRRP_MSG_VALUES, a piece (vrrp_parcel.h) at a time with
 * pauses in between, so that neither end is away for long.
 */
#ifndef VRRPD_VRRP_POST_H
#define VRRPD_VRRP_POST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/loop.h"
#include "vrrpd/ipc/vrrp_channel.h"

struct vrrp_parcel {
	unsigned	 owners;
	size_t		 len;		/* 1 to VRRP_PARCEL_MAX */
	uint8_t		*bytes;
};

/*
 * Takes bytes (malloc'd), also on failure.  The caller is its first owner.  NULL:
 * out of memory, or of no or too great a length.
 */
struct vrrp_parcel *vrrp_parcel_new(uint8_t *bytes, size_t len);
/* The same of bytes that stay the caller's. */
struct vrrp_parcel *vrrp_parcel_copy(const void *bytes, size_t len);
/* One owner more; returns it.  NULL gives NULL. */
struct vrrp_parcel *vrrp_parcel_keep(struct vrrp_parcel *);
/* One owner less; the last one frees it.  NULL is fine. */
void	vrrp_parcel_drop(struct vrrp_parcel *);

/* --- sending --- */

struct vrrp_post;

/* NULL when out of memory. */
struct vrrp_post *vrrp_post_new(struct loop *);
void	vrrp_post_free(struct vrrp_post *);	/* NULL is fine */
/*
 * Begins to send the parcel, of which it becomes an owner; whatever was on its way
 * goes no further.  sent(), if not NULL, is called when the last piece is in the
 * channel, maybe from here.  vrrp_post_stop() comes before the channel is freed;
 * NULL is fine there.
 */
void	vrrp_post_send(struct vrrp_post *, struct vrrp_channel *,
	    uint32_t number, struct vrrp_parcel *, void (*sent)(void *arg),
	    void *arg);
void	vrrp_post_stop(struct vrrp_post *);
bool	vrrp_post_is_busy(const struct vrrp_post *);

/* --- receiving --- */

/* Zeroed: nothing has come. */
struct vrrp_inbox {
	uint32_t	 number;
	size_t		 len, have;
	uint8_t		*bytes;
};

/*
 * A message of pieces.  VRRP_REFUSAL_NONE, and *whole says whether all of it is
 * there: bytes, len and number.  VRRP_REFUSAL_BODY: not the next piece;
 * VRRP_REFUSAL_ROOM: out of memory.  What had come before is gone then.
 */
enum vrrp_refusal vrrp_inbox_take(struct vrrp_inbox *, const uint8_t *body,
	    size_t len, bool *whole);
/* Frees what has come. */
void	vrrp_inbox_empty(struct vrrp_inbox *);

#endif
