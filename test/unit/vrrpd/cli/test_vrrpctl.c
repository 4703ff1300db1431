/*
 * test_vrrpctl.c - the views against goldens, the command line, and a small
 * server that plays both daemons.
 *
 * test/unit/vrrpctl/X.json is what a daemon sends, X.txt what people read.  With
 * UPDATE_GOLDENS=1 the texts are written instead: read the difference.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <errno.h>
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

#include "vrrpd/cli/vrrpctl.h"

static const char *srcdir;
static char dir[] = "/tmp/vrrpctl.XXXXXX";
static char sock[64];

/* 2026-11-21T12:20:45+01:00 */
#define NOW_US	(INT64_C(1795260045) * 1000000)

static json_t *
load(const char *name)
{
	char path[4096];
	json_error_t error;
	json_t *doc;

	(void)snprintf(path, sizeof(path), "%s/test/unit/vrrpctl/%s.json",
	    srcdir, name);
	doc = json_load_file(path, 0, &error);
	if (doc == NULL)
		fail_msg("%s:%d: %s", path, error.line, error.text);
	return doc;
}

static void
golden(const char *name, const char *text)
{
	char path[4096], want[16384];
	size_t n = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/test/unit/vrrpctl/%s.txt",
	    srcdir, name);
	if (getenv("UPDATE_GOLDENS") != NULL) {
		f = fopen(path, "w");
		assert_non_null(f);
		(void)fputs(text, f);
		(void)fclose(f);
	}
	if ((f = fopen(path, "r")) != NULL) {
		n = fread(want, 1, sizeof(want) - 1, f);
		(void)fclose(f);
	}
	want[n] = '\0';
	if (strcmp(want, text) != 0)
		fail_msg("%s: want\n%sgot\n%s", path, want, text);
}

/* Every line of every view must fit. */
static void
assert_narrow(const char *name, const char *text)
{
	size_t n;

	for (; *text != '\0'; text += n + (text[n] == '\n')) {
		n = strcspn(text, "\n");
		if (n > 80)
			fail_msg("%s: %zu columns: %.*s", name, n, (int)n,
			    text);
		if (n > 0 && text[n - 1] == ' ')
			fail_msg("%s: space at the end: %.*s", name, (int)n,
			    text);
	}
}

static void
test_vrrpctl_show_views_match_their_goldens(void **state)
{
	static const struct {
		const char *name;
		void (*view)(const struct view *, const json_t *);
	} cases[] = {
		{ "instances", vrrpctl_view_instances },
		{ "instances-none", vrrpctl_view_instances },
		{ "instances-degraded", vrrpctl_view_instances },
		{ "instance-active", vrrpctl_view_instance },
		{ "instance-backup-bfd", vrrpctl_view_instance },
		{ "instance-backup-no-session", vrrpctl_view_instance },
		{ "instance-backup-no-bfd", vrrpctl_view_instance },
		{ "instance-auto-active", vrrpctl_view_instance },
		{ "instance-auto-alone", vrrpctl_view_instance },
		{ "instance-auto-backup", vrrpctl_view_instance },	/* L-1 + */
		{ "instance-waiting", vrrpctl_view_instance },
		{ "instance-bare", vrrpctl_view_instance },
		{ "history", vrrpctl_view_history },
		{ "history-none", vrrpctl_view_history },
		{ "stats", vrrpctl_view_stats },
		{ "sessions", vrrpctl_view_sessions },
		{ "sessions-none", vrrpctl_view_sessions },
		{ "session", vrrpctl_view_session },
		{ "session-down", vrrpctl_view_session },
	};
	struct view v = { NULL, NOW_US };
	json_t *doc;
	char *text;
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		doc = load(cases[i].name);
		v.out = open_memstream(&text, &len);
		cases[i].view(&v, doc);
		(void)fclose(v.out);
		golden(cases[i].name, text);
		assert_narrow(cases[i].name, text);
		free(text);
		json_decref(doc);
	}
}

