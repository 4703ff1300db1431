/*
 * vrrp_nft.c - tables of nf_tables, put together message by message.
 *
 * Why by hand, on libnl: the tables of this program are a few fixed ones.
 * libnftables would bring a parser for them and libnftnl, libmnl a second netlink
 * library, to write the same dozen attributes.
 *
 * The kernel carries a batch out within the system call, and first takes a lock
 * of its own for that (nothing to do with rtnl), for which it may have to wait:
 * another program may be loading a ruleset of a hundred thousand lines.  Whoever
 * calls vrrp_nft_commit() must be able to wait.
 *
 * Called by vrrp_filter.c and vrrp_lease_nft.c, who know what the rules are for.
 */
#include "config.h"

#include "vrrpd/linux/vrrp_nft.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#define ANSWER_MS	2000
#define MESSAGE_MAX	(32 * 1024)	/* with the addresses of an instance */
#define BATCH_MAX	(192 * 1024)	/* a socket may send so much without root */

/* The batch that is being put together. */
static uint8_t bytes[BATCH_MAX];

/* --- the socket --- */

int
vrrp_nft_open(struct vrrp_nft *n)
{
	if (n->sock != NULL)
		return 0;
	n->sock = nl_socket_alloc();
	if (n->sock == NULL)
		return -ENOMEM;
	if (nl_connect(n->sock, NETLINK_NETFILTER) < 0 ||
	    nl_socket_set_buffer_size(n->sock, 0, BATCH_MAX) < 0) {
		vrrp_nft_close(n);
		return -EOPNOTSUPP;
	}
	return 0;
}

void
vrrp_nft_close(struct vrrp_nft *n)
{
	nl_socket_free(n->sock);
	n->sock = NULL;
}

uint32_t
vrrp_nft_port(const struct vrrp_nft *n)
{
	return nl_socket_get_local_port(n->sock);
}

/* --- batches --- */

static struct nl_msg *
message(struct vrrp_nft_batch *b, int type, int flags, uint8_t family,
    uint16_t res_id)
{
	struct nfgenmsg head = {
		.nfgen_family = family,
		.version = NFNETLINK_V0,
		.res_id = htons(res_id),
	};
	struct nl_msg *msg;

	msg = nlmsg_alloc_size(MESSAGE_MAX);
	if (msg == NULL || nlmsg_put(msg, 0, b->nft->seq, type, 0,
	    NLM_F_REQUEST | flags) == NULL ||
	    nlmsg_append(msg, &head, sizeof(head), NLMSG_ALIGNTO) < 0) {
		nlmsg_free(msg);
		b->error = -ENOMEM;
		return NULL;
	}
	b->last = b->nft->seq++;
	return msg;
}

struct nl_msg *
vrrp_nft_message(struct vrrp_nft_batch *b, int type, int flags)
{
	return message(b, NFNL_SUBSYS_NFTABLES << 8 | type, flags, b->family,
	    0);
}

void
vrrp_nft_finish(struct vrrp_nft_batch *b, struct nl_msg *msg)
{
	struct nlmsghdr *h;

	if (msg == NULL)
		return;
	h = nlmsg_hdr(msg);
	if (b->len + NLMSG_ALIGN(h->nlmsg_len) > sizeof(bytes))
		b->error = -EMSGSIZE;
	else {
		memcpy(bytes + b->len, h, h->nlmsg_len);
		b->len += NLMSG_ALIGN(h->nlmsg_len);
	}
	nlmsg_free(msg);
}

void
vrrp_nft_begin(struct vrrp_nft_batch *b, struct vrrp_nft *nft, uint8_t family,
    const char *table)
{
	memset(b, 0, sizeof(*b));
	b->nft = nft;
	b->table = table;
	b->family = family;
	b->first = nft->seq;
	vrrp_nft_finish(b, message(b, NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC,
	    NFNL_SUBSYS_NFTABLES));
}

/*
 * Reads answers until the one to the last message: an error to any message
 * means that nothing was done.
 */
