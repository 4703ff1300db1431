/*
 * vrrp_link.c - BFD sessions of role link as something tracked (L-17).
 *
 * A session that is new, or whose bfdd was restarted, is Down for a second or
 * two, which says nothing yet: until VRRP_LINK_COME_UP_NS the link stays what it
 * was, and unknown if it is new.  An instance that starts waits that long
 * instead of taking the address and giving it back; one that runs is not
 * disturbed.  For the same reason a link that was down when bfdd went is given a
 * second before it counts as up: a bfdd that is back by then says what it is.
 *
 * The carrier of our own end is known before any session can time out, and says as
 * much: vrrp_links_interface().
 */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "vrrpd/engine/vrrp_link.h"
#include "vrrpd/instance/vrrp_tracked.h"

struct link {
	char			name[VRRP_TRACK_NAME_MAX];
	char			interface[IF_NAMESIZE];
	struct addr		peer;
	bool			wanted, multihop;
	struct vrrp_link_memory	m;
	enum vrrp_bfd_state	level;
	enum vrrp_bfd_reason	reason;
	bool			cut;	/* our own end of it, by netlink */
};

struct vrrp_links {
	struct loop		*loop;
	struct vrrp_track	*track;
	struct loop_timer	*timer;
	struct link		*list;
	unsigned		 count;
};

void
vrrp_link_init(struct vrrp_link_memory *m, mono_t now)
{
	*m = (struct vrrp_link_memory){
		.state = VRRP_TRACK_UNKNOWN,
		.give_up = mono_add(now, VRRP_LINK_BFDD_NS),
	};
}

static void
settle_for(struct vrrp_link_memory *m, enum vrrp_track_state state)
{
	m->state = state;
	m->give_up = MONO_NEVER;
}

static void
judge_down(struct vrrp_link_memory *m, mono_t now, enum vrrp_bfd_reason reason,
    const char **why)
{
	if (reason == VRRP_BFD_REASON_ADMIN) {
		*why = "BFD is administratively down: counts as up";
		settle_for(m, VRRP_TRACK_UP);
	} else if (m->been_up) {
		*why = reason == VRRP_BFD_REASON_TIMEOUT ?
		    "its BFD session timed out" : "its BFD session is down";
		settle_for(m, VRRP_TRACK_DOWN);
	} else if (mono_is_never(m->give_up) && m->state == VRRP_TRACK_DOWN) {
		*why = "its BFD session does not come up";
	} else {
		*why = "its BFD session has not come up yet";
		if (mono_is_never(m->give_up))
			m->give_up = mono_add(now, VRRP_LINK_COME_UP_NS);
		if (mono_before(now, m->give_up))
			return;
		*why = "its BFD session does not come up";
		settle_for(m, VRRP_TRACK_DOWN);
	}
}

void
vrrp_link_judge(struct vrrp_link_memory *m, mono_t now,
    enum vrrp_bfd_state level, enum vrrp_bfd_reason reason, const char **why)
{
	*why = NULL;
	if (level != VRRP_BFD_UNKNOWN && !m->told) {
		m->told = true;
		m->give_up = MONO_NEVER;
	}
	switch (level) {
	case VRRP_BFD_UNKNOWN:
		*why = "bfdd does not answer: counts as up";
		if (m->told)			/* L-21 */
			m->give_up = m->state != VRRP_TRACK_DOWN ? now :
			    mono_add(now, VRRP_LINK_BFDD_NS);
		m->told = m->been_up = false;
		if (mono_is_never(m->give_up) || mono_before(now, m->give_up))
			return;
		settle_for(m, VRRP_TRACK_UP);
		return;
	case VRRP_BFD_ADMIN_DOWN:
		*why = "BFD is administratively down: counts as up";
		settle_for(m, VRRP_TRACK_UP);
		return;
	case VRRP_BFD_UP:
		m->been_up = true;
		settle_for(m, VRRP_TRACK_UP);
		return;
	case VRRP_BFD_INIT:		/* the peer is heard: on its way up */
	case VRRP_BFD_DOWN:
		break;
	}
	if (level == VRRP_BFD_INIT && m->been_up)
		return;
	judge_down(m, now, reason, why);
}

/* --- all of them --- */

static void
wait_for_next(struct vrrp_links *l)
{
	mono_t next = MONO_NEVER;
	unsigned i;

	for (i = 0; i < l->count; i++)
		next = mono_min(next, l->list[i].m.give_up);
	loop_timer_set(l->timer, next);
}

