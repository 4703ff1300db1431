/*
 * ctl_queue.c - whatever is sent to a client of the control socket (see
 * ctl_queue.h).
 *
 * What is new is first tried with one non-blocking send(): a level that decides
 * a failover must leave in the batch that decided it, not in the next turn of
 * the loop.  Only what the socket did not take goes into the bufferevent's
 * output.
 *
 * A client that does not keep up.  While more than CTL_QUEUE_LOW bytes are
 * unsent, levels are not queued but kept as the newest per (topic, key), in the
 * order of their last change, and sent when the queue has drained; events are
 * counted.  One whose unsent bytes exceed CTL_QUEUE_MAX is dropped.
 *
 * An answer of many parts (a job) is made part by part, as ctl_server.c gives the
 * client its turn, and only while the client reads.  Levels that are published
 * meanwhile wait like those of a slow client, and are numbered when the job is
 * done.
 *
 * Nothing here frees a connection or reads from it.
 */
#include "config.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/ctl_conn.h"
#include "shared/ctl_queue.h"
#include "shared/ctl_stream.h"
#include "shared/log.h"
#include "shared/pure/token_bucket.h"

/* Levels that waited, at a time: a system call each, and memory given back. */
#define SENT_PER_STEP	16
#define DROPPED_PER_STEP 256

struct ctl_body {
	unsigned	refs;
	size_t		len;
	char		text[];
};

/* A level that waits for a slow client. */
struct ctl_waiting {
	TAILQ_ENTRY(ctl_waiting)	 entry;
	SLIST_ENTRY(ctl_waiting)	 chain;
	struct ctl_body		*body;
	uint64_t		 seq;
	unsigned		 bucket;
	size_t			 size;		/* counted in waiting_bytes */
	const char		*key;		/* in topic[] */
	char			 topic[];	/* and its key, each with NUL */
};

/* --- the whole --- */

/*
 * Between two operations.  The bytes that wait are the sum of what waits: an
 * error in the sum shows when the last level has gone, without adding it up
 * every time.
 */
static void
conn_check(const struct ctl_client_conn *c)
{
	assert(TAILQ_EMPTY(&c->waiting) == (c->waiting_bytes == 0));
	assert(c->job != NULL || c->job_cursor == NULL);
	assert(c->topic_count <= CTL_TOPICS_MAX);
}

void
ctl_queue_init(struct ctl_client_conn *c)
{
	int i;

	TAILQ_INIT(&c->waiting);
	for (i = 0; i < CTL_BUCKETS; i++)
		SLIST_INIT(&c->buckets[i]);
}

/* --- sending --- */

void
ctl_queue_close(struct ctl_client_conn *c, const char *why)
{
	uint64_t suppressed;

	if (c->closing)
		return;
	if (token_bucket_take(c->words, loop_now(c->loop), &suppressed))
		log_info("control client closed client=\"%s\" reason=\"%s\" "
		    "suppressed=%llu", c->name, why,
		    (unsigned long long)suppressed);
	c->closing = true;
	if (c->bev != NULL)
		(void)bufferevent_disable(c->bev, EV_READ | EV_WRITE);
	loop_timer_set(c->work_timer, loop_now(c->loop));
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

void
ctl_queue_send(struct ctl_client_conn *c, struct iovec *iov, size_t count)
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
			ctl_queue_close(c, "out of memory");
			return;
		}
		skip = 0;
	}
	if (evbuffer_get_length(c->out) + c->waiting_bytes > CTL_QUEUE_MAX)
		ctl_queue_close(c, "reads too slowly");
}

static void
send_notification(struct ctl_client_conn *c, const char *topic, uint64_t seq,
    const struct ctl_body *body)
{
	char head[64 + CTL_TOPIC_LEN + 20];
	struct iovec iov[2];
	int n;

	n = snprintf(head, sizeof(head),
	    "{\"jsonrpc\":\"2.0\",\"method\":\"%.*s\",\"params\":{\"seq\":%"
	    PRIu64, CTL_TOPIC_LEN - 1, topic, seq);
	iov[0] = (struct iovec){ head, (size_t)n };
	iov[1] = (struct iovec){ (void *)(uintptr_t)body->text, body->len };
	ctl_queue_send(c, iov, 2);
}

