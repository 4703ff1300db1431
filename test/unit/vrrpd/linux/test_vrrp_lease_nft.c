/*
 * test_vrrp_lease_nft.c - the lease in the kernel, in a network namespace of its
 * own: two ends of a cable, at one the virtual router and at the other a client.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "test/unit/bfdd_net.h"
#include "vrrpd/linux/vrrp_lease_nft.h"
#include "vrrpd/linux/vrrp_leases.h"

#define ROUTER	"192.0.2.1"
#define PEER	"192.0.2.2"
#define OTHER	"192.0.2.3"
#define CLIENT	"192.0.2.9"
#define VIRTUAL	"192.0.2.50"
#define D_MS	300
#define T_MS	600

static const uint8_t router_mac[6] = { 2, 0, 0, 0, 0, 1 };
static const uint8_t client_mac[6] = { 2, 0, 0, 0, 0, 9 };
static const uint8_t group_mac[6] = { 1, 0, 0x5e, 0, 0, 0x12 };
static const uint8_t group6_mac[6] = { 0x33, 0x33, 0, 0, 0, 0x12 };

static bool have_net;
static struct vrrp_leases *leases;
static struct vrrp_nft other;	/* somebody else's socket */
static struct vrrp_lease_errand errand;

static int
setup(void **state)
{
	(void)state;
	leases = vrrp_leases_new(getpid());
	have_net = net_own() && system("ip link add r address "
	    "02:00:00:00:00:01 type veth peer c address 02:00:00:00:00:09 && "
	    "ip address add 192.0.2.1/24 dev r && "
	    "ip address add 192.0.2.50/32 dev r && "
	    "ip -6 address add 2001:db8::1/64 dev r nodad && "
	    "ip -6 address add 2001:db8::50/128 dev r nodad && "
	    "ip link set r up && ip link set c up") == 0;
	return 0;
}

static int
carry_out(void)
{
	bool others;
	int error = vrrp_leases_carry_out(leases, &errand, &others);

	assert_false(others);
	return error;
}

static int
teardown(void **state)
{
	(void)state;
	vrrp_leases_free(leases);
	vrrp_nft_close(&other);
	return 0;
}

static int
done(void **state)
{
	(void)state;
	errand.put = false;
	if (have_net)
		(void)carry_out();
	return 0;
}

static void
pass_ms(long ms)
{
	const struct timespec t = { ms / 1000, ms % 1000 * 1000000 };

	(void)nanosleep(&t, NULL);
}

/* --- frames --- */

static void
send_on(const char *device, const uint8_t *frame, size_t len)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_ifindex = (int)if_nametoindex(device),
	};
	/* To close one waits for a grace period, and that costs the time. */
	static int fd = -1;

	if (fd == -1)
		fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	assert_true(fd != -1);
	(void)sendto(fd, frame, len, 0, (struct sockaddr *)&to, sizeof(to));
}

static void
add(uint32_t *sum, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;
	size_t i;

	for (i = 0; i < len; i++)
		*sum += i % 2 == 0 ? (uint32_t)p[i] << 8 : p[i];
}

