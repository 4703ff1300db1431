/*
 * vrrp_ctl_history.c - all transitions in the order of time, one after the other.
 *
 * Merges the histories of the instances.  Of each it remembers the name, the
 * number of the next record and when that was, and no pointer: between two calls
 * a record may be pushed out by newer ones, and an instance may go.  What is not
 * there any more is left out.
 */
#include "config.h"

#include "vrrpd/engine/vrrp_ctl_history.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "vrrpd/engine/vrrp_ctl_json.h"
#include "vrrpd/instance/vrrp_history.h"

struct track {
	char		name[VRRP_NAME_MAX];	/* of the instance */
	uint64_t	number;			/* of the next record */
	uint64_t	end;
	int64_t		time_real_ns;		/* of the next record */
};

struct vrrp_ctl_history {
	const struct vrrp_router *router;
	unsigned		 count;
	struct track		 tracks[];
};

/* NULL: not kept, or not yet. */
static const struct vrrp_record *
record_at(const struct vrrp_instance *v, uint64_t number)
{
	if (number >= v->history_count ||
	    v->history_count - number > VRRP_HISTORY_MAX)
		return NULL;
	return vrrp_history_record(v,
	    (unsigned)(v->history_count - number - 1));
}

/* Go to the first record from t->number on that is still there. */
static void
settle(struct track *t, const struct vrrp_instance *v)
{
	const struct vrrp_record *rec;

	for (; v != NULL && t->number < t->end; t->number++) {
		rec = record_at(v, t->number);
		if (rec == NULL)
			continue;
		t->time_real_ns = rec->time_real_ns;
		return;
	}
	t->number = t->end;
}

struct vrrp_ctl_history *
vrrp_ctl_history_new(const struct vrrp_router *r,
    const struct vrrp_instance *only)
{
	const struct vrrp_instance *v;
	struct vrrp_ctl_history *h;
	struct track *t;
	unsigned i;

	h = calloc(1, sizeof(*h) + r->instance_count * sizeof(h->tracks[0]));
	if (h == NULL)
		return NULL;
	h->router = r;
	for (i = 0; i < r->instance_count; i++) {
		v = r->instances[i];
		if (only != NULL && v != only)
			continue;
		t = &h->tracks[h->count++];
		memcpy(t->name, v->p.name, sizeof(t->name));
		t->end = v->history_count;
		t->number = t->end > VRRP_HISTORY_MAX ?
		    t->end - VRRP_HISTORY_MAX : 0;
		settle(t, v);
	}
	return h;
}

void
vrrp_ctl_history_free(struct vrrp_ctl_history *h)
{
	free(h);
}

static struct track *
oldest(struct vrrp_ctl_history *h)
{
	struct track *best = NULL, *t;

	for (t = h->tracks; t < h->tracks + h->count; t++)
		if (t->number < t->end && (best == NULL ||
		    t->time_real_ns < best->time_real_ns))
			best = t;
	return best;
}

json_t *
vrrp_ctl_history_next(struct vrrp_ctl_history *h)
{
	const struct vrrp_record *rec;
	const struct vrrp_instance *v;
	struct track *t;
	json_t *o;

	while ((t = oldest(h)) != NULL) {
		v = vrrp_router_find(h->router, t->name);
		rec = v == NULL ? NULL : record_at(v, t->number);
		o = rec == NULL ? NULL : vrrp_ctl_json_record(v, rec);
		t->number++;
		settle(t, v);
		if (o != NULL)
			return o;
	}
	return NULL;
}
