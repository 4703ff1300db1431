/*
 * vrrp_vip_steer.c - the way back from an address leads through its device.
 *
 * Replies to the network of the interface leave through the interface, which has
 * the route, and not through the device that the address is on.  Two kinds of hosts
 * make something of that: one that is told to answer ARP only where the way back
 * leads (arp_filter of "all", which no device can decline) would never answer for the
 * address, and a firewall that drops what does not come from where the way back leads
 * (vrrp_strict.h) would drop all that is sent to it.
 *
 * On such a host what has a virtual address as its source is looked up in a table of
 * its own first, which has the networks of the interface and our device for each, and
 * the default gateway where a firewall asks: replies leave with the virtual MAC.
 * What is not in the table takes the host's own routes.
 *
 * The number of the table is made from the index of the device.  IPv4 routes name the
 * address as their source, so the kernel takes them away with it, also when all of us
 * are dead; IPv6 routes go with the device.  A rule that is left then is for an
 * address that is not here; it is removed when the address is withdrawn the next time,
 * as each instance does that adopts a device.
 *
 * A link-local address has its network on the device anyway.
 *
 * A device that may not speak is no way back: a router that leaves and lingers is
 * not steered.
 *
 * What is there is asked for by a look-up, which takes no lock; so nothing is sent
 * but when an address comes or goes, or when somebody has changed something.  That
 * takes the kernel's lock, and is vrrpd-net's to do where there is one (q->steer).
 *
 * Called by vrrp_vip.c and vrrp_hold.c.
 */
#include "config.h"

#include <string.h>
#include <sys/socket.h>

#include "shared/nl.h"
#include "shared/nl_batch.h"
#include "vrrpd/linux/vrrp_vip.h"
#include "vrrpd/linux/vrrp_vip_state.h"
#include "vrrpd/pure/vrrp_steering.h"

static uint32_t
table_of(const struct vrrp_vips *v)
{
	return VRRP_STEERING_TABLE + (uint32_t)v->ifindex %
	    VRRP_STEERING_TABLES;
}

static bool
can_steer(const struct vrrp_vips *v)
{
	return v->device[0] != '\0';
}

static bool
is_on_device(const struct vrrp_vips *v, const struct vrrp_vip_address *a)
{
	return !a->owned && a->ifindex == v->ifindex &&
	    !addr_is_link_local(&a->prefix.addr);
}

static bool
is_network(const struct nl_addr *own, uint8_t family)
{
	return own->prefix.addr.family == family &&
	    own->prefix.len < 8 * addr_len(family) &&
	    !addr_is_link_local(&own->prefix.addr);
}

/* To the networks of the parent, and to all others where there is a gateway. */
static int
put_routes(struct vrrp_vips *v, const struct vrrp_vip_questions *q,
    const struct addr *source, bool on)
{
	const struct addr_prefix all = { .addr = { .family = source->family } };
	const struct nl_addr *own = NULL;
	int error = 0;

	while (q->next != NULL && error == 0 && (own = q->next(
	    v->parent.ifindex, own, q->arg)) != NULL)
		if (is_network(own, source->family))
			error = nl_batch_table_route(v->steer, v->ifindex,
			    &own->prefix, source, NULL, table_of(v), on);
	if (error == 0 && q->gateway.family == source->family)
		error = nl_batch_table_route(v->steer, v->ifindex, &all, source,
		    &q->gateway, table_of(v), on);
	return error;
}

static int
build_family(struct vrrp_vips *v, const struct vrrp_vip_questions *q, bool on,
    uint8_t family)
{
	const struct addr *source = NULL;
	unsigned i;
	int error = 0;

	for (i = 0; i < v->count && error == 0; i++) {
		if (!is_on_device(v, &v->addresses[i]) ||
		    v->addresses[i].prefix.addr.family != family)
			continue;
		if (source == NULL)
			source = &v->addresses[i].prefix.addr;
		error = nl_batch_rule(v->steer, &v->addresses[i].prefix.addr,
		    table_of(v), on);
	}
	return error == 0 && source != NULL ? put_routes(v, q, source, on) :
	    error;
}

