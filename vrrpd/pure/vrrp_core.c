/*
 * vrrp_core.c - RFC 9568 §6 as a function of events.
 *
 * Lay vrrp_core_startup(), vrrp_core_rx() and vrrp_core_expire() beside §6.4.1
 * to §6.4.3; each has one switch over the state.  Version 2 (RFC 3768) uses the
 * same machine with its own Skew_Time (V-122) and without the answer to a
 * lesser Active (V-126).
 *
 * Where an advert counts from.  Timers run from the arrival the kernel saw, so
 * that a loop that reads late does not wait longer.  Three things bound that
 * instant from below (from_instant()): the state we are in began later than a
 * packet left over in the socket; the timer already runs from a later one; and
 * time in which we were absent does not count, because what should have
 * followed the packet may have been lost while nobody read.
 *
 * BFD is one more reason to leave Backup and nothing else (L-10): it never
 * touches Active_Down_Timer, and a Down that vrrp_death.c does not believe leaves
 * everything to that timer.
 *
 * Silence counts from when somebody could have been heard.  To a router that has
 * just come up, or woken, nothing may have come because its peers could not reach
 * it yet: vrrp_core_listen().
 *
 * Beyond the RFC, each for a reason given where it is done: the guard against
 * advert storms (V-96), the shortened wait after a priority change (V-78), the
 * delay of preemption (V-79), the pacing when the interval grows.
 */
#include "config.h"

#include <assert.h>
#include <string.h>

#include "vrrpd/pure/vrrp_core.h"
#include "vrrpd/pure/vrrp_core_inside.h"

#define PRIORITY_OWNER		255
#define PRIORITY_RANGE		256
#define DOWN_ADVERTS		3		/* V-31 */
#define SETTLED_ADVERTS		5		/* and the skew, and some */
#define IMMEDIATE_MIN_NS	NS_PER_MS	/* V-96 */
#define REANNOUNCE_MIN_NS	(100 * NS_PER_MS)
#define QUERIES			2
#define QUERY_MIN_NS		(2 * NS_PER_MS)
#define QUERY_MAX_NS		(10 * NS_PER_MS)

const char *
vrrp_state_name(enum vrrp_state state)
{
	switch (state) {
	case VRRP_INITIALIZE:
		return "initialize";
	case VRRP_BACKUP:
		return "backup";
	case VRRP_ACTIVE:
		return "active";
	}
	return "unknown";
}

const char *
vrrp_cause_name(enum vrrp_cause cause)
{
	switch (cause) {
#define X(id, word) case VRRP_CAUSE_##id: return word;
	VRRP_CAUSES(X)
#undef X
	}
	return "unknown";
}

const char *
vrrp_spared_name(enum vrrp_spared why)
{
	switch (why) {
#define X(id, word) case VRRP_SPARED_##id: return word;
	VRRP_SPARED(X)
#undef X
	}
	return "unknown";
}

int64_t
vrrp_core_skew_time_ns(uint8_t version, uint8_t priority, uint16_t interval_cs)
{
	int64_t of = version == 2 ? NS_PER_S : ns_from_cs(interval_cs);

	return (PRIORITY_RANGE - priority) * of / PRIORITY_RANGE;
}

int64_t
vrrp_core_active_down_interval_ns(uint8_t version, uint8_t priority,
    uint16_t interval_cs)
{
	return DOWN_ADVERTS * ns_from_cs(interval_cs) +
	    vrrp_core_skew_time_ns(version, priority, interval_cs);
}

static int64_t
advert_interval_ns(const struct vrrp_core *v)
{
	return ns_from_cs(v->p.advert_int_cs);
}

/* Until the next advert, in a series or not. */
static int64_t
pace_or_interval_ns(const struct vrrp_core *v)
{
	return v->paced_adverts > 0 ? v->paced_interval_ns :
	    advert_interval_ns(v);
}

/* V-30, V-31, V-33: from the Active's interval; version 2 from ours (V-122). */
static void
compute_intervals(struct vrrp_core *v)
{
	uint16_t interval_cs = v->p.version == 2 ? v->p.advert_int_cs :
	    v->active_adver_interval_cs;

	v->skew_time_ns = vrrp_core_skew_time_ns(v->p.version, v->p.priority,
	    interval_cs);
	v->active_down_interval_ns = vrrp_core_active_down_interval_ns(
	    v->p.version, v->p.priority, interval_cs);
}

