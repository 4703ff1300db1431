/*
 * vrrp_lease_nft.c - the lease of an Active, as rules of nf_tables.
 *
 * vrrp_lease.c says what a lease is, and whose packets renew it.  Here all the
 * virtual routers of an interface have one table (vrrp_leases.c says which), and a
 * frame finds the rules of its own by a map, however many others there are.  As
 * nft(8) would have it, for IPv4 with one peer, BFD of 10 ms x 3 and adverts of 1 s,
 * on a kernel of 4 ms ticks:
 *
 *	table netdev swiftover-eth0-812-1 {
 *		set clocks { type mark; flags dynamic,timeout; size 8192; }
 *		map macs { 00:00:5e:00:01:33 : goto may-4-51 }
 *		map on-eth0-4 { 192.0.2.50 : goto may-4-51 }
 *		map adverts-4 { version 3, type 1, VRID 51 : goto advert-4-51 }
 *		map heard-4 { version 3, type 1, VRID 51 : goto heard-4-51 }
 *		map peers-4 { 192.0.2.2 : goto peer-1 }
 *		map words { 4 51 : goto word-4-51 }
 *		chain in-eth0 {
 *			type filter hook ingress device "eth0" priority 0;
 *			ether type != vlan ether daddr vmap @macs
 *			ether type ip ip daddr vmap @on-eth0-4
 *			ether type arp arp operation request
 *			    arp daddr ip vmap @on-eth0-4
 *			...				# IPv6, with ND
 *			ether type ip ip protocol 112 goto others-4
 *			...				# IPv6
 *		}
 *		chain others-4 {
 *			@th,0,16 vmap @heard-4
 *		}
 *		chain out {
 *			type filter hook egress device "eth0" priority last;
 *			ether type ip ip protocol 112 goto vrrp-4
 *			ether type ip udp dport 3784 ip daddr vmap @peers-4
 *			...				# IPv6
 *			ether type 0x88b5 @ll,112,64 MAGIC
 *			    @ll,176,16 vmap @words
 *		}
 *		chain vrrp-4 {
 *			@th,0,16 vmap @adverts-4
 *		}
 *		chain may-4-51 {
 *			mark OFF @clocks accept		# not to be trusted
 *			mark ACTIVE != @clocks accept	# idle
 *			mark ADVERTS != @clocks goto stop-4-51
 *			mark PEER1 != @clocks goto stop-4-51
 *		}
 *		chain stop-4-51 {
 *			add @clocks { RAN timeout 10y } counter drop
 *		}
 *		chain advert-4-51 {
 *			@ll,7,1 0 accept		# to nobody
 *			@th,16,8 0 update @clocks { ADVERTS timeout 904ms }
 *			    update @clocks { RESIGNED timeout 904ms } accept
 *			update @clocks { ADVERTS timeout 10y }
 *			@th,32,16 100 update @clocks { ADVERTS timeout 3004ms }
 *			goto said-4-51
 *		}
 *		chain heard-4-51 {			# a successor
 *			@th,16,8 != 0 mark RESIGNED @clocks
 *			    delete @clocks { RESIGNED }
 *			    update @clocks { ADVERTS timeout 30ms }
 *		}
 *		chain said-4-51 {
 *			delete @clocks { RESIGNED }
 *			add @clocks { PEER1 timeout 10y }	# if it has run out
 *			add @clocks { ACTIVE timeout 10y }	# from now on
 *		}
 *		chain peer-1 {
 *			@th,64,.. diagnostic 4 or 5 and Down
 *			    delete @clocks { PEER1 } accept
 *			mark PEER1 @clocks update @clocks { PEER1 timeout 10y }
 *			Up, the multiplier agreed, the pace agreed or a faster
 *			    one update @clocks { PEER1 timeout 36ms }
 *		}
 *		chain word-4-51 {
 *			...				# each, and drop
 *		}
 *	}
 *
 * Each clock is an element of one set: those of a virtual router, and one of each
 * peer, which all virtual routers share that the peer counts, since it is one
 * session.  A frame to a virtual address costs a lookup in a map and one for each
 * clock that must run; every other frame two or three lookups, and a BFD packet two
 * updates, whether the interface has one virtual router or 250 (test/bench/lease.sh).
 *
 * A change is one transaction.  What all share, the sets and the rules of the base
 * chains, may be written again in each, so that a part that somebody has removed comes
 * back; the kernel replaces rules in one step, so no packet passes in between.  Clocks of
 * others are not touched.  An element of which it is not known whether the kernel
 * has it is put and then deleted, which leaves none in either case.
 *
 * Not owned by a socket (NFT_TABLE_F_OWNER), since the table must outlive every
 * process: that is its purpose.
 *
 * Where.  Ingress of the interface sees a frame before a macvlan on it takes the frame
 * for itself, so both modes are the same; frames of a VLAN above it pass here as
 * well, with a tag, and are not ours.  So every rule reads the type that stands in
 * the Ethernet header, where a tag stands if there is one.  Forwarded and local
 * traffic of this host does not pass ingress here, and the peers do not care for it.
 * An interface in a VRF is no different: that is a matter of routing.  An address on
 * another device has a chain there, in the table of the interface that speaks for it.
 *
 * Egress has the last priority, so that a packet which another rule drops renews
 * nothing.  Packet sockets pass it, unless they ask for PACKET_QDISC_BYPASS, which
 * ours do not.
 *
 * An update first puts a clock aside, and then sets it if everything is as it
 * should be: between the two, and where one of the conditions is not met, the frame
 * passes.  No lookup finds nothing in between.
 *
 * The set is larger than what is in it, since those that have run out count until
 * the kernel collects them.
 *
 * Called by vrrp_leases.c.
 */