/* Nothing a daemon of another version sends or leaves out is a crash. */
static void
test_vrrpctl_show_views_survive_any_document(void **state)
{
	static void (*const views[])(const struct view *, const json_t *) = {
		vrrpctl_view_instances, vrrpctl_view_instance,
		vrrpctl_view_history, vrrpctl_view_stats,
		vrrpctl_view_sessions, vrrpctl_view_session };
	static const char *const docs[] = { "{}", "[]", "{\"instances\":5}",
	    /* In parentheses: clang takes two strings for a missing comma. */
	    ("{\"instances\":[5,null,{},{\"bfd\":7,\"statistics\":[],"
	    "\"last-transition\":null,\"virtual-addresses\":[1,{}]}]}"),
	    "{\"transitions\":[{},{\"steps\":[1,{\"us\":\"x\"}]}]}",
	    "{\"sessions\":[{},[]],\"scheduling\":9}",
	    "{\"interfaces\":[{\"a\":1},3]}" };
	struct monitor m = { NULL, NULL };
	struct view v = { NULL, -1 };
	json_t *doc;
	size_t i, j;

	(void)state;
	v.out = fopen("/dev/null", "w");
	assert_non_null(v.out);
	for (i = 0; i < sizeof(docs) / sizeof(docs[0]); i++) {
		doc = json_loads(docs[i], 0, NULL);
		assert_non_null(doc);
		for (j = 0; j < sizeof(views) / sizeof(views[0]); j++)
			views[j](&v, doc);
		vrrpctl_view_event(&v, &m, "instance", doc);
		vrrpctl_view_event(&v, &m, "transition", doc);
		vrrpctl_view_event(&v, &m, "bfd", doc);
		json_decref(doc);
	}
	vrrpctl_monitor_free(&m);
	(void)fclose(v.out);
}

static void
test_vrrpctl_show_monitor_prints_a_line_per_event(void **state)
{
	struct monitor m = { NULL, NULL };
	struct view v = { NULL, NOW_US + 4711 };
	json_t *doc = load("monitor"), *e;
	char *text;
	size_t i, len;

	(void)state;
	v.out = open_memstream(&text, &len);
	json_array_foreach(doc, i, e)
		vrrpctl_view_event(&v, &m, json_string_value(json_array_get(e,
		    0)), json_array_get(e, 1));
	(void)fclose(v.out);
	golden("monitor", text);
	free(text);
	vrrpctl_monitor_free(&m);
	json_decref(doc);
}

/* --- a server that answers each method with a line of its own --- */

struct answer {
	const char *method;		/* NULL: whatever is asked */
	const char *reply;		/* what follows the id; NULL: hang up */
};

/* A child that serves one connection after another until it is killed. */
static pid_t
serve(const struct answer *answers)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	const struct answer *a;
	const char *method;
	char line[4096];
	json_t *request;
	int listener, fd;
	pid_t pid;
	FILE *in, *out;

	(void)snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", sock);
	(void)unlink(sock);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(listener >= 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&sun, sizeof(sun)),
	    0);
	assert_int_equal(listen(listener, 4), 0);
	if ((pid = fork()) != 0) {
		(void)close(listener);
		assert_true(pid > 0);
		return pid;
	}
	(void)alarm(30);
	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		in = fdopen(fd, "r");
		out = fdopen(dup(fd), "w");
		while (fgets(line, sizeof(line), in) != NULL) {
			request = json_loads(line, 0, NULL);
			method = json_string_value(json_object_get(request,
			    "method"));
			for (a = answers; a->method != NULL; a++)
				if (strcmp(a->method, method) == 0)
					break;
			if (a->reply == NULL)
				break;
			/* What was asked, for the test to look at. */
			if (strcmp(method, "hello") != 0 &&
			    strcmp(method, "goodbye") != 0) {
				FILE *log = fopen("asked", "a");

				(void)fprintf(log, "%s ", method);
				(void)json_dumpf(json_object_get(request,
				    "params"), log, JSON_COMPACT);
				(void)fputc('\n', log);
				(void)fclose(log);
			}
			(void)fprintf(out, "{\"jsonrpc\":\"2.0\",\"id\":%"
			    JSON_INTEGER_FORMAT ",%s\n", json_integer_value(
			    json_object_get(request, "id")), a->reply);
			(void)fflush(out);
			json_decref(request);
			if (strcmp(a->method != NULL ? a->method : "",
			    "subscribe") == 0)
				break;
		}
		(void)fclose(in);
		(void)fclose(out);
	}
	_exit(0);
}

