/*
 * nl.c - rtnetlink: events in, requests out (see nl.h).
 *
 * Two netlink sockets here, and a third for the batches (nl_batch.c).  One hears
 * events.  One is synchronous, for start, reload and exit; being a socket of its
 * own it never has to step over the ACKs of a batch that is still outstanding.
 *
 * libnl builds and parses messages (nl_msg.c) and opens the sockets (nl_sock.c).
 * Receiving is done here with plain recv(): when hundreds of addresses move at
 * once, each of them is an event, and libnl's cache objects would be allocated
 * for every one.
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
#include <linux/fib_rules.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <sys/socket.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/nl.h"
#include "shared/nl_batch.h"
#include "shared/nl_sock.h"
#include "shared/nl_state.h"

#define EVENT_RCVBUF	(8 * 1024 * 1024)
#define EVENTS_PER_WAKE	64		/* datagrams, before others get a turn */
#define DRAIN_MAX	16384		/* datagrams of one nl_drain() */
#define RESYNC_RETRY_NS	(1 * NS_PER_S)
#define SYNC_TIMEOUT_S	5
#define DUMP_TRIES	5		/* NLM_F_DUMP_INTR: changed meanwhile */
#define GROUP_BASE	0x56520000u	/* of devices that go at once */

/* --- sockets --- */

static void	event_readable(int, void *);
static void	resync_again(mono_t, void *);

