/*
 * fuzz_bfd_ctl.c - arbitrary lines as requests to bfdd.
 *
 * There is no engine behind the server, so nothing can be done; but whatever is
 * asked is read to the end first.  A line each, from root and from a stranger.
 *
 * Whatever is said: every answer is one JSON object with a result or an error;
 * what bfdd read of a session is a session that a core can be made of.
 */
#include "config.h"

#include <event2/buffer.h>
#include <assert.h>
#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bfdd/bfd_ctl.h"
#include "shared/ctl_server.h"
#include "shared/log.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static struct loop *loop;
static struct bfd_ctl *ctl;
static struct rtsched sched;

static void
quiet(enum log_level level, const char *line, void *arg)
{
	(void)level;
	(void)line;
	(void)arg;
}

static void
start(void)
{
	int error;

	log_capture(quiet, NULL);
	loop = loop_new();
	assert(loop != NULL);
	error = bfd_ctl_open(loop, NULL, &sched, &ctl);
	assert(error == 0);
}

static void
read_answers(struct ctl_client_conn *c)
{
	json_t *j, *error;
	size_t len;
	char *line;

	while ((line = evbuffer_readln(ctl_client_conn_output(c), &len,
	    EVBUFFER_EOL_LF)) != NULL) {
		j = json_loadb(line, len, 0, NULL);
		assert(json_is_object(j));
		error = json_object_get(j, "error");
		assert((json_object_get(j, "result") == NULL) !=
		    (error == NULL));
		json_decref(j);
		free(line);
	}
	ctl_client_conn_drained(c);
}

static void
say(uid_t uid, const uint8_t *data, size_t size)
{
	struct ctl_client_conn *c;

	c = ctl_client_conn_attach(bfd_ctl_server(ctl), uid);
	assert(c != NULL);
	ctl_client_conn_feed(c, data, size);
	ctl_client_conn_feed(c, "\n", 1);
	read_answers(c);
	ctl_client_conn_detach(c);
}

/* The readers of params, on what the daemon would hand on. */
static void
read_params(json_t *params, bool key_only)
{
	struct ctl_error error = { 0 };
	struct bfd_core core;
	struct bfd_params p;
	unsigned max;

	if (bfd_ctl_read_params(params, key_only, &p, &error)) {
		assert(addr_is_set(&p.peer));
		assert(p.multihop == (p.interface[0] == '\0'));
		bfd_core_init(&core, MONO_ZERO, &p, 1, 1);
	} else
		assert(error.code != 0 && error.message[0] != '\0');
	error.code = 0;
	if (bfd_ctl_read_offer(params, key_only, &p, &max, &error)) {
		assert(addr_is_set(&p.local) && p.interface[0] != '\0');
		assert(max > 0);
	} else
		assert(error.code != 0 && error.message[0] != '\0');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *request, *params;

	if (loop == NULL)
		start();
	say(0, data, size);
	say((uid_t)-2, data, size);
	request = json_loadb((const char *)data, size, JSON_DECODE_ANY, NULL);
	params = json_object_get(request, "params");
	if (params != NULL) {
		read_params(params, false);
		read_params(params, true);
	}
	json_decref(request);
	return 0;
}
