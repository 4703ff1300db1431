/* test_vrrp_will.c - a last will as bytes, and what is not one. */
#include "config.h"

#include <sys/socket.h>
#include <linux/fib_rules.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shared/pure/rng.h"
#include "vrrpd/pure/vrrp_will.h"

static const uint8_t frame[60] = { 1, 0, 0x5e, 0, 0, 18, 0, 0, 0x5e, 0, 1, 51,
    8, 0, 0x45, 0xc0 };
static const uint8_t message[12] = { 0x31, 51, 0, 1 };
static uint8_t requests[64];
static uint8_t buf[VRRP_WILL_MAX];

/* Three requests; the second's length is not a multiple of four. */
static size_t
make_requests(void)
{
	static const struct nlmsghdr list[] = {
		{ .nlmsg_len = 20, .nlmsg_type = RTM_NEWQDISC },
		{ .nlmsg_len = 18, .nlmsg_type = RTM_DELADDR },
		{ .nlmsg_len = 24, .nlmsg_type = RTM_NEWLINK },
	};
	size_t at = 0, i;

	memset(requests, 0, sizeof(requests));
	for (i = 0; i < 3; i++) {
		memcpy(requests + at, &list[i], sizeof(list[i]));
		at += NLMSG_ALIGN(list[i].nlmsg_len);
	}
	return at;
}

static struct vrrp_will
a_will(void)
{
	struct vrrp_will w;

	memset(&w, 0, sizeof(w));
	strcpy(w.name, "web");
	w.flags = VRRP_WILL_WITHOUT;
	w.netlink = requests;
	w.netlink_len = make_requests();
	w.frame_count = 3;
	w.frames[0].ifindex = 2;
	w.frames[0].bytes = frame;
	w.frames[0].len = sizeof(frame);
	w.frames[1].ifindex = 2;
	assert_int_equal(addr_parse("192.0.2.1", &w.frames[1].source), 0);
	assert_int_equal(addr_parse("192.0.2.2", &w.frames[1].destination), 0);
	w.frames[1].bytes = message;
	w.frames[1].len = sizeof(message);
	w.frames[2] = w.frames[1];
	assert_int_equal(addr_parse("fe80::1", &w.frames[2].source), 0);
	assert_int_equal(addr_parse("fe80::2", &w.frames[2].destination), 0);
	return w;
}

static void
test_vrrp_will_comes_back_as_it_was(void **state)
{
	struct vrrp_will w = a_will(), got;
	size_t len = vrrp_will_encode(&w, buf, sizeof(buf));
	unsigned i;

	(void)state;
	assert_true(len > 0);
	assert_true(vrrp_will_decode(buf, len, &got));
	assert_string_equal(got.name, "web");
	assert_int_equal(got.flags, VRRP_WILL_WITHOUT);
	assert_int_equal(got.netlink_len, w.netlink_len);
	assert_memory_equal(got.netlink, requests, w.netlink_len);
	assert_int_equal(got.frame_count, 3);
	for (i = 0; i < 3; i++) {
		assert_int_equal(got.frames[i].ifindex, 2);
		assert_int_equal(got.frames[i].len, w.frames[i].len);
		assert_memory_equal(got.frames[i].bytes, w.frames[i].bytes,
		    w.frames[i].len);
		assert_true(addr_equal(&got.frames[i].source,
		    &w.frames[i].source));
		assert_true(addr_equal(&got.frames[i].destination,
		    &w.frames[i].destination));
	}
}

static void
test_vrrp_will_of_an_owner_has_nothing_to_withdraw(void **state)
{
	struct vrrp_will w = a_will(), got;
	size_t len;

	(void)state;
	w.netlink = NULL;
	w.netlink_len = 0;
	w.frame_count = 1;
	len = vrrp_will_encode(&w, buf, sizeof(buf));
	assert_true(vrrp_will_decode(buf, len, &got));
	assert_int_equal(got.netlink_len, 0);
	assert_int_equal(got.frame_count, 1);
}

static void
test_vrrp_will_with_a_flag_that_is_none_is_refused(void **state)
{
	struct vrrp_will w = a_will(), got;
	size_t len;

	(void)state;
	w.flags = 0;
	len = vrrp_will_encode(&w, buf, sizeof(buf));
	assert_true(vrrp_will_decode(buf, len, &got));
	w.flags = VRRP_WILL_FLAGS + 1;
	len = vrrp_will_encode(&w, buf, sizeof(buf));
	assert_false(vrrp_will_decode(buf, len, &got));
}

