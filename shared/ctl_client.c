/*
 * ctl_client.c - the other end of a control socket (see ctl_client.h).
 *
 * On the loop.  A connection goes through three phases: idle (the retry timer
 * runs), greeting (connected, hello is on its way), up.  connect() on AF_UNIX
 * says at once whether there is anybody, so there is no connecting phase.
 *
 * Requests have rising ids, and the slot of a request in a fixed table is its id
 * modulo the size of the table: an answer finds its callback without a search,
 * and the number of outstanding requests is bounded.  Like the server, a request
 * is first tried with one non-blocking send().
 *
 * The heartbeat counts pings without an answer and not elapsed time: when the
 * process, or the whole machine, was not running, one tick passes, not three.
 *
 * Any callback may free the client.  `depth` says that we are below one of them;
 * the memory is then released by the outermost function.
 */
#include "config.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/ctl_client.h"
#include "shared/ctl_limits.h"

#define RX_LINE_MAX	(2 * CTL_QUEUE_MAX)	/* a server sends no longer one */
#define TX_QUEUE_MAX	(1024 * 1024)
#define MISSED_MAX	3
#define GREETING_NS	(5 * NS_PER_S)		/* for the answer to hello */
#define CALL_TIMEOUT_NS	(10 * NS_PER_S)
#define BACKLOG_MAX	65536	/* notifications kept while a call waits */

static int
unix_address(const char *path, struct sockaddr_un *sun)
{
	size_t len = strlen(path);

	memset(sun, 0, sizeof(*sun));
	sun->sun_family = AF_UNIX;
	if (len >= sizeof(sun->sun_path))
		return -ENAMETOOLONG;
	memcpy(sun->sun_path, path, len + 1);
	return 0;
}

/* A request with its LF; takes params.  NULL without memory. */
static char *
request_text(const char *method, json_int_t id, json_t *params, size_t *len)
{
	json_t *message;
	char *text = NULL;
	size_t n;

	message = params != NULL ?
	    json_pack("{s:s, s:I, s:s, s:o}", "jsonrpc", "2.0", "id", id,
	    "method", method, "params", params) :
	    json_pack("{s:s, s:I, s:s}", "jsonrpc", "2.0", "id", id,
	    "method", method);
	if (message == NULL)
		return NULL;
	n = json_dumpb(message, NULL, 0, JSON_COMPACT);
	if (n > 0)
		text = malloc(n + 1);
	if (text != NULL) {
		(void)json_dumpb(message, text, n, JSON_COMPACT);
		text[n] = '\n';
		*len = n + 1;
	}
	json_decref(message);
	return text;
}

/* --- on a loop --- */

enum phase {
	PHASE_IDLE,
	PHASE_GREETING,
	PHASE_UP,
};

struct call {
	json_int_t	 id;		/* 0: free */
	ctl_reply_cb	 cb;
	void		*arg;
};

struct ctl_client {
	struct loop		*loop;
	char			*path;
	int64_t			 retry_ns;
	int64_t			 heartbeat_ns;
	struct ctl_client_handlers handlers;
	void			*arg;
	enum phase		 phase;
	struct bufferevent	*bev;
	struct loop_timer	*retry_timer;
	struct loop_timer	*heartbeat_timer;	/* greeting: its end */
	mono_t			 last_rx;
	unsigned		 missed;	/* pings since the last line */
	size_t			 scanned;	/* of the input, without an LF */
	json_int_t		 next_id;
	struct call		 calls[CTL_CLIENT_CALLS_MAX];
	unsigned		 depth;
	bool			 freed;
};

static void
disconnect(struct ctl_client *c)
{
	if (c->bev != NULL)
		bufferevent_free(c->bev);
	c->bev = NULL;
	c->scanned = 0;
	c->missed = 0;
}

static void
really_free(struct ctl_client *c)
{
	disconnect(c);
	loop_timer_free(c->retry_timer);
	loop_timer_free(c->heartbeat_timer);
	free(c->path);
	free(c);
}

/* Every function the loop calls is enclosed by these two. */
static void
enter(struct ctl_client *c)
{
	c->depth++;
}

static void
leave(struct ctl_client *c)
{
	if (--c->depth == 0 && c->freed)
		really_free(c);
}

/* The answers that will not come, oldest first. */
static void
fail_calls(struct ctl_client *c)
{
	json_int_t id = c->next_id - CTL_CLIENT_CALLS_MAX, end = c->next_id;
	struct call *slot, call;

	for (id = id > 0 ? id : 1; id < end && !c->freed; id++) {
		slot = &c->calls[id % CTL_CLIENT_CALLS_MAX];
		if (slot->id != id)
			continue;
		call = *slot;
		slot->id = 0;
		if (call.cb != NULL)
			call.cb(NULL, NULL, call.arg);
	}
}

