/*
 * nl.c - rtnetlink: events in, requests out (see nl.h).
 *
 * Three netlink sockets.  One hears events.  One carries batches, whose ACKs
 * the loop reads when it has nothing more urgent to do.  One is synchronous,
 * for start, reload and exit; being a socket of its own it never has to step
 * over the ACKs of a batch that is still outstanding.
 *
 * libnl builds and parses messages and opens the sockets.  Receiving is done
 * here with plain recv(): when hundreds of addresses move at once, each of them
 * is an event, and libnl's cache objects would be allocated for every one.
 *
 * Batches.  The messages lie one after the other in a buffer, ready to be sent;
 * nl_batch_send() only patches sequence numbers.  The kernel handles each
 * message of a sendmsg() in turn, goes on after one that fails, and queues one
 * ACK per message.  An ACK names the message by sequence number and type, which
 * is enough to know which errors are none (an address already there, or already
 * gone), so a batch may be cleared or freed while its ACKs are outstanding.
 *
 * Lost events.  When the receive buffer of the event socket overflows the
 * kernel reports ENOBUFS once.  What is still queued is then thrown away and
 * everything is read afresh (nl_read_all); the queue is older than the dump.
 *
 * Dumps are collected in memory before the first handler is called, because a
 * handler may itself make a request.
 */
#include "config.h"

#include <net/if.h>
#include <linux/if.h>		/* after net/if.h: adds IFF_LOWER_UP */
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/nl.h"

#define EVENT_RCVBUF	(8 * 1024 * 1024)
#define ACK_RCVBUF	(8 * 1024 * 1024)	/* some 10000 ACKs */
#define BATCH_SNDBUF	(256 * 1024)
#define BATCH_CHUNK	(32 * 1024)	/* bytes of one sendmsg() */
#define RX_BUF		(64 * 1024)
#define EVENTS_PER_WAKE	64		/* datagrams, before others get a turn */
#define DRAIN_MAX	16384		/* datagrams of one nl_drain() */
#define ACKS_AT_ONCE	32
#define ACK_SIZE	256		/* NETLINK_CAP_ACK: 36 bytes are used */
#define ACK_TIMEOUT_NS	(1 * NS_PER_S)
#define RESYNC_RETRY_NS	(1 * NS_PER_S)
#define SYNC_TIMEOUT_S	5
#define DUMP_TRIES	5		/* NLM_F_DUMP_INTR: changed meanwhile */
#define GROUP_BASE	0x56520000u	/* of devices that go at once */
#define QUEUE_HANDLE	0x56520000u	/* of the queue that mutes a device */
#define QUEUE_LIMIT	1000		/* packets, when it does not */

/* Answers a batch is still waiting for. */
struct pending {
	TAILQ_ENTRY(pending)	 entry;
	uint32_t		 first_seq;
	unsigned		 count;		/* messages the kernel took */
	unsigned		 answered;
	int			 first_error;
	unsigned		 failed_at;
	mono_t			 give_up_timer;
	nl_batch_done		 done;		/* NULL: nobody asks any more */
	void			*arg;
};
TAILQ_HEAD(pending_list, pending);

struct nl {
	struct loop		*loop;
	struct nl_handlers	 handlers;
	void			*arg;
	struct nl_sock		*event_sock;
	struct nl_sock		*batch_sock;
	struct nl_sock		*sync_sock;
	struct loop_fd		*event_fd;
	struct loop_fd		*batch_fd;
	struct loop_timer	*ack_timer;
	struct loop_timer	*resync_timer;	/* a dump that failed, again */
	struct pending_list	 outstanding;	/* in order of first_seq */
	struct pending_list	 spare;
	uint32_t		 batch_seq;
	uint32_t		 sync_seq;
	bool			 delivering;	/* rx is in use */
	uint8_t			 rx[RX_BUF] __attribute__((aligned(8)));
	uint8_t			 sync_rx[RX_BUF] __attribute__((aligned(8)));
};

struct nl_batch {
	struct nl	*nl;
	uint8_t		*buf;
	size_t		 len;
	size_t		 cap;
	unsigned	 count;
};

/* A growing buffer for the answers of a dump. */
struct collected {
	uint8_t	*buf;
	size_t	 len;
	size_t	 cap;
};

/* --- sockets --- */

static void
set_buffer(int fd, int forced, int plain, int bytes)
{
	/* Beyond net.core.[rw]mem_max needs CAP_NET_ADMIN; take what we get. */
	if (setsockopt(fd, SOL_SOCKET, forced, &bytes, sizeof(bytes)) == -1)
		(void)setsockopt(fd, SOL_SOCKET, plain, &bytes, sizeof(bytes));
}

static int
open_socket(struct nl_sock **out)
{
	struct nl_sock *s;
	int error, on = 1;

	s = nl_socket_alloc();
	if (s == NULL)
		return -ENOMEM;
	errno = 0;
	if (nl_connect(s, NETLINK_ROUTE) < 0) {
		error = errno != 0 ? -errno : -EPROTONOSUPPORT;
		nl_socket_free(s);
		return error;
	}
	/* Refusals without a copy of the refused message. */
	(void)setsockopt(nl_socket_get_fd(s), SOL_NETLINK, NETLINK_CAP_ACK, &on,
	    sizeof(on));
	*out = s;
	return 0;
}

static void	event_readable(int, void *);
static void	batch_readable(int, void *);
static void	ack_timeout(mono_t, void *);
static void	resync_again(mono_t, void *);