void
vrrp_core_init(struct vrrp_core *v, const struct vrrp_core_params *p)
{
	assert(p->priority > 0 && p->advert_int_cs > 0);
	memset(v, 0, sizeof(*v));
	v->p = *p;
	v->state = VRRP_INITIALIZE;
	v->active_down_timer = MONO_NEVER;
	v->adver_timer = MONO_NEVER;
	v->bfd_takeover_timer = MONO_NEVER;
	v->confirm_timer = MONO_NEVER;
	v->fence_until = MONO_NEVER;
	v->place_ns = -1;
	v->backup_adver_timer = MONO_NEVER;
	v->listens_since = MONO_NEVER;
	v->lesser_since = MONO_NEVER;
	v->active_adver_interval_cs = p->advert_int_cs;
	vrrp_death_init(&v->death);
	compute_intervals(v);
	vrrp_core_check(v);
}

void
vrrp_core_begin(struct vrrp_core *v, mono_t now, struct vrrp_actions *act)
{
	assert(!mono_before(now, v->last_call));
	v->last_call = now;
	memset(act, 0, sizeof(*act));
}

/* The only writer of v->state. Timers of the state left behind stop. */
static void
enter(struct vrrp_core *v, enum vrrp_state to, enum vrrp_cause cause,
    mono_t now, mono_t due, struct vrrp_actions *act)
{
	act->todo |= VRRP_DO_TRANSITION;
	act->tr.from = v->state;
	act->tr.to = to;
	act->tr.cause = cause;
	act->tr.in_state_ns = mono_sub(now, v->state_since);
	act->tr.due = due;
	v->state = to;
	v->state_since = now;
	v->active_down_timer = MONO_NEVER;
	v->adver_timer = MONO_NEVER;
	v->bfd_takeover_timer = MONO_NEVER;
	v->confirm_timer = MONO_NEVER;
	memset(&v->blocked_peer, 0, sizeof(v->blocked_peer));
	v->active_by_bfd = false;
	v->paced_adverts = 0;
	v->wants = false;
	v->claimed = 0;
	v->willed = false;
	v->queries = 0;
	v->fence_until = MONO_NEVER;
	v->place_ns = -1;
	v->listen_until = MONO_ZERO;
	v->lesser_since = MONO_NEVER;
	vrrp_core_backup_moved(v, now, act->tr.from, act);
}

struct vrrp_other
vrrp_core_sender(const struct vrrp_advert *adv)
{
	return (struct vrrp_other){ adv->source, adv->priority };
}

struct vrrp_other
vrrp_core_followed(const struct vrrp_core *v)
{
	return (struct vrrp_other){ v->active.source, v->active.priority };
}

void
vrrp_core_send(struct vrrp_core *v, struct vrrp_actions *act)
{
	act->todo |= VRRP_DO_SEND_ADVERT;
	act->advert_priority = v->p.priority;
	v->told_priority = v->p.priority;
}

/* The router in whose place a Backup becomes Active for this cause. */
static struct vrrp_other
replaced(const struct vrrp_core *v, enum vrrp_cause cause)
{
	if (cause == VRRP_CAUSE_BFD_DOWN)
		return vrrp_core_followed(v);
	if (cause == VRRP_CAUSE_ACTIVE_DOWN_TIMER ||
	    cause == VRRP_CAUSE_PRIORITY_ZERO || cause == VRRP_CAUSE_PREEMPT)
		return v->active_down_other;
	return (struct vrrp_other){ .priority = 0 };
}

/* V-60, V-64. */
static void
become_active(struct vrrp_core *v, enum vrrp_cause cause, mono_t now,
    mono_t due, struct vrrp_actions *act)
{
	enter(v, VRRP_ACTIVE, cause, now, due, act);
	act->tr.other = replaced(v, cause);
	vrrp_core_send(v, act);
	act->todo |= VRRP_DO_INSTALL | VRRP_DO_ANNOUNCE;
	act->install_first = cause != VRRP_CAUSE_ACTIVE_DOWN_TIMER &&
	    cause != VRRP_CAUSE_BFD_DOWN;
	v->adver_timer = mono_add(now, advert_interval_ns(v));
	v->reannounce_not_before = mono_add(now, REANNOUNCE_MIN_NS);
	vrrp_core_bfd_go_on(v, now);
}

/* Skew_Time, or what our place leaves of it. */
static int64_t
skew_or_place_ns(const struct vrrp_core *v, int64_t place_ns)
{
	return place_ns >= 0 && place_ns < v->skew_time_ns ? place_ns :
	    v->skew_time_ns;
}

static void
rebase_active_down_timer(struct vrrp_core *v)
{
	v->active_down_timer = mono_max(v->listen_until,
	    mono_add(v->active_down_from, v->active_down_is_skew ?
	    skew_or_place_ns(v, v->place_ns) : v->active_down_interval_ns));
}

