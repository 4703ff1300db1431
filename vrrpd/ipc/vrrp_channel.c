/*
 * vrrp_channel.c - typed messages between the monitor and its children.
 *
 * The engine is the end that matters: it may be in the middle of a takeover when
 * it sends.  So a send is one sendmsg() that does not wait, and a message that
 * does not fit goes to a queue whose memory was taken at the start.
 *
 * Each end validates what comes from the other as if it came from outside: the
 * monitor keeps the last will of an engine that may just be going mad.
 */
#include "config.h"

#include "vrrpd/ipc/vrrp_channel.h"

#include <sys/socket.h>
#include <sys/uio.h>
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/log.h"
#include "shared/pure/token_bucket.h"
#include "vrrpd/pure/vrrp_device.h"
#include "vrrpd/pure/vrrp_joining.h"
#include "vrrpd/pure/vrrp_lease.h"
#include "vrrpd/pure/vrrp_params.h"
#include "vrrpd/pure/vrrp_removal.h"
#include "vrrpd/pure/vrrp_traffic.h"
#include "vrrpd/pure/vrrp_will.h"

#define HEADER		4
#define MESSAGES_PER_WAKE 512
#define FLUSH_NS	(1 * NS_PER_MS)
#define SOCKET_BUFFER	(1024 * 1024)

#define LOG_EVERY_NS	(10 * NS_PER_S)
#define LOG_BURST	1

_Static_assert(VRRP_WILL_MAX <= VRRP_CHANNEL_BODY_MAX, "the longest message");

_Static_assert(VRRP_JOINING_SOCKETS <= VRRP_TRAFFIC_DESCRIPTORS_MAX, "room");

/* Of a message that waits: what stands before its bytes. */
struct queued {
	uint32_t	len;
	int		fds[VRRP_TRAFFIC_DESCRIPTORS_MAX];	/* -1: none */
};

/*
 * Of each errand that an engine may have open the answer, and whatever is said about
 * the errands of the engine before.
 */
#define ROOM(bytes)	(sizeof(struct queued) + HEADER + (bytes))
#define ANSWERS		(VRRP_DEVICES_MAX * ROOM(VRRP_DEVICE_MADE_MAX) +	\
			    VRRP_REMOVALS_MAX * ROOM(VRRP_REMOVAL_BYTES) +	\
			    2 * VRRP_INSTANCES_MAX * ROOM(VRRP_JOINED_BYTES) +	\
			    VRRP_INSTANCES_MAX * ROOM(VRRP_LEASE_ANSWER_BYTES))
_Static_assert(ANSWERS < VRRP_CHANNEL_RESERVE * 3 / 4, "an answer finds room");

union control {
	struct cmsghdr	align;
	char		buf[CMSG_SPACE(VRRP_TRAFFIC_DESCRIPTORS_MAX *
			    sizeof(int))];
};

struct handler {
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
	enum vrrp_way		 in;
	enum vrrp_phase		 phase;		/* of the engine that sends */
	struct handler		 handlers[VRRP_MSG_COUNT];
	struct vrrp_refused	 refused;
	struct token_bucket	 buckets[VRRP_REFUSAL_COUNT];
	vrrp_channel_refused_cb	 on_refused;
	void			*on_refused_arg;
	uint8_t			*queue;		/* struct queued, message, ... */
	size_t			 queued;
	int			 fds[VRRP_TRAFFIC_DESCRIPTORS_MAX]; /* of the message */
	unsigned		 fd_count;
	uint8_t			 in_bytes[HEADER + VRRP_CHANNEL_BODY_MAX];
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
check(const struct vrrp_channel *c)
{
	assert(c->queued <= VRRP_CHANNEL_QUEUE);
	assert(!c->dead || (c->queued == 0 && c->event == NULL));
	assert((c->refused.count == 0) ==
	    (c->refused.why == VRRP_REFUSAL_NONE));
}

static void
close_all(int *fds, unsigned count)
{
	unsigned i;

	for (i = 0; i < count; i++)
		if (fds[i] != -1)
			(void)close(fds[i]);
}

/* Nothing of the queue up to here waits any more. */
static void
forget_queued(struct vrrp_channel *c, size_t end)
{
	struct queued q;
	size_t at;

	for (at = 0; at < end; at += sizeof(q) + q.len) {
		memcpy(&q, c->queue + at, sizeof(q));
		close_all(q.fds, VRRP_TRAFFIC_DESCRIPTORS_MAX);
	}
	memmove(c->queue, c->queue + end, c->queued - end);
	c->queued -= end;
}

static void
hang_up(struct vrrp_channel *c)
{
	if (c->dead)
		return;
	c->dead = true;
	forget_queued(c, c->queued);
	loop_fd_free(c->event);
	c->event = NULL;
	loop_timer_set(c->flush_timer, MONO_NEVER);
	check(c);
	c->gone(c->arg);
}

/* --- in --- */

static void
refuse(struct vrrp_channel *c, unsigned type, size_t len,
    enum vrrp_refusal why)
{
	uint64_t suppressed;

