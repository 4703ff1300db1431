/*
 * bfd_io.c - the sockets of BFD (RFC 5881 §4, §5; RFC 5883 §4, §5).
 *
 * In.  A socket per family and port takes the packets of all sessions; what a
 * session must be told apart by comes as ancillary data: TTL (B-112), interface
 * and destination (B-113, B-121), and the instant the kernel took the packet.
 * The sockets are read in batches with recvmmsg(); a batch that comes back short
 * means the socket was empty, which saves the call that would only say EAGAIN.
 *
 * Two ways to read, with different bounds:
 *   - readable: at most READ_MAX packets, and at most JUNK_MAX that nobody could
 *     use, then the loop goes on with its timers and comes back.  A flood takes
 *     a share of our time, not all of it.
 *   - bfd_io_drain(), before a detection timer is judged (L-31): everything that
 *     arrived before the call, junk or not, because the proof of life may be
 *     behind it.  A packet with a later stamp ends the drain: the queue is in
 *     order, so nothing older is left.  The queue has a fixed size, hence so
 *     has the drain.
 *
 * By slots (bfd_engine.c) the sockets are polled instead, but only those that have
 * had something lately: of the eight most are never used, and a call that finds
 * nothing costs as much as a packet.
 *
 * Strangers.  Each port has two sockets: one for packets that carry a discriminator
 * which may be ours (bfd_mark.h), with TTL 255 where there is one hop, and one for
 * all others.  A filter in the kernel sorts them.  Junk then fills the strangers'
 * buffer, and is read with what time the strangers' budget leaves it; what keeps
 * sessions up has a buffer and a drain of its own.  Sorting is not judging: both
 * kinds are checked in the same way and counted by reason, and the first packets
 * of a handshake, which carry no discriminator of ours, come in as strangers.
 *
 * VRFs.  With the kernel's defaults (udp_l3mdev_accept 0) a packet that comes in by
 * an interface of a VRF is for sockets bound to that interface or its VRF, so each
 * VRF with a session of ours has sockets of its own, for one hop.
 *
 * Out.  The send sockets receive nothing: a filter drops all, so that nobody can
 * fill the memory of a port nobody reads.  The source address, if one is
 * configured, travels with each packet instead of being bound: it may be absent
 * now and come back later, and a bind would fail once and for all.  A packet that a
 * queue or a rule drops at the way out is an error (shared/send_error.h).
 *
 * An interface that is made again has a new index, to which a bound socket does
 * not follow; bfd_engine.c closes and opens the send socket again, and the port
 * stays reserved in between.
 */
#include "config.h"

#include "bfdd/bfd_io.h"

#include <assert.h>
#include <errno.h>
#include <linux/filter.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include "bfdd/pure/bfd_echo.h"
#include "bfdd/bfd_echo_io.h"
#include "bfdd/pure/bfd_wire.h"
#include "shared/pure/rng.h"
#include "shared/pure/rxclock.h"
#include "shared/send_error.h"

#define BATCH		32		/* packets per recvmmsg() */
#define IDLE_POLLS	64		/* in vain, then it wakes us */
#define READ_MAX	1024		/* per wake-up */
#define JUNK_MAX	256		/* of those, of no use to anyone */
#define DRAIN_MAX	65536		/* backstop; the queue holds fewer */
#define RCVBUF		(4 * 1024 * 1024)
#define STRANGERS_MAX	128		/* per wake-up, or drain */
#define STRANGERS_RCVBUF (256 * 1024)
#define TOS_CS6		0xc0		/* B-118 */
#define PRIORITY	6
#define PORT_DISCARD	9
#define PORTS		(65536 - BFD_SOURCE_PORT_MIN)

struct rx_socket {
	struct bfd_io	*io;
	int		 fd;
	int		 vrf;		/* index of its device; 0: of none */
	uint8_t		 family;
	bool		 multihop;
	bool		 strangers;
	bool		 tap;		/* gives whole IP packets */
	struct loop_fd	*event;		/* NULL: polled */
	unsigned	 idle_polls;	/* in a row */
	struct rxclock	 clock;
	mono_t		 drained;
	uint32_t	 overflows_seen;	/* the kernel's count, wraps */
};