static void
start_active_down_timer(struct vrrp_core *v, mono_t from, bool skew,
    enum vrrp_cause cause, struct vrrp_other other)
{
	v->active_down_from = from;
	v->active_down_is_skew = skew;
	v->active_down_cause = cause;
	v->active_down_other = other;
	v->place_ns = -1;
	if (v->wants_cause != VRRP_CAUSE_BFD_DOWN)
		v->wants = false;
	rebase_active_down_timer(v);
}

/*
 * The Active gives its place away.  V-65 and V-78 say Skew_Time, which keeps apart
 * Backups that know nothing of each other; who knows its place waits by that
 * (vrrp_death_place_ns()).  A place of 0 is a timer that is due and not a state that
 * is entered here: whatever lies in the socket is read before it is believed (V-37),
 * and may be the advert of a successor.
 */
static void
start_skew_timer(struct vrrp_core *v, mono_t from, int64_t place_ns,
    enum vrrp_cause cause, struct vrrp_other other)
{
	start_active_down_timer(v, from, true, cause, other);
	v->place_ns = place_ns;
	rebase_active_down_timer(v);
}

/* Would that timer be due before the one that runs? */
static bool
is_sooner(const struct vrrp_core *v, mono_t from, int64_t place_ns)
{
	return mono_before(mono_add(from, skew_or_place_ns(v, place_ns)),
	    v->active_down_timer);
}

/* Another router serves where we meant to: as if nobody knew us (V-67). */
static void
give_place_up(struct vrrp_core *v)
{
	if (v->place_ns < 0)
		return;
	v->place_ns = -1;
	rebase_active_down_timer(v);
}

/* When a packet counts from: see the top of the file. */
static mono_t
from_instant(const struct vrrp_core *v, mono_t now, mono_t arrival)
{
	mono_t from = mono_min(arrival, now);

	from = mono_later_by(from, v->absent_since, v->absent_until);
	from = mono_max(from, v->state_since);
	if (v->state == VRRP_BACKUP)
		from = mono_max(from, v->active_down_from);
	return from;
}

void
vrrp_core_startup(struct vrrp_core *v, mono_t now, const struct addr *primary,
    enum vrrp_cause cause, struct vrrp_actions *act)
{
	vrrp_core_begin(v, now, act);
	if (v->state != VRRP_INITIALIZE)
		return;
	v->primary = *primary;
	memset(&v->active, 0, sizeof(v->active));
	v->active_adver_interval_cs = v->p.advert_int_cs;
	compute_intervals(v);
	if (v->p.priority == PRIORITY_OWNER)		/* V-60, V-75 */
		become_active(v, VRRP_CAUSE_OWNER, now, now, act);
	else {						/* V-61 */
		enter(v, VRRP_BACKUP, cause, now, now, act);
		start_active_down_timer(v, now, false,
		    VRRP_CAUSE_ACTIVE_DOWN_TIMER, vrrp_core_followed(v));
	}
	vrrp_core_check(v);
}

void
vrrp_core_startup_willed(struct vrrp_core *v, mono_t now,
    const struct addr *primary, enum vrrp_cause cause,
    struct vrrp_actions *act)
{
	vrrp_core_startup(v, now, primary, cause, act);
	if (v->state != VRRP_BACKUP)
		return;
	v->willed = true;
	v->queries = QUERIES;
	start_active_down_timer(v, now, true, VRRP_CAUSE_OWN_WILL,
	    vrrp_core_followed(v));
	vrrp_core_check(v);
}

void
vrrp_core_listen(struct vrrp_core *v, mono_t until)
{
	if (v->state == VRRP_BACKUP && !mono_is_never(v->active_down_timer)) {
		v->listen_until = mono_max(v->listen_until, until);
		v->active_down_timer = mono_max(v->active_down_timer, until);
	} else if (vrrp_core_is_fenced(v)) {
		v->fence_until = mono_max(v->fence_until, until);
		v->adver_timer = v->fence_until;
	}
	vrrp_core_check(v);
}

/* There is a way to us, unless the advert is a leftover. */
static void
hears(struct vrrp_core *v, mono_t arrival)
{
	if (v->listen_until.ns == 0 || mono_before(arrival,
	    mono_max(v->state_since, v->absent_until)))
		return;
	v->listen_until = MONO_ZERO;
	rebase_active_down_timer(v);
}

