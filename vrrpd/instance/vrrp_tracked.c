/*
 * vrrp_tracked.c - what one instance tracks, and what that means to it.
 *
 * Delays.  A change counts once it has lasted; one that is taken back before was
 * never there.  The first state of all counts at once: there is nothing yet
 * that could flap.  A number counts at once.
 */
#include "config.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "vrrpd/instance/vrrp_tracked.h"

#define LINK_MARGIN_NS	NS_PER_MS	/* from bfdd's decision to ours */

void
vrrp_tracked_link_name(const struct vrrp_params *p,
    const struct vrrp_bfd_params *b, char *name, size_t size)
{
	char text[ADDR_STRLEN];

	(void)snprintf(name, size, "%s %s", b->multihop ? "-" :
	    vrrp_params_bfd_interface(p, b),
	    addr_format(&b->peer, text, sizeof(text)));
}

const char *
vrrp_tracked_name(const struct vrrp_track_item *it)
{
	const char *blank;

	blank = it->kind == VRRP_TRACK_LINK ? strchr(it->name, ' ') : NULL;
	return blank == NULL ? it->name : blank + 1;
}

static void
check(const struct vrrp_tracked *t)
{
	const struct vrrp_tracked_ref *r;
	unsigned i;

	assert(t->count <= VRRP_TRACKED_MAX);
	for (i = 0; i < t->count; i++) {
		r = &t->refs[i];
		assert(r->item == NULL || r->item->kind == r->kind);
		assert(t->weights[i].link == (r->kind == VRRP_TRACK_LINK));
		/* A change waits only where there is one. */
		assert(mono_is_never(r->due) || (r->item != NULL &&
		    r->item->state != t->weights[i].state));
	}
	assert(t->now.why < (int)t->count);
}

static void
add(struct vrrp_tracked *t, const struct vrrp_tracked *old,
    const struct vrrp_tracked_ref *like, const char *name, int weight,
    bool reverse)
{
	struct vrrp_tracked_ref *r = &t->refs[t->count];
	struct vrrp_weight *w = &t->weights[t->count++];
	unsigned i;

	*r = *like;
	r->due = MONO_NEVER;
	r->item = vrrp_track_get(t->registry, r->kind, name);
	w->state = VRRP_TRACK_UNKNOWN;
	w->weight = weight;
	w->reverse = reverse;
	w->link = r->kind == VRRP_TRACK_LINK;
	for (i = 0; i < old->count; i++)
		if (r->item != NULL && old->refs[i].item == r->item) {
			w->state = old->weights[i].state;
			w->number = old->weights[i].number;
			w->value = old->weights[i].value;
			r->due = old->refs[i].due;
		}
}

void
vrrp_tracked_bind(struct vrrp_tracked *t, struct vrrp_track *registry,
    const struct vrrp_params *p)
{
	struct vrrp_tracked old = *t;
	struct vrrp_tracked_ref like;
	char name[VRRP_TRACK_NAME_MAX];
	unsigned i;

	memset(t, 0, sizeof(*t));
	t->registry = registry;
	for (i = 0; i < p->track_count; i++) {
		like = (struct vrrp_tracked_ref){
			.kind = p->tracks[i].kind,
			.from_group = p->tracks[i].from_group,
			.from_address = p->tracks[i].from_address,
			.up_delay_ns = p->tracks[i].up_delay_ns,
			.down_delay_ns = p->tracks[i].down_delay_ns,
		};
		add(t, &old, &like, p->tracks[i].name, p->tracks[i].weight,
		    p->tracks[i].reverse);
	}
	for (i = 0; i < p->bfd_count; i++) {
		if (p->bfd[i].role != VRRP_BFD_LINK)
			continue;
		like = (struct vrrp_tracked_ref){
			.kind = VRRP_TRACK_LINK,
			.up_delay_ns = p->bfd[i].up_delay_ns,
		};
		vrrp_tracked_link_name(p, &p->bfd[i], name, sizeof(name));
		add(t, &old, &like, name, p->bfd[i].weight, p->bfd[i].reverse);
	}
	vrrp_tracked_release(&old);	/* after: what stays is kept */
}