static uint16_t
folded(uint32_t sum)
{
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* An IP packet in a frame; the checksum of what is inside goes to check_at. */
static size_t
ip_frame(uint8_t *f, const uint8_t *to_mac, const char *from, const char *to,
    uint8_t protocol, const uint8_t *payload, size_t len, int check_at)
{
	struct addr a, b;
	uint32_t sum = 0;
	uint16_t check;
	uint8_t *ip = f + 14, *inner;
	size_t n;

	assert_int_equal(addr_parse(from, &a), 0);
	assert_int_equal(addr_parse(to, &b), 0);
	n = addr_len(a.family);
	memset(f, 0, 14 + 40);
	memcpy(f, to_mac, 6);
	memcpy(f + 6, client_mac, 6);
	f[12] = n == 4 ? 0x08 : 0x86;
	f[13] = n == 4 ? 0x00 : 0xdd;
	if (n == 4) {
		ip[0] = 0x45;
		ip[2] = (uint8_t)((20 + len) >> 8);
		ip[3] = (uint8_t)(20 + len);
		ip[8] = 255;
		ip[9] = protocol;
		memcpy(ip + 12, a.bytes, 4);
		memcpy(ip + 16, b.bytes, 4);
		add(&sum, ip, 20);
		check = folded(sum);
		ip[10] = (uint8_t)(check >> 8);
		ip[11] = (uint8_t)check;
		inner = ip + 20;
	} else {
		ip[0] = 0x60;
		ip[4] = (uint8_t)(len >> 8);
		ip[5] = (uint8_t)len;
		ip[6] = protocol;
		ip[7] = 255;
		memcpy(ip + 8, a.bytes, 16);
		memcpy(ip + 24, b.bytes, 16);
		inner = ip + 40;
	}
	memcpy(inner, payload, len);
	if (check_at >= 0) {
		sum = (uint32_t)len + protocol;
		add(&sum, a.bytes, n);
		add(&sum, b.bytes, n);
		add(&sum, inner, len);
		check = folded(sum);
		inner[check_at] = (uint8_t)(check >> 8);
		inner[check_at + 1] = (uint8_t)check;
	}
	return (size_t)(inner - f) + len;
}

static bool
is_v6(void)
{
	return errand.lease.family == AF_INET6;
}

/* Version 3, or another with its own fields. */
static void
advert_on(const char *device, uint8_t vrid, uint8_t priority,
    uint16_t interval)
{
	const uint8_t m[12] = { 0x31, vrid, priority, 1,
	    (uint8_t)(interval >> 8), (uint8_t)interval };
	uint8_t f[128];

	send_on(device, f, ip_frame(f, is_v6() ? group6_mac : group_mac,
	    is_v6() ? "2001:db8::1" : ROUTER, is_v6() ? "ff02::12" :
	    "224.0.0.18", 112, m, sizeof(m), -1));
}

static void
say_advert(uint8_t priority, uint16_t interval)
{
	advert_on("r", 51, priority, interval);
}

/* Another router, of this VRID. */
static void
hear_advert(uint8_t vrid, uint8_t priority)
{
	advert_on("c", vrid, priority, T_MS / 30);
}

static void
say_bfd(const char *peer, uint8_t state, uint8_t diag, uint32_t tx_us)
{
	const uint8_t m[32] = { 0xc0, 0, 3784 >> 8, 3784 & 255, 0, 32, 0, 0,
	    (uint8_t)(1 << 5 | diag), (uint8_t)(state << 6), 3, 24,
	    [20] = (uint8_t)(tx_us >> 24), (uint8_t)(tx_us >> 16),
	    (uint8_t)(tx_us >> 8), (uint8_t)tx_us };
	uint8_t f[128];

	send_on("r", f, ip_frame(f, client_mac, is_v6() ? "2001:db8::1" :
	    ROUTER, peer, IPPROTO_UDP, m, sizeof(m), -1));
}

static void
say(enum vrrp_lease_word word)
{
	uint8_t f[VRRP_LEASE_WORD_BYTES];

	vrrp_lease_say(&errand.lease, router_mac, word, f);
	send_on("r", f, sizeof(f));
}

/* --- does it answer --- */

/* A datagram from the client, to this MAC, arrives at the address. */
static bool
delivers(const uint8_t *mac, int wait_ms)
{
	const char *to = is_v6() ? "2001:db8::50" : VIRTUAL;
	uint8_t m[9] = { 0x10, 0, 4000 >> 8, 4000 & 255, 0, 9, 0, 0, 'x' };
	struct sockaddr_storage ss;
	struct pollfd pfd = { -1, POLLIN, 0 };
	struct addr a;
	socklen_t len;
	uint8_t f[128];
	bool arrived;

	assert_int_equal(addr_parse(to, &a), 0);
	len = addr_to_sockaddr(&a, 4000, 0, &ss);
	pfd.fd = socket(a.family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_true(pfd.fd != -1);
	assert_int_equal(bind(pfd.fd, (struct sockaddr *)&ss, len), 0);
	send_on("c", f, ip_frame(f, mac, is_v6() ? "2001:db8::9" : CLIENT,
	    to, IPPROTO_UDP, m, sizeof(m), 6));
	arrived = poll(&pfd, 1, wait_ms) == 1;
	close(pfd.fd);
	return arrived;
}

/* Whether an answer comes to the client. */
static bool
is_answer(const uint8_t *f, ssize_t len)
{
	if (is_v6())
		return len > 54 && f[12] == 0x86 && f[20] == IPPROTO_ICMPV6 &&
		    f[54] == 136;
	return len >= 42 && f[12] == 8 && f[13] == 6 && f[21] == 2;
}

static bool
answers(int wait_ms)
{
	struct sockaddr_ll at = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)if_nametoindex("c"),
	};
	uint8_t f[128] = { 0 }, in[256];
	uint8_t ns[32] = { 135, [8] = 0x20, 0x01, 0x0d, 0xb8, [23] = 0x50,
	    [24] = 1, 1, 2, 0, 0, 0, 0, 9 };
	struct pollfd pfd = { -1, POLLIN, 0 };
	bool found = false;
	size_t n = 42;

	pfd.fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));
	assert_true(pfd.fd != -1);
	assert_int_equal(bind(pfd.fd, (struct sockaddr *)&at, sizeof(at)), 0);
	if (is_v6())
		n = ip_frame(f, (const uint8_t[]){ 0x33, 0x33, 0xff, 0, 0,
		    0x50 }, "2001:db8::9", "ff02::1:ff00:50", IPPROTO_ICMPV6,
		    ns, sizeof(ns), 2);
	else {
		memset(f, 0xff, 6);
		memcpy(f + 6, client_mac, 6);
		memcpy(f + 12, (const uint8_t[]){ 8, 6, 0, 1, 8, 0, 6, 4, 0,
		    1 }, 10);
		memcpy(f + 22, client_mac, 6);
		memcpy(f + 28, (const uint8_t[]){ 192, 0, 2, 9 }, 4);
		memcpy(f + 38, (const uint8_t[]){ 192, 0, 2, 50 }, 4);
	}
	send_on("c", f, n);
	while (!found && poll(&pfd, 1, wait_ms) == 1)
		found = is_answer(in, recv(pfd.fd, in, sizeof(in), 0));
	close(pfd.fd);
	return found;
}

