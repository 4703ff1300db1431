/*
 * ctl_server.c - the control socket of a daemon (see ctl_server.h).
 *
 * Each client is a bufferevent.  What is new is first tried with one
 * non-blocking send(): a level that decides a failover must leave in the batch
 * that decided it, not in the next turn of the loop.  Only what the socket did
 * not take goes into the bufferevent's output.
 *
 * A client that does not keep up.  While more than CTL_QUEUE_LOW bytes are
 * unsent, levels are not queued but kept as the newest per (topic, key), in the
 * order of their last change, and sent when the queue has drained; events are
 * counted.  Its requests wait meanwhile: a client cannot make the daemon work
 * for answers it does not read.  One that reads nothing for CTL_STUCK_S, or
 * whose unsent bytes exceed CTL_QUEUE_MAX, is dropped.
 *
 * A client that talks too much.  At most LINES_PER_WAKE of its requests are
 * answered in one batch of the loop, then the others and the timers have their
 * turn.  Unread input stays in the socket.
 *
 * An answer of many parts (a job) is made in slices of JOB_SLICE_NS, one in a turn
 * of the loop, and only while the client reads.  What is said meanwhile waits
 * like the levels of a slow client, and is numbered when the job is done.
 *
 * A connection is never freed under the feet of a caller: it is marked closing,
 * and the work timer takes it away at the end of the batch.
 */
#include "config.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/ctl_server.h"
#include "shared/log.h"

#define LINES_PER_WAKE	16
#define JOB_SLICE_NS	(200 * NS_PER_US)
#define ACCEPTS_PER_WAKE 8
#define ACCEPT_PAUSE_NS	(1 * NS_PER_S)	/* out of descriptors */
#define BACKLOG		64
#define BUCKETS		256

#define RPC_PARSE	(-32700)
#define RPC_INVALID	(-32600)
#define RPC_METHOD	(-32601)
#define RPC_PARAMS	(-32602)
#define RPC_INTERNAL	(-32603)

/* A level as it goes on the line, from behind its "seq"; shared by clients. */
struct body {
	unsigned	refs;
	size_t		len;
	char		text[];
};

/* A level that waits for a slow client. */
struct waiting {
	TAILQ_ENTRY(waiting)	 entry;
	SLIST_ENTRY(waiting)	 chain;
	struct body		*body;
	uint64_t		 seq;
	unsigned		 bucket;
	size_t			 size;		/* counted in waiting_bytes */
	const char		*key;		/* in topic[] */
	char			 topic[];	/* and its key, each with NUL */
};
TAILQ_HEAD(waiting_list, waiting);
SLIST_HEAD(waiting_chain, waiting);

struct ctl_client_conn {
	TAILQ_ENTRY(ctl_client_conn) entry;
	struct ctl_server	*server;
	struct bufferevent	*bev;		/* NULL: attached for a test */
	struct evbuffer		*in;		/* of bev, or our own */
	struct evbuffer		*out;
	int			 fd;		/* -1 without bev */
	uid_t			 uid;
	char			 name[24];
	void			*data;
	uint64_t		 seq;		/* of the last notification */
	char			 topics[CTL_TOPICS_MAX][CTL_TOPIC_LEN];
	unsigned		 topic_count;
	unsigned		 snapshots;	/* bit i: topics[i] is to be told */
	struct waiting_list	 waiting;
	struct waiting_chain	 buckets[BUCKETS];
	size_t			 waiting_bytes;
	uint64_t		 events_dropped;
	ctl_next		 job;		/* NULL: none */
	const char		*job_member;	/* of the answer; NULL: levels */
	char			 job_topic[CTL_TOPIC_LEN];
	bool			 job_first;	/* no part of it is out yet */
	bool			 goodbye;
	bool			 eof;		/* nothing more will come in */
	bool			 mute;		/* nothing can be sent any more */
	bool			 finishing;	/* ends when the output is sent */
	bool			 closing;	/* ends now */
	bool			 more;		/* lines left for the next turn */
};
TAILQ_HEAD(conn_list, ctl_client_conn);

struct ctl_listener {
	int	fd;
	char	path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	dev_t	dev;			/* of the socket file we made */
	ino_t	ino;
};

struct ctl_server {
	struct loop		*loop;
	struct ctl_server_config config;
	struct conn_list	 conns;
	unsigned		 conn_count;
	struct loop_timer	*work_timer;
	struct loop_timer	*accept_timer;
	struct loop_fd		*listen_event;
	int			 listen_fd;
	struct ctl_listener	*own;		/* NULL: borrowed, or none */
};

bool
ctl_fail(struct ctl_error *error, int code, const char *fmt, ...)
{
	va_list ap;

	error->code = code;
	va_start(ap, fmt);
	(void)vsnprintf(error->message, sizeof(error->message), fmt, ap);
	va_end(ap);
	return false;
}

/* --- sending --- */

static void
conn_close(struct ctl_client_conn *c, const char *why)
{
	if (c->closing)
		return;
	log_info("control client closed client=\"%s\" reason=\"%s\"", c->name,
	    why);
	c->closing = true;
	if (c->bev != NULL)
		(void)bufferevent_disable(c->bev, EV_READ | EV_WRITE);
	loop_timer_set(c->server->work_timer, loop_now(c->server->loop));
}

/*
 * How many of the bytes the socket took at once; -1: nobody reads them.  That is
 * not yet the end: what the client said before it left, perhaps its goodbye, is
 * still to be read.
 */
