/*
 * test_bfd_params.c - defaults of a session, and what makes two sessions one.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bfdd/pure/bfd_params.h"

static struct bfd_params
single_hop(const char *peer, const char *interface)
{
	struct bfd_params p;

	bfd_params_init(&p);
	assert_int_equal(addr_parse(peer, &p.peer), 0);
	strcpy(p.interface, interface);
	return p;
}

static struct bfd_params
multihop(const char *peer, const char *local)
{
	struct bfd_params p = single_hop(peer, "");

	p.multihop = true;
	if (local != NULL)
		assert_int_equal(addr_parse(local, &p.local), 0);
	return p;
}

static void
test_bfd_params_init_fills_every_default(void **state)
{
	struct bfd_params p;

	(void)state;
	memset(&p, 0xff, sizeof(p));
	bfd_params_init(&p);
	assert_int_equal(p.desired_min_tx_ns, 50 * NS_PER_MS);
	assert_int_equal(p.required_min_rx_ns, 50 * NS_PER_MS);
	assert_int_equal(p.detect_mult, 3);
	assert_int_equal(p.rx_ttl, 255);
	assert_int_equal(p.auth.type, BFD_AUTH_NONE);
	assert_false(p.multihop || p.passive || p.admin_down);
	assert_false(addr_is_set(&p.peer) || addr_is_set(&p.local));
	assert_string_equal(p.interface, "");
	assert_string_equal(p.name, "");
}

/* B-113 + */
static void
test_bfd_params_same_peer_and_interface_is_one_session(void **state)
{
	struct bfd_params a = single_hop("192.0.2.2", "eth0"), b = a;

	(void)state;
	b.desired_min_tx_ns = NS_PER_MS;	/* wishes are not identity */
	assert_int_equal(addr_parse("192.0.2.1", &b.local), 0);
	assert_true(bfd_params_same_key(&a, &b));
}

/* B-113 -, B-138 +, B-138 - families are separate sessions */
static void
test_bfd_params_other_peer_interface_or_family_is_another(void **state)
{
	struct bfd_params a = single_hop("192.0.2.2", "eth0");
	struct bfd_params peer = single_hop("192.0.2.3", "eth0");
	struct bfd_params interface = single_hop("192.0.2.2", "eth1");
	struct bfd_params family = single_hop("fe80::2", "eth0");

	(void)state;
	assert_false(bfd_params_same_key(&a, &peer));
	assert_false(bfd_params_same_key(&a, &interface));
	assert_false(bfd_params_same_key(&a, &family));
}

/* B-121 +, B-121 - */
static void
test_bfd_params_multihop_is_the_pair_of_addresses(void **state)
{
	struct bfd_params a = multihop("198.51.100.1", "192.0.2.1"), b = a;
	struct bfd_params other = multihop("198.51.100.1", "192.0.2.9");
	struct bfd_params any = multihop("198.51.100.1", NULL);
	struct bfd_params hop = single_hop("198.51.100.1", "");

	(void)state;
	strcpy(b.interface, "eth7");
	assert_true(bfd_params_same_key(&a, &b));
	assert_false(bfd_params_same_key(&a, &other));
	assert_false(bfd_params_same_key(&a, &any));
	assert_false(bfd_params_same_key(&any, &hop));
}

static void
test_bfd_params_config_free_takes_null_and_twice(void **state)
{
	struct bfd_config c = { .count = 2 };

	(void)state;
	c.sessions = calloc(2, sizeof(c.sessions[0]));
	assert_non_null(c.sessions);
	bfd_config_free(&c);
	assert_null(c.sessions);
	assert_int_equal(c.count, 0);
	bfd_config_free(&c);
	bfd_config_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bfd_params_init_fills_every_default),
		cmocka_unit_test(
		    test_bfd_params_same_peer_and_interface_is_one_session),
		cmocka_unit_test(
		    test_bfd_params_other_peer_interface_or_family_is_another),
		cmocka_unit_test(
		    test_bfd_params_multihop_is_the_pair_of_addresses),
		cmocka_unit_test(
		    test_bfd_params_config_free_takes_null_and_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
