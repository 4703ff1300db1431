/*
 * lease.c - the lease of an Active, as the kernel would apply it: in the place of
 * vrrp_leases.c; the head of vrrp_lease_nft.c has the rules.
 *
 * A lease hangs on its host and outlives every process.  Clocks are set by frames as
 * they leave, and by words; one that is not set, or has run out, stops what comes.
 * Clocks are set far more often than they run out, so a lease has one event, which
 * looks when the first of them might have, and another one only when that is sooner.
 */
#include "config.h"

#include "test/world/lease.h"

#include <linux/if_ether.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "test/world/host.h"
#include "test/world/judge.h"
#include "test/world/proc.h"
#include "test/world/world.h"
#include "vrrpd/linux/vrrp_lease_nft.h"
#include "vrrpd/linux/vrrp_leases.h"
#include "vrrpd/pure/vrrp_lease.h"

#define TICK_NS		(4 * NS_PER_MS)
#define ASIDE		NEVER
#define BFD_PORT	3784
#define BFD_LAST_WORD	4	/* or 5 */
#define BFD_STATE_DOWN	1
#define BFD_STATE_UP	3

struct lease {
	struct lease		*next;
	struct host		*host;
	struct vrrp_lease	 l;
	bool			 active, off;
	int64_t			 adverts;	/* runs out; 0: it has */
	int64_t			 resigned;	/* until then, and no successor */
	int64_t			 peers[VRRP_LEASE_PEERS_MAX];
	int64_t			 looks_at;	/* the next event; NEVER */
	unsigned		 events;	/* under way */
	bool			 gone;		/* freed by the last of them */
};

static int64_t
in_ms(uint32_t ms)
{
	return world->now + ms * NS_PER_MS;
}

/* When the first clock runs out; now or before: one has. */
static int64_t
runs_out(const struct lease *x)
{
	int64_t at = x->adverts;
	unsigned i;

	if (x->off || !x->active)
		return ASIDE;
	for (i = 0; i < x->l.peer_count; i++)
		if (x->peers[i] < at)
			at = x->peers[i];
	return at;
}

static void
is_seen(const struct lease *x)
{
	unsigned i;

	for (i = 0; i < x->l.vip_count; i++)
		judge_address_changed(&x->l.vips[i].addr);
}

static void look(void *arg, uint64_t n);

static void
wait_for(struct lease *x)
{
	int64_t at = runs_out(x);

	if (at >= x->looks_at || at <= world->now)
		return;
	x->looks_at = at;
	x->events++;
	world_at(at, look, x, 0);
}

static void
look(void *arg, uint64_t n)
{
	struct lease *x = arg;

	(void)n;
	x->events--;
	if (x->gone) {
		if (x->events == 0)
			free(x);
		return;
	}
	if (x->looks_at <= world->now)
		x->looks_at = NEVER;
	if (runs_out(x) <= world->now) {
		world_say("%s kernel: the lease %s-%c-%u has run out",
		    x->host->name, x->l.devices[0],
		    x->l.family == AF_INET6 ? '6' : '4', x->l.vrid);
		is_seen(x);
	}
	wait_for(x);
}

/* After whatever may have changed it. */
static void
changed(struct lease *x, bool let)
{
	if (let != (runs_out(x) > world->now))
		is_seen(x);
	wait_for(x);
}

/* --- put there and taken out --- */

static struct lease **
find(struct host *h, const struct vrrp_lease *l)
{
	struct lease **at;

	for (at = &h->lent; *at != NULL; at = &(*at)->next)
		if (vrrp_lease_is_same_router(&(*at)->l, l))
			break;
	return at;
}

static void
take_out(struct lease **at)
{
	struct lease *x = *at;

	*at = x->next;
	is_seen(x);
	x->gone = true;
	if (x->events == 0)
		free(x);
}

void
lease_forget(struct host *h)
{
	while (h->lent != NULL)
		take_out(&h->lent);
}

/* The kernel's; nothing of it is in the process. */
struct vrrp_leases {
	pid_t	life;
};

struct vrrp_leases *
vrrp_leases_new(pid_t life)
{
	struct vrrp_leases *ls = calloc(1, sizeof(*ls));

	if (ls != NULL)
		ls->life = life;
	return ls;
}

