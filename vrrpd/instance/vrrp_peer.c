/*
 * vrrp_peer.c - the other routers an instance has, or wants, BFD sessions with.
 *
 * What is learned is only ever an address from which an accepted advert came, or
 * one from which bfdd accepted a session; an address that is virtual on the
 * interface is neither (B-116): a session to it would end at whoever holds it.
 */
#include "config.h"

#include <string.h>

#include "shared/log.h"
#include "vrrpd/instance/vrrp_env.h"
#include "vrrpd/instance/vrrp_iface.h"
#include "vrrpd/instance/vrrp_peer.h"

const char *
vrrp_peer_how_name(enum vrrp_peer_how how)
{
	switch (how) {
	case VRRP_PEER_CONFIGURED:
		return "configured";
	case VRRP_PEER_LEARNED:
		return "learned";
	case VRRP_PEER_PASSIVE:
		return "passive";
	}
	return "configured";
}

/* NULL: no block names it. */
static const struct vrrp_bfd_params *
block_of(const struct vrrp_params *p, const struct addr *addr)
{
	unsigned i;

	for (i = 0; i < p->bfd_count; i++)
		if (addr_equal(&p->bfd[i].peer, addr))
			return &p->bfd[i];
	return NULL;
}

static struct vrrp_peer
learned(const struct vrrp_instance *v, const struct vrrp_auto_peer *a)
{
	return (struct vrrp_peer){
		.addr = a->addr,
		.how = a->heard ? VRRP_PEER_LEARNED : VRRP_PEER_PASSIVE,
		.p = &v->p.bfd_auto,
	};
}

unsigned
vrrp_peer_list(const struct vrrp_instance *v,
    struct vrrp_peer out[VRRP_PEER_LIST_MAX])
{
	unsigned i, n = 0;

	for (i = 0; i < v->p.bfd_count; i++)
		if (v->p.bfd[i].role == VRRP_BFD_PEER)
			out[n++] = (struct vrrp_peer){ v->p.bfd[i].peer,
			    VRRP_PEER_CONFIGURED, &v->p.bfd[i] };
	for (i = 0; v->p.has_bfd_auto && i < v->peers.count; i++)
		if (block_of(&v->p, &v->peers.list[i].addr) == NULL)
			out[n++] = learned(v, &v->peers.list[i]);
	return n;
}

bool
vrrp_peer_find(const struct vrrp_instance *v, const struct addr *addr,
    struct vrrp_peer *out)
{
	const struct vrrp_bfd_params *b = block_of(&v->p, addr);
	const struct vrrp_auto_peer *a;

	if (b != NULL) {
		*out = (struct vrrp_peer){ *addr, VRRP_PEER_CONFIGURED, b };
		return b->role == VRRP_BFD_PEER;
	}
	a = v->p.has_bfd_auto ? vrrp_auto_find(&v->peers, addr) : NULL;
	if (a == NULL)
		return false;
	*out = learned(v, a);
	return true;
}

void
vrrp_peer_name_all(struct vrrp_instance *v)
{
	unsigned i;

	vrrp_core_name_nobody(&v->core);
	for (i = 0; i < v->p.unicast_count; i++)
		vrrp_core_name_router(&v->core, &v->p.unicast_peers[i]);
	for (i = 0; i < v->p.bfd_count; i++)
		if (v->p.bfd[i].role == VRRP_BFD_PEER)
			vrrp_core_name_router(&v->core, &v->p.bfd[i].peer);
}

/* L-11: should it come back, that is another session. */
static void
forget_others(struct vrrp_instance *v)
{
	struct vrrp_peer peer;
	unsigned i;

	for (i = v->core.death.count; i-- > 0; )
		if (!vrrp_peer_find(v, &v->core.death.sessions[i].peer,
		    &peer)) {
			peer.addr = v->core.death.sessions[i].peer;
			vrrp_core_bfd_forget(&v->core, &peer.addr);
		}
}

