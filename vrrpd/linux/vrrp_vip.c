/*
 * vrrp_vip.c - virtual MAC device, virtual addresses, and the parent's manners.
 *
 * The device is a macvlan on the instance's interface whose MAC is the virtual
 * MAC.  It exists and is up from start to exit, because taking a device down or
 * changing its MAC waits for an RCU grace period (12 ms with the rtnl lock
 * held).  What changes between Backup and Active is its macvlan *mode*:
 *
 *   Backup  deaf: "source" mode with an empty list of sources.  The device
 *           receives nothing, neither unicast to its MAC nor broadcast nor
 *           multicast, so a Backup can neither answer nor forward what a switch
 *           floods (V-100, V-101), and it has no address.
 *           Mute: its queue has no room.  Whatever the kernel wants to say, be
 *           it an MLD report for a group it leaves or joins, a solicitation or
 *           an ARP probe, never gets out with the virtual MAC as its source, or
 *           switches would send the Active's frames here.
 *   Active  "bridge" mode: receives frames to the virtual MAC and broadcasts;
 *           and the queue has room.
 *
 * Either change takes tens of microseconds.  Taking over is one batch: hear,
 * speak, addresses; yielding is one batch: mute, addresses away, deaf.
 *
 * IPv4 settings: IPv6 is disabled; arp_ignore 1, so that it answers ARP for the
 * virtual addresses only; rp_filter 2 (loose), since the way back to a client of
 * the subnet leads through the parent; forwarding as on the parent, or an Active
 * would not route what hosts send to the virtual MAC (V-102).
 *
 * IPv6 settings: no link-local of the kernel's making, which would be the same
 * on every router (V-24, V-25); nothing learned from Router Advertisements and
 * none solicited; no DAD (V-92); forwarding 1, because the Router flag of its
 * Neighbor Advertisements follows it (V-88) - whether packets are forwarded is
 * for net.ipv6.conf.all.forwarding to say.  A link-local virtual address brings
 * fe80::/64 as a route on the device, since answers to a link-local neighbour
 * leave where the question came in; they carry the virtual MAC, and so do the
 * solicitations sent for them (V-89).  A global virtual address on a prefix of
 * the parent has no route of its own: replies leave through the parent, which
 * solicits with its own address and MAC and never with the virtual address,
 * because the kernel takes a solicitation's source from the device it leaves
 * by.  V-89 is about what hosts learn for the virtual router's addresses; for
 * the parent's own, the parent's own MAC is right.
 *
 * The kernel joins the solicited-node groups when it is given the addresses
 * (V-87), from a work queue and so perhaps a moment after the first
 * announcement; the announcement's repeats come after.
 *
 * Router Advertisements (V-90) are not sent here.  A sender that is bound to
 * the device, with the virtual link-local address as its source, speaks as the
 * virtual router while Active and is mute as a Backup (V-106).
 *
 * Without a virtual MAC the addresses go on the interface itself.
 *
 * The owner (priority 255) has its addresses on the interface already, and they
 * stay there.  With a virtual MAC the device gets a copy of each while Active:
 * the kernel takes nothing that comes in on a device without an address when
 * it checks reverse paths, be it loosely.
 *
 * The addresses are lent by the kernel for a few seconds and refreshed every
 * second, so that they do not stay when every process of ours is dead.  Nothing
 * else changes by that: the routes of an IPv4 address have no lifetime, that of
 * an IPv6 address gets the same one, and both come and go with the address.
 *
 * A device left by a crashed run carries the name, MAC and parent that ours
 * would have, and is adopted; one that no instance wants any more is removed
 * when its `tag` says that the process that made it is gone.  One of that name that is something else is not
 * touched; the instance then waits and says so.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/log.h"
#include "vrrpd/linux/vrrp_vip.h"

#define LINK_LOCAL_LEN	64

struct vrrp_vips {
	struct nl			*nl;
	const struct vrrp_params	*p;
	struct nl_link			 parent;
	char				 device[IF_NAMESIZE];	/* "" = none */
	int				 ifindex;
	uint8_t				 mac[6];
	bool				 adopted;
	bool				 can_mute;
	struct nl_batch			*install;
	struct nl_batch			*withdraw;
	struct nl_batch			*quiet;		/* install without: */
	struct nl_batch			*speak, *hush;
	struct nl_batch			*routes;	/* after withdraw */
	bool				 has_routes;
	struct nl_batch			*refresh;	/* as install's, w/o head */
	bool				 lent;		/* they have a lifetime */
	unsigned			 install_head;	/* before addresses */
	unsigned			 head_sent;	/* in the last one sent */
	unsigned			 messages;	/* in either batch */
	struct vrrp_vip_address		*addresses;	/* p->vip_count */
};