static ssize_t
try_send(struct ctl_client_conn *c, struct iovec *iov, size_t count)
{
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = count };
	ssize_t n;

	if (c->fd == -1 || evbuffer_get_length(c->out) > 0)
		return 0;
	do {
		n = sendmsg(c->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
	} while (n == -1 && errno == EINTR);
	if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK ||
	    errno == ENOBUFS || errno == ENOMEM))
		return 0;
	return n;
}

static void
send_pieces(struct ctl_client_conn *c, struct iovec *iov, size_t count)
{
	ssize_t sent;
	size_t i, skip;

	if (c->closing || c->mute)
		return;
	sent = try_send(c, iov, count);
	if (sent == -1) {
		c->mute = true;
		return;
	}
	for (i = 0, skip = (size_t)sent; i < count; i++) {
		if (skip >= iov[i].iov_len) {
			skip -= iov[i].iov_len;
			continue;
		}
		if (evbuffer_add(c->out, (char *)iov[i].iov_base + skip,
		    iov[i].iov_len - skip) != 0) {
			conn_close(c, "out of memory");
			return;
		}
		skip = 0;
	}
	if (evbuffer_get_length(c->out) + c->waiting_bytes > CTL_QUEUE_MAX)
		conn_close(c, "reads too slowly");
}

static void
send_notification(struct ctl_client_conn *c, const char *topic, uint64_t seq,
    const struct body *body)
{
	char head[64 + CTL_TOPIC_LEN + 20];
	struct iovec iov[2];
	int n;

	n = snprintf(head, sizeof(head),
	    "{\"jsonrpc\":\"2.0\",\"method\":\"%.*s\",\"params\":{\"seq\":%"
	    PRIu64, CTL_TOPIC_LEN - 1, topic, seq);
	iov[0] = (struct iovec){ head, (size_t)n };
	iov[1] = (struct iovec){ (void *)(uintptr_t)body->text, body->len };
	send_pieces(c, iov, 2);
}

static void
body_release(struct body *b)
{
	if (b != NULL && --b->refs == 0)
		free(b);
}

/* {"a":1} becomes ,"a":1}}\n and {} becomes }}\n.  NULL: cannot be written. */
static struct body *
body_new(const json_t *level)
{
	struct body *b = NULL;
	char *text;
	size_t len;

	text = json_dumps(level, JSON_COMPACT);
	if (text == NULL || text[0] != '{')
		goto out;
	len = strlen(text);
	b = malloc(sizeof(*b) + len + 2);
	if (b == NULL)
		goto out;
	b->refs = 1;
	b->len = 0;
	if (len > 2)
		b->text[b->len++] = ',';
	memcpy(b->text + b->len, text + 1, len - 1);
	b->len += len - 1;
	b->text[b->len++] = '}';
	b->text[b->len++] = '\n';
out:
	free(text);
	return b;
}

/* --- levels that wait --- */

static bool
is_behind(const struct ctl_client_conn *c)
{
	return !c->mute && (c->job != NULL || !TAILQ_EMPTY(&c->waiting) ||
	    evbuffer_get_length(c->out) > CTL_QUEUE_LOW);
}

static unsigned
bucket_of(const char *topic, const char *key)
{
	uint32_t h = 2166136261U;	/* FNV-1a */

	for (; *topic != '\0'; topic++)
		h = (h ^ (uint8_t)*topic) * 16777619U;
	for (; *key != '\0'; key++)
		h = (h ^ (uint8_t)*key) * 16777619U;
	return h % BUCKETS;
}

static void
waiting_free(struct ctl_client_conn *c, struct waiting *w)
{
	TAILQ_REMOVE(&c->waiting, w, entry);
	SLIST_REMOVE(&c->buckets[w->bucket], w, waiting, chain);
	c->waiting_bytes -= w->size + w->body->len;
	body_release(w->body);
	free(w);
}

static struct waiting *
waiting_get(struct ctl_client_conn *c, const char *topic, const char *key)
{
	size_t topic_size = strlen(topic) + 1, key_size = strlen(key) + 1;
	unsigned bucket = bucket_of(topic, key);
	struct waiting *w;

	SLIST_FOREACH(w, &c->buckets[bucket], chain) {
		if (strcmp(w->topic, topic) == 0 && strcmp(w->key, key) == 0) {
			TAILQ_REMOVE(&c->waiting, w, entry);
			c->waiting_bytes -= w->body->len;
			body_release(w->body);
			return w;
		}
	}
	w = malloc(sizeof(*w) + topic_size + key_size);
	if (w == NULL)
		return NULL;
	memcpy(w->topic, topic, topic_size);
	memcpy(w->topic + topic_size, key, key_size);
	w->key = w->topic + topic_size;
	w->bucket = bucket;
	w->size = sizeof(*w) + topic_size + key_size;
	c->waiting_bytes += w->size;
	SLIST_INSERT_HEAD(&c->buckets[bucket], w, chain);
	return w;
}

static void
keep_level(struct ctl_client_conn *c, const char *topic, const char *key,
    uint64_t seq, struct body *body)
{
	struct waiting *w;

	w = waiting_get(c, topic, key);
	if (w == NULL) {
		conn_close(c, "out of memory");
		return;
	}
	body->refs++;
	w->body = body;
	w->seq = seq;
	c->waiting_bytes += body->len;
	TAILQ_INSERT_TAIL(&c->waiting, w, entry);
	if (evbuffer_get_length(c->out) + c->waiting_bytes > CTL_QUEUE_MAX)
		conn_close(c, "reads too slowly");
}

