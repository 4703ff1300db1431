/*
 * test_vrrp_machine.c - events, and what an instance does about them.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "shared/nl_batch.h"
#include "test/unit/vrrpd/instance/instance_world.h"
#include "vrrpd/instance/vrrp_history.h"
#include "vrrpd/instance/vrrp_iface.h"
#include "vrrpd/instance/vrrp_machine.h"
#include "vrrpd/instance/vrrp_mute.h"
#include "vrrpd/instance/vrrp_voice.h"
#include "vrrpd/pure/vrrp_handoff.h"

/* V-61, V-64: and the order of the takeover path. */
static void
test_vrrp_machine_silence_takes_over_advert_addresses_announcement(void **state)
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
test_vrrp_machine_kept_addresses_are_readopted(void **state)
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
test_vrrp_machine_kept_addresses_it_cannot_use_are_withdrawn(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	hand_off_web();
	world_addr("192.0.2.2/24", false, true);
	primary_is_gone(AF_INET);
	start_with(&p);
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	vrrp_instance_drop_kept(v);
	world_deferred();
	assert_string_equal(world.did, "withdraw revoke:web");
}

/*
 * V-72 +, V-94 +, V-51 +: a lesser router was Active as well.  It may announce once more
 * after we did, so a round follows soon; then the configured ones.
 */
static void
test_vrrp_machine_contest_is_answered_announced_and_said(void **state)
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

/* Nobody hears it, and another router serves: one of the two is too many. */
static void
test_vrrp_machine_that_cannot_send_gives_up_when_another_serves(void **state)
{
	(void)state;
	become_active();
	world.send_error = ENOBUFS;
	world_run(10 * NS_PER_S);
	assert_int_equal(v->core.state, VRRP_ACTIVE);	/* alone */
	assert_true(v->stats.send_errors > 10);		/* not once a second */
	world_forget();
	world_advert("192.0.2.1", 50, 100);
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	assert_int_equal(vrrp_history_record(v, 0)->tr.cause,
	    VRRP_CAUSE_CANNOT_SEND);
	assert_int_equal(vrrp_history_record(v, 0)->tr.other.priority, 50);
	assert_non_null(strstr(world.did, "withdraw"));
	assert_string_equal(v->waiting, "cannot send adverts on eth0: No "
	    "buffer space available");
	world_run(10 * NS_PER_S);
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	/* The try reaches nobody: from us to us. */
	assert_memory_equal(world.frame, world.frame + 6, 6);
	assert_memory_equal(world.frame, world.iface->link.mac, 6);
	world.send_error = 0;
	world_run(NS_PER_S);
	assert_int_equal(v->core.state, VRRP_BACKUP);
	assert_int_equal(vrrp_history_record(v, 0)->tr.cause,
	    VRRP_CAUSE_SENDS_AGAIN);
	world_run(5 * NS_PER_S);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
}

/* bfdd knows that nothing leaves, so it is not waited for as long as for adverts. */
static void
test_vrrp_machine_mute_in_bfd_too_gives_up_soon(void **state)
{
	struct addr peer;

	(void)state;
	assert_int_equal(addr_parse("192.0.2.1", &peer), 0);
	become_active();
	vrrp_mute_bfd(v, &peer, "No buffer space available");
	world.send_error = ENOBUFS;
	world_advert("192.0.2.1", 50, 100);
	world_run(30 * NS_PER_MS);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	world_run(50 * NS_PER_MS);
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	assert_int_equal(vrrp_history_record(v, 0)->tr.cause,
	    VRRP_CAUSE_CANNOT_SEND);
}

