/*
 * vrrp_router.c - who is there, and who is told what.
 *
 * Interfaces are kept by the name in the configuration and matched to the
 * kernel's by netlink events: one that appears, vanishes, is renamed or comes
 * back with another index is found or lost, and its instances follow.
 *
 * Stalls.  The loop's sentinel tells when this process was not running.  Its
 * cadence follows the shortest advertisement interval of any instance: a
 * quarter of it, between 0.5 and 20 ms.  Each instance then grants the absence
 * to its peers (L-32).
 *
 * Exit.  First every advert of priority 0; each instance answers until it has
 * heard its successor, and when all have, vrrp_router_close() follows.  Removing
 * a device costs an RCU grace period with the kernel's one lock for network
 * configuration held, so that comes last (V-68), and vrrpd-net does it.
 */
#include "config.h"

#include "vrrpd/engine/vrrp_router.h"
#include "vrrpd/engine/vrrp_routing.h"

#include <errno.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "shared/log.h"
#include "shared/nl_batch.h"
#include "vrrpd/engine/vrrp_fallback.h"
#include "vrrpd/engine/vrrp_leaving.h"
#include "vrrpd/engine/vrrp_link.h"
#include "vrrpd/engine/vrrp_notify.h"
#include "vrrpd/engine/vrrp_regroup.h"
#include "vrrpd/engine/vrrp_sessions.h"
#include "vrrpd/engine/vrrp_standing.h"
#include "vrrpd/engine/vrrp_succession.h"
#include "vrrpd/engine/vrrp_sync.h"
#include "vrrpd/instance/vrrp_alert.h"
#include "vrrpd/instance/vrrp_errand.h"
#include "vrrpd/instance/vrrp_guard.h"
#include "vrrpd/instance/vrrp_hold.h"
#include "vrrpd/instance/vrrp_host.h"
#include "vrrpd/instance/vrrp_iface.h"
#include "vrrpd/instance/vrrp_machine.h"
#include "vrrpd/instance/vrrp_presence.h"
#include "vrrpd/instance/vrrp_routes.h"
#include "vrrpd/instance/vrrp_track.h"
#include "vrrpd/ipc/vrrp_channel.h"
#include "vrrpd/linux/vrrp_filter.h"
#include "vrrpd/linux/vrrp_strict.h"
#include "vrrpd/linux/vrrp_neigh.h"
#include "vrrpd/linux/vrrp_manners.h"
#include "vrrpd/linux/vrrp_paths.h"
#include "vrrpd/linux/vrrp_vmac.h"

#define CADENCE_MIN_NS	(500 * NS_PER_US)
#define CADENCE_MAX_NS	(20 * NS_PER_MS)
#define THRESHOLD_MIN_NS NS_PER_MS
#define LEAVE_TIMEOUT_MS 2000
#define REAPPLY_NS	NS_PER_S

/* --- instances that a reload had to postpone --- */

static void
reapply(void *arg)
{
	struct vrrp_router *r = arg;

	if (r->started && !vrrp_apply_poke(r) && r->postponed > 0 &&
	    r->reapply != NULL)
		r->reapply(r->reapply_arg);
}

static void
reapply_cb(mono_t deadline, void *arg)
{
	(void)deadline;
	reapply(arg);
}

/* Something has changed that an instance may have waited for. */
static void
reapply_later(struct vrrp_router *r)
{
	if (r->postponed > 0 || r->heir_count > 0)
		(void)loop_defer(r->loop, reapply, r);	/* or the timer */
}

/* --- netlink --- */

/* Unicast peers of all instances, where they are. */
static void
watch_neighbours(struct vrrp_router *r)
{
	const struct vrrp_instance *v;
	unsigned i, j;
	int error = 0;

	vrrp_neigh_begin(r->neigh);
	for (i = 0; i < r->instance_count; i++) {
		v = r->instances[i];
		for (j = 0; v->iface->exists && j < v->p.unicast_count; j++)
			if (vrrp_neigh_add(r->neigh, v->iface->link.ifindex,
			    &v->p.unicast_peers[j]) < 0)
				error = -ENOSPC;
	}
	vrrp_neigh_commit(r->neigh);
	if (error < 0)
		log_warning("unicast peers beyond %d: an advert to one of them "
		    "waits when its MAC is looked for", VRRP_NEIGH_MAX);
}