static int
open_event_socket(struct nl *nl)
{
	static const int groups[] = {
		RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR,
	};
	int error, fd;
	size_t i;

	error = open_socket(&nl->event_sock);
	if (error != 0)
		return error;
	fd = nl_socket_get_fd(nl->event_sock);
	set_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF, EVENT_RCVBUF);
	if (nl_socket_set_nonblocking(nl->event_sock) < 0)
		return -EIO;
	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		/* A kernel without IPv6 has no such group; links we need. */
		if (nl_socket_add_membership(nl->event_sock, groups[i]) < 0 &&
		    groups[i] != RTNLGRP_IPV6_IFADDR)
			return -EPROTONOSUPPORT;
	}
	nl->event_fd = loop_fd_new(nl->loop, fd, event_readable, nl);
	nl->resync_timer = loop_timer_new(nl->loop, resync_again, nl);
	if (nl->event_fd == NULL || nl->resync_timer == NULL)
		return -ENOMEM;
	return 0;
}

static int
open_batch_socket(struct nl *nl)
{
	int error, fd;

	error = open_socket(&nl->batch_sock);
	if (error != 0)
		return error;
	fd = nl_socket_get_fd(nl->batch_sock);
	set_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF, ACK_RCVBUF);
	set_buffer(fd, SO_SNDBUFFORCE, SO_SNDBUF, BATCH_SNDBUF);
	if (nl_socket_set_nonblocking(nl->batch_sock) < 0)
		return -EIO;
	nl->batch_fd = loop_fd_new(nl->loop, fd, batch_readable, nl);
	nl->ack_timer = loop_timer_new(nl->loop, ack_timeout, nl);
	if (nl->batch_fd == NULL || nl->ack_timer == NULL)
		return -ENOMEM;
	return 0;
}

static int
open_sync_socket(struct nl *nl)
{
	struct timeval tv = { .tv_sec = SYNC_TIMEOUT_S };
	int error, fd;

	error = open_socket(&nl->sync_sock);
	if (error != 0)
		return error;
	fd = nl_socket_get_fd(nl->sync_sock);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)) == -1)
		return -errno;
	return 0;
}

int
nl_open(struct loop *loop, const struct nl_handlers *handlers, void *arg,
    struct nl **out)
{
	struct nl *nl;
	int error;

	nl = calloc(1, sizeof(*nl));
	if (nl == NULL)
		return -ENOMEM;
	nl->loop = loop;
	nl->handlers = *handlers;
	nl->arg = arg;
	nl->batch_seq = nl->sync_seq = 1;
	TAILQ_INIT(&nl->outstanding);
	TAILQ_INIT(&nl->spare);
	if ((error = open_event_socket(nl)) != 0 ||
	    (error = open_batch_socket(nl)) != 0 ||
	    (error = open_sync_socket(nl)) != 0) {
		nl_free(nl);
		return error;
	}
	*out = nl;
	return 0;
}

static void
free_pending_list(struct pending_list *list)
{
	struct pending *p;

	while ((p = TAILQ_FIRST(list)) != NULL) {
		TAILQ_REMOVE(list, p, entry);
		free(p);
	}
}

void
nl_free(struct nl *nl)
{
	if (nl == NULL)
		return;
	loop_fd_free(nl->event_fd);
	loop_fd_free(nl->batch_fd);
	loop_timer_free(nl->ack_timer);
	loop_timer_free(nl->resync_timer);
	nl_socket_free(nl->event_sock);
	nl_socket_free(nl->batch_sock);
	nl_socket_free(nl->sync_sock);
	free_pending_list(&nl->outstanding);
	free_pending_list(&nl->spare);
	free(nl);
}

/* --- messages into values --- */

/* False when it is not about a link of its own (bridge port information). */
static bool
parse_link(struct nlmsghdr *h, struct nl_link *out)
{
	struct nlattr *tb[IFLA_MAX + 1], *info[IFLA_INFO_MAX + 1];
	const struct ifinfomsg *ifi;
	const unsigned usable = IFF_UP | IFF_RUNNING | IFF_LOWER_UP;

	if (!nlmsg_valid_hdr(h, sizeof(*ifi)))
		return false;
	ifi = nlmsg_data(h);
	if (ifi->ifi_family != AF_UNSPEC ||
	    nlmsg_parse(h, sizeof(*ifi), tb, IFLA_MAX, NULL) < 0 ||
	    tb[IFLA_IFNAME] == NULL)
		return false;
	memset(out, 0, sizeof(*out));
	out->ifindex = ifi->ifi_index;
	(void)nla_strlcpy(out->name, tb[IFLA_IFNAME], sizeof(out->name));
	out->admin_up = (ifi->ifi_flags & IFF_UP) != 0;
	out->running = (ifi->ifi_flags & usable) == usable;
	/* With a namespace id the index is one of another namespace. */
	if (tb[IFLA_LINK] != NULL && nla_len(tb[IFLA_LINK]) >= 4 &&
	    tb[IFLA_LINK_NETNSID] == NULL)
		out->parent = (int)nla_get_u32(tb[IFLA_LINK]);
	if (tb[IFLA_MTU] != NULL && nla_len(tb[IFLA_MTU]) >= 4)
		out->mtu = nla_get_u32(tb[IFLA_MTU]);
	if (tb[IFLA_ADDRESS] != NULL && nla_len(tb[IFLA_ADDRESS]) == 6) {
		memcpy(out->mac, nla_data(tb[IFLA_ADDRESS]), 6);
		out->has_mac = true;
	}
	if (tb[IFLA_LINKINFO] != NULL &&
	    nla_parse_nested(info, IFLA_INFO_MAX, tb[IFLA_LINKINFO],
	    NULL) == 0 && info[IFLA_INFO_KIND] != NULL)
		out->is_macvlan =
		    nla_strcmp(info[IFLA_INFO_KIND], "macvlan") == 0;
	return true;
}

