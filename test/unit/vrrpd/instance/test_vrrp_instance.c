/*
 * test_vrrp_instance.c - one virtual router: when it runs, and what changes while it
 * does.
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

#include "test/unit/vrrpd/instance/instance_world.h"
#include "vrrpd/config/vrrp_diff.h"
#include "vrrpd/instance/vrrp_machine.h"

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

static void
test_vrrp_instance_handover_of_a_backup_is_refused(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	start_with(&p);
	assert_int_equal(vrrp_instance_handover(v), -EALREADY);
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

static void
came(const char *prefix, bool secondary)
{
	struct nl_addr a = { .ifindex = WORLD_IFINDEX, .secondary = secondary };

	assert_int_equal(addr_prefix_parse(prefix, &a.prefix), 0);
	world_addr(prefix, secondary, false);
	vrrp_instance_address_came(v, &a);
	world_deferred();
}

/* Of its network, and secondary to ours: it would go with ours. */
static void
test_vrrp_instance_steps_behind_an_address_of_the_host(void **state)
{
	(void)state;
	become_active();
	world_addr("192.0.2.50/24", false, false);
	came("198.51.100.1/24", true);
	came("192.0.2.9/25", true);
	came("192.0.2.50/24", false);
	assert_string_equal(world.did, "");
	came("192.0.2.9/24", true);
	assert_string_equal(world.did, "back");
	/* And ours is secondary to it from now on. */
	world_forget();
	world_addr("192.0.2.50/24", true, false);
	came("192.0.2.10/24", true);
	assert_string_equal(world.did, "");
}

