/*
 * test_bfd_echo_io.c - the ways of echo packets, and the sockets they go by.
 *
 * System calls are wrapped: by default they are the kernel's, and a test can make
 * one of them fail, or play all of them itself.  The neighbour table is played
 * here by link order.  The filters are tried by the kernel, over lo of a network
 * namespace of our own.
 */
#include "config.h"

#include <errno.h>
#include <ifaddrs.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bfdd/bfd_echo_io.h"
#include "bfdd/pure/bfd_echo.h"
#include "test/unit/bfdd_net.h"

#define FD	77			/* of the played kernel */
#define PATIENCE_MS	5000

static bool have_net;

/* --- the played kernel --- */

static struct {
	bool			 plays;
	const char		*fails;		/* this call; NULL: none */
	int			 option;	/* setsockopt: only this one */
	int			 error;
	int			 open;		/* descriptors */
	uint16_t		 protocol;	/* of bind() */
	struct sockaddr_ll	 to;		/* of sendto() */
	size_t			 sent;
	short			 flags;		/* of the interface */
	char			 asked[IF_NAMESIZE];
	struct ifaddrs		*addresses;
	unsigned		 lists, freed;
	struct nl_neigh		 neighbour;
	int			 neigh_error;
} k;

static bool
fails(const char *call)
{
	if (k.fails == NULL || strcmp(k.fails, call) != 0)
		return false;
	errno = k.error;
	return true;
}

int	__real_socket(int, int, int);
int	__wrap_socket(int, int, int);
int	__real_close(int);
int	__wrap_close(int);
int	__real_setsockopt(int, int, int, const void *, socklen_t);
int	__wrap_setsockopt(int, int, int, const void *, socklen_t);
int	__real_bind(int, const struct sockaddr *, socklen_t);
int	__wrap_bind(int, const struct sockaddr *, socklen_t);
ssize_t	__real_sendto(int, const void *, size_t, int, const struct sockaddr *,
	    socklen_t);
ssize_t	__wrap_sendto(int, const void *, size_t, int, const struct sockaddr *,
	    socklen_t);
int	__real_ioctl(int, unsigned long, ...);
int	__wrap_ioctl(int, unsigned long, void *);
int	__real_getifaddrs(struct ifaddrs **);
int	__wrap_getifaddrs(struct ifaddrs **);
void	__real_freeifaddrs(struct ifaddrs *);
void	__wrap_freeifaddrs(struct ifaddrs *);

int
__wrap_socket(int family, int type, int protocol)
{
	if (!k.plays)
		return __real_socket(family, type, protocol);
	if (fails("socket"))
		return -1;
	assert_true(type & SOCK_CLOEXEC);
	k.open++;
	return FD;
}

int
__wrap_close(int fd)
{
	if (!k.plays)
		return __real_close(fd);
	assert_int_equal(fd, FD);
	k.open--;
	return 0;
}

int
__wrap_setsockopt(int fd, int level, int option, const void *value,
    socklen_t len)
{
	if (!k.plays)
		return __real_setsockopt(fd, level, option, value, len);
	assert_int_equal(fd, FD);
	if ((k.option == 0 || k.option == option) && fails("setsockopt"))
		return -1;
	return 0;
}

int
__wrap_bind(int fd, const struct sockaddr *name, socklen_t len)
{
	struct sockaddr_ll ll;

	if (!k.plays)
		return __real_bind(fd, name, len);
	assert_int_equal(len, sizeof(ll));
	memcpy(&ll, name, sizeof(ll));
	k.protocol = ll.sll_protocol;
	return fails("bind") ? -1 : 0;
}

ssize_t
__wrap_sendto(int fd, const void *buf, size_t n, int flags,
    const struct sockaddr *to, socklen_t len)
{
	if (!k.plays)
		return __real_sendto(fd, buf, n, flags, to, len);
	assert_int_equal(len, sizeof(k.to));
	assert_true(flags & MSG_DONTWAIT);
	memcpy(&k.to, to, sizeof(k.to));
	if (fails("sendto"))
		return -1;
	k.sent = n;
	return (ssize_t)n;
}

