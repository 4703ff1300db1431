/*
 * vrrp_router.c - who is there, and who is told what.
 *
 * Interfaces are kept by the name in the configuration and matched to the
 * kernel's by netlink events: one that appears, vanishes, is renamed or comes
 * back with another index is found or lost, and its instances follow.
 *
 * A BFD level concerns every instance on that interface that has the peer, named
 * or learned (vrrp_peer.h).
 * All of them get it in one pass, packets first; words are deferred by each
 * (L-19, design §5).
 *
 * Stalls.  The loop's sentinel tells when this process was not running.  Its
 * cadence follows the shortest advertisement interval of any instance: a
 * quarter of it, between 0.5 and 20 ms.  Each instance then grants the absence
 * to its peers (L-32).
 *
 * Exit.  First every advert of priority 0; each instance answers until it has
 * heard its successor, and when all have, vrrp_router_close() follows.  Removing
 * a device costs an RCU grace period with the kernel's one lock for network
 * configuration held, so that comes last (V-68).
 *
 * An instance that is not in the configuration any more leaves in the same way,
 * unless another one needs its place or one of its addresses.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/log.h"
#include "vrrpd/config/vrrp_diff.h"
#include "vrrpd/ipc/vrrp_channel.h"
#include "vrrpd/linux/vrrp_filter.h"
#include "vrrpd/engine/vrrp_notify.h"
#include "vrrpd/engine/vrrp_receive.h"
#include "vrrpd/instance/vrrp_peer.h"
#include "vrrpd/engine/vrrp_router.h"

#define CADENCE_MIN_NS	(500 * NS_PER_US)
#define CADENCE_MAX_NS	(20 * NS_PER_MS)
#define THRESHOLD_MIN_NS NS_PER_MS
#define LEAVE_TIMEOUT_MS 2000
/* Three refreshes; a host that sleeps longer has to fence anyway. */
#define LIFETIME_S	3
#define LENT_MAX	2048
#define PEER_CHECK_NS	(10 * NS_PER_S)

static void	follow_peers_later(struct vrrp_router *);

/* --- instances that linger --- */

static void
drop_lingering(struct vrrp_router *r, unsigned i)
{
	struct vrrp_instance *v = r->lingering[i];

	r->lingering[i] = r->lingering[--r->lingering_count];
	vrrp_instance_withdraw(v);
	vrrp_instance_free(v);
}

/* Deferred: an instance has withdrawn its addresses. */
static void
settle_lingering(void *arg)
{
	struct vrrp_router *r = arg;
	void (*left)(void *) = r->left;
	unsigned i;

	for (i = r->lingering_count; i-- > 0; )
		if (!vrrp_instance_lingers(r->lingering[i]))
			drop_lingering(r, i);
	if (left == NULL || r->lingering_count > 0)
		return;
	for (i = 0; i < r->instance_count; i++)
		if (vrrp_instance_lingers(r->instances[i]))
			return;
	r->left = NULL;
	left(r->left_arg);
}

static void
settle_later(struct vrrp_router *r)
{
	if (loop_defer(r->loop, settle_lingering, r) < 0)
		log_err("too much at once: the last withdrawal is not noticed");
}

static void
instance_withdrawn(struct vrrp_instance *v, void *arg)
{
	(void)v;
	settle_later(arg);
}

/* An instance of this configuration needs its place or an address of it. */
static bool
is_in_the_way(const struct vrrp_instance *v, const struct vrrp_config *c)
{
	const struct vrrp_params *p;
	unsigned i, j, k;

	for (i = 0; i < c->count; i++) {
		p = &c->instances[i];
		if (p->family != v->p.family)
			continue;
		if (p->vrid == v->p.vrid &&
		    strcmp(p->interface, v->p.interface) == 0)
			return true;
		for (j = 0; j < p->vip_count; j++)
			for (k = 0; k < v->p.vip_count; k++)
				if (addr_equal(&p->vips[j].prefix.addr,
				    &v->p.vips[k].prefix.addr))
					return true;
	}
	return false;
}

