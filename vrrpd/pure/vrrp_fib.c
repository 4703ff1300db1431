/*
 * vrrp_fib.c - routes of the kernel, as far as somebody waits for them.  PURE.
 *
 * What makes two routes the same one is what the kernel goes by: prefix, table, type
 * of service, metric.  IPv4 may have several of them beside each other, which
 * differ in their ways; IPv6 makes several ways of one route of them.
 *
 * Called by vrrp_check_route.c, which owns the sockets and the set.
 */
#include "config.h"

#include "vrrpd/pure/vrrp_fib.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#ifndef RTA_NH_ID
#define RTA_NH_ID	30
#endif

/* --- reading --- */

struct attributes {
	const uint8_t	*at;
	size_t		 left;
};

/* The next attribute: its type and payload.  False at the end. */
static bool
next(struct attributes *a, unsigned *type, const uint8_t **bytes, size_t *len)
{
	struct rtattr h;
	size_t step;

	if (a->left < sizeof(h))
		return false;
	memcpy(&h, a->at, sizeof(h));
	if (h.rta_len < sizeof(h) || h.rta_len > a->left)
		return false;
	*type = h.rta_type & NLA_TYPE_MASK;
	*bytes = a->at + sizeof(h);
	*len = h.rta_len - sizeof(h);
	step = RTA_ALIGN(h.rta_len);
	if (step > a->left)
		step = a->left;
	a->at += step;
	a->left -= step;
	return true;
}

static uint32_t
number(const uint8_t *bytes, size_t len)
{
	uint32_t n = 0;

	if (len >= sizeof(n))
		memcpy(&n, bytes, sizeof(n));
	return n;
}

static struct addr
address(uint8_t family, const uint8_t *bytes, size_t len)
{
	struct addr none = { .family = AF_UNSPEC };

	return addr_len(family) != 0 && len >= addr_len(family) ?
	    addr_from_bytes(family, bytes) : none;
}

/* RTA_VIA: a family and an address of it. */
static struct addr
address_of_any(const uint8_t *bytes, size_t len)
{
	uint16_t family = AF_UNSPEC;

	if (len >= sizeof(family))
		memcpy(&family, bytes, sizeof(family));
	if (family != AF_INET && family != AF_INET6)
		family = AF_UNSPEC;
	return address((uint8_t)family, bytes + sizeof(family),
	    len < sizeof(family) ? 0 : len - sizeof(family));
}

static void
add_way(struct vrrp_fib_route *r, const struct vrrp_fib_way *way)
{
	if (r->way_count < VRRP_FIB_WAYS_MAX)
		r->ways[r->way_count++] = *way;
}

static bool
is_dead(unsigned flags)
{
	return (flags & (RTNH_F_DEAD | RTNH_F_LINKDOWN)) != 0;
}

static void
read_ways(struct vrrp_fib_route *r, const uint8_t *bytes, size_t len)
{
	struct attributes a;
	struct vrrp_fib_way way;
	struct rtnexthop h;
	const uint8_t *value;
	unsigned type;
	size_t n, step;

	while (len >= sizeof(h)) {
		memcpy(&h, bytes, sizeof(h));
		if (h.rtnh_len < sizeof(h) || h.rtnh_len > len)
			return;
		memset(&way, 0, sizeof(way));
		way.ifindex = h.rtnh_ifindex;
		way.dead = is_dead(h.rtnh_flags);
		a.at = bytes + sizeof(h);
		a.left = h.rtnh_len - sizeof(h);
		while (next(&a, &type, &value, &n)) {
			if (type == RTA_GATEWAY)
				way.via = address(r->prefix.addr.family,
				    value, n);
			else if (type == RTA_VIA)
				way.via = address_of_any(value, n);
		}
		add_way(r, &way);
		step = RTNH_ALIGN(h.rtnh_len);
		if (step > len)
			return;
		bytes += step;
		len -= step;
	}
}

static void
read_attributes(struct vrrp_fib_route *r, struct attributes a,
    struct vrrp_fib_way *way)
{
	uint8_t family = r->prefix.addr.family;
	const uint8_t *value;
	unsigned type;
	size_t n;

	while (next(&a, &type, &value, &n)) {
		switch (type) {
		case RTA_DST:
			r->prefix.addr = address(family, value, n);
			break;
		case RTA_TABLE:
			r->table = number(value, n);
			break;
		case RTA_PRIORITY:
			r->metric = number(value, n);
			break;
		case RTA_OIF:
			way->ifindex = (int)number(value, n);
			break;
		case RTA_GATEWAY:
			way->via = address(family, value, n);
			break;
		case RTA_VIA:
			way->via = address_of_any(value, n);
			break;
		case RTA_MULTIPATH:
			read_ways(r, value, n);
			break;
		case RTA_NH_ID:
			r->by_id = true;
			break;
		default:
			break;
		}
	}
}

