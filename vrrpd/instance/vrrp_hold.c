/*
 * vrrp_hold.c - the addresses of an instance: made ready, taken, lent, given up.
 *
 * Whatever could take long or fail is done while the instance is Backup: the
 * device, both netlink batches, the filter of `accept = no`, the socket of
 * unicast peers, the frames.  Taking the addresses and giving them up is one
 * batch each.  The kernel answers a batch later, from the loop: that goes to
 * `answered`, a callback of the instance; vrrp_hold_answered() says which it was.
 *
 * A reload that changes the addresses, or what else is prepared, of a running
 * instance ends in vrrp_hold_change().  Before anything is sent all of the new is
 * prepared, so that what cannot be leaves everything as it was.
 *
 * The device is made by vrrpd-net while the engine runs (vrrp_errand.h): open asks
 * for it, and made goes on from there.
 *
 * Nothing here knows a state of the virtual router or decides anything.  What
 * fails is returned, with `retry_reason` in words for a user, or left in
 * `batch_error`; trying again is for the caller.
 *
 * The monitor's will follows the addresses (vrrp_bequest.h).
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "shared/devconf.h"
#include "shared/log.h"
#include "shared/loop.h"
#include "shared/nl_batch.h"
#include "vrrpd/config/vrrp_diff.h"
#include "vrrpd/instance/vrrp_able.h"
#include "vrrpd/instance/vrrp_bequest.h"
#include "vrrpd/instance/vrrp_env.h"
#include "vrrpd/instance/vrrp_errand.h"
#include "vrrpd/instance/vrrp_frames.h"
#include "vrrpd/instance/vrrp_guard.h"
#include "vrrpd/instance/vrrp_history.h"
#include "vrrpd/instance/vrrp_hold.h"
#include "vrrpd/instance/vrrp_iface.h"
#include "vrrpd/instance/vrrp_leftover.h"
#include "vrrpd/instance/vrrp_routes.h"
#include "vrrpd/linux/vrrp_filter.h"
#include "vrrpd/linux/vrrp_io.h"
#include "vrrpd/linux/vrrp_manners.h"
#include "vrrpd/linux/vrrp_strict.h"
#include "vrrpd/linux/vrrp_vip.h"
#include "vrrpd/linux/vrrp_vmac.h"

#define STEERING_PATIENCE_NS	(2 * NS_PER_S)

/* --- ready to take over --- */

/* An address of the interface itself, which is in the network of this one. */
static bool
is_neighbour(const struct vrrp_instance *v, const struct nl_addr *a,
    const struct addr_prefix *prefix)
{
	return a->prefix.len <= prefix->len &&
	    addr_in_prefix(&prefix->addr, &a->prefix) &&
	    !vrrp_iface_is_virtual(v->iface, &a->prefix.addr);
}

static bool
on_link(int ifindex, const struct addr_prefix *prefix, void *arg)
{
	const struct vrrp_instance *v = arg;
	const struct nl_addr *a = NULL;

	while ((a = vrrp_addrs_next(v->env->addrs, ifindex, a)) != NULL)
		if (is_neighbour(v, a, prefix))
			return true;
	return false;
}

/* Put on that interface, it would be a secondary there. */
static bool
secondary(int ifindex, const struct addr_prefix *prefix, void *arg)
{
	const struct vrrp_instance *v = arg;
	const struct nl_addr *a = NULL;

	while (prefix->addr.family == AF_INET &&
	    (a = vrrp_addrs_next(v->env->addrs, ifindex, a)) != NULL)
		if (a->prefix.len == prefix->len && is_neighbour(v, a, prefix))
			return true;
	return false;
}

static bool
open_unicast(struct vrrp_instance *v)
{
	int error;

	if (v->p.unicast_count == 0 || v->iface->io == NULL ||
	    !addr_is_set(vrrp_iface_primary_of(v)))
		return true;
	error = vrrp_io_open_unicast(v->iface->io, vrrp_iface_primary_of(v));
	if (error < 0)
		(void)snprintf(v->retry_reason, sizeof(v->retry_reason),
		    "cannot send to unicast peers: %s", strerror(-error));
	return error == 0;
}

static bool
is_owner(const struct vrrp_params *p)
{
	return p->priority == VRRP_PRIORITY_OWNER;
}

/* V-104: the owner takes what is sent to its address, whatever is wished. */
static bool
wants_filter(const struct vrrp_params *p)
{
	return !p->accept && !is_owner(p);
}

