/*
 * test_vrrp_errand.c - what the engine leaves to vrrpd-net.
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
#include "vrrpd/instance/vrrp_errand.h"
#include "vrrpd/instance/vrrp_hold.h"

static struct vrrp_errands *e;
static const struct vrrp_removal ours = { .ifindex = WORLD_IFINDEX,
    .name = "vr4-51-7" };

static int
setup_errands(void **state)
{
	int error = setup(state);

	e = vrrp_errands_new(&world.env);
	world.env.errands = e;
	world.env.channel = a_channel();
	return error;
}

static int
teardown_errands(void **state)
{
	if (v != NULL)
		vrrp_instance_free(v);
	v = NULL;
	vrrp_errands_free(e);
	world.env.errands = NULL;
	return teardown(state);
}

static void
device(const char *name, int ifindex)
{
	struct vrrp_removal r = { .ifindex = ifindex };

	(void)strcpy(r.name, name);
	vrrp_errands_remove(e, &r);
}

/* The time passes, and then comes a beat. */
static void
rest(void)
{
	world_deferred();
	world_run(VRRP_REMOVAL_REST_NS);
	vrrp_errands_flush(e);
}

/* One message after the rest, and no call that waits. */
static void
test_vrrp_errand_removals_leave_together_after_the_batch(void **state)
{
	(void)state;
	device("vr4-1-7", 11);
	assert_string_equal(world.did, "");
	world_deferred();
	world_run(VRRP_REMOVAL_REST_NS / 2);
	device("vr4-2-7", 12);
	vrrp_errands_flush(e);
	assert_string_equal(world.did, "");	/* rests: who else moves now? */
	rest();
	assert_string_equal(world.did, "remove:vr4-1-7 remove:vr4-2-7");
	assert_int_equal(world.deleted_count, 0);
	assert_int_equal(world.deleted_together, 0);
	vrrp_errands_flush(e);
	assert_string_equal(world.did, "remove:vr4-1-7 remove:vr4-2-7");
}

static void
test_vrrp_errand_full_channel_is_tried_again(void **state)
{
	(void)state;
	world.channel_full = true;
	device("vr4-1-7", 11);
	rest();
	world.channel_full = false;
	world_forget();
	vrrp_errands_flush(e);
	assert_string_equal(world.did, "remove:vr4-1-7");
}

/* Nothing is kept: one that is not answered is wished again by whoever did. */
static void
test_vrrp_errand_ways_back_are_wished_with_numbers(void **state)
{
	static const uint8_t bytes[32];

	(void)state;
	/* Before the loop turns whoever wishes does it. */
	assert_int_equal(vrrp_errands_steer(e, bytes, sizeof(bytes)), 0);
	vrrp_errands_net(e, VRRP_NET_THERE);
	assert_int_equal(vrrp_errands_steer(e, bytes, sizeof(bytes)), 1);
	world.channel_full = true;
	assert_int_equal(vrrp_errands_steer(e, bytes, sizeof(bytes)), 2);
	world.channel_full = false;
	assert_int_equal(vrrp_errands_steer(e, bytes, sizeof(bytes)), 3);
	assert_string_equal(world.did, "steer:1 full steer:3");
	world.env.channel = NULL;
	assert_int_equal(vrrp_errands_steer(e, bytes, sizeof(bytes)), 0);
}

static void
test_vrrp_errand_ways_back_without_an_answer_are_wished_again(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	start_with(&p);
	v->steering = 5;
	v->steering_since = loop_clock();
	world_forget();
	vrrp_hold_steer(v);
	assert_null(strstr(world.did, "steer-again"));
	world_run(2 * NS_PER_S);
	world_forget();
	vrrp_hold_steer(v);
	assert_non_null(strstr(world.did, "steer-again"));
	world_forget();
	vrrp_hold_steer_again(v);
	assert_non_null(strstr(world.did, "steer-again"));
	vrrp_hold_steered(v, -EINVAL);
	assert_int_equal(v->steering, 0);
	assert_int_equal(world.steer_error, EINVAL);
	world_forget();
	vrrp_hold_steer(v);
	assert_null(strstr(world.did, "steer-again"));
}

