/*
 * test_nl_batch.c - batches against the kernel, in a network namespace of its own.
 *
 * With the argument "measure" it prints what a takeover costs instead.
 */
#include "config.h"

#include <net/if.h>
#include <sys/socket.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "shared/nl_batch.h"
#include "test/unit/shared/nl_net.h"

static void
test_nl_batch_adds_addresses_as_asked(void **state)
{
	struct addr_prefix v4 = prefix("192.0.2.50/24");
	struct addr_prefix v4b = prefix("198.51.100.7/32");
	struct addr_prefix v6 = prefix("2001:db8::50/64");
	struct addr_prefix ll = prefix("fe80::50/64");
	struct nl_batch *b;

	NEED_NAMESPACE();
	b = nl_batch_new(nl);
	assert_int_equal(nl_batch_addr_add(b, parent(), &v4,
	    NL_ADDR_NOPREFIXROUTE, "nlp0:web"), 0);
	assert_int_equal(nl_batch_addr_add(b, parent(), &v4b, 0, NULL), 0);
	assert_int_equal(nl_batch_addr_add(b, parent(), &v6,
	    NL_ADDR_NOPREFIXROUTE, NULL), 0);
	assert_int_equal(nl_batch_addr_add(b, parent(), &ll, 0, NULL), 0);
	assert_int_equal(nl_batch_send(b, on_done, b), 0);
	/* Applied already, though nothing was read. */
	assert_true(ip_says("addr show dev nlp0", "192.0.2.50/24 "
	    "scope global noprefixroute nlp0:web"));
	assert_true(ip_says("addr show dev nlp0",
	    "198.51.100.7/32 scope global nlp0"));
	assert_true(ip_says("-6 addr show dev nlp0",
	    "2001:db8::50/64 scope global nodad noprefixroute"));
	assert_true(ip_says("-6 addr show dev nlp0",
	    "fe80::50/64 scope link nodad"));
	assert_false(ip_says("-6 addr show dev nlp0", "50/64.*tentative"));
	assert_false(ip_says("route show", "192.0.2.0/24"));
	await(is_done);
	assert_int_equal(done_error, 0);
	assert_int_equal(dones, 1);
	/* Again: there already is fine. */
	assert_int_equal(send_and_wait(b), 0);
	nl_batch_clear(b);
	assert_int_equal(nl_batch_addr_del(b, parent(), &v4), 0);
	assert_int_equal(nl_batch_addr_del(b, parent(), &v4b), 0);
	assert_int_equal(nl_batch_addr_del(b, parent(), &v6), 0);
	assert_int_equal(nl_batch_addr_del(b, parent(), &ll), 0);
	assert_int_equal(nl_batch_addr_del(b, 9999, &v4), 0);
	assert_int_equal(send_and_wait(b), 0);
	assert_false(ip_says("addr show dev nlp0", "\\.50/\\|::50/"));
	/* Again: gone already is fine, too. */
	assert_int_equal(send_and_wait(b), 0);
	nl_batch_free(b);
}

/* Whoever is late with a renewal does not bring back what was taken away. */
static void
test_nl_batch_renewal_changes_what_is_there_and_adds_nothing(void **state)
{
	static const char *const texts[] = { "192.0.2.50/24",
	    "2001:db8::50/64", "fe80::50/64" };
	struct addr_prefix p;
	struct nl_batch *b, *renew;
	const uint8_t *bytes;
	char pattern[80];
	size_t len, i;

	NEED_NAMESPACE();
	for (i = 0; i < 3; i++) {
		p = prefix(texts[i]);
		b = nl_batch_new(nl);
		renew = nl_batch_new(nl);
		assert_int_equal(nl_batch_addr_renew(renew, parent(), &p,
		    NL_ADDR_NOPREFIXROUTE, 0), -EINVAL);
		assert_int_equal(nl_batch_addr_renew(renew, parent(), &p,
		    NL_ADDR_NOPREFIXROUTE, 60), 0);
		assert_int_equal(send_and_wait(renew), EINVAL);
		assert_false(ip_says("-o addr show dev nlp0", texts[i]));
		assert_int_equal(nl_batch_addr_lend(b, parent(), &p,
		    NL_ADDR_NOPREFIXROUTE, "nlp0:web", 9), 0);
		assert_int_equal(send_and_wait(b), 0);
		assert_int_equal(send_and_wait(renew), 0);
		(void)snprintf(pattern, sizeof(pattern),
		    "%s.*noprefixroute.*valid_lft \\(60\\|59\\)sec", texts[i]);
		assert_true(ip_says("-o addr show dev nlp0", pattern));
		nl_batch_clear(b);
		assert_int_equal(nl_batch_addr_del(b, parent(), &p), 0);
		assert_int_equal(send_and_wait(b), 0);
		/* The same by way of another process. */
		bytes = nl_batch_bytes(renew, &len);
		assert_int_equal(nl_carry_out(nl, bytes, len), -EINVAL);
		assert_int_equal(nl_carry_out(nl, bytes, len - 1), -EINVAL);
		assert_false(ip_says("-o addr show dev nlp0", texts[i]));
		nl_batch_free(renew);
		nl_batch_free(b);
	}
}

