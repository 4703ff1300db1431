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
#include <unistd.h>

#define ANSWER_MS	2000
#define MESSAGE_MAX	(48 * 1024)	/* with the addresses of an instance */
#define BATCH_MAX	(192 * 1024)	/* a socket may send so much without root */

/* The batch that is being put together. */
static uint8_t bytes[BATCH_MAX] __attribute__((aligned(NLMSG_ALIGNTO)));

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
		b->last_at = b->len;
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

	((struct nlmsghdr *)(void *)(bytes + b->last_at))->nlmsg_flags |=
	    NLM_F_ACK;
	vrrp_nft_finish(b, message(b, NFNL_MSG_BATCH_END, 0, AF_UNSPEC,
	    NFNL_SUBSYS_NFTABLES));
	if (b->error < 0)
		return b->error;
	b->last = last;		/* the one with NLM_F_ACK */
	sent = send(nl_socket_get_fd(b->nft->sock), bytes, b->len, 0);
	if (sent == -1)
		return -errno;
	return await(b);
}

/* --- questions --- */

typedef void (*answer_cb)(const struct nlmsghdr *, void *arg);

/* Asks for a list, and has each message of the answer looked at. */
static int
dump(struct vrrp_nft *n, struct nl_msg *msg, answer_cb each, void *arg)
{
	struct pollfd pfd = { nl_socket_get_fd(n->sock), POLLIN, 0 };
	static uint8_t in[32 * 1024] __attribute__((aligned(NLMSG_ALIGNTO)));
	const uint32_t seq = nlmsg_hdr(msg)->nlmsg_seq;
	const struct nlmsgerr *e;
	struct nlmsghdr *h;
	int len;

	len = (int)send(pfd.fd, nlmsg_hdr(msg), nlmsg_hdr(msg)->nlmsg_len, 0);
	nlmsg_free(msg);
	if (len == -1)
		return -errno;
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
			if (h->nlmsg_seq != seq)
				continue;
			e = nlmsg_data(h);
			if (h->nlmsg_type == NLMSG_DONE)
				return 0;
			if (h->nlmsg_type == NLMSG_ERROR)
				return nlmsg_datalen(h) < (int)sizeof(*e) ?
				    -EIO : e->error;
			each(h, arg);
		}
	}
}

static struct nl_msg *
question(struct vrrp_nft *n, int type, uint8_t family)
{
	struct vrrp_nft_batch b = { .nft = n, .family = family };

	return vrrp_nft_message(&b, type, NLM_F_DUMP);
}

static const struct nlattr *
attribute(const struct nlmsghdr *h, int type)
{
	return nlmsg_find_attr((struct nlmsghdr *)(uintptr_t)h,
	    sizeof(struct nfgenmsg), type);
}

struct names {
	void	(*found)(const char *, void *);
	void	*arg;
};

static void
name_found(const struct nlmsghdr *h, void *arg)
{
	const struct nlattr *a = attribute(h, NFTA_TABLE_NAME);
	struct names *n = arg;

	if (a != NULL)
		n->found(nla_data(a), n->arg);
}

int
vrrp_nft_tables(struct vrrp_nft *n, uint8_t family,
    void (*found)(const char *name, void *arg), void *arg)
{
	struct nl_msg *msg = question(n, NFT_MSG_GETTABLE, family);
	struct names names = { found, arg };

	return msg == NULL ? -ENOMEM : dump(n, msg, name_found, &names);
}

static void
count_them(const struct nlmsghdr *h, void *arg)
{
	const struct nlattr *list = attribute(h, NFTA_SET_ELEM_LIST_ELEMENTS);
	struct nlattr *a;
	int *n = arg, left;

	if (list != NULL)
		nla_for_each_nested(a, list, left)
			(*n)++;
}

int
vrrp_nft_count_elements(struct vrrp_nft *n, uint8_t family,
    const char *table, const char *set)
{
	struct nl_msg *msg = question(n, NFT_MSG_GETSETELEM, family);
	int error, count = 0;

	if (msg == NULL)
		return -ENOMEM;
	(void)nla_put_string(msg, NFTA_SET_ELEM_LIST_TABLE, table);
	(void)nla_put_string(msg, NFTA_SET_ELEM_LIST_SET, set);
	error = dump(n, msg, count_them, &count);
	return error < 0 ? error : count;
}

/* --- events --- */

#define EVENTS_AT_ONCE	64

int
vrrp_nft_listen(void)
{
	const struct sockaddr_nl sa = {
		.nl_family = AF_NETLINK,
		.nl_groups = 1u << (NFNLGRP_NFTABLES - 1),
	};
	int fd, error;

	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    NETLINK_NETFILTER);
	if (fd == -1)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&sa, sizeof(sa)) == 0)
		return fd;
	error = -errno;
	(void)close(fd);
	return error;
}

static bool
takes_out(int type)
{
	switch (type & 0xff) {
	case NFT_MSG_DELTABLE:
	case NFT_MSG_DELCHAIN:
	case NFT_MSG_DELRULE:
	case NFT_MSG_DELSET:
	case NFT_MSG_DELSETELEM:
		return type >> 8 == NFNL_SUBSYS_NFTABLES;
	default:
		return false;
	}
}

