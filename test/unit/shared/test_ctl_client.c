/*
 * test_ctl_client.c - both clients, against the real server and a rude one.
 *
 * The real server runs on the same loop.  The rude one is a listening socket
 * whose connections the test speaks on by hand.  The blocking client talks to a
 * server in a child process.
 *
 * With the argument "measure" it prints how long a level takes from
 * ctl_server_publish() in one process to the handler in another.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "shared/ctl_call.h"
#include "shared/ctl_client.h"
#include "shared/ctl_server.h"

#define RETRY_NS	(2 * NS_PER_MS)

static struct loop *loop;
static struct loop_timer *tick, *guard;
static bool timed_out;
static char dir[64], path[96];
static struct ctl_server *server;
static struct ctl_client *client;
static int gone_clean, gone_unclean;

static int ups, downs, notes, oks, errors, losts;
static json_int_t last_note, last_ok, last_error;
static char reason[64];
static char order[64];
static bool free_in_up, free_in_down, free_in_note, free_in_reply;

/* --- the loop --- */

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

static mono_t pause_end;

static bool
pause_is_over(void)
{
	return !mono_before(loop_clock(), pause_end);
}

/* Lets the loop run for a while in which nothing should happen. */
static void
run_for_ms(int64_t ms)
{
	pause_end = mono_add(loop_clock(), ns_from_ms(ms));
	await(pause_is_over);
}

/* --- a server --- */

static bool
do_echo(struct ctl_client_conn *c, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	(void)c;
	(void)error;
	(void)arg;
	*result = json_incref(json_object_get(params, "n"));
	return true;
}

static bool
do_refuse(struct ctl_client_conn *c, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	(void)c;
	(void)params;
	(void)result;
	(void)arg;
	return ctl_fail(error, CTL_ERR_REFUSED, "no");
}

/* Three notifications, then the answer. */
static bool
do_talk(struct ctl_client_conn *c, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	int i;

	(void)params;
	(void)result;
	(void)error;
	(void)arg;
	for (i = 1; i <= 3; i++)
		ctl_client_conn_notify(c, "session", "k",
		    json_pack("{s:i}", "n", i));
	return true;
}

static bool
do_die(struct ctl_client_conn *c, json_t *params, json_t **result,
    struct ctl_error *error, void *arg)
{
	(void)c;
	(void)params;
	(void)result;
	(void)error;
	(void)arg;
	_exit(0);
}

static const struct ctl_method methods[] = {
	{ "echo",	0,	do_echo },
	{ "refuse",	0,	do_refuse },
	{ "talk",	0,	do_talk },
	{ "die",	0,	do_die },
	{ NULL,		0,	NULL },
};

static void
gone(struct ctl_client_conn *c, bool clean, void *arg)
{
	(void)c;
	(void)arg;
	if (clean)
		gone_clean++;
	else
		gone_unclean++;
}

static void
serve(void)
{
	const struct ctl_server_config config = {
		.path = path,
		.program = "testd",
		.version = "1",
		.methods = methods,
		.gone = gone,
	};

	assert_int_equal(ctl_server_open(loop, &config, (gid_t)-1, &server),
	    0);
}

static void
stop_serving(void)
{
	ctl_server_close(server);
	server = NULL;
}

/* --- a client --- */

static void
note(char c)
{
	size_t n = strlen(order);

	if (n + 1 < sizeof(order))
		order[n] = c;
}

static void
free_client(void)
{
	ctl_client_free(client, true);
	client = NULL;
}

static void
on_up(json_t *hello, void *arg)
{
	assert_ptr_equal(arg, order);
	assert_string_equal(json_string_value(json_object_get(hello,
	    "program")), "testd");
	ups++;
	note('u');
	if (free_in_up)
		free_client();
}

static void
on_down(const char *why, void *arg)
{
	assert_ptr_equal(arg, order);
	downs++;
	note('d');
	(void)snprintf(reason, sizeof(reason), "%s", why);
	if (free_in_down)
		free_client();
}

static void
on_notify(const char *method, json_t *params, void *arg)
{
	assert_ptr_equal(arg, order);
	assert_string_equal(method, "session");
	notes++;
	note('n');
	last_note = json_integer_value(json_object_get(params, "n"));
	if (free_in_note)
		free_client();
}