static void
iface_found(struct vrrp_router *r, struct vrrp_iface *f,
    const struct nl_link *link)
{
	unsigned i;

	vrrp_iface_found(f, link);
	vrrp_presence_look(f, r->tx);
	for (i = 0; i < r->instance_count; i++)
		if (r->instances[i]->iface == f)
			vrrp_instance_iface_found(r->instances[i]);
	if (r->started)
		watch_neighbours(r);
}

static void
iface_lost(struct vrrp_router *r, struct vrrp_iface *f)
{
	unsigned i;

	vrrp_iface_lost(f);
	vrrp_presence_look(f, r->tx);
	vrrp_leaving_iface_lost(r, f);
	vrrp_succession_iface_lost(r, f);
	for (i = 0; i < r->instance_count; i++)
		if (r->instances[i]->iface == f)
			vrrp_instance_iface_lost(r->instances[i]);
}

static void
iface_changed(struct vrrp_router *r, struct vrrp_iface *f,
    const struct nl_link *link)
{
	bool mac = memcmp(f->link.mac, link->mac, sizeof(link->mac)) != 0;
	bool vrf = nl_link_vrf(&f->link) != nl_link_vrf(link);
	bool port = f->link.master != link->master ||
	    f->link.no_arp != link->no_arp;
	unsigned i;

	f->link = *link;
	vrrp_presence_look(f, r->tx);
	for (i = 0; i < r->instance_count; i++) {
		if (r->instances[i]->iface != f)
			continue;
		if (mac)
			vrrp_instance_mac_changed(r->instances[i]);
		if (vrf)
			vrrp_instance_vrf_changed(r->instances[i]);
		/* No port of somebody's any more: the interface may bear it. */
		if (port)
			vrrp_instance_iface_found(r->instances[i]);
		vrrp_instance_reconsider(r->instances[i]);
	}
}

/* A device of ours is gone, down, or in another VRF than its interface. */
static void
device_changed(struct vrrp_router *r, const struct nl_link *link, bool gone)
{
	struct vrrp_instance *v;
	unsigned i;

	for (i = 0; i < r->instance_count; i++) {
		v = r->instances[i];
		if (v->vips != NULL && vrrp_vip_device(v->vips)[0] != '\0' &&
		    vrrp_vip_ifindex(v->vips) == link->ifindex) {
			if (!gone)
				vrrp_vmac_renamed(v->vips, link->name);
			if (!gone && link->admin_up && nl_link_vrf(link) ==
			    nl_link_vrf(&v->iface->link))
				return;
			vrrp_instance_device_gone(v);
			return;
		}
	}
}

/* Before the start: a device that an earlier run has left, maybe needed. */
static void
note_orphan(struct vrrp_router *r, const struct nl_link *link)
{
	struct nl_link *list;

	if (r->started || !vrrp_vmac_is_orphan(link))
		return;
	list = realloc(r->orphans, (r->orphan_count + 1) * sizeof(*list));
	if (list == NULL)
		return;
	r->orphans = list;
	r->orphans[r->orphan_count++] = *link;
}

static bool
is_orphan_of_ours(const struct vrrp_router *r, int ifindex)
{
	unsigned i;

	for (i = 0; i < r->orphan_count; i++)
		if (r->orphans[i].ifindex == ifindex)
			return true;
	return false;
}

/*
 * The interface that an IPv4 device is named for, or that a device of ours with
 * another name is on; 0: it is none.
 */
static int
interface_of(const struct nl_link *device)
{
	int vrid, parent;

	if (!device->is_macvlan)
		return 0;
	if (sscanf(device->name, "vr4-%d-%d", &vrid, &parent) == 2)
		return parent;
	return vrrp_vmac_is_marked(device) ? device->parent : 0;
}

/* By a device that stays, an instance's or another vrrpd's. */
static bool
is_interface_used(const struct vrrp_router *r, int interface)
{
	const struct nl_link *l = NULL;
	unsigned i;

	for (i = 0; i < r->iface_count; i++)
		if (r->ifaces[i]->manners.holders > 0 &&
		    r->ifaces[i]->link.ifindex == interface)
			return true;
	while ((l = nl_link_next_known(r->nl, l)) != NULL)
		if (interface_of(l) == interface &&
		    !is_orphan_of_ours(r, l->ifindex))
			return true;
	return false;
}