/* A slow answer is one all the same; silence has to be waited for. */
#define PATIENT_MS	2000
#define SHORT_MS	20

static void
assert_passes(void)
{
	assert_true(answers(PATIENT_MS));
	assert_true(delivers(router_mac, PATIENT_MS));
}

static void
assert_stopped(void)
{
	assert_false(answers(SHORT_MS));
	assert_false(delivers(router_mac, SHORT_MS));
}

/* --- the lease --- */

static void
one(uint8_t family)
{
	struct vrrp_params p;

	vrrp_params_init(&p);
	p.family = family;
	p.vrid = 51;
	p.virtual_mac = false;
	p.advert_int_cs = T_MS / 3 / 10;
	p.vip_count = 1;
	memcpy(p.interface, "r", 2);
	assert_int_equal(addr_prefix_parse(family == AF_INET6 ?
	    "2001:db8::50" : VIRTUAL, &p.vips[0].prefix), 0);
	memset(&errand, 0, sizeof(errand));
	errand.put = true;
	assert_null(vrrp_lease_of(&p, vrrp_lease_nft_tick_ns(),
	    &errand.lease));
}

static void
with_peer(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, &a), 0);
	assert_true(vrrp_lease_peer(&errand.lease, &a, 3, D_MS / 3 *
	    NS_PER_MS, vrrp_lease_nft_tick_ns()));
}

/* Not here: no root, or a kernel without what it takes. */
static void
put(void)
{
	int error;

	if (!have_net)
		skip();
	error = carry_out();
	if (error == -EOPNOTSUPP)
		skip();
	assert_int_equal(error, 0);
}

static void
adverts_alone(uint8_t family)
{
	one(family);
	put();
	assert_passes();		/* a Backup: nothing is stopped */
	pass_ms(T_MS + 50);
	assert_passes();
	say_advert(0, T_MS / 30);		/* nor by a query of ours */
	assert_passes();
	say_advert(100, T_MS / 30);
	assert_passes();
	pass_ms(T_MS / 2);
	say_advert(100, T_MS / 30);
	pass_ms(T_MS * 3 / 4);
	assert_passes();
	pass_ms(T_MS / 4 + 50);
	assert_stopped();
	say_advert(100, T_MS / 30);		/* healed by itself */
	assert_passes();
	say_advert(100, 400);			/* slower than we know */
	pass_ms(T_MS + 50);
	assert_passes();
	say_advert(100, T_MS / 30);
	say(VRRP_LEASE_IDLE);
	pass_ms(T_MS + 50);
	assert_passes();
	say_advert(100, T_MS / 30);
	say(VRRP_LEASE_OFF);
	pass_ms(T_MS + 50);
	assert_passes();
}

static void
test_vrrp_lease_nft_runs_out_after_the_last_advert(void **state)
{
	(void)state;
	adverts_alone(AF_INET);
}

static void
test_vrrp_lease_nft_ipv6(void **state)
{
	(void)state;
	adverts_alone(AF_INET6);
}

