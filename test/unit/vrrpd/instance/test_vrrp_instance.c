/*
 * test_vrrp_instance.c - what an instance does, in which order, on which event;
 * in a world where time is a variable (vrrpd_world.h).
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "shared/log.h"
#include "test/unit/vrrpd/vrrpd_world.h"
#include "vrrpd/config/vrrp_diff.h"
#include "vrrpd/instance/vrrp_bequest.h"
#include "vrrpd/instance/vrrp_history.h"
#include "vrrpd/instance/vrrp_hold.h"
#include "vrrpd/instance/vrrp_iface.h"
#include "vrrpd/instance/vrrp_instance.h"
#include "vrrpd/instance/vrrp_machine.h"
#include "vrrpd/pure/vrrp_handoff.h"

static struct vrrp_instance *v;
static char lines[16384];

static void
keep_line(enum log_level level, const char *line, void *arg)
{
	size_t len = strlen(lines);

	(void)level;
	(void)arg;
	(void)snprintf(lines + len, sizeof(lines) - len, "%s\n", line);
}

static void
start_with(const struct vrrp_params *p)
{
	v = vrrp_instance_new(&world.env, world.iface, p);
	assert_non_null(v);
	(void)vrrp_iface_update_primary(world.iface);
	world_forget();
	vrrp_instance_start(v);
	world_deferred();
}

static int
setup(void **state)
{
	(void)state;
	lines[0] = '\0';
	log_capture(keep_line, NULL);
	world_open();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	if (v != NULL) {
		vrrp_instance_resign(v, VRRP_CAUSE_SHUTDOWN);
		vrrp_instance_withdraw(v);
		vrrp_instance_free(v);
	}
	v = NULL;
	world_close();
	log_capture(NULL, NULL);
	return 0;
}

static void
become_active(void)
{
	struct vrrp_params p = world_params();

	start_with(&p);
	world_run(4 * NS_PER_S);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	world_ack(0, 0);
	world_run(1100 * NS_PER_MS);		/* the announcements' repeats */
	world_forget();
}

/* V-61, V-64: and the order of the takeover path. */
static void
test_vrrp_instance_silence_takes_over_advert_addresses_announcement(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	start_with(&p);
	assert_int_equal(v->core.state, VRRP_BACKUP);
	assert_string_equal(world.did, "");
	world_run(v->core.active_down_interval_ns - 1);
	assert_string_equal(world.did, "");
	world_run(1);
	assert_string_equal(world.did, "advert:100 install announce:1");
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	assert_non_null(strstr(lines, "instance=web vrid=51 af=ipv4 "
	    "from=backup to=active cause=active-down-timer"));
}

static struct vrrp_channel *
a_channel(void)
{
	return (struct vrrp_channel *)&world;	/* only passed on */
}

/* Packets first; and there is one exactly while the addresses are held. */
static void
test_vrrp_instance_active_has_a_last_will(void **state)
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
	assert_true(vrrp_iface_update_primary(world.iface));
	vrrp_instance_primary_changed(v);
	world_deferred();
	assert_non_null(strstr(world.did, "will:web:1"));
	world_forget();
	vrrp_instance_resign(v, VRRP_CAUSE_SHUTDOWN);
	assert_null(strstr(world.did, "revoke"));
	vrrp_instance_withdraw(v);
	assert_string_equal(world.did, "advert:0 withdraw revoke:web");
}

/* Only what it holds, and one request at a time. */
static void
test_vrrp_instance_held_addresses_are_refreshed(void **state)
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

static struct vrrp_handoff handoff;

static void
hand_off_web(void)
{
	handoff.left = world.now;
	handoff.count = 1;
	strcpy(handoff.list[0].name, "web");
	handoff.list[0].active_since = mono_add(world.now, -NS_PER_S);
	handoff.list[0].flags = VRRP_HANDOFF_ACTIVE;
	world.env.handoff = &handoff;
	world.env.channel = a_channel();
}

/* L-24: it does not withdraw what it finds, and has a will at once. */
static void
test_vrrp_instance_kept_addresses_are_readopted(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	hand_off_web();
	start_with(&p);
	world_deferred();
	assert_string_equal(world.did, "advert:100 install announce:1 "
	    "will:web:1");
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	vrrp_instance_drop_kept(v);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	assert_null(strstr(world.did, "withdraw"));
}

/* Without a primary address nobody answers for them, and no will is left. */
static void
test_vrrp_instance_kept_addresses_it_cannot_use_are_withdrawn(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	hand_off_web();
	world_addr("192.0.2.2/24", false, true);
	(void)vrrp_iface_update_primary(world.iface);
	start_with(&p);
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	vrrp_instance_drop_kept(v);
	world_deferred();
	assert_string_equal(world.did, "withdraw revoke:web");
}

/* A message for each peer: their checksums differ. */
static void
test_vrrp_instance_last_will_has_a_message_for_each_unicast_peer(void **state)
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
test_vrrp_instance_last_will_is_deposited_when_there_is_room(void **state)
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

/* V-20..V-26: what leaves is the frame of the wire tests. */
static void
test_vrrp_instance_advert_has_virtual_mac_and_primary_source(void **state)
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
test_vrrp_instance_without_virtual_mac_uses_the_interfaces(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	p.virtual_mac = false;
	start_with(&p);
	world_run(4 * NS_PER_S);
	assert_memory_equal(world.frame + 6, "\2\0\0\0\0\2", 6);
}

/* V-4, V-20, V-22, V-24, V-26: the frame of an IPv6 advert. */
static void
test_vrrp_instance_ipv6_advert_is_from_the_interfaces_link_local(void **state)
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
test_vrrp_instance_ipv6_announcement_has_the_router_flag(void **state)
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
test_vrrp_instance_ipv6_address_mode_announces_as_the_kernel_answers(void **state)
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

/* V-53: an IPv6 router sends from its link-local address. */
static void
test_vrrp_instance_ipv6_global_source_is_refused(void **state)
{
	struct vrrp_params p = world_params_ipv6();

	(void)state;
	start_with(&p);
	world_advert("2001:db8::1", 200, 100);
	assert_int_equal(v->stats.verdicts[VRRP_SOURCE], 1);
	assert_int_equal(v->stats.advertisement_rcvd, 0);
	world_advert("fe80::1", 200, 100);
	assert_int_equal(v->stats.verdicts[VRRP_SOURCE], 1);
	assert_int_equal(v->stats.advertisement_rcvd, 1);
	assert_int_equal(v->stats.address_list_errors, 0);
}

/* V-6: (1280 - 48) / 16 = 77 addresses, and no more. */
static void
test_vrrp_instance_advert_that_does_not_fit_the_mtu_waits(void **state)
{
	struct vrrp_params p = world_params_ipv6();
	unsigned i;

	(void)state;
	p.vip_count = 78;
	for (i = 2; i < p.vip_count; i++) {
		p.vips[i] = p.vips[1];
		p.vips[i].prefix.addr.bytes[14] = (uint8_t)i;
	}
	world.iface->link.mtu = 1280;
	start_with(&p);
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	assert_string_equal(v->waiting, "an advert of 78 addresses does not "
	    "fit the MTU of eth0, which has room for 77");
	world.iface->link.mtu = 1280 + 16;
	vrrp_instance_reconsider(v);
	assert_int_equal(v->core.state, VRRP_BACKUP);
}

/* V-83: five in all, then no more; none after leaving. */
static void
test_vrrp_instance_announcements_repeat_and_stop_at_once(void **state)
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
test_vrrp_instance_announcements_are_as_many_as_configured(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	p.garp_repeat = 3;
	start_with(&p);
	world_run(v->core.active_down_interval_ns + 20 * NS_PER_S);
	assert_int_equal(world.announced, 3);
}

static void
test_vrrp_instance_announcements_refresh_for_ever_when_configured(void **state)
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
test_vrrp_instance_announcements_of_many_addresses_are_paced(void **state)
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
test_vrrp_instance_paced_round_stops_at_once_on_yielding(void **state)
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

/*
 * V-72 +, V-94 +, V-51 +: a lesser router was Active as well.  It may announce once more
 * after we did, so a round follows soon; then the configured ones.
 */
static void
test_vrrp_instance_contest_is_answered_announced_and_said(void **state)
{
	const char *at;
	int i, said = 0;

	(void)state;
	become_active();
	world_advert("192.0.2.1", 50, 100);
	assert_string_equal(world.did, "advert:100 announce:1");
	assert_int_equal(v->stats.address_list_errors, 0);
	world_run(5 * NS_PER_MS);
	assert_int_equal(world.announced, 2);
	world_run(900 * NS_PER_MS);
	assert_int_equal(world.announced, 1 + 1 + 4);
	for (i = 0; i < 100; i++)
		world_advert("192.0.2.1", 50, 100);
	assert_int_equal(v->stats.contests, 101);
	for (at = lines; (at = strstr(at, "contest instance=web "
	    "source=192.0.2.1 priority=50 ours=100")) != NULL; at++)
		said++;
	assert_int_equal(said, 1);
}

/* The last word of a contest is answered, however soon it comes. */
static void
test_vrrp_instance_contest_heard_again_announces_a_little_later(void **state)
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

/* V-126: version 2 answers with announcements alone; priority 0 is no contest. */
static void
test_vrrp_instance_resignation_is_no_contest(void **state)
{
	(void)state;
	become_active();
	world_advert("192.0.2.1", 0, 100);
	assert_string_equal(world.did, "advert:100");
	assert_int_equal(v->stats.contests, 0);
}

/*
 * Whoever it yields to may never have heard it: a last advert tells, and not
 * from the virtual MAC, lest a switch learns that (design §5).
 */
static void
test_vrrp_instance_yielding_sends_a_last_advert_from_its_own_mac(void **state)
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