static int
open_event_socket(struct nl *nl)
{
	static const int groups[] = {
		RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR,
	};
	int error, fd;
	size_t i;

	error = nl_sock_open(&nl->event_sock);
	if (error != 0)
		return error;
	fd = nl_socket_get_fd(nl->event_sock);
	nl_sock_buffers(nl->event_sock, EVENT_RCVBUF, 0);
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
open_sync_socket(struct nl *nl)
{
	struct timeval tv = { .tv_sec = SYNC_TIMEOUT_S };
	int error, fd;

	error = nl_sock_open(&nl->sync_sock);
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
	nl->arg = arg;
	nl->sync_seq = 1;
	nl->handlers = malloc(sizeof(*nl->handlers));
	error = nl->handlers != NULL ? 0 : -ENOMEM;
	if (error == 0)
		*nl->handlers = *handlers;
	if (error != 0 ||
	    (error = open_event_socket(nl)) != 0 ||
	    (error = nl_batch_open(nl)) != 0 ||
	    (error = open_sync_socket(nl)) != 0) {
		nl_free(nl);
		return error;
	}
	*out = nl;
	return 0;
}

int
nl_open_requests(struct nl **out)
{
	struct nl *nl = calloc(1, sizeof(*nl));
	int error;

	if (nl == NULL)
		return -ENOMEM;
	nl->sync_seq = 1;
	TAILQ_INIT(&nl->outstanding);
	TAILQ_INIT(&nl->spare);
	error = open_sync_socket(nl);
	if (error != 0) {
		nl_free(nl);
		return error;
	}
	*out = nl;
	return 0;
}

void
nl_free(struct nl *nl)
{
	if (nl == NULL)
		return;
	loop_fd_free(nl->event_fd);
	loop_timer_free(nl->resync_timer);
	nl_socket_free(nl->event_sock);
	nl_socket_free(nl->sync_sock);
	nl_batch_close(nl);
	free(nl->links);
	free(nl->handlers);
	free(nl);
}

/* --- the links that the kernel has told of --- */

static struct nl_link *
link_at(struct nl *nl, int ifindex)
{
	unsigned i;

	for (i = 0; i < nl->link_count; i++)
		if (nl->links[i].ifindex == ifindex)
			return &nl->links[i];
	return NULL;
}

static void
note_link(struct nl *nl, const struct nl_link *link, bool gone)
{
	struct nl_link *l = link_at(nl, link->ifindex), *list;
	unsigned size;

	if (gone) {
		if (l != NULL)
			*l = nl->links[--nl->link_count];
		return;
	}
	if (l != NULL) {
		*l = *link;
		return;
	}
	if (nl->link_count == nl->link_size) {
		size = nl->link_size == 0 ? 64 : 2 * nl->link_size;
		list = realloc(nl->links, size * sizeof(*list));
		if (list == NULL) {
			nl->links_lost = true;
			return;
		}
		nl->links = list;
		nl->link_size = size;
	}
	nl->links[nl->link_count++] = *link;
}

/* A dump of all of them, before anybody is told of it. */
static void
note_links(struct nl *nl, void *buf, size_t len)
{
	struct nl_link link;
	struct nlmsghdr *h;
	int left = (int)len;

	nl->link_count = 0;
	nl->links_lost = false;
	for (h = buf; nlmsg_ok(h, left); h = nlmsg_next(h, &left))
		if (h->nlmsg_type == RTM_NEWLINK && nl_msg_read_link(h, &link))
			note_link(nl, &link, false);
}

int
nl_link_known(struct nl *nl, const char *name, struct nl_link *out)
{
	unsigned i;

	for (i = 0; i < nl->link_count; i++)
		if (nl_link_is_called(&nl->links[i], name)) {
			*out = nl->links[i];
			return 0;
		}
	/* Without memory for all of them the kernel is asked. */
	return nl->links_lost ? nl_link_get(nl, name, out) : -ENODEV;
}

const struct nl_link *
nl_link_next_known(const struct nl *nl, const struct nl_link *after)
{
	const struct nl_link *next = after == NULL ? nl->links : after + 1;

	return nl->link_count > 0 && next < nl->links + nl->link_count ? next :
	    NULL;
}

const struct nl_link *
nl_link_at(struct nl *nl, int ifindex)
{
	return link_at(nl, ifindex);
}

uint32_t
nl_link_table(struct nl *nl, int ifindex)
{
	const struct nl_link *l = link_at(nl, ifindex);
	const struct nl_link *vrf = l == NULL ? NULL :
	    link_at(nl, nl_link_vrf(l));

	return vrf == NULL ? 0 : vrf->table;
}

uint32_t
nl_usual_table(struct nl *nl, int ifindex)
{
	uint32_t table = nl_link_table(nl, ifindex);

	return table == 0 ? RT_TABLE_MAIN : table;
}

/* --- messages into values --- */

static void
deliver(struct nl *nl, struct nlmsghdr *h)
{
	struct nl_link link;
	struct nl_addr addr;

	switch (h->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		if (!nl_msg_read_link(h, &link))
			break;
		note_link(nl, &link, h->nlmsg_type == RTM_DELLINK);
		if (nl->handlers->link != NULL)
			nl->handlers->link(&link, h->nlmsg_type == RTM_DELLINK,
			    nl->arg);
		break;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		if (nl->handlers->addr == NULL || !nl_msg_read_addr(h, &addr))
			break;
		if (addr.valid_s != NL_ADDR_FOR_GOOD)
			addr.told = loop_clock();
		nl->handlers->addr(&addr, h->nlmsg_type == RTM_DELADDR,
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
	if (nl->handlers->resync != NULL)
		nl->handlers->resync(nl->arg);
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
sync_answer(struct nlmsghdr *h, uint32_t seq, bool dump,
    struct nl_collected *c, bool *interrupted)
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
		error = nl_msg_collect(c, h);
		if (error != 0)
			return error;
		return dump ? 1 : 0;
	}
}

static int
sync_receive(struct nl *nl, uint32_t seq, bool dump,
    struct nl_collected *c, bool *interrupted)
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

/* Sends h, which is complete, and waits. */
static int
sync_send(struct nl *nl, struct nlmsghdr *h, struct nl_collected *c)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	bool dump = (h->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
	bool interrupted = false;
	int rv;

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

/* Sends msg and waits.  c, when given, gets the messages of the answer. */
static int
sync_request(struct nl *nl, struct nl_msg *msg, struct nl_collected *c)
{
	struct nlmsghdr *h = nlmsg_hdr(msg);

	h->nlmsg_flags |= NLM_F_REQUEST;
	if (c == NULL)
		h->nlmsg_flags |= NLM_F_ACK;
	return sync_send(nl, h, c);
}

static int
dump_kind(struct nl *nl, int type, struct nl_collected *c)
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
		rv = rv == 0 ? sync_request(nl, msg, c) : nl_msg_error(rv);
		nlmsg_free(msg);
	}
	/* Changing faster than we can read: the events tell the rest. */
	return rv == -EAGAIN ? 0 : rv;
}

int
nl_read_all(struct nl *nl)
{
	struct nl_collected c = { 0 };
	int error;

	nl_drain(nl);		/* queued events are older than the dump */
	error = dump_kind(nl, RTM_GETLINK, &c);
	if (error == 0)
		error = dump_kind(nl, RTM_GETADDR, &c);
	if (error == 0) {
		note_links(nl, c.buf, c.len);
		deliver_all(nl, c.buf, c.len);
		if (nl->handlers->synced != NULL)
			nl->handlers->synced(nl->arg);
	}
	free(c.buf);
	return error;
}

/* Routes of this protocol; the kernel sorts out the others if it can. */
static struct nl_msg *
ask_routes(uint8_t family, uint8_t protocol)
{
	struct rtmsg r = { .rtm_family = family, .rtm_protocol = protocol };
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_GETROUTE, NLM_F_DUMP);

	if (msg != NULL && nlmsg_append(msg, &r, sizeof(r), NLMSG_ALIGNTO) < 0) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

static struct nl_msg *
ask_rules(uint8_t family)
{
	struct fib_rule_hdr r = { .family = family };
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_GETRULE, NLM_F_DUMP);

	if (msg != NULL && nlmsg_append(msg, &r, sizeof(r), NLMSG_ALIGNTO) < 0) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

static int
dump_routing(struct nl *nl, bool rules, uint8_t family, uint8_t protocol,
    struct nl_collected *c)
{
	size_t start = c->len;
	struct nl_msg *msg;
	int rv = -EAGAIN, i;

	for (i = 0; i < DUMP_TRIES && rv == -EAGAIN; i++) {
		c->len = start;
		msg = rules ? ask_rules(family) : ask_routes(family, protocol);
		if (msg == NULL)
			return -ENOMEM;
		rv = sync_request(nl, msg, c);
		nlmsg_free(msg);
	}
	return rv == -EAGAIN || rv == -EOPNOTSUPP || rv == -EAFNOSUPPORT ? 0 :
	    rv;
}

int
nl_read_routes(struct nl *nl, uint8_t protocol,
    void (*route)(const struct nl_route *, void *),
    void (*rule)(const struct nl_rule *, void *), void *arg)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	int fd = nl_socket_get_fd(nl->sync_sock), on = 1, off = 0, error = 0;
	struct nl_collected c = { 0 };
	struct nl_route found;
	struct nl_rule found_rule;
	struct nlmsghdr *h;
	int left;
	unsigned i;

	/* Without it every route is told of, and there may be a million. */
	(void)setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on,
	    sizeof(on));
	for (i = 0; i < 4 && error == 0; i++)
		error = dump_routing(nl, i >= 2, families[i % 2], protocol,
		    &c);
	(void)setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &off,
	    sizeof(off));
	left = (int)c.len;
	for (h = (void *)c.buf; c.len > 0 && nlmsg_ok(h, left);
	    h = nlmsg_next(h, &left)) {
		if (nl_route_read(h, &found) && found.protocol == protocol)
			route(&found, arg);
		else if (nl_rule_read(h, &found_rule) &&
		    found_rule.protocol == protocol)
			rule(&found_rule, arg);
	}
	free(c.buf);
	return error;
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

	msg = nl_msg_link(RTM_NEWLINK, 0, ifindex, 0);
	error = request_and_free(nl, msg,
	    msg == NULL ? 0 : nl_msg_put_no_link_local(msg));
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
	msg = nl_msg_link(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0, 0);
	if (msg != NULL &&
	    (nla_put_string(msg, IFLA_IFNAME, name) < 0 ||
	    nla_put_u32(msg, IFLA_LINK, (uint32_t)parent) < 0 ||
	    nla_put(msg, IFLA_ADDRESS, 6, mac) < 0 ||
	    nl_msg_put_macvlan_mode(msg, NL_MACVLAN_DEAF) != 0))
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
	    nl_msg_link(RTM_NEWLINK, 0, ifindex, IFF_UP), 0);
}

