/*
 * nl_msg.c - rtnetlink messages: built from values, read into values (see
 * nl_msg.h).
 *
 * Sends and receives nothing and keeps nothing: the sockets are in nl.c and
 * nl_batch.c, which both build their requests here, so that a device muted at
 * start and one muted on the takeover path get the same queue.
 *
 * Everything read is the kernel's, but of any version: an attribute that is
 * missing or too short is left at its zero value.
 */
#include "config.h"

#include <net/if.h>
#include <linux/if.h>		/* after net/if.h: adds IFF_LOWER_UP */
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/msg.h>
#include <sys/socket.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "shared/nl_msg.h"

#define QUEUE_HANDLE	0x56520000u	/* of the queue that mutes a device */
#define QUEUE_LIMIT	1000		/* packets, when it does not */

int
nl_msg_error(int nle)
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

int
nl_msg_collect(struct nl_collected *c, const struct nlmsghdr *h)
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

/* --- messages into values --- */

bool
nl_link_is_called(const struct nl_link *l, const char *name)
{
	unsigned i;

	if (strcmp(l->name, name) == 0)
		return true;
	for (i = 0; i < NL_LINK_NAMES_MAX && l->also[i][0] != '\0'; i++)
		if (strcmp(l->also[i], name) == 0)
			return true;
	return false;
}

int
nl_link_vrf(const struct nl_link *l)
{
	return strcmp(l->port_of, "vrf") == 0 ? l->master : 0;
}

/* Names that are too long for a configuration are nobody's here. */
static void
read_names(struct nlattr *list, struct nl_link *out)
{
	struct nlattr *a;
	unsigned n = 0;
	int left;

	if (list == NULL)
		return;
	nla_for_each_nested(a, list, left)
		if (nla_type(a) == IFLA_ALT_IFNAME && nla_len(a) > 0 &&
		    nla_len(a) <= IF_NAMESIZE && n < NL_LINK_NAMES_MAX)
			(void)nla_strlcpy(out->also[n++], a, IF_NAMESIZE);
}

/* The attribute of both is the first one, and called MODE. */
_Static_assert((int)IFLA_MACVLAN_MODE == (int)IFLA_IPVLAN_MODE, "one reader");

/* An ipvlan tells its mode in 16 bits, a macvlan in 32. */
static uint32_t
read_mode(struct nlattr *data)
{
	struct nlattr *mode = nla_find(nla_data(data), nla_len(data),
	    IFLA_MACVLAN_MODE);

	if (mode != NULL && nla_len(mode) >= 4)
		return nla_get_u32(mode);
	return mode != NULL && nla_len(mode) >= 2 ? nla_get_u16(mode) : 0;
}

static uint32_t
read_table(struct nlattr *data)
{
	struct nlattr *table = nla_find(nla_data(data), nla_len(data),
	    IFLA_VRF_TABLE);

	return table != NULL && nla_len(table) >= 4 ? nla_get_u32(table) : 0;
}

static bool
is_one_of_them(const char *kind)
{
	return strcmp(kind, "macvlan") == 0 || strcmp(kind, "macvtap") == 0;
}

static void
read_kind(struct nlattr *linkinfo, struct nl_link *out)
{
	struct nlattr *info[IFLA_INFO_MAX + 1];

	if (linkinfo == NULL ||
	    nla_parse_nested(info, IFLA_INFO_MAX, linkinfo, NULL) != 0)
		return;
	if (info[IFLA_INFO_KIND] != NULL)
		(void)nla_strlcpy(out->kind, info[IFLA_INFO_KIND],
		    sizeof(out->kind));
	if (info[IFLA_INFO_SLAVE_KIND] != NULL)
		(void)nla_strlcpy(out->port_of, info[IFLA_INFO_SLAVE_KIND],
		    sizeof(out->port_of));
	out->is_macvlan = is_one_of_them(out->kind);
	if (info[IFLA_INFO_DATA] != NULL &&
	    (out->is_macvlan || strcmp(out->kind, "ipvlan") == 0))
		out->mode = read_mode(info[IFLA_INFO_DATA]);
	if (info[IFLA_INFO_DATA] != NULL && strcmp(out->kind, "vrf") == 0)
		out->table = read_table(info[IFLA_INFO_DATA]);
}

bool
nl_msg_read_link(struct nlmsghdr *h, struct nl_link *out)
{
	struct nlattr *tb[IFLA_MAX + 1];
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
	read_names(tb[IFLA_PROP_LIST], out);
	if (tb[IFLA_IFALIAS] != NULL)
		(void)nla_strlcpy(out->alias, tb[IFLA_IFALIAS],
		    sizeof(out->alias));
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
	if (tb[IFLA_MASTER] != NULL && nla_len(tb[IFLA_MASTER]) >= 4)
		out->master = (int)nla_get_u32(tb[IFLA_MASTER]);
	out->loopback = (ifi->ifi_flags & IFF_LOOPBACK) != 0;
	out->no_arp = (ifi->ifi_flags & IFF_NOARP) != 0;
	read_kind(tb[IFLA_LINKINFO], out);
	return true;
}

