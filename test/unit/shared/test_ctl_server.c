/*
 * test_ctl_server.c - the protocol driven without a socket, then with sockets.
 *
 * Most tests attach a client that has no socket: what it says is fed in, what
 * it would be told is read from a buffer, nothing runs in between.
 */
#include "config.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/buffer.h>
#include <jansson.h>

#include "shared/ctl_listener.h"
#include "shared/ctl_server.h"

/* Of processor time in one batch; an instrumented build is several times slower. */
#if defined(__SANITIZE_ADDRESS__)
#define INSTRUMENTED	1
#elif defined(__has_feature)
#define INSTRUMENTED	__has_feature(address_sanitizer)
#else
#define INSTRUMENTED	0
#endif
#define LONGEST_NS	((INSTRUMENTED ? 20 : 2) * NS_PER_MS)


#define OTHER_USER	((uid_t)4242)

static struct loop *loop;
static struct ctl_server *server;
static struct loop_timer *tick, *guard;
static bool timed_out;
static int toiled, toiled_when_changed;
static int echoed, echoed_when_changed, changed, gone_clean, gone_unclean, snapshots;
static char dir[64], path[96];

/* --- a daemon --- */

static bool
do_echo(struct ctl_client_conn *c, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	(void)c;
	(void)error;
	(void)arg;
	echoed++;
	*result = json_incref(params);
	return true;
}

static bool
do_change(struct ctl_client_conn *c, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	(void)c;
	(void)params;
	(void)result;
	(void)error;
	(void)arg;
	changed++;
	echoed_when_changed = echoed;
	toiled_when_changed = toiled;
	return true;
}

static bool
do_refuse(struct ctl_client_conn *c, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	(void)c;
	(void)params;
	(void)arg;
	*result = json_object();	/* left behind: must not leak */
	return ctl_fail(error, CTL_ERR_NOT_FOUND, "no instance \"%s\"", "x");
}

static bool
do_huge(struct ctl_client_conn *c, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	size_t len = 3 * 1024 * 1024;
	char *text = malloc(len);

	(void)c;
	(void)params;
	(void)error;
	(void)arg;
	assert_non_null(text);
	memset(text, 'x', len);
	*result = json_stringn(text, len);
	free(text);
	return true;
}

/* An answer of `parts` parts, each with 1000 bytes of nothing. */
static int parts, part, begun_streams, ended_streams;

static json_t *
next_part(void *cursor, unsigned list)
{
	char text[1001];

	assert_ptr_equal(cursor, &parts);
	if (list > 0 || part == parts)
		return NULL;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	return json_pack("{s:i,s:s}", "n", part++, "fill", text);
}

static void
count_end(void *cursor)
{
	(void)cursor;
	ended_streams++;
}

static bool
do_list(struct ctl_client_conn *c, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	static const char *const members[] = { "parts", NULL };
	static const struct ctl_stream stream = { members, NULL, next_part,
	    count_end };

	(void)params;
	(void)error;
	(void)arg;
	part = 0;
	begun_streams++;
	*result = json_pack("{s:i}", "total", parts);
	ctl_client_conn_stream(c, &stream, &parts);
	return true;
}

/* Two lists, of which the second may be empty, and a tail. */
static json_t *
next_of_two(void *cursor, unsigned list)
{
	(void)cursor;
	if (list == 2)
		return json_pack("{s:i}", "sum", 3);
	return part < 2 + (int)list ? json_integer(part++) : NULL;
}

static bool
do_two(struct ctl_client_conn *c, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	static const char *const members[] = { "low", "high", NULL };
	static const struct ctl_stream two = { members, NULL, next_of_two,
	    count_end };

	(void)arg;
	part = 0;
	begun_streams++;
	*result = json_object();
	ctl_client_conn_stream(c, &two, NULL);
	if (json_is_true(json_object_get(params, "no")))
		return ctl_fail(error, CTL_ERR_REFUSED, "no");
	return true;
}

/* The test answers, unless the params say {"no":true}. */
static struct ctl_client_conn *unanswered;

static bool
do_later(struct ctl_client_conn *c, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	(void)result;
	(void)arg;
	ctl_client_conn_defer(c);
	if (json_is_true(json_object_get(params, "no")))
		return ctl_fail(error, CTL_ERR_REFUSED, "no");
	unanswered = c;
	return true;
}

static int64_t
cpu_ns(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (int64_t)ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

#define TOIL_NS		(200 * NS_PER_US)

static bool
do_toil(struct ctl_client_conn *c, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	int64_t begun = cpu_ns();

	(void)c;
	(void)params;
	(void)result;
	(void)error;
	(void)arg;
	while (cpu_ns() - begun < TOIL_NS)
		;
	toiled++;
	return true;
}

static const struct ctl_method methods[] = {
	{ "toil",	0,		do_toil },
	{ "later",	0,		do_later },
	{ "list",	0,		do_list },
	{ "two",	0,		do_two },
	{ "echo",	0,		do_echo },
	{ "change",	CTL_CHANGES,	do_change },
	{ "refuse",	0,		do_refuse },
	{ "huge",	0,		do_huge },
	{ NULL,		0,		NULL },
};
static const char *const topics[] = { "session", "event", NULL };

static json_t *
level(int value)
{
	return json_pack("{s:i}", "value", value);
}

static void
snapshot(struct ctl_client_conn *c, const char *topic, void *arg)
{
	(void)arg;
	snapshots++;
	if (strcmp(topic, "session") == 0) {
		ctl_client_conn_notify(c, topic, "a", level(1));
		ctl_client_conn_notify(c, topic, "b", level(2));
	}
}

static void
gone(struct ctl_client_conn *c, bool clean, void *arg)
{
	(void)arg;
	if (c == unanswered)
		unanswered = NULL;
	if (clean)
		gone_clean++;
	else
		gone_unclean++;
}

static struct ctl_server_config config = {
	.program = "testd",
	.version = "1.2",
	.methods = methods,
	.topics = topics,
	.snapshot = snapshot,
	.gone = gone,
};

static void
on_guard(mono_t deadline, void *arg)
{
	(void)deadline;
	(void)arg;
	timed_out = true;
	loop_stop(loop);
}

static bool	(*awaited)(void);

static void
on_tick(mono_t deadline, void *arg)
{
	(void)deadline;
	(void)arg;
	if (awaited())
		loop_stop(loop);
	else
		loop_timer_set(tick, mono_add(loop_clock(), NS_PER_MS / 5));
}

/* Runs the loop until it is so. */
static void
await(bool (*what)(void))
{
	awaited = what;
	timed_out = false;
	loop_timer_set(guard, mono_add(loop_clock(), 10 * NS_PER_S));
	loop_timer_set(tick, loop_clock());
	assert_int_equal(loop_run(loop), 0);
	loop_timer_set(guard, MONO_NEVER);
	assert_false(timed_out);
}

static int
setup(void **state)
{
	(void)state;
	toiled = toiled_when_changed = 0;
	begun_streams = ended_streams = 0;
	echoed = changed = gone_clean = gone_unclean = snapshots = 0;
	loop = loop_new();
	assert_non_null(loop);
	tick = loop_timer_new(loop, on_tick, NULL);
	guard = loop_timer_new(loop, on_guard, NULL);
	config.path = NULL;
	assert_int_equal(ctl_server_open(loop, &config, (gid_t)-1, &server), 0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	ctl_server_close(server);
	server = NULL;
	loop_timer_free(tick);
	loop_timer_free(guard);
	loop_free(loop);
	return 0;
}

/* --- a client without a socket --- */

static struct ctl_client_conn *
attach(uid_t uid)
{
	struct ctl_client_conn *c = ctl_client_conn_attach(server, uid);

	assert_non_null(c);
	return c;
}

static void
say(struct ctl_client_conn *c, const char *text)
{
	ctl_client_conn_feed(c, text, strlen(text));
}

/* The next line it is told, parsed; NULL: nothing. */
static json_t *
hear(struct ctl_client_conn *c)
{
	size_t len;
	char *line;
	json_t *j;

	line = evbuffer_readln(ctl_client_conn_output(c), &len,
	    EVBUFFER_EOL_LF);
	if (line == NULL)
		return NULL;
	j = json_loadb(line, len, 0, NULL);
	assert_non_null(j);
	assert_string_equal(json_string_value(json_object_get(j, "jsonrpc")),
	    "2.0");
	free(line);
	return j;
}

static void
assert_silence(struct ctl_client_conn *c)
{
	assert_int_equal(evbuffer_get_length(ctl_client_conn_output(c)), 0);
}

/* The next line for the client, as text. */
static void
assert_told(struct ctl_client_conn *c, const char *expected)
{
	char *line = evbuffer_readln(ctl_client_conn_output(c), NULL,
	    EVBUFFER_EOL_LF);

	assert_non_null(line);
	assert_string_equal(line, expected);
	free(line);
}

static int
error_code(const json_t *reply)
{
	json_t *e = json_object_get(reply, "error");

	assert_null(json_object_get(reply, "result"));
	assert_true(json_string_length(json_object_get(e, "message")) > 0);
	return (int)json_integer_value(json_object_get(e, "code"));
}

static void
assert_error(struct ctl_client_conn *c, int code, bool with_id)
{
	json_t *j = hear(c);

	assert_non_null(j);
	assert_int_equal(error_code(j), code);
	assert_int_equal(!json_is_null(json_object_get(j, "id")), with_id);
	json_decref(j);
}

/* --- requests --- */

static void
test_ctl_server_request_is_answered_with_its_id(void **state)
{
	struct ctl_client_conn *c = attach(OTHER_USER);

	(void)state;
	say(c, "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"echo\","
	    "\"params\":{\"k\":[1]}}\n");
	assert_told(c, "{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"k\":[1]}}");
	say(c, "{\"jsonrpc\":\"2.0\",\"id\":\"q\",\"method\":\"ping\"}\n");
	assert_told(c, "{\"jsonrpc\":\"2.0\",\"id\":\"q\",\"result\":true}");
	assert_silence(c);
}

static void
test_ctl_server_hello_names_program_and_protocol(void **state)
{
	struct ctl_client_conn *c = attach(OTHER_USER);
	char expected[200];

	(void)state;
	say(c, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"hello\","
	    "\"params\":{\"client\":\"t\"}}\n");
	(void)snprintf(expected, sizeof(expected), "{\"jsonrpc\":\"2.0\","
	    "\"id\":1,\"result\":{\"protocol\":1,\"program\":\"testd\","
	    "\"version\":\"1.2\",\"pid\":%d,\"seq\":0}}", (int)getpid());
	assert_told(c, expected);
}

static void
test_ctl_server_request_without_id_is_not_answered(void **state)
{
	struct ctl_client_conn *c = attach(OTHER_USER);

	(void)state;
	say(c, "{\"jsonrpc\":\"2.0\",\"method\":\"echo\"}\n"
	    "{\"jsonrpc\":\"2.0\",\"method\":\"nonsense\"}\n"
	    "{\"jsonrpc\":\"2.0\",\"method\":\"refuse\"}\n");
	assert_int_equal(echoed, 1);
	assert_silence(c);
}

static void
test_ctl_server_not_json_is_a_parse_error(void **state)
{
	static const char *const lines[] = {
		"hello\n", "{\n", "{\"jsonrpc\":\"2.0\"\n", "{}x\n",
		"{\"id\":1,\"id\":1}\n", "\"\xff\"\n", "\"\\u0000\"\n",
	};
	struct ctl_client_conn *c = attach(OTHER_USER);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		say(c, lines[i]);
		assert_error(c, -32700, false);
		assert_silence(c);
	}
	assert_false(ctl_client_conn_is_closing(c));
}

static void
test_ctl_server_nul_byte_in_a_line_is_a_parse_error(void **state)
{
	static const char line[] =
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\0\n";
	struct ctl_client_conn *c = attach(OTHER_USER);

	(void)state;
	ctl_client_conn_feed(c, line, sizeof(line) - 1);
	assert_error(c, -32700, false);
}

static void
test_ctl_server_invalid_request_is_refused(void **state)
{
	static const struct { const char *line; bool with_id; } cases[] = {
		{ "[]\n", false },
		{ "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]\n",
		    false },
		{ "7\n", false },
		{ "null\n", false },
		{ "{}\n", false },
		{ "{\"id\":1,\"method\":\"ping\"}\n", true },
		{ "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"ping\"}\n",
		    true },
		{ "{\"jsonrpc\":2.0,\"id\":1,\"method\":\"ping\"}\n", true },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1}\n", true },
		{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":1}\n", true },
		{ "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}\n",
		    false },
		{ "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"ping\"}\n",
		    false },
	};
	struct ctl_client_conn *c = attach(OTHER_USER);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		say(c, cases[i].line);
		assert_error(c, -32600, cases[i].with_id);
		assert_silence(c);
	}
}

