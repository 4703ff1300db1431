/*
 * test_vrrp_presence.c - a router says who it is, and waits to be found.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "test/unit/vrrpd/instance/instance_world.h"
#include "vrrpd/instance/vrrp_iface.h"
#include "vrrpd/instance/vrrp_presence.h"

static unsigned
times_said(const char *word)
{
	const char *at;
	unsigned n = 0;

	for (at = world.did; (at = strstr(at, word)) != NULL; n++)
		at += strlen(word);
	return n;
}

static void
look(void)
{
	vrrp_presence_look(world.iface, world.env.tx);
}

static void
carrier(bool on)
{
	world.iface->link.running = on;
	look();
	if (v != NULL)
		vrrp_instance_reconsider(v);
}

static struct vrrp_params
fast_unicast(void)
{
	struct vrrp_params p = unicast_params(255);

	p.advert_int_cs = 1;
	return p;
}

static void
test_vrrp_presence_is_said_seven_times_in_a_second(void **state)
{
	struct vrrp_params p = fast_unicast();

	(void)state;
	start_with(&p);
	world_forget();
	look();
	assert_int_equal(times_said("presence"), 1);
	/* RFC 826: who has 192.0.2.2, asked by itself with its own MAC. */
	assert_int_equal(world.frame_len, 42);
	assert_memory_equal(world.frame + 6, world.iface->link.mac, 6);
	assert_memory_equal(world.frame + 22, world.iface->link.mac, 6);
	assert_memory_equal(world.frame + 28, "\xc0\0\2\2", 4);
	assert_memory_equal(world.frame + 38, "\xc0\0\2\2", 4);
	world_run(999 * NS_PER_MS);
	assert_int_equal(times_said("presence"), 6);
	world_run(60 * NS_PER_S);
	assert_int_equal(times_said("presence"), 7);
	look();
	world_run(NS_PER_S);
	assert_int_equal(times_said("presence"), 7);
}

static void
test_vrrp_presence_is_said_again_when_the_cable_is_back(void **state)
{
	struct vrrp_params p = fast_unicast();

	(void)state;
	start_with(&p);
	look();
	world_run(100 * NS_PER_MS);
	carrier(false);
	world_forget();
	world_run(5 * NS_PER_S);
	assert_int_equal(times_said("presence"), 0);
	carrier(true);
	world_run(2 * NS_PER_S);
	assert_int_equal(times_said("presence"), 7);
	/* Another MAC, another address. */
	world_forget();
	world.iface->link.mac[5] ^= 1;
	look();
	assert_int_equal(times_said("presence"), 1);
	world_run(2 * NS_PER_S);
	world_forget();
	assert_int_equal(addr_parse("192.0.2.7", &world.iface->primary[0]), 0);
	look();
	assert_int_equal(times_said("presence"), 1);
}

static void
test_vrrp_presence_is_for_those_who_send_to_one_router(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	start_with(&p);
	look();
	world_run(NS_PER_S);
	assert_int_equal(times_said("presence"), 0);
	/* A reload adds peers. */
	v->p.unicast_count = 1;
	look();
	assert_int_equal(times_said("presence"), 1);
	world_forget();
	v->p.unicast_count = 0;
	look();
	world_run(NS_PER_S);
	assert_int_equal(times_said("presence"), 0);
	v->p.has_bfd_auto = true;
	look();
	assert_int_equal(times_said("presence"), 1);
}

/* Hosts know the owner's address by the virtual MAC. */
static void
test_vrrp_presence_leaves_the_owners_address_alone(void **state)
{
	struct vrrp_params p = unicast_params(255);

	(void)state;
	p.priority = VRRP_PRIORITY_OWNER;
	p.vips[0].prefix.addr = world.iface->primary[0];
	start_with(&p);
	look();
	assert_int_equal(times_said("presence"), 0);
}

static void
test_vrrp_presence_ipv6_is_an_unsolicited_advertisement(void **state)
{
	struct vrrp_params p = world_params_ipv6();

	(void)state;
	p.unicast_count = 1;
	assert_int_equal(addr_parse("fe80::1", &p.unicast_peers[0]), 0);
	start_with(&p);
	world_forget();
	look();
	assert_int_equal(times_said("presence-v6"), 1);
	assert_int_equal(world.frame[54], 136);
	assert_memory_equal(world.frame + 54 + 8, world.iface->primary[1].bytes,
	    16);
	assert_memory_equal(world.frame + 54 + 26, world.iface->link.mac, 6);
}

/* V-61 - nobody could have been heard yet; V-61 + without unicast nothing differs. */
static void
test_vrrp_presence_a_router_that_comes_up_waits_to_be_found(void **state)
{
	struct vrrp_params p = fast_unicast();

	(void)state;
	look();
	start_with(&p);
	world_run(1215 * NS_PER_MS);
	assert_int_equal(v->core.state, VRRP_BACKUP);
	world_run(2 * NS_PER_MS);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	/* The cable is back, and the other one serves. */
	carrier(false);
	world_run(60 * NS_PER_S);
	carrier(true);
	world_run(900 * NS_PER_MS);
	assert_int_equal(v->core.state, VRRP_BACKUP);
	/* A router that was reachable all along has nothing to wait for. */
	vrrp_instance_disable(v, true);
	world_run(5 * NS_PER_S);
	vrrp_instance_disable(v, false);
	world_run(40 * NS_PER_MS);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
}

static void
test_vrrp_presence_multicast_waits_for_nothing_more(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	p.advert_int_cs = 1;
	p.has_bfd_auto = true;
	look();
	start_with(&p);
	world_run(40 * NS_PER_MS);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
}

static void
test_vrrp_presence_a_machine_that_slept_says_so(void **state)
{
	struct vrrp_params p = fast_unicast();

	(void)state;
	start_with(&p);
	look();
	world_run(2 * NS_PER_S);
	world_forget();
	vrrp_presence_woke(world.iface, 900 * NS_PER_MS);
	assert_int_equal(times_said("presence"), 0);
	vrrp_presence_woke(world.iface, 60 * NS_PER_S);
	assert_int_equal(times_said("presence"), 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_vrrp_presence_is_said_seven_times_in_a_second),
		TEST(test_vrrp_presence_is_said_again_when_the_cable_is_back),
		TEST(test_vrrp_presence_is_for_those_who_send_to_one_router),
		TEST(test_vrrp_presence_leaves_the_owners_address_alone),
		TEST(test_vrrp_presence_ipv6_is_an_unsolicited_advertisement),
		TEST(test_vrrp_presence_a_router_that_comes_up_waits_to_be_found),
		TEST(test_vrrp_presence_multicast_waits_for_nothing_more),
		TEST(test_vrrp_presence_a_machine_that_slept_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