int
__wrap_ioctl(int fd, unsigned long request, void *arg)
{
	struct ifreq *r = arg;

	if (!k.plays)
		return __real_ioctl(fd, request, arg);
	assert_int_equal(request, SIOCGIFFLAGS);
	memcpy(k.asked, r->ifr_name, sizeof(k.asked));
	if (fails("ioctl"))
		return -1;
	r->ifr_flags = k.flags;
	return 0;
}

int
__wrap_getifaddrs(struct ifaddrs **list)
{
	if (!k.plays)
		return __real_getifaddrs(list);
	if (fails("getifaddrs"))
		return -1;
	k.lists++;
	*list = k.addresses;
	return 0;
}

void
__wrap_freeifaddrs(struct ifaddrs *list)
{
	if (!k.plays) {
		__real_freeifaddrs(list);
		return;
	}
	assert_ptr_equal(list, k.addresses);
	k.freed++;
}

/* Never looked into. */
static struct nl *const nl = (struct nl *)&k;

int
nl_neigh_get(struct nl *n, int ifindex, const struct addr *a,
    struct nl_neigh *out)
{
	assert_ptr_equal(n, nl);
	assert_int_equal(ifindex, 3);
	assert_true(addr_is_set(a));
	if (k.neigh_error == 0)
		*out = k.neighbour;
	return k.neigh_error;
}

static int
play(void **state)
{
	(void)state;
	memset(&k, 0, sizeof(k));
	k.plays = true;
	return 0;
}

/* Every descriptor that was opened is closed, or was handed out. */
static int
stop_playing(void **state)
{
	(void)state;
	k.plays = false;
	return k.open == 0 && k.lists == k.freed ? 0 : -1;
}

static struct addr
addr(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, &a), 0);
	return a;
}

/* --- sockets --- */

static void
test_bfd_echo_io_tap_is_bound_to_its_family(void **state)
{
	(void)state;
	assert_int_equal(bfd_echo_io_tap_open(AF_INET), FD);
	assert_int_equal(k.protocol, htons(ETHERTYPE_IP));
	assert_int_equal(bfd_echo_io_tap_open(AF_INET6), FD);
	assert_int_equal(k.protocol, htons(ETHERTYPE_IPV6));
	assert_int_equal(k.open, 2);
	k.open = 0;
}

/* Without one of these a packet would be missed, or its instant. */
static void
test_bfd_echo_io_tap_failures_leave_nothing_open(void **state)
{
	static const struct {
		const char	*call;
		int		 option, error;
	} cases[] = {
		{ "socket", 0, EPERM },
		{ "setsockopt", SO_ATTACH_FILTER, ENOMEM },
		{ "setsockopt", SO_TIMESTAMPNS, ENOPROTOOPT },
		{ "setsockopt", SO_RXQ_OVFL, EINVAL },
		{ "bind", 0, ENODEV },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		k.fails = cases[i].call;
		k.option = cases[i].option;
		k.error = cases[i].error;
		assert_int_equal(bfd_echo_io_tap_open(AF_INET),
		    -cases[i].error);
		assert_int_equal(k.open, 0);
	}
	/* A smaller buffer than wished is still a buffer. */
	k.fails = "setsockopt";
	k.option = SO_RCVBUF;
	assert_int_equal(bfd_echo_io_tap_open(AF_INET), FD);
	k.open = 0;
}

static void
test_bfd_echo_io_tx_open_needs_a_socket_and_no_priority(void **state)
{
	(void)state;
	k.fails = "socket";
	k.error = EAFNOSUPPORT;
	assert_int_equal(bfd_echo_io_tx_open(), -EAFNOSUPPORT);
	assert_int_equal(k.open, 0);
	k.fails = "setsockopt";
	k.error = EPERM;
	assert_int_equal(bfd_echo_io_tx_open(), FD);
	k.open = 0;
}