/* The answers come before the timer that runs from here. */
static void
query(struct vrrp_core *v, mono_t now, struct vrrp_actions *act)
{
	int64_t ns = ns_from_cs(v->p.advert_int_cs) / 8;

	v->queries--;
	act->todo |= VRRP_DO_QUERY;
	v->active_down_from = now;
	v->active_down_timer = mono_add(now, ns < QUERY_MIN_NS ? QUERY_MIN_NS :
	    ns > QUERY_MAX_NS ? QUERY_MAX_NS : ns);
}

void
vrrp_core_shutdown(struct vrrp_core *v, mono_t now, enum vrrp_cause cause,
    struct vrrp_actions *act)
{
	vrrp_core_begin(v, now, act);
	switch (v->state) {
	case VRRP_INITIALIZE:
		return;
	case VRRP_BACKUP:				/* V-63 */
		if (v->claimed == 0)
			break;
		act->todo |= VRRP_DO_SEND_ADVERT;	/* L-14: priority 0 */
		break;
	case VRRP_ACTIVE:				/* V-68 */
		act->todo |= VRRP_DO_SEND_ADVERT | VRRP_DO_WITHDRAW;
		act->advert_priority = 0;
		break;
	}
	enter(v, VRRP_INITIALIZE, cause, now, now, act);
	vrrp_core_check(v);
}

/* The second half of V-66 and of V-71: this router is the Active we follow. */
static void
follow(struct vrrp_core *v, mono_t from, mono_t arrival,
    const struct vrrp_advert *adv)
{
	if (!addr_equal(&v->active.source, &adv->source) ||
	    v->state_since.ns > v->active.since.ns)
		v->active.since = v->last_call;
	v->active.source = adv->source;
	v->active.priority = adv->priority;
	v->active.interval_cs = adv->interval_cs;
	v->active.last_advert = from;
	v->active.last_arrival = arrival;
	v->claimed = 0;
	v->willed = false;
	v->queries = 0;
	vrrp_death_no_claim(&v->death);
	v->active_adver_interval_cs = adv->interval_cs;
	compute_intervals(v);
	start_active_down_timer(v, from, false, VRRP_CAUSE_ACTIVE_DOWN_TIMER,
	    vrrp_core_sender(adv));
}

/*
 * V-79: a lesser Active serves on for preempt_delay, from the first that was heard
 * of one since a better router was.  An Active that falls silent or resigns is not
 * protected by it: the timer decides.
 */
static bool
may_preempt(const struct vrrp_core *v, mono_t now)
{
	if (v->p.priority == PRIORITY_OWNER)		/* V-75 */
		return true;
	if (!v->p.preempt)
		return false;
	return v->p.preempt_delay_ns == 0 || (!mono_is_never(v->lesser_since) &&
	    !mono_before(now, mono_add(v->lesser_since,
	    v->p.preempt_delay_ns)));
}

/* V-79: an Active of this priority serves, as of now. */
static void
note_lesser(struct vrrp_core *v, mono_t now, uint8_t priority)
{
	if (!v->p.preempt || priority >= v->p.priority)
		v->lesser_since = MONO_NEVER;
	else if (mono_is_never(v->lesser_since))
		v->lesser_since = now;
}

mono_t
vrrp_core_preempts_at(const struct vrrp_core *v, mono_t now)
{
	mono_t at;

	if (v->state != VRRP_BACKUP || mono_is_never(v->lesser_since))
		return MONO_NEVER;
	at = mono_add(v->lesser_since, v->p.preempt_delay_ns);
	return mono_before(now, at) ? at : MONO_NEVER;
}

void
vrrp_core_hold_on(struct vrrp_core *v, mono_t since)
{
	if (v->state == VRRP_BACKUP && v->p.preempt)
		v->lesser_since = mono_min(v->lesser_since, since);
	vrrp_core_check(v);
}

/*
 * V-78: the Active we follow has fallen below us, since something it tracks is
 * down.  Its own advert says so, and there is no silence to wait for.
 */
static void
active_fell(struct vrrp_core *v, mono_t from, const struct vrrp_advert *adv)
{
	int64_t place_ns;

	if (!addr_equal(&adv->source, &v->active.source)) {
		give_place_up(v);
		return;
	}
	if (v->active.priority < v->p.priority)
		return;
	place_ns = vrrp_core_bfd_place_ns(v, vrrp_core_is_told(v));
	v->active.priority = adv->priority;
	if (is_sooner(v, from, place_ns))
		start_skew_timer(v, from, place_ns, VRRP_CAUSE_PREEMPT,
		    vrrp_core_sender(adv));
}

bool
vrrp_core_is_told(const struct vrrp_core *v)
{
	return v->told_priority == v->p.priority;
}