int
nl_link_set_master(struct nl *nl, int ifindex, int master)
{
	struct nl_msg *msg = nl_msg_link(RTM_NEWLINK, 0, ifindex, 0);

	return request_and_free(nl, msg, msg == NULL ||
	    nla_put_u32(msg, IFLA_MASTER, (uint32_t)master) == 0 ? 0 :
	    -EMSGSIZE);
}

int
nl_link_rename(struct nl *nl, int ifindex, const char *name)
{
	struct nl_msg *msg = nl_msg_link(RTM_NEWLINK, 0, ifindex, 0);

	return request_and_free(nl, msg, msg == NULL ||
	    nla_put_string(msg, IFLA_IFNAME, name) == 0 ? 0 : -EMSGSIZE);
}

int
nl_link_alias(struct nl *nl, int ifindex, const char *alias)
{
	struct nl_msg *msg = nl_msg_link(RTM_NEWLINK, 0, ifindex, 0);

	return request_and_free(nl, msg, msg == NULL ||
	    nla_put(msg, IFLA_IFALIAS, (int)strlen(alias), alias) == 0 ? 0 :
	    -EMSGSIZE);
}

int
nl_mute(struct nl *nl, int ifindex, bool mute)
{
	return request_and_free(nl, nl_msg_mute(ifindex, mute), 0);
}

