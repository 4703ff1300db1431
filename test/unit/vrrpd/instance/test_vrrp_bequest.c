/*
 * test_vrrp_bequest.c - the last will follows the addresses.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "test/unit/vrrpd/instance/instance_world.h"
#include "vrrpd/instance/vrrp_bequest.h"
#include "vrrpd/instance/vrrp_iface.h"
#include "vrrpd/pure/vrrp_will.h"

/* Packets first; and there is one exactly while the addresses are held. */
static void
test_vrrp_bequest_active_has_a_last_will(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	world.env.channel = a_channel();
	start_with(&p);
	assert_string_equal(world.did, "");
	world_run(v->core.active_down_interval_ns);
	assert_string_equal(world.did, "advert:100 install announce:1 "
	    "will:web:1");
	world_ack(0, 0);
	world_run(1500 * NS_PER_MS);
	world_forget();
	/* Another primary address: other frames. */
	world_addr("192.0.2.2/24", false, true);
	world_addr("192.0.2.9/24", false, false);
	primary_is_gone(AF_INET);
	world_deferred();
	assert_non_null(strstr(world.did, "will:web:1"));
	world_forget();
	vrrp_instance_resign(v, VRRP_CAUSE_SHUTDOWN);
	assert_null(strstr(world.did, "revoke"));
	vrrp_instance_withdraw(v);
	assert_string_equal(world.did, "advert:0 withdraw revoke:web");
}

/* The will of its name is the successor's from then on. */
static void
test_vrrp_bequest_of_one_that_was_succeeded_has_another_name(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	world.env.channel = a_channel();
	start_with(&p);
	world_run(v->core.active_down_interval_ns);
	world_ack(0, 0);
	vrrp_instance_resign(v, VRRP_CAUSE_SHUTDOWN);
	world_deferred();
	world_forget();
	v->succeeded = true;
	vrrp_bequest_cede(v);
	assert_string_equal(world.did, "will:web~1:0");
	world_forget();
	vrrp_instance_withdraw(v);
	assert_string_equal(world.did, "withdraw revoke:web~1");
	/* Of one without an address there is nothing to be kept. */
	world_forget();
	vrrp_bequest_cede(v);
	assert_string_equal(world.did, "");
}

/* A message for each peer: their checksums differ. */
static void
test_vrrp_bequest_last_will_has_a_message_for_each_unicast_peer(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	world.env.channel = a_channel();
	p.unicast_count = 2;
	assert_int_equal(addr_parse("192.0.2.7", &p.unicast_peers[0]), 0);
	assert_int_equal(addr_parse("192.0.2.8", &p.unicast_peers[1]), 0);
	start_with(&p);
	world_run(4 * NS_PER_S);
	assert_non_null(strstr(world.did, "will:web:2"));
}

static void
test_vrrp_bequest_last_will_is_deposited_when_there_is_room(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	world.env.channel = a_channel();
	world.channel_full = true;
	start_with(&p);
	world_run(4 * NS_PER_S);
	assert_non_null(strstr(world.did, "full"));
	world.channel_full = false;
	world_forget();
	vrrp_bequest_retry(v);
	vrrp_bequest_retry(v);
	assert_string_equal(world.did, "will:web:1");
}

/* The older will speaks of frames and addresses that are not in force any more. */
static void
test_vrrp_bequest_will_that_is_too_long_revokes_the_older_one(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	world.env.channel = a_channel();
	start_with(&p);
	world_run(4 * NS_PER_S);
	world_forget();
	world.withdrawal_len = VRRP_WILL_MAX;
	vrrp_bequest_now(v);
	vrrp_bequest_now(v);
	assert_string_equal(world.did, "revoke:web");
	world.withdrawal_len = 0;
	world_forget();
	vrrp_bequest_now(v);
	assert_string_equal(world.did, "will:web:1");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_vrrp_bequest_of_one_that_was_succeeded_has_another_name),
	    TEST(test_vrrp_bequest_active_has_a_last_will),
	    TEST(test_vrrp_bequest_last_will_has_a_message_for_each_unicast_peer),
	    TEST(test_vrrp_bequest_last_will_is_deposited_when_there_is_room),
	    TEST(test_vrrp_bequest_will_that_is_too_long_revokes_the_older_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
