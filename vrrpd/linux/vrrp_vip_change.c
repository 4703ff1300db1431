/*
 * vrrp_vip_change.c - other virtual addresses, while they are installed.
 *
 * A reload may add addresses to a virtual router that serves, and take some away.
 * vrrp_vip_change() prepares for the new list and compares it with the old one;
 * vrrp_vip_follow() sends the difference.  An address that is in both is not
 * touched, with one exception that the kernel makes.
 *
 * Secondary addresses (IPv4).  Of the addresses of one network on one device the
 * first is the primary, and the kernel deletes the others with it; or promotes
 * one of them, if it is told to (promote_secondaries, which vrrp_vmac.c sets on
 * our devices), and then gives all of them their local routes anew.  So whoever
 * may go with a deleted address is given again in the same batch, and covered
 * meanwhile: by a local route of our own, and, because a device whose last address
 * goes loses its routes, by the address as a /32.  A packet that arrives in between
 * is delivered.  The same covers an address of which the prefix length or the label
 * changes; the kernel changes neither in place.
 *
 * IPv6 knows no primaries.  An address of which the prefix length changes is deleted
 * and added, and usable again when the kernel's work queue has come to it, some
 * hundred microseconds later.
 *
 * Order within the batch: covers, deletions, additions, covers off.  A batch is
 * one system call for up to 32 KiB, and so runs to its end even if we are killed.
 *
 * Called by vrrp_hold.c, like vrrp_vip.c, whose other half this is.
 */
#include "config.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/nl_batch.h"
#include "vrrpd/linux/vrrp_vip.h"
#include "vrrpd/linux/vrrp_vip_state.h"

#define HOST_LEN	32	/* IPv4 */

struct list {
	const struct vrrp_vip_address	*at;
	unsigned			 count;
};

/* Two lists, and the fate of each address: see the functions of these names. */
struct difference {
	struct list			 old, new;
	const struct vrrp_vip_questions	*q;
	struct nl_batch			*b;
	bool				 lent;	/* the old ones were */
	bool				 gone[VRRP_ADDRESSES_MAX];	/* old */
	bool				 given[VRRP_ADDRESSES_MAX];
	bool				 is_new[VRRP_ADDRESSES_MAX];	/* new */
	bool				 shaken[VRRP_ADDRESSES_MAX];
};

/* --- comparing --- */

static bool
same_place(const struct vrrp_vip_address *a, const struct vrrp_vip_address *b)
{
	return a->ifindex == b->ifindex &&
	    addr_equal(&a->prefix.addr, &b->prefix.addr);
}

static bool
same_prefix(const struct vrrp_vip_address *a, const struct vrrp_vip_address *b)
{
	return same_place(a, b) && a->prefix.len == b->prefix.len;
}

/* Where it is put; flags follow from the surroundings, and stay as they are. */
static bool
same(const struct vrrp_vip_address *a, const struct vrrp_vip_address *b)
{
	return same_prefix(a, b) && a->owned == b->owned &&
	    strcmp(a->label, b->label) == 0;
}

typedef bool (*like_fn)(const struct vrrp_vip_address *,
    const struct vrrp_vip_address *);

/* Most lists differ little: look at the same place first. */
static const struct vrrp_vip_address *
find(const struct list *l, const struct vrrp_vip_address *a, unsigned hint,
    like_fn like)
{
	unsigned i, at;

	for (i = 0; i < l->count; i++) {
		at = (hint + i) % l->count;
		if (like(&l->at[at], a))
			return &l->at[at];
	}
	return NULL;
}

/* The interface's own from now on: it is left there, and for good. */
static bool
is_given(const struct difference *d, unsigned i)
{
	const struct vrrp_vip_address *now;

	now = find(&d->new, &d->old.at[i], i, same_place);
	return !d->old.at[i].owned && now != NULL && now->owned;
}

static void
compare(struct difference *d)
{
	unsigned i;

	for (i = 0; i < d->old.count; i++) {
		d->given[i] = is_given(d, i);
		d->gone[i] = !d->old.at[i].owned && !d->given[i] &&
		    find(&d->new, &d->old.at[i], i, same) == NULL;
	}
	for (i = 0; i < d->new.count; i++)
		d->is_new[i] = !d->new.at[i].owned &&
		    find(&d->old, &d->new.at[i], i, same) == NULL;
}

/* Both are addresses of one network, of which one is the primary address. */
static bool
same_network(const struct vrrp_vip_address *a, const struct vrrp_vip_address *b)
{
	return a->ifindex == b->ifindex && a->prefix.len == b->prefix.len &&
	    addr_in_prefix(&a->prefix.addr, &b->prefix);
}

static bool
takes_others_along(const struct difference *d, const struct vrrp_vip_address *a)
{
	return d->q->is_secondary == NULL || !d->q->is_secondary(a->ifindex,
	    &a->prefix, d->q->arg);
}