/* Every order of events of one peer. */
static void
one_peer(uint8_t family, const char *peer)
{
	const uint32_t tx = D_MS * 1000 / 3;

	one(family);
	with_peer(peer);
	errand.lease.advert_ms = 60000;
	put();
	say_advert(100, T_MS / 30);
	pass_ms(D_MS + 50);
	assert_passes();		/* no session yet */
	say_bfd(peer, 1, 0, 1000000);
	say_bfd(peer, 2, 0, 1000000);
	say_bfd(peer, 3, 0, 1000000);		/* Up, and slow still */
	pass_ms(D_MS + 50);
	assert_passes();
	say_bfd(peer, 3, 0, tx);
	pass_ms(D_MS * 2 / 3);
	assert_passes();
	say_bfd(peer, 3, 0, tx);
	pass_ms(D_MS * 2 / 3);
	assert_passes();
	pass_ms(D_MS / 3 + 50);
	assert_stopped();
	say_bfd(peer, 3, 0, tx);		/* healed by itself */
	assert_passes();
	say_bfd(peer, 1, 1, 1000000);		/* the peer has died */
	pass_ms(D_MS + 50);
	assert_passes();
	say_bfd(peer, 3, 0, tx);		/* and come back */
	pass_ms(D_MS + 50);
	assert_stopped();
	say_advert(100, T_MS / 30);		/* bfdd is stopped, we are not */
	assert_passes();
	say_bfd(peer, 3, 0, tx);
	assert_passes();
	say_bfd(peer, 1, 5, tx);		/* bfdd: vrrpd is dead */
	assert_stopped();
	say_advert(100, T_MS / 30);		/* vrrpd is not, after all */
	assert_passes();
	say_bfd(peer, 3, 0, tx);
	say_bfd(peer, 1, 4, tx);		/* nor does this host forward */
	assert_stopped();
	say_advert(100, T_MS / 30);
	say_bfd(peer, 1, 3, tx);		/* said by the peer before */
	pass_ms(D_MS + 50);
	assert_passes();
	say_bfd(peer, 3, 0, tx);
	say(VRRP_LEASE_ASIDE);			/* bfdd is gone */
	pass_ms(D_MS + 50);
	assert_passes();
	say_bfd(peer, 0, 7, tx);		/* switched off by an operator */
	assert_passes();
}

static void
test_vrrp_lease_nft_runs_out_with_bfd_of_a_peer(void **state)
{
	(void)state;
	one_peer(AF_INET, PEER);
}

static void
test_vrrp_lease_nft_runs_out_with_bfd_ipv6(void **state)
{
	(void)state;
	one_peer(AF_INET6, "2001:db8::2");
}

static void
test_vrrp_lease_nft_every_peer_counts_for_itself(void **state)
{
	const uint32_t tx = D_MS * 1000 / 3;

	(void)state;
	one(AF_INET);
	with_peer(PEER);
	with_peer(OTHER);
	errand.lease.advert_ms = 60000;
	put();
	say_advert(100, T_MS / 30);
	say_bfd(PEER, 3, 0, tx);
	say_bfd(OTHER, 3, 0, tx);
	pass_ms(D_MS * 2 / 3);
	say_bfd(OTHER, 3, 0, tx);
	pass_ms(D_MS / 3 + 50);
	assert_stopped();
	say_bfd(PEER, 1, 1, 1000000);
	say_bfd(OTHER, 3, 0, tx);
	assert_stopped();			/* the engine has no say in that */
	say(VRRP_LEASE_ASIDE);
	say_bfd(OTHER, 3, 0, tx);
	assert_passes();
	pass_ms(D_MS + 50);
	assert_stopped();
}

/* vrrpd is dead: bfdd says so, lets the session go soon after, and says that too. */
static void
test_vrrp_lease_nft_last_word_is_the_last(void **state)
{
	const uint32_t tx = D_MS * 1000 / 3;

	(void)state;
	one(AF_INET);
	with_peer(PEER);
	errand.lease.advert_ms = 60000;
	put();
	say_advert(100, T_MS / 30);
	say_bfd(PEER, 3, 0, tx);
	assert_passes();
	say_bfd(PEER, 1, 5, 1000000);
	assert_stopped();
	say_bfd(PEER, 1, 5, 1000000);
	say_bfd(PEER, 1, 1, 1000000);
	say_bfd(PEER, 2, 0, 1000000);
	say_bfd(PEER, 0, 7, 1000000);		/* AdminDown */
	assert_stopped();
	say_advert(100, T_MS / 30);		/* alive, after all */
	assert_passes();
	say_bfd(PEER, 3, 0, tx);
	say_bfd(PEER, 0, 7, 1000000);		/* switched off by an operator */
	pass_ms(D_MS + 50);
	assert_passes();
}

