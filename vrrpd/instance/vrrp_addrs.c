/*
 * vrrp_addrs.c - every address of this network namespace, as the kernel told.
 *
 * Two hash tables of one size: the addresses, by interface and address, and the
 * interfaces that have any, by index, each with the list of its own, in the order in
 * which they came: whoever puts some of them back has to keep it.  Both grow together
 * when there are as many addresses as buckets.
 *
 * Kept by vrrp_router.c from netlink events; read by vrrp_iface.c, vrrp_hold.c and
 * vrrp_able.c.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "vrrpd/instance/vrrp_addrs.h"

#define SIZE_MIN	64

struct vrrp_addrs_link {
	LIST_ENTRY(vrrp_addrs_link)	entry;
	int				ifindex;
	TAILQ_HEAD(, vrrp_addrs_entry)	addresses;
};

struct vrrp_addrs_entry {
	struct nl_addr			 a;		/* first: see entry_of() */
	LIST_ENTRY(vrrp_addrs_entry)	 same_bucket;
	TAILQ_ENTRY(vrrp_addrs_entry)	 same_link;
	struct vrrp_addrs_link		*link;
};

static const struct vrrp_addrs_entry *
entry_of(const struct nl_addr *a)
{
	return (const struct vrrp_addrs_entry *)(const void *)a;
}

/* FNV-1a. */
static uint32_t
mix(uint32_t hash, const uint8_t *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		hash = (hash ^ bytes[i]) * 16777619U;
	return hash;
}

static struct vrrp_addrs_bucket *
bucket_of(const struct vrrp_addrs *as, int ifindex, const struct addr *a)
{
	uint32_t hash = mix(2166136261U, (const uint8_t *)&ifindex,
	    sizeof(ifindex));

	hash = mix(hash, a->bytes, sizeof(a->bytes));
	return &as->buckets[(hash ^ hash >> 16) & (as->size - 1)];
}

static struct vrrp_addrs_links *
links_of(const struct vrrp_addrs *as, int ifindex)
{
	return &as->links[(unsigned)ifindex & (as->size - 1)];
}

static struct vrrp_addrs_link *
link_of(const struct vrrp_addrs *as, int ifindex)
{
	struct vrrp_addrs_link *l;

	if (as->size == 0)
		return NULL;
	LIST_FOREACH(l, links_of(as, ifindex), entry)
		if (l->ifindex == ifindex)
			return l;
	return NULL;
}

static struct vrrp_addrs_entry *
find(const struct vrrp_addrs *as, int ifindex, const struct addr_prefix *p)
{
	struct vrrp_addrs_entry *e;

	if (as->size == 0)
		return NULL;
	LIST_FOREACH(e, bucket_of(as, ifindex, &p->addr), same_bucket)
		if (e->a.ifindex == ifindex && e->a.prefix.len == p->len &&
		    addr_equal(&e->a.prefix.addr, &p->addr))
			return e;
	return NULL;
}

/* Everything into tables of twice the size. */
static bool
grow(struct vrrp_addrs *as)
{
	struct vrrp_addrs big = { .size = as->size == 0 ? SIZE_MIN :
	    2 * as->size, .count = as->count };
	struct vrrp_addrs_link *l;
	struct vrrp_addrs_entry *e;
	unsigned i;

	big.buckets = calloc(big.size, sizeof(*big.buckets));
	big.links = calloc(big.size, sizeof(*big.links));
	if (big.buckets == NULL || big.links == NULL) {
		free(big.buckets);
		free(big.links);
		return false;
	}
	for (i = 0; i < as->size; i++) {
		while ((l = LIST_FIRST(&as->links[i])) != NULL) {
			LIST_REMOVE(l, entry);
			LIST_INSERT_HEAD(links_of(&big, l->ifindex), l, entry);
		}
		while ((e = LIST_FIRST(&as->buckets[i])) != NULL) {
			LIST_REMOVE(e, same_bucket);
			LIST_INSERT_HEAD(bucket_of(&big, e->a.ifindex,
			    &e->a.prefix.addr), e, same_bucket);
		}
	}
	free(as->buckets);
	free(as->links);
	*as = big;
	return true;
}

static void
remove_entry(struct vrrp_addrs *as, struct vrrp_addrs_entry *e)
{
	LIST_REMOVE(e, same_bucket);
	TAILQ_REMOVE(&e->link->addresses, e, same_link);
	if (TAILQ_EMPTY(&e->link->addresses)) {
		LIST_REMOVE(e->link, entry);
		free(e->link);
	}
	free(e);
	as->count--;
}

static bool
insert(struct vrrp_addrs *as, const struct nl_addr *a)
{
	struct vrrp_addrs_entry *e;
	struct vrrp_addrs_link *l;

	if (as->count == as->size && !grow(as))
		return false;
	l = link_of(as, a->ifindex);
	e = calloc(1, sizeof(*e));
	if (e != NULL && l == NULL && (l = calloc(1, sizeof(*l))) != NULL) {
		l->ifindex = a->ifindex;
		TAILQ_INIT(&l->addresses);
		LIST_INSERT_HEAD(links_of(as, a->ifindex), l, entry);
	}
	if (e == NULL || l == NULL) {
		free(e);
		return false;
	}
	e->a = *a;
	e->link = l;
	TAILQ_INSERT_TAIL(&l->addresses, e, same_link);
	LIST_INSERT_HEAD(bucket_of(as, a->ifindex, &a->prefix.addr), e,
	    same_bucket);
	as->count++;
	return true;
}

bool
vrrp_addrs_update(struct vrrp_addrs *as, const struct nl_addr *a, bool gone)
{
	struct vrrp_addrs_entry *e = find(as, a->ifindex, &a->prefix);

	if (e == NULL)
		return gone || insert(as, a);
	if (gone)
		remove_entry(as, e);
	else
		e->a = *a;
	return true;
}

void
vrrp_addrs_clear(struct vrrp_addrs *as)
{
	struct vrrp_addrs_entry *e;
	unsigned i;

	for (i = 0; i < as->size; i++)
		while ((e = LIST_FIRST(&as->buckets[i])) != NULL)
			remove_entry(as, e);
	free(as->buckets);
	free(as->links);
	memset(as, 0, sizeof(*as));
}

bool
vrrp_addrs_has(const struct vrrp_addrs *as, int ifindex,
    const struct addr *addr)
{
	const struct vrrp_addrs_entry *e;

	if (as->size == 0)
		return false;
	LIST_FOREACH(e, bucket_of(as, ifindex, addr), same_bucket)
		if (e->a.ifindex == ifindex &&
		    addr_equal(&e->a.prefix.addr, addr))
			return true;
	return false;
}

const struct nl_addr *
vrrp_addrs_find(const struct vrrp_addrs *as, int ifindex,
    const struct addr_prefix *p)
{
	const struct vrrp_addrs_entry *e = find(as, ifindex, p);

	return e == NULL ? NULL : &e->a;
}

const struct nl_addr *
vrrp_addrs_next(const struct vrrp_addrs *as, int ifindex,
    const struct nl_addr *after)
{
	const struct vrrp_addrs_link *l;
	const struct vrrp_addrs_entry *e;

	if (after != NULL)
		e = TAILQ_NEXT(entry_of(after), same_link);
	else
		e = (l = link_of(as, ifindex)) == NULL ? NULL :
		    TAILQ_FIRST(&l->addresses);
	return e == NULL ? NULL : &e->a;
}
