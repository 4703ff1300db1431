/*
 * test_vrrp_io.c - which frames pass the filter, and sockets on a veth pair in a
 * network namespace of its own.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test/unit/bfdd_net.h"
#include "test/unit/vrrpd/linux/bpf_run.h"
#include "shared/loop.h"
#include "vrrpd/linux/vrrp_io.h"
#include "vrrpd/pure/vrrp_wire.h"

/* --- the filter, run by hand, since a test cannot make VLAN tags --- */

static uint32_t
run(const struct bpf_frame *f)
{
	const struct sock_filter *code;
	size_t len;

	code = vrrp_io_filter(&len);
	return bpf_run(code, len, f);
}

static size_t
advert_frame(uint8_t *buf, size_t size, uint8_t family)
{
	static const uint8_t mac[6] = { 0, 0, 0x5e, 0, 1, 51 };
	struct vrrp_advert_spec spec;
	struct addr vip;

	memset(&spec, 0, sizeof(spec));
	spec.version = 3;
	spec.vrid = 51;
	spec.priority = 100;
	spec.interval_cs = 100;
	spec.destination = vrrp_wire_group(family);
	spec.addr_count = 1;
	spec.addrs = &vip;
	assert_int_equal(addr_parse(family == AF_INET ? "192.0.2.1" :
	    "fe80::1", &spec.source), 0);
	assert_int_equal(addr_parse(family == AF_INET ? "192.0.2.50" :
	    "fe80::50", &vip), 0);
	return vrrp_wire_build_frame(&spec, mac, NULL, buf, size);
}

static struct bpf_frame
advert(uint8_t *buf, size_t size, uint8_t family)
{
	struct bpf_frame f = { .bytes = buf, .type = PACKET_MULTICAST };

	f.len = advert_frame(buf, size, family);
	assert_true(f.len > 0);
	return f;
}

static void
test_vrrp_io_filter_passes_adverts_of_both_families(void **state)
{
	uint8_t buf[256];
	struct bpf_frame f;

	(void)state;
	f = advert(buf, sizeof(buf), AF_INET);
	assert_true(run(&f) >= f.len);
	f.type = PACKET_HOST;			/* unicast peers */
	assert_true(run(&f) >= f.len);
	f = advert(buf, sizeof(buf), AF_INET6);
	assert_true(run(&f) >= f.len);
}

static void
test_vrrp_io_filter_drops_other_protocols(void **state)
{
	uint8_t buf[256];
	struct bpf_frame f;

	(void)state;
	f = advert(buf, sizeof(buf), AF_INET);
	buf[14 + 9] = IPPROTO_UDP;
	assert_int_equal(run(&f), 0);
	f = advert(buf, sizeof(buf), AF_INET6);
	buf[14 + 6] = IPPROTO_ICMPV6;
	assert_int_equal(run(&f), 0);
	f = advert(buf, sizeof(buf), AF_INET);
	buf[13] = 0x06;				/* ARP */
	assert_int_equal(run(&f), 0);
}

/* Seen by a promiscuous interface, or our own. */
static void
test_vrrp_io_filter_drops_outgoing_and_foreign(void **state)
{
	uint8_t buf[256];
	struct bpf_frame f;

	(void)state;
	f = advert(buf, sizeof(buf), AF_INET);
	f.type = PACKET_OUTGOING;
	assert_int_equal(run(&f), 0);
	f.type = PACKET_OTHERHOST;
	assert_int_equal(run(&f), 0);
}

/* Another LAN on the same wire; VLAN 0 carries only a priority. */
static void
test_vrrp_io_filter_drops_vlans_but_not_priority_tags(void **state)
{
	uint8_t buf[256];
	struct bpf_frame f;

	(void)state;
	f = advert(buf, sizeof(buf), AF_INET);
	f.tagged = true;
	f.tci = 10;
	assert_int_equal(run(&f), 0);
	f.tci = 6 << 13;
	assert_true(run(&f) >= f.len);
}

static void
test_vrrp_io_filter_drops_every_prefix_too_short_to_judge(void **state)
{
	uint8_t buf[256];
	struct bpf_frame f;

	(void)state;
	f = advert(buf, sizeof(buf), AF_INET);
	for (f.len = 0; f.len < 14 + 10; f.len++)
		assert_int_equal(run(&f), 0);
}

/* The kernel accepts the program, and runs it as the one above does. */
static void
test_vrrp_io_filter_is_accepted_by_the_kernel(void **state)
{
	struct sock_fprog prog;
	uint8_t buf[256], got[256];
	size_t len, n;
	int fd[2];

	(void)state;
	prog.filter = (struct sock_filter *)vrrp_io_filter(&len);
	prog.len = len;
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0,
	    fd), 0);
	assert_int_equal(setsockopt(fd[1], SOL_SOCKET, SO_ATTACH_FILTER, &prog,
	    sizeof(prog)), 0);
	n = advert_frame(buf, sizeof(buf), AF_INET);
	assert_int_equal(send(fd[0], buf, n, 0), n);
	assert_int_equal(recv(fd[1], got, sizeof(got), 0), n);
	buf[14 + 9] = IPPROTO_UDP;
	(void)send(fd[0], buf, n, 0);
	assert_int_equal(recv(fd[1], got, sizeof(got), 0), -1);
	close(fd[0]);
	close(fd[1]);
}

