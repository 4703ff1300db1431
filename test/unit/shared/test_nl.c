/*
 * test_nl.c - rtnetlink events and requests against the kernel, in a network
 * namespace of its own.
 */
#include "config.h"

#include <net/if.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <arpa/inet.h>
#include <sys/socket.h>
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "shared/devconf.h"
#include "shared/nl_batch.h"
#include "test/unit/shared/nl_net.h"

/* --- links and devices --- */

static void
test_nl_link_del_many_removes_these_and_no_other(void **state)
{
	struct nl_link l;
	char command[96];
	int list[3], other, i;

	NEED_NAMESPACE();
	for (i = 0; i < 3; i++)
		list[i] = macvlan((const char *[]){ "nlg0", "nlg1",
		    "nlg2" }[i]);
	other = macvlan("nlg3");
	/* Somebody else has taken our number: nothing goes. */
	(void)snprintf(command, sizeof(command), "ip link set nlg3 group %u",
	    0x56520000u | ((unsigned)getpid() & 0xffff));
	assert_int_equal(system(command), 0);
	assert_int_equal(nl_link_del_many(nl, list, 3), -EBUSY);
	assert_int_equal(nl_link_get(nl, "nlg0", &l), 0);
	assert_int_equal(nl_link_get(nl, "nlg3", &l), 0);
	assert_int_equal(system("ip link set nlg3 group 0"), 0);
	assert_int_equal(nl_link_del_many(nl, list, 3), 0);
	for (i = 0; i < 3; i++)
		assert_int_equal(nl_link_del(nl, list[i]), -ENODEV);
	assert_int_equal(nl_link_get(nl, "nlg3", &l), 0);
	assert_int_equal(nl_link_get(nl, "nlp0", &l), 0);
	assert_int_equal(nl_link_del_many(nl, list, 0), 0);
	assert_int_equal(nl_link_del_many(nl, list, 3), -ENODEV);
	assert_int_equal(nl_link_del(nl, other), 0);
}

static void
test_nl_link_get_finds_a_link_and_misses_another(void **state)
{
	struct nl_link l;

	NEED_NAMESPACE();
	assert_int_equal(nl_link_get(nl, "nlp0", &l), 0);
	assert_string_equal(l.name, "nlp0");
	assert_int_equal(l.ifindex, parent());
	assert_true(l.has_mac);
	assert_true(l.admin_up);
	assert_false(l.is_macvlan);
	assert_int_equal(l.mtu, 1500);
	l.ifindex = 99;
	assert_int_equal(nl_link_get(nl, "nlnone", &l), -ENODEV);
	assert_int_equal(nl_link_get(nl, "", &l), -ENODEV);
	assert_int_equal(nl_link_get(nl, "nlp0-and-far-too-long", &l),
	    -ENODEV);
	assert_int_equal(l.ifindex, 99);
}

static void
test_nl_macvlan_is_made_deaf_down_and_without_link_local(void **state)
{
	struct nl_link l;
	int ifindex, mode;

	NEED_NAMESPACE();
	ifindex = macvlan("nlm0");
	assert_int_equal(nl_link_get(nl, "nlm0", &l), 0);
	assert_int_equal(l.ifindex, ifindex);
	assert_int_equal(l.parent, parent());
	assert_true(l.is_macvlan);
	assert_memory_equal(l.mac, mac, 6);
	assert_false(l.admin_up);
	assert_false(l.running);
	assert_true(ip_says("-d link show nlm0", "macvlan mode source"));
	assert_int_equal(devconf_get(AF_INET6, "nlm0", "addr_gen_mode",
	    &mode), 0);
	assert_int_equal(mode, 1);
	assert_int_equal(nl_link_up(nl, ifindex), 0);
	assert_int_equal(nl_link_get(nl, "nlm0", &l), 0);
	assert_true(l.admin_up);
	assert_true(l.running);
	assert_false(ip_says("-6 addr show dev nlm0", "fe80"));
	assert_int_equal(nl_link_del(nl, ifindex), 0);
	assert_int_equal(nl_link_get(nl, "nlm0", &l), -ENODEV);
	assert_int_equal(nl_link_del(nl, ifindex), -ENODEV);
}