static void
stop(pid_t pid)
{
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}

struct outcome {
	int	status;
	char	out[8192];
	char	err[8192];
};

/* Runs vrrpctl with both sockets set, and these words. */
static struct outcome
vrrpctl(const char *words)
{
	struct outcome o;
	char *argv[24] = { "vrrpctl", "-s", sock, "-b", sock };
	char copy[512], *p, *text[2];
	size_t len[2];
	int argc = 5;
	FILE *out, *err;

	(void)snprintf(copy, sizeof(copy), "%s", words);
	for (p = strtok(copy, " "); p != NULL; p = strtok(NULL, " "))
		argv[argc++] = p;
	out = open_memstream(&text[0], &len[0]);
	err = open_memstream(&text[1], &len[1]);
	o.status = vrrpctl_run(argc, argv, out, err);
	(void)fclose(out);
	(void)fclose(err);
	(void)snprintf(o.out, sizeof(o.out), "%s", text[0]);
	(void)snprintf(o.err, sizeof(o.err), "%s", text[1]);
	free(text[0]);
	free(text[1]);
	return o;
}

static void
assert_outcome(const char *words, int status, const char *out, const char *err)
{
	struct outcome o = vrrpctl(words);

	if (o.status != status || strstr(o.out, out) == NULL ||
	    strstr(o.err, err) == NULL || (*out == '\0') != (o.out[0] == '\0')
	    || (*err == '\0') != (o.err[0] == '\0'))
		fail_msg("vrrpctl %s: exit %d\n%s%s\nwant exit %d, \"%s\" and "
		    "\"%s\"", words, o.status, o.out, o.err, status, out, err);
}

/* The last request was this one. */
static void
assert_asked(const char *want)
{
	char line[4096] = "", last[4096] = "";
	FILE *f = fopen("asked", "r");

	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL)
		memcpy(last, line, sizeof(last));
	(void)fclose(f);
	last[strcspn(last, "\n")] = '\0';
	assert_string_equal(last, want);
}

static void
test_vrrpctl_cmd_usage_errors_exit_2(void **state)
{
	(void)state;
	assert_outcome("", 2, "", "usage: vrrpctl");
	assert_outcome("-x show", 2, "", "-x is not an option");
	assert_outcome("-s", 2, "", "-s needs a path");
	assert_outcome("frobnicate", 2, "", "\"frobnicate\" is not known here; "
	    "expected show, set, handover");
	assert_outcome("s", 2, "", "\"s\" may be show or set");
	assert_outcome("set", 2, "", "something is missing; expected NAME");
	assert_outcome("set web", 2, "", "expected advert_int or priority");
	assert_outcome("set web preempt yes", 2, "", "\"preempt\" is not known "
	    "here; expected advert_int or priority");
	assert_outcome("set web priority", 2, "", "expected N");
	assert_outcome("handover", 2, "", "expected NAME");
	assert_outcome("reload now", 2, "", "nothing is expected after "
	    "\"reload\"");
	assert_outcome("show bfd 192.0.2.2 more", 2, "", "nothing is expected");
	assert_outcome("set a priority 5 6", 2, "", "nothing is expected after "
	    "\"5\"");
	assert_outcome("-h", 0, "show history [NAME]", "");
	assert_outcome("-V", 0, PACKAGE_VERSION, "");
}

