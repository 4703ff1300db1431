/* test_bfd_table.c - finding sessions, and what several wishes come to. */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "bfdd/bfd_table.h"

#define NOW	((mono_t){ 1000 * NS_PER_S })

static struct addr
ip(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, &a), 0);
	return a;
}

static struct bfd_params
single(const char *peer, const char *interface)
{
	struct bfd_params p;

	bfd_params_init(&p);
	p.peer = ip(peer);
	(void)snprintf(p.interface, sizeof(p.interface), "%s", interface);
	return p;
}

static struct bfd_params
multi(const char *peer, const char *local)
{
	struct bfd_params p = single(peer, "");

	p.multihop = true;
	p.rx_ttl = 254;
	if (local != NULL)
		p.local = ip(local);
	return p;
}

static struct bfd_session *
add(struct bfd_table *t, struct bfd_params p, int ifindex)
{
	struct bfd_session *s;
	int error = 0;

	s = bfd_table_add(t, NOW, &p, ifindex, &error);
	assert_non_null(s);
	return s;
}

static void
empty(struct bfd_table *t)
{
	while (bfd_table_first(t) != NULL)
		bfd_table_remove(t, bfd_table_first(t));
	bfd_table_free(t);
}

static struct bfd_session *
by_path(struct bfd_table *t, const char *peer, const char *local, int ifindex,
    bool multihop)
{
	struct addr a = ip(peer), b = ip(local);

	return bfd_table_by_path(t, &a, &b, ifindex, multihop);
}

/* B-3 */
static void
test_bfd_table_discriminators_are_unique_and_not_zero(void **state)
{
	struct bfd_table *t = bfd_table_new(512, 1);
	struct bfd_session *s;
	char peer[32];
	unsigned i;

	(void)state;
	for (i = 0; i < 512; i++) {
		(void)snprintf(peer, sizeof(peer), "10.0.%u.%u", i / 250,
		    i % 250 + 1);
		s = add(t, single(peer, "eth0"), 2);
		assert_int_not_equal(s->core.local_discr, 0);
		assert_ptr_equal(bfd_table_by_discr(t, s->core.local_discr),
		    s);
	}
	assert_int_equal(bfd_table_count(t), 512);
	for (s = bfd_table_first(t); s != NULL; s = s->next)
		assert_ptr_equal(bfd_table_by_key(t, &s->core.p), s);
	empty(t);
}

static void
test_bfd_table_two_seeds_give_other_discriminators(void **state)
{
	struct bfd_table *a = bfd_table_new(4, 1), *b = bfd_table_new(4, 2);

	(void)state;
	assert_int_not_equal(add(a, single("10.0.0.1", "e"), 1)->
	    core.local_discr, add(b, single("10.0.0.1", "e"), 1)->
	    core.local_discr);
	empty(a);
	empty(b);
}

static void
test_bfd_table_full_refuses(void **state)
{
	struct bfd_table *t = bfd_table_new(2, 1);
	struct bfd_params p = single("10.0.0.3", "e");
	int error = 0;

	(void)state;
	add(t, single("10.0.0.1", "e"), 1);
	add(t, single("10.0.0.2", "e"), 1);
	assert_null(bfd_table_add(t, NOW, &p, 1, &error));
	assert_int_equal(error, -ENOSPC);
	bfd_table_remove(t, bfd_table_first(t));
	assert_non_null(bfd_table_add(t, NOW, &p, 1, &error));
	empty(t);
}

/* B-113: interface, peer and family; B-121: the pair of addresses. */
static void
test_bfd_table_same_key_is_refused(void **state)
{
	struct bfd_table *t = bfd_table_new(16, 1);
	struct bfd_params p = single("10.0.0.1", "eth0");
	int error = 0;

	(void)state;
	add(t, p, 2);
	assert_null(bfd_table_add(t, NOW, &p, 2, &error));
	assert_int_equal(error, -EEXIST);
	add(t, single("10.0.0.1", "eth1"), 3);
	add(t, single("fe80::1", "eth0"), 2);
	add(t, multi("10.0.0.1", "10.9.9.9"), 0);
	add(t, multi("10.0.0.1", "10.9.9.8"), 0);
	p = multi("10.0.0.1", "10.9.9.8");
	assert_null(bfd_table_add(t, NOW, &p, 0, &error));
	assert_int_equal(error, -EEXIST);
	assert_int_equal(bfd_table_count(t), 5);
	empty(t);
}