static void
on_reply(json_t *result, json_t *error, void *arg)
{
	(void)arg;
	if (result != NULL) {
		oks++;
		last_ok = json_integer_value(result);
		note('o');
	} else if (error != NULL) {
		errors++;
		last_error = json_integer_value(json_object_get(error,
		    "code"));
		note('e');
	} else {
		losts++;
		note('x');
	}
	if (free_in_reply)
		free_client();
}

static const struct ctl_client_handlers handlers = {
	.up = on_up,
	.down = on_down,
	.notify = on_notify,
};

static void
connect_client(int64_t heartbeat_ns)
{
	client = ctl_client_new(loop, path, RETRY_NS, heartbeat_ns, &handlers,
	    order);
	assert_non_null(client);
	assert_false(ctl_client_is_up(client));
	assert_int_equal(ups, 0);		/* from the loop only */
}

static int
call(const char *method, int n)
{
	return ctl_client_call(client, method, json_pack("{s:i}", "n", n),
	    on_reply, NULL);
}

static bool
is_up(void)
{
	return ups > 0;
}

static bool
is_up_again(void)
{
	return ups > 1;
}

static bool
is_down(void)
{
	return downs > 0;
}

static bool
is_answered(void)
{
	return oks + errors > 0;
}

static bool
is_freed(void)
{
	return client == NULL;
}

static bool
server_saw_it_leave(void)
{
	return gone_clean + gone_unclean > 0;
}

static int
setup(void **state)
{
	(void)state;
	ups = downs = notes = oks = errors = losts = 0;
	gone_clean = gone_unclean = 0;
	free_in_up = free_in_down = free_in_note = free_in_reply = false;
	memset(order, 0, sizeof(order));
	(void)snprintf(dir, sizeof(dir), "/tmp/test_ctl_client.XXXXXX");
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/d.sock", dir);
	loop = loop_new();
	assert_non_null(loop);
	tick = loop_timer_new(loop, on_tick, NULL);
	guard = loop_timer_new(loop, on_guard, NULL);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	ctl_client_free(client, true);
	client = NULL;
	stop_serving();
	loop_timer_free(tick);
	loop_timer_free(guard);
	loop_free(loop);
	loop = NULL;
	(void)unlink(path);
	assert_int_equal(rmdir(dir), 0);
	return 0;
}

/* --- on the loop, against the real server --- */

static void
test_ctl_client_calls_are_answered_in_order(void **state)
{
	int i;

	(void)state;
	serve();
	connect_client(0);
	assert_int_equal(call("echo", 1), -ENOTCONN);
	await(is_up);
	assert_true(ctl_client_is_up(client));
	assert_int_equal(call("echo", 41), 0);
	assert_int_equal(call("refuse", 0), 0);
	assert_int_equal(call("nonsense", 0), 0);
	assert_int_equal(ctl_client_call(client, "echo", NULL, NULL, NULL), 0);
	assert_int_equal(call("talk", 0), 0);
	for (i = 0; i < 20 && oks < 2; i++)
		run_for_ms(5);
	/* up; echo; two errors; three notifications; the answer */
	assert_string_equal(order, "uoeennno");
	assert_int_equal(last_error, -32601);
	assert_int_equal(last_note, 3);
	assert_int_equal(downs, 0);
}

static void
test_ctl_client_without_server_waits_quietly_and_connects(void **state)
{
	(void)state;
	connect_client(NS_PER_MS);
	run_for_ms(10);
	assert_int_equal(ups + downs, 0);
	serve();
	await(is_up);
	assert_int_equal(downs, 0);
}

static void
test_ctl_client_lost_connection_fails_calls_then_tells_then_returns(
    void **state)
{
	(void)state;
	serve();
	connect_client(0);
	await(is_up);
	assert_int_equal(call("echo", 1), 0);
	assert_int_equal(call("echo", 2), 0);
	stop_serving();
	await(is_down);
	assert_false(ctl_client_is_up(client));
	assert_string_equal(order, "uxxd");
	assert_int_equal(call("echo", 3), -ENOTCONN);
	serve();
	await(is_up_again);
	assert_int_equal(call("echo", 4), 0);
	await(is_answered);
	assert_int_equal(last_ok, 4);
	assert_int_equal(losts, 2);
	assert_int_equal(downs, 1);
}

