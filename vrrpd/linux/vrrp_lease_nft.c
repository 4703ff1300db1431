/*
 * vrrp_lease_nft.c - the lease of an Active, as rules of nf_tables.
 *
 * vrrp_lease.c says what a lease is, and whose packets renew it.  Here it is a table
 * for each virtual router.  As nft(8) would have it, for IPv4 with one peer, BFD of
 * 10 ms x 3 and adverts of 1 s, on a kernel of 4 ms ticks:
 *
 *	table netdev swiftover-eth0-4-51 {
 *		set clocks { type mark; flags dynamic,timeout; size 65535; }
 *		set addresses0 { type ipv4_addr }
 *		chain may {
 *			mark 2 @clocks accept		# off: not to be trusted
 *			mark 0 != @clocks accept	# idle: not Active
 *			mark 1 != @clocks counter drop	# adverts
 *			mark 16 != @clocks counter drop	# BFD, for each peer
 *		}
 *		chain in0 {
 *			type filter hook ingress device "eth0" priority 0;
 *			ether daddr 00:00:5e:00:01:33 ether type != vlan goto may
 *			ether type ip ip daddr @addresses0 goto may
 *			ether type arp arp operation request
 *			    arp daddr ip @addresses0 goto may
 *		}
 *		chain out {
 *			type filter hook egress device "eth0" priority last;
 *			ether type ip ip protocol 112 @th,8,8 51 goto advert
 *			ether type ip udp dport 3784 goto bfd
 *			ether type 0x88b5 @ll,112,80 KEY goto word
 *		}
 *		chain advert {
 *			@ll,7,1 0 accept		# to nobody
 *			@th,0,8 != 0x31 accept		# not in our version
 *			@th,16,8 0 update @clocks { 1 timeout 904ms } accept
 *			update @clocks { 1 timeout 10y }
 *			@th,32,16 100 update @clocks { 1 timeout 3004ms }
 *			goto said
 *		}
 *		chain said {
 *			add @clocks { 16 timeout 10y }	# if it has run out
 *			add @clocks { 0 timeout 10y }	# Active from now on
 *		}
 *		chain bfd {
 *			ip daddr 192.0.2.2 goto peer0
 *		}
 *		chain peer0 {
 *			@th,64,5.. diagnostic 5 and Down accept
 *			update @clocks { 16 timeout 10y }
 *			Up, the multiplier agreed, the pace agreed or a faster
 *			    one update @clocks { 16 timeout 36ms }
 *		}
 *		chain word {
 *			...				# each, and drop
 *		}
 *	}
 *
 * A table each.  Other tables would be fewer, but several virtual routers, and
 * several vrrpd of one network namespace, would have to agree on them.  So the name is
 * all that is needed to find again what a life before this one has left, and a change
 * is a new table.  A frame passes one hook for each virtual router on the interface.
 * One to the address costs 0.2 to 0.7 us more than without, and a BFD packet 0.8 us
 * (test/bench/lease.sh).
 *
 * Not owned by a socket (NFT_TABLE_F_OWNER), since it must outlive every process:
 * that is its purpose.  "nft flush ruleset" takes it away; the engine notices and
 * has it made again (vrrp_guard.c).
 *
 * Where.  Ingress of the interface sees a frame before a macvlan on it takes the frame
 * for itself, so both modes are the same; frames of a VLAN above it pass here as
 * well, with a tag, and are not ours.  So every rule reads the type that stands in
 * the Ethernet header, where a tag stands if there is one.  Forwarded and local
 * traffic of this host does not pass ingress here, and the peers do not care for it.
 * An interface in a VRF is no different: that is a matter of routing.
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
 * Called by vrrpd-net alone, which may wait.
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
#define CLOCKS_SIZE	65535
#define CLOCK_ACTIVE	0
#define CLOCK_ADVERTS	1
#define CLOCK_OFF	2
#define CLOCK_PEER	16	/* and up */
#define CHAIN_MAY	"may"
#define CHAIN_OUT	"out"
#define CHAIN_ADVERT	"advert"
#define CHAIN_SAID	"said"
#define CHAIN_BFD	"bfd"
#define CHAIN_WORD	"word"
#define NAME_MAX_	24
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
#define BFD_DIAG_BITS	0x1f
#define BFD_PATH_DOWN	5

