/*
 * sdstate.h - the state of which the service manager is to know.
 *
 * sdnotify() gives up when the manager's queue is full, and a READY=1 that is lost
 * lets the manager stop a daemon that is well.  A struct sdstate keeps the state that
 * could not be told and tells it later, from the loop; nothing waits.  The same for a
 * sign of life: two that are lost are a watchdog's reason to kill.
 */
#ifndef SHARED_SDSTATE_H
#define SHARED_SDSTATE_H

#include <stdint.h>

#include "shared/loop.h"

struct sdstate;

/* NULL when out of memory. */
struct sdstate *sdstate_new(struct loop *);
/*
 * state: a string that lasts, for sdnotify(): "READY=1", "RELOADING=1", "STOPPING=1".
 * One that was not told yet is told no more: the newest counts.
 */
void	sdstate_tell(struct sdstate *, const char *state);
/*
 * Signs of life from now on, at half the time after which the service manager takes us
 * for dead (sdmanager_watchdog_ns()); 0: nobody wants them.
 */
void	sdstate_feed(struct sdstate *, int64_t watchdog_ns);
/* Before its loop is freed.  NULL is fine. */
void	sdstate_free(struct sdstate *);

#endif
