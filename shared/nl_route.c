/*
 * nl_route.c - routes and policy rules: messages, and what the kernel says of them.
 *
 * Messages are built with libnl and sent by others (nl_batch.c, nl.c).  The events have
 * a socket of their own, so that neither a routing daemon that installs a full table
 * nor its end can make nl.c lose an event of a link or an address.  A filter in the
 * kernel lets pass what has our protocol; rules are few, and their protocol stands in
 * an attribute that a filter cannot find.
 */
#include "config.h"

#include <linux/fib_rules.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <sys/socket.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "shared/nl_msg.h"
#include "shared/nl_route.h"
#include "shared/nl_sock.h"

#define RCVBUF		(1024 * 1024)
#define EVENTS_PER_WAKE	64
#define RX_BUF		(16 * 1024)

/* --- values into messages --- */

static int
put_addr(struct nl_msg *msg, int type, const struct addr *a)
{
	return addr_is_set(a) ? nla_put(msg, type, (int)addr_len(a->family),
	    a->bytes) : 0;
}

static int
put_u32(struct nl_msg *msg, int type, uint32_t value)
{
	return value != 0 ? nla_put_u32(msg, type, value) : 0;
}

/* The caller frees msg on failure. */
static int
fill_route(struct nl_msg *msg, const struct nl_route *v, bool add)
{
	struct rtmsg r = {
		.rtm_family = v->to.addr.family,
		.rtm_dst_len = v->to.len,
		.rtm_table = v->table < 256 ? (uint8_t)v->table :
		    RT_TABLE_COMPAT,
		.rtm_protocol = v->protocol,
		/* Of one that goes they are not looked at. */
		.rtm_scope = add ? v->scope : RT_SCOPE_NOWHERE,
		.rtm_type = add ? v->type : RTN_UNSPEC,
		.rtm_flags = add && v->onlink ? RTNH_F_ONLINK : 0,
	};
	int rv = nlmsg_append(msg, &r, sizeof(r), NLMSG_ALIGNTO);

	if (rv == 0 && v->to.len > 0)
		rv = put_addr(msg, RTA_DST, &v->to.addr);
	if (rv == 0)
		rv = nla_put_u32(msg, RTA_TABLE, v->table);
	if (rv == 0)
		rv = put_u32(msg, RTA_PRIORITY, v->metric);
	if (rv < 0 || !add)
		return rv;
	rv = put_addr(msg, RTA_GATEWAY, &v->via);
	if (rv == 0)
		rv = put_addr(msg, RTA_PREFSRC, &v->source);
	if (rv == 0)
		rv = put_u32(msg, RTA_OIF, (uint32_t)v->ifindex);
	return rv;
}

int
nl_route_msg(const struct nl_route *v, bool add, struct nl_msg **out)
{
	struct nl_msg *msg;
	int rv;

	if (addr_len(v->to.addr.family) == 0 ||
	    v->to.len > 8 * addr_len(v->to.addr.family))
		return -EINVAL;
	msg = nlmsg_alloc_simple(add ? RTM_NEWROUTE : RTM_DELROUTE,
	    add ? NLM_F_CREATE | NLM_F_EXCL : 0);
	if (msg == NULL)
		return -ENOMEM;
	rv = fill_route(msg, v, add);
	if (rv < 0) {
		nlmsg_free(msg);
		return nl_msg_error(rv);
	}
	*out = msg;
	return 0;
}

static int
put_name(struct nl_msg *msg, int type, const char *name)
{
	return name[0] != '\0' ? nla_put_string(msg, type, name) : 0;
}

static int
fill_rule(struct nl_msg *msg, const struct nl_rule *v)
{
	struct fib_rule_hdr r = {
		.family = v->family,
		.src_len = v->from.len,
		.dst_len = v->to.len,
		.action = v->action,
		.table = v->table < 256 ? (uint8_t)v->table : RT_TABLE_COMPAT,
	};
	int rv = nlmsg_append(msg, &r, sizeof(r), NLMSG_ALIGNTO);

	if (rv == 0)
		rv = put_addr(msg, FRA_SRC, &v->from.addr);
	if (rv == 0)
		rv = put_addr(msg, FRA_DST, &v->to.addr);
	if (rv == 0)
		rv = put_name(msg, FRA_IIFNAME, v->iif);
	if (rv == 0)
		rv = put_name(msg, FRA_OIFNAME, v->oif);
	if (rv == 0 && v->has_mark)
		rv = nla_put_u32(msg, FRA_FWMARK, v->mark);
	if (rv == 0 && v->has_mark)
		rv = nla_put_u32(msg, FRA_FWMASK, v->mask);
	if (rv == 0)
		rv = put_u32(msg, FRA_TABLE, v->table);
	if (rv == 0)
		rv = nla_put_u32(msg, FRA_PRIORITY, v->priority);
	if (rv == 0)
		rv = nla_put_u8(msg, FRA_PROTOCOL, v->protocol);
	return rv;
}