bool
vrrp_core_wins(const struct vrrp_core *v, const struct vrrp_advert *adv)
{
	return adv->priority > v->p.priority ||
	    (adv->priority == v->p.priority &&
	    addr_cmp(&adv->source, &v->primary) > 0);
}

static void
backup_rx(struct vrrp_core *v, mono_t now, mono_t from, mono_t arrival,
    const struct vrrp_advert *adv)
{
	int64_t place_ns = -1;

	if (vrrp_core_bfd_confirm_rx(v, now, arrival, adv))
		return;
	hears(v, arrival);
	if (adv->priority == 0) {			/* V-65, V-97 */
		if (addr_equal(&adv->source, &v->active.source)) {
			place_ns = vrrp_core_bfd_place_ns(v,
			    vrrp_core_is_told(v));
			v->active.priority = 0;
		}
		start_skew_timer(v, from, place_ns, VRRP_CAUSE_PRIORITY_ZERO,
		    vrrp_core_sender(adv));
		return;
	}
	note_lesser(v, from, adv->priority);
	if (adv->priority >= v->p.priority || !may_preempt(v, now)) {
		vrrp_core_bfd_call_off(v, arrival, adv);	/* V-66 */
		follow(v, from, arrival, adv);
		return;
	}
	if (v->willed) {			/* no hurry: it serves */
		v->willed = false;
		v->queries = 0;
		start_active_down_timer(v, v->active_down_from, false,
		    VRRP_CAUSE_ACTIVE_DOWN_TIMER, vrrp_core_sender(adv));
	}
	active_fell(v, from, adv);
	vrrp_core_bfd_note_claim(v, arrival, adv);
	/* V-67: the timer keeps running; it will fire because we are better. */
	if (v->active_down_cause == VRRP_CAUSE_ACTIVE_DOWN_TIMER)
		v->active_down_cause = VRRP_CAUSE_PREEMPT;
	if (v->active_down_cause == VRRP_CAUSE_PREEMPT)
		v->active_down_other = vrrp_core_sender(adv);
}

/*
 * V-96: two routers that both think they won (one primary address twice, a looped
 * packet) would answer each other at wire speed.  What is suppressed leaves
 * Adver_Timer alone, so nobody can silence us.
 *
 * A priority of zero provokes no such answer of its own, and a router that comes
 * back asks with it who is there (own-will): it waits for Skew_Time, which may be
 * less than the guard against a storm.  So resignations have a guard of their own,
 * and a contest just before leaves none unanswered.
 */
static bool
immediate_advert(struct vrrp_core *v, mono_t now, mono_t *not_before,
    int64_t guard_ns, struct vrrp_actions *act)
{
	if (mono_before(now, *not_before)) {
		v->immediate_adverts_suppressed++;
		return false;
	}
	if (guard_ns < IMMEDIATE_MIN_NS)
		guard_ns = IMMEDIATE_MIN_NS;
	*not_before = mono_add(now, guard_ns);
	v->immediate_adverts++;
	vrrp_core_send(v, act);
	return true;
}

/* Hosts may follow the other one's announcements: draw them back. */
static void
contested(struct vrrp_core *v, mono_t now, struct vrrp_actions *act)
{
	if (mono_before(now, v->reannounce_not_before))
		return;
	v->reannounce_not_before = mono_add(now, REANNOUNCE_MIN_NS);
	act->todo |= VRRP_DO_ANNOUNCE;
}

/* After so long under one Active, whoever could preempt it has. */
static int64_t
settled_ns(const struct vrrp_core *v)
{
	return SETTLED_ADVERTS * ns_from_cs(v->active_adver_interval_cs >
	    v->p.advert_int_cs ? v->active_adver_interval_cs :
	    v->p.advert_int_cs);
}

static void
active_rx(struct vrrp_core *v, mono_t now, mono_t from, mono_t arrival,
    const struct vrrp_advert *adv, struct vrrp_actions *act)
{
	enum vrrp_cause cause;

	if (adv->priority == 0) {			/* V-70 */
		if (vrrp_core_is_fenced(v))
			return;		/* another Backup may be faster */
		if (immediate_advert(v, now, &v->resigned_not_before,
		    IMMEDIATE_MIN_NS, act))
			v->adver_timer = mono_add(now, pace_or_interval_ns(v));
		return;
	}
	if (vrrp_core_is_fenced(v)) {
		if (vrrp_said_overtakes(&v->said, arrival) &&
		    !vrrp_core_wins(v, adv))
			return;
		cause = VRRP_CAUSE_FENCED;
		v->fenced_out++;
	} else if (adv->priority > v->p.priority)
		cause = VRRP_CAUSE_HIGHER_PRIORITY;
	else if (vrrp_core_wins(v, adv))				/* V-74 */
		cause = VRRP_CAUSE_HIGHER_ADDRESS;
	else {						/* V-72 */
		if (v->p.version != 2)			/* V-126 */
			immediate_advert(v, now, &v->immediate_not_before,
			    advert_interval_ns(v) / 4, act);
		contested(v, now, act);
		return;
	}
	vrrp_core_bfd_judge(v, now, adv);		/* V-71, V-73 */
	vrrp_rank_reign_over(&v->death.rank, now, v->state_since,
	    settled_ns(v));
	enter(v, VRRP_BACKUP, cause, now, from, act);
	act->tr.other = vrrp_core_sender(adv);
	act->todo |= VRRP_DO_WITHDRAW;
	follow(v, from, arrival, adv);
}

