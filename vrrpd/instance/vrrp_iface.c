/*
 * vrrp_iface.c - what the instances of one interface share.
 *
 * Sockets, addresses, and the table of instances by family and VRID.  Packets go
 * to the callback that vrrp_iface_new() was given, which keeps its counters here.
 *
 * The primary address (V-23) is the first address that is not virtual, one that
 * the kernel calls secondary only for want of another.  Addresses are kept in
 * the order the kernel gave them, which is its own order.
 */
#include "config.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/log.h"
#include "vrrpd/instance/vrrp_iface.h"
#include "vrrpd/instance/virtual_router.h"

#define LOG_EVERY_NS	(10 * NS_PER_S)
#define LOG_BURST	1

/* --- addresses --- */

static bool
same_address(const struct nl_addr *a, const struct nl_addr *b)
{
	return a->ifindex == b->ifindex && a->prefix.len == b->prefix.len &&
	    addr_equal(&a->prefix.addr, &b->prefix.addr);
}

bool
vrrp_addrs_update(struct vrrp_addrs *as, const struct nl_addr *a, bool gone)
{
	struct nl_addr *list;
	unsigned i, size;

	for (i = 0; i < as->count; i++) {
		if (!same_address(&as->list[i], a))
			continue;
		if (!gone) {
			as->list[i] = *a;
			return true;
		}
		memmove(&as->list[i], &as->list[i + 1],
		    (as->count - i - 1) * sizeof(*as->list));
		as->count--;
		return true;
	}
	if (gone)
		return true;
	if (as->count == as->size) {
		size = as->size == 0 ? 64 : as->size * 2;
		list = realloc(as->list, size * sizeof(*list));
		if (list == NULL)
			return false;
		as->list = list;
		as->size = size;
	}
	as->list[as->count++] = *a;
	return true;
}

void
vrrp_addrs_clear(struct vrrp_addrs *as)
{
	free(as->list);
	memset(as, 0, sizeof(*as));
}

bool
vrrp_addrs_has(const struct vrrp_addrs *as, int ifindex,
    const struct addr *addr)
{
	unsigned i;

	for (i = 0; i < as->count; i++)
		if (as->list[i].ifindex == ifindex &&
		    addr_equal(&as->list[i].prefix.addr, addr))
			return true;
	return false;
}

/* --- life --- */

static void
check(const struct vrrp_iface *f)
{
	unsigned i, users = 0;

	assert(f->exists || f->io == NULL);
	assert(f->exists || (!addr_is_set(&f->primary[0]) &&
	    !addr_is_set(&f->primary[1])));
	for (i = 0; i < 256; i++)
		users += (f->table[0][i] != NULL) + (f->table[1][i] != NULL);
	assert(users + f->placeless == f->users);
}

struct vrrp_iface *
vrrp_iface_new(struct loop *loop, const char *name,
    const struct vrrp_addrs *addrs, vrrp_io_rx_cb rx)
{
	struct vrrp_iface *f;
	int i;

	f = calloc(1, sizeof(*f));
	if (f == NULL)
		return NULL;
	f->loop = loop;
	f->addrs = addrs;
	f->rx = rx;
	(void)snprintf(f->name, sizeof(f->name), "%s", name);
	for (i = 0; i < VRRP_VERDICT_COUNT; i++)
		token_bucket_init(&f->buckets[i], LOG_EVERY_NS, LOG_BURST);
	return f;
}

void
vrrp_iface_free(struct vrrp_iface *f)
{
	if (f == NULL)
		return;
	vrrp_io_close(f->io);
	free(f);
}

static void
join(struct vrrp_iface *f, uint8_t family)
{
	int error;

	if (f->io == NULL)
		return;
	error = vrrp_io_join(f->io, family);
	if (error < 0)
		log_warning("interface=%s cannot join the %s group: %s",
		    f->name, family == AF_INET6 ? "ipv6" : "ipv4",
		    strerror(-error));
}

void
vrrp_iface_found(struct vrrp_iface *f, const struct nl_link *link)
{
	int family, vrid;

	if (f->exists && f->link.ifindex != link->ifindex)
		vrrp_iface_lost(f);
	f->exists = true;
	f->link = *link;
	if (f->io == NULL)
		f->io_error = vrrp_io_open(f->loop, link->ifindex,
		    f->rx, f, &f->io);
	for (family = 0; family < 2; family++)
		for (vrid = 1; vrid < 256; vrid++)
			if (f->table[family][vrid] != NULL) {
				join(f, family == 1 ? AF_INET6 : AF_INET);
				break;
			}
	(void)vrrp_iface_update_primary(f);
	check(f);
}

