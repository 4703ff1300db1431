/*
 * vrrp_core_bfd.c - what BFD does to the state machine.
 *
 * The part of vrrp_core.c that a virtual router without BFD never comes to: levels
 * of sessions (vrrp_death.h judges them), the takeover that follows a Down, at once
 * or in its turn (L-11..L-15), the claim that goes out before it and what ends it
 * (L-14), the account of those that were not, and the signs of life of an Active
 * whose sessions end (L-23).
 *
 * No state is entered here: a takeover goes by vrrp_core_go(), and
 * Active_Down_Timer is not touched (L-10).  Contracts are in vrrp_core.h, and those
 * of what the two files have in common in vrrp_core_inside.h.
 */
#include "config.h"

#include <string.h>

#include "vrrpd/pure/vrrp_core.h"
#include "vrrpd/pure/vrrp_core_inside.h"

#define PACE_MIN_NS		NS_PER_MS
#define REASSURE_MIN_NS		(50 * NS_PER_MS)
#define REASSURE_MAX		16		/* adverts of one series */

static void
spare(struct vrrp_core *v, enum vrrp_spared why, struct vrrp_other other)
{
	v->spared.count++;
	v->spared.why = why;
	v->spared.other = other;
	v->spared.at = v->last_call;
}

/* A Down is to be followed by a takeover, or by the group's. */
static bool
bfd_takeover_is_due(const struct vrrp_core *v)
{
	return !mono_is_never(v->bfd_takeover_timer) || v->claimed != 0 ||
	    (v->wants && v->wants_cause == VRRP_CAUSE_BFD_DOWN);
}

static void
forget_bfd_edge(struct vrrp_core *v)
{
	v->bfd_takeover_timer = MONO_NEVER;
	if (v->wants_cause == VRRP_CAUSE_BFD_DOWN)
		v->wants = false;
}

/*
 * L-15: the pending takeover by BFD is off.  An accepted advert that arrived after
 * the session went Down comes from a new Active, or shows that the old one lives;
 * an advert from before shows nothing (vrrp_death_is_refuted()).
 */
void
vrrp_core_bfd_call_off(struct vrrp_core *v, mono_t arrival,
    const struct vrrp_advert *adv)
{
	if (!vrrp_death_is_refuted(&v->death, arrival, &adv->source))
		return;
	if (bfd_takeover_is_due(v))
		spare(v, addr_equal(&adv->source, &v->death.edge_peer) ?
		    VRRP_SPARED_ADVERTS_GO_ON : VRRP_SPARED_ANOTHER_SERVES,
		    vrrp_core_sender(adv));
	forget_bfd_edge(v);
}

/*
 * V-67, L-15: a lesser router is Active where the dead one was.  It serves, and
 * two takeovers where one is enough would be worse than to wait for the timer.
 */
void
vrrp_core_bfd_note_claim(struct vrrp_core *v, mono_t arrival,
    const struct vrrp_advert *adv)
{
	if (addr_equal(&adv->source, &v->active.source))
		v->active.last_arrival = arrival;
	else
		vrrp_death_claim(&v->death, &adv->source, arrival);
	if (mono_is_never(v->bfd_takeover_timer))
		return;
	vrrp_core_bfd_call_off(v, arrival, adv);
	if (mono_is_never(v->bfd_takeover_timer))
		v->bfd_left_to_others++;
}

void
vrrp_core_bfd_claim(struct vrrp_core *v, mono_t now, struct vrrp_actions *act)
{
	v->confirm_timer = mono_add(now, v->p.takeover_confirm_ns);
	v->bfd_takeover_timer = MONO_NEVER;
	v->claimed = v->p.priority;
	vrrp_core_send(v, act);
}

/* L-14: the Active we follow has heard that it loses, and obeys. */
static bool
claim_has_won(const struct vrrp_core *v)
{
	return v->claimed > v->active.priority ||
	    (v->claimed == v->active.priority &&
	    addr_cmp(&v->primary, &v->active.source) > 0);
}