/* Two of one network stand before each other, whoever steps back. */
static void
test_vrrp_instance_does_not_step_behind_an_address_of_ours(void **state)
{
	struct vrrp_params p = world_params();
	struct vrrp_instance *other;

	(void)state;
	become_active();
	world_addr("192.0.2.50/24", false, false);
	(void)strcpy(p.name, "other");
	p.vrid = 52;
	assert_int_equal(addr_prefix_parse("192.0.2.60/24",
	    &p.vips[0].prefix), 0);
	other = vrrp_instance_new(&world.env, world.iface, &p);
	assert_non_null(other);
	world_forget();
	came("192.0.2.60/24", true);
	assert_string_equal(world.did, "");
	/* Where one of the host's is as well, ours steps behind both. */
	came("192.0.2.9/24", true);
	assert_string_equal(world.did, "back");
	vrrp_instance_free(other);
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

/* The interface came into a VRF, and the device has to follow. */
static void
test_vrrp_instance_device_follows_into_a_vrf(void **state)
{
	(void)state;
	become_active();
	world_addr("192.0.2.50/24", false, false);
	world_forget();
	world.device_astray = true;
	vrrp_instance_vrf_changed(v);
	world_deferred();
	assert_string_equal(world.did, "fetch install announce:1");
	assert_int_equal(v->core.state, VRRP_ACTIVE);
}

static void
test_vrrp_instance_interface_that_becomes_a_port_stops(void **state)
{
	(void)state;
	become_active();
	world_forget();
	(void)strcpy(v->iface->link.port_of, "bridge");
	v->iface->link.master = 77;
	world.tracked = (struct nl_link){ .ifindex = 77, .name = "lan0" };
	vrrp_instance_reconsider(v);
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	assert_non_null(strstr(v->waiting, "write interface = lan0"));
	v->iface->link.port_of[0] = '\0';
	v->iface->link.master = 0;
	vrrp_instance_reconsider(v);
	assert_int_equal(v->core.state, VRRP_BACKUP);
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

static void
test_vrrp_instance_same_vrid_twice_is_refused(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	start_with(&p);
	assert_null(vrrp_instance_new(&world.env, world.iface, &p));
}

/* --- other values while it runs --- */

static void
add_vip(struct vrrp_params *p, const char *prefix)
{
	assert_int_equal(addr_prefix_parse(prefix,
	    &p->vips[p->vip_count++].prefix), 0);
}

/* Nobody notices but those who ask for the new one: no state, no timer moves. */
static void
test_vrrp_instance_set_adds_an_address_to_an_active(void **state)
{
	struct vrrp_params p;
	mono_t timer;

	(void)state;
	become_active();
	timer = v->core.adver_timer;
	p = v->p;
	add_vip(&p, "192.0.2.51/24");
	assert_true(vrrp_instance_set(v, &p));
	assert_string_equal(world.did,
	    "follow+192.0.2.51/24 advert:100 announce:2");
	assert_int_equal(v->core.adver_timer.ns, timer.ns);
	assert_int_equal(v->history_count, 2);
	assert_int_equal(v->p.vip_count, 2);
	/* Two addresses in the advert, and in the one that resigns. */
	assert_int_equal(world.frame[14 + 20 + 3], 2);
	assert_int_equal(v->resign[14 + 20 + 3], 2);
	world_ack(0, 0);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
}

static void
test_vrrp_instance_set_takes_an_address_from_an_active(void **state)
{
	struct vrrp_params p;

	(void)state;
	become_active();
	p = v->p;
	add_vip(&p, "192.0.2.51/24");
	assert_true(vrrp_instance_set(v, &p));
	world_run(1100 * NS_PER_MS);
	world_forget();
	p.vips[0] = p.vips[1];
	p.vip_count = 1;
	assert_true(vrrp_instance_set(v, &p));
	assert_string_equal(world.did, "follow-192.0.2.50/24 advert:100");
	/* The announcements that are left are of what is left. */
	world_forget();
	vrrp_machine_reannounce(v);
	assert_string_equal(world.did, "announce:1");
	assert_int_equal(world.announcement[14 + 14 + 3], 51);
}

static void
test_vrrp_instance_set_changes_a_prefix_length(void **state)
{
	struct vrrp_params p;

	(void)state;
	become_active();
	p = v->p;
	p.vips[0].prefix.len = 25;
	assert_true(vrrp_instance_set(v, &p));
	assert_string_equal(world.did,
	    "follow-192.0.2.50/24+192.0.2.50/25 advert:100");
}

/* Prepared, and that is all: the kernel has nothing, and nobody is told. */
static void
test_vrrp_instance_set_prepares_a_backup(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	start_with(&p);
	world_advert("192.0.2.1", 200, 100);
	world_forget();
	add_vip(&p, "192.0.2.51/24");
	assert_true(vrrp_instance_set(v, &p));
	assert_string_equal(world.did, "");
	assert_int_equal(v->core.state, VRRP_BACKUP);
	world_run(3610 * NS_PER_MS);
	assert_string_equal(world.did, "advert:100 install announce:2");
}

/* Whoever has resigned and answers still takes and gives up as well. */
static void
test_vrrp_instance_set_of_one_that_lingers_is_silent(void **state)
{
	struct vrrp_params p;

	(void)state;
	become_active();
	assert_int_equal(vrrp_instance_handover(v), 0);
	world_forget();
	p = v->p;
	p.vips[0].prefix.len = 25;
	add_vip(&p, "192.0.2.51/24");
	assert_true(vrrp_instance_set(v, &p));
	assert_string_equal(world.did, "follow-192.0.2.50/24"
	    "+192.0.2.50/25+192.0.2.51/24");
	assert_true(vrrp_machine_lingers(v));
}

static void
test_vrrp_instance_set_that_cannot_be_leaves_all_as_it_was(void **state)
{
	struct vrrp_params p, was;

	(void)state;
	become_active();
	was = p = v->p;
	add_vip(&p, "192.0.2.51/24");
	p.version = 2;
	world.change_error = -ENODEV;
	assert_false(vrrp_instance_set(v, &p));
	assert_string_equal(world.did, "");
	assert_memory_equal(&v->p, &was, sizeof(was));
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	assert_non_null(strstr(lines, "goes on as it was: no such device"));
	/* The next advert is due as before. */
	world_run(NS_PER_S);
	assert_string_equal(world.did, "advert:100");
}

/* The kernel says no afterwards: an address that is missing is not Active. */
static void
test_vrrp_instance_set_that_the_kernel_refuses_resigns(void **state)
{
	struct vrrp_params p;

	(void)state;
	become_active();
	p = v->p;
	add_vip(&p, "192.0.2.51/24");
	assert_true(vrrp_instance_set(v, &p));
	world_forget();
	world_ack(EACCES, 3);
	assert_string_equal(world.did, "install");
	world_ack(EACCES, 1);
	assert_string_equal(world.did, "install advert:0 withdraw");
	assert_non_null(strstr(v->waiting,
	    "192.0.2.51/24 could not be installed"));
}

/* V-104: never an instant at which the address is there and not filtered. */
static void
test_vrrp_instance_set_of_accept_and_addresses_filters_first(void **state)
{
	struct vrrp_params p;

	(void)state;
	become_active();
	p = v->p;
	p.accept = false;
	assert_true(vrrp_instance_set(v, &p));
	assert_string_equal(world.did, "filter");
	world_forget();
	p.vips[0].prefix.addr.bytes[3] = 51;
	assert_true(vrrp_instance_set(v, &p));
	assert_string_equal(world.did, "widen follow-192.0.2.50/24"
	    "+192.0.2.51/24 narrow advert:100 announce:1");
	world_forget();
	p.accept = true;
	assert_true(vrrp_instance_set(v, &p));
	assert_string_equal(world.did, "unfilter");
	assert_false(v->filtered);
}

static void
test_vrrp_instance_set_accept_no_where_it_cannot_be(void **state)
{
	struct vrrp_params p;

	(void)state;
	become_active();
	p = v->p;
	p.accept = false;
	world.filter_error = -EOPNOTSUPP;
	assert_false(vrrp_instance_set(v, &p));
	assert_true(v->p.accept);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	assert_non_null(strstr(lines, "accept = no needs nf_tables"));
}

/* L-15: a router that the file names no more is none. */
static void
test_vrrp_instance_set_of_unicast_peers(void **state)
{
	struct vrrp_params p;
	struct addr one, two;

	(void)state;
	assert_int_equal(addr_parse("192.0.2.1", &one), 0);
	assert_int_equal(addr_parse("192.0.2.3", &two), 0);
	become_active();
	p = v->p;
	p.unicast_count = 1;
	p.unicast_peers[0] = one;
	assert_true(vrrp_instance_set(v, &p));
	assert_string_equal(world.did, "unicast:100>192.0.2.1");
	assert_non_null(vrrp_rank_find(&v->core.death.rank, &one));
	world_forget();
	p.unicast_peers[0] = two;
	assert_true(vrrp_instance_set(v, &p));
	assert_string_equal(world.did, "unicast:100>192.0.2.3");
	assert_null(vrrp_rank_find(&v->core.death.rank, &one));
	assert_non_null(vrrp_rank_find(&v->core.death.rank, &two));
	world_forget();
	p.unicast_count = 0;
	assert_true(vrrp_instance_set(v, &p));
	assert_string_equal(world.did, "advert:100");
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	world.unicast_error = -EMFILE;
	p.unicast_count = 1;
	assert_false(vrrp_instance_set(v, &p));
	assert_int_equal(v->p.unicast_count, 0);
}

/* V-131: a pair of versions comes and goes while Active. */
static void
test_vrrp_instance_set_of_versions(void **state)
{
	struct vrrp_params p;

	(void)state;
	become_active();
	p = v->p;
	p.also_version_2 = true;
	assert_true(vrrp_instance_set(v, &p));
	assert_string_equal(world.did, "advert:100 advert-v2:100");
	world_forget();
	p.also_version_2 = false;
	p.version = 2;
	assert_true(vrrp_instance_set(v, &p));
	assert_string_equal(world.did, "advert-v2:100");
	assert_int_equal(v->core.p.version, 2);
	world_forget();
	p.version = 3;
	assert_true(vrrp_instance_set(v, &p));
	assert_string_equal(world.did, "advert:100");
	assert_int_equal(v->history_count, 2);
}

/* V-75, V-84: the address is the interface's too, and then ours again. */
static void
test_vrrp_instance_set_to_the_owner_and_back(void **state)
{
	struct vrrp_params p;

	(void)state;
	become_active();
	world_addr("192.0.2.50/24", false, false);
	p = v->p;
	p.priority = VRRP_PRIORITY_OWNER;
	assert_true(vrrp_instance_set(v, &p));
	assert_string_equal(world.did, "own advert:255");
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	world_forget();
	p.priority = 100;
	assert_true(vrrp_instance_set(v, &p));
	assert_string_equal(world.did, "disown advert:100");
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	assert_int_equal(v->history_count, 2);
}

/* The monitor's copy takes away what is there now. */
static void
test_vrrp_instance_set_renews_the_will(void **state)
{
	struct vrrp_params p;

	(void)state;
	world.env.channel = a_channel();
	become_active();
	p = v->p;
	add_vip(&p, "192.0.2.51/24");
	assert_true(vrrp_instance_set(v, &p));
	world_deferred();
	assert_non_null(strstr(world.did, "announce:2 will:web:1"));
}

/* Lent for as long as when they were taken: nobody else refreshes them. */
static void
test_vrrp_instance_set_lends_as_the_others_are_lent(void **state)
{
	struct vrrp_params p;

	(void)state;
	world.env.lifetime_s = 3;
	become_active();
	world.env.lifetime_s = 0;
	p = v->p;
	add_vip(&p, "192.0.2.51/24");
	assert_true(vrrp_instance_set(v, &p));
	assert_int_equal(v->lifetime_s, 3);
	vrrp_instance_primary_changed(v);
	assert_int_equal(v->lifetime_s, 3);
	vrrp_instance_disable(v, true);
	world_run(2 * NS_PER_S);
	vrrp_instance_disable(v, false);
	assert_int_equal(v->lifetime_s, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_vrrp_instance_handover_nobody_took_is_taken_back),
	    TEST(test_vrrp_instance_bfd_block_removed_by_reload_is_forgotten),
	    TEST(test_vrrp_instance_set_priority_is_advertised_at_once),
	    TEST(test_vrrp_instance_handover_does_not_preempt_the_taker),
	    TEST(test_vrrp_instance_handover_of_a_backup_is_refused),
	    TEST(test_vrrp_instance_removed_address_is_put_back),
	    TEST(test_vrrp_instance_steps_behind_an_address_of_the_host),
	    TEST(test_vrrp_instance_does_not_step_behind_an_address_of_ours),
	    TEST(test_vrrp_instance_removed_device_is_made_again),
	    TEST(test_vrrp_instance_device_taken_down_is_raised),
	    TEST(test_vrrp_instance_device_follows_into_a_vrf),
	    TEST(test_vrrp_instance_interface_that_becomes_a_port_stops),
	    TEST(test_vrrp_instance_tracked_interface_moves_the_priority),
	    TEST(test_vrrp_instance_owner_keeps_its_priority),
	    TEST(test_vrrp_instance_fight_over_an_address_is_bounded),
	    TEST(test_vrrp_instance_same_vrid_twice_is_refused),
	    TEST(test_vrrp_instance_set_adds_an_address_to_an_active),
	    TEST(test_vrrp_instance_set_takes_an_address_from_an_active),
	    TEST(test_vrrp_instance_set_changes_a_prefix_length),
	    TEST(test_vrrp_instance_set_prepares_a_backup),
	    TEST(test_vrrp_instance_set_of_one_that_lingers_is_silent),
	    TEST(test_vrrp_instance_set_that_cannot_be_leaves_all_as_it_was),
	    TEST(test_vrrp_instance_set_that_the_kernel_refuses_resigns),
	    TEST(test_vrrp_instance_set_of_accept_and_addresses_filters_first),
	    TEST(test_vrrp_instance_set_accept_no_where_it_cannot_be),
	    TEST(test_vrrp_instance_set_of_unicast_peers),
	    TEST(test_vrrp_instance_set_of_versions),
	    TEST(test_vrrp_instance_set_to_the_owner_and_back),
	    TEST(test_vrrp_instance_set_renews_the_will),
	    TEST(test_vrrp_instance_set_lends_as_the_others_are_lent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
