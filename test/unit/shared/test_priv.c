/*
 * test_priv.c - what is left of root afterwards, read from the kernel.
 *
 * Each case runs in a child, which cannot undo what it did.  Without root only
 * the cases for an ordinary user run; the others are skipped.
 */
#include "config.h"

#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <errno.h>
#include <grp.h>
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

#define NOBODY	65534
#define CHECK(x) do {							\
	if (!(x)) {							\
		(void)fprintf(stderr, "%s:%d: %s\n", __FILE__,		\
		    __LINE__, #x);					\
		_exit(1);						\
	}								\
} while (0)

static const struct priv_user nobody = { NOBODY, NOBODY };

/* A hexadecimal or decimal field of /proc/self/status. */
static unsigned long long
status(const char *field, int base)
{
	FILE *fp = fopen("/proc/self/status", "r");
	char line[512];
	size_t n = strlen(field);

	CHECK(fp != NULL);
	while (fgets(line, sizeof(line), fp) != NULL) {
		if (strncmp(line, field, n) == 0 && line[n] == ':') {
			fclose(fp);
			return strtoull(line + n + 1, NULL, base);
		}
	}
	CHECK(!"no such field in /proc/self/status");
	return 0;
}

static void
in_child(void (*body)(void))
{
	pid_t pid = fork();
	int st;

	assert_true(pid >= 0);
	if (pid == 0) {
		body();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &st, 0), pid);
	assert_true(WIFEXITED(st));
	assert_int_equal(WEXITSTATUS(st), 0);
}

static void
need_root(void)
{
	if (geteuid() != 0) {
		print_message("needs root\n");
		skip();
	}
}

static void
check_dropped(unsigned long long caps)
{
	gid_t groups[64];
	uid_t r, e, s;
	gid_t rg, eg, sg;
	int n;

	CHECK(getresuid(&r, &e, &s) == 0);
	CHECK(r == NOBODY && e == NOBODY && s == NOBODY);
	CHECK(getresgid(&rg, &eg, &sg) == 0);
	CHECK(rg == NOBODY && eg == NOBODY && sg == NOBODY);
	n = getgroups(64, groups);
	for (int i = 0; i < n; i++)
		CHECK(groups[i] != 0);
	CHECK(status("CapPrm", 16) == caps);
	CHECK(status("CapEff", 16) == caps);
	CHECK(status("CapInh", 16) == 0);
	CHECK(status("CapAmb", 16) == 0);
	CHECK(status("CapBnd", 16) == 0);
	CHECK(status("NoNewPrivs", 10) == 1);
	CHECK(setuid(0) < 0 && setgid(0) < 0);
	CHECK(prctl(PR_GET_KEEPCAPS, 0, 0, 0, 0) == 0);
}

/* linux/capability.h: NET_ADMIN is 12, NET_RAW 13. */
static void
drop_bfdd(void)
{
	unsigned long long caps = 1ULL << 13;

	CHECK(priv_drop(PRIV_BFDD, &nobody) == 0);
	CHECK(status("CapPrm", 16) == caps && status("CapEff", 16) == caps);
	CHECK(status("CapInh", 16) == 0 && status("CapAmb", 16) == 0);
	/* For the program that a restart executes. */
	CHECK(status("CapBnd", 16) == caps);
	CHECK(status("NoNewPrivs", 10) == 1);
	CHECK(setuid(0) < 0 && setgid(0) < 0);
}

static void
drop_engine(void)
{
	CHECK(priv_drop(PRIV_VRRPD_ENGINE, &nobody) == 0);
	check_dropped(1ULL << 12 | 1ULL << 13);
}

static void
drop_monitor(void)
{
	unsigned long long caps = 1ULL << 12 | 1ULL << 13;

	CHECK(priv_drop(PRIV_VRRPD_MONITOR, &nobody) == 0);
	CHECK(status("CapPrm", 16) == caps && status("CapEff", 16) == caps);
	CHECK(status("CapInh", 16) == 0 && status("CapAmb", 16) == 0);
	/* For the engines to come. */
	CHECK(status("CapBnd", 16) == caps);
	CHECK(status("NoNewPrivs", 10) == 1);
	CHECK(setuid(0) < 0 && setgid(0) < 0);
	/* As the child of one; and the engine gives up what was passed on. */
	CHECK(priv_pass_on() == 0);
	CHECK(status("CapInh", 16) == caps && status("CapAmb", 16) == caps);
	CHECK(status("CapPrm", 16) == caps);
	CHECK(priv_drop(PRIV_VRRPD_ENGINE, &nobody) == 0);
	CHECK(status("CapInh", 16) == 0 && status("CapAmb", 16) == 0);
	CHECK(status("CapPrm", 16) == caps && status("CapEff", 16) == caps);
}