struct setting {
	uint8_t		 family;
	const char	*key;
	int		 value;
	bool		 required;
};

int
vrrp_vip_device_name(uint8_t family, uint8_t vrid, int parent,
    char name[IF_NAMESIZE])
{
	char buf[48];
	int n;

	n = snprintf(buf, sizeof(buf), "vr%c-%u-%d",
	    family == AF_INET6 ? '6' : '4', vrid, parent);
	if (n >= IF_NAMESIZE)
		return -ENAMETOOLONG;
	memcpy(name, buf, n + 1);
	return 0;
}

/* The kernel may be built without IPv6: then there is nothing to silence. */
static int
apply_settings(const char *device, const struct setting *s, size_t n,
    char reason[VRRP_VIP_REASON_MAX])
{
	size_t i;
	int error;

	for (i = 0; i < n; i++) {
		error = devconf_set(s[i].family, device, s[i].key,
		    s[i].value);
		if (error == 0 || !s[i].required)
			continue;
		if (error == -ENOENT && s[i].family == AF_INET6)
			continue;
		(void)snprintf(reason, VRRP_VIP_REASON_MAX,
		    "cannot set %s of device %s: %s", s[i].key, device,
		    strerror(-error));
		return error;
	}
	return 0;
}

static int
configure_device(struct vrrp_vips *v, char reason[VRRP_VIP_REASON_MAX])
{
	int forwarding = 0;
	struct setting four[] = {
		{ AF_INET6, "disable_ipv6", 1, true },
		{ AF_INET, "arp_ignore", 1, true },
		{ AF_INET, "rp_filter", 2, true },
		{ AF_INET, "forwarding", 0, false },
	};
	struct setting six[] = {
		{ AF_INET6, "disable_ipv6", 0, true },
		{ AF_INET6, "accept_ra", 0, true },
		{ AF_INET6, "autoconf", 0, true },
		{ AF_INET6, "accept_dad", 0, true },
		{ AF_INET6, "router_solicitations", 0, false },
		/* V-88: the R flag of its advertisements follows this. */
		{ AF_INET6, "forwarding", 1, true },
	};

	if (v->p->family == AF_INET6)
		return apply_settings(v->device, six,
		    sizeof(six) / sizeof(six[0]), reason);
	(void)devconf_get(AF_INET, v->parent.name, "forwarding",
	    &forwarding);
	four[3].value = forwarding;
	return apply_settings(v->device, four, sizeof(four) / sizeof(four[0]),
	    reason);
}

static int
adopt_device(struct vrrp_vips *v, char reason[VRRP_VIP_REASON_MAX])
{
	struct nl_link link;
	int error;

	error = nl_link_get(v->nl, v->device, &link);
	if (error == 0 && (!link.is_macvlan || link.parent !=
	    v->parent.ifindex || !link.has_mac ||
	    memcmp(link.mac, v->mac, sizeof(v->mac)) != 0))
		error = -EEXIST;
	if (error < 0) {
		(void)snprintf(reason, VRRP_VIP_REASON_MAX,
		    "device %s exists and is not ours", v->device);
		return error;
	}
	v->ifindex = link.ifindex;
	v->adopted = true;
	return 0;
}

static int
open_device(struct vrrp_vips *v, bool keep, char reason[VRRP_VIP_REASON_MAX])
{
	int error;

	error = vrrp_vip_device_name(v->p->family, v->p->vrid,
	    v->parent.ifindex, v->device);
	if (error == 0)
		error = nl_macvlan_add(v->nl, v->device, v->parent.ifindex,
		    v->mac, &v->ifindex);
	if (error == -EEXIST) {
		error = adopt_device(v, reason);
		if (error < 0) {
			v->device[0] = '\0';	/* not ours to remove */
			return error;
		}
	} else if (error < 0) {
		(void)snprintf(reason, VRRP_VIP_REASON_MAX,
		    "cannot create device %s on %s: %s", v->device,
		    v->parent.name, strerror(-error));
		v->device[0] = '\0';
		return error;
	}
	/* Mute from before it is up; adopted, it may be on its way down. */
	error = nl_mute(v->nl, v->ifindex, !keep);
	v->can_mute = error == 0;
	if (error < 0)
		log_warning("device=%s cannot be kept silent while Backup: no "
		    "pfifo queue in this kernel: %s", v->device,
		    strerror(-error));
	error = configure_device(v, reason);
	if (error < 0)
		return error;
	error = nl_link_up(v->nl, v->ifindex);
	if (error < 0)
		(void)snprintf(reason, VRRP_VIP_REASON_MAX,
		    "cannot bring device %s up: %s", v->device,
		    strerror(-error));
	return error;
}

