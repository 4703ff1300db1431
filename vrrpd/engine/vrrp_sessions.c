/*
 * vrrp_sessions.c - what is wished of bfdd, and what its levels are for.
 *
 * A BFD level concerns every instance on that interface that has the peer, named
 * or learned (vrrp_peer.h), and every link that is tracked (vrrp_link.h).  All
 * of them get it in one pass, packets first; words are deferred by each (L-19,
 * design §5).
 *
 * The wishes are collected anew whenever the instances, their peers or their
 * addresses have changed; vrrp_bfd.h finds out what is news for bfdd.
 */
#include "config.h"

#include "vrrpd/engine/vrrp_sessions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "shared/log.h"
#include "vrrpd/engine/vrrp_link.h"
#include "vrrpd/instance/vrrp_guard.h"
#include "vrrpd/instance/vrrp_iface.h"
#include "vrrpd/instance/vrrp_machine.h"
#include "vrrpd/instance/vrrp_mute.h"
#include "vrrpd/instance/vrrp_peer.h"
#include "vrrpd/ipc/vrrp_bfd.h"
#include "vrrpd/linux/vrrp_io.h"

#define PEER_CHECK_NS	(10 * NS_PER_S)

/* --- levels --- */

static void
tell_instance(struct vrrp_instance *v, const struct vrrp_bfd_session *s,
    mono_t received, bool came_up)
{
	struct vrrp_bfd_event e;
	struct vrrp_peer peer;

	if (!vrrp_peer_find(v, &s->peer, &peer))
		return;
	memset(&e, 0, sizeof(e));
	e.peer = s->peer;
	e.state = s->level.state;
	e.reason = s->level.reason;
	e.remote_diag = s->level.remote_diag;
	e.detection_time_ns = s->level.detection_time_ns;
	e.last_rx = s->level.last_rx;
	e.rx_interval_ns = s->level.rx_interval_ns;
	e.tx_interval_ns = s->level.tx_interval_ns;
	e.tx_multiplier = s->level.tx_multiplier;
	e.takeover_any = peer.p->takeover_on == VRRP_TAKEOVER_ANY;
	vrrp_machine_bfd(v, &e, s->level.last_rx, s->level.decided, received,
	    came_up);
	vrrp_guard_bfd(v, s);
}

/* The first session with a peer of it of which nothing leaves, if there is one. */
static void
look_for_unsent(struct vrrp_router *r, struct vrrp_instance *v)
{
	static const struct addr nobody;
	const struct vrrp_bfd_session *s;
	struct vrrp_peer peer;
	unsigned i;

	for (i = 0; (s = vrrp_bfd_session(r->bfd, i)) != NULL; i++)
		if (s->level.send_error[0] != '\0' &&
		    strcmp(v->iface->name, s->interface) == 0 &&
		    vrrp_peer_find(v, &s->peer, &peer)) {
			vrrp_mute_bfd(v, &s->peer, s->level.send_error);
			return;
		}
	if (v->bfd_unsent[0] != '\0')
		vrrp_mute_bfd(v, &nobody, "");
}

static void
bfd_level(const struct vrrp_bfd_session *s, mono_t received, bool came_up,
    void *arg)
{
	struct vrrp_router *r = arg;
	struct vrrp_instance *v;
	unsigned i;

	/* An advert that waits in the socket may show that the peer lives. */
	for (i = 0; s->level.state == VRRP_BFD_DOWN && i < r->iface_count;
	    i++)
		if (r->ifaces[i]->io != NULL &&
		    strcmp(r->ifaces[i]->name, s->interface) == 0)
			vrrp_io_drain(r->ifaces[i]->io);
	for (i = 0; i < r->instance_count; i++) {
		v = r->instances[i];
		if (strcmp(v->iface->name, s->interface) != 0)
			continue;
		vrrp_peer_level(v, received, s);
		tell_instance(v, s, received, came_up);
		vrrp_peer_level_done(v, s);
		if (s->level.send_error[0] != '\0' || v->bfd_unsent[0] != '\0')
			look_for_unsent(r, v);
	}
	vrrp_links_level(r->links, s, received);
	if (r->bfd_changed != NULL)
		r->bfd_changed(s, r->arg);
}

/*
 * Sessions are shared (L-26): one that another instance here has asked for may be
 * what a peer of this one goes by.
 */
static bool
is_watched(const struct vrrp_router *r, struct vrrp_instance *v)
{
	bool watched = v->p.bfd_count > 0 || v->p.has_bfd_auto;
	const struct vrrp_bfd_session *s;
	unsigned i;

	for (i = 0; (s = vrrp_bfd_session(r->bfd, i)) != NULL; i++)
		if (s->level.state == VRRP_BFD_UP &&
		    s->peer.family == v->p.family &&
		    strcmp(s->interface, v->iface->name) == 0) {
			vrrp_machine_watched(v, s->level.tx_interval_ns,
			    s->level.tx_multiplier);
			watched = true;
		}
	return watched;
}

