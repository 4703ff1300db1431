/*
 * sdstate.c - the state of which the service manager is to know, until it does.
 *
 * Called by the monitor of vrrpd and by bfdd when they are ready, reload or leave.
 * The queue of a datagram socket holds a handful of messages of the whole machine, and
 * a manager that is busy (daemon-reload, a start of many services) lets it fill up.
 * Then each AGAIN_NS is tried again.  Whatever else goes wrong (nobody there, no such
 * file) will not get better by waiting, and is not tried again.
 *
 * A sign of life, WATCHDOG=1, goes beside the state, at its own pace; one that finds
 * no room is followed by the next as soon as that.
 */
#include "config.h"

#include "shared/sdstate.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "shared/sdnotify.h"

#define AGAIN_NS	(100 * NS_PER_MS)

struct sdstate {
	struct loop_timer	*timer;
	const char		*owed;		/* NULL: all is told */
	struct loop_timer	*feed_timer;
	int64_t			 watchdog_ns;
};

/* False: there is no room now. */
static bool
say(const char *words)
{
	int error = sdnotify(words);

	return error != -EAGAIN && error != -ENOBUFS && error != -ENOMEM;
}

static void
tell(struct sdstate *s)
{
	if (!say(s->owed)) {
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

static void
feed(mono_t deadline, void *arg)
{
	struct sdstate *s = arg;
	int64_t ns = s->watchdog_ns / 2;

	(void)deadline;
	if (!say("WATCHDOG=1") && ns > AGAIN_NS)
		ns = AGAIN_NS;
	loop_timer_set(s->feed_timer, mono_add(loop_clock(), ns));
}

struct sdstate *
sdstate_new(struct loop *loop)
{
	struct sdstate *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->timer = loop_timer_new(loop, again, s);
	s->feed_timer = loop_timer_new(loop, feed, s);
	if (s->timer == NULL || s->feed_timer == NULL) {
		sdstate_free(s);
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
sdstate_feed(struct sdstate *s, int64_t watchdog_ns)
{
	s->watchdog_ns = watchdog_ns;
	if (watchdog_ns > 0)
		feed(loop_clock(), s);
}

void
sdstate_free(struct sdstate *s)
{
	if (s == NULL)
		return;
	loop_timer_free(s->timer);
	loop_timer_free(s->feed_timer);
	free(s);
}