/* Settings of the interface that the run before had changed are put back. */
static void
restore_interface_of(const struct vrrp_router *r, const struct nl_link *orphan)
{
	int interface = interface_of(orphan);

	if (interface != 0 && !is_interface_used(r, interface))
		vrrp_manners_restore(interface,
		    vrrp_vmac_tag_of(orphan->name));
}

/* By now the instances have adopted the devices that they need. */
void
vrrp_router_remove_orphans(struct vrrp_router *r)
{
	struct vrrp_removal gone;
	const struct nl_link *o;
	unsigned i, j;

	for (i = 0; i < r->orphan_count; i++) {
		o = &r->orphans[i];
		for (j = 0; j < r->instance_count; j++)
			if (r->instances[j]->vips != NULL && vrrp_vip_ifindex(
			    r->instances[j]->vips) == o->ifindex)
				break;
		if (j < r->instance_count)
			continue;
		/* The device goes when vrrpd-net has removed the ones before. */
		(void)nl_addr_flush(r->nl, o->ifindex);
		restore_interface_of(r, o);
		gone = (struct vrrp_removal){ .ifindex = o->ifindex,
		    .tag = vrrp_vmac_tag_of(o->name) };
		memcpy(gone.name, o->name, sizeof(gone.name));
		vrrp_errands_remove(r->env.errands, &gone);
		log_notice("device=%s of an earlier run that nobody needs: "
		    "removed", o->name);
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
		vrrp_manners_pay(&f->manners);
		same_name = nl_link_is_called(link, f->name);
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
	vrrp_links_interface(r->links, link, gone);
	if (!gone)
		note_orphan(r, link);
	if (gone)
		vrrp_succession_device_gone(r, link->ifindex);
	if (r->started)
		device_changed(r, link, gone);
	for (i = 0; !gone && r->started && i < r->instance_count; i++)
		vrrp_instance_link_changed(r->instances[i], link);
	for (i = 0; i < r->instance_count; i++)
		vrrp_routes_device_event(r->instances[i], link);
	reapply_later(r);
}

/* An instance that has to leave has its source for the last time. */
static void
settle_iface(struct vrrp_router *r, struct vrrp_iface *f)
{
	unsigned i;

	f->addrs_changed = false;
	(void)vrrp_iface_update_primary(f);
	vrrp_presence_look(f, r->tx);
	for (i = 0; i < r->instance_count; i++)
		if (r->instances[i]->iface == f)
			vrrp_instance_primary_changed(r->instances[i]);
	vrrp_iface_forget_lost(f);
}

/*
 * After the events of the batch: when a primary address is deleted, the one
 * promoted in its place is the next event, and whoever takes all away at once to
 * give them again is seen to do so.
 */
static void
settle_addresses(void *arg)
{
	struct vrrp_router *r = arg;
	mono_t until = MONO_NEVER;
	unsigned i;

	nl_drain(r->nl);
	for (i = 0; i < r->iface_count; i++) {
		if (r->ifaces[i]->addrs_changed)
			settle_iface(r, r->ifaces[i]);
		until = mono_min(until, vrrp_iface_away_until(r->ifaces[i]));
	}
	loop_timer_set(r->away_timer, until);
	vrrp_sessions_follow_later(r);	/* sessions are of our primary address */
}

void
vrrp_router_settle_later(struct vrrp_router *r)
{
	if (loop_defer(r->loop, settle_addresses, r) < 0)
		settle_addresses(r);
}

/* A primary address that was away has not come back. */
static void
away_for_long(mono_t deadline, void *arg)
{
	struct vrrp_router *r = arg;
	unsigned i;

	(void)deadline;
	(void)loop_judge(r->loop);
	for (i = 0; i < r->iface_count; i++)
		if (!mono_is_never(vrrp_iface_away_until(r->ifaces[i])))
			r->ifaces[i]->addrs_changed = true;
	settle_addresses(r);
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
			vrrp_instance_address_went(r->instances[i], addr);
	for (i = 0; !gone && i < r->instance_count; i++)
		vrrp_instance_address_came(r->instances[i], addr);
	for (i = 0; i < r->instance_count; i++)
		vrrp_routes_link_event(r->instances[i], addr->ifindex);
	for (i = 0; i < r->iface_count; i++) {
		f = r->ifaces[i];
		if (!f->exists || f->link.ifindex != addr->ifindex ||
		    vrrp_iface_is_virtual(f, &addr->prefix.addr))
			continue;
		f->addrs_changed = true;
		vrrp_router_settle_later(r);
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
	vrrp_addrs_clear(&r->addrs);
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

		if (f->exists && (nl_link_known(r->nl, f->name, &link) < 0 ||
		    link.ifindex != f->link.ifindex))
			iface_lost(r, f);
		(void)vrrp_iface_update_primary(f);
		vrrp_presence_look(f, r->tx);
	}
	for (i = 0; i < r->instance_count; i++) {
		vrrp_instance_primary_changed(r->instances[i]);
		vrrp_instance_check_addresses(r->instances[i]);
	}
	settle_addresses(r);
	vrrp_track_look(r->env.track);
}

static bool
device_made(struct vrrp_instance *const *list, unsigned count,
    const struct vrrp_device_made *m)
{
	unsigned i;

	for (i = 0; i < count; i++)
		if (list[i]->making == m->number) {
			vrrp_instance_device_made(list[i], m);
			return true;
		}
	return false;
}

void
vrrp_router_device_made(struct vrrp_router *r,
    const struct vrrp_device_made *m)
{
	/* Events of this device come first, and may end an instance. */
	nl_drain(r->nl);
	if (vrrp_errands_made(r->env.errands, m) &&
	    !device_made(r->instances, r->instance_count, m) &&
	    !vrrp_succession_device_made(r, m))
		(void)device_made(r->lingering, r->lingering_count, m);
	/* A device that cannot be is wished again by the timer, not at once. */
	if (m->error == 0)
		reapply_later(r);
}

void
vrrp_router_devices_removed(struct vrrp_router *r,
    const struct vrrp_removal *list, unsigned n)
{
	unsigned i;

	vrrp_errands_removed(r->env.errands, list, n);
	/* Instances may have waited for a name that was taken. */
	for (i = 0; i < r->instance_count; i++)
		if (r->instances[i]->vips == NULL &&
		    r->instances[i]->iface->exists)
			vrrp_instance_iface_found(r->instances[i]);
	vrrp_succession_name_free(r);
	reapply_later(r);
}

void
vrrp_router_joined(struct vrrp_router *r, uint32_t number, int error)
{
	struct vrrp_iface *f = NULL;
	uint8_t family = 0;
	unsigned i;

	if (!vrrp_errands_joined(r->env.errands, number, error))
		return;
	for (i = 0; i < r->iface_count && family == 0; i++) {
		f = r->ifaces[i];
		family = vrrp_iface_joined(f, number, error);
	}
	for (i = 0; family != 0 && i < r->instance_count; i++)
		if (r->instances[i]->iface == f &&
		    r->instances[i]->p.family == family)
			vrrp_instance_reconsider(r->instances[i]);
	reapply_later(r);
}

static bool
steered(struct vrrp_instance *const *list, unsigned count, uint32_t number,
    int error)
{
	unsigned i;

	for (i = 0; i < count; i++)
		if (list[i]->steering == number) {
			vrrp_hold_steered(list[i], error);
			return true;
		}
	return false;
}

void
vrrp_router_steer_again(struct vrrp_router *r)
{
	unsigned i;

	for (i = 0; i < r->instance_count; i++)
		vrrp_hold_steer_again(r->instances[i]);
	for (i = 0; i < r->lingering_count; i++)
		vrrp_hold_steer_again(r->lingering[i]);
}

void
vrrp_router_steered(struct vrrp_router *r, uint32_t number, int error)
{
	if (!steered(r->instances, r->instance_count, number, error))
		(void)steered(r->lingering, r->lingering_count, number, error);
}

/* --- stalls --- */

static void
stalled(mono_t since, mono_t until, void *arg)
{
	struct vrrp_router *r = arg;
	int64_t ns = mono_sub(until, since);
	bool fenced = false;
	unsigned i;

	r->stalls++;
	for (i = 0; i < r->iface_count; i++)
		vrrp_presence_woke(r->ifaces[i], ns);
	if (ns > r->worst_stall_ns)
		r->worst_stall_ns = ns;
	for (i = 0; i < r->instance_count; i++)
		if (vrrp_machine_absent(r->instances[i], since, until,
		    vrrp_sessions_detection_ns(r, r->instances[i])))
			fenced = true;
	/* A router that has replaced us has said so meanwhile. */
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
	unsigned i;

	if (!r->started)
		return;
	watch_neighbours(r);
	for (i = 0; i < r->iface_count; i++)
		vrrp_presence_look(r->ifaces[i], r->tx);
	vrrp_sessions_follow(r);
	watch_stalls(r);
}

static void
applied(const struct vrrp_applied *sum, int error, void *arg)
{
	struct vrrp_router *r = arg;

	loop_timer_set(r->reapply_timer, r->postponed == 0 ? MONO_NEVER :
	    mono_add(loop_clock(), REAPPLY_NS));
	if (r->postponed == 0)
		vrrp_errands_purge(r->env.errands);
	vrrp_leaving_settle_later(r);
	if (error != -ECANCELED) {
		vrrp_router_retune(r);
		vrrp_router_check(r);
	}
	r->applied(sum, error, r->applied_arg);
}

int
vrrp_router_begin_apply(struct vrrp_router *r, const struct vrrp_config *c,
    vrrp_apply_done done, void *arg)
{
	int error;

	/* So that links which were made just before the reload are known. */
	if (r->started)
		nl_drain(r->nl);
	error = vrrp_apply_begin(r, c, applied, r);
	if (error == 0) {
		r->applied = done;
		r->applied_arg = arg;
	}
	return error;
}

struct result {
	struct vrrp_applied	*sum;
	int			 error;
};

static void
keep_result(const struct vrrp_applied *sum, int error, void *arg)
{
	struct result *result = arg;

	*result->sum = *sum;
	result->error = error;
}

int
vrrp_router_apply(struct vrrp_router *r, const struct vrrp_config *c,
    struct vrrp_applied *sum)
{
	static struct result result;	/* for the length of this call */
	int error = vrrp_router_begin_apply(r, c, keep_result, &result);

	if (error < 0)
		return error;
	result = (struct result){ sum, 0 };
	vrrp_apply_finish(r);
	return result.error;
}

/* --- life --- */

/*
 * No event tells of settings.  Each instance and interface looks at its own every few
 * seconds, with a dozen files to be read: a few of them in a turn, or a crowd would
 * keep the loop for milliseconds.
 */
#define HOST_SLOTS	(5 * VRRP_REFRESH_SLOTS)

static void
look_at_interface(struct vrrp_iface *f)
{
	const char *key = vrrp_manners_insist(&f->manners);

	if (key != NULL)
		log_warning("interface=%s somebody has changed %s, by which it "
		    "answers for virtual addresses: set anew", f->name, key);
}

static void
look_at_host(struct vrrp_router *r)
{
	unsigned most = r->instance_count > r->iface_count ?
	    r->instance_count : r->iface_count;
	unsigned i = most * r->host_slot / HOST_SLOTS;
	unsigned end = most * (r->host_slot + 1) / HOST_SLOTS;

	r->host_slot = (r->host_slot + 1) % HOST_SLOTS;
	for (; i < end; i++) {
		if (i < r->iface_count)
			look_at_interface(r->ifaces[i]);
		if (i >= r->instance_count || r->instances[i]->vips == NULL)
			continue;
		vrrp_host_look(r->instances[i]);
		vrrp_instance_look_at_settings(r->instances[i]);
	}
}

/* L-33: refresh a few instances at a time. */
void
vrrp_router_refresh(struct vrrp_router *r)
{
	unsigned n = (r->instance_count + VRRP_REFRESH_SLOTS - 1) /
	    VRRP_REFRESH_SLOTS, i;

	for (i = 0; r->refresh_at == 0 && i < r->lingering_count; i++)
		vrrp_hold_refresh(r->lingering[i]);
	if (r->refresh_at == 0 && r->env.strict != NULL)
		vrrp_strict_look(r->env.strict);
	for (i = 0; r->refresh_at == 0 && i < r->iface_count; i++)
		vrrp_manners_pay(&r->ifaces[i]->manners);
	/* With fewer instances than slots the last calls find nobody. */
	while (n-- > 0) {
		if (r->refresh_at < r->instance_count)
			vrrp_hold_refresh(r->instances[r->refresh_at]);
		r->refresh_at++;
	}
	if (r->refresh_at >= r->instance_count &&
	    r->refresh_at >= VRRP_REFRESH_SLOTS)
		r->refresh_at = 0;
	look_at_host(r);
}

static void
instance_changed(struct vrrp_instance *v, void *arg)
{
	struct vrrp_router *r = arg;

	(void)vrrp_standing_look(r->standing, v);
	if (r->changed != NULL)
		r->changed(v, r->arg);
}

static void
instance_moved(struct vrrp_instance *v, const struct vrrp_record *rec,
    void *arg)
{
	struct vrrp_router *r = arg;

	vrrp_notify_transition(r->notify, v, rec);
}

static void
instance_contested(struct vrrp_instance *v, void *arg)
{
	const struct vrrp_router *r = arg;

	vrrp_notify_contested(r->notify, v);
}

static void
instance_transition(struct vrrp_instance *v, const struct vrrp_record *rec,
    void *arg)
{
	struct vrrp_router *r = arg;

	vrrp_sessions_in_charge_later(r);
	if (r->transition != NULL)
		r->transition(v, rec, r->arg);
}

static void
router_free(struct vrrp_router *r)
{
	unsigned i;

	loop_defer_cancel(r->loop, reapply, r);
	vrrp_fallback_cancel(r);
	loop_timer_free(r->reapply_timer);
	vrrp_regroup_drop(r);
	vrrp_succession_free(r);
	vrrp_leaving_free(r);
	for (i = 0; i < r->instance_count; i++)
		vrrp_instance_free(r->instances[i]);
	vrrp_guards_free(r->env.guards);
	for (i = 0; i < r->iface_count; i++)
		vrrp_iface_free(r->ifaces[i]);
	vrrp_errands_free(r->env.errands);
	free(r->orphans);
	free(r->instances);
	free(r->ifaces);
	vrrp_routing_close(r);
	vrrp_paths_list_free(r->env.paths);
	vrrp_apply_drop_trackers(r);
	vrrp_sessions_free(r);
	loop_timer_free(r->away_timer);
	vrrp_track_free(r->env.track);
	vrrp_addrs_clear(&r->addrs);
	if (r->nl != NULL)
		nl_free(r->nl);
	vrrp_io_tx_close(r->tx);
	vrrp_neigh_close(r->neigh);
	vrrp_filter_free(r->env.filter);
	vrrp_strict_free(r->env.strict);
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
	r->loop = r->env.loop = loop;
	r->env.filter = vrrp_filter_new();
	r->env.strict = vrrp_strict_new();
	r->env.errands = vrrp_errands_new(&r->env);
	r->env.guards = vrrp_guards_new(&r->env);
	r->env.paths = vrrp_paths_list_new();
	r->reapply_timer = loop_timer_new(loop, reapply_cb, r);
	r->away_timer = loop_timer_new(loop, away_for_long, r);
	if (r->env.filter == NULL || r->env.errands == NULL ||
	    r->env.guards == NULL || r->env.paths == NULL ||
	    r->reapply_timer == NULL || r->away_timer == NULL) {
		router_free(r);
		return -ENOMEM;
	}
	error = vrrp_neigh_open(loop, &r->neigh);
	if (error < 0)
		log_warning("the kernel does not tell of neighbours: %s",
		    strerror(-error));
	error = vrrp_io_tx_open(&r->tx);
	if (error == 0)
		error = nl_open(loop, &handlers, r, &r->nl);
	if (error == 0 &&
	    (r->env.track = vrrp_track_new(loop, r->nl)) == NULL)
		error = -ENOMEM;
	if (error == 0)
		error = vrrp_sessions_open(r);
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
		.neigh = r->neigh,
		.addrs = &r->addrs,
		.filter = r->env.filter,
		.strict = r->env.strict,
		.errands = r->env.errands,
		.guards = r->env.guards,
		.track = r->env.track,
		.paths = r->env.paths,
		.sync = &vrrp_sync_calls,
		.changed = instance_changed,
		.moved = instance_moved,
		.contested = instance_contested,
		.transition = instance_transition,
		.withdrawn = vrrp_leaving_withdrawn,
		.gives_up = vrrp_fallback_asked,
		.peers_changed = vrrp_sessions_peers_changed,
		.arg = r,
	};
	vrrp_routing_open(r);
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
		if ((h->list[i].flags & (VRRP_HANDOFF_ACTIVE |
		    VRRP_HANDOFF_WILLED)) != 0 &&
		    vrrp_router_find(r, h->list[i].name) == NULL)
			(void)vrrp_channel_send(r->env.channel,
			    VRRP_MSG_WILL_REVOKE, h->list[i].name,
			    strlen(h->list[i].name));
	r->env.handoff = NULL;
}

