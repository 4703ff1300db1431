/*
 * vrrp_filter.c - accept = no and the owner's ARP, by small nf_tables tables.
 *
 *	table inet swiftover-PORT {		# flags owner
 *		set ipv4 { type ipv4_addr }
 *		set ipv6 { type ipv6_addr }
 *		chain input {
 *			type filter hook input priority -10; policy accept;
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
 *
 * Why by hand, on libnl: it is one fixed table.  libnftables would bring a
 * parser for it and libnftnl, libmnl a second netlink library, to write the
 * same dozen attributes.
 */
#include "config.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter_arp.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "vrrpd/linux/vrrp_filter.h"

#ifndef NFT_TABLE_F_OWNER
#define NFT_TABLE_F_OWNER	0x2
#endif

#define CHAIN		"input"
#define SET4		"ipv4"
#define SET6		"ipv6"
#define TYPE_IPADDR	7		/* how nft(8) prints the sets */
#define TYPE_IP6ADDR	8
#define TYPE_ETHERADDR	9
#define CHAIN_ARP	"output"
#define MAP		"owned"
#define MAC_LEN		6
#define ARP_OPERATION	6		/* from the ARP header on */
#define ARP_REPLY	2
#define ARP_SENDER_MAC	8
#define ARP_SENDER_IP	14
#define PRIORITY	(-10)		/* before the operator's own filter */
#define ND_FIRST	133
#define ND_LAST		137
#define ANSWER_MS	2000
#define TRANSACTION_MAX	(64 * 1024)

struct vrrp_filter {
	struct nl_sock			 *sock;		/* NULL: no table yet */
	char				  table[32];
	bool				  has_filter, has_arp;
	unsigned			  owned;	/* instances in the map */
	uint32_t			  seq;
	const struct vrrp_params	**list;
	unsigned			  count;
};

/* Messages that take effect together or not at all. */
struct transaction {
	struct vrrp_filter	*f;
	uint8_t			 family;	/* of the table */
	uint8_t			 bytes[TRANSACTION_MAX];
	size_t			 len;
	int			 error;
	uint32_t		 first, last;	/* sequence numbers */
};

struct vrrp_filter *
vrrp_filter_new(void)
{
	return calloc(1, sizeof(struct vrrp_filter));
}

/* --- messages --- */

static struct nl_msg *
message(struct transaction *t, int type, int flags, uint8_t family,
    uint16_t res_id)
{
	struct nfgenmsg head = {
		.nfgen_family = family,
		.version = NFNETLINK_V0,
		.res_id = htons(res_id),
	};
	struct nl_msg *msg;

	msg = nlmsg_alloc_size(TRANSACTION_MAX);
	if (msg == NULL || nlmsg_put(msg, 0, t->f->seq, type, 0,
	    NLM_F_REQUEST | flags) == NULL ||
	    nlmsg_append(msg, &head, sizeof(head), NLMSG_ALIGNTO) < 0) {
		nlmsg_free(msg);
		t->error = -ENOMEM;
		return NULL;
	}
	t->last = t->f->seq++;
	return msg;
}

static struct nl_msg *
table_message(struct transaction *t, int type, int flags)
{
	return message(t, NFNL_SUBSYS_NFTABLES << 8 | type, flags, t->family,
	    0);
}

static void
finish(struct transaction *t, struct nl_msg *msg)
{
	struct nlmsghdr *h;

	if (msg == NULL)
		return;
	h = nlmsg_hdr(msg);
	if (t->len + NLMSG_ALIGN(h->nlmsg_len) > sizeof(t->bytes))
		t->error = -EMSGSIZE;
	else {
		memcpy(t->bytes + t->len, h, h->nlmsg_len);
		t->len += NLMSG_ALIGN(h->nlmsg_len);
	}
	nlmsg_free(msg);
}

static void
begin(struct transaction *t, struct vrrp_filter *f, uint8_t family)
{
	memset(t, 0, sizeof(*t));
	t->f = f;
	t->family = family;
	t->first = f->seq;
	finish(t, message(t, NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC,
	    NFNL_SUBSYS_NFTABLES));
}

/*
 * Reads answers until the one to the last message: an error to any message
 * means that nothing was done.
 */
