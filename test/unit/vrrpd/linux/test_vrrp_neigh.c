/*
 * test_vrrp_neigh.c - what the kernel tells of neighbours, and who is lost.
 *
 * Messages are made here; a pair of ordinary sockets tries the filter.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "shared/loop.h"
#include "vrrpd/linux/vrrp_neigh.h"

static const uint8_t old_mac[6] = { 2, 0, 0, 0, 0, 1 };
static const uint8_t new_mac[6] = { 2, 0, 0, 0, 0, 2 };
static struct loop *loop;
static struct vrrp_neigh *n;
static uint8_t mac[6];
static union {
	struct nlmsghdr	h;
	uint8_t		bytes[256];
} msg;

static struct addr
address(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, &a), 0);
	return a;
}

static void
attribute(uint16_t type, const void *data, size_t len)
{
	struct rtattr *a = (struct rtattr *)(msg.bytes +
	    NLMSG_ALIGN(msg.h.nlmsg_len));

	a->rta_type = type;
	a->rta_len = (unsigned short)RTA_LENGTH(len);
	memcpy(RTA_DATA(a), data, len);
	msg.h.nlmsg_len = NLMSG_ALIGN(msg.h.nlmsg_len) +
	    (uint32_t)RTA_ALIGN(a->rta_len);
}

static void
make(uint16_t type, int ifindex, const char *text, uint16_t state,
    const uint8_t *lladdr)
{
	struct addr a = address(text);
	struct ndmsg *m = NLMSG_DATA(&msg.h);

	memset(&msg, 0, sizeof(msg));
	msg.h.nlmsg_type = type;
	msg.h.nlmsg_len = NLMSG_LENGTH(sizeof(*m));
	m->ndm_family = a.family;
	m->ndm_ifindex = ifindex;
	m->ndm_state = state;
	attribute(NDA_DST, a.bytes, addr_len(a.family));
	if (lladdr != NULL)
		attribute(NDA_LLADDR, lladdr, 6);
}

static void
told(uint16_t type, int ifindex, const char *text, uint16_t state,
    const uint8_t *lladdr)
{
	make(type, ifindex, text, state, lladdr);
	vrrp_neigh_take(n, msg.bytes, msg.h.nlmsg_len);
}

static bool
lost(int ifindex, const char *text)
{
	struct addr a = address(text);

	memset(mac, 0, sizeof(mac));
	return vrrp_neigh_is_lost(n, ifindex, &a, mac);
}

static void
watch(int ifindex, const char *text)
{
	struct addr a = address(text);

	assert_int_equal(vrrp_neigh_add(n, ifindex, &a), 0);
}

static int
setup(void **state)
{
	(void)state;
	loop = loop_new();
	if (loop == NULL || vrrp_neigh_open(loop, &n) < 0)
		return -1;
	vrrp_neigh_begin(n);
	watch(7, "192.0.2.1");
	watch(7, "fe80::1");
	vrrp_neigh_commit(n);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	vrrp_neigh_close(n);
	loop_free(loop);
	return 0;
}

static void
test_vrrp_neigh_lost_one_has_its_last_mac(void **state)
{
	static const char *const of[] = { "192.0.2.1", "fe80::1" };
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		assert_false(lost(7, of[i]));
		told(RTM_NEWNEIGH, 7, of[i], NUD_FAILED, NULL);
		assert_false(lost(7, of[i]));		/* never known */
		told(RTM_NEWNEIGH, 7, of[i], NUD_REACHABLE, old_mac);
		assert_false(lost(7, of[i]));
		told(RTM_NEWNEIGH, 7, of[i], NUD_PROBE, old_mac);
		assert_false(lost(7, of[i]));
		told(RTM_NEWNEIGH, 7, of[i], NUD_FAILED, NULL);
		assert_true(lost(7, of[i]));
		assert_memory_equal(mac, old_mac, 6);
		/* Back, with another card; and its entry is taken away. */
		told(RTM_NEWNEIGH, 7, of[i], NUD_STALE, new_mac);
		assert_false(lost(7, of[i]));
		told(RTM_DELNEIGH, 7, of[i], NUD_STALE, new_mac);
		assert_true(lost(7, of[i]));
		assert_memory_equal(mac, new_mac, 6);
	}
}