void
vrrp_core_said(struct vrrp_core *v, mono_t at, enum vrrp_said_to to)
{
	vrrp_said_note(&v->said, at, to);
}

void
vrrp_core_rx(struct vrrp_core *v, mono_t now, mono_t arrival,
    const struct vrrp_advert *adv, struct vrrp_actions *act)
{
	mono_t from;

	vrrp_core_begin(v, now, act);
	arrival = mono_min(arrival, now);
	from = from_instant(v, now, arrival);
	if (addr_equal(&adv->source, &v->blocked_peer))
		memset(&v->blocked_peer, 0, sizeof(v->blocked_peer));
	switch (v->state) {
	case VRRP_INITIALIZE:				/* V-62 */
		return;
	case VRRP_BACKUP:
		if (!vrrp_said_overtakes(&v->said, arrival))
			backup_rx(v, now, from, arrival, adv);
		break;
	case VRRP_ACTIVE:
		active_rx(v, now, from, arrival, adv, act);
		break;
	}
	if (adv->priority > 0) {
		struct vrrp_rank_id id = { &adv->source, adv->priority };

		vrrp_rank_heard(&v->death.rank, now, &id, v->p.priority,
		    v->state == VRRP_BACKUP &&
		    addr_equal(&adv->source, &v->active.source) &&
		    mono_sub(now, v->active.since) >= settled_ns(v));
	}
	vrrp_core_check(v);
}

/*
 * In a sync group the time that has come is a wish, which stands until an Active
 * is heard; Active_Down_Timer goes on where BFD caused the wish.
 */
void
vrrp_core_go(struct vrrp_core *v, enum vrrp_cause cause, mono_t now, mono_t due,
    struct vrrp_actions *act)
{
	if (cause == VRRP_CAUSE_BFD_DOWN && v->p.takeover_confirm_ns > 0 &&
	    v->p.priority != PRIORITY_OWNER && !v->confirmed) {
		vrrp_core_bfd_claim(v, now, act);	/* L-14 */
		return;
	}
	v->confirmed = false;
	if (v->p.grouped && v->p.priority != PRIORITY_OWNER) {
		/* The timer's wish outranks BFD's, which may be withdrawn. */
		if (!v->wants || v->wants_cause == VRRP_CAUSE_BFD_DOWN) {
			v->wants_cause = cause;
			v->wants_due = due;
		}
		v->wants = true;
		v->bfd_takeover_timer = MONO_NEVER;
		act->todo |= VRRP_DO_ASK;
		return;
	}
	become_active(v, cause, now, due, act);
	if (cause == VRRP_CAUSE_BFD_DOWN) {
		v->active_by_bfd = true;
		v->bfd_takeovers++;
	}
}

void
vrrp_core_take_over(struct vrrp_core *v, mono_t now, enum vrrp_cause cause,
    struct vrrp_actions *act)
{
	bool by_bfd = v->wants && v->wants_cause == VRRP_CAUSE_BFD_DOWN;

	vrrp_core_begin(v, now, act);
	if (v->state != VRRP_BACKUP)
		return;
	if (v->wants)
		become_active(v, v->wants_cause, now, v->wants_due, act);
	else
		become_active(v, cause, now, now, act);
	if (by_bfd) {
		v->active_by_bfd = true;
		v->bfd_takeovers++;
	}
	vrrp_core_check(v);
}

void
vrrp_core_yield(struct vrrp_core *v, mono_t now, enum vrrp_cause cause,
    struct vrrp_actions *act)
{
	vrrp_core_begin(v, now, act);
	if (v->state != VRRP_ACTIVE)
		return;
	act->todo |= VRRP_DO_SEND_ADVERT | VRRP_DO_WITHDRAW;
	act->advert_priority = 0;
	enter(v, VRRP_BACKUP, cause, now, now, act);
	memset(&v->active, 0, sizeof(v->active));
	v->active_adver_interval_cs = v->p.advert_int_cs;
	compute_intervals(v);
	start_active_down_timer(v, now, false, VRRP_CAUSE_ACTIVE_DOWN_TIMER,
	    vrrp_core_followed(v));
	vrrp_core_check(v);
}

