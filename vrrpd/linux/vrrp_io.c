/*
 * vrrp_io.c - the sockets of vrrpd.
 *
 * Receiving.  One AF_PACKET socket per interface, protocol ETH_P_ALL, with a
 * filter that passes VRRP of both families and nothing else.  Why not a raw IP
 * socket, and why not ETH_P_IP: the virtual MAC is the MAC of a macvlan on this
 * interface, and the adverts of *another* router that believes to be Active
 * carry that same MAC as their source.  Macvlan's receive handler looks at it
 * first and, while our device is in source (or private) mode, gives such a
 * frame to the macvlan only; the parent's IP stack and ETH_P_IP taps never see
 * it.  Then two Actives would not hear each other after a partition.  ETH_P_ALL
 * taps run before any receive handler, whatever the macvlan does with the
 * frame.  They also see frames the NIC kept for others (promiscuous mode), our
 * own transmissions and frames of VLANs on top of this interface; the filter
 * and PACKET_IGNORE_OUTGOING remove those.
 *
 * The filter is attached before the socket is bound to the interface, so that
 * nothing unfiltered is ever queued.
 *
 * Membership of the groups (V-28, vrrp_member.c) belongs to the receiver's sockets:
 * the packet socket, and an ordinary one for each family.  To join waits for the
 * kernel's lock on network configuration, so while the engine's loop turns another
 * process does it, on duplicates of the sockets (instance/vrrp_errand.h).
 *
 * Times.  Each packet carries the kernel's stamp; rxclock.h turns it into an
 * instant on the monotonic clock.  The clock is read after each recvmmsg(), so
 * no packet is younger than `now`.
 *
 * Closing.  The end of a packet socket waits for all processors (a grace period,
 * 10 to 30 ms), and the end of a membership for the kernel's lock on network
 * configuration.  So the sockets of an interface that is not used any more stay
 * open and deaf, until it is used again or this process ends.
 *
 * Sending.  One AF_PACKET socket with protocol 0, which receives nothing.  Its
 * frames pass through the queueing discipline with SO_PRIORITY 6 (V-27) and are
 * visible to tcpdump, unlike with PACKET_QDISC_BYPASS.
 *
 * Unicast peers.  A raw IP socket per family sends to them, because the kernel
 * then finds the way: a peer may be behind a router.  It is open as long as an
 * instance has such peers, also while Backup: a host without a raw socket for
 * protocol 112 answers every advert with "protocol unreachable".  Adverts are
 * read from the packet socket as always; a filter keeps this one empty.  A packet
 * that is dropped at the way out is an error of it (shared/send_error.h).
 *
 * All need CAP_NET_RAW, which the daemon keeps: interfaces may come later.
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "shared/pure/rxclock.h"
#include "shared/send_error.h"
#include "vrrpd/linux/vrrp_io.h"
#include "vrrpd/linux/vrrp_member.h"
#include "vrrpd/pure/vrrp_wire.h"

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23
#endif

#define KEPT_MAX	64	/* receivers that nobody uses */
#define RX_BATCH	32
#define TX_BATCH	64
#define RCVBUF		(4 * 1024 * 1024)
#define SNDBUF		(4 * 1024 * 1024)
#define TX_PRIORITY	6		/* V-27 */
#define DSCP_CS6	0xc0

struct vrrp_io_tx {
	int	fd;
};

struct vrrp_io {
	struct loop		*loop;
	struct loop_fd		*event;
	int			 ifindex;
	int			 fd;
	int			 member_fd[2];	/* for IGMP and MLD; -1: none */
	bool			 member[2];	/* of the family's group */
	int			 unicast_fd[2];
	int			 ear_fd;	/* -1: none */
	bool			 draining;
	struct rxclock		 clock;
	vrrp_io_rx_cb		 cb;
	void			*arg;
};

/* Closed by their users, in no order. */
static struct vrrp_io *kept[KEPT_MAX];
static unsigned kept_count;

/* One set for all receivers: the daemon is single-threaded. */
static uint8_t rx_frame[RX_BATCH][VRRP_FRAME_MAX];
static union {
	struct cmsghdr	align;
	char		buf[CMSG_SPACE(sizeof(struct timespec))];
} rx_control[RX_BATCH];

static int
family_index(uint8_t family)
{
	return family == AF_INET6;
}

/* --- sending --- */

static void
force_buffer(int fd, int forced, int plain, int size)
{
	if (setsockopt(fd, SOL_SOCKET, forced, &size, sizeof(size)) == -1)
		(void)setsockopt(fd, SOL_SOCKET, plain, &size, sizeof(size));
}