static void
test_ctl_server_unknown_method_and_bad_params_are_told_apart(void **state)
{
	struct ctl_client_conn *c = attach(OTHER_USER);

	(void)state;
	say(c, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"Echo\"}\n");
	assert_error(c, -32601, true);
	say(c, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"echo\","
	    "\"params\":[1]}\n");
	assert_error(c, -32602, true);
	assert_int_equal(echoed, 0);
}

/* 40 bytes of it are quoted, and that is in the middle of a character. */
static void
test_ctl_server_quoted_name_is_cut_to_valid_text(void **state)
{
	struct ctl_client_conn *c = attach(OTHER_USER);
	char line[200] = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"x";
	int i;

	(void)state;
	for (i = 0; i < 30; i++)
		(void)strcat(line, "\303\244");
	(void)strcat(line, "\"}\n");
	say(c, line);
	assert_error(c, -32601, true);
	assert_false(ctl_client_conn_is_closing(c));
}

static void
test_ctl_server_handler_error_is_passed_on(void **state)
{
	struct ctl_client_conn *c = attach(OTHER_USER);

	(void)state;
	say(c, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"refuse\"}\n");
	assert_told(c, "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":3,"
	    "\"message\":\"no instance \\\"x\\\"\"}}");
}

static void
test_ctl_server_answer_too_long_is_an_error_not_a_drop(void **state)
{
	struct ctl_client_conn *c = attach(OTHER_USER);

	(void)state;
	say(c, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"huge\"}\n");
	assert_error(c, -32603, true);
	assert_false(ctl_client_conn_is_closing(c));
}

static void
test_ctl_server_change_needs_root_or_own_user(void **state)
{
	static const char line[] =
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"change\"}\n";
	struct ctl_client_conn *other = attach(OTHER_USER);
	struct ctl_client_conn *root = attach(0);
	struct ctl_client_conn *own = attach(geteuid());

	(void)state;
	say(other, line);
	assert_error(other, CTL_ERR_FORBIDDEN, true);
	assert_int_equal(changed, 0);
	say(root, line);
	assert_told(root, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":true}");
	say(own, line);
	assert_told(own, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":true}");
	assert_int_equal(changed, 2);
}

/* --- lines --- */

static void
test_ctl_server_strict_prefix_is_never_answered(void **state)
{
	static const char line[] =
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"echo\"}\n";
	struct ctl_client_conn *c = attach(OTHER_USER);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(line) - 2; i++) {
		ctl_client_conn_feed(c, line + i, 1);
		assert_silence(c);
	}
	assert_int_equal(echoed, 0);
	ctl_client_conn_feed(c, line + i, 1);
	assert_int_equal(echoed, 1);
}