/* The kernel leaves the route of an IPv6 address that was lent. */
static void
test_nl_batch_takes_the_route_of_a_lent_address(void **state)
{
	struct addr_prefix v6 = prefix("2001:db8:0:ff80::50/57");
	struct addr_prefix ll = prefix("fe80::50/64");
	struct nl_batch *b;

	NEED_NAMESPACE();
	b = nl_batch_new(nl);
	assert_int_equal(nl_batch_addr_lend(b, parent(), &v6, 0, NULL, 3), 0);
	assert_int_equal(nl_batch_addr_lend(b, parent(), &ll, 0, NULL, 3), 0);
	assert_int_equal(send_and_wait(b), 0);
	nl_batch_clear(b);
	assert_int_equal(nl_batch_addr_del(b, parent(), &v6), 0);
	assert_int_equal(nl_batch_addr_del(b, parent(), &ll), 0);
	assert_int_equal(send_and_wait(b), 0);
	assert_true(ip_says("-6 route show dev nlp0", "2001:db8:0:ff80::/57"));
	nl_batch_clear(b);
	assert_int_equal(nl_batch_prefix_route_del(b, parent(), &v6), 0);
	assert_int_equal(nl_batch_prefix_route_del(b, parent(), &ll), 0);
	assert_int_equal(nl_batch_prefix_route_del(b, 9999, &ll), 0);
	assert_int_equal(send_and_wait(b), 0);
	assert_false(ip_says("-6 route show dev nlp0", "2001:db8:0:ff80::"));
	assert_false(ip_says("-6 route show dev nlp0", "fe80::/64.*expires"));
	/* Again: gone already is fine. */
	assert_int_equal(send_and_wait(b), 0);
	v6 = prefix("192.0.2.50/24");
	assert_int_equal(nl_batch_prefix_route_del(b, parent(), &v6), -EINVAL);
	nl_batch_free(b);
}

/* The address goes and comes, and is delivered to all the while. */
static void
test_nl_batch_local_route_outlives_the_address(void **state)
{
	struct addr_prefix a = prefix("192.0.2.50/24");
	struct addr_prefix other = prefix("198.51.100.1/24");
	struct addr_prefix v6 = prefix("2001:db8::50/64");
	struct nl_batch *b;

	NEED_NAMESPACE();
	b = nl_batch_new(nl);
	assert_int_equal(nl_batch_addr_add(b, parent(), &other, 0, NULL), 0);
	assert_int_equal(nl_batch_addr_add(b, parent(), &a, 0, NULL), 0);
	assert_int_equal(nl_batch_local_route(b, parent(), &a.addr, true), 0);
	assert_int_equal(nl_batch_local_route(b, parent(), &a.addr, true), 0);
	assert_int_equal(nl_batch_addr_del(b, parent(), &a), 0);
	assert_int_equal(send_and_wait(b), 0);
	assert_false(ip_says("addr show dev nlp0", "192.0.2.50/24"));
	assert_true(ip_says("route get 192.0.2.50", "^local"));
	nl_batch_clear(b);
	assert_int_equal(nl_batch_addr_add(b, parent(), &a, 0, NULL), 0);
	assert_int_equal(nl_batch_local_route(b, parent(), &a.addr, false), 0);
	assert_int_equal(nl_batch_local_route(b, parent(), &a.addr, false), 0);
	assert_int_equal(send_and_wait(b), 0);
	assert_true(ip_says("route get 192.0.2.50", "^local"));
	assert_false(ip_says("route show table local", "static"));
	assert_int_equal(nl_batch_local_route(b, parent(), &v6.addr, true),
	    -EINVAL);
	nl_batch_free(b);
}

