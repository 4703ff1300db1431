/*
 * vrrp_filter.c - accept = no and the owner's ARP, by small nf_tables tables.
 *
 *	table inet swiftover-PORT {		# flags owner
 *		set ipv4 { type ipv4_addr }
 *		set ipv6 { type ipv6_addr }
 *		chain input {
 *			type filter hook input priority 110; policy accept;
 *			ip daddr @ipv4 counter drop
 *			icmpv6 type 133-137 accept
 *			ip6 daddr @ipv6 counter drop
 *		}
 *	}
 *
 * What it does not touch.  The input hook sees local delivery only, so that
 * forwarding is as before (V-108); ARP never comes there, and neighbour
 * discovery is let through (V-105).
 *
 * Nor what IPVS takes.  A director answers for the address in the kernel, at the
 * priorities 98 and 99 of the same hook, and what it has taken goes no further; the
 * chain is behind, so that services of IPVS go on and all else to the address is
 * dropped.  The operator's own filter stands at 0, before both.
 *
 * When.  An address is in its set from before the instance starts until it is
 * gone.  While Backup the address is not local and nothing matches; becoming
 * Active costs nothing and there is no instant at which the address is there
 * and the filter is not.
 *
 * Once there, the table stays until the end, be its sets empty: to take it away
 * waits for all processors (a grace period, 10 to 30 ms), and an empty one matches
 * nothing.
 *
 * Whose.  The table is owned by our netlink socket (NFT_TABLE_F_OWNER, Linux
 * 5.12): the kernel removes it when this process ends, in whatever way, and
 * nobody else can, so that a firewall script that begins with "nft flush
 * ruleset" does not open the address.  The number in the name is that of the
 * socket, which no other socket in this network namespace has.
 *
 * The owner of an address (priority 255) has it on the interface itself, whose
 * ARP would answer with the MAC of the interface; the answer has to tell the
 * virtual MAC (V-84).  The address cannot be moved to the virtual MAC's device,
 * because it is not ours to move.  So the sender's MAC in answers is written
 * over.  Not in questions (V-82 would like it): who answers them would answer
 * to the virtual MAC, and the interface that asked would not hear it.
 *
 *	table arp swiftover-PORT {
 *		map owned { type ipv4_addr : ether_addr }
 *		chain output {
 *			type filter hook output priority 0; policy accept;
 *			arp operation reply arp saddr ether set
 *			    arp saddr ip map @owned
 *		}
 *	}
 */
#include "config.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter_arp.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "vrrpd/linux/vrrp_filter.h"
#include "vrrpd/linux/vrrp_nft.h"

#ifndef NFT_TABLE_F_OWNER
#define NFT_TABLE_F_OWNER	0x2
#endif

#define CHAIN		"input"
#define SET4		"ipv4"
#define SET6		"ipv6"
#define CHAIN_ARP	"output"
#define MAP		"owned"
#define MAC_LEN		6
#define ARP_OPERATION	6		/* from the ARP header on */
#define ARP_REPLY	2
#define ARP_SENDER_MAC	8
#define ARP_SENDER_IP	14
#define PRIORITY	110		/* behind IPVS: NF_IP_PRI_NAT_SRC + 10 */
#define ND_FIRST	133
#define ND_LAST		137

struct vrrp_filter {
	struct vrrp_nft			  nft;		/* no socket: no table yet */
	char				  table[32];
	bool				  has_filter, has_arp;
	unsigned			  owned;	/* instances in the map */
	const struct vrrp_params	**list;
	unsigned			  count;
};

struct vrrp_filter *
vrrp_filter_new(void)
{
	return calloc(1, sizeof(struct vrrp_filter));
}

/* --- the table --- */

static void
begin_rule(struct vrrp_nft_batch *b, struct vrrp_nft_rule *r, int flags,
    uint8_t protocol)
{
	vrrp_nft_begin_rule(b, r, flags, CHAIN);
	vrrp_nft_load_meta(r, NFT_META_NFPROTO);
	vrrp_nft_compare_byte(r, NFT_CMP_EQ, protocol);
}

static void
drop_those_to(struct vrrp_nft_batch *b, struct vrrp_nft_rule *r,
    uint32_t offset, uint32_t len, const char *set)
{
	vrrp_nft_load_payload(r, NFT_PAYLOAD_NETWORK_HEADER, offset, len);
	vrrp_nft_is_in_set(r, set);
	vrrp_nft_count(r);
	vrrp_nft_verdict(r, NF_DROP);
	vrrp_nft_end_rule(b, r);
}

