/*
 * vrrp_heard.c - the other routers of a virtual router, by what was heard.
 *
 * Nothing here expires by itself: every question is asked with the instant it
 * is asked at, and old entries stay until their place is needed, because an
 * operator wants to see who was there.
 */
#include "config.h"

#include <assert.h>
#include <string.h>

#include "vrrpd/pure/vrrp_core.h"
#include "vrrpd/pure/vrrp_heard.h"

#define SKEW_GAP_NS	(1 * NS_PER_MS)		/* V-35 */
#define BURST_SILENCE	3			/* V-39: intervals */
#define BURSTS		3
#define CALM_NS		(60 * NS_PER_S)		/* or so many intervals: */
#define CALM_INTERVALS	10

void
vrrp_heard_init(struct vrrp_heard *h)
{
	memset(h, 0, sizeof(*h));
	h->form_changed = MONO_NEVER;
	h->last_lesser = MONO_NEVER;
}

static void
check_router(const struct vrrp_heard_router *r)
{
	assert(addr_is_set(&r->source));
	assert(!mono_is_never(r->last));
	assert(r->adverts_v2 + r->adverts_v3 > 0);
	assert((r->adverts_v3 > 0) == !mono_is_never(r->last_v3));
	assert(r->adverts_v3 > 0 || (mono_is_never(r->last_message) &&
	    mono_is_never(r->last_pseudo)));
}

/* All of it; the list only changes where somebody new is heard. */
static void
check(const struct vrrp_heard *h)
{
	unsigned i, j;

	assert(h->count <= VRRP_HEARD_MAX);
	for (i = 0; i < h->count; i++) {
		check_router(&h->list[i]);
		for (j = 0; j < i; j++)
			assert(!addr_equal(&h->list[i].source,
			    &h->list[j].source));
	}
	assert(h->bursts == 0 || !mono_is_never(h->last_lesser));
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

/* An advert of version 3. *first_legacy: the first with the pseudo-header. */
static void
note_v3(struct vrrp_heard_router *r, mono_t now, const struct vrrp_advert *a,
    bool *first_legacy)
{
	r->adverts_v3++;
	r->last_v3 = now;
	r->v3_interval_cs = a->interval_cs;
	if (a->source.family != AF_INET)
		return;
	if (a->form == VRRP_FORM_PSEUDO) {
		*first_legacy = mono_is_never(r->last_pseudo);
		r->last_pseudo = now;
	} else
		r->last_message = now;
}

void
vrrp_heard_note(struct vrrp_heard *h, mono_t now, const struct vrrp_advert *a,
    bool *first_legacy)
{
	struct vrrp_heard_router *r = find(h, &a->source);
	bool is_new = r == NULL, legacy = false;

	if (is_new) {
		r = make_room(h);
		memset(r, 0, sizeof(*r));
		r->source = a->source;
		r->last_v3 = r->last_message = r->last_pseudo = MONO_NEVER;
	}
	r->last = now;
	r->priority = a->priority;
	r->interval_cs = a->interval_cs;
	if (a->version == 2)
		r->adverts_v2++;
	else
		note_v3(r, now, a, &legacy);
	if (first_legacy != NULL)
		*first_legacy = legacy;
	if (is_new)
		check(h);
	else
		check_router(r);
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

int64_t
vrrp_heard_skew_gap_ns(const struct vrrp_heard_router *r,
    const struct addr *active, uint8_t version, uint8_t priority,
    uint16_t interval_cs)
{
	int64_t gap_ns;

	if (!addr_is_set(active) || addr_equal(&r->source, active) ||
	    r->priority == 0)
		return -1;
	gap_ns = vrrp_core_skew_time_ns(version, priority, interval_cs) -
	    vrrp_core_skew_time_ns(version, r->priority, interval_cs);
	if (gap_ns < 0)
		gap_ns = -gap_ns;
	return gap_ns < SKEW_GAP_NS ? gap_ns : -1;
}

const struct vrrp_heard_router *
vrrp_heard_too_close(struct vrrp_heard *h, const struct addr *active,
    uint8_t version, uint8_t priority, uint16_t interval_cs)
{
	unsigned i;

	for (i = 0; i < h->count; i++) {
		if (h->list[i].told_close ||
		    vrrp_heard_skew_gap_ns(&h->list[i], active, version,
		    priority, interval_cs) < 0)
			continue;
		h->list[i].told_close = true;
		return &h->list[i];
	}
	return NULL;
}

bool
vrrp_heard_flapping(struct vrrp_heard *h, mono_t now, int64_t interval_ns)
{
	int64_t silence_ns, calm_ns = CALM_INTERVALS * interval_ns;
	bool first = mono_is_never(h->last_lesser);

	if (calm_ns < CALM_NS)
		calm_ns = CALM_NS;
	silence_ns = first ? calm_ns : mono_sub(now, h->last_lesser);
	h->last_lesser = now;
	if (silence_ns <= BURST_SILENCE * interval_ns)
		return false;
	if (silence_ns >= calm_ns)
		h->bursts = 0;
	h->bursts++;
	return h->bursts >= BURSTS;
}
