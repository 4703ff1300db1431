/*
 * lan.c - frames from port to port, and the client's view (see lan.h).
 */
#include "config.h"

#include "test/world/lan.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/world/host.h"
#include "test/world/inet.h"
#include "test/world/judge.h"
#include "test/world/lease.h"

#define DELAY_NS	(100 * NS_PER_US)
#define JITTER_NS	(20 * NS_PER_US)
#define RETRY_NS	(8 * NS_PER_S)	/* delay and probes of a stale entry */

struct lan *
lan_new(const char *name)
{
	struct lan *l = world_alloc(sizeof(*l)), **at;

	(void)snprintf(l->name, sizeof(l->name), "%s", name);
	l->delay_ns = DELAY_NS;
	l->jitter_ns = JITTER_NS;
	l->ring = RING_MAX;
	for (at = &world->lans; *at != NULL; at = &(*at)->next)
		continue;
	*at = l;
	l->client = world_alloc(sizeof(*l->client));
	l->client->lan = l;
	l->ports[l->count++] = l->client;
	return l;
}

struct lan *
lan_find(const char *name)
{
	struct lan *l;

	for (l = world->lans; l != NULL; l = l->next)
		if (strcmp(l->name, name) == 0)
			return l;
	return NULL;
}

void
lan_connect(struct lan *l, struct link *link)
{
	struct port *p = world_alloc(sizeof(*p));

	if (l->count == PORTS_MAX)
		world_fail("%s has no port left", l->name);
	p->lan = l;
	p->index = l->count;
	p->link = link;
	l->ports[l->count++] = p;
	link->port = p;
}

struct port *
lan_port_of(const struct lan *l, const struct host *h)
{
	unsigned i;

	for (i = 0; i < l->count; i++)
		if (l->ports[i]->link != NULL && l->ports[i]->link->host == h)
			return l->ports[i];
	return NULL;
}

/* --- frames --- */

void
frame_unref(struct frame *f)
{
	if (--f->refs == 0)
		free(f);
}

static unsigned
kind_of(const uint8_t *b, size_t len)
{
	uint16_t type, port;
	size_t at;
	uint8_t protocol;

	memcpy(&type, b + 12, sizeof(type));
	if (ntohs(type) == ETH_P_IP && len >= 34) {
		protocol = b[14 + 9];
		at = 14 + (size_t)(b[14] & 0xf) * 4;
	} else if (ntohs(type) == ETH_P_IPV6 && len >= 54) {
		protocol = b[14 + 6];
		at = 54;
	} else
		return CUT_OTHER;
	if (protocol == 112)
		return CUT_VRRP;
	if (protocol != IPPROTO_UDP || len < at + 8)
		return CUT_OTHER;
	memcpy(&port, b + at + 2, sizeof(port));
	port = ntohs(port);
	return port == 3784 || port == 3785 || port == 4784 ? CUT_BFD :
	    CUT_OTHER;
}

static unsigned
mac_index(const struct lan *l, const uint8_t mac[6])
{
	unsigned i;

	for (i = 0; i < l->mac_count; i++)
		if (memcmp(l->macs[i].mac, mac, 6) == 0)
			break;
	return i;
}

/* Where a frame to that MAC goes that came in at `from`; NULL: everywhere. */
static struct port *
learned(const struct lan *l, const struct port *from, const uint8_t mac[6])
{
	unsigned i = mac_index(l, mac);

	return i == l->mac_count ? NULL : l->macs[i].at[from->index];
}

static void
learn(struct lan *l, const uint8_t mac[6], struct port *from, unsigned kind)
{
	unsigned i = mac_index(l, mac), to;

	if (i == l->mac_count) {
		if (i == MACS_MAX)
			return;
		memcpy(l->macs[l->mac_count++].mac, mac, 6);
	}
	for (to = 0; to < l->count; to++)
		if ((l->cut[from->index][to] & kind) == 0 &&
		    l->macs[i].at[to] != from) {
			l->macs[i].at[to] = from;
			judge_mac_changed(mac);
		}
}

/* --- the client's neighbours --- */

static void
is_told(struct lan *l, const struct addr *addr, const uint8_t mac[6])
{
	struct neighbour *n;

	for (n = l->neighbours; n != NULL; n = n->next)
		if (n->known && addr_equal(&n->addr, addr) &&
		    memcmp(n->mac, mac, sizeof(n->mac)) != 0) {
			memcpy(n->mac, mac, sizeof(n->mac));
			judge_address_changed(addr);
		}
}

