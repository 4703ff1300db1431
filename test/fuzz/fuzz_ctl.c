/*
 * fuzz_ctl.c - arbitrary bytes as what a control client says.
 *
 * The first byte chooses the pieces in which the rest arrives.  The daemon
 * behind the server publishes back to its clients from within a handler, and
 * the client reads what it is told only now and then, so that the ways of a
 * slow client are walked as well.  Two more are subscribed all the while: one of
 * the daemon's own user, which is told at once, and one that only looks and is told
 * in its turn.
 *
 * Whatever is said: every line told is one JSON object with "jsonrpc":"2.0";
 * the numbers of the notifications rise; what is unsent stays within its bound.
 */
#include "config.h"

#include <event2/buffer.h>
#include <assert.h>
#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/ctl_server.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static struct loop *loop;
static struct ctl_server *server;
static char filler[20001];

static bool
do_echo(struct ctl_client_conn *c, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	(void)c;
	(void)error;
	(void)arg;
	*result = json_incref(params);
	return true;
}

/* A burst on both topics, to everybody. */
static bool
do_burst(struct ctl_client_conn *c, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	int i;

	(void)c;
	(void)params;
	(void)result;
	(void)error;
	(void)arg;
	for (i = 0; i < 6; i++) {
		ctl_server_publish(server, "event", NULL, json_object());
		ctl_server_publish(server, "session", i & 1 ? "a" : "b",
		    json_pack("{s:i,s:s}", "n", i, "fill", filler));
	}
	return true;
}

static bool
do_change(struct ctl_client_conn *c, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	(void)params;
	(void)result;
	(void)arg;
	assert(ctl_client_conn_may_change(c));
	return ctl_fail(error, CTL_ERR_REFUSED, "no");
}

static const struct ctl_method methods[] = {
	{ "echo",	0,		do_echo },
	{ "burst",	0,		do_burst },
	{ "change",	CTL_CHANGES,	do_change },
	{ NULL,		0,		NULL },
};

static void
snapshot(struct ctl_client_conn *c, const char *topic, void *arg)
{
	(void)arg;
	ctl_client_conn_notify(c, topic, "a", json_object());
}

static void
start(void)
{
	static const struct ctl_server_config config = {
		.program = "fuzz",
		.version = "0",
		.methods = methods,
		.snapshot = snapshot,
	};
	int error;

	memset(filler, 'x', sizeof(filler) - 1);
	loop = loop_new();
	assert(loop != NULL);
	error = ctl_server_open(loop, &config, (gid_t)-1, &server);
	assert(error == 0);
}

static void
check_line(const char *line, size_t len, json_int_t *seq)
{
	json_t *j, *n;

	j = json_loadb(line, len, 0, NULL);
	assert(json_is_object(j));
	assert(strcmp(json_string_value(json_object_get(j, "jsonrpc")),
	    "2.0") == 0);
	if (json_object_get(j, "method") != NULL) {
		n = json_object_get(json_object_get(j, "params"), "seq");
		assert(json_integer_value(n) > *seq);
		*seq = json_integer_value(n);
	} else
		assert((json_object_get(j, "result") == NULL) !=
		    (json_object_get(j, "error") == NULL));
	json_decref(j);
}

static void
read_some(struct ctl_client_conn *c, int lines, json_int_t *seq)
{
	struct evbuffer *out = ctl_client_conn_output(c);
	size_t len;
	char *line;

	assert(evbuffer_get_length(out) <= CTL_QUEUE_MAX);
	while (lines-- > 0 && (line = evbuffer_readln(out, &len,
	    EVBUFFER_EOL_LF)) != NULL) {
		check_line(line, len, seq);
		free(line);
	}
	ctl_client_conn_drained(c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char subscribe[] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":"
	    "\"subscribe\",\"params\":{\"topics\":[\"event\",\"session\"]}}\n";
	struct ctl_client_conn *c, *others[2];
	json_int_t seq = 0, their[2] = { 0, 0 };
	size_t at, piece;
	int i;

	if (loop == NULL)
		start();
	if (size == 0)
		return 0;
	/* Not root and not us: whoever this is, it may not change anything. */
	c = ctl_client_conn_attach(server, (uid_t)-2);
	assert(c != NULL);
	for (i = 0; i < 2; i++) {
		others[i] = ctl_client_conn_attach(server, i == 0 ? geteuid() :
		    (uid_t)-3);
		assert(others[i] != NULL);
		ctl_client_conn_feed(others[i], subscribe,
		    sizeof(subscribe) - 1);
	}
	piece = data[0] == 0 ? size : data[0];
	for (at = 1; at < size; at += piece) {
		if (piece > size - at)
			piece = size - at;
		ctl_client_conn_feed(c, data + at, piece);
		read_some(c, 1, &seq);
		read_some(others[at & 1], 1, &their[at & 1]);
	}
	for (i = 0; i < 8; i++)
		read_some(c, 1000, &seq);
	ctl_client_conn_detach(c);
	for (i = 0; i < 2; i++) {
		read_some(others[i], 1000, &their[i]);
		ctl_client_conn_detach(others[i]);
	}
	return 0;
}