/* This one stays, and the kernel may take it away all the same. */
static bool
is_shaken(const struct difference *d, unsigned i)
{
	const struct vrrp_vip_address *a = &d->new.at[i], *was, *gone;
	unsigned j;

	if (a->owned || a->prefix.addr.family != AF_INET)
		return false;
	was = find(&d->old, a, i, same_place);
	if (was == NULL || was->owned)
		return false;
	for (j = 0; j < d->old.count; j++) {
		gone = &d->old.at[j];
		if (d->gone[j] && same_network(gone, was) &&
		    (gone == was || takes_others_along(d, gone)))
			return true;
	}
	return false;
}

/* --- the batch --- */

/* Has it been, or will it be, a /32 of the configuration? */
static bool
is_host(const struct difference *d, const struct vrrp_vip_address *a)
{
	struct vrrp_vip_address host = *a;

	host.prefix.len = HOST_LEN;
	return find(&d->old, &host, 0, same_prefix) != NULL ||
	    find(&d->new, &host, 0, same_prefix) != NULL;
}

static int
cover(const struct difference *d, const struct vrrp_vip_address *a, bool on)
{
	struct addr_prefix host = { a->prefix.addr, HOST_LEN };
	int error = 0;

	if (on && !is_host(d, a))
		error = nl_batch_addr_add(d->b, a->ifindex, &host, 0, NULL);
	if (error == 0)
		error = nl_batch_local_route(d->b, a->ifindex, &host.addr, on);
	if (error == 0 && !on && !is_host(d, a))
		error = nl_batch_addr_del(d->b, a->ifindex, &host);
	return error;
}

static int
cover_all(const struct difference *d, bool on)
{
	unsigned i;
	int error = 0;

	for (i = 0; i < d->new.count && error == 0; i++)
		if (d->shaken[i])
			error = cover(d, &d->new.at[i], on);
	return error;
}

static bool
has_network(const struct list *l, const struct vrrp_vip_address *a)
{
	unsigned i;

	for (i = 0; i < l->count; i++)
		if (!l->at[i].owned && same_network(&l->at[i], a))
			return true;
	return false;
}

static int
take_away(const struct difference *d)
{
	const struct vrrp_vip_address *a;
	unsigned i;
	int error = 0;

	for (i = 0; i < d->old.count && error == 0; i++) {
		a = &d->old.at[i];
		if (!d->gone[i])
			continue;
		error = nl_batch_addr_del(d->b, a->ifindex, &a->prefix);
		if (error == 0 && d->lent && !has_network(&d->new, a))
			error = vrrp_vip_drop_route(d->b, d->q, a, d->old.at,
			    d->old.count);
	}
	return error;
}

static int
put(const struct difference *d)
{
	unsigned i;
	int error = 0;

	for (i = 0; i < d->new.count && error == 0; i++)
		if (d->shaken[i] || d->is_new[i])
			error = vrrp_vip_lend(d->b, &d->new.at[i],
			    d->q->lifetime_s);
	for (i = 0; i < d->old.count && error == 0; i++)
		if (d->given[i])
			error = vrrp_vip_lend(d->b, &d->old.at[i], 0);
	return error;
}

static int
build(struct difference *d)
{
	unsigned i;
	int error;

	compare(d);
	for (i = 0; i < d->new.count; i++)
		d->shaken[i] = is_shaken(d, i);
	nl_batch_clear(d->b);
	error = cover_all(d, true);
	if (error == 0)
		error = take_away(d);
	if (error == 0)
		error = put(d);
	if (error == 0)
		error = cover_all(d, false);
	return error;
}

/* --- for callers --- */

int
vrrp_vip_change(struct vrrp_vips *v, const struct vrrp_vip_questions *q,
    char reason[VRRP_VIP_REASON_MAX])
{
	struct vrrp_vip_address *was = v->addresses;
	struct difference d = {
		.old = { was, v->count },
		.q = q,
		.b = v->follow,
		.lent = v->lent,
	};
	size_t len;
	int error;

	assert(vrrp_params_addresses(v->p) <= VRRP_ADDRESSES_MAX);
	v->follows = false;
	v->steer_again = v->steered;
	v->addresses = calloc(vrrp_params_addresses(v->p), sizeof(*was));
	if (v->addresses == NULL) {
		v->addresses = was;
		(void)snprintf(reason, VRRP_VIP_REASON_MAX, "out of memory");
		return -ENOMEM;
	}
	v->count = vrrp_params_addresses(v->p);
	error = vrrp_vip_prepare(v, q, reason);
	d.new = (struct list){ v->addresses, v->count };
	if (error == 0 && (error = build(&d)) < 0)
		(void)snprintf(reason, VRRP_VIP_REASON_MAX,
		    "cannot prepare the addresses: %s", strerror(-error));
	if (error < 0) {
		free(v->addresses);
		v->addresses = was;
		v->count = d.old.count;
		return error;
	}
	vrrp_vip_steer_off_from(v, was, d.old.count);
	free(was);
	(void)nl_batch_bytes(v->follow, &len);
	v->follows = len > 0;
	return 0;
}

int
vrrp_vip_follow(struct vrrp_vips *v, nl_batch_done done, void *arg)
{
	int error = -ENODATA;

	if (v->follows)
		error = nl_batch_send(v->follow, done, arg);
	v->follows = false;
	if (v->steer_again)
		vrrp_vip_steer_on(v, v->q);
	v->steer_again = false;
	return error;
}