/* L-14: somebody else serves after all. */
static void
give_claim_up(struct vrrp_core *v)
{
	v->claimed = 0;
	if (mono_is_never(v->confirm_timer))
		return;
	v->confirm_timer = MONO_NEVER;
	v->bfd_unconfirmed++;
}

/*
 * L-14: we have said that we are Active, so whoever loses against us will obey;
 * what it sent before it knew must not stop us, or nobody would be Active.  What
 * it sends when it had the time to know does: we have slept, or are not heard.
 */
bool
vrrp_core_bfd_confirm_rx(struct vrrp_core *v, mono_t now, mono_t arrival,
    const struct vrrp_advert *adv)
{
	bool in_time = !mono_before(v->confirm_timer, arrival);

	if (mono_is_never(v->confirm_timer))
		return false;
	if (in_time && (adv->priority == 0 || !vrrp_core_wins(v, adv)))
		return true;
	spare(v, VRRP_SPARED_NOT_CONFIRMED, vrrp_core_sender(adv));
	give_claim_up(v);
	if (in_time && addr_equal(&adv->source, &v->death.edge_peer))
		vrrp_death_blame(&v->death, now);
	return false;
}

/*
 * L-13: a router that BFD called dead and that answers our takeover at once was
 * not dead.  One that is heard again later was away, and BFD was right.
 */
void
vrrp_core_bfd_judge(struct vrrp_core *v, mono_t now,
    const struct vrrp_advert *adv)
{
	if (mono_sub(now, v->state_since) > v->active_down_interval_ns)
		return;
	if (addr_equal(&adv->source, &v->active.source) &&
	    v->active.priority != 0)
		v->takeovers_taken_back++;
	if (v->active_by_bfd && vrrp_death_is_answered(&v->death, now,
	    &adv->source, mono_sub(now, v->state_since)))
		v->bfd_false_takeovers++;
}

/* Our place among the Backups. */
static struct vrrp_rank_id
us(const struct vrrp_core *v)
{
	return (struct vrrp_rank_id){ &v->primary, v->p.priority };
}

mono_t
vrrp_core_bfd_suspended_until(const struct vrrp_core *v,
    const struct addr *peer)
{
	const struct vrrp_death_session *s = vrrp_death_find(&v->death, peer);

	return s == NULL ? (mono_t){ 0 } : s->suspended_until;
}

void
vrrp_core_no_active(struct vrrp_core *v, const struct addr *peer)
{
	if (addr_equal(peer, &v->blocked_peer))
		memset(&v->blocked_peer, 0, sizeof(v->blocked_peer));
}

bool
vrrp_core_half_heard(const struct vrrp_core *v, struct addr *peer, bool *bfd)
{
	const struct vrrp_death_session *s;

	*bfd = true;
	*peer = v->blocked_peer;
	if (addr_is_set(peer))
		return true;
	*bfd = false;
	*peer = v->active.source;
	if (v->state != VRRP_BACKUP || !addr_is_set(peer))
		return false;
	s = vrrp_death_find(&v->death, peer);
	return s != NULL && s->fell &&
	    mono_before(s->fell_at, v->active.last_arrival);
}

int64_t
vrrp_core_bfd_delay_ns(const struct vrrp_core *v, mono_t now)
{
	struct vrrp_rank_id id = us(v);

	return vrrp_death_delay_ns(&v->death, now, &v->active, &id);
}

int64_t
vrrp_core_bfd_place_ns(const struct vrrp_core *v, bool told)
{
	struct vrrp_rank_id id = us(v);

	return vrrp_death_place_ns(&v->death, v->last_call, &v->active, &id,
	    told, vrrp_core_backup_knows_all(v));
}

void
vrrp_core_name_router(struct vrrp_core *v, const struct addr *router)
{
	vrrp_rank_name(&v->death.rank, router);
}