static void
test_vrrp_lease_nft_unicast_goes_by_words(void **state)
{
	(void)state;
	one(AF_INET);
	errand.lease.unicast = true;
	put();
	say(VRRP_LEASE_SAID);
	assert_passes();
	pass_ms(T_MS + 50);
	assert_stopped();
	say(VRRP_LEASE_SAID);
	assert_passes();
	errand.lease.interval++;		/* not as the rules know it */
	say(VRRP_LEASE_SAID);
	pass_ms(T_MS + 50);
	assert_passes();
}

/* Whoever gives the addresses up is silent before they are off. */
static void
test_vrrp_lease_nft_ends_by_a_word(void **state)
{
	(void)state;
	one(AF_INET);
	with_peer(PEER);
	errand.lease.advert_ms = 60000;
	put();
	say(VRRP_LEASE_END);			/* nothing to end */
	pass_ms(VRRP_LEASE_END_MS + 50);
	assert_passes();
	say_advert(100, T_MS / 30);
	say_bfd(PEER, 3, 0, 1000000);
	say(VRRP_LEASE_END);
	pass_ms(VRRP_LEASE_END_MS + 50);
	assert_stopped();
	say_bfd(PEER, 3, 0, D_MS * 1000 / 3);	/* bfdd does not know of it */
	assert_stopped();
	say(VRRP_LEASE_IDLE);			/* all are off */
	assert_passes();
	say_advert(100, T_MS / 30);		/* Active again, before that */
	say(VRRP_LEASE_END);
	say_advert(100, T_MS / 30);
	pass_ms(VRRP_LEASE_END_MS + 50);
	say_bfd(PEER, 1, 1, 1000000);
	assert_passes();
}

/* Whoever resigned answers until another router is Active, and hardly longer. */
static void
resigns(uint8_t family)
{
	one(family);
	errand.lease.resign_ms = 60000;
	errand.lease.advert_ms = 60000;
	put();
	hear_advert(51, 100);			/* a Backup, and its Active */
	say_advert(100, T_MS / 30);
	hear_advert(51, 90);			/* a lesser one beside us */
	pass_ms(VRRP_LEASE_HEARD_MS + 50);
	assert_passes();
	say_advert(0, T_MS / 30);
	hear_advert(52, 100);
	hear_advert(51, 0);
	pass_ms(VRRP_LEASE_HEARD_MS + 50);
	assert_passes();			/* nobody has succeeded */
	say_advert(100, T_MS / 30);		/* Active after all */
	hear_advert(51, 90);
	pass_ms(VRRP_LEASE_HEARD_MS + 50);
	assert_passes();
	say_advert(0, T_MS / 30);
	hear_advert(51, 90);
	pass_ms(VRRP_LEASE_HEARD_MS / 2);
	hear_advert(51, 90);			/* puts nothing off */
	pass_ms(VRRP_LEASE_HEARD_MS / 2 + 12);
	assert_stopped();
	say_advert(100, T_MS / 30);
	assert_passes();
	say(VRRP_LEASE_RESIGNED);		/* to one router each */
	hear_advert(51, 90);
	pass_ms(VRRP_LEASE_HEARD_MS + 50);
	assert_stopped();
	say(VRRP_LEASE_IDLE);
	assert_passes();
}

static void
test_vrrp_lease_nft_resigned_is_silent_after_a_successor(void **state)
{
	(void)state;
	resigns(AF_INET);
}

static void
test_vrrp_lease_nft_resigned_ipv6(void **state)
{
	(void)state;
	resigns(AF_INET6);
}

/* A new table for one that is Active runs at once; a tag is of another network. */
static void
test_vrrp_lease_nft_put_again_and_taken_out(void **state)
{
	const uint8_t virtual[6] = { 0, 0, 0x5e, 0, 1, 51 };

	(void)state;
	one(AF_INET);
	errand.is_active = true;
	errand.lease.virtual_mac = true;
	put();
	assert_int_equal(system("ip link set r promisc on"), 0);
	assert_int_equal(system("ip link add link r name mv address "
	    "00:00:5e:00:01:33 type macvlan mode private && "
	    "ip link set mv up"), 0);
	assert_passes();
	assert_true(delivers(virtual, PATIENT_MS));
	put();
	assert_passes();
	pass_ms(T_MS + 50);
	assert_stopped();
	assert_false(delivers(virtual, SHORT_MS));
	say_advert(100, T_MS / 30);
	assert_true(delivers(virtual, PATIENT_MS));
	pass_ms(T_MS + 50);
	assert_stopped();
	errand.is_active = false;
	put();
	assert_passes();
	errand.put = false;
	assert_int_equal(carry_out(), 0);
	assert_int_equal(carry_out(), 0);
	assert_passes();
	assert_int_equal(system("ip link del mv"), 0);
}