union control {
	char		buf[256];
	struct cmsghdr	align;
};

struct bfd_io {
	struct bfd_io_config	 config;
	struct loop		*loop;
	bool			 polled;
	struct rx_socket	**rx;
	unsigned		 rx_count;
	bool			 reading;
	mono_t			 now;		/* of the latest read */
	uint64_t		 overflows;
	uint64_t		 strangers_lost;
	struct rng		 rng;
	uint8_t			 port_used[PORTS / 8];

	struct mmsghdr		 msgs[BATCH];
	struct iovec		 iov[BATCH];
	struct sockaddr_storage	 names[BATCH];
	union control		 controls[BATCH];
	uint8_t			 payloads[BATCH][BFD_ECHO_READ_MAX];
};

static int
set_int(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) == -1 ?
	    -errno : 0;
}

/* A larger buffer than the limit needs CAP_NET_ADMIN; the limit will do. */
static void
set_receive_buffer(int fd, int size)
{
	if (set_int(fd, SOL_SOCKET, SO_RCVBUFFORCE, size) != 0)
		(void)set_int(fd, SOL_SOCKET, SO_RCVBUF, size);
}

static int
rx_options(int fd, uint8_t family)
{
	int error;

	if ((error = set_int(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1)) != 0 ||
	    (error = set_int(fd, SOL_SOCKET, SO_RXQ_OVFL, 1)) != 0)
		return error;
	if (family == AF_INET) {
		if ((error = set_int(fd, IPPROTO_IP, IP_RECVTTL, 1)) != 0)
			return error;
		return set_int(fd, IPPROTO_IP, IP_PKTINFO, 1);
	}
	if ((error = set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1)) != 0 ||
	    (error = set_int(fd, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1)) != 0)
		return error;
	return set_int(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
}

/* The unspecified address of a family with a port. */
static socklen_t
wildcard(uint8_t family, uint16_t port, struct sockaddr_storage *ss)
{
	static const uint8_t zero[16];
	struct addr any = addr_from_bytes(family, zero);

	return addr_to_sockaddr(&any, port, 0, ss);
}

/* Is this the socket of a port for one hop? */
static bool
is_of_port(const struct rx_socket *sock, uint8_t family)
{
	return !sock->tap && !sock->multihop && sock->family == family;
}

/*
 * A socket of a VRF and one of none may not have the same port, as the kernel sees
 * it, unless both say that they may.  It asks at bind() only, so that is said for
 * no longer than needed: nobody else is to be let in.
 */
static void
let_share(struct bfd_io *io, uint8_t family, bool may)
{
	unsigned i;

	for (i = 0; i < io->rx_count; i++)
		if (is_of_port(io->rx[i], family))
			(void)set_int(io->rx[i]->fd, SOL_SOCKET, SO_REUSEADDR,
			    may);
}

/* Packets that come in by a VRF are for sockets that are bound to it. */
static int
bind_to_vrf(int fd, int vrf)
{
	char name[IF_NAMESIZE];
	int error;

	if (if_indextoname((unsigned)vrf, name) == NULL)
		return -errno;
	error = set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (error == 0 && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name,
	    (socklen_t)strlen(name)) == -1)
		error = -errno;
	return error;
}

static int
rx_socket_open(uint8_t family, uint16_t port, int vrf, bool strangers)
{
	struct sockaddr_storage ss;
	socklen_t len = wildcard(family, port, &ss);
	int fd, error;

	fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    IPPROTO_UDP);
	if (fd == -1)
		return -errno;
	set_receive_buffer(fd, strangers ? STRANGERS_RCVBUF : RCVBUF);
	error = rx_options(fd, family);
	if (error == 0 && strangers)
		error = set_int(fd, SOL_SOCKET, SO_REUSEPORT, 1);
	if (error == 0 && vrf != 0)
		error = bind_to_vrf(fd, vrf);
	if (error == 0 && bind(fd, (struct sockaddr *)&ss, len) == -1)
		error = -errno;
	if (error != 0) {
		(void)close(fd);
		return error;
	}
	return fd;
}