/* True: it lingers, and is freed when it has withdrawn. */
static bool
let_linger(struct vrrp_router *r, struct vrrp_instance *v,
    const struct vrrp_config *c)
{
	struct vrrp_instance **list;

	if (!vrrp_instance_lingers(v) || is_in_the_way(v, c))
		return false;
	list = realloc(r->lingering, (r->lingering_count + 1) *
	    sizeof(struct vrrp_instance *));
	if (list == NULL)
		return false;
	r->lingering = list;
	r->lingering[r->lingering_count++] = v;
	return true;
}

/* --- netlink --- */

static void
iface_found(struct vrrp_router *r, struct vrrp_iface *f,
    const struct nl_link *link)
{
	unsigned i;

	vrrp_iface_found(f, link);
	for (i = 0; i < r->instance_count; i++)
		if (r->instances[i]->iface == f)
			vrrp_instance_iface_found(r->instances[i]);
}

static void
iface_lost(struct vrrp_router *r, struct vrrp_iface *f)
{
	unsigned i;

	vrrp_iface_lost(f);
	for (i = r->lingering_count; i-- > 0; )
		if (r->lingering[i]->iface == f)
			drop_lingering(r, i);
	for (i = 0; i < r->instance_count; i++)
		if (r->instances[i]->iface == f)
			vrrp_instance_iface_lost(r->instances[i]);
}

static void
iface_changed(struct vrrp_router *r, struct vrrp_iface *f,
    const struct nl_link *link)
{
	bool mac = memcmp(f->link.mac, link->mac, sizeof(link->mac)) != 0;
	unsigned i;

	f->link = *link;
	for (i = 0; i < r->instance_count; i++) {
		if (r->instances[i]->iface != f)
			continue;
		if (mac)
			vrrp_instance_mac_changed(r->instances[i]);
		vrrp_instance_reconsider(r->instances[i]);
	}
}

static void
device_gone(struct vrrp_router *r, int ifindex)
{
	struct vrrp_instance *v;
	unsigned i;

	for (i = 0; i < r->instance_count; i++) {
		v = r->instances[i];
		if (v->vips != NULL && vrrp_vip_device(v->vips)[0] != '\0' &&
		    vrrp_vip_ifindex(v->vips) == ifindex) {
			vrrp_instance_device_gone(v);
			return;
		}
	}
}

/* Before the start: what an earlier run has left, and may not be needed. */
static void
note_orphan(struct vrrp_router *r, const struct nl_link *link)
{
	struct nl_link *list;

	if (r->started || !vrrp_vip_is_orphan(link))
		return;
	list = realloc(r->orphans, (r->orphan_count + 1) * sizeof(*list));
	if (list == NULL)
		return;
	r->orphans = list;
	r->orphans[r->orphan_count++] = *link;
}

/* Instances have adopted theirs. */
void
vrrp_router_remove_orphans(struct vrrp_router *r)
{
	const struct nl_link *o;
	unsigned i, j;
	int error;

	for (i = 0; i < r->orphan_count; i++) {
		o = &r->orphans[i];
		for (j = 0; j < r->instance_count; j++)
			if (r->instances[j]->vips != NULL && vrrp_vip_ifindex(
			    r->instances[j]->vips) == o->ifindex)
				break;
		if (j < r->instance_count)
			continue;
		error = nl_link_del(r->nl, o->ifindex);
		log_notice("device=%s of an earlier run that nobody needs: %s",
		    o->name, error < 0 ? strerror(-error) : "removed");
	}
	free(r->orphans);
	r->orphans = NULL;
	r->orphan_count = 0;
}

static void
link_event(const struct nl_link *link, bool gone, void *arg)
{
	struct vrrp_router *r = arg;
	struct vrrp_iface *f;
	unsigned i;
	bool same_name;

	for (i = 0; i < r->iface_count; i++) {
		f = r->ifaces[i];
		same_name = strcmp(f->name, link->name) == 0;
		if (f->exists && f->link.ifindex == link->ifindex) {
			if (gone || !same_name)
				iface_lost(r, f);
			else
				iface_changed(r, f, link);
		} else if (!gone && same_name) {
			if (f->exists)
				iface_lost(r, f);
			iface_found(r, f, link);
		}
	}
	vrrp_track_link(r->env.track, link, gone);
	if (!gone)
		note_orphan(r, link);
	if ((gone || !link->admin_up) && r->started)
		device_gone(r, link->ifindex);
	for (i = 0; !gone && r->started && i < r->instance_count; i++)
		vrrp_instance_link_changed(r->instances[i], link);
}

