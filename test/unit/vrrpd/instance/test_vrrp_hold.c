/*
 * test_vrrp_hold.c - the addresses: made ready, taken, lent, given up.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "test/unit/vrrpd/instance/instance_world.h"
#include "vrrpd/instance/vrrp_hold.h"
#include "vrrpd/instance/vrrp_iface.h"

/* Only what it holds, and one request at a time. */
static void
test_vrrp_hold_held_addresses_are_refreshed(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	start_with(&p);
	vrrp_hold_refresh(v);
	assert_string_equal(world.did, "");
	world_run(4 * NS_PER_S);
	world_ack(0, 0);
	world_run(1100 * NS_PER_MS);
	world_forget();
	vrrp_hold_refresh(v);
	vrrp_hold_refresh(v);
	assert_string_equal(world.did, "refresh");
	world.refreshed(ENODEV, 0, world.refreshed_arg);
	vrrp_hold_refresh(v);
	assert_string_equal(world.did, "refresh refresh");
	vrrp_instance_resign(v, VRRP_CAUSE_SHUTDOWN);
	vrrp_instance_withdraw(v);
	world.refreshed(0, 0, world.refreshed_arg);
	world_forget();
	vrrp_hold_refresh(v);
	assert_string_equal(world.did, "");
}

static void
test_vrrp_hold_device_that_cannot_be_made_is_tried_again(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	world.vip_open_error = -EPERM;
	start_with(&p);
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	assert_string_equal(v->waiting, "no device");
	world.vip_open_error = 0;
	world_run(NS_PER_S);
	assert_int_equal(v->core.state, VRRP_BACKUP);
}

/* No device on an interface of this kind: auto does without, yes waits. */
static void
test_vrrp_hold_auto_without_a_device_does_without(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	p.virtual_mac = true;
	world.no_device = -EOPNOTSUPP;
	start_with(&p);
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	vrrp_instance_free(v);
	p.virtual_mac_auto = true;
	world.no_device = -EPERM;		/* may change */
	start_with(&p);
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	vrrp_instance_free(v);
	world.no_device = -EOPNOTSUPP;
	start_with(&p);
	assert_int_equal(v->core.state, VRRP_BACKUP);
	assert_false(v->p.virtual_mac);
	assert_string_equal(v->given_up_why, "no such device");
	assert_non_null(strstr(lines, "virtual_mac=auto goes without: no such "
	    "device"));
	world_run(10 * NS_PER_S);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	assert_null(strstr(lines, "alarm"));
}

static void
test_vrrp_hold_unicast_that_cannot_be_opened_waits(void **state)
{
	struct vrrp_params p = unicast_params(255);

	(void)state;
	world.unicast_error = -EMFILE;
	start_with(&p);
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	assert_non_null(strstr(v->waiting, "cannot send to unicast peers"));
	world.unicast_error = 0;
	world_run(NS_PER_S);
	assert_int_equal(v->core.state, VRRP_BACKUP);
}

/* The source of what we send follows the primary address. */
static void
test_vrrp_hold_unicast_source_follows_the_primary(void **state)
{
	struct vrrp_params p = unicast_params(255);

	(void)state;
	start_with(&p);
	world_addr("192.0.2.2/24", false, true);
	world_addr("192.0.2.7/24", false, false);
	primary_is_gone(AF_INET);
	assert_int_equal(world.unicast_source.bytes[3], 7);
	assert_true(addr_equal(&world.unicast_source,
	    vrrp_iface_primary(world.iface, AF_INET)));
}

/* V-76 - who forgets priority 255 keeps the address of the machine. */
static void
test_vrrp_hold_only_address_of_an_interface_is_not_removed(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	assert_int_equal(addr_prefix_parse("192.0.2.2/24",
	    &p.vips[0].prefix), 0);
	p.virtual_mac = false;
	start_with(&p);
	assert_null(strstr(world.did, "del:"));
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	assert_non_null(strstr(v->waiting, "their owner has priority = 255"));
}