static int
open_or_keep(struct nl *nl, const struct vrrp_params *p,
    const struct nl_link *parent, bool keep, struct vrrp_vips **out,
    char reason[VRRP_VIP_REASON_MAX])
{
	struct vrrp_vips *v;
	int error = 0;

	v = calloc(1, sizeof(*v));
	if (v == NULL)
		goto nomem;
	v->nl = nl;
	v->p = p;
	v->parent = *parent;
	v->ifindex = parent->ifindex;
	memcpy(v->mac, parent->mac, sizeof(v->mac));
	v->addresses = calloc(p->vip_count, sizeof(*v->addresses));
	v->install = nl_batch_new(nl);
	v->withdraw = nl_batch_new(nl);
	v->quiet = nl_batch_new(nl);
	v->speak = nl_batch_new(nl);
	v->hush = nl_batch_new(nl);
	v->routes = nl_batch_new(nl);
	v->refresh = nl_batch_new(nl);
	if (v->addresses == NULL || v->install == NULL ||
	    v->withdraw == NULL || v->quiet == NULL || v->speak == NULL ||
	    v->hush == NULL || v->refresh == NULL || v->routes == NULL)
		goto nomem;
	if (p->virtual_mac) {
		vrrp_params_virtual_mac(p->family, p->vrid, v->mac);
		error = open_device(v, keep, reason);
	}
	if (error < 0) {
		vrrp_vip_close(v);
		return error;
	}
	*out = v;
	return 0;
nomem:
	vrrp_vip_close(v);
	(void)snprintf(reason, VRRP_VIP_REASON_MAX, "out of memory");
	return -ENOMEM;
}

int
vrrp_vip_open(struct nl *nl, const struct vrrp_params *p,
    const struct nl_link *parent, struct vrrp_vips **out,
    char reason[VRRP_VIP_REASON_MAX])
{
	return open_or_keep(nl, p, parent, false, out, reason);
}

int
vrrp_vip_reopen(struct nl *nl, const struct vrrp_params *p,
    const struct nl_link *parent, struct vrrp_vips **out,
    char reason[VRRP_VIP_REASON_MAX])
{
	return open_or_keep(nl, p, parent, true, out, reason);
}

void
vrrp_vip_close(struct vrrp_vips *v)
{
	int error;

	if (v == NULL)
		return;
	if (v->device[0] != '\0') {
		error = nl_link_del(v->nl, v->ifindex);
		if (error < 0 && error != -ENODEV)
			log_warning("device=%s cannot be removed: %s",
			    v->device, strerror(-error));
	}
	nl_batch_free(v->install);
	nl_batch_free(v->withdraw);
	nl_batch_free(v->quiet);
	nl_batch_free(v->speak);
	nl_batch_free(v->hush);
	nl_batch_free(v->routes);
	nl_batch_free(v->refresh);
	free(v->addresses);
	free(v);
}

void
vrrp_vip_parent_changed(struct vrrp_vips *v, const struct nl_link *parent)
{
	v->parent = *parent;
	if (v->device[0] == '\0')
		memcpy(v->mac, parent->mac, sizeof(v->mac));
}

static bool
is_link_local(const struct vrrp_vip_address *a)
{
	return a->prefix.addr.family == AF_INET6 &&
	    addr_is_link_local(&a->prefix.addr);
}