#include "config.h"

#include "vrrpd/linux/vrrp_lease_nft.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <linux/if_ether.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define CLOCKS		"clocks"
#define CLOCKS_SIZE	8192
/* Clocks of a virtual router, and of peers. */
#define CLOCK_ACTIVE	0
#define CLOCK_ADVERTS	1
#define CLOCK_OFF	2
#define CLOCK_RAN	3	/* out, and has stopped something */
#define CLOCK_RESIGNED	4	/* answers until a successor is heard */
#define CLOCK_PEER	0x80000000u
#define MACS		"macs"
#define WORDS		VRRP_LEASE_NFT_ROUTERS
#define CHAIN_OUT	"out"
#define HOOK_EGRESS	1	/* NF_NETDEV_EGRESS, not in older headers */
#define PRIORITY_IN	0
#define PRIORITY_OUT	INT_MAX

#define LL_TYPE		12	/* in an Ethernet header */
#define IP4_PROTOCOL	9
#define IP4_DESTINATION	16
#define IP6_DESTINATION	24
#define ARP_OPERATION	6
#define ARP_TARGET_IP	24
#define ARP_REQUEST	1
#define ND_SOLICITATION	135
#define ND_TARGET	8
#define VRRP_PROTOCOL	112
#define BFD_PORT	3784	/* one hop: a peer is on this link */
#define BFD_DIAG	8	/* from the UDP header on: five low bits */
#define BFD_STATE	9	/* the two high bits */
#define BFD_MULTIPLIER	10
#define BFD_MIN_TX	20
#define BFD_UP		0xc0
#define BFD_DOWN	0x40
#define BFD_STATE_BITS	0xc0
#define BFD_DIAG_BITS	0x1e
#define BFD_LAST_WORD	4	/* or 5, L-12: peers take over at once */
#define WORD_KEY_LEN	2	/* of a word, the end of vrrp_lease_key() */

/* --- names --- */

static const char *
named(struct vrrp_lease_nft *x, const char *what)
{
	(void)snprintf(x->name, sizeof(x->name), "%s-%c-%u", what,
	    x->family == AF_INET6 ? '6' : '4', x->vrid);
	return x->name;
}

static const char *
peer_chain(struct vrrp_lease_nft *x, uint32_t number)
{
	(void)snprintf(x->name, sizeof(x->name), "peer-%u", number);
	return x->name;
}

static const char *
of_family(struct vrrp_lease_nft *x, const char *what, uint8_t family)
{
	(void)snprintf(x->name, sizeof(x->name), "%s-%c", what,
	    family == AF_INET6 ? '6' : '4');
	return x->name;
}

static const char *
device_chain(struct vrrp_lease_nft *x, const char *device)
{
	(void)snprintf(x->name, sizeof(x->name), "in-%s", device);
	return x->name;
}

static const char *
device_set(struct vrrp_lease_nft *x, const char *device, uint8_t family)
{
	(void)snprintf(x->name, sizeof(x->name), "on-%s-%c", device,
	    family == AF_INET6 ? '6' : '4');
	return x->name;
}

static uint32_t
clock_of(const struct vrrp_lease_nft *x, uint32_t kind)
{
	return (x->family == AF_INET6 ? 6u : 4u) << 24 |
	    (uint32_t)x->vrid << 16 | kind;
}

/* --- small pieces --- */

static void
begin(struct vrrp_lease_nft *x, const char *chain)
{
	vrrp_nft_begin_rule(&x->b, &x->r, 0, chain);
}

static void
end(struct vrrp_lease_nft *x)
{
	vrrp_nft_end_rule(&x->b, &x->r);
}

static void
end_with(struct vrrp_lease_nft *x, uint32_t verdict)
{
	vrrp_nft_verdict(&x->r, verdict);
	end(x);
}

static void
end_in(struct vrrp_lease_nft *x, const char *chain)
{
	vrrp_nft_go_to(&x->r, chain);
	end(x);
}

static void
key(struct vrrp_lease_nft *x, uint32_t clock)
{
	clock = htonl(clock);
	vrrp_nft_load_value(&x->r, &clock, sizeof(clock));
}

static void
set_clock(struct vrrp_lease_nft *x, uint32_t clock, uint64_t ms)
{
	key(x, clock);
	vrrp_nft_change_set(&x->r, NFT_DYNSET_OP_UPDATE, CLOCKS, ms);
}