static void
test_ctl_client_heartbeat_keeps_an_idle_connection(void **state)
{
	(void)state;
	serve();
	connect_client(NS_PER_MS);
	await(is_up);
	run_for_ms(30);
	assert_int_equal(downs, 0);
	assert_true(ctl_client_is_up(client));
}

static void
test_ctl_client_clean_free_is_a_goodbye(void **state)
{
	(void)state;
	serve();
	connect_client(0);
	await(is_up);
	free_client();
	await(server_saw_it_leave);
	assert_int_equal(gone_clean, 1);
	assert_int_equal(downs, 0);
}

static void
test_ctl_client_unclean_free_is_none(void **state)
{
	(void)state;
	serve();
	connect_client(0);
	await(is_up);
	assert_int_equal(call("echo", 1), 0);
	ctl_client_free(client, false);
	client = NULL;
	await(server_saw_it_leave);
	assert_int_equal(gone_unclean, 1);
	assert_int_equal(oks + losts, 0);
}

static void
test_ctl_client_may_be_freed_in_any_callback(void **state)
{
	(void)state;
	serve();
	free_in_up = true;
	connect_client(0);
	await(is_freed);
	free_in_up = false;

	ups = 0;
	connect_client(0);
	await(is_up);
	free_in_note = true;
	assert_int_equal(call("talk", 0), 0);
	await(is_freed);
	assert_int_equal(notes, 1);
	free_in_note = false;

	ups = 0;
	connect_client(0);
	await(is_up);
	free_in_reply = true;
	assert_int_equal(call("echo", 0), 0);
	assert_int_equal(call("echo", 1), 0);
	await(is_freed);
	assert_int_equal(oks, 1);

	/* In the first of two that fail: the second is not called. */
	ups = 0;
	connect_client(0);
	await(is_up);
	assert_int_equal(call("echo", 0), 0);
	assert_int_equal(call("echo", 1), 0);
	stop_serving();
	await(is_freed);
	assert_int_equal(losts, 1);
	assert_int_equal(downs, 0);
	free_in_reply = false;

	serve();
	ups = 0;
	connect_client(0);
	await(is_up);
	free_in_down = true;
	stop_serving();
	await(is_freed);
	assert_int_equal(downs, 1);
}

static bool
three_megabytes_arrived(void)
{
	return notes == 30;
}

static void
test_ctl_client_takes_lines_longer_than_a_request(void **state)
{
	char *text = malloc(100001);
	int i;

	(void)state;
	serve();
	connect_client(0);
	await(is_up);
	assert_int_equal(ctl_client_call(client, "subscribe",
	    json_pack("{s:[s]}", "topics", "session"), on_reply, NULL), 0);
	await(is_answered);
	memset(text, 'x', 100000);
	text[100000] = '\0';
	for (i = 0; i < 30; i++) {
		char key[8];

		(void)snprintf(key, sizeof(key), "%d", i);
		ctl_server_publish(server, "session", key,
		    json_pack("{s:i,s:s}", "n", i, "fill", text));
	}
	free(text);
	await(three_megabytes_arrived);
	assert_int_equal(last_note, 29);
	assert_int_equal(downs, 0);
}

/* --- on the loop, against a rude server --- */

static int
rude_listen(void)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(sun.sun_path, path, strlen(path) + 1);
	assert_int_equal(bind(fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
	assert_int_equal(listen(fd, 8), 0);
	return fd;
}

static void
put(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL),
	    strlen(text));
}

/* Accepts; the hello is the first line.  Says `text` to it. */
static int
rude_accept(int listener, const char *text)
{
	char buf[256];
	int fd = accept(listener, NULL, NULL);
	ssize_t n;

	assert_true(fd != -1);
	n = recv(fd, buf, sizeof(buf) - 1, 0);
	assert_true(n > 0);
	buf[n] = '\0';
	assert_non_null(strstr(buf, "\"method\":\"hello\""));
	put(fd, text);
	return fd;
}

#define HELLO(id) "{\"jsonrpc\":\"2.0\",\"id\":" id ",\"result\":" \
	"{\"protocol\":1,\"program\":\"testd\"}}\n"