/* Where address i goes: its own device if the long form names one. */
static int
place_address(struct vrrp_vips *v, unsigned i, bool owned,
    char reason[VRRP_VIP_REASON_MAX])
{
	static const uint8_t nobody[6];
	const struct vrrp_vip *vip = &v->p->vips[i];
	struct vrrp_vip_address *a = &v->addresses[i];
	char text[ADDR_PREFIX_STRLEN];
	struct nl_link link;
	int error;

	memset(a, 0, sizeof(*a));
	a->prefix = vip->prefix;
	/* The way back to a link-local neighbour is the /64 (RFC 4291 §2.5.6). */
	if (is_link_local(a))
		a->prefix.len = LINK_LOCAL_LEN;
	if (v->p->priority == VRRP_PRIORITY_OWNER)
		owned = true;
	a->owned = owned && v->device[0] == '\0';
	/* A copy for the device, with no route: see the top of the file. */
	if (owned && !is_link_local(a))
		a->prefix.len = (uint8_t)(addr_len(vip->prefix.addr.family) *
		    8);
	if (vip->device[0] == '\0' ||
	    strcmp(vip->device, v->parent.name) == 0) {
		a->ifindex = v->ifindex;
		a->announce_ifindex = v->parent.ifindex;
		memcpy(a->mac, v->mac, sizeof(a->mac));
		return 0;
	}
	error = nl_link_get(v->nl, vip->device, &link);
	if (error < 0) {
		(void)snprintf(reason, VRRP_VIP_REASON_MAX,
		    "device %s of address %s does not exist", vip->device,
		    addr_prefix_format(&vip->prefix, text, sizeof(text)));
		return error;
	}
	a->ifindex = link.ifindex;
	/* The loopback's address is six zeros. */
	if (link.has_mac && memcmp(link.mac, nobody, sizeof(nobody)) != 0)
		a->announce_ifindex = link.ifindex;
	memcpy(a->mac, link.mac, sizeof(a->mac));
	return 0;
}

/*
 * Does it bring a connected route along?  Not where there is one: the subnet is
 * that of the interface, and so is fe80::/64 on every device but our own.  What
 * it brought is taken away with it (v->routes), so it must be its own.
 */
static bool
wants_route(const struct vrrp_vips *v, const struct vrrp_vip_questions *q,
    const struct vrrp_vip_address *a)
{
	if (is_link_local(a))
		return v->device[0] != '\0' && a->ifindex == v->ifindex;
	if (!q->on_link(&a->prefix, q->arg))
		return true;
	return a->ifindex == v->parent.ifindex && q->secondary != NULL &&
	    q->secondary(&a->prefix, q->arg);
}

static int
build_install(struct vrrp_vips *v, const struct vrrp_vip_questions *q,
    struct nl_batch *b, bool quiet)
{
	const struct vrrp_vip_address *a;
	const char *label;
	unsigned i, flags;
	int error = 0;

	nl_batch_clear(b);
	nl_batch_clear(v->refresh);
	nl_batch_clear(v->routes);
	v->lent = v->has_routes = false;
	v->install_head = 0;
	if (v->device[0] != '\0') {
		error = nl_batch_macvlan_mode(b, v->ifindex,
		    NL_MACVLAN_BRIDGE);
		v->install_head = 1;
	}
	if (error == 0 && v->can_mute && !quiet) {
		error = nl_batch_mute(b, v->ifindex, false);
		v->install_head++;
	}
	for (i = 0; i < v->p->vip_count && error == 0; i++) {
		a = &v->addresses[i];
		if (a->owned)
			continue;
		flags = wants_route(v, q, a) ? 0 : NL_ADDR_NOPREFIXROUTE;
		label = v->p->vips[i].label[0] == '\0' ? NULL :
		    v->p->vips[i].label;
		error = nl_batch_addr_lend(b, a->ifindex, &a->prefix,
		    flags, label, q->lifetime_s);
		if (error < 0 || q->lifetime_s == 0)
			continue;
		error = nl_batch_addr_lend(v->refresh, a->ifindex, &a->prefix,
		    flags, label, q->lifetime_s);
		v->lent = true;
		if (error == 0 && flags == 0 &&
		    a->prefix.addr.family == AF_INET6) {
			error = nl_batch_prefix_route_del(v->routes,
			    a->ifindex, &a->prefix);
			v->has_routes = true;
		}
	}
	return error;
}

static int
build_withdraw(struct vrrp_vips *v)
{
	const struct vrrp_vip_address *a;
	unsigned i;
	int error = 0;

	nl_batch_clear(v->withdraw);
	nl_batch_clear(v->hush);
	v->messages = v->install_head;
	if (v->can_mute)
		error = nl_batch_mute(v->withdraw, v->ifindex, true);
	if (v->can_mute && error == 0)
		error = nl_batch_mute(v->hush, v->ifindex, true);
	nl_batch_clear(v->speak);
	if (v->can_mute && error == 0)
		error = nl_batch_mute(v->speak, v->ifindex, false);
	for (i = 0; i < v->p->vip_count && error == 0; i++) {
		a = &v->addresses[i];
		if (a->owned)
			continue;
		error = nl_batch_addr_del(v->withdraw, a->ifindex, &a->prefix);
		v->messages++;
	}
	if (error == 0 && v->device[0] != '\0')
		error = nl_batch_macvlan_mode(v->withdraw, v->ifindex,
		    NL_MACVLAN_DEAF);
	return error;
}

