/*
 * test_vrrp_send.c - what goes out, how often and to whom.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "test/unit/vrrpd/instance/instance_world.h"
#include "vrrpd/instance/vrrp_iface.h"
#include "vrrpd/instance/vrrp_machine.h"
#include "vrrpd/instance/vrrp_send.h"

/* V-83: five in all, then no more; none after leaving. */
static void
test_vrrp_send_announcements_repeat_and_stop_at_once(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	start_with(&p);
	world_run(v->core.active_down_interval_ns);
	assert_int_equal(world.announced, 1);
	world_run(200 * NS_PER_MS);
	assert_int_equal(world.announced, 2);
	world_advert("192.0.2.1", 200, 100);
	world_run(2 * NS_PER_S);
	assert_int_equal(world.announced, 2);
	assert_int_equal(v->core.state, VRRP_BACKUP);
}

static void
test_vrrp_send_announcements_are_as_many_as_configured(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	p.garp_repeat = 3;
	start_with(&p);
	world_run(v->core.active_down_interval_ns + 20 * NS_PER_S);
	assert_int_equal(world.announced, 3);
}

static void
test_vrrp_send_announcements_refresh_for_ever_when_configured(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	p.garp_repeat = 1;
	p.garp_refresh_ns = 10 * NS_PER_S;
	start_with(&p);
	world_run(v->core.active_down_interval_ns);
	world_run(35 * NS_PER_S);
	assert_int_equal(world.announced, 4);
}

/* L-33 + many addresses are no burst, and still all of them are announced. */
static void
test_vrrp_send_announcements_of_many_addresses_are_paced(void **state)
{
	struct vrrp_params p = world_params();
	char text[32];
	int i;

	(void)state;
	p.vip_count = 200;
	p.garp_repeat = 2;
	for (i = 1; i < 200; i++) {
		(void)snprintf(text, sizeof(text), "198.51.100.%d/24", i);
		assert_int_equal(addr_prefix_parse(text, &p.vips[i].prefix), 0);
	}
	start_with(&p);
	world_run(v->core.active_down_interval_ns);
	assert_int_equal(world.announced, 64);
	world_run(1 * NS_PER_MS);
	assert_int_equal(world.announced, 128);
	world_run(2 * NS_PER_MS);
	assert_int_equal(world.announced, 200);
	world_run(199 * NS_PER_MS);
	assert_int_equal(world.announced, 200);
	world_run(4 * NS_PER_MS);
	assert_int_equal(world.announced, 400);
}

/* L-33 - the rest of a paced round is not sent by a Backup (V-83). */
static void
test_vrrp_send_paced_round_stops_at_once_on_yielding(void **state)
{
	struct vrrp_params p = world_params();
	char text[32];
	int i;

	(void)state;
	p.vip_count = 200;
	for (i = 1; i < 200; i++) {
		(void)snprintf(text, sizeof(text), "198.51.100.%d/24", i);
		assert_int_equal(addr_prefix_parse(text, &p.vips[i].prefix), 0);
	}
	start_with(&p);
	world_run(v->core.active_down_interval_ns);
	world_advert("192.0.2.1", 200, 100);
	assert_int_equal(v->core.state, VRRP_BACKUP);
	world_run(2 * NS_PER_S);
	assert_int_equal(world.announced, 64);
}

/* The last word of a contest is answered, however soon it comes. */
static void
test_vrrp_send_contest_heard_again_announces_a_little_later(void **state)
{
	int i;

	(void)state;
	become_active();
	world_advert("192.0.2.1", 50, 100);
	world_run(50 * NS_PER_MS);
	assert_int_equal(world.announced, 2);
	for (i = 0; i < 10; i++)
		world_advert("192.0.2.1", 50, 100);
	world_run(10 * NS_PER_MS);
	assert_int_equal(world.announced, 2);
	world_run(2 * NS_PER_MS);
	assert_int_equal(world.announced, 3);
	world_run(20 * NS_PER_S);
	assert_int_equal(world.announced, 3 + 4);
}

/*
 * Whoever it yields to may never have heard it: a last advert tells, and not
 * from the virtual MAC, lest a switch learns that (design §5).
 */