static void
notify(struct ctl_client_conn *c, const char *topic, const char *key,
    struct body *body)
{
	if (c->closing || c->finishing || c->mute)
		return;
	c->seq++;
	if (!is_behind(c))
		send_notification(c, topic, c->seq, body);
	else if (key != NULL)
		keep_level(c, topic, key, c->seq, body);
	else
		c->events_dropped++;
}

static void
tell_dropped(struct ctl_client_conn *c)
{
	char line[160];
	struct iovec iov = { .iov_base = line };

	iov.iov_len = (size_t)snprintf(line, sizeof(line),
	    "{\"jsonrpc\":\"2.0\",\"method\":\"dropped\",\"params\":"
	    "{\"seq\":%" PRIu64 ",\"events\":%" PRIu64 "}}\n",
	    ++c->seq, c->events_dropped);
	c->events_dropped = 0;
	send_pieces(c, &iov, 1);
}

static void
send_waiting(struct ctl_client_conn *c)
{
	struct waiting *w;

	while (!c->closing && (w = TAILQ_FIRST(&c->waiting)) != NULL &&
	    evbuffer_get_length(c->out) <= CTL_QUEUE_LOW) {
		/* Counted twice for a moment; the cap is on what is not sent. */
		c->waiting_bytes -= w->body->len;
		send_notification(c, w->topic, w->seq, w->body);
		c->waiting_bytes += w->body->len;
		waiting_free(c, w);
	}
	if (c->events_dropped > 0 && !is_behind(c))
		tell_dropped(c);
}

/* --- answers of many parts --- */

static void
append(struct ctl_client_conn *c, const char *text, size_t len)
{
	if (evbuffer_add(c->out, text, len) != 0)
		conn_close(c, "out of memory");
}

static void
job_end(struct ctl_client_conn *c)
{
	struct waiting *w;

	if (c->job_member != NULL)
		append(c, "]}}\n", 4);
	c->job = NULL;
	c->job_member = NULL;
	/* The levels that waited are newer than every part. */
	TAILQ_FOREACH(w, &c->waiting, entry)
		w->seq = ++c->seq;
}

/* Takes part. */
static void
job_part(struct ctl_client_conn *c, json_t *part)
{
	struct body *body = NULL;
	char *text = NULL;

	if (c->job_member != NULL) {
		text = json_dumps(part, JSON_COMPACT);
		if (text != NULL && !c->job_first)
			append(c, ",", 1);
		if (text != NULL)
			append(c, text, strlen(text));
		c->job_first = false;
	} else if ((body = body_new(part)) != NULL)
		send_notification(c, c->job_topic, ++c->seq, body);
	json_decref(part);
	free(text);
	body_release(body);
}

/* One slice. */
static void
job_step(struct ctl_client_conn *c)
{
	mono_t end = mono_add(loop_clock(), JOB_SLICE_NS);
	json_t *part;

	while (c->job != NULL && !c->closing &&
	    evbuffer_get_length(c->out) <= CTL_QUEUE_LOW) {
		part = c->mute ? NULL : c->job(c, c->server->config.arg);
		if (part == NULL) {
			job_end(c);
			break;
		}
		job_part(c, part);
		if (!mono_before(loop_clock(), end))
			break;
	}
	/* With a full output, conn_writable() goes on. */
	if (c->job != NULL && evbuffer_get_length(c->out) <= CTL_QUEUE_LOW)
		loop_timer_set(c->server->work_timer,
		    loop_now(c->server->loop));
}

static void
job_start(struct ctl_client_conn *c, const char *member, ctl_next next)
{
	c->job = next;
	c->job_member = member;
	c->job_first = true;
	loop_timer_set(c->server->work_timer, loop_now(c->server->loop));
}

void
ctl_client_conn_stream(struct ctl_client_conn *c, const char *member,
    ctl_next next)
{
	job_start(c, member, next);
}

void
ctl_client_conn_stream_levels(struct ctl_client_conn *c, const char *topic,
    ctl_next next)
{
	(void)snprintf(c->job_topic, sizeof(c->job_topic), "%s", topic);
	job_start(c, NULL, next);
}

/* --- the answer to a request --- */

static void
send_json(struct ctl_client_conn *c, json_t *message)
{
	struct iovec iov[2];
	char *text;

	text = message != NULL ? json_dumps(message, JSON_COMPACT) : NULL;
	json_decref(message);
	if (text == NULL) {
		conn_close(c, "out of memory");
		return;
	}
	iov[0] = (struct iovec){ text, strlen(text) };
	iov[1] = (struct iovec){ (void *)(uintptr_t)"\n", 1 };
	send_pieces(c, iov, 2);
	free(text);
}

/* A message may quote bad text, or be cut in the middle of a character. */
static json_t *
any_string(const char *text)
{
	char ascii[sizeof(((struct ctl_error *)0)->message)];
	json_t *j = json_string(text);
	size_t i;

	if (j != NULL)
		return j;
	for (i = 0; text[i] != '\0' && i < sizeof(ascii) - 1; i++)
		ascii[i] = (unsigned char)text[i] < 0x80 ? text[i] : '?';
	ascii[i] = '\0';
	return json_string(ascii);
}