/* Facts that the kernel tells beside the payload. */
static void
read_control(struct bfd_io *io, struct rx_socket *sock, struct msghdr *msg,
    struct bfd_rx *rx, int64_t *stamp_real_ns)
{
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(msg); c != NULL; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level == SOL_SOCKET &&
		    c->cmsg_type == SCM_TIMESTAMPNS) {
			struct timespec ts;

			memcpy(&ts, CMSG_DATA(c), sizeof(ts));
			*stamp_real_ns = ts.tv_sec * NS_PER_S + ts.tv_nsec;
		} else if (c->cmsg_level == SOL_SOCKET &&
		    c->cmsg_type == SO_RXQ_OVFL) {
			uint32_t count;

			memcpy(&count, CMSG_DATA(c), sizeof(count));
			*(sock->strangers ? &io->strangers_lost :
			    &io->overflows) += count - sock->overflows_seen;
			sock->overflows_seen = count;
		} else if (c->cmsg_level == IPPROTO_IP &&
		    c->cmsg_type == IP_TTL) {
			memcpy(&rx->ttl, CMSG_DATA(c), sizeof(rx->ttl));
		} else if (c->cmsg_level == IPPROTO_IP &&
		    c->cmsg_type == IP_PKTINFO) {
			struct in_pktinfo info;

			memcpy(&info, CMSG_DATA(c), sizeof(info));
			rx->ifindex = info.ipi_ifindex;
			rx->destination = addr_from_bytes(AF_INET,
			    (const uint8_t *)&info.ipi_addr);
		} else if (c->cmsg_level == IPPROTO_IPV6 &&
		    c->cmsg_type == IPV6_HOPLIMIT) {
			memcpy(&rx->ttl, CMSG_DATA(c), sizeof(rx->ttl));
		} else if (c->cmsg_level == IPPROTO_IPV6 &&
		    c->cmsg_type == IPV6_PKTINFO) {
			struct in6_pktinfo info;

			memcpy(&info, CMSG_DATA(c), sizeof(info));
			rx->ifindex = (int)info.ipi6_ifindex;
			rx->destination = addr_from_bytes(AF_INET6,
			    (const uint8_t *)&info.ipi6_addr);
		}
	}
}

/* Source, destination and TTL of an echo packet, and where the tap took it. */
static bool
read_tapped(const struct rx_socket *sock, const struct sockaddr_storage *name,
    struct bfd_rx *rx)
{
	struct bfd_echo_header h;
	const uint8_t *payload;
	size_t len;

	if (!bfd_echo_unwrap(sock->family, rx->payload, rx->len, &h, &payload,
	    &len))
		return false;
	rx->echo = true;
	rx->payload = payload;
	rx->len = len;
	rx->source = h.source;
	rx->destination = h.destination;
	rx->ttl = h.ttl;
	rx->ifindex = bfd_echo_io_tap_ifindex(name);
	return true;
}

/* Hands out msgs[i]; true when it was of use. */
static bool
deliver(struct bfd_io *io, struct rx_socket *sock, unsigned i,
    int64_t now_real_ns, mono_t *arrival)
{
	struct bfd_rx rx = {
		.payload = io->payloads[i],
		.len = io->msgs[i].msg_len,
		.ttl = -1,
		.multihop = sock->multihop,
		.now = io->now,
	};
	int64_t stamp = 0;
	uint16_t port;

	read_control(io, sock, &io->msgs[i].msg_hdr, &rx, &stamp);
	rx.arrival = rxclock_arrival(&sock->clock, stamp, io->now,
	    now_real_ns);
	*arrival = rx.arrival;
	if (sock->tap)
		return read_tapped(sock, &io->names[i], &rx) &&
		    io->config.rx(&rx, io->config.arg);
	if (addr_from_sockaddr((struct sockaddr *)&io->names[i], &rx.source,
	    &port) != 0)
		return false;
	return io->config.rx(&rx, io->config.arg);
}

