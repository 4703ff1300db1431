/*
 * netlink.c - rtnetlink and nf_tables as the daemons see them.
 *
 * A request is carried out when it is sent, and its answer waits in the socket
 * when the call is over, as in Linux.  Requests that change something wait for
 * rtnl, and so do questions about neighbours; removing a link keeps the lock for
 * a grace period, once for all links of a group.
 *
 * nf_tables transactions are taken and answered, and change nothing.
 */
#include "config.h"

#include "test/world/netlink.h"

#include <errno.h>
#include <net/if.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "test/world/file.h"
#include "test/world/host.h"
#include "test/world/proc.h"
#include "test/world/routes.h"

#define RCVBUF		(208 * 1024)
#define OVERHEAD	512		/* bytes a datagram counts beside its own */
#define GROUPS		40
#define MESSAGE_MAX	1024

struct datagram {
	struct datagram	*next;
	size_t		 len;
	uint8_t		 bytes[];
};

struct netlink {
	struct file	 file;
	struct netlink	*next;
	int		 protocol;
	uint32_t	 port;
	uint64_t	 groups;
	struct datagram	*first, **last;
	size_t		 bytes, rcvbuf;
	bool		 overflowed;	/* to be reported as ENOBUFS, once */
};

/* A message under construction. */
struct builder {
	union {
		struct nlmsghdr	h;
		uint8_t		bytes[MESSAGE_MAX];
	};
};

static const struct file_ops netlink_ops;

/* --- messages out --- */

static void
queue(struct netlink *s, const void *bytes, size_t len)
{
	const struct nlmsghdr *h = bytes;
	struct datagram *d;

	/* A dump goes on when there is room again. */
	if ((h->nlmsg_flags & NLM_F_MULTI) == 0 &&
	    s->bytes + len + OVERHEAD > s->rcvbuf) {
		s->overflowed = true;
		file_notify(&s->file);
		return;
	}
	d = world_alloc(sizeof(*d) + len);
	d->len = len;
	memcpy(d->bytes, bytes, len);
	*s->last = d;
	s->last = &d->next;
	s->bytes += len + OVERHEAD;
	file_notify(&s->file);
}

static void
begin(struct builder *b, int type, int flags, uint32_t seq, const void *head,
    size_t len)
{
	memset(b, 0, sizeof(*b));
	b->h.nlmsg_len = (uint32_t)NLMSG_LENGTH(len);
	b->h.nlmsg_type = (uint16_t)type;
	b->h.nlmsg_flags = (uint16_t)flags;
	b->h.nlmsg_seq = seq;
	memcpy(NLMSG_DATA(&b->h), head, len);
}

static void
put(struct builder *b, int type, const void *data, size_t len)
{
	size_t at = NLMSG_ALIGN(b->h.nlmsg_len);
	struct nlattr a = { .nla_len = (uint16_t)(NLA_HDRLEN + len),
	    .nla_type = (uint16_t)type };

	memcpy(b->bytes + at, &a, sizeof(a));
	if (len > 0)
		memcpy(b->bytes + at + NLA_HDRLEN, data, len);
	b->h.nlmsg_len = (uint32_t)(at + NLA_ALIGN(NLA_HDRLEN + len));
}

static void
put32(struct builder *b, int type, uint32_t value)
{
	put(b, type, &value, sizeof(value));
}

static void
answer(struct netlink *s, const struct nlmsghdr *request, int error)
{
	struct nlmsgerr e = { .error = error, .msg = *request };
	struct builder b;

	begin(&b, NLMSG_ERROR, 0, request->nlmsg_seq, &e, sizeof(e));
	queue(s, &b, b.h.nlmsg_len);
}

