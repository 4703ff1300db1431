/*
 * test_devconf.c - /proc/sys of devices in a network namespace of its own.
 */
#include "config.h"

#include <sys/socket.h>
#include <errno.h>
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
		NL_TEST(test_devconf_refuses_names_that_leave_the_folder),
	};

	prepare();
	return cmocka_run_group_tests_name("devconf", tests, NULL, NULL);
}
