/*
 * nl_batch.c - the takeover batch and its acknowledgements (see nl_batch.h).
 *
 * The messages of a batch lie one after the other in a buffer, ready to be sent;
 * nl_batch_send() only patches sequence numbers.  The kernel handles each
 * message of a sendmsg() in turn, goes on after one that fails, and queues one
 * ACK per message.  An ACK names the message by sequence number and type, which
 * is enough to know which errors are none (an address already there, or already
 * gone), so a batch may be cleared or freed while its ACKs are outstanding.
 *
 * The batches have a netlink socket of their own.  The loop reads its ACKs when
 * it has nothing more urgent to do; the synchronous requests of nl.c never have
 * to step over them.
 *
 * On the takeover path: nl_batch_send() takes no memory as a rule, waits for
 * nothing, and looks at no more than the batch in hand.
 */
#include "config.h"

#include <linux/fib_rules.h>
#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "shared/nl_batch.h"
#include "shared/nl_msg.h"
#include "shared/nl_sock.h"
#include "shared/nl_state.h"

#define ACK_RCVBUF	(8 * 1024 * 1024)	/* some 10000 ACKs */
#define BATCH_SNDBUF	(256 * 1024)
#define BATCH_CHUNK	(32 * 1024)	/* bytes of one sendmsg() */
#define ACKS_AT_ONCE	32
#define ACK_SIZE	256		/* NETLINK_CAP_ACK: 36 bytes are used */
#define ACK_TIMEOUT_NS	(1 * NS_PER_S)

/* Answers a batch is still waiting for. */
struct nl_pending {
	TAILQ_ENTRY(nl_pending)	 entry;
	uint32_t		 first_seq;
	unsigned		 count;		/* messages the kernel took */
	unsigned		 answered;
	int			 first_error;
	unsigned		 failed_at;
	mono_t			 give_up_timer;
	nl_batch_done		 done;		/* NULL: nobody asks any more */
	nl_batch_each		 each;		/* the same */
	void			*arg;
};

struct nl_batch {
	struct nl	*nl;
	uint8_t		*buf;
	size_t		 len;
	size_t		 cap;
	unsigned	 count;
};

/* --- invariants --- */

/*
 * Between two operations: who waits for answers has a socket that they come in
 * on, waits for one more at least unless somebody has peeked, and stands in the
 * order of sending.
 */
static void
socket_check(const struct nl *nl)
{
	const struct nl_pending *first = TAILQ_FIRST(&nl->outstanding);
	const struct nl_pending *last = TAILQ_LAST(&nl->outstanding,
	    nl_pending_list);

	if (first == NULL)
		return;
	assert(nl->batch_sock != NULL);
	assert(first->answered < first->count || nl->peeked);
	assert(last->answered < last->count || nl->peeked);
	assert((int32_t)(last->first_seq - first->first_seq) >= 0);
	assert((int32_t)(nl->batch_seq - last->first_seq) >=
	    (int32_t)last->count);
}

/* A batch is whole messages, and as many as it says. */
static void
batch_check(const struct nl_batch *b)
{
	assert(b->len <= b->cap);
	assert(b->len % NLMSG_ALIGNTO == 0);
	assert((b->count == 0) == (b->len == 0));
	assert(b->len >= (size_t)b->count * NLMSG_HDRLEN);
}

/* --- the socket of all batches --- */

static void	batch_readable(int, void *);
static void	ack_timeout(mono_t, void *);

int
nl_batch_open(struct nl *nl)
{
	int error, fd;

	nl->batch_seq = 1;
	TAILQ_INIT(&nl->outstanding);
	TAILQ_INIT(&nl->spare);
	error = nl_sock_open(&nl->batch_sock);
	if (error != 0)
		return error;
	fd = nl_socket_get_fd(nl->batch_sock);
	nl_sock_buffers(nl->batch_sock, ACK_RCVBUF, BATCH_SNDBUF);
	if (nl_socket_set_nonblocking(nl->batch_sock) < 0)
		return -EIO;
	nl->batch_fd = loop_fd_new(nl->loop, fd, batch_readable, nl);
	nl->ack_timer = loop_timer_new(nl->loop, ack_timeout, nl);
	if (nl->batch_fd == NULL || nl->ack_timer == NULL)
		return -ENOMEM;
	return 0;
}

