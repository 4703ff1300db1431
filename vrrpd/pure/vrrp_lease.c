/*
 * vrrp_lease.c - for how long an Active may answer, and on whose word.
 *
 * The purpose: a router whose processes are killed, stopped, frozen or stuck goes on
 * answering for its addresses, because the kernel does that, while another router
 * has taken them over.  Nobody is left who could withdraw them.  So the permission
 * to answer is lent, by the kernel, and ends by itself.
 *
 * Whose clock.  The others take over when they have not heard from us for a certain
 * time.  What they count are packets: adverts, and the BFD packets of the session
 * that they watch.  The same packets renew the lease as they leave, without a system
 * call, so that the lease cannot run out before the others have counted to the end
 * (their count begins later, when the packet arrives), and runs out when they have,
 * or a tick or two of the kernel's clock later.
 *
 * Two kinds of clocks, and all of them must run:
 *
 *   adverts	three times Advertisement_Interval after the last one: no Backup
 *		waits for less, and an Active that was absent for that long fences
 *		anyway (vrrp_core_must_fence()).
 *   BFD	one for each peer with a session of role peer: its Detection Time,
 *		which is our multiplier times the pace agreed.
 *
 * A peer that does not count must not stop us.  Each BFD packet says whether it
 * does:
 *
 *   Up, with the multiplier agreed and a pace that it allows: the clock is set.
 *   Down with diagnostic 4 or 5, a last word: bfdd speaks for a vrrpd that is dead
 *	or hangs (L-20), and the peer takes over as soon as it hears (L-12).  The
 *	clock has run out, with this packet.
 *   anything else: no peer counts on it; that clock is put aside.  One that has run
 *	out stays so: after its last word bfdd lets a session go, and says that too.
 *
 * An advert puts every BFD clock aside that has run out: an engine that adverts is
 * alive, has been through whatever its peers made of the silence, and their sessions
 * are Down; the next packet that says Up sets the clock again.
 *
 * Not known means not in force.  A packet that is not as the rules expect, because
 * the configuration or the peer has changed since they were made, puts its clock
 * aside.  A lease that drops the packets of a healthy Active is worse than none.
 *
 * When it begins.  A Backup has no lease, and nothing of what comes is stopped: the
 * rules are there, and idle.  The first advert of a priority other than 0 that
 * leaves sets the lease to work, so the takeover costs nothing more.  When the
 * addresses are off again, a word makes it idle.
 *
 * When it ends.  A router that gives its addresses up asks the kernel to take them
 * off, and may wait for that as long as others hold the lock on network
 * configuration.  Before it asks, a word ends the lease, so that it is silent soon in
 * any case; the next advert, should it be Active again, sets the lease anew.
 *
 * A router that has resigned and waits for its successor may hear it and yet be kept
 * from acting: the engine is in the kernel for the sake of another instance, or hangs.
 * So the rules hear it too.  The first advert of another Active of the virtual router
 * after one of priority 0 of ours ends the lease, sooner than that word does.
 *
 * Words.  The engine must be able to speak to the rules at once, and without waiting
 * for the lock of nf_tables, which others may hold for long: when bfdd is gone, when
 * the values have changed and vrrpd-net makes other rules, when it is Backup again.
 * It sends a frame that the rules read and drop as it leaves.  Unicast adverts are
 * no clock, since those to a peer that is off wait for its ARP and never leave: there
 * each is accompanied by a word.
 *
 * What is stopped when the lease has run out (vrrp_lease_nft.c): what asks for the
 * addresses and what comes for them, from the network.  With a virtual MAC all that
 * is addressed to it, also what is to be forwarded, since that MAC is the virtual
 * router's; without one, what is to be forwarded comes to the interface's own MAC
 * and cannot be told from what comes to this host.
 *
 * The owner of an address (priority 255) has no lease: the address is the machine's
 * own, there before vrrpd and after it, and may be the only one to log in by.
 *
 * Pure: who sends, and who makes the rules, is not known here.
 */
#include "config.h"

#include "vrrpd/pure/vrrp_lease.h"

#include <string.h>

#include "shared/pure/cursor.h"
#include "vrrpd/pure/vrrp_linger.h"

#define ADVERTS		3	/* V-31: so many may be missing */
#define ERRAND_PUT	1
#define ERRAND_ACTIVE	2
#define OF_UNICAST	1
#define OF_VIRTUAL_MAC	2
#define OF_IPV6		0x80	/* beside the index of a device */

