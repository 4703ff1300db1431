/*
 * vrrp_tally.c - refused messages, counted at one end and told towards the engine.
 *
 * Counts go in one direction only, to the engine, so that a count that is refused
 * is counted once more at one end and causes no other message: two processes
 * never refuse each other's complaints for ever.
 *
 * Told is the level, never a change.  A channel that has no room for it is tried
 * again after VRRP_TALLY_EVERY_NS.
 */
#include "config.h"

#include "vrrpd/ipc/vrrp_tally.h"

#include <stdlib.h>

struct vrrp_tally {
	enum vrrp_way		 way;
	uint64_t		 past;		/* of channels that are gone */
	struct vrrp_refused	 now;		/* of the present one, or the last */
	struct vrrp_channel	*to;		/* NULL: nobody listens */
	struct loop_timer	*timer;
	bool			 due;		/* the timer is set */
	mono_t			 not_before;
};

static void
tell_later(struct vrrp_tally *t)
{
	if (t->to == NULL || t->due || t->now.count + t->past == 0)
		return;
	t->due = true;
	loop_timer_set(t->timer, mono_max(loop_clock(), t->not_before));
}

static void
tell(mono_t deadline, void *arg)
{
	struct vrrp_tally *t = arg;
	struct vrrp_refused all = t->now;
	uint8_t body[VRRP_REFUSED_BYTES];

	(void)deadline;
	t->due = false;
	t->not_before = mono_add(loop_clock(), VRRP_TALLY_EVERY_NS);
	if (t->to == NULL)
		return;
	all.count += t->past;
	if (vrrp_channel_send(t->to, VRRP_MSG_REFUSED, body,
	    vrrp_refused_encode(t->way, &all, body)) < 0)
		tell_later(t);
}

void
vrrp_tally_set(const struct vrrp_refused *r, void *tally)
{
	struct vrrp_tally *t = tally;

	t->now = *r;
	tell_later(t);
}

void
vrrp_tally_renew(struct vrrp_tally *t)
{
	t->past += t->now.count;
	t->now.count = 0;
}

void
vrrp_tally_tell(struct vrrp_tally *t, struct vrrp_channel *to)
{
	t->to = to;
	tell_later(t);
}

struct vrrp_tally *
vrrp_tally_new(struct loop *loop, enum vrrp_way way)
{
	struct vrrp_tally *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->way = way;
	t->timer = loop_timer_new(loop, tell, t);
	if (t->timer == NULL) {
		free(t);
		return NULL;
	}
	return t;
}

void
vrrp_tally_free(struct vrrp_tally *t)
{
	if (t == NULL)
		return;
	loop_timer_free(t->timer);
	free(t);
}

/* --- the engine's book --- */

static enum vrrp_refusal
on_told(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_refusals *book = arg;
	struct vrrp_refused r;
	enum vrrp_way way;

	if (!vrrp_refused_decode(body, len, &way, &r) ||
	    way == VRRP_WAY_ENGINE_DOWN)
		return VRRP_REFUSAL_BODY;
	book->of[way] = r;
	return VRRP_REFUSAL_NONE;
}

static void
on_own(const struct vrrp_refused *r, void *arg)
{
	struct vrrp_refusals *book = arg;

	book->of[VRRP_WAY_ENGINE_DOWN] = *r;
}

void
vrrp_tally_collect(struct vrrp_refusals *book, struct vrrp_channel *c)
{
	vrrp_channel_handle(c, VRRP_MSG_REFUSED, book == NULL ? NULL : on_told,
	    book);
	vrrp_channel_on_refused(c, book == NULL ? NULL : on_own, book);
}