static void
test_ctl_server_blank_lines_are_ignored(void **state)
{
	struct ctl_client_conn *c = attach(OTHER_USER);

	(void)state;
	say(c, "\n\r\n \t\n\n");
	assert_silence(c);
	say(c, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\r\n");
	assert_told(c, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":true}");
}

/* A ping of exactly len bytes and its LF. */
static char *
long_ping(size_t len)
{
	static const char ping[] =
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";
	char *line = malloc(len + 1);

	assert_non_null(line);
	memset(line, ' ', len);
	memcpy(line, ping, sizeof(ping) - 1);
	line[len] = '\n';
	return line;
}

static void
test_ctl_server_longest_line_is_answered(void **state)
{
	struct ctl_client_conn *c = attach(OTHER_USER);
	char *line = long_ping(CTL_LINE_MAX);

	(void)state;
	ctl_client_conn_feed(c, line, CTL_LINE_MAX + 1);
	free(line);
	assert_told(c, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":true}");
	assert_false(ctl_client_conn_is_closing(c));
}

static void
test_ctl_server_line_too_long_is_refused_and_ends_it(void **state)
{
	struct ctl_client_conn *c = attach(OTHER_USER);
	char *line = long_ping(CTL_LINE_MAX + 1);

	(void)state;
	ctl_client_conn_feed(c, line, CTL_LINE_MAX + 2);
	free(line);
	assert_error(c, -32600, false);
	assert_silence(c);
	/* Nothing more is read, and the end comes when the error is out. */
	say(c, "\n{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"echo\"}\n");
	assert_int_equal(echoed, 0);
	ctl_client_conn_drained(c);
	assert_true(ctl_client_conn_is_closing(c));
}

/* --- notifications --- */

static void
subscribe(struct ctl_client_conn *c, const char *topic)
{
	char line[120];

	(void)snprintf(line, sizeof(line), "{\"jsonrpc\":\"2.0\",\"id\":0,"
	    "\"method\":\"subscribe\",\"params\":{\"topics\":[\"%s\"]}}\n",
	    topic);
	say(c, line);
}

static void
test_ctl_server_subscriber_gets_answer_snapshot_then_changes(void **state)
{
	struct ctl_client_conn *c = attach(OTHER_USER);

	(void)state;
	assert_false(ctl_server_has_subscribers(server, "session"));
	ctl_server_publish(server, "session", "a", level(0));
	assert_silence(c);
	subscribe(c, "session");
	assert_true(ctl_server_has_subscribers(server, "session"));
	assert_false(ctl_server_has_subscribers(server, "event"));
	ctl_server_publish(server, "session", "a", level(3));
	ctl_server_publish(server, "event", NULL, level(4));
	assert_told(c, "{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":{\"seq\":0}}");
	assert_told(c, "{\"jsonrpc\":\"2.0\",\"method\":\"session\","
	    "\"params\":{\"seq\":1,\"value\":1}}");
	assert_told(c, "{\"jsonrpc\":\"2.0\",\"method\":\"session\","
	    "\"params\":{\"seq\":2,\"value\":2}}");
	assert_told(c, "{\"jsonrpc\":\"2.0\",\"method\":\"session\","
	    "\"params\":{\"seq\":3,\"value\":3}}");
	ctl_server_publish(server, "session", "a", json_object());
	assert_told(c, "{\"jsonrpc\":\"2.0\",\"method\":\"session\","
	    "\"params\":{\"seq\":4}}");
	assert_silence(c);
}

/*
 * Subscribers that only look wait for their turn: what changes twice until then is
 * told once, as it is then, and no event is lost.  Those that may change something
 * have each at once.
 */
static void
test_ctl_server_reader_is_told_in_its_turn_what_is_newest(void **state)
{
	struct ctl_client_conn *own = attach(geteuid());
	struct ctl_client_conn *c = attach(OTHER_USER);

	(void)state;
	subscribe(own, "session");
	subscribe(c, "session\",\"event");
	(void)evbuffer_drain(ctl_client_conn_output(own), SIZE_MAX);
	(void)evbuffer_drain(ctl_client_conn_output(c), SIZE_MAX);
	ctl_server_publish(server, "session", "a", level(3));
	ctl_server_publish(server, "event", NULL, level(4));
	ctl_server_publish(server, "session", "b", level(5));
	ctl_server_publish(server, "session", "a", level(6));
	ctl_server_publish(server, "event", NULL, level(7));
	assert_told(c, "{\"jsonrpc\":\"2.0\",\"method\":\"event\","
	    "\"params\":{\"seq\":3,\"value\":4}}");
	assert_told(c, "{\"jsonrpc\":\"2.0\",\"method\":\"session\","
	    "\"params\":{\"seq\":4,\"value\":5}}");
	assert_told(c, "{\"jsonrpc\":\"2.0\",\"method\":\"session\","
	    "\"params\":{\"seq\":6,\"value\":6}}");
	assert_told(c, "{\"jsonrpc\":\"2.0\",\"method\":\"event\","
	    "\"params\":{\"seq\":7,\"value\":7}}");
	assert_silence(c);
	assert_told(own, "{\"jsonrpc\":\"2.0\",\"method\":\"session\","
	    "\"params\":{\"seq\":3,\"value\":3}}");
	assert_told(own, "{\"jsonrpc\":\"2.0\",\"method\":\"session\","
	    "\"params\":{\"seq\":4,\"value\":5}}");
	assert_told(own, "{\"jsonrpc\":\"2.0\",\"method\":\"session\","
	    "\"params\":{\"seq\":5,\"value\":6}}");
	assert_silence(own);
}

/* A subscription is from now on: its snapshot is newer than what waited. */
static void
test_ctl_server_new_reader_is_not_told_what_was_before(void **state)
{
	struct ctl_client_conn *first = attach(OTHER_USER);
	struct ctl_client_conn *c = attach(OTHER_USER);
	struct evbuffer *out = ctl_client_conn_output(c);

	(void)state;
	subscribe(first, "event");
	ctl_server_publish(server, "event", NULL, level(1));
	/* c does not look at its output, which would give it its turn. */
	subscribe(c, "event");
	ctl_server_publish(server, "event", NULL, level(2));
	(void)ctl_client_conn_output(first);
	free(evbuffer_readln(out, NULL, EVBUFFER_EOL_LF));	/* the answer */
	assert_told(c, "{\"jsonrpc\":\"2.0\",\"method\":\"event\","
	    "\"params\":{\"seq\":1,\"value\":2}}");
	assert_silence(c);
}

/* A client that reads nothing makes nothing grow: the events over are counted. */
static void
test_ctl_server_events_that_wait_are_bounded(void **state)
{
	struct ctl_client_conn *c = attach(OTHER_USER);
	int i, n = 0, lost = 0;
	json_t *j;

	(void)state;
	subscribe(c, "event");
	(void)evbuffer_drain(ctl_client_conn_output(c), SIZE_MAX);
	for (i = 0; i < 3 * 1024; i++)
		ctl_server_publish(server, "event", NULL, level(i));
	for (;;) {
		if ((j = hear(c)) == NULL) {
			ctl_client_conn_drained(c);
			if ((j = hear(c)) == NULL)
				break;
		}
		if (strcmp(json_string_value(json_object_get(j, "method")),
		    "dropped") == 0)
			lost += (int)json_integer_value(json_object_get(
			    json_object_get(j, "params"), "events"));
		else
			n++;
		json_decref(j);
	}
	assert_true(n >= 512);
	assert_int_equal(n + lost, 3 * 1024);
}

static struct evbuffer *listened_to;

static bool
has_heard_of_lost_events(void)
{
	size_t len = evbuffer_get_length(listened_to);
	bool heard = evbuffer_search(listened_to, "dropped", 7, NULL).pos != -1;

	(void)evbuffer_drain(listened_to, len);
	return heard;
}

/* A client is told of them without saying anything first. */
static void
test_ctl_server_lost_events_are_told_by_themselves(void **state)
{
	struct ctl_client_conn *c = attach(OTHER_USER);
	int i;

	(void)state;
	subscribe(c, "event");
	listened_to = ctl_client_conn_output(c);
	for (i = 0; i < 1024 + 100; i++)
		ctl_server_publish(server, "event", NULL, json_object());
	await(has_heard_of_lost_events);
}

/* Root waits for its turn like a reader where the daemon is somebody else. */
static void
test_ctl_server_only_the_own_user_is_told_at_once(void **state)
{
	struct ctl_client_conn *root, *own;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(seteuid(OTHER_USER), 0);
	root = attach(0);
	own = attach(OTHER_USER);
	subscribe(root, "event\",\"session");
	subscribe(own, "session");
	(void)evbuffer_drain(ctl_client_conn_output(root), SIZE_MAX);
	(void)evbuffer_drain(ctl_client_conn_output(own), SIZE_MAX);
	ctl_server_publish(server, "session", "a", level(1));
	ctl_server_publish(server, "session", "a", level(2));
	assert_told(root, "{\"jsonrpc\":\"2.0\",\"method\":\"session\","
	    "\"params\":{\"seq\":4,\"value\":2}}");
	assert_silence(root);
	assert_told(own, "{\"jsonrpc\":\"2.0\",\"method\":\"session\","
	    "\"params\":{\"seq\":3,\"value\":1}}");
	assert_told(own, "{\"jsonrpc\":\"2.0\",\"method\":\"session\","
	    "\"params\":{\"seq\":4,\"value\":2}}");
	assert_int_equal(seteuid(0), 0);
}

static bool
is_chosen(struct ctl_client_conn *c, void *arg)
{
	return c == arg;
}

/* Without having subscribed, at once, and one time only. */
static void
test_ctl_server_chosen_client_is_told_as_well(void **state)
{
	struct ctl_client_conn *c = attach(OTHER_USER);
	struct ctl_client_conn *reader = attach(OTHER_USER);
	struct evbuffer *out = ctl_client_conn_output(c);

	(void)state;
	subscribe(reader, "session");
	(void)evbuffer_drain(ctl_client_conn_output(reader), SIZE_MAX);
	ctl_server_publish_also(server, "session", "a", level(1), is_chosen, c);
	assert_true(evbuffer_get_length(out) > 0);
	assert_told(c, "{\"jsonrpc\":\"2.0\",\"method\":\"session\","
	    "\"params\":{\"seq\":1,\"value\":1}}");
	assert_silence(c);
	assert_told(reader, "{\"jsonrpc\":\"2.0\",\"method\":\"session\","
	    "\"params\":{\"seq\":3,\"value\":1}}");
	assert_silence(reader);
	ctl_server_publish_also(server, "session", "a", level(2), is_chosen,
	    reader);
	assert_silence(c);
	assert_told(reader, "{\"jsonrpc\":\"2.0\",\"method\":\"session\","
	    "\"params\":{\"seq\":4,\"value\":2}}");
	assert_silence(reader);
}

/*
 * Objects that come and go may be told about faster than readers are: those are
 * closed then, and begin with a snapshot again.
 */
static void
test_ctl_server_levels_that_wait_are_bounded(void **state)
{
	struct ctl_client_conn *c = attach(OTHER_USER);
	char key[24];
	int i;

	(void)state;
	subscribe(c, "session");
	for (i = 0; i < 8192; i++) {
		(void)snprintf(key, sizeof(key), "%d", i);
		ctl_server_publish(server, "session", key, json_object());
	}
	ctl_server_publish(server, "session", "0", level(1));
	ctl_server_publish(server, "session", "new", level(1));
	assert_true(ctl_client_conn_is_closing(c));
}

static void
test_ctl_server_subscribing_again_gives_a_new_snapshot(void **state)
{
	struct ctl_client_conn *c = attach(OTHER_USER);

	(void)state;
	subscribe(c, "session");
	subscribe(c, "session");
	assert_int_equal(snapshots, 2);
	(void)evbuffer_drain(ctl_client_conn_output(c), SIZE_MAX);
	/* Subscribed once, though. */
	ctl_server_publish(server, "session", "a", level(3));
	assert_told(c, "{\"jsonrpc\":\"2.0\",\"method\":\"session\","
	    "\"params\":{\"seq\":5,\"value\":3}}");
	assert_silence(c);
}

static void
test_ctl_server_unsubscribe_keeps_the_other_topic(void **state)
{
	struct ctl_client_conn *c = attach(OTHER_USER);

	(void)state;
	subscribe(c, "session\",\"event");
	assert_int_equal(snapshots, 2);
	say(c, "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"unsubscribe\","
	    "\"params\":{\"topics\":[\"session\"]}}\n");
	(void)evbuffer_drain(ctl_client_conn_output(c), SIZE_MAX);
	ctl_server_publish(server, "session", "a", level(3));
	assert_silence(c);
	ctl_server_publish(server, "event", NULL, level(4));
	assert_told(c, "{\"jsonrpc\":\"2.0\",\"method\":\"event\","
	    "\"params\":{\"seq\":3,\"value\":4}}");
}

static void
test_ctl_server_bad_subscription_changes_nothing(void **state)
{
	static const char *const params[] = {
		"{}", "{\"topics\":\"session\"}", "{\"topics\":[1]}",
		"{\"topics\":[\"session\",\"nonsense\"]}",
		"{\"topics\":[\"\"]}",
	};
	struct ctl_client_conn *c = attach(OTHER_USER);
	char line[160];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(params) / sizeof(params[0]); i++) {
		(void)snprintf(line, sizeof(line), "{\"jsonrpc\":\"2.0\","
		    "\"id\":0,\"method\":\"subscribe\",\"params\":%s}\n",
		    params[i]);
		say(c, line);
		assert_error(c, -32602, true);
	}
	assert_int_equal(snapshots, 0);
	assert_false(ctl_server_has_subscribers(server, "session"));
}

static void
test_ctl_server_without_topic_list_subscriptions_are_bounded(void **state)
{
	struct ctl_server_config any = config;
	struct ctl_server *s;
	struct ctl_client_conn *c;
	char name[CTL_TOPIC_LEN + 1];
	int i;

	(void)state;
	any.topics = NULL;
	any.snapshot = NULL;
	assert_int_equal(ctl_server_open(loop, &any, (gid_t)-1, &s), 0);
	c = ctl_client_conn_attach(s, 0);
	for (i = 0; i < CTL_TOPICS_MAX; i++) {
		(void)snprintf(name, sizeof(name), "t%d", i);
		subscribe(c, name);
	}
	(void)evbuffer_drain(ctl_client_conn_output(c), SIZE_MAX);
	subscribe(c, "one-more");
	assert_error(c, CTL_ERR_REFUSED, true);
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	subscribe(c, name);
	assert_error(c, -32602, true);
	/* A name is written as it is into every notification. */
	subscribe(c, "a\\\"b");
	assert_error(c, -32602, true);
	ctl_server_close(s);
}

/* Publishes until the client is behind; the last sequence number used. */
static int
fall_behind(struct ctl_client_conn *c)
{
	char text[1001];
	int seq = 0;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	while (evbuffer_get_length(ctl_client_conn_output(c)) <=
	    CTL_QUEUE_LOW) {
		ctl_server_publish(server, "event", NULL,
		    json_pack("{s:s}", "fill", text));
		seq++;
	}
	return seq;
}

static void
assert_level(struct ctl_client_conn *c, int seq, int value)
{
	char expected[100];

	(void)snprintf(expected, sizeof(expected), "{\"jsonrpc\":\"2.0\","
	    "\"method\":\"session\",\"params\":{\"seq\":%d,\"value\":%d}}",
	    seq, value);
	assert_told(c, expected);
}

static void
read_all(struct ctl_client_conn *c)
{
	(void)evbuffer_drain(ctl_client_conn_output(c), SIZE_MAX);
	ctl_client_conn_drained(c);
}

static void
test_ctl_server_slow_client_gets_newest_level_per_object(void **state)
{
	struct ctl_client_conn *c = attach(geteuid());
	int seq, i;
	size_t queued;

	(void)state;
	subscribe(c, "event\",\"session");
	(void)evbuffer_drain(ctl_client_conn_output(c), SIZE_MAX);
	seq = 2 + fall_behind(c);
	queued = evbuffer_get_length(ctl_client_conn_output(c));
	for (i = 0; i < 1000; i++)
		ctl_server_publish(server, "session", "a", level(i));
	ctl_server_publish(server, "session", "b", level(7));
	ctl_server_publish(server, "session", "c", level(8));
	ctl_server_publish(server, "session", "b", level(9));
	ctl_server_publish(server, "event", NULL, level(1));
	ctl_server_publish(server, "event", NULL, level(2));
	assert_int_equal(evbuffer_get_length(ctl_client_conn_output(c)),
	    queued);
	read_all(c);
	/* In order of the last change; the numbers in between are skipped. */
	assert_level(c, seq + 1000, 999);
	assert_level(c, seq + 1002, 8);
	assert_level(c, seq + 1003, 9);
	{
		char expected[100];

		(void)snprintf(expected, sizeof(expected),
		    "{\"jsonrpc\":\"2.0\",\"method\":\"dropped\",\"params\":"
		    "{\"seq\":%d,\"events\":2}}", seq + 1006);
		assert_told(c, expected);
	}
	assert_silence(c);
	/* Caught up: straight through again. */
	ctl_server_publish(server, "session", "a", level(5));
	assert_level(c, seq + 1007, 5);
}

static void
test_ctl_server_slow_client_of_many_objects_drains_in_pieces(void **state)
{
	struct ctl_client_conn *c = attach(OTHER_USER);
	char key[16], text[1001];
	int i, got = 0;
	json_t *j;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	subscribe(c, "session");
	read_all(c);
	for (i = 0; i < 500; i++) {
		(void)snprintf(key, sizeof(key), "k%d", i);
		ctl_server_publish(server, "session", key,
		    json_pack("{s:i,s:s}", "n", i, "fill", text));
	}
	assert_true(evbuffer_get_length(ctl_client_conn_output(c)) <
	    2 * CTL_QUEUE_LOW);
	for (;;) {
		j = hear(c);
		if (j == NULL) {
			ctl_client_conn_drained(c);
			j = hear(c);
			if (j == NULL)
				break;
		}
		assert_int_equal(json_integer_value(json_object_get(
		    json_object_get(j, "params"), "n")), got);
		got++;
		json_decref(j);
	}
	assert_int_equal(got, 500);
}

/* Everything it is told until nothing more comes; a line each. */
static json_t *
hear_slowly(struct ctl_client_conn *c, struct evbuffer *all)
{
	struct evbuffer *out = ctl_client_conn_output(c);
	char *line;
	json_t *j = NULL;

	/* evbuffer_readln() leaves an unfinished line where it is. */
	while (evbuffer_get_length(out) > 0) {
		assert_true(evbuffer_get_length(out) < 2 * CTL_QUEUE_LOW);
		(void)evbuffer_add_buffer(all, out);
		ctl_client_conn_drained(c);
	}
	line = evbuffer_readln(all, NULL, EVBUFFER_EOL_LF);
	if (line != NULL)
		j = json_loads(line, 0, NULL);
	free(line);
	return j;
}

static void
test_ctl_server_answer_of_many_parts_is_made_as_it_is_read(void **state)
{
	struct ctl_client_conn *c = attach(OTHER_USER);
	struct evbuffer *all = evbuffer_new();
	json_t *j, *result, *p;
	size_t i;

	(void)state;
	subscribe(c, "session");
	read_all(c);
	parts = 3000;
	say(c, "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"list\"}\n");
	assert_true(part < 200);	/* no further than it has read */
	/* Levels and requests wait for the end of the line. */
	ctl_server_publish(server, "session", "a", level(5));
	ctl_server_publish(server, "session", "a", level(6));
	say(c, "{\"jsonrpc\":\"2.0\",\"id\":8,\"method\":\"ping\"}\n");
	j = hear_slowly(c, all);
	assert_int_equal(json_integer_value(json_object_get(j, "id")), 7);
	result = json_object_get(j, "result");
	assert_int_equal(json_integer_value(json_object_get(result, "total")),
	    3000);
	assert_int_equal(json_array_size(json_object_get(result, "parts")),
	    3000);
	json_array_foreach(json_object_get(result, "parts"), i, p)
		assert_int_equal(json_integer_value(json_object_get(p, "n")),
		    (json_int_t)i);
	json_decref(j);
	j = hear_slowly(c, all);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(j,
	    "params"), "value")), 6);
	json_decref(j);
	j = hear_slowly(c, all);
	assert_int_equal(json_integer_value(json_object_get(j, "id")), 8);
	json_decref(j);
	/* The same without a part, and by one who does not want an answer. */
	parts = 0;
	say(c, "{\"jsonrpc\":\"2.0\",\"method\":\"list\"}\n"
	    "{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"list\"}\n");
	assert_told(c, "{\"jsonrpc\":\"2.0\",\"id\":9,\"result\":{\"total\":0,"
	    "\"parts\":[]}}");
	assert_silence(c);
	evbuffer_free(all);
}

