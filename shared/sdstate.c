/*
 * sdstate.c - the state of which the service manager is to know, until it does.
 *
 * Called by the monitor of vrrpd and by bfdd when they are ready, reload or leave.
 * The queue of a datagram socket holds a handful of messages of the whole machine, and
 * a manager that is busy (daemon-reload, a start of many services) lets it fill up.
 * Then each AGAIN_NS is tried again.  Whatever else goes wrong (nobody there, no such
 * file) will not get better by waiting, and is not tried again.
 *
 * A watchdog's WATCHDOG=1 is no state: the next one comes by itself, and no such
 * message goes this way.
 */
#include "config.h"

#include "shared/sdstate.h"

#include <errno.h>
#include <stdlib.h>

#include "shared/sdnotify.h"

#define AGAIN_NS	(100 * NS_PER_MS)

struct sdstate {
	struct loop_timer	*timer;
	const char		*owed;		/* NULL: all is told */
};

static void
tell(struct sdstate *s)
{
	int error = sdnotify(s->owed);

	if (error == -EAGAIN || error == -ENOBUFS || error == -ENOMEM) {
		loop_timer_set(s->timer, mono_add(loop_clock(), AGAIN_NS));
		return;
	}
	s->owed = NULL;
	loop_timer_set(s->timer, MONO_NEVER);
}

static void
again(mono_t deadline, void *arg)
{
	(void)deadline;
	tell(arg);
}

struct sdstate *
sdstate_new(struct loop *loop)
{
	struct sdstate *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->timer = loop_timer_new(loop, again, s);
	if (s->timer == NULL) {
		free(s);
		return NULL;
	}
	return s;
}

void
sdstate_tell(struct sdstate *s, const char *state)
{
	s->owed = state;
	tell(s);
}

void
sdstate_free(struct sdstate *s)
{
	if (s == NULL)
		return;
	loop_timer_free(s->timer);
	free(s);
}