static void
test_bfd_echo_io_tx_addresses_the_neighbour(void **state)
{
	struct bfd_echo_path path = {
		.self = addr("192.0.2.1"),
		.neighbour = { .usable = true, .mac_len = 6,
		    .mac = { 2, 0, 0, 0, 0, 7 } },
		.ready = true,
	};
	const uint8_t packet[60] = { 0x45 };

	(void)state;
	assert_int_equal(bfd_echo_io_tx(FD, &path, 3, packet, sizeof(packet)),
	    0);
	assert_int_equal(k.sent, sizeof(packet));
	assert_int_equal(k.to.sll_family, AF_PACKET);
	assert_int_equal(k.to.sll_protocol, htons(ETHERTYPE_IP));
	assert_int_equal(k.to.sll_ifindex, 3);
	assert_int_equal(k.to.sll_halen, 6);
	assert_memory_equal(k.to.sll_addr, path.neighbour.mac, 6);
	path.self = addr("2001:db8::1");
	assert_int_equal(bfd_echo_io_tx(FD, &path, 3, packet, 1), 0);
	assert_int_equal(k.to.sll_protocol, htons(ETHERTYPE_IPV6));
	k.fails = "sendto";
	k.error = ENETDOWN;
	assert_int_equal(bfd_echo_io_tx(FD, &path, 3, packet, 1), -ENETDOWN);
}

static void
test_bfd_echo_io_tap_tells_the_interface(void **state)
{
	struct sockaddr_storage name;
	struct sockaddr_ll ll = { .sll_family = AF_PACKET, .sll_ifindex = 12 };

	(void)state;
	memset(&name, 0, sizeof(name));
	memcpy(&name, &ll, sizeof(ll));
	assert_int_equal(bfd_echo_io_tap_ifindex(&name), 12);
	name.ss_family = AF_INET;
	assert_int_equal(bfd_echo_io_tap_ifindex(&name), 0);
}

/* --- the way (B-93) --- */

static struct bfd_params
session(const char *peer)
{
	struct bfd_params p;

	bfd_params_init(&p);
	p.peer = addr(peer);
	(void)snprintf(p.interface, sizeof(p.interface), "eth0");
	return p;
}

static const struct addr unset;		/* no address */

static void
good_neighbour(void)
{
	k.neighbour = (struct nl_neigh){ .usable = true, .confirmed = true,
	    .mac_len = 6, .mac = { 2, 0, 0, 0, 0, 7 } };
}

static void
test_bfd_echo_io_find_needs_an_interface_and_netlink(void **state)
{
	struct bfd_params p = session("192.0.2.2");
	struct bfd_echo_path path = { .ready = false };

	(void)state;
	good_neighbour();
	assert_int_equal(bfd_echo_io_find(nl, &p, &unset, 0, &path), -ENODEV);
	assert_int_equal(bfd_echo_io_find(NULL, &p, &unset, 3, &path),
	    -ENODEV);
	assert_false(path.ready);
}

/* The configured address, else where packets come to, else the interface's. */
static void
test_bfd_echo_io_find_takes_the_nearest_address_that_is_routable(void **state)
{
	struct bfd_params p = session("192.0.2.2");
	struct bfd_echo_path path = { .ready = false };
	struct addr local = addr("192.0.2.3"), want;

	(void)state;
	good_neighbour();
	p.local = addr("192.0.2.1");
	assert_int_equal(bfd_echo_io_find(nl, &p, &local, 3, &path), 0);
	assert_true(addr_equal(&path.self, &p.local));
	assert_true(path.ready);
	assert_memory_equal(path.neighbour.mac, k.neighbour.mac, 6);
	p.local = unset;
	assert_int_equal(bfd_echo_io_find(nl, &p, &local, 3, &path), 0);
	assert_true(addr_equal(&path.self, &local));
	/* Known once, it stays; the interfaces are not asked. */
	assert_int_equal(bfd_echo_io_find(nl, &p, &unset, 3, &path), 0);
	assert_true(addr_equal(&path.self, &local));
	want = addr("0.0.0.0");
	assert_int_equal(bfd_echo_io_find(nl, &p, &want, 3, &path), 0);
	assert_true(addr_equal(&path.self, &local));
	assert_int_equal(k.lists, 0);
}

#define ENTRIES	6