/* V-84 + before the addresses are announced, and only while Active. */
static void
test_vrrp_hold_owner_tells_the_virtual_mac_while_active(void **state)
{
	struct vrrp_params p = owner_params();

	(void)state;
	world_addr("192.0.2.50/24", true, false);
	start_with(&p);
	assert_string_equal(world.did, "own install advert:255 announce:1");
	world_ack(0, 0);
	world_forget();
	vrrp_instance_disable(v, true);
	world_run(vrrp_linger_bound_ns(3, 100));
	assert_string_equal(world.did, "advert:0 disown withdraw");
	vrrp_instance_disable(v, false);
	world_forget();
	vrrp_instance_resign(v, VRRP_CAUSE_SHUTDOWN);
	vrrp_instance_withdraw(v);
	assert_string_equal(world.did, "advert:0 disown withdraw");
}

/* V-84 - without a virtual MAC there is nothing else to tell. */
static void
test_vrrp_hold_owner_without_virtual_mac_leaves_arp_alone(void **state)
{
	struct vrrp_params p = owner_params();

	(void)state;
	world_addr("192.0.2.50/24", true, false);
	p.virtual_mac = false;
	start_with(&p);
	assert_null(strstr(world.did, "own"));
}

/* V-104 - the filter is there while Backup already, and goes last. */
static void
test_vrrp_hold_accept_no_filters_before_the_address_is_there(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	p.accept = false;
	v = vrrp_instance_new(&world.env, world.iface, &p);
	assert_non_null(strstr(world.did, "filter"));
	assert_null(strstr(world.did, "install"));
	world_forget();
	(void)vrrp_iface_update_primary(world.iface);
	vrrp_instance_start(v);
	world_run(v->core.active_down_interval_ns);
	assert_string_equal(world.did, "advert:100 install announce:1");
	world_ack(0, 0);
	vrrp_instance_resign(v, VRRP_CAUSE_SHUTDOWN);
	vrrp_instance_withdraw(v);
	world_forget();
	vrrp_instance_free(v);
	v = NULL;
	assert_non_null(strstr(world.did, "unfilter"));
}

static void
test_vrrp_hold_accept_no_without_a_filter_is_not_active(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	p.accept = false;
	world.filter_error = -EOPNOTSUPP;
	start_with(&p);
	world_run(500 * NS_PER_MS);
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	assert_non_null(strstr(v->waiting, "accept = no needs nf_tables"));
	world.filter_error = 0;
	world_run(NS_PER_S);
	assert_int_equal(v->core.state, VRRP_BACKUP);
}

/* V-104 + the owner takes packets to its address in any case. */
static void
test_vrrp_hold_accept_no_of_the_owner_filters_nothing(void **state)
{
	struct vrrp_params p = owner_params();

	(void)state;
	world_addr("192.0.2.50/24", true, false);
	p.accept = false;
	world.filter_error = -EOPNOTSUPP;
	start_with(&p);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
}

/* Addresses of a crashed run. */
static void
test_vrrp_hold_leftover_address_is_removed_at_start(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	p.virtual_mac = false;
	world_addr("192.0.2.50/24", true, false);
	v = vrrp_instance_new(&world.env, world.iface, &p);
	assert_non_null(strstr(world.did, "del:192.0.2.50/24@7"));
}

/* An adopted device: the file of that run had an address which ours has not. */
static void
test_vrrp_hold_leftover_of_another_file_goes_from_the_device(void **state)
{
	struct vrrp_params p = world_params();
	struct nl_addr a = { .ifindex = WORLD_DEVICE + 51 };

	(void)state;
	world.named = world.adopts = true;
	assert_int_equal(addr_prefix_parse("192.0.2.77/24", &a.prefix), 0);
	assert_true(vrrp_addrs_update(&world.addrs, &a, false));
	world_addr("192.0.2.78/24", false, false);	/* of the host */
	v = vrrp_instance_new(&world.env, world.iface, &p);
	assert_non_null(strstr(world.did, "del:192.0.2.77/24@151"));
	assert_null(strstr(world.did, "192.0.2.78"));
}

/* Of one that had no virtual MAC, on the interface itself. */
static void
test_vrrp_hold_leftover_of_the_other_mode_is_removed_at_start(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	world_addr("192.0.2.50/24", true, false);
	v = vrrp_instance_new(&world.env, world.iface, &p);
	assert_non_null(strstr(world.did, "del:192.0.2.50/24@7"));
}