/* Behind the kernel's own, and for when that goes. */
static void
test_nl_batch_link_route_stands_in_for_a_connected_one(void **state)
{
	struct addr_prefix a = prefix("192.0.2.50/25");
	struct addr_prefix bad = { .len = 24 };
	struct nl_batch *b;

	NEED_NAMESPACE();
	b = nl_batch_new(nl);
	assert_int_equal(nl_batch_addr_add(b, parent(), &a,
	    NL_ADDR_NOPREFIXROUTE, NULL), 0);
	assert_int_equal(nl_batch_link_route(b, parent(), &a, true), 0);
	assert_int_equal(nl_batch_link_route(b, parent(), &a, true), 0);
	assert_int_equal(send_and_wait(b), 0);
	assert_true(ip_says("route show dev nlp0", "192.0.2.0/25 .*scope link "
	    "src 192.0.2.50 metric 1024"));
	nl_batch_clear(b);
	assert_int_equal(nl_batch_link_route(b, parent(), &a, false), 0);
	assert_int_equal(nl_batch_link_route(b, parent(), &a, false), 0);
	assert_int_equal(send_and_wait(b), 0);
	assert_false(ip_says("route show dev nlp0", "192.0.2.0/25"));
	/* The route goes with its address. */
	nl_batch_clear(b);
	assert_int_equal(nl_batch_link_route(b, parent(), &a, true), 0);
	assert_int_equal(nl_batch_addr_del(b, parent(), &a), 0);
	assert_int_equal(send_and_wait(b), 0);
	assert_false(ip_says("route show dev nlp0", "192.0.2.0/25"));
	assert_int_equal(nl_batch_link_route(b, parent(), &bad, true),
	    -EINVAL);
	nl_batch_free(b);
}

static void
test_nl_batch_reports_first_error_and_goes_on(void **state)
{
	struct addr_prefix a = prefix("192.0.2.50/24");
	struct addr_prefix bad = prefix("224.0.0.1/24");	/* refused */
	struct addr_prefix absent = prefix("192.0.2.53/24");
	struct addr_prefix c = prefix("192.0.2.52/24");
	struct nl_batch *b;

	NEED_NAMESPACE();
	b = nl_batch_new(nl);
	assert_int_equal(nl_batch_addr_add(b, parent(), &a, 0, NULL), 0);
	assert_int_equal(nl_batch_addr_add(b, 9999, &bad, 0, NULL), 0);
	assert_int_equal(nl_batch_addr_del(b, parent(), &absent), 0);
	assert_int_equal(nl_batch_addr_add(b, parent(), &c, 0, NULL), 0);
	assert_int_equal(send_and_wait(b), ENODEV);
	assert_int_equal(done_at, 1);
	assert_true(ip_says("addr show dev nlp0", "192.0.2.52/24"));
	nl_batch_free(b);
}

static void
test_nl_batch_answer_can_be_looked_at_before_done(void **state)
{
	struct addr_prefix good = prefix("192.0.2.50/24");
	struct nl_batch *b, *other;

	NEED_NAMESPACE();
	b = nl_batch_new(nl);
	other = nl_batch_new(nl);
	assert_int_equal(nl_batch_addr_add(other, parent(), &good, 0, NULL), 0);
	assert_int_equal(nl_batch_addr_add(b, parent(), &good, 0, NULL), 0);
	assert_int_equal(nl_batch_addr_add(b, 9999, &good, 0, NULL), 0);
	assert_int_equal(nl_batch_send(b, on_done, b), 0);
	assert_int_equal(nl_batch_refused(nl, other), 0);
	assert_int_equal(nl_batch_refused(nl, b), ENODEV);
	assert_int_equal(dones, 0);
	/* As often as one likes, and others in between. */
	assert_int_equal(nl_batch_send(other, on_done, other), 0);
	assert_int_equal(nl_batch_refused(nl, other), 0);
	assert_int_equal(nl_batch_refused(nl, b), ENODEV);
	await(is_done);
	assert_int_equal(nl_flush(nl, 1000), 0);
	assert_int_equal(dones, 2);
	assert_int_equal(nl_batch_refused(nl, b), 0);
	nl_batch_free(b);
	nl_batch_free(other);
}