static void
read_one(const struct nlattr *a, uint8_t family, struct addr *out)
{
	if (a != NULL && (size_t)nla_len(a) == addr_len(family))
		*out = addr_from_bytes(family, nla_data(a));
}

/* Attributes that decide nothing here, but belong to the address. */
static void
read_rest(struct nlattr **tb, uint8_t family, struct nl_addr *out)
{
	const struct ifa_cacheinfo *info;

	out->preferred_s = out->valid_s = NL_ADDR_FOR_GOOD;
	if (tb[IFA_CACHEINFO] != NULL &&
	    (size_t)nla_len(tb[IFA_CACHEINFO]) >= sizeof(*info)) {
		info = nla_data(tb[IFA_CACHEINFO]);
		out->preferred_s = info->ifa_prefered;
		out->valid_s = info->ifa_valid;
	}
	if (tb[IFA_LOCAL] != NULL)
		read_one(tb[IFA_ADDRESS], family, &out->peer);
	read_one(tb[IFA_BROADCAST], family, &out->broadcast);
	if (tb[IFA_LABEL] != NULL)
		(void)nla_strlcpy(out->label, tb[IFA_LABEL],
		    sizeof(out->label));
	if (tb[IFA_RT_PRIORITY] != NULL && nla_len(tb[IFA_RT_PRIORITY]) >= 4)
		out->metric = nla_get_u32(tb[IFA_RT_PRIORITY]);
	if (tb[IFA_PROTO] != NULL && nla_len(tb[IFA_PROTO]) >= 1)
		out->protocol = nla_get_u8(tb[IFA_PROTO]);
}

bool
nl_msg_read_addr(struct nlmsghdr *h, struct nl_addr *out)
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
	out->flags = flags;
	read_rest(tb, ifa->ifa_family, out);
	out->ifindex = (int)ifa->ifa_index;
	out->prefix.addr = addr_from_bytes(ifa->ifa_family, nla_data(local));
	out->prefix.len = ifa->ifa_prefixlen;
	out->scope = ifa->ifa_scope;
	out->deprecated = (flags & IFA_F_DEPRECATED) != 0;
	out->without_route = (flags & IFA_F_NOPREFIXROUTE) != 0;
	out->secondary = ifa->ifa_family == AF_INET &&
	    (flags & IFA_F_SECONDARY) != 0;
	out->tentative = (flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) != 0 &&
	    (flags & IFA_F_OPTIMISTIC) == 0;
	return true;
}

bool
nl_msg_read_neigh(struct nlmsghdr *h, struct nl_neigh *out)
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
nl_msg_tolerate(uint16_t type, int error)
{
	switch (type) {
	case RTM_NEWADDR:
	case RTM_NEWROUTE:
	case RTM_NEWRULE:
		return error == -EEXIST ? 0 : error;
	case RTM_DELADDR:
		return error == -EADDRNOTAVAIL || error == -ENODEV ? 0 : error;
	case RTM_DELROUTE:
		return error == -ESRCH || error == -ENODEV ? 0 : error;
	case RTM_DELRULE:
		return error == -ENOENT ? 0 : error;
	default:
		return error;
	}
}

bool
nl_msg_read_gateway(struct nlmsghdr *h, int ifindex, struct addr *out)
{
	struct nlattr *tb[RTA_MAX + 1];
	const struct rtmsg *r;
	size_t len;

	if (h->nlmsg_type != RTM_NEWROUTE ||
	    nlmsg_parse(h, sizeof(*r), tb, RTA_MAX, NULL) < 0)
		return false;
	r = nlmsg_data(h);
	len = addr_len(r->rtm_family);
	if (r->rtm_dst_len != 0 || len == 0 || tb[RTA_OIF] == NULL ||
	    nla_get_u32(tb[RTA_OIF]) != (uint32_t)ifindex ||
	    tb[RTA_GATEWAY] == NULL ||
	    (size_t)nla_len(tb[RTA_GATEWAY]) != len)
		return false;
	memset(out, 0, sizeof(*out));
	out->family = r->rtm_family;
	memcpy(out->bytes, nla_data(tb[RTA_GATEWAY]), len);
	return true;
}