static bool
parse_addr(struct nlmsghdr *h, struct nl_addr *out)
{
	struct nlattr *tb[IFA_MAX + 1], *local;
	const struct ifaddrmsg *ifa;
	uint32_t flags;

	if (!nlmsg_valid_hdr(h, sizeof(*ifa)))
		return false;
	ifa = nlmsg_data(h);
	if (ifa->ifa_family != AF_INET && ifa->ifa_family != AF_INET6)
		return false;
	if (nlmsg_parse(h, sizeof(*ifa), tb, IFA_MAX, NULL) < 0)
		return false;
	local = tb[IFA_LOCAL] != NULL ? tb[IFA_LOCAL] : tb[IFA_ADDRESS];
	if (local == NULL ||
	    (size_t)nla_len(local) != addr_len(ifa->ifa_family))
		return false;
	flags = ifa->ifa_flags;
	if (tb[IFA_FLAGS] != NULL && nla_len(tb[IFA_FLAGS]) >= 4)
		flags = nla_get_u32(tb[IFA_FLAGS]);
	memset(out, 0, sizeof(*out));
	out->ifindex = (int)ifa->ifa_index;
	out->prefix.addr = addr_from_bytes(ifa->ifa_family, nla_data(local));
	out->prefix.len = ifa->ifa_prefixlen;
	out->secondary = ifa->ifa_family == AF_INET &&
	    (flags & IFA_F_SECONDARY) != 0;
	out->tentative = (flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) != 0 &&
	    (flags & IFA_F_OPTIMISTIC) == 0;
	return true;
}

static void
deliver(struct nl *nl, struct nlmsghdr *h)
{
	struct nl_link link;
	struct nl_addr addr;

	switch (h->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		if (nl->handlers.link != NULL && parse_link(h, &link))
			nl->handlers.link(&link, h->nlmsg_type == RTM_DELLINK,
			    nl->arg);
		break;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		if (nl->handlers.addr != NULL && parse_addr(h, &addr))
			nl->handlers.addr(&addr, h->nlmsg_type == RTM_DELADDR,
			    nl->arg);
		break;
	default:
		break;
	}
}

static void
deliver_all(struct nl *nl, void *buf, size_t len)
{
	struct nlmsghdr *h;
	int left = (int)len;

	for (h = buf; nlmsg_ok(h, left); h = nlmsg_next(h, &left))
		deliver(nl, h);
}

/* --- events --- */

static void
resync(struct nl *nl)
{
	int i;

	for (i = 0; i < DRAIN_MAX; i++) {
		if (recv(nl_socket_get_fd(nl->event_sock), nl->rx,
		    sizeof(nl->rx), MSG_DONTWAIT) == -1 &&
		    (errno == EAGAIN || errno == EWOULDBLOCK))
			break;
	}
	if (nl->handlers.resync != NULL)
		nl->handlers.resync(nl->arg);
	if (nl_read_all(nl) != 0)
		loop_timer_set(nl->resync_timer,
		    mono_add(loop_clock(), RESYNC_RETRY_NS));
}

static void
resync_again(mono_t deadline, void *arg)
{
	(void)deadline;
	resync(arg);
}

static void
read_events(struct nl *nl, int max)
{
	struct sockaddr_nl from;
	socklen_t fromlen;
	ssize_t n;
	int i;

	if (nl->delivering)
		return;
	nl->delivering = true;
	for (i = 0; i < max; i++) {
		fromlen = sizeof(from);
		n = recvfrom(nl_socket_get_fd(nl->event_sock), nl->rx,
		    sizeof(nl->rx), MSG_DONTWAIT | MSG_TRUNC,
		    (struct sockaddr *)&from, &fromlen);
		if (n == -1 && errno == EINTR)
			continue;
		if ((n == -1 && errno == ENOBUFS) ||
		    n > (ssize_t)sizeof(nl->rx)) {
			resync(nl);
			continue;
		}
		if (n <= 0)
			break;
		/* Only the kernel is believed: port 0. */
		if (from.nl_pid == 0)
			deliver_all(nl, nl->rx, (size_t)n);
	}
	nl->delivering = false;
}

static void
event_readable(int fd, void *arg)
{
	(void)fd;
	read_events(arg, EVENTS_PER_WAKE);
}

void
nl_drain(struct nl *nl)
{
	read_events(nl, DRAIN_MAX);
}

/* --- synchronous requests --- */

static int
from_nle(int nle)
{
	switch (-nle) {
	case NLE_SUCCESS:
		return 0;
	case NLE_NOMEM:
		return -ENOMEM;
	default:
		return -EMSGSIZE;
	}
}