/* --- real sockets: eth0 and eth1 are two ends of a cable --- */

struct seen {
	unsigned	count;
	uint8_t		family;
	size_t		len;
	bool		sane;
	unsigned	went_back;	/* frames whose instant is in the past */
	mono_t		left;		/* the callback returned */
};

static bool have_net;
static struct loop *loop;

static void
receive(const struct vrrp_io_packet *p, void *arg)
{
	struct seen *s = arg;

	s->count++;
	s->family = p->family;
	s->len = p->len;
	s->sane = !mono_before(p->now, p->arrival) &&
	    mono_sub(p->now, p->arrival) < NS_PER_S;
	if (mono_before(p->now, s->left))
		s->went_back++;
	s->left = loop_clock();
}

static int
open_net(void **state)
{
	(void)state;
	have_net = net_own() && system("ip link add eth0 type veth peer name "
	    "eth1 2>/dev/null && ip link set eth0 up && ip link set eth1 up") ==
	    0;
	loop = loop_new();
	return loop == NULL;
}

static int
close_net(void **state)
{
	(void)state;
	loop_free(loop);
	return 0;
}

static void
need_net(void)
{
	if (!have_net) {
		print_message("no network namespace with a veth pair here\n");
		skip();
	}
}

static void
test_vrrp_io_frame_arrives_with_its_instant(void **state)
{
	struct vrrp_io_tx *tx;
	struct vrrp_io *io;
	struct seen s = { 0 };
	uint8_t buf[256];
	size_t n;
	int i;

	(void)state;
	need_net();
	assert_int_equal(vrrp_io_tx_open(&tx), 0);
	assert_int_equal(vrrp_io_open(loop, if_nametoindex("eth1"), receive,
	    &s, &io), 0);
	assert_int_equal(vrrp_io_join(io, AF_INET), 0);
	assert_int_equal(vrrp_io_join(io, AF_INET), 0);
	n = advert_frame(buf, sizeof(buf), AF_INET);
	/* A veth that has just come up may lose the first frames. */
	for (i = 0; i < 1000 && s.count == 0; i++) {
		if (i % 100 == 0)
			assert_int_equal(vrrp_io_send(tx,
			    if_nametoindex("eth0"), buf, n), 0);
		usleep(1000);
		vrrp_io_drain(io);
	}
	assert_int_equal(s.count, 1);
	assert_int_equal(s.family, AF_INET);
	assert_int_equal(s.len, n - 14);
	assert_true(s.sane);
	assert_int_equal(vrrp_io_drops(io), 0);
	/* A packet that leaves eth1 itself is not received there. */
	assert_int_equal(vrrp_io_send(tx, if_nametoindex("eth1"), buf, n), 0);
	usleep(20000);
	vrrp_io_drain(io);
	assert_int_equal(s.count, 1);
	vrrp_io_close(io);
	vrrp_io_tx_close(tx);
}

static void
test_vrrp_io_many_frames_go_out_in_order(void **state)
{
	struct iovec iov[150];
	struct vrrp_io_tx *tx;
	struct vrrp_io *io;
	struct seen s = { 0 };
	uint8_t buf[256];
	int error, i;
	size_t n;

	(void)state;
	need_net();
	assert_int_equal(vrrp_io_tx_open(&tx), 0);
	assert_int_equal(vrrp_io_open(loop, if_nametoindex("eth1"), receive,
	    &s, &io), 0);
	n = advert_frame(buf, sizeof(buf), AF_INET6);
	for (i = 0; i < 150; i++)
		iov[i] = (struct iovec){ buf, n };
	assert_int_equal(vrrp_io_send_many(tx, if_nametoindex("eth0"), iov,
	    150, &error), 150);
	for (i = 0; i < 1000 && s.count < 150; i++) {
		usleep(1000);
		vrrp_io_drain(io);
	}
	assert_int_equal(s.count, 150);
	assert_int_equal(s.family, AF_INET6);
	/* The callback reads the clock too: no frame after it is older. */
	assert_int_equal(s.went_back, 0);
	vrrp_io_close(io);
	vrrp_io_tx_close(tx);
}