	vrrp_refused_note(&c->refused, type, why, loop_realtime_ns());
	if (token_bucket_take(&c->buckets[why], loop_clock(), &suppressed))
		log_warning("message refused by=%s from=%s message=%s type=%u "
		    "bytes=%zu why=%s suppressed=%" PRIu64,
		    vrrp_way_receiver(c->in), vrrp_way_sender(c->in),
		    vrrp_message_name(c->refused.type), type, len,
		    vrrp_refusal_name(why), suppressed);
	check(c);
	if (c->on_refused != NULL)
		c->on_refused(&c->refused, c->on_refused_arg);
}

/* The descriptors of a message; false when the kernel had more. */
static bool
receive_fds(struct vrrp_channel *c, struct msghdr *msg)
{
	struct cmsghdr *cmsg;

	c->fd_count = 0;
	for (cmsg = CMSG_FIRSTHDR(msg); cmsg != NULL;
	    cmsg = CMSG_NXTHDR(msg, cmsg)) {
		if (cmsg->cmsg_level != SOL_SOCKET ||
		    cmsg->cmsg_type != SCM_RIGHTS)
			continue;
		c->fd_count = (unsigned)((cmsg->cmsg_len - CMSG_LEN(0)) /
		    sizeof(int));
		memcpy(c->fds, CMSG_DATA(cmsg), c->fd_count * sizeof(int));
	}
	return (msg->msg_flags & MSG_CTRUNC) == 0;
}

int
vrrp_channel_take(struct vrrp_channel *c, unsigned i)
{
	int fd = i < c->fd_count ? c->fds[i] : -1;

	if (fd != -1)
		c->fds[i] = -1;
	return fd;
}

/*
 * One message of len bytes with its header; all: none of it was cut off; fds: none
 * of its descriptors was.
 */
static void
deliver(struct vrrp_channel *c, size_t len, bool all, bool fds)
{
	enum vrrp_refusal why = VRRP_REFUSAL_NONE;
	unsigned type = VRRP_MSG_NONE;

	if (len < HEADER) {
		refuse(c, type, len, VRRP_REFUSAL_SHORT);
		return;
	}
	type = (unsigned)c->in_bytes[0] << 8 | c->in_bytes[1];
	len -= HEADER;
	if (!all)
		why = VRRP_REFUSAL_LONG;
	else if (c->in_bytes[2] != 0 || c->in_bytes[3] != 0)
		why = VRRP_REFUSAL_HEADER;
	else
		why = vrrp_traffic_judge(c->in, c->phase, type, len);
	if (why == VRRP_REFUSAL_NONE &&
	    (!fds || c->fd_count != vrrp_traffic_descriptors(type)))
		why = VRRP_REFUSAL_DESCRIPTORS;
	if (why == VRRP_REFUSAL_NONE)
		why = c->handlers[type].cb == NULL ? VRRP_REFUSAL_TYPE :
		    c->handlers[type].cb(c->in_bytes + HEADER, len,
		    c->handlers[type].arg);
	if (why != VRRP_REFUSAL_NONE)
		refuse(c, type, len, why);
}

void
vrrp_channel_drain(struct vrrp_channel *c)
{
	union control control;
	ssize_t n;
	bool fds;
	int i;

	for (i = 0; i < MESSAGES_PER_WAKE && !c->dead; i++) {
		struct iovec iov = { c->in_bytes, sizeof(c->in_bytes) };
		struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
		    .msg_control = control.buf,
		    .msg_controllen = sizeof(control.buf) };

		n = recvmsg(c->fd, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
		if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR)) {
			hang_up(c);
			return;
		}
		if (n == -1)
			return;
		fds = receive_fds(c, &msg);
		deliver(c, (size_t)n, (msg.msg_flags & MSG_TRUNC) == 0, fds);
		close_all(c->fds, c->fd_count);
		c->fd_count = 0;
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
    vrrp_channel_cb cb, void *arg)
{
	assert(vrrp_traffic_longest(c->in, type) >= 0);
	c->handlers[type] = (struct handler){ cb, arg };
}

void
vrrp_channel_set_phase(struct vrrp_channel *c, enum vrrp_phase phase)
{
	c->phase = phase;
}

void
vrrp_channel_on_refused(struct vrrp_channel *c, vrrp_channel_refused_cb cb,
    void *arg)
{
	c->on_refused = cb;
	c->on_refused_arg = arg;
}

const struct vrrp_refused *
vrrp_channel_refused(const struct vrrp_channel *c)
{
	return &c->refused;
}

/* --- out --- */

/* fds: one that is -1 ends them. */
static int
try_send(struct vrrp_channel *c, struct iovec *iov, int parts, const int *fds)
{
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = (size_t)parts };
	union control control;
	struct cmsghdr *cmsg;
	size_t n = 0;

	while (n < VRRP_TRAFFIC_DESCRIPTORS_MAX && fds[n] != -1)
		n++;
	if (n > 0) {
		memset(&control, 0, sizeof(control));
		msg.msg_control = control.buf;
		msg.msg_controllen = CMSG_SPACE(n * sizeof(int));
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(n * sizeof(int));
		memcpy(CMSG_DATA(cmsg), fds, n * sizeof(int));
	}
	if (sendmsg(c->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) != -1)
		return 0;
	/*
	 * ETOOMANYREFS: too many descriptors are on their way, and get fewer.  EMSGSIZE:
	 * larger than the socket's buffer, and will never fit.
	 */
	return errno == EINTR || errno == ENOBUFS || errno == ENOMEM ||
	    errno == ETOOMANYREFS ? -EAGAIN : -errno;
}

