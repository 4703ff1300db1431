/*
 * vrrp_sync.c - carrying out what a sync group decides.
 *
 * Members call vrrp_sync_settle() whenever they have moved, wish to move, or
 * may have become able or unable to run.  Carrying out an order makes members
 * call it again: that only notes that another round is due.  Rounds end because
 * each order leaves the members in a state for which the group has no further
 * order; ROUNDS_MAX is there for the day that is not true.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/log.h"
#include "vrrpd/instance/vrrp_able.h"
#include "vrrpd/instance/vrrp_instance.h"
#include "vrrpd/instance/vrrp_machine.h"
#include "vrrpd/engine/vrrp_sync.h"

#define ROUNDS_MAX	16

static void
look(struct vrrp_sync *s)
{
	unsigned i, blockers = 0;

	s->blocker[0] = s->blocker[1] = NULL;
	s->soon = true;
	for (i = 0; i < s->count; i++) {
		s->views[i].able = vrrp_able(s->members[i], NULL, 0);
		if (!s->views[i].able && !vrrp_able_soon(s->members[i]))
			s->soon = false;
		s->views[i].core = &s->members[i]->core;
		if (!s->views[i].able && blockers < 2)
			s->blocker[blockers++] = s->members[i];
	}
}

/*
 * Whoever serves must not yield to one member because another is refused its
 * addresses: what can be installed before a word is said is, by all.
 */
static void
go(struct vrrp_sync *s)
{
	bool whole = true;
	unsigned i;

	for (i = 0; i < s->count; i++) {
		vrrp_machine_go_unsaid(s->members[i]);
		whole = whole && !s->members[i]->unsaid &&
		    s->members[i]->core.state == VRRP_ACTIVE;
	}
	for (i = 0; i < s->count; i++)
		vrrp_machine_gone(s->members[i], whole);
}

/* The kernel has refused a member its addresses, and its answer will be heard. */
static bool
is_being_refused(const struct vrrp_sync *s)
{
	unsigned i;

	for (i = 0; i < s->count; i++)
		if (s->members[i]->core.state == VRRP_ACTIVE &&
		    s->members[i]->unsaid)
			return true;
	return false;
}

static void
round_of(struct vrrp_sync *s)
{
	enum vrrp_group_order order;
	mono_t ask_again;
	unsigned i;

	if (is_being_refused(s))
		return;
	look(s);
	for (i = 0; i < s->count; i++)		/* carries out HOLD */
		vrrp_instance_reconsider(s->members[i]);
	look(s);
	/* A member whose device is being made joins when it is there. */
	if (s->soon && s->blocker[0] != NULL)
		return;
	order = vrrp_group_decide(&s->group, loop_clock(), s->views, s->count,
	    &ask_again);
	loop_timer_set(s->timer, ask_again);
	switch (order) {
	case VRRP_GROUP_STAY:
		return;
	case VRRP_GROUP_HOLD:
		s->again = true;
		return;
	case VRRP_GROUP_GO:
		go(s);
		return;
	case VRRP_GROUP_LEAVE:
		for (i = 0; i < s->count; i++)
			vrrp_machine_follow(s->members[i], false);
		return;
	}
}

void
vrrp_sync_settle(struct vrrp_sync *s)
{
	unsigned rounds = 0;

	if (s == NULL)
		return;
	s->again = true;
	if (s->settling || s->held > 0 || s->count == 0)
		return;
	s->settling = true;
	while (s->again && rounds++ < ROUNDS_MAX) {
		s->again = false;
		round_of(s);
	}
	if (s->again)
		log_err("group=%s does not settle", s->name);
	s->settling = false;
}

static void
reconsidered(struct vrrp_sync *s)
{
	if (!s->settling)
		vrrp_sync_settle(s);
}

static void
give(struct vrrp_sync *s)
{
	unsigned i;

	for (i = 0; i < s->count; i++)
		vrrp_instance_give(s->members[i]);
}

static void
take_back(struct vrrp_sync *s)
{
	unsigned i;

	if (s->settling)
		return;
	for (i = 0; i < s->count; i++)
		if (s->members[i]->core.state != VRRP_BACKUP ||
		    s->members[i]->linger.phase != VRRP_LINGER_WAITING)
			return;
	s->settling = true;
	vrrp_group_take_back(&s->group);
	for (i = 0; i < s->count; i++)
		vrrp_machine_follow(s->members[i], true);
	s->settling = false;
	vrrp_sync_settle(s);
}

