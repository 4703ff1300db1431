/*
 * ctl_call.c - the other end of a control socket, for a process that may wait
 * (see ctl_call.h).
 *
 * One request at a time: it is sent, and lines are read until its answer is
 * there.  A notification that arrives meanwhile is kept for ctl_call_next(), in
 * the order of arrival, up to a limit.  Each call is bounded in time, so that a
 * daemon that hangs cannot hold a user's terminal, and in bytes; a long answer may
 * take its time while it arrives, because a busy daemon serves those that only look
 * last.  Only ctl_call_next() waits for as long as it takes.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/ctl_call.h"
#include "shared/ctl_limits.h"
#include "shared/ctl_request.h"
#include "shared/loop.h"

#define CALL_TIMEOUT_NS	(10 * NS_PER_S)	/* without a byte */
#define CALL_LONGEST_NS	(120 * NS_PER_S)
#define ANSWER_MAX	(64 * 1024 * 1024) /* 512 full histories: 16 MiB */
#define BACKLOG_MAX	65536	/* notifications kept while a call waits */

struct ctl_call {
	int		 fd;
	json_int_t	 next_id;
	char		*buf;		/* received, not yet taken */
	size_t		 len;
	size_t		 cap;
	size_t		 scanned;	/* without an LF */
	json_t		*kept;		/* notifications in order of arrival */
};

int
ctl_call_open(const char *path, struct ctl_call **out)
{
	const struct timeval tv = {
		.tv_sec = CALL_TIMEOUT_NS / NS_PER_S
	};
	struct sockaddr_un sun;
	struct ctl_call *c;
	int error;

	error = ctl_request_address(path, &sun);
	if (error != 0)
		return error;
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return -ENOMEM;
	c->next_id = 1;
	c->kept = json_array();
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->kept == NULL)
		error = -ENOMEM;
	/* The timeout bounds connect() too, when the daemon does not accept. */
	else if (c->fd == -1 ||
	    setsockopt(c->fd, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)) == -1 ||
	    connect(c->fd, (struct sockaddr *)&sun, sizeof(sun)) == -1)
		error = errno == EAGAIN ? -ETIMEDOUT : -errno;
	if (error != 0) {
		ctl_call_close(c);
		return error;
	}
	*out = c;
	return 0;
}

void
ctl_call_close(struct ctl_call *c)
{
	if (c == NULL)
		return;
	if (c->fd != -1)
		(void)close(c->fd);
	json_decref(c->kept);
	free(c->buf);
	free(c);
}

static int
write_all(int fd, const char *text, size_t len)
{
	ssize_t n;

	while (len > 0) {
		n = send(fd, text, len, MSG_NOSIGNAL);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
		text += n;
		len -= (size_t)n;
	}
	return 0;
}

/* Room for some more bytes. */
static int
grow(struct ctl_call *c)
{
	size_t cap = c->cap == 0 ? 65536 : c->cap * 2;
	char *buf;

	if (c->cap - c->len >= 16384)
		return 0;
	if (c->len > ANSWER_MAX)
		return -EMSGSIZE;
	buf = realloc(c->buf, cap);
	if (buf == NULL)
		return -ENOMEM;
	c->buf = buf;
	c->cap = cap;
	return 0;
}

/* Waits for some bytes: until `deadline`, and so long at most. */
static int
receive(struct ctl_call *c, mono_t deadline)
{
	struct pollfd pfd = { .fd = c->fd, .events = POLLIN };
	int64_t left_ns;
	ssize_t n;
	int timeout = -1, error;

	error = grow(c);
	if (error != 0)
		return error;
	if (!mono_is_never(deadline)) {
		left_ns = mono_sub(deadline, loop_clock());
		if (left_ns <= 0)
			return -ETIMEDOUT;
		if (left_ns > CALL_TIMEOUT_NS)
			left_ns = CALL_TIMEOUT_NS;
		timeout = (int)(left_ns / NS_PER_MS) + 1;
	}
	switch (poll(&pfd, 1, timeout)) {
	case -1:
		return -errno;
	case 0:
		return -ETIMEDOUT;
	default:
		break;
	}
	n = recv(c->fd, c->buf + c->len, c->cap - c->len, 0);
	if (n == -1)
		return -errno;
	if (n == 0)
		return c->len > 0 ? -ENODATA : -ECONNRESET;
	c->len += (size_t)n;
	return 0;
}