static void
build_link(struct builder *b, const struct link *l, bool gone, int flags,
    uint32_t seq)
{
	struct ifinfomsg ifi = { .ifi_index = l->ifindex };
	uint8_t info[NLA_HDRLEN + 8] = { 0 };
	struct nlattr kind = { .nla_len = NLA_HDRLEN + 8,
	    .nla_type = IFLA_INFO_KIND };

	ifi.ifi_flags = (l->up ? IFF_UP : 0) |
	    (!gone && link_works(l) ? IFF_RUNNING | IFF_LOWER_UP : 0);
	begin(b, gone ? RTM_DELLINK : RTM_NEWLINK, flags, seq, &ifi,
	    sizeof(ifi));
	put(b, IFLA_IFNAME, l->name, strlen(l->name) + 1);
	put(b, IFLA_ADDRESS, l->mac, sizeof(l->mac));
	put32(b, IFLA_MTU, l->mtu);
	put32(b, IFLA_GROUP, l->group);
	if (l->parent == NULL)
		return;
	put32(b, IFLA_LINK, (uint32_t)l->parent->ifindex);
	memcpy(info, &kind, sizeof(kind));
	memcpy(info + NLA_HDRLEN, "macvlan", 8);
	put(b, IFLA_LINKINFO, info, sizeof(info));
}

static void
build_addr(struct builder *b, const struct address *a, bool gone, int flags,
    uint32_t seq)
{
	struct ifaddrmsg ifa = {
		.ifa_family = a->prefix.addr.family,
		.ifa_prefixlen = a->prefix.len,
		.ifa_index = (unsigned)a->link->ifindex,
	};
	size_t len = addr_len(a->prefix.addr.family);
	uint32_t ifa_flags = (a->secondary ? IFA_F_SECONDARY : 0) |
	    (a->no_route ? IFA_F_NOPREFIXROUTE : 0) |
	    (a->lent_until == NEVER ? IFA_F_PERMANENT : 0);

	ifa.ifa_flags = (uint8_t)ifa_flags;
	begin(b, gone ? RTM_DELADDR : RTM_NEWADDR, flags, seq, &ifa,
	    sizeof(ifa));
	put(b, IFA_ADDRESS, a->prefix.addr.bytes, len);
	if (a->prefix.addr.family == AF_INET)
		put(b, IFA_LOCAL, a->prefix.addr.bytes, len);
	put32(b, IFA_FLAGS, ifa_flags);
}

/* To everybody who listens to that group. */
static void
tell(struct host *h, unsigned group, const struct builder *b)
{
	struct netlink *s;

	for (s = (struct netlink *)h->netlinks; s != NULL; s = s->next)
		if (s->protocol == NETLINK_ROUTE && s->groups >> group & 1)
			queue(s, b, b->h.nlmsg_len);
}

void
netlink_link_event(const struct link *l, bool gone)
{
	struct builder b;

	build_link(&b, l, gone, 0, 0);
	tell(l->host, RTNLGRP_LINK, &b);
}

void
netlink_addr_event(const struct address *a, bool gone)
{
	struct builder b;

	build_addr(&b, a, gone, 0, 0);
	tell(a->link->host, a->prefix.addr.family == AF_INET6 ?
	    RTNLGRP_IPV6_IFADDR : RTNLGRP_IPV4_IFADDR, &b);
}

void
netlink_lose_events(struct host *h)
{
	struct netlink *s;

	for (s = (struct netlink *)h->netlinks; s != NULL; s = s->next)
		if (s->groups != 0) {
			s->overflowed = true;
			file_notify(&s->file);
		}
}

/* --- requests in --- */

#define ATTRS_MAX	64

struct attrs {
	const struct nlattr *at[ATTRS_MAX];
};

static void
parse(const uint8_t *p, size_t len, struct attrs *out)
{
	struct nlattr a;
	size_t size;

	memset(out, 0, sizeof(*out));
	while (len >= NLA_HDRLEN) {
		memcpy(&a, p, sizeof(a));
		size = NLA_ALIGN(a.nla_len);
		if (a.nla_len < NLA_HDRLEN || a.nla_len > len)
			return;
		if ((a.nla_type & NLA_TYPE_MASK) < ATTRS_MAX)
			out->at[a.nla_type & NLA_TYPE_MASK] =
			    (const struct nlattr *)p;
		p += size;
		len = size < len ? len - size : 0;
	}
}

static const uint8_t *
data_of(const struct nlattr *a)
{
	return (const uint8_t *)a + NLA_HDRLEN;
}

static size_t
len_of(const struct nlattr *a)
{
	return a->nla_len - NLA_HDRLEN;
}

static uint32_t
u32_of(const struct nlattr *a)
{
	uint32_t v = 0;

	if (a != NULL && len_of(a) >= sizeof(v))
		memcpy(&v, data_of(a), sizeof(v));
	return v;
}