static void
free_pending_list(struct nl_pending_list *list)
{
	struct nl_pending *p;

	while ((p = TAILQ_FIRST(list)) != NULL) {
		TAILQ_REMOVE(list, p, entry);
		free(p);
	}
}

void
nl_batch_close(struct nl *nl)
{
	loop_fd_free(nl->batch_fd);
	loop_timer_free(nl->ack_timer);
	nl_socket_free(nl->batch_sock);
	free_pending_list(&nl->outstanding);
	free_pending_list(&nl->spare);
}

/* --- building --- */

struct nl_batch *
nl_batch_new(struct nl *nl)
{
	struct nl_batch *b;
	struct nl_pending *p;

	b = calloc(1, sizeof(*b));
	p = calloc(1, sizeof(*p));
	if (b == NULL || p == NULL) {
		free(b);
		free(p);
		return NULL;
	}
	b->nl = nl;
	/* One record per batch: sending needs no memory as a rule. */
	TAILQ_INSERT_HEAD(&nl->spare, p, entry);
	return b;
}

void
nl_batch_free(struct nl_batch *b)
{
	struct nl_pending *p;

	if (b == NULL)
		return;
	p = TAILQ_FIRST(&b->nl->spare);
	if (p != NULL) {
		TAILQ_REMOVE(&b->nl->spare, p, entry);
		free(p);
	}
	free(b->buf);
	free(b);
}

void
nl_batch_clear(struct nl_batch *b)
{
	b->len = 0;
	b->count = 0;
	batch_check(b);
}

/* Takes msg. */
static int
batch_append(struct nl_batch *b, struct nl_msg *msg, int error)
{
	struct nlmsghdr *h;
	struct nl_collected c = { b->buf, b->len, b->cap };

	if (msg == NULL)
		return -ENOMEM;
	if (error == 0) {
		h = nlmsg_hdr(msg);
		h->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
		h->nlmsg_pid = 0;
		error = nl_msg_collect(&c, h);
	}
	nlmsg_free(msg);
	if (error != 0)
		return error;
	b->buf = c.buf;
	b->len = c.len;
	b->cap = c.cap;
	b->count++;
	batch_check(b);
	return 0;
}

int
nl_batch_addr_add(struct nl_batch *b, int ifindex, const struct addr_prefix *p,
    unsigned flags, const char *label)
{
	return nl_batch_addr_lend(b, ifindex, p, flags, label, 0);
}

static uint32_t
ifa_flags_of(const struct addr_prefix *p, unsigned flags)
{
	uint32_t ifa_flags = 0;

	if (flags & NL_ADDR_NOPREFIXROUTE)
		ifa_flags |= IFA_F_NOPREFIXROUTE;
	if (p->addr.family == AF_INET6)
		ifa_flags |= IFA_F_NODAD;
	if (p->addr.family == AF_INET6 && (flags & NL_ADDR_DEPRECATED))
		ifa_flags |= IFA_F_DEPRECATED;
	return ifa_flags;
}

int
nl_batch_addr_lend(struct nl_batch *b, int ifindex,
    const struct addr_prefix *p, unsigned flags, const char *label,
    uint32_t seconds)
{
	struct nl_msg *msg;
	int error;

	error = nl_msg_addr(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, ifindex, p,
	    ifa_flags_of(p, flags), label, seconds, &msg);
	return error != 0 ? error : batch_append(b, msg, 0);
}

/*
 * RTM_NEWADDR adds an address that is not there whether or not NLM_F_CREATE is
 * set.  IFA_F_MCAUTOJOIN is what it then fails at: the kernel joins the group
 * that a new address names, and a unicast address names none.  An address that
 * is there is only changed.
 */
int
nl_batch_addr_renew(struct nl_batch *b, int ifindex,
    const struct addr_prefix *p, unsigned flags, uint32_t seconds)
{
	struct nl_msg *msg;
	int error;

	if (seconds == 0)
		return -EINVAL;
	error = nl_msg_addr(RTM_NEWADDR, NLM_F_REPLACE, ifindex, p,
	    ifa_flags_of(p, flags) | IFA_F_MCAUTOJOIN, NULL, seconds, &msg);
	return error != 0 ? error : batch_append(b, msg, 0);
}