static const uint8_t magic[8] = { 's', 'w', 'f', 't', 'o', 'v', 'e', 'r' };

/* --- from the configuration --- */

uint32_t
vrrp_lease_ms(int64_t span_ns, int64_t tick_ns)
{
	int64_t ticks = (span_ns + tick_ns - 1) / tick_ns + 1;

	return (uint32_t)((ticks * tick_ns + NS_PER_MS - 1) / NS_PER_MS);
}

/* The index of the device, or -1: there are too many. */
static int
device(struct vrrp_lease *l, const char *name)
{
	unsigned i;

	for (i = 0; i < l->device_count; i++)
		if (strcmp(l->devices[i], name) == 0)
			return (int)i;
	if (i == VRRP_LEASE_DEVICES_MAX)
		return -1;
	memcpy(l->devices[i], name, strnlen(name, IF_NAMESIZE - 1));
	l->device_count++;
	return (int)i;
}

static int64_t
interval_ns(const struct vrrp_params *p)
{
	return ns_from_cs(p->advert_int_cs);
}

const char *
vrrp_lease_of(const struct vrrp_params *p, int64_t tick_ns,
    struct vrrp_lease *out)
{
	const char *name;
	unsigned i;
	int at;

	memset(out, 0, sizeof(*out));
	out->family = p->family;
	out->vrid = p->vrid;
	out->version = p->version;
	out->unicast = p->unicast_count > 0;
	out->virtual_mac = p->virtual_mac;
	out->interval = p->version == 2 ? p->advert_int_cs / 100 :
	    p->advert_int_cs;
	out->advert_ms = vrrp_lease_ms(ADVERTS * interval_ns(p), tick_ns);
	/* A member of a group may linger for an Active_Down_Interval besides. */
	out->resign_ms = vrrp_lease_ms(vrrp_linger_bound_ns(p->version,
	    p->advert_int_cs) + (ADVERTS + 1) * interval_ns(p), tick_ns);
	(void)device(out, p->interface);
	for (i = 0; i < vrrp_params_addresses(p); i++) {
		name = p->vips[i].device[0] == '\0' ? p->interface :
		    p->vips[i].device;
		at = device(out, name);
		if (at < 0)
			return "its addresses are on too many interfaces";
		out->vips[i].addr = p->vips[i].prefix.addr;
		out->vips[i].device = (uint8_t)at;
	}
	out->vip_count = vrrp_params_addresses(p);
	if (!p->lease)
		return "lease = no";
	if (p->priority == VRRP_PRIORITY_OWNER)
		return "the addresses are this machine's own";
	return NULL;
}

bool
vrrp_lease_peer(struct vrrp_lease *l, const struct addr *peer,
    uint8_t multiplier, int64_t tx_interval_ns, int64_t tick_ns)
{
	struct vrrp_lease_peer *p;
	unsigned i;

	for (i = 0; i < l->peer_count; i++)
		if (addr_equal(&l->peers[i].addr, peer))
			break;
	if (i == VRRP_LEASE_PEERS_MAX)
		return false;
	p = &l->peers[i];
	if (i == l->peer_count)
		l->peer_count++;
	p->addr = *peer;
	p->multiplier = multiplier;
	p->tx_us = (uint32_t)us_from_ns_floor(tx_interval_ns);
	p->ms = vrrp_lease_ms(multiplier * tx_interval_ns, tick_ns);
	return true;
}

static bool
has_same_peers(const struct vrrp_lease *a, const struct vrrp_lease *b)
{
	unsigned i;

	for (i = 0; i < a->peer_count; i++)
		if (!addr_equal(&a->peers[i].addr, &b->peers[i].addr) ||
		    a->peers[i].multiplier != b->peers[i].multiplier ||
		    a->peers[i].tx_us != b->peers[i].tx_us ||
		    a->peers[i].ms != b->peers[i].ms)
			return false;
	return true;
}

static bool
has_same_addresses(const struct vrrp_lease *a, const struct vrrp_lease *b)
{
	unsigned i;

	for (i = 0; i < a->vip_count; i++)
		if (!addr_equal(&a->vips[i].addr, &b->vips[i].addr) ||
		    a->vips[i].device != b->vips[i].device)
			return false;
	for (i = 0; i < a->device_count; i++)
		if (strcmp(a->devices[i], b->devices[i]) != 0)
			return false;
	return true;
}