static int
await(struct vrrp_nft_batch *b)
{
	struct pollfd pfd = { nl_socket_get_fd(b->nft->sock), POLLIN, 0 };
	uint8_t in[8192] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *h;
	const struct nlmsgerr *e;
	int error = 0, len;

	for (;;) {
		len = poll(&pfd, 1, ANSWER_MS);
		if (len == -1 && errno == EINTR)
			continue;
		if (len <= 0)
			return len == 0 ? -ETIMEDOUT : -errno;
		len = (int)recv(pfd.fd, in, sizeof(in), MSG_DONTWAIT);
		if (len <= 0)
			return len == 0 ? -EIO : -errno;
		for (h = (struct nlmsghdr *)in; nlmsg_ok(h, len);
		    h = nlmsg_next(h, &len)) {
			if (h->nlmsg_type != NLMSG_ERROR ||
			    nlmsg_datalen(h) < (int)sizeof(*e) ||
			    h->nlmsg_seq - b->first > b->last - b->first)
				continue;
			e = nlmsg_data(h);
			if (error == 0)
				error = e->error;
			/* The first is about the batch as a whole. */
			if (h->nlmsg_seq == b->last ||
			    (h->nlmsg_seq == b->first && e->error != 0))
				return error;
		}
	}
}

int
vrrp_nft_commit(struct vrrp_nft_batch *b)
{
	uint32_t last = b->last;
	ssize_t sent;

	vrrp_nft_finish(b, message(b, NFNL_MSG_BATCH_END, 0, AF_UNSPEC,
	    NFNL_SUBSYS_NFTABLES));
	if (b->error < 0)
		return b->error;
	b->last = last;		/* the message that asked for an answer */
	sent = send(nl_socket_get_fd(b->nft->sock), bytes, b->len, 0);
	if (sent == -1)
		return -errno;
	return await(b);
}

int
vrrp_nft_unsupported(int error)
{
	return error == -EINVAL || error == -ENOENT ? -EOPNOTSUPP : error;
}

/* --- messages --- */

static void
be32(struct nl_msg *msg, int attr, uint32_t value)
{
	(void)nla_put_u32(msg, attr, htonl(value));
}

static void
be64(struct nl_msg *msg, int attr, uint64_t value)
{
	(void)nla_put_u64(msg, attr, htobe64(value));
}

void
vrrp_nft_put_table(struct vrrp_nft_batch *b, uint32_t flags)
{
	struct nl_msg *msg = vrrp_nft_message(b, NFT_MSG_NEWTABLE,
	    NLM_F_CREATE);

	if (msg == NULL)
		return;
	(void)nla_put_string(msg, NFTA_TABLE_NAME, b->table);
	be32(msg, NFTA_TABLE_FLAGS, flags);
	vrrp_nft_finish(b, msg);
}

void
vrrp_nft_del_table(struct vrrp_nft_batch *b, int flags)
{
	struct nl_msg *msg = vrrp_nft_message(b, NFT_MSG_DELTABLE, flags);

	if (msg == NULL)
		return;
	(void)nla_put_string(msg, NFTA_TABLE_NAME, b->table);
	vrrp_nft_finish(b, msg);
}

void
vrrp_nft_put_set(struct vrrp_nft_batch *b, const char *name, uint32_t id,
    uint32_t type, uint32_t len, uint32_t set_flags, uint32_t size)
{
	struct nl_msg *msg = vrrp_nft_message(b, NFT_MSG_NEWSET,
	    NLM_F_CREATE);
	struct nlattr *desc;

	if (msg == NULL)
		return;
	(void)nla_put_string(msg, NFTA_SET_TABLE, b->table);
	(void)nla_put_string(msg, NFTA_SET_NAME, name);
	if (set_flags != 0)
		be32(msg, NFTA_SET_FLAGS, set_flags);
	be32(msg, NFTA_SET_KEY_TYPE, type);
	be32(msg, NFTA_SET_KEY_LEN, len);
	if (set_flags & NFT_SET_MAP) {
		be32(msg, NFTA_SET_DATA_TYPE, VRRP_NFT_TYPE_ETHERADDR);
		be32(msg, NFTA_SET_DATA_LEN, 6);
	}
	be32(msg, NFTA_SET_ID, id);
	if (size != 0) {
		desc = nla_nest_start(msg, NFTA_SET_DESC);
		be32(msg, NFTA_SET_DESC_SIZE, size);
		(void)nla_nest_end(msg, desc);
	}
	vrrp_nft_finish(b, msg);
}