/*
 * After the events of the batch: when a primary address is deleted, the one
 * promoted in its place is the next event, and an instance must not leave
 * for the moment between them.
 */
static void
settle_addresses(void *arg)
{
	struct vrrp_router *r = arg;
	unsigned i, j;

	nl_drain(r->nl);
	for (i = 0; i < r->iface_count; i++) {
		if (!r->ifaces[i]->addrs_changed)
			continue;
		r->ifaces[i]->addrs_changed = false;
		(void)vrrp_iface_update_primary(r->ifaces[i]);
		for (j = 0; j < r->instance_count; j++)
			if (r->instances[j]->iface == r->ifaces[i])
				vrrp_instance_primary_changed(r->instances[j]);
	}
	follow_peers_later(r);		/* sessions are of our primary address */
}

static void
addr_event(const struct nl_addr *addr, bool gone, void *arg)
{
	struct vrrp_router *r = arg;
	struct vrrp_iface *f;
	unsigned i;

	if (!vrrp_addrs_update(&r->addrs, addr, gone))
		log_err("out of memory for an address");
	if (gone && r->started)
		for (i = 0; i < r->instance_count; i++)
			vrrp_instance_address_gone(r->instances[i],
			    addr->ifindex, &addr->prefix.addr);
	for (i = 0; !gone && i < r->instance_count; i++)
		vrrp_instance_address_came(r->instances[i], addr->ifindex);
	for (i = 0; i < r->iface_count; i++) {
		f = r->ifaces[i];
		if (!f->exists || f->link.ifindex != addr->ifindex ||
		    vrrp_iface_is_virtual(f, &addr->prefix.addr))
			continue;
		f->addrs_changed = true;
		if (loop_defer(r->loop, settle_addresses, r) < 0)
			settle_addresses(r);
	}
}

/*
 * Events were lost and a full dump follows.  Addresses are collected anew;
 * interfaces keep what they had until the dump says otherwise.
 */
static void
resync_event(void *arg)
{
	struct vrrp_router *r = arg;

	log_warning("netlink events were lost: reading everything again");
	r->addrs.count = 0;
	r->resyncing = true;
}

static void
synced_event(void *arg)
{
	struct vrrp_router *r = arg;
	struct nl_link link;
	unsigned i;

	if (!r->resyncing)
		return;
	r->resyncing = false;
	for (i = 0; i < r->iface_count; i++) {
		struct vrrp_iface *f = r->ifaces[i];

		if (f->exists && (nl_link_get(r->nl, f->name, &link) < 0 ||
		    link.ifindex != f->link.ifindex))
			iface_lost(r, f);
		(void)vrrp_iface_update_primary(f);
	}
	for (i = 0; i < r->instance_count; i++) {
		vrrp_instance_primary_changed(r->instances[i]);
		vrrp_instance_check_addresses(r->instances[i]);
	}
	vrrp_track_look(r->env.track);
}

/* --- BFD --- */

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
	vrrp_instance_bfd(v, &e, s->level.last_rx, s->level.decided, received,
	    came_up);
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
	}
	vrrp_links_level(r->links, s, received);
	if (r->bfd_changed != NULL)
		r->bfd_changed(s, r->arg);
}

static void
bfd_reachable(bool up, void *arg)
{
	struct vrrp_router *r = arg;
	unsigned i;

	/* L-23: our peers may have been told Down by its end. */
	for (i = 0; !up && i < r->instance_count; i++)
		if (r->instances[i]->p.bfd_count > 0 ||
		    r->instances[i]->p.has_bfd_auto)
			vrrp_instance_reassure(r->instances[i]);
}

int
vrrp_router_connect_bfd(struct vrrp_router *r, const char *path)
{
	static const struct vrrp_bfd_handlers handlers = {
		.level = bfd_level,
		.reachable = bfd_reachable,
	};

	r->bfd = vrrp_bfd_new(r->loop, path, &handlers, r);
	return r->bfd == NULL ? -ENOMEM : 0;
}

