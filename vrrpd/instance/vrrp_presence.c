/*
 * vrrp_presence.c - a router on an interface says who it is.
 *
 * A kernel that has something to send to a neighbour which does not answer asks
 * for it once a second, three times, and drops all but the last packets meanwhile.
 * So an Active that sends by unicast to a router whose cable comes back may not be
 * heard for a second, which with short intervals is many times the
 * Active_Down_Interval: the returning router would be a second Active.
 *
 * Two things are done about it on the side of the router that returns.  It says
 * which MAC it has, which completes an entry that is being looked for (RFC 826;
 * RFC 4861 §7.2.5 and §7.2.6), again and again for a second, since a switch may not
 * let the first frames through.  And it concludes nothing from silence before the
 * peers can have found it by themselves, because a peer may be another program
 * behind a network that lost every one of those frames (vrrp_core_listen()).  The
 * first advert that does arrive ends the waiting.
 *
 * Multicast adverts need no neighbour, so nothing is said and nothing is waited for
 * where all are such; but where there is BFD, whose sessions come up the sooner.
 *
 * An owner's address is not announced here: hosts know it by the virtual MAC.
 *
 * Called by the engine for interfaces, by vrrp_machine.c for instances.  No state
 * of an instance is changed but through the core.
 */
#include "config.h"

#include <string.h>

#include "shared/devconf.h"
#include "shared/loop.h"
#include "vrrpd/instance/virtual_router.h"
#include "vrrpd/instance/vrrp_iface.h"
#include "vrrpd/instance/vrrp_presence.h"
#include "vrrpd/linux/vrrp_io.h"
#include "vrrpd/pure/vrrp_core.h"

/* A kernel asks once a second (retrans_time_ms), with timers that are coarse. */
#define FOUND_NS	(1200 * NS_PER_MS)
/* An entry may be on trial already when its router goes. */
#define FORGOTTEN_NS	NS_PER_S

/* Between one time that it is said and the next. */
static const int64_t pauses_ns[] = {
	20 * NS_PER_MS, 50 * NS_PER_MS, 130 * NS_PER_MS, 200 * NS_PER_MS,
	300 * NS_PER_MS, 300 * NS_PER_MS,
};
#define PAUSES	(sizeof(pauses_ns) / sizeof(pauses_ns[0]))

static void
say(struct vrrp_iface *f)
{
	struct vrrp_presence *p = &f->presence;
	int family;

	for (family = 0; family < 2; family++)
		if (p->len[family] > 0)
			(void)vrrp_io_send(p->tx, f->link.ifindex,
			    p->frame[family], p->len[family]);
	if (p->said < PAUSES)
		loop_timer_set(p->timer, mono_add(loop_clock(),
		    pauses_ns[p->said]));
	p->said++;
}

static void
say_cb(mono_t deadline, void *arg)
{
	(void)deadline;
	say(arg);
}

static bool
has_address(const struct vrrp_params *p, const struct addr *addr)
{
	unsigned i;

	for (i = 0; i < vrrp_params_addresses(p); i++)
		if (addr_equal(&p->vips[i].prefix.addr, addr))
			return true;
	return false;
}

/* Somebody sends to this router's primary address, which is its own. */
static bool
is_wanted(const struct vrrp_iface *f, int family)
{
	const struct vrrp_params *p;
	bool wanted = false;
	unsigned vrid;

	for (vrid = 1; vrid < 256; vrid++) {
		if (f->table[family][vrid] == NULL)
			continue;
		p = &f->table[family][vrid]->p;
		if (has_address(p, &f->primary[family]))
			return false;
		if (p->unicast_count > 0 || p->bfd_count > 0 ||
		    p->has_bfd_auto)
			wanted = true;
	}
	return wanted;
}

static bool
is_there(const struct vrrp_iface *f, int family)
{
	uint8_t af = family == 1 ? AF_INET6 : AF_INET;

	return f->exists && f->io != NULL && f->link.has_mac &&
	    f->link.admin_up && f->link.running &&
	    vrrp_iface_has_primary(f, af) && !vrrp_iface_is_away(f, af);
}

static void
build(struct vrrp_iface *f, int family)
{
	struct vrrp_presence *p = &f->presence;
	const struct addr *primary = &f->primary[family];
	int router = 1;

	if (family == 1 && devconf_get(AF_INET6, f->name, "forwarding",
	    &router) < 0)
		router = 1;
	p->len[family] = vrrp_announce_build(primary, primary, f->link.mac,
	    router, p->frame[family], sizeof(p->frame[family]));
}

/* True: this router must be told of, or be told of anew. */
static bool
look_at(struct vrrp_iface *f, int family)
{
	struct vrrp_presence *p = &f->presence;
	const struct addr *primary = &f->primary[family];
	bool was_there = p->there[family], was_wanted = p->wanted[family];
	bool same = addr_equal(primary, &p->primary[family]) &&
	    memcmp(p->mac, f->link.mac, sizeof(p->mac)) == 0;

	p->there[family] = is_there(f, family);
	p->wanted[family] = p->there[family] && is_wanted(f, family);
	if (!p->there[family]) {
		p->len[family] = 0;
		return false;
	}
	p->primary[family] = *primary;
	if (!was_there || !same)
		p->since[family] = loop_clock();
	if (!p->wanted[family]) {
		p->len[family] = 0;
		return false;
	}
	if (was_there && was_wanted && same)
		return false;
	build(f, family);
	return true;
}

void
vrrp_presence_look(struct vrrp_iface *f, struct vrrp_io_tx *tx)
{
	struct vrrp_presence *p = &f->presence;
	bool v4, v6;

	if (p->timer == NULL)
		p->timer = loop_timer_new(f->loop, say_cb, f);
	if (p->timer == NULL)
		return;				/* out of memory: the next time */
	p->tx = tx;
	v4 = look_at(f, 0);
	v6 = look_at(f, 1);
	memcpy(p->mac, f->link.mac, sizeof(p->mac));
	if (v4 || v6) {
		p->said = 0;
		say(f);
	} else if (p->len[0] == 0 && p->len[1] == 0)
		loop_timer_set(p->timer, MONO_NEVER);
}

void
vrrp_presence_woke(struct vrrp_iface *f, int64_t absent_ns)
{
	struct vrrp_presence *p = &f->presence;

	if (absent_ns < FORGOTTEN_NS || (p->len[0] == 0 && p->len[1] == 0))
		return;
	p->said = 0;
	say(f);
}

/*
 * Until a peer has found this router and an advert is there.  Skew_Time as ever: of
 * several that come up at the same time the best one goes first.
 */
static mono_t
found_at(const struct vrrp_instance *v, mono_t since)
{
	return mono_add(since, FOUND_NS + ns_from_cs(v->p.advert_int_cs) +
	    v->core.skew_time_ns);
}

void
vrrp_presence_listen(struct vrrp_instance *v)
{
	const struct vrrp_presence *p = &v->iface->presence;

	if (v->p.unicast_count > 0)
		vrrp_core_listen(&v->core, found_at(v,
		    p->since[v->p.family == AF_INET6]));
}

void
vrrp_presence_listen_again(struct vrrp_instance *v, mono_t until,
    int64_t absent_ns)
{
	if (v->p.unicast_count == 0 || absent_ns < FORGOTTEN_NS)
		return;
	vrrp_core_listen(&v->core, v->core.state == VRRP_ACTIVE ?
	    mono_add(until, FOUND_NS) : found_at(v, until));
}