static void
client_take(struct lan *l, const struct frame *f)
{
	const uint8_t *b = f->bytes;
	struct addr a;

	if (b[12] == 0x08 && b[13] == 0x06 && f->len >= 42) {
		a = addr_from_bytes(AF_INET, b + 14 + 14);
		is_told(l, &a, b + 14 + 8);
	} else if (b[12] == 0x86 && f->len >= 54 + 32 && b[14 + 6] ==
	    IPPROTO_ICMPV6 && b[54] == 136 && b[54 + 24] == 2) {
		a = addr_from_bytes(AF_INET6, b + 54 + 8);
		is_told(l, &a, b + 54 + 26);
	}
}

/* --- on the way --- */

static void
arrive_at(struct port *p, struct frame *f)
{
	if (p->link == NULL)
		client_take(p->lan, f);
	else {
		lease_hears(p->link, f->bytes, f->len);
		inet_receive(p->link, f);
	}
}

static void
arrive(void *arg, uint64_t to)
{
	struct frame *f = arg;
	struct lan *l = f->from->lan;
	struct port *p = l->ports[to];
	struct link *link = p->link;

	if (link != NULL && (!link_works(link) || link->host->powered_off)) {
		frame_unref(f);
		return;
	}
	if (link != NULL && link->host->asleep_until > world->now) {
		if (p->ringed < l->ring)
			p->ring[p->ringed++] = f;
		else
			frame_unref(f);
		return;
	}
	arrive_at(p, f);
	frame_unref(f);
}

/* The card of a sleeping machine kept some; they are stamped now. */
void
lan_host_woke(struct host *h)
{
	struct link *l;
	unsigned i;

	for (l = h->links; l != NULL; l = l->next) {
		if (l->port == NULL)
			continue;
		for (i = 0; i < l->port->ringed; i++) {
			arrive_at(l->port, l->port->ring[i]);
			frame_unref(l->port->ring[i]);
		}
		l->port->ringed = 0;
	}
}

static void
forward(struct lan *l, struct frame *f, struct port *to)
{
	int64_t *last = &l->last_arrival[f->from->index][to->index];
	int64_t at;

	if ((l->cut[f->from->index][to->index] & f->kind) != 0 ||
	    (l->loss_permille > 0 && to->link != NULL &&
	    world_draw(1000) < l->loss_permille))
		return;
	at = world->now + l->delay_ns +
	    (int64_t)world_draw((uint64_t)l->jitter_ns);
	if (at < *last)
		at = *last;
	*last = at;
	f->refs++;
	world_at(at, arrive, f, to->index);
	if (l->twice_permille > 0 && world_draw(1000) < l->twice_permille) {
		f->refs++;
		world_at(at, arrive, f, to->index);
	}
}

static struct frame *
frame_of(struct link *lower, const void *bytes, size_t len)
{
	struct frame *f = world_alloc(sizeof(*f) + len);

	f->refs = 1;
	f->len = len;
	f->from = lower->port;
	memcpy(f->bytes, bytes, len);
	f->kind = kind_of(f->bytes, len);
	return f;
}

void
lan_kept(struct link *link, const void *bytes, size_t len)
{
	struct frame *f = frame_of(link, bytes, len);

	judge_frame_sent(link->host, f);
	frame_unref(f);
}

int
lan_send(struct link *link, const void *bytes, size_t len)
{
	struct link *lower = link->parent != NULL ? link->parent : link;
	struct frame *f;
	struct port *to;
	struct lan *l;
	unsigned i;

	/* Words come to their rules before a full queue, or whatever drops VRRP. */
	if (lease_takes_word(lower, bytes, len))
		return -ENOBUFS;
	if (link->host->send_error != 0)
		return -link->host->send_error;
	if (!link->up || !lower->up)
		return -ENETDOWN;
	if (link->mute)
		return -ENOBUFS;
	if (len < 14 || len > FRAME_MAX)
		return -EMSGSIZE;
	if (!link_works(link) || lower->port == NULL)
		return 0;			/* no carrier: dropped */
	lease_sees(lower, bytes, len);
	l = lower->port->lan;
	f = frame_of(lower, bytes, len);
	world->frames++;
	judge_frame_sent(link->host, f);
	learn(l, f->bytes + 6, lower->port, f->kind);
	to = f->bytes[0] & 1 ? NULL : learned(l, f->from, f->bytes);
	for (i = 0; i < l->count; i++)
		if (l->ports[i] != f->from && (to == NULL || l->ports[i] == to))
			forward(l, f, l->ports[i]);
	frame_unref(f);
	return 0;
}

void
lan_link_gone(struct link *link)
{
	if (link->port != NULL)
		world_fail("a port's link cannot go");
}

/* --- cuts --- */

void
lan_cut(struct lan *l, const struct host *from, const struct host *to,
    unsigned kinds, bool cut)
{
	struct port *a = lan_port_of(l, from), *b = lan_port_of(l, to);

	if (a == NULL || b == NULL)
		return;
	if (cut)
		l->cut[a->index][b->index] |= (uint8_t)kinds;
	else
		l->cut[a->index][b->index] &= (uint8_t)~kinds;
	judge_changed();
}