static int
collect(struct collected *c, const struct nlmsghdr *h)
{
	size_t need = c->len + NLMSG_ALIGN(h->nlmsg_len), cap = c->cap;
	uint8_t *buf;

	if (need > cap) {
		while (cap < need)
			cap = cap == 0 ? 16384 : cap * 2;
		buf = realloc(c->buf, cap);
		if (buf == NULL)
			return -ENOMEM;
		c->buf = buf;
		c->cap = cap;
	}
	memset(c->buf + c->len, 0, NLMSG_ALIGN(h->nlmsg_len));
	memcpy(c->buf + c->len, h, h->nlmsg_len);
	c->len = need;
	return 0;
}

/* Both NLMSG_ERROR and NLMSG_DONE begin with 0 or a negative errno. */
static int
answer_error(const struct nlmsghdr *h)
{
	int error = 0;

	if (h->nlmsg_len >= NLMSG_LENGTH(sizeof(error)))
		memcpy(&error, NLMSG_DATA(h), sizeof(error));
	else if (h->nlmsg_type == NLMSG_ERROR)
		error = -EBADMSG;
	return error < 0 ? error : 0;
}

/* One message of the answer to `seq`. 1: go on, 0: complete, or error. */
static int
sync_answer(struct nlmsghdr *h, uint32_t seq, bool dump, struct collected *c,
    bool *interrupted)
{
	int error;

	if (h->nlmsg_seq != seq)
		return 1;		/* of a request that timed out */
	if (h->nlmsg_flags & NLM_F_DUMP_INTR)
		*interrupted = true;
	switch (h->nlmsg_type) {
	case NLMSG_ERROR:
	case NLMSG_DONE:
		return answer_error(h);
	default:
		if (c == NULL)
			return 1;
		error = collect(c, h);
		if (error != 0)
			return error;
		return dump ? 1 : 0;
	}
}

static int
sync_receive(struct nl *nl, uint32_t seq, bool dump, struct collected *c,
    bool *interrupted)
{
	struct nlmsghdr *h;
	ssize_t n;
	int left, rv;

	for (;;) {
		n = recv(nl_socket_get_fd(nl->sync_sock), nl->sync_rx,
		    sizeof(nl->sync_rx), MSG_TRUNC);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
		if (n > (ssize_t)sizeof(nl->sync_rx))
			return -EMSGSIZE;
		left = (int)n;
		for (h = (void *)nl->sync_rx; nlmsg_ok(h, left);
		    h = nlmsg_next(h, &left)) {
			rv = sync_answer(h, seq, dump, c, interrupted);
			if (rv <= 0)
				return rv;
		}
	}
}

/* Sends msg and waits.  c, when given, gets the messages of the answer. */
static int
sync_request(struct nl *nl, struct nl_msg *msg, struct collected *c)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct nlmsghdr *h = nlmsg_hdr(msg);
	bool dump = (h->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
	bool interrupted = false;
	int rv;

	h->nlmsg_flags |= NLM_F_REQUEST;
	if (c == NULL)
		h->nlmsg_flags |= NLM_F_ACK;
	h->nlmsg_seq = nl->sync_seq++;
	h->nlmsg_pid = 0;
	while (sendto(nl_socket_get_fd(nl->sync_sock), h, h->nlmsg_len, 0,
	    (struct sockaddr *)&kernel, sizeof(kernel)) == -1) {
		if (errno != EINTR)
			return -errno;
	}
	rv = sync_receive(nl, h->nlmsg_seq, dump, c, &interrupted);
	return rv == 0 && interrupted ? -EAGAIN : rv;
}

static int
dump_kind(struct nl *nl, int type, struct collected *c)
{
	struct ifinfomsg ifi = { .ifi_family = AF_UNSPEC };
	struct ifaddrmsg ifa = { .ifa_family = AF_UNSPEC };
	struct nl_msg *msg;
	size_t start = c->len;
	int rv = -EAGAIN, i;

	/* An interrupted dump may be inconsistent: start again. */
	for (i = 0; i < DUMP_TRIES && rv == -EAGAIN; i++) {
		c->len = start;
		msg = nlmsg_alloc_simple(type, NLM_F_DUMP);
		if (msg == NULL)
			return -ENOMEM;
		if (type == RTM_GETLINK) {
			rv = nlmsg_append(msg, &ifi, sizeof(ifi), NLMSG_ALIGNTO);
			if (rv == 0)
				rv = nla_put_u32(msg, IFLA_EXT_MASK,
				    RTEXT_FILTER_SKIP_STATS);
		} else
			rv = nlmsg_append(msg, &ifa, sizeof(ifa), NLMSG_ALIGNTO);
		rv = rv == 0 ? sync_request(nl, msg, c) : from_nle(rv);
		nlmsg_free(msg);
	}
	/* Changing faster than we can read: the events tell the rest. */
	return rv == -EAGAIN ? 0 : rv;
}

int
nl_read_all(struct nl *nl)
{
	struct collected c = { 0 };
	int error;

	nl_drain(nl);		/* queued events are older than the dump */
	error = dump_kind(nl, RTM_GETLINK, &c);
	if (error == 0)
		error = dump_kind(nl, RTM_GETADDR, &c);
	if (error == 0) {
		deliver_all(nl, c.buf, c.len);
		if (nl->handlers.synced != NULL)
			nl->handlers.synced(nl->arg);
	}
	free(c.buf);
	return error;
}

/* --- building messages --- */