/* A monitor that starts a helper again, which is another user and has nothing. */
static void
drop_monitor_users(void)
{
	static const struct priv_user other = { 12345, 12345 };
	unsigned long long caps = 1ULL << 12 | 1ULL << 13 | 1ULL << 5 |
	    1ULL << 6 | 1ULL << 7;
	uid_t r, e, s;

	CHECK(priv_may_become(&other));
	CHECK(priv_drop(PRIV_VRRPD_MONITOR_USERS, &nobody) == 0);
	CHECK(status("CapPrm", 16) == caps && status("CapEff", 16) == caps);
	CHECK(status("CapBnd", 16) == caps);
	CHECK(priv_may_become(&nobody) && priv_may_become(&other));
	CHECK(priv_pass_on() == 0);
	CHECK(priv_drop(PRIV_VRRPD_HELPER, &other) == 0);
	CHECK(getresuid(&r, &e, &s) == 0);
	CHECK(r == 12345 && e == 12345 && s == 12345);
	CHECK(status("CapPrm", 16) == 0 && status("CapEff", 16) == 0);
	CHECK(status("CapInh", 16) == 0 && status("CapAmb", 16) == 0);
	CHECK(getgroups(0, NULL) <= 1);
	CHECK(!priv_may_become(&nobody) && priv_may_become(&other));
	CHECK(setuid(NOBODY) < 0 && setuid(0) < 0);
}

static void
drop_helper(void)
{
	CHECK(priv_drop(PRIV_VRRPD_HELPER, &nobody) == 0);
	check_dropped(0);
}

/* KILL is 5, SETGID 6, SETUID 7: no more. */
static void
drop_helper_users(void)
{
	unsigned long long caps = 1ULL << 5 | 1ULL << 6 | 1ULL << 7;

	CHECK(priv_drop(PRIV_VRRPD_HELPER_USERS, &nobody) == 0);
	CHECK(status("CapPrm", 16) == caps);
	CHECK(status("CapInh", 16) == 0 && status("CapAmb", 16) == 0);
	/* For the program that this process may become; scripts inherit none. */
	CHECK(status("CapBnd", 16) == caps);
	CHECK(status("NoNewPrivs", 10) == 1);
	CHECK(getuid() == NOBODY && getgid() == NOBODY);
}

/* As before, but a child that becomes root is one. */
static void
drop_helper_root(void)
{
	unsigned long long bound = status("CapBnd", 16);

	CHECK(priv_drop(PRIV_VRRPD_HELPER_ROOT, &nobody) == 0);
	CHECK(status("CapPrm", 16) == (1ULL << 5 | 1ULL << 6 | 1ULL << 7));
	CHECK(status("CapInh", 16) == 0 && status("CapAmb", 16) == 0);
	CHECK(status("CapBnd", 16) == bound);
	CHECK(status("NoNewPrivs", 10) == 0);
	CHECK(getuid() == NOBODY && getgid() == NOBODY);
}

static void
drop_twice(void)
{
	/* The second time as an ordinary user that has two capabilities. */
	CHECK(priv_drop(PRIV_VRRPD_ENGINE, &nobody) == 0);
	CHECK(priv_drop(PRIV_BFDD, &nobody) == 0);
	check_dropped(1ULL << 13);
}

static void
drop_as_ordinary_user(void)
{
	struct priv_user me;

	if (geteuid() == 0) {
		CHECK(setgroups(0, NULL) == 0);
		CHECK(setresgid(NOBODY, NOBODY, NOBODY) == 0);
		CHECK(setresuid(NOBODY, NOBODY, NOBODY) == 0);
	}
	CHECK(priv_lookup(&me) == 0);
	CHECK(me.uid == getuid() && me.gid == getgid());
	CHECK(priv_drop(PRIV_VRRPD_ENGINE, &me) == 0);
	CHECK(status("CapPrm", 16) == 0);
	CHECK(status("NoNewPrivs", 10) == 1);
	CHECK(getuid() == me.uid);
}