int
nl_batch_addr_put_back(struct nl_batch *b, const struct nl_addr *a)
{
	struct nl_msg *msg;
	int error;

	error = nl_msg_addr_as_it_was(a, &msg);
	return error != 0 ? error : batch_append(b, msg, 0);
}

int
nl_batch_addr_del(struct nl_batch *b, int ifindex, const struct addr_prefix *p)
{
	struct nl_msg *msg;
	int error;

	error = nl_msg_addr(RTM_DELADDR, 0, ifindex, p, 0, NULL, 0, &msg);
	return error != 0 ? error : batch_append(b, msg, 0);
}

/* The address without its host part, in network order. */
static void
network_of(const struct addr_prefix *p, uint8_t network[16])
{
	unsigned i;

	for (i = 0; i < 16; i++)
		network[i] = p->len >= 8 * (i + 1) ? p->addr.bytes[i] :
		    p->len <= 8 * i ? 0 :
		    (uint8_t)(p->addr.bytes[i] & 0xff << (8 * (i + 1) -
		    p->len));
}

/* In a VRF all routes are in its own table, and the header's does not count. */
static int
put_table(const struct nl_batch *b, struct nl_msg *msg, int ifindex)
{
	uint32_t table = nl_link_table(b->nl, ifindex);

	return table == 0 ? 0 : nla_put_u32(msg, RTA_TABLE, table);
}

/* Behind every connected route that the kernel makes by itself. */
#define LINK_ROUTE_METRIC	1024

/*
 * A route to the network of p by the device, behind the kernel's own.  one_there:
 * NLM_F_EXCL or NLM_F_REPLACE.
 */
static int
device_route(struct nl_batch *b, int ifindex, const struct addr_prefix *p,
    const struct addr *source, const struct addr *gateway, uint32_t table,
    int one_there, bool add)
{
	size_t size = addr_len(p->addr.family);
	struct rtmsg r = {
		.rtm_family = p->addr.family,
		.rtm_dst_len = p->len,
		.rtm_table = table < RT_TABLE_COMPAT ? (uint8_t)table :
		    RT_TABLE_COMPAT,
		.rtm_protocol = RTPROT_STATIC,
		.rtm_scope = p->addr.family == AF_INET && gateway == NULL ?
		    RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
		.rtm_type = RTN_UNICAST,
		/* Of IPv6 the kernel looks for the gateway in this very table. */
		.rtm_flags = gateway != NULL && p->addr.family == AF_INET ?
		    RTNH_F_ONLINK : 0,
	};
	uint8_t network[16];
	struct nl_msg *msg;
	int rv;

	if (size == 0 || p->len > 8 * size ||
	    source->family != p->addr.family)
		return -EINVAL;
	network_of(p, network);
	msg = nlmsg_alloc_simple(add ? RTM_NEWROUTE : RTM_DELROUTE,
	    add ? NLM_F_CREATE | one_there : 0);
	if (msg == NULL)
		return -ENOMEM;
	if ((rv = nlmsg_append(msg, &r, sizeof(r), NLMSG_ALIGNTO)) < 0 ||
	    (rv = nla_put(msg, RTA_DST, (int)size, network)) < 0 ||
	    (rv = nla_put_u32(msg, RTA_TABLE, table)) < 0 ||
	    (rv = nla_put_u32(msg, RTA_OIF, (uint32_t)ifindex)) < 0 ||
	    (rv = nla_put(msg, RTA_PREFSRC, (int)size, source->bytes)) < 0 ||
	    (gateway != NULL && (rv = nla_put(msg, RTA_GATEWAY, (int)size,
	    gateway->bytes)) < 0) ||
	    (rv = nla_put_u32(msg, RTA_PRIORITY, LINK_ROUTE_METRIC)) < 0) {
		nlmsg_free(msg);
		return nl_msg_error(rv);
	}
	return batch_append(b, msg, 0);
}

