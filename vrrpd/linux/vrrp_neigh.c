/*
 * vrrp_neigh.c - which MAC the routers had that unicast adverts go to.
 *
 * A neighbour that does not answer is looked for once a second, and meanwhile the
 * kernel keeps back what is sent to it.  For an advert that is too long: the router
 * whose cable comes back, or the one behind a cable between two switches that is
 * mended, is another Active by then.  So adverts to a neighbour that is lost leave in
 * a frame for the MAC that it had, beside what is given to the kernel (vrrp_send.c).
 * That costs a switch that has forgotten it a flooded frame, and nobody else takes it.
 *
 * What else there was: a permanent entry for each peer, which would be wrong after a
 * card is replaced, and needs the kernel's lock on network configuration; entries
 * that the kernel keeps alive (NTF_EXT_MANAGED), which it looks for no oftener once
 * they are lost; frames at all times, which would go past routes, firewalls and
 * changes of the MAC.  The peer's own word (vrrp_presence.c) is the better one, but
 * not every peer gives it, and nobody at the two ends of a switch knows when to.
 *
 * The kernel tells of changes only: reachable, stale, being probed, failed.  A
 * neighbour is probed under its old MAC before it fails, so that this MAC is always
 * heard of.  A host may have thousands of neighbours that change all the time, so a
 * filter lets through those that are watched.
 *
 * Nothing here takes a lock or asks anything.  Called by the engine, for all.
 */
#include "config.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "vrrpd/linux/vrrp_neigh.h"

#define BATCHES_MAX	64
#define FILTER_MAX	(16 + 2 * VRRP_NEIGH_MAX)
#define NOT_LOST	(NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | \
			NUD_PERMANENT | NUD_NOARP)
/* In a message: its type, the family, the address (the first attribute). */
#define AT_TYPE		4
#define AT_FAMILY	NLMSG_HDRLEN
#define AT_ADDR		(NLMSG_HDRLEN + sizeof(struct ndmsg) + RTA_LENGTH(0))

struct neighbour {
	int		ifindex;
	struct addr	addr;
	uint8_t		mac[6];
	bool		has_mac, lost;
	bool		wanted;
};

struct vrrp_neigh {
	int			 fd;
	struct loop_fd		*event;
	unsigned		 count;
	struct neighbour	 list[VRRP_NEIGH_MAX];
	size_t			 filter_len;
	struct sock_filter	 filter[FILTER_MAX];
};

static struct neighbour *
find(const struct vrrp_neigh *n, int ifindex, const struct addr *addr)
{
	unsigned i;

	for (i = 0; i < n->count; i++)
		if (n->list[i].ifindex == ifindex &&
		    addr_equal(&n->list[i].addr, addr))
			return (struct neighbour *)&n->list[i];
	return NULL;
}

bool
vrrp_neigh_is_lost(const struct vrrp_neigh *n, int ifindex,
    const struct addr *addr, uint8_t mac[6])
{
	const struct neighbour *k = n == NULL ? NULL :
	    find(n, ifindex, addr);

	if (k == NULL || !k->lost || !k->has_mac)
		return false;
	memcpy(mac, k->mac, sizeof(k->mac));
	return true;
}

/* --- messages of the kernel --- */

static void
take(struct vrrp_neigh *n, const struct nlmsghdr *h)
{
	const struct ndmsg *m = NLMSG_DATA(h);
	const struct rtattr *a;
	const uint8_t *dst = NULL, *mac = NULL;
	struct neighbour *k;
	struct addr addr;
	int left;

	if ((h->nlmsg_type != RTM_NEWNEIGH && h->nlmsg_type != RTM_DELNEIGH) ||
	    h->nlmsg_len < NLMSG_LENGTH(sizeof(*m)) ||
	    addr_len(m->ndm_family) == 0)
		return;
	left = (int)(h->nlmsg_len - NLMSG_LENGTH(sizeof(*m)));
	for (a = (const struct rtattr *)((const uint8_t *)m +
	    NLMSG_ALIGN(sizeof(*m))); RTA_OK(a, left); a = RTA_NEXT(a, left)) {
		if (a->rta_type == NDA_DST &&
		    RTA_PAYLOAD(a) == addr_len(m->ndm_family))
			dst = RTA_DATA(a);
		else if (a->rta_type == NDA_LLADDR && RTA_PAYLOAD(a) == 6)
			mac = RTA_DATA(a);
	}
	if (dst == NULL)
		return;
	addr = addr_from_bytes(m->ndm_family, dst);
	k = find(n, m->ndm_ifindex, &addr);
	if (k == NULL)
		return;
	k->lost = h->nlmsg_type == RTM_DELNEIGH || !(m->ndm_state & NOT_LOST);
	if (mac != NULL) {
		memcpy(k->mac, mac, sizeof(k->mac));
		k->has_mac = true;
	}
}

void
vrrp_neigh_take(struct vrrp_neigh *n, const void *bytes, size_t len)
{
	const struct nlmsghdr *h = bytes;
	size_t step;

	while (len >= sizeof(*h) && h->nlmsg_len >= sizeof(*h) &&
	    h->nlmsg_len <= len) {
		take(n, h);
		step = NLMSG_ALIGN(h->nlmsg_len);
		if (step > len)
			return;
		len -= step;
		h = (const void *)((const char *)h + step);
	}
}