static bool
filter_works(struct vrrp_instance *v, int error)
{
	if (error < 0)
		(void)snprintf(v->retry_reason, sizeof(v->retry_reason),
		    "accept = no needs nf_tables of Linux 5.12: %s",
		    strerror(-error));
	return error == 0;
}

static bool
open_filter(struct vrrp_instance *v)
{
	if (!v->filtered && wants_filter(&v->p))
		v->filtered = filter_works(v, vrrp_filter_add(v->env->filter,
		    &v->p));
	return v->filtered || !wants_filter(&v->p);
}

/* The kernel's own word for it, as far as we have heard. */
static bool
is_secondary(int ifindex, const struct addr_prefix *prefix, void *arg)
{
	const struct vrrp_instance *v = arg;
	const struct nl_addr *a = vrrp_addrs_find(v->env->addrs, ifindex,
	    prefix);

	return a != NULL && a->secondary;
}

static bool
is_ours(const struct vrrp_instance *v, const struct nl_addr *a)
{
	const struct vrrp_vip_address *mine = vrrp_vip_addresses(v->vips);
	unsigned i;

	for (i = 0; i < vrrp_params_addresses(&v->p); i++)
		if (mine[i].ifindex == a->ifindex &&
		    addr_equal(&mine[i].prefix.addr, &a->prefix.addr))
			return true;
	return false;
}

static const struct nl_addr *
next_address(int ifindex, const struct nl_addr *after, void *arg)
{
	const struct vrrp_instance *v = arg;

	return vrrp_addrs_next(v->env->addrs, ifindex, after);
}

/* Seconds of a lifetime that is running, so much later. */
static uint32_t
rest_of(uint32_t seconds, int64_t later_ns)
{
	int64_t later = later_ns / NS_PER_S;

	if (seconds == NL_ADDR_FOR_GOOD)
		return seconds;
	return later < seconds ? (uint32_t)(seconds - later) : 0;
}

/* Of another instance here that has given it up, and nobody else's. */
static bool
is_given_up(const struct vrrp_instance *v, const struct nl_addr *a)
{
	const struct vrrp_instance *other;
	bool given_up = false;
	unsigned at, i;

	for (at = 0; at < 2 * 256; at++) {
		other = v->iface->table[at / 256][at % 256];
		if (other == NULL || other == v)
			continue;
		for (i = 0; i < vrrp_params_addresses(&other->p); i++) {
			if (!addr_equal(&other->p.vips[i].prefix.addr,
			    &a->prefix.addr))
				continue;
			if (other->holds)
				return false;
			given_up = true;
		}
	}
	return given_up;
}

/* Others that the kernel would delete with this one, as far as we have heard. */
static bool
kin(int ifindex, const struct addr_prefix *prefix, unsigned n,
    struct nl_addr *out, void *arg)
{
	const struct vrrp_instance *v = arg;
	const struct vrrp_addrs *as = v->env->addrs;
	const struct nl_addr *ours = vrrp_addrs_find(as, ifindex, prefix);
	const struct nl_addr *a = NULL;
	int64_t later_ns;

	if (ours == NULL || ours->secondary)
		return false;
	while ((a = vrrp_addrs_next(as, ifindex, a)) != NULL) {
		if (!a->secondary || a->prefix.len != prefix->len ||
		    !addr_in_prefix(&a->prefix.addr, prefix) || is_ours(v, a) ||
		    is_given_up(v, a))
			continue;
		if (n-- > 0)
			continue;
		*out = *a;
		later_ns = mono_sub(loop_clock(), a->told);
		out->preferred_s = rest_of(a->preferred_s, later_ns);
		out->valid_s = rest_of(a->valid_s, later_ns);
		if (out->valid_s == 0)	/* about to go by itself */
			out->valid_s = 1;
		return true;
	}
	return false;
}

/* The answer goes to vrrp_hold_steered(). */
static bool
have_steered(const uint8_t *netlink, size_t len, void *arg)
{
	struct vrrp_instance *v = arg;

	v->steering = v->env->errands == NULL ? 0 :
	    vrrp_errands_steer(v->env->errands, netlink, len);
	v->steering_since = loop_clock();
	return v->steering != 0;
}

/*
 * How long the addresses are lent is decided anew when they are taken: what was
 * lent, and is not refreshed any more, would be gone in no time.
 */