static void
bfd_reachable(bool up, void *arg)
{
	struct vrrp_router *r = arg;
	unsigned i;

	/* L-23: the end of bfdd may have told our peers Down. */
	for (i = 0; !up && i < r->instance_count; i++)
		if (is_watched(r, r->instances[i])) {
			vrrp_machine_reassure(r->instances[i]);
			vrrp_guard_bfd_lost(r->instances[i]);
		}
}

/* --- wishes --- */

/*
 * Sessions with peers are between the addresses adverts come from: B-116, and
 * the other side may have learned ours from them.
 */
static int
wish_for(struct vrrp_router *r, const struct vrrp_instance *v)
{
	const struct addr *primary = vrrp_iface_primary_of(v);
	struct vrrp_peer list[VRRP_PEER_LIST_MAX];
	unsigned i, count = vrrp_peer_list(v, list);
	struct vrrp_bfd_params p;
	int error = 0;

	for (i = 0; i < v->p.bfd_count && error == 0; i++)
		if (v->p.bfd[i].role != VRRP_BFD_PEER)
			error = vrrp_bfd_wish(r->bfd,
			    vrrp_params_bfd_interface(&v->p, &v->p.bfd[i]),
			    &v->p.bfd[i], NULL);
	for (i = 0; i < count && error == 0; i++) {
		if (list[i].how == VRRP_PEER_PASSIVE)
			continue;
		p = *list[i].p;
		p.peer = list[i].addr;
		error = vrrp_bfd_wish(r->bfd, v->p.interface, &p, primary);
	}
	if (error == 0 && v->p.has_bfd_auto && addr_is_set(primary))
		error = vrrp_bfd_offer(r->bfd, v->p.interface, &v->p.bfd_auto,
		    primary);
	return error;
}

/* The owner of an address speaks from it: then it is a router's. */
static bool
is_heard_from(const struct vrrp_router *r, const char *interface,
    const struct addr *source)
{
	unsigned i;

	for (i = 0; i < r->instance_count; i++)
		if (strcmp(r->instances[i]->p.interface, interface) == 0 &&
		    vrrp_heard_find(&r->instances[i]->heard, source) != NULL)
			return true;
	return false;
}

static void
refuse_virtual(struct vrrp_router *r, const struct vrrp_params *p)
{
	unsigned i;

	for (i = 0; p->priority != VRRP_PRIORITY_OWNER &&
	    i < vrrp_params_addresses(p) &&
	    vrrp_bfd_may_refuse(r->bfd, p->interface, p->family); i++)
		if (p->vips[i].prefix.addr.family == p->family &&
		    !is_heard_from(r, p->interface, &p->vips[i].prefix.addr))
			vrrp_bfd_refuse(r->bfd, p->interface,
			    &p->vips[i].prefix.addr);
}

static void
collect_wishes(struct vrrp_router *r)
{
	const struct vrrp_bfd_session *s;
	const struct vrrp_params *p;
	unsigned i, j;
	int error;

	vrrp_links_begin(r->links);
	for (i = 0; i < r->instance_count; i++) {
		p = &r->instances[i]->p;
		for (j = 0; j < p->bfd_count; j++)
			if (p->bfd[j].role == VRRP_BFD_LINK &&
			    vrrp_links_want(r->links, p, &p->bfd[j]) < 0)
				log_err("instance=%s a link is not tracked: "
				    "out of memory", p->name);
	}
	vrrp_links_commit(r->links);
	if (r->bfd == NULL)
		return;
	vrrp_bfd_begin(r->bfd);
	for (i = 0; i < r->instance_count; i++) {
		error = wish_for(r, r->instances[i]);
		if (error < 0)
			log_err("instance=%s cannot ask for a BFD session: %s",
			    r->instances[i]->p.name, strerror(-error));
	}
	for (i = 0; i < r->instance_count; i++)
		refuse_virtual(r, &r->instances[i]->p);
	vrrp_bfd_commit(r->bfd);
	/* A link may be new to us and its session not to bfdd. */
	for (i = 0; (s = vrrp_bfd_session(r->bfd, i)) != NULL; i++)
		if (s->level.state != VRRP_BFD_UNKNOWN)
			vrrp_links_level(r->links, s, loop_clock());
}

static bool
has_session(const struct vrrp_instance *v, const struct addr *peer, void *arg)
{
	const struct vrrp_router *r = arg;

	return vrrp_bfd_find(r->bfd, v->iface->name, peer) != NULL;
}

static bool
knows_it_is_up(const struct vrrp_core *c, const struct addr *peer)
{
	const struct vrrp_death_session *s = vrrp_death_find(&c->death, peer);

	return s != NULL && s->has_been_up;
}

/* A session that was there before the instance had the peer (L-26). */
static void
catch_up(struct vrrp_router *r)
{
	const struct vrrp_bfd_session *s;
	mono_t now = loop_clock();
	unsigned i, j;

	for (i = 0; (s = vrrp_bfd_session(r->bfd, i)) != NULL; i++) {
		if (s->level.state != VRRP_BFD_UP)
			continue;
		for (j = 0; j < r->instance_count; j++)
			if (strcmp(r->instances[j]->iface->name,
			    s->interface) == 0 &&
			    !knows_it_is_up(&r->instances[j]->core, &s->peer)) {
				vrrp_peer_level(r->instances[j], now, s);
				tell_instance(r->instances[j], s, now, false);
			}
	}
}

