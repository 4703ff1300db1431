/*
 * test_vrrp_frames.c - the bytes of adverts and announcements.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "test/unit/vrrpd/instance/instance_world.h"

/* V-20..V-26: what leaves is the frame of the wire tests. */
static void
test_vrrp_frames_advert_has_virtual_mac_and_primary_source(void **state)
{
	static const uint8_t head[] = { 0x01, 0x00, 0x5e, 0x00, 0x00, 0x12,
	    0x00, 0x00, 0x5e, 0x00, 0x01, 51 };
	static const uint8_t source[] = { 192, 0, 2, 2 };

	(void)state;
	become_active();
	world_run(NS_PER_S);
	assert_memory_equal(world.frame, head, sizeof(head));
	assert_memory_equal(world.frame + 14 + 12, source, sizeof(source));
	assert_int_equal(world.frame[14 + 8], 255);
}

static void
test_vrrp_frames_without_virtual_mac_uses_the_interfaces(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	p.virtual_mac = false;
	start_with(&p);
	world_run(4 * NS_PER_S);
	assert_memory_equal(world.frame + 6, "\2\0\0\0\0\2", 6);
}

/* V-23 + the owner's address may be the primary one. */
static void
test_vrrp_frames_owner_sends_from_its_virtual_address(void **state)
{
	struct vrrp_params p = owner_params();

	(void)state;
	assert_int_equal(addr_prefix_parse("192.0.2.2/24",
	    &p.vips[0].prefix), 0);
	start_with(&p);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	assert_memory_equal(world.frame + 14 + 12,
	    p.vips[0].prefix.addr.bytes, 4);
}

/* V-4, V-20, V-22, V-24, V-26: the frame of an IPv6 advert. */
static void
test_vrrp_frames_ipv6_advert_is_from_the_interfaces_link_local(void **state)
{
	static const uint8_t head[] = { 0x33, 0x33, 0, 0, 0, 0x12,
	    0, 0, 0x5e, 0, 0x02, 51, 0x86, 0xdd };
	static const uint8_t source[16] = { 0xfe, 0x80, [15] = 0x02 };
	static const uint8_t group[16] = { 0xff, 0x02, [15] = 0x12 };
	static const uint8_t first[16] = { 0xfe, 0x80, [15] = 0x50 };
	struct vrrp_params p = world_params_ipv6();

	(void)state;
	start_with(&p);
	world_run(4 * NS_PER_S);
	assert_non_null(strstr(world.did, "advert:100 install announce:2"));
	assert_memory_equal(world.frame, head, sizeof(head));
	assert_int_equal(world.frame[14 + 7], 255);
	assert_memory_equal(world.frame + 14 + 8, source, 16);
	assert_memory_equal(world.frame + 14 + 24, group, 16);
	assert_memory_equal(world.frame + 14 + 40 + 8, first, 16);
}

/* V-86: R=1 S=0 O=1, from the virtual link-local address. */
static void
test_vrrp_frames_ipv6_announcement_has_the_router_flag(void **state)
{
	static const uint8_t source[16] = { 0xfe, 0x80, [15] = 0x50 };
	static const uint8_t mac[6] = { 0, 0, 0x5e, 0, 0x02, 51 };
	struct vrrp_params p = world_params_ipv6();

	(void)state;
	start_with(&p);
	world_run(4 * NS_PER_S);
	assert_memory_equal(world.announcement + 6, mac, 6);
	assert_memory_equal(world.announcement + 14 + 8, source, 16);
	assert_int_equal(world.announcement[14 + 40 + 4], 0xa0);
	assert_memory_equal(world.announcement + 14 + 40 + 26, mac, 6);
}

/* In address mode the kernel answers with this flag: the same is announced. */
static void
test_vrrp_frames_ipv6_address_mode_announces_as_the_kernel_answers(void **state)
{
	struct vrrp_params p = world_params_ipv6();

	(void)state;
	p.virtual_mac = false;
	start_with(&p);
	world_run(4 * NS_PER_S);
	assert_int_equal(world.announcement[14 + 40 + 4], 0x20);
	world.forwarding = 1;
	vrrp_instance_primary_changed(v);
	vrrp_instance_mac_changed(v);
	assert_int_equal(world.announcement[14 + 40 + 4], 0xa0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_vrrp_frames_advert_has_virtual_mac_and_primary_source),
	    TEST(test_vrrp_frames_without_virtual_mac_uses_the_interfaces),
	    TEST(test_vrrp_frames_owner_sends_from_its_virtual_address),
	    TEST(test_vrrp_frames_ipv6_advert_is_from_the_interfaces_link_local),
	    TEST(test_vrrp_frames_ipv6_announcement_has_the_router_flag),
	    TEST(test_vrrp_frames_ipv6_address_mode_announces_as_the_kernel_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
