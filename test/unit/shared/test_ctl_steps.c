/*
 * test_ctl_steps.c - no step that the server does for a client takes long.
 *
 * How long a batch may be depends on the longest step there is, so that each kind of
 * them is made here as long as a client or a daemon can make it.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <event2/buffer.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/ctl_server.h"
#include "test/unit/best_time.h"

#define OBJECTS		6000	/* some 3 MiB of levels, less than the limit */
#define PER_STEP	16	/* levels that are sent in one step */
#define OTHER_USER	((uid_t)4242)

static struct best_time best;
static struct loop *loop;
static struct ctl_server *server;
static unsigned part;

static json_t *
next(void *cursor, unsigned list)
{
	(void)cursor;
	return list > 0 || part >= 2 ? NULL : json_integer(part++);
}

static bool
do_list(struct ctl_client_conn *c, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	static const char *const members[] = { "list", NULL };
	static const struct ctl_stream stream = { members, NULL, next, NULL };

	(void)params;
	(void)error;
	(void)arg;
	part = 0;
	*result = json_object();
	ctl_client_conn_stream(c, &stream, NULL);
	return true;
}

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

static const struct ctl_method methods[] = {
	{ "echo",	0,	do_echo },
	{ "list",	0,	do_list },
	{ NULL,		0,	NULL },
};

