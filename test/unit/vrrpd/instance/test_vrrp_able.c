/*
 * test_vrrp_able.c - what stands against running, and what is said of it.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "test/unit/vrrpd/instance/instance_world.h"
#include "vrrpd/instance/vrrp_able.h"
#include "vrrpd/instance/vrrp_errand.h"
#include "vrrpd/instance/vrrp_history.h"
#include "vrrpd/instance/vrrp_iface.h"
#include "vrrpd/pure/vrrp_handoff.h"

/* V-77 +, and the reason a user reads. */
static void
test_vrrp_able_interface_down_is_initialize_with_the_reason(void **state)
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
test_vrrp_able_without_interface_waits_and_starts_when_it_comes(void **state)
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
test_vrrp_able_without_primary_address_waits(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	world_addr("192.0.2.2/24", false, true);
	world_addr("192.0.2.50/24", false, false);
	start_with(&p);
	primary_is_gone(AF_INET);
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	assert_string_equal(v->waiting, "interface eth0 has no IPv4 address "
	    "of its own, only virtual ones: their owner has priority = 255");
	/* Secondary to the virtual one that was promoted before it. */
	world_addr("192.0.2.9/24", true, false);
	assert_true(vrrp_iface_update_primary(world.iface));
	vrrp_instance_primary_changed(v);
	assert_int_equal(v->core.state, VRRP_BACKUP);
	assert_int_equal(vrrp_iface_primary(world.iface, AF_INET)->bytes[3], 9);
	/* Sessions and peers go by the one that was there. */
	world_addr("192.0.2.3/24", false, false);
	assert_false(vrrp_iface_update_primary(world.iface));
	assert_int_equal(vrrp_iface_primary(world.iface, AF_INET)->bytes[3], 9);
	world_addr("192.0.2.9/24", true, true);
	world_addr("192.0.2.4/24", true, false);
	primary_is_gone(AF_INET);
	assert_int_equal(vrrp_iface_primary(world.iface, AF_INET)->bytes[3], 3);
}

/* The source that the configuration names: that address or none. */
static void
test_vrrp_able_source_is_the_named_address_or_none(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	assert_int_equal(addr_parse("192.0.2.9", &p.source), 0);
	start_with(&p);
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	assert_string_equal(v->waiting, "interface eth0 does not have "
	    "192.0.2.9, its source");
	world_addr("192.0.2.9/24", true, false);
	assert_true(vrrp_iface_update_primary(world.iface));
	vrrp_instance_primary_changed(v);
	assert_int_equal(v->core.state, VRRP_BACKUP);
	assert_int_equal(vrrp_iface_primary(world.iface, AF_INET)->bytes[3], 9);
	assert_int_equal(vrrp_iface_primary_why(world.iface, AF_INET),
	    VRRP_SOURCE_CONFIGURED);
	/* Gone, for longer than whoever configures interfaces takes. */
	world_addr("192.0.2.9/24", true, true);
	primary_is_gone(AF_INET);
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	/* Another one by reload: the same instance, with what it has now. */
	assert_int_equal(addr_parse("192.0.2.2", &p.source), 0);
	assert_true(vrrp_instance_set(v, &p));
	assert_true(world.iface->addrs_changed);
	(void)vrrp_iface_update_primary(world.iface);
	vrrp_instance_primary_changed(v);
	assert_int_equal(v->core.state, VRRP_BACKUP);
	assert_int_equal(vrrp_iface_primary(world.iface, AF_INET)->bytes[3], 2);
	/* Another one, not there: the instance leaves, with last words. */
	assert_int_equal(addr_parse("192.0.2.7", &p.source), 0);
	assert_true(vrrp_instance_set(v, &p));
	(void)vrrp_iface_update_primary(world.iface);
	vrrp_instance_primary_changed(v);
	vrrp_iface_forget_lost(world.iface);
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	memset(&p.source, 0, sizeof(p.source));
	assert_true(vrrp_instance_set(v, &p));
	(void)vrrp_iface_update_primary(world.iface);
	vrrp_instance_primary_changed(v);
	assert_int_equal(v->core.state, VRRP_BACKUP);
}

