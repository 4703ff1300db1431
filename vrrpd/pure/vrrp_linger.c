/*
 * vrrp_linger.c - see vrrp_linger.h.
 *
 * begin() and end() are the only writers of the phase beside vrrp_linger_heard.
 */
#include "config.h"

#include <assert.h>

#include "vrrpd/pure/vrrp_linger.h"

#define LEAST_PRIORITY	1
#define MARGIN_MIN_NS	(20 * NS_PER_MS)
#define MARGIN_MAX_NS	NS_PER_S
#define DOWN_ADVERTS	3		/* V-31 */

int64_t
vrrp_linger_bound_ns(uint8_t version, uint16_t interval_cs)
{
	int64_t margin_ns = ns_from_cs(interval_cs) / 2;

	if (margin_ns < MARGIN_MIN_NS)
		margin_ns = MARGIN_MIN_NS;
	if (margin_ns > MARGIN_MAX_NS)
		margin_ns = MARGIN_MAX_NS;
	return vrrp_core_skew_time_ns(version, LEAST_PRIORITY, interval_cs) +
	    margin_ns;
}

void
vrrp_linger_init(struct vrrp_linger *l)
{
	*l = (struct vrrp_linger){ .phase = VRRP_LINGER_NOT,
	    .since = MONO_NEVER, .until = MONO_NEVER, .last = MONO_NEVER };
}

static void
check(const struct vrrp_linger *l)
{
	bool lingers = l->phase != VRRP_LINGER_NOT;

	assert(lingers == !mono_is_never(l->since));
	assert(lingers == !mono_is_never(l->until));
	assert(lingers == !mono_is_never(l->last));
	assert(lingers || !l->take_back);
	assert(!lingers || !mono_before(l->until, l->since));
}

static void
begin(struct vrrp_linger *l, enum vrrp_linger_phase phase, mono_t now,
    int64_t span_ns)
{
	l->phase = phase;
	l->since = now;
	l->until = mono_add(now, span_ns);
	l->last = l->until;
	l->take_back = false;
}

static enum vrrp_linger_do
end(struct vrrp_linger *l)
{
	vrrp_linger_init(l);
	return VRRP_LINGER_WITHDRAW;
}

/* Does a router that stops for this reason still serve its clients well? */
static bool
in_good_health(enum vrrp_cause cause)
{
	switch (cause) {
	case VRRP_CAUSE_SHUTDOWN:
	case VRRP_CAUSE_HANDOVER:
	case VRRP_CAUSE_DISABLED:
	case VRRP_CAUSE_GROUP:
	case VRRP_CAUSE_TRACK_FAULT:
	case VRRP_CAUSE_NO_PRIMARY_ADDRESS:	/* the link is up */
		return true;
	default:
		return false;
	}
}

/* As long as Active_Down_Timer may make it Active again, and a little more. */
static void
wait_as_backup(struct vrrp_linger *l, mono_t now,
    const struct vrrp_core_params *p)
{
	begin(l, VRRP_LINGER_WAITING, now,
	    DOWN_ADVERTS * ns_from_cs(p->advert_int_cs) +
	    vrrp_linger_bound_ns(p->version, p->advert_int_cs));
}

/* Active no more, but a Backup: that may become Active again by itself. */
static enum vrrp_linger_do
yielded(struct vrrp_linger *l, mono_t now, enum vrrp_cause cause,
    const struct vrrp_core_params *p)
{
	int64_t bound_ns = vrrp_linger_bound_ns(p->version, p->advert_int_cs);

	switch (cause) {
	case VRRP_CAUSE_HIGHER_PRIORITY:	/* V-71: it is there already */
	case VRRP_CAUSE_HIGHER_ADDRESS:
		begin(l, VRRP_LINGER_TAIL, now, VRRP_LINGER_TAIL_NS);
		return VRRP_LINGER_HUSH;
	case VRRP_CAUSE_HANDOVER:
		wait_as_backup(l, now, p);
		l->until = mono_add(now, bound_ns);
		l->take_back = true;
		return VRRP_LINGER_NOTHING;
	case VRRP_CAUSE_GROUP:
		wait_as_backup(l, now, p);
		return VRRP_LINGER_NOTHING;
	default:
		return end(l);
	}
}