static bool
allows(const struct vrrp_sync *s, const struct vrrp_instance *v,
    char *why, size_t size)
{
	const struct vrrp_instance *b = s->blocker[0];
	char reason[VRRP_VIP_REASON_MAX] = "";

	if (b == v)
		b = s->blocker[1];
	if (b == NULL || (s->soon && v->core.state != VRRP_INITIALIZE))
		return true;
	(void)vrrp_able(b, reason, sizeof(reason));
	(void)snprintf(why, size, "group %s: %s: %.*s", s->name, b->p.name,
	    VRRP_VIP_REASON_MAX - 2 * VRRP_NAME_MAX - 16, reason);
	return false;
}

const struct vrrp_sync_calls vrrp_sync_calls = {
	.settle = vrrp_sync_settle,
	.reconsidered = reconsidered,
	.allows = allows,
	.give = give,
	.take_back = take_back,
};

static void
ask_again_cb(mono_t deadline, void *arg)
{
	(void)deadline;
	vrrp_sync_settle(arg);
}

/*
 * Both routers must count the same way, whatever the order of their files and
 * the names in them: by VRID, family and virtual addresses.
 */
static bool
ranks_before(const struct vrrp_params *a, const struct vrrp_params *b)
{
	unsigned i;
	int order;

	if (a->vrid != b->vrid)
		return a->vrid < b->vrid;
	if (a->family != b->family)
		return a->family == AF_INET;
	for (i = 0; i < a->vip_count && i < b->vip_count; i++) {
		order = memcmp(a->vips[i].prefix.addr.bytes,
		    b->vips[i].prefix.addr.bytes, addr_len(a->family));
		if (order != 0)
			return order < 0;
	}
	return a->vip_count < b->vip_count;
}

static void
rank(struct vrrp_sync *s)
{
	unsigned i, j;

	for (i = 0; i < s->count; i++) {
		s->views[i].rank = 0;
		for (j = 0; j < s->count; j++)
			if (ranks_before(&s->members[j]->p, &s->members[i]->p))
				s->views[i].rank++;
	}
}

/* Out of the lists; the instance still believes to be a member. */
static unsigned
take_out(struct vrrp_sync *s, const struct vrrp_instance *v)
{
	unsigned at = 0;

	while (s->members[at] != v)
		at++;
	s->count--;
	memmove(&s->members[at], &s->members[at + 1],
	    (s->count - at) * sizeof(s->members[0]));
	memmove(&s->views[at], &s->views[at + 1],
	    (s->count - at) * sizeof(s->views[0]));
	rank(s);
	look(s);
	return at;
}

unsigned
vrrp_sync_leave(struct vrrp_sync *s, struct vrrp_instance *v)
{
	unsigned at = take_out(s, v);

	vrrp_instance_join(v, NULL);
	return at;
}

void
vrrp_sync_enter(struct vrrp_sync *s, struct vrrp_instance *v, unsigned place)
{
	memmove(&s->members[place + 1], &s->members[place],
	    (s->count - place) * sizeof(s->members[0]));
	memmove(&s->views[place + 1], &s->views[place],
	    (s->count - place) * sizeof(s->views[0]));
	s->members[place] = v;
	s->count++;
	rank(s);
	look(s);
	vrrp_instance_join(v, s);
}

void
vrrp_sync_hold(struct vrrp_sync *s)
{
	s->held++;
}

void
vrrp_sync_release(struct vrrp_sync *s)
{
	if (--s->held > 0)
		return;
	rank(s);
	vrrp_sync_settle(s);
}

struct vrrp_sync *
vrrp_sync_new(struct loop *loop, const char *name,
    struct vrrp_instance *const *members, unsigned count)
{
	struct vrrp_sync *s;
	unsigned i;

	s = calloc(1, sizeof(*s));
	if (s == NULL)
		return NULL;
	(void)snprintf(s->name, sizeof(s->name), "%s", name);
	s->members = calloc(count + 1, sizeof(struct vrrp_instance *));
	s->views = calloc(count + 1, sizeof(*s->views));
	s->timer = loop_timer_new(loop, ask_again_cb, s);
	if (s->members == NULL || s->views == NULL || s->timer == NULL) {
		vrrp_sync_free(s);
		return NULL;
	}
	s->count = count;
	for (i = 0; i < count; i++)
		s->members[i] = members[i];
	rank(s);
	look(s);
	vrrp_group_init(&s->group, s->views, count);
	for (i = 0; i < count; i++) {
		if (members[i]->group != NULL)
			(void)take_out(members[i]->group, members[i]);
		vrrp_instance_join(members[i], s);
	}
	return s;
}

void
vrrp_sync_free(struct vrrp_sync *s)
{
	unsigned i;

	if (s == NULL)
		return;
	for (i = 0; i < s->count; i++)
		vrrp_instance_join(s->members[i], NULL);
	loop_timer_free(s->timer);
	free(s->members);
	free(s->views);
	free(s);
}
