/*
 * vrrp_protect.c - who protects whom, and what would happen now.
 *
 * The words here answer the question an operator has after reading a
 * configuration: is it in force?  So they go by what the sessions have agreed,
 * not by what was asked of them.
 */
#include "config.h"

#include "vrrpd/engine/vrrp_protect.h"

const char *
vrrp_takeover_name(enum vrrp_takeover t)
{
	static const char *const names[] = {
#define X(id, word) word,
		VRRP_TAKEOVERS(X)
#undef X
	};

	return names[t];
}

static bool
is_spent(const struct vrrp_instance *v, const struct addr *peer)
{
	const struct vrrp_death_session *s = vrrp_death_find(&v->core.death,
	    peer);

	return s != NULL && s->spent;
}

/* Why a Down of this session would, or would not, make us Active (L-11). */
static enum vrrp_takeover
takeover_of(const struct vrrp_instance *v, const struct vrrp_protect_peer *p)
{
	if (p->state != VRRP_BFD_UP)
		return is_spent(v, &p->peer.addr) ? VRRP_TAKEOVER_SPENT :
		    VRRP_TAKEOVER_NO_SESSION;
	if (v->core.state != VRRP_BACKUP ||
	    !addr_equal(&v->core.active.source, &p->peer.addr))
		return VRRP_TAKEOVER_NOT_ACTIVE;
	if (mono_before(loop_clock(), vrrp_core_bfd_suspended_until(&v->core,
	    &p->peer.addr)))
		return VRRP_TAKEOVER_SUSPENDED;
	return VRRP_TAKEOVER_READY;
}

bool
vrrp_protect_is_slow(const struct vrrp_instance *v, int64_t detection_time_ns)
{
	return detection_time_ns >= v->core.active_down_interval_ns -
	    ns_from_cs(v->core.active_adver_interval_cs);
}

unsigned
vrrp_protect_list(const struct vrrp_bfd *b, const struct vrrp_instance *v,
    struct vrrp_protect_peer out[VRRP_PEER_LIST_MAX])
{
	struct vrrp_peer list[VRRP_PEER_LIST_MAX];
	unsigned i, count = vrrp_peer_list(v, list);
	struct vrrp_protect_peer *p;

	for (i = 0; i < count; i++) {
		p = &out[i];
		*p = (struct vrrp_protect_peer){ .peer = list[i] };
		p->session = vrrp_bfd_find(b, v->p.interface, &list[i].addr);
		p->state = p->session == NULL ? VRRP_BFD_UNKNOWN :
		    p->session->level.state;
		p->takeover = takeover_of(v, p);
		if (p->state != VRRP_BFD_UP)
			continue;
		p->slow = vrrp_protect_is_slow(v,
		    p->session->level.detection_time_ns);
		p->notices_ns = p->session->level.tx_interval_ns *
		    p->session->level.tx_multiplier;
	}
	return count;
}

int64_t
vrrp_protect_bound_ns(const struct vrrp_bfd *b, const struct vrrp_instance *v,
    const struct vrrp_bfd_session **by)
{
	struct vrrp_protect_peer list[VRRP_PEER_LIST_MAX];
	unsigned i, count = vrrp_protect_list(b, v, list);
	int64_t bound = v->core.active_down_interval_ns, ns, links;
	mono_t now = loop_clock();

	*by = NULL;
	for (i = 0; i < count; i++) {
		if (list[i].takeover != VRRP_TAKEOVER_READY)
			continue;
		ns = list[i].session->level.detection_time_ns;
		if (ns == 0)
			continue;
		/* Our links must have had their time too (L-18). */
		links = mono_sub(vrrp_tracked_proven_at(&v->tracked, mono_add(
		    now, list[i].session->level.rx_interval_ns)), now);
		if (links > ns)
			ns = links;
		ns += vrrp_core_bfd_delay_ns(&v->core, now) +
		    v->p.takeover_confirm_ns;
		if (ns < bound) {
			bound = ns;
			*by = list[i].session;
		}
	}
	return bound;
}

/*
 * The last advert may have been a whole interval old when the silence began.  A
 * Backup of the best priority that is not the owner's has the shortest skew.
 * Sessions share the fate of an Active engine: bfdd tells the peers when it gets
 * no answer.
 */
int64_t
vrrp_protect_silence_ns(const struct vrrp_bfd *b,
    const struct vrrp_instance *v)
{
	int64_t ns;

	if (v->core.state != VRRP_ACTIVE)
		return VRRP_PATIENCE_NOBODY;
	ns = vrrp_core_active_down_interval_ns(v->p.version,
	    VRRP_PRIORITY_OWNER - 1, v->p.advert_int_cs) -
	    ns_from_cs(v->p.advert_int_cs);
	if (b != NULL && vrrp_bfd_is_up(b) &&
	    (v->p.bfd_count > 0 || v->p.has_bfd_auto) &&
	    ns > VRRP_BFD_ANSWER_WITHIN_NS)
		ns = VRRP_BFD_ANSWER_WITHIN_NS;
	return ns;
}