static void
test_vrrpctl_cmd_without_a_daemon_exits_3(void **state)
{
	static const char *const words[] = { "show", "show web", "show stats",
	    "show history", "monitor", "reload", "handover web",
	    "set web priority 5", "-j show", "sh h" };
	char want[256];
	size_t i;

	(void)state;
	(void)unlink(sock);
	(void)snprintf(want, sizeof(want), "vrrpctl: vrrpd is not reachable at "
	    "%s: No such file or directory (is it running?)\n", sock);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		assert_outcome(words[i], 3, "", want);
	assert_outcome("show bfd", 3, "", "bfdd is not reachable at");
}

static void
test_vrrpctl_cmd_a_refusal_exits_1_with_its_reason(void **state)
{
	static const struct answer answers[] = {
		{ "hello", "\"result\":{\"protocol\":1}}" },
		{ NULL, "\"error\":{\"code\":3,\"message\":"
		    "\"there is no instance \\\"x\\\"\"}}" },
	};
	pid_t pid = serve(answers);

	(void)state;
	assert_outcome("show x", 1, "", "vrrpctl: there is no instance \"x\"\n");
	assert_outcome("-j show x", 1, "", "there is no instance");
	assert_outcome("disable x", 1, "", "there is no instance");
	assert_outcome("monitor", 1, "", "there is no instance");
	stop(pid);
}

static void
test_vrrpctl_cmd_a_daemon_that_hangs_up_exits_3(void **state)
{
	static const struct answer answers[] = { { NULL, NULL } };
	pid_t pid = serve(answers);

	(void)state;
	assert_outcome("show", 3, "", "vrrpd is not reachable at");
	stop(pid);
}

static const struct answer good[] = {
	{ "hello", "\"result\":{\"protocol\":1}}" },
	{ "goodbye", "\"result\":true}" },
	{ "show", "\"result\":{\"instances\":[{\"name\":\"web\",\"state\":"
	    "\"active\"}],\"sessions\":[{\"peer\":\"192.0.2.2\",\"state\":"
	    "\"up\"}],\"later\":[1.5,null]}}" },
	{ "history", "\"result\":{\"transitions\":[]}}" },
	{ "stats", "\"result\":{\"instances\":[{\"name\":\"web\","
	    "\"statistics\":{\"x\":0}}]}}" },
	{ "set", "\"result\":{\"applied\":{},\"kept\":\"until restart\"}}" },
	{ "reload", "\"result\":{\"added\":1,\"removed\":0}}" },
	{ "subscribe", "\"result\":{\"seq\":1}}\n"
	    "{\"jsonrpc\":\"2.0\",\"method\":\"transition\",\"params\":"
	    "{\"seq\":2,\"instance\":\"web\",\"from\":\"backup\",\"to\":"
	    "\"active\",\"cause\":\"bfd-down\","
	    "\"time\":\"2026-11-21T10:15:03.123456+01:00\"}}" },
	{ NULL, "\"result\":{\"name\":\"web\"}}" },
};

