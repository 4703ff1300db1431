/*
 * ctl_rpc.c - the requests of a client of the control socket (see ctl_rpc.h).
 *
 * A line is a JSON-RPC 2.0 request: it is parsed, its method found, the caller's
 * right to it checked, and the answer queued.  The methods that every daemon has
 * (hello, ping, goodbye, subscribe, unsubscribe) are here; the others are the
 * daemon's, and a handler of theirs may start an answer of many parts.
 *
 * Every byte of a line is another program's.  Whatever it says, the answer is
 * one line, and nothing of the daemon changes unless its handler says so.
 */
#include "config.h"

#include <sys/uio.h>
#include <jansson.h>
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/ctl_conn.h"
#include "shared/ctl_queue.h"
#include "shared/ctl_rpc.h"
#include "shared/ctl_stream.h"

#define RPC_PARSE	(-32700)
#define RPC_METHOD	(-32601)
#define RPC_PARAMS	(-32602)
#define RPC_INTERNAL	(-32603)

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

/* --- the answer to a request --- */

static void
send_json(struct ctl_client_conn *c, json_t *message)
{
	struct iovec iov[2];
	char *text;

	text = message != NULL ? json_dumps(message, JSON_COMPACT) : NULL;
	json_decref(message);
	if (text == NULL) {
		ctl_queue_close(c, "out of memory");
		return;
	}
	iov[0] = (struct iovec){ text, strlen(text) };
	iov[1] = (struct iovec){ (void *)(uintptr_t)"\n", 1 };
	ctl_queue_send(c, iov, 2);
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
void
ctl_rpc_error(struct ctl_client_conn *c, json_t *id, int code,
    const char *message)
{
	send_json(c, json_pack("{s:s, s:O, s:{s:i, s:o}}", "jsonrpc", "2.0",
	    "id", id != NULL ? id : json_null(), "error", "code", code,
	    "message", any_string(message)));
}

/* {"jsonrpc":"2.0","id":1,"result":TEXT}, the text made once.  Takes result. */
static void
reply_result(struct ctl_client_conn *c, json_t *id, json_t *result)
{
	char *text = json_dumps(result, JSON_COMPACT | JSON_ENCODE_ANY);
	char *name = json_dumps(id, JSON_COMPACT | JSON_ENCODE_ANY);
	struct iovec iov[5];
	size_t i;
	const char *const pieces[5] = { "{\"jsonrpc\":\"2.0\",\"id\":", name,
	    ",\"result\":", text, "}\n" };

	json_decref(result);
	if (text == NULL || name == NULL)
		ctl_rpc_error(c, id, RPC_INTERNAL,
		    "the answer cannot be written");
	else if (strlen(text) > CTL_QUEUE_MAX / 2)
		ctl_rpc_error(c, id, RPC_INTERNAL, "the answer is too long");
	else {
		for (i = 0; i < 5; i++)
			iov[i] = (struct iovec){ (void *)(uintptr_t)pieces[i],
			    strlen(pieces[i]) };
		ctl_queue_send(c, iov, 5);
	}
	free(text);
	free(name);
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
		ctl_queue_close(c, "out of memory");
	else {
		ctl_queue_append(c, text, strlen(text) - 2);	/* without "}}" */
		if (json_object_size(result) > 0)
			ctl_queue_append(c, ",", 1);
		ctl_queue_append(c, "\"", 1);
		ctl_queue_append(c, c->job->members[0],
		    strlen(c->job->members[0]));
		ctl_queue_append(c, "\":[", 3);
	}
	json_decref(whole);
	free(text);
}

/* --- answers that come later --- */

void
ctl_client_conn_defer(struct ctl_client_conn *c)
{
	assert(!c->deferred && !ctl_queue_job_is_answer(c));
	c->deferred = true;
}

/* The requests that waited go on in the next turn of the loop. */
static json_t *
answered(struct ctl_client_conn *c)
{
	json_t *id = c->deferred_id;

	assert(c->deferred);
	c->deferred = false;
	c->deferred_id = NULL;
	c->more = true;
	loop_timer_set(c->work_timer, loop_now(c->loop));
	return id;
}

void
ctl_client_conn_answer(struct ctl_client_conn *c, json_t *result)
{
	json_t *id = answered(c);

	if (id != NULL)
		reply_result(c, id, result != NULL ? result : json_true());
	else
		json_decref(result);
	json_decref(id);
}

void
ctl_client_conn_answer_parts(struct ctl_client_conn *c, json_t *result,
    const struct ctl_stream *stream, void *cursor)
{
	json_t *id = answered(c);
	int k;

	/* A snapshot that is under way begins again behind the answer. */
	if (c->job != NULL && c->job->topic != NULL) {
		k = ctl_rpc_subscription(c, c->job->topic);
		if (k != -1)
			c->snapshots |= 1U << k;
	}
	ctl_queue_job_start(c, stream, cursor);
	if (id != NULL)
		job_head(c, id, result);
	else {
		ctl_queue_job_cancel(c);
		json_decref(result);
	}
	json_decref(id);
}

void
ctl_client_conn_refuse(struct ctl_client_conn *c,
    const struct ctl_error *error)
{
	json_t *id = answered(c);

	if (id != NULL)
		ctl_rpc_error(c, id, error->code, error->message);
	json_decref(id);
}

/* --- methods every daemon has --- */

static bool
do_hello(struct ctl_client_conn *c, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	const struct ctl_rpc_service *conf = c->service;

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
topic_exists(const struct ctl_rpc_service *s, const char *name)
{
	const char *const *t = s->topics;

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
int
ctl_rpc_subscription(const struct ctl_client_conn *c, const char *topic)
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
		if (!topic_exists(c->service, json_string_value(t))) {
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
		k = ctl_rpc_subscription(c, json_string_value(t));
		if (k == -1 && c->topic_count == CTL_TOPICS_MAX) {
			c->topic_count = old_count;
			return ctl_fail(error, CTL_ERR_REFUSED,
			    "more than %d topics", CTL_TOPICS_MAX);
		}
		if (k == -1) {
			k = (int)c->topic_count++;
			c->topic_from[k] = *c->published;
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
		k = ctl_rpc_subscription(c, json_string_value(t));
		if (k == -1)
			continue;
		c->topic_count--;
		memmove(c->topics[k], c->topics[k + 1],
		    (c->topic_count - (unsigned)k) * CTL_TOPIC_LEN);
		memmove(&c->topic_from[k], &c->topic_from[k + 1],
		    (c->topic_count - (unsigned)k) *
		    sizeof(c->topic_from[0]));
	}
	*result = json_pack("{s:I}", "seq", (json_int_t)c->seq);
	return true;
}

/* arg is the daemon's, and of no use to these. */
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
find_method(const struct ctl_rpc_service *s, const char *name)
{
	const struct ctl_method *m;

	m = find_in(own_methods, name);
	return m != NULL ? m : find_in(s->methods, name);
}

void
ctl_rpc_snapshots(struct ctl_client_conn *c)
{
	const struct ctl_rpc_service *conf = c->service;
	unsigned i;

	for (i = 0; i < c->topic_count && c->job == NULL && !c->closing; i++) {
		if ((c->snapshots & 1U << i) == 0)
			continue;
		c->snapshots &= ~(1U << i);
		if (conf->snapshot != NULL)
			conf->snapshot(c, c->topics[i], c->arg);
	}
}

/* --- a line --- */

/* *result is a new reference on true. */
static bool
carry_out(struct ctl_client_conn *c, const char *name, json_t *params,
    json_t **result, struct ctl_error *error)
{
	const struct ctl_method *m;

	m = find_method(c->service, name);
	if (m == NULL)
		return ctl_fail(error, RPC_METHOD, "no method \"%.40s\"", name);
	if (params != NULL && !json_is_object(params))
		return ctl_fail(error, RPC_PARAMS, "params must be an object");
	/* A client that is gone would not read what it asked for. */
	if (c->mute && !(m->flags & CTL_CHANGES) && m->handler != do_goodbye)
		return ctl_fail(error, RPC_INTERNAL, "nobody reads the answer");
	if ((m->flags & CTL_CHANGES) && !ctl_conn_may_change(c))
		return ctl_fail(error, CTL_ERR_FORBIDDEN,
		    "\"%s\" needs root or the user of the daemon", m->name);
	if (!m->handler(c, params, result, error, c->arg)) {
		if (ctl_queue_job_is_answer(c))
			ctl_queue_job_cancel(c);
		c->deferred = false;
		json_decref(*result);
		*result = NULL;
		if (error->code == 0)
			(void)ctl_fail(error, RPC_INTERNAL, "\"%s\" failed",
			    m->name);
		return false;
	}
	if (*result == NULL && !c->deferred)
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
		ctl_rpc_error(c, NULL, CTL_RPC_INVALID, json_is_array(request) ?
		    "batches are not supported" : "not a request object");
		return;
	}
	id = json_object_get(request, "id");
	if (id != NULL && !json_is_string(id) && !json_is_number(id)) {
		ctl_rpc_error(c, NULL, CTL_RPC_INVALID,
		    "\"id\" must be a number or a string");
		return;
	}
	version = json_string_value(json_object_get(request, "jsonrpc"));
	method = json_object_get(request, "method");
	if (version == NULL || strcmp(version, "2.0") != 0 ||
	    !json_is_string(method)) {
		ctl_rpc_error(c, id, CTL_RPC_INVALID,
		    "\"jsonrpc\":\"2.0\" and \"method\" are needed");
		return;
	}
	if (!carry_out(c, json_string_value(method),
	    json_object_get(request, "params"), &result, &error)) {
		if (id != NULL)
			ctl_rpc_error(c, id, error.code, error.message);
		return;
	}
	if (c->deferred)
		c->deferred_id = id != NULL ? json_incref(id) : NULL;
	else if (ctl_queue_job_is_answer(c) && id != NULL)
		job_head(c, id, result);
	else if (id != NULL)
		reply_result(c, id, result);
	else {
		/* Nobody wants the answer. */
		if (ctl_queue_job_is_answer(c))
			ctl_queue_job_cancel(c);
		json_decref(result);
	}
	ctl_rpc_snapshots(c);
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

/* The time that a character outside of a string takes to read, in characters. */
static size_t
weight_of(char c)
{
	switch (c) {
	case ' ': case '\t': case '\r': case ',': case ':':
	case '[': case ']': case '{': case '}':
		return 0;
	case '.': case 'e': case 'E':	/* of a number: strtod() */
		return 32;
	default:
		return 1;
	}
}

/*
 * Each value takes time to read, and each character of a string or a number.  Why
 * this line would take too long; or NULL.
 */
static const char *
too_much(const char *line, size_t len)
{
	size_t i, values = 0, weight = 0;
	bool quoted = false;

	for (i = 0; i < len; i++) {
		values += line[i] == ',' || line[i] == '[' || line[i] == '{';
		weight += quoted ? 1 : weight_of(line[i]);
		if (line[i] == '"')
			quoted = !quoted;
		else if (quoted && line[i] == '\\')
			i++;
	}
	if (values > CTL_VALUES_MAX)
		return "a request may have 4096 values at most";
	return weight > CTL_WEIGHT_MAX ?
	    "a request may have 20480 characters in its values at most" : NULL;
}

/* line[len] is its LF. */
void
ctl_rpc_line(struct ctl_client_conn *c, const char *line, size_t len)
{
	json_error_t where;
	json_t *request;
	const char *why;

	if (is_blank(line, len))
		return;
	why = too_much(line, len);
	if (why != NULL) {
		ctl_rpc_error(c, NULL, CTL_RPC_INVALID, why);
		return;
	}
	request = json_loadb(line, len,
	    JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &where);
	if (request == NULL) {
		ctl_rpc_error(c, NULL, RPC_PARSE, where.text);
		return;
	}
	handle_request(c, request);
	json_decref(request);
}
