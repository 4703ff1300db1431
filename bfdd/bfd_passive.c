/*
 * bfd_passive.c - leave to accept sessions that others open (RFC 9468).
 *
 * The rules, in the order they are tried, cheapest and least revealing first:
 * an offer of this interface and family (off by default), a packet that opens a
 * session, one hop away by its TTL (GTSM), to the address that is offered, from
 * a subnet of the interface - in IPv6 from a link-local address -, unsigned, and
 * then the limits: number of sessions of the offer, and how many new ones in a
 * time.  The limits come last, so that strangers cannot use them up.
 *
 * Subnets are those of the addresses the kernel has on the interface, told by
 * whoever listens to netlink.  An address that goes takes its subnet along;
 * sessions that are there stay.
 */
#include "config.h"

#include "bfdd/bfd_passive.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define TTL_ONE_HOP	255

struct subnet {
	int			ifindex;
	struct addr_prefix	prefix;
};

struct bfd_passive {
	struct bfd_offer	*offers;
	unsigned		 offer_count;
	struct subnet		*subnets;
	unsigned		 subnet_count, subnet_room;
};

struct bfd_passive *
bfd_passive_new(void)
{
	return calloc(1, sizeof(struct bfd_passive));
}

void
bfd_passive_free(struct bfd_passive *ps)
{
	if (ps == NULL)
		return;
	while (ps->offers != NULL)
		bfd_passive_withdraw(ps, ps->offers);
	free(ps->subnets);
	free(ps);
}

const struct bfd_offer *
bfd_passive_first(const struct bfd_passive *ps)
{
	return ps->offers;
}

struct bfd_offer *
bfd_passive_find(const struct bfd_passive *ps, const void *owner,
    const char *interface, uint8_t family)
{
	struct bfd_offer *o;

	for (o = ps->offers; o != NULL; o = o->next) {
		if (o->owner == owner && o->p.local.family == family &&
		    strcmp(o->p.interface, interface) == 0)
			return o;
	}
	return NULL;
}

struct bfd_offer *
bfd_passive_of(const struct bfd_passive *ps, const void *owner)
{
	struct bfd_offer *o;

	for (o = ps->offers; o != NULL; o = o->next) {
		if (o->owner == owner)
			return o;
	}
	return NULL;
}

int
bfd_passive_offer(struct bfd_passive *ps, const void *owner,
    const struct bfd_params *p, unsigned sessions_max, int ifindex,
    struct bfd_offer **out)
{
	struct bfd_offer *o;

	o = bfd_passive_find(ps, owner, p->interface, p->local.family);
	if (o == NULL) {
		if (ps->offer_count == BFD_PASSIVE_OFFERS_MAX)
			return -ENOSPC;
		o = calloc(1, sizeof(*o));
		if (o == NULL)
			return -ENOMEM;
		o->owner = owner;
		token_bucket_init(&o->bucket, BFD_PASSIVE_EVERY_NS,
		    BFD_PASSIVE_BURST);
		o->next = ps->offers;
		ps->offers = o;
		ps->offer_count++;
	}
	o->p = *p;
	o->p.passive = true;
	o->sessions_max = sessions_max;
	o->ifindex = ifindex;
	*out = o;
	return 0;
}

bool
bfd_passive_refuses(const struct bfd_offer *o, const struct addr *source)
{
	unsigned i;

	for (i = 0; i < o->source_count; i++) {
		if (addr_equal(&o->sources[i], source))
			return true;
	}
	return false;
}

void
bfd_passive_withdraw(struct bfd_passive *ps, struct bfd_offer *o)
{
	struct bfd_offer **at;

	for (at = &ps->offers; *at != NULL; at = &(*at)->next) {
		if (*at != o)
			continue;
		*at = o->next;
		ps->offer_count--;
		free(o);
		return;
	}
}

void
bfd_passive_link(struct bfd_passive *ps, const char *name, int ifindex,
    bool gone)
{
	struct bfd_offer *o;

	for (o = ps->offers; o != NULL; o = o->next) {
		if (strcmp(o->p.interface, name) == 0)
			o->ifindex = gone ? 0 : ifindex;
		else if (!gone && (o->ifindex == 0 ||
		    o->ifindex == ifindex) &&
		    (int)if_nametoindex(o->p.interface) == ifindex)
			o->ifindex = ifindex;	/* another of its names */
		else if (o->ifindex == ifindex)		/* renamed */
			o->ifindex = 0;
	}
}

static struct subnet *
find_subnet(struct bfd_passive *ps, int ifindex, const struct addr_prefix *p)
{
	unsigned i;

	for (i = 0; i < ps->subnet_count; i++) {
		if (ps->subnets[i].ifindex == ifindex &&
		    ps->subnets[i].prefix.len == p->len &&
		    addr_equal(&ps->subnets[i].prefix.addr, &p->addr))
			return &ps->subnets[i];
	}
	return NULL;
}