/* V-51 -: the number is used twice on this network. */
static void
test_vrrp_instance_foreign_addresses_are_said_and_kept(void **state)
{
	struct vrrp_params p = world_params();
	static const uint8_t list[] = { 192, 0, 2, 77 };
	static const uint8_t source[] = { 192, 0, 2, 66 };
	struct vrrp_advert foreign = { .version = 3, .vrid = 51,
		.priority = 200, .addr_count = 1, .interval_cs = 100,
		.addrs = list };

	(void)state;
	foreign.source = addr_from_bytes(AF_INET, source);
	foreign.destination = vrrp_wire_group(AF_INET);
	start_with(&p);
	vrrp_machine_rx(v, world.now, world.now, &foreign);
	vrrp_machine_rx(v, world.now, world.now, &foreign);
	assert_int_equal(v->stats.address_list_errors, 2);
	assert_non_null(strstr(lines, "instance=web source=192.0.2.66 "
	    "conflict=other-addresses vrid=51 priority=200 "
	    "addresses=192.0.2.77 suppressed=0: "));
	assert_int_equal(v->conflict.kind, VRRP_CONFLICT_OTHER_ADDRESSES);
	assert_int_equal(v->conflict.count, 2);
}

/* V-95 +, V-95 -, V-46: obeyed by address, and said; others are not owners. */
static void
test_vrrp_instance_second_owner_is_said(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	p.priority = VRRP_PRIORITY_OWNER;
	world_addr("192.0.2.50/24", true, false);
	start_with(&p);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	world_advert("192.0.2.1", 254, 100);
	assert_int_equal(v->conflict.kind, VRRP_CONFLICT_NONE);
	world_advert("192.0.2.1", 255, 100);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	assert_non_null(strstr(lines, "conflict=two-owners"));
	world_advert("192.0.2.9", 255, 100);
	assert_int_equal(v->core.state, VRRP_BACKUP);
}

/*
 * V-71, V-26: nothing more leaves with the virtual MAC, and what still comes is
 * answered for a moment.
 */
static void
test_vrrp_instance_better_advert_withdraws(void **state)
{
	(void)state;
	become_active();
	world_advert("192.0.2.1", 200, 100);
	assert_string_equal(world.did, "hush advert:100");
	assert_int_equal(v->core.state, VRRP_BACKUP);
	assert_true(vrrp_machine_lingers(v));
	world_run(VRRP_LINGER_TAIL_NS - 1);
	assert_string_equal(world.did, "hush advert:100");
	world_run(1);
	assert_string_equal(world.did, "hush advert:100 withdraw");
	assert_false(vrrp_machine_lingers(v));
	assert_false(mono_is_never(vrrp_history_record(v, 0)->
	    step[VRRP_STEP_ADDRESSES_SET]));
}

/* V-65: the resigned one answers still, so the addresses are there first. */
static void
test_vrrp_instance_after_a_resignation_installs_before_the_advert(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	start_with(&p);
	world_advert("192.0.2.1", 200, 100);
	world_advert("192.0.2.1", 0, 100);
	world_run(700 * NS_PER_MS);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	/* The second round undoes what the other said last. */
	assert_string_equal(world.did,
	    "install advert:100 announce:1 announce:1");
}

/* V-37: the packet that restarts the timer was already in the socket. */
static void
late_advert(void)
{
	world_advert("192.0.2.1", 200, 100);
}

static void
test_vrrp_instance_due_timer_looks_into_the_socket_first(void **state)
{
	struct vrrp_params p = world_params();
	unsigned drains;

	(void)state;
	start_with(&p);
	drains = world.drains;
	world.on_drain = late_advert;
	world_run(v->core.active_down_interval_ns);
	assert_int_equal(world.drains, drains + 1);
	assert_int_equal(v->core.state, VRRP_BACKUP);
	assert_string_equal(world.did, "");
}

static void
resigned_to_an_ipv6_backup(void)
{
	struct vrrp_params p = world_params_ipv6();

	start_with(&p);
	world_advert("fe80::1", 200, 100);
	world_advert("fe80::1", 0, 100);
	world_run_until(vrrp_core_next_expiry(&v->core));
	assert_int_equal(v->core.state, VRRP_ACTIVE);
}

/* The kernel needs a moment for an IPv6 address; nothing moves a port before. */
static void
test_vrrp_instance_ipv6_after_a_resignation_waits_for_the_kernel(void **state)
{
	(void)state;
	resigned_to_an_ipv6_backup();
	assert_string_equal(world.did, "install-quietly");
	vrrp_machine_address_came(v, WORLD_IFINDEX);
	world_run(NS_PER_MS);
	assert_string_equal(world.did, "install-quietly");	/* not all */
	world_addr("fe80::50/64", false, false);
	vrrp_machine_address_came(v, WORLD_IFINDEX);
	world_addr("2001:db8::50/64", false, false);
	vrrp_machine_address_came(v, WORLD_IFINDEX);
	assert_string_equal(world.did, "install-quietly");
	world_run(200 * NS_PER_US);
	assert_string_equal(world.did,
	    "install-quietly speak advert:100 announce:2");
	assert_false(mono_is_never(vrrp_history_record(v, 0)->
	    step[VRRP_STEP_ANNOUNCED]));
	world_run(2 * NS_PER_MS);	/* and again, as others may still do */
	assert_string_equal(world.did,
	    "install-quietly speak advert:100 announce:2 announce:2");
}

static void
test_vrrp_instance_ipv6_waits_for_the_kernel_but_not_for_ever(void **state)
{
	(void)state;
	resigned_to_an_ipv6_backup();
	world_run(2 * NS_PER_MS - 1);
	assert_string_equal(world.did, "install-quietly");
	world_run(1);
	assert_string_equal(world.did,
	    "install-quietly speak advert:100 announce:2");
}

/* A new Active hears a better one before it has said a word. */
static void
test_vrrp_instance_ipv6_waiting_for_the_kernel_yields(void **state)
{
	(void)state;
	resigned_to_an_ipv6_backup();
	world_advert("fe80::3", 250, 100);
	assert_string_equal(world.did, "install-quietly hush advert:100");
	world_run(2 * NS_PER_MS);
	assert_string_equal(world.did, "install-quietly hush advert:100");
}

/* V-68, V-63: the address is answered until there is a successor. */
static void
test_vrrp_instance_leaving_withdraws_when_the_successor_is_heard(void **state)
{
	(void)state;
	become_active();
	vrrp_instance_resign(v, VRRP_CAUSE_SHUTDOWN);
	world_run(600 * NS_PER_MS);
	assert_string_equal(world.did, "advert:0");
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	assert_true(vrrp_machine_lingers(v));
	world_advert("192.0.2.3", 0, 100);		/* V-62: not a word */
	assert_string_equal(world.did, "advert:0");
	world_advert("192.0.2.1", 50, 100);
	assert_string_equal(world.did, "advert:0 hush");
	world_run(VRRP_LINGER_TAIL_NS);
	assert_string_equal(world.did, "advert:0 hush withdraw");
	assert_int_equal(world.withdrawn, 1);
	assert_non_null(strstr(lines, "successor=192.0.2.1"));
	world_advert("192.0.2.1", 50, 100);
	assert_string_equal(world.did, "advert:0 hush withdraw");
}

static void
test_vrrp_instance_leaving_without_a_successor_is_bounded(void **state)
{
	(void)state;
	become_active();
	vrrp_instance_resign(v, VRRP_CAUSE_SHUTDOWN);
	world_run(vrrp_linger_bound_ns(3, 100) - 1);
	assert_string_equal(world.did, "advert:0");
	world_run(1);
	assert_string_equal(world.did, "advert:0 withdraw");
	assert_non_null(strstr(lines, "successor=none"));
}

/* V-77: who is cut off does not wait. */
static void
test_vrrp_instance_leaving_with_a_dead_link_withdraws_at_once(void **state)
{
	(void)state;
	become_active();
	world.iface->link.running = false;
	vrrp_instance_reconsider(v);
	assert_string_equal(world.did, "advert:0 withdraw");

	world.iface->link.running = true;
	vrrp_instance_reconsider(v);
	world_run(4 * NS_PER_S);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	vrrp_instance_resign(v, VRRP_CAUSE_SHUTDOWN);
	world_forget();
	world.iface->link.running = false;
	vrrp_instance_reconsider(v);
	assert_string_equal(world.did, "withdraw");
}

static void
test_vrrp_instance_disabled_and_enabled_again_never_stops_answering(
    void **state)
{
	(void)state;
	become_active();
	vrrp_instance_disable(v, true);
	world_run(100 * NS_PER_MS);
	vrrp_instance_disable(v, false);
	world_run(4 * NS_PER_S);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	assert_null(strstr(world.did, "withdraw"));
}

/* V-68: two passes, so that every advert leaves before the first withdrawal. */
static void
test_vrrp_instance_leaving_resigns_then_withdraws(void **state)
{
	(void)state;
	become_active();
	vrrp_instance_resign(v, VRRP_CAUSE_SHUTDOWN);
	assert_string_equal(world.did, "advert:0");
	vrrp_instance_withdraw(v);
	assert_string_equal(world.did, "advert:0 withdraw");
	assert_int_equal(v->stats.priority_zero_pkts_sent, 1);
}

/* Design §6: a failed installation is not Active. */
static void
test_vrrp_instance_refused_address_resigns_and_tries_again(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	start_with(&p);
	world_run(v->core.active_down_interval_ns);
	world_forget();
	world_ack(EPERM, 0);
	assert_string_equal(world.did, "advert:0 withdraw");
	world_ack(0, 0);
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	assert_non_null(strstr(v->waiting, "192.0.2.50/24"));
	world_forget();
	world_run(NS_PER_S);
	assert_int_equal(v->core.state, VRRP_BACKUP);
	assert_string_equal(v->waiting, "");
	/* The second time it waits longer. */
	world_run(v->core.active_down_interval_ns);
	world_ack(EPERM, 0);
	world_run(NS_PER_S);
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	world_run(NS_PER_S);
	assert_int_equal(v->core.state, VRRP_BACKUP);
}