int
vrrp_vip_prepare(struct vrrp_vips *v, const struct vrrp_vip_questions *q,
    char reason[VRRP_VIP_REASON_MAX])
{
	unsigned i;
	int error;

	for (i = 0; i < v->p->vip_count; i++) {
		error = place_address(v, i, q->owned(&v->p->vips[i].prefix.addr,
		    q->arg), reason);
		if (error < 0)
			return error;
	}
	error = build_install(v, q, v->quiet, true);
	if (error == 0)
		error = build_install(v, q, v->install, false);
	if (error == 0)
		error = build_withdraw(v);
	if (error < 0)
		(void)snprintf(reason, VRRP_VIP_REASON_MAX,
		    "cannot prepare the addresses: %s", strerror(-error));
	return error;
}

int
vrrp_vip_install(struct vrrp_vips *v, nl_batch_done done, void *arg)
{
	v->head_sent = v->install_head;
	return v->messages == 0 ? -ENODATA :
	    nl_batch_send(v->install, done, arg);
}

int
vrrp_vip_install_quietly(struct vrrp_vips *v, nl_batch_done done, void *arg)
{
	v->head_sent = v->install_head - (v->can_mute ? 1 : 0);
	return v->messages == 0 ? -ENODATA :
	    nl_batch_send(v->quiet, done, arg);
}

static void
switched(int error, unsigned failed_at, void *arg)
{
	/* What goes wrong here goes wrong in the large batches, which say so. */
	(void)error;
	(void)failed_at;
	(void)arg;
}

int
vrrp_vip_hush(struct vrrp_vips *v)
{
	return v->can_mute ? nl_batch_send(v->hush, switched, NULL) : -ENODATA;
}

int
vrrp_vip_speak(struct vrrp_vips *v)
{
	return v->can_mute ? nl_batch_send(v->speak, switched, NULL) :
	    -ENODATA;
}

int
vrrp_vip_refresh(struct vrrp_vips *v, nl_batch_done done, void *arg)
{
	return v->lent ? nl_batch_send(v->refresh, done, arg) : -ENODATA;
}

int
vrrp_vip_withdraw(struct vrrp_vips *v, nl_batch_done done, void *arg)
{
	int error;

	if (v->messages == 0)
		return -ENODATA;
	error = nl_batch_send(v->withdraw, done, arg);
	if (v->has_routes)
		(void)nl_batch_send(v->routes, switched, NULL);
	return error;
}

const uint8_t *
vrrp_vip_withdrawal(const struct vrrp_vips *v, size_t *len)
{
	return nl_batch_bytes(v->withdraw, len);
}

const struct vrrp_vip_address *
vrrp_vip_failed(const struct vrrp_vips *v, unsigned failed_at)
{
	unsigned i, at = v->head_sent;

	for (i = 0; i < v->p->vip_count; i++) {
		if (v->addresses[i].owned)
			continue;
		if (at++ == failed_at)
			return &v->addresses[i];
	}
	return NULL;
}

const struct vrrp_vip_address *
vrrp_vip_addresses(const struct vrrp_vips *v)
{
	return v->addresses;
}

const char *
vrrp_vip_device(const struct vrrp_vips *v)
{
	return v->device;
}

int
vrrp_vip_ifindex(const struct vrrp_vips *v)
{
	return v->ifindex;
}

const uint8_t *
vrrp_vip_mac(const struct vrrp_vips *v)
{
	return v->mac;
}

bool
vrrp_vip_device_exists(const struct vrrp_vips *v)
{
	struct nl_link link;

	return v->device[0] == '\0' || (nl_link_get(v->nl, v->device,
	    &link) == 0 && link.ifindex == v->ifindex);
}

bool
vrrp_vip_device_raise(const struct vrrp_vips *v)
{
	struct nl_link link;

	return v->device[0] != '\0' && nl_link_get(v->nl, v->device,
	    &link) == 0 && link.ifindex == v->ifindex && !link.admin_up &&
	    nl_link_up(v->nl, v->ifindex) == 0;
}

bool
vrrp_vip_adopted(const struct vrrp_vips *v)
{
	return v->adopted;
}

/* --- the parent --- */