void
vrrp_iface_count_drops(struct vrrp_iface *f)
{
	if (f->io != NULL)
		f->rx_dropped += vrrp_io_drops(f->io);
}

void
vrrp_iface_lost(struct vrrp_iface *f)
{
	vrrp_iface_count_drops(f);
	f->exists = false;
	vrrp_io_close(f->io);
	f->io = NULL;
	memset(f->primary, 0, sizeof(f->primary));
	check(f);
}

/* --- the table --- */

static struct vrrp_instance **
slot_of(struct vrrp_iface *f, const struct vrrp_instance *v)
{
	return &f->table[v->p.family == AF_INET6][v->p.vrid];
}

void
vrrp_iface_enter(struct vrrp_iface *f, struct vrrp_instance *v)
{
	v->placeless = true;
	f->users++;
	f->placeless++;
	join(f, v->p.family);
	check(f);
}

int
vrrp_iface_take_place(struct vrrp_iface *f, struct vrrp_instance *v)
{
	if (*slot_of(f, v) != NULL)
		return -EEXIST;
	*slot_of(f, v) = v;
	v->placeless = false;
	f->placeless--;
	check(f);
	return 0;
}

void
vrrp_iface_give_place(struct vrrp_iface *f, struct vrrp_instance *v)
{
	*slot_of(f, v) = NULL;
	v->placeless = true;
	f->placeless++;
	check(f);
}

int
vrrp_iface_add(struct vrrp_iface *f, struct vrrp_instance *v)
{
	if (*slot_of(f, v) != NULL)
		return -EEXIST;
	vrrp_iface_enter(f, v);
	return vrrp_iface_take_place(f, v);
}

void
vrrp_iface_remove(struct vrrp_iface *f, struct vrrp_instance *v)
{
	unsigned i;

	if (v->placeless)
		f->placeless--;
	else if (*slot_of(f, v) != v)
		return;
	else
		*slot_of(f, v) = NULL;
	f->users--;
	for (i = 0; i < VRRP_VERDICT_COUNT; i++)	/* never count down */
		f->verdicts[i] += v->stats.verdicts[i];
	check(f);
}

struct vrrp_instance *
vrrp_iface_find(const struct vrrp_iface *f, uint8_t family, uint8_t vrid)
{
	return f->table[family == AF_INET6][vrid];
}

bool
vrrp_iface_is_virtual(const struct vrrp_iface *f, const struct addr *addr)
{
	const struct vrrp_instance *v;
	int vrid;
	unsigned i;

	for (vrid = 1; vrid < 256; vrid++) {
		v = f->table[addr->family == AF_INET6][vrid];
		if (v == NULL || v->p.priority == VRRP_PRIORITY_OWNER)
			continue;
		for (i = 0; i < v->p.vip_count; i++)
			if (addr_equal(&v->p.vips[i].prefix.addr, addr))
				return true;
	}
	return false;
}

static bool
is_primary(const struct vrrp_iface *f, const struct nl_addr *a)
{
	if (a->ifindex != f->link.ifindex || a->tentative)
		return false;
	if (a->prefix.addr.family == AF_INET6) {
		if (!addr_is_link_local(&a->prefix.addr))
			return false;
	}
	return !vrrp_iface_is_virtual(f, &a->prefix.addr);
}

/*
 * A virtual address without a device of its own may have become the kernel's
 * primary one, when the one before was deleted and it was promoted: then ours
 * is a secondary.
 */
bool
vrrp_iface_update_primary(struct vrrp_iface *f)
{
	const struct nl_addr *a, *found[2] = { NULL, NULL };
	struct addr now[2];
	unsigned i;
	int family;
	bool changed;

	for (i = 0; f->exists && i < f->addrs->count; i++) {
		a = &f->addrs->list[i];
		family = a->prefix.addr.family == AF_INET6;
		if (is_primary(f, a) && (found[family] == NULL ||
		    (found[family]->secondary && !a->secondary)))
			found[family] = a;
	}
	memset(now, 0, sizeof(now));
	for (family = 0; family < 2; family++)
		if (found[family] != NULL)
			now[family] = found[family]->prefix.addr;
	changed = memcmp(now, f->primary, sizeof(now)) != 0;
	memcpy(f->primary, now, sizeof(now));
	return changed;
}

const struct addr *
vrrp_iface_primary_of(const struct vrrp_instance *v)
{
	return vrrp_iface_primary(v->iface, v->p.family);
}