static void
test_nl_batch_refuses_what_it_cannot_build(void **state)
{
	struct addr_prefix unset = { 0 }, p = prefix("192.0.2.50/24");
	struct nl_batch *b;

	NEED_NAMESPACE();
	b = nl_batch_new(nl);
	assert_int_equal(nl_batch_send(b, on_done, b), -EINVAL);	/* empty */
	assert_int_equal(nl_batch_addr_add(b, 1, &unset, 0, NULL), -EINVAL);
	assert_int_equal(nl_batch_addr_add(b, 1, &p, 0,
	    "a-label-of-16-ch"), -EINVAL);
	p.len = 33;
	assert_int_equal(nl_batch_addr_del(b, 1, &p), -EINVAL);
	assert_int_equal(nl_batch_send(b, on_done, b), -EINVAL);
	nl_batch_free(b);
	assert_int_equal(dones, 0);
}

static void
test_nl_batch_may_be_freed_while_answers_are_outstanding(void **state)
{
	struct addr_prefix p = prefix("192.0.2.50/24");
	struct nl_batch *b;

	NEED_NAMESPACE();
	b = nl_batch_new(nl);
	assert_int_equal(nl_batch_addr_add(b, parent(), &p, 0, NULL), 0);
	assert_int_equal(nl_batch_send(b, on_done, NULL), 0);
	assert_int_equal(nl_batch_send(b, on_done, NULL), 0);
	nl_batch_free(b);
	assert_int_equal(nl_flush(nl, 5000), 0);
	assert_int_equal(dones, 2);
	assert_int_equal(done_error, 0);
	assert_int_equal(nl_flush(nl, 5000), 0);
	assert_int_equal(dones, 2);
}

static void
test_nl_batch_cancelled_done_is_not_called(void **state)
{
	struct addr_prefix p = prefix("192.0.2.50/24");
	struct nl_batch *b;
	int one, two;

	NEED_NAMESPACE();
	b = nl_batch_new(nl);
	assert_int_equal(nl_batch_addr_add(b, parent(), &p, 0, NULL), 0);
	assert_int_equal(nl_batch_send(b, on_done, &one), 0);
	assert_int_equal(nl_batch_send(b, on_done, &two), 0);
	nl_batch_cancel(nl, &one);
	assert_int_equal(nl_flush(nl, 5000), 0);
	assert_int_equal(dones, 1);
	nl_batch_free(b);
}

static void
test_nl_batch_of_a_thousand_addresses(void **state)
{
	struct addr_prefix p = prefix("10.1.0.0/32");
	struct nl_batch *b;
	int i;

	NEED_NAMESPACE();
	b = nl_batch_new(nl);
	for (i = 0; i < 1000; i++) {
		p.addr.bytes[2] = (uint8_t)(i / 250);
		p.addr.bytes[3] = (uint8_t)(i % 250 + 1);
		assert_int_equal(nl_batch_addr_add(b, parent(), &p,
		    NL_ADDR_NOPREFIXROUTE, NULL), 0);
	}
	assert_int_equal(nl_batch_addr_add(b, 9999, &p, 0, NULL), 0);
	assert_int_equal(send_and_wait(b), ENODEV);
	assert_int_equal(done_at, 1000);
	nl_drain(nl);
	assert_int_equal(addrs, 1000);
	assert_int_equal(resyncs, 0);
	nl_batch_free(b);
}

/* More answers than the queue of the kernel takes. */
static void
test_nl_batch_lost_answers_end_in_one_done(void **state)
{
	struct addr_prefix p = prefix("192.0.2.50/24");
	struct nl_batch *b;
	int i, sent = 0;

	NEED_NAMESPACE();
	b = nl_batch_new(nl);
	for (i = 0; i < 500; i++)
		assert_int_equal(nl_batch_addr_del(b, parent(), &p), 0);
	for (i = 0; i < 100; i++) {
		if (nl_batch_send(b, on_done, NULL) == 0)
			sent++;
	}
	assert_int_equal(nl_flush(nl, 5000), 0);
	assert_int_equal(dones, sent);
	assert_int_equal(sent, 100);
	assert_int_equal(done_error, ENOBUFS);
	/* Works again. */
	nl_batch_clear(b);
	assert_int_equal(nl_batch_addr_add(b, parent(), &p, 0, NULL), 0);
	assert_int_equal(send_and_wait(b), 0);
	nl_batch_free(b);
}