void
vrrp_core_name_nobody(struct vrrp_core *v)
{
	vrrp_rank_name_nobody(&v->death.rank);
	vrrp_core_check(v);
}

/* L-15: the lesser router that is Active where the dead one was. */
static struct vrrp_other
claimant(const struct vrrp_core *v)
{
	const struct vrrp_rank_router *r = vrrp_rank_find(&v->death.rank,
	    &v->death.claimant);

	return (struct vrrp_other){ v->death.claimant,
	    r == NULL ? 0 : r->priority };
}

/* L-11: a session that was Up is Down. */
static void
bfd_edge_down(struct vrrp_core *v, mono_t now, const struct vrrp_bfd_event *ev,
    struct vrrp_actions *act)
{
	struct vrrp_rank_id id = us(v);
	int64_t wait_ns = 0;

	/* L-14: a claim that is out stands, and its own timer goes on. */
	if (v->state != VRRP_BACKUP || !mono_is_never(v->confirm_timer))
		return;
	switch (vrrp_death_judge(&v->death, now, ev, &v->active, &id,
	    &wait_ns)) {
	case VRRP_DEATH_NOT_MEANT:
		return;
	case VRRP_DEATH_DISPROVED:
		v->bfd_disproved++;
		spare(v, VRRP_SPARED_ADVERTS_GO_ON, vrrp_core_followed(v));
		return;
	case VRRP_DEATH_SERVED:
		v->bfd_left_to_others++;
		spare(v, VRRP_SPARED_ANOTHER_SERVES, claimant(v));
		return;
	case VRRP_DEATH_SUSPENDED:
		v->bfd_suspended++;
		spare(v, VRRP_SPARED_SUSPENDED, vrrp_core_followed(v));
		return;
	case VRRP_DEATH_BELIEVED:
		break;
	}
	if (wait_ns == 0)
		vrrp_core_go(v, VRRP_CAUSE_BFD_DOWN, now, now, act);
	else
		v->bfd_takeover_timer = mono_add(now, wait_ns);
}

/* A better one that we waited for may have gone as well. */
static void
rank_again(struct vrrp_core *v, mono_t now, struct vrrp_actions *act)
{
	struct vrrp_rank_id id = us(v);

	if (mono_is_never(v->bfd_takeover_timer))
		return;
	v->bfd_takeover_timer = mono_min(v->bfd_takeover_timer, mono_add(now,
	    vrrp_death_wait_ns(&v->death, now, &v->active, &id)));
	if (!mono_before(now, v->bfd_takeover_timer))
		vrrp_core_go(v, VRRP_CAUSE_BFD_DOWN, now, now, act);
}

/*
 * V-96 in its own right: what is sent here must not use up the answer to the
 * false takeover that it may have come too late for.
 */
static bool
reassure(struct vrrp_core *v, mono_t now, struct vrrp_actions *act)
{
	int64_t guard_ns = ns_from_cs(v->p.advert_int_cs) / 4;

	if (guard_ns > REASSURE_MIN_NS)
		guard_ns = REASSURE_MIN_NS;
	if (v->state != VRRP_ACTIVE || vrrp_core_is_fenced(v) ||
	    mono_before(now, v->reassure_not_before))
		return false;
	v->reassure_not_before = mono_add(now, guard_ns);
	vrrp_core_send(v, act);
	return true;
}

/* A series has ended: the next one has a pace of its own. */
static int64_t
pace_ns(const struct vrrp_core *v, mono_t now)
{
	return mono_before(now, v->reassure_until) ? v->reassure_pace_ns :
	    INT64_MAX;
}

static void
go_on_at(struct vrrp_core *v, mono_t now, int64_t pace_ns, int64_t span_ns)
{
	v->reassure_pace_ns = pace_ns < PACE_MIN_NS ? PACE_MIN_NS : pace_ns;
	v->reassure_until = mono_max(v->reassure_until, mono_add(now, span_ns));
}

