/*
 * test_bfd_io.c - what goes out looks as RFC 5881 has it, and what comes in is
 * told apart by it.  Over lo of a network namespace of its own.
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "bfdd/bfd_io.h"
#include "bfdd/pure/bfd_wire.h"
#include "test/unit/bfdd_net.h"
#include "shared/loop.h"

static bool have_net;

struct seen {
	unsigned	count, done;
	bool		useful;		/* our answer */
	struct bfd_rx	last;
	uint8_t		payload[BFD_PACKET_MAX];
	mono_t		earliest, latest;
	bool		in_order;
	struct loop	*loop;
	unsigned	stop_at;
};

static bool
rx(const struct bfd_rx *r, void *arg)
{
	struct seen *s = arg;

	assert_false(mono_before(r->now, r->arrival));
	assert_true(r->len <= BFD_PACKET_MAX);
	if (s->count > 0 && mono_before(r->arrival, s->last.arrival))
		s->in_order = false;
	memcpy(s->payload, r->payload, r->len);
	s->last = *r;
	s->last.payload = s->payload;
	if (s->count++ == 0)
		s->earliest = r->arrival;
	s->latest = r->arrival;
	return s->useful;
}

static void
rx_done(void *arg)
{
	struct seen *s = arg;

	s->done++;
	if (s->stop_at != 0 && s->count >= s->stop_at)
		loop_stop(s->loop);
}

static struct bfd_io *
io_open(struct loop *loop, struct seen *s)
{
	struct bfd_io_config config = { .rx = rx, .rx_done = rx_done,
	    .arg = s };
	struct bfd_io *io;
	uint16_t port;

	memset(s, 0, sizeof(*s));
	s->loop = loop;
	s->useful = true;
	s->in_order = true;
	assert_int_equal(bfd_io_open(loop, &config, &io, &port), 0);
	return io;
}

static struct bfd_params
to(const char *peer, bool multihop)
{
	struct bfd_params p;

	bfd_params_init(&p);
	assert_int_equal(addr_parse(peer, &p.peer), 0);
	p.multihop = multihop;
	if (!multihop)
		(void)snprintf(p.interface, sizeof(p.interface), "lo");
	return p;
}

static int
lo_index(void)
{
	return (int)if_nametoindex("lo");
}

/* B-110, B-111, B-118 */
static void
test_bfd_io_sends_ttl_255_cs6_from_a_high_port(void **state)
{
	static const struct {
		const char	*peer;
		bool		 multihop;
		uint16_t	 port;
	} cases[] = {
		{ "127.0.0.1", false, 3784 },
		{ "127.0.0.1", true, 4784 },
		{ "::1", false, 3784 },
		{ "::1", true, 4784 },
	};
	struct loop *loop;
	struct bfd_io *io;
	struct seen s;
	size_t i;

	(void)state;
	if (!have_net)
		skip();
	loop = loop_new();
	io = io_open(loop, &s);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bfd_params p = to(cases[i].peer, cases[i].multihop);
		uint8_t buf[24] = { 0x20, 0x40, 3, 24 };
		uint16_t port = 0;
		int fd = bfd_io_tx_open(io, &p, &port);

		assert_true(fd >= 0);
		assert_in_range(port, 49152, 65535);
		assert_int_equal(bfd_io_tx(io, fd, &p, p.multihop ? 0 :
		    lo_index(), true, buf, sizeof(buf)), 0);
		s.count = 0;
		bfd_io_drain(io);
		assert_int_equal(s.count, 1);
		assert_int_equal(s.last.len, 24);
		assert_memory_equal(s.last.payload, buf, 24);
		assert_int_equal(s.last.ttl, 255);
		assert_int_equal(s.last.ifindex, lo_index());
		assert_true(s.last.multihop == cases[i].multihop);
		assert_true(addr_equal(&s.last.source, &p.peer));
		assert_true(addr_equal(&s.last.destination, &p.peer));
		bfd_io_tx_close(io, fd, port, true);
	}
	bfd_io_close(io);
	loop_free(loop);
}

static int
plain_socket(uint16_t port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET,
	    .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_ANY) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), on = 1;

	assert_int_equal(bind(fd, (struct sockaddr *)&sin, sizeof(sin)), 0);
	assert_int_equal(setsockopt(fd, IPPROTO_IP, IP_RECVTOS, &on,
	    sizeof(on)), 0);
	return fd;
}

