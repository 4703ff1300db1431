/* test_sdmanager.c - what the environment says of the service manager. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "shared/sdmanager.h"

static void
test_sdmanager_watchdog_is_asked_for_by_whoever_started_us(void **state)
{
	static const char *const bad[] = { "", "x", "0", "-1", "1x",
	    "99999999999999999999" };
	char pid[16];

	(void)state;
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	assert_true(sdmanager_watchdog_ns() == 0);
	setenv("WATCHDOG_USEC", "10000000", 1);
	assert_true(sdmanager_watchdog_ns() == INT64_C(10000000000));
	setenv("WATCHDOG_PID", "1", 1);
	assert_true(sdmanager_watchdog_ns() == 0);
	(void)snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("WATCHDOG_PID", pid, 1);
	assert_true(sdmanager_watchdog_ns() == INT64_C(10000000000));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		setenv("WATCHDOG_USEC", bad[i], 1);
		assert_true(sdmanager_watchdog_ns() == 0);
	}
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

static void
test_sdmanager_not_configured_has_its_status_where_somebody_hears(void **state)
{
	(void)state;
	unsetenv("NOTIFY_SOCKET");
	assert_int_equal(sdmanager_status_not_configured(), 1);
	setenv("NOTIFY_SOCKET", "/run/systemd/notify", 1);
	assert_int_equal(sdmanager_status_not_configured(), 6);
	unsetenv("NOTIFY_SOCKET");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_sdmanager_watchdog_is_asked_for_by_whoever_started_us),
		cmocka_unit_test(
		    test_sdmanager_not_configured_has_its_status_where_somebody_hears),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