void
ctl_queue_body_release(struct ctl_body *b)
{
	if (b != NULL && --b->refs == 0)
		free(b);
}

struct ctl_body *
ctl_queue_body_ref(struct ctl_body *b)
{
	b->refs++;
	return b;
}

/* {"a":1} becomes ,"a":1}}\n and {} becomes }}\n.  NULL: cannot be written. */
struct ctl_body *
ctl_queue_body_new(const json_t *level)
{
	struct ctl_body *b = NULL;
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

bool
ctl_queue_is_behind(const struct ctl_client_conn *c)
{
	return !c->mute && (ctl_queue_job_is_answer(c) ||
	    !TAILQ_EMPTY(&c->waiting) ||
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
	return h % CTL_BUCKETS;
}

static void
waiting_free(struct ctl_client_conn *c, struct ctl_waiting *w)
{
	TAILQ_REMOVE(&c->waiting, w, entry);
	SLIST_REMOVE(&c->buckets[w->bucket], w, ctl_waiting, chain);
	c->waiting_bytes -= w->size + w->body->len;
	ctl_queue_body_release(w->body);
	free(w);
}

static struct ctl_waiting *
waiting_get(struct ctl_client_conn *c, const char *topic, const char *key)
{
	size_t topic_size = strlen(topic) + 1, key_size = strlen(key) + 1;
	unsigned bucket = bucket_of(topic, key);
	struct ctl_waiting *w;

	SLIST_FOREACH(w, &c->buckets[bucket], chain) {
		if (strcmp(w->topic, topic) == 0 && strcmp(w->key, key) == 0) {
			TAILQ_REMOVE(&c->waiting, w, entry);
			c->waiting_bytes -= w->body->len;
			ctl_queue_body_release(w->body);
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
    uint64_t seq, struct ctl_body *body)
{
	struct ctl_waiting *w;

	w = waiting_get(c, topic, key);
	if (w == NULL) {
		ctl_queue_close(c, "out of memory");
		return;
	}
	body->refs++;
	w->body = body;
	w->seq = seq;
	c->waiting_bytes += body->len;
	TAILQ_INSERT_TAIL(&c->waiting, w, entry);
	if (evbuffer_get_length(c->out) + c->waiting_bytes > CTL_QUEUE_MAX)
		ctl_queue_close(c, "reads too slowly");
}

void
ctl_queue_notify(struct ctl_client_conn *c, const char *topic, const char *key,
    struct ctl_body *body)
{
	if (c->closing || c->finishing || c->mute)
		return;
	c->seq++;
	if (!ctl_queue_is_behind(c))
		send_notification(c, topic, c->seq, body);
	else if (key != NULL)
		keep_level(c, topic, key, c->seq, body);
	else
		c->events_dropped++;
	conn_check(c);
}

void
ctl_queue_event_lost(struct ctl_client_conn *c)
{
	c->seq++;
	c->events_dropped++;
}

void
ctl_queue_left_out(struct ctl_client_conn *c, uint64_t count)
{
	c->seq += count;
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
	ctl_queue_send(c, &iov, 1);
}

bool
ctl_queue_has_waiting(const struct ctl_client_conn *c)
{
	return !TAILQ_EMPTY(&c->waiting);
}

void
ctl_queue_send_waiting(struct ctl_client_conn *c)
{
	struct ctl_waiting *w;
	int i;

	for (i = 0; i < SENT_PER_STEP && !c->closing &&
	    (w = TAILQ_FIRST(&c->waiting)) != NULL &&
	    evbuffer_get_length(c->out) <= CTL_QUEUE_LOW; i++) {
		/* Not as waiting and as output: the limit is on what is unsent. */
		c->waiting_bytes -= w->body->len;
		send_notification(c, w->topic, w->seq, w->body);
		c->waiting_bytes += w->body->len;
		waiting_free(c, w);
	}
	if (c->events_dropped > 0 && !ctl_queue_is_behind(c))
		tell_dropped(c);
	conn_check(c);
}

bool
ctl_queue_drop(struct ctl_client_conn *c)
{
	struct ctl_waiting *w;
	int i;

	ctl_queue_job_cancel(c);
	for (i = 0; i < DROPPED_PER_STEP &&
	    (w = TAILQ_FIRST(&c->waiting)) != NULL; i++)
		waiting_free(c, w);
	conn_check(c);
	return !TAILQ_EMPTY(&c->waiting);
}

/* --- answers of many parts --- */

void
ctl_queue_append(struct ctl_client_conn *c, const char *text, size_t len)
{
	if (evbuffer_add(c->out, text, len) != 0)
		ctl_queue_close(c, "out of memory");
}

bool
ctl_queue_job_is_answer(const struct ctl_client_conn *c)
{
	return c->job != NULL && c->job->members != NULL;
}

void
ctl_queue_job_cancel(struct ctl_client_conn *c)
{
	const struct ctl_stream *job = c->job;
	void *cursor = c->job_cursor;

	c->job = NULL;
	c->job_cursor = NULL;
	if (job != NULL && job->end != NULL)
		job->end(cursor);
}

/* The members of an object, without its braces.  Takes o, which may be NULL. */
static void
append_members(struct ctl_client_conn *c, json_t *o)
{
	char *text = o != NULL ? json_dumps(o, JSON_COMPACT) : NULL;
	size_t len = text != NULL ? strlen(text) : 0;

	if (len > 2 && text[0] == '{') {
		ctl_queue_append(c, ",", 1);
		ctl_queue_append(c, text + 1, len - 2);
	}
	free(text);
	json_decref(o);
}

static void
job_end(struct ctl_client_conn *c)
{
	struct ctl_waiting *w;

	if (ctl_queue_job_is_answer(c)) {
		append_members(c, c->job->next(c->job_cursor, c->job_list));
		ctl_queue_append(c, "}}\n", 3);
	}
	ctl_queue_job_cancel(c);
	/* Levels that waited behind an answer are newer than every part. */
	TAILQ_FOREACH(w, &c->waiting, entry)
		w->seq = ++c->seq;
}

/* Takes part. */
static void
job_part(struct ctl_client_conn *c, json_t *part)
{
	struct ctl_body *body = NULL;
	char *text = NULL;

	if (ctl_queue_job_is_answer(c)) {
		text = json_dumps(part, JSON_COMPACT | JSON_ENCODE_ANY);
		if (text != NULL && !c->job_first)
			ctl_queue_append(c, ",", 1);
		if (text != NULL)
			ctl_queue_append(c, text, strlen(text));
		c->job_first = c->job_first && text == NULL;
	} else if ((body = ctl_queue_body_new(part)) != NULL)
		send_notification(c, c->job->topic, ++c->seq, body);
	json_decref(part);
	free(text);
	ctl_queue_body_release(body);
}

/* One list is over: the next one begins, or the job ends. */
static void
job_next_list(struct ctl_client_conn *c)
{
	const char *name;

	if (!ctl_queue_job_is_answer(c)) {
		job_end(c);
		return;
	}
	ctl_queue_append(c, "]", 1);
	c->job_first = true;
	name = c->job->members[++c->job_list];
	if (name == NULL) {
		job_end(c);
		return;
	}
	ctl_queue_append(c, ",\"", 2);
	ctl_queue_append(c, name, strlen(name));
	ctl_queue_append(c, "\":[", 3);
}

void
ctl_queue_job_step(struct ctl_client_conn *c)
{
	json_t *part;

	if (c->mute) {
		ctl_queue_job_cancel(c);	/* nobody reads the rest */
		return;
	}
	part = c->job->next(c->job_cursor, c->job_list);
	if (part == NULL)
		job_next_list(c);
	else
		job_part(c, part);
	conn_check(c);
}

void
ctl_queue_job_start(struct ctl_client_conn *c, const struct ctl_stream *job,
    void *cursor)
{
	ctl_queue_job_cancel(c);
	c->job = job;
	c->job_cursor = cursor;
	c->job_list = 0;
	c->job_first = true;
	loop_timer_set(c->work_timer, loop_now(c->loop));
	conn_check(c);
}