/* B-118, seen by a plain socket the send socket is pointed at. */
static void
test_bfd_io_sends_cs6_from_its_port(void **state)
{
	struct sockaddr_in from, dst = { .sin_family = AF_INET,
	    .sin_port = htons(3997),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct bfd_params p = to("127.0.0.1", false);
	char buf[24], control[64];
	struct iovec iov = { buf, sizeof(buf) };
	struct msghdr msg = { .msg_name = &from, .msg_namelen = sizeof(from),
	    .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
	    .msg_controllen = sizeof(control) };
	struct loop *loop;
	struct bfd_io *io;
	struct cmsghdr *c;
	uint16_t port = 0;
	struct seen s;
	int fd, plain, tos = -1;

	(void)state;
	if (!have_net)
		skip();
	loop = loop_new();
	io = io_open(loop, &s);
	plain = plain_socket(3997);
	fd = bfd_io_tx_open(io, &p, &port);
	assert_int_equal(sendto(fd, "hello", 5, 0, (struct sockaddr *)&dst,
	    sizeof(dst)), 5);
	assert_int_equal(recvmsg(plain, &msg, MSG_DONTWAIT), 5);
	for (c = CMSG_FIRSTHDR(&msg); c != NULL; c = CMSG_NXTHDR(&msg, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TOS)
			tos = *(uint8_t *)CMSG_DATA(c);
	}
	assert_int_equal(tos, 0xc0);
	assert_int_equal(ntohs(from.sin_port), port);
	(void)close(plain);
	bfd_io_tx_close(io, fd, port, true);
	bfd_io_close(io);
	loop_free(loop);
}

static void
test_bfd_io_port_taken_is_said(void **state)
{
	struct bfd_io_config config = { .rx = rx };
	struct loop *loop;
	struct bfd_io *io;
	uint16_t bad = 0;
	int plain;

	(void)state;
	if (!have_net)
		skip();
	loop = loop_new();
	plain = plain_socket(4784);
	assert_int_equal(bfd_io_open(loop, &config, &io, &bad), -EADDRINUSE);
	assert_int_equal(bad, 4784);
	(void)close(plain);
	loop_free(loop);
}

static void
test_bfd_io_source_address_is_the_local_one(void **state)
{
	struct bfd_params p = to("127.0.0.1", false);
	uint8_t buf[24] = { 0x20 };
	struct loop *loop;
	struct bfd_io *io;
	uint16_t port = 0;
	struct seen s;
	int fd;

	(void)state;
	if (!have_net)
		skip();
	loop = loop_new();
	io = io_open(loop, &s);
	fd = bfd_io_tx_open(io, &p, &port);
	assert_int_equal(addr_parse("127.0.0.77", &p.local), 0);
	assert_int_equal(bfd_io_tx(io, fd, &p, lo_index(), false, buf,
	    sizeof(buf)), 0);
	bfd_io_drain(io);
	assert_int_equal(s.count, 1);
	assert_true(addr_equal(&s.last.source, &p.local));
	/* Not ours: said, not sent, and the socket is as good as before. */
	assert_int_equal(addr_parse("192.0.2.1", &p.local), 0);
	assert_true(bfd_io_tx(io, fd, &p, lo_index(), false, buf,
	    sizeof(buf)) < 0);
	p.local.family = AF_UNSPEC;
	assert_int_equal(bfd_io_tx(io, fd, &p, lo_index(), false, buf,
	    sizeof(buf)), 0);
	bfd_io_tx_close(io, fd, port, true);
	bfd_io_close(io);
	loop_free(loop);
}

/* B-110: a port of its own, kept while it is reserved. */
static void
test_bfd_io_source_ports_are_unique_and_stay(void **state)
{
	struct bfd_params p = to("127.0.0.1", false);
	uint16_t ports[100], again;
	struct loop *loop;
	struct bfd_io *io;
	struct seen s;
	int fds[100], i, k;

	(void)state;
	if (!have_net)
		skip();
	loop = loop_new();
	io = io_open(loop, &s);
	for (i = 0; i < 100; i++) {
		ports[i] = 0;
		fds[i] = bfd_io_tx_open(io, &p, &ports[i]);
		assert_true(fds[i] >= 0);
		for (k = 0; k < i; k++)
			assert_int_not_equal(ports[i], ports[k]);
	}
	again = ports[0];
	bfd_io_tx_close(io, fds[0], ports[0], false);
	fds[0] = bfd_io_tx_open(io, &p, &again);
	assert_true(fds[0] >= 0);
	assert_int_equal(again, ports[0]);
	for (i = 0; i < 100; i++)
		bfd_io_tx_close(io, fds[i], ports[i], true);
	bfd_io_close(io);
	loop_free(loop);
}

static void
test_bfd_io_no_such_interface_is_an_error(void **state)
{
	struct bfd_params p = to("127.0.0.1", false);
	struct loop *loop;
	struct bfd_io *io;
	uint16_t port = 0;
	struct seen s;

	(void)state;
	if (!have_net)
		skip();
	loop = loop_new();
	io = io_open(loop, &s);
	(void)snprintf(p.interface, sizeof(p.interface), "nope0");
	assert_int_equal(bfd_io_tx_open(io, &p, &port), -ENODEV);
	assert_int_equal(port, 0);
	bfd_io_close(io);
	loop_free(loop);
}

static void
flood(unsigned count)
{
	struct sockaddr_in dst = { .sin_family = AF_INET,
	    .sin_port = htons(3784),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	while (count-- > 0)
		assert_int_equal(sendto(fd, "junk", 4, 0,
		    (struct sockaddr *)&dst, sizeof(dst)), 4);
	(void)close(fd);
}

/* B-44, L-31: stamped by the kernel, and all that arrived before is seen. */
static void
test_bfd_io_drain_hands_out_all_that_had_arrived(void **state)
{
	mono_t before, between, after;
	struct loop *loop;
	struct bfd_io *io;
	struct seen s;

	(void)state;
	if (!have_net)
		skip();
	loop = loop_new();
	io = io_open(loop, &s);
	s.useful = false;
	bfd_io_drain(io);
	assert_int_equal(s.count, 0);
	/* The kernel turns its stamps on some time after the first socket. */
	flood(1);
	bfd_io_drain(io);
	s.count = 0;
	before = loop_clock();
	flood(700);
	between = loop_clock();
	assert_true(mono_before(bfd_io_drained(io), before));
	(void)usleep(2000);
	bfd_io_drain(io);
	after = loop_clock();
	/* More junk than one wake-up reads otherwise. */
	assert_int_equal(s.count, 700);
	assert_true(s.in_order);
	assert_false(mono_before(s.earliest, before));
	/* Arrival is when the kernel took it, not when we read it. */
	assert_true(mono_before(s.latest, mono_add(between, NS_PER_MS)));
	assert_true(mono_before(between, bfd_io_drained(io)));
	assert_true(mono_before(bfd_io_drained(io), after));
	bfd_io_close(io);
	loop_free(loop);
}

/* A flood takes several wake-ups: the timers have their turn in between. */
static void
test_bfd_io_junk_yields_to_the_loop(void **state)
{
	struct loop *loop;
	struct bfd_io *io;
	struct seen s;

	(void)state;
	if (!have_net)
		skip();
	loop = loop_new();
	io = io_open(loop, &s);
	s.useful = false;
	s.stop_at = 700;
	flood(700);
	assert_int_equal(loop_run(loop), 0);
	assert_int_equal(s.count, 700);
	assert_in_range(s.done, 3, 10);
	/* A drain reads on as long as packets are of use. */
	s.useful = true;
	s.count = s.done = 0;
	flood(700);
	assert_int_equal(loop_run(loop), 0);
	assert_int_equal(s.count, 700);
	assert_int_equal(s.done, 1);
	bfd_io_close(io);
	loop_free(loop);
}

/* A datagram longer than any BFD packet is cut, not overrun. */
static void
test_bfd_io_long_datagram_is_cut(void **state)
{
	struct sockaddr_in dst = { .sin_family = AF_INET,
	    .sin_port = htons(4784),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	static char big[60000];
	struct loop *loop;
	struct bfd_io *io;
	struct seen s;
	int fd;

	(void)state;
	if (!have_net)
		skip();
	loop = loop_new();
	io = io_open(loop, &s);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(sendto(fd, big, sizeof(big), 0,
	    (struct sockaddr *)&dst, sizeof(dst)), sizeof(big));
	assert_int_equal(sendto(fd, big, 0, 0, (struct sockaddr *)&dst,
	    sizeof(dst)), 0);
	(void)close(fd);
	bfd_io_drain(io);
	assert_int_equal(s.count, 2);
	assert_int_equal(s.last.len, 0);
	assert_true(s.last.multihop);
	bfd_io_close(io);
	loop_free(loop);
}

/* Nobody reads a send socket, so nobody may fill it. */
static void
test_bfd_io_send_socket_receives_nothing(void **state)
{
	struct bfd_params p = to("127.0.0.1", false);
	struct sockaddr_in dst = { .sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct loop *loop;
	struct bfd_io *io;
	uint16_t port = 0;
	struct seen s;
	char buf[8];
	int fd, other;

	(void)state;
	if (!have_net)
		skip();
	loop = loop_new();
	io = io_open(loop, &s);
	fd = bfd_io_tx_open(io, &p, &port);
	other = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	dst.sin_port = htons(port);
	(void)sendto(other, "junk", 4, 0, (struct sockaddr *)&dst,
	    sizeof(dst));
	assert_int_equal(recv(fd, buf, sizeof(buf), MSG_DONTWAIT), -1);
	assert_int_equal(errno, EAGAIN);
	(void)close(other);
	bfd_io_tx_close(io, fd, port, true);
	bfd_io_close(io);
	loop_free(loop);
}

static struct bfd_mark
some_mark(uint32_t *ours, uint32_t *other)
{
	struct bfd_mark mark;
	struct rng rng;

	rng_seed(&rng, 7);
	mark = bfd_mark_new(&rng);
	do
		*ours = rng_u32(&rng);
	while (!bfd_mark_matches(&mark, *ours));
	do
		*other = rng_u32(&rng);
	while (bfd_mark_matches(&mark, *other));
	return mark;
}

static void
throw(int family, uint16_t port, int ttl, uint32_t your_discr, size_t len,
    unsigned count)
{
	uint8_t buf[BFD_PACKET_MIN] = { 0x20, 0xc0, 3, 24 };
	struct sockaddr_storage ss;
	struct addr to;
	socklen_t ss_len;
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_int_equal(addr_parse(family == AF_INET ? "127.0.0.1" : "::1",
	    &to), 0);
	ss_len = addr_to_sockaddr(&to, port, 0, &ss);
	if (family == AF_INET)
		assert_int_equal(setsockopt(fd, IPPROTO_IP, IP_TTL, &ttl,
		    sizeof(ttl)), 0);
	else
		assert_int_equal(setsockopt(fd, IPPROTO_IPV6,
		    IPV6_UNICAST_HOPS, &ttl, sizeof(ttl)), 0);
	your_discr = htonl(your_discr);
	memcpy(buf + 8, &your_discr, 4);
	while (count-- > 0)
		assert_int_equal(sendto(fd, buf, len, 0,
		    (struct sockaddr *)&ss, ss_len), len);
	(void)close(fd);
}

/*
 * Packets that may be a session's are read to the end by a drain; of strangers
 * only some.
 * So a drain of 200 packets tells how they were sorted.
 */
static void
test_bfd_io_strangers_are_kept_apart(void **state)
{
	struct bfd_io_config config = { .rx = rx, .rx_done = rx_done };
	struct seen s = { .useful = true };
	uint32_t ours, other;
	struct bfd_mark mark = some_mark(&ours, &other);
	const struct {
		int		 family;
		uint16_t	 port;
		int		 ttl;
		uint32_t	 your_discr;
		size_t		 len;
		bool		 stranger;
	} cases[] = {
		{ AF_INET, 3784, 255, ours, 24, false },
		{ AF_INET6, 3784, 255, ours, 24, false },
		{ AF_INET, 4784, 3, ours, 24, false },
		{ AF_INET6, 4784, 3, ours, 24, false },
		{ AF_INET, 3784, 254, ours, 24, true },
		{ AF_INET6, 3784, 254, ours, 24, true },
		{ AF_INET, 3784, 255, other, 24, true },
		{ AF_INET, 3784, 255, 0, 24, true },
		{ AF_INET6, 3784, 255, other, 24, true },
		{ AF_INET, 4784, 255, other, 24, true },
		{ AF_INET, 3784, 255, ours, 23, true },
	};
	struct loop *loop;
	struct bfd_io *io;
	uint16_t port;
	size_t i;

	(void)state;
	if (!have_net)
		skip();
	loop = loop_new();
	config.arg = &s;
	config.mark = &mark;
	assert_int_equal(bfd_io_open(loop, &config, &io, &port), 0);
	assert_int_equal(bfd_io_set_polled(io, true), 0);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		s.count = 0;
		throw(cases[i].family, cases[i].port, cases[i].ttl,
		    cases[i].your_discr, cases[i].len, 200);
		bfd_io_drain(io);
		if (cases[i].stranger)
			assert_in_range(s.count, 1, 199);
		else
			assert_int_equal(s.count, 200);
		while (bfd_io_poll(io))
			;
		assert_int_equal(s.count, 200);
		assert_int_equal(s.last.ttl, cases[i].ttl);
	}
	bfd_io_close(io);
	loop_free(loop);
}

/* Junk fills its own buffer, and not that of the sessions. */
static void
test_bfd_io_junk_cannot_push_out_a_session(void **state)
{
	struct bfd_io_config config = { .rx = rx, .rx_done = rx_done };
	struct seen s = { .useful = false };
	uint32_t ours, other;
	struct bfd_mark mark = some_mark(&ours, &other);
	struct loop *loop;
	struct bfd_io *io;
	uint16_t port;

	(void)state;
	if (!have_net)
		skip();
	loop = loop_new();
	config.arg = &s;
	config.mark = &mark;
	assert_int_equal(bfd_io_open(loop, &config, &io, &port), 0);
	assert_int_equal(bfd_io_set_polled(io, true), 0);
	throw(AF_INET, 3784, 255, other, 24, 20000);
	throw(AF_INET, 3784, 255, ours, 24, 1);
	bfd_io_drain(io);
	/* The session's packet was seen, and before the last of the junk. */
	assert_in_range(s.count, 2, 1000);
	throw(AF_INET, 3784, 255, other, 24, 1);
	while (bfd_io_poll(io))
		;
	throw(AF_INET, 3784, 255, other, 24, 1);
	bfd_io_drain(io);
	assert_int_equal(bfd_io_overflows(io), 0);
	assert_true(bfd_io_strangers_lost(io) > 0);
	assert_int_equal(bfd_io_strangers_lost(io) + s.count, 20003);
	bfd_io_close(io);
	loop_free(loop);
}

static void
timer_stops(mono_t deadline, void *arg)
{
	(void)deadline;
	loop_stop(arg);
}

/* Runs the loop for so long. */
static void
run_for(struct loop *loop, int64_t ns)
{
	struct loop_timer *t = loop_timer_new(loop, timer_stops, loop);

	loop_timer_set(t, mono_add(loop_clock(), ns));
	assert_int_equal(loop_run(loop), 0);
	loop_timer_free(t);
}

/* A socket nobody used is not polled; its next packet is seen all the same. */
static void
test_bfd_io_idle_socket_wakes_us_and_is_polled_again(void **state)
{
	struct bfd_io_config config = { .rx = rx, .rx_done = rx_done };
	struct seen s = { .useful = true };
	struct loop *loop;
	struct bfd_io *io;
	uint16_t port;
	int i;

	(void)state;
	if (!have_net)
		skip();
	loop = loop_new();
	config.arg = &s;
	assert_int_equal(bfd_io_open(loop, &config, &io, &port), 0);
	assert_int_equal(bfd_io_set_polled(io, true), 0);
	throw(AF_INET, 3784, 255, 0, 24, 1);
	run_for(loop, 5 * NS_PER_MS);
	assert_int_equal(s.count, 0);
	(void)bfd_io_poll(io);
	assert_int_equal(s.count, 1);
	for (i = 0; i < 1000; i++)
		(void)bfd_io_poll(io);
	throw(AF_INET, 3784, 255, 0, 24, 1);
	(void)bfd_io_poll(io);
	assert_int_equal(s.count, 1);
	run_for(loop, 5 * NS_PER_MS);
	assert_int_equal(s.count, 2);
	throw(AF_INET, 3784, 255, 0, 24, 1);
	run_for(loop, 5 * NS_PER_MS);
	assert_int_equal(s.count, 2);
	(void)bfd_io_poll(io);
	assert_int_equal(s.count, 3);
	/* Back to events, from either state. */
	assert_int_equal(bfd_io_set_polled(io, false), 0);
	throw(AF_INET, 3784, 255, 0, 24, 1);
	throw(AF_INET, 4784, 255, 0, 24, 1);
	run_for(loop, 5 * NS_PER_MS);
	assert_int_equal(s.count, 5);
	bfd_io_close(io);
	loop_free(loop);
}

/* Sharing the port among our two sockets shares it with nobody else. */
static void
test_bfd_io_sorted_port_is_still_ours_alone(void **state)
{
	struct bfd_io_config config = { .rx = rx };
	uint32_t ours, other;
	struct bfd_mark mark = some_mark(&ours, &other);
	struct bfd_io *io, *second;
	struct loop *loop;
	uint16_t port = 0;

	(void)state;
	if (!have_net)
		skip();
	loop = loop_new();
	config.mark = &mark;
	assert_int_equal(bfd_io_open(loop, &config, &io, &port), 0);
	assert_int_equal(bfd_io_open(loop, &config, &second, &port),
	    -EADDRINUSE);
	assert_int_equal(port, 3784);
	bfd_io_close(io);
	loop_free(loop);
}

/*
 * A VRF has sockets of its own, bound to it; lo stands in for its device, to which a
 * socket can be bound as well.
 */
static void
test_bfd_io_vrf_has_its_own_sockets_while_served(void **state)
{
	struct bfd_params p = to("127.0.0.1", false);
	struct sockaddr_in sin = { .sin_family = AF_INET,
	    .sin_port = htons(3784) };
	uint8_t buf[24] = { 0x20, 0x40, 3, 24 };
	struct loop *loop;
	struct bfd_io *io;
	struct seen s;
	uint16_t port = 0;
	int fd, stranger, one = 1, round;

	(void)state;
	if (!have_net)
		skip();
	loop = loop_new();
	io = io_open(loop, &s);
	for (round = 0; round < 2; round++) {
		assert_false(bfd_io_serves_vrf(io, lo_index()));
		assert_int_equal(bfd_io_next_vrf(io, 0), 0);
		assert_int_equal(bfd_io_serve_vrf(io, lo_index()), 0);
		assert_true(bfd_io_serves_vrf(io, lo_index()));
		assert_int_equal(bfd_io_next_vrf(io, 0), lo_index());
		assert_int_equal(bfd_io_next_vrf(io, lo_index()), 0);
		fd = bfd_io_tx_open(io, &p, &port);
		assert_true(fd >= 0);
		s.count = 0;
		assert_int_equal(bfd_io_tx(io, fd, &p, lo_index(), true, buf,
		    sizeof(buf)), 0);
		bfd_io_drain(io);
		assert_int_equal(s.count, 1);
		assert_int_equal(s.last.ifindex, lo_index());
		bfd_io_tx_close(io, fd, port, false);
		/* Nobody else was let in with it. */
		stranger = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		assert_int_equal(setsockopt(stranger, SOL_SOCKET, SO_REUSEADDR,
		    &one, sizeof(one)), 0);
		assert_int_equal(bind(stranger, (struct sockaddr *)&sin,
		    sizeof(sin)), -1);
		assert_int_equal(errno, EADDRINUSE);
		assert_int_equal(close(stranger), 0);
		bfd_io_leave_vrf(io, lo_index());
	}
	assert_int_equal(bfd_io_serve_vrf(io, 9999), -ENXIO);
	assert_false(bfd_io_serves_vrf(io, 9999));
	bfd_io_close(io);
	loop_free(loop);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_bfd_io_sends_ttl_255_cs6_from_a_high_port),
		cmocka_unit_test(
		    test_bfd_io_idle_socket_wakes_us_and_is_polled_again),
		cmocka_unit_test(test_bfd_io_sends_cs6_from_its_port),
		cmocka_unit_test(test_bfd_io_port_taken_is_said),
		cmocka_unit_test(test_bfd_io_source_address_is_the_local_one),
		cmocka_unit_test(test_bfd_io_source_ports_are_unique_and_stay),
		cmocka_unit_test(test_bfd_io_no_such_interface_is_an_error),
		cmocka_unit_test(
		    test_bfd_io_drain_hands_out_all_that_had_arrived),
		cmocka_unit_test(test_bfd_io_junk_yields_to_the_loop),
		cmocka_unit_test(test_bfd_io_long_datagram_is_cut),
		cmocka_unit_test(test_bfd_io_send_socket_receives_nothing),
		cmocka_unit_test(test_bfd_io_strangers_are_kept_apart),
		cmocka_unit_test(test_bfd_io_junk_cannot_push_out_a_session),
		cmocka_unit_test(test_bfd_io_sorted_port_is_still_ours_alone),
		cmocka_unit_test(
		    test_bfd_io_vrf_has_its_own_sockets_while_served),
	};

	have_net = net_own();
	if (!have_net)
		print_message("# skipped: no network namespace of our own\n");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