static void
lost(struct ctl_client *c, const char *reason)
{
	bool was_up = c->phase == PHASE_UP;

	c->phase = PHASE_IDLE;
	disconnect(c);
	loop_timer_set(c->heartbeat_timer, MONO_NEVER);
	loop_timer_set(c->retry_timer,
	    mono_add(loop_now(c->loop), c->retry_ns));
	fail_calls(c);
	if (was_up && !c->freed && c->handlers.down != NULL)
		c->handlers.down(reason, c->arg);
}

/* --- sending --- */

static int
transmit(struct ctl_client *c, const char *text, size_t len)
{
	struct evbuffer *out = bufferevent_get_output(c->bev);
	ssize_t n = 0;

	if (evbuffer_get_length(out) > TX_QUEUE_MAX)
		return -ENOBUFS;
	/* An error here shows again, and is handled, in the loop. */
	if (evbuffer_get_length(out) == 0)
		n = send(bufferevent_getfd(c->bev), text, len,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0)
		n = 0;
	if ((size_t)n < len &&
	    evbuffer_add(out, text + n, len - (size_t)n) != 0)
		return -ENOMEM;
	return 0;
}

/* In any phase but idle. Takes params. */
static int
send_request(struct ctl_client *c, const char *method, json_t *params,
    ctl_reply_cb cb, void *arg)
{
	struct call *slot = &c->calls[c->next_id % CTL_CLIENT_CALLS_MAX];
	char *text;
	size_t len;
	int error;

	if (slot->id != 0) {
		json_decref(params);
		return -ENOBUFS;
	}
	text = request_text(method, c->next_id, params, &len);
	if (text == NULL)
		return -ENOMEM;
	error = transmit(c, text, len);
	free(text);
	if (error == 0)
		*slot = (struct call){ c->next_id++, cb, arg };
	return error;
}

int
ctl_client_call(struct ctl_client *c, const char *method, json_t *params,
    ctl_reply_cb cb, void *arg)
{
	if (c->phase != PHASE_UP) {
		json_decref(params);
		return -ENOTCONN;
	}
	return send_request(c, method, params, cb, arg);
}

/* --- receiving --- */

static void
greeted(json_t *result, json_t *error, void *arg)
{
	struct ctl_client *c = arg;
	json_int_t protocol;

	if (result == NULL && error == NULL)
		return;			/* lost() is at work */
	protocol = json_integer_value(json_object_get(result, "protocol"));
	if (protocol != CTL_PROTOCOL_VERSION) {
		lost(c, "hello refused");
		return;
	}
	c->phase = PHASE_UP;
	loop_timer_set(c->heartbeat_timer, c->heartbeat_ns > 0 ?
	    mono_add(loop_now(c->loop), c->heartbeat_ns) : MONO_NEVER);
	if (c->handlers.up != NULL)
		c->handlers.up(result, c->arg);
}

static void
take_reply(struct ctl_client *c, json_t *id, json_t *message)
{
	json_int_t n = json_integer_value(id);
	struct call *slot, call;
	json_t *result, *error;

	slot = &c->calls[(n > 0 ? n : 0) % CTL_CLIENT_CALLS_MAX];
	if (n <= 0 || slot->id != n)
		return;
	result = json_object_get(message, "result");
	error = json_object_get(message, "error");
	if ((result == NULL) == (error == NULL)) {
		lost(c, "reply without result or error");
		return;
	}
	call = *slot;
	slot->id = 0;
	if (call.cb != NULL)
		call.cb(result, error, call.arg);
}

static void
take_message(struct ctl_client *c, json_t *message)
{
	json_t *id = json_object_get(message, "id");
	json_t *method = json_object_get(message, "method");

	if (json_is_string(method)) {
		if (c->phase == PHASE_UP && c->handlers.notify != NULL)
			c->handlers.notify(json_string_value(method),
			    json_object_get(message, "params"), c->arg);
	} else if (json_is_integer(id))
		take_reply(c, id, message);
	else if (json_object_get(message, "error") != NULL)
		lost(c, "refused");
	/* Anything else is from a newer server: ignored. */
}

/* One line. False: there is none yet, or the connection is no more. */
static bool
take_line(struct ctl_client *c)
{
	struct evbuffer *in = bufferevent_get_input(c->bev);
	struct evbuffer_ptr from, p;
	json_t *message;
	char *line;

	if (evbuffer_ptr_set(in, &from, c->scanned, EVBUFFER_PTR_SET) != 0)
		return false;
	p = evbuffer_search_eol(in, &from, NULL, EVBUFFER_EOL_LF);
	if (p.pos == -1) {
		c->scanned = evbuffer_get_length(in);
		if (c->scanned > RX_LINE_MAX)
			lost(c, "line too long");
		return false;
	}
	c->scanned = 0;
	line = (char *)evbuffer_pullup(in, p.pos + 1);
	message = line != NULL ? json_loadb(line, (size_t)p.pos, 0, NULL) :
	    NULL;
	(void)evbuffer_drain(in, (size_t)p.pos + 1);
	if (message == NULL) {
		lost(c, "not JSON");
		return false;
	}
	c->last_rx = loop_now(c->loop);
	c->missed = 0;
	take_message(c, message);
	json_decref(message);
	return !c->freed && c->bev != NULL;
}