struct builder {
	struct vrrp_nft_batch	 b;
	const struct vrrp_lease	*l;
	struct vrrp_nft_rule	 r;
	char			 name[NAME_MAX_];
};

/* --- small pieces --- */

static const char *
numbered(struct builder *x, const char *what, unsigned i)
{
	(void)snprintf(x->name, sizeof(x->name), "%s%u", what, i);
	return x->name;
}

static void
begin(struct builder *x, const char *chain)
{
	vrrp_nft_begin_rule(&x->b, &x->r, 0, chain);
}

static void
end(struct builder *x)
{
	vrrp_nft_end_rule(&x->b, &x->r);
}

static void
end_with(struct builder *x, uint32_t verdict)
{
	vrrp_nft_verdict(&x->r, verdict);
	end(x);
}

static void
end_in(struct builder *x, const char *chain)
{
	vrrp_nft_go_to(&x->r, chain);
	end(x);
}

static void
key(struct builder *x, uint32_t clock)
{
	clock = htonl(clock);
	vrrp_nft_load_value(&x->r, &clock, sizeof(clock));
}

static void
set_clock(struct builder *x, uint32_t clock, uint64_t ms)
{
	key(x, clock);
	vrrp_nft_change_set(&x->r, NFT_DYNSET_OP_UPDATE, CLOCKS, ms);
}

/* A clock that runs is left as it is. */
static void
add_clock(struct builder *x, uint32_t clock)
{
	key(x, clock);
	vrrp_nft_change_set(&x->r, NFT_DYNSET_OP_ADD, CLOCKS,
	    VRRP_LEASE_ASIDE_MS);
}

static void
byte_is(struct builder *x, uint32_t base, uint32_t offset, uint8_t value)
{
	vrrp_nft_load_payload(&x->r, base, offset, 1);
	vrrp_nft_compare_byte(&x->r, NFT_CMP_EQ, value);
}

static void
bits_are(struct builder *x, uint32_t base, uint32_t offset, uint8_t mask,
    uint8_t value)
{
	vrrp_nft_load_payload(&x->r, base, offset, 1);
	vrrp_nft_mask(&x->r, &mask, 1);
	vrrp_nft_compare_byte(&x->r, NFT_CMP_EQ, value);
}

static void
number_is(struct builder *x, uint32_t base, uint32_t offset, uint32_t op,
    uint16_t value)
{
	const uint8_t bytes[2] = { (uint8_t)(value >> 8), (uint8_t)value };

	vrrp_nft_load_payload(&x->r, base, offset, sizeof(bytes));
	vrrp_nft_compare(&x->r, op, bytes, sizeof(bytes));
}

/* The frame itself, without a tag. */
static void
type_is(struct builder *x, uint16_t type)
{
	number_is(x, NFT_PAYLOAD_LL_HEADER, LL_TYPE, NFT_CMP_EQ, type);
}

static bool
is_v6(const struct builder *x)
{
	return x->l->family == AF_INET6;
}

static void
is_ip(struct builder *x, uint8_t protocol)
{
	type_is(x, is_v6(x) ? ETH_P_IPV6 : ETH_P_IP);
	vrrp_nft_load_meta(&x->r, NFT_META_L4PROTO);
	vrrp_nft_compare_byte(&x->r, NFT_CMP_EQ, protocol);
}

static void
load_destination(struct builder *x)
{
	vrrp_nft_load_payload(&x->r, NFT_PAYLOAD_NETWORK_HEADER, is_v6(x) ?
	    IP6_DESTINATION : IP4_DESTINATION, is_v6(x) ? 16 : 4);
}