static void
test_ctl_server_answer_of_several_lists_has_all_and_a_tail(void **state)
{
	struct ctl_client_conn *c = attach(OTHER_USER);

	(void)state;
	say(c, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"two\"}\n");
	assert_told(c, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"low\":[0,1],"
	    "\"high\":[2],\"sum\":3}}");
	assert_int_equal(ended_streams, 1);
}

/* Finished, refused, not wanted or left behind: the cursor ends once. */
static void
test_ctl_server_cursor_of_a_stream_ends_whatever_happens(void **state)
{
	struct ctl_client_conn *c = attach(OTHER_USER);
	int i;

	(void)state;
	parts = 3000;
	for (i = 0; i < 3; i++) {
		say(c, "{\"jsonrpc\":\"2.0\",\"method\":\"list\"}\n"
		    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"two\","
		    "\"params\":{\"no\":true}}\n");
		assert_error(c, CTL_ERR_REFUSED, true);
	}
	assert_int_equal(begun_streams, 6);
	assert_int_equal(ended_streams, 6);
	say(c, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"list\"}\n");
	assert_int_equal(ended_streams, 6);
	ctl_client_conn_detach(c);
	assert_int_equal(ended_streams, 7);
}

static void
test_ctl_server_request_waits_until_its_client_has_read(void **state)
{
	struct ctl_client_conn *c = attach(OTHER_USER);

	(void)state;
	subscribe(c, "event");
	(void)fall_behind(c);
	say(c, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"echo\"}\n");
	assert_int_equal(echoed, 0);
	read_all(c);
	assert_int_equal(echoed, 1);
}