/* The monitor is dead, or there was never one. */
static void
test_vrrp_errand_without_a_monitor_it_is_done_at_once(void **state)
{
	(void)state;
	world.env.channel = NULL;
	device("vr4-1-7", 11);
	device("vr4-2-7", 12);
	world_deferred();
	assert_int_equal(world.deleted_together, 2);
	world.del_many_error = -16;
	device("vr4-1-7", 11);
	device("vr4-2-7", 12);
	world_deferred();
	assert_int_equal(world.deleted_count, 2);
	device("vr4-3-7", 13);
	world_deferred();
	assert_int_equal(world.deleted[2], 13);
	assert_true(vrrp_errands_reclaim(e, "vr4-3-7"));
}

static void
test_vrrp_errand_last_chance_is_taken(void **state)
{
	(void)state;
	world.channel_full = true;
	device("vr4-1-7", 11);
	vrrp_errands_free(e);
	e = NULL;
	assert_int_equal(world.deleted_count, 1);
	assert_int_equal(world.deleted[0], 11);
	world.channel_full = false;
}

/* A name is free until somebody was asked, and after the answer. */
static void
test_vrrp_errand_name_is_taken_while_a_removal_is_under_way(void **state)
{
	struct vrrp_removal r = { .ifindex = 12, .name = "vr4-1-7" };

	(void)state;
	assert_true(vrrp_errands_reclaim(e, "vr4-1-7"));
	device("vr4-1-7", 11);
	assert_true(vrrp_errands_reclaim(e, "vr4-1-7"));
	world_deferred();
	assert_string_equal(world.did, "");	/* taken back */
	device("vr4-1-7", 12);
	rest();
	assert_false(vrrp_errands_reclaim(e, "vr4-1-7"));
	assert_true(vrrp_errands_reclaim(e, "vr4-2-7"));
	vrrp_errands_removed(e, &r, 1);
	assert_true(vrrp_errands_reclaim(e, "vr4-1-7"));
}

/* The instance waits, and says for what. */
static void
test_vrrp_errand_instance_waits_for_the_name_of_its_device(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	vrrp_errands_remove(e, &ours);
	rest();
	start_with(&p);
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	assert_string_equal(v->waiting, "device vr4-51-7 is being removed");
	vrrp_errands_removed(e, &ours, 1);
	vrrp_instance_iface_found(v);
	assert_int_equal(v->core.state, VRRP_BACKUP);
	/* An instance that leaves has its device removed. */
	world_forget();
	vrrp_instance_free(v);
	v = NULL;
	rest();
	assert_non_null(strstr(world.did, "close"));
	assert_non_null(strstr(world.did, "remove:vr4-51-7"));
}

/* By vrrpd-net when there is one, else by the engine itself. */
static void
test_vrrp_errand_addresses_are_lent_anew_by_whoever_is_there(void **state)
{
	(void)state;
	become_active();
	world_forget();
	vrrp_hold_refresh(v);
	assert_string_equal(world.did, "refresh");
	world.refreshed(0, 0, world.refreshed_arg);
	vrrp_errands_net(e, VRRP_NET_THERE);
	world_forget();
	vrrp_hold_refresh(v);
	vrrp_hold_refresh(v);
	assert_string_equal(world.did, "renew renew");
	vrrp_errands_net(e, VRRP_NET_AWAY);
	world_forget();
	vrrp_hold_refresh(v);
	assert_string_equal(world.did, "refresh");
	world.refreshed(0, 0, world.refreshed_arg);
}

