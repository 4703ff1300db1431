/*
 * vrrp_weigh.c - what the tracked things make of a priority.
 *
 * The signs are keepalived's, so that people can bring theirs: a positive
 * weight is a reward for being up, a negative one a penalty for being down.
 * Vendors' "increased" (more while the session is down) is the negative weight
 * reversed.
 */
#include "config.h"

#include <assert.h>

#include "vrrpd/pure/vrrp_weigh.h"

#define PRIORITY_OWNER	255

const char *
vrrp_track_state_name(enum vrrp_track_state state)
{
	switch (state) {
	case VRRP_TRACK_UNKNOWN:
		return "unknown";
	case VRRP_TRACK_DOWN:
		return "down";
	case VRRP_TRACK_UP:
		return "up";
	}
	return "unknown";
}

static int
product(const struct vrrp_weight *w)
{
	int64_t n = (int64_t)w->value * w->weight;

	if (w->state != VRRP_TRACK_UP)
		return 0;
	if (w->reverse)
		n = -n;
	return n > VRRP_WEIGHT_MAX ? VRRP_WEIGHT_MAX :
	    n < -VRRP_WEIGHT_MAX ? -VRRP_WEIGHT_MAX : (int)n;
}

int
vrrp_weigh_adds(const struct vrrp_weight *w)
{
	bool applies;

	if (w->number)
		return product(w);

	applies = w->state == (w->weight > 0 ? VRRP_TRACK_UP : VRRP_TRACK_DOWN);
	if (!applies)
		return 0;
	return w->reverse ? -w->weight : w->weight;
}

static bool
faults(const struct vrrp_weight *w)
{
	if (w->number && w->weight != 0)
		return product(w) == -VRRP_WEIGHT_MAX;
	if (w->number)
		return w->state == VRRP_TRACK_UP &&
		    (w->value != 0) != w->reverse;
	return w->weight == 0 &&
	    w->state == (w->reverse ? VRRP_TRACK_UP : VRRP_TRACK_DOWN);
}

static bool
may_fault(const struct vrrp_weight *w)
{
	return w->weight == 0 && w->state == VRRP_TRACK_UNKNOWN;
}

/* The first of those that fault, or may, links or not; -1 for none. */
static int
first(const struct vrrp_weight *w, unsigned count, bool link,
    bool (*which)(const struct vrrp_weight *))
{
	unsigned i;

	for (i = 0; i < count; i++)
		if (w[i].link == link && which(&w[i]))
			return (int)i;
	return -1;
}

/* L-17: links stand in for each other, so a number of them is one fault. */
static void
weigh_links(const struct vrrp_weight *w, unsigned count, unsigned limit,
    struct vrrp_weighed *out)
{
	unsigned i, links = 0, down = 0, unknown = 0;

	for (i = 0; i < count; i++) {
		if (!w[i].link || w[i].weight != 0)
			continue;
		links++;
		down += faults(&w[i]);
		unknown += may_fault(&w[i]);
	}
	if (limit == 0 || limit > links)
		limit = links;
	if (links == 0)
		return;
	if (down >= limit) {
		out->fault = true;
		out->why = first(w, count, true, faults);
	} else if (down + unknown >= limit) {
		out->waits = true;
		out->why = first(w, count, true, may_fault);
	}
}

static void
weigh(uint8_t base, const struct vrrp_weight *w, unsigned count,
    unsigned link_down_number, bool last_resort, struct vrrp_weighed *out)
{
	unsigned i;
	int priority, at;

	*out = (struct vrrp_weighed){ .priority = base, .why = -1 };
	if (base == PRIORITY_OWNER)
		return;
	for (i = 0; i < count; i++)
		out->sum += vrrp_weigh_adds(&w[i]);
	priority = base + out->sum;
	if (priority < 1)		/* 0 resigns (V-78) */
		priority = 1;
	if (priority >= PRIORITY_OWNER)
		priority = PRIORITY_OWNER - 1;
	out->priority = (uint8_t)priority;

	weigh_links(w, count, link_down_number, out);
	if (!out->fault && (at = first(w, count, false, may_fault)) >= 0) {
		out->waits = true;
		out->why = at;
	}
	if ((at = first(w, count, false, faults)) >= 0) {
		out->fault = true;
		out->why = at;
	}
	if (out->fault) {
		out->waits = false;
		out->last_resort = last_resort;
		out->fault = !last_resort;
	}
	if (out->last_resort)
		out->priority = 1;
}

static void
check(const struct vrrp_weighed *o, uint8_t base, unsigned count)
{
	assert(o->priority > 0);
	assert((o->priority == PRIORITY_OWNER) == (base == PRIORITY_OWNER));
	assert(!o->fault || !o->waits);
	assert(!o->last_resort || (!o->fault && o->priority == 1));
	assert((o->why >= 0) == (o->fault || o->waits || o->last_resort));
	assert(o->why < (int)count);
}

void
vrrp_weigh(uint8_t base, const struct vrrp_weight *w, unsigned count,
    unsigned link_down_number, bool last_resort, struct vrrp_weighed *out)
{
	weigh(base, w, count, link_down_number, last_resort, out);
	check(out, base, count);
}
