/*
 * sdmanager.c - what the service manager that started us wants to know.
 *
 * Read from the environment, as sd_notify(3) and sd_watchdog_enabled(3) have it; what
 * is said to it goes through sdnotify.c.  Called by the main processes of both daemons,
 * at their start.
 */
#include "config.h"

#include "shared/sdmanager.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "shared/pure/mono.h"

int64_t
sdmanager_watchdog_ns(void)
{
	const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv(
	    "WATCHDOG_PID");
	char *end;
	long long n;

	if (usec == NULL || (pid != NULL && strtol(pid, NULL, 10) !=
	    (long)getpid()))
		return 0;
	errno = 0;
	n = strtoll(usec, &end, 10);
	return errno != 0 || *end != '\0' || n <= 0 || n > INT64_MAX /
	    NS_PER_US ? 0 : ns_from_us(n);
}

int
sdmanager_status_not_configured(void)
{
	const char *path = getenv("NOTIFY_SOCKET");

	return path == NULL || path[0] == '\0' ? 1 : 6;
}