/* --- frames that come in --- */

static void
put_may(struct builder *x)
{
	unsigned i;

	vrrp_nft_put_plain_chain(&x->b, CHAIN_MAY);
	begin(x, CHAIN_MAY);
	key(x, CLOCK_OFF);
	vrrp_nft_is_in_set(&x->r, CLOCKS);
	end_with(x, NF_ACCEPT);
	begin(x, CHAIN_MAY);
	key(x, CLOCK_ACTIVE);
	vrrp_nft_is_not_in_set(&x->r, CLOCKS);
	end_with(x, NF_ACCEPT);
	for (i = 0; i <= x->l->peer_count; i++) {
		begin(x, CHAIN_MAY);
		key(x, i == 0 ? CLOCK_ADVERTS : CLOCK_PEER + i - 1);
		vrrp_nft_is_not_in_set(&x->r, CLOCKS);
		vrrp_nft_count(&x->r);
		end_with(x, NF_DROP);
	}
}

static void
put_addresses(struct builder *x, unsigned device)
{
	const int len = is_v6(x) ? 16 : 4;
	struct nlattr *list;
	struct nl_msg *msg;
	unsigned i, n = 0;

	vrrp_nft_put_set(&x->b, numbered(x, "addresses", device), device + 2,
	    is_v6(x) ? VRRP_NFT_TYPE_IP6ADDR : VRRP_NFT_TYPE_IPADDR,
	    (uint32_t)len, 0, 0);
	for (i = 0; i < x->l->vip_count; i++)
		if (x->l->vips[i].device == device)
			n++;
	if (n == 0)
		return;
	msg = vrrp_nft_begin_elements(&x->b, NFT_MSG_NEWSETELEM, NLM_F_CREATE,
	    x->name, &list);
	if (msg == NULL)
		return;
	for (i = 0; i < x->l->vip_count; i++)
		if (x->l->vips[i].device == device)
			vrrp_nft_element(msg, x->l->vips[i].addr.bytes, len,
			    NULL, 0, 0);
	vrrp_nft_end_elements(&x->b, msg, list);
}

static void
put_virtual_mac(struct builder *x, const char *chain)
{
	uint8_t mac[6];

	vrrp_params_virtual_mac(x->l->family, x->l->vrid, mac);
	begin(x, chain);
	vrrp_nft_load_payload(&x->r, NFT_PAYLOAD_LL_HEADER, 0, sizeof(mac));
	vrrp_nft_compare(&x->r, NFT_CMP_EQ, mac, sizeof(mac));
	number_is(x, NFT_PAYLOAD_LL_HEADER, LL_TYPE, NFT_CMP_NEQ,
	    ETH_P_8021Q);
	number_is(x, NFT_PAYLOAD_LL_HEADER, LL_TYPE, NFT_CMP_NEQ,
	    ETH_P_8021AD);
	end_in(x, CHAIN_MAY);
}

/* A question for an address. */
static void
begin_question(struct builder *x, const char *chain)
{
	begin(x, chain);
	if (is_v6(x)) {
		is_ip(x, IPPROTO_ICMPV6);
		byte_is(x, NFT_PAYLOAD_TRANSPORT_HEADER, 0, ND_SOLICITATION);
		vrrp_nft_load_payload(&x->r, NFT_PAYLOAD_TRANSPORT_HEADER,
		    ND_TARGET, 16);
		return;
	}
	type_is(x, ETH_P_ARP);
	number_is(x, NFT_PAYLOAD_NETWORK_HEADER, ARP_OPERATION, NFT_CMP_EQ,
	    ARP_REQUEST);
	vrrp_nft_load_payload(&x->r, NFT_PAYLOAD_NETWORK_HEADER,
	    ARP_TARGET_IP, 4);
}