/* After a head of that size. */
static void
attrs_of(const struct nlmsghdr *h, size_t head, struct attrs *out)
{
	size_t at = NLMSG_ALIGN(NLMSG_HDRLEN + head);

	parse((const uint8_t *)h + at, h->nlmsg_len > at ?
	    h->nlmsg_len - at : 0, out);
}

/* The mode of IFLA_LINKINFO: 1 hears, 0 does not, -1 none is given. */
static int
mode_of(const struct nlattr *linkinfo)
{
	struct attrs info, data;

	if (linkinfo == NULL)
		return -1;
	parse(data_of(linkinfo), len_of(linkinfo), &info);
	if (info.at[IFLA_INFO_DATA] == NULL)
		return -1;
	parse(data_of(info.at[IFLA_INFO_DATA]),
	    len_of(info.at[IFLA_INFO_DATA]), &data);
	if (data.at[IFLA_MACVLAN_MODE] == NULL)
		return -1;
	return u32_of(data.at[IFLA_MACVLAN_MODE]) == MACVLAN_MODE_BRIDGE;
}

static struct link *
named(struct host *h, int ifindex, const struct attrs *a)
{
	if (ifindex != 0)
		return link_by_index(h, ifindex);
	return a->at[IFLA_IFNAME] == NULL ? NULL :
	    link_by_name(h, (const char *)data_of(a->at[IFLA_IFNAME]));
}

static int
new_link(struct host *h, const struct nlmsghdr *m)
{
	const struct ifinfomsg *ifi = NLMSG_DATA(m);
	struct attrs a;
	struct link *l;
	int mode, error = 0;

	attrs_of(m, sizeof(*ifi), &a);
	l = named(h, ifi->ifi_index, &a);
	mode = mode_of(a.at[IFLA_LINKINFO]);
	if (l != NULL && m->nlmsg_flags & NLM_F_EXCL)
		return -EEXIST;
	if (l == NULL) {
		if ((m->nlmsg_flags & NLM_F_CREATE) == 0)
			return -ENODEV;
		return link_add_macvlan(h,
		    (const char *)data_of(a.at[IFLA_IFNAME]),
		    link_by_index(h, (int)u32_of(a.at[IFLA_LINK])),
		    data_of(a.at[IFLA_ADDRESS]), mode > 0, &l);
	}
	if (mode >= 0)
		error = link_set_hears(l, mode > 0);
	if (a.at[IFLA_GROUP] != NULL)
		l->group = u32_of(a.at[IFLA_GROUP]);
	if (error == 0 && ifi->ifi_change & IFF_UP)
		error = link_set_up(l, ifi->ifi_flags & IFF_UP);
	return error;
}

static int
del_link(struct host *h, const struct nlmsghdr *m)
{
	const struct ifinfomsg *ifi = NLMSG_DATA(m);
	struct link *l, *next;
	struct attrs a;
	uint32_t group;
	unsigned n = 0;

	attrs_of(m, sizeof(*ifi), &a);
	if (ifi->ifi_index == 0 && a.at[IFLA_GROUP] != NULL) {
		group = u32_of(a.at[IFLA_GROUP]);
		for (l = h->links; l != NULL; l = next) {
			next = l->next;
			if (l->group != group || l->parent == NULL)
				continue;
			(void)link_delete(l);
			n++;
		}
		return n > 0 ? 0 : -ENODEV;
	}
	l = named(h, ifi->ifi_index, &a);
	if (l == NULL)
		return -ENODEV;
	return l->parent == NULL ? -EOPNOTSUPP : link_delete(l);
}

static bool
prefix_of(const struct nlmsghdr *m, struct attrs *a, struct addr_prefix *out)
{
	const struct ifaddrmsg *ifa = NLMSG_DATA(m);
	const struct nlattr *local;

	attrs_of(m, sizeof(*ifa), a);
	local = a->at[IFA_LOCAL] != NULL ? a->at[IFA_LOCAL] :
	    a->at[IFA_ADDRESS];
	if (local == NULL || len_of(local) != addr_len(ifa->ifa_family))
		return false;
	out->addr = addr_from_bytes(ifa->ifa_family, data_of(local));
	out->len = ifa->ifa_prefixlen;
	return true;
}