/* id is borrowed; NULL: the request cannot be named. */
static void
reply_error(struct ctl_client_conn *c, json_t *id, int code,
    const char *message)
{
	send_json(c, json_pack("{s:s, s:O, s:{s:i, s:o}}", "jsonrpc", "2.0",
	    "id", id != NULL ? id : json_null(), "error", "code", code,
	    "message", any_string(message)));
}

/* Takes result. */
static void
reply_result(struct ctl_client_conn *c, json_t *id, json_t *result)
{
	size_t len = json_dumpb(result, NULL, 0,
	    JSON_COMPACT | JSON_ENCODE_ANY);

	if (len == 0 || len > CTL_QUEUE_MAX / 2) {
		json_decref(result);
		reply_error(c, id, RPC_INTERNAL, len == 0 ?
		    "the answer cannot be written" : "the answer is too long");
		return;
	}
	send_json(c, json_pack("{s:s, s:O, s:o}", "jsonrpc", "2.0", "id", id,
	    "result", result));
}

/* The answer up to where the parts come.  Takes result, an object. */
static void
job_head(struct ctl_client_conn *c, json_t *id, json_t *result)
{
	json_t *whole = json_pack("{s:s, s:O, s:o}", "jsonrpc", "2.0", "id", id,
	    "result", result);
	char *text = whole != NULL ? json_dumps(whole, JSON_COMPACT |
	    JSON_PRESERVE_ORDER) : NULL;

	if (text == NULL)
		conn_close(c, "out of memory");
	else {
		append(c, text, strlen(text) - 2);	/* without "}}" */
		if (json_object_size(result) > 0)
			append(c, ",", 1);
		append(c, "\"", 1);
		append(c, c->job_member, strlen(c->job_member));
		append(c, "\":[", 3);
	}
	json_decref(whole);
	free(text);
}

/* --- methods every daemon has --- */

static bool
do_hello(struct ctl_client_conn *c, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	const struct ctl_server_config *conf = &c->server->config;

	(void)params;
	(void)error;
	(void)arg;
	*result = json_pack("{s:i, s:s, s:s, s:i, s:I}",
	    "protocol", CTL_PROTOCOL_VERSION, "program", conf->program,
	    "version", conf->version, "pid", (int)getpid(),
	    "seq", (json_int_t)c->seq);
	return true;
}

static bool
do_ping(struct ctl_client_conn *c, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	(void)c;
	(void)params;
	(void)result;
	(void)error;
	(void)arg;
	return true;
}

static bool
do_goodbye(struct ctl_client_conn *c, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	(void)params;
	(void)result;
	(void)error;
	(void)arg;
	c->goodbye = true;
	return true;
}

/* A topic is written as it is into the lines that are sent. */
static bool
topic_exists(const struct ctl_server *s, const char *name)
{
	const char *const *t = s->config.topics;

	if (name[0] == '\0' || strlen(name) >= CTL_TOPIC_LEN ||
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") !=
	    strlen(name))
		return false;
	if (t == NULL)
		return true;
	for (; *t != NULL; t++) {
		if (strcmp(*t, name) == 0)
			return true;
	}
	return false;
}

/* Index of the subscription, or -1. */
static int
subscription(const struct ctl_client_conn *c, const char *topic)
{
	unsigned i;

	for (i = 0; i < c->topic_count; i++) {
		if (strcmp(c->topics[i], topic) == 0)
			return (int)i;
	}
	return -1;
}

/* The list of topics in params, all of them known; NULL: error is set. */
static json_t *
topics_of(struct ctl_client_conn *c, json_t *params, struct ctl_error *error)
{
	json_t *topics, *t;
	size_t i;

	topics = json_object_get(params, "topics");
	if (!json_is_array(topics)) {
		(void)ctl_fail(error, RPC_PARAMS,
		    "\"topics\" must be a list of names");
		return NULL;
	}
	json_array_foreach(topics, i, t) {
		if (!json_is_string(t)) {
			(void)ctl_fail(error, RPC_PARAMS,
			    "\"topics\" must be a list of names");
			return NULL;
		}
		if (!topic_exists(c->server, json_string_value(t))) {
			(void)ctl_fail(error, RPC_PARAMS, "no topic \"%.40s\"",
			    json_string_value(t));
			return NULL;
		}
	}
	return topics;
}

/* All or nothing.  The snapshots follow the answer. */
static bool
do_subscribe(struct ctl_client_conn *c, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	unsigned old_count = c->topic_count, snapshots = 0;
	json_t *topics, *t;
	size_t i;
	int k;

	(void)arg;
	topics = topics_of(c, params, error);
	if (topics == NULL)
		return false;
	json_array_foreach(topics, i, t) {
		k = subscription(c, json_string_value(t));
		if (k == -1 && c->topic_count == CTL_TOPICS_MAX) {
			c->topic_count = old_count;
			return ctl_fail(error, CTL_ERR_REFUSED,
			    "more than %d topics", CTL_TOPICS_MAX);
		}
		if (k == -1) {
			k = (int)c->topic_count++;
			(void)snprintf(c->topics[k], CTL_TOPIC_LEN, "%s",
			    json_string_value(t));
		}
		snapshots |= 1U << k;
	}
	c->snapshots = snapshots;
	*result = json_pack("{s:I}", "seq", (json_int_t)c->seq);
	return true;
}