static int
build(struct vrrp_vips *v, const struct vrrp_vip_questions *q, bool on)
{
	int error;

	nl_batch_clear(v->steer);
	error = build_family(v, q, on, AF_INET);
	return error == 0 ? build_family(v, q, on, AF_INET6) : error;
}

static void
steered(int error, unsigned failed_at, void *arg)
{
	struct vrrp_vips *v = arg;

	(void)failed_at;
	v->steer_error = error;
}

static void
carry_out(struct vrrp_vips *v)
{
	const uint8_t *bytes;
	size_t len;

	bytes = nl_batch_bytes(v->steer, &len);
	if (len > 0 && (v->q->steer == NULL ||
	    !v->q->steer(bytes, len, v->q->arg)))
		(void)nl_batch_send(v->steer, steered, v);
}

/* Does an answer to a neighbour of the parent leave as it should? */
static bool
leads_through(const struct vrrp_vips *v, const struct vrrp_vip_questions *q,
    uint8_t family)
{
	const struct nl_addr *own = NULL;
	struct addr neighbour;
	unsigned i;

	while (q->next != NULL && (own = q->next(v->parent.ifindex, own,
	    q->arg)) != NULL && !is_network(own, family))
		continue;
	if (q->next == NULL || own == NULL)
		return true;
	neighbour = own->prefix.addr;
	neighbour.bytes[addr_len(neighbour.family) - 1] ^= 2;
	for (i = 0; i < v->count; i++)
		if (is_on_device(v, &v->addresses[i]) &&
		    v->addresses[i].prefix.addr.family == family && nl_way_out(v->nl,
		    &v->addresses[i].prefix.addr, &neighbour) != v->ifindex)
			return false;
	return true;
}

void
vrrp_vip_steer_on(struct vrrp_vips *v, const struct vrrp_vip_questions *q)
{
	if (!q->steers || !can_steer(v) || build(v, q, true) < 0)
		return;
	v->steered = true;
	v->steer_gateway = q->gateway;
	carry_out(v);
}

void
vrrp_vip_steer_off(struct vrrp_vips *v)
{
	if (!v->steered)
		return;
	v->steered = false;
	if (build(v, v->q, false) == 0)
		carry_out(v);
}

static bool
is_still_there(const struct vrrp_vips *v, const struct addr *a)
{
	unsigned i;

	for (i = 0; i < v->count; i++)
		if (is_on_device(v, &v->addresses[i]) &&
		    addr_equal(&v->addresses[i].prefix.addr, a))
			return true;
	return false;
}

/* Of the others nothing is touched: they go on to answer. */
void
vrrp_vip_steer_off_from(struct vrrp_vips *v, const struct vrrp_vip_address *was,
    unsigned count)
{
	unsigned i;

	if (!v->steered)
		return;
	nl_batch_clear(v->steer);
	for (i = 0; i < count; i++)
		if (is_on_device(v, &was[i]) &&
		    !is_still_there(v, &was[i].prefix.addr) &&
		    nl_batch_rule(v->steer, &was[i].prefix.addr, table_of(v),
		    false) < 0)
			return;
	carry_out(v);
}

void
vrrp_vip_steer(struct vrrp_vips *v, const struct vrrp_vip_questions *q)
{
	v->q->steers = q->steers;
	v->q->gateway = q->gateway;
	if (q->steers && v->steered && addr_equal(&q->gateway,
	    &v->steer_gateway) && leads_through(v, q, AF_INET) &&
	    leads_through(v, q, AF_INET6))
		return;
	if (q->steers)
		vrrp_vip_steer_on(v, q);
	else if (v->steered)
		vrrp_vip_steer_off(v);
}

void
vrrp_vip_steered(struct vrrp_vips *v, int error)
{
	v->steer_error = -error;
}

void
vrrp_vip_steer_again(struct vrrp_vips *v)
{
	carry_out(v);
}

int
vrrp_vip_steer_error(const struct vrrp_vips *v)
{
	return v->steer_error;
}