int
vrrp_io_tx_open(struct vrrp_io_tx **out)
{
	struct vrrp_io_tx *tx;
	int priority = TX_PRIORITY;

	tx = calloc(1, sizeof(*tx));
	if (tx == NULL)
		return -ENOMEM;
	tx->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (tx->fd == -1) {
		int error = errno;

		free(tx);
		return -error;
	}
	force_buffer(tx->fd, SO_SNDBUFFORCE, SO_SNDBUF, SNDBUF);
	(void)setsockopt(tx->fd, SOL_SOCKET, SO_PRIORITY, &priority,
	    sizeof(priority));
	*out = tx;
	return 0;
}

void
vrrp_io_tx_close(struct vrrp_io_tx *tx)
{
	if (tx == NULL)
		return;
	close(tx->fd);
	free(tx);
}

static void
link_address(int ifindex, const uint8_t *frame, struct sockaddr_ll *sll)
{
	memset(sll, 0, sizeof(*sll));
	sll->sll_family = AF_PACKET;
	sll->sll_ifindex = ifindex;
	memcpy(&sll->sll_protocol, frame + 2 * ETH_ALEN, 2);
	sll->sll_halen = ETH_ALEN;
	memcpy(sll->sll_addr, frame, ETH_ALEN);
}

int
vrrp_io_send(struct vrrp_io_tx *tx, int ifindex, const void *frame, size_t len)
{
	struct sockaddr_ll sll;

	link_address(ifindex, frame, &sll);
	if (sendto(tx->fd, frame, len, MSG_DONTWAIT, (struct sockaddr *)&sll,
	    sizeof(sll)) == -1)
		return -errno;
	return 0;
}

unsigned
vrrp_io_send_many(struct vrrp_io_tx *tx, int ifindex,
    const struct iovec *frames, unsigned count, int *error)
{
	struct mmsghdr msgs[TX_BATCH];
	struct sockaddr_ll sll;
	unsigned sent = 0, n, i;
	int got;

	*error = 0;
	if (count == 0)
		return 0;
	link_address(ifindex, frames[0].iov_base, &sll);
	while (sent < count) {
		n = count - sent < TX_BATCH ? count - sent : TX_BATCH;
		memset(msgs, 0, n * sizeof(msgs[0]));
		for (i = 0; i < n; i++) {
			msgs[i].msg_hdr.msg_name = &sll;
			msgs[i].msg_hdr.msg_namelen = sizeof(sll);
			msgs[i].msg_hdr.msg_iov =
			    (struct iovec *)&frames[sent + i];
			msgs[i].msg_hdr.msg_iovlen = 1;
		}
		got = sendmmsg(tx->fd, msgs, n, MSG_DONTWAIT);
		if (got <= 0) {
			*error = got == 0 ? EAGAIN : errno;
			break;
		}
		sent += got;
	}
	return sent;
}

static const struct sock_filter nothing[] = {
	BPF_STMT(BPF_RET | BPF_K, 0),
};

int
vrrp_io_open_unicast(struct vrrp_io *io, const struct addr *source)
{
	const struct sock_fprog deaf = { 1, (struct sock_filter *)nothing };
	struct sockaddr_storage ss;
	int *fd = &io->unicast_fd[family_index(source->family)];
	int ttl = VRRP_TTL, tos = DSCP_CS6, priority = TX_PRIORITY, one = 1;
	int error;
	bool v6 = source->family == AF_INET6;
	char name[IF_NAMESIZE];
	socklen_t slen;

	if (*fd == -1) {
		if (if_indextoname(io->ifindex, name) == NULL)
			return -errno;
		*fd = socket(source->family, SOCK_RAW | SOCK_CLOEXEC |
		    SOCK_NONBLOCK, VRRP_IPPROTO);
		if (*fd == -1)
			return -errno;
		if (setsockopt(*fd, SOL_SOCKET, SO_ATTACH_FILTER, &deaf,
		    sizeof(deaf)) == -1 ||
		    setsockopt(*fd, SOL_SOCKET, SO_BINDTODEVICE, name,
		    strlen(name)) == -1 ||
		    setsockopt(*fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP,
		    v6 ? IPV6_UNICAST_HOPS : IP_TTL, &ttl,
		    sizeof(ttl)) == -1 ||
		    setsockopt(*fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP,
		    v6 ? IPV6_TCLASS : IP_TOS, &tos, sizeof(tos)) == -1) {
			error = errno;
			close(*fd);
			*fd = -1;
			return -error;
		}
		(void)setsockopt(*fd, SOL_SOCKET, SO_PRIORITY, &priority,
		    sizeof(priority));
		send_error_ask(*fd, source->family);
		/* The source may be away for a moment: bind and send all the same. */
		(void)setsockopt(*fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP,
		    v6 ? IPV6_TRANSPARENT : IP_TRANSPARENT, &one, sizeof(one));
	}
	/* Binding again is how the source follows the primary address. */
	slen = addr_to_sockaddr(source, 0, io->ifindex, &ss);
	if (bind(*fd, (struct sockaddr *)&ss, slen) == -1)
		return -errno;
	return 0;
}

