/*
 * vrrp_core_backup.c - Backups that are known: Backup Advertisements.
 *
 * In RFC 9568 only the Active speaks, so Backups learn of each other when they take
 * over, too late.  draft-ietf-rtgwg-vrrp-bfd-p2p has them speak too: a VRRP packet of
 * Type 2 (vrrp_wire.h) with the priority of the Backup, every Backup_Adver_Interval;
 * whoever is not heard for three of its intervals is forgotten.  What is known that
 * way goes into vrrp_rank.h, which says who takes over when the Active dies or
 * resigns; the sessions follow by `bfd auto`.
 *
 * Only that rank depends on it.  No timer of RFC 9568 is touched here and no state
 * entered, so routers that do not know Type 2 see the same VRRP as before, and a
 * packet that is lost costs a guess instead of a certainty.
 *
 * A Backup tells when it becomes one, when its priority or its rhythm changes, when
 * it hears a Backup that it does not know, and then in its rhythm.  Whoever goes to
 * Initialize says 0, an Active too: its adverts of priority 0 do not tell whether it
 * is a Backup now.  So does whoever leaves Initialize, and tells its priority behind
 * it: to those that knew it before, it is a Backup that they do not know, and all of
 * them answer.  A router that was started again, by an operator or by its monitor,
 * knows everybody after a few milliseconds.
 */
#include "config.h"

#include "vrrpd/pure/vrrp_core.h"
#include "vrrpd/pure/vrrp_core_inside.h"

#define BACKUP_INTERVAL_MIN_CS	100
#define DOWN_ADVERTS		3		/* Backup_Down_Interval */
#define AT_ONCE_MIN_NS		(100 * NS_PER_MS)

uint16_t
vrrp_core_backup_interval_cs(uint16_t advert_int_cs)
{
	return advert_int_cs > BACKUP_INTERVAL_MIN_CS ? advert_int_cs :
	    BACKUP_INTERVAL_MIN_CS;
}

static int64_t
interval_ns(const struct vrrp_core *v)
{
	return ns_from_cs(vrrp_core_backup_interval_cs(v->p.advert_int_cs));
}

static void
tell(struct vrrp_core *v, mono_t now, struct vrrp_actions *act)
{
	act->todo |= VRRP_DO_SEND_BACKUP;
	act->backup_priority = v->p.priority;
	v->told_priority = v->p.priority;
	v->backup_not_before = mono_add(now, AT_ONCE_MIN_NS);
	v->backup_adver_timer = mono_add(now, interval_ns(v));
}

static void
tell_soon(struct vrrp_core *v, mono_t now)
{
	v->backup_adver_timer = mono_min(v->backup_adver_timer,
	    mono_max(now, v->backup_not_before));
}

static void
stop(struct vrrp_core *v, struct vrrp_actions *act)
{
	v->backup_adver_timer = MONO_NEVER;
	act->todo |= VRRP_DO_SEND_BACKUP;
	act->backup_priority = 0;
}

void
vrrp_core_backup_moved(struct vrrp_core *v, mono_t now, enum vrrp_state from,
    struct vrrp_actions *act)
{
	/* The word may have gone together with the state: an owner now. */
	if (v->state != VRRP_BACKUP)
		v->backup_adver_timer = MONO_NEVER;
	if (!v->p.backup_adverts)
		return;
	switch (v->state) {
	case VRRP_BACKUP:
		if (from == VRRP_INITIALIZE) {
			v->listens_since = now;
			stop(v, act);
		}
		tell_soon(v, now);
		break;
	case VRRP_ACTIVE:
		if (from == VRRP_INITIALIZE)
			v->listens_since = now;
		break;
	case VRRP_INITIALIZE:
		v->listens_since = MONO_NEVER;
		stop(v, act);
		break;
	}
}

void
vrrp_core_backup_changed(struct vrrp_core *v, mono_t now,
    const struct vrrp_core_params *old, struct vrrp_actions *act)
{
	bool was = old->backup_adverts;

	if (v->p.backup_adverts != was) {
		v->listens_since = v->p.backup_adverts &&
		    v->state != VRRP_INITIALIZE ? now : MONO_NEVER;
		if (was && v->state == VRRP_BACKUP)
			stop(v, act);
	} else if (old->priority == v->p.priority &&
	    old->advert_int_cs == v->p.advert_int_cs)
		return;
	if (v->p.backup_adverts && v->state == VRRP_BACKUP)
		tell_soon(v, now);
}

void
vrrp_core_backup_expire(struct vrrp_core *v, mono_t now,
    struct vrrp_actions *act)
{
	if (v->state == VRRP_BACKUP &&
	    !mono_before(now, v->backup_adver_timer))
		tell(v, now, act);
}

bool
vrrp_core_backup_knows_all(const struct vrrp_core *v)
{
	return !mono_is_never(v->listens_since) &&
	    mono_sub(v->last_call, v->listens_since) >=
	    DOWN_ADVERTS * interval_ns(v);
}

void
vrrp_core_backup_rx(struct vrrp_core *v, mono_t now, mono_t arrival,
    const struct vrrp_advert *adv)
{
	const struct vrrp_rank_id id = { &adv->source, adv->priority };
	int64_t for_ns = DOWN_ADVERTS * ns_from_cs(adv->interval_cs);

	struct vrrp_actions none;

	vrrp_core_begin(v, now, &none);
	if (v->state == VRRP_INITIALIZE || !v->p.backup_adverts)
		return;
	if (adv->priority == 0)
		for_ns = 0;
	if (vrrp_rank_told(&v->death.rank, mono_min(arrival, now), &id, for_ns) &&
	    v->state == VRRP_BACKUP)
		tell_soon(v, now);
	vrrp_core_check(v);
}