static int
await(struct transaction *t)
{
	struct pollfd pfd = { nl_socket_get_fd(t->f->sock), POLLIN, 0 };
	uint8_t bytes[8192] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *h;
	const struct nlmsgerr *e;
	int error = 0, len;

	for (;;) {
		len = poll(&pfd, 1, ANSWER_MS);
		if (len == -1 && errno == EINTR)
			continue;
		if (len <= 0)
			return len == 0 ? -ETIMEDOUT : -errno;
		len = (int)recv(pfd.fd, bytes, sizeof(bytes), MSG_DONTWAIT);
		if (len <= 0)
			return len == 0 ? -EIO : -errno;
		for (h = (struct nlmsghdr *)bytes; nlmsg_ok(h, len);
		    h = nlmsg_next(h, &len)) {
			if (h->nlmsg_type != NLMSG_ERROR ||
			    nlmsg_datalen(h) < (int)sizeof(*e) ||
			    h->nlmsg_seq - t->first > t->last - t->first)
				continue;
			e = nlmsg_data(h);
			if (error == 0)
				error = e->error;
			/* The first is about the batch as a whole. */
			if (h->nlmsg_seq == t->last ||
			    (h->nlmsg_seq == t->first && e->error != 0))
				return error;
		}
	}
}

static int
commit(struct transaction *t)
{
	uint32_t last = t->last;
	ssize_t sent;

	finish(t, message(t, NFNL_MSG_BATCH_END, 0, AF_UNSPEC,
	    NFNL_SUBSYS_NFTABLES));
	if (t->error < 0)
		return t->error;
	t->last = last;		/* the message that asked for an answer */
	sent = send(nl_socket_get_fd(t->f->sock), t->bytes, t->len, 0);
	if (sent == -1)
		return -errno;
	return await(t);
}

/* --- expressions; each puts its value in or takes it from register 1 --- */

static void
be32(struct nl_msg *msg, int attr, uint32_t value)
{
	(void)nla_put_u32(msg, attr, htonl(value));
}

static struct nlattr *
expression(struct nl_msg *msg, const char *name, struct nlattr **data)
{
	struct nlattr *element = nla_nest_start(msg, NFTA_LIST_ELEM);

	(void)nla_put_string(msg, NFTA_EXPR_NAME, name);
	*data = nla_nest_start(msg, NFTA_EXPR_DATA);
	return element;
}

static void
end_expression(struct nl_msg *msg, struct nlattr *element,
    struct nlattr *data)
{
	(void)nla_nest_end(msg, data);
	(void)nla_nest_end(msg, element);
}

static void
load_meta(struct nl_msg *msg, uint32_t key)
{
	struct nlattr *data, *element = expression(msg, "meta", &data);

	be32(msg, NFTA_META_DREG, NFT_REG_1);
	be32(msg, NFTA_META_KEY, key);
	end_expression(msg, element, data);
}

static void
load_payload(struct nl_msg *msg, uint32_t base, uint32_t offset, uint32_t len)
{
	struct nlattr *data, *element = expression(msg, "payload", &data);

	be32(msg, NFTA_PAYLOAD_DREG, NFT_REG_1);
	be32(msg, NFTA_PAYLOAD_BASE, base);
	be32(msg, NFTA_PAYLOAD_OFFSET, offset);
	be32(msg, NFTA_PAYLOAD_LEN, len);
	end_expression(msg, element, data);
}

static void
compare(struct nl_msg *msg, uint32_t op, uint8_t value)
{
	struct nlattr *data, *element = expression(msg, "cmp", &data), *what;

	be32(msg, NFTA_CMP_SREG, NFT_REG_1);
	be32(msg, NFTA_CMP_OP, op);
	what = nla_nest_start(msg, NFTA_CMP_DATA);
	(void)nla_put(msg, NFTA_DATA_VALUE, sizeof(value), &value);
	(void)nla_nest_end(msg, what);
	end_expression(msg, element, data);
}

static void
is_in_set(struct nl_msg *msg, const char *set)
{
	struct nlattr *data, *element = expression(msg, "lookup", &data);

	(void)nla_put_string(msg, NFTA_LOOKUP_SET, set);
	be32(msg, NFTA_LOOKUP_SREG, NFT_REG_1);
	end_expression(msg, element, data);
}

static void
count(struct nl_msg *msg)
{
	struct nlattr *data, *element = expression(msg, "counter", &data);

	end_expression(msg, element, data);
}