int
vrrp_io_send_unicast(struct vrrp_io *io, const struct addr *peer,
    const void *message, size_t len)
{
	int fd = io->unicast_fd[family_index(peer->family)];
	struct sockaddr_storage ss;
	socklen_t slen;

	if (fd == -1)
		return -ENOTCONN;
	slen = addr_to_sockaddr(peer, 0, io->ifindex, &ss);
	if (sendto(fd, message, len, MSG_DONTWAIT, (struct sockaddr *)&ss,
	    slen) != -1)
		return 0;
	if (!send_error_is_of_another(fd, errno) || sendto(fd, message, len, MSG_DONTWAIT,
	    (struct sockaddr *)&ss, slen) == -1)
		return -errno;
	return 0;
}

/* --- receiving --- */

/*
 * Frames begin at the Ethernet header.  Jumps are relative and forward.  The
 * ancillary loads are Linux extensions (SKF_AD_OFF).  A tag with VLAN id 0 only
 * carries a priority: such a frame is ours.
 */
static const struct sock_filter rx_filter[] = {
	/* 0 */ BPF_STMT(BPF_LD | BPF_W | BPF_ABS, SKF_AD_OFF + SKF_AD_PKTTYPE),
	/* 1 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OUTGOING, 13, 0),
	/* 2 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OTHERHOST, 12, 0),
	/* 3 */ BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT),
	/* 4 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 2, 0),
	/* 5 */ BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    SKF_AD_OFF + SKF_AD_VLAN_TAG),
	/* 6 */ BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x0fff, 8, 0),
	/* 7 */ BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
	/* 8 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, 0, 2),
	/* 9 */ BPF_STMT(BPF_LD | BPF_B | BPF_ABS, ETH_HLEN + 9),
	/* 10 */ BPF_JUMP(BPF_JMP | BPF_JA, 2, 0, 0),
	/* 11 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IPV6, 0, 3),
	/* 12 */ BPF_STMT(BPF_LD | BPF_B | BPF_ABS, ETH_HLEN + 6),
	/* 13 */ BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, VRRP_IPPROTO, 0, 1),
	/* 14 */ BPF_STMT(BPF_RET | BPF_K, 0xffff),
	/* 15 */ BPF_STMT(BPF_RET | BPF_K, 0),
};

const struct sock_filter *
vrrp_io_filter(size_t *len)
{
	*len = sizeof(rx_filter) / sizeof(rx_filter[0]);
	return rx_filter;
}

static int64_t
stamp_of(struct msghdr *msg)
{
	struct cmsghdr *c;
	struct timespec ts;

	for (c = CMSG_FIRSTHDR(msg); c != NULL; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_SOCKET ||
		    c->cmsg_type != SCM_TIMESTAMPNS)
			continue;
		memcpy(&ts, CMSG_DATA(c), sizeof(ts));
		return ts.tv_sec * NS_PER_S + ts.tv_nsec;
	}
	return 0;
}

/*
 * read, read_real_ns: both clocks when the batch had been read.  The instant of
 * the packet is a later one: the callback for the packet before may have moved
 * other virtual routers on, with clocks of its own.
 */
static void
deliver(struct vrrp_io *io, struct mmsghdr *m, const uint8_t *frame,
    mono_t read, int64_t read_real_ns)
{
	struct vrrp_io_packet pkt;
	uint16_t type;

	if (m->msg_len <= ETH_HLEN || (m->msg_hdr.msg_flags & MSG_TRUNC))
		return;
	memcpy(&type, frame + 2 * ETH_ALEN, sizeof(type));
	pkt.family = ntohs(type) == ETH_P_IPV6 ? AF_INET6 : AF_INET;
	pkt.source_mac = frame + ETH_ALEN;
	pkt.bytes = frame + ETH_HLEN;
	pkt.len = m->msg_len - ETH_HLEN;
	pkt.now = loop_clock();
	pkt.arrival = rxclock_arrival(&io->clock, stamp_of(&m->msg_hdr), read,
	    read_real_ns);
	io->cb(&pkt, io->arg);
}