/* One recvmmsg().  The number of packets, or -1: nothing there, or an error. */
static int
receive_batch(struct bfd_io *io, struct rx_socket *sock)
{
	unsigned i;

	for (i = 0; i < BATCH; i++) {
		struct msghdr *m = &io->msgs[i].msg_hdr;

		m->msg_name = &io->names[i];
		m->msg_namelen = sizeof(io->names[i]);
		io->iov[i].iov_base = io->payloads[i];
		io->iov[i].iov_len = sock->tap ? BFD_ECHO_READ_MAX :
		    BFD_PACKET_MAX;
		m->msg_iov = &io->iov[i];
		m->msg_iovlen = 1;
		m->msg_control = &io->controls[i];
		m->msg_controllen = sizeof(io->controls[i]);
		m->msg_flags = 0;
	}
	return recvmmsg(sock->fd, io->msgs, BATCH, MSG_DONTWAIT, NULL);
}

/*
 * Reads one socket.  upto: MONO_NEVER for an ordinary read, else the instant
 * before which everything must be handed out.  True: not read until empty.
 */
static bool
read_socket(struct bfd_io *io, struct rx_socket *sock, mono_t upto)
{
	bool drain = !mono_is_never(upto) && !sock->strangers, past = false;
	unsigned junk = 0, total = 0;
	unsigned max = drain ? DRAIN_MAX : sock->strangers ? STRANGERS_MAX :
	    READ_MAX;

	while (total < max && !past &&
	    (drain || junk < JUNK_MAX)) {
		mono_t before = loop_clock();
		int64_t real;
		int i, n;

		n = receive_batch(io, sock);
		/* A pair read together, after the packets were taken. */
		io->now = mono_max(io->now, loop_clock());
		real = loop_realtime_ns();
		if (n > 0)
			sock->idle_polls = 0;
		for (i = 0; i < n; i++) {
			mono_t arrival;

			if (!deliver(io, sock, (unsigned)i, real, &arrival))
				junk++;
			past = past || !mono_before(arrival, upto);
		}
		if (n < BATCH) {
			/*
			 * Empty at `before`; any error but EAGAIN is about this
			 * socket's memory or a signal, and level triggering
			 * brings us back.
			 */
			if (n >= 0 || errno == EAGAIN) {
				rxclock_empty(&sock->clock, before);
				sock->drained = before;
			}
			return false;
		}
		total += (unsigned)n;
	}
	/* The socket is not empty, but all that arrived before upto is out. */
	if (drain)
		sock->drained = mono_max(sock->drained, upto);
	return true;
}

static void
done(struct bfd_io *io)
{
	io->reading = false;
	if (io->config.rx_done != NULL)
		io->config.rx_done(io->config.arg);
}

static void
readable(int fd, void *arg)
{
	struct rx_socket *sock = arg;
	struct bfd_io *io = sock->io;

	(void)fd;
	assert(!io->reading);
	io->reading = true;
	(void)read_socket(io, sock, MONO_NEVER);
	if (io->polled) {
		loop_fd_free(sock->event);
		sock->event = NULL;
	}
	done(io);
}

static int
listen_to(struct bfd_io *io, struct rx_socket *sock)
{
	sock->event = loop_fd_new(io->loop, sock->fd, readable, sock);
	return sock->event == NULL ? -ENOMEM : 0;
}