static void
test_vrrp_will_every_prefix_and_any_byte_more_is_refused(void **state)
{
	struct vrrp_will w = a_will(), got;
	size_t len = vrrp_will_encode(&w, buf, sizeof(buf)), i;

	(void)state;
	for (i = 0; i < len; i++)
		assert_false(vrrp_will_decode(buf, i, &got));
	buf[len] = 0;
	assert_false(vrrp_will_decode(buf, len + 1, &got));
}

/* The withdrawal matters most, frames are left out from the end. */
static void
test_vrrp_will_too_large_keeps_the_withdrawal(void **state)
{
	struct vrrp_will w = a_will(), got;
	size_t whole = vrrp_will_encode(&w, buf, sizeof(buf)), size, len;
	unsigned frames, last = 0;

	(void)state;
	for (size = 0; size <= whole; size++) {
		memset(buf, 0xa5, sizeof(buf));
		len = vrrp_will_encode(&w, buf, size);
		assert_true(len <= size);
		assert_int_equal(buf[size], 0xa5);
		if (len == 0)
			continue;
		assert_true(vrrp_will_decode(buf, len, &got));
		assert_int_equal(got.netlink_len, w.netlink_len);
		frames = got.frame_count;
		assert_true(frames >= last);
		last = frames;
	}
	assert_int_equal(last, 3);
}

static void
refused_with(uint16_t type, uint16_t flags, uint32_t len)
{
	struct nlmsghdr h = {
		.nlmsg_len = len, .nlmsg_type = type, .nlmsg_flags = flags,
	};
	struct vrrp_will w = a_will(), got;
	size_t n;

	memcpy(requests, &h, sizeof(h));
	n = vrrp_will_encode(&w, buf, sizeof(buf));
	assert_true(n > 0);
	assert_false(vrrp_will_decode(buf, n, &got));
}

/* An engine gone mad has nothing else done by the monitor. */
static void
test_vrrp_will_only_takes_away(void **state)
{
	(void)state;
	refused_with(RTM_NEWADDR, 0, 20);
	refused_with(RTM_DELLINK, 0, 20);
	refused_with(RTM_NEWROUTE, 0, 20);
	refused_with(RTM_DELROUTE, 0, 20);
	refused_with(NLMSG_NOOP, 0, 20);
	refused_with(RTM_NEWLINK, NLM_F_CREATE, 20);
	refused_with(RTM_DELADDR, 0, 0);
	refused_with(RTM_DELADDR, 0, 15);
	refused_with(RTM_DELADDR, 0, 65);
	refused_with(RTM_DELADDR, 0, UINT32_MAX);
}

/* Routes and rules: ours alone, and the mark is looked for. */
static void
test_vrrp_will_takes_away_what_carries_our_mark(void **state)
{
	/* A route; a rule with a priority and a protocol. */
	static const uint8_t route[12] = { 2, 8, 0, 0, 254, VRRP_WILL_PROTOCOL,
	    255, 0 };
	static const uint8_t rule[28] = { 2, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0,
	    8, 0, FRA_PRIORITY, 0, 9, 0, 0, 0,
	    5, 0, FRA_PROTOCOL, 0, VRRP_WILL_PROTOCOL };
	static const struct {
		uint16_t	type;
		const uint8_t	*body;
		size_t		len, at;	/* of the mark */
	} list[] = {
		{ RTM_DELROUTE, route, sizeof(route), 5 },
		{ RTM_DELRULE, rule, sizeof(rule), 24 },
	};
	struct nlmsghdr h = { .nlmsg_len = 0 };
	struct vrrp_will w = a_will(), got;
	size_t i, n, cut;

	(void)state;
	for (i = 0; i < 2; i++) {
		h.nlmsg_len = (uint32_t)NLMSG_LENGTH(list[i].len);
		h.nlmsg_type = list[i].type;
		w.netlink_len = h.nlmsg_len;
		memset(requests, 0, sizeof(requests));
		memcpy(requests, &h, sizeof(h));
		memcpy(requests + NLMSG_HDRLEN, list[i].body, list[i].len);
		n = vrrp_will_encode(&w, buf, sizeof(buf));
		assert_true(vrrp_will_decode(buf, n, &got));
		requests[NLMSG_HDRLEN + list[i].at] ^= 1;
		n = vrrp_will_encode(&w, buf, sizeof(buf));
		assert_false(vrrp_will_decode(buf, n, &got));
		requests[NLMSG_HDRLEN + list[i].at] ^= 1;
		for (cut = 0; cut < list[i].at; cut += 4) {
			h.nlmsg_len = (uint32_t)NLMSG_LENGTH(cut);
			memcpy(requests, &h, sizeof(h));
			w.netlink_len = h.nlmsg_len;
			n = vrrp_will_encode(&w, buf, sizeof(buf));
			assert_false(vrrp_will_decode(buf, n, &got));
		}
	}
}

