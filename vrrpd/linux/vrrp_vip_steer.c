/*
 * vrrp_vip_steer.c - the way back from an address leads through its device.
 *
 * Replies to the network of the interface leave through the interface, which has
 * the route, and not through the device that the address is on.  A host that is told
 * to answer ARP only where the way back leads (arp_filter of "all", which no device
 * can decline) would never answer for the address then.
 *
 * On such a host what has a virtual address as its source is looked up in a table of
 * its own first, which has the networks of the interface and our device for each:
 * replies leave with the virtual MAC.  Whatever is further away is not in the
 * table and takes the host's own routes, since only neighbours ask by ARP.
 *
 * The number of the table is made from the index of the device.  The routes name the
 * address as their source, so the kernel takes them away with it, also when all of us
 * are dead.  A rule that is left then leads to an empty table, and lookups go on behind
 * it; it is removed when the address is withdrawn the next time, as each instance does
 * that adopts a device.
 *
 * A device that may not speak is no way back: a router that leaves and lingers is
 * not steered.
 *
 * Called by vrrp_vip.c and vrrp_hold.c.
 */
#include "config.h"

#include <string.h>
#include <sys/socket.h>

#include "shared/nl_batch.h"
#include "vrrpd/linux/vrrp_vip.h"
#include "vrrpd/linux/vrrp_vip_state.h"

/* "vr" and the index: no number that a person would choose. */
#define TABLE		0x76720000U

static uint32_t
table_of(const struct vrrp_vips *v)
{
	return TABLE + (uint32_t)v->ifindex;
}

static bool
can_steer(const struct vrrp_vips *v)
{
	return v->device[0] != '\0' && v->p->family == AF_INET;
}

static bool
is_on_device(const struct vrrp_vips *v, const struct vrrp_vip_address *a)
{
	return !a->owned && a->ifindex == v->ifindex;
}

/* Of the networks of the parent, by the first address of ours. */
static int
add_routes(struct vrrp_vips *v, const struct vrrp_vip_questions *q,
    const struct addr *source)
{
	const struct nl_addr *own = NULL;
	int error = 0;

	while (q->next != NULL && error == 0 && (own = q->next(
	    v->parent.ifindex, own, q->arg)) != NULL)
		if (own->prefix.addr.family == AF_INET &&
		    own->prefix.len < 32)
			error = nl_batch_table_route(v->steer, v->ifindex,
			    &own->prefix, source, table_of(v), true);
	return error;
}

static int
build(struct vrrp_vips *v, const struct vrrp_vip_questions *q, bool on)
{
	const struct addr *source = NULL;
	unsigned i;
	int error = 0;

	nl_batch_clear(v->steer);
	for (i = 0; i < v->count && error == 0; i++) {
		if (!is_on_device(v, &v->addresses[i]))
			continue;
		if (source == NULL)
			source = &v->addresses[i].prefix.addr;
		error = nl_batch_rule(v->steer, &v->addresses[i].prefix.addr,
		    table_of(v), on);
	}
	return error == 0 && on && source != NULL ? add_routes(v, q, source) :
	    error;
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
	size_t len;

	(void)nl_batch_bytes(v->steer, &len);
	if (len > 0)
		(void)nl_batch_send(v->steer, steered, v);
}

void
vrrp_vip_steer_on(struct vrrp_vips *v, const struct vrrp_vip_questions *q)
{
	if (!q->steers || !can_steer(v) || build(v, q, true) < 0)
		return;
	v->steered = true;
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

void
vrrp_vip_steer(struct vrrp_vips *v, const struct vrrp_vip_questions *q)
{
	v->q->steers = q->steers;
	if (q->steers)
		vrrp_vip_steer_on(v, q);
	else if (v->steered)
		vrrp_vip_steer_off(v);
}

int
vrrp_vip_steer_error(const struct vrrp_vips *v)
{
	return v->steer_error;
}