static void
test_vrrp_lease_nft_as_much_as_an_instance_has(void **state)
{
	char text[32];
	unsigned i;

	(void)state;
	one(AF_INET6);
	for (i = 1; i < VRRP_ADDRESSES_MAX; i++) {
		(void)snprintf(text, sizeof(text), "2001:db8:1::%x", i);
		assert_int_equal(addr_parse(text,
		    &errand.lease.vips[i].addr), 0);
	}
	errand.lease.vip_count = VRRP_ADDRESSES_MAX;
	for (i = 0; i < VRRP_LEASE_PEERS_MAX; i++) {
		(void)snprintf(text, sizeof(text), "2001:db8:2::%x", i + 1);
		with_peer(text);
	}
	put();
}

static void
say_version_2(uint8_t priority, uint8_t interval_s)
{
	const uint8_t m[20] = { 0x21, 51, priority, 1, 0, interval_s };
	uint8_t f[128];

	send_on("r", f, ip_frame(f, group_mac, ROUTER, "224.0.0.18", 112, m,
	    sizeof(m), -1));
}

static void
test_vrrp_lease_nft_version_2(void **state)
{
	(void)state;
	one(AF_INET);
	errand.lease.version = 2;
	errand.lease.interval = 1;
	put();
	say_advert(100, T_MS / 30);		/* not ours */
	pass_ms(T_MS + 50);
	assert_passes();
	say_version_2(100, 1);
	assert_passes();
	pass_ms(T_MS + 50);
	assert_stopped();
	say_version_2(100, 2);			/* slower than known */
	pass_ms(T_MS + 50);
	assert_passes();
}

/* The one that would take over first. */
static void
test_vrrp_lease_nft_peers_of_different_pace(void **state)
{
	struct addr a;

	(void)state;
	one(AF_INET);
	with_peer(PEER);
	assert_int_equal(addr_parse(OTHER, &a), 0);
	assert_true(vrrp_lease_peer(&errand.lease, &a, 5, D_MS * NS_PER_MS,
	    vrrp_lease_nft_tick_ns()));
	errand.lease.peers[1].multiplier = 3;	/* as say_bfd() says */
	errand.lease.advert_ms = 60000;
	put();
	say_advert(100, T_MS / 30);
	say_bfd(OTHER, 3, 0, D_MS * 1000);
	pass_ms(D_MS + 50);
	assert_passes();
	say_bfd(PEER, 3, 0, D_MS * 1000 / 3);
	pass_ms(D_MS + 50);
	assert_stopped();
	say(VRRP_LEASE_ASIDE);			/* the fast one has died */
	say_bfd(OTHER, 3, 0, D_MS * 1000);
	assert_passes();
	pass_ms(D_MS * 5);
	assert_stopped();
}

/* --- many in one table --- */

#define CROWD	100

static void
one_of_many(unsigned i)
{
	one(AF_INET);
	errand.lease.vrid = (uint8_t)(i + 1);
	errand.lease.vips[0].addr.bytes[0] = 10;
	errand.lease.vips[0].addr.bytes[1] = 0;
	errand.lease.vips[0].addr.bytes[2] = (uint8_t)(i >> 8);
	errand.lease.vips[0].addr.bytes[3] = (uint8_t)i;
	with_peer(PEER);
}

static char found[2][64];
static unsigned found_count;

static void
found_one(const char *name, void *arg)
{
	(void)arg;
	if (vrrp_leases_is_table(name) && found_count < 2)
		(void)snprintf(found[found_count], 64, "%s", name);
	found_count++;
}

static unsigned
tables(void)
{
	found_count = 0;
	assert_int_equal(vrrp_nft_open(&other), 0);
	assert_int_equal(vrrp_nft_tables(&other, NFPROTO_NETDEV, found_one,
	    NULL), 0);
	return found_count;
}

static int
routers(void)
{
	assert_int_equal(tables(), 1);
	return vrrp_nft_count_elements(&other, NFPROTO_NETDEV, found[0],
	    VRRP_LEASE_NFT_ROUTERS);
}

static void
leave_crowd(void)
{
	unsigned i;

	for (i = 0; i < CROWD; i++) {
		one_of_many(i);
		errand.put = false;
		assert_int_equal(carry_out(), 0);
	}
}