static void
test_vrrpctl_cmd_asks_what_the_words_say(void **state)
{
	static const struct {
		const char *words, *asked, *out;
	} cases[] = {
		{ "show", "show {}", "NAME" },
		{ "show web", "show {\"name\":\"web\"}", "web: active" },
		{ "show history", "history {}", "no transitions" },
		{ "sh hist web", "history {\"name\":\"web\"}",
		    "no transitions" },
		{ "show stats web", "stats {\"name\":\"web\"}",
		    "instance web" },
		{ "show bfd", "show {}", "192.0.2.2" },
		{ "show bfd 192.0.2.2", "show {}", "192.0.2.2" },
		{ "bfd disable 192.0.2.2", "session.admin-down {\"peer\":"
		    "\"192.0.2.2\"}", "192.0.2.2: AdminDown" },
		{ "bfd enable 192.0.2.2", "session.admin-up {\"peer\":"
		    "\"192.0.2.2\"}", "192.0.2.2: enabled\n" },
		{ "set web advert_int 5", "set {\"name\":\"web\","
		    "\"advert-interval-cs\":5}", "web: advert_int = 50ms "
		    "(until vrrpd restarts or reloads)\n" },
		{ "set web adv 10ms", "set {\"name\":\"web\","
		    "\"advert-interval-cs\":1}", "10ms" },
		/* Only version 2 has this one: vrrpd will know. */
		{ "set web adv 255s", "set {\"name\":\"web\","
		    "\"advert-interval-cs\":25500}", "255s" },
		{ "set web priority 254", "set {\"name\":\"web\","
		    "\"priority\":254}", "web: priority = 254 (until vrrpd "
		    "restarts or reloads)\n" },
		{ "handover web", "handover {\"name\":\"web\"}",
		    "web: handed over" },
		{ "d web", "disable {\"name\":\"web\"}", "web: disabled" },
		{ "e web", "enable {\"name\":\"web\"}", "web: enabled" },
		{ "reload", "reload {}", "reloaded: 1 added, 0 removed\n" },
	};
	pid_t pid = serve(good);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_outcome(cases[i].words, 0, cases[i].out, "");
		assert_asked(cases[i].asked);
	}
	assert_outcome("show bfd 192.0.2.9", 1, "", "no BFD session with "
	    "192.0.2.9");
	assert_outcome("bfd disable 192.0.2.9", 1, "", "no BFD session with "
	    "192.0.2.9");
	assert_outcome("bfd disable 192.0.2.2 eth9", 1, "", "no BFD session "
	    "with 192.0.2.2 on eth9");
	stop(pid);
}

/* A shortened word gives way to an instance of that very name. */
static void
test_vrrpctl_cmd_show_prefers_a_name_to_a_shortened_word(void **state)
{
	static const struct answer none[] = {
		{ "hello", "\"result\":{}}" },
		{ "show", "\"error\":{\"code\":3,\"message\":\"no\"}}" },
		{ "stats", "\"result\":{\"instances\":[{\"name\":\"web\"}]}}" },
		{ NULL, "\"result\":true}" },
	};
	pid_t pid = serve(good);

	(void)state;
	assert_outcome("show st", 0, "web: active", "");
	assert_asked("show {\"name\":\"st\"}");
	assert_outcome("show stats", 0, "instance web", "");
	stop(pid);
	pid = serve(none);
	assert_outcome("show st", 0, "instance web", "");
	stop(pid);
}

static void
test_vrrpctl_cmd_json_is_the_daemons_document(void **state)
{
	pid_t pid = serve(good);
	struct outcome o = vrrpctl("-j show");
	json_t *got = json_loads(o.out, 0, NULL);
	json_t *want = json_loads("{\"instances\":[{\"name\":\"web\",\"state\":"
	    "\"active\"}],\"sessions\":[{\"peer\":\"192.0.2.2\",\"state\":"
	    "\"up\"}],\"later\":[1.5,null]}", 0, NULL);

	(void)state;
	stop(pid);
	assert_int_equal(o.status, 0);
	assert_true(json_equal(got, want));
	json_decref(got);
	json_decref(want);
}

static void
test_vrrpctl_cmd_monitor_until_the_daemon_goes(void **state)
{
	pid_t pid = serve(good);

	(void)state;
	assert_outcome("monitor", 3, "10:15:03.123456  web  backup -> active  "
	    "cause bfd-down\n", "vrrpd closed the connection");
	assert_asked("subscribe {\"topics\":[\"instance\",\"transition\","
	    "\"bfd\"]}");
	assert_outcome("-j monitor", 3, "{\"event\":\"transition\",\"seq\":2,"
	    "\"instance\":\"web\",", "vrrpd closed the connection");
	stop(pid);
}