static void
test_vrrp_instance_batch_that_cannot_be_sent_resigns(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	world.install_error = -ENOBUFS;
	start_with(&p);
	world_run(v->core.active_down_interval_ns);
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	world.install_error = 0;
}

/* A refusal that comes after we have yielded anyway means nothing. */
static void
test_vrrp_instance_late_refusal_after_yielding_is_ignored(void **state)
{
	struct vrrp_params p = world_params();
	nl_batch_done done;
	void *arg;

	(void)state;
	start_with(&p);
	world_run(v->core.active_down_interval_ns);
	done = world.done;
	arg = world.done_arg;
	world_advert("192.0.2.1", 200, 100);
	done(EPERM, 0, arg);
	assert_int_equal(v->core.state, VRRP_BACKUP);
}

/* V-77 +, and the reason a user reads. */
static void
test_vrrp_instance_interface_down_is_initialize_with_the_reason(void **state)
{
	(void)state;
	become_active();
	world.iface->link.running = false;
	vrrp_instance_reconsider(v);
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	assert_string_equal(world.did, "advert:0 withdraw");
	assert_string_equal(v->waiting, "interface eth0 has no carrier");
	world.iface->link.running = true;
	vrrp_instance_reconsider(v);
	assert_int_equal(v->core.state, VRRP_BACKUP);
	assert_int_equal(vrrp_history_record(v, 0)->tr.cause,
	    VRRP_CAUSE_INTERFACE_UP);
}

static void
test_vrrp_instance_without_interface_waits_and_starts_when_it_comes(void **state)
{
	struct vrrp_params p = world_params();
	struct nl_link link = world.iface->link;

	(void)state;
	vrrp_iface_lost(world.iface);
	start_with(&p);
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	assert_string_equal(v->waiting, "interface eth0 does not exist");
	vrrp_iface_found(world.iface, &link);
	vrrp_instance_iface_found(v);
	assert_int_equal(v->core.state, VRRP_BACKUP);
}

/* V-23 +, V-23 -, V-77 - no address of our own, or only virtual ones */
static void
test_vrrp_instance_without_primary_address_waits(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	world_addr("192.0.2.2/24", false, true);
	world_addr("192.0.2.50/24", false, false);
	start_with(&p);
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	assert_string_equal(v->waiting, "interface eth0 has no IPv4 address "
	    "of its own, only virtual ones: their owner has priority = 255");
	/* Secondary to the virtual one that was promoted before it. */
	world_addr("192.0.2.9/24", true, false);
	assert_true(vrrp_iface_update_primary(world.iface));
	vrrp_instance_primary_changed(v);
	assert_int_equal(v->core.state, VRRP_BACKUP);
	assert_int_equal(vrrp_iface_primary(world.iface, AF_INET)->bytes[3], 9);
	world_addr("192.0.2.3/24", false, false);
	assert_true(vrrp_iface_update_primary(world.iface));
	assert_int_equal(vrrp_iface_primary(world.iface, AF_INET)->bytes[3], 3);
}

static void
test_vrrp_instance_device_that_cannot_be_made_is_tried_again(void **state)
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

/* V-24 +, V-24 - the first link-local one that is not virtual */
static void
test_vrrp_instance_ipv6_primary_is_link_local_and_not_virtual(void **state)
{
	struct vrrp_params p = world_params_ipv6();
	char text[ADDR_STRLEN];

	(void)state;
	world_addr("fe80::2/64", false, true);
	world_addr("2001:db8::2/64", false, false);
	world_addr("fe80::50/64", false, false);
	start_with(&p);
	assert_non_null(strstr(v->waiting, "no usable link-local address"));
	world_addr("fe80::9/64", false, false);
	(void)vrrp_iface_update_primary(world.iface);
	assert_string_equal(addr_format(vrrp_iface_primary(world.iface,
	    AF_INET6), text, sizeof(text)), "fe80::9");
}

/* V-96 -, V-28 - our own packet, looped back */
static void
test_vrrp_instance_own_source_is_refused_and_changes_nothing(void **state)
{
	struct vrrp_core before;

	(void)state;
	become_active();
	before = v->core;
	world_advert("192.0.2.2", 255, 100);
	assert_memory_equal(&before, &v->core, sizeof(before));
	assert_int_equal(v->stats.verdicts[VRRP_OWN_SOURCE], 1);
	assert_int_equal(v->stats.advertisement_rcvd, 0);
	assert_string_equal(world.did, "");
}

/* V-53: a unicast advert to a multicast instance, and the reverse. */
static void
test_vrrp_instance_source_of_zero_is_refused(void **state)
{
	(void)state;
	become_active();
	world_advert("0.0.0.0", 255, 100);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	assert_int_equal(v->stats.verdicts[VRRP_SOURCE], 1);
}

/* V-50 +, V-50 -, V-98 + counted and said, adopted all the same. */
static void
test_vrrp_instance_other_interval_is_counted_and_adopted(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	start_with(&p);
	world_advert("192.0.2.1", 200, 10);
	assert_int_equal(v->stats.interval_errors, 1);
	assert_int_equal(v->core.active_adver_interval_cs, 10);
	assert_non_null(strstr(lines, "advert_int_cs=10 ours=100"));
}

/* V-55 +, V-55 -: the first is said at once, the rest are counted. */
static void
test_vrrp_instance_refusals_are_logged_under_a_limit(void **state)
{
	const char *at;
	int i, said = 0;

	(void)state;
	become_active();
	for (i = 0; i < 1000; i++)
		world_advert("192.0.2.2", 255, 100);
	for (at = lines; (at = strstr(at, "own-source-errors")) != NULL; at++)
		said++;
	assert_int_equal(said, 1);
	assert_int_equal(v->stats.verdicts[VRRP_OWN_SOURCE], 1000);
}

/* V-13 + what the others speak, so that they hear us. */
static void
test_vrrp_instance_auto_checksum_answers_legacy_in_kind(void **state)
{
	struct vrrp_params p = world_params();
	struct vrrp_advert a;

	(void)state;
	start_with(&p);
	memset(&a, 0, sizeof(a));
	a.version = 3;
	a.vrid = 51;
	a.priority = 50;
	a.interval_cs = 100;
	a.form = VRRP_FORM_PSEUDO;
	assert_int_equal(addr_parse("192.0.2.1", &a.source), 0);
	a.destination = vrrp_wire_group(AF_INET);
	a.addr_count = 1;
	a.addrs = v->p.vips[0].prefix.addr.bytes;
	vrrp_machine_rx(v, world.now, world.now, &a);
	assert_int_equal(v->send_form, VRRP_FORM_PSEUDO);
	assert_int_equal(v->stats.legacy_checksum_rcvd, 1);
	a.form = VRRP_FORM_MESSAGE;
	vrrp_machine_rx(v, world.now, world.now, &a);
	assert_int_equal(v->send_form, VRRP_FORM_MESSAGE);
	/* Both kinds are there: the newer one stays. */
	a.form = VRRP_FORM_PSEUDO;
	vrrp_machine_rx(v, world.now, world.now, &a);
	assert_int_equal(v->send_form, VRRP_FORM_MESSAGE);
}

/* Byte 6 and 7 of the message of the last frame. */
static unsigned
checksum_sent(void)
{
	return (unsigned)(world.frame[14 + 20 + 6] << 8 |
	    world.frame[14 + 20 + 7]);
}

/* V-13 - said by each router once; an Active changes once in a minute. */
static void
test_vrrp_instance_auto_checksum_is_steady_while_active(void **state)
{
	struct vrrp_advert_spec legacy = { .version = 3,
	    .form = VRRP_FORM_PSEUDO };
	unsigned message, pseudo;
	const char *at;
	int i, said = 0;

	(void)state;
	become_active();
	world_run(NS_PER_S);
	message = checksum_sent();
	world_advert_as(&legacy, "192.0.2.1", 50, 100);
	pseudo = checksum_sent();
	assert_int_not_equal(pseudo, message);
	for (i = 0; i < 50; i++) {
		world_advert("192.0.2.3", 50, 100);
		world_advert_as(&legacy, "192.0.2.1", 50, 100);
		world_run(NS_PER_S);
		assert_int_equal(checksum_sent(), pseudo);
	}
	world_run(15 * NS_PER_S);
	world_advert("192.0.2.3", 50, 100);
	assert_int_equal(checksum_sent(), message);
	for (at = lines; (at = strstr(at, "source=192.0.2.1 sends checksums"))
	    != NULL; at++)
		said++;
	assert_int_equal(said, 1);
	assert_int_equal(v->stats.legacy_checksum_rcvd, 51);
}

/* And `legacy` speaks so whoever listens; V-11 + is the other way round. */
static void
test_vrrp_instance_configured_checksum_is_sent_whatever_is_heard(void **state)
{
	struct vrrp_params p = world_params();
	struct vrrp_advert_spec legacy = { .version = 3,
	    .form = VRRP_FORM_PSEUDO };
	unsigned first;

	(void)state;
	p.checksum_compat = VRRP_CHECKSUM_LEGACY;
	start_with(&p);
	world_run(v->core.active_down_interval_ns);
	first = checksum_sent();
	world_advert("192.0.2.3", 50, 100);
	world_run(NS_PER_S);
	assert_int_equal(checksum_sent(), first);
	p.checksum_compat = VRRP_CHECKSUM_RFC9568;
	assert_int_equal(vrrp_diff(&v->p, &p), VRRP_DIFF_IN_PLACE);
	vrrp_instance_set(v, &p);
	world_advert_as(&legacy, "192.0.2.3", 50, 100);
	world_run(NS_PER_S);
	assert_int_not_equal(checksum_sent(), first);
	assert_int_equal(v->stats.verdicts[VRRP_CHECKSUM], 1);
}

