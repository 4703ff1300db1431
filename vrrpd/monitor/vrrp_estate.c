/*
 * vrrp_estate.c - keeps last wills and carries them out.
 *
 * A will is kept as the bytes it came in, decoded once to see that it is good
 * and again when it is needed: pointers into a copy that moves are how such a
 * thing goes wrong.  The monitor's memory is locked, so nothing of this has to
 * be read from a disk at the moment it matters.
 *
 * First every advert of every instance, since each is what starts a Backup's
 * skew; then the addresses, in as few system calls as the socket takes; then
 * words.  Answers of the kernel are read afterwards, and only counted: an address
 * or a device that is gone already is what we want.
 */
#include "config.h"

#include "vrrpd/monitor/vrrp_estate.h"

#include <sys/socket.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/log.h"
#include "vrrpd/linux/vrrp_io.h"
#include "vrrpd/pure/vrrp_will.h"
#include "vrrpd/pure/vrrp_wire.h"

#define CHUNK		32768
#define DSCP_CS6	0xc0

struct kept {
	char		 name[VRRP_WILL_NAME_MAX];
	size_t		 len;
	uint8_t		*bytes;		/* owned */
};

struct vrrp_estate {
	struct vrrp_io_tx	*tx;
	int			 raw[2];	/* IPv4, IPv6 */
	int			 netlink;
	unsigned		 count;
	size_t			 total;		/* bytes */
	uint64_t		 refused;
	struct kept		 kept[VRRP_ESTATE_MAX];
	struct vrrp_will	 will;		/* being looked at */
};

/* --- keeping --- */

static struct kept *
find(struct vrrp_estate *e, const char *name)
{
	unsigned i;

	for (i = 0; i < e->count; i++)
		if (strcmp(e->kept[i].name, name) == 0)
			return &e->kept[i];
	return NULL;
}

static void
drop(struct vrrp_estate *e, struct kept *k)
{
	e->total -= k->len;
	free(k->bytes);
	*k = e->kept[--e->count];
}

static void
keep(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_estate *e = arg;
	struct kept *k;
	uint8_t *copy;

	if (!vrrp_will_decode(body, len, &e->will)) {
		e->refused++;
		return;
	}
	k = find(e, e->will.name);
	copy = malloc(len);
	if (copy == NULL || (k == NULL && e->count == VRRP_ESTATE_MAX) ||
	    e->total + len > VRRP_ESTATE_BYTES) {
		free(copy);
		e->refused++;
		return;
	}
	memcpy(copy, body, len);
	if (k != NULL)
		drop(e, k);
	k = &e->kept[e->count++];
	memcpy(k->name, e->will.name, sizeof(k->name));
	k->bytes = copy;
	k->len = len;
	e->total += len;
}

static void
forget(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_estate *e = arg;
	char name[VRRP_WILL_NAME_MAX];
	struct kept *k;

	memcpy(name, body, len);
	name[len] = '\0';
	k = find(e, name);
	if (k != NULL)
		drop(e, k);
}

void
vrrp_estate_attach(struct vrrp_estate *e, struct vrrp_channel *channel)
{
	vrrp_channel_handle(channel, VRRP_MSG_WILL, 1, VRRP_WILL_MAX, keep, e);
	vrrp_channel_handle(channel, VRRP_MSG_WILL_REVOKE, 1,
	    VRRP_WILL_NAME_MAX - 1, forget, e);
}

/* --- carrying out --- */

/* To a unicast peer, from the address the adverts came from. */
static int
send_message(struct vrrp_estate *e, const struct vrrp_will_frame *f)
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

static unsigned
send_adverts(struct vrrp_estate *e)
{
	const struct vrrp_will_frame *f;
	unsigned i, sent = 0;
	int error;

	for (i = 0; i < e->will.frame_count; i++) {
		f = &e->will.frames[i];
		error = addr_is_set(&f->source) ? send_message(e, f) :
		    vrrp_io_send(e->tx, f->ifindex, f->bytes, f->len);
		if (error == 0)
			sent++;
	}
	return sent;
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

/* The kernel has carried out the requests when send() returns. */
static void
withdraw(struct vrrp_estate *e)
{
	const uint8_t *at = e->will.netlink;
	size_t left = e->will.netlink_len, n;
	char answers[8192];

	while (left > 0) {
		n = next_chunk(at, left);
		if (send(e->netlink, at, n, MSG_DONTWAIT) == -1)
			log_err("will instance=%s cannot withdraw its "
			    "addresses: %s", e->will.name, strerror(errno));
		/* Answers would fill the buffer; nobody reads them. */
		while (recv(e->netlink, answers, sizeof(answers),
		    MSG_DONTWAIT) > 0)
			;
		at += n;
		left -= n;
	}
}

unsigned
vrrp_estate_execute(struct vrrp_estate *e)
{
	unsigned count = e->count, i;
	uint16_t adverts[VRRP_ESTATE_MAX];

	for (i = 0; i < count; i++) {
		(void)vrrp_will_decode(e->kept[i].bytes, e->kept[i].len,
		    &e->will);
		adverts[i] = (uint16_t)send_adverts(e);
	}
	for (i = 0; i < count; i++) {
		(void)vrrp_will_decode(e->kept[i].bytes, e->kept[i].len,
		    &e->will);
		withdraw(e);
	}
	for (i = 0; i < count; i++) {
		(void)vrrp_will_decode(e->kept[i].bytes, e->kept[i].len,
		    &e->will);
		log_notice("will instance=%s adverts=%u of=%u addresses "
		    "withdrawn", e->will.name, adverts[i],
		    e->will.frame_count);
	}
	while (e->count > 0)
		drop(e, &e->kept[e->count - 1]);
	return count;
}

/* --- life --- */

unsigned
vrrp_estate_count(const struct vrrp_estate *e)
{
	return e->count;
}

uint64_t
vrrp_estate_refused(const struct vrrp_estate *e)
{
	return e->refused;
}

/* Sends only; IPv6 may be missing in this kernel. */
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
vrrp_estate_open(struct vrrp_estate **out)
{
	struct vrrp_estate *e = calloc(1, sizeof(*e));
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
		vrrp_estate_close(e);
		return error;
	}
	*out = e;
	return 0;
}

void
vrrp_estate_close(struct vrrp_estate *e)
{
	int i;

	if (e == NULL)
		return;
	while (e->count > 0)
		drop(e, &e->kept[e->count - 1]);
	vrrp_io_tx_close(e->tx);
	for (i = 0; i < 2; i++)
		if (e->raw[i] != -1)
			(void)close(e->raw[i]);
	if (e->netlink != -1)
		(void)close(e->netlink);
	free(e);
}