/* L-21 + */
static void
test_ctl_client_silent_server_is_down_after_three_heartbeats(void **state)
{
	int listener = rude_listen(), fd, i, pings = 0;
	char buf[1024];
	ssize_t n;

	(void)state;
	connect_client(2 * NS_PER_MS);
	fd = rude_accept(listener, HELLO("1"));
	await(is_down);
	assert_string_equal(reason, "no answer to heartbeats");
	assert_string_equal(order, "ud");
	n = recv(fd, buf, sizeof(buf), 0);
	for (i = 0; i < n; i++)
		pings += buf[i] == '\n';
	assert_int_equal(pings, 3);
	close(fd);
	close(listener);
}

/* L-21 - this process slept through three heartbeats: nobody's silence. */
static void
test_ctl_client_own_pause_is_not_the_silence_of_the_peer(void **state)
{
	int listener = rude_listen(), fd;

	(void)state;
	connect_client(20 * NS_PER_MS);
	fd = rude_accept(listener, HELLO("1"));
	await(is_up);
	usleep(100000);
	run_for_ms(5);
	assert_int_equal(downs, 0);
	close(fd);
	close(listener);
}

static void
test_ctl_client_bad_lines_end_the_connection(void **state)
{
	static const char *const lines[] = {
		"hello\n", "{\"id\":2,\"result\":1\n",
		"{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":1}}\n",
	};
	int listener = rude_listen(), fd;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		ups = downs = 0;
		connect_client(0);
		fd = rude_accept(listener, HELLO("1"));
		put(fd, lines[i]);
		await(is_down);
		assert_int_equal(ups, 1);
		close(fd);
		free_client();
	}
	close(listener);
}

static void
test_ctl_client_unexpected_but_valid_lines_are_ignored(void **state)
{
	int listener = rude_listen(), fd;

	(void)state;
	connect_client(0);
	fd = rude_accept(listener, HELLO("1")
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":1}\n"
	    "{\"jsonrpc\":\"2.0\",\"id\":-7,\"result\":1}\n"
	    "{\"jsonrpc\":\"2.0\",\"id\":1025,\"result\":1}\n"
	    "{\"jsonrpc\":\"2.0\",\"id\":\"1\",\"result\":1}\n"
	    "{}\n[]\n"
	    "{\"jsonrpc\":\"2.0\",\"method\":\"session\"}\n");
	await(is_up);
	run_for_ms(5);
	assert_int_equal(downs, 0);
	assert_int_equal(notes, 1);
	assert_int_equal(oks, 0);
	close(fd);
	close(listener);
}

static void
test_ctl_client_other_protocol_version_never_comes_up(void **state)
{
	int listener = rude_listen(), fd, i;

	(void)state;
	connect_client(0);
	for (i = 0; i < 3; i++) {
		fd = rude_accept(listener, i == 0 ?
		    "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":"
		    "{\"protocol\":2,\"program\":\"testd\"}}\n" : i == 1 ?
		    "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":"
		    "{\"code\":1,\"message\":\"too many clients\"}}\n" : "");
		run_for_ms(20);		/* the client goes, and returns */
		close(fd);
	}
	assert_int_equal(ups + downs, 0);
	close(listener);
}

static void
test_ctl_client_outstanding_calls_are_bounded(void **state)
{
	int listener = rude_listen(), fd, i;

	(void)state;
	connect_client(0);
	fd = rude_accept(listener, HELLO("1"));
	await(is_up);
	for (i = 0; i < CTL_CLIENT_CALLS_MAX; i++)
		assert_int_equal(call("echo", i), 0);
	assert_int_equal(call("echo", i), -ENOBUFS);
	/* The hello had 1, so these have 2, 3 ... */
	put(fd, "{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":7}\n");
	await(is_answered);
	assert_int_equal(last_ok, 7);
	assert_int_equal(call("echo", i), 0);
	assert_int_equal(call("echo", i), -ENOBUFS);
	close(fd);
	await(is_down);
	assert_int_equal(losts, CTL_CLIENT_CALLS_MAX);
	close(listener);
}

/* --- blocking, against a server in a child --- */

static pid_t child;
static struct ctl_call *c;

static int
setup_child(void **state)
{
	char byte;
	int fds[2];

	(void)setup(state);
	assert_int_equal(pipe(fds), 0);
	child = fork();
	assert_true(child != -1);
	if (child == 0) {
		struct loop_timer *t;

		loop_free(loop);	/* an epoll set of its own */
		loop = loop_new();
		t = loop_timer_new(loop, on_guard, NULL);
		loop_timer_set(t, mono_add(loop_clock(), 20 * NS_PER_S));
		serve();
		(void)!write(fds[1], "x", 1);
		(void)loop_run(loop);
		_exit(1);
	}
	close(fds[1]);
	assert_int_equal(read(fds[0], &byte, 1), 1);
	close(fds[0]);
	assert_int_equal(ctl_call_open(path, &c), 0);
	return 0;
}