/* An ipvlan hears no other MAC address: the kernel would make a device all the same. */
static void
test_vrrp_able_auto_goes_without_where_no_device_hears(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	(void)strcpy(world.iface->link.kind, "ipvlan");
	start_with(&p);
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	assert_non_null(strstr(v->waiting, "write virtual_mac = no"));
	vrrp_instance_free(v);
	p.virtual_mac_auto = true;
	start_with(&p);
	assert_int_equal(v->core.state, VRRP_BACKUP);
	assert_false(v->p.virtual_mac);
	assert_non_null(strstr(v->given_up_why, "is an ipvlan"));
}

/* A reload must not take an Active down for what is not known yet. */
static void
test_vrrp_able_unknown_track_does_not_stop_an_active(void **state)
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

/* V-76 - priority 255 of a router that does not own the address. */
static void
test_vrrp_able_owner_without_the_address_waits_for_it(void **state)
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

static void
test_vrrp_able_tracked_interface_without_weight_is_a_fault(void **state)
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

/* V-24 +, V-24 - the first link-local one that is not virtual */
static void
test_vrrp_able_ipv6_primary_is_link_local_and_not_virtual(void **state)
{
	struct vrrp_params p = world_params_ipv6();
	char text[ADDR_STRLEN];

	(void)state;
	world_addr("fe80::2/64", false, true);
	world_addr("2001:db8::2/64", false, false);
	world_addr("fe80::50/64", false, false);
	start_with(&p);
	primary_is_gone(AF_INET6);
	assert_non_null(strstr(v->waiting, "no usable link-local address"));
	world_addr("fe80::9/64", false, false);
	(void)vrrp_iface_update_primary(world.iface);
	assert_string_equal(addr_format(vrrp_iface_primary(world.iface,
	    AF_INET6), text, sizeof(text)), "fe80::9");
}

/* An address that is given again is usable when the kernel has found no other. */
static void
test_vrrp_able_ipv6_primary_is_waited_for_while_it_is_tentative(void **state)
{
	struct vrrp_params p = world_params_ipv6();
	struct nl_addr a = { .ifindex = WORLD_IFINDEX, .tentative = true };

	(void)state;
	start_with(&p);
	world_addr("fe80::2/64", false, true);
	(void)vrrp_iface_update_primary(world.iface);
	assert_int_equal(addr_prefix_parse("fe80::2/64", &a.prefix), 0);
	assert_true(vrrp_addrs_update(&world.addrs, &a, false));
	world_run(3 * NS_PER_S);
	(void)vrrp_iface_update_primary(world.iface);
	vrrp_instance_primary_changed(v);
	assert_int_equal(v->core.state, VRRP_BACKUP);
	/* A duplicate is tentative for ever. */
	primary_is_gone(AF_INET6);
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
}

/* V-6: (1280 - 48) / 16 = 77 addresses, and no more. */
static void
test_vrrp_able_advert_that_does_not_fit_the_mtu_waits(void **state)
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

/* --- startup_delay --- */

static void
test_vrrp_able_startup_delay_runs_from_the_start_of_vrrpd(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	p.startup_delay_ns = 30 * NS_PER_S;
	world.env.booted = world.now;
	world_run(10 * NS_PER_S);
	start_with(&p);
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	assert_string_equal(v->waiting, "startup_delay = 30s");
	assert_int_equal(mono_sub(vrrp_able_settles_at(v), world.now),
	    20 * NS_PER_S);
	world_run(19 * NS_PER_S);
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	/* A reload makes it longer, and shorter. */
	p.startup_delay_ns = 40 * NS_PER_S;
	assert_true(vrrp_instance_set(v, &p));
	world_run(5 * NS_PER_S);
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	p.startup_delay_ns = 35 * NS_PER_S;
	assert_true(vrrp_instance_set(v, &p));
	world_run(2 * NS_PER_S);
	assert_int_equal(v->core.state, VRRP_BACKUP);
	assert_int_equal(vrrp_history_record(v, 0)->tr.cause,
	    VRRP_CAUSE_STARTUP);
	/* An instance that has run does not wait again. */
	p.startup_delay_ns = 3600 * NS_PER_S;
	assert_true(vrrp_instance_set(v, &p));
	assert_int_equal(v->core.state, VRRP_BACKUP);
	world.iface->link.running = false;
	vrrp_instance_reconsider(v);
	world.iface->link.running = true;
	vrrp_instance_reconsider(v);
	assert_int_equal(v->core.state, VRRP_BACKUP);
}