static void
test_nl_macvlan_name_taken_is_eexist(void **state)
{
	int ifindex = 99;

	NEED_NAMESPACE();
	(void)macvlan("nlm0");
	assert_int_equal(nl_macvlan_add(nl, "nlm0", parent(), mac, &ifindex),
	    -EEXIST);
	assert_int_equal(nl_macvlan_add(nl, "nlm1", 9999, mac, &ifindex),
	    -ENODEV);
	assert_int_equal(nl_macvlan_add(nl, "nlm-far-too-long-a-name",
	    parent(), mac, &ifindex), -EINVAL);
	assert_int_equal(ifindex, 99);
}

/* --- events --- */

static bool
link_is_up(void)
{
	return nlm0.admin_up && nlm0.running;
}

static bool
link_is_gone(void)
{
	return links_gone > 0;
}

static bool
addr_is_gone(void)
{
	return addrs_gone > 0;
}

static void
test_nl_event_link_comes_rises_and_goes(void **state)
{
	int ifindex;

	NEED_NAMESPACE();
	memset(&nlm0, 0, sizeof(nlm0));
	ifindex = macvlan("nlm0");
	assert_int_equal(nl_link_up(nl, ifindex), 0);
	await(link_is_up);
	assert_int_equal(nlm0.ifindex, ifindex);
	assert_true(nlm0.is_macvlan);
	assert_int_equal(nlm0.parent, parent());
	assert_int_equal(nl_link_del(nl, ifindex), 0);
	await(link_is_gone);
	assert_string_equal(last_link.name, "nlm0");
	assert_int_equal(links_gone, 1);
}

static bool
carrier_is_lost(void)
{
	return nlp0.admin_up && !nlp0.running;
}

static bool
carrier_is_back(void)
{
	return nlp0.running;
}

static void
test_nl_event_carrier_loss_is_up_but_not_running(void **state)
{
	NEED_NAMESPACE();
	assert_true(nlp0.running);	/* from the dump */
	run("ip link set nlp1 down");
	await(carrier_is_lost);
	run("ip link set nlp1 up");
	await(carrier_is_back);
}

/* Bridge ports are told of by RTM_NEWLINK and RTM_DELLINK of another family. */
static void
test_nl_event_leaving_a_bridge_is_no_link_gone(void **state)
{
	NEED_NAMESPACE();
	run("ip link add nlm9 type bridge && ip link set nlm9 up && "
	    "ip link set nlp1 master nlm9 && ip link set nlp1 nomaster");
	nl_drain(nl);
	assert_true(links > 0);
	assert_int_equal(links_gone, 0);
	run("ip link del nlm9");
	nl_drain(nl);
	assert_int_equal(links_gone, 1);
}

static void
test_nl_event_addresses_come_and_go(void **state)
{
	struct addr_prefix p = prefix("192.0.2.50/24");

	NEED_NAMESPACE();
	run("ip addr add 192.0.2.50/24 dev nlp0");
	nl_drain(nl);
	assert_int_equal(addrs, 1);
	assert_int_equal(last_addr.ifindex, parent());
	assert_true(addr_equal(&last_addr.prefix.addr, &p.addr));
	assert_int_equal(last_addr.prefix.len, 24);
	assert_false(last_addr.secondary);
	assert_false(last_addr.tentative);
	run("ip addr add 192.0.2.51/24 dev nlp0");
	nl_drain(nl);
	assert_true(last_addr.secondary);
	assert_int_equal(nl_addr_del(nl, parent(), &p), 0);
	await(addr_is_gone);
	assert_int_equal(nl_addr_del(nl, parent(), &p), -EADDRNOTAVAIL);
	run("ip -6 addr add 2001:db8::1/64 dev nlp0");
	nl_drain(nl);
	assert_int_equal(last_addr.prefix.addr.family, AF_INET6);
	assert_int_equal(last_addr.prefix.len, 64);
	assert_true(last_addr.tentative);
}