/* --- the cost of a takeover --- */

#define MEASURE_MAX	100
#define ROUNDS		50

static int
compare(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void
measure(int devices)
{
	struct nl_batch *take = nl_batch_new(nl), *yield = nl_batch_new(nl);
	int64_t took[ROUNDS], gave[ROUNDS], acks[ROUNDS];
	struct addr_prefix p = prefix("10.2.0.1/24");
	uint8_t m[6];
	char name[IF_NAMESIZE];
	mono_t t0, t1;
	int i, ifindex;

	memcpy(m, mac, 6);
	for (i = 0; i < devices; i++) {
		(void)snprintf(name, sizeof(name), "nlm%d", i);
		m[5] = (uint8_t)i;
		assert_int_equal(nl_macvlan_add(nl, name, parent(), m,
		    &ifindex), 0);
		assert_int_equal(nl_link_up(nl, ifindex), 0);
		p.addr.bytes[2] = (uint8_t)i;
		(void)nl_batch_macvlan_mode(take, ifindex, NL_MACVLAN_BRIDGE);
		(void)nl_batch_addr_add(take, ifindex, &p, 0, NULL);
		(void)nl_batch_addr_del(yield, ifindex, &p);
		(void)nl_batch_macvlan_mode(yield, ifindex, NL_MACVLAN_DEAF);
	}
	for (i = 0; i < ROUNDS; i++) {
		t0 = loop_clock();
		assert_int_equal(nl_batch_send(take, on_done, NULL), 0);
		t1 = loop_clock();
		took[i] = mono_sub(t1, t0);
		assert_int_equal(nl_flush(nl, 1000), 0);
		acks[i] = mono_sub(loop_clock(), t1);
		t0 = loop_clock();
		assert_int_equal(nl_batch_send(yield, on_done, NULL), 0);
		gave[i] = mono_sub(loop_clock(), t0);
		assert_int_equal(nl_flush(nl, 1000), 0);
		nl_drain(nl);
	}
	qsort(took, ROUNDS, sizeof(took[0]), compare);
	qsort(gave, ROUNDS, sizeof(gave[0]), compare);
	qsort(acks, ROUNDS, sizeof(acks[0]), compare);
	printf("devices %3d: take %ld us (p95 %ld), its acks %ld us, "
	    "yield %ld us (p95 %ld)\n", devices,
	    (long)(took[ROUNDS / 2] / 1000),
	    (long)(took[ROUNDS * 95 / 100] / 1000),
	    (long)(acks[ROUNDS / 2] / 1000),
	    (long)(gave[ROUNDS / 2] / 1000),
	    (long)(gave[ROUNDS * 95 / 100] / 1000));
	nl_batch_free(take);
	nl_batch_free(yield);
}

static int
measure_all(void)
{
	if (skip_reason[0] != '\0') {
		printf("%s\n", skip_reason);
		return 1;
	}
	(void)setup(NULL);
	measure(1);
	(void)teardown(NULL);
	(void)setup(NULL);
	measure(MEASURE_MAX);
	(void)teardown(NULL);
	return 0;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		NL_TEST(test_nl_batch_adds_addresses_as_asked),
		NL_TEST(test_nl_batch_takes_the_route_of_a_lent_address),
		NL_TEST(test_nl_batch_local_route_outlives_the_address),
		NL_TEST(test_nl_batch_link_route_stands_in_for_a_connected_one),
		NL_TEST(
		    test_nl_batch_renewal_changes_what_is_there_and_adds_nothing),
		NL_TEST(test_nl_batch_reports_first_error_and_goes_on),
		NL_TEST(test_nl_batch_answer_can_be_looked_at_before_done),
		NL_TEST(test_nl_batch_refuses_what_it_cannot_build),
		NL_TEST(
		    test_nl_batch_may_be_freed_while_answers_are_outstanding),
		NL_TEST(test_nl_batch_cancelled_done_is_not_called),
		NL_TEST(test_nl_batch_of_a_thousand_addresses),
		NL_TEST(test_nl_batch_lost_answers_end_in_one_done),
	};

	prepare();
	if (argc == 2 && strcmp(argv[1], "measure") == 0)
		return measure_all();
	return cmocka_run_group_tests_name("nl_batch", tests, NULL, NULL);
}