static void
test_vrrp_instance_strict_checksum_refuses_legacy(void **state)
{
	struct vrrp_params p = world_params();
	struct vrrp_advert a;

	(void)state;
	p.checksum_compat = VRRP_CHECKSUM_RFC9568;
	start_with(&p);
	memset(&a, 0, sizeof(a));
	a.version = 3;
	a.priority = 200;
	a.interval_cs = 100;
	a.form = VRRP_FORM_PSEUDO;
	assert_int_equal(addr_parse("192.0.2.1", &a.source), 0);
	a.destination = vrrp_wire_group(AF_INET);
	vrrp_machine_rx(v, world.now, world.now, &a);
	assert_int_equal(v->stats.verdicts[VRRP_CHECKSUM], 1);
	assert_int_equal(v->stats.advertisement_rcvd, 0);
}

/* V-123 +, V-123 -, V-124 - the password of a version 2 instance. */
static void
test_vrrp_instance_v2_wrong_password_is_refused(void **state)
{
	struct vrrp_params p = world_params();
	struct vrrp_advert a;
	static const uint8_t wrong[8] = "2222";

	(void)state;
	p.version = 2;
	p.auth_len = 4;
	memcpy(p.auth_pass, "1111\0\0\0", 8);
	start_with(&p);
	memset(&a, 0, sizeof(a));
	a.version = 2;
	a.priority = 200;
	a.interval_cs = 100;
	assert_int_equal(addr_parse("192.0.2.1", &a.source), 0);
	a.destination = vrrp_wire_group(AF_INET);
	a.addr_count = 1;
	a.addrs = v->p.vips[0].prefix.addr.bytes;
	vrrp_machine_rx(v, world.now, world.now, &a);
	assert_int_equal(v->stats.verdicts[VRRP_AUTH_TYPE], 1);
	a.auth_type = 1;
	a.auth_data = wrong;
	vrrp_machine_rx(v, world.now, world.now, &a);
	assert_int_equal(v->stats.verdicts[VRRP_AUTH_DATA], 1);
	a.auth_data = p.auth_pass;
	vrrp_machine_rx(v, world.now, world.now, &a);
	assert_int_equal(v->stats.advertisement_rcvd, 1);
	a.interval_cs = 200;					/* V-124 */
	vrrp_machine_rx(v, world.now, world.now, &a);
	assert_int_equal(v->stats.verdicts[VRRP_V2_INTERVAL], 1);
}

/* V-123 - no password is not the same as any password. */
static void
test_vrrp_instance_v2_unwanted_password_is_refused(void **state)
{
	struct vrrp_params p = world_params();
	struct vrrp_advert_spec as = { .version = 2, .auth_len = 4,
	    .auth_pass = (const uint8_t *)"1111\0\0\0" };

	(void)state;
	p.version = 2;
	start_with(&p);
	world_advert_as(&as, "192.0.2.1", 200, 100);
	assert_int_equal(v->stats.verdicts[VRRP_AUTH_TYPE], 1);
	as.auth_len = 0;
	world_advert_as(&as, "192.0.2.1", 200, 100);
	assert_int_equal(v->stats.advertisement_rcvd, 1);
}

/* V-124 +, V-124 -, V-125 +, V-125 - nothing moves; the owner's list may. */
static void
test_vrrp_instance_v2_other_interval_or_list_is_discarded(void **state)
{
	struct vrrp_params p = world_params();
	struct vrrp_advert_spec as = { .version = 2 };
	struct vrrp_core before;

	(void)state;
	p.version = 2;
	p.vip_count = 2;
	assert_int_equal(addr_prefix_parse("192.0.2.51/24",
	    &p.vips[1].prefix), 0);
	start_with(&p);
	before = v->core;
	world_advert_as(&as, "192.0.2.1", 200, 200);
	assert_int_equal(v->stats.verdicts[VRRP_V2_INTERVAL], 1);
	world_advert_as(&as, "192.0.2.1", 200, 100);
	assert_int_equal(v->stats.verdicts[VRRP_V2_ADDRESS_LIST], 1);
	assert_memory_equal(&before, &v->core, sizeof(before));
	world_advert_as(&as, "192.0.2.1", 255, 100);
	assert_int_equal(v->stats.advertisement_rcvd, 1);
	assert_int_equal(v->core.active.priority, 255);
}

/* V-126 + announced again, but no advert in answer. */
static void
test_vrrp_instance_v2_lesser_advert_is_not_answered(void **state)
{
	struct vrrp_params p = world_params();
	struct vrrp_advert_spec as = { .version = 2 };

	(void)state;
	p.version = 2;
	start_with(&p);
	world_run(4 * NS_PER_S);
	world_ack(0, 0);
	world_forget();
	world_advert_as(&as, "192.0.2.1", 50, 100);
	assert_string_equal(world.did, "announce:1");
	assert_int_equal(v->core.state, VRRP_ACTIVE);
}

/* V-41 -, V-56 - the other version is a version error. */
static void
test_vrrp_instance_other_version_is_a_version_error(void **state)
{
	struct vrrp_params p = world_params();
	struct vrrp_advert_spec as = { .version = 2 };

	(void)state;
	start_with(&p);
	world_advert_as(&as, "192.0.2.1", 200, 100);
	assert_int_equal(v->stats.verdicts[VRRP_VERSION], 1);
	assert_false(addr_is_set(&v->core.active.source));
}

static struct vrrp_params
both_versions(void)
{
	struct vrrp_params p = world_params();

	p.also_version_2 = true;
	p.advert_int_cs = 10;
	return p;
}

/* V-131 + both at the configured rate; the resignation too. */
static void
test_vrrp_instance_dual_sends_both_versions(void **state)
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

/* V-132 + a version 2 Active is followed at its pace, not at ours. */
static void
test_vrrp_instance_dual_follows_the_seconds_of_a_v2_active(void **state)
{
	struct vrrp_params p = both_versions();
	struct vrrp_advert_spec as = { .version = 2 };

	(void)state;
	start_with(&p);
	world_advert_as(&as, "192.0.2.1", 200, 300);
	assert_int_equal(v->core.active_adver_interval_cs, 300);
	world_run(9 * NS_PER_S);
	assert_int_equal(v->core.state, VRRP_BACKUP);
	assert_int_equal(v->stats.verdicts[VRRP_V2_INTERVAL], 0);
	world_run(3 * NS_PER_S);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
}

/* V-133 +, V-133 - one that speaks both is judged by version 3. */
static void
test_vrrp_instance_dual_ignores_v2_of_an_active_heard_in_v3(void **state)
{
	struct vrrp_params p = both_versions();
	struct vrrp_advert_spec as = { .version = 2 };
	int i;

	(void)state;
	start_with(&p);
	for (i = 0; i < 3; i++) {
		world_advert("192.0.2.1", 200, 10);
		world_advert_as(&as, "192.0.2.1", 200, 100);
		world_run(100 * NS_PER_MS);
	}
	assert_int_equal(v->core.active_adver_interval_cs, 10);
	assert_int_equal(v->stats.version_2_ignored, 3);
	/* Another router's count. */
	world_advert_as(&as, "192.0.2.3", 210, 100);
	assert_int_equal(v->core.active_adver_interval_cs, 100);
	/* And its own, once it has stopped speaking version 3. */
	world_run(200 * NS_PER_MS);
	world_advert_as(&as, "192.0.2.1", 220, 200);
	assert_int_equal(v->core.active_adver_interval_cs, 200);
	assert_int_equal(v->core.state, VRRP_BACKUP);
}

/* V-45: a VRID nobody has here belongs to the interface's counters. */
/* V-45 -: counted, said once. */
static void
test_vrrp_instance_foreign_vrid_is_the_interfaces(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	p.vrid = 52;
	start_with(&p);
	world_advert("192.0.2.1", 200, 100);
	world_advert("192.0.2.1", 200, 100);
	assert_int_equal(world.iface->verdicts[VRRP_VRID], 2);
	assert_int_equal(v->stats.advertisement_rcvd, 0);
	assert_non_null(strstr(lines, "source=192.0.2.1 "
	    "discarded=vrid-errors vrid=51"));
	assert_null(strstr(strstr(lines, "vrid-errors") + 1, "vrid-errors"));
}

static struct vrrp_bfd_event
bfd_down(void)
{
	struct vrrp_bfd_event e = {
		.state = VRRP_BFD_DOWN,
		.reason = VRRP_BFD_REASON_TIMEOUT,
		.detection_time_ns = 30 * NS_PER_MS,
		.last_rx = MONO_NEVER,
	};

	assert_int_equal(addr_parse("192.0.2.1", &e.peer), 0);
	return e;
}

/* L-11: and the time line counts from bfdd's decision. */
static void
test_vrrp_instance_bfd_down_takes_over_at_once(void **state)
{
	struct vrrp_params p = world_params();
	struct vrrp_bfd_event e = bfd_down();
	mono_t decided, heard;

	(void)state;
	start_with(&p);
	world_advert("192.0.2.1", 200, 100);
	e.state = VRRP_BFD_UP;
	vrrp_machine_bfd(v, &e, MONO_NEVER, MONO_NEVER, world.now, true);
	world_run(100 * NS_PER_MS);
	world_forget();
	e.state = VRRP_BFD_DOWN;
	decided = world.now;
	heard = (mono_t){ decided.ns - 30 * NS_PER_MS };
	world.now.ns += 100 * NS_PER_US;
	vrrp_machine_bfd(v, &e, heard, decided, world.now, false);
	assert_string_equal(world.did, "advert:100 install announce:1");
	world_ack(0, 0);
	assert_int_equal(world.last.tr.cause, VRRP_CAUSE_BFD_DOWN);
	assert_int_equal(world.last.step[VRRP_STEP_DETECTED].ns, decided.ns);
	assert_int_equal(world.last.step[VRRP_STEP_LAST_HEARD].ns, heard.ns);
	assert_int_equal(mono_sub(world.last.step[VRRP_STEP_RECEIVED],
	    decided), 100 * NS_PER_US);
}