int
nl_link_del(struct nl *nl, int ifindex)
{
	return request_and_free(nl, nl_msg_link(RTM_DELLINK, 0, ifindex, 0), 0);
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
	struct nl_collected c = { 0 };
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
	struct nl_msg *msg = nl_msg_link(type, 0, ifindex, 0);

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

	error = nl_msg_addr(RTM_DELADDR, 0, ifindex, p, 0, NULL, 0, &msg);
	if (error != 0)
		return error;
	return request_and_free(nl, msg, 0);
}

int
nl_addr_flush(struct nl *nl, int ifindex)
{
	struct nl_collected c = { 0 };
	struct nlmsghdr *h;
	struct nl_addr addr;
	int error, first, left;

	first = dump_kind(nl, RTM_GETADDR, &c);
	left = (int)c.len;
	for (h = (void *)c.buf; nlmsg_ok(h, left); h = nlmsg_next(h, &left)) {
		if (!nl_msg_read_addr(h, &addr) || addr.ifindex != ifindex)
			continue;
		/* A primary one takes its secondaries along. */
		error = nl_addr_del(nl, ifindex, &addr.prefix);
		if (first == 0 && error != -EADDRNOTAVAIL)
			first = error;
	}
	free(c.buf);
	return first;
}

int
nl_macvlan_deafen(struct nl *nl, int ifindex)
{
	struct nl_msg *msg = nl_msg_link(RTM_NEWLINK, 0, ifindex, 0);

	return request_and_free(nl, msg, msg == NULL ||
	    nl_msg_put_macvlan_mode(msg, NL_MACVLAN_DEAF) == 0 ? 0 :
	    -EMSGSIZE);
}

int
nl_carry_out(struct nl *nl, const uint8_t *bytes, size_t len)
{
	uint8_t buf[512] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr h;
	int first = 0, error;
	size_t size;

	for (; len > 0; bytes += size, len -= size) {
		if (len < sizeof(h))
			return -EINVAL;
		memcpy(&h, bytes, sizeof(h));
		if (h.nlmsg_len < sizeof(h) || h.nlmsg_len > len)
			return -EINVAL;
		size = NLMSG_ALIGN(h.nlmsg_len);
		if (size > len || size > sizeof(buf))
			return -EINVAL;
		memcpy(buf, bytes, size);
		((struct nlmsghdr *)(void *)buf)->nlmsg_flags |=
		    NLM_F_REQUEST | NLM_F_ACK;
		error = nl_msg_tolerate(h.nlmsg_type,
		    sync_send(nl, (void *)buf, NULL));
		if (first == 0)
			first = error;
	}
	return first;
}