void
vrrp_leases_free(struct vrrp_leases *ls)
{
	free(ls);
}

int
vrrp_leases_open(struct vrrp_leases *ls)
{
	(void)ls;
	return 0;
}

uint32_t
vrrp_leases_port(const struct vrrp_leases *ls)
{
	return (uint32_t)ls->life;
}

bool
vrrp_leases_is_table(const char *name)
{
	(void)name;
	return false;
}

bool
vrrp_leases_lost(struct vrrp_leases *ls, const char *table)
{
	(void)ls;
	(void)table;
	return false;
}

void
vrrp_leases_sweep(struct vrrp_leases *ls)
{
	(void)ls;
}

int
vrrp_leases_carry_out(struct vrrp_leases *ls,
    const struct vrrp_lease_errand *e, bool *others)
{
	struct host *h = world->running->host;
	struct lease *x, **at;
	unsigned i;

	(void)ls;
	*others = false;
	at = find(h, &e->lease);
	if (*at != NULL)
		take_out(at);
	if (!e->put)
		return 0;
	x = world_alloc(sizeof(*x));
	x->host = h;
	x->l = e->lease;
	x->looks_at = NEVER;
	x->active = e->is_active;
	x->adverts = in_ms(x->l.advert_ms);
	for (i = 0; i < x->l.peer_count; i++)
		x->peers[i] = ASIDE;
	x->next = h->lent;
	h->lent = x;
	is_seen(x);
	wait_for(x);
	return 0;
}

int64_t
vrrp_lease_nft_tick_ns(void)
{
	return TICK_NS;
}

/* --- frames that leave --- */

static void
said(struct lease *x, bool as_agreed)
{
	unsigned i;

	x->adverts = as_agreed ? in_ms(x->l.advert_ms) : ASIDE;
	for (i = 0; i < x->l.peer_count; i++)
		if (x->peers[i] <= world->now)
			x->peers[i] = ASIDE;
	x->active = true;
	x->resigned = 0;
}

static void
resigned(struct lease *x)
{
	x->adverts = x->resigned = in_ms(x->l.resign_ms);
}

static void
ends(struct lease *x, uint32_t ms)
{
	x->adverts = in_ms(ms);
	x->resigned = 0;
}

static void
word(struct lease *x, const uint8_t *frame)
{
	unsigned i;

	switch ((enum vrrp_lease_word)frame[VRRP_LEASE_WORD_AT]) {
	case VRRP_LEASE_PING:
		break;
	case VRRP_LEASE_IDLE:
		x->active = false;
		break;
	case VRRP_LEASE_OFF:
		x->off = true;
		break;
	case VRRP_LEASE_ASIDE:
		for (i = 0; i < x->l.peer_count; i++)
			x->peers[i] = ASIDE;
		break;
	case VRRP_LEASE_SAID:
		said(x, (frame[VRRP_LEASE_INTERVAL_AT] << 8 |
		    frame[VRRP_LEASE_INTERVAL_AT + 1]) == x->l.interval);
		break;
	case VRRP_LEASE_END:
		ends(x, VRRP_LEASE_END_MS);
		break;
	case VRRP_LEASE_RESIGNED:
		resigned(x);
		break;
	case VRRP_LEASE_RAN:		/* no: the world keeps no count */
		break;
	}
}

static bool
is_advert(const struct lease *x, const uint8_t *v)
{
	return v[0] == (x->l.version == 2 ? 0x21 : 0x31) && v[1] == x->l.vrid;
}

/* v: from the version on. */
static void
advert(struct lease *x, const uint8_t *frame, const uint8_t *v)
{
	bool v2 = x->l.version == 2;

	if ((frame[0] & 1) == 0 || !is_advert(x, v))
		return;
	if (v[2] == 0)
		resigned(x);
	else
		said(x, (v2 ? v[5] : v[4] << 8 | v[5]) == x->l.interval);
}