/* Returns false when the socket is empty. */
static bool
receive_batch(struct vrrp_io *io, int *count)
{
	struct mmsghdr msgs[RX_BATCH];
	struct iovec iov[RX_BATCH];
	mono_t before = loop_clock(), read;
	int64_t read_real_ns;
	int n, i;

	memset(msgs, 0, sizeof(msgs));
	for (i = 0; i < RX_BATCH; i++) {
		iov[i].iov_base = rx_frame[i];
		iov[i].iov_len = sizeof(rx_frame[i]);
		msgs[i].msg_hdr.msg_iov = &iov[i];
		msgs[i].msg_hdr.msg_iovlen = 1;
		msgs[i].msg_hdr.msg_control = rx_control[i].buf;
		msgs[i].msg_hdr.msg_controllen = sizeof(rx_control[i].buf);
	}
	n = recvmmsg(io->fd, msgs, RX_BATCH, MSG_DONTWAIT | MSG_TRUNC, NULL);
	if (n <= 0) {
		*count = 0;
		/* ENETDOWN comes once when the link goes: netlink tells. */
		if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			rxclock_empty(&io->clock, before);
			return false;
		}
		return n == -1 && (errno == EINTR || errno == ENETDOWN);
	}
	read = loop_clock();
	read_real_ns = loop_realtime_ns();
	for (i = 0; i < n; i++)
		deliver(io, &msgs[i], rx_frame[i], read, read_real_ns);
	if (n < RX_BATCH)
		rxclock_empty(&io->clock, before);
	*count = n;
	return n == RX_BATCH;
}

void
vrrp_io_drain(struct vrrp_io *io)
{
	int total = 0, n = 0, tries = 0;

	/* A callback that ends up here again must not reuse rx_frame. */
	if (io == NULL || io->draining)
		return;
	io->draining = true;
	while (total < VRRP_IO_DRAIN_MAX && tries++ < VRRP_IO_DRAIN_MAX &&
	    receive_batch(io, &n))
		total += n;
	io->draining = false;
}

static void
readable(int fd, void *arg)
{
	(void)fd;
	vrrp_io_drain(arg);
}

int *
vrrp_io_ear_fd(struct vrrp_io *io)
{
	return &io->ear_fd;
}

uint64_t
vrrp_io_drops(struct vrrp_io *io)
{
	struct tpacket_stats st;
	socklen_t len = sizeof(st);

	if (getsockopt(io->fd, SOL_PACKET, PACKET_STATISTICS, &st, &len) == -1)
		return 0;
	return st.tp_drops;
}

static int
packet_socket(int ifindex, int *out)
{
	struct sock_fprog prog;
	struct sockaddr_ll sll;
	size_t len;
	int fd, one = 1, error;

	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return -errno;
	prog.filter = (struct sock_filter *)vrrp_io_filter(&len);
	prog.len = len;
	memset(&sll, 0, sizeof(sll));
	sll.sll_family = AF_PACKET;
	sll.sll_protocol = htons(ETH_P_ALL);
	sll.sll_ifindex = ifindex;
	force_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF, RCVBUF);
	/* Since Linux 4.20; before, the filter's PACKET_OUTGOING serves. */
	(void)setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one,
	    sizeof(one));
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog,
	    sizeof(prog)) == -1 ||
	    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &one,
	    sizeof(one)) == -1 ||
	    bind(fd, (struct sockaddr *)&sll, sizeof(sll)) == -1) {
		error = errno;
		close(fd);
		return -error;
	}
	*out = fd;
	return 0;
}

static bool
listen_to(int fd, const struct sock_filter *filter, size_t len)
{
	const struct sock_fprog prog = { (unsigned short)len,
	    (struct sock_filter *)filter };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog,
	    sizeof(prog)) == 0;
}

/* Whatever is queued, and an error of an interface that was down. */
static void
forget_queue(int fd)
{
	uint8_t byte;
	int i;

	for (i = 0; i < VRRP_IO_DRAIN_MAX; i++)
		if (recv(fd, &byte, sizeof(byte), MSG_DONTWAIT) == -1 &&
		    errno != ENETDOWN)
			return;
}