/*
 * Sessions with peers are between the addresses adverts come from: B-116, and
 * the other side may have learned ours from them.
 */
static int
wish_for(struct vrrp_router *r, const struct vrrp_instance *v)
{
	const struct addr *primary = vrrp_instance_primary(v);
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
	vrrp_bfd_commit(r->bfd);
	/* A link may be new to us and its session not to bfdd. */
	for (i = 0; (s = vrrp_bfd_session(r->bfd, i)) != NULL; i++)
		if (s->level.state != VRRP_BFD_UNKNOWN)
			vrrp_links_level(r->links, s, loop_clock());
}

static bool
knows_it_is_up(const struct vrrp_core *c, const struct addr *peer)
{
	unsigned i;

	for (i = 0; i < c->bfd_count; i++)
		if (addr_equal(&c->bfd[i].peer, peer))
			return c->bfd[i].has_been_up;
	return false;
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
			    !knows_it_is_up(&r->instances[j]->core, &s->peer))
				tell_instance(r->instances[j], s, now, false);
	}
}

static void
follow_peers(void *arg)
{
	struct vrrp_router *r = arg;

	if (!r->started)
		return;
	collect_wishes(r);
	catch_up(r);
}

static void
follow_peers_later(struct vrrp_router *r)
{
	if (loop_defer(r->loop, follow_peers, r) < 0)
		follow_peers(r);
}

static void
peers_changed(struct vrrp_instance *v, void *arg)
{
	(void)v;
	follow_peers_later(arg);
}

/* L-28: whose session is Up is alive; the others are forgotten in time. */
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

/* --- stalls --- */

/* How long the most eager of its peers waits; 0: no BFD. */
static int64_t
detection_time_ns(const struct vrrp_router *r, const struct vrrp_instance *v)
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

static void
stalled(mono_t since, mono_t until, void *arg)
{
	struct vrrp_router *r = arg;
	int64_t ns = mono_sub(until, since);
	bool fenced = false;
	unsigned i;

	r->stalls++;
	if (ns > r->worst_stall_ns)
		r->worst_stall_ns = ns;
	for (i = 0; i < r->instance_count; i++)
		if (vrrp_instance_absent(r->instances[i], since, until,
		    detection_time_ns(r, r->instances[i])))
			fenced = true;
	/* Who has replaced us has said so meanwhile. */
	for (i = 0; fenced && i < r->iface_count; i++)
		if (r->ifaces[i]->io != NULL)
			vrrp_io_drain(r->ifaces[i]->io);
}

static int64_t
clamp(int64_t ns, int64_t low, int64_t high)
{
	return ns < low ? low : ns > high ? high : ns;
}

static void
watch_stalls(struct vrrp_router *r)
{
	int64_t shortest = INT64_MAX, ns;
	unsigned i;

	for (i = 0; i < r->instance_count; i++) {
		ns = ns_from_cs(r->instances[i]->p.advert_int_cs);
		if (ns < shortest)
			shortest = ns;
	}
	if (r->instance_count == 0) {
		loop_watch_stalls(r->loop, 0, 0, stalled, r);
		return;
	}
	loop_watch_stalls(r->loop,
	    clamp(shortest / 4, CADENCE_MIN_NS, CADENCE_MAX_NS),
	    clamp(shortest / 4, THRESHOLD_MIN_NS, CADENCE_MAX_NS), stalled, r);
}

void
vrrp_router_retune(struct vrrp_router *r)
{
	if (!r->started)
		return;
	follow_peers(r);
	check_peers(MONO_NEVER, r);
	watch_stalls(r);
}

/* --- configuration --- */

static struct vrrp_iface *
get_iface(struct vrrp_router *r, const char *name)
{
	struct vrrp_iface **list, *f;
	struct nl_link link;
	unsigned i;

	for (i = 0; i < r->iface_count; i++)
		if (strcmp(r->ifaces[i]->name, name) == 0)
			return r->ifaces[i];
	list = realloc(r->ifaces, (r->iface_count + 1) * sizeof(*list));
	if (list == NULL)
		return NULL;
	r->ifaces = list;
	f = vrrp_iface_new(r->loop, name, &r->addrs, vrrp_receive_packet);
	if (f == NULL)
		return NULL;
	r->ifaces[r->iface_count++] = f;
	if (nl_link_get(r->nl, name, &link) == 0)
		vrrp_iface_found(f, &link);
	return f;
}