static void
delete_clock(struct vrrp_lease_nft *x, uint32_t clock)
{
	key(x, clock);
	vrrp_nft_change_set(&x->r, NFT_DYNSET_OP_DELETE, CLOCKS, 0);
}

/* A clock that runs is left as it is. */
static void
add_clock(struct vrrp_lease_nft *x, uint32_t clock)
{
	key(x, clock);
	vrrp_nft_change_set(&x->r, NFT_DYNSET_OP_ADD, CLOCKS,
	    VRRP_LEASE_ASIDE_MS);
}

static void
byte_is(struct vrrp_lease_nft *x, uint32_t base, uint32_t offset, uint8_t value)
{
	vrrp_nft_load_payload(&x->r, base, offset, 1);
	vrrp_nft_compare_byte(&x->r, NFT_CMP_EQ, value);
}

static void
bits_are(struct vrrp_lease_nft *x, uint32_t base, uint32_t offset, uint8_t mask,
    uint8_t value)
{
	vrrp_nft_load_payload(&x->r, base, offset, 1);
	vrrp_nft_mask(&x->r, &mask, 1);
	vrrp_nft_compare_byte(&x->r, NFT_CMP_EQ, value);
}

static void
number_is(struct vrrp_lease_nft *x, uint32_t base, uint32_t offset, uint32_t op,
    uint16_t value)
{
	const uint8_t bytes[2] = { (uint8_t)(value >> 8), (uint8_t)value };

	vrrp_nft_load_payload(&x->r, base, offset, sizeof(bytes));
	vrrp_nft_compare(&x->r, op, bytes, sizeof(bytes));
}

/* The frame itself, without a tag. */
static void
type_is(struct vrrp_lease_nft *x, uint16_t type)
{
	number_is(x, NFT_PAYLOAD_LL_HEADER, LL_TYPE, NFT_CMP_EQ, type);
}

static uint32_t
address_len(uint8_t family)
{
	return family == AF_INET6 ? 16 : 4;
}

static void
is_ip(struct vrrp_lease_nft *x, uint8_t family, uint8_t protocol)
{
	type_is(x, family == AF_INET6 ? ETH_P_IPV6 : ETH_P_IP);
	vrrp_nft_load_meta(&x->r, NFT_META_L4PROTO);
	vrrp_nft_compare_byte(&x->r, NFT_CMP_EQ, protocol);
}

static void
load_destination(struct vrrp_lease_nft *x, uint8_t family)
{
	vrrp_nft_load_payload(&x->r, NFT_PAYLOAD_NETWORK_HEADER,
	    family == AF_INET6 ? IP6_DESTINATION : IP4_DESTINATION,
	    address_len(family));
}

/* A map whose elements are put one by one. */
static void
put_map(struct vrrp_lease_nft *x, const char *name, uint32_t type,
    uint32_t len)
{
	vrrp_nft_put_verdict_map(&x->b, name, ++x->sets, type, len);
}

static void
put_in_map(struct vrrp_lease_nft *x, const char *map, const void *k, int len,
    const char *chain)
{
	struct nlattr *list;
	struct nl_msg *msg;

	msg = vrrp_nft_begin_elements(&x->b, NFT_MSG_NEWSETELEM, NLM_F_CREATE,
	    map, &list);
	if (msg == NULL)
		return;
	vrrp_nft_element_to(msg, k, len, chain);
	vrrp_nft_end_elements(&x->b, msg, list);
}

static void
drop_from_map(struct vrrp_lease_nft *x, const char *map, const void *k,
    int len)
{
	struct nlattr *list;
	struct nl_msg *msg;

	msg = vrrp_nft_begin_elements(&x->b, NFT_MSG_DELSETELEM, 0, map,
	    &list);
	if (msg == NULL)
		return;
	vrrp_nft_element(msg, k, len, NULL, 0, 0);
	vrrp_nft_end_elements(&x->b, msg, list);
}

/* Empty, to be filled: an empty one is made where there is none. */
static void
begin_chain(struct vrrp_lease_nft *x, const char *chain)
{
	vrrp_nft_put_plain_chain(&x->b, chain);
	vrrp_nft_flush_chain(&x->b, chain);
}

struct clock {
	uint32_t	key;
	uint64_t	ms;	/* 0: none */
};

static void
clock_elements(struct vrrp_lease_nft *x, int type, int flags,
    const struct clock *c, unsigned count, bool anew)
{
	struct nlattr *list;
	struct nl_msg *msg;
	uint32_t k;
	unsigned i;

	msg = vrrp_nft_begin_elements(&x->b, type, flags, CLOCKS, &list);
	if (msg == NULL)
		return;
	for (i = 0; i < count; i++) {
		k = htonl(c[i].key);
		if (!anew || c[i].ms != 0)
			vrrp_nft_element(msg, &k, sizeof(k), NULL, 0,
			    anew ? c[i].ms : 0);
	}
	vrrp_nft_end_elements(&x->b, msg, list);
}