/* Others come, change and go, and one lease runs on by its own clocks. */
static void
test_vrrp_lease_nft_crowd_leaves_each_its_own(void **state)
{
	struct vrrp_lease_errand own;
	unsigned i;

	(void)state;
	one(AF_INET);
	errand.lease.vrid = 255;
	errand.is_active = true;
	errand.lease.advert_ms = 60000;
	with_peer(PEER);
	put();
	own = errand;
	say_bfd(PEER, 3, 0, D_MS * 1000 / 3);
	pass_ms(D_MS + 50);
	assert_stopped();
	for (i = 0; i < CROWD; i++) {
		one_of_many(i);
		assert_int_equal(carry_out(), 0);
	}
	for (i = 0; i < CROWD; i += 2) {
		one_of_many(i);
		errand.lease.vips[0].addr.bytes[1] = 1;
		errand.lease.virtual_mac = true;
		errand.lease.version = 2;
		assert_int_equal(carry_out(), 0);
	}
	assert_stopped();
	assert_int_equal(routers(), CROWD + 1);
	leave_crowd();
	assert_stopped();
	assert_int_equal(routers(), 1);
	say_bfd(PEER, 3, 0, D_MS * 1000 / 3);
	assert_passes();
	errand = own;
	errand.put = false;
	assert_int_equal(carry_out(), 0);
	assert_passes();
	assert_int_equal(tables(), 0);
}

/* The heir has the address as long as it is there. */
static void
test_vrrp_lease_nft_address_goes_to_the_last_that_put_it(void **state)
{
	(void)state;
	one(AF_INET);
	errand.is_active = true;
	put();
	errand.lease.vrid = 52;
	errand.is_active = false;
	put();
	errand.lease.vrid = 51;
	errand.put = false;
	assert_int_equal(carry_out(), 0);
	assert_int_equal(routers(), 1);
	errand.lease.vrid = 52;
	errand.put = errand.is_active = true;
	put();
	pass_ms(T_MS + 50);
	assert_stopped();
}

/* A life that was killed has left a lease that has run out. */
static void
test_vrrp_lease_nft_next_life_takes_it_over(void **state)
{
	struct vrrp_leases *before;
	bool others;

	(void)state;
	one(AF_INET);
	errand.is_active = true;
	put();
	assert_int_equal(tables(), 1);
	before = leases;
	leases = vrrp_leases_new(getpid());
	assert_int_equal(carry_out(), 0);
	assert_int_equal(tables(), 1);		/* another, and not the first */
	pass_ms(T_MS + 50);
	assert_stopped();
	say_advert(100, T_MS / 30);
	assert_passes();
	/* Nobody takes this one: its process has gone. */
	errand.lease.vrid = 77;
	vrrp_leases_free(before);
	before = vrrp_leases_new(INT32_MAX);
	assert_int_equal(vrrp_leases_carry_out(before, &errand, &others), 0);
	assert_int_equal(tables(), 2);
	vrrp_leases_sweep(leases);
	assert_int_equal(tables(), 1);
	vrrp_leases_free(before);
	errand.lease.vrid = 51;
}

static void
flush(const char *table)
{
	struct vrrp_nft_batch b;

	vrrp_nft_begin(&b, &other, NFPROTO_NETDEV, table);
	vrrp_nft_del_table(&b, 0);
	assert_int_equal(vrrp_nft_commit(&b), 0);
}

/* "nft flush ruleset", with and without a word of it. */
static void
test_vrrp_lease_nft_flushed_is_put_again(void **state)
{
	struct vrrp_lease_errand first;
	bool others;

	(void)state;
	one(AF_INET);
	put();
	first = errand;
	errand.lease.vrid = 52;
	errand.lease.vips[0].addr.bytes[3] = 52;
	put();
	assert_int_equal(tables(), 1);
	flush(found[0]);
	errand.lease.vips[0].addr.bytes[3] = 53;
	assert_int_equal(vrrp_leases_carry_out(leases, &errand, &others), 0);
	assert_true(others);
	errand = first;
	assert_int_equal(carry_out(), 0);
	assert_int_equal(routers(), 2);
	flush(found[0]);
	assert_false(vrrp_leases_lost(leases, "swiftover-eth9-1-1"));
	assert_true(vrrp_leases_lost(leases, found[0]));
	assert_int_equal(carry_out(), 0);
	assert_int_equal(routers(), 1);
	errand.is_active = true;
	put();
	pass_ms(T_MS + 50);
	assert_stopped();
}

