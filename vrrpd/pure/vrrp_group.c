/*
 * vrrp_group.c - when a sync group goes, leaves and must stay out.
 *
 * See the header for the rules.  The only memory is whether we went and when we
 * may go again; all else is read from the members at each call, so an event
 * that was missed or came twice changes nothing.
 */
#include "config.h"

#include <assert.h>

#include "vrrpd/pure/vrrp_group.h"

void
vrrp_group_init(struct vrrp_group *g, const struct vrrp_group_member *m,
    unsigned count)
{
	unsigned i;

	g->active = false;
	g->not_before = (mono_t){ INT64_MIN };
	for (i = 0; i < count; i++)
		if (m[i].core->state == VRRP_ACTIVE)
			g->active = true;
}

/* The link of the lowest rank that a better Active took from us. */
static void
leave(struct vrrp_group *g, mono_t now, const struct vrrp_group_member *m,
    unsigned count)
{
	unsigned i, rank = count;
	int64_t interval_ns = 0, ns;

	g->active = false;
	for (i = 0; i < count; i++) {
		if (m[i].core->state == VRRP_BACKUP && m[i].rank < rank)
			rank = m[i].rank;
		ns = ns_from_cs(m[i].core->p.advert_int_cs);
		if (ns > interval_ns)
			interval_ns = ns;
	}
	if (rank < count)
		g->not_before = mono_add(now, rank * interval_ns);
}

static bool
may_go(const struct vrrp_group_member *m, unsigned count)
{
	unsigned i, wanting = 0;
	bool resigned = false;

	for (i = 0; i < count; i++) {
		if (m[i].core->state != VRRP_BACKUP)
			return false;
		if (!m[i].core->wants)
			continue;
		wanting++;
		if (m[i].core->wants_cause == VRRP_CAUSE_PRIORITY_ZERO)
			resigned = true;
	}
	return wanting == count || resigned;
}

void
vrrp_group_take_back(struct vrrp_group *g)
{
	g->active = true;
}

static enum vrrp_group_order
decide(struct vrrp_group *g, mono_t now, const struct vrrp_group_member *m,
    unsigned count, mono_t *ask_again)
{
	bool able = true, running = false, whole = true, some = false;
	bool started = true;
	unsigned i;

	*ask_again = MONO_NEVER;
	for (i = 0; i < count; i++) {
		able = able && m[i].able;
		running = running || m[i].core->state != VRRP_INITIALIZE;
		whole = whole && m[i].core->state == VRRP_ACTIVE;
		some = some || m[i].core->state == VRRP_ACTIVE;
		started = started && m[i].core->state != VRRP_INITIALIZE;
	}
	if (!able) {
		g->active = false;
		return running ? VRRP_GROUP_HOLD : VRRP_GROUP_STAY;
	}
	/*
	 * After a restart members go on as Active without being told to (L-24).
	 * Where all have begun and not all go on, nobody would ever be Active
	 * for the others: this router's Active keeps the groups of all away.
	 */
	g->active = g->active || whole || (some && started);
	if (g->active) {
		if (whole)
			return VRRP_GROUP_STAY;
		leave(g, now, m, count);
		return VRRP_GROUP_LEAVE;
	}
	if (!may_go(m, count))
		return VRRP_GROUP_STAY;
	if (mono_before(now, g->not_before)) {
		*ask_again = g->not_before;
		return VRRP_GROUP_STAY;
	}
	g->active = true;
	return VRRP_GROUP_GO;
}

/* The decision fits the members, and what is remembered fits the decision. */
static void
check(const struct vrrp_group *g, enum vrrp_group_order order,
    const struct vrrp_group_member *m, unsigned count, mono_t ask_again)
{
	unsigned i;

	for (i = 0; i < count; i++) {
		assert(m[i].rank < count);
		/* Only a whole group is Active, and only an able one goes. */
		assert(m[i].able || !g->active);
		assert(order != VRRP_GROUP_GO ||
		    m[i].core->state == VRRP_BACKUP);
	}
	assert(order != VRRP_GROUP_GO || g->active);
	assert(order == VRRP_GROUP_STAY || order == VRRP_GROUP_GO ||
	    !g->active);
	assert(order == VRRP_GROUP_STAY || mono_is_never(ask_again));
}

enum vrrp_group_order
vrrp_group_decide(struct vrrp_group *g, mono_t now,
    const struct vrrp_group_member *m, unsigned count, mono_t *ask_again)
{
	enum vrrp_group_order order = decide(g, now, m, count, ask_again);

	check(g, order, m, count, *ask_again);
	return order;
}