/* Adverts leave, and BFD packets do not: an alarm, which ends; nobody gives up. */
static void
test_vrrp_machine_mute_in_bfd_alone_is_an_alarm(void **state)
{
	const struct vrrp_alarm *a;
	struct addr peer;

	(void)state;
	assert_int_equal(addr_parse("192.0.2.1", &peer), 0);
	become_active();
	vrrp_mute_bfd(v, &peer, "Operation not permitted");
	world_run(100 * NS_PER_MS);
	assert_false(vrrp_alarm_stands(&v->alarms, VRRP_ALARM_CANNOT_SEND));
	world_run(2 * NS_PER_S);
	a = vrrp_alarm_find(&v->alarms, VRRP_ALARM_CANNOT_SEND);
	assert_non_null(a);
	assert_true(addr_equal(&a->who.address, &peer));
	assert_non_null(strstr(a->text, "its BFD packets do not leave eth0: "
	    "Operation not permitted"));
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	world_run(2 * NS_PER_S);
	vrrp_mute_bfd(v, &peer, "");
	assert_false(vrrp_alarm_stands(&v->alarms, VRRP_ALARM_CANNOT_SEND));
}

static void
test_vrrp_machine_send_error_for_a_moment_changes_nothing(void **state)
{
	(void)state;
	become_active();
	world.send_error = ENOBUFS;
	world_run(NS_PER_S);
	world_advert("192.0.2.1", 50, 100);
	world.send_error = 0;
	world_run(NS_PER_S);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	assert_true(mono_is_never(v->unsent.since));
}

/* V-126: version 2 answers with announcements alone; priority 0 is no contest. */
static void
test_vrrp_machine_resignation_is_no_contest(void **state)
{
	(void)state;
	become_active();
	world_advert("192.0.2.1", 0, 100);
	assert_string_equal(world.did, "advert:100");
	assert_int_equal(v->stats.contests, 0);
}

/* V-65: the resigned one answers still, so the addresses are there first. */
static void
test_vrrp_machine_after_a_resignation_installs_before_the_advert(void **state)
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

/* V-68, V-63: the address is answered until there is a successor. */
static void
test_vrrp_machine_leaving_withdraws_when_the_successor_is_heard(void **state)
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

/* A hundred may be through with it at once: adverts go first, for a while. */
static void
test_vrrp_machine_withdrawal_of_who_lingers_waits_for_its_turn(void **state)
{
	(void)state;
	become_active();
	world_advert("192.0.2.1", 200, 100);
	world.spent = 5;
	world_run(VRRP_LINGER_TAIL_NS + 4 * 2 * LOOP_BUDGET_NS);
	assert_string_equal(world.did, "hush advert:100");
	world_run(2 * LOOP_BUDGET_NS);
	assert_string_equal(world.did, "hush advert:100 withdraw");
	assert_int_equal(world.spent, 0);
}