/* An operator has been at it: that table is given up, with all that is in it. */
static void
test_vrrp_lease_nft_table_that_is_not_as_known(void **state)
{
	struct vrrp_nft_batch b;
	struct nlattr *list;
	struct nl_msg *msg;
	bool others;

	(void)state;
	one(AF_INET);
	put();
	assert_int_equal(tables(), 1);
	errand.lease.vrid = 52;
	errand.lease.vips[0].addr.bytes[3] = 52;
	vrrp_nft_begin(&b, &other, NFPROTO_NETDEV, found[0]);
	msg = vrrp_nft_begin_elements(&b, NFT_MSG_NEWSETELEM, NLM_F_CREATE,
	    "on-r-4", &list);
	vrrp_nft_element_to(msg, errand.lease.vips[0].addr.bytes, 4,
	    "may-4-51");
	vrrp_nft_end_elements(&b, msg, list);
	assert_int_equal(vrrp_nft_commit(&b), 0);
	assert_int_equal(vrrp_leases_carry_out(leases, &errand, &others), 0);
	assert_true(others);
	assert_int_equal(routers(), 1);
}

/* A peer that wants less is not waited for at the old pace. */
static void
test_vrrp_lease_nft_slower_from_now_on(void **state)
{
	struct addr a;

	(void)state;
	one(AF_INET);
	errand.is_active = true;
	errand.lease.advert_ms = 60000;
	with_peer(PEER);
	put();
	say_bfd(PEER, 3, 0, D_MS * 1000 / 3);
	assert_int_equal(addr_parse(PEER, &a), 0);
	assert_true(vrrp_lease_peer(&errand.lease, &a, 3, D_MS * NS_PER_MS,
	    vrrp_lease_nft_tick_ns()));
	put();
	pass_ms(D_MS + 50);
	assert_passes();
}

static void
test_vrrp_lease_nft_addresses_on_another_device(void **state)
{
	(void)state;
	one(AF_INET);
	errand.is_active = true;
	memcpy(errand.lease.devices[0], "c", 2);
	memcpy(errand.lease.devices[1], "r", 2);
	errand.lease.device_count = 2;
	errand.lease.vips[0].device = 1;
	put();
	assert_passes();
	pass_ms(T_MS + 50);
	assert_stopped();
	errand.lease.device_count = 1;
	memset(errand.lease.devices[1], 0, IF_NAMESIZE);
	errand.lease.vips[0].device = 0;
	put();
	assert_passes();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(
		    test_vrrp_lease_nft_runs_out_after_the_last_advert, done),
		cmocka_unit_test_teardown(test_vrrp_lease_nft_ipv6, done),
		cmocka_unit_test_teardown(
		    test_vrrp_lease_nft_runs_out_with_bfd_of_a_peer, done),
		cmocka_unit_test_teardown(
		    test_vrrp_lease_nft_runs_out_with_bfd_ipv6, done),
		cmocka_unit_test_teardown(
		    test_vrrp_lease_nft_every_peer_counts_for_itself, done),
		cmocka_unit_test_teardown(
		    test_vrrp_lease_nft_last_word_is_the_last, done),
		cmocka_unit_test_teardown(
		    test_vrrp_lease_nft_unicast_goes_by_words, done),
		cmocka_unit_test_teardown(
		    test_vrrp_lease_nft_ends_by_a_word, done),
		cmocka_unit_test_teardown(
		    test_vrrp_lease_nft_resigned_is_silent_after_a_successor,
		    done),
		cmocka_unit_test_teardown(test_vrrp_lease_nft_resigned_ipv6,
		    done),
		cmocka_unit_test_teardown(
		    test_vrrp_lease_nft_put_again_and_taken_out, done),
		cmocka_unit_test_teardown(
		    test_vrrp_lease_nft_as_much_as_an_instance_has, done),
		cmocka_unit_test_teardown(test_vrrp_lease_nft_version_2, done),
		cmocka_unit_test_teardown(
		    test_vrrp_lease_nft_peers_of_different_pace, done),
		cmocka_unit_test_teardown(
		    test_vrrp_lease_nft_crowd_leaves_each_its_own, done),
		cmocka_unit_test_teardown(
		    test_vrrp_lease_nft_address_goes_to_the_last_that_put_it,
		    done),
		cmocka_unit_test_teardown(
		    test_vrrp_lease_nft_next_life_takes_it_over, done),
		cmocka_unit_test_teardown(
		    test_vrrp_lease_nft_flushed_is_put_again, done),
		cmocka_unit_test_teardown(
		    test_vrrp_lease_nft_table_that_is_not_as_known, done),
		cmocka_unit_test_teardown(
		    test_vrrp_lease_nft_slower_from_now_on, done),
		cmocka_unit_test_teardown(
		    test_vrrp_lease_nft_addresses_on_another_device, done),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