/* The monitor may be stopped: then nobody says anything. */
static void
test_vrrp_errand_unanswered_renewals_are_carried_out_here(void **state)
{
	(void)state;
	become_active();
	vrrp_errands_net(e, VRRP_NET_THERE);
	world_forget();
	vrrp_hold_refresh(v);
	world.now = mono_add(world.now, 690 * NS_PER_MS);
	vrrp_hold_refresh(v);
	assert_string_equal(world.did, "renew renew");
	world.now = mono_add(world.now, 310 * NS_PER_MS);
	world_forget();
	vrrp_hold_refresh(v);
	assert_string_equal(world.did, "renew refresh");
	world.refreshed(0, 0, world.refreshed_arg);
	/* A renewal that is answered as late as that may have been dropped. */
	vrrp_errands_renewed(e, mono_add(world.now, -NS_PER_S - 1));
	world_forget();
	vrrp_hold_refresh(v);
	assert_string_equal(world.did, "renew refresh");
	world.refreshed(0, 0, world.refreshed_arg);
	/* An answer in time, and all is as before. */
	vrrp_errands_renewed(e, world.now);
	world_forget();
	vrrp_hold_refresh(v);
	assert_string_equal(world.did, "renew");
	/* While vrrpd-net waits for the lock, the engine must not. */
	world.now = mono_add(world.now, 600 * NS_PER_MS);
	vrrp_errands_net(e, VRRP_NET_WAITS);
	world.now = mono_add(world.now, 5 * NS_PER_S);
	world_forget();
	vrrp_hold_refresh(v);
	assert_string_equal(world.did, "renew");
}

/* The log does not blame somebody else for what ran out. */
static void
test_vrrp_errand_address_that_ran_out_is_said_to(void **state)
{
	(void)state;
	world.env.lifetime_s = 3;
	become_active();
	vrrp_errands_net(e, VRRP_NET_THERE);
	vrrp_hold_refresh(v);
	vrrp_errands_net(e, VRRP_NET_WAITS);
	world.now = mono_add(world.now, 3500 * NS_PER_MS);
	assert_int_equal(vrrp_errands_gap_ns(e), 3500 * NS_PER_MS);
	vrrp_errands_renewed(e, world.now);
	world_addr("192.0.2.50/24", false, true);
	vrrp_instance_check_addresses(v);
	assert_non_null(strstr(lines, "was removed, or ran out, since nothing "
	    "could be lent anew for 3500 ms: restored"));
	assert_null(strstr(lines, "by someone else"));
	/* Later it was somebody else. */
	world.now = mono_add(world.now, 5 * NS_PER_S);
	assert_int_equal(vrrp_errands_gap_ns(e), 0);
}

/* Whoever holds nothing wishes nothing. */
static void
test_vrrp_errand_nothing_is_lent_anew_after_a_withdrawal(void **state)
{
	(void)state;
	become_active();
	vrrp_errands_net(e, VRRP_NET_THERE);
	vrrp_instance_resign(v, VRRP_CAUSE_SHUTDOWN);
	vrrp_instance_withdraw(v);
	world_forget();
	vrrp_hold_refresh(v);
	assert_string_equal(world.did, "");
}

/* --- devices that are made --- */

static const struct vrrp_device_wish a_wish = { .parent = 7,
    .family = AF_INET, .vrid = 51, .parent_name = "eth0" };

/* As vrrpd-net answers. */
static struct vrrp_device_made
made(uint32_t number)
{
	struct vrrp_device_made m = { .number = number, .ifindex = 30,
	    .tag = 5, .name = "vr4-51-7" };

	return m;
}

/* Before the loop turns, and without a monitor, whoever wishes makes. */
static void
test_vrrp_errand_nobody_is_asked_before_the_monitor_speaks(void **state)
{
	(void)state;
	assert_int_equal(vrrp_errands_make(e, &a_wish), 0);
	vrrp_errands_net(e, VRRP_NET_THERE);
	world.env.channel = NULL;
	assert_int_equal(vrrp_errands_make(e, &a_wish), 0);
	assert_string_equal(world.did, "");
	world.env.channel = a_channel();
	assert_int_equal(vrrp_errands_make(e, &a_wish), 1);
	assert_string_equal(world.did, "make:eth0:51");
	assert_int_equal(world.wish.number, 1);
}