static int
new_addr(struct host *h, const struct nlmsghdr *m)
{
	const struct ifaddrmsg *ifa = NLMSG_DATA(m);
	struct ifa_cacheinfo ci = { 0 };
	struct addr_prefix p;
	struct link *l = link_by_index(h, (int)ifa->ifa_index);
	struct attrs a;

	if (l == NULL)
		return -ENODEV;
	if (!prefix_of(m, &a, &p))
		return -EINVAL;
	if (a.at[IFA_CACHEINFO] != NULL)
		memcpy(&ci, data_of(a.at[IFA_CACHEINFO]), sizeof(ci));
	if (ci.ifa_valid == UINT32_MAX)
		ci.ifa_valid = 0;		/* for good */
	/* The kernel joins the group that it names, and it names none. */
	if (address_find(h, l, &p) == NULL &&
	    u32_of(a.at[IFA_FLAGS]) & IFA_F_MCAUTOJOIN)
		return -EINVAL;
	if (address_find(h, l, &p) != NULL &&
	    (m->nlmsg_flags & NLM_F_EXCL ||
	    (m->nlmsg_flags & NLM_F_REPLACE) == 0))
		return -EEXIST;
	return address_add(l, &p, u32_of(a.at[IFA_FLAGS]) &
	    IFA_F_NOPREFIXROUTE, ci.ifa_valid);
}

static int
del_addr(struct host *h, const struct nlmsghdr *m)
{
	const struct ifaddrmsg *ifa = NLMSG_DATA(m);
	struct link *l = link_by_index(h, (int)ifa->ifa_index);
	struct addr_prefix p;
	struct attrs a;

	if (l == NULL)
		return -ENODEV;
	return prefix_of(m, &a, &p) ? address_del(l, &p) : -EINVAL;
}

static int
new_qdisc(struct host *h, const struct nlmsghdr *m)
{
	const struct tcmsg *tc = NLMSG_DATA(m);
	struct link *l = link_by_index(h, tc->tcm_ifindex);
	struct tc_fifo_qopt queue_options;
	struct attrs a;

	if (l == NULL)
		return -ENODEV;
	attrs_of(m, sizeof(*tc), &a);
	if (a.at[TCA_OPTIONS] == NULL)
		return -EINVAL;
	memcpy(&queue_options, data_of(a.at[TCA_OPTIONS]),
	    sizeof(queue_options));
	return link_set_mute(l, queue_options.limit == 0);
}

static void
done(struct netlink *s, const struct nlmsghdr *m)
{
	struct builder b;
	int zero = 0;

	begin(&b, NLMSG_DONE, NLM_F_MULTI, m->nlmsg_seq, &zero, sizeof(zero));
	queue(s, &b, b.h.nlmsg_len);
}

/* 1: answered; else as others. */
static int
get_link(struct netlink *s, const struct nlmsghdr *m)
{
	const struct ifinfomsg *ifi = NLMSG_DATA(m);
	struct link *l;
	struct builder b;
	struct attrs a;

	if (m->nlmsg_flags & NLM_F_DUMP) {
		for (l = s->file.host->links; l != NULL; l = l->next) {
			build_link(&b, l, false, NLM_F_MULTI, m->nlmsg_seq);
			queue(s, &b, b.h.nlmsg_len);
		}
		done(s, m);
		return 1;
	}
	attrs_of(m, sizeof(*ifi), &a);
	l = named(s->file.host, ifi->ifi_index, &a);
	if (l == NULL)
		return -ENODEV;
	build_link(&b, l, false, 0, m->nlmsg_seq);
	queue(s, &b, b.h.nlmsg_len);
	return 1;
}

static int
get_addr(struct netlink *s, const struct nlmsghdr *m)
{
	const struct address *a;
	struct builder b;

	for (a = s->file.host->addresses; a != NULL; a = a->next) {
		build_addr(&b, a, false, NLM_F_MULTI, m->nlmsg_seq);
		queue(s, &b, b.h.nlmsg_len);
	}
	done(s, m);
	return 1;
}