bool
bfd_io_poll(struct bfd_io *io)
{
	bool more = false;
	unsigned i;

	assert(!io->reading);
	io->reading = true;
	for (i = 0; i < io->rx_count; i++) {
		struct rx_socket *sock = io->rx[i];

		if (sock->event != NULL)
			continue;
		sock->idle_polls++;
		more |= read_socket(io, sock, MONO_NEVER);
		/* Without memory for an event the socket is polled on. */
		if (sock->idle_polls >= IDLE_POLLS)
			(void)listen_to(io, sock);
	}
	done(io);
	return more;
}

int
bfd_io_set_polled(struct bfd_io *io, bool polled)
{
	unsigned i;
	int error;

	for (i = 0; i < io->rx_count && polled != io->polled; i++) {
		if (polled) {
			loop_fd_free(io->rx[i]->event);
			io->rx[i]->event = NULL;
			io->rx[i]->idle_polls = 0;
		} else if (io->rx[i]->event == NULL &&
		    (error = listen_to(io, io->rx[i])) != 0)
			return error;
	}
	io->polled = polled;
	return 0;
}

void
bfd_io_drain(struct bfd_io *io)
{
	mono_t upto = loop_clock();
	unsigned i;

	assert(!io->reading);
	io->reading = true;
	for (i = 0; i < io->rx_count; i++)
		(void)read_socket(io, io->rx[i], upto);
	done(io);
}

mono_t
bfd_io_drained(const struct bfd_io *io)
{
	mono_t t = MONO_NEVER;
	unsigned i;

	for (i = 0; i < io->rx_count; i++) {
		if (!io->rx[i]->strangers)
			t = mono_min(t, io->rx[i]->drained);
	}
	return t;
}

uint64_t
bfd_io_overflows(const struct bfd_io *io)
{
	return io->overflows;
}

uint64_t
bfd_io_strangers_lost(const struct bfd_io *io)
{
	return io->strangers_lost;
}

/*
 * The filter of a port's two sockets: 0 for the first, 1 for the strangers'.
 * Offset 0 is the UDP payload, SKF_NET_OFF the IP header.
 */
static int
attach_sorting(int fd, uint8_t family, bool multihop,
    const struct bfd_mark *mark)
{
	/* Jumps count from the next instruction; 13 is "a stranger". */
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, (uint32_t)SKF_NET_OFF +
		    (family == AF_INET ? 8 : 7)),		/*  0 TTL */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 255, 0, 11),
		BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0),		/*  2 */
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, BFD_PACKET_MIN, 0, 9),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),		/*  4 version */
		BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 5),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 6),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 8),	/*  7 Your Discr. */
		BPF_STMT(BPF_ALU | BPF_XOR | BPF_K, mark->mask),
		BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, mark->factor),
		BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, BFD_MARK_SHIFT),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, mark->tag, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, 1),			/* 13 */
	};
	/* Multihop: any TTL; the session decides. */
	unsigned skip = multihop ? 2 : 0;
	struct sock_fprog filter = {
		.len = (unsigned short)(sizeof(code) / sizeof(code[0]) - skip),
		.filter = code + skip,
	};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &filter,
	    sizeof(filter)) == -1 ? -errno : 0;
}

/* Takes the descriptor of `like`, which also says what else is known of it. */
static int
rx_start(struct bfd_io *io, const struct rx_socket *like)
{
	struct rx_socket *sock = malloc(sizeof(*sock)), **list;

	list = sock == NULL ? NULL :
	    realloc(io->rx, (io->rx_count + 1) * sizeof(*list));
	if (list == NULL) {
		free(sock);
		(void)close(like->fd);
		return -ENOMEM;
	}
	io->rx = list;
	io->rx[io->rx_count++] = sock;
	*sock = *like;
	sock->io = io;
	sock->drained = loop_clock();
	rxclock_empty(&sock->clock, sock->drained);
	return io->polled ? 0 : listen_to(io, sock);
}

static void
rx_end(struct rx_socket *sock)
{
	loop_fd_free(sock->event);
	(void)close(sock->fd);
	free(sock);
}