/* A list as getifaddrs() makes it, of eth0 unless said otherwise. */
static void
make_list(struct ifaddrs list[ENTRIES], struct sockaddr_storage name[ENTRIES],
    const char *const text[ENTRIES])
{
	static char eth0[] = "eth0", eth1[] = "eth1";
	struct sockaddr_in *in;
	struct sockaddr_in6 *in6;
	struct addr a;
	unsigned i;

	memset(name, 0, ENTRIES * sizeof(*name));
	for (i = 0; i < ENTRIES; i++) {
		list[i] = (struct ifaddrs){
			.ifa_next = i + 1 < ENTRIES ? &list[i + 1] : NULL,
			.ifa_name = eth0,
		};
		if (text[i] == NULL)
			continue;
		a = addr(text[i][0] == '!' ? text[i] + 1 : text[i]);
		if (text[i][0] == '!')
			list[i].ifa_name = eth1;
		in = (struct sockaddr_in *)&name[i];
		in6 = (struct sockaddr_in6 *)&name[i];
		name[i].ss_family = a.family;
		if (a.family == AF_INET)
			memcpy(&in->sin_addr, a.bytes, 4);
		else
			memcpy(&in6->sin6_addr, a.bytes, 16);
		list[i].ifa_addr = (struct sockaddr *)&name[i];
	}
	k.addresses = list;
}

/* A link-local address is forwarded by nobody: another one is needed. */
static void
test_bfd_echo_io_find_looks_at_the_interface(void **state)
{
	static const char *const with[ENTRIES] = { NULL, "192.0.2.9",
	    "!2001:db8::7", "fe80::1", "2001:db8::8", "2001:db8::9" };
	static const char *const without[ENTRIES] = { NULL, "192.0.2.9",
	    "!2001:db8::7", "fe80::1", "ff02::1", "::" };
	struct sockaddr_storage names[ENTRIES];
	struct ifaddrs list[ENTRIES];
	struct bfd_params p = session("fe80::2");
	struct bfd_echo_path path = { .ready = false };
	struct addr local = addr("fe80::1"), want = addr("2001:db8::8");

	(void)state;
	good_neighbour();
	k.fails = "getifaddrs";
	k.error = ENFILE;
	assert_int_equal(bfd_echo_io_find(nl, &p, &local, 3, &path), -ENFILE);
	k.fails = NULL;
	make_list(list, names, without);
	assert_int_equal(bfd_echo_io_find(nl, &p, &local, 3, &path),
	    -EADDRNOTAVAIL);
	assert_false(path.ready);
	assert_int_equal(k.freed, 1);
	make_list(list, names, with);
	assert_int_equal(bfd_echo_io_find(nl, &p, &local, 3, &path), 0);
	assert_true(addr_equal(&path.self, &want));
	assert_true(path.ready);
	assert_int_equal(k.freed, 2);
}

static void
test_bfd_echo_io_find_waits_for_the_neighbour(void **state)
{
	struct bfd_params p = session("192.0.2.2");
	struct bfd_echo_path path = { .ready = false };
	struct addr local = addr("192.0.2.1");

	(void)state;
	k.neigh_error = -ENOENT;
	assert_int_equal(bfd_echo_io_find(nl, &p, &local, 3, &path),
	    -EHOSTUNREACH);
	k.neigh_error = 0;			/* incomplete, failed */
	k.neighbour.mac_len = 6;
	assert_int_equal(bfd_echo_io_find(nl, &p, &local, 3, &path),
	    -EHOSTUNREACH);
	assert_false(path.ready);
	good_neighbour();
	assert_int_equal(bfd_echo_io_find(nl, &p, &local, 3, &path), 0);
	assert_true(path.ready && path.neighbour.confirmed);
	/* Lost again: it is for the packets to show; but to be asked for. */
	k.neigh_error = -ENOENT;
	assert_int_equal(bfd_echo_io_find(nl, &p, &local, 3, &path), 0);
	assert_true(path.ready && !path.neighbour.confirmed);
	assert_int_equal(path.neighbour.mac[5], 7);
	/* Another card in the same place. */
	k.neigh_error = 0;
	good_neighbour();
	k.neighbour.mac[5] = 8;
	assert_int_equal(bfd_echo_io_find(nl, &p, &local, 3, &path), 0);
	assert_int_equal(path.neighbour.mac[5], 8);
}