static bool
is_synced(void)
{
	return synced > 0;
}

static void
test_nl_event_overflow_resyncs_with_a_dump(void **state)
{
	NEED_NAMESPACE();
	/* 8 MiB of events that nobody reads. */
	run("for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do "
	    "for j in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do "
	    "for k in 1 2 3 4 5 6 7 8 9 10; do "
	    "echo link set nlp1 mtu 1400; echo link set nlp1 mtu 1500; "
	    "done; done; done | ip -batch -");
	await(is_synced);
	assert_int_equal(resyncs, 1);
	assert_int_equal(synced, 1);
	assert_int_equal(links_gone, 0);
	/* resync, all links, all addresses, synced */
	assert_int_equal(order[0], 'r');
	assert_int_equal(strspn(order + 1, "l"), 3);
	assert_true(strspn(order + 4, "a") > 0);
	assert_string_equal(order + 4 + strspn(order + 4, "a"), "s");
}

static void
test_nl_read_all_gives_links_before_addresses(void **state)
{
	NEED_NAMESPACE();
	run("ip addr add 192.0.2.1/24 dev nlp0");
	nl_drain(nl);
	memset(order, 0, sizeof(order));
	assert_int_equal(nl_read_all(nl), 0);
	assert_int_equal(synced, 1);
	assert_int_equal(resyncs, 0);
	assert_true(strspn(order, "l") == 3);
	assert_true(strspn(order + 3, "a") == strlen(order) - 4);
	assert_int_equal(order[strlen(order) - 1], 's');
}

/* --- batches --- */

static void
test_nl_synchronous_request_steps_not_over_a_batch(void **state)
{
	struct addr_prefix p = prefix("192.0.2.50/24");
	struct nl_batch *b;
	int ifindex;

	NEED_NAMESPACE();
	b = nl_batch_new(nl);
	assert_int_equal(nl_batch_addr_add(b, parent(), &p, 0, NULL), 0);
	assert_int_equal(nl_batch_addr_add(b, 9999, &p, 0, NULL), 0);
	assert_int_equal(nl_batch_send(b, on_done, NULL), 0);
	ifindex = macvlan("nlm0");
	assert_int_equal(nl_link_up(nl, ifindex), 0);
	assert_int_equal(dones, 0);
	await(is_done);
	assert_int_equal(done_error, ENODEV);
	assert_int_equal(done_at, 1);
	nl_batch_free(b);
}

/* More than one sendmsg() takes, and more ACKs than are read at once. */

static int
packet_socket(const char *dev)
{
	struct sockaddr_ll sll = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(0x88b5),	/* for local experiments */
		.sll_ifindex = (int)if_nametoindex(dev),
	};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(0x88b5));

	assert_true(fd != -1);
	assert_int_equal(bind(fd, (struct sockaddr *)&sll, sizeof(sll)), 0);
	return fd;
}

/*
 * Frames that come in on fd after one of each kind was sent on out; those that
 * are expected are waited for.
 */