static struct vrrp_vip_questions
questions(struct vrrp_instance *v)
{
	if (!v->holds)
		v->lifetime_s = v->env->lifetime_s;
	return (struct vrrp_vip_questions){
		.on_link = on_link,
		.owned = vrrp_able_owns,
		.arg = v,
		.secondary = secondary,
		.lifetime_s = v->lifetime_s,
		.is_secondary = is_secondary,
		.next = next_address,
		.kin = kin,
		.steers = v->steers,
		.gateway = v->gateway,
		.steer = have_steered,
	};
}

/* The interface does not answer ARP for what is on the device. */
static bool
have_manners(struct vrrp_instance *v)
{
	int error = v->mannerly ? 0 : vrrp_manners_hold(&v->iface->manners,
	    v->iface->link.ifindex);

	if (error < 0)
		(void)snprintf(v->retry_reason, sizeof(v->retry_reason),
		    "cannot set arp_ignore of %s: %s", v->iface->name,
		    strerror(-error));
	v->mannerly = error == 0;
	return v->mannerly;
}

/*
 * Addresses of the other family have come to a device that was made for one.  The
 * kernel's lock is taken, as by the addresses themselves.
 */
static bool
suits_both(struct vrrp_instance *v)
{
	if (!v->p.virtual_mac)
		return true;
	if (vrrp_vmac_settle(v->vips, v->retry_reason,
	    sizeof(v->retry_reason)) < 0)
		return false;
	if (!v->mannerly && vrrp_params_has_family(&v->p, AF_INET)) {
		if (!have_manners(v))
			return false;
		vrrp_manners_note(&v->iface->manners, v->vips);
	}
	return true;
}

static bool
complete(struct vrrp_instance *v)
{
	if (!open_unicast(v) || !open_filter(v))
		return false;
	vrrp_frames_build_announcements(v);
	vrrp_bequest_build_adverts(v);
	vrrp_guard_follow(v);
	return vrrp_routes_prepare(v);
}

/* Everything a takeover needs. Returns false with `retry_reason` set. */
bool
vrrp_hold_prepare(struct vrrp_instance *v)
{
	const struct vrrp_vip_questions q = questions(v);

	if (v->vips == NULL)
		return false;
	return vrrp_vip_prepare(v->vips, &q, v->retry_reason) == 0 &&
	    complete(v);
}

/* --- take, lend, give up --- */

static void
batch_sent(struct vrrp_instance *v, bool install, struct vrrp_record *r)
{
	unsigned at;

	if (v->batch_count == VRRP_BATCHES_MAX) {
		/* The kernel has not answered 16 times: forget the oldest. */
		v->batch_first = (v->batch_first + 1) % VRRP_BATCHES_MAX;
		v->batch_count--;
	}
	at = (v->batch_first + v->batch_count++) % VRRP_BATCHES_MAX;
	v->batches[at].install = install;
	v->batches[at].record = UINT64_MAX;
	if (r != NULL) {
		v->batches[at].record = vrrp_history_number(v, r);
		r->awaits_ack = true;
	}
}

bool
vrrp_hold_answered(struct vrrp_instance *v, bool *install,
    struct vrrp_record **r)
{
	uint64_t number;

	if (v->batch_count == 0)
		return false;
	*install = v->batches[v->batch_first].install;
	if (!*install && !v->holds)
		vrrp_guard_idle(v);
	number = v->batches[v->batch_first].record;
	v->batch_first = (v->batch_first + 1) % VRRP_BATCHES_MAX;
	v->batch_count--;
	*r = NULL;
	if (number != UINT64_MAX &&
	    v->history_count - number <= VRRP_HISTORY_MAX) {
		*r = vrrp_history_at(v, number);
		(*r)->step[VRRP_STEP_ACKNOWLEDGED] = loop_clock();
		(*r)->awaits_ack = false;
	}
	return true;
}

/*
 * V-84.  An owner does not take over in a hurry, so this may wait for the
 * kernel.  Hosts that are told the interface's MAC reach it all the same.
 */
static void
own_arp(struct vrrp_instance *v, bool own)
{
	int error;

	if (v->owning == own || v->p.priority != VRRP_PRIORITY_OWNER ||
	    !v->p.virtual_mac || v->p.family != AF_INET)
		return;
	v->owning = own;
	if (!own) {
		vrrp_filter_disown(v->env->filter, &v->p);
		return;
	}
	error = vrrp_filter_own(v->env->filter, &v->p);
	if (error == 0)
		return;
	v->owning = false;
	log_warning("instance=%s ARP for its addresses tells the MAC address of "
	    "%s: nf_tables: %s", v->p.name, v->iface->name, strerror(-error));
}