/* V-68, or V-63 of one that lingers as a Backup. */
static enum vrrp_linger_do
stopped(struct vrrp_linger *l, mono_t now, const struct vrrp_transition *tr,
    const struct vrrp_core_params *p)
{
	mono_t bound = mono_add(now,
	    vrrp_linger_bound_ns(p->version, p->advert_int_cs));

	if (tr->from != VRRP_ACTIVE && l->phase == VRRP_LINGER_NOT)
		return VRRP_LINGER_NOTHING;
	if (!in_good_health(tr->cause))
		return end(l);
	if (tr->from == VRRP_ACTIVE)
		begin(l, VRRP_LINGER_WAITING, now, mono_sub(bound, now));
	l->until = mono_min(l->until, bound);
	l->last = l->until;
	l->take_back = false;
	return VRRP_LINGER_NOTHING;
}

static enum vrrp_linger_do
moved(struct vrrp_linger *l, mono_t now, const struct vrrp_transition *tr,
    const struct vrrp_core_params *p)
{
	switch (tr->to) {
	case VRRP_ACTIVE:
		vrrp_linger_init(l);
		return VRRP_LINGER_NOTHING;
	case VRRP_INITIALIZE:
		return stopped(l, now, tr, p);
	case VRRP_BACKUP:
		if (tr->from == VRRP_ACTIVE)
			return yielded(l, now, tr->cause, p);
		if (l->phase == VRRP_LINGER_WAITING)
			wait_as_backup(l, now, p);	/* enabled again */
		return VRRP_LINGER_NOTHING;
	}
	return VRRP_LINGER_NOTHING;
}

enum vrrp_linger_do
vrrp_linger_moved(struct vrrp_linger *l, mono_t now,
    const struct vrrp_transition *tr, const struct vrrp_core_params *p)
{
	enum vrrp_linger_do what = moved(l, now, tr, p);

	check(l);
	return what;
}

enum vrrp_linger_do
vrrp_linger_heard(struct vrrp_linger *l, mono_t now)
{
	if (l->phase != VRRP_LINGER_WAITING)
		return VRRP_LINGER_NOTHING;
	l->phase = VRRP_LINGER_TAIL;
	l->until = mono_add(now, VRRP_LINGER_TAIL_NS);
	check(l);
	return VRRP_LINGER_HUSH;
}

enum vrrp_linger_do
vrrp_linger_blocked(struct vrrp_linger *l, enum vrrp_cause cause)
{
	if (l->phase == VRRP_LINGER_NOT || in_good_health(cause))
		return VRRP_LINGER_NOTHING;
	return end(l);
}

enum vrrp_linger_do
vrrp_linger_expire(struct vrrp_linger *l, mono_t now)
{
	if (l->phase == VRRP_LINGER_NOT || mono_before(now, l->until))
		return VRRP_LINGER_NOTHING;
	if (l->phase == VRRP_LINGER_TAIL || !l->take_back)
		return end(l);
	l->take_back = false;
	l->until = l->last;
	check(l);
	return VRRP_LINGER_TAKE_BACK;
}

/* --- the last word of the one before --- */

void
vrrp_last_word_init(struct vrrp_last_word *w)
{
	*w = (struct vrrp_last_word){ .until = MONO_NEVER };
}

static bool
is_running(const struct vrrp_last_word *w, mono_t now)
{
	return !mono_is_never(w->until) && mono_before(now, w->until);
}

void
vrrp_last_word_active(struct vrrp_last_word *w, mono_t now,
    const struct addr *from)
{
	w->from = *from;
	w->until = mono_add(now, VRRP_LAST_WORD_NS);
}

/* Directly after a takeover the advert heard is the last word itself. */
void
vrrp_last_word_contest(struct vrrp_last_word *w, mono_t now,
    const struct addr *from)
{
	if (!is_running(w, now))
		vrrp_last_word_active(w, now, from);
}

bool
vrrp_last_word_take(struct vrrp_last_word *w, mono_t now,
    const struct addr *from)
{
	if (!is_running(w, now) || !addr_is_set(&w->from) ||
	    !addr_equal(&w->from, from))
		return false;
	w->from = (struct addr){ .family = 0 };
	return true;
}