static void
test_vrrp_will_bad_frames_and_names_are_refused(void **state)
{
	struct vrrp_will w = a_will(), got;
	size_t len;

	(void)state;
	w.frames[0].len = 13;			/* no Ethernet header */
	len = vrrp_will_encode(&w, buf, sizeof(buf));
	assert_false(vrrp_will_decode(buf, len, &got));
	w = a_will();
	w.frames[1].ifindex = 0;
	len = vrrp_will_encode(&w, buf, sizeof(buf));
	assert_false(vrrp_will_decode(buf, len, &got));
	w = a_will();
	w.frames[1].ifindex = -1;
	len = vrrp_will_encode(&w, buf, sizeof(buf));
	assert_false(vrrp_will_decode(buf, len, &got));
	w = a_will();
	w.name[0] = '\0';
	len = vrrp_will_encode(&w, buf, sizeof(buf));
	assert_false(vrrp_will_decode(buf, len, &got));
	w = a_will();
	len = vrrp_will_encode(&w, buf, sizeof(buf));
	assert_true(vrrp_will_decode(buf, len, &got));
	buf[2] = '\0';				/* within the name */
	assert_false(vrrp_will_decode(buf, len, &got));
	len = vrrp_will_encode(&w, buf, sizeof(buf));
	buf[0] = VRRP_WILL_NAME_MAX;
	assert_false(vrrp_will_decode(buf, len, &got));
}

/* The name can be told of a will that is broken behind it. */
static void
test_vrrp_will_name_is_read_alone(void **state)
{
	struct vrrp_will w = a_will();
	char name[VRRP_WILL_NAME_MAX] = "before";
	size_t len = vrrp_will_encode(&w, buf, sizeof(buf)), n;

	(void)state;
	for (n = 0; n < 4; n++)
		assert_false(vrrp_will_name(buf, n, name));
	assert_string_equal(name, "before");
	for (n = 4; n <= len; n++) {
		assert_true(vrrp_will_name(buf, n, name));
		assert_string_equal(name, "web");
	}
	buf[0] = VRRP_WILL_NAME_MAX;
	assert_false(vrrp_will_name(buf, len, name));
	buf[0] = 0;
	assert_false(vrrp_will_name(buf, len, name));
}

/* Whatever the bytes: no read beyond them, and what is accepted is whole. */
static void
test_vrrp_will_damaged_bytes_never_reach_beyond_the_end(void **state)
{
	struct vrrp_will w = a_will(), got;
	struct rng rng;
	uint8_t copy[512];
	size_t len = vrrp_will_encode(&w, buf, sizeof(buf));
	unsigned round, i;

	(void)state;
	assert_true(len <= sizeof(copy));
	rng_seed(&rng, 5);
	for (round = 0; round < 20000; round++) {
		memcpy(copy, buf, len);
		for (i = 0; i < 3; i++)
			copy[rng_below(&rng, len)] =
			    (uint8_t)rng_below(&rng, 256);
		if (!vrrp_will_decode(copy, len, &got))
			continue;
		assert_true(got.netlink >= copy &&
		    got.netlink + got.netlink_len <= copy + len);
		for (i = 0; i < got.frame_count; i++)
			assert_true(got.frames[i].bytes >= copy &&
			    got.frames[i].bytes + got.frames[i].len <=
			    copy + len);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vrrp_will_comes_back_as_it_was),
		cmocka_unit_test(
		    test_vrrp_will_of_an_owner_has_nothing_to_withdraw),
		cmocka_unit_test(
		    test_vrrp_will_with_a_flag_that_is_none_is_refused),
		cmocka_unit_test(
		    test_vrrp_will_every_prefix_and_any_byte_more_is_refused),
		cmocka_unit_test(
		    test_vrrp_will_too_large_keeps_the_withdrawal),
		cmocka_unit_test(test_vrrp_will_only_takes_away),
		cmocka_unit_test(
		    test_vrrp_will_takes_away_what_carries_our_mark),
		cmocka_unit_test(
		    test_vrrp_will_bad_frames_and_names_are_refused),
		cmocka_unit_test(test_vrrp_will_name_is_read_alone),
		cmocka_unit_test(
		    test_vrrp_will_damaged_bytes_never_reach_beyond_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