/* The kernel takes a socket from an interface that is removed. */
static bool
is_bound(int fd, int ifindex)
{
	struct sockaddr_ll sll;
	socklen_t len = sizeof(sll);

	return getsockname(fd, (struct sockaddr *)&sll, &len) == 0 &&
	    sll.sll_ifindex == ifindex;
}

/* The receiver that this interface had before, or NULL. */
static struct vrrp_io *
take_kept(int ifindex)
{
	const struct sock_filter *filter;
	struct vrrp_io *io;
	unsigned i;
	size_t len;

	for (i = 0; i < kept_count; i++)
		if (kept[i]->ifindex == ifindex &&
		    is_bound(kept[i]->fd, ifindex))
			break;
	if (i == kept_count)
		return NULL;
	io = kept[i];
	forget_queue(io->fd);
	(void)vrrp_io_drops(io);
	filter = vrrp_io_filter(&len);
	if (!listen_to(io->fd, filter, len))
		return NULL;
	kept[i] = kept[--kept_count];
	return io;
}

static struct vrrp_io *
new_receiver(int ifindex, int *error)
{
	struct vrrp_io *io = calloc(1, sizeof(*io));

	*error = -ENOMEM;
	if (io == NULL)
		return NULL;
	io->ifindex = ifindex;
	io->member_fd[0] = io->member_fd[1] = -1;
	io->unicast_fd[0] = io->unicast_fd[1] = -1;
	io->ear_fd = -1;
	*error = packet_socket(ifindex, &io->fd);
	if (*error == 0)
		return io;
	free(io);
	return NULL;
}

int
vrrp_io_open(struct loop *loop, int ifindex, vrrp_io_rx_cb cb, void *arg,
    struct vrrp_io **out)
{
	struct vrrp_io *io = take_kept(ifindex);
	int error = 0;

	if (io == NULL)
		io = new_receiver(ifindex, &error);
	if (io == NULL)
		return error;
	io->loop = loop;
	io->cb = cb;
	io->arg = arg;
	rxclock_empty(&io->clock, loop_clock());
	io->event = loop_fd_new(loop, io->fd, readable, io);
	if (io->event == NULL) {
		vrrp_io_close(io);
		return -ENOMEM;
	}
	*out = io;
	return 0;
}

/* Waits: see the top of the file. */
static void
end(struct vrrp_io *io)
{
	int i;

	close(io->fd);
	if (io->ear_fd != -1)
		close(io->ear_fd);
	for (i = 0; i < 2; i++)
		if (io->member_fd[i] != -1)
			close(io->member_fd[i]);
	free(io);
}

void
vrrp_io_close(struct vrrp_io *io)
{
	int i;

	if (io == NULL)
		return;
	loop_fd_free(io->event);
	io->event = NULL;
	for (i = 0; i < 2; i++) {
		if (io->unicast_fd[i] != -1)
			close(io->unicast_fd[i]);
		io->unicast_fd[i] = -1;
	}
	if (kept_count == KEPT_MAX || !listen_to(io->fd, nothing, 1)) {
		end(io);
		return;
	}
	/* Frames from before the filter are not for whoever opens this again. */
	forget_queue(io->fd);
	kept[kept_count++] = io;
}

/* The ordinary socket, which does not have to be a member yet. */
static int
member_socket(struct vrrp_io *io, uint8_t family)
{
	int *fd = &io->member_fd[family_index(family)], error;

	if (*fd == -1)
		*fd = vrrp_member_socket(family);
	error = *fd < 0 ? *fd : 0;
	if (error < 0)
		*fd = -1;
	return error;
}

bool
vrrp_io_is_member(const struct vrrp_io *io, uint8_t family)
{
	return io->member[family_index(family)];
}

int
vrrp_io_sockets(struct vrrp_io *io, uint8_t family,
    int fds[VRRP_JOINING_SOCKETS])
{
	int error = member_socket(io, family);

	if (error < 0)
		return error;
	fds[0] = io->fd;
	fds[1] = io->member_fd[family_index(family)];
	return 0;
}

void
vrrp_io_joined(struct vrrp_io *io, uint8_t family)
{
	io->member[family_index(family)] = true;
}

int
vrrp_io_join(struct vrrp_io *io, uint8_t family)
{
	int fds[VRRP_JOINING_SOCKETS], error;

	if (vrrp_io_is_member(io, family))
		return 0;
	error = vrrp_io_sockets(io, family, fds);
	if (error == 0)
		error = vrrp_member_join(fds[0], fds[1], io->ifindex, family);
	if (error == 0)
		vrrp_io_joined(io, family);
	return error;
}