/* A tunnel has no link addresses: there is nobody to resolve. */
static void
test_bfd_echo_io_find_needs_no_neighbour_on_a_tunnel(void **state)
{
	struct bfd_params p = session("192.0.2.2");
	struct bfd_echo_path path = { .ready = false };
	struct addr local = addr("192.0.2.1");

	(void)state;
	k.neigh_error = -ENOENT;
	k.flags = IFF_UP | IFF_NOARP;
	k.fails = "socket";
	k.error = EMFILE;
	assert_int_equal(bfd_echo_io_find(nl, &p, &local, 3, &path),
	    -EHOSTUNREACH);
	k.fails = "ioctl";
	k.error = ENODEV;
	assert_int_equal(bfd_echo_io_find(nl, &p, &local, 3, &path),
	    -EHOSTUNREACH);
	k.fails = NULL;
	assert_int_equal(bfd_echo_io_find(nl, &p, &local, 3, &path), 0);
	assert_string_equal(k.asked, "eth0");
	assert_true(path.ready && path.neighbour.confirmed);
	assert_int_equal(path.neighbour.mac_len, 0);
}

/* --- over lo --- */

static const uint8_t key[BFD_ECHO_KEY_LEN] = { 1, 2, 3 };

/* An echo packet as it comes back, forwarded once. */
static size_t
echo_packet(const char *self, uint32_t sequence, uint8_t *buf, size_t size)
{
	struct bfd_echo echo = { .discr = 42, .sequence = sequence,
	    .sent = { 5 } };
	struct bfd_echo_header h = { .source_port = 50000 };
	uint8_t payload[BFD_ECHO_LEN];
	size_t len;

	h.source = h.destination = addr(self);
	assert_true(bfd_echo_build(key, &echo, payload));
	len = bfd_echo_wrap(&h, payload, sizeof(payload), buf, size);
	assert_true(len > 0);
	buf[h.source.family == AF_INET ? 8 : 7] = BFD_ECHO_TTL;
	return len;
}

static bool
has_packet(int tap)
{
	struct pollfd p = { .fd = tap, .events = POLLIN };

	return poll(&p, 1, PATIENCE_MS) == 1;
}

/* The sequence of the next packet from the tap; 0: there is none. */
static uint32_t
next_sequence(int tap, uint8_t family)
{
	struct sockaddr_storage name;
	socklen_t len = sizeof(name);
	struct bfd_echo_header h;
	const uint8_t *payload;
	struct bfd_echo echo;
	uint8_t buf[BFD_ECHO_READ_MAX];
	size_t payload_len;
	ssize_t n;

	if (!has_packet(tap))
		return 0;
	n = recvfrom(tap, buf, sizeof(buf), 0, (struct sockaddr *)&name, &len);
	assert_true(n > 0);
	assert_int_equal(bfd_echo_io_tap_ifindex(&name),
	    if_nametoindex("lo"));
	/* The checksum was made for a TTL of 255. */
	if (family == AF_INET)
		buf[8] = 255;
	assert_true(bfd_echo_unwrap(family, buf, (size_t)n, &h, &payload,
	    &payload_len));
	assert_true(bfd_echo_parse(key, payload, payload_len, &echo));
	return echo.sequence;
}

/*
 * A filter is judged by the packets that come out: each case is followed by a
 * good packet, and the next one out is the case or that one.
 */