static void
drop_unused_ifaces(struct vrrp_router *r)
{
	unsigned i, kept = 0;

	for (i = 0; i < r->iface_count; i++) {
		if (r->ifaces[i]->users > 0)
			r->ifaces[kept++] = r->ifaces[i];
		else
			vrrp_iface_free(r->ifaces[i]);
	}
	r->iface_count = kept;
}

struct vrrp_instance *
vrrp_router_find(const struct vrrp_router *r, const char *name)
{
	unsigned i;

	for (i = 0; i < r->instance_count; i++)
		if (strcmp(r->instances[i]->p.name, name) == 0)
			return r->instances[i];
	return NULL;
}

static const struct vrrp_params *
find_params(const struct vrrp_config *c, const char *name)
{
	unsigned i;

	for (i = 0; i < c->count; i++)
		if (strcmp(c->instances[i].name, name) == 0)
			return &c->instances[i];
	return NULL;
}

/*
 * The first pass: whoever is not in the file any more, or cannot be changed in
 * place, leaves.  Its addresses are gone before anybody else may take them.
 */
static void
remove_old(struct vrrp_router *r, const struct vrrp_config *c,
    struct vrrp_applied *done)
{
	const struct vrrp_params *p;
	struct vrrp_instance *v;
	unsigned i, kept = 0;

	for (i = r->lingering_count; i-- > 0; )
		if (is_in_the_way(r->lingering[i], c))
			drop_lingering(r, i);
	for (i = 0; i < r->instance_count; i++) {
		v = r->instances[i];
		p = find_params(c, v->p.name);
		if (p != NULL && vrrp_diff(&v->p, p) != VRRP_DIFF_RESTART) {
			r->instances[kept++] = v;
			continue;
		}
		if (p == NULL)
			done->removed++;
		else
			done->restarted++;
		vrrp_instance_resign(v, VRRP_CAUSE_SHUTDOWN);
		if (let_linger(r, v, c))
			continue;
		vrrp_instance_withdraw(v);
		vrrp_instance_free(v);
	}
	r->instance_count = kept;
}

/* Instances in the order of the file; each is there already or made now. */
static int
place(struct vrrp_router *r, const struct vrrp_config *c,
    struct vrrp_instance **list, struct vrrp_applied *done)
{
	struct vrrp_instance *v;
	struct vrrp_iface *f;
	unsigned i, n = 0, restarted = done->restarted;
	int error = 0;

	for (i = 0; i < c->count; i++) {
		v = vrrp_router_find(r, c->instances[i].name);
		if (v != NULL) {
			if (vrrp_diff(&v->p, &c->instances[i]) ==
			    VRRP_DIFF_EQUAL)
				done->unchanged++;
			else
				done->changed++;
			list[n++] = v;
			continue;
		}
		f = get_iface(r, c->instances[i].interface);
		v = f == NULL ? NULL : vrrp_instance_new(&r->env, f,
		    &c->instances[i]);
		if (v == NULL) {
			log_err("instance=%s cannot be made: out of memory",
			    c->instances[i].name);
			error = -ENOMEM;
			continue;
		}
		done->added++;
		list[n++] = v;
	}
	done->added -= done->added < restarted ? done->added : restarted;
	free(r->instances);
	r->instances = list;
	r->instance_count = n;
	return error;
}

/*
 * What is declared is held whether or not an instance refers to it: whoever
 * checks it says so once, and an instance that comes later must know.
 */
static int
hold_trackers(struct vrrp_router *r, const struct vrrp_config *c)
{
	const struct vrrp_track_item **held, *it;
	unsigned i, count = 0;

	held = calloc(c->tracker_count + 1,
	    sizeof(const struct vrrp_track_item *));
	if (held == NULL)
		return -ENOMEM;
	for (i = 0; i < c->tracker_count; i++) {
		it = vrrp_track_get(r->env.track, c->trackers[i].kind,
		    c->trackers[i].name);
		if (it != NULL)
			held[count++] = it;
	}
	for (i = 0; i < r->held_count; i++)
		vrrp_track_put(r->env.track, r->held[i]);
	free(r->held);
	r->held = held;
	r->held_count = count;
	return count == c->tracker_count ? 0 : -ENOMEM;
}