static int
teardown_child(void **state)
{
	ctl_call_close(c);
	c = NULL;
	(void)kill(child, SIGKILL);
	assert_int_equal(waitpid(child, NULL, 0), child);
	return teardown(state);
}

static void
test_ctl_call_gives_result_or_error(void **state)
{
	json_t *result, *error;

	(void)state;
	assert_int_equal(ctl_call(c, "echo", json_pack("{s:i}", "n", 5),
	    &result, &error), 0);
	assert_int_equal(json_integer_value(result), 5);
	assert_null(error);
	json_decref(result);
	assert_int_equal(ctl_call(c, "refuse", NULL, &result, &error), 0);
	assert_null(result);
	assert_int_equal(json_integer_value(json_object_get(error, "code")),
	    CTL_ERR_REFUSED);
	json_decref(error);
}

static void
test_ctl_call_keeps_notifications_that_came_before_the_reply(void **state)
{
	json_t *result, *error, *m;
	int i;

	(void)state;
	assert_int_equal(ctl_call(c, "talk", NULL, &result, &error), 0);
	json_decref(result);
	for (i = 1; i <= 3; i++) {
		assert_int_equal(ctl_call_next(c, &m), 0);
		assert_int_equal(json_integer_value(json_object_get(
		    json_object_get(m, "params"), "n")), i);
		json_decref(m);
	}
}

static void
test_ctl_call_server_that_dies_is_econnreset(void **state)
{
	json_t *result = NULL, *error = NULL, *m;

	(void)state;
	assert_int_equal(ctl_call(c, "die", NULL, &result, &error),
	    -ECONNRESET);
	assert_null(result);
	assert_null(error);
	assert_int_equal(ctl_call_next(c, &m), -ECONNRESET);
}

static void
test_ctl_call_open_says_why_there_is_nobody(void **state)
{
	struct ctl_call *none = NULL;
	int listener;

	(void)state;
	assert_int_equal(ctl_call_open(path, &none), -ENOENT);
	listener = rude_listen();
	close(listener);
	assert_int_equal(ctl_call_open(path, &none), -ECONNREFUSED);
	assert_null(none);
}

/* Says this as soon as it is connected, and hangs up. */
static int
call_to_server_that_says(const char *text, json_t **result, json_t **error)
{
	int listener = rude_listen(), fd, rv;

	assert_int_equal(ctl_call_open(path, &c), 0);
	fd = accept(listener, NULL, NULL);
	put(fd, text);
	close(fd);
	close(listener);
	rv = ctl_call(c, "echo", NULL, result, error);
	ctl_call_close(c);
	c = NULL;
	(void)unlink(path);
	return rv;
}

static void
test_ctl_call_refusal_before_the_request_is_the_reply(void **state)
{
	json_t *result, *error;

	(void)state;
	assert_int_equal(call_to_server_that_says("{\"jsonrpc\":\"2.0\","
	    "\"id\":null,\"error\":{\"code\":1,\"message\":"
	    "\"too many clients\"}}\n", &result, &error), 0);
	assert_null(result);
	assert_string_equal(json_string_value(json_object_get(error,
	    "message")), "too many clients");
	json_decref(error);
}

static void
test_ctl_call_garbage_is_eproto(void **state)
{
	static const char *const lines[] = {
		"hello\n", "[]\n", "{\"id\":1}\n",
		"{\"id\":1,\"result\":1,\"error\":{}}\n",
	};
	json_t *result, *error;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		assert_int_equal(call_to_server_that_says(lines[i], &result,
		    &error), -EPROTO);
		assert_null(result);
		assert_null(error);
	}
	assert_int_equal(call_to_server_that_says("{\"id\":1,\"result\":1}",
	    &result, &error), -ENODATA);	/* no LF */
}

/* --- how long a level takes --- */

#define MEASURED	2000
static int64_t latency[MEASURED];
static unsigned measured;

static void
measured_up(json_t *hello, void *arg)
{
	(void)hello;
	(void)arg;
	(void)ctl_client_call(client, "subscribe",
	    json_pack("{s:[s]}", "topics", "session"), NULL, NULL);
}