static void
test_vrrp_neigh_others_are_others(void **state)
{
	uint32_t len;

	(void)state;
	told(RTM_NEWNEIGH, 7, "192.0.2.1", NUD_REACHABLE, old_mac);
	told(RTM_NEWNEIGH, 8, "192.0.2.1", NUD_FAILED, NULL);
	told(RTM_NEWNEIGH, 7, "192.0.2.2", NUD_FAILED, NULL);
	told(RTM_NEWLINK, 7, "192.0.2.1", NUD_FAILED, NULL);
	assert_false(lost(7, "192.0.2.1"));
	assert_false(lost(8, "192.0.2.1"));
	assert_false(lost(7, "192.0.2.2"));
	/* Whatever its length says. */
	make(RTM_NEWNEIGH, 7, "192.0.2.1", NUD_FAILED, new_mac);
	for (len = 0; len < 32; len++) {
		msg.h.nlmsg_len = len;
		vrrp_neigh_take(n, msg.bytes, len);
		assert_false(lost(7, "192.0.2.1"));
	}
	assert_false(vrrp_neigh_is_lost(NULL, 7, NULL, mac));
}

static void
test_vrrp_neigh_forgets_who_is_not_watched_any_more(void **state)
{
	struct addr a;
	unsigned i;

	(void)state;
	told(RTM_NEWNEIGH, 7, "192.0.2.1", NUD_REACHABLE, old_mac);
	told(RTM_NEWNEIGH, 7, "192.0.2.1", NUD_FAILED, NULL);
	vrrp_neigh_begin(n);
	watch(7, "192.0.2.1");
	vrrp_neigh_commit(n);
	assert_true(lost(7, "192.0.2.1"));
	vrrp_neigh_begin(n);
	vrrp_neigh_commit(n);
	assert_false(lost(7, "192.0.2.1"));
	vrrp_neigh_begin(n);
	for (i = 0; i < VRRP_NEIGH_MAX; i++) {
		a = address("198.51.100.0");
		a.bytes[3] = (uint8_t)i;
		assert_int_equal(vrrp_neigh_add(n, 7, &a), 0);
	}
	a = address("203.0.113.1");
	assert_int_equal(vrrp_neigh_add(n, 7, &a), -ENOSPC);
	vrrp_neigh_commit(n);
	vrrp_neigh_begin(NULL);
	assert_int_equal(vrrp_neigh_add(NULL, 7, &a), 0);
	vrrp_neigh_commit(NULL);
	vrrp_neigh_close(NULL);
}

static bool
passes(int fd, int other)
{
	uint8_t buf[256];

	assert_int_equal(send(other, msg.bytes, msg.h.nlmsg_len, 0),
	    msg.h.nlmsg_len);
	return recv(fd, buf, sizeof(buf), MSG_DONTWAIT) > 0;
}

static void
test_vrrp_neigh_filter_passes_who_is_watched(void **state)
{
	static const struct {
		uint16_t	 type;
		const char	*of;
		bool		 passes;
	} c[] = {
		{ RTM_NEWNEIGH, "192.0.2.1", true },
		{ RTM_DELNEIGH, "192.0.2.1", true },
		{ RTM_NEWNEIGH, "192.0.2.2", false },
		{ RTM_NEWLINK, "192.0.2.1", false },
		{ RTM_NEWNEIGH, "fe80::1", true },
		{ RTM_DELNEIGH, "fe80::2", false },
		{ RTM_NEWNEIGH, "::192.0.2.1", false },
	};
	struct sock_fprog prog;
	int pair[2];
	size_t len, i;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair), 0);
	prog.filter = (struct sock_filter *)(uintptr_t)vrrp_neigh_filter(n,
	    &len);
	prog.len = (unsigned short)len;
	assert_int_equal(setsockopt(pair[0], SOL_SOCKET, SO_ATTACH_FILTER,
	    &prog, sizeof(prog)), 0);
	for (i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		make(c[i].type, 7, c[i].of, NUD_FAILED, NULL);
		assert_int_equal(passes(pair[0], pair[1]), c[i].passes);
	}
	close(pair[0]);
	close(pair[1]);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_vrrp_neigh_lost_one_has_its_last_mac),
		TEST(test_vrrp_neigh_others_are_others),
		TEST(test_vrrp_neigh_forgets_who_is_not_watched_any_more),
		TEST(test_vrrp_neigh_filter_passes_who_is_watched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