static unsigned
said(const char *what)
{
	const char *at = lines;
	unsigned n = 0;

	while ((at = strstr(at, what)) != NULL) {
		n++;
		at++;
	}
	return n;
}

/* V-35 +, V-35 - once, when the nearby router turns out to be a Backup */
static void
test_vrrp_instance_backup_with_nearly_our_skew_is_warned_of(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	start_with(&p);				/* priority 100 */
	world_advert("192.0.2.3", 101, 1);
	world_advert("192.0.2.3", 101, 1);
	assert_int_equal(said("skew_gap_us"), 0);	/* the Active's gap */
	world_advert("192.0.2.1", 200, 1);
	world_advert("192.0.2.1", 200, 1);
	assert_int_equal(said("source=192.0.2.3 priority=101 ours=100 "
	    "skew_gap_us=39 "), 1);
	assert_int_equal(said("skew_gap_us"), 1);
}

/* V-35 - a wide gap, and one that is wide at the interval in force */
static void
test_vrrp_instance_backup_far_enough_is_not_warned_of(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	start_with(&p);
	world_advert("192.0.2.3", 150, 1);
	world_advert("192.0.2.4", 151, 100);
	world_advert("192.0.2.1", 200, 1);
	assert_int_equal(said("skew_gap_us"), 0);
	world_advert("192.0.2.5", 101, 100);
	world_advert("192.0.2.1", 200, 100);
	assert_int_equal(said("skew_gap_us"), 0);
}

/* V-39 + bursts of a lesser router, each after a silence */
static void
test_vrrp_instance_flapping_backup_is_logged_under_a_limit(void **state)
{
	int i;

	(void)state;
	become_active();
	for (i = 0; i < 2; i++) {
		world_advert("192.0.2.1", 50, 100);
		world_run(4 * NS_PER_S);
	}
	assert_int_equal(said("flapping"), 0);
	world_advert("192.0.2.1", 50, 100);
	assert_int_equal(said("flapping instance=web source=192.0.2.1 "
	    "priority=50 times=3 "), 1);
	for (i = 0; i < 2; i++) {
		world_run(4 * NS_PER_S);
		world_advert("192.0.2.1", 50, 100);
	}
	assert_int_equal(said("flapping"), 1);
	world_run(4 * NS_PER_S);
	world_advert("192.0.2.1", 50, 100);
	assert_int_equal(said("times=6 suppressed=2"), 1);
}

/* V-39 - it leaves again and again: that is no flapping, nor is one contest */
static void
test_vrrp_instance_resigning_or_steady_rival_is_not_flapping(void **state)
{
	int i;

	(void)state;
	become_active();
	for (i = 0; i < 10; i++) {
		world_advert("192.0.2.1", 0, 100);
		world_run(4 * NS_PER_S);
	}
	for (i = 0; i < 30; i++) {
		world_advert("192.0.2.1", 50, 100);
		world_run(NS_PER_S);
	}
	assert_int_equal(said("flapping"), 0);
}

/* L-21 - bfdd gone is not the peer gone. */
static void
test_vrrp_instance_bfd_unknown_changes_nothing(void **state)
{
	struct vrrp_params p = world_params();
	struct vrrp_bfd_event e = bfd_down();

	(void)state;
	start_with(&p);
	world_advert("192.0.2.1", 200, 100);
	e.state = VRRP_BFD_UP;
	vrrp_machine_bfd(v, &e, MONO_NEVER, MONO_NEVER, world.now, true);
	e.state = VRRP_BFD_UNKNOWN;
	vrrp_machine_bfd(v, &e, MONO_NEVER, MONO_NEVER, world.now, false);
	/* And a level Down after the reconnect is no edge (L-11). */
	e.state = VRRP_BFD_DOWN;
	vrrp_machine_bfd(v, &e, MONO_NEVER, MONO_NEVER, world.now, false);
	assert_int_equal(v->core.state, VRRP_BACKUP);
	assert_string_equal(world.did, "");
}

/* L-10 + VRRP blocked while BFD stays Up: said once, and again another time. */
static void
test_vrrp_instance_adverts_gone_with_bfd_up_is_logged(void **state)
{
	struct vrrp_params p = world_params();
	struct vrrp_bfd_event e = bfd_down();
	unsigned i;

	(void)state;
	start_with(&p);
	e.state = VRRP_BFD_UP;
	for (i = 0; i < 2; i++) {
		world_advert("192.0.2.1", 200, 100);
		vrrp_machine_bfd(v, &e, MONO_NEVER, MONO_NEVER, world.now,
		    true);
		lines[0] = '\0';
		world_run(10 * NS_PER_S);
		assert_int_equal(v->core.state, VRRP_ACTIVE);
		assert_non_null(strstr(lines, "alarm instance=web "
		    "peer=192.0.2.1: its advertisements stopped"));
		assert_null(strstr(strstr(lines, "alarm") + 1, "alarm"));
	}
}

/* L-23 + the Active says at once that it lives, and keeps its rhythm. */
static void
test_vrrp_instance_bfdd_lost_while_active_is_an_advert_at_once(void **state)
{
	mono_t due;

	(void)state;
	become_active();
	due = v->core.adver_timer;
	world_run(300 * NS_PER_MS);
	world_forget();
	vrrp_machine_reassure(v);
	assert_string_equal(world.did, "advert:100");
	assert_int_equal(v->core.adver_timer.ns, due.ns);
}

/* L-23 - a Backup has nothing to say. */
static void
test_vrrp_instance_bfdd_lost_while_backup_is_silence(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	start_with(&p);
	world_advert("192.0.2.1", 200, 100);
	vrrp_machine_reassure(v);
	assert_string_equal(world.did, "");
	assert_int_equal(v->core.state, VRRP_BACKUP);
}

/* L-11 - A session of an earlier configuration is not the one that is Down. */
static void
test_vrrp_instance_bfd_block_removed_by_reload_is_forgotten(void **state)
{
	struct vrrp_params p = world_params(), without;
	struct vrrp_bfd_event e = bfd_down();

	(void)state;
	p.bfd_count = 0;
	without = p;
	p.bfd[p.bfd_count++].peer = e.peer;
	start_with(&p);
	world_advert("192.0.2.1", 200, 100);
	e.state = VRRP_BFD_UP;
	vrrp_machine_bfd(v, &e, MONO_NEVER, MONO_NEVER, world.now, true);
	vrrp_instance_set(v, &without);
	vrrp_instance_set(v, &p);
	world_forget();
	e.state = VRRP_BFD_DOWN;
	vrrp_machine_bfd(v, &e, MONO_NEVER, MONO_NEVER, world.now, false);
	assert_int_equal(v->core.state, VRRP_BACKUP);
	assert_string_equal(world.did, "");
}

/* A Backup of 192.0.2.1 by BFD of 10 ms x 3, with a link that is up. */
static struct vrrp_bfd_event
start_with_link(int64_t link_detection_ns, bool last_resort)
{
	struct vrrp_params p = world_params();
	struct vrrp_bfd_event e = bfd_down();

	p.bfd_count = 1;
	p.bfd[0].role = VRRP_BFD_LINK;
	p.last_resort = last_resort;
	assert_int_equal(addr_parse("203.0.113.1", &p.bfd[0].peer), 0);
	start_with(&p);
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	assert_string_equal(v->waiting, "link 203.0.113.1 has not said "
	    "anything yet");
	vrrp_track_set(world.env.track, VRRP_TRACK_LINK, "eth0 203.0.113.1",
	    true, NULL, world.now);
	vrrp_track_detection(world.env.track, "eth0 203.0.113.1",
	    link_detection_ns);
	world_deferred();
	assert_int_equal(v->core.state, VRRP_BACKUP);
	world_advert("192.0.2.1", 200, 100);
	e.state = VRRP_BFD_UP;
	e.rx_interval_ns = 10 * NS_PER_MS;
	vrrp_machine_bfd(v, &e, MONO_NEVER, MONO_NEVER, world.now, true);
	world_run(100 * NS_PER_MS);
	world_forget();
	e.state = VRRP_BFD_DOWN;
	e.last_rx = mono_add(world.now, -30 * NS_PER_MS);
	e.rx_interval_ns = 0;			/* known while it was Up */
	return e;
}

static void
link_down(void)
{
	vrrp_track_detection(world.env.track, "eth0 203.0.113.1", 0);
	vrrp_track_set(world.env.track, VRRP_TRACK_LINK, "eth0 203.0.113.1",
	    false, "its BFD session timed out", world.now);
	world_deferred();
}

/* L-18 + : as slow as the peer, the link has an interval more to fail. */
static void
test_vrrp_instance_takeover_waits_for_the_link(void **state)
{
	struct vrrp_bfd_event e = start_with_link(30 * NS_PER_MS, false);

	(void)state;
	vrrp_machine_bfd(v, &e, e.last_rx, world.now, world.now, false);
	assert_string_equal(world.did, "");
	world_run(11 * NS_PER_MS - 1);
	assert_string_equal(world.did, "");
	world_run(1);
	assert_string_equal(world.did, "advert:100 install announce:1");
	world_ack(0, 0);
	assert_int_equal(world.last.tr.cause, VRRP_CAUSE_BFD_DOWN);
}