static void
test_vrrp_errand_wish_that_finds_no_room_leaves_with_the_beat(void **state)
{
	struct vrrp_device_made m;

	(void)state;
	vrrp_errands_net(e, VRRP_NET_AWAY);
	world.channel_full = true;
	assert_int_equal(vrrp_errands_make(e, &a_wish), 1);
	world.channel_full = false;
	world_forget();
	vrrp_errands_flush(e);
	vrrp_errands_flush(e);
	assert_string_equal(world.did, "make:eth0:51");
	m = made(1);
	assert_true(vrrp_errands_made(e, &m));
	assert_false(vrrp_errands_made(e, &m));
}

/* Whoever wished it is gone: the device goes too, if it was made. */
static void
test_vrrp_errand_device_nobody_waits_for_is_removed(void **state)
{
	struct vrrp_device_made m = made(1), none;

	(void)state;
	vrrp_errands_net(e, VRRP_NET_THERE);
	(void)vrrp_errands_make(e, &a_wish);
	vrrp_errands_forgo(e, 1);
	world_forget();
	assert_false(vrrp_errands_made(e, &m));
	rest();
	assert_string_equal(world.did, "remove:vr4-51-7");
	(void)vrrp_errands_make(e, &a_wish);
	vrrp_errands_forgo(e, 2);
	none = made(2);
	none.error = -17;
	none.ifindex = 0;
	world_forget();
	assert_false(vrrp_errands_made(e, &none));
	world_deferred();
	assert_string_equal(world.did, "");
}

/* The next instance of the same device gets the answer to the first wish. */
static void
test_vrrp_errand_forsaken_wish_is_taken_over(void **state)
{
	struct vrrp_device_made m = made(1);
	struct vrrp_device_wish w = a_wish;

	(void)state;
	vrrp_errands_net(e, VRRP_NET_THERE);
	assert_int_equal(vrrp_errands_make(e, &a_wish), 1);
	vrrp_errands_forgo(e, 1);
	assert_int_equal(vrrp_errands_make(e, &a_wish), 1);
	assert_string_equal(world.did, "make:eth0:51");
	/* A wish that is not the same in all is another errand. */
	vrrp_errands_forgo(e, 1);
	w.in_use = true;
	assert_int_equal(vrrp_errands_make(e, &w), 2);
	assert_false(vrrp_errands_made(e, &m));
	world_deferred();
	assert_string_equal(world.did, "make:eth0:51 make:eth0:51:in-use");
	m.number = 2;
	assert_true(vrrp_errands_made(e, &m));
}

/* Known to be wished again soon: kept, until that is not so any more. */
static void
test_vrrp_errand_reserved_device_is_kept_for_the_next(void **state)
{
	struct vrrp_device_made m = made(1), out;

	(void)state;
	vrrp_errands_net(e, VRRP_NET_THERE);
	(void)vrrp_errands_make(e, &a_wish);
	vrrp_errands_reserve(e, 1);
	assert_true(vrrp_errands_is_reserved(e, &a_wish));
	assert_false(vrrp_errands_take(e, &a_wish, &out));
	assert_false(vrrp_errands_made(e, &m));
	assert_false(vrrp_errands_is_reserved(e, &a_wish));
	/* Somebody has removed it. */
	assert_false(vrrp_errands_take(e, &a_wish, &out));
	(void)vrrp_errands_make(e, &a_wish);
	vrrp_errands_reserve(e, 2);
	m.number = 2;
	(void)strcpy(world.tracked.name, m.name);
	world.tracked.ifindex = m.ifindex;
	assert_false(vrrp_errands_made(e, &m));
	assert_true(vrrp_errands_take(e, &a_wish, &out));
	assert_int_equal(out.ifindex, m.ifindex);
	assert_false(vrrp_errands_take(e, &a_wish, &out));
	/* Nobody comes. */
	(void)vrrp_errands_make(e, &a_wish);
	vrrp_errands_reserve(e, 3);
	m.number = 3;
	assert_false(vrrp_errands_made(e, &m));
	world_deferred();
	world_forget();
	vrrp_errands_purge(e);
	rest();
	assert_string_equal(world.did, "remove:vr4-51-7");
}