static void
install(struct vrrp_instance *v, struct vrrp_record *r, bool quietly)
{
	int error;

	own_arp(v, true);
	v->holds = true;
	vrrp_bequest_later(v);
	error = quietly ? vrrp_vip_install_quietly(v->vips, v->answered, v) :
	    vrrp_vip_install(v->vips, v->answered, v);
	if (error == 0)
		batch_sent(v, true, r);
	else if (error != -ENODATA)
		v->batch_error = -error;
	vrrp_routes_put(v);
}

void
vrrp_hold_install(struct vrrp_instance *v, struct vrrp_record *r, bool quietly)
{
	if (v->vips == NULL)
		return;
	install(v, r, quietly);
	if (r != NULL)
		r->step[VRRP_STEP_ADDRESSES_SET] = loop_clock();
}

static bool
is_strict(const struct vrrp_instance *v, uint8_t family)
{
	return vrrp_params_has_family(&v->p, family) &&
	    vrrp_strict_is(v->env->strict, family);
}

/*
 * Does the host want the way back to lead through the device?  ARP asks for it in
 * IPv4 (all.arp_filter), a firewall in either family, and of those further away too.
 */
static bool
host_steers(struct vrrp_instance *v)
{
	bool strict = is_strict(v, AF_INET) || is_strict(v, AF_INET6);
	int value = 0;

	memset(&v->gateway, 0, sizeof(v->gateway));
	if (!v->p.virtual_mac)
		return false;
	if (strict)
		(void)nl_default_gateway(v->env->nl, v->p.family,
		    v->iface->link.ifindex, &v->gateway);
	else if (vrrp_params_has_family(&v->p, AF_INET))
		(void)devconf_get(AF_INET, "all", "arp_filter", &value);
	return strict || value != 0;
}

void
vrrp_hold_steer(struct vrrp_instance *v)
{
	struct vrrp_vip_questions q;

	v->steers = host_steers(v);
	if (v->vips == NULL)
		return;
	if (mono_sub(loop_clock(), v->steering_since) >= STEERING_PATIENCE_NS)
		vrrp_hold_steer_again(v);
	if (!v->holds || v->core.state != VRRP_ACTIVE)
		return;
	q = questions(v);
	vrrp_vip_steer(v->vips, &q);
}

void
vrrp_hold_steer_again(struct vrrp_instance *v)
{
	if (v->steering != 0 && v->vips != NULL)
		vrrp_vip_steer_again(v->vips);
}

void
vrrp_hold_steered(struct vrrp_instance *v, int error)
{
	v->steering = 0;
	if (v->vips != NULL)
		vrrp_vip_steered(v->vips, error);
}

bool
vrrp_hold_is_refused(const struct vrrp_instance *v)
{
	int error = v->batch_error;

	if (error == 0 && v->batch_count > 0)
		error = nl_batch_refused(v->env->nl, v);
	return error != 0 && error != ENODEV;
}

/* A refusal is not acted upon: an address that is missing has its own event. */
static void
refreshed(int error, unsigned failed_at, void *arg)
{
	struct vrrp_instance *v = arg;

	(void)error;
	(void)failed_at;
	v->refreshing = false;
}

void
vrrp_hold_refresh(struct vrrp_instance *v)
{
	const uint8_t *bytes;
	size_t len;

	/* Fenced: that they expire would be right. */
	if (!v->holds || v->vips == NULL || v->refreshing ||
	    vrrp_core_is_fenced(&v->core))
		return;
	bytes = vrrp_vip_renewal(v->vips, &len);
	if (v->env->errands != NULL &&
	    vrrp_errands_renew(v->env->errands, bytes, len))
		return;
	v->refreshing = vrrp_vip_refresh(v->vips, refreshed, v) == 0;
}

bool
vrrp_hold_stands_before(struct vrrp_instance *v, const struct nl_addr *other)
{
	const struct vrrp_vip_address *a;
	struct nl_addr found;
	unsigned i;

	if (v->vips == NULL || !v->holds || !other->secondary)
		return false;
	a = vrrp_vip_addresses(v->vips);
	for (i = 0; i < vrrp_params_addresses(&v->p); i++)
		if (!a[i].owned && a[i].ifindex == other->ifindex &&
		    a[i].prefix.len == other->prefix.len &&
		    addr_in_prefix(&other->prefix.addr, &a[i].prefix) &&
		    kin(a[i].ifindex, &a[i].prefix, 0, &found, v))
			return !vrrp_iface_is_virtual(v->iface,
			    &other->prefix.addr);
	return false;
}