/* 1 and a new reference, 0: no whole line is there, or negative errno. */
static int
take_buffered(struct ctl_call *c, json_t **message)
{
	char *lf;
	size_t line;

	lf = c->len > c->scanned ?
	    memchr(c->buf + c->scanned, '\n', c->len - c->scanned) : NULL;
	if (lf == NULL) {
		c->scanned = c->len;
		return 0;
	}
	line = (size_t)(lf - c->buf);
	*message = json_loadb(c->buf, line, 0, NULL);
	c->len -= line + 1;
	memmove(c->buf, lf + 1, c->len);
	c->scanned = 0;
	return json_is_object(*message) ? 1 : -EPROTO;
}

/* 0 and a new reference, or negative errno. */
static int
next_message(struct ctl_call *c, mono_t deadline, json_t **message)
{
	int rv;

	for (;;) {
		*message = NULL;
		rv = take_buffered(c, message);
		if (rv < 0)
			json_decref(*message);
		if (rv != 0)
			return rv < 0 ? rv : 0;
		rv = receive(c, deadline);
		if (rv != 0)
			return rv;
	}
}

static bool
is_notification(const json_t *message)
{
	return json_is_string(json_object_get(message, "method"));
}

/* The reply to id; a refusal before any request was read has the id null. */
static bool
is_reply_to(const json_t *message, json_int_t id)
{
	json_t *its = json_object_get(message, "id");

	return (json_is_integer(its) && json_integer_value(its) == id) ||
	    (json_is_null(its) && json_object_get(message, "error") != NULL);
}

static int
wait_reply(struct ctl_call *c, json_int_t id, json_t **reply)
{
	mono_t deadline = mono_add(loop_clock(), CALL_LONGEST_NS);
	json_t *message;
	int error;

	for (;;) {
		error = next_message(c, deadline, &message);
		if (error == -EINTR)
			continue;
		if (error != 0)
			return error;
		if (is_notification(message)) {
			if (json_array_size(c->kept) >= BACKLOG_MAX ||
			    json_array_append_new(c->kept, message) != 0)
				return -ENOBUFS;
		} else if (is_reply_to(message, id)) {
			*reply = message;
			return 0;
		} else
			json_decref(message);
	}
}

int
ctl_call(struct ctl_call *c, const char *method, json_t *params,
    json_t **result, json_t **error)
{
	json_int_t id = c->next_id++;
	json_t *reply, *r, *e;
	char *text;
	size_t len;
	int rv;

	*result = *error = NULL;
	text = ctl_request_text(method, id, params, &len);
	if (text == NULL)
		return -ENOMEM;
	rv = write_all(c->fd, text, len);
	free(text);
	/* A server that refuses may have hung up, but has said why. */
	if (rv != 0 && rv != -EPIPE)
		return rv;
	rv = wait_reply(c, id, &reply);
	if (rv != 0)
		return rv;
	r = json_object_get(reply, "result");
	e = json_object_get(reply, "error");
	if ((r == NULL) == (e == NULL))
		rv = -EPROTO;
	else {
		*result = json_incref(r);
		*error = json_incref(e);
	}
	json_decref(reply);
	return rv;
}

int
ctl_call_next(struct ctl_call *c, json_t **message)
{
	json_t *m;
	int error;

	if (json_array_size(c->kept) > 0) {
		*message = json_incref(json_array_get(c->kept, 0));
		(void)json_array_remove(c->kept, 0);
		return 0;
	}
	for (;;) {
		error = next_message(c, MONO_NEVER, &m);
		if (error != 0)
			return error;
		if (is_notification(m)) {
			*message = m;
			return 0;
		}
		json_decref(m);
	}
}