static void
verdict(struct nl_msg *msg, uint32_t code)
{
	struct nlattr *data, *element = expression(msg, "immediate", &data);
	struct nlattr *what, *inner;

	be32(msg, NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
	what = nla_nest_start(msg, NFTA_IMMEDIATE_DATA);
	inner = nla_nest_start(msg, NFTA_DATA_VERDICT);
	be32(msg, NFTA_VERDICT_CODE, code);
	(void)nla_nest_end(msg, inner);
	(void)nla_nest_end(msg, what);
	end_expression(msg, element, data);
}

/* --- the table --- */

static void
put_table(struct transaction *t)
{
	struct nl_msg *msg = table_message(t, NFT_MSG_NEWTABLE, NLM_F_CREATE);

	if (msg == NULL)
		return;
	(void)nla_put_string(msg, NFTA_TABLE_NAME, t->f->table);
	be32(msg, NFTA_TABLE_FLAGS, NFT_TABLE_F_OWNER);
	finish(t, msg);
}

static void
put_set(struct transaction *t, const char *name, uint32_t id, uint32_t type,
    uint32_t len)
{
	struct nl_msg *msg = table_message(t, NFT_MSG_NEWSET, NLM_F_CREATE);

	if (msg == NULL)
		return;
	(void)nla_put_string(msg, NFTA_SET_TABLE, t->f->table);
	(void)nla_put_string(msg, NFTA_SET_NAME, name);
	be32(msg, NFTA_SET_KEY_TYPE, type);
	be32(msg, NFTA_SET_KEY_LEN, len);
	be32(msg, NFTA_SET_ID, id);
	finish(t, msg);
}

static void
put_chain(struct transaction *t, const char *name, uint32_t where,
    int priority)
{
	struct nl_msg *msg = table_message(t, NFT_MSG_NEWCHAIN, NLM_F_CREATE);
	struct nlattr *hook;

	if (msg == NULL)
		return;
	(void)nla_put_string(msg, NFTA_CHAIN_TABLE, t->f->table);
	(void)nla_put_string(msg, NFTA_CHAIN_NAME, name);
	hook = nla_nest_start(msg, NFTA_CHAIN_HOOK);
	be32(msg, NFTA_HOOK_HOOKNUM, where);
	be32(msg, NFTA_HOOK_PRIORITY, (uint32_t)priority);
	(void)nla_nest_end(msg, hook);
	(void)nla_put_string(msg, NFTA_CHAIN_TYPE, "filter");
	be32(msg, NFTA_CHAIN_POLICY, NF_ACCEPT);
	finish(t, msg);
}

static struct nl_msg *
begin_plain_rule(struct transaction *t, int flags, const char *chain,
    struct nlattr **list)
{
	struct nl_msg *msg;

	msg = table_message(t, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND |
	    flags);
	if (msg == NULL)
		return NULL;
	(void)nla_put_string(msg, NFTA_RULE_TABLE, t->f->table);
	(void)nla_put_string(msg, NFTA_RULE_CHAIN, chain);
	*list = nla_nest_start(msg, NFTA_RULE_EXPRESSIONS);
	return msg;
}

static struct nl_msg *
begin_rule(struct transaction *t, int flags, uint8_t protocol,
    struct nlattr **list)
{
	struct nl_msg *msg = begin_plain_rule(t, flags, CHAIN, list);

	if (msg == NULL)
		return NULL;
	load_meta(msg, NFT_META_NFPROTO);
	compare(msg, NFT_CMP_EQ, protocol);
	return msg;
}

static void
end_rule(struct transaction *t, struct nl_msg *msg, struct nlattr *list,
    uint32_t code)
{
	verdict(msg, code);
	(void)nla_nest_end(msg, list);
	finish(t, msg);
}

static void
put_rules(struct transaction *t)
{
	struct nlattr *list;
	struct nl_msg *msg;

	msg = begin_rule(t, 0, NFPROTO_IPV4, &list);
	if (msg != NULL) {
		load_payload(msg, NFT_PAYLOAD_NETWORK_HEADER, 16, 4);
		is_in_set(msg, SET4);
		count(msg);
		end_rule(t, msg, list, NF_DROP);
	}
	msg = begin_rule(t, 0, NFPROTO_IPV6, &list);		/* V-105 */
	if (msg != NULL) {
		load_meta(msg, NFT_META_L4PROTO);
		compare(msg, NFT_CMP_EQ, IPPROTO_ICMPV6);
		load_payload(msg, NFT_PAYLOAD_TRANSPORT_HEADER, 0, 1);
		compare(msg, NFT_CMP_GTE, ND_FIRST);
		compare(msg, NFT_CMP_LTE, ND_LAST);
		end_rule(t, msg, list, NF_ACCEPT);
	}
	msg = begin_rule(t, NLM_F_ACK, NFPROTO_IPV6, &list);
	if (msg != NULL) {
		load_payload(msg, NFT_PAYLOAD_NETWORK_HEADER, 24, 16);
		is_in_set(msg, SET6);
		count(msg);
		end_rule(t, msg, list, NF_DROP);
	}
}

static void
check(const struct vrrp_filter *f)
{
	assert(f->sock != NULL || (!f->has_filter && !f->has_arp));
	assert(f->has_filter || f->count == 0);
	assert(f->has_arp || f->owned == 0);
	assert((f->sock == NULL) == (f->table[0] == '\0'));
}

/* Both tables go with the socket. */
static void
drop_tables(struct vrrp_filter *f)
{
	nl_socket_free(f->sock);
	f->sock = NULL;
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
	if (f->sock != NULL)
		return 0;
	f->sock = nl_socket_alloc();
	if (f->sock == NULL)
		return -ENOMEM;
	if (nl_connect(f->sock, NETLINK_NETFILTER) < 0) {
		drop_tables(f);
		return -EOPNOTSUPP;
	}
	(void)snprintf(f->table, sizeof(f->table), "swiftover-%u",
	    nl_socket_get_local_port(f->sock));
	return 0;
}

/* The errors of an older kernel that does not know what it is asked for. */
static int
unsupported(int error)
{
	return error == -EINVAL || error == -ENOENT ? -EOPNOTSUPP : error;
}

static int
open_filter(struct vrrp_filter *f)
{
	static struct transaction t;
	int error;

	error = open_socket(f);
	if (error < 0 || f->has_filter)
		return error;
	begin(&t, f, NFPROTO_INET);
	put_table(&t);
	put_set(&t, SET4, 1, TYPE_IPADDR, 4);
	put_set(&t, SET6, 2, TYPE_IP6ADDR, 16);
	put_chain(&t, CHAIN, NF_INET_LOCAL_IN, PRIORITY);
	put_rules(&t);
	error = commit(&t);
	if (error < 0)
		drop_unused(f);
	f->has_filter = error == 0;
	return unsupported(error);
}

/* The sender's MAC address in answers for an address of the map. */
static void
put_arp_rule(struct transaction *t)
{
	struct nlattr *list, *element, *data;
	struct nl_msg *msg;

	msg = begin_plain_rule(t, NLM_F_ACK, CHAIN_ARP, &list);
	if (msg == NULL)
		return;
	load_payload(msg, NFT_PAYLOAD_NETWORK_HEADER, ARP_OPERATION + 1, 1);
	compare(msg, NFT_CMP_EQ, ARP_REPLY);
	load_payload(msg, NFT_PAYLOAD_NETWORK_HEADER, ARP_SENDER_IP, 4);
	element = expression(msg, "lookup", &data);
	(void)nla_put_string(msg, NFTA_LOOKUP_SET, MAP);
	be32(msg, NFTA_LOOKUP_SREG, NFT_REG_1);
	be32(msg, NFTA_LOOKUP_DREG, NFT_REG_2);
	end_expression(msg, element, data);
	element = expression(msg, "payload", &data);
	be32(msg, NFTA_PAYLOAD_SREG, NFT_REG_2);
	be32(msg, NFTA_PAYLOAD_BASE, NFT_PAYLOAD_NETWORK_HEADER);
	be32(msg, NFTA_PAYLOAD_OFFSET, ARP_SENDER_MAC);
	be32(msg, NFTA_PAYLOAD_LEN, MAC_LEN);
	end_expression(msg, element, data);
	(void)nla_nest_end(msg, list);
	finish(t, msg);
}

static int
open_arp(struct vrrp_filter *f)
{
	static struct transaction t;
	struct nl_msg *msg;
	int error;

	error = open_socket(f);
	if (error < 0 || f->has_arp)
		return error;
	begin(&t, f, NFPROTO_ARP);
	put_table(&t);
	msg = table_message(&t, NFT_MSG_NEWSET, NLM_F_CREATE);
	if (msg != NULL) {
		(void)nla_put_string(msg, NFTA_SET_TABLE, f->table);
		(void)nla_put_string(msg, NFTA_SET_NAME, MAP);
		be32(msg, NFTA_SET_FLAGS, NFT_SET_MAP);
		be32(msg, NFTA_SET_KEY_TYPE, TYPE_IPADDR);
		be32(msg, NFTA_SET_KEY_LEN, 4);
		be32(msg, NFTA_SET_DATA_TYPE, TYPE_ETHERADDR);
		be32(msg, NFTA_SET_DATA_LEN, MAC_LEN);
		be32(msg, NFTA_SET_ID, 1);
		finish(&t, msg);
	}
	put_chain(&t, CHAIN_ARP, NF_ARP_OUT, 0);
	put_arp_rule(&t);
	error = commit(&t);
	if (error < 0)
		drop_unused(f);
	f->has_arp = error == 0;
	return unsupported(error);
}

/* --- addresses --- */

static bool
has_address(const struct vrrp_params *p, const struct addr *a)
{
	unsigned i;

	for (i = 0; i < p->vip_count; i++)
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

/*
 * The addresses of `list`, which are those of the instance p, now or before; not
 * those that p has in `except` too (NULL: none).
 */
static int
change(struct vrrp_filter *f, const struct vrrp_params *p,
    const struct vrrp_params *list, const struct vrrp_params *except, bool add)
{
	static struct transaction t;
	struct nlattr *elements, *element, *key;
	struct nl_msg *msg;
	const struct addr *a;
	unsigned i, n = 0;

	begin(&t, f, NFPROTO_INET);
	msg = table_message(&t, add ? NFT_MSG_NEWSETELEM : NFT_MSG_DELSETELEM,
	    NLM_F_ACK | (add ? NLM_F_CREATE : 0));
	if (msg == NULL)
		return t.error;
	(void)nla_put_string(msg, NFTA_SET_ELEM_LIST_TABLE, f->table);
	(void)nla_put_string(msg, NFTA_SET_ELEM_LIST_SET,
	    p->family == AF_INET6 ? SET6 : SET4);
	elements = nla_nest_start(msg, NFTA_SET_ELEM_LIST_ELEMENTS);
	for (i = 0; i < list->vip_count; i++) {
		a = &list->vips[i].prefix.addr;
		if (is_shared(f, p, a) ||
		    (except != NULL && has_address(except, a)))
			continue;
		element = nla_nest_start(msg, NFTA_LIST_ELEM);
		key = nla_nest_start(msg, NFTA_SET_ELEM_KEY);
		(void)nla_put(msg, NFTA_DATA_VALUE, (int)addr_len(p->family),
		    a->bytes);
		(void)nla_nest_end(msg, key);
		(void)nla_nest_end(msg, element);
		n++;
	}
	(void)nla_nest_end(msg, elements);
	finish(&t, msg);
	return n == 0 ? 0 : commit(&t);
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
	static struct transaction t;
	struct nlattr *list, *element, *inner;
	struct nl_msg *msg;
	uint8_t mac[MAC_LEN];
	unsigned i;

	vrrp_params_virtual_mac(p->family, p->vrid, mac);
	begin(&t, f, NFPROTO_ARP);
	msg = table_message(&t, add ? NFT_MSG_NEWSETELEM : NFT_MSG_DELSETELEM,
	    NLM_F_ACK | (add ? NLM_F_CREATE : 0));
	if (msg == NULL)
		return t.error;
	(void)nla_put_string(msg, NFTA_SET_ELEM_LIST_TABLE, f->table);
	(void)nla_put_string(msg, NFTA_SET_ELEM_LIST_SET, MAP);
	list = nla_nest_start(msg, NFTA_SET_ELEM_LIST_ELEMENTS);
	for (i = 0; i < p->vip_count; i++) {
		element = nla_nest_start(msg, NFTA_LIST_ELEM);
		inner = nla_nest_start(msg, NFTA_SET_ELEM_KEY);
		(void)nla_put(msg, NFTA_DATA_VALUE, 4,
		    p->vips[i].prefix.addr.bytes);
		(void)nla_nest_end(msg, inner);
		if (add) {
			inner = nla_nest_start(msg, NFTA_SET_ELEM_DATA);
			(void)nla_put(msg, NFTA_DATA_VALUE, sizeof(mac), mac);
			(void)nla_nest_end(msg, inner);
		}
		(void)nla_nest_end(msg, element);
	}
	(void)nla_nest_end(msg, list);
	finish(&t, msg);
	return commit(&t);
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
