/*
 * vrrp_checks.c - the scheduler of checks: one for every kind, in any process.
 *
 * A tracker has one timer.  While no round is under way the timer is the start
 * of the next; during a round it is the deadline, for kinds that do not keep one
 * themselves, and otherwise the next start, which is left out if the kind says
 * that it is busy.
 */
#include "config.h"

#include "vrrpd/helper/vrrp_checks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct vrrp_checked {
	struct vrrp_checks		*owner;
	const struct vrrp_checks_kind	*kind;
	struct vrrp_tracker_params	 p;
	void				*state;
	struct loop_timer		*timer;
	struct vrrp_check		 check;
	mono_t				 due;	/* the round of, or the next */
	bool				 rounding;
	bool				 spread;	/* in the rhythm */
	struct vrrp_level		 level;
	bool				 known;
	bool				 wanted;	/* in the new config */
};

struct vrrp_checks {
	struct loop			*loop;
	const struct vrrp_checks_kind *const *kinds;
	void				*shared;
	vrrp_checks_cb			 cb;
	void				*arg;
	struct vrrp_checked		*list[VRRP_TRACKERS_MAX];
	unsigned			 count;
	unsigned			 opened;	/* ever, to spread them */
};

struct vrrp_checks *
vrrp_checks_new(struct loop *loop, const struct vrrp_checks_kind *const *kinds,
    void *shared, vrrp_checks_cb cb, void *arg)
{
	struct vrrp_checks *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->loop = loop;
	c->kinds = kinds;
	c->shared = shared;
	c->cb = cb;
	c->arg = arg;
	return c;
}

unsigned
vrrp_checks_count(const struct vrrp_checks *c)
{
	return c->count;
}

struct loop *
vrrp_checked_loop(const struct vrrp_checked *t)
{
	return t->owner->loop;
}

void *
vrrp_checked_shared(const struct vrrp_checked *t)
{
	return t->owner->shared;
}

/* --- levels --- */

void
vrrp_checked_level(struct vrrp_checked *t, bool up, mono_t since,
    const char *reason)
{
	struct vrrp_level *l = &t->level;
	char text[VRRP_LEVEL_REASON_MAX];

	(void)snprintf(text, sizeof(text), "%s", up || reason == NULL ? "" :
	    reason);
	if (t->known && l->up == up && strcmp(l->reason, text) == 0)
		return;
	if (!t->known || l->up != up)
		l->since = since;
	t->known = true;
	l->up = up;
	memcpy(l->reason, text, sizeof(l->reason));
	t->owner->cb(l, t->owner->arg);
}

void
vrrp_checked_value(struct vrrp_checked *t, int32_t value, mono_t since)
{
	struct vrrp_level *l = &t->level;

	if (t->known && l->number && l->value == value)
		return;
	t->known = l->up = l->number = true;
	l->value = value;
	l->since = since;
	l->reason[0] = '\0';
	t->owner->cb(l, t->owner->arg);
}

void
vrrp_checks_replay(struct vrrp_checks *c)
{
	for (unsigned i = 0; i < c->count; i++)
		if (c->list[i]->known)
			c->cb(&c->list[i]->level, c->arg);
}

/* --- rounds --- */

/*
 * The first round was at once; the second falls where it belongs in the
 * interval, by the order of the trackers: the golden ratio spreads any number.
 */
static int64_t
first_wait_ns(const struct vrrp_checked *t)
{
	uint32_t fraction = t->owner->opened * UINT32_C(2654435769);

	return t->p.interval_ns / 2 + (int64_t)((double)t->p.interval_ns *
	    ((double)fraction / 4294967296.0) / 2.0);
}

static void
set_next(struct vrrp_checked *t)
{
	mono_t now = loop_clock();

	if (t->spread) {
		t->due = vrrp_check_next(t->due, t->p.interval_ns, now);
	} else {
		t->due = mono_add(t->due, first_wait_ns(t));
		t->spread = true;
	}
}

