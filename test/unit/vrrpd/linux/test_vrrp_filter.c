/*
 * test_vrrp_filter.c - accept = no, in a network namespace of its own: what is
 * sent to an address arrives, or not.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test/unit/bfdd_net.h"
#include "vrrpd/linux/vrrp_filter.h"

static bool have_net;
static struct vrrp_filter *f;

static int
setup(void **state)
{
	(void)state;
	have_net = net_own() && system("ip link set lo up && "
	    "ip address add 192.0.2.50/32 dev lo && "
	    "ip address add 192.0.2.51/32 dev lo && "
	    "ip address add 192.0.2.52/32 dev lo && "
	    "ip -6 address add 2001:db8::50/128 dev lo nodad") == 0;
	return 0;
}

static int
fresh(void **state)
{
	(void)state;
	f = vrrp_filter_new();
	return f == NULL ? -1 : 0;
}

static int
done(void **state)
{
	(void)state;
	vrrp_filter_free(f);
	return 0;
}

/* Not here: no root, or a kernel without nf_tables. */
static void
need_net(void)
{
	struct vrrp_filter *probe = vrrp_filter_new();
	struct vrrp_params p;
	int error;

	if (!have_net) {
		vrrp_filter_free(probe);
		skip();
	}
	vrrp_params_init(&p);
	p.family = AF_INET;
	p.vip_count = 1;
	assert_int_equal(addr_prefix_parse("192.0.2.99", &p.vips[0].prefix),
	    0);
	error = vrrp_filter_add(probe, &p);
	vrrp_filter_free(probe);
	if (error == -EOPNOTSUPP)
		skip();
	assert_int_equal(error, 0);
}

static struct vrrp_params
params(const char *first, const char *second)
{
	struct vrrp_params p;

	vrrp_params_init(&p);
	p.vip_count = second == NULL ? 1 : 2;
	assert_int_equal(addr_prefix_parse(first, &p.vips[0].prefix), 0);
	if (second != NULL)
		assert_int_equal(addr_prefix_parse(second,
		    &p.vips[1].prefix), 0);
	p.family = p.vips[0].prefix.addr.family;
	return p;
}

