/*
 * test_nonlocal_bind.c - the setting, in a network namespace of its own.
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

#include "shared/nonlocal_bind.h"
#include "test/unit/shared/nl_net.h"

static void
test_nonlocal_bind_is_switched_on_once_for_each_family(void **state)
{
	bool on = true;

	NEED_NAMESPACE();
	assert_int_equal(nonlocal_bind_get(AF_INET, &on), 0);
	assert_false(on);
	assert_int_equal(nonlocal_bind_allow(AF_INET), 1);
	assert_int_equal(nonlocal_bind_get(AF_INET, &on), 0);
	assert_true(on);
	assert_int_equal(nonlocal_bind_allow(AF_INET), 0);
	/* The other family is a setting of its own. */
	assert_int_equal(nonlocal_bind_get(AF_INET6, &on), 0);
	assert_false(on);
	assert_int_equal(nonlocal_bind_allow(AF_INET6), 1);
	assert_int_equal(nonlocal_bind_get(AF_INET6, &on), 0);
	assert_true(on);
}

static void
test_nonlocal_bind_refuses_other_families(void **state)
{
	bool on = true;

	(void)state;
	assert_int_equal(nonlocal_bind_get(AF_UNIX, &on), -EAFNOSUPPORT);
	assert_int_equal(nonlocal_bind_allow(AF_UNIX), -EAFNOSUPPORT);
	assert_true(on);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		NL_TEST(test_nonlocal_bind_is_switched_on_once_for_each_family),
		NL_TEST(test_nonlocal_bind_refuses_other_families),
	};

	prepare();
	return cmocka_run_group_tests_name("nonlocal_bind", tests, NULL, NULL);
}