/* b: from the diagnostic on. */
static void
bfd(struct lease *x, const struct addr *to, const uint8_t *b)
{
	uint32_t tx_us = (uint32_t)b[12] << 24 | (uint32_t)b[13] << 16 |
	    (uint32_t)b[14] << 8 | b[15];
	const struct vrrp_lease_peer *p;
	unsigned i, state = b[1] >> 6;

	for (i = 0; i < x->l.peer_count; i++) {
		p = &x->l.peers[i];
		if (!addr_equal(&p->addr, to))
			continue;
		if ((b[0] & 0x1e) == BFD_LAST_WORD && state == BFD_STATE_DOWN)
			x->peers[i] = 0;
		else if (state == BFD_STATE_UP && b[2] == p->multiplier &&
		    tx_us <= p->tx_us)
			x->peers[i] = in_ms(p->ms);
		else if (x->peers[i] > world->now)
			x->peers[i] = ASIDE;
	}
}

static void
leaves(struct lease *x, const uint8_t *frame, size_t len)
{
	bool six = frame[12] == 0x86, let = runs_out(x) > world->now;
	size_t at = ETH_HLEN + (six ? 40 : 4u * (frame[ETH_HLEN] & 0xf));
	uint8_t protocol = frame[ETH_HLEN + (six ? 6 : 9)];
	struct addr to;

	if (six != (x->l.family == AF_INET6) || len < at + 8)
		return;
	if (protocol == 112)
		advert(x, frame, frame + at);
	else if (protocol == IPPROTO_UDP && len >= at + 32 &&
	    (frame[at + 2] << 8 | frame[at + 3]) == BFD_PORT) {
		to = six ? addr_from_bytes(AF_INET6, frame + ETH_HLEN + 24) :
		    addr_from_bytes(AF_INET, frame + ETH_HLEN + 16);
		bfd(x, &to, frame + at + 8);
	} else
		return;
	changed(x, let);
}

static uint16_t
type_of(const uint8_t *frame)
{
	return (uint16_t)(frame[12] << 8 | frame[13]);
}

void
lease_sees(const struct link *link, const uint8_t *frame, size_t len)
{
	uint16_t type = type_of(frame);
	struct lease *x;

	for (x = link->host->lent; x != NULL; x = x->next)
		if ((type == ETH_P_IP || type == ETH_P_IPV6) &&
		    strcmp(x->l.devices[0], link->name) == 0)
			leaves(x, frame, len);
}

bool
lease_takes_word(const struct link *link, const uint8_t *frame, size_t len)
{
	uint8_t key[VRRP_LEASE_KEY_LEN];
	struct lease *x;
	bool let;

	if (len < VRRP_LEASE_WORD_BYTES ||
	    type_of(frame) != VRRP_LEASE_ETHERTYPE)
		return false;
	for (x = link->host->lent; x != NULL; x = x->next) {
		vrrp_lease_key(x->l.family, x->l.vrid, key);
		if (strcmp(x->l.devices[0], link->name) != 0 ||
		    memcmp(frame + VRRP_LEASE_KEY_AT, key, sizeof(key)) != 0)
			continue;
		let = runs_out(x) > world->now;
		word(x, frame);
		changed(x, let);
		return true;
	}
	return false;
}

/* --- frames that come in --- */

void
lease_hears(const struct link *link, const uint8_t *frame, size_t len)
{
	bool six = type_of(frame) == ETH_P_IPV6, let;
	struct lease *x;
	size_t at;

	if (len < ETH_HLEN + 28 || (!six && type_of(frame) != ETH_P_IP) ||
	    frame[ETH_HLEN + (six ? 6 : 9)] != 112)
		return;
	at = ETH_HLEN + (six ? 40 : 4u * (frame[ETH_HLEN] & 0xf));
	for (x = link->host->lent; x != NULL; x = x->next) {
		if (six != (x->l.family == AF_INET6) || len < at + 8 ||
		    strcmp(x->l.devices[0], link->name) != 0 ||
		    !is_advert(x, frame + at) || frame[at + 2] == 0 ||
		    x->resigned <= world->now)
			continue;
		let = runs_out(x) > world->now;
		ends(x, VRRP_LEASE_HEARD_MS);
		changed(x, let);
	}
}

bool
lease_lets(const struct link *link, const struct addr *addr)
{
	const struct lease *x;
	unsigned i;

	for (x = link->host->lent; x != NULL; x = x->next)
		for (i = 0; i < x->l.vip_count; i++)
			if (addr_equal(&x->l.vips[i].addr, addr) &&
			    strcmp(x->l.devices[x->l.vips[i].device],
			    link->name) == 0 && runs_out(x) <= world->now)
				return false;
	return true;
}