bool
vrrp_hold_is_beside(const struct vrrp_instance *v, const struct nl_addr *other)
{
	const struct vrrp_vip_address *a;
	unsigned i;

	if (v->vips == NULL || other->ifindex == v->iface->link.ifindex ||
	    other->ifindex == vrrp_vip_ifindex(v->vips) || is_ours(v, other))
		return false;
	a = vrrp_vip_addresses(v->vips);
	for (i = 0; i < vrrp_params_addresses(&v->p); i++)
		if (!a[i].owned && a[i].ifindex == other->ifindex &&
		    addr_in_prefix(&a[i].prefix.addr, &other->prefix))
			return true;
	return false;
}

/* Behind whatever would go with ours, addresses of other instances as well. */
static bool
step_back(struct vrrp_instance *v)
{
	const struct vrrp_vip_questions q = questions(v);

	return v->vips != NULL && v->holds &&
	    vrrp_vip_step_back(v->vips, &q) == 0;
}

/*
 * Instances whose addresses are of one network stand before each other all the time:
 * none of them gives way before it leaves.
 */
static bool
is_before_the_host(struct vrrp_instance *v)
{
	const struct vrrp_vip_address *a;
	struct nl_addr found;
	unsigned i, n;

	if (v->vips == NULL || !v->holds)
		return false;
	a = vrrp_vip_addresses(v->vips);
	for (i = 0; i < vrrp_params_addresses(&v->p); i++)
		for (n = 0; !a[i].owned && kin(a[i].ifindex, &a[i].prefix, n,
		    &found, v); n++)
			if (!vrrp_iface_is_virtual(v->iface,
			    &found.prefix.addr))
				return true;
	return false;
}

void
vrrp_hold_step_back(struct vrrp_instance *v)
{
	if (!is_before_the_host(v) || !step_back(v))
		return;
	log_notice("instance=%s its addresses stood before the host's own on %s, "
	    "which would have gone with them: put behind", v->p.name,
	    v->iface->name);
}

void
vrrp_hold_withdraw(struct vrrp_instance *v, struct vrrp_record *r)
{
	int error;

	(void)step_back(v);
	loop_timer_set(v->announce_timer, MONO_NEVER);
	v->announce_left = 0;
	own_arp(v, false);
	v->holds = false;
	vrrp_bequest_later(v);
	if (v->vips == NULL)
		return;
	vrrp_guard_end(v);
	vrrp_routes_withdraw(v);
	error = vrrp_vip_withdraw(v->vips, v->answered, v);
	if (error == 0)
		batch_sent(v, false, r);
	else if (error != -ENODATA)
		log_err("instance=%s cannot withdraw its addresses: %s",
		    v->p.name, strerror(-error));
}

void
vrrp_hold_disown(struct vrrp_instance *v)
{
	own_arp(v, false);
}

void
vrrp_hold_hush(struct vrrp_instance *v)
{
	if (v->vips == NULL)
		return;
	/* The kernel's lock may keep us here for longer than the tail. */
	vrrp_guard_end(v);
	(void)vrrp_vip_hush(v->vips);
}

void
vrrp_hold_keep_ways(struct vrrp_instance *v)
{
	const struct vrrp_vip_questions q = questions(v);

	if (v->vips != NULL && v->holds)
		vrrp_vip_keep_ways(v->vips, &q);
}

/* --- other values --- */

/* Before the addresses are anywhere; of those that stay nothing changes. */
static bool
filter_next(struct vrrp_instance *v, const struct vrrp_params *p)
{
	if (!v->filtered)
		return true;			/* open_filter() follows */
	if (wants_filter(p))
		return filter_works(v, vrrp_filter_widen(v->env->filter,
		    &v->p, p));
	vrrp_filter_remove(v->env->filter, &v->p);
	v->filtered = false;
	return true;
}

static bool
prepare_change(struct vrrp_instance *v)
{
	const struct vrrp_vip_questions q = questions(v);

	return v->vips == NULL || (vrrp_vip_change(v->vips, &q,
	    v->retry_reason) == 0 && suits_both(v) && complete(v));
}

