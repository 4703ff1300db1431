/*
 * vrrp_channel.c - typed messages between the monitor and its children.
 *
 * The engine is the end that matters: it may be in the middle of a takeover when
 * it sends.  So a send is one sendmsg() that does not wait, and what does not
 * fit goes to a queue whose memory was taken at the start.
 *
 * Each end validates what comes from the other as if it came from outside: the
 * monitor keeps the last will of an engine that may just be going mad.
 */
#include "config.h"

#include "vrrpd/ipc/vrrp_channel.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define HEADER		4
#define MESSAGES_PER_WAKE 512
#define FLUSH_NS	(1 * NS_PER_MS)
#define SOCKET_BUFFER	(1024 * 1024)

struct handler {
	size_t		 shortest, longest;
	vrrp_channel_cb	 cb;
	void		*arg;
};

struct vrrp_channel {
	int			 fd;
	struct loop_fd		*event;
	struct loop_timer	*flush_timer;
	vrrp_channel_gone	 gone;
	void			*arg;
	bool			 dead;
	struct handler		 handlers[VRRP_MESSAGE_COUNT];
	uint64_t		 refused;
	uint8_t			*queue;		/* u32 length, message, ... */
	size_t			 queued;
	uint8_t			 in[HEADER + VRRP_CHANNEL_BODY_MAX];
};

int
vrrp_channel_pair(int fds[2])
{
	const int size = SOCKET_BUFFER;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0, fds) == -1)
		return -errno;
	for (int i = 0; i < 2; i++)
		if (setsockopt(fds[i], SOL_SOCKET, SO_SNDBUFFORCE, &size,
		    sizeof(size)) == -1)
			(void)setsockopt(fds[i], SOL_SOCKET, SO_SNDBUF, &size,
			    sizeof(size));
	return 0;
}

static void
hang_up(struct vrrp_channel *c)
{
	if (c->dead)
		return;
	c->dead = true;
	c->queued = 0;
	loop_fd_free(c->event);
	c->event = NULL;
	loop_timer_set(c->flush_timer, MONO_NEVER);
	c->gone(c->arg);
}

/* --- in --- */

static void
deliver(struct vrrp_channel *c, size_t len)
{
	const struct handler *h;
	unsigned type;

	if (len < HEADER || c->in[2] != 0 || c->in[3] != 0) {
		c->refused++;
		return;
	}
	type = (unsigned)c->in[0] << 8 | c->in[1];
	h = type < VRRP_MESSAGE_COUNT ? &c->handlers[type] : NULL;
	len -= HEADER;
	if (h == NULL || h->cb == NULL || len < h->shortest ||
	    len > h->longest) {
		c->refused++;
		return;
	}
	h->cb(c->in + HEADER, len, h->arg);
}

void
vrrp_channel_drain(struct vrrp_channel *c)
{
	ssize_t n;
	int i;

	for (i = 0; i < MESSAGES_PER_WAKE && !c->dead; i++) {
		struct iovec iov = { c->in, sizeof(c->in) };
		struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

		n = recvmsg(c->fd, &msg, MSG_DONTWAIT);
		if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR)) {
			hang_up(c);
			return;
		}
		if (n == -1)
			return;
		if (msg.msg_flags & MSG_TRUNC)
			c->refused++;
		else
			deliver(c, (size_t)n);
	}
}

static void
readable(int fd, void *arg)
{
	(void)fd;
	vrrp_channel_drain(arg);
}

void
vrrp_channel_handle(struct vrrp_channel *c, enum vrrp_message type,
    size_t shortest, size_t longest, vrrp_channel_cb cb, void *arg)
{
	c->handlers[type] = (struct handler){ shortest, longest, cb, arg };
}

/* --- out --- */

static int
try_send(struct vrrp_channel *c, struct iovec *iov, int parts)
{
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = (size_t)parts };

	if (sendmsg(c->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) != -1)
		return 0;
	/* A message larger than the socket's buffer will never fit. */
	return errno == EINTR || errno == ENOBUFS ? -EAGAIN : -errno;
}

/* As much of the queue as the socket takes. */
static void
flush(mono_t deadline, void *arg)
{
	struct vrrp_channel *c = arg;
	size_t at = 0;
	uint32_t len;
	int error = 0;

	(void)deadline;
	while (at < c->queued) {
		memcpy(&len, c->queue + at, sizeof(len));
		error = try_send(c, &(struct iovec){ c->queue + at +
		    sizeof(len), len }, 1);
		if (error == -EAGAIN)
			break;
		at += sizeof(len) + len;
	}
	memmove(c->queue, c->queue + at, c->queued - at);
	c->queued -= at;
	if (c->queued > 0)
		loop_timer_set(c->flush_timer, mono_add(loop_clock(),
		    FLUSH_NS));
}

bool
vrrp_channel_flush(struct vrrp_channel *c)
{
	if (c->queued > 0)
		flush(loop_clock(), c);
	return c->queued == 0;
}

static int
enqueue(struct vrrp_channel *c, const struct iovec *iov, int parts)
{
	uint32_t len = 0;
	int i;

	for (i = 0; i < parts; i++)
		len += (uint32_t)iov[i].iov_len;
	if (c->queued + sizeof(len) + len > VRRP_CHANNEL_QUEUE)
		return -ENOBUFS;
	memcpy(c->queue + c->queued, &len, sizeof(len));
	c->queued += sizeof(len);
	for (i = 0; i < parts; i++) {
		if (iov[i].iov_len > 0)
			memcpy(c->queue + c->queued, iov[i].iov_base,
			    iov[i].iov_len);
		c->queued += iov[i].iov_len;
	}
	loop_timer_set(c->flush_timer, mono_add(loop_clock(), FLUSH_NS));
	return 0;
}

int
vrrp_channel_send(struct vrrp_channel *c, enum vrrp_message type,
    const void *body, size_t len)
{
	uint8_t header[HEADER] = { (uint8_t)(type >> 8), (uint8_t)type };
	struct iovec iov[2] = {
		{ header, sizeof(header) },
		{ (void *)(uintptr_t)body, len },
	};
	int error;

	if (c == NULL || c->dead)
		return -EPIPE;
	if (len > VRRP_CHANNEL_BODY_MAX)
		return -EMSGSIZE;
	/* Behind what waits already: the order is kept. */
	if (c->queued > 0)
		return enqueue(c, iov, 2);
	error = try_send(c, iov, 2);
	return error == -EAGAIN ? enqueue(c, iov, 2) : error;
}

/* --- life --- */

struct vrrp_channel *
vrrp_channel_new(struct loop *loop, int fd, vrrp_channel_gone gone, void *arg)
{
	struct vrrp_channel *c = calloc(1, sizeof(*c));

	if (c == NULL) {
		(void)close(fd);
		return NULL;
	}
	c->fd = fd;
	c->gone = gone;
	c->arg = arg;
	c->queue = malloc(VRRP_CHANNEL_QUEUE);
	c->event = loop_fd_new(loop, fd, readable, c);
	c->flush_timer = loop_timer_new(loop, flush, c);
	if (c->queue == NULL || c->event == NULL || c->flush_timer == NULL) {
		vrrp_channel_free(c);
		return NULL;
	}
	return c;
}

void
vrrp_channel_free(struct vrrp_channel *c)
{
	if (c == NULL)
		return;
	loop_fd_free(c->event);
	if (c->flush_timer != NULL)
		loop_timer_free(c->flush_timer);
	(void)close(c->fd);
	free(c->queue);
	free(c);
}

uint64_t
vrrp_channel_refused(const struct vrrp_channel *c)
{
	return c->refused;
}