static void
measured_note(const char *method, json_t *params, void *arg)
{
	(void)method;
	(void)arg;
	latency[measured++] = loop_clock().ns -
	    json_integer_value(json_object_get(params, "decided-ns"));
	if (measured == MEASURED)
		loop_stop(loop);
}

static struct loop_timer *publisher;

static void
publish_one(mono_t deadline, void *arg)
{
	(void)deadline;
	(void)arg;
	ctl_server_publish(server, "session", "192.0.2.2%eth0",
	    json_pack("{s:s,s:s,s:s,s:s,s:s,s:i,s:i,s:i,s:I,s:I}",
	    "peer", "192.0.2.2", "local", "192.0.2.1", "interface", "eth0",
	    "state", "down", "diagnostic", "control-detection-time-expired",
	    "detection-time-us", 30000, "up-count", 1, "down-count", 1,
	    "send-packet-count", (json_int_t)123456789,
	    "decided-ns", (json_int_t)loop_clock().ns));
	loop_timer_set(publisher, mono_add(loop_clock(), NS_PER_MS));
}

static int
compare(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static int
measure(void)
{
	static const struct ctl_client_handlers h = {
		.up = measured_up,
		.notify = measured_note,
	};

	(void)setup(NULL);
	child = fork();
	loop_free(loop);
	loop = loop_new();
	if (child == 0) {
		serve();
		publisher = loop_timer_new(loop, publish_one, NULL);
		loop_timer_set(publisher, loop_clock());
		(void)loop_run(loop);
		_exit(0);
	}
	client = ctl_client_new(loop, path, RETRY_NS, 0, &h, NULL);
	(void)loop_run(loop);
	(void)kill(child, SIGKILL);
	(void)waitpid(child, NULL, 0);
	qsort(latency, MEASURED, sizeof(latency[0]), compare);
	printf("publish to handler: median %ld us, p95 %ld us, p99 %ld us\n",
	    (long)(latency[MEASURED / 2] / 1000),
	    (long)(latency[MEASURED * 95 / 100] / 1000),
	    (long)(latency[MEASURED * 99 / 100] / 1000));
	tick = guard = NULL;
	return teardown(NULL);
}

#define LOOP_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
#define CHILD_TEST(f) \
	cmocka_unit_test_setup_teardown(f, setup_child, teardown_child)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		LOOP_TEST(test_ctl_client_calls_are_answered_in_order),
		LOOP_TEST(
		    test_ctl_client_without_server_waits_quietly_and_connects),
		LOOP_TEST(
		    test_ctl_client_lost_connection_fails_calls_then_tells_then_returns),
		LOOP_TEST(test_ctl_client_heartbeat_keeps_an_idle_connection),
		LOOP_TEST(test_ctl_client_clean_free_is_a_goodbye),
		LOOP_TEST(test_ctl_client_unclean_free_is_none),
		LOOP_TEST(test_ctl_client_may_be_freed_in_any_callback),
		LOOP_TEST(test_ctl_client_takes_lines_longer_than_a_request),
		LOOP_TEST(
		    test_ctl_client_silent_server_is_down_after_three_heartbeats),
		LOOP_TEST(
		    test_ctl_client_own_pause_is_not_the_silence_of_the_peer),
		LOOP_TEST(test_ctl_client_bad_lines_end_the_connection),
		LOOP_TEST(
		    test_ctl_client_unexpected_but_valid_lines_are_ignored),
		LOOP_TEST(
		    test_ctl_client_other_protocol_version_never_comes_up),
		LOOP_TEST(test_ctl_client_outstanding_calls_are_bounded),
		CHILD_TEST(test_ctl_call_gives_result_or_error),
		CHILD_TEST(
		    test_ctl_call_keeps_notifications_that_came_before_the_reply),
		CHILD_TEST(test_ctl_call_server_that_dies_is_econnreset),
		LOOP_TEST(test_ctl_call_open_says_why_there_is_nobody),
		LOOP_TEST(
		    test_ctl_call_refusal_before_the_request_is_the_reply),
		LOOP_TEST(test_ctl_call_garbage_is_eproto),
	};

	if (argc == 2 && strcmp(argv[1], "measure") == 0)
		return measure();
	return cmocka_run_group_tests_name("ctl_client", tests, NULL, NULL);
}
