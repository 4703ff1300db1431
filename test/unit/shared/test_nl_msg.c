/*
 * test_nl_msg.c - rtnetlink messages without a kernel.
 *
 * Messages are built by nl_msg.c or with libnl, read back, and read again with
 * every length that is too short.
 */
#include "config.h"

#include <net/if.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>
#include <sys/socket.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shared/nl_msg.h"
#include "shared/pure/addr.h"

static const uint8_t mac[6] = { 0, 0, 0x5e, 0, 1, 51 };

/* A copy of the first len bytes of h, on the heap for the sanitizers. */
static struct nlmsghdr *
cut(const struct nlmsghdr *h, size_t len)
{
	struct nlmsghdr *copy = malloc(len);

	assert_non_null(copy);
	memcpy(copy, h, len);
	copy->nlmsg_len = (uint32_t)len;
	return copy;
}

/* The verdict of the reader for this kind of message. */
static bool
read_any(struct nlmsghdr *h)
{
	struct nl_link link;
	struct nl_addr addr;
	struct nl_neigh neigh;

	switch (h->nlmsg_type) {
	case RTM_NEWLINK:
		return nl_msg_read_link(h, &link);
	case RTM_NEWADDR:
		return nl_msg_read_addr(h, &addr);
	default:
		return nl_msg_read_neigh(h, &neigh);
	}
}

/* Nothing is read beyond the end, and without its body nothing is believed. */
static void
cut_everywhere(struct nl_msg *msg, size_t body)
{
	struct nlmsghdr *h = nlmsg_hdr(msg), *copy;
	size_t len;

	for (len = sizeof(*h); len < h->nlmsg_len; len++) {
		copy = cut(h, len);
		if (read_any(copy))
			assert_true(len >= NLMSG_LENGTH(body));
		free(copy);
	}
	assert_true(read_any(h));
}

static struct nl_msg *
link_message(void)
{
	struct nl_msg *msg = nl_msg_link(RTM_NEWLINK, 0, 7,
	    IFF_UP | IFF_RUNNING | IFF_LOWER_UP);

	assert_non_null(msg);
	assert_int_equal(nla_put_string(msg, IFLA_IFNAME, "nlm0"), 0);
	assert_int_equal(nla_put_u32(msg, IFLA_LINK, 3), 0);
	assert_int_equal(nla_put_u32(msg, IFLA_MTU, 1400), 0);
	assert_int_equal(nla_put(msg, IFLA_ADDRESS, 6, mac), 0);
	assert_int_equal(nl_msg_put_macvlan_mode(msg, NL_MACVLAN_BRIDGE), 0);
	return msg;
}

static void
test_nl_msg_link_is_read_back(void **state)
{
	struct nl_msg *msg = link_message();
	struct nl_link l;

	(void)state;
	assert_true(nl_msg_read_link(nlmsg_hdr(msg), &l));
	assert_int_equal(l.ifindex, 7);
	assert_int_equal(l.parent, 3);
	assert_string_equal(l.name, "nlm0");
	assert_true(l.has_mac);
	assert_memory_equal(l.mac, mac, 6);
	assert_true(l.admin_up);
	assert_true(l.running);
	assert_int_equal(l.mtu, 1400);
	assert_true(l.is_macvlan);
	cut_everywhere(msg, sizeof(struct ifinfomsg));
	nlmsg_free(msg);
}

/* A link of this kind, with a mode or table of so many bytes, a port of that. */
static struct nl_msg *
link_of_kind(const char *kind, int attribute, uint32_t value, int size,
    const char *port_of)
{
	struct nl_msg *msg = nl_msg_link(RTM_NEWLINK, 0, 7, IFF_UP);
	struct nlattr *info, *data;

	assert_non_null(msg);
	assert_int_equal(nla_put_string(msg, IFLA_IFNAME, "nlm0"), 0);
	assert_int_equal(nla_put_u32(msg, IFLA_MASTER, 4), 0);
	assert_non_null(info = nla_nest_start(msg, IFLA_LINKINFO));
	assert_int_equal(nla_put_string(msg, IFLA_INFO_KIND, kind), 0);
	assert_non_null(data = nla_nest_start(msg, IFLA_INFO_DATA));
	assert_int_equal(nla_put(msg, attribute, size, &value), 0);
	nla_nest_end(msg, data);
	assert_int_equal(nla_put_string(msg, IFLA_INFO_SLAVE_KIND, port_of), 0);
	nla_nest_end(msg, info);
	return msg;
}