int
nl_batch_link_route(struct nl_batch *b, int ifindex,
    const struct addr_prefix *p, bool add)
{
	uint32_t table = nl_link_table(b->nl, ifindex);

	return device_route(b, ifindex, p, &p->addr, NULL, table == 0 ?
	    RT_TABLE_MAIN : table, NLM_F_EXCL, add);
}

int
nl_batch_table_route(struct nl_batch *b, int ifindex,
    const struct addr_prefix *network, const struct addr *source,
    const struct addr *gateway, uint32_t table, bool add)
{
	return device_route(b, ifindex, network, source, gateway, table,
	    NLM_F_REPLACE, add);
}

/* Behind the table of local addresses, before the tables of the host. */
#define RULE_PRIORITY	112

int
nl_batch_rule(struct nl_batch *b, const struct addr *source, uint32_t table,
    bool add)
{
	size_t size = addr_len(source->family);
	struct fib_rule_hdr r = {
		.family = source->family,
		.src_len = (uint8_t)(8 * size),
		.action = FR_ACT_TO_TBL,
	};
	struct nl_msg *msg;
	int rv;

	if (size == 0)
		return -EINVAL;
	msg = nlmsg_alloc_simple(add ? RTM_NEWRULE : RTM_DELRULE,
	    add ? NLM_F_CREATE | NLM_F_EXCL : 0);
	if (msg == NULL)
		return -ENOMEM;
	if ((rv = nlmsg_append(msg, &r, sizeof(r), NLMSG_ALIGNTO)) < 0 ||
	    (rv = nla_put(msg, FRA_SRC, (int)size, source->bytes)) < 0 ||
	    (rv = nla_put_u32(msg, FRA_PRIORITY, RULE_PRIORITY)) < 0 ||
	    (add && (rv = nla_put_u32(msg, FRA_TABLE, table)) < 0)) {
		nlmsg_free(msg);
		return nl_msg_error(rv);
	}
	return batch_append(b, msg, 0);
}

int
nl_batch_put_route(struct nl_batch *b, const struct nl_route *r, bool add)
{
	struct nl_msg *msg;
	int error = nl_route_msg(r, add, &msg);

	return error != 0 ? error : batch_append(b, msg, 0);
}

int
nl_batch_put_rule(struct nl_batch *b, const struct nl_rule *r, bool add)
{
	struct nl_msg *msg;
	int error = nl_rule_msg(r, add, &msg);

	return error != 0 ? error : batch_append(b, msg, 0);
}

/* IP6_RT_PRIO_ADDRCONF of the kernel: the metric of its prefix routes. */
#define PREFIX_ROUTE_METRIC	256

int
nl_batch_prefix_route_del(struct nl_batch *b, int ifindex,
    const struct addr_prefix *p)
{
	struct rtmsg r = {
		.rtm_family = AF_INET6,
		.rtm_dst_len = p->len,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = RTPROT_KERNEL,
	};
	uint8_t network[16];
	struct nl_msg *msg;
	int rv;

	if (p->addr.family != AF_INET6 || p->len > 128)
		return -EINVAL;
	network_of(p, network);
	msg = nlmsg_alloc_simple(RTM_DELROUTE, 0);
	if (msg == NULL)
		return -ENOMEM;
	if ((rv = nlmsg_append(msg, &r, sizeof(r), NLMSG_ALIGNTO)) < 0 ||
	    (rv = nla_put(msg, RTA_DST, 16, network)) < 0 ||
	    (rv = nla_put_u32(msg, RTA_OIF, (uint32_t)ifindex)) < 0 ||
	    (rv = nla_put_u32(msg, RTA_PRIORITY, PREFIX_ROUTE_METRIC)) < 0 ||
	    (rv = put_table(b, msg, ifindex)) < 0) {
		nlmsg_free(msg);
		return nl_msg_error(rv);
	}
	return batch_append(b, msg, 0);
}

/* Behind the kernel's own local routes, which have metric 0. */
#define LOCAL_ROUTE_METRIC	112