/* Whether or not they were there, they are as said; the first one is, if any. */
static void
reset_clocks(struct vrrp_lease_nft *x, const struct clock *c, unsigned count)
{
	clock_elements(x, NFT_MSG_NEWSETELEM, NLM_F_CREATE, c, count, false);
	clock_elements(x, NFT_MSG_DELSETELEM, 0, c, count, false);
	if (c[0].ms != 0)
		clock_elements(x, NFT_MSG_NEWSETELEM, NLM_F_CREATE, c, count,
		    true);
}

/* --- shared by all --- */

/* Adverts of each virtual router go to a chain of its own, from this one on. */
static void
put_by_advert(struct vrrp_lease_nft *x, const char *chain, const char *map,
    uint8_t family)
{
	put_map(x, of_family(x, map, family), VRRP_NFT_TYPE_SERVICE, 2);
	/* Not in the base chain: nft 1.0.6 ends at such a map there. */
	begin_chain(x, of_family(x, chain, family));
	begin(x, of_family(x, chain, family));
	vrrp_nft_load_payload(&x->r, NFT_PAYLOAD_TRANSPORT_HEADER, 0, 2);
	vrrp_nft_go_by(&x->r, of_family(x, map, family));
	end(x);
}

static void
put_out(struct vrrp_lease_nft *x, const char *device)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	uint8_t k[VRRP_LEASE_KEY_LEN];
	unsigned i;

	vrrp_nft_put_chain(&x->b, CHAIN_OUT, HOOK_EGRESS, PRIORITY_OUT,
	    device);
	vrrp_nft_flush_chain(&x->b, CHAIN_OUT);
	for (i = 0; i < sizeof(families); i++) {
		put_by_advert(x, "vrrp", "adverts", families[i]);
		put_map(x, of_family(x, "peers", families[i]), families[i] ==
		    AF_INET6 ? VRRP_NFT_TYPE_IP6ADDR : VRRP_NFT_TYPE_IPADDR,
		    address_len(families[i]));
		begin(x, CHAIN_OUT);
		is_ip(x, families[i], VRRP_PROTOCOL);
		end_in(x, of_family(x, "vrrp", families[i]));
		begin(x, CHAIN_OUT);
		is_ip(x, families[i], IPPROTO_UDP);
		number_is(x, NFT_PAYLOAD_TRANSPORT_HEADER, 2, NFT_CMP_EQ,
		    BFD_PORT);
		load_destination(x, families[i]);
		vrrp_nft_go_by(&x->r, of_family(x, "peers", families[i]));
		end(x);
	}
	put_map(x, WORDS, VRRP_NFT_TYPE_SERVICE, WORD_KEY_LEN);
	vrrp_lease_key(AF_INET, 0, k);
	begin(x, CHAIN_OUT);
	type_is(x, VRRP_LEASE_ETHERTYPE);
	vrrp_nft_load_payload(&x->r, NFT_PAYLOAD_LL_HEADER, VRRP_LEASE_KEY_AT,
	    sizeof(k) - WORD_KEY_LEN);
	vrrp_nft_compare(&x->r, NFT_CMP_EQ, k, sizeof(k) - WORD_KEY_LEN);
	vrrp_nft_load_payload(&x->r, NFT_PAYLOAD_LL_HEADER, VRRP_LEASE_KEY_AT +
	    sizeof(k) - WORD_KEY_LEN, WORD_KEY_LEN);
	vrrp_nft_go_by(&x->r, WORDS);
	end(x);
}

void
vrrp_lease_nft_begin(struct vrrp_lease_nft *x, struct vrrp_nft *nft,
    const char *table, const char *interface)
{
	memset(x, 0, sizeof(*x));
	vrrp_nft_begin(&x->b, nft, NFPROTO_NETDEV, table);
	if (interface == NULL)
		return;
	vrrp_nft_put_table(&x->b, 0);
	vrrp_nft_put_set(&x->b, CLOCKS, ++x->sets, VRRP_NFT_TYPE_MARK,
	    sizeof(uint32_t), NFT_SET_TIMEOUT | NFT_SET_EVAL, CLOCKS_SIZE);
	put_map(x, MACS, VRRP_NFT_TYPE_ETHERADDR, 6);
	put_out(x, interface);
}

/* --- frames that come in --- */

static void
put_asked(struct vrrp_lease_nft *x, const char *chain, const char *device)
{
	begin(x, chain);
	type_is(x, ETH_P_ARP);
	number_is(x, NFT_PAYLOAD_NETWORK_HEADER, ARP_OPERATION, NFT_CMP_EQ,
	    ARP_REQUEST);
	vrrp_nft_load_payload(&x->r, NFT_PAYLOAD_NETWORK_HEADER,
	    ARP_TARGET_IP, 4);
	vrrp_nft_go_by(&x->r, device_set(x, device, AF_INET));
	end(x);
	begin(x, chain);
	is_ip(x, AF_INET6, IPPROTO_ICMPV6);
	byte_is(x, NFT_PAYLOAD_TRANSPORT_HEADER, 0, ND_SOLICITATION);
	vrrp_nft_load_payload(&x->r, NFT_PAYLOAD_TRANSPORT_HEADER, ND_TARGET,
	    16);
	vrrp_nft_go_by(&x->r, device_set(x, device, AF_INET6));
	end(x);
}

