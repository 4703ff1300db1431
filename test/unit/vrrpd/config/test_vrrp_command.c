/*
 * test_vrrp_command.c - the user of a command, and who could change it.
 *
 * The safety cases make files of the user who runs the test in a folder of
 * their own; as root also files of others.
 */
#include "config.h"

#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "shared/priv.h"
#include "vrrpd/config/vrrp_command.h"

#define NOBODY	65534

static char top[] = "/tmp/swiftover-command-XXXXXX";
static char path_buf[PATH_MAX];
static char why[256];

static const char *
path(const char *name)
{
	(void)snprintf(path_buf, sizeof(path_buf), "%s/%s", top, name);
	return path_buf;
}

static void
make_file(const char *name, mode_t mode)
{
	int fd = open(path(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "#!/bin/sh\n", 10), 10);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void
make_folder(const char *name, mode_t mode)
{
	assert_int_equal(mkdir(path(name), 0700), 0);
	assert_int_equal(chmod(path(name), mode), 0);
}

static void
make_link(const char *name, const char *target)
{
	assert_int_equal(symlink(target, path(name)), 0);
}

static int
find(const char *program)
{
	why[0] = '\0';
	return vrrp_command_safe(program, getuid(), why, sizeof(why));
}

static int
setup(void **state)
{
	(void)state;
	if (mkdtemp(top) == NULL || chmod(top, 0755) < 0)
		return -1;
	make_file("good", 0755);
	make_file("private", 0700);
	make_file("plain", 0644);
	make_file("open", 0757);
	make_folder("shut", 0755);
	make_file("shut/good", 0755);
	make_folder("wide", 0777);
	make_file("wide/good", 0755);
	make_folder("sticky", 01777);
	make_file("sticky/good", 0755);
	make_link("link", "good");
	make_link("far", "shut/../shut/./good");
	make_link("shut/absolute", "/bin/sh");
	make_link("wide/link", "/bin/sh");
	make_link("through", "wide/link");
	make_link("loop", "loop");
	make_link("dangling", "not-there");
	return 0;
}

static int
teardown(void **state)
{
	char command[PATH_MAX];

	(void)state;
	(void)snprintf(command, sizeof(command), "rm -rf %s", top);
	return system(command);
}

/* --- users --- */

static void
test_vrrp_command_user_named_default_and_unknown(void **state)
{
	struct vrrp_command_user u;
	struct priv_user us;

	(void)state;
	assert_int_equal(vrrp_command_user("root", &u, why, sizeof(why)), 0);
	assert_int_equal(u.uid, 0);
	assert_string_equal(u.name, "root");
	if (priv_lookup(&us) == 0) {
		assert_int_equal(vrrp_command_user("", &u, why,
		    sizeof(why)), 0);
		assert_int_equal(u.uid, us.uid);
		assert_int_equal(vrrp_command_user(NULL, &u, why,
		    sizeof(why)), 0);
		assert_int_equal(u.uid, us.uid);
		if (geteuid() == 0)	/* never root unless asked */
			assert_int_not_equal(u.uid, 0);
	}
	assert_int_equal(vrrp_command_user("no-such-user-here", &u, why,
	    sizeof(why)), -ENOENT);
	assert_string_equal(why, "there is no user \"no-such-user-here\"");
	assert_int_equal(vrrp_command_user("nobody:root", &u, why,
	    sizeof(why)), 0);
	assert_int_equal(u.uid, NOBODY);
	assert_int_equal(u.gid, 0);
	assert_int_equal(vrrp_command_user("nobody:no-such-group-here", &u,
	    why, sizeof(why)), -ENOENT);
	assert_string_equal(why, "there is no group \"no-such-group-here\"");
}

/* --- safety --- */

static void
test_vrrp_command_safe_takes_what_only_we_can_change(void **state)
{
	static const char *const good[] = { "good", "private", "shut/good",
	    "sticky/good", "link", "far", "shut/absolute", "./good",
	    "shut/../good" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		int error = find(path(good[i]));

		assert_string_equal(why, "");
		assert_int_equal(error, 0);
	}
	assert_int_equal(find("/bin/sh"), 0);
}

static void
test_vrrp_command_safe_refuses_what_others_can_change(void **state)
{
	static const char *const bad[] = { "open", "wide/good", "wide/link",
	    "through" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(find(path(bad[i])), -EPERM);
		assert_non_null(strstr(why, "others could change it: "));
		assert_non_null(strstr(why, " is writable to them"));
	}
}

static void
test_vrrp_command_safe_refuses_files_of_others(void **state)
{
	static const char *const names[] = { "theirs", "folder/good",
	    "sticky/theirs" };

	(void)state;
	if (geteuid() != 0) {
		print_message("needs root\n");
		skip();
	}
	make_file("theirs", 0755);
	make_folder("folder", 0755);
	make_file("folder/good", 0755);
	make_file("sticky/theirs", 0755);
	assert_int_equal(chown(path("theirs"), NOBODY, 0), 0);
	assert_int_equal(chown(path("folder"), NOBODY, 0), 0);
	assert_int_equal(chown(path("sticky/theirs"), NOBODY, 0), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		/* Run as root they may not be; run as their owner they may. */
		assert_int_equal(find(path(names[i])), -EPERM);
		assert_int_equal(vrrp_command_safe(path(names[i]), NOBODY,
		    why, sizeof(why)), 0);
	}
	/* Group-writable counts, unless the group is root's. */
	make_file("group", 0775);
	assert_int_equal(find(path("group")), 0);
	assert_int_equal(chown(path("group"), 0, NOBODY), 0);
	assert_int_equal(chmod(path("group"), 0775), 0);
	assert_int_equal(find(path("group")), -EPERM);
}

static void
test_vrrp_command_safe_says_what_is_wrong_with_it(void **state)
{
	(void)state;
	assert_int_equal(find(path("not-there")), -ENOENT);
	assert_non_null(strstr(why, "not-there: No such file"));
	assert_int_equal(find(path("dangling")), -ENOENT);
	assert_int_equal(find(path("loop")), -ELOOP);
	assert_int_equal(find(path("plain")), -EACCES);
	assert_non_null(strstr(why, "plain is not executable"));
	assert_int_equal(find(path("shut")), -EISDIR);
	assert_int_equal(find(path("good/more")), -ENOTDIR);
	assert_int_equal(find("/dev/null"), -EACCES);
	assert_int_equal(find("relative/path"), -EINVAL);
	assert_int_equal(find("sh"), -EINVAL);
}

/* The program is a shell that nobody can change; what it runs is looked at too. */
static void
test_vrrp_command_words_that_are_programs_are_looked_at(void **state)
{
	static const struct { const char *text; int error; } cases[] = {
		{ "/bin/sh -c '%s/good; echo x >>%s/wide/log'", 0 },
		{ "/bin/sh -c 'case $3 in MASTER) %s/open;; esac'", -EPERM },
		{ "/bin/sh -c 'A=%s/wide/good; $A'", -EPERM },
		{ "/bin/sh -c '. %s/wide/data'", -EPERM },
		{ "/bin/sh -c 'cat <%s/wide/data'", 0 },
		{ "/bin/sh %s/wide/data", -EPERM },
		{ "/bin/sh -x %s/wide/data", -EPERM },
		{ "/bin/sh -c '/no/such/program || %s/plain'", 0 },
		{ "/usr/bin/env A=1 %s/open", -EPERM },
		{ "/usr/bin/env %s/good /etc", 0 },
		{ "/usr/bin/test -e %s/wide/data", 0 },
	};
	char text[2 * PATH_MAX], *argv[VRRP_COMMAND_WORDS_MAX + 1];
	char storage[VRRP_COMMAND_MAX];
	size_t i;

	(void)state;
	make_file("wide/data", 0666);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		(void)snprintf(text, sizeof(text), cases[i].text, top, top);
#pragma GCC diagnostic pop
		assert_true(vrrp_params_command(text, storage, argv) > 0);
		if (vrrp_command_words_safe(argv, getuid(), why, sizeof(why))
		    != cases[i].error)
			fail_msg("%s: not %d", text, cases[i].error);
	}
}