/* L-18 + : both died, so nobody is Active here for a moment only. */
static void
test_vrrp_instance_link_that_fails_while_waited_for_is_a_fault(void **state)
{
	struct vrrp_bfd_event e = start_with_link(30 * NS_PER_MS, false);

	(void)state;
	vrrp_machine_bfd(v, &e, e.last_rx, world.now, world.now, false);
	world_run(5 * NS_PER_MS);
	link_down();
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	assert_string_equal(v->waiting, "tracked link 203.0.113.1 is down: its "
	    "BFD session timed out");
	world_run(10 * NS_PER_S);
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	assert_string_equal(world.did, "");
}

/* L-18 - : a link that would be down by now is not waited for. */
static void
test_vrrp_instance_faster_link_costs_nothing(void **state)
{
	struct vrrp_bfd_event e = start_with_link(19 * NS_PER_MS, false);

	(void)state;
	vrrp_machine_bfd(v, &e, e.last_rx, world.now, world.now, false);
	assert_string_equal(world.did, "advert:100 install announce:1");
}

/* L-18 - : nor is one that was down before, and is not the last. */
static void
test_vrrp_instance_dead_link_is_not_waited_for(void **state)
{
	struct vrrp_bfd_event e = start_with_link(30 * NS_PER_MS, true);

	(void)state;
	link_down();
	assert_int_equal(v->core.p.priority, 1);	/* last_resort */
	world_forget();
	vrrp_machine_bfd(v, &e, e.last_rx, world.now, world.now, false);
	assert_string_equal(world.did, "advert:1 install announce:1");
}

/* L-18 -, L-11 - : the session that came back while the link was waited for. */
static void
test_vrrp_instance_peer_heard_while_the_link_is_waited_for(void **state)
{
	struct vrrp_bfd_event e = start_with_link(30 * NS_PER_MS, false);

	(void)state;
	vrrp_machine_bfd(v, &e, e.last_rx, world.now, world.now, false);
	world_run(5 * NS_PER_MS);
	e.state = VRRP_BFD_UP;
	vrrp_machine_bfd(v, &e, MONO_NEVER, MONO_NEVER, world.now, true);
	world_run(100 * NS_PER_MS);
	assert_int_equal(v->core.state, VRRP_BACKUP);
	assert_string_equal(world.did, "");
}

/* L-17 + : an Active leaves with priority 0, and stays away. */
static void
test_vrrp_instance_active_leaves_when_its_link_fails(void **state)
{
	struct vrrp_bfd_event e = start_with_link(30 * NS_PER_MS, false);

	(void)state;
	(void)e;
	world_run(5 * NS_PER_S);
	world_ack(0, 0);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	world_forget();
	link_down();
	assert_string_equal(world.did, "advert:0");
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	assert_int_equal(v->last_event, VRRP_CAUSE_TRACK_FAULT);
	world_run(10 * NS_PER_S);
	assert_non_null(strstr(world.did, "withdraw"));
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
}

/* L-17 - : the last resort stays, with the least priority there is. */
static void
test_vrrp_instance_last_resort_stays_active(void **state)
{
	struct vrrp_bfd_event e = start_with_link(30 * NS_PER_MS, true);

	(void)state;
	(void)e;
	world_run(5 * NS_PER_S);
	world_ack(0, 0);
	world_forget();
	link_down();
	assert_string_equal(world.did, "advert:1");
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	vrrp_track_set(world.env.track, VRRP_TRACK_LINK, "eth0 203.0.113.1",
	    true, NULL, world.now);
	world_deferred();
	assert_string_equal(world.did, "advert:1 advert:100");
}

/* A reload must not take an Active down for what is not known yet. */
static void
test_vrrp_instance_unknown_track_does_not_stop_an_active(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	become_active();
	p.track_count = 1;
	p.tracks[0].kind = VRRP_TRACK_SCRIPT;
	(void)strcpy(p.tracks[0].name, "chk");
	vrrp_instance_set(v, &p);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	vrrp_track_set(world.env.track, VRRP_TRACK_SCRIPT, "chk", false,
	    "status 1", world.now);
	world_deferred();
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	assert_string_equal(v->waiting, "tracked script chk is down: status "
	    "1");
}

/* Design §5: whoever was cut off may have drawn the clients to itself. */
static void
test_vrrp_instance_active_announces_when_bfd_comes_back(void **state)
{
	struct vrrp_bfd_event e = bfd_down();

	(void)state;
	become_active();
	e.state = VRRP_BFD_UP;
	vrrp_machine_bfd(v, &e, MONO_NEVER, MONO_NEVER, world.now, true);
	assert_string_equal(world.did, "advert:100 announce:1");
}

/* L-32: the machine slept; that must not make anyone Active. */
static void
test_vrrp_instance_absence_is_granted_to_the_peer(void **state)
{
	struct vrrp_params p = world_params();
	mono_t due;

	(void)state;
	start_with(&p);
	due = v->core.active_down_timer;
	vrrp_machine_absent(v, world.now, mono_add(world.now, NS_PER_S), 0);
	world.now.ns += NS_PER_S;
	world_run_until(due);
	assert_int_equal(v->core.state, VRRP_BACKUP);
	world_run_until(mono_add(due, NS_PER_S));
	assert_int_equal(v->core.state, VRRP_ACTIVE);
}

static void
test_vrrp_instance_history_keeps_the_newest_64(void **state)
{
	struct vrrp_params p = world_params();
	int i;

	(void)state;
	start_with(&p);
	for (i = 0; i < 100; i++) {
		vrrp_instance_disable(v, i % 2 == 0);
		world_run(NS_PER_MS);
	}
	assert_int_equal(v->history_count, 101);
	assert_non_null(vrrp_history_record(v, VRRP_HISTORY_MAX - 1));
	assert_null(vrrp_history_record(v, VRRP_HISTORY_MAX));
	assert_int_equal(vrrp_history_record(v, 0)->tr.cause,
	    VRRP_CAUSE_ENABLED);
	assert_int_equal(world.transitions, 101);
}

/* V-78: the new priority is on the wire at once. */
static void
test_vrrp_instance_set_priority_is_advertised_at_once(void **state)
{
	struct vrrp_params p;

	(void)state;
	become_active();
	p = v->p;
	p.priority = 90;
	p.advert_int_cs = 50;
	assert_int_equal(vrrp_diff(&v->p, &p), VRRP_DIFF_IN_PLACE);
	vrrp_instance_set(v, &p);
	assert_string_equal(world.did, "advert:90");
	assert_int_equal(world.frame[14 + 20 + 5], 50);
}

/* Hand over: resign, let a lesser one serve, be ordinary again when alone. */
static void
test_vrrp_instance_handover_does_not_preempt_the_taker(void **state)
{
	(void)state;
	become_active();
	assert_int_equal(vrrp_instance_handover(v), 0);
	assert_string_equal(world.did, "advert:0");
	assert_int_equal(v->core.state, VRRP_BACKUP);
	assert_int_equal(vrrp_instance_handover(v), -EALREADY);
	world_forget();
	world_advert("192.0.2.1", 50, 100);
	assert_string_equal(world.did, "hush");
	world_run(3 * NS_PER_S);
	world_advert("192.0.2.1", 50, 100);
	world_run(3 * NS_PER_S);
	assert_string_equal(world.did, "hush withdraw");
	world_run(2 * NS_PER_S);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	assert_false(v->handed_over);
	assert_true(v->core.p.preempt);
}

/* Never down: the address was answered all the time. */
static void
test_vrrp_instance_handover_nobody_took_is_taken_back(void **state)
{
	(void)state;
	become_active();
	assert_int_equal(vrrp_instance_handover(v), 0);
	world_run(vrrp_linger_bound_ns(3, 100) - 1);
	assert_string_equal(world.did, "advert:0");
	world_forget();
	world_run(1);
	assert_string_equal(world.did, "install advert:100 announce:1");
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	assert_int_equal(v->last_event, VRRP_CAUSE_TAKEN_BACK);
	assert_false(v->handed_over);
	assert_true(v->core.p.preempt);
	assert_false(vrrp_machine_lingers(v));
}

static void
test_vrrp_instance_handover_of_a_backup_is_refused(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	start_with(&p);
	assert_int_equal(vrrp_instance_handover(v), -EALREADY);
}

static void
test_vrrp_instance_unicast_sends_one_message_per_peer(void **state)
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

static struct vrrp_params
unicast_params(uint8_t min_ttl)
{
	struct vrrp_params p = world_params();

	p.unicast_count = 1;
	p.unicast_min_ttl = min_ttl;
	assert_int_equal(addr_parse("192.0.2.1", &p.unicast_peers[0]), 0);
	return p;
}

static struct vrrp_advert_spec
unicast_to(const char *destination)
{
	struct vrrp_advert_spec as = { .version = 3 };

	assert_int_equal(addr_parse(destination, &as.destination), 0);
	return as;
}

/* V-53 +, V-53 - from a peer, to our own address, and nothing else. */
static void
test_vrrp_instance_unicast_takes_adverts_of_its_peers_only(void **state)
{
	struct vrrp_params p = unicast_params(255);
	struct vrrp_advert_spec as = unicast_to("192.0.2.2");

	(void)state;
	start_with(&p);
	assert_true(addr_equal(&world.unicast_source, &as.destination));
	world_advert_as(&as, "192.0.2.1", 200, 100);
	assert_int_equal(v->stats.advertisement_rcvd, 1);
	world_advert_as(&as, "192.0.2.3", 250, 100);
	assert_int_equal(v->stats.verdicts[VRRP_SOURCE], 1);
	as = unicast_to("192.0.2.9");
	world_advert_as(&as, "192.0.2.1", 250, 100);
	assert_int_equal(v->stats.verdicts[VRRP_DESTINATION], 1);
	assert_int_equal(v->core.active.priority, 200);
}

