/*
 * vrrp_check_ping.c - a tracker of kind ping: does the address answer?
 *
 * A round is one echo request (RFC 792; RFC 4443 §4.1) with the number of the
 * tracker's slot and of the round as identifier and sequence, and a random
 * cookie as data.  An answer counts that comes from the address asked, with the
 * cookie of the present round: an answer that comes late belongs to a round
 * that has failed already.
 *
 * A VRF is named with each request, like the source: all checks share a socket, which
 * hears what comes from any VRF (net.ipv4.raw_l3mdev_accept, 1 by default).
 *
 * The kernel sorts out all but echo replies; whoever sends us replies by the
 * thousand gets a share of the loop, no more.
 */
#include "config.h"

#include "vrrpd/helper/vrrp_check_ping.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>		/* before linux/if.h, which icmp.h takes in */
#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "shared/pure/csum.h"
#include "vrrpd/helper/vrrp_check_kinds.h"

#define READ_MAX	64		/* packets per wake-up and socket */
#define SLOTS		1024
#define HEADER		8
#define COOKIE		8
#define REQUEST		(HEADER + COOKIE)

struct check_ping;

struct ping_socket {
	struct vrrp_ping	*owner;
	uint8_t			 family;
	int			 fd;		/* -1, and why: */
	int			 error;		/* errno */
	struct loop_fd		*event;
};

struct vrrp_ping {
	struct ping_socket	 sockets[2];
	struct check_ping	*slots[SLOTS];	/* index: identifier */
};

struct check_ping {
	struct vrrp_checked	*t;
	struct ping_socket	*sock;
	unsigned		 slot;
	struct addr		 address, source;
	const char		*vrf;		/* "": none */
	uint16_t		 sequence;
	uint8_t			 cookie[COOKIE];
	bool			 waiting;
};

/* --- sockets --- */

static int
filter_replies(int fd, uint8_t family)
{
	struct icmp_filter v4 = { .data = ~(1u << ICMP_ECHOREPLY) };
	struct icmp6_filter v6;

	if (family == AF_INET)
		return setsockopt(fd, SOL_RAW, ICMP_FILTER, &v4, sizeof(v4));
	ICMP6_FILTER_SETBLOCKALL(&v6);
	ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &v6);
	return setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &v6, sizeof(v6));
}

static void
open_socket(struct ping_socket *s, struct vrrp_ping *owner, uint8_t family)
{
	s->owner = owner;
	s->family = family;
	s->fd = socket(family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    family == AF_INET ? IPPROTO_ICMP : (int)IPPROTO_ICMPV6);
	if (s->fd != -1 && filter_replies(s->fd, family) == 0)
		return;
	s->error = errno;
	if (s->fd != -1)
		(void)close(s->fd);
	s->fd = -1;
}

struct vrrp_ping *
vrrp_ping_open(void)
{
	struct vrrp_ping *ping = calloc(1, sizeof(*ping));

	if (ping == NULL)
		return NULL;
	open_socket(&ping->sockets[0], ping, AF_INET);
	open_socket(&ping->sockets[1], ping, AF_INET6);
	return ping;
}

void
vrrp_ping_close(struct vrrp_ping *ping)
{
	unsigned i;

	if (ping == NULL)
		return;
	for (i = 0; i < 2; i++) {
		loop_fd_free(ping->sockets[i].event);
		if (ping->sockets[i].fd != -1)
			(void)close(ping->sockets[i].fd);
	}
	free(ping);
}

/* --- answers --- */

/* Where the ICMP header is; SIZE_MAX: not an IPv4 packet.  IPv6 has none. */
static size_t
skip_ip(uint8_t family, const uint8_t *packet, size_t len)
{
	if (family == AF_INET6)
		return 0;
	if (len < 20 || packet[0] >> 4 != 4)
		return SIZE_MAX;
	return (size_t)(packet[0] & 0x0f) * 4;
}

static void
answered(struct ping_socket *s, const struct addr *from,
    const uint8_t *packet, size_t len)
{
	size_t at = skip_ip(s->family, packet, len);
	uint8_t reply = s->family == AF_INET ? ICMP_ECHOREPLY :
	    ICMP6_ECHO_REPLY;
	struct check_ping *c;
	unsigned id, sequence;

	if (at > len || len - at < REQUEST || packet[at] != reply)
		return;
	packet += at;
	id = (unsigned)packet[4] << 8 | packet[5];
	sequence = (unsigned)packet[6] << 8 | packet[7];
	c = id < SLOTS ? s->owner->slots[id] : NULL;
	if (c == NULL || !c->waiting || sequence != c->sequence ||
	    !addr_equal(from, &c->address) ||
	    memcmp(packet + HEADER, c->cookie, COOKIE) != 0)
		return;
	c->waiting = false;
	vrrp_checked_round(c->t, true, NULL);
}

static void
readable(int fd, void *arg)
{
	struct ping_socket *s = arg;
	uint8_t packet[256];
	struct sockaddr_storage ss;
	struct addr from;
	unsigned i;

	for (i = 0; i < READ_MAX; i++) {
		socklen_t ss_len = sizeof(ss);
		ssize_t n = recvfrom(fd, packet, sizeof(packet), MSG_DONTWAIT,
		    (struct sockaddr *)&ss, &ss_len);

		if (n == -1)
			return;
		if (addr_from_sockaddr((struct sockaddr *)&ss, &from, NULL) ==
		    0)
			answered(s, &from, packet, (size_t)n);
	}
}

