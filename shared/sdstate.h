/*
 * sdstate.h - the state of which the service manager is to know.
 *
 * sdnotify() gives up when the manager's queue is full, and a READY=1 that is lost
 * lets the manager stop a daemon that is well.  A struct sdstate keeps the state that
 * could not be told and tells it later, from the loop; nothing waits.
 */
#ifndef SHARED_SDSTATE_H
#define SHARED_SDSTATE_H

#include "shared/loop.h"

struct sdstate;

/* NULL when out of memory. */
struct sdstate *sdstate_new(struct loop *);
/*
 * state: a string that lasts, for sdnotify(): "READY=1", "RELOADING=1", "STOPPING=1".
 * One that was not told yet is told no more: the newest counts.
 */
void	sdstate_tell(struct sdstate *, const char *state);
/* Before its loop is freed.  NULL is fine. */
void	sdstate_free(struct sdstate *);

#endif