/* The last rule: what comes for an address has found its own by then. */
static void
put_heard(struct vrrp_lease_nft *x, const char *chain, uint8_t family)
{
	put_by_advert(x, "others", "heard", family);
	begin(x, chain);
	is_ip(x, family, VRRP_PROTOCOL);
	end_in(x, of_family(x, "others", family));
}

void
vrrp_lease_nft_put_device(struct vrrp_lease_nft *x, const char *device,
    bool is_own)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	char chain[VRRP_LEASE_NFT_NAME_MAX];
	unsigned i;

	(void)snprintf(chain, sizeof(chain), "%s", device_chain(x, device));
	vrrp_nft_put_chain(&x->b, chain, NF_NETDEV_INGRESS, PRIORITY_IN,
	    device);
	vrrp_nft_flush_chain(&x->b, chain);
	if (is_own) {
		begin(x, chain);
		number_is(x, NFT_PAYLOAD_LL_HEADER, LL_TYPE, NFT_CMP_NEQ,
		    ETH_P_8021Q);
		number_is(x, NFT_PAYLOAD_LL_HEADER, LL_TYPE, NFT_CMP_NEQ,
		    ETH_P_8021AD);
		vrrp_nft_load_payload(&x->r, NFT_PAYLOAD_LL_HEADER, 0, 6);
		vrrp_nft_go_by(&x->r, MACS);
		end(x);
	}
	for (i = 0; i < sizeof(families); i++) {
		put_map(x, device_set(x, device, families[i]), families[i] ==
		    AF_INET6 ? VRRP_NFT_TYPE_IP6ADDR : VRRP_NFT_TYPE_IPADDR,
		    address_len(families[i]));
		begin(x, chain);
		type_is(x, families[i] == AF_INET6 ? ETH_P_IPV6 : ETH_P_IP);
		load_destination(x, families[i]);
		vrrp_nft_go_by(&x->r, device_set(x, device, families[i]));
		end(x);
	}
	put_asked(x, chain, device);
	for (i = 0; is_own && i < sizeof(families); i++)
		put_heard(x, chain, families[i]);
}

void
vrrp_lease_nft_drop_device(struct vrrp_lease_nft *x, const char *device)
{
	vrrp_nft_flush_chain(&x->b, device_chain(x, device));
	vrrp_nft_del_chain(&x->b, device_chain(x, device));
	vrrp_nft_del_set(&x->b, device_set(x, device, AF_INET));
	vrrp_nft_del_set(&x->b, device_set(x, device, AF_INET6));
}

static void
put_stop(struct vrrp_lease_nft *x, const char *may, uint32_t clock)
{
	begin(x, may);
	key(x, clock);
	vrrp_nft_is_not_in_set(&x->r, CLOCKS);
	end_in(x, named(x, "stop"));
}

static void
put_may(struct vrrp_lease_nft *x, const struct vrrp_lease *l,
    const uint32_t *numbers)
{
	char may[VRRP_LEASE_NFT_NAME_MAX];
	unsigned i;

	begin_chain(x, named(x, "stop"));
	begin(x, named(x, "stop"));
	add_clock(x, clock_of(x, CLOCK_RAN));
	vrrp_nft_count(&x->r);
	end_with(x, NF_DROP);
	(void)snprintf(may, sizeof(may), "%s", named(x, "may"));
	begin_chain(x, may);
	begin(x, may);
	key(x, clock_of(x, CLOCK_OFF));
	vrrp_nft_is_in_set(&x->r, CLOCKS);
	end_with(x, NF_ACCEPT);
	begin(x, may);
	key(x, clock_of(x, CLOCK_ACTIVE));
	vrrp_nft_is_not_in_set(&x->r, CLOCKS);
	end_with(x, NF_ACCEPT);
	put_stop(x, may, clock_of(x, CLOCK_ADVERTS));
	for (i = 0; i < l->peer_count; i++)
		put_stop(x, may, CLOCK_PEER | numbers[i]);
}

static bool
is_address_of(const struct vrrp_lease_vip *a, unsigned device, uint8_t family)
{
	return a->device == device && a->addr.family == family;
}

static void
put_addresses(struct vrrp_lease_nft *x, const struct vrrp_lease *l,
    unsigned device, uint8_t family)
{
	const int len = (int)address_len(family);
	char may[VRRP_LEASE_NFT_NAME_MAX];
	struct nlattr *list;
	struct nl_msg *msg;
	unsigned i, n = 0;

	for (i = 0; i < l->vip_count; i++)
		if (is_address_of(&l->vips[i], device, family))
			n++;
	if (n == 0)
		return;
	(void)snprintf(may, sizeof(may), "%s", named(x, "may"));
	msg = vrrp_nft_begin_elements(&x->b, NFT_MSG_NEWSETELEM, NLM_F_CREATE,
	    device_set(x, l->devices[device], family), &list);
	if (msg == NULL)
		return;
	for (i = 0; i < l->vip_count; i++)
		if (is_address_of(&l->vips[i], device, family))
			vrrp_nft_element_to(msg, l->vips[i].addr.bytes, len,
			    may);
	vrrp_nft_end_elements(&x->b, msg, list);
}