static void
bev_read(struct bufferevent *bev, void *arg)
{
	struct ctl_client *c = arg;

	(void)bev;
	loop_batch_begin(c->loop);
	enter(c);
	while (take_line(c))
		;
	leave(c);
}

static void
bev_event(struct bufferevent *bev, short what, void *arg)
{
	struct ctl_client *c = arg;

	(void)bev;
	loop_batch_begin(c->loop);
	/* After a failed write, what the peer said last is still to be read. */
	if ((what & BEV_EVENT_READING) == 0)
		return;
	enter(c);
	lost(c, what & BEV_EVENT_EOF ? "closed by peer" : "connection error");
	leave(c);
}

/* --- connecting, and staying so --- */

static int
open_connection(const char *path)
{
	struct sockaddr_un sun;
	int fd;

	if (unix_address(path, &sun) != 0)
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return -1;
	if (connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

static bool
start(struct ctl_client *c)
{
	int fd;

	fd = open_connection(c->path);
	if (fd == -1)
		return false;
	c->bev = bufferevent_socket_new(loop_base(c->loop), fd,
	    BEV_OPT_CLOSE_ON_FREE);
	if (c->bev == NULL) {
		(void)close(fd);
		return false;
	}
	bufferevent_setcb(c->bev, bev_read, NULL, bev_event, c);
	(void)bufferevent_enable(c->bev, EV_READ | EV_WRITE);
	if (send_request(c, "hello", json_pack("{s:s}", "client",
	    program_invocation_short_name), greeted, c) != 0) {
		disconnect(c);
		return false;
	}
	return true;
}

static void
try_connect(struct ctl_client *c)
{
	if (!start(c)) {
		loop_timer_set(c->retry_timer,
		    mono_add(loop_now(c->loop), c->retry_ns));
		return;
	}
	c->phase = PHASE_GREETING;
	c->last_rx = loop_now(c->loop);
	loop_timer_set(c->heartbeat_timer,
	    mono_add(c->last_rx, GREETING_NS));
}

static void
retry(mono_t deadline, void *arg)
{
	struct ctl_client *c = arg;

	(void)deadline;
	enter(c);
	try_connect(c);
	leave(c);
}

static void
beat(struct ctl_client *c)
{
	mono_t due = mono_add(c->last_rx, c->heartbeat_ns);
	mono_t now = loop_now(c->loop);

	if (c->phase == PHASE_GREETING) {
		lost(c, "no answer to hello");
		return;
	}
	/* Something was heard since: that long from there. */
	if (c->missed == 0 && mono_before(now, due)) {
		loop_timer_set(c->heartbeat_timer, due);
		return;
	}
	if (c->missed == MISSED_MAX) {
		lost(c, "no answer to heartbeats");
		return;
	}
	/* A full table means silence as well. */
	(void)send_request(c, "ping", NULL, NULL, NULL);
	c->missed++;
	loop_timer_set(c->heartbeat_timer, mono_add(now, c->heartbeat_ns));
}

static void
heartbeat(mono_t deadline, void *arg)
{
	struct ctl_client *c = arg;

	(void)deadline;
	enter(c);
	beat(c);
	leave(c);
}

struct ctl_client *
ctl_client_new(struct loop *loop, const char *path, int64_t retry_ns,
    int64_t heartbeat_ns, const struct ctl_client_handlers *handlers, void *arg)
{
	struct ctl_client *c;

	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return NULL;
	c->loop = loop;
	c->path = strdup(path);
	c->retry_ns = retry_ns;
	c->heartbeat_ns = heartbeat_ns;
	c->handlers = *handlers;
	c->arg = arg;
	c->next_id = 1;
	c->retry_timer = loop_timer_new(loop, retry, c);
	c->heartbeat_timer = loop_timer_new(loop, heartbeat, c);
	if (c->path == NULL || c->retry_timer == NULL ||
	    c->heartbeat_timer == NULL) {
		really_free(c);
		return NULL;
	}
	try_connect(c);
	return c;
}

void
ctl_client_free(struct ctl_client *c, bool clean)
{
	if (c == NULL || c->freed)
		return;
	if (clean && c->phase == PHASE_UP)
		(void)send_request(c, "goodbye", NULL, NULL, NULL);
	c->freed = true;
	c->phase = PHASE_IDLE;
	disconnect(c);
	if (c->depth == 0)
		really_free(c);
}

bool
ctl_client_is_up(const struct ctl_client *c)
{
	return c->phase == PHASE_UP;
}

/* --- blocking --- */

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

	error = unix_address(path, &sun);
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
	if (c->len > RX_LINE_MAX)
		return -EMSGSIZE;
	buf = realloc(c->buf, cap);
	if (buf == NULL)
		return -ENOMEM;
	c->buf = buf;
	c->cap = cap;
	return 0;
}

/* Waits until `deadline` for some bytes. */
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
		return -ECONNRESET;
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
	mono_t deadline = mono_add(loop_clock(), CALL_TIMEOUT_NS);
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
	text = request_text(method, id, params, &len);
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