/* A message lost for want of room is made good by the next change. */
static void
readable(int fd, void *arg)
{
	static union {
		struct nlmsghdr	align;
		uint8_t		bytes[8192];
	} buf;
	struct sockaddr_nl from;
	socklen_t from_len;
	unsigned i;
	ssize_t len;

	for (i = 0; i < BATCHES_MAX; i++) {
		from_len = sizeof(from);
		len = recvfrom(fd, buf.bytes, sizeof(buf.bytes), MSG_DONTWAIT,
		    (struct sockaddr *)&from, &from_len);
		if (len == -1 && errno != ENOBUFS)
			return;
		if (len > 0 && from.nl_pid == 0)	/* the kernel */
			vrrp_neigh_take(arg, buf.bytes, (size_t)len);
	}
}

/* --- the list, and its filter --- */

static void
put(struct vrrp_neigh *n, struct sock_filter f)
{
	n->filter[n->filter_len++] = f;
}

static uint32_t
be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

/* Loads are big-endian; the type is in the order of this machine. */
static uint32_t
type_as_loaded(uint16_t type)
{
	const uint8_t *p = (const uint8_t *)&type;

	return (uint32_t)p[0] << 8 | p[1];
}

/* One family: a message about a watched neighbour passes, and no other. */
static void
put_family(struct vrrp_neigh *n, uint8_t family)
{
	size_t last = addr_len(family) - 4;
	unsigned i;

	put(n, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
	    (uint32_t)(AT_ADDR + last)));
	for (i = 0; i < n->count; i++) {
		if (n->list[i].addr.family != family)
			continue;
		put(n, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
		    be32(n->list[i].addr.bytes + last), 0, 1));
		put(n, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
		    UINT32_MAX));
	}
	put(n, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0));
}

static void
build_filter(struct vrrp_neigh *n)
{
	size_t over;

	n->filter_len = 0;
	put(n, (struct sock_filter)BPF_STMT(BPF_LD | BPF_H | BPF_ABS, AT_TYPE));
	put(n, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
	    type_as_loaded(RTM_NEWNEIGH), 2, 0));
	put(n, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
	    type_as_loaded(RTM_DELNEIGH), 1, 0));
	put(n, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0));
	put(n, (struct sock_filter)BPF_STMT(BPF_LD | BPF_B | BPF_ABS,
	    AT_FAMILY));
	put(n, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET,
	    1, 0));
	over = n->filter_len;
	put(n, (struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, 0));
	put_family(n, AF_INET);
	n->filter[over].k = (uint32_t)(n->filter_len - over - 1);
	put_family(n, AF_INET6);
}

const struct sock_filter *
vrrp_neigh_filter(const struct vrrp_neigh *n, size_t *len)
{
	*len = n->filter_len;
	return n->filter;
}

static int
attach(struct vrrp_neigh *n)
{
	struct sock_fprog prog;

	build_filter(n);
	prog = (struct sock_fprog){ (unsigned short)n->filter_len, n->filter };
	return setsockopt(n->fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog,
	    sizeof(prog)) == -1 ? -errno : 0;
}

void
vrrp_neigh_begin(struct vrrp_neigh *n)
{
	unsigned i;

	for (i = 0; n != NULL && i < n->count; i++)
		n->list[i].wanted = false;
}

int
vrrp_neigh_add(struct vrrp_neigh *n, int ifindex, const struct addr *addr)
{
	struct neighbour *k;

	if (n == NULL)
		return 0;
	k = find(n, ifindex, addr);
	if (k == NULL) {
		if (n->count == VRRP_NEIGH_MAX)
			return -ENOSPC;
		k = &n->list[n->count++];
		*k = (struct neighbour){ .ifindex = ifindex, .addr = *addr };
	}
	k->wanted = true;
	return 0;
}

void
vrrp_neigh_commit(struct vrrp_neigh *n)
{
	unsigned i, kept = 0;

	if (n == NULL)
		return;
	for (i = 0; i < n->count; i++)
		if (n->list[i].wanted)
			n->list[kept++] = n->list[i];
	n->count = kept;
	if (n->fd != -1)
		(void)attach(n);
}

/* --- life --- */

static int
join(struct vrrp_neigh *n, struct loop *loop)
{
	struct sockaddr_nl sa = { .nl_family = AF_NETLINK };
	int group = RTNLGRP_NEIGH, error;

	n->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    NETLINK_ROUTE);
	if (n->fd == -1)
		return -errno;
	error = attach(n);
	if (error < 0)
		return error;
	if (bind(n->fd, (struct sockaddr *)&sa, sizeof(sa)) == -1 ||
	    setsockopt(n->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group,
	    sizeof(group)) == -1)
		return -errno;
	n->event = loop_fd_new(loop, n->fd, readable, n);
	return n->event == NULL ? -ENOMEM : 0;
}

int
vrrp_neigh_open(struct loop *loop, struct vrrp_neigh **out)
{
	struct vrrp_neigh *n = calloc(1, sizeof(*n));
	int error;

	if (n == NULL)
		return -ENOMEM;
	error = join(n, loop);
	if (error < 0) {
		vrrp_neigh_close(n);
		return error;
	}
	*out = n;
	return 0;
}

void
vrrp_neigh_close(struct vrrp_neigh *n)
{
	if (n == NULL)
		return;
	loop_fd_free(n->event);
	if (n->fd != -1)
		close(n->fd);
	free(n);
}
