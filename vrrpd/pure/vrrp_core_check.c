/*
 * vrrp_core_check.c - the invariants of the state machine.
 *
 * These hold between two events, whatever the events were: which timer may run in
 * which state, which marks belong to which state, and that derived values are
 * what they are derived from.  vrrp_core_check() is declared in vrrp_core.h, whose
 * functions end with it.  A daemon that breaks an invariant stops; its monitor
 * resigns for it and starts another.
 *
 * Only the core's own doing is asserted, never what a packet, a user or bfdd may
 * send.  A failed assert names the invariant.
 */
#include "config.h"

#include <assert.h>

#include "vrrpd/pure/vrrp_core.h"

static bool
runs(mono_t timer)
{
	return !mono_is_never(timer);
}

/* V-30, V-31, V-122: derived from the intervals in force. */
static void
check_values(const struct vrrp_core *v)
{
	uint16_t interval_cs = v->p.version == 2 ? v->p.advert_int_cs :
	    v->active_adver_interval_cs;

	assert(v->p.version == 2 || v->p.version == 3);
	assert(v->p.priority > 0 && v->p.advert_int_cs > 0);
	assert(v->active_adver_interval_cs > 0);
	assert(v->skew_time_ns == vrrp_core_skew_time_ns(v->p.version,
	    v->p.priority, interval_cs));
	assert(v->skew_time_ns > 0);				/* V-32 */
	assert(v->active_down_interval_ns == vrrp_core_active_down_interval_ns(
	    v->p.version, v->p.priority, interval_cs));
	assert(!mono_before(v->last_call, v->state_since));
}

/* V-62: nothing runs and nothing is pending. */
static void
check_initialize(const struct vrrp_core *v)
{
	assert(!runs(v->active_down_timer));
	assert(!runs(v->adver_timer));
	assert(!runs(v->bfd_takeover_timer));
	assert(!runs(v->confirm_timer));
	assert(!runs(v->fence_until));
	assert(!runs(v->backup_adver_timer) && !runs(v->listens_since));
	assert(!v->wants && !v->active_by_bfd && v->paced_adverts == 0);
	assert(v->claimed == 0 && !v->willed && v->listen_until.ns == 0);
	assert(!runs(v->lesser_since));
	assert(!addr_is_set(&v->blocked_peer));
}

static void
check_backup(const struct vrrp_core *v)
{
	bool by_bfd = runs(v->bfd_takeover_timer) || runs(v->confirm_timer) ||
	    (v->wants && v->wants_cause == VRRP_CAUSE_BFD_DOWN);

	assert(!runs(v->adver_timer));
	assert(!runs(v->fence_until));
	assert(runs(v->backup_adver_timer) == v->p.backup_adverts);
	assert(!v->active_by_bfd && v->paced_adverts == 0);
	/* L-10; in a sync group the timer is spent with the wish it makes. */
	assert(runs(v->active_down_timer) || (v->wants && v->p.grouped));
	assert(!mono_before(v->active_down_timer, v->active_down_from));
	assert(!mono_before(v->active_down_timer, v->listen_until));
	/* V-65, V-78: a place is taken in a skew, and makes it shorter. */
	assert(v->place_ns == -1 || (v->place_ns >= 0 &&
	    v->active_down_is_skew));
	/* L-15: a takeover by BFD is pending for the death of the Active only. */
	assert(!by_bfd || addr_equal(&v->death.edge_peer, &v->active.source));
	assert(!runs(v->bfd_takeover_timer) || !runs(v->confirm_timer));
	assert(!runs(v->confirm_timer) || v->claimed != 0);	/* L-14 */
	assert(!runs(v->lesser_since) || (v->p.preempt &&	/* V-79 */
	    !mono_before(v->last_call, v->lesser_since)));
	assert(!addr_is_set(&v->blocked_peer));
}

static void
check_active(const struct vrrp_core *v)
{
	assert(runs(v->adver_timer));
	assert(!runs(v->backup_adver_timer));
	assert(!runs(v->active_down_timer));
	assert(!runs(v->bfd_takeover_timer));
	assert(!runs(v->confirm_timer));
	assert(!v->wants && v->claimed == 0 && !v->willed);
	assert(v->listen_until.ns == 0);
	/* Design §6: whoever is fenced is silent until it has listened. */
	assert(!runs(v->fence_until) ||
	    v->fence_until.ns == v->adver_timer.ns);
	assert(v->paced_adverts == 0 || v->paced_interval_ns > 0);
}

void
vrrp_core_check(const struct vrrp_core *v)
{
	check_values(v);
	vrrp_death_check(&v->death);
	assert(!v->confirmed);		/* true inside vrrp_core_expire() only */
	assert(v->bfd_false_takeovers <= v->bfd_takeovers);
	assert(v->fenced_out <= v->fences);
	assert(v->willed || v->queries == 0);
	assert(v->p.backup_adverts || !runs(v->listens_since));
	switch (v->state) {
	case VRRP_INITIALIZE:
		check_initialize(v);
		return;
	case VRRP_BACKUP:
		check_backup(v);
		return;
	case VRRP_ACTIVE:
		check_active(v);
		return;
	}
	assert(!"a state of RFC 9568");
}