static void
test_vrrp_able_startup_delay_is_ended_by_an_operator(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	p.startup_delay_ns = 30 * NS_PER_S;
	world.env.booted = world.now;
	start_with(&p);
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	vrrp_instance_disable(v, true);
	assert_string_equal(v->waiting, "disabled by the operator");
	vrrp_instance_disable(v, false);
	assert_int_equal(v->core.state, VRRP_BACKUP);
}

/* A new engine, and an upgrade, are no start of vrrpd. */
static void
test_vrrp_able_startup_delay_is_for_a_start_of_vrrpd(void **state)
{
	static const uint8_t flags[] = { VRRP_HANDOFF_ACTIVE,
	    VRRP_HANDOFF_WILLED, VRRP_HANDOFF_SETTLED, VRRP_HANDOFF_HOLD };
	static struct vrrp_handoff h;
	struct vrrp_params p = world_params();
	size_t i;

	(void)state;
	p.startup_delay_ns = 30 * NS_PER_S;
	h.count = 1;
	(void)strcpy(h.list[0].name, p.name);
	for (i = 0; i < sizeof(flags); i++) {
		world.env.booted = h.left = world.now;
		h.list[0].active_since = h.list[0].lesser_since = world.now;
		h.list[0].flags = flags[i];
		world.env.handoff = &h;
		start_with(&p);
		assert_int_equal(v->core.state, i == 0 ? VRRP_ACTIVE : i < 3 ?
		    VRRP_BACKUP : VRRP_INITIALIZE);
		vrrp_instance_free(v);
		v = NULL;
	}
	world.env.handoff = NULL;
	world.env.booted = MONO_ZERO;
	start_with(&p);
	assert_int_equal(v->core.state, VRRP_BACKUP);
}