void
vrrp_core_watched(struct vrrp_core *v, mono_t now, int64_t tx_interval_ns,
    unsigned tx_multiplier)
{
	int64_t pace = pace_ns(v, now), span_ns = 0;

	vrrp_death_watched(tx_interval_ns, tx_multiplier, &pace, &span_ns);
	go_on_at(v, now, pace, span_ns);
}

void
vrrp_core_owes(struct vrrp_core *v, const struct vrrp_core *old)
{
	v->reassure_until = old->reassure_until;
	v->reassure_pace_ns = old->reassure_pace_ns;
}

void
vrrp_core_bfd_go_on(struct vrrp_core *v, mono_t now)
{
	int64_t pace = pace_ns(v, now), n;

	if (pace >= ns_from_cs(v->p.advert_int_cs))
		return;
	n = mono_sub(v->reassure_until, now) / pace + 1;
	vrrp_core_pace(v, now, pace, n > REASSURE_MAX ? REASSURE_MAX :
	    (unsigned)n);
}

/*
 * The series goes on for as long as the last packet of any session may be
 * believed (vrrp_death_reassure()).  Where the first advert of it has to wait, the
 * next one is as soon.
 */
void
vrrp_core_reassure(struct vrrp_core *v, mono_t now, struct vrrp_actions *act)
{
	int64_t pace = pace_ns(v, now), span_ns = 0;
	mono_t due = v->adver_timer;

	vrrp_core_begin(v, now, act);
	vrrp_death_reassure(&v->death, &pace, &span_ns);
	go_on_at(v, now, pace, span_ns);
	if (v->state == VRRP_ACTIVE && !vrrp_core_is_fenced(v)) {
		if (reassure(v, now, act))
			due = MONO_NEVER;
		vrrp_core_bfd_go_on(v, now);
		v->adver_timer = mono_min(v->adver_timer, due);
	}
	vrrp_core_check(v);
}

/* The session that had told of a death does not any more. */
static void
withdraw_death(struct vrrp_core *v)
{
	if (v->claimed != 0 && claim_has_won(v))
		return;
	if (bfd_takeover_is_due(v))
		spare(v, VRRP_SPARED_SESSION_IS_BACK, vrrp_core_followed(v));
	give_claim_up(v);
	forget_bfd_edge(v);
}

void
vrrp_core_bfd(struct vrrp_core *v, mono_t now, const struct vrrp_bfd_event *ev,
    struct vrrp_actions *act)
{
	enum vrrp_death_news news;

	vrrp_core_begin(v, now, act);
	if (ev->state != VRRP_BFD_UP &&
	    addr_equal(&ev->peer, &v->blocked_peer))
		memset(&v->blocked_peer, 0, sizeof(v->blocked_peer));
	news = vrrp_death_level(&v->death, now, ev);
	switch (news) {
	case VRRP_DEATH_NOTHING_NEW:
		break;
	case VRRP_DEATH_FELL:
	case VRRP_DEATH_DOWN:
		if (news == VRRP_DEATH_FELL && v->state == VRRP_ACTIVE)
			(void)reassure(v, now, act);
		else if (news == VRRP_DEATH_FELL)
			bfd_edge_down(v, now, ev, act);
		if (v->state == VRRP_BACKUP)
			rank_again(v, now, act);
		vrrp_death_fallen(&v->death, &ev->peer);
		break;
	case VRRP_DEATH_HEARD:
		withdraw_death(v);
		break;
	}
	vrrp_core_check(v);
}

void
vrrp_core_bfd_forget(struct vrrp_core *v, const struct addr *peer)
{
	vrrp_death_forget(&v->death, peer);
	if (addr_equal(peer, &v->blocked_peer))
		memset(&v->blocked_peer, 0, sizeof(v->blocked_peer));
	if (addr_equal(peer, &v->death.edge_peer))
		withdraw_death(v);
	vrrp_core_check(v);
}