static void
test_nl_msg_link_kind_mode_and_master(void **state)
{
	struct nl_msg *msg = link_of_kind("ipvlan", IFLA_IPVLAN_MODE,
	    IPVLAN_MODE_L3, 2, "vrf");
	struct nl_link l;

	(void)state;
	assert_true(nl_msg_read_link(nlmsg_hdr(msg), &l));
	assert_string_equal(l.kind, "ipvlan");
	assert_int_equal(l.mode, IPVLAN_MODE_L3);
	assert_false(l.is_macvlan);
	assert_int_equal(l.master, 4);
	assert_string_equal(l.port_of, "vrf");
	assert_int_equal(nl_link_vrf(&l), 4);
	cut_everywhere(msg, sizeof(struct ifinfomsg));
	nlmsg_free(msg);
	msg = link_of_kind("macvtap", IFLA_MACVLAN_MODE,
	    MACVLAN_MODE_PASSTHRU, 4, "bond");
	assert_true(nl_msg_read_link(nlmsg_hdr(msg), &l));
	assert_true(l.is_macvlan);
	assert_int_equal(l.mode, MACVLAN_MODE_PASSTHRU);
	assert_int_equal(nl_link_vrf(&l), 0);
	nlmsg_free(msg);
	msg = link_of_kind("vrf", IFLA_VRF_TABLE, 1001, 4, "");
	assert_true(nl_msg_read_link(nlmsg_hdr(msg), &l));
	assert_int_equal(l.table, 1001);
	nlmsg_free(msg);
}

static void
test_nl_msg_link_flags(void **state)
{
	struct nl_msg *msg = nl_msg_link(RTM_NEWLINK, 0, 1,
	    IFF_UP | IFF_LOOPBACK | IFF_NOARP);
	struct nl_link l;

	(void)state;
	assert_non_null(msg);
	assert_int_equal(nla_put_string(msg, IFLA_IFNAME, "lo"), 0);
	assert_true(nl_msg_read_link(nlmsg_hdr(msg), &l));
	assert_true(l.loopback);
	assert_true(l.no_arp);
	assert_string_equal(l.kind, "");
	assert_int_equal(l.master, 0);
	nlmsg_free(msg);
}

/* A parent in another namespace has an index that means nothing here. */
static void
test_nl_msg_link_parent_elsewhere_is_none(void **state)
{
	struct nl_msg *msg = link_message();
	struct nl_link l;

	(void)state;
	assert_int_equal(nla_put_u32(msg, IFLA_LINK_NETNSID, 0), 0);
	assert_true(nl_msg_read_link(nlmsg_hdr(msg), &l));
	assert_int_equal(l.parent, 0);
	nlmsg_free(msg);
}

/* A name that is too long for a configuration is passed over. */
static void
test_nl_msg_link_is_called_by_each_of_its_names(void **state)
{
	struct nl_msg *msg = link_message();
	struct nlattr *list;
	struct nl_link l;

	(void)state;
	list = nla_nest_start(msg, IFLA_PROP_LIST);
	assert_non_null(list);
	assert_int_equal(nla_put_string(msg, IFLA_ALT_IFNAME,
	    "enp3s0f0np0-and-longer"), 0);
	assert_int_equal(nla_put_string(msg, IFLA_ALT_IFNAME, "enp3s0f0"), 0);
	assert_int_equal(nla_put_string(msg, IFLA_ALT_IFNAME,
	    "enx00005e000133"), 0);
	nla_nest_end(msg, list);
	assert_true(nl_msg_read_link(nlmsg_hdr(msg), &l));
	assert_true(nl_link_is_called(&l, "nlm0"));
	assert_true(nl_link_is_called(&l, "enp3s0f0"));
	assert_true(nl_link_is_called(&l, "enx00005e000133"));
	assert_false(nl_link_is_called(&l, "enp3s0f"));
	assert_false(nl_link_is_called(&l, ""));
	cut_everywhere(msg, sizeof(struct ifinfomsg));
	nlmsg_free(msg);
}

static void
test_nl_msg_link_without_name_leaves_the_output(void **state)
{
	struct nl_msg *msg = nl_msg_link(RTM_NEWLINK, 0, 7, IFF_UP);
	struct nl_link l = { .ifindex = 4711 };

	(void)state;
	assert_non_null(msg);
	assert_false(nl_msg_read_link(nlmsg_hdr(msg), &l));
	assert_int_equal(l.ifindex, 4711);
	nlmsg_free(msg);
}

static void
test_nl_msg_addr_is_read_back(void **state)
{
	static const struct { const char *text; int seconds; } c[] = {
		{ "192.0.2.50/24", 0 }, { "192.0.2.50/24", 30 },
		{ "2001:db8::50/64", 0 }, { "fe80::50/64", 30 },
	};
	struct addr_prefix p;
	struct nl_msg *msg;
	struct nl_addr a;

	(void)state;
	for (size_t i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		assert_int_equal(addr_prefix_parse(c[i].text, &p), 0);
		assert_int_equal(nl_msg_addr(RTM_NEWADDR, 0, 9, &p, 0, NULL,
		    (uint32_t)c[i].seconds, &msg), 0);
		assert_true(nl_msg_read_addr(nlmsg_hdr(msg), &a));
		assert_int_equal(a.ifindex, 9);
		assert_memory_equal(&a.prefix, &p, sizeof(p));
		assert_false(a.secondary);
		assert_false(a.tentative);
		cut_everywhere(msg, sizeof(struct ifaddrmsg));
		nlmsg_free(msg);
	}
}