static int
get_neigh(struct netlink *s, const struct nlmsghdr *m)
{
	const struct link *l;
	struct ndmsg nd;
	struct neighbour *n;
	struct builder b;
	struct attrs a;
	struct addr addr;

	memcpy(&nd, NLMSG_DATA(m), sizeof(nd));
	attrs_of(m, sizeof(nd), &a);
	l = link_by_index(s->file.host, nd.ndm_ifindex);
	if (a.at[NDA_DST] == NULL || l == NULL)
		return -EINVAL;
	addr = addr_from_bytes(nd.ndm_family, data_of(a.at[NDA_DST]));
	n = neighbour_get(&s->file.host->neighbours, l->parent != NULL ?
	    l->parent : l, &addr);
	if (!n->known)
		return -ENOENT;
	nd.ndm_state = NUD_REACHABLE;
	begin(&b, RTM_NEWNEIGH, 0, m->nlmsg_seq, &nd, sizeof(nd));
	put(&b, NDA_LLADDR, n->mac, sizeof(n->mac));
	queue(s, &b, b.h.nlmsg_len);
	return 1;
}

/* Of the main table; nothing arrives within a batch, so local ones are no use here. */
static int
change_route(struct host *h, const struct nlmsghdr *m)
{
	const struct rtmsg *r = NLMSG_DATA(m);
	struct addr source = { .family = AF_UNSPEC };
	struct addr_prefix p;
	struct attrs a;
	struct link *l;
	uint32_t metric;

	attrs_of(m, sizeof(*r), &a);
	if (r->rtm_table == RT_TABLE_LOCAL)
		return 0;
	l = link_by_index(h, (int)u32_of(a.at[RTA_OIF]));
	if (l == NULL)
		return -ENODEV;
	p.addr = addr_from_bytes(r->rtm_family, data_of(a.at[RTA_DST]));
	p.len = r->rtm_dst_len;
	metric = u32_of(a.at[RTA_PRIORITY]);
	/* One of another table is another route. */
	if (a.at[RTA_TABLE] != NULL && u32_of(a.at[RTA_TABLE]) != RT_TABLE_MAIN)
		metric += u32_of(a.at[RTA_TABLE]) << 12;
	if (m->nlmsg_type == RTM_DELROUTE)
		return route_del(l, &p, metric);
	if (a.at[RTA_PREFSRC] != NULL)
		source = addr_from_bytes(r->rtm_family,
		    data_of(a.at[RTA_PREFSRC]));
	return route_add(l, &p, metric, &source);
}

static int
carry_out(struct netlink *s, const struct nlmsghdr *m)
{
	struct host *h = s->file.host;

	switch (m->nlmsg_type) {
	case RTM_NEWLINK:
		return new_link(h, m);
	case RTM_DELLINK:
		return del_link(h, m);
	case RTM_NEWADDR:
		return new_addr(h, m);
	case RTM_DELADDR:
		return del_addr(h, m);
	case RTM_NEWQDISC:
		return new_qdisc(h, m);
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		return change_route(h, m);
	case RTM_NEWRULE:
		return 0;	/* nobody here looks for the way back */
	case RTM_DELRULE:
		return -ENOENT;
	case RTM_GETROUTE:
	case RTM_GETRULE:
		done(s, m);	/* none is marked as ours */
		return 1;
	case RTM_GETLINK:
		return get_link(s, m);
	case RTM_GETADDR:
		return get_addr(s, m);
	case RTM_GETNEIGH:
		return get_neigh(s, m);
	default:
		world_fail("rtnetlink: request %u", m->nlmsg_type);
	}
}

static bool
needs_rtnl(const struct nlmsghdr *m)
{
	return m->nlmsg_type != RTM_GETLINK && m->nlmsg_type != RTM_GETADDR &&
	    m->nlmsg_type != RTM_GETROUTE && m->nlmsg_type != RTM_GETRULE;
}

static void
route_request(struct netlink *s, const struct nlmsghdr *m)
{
	int error;

	if (needs_rtnl(m))
		host_rtnl(s->file.host, false);
	error = carry_out(s, m);
	if (error <= 0 && (error < 0 || m->nlmsg_flags & NLM_F_ACK))
		answer(s, m, error);
	if (m->nlmsg_type == RTM_DELLINK && error == 0)
		host_rtnl(s->file.host, true);
}