/* B-28 +, B-28 -, B-113 + */
static void
test_bfd_table_path_is_peer_and_interface(void **state)
{
	struct bfd_table *t = bfd_table_new(16, 1);
	struct bfd_session *a, *b, *c;

	(void)state;
	a = add(t, single("fe80::1", "eth0"), 2);
	b = add(t, single("fe80::1", "eth1"), 3);
	c = add(t, single("10.0.0.1", "eth0"), 2);
	assert_ptr_equal(by_path(t, "fe80::1", "fe80::9", 2, false), a);
	assert_ptr_equal(by_path(t, "fe80::1", "fe80::9", 3, false), b);
	assert_ptr_equal(by_path(t, "10.0.0.1", "10.0.0.2", 2, false), c);
	assert_null(by_path(t, "fe80::1", "fe80::9", 4, false));
	assert_null(by_path(t, "fe80::2", "fe80::9", 2, false));
	assert_null(by_path(t, "10.0.0.1", "10.0.0.2", 2, true));
	assert_null(by_path(t, "10.0.0.1", "10.0.0.2", 0, false));
	empty(t);
}

static void
test_bfd_table_path_follows_the_interface(void **state)
{
	struct bfd_table *t = bfd_table_new(16, 1);
	struct bfd_params p = single("10.0.0.1", "eth0");
	struct bfd_session *s = add(t, p, 0);

	(void)state;
	assert_null(by_path(t, "10.0.0.1", "10.0.0.2", 0, false));
	bfd_table_set_ifindex(t, s, 7);
	assert_ptr_equal(by_path(t, "10.0.0.1", "10.0.0.2", 7, false), s);
	bfd_table_set_ifindex(t, s, 9);
	assert_null(by_path(t, "10.0.0.1", "10.0.0.2", 7, false));
	assert_ptr_equal(by_path(t, "10.0.0.1", "10.0.0.2", 9, false), s);
	bfd_table_set_ifindex(t, s, 0);
	assert_null(by_path(t, "10.0.0.1", "10.0.0.2", 9, false));
	assert_ptr_equal(bfd_table_by_key(t, &p), s);
	empty(t);
}

/* B-121 */
static void
test_bfd_table_multihop_path_is_the_pair(void **state)
{
	struct bfd_table *t = bfd_table_new(16, 1);
	struct bfd_session *a, *b, *any;

	(void)state;
	a = add(t, multi("10.0.0.1", "10.1.0.1"), 0);
	b = add(t, multi("10.0.0.1", "10.1.0.2"), 0);
	assert_ptr_equal(by_path(t, "10.0.0.1", "10.1.0.1", 5, true), a);
	assert_ptr_equal(by_path(t, "10.0.0.1", "10.1.0.2", 6, true), b);
	assert_null(by_path(t, "10.0.0.1", "10.1.0.3", 5, true));
	any = add(t, multi("10.0.0.1", NULL), 0);
	assert_ptr_equal(by_path(t, "10.0.0.1", "10.1.0.3", 5, true), any);
	assert_ptr_equal(by_path(t, "10.0.0.1", "10.1.0.1", 5, true), a);
	empty(t);
}

static void
test_bfd_table_remove_leaves_the_others(void **state)
{
	struct bfd_table *t = bfd_table_new(16, 1);
	struct bfd_session *s, *next;
	struct bfd_params p;
	char peer[32];
	unsigned i;

	(void)state;
	for (i = 1; i <= 16; i++) {
		(void)snprintf(peer, sizeof(peer), "10.0.0.%u", i);
		add(t, single(peer, "eth0"), 2);
	}
	for (s = bfd_table_first(t); s != NULL; s = next) {
		next = s->next;
		if (s->core.p.peer.bytes[3] % 2 == 0)
			bfd_table_remove(t, s);
	}
	assert_int_equal(bfd_table_count(t), 8);
	for (i = 1; i <= 16; i++) {
		(void)snprintf(peer, sizeof(peer), "10.0.0.%u", i);
		p = single(peer, "eth0");
		assert_true((bfd_table_by_key(t, &p) != NULL) == (i % 2 == 1));
		assert_true((by_path(t, peer, "10.9.9.9", 2, false) != NULL) ==
		    (i % 2 == 1));
	}
	add(t, single("10.0.0.2", "eth0"), 2);
	empty(t);
}