bool
bfd_passive_addr(struct bfd_passive *ps, int ifindex,
    const struct addr_prefix *p, bool gone)
{
	struct subnet *n = find_subnet(ps, ifindex, p), *more;
	unsigned room;

	if (gone) {
		if (n != NULL)
			*n = ps->subnets[--ps->subnet_count];
		return true;
	}
	if (n != NULL)
		return true;
	if (ps->subnet_count == ps->subnet_room) {
		room = ps->subnet_room == 0 ? 16 : 2 * ps->subnet_room;
		if (room > BFD_PASSIVE_SUBNETS_MAX)
			return false;
		more = reallocarray(ps->subnets, room, sizeof(*more));
		if (more == NULL)
			return false;
		ps->subnets = more;
		ps->subnet_room = room;
	}
	ps->subnets[ps->subnet_count++] = (struct subnet){ ifindex, *p };
	return true;
}

void
bfd_passive_addrs_forget(struct bfd_passive *ps)
{
	ps->subnet_count = 0;
}

static bool
is_on_link(const struct bfd_passive *ps, int ifindex, const struct addr *a)
{
	unsigned i;

	for (i = 0; i < ps->subnet_count; i++) {
		if (ps->subnets[i].ifindex == ifindex &&
		    addr_in_prefix(a, &ps->subnets[i].prefix))
			return true;
	}
	return false;
}

bool
bfd_passive_is_martian(const struct bfd_passive *ps, int ifindex,
    const struct addr *source)
{
	unsigned i;

	/* Loopback is a network of lo alone. */
	if (!addr_is_host(source) || (addr_is_reserved(source) &&
	    !is_on_link(ps, ifindex, source)))
		return true;
	for (i = 0; i < ps->subnet_count; i++) {
		/*
		 * An address of our own is no peer, wherever it is (a virtual one
		 * has a device of its own), but for link-local ones of other links;
		 * neither is all the network.
		 */
		if ((ps->subnets[i].ifindex == ifindex ||
		    source->family == AF_INET) &&
		    (addr_equal(&ps->subnets[i].prefix.addr, source) ||
		    addr_is_broadcast_of(source, &ps->subnets[i].prefix)))
			return true;
	}
	return false;
}

/* RFC 9468 §2: it MUST belong to the subnet of the interface. */
static bool
in_subnet(const struct bfd_passive *ps, int ifindex, const struct addr *source)
{
	if (source->family == AF_INET6 && !addr_is_link_local(source))
		return false;
	return is_on_link(ps, ifindex, source) &&
	    !bfd_passive_is_martian(ps, ifindex, source);
}

static struct bfd_offer *
offer_for(const struct bfd_passive *ps, const struct bfd_first_packet *pkt)
{
	struct bfd_offer *o, *other = NULL;

	if (pkt->ifindex == 0)
		return NULL;
	for (o = ps->offers; o != NULL; o = o->next) {
		if (o->ifindex != pkt->ifindex ||
		    o->p.local.family != pkt->source.family)
			continue;
		if (addr_equal(&o->p.local, &pkt->destination))
			return o;
		other = o;
	}
	return other;
}

static enum bfd_verdict
judge(const struct bfd_passive *ps, mono_t now,
    const struct bfd_first_packet *pkt, struct bfd_offer *o)
{
	uint64_t suppressed;

	if (pkt->ttl != TTL_ONE_HOP)
		return BFD_TTL_VERDICT;
	if (!addr_equal(&o->p.local, &pkt->destination) ||
	    !in_subnet(ps, pkt->ifindex, &pkt->source) ||
	    bfd_passive_refuses(o, &pkt->source))
		return BFD_PASSIVE_SOURCE_VERDICT;
	if (pkt->auth_present)
		return BFD_AUTH_UNEXPECTED_VERDICT;
	if (o->sessions >= o->sessions_max ||
	    !token_bucket_take(&o->bucket, now, &suppressed))
		return BFD_PASSIVE_LIMIT_VERDICT;
	return BFD_OK_VERDICT;
}

enum bfd_verdict
bfd_passive_judge(struct bfd_passive *ps, mono_t now,
    const struct bfd_first_packet *pkt, struct bfd_offer **out)
{
	struct bfd_offer *o = offer_for(ps, pkt);
	enum bfd_verdict verdict;

	/* Only Down opens: AdminDown is about to leave. */
	if (o == NULL || pkt->state != BFD_DOWN)
		return BFD_NO_SESSION_VERDICT;
	verdict = judge(ps, now, pkt, o);
	if (verdict != BFD_OK_VERDICT) {
		o->refused++;
		return verdict;
	}
	o->accepted++;
	*out = o;
	return BFD_OK_VERDICT;
}