/* Every member stands alone while instances come and go. */
static void
drop_groups(struct vrrp_router *r)
{
	unsigned i;

	for (i = 0; i < r->group_count; i++)
		vrrp_sync_free(r->groups[i]);
	free(r->groups);
	r->groups = NULL;
	r->group_count = 0;
}

static int
make_group(struct vrrp_router *r, const struct vrrp_config *c,
    const struct vrrp_group_params *g)
{
	struct vrrp_instance **members, *v;
	struct vrrp_sync *s;
	unsigned i, count = 0;

	members = calloc(g->count, sizeof(struct vrrp_instance *));
	if (members == NULL)
		return -ENOMEM;
	for (i = 0; i < g->count; i++) {
		v = vrrp_router_find(r, c->instances[g->members[i]].name);
		if (v != NULL)
			members[count++] = v;
	}
	s = vrrp_sync_new(r->loop, g->name, members, count);
	free(members);
	if (s == NULL)
		return -ENOMEM;
	r->groups[r->group_count++] = s;
	return 0;
}

static int
make_groups(struct vrrp_router *r, const struct vrrp_config *c)
{
	unsigned i;
	int error = 0;

	r->groups = calloc(c->group_count + 1, sizeof(struct vrrp_sync *));
	if (r->groups == NULL)
		return -ENOMEM;
	for (i = 0; i < c->group_count && error == 0; i++)
		error = make_group(r, c, &c->groups[i]);
	if (error < 0)
		log_err("a group cannot be made: %s", strerror(-error));
	return error;
}

/* Refreshing thousands of addresses would cost more than it is worth. */
static unsigned
lifetime_s(const struct vrrp_config *c)
{
	unsigned i, total = 0;

	for (i = 0; i < c->count; i++)
		total += c->instances[i].vip_count;
	return total <= LENT_MAX ? LIFETIME_S : 0;
}

int
vrrp_router_apply(struct vrrp_router *r, const struct vrrp_config *c,
    struct vrrp_applied *done)
{
	struct vrrp_instance **list;
	unsigned i;
	int error;

	memset(done, 0, sizeof(*done));
	list = calloc(c->count + 1, sizeof(struct vrrp_instance *));
	if (list == NULL)
		return -ENOMEM;
	if (c->router_id[0] != '\0')
		(void)snprintf(r->router_id, sizeof(r->router_id), "%s",
		    c->router_id);
	else if (gethostname(r->router_id, sizeof(r->router_id) - 1) == -1)
		r->router_id[0] = '\0';
	error = hold_trackers(r, c);
	if (r->notify != NULL)
		vrrp_notify_apply(r->notify, c);
	r->env.lifetime_s = lifetime_s(c);
	drop_groups(r);
	remove_old(r, c, done);
	for (i = 0; i < r->iface_count; i++)
		(void)vrrp_iface_update_primary(r->ifaces[i]);
	if (place(r, c, list, done) < 0)
		error = -ENOMEM;
	drop_unused_ifaces(r);
	for (i = 0; i < r->iface_count; i++)
		(void)vrrp_iface_update_primary(r->ifaces[i]);
	if (make_groups(r, c) < 0)
		error = -ENOMEM;
	if (!r->started)
		return error;
	for (i = 0; i < r->instance_count; i++) {
		const struct vrrp_params *p = find_params(c,
		    r->instances[i]->p.name);

		if (p != NULL && r->instances[i]->started &&
		    vrrp_diff(&r->instances[i]->p, p) != VRRP_DIFF_EQUAL)
			vrrp_instance_set(r->instances[i], p);
		if (!r->instances[i]->started)
			vrrp_instance_start(r->instances[i]);
	}
	for (i = 0; i < r->group_count; i++)
		vrrp_sync_settle(r->groups[i]);
	vrrp_router_retune(r);
	return error;
}