static int
rx_add(struct bfd_io *io, uint8_t family, bool multihop, uint16_t port,
    int vrf)
{
	int fd = rx_socket_open(family, port, vrf, false), strangers;
	struct rx_socket sock;
	int error;

	/* A kernel without IPv6 is a kernel without IPv6 sessions. */
	if (family == AF_INET6 && (fd == -EAFNOSUPPORT || fd == -EADDRNOTAVAIL))
		return 0;
	if (fd < 0)
		return fd;
	sock = (struct rx_socket){ .fd = fd, .family = family,
	    .multihop = multihop, .vrf = vrf };
	error = rx_start(io, &sock);
	if (error != 0 || io->config.mark == NULL)
		return error;
	/*
	 * The first socket was bound alone, so nobody else had the port; only now
	 * it may be shared, and only with another socket of our user.  A kernel
	 * that cannot sort has no strangers.
	 */
	if (set_int(fd, SOL_SOCKET, SO_REUSEPORT, 1) != 0)
		return 0;
	strangers = rx_socket_open(family, port, vrf, true);
	if (strangers < 0)
		return 0;
	if (attach_sorting(fd, family, multihop, io->config.mark) != 0) {
		(void)close(strangers);
		return 0;
	}
	sock.fd = strangers;
	sock.strangers = true;
	return rx_start(io, &sock);
}

int
bfd_io_add_taps(struct bfd_io *io)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	unsigned i;
	int error = 0;

	for (i = 0; i < io->rx_count; i++) {
		if (io->rx[i]->tap)
			return 0;
	}
	for (i = 0; i < 2 && error == 0; i++) {
		struct rx_socket sock = { .tap = true,
		    .family = families[i] };

		sock.fd = bfd_echo_io_tap_open(families[i]);
		error = sock.fd < 0 ? sock.fd : rx_start(io, &sock);
	}
	return error;
}

int
bfd_io_open(struct loop *loop, const struct bfd_io_config *config,
    struct bfd_io **out, uint16_t *bad_port)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	struct bfd_io *io;
	unsigned i;
	int error;

	io = calloc(1, sizeof(*io));
	if (io == NULL)
		return -ENOMEM;
	io->loop = loop;
	io->config = *config;
	if (io->config.port_single_hop == 0)
		io->config.port_single_hop = BFD_PORT_SINGLE_HOP;
	if (io->config.port_multihop == 0)
		io->config.port_multihop = BFD_PORT_MULTIHOP;
	io->now = loop_clock();
	rng_seed(&io->rng, (uint64_t)io->now.ns ^
	    (uint64_t)loop_realtime_ns());
	for (i = 0; i < 4; i++) {
		bool multihop = i >= 2;
		uint16_t port = multihop ? io->config.port_multihop :
		    io->config.port_single_hop;

		error = rx_add(io, families[i % 2], multihop, port, 0);
		if (error != 0) {
			*bad_port = port;
			bfd_io_close(io);
			return error;
		}
	}
	*out = io;
	return 0;
}

void
bfd_io_close(struct bfd_io *io)
{
	unsigned i;

	if (io == NULL)
		return;
	for (i = 0; i < io->rx_count; i++)
		rx_end(io->rx[i]);
	free(io->rx);
	free(io);
}

/* --- VRFs --- */

bool
bfd_io_serves_vrf(const struct bfd_io *io, int vrf)
{
	unsigned i;

	for (i = 0; i < io->rx_count; i++)
		if (io->rx[i]->vrf == vrf)
			return true;
	return false;
}

int
bfd_io_serve_vrf(struct bfd_io *io, int vrf)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	int error = 0;
	unsigned i;

	assert(!io->reading);
	for (i = 0; i < 2 && error == 0; i++) {
		let_share(io, families[i], true);
		error = rx_add(io, families[i], false,
		    io->config.port_single_hop, vrf);
		let_share(io, families[i], false);
	}
	if (error != 0)
		bfd_io_leave_vrf(io, vrf);
	return error;
}

