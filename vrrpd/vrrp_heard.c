/*
 * vrrp_heard.c - the other routers of a virtual router, by what was heard.
 *
 * Nothing here expires by itself: every question is asked with the instant it
 * is asked at, and old entries stay until their place is needed, because an
 * operator wants to see who was there.
 */
#include "config.h"

#include <string.h>

#include "vrrpd/vrrp_heard.h"

void
vrrp_heard_init(struct vrrp_heard *h)
{
	memset(h, 0, sizeof(*h));
	h->form_changed = MONO_NEVER;
}

static struct vrrp_heard_router *
find(struct vrrp_heard *h, const struct addr *source)
{
	unsigned i;

	for (i = 0; i < h->count; i++)
		if (addr_equal(&h->list[i].source, source))
			return &h->list[i];
	return NULL;
}

const struct vrrp_heard_router *
vrrp_heard_find(const struct vrrp_heard *h, const struct addr *source)
{
	unsigned i;

	for (i = 0; i < h->count; i++)
		if (addr_equal(&h->list[i].source, source))
			return &h->list[i];
	return NULL;
}

/* A new entry; in a full list the place of who was not heard for longest. */
static struct vrrp_heard_router *
make_room(struct vrrp_heard *h)
{
	struct vrrp_heard_router *r = &h->list[0];
	unsigned i;

	if (h->count < VRRP_HEARD_MAX)
		return &h->list[h->count++];
	for (i = 1; i < h->count; i++)
		if (mono_before(h->list[i].last, r->last))
			r = &h->list[i];
	return r;
}

void
vrrp_heard_note(struct vrrp_heard *h, mono_t now, const struct vrrp_advert *a,
    bool *first_legacy)
{
	struct vrrp_heard_router *r = find(h, &a->source);

	if (first_legacy != NULL)
		*first_legacy = false;
	if (r == NULL) {
		r = make_room(h);
		memset(r, 0, sizeof(*r));
		r->source = a->source;
		r->last_v3 = r->last_message = r->last_pseudo = MONO_NEVER;
	}
	r->last = now;
	r->priority = a->priority;
	r->interval_cs = a->interval_cs;
	if (a->version == 2) {
		r->adverts_v2++;
		return;
	}
	r->adverts_v3++;
	r->last_v3 = now;
	r->v3_interval_cs = a->interval_cs;
	if (a->source.family != AF_INET)
		return;
	if (a->form == VRRP_FORM_PSEUDO) {
		if (first_legacy != NULL)
			*first_legacy = mono_is_never(r->last_pseudo);
		r->last_pseudo = now;
	} else
		r->last_message = now;
}

bool
vrrp_heard_says_nothing_new(const struct vrrp_heard *h, mono_t now,
    const struct vrrp_advert *a)
{
	const struct vrrp_heard_router *r;

	if (a->version != 2)
		return false;
	r = vrrp_heard_find(h, &a->source);
	if (r == NULL || mono_is_never(r->last_v3))
		return false;
	return 2 * mono_sub(now, r->last_v3) <=
	    5 * ns_from_cs(r->v3_interval_cs);
}

static bool
recent(mono_t at, mono_t now, int64_t hold_ns)
{
	return !mono_is_never(at) && mono_sub(now, at) <= hold_ns;
}

enum vrrp_checksum_form
vrrp_heard_form(struct vrrp_heard *h, mono_t now,
    enum vrrp_checksum_form in_use, bool active, int64_t hold_ns)
{
	enum vrrp_checksum_form want = in_use;
	unsigned i;

	for (i = 0; i < h->count; i++) {
		if (!recent(h->list[i].last_v3, now, hold_ns))
			continue;
		want = vrrp_heard_router_form(&h->list[i]);
		if (want == VRRP_FORM_MESSAGE)
			break;
	}
	if (want == in_use)
		return in_use;
	if (active && recent(h->form_changed, now, hold_ns))
		return in_use;
	h->form_changed = now;
	return want;
}

enum vrrp_checksum_form
vrrp_heard_router_form(const struct vrrp_heard_router *r)
{
	if (mono_is_never(r->last_pseudo))
		return VRRP_FORM_MESSAGE;
	if (mono_is_never(r->last_message))
		return VRRP_FORM_PSEUDO;
	return mono_before(r->last_message, r->last_pseudo) ?
	    VRRP_FORM_PSEUDO : VRRP_FORM_MESSAGE;
}