static struct nl_msg *
begin_chain(struct vrrp_nft_batch *b, const char *name)
{
	struct nl_msg *msg = vrrp_nft_message(b, NFT_MSG_NEWCHAIN,
	    NLM_F_CREATE);

	if (msg == NULL)
		return NULL;
	(void)nla_put_string(msg, NFTA_CHAIN_TABLE, b->table);
	(void)nla_put_string(msg, NFTA_CHAIN_NAME, name);
	return msg;
}

void
vrrp_nft_put_chain(struct vrrp_nft_batch *b, const char *name, uint32_t where,
    int priority, const char *device)
{
	struct nl_msg *msg = begin_chain(b, name);
	struct nlattr *hook;

	if (msg == NULL)
		return;
	hook = nla_nest_start(msg, NFTA_CHAIN_HOOK);
	be32(msg, NFTA_HOOK_HOOKNUM, where);
	be32(msg, NFTA_HOOK_PRIORITY, (uint32_t)priority);
	if (device != NULL)
		(void)nla_put_string(msg, NFTA_HOOK_DEV, device);
	(void)nla_nest_end(msg, hook);
	(void)nla_put_string(msg, NFTA_CHAIN_TYPE, "filter");
	be32(msg, NFTA_CHAIN_POLICY, NF_ACCEPT);
	vrrp_nft_finish(b, msg);
}

void
vrrp_nft_put_plain_chain(struct vrrp_nft_batch *b, const char *name)
{
	vrrp_nft_finish(b, begin_chain(b, name));
}

struct nl_msg *
vrrp_nft_begin_elements(struct vrrp_nft_batch *b, int type, int flags,
    const char *set, struct nlattr **list)
{
	struct nl_msg *msg = vrrp_nft_message(b, type, flags);

	if (msg == NULL)
		return NULL;
	(void)nla_put_string(msg, NFTA_SET_ELEM_LIST_TABLE, b->table);
	(void)nla_put_string(msg, NFTA_SET_ELEM_LIST_SET, set);
	*list = nla_nest_start(msg, NFTA_SET_ELEM_LIST_ELEMENTS);
	return msg;
}

void
vrrp_nft_element(struct nl_msg *msg, const void *key, int key_len,
    const void *data, int data_len, uint64_t timeout_ms)
{
	struct nlattr *element = nla_nest_start(msg, NFTA_LIST_ELEM), *inner;

	inner = nla_nest_start(msg, NFTA_SET_ELEM_KEY);
	(void)nla_put(msg, NFTA_DATA_VALUE, key_len, key);
	(void)nla_nest_end(msg, inner);
	if (data != NULL) {
		inner = nla_nest_start(msg, NFTA_SET_ELEM_DATA);
		(void)nla_put(msg, NFTA_DATA_VALUE, data_len, data);
		(void)nla_nest_end(msg, inner);
	}
	if (timeout_ms != 0)
		be64(msg, NFTA_SET_ELEM_TIMEOUT, timeout_ms);
	(void)nla_nest_end(msg, element);
}

void
vrrp_nft_end_elements(struct vrrp_nft_batch *b, struct nl_msg *msg,
    struct nlattr *list)
{
	(void)nla_nest_end(msg, list);
	vrrp_nft_finish(b, msg);
}