static void
follow(struct vrrp_instance *v)
{
	int error;

	if (v->vips == NULL || !v->holds)
		return;
	own_arp(v, true);
	vrrp_bequest_later(v);
	error = vrrp_vip_follow(v->vips, v->followed, v);
	if (error < 0 && error != -ENODATA)
		v->followed(-error, 0, v);
	vrrp_routes_follow(v);
}

/* Back to what was in force; nothing has reached the addresses yet. */
static void
restore(struct vrrp_instance *v, const struct vrrp_params *was)
{
	static struct vrrp_params next;	/* too large for the locked stack */
	char reason[VRRP_VIP_REASON_MAX];

	next = v->p;
	memcpy(reason, v->retry_reason, sizeof(reason));
	v->p = *was;
	if (v->filtered)
		vrrp_filter_narrow(v->env->filter, &v->p, &next);
	if (v->vips != NULL) {
		const struct vrrp_vip_questions q = questions(v);

		(void)vrrp_vip_change(v->vips, &q, v->retry_reason);
		(void)complete(v);
	}
	own_arp(v, v->holds);
	memcpy(v->retry_reason, reason, sizeof(reason));
}

/* More differs than what the state machine and the frames are told anyway. */
static bool
concerns_us(const struct vrrp_params *a, const struct vrrp_params *b)
{
	return is_owner(a) != is_owner(b) || vrrp_diff_in(a, b, "accept") ||
	    vrrp_diff_in(a, b, "virtual_addresses") ||
	    vrrp_diff_in(a, b, "other_addresses") ||
	    vrrp_diff_in(a, b, "unicast_peers");
}

static bool
make_room(struct vrrp_instance *v, const struct vrrp_params *p)
{
	if (vrrp_frames_make_room(v, p))
		return true;
	(void)snprintf(v->retry_reason, sizeof(v->retry_reason),
	    "out of memory");
	if (v->vips != NULL)
		vrrp_frames_build_announcements(v);
	return false;
}

bool
vrrp_hold_change(struct vrrp_instance *v, const struct vrrp_params *p)
{
	static struct vrrp_params was;	/* too large for the locked stack */
	int routes;

	was = v->p;
	if (!concerns_us(&was, p)) {
		if (p->also_version_2 && !was.also_version_2 &&
		    !make_room(v, p))
			return false;
		vrrp_diff_apply(&v->p, p);
		vrrp_guard_follow(v);
		routes = vrrp_routes_change(v, &was);
		if (routes > 0 && v->holds)
			vrrp_bequest_later(v);
		return routes >= 0;
	}
	if (!make_room(v, p) || !filter_next(v, p))
		return false;
	own_arp(v, false);
	vrrp_diff_apply(&v->p, p);
	if (!prepare_change(v)) {
		restore(v, &was);
		return false;
	}
	if (v->announce_at >= vrrp_params_addresses(&v->p))
		v->announce_at = 0;
	follow(v);
	if (v->filtered)
		vrrp_filter_narrow(v->env->filter, &v->p, &was);
	return true;
}

/* --- is it all there --- */

bool
vrrp_hold_misses(const struct vrrp_instance *v, char *what, size_t size)
{
	const struct vrrp_vip_address *a = vrrp_vip_addresses(v->vips);
	char text[ADDR_PREFIX_STRLEN];
	unsigned i;

	for (i = 0; i < vrrp_params_addresses(&v->p); i++) {
		if (a[i].owned || vrrp_addrs_has(v->env->addrs, a[i].ifindex,
		    &a[i].prefix.addr))
			continue;
		(void)snprintf(what, size, "address %s was removed",
		    addr_prefix_format(&a[i].prefix, text, sizeof(text)));
		return true;
	}
	return false;
}

/* Address i is on this link, and prepared for another index or MAC of it. */
static bool
is_outdated(const struct vrrp_instance *v, unsigned i,
    const struct nl_link *link)
{
	const struct vrrp_vip_address *a = vrrp_vip_addresses(v->vips);

	return nl_link_is_called(link, v->p.vips[i].device) &&
	    (a[i].ifindex != link->ifindex ||
	    memcmp(a[i].mac, link->mac, sizeof(a[i].mac)) != 0);
}

bool
vrrp_hold_is_outdated(const struct vrrp_instance *v,
    const struct nl_link *link)
{
	unsigned i;

	for (i = 0; i < vrrp_params_addresses(&v->p); i++)
		if (is_outdated(v, i, link))
			return true;
	return false;
}

/* --- life --- */