void
bfd_io_leave_vrf(struct bfd_io *io, int vrf)
{
	unsigned i, kept = 0;

	assert(!io->reading && vrf != 0);
	for (i = 0; i < io->rx_count; i++)
		if (io->rx[i]->vrf == vrf)
			rx_end(io->rx[i]);
		else
			io->rx[kept++] = io->rx[i];
	io->rx_count = kept;
}

int
bfd_io_next_vrf(const struct bfd_io *io, int after)
{
	int next = 0;
	unsigned i;

	for (i = 0; i < io->rx_count; i++)
		if (io->rx[i]->vrf > after &&
		    (next == 0 || io->rx[i]->vrf < next))
			next = io->rx[i]->vrf;
	return next;
}

static bool
port_is_used(const struct bfd_io *io, uint16_t port)
{
	unsigned i = port - BFD_SOURCE_PORT_MIN;

	return io->port_used[i / 8] & 1u << i % 8;
}

static void
port_mark(struct bfd_io *io, uint16_t port, bool used)
{
	unsigned i = port - BFD_SOURCE_PORT_MIN;

	if (used)
		io->port_used[i / 8] |= (uint8_t)(1u << i % 8);
	else
		io->port_used[i / 8] &= (uint8_t)~(1u << i % 8);
}

static int
tx_options(int fd, const struct bfd_params *p)
{
	/* The socket receives nothing: nobody reads it. */
	struct sock_filter drop[] = { BPF_STMT(BPF_RET | BPF_K, 0) };
	struct sock_fprog filter = { .len = 1, .filter = drop };
	int error;

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter,
	    sizeof(filter)) == -1)
		return -errno;
	if (p->peer.family == AF_INET) {
		/* Never fragmented, so the kernel need not number it. */
		if ((error = set_int(fd, IPPROTO_IP, IP_MTU_DISCOVER,
		    IP_PMTUDISC_PROBE)) != 0 ||
		    (error = set_int(fd, IPPROTO_IP, IP_TTL,
		    BFD_TX_TTL)) != 0 ||
		    (error = set_int(fd, IPPROTO_IP, IP_TOS, TOS_CS6)) != 0)
			return error;
	} else {
		if ((error = set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1)) != 0 ||
		    (error = set_int(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS,
		    255)) != 0 ||
		    (error = set_int(fd, IPPROTO_IPV6, IPV6_TCLASS,
		    TOS_CS6)) != 0)
			return error;
	}
	send_error_ask(fd, p->peer.family);
	/* After IP_TOS, which sets a priority of its own. */
	if ((error = set_int(fd, SOL_SOCKET, SO_PRIORITY, PRIORITY)) != 0)
		return error;
	if (p->interface[0] != '\0' && setsockopt(fd, SOL_SOCKET,
	    SO_BINDTODEVICE, p->interface, (socklen_t)strlen(p->interface)) ==
	    -1)
		return -errno;
	return 0;
}

static int
bind_port(int fd, uint8_t family, uint16_t port)
{
	struct sockaddr_storage ss;
	socklen_t len = wildcard(family, port, &ss);

	return bind(fd, (struct sockaddr *)&ss, len) == -1 ? -errno : 0;
}

/* A random start, then one after the other: unique among our sessions. */
static int
bind_unused_port(struct bfd_io *io, int fd, uint8_t family, uint16_t *port)
{
	uint64_t start = rng_below(&io->rng, PORTS);
	unsigned i;

	for (i = 0; i < PORTS; i++) {
		uint16_t candidate = (uint16_t)(BFD_SOURCE_PORT_MIN +
		    (start + i) % PORTS);
		int error;

		if (port_is_used(io, candidate))
			continue;
		error = bind_port(fd, family, candidate);
		if (error == 0) {
			port_mark(io, candidate, true);
			*port = candidate;
			return 0;
		}
		if (error != -EADDRINUSE)
			return error;
	}
	return -EADDRINUSE;
}

