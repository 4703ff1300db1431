/*
 * test_bfd_passive.c - who may open a session to us (RFC 9468).
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bfdd/bfd_passive.h"
#include "shared/pure/rng.h"

#define ETH0	7

static const char me[] = "a client", other[] = "another client";
static struct bfd_passive *ps;
static struct bfd_offer *offered;
static mono_t now = { 1000 * NS_PER_S };

static struct addr
address(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, &a), 0);
	return a;
}

static void
subnet(int ifindex, const char *text, bool gone)
{
	struct addr_prefix p;

	assert_int_equal(addr_prefix_parse(text, &p), 0);
	assert_true(bfd_passive_addr(ps, ifindex, &p, gone));
}

static struct bfd_params
offer_params(const char *local)
{
	struct bfd_params p;

	bfd_params_init(&p);
	(void)snprintf(p.interface, sizeof(p.interface), "eth0");
	p.local = address(local);
	return p;
}

static void
offer(const char *local, unsigned max)
{
	struct bfd_params p = offer_params(local);

	assert_int_equal(bfd_passive_offer(ps, me, &p, max, ETH0, &offered),
	    0);
}

static int
setup(void **state)
{
	(void)state;
	ps = bfd_passive_new();
	assert_non_null(ps);
	subnet(ETH0, "192.0.2.1/24", false);
	subnet(ETH0, "fe80::1/64", false);
	subnet(ETH0, "2001:db8::1/64", false);
	subnet(ETH0 + 1, "198.51.100.1/24", false);
	subnet(ETH0 + 2, "192.0.2.50/24", false);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	bfd_passive_free(ps);
	return 0;
}

static struct bfd_first_packet
packet(const char *source, const char *destination)
{
	return (struct bfd_first_packet){
		.source = address(source),
		.destination = address(destination),
		.ifindex = ETH0,
		.ttl = 255,
		.state = BFD_DOWN,
	};
}

static enum bfd_verdict
judge(const struct bfd_first_packet *pkt)
{
	struct bfd_offer *by = NULL;
	enum bfd_verdict v = bfd_passive_judge(ps, now, pkt, &by);

	if (v == BFD_OK_VERDICT)
		assert_ptr_equal(by, offered);
	return v;
}

/* B-140 -, L-27 - nothing is accepted that nobody offered */
static void
test_bfd_passive_without_an_offer_nothing_is_accepted(void **state)
{
	struct bfd_first_packet p = packet("192.0.2.2", "192.0.2.1");

	(void)state;
	assert_int_equal(judge(&p), BFD_NO_SESSION_VERDICT);
	offer("192.0.2.1", 4);
	assert_int_equal(judge(&p), BFD_OK_VERDICT);	/* B-140 +, B-142 + */
	assert_int_equal(offered->accepted, 1);
	bfd_passive_withdraw(ps, offered);
	assert_int_equal(judge(&p), BFD_NO_SESSION_VERDICT);
}

static const struct {
	const char		*name, *source, *destination;
	int			 ifindex, ttl;
	enum bfd_state		 state;
	bool			 signed_;
	enum bfd_verdict	 verdict;
} refusals[] = {
	/* B-142 - */
	{ "another subnet", "198.51.100.2", "192.0.2.1", ETH0, 255, BFD_DOWN,
	    false, BFD_PASSIVE_SOURCE_VERDICT },
	{ "our own address", "192.0.2.1", "192.0.2.1", ETH0, 255, BFD_DOWN,
	    false, BFD_PASSIVE_SOURCE_VERDICT },
	{ "everybody on the network", "192.0.2.255", "192.0.2.1", ETH0, 255,
	    BFD_DOWN, false, BFD_PASSIVE_SOURCE_VERDICT },
	{ "everybody", "255.255.255.255", "192.0.2.1", ETH0, 255, BFD_DOWN,
	    false, BFD_PASSIVE_SOURCE_VERDICT },
	{ "multicast", "224.0.0.18", "192.0.2.1", ETH0, 255, BFD_DOWN,
	    false, BFD_PASSIVE_SOURCE_VERDICT },
	{ "loopback", "127.0.0.1", "192.0.2.1", ETH0, 255, BFD_DOWN,
	    false, BFD_PASSIVE_SOURCE_VERDICT },
	{ "the virtual address, here", "192.0.2.50", "192.0.2.1", ETH0, 255,
	    BFD_DOWN, false, BFD_PASSIVE_SOURCE_VERDICT },
	/* B-116 - a virtual address is not what was offered */
	{ "to another address", "192.0.2.2", "192.0.2.50", ETH0, 255,
	    BFD_DOWN, false, BFD_PASSIVE_SOURCE_VERDICT },
	{ "IPv6, global", "2001:db8::2", "fe80::1", ETH0, 255, BFD_DOWN,
	    false, BFD_PASSIVE_SOURCE_VERDICT },
	/* B-141 - */
	{ "another interface", "198.51.100.2", "192.0.2.1", ETH0 + 1, 255,
	    BFD_DOWN, false, BFD_NO_SESSION_VERDICT },
	{ "interface not told", "192.0.2.2", "192.0.2.1", 0, 255, BFD_DOWN,
	    false, BFD_NO_SESSION_VERDICT },
	/* B-147 - */
	{ "routed", "192.0.2.2", "192.0.2.1", ETH0, 254, BFD_DOWN, false,
	    BFD_TTL_VERDICT },
	{ "TTL not told", "192.0.2.2", "192.0.2.1", ETH0, -1, BFD_DOWN, false,
	    BFD_TTL_VERDICT },
	{ "leaving", "192.0.2.2", "192.0.2.1", ETH0, 255, BFD_ADMIN_DOWN,
	    false, BFD_NO_SESSION_VERDICT },
	{ "signed", "192.0.2.2", "192.0.2.1", ETH0, 255, BFD_DOWN, true,
	    BFD_AUTH_UNEXPECTED_VERDICT },
};

