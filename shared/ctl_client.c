/*
 * ctl_client.c - the other end of a control socket, on a loop (see
 * ctl_client.h).
 *
 * A connection goes through three phases: idle (the retry timer
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
#include <sys/un.h>
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/ctl_client.h"
#include "shared/fds.h"
#include "shared/ctl_limits.h"
#include "shared/ctl_request.h"

#define TX_QUEUE_MAX	(1024 * 1024)
#define MISSED_MAX	3
#define GREETING_NS	(5 * NS_PER_S)		/* for the answer to hello */

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
	struct loop_timer	*heartbeat_timer;	/* or the end of the greeting */
	mono_t			 last_rx;
	unsigned		 missed;	/* pings since the last line */
	size_t			 scanned;	/* of the input, without an LF */
	json_int_t		 next_id;
	struct call		 calls[CTL_CLIENT_CALLS_MAX];
	unsigned		 depth;
	bool			 freed;
};

/* Whenever nothing of the client is running: only idle has no connection. */
static void
client_check(const struct ctl_client *c)
{
	assert((c->phase == PHASE_IDLE) == (c->bev == NULL));
	assert(c->missed <= MISSED_MAX);
	assert(c->next_id > 0);
	assert(!c->freed || c->phase == PHASE_IDLE);
}

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
	if (--c->depth > 0)
		return;
	client_check(c);
	if (c->freed)
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
	text = ctl_request_text(method, c->next_id, params, &len);
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
		if (c->scanned > CTL_ANSWER_MAX)
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

	if (ctl_request_address(path, &sun) != 0)
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd != -1)
		fd = fds_let_go_first(fd);
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
	/* The peer was heard since: silence counts from there. */
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
