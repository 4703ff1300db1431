/*
 * vrrp_core_absence.c - a virtual router whose process did not run for a while.
 *
 * The part of vrrp_core.c that knows what an absence is worth (L-32, V-37, design
 * §6).  For a Backup it is time that does not count: what should have followed the
 * last advert may have been lost while nobody read, so the timers that were running
 * are moved.  For an Active it is time in which it may have been replaced: beyond
 * what the most eager Backup waits, it listens before it says anything (a fence).
 *
 * No state is entered here: who is heard during a fence is vrrp_core_rx()'s matter,
 * and its end vrrp_core_expire()'s.  The contracts are in vrrp_core.h.
 */
#include "config.h"

#include "vrrpd/pure/vrrp_core.h"

#define PRIORITY_OWNER		255
#define DOWN_ADVERTS		3		/* V-31 */
#define LISTEN_MAX_NS		(1250 * NS_PER_MS)

/*
 * A timer that runs from `from`, moved by the absence it was running in.  A timer
 * that was due just before the absence is said to begin was not served either:
 * nobody knows to the microsecond when he fell asleep.
 */
static mono_t
grant(mono_t timer, mono_t from, mono_t since, mono_t until)
{
	if (mono_is_never(timer) || !mono_before(from, until))
		return timer;
	timer = mono_add(timer,
	    mono_sub(mono_later_by(from, since, until), from));
	return mono_max(timer, until);
}

void
vrrp_core_absent(struct vrrp_core *v, mono_t since, mono_t until)
{
	since = mono_max(since, v->absent_until);	/* never grant twice */
	if (!mono_before(since, until))
		return;
	v->absences++;
	v->absent_since = since;
	v->absent_until = until;
	vrrp_rank_absent(&v->death.rank, since, until);
	if (!mono_is_never(v->listens_since))
		v->listens_since = mono_later_by(v->listens_since, since,
		    until);
	if (v->state != VRRP_BACKUP)
		return;
	v->bfd_takeover_timer = grant(v->bfd_takeover_timer, v->death.edge,
	    since, until);
	v->active_down_timer = grant(v->active_down_timer,
	    v->active_down_from, since, until);
	v->active_down_from = mono_later_by(v->active_down_from, since,
	    until);
	vrrp_core_check(v);
}

bool
vrrp_core_must_fence(const struct vrrp_core *v, int64_t absent_ns,
    int64_t detection_time_ns)
{
	int64_t tolerated_ns = DOWN_ADVERTS * ns_from_cs(v->p.advert_int_cs);

	if (v->state != VRRP_ACTIVE || v->p.priority == PRIORITY_OWNER)
		return false;
	if (detection_time_ns > 0 && detection_time_ns < tolerated_ns)
		tolerated_ns = detection_time_ns;
	return absent_ns > tolerated_ns;
}

void
vrrp_core_fence(struct vrrp_core *v, mono_t now, int64_t absent_ns)
{
	int64_t interval_ns = ns_from_cs(v->p.advert_int_cs);
	int64_t left_ns = DOWN_ADVERTS * interval_ns - absent_ns;
	int64_t listen_ns = interval_ns + interval_ns / 4;

	if (v->state != VRRP_ACTIVE)
		return;
	/* Backups that do not go by BFD may still wait for an advert. */
	if (left_ns > 0 && left_ns / 2 < listen_ns)
		listen_ns = left_ns / 2;
	/* A successor said so when it took over; addresses are only lent. */
	if (listen_ns > LISTEN_MAX_NS)
		listen_ns = LISTEN_MAX_NS;
	v->fences++;
	v->fence_until = mono_add(now, listen_ns);
	v->adver_timer = v->fence_until;
	vrrp_core_check(v);
}

bool
vrrp_core_is_fenced(const struct vrrp_core *v)
{
	return !mono_is_never(v->fence_until);
}