void
vrrp_nft_hear(int fd, uint8_t family, void (*taken)(const char *table,
    uint32_t port, void *arg), void *arg)
{
	static uint8_t in[32 * 1024] __attribute__((aligned(NLMSG_ALIGNTO)));
	const struct nfgenmsg *head;
	const struct nlattr *a;
	struct nlmsghdr *h;
	unsigned i;
	int len;

	for (i = 0; i < EVENTS_AT_ONCE; i++) {
		len = (int)recv(fd, in, sizeof(in), 0);
		if (len == -1 && errno == ENOBUFS)
			taken(NULL, 0, arg);
		if (len <= 0)
			return;
		for (h = (struct nlmsghdr *)in; nlmsg_ok(h, len);
		    h = nlmsg_next(h, &len)) {
			head = nlmsg_data(h);
			if (!takes_out(h->nlmsg_type) ||
			    nlmsg_datalen(h) < (int)sizeof(*head) ||
			    head->nfgen_family != family)
				continue;
			/* The name of the table, in each of them. */
			a = attribute(h, NFTA_TABLE_NAME);
			if (a != NULL)
				taken(nla_data(a), h->nlmsg_pid, arg);
		}
	}
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

void
vrrp_nft_put_verdict_map(struct vrrp_nft_batch *b, const char *name,
    uint32_t id, uint32_t type, uint32_t len)
{
	struct nl_msg *msg = vrrp_nft_message(b, NFT_MSG_NEWSET,
	    NLM_F_CREATE);

	if (msg == NULL)
		return;
	(void)nla_put_string(msg, NFTA_SET_TABLE, b->table);
	(void)nla_put_string(msg, NFTA_SET_NAME, name);
	be32(msg, NFTA_SET_FLAGS, NFT_SET_MAP);
	be32(msg, NFTA_SET_KEY_TYPE, type);
	be32(msg, NFTA_SET_KEY_LEN, len);
	be32(msg, NFTA_SET_DATA_TYPE, NFT_DATA_VERDICT);
	be32(msg, NFTA_SET_ID, id);
	vrrp_nft_finish(b, msg);
}

/* A message that names something of the table, and no more. */
static void
put_name(struct vrrp_nft_batch *b, int type, int table, int what,
    const char *name)
{
	struct nl_msg *msg = vrrp_nft_message(b, type, 0);

	if (msg == NULL)
		return;
	(void)nla_put_string(msg, table, b->table);
	(void)nla_put_string(msg, what, name);
	vrrp_nft_finish(b, msg);
}

void
vrrp_nft_del_set(struct vrrp_nft_batch *b, const char *name)
{
	put_name(b, NFT_MSG_DELSET, NFTA_SET_TABLE, NFTA_SET_NAME, name);
}

void
vrrp_nft_flush_chain(struct vrrp_nft_batch *b, const char *name)
{
	put_name(b, NFT_MSG_DELRULE, NFTA_RULE_TABLE, NFTA_RULE_CHAIN,
	    name);
}

void
vrrp_nft_del_chain(struct vrrp_nft_batch *b, const char *name)
{
	put_name(b, NFT_MSG_DELCHAIN, NFTA_CHAIN_TABLE, NFTA_CHAIN_NAME,
	    name);
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
vrrp_nft_element_to(struct nl_msg *msg, const void *key, int key_len,
    const char *chain)
{
	struct nlattr *element = nla_nest_start(msg, NFTA_LIST_ELEM), *inner,
	    *verdict;

	inner = nla_nest_start(msg, NFTA_SET_ELEM_KEY);
	(void)nla_put(msg, NFTA_DATA_VALUE, key_len, key);
	(void)nla_nest_end(msg, inner);
	inner = nla_nest_start(msg, NFTA_SET_ELEM_DATA);
	verdict = nla_nest_start(msg, NFTA_DATA_VERDICT);
	be32(msg, NFTA_VERDICT_CODE, (uint32_t)NFT_GOTO);
	(void)nla_put_string(msg, NFTA_VERDICT_CHAIN, chain);
	(void)nla_nest_end(msg, verdict);
	(void)nla_nest_end(msg, inner);
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

/* to: the register of a map's value, or -1. */
static void
look_up(struct vrrp_nft_rule *r, const char *set, uint32_t flags, int to)
{
	struct nlattr *ends[2];

	if (!expression(r, "lookup", ends))
		return;
	(void)nla_put_string(r->msg, NFTA_LOOKUP_SET, set);
	be32(r->msg, NFTA_LOOKUP_SREG, NFT_REG_1);
	if (to != -1)
		be32(r->msg, NFTA_LOOKUP_DREG, (uint32_t)to);
	if (flags != 0)
		be32(r->msg, NFTA_LOOKUP_FLAGS, flags);
	end_expression(r, ends);
}

void
vrrp_nft_is_in_set(struct vrrp_nft_rule *r, const char *set)
{
	look_up(r, set, 0, -1);
}

void
vrrp_nft_is_not_in_set(struct vrrp_nft_rule *r, const char *set)
{
	look_up(r, set, NFT_LOOKUP_F_INV, -1);
}

void
vrrp_nft_look_up(struct vrrp_nft_rule *r, const char *map)
{
	look_up(r, map, 0, NFT_REG_2);
}

void
vrrp_nft_go_by(struct vrrp_nft_rule *r, const char *map)
{
	look_up(r, map, 0, NFT_REG_VERDICT);
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