/* On an interface of somebody else's, by a keepalived that is dead or alive. */
static void
test_vrrp_hold_leftover_elsewhere_is_removed_if_keepalived_marked_it(
    void **state)
{
	struct nl_addr a = { .ifindex = 9 };
	struct vrrp_params p = world_params();
	unsigned turn;

	(void)state;
	world.stranger.ifindex = 9;
	(void)strcpy(world.stranger.name, "eth1");
	assert_int_equal(addr_prefix_parse("192.0.2.50/32", &a.prefix), 0);
	for (turn = 0; turn < 3; turn++) {
		a.protocol = turn == 0 ? 0 : 18;
		world.stranger_alive = turn == 1;
		assert_true(vrrp_addrs_update(&world.addrs, &a, false));
		world_forget();
		v = vrrp_instance_new(&world.env, world.iface, &p);
		assert_int_equal(strstr(world.did, "del:192.0.2.50/32@9") !=
		    NULL, turn == 2);
		vrrp_instance_free(v);
		v = NULL;
	}
}

/* The owner of the addresses has them on the interface for good. */
static void
test_vrrp_hold_address_of_the_owner_is_no_leftover(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	p.priority = VRRP_PRIORITY_OWNER;
	world_addr("192.0.2.50/24", false, false);
	v = vrrp_instance_new(&world.env, world.iface, &p);
	assert_null(strstr(world.did, "del:"));
}

/* An heir is opened beside the one that it is to go on for. */
static void
test_vrrp_hold_address_that_another_one_of_ours_holds_is_no_leftover(
    void **state)
{
	struct vrrp_params p = world_params(), q = p;
	struct vrrp_instance *heir;

	(void)state;
	p.virtual_mac = false;
	start_with(&p);
	world_run(v->core.active_down_interval_ns);
	assert_true(v->holds);
	world_addr("192.0.2.50/24", true, false);
	world_forget();
	heir = vrrp_instance_new_heir(v, world.iface, &q);
	assert_non_null(heir);
	assert_null(strstr(world.did, "del:"));
	vrrp_instance_free_heir(heir);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

/* Others that the kernel takes along are put back, but not what another gave up. */
static void
test_vrrp_hold_address_that_another_gave_up_is_not_put_back(void **state)
{
	struct vrrp_params p = world_params();
	struct vrrp_instance *other;

	(void)state;
	become_active();
	(void)strcpy(p.name, "other");
	p.vrid = 52;
	assert_int_equal(addr_prefix_parse("192.0.2.60/24",
	    &p.vips[0].prefix), 0);
	other = vrrp_instance_new(&world.env, world.iface, &p);
	assert_non_null(other);
	world_addr("192.0.2.50/24", false, false);
	world_addr("192.0.2.60/24", true, false);	/* not told yet: gone */
	world_forget();
	vrrp_hold_withdraw(v, NULL);
	assert_null(strstr(world.did, "back"));
	v->holds = other->holds = true;
	world_forget();
	vrrp_hold_withdraw(v, NULL);
	assert_non_null(strstr(world.did, "back"));
	other->holds = false;
	vrrp_instance_free(other);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_vrrp_hold_held_addresses_are_refreshed),
	    TEST(test_vrrp_hold_device_that_cannot_be_made_is_tried_again),
	    TEST(test_vrrp_hold_unicast_that_cannot_be_opened_waits),
	    TEST(test_vrrp_hold_auto_without_a_device_does_without),
	    TEST(test_vrrp_hold_unicast_source_follows_the_primary),
	    TEST(test_vrrp_hold_only_address_of_an_interface_is_not_removed),
	    TEST(test_vrrp_hold_owner_tells_the_virtual_mac_while_active),
	    TEST(test_vrrp_hold_owner_without_virtual_mac_leaves_arp_alone),
	    TEST(test_vrrp_hold_accept_no_filters_before_the_address_is_there),
	    TEST(test_vrrp_hold_accept_no_without_a_filter_is_not_active),
	    TEST(test_vrrp_hold_accept_no_of_the_owner_filters_nothing),
	    TEST(test_vrrp_hold_leftover_address_is_removed_at_start),
	    TEST(test_vrrp_hold_leftover_of_another_file_goes_from_the_device),
	    TEST(test_vrrp_hold_leftover_of_the_other_mode_is_removed_at_start),
	    TEST(
	    test_vrrp_hold_leftover_elsewhere_is_removed_if_keepalived_marked_it),
	    TEST(test_vrrp_hold_address_of_the_owner_is_no_leftover),
	    TEST(test_vrrp_hold_address_that_another_one_of_ours_holds_is_no_leftover),
	    TEST(test_vrrp_hold_address_that_another_gave_up_is_not_put_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