int
vrrp_ping_listen(struct vrrp_ping *ping, struct loop *loop)
{
	unsigned i;

	for (i = 0; i < 2; i++) {
		struct ping_socket *s = &ping->sockets[i];

		if (s->fd == -1)
			continue;
		s->event = loop_fd_new(loop, s->fd, readable, s);
		if (s->event == NULL)
			return -ENOMEM;
	}
	return 0;
}

/* --- requests --- */

static void
build(struct check_ping *c, uint8_t *packet)
{
	uint16_t sum;

	memset(packet, 0, HEADER);
	packet[0] = c->sock->family == AF_INET ? ICMP_ECHO :
	    ICMP6_ECHO_REQUEST;
	packet[4] = (uint8_t)(c->slot >> 8);
	packet[5] = (uint8_t)c->slot;
	packet[6] = (uint8_t)(c->sequence >> 8);
	packet[7] = (uint8_t)c->sequence;
	memcpy(packet + HEADER, c->cookie, COOKIE);
	if (c->sock->family == AF_INET6)
		return;			/* the kernel does it (RFC 3542 §3.1) */
	sum = csum_finish(csum_add(0, packet, REQUEST));
	packet[2] = (uint8_t)(sum >> 8);
	packet[3] = (uint8_t)sum;
}

/* Both travel with the packet: all checks share the socket.  vrf: its index, or 0. */
static void
put_source(struct msghdr *msg, void *control, uint8_t family,
    const struct addr *source, unsigned vrf)
{
	struct cmsghdr *c;
	struct in_pktinfo v4 = { .ipi_ifindex = (int)vrf };
	struct in6_pktinfo v6 = { .ipi6_ifindex = vrf };

	msg->msg_control = control;
	msg->msg_controllen = family == AF_INET ?
	    CMSG_SPACE(sizeof(v4)) : CMSG_SPACE(sizeof(v6));
	c = CMSG_FIRSTHDR(msg);
	if (family == AF_INET) {
		memcpy(&v4.ipi_spec_dst, source->bytes,
		    sizeof(v4.ipi_spec_dst));
		c->cmsg_level = IPPROTO_IP;
		c->cmsg_type = IP_PKTINFO;
		c->cmsg_len = CMSG_LEN(sizeof(v4));
		memcpy(CMSG_DATA(c), &v4, sizeof(v4));
	} else {
		memcpy(&v6.ipi6_addr, source->bytes, sizeof(v6.ipi6_addr));
		c->cmsg_level = IPPROTO_IPV6;
		c->cmsg_type = IPV6_PKTINFO;
		c->cmsg_len = CMSG_LEN(sizeof(v6));
		memcpy(CMSG_DATA(c), &v6, sizeof(v6));
	}
}

/* 0 or an errno. */
static int
ask(struct check_ping *c)
{
	uint8_t packet[REQUEST];
	union {
		char		bytes[CMSG_SPACE(sizeof(struct in6_pktinfo))];
		struct cmsghdr	align;
	} control;
	struct sockaddr_storage to;
	struct iovec iov = { .iov_base = packet, .iov_len = sizeof(packet) };
	struct msghdr msg = { .msg_name = &to, .msg_iov = &iov,
	    .msg_iovlen = 1 };
	unsigned vrf = 0;

	if (c->sock->fd == -1)
		return c->sock->error;
	if (c->vrf[0] != '\0' && (vrf = if_nametoindex(c->vrf)) == 0)
		return ENODEV;
	if (getrandom(c->cookie, sizeof(c->cookie), GRND_NONBLOCK) !=
	    (ssize_t)sizeof(c->cookie))
		return EAGAIN;
	c->sequence++;
	build(c, packet);
	memset(&control, 0, sizeof(control));
	msg.msg_namelen = addr_to_sockaddr(&c->address, 0, 0, &to);
	if (addr_is_set(&c->source) || vrf != 0)
		put_source(&msg, &control, c->sock->family, &c->source, vrf);
	return sendmsg(c->sock->fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) == -1 ?
	    errno : 0;
}

static void
ping_start(void *state)
{
	struct check_ping *c = state;
	int error = ask(c);

	c->waiting = error == 0;
	if (error != 0)
		vrrp_checked_round(c->t, false, strerror(error));
}

static void
ping_cancel(void *state)
{
	struct check_ping *c = state;

	c->waiting = false;
}

static void
ping_close(void *state)
{
	struct check_ping *c = state;

	c->sock->owner->slots[c->slot] = NULL;
	free(c);
}

static void *
ping_open(struct vrrp_checked *t, const struct vrrp_tracker_params *p)
{
	struct vrrp_checks_shared *shared = vrrp_checked_shared(t);
	struct vrrp_ping *ping = shared->ping;
	struct check_ping *c;
	unsigned slot = 0;

	while (slot < SLOTS && ping->slots[slot] != NULL)
		slot++;
	if (slot == SLOTS || (c = calloc(1, sizeof(*c))) == NULL)
		return NULL;
	c->t = t;
	c->slot = slot;
	c->sock = &ping->sockets[p->address.family == AF_INET ? 0 : 1];
	c->address = p->address;
	c->source = p->source;
	c->vrf = p->vrf;
	ping->slots[slot] = c;
	return c;
}

const struct vrrp_checks_kind vrrp_check_ping = {
	.kind = VRRP_TRACK_PING,
	.open = ping_open,
	.close = ping_close,
	.start = ping_start,
	.cancel = ping_cancel,
};