void
vrrp_lease_nft_drop_address(struct vrrp_lease_nft *x, const char *device,
    const struct addr *a)
{
	drop_from_map(x, device_set(x, device, a->family), a->bytes,
	    (int)address_len(a->family));
}

/* --- frames that leave: adverts --- */

static void
put_said(struct vrrp_lease_nft *x, const struct vrrp_lease *l,
    const uint32_t *numbers)
{
	unsigned i;

	begin_chain(x, named(x, "said"));
	begin(x, named(x, "said"));
	delete_clock(x, clock_of(x, CLOCK_RESIGNED));
	end(x);
	for (i = 0; i < l->peer_count; i++) {
		begin(x, named(x, "said"));
		add_clock(x, CLOCK_PEER | numbers[i]);
		end(x);
	}
	begin(x, named(x, "said"));
	add_clock(x, clock_of(x, CLOCK_ACTIVE));
	end(x);
}

/* Those to several routers are the clock; others are accompanied by a word. */
static void
put_advert(struct vrrp_lease_nft *x, const struct vrrp_lease *l)
{
	char chain[VRRP_LEASE_NFT_NAME_MAX];

	(void)snprintf(chain, sizeof(chain), "%s", named(x, "advert"));
	begin_chain(x, chain);
	begin(x, chain);
	bits_are(x, NFT_PAYLOAD_LL_HEADER, 0, 1, 0);
	end_with(x, NF_ACCEPT);
	begin(x, chain);
	byte_is(x, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 0);
	set_clock(x, clock_of(x, CLOCK_ADVERTS), l->resign_ms);
	set_clock(x, clock_of(x, CLOCK_RESIGNED), l->resign_ms);
	end_with(x, NF_ACCEPT);
	begin(x, chain);
	set_clock(x, clock_of(x, CLOCK_ADVERTS), VRRP_LEASE_ASIDE_MS);
	end(x);
	begin(x, chain);
	if (l->version == 2)
		byte_is(x, NFT_PAYLOAD_TRANSPORT_HEADER, 5,
		    (uint8_t)l->interval);
	else
		number_is(x, NFT_PAYLOAD_TRANSPORT_HEADER, 4, NFT_CMP_EQ,
		    l->interval);
	set_clock(x, clock_of(x, CLOCK_ADVERTS), l->advert_ms);
	end(x);
	begin(x, chain);
	end_in(x, named(x, "said"));
}

/*
 * Another router is Active, and this one has resigned: it is silent soon, even if its
 * engine waits for the kernel's lock because of another instance, or hangs.  Once: what
 * follows puts nothing off.
 */
static void
put_successor(struct vrrp_lease_nft *x)
{
	const uint8_t none = 0;

	begin_chain(x, named(x, "heard"));
	begin(x, named(x, "heard"));
	vrrp_nft_load_payload(&x->r, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 1);
	vrrp_nft_compare(&x->r, NFT_CMP_NEQ, &none, 1);
	key(x, clock_of(x, CLOCK_RESIGNED));
	vrrp_nft_is_in_set(&x->r, CLOCKS);
	delete_clock(x, clock_of(x, CLOCK_RESIGNED));
	set_clock(x, clock_of(x, CLOCK_ADVERTS), VRRP_LEASE_HEARD_MS);
	end(x);
}

/* --- frames that leave: BFD --- */

void
vrrp_lease_nft_put_peer(struct vrrp_lease_nft *x,
    const struct vrrp_lease_peer *p, uint32_t number, bool is_new)
{
	const uint8_t tx[4] = { (uint8_t)(p->tx_us >> 24),
	    (uint8_t)(p->tx_us >> 16), (uint8_t)(p->tx_us >> 8),
	    (uint8_t)p->tx_us };
	const struct clock aside = { CLOCK_PEER | number,
	    VRRP_LEASE_ASIDE_MS };
	char chain[VRRP_LEASE_NFT_NAME_MAX];

	(void)snprintf(chain, sizeof(chain), "%s", peer_chain(x, number));
	begin_chain(x, chain);
	begin(x, chain);
	bits_are(x, NFT_PAYLOAD_TRANSPORT_HEADER, BFD_DIAG, BFD_DIAG_BITS,
	    BFD_LAST_WORD);
	bits_are(x, NFT_PAYLOAD_TRANSPORT_HEADER, BFD_STATE, BFD_STATE_BITS,
	    BFD_DOWN);
	delete_clock(x, CLOCK_PEER | number);
	end_with(x, NF_ACCEPT);
	begin(x, chain);
	key(x, CLOCK_PEER | number);
	vrrp_nft_is_in_set(&x->r, CLOCKS);
	set_clock(x, CLOCK_PEER | number, VRRP_LEASE_ASIDE_MS);
	end(x);
	begin(x, chain);
	bits_are(x, NFT_PAYLOAD_TRANSPORT_HEADER, BFD_STATE, BFD_STATE_BITS,
	    BFD_UP);
	byte_is(x, NFT_PAYLOAD_TRANSPORT_HEADER, BFD_MULTIPLIER,
	    p->multiplier);
	vrrp_nft_load_payload(&x->r, NFT_PAYLOAD_TRANSPORT_HEADER, BFD_MIN_TX,
	    sizeof(tx));
	vrrp_nft_compare(&x->r, NFT_CMP_LTE, tx, sizeof(tx));
	set_clock(x, CLOCK_PEER | number, p->ms);
	end(x);
	/* The pace may be slower from now on: until the next packet nothing counts. */
	reset_clocks(x, &aside, 1);
	if (!is_new)
		return;
	put_in_map(x, of_family(x, "peers", p->addr.family), p->addr.bytes,
	    (int)address_len(p->addr.family), chain);
}