static void
test_vrrp_errand_reserved_device_that_cannot_be_is_said_once(void **state)
{
	struct vrrp_device_made m = { .error = -17, .name = "vr4-51-7",
	    .reason = "it is not ours" };
	const char *first;

	(void)state;
	vrrp_errands_net(e, VRRP_NET_THERE);
	while (m.number < 3) {
		m.number = vrrp_errands_make(e, &a_wish);
		vrrp_errands_reserve(e, m.number);
		assert_false(vrrp_errands_made(e, &m));
	}
	first = strstr(lines, "it is not ours: the instance that needs it");
	assert_non_null(first);
	assert_null(strstr(first + 1, "it is not ours"));
}

/* --- and instances that wait for them --- */

static void
test_vrrp_errand_instance_waits_for_its_device(void **state)
{
	struct vrrp_params p = world_params();
	struct vrrp_device_made m = made(1);

	(void)state;
	vrrp_errands_net(e, VRRP_NET_THERE);
	start_with(&p);
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	assert_string_equal(v->waiting, "its device is being made");
	assert_true(mono_is_never(v->retry_at));
	assert_int_equal(v->making, 1);
	/* Other events ask for nothing more. */
	vrrp_instance_iface_found(v);
	vrrp_instance_primary_changed(v);
	vrrp_instance_disable(v, true);
	vrrp_instance_disable(v, false);
	assert_string_equal(world.did, "");
	assert_true(vrrp_errands_made(e, &m));
	vrrp_instance_device_made(v, &m);
	assert_int_equal(v->core.state, VRRP_BACKUP);
	assert_string_equal(v->waiting, "");
	/* A whole Active_Down_Interval, as a router that starts. */
	world_run(3 * NS_PER_S);
	assert_int_equal(v->core.state, VRRP_BACKUP);
	world_run(NS_PER_S);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
}

/* The reason of vrrpd-net is the user's, and the instance tries again. */
static void
test_vrrp_errand_device_that_cannot_be_is_wished_again(void **state)
{
	struct vrrp_params p = world_params();
	struct vrrp_device_made m = { .number = 1, .error = -17,
	    .name = "vr4-51-7", .reason = "it is not ours" };

	(void)state;
	vrrp_errands_net(e, VRRP_NET_THERE);
	start_with(&p);
	assert_true(vrrp_errands_made(e, &m));
	vrrp_instance_device_made(v, &m);
	assert_string_equal(v->waiting, "it is not ours");
	world_forget();
	world_run(2 * NS_PER_S);
	assert_string_equal(world.did, "make:eth0:51");
	m = made(2);
	assert_true(vrrp_errands_made(e, &m));
	vrrp_instance_device_made(v, &m);
	assert_int_equal(v->core.state, VRRP_BACKUP);
}

/* Gone while the device was being made: the interface, or the instance. */
static void
test_vrrp_errand_late_device_is_removed(void **state)
{
	struct vrrp_params p = world_params();
	struct vrrp_device_made m = made(1);

	(void)state;
	vrrp_errands_net(e, VRRP_NET_THERE);
	start_with(&p);
	vrrp_instance_iface_lost(v);
	assert_int_equal(v->making, 0);
	world_forget();
	assert_false(vrrp_errands_made(e, &m));
	rest();
	assert_string_equal(world.did, "remove:vr4-51-7");
	vrrp_errands_removed(e, &(struct vrrp_removal){ .ifindex = 30 }, 1);
	vrrp_instance_iface_found(v);
	vrrp_instance_free(v);
	v = NULL;
	world_forget();
	m.number = 2;
	assert_false(vrrp_errands_made(e, &m));
	rest();
	assert_string_equal(world.did, "remove:vr4-51-7");
}

