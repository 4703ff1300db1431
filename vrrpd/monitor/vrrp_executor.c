/*
 * vrrp_executor.c - carries out what a last will says.
 *
 * Every socket is opened while there is root and kept ready.  A frame is one
 * system call, a withdrawal as few as the socket takes.  Nothing waits, nothing
 * is logged, and no answer is looked at: an address or a device that is gone
 * already is what was wanted.
 *
 * Called by vrrp_estate.c alone, with what vrrp_will.c has found to be good.
 */
#include "config.h"

#include "vrrpd/monitor/vrrp_executor.h"

#include <sys/socket.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vrrpd/linux/vrrp_io.h"
#include "vrrpd/pure/vrrp_wire.h"

#define CHUNK		32768
#define DSCP_CS6	0xc0

struct vrrp_executor {
	struct vrrp_io_tx	*tx;
	int			 raw[2];	/* IPv4, IPv6 */
	int			 netlink;
};

/* To a unicast peer, from the address the adverts came from. */
static int
send_message(const struct vrrp_executor *e, const struct vrrp_will_frame *f)
{
	union {
		struct cmsghdr	align;
		char		buf[CMSG_SPACE(sizeof(struct in6_pktinfo))];
	} control;
	struct iovec iov = { (void *)(uintptr_t)f->bytes, f->len };
	struct sockaddr_storage ss;
	struct msghdr msg = {
		.msg_name = &ss,
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
	};
	bool v6 = f->source.family == AF_INET6;
	struct in6_pktinfo six = { .ipi6_ifindex = (unsigned)f->ifindex };
	struct in_pktinfo four = { .ipi_ifindex = f->ifindex };
	struct cmsghdr *c;
	size_t len = v6 ? sizeof(six) : sizeof(four);

	memcpy(&six.ipi6_addr, f->source.bytes, v6 ? 16 : 0);
	memcpy(&four.ipi_spec_dst, f->source.bytes, 4);
	memset(&control, 0, sizeof(control));
	msg.msg_controllen = CMSG_SPACE(len);
	c = CMSG_FIRSTHDR(&msg);
	c->cmsg_level = v6 ? IPPROTO_IPV6 : IPPROTO_IP;
	c->cmsg_type = v6 ? IPV6_PKTINFO : IP_PKTINFO;
	c->cmsg_len = CMSG_LEN(len);
	memcpy(CMSG_DATA(c), v6 ? (void *)&six : (void *)&four, len);
	msg.msg_namelen = addr_to_sockaddr(&f->destination, 0, f->ifindex,
	    &ss);
	return sendmsg(e->raw[v6], &msg, MSG_DONTWAIT) == -1 ? -errno : 0;
}

int
vrrp_executor_send(struct vrrp_executor *e, const struct vrrp_will_frame *f)
{
	return addr_is_set(&f->source) ? send_message(e, f) :
	    vrrp_io_send(e->tx, f->ifindex, f->bytes, f->len);
}

/* Whole messages, at most CHUNK bytes of them, but at least one. */
static size_t
next_chunk(const uint8_t *bytes, size_t len)
{
	struct nlmsghdr h;
	size_t end = 0, size;

	while (end < len) {
		memcpy(&h, bytes + end, sizeof(h));
		size = NLMSG_ALIGN(h.nlmsg_len);
		if (end > 0 && end + size > CHUNK)
			break;
		end += size;
	}
	return end;
}

int
vrrp_executor_withdraw(struct vrrp_executor *e, const uint8_t *netlink,
    size_t len)
{
	char answers[8192];
	int error = 0;
	size_t n;

	while (len > 0) {
		n = next_chunk(netlink, len);
		/* The kernel has carried out the requests when this returns. */
		if (send(e->netlink, netlink, n, MSG_DONTWAIT) == -1 &&
		    error == 0)
			error = -errno;
		/* Unread answers would fill the buffer of the socket. */
		while (recv(e->netlink, answers, sizeof(answers),
		    MSG_DONTWAIT) > 0)
			;
		netlink += n;
		len -= n;
	}
	return error;
}

/* --- life --- */

/* A socket that only sends.  IPv6 may be missing in this kernel. */
static int
raw_socket(int family, int *out)
{
	static const struct sock_filter nothing[] = {
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog deaf = { 1, (struct sock_filter *)(uintptr_t)
	    nothing };
	const int ttl = VRRP_TTL, tos = DSCP_CS6;
	bool v6 = family == AF_INET6;
	int level = v6 ? IPPROTO_IPV6 : IPPROTO_IP;

	*out = socket(family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    VRRP_IPPROTO);
	if (*out == -1)
		return v6 && errno == EAFNOSUPPORT ? 0 : -errno;
	if (setsockopt(*out, SOL_SOCKET, SO_ATTACH_FILTER, &deaf,
	    sizeof(deaf)) == -1 ||
	    setsockopt(*out, level, v6 ? IPV6_UNICAST_HOPS : IP_TTL, &ttl,
	    sizeof(ttl)) == -1 ||
	    setsockopt(*out, level, v6 ? IPV6_TCLASS : IP_TOS, &tos,
	    sizeof(tos)) == -1)
		return -errno;
	return 0;
}

int
vrrp_executor_open(struct vrrp_executor **out)
{
	struct vrrp_executor *e = calloc(1, sizeof(*e));
	int error;

	if (e == NULL)
		return -ENOMEM;
	e->netlink = e->raw[0] = e->raw[1] = -1;
	error = vrrp_io_tx_open(&e->tx);
	if (error == 0)
		error = raw_socket(AF_INET, &e->raw[0]);
	if (error == 0)
		error = raw_socket(AF_INET6, &e->raw[1]);
	if (error == 0) {
		e->netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
		    NETLINK_ROUTE);
		if (e->netlink == -1)
			error = -errno;
	}
	if (error < 0) {
		vrrp_executor_close(e);
		return error;
	}
	*out = e;
	return 0;
}

void
vrrp_executor_close(struct vrrp_executor *e)
{
	int i;

	if (e == NULL)
		return;
	vrrp_io_tx_close(e->tx);
	for (i = 0; i < 2; i++)
		if (e->raw[i] != -1)
			(void)close(e->raw[i]);
	if (e->netlink != -1)
		(void)close(e->netlink);
	free(e);
}