static void
put_in(struct builder *x, unsigned device)
{
	char chain[NAME_MAX_];

	put_addresses(x, device);
	(void)snprintf(chain, sizeof(chain), "in%u", device);
	vrrp_nft_put_chain(&x->b, chain, NF_NETDEV_INGRESS, PRIORITY_IN,
	    x->l->devices[device]);
	if (x->l->virtual_mac && device == 0)
		put_virtual_mac(x, chain);
	(void)numbered(x, "addresses", device);
	begin(x, chain);
	type_is(x, is_v6(x) ? ETH_P_IPV6 : ETH_P_IP);
	load_destination(x);
	vrrp_nft_is_in_set(&x->r, x->name);
	end_in(x, CHAIN_MAY);
	begin_question(x, chain);
	vrrp_nft_is_in_set(&x->r, x->name);
	end_in(x, CHAIN_MAY);
}

/* --- frames that leave: adverts --- */

static void
put_said(struct builder *x)
{
	unsigned i;

	vrrp_nft_put_plain_chain(&x->b, CHAIN_SAID);
	for (i = 0; i < x->l->peer_count; i++) {
		begin(x, CHAIN_SAID);
		add_clock(x, CLOCK_PEER + i);
		end(x);
	}
	begin(x, CHAIN_SAID);
	add_clock(x, CLOCK_ACTIVE);
	end(x);
}

/* Those to several routers are the clock; others are accompanied by a word. */
static void
put_advert(struct builder *x)
{
	bool v2 = x->l->version == 2;

	vrrp_nft_put_plain_chain(&x->b, CHAIN_ADVERT);
	begin(x, CHAIN_ADVERT);
	bits_are(x, NFT_PAYLOAD_LL_HEADER, 0, 1, 0);
	end_with(x, NF_ACCEPT);
	begin(x, CHAIN_ADVERT);
	vrrp_nft_load_payload(&x->r, NFT_PAYLOAD_TRANSPORT_HEADER, 0, 1);
	vrrp_nft_compare_byte(&x->r, NFT_CMP_NEQ, v2 ? 0x21 : 0x31);
	end_with(x, NF_ACCEPT);
	begin(x, CHAIN_ADVERT);
	byte_is(x, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 0);
	set_clock(x, CLOCK_ADVERTS, x->l->resign_ms);
	end_with(x, NF_ACCEPT);
	begin(x, CHAIN_ADVERT);
	set_clock(x, CLOCK_ADVERTS, VRRP_LEASE_ASIDE_MS);
	end(x);
	begin(x, CHAIN_ADVERT);
	if (v2)
		byte_is(x, NFT_PAYLOAD_TRANSPORT_HEADER, 5,
		    (uint8_t)x->l->interval);
	else
		number_is(x, NFT_PAYLOAD_TRANSPORT_HEADER, 4, NFT_CMP_EQ,
		    x->l->interval);
	set_clock(x, CLOCK_ADVERTS, x->l->advert_ms);
	end(x);
	begin(x, CHAIN_ADVERT);
	end_in(x, CHAIN_SAID);
}

/* --- frames that leave: BFD --- */

