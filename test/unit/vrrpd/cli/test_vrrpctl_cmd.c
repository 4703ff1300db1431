/*
 * test_vrrpctl_cmd.c - the command line, and a small server that plays both
 * daemons.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <errno.h>
#include <jansson.h>
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

#include "vrrpd/cli/vrrpctl_cmd.h"

static const char *srcdir;
static char dir[] = "/tmp/vrrpctl.XXXXXX";
static char sock[64];

/* --- a server that answers each method with a line of its own --- */

struct answer {
	const char *method;		/* NULL: whatever is asked */
	const char *reply;		/* behind the id; NULL: hang up */
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
			/* The request, for the test to look at. */
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
	assert_outcome("reload --timeout", 2, "", "--timeout needs a time");
	assert_outcome("reload --timeout 60", 2, "", "must be a time like 60s");
	assert_outcome("reload --timeout 60x", 2, "", "must be a time");
	assert_outcome("reload --timeout -5s", 2, "", "must be a time");
	assert_outcome("reload --timeout 999ms", 2, "", "1s to 1440m");
	assert_outcome("reload --timeout 1441m", 2, "", "1s to 1440m");
	assert_outcome("reload --timeout 1500us", 2, "", "whole milliseconds");
	assert_outcome("reload --dry-run --timeout 60s", 2, "", "no --timeout");
	assert_outcome("show --dry-run", 2, "", "--dry-run is for reload");
	assert_outcome("restart --timeout 60s", 2, "", "--timeout is for "
	    "reload");
	assert_outcome("co x", 2, "", "may be confirm or convert");
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
	assert_outcome("show", 3, "", "vrrpd hung up without an answer");
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
		    "(until vrrpd restarts or reloads; --keep would keep it)\n"
		},
		{ "set web adv 50 --keep", "set {\"name\":\"web\","
		    "\"advert-interval-cs\":50,\"keep\":true}", "web: "
		    "advert_int = 500ms (kept until the file has another)\n" },
		{ "set web adv 10ms", "set {\"name\":\"web\","
		    "\"advert-interval-cs\":1}", "10ms" },
		/* Only version 2 has this one: vrrpd will know. */
		{ "set web adv 255s", "set {\"name\":\"web\","
		    "\"advert-interval-cs\":25500}", "255s" },
		{ "set web priority 254", "set {\"name\":\"web\","
		    "\"priority\":254}", "web: priority = 254 (until vrrpd "
		    "restarts or reloads; --keep would keep it)\n" },
		{ "set --keep web priority 7", "set {\"name\":\"web\","
		    "\"priority\":7,\"keep\":true}", "web: priority = 7 "
		    "(kept until the file has another)\n" },
		{ "handover web", "handover {\"name\":\"web\"}",
		    "web: handed over" },
		{ "d web", "disable {\"name\":\"web\"}", "web: disabled "
		    "until enabled\n" },
		{ "e web", "enable {\"name\":\"web\"}", "web: enabled" },
		{ "reload", "reload {}", "reloaded: 1 added, 0 removed\n" },
		{ "reload --dry-run", "reload {\"dry-run\":true}",
		    "reloaded" },
		{ "reload --timeout 60s", "reload {\"timeout-ms\":60000}",
		    "reloaded" },
		{ "rel --timeout=1.5m", "reload {\"timeout-ms\":90000}",
		    "reloaded" },
		{ "confirm", "confirm {}", "confirmed: the reload stays\n" },
		{ "conf", "confirm {}", "confirmed" },
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

/* The counters of bfdd go with those of vrrpd, unless it is about one name. */
static void
test_vrrpctl_cmd_stats_are_of_both_daemons(void **state)
{
	pid_t pid = serve(good);
	json_t *o;

	(void)state;
	o = json_loads(vrrpctl("-j show stats").out, 0, NULL);
	assert_non_null(json_object_get(o, "instances"));
	assert_true(json_is_object(json_object_get(o, "bfdd")));
	assert_asked("stats {}");
	json_decref(o);
	o = json_loads(vrrpctl("-j show stats web").out, 0, NULL);
	assert_null(json_object_get(o, "bfdd"));
	json_decref(o);
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
	assert_outcome("show --keep", 2, "", "--keep is for set");
	assert_outcome("--keep", 2, "", "--keep is for set");
	assert_outcome("set --keep=1", 2, "", "--keep=1 is not an option");
	assert_outcome("convert --id", 2, "", "--id needs a name");
	assert_outcome("show --run-beside", 2, "", "--run-beside is for convert");
	assert_outcome("show --ipvs=x", 2, "", "--ipvs is for convert");
	assert_outcome("convert --ipvs", 2, "", "--ipvs needs a file, or -");
	assert_outcome("convert --run-beside=x", 2, "", "is not an option");
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
		cmocka_unit_test(test_vrrpctl_cmd_usage_errors_exit_2),
		cmocka_unit_test(test_vrrpctl_cmd_without_a_daemon_exits_3),
		cmocka_unit_test(
		    test_vrrpctl_cmd_a_refusal_exits_1_with_its_reason),
		cmocka_unit_test(
		    test_vrrpctl_cmd_a_daemon_that_hangs_up_exits_3),
		cmocka_unit_test(test_vrrpctl_cmd_asks_what_the_words_say),
		cmocka_unit_test(test_vrrpctl_cmd_stats_are_of_both_daemons),
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