static void
test_vrrp_send_yielding_sends_a_last_advert_from_its_own_mac(void **state)
{
	static const uint8_t virtual[] = { 0, 0, 0x5e, 0, 1, 51 };

	(void)state;
	become_active();
	world.frame_len = 0;
	world_advert("192.0.2.1", 200, 100);
	assert_string_equal(world.did, "hush advert:100");
	assert_true(world.frame_len > 14);
	assert_memory_not_equal(world.frame + 6, virtual, 6);
	assert_memory_equal(world.frame + 6, world.iface->link.mac, 6);
	world_forget();
	world_advert("192.0.2.1", 200, 100);	/* a Backup is silent */
	assert_string_equal(world.did, "");
}

/* V-131 + both at the configured rate; the resignation too. */
static void
test_vrrp_send_dual_sends_both_versions(void **state)
{
	struct vrrp_params p = both_versions();

	(void)state;
	p.auth_len = 4;
	memcpy(p.auth_pass, "1111\0\0\0", 8);
	start_with(&p);
	world_run(v->core.active_down_interval_ns);
	assert_string_equal(world.did, "advert:100 advert-v2:100 install "
	    "announce:1");
	/* Auth type 1, one second: a byte of seconds cannot say less. */
	assert_int_equal(world.frame[14 + 20 + 4], 1);
	assert_int_equal(world.frame[14 + 20 + 5], 1);
	assert_memory_equal(world.frame + world.frame_len - 8, p.auth_pass, 8);
	world_ack(0, 0);
	world_forget();
	world_run(100 * NS_PER_MS);
	assert_string_equal(world.did, "advert:100 advert-v2:100");
	world_forget();
	vrrp_instance_resign(v, VRRP_CAUSE_SHUTDOWN);
	assert_string_equal(world.did, "advert:0 advert-v2:0");
	assert_int_equal(v->stats.priority_zero_pkts_sent, 2);
	vrrp_instance_withdraw(v);
}

static void
test_vrrp_send_unicast_sends_one_message_per_peer(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	p.unicast_count = 2;
	assert_int_equal(addr_parse("192.0.2.1", &p.unicast_peers[0]), 0);
	assert_int_equal(addr_parse("192.0.2.3", &p.unicast_peers[1]), 0);
	start_with(&p);
	world_run(v->core.active_down_interval_ns);
	assert_string_equal(world.did, "unicast:100>192.0.2.1 "
	    "unicast:100>192.0.2.3 install announce:1");
	/* V-53: multicast is not for a unicast instance. */
	world_advert("192.0.2.1", 200, 100);
	assert_int_equal(v->stats.verdicts[VRRP_DESTINATION], 1);
}

/* This process was away for 4 s, and the loop has found out. */
static void
away(void)
{
	(void)vrrp_machine_absent(v, mono_add(world.now, -4 * NS_PER_S),
	    world.now, 0);
}

/* The successor's advert has been waiting since it took over. */
static void
away_and_replaced(void)
{
	away();
	world_advert("192.0.2.1", 50, 100);
}

/* In the midst of a handler that took long: nobody has asked yet. */
static void
be_unjudged(void (*found)(void))
{
	world.unjudged = true;
	world.on_judge = found;
}

/* Design §6, L-32: what is said before the absence is judged drives out a router. */
static void
test_vrrp_send_nothing_leaves_before_an_absence_is_judged(void **state)
{
	(void)state;
	become_active();
	be_unjudged(away_and_replaced);
	vrrp_send_advert(v, 100);
	vrrp_send_announce(v, false);
	vrrp_send_last_advert(v, vrrp_iface_primary_of(v));
	assert_string_equal(world.did, "");
	assert_int_equal(v->stats.adverts_withheld, 1);
	world_deferred();
	world_run(5 * NS_PER_MS);
	assert_int_equal(v->core.state, VRRP_BACKUP);
	assert_int_equal(v->core.fenced_out, 1);
	assert_null(strstr(world.did, "advert:100 announce"));
	assert_null(strstr(world.did, "announce"));
}

/* Nobody has taken over: it is said after all, and at once. */
static void
test_vrrp_send_withheld_advert_follows_the_judgement(void **state)
{
	(void)state;
	become_active();
	be_unjudged(NULL);
	vrrp_send_advert(v, 100);
	assert_string_equal(world.did, "");
	world_deferred();
	assert_string_equal(world.did, "advert:100");
}