/* The device is vrrpd-net's to remove. */
static void
let_go(struct vrrp_instance *v)
{
	struct vrrp_removal device;

	if (v->env->errands != NULL && vrrp_vip_leave(v->vips, &device))
		vrrp_errands_remove(v->env->errands, &device);
	vrrp_vip_close(v->vips);
	v->vips = NULL;
}

/* Another device of this name may still be on its way out. */
static bool
is_name_free(struct vrrp_instance *v)
{
	char name[IF_NAMESIZE];

	if (!v->p.virtual_mac || v->env->errands == NULL ||
	    vrrp_vmac_name_of(&v->p, v->iface->link.ifindex, name) < 0 || vrrp_errands_reclaim(v->env->errands, name))
		return true;
	(void)snprintf(v->retry_reason, sizeof(v->retry_reason),
	    "device %s is being removed", name);
	return false;
}

static struct vrrp_device_wish
wish(const struct vrrp_iface *f, const struct vrrp_params *p)
{
	struct vrrp_device_wish w = {
		.parent = f->link.ifindex,
		.tag = vrrp_manners_tag(&f->manners, f->link.ifindex),
		.family = p->family,
		.vrid = p->vrid,
		.both = vrrp_params_has_family(p, AF_INET) &&
		    vrrp_params_has_family(p, AF_INET6),
	};

	memcpy(w.parent_name, f->link.name, sizeof(w.parent_name));
	memcpy(w.name, p->virtual_mac_device, sizeof(w.name));
	return w;
}

static bool
may_ask(const struct vrrp_instance *v)
{
	return v->p.virtual_mac && v->env->errands != NULL && !v->kept;
}

static bool
takes_reserved(struct vrrp_instance *v, struct vrrp_device_made *m)
{
	struct vrrp_device_wish w;

	if (!may_ask(v))
		return false;
	w = wish(v->iface, &v->p);
	return vrrp_errands_take(v->env->errands, &w, m);
}

static bool
ask_for_device(struct vrrp_instance *v)
{
	struct vrrp_device_wish w;

	if (!may_ask(v))
		return false;
	w = wish(v->iface, &v->p);
	w.device = vrrp_vmac_find(v->env->nl, &v->p, &v->iface->link);
	v->making = vrrp_errands_make(v->env->errands, &w);
	if (v->making == 0)
		return false;
	v->renames = false;
	(void)snprintf(v->retry_reason, sizeof(v->retry_reason),
	    "its device is being made");
	return true;
}

/* The device is there, or there is none to be. */
static bool
go_on(struct vrrp_instance *v)
{
	if (v->p.virtual_mac && vrrp_params_has_family(&v->p, AF_INET)) {
		vrrp_manners_recall(&v->iface->manners, v->vips);
		if (!have_manners(v)) {
			let_go(v);
			return false;
		}
	}
	if (v->p.virtual_mac)
		vrrp_manners_note(&v->iface->manners, v->vips);
	v->steers = host_steers(v);
	if (!suits_both(v) || !vrrp_hold_prepare(v))
		return false;
	(void)vrrp_iface_update_primary(v->iface);
	if (!v->kept) {
		const struct vrrp_vip_questions q = questions(v);

		vrrp_leftover_clean(v, &q);
	}
	return true;
}

static bool
open_made(struct vrrp_instance *v, const struct vrrp_device_made *m)
{
	return vrrp_vip_open_made(v->env->nl, &v->p, &v->iface->link, m,
	    &v->vips, v->retry_reason) == 0 && go_on(v);
}

bool
vrrp_hold_share(struct vrrp_instance *v, const struct vrrp_instance *old)
{
	struct vrrp_device_made m;

	if (!v->p.virtual_mac)
		return vrrp_hold_open(v);
	if (old->vips != NULL && old->making == 0 &&
	    vrrp_vip_made(old->vips, &m))
		return open_made(v, &m);
	(void)snprintf(v->retry_reason, sizeof(v->retry_reason),
	    "its device is being made");
	return false;
}

void
vrrp_hold_reserve(struct vrrp_instance *v)
{
	if (v->making != 0)
		vrrp_errands_reserve(v->env->errands, v->making);
	v->making = 0;
}

bool
vrrp_hold_awaits(const struct vrrp_env *env, const struct vrrp_iface *f,
    const struct vrrp_params *p)
{
	struct vrrp_device_wish w;

	if (!p->virtual_mac || env->errands == NULL)
		return false;
	w = wish(f, p);
	return vrrp_errands_is_reserved(env->errands, &w);
}