int
nl_batch_local_route(struct nl_batch *b, int ifindex, const struct addr *addr,
    bool add)
{
	struct rtmsg r = {
		.rtm_family = AF_INET,
		.rtm_dst_len = 32,
		.rtm_table = RT_TABLE_LOCAL,
		.rtm_protocol = RTPROT_STATIC,
		.rtm_scope = RT_SCOPE_HOST,
		.rtm_type = RTN_LOCAL,
	};
	struct nl_msg *msg;
	int rv;

	if (addr->family != AF_INET)
		return -EINVAL;
	msg = nlmsg_alloc_simple(add ? RTM_NEWROUTE : RTM_DELROUTE,
	    add ? NLM_F_CREATE | NLM_F_EXCL : 0);
	if (msg == NULL)
		return -ENOMEM;
	if ((rv = nlmsg_append(msg, &r, sizeof(r), NLMSG_ALIGNTO)) < 0 ||
	    (rv = nla_put(msg, RTA_DST, 4, addr->bytes)) < 0 ||
	    (rv = nla_put_u32(msg, RTA_OIF, (uint32_t)ifindex)) < 0 ||
	    (rv = nla_put_u32(msg, RTA_PRIORITY, LOCAL_ROUTE_METRIC)) < 0 ||
	    (rv = put_table(b, msg, ifindex)) < 0) {
		nlmsg_free(msg);
		return nl_msg_error(rv);
	}
	return batch_append(b, msg, 0);
}

int
nl_batch_macvlan_mode(struct nl_batch *b, int ifindex, enum nl_macvlan_mode mode)
{
	struct nl_msg *msg;

	msg = nl_msg_link(RTM_NEWLINK, 0, ifindex, 0);
	return batch_append(b, msg,
	    msg == NULL ? 0 : nl_msg_put_macvlan_mode(msg, mode));
}

int
nl_batch_mute(struct nl_batch *b, int ifindex, bool mute)
{
	return batch_append(b, nl_msg_mute(ifindex, mute), 0);
}

const uint8_t *
nl_batch_bytes(const struct nl_batch *b, size_t *len)
{
	*len = b->len;
	return b->buf;
}

/* --- sending --- */

/* The bytes of the next sendmsg() from `from`, whole messages; *n of them. */
static size_t
next_chunk(struct nl_batch *b, size_t from, uint32_t first_seq, unsigned *n)
{
	struct nlmsghdr *h;
	size_t end = from, size;

	*n = 0;
	while (end < b->len) {
		h = (void *)(b->buf + end);
		size = NLMSG_ALIGN(h->nlmsg_len);
		if (end > from && end + size - from > BATCH_CHUNK)
			break;
		h->nlmsg_seq = first_seq + *n;
		(*n)++;
		end += size;
	}
	return end - from;
}

/* How many messages the kernel took; *error why not all. */
static unsigned
send_chunks(struct nl_batch *b, uint32_t first_seq, int *error)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	unsigned sent = 0, n;
	size_t from, size;
	ssize_t rv;

	*error = 0;
	for (from = 0; from < b->len; from += size, sent += n) {
		size = next_chunk(b, from, first_seq + sent, &n);
		do {
			rv = sendto(nl_socket_get_fd(b->nl->batch_sock),
			    b->buf + from, size, MSG_DONTWAIT,
			    (struct sockaddr *)&kernel, sizeof(kernel));
		} while (rv == -1 && errno == EINTR);
		if (rv == -1) {
			*error = errno;
			break;
		}
	}
	return sent;
}

static struct nl_pending *
pending_get(struct nl *nl)
{
	struct nl_pending *p;

	p = TAILQ_FIRST(&nl->spare);
	if (p != NULL)
		TAILQ_REMOVE(&nl->spare, p, entry);
	else
		p = malloc(sizeof(*p));
	if (p != NULL)
		memset(p, 0, sizeof(*p));
	return p;
}

int
nl_batch_send(struct nl_batch *b, nl_batch_done done, void *arg)
{
	return nl_batch_send_each(b, NULL, done, arg);
}