int
nl_rule_msg(const struct nl_rule *v, bool add, struct nl_msg **out)
{
	struct nl_msg *msg;
	int rv;

	if (addr_len(v->family) == 0)
		return -EINVAL;
	msg = nlmsg_alloc_simple(add ? RTM_NEWRULE : RTM_DELRULE,
	    add ? NLM_F_CREATE | NLM_F_EXCL : 0);
	if (msg == NULL)
		return -ENOMEM;
	rv = fill_rule(msg, v);
	if (rv < 0) {
		nlmsg_free(msg);
		return nl_msg_error(rv);
	}
	*out = msg;
	return 0;
}

/* --- messages into values --- */

static void
read_addr(const struct nlattr *a, uint8_t family, struct addr *out)
{
	if (a != NULL && nla_len(a) == (int)addr_len(family))
		*out = addr_from_bytes(family, nla_data(a));
}

static void
read_u32(const struct nlattr *a, uint32_t *out)
{
	if (a != NULL && nla_len(a) == (int)sizeof(*out))
		*out = nla_get_u32(a);
}

bool
nl_route_read(struct nlmsghdr *h, struct nl_route *out)
{
	struct nlattr *a[RTA_MAX + 1];
	const struct rtmsg *r;
	struct nl_route v;
	uint32_t oif = 0;

	if ((h->nlmsg_type != RTM_NEWROUTE && h->nlmsg_type != RTM_DELROUTE) ||
	    nlmsg_parse(h, sizeof(*r), a, RTA_MAX, NULL) < 0)
		return false;
	r = nlmsg_data(h);
	if (addr_len(r->rtm_family) == 0)
		return false;
	memset(&v, 0, sizeof(v));
	v.to.addr.family = r->rtm_family;
	v.to.len = r->rtm_dst_len;
	read_addr(a[RTA_DST], r->rtm_family, &v.to.addr);
	read_addr(a[RTA_GATEWAY], r->rtm_family, &v.via);
	read_addr(a[RTA_PREFSRC], r->rtm_family, &v.source);
	read_u32(a[RTA_OIF], &oif);
	v.ifindex = (int)oif;
	v.type = r->rtm_type;
	v.scope = r->rtm_scope;
	v.protocol = r->rtm_protocol;
	v.onlink = (r->rtm_flags & RTNH_F_ONLINK) != 0;
	v.table = r->rtm_table;
	read_u32(a[RTA_TABLE], &v.table);
	read_u32(a[RTA_PRIORITY], &v.metric);
	*out = v;
	return true;
}

static void
read_name(const struct nlattr *a, char out[IF_NAMESIZE])
{
	if (a != NULL)
		(void)nla_strlcpy(out, a, IF_NAMESIZE);
}

bool
nl_rule_read(struct nlmsghdr *h, struct nl_rule *out)
{
	struct nlattr *a[FRA_MAX + 1];
	const struct fib_rule_hdr *r;
	struct nl_rule v;

	if ((h->nlmsg_type != RTM_NEWRULE && h->nlmsg_type != RTM_DELRULE) ||
	    nlmsg_parse(h, sizeof(*r), a, FRA_MAX, NULL) < 0)
		return false;
	r = nlmsg_data(h);
	if (addr_len(r->family) == 0)
		return false;
	memset(&v, 0, sizeof(v));
	v.family = r->family;
	v.action = r->action;
	v.from.len = r->src_len;
	v.to.len = r->dst_len;
	read_addr(a[FRA_SRC], r->family, &v.from.addr);
	read_addr(a[FRA_DST], r->family, &v.to.addr);
	read_name(a[FRA_IIFNAME], v.iif);
	read_name(a[FRA_OIFNAME], v.oif);
	read_u32(a[FRA_FWMARK], &v.mark);
	read_u32(a[FRA_FWMASK], &v.mask);
	v.has_mark = v.mark != 0 || v.mask != 0;
	v.table = r->table;
	read_u32(a[FRA_TABLE], &v.table);
	read_u32(a[FRA_PRIORITY], &v.priority);
	if (a[FRA_PROTOCOL] != NULL && nla_len(a[FRA_PROTOCOL]) == 1)
		v.protocol = nla_get_u8(a[FRA_PROTOCOL]);
	*out = v;
	return true;
}