static bool
do_unsubscribe(struct ctl_client_conn *c, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	json_t *topics, *t;
	size_t i;
	int k;

	(void)arg;
	topics = topics_of(c, params, error);
	if (topics == NULL)
		return false;
	json_array_foreach(topics, i, t) {
		k = subscription(c, json_string_value(t));
		if (k == -1)
			continue;
		c->topic_count--;
		memmove(c->topics[k], c->topics[k + 1],
		    (c->topic_count - (unsigned)k) * CTL_TOPIC_LEN);
	}
	*result = json_pack("{s:I}", "seq", (json_int_t)c->seq);
	return true;
}

static const struct ctl_method own_methods[] = {
	{ "hello",		0,	do_hello },
	{ "ping",		0,	do_ping },
	{ "goodbye",		0,	do_goodbye },
	{ "subscribe",		0,	do_subscribe },
	{ "unsubscribe",	0,	do_unsubscribe },
	{ NULL,			0,	NULL },
};

static const struct ctl_method *
find_in(const struct ctl_method *m, const char *name)
{
	for (; m != NULL && m->name != NULL; m++) {
		if (strcmp(m->name, name) == 0)
			return m;
	}
	return NULL;
}

static const struct ctl_method *
find_method(const struct ctl_server *s, const char *name)
{
	const struct ctl_method *m;

	m = find_in(own_methods, name);
	return m != NULL ? m : find_in(s->config.methods, name);
}

static void
run_snapshots(struct ctl_client_conn *c)
{
	const struct ctl_server_config *conf = &c->server->config;
	unsigned todo = c->snapshots, i;

	c->snapshots = 0;
	for (i = 0; i < c->topic_count; i++) {
		if ((todo & 1U << i) != 0 && conf->snapshot != NULL &&
		    !c->closing)
			conf->snapshot(c, c->topics[i], conf->arg);
	}
}

/* --- a line --- */

/* *result is a new reference on true. */
static bool
carry_out(struct ctl_client_conn *c, const char *name, json_t *params,
    json_t **result, struct ctl_error *error)
{
	const struct ctl_method *m;
	bool own;

	m = find_method(c->server, name);
	if (m == NULL)
		return ctl_fail(error, RPC_METHOD, "no method \"%.40s\"", name);
	if (params != NULL && !json_is_object(params))
		return ctl_fail(error, RPC_PARAMS, "params must be an object");
	if ((m->flags & CTL_CHANGES) && !ctl_client_conn_may_change(c))
		return ctl_fail(error, CTL_ERR_FORBIDDEN,
		    "\"%s\" needs root or the user of the daemon", m->name);
	own = m >= own_methods && m < own_methods +
	    sizeof(own_methods) / sizeof(own_methods[0]);
	if (!m->handler(c, params, result, error,
	    own ? NULL : c->server->config.arg)) {
		c->job = NULL;
		json_decref(*result);
		*result = NULL;
		if (error->code == 0)
			(void)ctl_fail(error, RPC_INTERNAL, "\"%s\" failed",
			    m->name);
		return false;
	}
	if (*result == NULL)
		*result = json_true();
	return true;
}

static void
handle_request(struct ctl_client_conn *c, json_t *request)
{
	json_t *id, *method, *result = NULL;
	struct ctl_error error = { 0 };
	const char *version;

	if (!json_is_object(request)) {
		reply_error(c, NULL, RPC_INVALID, json_is_array(request) ?
		    "batches are not supported" : "not a request object");
		return;
	}
	id = json_object_get(request, "id");
	if (id != NULL && !json_is_string(id) && !json_is_number(id)) {
		reply_error(c, NULL, RPC_INVALID,
		    "\"id\" must be a number or a string");
		return;
	}
	version = json_string_value(json_object_get(request, "jsonrpc"));
	method = json_object_get(request, "method");
	if (version == NULL || strcmp(version, "2.0") != 0 ||
	    !json_is_string(method)) {
		reply_error(c, id, RPC_INVALID,
		    "\"jsonrpc\":\"2.0\" and \"method\" are needed");
		return;
	}
	if (!carry_out(c, json_string_value(method),
	    json_object_get(request, "params"), &result, &error)) {
		if (id != NULL)
			reply_error(c, id, error.code, error.message);
		return;
	}
	if (c->job != NULL && id != NULL)
		job_head(c, id, result);
	else if (id != NULL)
		reply_result(c, id, result);
	else {
		c->job = NULL;		/* nobody wants the answer */
		json_decref(result);
	}
	run_snapshots(c);
}

static bool
is_blank(const char *line, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r')
			return false;
	}
	return true;
}

/* line[len] is its LF. */
static void
handle_line(struct ctl_client_conn *c, const char *line, size_t len)
{
	json_error_t where;
	json_t *request;

	if (is_blank(line, len))
		return;
	request = json_loadb(line, len,
	    JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &where);
	if (request == NULL) {
		reply_error(c, NULL, RPC_PARSE, where.text);
		return;
	}
	handle_request(c, request);
	json_decref(request);
}

/* --- input --- */

/* Everything has been said: close as soon as it has been sent. */
static void
finish(struct ctl_client_conn *c, const char *why)
{
	c->finishing = true;
	c->more = false;
	if (c->mute || evbuffer_get_length(c->out) == 0)
		conn_close(c, why);
}

/* The length of the first line without its LF, or -1. */
static ssize_t
first_line(struct ctl_client_conn *c)
{
	struct evbuffer_ptr p;

	p = evbuffer_search_eol(c->in, NULL, NULL, EVBUFFER_EOL_LF);
	return p.pos;
}