static bool
someone_is_gone(void)
{
	return gone_clean + gone_unclean > 0;
}

/* --- answers that come later --- */

#define LATER	"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"later\"}\n"
#define ECHO	"{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"echo\"," \
		"\"params\":{}}\n"

static void
test_ctl_server_deferred_answer_holds_up_only_its_client(void **state)
{
	struct ctl_client_conn *c = attach(OTHER_USER);
	struct ctl_client_conn *other = attach(OTHER_USER);

	(void)state;
	subscribe(c, "event");
	read_all(c);
	say(c, LATER ECHO);
	assert_silence(c);
	assert_int_equal(echoed, 0);
	say(other, ECHO);
	assert_int_equal(echoed, 1);
	/* A level goes out meanwhile, at once. */
	ctl_server_publish(server, "event", NULL, level(1));
	assert_told(c, "{\"jsonrpc\":\"2.0\",\"method\":\"event\","
	    "\"params\":{\"seq\":1,\"value\":1}}");
	assert_ptr_equal(unanswered, c);
	ctl_client_conn_answer(c, json_pack("{s:i}", "n", 5));
	assert_told(c, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"n\":5}}");
	ctl_client_conn_drained(c);
	assert_told(c, "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}");
}

static void
test_ctl_server_deferred_request_may_be_refused_then_or_at_once(void **state)
{
	const struct ctl_error error = { CTL_ERR_REFUSED, "not today" };
	struct ctl_client_conn *c = attach(OTHER_USER);

	(void)state;
	say(c, LATER);
	ctl_client_conn_refuse(c, &error);
	assert_told(c, "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":1,"
	    "\"message\":\"not today\"}}");
	say(c, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"later\","
	    "\"params\":{\"no\":true}}\n");
	assert_error(c, CTL_ERR_REFUSED, true);
	/* Without an id there is nothing to say, later as well. */
	say(c, "{\"jsonrpc\":\"2.0\",\"method\":\"later\"}\n" ECHO);
	ctl_client_conn_answer(c, json_object());
	ctl_client_conn_drained(c);
	assert_told(c, "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}");
	assert_silence(c);
}

/* As long as it is read; then the requests that waited. */
static void
test_ctl_server_deferred_answer_may_come_in_parts(void **state)
{
	static const char *const members[] = { "parts", NULL };
	static const struct ctl_stream stream = { members, NULL, next_part,
	    count_end };
	struct ctl_client_conn *c = attach(OTHER_USER);
	struct evbuffer *all = evbuffer_new();
	json_t *j;

	(void)state;
	say(c, LATER ECHO);
	parts = 500;
	part = 0;
	ctl_client_conn_answer_parts(c, json_pack("{s:i}", "total", 500),
	    &stream, &parts);
	assert_true(part < 200);
	j = hear_slowly(c, all);
	assert_int_equal(json_integer_value(json_object_get(j, "id")), 1);
	assert_int_equal(json_array_size(json_object_get(json_object_get(j,
	    "result"), "parts")), 500);
	json_decref(j);
	assert_int_equal(ended_streams, 1);
	j = hear_slowly(c, all);
	assert_int_equal(json_integer_value(json_object_get(j, "id")), 2);
	json_decref(j);
	/* Nobody wants this one. */
	say(c, "{\"jsonrpc\":\"2.0\",\"method\":\"later\"}\n" ECHO);
	part = 0;
	ctl_client_conn_answer_parts(c, json_object(), &stream, &parts);
	ctl_client_conn_drained(c);
	assert_int_equal(ended_streams, 2);
	j = hear_slowly(c, all);
	assert_int_equal(json_integer_value(json_object_get(j, "id")), 2);
	json_decref(j);
	evbuffer_free(all);
}

static void
test_ctl_server_client_may_go_before_its_deferred_answer(void **state)
{
	struct ctl_client_conn *c = attach(OTHER_USER);

	(void)state;
	say(c, LATER);
	ctl_client_conn_detach(c);
	assert_int_equal(gone_unclean, 1);
	assert_null(unanswered);
}

/* L-30 - who does not read costs himself */
static void
test_ctl_server_queue_beyond_its_limit_drops_the_client(void **state)
{
	struct ctl_client_conn *c = attach(OTHER_USER);
	struct ctl_client_conn *other = attach(OTHER_USER);
	char key[16], *text = malloc(10001);
	int i;

	(void)state;
	memset(text, 'x', 10000);
	text[10000] = '\0';
	subscribe(c, "session");
	for (i = 0; i < 1000 && !ctl_client_conn_is_closing(c); i++) {
		(void)snprintf(key, sizeof(key), "k%d", i);
		ctl_server_publish(server, "session", key,
		    json_pack("{s:s}", "fill", text));
	}
	free(text);
	/* 4 MiB of 10 kB levels. */
	assert_in_range(i, 400, 420);
	assert_int_equal(gone_unclean, 0);	/* not from within publish */
	await(someone_is_gone);
	assert_int_equal(gone_unclean, 1);
	assert_int_equal(gone_clean, 0);
	subscribe(other, "session");
	assert_int_equal(snapshots, 2);
}

/* --- sockets --- */

static int
setup_socket(void **state)
{
	(void)setup(state);
	(void)snprintf(dir, sizeof(dir), "/tmp/test_ctl_server.XXXXXX");
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/d.sock", dir);
	ctl_server_close(server);
	server = NULL;
	config.path = path;
	assert_int_equal(ctl_server_open(loop, &config, getegid(), &server), 0);
	return 0;
}

static int
teardown_socket(void **state)
{
	(void)teardown(state);
	(void)unlink(path);
	assert_int_equal(rmdir(dir), 0);
	return 0;
}

static int
dial(void)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(sun.sun_path, path, strlen(path) + 1);
	assert_int_equal(connect(fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
	return fd;
}

static void
put(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL),
	    strlen(text));
}

static int peeked_fd;

static bool
something_to_read(void)
{
	char c;

	return recv(peeked_fd, &c, 1, MSG_PEEK | MSG_DONTWAIT) >= 0;
}

/* The bytes received by now, without waiting. */
static ssize_t
get(int fd, char *buf, size_t size)
{
	ssize_t n = recv(fd, buf, size - 1, MSG_DONTWAIT);

	buf[n > 0 ? n : 0] = '\0';
	return n;
}

static void
test_ctl_server_socket_file_is_for_user_and_group(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 07777, 0660);
	ctl_server_close(server);
	server = NULL;
	assert_int_equal(lstat(path, &st), -1);
}

static void
test_ctl_server_live_daemon_is_not_replaced(void **state)
{
	struct ctl_server *second;

	(void)state;
	assert_int_equal(ctl_server_open(loop, &config, (gid_t)-1, &second),
	    -EADDRINUSE);
	close(dial());		/* still there */
}

static void
test_ctl_server_stale_socket_is_replaced(void **state)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)state;
	ctl_server_close(server);
	memcpy(sun.sun_path, path, strlen(path) + 1);
	assert_int_equal(bind(fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
	close(fd);
	assert_int_equal(ctl_server_open(loop, &config, (gid_t)-1, &server),
	    0);
	close(dial());
}

static void
test_ctl_server_other_file_is_left_alone(void **state)
{
	struct stat st;
	int fd;

	(void)state;
	ctl_server_close(server);
	server = NULL;
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	assert_true(fd != -1);
	close(fd);
	assert_int_equal(ctl_server_open(loop, &config, (gid_t)-1, &server),
	    -EADDRINUSE);
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISREG(st.st_mode));
}

static void
test_ctl_server_successors_socket_is_not_removed(void **state)
{
	struct ctl_server *second;
	struct stat st;

	(void)state;
	assert_int_equal(unlink(path), 0);
	assert_int_equal(ctl_server_open(loop, &config, (gid_t)-1, &second),
	    0);
	ctl_server_close(server);
	server = second;
	assert_int_equal(lstat(path, &st), 0);
}

static void
test_ctl_server_impossible_paths_are_errors(void **state)
{
	struct ctl_server_config bad = config;
	struct ctl_server *s;
	char long_path[200];

	(void)state;
	memset(long_path, 'x', sizeof(long_path));
	long_path[0] = '/';
	long_path[sizeof(long_path) - 1] = '\0';
	bad.path = long_path;
	assert_int_equal(ctl_server_open(loop, &bad, (gid_t)-1, &s),
	    -ENAMETOOLONG);
	bad.path = "/nonexistent/d.sock";
	assert_int_equal(ctl_server_open(loop, &bad, (gid_t)-1, &s), -ENOENT);
}