/* V-53 - the reverse: a unicast advert to a multicast instance. */
static void
test_vrrp_instance_multicast_refuses_unicast_adverts(void **state)
{
	struct vrrp_params p = world_params();
	struct vrrp_advert_spec as = unicast_to("192.0.2.2");

	(void)state;
	start_with(&p);
	world_advert_as(&as, "192.0.2.1", 200, 100);
	assert_int_equal(v->stats.verdicts[VRRP_DESTINATION], 1);
}

/* V-40 +, V-40 - hops are allowed one by one, and to unicast peers only. */
static void
test_vrrp_instance_unicast_min_ttl_allows_so_many_routers(void **state)
{
	struct vrrp_params p = unicast_params(253);
	struct vrrp_advert_spec as = unicast_to("192.0.2.2");

	(void)state;
	start_with(&p);
	world.advert_ttl = 253;
	world_advert_as(&as, "192.0.2.1", 200, 100);
	assert_int_equal(v->stats.advertisement_rcvd, 1);
	world.advert_ttl = 252;
	world_advert_as(&as, "192.0.2.1", 200, 100);
	assert_int_equal(v->stats.verdicts[VRRP_IP_TTL], 1);
	/* A multicast advert that was forwarded is refused for its TTL. */
	v->p.unicast_count = 0;
	world.advert_ttl = 254;
	world_advert("192.0.2.1", 200, 100);
	assert_int_equal(v->stats.verdicts[VRRP_IP_TTL], 2);
}

static void
test_vrrp_instance_unicast_that_cannot_be_opened_waits(void **state)
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
test_vrrp_instance_unicast_source_follows_the_primary(void **state)
{
	struct vrrp_params p = unicast_params(255);

	(void)state;
	start_with(&p);
	world_addr("192.0.2.2/24", false, true);
	world_addr("192.0.2.7/24", false, false);
	assert_true(vrrp_iface_update_primary(world.iface));
	vrrp_instance_primary_changed(v);
	assert_true(addr_equal(&world.unicast_source,
	    vrrp_iface_primary(world.iface, AF_INET)));
}

static struct vrrp_params
owner_params(void)
{
	struct vrrp_params p = world_params();

	p.priority = VRRP_PRIORITY_OWNER;
	return p;
}

/* V-60 +, V-76 + Active at once; what is the interface's own stays there. */
static void
test_vrrp_instance_owner_is_active_at_once_with_its_own_address(void **state)
{
	struct vrrp_params p = owner_params();

	(void)state;
	world_addr("192.0.2.50/24", true, false);
	start_with(&p);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	assert_int_equal(vrrp_history_record(v, 0)->tr.cause,
	    VRRP_CAUSE_OWNER);
	assert_true(vrrp_vip_addresses(v->vips)[0].owned);
	assert_null(strstr(world.did, "del:"));
	assert_true(vrrp_addrs_has(&world.addrs, WORLD_IFINDEX,
	    &p.vips[0].prefix.addr));
}

/* V-76 - priority 255 of a router that does not own the address. */
static void
test_vrrp_instance_owner_without_the_address_waits_for_it(void **state)
{
	struct vrrp_params p = owner_params();

	(void)state;
	start_with(&p);
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	assert_string_equal(v->waiting, "priority = 255 is for the owner of "
	    "the addresses, and 192.0.2.50 is not an address of eth0");
	world_run(10 * NS_PER_S);
	assert_null(strstr(world.did, "advert"));
	world_addr("192.0.2.50/24", true, false);
	vrrp_instance_primary_changed(v);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	world_forget();
	world_addr("192.0.2.50/24", true, true);
	vrrp_instance_primary_changed(v);
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	assert_int_equal(vrrp_history_record(v, 0)->tr.cause,
	    VRRP_CAUSE_NOT_OWNER);
	assert_non_null(strstr(world.did, "advert:0"));
}

/* V-23 + the owner's address may be the primary one. */
static void
test_vrrp_instance_owner_sends_from_its_virtual_address(void **state)
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

/* V-76 - who forgets priority 255 keeps the address of the machine. */
static void
test_vrrp_instance_only_address_of_an_interface_is_not_removed(void **state)
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
test_vrrp_instance_owner_tells_the_virtual_mac_while_active(void **state)
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
test_vrrp_instance_owner_without_virtual_mac_leaves_arp_alone(void **state)
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
test_vrrp_instance_accept_no_filters_before_the_address_is_there(void **state)
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
test_vrrp_instance_accept_no_without_a_filter_is_not_active(void **state)
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
test_vrrp_instance_accept_no_of_the_owner_filters_nothing(void **state)
{
	struct vrrp_params p = owner_params();

	(void)state;
	world_addr("192.0.2.50/24", true, false);
	p.accept = false;
	world.filter_error = -EOPNOTSUPP;
	start_with(&p);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
}

/* An address removed by someone else is put back and counted (design §6). */
static void
test_vrrp_instance_removed_address_is_put_back(void **state)
{
	struct addr vip;

	(void)state;
	assert_int_equal(addr_parse("192.0.2.50", &vip), 0);
	become_active();
	world_addr("192.0.2.50/24", false, false);
	vrrp_instance_address_gone(v, WORLD_IFINDEX, &vip);
	world_deferred();
	assert_string_equal(world.did, "");	/* there again already */
	world_addr("192.0.2.50/24", false, true);
	vrrp_instance_address_gone(v, WORLD_IFINDEX, &vip);
	world_deferred();
	assert_string_equal(world.did, "install announce:1");
	assert_int_equal(v->stats.addresses_restored, 1);
}

/* L-16 + at once, and never 0 */
static void
test_vrrp_instance_tracked_interface_moves_the_priority(void **state)
{
	struct vrrp_params p = world_params();
	struct nl_link link = { .ifindex = 9, .name = "wan0",
	    .admin_up = true, .running = true };

	(void)state;
	p.track_count = 2;
	(void)strcpy(p.tracks[0].name, "wan0");
	p.tracks[0].weight = -50;
	(void)strcpy(p.tracks[1].name, "wan1");
	p.tracks[1].weight = -70;
	world.tracked = link;
	start_with(&p);			/* wan1 does not exist */
	assert_int_equal(v->core.p.priority, 30);
	world_run(5 * NS_PER_S);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	world_forget();
	link.running = false;
	world_track(&link, false);
	assert_int_equal(v->core.p.priority, 1);
	assert_non_null(strstr(world.did, "advert:1"));
	world_forget();
	link.running = true;
	world_track(&link, false);
	assert_non_null(strstr(world.did, "advert:30"));
	/* Renamed: as good as gone. */
	(void)snprintf(link.name, IF_NAMESIZE, "wan9");
	world_track(&link, false);
	assert_int_equal(v->core.p.priority, 1);
	/* A link that nobody tracks says nothing. */
	world_forget();
	link.ifindex = 10;
	world_track(&link, true);
	assert_string_equal(world.did, "");
}

/* L-16 - the owner is not moved (and vrrpd.conf refuses it) */
static void
test_vrrp_instance_owner_keeps_its_priority(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	p.priority = VRRP_PRIORITY_OWNER;
	p.track_count = 1;
	(void)strcpy(p.tracks[0].name, "wan0");
	p.tracks[0].weight = -50;
	world_addr("192.0.2.50/24", false, false);
	start_with(&p);
	assert_int_equal(v->core.p.priority, VRRP_PRIORITY_OWNER);
}

static void
test_vrrp_instance_tracked_interface_without_weight_is_a_fault(void **state)
{
	struct vrrp_params p = world_params();
	struct nl_link link = { .ifindex = 9, .name = "wan0",
	    .admin_up = true, .running = true };

	(void)state;
	p.track_count = 1;
	(void)strcpy(p.tracks[0].name, "wan0");
	world.tracked = link;
	start_with(&p);
	world_run(5 * NS_PER_S);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	world_forget();
	world_track(&link, true);
	assert_non_null(strstr(world.did, "advert:0"));
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	assert_int_equal(v->last_event, VRRP_CAUSE_TRACK_FAULT);
	assert_string_equal(v->waiting, "tracked interface wan0 is down: "
	    "does not exist");
	world_track(&link, false);
	assert_int_equal(v->core.state, VRRP_BACKUP);
	assert_int_equal(v->last_event, VRRP_CAUSE_TRACK_CLEAR);
}

/* The device went with the address: made again, not given up. */
static void
test_vrrp_instance_removed_device_is_made_again(void **state)
{
	struct addr vip;

	(void)state;
	assert_int_equal(addr_parse("192.0.2.50", &vip), 0);
	become_active();
	vrrp_instance_address_gone(v, WORLD_IFINDEX, &vip);
	world_deferred();
	world_forget();
	world.device_gone = true;
	world_ack(ENODEV, 0);
	world_run(5 * NS_PER_MS);
	assert_string_equal(world.did, "announce:1 close open install "
	    "announce:1");
	assert_int_equal(v->core.state, VRRP_ACTIVE);
}

static void
test_vrrp_instance_device_taken_down_is_raised(void **state)
{
	(void)state;
	become_active();
	world_addr("192.0.2.50/24", false, false);
	world_forget();
	world.device_down = true;
	vrrp_instance_device_gone(v);
	world_deferred();
	assert_string_equal(world.did, "raise install announce:1");
	assert_int_equal(v->stats.addresses_restored, 1);
}

/* Somebody who insists costs us one batch in 5 ms and one line in 10 s. */
static void
test_vrrp_instance_fight_over_an_address_is_bounded(void **state)
{
	struct addr vip;
	size_t said;
	int i;

	(void)state;
	assert_int_equal(addr_parse("192.0.2.50", &vip), 0);
	become_active();
	said = strlen(lines);
	for (i = 0; i < 1000; i++) {
		vrrp_instance_address_gone(v, WORLD_IFINDEX, &vip);
		world_run(NS_PER_MS / 10);
	}
	assert_in_range(v->stats.addresses_restored, 15, 21);
	assert_true(strlen(lines) - said < 200);
}