static void
test_vrrp_command_check_is_all_of_it(void **state)
{
	char text[PATH_MAX + 8];

	(void)state;
	assert_int_equal(vrrp_command_check("/bin/sh -c 'exit 1'", "root", "", why,
	    sizeof(why)), 0);
	assert_int_equal(vrrp_command_check("/bin/sh -c 'exit", "root", "", why,
	    sizeof(why)), -EINVAL);
	assert_int_equal(vrrp_command_check("/bin/sh", "no-such-user-here", "", why,
	    sizeof(why)), -ENOENT);
	(void)snprintf(text, sizeof(text), "%s x", path("open"));
	assert_int_equal(vrrp_command_check(text, "root", "", why, sizeof(why)),
	    -EPERM);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vrrp_command_user_named_default_and_unknown),
		cmocka_unit_test(test_vrrp_command_safe_takes_what_only_we_can_change),
		cmocka_unit_test(test_vrrp_command_safe_refuses_what_others_can_change),
		cmocka_unit_test(test_vrrp_command_safe_refuses_files_of_others),
		cmocka_unit_test(test_vrrp_command_safe_says_what_is_wrong_with_it),
		cmocka_unit_test(test_vrrp_command_words_that_are_programs_are_looked_at),
		cmocka_unit_test(test_vrrp_command_check_is_all_of_it),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
