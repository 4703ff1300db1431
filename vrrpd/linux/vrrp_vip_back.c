/*
 * vrrp_vip_back.c - our addresses do not stand before the host's own.
 *
 * Of the IPv4 addresses of one network on one interface the first is the primary
 * one.  It is the source of the host's own connections, and the kernel deletes the
 * others with it, unless it is told to promote one of them (promote_secondaries),
 * which Debian's is not.  Whoever renews the host's addresses takes them away and
 * gives them again, and an address of ours that stayed, or was put back in between,
 * is the primary one then.  It would take the host's own address along when it
 * goes: at a handover, at the end of vrrpd, or when the kernel takes away what
 * nobody lends anew.
 *
 * So ours go and come again behind the others, in one batch.  Everything that
 * would be gone in between is covered, by a local route and by the address as a
 * /32, as in vrrp_vip_change.c: a packet that arrives is delivered, routes that
 * name an address as their source stay, and an interface whose last address goes
 * keeps its routes.
 *
 * Nothing but this puts an address there that is not ours, and it only gives back
 * what the deletion before it took.
 *
 * Called by vrrp_hold.c.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "shared/nl_batch.h"
#include "vrrpd/linux/vrrp_vip.h"
#include "vrrpd/linux/vrrp_vip_state.h"

#define HOST_LEN	32	/* IPv4 */

struct back {
	const struct vrrp_vips		*v;
	const struct vrrp_vip_questions	*q;
	struct nl_batch			*b;
};

static bool
kin(const struct back *k, const struct vrrp_vip_address *a, unsigned n,
    struct nl_addr *out)
{
	return k->q->kin(a->ifindex, &a->prefix, n, out, k->q->arg);
}

static bool
same_network(const struct vrrp_vip_address *a, const struct vrrp_vip_address *b)
{
	return a->ifindex == b->ifindex && a->prefix.len == b->prefix.len &&
	    addr_in_prefix(&a->prefix.addr, &b->prefix);
}

static bool
can_have_kin(const struct back *k, const struct vrrp_vip_address *a)
{
	return !a->owned && a->prefix.addr.family == AF_INET &&
	    a->prefix.len < HOST_LEN && (k->v->device[0] == '\0' ||
	    a->ifindex != k->v->ifindex);
}

static int
cover(const struct back *k, int ifindex, const struct addr *addr, bool on)
{
	const struct addr_prefix host = { *addr, HOST_LEN };
	int error = 0;

	if (on)
		error = nl_batch_addr_add(k->b, ifindex, &host, 0, NULL);
	if (error == 0)
		error = nl_batch_local_route(k->b, ifindex, addr, on);
	if (error == 0 && !on)
		error = nl_batch_addr_del(k->b, ifindex, &host);
	return error;
}

/* The kin of `gone`, while that goes. */
static int
cover_kin(const struct back *k, const struct vrrp_vip_address *gone, bool on)
{
	struct nl_addr other;
	unsigned i;
	int error = 0;

	for (i = 0; error == 0 && kin(k, gone, i, &other); i++)
		error = cover(k, other.ifindex, &other.prefix.addr, on);
	return error;
}

/* Everything of the network of first: of ours, and of the others. */
static int
cover_all(const struct back *k, const struct vrrp_vip_address *first, bool on)
{
	const struct vrrp_vip_address *a;
	unsigned i;
	int error = 0;

	for (i = 0; i < k->v->count && error == 0; i++) {
		a = &k->v->addresses[i];
		if (!a->owned && same_network(a, first))
			error = cover(k, a->ifindex, &a->prefix.addr, on);
	}
	return error == 0 ? cover_kin(k, first, on) : error;
}

/*
 * All of ours are deleted, one by one: where the kernel promotes, the next one of
 * ours would be first.
 */
static int
move_behind(const struct back *k, const struct vrrp_vip_address *first)
{
	const struct vrrp_vip_address *a;
	struct nl_addr other;
	unsigned i;
	int error = cover_all(k, first, true);

	for (i = 0; i < k->v->count && error == 0; i++) {
		a = &k->v->addresses[i];
		if (!a->owned && same_network(a, first))
			error = nl_batch_addr_del(k->b, a->ifindex, &a->prefix);
	}
	for (i = 0; error == 0 && kin(k, first, i, &other); i++)
		error = nl_batch_addr_put_back(k->b, &other);
	for (i = 0; i < k->v->count && error == 0; i++) {
		a = &k->v->addresses[i];
		if (!a->owned && same_network(a, first))
			error = vrrp_vip_lend(k->b, a, k->q->lifetime_s);
	}
	return error == 0 ? cover_all(k, first, false) : error;
}

static void
moved(int error, unsigned failed_at, void *arg)
{
	/* An address that is missing now has its own event. */
	(void)error;
	(void)failed_at;
	(void)arg;
}

int
vrrp_vip_step_back(struct vrrp_vips *v, const struct vrrp_vip_questions *q)
{
	const struct back k = { v, q, v->back };
	struct nl_addr other;
	unsigned i;
	size_t len;
	int error = 0;

	if (q->kin == NULL)
		return -ENODATA;
	nl_batch_clear(v->back);
	for (i = 0; i < v->count && error == 0; i++)
		if (can_have_kin(&k, &v->addresses[i]) &&
		    kin(&k, &v->addresses[i], 0, &other))
			error = move_behind(&k, &v->addresses[i]);
	if (error < 0)
		return error;
	(void)nl_batch_bytes(v->back, &len);
	return len == 0 ? -ENODATA : nl_batch_send(v->back, moved, NULL);
}

int
vrrp_vip_remove_other(struct vrrp_vips *v, const struct vrrp_vip_questions *q,
    const struct nl_addr *found)
{
	const struct vrrp_vip_address gone = { .prefix = found->prefix,
	    .ifindex = found->ifindex };
	const struct back k = { v, q, v->back };
	struct nl_addr other;
	unsigned i;
	int error;

	if (q->kin == NULL || found->prefix.addr.family != AF_INET ||
	    !kin(&k, &gone, 0, &other))
		return -ENODATA;
	nl_batch_clear(v->back);
	error = cover_kin(&k, &gone, true);
	if (error == 0)
		error = nl_batch_addr_del(v->back, gone.ifindex, &gone.prefix);
	for (i = 0; error == 0 && kin(&k, &gone, i, &other); i++)
		error = nl_batch_addr_put_back(v->back, &other);
	if (error == 0)
		error = cover_kin(&k, &gone, false);
	return error < 0 ? error : nl_batch_send(v->back, moved, NULL);
}