static void
test_ctl_server_one_client_too_many_is_told_so(void **state)
{
	int fds[CTL_CLIENTS_MAX], last, i;
	char buf[256];

	(void)state;
	for (i = 0; i < CTL_CLIENTS_MAX; i++)
		fds[i] = dial();
	/* The last of those that fit is served, so all of them are in. */
	put(fds[i - 1], "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n");
	peeked_fd = fds[i - 1];
	await(something_to_read);
	last = dial();
	peeked_fd = last;
	await(something_to_read);
	assert_true(get(last, buf, sizeof(buf)) > 0);
	assert_string_equal(buf, "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":"
	    "{\"code\":1,\"message\":\"too many clients\"}}\n");
	assert_int_equal(get(last, buf, sizeof(buf)), 0);
	close(last);
	/* One leaves, one may come. */
	close(fds[0]);
	await(someone_is_gone);
	fds[0] = dial();
	put(fds[0], "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n");
	peeked_fd = fds[0];
	await(something_to_read);
	assert_true(get(fds[0], buf, sizeof(buf)) > 0);
	assert_string_equal(buf,
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":true}\n");
	for (i = 0; i < CTL_CLIENTS_MAX; i++)
		close(fds[i]);
}

/* As another user, where the test is root's. */
static int
dial_as_other(void)
{
	int fd;

	assert_int_equal(seteuid(OTHER_USER), 0);
	fd = dial();
	assert_int_equal(seteuid(0), 0);
	return fd;
}

static void
assert_served(int fd, bool served)
{
	static const char ping[] =
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n";
	char buf[256];

	(void)send(fd, ping, sizeof(ping) - 1, MSG_NOSIGNAL);
	peeked_fd = fd;
	await(something_to_read);
	(void)get(fd, buf, sizeof(buf));
	assert_int_equal(strstr(buf, "too many clients") == NULL, served);
}

static mono_t pause_end;

static bool
pause_over(void)
{
	return !mono_before(loop_clock(), pause_end);
}

/* 64 readers that never leave must not keep root out, nor each other for ever. */
static void
test_ctl_server_readers_leave_slots_and_give_way(void **state)
{
	int fds[CTL_CLIENTS_MAX], admin, i;
	char buf[64];

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(chmod(dir, 0755), 0);
	assert_int_equal(chmod(path, 0666), 0);
	for (i = 0; i < CTL_CLIENTS_MAX; i++) {
		fds[i] = dial_as_other();
		assert_served(fds[i], i < CTL_LOOK_MAX);
	}
	admin = dial();
	assert_served(admin, true);
	close(admin);
	for (i = CTL_LOOK_MAX; i < CTL_CLIENTS_MAX; i++)
		close(fds[i]);
	/* Idle for a while: the oldest goes, those that are subscribed stay. */
	put(fds[0], "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"subscribe\","
	    "\"params\":{\"topics\":[\"event\"]}}\n");
	peeked_fd = fds[0];
	await(something_to_read);
	pause_end = mono_add(loop_clock(), (CTL_GIVE_WAY_S * 1000 + 50) *
	    NS_PER_MS);
	await(pause_over);
	admin = dial_as_other();
	assert_served(admin, true);
	assert_int_equal(get(fds[1], buf, sizeof(buf)), 0);
	assert_int_equal(get(fds[2], buf, sizeof(buf)), -1);
	close(admin);
	for (i = 0; i < CTL_LOOK_MAX; i++)
		close(fds[i]);
}

static int
dial_as_root(void)
{
	int fd;

	assert_int_equal(seteuid(0), 0);
	fd = dial();
	assert_int_equal(seteuid(OTHER_USER), 0);
	return fd;
}

/* The slot is free as soon as an answer finds nobody. */
static void
test_ctl_server_reader_that_has_left_is_not_heard_to_the_end(void **state)
{
	int fd, i;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(chmod(dir, 0755), 0);
	assert_int_equal(chmod(path, 0666), 0);
	fd = dial_as_other();
	for (i = 0; i < 100; i++)
		put(fd, "{\"jsonrpc\":\"2.0\",\"id\":1,"
		    "\"method\":\"echo\"}\n");
	close(fd);
	await(someone_is_gone);
	assert_int_equal(echoed, 1);
}