void
vrrp_lease_nft_drop_peer(struct vrrp_lease_nft *x, const struct addr *a,
    uint32_t number)
{
	const struct clock none = { CLOCK_PEER | number, 0 };

	drop_from_map(x, of_family(x, "peers", a->family), a->bytes,
	    (int)address_len(a->family));
	vrrp_nft_flush_chain(&x->b, peer_chain(x, number));
	vrrp_nft_del_chain(&x->b, peer_chain(x, number));
	reset_clocks(x, &none, 1);
}

/* --- frames that leave: words --- */

static void
begin_word(struct vrrp_lease_nft *x, enum vrrp_lease_word word)
{
	begin(x, named(x, "word"));
	byte_is(x, NFT_PAYLOAD_LL_HEADER, VRRP_LEASE_WORD_AT, (uint8_t)word);
}

static void
put_word_said(struct vrrp_lease_nft *x, const struct vrrp_lease *l,
    const uint32_t *numbers)
{
	unsigned i;

	begin_word(x, VRRP_LEASE_SAID);
	delete_clock(x, clock_of(x, CLOCK_RESIGNED));
	set_clock(x, clock_of(x, CLOCK_ADVERTS), VRRP_LEASE_ASIDE_MS);
	end(x);
	begin_word(x, VRRP_LEASE_SAID);
	number_is(x, NFT_PAYLOAD_LL_HEADER, VRRP_LEASE_INTERVAL_AT,
	    NFT_CMP_EQ, l->interval);
	set_clock(x, clock_of(x, CLOCK_ADVERTS), l->advert_ms);
	end(x);
	for (i = 0; i < l->peer_count; i++) {
		begin_word(x, VRRP_LEASE_SAID);
		add_clock(x, CLOCK_PEER | numbers[i]);
		end(x);
	}
	begin_word(x, VRRP_LEASE_SAID);
	add_clock(x, clock_of(x, CLOCK_ACTIVE));
	end(x);
}

static void
put_word(struct vrrp_lease_nft *x, const struct vrrp_lease *l,
    const uint32_t *numbers)
{
	unsigned i;

	begin_chain(x, named(x, "word"));
	begin_word(x, VRRP_LEASE_IDLE);
	delete_clock(x, clock_of(x, CLOCK_ACTIVE));
	end(x);
	begin_word(x, VRRP_LEASE_IDLE);
	delete_clock(x, clock_of(x, CLOCK_RAN));
	end(x);
	begin_word(x, VRRP_LEASE_END);
	delete_clock(x, clock_of(x, CLOCK_RESIGNED));
	set_clock(x, clock_of(x, CLOCK_ADVERTS), VRRP_LEASE_END_MS);
	end(x);
	begin_word(x, VRRP_LEASE_RESIGNED);
	set_clock(x, clock_of(x, CLOCK_ADVERTS), l->resign_ms);
	set_clock(x, clock_of(x, CLOCK_RESIGNED), l->resign_ms);
	end(x);
	begin_word(x, VRRP_LEASE_OFF);
	add_clock(x, clock_of(x, CLOCK_OFF));
	end(x);
	for (i = 0; i < l->peer_count; i++) {
		begin_word(x, VRRP_LEASE_ASIDE);
		set_clock(x, CLOCK_PEER | numbers[i], VRRP_LEASE_ASIDE_MS);
		end(x);
	}
	/* Yes is a frame that leaves; from this interface to itself. */
	begin_word(x, VRRP_LEASE_RAN);
	key(x, clock_of(x, CLOCK_RAN));
	vrrp_nft_is_in_set(&x->r, CLOCKS);
	vrrp_nft_change_set(&x->r, NFT_DYNSET_OP_DELETE, CLOCKS, 0);
	end_with(x, NF_ACCEPT);
	put_word_said(x, l, numbers);
	begin(x, named(x, "word"));
	end_with(x, NF_DROP);
}

/* --- one virtual router --- */

static const char *const chains[] = { "may", "stop", "advert", "heard",
    "said", "word" };
#define CHAIN_COUNT	(sizeof(chains) / sizeof(chains[0]))

/* The version is in the first byte of an advert, the VRID in the second. */
static void
advert_key(const struct vrrp_lease *l, uint8_t k[2])
{
	k[0] = l->version == 2 ? 0x21 : 0x31;
	k[1] = l->vrid;
}