bool
nl_route_same_key(const struct nl_route *a, const struct nl_route *b)
{
	return a->to.len == b->to.len && a->table == b->table &&
	    a->metric == b->metric && a->protocol == b->protocol &&
	    addr_equal(&a->to.addr, &b->to.addr);
}

/* --- events --- */

struct nl_route_watch {
	struct nl_route_handlers	 handlers;
	void				*arg;
	uint8_t				 protocol;
	struct nl_sock			*sock;
	struct loop_fd			*fd;
	uint8_t				 rx[RX_BUF] __attribute__((aligned(8)));
};

static void
deliver(struct nl_route_watch *w, struct nlmsghdr *h)
{
	struct nl_route route;
	struct nl_rule rule;

	if (nl_route_read(h, &route) && route.protocol == w->protocol)
		w->handlers.route(&route, h->nlmsg_type == RTM_DELROUTE,
		    w->arg);
	else if (nl_rule_read(h, &rule) && rule.protocol == w->protocol)
		w->handlers.rule(&rule, h->nlmsg_type == RTM_DELRULE, w->arg);
}

static void
readable(int fd, void *arg)
{
	struct nl_route_watch *w = arg;
	struct sockaddr_nl from;
	struct nlmsghdr *h;
	socklen_t fromlen;
	ssize_t n;
	int i, left;

	for (i = 0; i < EVENTS_PER_WAKE; i++) {
		fromlen = sizeof(from);
		n = recvfrom(fd, w->rx, sizeof(w->rx), MSG_DONTWAIT | MSG_TRUNC,
		    (struct sockaddr *)&from, &fromlen);
		if (n == -1 && errno == EINTR)
			continue;
		if ((n == -1 && errno == ENOBUFS) ||
		    n > (ssize_t)sizeof(w->rx)) {
			w->handlers.lost(w->arg);
			continue;
		}
		if (n <= 0)
			break;
		/* Only the kernel is believed: port 0. */
		left = from.nl_pid == 0 ? (int)n : 0;
		for (h = (void *)w->rx; nlmsg_ok(h, left);
		    h = nlmsg_next(h, &left))
			deliver(w, h);
	}
}

/* Each event is a datagram of its own, and begins with its header. */
static int
attach_filter(int fd, uint8_t protocol)
{
	const uint32_t type = offsetof(struct nlmsghdr, nlmsg_type);
	const uint32_t at = NLMSG_HDRLEN + offsetof(struct rtmsg, rtm_protocol);
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, type),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_NEWROUTE), 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_DELROUTE), 0, 2),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, at),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, protocol, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = {
		.len = sizeof(code) / sizeof(code[0]), .filter = code,
	};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
	    sizeof(program)) == -1 ? -errno : 0;
}

static int
open_events(struct nl_route_watch *w)
{
	static const int groups[] = {
		RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE, RTNLGRP_IPV4_RULE,
		RTNLGRP_IPV6_RULE,
	};
	int error = nl_sock_open(&w->sock), fd;
	size_t i;

	if (error != 0)
		return error;
	fd = nl_socket_get_fd(w->sock);
	nl_sock_buffers(w->sock, RCVBUF, 0);
	if (nl_socket_set_nonblocking(w->sock) < 0)
		return -EIO;
	error = attach_filter(fd, w->protocol);
	if (error != 0)
		return error;
	/* A kernel without IPv6, or without rules, has not all of them. */
	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (nl_socket_add_membership(w->sock, groups[i]) < 0 && i == 0)
			return -EPROTONOSUPPORT;
	return 0;
}

int
nl_route_watch(struct loop *loop, uint8_t protocol,
    const struct nl_route_handlers *handlers, void *arg,
    struct nl_route_watch **out)
{
	struct nl_route_watch *w = calloc(1, sizeof(*w));
	int error;

	if (w == NULL)
		return -ENOMEM;
	w->handlers = *handlers;
	w->arg = arg;
	w->protocol = protocol;
	error = open_events(w);
	if (error == 0 && (w->fd = loop_fd_new(loop,
	    nl_socket_get_fd(w->sock), readable, w)) == NULL)
		error = -ENOMEM;
	if (error != 0) {
		nl_route_unwatch(w);
		return error;
	}
	*out = w;
	return 0;
}

void
nl_route_unwatch(struct nl_route_watch *w)
{
	if (w == NULL)
		return;
	loop_fd_free(w->fd);
	nl_socket_free(w->sock);
	free(w);
}