/* An Active whose device somebody removed goes on, and waits for nothing. */
static void
test_vrrp_errand_device_of_an_active_is_made_again(void **state)
{
	struct vrrp_device_made m = made(1);

	(void)state;
	become_active();
	vrrp_errands_net(e, VRRP_NET_THERE);
	world_forget();
	world.device_gone = true;
	vrrp_instance_device_gone(v);
	world_deferred();
	vrrp_instance_device_gone(v);
	world_deferred();
	assert_string_equal(world.did, "make:eth0:51");
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	world.device_gone = false;
	world_forget();
	assert_true(vrrp_errands_made(e, &m));
	vrrp_instance_device_made(v, &m);
	assert_non_null(strstr(world.did, "device install announce"));
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	assert_int_equal(v->stats.addresses_restored, 1);
	assert_non_null(strstr(lines, "device vr4-51-7 was removed by someone "
	    "else: restored"));
}

/* Taken down, it holds the addresses: nothing is taken from it. */
static void
test_vrrp_errand_device_that_was_taken_down_is_in_use(void **state)
{
	struct vrrp_device_made m = made(1);

	(void)state;
	become_active();
	vrrp_errands_net(e, VRRP_NET_THERE);
	world_forget();
	world.device_down = true;
	vrrp_instance_device_gone(v);
	world_deferred();
	assert_string_equal(world.did, "make:eth0:51:in-use");
	/* A Backup by the time of the answer: it may speak, and must not. */
	vrrp_instance_disable(v, true);
	vrrp_instance_withdraw(v);
	assert_false(v->holds);
	world.device_down = false;
	world_forget();
	m.adopted = true;
	assert_true(vrrp_errands_made(e, &m));
	vrrp_instance_device_made(v, &m);
	assert_non_null(strstr(world.did, "device withdraw"));
	assert_non_null(strstr(lines, "was taken down by someone else"));
}

/* Without a device the instance cannot run. */
static void
test_vrrp_errand_active_without_a_device_stops(void **state)
{
	struct vrrp_device_made m = { .number = 1, .error = -19,
	    .name = "vr4-51-7", .reason = "no room" };

	(void)state;
	become_active();
	vrrp_errands_net(e, VRRP_NET_THERE);
	world.device_gone = true;
	vrrp_instance_device_gone(v);
	world_deferred();
	assert_true(vrrp_errands_made(e, &m));
	vrrp_instance_device_made(v, &m);
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	assert_string_equal(v->waiting, "no room");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup_errands, \
	    teardown_errands)

/* --- groups --- */

static const int sockets[VRRP_JOINING_SOCKETS] = { 40, 41 };

static void
test_vrrp_errand_nobody_joins_before_the_monitor_speaks(void **state)
{
	(void)state;
	assert_int_equal(vrrp_errands_join(e, 7, AF_INET, sockets), 0);
	vrrp_errands_net(e, VRRP_NET_THERE);
	assert_int_equal(vrrp_errands_join(e, 7, AF_INET, sockets), 1);
	assert_string_equal(world.did, "join:4:1");
	assert_true(vrrp_errands_joined(e, 1, 0));
	assert_false(vrrp_errands_joined(e, 1, 0));
	vrrp_errands_flush(e);
	assert_string_equal(world.did, "join:4:1");
}