/* A datagram to this address of ours arrives. */
static bool
reached(const char *text)
{
	struct sockaddr_storage ss;
	struct pollfd pfd;
	struct addr a;
	socklen_t len;
	bool arrived;
	int from;

	assert_int_equal(addr_parse(text, &a), 0);
	len = addr_to_sockaddr(&a, 4000, 0, &ss);
	pfd.fd = socket(a.family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	pfd.events = POLLIN;
	from = socket(a.family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_true(pfd.fd != -1 && from != -1);
	assert_int_equal(bind(pfd.fd, (struct sockaddr *)&ss, len), 0);
	(void)sendto(from, "x", 1, 0, (struct sockaddr *)&ss, len);
	/* Delivery on the loopback is over when sendto() returns, or soon. */
	arrived = poll(&pfd, 1, 20) == 1;
	close(from);
	close(pfd.fd);
	return arrived;
}

/* V-104 +, V-104 - */
static void
test_vrrp_filter_drops_its_addresses_and_no_others(void **state)
{
	struct vrrp_params p = params("192.0.2.50", NULL);
	struct vrrp_params six = params("2001:db8::50", NULL);

	(void)state;
	need_net();
	assert_true(reached("192.0.2.50"));
	assert_int_equal(vrrp_filter_add(f, &p), 0);
	assert_false(reached("192.0.2.50"));
	assert_true(reached("192.0.2.51"));
	assert_true(reached("2001:db8::50"));
	assert_int_equal(vrrp_filter_add(f, &six), 0);
	assert_false(reached("2001:db8::50"));
	vrrp_filter_remove(f, &p);
	assert_true(reached("192.0.2.50"));
	assert_false(reached("2001:db8::50"));
	vrrp_filter_remove(f, &six);
	assert_true(reached("2001:db8::50"));
	/* The table stays, empty, and is used again. */
	assert_string_not_equal(vrrp_filter_table(f), "");
	assert_int_equal(vrrp_filter_add(f, &p), 0);
	assert_false(reached("192.0.2.50"));
}

static void
test_vrrp_filter_ends_with_its_owner(void **state)
{
	struct vrrp_params p = params("192.0.2.50", "192.0.2.51");
	struct vrrp_filter *other = vrrp_filter_new();

	(void)state;
	need_net();
	assert_int_equal(vrrp_filter_add(f, &p), 0);
	assert_int_equal(vrrp_filter_add(other, &p), 0);
	assert_string_not_equal(vrrp_filter_table(f),
	    vrrp_filter_table(other));
	vrrp_filter_free(other);
	assert_false(reached("192.0.2.50"));
	vrrp_filter_free(f);
	f = NULL;
	assert_true(reached("192.0.2.50"));
	assert_true(reached("192.0.2.51"));
}

/* A link-local address may be on two interfaces: the last one takes it away. */
static void
test_vrrp_filter_shared_address_stays_until_the_last(void **state)
{
	struct vrrp_params a = params("fe80::50", "2001:db8::50");
	struct vrrp_params b = params("fe80::50", "2001:db8::51");

	(void)state;
	need_net();
	assert_int_equal(vrrp_filter_add(f, &a), 0);
	assert_int_equal(vrrp_filter_add(f, &b), 0);
	vrrp_filter_remove(f, &a);
	assert_true(reached("2001:db8::50"));
	/* Were it gone, this would be an error and undo the rest. */
	vrrp_filter_remove(f, &b);
	assert_true(reached("2001:db8::50"));
}

static void
test_vrrp_filter_takes_as_many_addresses_as_an_instance_has(void **state)
{
	struct vrrp_params p = params("192.0.2.50", NULL);
	char text[ADDR_STRLEN];
	unsigned i;

	(void)state;
	need_net();
	for (i = 1; i < VRRP_VIPS_MAX; i++) {
		(void)snprintf(text, sizeof(text), "10.0.0.%u", i);
		assert_int_equal(addr_prefix_parse(text, &p.vips[i].prefix),
		    0);
	}
	p.vip_count = VRRP_VIPS_MAX;
	assert_int_equal(vrrp_filter_add(f, &p), 0);
	assert_false(reached("192.0.2.50"));
	assert_true(reached("192.0.2.51"));
}

static void
test_vrrp_filter_removing_what_was_not_added_is_nothing(void **state)
{
	struct vrrp_params p = params("192.0.2.50", NULL);

	(void)state;
	vrrp_filter_remove(f, &p);
	vrrp_filter_free(NULL);
	assert_string_equal(vrrp_filter_table(f), "");
}

/* V-104: before it is there, until it is gone; what stays is never let in. */
static void
test_vrrp_filter_follows_other_addresses(void **state)
{
	struct vrrp_params p = params("192.0.2.50", "192.0.2.51");
	struct vrrp_params was = p;
	struct vrrp_params next = params("192.0.2.51", "192.0.2.52");

	(void)state;
	need_net();
	assert_int_equal(vrrp_filter_add(f, &p), 0);
	assert_true(reached("192.0.2.52"));
	assert_int_equal(vrrp_filter_widen(f, &p, &next), 0);
	assert_false(reached("192.0.2.50"));
	assert_false(reached("192.0.2.51"));
	assert_false(reached("192.0.2.52"));
	p = next;
	vrrp_filter_narrow(f, &p, &was);
	assert_true(reached("192.0.2.50"));
	assert_false(reached("192.0.2.51"));
	assert_false(reached("192.0.2.52"));
	assert_int_equal(vrrp_filter_widen(f, &p, &next), 0);	/* the same */
	vrrp_filter_narrow(f, &p, &next);
	assert_false(reached("192.0.2.52"));
	vrrp_filter_remove(f, &p);
	assert_true(reached("192.0.2.51"));
	assert_true(reached("192.0.2.52"));
}

#define TEST(t) cmocka_unit_test_setup_teardown(t, fresh, done)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_vrrp_filter_drops_its_addresses_and_no_others),
	    TEST(test_vrrp_filter_ends_with_its_owner),
	    TEST(test_vrrp_filter_shared_address_stays_until_the_last),
	    TEST(test_vrrp_filter_takes_as_many_addresses_as_an_instance_has),
	    TEST(test_vrrp_filter_follows_other_addresses),
	    TEST(test_vrrp_filter_removing_what_was_not_added_is_nothing),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