static int
frames_heard(int out, int fd, int expected)
{
	static const uint8_t dst[3][6] = {
		{ 0, 0, 0x5e, 0, 1, 51 },		/* of the device */
		{ 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
		{ 1, 0, 0x5e, 0, 0, 18 },		/* VRRP's group */
	};
	uint8_t frame[60] = { 0 };
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	int i, heard = 0;

	for (i = 0; i < 3; i++) {
		memcpy(frame, dst[i], 6);
		memcpy(frame + 6, "\x02\0\0\0\0\1", 6);
		frame[12] = 0x88;
		frame[13] = 0xb5;
		if (send(out, frame, sizeof(frame), 0) == -1)
			assert_int_equal(errno, ENOBUFS);	/* mute */
	}
	/* Broadcasts come through a work queue. */
	while (poll(&pfd, 1, heard < expected ? 5000 : 50) == 1) {
		assert_true(recv(fd, frame, sizeof(frame), 0) > 0);
		heard++;
	}
	return heard;
}

static void
test_nl_macvlan_hears_nothing_when_deaf(void **state)
{
	struct nl_batch *b;
	int ifindex, in, out, i;

	NEED_NAMESPACE();
	ifindex = macvlan("nlm0");
	assert_int_equal(nl_link_up(nl, ifindex), 0);
	in = packet_socket("nlm0");
	out = packet_socket("nlp1");
	b = nl_batch_new(nl);
	for (i = 0; i < 2; i++) {
		assert_int_equal(frames_heard(out, in, 0), 0);
		nl_batch_clear(b);
		assert_int_equal(nl_batch_macvlan_mode(b, ifindex,
		    NL_MACVLAN_BRIDGE), 0);
		assert_int_equal(send_and_wait(b), 0);
		assert_true(frames_heard(out, in, 2) >= 2);
		nl_batch_clear(b);
		assert_int_equal(nl_batch_macvlan_mode(b, ifindex,
		    NL_MACVLAN_DEAF), 0);
		assert_int_equal(send_and_wait(b), 0);
	}
	assert_int_equal(frames_heard(out, in, 0), 0);
	nl_batch_free(b);
	close(in);
	close(out);
}

/* Frames that its own packet socket sends and the other end hears. */
static void
test_nl_muted_device_sends_nothing(void **state)
{
	struct nl_batch *b;
	int ifindex, in, out, i;

	NEED_NAMESPACE();
	ifindex = macvlan("nlm0");
	assert_int_equal(nl_mute(nl, ifindex, true), 0);
	assert_int_equal(nl_link_up(nl, ifindex), 0);
	in = packet_socket("nlp1");
	out = packet_socket("nlm0");
	b = nl_batch_new(nl);
	for (i = 0; i < 2; i++) {
		assert_int_equal(frames_heard(out, in, 0), 0);
		nl_batch_clear(b);
		assert_int_equal(nl_batch_mute(b, ifindex, false), 0);
		assert_int_equal(send_and_wait(b), 0);
		assert_true(frames_heard(out, in, 2) >= 2);
		nl_batch_clear(b);
		assert_int_equal(nl_batch_mute(b, ifindex, true), 0);
		assert_int_equal(send_and_wait(b), 0);
	}
	assert_int_equal(frames_heard(out, in, 0), 0);
	assert_int_equal(nl_mute(nl, ifindex, false), 0);
	assert_true(frames_heard(out, in, 2) >= 2);
	nl_batch_free(b);
	close(in);
	close(out);
}

/* --- /proc/sys --- */

int
main(void)
{
	const struct CMUnitTest tests[] = {
		NL_TEST(test_nl_link_del_many_removes_these_and_no_other),
		NL_TEST(test_nl_link_get_finds_a_link_and_misses_another),
		NL_TEST(
		    test_nl_macvlan_is_made_deaf_down_and_without_link_local),
		NL_TEST(test_nl_macvlan_name_taken_is_eexist),
		NL_TEST(test_nl_event_link_comes_rises_and_goes),
		NL_TEST(test_nl_event_carrier_loss_is_up_but_not_running),
		NL_TEST(test_nl_event_leaving_a_bridge_is_no_link_gone),
		NL_TEST(test_nl_event_addresses_come_and_go),
		NL_TEST(test_nl_event_overflow_resyncs_with_a_dump),
		NL_TEST(test_nl_read_all_gives_links_before_addresses),
		NL_TEST(test_nl_synchronous_request_steps_not_over_a_batch),
		NL_TEST(test_nl_macvlan_hears_nothing_when_deaf),
		NL_TEST(test_nl_muted_device_sends_nothing),
	};

	prepare();
	return cmocka_run_group_tests_name("nl", tests, NULL, NULL);
}