void
vrrp_tracked_release(struct vrrp_tracked *t)
{
	unsigned i;

	for (i = 0; i < t->count; i++)
		if (t->refs[i].item != NULL)
			vrrp_track_put(t->registry, t->refs[i].item);
	t->count = 0;
}

mono_t
vrrp_tracked_proven_at(const struct vrrp_tracked *t, mono_t since)
{
	const struct vrrp_track_item *it;
	mono_t at = since;
	unsigned i;

	for (i = 0; i < t->count; i++) {
		it = t->refs[i].item;
		if (it != NULL && it->kind == VRRP_TRACK_LINK &&
		    it->state == VRRP_TRACK_UP && it->detection_ns > 0)
			at = mono_max(at, mono_add(since, it->detection_ns +
			    LINK_MARGIN_NS));
	}
	return at;
}

/* True if its state counts differently now. */
static bool
look_at(struct vrrp_tracked_ref *r, struct vrrp_weight *w, mono_t now)
{
	enum vrrp_track_state state;
	int64_t delay_ns;
	bool moved = false;

	state = r->item == NULL ? VRRP_TRACK_UNKNOWN : r->item->state;
	if (r->item != NULL && (r->item->number || w->number)) {
		moved = w->number != r->item->number ||
		    w->value != r->item->value;
		w->number = r->item->number;
		w->value = r->item->value;
	}
	if (state == w->state) {
		r->due = MONO_NEVER;
		return moved;
	}
	delay_ns = state == VRRP_TRACK_UP ? r->up_delay_ns : r->down_delay_ns;
	if (w->state != VRRP_TRACK_UNKNOWN && state != VRRP_TRACK_UNKNOWN &&
	    delay_ns > 0) {
		r->due = mono_add(r->item->since, delay_ns);
		if (mono_before(now, r->due))
			return false;
	}
	r->due = MONO_NEVER;
	w->state = state;
	return true;
}

bool
vrrp_tracked_look(struct vrrp_tracked *t, const struct vrrp_params *p,
    mono_t now, mono_t *again)
{
	struct vrrp_weighed before = t->now;
	bool moved = false;
	unsigned i;

	*again = MONO_NEVER;
	for (i = 0; i < t->count; i++) {
		if (look_at(&t->refs[i], &t->weights[i], now))
			moved = true;
		*again = mono_min(*again, t->refs[i].due);
	}
	vrrp_weigh(p->priority, t->weights, t->count, p->link_down_number,
	    p->last_resort, &t->now);
	check(t);
	return moved || before.priority != t->now.priority ||
	    before.fault != t->now.fault || before.waits != t->now.waits ||
	    before.why != t->now.why;
}

void
vrrp_tracked_why(const struct vrrp_tracked *t, char *why, size_t size)
{
	const struct vrrp_track_item *it;
	char text[64];

	why[0] = '\0';
	if (t->now.why < 0 || (it = t->refs[t->now.why].item) == NULL)
		return;
	(void)snprintf(text, sizeof(text), "tracked %s",
	    vrrp_track_kind_text(it->kind));
	if (t->now.waits)
		(void)snprintf(why, size, "%s %s has not said anything yet",
		    vrrp_track_kind_text(it->kind), vrrp_tracked_name(it));
	else if (it->number)
		(void)snprintf(why, size, "%s %s is %d", text,
		    vrrp_tracked_name(it), it->value);
	else
		(void)snprintf(why, size, "%s %s is %s%s%s",
		    t->refs[t->now.why].from_address ? "device" : text,
		    vrrp_tracked_name(it),
		    vrrp_track_state_name(t->weights[t->now.why].state),
		    it->reason[0] != '\0' ? ": " : "", it->reason);
}
