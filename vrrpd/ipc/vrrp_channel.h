/*
 * vrrp_channel.h - the socket between the monitor and a child of it.
 *
 * A SOCK_SEQPACKET pair of AF_UNIX: a message arrives whole or not at all.  A
 * message is a header of four bytes (type, 0: two u16 in network order) and a
 * body.  Each end registers a handler for every type it takes, with the shortest
 * and the longest body; a message of another type or length changes a counter
 * and nothing else.  A new kind of request is a new type and a handler at either
 * end.
 *
 * Neither end ever waits.  What the socket does not take is queued, in order and
 * within VRRP_CHANNEL_QUEUE bytes, and tried again every millisecond.
 */
#ifndef VRRPD_VRRP_CHANNEL_H
#define VRRPD_VRRP_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/loop.h"

#define VRRP_CHANNEL_BODY_MAX	(60 * 1024)
#define VRRP_CHANNEL_QUEUE	(1024 * 1024)

/* Never given another meaning; both ends are always the same program. */
enum vrrp_message {
	/* engine to monitor */
	VRRP_MSG_BEAT = 1,	/* empty: the engine's loop turns */
	VRRP_MSG_PHASE,		/* u8 enum vrrp_phase */
	VRRP_MSG_WILL,		/* vrrp_will.h: what to do should it die */
	VRRP_MSG_WILL_REVOKE,	/* the name of the instance */
	VRRP_MSG_CONFIG,	/* u32 offset, u32 total, text: in force */
	VRRP_MSG_RESTART,	/* vrrp_handoff.h: start another, as it was */
	VRRP_MSG_NOTICE,	/* vrrp_notice.h: for hooks; on to a helper */
	/* engine to monitor: u8, vrrp_needs.h; monitor to helper: empty */
	VRRP_MSG_RELOADED,	/* another configuration is in force */
	/* helper to monitor, and on to the engine */
	VRRP_MSG_LEVEL,		/* vrrp_level.h: of a tracker */
	/* monitor to helper */
	VRRP_MSG_REPLAY,	/* empty: say every level again */
};
#define VRRP_MESSAGE_COUNT	32	/* above every type */

struct vrrp_channel;

/* body is borrowed for the call, which may not free the channel. */
typedef void (*vrrp_channel_cb)(const uint8_t *body, size_t len, void *arg);
/* The other end is gone, once; what it had sent before has been delivered. */
typedef void (*vrrp_channel_gone)(void *arg);

/* Two connected descriptors, close-on-exec. 0 or negative errno. */
int	vrrp_channel_pair(int fds[2]);
/* Takes fd, also on failure. NULL when out of memory. arg outlives it. */
struct vrrp_channel *vrrp_channel_new(struct loop *, int fd,
	    vrrp_channel_gone, void *arg);
void	vrrp_channel_free(struct vrrp_channel *);	/* NULL is fine */
/* One per type; a later one replaces it. arg outlives the channel. */
void	vrrp_channel_handle(struct vrrp_channel *, enum vrrp_message,
	    size_t shortest, size_t longest, vrrp_channel_cb, void *arg);
/*
 * 0 when sent or queued; -EMSGSIZE; -ENOBUFS when the queue is full; -EPIPE when
 * the other end is gone.  NULL channel: -EPIPE.
 */
int	vrrp_channel_send(struct vrrp_channel *, enum vrrp_message,
	    const void *body, size_t len);
/* Send what is queued, now. Returns whether nothing waits any more. */
bool	vrrp_channel_flush(struct vrrp_channel *);
/* Deliver what is in the socket now (the loop does so by itself). */
void	vrrp_channel_drain(struct vrrp_channel *);
/* Messages of an unknown type or of a wrong length. */
uint64_t vrrp_channel_refused(const struct vrrp_channel *);

#endif
