/*
 * test_devconf.c - /proc/sys of devices in a network namespace of its own.
 */
#include "config.h"

#include <sys/mount.h>
#include <sys/socket.h>
#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "shared/devconf.h"
#include "test/unit/shared/nl_net.h"

static void
test_devconf_reads_and_writes_one_device(void **state)
{
	int v;

	NEED_NAMESPACE();
	assert_int_equal(devconf_set(AF_INET, "nlp0", "arp_ignore", 1), 0);
	assert_int_equal(devconf_get(AF_INET, "nlp0", "arp_ignore", &v), 0);
	assert_int_equal(v, 1);
	assert_int_equal(devconf_get(AF_INET, "nlp1", "arp_ignore", &v), 0);
	assert_int_equal(v, 0);
	assert_int_equal(devconf_set(AF_INET, "nlp0", "arp_ignore", 0), 0);
	run("ip link add nlm1.7 type veth peer name nlm2");
	assert_int_equal(devconf_set(AF_INET6, "nlm1.7", "accept_dad", -1),
	    0);
	assert_int_equal(devconf_get(AF_INET6, "nlm1.7", "accept_dad", &v),
	    0);
	assert_int_equal(v, -1);
	run("ip link del nlm1.7");
	assert_int_equal(devconf_get(AF_INET, "nlnone", "arp_ignore", &v),
	    -ENOENT);
	assert_int_equal(v, -1);
}

/* As in a container: only of IPv4 there is another way. */
static void
test_devconf_sets_where_the_files_cannot_be_written(void **state)
{
	static const char *const keys[] = { "forwarding", "proxy_arp",
	    "proxy_arp_pvlan", "medium_id", "rp_filter", "tag", "arp_filter",
	    "arp_announce", "arp_ignore", "promote_secondaries" };
	size_t i;
	int v;

	NEED_NAMESPACE();
	if (unshare(CLONE_NEWNS) == -1 || mount(NULL, "/", NULL,
	    MS_REC | MS_PRIVATE, NULL) == -1 || mount("/proc/sys", "/proc/sys",
	    NULL, MS_BIND, NULL) == -1 || mount(NULL, "/proc/sys", NULL,
	    MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) == -1) {
		print_message("no mount namespace is possible here\n");
		skip();
	}
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		assert_int_equal(devconf_set(AF_INET, "nlp0", keys[i], 2), 0);
		assert_int_equal(devconf_get(AF_INET, "nlp0", keys[i], &v), 0);
		assert_int_equal(v, 2);
		assert_int_equal(devconf_get(AF_INET, "nlp1", keys[i], &v), 0);
		assert_int_not_equal(v, 2);
	}
	assert_int_equal(devconf_set(AF_INET, "nlp0", "log_martians", 1),
	    -EROFS);
	assert_int_equal(devconf_set(AF_INET6, "nlp0", "accept_dad", 0),
	    -EROFS);
	assert_int_equal(devconf_set(AF_INET, "nlnone", "arp_ignore", 1),
	    -ENOENT);
	assert_int_equal(umount("/proc/sys"), 0);
}

static void
test_devconf_refuses_names_that_leave_the_folder(void **state)
{
	int v;

	(void)state;
	assert_int_equal(devconf_get(AF_INET, "..", "route/mtu", &v),
	    -EINVAL);
	assert_int_equal(devconf_get(AF_INET, "a/b", "x", &v), -EINVAL);
	assert_int_equal(devconf_get(AF_INET, "", "x", &v), -EINVAL);
	assert_int_equal(devconf_get(AF_INET, "lo", "../x", &v), -EINVAL);
	assert_int_equal(devconf_get(AF_UNIX, "lo", "arp_ignore", &v),
	    -EAFNOSUPPORT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		NL_TEST(test_devconf_reads_and_writes_one_device),
		NL_TEST(test_devconf_sets_where_the_files_cannot_be_written),
		NL_TEST(test_devconf_refuses_names_that_leave_the_folder),
	};

	prepare();
	return cmocka_run_group_tests_name("devconf", tests, NULL, NULL);
}