void
vrrp_nft_begin_rule(struct vrrp_nft_batch *b, struct vrrp_nft_rule *r,
    int flags, const char *chain)
{
	r->msg = vrrp_nft_message(b, NFT_MSG_NEWRULE, NLM_F_CREATE |
	    NLM_F_APPEND | flags);
	if (r->msg == NULL)
		return;
	(void)nla_put_string(r->msg, NFTA_RULE_TABLE, b->table);
	(void)nla_put_string(r->msg, NFTA_RULE_CHAIN, chain);
	r->list = nla_nest_start(r->msg, NFTA_RULE_EXPRESSIONS);
}

void
vrrp_nft_end_rule(struct vrrp_nft_batch *b, struct vrrp_nft_rule *r)
{
	if (r->msg == NULL)
		return;
	(void)nla_nest_end(r->msg, r->list);
	vrrp_nft_finish(b, r->msg);
}

/* --- expressions --- */

/* False: there is no memory, and no rule. */
static bool
expression(struct vrrp_nft_rule *r, const char *name, struct nlattr *ends[2])
{
	if (r->msg == NULL)
		return false;
	ends[0] = nla_nest_start(r->msg, NFTA_LIST_ELEM);
	(void)nla_put_string(r->msg, NFTA_EXPR_NAME, name);
	ends[1] = nla_nest_start(r->msg, NFTA_EXPR_DATA);
	return true;
}

static void
end_expression(struct vrrp_nft_rule *r, struct nlattr *ends[2])
{
	(void)nla_nest_end(r->msg, ends[1]);
	(void)nla_nest_end(r->msg, ends[0]);
}

static void
value(struct nl_msg *msg, int attr, const void *what, int len)
{
	struct nlattr *nest = nla_nest_start(msg, attr);

	(void)nla_put(msg, NFTA_DATA_VALUE, len, what);
	(void)nla_nest_end(msg, nest);
}

void
vrrp_nft_load_meta(struct vrrp_nft_rule *r, uint32_t key)
{
	struct nlattr *ends[2];

	if (!expression(r, "meta", ends))
		return;
	be32(r->msg, NFTA_META_DREG, NFT_REG_1);
	be32(r->msg, NFTA_META_KEY, key);
	end_expression(r, ends);
}

void
vrrp_nft_load_payload(struct vrrp_nft_rule *r, uint32_t base, uint32_t offset,
    uint32_t len)
{
	struct nlattr *ends[2];

	if (!expression(r, "payload", ends))
		return;
	be32(r->msg, NFTA_PAYLOAD_DREG, NFT_REG_1);
	be32(r->msg, NFTA_PAYLOAD_BASE, base);
	be32(r->msg, NFTA_PAYLOAD_OFFSET, offset);
	be32(r->msg, NFTA_PAYLOAD_LEN, len);
	end_expression(r, ends);
}

void
vrrp_nft_load_value(struct vrrp_nft_rule *r, const void *what, int len)
{
	struct nlattr *ends[2];

	if (!expression(r, "immediate", ends))
		return;
	be32(r->msg, NFTA_IMMEDIATE_DREG, NFT_REG_1);
	value(r->msg, NFTA_IMMEDIATE_DATA, what, len);
	end_expression(r, ends);
}

void
vrrp_nft_mask(struct vrrp_nft_rule *r, const void *mask, int len)
{
	static const uint8_t nothing[16];
	struct nlattr *ends[2];

	if (!expression(r, "bitwise", ends))
		return;
	be32(r->msg, NFTA_BITWISE_SREG, NFT_REG_1);
	be32(r->msg, NFTA_BITWISE_DREG, NFT_REG_1);
	be32(r->msg, NFTA_BITWISE_LEN, (uint32_t)len);
	value(r->msg, NFTA_BITWISE_MASK, mask, len);
	value(r->msg, NFTA_BITWISE_XOR, nothing, len);
	end_expression(r, ends);
}