static void
put_rules(struct vrrp_nft_batch *b)
{
	struct vrrp_nft_rule r;

	begin_rule(b, &r, 0, NFPROTO_IPV4);
	drop_those_to(b, &r, 16, 4, SET4);
	begin_rule(b, &r, 0, NFPROTO_IPV6);			/* V-105 */
	vrrp_nft_load_meta(&r, NFT_META_L4PROTO);
	vrrp_nft_compare_byte(&r, NFT_CMP_EQ, IPPROTO_ICMPV6);
	vrrp_nft_load_payload(&r, NFT_PAYLOAD_TRANSPORT_HEADER, 0, 1);
	vrrp_nft_compare_byte(&r, NFT_CMP_GTE, ND_FIRST);
	vrrp_nft_compare_byte(&r, NFT_CMP_LTE, ND_LAST);
	vrrp_nft_verdict(&r, NF_ACCEPT);
	vrrp_nft_end_rule(b, &r);
	begin_rule(b, &r, NLM_F_ACK, NFPROTO_IPV6);
	drop_those_to(b, &r, 24, 16, SET6);
}

static void
check(const struct vrrp_filter *f)
{
	assert(f->nft.sock != NULL || (!f->has_filter && !f->has_arp));
	assert(f->has_filter || f->count == 0);
	assert(f->has_arp || f->owned == 0);
	assert((f->nft.sock == NULL) == (f->table[0] == '\0'));
}

/* Both tables go with the socket. */
static void
drop_tables(struct vrrp_filter *f)
{
	vrrp_nft_close(&f->nft);
	f->has_filter = f->has_arp = false;
	f->table[0] = '\0';
}

/* A socket without a table; closing one that has some waits for a grace period. */
static void
drop_unused(struct vrrp_filter *f)
{
	if (!f->has_filter && !f->has_arp)
		drop_tables(f);
}

static int
open_socket(struct vrrp_filter *f)
{
	int error;

	if (f->nft.sock != NULL)
		return 0;
	error = vrrp_nft_open(&f->nft);
	if (error == 0)
		(void)snprintf(f->table, sizeof(f->table), "swiftover-%u",
		    vrrp_nft_port(&f->nft));
	return error;
}

static int
open_filter(struct vrrp_filter *f)
{
	struct vrrp_nft_batch b;
	int error;

	error = open_socket(f);
	if (error < 0 || f->has_filter)
		return error;
	vrrp_nft_begin(&b, &f->nft, NFPROTO_INET, f->table);
	vrrp_nft_put_table(&b, NFT_TABLE_F_OWNER);
	vrrp_nft_put_set(&b, SET4, 1, VRRP_NFT_TYPE_IPADDR, 4, 0, 0);
	vrrp_nft_put_set(&b, SET6, 2, VRRP_NFT_TYPE_IP6ADDR, 16, 0, 0);
	vrrp_nft_put_chain(&b, CHAIN, NF_INET_LOCAL_IN, PRIORITY, NULL);
	put_rules(&b);
	error = vrrp_nft_commit(&b);
	if (error < 0)
		drop_unused(f);
	f->has_filter = error == 0;
	return vrrp_nft_unsupported(error);
}

/* The sender's MAC address in answers for an address of the map. */
static void
put_arp_rule(struct vrrp_nft_batch *b)
{
	struct vrrp_nft_rule r;

	vrrp_nft_begin_rule(b, &r, NLM_F_ACK, CHAIN_ARP);
	vrrp_nft_load_payload(&r, NFT_PAYLOAD_NETWORK_HEADER,
	    ARP_OPERATION + 1, 1);
	vrrp_nft_compare_byte(&r, NFT_CMP_EQ, ARP_REPLY);
	vrrp_nft_load_payload(&r, NFT_PAYLOAD_NETWORK_HEADER, ARP_SENDER_IP,
	    4);
	vrrp_nft_look_up(&r, MAP);
	vrrp_nft_write_payload(&r, NFT_PAYLOAD_NETWORK_HEADER,
	    ARP_SENDER_MAC, MAC_LEN);
	vrrp_nft_end_rule(b, &r);
}

static int
open_arp(struct vrrp_filter *f)
{
	struct vrrp_nft_batch b;
	int error;

	error = open_socket(f);
	if (error < 0 || f->has_arp)
		return error;
	vrrp_nft_begin(&b, &f->nft, NFPROTO_ARP, f->table);
	vrrp_nft_put_table(&b, NFT_TABLE_F_OWNER);
	vrrp_nft_put_set(&b, MAP, 1, VRRP_NFT_TYPE_IPADDR, 4, NFT_SET_MAP, 0);
	vrrp_nft_put_chain(&b, CHAIN_ARP, NF_ARP_OUT, 0, NULL);
	put_arp_rule(&b);
	error = vrrp_nft_commit(&b);
	if (error < 0)
		drop_unused(f);
	f->has_arp = error == 0;
	return vrrp_nft_unsupported(error);
}

/* --- addresses --- */

static bool
has_address(const struct vrrp_params *p, const struct addr *a)
{
	unsigned i;

	for (i = 0; i < vrrp_params_addresses(p); i++)
		if (addr_equal(&p->vips[i].prefix.addr, a))
			return true;
	return false;
}

/*
 * A link-local address may be on several interfaces, and any address may be that of
 * an instance and of the one which goes on for it: the last one takes it away.
 */
static bool
is_shared(const struct vrrp_filter *f, const struct vrrp_params *p,
    const struct addr *a)
{
	unsigned i;

	for (i = 0; i < f->count; i++)
		if (f->list[i] != p && has_address(f->list[i], a))
			return true;
	return false;
}