void
vrrp_lease_nft_word_key(uint8_t family, uint8_t vrid, uint8_t k[2])
{
	uint8_t whole[VRRP_LEASE_KEY_LEN];

	vrrp_lease_key(family, vrid, whole);
	memcpy(k, whole + sizeof(whole) - WORD_KEY_LEN, WORD_KEY_LEN);
}

static void
is_about(struct vrrp_lease_nft *x, const struct vrrp_lease *l)
{
	x->family = l->family;
	x->vrid = l->vrid;
}

void
vrrp_lease_nft_put_router(struct vrrp_lease_nft *x,
    const struct vrrp_lease *l, const uint32_t *numbers, bool is_active)
{
	const struct clock own[] = {
		{ 0, l->advert_ms },
		{ 0, is_active ? VRRP_LEASE_ASIDE_MS : 0 },
		{ 0, 0 },
		{ 0, 0 },
		{ 0, 0 },
	};
	static const uint32_t kinds[] = { CLOCK_ADVERTS, CLOCK_ACTIVE,
	    CLOCK_OFF, CLOCK_RAN, CLOCK_RESIGNED };
	struct clock clocks[sizeof(own) / sizeof(own[0])];
	char map[VRRP_LEASE_NFT_NAME_MAX];
	uint8_t k[2], mac[6];
	unsigned i;

	is_about(x, l);
	for (i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++)
		clocks[i] = (struct clock){ clock_of(x, kinds[i]), own[i].ms };
	put_may(x, l, numbers);
	put_said(x, l, numbers);
	put_advert(x, l);
	put_successor(x);
	put_word(x, l, numbers);
	reset_clocks(x, clocks, sizeof(clocks) / sizeof(clocks[0]));
	for (i = 0; i < l->device_count; i++) {
		put_addresses(x, l, i, AF_INET);
		put_addresses(x, l, i, AF_INET6);
	}
	advert_key(l, k);
	(void)snprintf(map, sizeof(map), "%s", of_family(x, "adverts",
	    l->family));
	put_in_map(x, map, k, sizeof(k), named(x, "advert"));
	(void)snprintf(map, sizeof(map), "%s", of_family(x, "heard",
	    l->family));
	put_in_map(x, map, k, sizeof(k), named(x, "heard"));
	vrrp_lease_nft_word_key(l->family, l->vrid, k);
	put_in_map(x, WORDS, k, sizeof(k), named(x, "word"));
	if (!l->virtual_mac)
		return;
	vrrp_params_virtual_mac(l->family, l->vrid, mac);
	put_in_map(x, MACS, mac, sizeof(mac), named(x, "may"));
}

void
vrrp_lease_nft_drop_keys(struct vrrp_lease_nft *x, const struct vrrp_lease *l)
{
	uint8_t k[2], mac[6];

	advert_key(l, k);
	drop_from_map(x, of_family(x, "adverts", l->family), k, sizeof(k));
	drop_from_map(x, of_family(x, "heard", l->family), k, sizeof(k));
	if (!l->virtual_mac)
		return;
	vrrp_params_virtual_mac(l->family, l->vrid, mac);
	drop_from_map(x, MACS, mac, sizeof(mac));
}

void
vrrp_lease_nft_drop_router(struct vrrp_lease_nft *x,
    const struct vrrp_lease *l)
{
	struct clock none[] = { { CLOCK_ADVERTS, 0 }, { CLOCK_ACTIVE, 0 },
	    { CLOCK_OFF, 0 }, { CLOCK_RAN, 0 }, { CLOCK_RESIGNED, 0 } };
	uint8_t k[2];
	unsigned i;

	is_about(x, l);
	vrrp_lease_nft_drop_keys(x, l);
	vrrp_lease_nft_word_key(l->family, l->vrid, k);
	drop_from_map(x, WORDS, k, sizeof(k));
	for (i = 0; i < CHAIN_COUNT; i++)
		vrrp_nft_flush_chain(&x->b, named(x, chains[i]));
	for (i = 0; i < CHAIN_COUNT; i++)
		vrrp_nft_del_chain(&x->b, named(x, chains[i]));
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		none[i].key = clock_of(x, none[i].key);
	reset_clocks(x, none, sizeof(none) / sizeof(none[0]));
}

void
vrrp_lease_nft_evict(struct vrrp_lease_nft *x, uint8_t family, uint8_t vrid)
{
	uint8_t k[2];

	x->family = family;
	x->vrid = vrid;
	vrrp_lease_nft_word_key(family, vrid, k);
	drop_from_map(x, WORDS, k, sizeof(k));
	vrrp_nft_flush_chain(&x->b, named(x, "may"));
}

void
vrrp_lease_nft_drop_table(struct vrrp_lease_nft *x)
{
	vrrp_nft_del_table(&x->b, 0);
}

int
vrrp_lease_nft_commit(struct vrrp_lease_nft *x)
{
	return vrrp_nft_commit(&x->b);
}

int64_t
vrrp_lease_nft_tick_ns(void)
{
	struct timespec t;

	if (clock_getres(CLOCK_MONOTONIC_COARSE, &t) == -1 || t.tv_sec != 0)
		return 10 * NS_PER_MS;
	return t.tv_nsec;
}