/* An Active that must listen first is silent until it has. */
static void
test_vrrp_send_withheld_advert_is_void_in_a_fence(void **state)
{
	(void)state;
	become_active();
	be_unjudged(away);
	vrrp_send_advert(v, 100);
	world_deferred();
	assert_true(vrrp_core_is_fenced(&v->core));
	world_run(NS_PER_S);
	assert_string_equal(world.did, "");
	world_run(NS_PER_S / 4);
	assert_string_equal(world.did, "advert:100 install announce:1");
}

/* V-68: a resignation too, unless a successor has been heard meanwhile. */
static void
test_vrrp_send_withheld_resignation_follows_the_judgement(void **state)
{
	(void)state;
	become_active();
	vrrp_instance_resign(v, VRRP_CAUSE_SHUTDOWN);
	world_forget();
	be_unjudged(NULL);
	vrrp_send_advert(v, 0);
	assert_string_equal(world.did, "");
	world_deferred();
	assert_string_equal(world.did, "advert:0");
	world_forget();
	be_unjudged(away_and_replaced);
	vrrp_send_advert(v, 0);
	world_deferred();
	assert_string_equal(world.did, "hush");
}

/* Design §6: repeats of the announcements are sent by nobody who listens. */
static void
test_vrrp_send_fenced_active_repeats_no_announcement(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	start_with(&p);
	world_run(v->core.active_down_interval_ns);
	assert_int_equal(world.announced, 1);
	away();
	world_run(NS_PER_S);
	assert_int_equal(world.announced, 1);
	world_run(NS_PER_S / 4);
	assert_int_equal(world.announced, 2);
}

/* V-69 +: an advert does not wait until the kernel has found its peer again */
static void
test_vrrp_send_lost_peer_gets_a_frame_for_its_last_mac(void **state)
{
	static const uint8_t last[6] = { 2, 0, 0, 0, 0, 9 };
	struct vrrp_params p = unicast_params(255);

	(void)state;
	start_with(&p);
	world_run(v->core.active_down_interval_ns);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	world_forget();
	world_run(NS_PER_S);
	assert_non_null(strstr(world.did, "unicast:100>192.0.2.1"));
	assert_null(strstr(world.did, "advert:100"));
	world.neighbour_lost = true;
	world_forget();
	world_run(NS_PER_S);
	assert_non_null(strstr(world.did, "unicast:100>192.0.2.1"));
	assert_non_null(strstr(world.did, "advert:100"));
	assert_memory_equal(world.frame, last, 6);
	assert_memory_equal(world.frame + 6, world.iface->link.mac, 6);
	/* From our address, with TTL 255, to the peer. */
	assert_int_equal(world.frame[14 + 8], 255);
	assert_memory_equal(world.frame + 14 + 12, "\xc0\0\2\2\xc0\0\2\1", 8);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_vrrp_send_lost_peer_gets_a_frame_for_its_last_mac),
	    TEST(test_vrrp_send_announcements_repeat_and_stop_at_once),
	    TEST(test_vrrp_send_announcements_are_as_many_as_configured),
	    TEST(test_vrrp_send_announcements_refresh_for_ever_when_configured),
	    TEST(test_vrrp_send_announcements_of_many_addresses_are_paced),
	    TEST(test_vrrp_send_paced_round_stops_at_once_on_yielding),
	    TEST(test_vrrp_send_contest_heard_again_announces_a_little_later),
	    TEST(test_vrrp_send_yielding_sends_a_last_advert_from_its_own_mac),
	    TEST(test_vrrp_send_dual_sends_both_versions),
	    TEST(test_vrrp_send_unicast_sends_one_message_per_peer),
	    TEST(test_vrrp_send_nothing_leaves_before_an_absence_is_judged),
	    TEST(test_vrrp_send_withheld_advert_follows_the_judgement),
	    TEST(test_vrrp_send_withheld_advert_is_void_in_a_fence),
	    TEST(test_vrrp_send_withheld_resignation_follows_the_judgement),
	    TEST(test_vrrp_send_fenced_active_repeats_no_announcement),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