int
nl_link_get(struct nl *nl, const char *name, struct nl_link *out)
{
	struct nl_collected c = { 0 };
	struct nl_link link;
	struct nl_msg *msg;
	int error;

	if (name[0] == '\0' || strlen(name) >= IF_NAMESIZE)
		return -ENODEV;
	msg = nl_msg_link(RTM_GETLINK, 0, 0, 0);
	if (msg == NULL)
		return -ENOMEM;
	if (nla_put_string(msg, IFLA_IFNAME, name) < 0 ||
	    nla_put_u32(msg, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS) < 0)
		error = -EMSGSIZE;
	else
		error = sync_request(nl, msg, &c);
	nlmsg_free(msg);
	if (error == 0) {
		if (c.len > 0 && nl_msg_read_link((void *)c.buf, &link))
			*out = link;
		else
			error = -EBADMSG;
	}
	free(c.buf);
	return error;
}

/* Addresses that nobody has, and that no route but the default one is for. */
static const struct addr nowhere[] = {
	{ .family = AF_INET, .bytes = { 240, 0, 0, 1 } },
	{ .family = AF_INET6, .bytes = { 0x3f, 0xfe, [15] = 1 } },
};

static int
ask_for_route(struct nl *nl, const struct addr *from, const struct addr *to,
    struct nl_collected *c)
{
	size_t len = addr_len(to->family);
	struct rtmsg r = { .rtm_family = to->family,
	    .rtm_dst_len = (uint8_t)(8 * len),
	    .rtm_src_len = from == NULL ? 0 : (uint8_t)(8 * len),
	    .rtm_flags = from == NULL ? RTM_F_FIB_MATCH : 0 };
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_GETROUTE, 0);
	int error = -EMSGSIZE;

	if (msg == NULL)
		return -ENOMEM;
	if (nlmsg_append(msg, &r, sizeof(r), NLMSG_ALIGNTO) == 0 &&
	    (from == NULL || nla_put(msg, RTA_SRC, (int)len, from->bytes) == 0) &&
	    nla_put(msg, RTA_DST, (int)len, to->bytes) == 0)
		error = sync_request(nl, msg, c);
	nlmsg_free(msg);
	return error;
}

int
nl_default_gateway(struct nl *nl, uint8_t family, int ifindex, struct addr *out)
{
	struct nl_collected c = { 0 };
	int error;

	error = ask_for_route(nl, NULL, &nowhere[family == AF_INET6], &c);
	if (error == -ENETUNREACH || error == -EHOSTUNREACH || (error == 0 &&
	    (c.len == 0 || !nl_msg_read_gateway((void *)c.buf, ifindex, out))))
		error = -ENOENT;
	free(c.buf);
	return error;
}

int
nl_way_out(struct nl *nl, const struct addr *from, const struct addr *to)
{
	struct nl_collected c = { 0 };
	int out = ask_for_route(nl, from, to, &c);

	if (out == 0)
		out = c.len == 0 ? -ENOENT : nl_msg_read_way((void *)c.buf);
	free(c.buf);
	return out;
}

int
nl_neigh_get(struct nl *nl, int ifindex, const struct addr *a,
    struct nl_neigh *out)
{
	struct ndmsg ndm = { .ndm_family = a->family,
	    .ndm_ifindex = ifindex };
	struct nl_collected c = { 0 };
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
		if (c.len > 0 && nl_msg_read_neigh((void *)c.buf, &neigh))
			*out = neigh;
		else
			error = -EBADMSG;
	}
	free(c.buf);
	return error;
}