static void
test_vrrp_machine_withdrawal_of_who_lingers_does_not_wait_for_ever(
    void **state)
{
	(void)state;
	become_active();
	world_advert("192.0.2.1", 200, 100);
	world.spent = 10000;
	world_run(NS_PER_S);
	assert_string_equal(world.did, "hush advert:100");
	world_run(10 * NS_PER_MS);
	assert_string_equal(world.did, "hush advert:100 withdraw");
	assert_true(world.spent > 9000);
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
test_vrrp_machine_ipv6_after_a_resignation_waits_for_the_kernel(void **state)
{
	(void)state;
	resigned_to_an_ipv6_backup();
	assert_string_equal(world.did, "install-quietly");
	vrrp_voice_address_came(v, WORLD_IFINDEX);
	world_run(NS_PER_MS);
	assert_string_equal(world.did, "install-quietly");	/* not all */
	world_addr("fe80::50/64", false, false);
	vrrp_voice_address_came(v, WORLD_IFINDEX);
	world_addr("2001:db8::50/64", false, false);
	vrrp_voice_address_came(v, WORLD_IFINDEX);
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

/*
 * V-71: the one that is preempted speaks its turn meanwhile.  An answer would draw
 * the switch's port here, and requests to a device that cannot solicit yet.
 */
static void
test_vrrp_machine_ipv6_waiting_for_the_kernel_is_not_provoked(void **state)
{
	(void)state;
	resigned_to_an_ipv6_backup();
	world_advert("fe80::3", 50, 100);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	assert_string_equal(world.did, "install-quietly");
	vrrp_machine_reannounce(v);
	assert_string_equal(world.did, "install-quietly");
	vrrp_machine_change(v, true, true);
	assert_string_equal(world.did, "install-quietly");
	world_run(2 * NS_PER_MS);
	assert_string_equal(world.did,
	    "install-quietly speak advert:100 announce:2");
}

static void
test_vrrp_machine_ipv6_waits_for_the_kernel_but_not_for_ever(void **state)
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
test_vrrp_machine_ipv6_waiting_for_the_kernel_yields(void **state)
{
	(void)state;
	resigned_to_an_ipv6_backup();
	world_advert("fe80::3", 250, 100);
	assert_string_equal(world.did, "install-quietly hush advert:100");
	world_run(2 * NS_PER_MS);
	assert_string_equal(world.did, "install-quietly hush advert:100");
}

static void
test_vrrp_machine_leaving_without_a_successor_is_bounded(void **state)
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
test_vrrp_machine_leaving_with_a_dead_link_withdraws_at_once(void **state)
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
test_vrrp_machine_disabled_and_enabled_again_never_stops_answering(
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

/*
 * V-71, V-26: nothing more leaves with the virtual MAC, and what still comes is
 * answered for a moment.
 */
static void
test_vrrp_machine_better_advert_withdraws(void **state)
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

/* V-37: the packet that restarts the timer was already in the socket. */
static void
late_advert(void)
{
	world_advert("192.0.2.1", 200, 100);
}

static void
test_vrrp_machine_due_timer_looks_into_the_socket_first(void **state)
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

/* V-68: two passes, so that every advert leaves before the first withdrawal. */
static void
test_vrrp_machine_leaving_resigns_then_withdraws(void **state)
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
test_vrrp_machine_refused_address_resigns_and_tries_again(void **state)
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
test_vrrp_machine_batch_that_cannot_be_sent_resigns(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	world.install_error = -ENOBUFS;
	start_with(&p);
	world_run(v->core.active_down_interval_ns);
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	world.install_error = 0;
}

/*
 * V-67 -: whoever serves is not told to yield before the addresses are ours; nor
 * does a resignation follow that nobody could make sense of.
 */
static void
test_vrrp_machine_refused_preemption_says_nothing(void **state)
{
	struct vrrp_params p = world_params();
	static const uint8_t serving[] = { 50, 0 };
	size_t i;

	(void)state;
	start_with(&p);
	for (i = 0; i < sizeof(serving); i++) {
		world_advert("192.0.2.1", serving[i], 100);
		world_forget();
		world.refusal = ENOSPC;
		world_run(mono_sub(vrrp_core_next_expiry(&v->core),
		    world.now));
		assert_string_equal(world.did, "install");
		assert_int_equal(v->core.state, VRRP_ACTIVE);
		world_ack(ENOSPC, 0);
		assert_string_equal(world.did, "install withdraw");
		assert_int_equal(v->core.state, VRRP_INITIALIZE);
		world_ack(0, 0);
		world_run(2 * NS_PER_S);
		assert_int_equal(v->core.state, VRRP_BACKUP);
	}
	/* Where nobody serves the advert goes first, and is taken back. */
	world_forget();
	world_run(v->core.active_down_interval_ns);
	assert_string_equal(world.did, "advert:100 install announce:1");
	world_ack(ENOSPC, 0);
	assert_string_equal(world.did,
	    "advert:100 install announce:1 advert:0 withdraw");
	world_ack(0, 0);
	/* A device that is gone is made again, and the router stays Active. */
	world_run(4 * NS_PER_S);
	world_advert("192.0.2.1", 50, 100);
	world_forget();
	world.refusal = ENODEV;
	world.device_gone = true;
	world_run(v->core.active_down_interval_ns);
	assert_string_equal(world.did, "install advert:100 announce:1");
	world.device_gone = false;
	world.refusal = 0;
}

/* A refusal that comes after we have yielded anyway means nothing. */
static void
test_vrrp_machine_late_refusal_after_yielding_is_ignored(void **state)
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

/* V-126 + announced again, but no advert in answer. */
static void
test_vrrp_machine_v2_lesser_advert_is_not_answered(void **state)
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

/* V-132 + a version 2 Active is followed at its pace, not at ours. */
static void
test_vrrp_machine_dual_follows_the_seconds_of_a_v2_active(void **state)
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
test_vrrp_machine_dual_ignores_v2_of_an_active_heard_in_v3(void **state)
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
test_vrrp_machine_bfd_down_takes_over_at_once(void **state)
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

/* L-21 - bfdd gone is not the peer gone. */
static void
test_vrrp_machine_bfd_unknown_changes_nothing(void **state)
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

/* L-23 + the Active says at once that it lives, and keeps its rhythm. */
static void
test_vrrp_machine_bfdd_lost_while_active_is_an_advert_at_once(void **state)
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
test_vrrp_machine_bfdd_lost_while_backup_is_silence(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	start_with(&p);
	world_advert("192.0.2.1", 200, 100);
	vrrp_machine_reassure(v);
	assert_string_equal(world.did, "");
	assert_int_equal(v->core.state, VRRP_BACKUP);
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

/* L-18 + : as slow as the peer, the link has an interval more to fail. */
static void
test_vrrp_machine_takeover_waits_for_the_link(void **state)
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

static void
link_down(void)
{
	vrrp_track_detection(world.env.track, "eth0 203.0.113.1", 0);
	vrrp_track_set(world.env.track, VRRP_TRACK_LINK, "eth0 203.0.113.1",
	    false, "its BFD session timed out", world.now);
	world_deferred();
}

/* L-18 + : both died, so nobody is Active here for a moment only. */
static void
test_vrrp_machine_link_that_fails_while_waited_for_is_a_fault(void **state)
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
test_vrrp_machine_faster_link_costs_nothing(void **state)
{
	struct vrrp_bfd_event e = start_with_link(19 * NS_PER_MS, false);

	(void)state;
	vrrp_machine_bfd(v, &e, e.last_rx, world.now, world.now, false);
	assert_string_equal(world.did, "advert:100 install announce:1");
}

/* L-18 - : nor is one that was down before, and is not the last. */
static void
test_vrrp_machine_dead_link_is_not_waited_for(void **state)
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
test_vrrp_machine_peer_heard_while_the_link_is_waited_for(void **state)
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
test_vrrp_machine_active_leaves_when_its_link_fails(void **state)
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
test_vrrp_machine_last_resort_stays_active(void **state)
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

/* Design §5: whoever was cut off may have drawn the clients to itself. */
static void
test_vrrp_machine_active_announces_when_bfd_comes_back(void **state)
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
test_vrrp_machine_absence_is_granted_to_the_peer(void **state)
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

/* V-60 +, V-76 + Active at once; what is the interface's own stays there. */
static void
test_vrrp_machine_owner_is_active_at_once_with_its_own_address(void **state)
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

/* --- absences --- */

static void
away_and_replaced(void)
{
	(void)vrrp_machine_absent(v, mono_add(world.now, -4 * NS_PER_S),
	    world.now, 0);
	world_advert("192.0.2.1", 50, 100);
}

static void
change_priority(void)
{
	struct vrrp_params p = v->p;

	p.priority = 150;
	vrrp_instance_set(v, &p);
}

static void
stop(void)
{
	vrrp_instance_resign(v, VRRP_CAUSE_SHUTDOWN);
}

static void
hand_over(void)
{
	(void)vrrp_instance_handover(v);
}

static void
announce(void)
{
	vrrp_machine_reannounce(v);
}

static void
reassure(void)
{
	vrrp_machine_reassure(v);
}

/*
 * L-32, design §6: after a long handler of the same batch, whatever comes next
 * speaks for a router that may have been replaced: each asks first.
 */
static void
test_vrrp_machine_every_event_is_preceded_by_the_judgement(void **state)
{
	static void (*const events[])(void) = { change_priority, stop,
	    hand_over, announce, reassure };
	size_t i;

	for (i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		become_active();
		world.on_judge = away_and_replaced;
		events[i]();
		world_deferred();
		assert_int_equal(v->core.fenced_out, 1);
		assert_null(strstr(world.did, "advert:150"));
		assert_null(strstr(world.did, "advert:0"));
		assert_null(strstr(world.did, "announce"));
		assert_int_equal(teardown(state), 0);
		assert_int_equal(setup(state), 0);
	}
}

/* V-65, V-70: what was heard before it resigned is no successor. */
static void
test_vrrp_machine_older_advert_ends_no_lingering(void **state)
{
	struct vrrp_advert a = { .version = 3, .vrid = 51, .priority = 50,
	    .interval_cs = 100, .addr_count = 1 };

	(void)state;
	assert_int_equal(addr_parse("192.0.2.1", &a.source), 0);
	become_active();
	vrrp_instance_resign(v, VRRP_CAUSE_SHUTDOWN);
	assert_true(vrrp_machine_lingers(v));
	vrrp_machine_rx(v, world.now, mono_add(world.now, -NS_PER_MS), &a);
	assert_int_equal(v->linger.phase, VRRP_LINGER_WAITING);
	world_advert("192.0.2.1", 50, 100);
	assert_int_equal(v->linger.phase, VRRP_LINGER_TAIL);
}

/* V-65, V-72: nor is the one that yields to it, whose last word is on its way. */
static void
test_vrrp_machine_last_word_of_the_preempted_is_no_successor(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	start_with(&p);
	world_advert("192.0.2.1", 50, 100);
	world_run_until(vrrp_core_next_expiry(&v->core));
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	vrrp_instance_resign(v, VRRP_CAUSE_SHUTDOWN);
	world_advert("192.0.2.3", 0, 100);
	world_advert("192.0.2.1", 50, 100);
	assert_int_equal(v->linger.phase, VRRP_LINGER_WAITING);
	world_advert("192.0.2.1", 50, 100);
	assert_int_equal(v->linger.phase, VRRP_LINGER_TAIL);
}

/* Heard before this router resigned, it is not waited for again. */
static void
test_vrrp_machine_last_word_is_heard_once(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	start_with(&p);
	world_advert("192.0.2.1", 50, 100);
	world_run_until(vrrp_core_next_expiry(&v->core));
	world_advert("192.0.2.1", 50, 100);
	vrrp_instance_resign(v, VRRP_CAUSE_SHUTDOWN);
	world_advert("192.0.2.1", 50, 100);
	assert_int_equal(v->linger.phase, VRRP_LINGER_TAIL);
}

/* Two were Active for long: the lesser one is told, and yields. */
static void
test_vrrp_machine_last_word_after_a_contest_is_no_successor(void **state)
{
	(void)state;
	become_active();
	world_run(NS_PER_S);
	world_advert("192.0.2.1", 50, 100);
	vrrp_instance_resign(v, VRRP_CAUSE_SHUTDOWN);
	world_advert("192.0.2.1", 50, 100);
	assert_int_equal(v->linger.phase, VRRP_LINGER_WAITING);
	world_run(VRRP_LAST_WORD_NS);
	world_advert("192.0.2.1", 50, 100);
	assert_int_equal(v->linger.phase, VRRP_LINGER_TAIL);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_vrrp_machine_every_event_is_preceded_by_the_judgement),
	    TEST(test_vrrp_machine_older_advert_ends_no_lingering),
	    TEST(test_vrrp_machine_last_word_of_the_preempted_is_no_successor),
	    TEST(test_vrrp_machine_last_word_is_heard_once),
	    TEST(test_vrrp_machine_last_word_after_a_contest_is_no_successor),
	    TEST(test_vrrp_machine_silence_takes_over_advert_addresses_announcement),
	    TEST(test_vrrp_machine_kept_addresses_are_readopted),
	    TEST(test_vrrp_machine_kept_addresses_it_cannot_use_are_withdrawn),
	    TEST(test_vrrp_machine_contest_is_answered_announced_and_said),
	    TEST(test_vrrp_machine_that_cannot_send_gives_up_when_another_serves),
	    TEST(test_vrrp_machine_mute_in_bfd_too_gives_up_soon),
	    TEST(test_vrrp_machine_mute_in_bfd_alone_is_an_alarm),
	    TEST(test_vrrp_machine_send_error_for_a_moment_changes_nothing),
	    TEST(test_vrrp_machine_resignation_is_no_contest),
	    TEST(test_vrrp_machine_after_a_resignation_installs_before_the_advert),
	    TEST(test_vrrp_machine_leaving_withdraws_when_the_successor_is_heard),
	    TEST(test_vrrp_machine_ipv6_after_a_resignation_waits_for_the_kernel),
	    TEST(test_vrrp_machine_ipv6_waiting_for_the_kernel_is_not_provoked),
	    TEST(test_vrrp_machine_ipv6_waits_for_the_kernel_but_not_for_ever),
	    TEST(test_vrrp_machine_ipv6_waiting_for_the_kernel_yields),
	    TEST(test_vrrp_machine_leaving_without_a_successor_is_bounded),
	    TEST(test_vrrp_machine_leaving_with_a_dead_link_withdraws_at_once),
	    TEST(test_vrrp_machine_disabled_and_enabled_again_never_stops_answering),
	    TEST(test_vrrp_machine_withdrawal_of_who_lingers_waits_for_its_turn),
	    TEST(test_vrrp_machine_withdrawal_of_who_lingers_does_not_wait_for_ever),
	    TEST(test_vrrp_machine_better_advert_withdraws),
	    TEST(test_vrrp_machine_due_timer_looks_into_the_socket_first),
	    TEST(test_vrrp_machine_leaving_resigns_then_withdraws),
	    TEST(test_vrrp_machine_refused_address_resigns_and_tries_again),
	    TEST(test_vrrp_machine_batch_that_cannot_be_sent_resigns),
	    TEST(test_vrrp_machine_refused_preemption_says_nothing),
	    TEST(test_vrrp_machine_late_refusal_after_yielding_is_ignored),
	    TEST(test_vrrp_machine_v2_lesser_advert_is_not_answered),
	    TEST(test_vrrp_machine_dual_follows_the_seconds_of_a_v2_active),
	    TEST(test_vrrp_machine_dual_ignores_v2_of_an_active_heard_in_v3),
	    TEST(test_vrrp_machine_bfd_down_takes_over_at_once),
	    TEST(test_vrrp_machine_bfd_unknown_changes_nothing),
	    TEST(test_vrrp_machine_bfdd_lost_while_active_is_an_advert_at_once),
	    TEST(test_vrrp_machine_bfdd_lost_while_backup_is_silence),
	    TEST(test_vrrp_machine_takeover_waits_for_the_link),
	    TEST(test_vrrp_machine_link_that_fails_while_waited_for_is_a_fault),
	    TEST(test_vrrp_machine_faster_link_costs_nothing),
	    TEST(test_vrrp_machine_dead_link_is_not_waited_for),
	    TEST(test_vrrp_machine_peer_heard_while_the_link_is_waited_for),
	    TEST(test_vrrp_machine_active_leaves_when_its_link_fails),
	    TEST(test_vrrp_machine_last_resort_stays_active),
	    TEST(test_vrrp_machine_active_announces_when_bfd_comes_back),
	    TEST(test_vrrp_machine_absence_is_granted_to_the_peer),
	    TEST(test_vrrp_machine_owner_is_active_at_once_with_its_own_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