/* L-26 + the table of what two wishes come to */
static void
test_bfd_session_wishes_come_to_the_fastest(void **state)
{
	static const struct {
		int64_t	tx[2], rx[2];
		uint8_t	mult[2];
		int64_t	want_tx, want_rx;
		uint8_t	want_mult;
	} cases[] = {
		{ { 10, 50 }, { 10, 50 }, { 3, 3 }, 10, 10, 3 },
		{ { 50, 10 }, { 50, 10 }, { 3, 5 }, 10, 10, 5 },
		{ { 10, 50 }, { 50, 10 }, { 3, 3 }, 10, 10, 3 },
		/* 300 ms against 30 ms */
		{ { 100, 10 }, { 100, 10 }, { 3, 3 }, 10, 10, 3 },
		/* 20 * 2 is shorter than 10 * 5 */
		{ { 10, 20 }, { 10, 20 }, { 5, 2 }, 10, 10, 2 },
		/* equal: the older wish's */
		{ { 10, 20 }, { 10, 20 }, { 4, 2 }, 10, 10, 4 },
	};
	struct bfd_table *t = bfd_table_new(4, 1);
	struct bfd_session *s;
	struct bfd_params p, e;
	int owner[2];
	size_t i, k;

	(void)state;
	p = single("10.0.0.1", "eth0");
	s = add(t, p, 2);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (k = 0; k < 2; k++) {
			p.desired_min_tx_ns = ns_from_ms(cases[i].tx[k]);
			p.required_min_rx_ns = ns_from_ms(cases[i].rx[k]);
			p.detect_mult = cases[i].mult[k];
			assert_int_equal(bfd_session_wish_set(s, &owner[k],
			    &p), 0);
		}
		bfd_session_effective(s, &e);
		assert_int_equal(e.desired_min_tx_ns,
		    ns_from_ms(cases[i].want_tx));
		assert_int_equal(e.required_min_rx_ns,
		    ns_from_ms(cases[i].want_rx));
		assert_int_equal(e.detect_mult, cases[i].want_mult);
		assert_int_equal(bfd_session_clients(s), 2);
	}
	empty(t);
}

static void
test_bfd_session_wish_is_one_per_owner(void **state)
{
	struct bfd_table *t = bfd_table_new(4, 1);
	struct bfd_params p = single("10.0.0.1", "eth0"), e;
	struct bfd_session *s = add(t, p, 2);
	int a, b;

	(void)state;
	p.detect_mult = 5;
	assert_int_equal(bfd_session_wish_set(s, &a, &p), 0);
	p.detect_mult = 7;
	assert_int_equal(bfd_session_wish_set(s, &a, &p), 0);
	assert_int_equal(bfd_session_clients(s), 1);
	bfd_session_effective(s, &e);
	assert_int_equal(e.detect_mult, 7);
	assert_false(bfd_session_wish_drop(s, &b));
	assert_true(bfd_session_wish_drop(s, &a));
	assert_null(s->wishes);
	assert_false(bfd_session_wish_drop(s, &a));
	empty(t);
}

/* All values but the timers come from the file, whoever was first. */
static void
test_bfd_session_file_decides_the_rest(void **state)
{
	struct bfd_table *t = bfd_table_new(4, 1);
	struct bfd_params p = single("10.0.0.1", "eth0"), e;
	struct bfd_session *s = add(t, p, 2);
	int client;

	(void)state;
	p.desired_min_tx_ns = ns_from_ms(10);
	assert_int_equal(bfd_session_wish_set(s, &client, &p), 0);
	p.desired_min_tx_ns = ns_from_ms(50);
	p.local = ip("10.0.0.2");
	p.auth.type = BFD_AUTH_SIMPLE;
	(void)snprintf(p.name, sizeof(p.name), "uplink");
	assert_int_equal(bfd_session_wish_set(s, bfd_owner_conf, &p), 0);
	bfd_session_effective(s, &e);
	assert_string_equal(e.name, "uplink");
	assert_int_equal(e.auth.type, BFD_AUTH_SIMPLE);
	assert_true(addr_equal(&e.local, &p.local));
	assert_int_equal(e.desired_min_tx_ns, ns_from_ms(10));
	assert_int_equal(bfd_session_clients(s), 1);
	assert_non_null(bfd_session_wish_of(s, bfd_owner_conf));
	empty(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_bfd_table_discriminators_are_unique_and_not_zero),
		cmocka_unit_test(
		    test_bfd_table_two_seeds_give_other_discriminators),
		cmocka_unit_test(test_bfd_table_full_refuses),
		cmocka_unit_test(test_bfd_table_same_key_is_refused),
		cmocka_unit_test(test_bfd_table_path_is_peer_and_interface),
		cmocka_unit_test(test_bfd_table_path_follows_the_interface),
		cmocka_unit_test(test_bfd_table_multihop_path_is_the_pair),
		cmocka_unit_test(test_bfd_table_remove_leaves_the_others),
		cmocka_unit_test(test_bfd_session_wishes_come_to_the_fastest),
		cmocka_unit_test(test_bfd_session_wish_is_one_per_owner),
		cmocka_unit_test(test_bfd_session_file_decides_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