static void
put_peer(struct builder *x, unsigned i)
{
	const struct vrrp_lease_peer *p = &x->l->peers[i];
	const uint8_t tx[4] = { (uint8_t)(p->tx_us >> 24),
	    (uint8_t)(p->tx_us >> 16), (uint8_t)(p->tx_us >> 8),
	    (uint8_t)p->tx_us };
	char chain[NAME_MAX_];

	(void)snprintf(chain, sizeof(chain), "peer%u", i);
	vrrp_nft_put_plain_chain(&x->b, chain);
	begin(x, chain);
	bits_are(x, NFT_PAYLOAD_TRANSPORT_HEADER, BFD_DIAG, BFD_DIAG_BITS,
	    BFD_PATH_DOWN);
	bits_are(x, NFT_PAYLOAD_TRANSPORT_HEADER, BFD_STATE, BFD_STATE_BITS,
	    BFD_DOWN);
	end_with(x, NF_ACCEPT);
	begin(x, chain);
	set_clock(x, CLOCK_PEER + i, VRRP_LEASE_ASIDE_MS);
	end(x);
	begin(x, chain);
	bits_are(x, NFT_PAYLOAD_TRANSPORT_HEADER, BFD_STATE, BFD_STATE_BITS,
	    BFD_UP);
	byte_is(x, NFT_PAYLOAD_TRANSPORT_HEADER, BFD_MULTIPLIER,
	    p->multiplier);
	vrrp_nft_load_payload(&x->r, NFT_PAYLOAD_TRANSPORT_HEADER, BFD_MIN_TX,
	    sizeof(tx));
	vrrp_nft_compare(&x->r, NFT_CMP_LTE, tx, sizeof(tx));
	set_clock(x, CLOCK_PEER + i, p->ms);
	end(x);
}

static void
put_bfd(struct builder *x)
{
	unsigned i;

	for (i = 0; i < x->l->peer_count; i++)
		put_peer(x, i);
	vrrp_nft_put_plain_chain(&x->b, CHAIN_BFD);
	for (i = 0; i < x->l->peer_count; i++) {
		begin(x, CHAIN_BFD);
		load_destination(x);
		vrrp_nft_compare(&x->r, NFT_CMP_EQ, x->l->peers[i].addr.bytes,
		    is_v6(x) ? 16 : 4);
		end_in(x, numbered(x, "peer", i));
	}
}

/* --- frames that leave: words --- */

static void
begin_word(struct builder *x, enum vrrp_lease_word word)
{
	begin(x, CHAIN_WORD);
	byte_is(x, NFT_PAYLOAD_LL_HEADER, VRRP_LEASE_WORD_AT, (uint8_t)word);
}

static void
put_word(struct builder *x)
{
	unsigned i;

	vrrp_nft_put_plain_chain(&x->b, CHAIN_WORD);
	begin_word(x, VRRP_LEASE_IDLE);
	key(x, CLOCK_ACTIVE);
	vrrp_nft_change_set(&x->r, NFT_DYNSET_OP_DELETE, CLOCKS, 0);
	end(x);
	begin_word(x, VRRP_LEASE_OFF);
	add_clock(x, CLOCK_OFF);
	end(x);
	for (i = 0; i < x->l->peer_count; i++) {
		begin_word(x, VRRP_LEASE_ASIDE);
		set_clock(x, CLOCK_PEER + i, VRRP_LEASE_ASIDE_MS);
		end(x);
	}
	begin_word(x, VRRP_LEASE_SAID);
	set_clock(x, CLOCK_ADVERTS, VRRP_LEASE_ASIDE_MS);
	end(x);
	begin_word(x, VRRP_LEASE_SAID);
	number_is(x, NFT_PAYLOAD_LL_HEADER, VRRP_LEASE_INTERVAL_AT,
	    NFT_CMP_EQ, x->l->interval);
	set_clock(x, CLOCK_ADVERTS, x->l->advert_ms);
	end(x);
	for (i = 0; i < x->l->peer_count; i++) {
		begin_word(x, VRRP_LEASE_SAID);
		add_clock(x, CLOCK_PEER + i);
		end(x);
	}
	begin_word(x, VRRP_LEASE_SAID);
	add_clock(x, CLOCK_ACTIVE);
	end(x);
	begin_word(x, VRRP_LEASE_END);
	set_clock(x, CLOCK_ADVERTS, VRRP_LEASE_END_MS);
	end(x);
	begin(x, CHAIN_WORD);
	end_with(x, NF_DROP);
}