static void
follow_peers(void *arg)
{
	struct vrrp_router *r = arg;
	unsigned i;

	if (!r->started)
		return;
	collect_wishes(r);
	for (i = 0; i < r->instance_count; i++)
		vrrp_peer_without_session(r->instances[i], has_session, r);
	catch_up(r);
	for (i = 0; r->bfd != NULL && i < r->instance_count; i++)
		look_for_unsent(r, r->instances[i]);
}

void
vrrp_sessions_follow_later(struct vrrp_router *r)
{
	if (loop_defer(r->loop, follow_peers, r) < 0)
		follow_peers(r);
}

void
vrrp_sessions_peers_changed(struct vrrp_instance *v, void *router)
{
	(void)v;
	vrrp_sessions_follow_later(router);
}

/* L-28: a peer whose session is Up is alive; others are forgotten in time. */
static void
check_peers(mono_t deadline, void *arg)
{
	struct vrrp_router *r = arg;
	const struct vrrp_bfd_session *s;
	mono_t now = loop_clock();
	bool any = false, changed = false;
	unsigned i, j;

	(void)deadline;
	for (i = 0; i < r->instance_count; i++) {
		if (!r->instances[i]->p.has_bfd_auto)
			continue;
		any = true;
		for (j = 0; (s = vrrp_bfd_session(r->bfd, j)) != NULL; j++)
			if (s->level.state == VRRP_BFD_UP &&
			    strcmp(r->instances[i]->iface->name,
			    s->interface) == 0)
				vrrp_peer_level(r->instances[i], now, s);
		if (vrrp_peer_expire(r->instances[i], now))
			changed = true;
	}
	loop_timer_set(r->peer_timer, any ? mono_add(now, PEER_CHECK_NS) :
	    MONO_NEVER);
	if (changed)
		follow_peers(r);
}

void
vrrp_sessions_follow(struct vrrp_router *r)
{
	follow_peers(r);
	check_peers(MONO_NEVER, r);
}

int64_t
vrrp_sessions_detection_ns(const struct vrrp_router *r,
    const struct vrrp_instance *v)
{
	struct vrrp_peer list[VRRP_PEER_LIST_MAX];
	unsigned i, count = vrrp_peer_list(v, list);
	const struct vrrp_bfd_session *s;
	int64_t shortest = 0, ns;

	for (i = 0; r->bfd != NULL && i < count; i++) {
		s = vrrp_bfd_find(r->bfd, v->iface->name, &list[i].addr);
		if (s == NULL)
			continue;
		ns = s->level.tx_interval_ns * s->level.tx_multiplier;
		if (ns == 0)
			ns = s->level.detection_time_ns;
		if (ns > 0 && (shortest == 0 || ns < shortest))
			shortest = ns;
	}
	return shortest;
}

/* Deferred: tell bfdd on which interfaces we are Active (L-20). */
static void
tell_in_charge(void *arg)
{
	struct vrrp_router *r = arg;
	const char **names;
	unsigned i, j, count = 0;

	names = calloc(r->instance_count + 1, sizeof(*names));
	if (r->bfd == NULL || names == NULL) {
		free(names);
		return;
	}
	for (i = 0; i < r->instance_count; i++) {
		const struct vrrp_instance *v = r->instances[i];

		if (v->core.state != VRRP_ACTIVE)
			continue;
		for (j = 0; j < count; j++)
			if (strcmp(names[j], v->p.interface) == 0)
				break;
		if (j == count)
			names[count++] = v->p.interface;
	}
	vrrp_bfd_set_in_charge(r->bfd, names, count);
	free(names);
}

void
vrrp_sessions_in_charge_later(struct vrrp_router *r)
{
	(void)loop_defer(r->loop, tell_in_charge, r);
}

/* --- life --- */

int
vrrp_sessions_open(struct vrrp_router *r)
{
	r->peer_timer = loop_timer_new(r->loop, check_peers, r);
	r->links = vrrp_links_new(r->loop, r->env.track);
	return r->peer_timer == NULL || r->links == NULL ? -ENOMEM : 0;
}

int
vrrp_sessions_connect(struct vrrp_router *r, const char *path)
{
	static const struct vrrp_bfd_handlers handlers = {
		.level = bfd_level,
		.reachable = bfd_reachable,
	};

	r->bfd = vrrp_bfd_new(r->loop, path, &handlers, r);
	return r->bfd == NULL ? -ENOMEM : 0;
}

void
vrrp_sessions_release(struct vrrp_router *r)
{
	vrrp_bfd_free(r->bfd, true);
	r->bfd = NULL;
}

void
vrrp_sessions_free(struct vrrp_router *r)
{
	loop_defer_cancel(r->loop, follow_peers, r);
	loop_defer_cancel(r->loop, tell_in_charge, r);
	loop_timer_free(r->peer_timer);
	vrrp_links_free(r->links);
}