int
nl_msg_read_way(struct nlmsghdr *h)
{
	struct nlattr *tb[RTA_MAX + 1];

	if (h->nlmsg_type != RTM_NEWROUTE || nlmsg_parse(h,
	    sizeof(struct rtmsg), tb, RTA_MAX, NULL) < 0 || tb[RTA_OIF] == NULL)
		return -ENOENT;
	return (int)nla_get_u32(tb[RTA_OIF]);
}

/* --- values into messages --- */

struct nl_msg *
nl_msg_link(int type, int flags, int ifindex, unsigned ifi_flags)
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

int
nl_msg_put_macvlan_mode(struct nl_msg *msg, enum nl_macvlan_mode mode)
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

int
nl_msg_put_no_link_local(struct nl_msg *msg)
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

struct nl_msg *
nl_msg_mute(int ifindex, bool mute)
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

int
nl_msg_addr(int type, int flags, int ifindex, const struct addr_prefix *p,
    uint32_t ifa_flags, const char *label, uint32_t seconds,
    struct nl_msg **out)
{
	const bool deprecated = (ifa_flags & IFA_F_DEPRECATED) != 0;
	const struct ifa_cacheinfo lifetime = {
		.ifa_prefered = deprecated ? 0 : seconds,
		.ifa_valid = seconds == 0 ? NL_ADDR_FOR_GOOD : seconds,
	};
	struct ifaddrmsg ifa = {
		.ifa_family = p->addr.family,
		.ifa_prefixlen = p->len,
		.ifa_flags = (uint8_t)(ifa_flags & ~IFA_F_DEPRECATED),
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
	    (ifa_flags != 0 && (rv = nla_put_u32(msg, IFA_FLAGS,
	    ifa_flags & ~(uint32_t)IFA_F_DEPRECATED)) < 0) ||
	    ((seconds != 0 || deprecated) && (rv = nla_put(msg, IFA_CACHEINFO,
	    (int)sizeof(lifetime), &lifetime)) < 0) ||
	    (label != NULL && p->addr.family == AF_INET &&
	    (rv = nla_put_string(msg, IFA_LABEL, label)) < 0)) {
		nlmsg_free(msg);
		return nl_msg_error(rv);
	}
	*out = msg;
	return 0;
}

/* The flags that say how the address was put there, and not what became of it. */
#define PUT_FLAGS	(IFA_F_NOPREFIXROUTE | IFA_F_MCAUTOJOIN)

static int
put_as_it_was(struct nl_msg *msg, const struct nl_addr *a)
{
	const struct ifa_cacheinfo lifetime = {
		.ifa_prefered = a->preferred_s,
		.ifa_valid = a->valid_s,
	};
	const struct addr *peer = addr_is_set(&a->peer) ? &a->peer :
	    &a->prefix.addr;
	int rv;

	if ((rv = nla_put(msg, IFA_LOCAL, 4, a->prefix.addr.bytes)) < 0 ||
	    (rv = nla_put(msg, IFA_ADDRESS, 4, peer->bytes)) < 0 ||
	    (rv = nla_put_u32(msg, IFA_FLAGS, a->flags & PUT_FLAGS)) < 0 ||
	    (rv = nla_put(msg, IFA_CACHEINFO, (int)sizeof(lifetime),
	    &lifetime)) < 0 ||
	    (addr_is_set(&a->broadcast) &&
	    (rv = nla_put(msg, IFA_BROADCAST, 4, a->broadcast.bytes)) < 0) ||
	    (a->label[0] != '\0' &&
	    (rv = nla_put_string(msg, IFA_LABEL, a->label)) < 0) ||
	    (a->metric != 0 &&
	    (rv = nla_put_u32(msg, IFA_RT_PRIORITY, a->metric)) < 0) ||
	    (a->protocol != 0 &&
	    (rv = nla_put_u8(msg, IFA_PROTO, a->protocol)) < 0))
		return rv;
	return 0;
}

int
nl_msg_addr_as_it_was(const struct nl_addr *a, struct nl_msg **out)
{
	struct ifaddrmsg ifa = {
		.ifa_family = AF_INET,
		.ifa_prefixlen = a->prefix.len,
		.ifa_flags = (uint8_t)(a->flags & PUT_FLAGS),
		.ifa_scope = a->scope,
		.ifa_index = (unsigned)a->ifindex,
	};
	struct nl_msg *msg;
	int rv;

	if (a->prefix.addr.family != AF_INET || a->prefix.len > 32)
		return -EINVAL;
	msg = nlmsg_alloc_simple(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL);
	if (msg == NULL)
		return -ENOMEM;
	if ((rv = nlmsg_append(msg, &ifa, sizeof(ifa), NLMSG_ALIGNTO)) < 0 ||
	    (rv = put_as_it_was(msg, a)) < 0) {
		nlmsg_free(msg);
		return nl_msg_error(rv);
	}
	*out = msg;
	return 0;
}