/* Values no version of the protocol has never reach the daemon. */
static void
test_vrrpctl_cmd_set_refuses_what_the_file_would(void **state)
{
	(void)state;
	(void)unlink(sock);
	assert_outcome("set web advert_int 15ms", 1, "", "not a whole number "
	    "of centiseconds");
	assert_outcome("set web advert_int 0", 1, "", "must be from 1 to 4095");
	assert_outcome("set web priority 0", 1, "", "must be from 1 to 254");
	assert_outcome("set web priority 256", 1, "", "must be from 1 to 254");
}

static void
test_vrrpctl_cmd_check_says_what_is_wrong_and_where(void **state)
{
	struct outcome o;
	json_t *doc;
	FILE *f;

	(void)state;
	f = fopen("good.conf", "w");
	(void)fprintf(f, "instance web {\n interface = eth0\n"
	    " virtual_router_id = 1\n advert_int = 1\n"
	    " virtual_addresses = { 192.0.2.1/24 }\n"
	    " bfd 192.0.2.2 { role = peer interval = 50ms }\n}\n");
	(void)fclose(f);
	f = fopen("bad.conf", "w");
	(void)fprintf(f, "instance web {\n priority = 300\n}\n");
	(void)fclose(f);
	assert_outcome("check good.conf", 0, "good.conf: good, 1 instance\n",
	    "good.conf:6: warning: bfd 192.0.2.2");	/* L-1 */
	assert_outcome("check bad.conf", 1, "", "bad.conf:2: priority = 300");
	assert_outcome("check missing.conf", 1, "", "missing.conf: No such");
	o = vrrpctl("-j check bad.conf");
	assert_int_equal(o.status, 1);
	doc = json_loads(o.out, 0, NULL);
	assert_true(json_is_false(json_object_get(doc, "good")));
	assert_int_equal(json_array_size(json_object_get(doc, "errors")), 4);
	json_decref(doc);
	assert_outcome("convert /nonexistent", 1, "", "/nonexistent");
	assert_outcome("show --strict", 2, "", "is for convert");
	assert_outcome("convert --id", 2, "", "--id needs a name");
}

static int
set_up(void **state)
{
	char path[4096];

	(void)state;
	if (realpath(getenv("srcdir") != NULL ? getenv("srcdir") : ".",
	    path) == NULL || (srcdir = strdup(path)) == NULL ||
	    mkdtemp(dir) == NULL || chdir(dir) != 0)
		return -1;
	(void)setenv("TZ", "CET-1", 1);		/* where the goldens are */
	tzset();
	(void)snprintf(sock, sizeof(sock), "%s/s", dir);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	(void)unlink(sock);
	(void)unlink("asked");
	(void)unlink("good.conf");
	(void)unlink("bad.conf");
	free((char *)(uintptr_t)srcdir);
	return chdir("/") == 0 && rmdir(dir) == 0 ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vrrpctl_show_views_match_their_goldens),
		cmocka_unit_test(test_vrrpctl_show_views_survive_any_document),
		cmocka_unit_test(
		    test_vrrpctl_show_monitor_prints_a_line_per_event),
		cmocka_unit_test(test_vrrpctl_cmd_usage_errors_exit_2),
		cmocka_unit_test(test_vrrpctl_cmd_without_a_daemon_exits_3),
		cmocka_unit_test(
		    test_vrrpctl_cmd_a_refusal_exits_1_with_its_reason),
		cmocka_unit_test(
		    test_vrrpctl_cmd_a_daemon_that_hangs_up_exits_3),
		cmocka_unit_test(test_vrrpctl_cmd_asks_what_the_words_say),
		cmocka_unit_test(
		    test_vrrpctl_cmd_show_prefers_a_name_to_a_shortened_word),
		cmocka_unit_test(test_vrrpctl_cmd_json_is_the_daemons_document),
		cmocka_unit_test(
		    test_vrrpctl_cmd_monitor_until_the_daemon_goes),
		cmocka_unit_test(
		    test_vrrpctl_cmd_set_refuses_what_the_file_would),
		cmocka_unit_test(
		    test_vrrpctl_cmd_check_says_what_is_wrong_and_where),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
