/*
 * test_vrrp_manners.c - what the parent of a virtual MAC device may not do.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "shared/devconf.h"
#include "test/unit/vrrpd/linux/linux_net.h"
#include "vrrpd/linux/vrrp_manners.h"

/* V-82, V-84: and the values of before afterwards. */
static void
test_vrrp_manners_parent_is_silent_while_held_and_restored(void **state)
{
	struct vrrp_manners h = { .holders = 0 };

	(void)state;
	need_net();
	assert_int_equal(devconf_set(AF_INET, "eth0", "arp_ignore", 0), 0);
	assert_int_equal(devconf_set(AF_INET, "eth0", "arp_announce", 1),
	    0);
	assert_int_equal(vrrp_manners_hold(&h, parent.ifindex), 0);
	assert_int_equal(vrrp_manners_hold(&h, parent.ifindex), 0);
	assert_int_equal(setting("eth0", AF_INET, "arp_ignore"), 1);
	assert_int_equal(setting("eth0", AF_INET, "arp_announce"), 2);
	vrrp_manners_release(&h);
	assert_int_equal(setting("eth0", AF_INET, "arp_ignore"), 1);
	vrrp_manners_release(&h);
	assert_int_equal(setting("eth0", AF_INET, "arp_ignore"), 0);
	assert_int_equal(setting("eth0", AF_INET, "arp_announce"), 1);
}

/* Whoever reads his files of sysctls again while it is held has the last word after. */
static void
test_vrrp_manners_are_insisted_on_while_held(void **state)
{
	struct vrrp_manners h = { .holders = 0 };

	(void)state;
	need_net();
	assert_null(vrrp_manners_insist(&h));
	assert_int_equal(devconf_set(AF_INET, "eth0", "arp_ignore", 3), 0);
	assert_int_equal(vrrp_manners_hold(&h, parent.ifindex), 0);
	assert_int_equal(setting("eth0", AF_INET, "arp_ignore"), 1);
	assert_null(vrrp_manners_insist(&h));
	assert_int_equal(devconf_set(AF_INET, "eth0", "arp_ignore", 2), 0);
	assert_null(vrrp_manners_insist(&h));
	assert_int_equal(devconf_set(AF_INET, "eth0", "arp_ignore", 0), 0);
	assert_string_equal(vrrp_manners_insist(&h), "arp_ignore");
	assert_int_equal(setting("eth0", AF_INET, "arp_ignore"), 1);
	vrrp_manners_release(&h);
	assert_int_equal(setting("eth0", AF_INET, "arp_ignore"), 0);
}

static void
test_vrrp_manners_set_by_someone_else_stay_as_set(void **state)
{
	struct vrrp_manners h = { .holders = 0 };

	(void)state;
	need_net();
	assert_int_equal(devconf_set(AF_INET, "eth0", "arp_ignore", 2), 0);
	assert_int_equal(devconf_set(AF_INET, "eth0", "arp_announce", 0),
	    0);
	assert_int_equal(vrrp_manners_hold(&h, parent.ifindex), 0);
	assert_int_equal(setting("eth0", AF_INET, "arp_ignore"), 2);
	assert_int_equal(devconf_set(AF_INET, "eth0", "arp_announce", 1),
	    0);
	vrrp_manners_release(&h);
	assert_int_equal(setting("eth0", AF_INET, "arp_ignore"), 2);
	assert_int_equal(setting("eth0", AF_INET, "arp_announce"), 1);
	(void)devconf_set(AF_INET, "eth0", "arp_ignore", 0);
	(void)devconf_set(AF_INET, "eth0", "arp_announce", 0);
}

/* Names may be swapped meanwhile: the other interface is not touched. */
static void
test_vrrp_manners_follow_the_interface_and_not_its_name(void **state)
{
	struct vrrp_manners h = { .holders = 0 };

	(void)state;
	need_net();
	assert_int_equal(vrrp_manners_hold(&h, parent.ifindex), 0);
	assert_int_equal(system("ip link set eth0 down && ip link set eth1 down "
	    "&& ip link set eth0 name was0 && ip link set eth1 name eth0"), 0);
	assert_int_equal(devconf_set(AF_INET, "eth0", "arp_ignore", 1), 0);
	vrrp_manners_release(&h);
	assert_int_equal(setting("was0", AF_INET, "arp_ignore"), 0);
	assert_int_equal(setting("was0", AF_INET, "arp_announce"), 0);
	assert_int_equal(setting("eth0", AF_INET, "arp_ignore"), 1);
}

/* The settings of an interface cannot be found while it gets another name. */
static void
test_vrrp_manners_owed_are_paid_once(void **state)
{
	struct vrrp_manners h = { .holders = 0 };

	(void)state;
	need_net();
	assert_int_equal(vrrp_manners_hold(&h, parent.ifindex), 0);
	/* As a release leaves it that came in such a moment. */
	h.holders = 0;
	h.changed[0] = h.changed[1] = false;
	h.owed[0] = h.owed[1] = true;
	vrrp_manners_pay(&h);
	assert_int_equal(setting("eth0", AF_INET, "arp_ignore"), 0);
	assert_int_equal(setting("eth0", AF_INET, "arp_announce"), 0);
	assert_false(h.owed[0] || h.owed[1]);
	assert_int_equal(devconf_set(AF_INET, "eth0", "arp_ignore", 1), 0);
	vrrp_manners_pay(&h);
	assert_int_equal(setting("eth0", AF_INET, "arp_ignore"), 1);
	assert_int_equal(devconf_set(AF_INET, "eth0", "arp_ignore", 0), 0);
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_vrrp_manners_parent_is_silent_while_held_and_restored),
	    TEST(test_vrrp_manners_are_insisted_on_while_held),
	    TEST(test_vrrp_manners_set_by_someone_else_stay_as_set),
	    TEST(test_vrrp_manners_owed_are_paid_once),
	    TEST(test_vrrp_manners_follow_the_interface_and_not_its_name),
	};

	return cmocka_run_group_tests(tests, open_net, close_net);
}