/* From now on; retry_reason says why. */
static void
go_without(struct vrrp_instance *v)
{
	v->p.virtual_mac = false;
	v->given_up_real_ns = loop_realtime_ns();
	(void)snprintf(v->given_up_why, sizeof(v->given_up_why), "%.*s",
	    (int)strcspn(v->retry_reason, ";"), v->retry_reason);
	log_notice("instance=%s virtual_mac=auto goes without: %s", v->p.name,
	    v->given_up_why);
}

/*
 * No device can be made on an interface of this kind, or none that would work where
 * /proc/sys cannot be written.  True: the instance does without from now on.
 */
static bool
does_without(struct vrrp_instance *v, int error)
{
	if (!v->p.virtual_mac_auto || !v->p.virtual_mac || v->kept ||
	    (error != -EINVAL && error != -EOPNOTSUPP && error != -EROFS))
		return false;
	go_without(v);
	return true;
}

/* The kernel would make a device there that hears nothing. */
static void
go_without_on_such_ground(struct vrrp_instance *v)
{
	char text[VRRP_GROUND_TEXT_MAX];

	if (!v->p.virtual_mac_auto || !v->p.virtual_mac || v->kept ||
	    vrrp_able_bears_device(v, text))
		return;
	(void)snprintf(v->retry_reason, sizeof(v->retry_reason), "%.*s",
	    (int)strcspn(text, ":"), text);
	go_without(v);
}

static int
open_vips(struct vrrp_instance *v)
{
	return (v->kept ? vrrp_vip_reopen : vrrp_vip_open)(v->env->nl, &v->p,
	    &v->iface->link, &v->vips, v->retry_reason);
}

bool
vrrp_hold_open(struct vrrp_instance *v)
{
	struct vrrp_device_made m;
	int error;

	go_without_on_such_ground(v);
	if (v->making != 0 || !is_name_free(v) ||
	    (!v->kept && !vrrp_leftover_make_way(v)))
		return false;
	if (takes_reserved(v, &m))
		return open_made(v, &m);
	if (ask_for_device(v))
		return false;
	error = open_vips(v);
	if (error < 0 && does_without(v, error))
		error = open_vips(v);
	if (error < 0 || !go_on(v))
		return false;
	/* A life before us may have put addresses elsewhere than on the device. */
	if (!v->kept && vrrp_vip_adopted(v->vips))
		vrrp_hold_withdraw(v, NULL);
	return true;
}

bool
vrrp_hold_make_again(struct vrrp_instance *v, bool is_there)
{
	struct vrrp_device_wish w;

	if (v->env->errands == NULL || v->making != 0)
		return v->making != 0;
	w = wish(v->iface, &v->p);
	w.in_use = is_there && v->holds;
	w.device = is_there ? vrrp_vip_ifindex(v->vips) : 0;
	v->taken_down = is_there;
	v->making = vrrp_errands_make(v->env->errands, &w);
	return v->making != 0;
}

bool
vrrp_hold_made(struct vrrp_instance *v, const struct vrrp_device_made *m)
{
	v->making = 0;
	if (m->error < 0) {
		memcpy(v->retry_reason, m->reason, sizeof(m->reason));
		return v->vips == NULL && does_without(v, m->error) &&
		    vrrp_hold_open(v);
	}
	if (v->vips == NULL)
		return open_made(v, m);
	vrrp_vip_device_made(v->vips, m);
	vrrp_manners_note(&v->iface->manners, v->vips);
	return vrrp_hold_prepare(v);
}

/* A wish for a device that is not fulfilled yet is nobody's any more. */
static void
forgo(struct vrrp_instance *v)
{
	if (v->making != 0)
		vrrp_errands_forgo(v->env->errands, v->making);
	v->making = 0;
}

void
vrrp_hold_close(struct vrrp_instance *v)
{
	forgo(v);
	if (v->vips == NULL)
		return;
	nl_batch_cancel(v->env->nl, v);
	vrrp_guard_lost(v);
	vrrp_routes_withdraw(v);
	v->holds = v->refreshing = false;
	v->batch_count = 0;
	if (v->mannerly)
		vrrp_manners_release(&v->iface->manners);
	v->mannerly = false;
	let_go(v);
	vrrp_frames_forget(v);
}

void
vrrp_hold_free(struct vrrp_instance *v)
{
	vrrp_hold_close(v);
	vrrp_routes_free(v);
	own_arp(v, false);
	if (v->filtered)
		vrrp_filter_remove(v->env->filter, &v->p);
}