/* Send as much of the queue as the socket takes. */
static void
flush(mono_t deadline, void *arg)
{
	struct vrrp_channel *c = arg;
	struct queued q;
	size_t at = 0;
	int error = 0;

	(void)deadline;
	while (at < c->queued) {
		memcpy(&q, c->queue + at, sizeof(q));
		error = try_send(c, &(struct iovec){ c->queue + at +
		    sizeof(q), q.len }, 1, q.fds);
		if (error == -EAGAIN)
			break;
		at += sizeof(q) + q.len;
	}
	forget_queued(c, at);
	if (c->queued > 0)
		loop_timer_set(c->flush_timer, mono_add(loop_clock(),
		    FLUSH_NS));
	check(c);
}

bool
vrrp_channel_flush(struct vrrp_channel *c)
{
	if (c->queued > 0)
		flush(loop_clock(), c);
	return c->queued == 0;
}

/* The caller may close its own before the message leaves. */
static int
keep_fds(struct queued *q, const int *fds)
{
	unsigned i;

	for (i = 0; i < VRRP_TRAFFIC_DESCRIPTORS_MAX; i++)
		q->fds[i] = -1;
	for (i = 0; i < VRRP_TRAFFIC_DESCRIPTORS_MAX && fds[i] != -1; i++) {
		q->fds[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, 3);
		if (q->fds[i] == -1) {
			close_all(q->fds, i);
			return -EMFILE;
		}
	}
	return 0;
}

/* limit: as much may wait. */
static int
enqueue(struct vrrp_channel *c, const struct iovec *iov, int parts,
    const int *fds, size_t limit)
{
	struct queued q = { .len = 0 };
	int i, error;

	for (i = 0; i < parts; i++)
		q.len += (uint32_t)iov[i].iov_len;
	if (c->queued + sizeof(q) + q.len > limit)
		return -ENOBUFS;
	error = keep_fds(&q, fds);
	if (error < 0)
		return error;
	memcpy(c->queue + c->queued, &q, sizeof(q));
	c->queued += sizeof(q);
	for (i = 0; i < parts; i++) {
		if (iov[i].iov_len > 0)
			memcpy(c->queue + c->queued, iov[i].iov_base,
			    iov[i].iov_len);
		c->queued += iov[i].iov_len;
	}
	loop_timer_set(c->flush_timer, mono_add(loop_clock(), FLUSH_NS));
	check(c);
	return 0;
}

int
vrrp_channel_send_with(struct vrrp_channel *c, enum vrrp_message type,
    const void *body, size_t len, const int *fds)
{
	uint8_t header[HEADER] = { (uint8_t)(type >> 8), (uint8_t)type };
	struct iovec iov[2] = {
		{ header, sizeof(header) },
		{ (void *)(uintptr_t)body, len },
	};
	size_t limit = VRRP_CHANNEL_QUEUE -
	    (vrrp_traffic_may_be_refused(type) ? VRRP_CHANNEL_RESERVE : 0);
	int all[VRRP_TRAFFIC_DESCRIPTORS_MAX], error, longest;
	unsigned i;

	if (c == NULL || c->dead)
		return -EPIPE;
	longest = vrrp_traffic_longest(vrrp_way_back(c->in), type);
	assert(longest >= 0);
	if (len > (size_t)longest)
		return -EMSGSIZE;
	for (i = 0; i < VRRP_TRAFFIC_DESCRIPTORS_MAX; i++)
		all[i] = i < vrrp_traffic_descriptors(type) ? fds[i] : -1;
	/* The order is kept: behind all that waits already. */
	if (c->queued > 0)
		return enqueue(c, iov, 2, all, limit);
	error = try_send(c, iov, 2, all);
	return error == -EAGAIN ? enqueue(c, iov, 2, all, limit) : error;
}

int
vrrp_channel_send(struct vrrp_channel *c, enum vrrp_message type,
    const void *body, size_t len)
{
	assert(vrrp_traffic_descriptors(type) == 0);
	return vrrp_channel_send_with(c, type, body, len, NULL);
}

/* --- life --- */

struct vrrp_channel *
vrrp_channel_new(struct loop *loop, int fd, enum vrrp_way in,
    vrrp_channel_gone gone, void *arg)
{
	struct vrrp_channel *c = calloc(1, sizeof(*c));
	size_t i;

	if (c == NULL) {
		(void)close(fd);
		return NULL;
	}
	c->fd = fd;
	c->in = in;
	for (i = 0; i < VRRP_REFUSAL_COUNT; i++)
		token_bucket_init(&c->buckets[i], LOG_EVERY_NS, LOG_BURST);
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
	if (c->queue != NULL)
		forget_queued(c, c->queued);
	free(c->queue);
	free(c);
}