/* NULL without memory. */
static struct nl_msg *
link_msg(int type, int flags, int ifindex, unsigned ifi_flags)
{
	struct ifinfomsg ifi = {
		.ifi_family = AF_UNSPEC,
		.ifi_index = ifindex,
		.ifi_flags = ifi_flags,
		.ifi_change = ifi_flags,
	};
	struct nl_msg *msg;

	msg = nlmsg_alloc_simple(type, flags);
	if (msg != NULL &&
	    nlmsg_append(msg, &ifi, sizeof(ifi), NLMSG_ALIGNTO) < 0) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

static int
put_macvlan_mode(struct nl_msg *msg, enum nl_macvlan_mode mode)
{
	struct nlattr *info, *data;
	uint32_t value = 0;

	switch (mode) {
	case NL_MACVLAN_DEAF:
		value = MACVLAN_MODE_SOURCE;
		break;
	case NL_MACVLAN_BRIDGE:
		value = MACVLAN_MODE_BRIDGE;
		break;
	}
	if ((info = nla_nest_start(msg, IFLA_LINKINFO)) == NULL ||
	    nla_put_string(msg, IFLA_INFO_KIND, "macvlan") < 0 ||
	    (data = nla_nest_start(msg, IFLA_INFO_DATA)) == NULL ||
	    nla_put_u32(msg, IFLA_MACVLAN_MODE, value) < 0)
		return -EMSGSIZE;
	nla_nest_end(msg, data);
	nla_nest_end(msg, info);
	return 0;
}

static int
put_no_link_local(struct nl_msg *msg)
{
	struct nlattr *spec, *inet6;

	if ((spec = nla_nest_start(msg, IFLA_AF_SPEC)) == NULL ||
	    (inet6 = nla_nest_start(msg, AF_INET6)) == NULL ||
	    nla_put_u8(msg, IFLA_INET6_ADDR_GEN_MODE,
	    IN6_ADDR_GEN_MODE_NONE) < 0)
		return -EMSGSIZE;
	nla_nest_end(msg, inet6);
	nla_nest_end(msg, spec);
	return 0;
}

/*
 * With a handle of its own the queue is found again, and then only changed:
 * putting another one in its place would wait for a grace period.
 */
static struct nl_msg *
mute_msg(int ifindex, bool mute)
{
	struct tcmsg tc = {
		.tcm_family = AF_UNSPEC,
		.tcm_ifindex = ifindex,
		.tcm_handle = QUEUE_HANDLE,
		.tcm_parent = TC_H_ROOT,
	};
	struct tc_fifo_qopt queue = { .limit = mute ? 0 : QUEUE_LIMIT };
	struct nl_msg *msg;

	msg = nlmsg_alloc_simple(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE);
	if (msg != NULL &&
	    (nlmsg_append(msg, &tc, sizeof(tc), NLMSG_ALIGNTO) < 0 ||
	    nla_put_string(msg, TCA_KIND, "pfifo") < 0 ||
	    nla_put(msg, TCA_OPTIONS, sizeof(queue), &queue) < 0)) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

static int
addr_msg(int type, int flags, int ifindex, const struct addr_prefix *p,
    uint32_t ifa_flags, const char *label, uint32_t seconds,
    struct nl_msg **out)
{
	const struct ifa_cacheinfo lifetime = {
		.ifa_prefered = seconds,
		.ifa_valid = seconds,
	};
	struct ifaddrmsg ifa = {
		.ifa_family = p->addr.family,
		.ifa_prefixlen = p->len,
		.ifa_flags = (uint8_t)ifa_flags,
		.ifa_scope = RT_SCOPE_UNIVERSE,
		.ifa_index = (unsigned)ifindex,
	};
	size_t len = addr_len(p->addr.family);
	struct nl_msg *msg;
	int rv;

	if (len == 0 || p->len > len * 8 ||
	    (label != NULL && strlen(label) >= IF_NAMESIZE))
		return -EINVAL;
	if (p->addr.family == AF_INET6 && addr_is_link_local(&p->addr))
		ifa.ifa_scope = RT_SCOPE_LINK;
	msg = nlmsg_alloc_simple(type, flags);
	if (msg == NULL)
		return -ENOMEM;
	if ((rv = nlmsg_append(msg, &ifa, sizeof(ifa), NLMSG_ALIGNTO)) < 0 ||
	    (rv = nla_put(msg, IFA_LOCAL, (int)len, p->addr.bytes)) < 0 ||
	    (rv = nla_put(msg, IFA_ADDRESS, (int)len, p->addr.bytes)) < 0 ||
	    (ifa_flags != 0 &&
	    (rv = nla_put_u32(msg, IFA_FLAGS, ifa_flags)) < 0) ||
	    (seconds != 0 && (rv = nla_put(msg, IFA_CACHEINFO,
	    (int)sizeof(lifetime), &lifetime)) < 0) ||
	    (label != NULL && p->addr.family == AF_INET &&
	    (rv = nla_put_string(msg, IFA_LABEL, label)) < 0)) {
		nlmsg_free(msg);
		return from_nle(rv);
	}
	*out = msg;
	return 0;
}

/* --- synchronous requests of the interface --- */

static int
request_and_free(struct nl *nl, struct nl_msg *msg, int error)
{
	if (msg == NULL)
		return -ENOMEM;
	if (error == 0)
		error = sync_request(nl, msg, NULL);
	nlmsg_free(msg);
	return error;
}

static int
no_link_local(struct nl *nl, int ifindex)
{
	struct nl_msg *msg;
	int error;

	msg = link_msg(RTM_NEWLINK, 0, ifindex, 0);
	error = request_and_free(nl, msg,
	    msg == NULL ? 0 : put_no_link_local(msg));
	/* A kernel without IPv6 makes no link-local address anyway. */
	return error == -EAFNOSUPPORT || error == -EOPNOTSUPP ? 0 : error;
}

int
nl_macvlan_add(struct nl *nl, const char *name, int parent,
    const uint8_t mac[6], int *ifindex)
{
	struct nl_msg *msg;
	struct nl_link link;
	int error = 0;

	if (name[0] == '\0' || strlen(name) >= IF_NAMESIZE)
		return -EINVAL;
	msg = link_msg(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0, 0);
	if (msg != NULL &&
	    (nla_put_string(msg, IFLA_IFNAME, name) < 0 ||
	    nla_put_u32(msg, IFLA_LINK, (uint32_t)parent) < 0 ||
	    nla_put(msg, IFLA_ADDRESS, 6, mac) < 0 ||
	    put_macvlan_mode(msg, NL_MACVLAN_DEAF) != 0))
		error = -EMSGSIZE;
	error = request_and_free(nl, msg, error);
	if (error == 0)
		error = nl_link_get(nl, name, &link);
	if (error != 0)
		return error;
	/* The kernel ignores IFLA_AF_SPEC in a request that creates. */
	error = no_link_local(nl, link.ifindex);
	if (error != 0) {
		(void)nl_link_del(nl, link.ifindex);
		return error;
	}
	*ifindex = link.ifindex;
	return 0;
}

int
nl_link_up(struct nl *nl, int ifindex)
{
	return request_and_free(nl,
	    link_msg(RTM_NEWLINK, 0, ifindex, IFF_UP), 0);
}

int
nl_mute(struct nl *nl, int ifindex, bool mute)
{
	return request_and_free(nl, mute_msg(ifindex, mute), 0);
}

int
nl_link_del(struct nl *nl, int ifindex)
{
	return request_and_free(nl, link_msg(RTM_DELLINK, 0, ifindex, 0), 0);
}

static bool
is_among(int ifindex, const int *list, unsigned count)
{
	unsigned i;

	for (i = 0; i < count; i++)
		if (list[i] == ifindex)
			return true;
	return false;
}

/* 0 when the group has these devices and no other. */
static int
check_group(struct nl *nl, uint32_t group, const int *list, unsigned count)
{
	struct collected c = { 0 };
	struct nlmsghdr *h;
	struct nlattr *a;
	struct ifinfomsg *ifi;
	unsigned members = 0;
	int error, left;

	error = dump_kind(nl, RTM_GETLINK, &c);
	if (error == 0) {
		left = (int)c.len;
		for (h = (void *)c.buf; nlmsg_ok(h, left);
		    h = nlmsg_next(h, &left)) {
			ifi = nlmsg_data(h);
			a = nlmsg_find_attr(h, sizeof(*ifi), IFLA_GROUP);
			if (a == NULL || nla_get_u32(a) != group)
				continue;
			members++;
			if (!is_among(ifi->ifi_index, list, count))
				error = -EBUSY;
		}
		if (members != count)
			error = -EBUSY;
	}
	free(c.buf);
	return error;
}

static int
group_request(struct nl *nl, int type, int ifindex, uint32_t group)
{
	struct nl_msg *msg = link_msg(type, 0, ifindex, 0);

	return request_and_free(nl, msg, msg == NULL ||
	    nla_put_u32(msg, IFLA_GROUP, group) == 0 ? 0 : -EMSGSIZE);
}

/*
 * The kernel removes all devices of a group in one go.  The number is our own by
 * convention only, hence the look at who is in it.
 */
int
nl_link_del_many(struct nl *nl, const int *ifindexes, unsigned count)
{
	const uint32_t group = GROUP_BASE | ((uint32_t)getpid() & 0xffff);
	unsigned i;
	int error = 0;

	if (count == 0)
		return 0;
	for (i = 0; i < count && error == 0; i++)
		error = group_request(nl, RTM_NEWLINK, ifindexes[i], group);
	if (error == 0)
		error = check_group(nl, group, ifindexes, count);
	if (error == 0)
		error = group_request(nl, RTM_DELLINK, 0, group);
	return error;
}

int
nl_addr_del(struct nl *nl, int ifindex, const struct addr_prefix *p)
{
	struct nl_msg *msg;
	int error;

	error = addr_msg(RTM_DELADDR, 0, ifindex, p, 0, NULL, 0, &msg);
	if (error != 0)
		return error;
	return request_and_free(nl, msg, 0);
}

int
nl_link_get(struct nl *nl, const char *name, struct nl_link *out)
{
	struct collected c = { 0 };
	struct nl_link link;
	struct nl_msg *msg;
	int error;

	if (name[0] == '\0' || strlen(name) >= IF_NAMESIZE)
		return -ENODEV;
	msg = link_msg(RTM_GETLINK, 0, 0, 0);
	if (msg == NULL)
		return -ENOMEM;
	if (nla_put_string(msg, IFLA_IFNAME, name) < 0 ||
	    nla_put_u32(msg, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS) < 0)
		error = -EMSGSIZE;
	else
		error = sync_request(nl, msg, &c);
	nlmsg_free(msg);
	if (error == 0) {
		if (c.len > 0 && parse_link((void *)c.buf, &link))
			*out = link;
		else
			error = -EBADMSG;
	}
	free(c.buf);
	return error;
}

static bool
parse_neigh(struct nlmsghdr *h, struct nl_neigh *out)
{
	const unsigned confirmed = NUD_REACHABLE | NUD_PERMANENT | NUD_NOARP;
	const unsigned usable = confirmed | NUD_STALE | NUD_DELAY | NUD_PROBE;
	struct nlattr *tb[NDA_MAX + 1];
	const struct ndmsg *ndm;

	if (h->nlmsg_type != RTM_NEWNEIGH ||
	    nlmsg_parse(h, sizeof(*ndm), tb, NDA_MAX, NULL) < 0)
		return false;
	ndm = nlmsg_data(h);
	memset(out, 0, sizeof(*out));
	out->usable = (ndm->ndm_state & usable) != 0;
	out->confirmed = (ndm->ndm_state & confirmed) != 0;
	if (out->usable && tb[NDA_LLADDR] != NULL &&
	    (size_t)nla_len(tb[NDA_LLADDR]) <= sizeof(out->mac)) {
		out->mac_len = (uint8_t)nla_len(tb[NDA_LLADDR]);
		memcpy(out->mac, nla_data(tb[NDA_LLADDR]), out->mac_len);
	}
	return true;
}

int
nl_neigh_get(struct nl *nl, int ifindex, const struct addr *a,
    struct nl_neigh *out)
{
	struct ndmsg ndm = { .ndm_family = a->family,
	    .ndm_ifindex = ifindex };
	struct collected c = { 0 };
	struct nl_neigh neigh;
	struct nl_msg *msg;
	int error;

	msg = nlmsg_alloc_simple(RTM_GETNEIGH, 0);
	if (msg == NULL)
		return -ENOMEM;
	if (nlmsg_append(msg, &ndm, sizeof(ndm), NLMSG_ALIGNTO) < 0 ||
	    nla_put(msg, NDA_DST, (int)addr_len(a->family), a->bytes) < 0)
		error = -EMSGSIZE;
	else
		error = sync_request(nl, msg, &c);
	nlmsg_free(msg);
	if (error == 0) {
		if (c.len > 0 && parse_neigh((void *)c.buf, &neigh))
			*out = neigh;
		else
			error = -EBADMSG;
	}
	free(c.buf);
	return error;
}

/* --- batches --- */

struct nl_batch *
nl_batch_new(struct nl *nl)
{
	struct nl_batch *b;
	struct pending *p;

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
	struct pending *p;

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
}

/* Takes msg. */
static int
batch_append(struct nl_batch *b, struct nl_msg *msg, int error)
{
	struct nlmsghdr *h;
	struct collected c = { b->buf, b->len, b->cap };

	if (msg == NULL)
		return -ENOMEM;
	if (error == 0) {
		h = nlmsg_hdr(msg);
		h->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
		h->nlmsg_pid = 0;
		error = collect(&c, h);
	}
	nlmsg_free(msg);
	if (error != 0)
		return error;
	b->buf = c.buf;
	b->len = c.len;
	b->cap = c.cap;
	b->count++;
	return 0;
}

int
nl_batch_addr_add(struct nl_batch *b, int ifindex, const struct addr_prefix *p,
    unsigned flags, const char *label)
{
	return nl_batch_addr_lend(b, ifindex, p, flags, label, 0);
}

int
nl_batch_addr_lend(struct nl_batch *b, int ifindex,
    const struct addr_prefix *p, unsigned flags, const char *label,
    uint32_t seconds)
{
	struct nl_msg *msg;
	uint32_t ifa_flags = 0;
	int error;

	if (flags & NL_ADDR_NOPREFIXROUTE)
		ifa_flags |= IFA_F_NOPREFIXROUTE;
	if (p->addr.family == AF_INET6)
		ifa_flags |= IFA_F_NODAD;
	error = addr_msg(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, ifindex, p,
	    ifa_flags, label, seconds, &msg);
	return error != 0 ? error : batch_append(b, msg, 0);
}

int
nl_batch_addr_del(struct nl_batch *b, int ifindex, const struct addr_prefix *p)
{
	struct nl_msg *msg;
	int error;

	error = addr_msg(RTM_DELADDR, 0, ifindex, p, 0, NULL, 0, &msg);
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
	unsigned i;
	int rv;

	if (p->addr.family != AF_INET6 || p->len > 128)
		return -EINVAL;
	for (i = 0; i < 16; i++)
		network[i] = p->len >= 8 * (i + 1) ? p->addr.bytes[i] :
		    p->len <= 8 * i ? 0 :
		    (uint8_t)(p->addr.bytes[i] & 0xff << (8 * (i + 1) -
		    p->len));
	msg = nlmsg_alloc_simple(RTM_DELROUTE, 0);
	if (msg == NULL)
		return -ENOMEM;
	if ((rv = nlmsg_append(msg, &r, sizeof(r), NLMSG_ALIGNTO)) < 0 ||
	    (rv = nla_put(msg, RTA_DST, 16, network)) < 0 ||
	    (rv = nla_put_u32(msg, RTA_OIF, (uint32_t)ifindex)) < 0 ||
	    (rv = nla_put_u32(msg, RTA_PRIORITY, PREFIX_ROUTE_METRIC)) < 0) {
		nlmsg_free(msg);
		return from_nle(rv);
	}
	return batch_append(b, msg, 0);
}

int
nl_batch_macvlan_mode(struct nl_batch *b, int ifindex, enum nl_macvlan_mode mode)
{
	struct nl_msg *msg;

	msg = link_msg(RTM_NEWLINK, 0, ifindex, 0);
	return batch_append(b, msg,
	    msg == NULL ? 0 : put_macvlan_mode(msg, mode));
}

int
nl_batch_mute(struct nl_batch *b, int ifindex, bool mute)
{
	return batch_append(b, mute_msg(ifindex, mute), 0);
}

const uint8_t *
nl_batch_bytes(const struct nl_batch *b, size_t *len)
{
	*len = b->len;
	return b->buf;
}

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

static struct pending *
pending_get(struct nl *nl)
{
	struct pending *p;

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
	struct nl *nl = b->nl;
	struct pending *p;
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
	p->arg = arg;
	p->give_up_timer = mono_add(loop_clock(), ACK_TIMEOUT_NS);
	TAILQ_INSERT_TAIL(&nl->outstanding, p, entry);
	if (TAILQ_FIRST(&nl->outstanding) == p)
		loop_timer_set(nl->ack_timer, p->give_up_timer);
	return 0;
}

/* p is off the list before the callback, which may send or cancel. */
static void
finish(struct nl *nl, struct pending *p)
{
	nl_batch_done done = p->done;
	void *arg = p->arg;
	int first_error = p->first_error;
	unsigned failed_at = p->failed_at;

	TAILQ_REMOVE(&nl->outstanding, p, entry);
	TAILQ_INSERT_HEAD(&nl->spare, p, entry);
	if (done != NULL)
		done(first_error, failed_at, arg);
}

/* Answers that will not come: `error` unless a refusal is known already. */
static void
finish_unanswered(struct nl *nl, struct pending *p, int error)
{
	if (p->first_error == 0 || p->failed_at > p->answered) {
		p->first_error = error;
		p->failed_at = p->answered;
	}
	finish(nl, p);
}

static int
tolerate(const struct nlmsgerr *e)
{
	switch (e->msg.nlmsg_type) {
	case RTM_NEWADDR:
		return e->error == -EEXIST ? 0 : -e->error;
	case RTM_DELADDR:
		return e->error == -EADDRNOTAVAIL || e->error == -ENODEV ?
		    0 : -e->error;
	case RTM_DELROUTE:
		return e->error == -ESRCH || e->error == -ENODEV ?
		    0 : -e->error;
	default:
		return -e->error;
	}
}

static void
take_ack(struct nl *nl, const struct nlmsghdr *h)
{
	const struct nlmsgerr *e;
	struct pending *p;
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
		error = tolerate(e);
		if (error != 0 &&
		    (p->first_error == 0 || p->failed_at > i)) {
			p->first_error = error;
			p->failed_at = i;
		}
		p->answered = i + 1;
		if (p->answered == p->count)
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
	const struct pending *p = TAILQ_FIRST(&nl->outstanding);

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

/*
 * Until what was sent by now is answered, so that a done that sends again ends
 * the turn; but after an overflow to the end, because the kernel adds nothing
 * to the queue until it is empty.
 */
static void
drain_acks(struct nl *nl)
{
	uint32_t before_seq = nl->batch_seq;
	bool lost = false;
	int rv;

	do {
		rv = read_acks(nl);
		if (rv == -ENOBUFS)
			lost = true;
	} while (rv != 0 && (lost || is_outstanding(nl, before_seq)));
	if (lost)
		settle_lost(nl, before_seq);
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
	struct pending *p;
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
	struct pending *p;

	TAILQ_FOREACH(p, &nl->outstanding, entry) {
		if (p->arg == arg)
			p->done = NULL;
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

/* --- /proc/sys --- */

static int
devconf_open(uint8_t family, const char *dev, const char *key, int flags)
{
	char path[160];
	int fd, n;

	if (dev[0] == '\0' || strlen(dev) >= IF_NAMESIZE ||
	    strcmp(dev, ".") == 0 || strcmp(dev, "..") == 0 ||
	    strchr(dev, '/') != NULL || strchr(key, '/') != NULL)
		return -EINVAL;
	if (family != AF_INET && family != AF_INET6)
		return -EAFNOSUPPORT;
	n = snprintf(path, sizeof(path), "/proc/sys/net/%s/conf/%s/%s",
	    family == AF_INET ? "ipv4" : "ipv6", dev, key);
	if (n < 0 || (size_t)n >= sizeof(path))
		return -ENAMETOOLONG;
	fd = open(path, flags | O_CLOEXEC);
	return fd == -1 ? -errno : fd;
}

int
nl_devconf_get(uint8_t family, const char *dev, const char *key, int *value)
{
	char text[32], *end;
	ssize_t n;
	long v;
	int fd;

	fd = devconf_open(family, dev, key, O_RDONLY);
	if (fd < 0)
		return fd;
	n = read(fd, text, sizeof(text) - 1);
	if (n == -1)
		n = -errno;
	(void)close(fd);
	if (n < 0)
		return (int)n;
	text[n] = '\0';
	v = strtol(text, &end, 10);
	if (end == text)
		return -EBADMSG;
	*value = (int)v;
	return 0;
}

int
nl_devconf_set(uint8_t family, const char *dev, const char *key, int value)
{
	char text[32];
	int fd, n, error = 0;

	fd = devconf_open(family, dev, key, O_WRONLY);
	if (fd < 0)
		return fd;
	n = snprintf(text, sizeof(text), "%d\n", value);
	if (write(fd, text, (size_t)n) == -1)
		error = -errno;
	(void)close(fd);
	return error;
}