/* L-33: a few at a time. */
void
vrrp_router_refresh(struct vrrp_router *r)
{
	unsigned n = (r->instance_count + VRRP_REFRESH_SLOTS - 1) /
	    VRRP_REFRESH_SLOTS, i;

	for (i = 0; r->refresh_at == 0 && i < r->lingering_count; i++)
		vrrp_instance_refresh(r->lingering[i]);
	/* In fewer slots than there are: the others find nobody. */
	while (n-- > 0) {
		if (r->refresh_at < r->instance_count)
			vrrp_instance_refresh(r->instances[r->refresh_at]);
		r->refresh_at++;
	}
	if (r->refresh_at >= r->instance_count &&
	    r->refresh_at >= VRRP_REFRESH_SLOTS)
		r->refresh_at = 0;
}

/* --- life --- */

static void
instance_changed(struct vrrp_instance *v, void *arg)
{
	struct vrrp_router *r = arg;

	if (r->changed != NULL)
		r->changed(v, r->arg);
}

/* Deferred: where we are Active, for bfdd (L-20). */
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

static void
instance_moved(struct vrrp_instance *v, const struct vrrp_record *rec,
    void *arg)
{
	struct vrrp_router *r = arg;

	vrrp_notify_transition(r->notify, v, rec);
}

static void
instance_transition(struct vrrp_instance *v, const struct vrrp_record *rec,
    void *arg)
{
	struct vrrp_router *r = arg;

	(void)loop_defer(r->loop, tell_in_charge, r);
	if (r->transition != NULL)
		r->transition(v, rec, r->arg);
}

/*
 * Each device that is removed alone holds the kernel's lock for a grace period;
 * together they wait for one.  Those that are left, vrrp_vip_close() removes.
 */
static void
remove_devices(struct vrrp_router *r)
{
	const struct vrrp_instance *v;
	unsigned i, count = 0;
	int *list, error;

	list = calloc(r->instance_count + 1, sizeof(*list));
	if (list == NULL)
		return;
	for (i = 0; i < r->instance_count; i++) {
		v = r->instances[i];
		if (v->vips != NULL && vrrp_vip_device(v->vips)[0] != '\0')
			list[count++] = vrrp_vip_ifindex(v->vips);
	}
	error = count > 1 ? nl_link_del_many(r->nl, list, count) : 0;
	if (error < 0)
		log_info("devices are removed one by one: %s",
		    strerror(-error));
	free(list);
}

static void
router_free(struct vrrp_router *r)
{
	unsigned i;

	loop_defer_cancel(r->loop, follow_peers, r);
	loop_timer_free(r->peer_timer);
	drop_groups(r);
	while (r->lingering_count > 0)
		drop_lingering(r, 0);
	free(r->lingering);
	loop_defer_cancel(r->loop, settle_lingering, r);
	for (i = 0; i < r->instance_count; i++)
		vrrp_instance_free(r->instances[i]);
	loop_defer_cancel(r->loop, tell_in_charge, r);
	for (i = 0; i < r->iface_count; i++)
		vrrp_iface_free(r->ifaces[i]);
	free(r->orphans);
	free(r->instances);
	free(r->ifaces);
	for (i = 0; i < r->held_count; i++)
		vrrp_track_put(r->env.track, r->held[i]);
	free(r->held);
	vrrp_links_free(r->links);
	vrrp_track_free(r->env.track);
	vrrp_addrs_clear(&r->addrs);
	if (r->nl != NULL)
		nl_free(r->nl);
	vrrp_io_tx_close(r->tx);
	vrrp_filter_free(r->env.filter);
	free(r);
}