int
nl_batch_send_each(struct nl_batch *b, nl_batch_each each, nl_batch_done done,
    void *arg)
{
	struct nl *nl = b->nl;
	struct nl_pending *p;
	int error;

	if (b->count == 0)
		return -EINVAL;
	p = pending_get(nl);
	if (p == NULL)
		return -ENOMEM;
	p->first_seq = nl->batch_seq;
	nl->batch_seq += b->count;
	p->count = send_chunks(b, p->first_seq, &error);
	if (p->count == 0) {
		TAILQ_INSERT_HEAD(&nl->spare, p, entry);
		return -error;
	}
	if (error != 0) {
		p->first_error = error;
		p->failed_at = p->count;
	}
	p->done = done;
	p->each = each;
	p->arg = arg;
	p->give_up_timer = mono_add(loop_clock(), ACK_TIMEOUT_NS);
	TAILQ_INSERT_TAIL(&nl->outstanding, p, entry);
	if (TAILQ_FIRST(&nl->outstanding) == p)
		loop_timer_set(nl->ack_timer, p->give_up_timer);
	socket_check(nl);
	return 0;
}

/* --- acknowledgements --- */

/* p is off the list before the callback, which may send or cancel. */
static void
finish(struct nl *nl, struct nl_pending *p)
{
	nl_batch_done done = p->done;
	void *arg = p->arg;
	int first_error = p->first_error;
	unsigned failed_at = p->failed_at;

	TAILQ_REMOVE(&nl->outstanding, p, entry);
	TAILQ_INSERT_HEAD(&nl->spare, p, entry);
	socket_check(nl);
	if (done != NULL)
		done(first_error, failed_at, arg);
}

/* Answers that will not come: `error` unless a refusal is known already. */
static void
finish_unanswered(struct nl *nl, struct nl_pending *p, int error)
{
	if (p->first_error == 0 || p->failed_at > p->answered) {
		p->first_error = error;
		p->failed_at = p->answered;
	}
	finish(nl, p);
}

static void
take_ack(struct nl *nl, const struct nlmsghdr *h)
{
	const struct nlmsgerr *e;
	struct nl_pending *p;
	unsigned i;
	int error;

	if (h->nlmsg_type != NLMSG_ERROR ||
	    h->nlmsg_len < NLMSG_LENGTH(sizeof(*e)))
		return;
	e = NLMSG_DATA(h);
	TAILQ_FOREACH(p, &nl->outstanding, entry) {
		i = h->nlmsg_seq - p->first_seq;
		if (i >= p->count)
			continue;
		/* In order: a jump means that ACKs before this are lost. */
		if (i > p->answered && p->first_error == 0) {
			p->first_error = ENOBUFS;
			p->failed_at = p->answered;
		}
		if (p->each != NULL)
			p->each(i, -e->error, p->arg);
		error = -nl_msg_tolerate(e->msg.nlmsg_type, e->error);
		if (error != 0 &&
		    (p->first_error == 0 || p->failed_at > i)) {
			p->first_error = error;
			p->failed_at = i;
		}
		p->answered = i + 1;
		if (p->answered == p->count && !nl->peeking)
			finish(nl, p);
		return;
	}
}

/* 1: there may be more, 0: empty, -ENOBUFS: some have been lost. */
static int
read_acks(struct nl *nl)
{
	uint8_t buf[ACKS_AT_ONCE][ACK_SIZE] __attribute__((aligned(8)));
	struct mmsghdr msgs[ACKS_AT_ONCE];
	struct iovec iov[ACKS_AT_ONCE];
	struct nlmsghdr *h;
	int i, n, left;

	memset(msgs, 0, sizeof(msgs));
	for (i = 0; i < ACKS_AT_ONCE; i++) {
		iov[i] = (struct iovec){ buf[i], sizeof(buf[i]) };
		msgs[i].msg_hdr.msg_iov = &iov[i];
		msgs[i].msg_hdr.msg_iovlen = 1;
	}
	n = recvmmsg(nl_socket_get_fd(nl->batch_sock), msgs, ACKS_AT_ONCE,
	    MSG_DONTWAIT, NULL);
	if (n == -1)
		return errno == ENOBUFS ? -ENOBUFS : errno == EINTR ? 1 : 0;
	for (i = 0; i < n; i++) {
		left = (int)msgs[i].msg_len;
		for (h = (void *)buf[i]; nlmsg_ok(h, left);
		    h = nlmsg_next(h, &left))
			take_ack(nl, h);
	}
	return 1;
}