bool
vrrp_fib_read(const struct nlmsghdr *h, size_t len, struct vrrp_fib_route *r)
{
	static const uint8_t zeros[16];
	const size_t head = NLMSG_ALIGN(sizeof(*h)) + sizeof(struct rtmsg);
	struct vrrp_fib_way way;
	struct rtmsg m;

	if (len < head || h->nlmsg_len < head || h->nlmsg_len > len ||
	    (h->nlmsg_type != RTM_NEWROUTE && h->nlmsg_type != RTM_DELROUTE))
		return false;
	memcpy(&m, (const uint8_t *)h + NLMSG_ALIGN(sizeof(*h)), sizeof(m));
	if ((m.rtm_family != AF_INET && m.rtm_family != AF_INET6) ||
	    m.rtm_dst_len > 8 * addr_len(m.rtm_family) || m.rtm_src_len != 0 ||
	    (m.rtm_flags & RTM_F_CLONED) != 0)
		return false;
	memset(r, 0, sizeof(*r));
	memset(&way, 0, sizeof(way));
	r->prefix.addr = addr_from_bytes(m.rtm_family, zeros);
	r->prefix.len = m.rtm_dst_len;
	r->table = m.rtm_table;
	r->tos = m.rtm_tos;
	r->protocol = m.rtm_protocol;
	r->leads = m.rtm_type == RTN_UNICAST;
	way.dead = is_dead(m.rtm_flags);
	read_attributes(r, (struct attributes){ (const uint8_t *)h +
	    NLMSG_ALIGN(head), h->nlmsg_len - head }, &way);
	if (r->prefix.addr.family != m.rtm_family)
		return false;
	if (r->way_count == 0)
		add_way(r, &way);
	return true;
}

/* --- the set --- */

void
vrrp_fib_init(struct vrrp_fib *f)
{
	f->count = 0;
	f->full = false;
}

static bool
same_prefix(const struct addr_prefix *a, const struct addr_prefix *b)
{
	return a->len == b->len && addr_equal(&a->addr, &b->addr);
}

/* For the kernel one route, or several of the same rank. */
static bool
same_place(const struct vrrp_fib_route *a, const struct vrrp_fib_route *b)
{
	return a->table == b->table && a->metric == b->metric &&
	    a->tos == b->tos && same_prefix(&a->prefix, &b->prefix);
}

static bool
same_route(const struct vrrp_fib_route *a, const struct vrrp_fib_route *b)
{
	unsigned i;

	if (!same_place(a, b) || a->protocol != b->protocol ||
	    a->leads != b->leads || a->way_count != b->way_count)
		return false;
	for (i = 0; i < a->way_count; i++)
		if (a->ways[i].ifindex != b->ways[i].ifindex ||
		    !addr_equal(&a->ways[i].via, &b->ways[i].via))
			return false;
	return true;
}

static unsigned
find(const struct vrrp_fib *f, const struct vrrp_fib_route *r,
    bool (*same)(const struct vrrp_fib_route *, const struct vrrp_fib_route *))
{
	unsigned i;

	for (i = 0; i < f->count; i++)
		if (same(&f->list[i], r))
			break;
	return i;
}

static void
take_out(struct vrrp_fib *f, unsigned at)
{
	f->list[at] = f->list[--f->count];
}

void
vrrp_fib_add(struct vrrp_fib *f, const struct vrrp_fib_route *r)
{
	if (f->count < VRRP_FIB_ROUTES_MAX)
		f->list[f->count++] = *r;
	else
		f->full = true;
}

enum vrrp_fib_news
vrrp_fib_came(struct vrrp_fib *f, const struct vrrp_fib_route *r,
    bool replaces)
{
	unsigned at = find(f, r, same_route);
	bool beside;

	if (at < f->count) {			/* perhaps with other flags */
		f->list[at] = *r;
		return VRRP_FIB_CHANGED;
	}
	at = find(f, r, same_place);
	if (replaces && at < f->count) {
		take_out(f, at);
		at = find(f, r, same_place);
	}
	beside = at < f->count;
	vrrp_fib_add(f, r);
	return beside || f->full ? VRRP_FIB_UNSURE : VRRP_FIB_CHANGED;
}

enum vrrp_fib_news
vrrp_fib_went(struct vrrp_fib *f, const struct vrrp_fib_route *r)
{
	unsigned at = find(f, r, same_route);

	if (at < f->count) {
		take_out(f, at);
		return f->full ? VRRP_FIB_UNSURE : VRRP_FIB_CHANGED;
	}
	at = find(f, r, same_place);
	if (at == f->count)
		return f->full ? VRRP_FIB_UNSURE : VRRP_FIB_SAME;
	return VRRP_FIB_UNSURE;
}

bool
vrrp_fib_device(struct vrrp_fib *f, int ifindex, bool works)
{
	struct vrrp_fib_way *way;
	bool used = false;
	unsigned i, j;

	for (i = 0; i < f->count; i++)
		for (j = 0; j < f->list[i].way_count; j++) {
			way = &f->list[i].ways[j];
			if (way->ifindex != ifindex)
				continue;
			used = true;
			if (!works)
				way->dead = true;
		}
	return used;
}

bool
vrrp_fib_by_id(const struct vrrp_fib *f)
{
	unsigned i;

	for (i = 0; i < f->count; i++)
		if (f->list[i].by_id)
			return true;
	return false;
}

/* --- the question --- */

bool
vrrp_fib_has(const struct vrrp_fib *f, const struct vrrp_route_want *want,
    char *why, size_t size)
{
	const struct vrrp_fib_route *r;
	const struct vrrp_fib_way *way;
	bool dead = false;
	unsigned i, j;

	for (i = 0; i < f->count; i++) {
		r = &f->list[i];
		if (!r->leads || r->table != want->table ||
		    (want->protocol != 0 && r->protocol != want->protocol) ||
		    !same_prefix(&r->prefix, &want->prefix))
			continue;
		for (j = 0; j < r->way_count; j++) {
			way = &r->ways[j];
			if (addr_is_set(&want->via) &&
			    !addr_equal(&way->via, &want->via))
				continue;
			if (!way->dead)
				return true;
			dead = true;
		}
	}
	(void)snprintf(why, size, dead ? "the device of the route is down or "
	    "has no carrier" : "there is no such route");
	return false;
}