static int
change_family(struct vrrp_filter *f, const struct vrrp_params *p,
    const struct vrrp_params *list, const struct vrrp_params *except, bool add,
    uint8_t family)
{
	struct vrrp_nft_batch b;
	struct nlattr *elements;
	struct nl_msg *msg;
	const struct addr *a;
	unsigned i, n = 0;

	vrrp_nft_begin(&b, &f->nft, NFPROTO_INET, f->table);
	msg = vrrp_nft_begin_elements(&b, add ? NFT_MSG_NEWSETELEM :
	    NFT_MSG_DELSETELEM, NLM_F_ACK | (add ? NLM_F_CREATE : 0),
	    family == AF_INET6 ? SET6 : SET4, &elements);
	if (msg == NULL)
		return b.error;
	for (i = 0; i < vrrp_params_addresses(list); i++) {
		a = &list->vips[i].prefix.addr;
		if (a->family != family || is_shared(f, p, a) ||
		    (except != NULL && has_address(except, a)))
			continue;
		vrrp_nft_element(msg, a->bytes, (int)addr_len(family), NULL, 0,
		    0);
		n++;
	}
	vrrp_nft_end_elements(&b, msg, elements);
	return n == 0 ? 0 : vrrp_nft_commit(&b);
}

/*
 * The addresses of `list`, which are those of the instance p, now or before; not
 * those that p has in `except` too (NULL: none).
 */
static int
change(struct vrrp_filter *f, const struct vrrp_params *p,
    const struct vrrp_params *list, const struct vrrp_params *except, bool add)
{
	const uint8_t other = p->family == AF_INET6 ? AF_INET : AF_INET6;
	int error;

	error = change_family(f, p, list, except, add, p->family);
	if (error == 0 && vrrp_params_has_family(list, other))
		error = change_family(f, p, list, except, add, other);
	return error;
}

int
vrrp_filter_add(struct vrrp_filter *f, const struct vrrp_params *p)
{
	const struct vrrp_params **list;
	int error;

	list = realloc(f->list, (f->count + 1) * sizeof(*list));
	if (list == NULL)
		return -ENOMEM;
	f->list = list;
	error = open_filter(f);
	if (error == 0)
		error = change(f, p, p, NULL, true);
	if (error == 0)
		f->list[f->count++] = p;
	check(f);
	return error;
}

void
vrrp_filter_remove(struct vrrp_filter *f, const struct vrrp_params *p)
{
	unsigned i;

	for (i = 0; i < f->count; i++)
		if (f->list[i] == p)
			break;
	if (i == f->count)
		return;
	f->list[i] = f->list[--f->count];
	(void)change(f, p, p, NULL, false);
	check(f);
}

int
vrrp_filter_widen(struct vrrp_filter *f, const struct vrrp_params *p,
    const struct vrrp_params *next)
{
	int error = change(f, p, next, p, true);

	check(f);
	return error;
}

void
vrrp_filter_narrow(struct vrrp_filter *f, const struct vrrp_params *p,
    const struct vrrp_params *was)
{
	(void)change(f, p, was, p, false);
	check(f);
}

static int
change_map(struct vrrp_filter *f, const struct vrrp_params *p, bool add)
{
	struct vrrp_nft_batch b;
	struct nlattr *list;
	struct nl_msg *msg;
	uint8_t mac[MAC_LEN];
	unsigned i;

	vrrp_params_virtual_mac(p->family, p->vrid, mac);
	vrrp_nft_begin(&b, &f->nft, NFPROTO_ARP, f->table);
	msg = vrrp_nft_begin_elements(&b, add ? NFT_MSG_NEWSETELEM :
	    NFT_MSG_DELSETELEM, NLM_F_ACK | (add ? NLM_F_CREATE : 0), MAP,
	    &list);
	if (msg == NULL)
		return b.error;
	for (i = 0; i < p->vip_count; i++)
		vrrp_nft_element(msg, p->vips[i].prefix.addr.bytes, 4,
		    add ? mac : NULL, MAC_LEN, 0);
	vrrp_nft_end_elements(&b, msg, list);
	return vrrp_nft_commit(&b);
}

int
vrrp_filter_own(struct vrrp_filter *f, const struct vrrp_params *p)
{
	int error;

	if (p->family != AF_INET)
		return -EAFNOSUPPORT;
	error = open_arp(f);
	if (error == 0)
		error = change_map(f, p, true);
	if (error == 0)
		f->owned++;
	else
		drop_unused(f);
	check(f);
	return error;
}

void
vrrp_filter_disown(struct vrrp_filter *f, const struct vrrp_params *p)
{
	assert(f->owned > 0);
	(void)change_map(f, p, false);
	f->owned--;
	check(f);
}

const char *
vrrp_filter_table(const struct vrrp_filter *f)
{
	return f->table;
}

void
vrrp_filter_free(struct vrrp_filter *f)
{
	if (f == NULL)
		return;
	drop_tables(f);
	free(f->list);
	free(f);
}