/* Deaf in between, and what came meanwhile is not for whoever opens it again. */
static void
test_vrrp_io_closed_receiver_is_used_again(void **state)
{
	struct vrrp_io_tx *tx;
	struct vrrp_io *io, *again;
	struct seen s = { 0 };
	uint8_t buf[256];
	size_t n;
	int i;

	(void)state;
	need_net();
	assert_int_equal(vrrp_io_tx_open(&tx), 0);
	assert_int_equal(vrrp_io_open(loop, if_nametoindex("eth1"), receive,
	    &s, &io), 0);
	n = advert_frame(buf, sizeof(buf), AF_INET);
	for (i = 0; i < 10; i++)
		assert_int_equal(vrrp_io_send(tx, if_nametoindex("eth0"), buf,
		    n), 0);
	usleep(20000);
	vrrp_io_close(io);
	for (i = 0; i < 10; i++)
		assert_int_equal(vrrp_io_send(tx, if_nametoindex("eth0"), buf,
		    n), 0);
	usleep(20000);
	assert_int_equal(vrrp_io_open(loop, if_nametoindex("eth1"), receive,
	    &s, &again), 0);
	assert_ptr_equal(again, io);
	vrrp_io_drain(again);
	assert_int_equal(s.count, 0);
	assert_int_equal(vrrp_io_drops(again), 0);
	assert_int_equal(vrrp_io_join(again, AF_INET), 0);
	for (i = 0; i < 1000 && s.count == 0; i++) {
		if (i % 100 == 0)
			assert_int_equal(vrrp_io_send(tx,
			    if_nametoindex("eth0"), buf, n), 0);
		usleep(1000);
		vrrp_io_drain(again);
	}
	assert_int_equal(s.count, 1);
	vrrp_io_close(again);
	vrrp_io_tx_close(tx);
}

/* The kernel has taken its socket from an interface that was removed. */
static void
test_vrrp_io_receiver_of_a_removed_interface_is_not_used_again(void **state)
{
	struct vrrp_io *io, *again;
	struct seen s = { 0 };
	char command[160];
	unsigned ifindex;

	(void)state;
	need_net();
	assert_int_equal(system("ip link add eth8 type veth peer name eth9"),
	    0);
	ifindex = if_nametoindex("eth8");
	assert_int_equal(vrrp_io_open(loop, (int)ifindex, receive, &s, &io),
	    0);
	assert_int_equal(vrrp_io_join(io, AF_INET6), 0);
	assert_int_equal(system("ip link del eth8"), 0);
	vrrp_io_close(io);
	(void)snprintf(command, sizeof(command), "ip link add eth8 index %u "
	    "type veth peer name eth9", ifindex);
	assert_int_equal(system(command), 0);
	assert_int_equal(vrrp_io_open(loop, (int)ifindex, receive, &s,
	    &again), 0);
	assert_ptr_not_equal(again, io);
	assert_int_equal(vrrp_io_join(again, AF_INET6), 0);
	vrrp_io_close(again);
	assert_int_equal(system("ip link del eth8"), 0);
}

static void
test_vrrp_io_interface_that_is_not_there_is_an_error(void **state)
{
	struct vrrp_io_tx *tx;
	struct vrrp_io *io = NULL;
	uint8_t buf[256];
	struct iovec iov = { buf, 0 };
	int error;

	(void)state;
	need_net();
	assert_int_equal(vrrp_io_open(loop, 4711, receive, NULL, &io),
	    -ENODEV);
	assert_null(io);
	assert_int_equal(vrrp_io_tx_open(&tx), 0);
	iov.iov_len = advert_frame(buf, sizeof(buf), AF_INET);
	assert_int_equal(vrrp_io_send(tx, 4711, buf, iov.iov_len), -ENXIO);
	assert_int_equal(vrrp_io_send_many(tx, 4711, &iov, 1, &error), 0);
	assert_int_equal(error, ENXIO);
	vrrp_io_tx_close(tx);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
	        test_vrrp_io_filter_passes_adverts_of_both_families),
	    cmocka_unit_test(test_vrrp_io_filter_drops_other_protocols),
	    cmocka_unit_test(test_vrrp_io_filter_drops_outgoing_and_foreign),
	    cmocka_unit_test(
	        test_vrrp_io_filter_drops_vlans_but_not_priority_tags),
	    cmocka_unit_test(
	        test_vrrp_io_filter_drops_every_prefix_too_short_to_judge),
	    cmocka_unit_test(test_vrrp_io_filter_is_accepted_by_the_kernel),
	    cmocka_unit_test(test_vrrp_io_frame_arrives_with_its_instant),
	    cmocka_unit_test(test_vrrp_io_many_frames_go_out_in_order),
	    cmocka_unit_test(test_vrrp_io_closed_receiver_is_used_again),
	    cmocka_unit_test(
	        test_vrrp_io_receiver_of_a_removed_interface_is_not_used_again),
	    cmocka_unit_test(
	        test_vrrp_io_interface_that_is_not_there_is_an_error),
	};

	return cmocka_run_group_tests(tests, open_net, close_net);
}