/* Alarm: the Active's adverts stopped and its BFD goes on. */
static void
note_blocked(struct vrrp_core *v)
{
	const struct vrrp_death_session *s = vrrp_death_find(&v->death,
	    &v->active.source);

	if (v->state == VRRP_ACTIVE && s != NULL && s->has_been_up &&
	    v->active_down_cause == VRRP_CAUSE_ACTIVE_DOWN_TIMER) {
		v->blocked_peer = v->active.source;
		v->vrrp_blocked++;
	}
}

/* A Backup's own, and what BFD adds. */
static mono_t
takeover_due(const struct vrrp_core *v)
{
	return mono_min(v->active_down_timer,
	    mono_min(v->bfd_takeover_timer, v->confirm_timer));
}

static void
backup_expire(struct vrrp_core *v, mono_t now, struct vrrp_actions *act)
{
	mono_t due = takeover_due(v);

	if (mono_before(now, due))
		return;
	if (mono_before(v->confirm_timer, v->active_down_timer)) {
		v->confirm_timer = MONO_NEVER;
		v->confirmed = true;
		vrrp_core_go(v, VRRP_CAUSE_BFD_DOWN, now, due, act);
		return;
	}
	if (mono_before(v->bfd_takeover_timer, v->active_down_timer)) {
		vrrp_core_go(v, VRRP_CAUSE_BFD_DOWN, now, due, act);
		return;
	}
	if (v->queries > 0) {
		query(v, now, act);
		return;
	}
	v->active_down_timer = MONO_NEVER;		/* V-64 */
	vrrp_core_go(v, v->active_down_cause, now, due, act);
	note_blocked(v);
}

/*
 * V-69.  The rhythm is kept from the due instant (V-36); a loop that was late
 * by more than an interval does not send a burst to catch up.
 */
static void
active_expire(struct vrrp_core *v, mono_t now, struct vrrp_actions *act)
{
	int64_t interval_ns = advert_interval_ns(v);
	bool fenced = vrrp_core_is_fenced(v);

	if (mono_before(now, v->adver_timer))
		return;
	vrrp_core_send(v, act);
	if (fenced) {
		v->fence_until = MONO_NEVER;
		v->reannounce_not_before = mono_add(now, REANNOUNCE_MIN_NS);
		act->todo |= VRRP_DO_INSTALL | VRRP_DO_ANNOUNCE;
	}
	if (v->paced_adverts > 0 && --v->paced_adverts > 0)
		interval_ns = v->paced_interval_ns;
	v->adver_timer = mono_add(v->adver_timer, interval_ns);
	if (!mono_before(now, v->adver_timer))
		v->adver_timer = mono_add(now, interval_ns);
	if (fenced)
		vrrp_core_bfd_go_on(v, now);
}

void
vrrp_core_expire(struct vrrp_core *v, mono_t now, struct vrrp_actions *act)
{
	vrrp_core_begin(v, now, act);
	switch (v->state) {
	case VRRP_INITIALIZE:				/* V-62 */
		break;
	case VRRP_BACKUP:
		backup_expire(v, now, act);
		vrrp_core_backup_expire(v, now, act);
		break;
	case VRRP_ACTIVE:
		active_expire(v, now, act);
		break;
	}
	vrrp_core_check(v);
}

mono_t
vrrp_core_next_expiry(const struct vrrp_core *v)
{
	return mono_min(mono_min(v->adver_timer, takeover_due(v)),
	    v->backup_adver_timer);
}

void
vrrp_core_pace(struct vrrp_core *v, mono_t now, int64_t interval_ns, unsigned n)
{
	if (v->paced_adverts == 0 || interval_ns < v->paced_interval_ns)
		v->paced_interval_ns = interval_ns;
	if (n > v->paced_adverts)
		v->paced_adverts = n;
	v->adver_timer = mono_add(now, v->paced_interval_ns);
}

/*
 * Backups still wait by the old, shorter interval: see the header.  Whoever is
 * fenced listens first and says so then.
 */