/* A fenced Active may have been replaced: the next engine listens for it. */
static bool
goes_on(const struct vrrp_instance *v)
{
	return v->core.state == VRRP_ACTIVE && v->holds &&
	    !vrrp_core_is_fenced(&v->core);
}

/* L-19: of a group, all or nobody. */
static bool
may_hand_off(const struct vrrp_instance *v)
{
	unsigned i;

	for (i = 0; v->group != NULL && i < v->group->count; i++)
		if (!goes_on(v->group->members[i]))
			return false;
	return goes_on(v);
}

bool
vrrp_router_is_taking_over(const struct vrrp_router *r)
{
	const struct vrrp_core *core;
	unsigned i;

	for (i = 0; i < r->instance_count; i++) {
		core = &r->instances[i]->core;
		if (core->state == VRRP_BACKUP && core->active_down_is_skew)
			return true;
	}
	return false;
}

void
vrrp_router_hand_off(const struct vrrp_router *r, struct vrrp_handoff *h)
{
	const struct vrrp_instance *v;
	struct vrrp_handoff_entry *e;
	unsigned i;

	h->left = loop_clock();
	h->count = h->alarm_count = 0;
	for (i = 0; i < r->instance_count; i++) {
		v = r->instances[i];
		e = &h->list[h->count];
		*e = (struct vrrp_handoff_entry){ .flags = 0 };
		memcpy(e->name, v->p.name, sizeof(e->name));
		if (may_hand_off(v)) {
			e->flags |= VRRP_HANDOFF_ACTIVE;
			e->active_since = v->core.state_since;
		}
		if (!mono_is_never(v->core.lesser_since) &&
		    v->p.preempt_delay_ns > 0) {
			e->flags |= VRRP_HANDOFF_HOLD;
			e->lesser_since = v->core.lesser_since;
		}
		if (v->settled && v->p.startup_delay_ns > 0)
			e->flags |= VRRP_HANDOFF_SETTLED;
		if (v->p.virtual_mac_auto && !v->p.virtual_mac)
			e->flags |= VRRP_HANDOFF_WITHOUT;
		if (e->flags != 0)
			h->count++;
		vrrp_alert_hand_off(v, h);
	}
}

void
vrrp_router_start(struct vrrp_router *r)
{
	unsigned i;

	r->started = true;
	vrrp_router_remove_orphans(r);
	for (i = 0; i < r->iface_count; i++)
		vrrp_presence_look(r->ifaces[i], r->tx);
	for (i = 0; i < r->instance_count; i++)
		vrrp_instance_start(r->instances[i]);
	for (i = 0; i < r->instance_count; i++)
		vrrp_instance_drop_kept(r->instances[i]);
	vrrp_routing_clean(r);
	forget_handoff(r);
	vrrp_router_retune(r);
}

static void
resign_all(struct vrrp_router *r)
{
	unsigned i;

	r->started = false;
	vrrp_apply_cancel(r);
	vrrp_succession_free(r);
	vrrp_regroup_drop(r);
	for (i = 0; i < r->instance_count; i++)
		vrrp_instance_resign(r->instances[i], VRRP_CAUSE_SHUTDOWN);
}

void
vrrp_router_leave(struct vrrp_router *r, void (*left)(void *arg), void *arg)
{
	r->left = left;
	r->left_arg = arg;
	resign_all(r);
	vrrp_leaving_settle_later(r);
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
	vrrp_sessions_release(r);
	router_free(r);
}