int
bfd_io_tx_open(struct bfd_io *io, const struct bfd_params *p, uint16_t *port)
{
	int fd, error;

	fd = socket(p->peer.family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    IPPROTO_UDP);
	if (fd == -1)
		return -errno;
	error = tx_options(fd, p);
	if (error == 0) {
		if (*port != 0)
			error = bind_port(fd, p->peer.family, *port);
		else
			error = bind_unused_port(io, fd, p->peer.family, port);
	}
	if (error != 0) {
		(void)close(fd);
		return error;
	}
	return fd;
}

void
bfd_io_tx_close(struct bfd_io *io, int fd, uint16_t port, bool release)
{
	if (fd >= 0)
		(void)close(fd);
	if (release && port != 0)
		port_mark(io, port, false);
}

void
bfd_io_send_foreign(int fd, uint8_t family, bool foreign)
{
	bool v6 = family == AF_INET6;

	(void)set_int(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ?
	    IPV6_TRANSPARENT : IP_TRANSPARENT, foreign);
}

/* The source address and the way out, as ancillary data. */
static void
put_pktinfo(struct msghdr *msg, union control *control,
    const struct bfd_params *p, int ifindex)
{
	struct cmsghdr *c;

	memset(control, 0, sizeof(*control));
	msg->msg_control = control;
	if (p->local.family == AF_INET) {
		struct in_pktinfo info = { .ipi_ifindex = ifindex };

		memcpy(&info.ipi_spec_dst, p->local.bytes,
		    sizeof(info.ipi_spec_dst));
		msg->msg_controllen = CMSG_SPACE(sizeof(info));
		c = CMSG_FIRSTHDR(msg);
		c->cmsg_level = IPPROTO_IP;
		c->cmsg_type = IP_PKTINFO;
		c->cmsg_len = CMSG_LEN(sizeof(info));
		memcpy(CMSG_DATA(c), &info, sizeof(info));
	} else {
		struct in6_pktinfo info = { .ipi6_ifindex = (unsigned)ifindex };

		memcpy(&info.ipi6_addr, p->local.bytes,
		    sizeof(info.ipi6_addr));
		msg->msg_controllen = CMSG_SPACE(sizeof(info));
		c = CMSG_FIRSTHDR(msg);
		c->cmsg_level = IPPROTO_IPV6;
		c->cmsg_type = IPV6_PKTINFO;
		c->cmsg_len = CMSG_LEN(sizeof(info));
		memcpy(CMSG_DATA(c), &info, sizeof(info));
	}
}

int
bfd_io_tx(struct bfd_io *io, int fd, const struct bfd_params *p, int ifindex,
    bool reachable, const uint8_t *buf, size_t len)
{
	struct sockaddr_storage ss;
	union control control;
	struct iovec iov = { .iov_base = (void *)(uintptr_t)buf,
	    .iov_len = len };
	struct msghdr msg = { .msg_name = &ss, .msg_iov = &iov,
	    .msg_iovlen = 1 };
	int flags = MSG_DONTWAIT | MSG_NOSIGNAL;

	msg.msg_namelen = addr_to_sockaddr(&p->peer, p->multihop ?
	    io->config.port_multihop : io->config.port_single_hop, ifindex,
	    &ss);
	if (addr_is_set(&p->local))
		put_pktinfo(&msg, &control, p, ifindex);
	if (reachable)
		flags |= MSG_CONFIRM;
	if (sendmsg(fd, &msg, flags) != -1)
		return 0;
	return !send_error_is_of_another(fd, errno) ||
	    sendmsg(fd, &msg, flags) == -1 ? -errno : 0;
}

void
bfd_io_poke(int fd, const struct bfd_params *p, int ifindex)
{
	struct sockaddr_storage ss;
	socklen_t len = addr_to_sockaddr(&p->peer, PORT_DISCARD, ifindex, &ss);

	(void)sendto(fd, "", 0, MSG_DONTWAIT | MSG_NOSIGNAL,
	    (struct sockaddr *)&ss, len);
}