static void
active_set_params(struct vrrp_core *v, mono_t now,
    const struct vrrp_core_params *old, struct vrrp_actions *act)
{
	int64_t old_ns = ns_from_cs(old->advert_int_cs);
	int64_t interval_ns = advert_interval_ns(v);

	if (old->priority == v->p.priority &&
	    old->advert_int_cs == v->p.advert_int_cs &&
	    old->version == v->p.version)
		return;
	if (interval_ns > old_ns)
		vrrp_core_pace(v, now, old_ns, DOWN_ADVERTS);
	else {
		if (v->paced_adverts > 0 && interval_ns <= v->paced_interval_ns)
			v->paced_adverts = 0;
		v->adver_timer = mono_add(now, pace_or_interval_ns(v));
	}
	if (vrrp_core_is_fenced(v))
		v->adver_timer = v->fence_until;
	else
		vrrp_core_send(v, act);
}

static bool
better_than_active(const struct vrrp_core *v, mono_t now)
{
	return may_preempt(v, now) && addr_is_set(&v->active.source) &&
	    v->active.priority > 0 && v->p.priority > v->active.priority;
}

/* Whoever is to be preempted is not lesser any more, or may not be. */
static bool
preempts_wrongly(const struct vrrp_core *v, mono_t now)
{
	return v->active_down_cause == VRRP_CAUSE_PREEMPT &&
	    !(may_preempt(v, now) &&
	    v->p.priority > v->active_down_other.priority);
}

/* Others that wait may have risen as well, and know as little of us. */
static void
rise(struct vrrp_core *v, mono_t now)
{
	int64_t place_ns = vrrp_core_bfd_place_ns(v, false);

	if (is_sooner(v, now, place_ns))
		start_skew_timer(v, now, place_ns, VRRP_CAUSE_PREEMPT,
		    vrrp_core_followed(v));
}

void
vrrp_core_set_params(struct vrrp_core *v, mono_t now,
    const struct vrrp_core_params *p, struct vrrp_actions *act)
{
	struct vrrp_core_params old = v->p;
	bool was_better;

	vrrp_core_begin(v, now, act);
	assert(p->priority > 0 && p->advert_int_cs > 0);
	was_better = better_than_active(v, now);
	v->p = *p;
	if (!addr_is_set(&v->active.source))
		v->active_adver_interval_cs = p->advert_int_cs;
	compute_intervals(v);
	switch (v->state) {
	case VRRP_INITIALIZE:
		break;
	case VRRP_BACKUP:
		if (p->priority == PRIORITY_OWNER) {	/* V-60, V-75 */
			become_active(v, VRRP_CAUSE_OWNER, now, now, act);
			break;
		}
		if (addr_is_set(&v->active.source) && v->active.priority > 0)
			note_lesser(v, now, v->active.priority);
		else if (!p->preempt)
			v->lesser_since = MONO_NEVER;
		rebase_active_down_timer(v);		/* V-34 */
		if (preempts_wrongly(v, now))		/* V-66 */
			start_active_down_timer(v, now, false,
			    VRRP_CAUSE_ACTIVE_DOWN_TIMER, v->active_down_other);
		if (!was_better && better_than_active(v, now))
			rise(v, now);			/* V-78 */
		break;
	case VRRP_ACTIVE:
		active_set_params(v, now, &old, act);
		break;
	}
	vrrp_core_backup_changed(v, now, &old, act);
	vrrp_core_check(v);
}

void
vrrp_core_set_primary(struct vrrp_core *v, const struct addr *primary)
{
	v->primary = *primary;
	vrrp_core_check(v);
}

void
vrrp_core_readopt(struct vrrp_core *v, mono_t now, const struct addr *primary,
    mono_t since, mono_t left, struct vrrp_actions *act)
{
	int64_t absent_ns = mono_sub(now, left);

	vrrp_core_begin(v, now, act);
	if (v->state != VRRP_INITIALIZE)
		return;
	v->primary = *primary;
	memset(&v->active, 0, sizeof(v->active));
	v->active_adver_interval_cs = v->p.advert_int_cs;
	compute_intervals(v);
	become_active(v, VRRP_CAUSE_RESTART, now, now, act);
	act->install_first = false;
	if (vrrp_core_must_fence(v, absent_ns, 0)) {
		act->todo = VRRP_DO_TRANSITION;
		vrrp_core_fence(v, now, absent_ns);
	}
	v->state_since = mono_min(since, now);
	vrrp_core_check(v);
}

void
vrrp_core_reannounce(struct vrrp_core *v, mono_t now, struct vrrp_actions *act)
{
	vrrp_core_begin(v, now, act);
	if (v->state == VRRP_ACTIVE && !vrrp_core_is_fenced(v))
		act->todo |= VRRP_DO_ANNOUNCE;
	vrrp_core_check(v);
}