static bool
is_first_advert(const struct vrrp_instance *v, const struct addr *source)
{
	const struct vrrp_heard_router *r = vrrp_heard_find(&v->heard, source);

	return r != NULL && r->adverts_v2 + r->adverts_v3 == 1;
}

void
vrrp_peer_heard(struct vrrp_instance *v, mono_t now,
    const struct addr *source)
{
	if (!v->p.has_bfd_auto)
		return;
	if (vrrp_iface_is_virtual(v->iface, source)) {
		/* The owner of an address, who may open a session from it. */
		if (!is_first_advert(v, source))
			return;
	} else if (!vrrp_auto_heard(&v->peers, now, source))
		return;
	/* The new one may have the place of another. */
	forget_others(v);
	if (v->env->peers_changed != NULL)
		v->env->peers_changed(v, v->env->arg);
}

/*
 * A session that another instance here asked for is shared (L-26): bfdd does not
 * say whether the other router asked for it as well, and because of which VRID.
 */
static bool
is_opened(const struct vrrp_bfd_session *s)
{
	if (s->accepted)
		return !s->level.deleted;
	return s->is_peer && s->level.state == VRRP_BFD_UP;
}

static bool
is_named(const struct vrrp_instance *v, const struct addr *addr)
{
	unsigned i;

	for (i = 0; i < v->p.unicast_count; i++)
		if (addr_equal(&v->p.unicast_peers[i], addr))
			return true;
	return false;
}

static void
no_room(struct vrrp_instance *v, mono_t now, const struct addr *addr)
{
	char text[ADDR_STRLEN];
	uint64_t suppressed;

	if (token_bucket_take(&v->peer_bucket, now, &suppressed))
		log_warning("instance=%s peer=%s bfd-auto=full suppressed=%llu: "
		    "its session is of no use, since %u routers have one whose "
		    "adverts were never heard; %u of %u places are for those "
		    "that are", v->p.name, addr_format(addr, text,
		    sizeof(text)), (unsigned long long)suppressed,
		    VRRP_AUTO_MAX - VRRP_AUTO_RESERVE, VRRP_AUTO_RESERVE,
		    VRRP_AUTO_MAX);
}

void
vrrp_peer_level(struct vrrp_instance *v, mono_t now,
    const struct vrrp_bfd_session *s)
{
	if (!v->p.has_bfd_auto || s->peer.family != v->p.family)
		return;
	if (is_opened(s) && !vrrp_iface_is_virtual(v->iface, &s->peer) &&
	    vrrp_auto_opened(&v->peers, now, &s->peer, is_named(v,
	    &s->peer)) == VRRP_AUTO_NO_ROOM)
		no_room(v, now, &s->peer);
	/* A session that goes Down was Up until now. */
	if (s->level.state == VRRP_BFD_UP ||
	    s->level.state == VRRP_BFD_DOWN)
		vrrp_auto_alive(&v->peers, now, &s->peer);
}

void
vrrp_peer_level_done(struct vrrp_instance *v,
    const struct vrrp_bfd_session *s)
{
	if (s->accepted && s->level.deleted &&
	    vrrp_auto_closed(&v->peers, &s->peer))
		forget_others(v);
}

void
vrrp_peer_without_session(struct vrrp_instance *v,
    bool (*has_session)(const struct vrrp_instance *, const struct addr *,
    void *), void *arg)
{
	struct addr addr;
	unsigned i;

	for (i = v->peers.count; i-- > 0; ) {
		addr = v->peers.list[i].addr;
		if (v->peers.list[i].opened && !has_session(v, &addr, arg) &&
		    vrrp_auto_closed(&v->peers, &addr))
			forget_others(v);
	}
}

bool
vrrp_peer_expire(struct vrrp_instance *v, mono_t now)
{
	if (!vrrp_auto_expire(&v->peers, now))
		return false;
	forget_others(v);
	return true;
}

void
vrrp_peer_reconfigured(struct vrrp_instance *v)
{
	if (!v->p.has_bfd_auto)
		v->peers.count = 0;
	forget_others(v);
}