static const struct {
	const char	*key;
	int		 at_least;
} manners[] = {
	{ "arp_ignore", 1 },	/* V-84: answer for addresses of mine only */
	{ "arp_announce", 2 },	/* V-82: ask with an address of mine only */
};

int
vrrp_vip_parent_hold(struct vrrp_vip_parent *parent, const char *name)
{
	size_t i;
	int error, now = 0;

	if (parent->holders++ > 0)
		return 0;
	(void)snprintf(parent->name, sizeof(parent->name), "%s", name);
	for (i = 0; i < sizeof(manners) / sizeof(manners[0]); i++) {
		parent->changed[i] = false;
		error = devconf_get(AF_INET, name, manners[i].key, &now);
		if (!parent->recalled || now != manners[i].at_least)
			parent->saved[i] = now;
		if (error == 0 && parent->saved[i] < manners[i].at_least) {
			error = devconf_set(AF_INET, name, manners[i].key,
			    manners[i].at_least);
			parent->changed[i] = error == 0;
		}
		if (error < 0) {
			vrrp_vip_parent_release(parent);
			return error;
		}
	}
	parent->recalled = false;
	return 0;
}

void
vrrp_vip_parent_release(struct vrrp_vip_parent *parent)
{
	size_t i;
	int now;

	if (parent->holders == 0 || --parent->holders > 0)
		return;
	for (i = 0; i < sizeof(manners) / sizeof(manners[0]); i++) {
		if (!parent->changed[i])
			continue;
		parent->changed[i] = false;
		if (devconf_get(AF_INET, parent->name, manners[i].key,
		    &now) == 0 && now == manners[i].at_least)
			(void)devconf_set(AF_INET, parent->name,
			    manners[i].key, parent->saved[i]);
	}
}

/* What a tag holds: a mark, the process, the two values. */
#define TAG_MARK	(1 << 30)
#define TAG_MARKS	(3 << 30)
#define TAG_PID(tag)	(((tag) & ~TAG_MARKS) >> 8)
#define TAG_VALUE(tag, i) (((tag) >> (4 * (i))) & 0xf)

static int
get_tag(const char *device)
{
	int tag;

	if (devconf_get(AF_INET, device, "tag", &tag) < 0 ||
	    ((unsigned)tag & TAG_MARKS) != TAG_MARK)
		return 0;
	return tag;
}

void
vrrp_vip_parent_recall(struct vrrp_vip_parent *parent,
    const struct vrrp_vips *v)
{
	size_t i;
	int tag;

	if (parent->holders > 0 || !v->adopted || (tag = get_tag(v->device)) == 0)
		return;
	for (i = 0; i < sizeof(manners) / sizeof(manners[0]); i++)
		parent->saved[i] = TAG_VALUE(tag, i);
	parent->recalled = true;
}

void
vrrp_vip_parent_note(const struct vrrp_vip_parent *parent,
    const struct vrrp_vips *v)
{
	int tag = TAG_MARK | (int)getpid() << 8;
	size_t i;

	for (i = 0; i < sizeof(manners) / sizeof(manners[0]); i++)
		tag |= (parent->saved[i] & 0xf) << (4 * i);
	(void)devconf_set(AF_INET, v->device, "tag", tag);
}

/* Dead, but nobody has waited for it: the first process of many a container. */
static bool
is_zombie(int pid)
{
	char path[32], text[512];
	const char *after;
	ssize_t n;
	int fd;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return false;
	n = read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	after = strrchr(text, ')');
	return after != NULL && strncmp(after, ") Z", 3) == 0;
}

bool
vrrp_vip_is_orphan(const struct nl_link *link)
{
	char name[IF_NAMESIZE];
	uint8_t mac[6], family;
	int tag, pid;

	if (!link->is_macvlan || !link->has_mac)
		return false;
	for (family = AF_INET; ; family = AF_INET6) {
		vrrp_params_virtual_mac(family, link->mac[5], mac);
		if (memcmp(mac, link->mac, sizeof(mac)) == 0)
			break;
		if (family == AF_INET6)
			return false;
	}
	if (vrrp_vip_device_name(family, mac[5], link->parent, name) < 0 ||
	    strcmp(name, link->name) != 0 || (tag = get_tag(name)) == 0)
		return false;
	pid = TAG_PID(tag);
	/* In a container the next run may well have the same number. */
	return pid == (int)getpid() || (kill(pid, 0) == -1 && errno == ESRCH) ||
	    is_zombie(pid);
}