/* One line. False: there is none, or none may be handled now. */
static bool
take_line(struct ctl_client_conn *c)
{
	ssize_t len;
	char *line;

	if (c->closing || c->finishing || is_behind(c))
		return false;
	len = first_line(c);
	if (len > CTL_LINE_MAX ||
	    (len == -1 && evbuffer_get_length(c->in) > CTL_LINE_MAX)) {
		reply_error(c, NULL, RPC_INVALID,
		    "a line may have 65536 bytes at most");
		finish(c, "line too long");
		return false;
	}
	if (len == -1)
		return false;
	line = (char *)evbuffer_pullup(c->in, len + 1);
	if (line == NULL) {
		conn_close(c, "out of memory");
		return false;
	}
	handle_line(c, line, (size_t)len);
	(void)evbuffer_drain(c->in, (size_t)len + 1);
	return true;
}

static void
take_lines(struct ctl_client_conn *c)
{
	int i;

	c->more = false;
	for (i = 0; i < LINES_PER_WAKE; i++) {
		if (!take_line(c))
			break;
	}
	if (c->closing || c->finishing || is_behind(c))
		return;
	if (first_line(c) != -1) {
		c->more = true;
		loop_timer_set(c->server->work_timer,
		    loop_now(c->server->loop));
	} else if (c->eof)
		finish(c, "end of input");
}

/* The output has room again. */
static void
conn_writable(struct ctl_client_conn *c)
{
	if (c->job != NULL) {
		loop_timer_set(c->server->work_timer,
		    loop_now(c->server->loop));
		return;
	}
	send_waiting(c);
	if (c->finishing && evbuffer_get_length(c->out) == 0)
		conn_close(c, "done");
	else
		take_lines(c);
}

static void
conn_free(struct ctl_client_conn *c)
{
	struct ctl_server *s = c->server;
	struct waiting *w;

	TAILQ_REMOVE(&s->conns, c, entry);
	s->conn_count--;
	if (s->config.gone != NULL)
		s->config.gone(c, c->goodbye, s->config.arg);
	while ((w = TAILQ_FIRST(&c->waiting)) != NULL)
		waiting_free(c, w);
	if (c->bev != NULL)
		bufferevent_free(c->bev);
	else {
		evbuffer_free(c->in);
		evbuffer_free(c->out);
	}
	free(c);
}

/* The end of the batch: take closed clients away, go on with chatty ones. */
static void
work(mono_t deadline, void *arg)
{
	struct ctl_server *s = arg;
	struct ctl_client_conn *c, *next;

	(void)deadline;
	loop_timer_set(s->work_timer, MONO_NEVER);
	for (c = TAILQ_FIRST(&s->conns); c != NULL; c = next) {
		if (c->job != NULL) {
			job_step(c);
			if (c->job == NULL)
				conn_writable(c);
		} else if (c->more)
			take_lines(c);
		next = TAILQ_NEXT(c, entry);
		if (c->closing)
			conn_free(c);
	}
}

/* --- bufferevent callbacks --- */

static void
bev_read(struct bufferevent *bev, void *arg)
{
	struct ctl_client_conn *c = arg;

	(void)bev;
	loop_batch_begin(c->server->loop);
	take_lines(c);
}

static void
bev_write(struct bufferevent *bev, void *arg)
{
	struct ctl_client_conn *c = arg;

	(void)bev;
	loop_batch_begin(c->server->loop);
	conn_writable(c);
}

static void
bev_event(struct bufferevent *bev, short what, void *arg)
{
	struct ctl_client_conn *c = arg;

	(void)bev;
	loop_batch_begin(c->server->loop);
	if (what & BEV_EVENT_TIMEOUT) {
		conn_close(c, "does not read");
		return;
	}
	if (what & BEV_EVENT_ERROR)
		c->mute = true;
	if (what & BEV_EVENT_READING)
		c->eof = true;
	take_lines(c);
}

/* --- connections --- */

static struct ctl_client_conn *
conn_new(struct ctl_server *s, uid_t uid, pid_t pid)
{
	struct ctl_client_conn *c;
	int i;

	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return NULL;
	c->server = s;
	c->fd = -1;
	c->uid = uid;
	(void)snprintf(c->name, sizeof(c->name), "pid %ld", (long)pid);
	TAILQ_INIT(&c->waiting);
	for (i = 0; i < BUCKETS; i++)
		SLIST_INIT(&c->buckets[i]);
	return c;
}

static void
conn_insert(struct ctl_client_conn *c)
{
	TAILQ_INSERT_TAIL(&c->server->conns, c, entry);
	c->server->conn_count++;
}

/* Takes fd. */
static void
conn_start(struct ctl_server *s, int fd)
{
	const struct timeval stuck = { .tv_sec = CTL_STUCK_S };
	struct ucred cred = { .uid = (uid_t)-1 };
	socklen_t len = sizeof(cred);
	struct ctl_client_conn *c;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) == -1 ||
	    (c = conn_new(s, cred.uid, cred.pid)) == NULL) {
		(void)close(fd);
		return;
	}
	c->bev = bufferevent_socket_new(loop_base(s->loop), fd,
	    BEV_OPT_CLOSE_ON_FREE);
	if (c->bev == NULL) {
		free(c);
		(void)close(fd);
		return;
	}
	c->fd = fd;
	c->in = bufferevent_get_input(c->bev);
	c->out = bufferevent_get_output(c->bev);
	bufferevent_setcb(c->bev, bev_read, bev_write, bev_event, c);
	/* One byte more than a line may have, to see that it has too many. */
	bufferevent_setwatermark(c->bev, EV_READ, 0, CTL_LINE_MAX + 1);
	bufferevent_setwatermark(c->bev, EV_WRITE, CTL_QUEUE_LOW / 2, 0);
	(void)bufferevent_set_timeouts(c->bev, NULL, &stuck);
	(void)bufferevent_enable(c->bev, EV_READ | EV_WRITE);
	conn_insert(c);
	log_info("control client connected client=\"%s\" uid=%ld", c->name,
	    (long)cred.uid);
}