static void
put_out(struct builder *x)
{
	uint8_t k[VRRP_LEASE_KEY_LEN];

	put_said(x);
	put_advert(x);
	put_bfd(x);
	put_word(x);
	vrrp_nft_put_chain(&x->b, CHAIN_OUT, HOOK_EGRESS, PRIORITY_OUT,
	    x->l->devices[0]);
	begin(x, CHAIN_OUT);
	is_ip(x, VRRP_PROTOCOL);
	byte_is(x, NFT_PAYLOAD_TRANSPORT_HEADER, 1, x->l->vrid);
	end_in(x, CHAIN_ADVERT);
	begin(x, CHAIN_OUT);
	is_ip(x, IPPROTO_UDP);
	number_is(x, NFT_PAYLOAD_TRANSPORT_HEADER, 2, NFT_CMP_EQ, BFD_PORT);
	end_in(x, CHAIN_BFD);
	vrrp_lease_key(x->l->family, x->l->vrid, k);
	begin(x, CHAIN_OUT);
	type_is(x, VRRP_LEASE_ETHERTYPE);
	vrrp_nft_load_payload(&x->r, NFT_PAYLOAD_LL_HEADER, VRRP_LEASE_KEY_AT,
	    sizeof(k));
	vrrp_nft_compare(&x->r, NFT_CMP_EQ, k, sizeof(k));
	end_in(x, CHAIN_WORD);
}

/* --- the table --- */

static void
put_element(struct nl_msg *msg, uint32_t clock, uint64_t ms)
{
	clock = htonl(clock);
	vrrp_nft_element(msg, &clock, sizeof(clock), NULL, 0, ms);
}

/* The last message, and never an empty one: the lease of one that is Active. */
static void
put_clocks(struct builder *x, bool is_active)
{
	struct nlattr *list;
	struct nl_msg *msg;
	unsigned i;

	msg = vrrp_nft_begin_elements(&x->b, NFT_MSG_NEWSETELEM,
	    NLM_F_CREATE | NLM_F_ACK, CLOCKS, &list);
	if (msg == NULL)
		return;
	put_element(msg, CLOCK_ADVERTS, x->l->advert_ms);
	if (is_active)
		put_element(msg, CLOCK_ACTIVE, VRRP_LEASE_ASIDE_MS);
	for (i = 0; i < x->l->peer_count; i++)
		put_element(msg, CLOCK_PEER + i, VRRP_LEASE_ASIDE_MS);
	vrrp_nft_end_elements(&x->b, msg, list);
}

int
vrrp_lease_nft_carry_out(struct vrrp_nft *nft,
    const struct vrrp_lease_errand *e)
{
	static struct builder x;
	char table[VRRP_LEASE_TABLE_MAX];
	unsigned i;
	int error = vrrp_nft_open(nft);

	if (error < 0)
		return error;
	x.l = &e->lease;
	vrrp_lease_table(x.l, table);
	vrrp_nft_begin(&x.b, nft, NFPROTO_NETDEV, table);
	/* So that there is one to be deleted. */
	vrrp_nft_put_table(&x.b, 0);
	vrrp_nft_del_table(&x.b, e->put ? 0 : NLM_F_ACK);
	if (!e->put)
		return vrrp_nft_commit(&x.b);
	vrrp_nft_put_table(&x.b, 0);
	vrrp_nft_put_set(&x.b, CLOCKS, 1, VRRP_NFT_TYPE_MARK, sizeof(uint32_t),
	    NFT_SET_TIMEOUT | NFT_SET_EVAL, CLOCKS_SIZE);
	put_may(&x);
	for (i = 0; i < x.l->device_count; i++)
		put_in(&x, i);
	put_out(&x);
	put_clocks(&x, e->is_active);
	return vrrp_nft_unsupported(vrrp_nft_commit(&x.b));
}

int64_t
vrrp_lease_nft_tick_ns(void)
{
	struct timespec t;

	if (clock_getres(CLOCK_MONOTONIC_COARSE, &t) == -1 || t.tv_sec != 0)
		return 10 * NS_PER_MS;
	return t.tv_nsec;
}