/* Full channel, a dead vrrpd-net, an answer that says "again". */
static void
test_vrrp_errand_join_is_asked_for_until_it_is_answered(void **state)
{
	(void)state;
	vrrp_errands_net(e, VRRP_NET_THERE);
	world.channel_full = true;
	assert_int_equal(vrrp_errands_join(e, 7, AF_INET, sockets), 1);
	world.channel_full = false;
	world_forget();
	vrrp_errands_flush(e);
	assert_string_equal(world.did, "join:4:1");
	world_forget();
	vrrp_errands_net(e, VRRP_NET_AWAY);
	assert_string_equal(world.did, "");
	vrrp_errands_net(e, VRRP_NET_THERE);
	assert_string_equal(world.did, "join:4:1");
	world_forget();
	assert_false(vrrp_errands_joined(e, 1, -EAGAIN));
	vrrp_errands_flush(e);
	assert_string_equal(world.did, "join:4:1");
	/* A vrrpd-net in the kernel has been asked already. */
	world_forget();
	vrrp_errands_net(e, VRRP_NET_WAITS);
	vrrp_errands_net(e, VRRP_NET_THERE);
	assert_true(vrrp_errands_joined(e, 1, 0));
}

static void
test_vrrp_errand_join_that_is_forgone_is_not_asked_again(void **state)
{
	(void)state;
	vrrp_errands_net(e, VRRP_NET_THERE);
	assert_int_equal(vrrp_errands_join(e, 7, AF_INET, sockets), 1);
	assert_int_equal(vrrp_errands_join(e, 8, AF_INET, sockets), 2);
	vrrp_errands_forgo_join(e, 1);
	vrrp_errands_forgo_join(e, 1);
	world_forget();
	vrrp_errands_net(e, VRRP_NET_AWAY);
	vrrp_errands_net(e, VRRP_NET_THERE);
	assert_string_equal(world.did, "join:4:2");
	assert_false(vrrp_errands_joined(e, 1, 0));
	assert_true(vrrp_errands_joined(e, 2, -ENODEV));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_vrrp_errand_removals_leave_together_after_the_batch),
	    TEST(test_vrrp_errand_full_channel_is_tried_again),
	    TEST(test_vrrp_errand_ways_back_are_wished_with_numbers),
	    TEST(test_vrrp_errand_ways_back_without_an_answer_are_wished_again),
	    TEST(test_vrrp_errand_without_a_monitor_it_is_done_at_once),
	    TEST(test_vrrp_errand_last_chance_is_taken),
	    TEST(test_vrrp_errand_name_is_taken_while_a_removal_is_under_way),
	    TEST(test_vrrp_errand_instance_waits_for_the_name_of_its_device),
	    TEST(test_vrrp_errand_addresses_are_lent_anew_by_whoever_is_there),
	    TEST(test_vrrp_errand_unanswered_renewals_are_carried_out_here),
	    TEST(test_vrrp_errand_address_that_ran_out_is_said_to),
	    TEST(test_vrrp_errand_nothing_is_lent_anew_after_a_withdrawal),
	    TEST(test_vrrp_errand_nobody_is_asked_before_the_monitor_speaks),
	    TEST(test_vrrp_errand_wish_that_finds_no_room_leaves_with_the_beat),
	    TEST(test_vrrp_errand_device_nobody_waits_for_is_removed),
	    TEST(test_vrrp_errand_forsaken_wish_is_taken_over),
	    TEST(test_vrrp_errand_reserved_device_is_kept_for_the_next),
	    TEST(test_vrrp_errand_reserved_device_that_cannot_be_is_said_once),
	    TEST(test_vrrp_errand_instance_waits_for_its_device),
	    TEST(test_vrrp_errand_device_that_cannot_be_is_wished_again),
	    TEST(test_vrrp_errand_late_device_is_removed),
	    TEST(test_vrrp_errand_device_of_an_active_is_made_again),
	    TEST(test_vrrp_errand_device_that_was_taken_down_is_in_use),
	    TEST(test_vrrp_errand_active_without_a_device_stops),
	    TEST(test_vrrp_errand_nobody_joins_before_the_monitor_speaks),
	    TEST(test_vrrp_errand_join_is_asked_for_until_it_is_answered),
	    TEST(test_vrrp_errand_join_that_is_forgone_is_not_asked_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