static void
test_bfd_echo_io_taps_take_what_comes_back_and_nothing_else(void **state)
{
	static const struct {
		const char	*what;
		const char	*self;
		unsigned	 at;
		uint8_t		 value;
		bool		 other;	/* to another host on the link */
		bool		 taken;
	} cases[] = {
		{ "forwarded once", "127.0.0.1", 8, 254, false, true },
		{ "forwarded often", "127.0.0.1", 8, 1, false, true },
		{ "the neighbour's own", "127.0.0.1", 8, 255, false, false },
		{ "TCP", "127.0.0.1", 9, IPPROTO_TCP, false, false },
		{ "first fragment", "127.0.0.1", 6, 0x20, false, false },
		{ "later fragment", "127.0.0.1", 7, 0x01, false, false },
		{ "must not be fragmented", "127.0.0.1", 6, 0x40, false, true },
		{ "control packet", "127.0.0.1", 23, 0xc8, false, false },
		{ "not for us", "127.0.0.1", 8, 254, true, false },
		{ "forwarded once", "2001:db8::1", 7, 254, false, true },
		{ "the neighbour's own", "2001:db8::1", 7, 255, false, false },
		{ "TCP", "2001:db8::1", 6, IPPROTO_TCP, false, false },
		{ "a fragment", "2001:db8::1", 6, 44, false, false },
		{ "control packet", "2001:db8::1", 43, 0xc8, false, false },
		{ "not for us", "2001:db8::1", 7, 254, true, false },
	};
	struct bfd_echo_path lo, other;
	uint8_t buf[BFD_ECHO_PACKET_MAX];
	int tx, tap, ifindex;
	uint32_t got;
	size_t i, len;

	(void)state;
	if (!have_net)
		skip();
	ifindex = (int)if_nametoindex("lo");
	tx = bfd_echo_io_tx_open();
	assert_true(tx >= 0);
	memset(&lo, 0, sizeof(lo));
	lo.neighbour.mac_len = 6;		/* lo's address is all zero */
	lo.ready = true;
	other = lo;
	other.neighbour.mac[0] = 2;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		lo.self = other.self = addr(cases[i].self);
		tap = bfd_echo_io_tap_open(lo.self.family);
		assert_true(tap >= 0);
		len = echo_packet(cases[i].self, 1, buf, sizeof(buf));
		buf[cases[i].at] = cases[i].value;
		assert_int_equal(bfd_echo_io_tx(tx, cases[i].other ? &other :
		    &lo, ifindex, buf, len), 0);
		len = echo_packet(cases[i].self, 2, buf, sizeof(buf));
		assert_int_equal(bfd_echo_io_tx(tx, &lo, ifindex, buf, len),
		    0);
		if (cases[i].taken) {
			/* Changed by the case, so only counted. */
			assert_true(has_packet(tap));
			assert_true(recv(tap, buf, sizeof(buf), 0) > 0);
		}
		got = next_sequence(tap, lo.self.family);
		if (got != 2)
			fail_msg("%s %s: %s", cases[i].self, cases[i].what,
			    got == 1 ? "was taken" : "nothing came");
		(void)close(tap);
	}
	(void)close(tx);
}

/* IPv4 options push the UDP header back; the filter follows it. */
static void
test_bfd_echo_io_tap_takes_a_packet_with_options(void **state)
{
	struct bfd_echo_path lo = { .self = addr("127.0.0.1"),
	    .neighbour = { .mac_len = 6 } };
	uint8_t buf[BFD_ECHO_PACKET_MAX + 4], plain[BFD_ECHO_PACKET_MAX];
	int tx, tap;
	size_t len;

	(void)state;
	if (!have_net)
		skip();
	len = echo_packet("127.0.0.1", 1, plain, sizeof(plain));
	memcpy(buf, plain, 20);
	memset(buf + 20, 1, 4);				/* four NOPs */
	memcpy(buf + 24, plain + 20, len - 20);
	buf[0] = 0x46;
	buf[3] = (uint8_t)(len + 4);
	tx = bfd_echo_io_tx_open();
	tap = bfd_echo_io_tap_open(AF_INET);
	assert_true(tx >= 0 && tap >= 0);
	assert_int_equal(bfd_echo_io_tx(tx, &lo, (int)if_nametoindex("lo"), buf,
	    len + 4), 0);
	assert_true(has_packet(tap));
	assert_int_equal(recv(tap, buf, sizeof(buf), 0), len + 4);
	(void)close(tap);
	(void)close(tx);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, play, stop_playing)
	const struct CMUnitTest tests[] = {
		T(test_bfd_echo_io_tap_is_bound_to_its_family),
		T(test_bfd_echo_io_tap_failures_leave_nothing_open),
		T(test_bfd_echo_io_tx_open_needs_a_socket_and_no_priority),
		T(test_bfd_echo_io_tx_addresses_the_neighbour),
		T(test_bfd_echo_io_tap_tells_the_interface),
		T(test_bfd_echo_io_find_needs_an_interface_and_netlink),
		T(
		    test_bfd_echo_io_find_takes_the_nearest_address_that_is_routable),
		T(test_bfd_echo_io_find_looks_at_the_interface),
		T(test_bfd_echo_io_find_waits_for_the_neighbour),
		T(test_bfd_echo_io_find_needs_no_neighbour_on_a_tunnel),
		cmocka_unit_test(
		    test_bfd_echo_io_taps_take_what_comes_back_and_nothing_else),
		cmocka_unit_test(
		    test_bfd_echo_io_tap_takes_a_packet_with_options),
	};

	have_net = net_own();
	if (!have_net)
		print_message("# skipped: no network namespace of our own\n");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
