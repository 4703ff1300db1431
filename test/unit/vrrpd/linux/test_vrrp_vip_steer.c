/*
 * test_vrrp_vip_steer.c - the way back from an address leads through its device
 * where the host asks for that, and nothing is left of it after.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/nl_batch.h"
#include "test/unit/vrrpd/linux/linux_net.h"

/* The parent's only address. */
static const struct nl_addr *
next(int ifindex, const struct nl_addr *after, void *arg)
{
	static struct nl_addr own;

	(void)arg;
	if (after != NULL)
		return NULL;
	own.ifindex = ifindex;
	own.prefix.len = 24;
	assert_int_equal(addr_parse("192.0.2.1", &own.prefix.addr), 0);
	return &own;
}

static struct vrrp_vips *
open_where(bool steers)
{
	struct vrrp_vip_questions q = questions;
	struct vrrp_vips *v = open_vips();

	on_link_answer = true;
	q.next = next;
	q.steers = steers;
	assert_int_equal(vrrp_vip_prepare(v, &q, reason), 0);
	return v;
}

static void
answered(void)
{
	assert_int_equal(nl_flush(nl, 5000), 0);
	assert_int_equal(done_error, 0);
}

static bool
is_steered(const char *address)
{
	char command[160];

	(void)snprintf(command, sizeof(command),
	    "ip route get 192.0.2.7 from %s | grep -w 'dev vr4-51-%d'", address,
	    parent.ifindex);
	return says(command);
}

static void
withdraw(struct vrrp_vips *v)
{
	assert_int_equal(vrrp_vip_withdraw(v, done, NULL), 0);
	answered();
	assert_false(says("ip rule | grep 192.0.2."));
}

static void
test_vrrp_vip_steer_follows_the_addresses(void **state)
{
	struct vrrp_vips *v;

	(void)state;
	need_net();
	assert_int_equal(system("ip addr add 192.0.2.1/24 dev eth0"), 0);
	v = open_where(true);
	assert_false(says("ip rule | grep 192.0.2."));
	install(v);
	assert_true(is_steered("192.0.2.50"));
	assert_true(is_steered("192.0.2.51"));
	assert_false(is_steered("192.0.2.1"));
	assert_int_equal(vrrp_vip_hush(v), 0);
	answered();
	assert_false(is_steered("192.0.2.50"));
	assert_int_equal(vrrp_vip_speak(v), 0);
	answered();
	assert_true(is_steered("192.0.2.50"));
	assert_int_equal(vrrp_vip_steer_error(v), 0);
	withdraw(v);
	vrrp_vip_close(v);
}

static void
test_vrrp_vip_steer_begins_and_ends_with_the_hosts_wish(void **state)
{
	struct vrrp_vip_questions q = questions;
	struct vrrp_vips *v;

	(void)state;
	need_net();
	v = open_where(false);
	install(v);
	assert_false(says("ip rule | grep 192.0.2."));
	q.next = next;
	q.steers = true;
	vrrp_vip_steer(v, &q);
	answered();
	assert_true(is_steered("192.0.2.51"));
	/* Somebody takes a rule away. */
	assert_int_equal(system("ip rule del from 192.0.2.51"), 0);
	assert_false(is_steered("192.0.2.51"));
	vrrp_vip_steer(v, &q);
	answered();
	assert_true(is_steered("192.0.2.51"));
	q.steers = false;
	vrrp_vip_steer(v, &q);
	answered();
	assert_false(says("ip rule | grep 192.0.2."));
	withdraw(v);
	vrrp_vip_close(v);
}

/* A run that was killed leaves the rule; whoever adopts its device removes it. */
static void
test_vrrp_vip_steer_leftover_goes_with_the_first_withdrawal(void **state)
{
	struct vrrp_vips *v, *heir;

	(void)state;
	need_net();
	v = open_where(true);
	install(v);
	heir = open_where(false);
	assert_true(vrrp_vip_adopted(heir));
	withdraw(heir);
	vrrp_vip_close(v);
	vrrp_vip_close(heir);
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_vrrp_vip_steer_follows_the_addresses),
	    TEST(test_vrrp_vip_steer_begins_and_ends_with_the_hosts_wish),
	    TEST(test_vrrp_vip_steer_leftover_goes_with_the_first_withdrawal),
	};

	return cmocka_run_group_tests(tests, open_net, close_net);
}