int
vrrp_router_open(struct loop *loop, struct vrrp_router **out)
{
	static const struct nl_handlers handlers = {
		.link = link_event,
		.addr = addr_event,
		.resync = resync_event,
		.synced = synced_event,
	};
	struct vrrp_router *r;
	int error;

	r = calloc(1, sizeof(*r));
	if (r == NULL)
		return -ENOMEM;
	r->loop = loop;
	r->peer_timer = loop_timer_new(loop, check_peers, r);
	r->env.filter = vrrp_filter_new();
	if (r->env.filter == NULL || r->peer_timer == NULL) {
		router_free(r);
		return -ENOMEM;
	}
	error = vrrp_io_tx_open(&r->tx);
	if (error == 0)
		error = nl_open(loop, &handlers, r, &r->nl);
	if (error == 0 &&
	    (r->env.track = vrrp_track_new(loop, r->nl)) == NULL)
		error = -ENOMEM;
	if (error == 0 &&
	    (r->links = vrrp_links_new(loop, r->env.track)) == NULL)
		error = -ENOMEM;
	if (error == 0)
		error = nl_read_all(r->nl);
	if (error < 0) {
		router_free(r);
		return error;
	}
	r->env = (struct vrrp_env){
		.loop = loop,
		.nl = r->nl,
		.tx = r->tx,
		.addrs = &r->addrs,
		.filter = r->env.filter,
		.track = r->env.track,
		.sync = &vrrp_sync_calls,
		.changed = instance_changed,
		.moved = instance_moved,
		.transition = instance_transition,
		.withdrawn = instance_withdrawn,
		.peers_changed = peers_changed,
		.arg = r,
	};
	*out = r;
	return 0;
}

/* Wills of instances that the configuration no longer has are void. */
static void
forget_handoff(struct vrrp_router *r)
{
	const struct vrrp_handoff *h = r->env.handoff;
	unsigned i;

	for (i = 0; h != NULL && i < h->count; i++)
		if (vrrp_router_find(r, h->list[i].name) == NULL)
			(void)vrrp_channel_send(r->env.channel,
			    VRRP_MSG_WILL_REVOKE, h->list[i].name,
			    strlen(h->list[i].name));
	r->env.handoff = NULL;
}

void
vrrp_router_hand_off(const struct vrrp_router *r, struct vrrp_handoff *h)
{
	const struct vrrp_instance *v;
	struct vrrp_handoff_entry *e;
	unsigned i;

	h->left = loop_clock();
	h->count = 0;
	for (i = 0; i < r->instance_count; i++) {
		v = r->instances[i];
		e = &h->list[h->count];
		*e = (struct vrrp_handoff_entry){ .flags =
		    (v->disabled ? VRRP_HANDOFF_DISABLED : 0) |
		    (v->handed_over ? VRRP_HANDOFF_GIVEN : 0) };
		memcpy(e->name, v->p.name, sizeof(e->name));
		if (v->core.state == VRRP_ACTIVE && v->holds &&
		    !vrrp_core_is_fenced(&v->core)) {
			e->flags |= VRRP_HANDOFF_ACTIVE;
			e->active_since = v->core.state_since;
		}
		if (e->flags != 0)
			h->count++;
	}
}

void
vrrp_router_start(struct vrrp_router *r)
{
	unsigned i;

	r->started = true;
	vrrp_router_remove_orphans(r);
	for (i = 0; i < r->instance_count; i++)
		vrrp_instance_start(r->instances[i]);
	for (i = 0; i < r->instance_count; i++)
		vrrp_instance_drop_kept(r->instances[i]);
	forget_handoff(r);
	vrrp_router_retune(r);
}

static void
resign_all(struct vrrp_router *r)
{
	unsigned i;

	r->started = false;
	drop_groups(r);
	for (i = 0; i < r->instance_count; i++)
		vrrp_instance_resign(r->instances[i], VRRP_CAUSE_SHUTDOWN);
}

void
vrrp_router_leave(struct vrrp_router *r, void (*left)(void *arg), void *arg)
{
	r->left = left;
	r->left_arg = arg;
	resign_all(r);
	settle_later(r);
}

void
vrrp_router_close(struct vrrp_router *r)
{
	unsigned i;

	if (r == NULL)
		return;
	r->left = NULL;
	loop_defer_cancel(r->loop, settle_addresses, r);
	resign_all(r);
	for (i = 0; i < r->instance_count; i++)
		vrrp_instance_withdraw(r->instances[i]);
	(void)nl_flush(r->nl, LEAVE_TIMEOUT_MS);
	vrrp_bfd_free(r->bfd, true);
	r->bfd = NULL;
	remove_devices(r);
	router_free(r);
}