bool
vrrp_lease_equal(const struct vrrp_lease *a, const struct vrrp_lease *b)
{
	return a->family == b->family && a->vrid == b->vrid &&
	    a->version == b->version && a->unicast == b->unicast &&
	    a->virtual_mac == b->virtual_mac && a->interval == b->interval &&
	    a->advert_ms == b->advert_ms && a->resign_ms == b->resign_ms &&
	    a->device_count == b->device_count &&
	    a->vip_count == b->vip_count && a->peer_count == b->peer_count &&
	    has_same_addresses(a, b) && has_same_peers(a, b);
}

bool
vrrp_lease_is_same_router(const struct vrrp_lease *a,
    const struct vrrp_lease *b)
{
	return a->family == b->family && a->vrid == b->vrid &&
	    strcmp(a->devices[0], b->devices[0]) == 0;
}

/* --- bytes --- */

static void
put_addr(struct cursor_out *c, const struct addr *a)
{
	cursor_put_bytes(c, a->bytes, addr_len(a->family));
}

static struct addr
get_addr(struct cursor_in *c, uint8_t family)
{
	static const uint8_t zero[16];
	const uint8_t *bytes = cursor_get_bytes(c, addr_len(family));

	return addr_from_bytes(family, bytes == NULL ? zero : bytes);
}

size_t
vrrp_lease_errand_encode(const struct vrrp_lease_errand *e,
    uint8_t buf[VRRP_LEASE_ERRAND_MAX])
{
	const struct vrrp_lease *l = &e->lease;
	struct cursor_out c;
	unsigned i;

	cursor_out_init(&c, buf, VRRP_LEASE_ERRAND_MAX);
	cursor_put_u32(&c, e->number);
	cursor_put_u8(&c, (uint8_t)((e->put ? ERRAND_PUT : 0) |
	    (e->is_active ? ERRAND_ACTIVE : 0)));
	cursor_put_u8(&c, l->family == AF_INET6 ? 6 : 4);
	cursor_put_u8(&c, l->vrid);
	cursor_put_u8(&c, l->version);
	cursor_put_u8(&c, (uint8_t)((l->unicast ? OF_UNICAST : 0) |
	    (l->virtual_mac ? OF_VIRTUAL_MAC : 0)));
	cursor_put_u8(&c, (uint8_t)l->device_count);
	cursor_put_u16(&c, (uint16_t)l->vip_count);
	cursor_put_u8(&c, (uint8_t)l->peer_count);
	for (i = 0; i < l->device_count; i++)
		cursor_put_bytes(&c, l->devices[i], IF_NAMESIZE);
	if (!e->put)
		return c.len;
	cursor_put_u16(&c, l->interval);
	cursor_put_u32(&c, l->advert_ms);
	cursor_put_u32(&c, l->resign_ms);
	for (i = 0; i < l->vip_count; i++) {
		cursor_put_u8(&c, (uint8_t)(l->vips[i].device |
		    (l->vips[i].addr.family == AF_INET6 ? OF_IPV6 : 0)));
		put_addr(&c, &l->vips[i].addr);
	}
	for (i = 0; i < l->peer_count; i++) {
		put_addr(&c, &l->peers[i].addr);
		cursor_put_u8(&c, l->peers[i].multiplier);
		cursor_put_u32(&c, l->peers[i].tx_us);
		cursor_put_u32(&c, l->peers[i].ms);
	}
	return cursor_out_ok(&c) ? c.len : 0;
}

static bool
get_devices(struct cursor_in *c, struct vrrp_lease *l)
{
	const uint8_t *name;
	unsigned i;

	if (l->device_count == 0 || l->device_count > VRRP_LEASE_DEVICES_MAX)
		return false;
	for (i = 0; i < l->device_count; i++) {
		name = cursor_get_bytes(c, IF_NAMESIZE);
		if (name == NULL || name[0] == '\0' ||
		    name[IF_NAMESIZE - 1] != '\0')
			return false;
		memcpy(l->devices[i], name, IF_NAMESIZE);
	}
	return true;
}