void
lan_isolate(struct lan *l, const struct host *h, unsigned kinds, bool cut)
{
	struct port *p = lan_port_of(l, h);
	unsigned i;

	for (i = 0; p != NULL && i < l->count; i++) {
		uint8_t *out = &l->cut[p->index][i], *in = &l->cut[i][p->index];

		*out = (uint8_t)(cut ? *out | kinds : *out & ~kinds);
		*in = (uint8_t)(cut ? *in | kinds : *in & ~kinds);
	}
	judge_changed();
}

void
lan_partition(struct lan *l, unsigned mask)
{
	unsigned i, j;
	bool a, b;

	for (i = 0; i < l->count; i++)
		for (j = 0; j < l->count; j++) {
			a = l->ports[i]->link != NULL &&
			    (mask >> l->ports[i]->link->host->index & 1);
			b = l->ports[j]->link != NULL &&
			    (mask >> l->ports[j]->link->host->index & 1);
			l->cut[i][j] = a != b ? CUT_ALL : 0;
		}
	judge_changed();
}

void
lan_heal(struct lan *l)
{
	memset(l->cut, 0, sizeof(l->cut));
	l->loss_permille = l->twice_permille = 0;
	judge_changed();
}

bool
lan_is_cut(const struct lan *l, const struct host *from,
    const struct host *to, unsigned kinds)
{
	const struct port *a = lan_port_of(l, from), *b = lan_port_of(l, to);

	return a == NULL || b == NULL ||
	    (l->cut[a->index][b->index] & kinds) != 0;
}

/* --- owners of an address --- */

bool
lan_resolve(const struct link *from, const struct addr *addr, uint8_t mac[6])
{
	const struct lan *l;
	unsigned i, me;

	if (from->port == NULL)
		return false;
	l = from->port->lan;
	me = from->port->index;
	for (i = 0; i < l->count; i++)
		if (i != me && l->ports[i]->link != NULL &&
		    ((l->cut[i][me] | l->cut[me][i]) & CUT_OTHER) == 0 &&
		    link_resolves(l->ports[i]->link, addr, mac))
			return true;
	return false;
}

static bool
reachable(const struct lan *l, const struct port *p)
{
	return ((l->cut[p->index][l->client->index] |
	    l->cut[l->client->index][p->index]) & CUT_OTHER) == 0;
}

static void
look_up(struct lan *l, struct neighbour *n)
{
	unsigned i;

	for (i = 0; !n->known && i < l->count; i++)
		if (l->ports[i]->link != NULL && reachable(l, l->ports[i]) &&
		    link_resolves(l->ports[i]->link, &n->addr, n->mac)) {
			n->known = true;
			learn(l, n->mac, l->ports[i], CUT_OTHER);
		}
}

/* The host that gets a frame to that MAC, and answers. */
static struct host *
answering(const struct lan *l, const struct neighbour *n)
{
	struct port *p, *known = learned(l, l->client, n->mac);
	unsigned i;

	for (i = 0; i < l->count; i++) {
		p = l->ports[i];
		if (p->link != NULL && (known == NULL || p == known) &&
		    reachable(l, p) &&
		    link_answers(p->link, n->mac, &n->addr))
			return p->link->host;
	}
	return NULL;
}

static void
look_again(void *arg, uint64_t n)
{
	const struct neighbour *neighbour = arg;

	(void)n;
	judge_address_changed(&neighbour->addr);
}

struct host *
lan_client_served(struct lan *l, const struct addr *addr)
{
	struct neighbour *n = neighbour_get(&l->neighbours, NULL, addr);
	struct host *h;

	if (n->known && n->failing_since != NEVER &&
	    world->now - n->failing_since >= RETRY_NS)
		n->known = false;
	look_up(l, n);
	h = n->known ? answering(l, n) : NULL;
	if (h != NULL)
		n->failing_since = NEVER;
	else if (n->failing_since == NEVER) {
		n->failing_since = world->now;
		world_at(world->now + RETRY_NS, look_again, n, 0);
	}
	return h;
}

unsigned
lan_owners(const struct lan *l, const struct addr *addr,
    struct host *owners[HOSTS_MAX])
{
	const struct address *a;
	struct link *link;
	unsigned i, n = 0;

	for (i = 0; i < l->count; i++) {
		link = l->ports[i]->link;
		if (link == NULL || !link_works(link) ||
		    link->host->asleep_until > world->now)
			continue;
		for (a = link->host->by_addr[addr_slot(addr)]; a != NULL;
		    a = a->same_slot)
			if (addr_equal(&a->prefix.addr, addr) &&
			    lease_lets(link, addr) &&
			    (a->link == link || (a->link->parent == link &&
			    a->link->hears && a->link->up))) {
				owners[n++] = link->host;
				break;
			}
	}
	return n;
}