/* V-79, L-24: what the engine before had begun */
static void
test_vrrp_able_preempt_delay_of_the_engine_before_goes_on(void **state)
{
	static struct vrrp_handoff h;
	struct vrrp_params p = world_params();

	(void)state;
	p.preempt_delay_ns = 30 * NS_PER_S;
	h.count = 1;
	(void)strcpy(h.list[0].name, p.name);
	h.left = world.now;
	h.list[0].lesser_since = mono_add(world.now, -20 * NS_PER_S);
	h.list[0].flags = VRRP_HANDOFF_HOLD;
	world.env.handoff = &h;
	start_with(&p);
	world.env.handoff = NULL;
	assert_int_equal(mono_sub(vrrp_core_preempts_at(&v->core, world.now),
	    world.now), 10 * NS_PER_S);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

/* --- groups --- */

static struct vrrp_errands *errands;

/* An interface of a family whose group nobody has joined, while the engine runs. */
static void
begin_deaf(uint8_t family)
{
	struct nl_link link = world.iface->link;

	world.env.channel = a_channel();
	errands = vrrp_errands_new(&world.env);
	vrrp_errands_net(errands, VRRP_NET_THERE);
	world.iface->errands = errands;
	vrrp_iface_lost(world.iface);
	vrrp_iface_found(world.iface, &link);
	world.no_member[family == AF_INET6] = true;
	world_forget();
}

static void
end_deaf(void)
{
	vrrp_instance_free(v);
	v = NULL;
	vrrp_iface_lost(world.iface);
	world.iface->errands = NULL;
	vrrp_errands_free(errands);
}

static void
test_vrrp_able_waits_until_its_group_is_joined(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	begin_deaf(AF_INET);
	start_with(&p);
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	assert_string_equal(v->waiting, "its group is being joined on eth0");
	assert_int_equal(vrrp_iface_joined(world.iface, 2, 0), 0);
	assert_true(vrrp_iface_is_joining(world.iface, AF_INET));
	assert_false(vrrp_iface_is_joining(world.iface, AF_INET6));
	assert_int_equal(vrrp_iface_joined(world.iface, 1, 0), AF_INET);
	vrrp_instance_reconsider(v);
	assert_int_equal(v->core.state, VRRP_BACKUP);
	end_deaf();
}

/* As before: unicast, and switches that flood, need no group. */
static void
test_vrrp_able_group_that_cannot_be_joined_is_said_and_lived_without(
    void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	begin_deaf(AF_INET);
	start_with(&p);
	assert_int_equal(vrrp_iface_joined(world.iface, 1, -ENOBUFS),
	    AF_INET);
	vrrp_instance_reconsider(v);
	assert_int_equal(v->core.state, VRRP_BACKUP);
	/* The next one tries again; who runs is not stopped by that. */
	vrrp_iface_found(world.iface, &world.iface->link);
	assert_true(vrrp_iface_is_joining(world.iface, AF_INET));
	vrrp_instance_reconsider(v);
	assert_int_equal(v->core.state, VRRP_BACKUP);
	end_deaf();
}

/* The other family goes on; an interface that goes takes its errands along. */
static void
test_vrrp_able_group_of_the_other_family_is_nothing_to_wait_for(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	begin_deaf(AF_INET6);
	start_with(&p);
	assert_int_equal(v->core.state, VRRP_BACKUP);
	assert_null(strstr(world.did, "join"));
	end_deaf();
}

static void
test_vrrp_able_interface_that_goes_takes_its_errands_along(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	begin_deaf(AF_INET);
	start_with(&p);
	vrrp_iface_lost(world.iface);
	assert_false(vrrp_iface_is_joining(world.iface, AF_INET));
	world_forget();
	vrrp_errands_net(errands, VRRP_NET_AWAY);
	vrrp_errands_net(errands, VRRP_NET_THERE);
	assert_string_equal(world.did, "");
	assert_false(vrrp_errands_joined(errands, 1, 0));
	end_deaf();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_vrrp_able_interface_down_is_initialize_with_the_reason),
	    TEST(test_vrrp_able_without_interface_waits_and_starts_when_it_comes),
	    TEST(test_vrrp_able_without_primary_address_waits),
	    TEST(test_vrrp_able_source_is_the_named_address_or_none),
	    TEST(test_vrrp_able_auto_goes_without_where_no_device_hears),
	    TEST(test_vrrp_able_unknown_track_does_not_stop_an_active),
	    TEST(test_vrrp_able_owner_without_the_address_waits_for_it),
	    TEST(test_vrrp_able_tracked_interface_without_weight_is_a_fault),
	    TEST(test_vrrp_able_ipv6_primary_is_link_local_and_not_virtual),
	    TEST(test_vrrp_able_ipv6_primary_is_waited_for_while_it_is_tentative),
	    TEST(test_vrrp_able_advert_that_does_not_fit_the_mtu_waits),
	    TEST(test_vrrp_able_startup_delay_runs_from_the_start_of_vrrpd),
	    TEST(test_vrrp_able_startup_delay_is_ended_by_an_operator),
	    TEST(test_vrrp_able_startup_delay_is_for_a_start_of_vrrpd),
	    TEST(test_vrrp_able_preempt_delay_of_the_engine_before_goes_on),
	    TEST(test_vrrp_able_waits_until_its_group_is_joined),
	    TEST(test_vrrp_able_group_that_cannot_be_joined_is_said_and_lived_without),
	    TEST(test_vrrp_able_group_of_the_other_family_is_nothing_to_wait_for),
	    TEST(test_vrrp_able_interface_that_goes_takes_its_errands_along),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