static void
drop_to_somebody_else(void)
{
	static const struct priv_user other = { 12345, 12345 };

	CHECK(setresuid(NOBODY, NOBODY, NOBODY) == 0);
	CHECK(priv_drop(PRIV_BFDD, &other) == -EPERM);
}

static void
test_priv_drop_bfdd_keeps_net_raw_only(void **state)
{
	(void)state;
	need_root();
	in_child(drop_bfdd);
}

static void
test_priv_drop_engine_keeps_net_admin_and_net_raw(void **state)
{
	(void)state;
	need_root();
	in_child(drop_engine);
}

static void
test_priv_drop_monitor_keeps_net_admin_and_net_raw(void **state)
{
	(void)state;
	need_root();
	in_child(drop_monitor);
}

static void
test_priv_drop_monitor_of_others_can_make_them_again(void **state)
{
	(void)state;
	need_root();
	in_child(drop_monitor_users);
}

static void
test_priv_drop_helper_keeps_nothing(void **state)
{
	(void)state;
	need_root();
	in_child(drop_helper);
}

static void
test_priv_drop_helper_for_other_users_keeps_the_way_to_them(void **state)
{
	(void)state;
	need_root();
	in_child(drop_helper_users);
}

static void
test_priv_drop_helper_for_root_leaves_it_its_bounding_set(void **state)
{
	(void)state;
	need_root();
	in_child(drop_helper_root);
}

static void
test_priv_drop_without_root_keeps_what_is_there(void **state)
{
	(void)state;
	need_root();
	in_child(drop_twice);
}

static void
test_priv_drop_ordinary_user_is_no_error(void **state)
{
	(void)state;
	in_child(drop_as_ordinary_user);
}

static void
test_priv_drop_other_user_without_root_fails(void **state)
{
	(void)state;
	need_root();
	in_child(drop_to_somebody_else);
}

static void
test_priv_lookup_as_root_finds_the_user_or_says_so(void **state)
{
	struct priv_user u = { 4711, 4711 };
	int rc;

	(void)state;
	need_root();
	assert_string_equal(priv_user_name(), DAEMON_USER);
	rc = priv_lookup(&u);
	assert_true(rc == 0 || rc == -ENOENT);
	assert_int_equal(rc == 0, u.uid != 4711);
}

static void
lookup_as_somebody(void)
{
	struct priv_user u;

	/* Neither root nor the daemons' user: nobody else is of interest. */
	CHECK(setresgid(12345, 12345, 12345) == 0);
	CHECK(setresuid(12345, 12345, 12345) == 0);
	CHECK(priv_lookup_check("daemon", &u) == 0);
	CHECK(u.uid == 12345 && u.gid == 12345);
}

static void
test_priv_lookup_check_names_a_user_or_the_daemons(void **state)
{
	struct priv_user u = { 4711, 4711 }, us = { 4711, 4711 };

	(void)state;
	need_root();
	assert_string_equal(priv_check_user_name(NULL), CHECK_USER);
	assert_string_equal(priv_check_user_name(""), CHECK_USER);
	assert_string_equal(priv_check_user_name("x"), "x");
	(void)priv_lookup(&us);
	assert_int_equal(priv_lookup_check("no-such-user-here", &u), -ENOENT);
	assert_int_equal(u.uid, us.uid);
	assert_int_equal(priv_lookup_check("daemon", &u), 0);
	assert_true(u.uid != us.uid && u.uid != 0);
	in_child(lookup_as_somebody);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_priv_drop_bfdd_keeps_net_raw_only),
		cmocka_unit_test(test_priv_drop_engine_keeps_net_admin_and_net_raw),
		cmocka_unit_test(test_priv_drop_monitor_keeps_net_admin_and_net_raw),
		cmocka_unit_test(test_priv_drop_monitor_of_others_can_make_them_again),
		cmocka_unit_test(test_priv_drop_helper_keeps_nothing),
		cmocka_unit_test(test_priv_drop_helper_for_other_users_keeps_the_way_to_them),
		cmocka_unit_test(test_priv_drop_helper_for_root_leaves_it_its_bounding_set),
		cmocka_unit_test(test_priv_drop_without_root_keeps_what_is_there),
		cmocka_unit_test(test_priv_drop_ordinary_user_is_no_error),
		cmocka_unit_test(test_priv_drop_other_user_without_root_fails),
		cmocka_unit_test(test_priv_lookup_as_root_finds_the_user_or_says_so),
		cmocka_unit_test(test_priv_lookup_check_names_a_user_or_the_daemons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