static void
test_bfd_passive_what_does_not_fit_is_refused(void **state)
{
	struct bfd_first_packet p;
	size_t i;

	(void)state;
	offer("fe80::1", 4);
	offer("192.0.2.1", 4);
	for (i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		p = packet(refusals[i].source, refusals[i].destination);
		p.ifindex = refusals[i].ifindex;
		p.ttl = refusals[i].ttl;
		p.state = refusals[i].state;
		p.auth_present = refusals[i].signed_;
		if (judge(&p) != refusals[i].verdict)
			fail_msg("%s: %s", refusals[i].name,
			    bfd_verdict_name(judge(&p)));
	}
	/* None of them has used up what the limits allow. */
	for (i = 0; i < BFD_PASSIVE_BURST; i++) {
		p = packet("192.0.2.2", "192.0.2.1");
		assert_int_equal(judge(&p), BFD_OK_VERDICT);
	}
}

/* --- any source that no peer can have --- */

static struct addr
any_in(struct rng *r, const char *text)
{
	struct addr_prefix p;
	uint8_t bytes[16];
	unsigned bit, bits;

	assert_int_equal(addr_prefix_parse(text, &p), 0);
	memcpy(bytes, p.addr.bytes, sizeof(bytes));
	bits = (unsigned)addr_len(p.addr.family) * 8;
	for (bit = p.len; bit < bits; bit++)
		if (rng_below(r, 2) != 0)
			bytes[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
	return addr_from_bytes(p.addr.family, bytes);
}

/* B-142 -: whatever the bytes are; the same bytes are no new address of a peer */
static void
test_bfd_passive_martians_of_any_kind_are_refused(void **state)
{
	static const char *const martians[] = { "0.0.0.0/8", "127.0.0.0/8",
	    "224.0.0.0/4", "240.0.0.0/4", "255.255.255.255/32", "192.0.2.255/32",
	    "192.0.2.1/32", "192.0.2.50/32", "198.51.100.0/24", "::/128",
	    "::1/128", "::ffff:0:0/96", "::/96", "ff00::/8", "fe80::1/128",
	    "2000::/3", "fc00::/7", "64:ff9b::/96" };
	struct bfd_first_packet p;
	struct rng r;
	size_t i;
	unsigned n;

	(void)state;
	rng_seed(&r, 17);
	offer("fe80::1", 64);
	offer("192.0.2.1", 64);
	for (i = 0; i < sizeof(martians) / sizeof(martians[0]); i++) {
		for (n = 0; n < 2000; n++) {
			p = packet("192.0.2.2", "192.0.2.1");
			p.source = any_in(&r, martians[i]);
			if (p.source.family == AF_INET6)
				p.destination = address("fe80::1");
			if (judge(&p) != BFD_PASSIVE_SOURCE_VERDICT)
				fail_msg("%s", martians[i]);
			/* A peer that has moved may be of another network. */
			if (strncmp(martians[i], "198", 3) != 0 &&
			    strncmp(martians[i], "2", 1) != 0 &&
			    strncmp(martians[i], "f", 1) != 0)
				assert_true(bfd_passive_is_martian(ps, ETH0,
				    &p.source));
		}
	}
	for (n = 0; n < 2000; n++) {
		now.ns += BFD_PASSIVE_EVERY_NS;
		p = packet("192.0.2.2", "192.0.2.1");
		p.source = any_in(&r, "192.0.2.128/26");
		assert_false(bfd_passive_is_martian(ps, ETH0, &p.source));
		assert_int_equal(judge(&p), BFD_OK_VERDICT);
	}
}

/* L-27 - a virtual address, which its owner has named */
static void
test_bfd_passive_sources_that_are_not_wanted(void **state)
{
	struct bfd_first_packet p = packet("192.0.2.77", "192.0.2.1");

	(void)state;
	offer("192.0.2.1", 4);
	assert_int_equal(judge(&p), BFD_OK_VERDICT);
	offered->sources[0] = address("192.0.2.76");
	offered->sources[1] = address("192.0.2.77");
	offered->source_count = 1;
	assert_int_equal(judge(&p), BFD_OK_VERDICT);
	offered->source_count = 2;
	assert_int_equal(judge(&p), BFD_PASSIVE_SOURCE_VERDICT);
	offer("192.0.2.1", 2);			/* replaced */
	assert_int_equal(judge(&p), BFD_PASSIVE_SOURCE_VERDICT);
}

static void
test_bfd_passive_link_local_peers_are_accepted(void **state)
{
	struct bfd_first_packet p = packet("fe80::2", "fe80::1");

	(void)state;
	offer("fe80::1", 4);
	assert_int_equal(judge(&p), BFD_OK_VERDICT);
	p = packet("192.0.2.2", "192.0.2.1");	/* the other family */
	assert_int_equal(judge(&p), BFD_NO_SESSION_VERDICT);
}

/* B-146 +, B-146 - */
static void
test_bfd_passive_number_and_rate_are_limited(void **state)
{
	struct bfd_first_packet p = packet("192.0.2.2", "192.0.2.1");
	unsigned i;

	(void)state;
	offer("192.0.2.1", 2);
	offered->sessions = 2;
	assert_int_equal(judge(&p), BFD_PASSIVE_LIMIT_VERDICT);
	offered->sessions = 1;
	for (i = 0; i < BFD_PASSIVE_BURST; i++)
		assert_int_equal(judge(&p), BFD_OK_VERDICT);
	assert_int_equal(judge(&p), BFD_PASSIVE_LIMIT_VERDICT);
	now = mono_add(now, BFD_PASSIVE_EVERY_NS);
	assert_int_equal(judge(&p), BFD_OK_VERDICT);
	assert_int_equal(judge(&p), BFD_PASSIVE_LIMIT_VERDICT);
	assert_int_equal(offered->refused, 3);
}

/* A subnet goes with its address, an interface with its index. */
static void
test_bfd_passive_follows_addresses_and_interfaces(void **state)
{
	struct bfd_first_packet p = packet("192.0.2.2", "192.0.2.1");

	(void)state;
	offer("192.0.2.1", 4);
	subnet(ETH0, "192.0.2.1/24", true);
	assert_int_equal(judge(&p), BFD_PASSIVE_SOURCE_VERDICT);
	subnet(ETH0, "192.0.2.1/24", false);
	subnet(ETH0, "192.0.2.1/24", false);
	assert_int_equal(judge(&p), BFD_OK_VERDICT);
	bfd_passive_link(ps, "eth0", ETH0, true);
	assert_int_equal(judge(&p), BFD_NO_SESSION_VERDICT);
	bfd_passive_link(ps, "eth0", ETH0 + 9, false);
	p.ifindex = ETH0 + 9;
	assert_int_equal(judge(&p), BFD_PASSIVE_SOURCE_VERDICT);
	subnet(ETH0 + 9, "192.0.2.1/24", false);
	assert_int_equal(judge(&p), BFD_OK_VERDICT);
	bfd_passive_link(ps, "renamed", ETH0 + 9, false);
	assert_int_equal(judge(&p), BFD_NO_SESSION_VERDICT);
	bfd_passive_link(ps, "eth0", ETH0 + 9, false);
	bfd_passive_addrs_forget(ps);
	assert_int_equal(judge(&p), BFD_PASSIVE_SOURCE_VERDICT);
}

static void
test_bfd_passive_an_offer_is_replaced_and_belongs_to_its_owner(void **state)
{
	struct bfd_params p = offer_params("192.0.2.1");
	struct bfd_offer *first, *second;

	(void)state;
	offer("192.0.2.1", 4);
	first = offered;
	offered->sessions = 3;
	offer("192.0.2.9", 5);
	assert_ptr_equal(offered, first);
	assert_int_equal(offered->sessions, 3);
	assert_int_equal(offered->sessions_max, 5);
	assert_true(offered->p.passive);
	assert_int_equal(bfd_passive_offer(ps, other, &p, 4, ETH0, &second),
	    0);
	assert_ptr_not_equal(second, first);
	assert_ptr_equal(bfd_passive_of(ps, other), second);
	assert_ptr_equal(bfd_passive_find(ps, me, "eth0", AF_INET), first);
	assert_null(bfd_passive_find(ps, me, "eth1", AF_INET));
	assert_null(bfd_passive_find(ps, me, "eth0", AF_INET6));
	bfd_passive_withdraw(ps, second);
	assert_null(bfd_passive_of(ps, other));
	assert_ptr_equal(bfd_passive_first(ps), first);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_bfd_passive_without_an_offer_nothing_is_accepted),
		T(test_bfd_passive_what_does_not_fit_is_refused),
		T(test_bfd_passive_martians_of_any_kind_are_refused),
		T(test_bfd_passive_sources_that_are_not_wanted),
		T(test_bfd_passive_link_local_peers_are_accepted),
		T(test_bfd_passive_number_and_rate_are_limited),
		T(test_bfd_passive_follows_addresses_and_interfaces),
		T(test_bfd_passive_an_offer_is_replaced_and_belongs_to_its_owner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
