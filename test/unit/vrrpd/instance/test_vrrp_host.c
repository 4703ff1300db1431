/*
 * test_vrrp_host.c - what the host around an instance does to its addresses.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "test/unit/vrrpd/instance/instance_world.h"
#include "vrrpd/instance/vrrp_host.h"
#include "vrrpd/linux/vrrp_vip.h"

#define OTHER	9	/* index of an interface of somebody else's */

/* The text of the alarm, if it stands. */
static const char *
alarm_of(enum vrrp_alarm_kind kind)
{
	const struct vrrp_alarm *alarm;

	vrrp_host_look(v);
	world_run(3 * NS_PER_S);
	vrrp_host_look(v);
	alarm = vrrp_alarm_find(&v->alarms, kind);
	return alarm == NULL ? "" : alarm->text;
}

/* An address may name an interface of its own. */
static void
test_vrrp_host_arp_ignore_of_an_interface_that_an_address_names(void **state)
{
	struct vrrp_params p = world_params();
	struct vrrp_vip_address *list;

	(void)state;
	start_with(&p);
	assert_string_equal(alarm_of(VRRP_ALARM_HOST_SETTING), "");
	world.tracked.ifindex = OTHER;
	(void)strcpy(world.tracked.name, "eth1");
	list = (struct vrrp_vip_address *)(uintptr_t)vrrp_vip_addresses(v->vips);
	list[0].ifindex = OTHER;
	assert_string_equal(alarm_of(VRRP_ALARM_HOST_SETTING), "");
	world.arp_ignore = 8;
	assert_non_null(strstr(alarm_of(VRRP_ALARM_HOST_SETTING),
	    "arp_ignore of eth1"));
	world.arp_ignore = 1;
	assert_string_equal(alarm_of(VRRP_ALARM_HOST_SETTING), "");
}

static void
put_elsewhere(bool gone)
{
	struct nl_addr a = { .ifindex = OTHER };

	assert_int_equal(addr_prefix_parse("192.0.2.50/32", &a.prefix), 0);
	assert_true(vrrp_addrs_update(&world.addrs, &a, gone));
}

/* A link that nobody asks matters where the interface answers for all it has. */
static void
test_vrrp_host_address_on_another_interface(void **state)
{
	struct vrrp_params p = world_params();
	unsigned asked;

	(void)state;
	world.stranger.ifindex = OTHER;
	(void)strcpy(world.stranger.name, "eth1");
	start_with(&p);
	for (asked = 0; asked < 2; asked++) {
		world.stranger.no_arp = asked == 0;
		put_elsewhere(false);
		assert_non_null(strstr(alarm_of(VRRP_ALARM_ADDRESS_ELSEWHERE),
		    asked ? "stands on eth1 as well, which answers" :
		    "eth0 answers for it whoever is Active"));
		put_elsewhere(true);
		assert_string_equal(alarm_of(VRRP_ALARM_ADDRESS_ELSEWHERE), "");
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(
	    test_vrrp_host_arp_ignore_of_an_interface_that_an_address_names),
	    TEST(test_vrrp_host_address_on_another_interface),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