static bool
is_outstanding(const struct nl *nl, uint32_t before_seq)
{
	const struct nl_pending *p = TAILQ_FIRST(&nl->outstanding);

	return p != NULL && (int32_t)(p->first_seq - before_seq) < 0;
}

/*
 * After an overflow everything that was answered has been read, and nothing
 * more can come for what was sent before: settle it.
 */
static void
settle_lost(struct nl *nl, uint32_t before_seq)
{
	while (is_outstanding(nl, before_seq))
		finish_unanswered(nl, TAILQ_FIRST(&nl->outstanding), ENOBUFS);
}

/* The batches that were answered while somebody peeked. */
static void
finish_peeked(struct nl *nl)
{
	struct nl_pending *p;

	while ((p = TAILQ_FIRST(&nl->outstanding)) != NULL &&
	    p->answered == p->count)
		finish(nl, p);
	nl->peeked = false;
}

int
nl_batch_refused(struct nl *nl, const void *arg)
{
	const struct nl_pending *p;
	int rv;

	nl->peeking = true;
	while ((rv = read_acks(nl)) != 0)
		nl->peek_lost = nl->peek_lost || rv == -ENOBUFS;
	nl->peeking = false;
	nl->peeked = true;
	/* The socket has nothing to say any more: its done is the timer's. */
	if (!TAILQ_EMPTY(&nl->outstanding))
		loop_timer_set(nl->ack_timer, loop_clock());
	TAILQ_FOREACH_REVERSE(p, &nl->outstanding, nl_pending_list, entry)
		if (p->arg == arg)
			return p->first_error == ENOBUFS ? 0 : p->first_error;
	return 0;
}

/*
 * Until what was sent by now is answered, so that a done that sends again ends
 * the turn; but after an overflow to the end, because the kernel adds nothing
 * to the queue until it is empty.
 */
static void
drain_acks(struct nl *nl)
{
	uint32_t before_seq = nl->batch_seq;
	bool lost = nl->peek_lost;
	int rv;

	nl->peek_lost = false;
	finish_peeked(nl);
	do {
		rv = read_acks(nl);
		if (rv == -ENOBUFS)
			lost = true;
	} while (rv != 0 && (lost || is_outstanding(nl, before_seq)));
	if (lost)
		settle_lost(nl, before_seq);
	socket_check(nl);
}

static void
batch_readable(int fd, void *arg)
{
	(void)fd;
	drain_acks(arg);
}

static void
ack_timeout(mono_t deadline, void *arg)
{
	struct nl *nl = arg;
	struct nl_pending *p;
	mono_t now = loop_clock();

	(void)deadline;
	drain_acks(nl);
	while ((p = TAILQ_FIRST(&nl->outstanding)) != NULL &&
	    !mono_before(now, p->give_up_timer))
		finish_unanswered(nl, p, ETIMEDOUT);
	loop_timer_set(nl->ack_timer,
	    p != NULL ? p->give_up_timer : MONO_NEVER);
}

void
nl_batch_cancel(struct nl *nl, void *arg)
{
	struct nl_pending *p;

	TAILQ_FOREACH(p, &nl->outstanding, entry) {
		if (p->arg == arg) {
			p->done = NULL;
			p->each = NULL;
		}
	}
}

int
nl_flush(struct nl *nl, int timeout_ms)
{
	struct pollfd pfd = {
		.fd = nl_socket_get_fd(nl->batch_sock),
		.events = POLLIN,
	};
	mono_t deadline = mono_add(loop_clock(), ns_from_ms(timeout_ms));
	int64_t left_ns;

	for (;;) {
		drain_acks(nl);
		if (TAILQ_EMPTY(&nl->outstanding))
			return 0;
		left_ns = mono_sub(deadline, loop_clock());
		if (left_ns <= 0)
			return -ETIMEDOUT;
		(void)poll(&pfd, 1, (int)(left_ns / NS_PER_MS) + 1);
	}
}
