/*
 * vrrp_channel.h - the socket between the monitor and a child of it.
 *
 * A SOCK_SEQPACKET pair of AF_UNIX: a message arrives whole or not at all.  A
 * message is a header of four bytes (type, 0: two u16 in network order) and a
 * body.  An end knows which way it receives (enum vrrp_way), and takes what
 * vrrp_traffic.h allows on that way and a handler was registered for; a handler
 * may still refuse a body.  A refused message is counted and logged (rate
 * limited: who refused what and why), and has no other effect.  Descriptors come
 * with the types that have some; with any other message they are refused as well,
 * and closed.
 *
 * Neither end ever waits.  A message that the socket does not take is queued, in
 * order and within VRRP_CHANNEL_QUEUE bytes, and tried again every millisecond.
 * Types that may be refused (vrrp_traffic.h) leave VRRP_CHANNEL_RESERVE bytes of that
 * to the others, which is more than the answers to all that can be asked at a time:
 * an answer finds room, however long the other end has not listened.
 */
#ifndef VRRPD_VRRP_CHANNEL_H
#define VRRPD_VRRP_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/loop.h"
#include "vrrpd/pure/vrrp_message.h"
#include "vrrpd/pure/vrrp_refused.h"
#include "vrrpd/pure/vrrp_supervise.h"

#define VRRP_CHANNEL_BODY_MAX	(60 * 1024)
#define VRRP_CHANNEL_QUEUE	(1024 * 1024)
#define VRRP_CHANNEL_RESERVE	(512 * 1024)

struct vrrp_channel;

/*
 * body is borrowed for the call, which may not free the channel.  Returns
 * VRRP_REFUSAL_NONE when the message was taken, or why it was not: then nothing
 * of it is in force.
 */
typedef enum vrrp_refusal (*vrrp_channel_cb)(const uint8_t *body, size_t len,
	    void *arg);
/* A message was refused: the count of this channel, borrowed. */
typedef void (*vrrp_channel_refused_cb)(const struct vrrp_refused *,
	    void *arg);
/* Once: the other end is gone, and all that it had sent has been delivered. */
typedef void (*vrrp_channel_gone)(void *arg);

/* Two connected descriptors, close-on-exec. 0 or negative errno. */
int	vrrp_channel_pair(int fds[2]);
/*
 * in: the way of the messages that come; this end sends the other way.  Takes
 * fd, also on failure.  NULL when out of memory.  arg outlives the channel.
 */
struct vrrp_channel *vrrp_channel_new(struct loop *, int fd, enum vrrp_way in,
	    vrrp_channel_gone, void *arg);
void	vrrp_channel_free(struct vrrp_channel *);	/* NULL is fine */
/*
 * One per type; a later one replaces it, NULL refuses the type from now on.  The
 * type must be one of this way.  arg outlives the channel.
 */
void	vrrp_channel_handle(struct vrrp_channel *, enum vrrp_message,
	    vrrp_channel_cb, void *arg);
/* The phase of the engine at the other end; at first VRRP_PHASE_STARTING. */
void	vrrp_channel_set_phase(struct vrrp_channel *, enum vrrp_phase);
/* cb after every refusal; it may send, and may not free the channel. */
void	vrrp_channel_on_refused(struct vrrp_channel *, vrrp_channel_refused_cb,
	    void *arg);
/*
 * The type must be one of this end's way out.  0 when sent or queued; -EMSGSIZE
 * when longer than its kind may be; -ENOBUFS when the queue is full; -EPIPE when
 * the other end is gone.  NULL channel: -EPIPE.
 */
int	vrrp_channel_send(struct vrrp_channel *, enum vrrp_message,
	    const void *body, size_t len);
/*
 * The same with descriptors, as many as vrrp_traffic.h says for the type; they stay
 * the caller's.  -EMFILE when the message has to wait and they cannot be kept.
 */
int	vrrp_channel_send_with(struct vrrp_channel *, enum vrrp_message,
	    const void *body, size_t len, const int *fds);
/*
 * During the call of a handler: a descriptor that came with the message, the
 * caller's from now on.  Those that are not taken are closed after the call.
 */
int	vrrp_channel_take(struct vrrp_channel *, unsigned i);
/* Send the queue now. Returns whether nothing waits any more. */
bool	vrrp_channel_flush(struct vrrp_channel *);
/* Deliver all that is in the socket now (the loop does so by itself). */
void	vrrp_channel_drain(struct vrrp_channel *);
/* The count of what this end has refused; valid as long as the channel. */
const struct vrrp_refused *vrrp_channel_refused(const struct vrrp_channel *);

#endif