void
vrrp_nft_compare(struct vrrp_nft_rule *r, uint32_t op, const void *what,
    int len)
{
	struct nlattr *ends[2];

	if (!expression(r, "cmp", ends))
		return;
	be32(r->msg, NFTA_CMP_SREG, NFT_REG_1);
	be32(r->msg, NFTA_CMP_OP, op);
	value(r->msg, NFTA_CMP_DATA, what, len);
	end_expression(r, ends);
}

void
vrrp_nft_compare_byte(struct vrrp_nft_rule *r, uint32_t op, uint8_t byte)
{
	vrrp_nft_compare(r, op, &byte, sizeof(byte));
}

static void
look_up(struct vrrp_nft_rule *r, const char *set, uint32_t flags, bool is_map)
{
	struct nlattr *ends[2];

	if (!expression(r, "lookup", ends))
		return;
	(void)nla_put_string(r->msg, NFTA_LOOKUP_SET, set);
	be32(r->msg, NFTA_LOOKUP_SREG, NFT_REG_1);
	if (is_map)
		be32(r->msg, NFTA_LOOKUP_DREG, NFT_REG_2);
	if (flags != 0)
		be32(r->msg, NFTA_LOOKUP_FLAGS, flags);
	end_expression(r, ends);
}

void
vrrp_nft_is_in_set(struct vrrp_nft_rule *r, const char *set)
{
	look_up(r, set, 0, false);
}

void
vrrp_nft_is_not_in_set(struct vrrp_nft_rule *r, const char *set)
{
	look_up(r, set, NFT_LOOKUP_F_INV, false);
}

void
vrrp_nft_look_up(struct vrrp_nft_rule *r, const char *map)
{
	look_up(r, map, 0, true);
}

void
vrrp_nft_write_payload(struct vrrp_nft_rule *r, uint32_t base,
    uint32_t offset, uint32_t len)
{
	struct nlattr *ends[2];

	if (!expression(r, "payload", ends))
		return;
	be32(r->msg, NFTA_PAYLOAD_SREG, NFT_REG_2);
	be32(r->msg, NFTA_PAYLOAD_BASE, base);
	be32(r->msg, NFTA_PAYLOAD_OFFSET, offset);
	be32(r->msg, NFTA_PAYLOAD_LEN, len);
	end_expression(r, ends);
}

void
vrrp_nft_change_set(struct vrrp_nft_rule *r, uint32_t op, const char *set,
    uint64_t timeout_ms)
{
	struct nlattr *ends[2];

	if (!expression(r, "dynset", ends))
		return;
	(void)nla_put_string(r->msg, NFTA_DYNSET_SET_NAME, set);
	be32(r->msg, NFTA_DYNSET_OP, op);
	be32(r->msg, NFTA_DYNSET_SREG_KEY, NFT_REG_1);
	if (timeout_ms != 0)
		be64(r->msg, NFTA_DYNSET_TIMEOUT, timeout_ms);
	end_expression(r, ends);
}

void
vrrp_nft_count(struct vrrp_nft_rule *r)
{
	struct nlattr *ends[2];

	if (expression(r, "counter", ends))
		end_expression(r, ends);
}

static void
verdict(struct vrrp_nft_rule *r, uint32_t code, const char *chain)
{
	struct nlattr *ends[2], *what, *inner;

	if (!expression(r, "immediate", ends))
		return;
	be32(r->msg, NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
	what = nla_nest_start(r->msg, NFTA_IMMEDIATE_DATA);
	inner = nla_nest_start(r->msg, NFTA_DATA_VERDICT);
	be32(r->msg, NFTA_VERDICT_CODE, code);
	if (chain != NULL)
		(void)nla_put_string(r->msg, NFTA_VERDICT_CHAIN, chain);
	(void)nla_nest_end(r->msg, inner);
	(void)nla_nest_end(r->msg, what);
	end_expression(r, ends);
}

void
vrrp_nft_verdict(struct vrrp_nft_rule *r, uint32_t code)
{
	verdict(r, code, NULL);
}

void
vrrp_nft_go_to(struct vrrp_nft_rule *r, const char *chain)
{
	verdict(r, (uint32_t)NFT_GOTO, chain);
}