/* Where descriptors are few, those of clients are not the last ones. */
static void
test_ctl_server_clients_leave_descriptors_to_the_daemon(void **state)
{
	struct rlimit limit, few;
	int fds[32], own, i;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(chmod(dir, 0755), 0);
	assert_int_equal(chmod(path, 0666), 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	few = limit;
	fds[0] = dial_as_other();	/* this process has both ends */
	few.rlim_cur = (rlim_t)fds[0] + 1 + 2 * 10 + CTL_SPARE_FDS;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	assert_served(fds[0], true);
	for (i = 1; i < 12; i++) {
		fds[i] = dial_as_other();
		assert_served(fds[i], i < 10);
	}
	own = dial();
	assert_served(own, true);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	close(own);
	while (--i >= 0)
		close(fds[i]);
}

/* 64 idle clients of root must not keep out the daemon's own, nor root. */
static void
test_ctl_server_root_leaves_slots_to_the_own_user(void **state)
{
	int fds[CTL_CLIENTS_MAX], own, again, i;
	char buf[64];

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(chmod(dir, 0755), 0);
	assert_int_equal(chmod(path, 0666), 0);
	assert_int_equal(seteuid(OTHER_USER), 0);
	own = dial();
	assert_served(own, true);
	for (i = 0; i < CTL_CLIENTS_MAX; i++) {
		fds[i] = dial_as_root();
		assert_served(fds[i], i < CTL_ROOT_MAX);
	}
	again = dial();
	assert_served(again, true);
	pause_end = mono_add(loop_clock(), (CTL_GIVE_WAY_S * 1000 + 50) *
	    NS_PER_MS);
	await(pause_over);
	for (i = CTL_ROOT_MAX; i < CTL_CLIENTS_MAX; i++)
		close(fds[i]);
	fds[CTL_ROOT_MAX] = dial_as_root();
	assert_served(fds[CTL_ROOT_MAX], true);
	assert_int_equal(get(fds[0], buf, sizeof(buf)), 0);
	assert_int_equal(get(fds[1], buf, sizeof(buf)), -1);
	assert_served(own, true);
	assert_served(again, true);
	close(own);
	close(again);
	for (i = 0; i <= CTL_ROOT_MAX; i++)
		close(fds[i]);
	assert_int_equal(seteuid(0), 0);
}

static int
dial_and_subscribe(const char *topic)
{
	int fd = dial();
	char line[120], buf[512];

	(void)snprintf(line, sizeof(line), "{\"jsonrpc\":\"2.0\",\"id\":0,"
	    "\"method\":\"subscribe\",\"params\":{\"topics\":[\"%s\"]}}\n",
	    topic);
	put(fd, line);
	peeked_fd = fd;
	await(something_to_read);
	assert_true(get(fd, buf, sizeof(buf)) > 0);
	return fd;
}

static void
test_ctl_server_level_leaves_before_publish_returns(void **state)
{
	int fd = dial_and_subscribe("event");
	char buf[256];

	(void)state;
	ctl_server_publish(server, "event", NULL, level(6));
	/* The loop does not run in between. */
	assert_true(get(fd, buf, sizeof(buf)) > 0);
	assert_string_equal(buf, "{\"jsonrpc\":\"2.0\",\"method\":\"event\","
	    "\"params\":{\"seq\":1,\"value\":6}}\n");
	close(fd);
}

static void
test_ctl_server_goodbye_is_heard_after_a_failed_send(void **state)
{
	int fd = dial_and_subscribe("event");

	(void)state;
	put(fd, "{\"jsonrpc\":\"2.0\",\"method\":\"goodbye\"}\n");
	close(fd);
	/* Fails with EPIPE, while the goodbye is still unread. */
	ctl_server_publish(server, "event", NULL, level(6));
	await(someone_is_gone);
	assert_int_equal(gone_clean, 1);
	assert_int_equal(gone_unclean, 0);
}

static void
test_ctl_server_goodbye_is_heard_when_client_left_unread_lines(void **state)
{
	int fd = dial_and_subscribe("event");

	(void)state;
	ctl_server_publish(server, "event", NULL, level(6));
	put(fd, "{\"jsonrpc\":\"2.0\",\"method\":\"goodbye\"}\n");
	close(fd);		/* unread input here: ECONNRESET there */
	await(someone_is_gone);
	assert_int_equal(gone_clean, 1);
}

static void
test_ctl_server_end_of_file_without_goodbye_is_unclean(void **state)
{
	int fd = dial_and_subscribe("event");

	(void)state;
	close(fd);
	await(someone_is_gone);
	assert_int_equal(gone_unclean, 1);
	assert_int_equal(gone_clean, 0);
}

/* Nobody reads the rest of its answers: their making ends, and the client too. */
static void
test_ctl_server_client_that_leaves_in_an_answer_of_parts_is_gone(void **state)
{
	int fd = dial(), i;

	(void)state;
	parts = 3000;
	for (i = 0; i < 80; i++)
		put(fd, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"list\"}\n");
	peeked_fd = fd;
	await(something_to_read);
	close(fd);
	await(someone_is_gone);
	assert_int_equal(gone_unclean, 1);
}

static int answers;

/* Reads what is there, counts the lines; true at the end of file. */
static bool
read_to_the_end(void)
{
	char buf[4096];
	ssize_t n, i;

	while ((n = get(peeked_fd, buf, sizeof(buf))) > 0) {
		for (i = 0; i < n; i++)
			answers += buf[i] == '\n';
	}
	return n == 0;
}

/* More lines than a batch takes, more answers than the socket takes. */
static void
test_ctl_server_half_closed_client_gets_every_answer(void **state)
{
	static char lines[1000 * 48];
	int fd = dial(), i;

	(void)state;
	for (i = 0; i < 1000; i++)
		(void)strcpy(lines + strlen(lines), "{\"jsonrpc\":\"2.0\","
		    "\"id\":1,\"method\":\"echo\"}\n");
	put(fd, lines);
	assert_int_equal(shutdown(fd, SHUT_WR), 0);
	answers = 0;
	peeked_fd = fd;
	await(read_to_the_end);
	assert_int_equal(answers, 1000);
	assert_int_equal(echoed, 1000);
	close(fd);
}

static bool
all_echoed(void)
{
	return echoed == 200;
}

/* L-30 + 200 lines are there: the clients take turns. */
static void
test_ctl_server_chatty_client_does_not_hold_up_another(void **state)
{
	int chatty = dial(), other = dial(), i;
	static char lines[200 * 48];

	(void)state;
	lines[0] = '\0';
	for (i = 0; i < 200; i++)
		(void)strcat(lines, "{\"jsonrpc\":\"2.0\",\"method\":\"echo\"}\n");
	put(chatty, lines);
	put(other, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"change\"}\n");
	await(all_echoed);
	assert_int_equal(changed, 1);
	assert_true(echoed_when_changed < 100);
	close(chatty);
	close(other);
}

#define CROWD	16
static int crowd[CROWD], heard[CROWD];

static bool
crowd_heard_ten(void)
{
	char buf[4096];
	bool all = true;
	ssize_t n, i;
	int k;

	for (k = 0; k < CROWD; k++) {
		while ((n = get(crowd[k], buf, sizeof(buf))) > 0)
			for (i = 0; i < n; i++)
				heard[k] += buf[i] == '\n';
		all = all && heard[k] >= 10;
	}
	return all;
}

/*
 * 16 clients want 20 ms of work each: no batch is longer for it, and all of them
 * get on alike.
 */
static void
test_ctl_server_clients_share_one_budget_and_take_turns(void **state)
{
	const struct loop_absence *a = loop_absence(loop);
	static char lines[100 * 50];
	int i, least = 1000, most = 0;

	(void)state;
	lines[0] = '\0';
	for (i = 0; i < 100; i++)
		(void)strcat(lines, "{\"jsonrpc\":\"2.0\",\"id\":1,"
		    "\"method\":\"toil\"}\n");
	for (i = 0; i < CROWD; i++) {
		crowd[i] = dial();
		heard[i] = 0;
		put(crowd[i], lines);
	}
	await(crowd_heard_ten);
	for (i = 0; i < CROWD; i++) {
		least = heard[i] < least ? heard[i] : least;
		most = heard[i] > most ? heard[i] : most;
		close(crowd[i]);
	}
	assert_true(most <= 2 * least);
	/* Half a millisecond and a step; of the test's own work, some. */
	assert_true(a->cpu.longest_ns < LONGEST_NS);
}

static bool
one_changed(void)
{
	return changed == 1;
}

/* Whoever may change something has its turn before those that only look. */
static void
test_ctl_server_those_that_may_change_come_first(void **state)
{
	static char lines[100 * 50];
	int fds[CROWD], admin, before, i;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(chmod(dir, 0755), 0);
	assert_int_equal(chmod(path, 0666), 0);
	lines[0] = '\0';
	for (i = 0; i < 100; i++)
		(void)strcat(lines, "{\"jsonrpc\":\"2.0\",\"id\":1,"
		    "\"method\":\"toil\"}\n");
	assert_int_equal(seteuid(OTHER_USER), 0);
	for (i = 0; i < CROWD; i++) {
		fds[i] = dial();
		put(fds[i], lines);
	}
	assert_int_equal(seteuid(0), 0);
	peeked_fd = fds[CROWD - 1];
	await(something_to_read);
	before = toiled;
	admin = dial();
	put(admin, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"change\"}\n");
	await(one_changed);
	/* A wake of the others at most, while it was let in, and one more. */
	assert_true(toiled_when_changed - before <= 10);
	close(admin);
	for (i = 0; i < CROWD; i++)
		close(fds[i]);
}

/*
 * A full input must not keep the batch from ending, at the end of which requests
 * are served.  The alarm is for a batch that never ends.
 */
static void
test_ctl_server_full_input_is_served_all_the_same(void **state)
{
	static char buf[CTL_LINE_MAX + 8192];
	static const char ping[] =
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n";
	size_t len, lines;
	int fd, whole;
	ssize_t n, i;

	(void)state;
	(void)alarm(20);
	for (whole = 0; whole < 2; whole++) {
		if (whole)		/* many requests, the last one cut off */
			for (len = 0; len < sizeof(buf); len++)
				buf[len] = ping[len % (sizeof(ping) - 1)];
		else			/* one line that does not end */
			memset(buf, 'x', sizeof(buf));
		lines = 0;
		fd = dial();
		assert_int_equal(send(fd, buf, sizeof(buf), MSG_NOSIGNAL),
		    sizeof(buf));
		peeked_fd = fd;
		do {
			await(something_to_read);
			n = get(fd, buf, sizeof(buf));
			for (i = 0; i < n; i++)
				lines += buf[i] == '\n';
		} while (whole && lines < sizeof(buf) / (sizeof(ping) - 1));
		assert_true(n > 0);
		if (!whole)
			assert_non_null(strstr(buf, "65536 bytes at most"));
		(void)close(fd);
	}
	(void)alarm(0);
}

/* Whoever asks for the same again and again does not fill the log. */
static void
test_ctl_server_lines_about_deeds_are_limited(void **state)
{
	struct ctl_client_conn *c = attach(0), *other = attach(0);
	uint64_t left_out;
	unsigned i, lines = 0;

	(void)state;
	for (i = 0; i < 5000; i++)
		lines += ctl_client_conn_may_log(i & 1 ? c : other, &left_out);
	assert_in_range(lines, 600, 610);
	pause_end = mono_add(loop_clock(), 1050 * NS_PER_MS);
	await(pause_over);
	assert_true(ctl_client_conn_may_log(c, &left_out));
	assert_int_equal(left_out, 5000 - lines);
}

/* Empty lines are passed over, however many there are. */
static void
test_ctl_server_empty_lines_are_no_requests(void **state)
{
	static char lines[3 * CTL_LINE_MAX];
	struct ctl_client_conn *c = attach(OTHER_USER);

	(void)state;
	memset(lines, '\n', sizeof(lines));
	ctl_client_conn_feed(c, lines, sizeof(lines));
	say(c, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"echo\"}\n\n\n");
	assert_int_equal(echoed, 1);
	say(c, "\n{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"echo\"}\n");
	assert_int_equal(echoed, 2);
	assert_false(ctl_client_conn_is_closing(c));
}

/* 32000 values in a line would take milliseconds to read. */
static void
test_ctl_server_line_of_too_many_values_is_refused(void **state)
{
	struct ctl_client_conn *c = attach(OTHER_USER);
	static char line[CTL_LINE_MAX];
	int i;

	(void)state;
	(void)strcpy(line, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"echo\","
	    "\"params\":{\"a\":[0");
	for (i = 0; i < CTL_VALUES_MAX - 10; i++)
		(void)strcpy(line + strlen(line), ",0");
	say(c, line);
	say(c, "]}}\n");
	assert_int_equal(echoed, 1);
	(void)evbuffer_drain(ctl_client_conn_output(c), SIZE_MAX);
	say(c, line);
	say(c, ",0,0,0,0,0,0,0,0,0,0]}}\n");
	assert_int_equal(echoed, 1);
	assert_error(c, -32600, false);
	assert_false(ctl_client_conn_is_closing(c));
}

/* Nor may a few long ones, or numbers that take long to read. */
static void
test_ctl_server_line_of_too_long_values_is_refused(void **state)
{
	struct ctl_client_conn *c = attach(OTHER_USER);
	static char line[CTL_LINE_MAX];
	size_t len;
	int i;

	(void)state;
	(void)strcpy(line, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"echo\","
	    "\"params\":{\"a\":\"");
	len = strlen(line);
	memset(line + len, ',', 4000);
	memset(line + len + 4000, 'x', CTL_WEIGHT_MAX - 4100);
	say(c, line);
	say(c, "\"}}\n");
	assert_int_equal(echoed, 1);
	(void)evbuffer_drain(ctl_client_conn_output(c), SIZE_MAX);
	say(c, line);
	for (i = 0; i < 10; i++)
		say(c, "\\u0041\\u0042");
	say(c, "\"}}\n");
	assert_error(c, -32600, false);
	(void)strcpy(line + len - 1, "[0");
	for (i = 0; i < CTL_WEIGHT_MAX / 70; i++)
		(void)strcat(line, ",1.0e3");
	say(c, line);
	say(c, "]}}\n");
	assert_int_equal(echoed, 2);
	(void)evbuffer_drain(ctl_client_conn_output(c), SIZE_MAX);
	say(c, line);
	(void)strcpy(line, ",1.0e3,1.0e3,1.0e3,1.0e3,1.0e3,1.0e3,1.0e3");
	say(c, line);
	say(c, line);
	say(c, "]}}\n");
	assert_int_equal(echoed, 2);
	assert_error(c, -32600, false);
	assert_false(ctl_client_conn_is_closing(c));
}

/* A client that stops reading and then reads again ends with the last level. */
static void
test_ctl_server_stopped_reader_catches_up_through_the_socket(void **state)
{
	int fd = dial_and_subscribe("session"), i;
	static char buf[1 << 20];
	char *last = NULL;
	ssize_t n, total = 0;

	(void)state;
	for (i = 0; i < 10000; i++)
		ctl_server_publish(server, "session", "a", level(i));
	ctl_server_publish(server, "session", "b", level(4711));
	peeked_fd = fd;
	while (last == NULL) {
		await(something_to_read);
		n = get(fd, buf + total, sizeof(buf) - (size_t)total);
		assert_true(n > 0);
		total += n;
		last = strstr(buf, "\"value\":4711}}\n");
	}
	/* 10000 lines of some 70 bytes, had none been left out. */
	assert_true(total < 400000);
	assert_non_null(strstr(buf, "\"value\":9999}}\n"));
	close(fd);
}

#define SOCKET_TEST(f) \
	cmocka_unit_test_setup_teardown(f, setup_socket, teardown_socket)
#define PLAIN_TEST(f) \
	cmocka_unit_test_setup_teardown(f, setup, teardown)

/* As with a parent that keeps the socket while its child is replaced. */
static void
test_ctl_server_listener_outlives_its_servers(void **state)
{
	struct ctl_server_config on_listener = config;
	struct ctl_listener *listener, *second;
	char answer[256];
	int fd;

	(void)state;
	ctl_server_close(server);
	assert_int_equal(ctl_listener_open(path, (gid_t)-1, &listener), 0);
	assert_int_equal(ctl_listener_open(path, (gid_t)-1, &second),
	    -EADDRINUSE);
	on_listener.path = NULL;
	on_listener.listener = listener;
	assert_int_equal(ctl_server_open(loop, &on_listener, (gid_t)-1,
	    &server), 0);
	ctl_server_close(server);
	/* Nobody is there, yet the client only waits. */
	fd = dial();
	put(fd, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n");
	assert_int_equal(ctl_server_open(loop, &on_listener, (gid_t)-1,
	    &server), 0);
	peeked_fd = fd;
	await(something_to_read);
	assert_true(get(fd, answer, sizeof(answer)) > 0);
	assert_non_null(strstr(answer, "\"id\":1"));
	(void)close(fd);
	ctl_server_close(server);
	server = NULL;
	ctl_listener_close(listener, false);
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(ctl_listener_open(path, (gid_t)-1, &listener), 0);
	ctl_listener_close(listener, true);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(ctl_server_open(loop, &config, (gid_t)-1, &server),
	    0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		PLAIN_TEST(test_ctl_server_request_is_answered_with_its_id),
		PLAIN_TEST(test_ctl_server_hello_names_program_and_protocol),
		PLAIN_TEST(test_ctl_server_request_without_id_is_not_answered),
		PLAIN_TEST(test_ctl_server_not_json_is_a_parse_error),
		PLAIN_TEST(test_ctl_server_nul_byte_in_a_line_is_a_parse_error),
		PLAIN_TEST(test_ctl_server_invalid_request_is_refused),
		PLAIN_TEST(
		    test_ctl_server_unknown_method_and_bad_params_are_told_apart),
		PLAIN_TEST(test_ctl_server_quoted_name_is_cut_to_valid_text),
		PLAIN_TEST(test_ctl_server_handler_error_is_passed_on),
		PLAIN_TEST(
		    test_ctl_server_answer_too_long_is_an_error_not_a_drop),
		PLAIN_TEST(test_ctl_server_change_needs_root_or_own_user),
		PLAIN_TEST(test_ctl_server_strict_prefix_is_never_answered),
		PLAIN_TEST(test_ctl_server_blank_lines_are_ignored),
		PLAIN_TEST(test_ctl_server_longest_line_is_answered),
		PLAIN_TEST(
		    test_ctl_server_line_too_long_is_refused_and_ends_it),
		PLAIN_TEST(
		    test_ctl_server_subscriber_gets_answer_snapshot_then_changes),
		PLAIN_TEST(
		    test_ctl_server_reader_is_told_in_its_turn_what_is_newest),
		PLAIN_TEST(
		    test_ctl_server_new_reader_is_not_told_what_was_before),
		PLAIN_TEST(test_ctl_server_events_that_wait_are_bounded),
		PLAIN_TEST(test_ctl_server_lost_events_are_told_by_themselves),
		PLAIN_TEST(test_ctl_server_only_the_own_user_is_told_at_once),
		PLAIN_TEST(test_ctl_server_levels_that_wait_are_bounded),
		PLAIN_TEST(test_ctl_server_chosen_client_is_told_as_well),
		PLAIN_TEST(
		    test_ctl_server_subscribing_again_gives_a_new_snapshot),
		PLAIN_TEST(test_ctl_server_unsubscribe_keeps_the_other_topic),
		PLAIN_TEST(test_ctl_server_bad_subscription_changes_nothing),
		PLAIN_TEST(
		    test_ctl_server_without_topic_list_subscriptions_are_bounded),
		PLAIN_TEST(
		    test_ctl_server_slow_client_gets_newest_level_per_object),
		PLAIN_TEST(
		    test_ctl_server_slow_client_of_many_objects_drains_in_pieces),
		PLAIN_TEST(
		    test_ctl_server_request_waits_until_its_client_has_read),
		PLAIN_TEST(
		    test_ctl_server_answer_of_several_lists_has_all_and_a_tail),
		PLAIN_TEST(
		    test_ctl_server_cursor_of_a_stream_ends_whatever_happens),
		PLAIN_TEST(
		    test_ctl_server_answer_of_many_parts_is_made_as_it_is_read),
		PLAIN_TEST(
		    test_ctl_server_deferred_answer_holds_up_only_its_client),
		PLAIN_TEST(
		    test_ctl_server_deferred_request_may_be_refused_then_or_at_once),
		PLAIN_TEST(
		    test_ctl_server_deferred_answer_may_come_in_parts),
		PLAIN_TEST(
		    test_ctl_server_client_may_go_before_its_deferred_answer),
		PLAIN_TEST(
		    test_ctl_server_queue_beyond_its_limit_drops_the_client),
		SOCKET_TEST(test_ctl_server_socket_file_is_for_user_and_group),
		SOCKET_TEST(test_ctl_server_live_daemon_is_not_replaced),
		SOCKET_TEST(test_ctl_server_stale_socket_is_replaced),
		SOCKET_TEST(test_ctl_server_listener_outlives_its_servers),
		SOCKET_TEST(test_ctl_server_other_file_is_left_alone),
		SOCKET_TEST(test_ctl_server_successors_socket_is_not_removed),
		SOCKET_TEST(test_ctl_server_impossible_paths_are_errors),
		SOCKET_TEST(test_ctl_server_one_client_too_many_is_told_so),
		SOCKET_TEST(test_ctl_server_full_input_is_served_all_the_same),
		SOCKET_TEST(test_ctl_server_readers_leave_slots_and_give_way),
		SOCKET_TEST(test_ctl_server_root_leaves_slots_to_the_own_user),
		SOCKET_TEST(
		    test_ctl_server_clients_leave_descriptors_to_the_daemon),
		PLAIN_TEST(test_ctl_server_empty_lines_are_no_requests),
		PLAIN_TEST(test_ctl_server_lines_about_deeds_are_limited),
		SOCKET_TEST(
		    test_ctl_server_reader_that_has_left_is_not_heard_to_the_end),
		SOCKET_TEST(
		    test_ctl_server_level_leaves_before_publish_returns),
		SOCKET_TEST(
		    test_ctl_server_goodbye_is_heard_after_a_failed_send),
		SOCKET_TEST(
		    test_ctl_server_goodbye_is_heard_when_client_left_unread_lines),
		SOCKET_TEST(
		    test_ctl_server_end_of_file_without_goodbye_is_unclean),
		SOCKET_TEST(
		    test_ctl_server_client_that_leaves_in_an_answer_of_parts_is_gone),
		SOCKET_TEST(
		    test_ctl_server_half_closed_client_gets_every_answer),
		SOCKET_TEST(
		    test_ctl_server_chatty_client_does_not_hold_up_another),
		SOCKET_TEST(
		    test_ctl_server_clients_share_one_budget_and_take_turns),
		SOCKET_TEST(test_ctl_server_those_that_may_change_come_first),
		PLAIN_TEST(
		    test_ctl_server_line_of_too_many_values_is_refused),
		PLAIN_TEST(
		    test_ctl_server_line_of_too_long_values_is_refused),
		SOCKET_TEST(
		    test_ctl_server_stopped_reader_catches_up_through_the_socket),
	};

	return cmocka_run_group_tests_name("ctl_server", tests, NULL, NULL);
}
