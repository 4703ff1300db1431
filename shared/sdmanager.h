/*
 * sdmanager.h - what the service manager that started us wants to know.
 */
#ifndef SHARED_SDMANAGER_H
#define SHARED_SDMANAGER_H

#include <stdint.h>

/*
 * sd_watchdog_enabled(3): after how long without "WATCHDOG=1" the service manager ends
 * this process; 0: it does not.  In ns.
 */
int64_t	sdmanager_watchdog_ns(void);
/*
 * The exit status of a daemon that cannot start before somebody has done something:
 * a file with errors, no user to run as.  Under a service manager that hears us 6
 * ("not configured", in the words of LSB), which the units say is not to be tried
 * again; else 1.
 */
int	sdmanager_status_not_configured(void);

#endif