static void
judge(struct vrrp_links *l, struct link *k, mono_t now, mono_t since)
{
	const char *why;

	vrrp_link_judge(&k->m, now, k->level, k->reason, &why);
	if (k->cut)
		vrrp_track_set(l->track, VRRP_TRACK_LINK, k->name, false,
		    "its interface has no carrier", since);
	else if (k->m.state == VRRP_TRACK_UNKNOWN)
		vrrp_track_forget(l->track, VRRP_TRACK_LINK, k->name, why);
	else
		vrrp_track_set(l->track, VRRP_TRACK_LINK, k->name,
		    k->m.state == VRRP_TRACK_UP, why, since);
}

static void
give_up_cb(mono_t deadline, void *arg)
{
	struct vrrp_links *l = arg;
	mono_t now = loop_clock();
	unsigned i;

	(void)deadline;
	for (i = 0; i < l->count; i++)
		if (!mono_before(now, l->list[i].m.give_up))
			judge(l, &l->list[i], now, now);
	wait_for_next(l);
}

struct vrrp_links *
vrrp_links_new(struct loop *loop, struct vrrp_track *track)
{
	struct vrrp_links *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->loop = loop;
	l->track = track;
	l->timer = loop_timer_new(loop, give_up_cb, l);
	if (l->timer == NULL) {
		free(l);
		return NULL;
	}
	return l;
}

void
vrrp_links_free(struct vrrp_links *l)
{
	if (l == NULL)
		return;
	loop_timer_free(l->timer);
	free(l->list);
	free(l);
}

void
vrrp_links_begin(struct vrrp_links *l)
{
	unsigned i;

	for (i = 0; i < l->count; i++)
		l->list[i].wanted = false;
}

int
vrrp_links_want(struct vrrp_links *l, const struct vrrp_params *p,
    const struct vrrp_bfd_params *b)
{
	char name[VRRP_TRACK_NAME_MAX];
	struct link *list, *k;
	unsigned i;

	vrrp_tracked_link_name(p, b, name, sizeof(name));
	for (i = 0; i < l->count; i++)
		if (strcmp(l->list[i].name, name) == 0) {
			l->list[i].wanted = true;
			return 0;
		}
	list = realloc(l->list, (l->count + 1) * sizeof(*list));
	if (list == NULL)
		return -ENOMEM;
	l->list = list;
	k = &list[l->count++];
	memset(k, 0, sizeof(*k));
	memcpy(k->name, name, sizeof(k->name));
	(void)snprintf(k->interface, sizeof(k->interface), "%s",
	    vrrp_params_bfd_interface(p, b));
	k->peer = b->peer;
	k->wanted = true;
	k->multihop = b->multihop;
	k->level = VRRP_BFD_UNKNOWN;
	vrrp_link_init(&k->m, loop_clock());
	return 0;
}

void
vrrp_links_commit(struct vrrp_links *l)
{
	unsigned i, kept = 0;

	for (i = 0; i < l->count; i++)
		if (l->list[i].wanted)
			l->list[kept++] = l->list[i];
	l->count = kept;
	wait_for_next(l);
}

void
vrrp_links_interface(struct vrrp_links *l, const struct nl_link *link,
    bool gone)
{
	bool cut = gone || !link->admin_up || !link->running;
	struct link *k;
	unsigned i;

	for (i = 0; l != NULL && i < l->count; i++) {
		k = &l->list[i];
		if (k->multihop || k->cut == cut ||
		    strcmp(k->interface, link->name) != 0)
			continue;
		k->cut = cut;
		judge(l, k, loop_clock(), loop_clock());
	}
}

void
vrrp_links_level(struct vrrp_links *l, const struct vrrp_bfd_session *s,
    mono_t received)
{
	struct link *k;
	unsigned i;

	for (i = 0; i < l->count; i++) {
		k = &l->list[i];
		if (strcmp(k->interface, s->interface) != 0 ||
		    !addr_equal(&k->peer, &s->peer))
			continue;
		k->level = s->level.state;
		k->reason = s->level.reason;
		vrrp_track_detection(l->track, k->name,
		    s->level.state == VRRP_BFD_UP ?
		    s->level.detection_time_ns : 0);
		judge(l, k, loop_clock(), mono_is_never(s->level.decided) ?
		    received : s->level.decided);
	}
	wait_for_next(l);
}
