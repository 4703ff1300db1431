/*
 * test_ka_script.c - check scripts as people write them, and what they become.
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "vrrpd/convert/ka_convert.h"
#include "vrrpd/convert/ka_parse.h"

#define CONF	"/etc/keepalived/keepalived.conf"
#define SCRIPT	"/etc/keepalived/check.sh"

struct files {
	const char	*conf, *script;
};

static int
read_one(void *arg, const char *path, char **text, char *why, size_t len)
{
	const struct files *f = arg;
	const char *found = strcmp(path, CONF) == 0 ? f->conf :
	    strcmp(path, SCRIPT) == 0 ? f->script : NULL;

	if (found == NULL) {
		(void)snprintf(why, len, "is not there");
		return -ENOENT;
	}
	*text = strdup(found);
	return *text == NULL ? -ENOMEM : 0;
}

/* An instance with the script; user: a line of it, or "". */
static void
convert(const char *script, const char *user, const char *text,
    struct ka_tree *tree, char **out)
{
	char conf[2048];
	struct files files = { conf, text };
	struct ka_source src = { .arg = &files, .id = "lb1",
	    .cwd = "/etc/keepalived", .read = read_one };

	(void)snprintf(conf, sizeof(conf), "vrrp_script chk {\n    script %s\n"
	    "    %s\n}\nvrrp_instance web {\n    interface eth0\n"
	    "    virtual_router_id 51\n    track_script {\n        chk\n    }\n"
	    "    virtual_ipaddress {\n        192.0.2.50/24\n    }\n}\n",
	    script, user);
	assert_int_equal(ka_parse(CONF, &src, tree), 0);
	assert_int_equal(ka_convert(tree, &src, out), 0);
}

static bool
says(const struct ka_tree *tree, const char *what)
{
	unsigned i;

	for (i = 0; i < tree->remarks.count; i++)
		if (strstr(tree->remarks.list[i].text, what) != NULL)
			return true;
	return false;
}

/* --- scripts that look whether somebody lives --- */

static void
test_ka_script_that_asks_for_a_process_becomes_one(void **state)
{
	static const struct { const char *script, *written; } cases[] = {
		{ "\"killall -0 haproxy\"", "name = haproxy" },
		{ "killall -0 haproxy", "name = haproxy" },
		{ "'killall -0 haproxy'", "name = haproxy" },
		{ "\"/usr/bin/killall -q -0 haproxy\"", "name = haproxy" },
		{ "\"killall -s 0 haproxy\"", "name = haproxy" },
		{ "\"killall --signal 0 haproxy\"", "name = haproxy" },
		{ "\"killall -0 -u www haproxy\"", "name = haproxy" },
		{ "\"killall -0 haproxy || exit 1\"", "name = haproxy" },
		{ "\"sh -c 'killall -0 haproxy'\"", "name = haproxy" },
		{ "\"sudo killall -0 haproxy\"", "name = haproxy" },
		{ "\"pkill -0 -x haproxy\"", "name = haproxy" },
		{ "\"pidof haproxy\"", "name = haproxy" },
		{ "\"/bin/pidof -s haproxy\"", "name = haproxy" },
		{ "\"pidof -x check.sh > /dev/null 2>&1\"", "name = check.sh" },
		{ "\"kill -0 $(cat /run/h.pid)\"", "pid_file = /run/h.pid" },
		{ "\"kill -0 `cat /run/h.pid`\"", "pid_file = /run/h.pid" },
		{ "\"/bin/kill -s 0 $(< /run/h.pid)\"",
		    "pid_file = /run/h.pid" },
		{ "\"kill -0 $(pidof haproxy)\"", "name = haproxy" },
		{ "\"kill -0 `pgrep -x haproxy`\"", "name = haproxy" },
		/* Not one process, not one that can be named, or not asked. */
		{ "\"killall -0 haproxy nginx\"", "command" },
		{ "\"killall haproxy\"", "command" },
		{ "\"pkill haproxy\"", "command" },
		{ "\"kill -0 1\"", "command" },
		{ "\"pgrep haproxy\"", "command" },
		{ "\"systemctl is-active haproxy\"", "command" },
	};
	struct ka_tree tree;
	char *out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		convert(cases[i].script, "", "", &tree, &out);
		if (strstr(out, cases[i].written) == NULL)
			fail_msg("%s: want %s in\n%s", cases[i].script,
			    cases[i].written, out);
		assert_int_equal(tree.remarks.differences, 0);
		free(out);
		ka_tree_free(&tree);

		/* With a user it is the user's script. */
		convert(cases[i].script, "user root", "", &tree, &out);
		assert_non_null(strstr(out, "command = "));
		free(out);
		ka_tree_free(&tree);
	}
}