static ssize_t
netlink_send(struct file *f, const struct msghdr *msg, int flags)
{
	struct netlink *s = (struct netlink *)f;
	size_t len = msg_len(msg), left = len, size;
	uint8_t *bytes = world_alloc(len + 1), *p = bytes;
	const struct nlmsghdr *m;

	(void)flags;
	(void)msg_take(msg, bytes, len);
	while (left >= NLMSG_HDRLEN) {
		m = (const struct nlmsghdr *)p;
		if (m->nlmsg_len < NLMSG_HDRLEN || m->nlmsg_len > left)
			break;
		if (s->protocol == NETLINK_ROUTE)
			route_request(s, m);
		else if (m->nlmsg_flags & NLM_F_ACK ||
		    (m->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP)
			answer(s, m, 0);	/* a list is empty */
		size = NLMSG_ALIGN(m->nlmsg_len);
		p += size;
		left = size < left ? left - size : 0;
	}
	free(bytes);
	return (ssize_t)len;
}

static ssize_t
netlink_recv(struct file *f, struct msghdr *m, int flags)
{
	struct netlink *s = (struct netlink *)f;
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct datagram *d = s->first;
	size_t n, len;

	if (s->overflowed) {
		s->overflowed = false;
		return -ENOBUFS;
	}
	if (d == NULL)
		return -EAGAIN;
	len = d->len;
	n = msg_put(m, d->bytes, len);
	m->msg_flags = n < len ? MSG_TRUNC : 0;
	m->msg_controllen = 0;
	if (m->msg_name != NULL) {
		memcpy(m->msg_name, &kernel, m->msg_namelen < sizeof(kernel) ?
		    m->msg_namelen : sizeof(kernel));
		m->msg_namelen = sizeof(kernel);
	}
	s->first = d->next;
	if (s->first == NULL)
		s->last = &s->first;
	s->bytes -= len + OVERHEAD;
	free(d);
	return (ssize_t)((flags & MSG_TRUNC) ? len : n);
}

/* --- life --- */

static unsigned
netlink_ready(struct file *f)
{
	const struct netlink *s = (struct netlink *)f;

	return (s->first != NULL || s->overflowed ? EPOLLIN : 0) | EPOLLOUT;
}

static int
netlink_bind(struct file *f, const struct sockaddr *sa, socklen_t len)
{
	struct netlink *s = (struct netlink *)f;
	struct sockaddr_nl nl;

	if (len < sizeof(nl))
		return -EINVAL;
	memcpy(&nl, sa, sizeof(nl));
	s->port = nl.nl_pid != 0 ? nl.nl_pid : 0x80000000u +
	    ++f->host->next_port;
	return 0;
}

static int
netlink_getname(struct file *f, struct sockaddr *sa, socklen_t *len)
{
	struct sockaddr_nl nl = { .nl_family = AF_NETLINK,
	    .nl_pid = ((struct netlink *)f)->port };

	memcpy(sa, &nl, *len < sizeof(nl) ? *len : sizeof(nl));
	*len = sizeof(nl);
	return 0;
}

static int
netlink_set(struct file *f, int level, int name, const void *value,
    socklen_t len)
{
	struct netlink *s = (struct netlink *)f;
	int n = 0;

	memcpy(&n, value, len < sizeof(n) ? len : sizeof(n));
	if (level == SOL_NETLINK && name == NETLINK_ADD_MEMBERSHIP &&
	    n > 0 && n < GROUPS)
		s->groups |= UINT64_C(1) << n;
	else if (level == SOL_SOCKET && (name == SO_RCVBUF ||
	    name == SO_RCVBUFFORCE))
		s->rcvbuf = 2 * (size_t)n;
	return 0;
}

static void
netlink_release(struct file *f)
{
	struct netlink *s = (struct netlink *)f, **at;
	struct datagram *d;

	for (at = (struct netlink **)&f->host->netlinks; *at != s;
	    at = &(*at)->next)
		continue;
	*at = s->next;
	while ((d = s->first) != NULL) {
		s->first = d->next;
		free(d);
	}
	free(s);
}

static const struct file_ops netlink_ops = {
	.kind = "netlink",
	.ready = netlink_ready,
	.recv = netlink_recv,
	.send = netlink_send,
	.set = netlink_set,
	.bind = netlink_bind,
	.getname = netlink_getname,
	.release = netlink_release,
};

struct file *
netlink_file(int protocol)
{
	struct host *h = world->running->host;
	struct netlink *s = file_new(&netlink_ops, h, sizeof(*s));

	s->protocol = protocol;
	s->rcvbuf = RCVBUF;
	s->last = &s->first;
	s->next = (struct netlink *)h->netlinks;
	h->netlinks = (struct file *)s;
	return &s->file;
}