void
vrrp_checked_round(struct vrrp_checked *t, bool good, const char *reason)
{
	mono_t now = loop_clock();

	if (!t->rounding)
		return;
	t->rounding = false;
	loop_timer_set(t->timer, t->due);
	(void)vrrp_check_result(&t->check, now, good);
	/* Failures that do not count yet are nobody's business. */
	if (vrrp_check_up(&t->check) || !good)
		vrrp_checked_level(t, vrrp_check_up(&t->check),
		    t->check.since, reason);
}

static void
on_timer(mono_t deadline, void *arg)
{
	struct vrrp_checked *t = arg;

	(void)deadline;
	if (t->rounding && t->kind->cancel != NULL) {
		t->kind->cancel(t->state);
		vrrp_checked_round(t, false, "no answer in time");
		return;
	}
	set_next(t);
	if (t->rounding || (t->kind->busy != NULL && t->kind->busy(t->state))) {
		loop_timer_set(t->timer, t->due);
		return;
	}
	t->rounding = true;
	loop_timer_set(t->timer, t->kind->cancel == NULL ? t->due :
	    mono_add(loop_clock(), t->p.timeout_ns));
	t->kind->start(t->state);
}

/* --- trackers --- */

static void
close_tracker(struct vrrp_checked *t)
{
	if (t->state != NULL)
		t->kind->close(t->state);
	loop_timer_free(t->timer);
	free(t);
}

static int
open_tracker(struct vrrp_checks *c, const struct vrrp_checks_kind *kind,
    const struct vrrp_tracker_params *p)
{
	struct vrrp_checked *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return -ENOMEM;
	t->owner = c;
	t->kind = kind;
	t->p = *p;
	t->wanted = true;
	t->level.kind = p->kind;
	memcpy(t->level.name, p->name, sizeof(t->level.name));
	vrrp_check_init(&t->check, p->fall, p->rise);
	c->opened++;
	c->list[c->count++] = t;
	t->timer = loop_timer_new(c->loop, on_timer, t);
	if (t->timer != NULL)
		t->state = kind->open(t, &t->p);
	if (t->state == NULL) {
		vrrp_checked_level(t, false, loop_clock(), "out of memory");
		return -ENOMEM;
	}
	if (kind->start == NULL)
		return 0;
	t->due = loop_clock();
	loop_timer_set(t->timer, t->due);
	return 0;
}

static const struct vrrp_checks_kind *
kind_of(const struct vrrp_checks *c, enum vrrp_track_kind kind)
{
	for (unsigned i = 0; c->kinds[i] != NULL; i++)
		if (c->kinds[i]->kind == kind)
			return c->kinds[i];
	return NULL;
}

static struct vrrp_checked *
find(const struct vrrp_checks *c, const struct vrrp_tracker_params *p)
{
	for (unsigned i = 0; i < c->count; i++)
		if (c->list[i]->state != NULL &&
		    vrrp_tracker_same_check(&c->list[i]->p, p))
			return c->list[i];
	return NULL;
}

int
vrrp_checks_apply(struct vrrp_checks *c, const struct vrrp_config *config)
{
	const struct vrrp_checks_kind *kind;
	struct vrrp_checked *t;
	unsigned i, kept = 0;
	int rc, result = 0;

	for (i = 0; i < c->count; i++)
		c->list[i]->wanted = false;
	for (i = 0; i < config->tracker_count; i++) {
		t = find(c, &config->trackers[i]);
		if (t != NULL)
			t->wanted = true;
	}
	for (i = 0; i < c->count; i++) {
		if (c->list[i]->wanted)
			c->list[kept++] = c->list[i];
		else
			close_tracker(c->list[i]);
	}
	c->count = kept;
	for (i = 0; i < config->tracker_count; i++) {
		kind = kind_of(c, config->trackers[i].kind);
		if (kind == NULL || find(c, &config->trackers[i]) != NULL)
			continue;
		rc = open_tracker(c, kind, &config->trackers[i]);
		if (rc < 0)
			result = rc;
	}
	return result;
}

void
vrrp_checks_free(struct vrrp_checks *c)
{
	if (c == NULL)
		return;
	while (c->count > 0)
		close_tracker(c->list[--c->count]);
	free(c);
}
