/*
 * vrrp_backup.c - Backup Advertisements that an instance receives.
 *
 * vrrp_receive.c hands them over, and they are held against the configuration as
 * adverts are: source, destination and form of the checksum (vrrp_accept.h).  What
 * they say goes to the state machine, for which it is our place among the Backups
 * (vrrp_core_backup.c), and to `bfd auto`, which opens a session to whoever may be
 * Active one day (vrrp_peer.h): the one between the Active and the best Backup, and
 * those that the next Active will need, before it is Active (L-28).
 *
 * The state machine gives no orders for such a packet, but its timer may be earlier.
 */
#include "config.h"

#include "shared/loop.h"
#include "vrrpd/instance/vrrp_accept.h"
#include "vrrpd/instance/vrrp_backup.h"
#include "vrrpd/instance/vrrp_env.h"
#include "vrrpd/instance/vrrp_peer.h"

bool
vrrp_backup_wanted(const struct vrrp_instance *v)
{
	return v->p.backup_adverts && v->p.version == 3;
}

void
vrrp_backup_rx(struct vrrp_instance *v, mono_t now, mono_t arrival,
    const struct vrrp_advert *a)
{
	enum vrrp_verdict verdict;

	now = mono_max(now, loop_judge(v->env->loop));
	if (v->core.state == VRRP_INITIALIZE)
		return;
	verdict = vrrp_accept_judge(v, a);
	if (verdict != VRRP_OK) {
		vrrp_accept_refuse(v, now, verdict, &a->source);
		return;
	}
	v->stats.backup_adverts_rcvd++;
	vrrp_core_backup_rx(&v->core, now, arrival, a);
	loop_timer_set(v->timer, vrrp_core_next_expiry(&v->core));
	if (a->priority > 0)
		vrrp_peer_heard(v, now, &a->source);
}