/* Addresses of a crashed run. */
static void
test_vrrp_instance_leftover_address_is_removed_at_start(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	p.virtual_mac = false;
	world_addr("192.0.2.50/24", true, false);
	v = vrrp_instance_new(&world.env, world.iface, &p);
	assert_non_null(strstr(world.did, "del:192.0.2.50/24@7"));
}

static void
test_vrrp_instance_same_vrid_twice_is_refused(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	start_with(&p);
	assert_null(vrrp_instance_new(&world.env, world.iface, &p));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_vrrp_instance_silence_takes_over_advert_addresses_announcement),
	    TEST(test_vrrp_instance_advert_has_virtual_mac_and_primary_source),
	    TEST(test_vrrp_instance_active_has_a_last_will),
	    TEST(test_vrrp_instance_held_addresses_are_refreshed),
	    TEST(test_vrrp_instance_kept_addresses_are_readopted),
	    TEST(test_vrrp_instance_kept_addresses_it_cannot_use_are_withdrawn),
	    TEST(test_vrrp_instance_last_will_has_a_message_for_each_unicast_peer),
	    TEST(test_vrrp_instance_last_will_is_deposited_when_there_is_room),
	    TEST(test_vrrp_instance_without_virtual_mac_uses_the_interfaces),
	    TEST(test_vrrp_instance_announcements_repeat_and_stop_at_once),
	    TEST(test_vrrp_instance_announcements_are_as_many_as_configured),
	    TEST(test_vrrp_instance_announcements_refresh_for_ever_when_configured),
	    TEST(test_vrrp_instance_announcements_of_many_addresses_are_paced),
	    TEST(test_vrrp_instance_paced_round_stops_at_once_on_yielding),
	    TEST(test_vrrp_instance_contest_is_answered_announced_and_said),
	    TEST(test_vrrp_instance_contest_heard_again_announces_a_little_later),
	    TEST(test_vrrp_instance_resignation_is_no_contest),
	    TEST(
	    test_vrrp_instance_after_a_resignation_installs_before_the_advert),
	    TEST(
	    test_vrrp_instance_leaving_withdraws_when_the_successor_is_heard),
	    TEST(
	    test_vrrp_instance_ipv6_after_a_resignation_waits_for_the_kernel),
	    TEST(
	    test_vrrp_instance_ipv6_waits_for_the_kernel_but_not_for_ever),
	    TEST(test_vrrp_instance_ipv6_waiting_for_the_kernel_yields),
	    TEST(test_vrrp_instance_leaving_without_a_successor_is_bounded),
	    TEST(test_vrrp_instance_leaving_with_a_dead_link_withdraws_at_once),
	    TEST(
	    test_vrrp_instance_disabled_and_enabled_again_never_stops_answering),
	    TEST(test_vrrp_instance_handover_nobody_took_is_taken_back),
	    TEST(test_vrrp_instance_yielding_sends_a_last_advert_from_its_own_mac),
	    TEST(test_vrrp_instance_foreign_addresses_are_said_and_kept),
	    TEST(test_vrrp_instance_second_owner_is_said),
	    TEST(test_vrrp_instance_better_advert_withdraws),
	    TEST(test_vrrp_instance_due_timer_looks_into_the_socket_first),
	    TEST(test_vrrp_instance_leaving_resigns_then_withdraws),
	    TEST(test_vrrp_instance_refused_address_resigns_and_tries_again),
	    TEST(test_vrrp_instance_batch_that_cannot_be_sent_resigns),
	    TEST(test_vrrp_instance_late_refusal_after_yielding_is_ignored),
	    TEST(test_vrrp_instance_interface_down_is_initialize_with_the_reason),
	    TEST(test_vrrp_instance_without_interface_waits_and_starts_when_it_comes),
	    TEST(test_vrrp_instance_without_primary_address_waits),
	    TEST(test_vrrp_instance_device_that_cannot_be_made_is_tried_again),
	    TEST(test_vrrp_instance_own_source_is_refused_and_changes_nothing),
	    TEST(test_vrrp_instance_source_of_zero_is_refused),
	    TEST(test_vrrp_instance_other_interval_is_counted_and_adopted),
	    TEST(test_vrrp_instance_refusals_are_logged_under_a_limit),
	    TEST(test_vrrp_instance_auto_checksum_answers_legacy_in_kind),
	    TEST(test_vrrp_instance_auto_checksum_is_steady_while_active),
	    TEST(test_vrrp_instance_configured_checksum_is_sent_whatever_is_heard),
	    TEST(test_vrrp_instance_strict_checksum_refuses_legacy),
	    TEST(test_vrrp_instance_v2_wrong_password_is_refused),
	    TEST(test_vrrp_instance_v2_unwanted_password_is_refused),
	    TEST(test_vrrp_instance_v2_other_interval_or_list_is_discarded),
	    TEST(test_vrrp_instance_v2_lesser_advert_is_not_answered),
	    TEST(test_vrrp_instance_other_version_is_a_version_error),
	    TEST(test_vrrp_instance_dual_sends_both_versions),
	    TEST(test_vrrp_instance_dual_follows_the_seconds_of_a_v2_active),
	    TEST(test_vrrp_instance_dual_ignores_v2_of_an_active_heard_in_v3),
	    TEST(test_vrrp_instance_foreign_vrid_is_the_interfaces),
	    TEST(test_vrrp_instance_bfd_down_takes_over_at_once),
	    TEST(test_vrrp_instance_bfd_unknown_changes_nothing),
	    TEST(test_vrrp_instance_bfd_block_removed_by_reload_is_forgotten),
	    TEST(test_vrrp_instance_backup_with_nearly_our_skew_is_warned_of),
	    TEST(test_vrrp_instance_backup_far_enough_is_not_warned_of),
	    TEST(test_vrrp_instance_flapping_backup_is_logged_under_a_limit),
	    TEST(test_vrrp_instance_resigning_or_steady_rival_is_not_flapping),
	    TEST(test_vrrp_instance_adverts_gone_with_bfd_up_is_logged),
	    TEST(test_vrrp_instance_bfdd_lost_while_active_is_an_advert_at_once),
	    TEST(test_vrrp_instance_bfdd_lost_while_backup_is_silence),
	    TEST(test_vrrp_instance_takeover_waits_for_the_link),
	    TEST(test_vrrp_instance_link_that_fails_while_waited_for_is_a_fault),
	    TEST(test_vrrp_instance_faster_link_costs_nothing),
	    TEST(test_vrrp_instance_dead_link_is_not_waited_for),
	    TEST(test_vrrp_instance_peer_heard_while_the_link_is_waited_for),
	    TEST(test_vrrp_instance_active_leaves_when_its_link_fails),
	    TEST(test_vrrp_instance_last_resort_stays_active),
	    TEST(test_vrrp_instance_unknown_track_does_not_stop_an_active),
	    TEST(test_vrrp_instance_active_announces_when_bfd_comes_back),
	    TEST(test_vrrp_instance_absence_is_granted_to_the_peer),
	    TEST(test_vrrp_instance_history_keeps_the_newest_64),
	    TEST(test_vrrp_instance_set_priority_is_advertised_at_once),
	    TEST(test_vrrp_instance_handover_does_not_preempt_the_taker),
	    TEST(test_vrrp_instance_handover_of_a_backup_is_refused),
	    TEST(test_vrrp_instance_unicast_sends_one_message_per_peer),
	    TEST(test_vrrp_instance_unicast_takes_adverts_of_its_peers_only),
	    TEST(test_vrrp_instance_multicast_refuses_unicast_adverts),
	    TEST(test_vrrp_instance_unicast_min_ttl_allows_so_many_routers),
	    TEST(test_vrrp_instance_unicast_that_cannot_be_opened_waits),
	    TEST(test_vrrp_instance_unicast_source_follows_the_primary),
	    TEST(test_vrrp_instance_owner_is_active_at_once_with_its_own_address),
	    TEST(test_vrrp_instance_owner_without_the_address_waits_for_it),
	    TEST(test_vrrp_instance_owner_sends_from_its_virtual_address),
	    TEST(test_vrrp_instance_only_address_of_an_interface_is_not_removed),
	    TEST(test_vrrp_instance_owner_tells_the_virtual_mac_while_active),
	    TEST(test_vrrp_instance_owner_without_virtual_mac_leaves_arp_alone),
	    TEST(test_vrrp_instance_accept_no_filters_before_the_address_is_there),
	    TEST(test_vrrp_instance_accept_no_without_a_filter_is_not_active),
	    TEST(test_vrrp_instance_accept_no_of_the_owner_filters_nothing),
	    TEST(test_vrrp_instance_removed_address_is_put_back),
	    TEST(test_vrrp_instance_removed_device_is_made_again),
	    TEST(test_vrrp_instance_device_taken_down_is_raised),
	    TEST(test_vrrp_instance_tracked_interface_moves_the_priority),
	    TEST(test_vrrp_instance_owner_keeps_its_priority),
	    TEST(test_vrrp_instance_tracked_interface_without_weight_is_a_fault),
	    TEST(test_vrrp_instance_fight_over_an_address_is_bounded),
	    TEST(test_vrrp_instance_leftover_address_is_removed_at_start),
	    TEST(test_vrrp_instance_same_vrid_twice_is_refused),
	    TEST(test_vrrp_instance_ipv6_primary_is_link_local_and_not_virtual),
	    TEST(test_vrrp_instance_ipv6_advert_is_from_the_interfaces_link_local),
	    TEST(test_vrrp_instance_ipv6_announcement_has_the_router_flag),
	    TEST(test_vrrp_instance_ipv6_address_mode_announces_as_the_kernel_answers),
	    TEST(test_vrrp_instance_ipv6_global_source_is_refused),
	    TEST(test_vrrp_instance_advert_that_does_not_fit_the_mtu_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