static bool
get_clocks(struct cursor_in *c, struct vrrp_lease *l)
{
	uint8_t device;
	unsigned i;

	if (l->vip_count == 0 || l->vip_count > VRRP_ADDRESSES_MAX ||
	    l->peer_count > VRRP_LEASE_PEERS_MAX)
		return false;
	l->interval = cursor_get_u16(c);
	l->advert_ms = cursor_get_u32(c);
	l->resign_ms = cursor_get_u32(c);
	if (l->advert_ms == 0 || l->resign_ms == 0)
		return false;
	for (i = 0; i < l->vip_count; i++) {
		device = cursor_get_u8(c);
		l->vips[i].device = device & ~OF_IPV6;
		l->vips[i].addr = get_addr(c, device & OF_IPV6 ? AF_INET6 :
		    AF_INET);
		if (l->vips[i].device >= l->device_count)
			return false;
	}
	for (i = 0; i < l->peer_count; i++) {
		l->peers[i].addr = get_addr(c, l->family);
		l->peers[i].multiplier = cursor_get_u8(c);
		l->peers[i].tx_us = cursor_get_u32(c);
		l->peers[i].ms = cursor_get_u32(c);
		if (l->peers[i].ms == 0)
			return false;
	}
	return true;
}

bool
vrrp_lease_errand_decode(const uint8_t *body, size_t len,
    struct vrrp_lease_errand *out)
{
	struct vrrp_lease *l = &out->lease;
	struct cursor_in c;
	uint8_t flags, of, family;

	memset(out, 0, sizeof(*out));
	cursor_in_init(&c, body, len);
	out->number = cursor_get_u32(&c);
	flags = cursor_get_u8(&c);
	family = cursor_get_u8(&c);
	l->vrid = cursor_get_u8(&c);
	l->version = cursor_get_u8(&c);
	of = cursor_get_u8(&c);
	l->device_count = cursor_get_u8(&c);
	l->vip_count = cursor_get_u16(&c);
	l->peer_count = cursor_get_u8(&c);
	if ((flags & ~(ERRAND_PUT | ERRAND_ACTIVE)) != 0 ||
	    (of & ~(OF_UNICAST | OF_VIRTUAL_MAC)) != 0 ||
	    (family != 4 && family != 6) || l->vrid == 0 ||
	    (l->version != 2 && l->version != 3))
		return false;
	out->put = flags & ERRAND_PUT;
	out->is_active = flags & ERRAND_ACTIVE;
	l->family = family == 6 ? AF_INET6 : AF_INET;
	l->unicast = of & OF_UNICAST;
	l->virtual_mac = of & OF_VIRTUAL_MAC;
	/* Of one that is to be taken out there is nothing but the name. */
	if (!out->put)
		l->vip_count = l->peer_count = 0;
	return get_devices(&c, l) && (!out->put || get_clocks(&c, l)) &&
	    cursor_in_ok(&c) && c.left == 0;
}

size_t
vrrp_lease_answer_encode(uint32_t number, int error,
    uint8_t buf[VRRP_LEASE_ANSWER_BYTES])
{
	struct cursor_out c;

	cursor_out_init(&c, buf, VRRP_LEASE_ANSWER_BYTES);
	cursor_put_u32(&c, number);
	cursor_put_u32(&c, (uint32_t)-error);
	return c.len;
}

bool
vrrp_lease_answer_decode(const uint8_t *body, size_t len, uint32_t *number,
    int *error)
{
	struct cursor_in c;
	uint32_t value;

	if (len != VRRP_LEASE_ANSWER_BYTES)
		return false;
	cursor_in_init(&c, body, len);
	*number = cursor_get_u32(&c);
	value = cursor_get_u32(&c);
	if (value > 4095)
		return false;
	*error = -(int)value;
	return true;
}

/* --- words --- */

void
vrrp_lease_key(uint8_t family, uint8_t vrid, uint8_t out[VRRP_LEASE_KEY_LEN])
{
	memcpy(out, magic, sizeof(magic));
	out[8] = family == AF_INET6 ? 6 : 4;
	out[9] = vrid;
}

void
vrrp_lease_say(const struct vrrp_lease *l, const uint8_t mac[6],
    enum vrrp_lease_word word, uint8_t out[VRRP_LEASE_WORD_BYTES])
{
	struct cursor_out c;
	uint8_t key[VRRP_LEASE_KEY_LEN];

	vrrp_lease_key(l->family, l->vrid, key);
	cursor_out_init(&c, out, VRRP_LEASE_WORD_BYTES);
	cursor_put_bytes(&c, mac, 6);
	cursor_put_bytes(&c, mac, 6);
	cursor_put_u16(&c, VRRP_LEASE_ETHERTYPE);
	cursor_put_bytes(&c, key, sizeof(key));
	cursor_put_u8(&c, (uint8_t)word);
	cursor_put_u8(&c, 0);
	cursor_put_u16(&c, l->interval);
}
