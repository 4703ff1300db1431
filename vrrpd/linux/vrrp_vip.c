/*
 * vrrp_vip.c - the virtual addresses of one instance.
 *
 * Two netlink batches are built while the instance is Backup and sent at the
 * takeover and after it: taking over is hear, speak, addresses; yielding is mute,
 * addresses away, deaf.  The device they go on is vrrp_vmac.c's, which explains
 * hearing and speaking; without a virtual MAC they go on the interface itself.
 *
 * A link-local virtual address brings fe80::/64 as a route on the device, since
 * answers to a link-local neighbour leave where the question came in; they carry
 * the virtual MAC, and so do the solicitations sent for them (V-89).  A global
 * virtual address on a prefix of the parent has no route of its own: replies
 * leave through the parent, which solicits with its own address and MAC and never
 * with the virtual address, because the kernel takes a solicitation's source from
 * the device it leaves by.  V-89 is about what hosts learn for the virtual
 * router's addresses; for the parent's own, the parent's own MAC is right.
 *
 * The kernel joins the solicited-node groups when it is given the addresses
 * (V-87), from a work queue and so perhaps a moment after the first
 * announcement; the announcement's repeats come after.
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
 * Called by vrrp_hold.c.  Nothing here knows a state of the virtual router.
 */
#include "config.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/nl.h"
#include "shared/nl_batch.h"
#include "vrrpd/linux/vrrp_vip.h"
#include "vrrpd/linux/vrrp_vip_state.h"
#include "vrrpd/linux/vrrp_vmac.h"

#define LINK_LOCAL_LEN	64

/* Everything but the device; NULL when out of memory. */
static struct vrrp_vips *
allocate(struct nl *nl, const struct vrrp_params *p,
    const struct nl_link *parent, char reason[VRRP_VIP_REASON_MAX])
{
	struct vrrp_vips *v;

	v = calloc(1, sizeof(*v));
	if (v == NULL)
		goto nomem;
	v->nl = nl;
	v->p = p;
	v->parent = *parent;
	v->ifindex = parent->ifindex;
	memcpy(v->mac, parent->mac, sizeof(v->mac));
	if (p->virtual_mac)
		vrrp_params_virtual_mac(p->family, p->vrid, v->mac);
	v->addresses = calloc(vrrp_params_addresses(p), sizeof(*v->addresses));
	v->q = calloc(1, sizeof(*v->q));
	v->install = nl_batch_new(nl);
	v->withdraw = nl_batch_new(nl);
	v->quiet = nl_batch_new(nl);
	v->speak = nl_batch_new(nl);
	v->hush = nl_batch_new(nl);
	v->routes = nl_batch_new(nl);
	v->refresh = nl_batch_new(nl);
	v->follow = nl_batch_new(nl);
	v->ways = nl_batch_new(nl);
	v->back = nl_batch_new(nl);
	v->steer = nl_batch_new(nl);
	v->count = vrrp_params_addresses(p);
	if (v->addresses != NULL && v->q != NULL && v->install != NULL &&
	    v->withdraw != NULL && v->quiet != NULL && v->speak != NULL &&
	    v->hush != NULL && v->refresh != NULL && v->routes != NULL &&
	    v->follow != NULL && v->ways != NULL &&
	    v->back != NULL && v->steer != NULL)
		return v;
nomem:
	vrrp_vip_close(v);
	(void)snprintf(reason, VRRP_VIP_REASON_MAX, "out of memory");
	return NULL;
}