static int
setup(void **state)
{
	static const struct ctl_server_config config = {
		.program = "testd", .version = "1", .methods = methods,
	};

	(void)state;
	loop = loop_new();
	assert_non_null(loop);
	assert_int_equal(ctl_server_open(loop, &config, (gid_t)-1, &server), 0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	ctl_server_close(server);
	loop_free(loop);
	return 0;
}

static void
say(struct ctl_client_conn *c, const char *text)
{
	ctl_client_conn_feed(c, text, strlen(text));
}

static void
read_all(struct ctl_client_conn *c)
{
	struct evbuffer *out = ctl_client_conn_output(c);

	(void)evbuffer_drain(out, evbuffer_get_length(out));
}

/* --- a line --- */

static void
assert_line_is_short(const char *line)
{
	struct ctl_client_conn *c;
	int i;

	best_clear(&best);
	for (i = 0; best_goes_on(&best, i); i++) {
		c = ctl_client_conn_attach(server, OTHER_USER);
		assert_int_equal(ctl_client_conn_put(c, line, strlen(line)),
		    strlen(line));
		best_again(&best);
		assert_true(ctl_client_conn_step(c));
		best_step_ends(&best);
		ctl_client_conn_detach(c);
	}
	assert_true(best_longest_ns(&best) < BEST_STEP_NS);
}

/* As often as there is room in `max` bytes: `item`, between the halves of a line. */
static void
try_items(size_t max, const char *begin, const char *item, const char *end)
{
	static char line[CTL_LINE_MAX + 2];
	size_t n = strlen(item), len = strlen(begin);
	unsigned values = 16;

	(void)strcpy(line, begin);
	for (; len + n + strlen(end) <= max; len += n) {
		if (strpbrk(item, ",[{") != NULL &&
		    values++ == CTL_VALUES_MAX)
			break;
		memcpy(line + len, item, n);
	}
	(void)strcpy(line + len, end);
	(void)strcat(line, "\n");
	assert_line_is_short(line);
}

#define ECHO(params)							\
	"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"echo\",\"params\":{" params

/* A request that would take too long is refused, and soon. */
static void
test_ctl_steps_the_longest_requests(void **state)
{
	static const char *const strings[] = { "x", "\\u0001", "\\\"",
	    "\xc3\xa4", "\xf0\x9f\x98\x80" };
	static const char *const values[] = { ",1", ",123456789012345",
	    ",1e-300", ",\"\\u0001\"", ",{}", ",[]", ",true" };
	static const char *const nonsense[] = { "[", "{", " ", "\n", "0", "\"",
	    "\\", "\xff", "\"a\":" };
	const size_t most[] = { CTL_WEIGHT_MAX - 100, CTL_WEIGHT_MAX / 8,
	    CTL_LINE_MAX };
	size_t i, k;

	(void)state;
	for (k = 0; k < sizeof(most) / sizeof(most[0]); k++) {
		for (i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
			try_items(most[k], ECHO("\"a\":\""), strings[i],
			    "\"}}");
			try_items(most[k], "{\"jsonrpc\":\"2.0\",\"method\":"
			    "\"ping\",\"id\":\"", strings[i], "\"}");
		}
		for (i = 0; i < sizeof(values) / sizeof(values[0]); i++)
			try_items(most[k], ECHO("\"a\":[0"), values[i],
			    "]}}");
		for (i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++)
			try_items(most[k], "", nonsense[i], "");
	}
}

/* --- levels --- */

static char text[4096];

/* So much that it is closed. */
static void
fill(struct ctl_client_conn *c)
{
	char key[16];
	int i;

	for (i = 0; i < 2000 && !ctl_client_conn_is_closing(c); i++) {
		(void)snprintf(key, sizeof(key), "more-%d", i);
		ctl_server_publish(server, "level", key, json_pack("{s:s%}",
		    "text", memset(text, 'x', sizeof(text)), sizeof(text)));
	}
}

static void
publish(int value)
{
	char key[16];
	int i;

	for (i = 0; i < OBJECTS; i++) {
		(void)snprintf(key, sizeof(key), "object-%d", i);
		ctl_server_publish(server, "level", key, json_pack("{s:i,s:s}",
		    "value", value, "text", "A level of an object has some "
		    "hundred characters, as here, where it is about what a "
		    "virtual router or a session says of itself, with all "
		    "its counters and a few addresses, some of them long; so "
		    "that a client that does not read for a while has soon "
		    "very much that it has not been told about yet."));
	}
}

static struct ctl_client_conn *
subscriber(void)
{
	struct ctl_client_conn *c;

	c = ctl_client_conn_attach(server, OTHER_USER);
	say(c, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"subscribe\","
	    "\"params\":{\"topics\":[\"level\"]}}\n");
	return c;
}

/* The client had stopped reading, and reads all that is there between two steps. */
static void
test_ctl_steps_levels_that_waited(void **state)
{
	struct ctl_client_conn *c;
	int i;

	(void)state;
	best_clear(&best);
	for (i = 0; best_goes_on(&best, i); i++) {
		c = subscriber();
		publish(i);
		(void)ctl_client_conn_output(c);
		best_again(&best);
		for (;;) {
			read_all(c);
			best_step_begins(&best);
			if (!ctl_client_conn_step(c))
				break;
			best_step_ends(&best);
		}
		assert_false(ctl_client_conn_is_closing(c));
		ctl_client_conn_detach(c);
	}
	/* A hundred of them are in the output before any has to wait. */
	assert_true(best.step > (OBJECTS - 500) / PER_STEP);
	assert_true(best_longest_ns(&best) < BEST_STEP_NS);
}

/* A client is closed that does not read, and has much to be forgotten. */
static void
test_ctl_steps_the_end_of_a_client_with_much_unread(void **state)
{
	struct ctl_client_conn *c;
	int i;

	(void)state;
	best_clear(&best);
	for (i = 0; best_goes_on(&best, i); i++) {
		c = subscriber();
		publish(i);
		(void)ctl_client_conn_output(c);
		fill(c);
		assert_true(ctl_client_conn_is_closing(c));
		best_again(&best);
		while (ctl_client_conn_step(c))
			best_step_ends(&best);
		ctl_client_conn_detach(c);
		best_step_ends(&best);
	}
	assert_true(best.step > 10);
	assert_true(best_longest_ns(&best) < BEST_STEP_NS);
}

/* The levels that waited behind it are numbered then. */
static void
test_ctl_steps_the_end_of_an_answer_of_parts(void **state)
{
	static const char list[] =
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"list\"}\n";
	struct ctl_client_conn *c;
	int i, k;

	(void)state;
	best_clear(&best);
	for (i = 0; best_goes_on(&best, i); i++) {
		c = subscriber();
		(void)ctl_client_conn_put(c, list, strlen(list));
		assert_true(ctl_client_conn_step(c));
		publish(i);
		(void)ctl_client_conn_output(c);
		best_again(&best);
		for (k = 0; k < 5; k++) {
			assert_true(ctl_client_conn_step(c));
			best_step_ends(&best);
		}
		ctl_client_conn_detach(c);
	}
	assert_true(best_longest_ns(&best) < BEST_STEP_NS);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_ctl_steps_the_longest_requests, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_ctl_steps_levels_that_waited, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_ctl_steps_the_end_of_a_client_with_much_unread,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_ctl_steps_the_end_of_an_answer_of_parts,
		    setup, teardown),
	};

	(void)alarm(120);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