static void
refuse(int fd)
{
	static const char line[] =
	    "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":1,"
	    "\"message\":\"too many clients\"}}\n";

	(void)send(fd, line, sizeof(line) - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	(void)close(fd);
}

static void
listen_readable(int fd, void *arg)
{
	struct ctl_server *s = arg;
	int i, client;

	for (i = 0; i < ACCEPTS_PER_WAKE; i++) {
		client = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (client == -1)
			break;
		if (s->conn_count >= CTL_CLIENTS_MAX)
			refuse(client);
		else
			conn_start(s, client);
	}
	if (i == ACCEPTS_PER_WAKE || errno == EAGAIN || errno == EWOULDBLOCK ||
	    errno == EINTR || errno == ECONNABORTED)
		return;
	/* Out of descriptors: the caller stays readable, look away a while. */
	log_warning("control socket cannot accept error=\"%s\"",
	    strerror(errno));
	loop_fd_free(s->listen_event);
	s->listen_event = NULL;
	loop_timer_set(s->accept_timer,
	    mono_add(loop_now(s->loop), ACCEPT_PAUSE_NS));
}

static void
accept_again(mono_t deadline, void *arg)
{
	struct ctl_server *s = arg;

	(void)deadline;
	loop_timer_set(s->accept_timer, MONO_NEVER);
	s->listen_event = loop_fd_new(s->loop, s->listen_fd, listen_readable,
	    s);
	if (s->listen_event == NULL)
		loop_timer_set(s->accept_timer,
		    mono_add(loop_now(s->loop), ACCEPT_PAUSE_NS));
}

/* --- the socket file --- */

/* Removes the file when it is a socket nobody answers on. */
static int
remove_stale(const struct sockaddr_un *sun)
{
	struct stat st;
	int fd, rv;

	/* connect() to a file that is no socket is refused, too: look first. */
	if (lstat(sun->sun_path, &st) == -1)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(st.st_mode))
		return -EADDRINUSE;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return -errno;
	rv = connect(fd, (const struct sockaddr *)sun, sizeof(*sun));
	rv = rv == -1 && errno == ECONNREFUSED ? 0 : -EADDRINUSE;
	(void)close(fd);
	if (rv == 0 && unlink(sun->sun_path) == -1 && errno != ENOENT)
		rv = -errno;
	return rv;
}

static int
bind_path(int fd, const struct sockaddr_un *sun)
{
	mode_t mask;
	int rv, error;

	/* Never open to others, not even until the chmod. */
	mask = umask(0117);
	rv = bind(fd, (const struct sockaddr *)sun, sizeof(*sun));
	error = errno;
	(void)umask(mask);
	return rv == -1 ? -error : 0;
}

static int
open_socket(struct ctl_listener *s, const char *path, gid_t gid)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	struct stat st;
	int error;

	if (strlen(path) >= sizeof(sun.sun_path))
		return -ENAMETOOLONG;
	memcpy(sun.sun_path, path, strlen(path) + 1);
	s->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (s->fd == -1)
		return -errno;
	error = bind_path(s->fd, &sun);
	if (error == -EADDRINUSE) {
		error = remove_stale(&sun);
		if (error == 0)
			error = bind_path(s->fd, &sun);
	}
	if (error != 0)
		return error;
	memcpy(s->path, path, strlen(path) + 1);
	if (lstat(path, &st) == -1)
		return -errno;
	s->dev = st.st_dev;
	s->ino = st.st_ino;
	if (chmod(path, 0660) == -1 ||
	    (gid != (gid_t)-1 && chown(path, (uid_t)-1, gid) == -1))
		return -errno;
	return listen(s->fd, BACKLOG) == -1 ? -errno : 0;
}

int
ctl_listener_open(const char *path, gid_t gid, struct ctl_listener **out)
{
	struct ctl_listener *l = calloc(1, sizeof(*l));
	int error;

	if (l == NULL)
		return -ENOMEM;
	l->fd = -1;
	error = open_socket(l, path, gid);
	if (error < 0) {
		ctl_listener_close(l, true);
		return error;
	}
	*out = l;
	return 0;
}

void
ctl_listener_close(struct ctl_listener *l, bool remove)
{
	struct stat st;

	if (l == NULL)
		return;
	if (l->fd != -1)
		(void)close(l->fd);
	/* Only the file we made: a successor may have put its own there. */
	if (remove && l->path[0] != '\0' && lstat(l->path, &st) == 0 &&
	    st.st_dev == l->dev && st.st_ino == l->ino)
		(void)unlink(l->path);
	free(l);
}