static int
open_or_keep(struct nl *nl, const struct vrrp_params *p,
    const struct nl_link *parent, bool keep, struct vrrp_vips **out,
    char reason[VRRP_VIP_REASON_MAX])
{
	struct vrrp_vips *v = allocate(nl, p, parent, reason);
	int error = v == NULL ? -ENOMEM : 0;

	if (error == 0 && p->virtual_mac)
		error = vrrp_vmac_open(v, keep, reason, VRRP_VIP_REASON_MAX);
	if (error < 0)
		vrrp_vip_close(v);
	else
		*out = v;
	return error;
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

int
vrrp_vip_open_made(struct nl *nl, const struct vrrp_params *p,
    const struct nl_link *parent, const struct vrrp_device_made *made,
    struct vrrp_vips **out, char reason[VRRP_VIP_REASON_MAX])
{
	struct vrrp_vips *v = allocate(nl, p, parent, reason);

	if (v == NULL)
		return -ENOMEM;
	vrrp_vmac_take(v, made);
	*out = v;
	return 0;
}

bool
vrrp_vip_made(const struct vrrp_vips *v, struct vrrp_device_made *m)
{
	if (v->device[0] == '\0')
		return false;
	memset(m, 0, sizeof(*m));
	m->ifindex = v->ifindex;
	m->adopted = true;
	m->can_mute = v->can_mute;
	memcpy(m->name, v->device, sizeof(m->name));
	return true;
}

void
vrrp_vip_device_made(struct vrrp_vips *v, const struct vrrp_device_made *made)
{
	/* Made ready again, it has what it had. */
	if (made->ifindex != v->ifindex)
		vrrp_vip_steer_off(v);
	vrrp_vmac_take(v, made);
}

void
vrrp_vip_close(struct vrrp_vips *v)
{
	if (v == NULL)
		return;
	nl_batch_cancel(v->nl, v);
	vrrp_vmac_close(v);
	nl_batch_free(v->install);
	nl_batch_free(v->withdraw);
	nl_batch_free(v->quiet);
	nl_batch_free(v->speak);
	nl_batch_free(v->hush);
	nl_batch_free(v->routes);
	nl_batch_free(v->refresh);
	nl_batch_free(v->follow);
	nl_batch_free(v->ways);
	nl_batch_free(v->back);
	nl_batch_free(v->steer);
	free(v->addresses);
	free(v->q);
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
	memcpy(a->label, vip->label, sizeof(a->label));
	a->deprecated = vip->deprecated;
	/* The way back to a link-local neighbour is the /64 (RFC 4291 §2.5.6). */
	if (is_link_local(a))
		a->prefix.len = LINK_LOCAL_LEN;
	if (v->p->priority == VRRP_PRIORITY_OWNER && i < v->p->vip_count)
		owned = true;
	a->owned = owned && v->device[0] == '\0';
	/* A copy for the device, with no route: see the top of the file. */
	if (owned && !is_link_local(a))
		a->prefix.len = (uint8_t)(addr_len(vip->prefix.addr.family) *
		    8);
	if (vip->device[0] == '\0' ||
	    nl_link_is_called(&v->parent, vip->device)) {
		a->ifindex = v->ifindex;
		a->announce_ifindex = v->parent.ifindex;
		memcpy(a->mac, v->mac, sizeof(a->mac));
		return 0;
	}
	error = nl_link_known(v->nl, vip->device, &link);
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
 * that of the interface that it is on, and so is fe80::/64 on every device but our
 * own.  On our own device it is the parent that has the way.
 */
static bool
wants_route(const struct vrrp_vips *v, const struct vrrp_vip_questions *q,
    const struct vrrp_vip_address *a)
{
	if (is_link_local(a))
		return v->device[0] != '\0' && a->ifindex == v->ifindex;
	if (v->device[0] != '\0' && a->ifindex == v->ifindex)
		return !q->on_link(v->parent.ifindex, &a->prefix, q->arg);
	return !q->on_link(a->ifindex, &a->prefix, q->arg) ||
	    (q->secondary != NULL && q->secondary(a->ifindex, &a->prefix,
	    q->arg));
}

/*
 * On an interface that is not ours an IPv6 address is deprecated from the start:
 * for whoever connects to it that is nothing, and the host's own connections do not
 * choose it as their source (RFC 6724 section 5, rule 3), which would stall when it
 * goes.
 */
static unsigned
flags_of(const struct vrrp_vips *v, const struct vrrp_vip_questions *q,
    const struct vrrp_vip_address *a)
{
	unsigned flags = wants_route(v, q, a) ? 0 : NL_ADDR_NOPREFIXROUTE;

	if (a->prefix.addr.family == AF_INET6 &&
	    (a->deprecated == VRRP_DEPRECATED_YES ||
	    (a->deprecated == VRRP_DEPRECATED_AUTO &&
	    (v->device[0] == '\0' || a->ifindex != v->ifindex))))
		flags |= NL_ADDR_DEPRECATED;
	return flags;
}

bool
vrrp_vip_brings_route(const struct vrrp_vip_address *a)
{
	return (a->flags & NL_ADDR_NOPREFIXROUTE) == 0;
}

static bool
is_among(const struct nl_addr *a, const struct vrrp_vip_address *list,
    unsigned count)
{
	unsigned i;

	for (i = 0; i < count; i++)
		if (list[i].ifindex == a->ifindex &&
		    addr_equal(&list[i].prefix.addr, &a->prefix.addr))
			return true;
	return false;
}

/* Is there an earlier one of this network, which asks for both? */
static bool
is_first_of_network(const struct vrrp_vip_address *a,
    const struct vrrp_vip_address *list)
{
	for (; list < a; list++)
		if (list->ifindex == a->ifindex && !list->owned &&
		    list->prefix.len == a->prefix.len &&
		    addr_in_prefix(&list->prefix.addr, &a->prefix))
			return false;
	return true;
}

int
vrrp_vip_drop_route(struct nl_batch *b, const struct vrrp_vip_questions *q,
    const struct vrrp_vip_address *a, const struct vrrp_vip_address *list,
    unsigned count)
{
	const struct nl_addr *other = NULL;

	if (a->owned || !vrrp_vip_brings_route(a) ||
	    a->prefix.addr.family != AF_INET6 || !is_first_of_network(a, list))
		return 0;
	while (q->next != NULL &&
	    (other = q->next(a->ifindex, other, q->arg)) != NULL)
		if (other->prefix.len == a->prefix.len &&
		    !other->without_route &&
		    addr_in_prefix(&other->prefix.addr, &a->prefix) &&
		    !is_among(other, list, count))
			return 0;
	return nl_batch_prefix_route_del(b, a->ifindex, &a->prefix);
}

int
vrrp_vip_lend(struct nl_batch *b, const struct vrrp_vip_address *a,
    unsigned lifetime_s)
{
	return nl_batch_addr_lend(b, a->ifindex, &a->prefix, a->flags,
	    a->label[0] == '\0' ? NULL : a->label, lifetime_s);
}

static int
build_install(struct vrrp_vips *v, const struct vrrp_vip_questions *q,
    struct nl_batch *b, bool quiet)
{
	unsigned i;
	int error = 0;

	nl_batch_clear(b);
	if (v->device[0] != '\0')
		error = nl_batch_macvlan_mode(b, v->ifindex,
		    NL_MACVLAN_BRIDGE);
	if (error == 0 && v->can_mute && !quiet)
		error = nl_batch_mute(b, v->ifindex, false);
	for (i = 0; i < v->count && error == 0; i++)
		if (!v->addresses[i].owned)
			error = vrrp_vip_lend(b, &v->addresses[i],
			    q->lifetime_s);
	return error;
}

/* Addresses that are there, for another while. */
static int
build_refresh(struct vrrp_vips *v, const struct vrrp_vip_questions *q)
{
	const struct vrrp_vip_address *a;
	unsigned i;
	int error = 0;

	nl_batch_clear(v->refresh);
	v->lent = false;
	if (q->lifetime_s == 0)
		return 0;
	for (i = 0; i < v->count && error == 0; i++) {
		a = &v->addresses[i];
		if (a->owned)
			continue;
		error = nl_batch_addr_renew(v->refresh, a->ifindex, &a->prefix,
		    a->flags, q->lifetime_s);
		v->lent = true;
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
	for (i = 0; i < v->count && error == 0; i++) {
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

/* Holds for addresses that are prepared. */
static void
check(const struct vrrp_vips *v)
{
	assert((v->device[0] != '\0') == v->p->virtual_mac);
	assert(v->device[0] != '\0' || !v->can_mute);
	assert(v->install_head <= v->messages);
	assert(v->messages <= v->install_head + v->count);
}

int
vrrp_vip_prepare(struct vrrp_vips *v, const struct vrrp_vip_questions *q,
    char reason[VRRP_VIP_REASON_MAX])
{
	unsigned i;
	int error;

	assert(v->count == vrrp_params_addresses(v->p));
	for (i = 0; i < v->count; i++) {
		error = place_address(v, i, q->owned(&v->p->vips[i].prefix.addr,
		    q->arg), reason);
		if (error < 0)
			return error;
		v->addresses[i].flags = flags_of(v, q, &v->addresses[i]);
	}
	*v->q = *q;
	v->install_head = (v->device[0] != '\0' ? 1 : 0) +
	    (v->can_mute ? 1 : 0);
	error = build_install(v, q, v->quiet, true);
	if (error == 0)
		error = build_install(v, q, v->install, false);
	if (error == 0)
		error = build_refresh(v, q);
	if (error == 0)
		error = build_withdraw(v);
	if (error < 0)
		(void)snprintf(reason, VRRP_VIP_REASON_MAX,
		    "cannot prepare the addresses: %s", strerror(-error));
	else
		check(v);
	return error;
}

int
vrrp_vip_install(struct vrrp_vips *v, nl_batch_done done, void *arg)
{
	int error;

	v->head_sent = v->install_head;
	if (v->messages == 0)
		return -ENODATA;
	error = nl_batch_send(v->install, done, arg);
	vrrp_vip_steer_on(v, v->q);
	return error;
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
	/* An error here is one of the large batches too, which say so. */
	(void)error;
	(void)failed_at;
	(void)arg;
}

int
vrrp_vip_hush(struct vrrp_vips *v)
{
	vrrp_vip_steer_off(v);
	return v->can_mute ? nl_batch_send(v->hush, switched, NULL) : -ENODATA;
}

int
vrrp_vip_speak(struct vrrp_vips *v)
{
	vrrp_vip_steer_on(v, v->q);
	return v->can_mute ? nl_batch_send(v->speak, switched, NULL) :
	    -ENODATA;
}

int
vrrp_vip_refresh(struct vrrp_vips *v, nl_batch_done done, void *arg)
{
	return v->lent ? nl_batch_send(v->refresh, done, arg) : -ENODATA;
}

const uint8_t *
vrrp_vip_renewal(const struct vrrp_vips *v, size_t *len)
{
	return nl_batch_bytes(v->refresh, len);
}

/* Is this address on our device, and its network the parent's to reach? */
static bool
needs_way(const struct vrrp_vips *v, const struct vrrp_vip_address *a)
{
	return v->device[0] != '\0' && a->ifindex == v->ifindex && !a->owned &&
	    !is_link_local(a);
}

void
vrrp_vip_keep_ways(struct vrrp_vips *v, const struct vrrp_vip_questions *q)
{
	const struct vrrp_vip_address *a;
	bool had = v->has_ways, on_link;
	unsigned i;
	size_t len;

	nl_batch_clear(v->ways);
	v->has_ways = false;
	for (i = 0; i < v->count; i++) {
		a = &v->addresses[i];
		if (!needs_way(v, a))
			continue;
		on_link = q->on_link(v->parent.ifindex, &a->prefix, q->arg);
		if (on_link ? !had : vrrp_vip_brings_route(a))
			continue;
		v->has_ways |= !on_link;
		if (nl_batch_link_route(v->ways, a->ifindex, &a->prefix,
		    !on_link) < 0)
			return;
	}
	(void)nl_batch_bytes(v->ways, &len);
	if (len > 0)
		(void)nl_batch_send(v->ways, switched, NULL);
}

/* With the addresses; the route of an IPv4 address goes by itself. */
static void
forget_ways(struct vrrp_vips *v)
{
	unsigned i;

	if (!v->has_ways)
		return;
	v->has_ways = false;
	nl_batch_clear(v->ways);
	for (i = 0; i < v->count; i++)
		if (needs_way(v, &v->addresses[i]) &&
		    nl_batch_link_route(v->ways, v->addresses[i].ifindex,
		    &v->addresses[i].prefix, false) < 0)
			return;
	(void)nl_batch_send(v->ways, switched, NULL);
}

bool
vrrp_vip_leave(struct vrrp_vips *v, struct vrrp_removal *out)
{
	if (v->device[0] == '\0')
		return false;
	memset(out, 0, sizeof(*out));
	out->ifindex = v->ifindex;
	out->tag = vrrp_vmac_tag_of(v->device);
	memcpy(out->name, v->device, sizeof(out->name));
	v->device[0] = '\0';
	return true;
}

/* Asked now: who else needs a route changes without a word to us. */
static void
drop_routes(struct vrrp_vips *v)
{
	unsigned i;
	size_t len;

	nl_batch_clear(v->routes);
	for (i = 0; v->lent && i < v->count; i++)
		if (vrrp_vip_drop_route(v->routes, v->q, &v->addresses[i],
		    v->addresses, v->count) < 0)
			return;
	(void)nl_batch_bytes(v->routes, &len);
	if (len > 0)
		(void)nl_batch_send(v->routes, switched, NULL);
}

int
vrrp_vip_withdraw(struct vrrp_vips *v, nl_batch_done done, void *arg)
{
	int error;

	if (v->messages == 0)
		return -ENODATA;
	error = nl_batch_send(v->withdraw, done, arg);
	vrrp_vip_steer_off(v);
	drop_routes(v);
	forget_ways(v);
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

	for (i = 0; i < v->count; i++) {
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
	/* See vrrp_vmac.c. */
	return v->parent.is_macvlan ? v->parent.mac : v->mac;
}

bool
vrrp_vip_adopted(const struct vrrp_vips *v)
{
	return v->adopted;
}