static void
test_nl_msg_addr_that_is_none_is_refused(void **state)
{
	struct addr_prefix p = { .len = 24 };
	struct nl_msg *msg = NULL;

	(void)state;
	assert_int_equal(nl_msg_addr(RTM_NEWADDR, 0, 9, &p, 0, NULL, 0, &msg),
	    -EINVAL);
	assert_int_equal(addr_prefix_parse("192.0.2.50/24", &p), 0);
	p.len = 33;
	assert_int_equal(nl_msg_addr(RTM_NEWADDR, 0, 9, &p, 0, NULL, 0, &msg),
	    -EINVAL);
	p.len = 24;
	assert_int_equal(nl_msg_addr(RTM_NEWADDR, 0, 9, &p, 0,
	    "a-label-too-long", 0, &msg), -EINVAL);
	assert_null(msg);
}

static struct nl_msg *
neigh_message(uint16_t nud, const void *lladdr, int len)
{
	struct ndmsg ndm = { .ndm_family = AF_INET, .ndm_ifindex = 3,
	    .ndm_state = nud };
	struct nl_msg *msg = nlmsg_alloc_simple(RTM_NEWNEIGH, 0);

	assert_non_null(msg);
	assert_int_equal(nlmsg_append(msg, &ndm, sizeof(ndm), NLMSG_ALIGNTO),
	    0);
	if (len > 0)
		assert_int_equal(nla_put(msg, NDA_LLADDR, len, lladdr), 0);
	return msg;
}

static void
test_nl_msg_neigh_says_how_sure_the_kernel_is(void **state)
{
	static const struct { uint16_t nud; bool usable, confirmed; } c[] = {
		{ NUD_REACHABLE, true, true }, { NUD_PERMANENT, true, true },
		{ NUD_STALE, true, false }, { NUD_PROBE, true, false },
		{ NUD_INCOMPLETE, false, false }, { NUD_FAILED, false, false },
	};
	struct nl_neigh n;
	struct nl_msg *msg;

	(void)state;
	for (size_t i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		msg = neigh_message(c[i].nud, mac, 6);
		assert_true(nl_msg_read_neigh(nlmsg_hdr(msg), &n));
		assert_int_equal(n.usable, c[i].usable);
		assert_int_equal(n.confirmed, c[i].confirmed);
		assert_int_equal(n.mac_len, c[i].usable ? 6 : 0);
		cut_everywhere(msg, sizeof(struct ndmsg));
		nlmsg_free(msg);
	}
}

/* An address of another kind of link, longer than there is room for. */
static void
test_nl_msg_neigh_long_address_is_none(void **state)
{
	static const uint8_t infiniband[20];
	struct nl_msg *msg = neigh_message(NUD_REACHABLE, infiniband, 20);
	struct nl_neigh n;

	(void)state;
	assert_true(nl_msg_read_neigh(nlmsg_hdr(msg), &n));
	assert_int_equal(n.mac_len, 0);
	nlmsg_free(msg);
}

static void
test_nl_msg_collect_keeps_messages_whole_and_aligned(void **state)
{
	struct nl_collected c = { 0 };
	struct nl_msg *msg = link_message();
	struct nlmsghdr *h = nlmsg_hdr(msg), *got;
	int i, left, seen = 0;

	(void)state;
	for (i = 0; i < 1000; i++)
		assert_int_equal(nl_msg_collect(&c, h), 0);
	left = (int)c.len;
	for (got = (void *)c.buf; nlmsg_ok(got, left);
	    got = nlmsg_next(got, &left)) {
		assert_memory_equal(got, h, h->nlmsg_len);
		seen++;
	}
	assert_int_equal(seen, 1000);
	assert_int_equal(left, 0);
	free(c.buf);
	nlmsg_free(msg);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nl_msg_link_is_read_back),
		cmocka_unit_test(test_nl_msg_link_kind_mode_and_master),
		cmocka_unit_test(test_nl_msg_link_flags),
		cmocka_unit_test(test_nl_msg_link_parent_elsewhere_is_none),
		cmocka_unit_test(
		    test_nl_msg_link_is_called_by_each_of_its_names),
		cmocka_unit_test(
		    test_nl_msg_link_without_name_leaves_the_output),
		cmocka_unit_test(test_nl_msg_addr_is_read_back),
		cmocka_unit_test(test_nl_msg_addr_that_is_none_is_refused),
		cmocka_unit_test(test_nl_msg_neigh_says_how_sure_the_kernel_is),
		cmocka_unit_test(test_nl_msg_neigh_long_address_is_none),
		cmocka_unit_test(
		    test_nl_msg_collect_keeps_messages_whole_and_aligned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