static void
test_ka_script_that_wants_a_shell_to_connect_becomes_tcp(void **state)
{
	static const struct { const char *script, *address; } cases[] = {
		{ "\"</dev/tcp/127.0.0.1/80\"", "127.0.0.1" },
		{ "\"< /dev/tcp/127.0.0.1/80\"", "127.0.0.1" },
		{ "\"</dev/tcp/localhost/80\"", "127.0.0.1" },
		{ "\"</dev/tcp/::1/80\"", "::1" },
		{ "\"</dev/tcp/127.0.0.1/80 || exit 1\"", "127.0.0.1" },
		{ "\"echo > /dev/tcp/127.0.0.1/80\"", "127.0.0.1" },
		{ "\"exec 3<>/dev/tcp/127.0.0.1/80\"", "127.0.0.1" },
	};
	struct ka_tree tree;
	char *out, *at;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		convert(cases[i].script, "", "", &tree, &out);
		at = strstr(out, "tcp chk {");
		if (at == NULL || strstr(at, cases[i].address) == NULL ||
		    strstr(at, "track_tcp chk") == NULL)
			fail_msg("%s:\n%s", cases[i].script, out);
		free(out);
		ka_tree_free(&tree);
	}
	convert("\"/bin/bash -c '</dev/tcp/127.0.0.1/80'\"", "", "", &tree,
	    &out);
	assert_non_null(strstr(out, "command"));
	free(out);
	ka_tree_free(&tree);
}

/* --- scripts that stop keepalived --- */

static void
test_ka_script_that_stops_keepalived_is_named(void **state)
{
	static const char *const stop[] = {
		"systemctl stop keepalived",
		"\tsystemctl   --no-block  stop   keepalived",
		"/usr/bin/systemctl stop keepalived.service",
		"systemctl disable --now keepalived",
		"systemctl restart keepalived",
		"systemctl kill keepalived",
		"service keepalived stop",
		"/sbin/service keepalived stop >/dev/null 2>&1",
		"/etc/init.d/keepalived stop",
		"rc-service keepalived stop",
		"supervisorctl stop keepalived",
		"docker stop keepalived",
		"pkill keepalived",
		"killall -9 keepalived",
		"kill $(cat /var/run/keepalived.pid)",
		"kill -15 `cat /run/keepalived.pid`",
		"kill -9 $(ps -ef | grep keepalived | awk '{print $2}')",
		"ps -ef | grep keepalived | awk '{print $2}' | xargs kill -9",
		"if ! pidof nginx; then systemctl stop keepalived; fi",
		"[ -z \"$x\" ] && systemctl stop keepalived",
		"[ $n -eq 0 ] && { service keepalived stop; exit 0; }",
		"pidof nginx || sudo -n systemctl stop keepalived",
		"timeout 5 systemctl stop keepalived",
		"nohup systemctl stop keepalived &",
		"x=$(systemctl stop keepalived)",
		"LANG=C sudo systemctl stop keepalived",
		"su - root -c \"systemctl stop keepalived\"",
		"subprocess.call([\"systemctl\", \"stop\", \"keepalived\"])",
		"os.system(\"systemctl stop keepalived\")",
	}, *const none[] = {
		"# systemctl stop keepalived",
		"exit 1   # systemctl stop keepalived",
		"systemctl stop nginx # not keepalived",
		"echo \"systemctl stop keepalived\"",
		"if true; then echo systemctl stop keepalived; fi",
		"logger -t check \"will stop keepalived\"",
		"systemctl is-active keepalived",
		"systemctl start keepalived",
		"pidof keepalived",
		"killall -0 keepalived",
		"pkill -0 keepalived || exit 1",
		"systemctl stop nginx; systemctl status keepalived",
		"kill $(cat /run/nginx.pid); cat /run/keepalived.pid",
	};
	struct ka_tree tree;
	char text[512], *out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(stop) / sizeof(stop[0]); i++) {
		(void)snprintf(text, sizeof(text), "#!/bin/sh\n%s\n", stop[i]);
		convert(SCRIPT, "user root", text, &tree, &out);
		if (!says(&tree, SCRIPT " stops keepalived on its line 2") ||
		    tree.remarks.differences != 1)
			fail_msg("not seen: %s", stop[i]);
		free(out);
		ka_tree_free(&tree);
		/* The same as the second word of a shell. */
		convert("\"/bin/sh " SCRIPT "\"", "user root", text, &tree,
		    &out);
		assert_true(says(&tree, "stops keepalived"));
		free(out);
		ka_tree_free(&tree);
	}
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		(void)snprintf(text, sizeof(text), "#!/bin/sh\n%s\n", none[i]);
		convert(SCRIPT, "user root", text, &tree, &out);
		if (says(&tree, "stops keepalived"))
			fail_msg("seen: %s", none[i]);
		free(out);
		ka_tree_free(&tree);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_ka_script_that_asks_for_a_process_becomes_one),
		cmocka_unit_test(
		    test_ka_script_that_wants_a_shell_to_connect_becomes_tcp),
		cmocka_unit_test(
		    test_ka_script_that_stops_keepalived_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