static int
start_listening(struct ctl_server *s, const struct ctl_server_config *config,
    gid_t gid)
{
	int error;

	if (config->listener == NULL && config->path == NULL)
		return 0;
	if (config->listener == NULL) {
		error = ctl_listener_open(config->path, gid, &s->own);
		if (error < 0)
			return error;
	}
	s->listen_fd = s->own != NULL ? s->own->fd : config->listener->fd;
	s->listen_event = loop_fd_new(s->loop, s->listen_fd, listen_readable,
	    s);
	return s->listen_event == NULL ? -ENOMEM : 0;
}

int
ctl_server_open(struct loop *loop, const struct ctl_server_config *config,
    gid_t gid, struct ctl_server **out)
{
	struct ctl_server *s;
	int error = -ENOMEM;

	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return -ENOMEM;
	s->loop = loop;
	s->config = *config;
	s->config.path = NULL;
	s->listen_fd = -1;
	TAILQ_INIT(&s->conns);
	s->work_timer = loop_timer_new(loop, work, s);
	s->accept_timer = loop_timer_new(loop, accept_again, s);
	if (s->work_timer != NULL && s->accept_timer != NULL)
		error = start_listening(s, config, gid);
	if (error != 0) {
		ctl_server_close(s);
		return error;
	}
	*out = s;
	return 0;
}

void
ctl_server_close(struct ctl_server *s)
{
	struct ctl_client_conn *c;

	if (s == NULL)
		return;
	while ((c = TAILQ_FIRST(&s->conns)) != NULL)
		conn_free(c);
	loop_fd_free(s->listen_event);
	loop_timer_free(s->work_timer);
	loop_timer_free(s->accept_timer);
	ctl_listener_close(s->own, true);
	free(s);
}

/* --- for the daemon --- */

void
ctl_client_conn_set_data(struct ctl_client_conn *c, void *data)
{
	c->data = data;
}

void *
ctl_client_conn_data(const struct ctl_client_conn *c)
{
	return c->data;
}

const char *
ctl_client_conn_name(const struct ctl_client_conn *c)
{
	return c->name;
}

bool
ctl_client_conn_may_change(const struct ctl_client_conn *c)
{
	return c->uid == 0 || c->uid == geteuid();
}

bool
ctl_server_has_subscribers(const struct ctl_server *s, const char *topic)
{
	const struct ctl_client_conn *c;

	TAILQ_FOREACH(c, &s->conns, entry) {
		if (!c->closing && subscription(c, topic) != -1)
			return true;
	}
	return false;
}

bool
ctl_client_conn_subscribed(const struct ctl_client_conn *c, const char *topic)
{
	return subscription(c, topic) != -1;
}

void
ctl_server_publish(struct ctl_server *s, const char *topic, const char *key,
    json_t *level)
{
	struct ctl_client_conn *c;
	struct body *body = NULL;

	TAILQ_FOREACH(c, &s->conns, entry) {
		if (c->closing || subscription(c, topic) == -1)
			continue;
		if (body == NULL && (body = body_new(level)) == NULL) {
			log_err("control notification lost topic=%s", topic);
			break;
		}
		notify(c, topic, key, body);
	}
	body_release(body);
	json_decref(level);
}

void
ctl_client_conn_notify(struct ctl_client_conn *c, const char *topic,
    const char *key, json_t *level)
{
	struct body *body;

	body = body_new(level);
	json_decref(level);
	if (body == NULL) {
		log_err("control notification lost topic=%s", topic);
		return;
	}
	notify(c, topic, key, body);
	body_release(body);
}

/* --- without a socket --- */

struct ctl_client_conn *
ctl_client_conn_attach(struct ctl_server *s, uid_t uid)
{
	struct ctl_client_conn *c;

	c = conn_new(s, uid, 0);
	if (c == NULL)
		return NULL;
	c->in = evbuffer_new();
	c->out = evbuffer_new();
	if (c->in == NULL || c->out == NULL) {
		if (c->in != NULL)
			evbuffer_free(c->in);
		if (c->out != NULL)
			evbuffer_free(c->out);
		free(c);
		return NULL;
	}
	conn_insert(c);
	return c;
}

/* As far as its output has room. */
static void
run_job(struct ctl_client_conn *c)
{
	if (c->job == NULL)
		return;
	while (c->job != NULL && !c->closing &&
	    evbuffer_get_length(c->out) <= CTL_QUEUE_LOW)
		job_step(c);
	if (c->job == NULL)
		conn_writable(c);
}

void
ctl_client_conn_feed(struct ctl_client_conn *c, const void *bytes, size_t len)
{
	const char *p = bytes;
	size_t room, n;

	while (len > 0 && !c->closing && !c->finishing) {
		room = CTL_LINE_MAX + 1 - evbuffer_get_length(c->in);
		n = len < room ? len : room;
		if (evbuffer_add(c->in, p, n) != 0)
			return;
		p += n;
		len -= n;
		do {
			take_lines(c);
			run_job(c);
		} while (c->more);
		if (n == 0)
			return;		/* behind: it would have to read first */
	}
}

struct evbuffer *
ctl_client_conn_output(struct ctl_client_conn *c)
{
	return c->out;
}

void
ctl_client_conn_drained(struct ctl_client_conn *c)
{
	do {
		run_job(c);
		conn_writable(c);
	} while (c->more);
}

bool
ctl_client_conn_is_closing(const struct ctl_client_conn *c)
{
	return c->closing;
}

void
ctl_client_conn_detach(struct ctl_client_conn *c)
{
	conn_free(c);
}
