/*
 * test_vrrp_guard.c - the rules of an instance's lease are asked for, spoken to,
 * and known to be there or not.
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
#include "vrrpd/instance/vrrp_guard.h"
#include "vrrpd/instance/vrrp_instance.h"
#include "vrrpd/instance/vrrp_machine.h"
#include "vrrpd/instance/vrrp_send.h"

static int
open_guarded(void **state)
{
	int rc = setup(state);

	world.env.guards = vrrp_guards_new(&world.env);
	world.env.channel = a_channel();
	return rc != 0 || world.env.guards == NULL ? -1 : 0;
}

static int
close_guarded(void **state)
{
	struct vrrp_guards *gs = world.env.guards;
	int rc = teardown(state);

	vrrp_guards_free(gs);
	return rc;
}

static void
assert_guard(const char *word, const char *reason)
{
	const char *why;

	assert_string_equal(vrrp_guard_word(v, &why), word);
	assert_string_equal(why, reason);
}

static void
with_lease(void)
{
	struct vrrp_params p = world_params();

	start_with(&p);
	assert_int_equal(world.leases, 1);
	assert_true(world.lease.put);
	vrrp_guards_answered(world.env.guards, world.lease.number, 0);
	assert_guard("lease", "");
}

/* A vrrpd that was killed whole had a lease, and the file of the next one has none. */
static void
test_vrrp_guard_without_a_lease_older_rules_are_taken_away(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	p.lease = false;
	start_with(&p);
	assert_int_equal(world.leases, 1);
	assert_false(world.lease.put);
	assert_int_equal(world.lease.lease.vrid, p.vrid);
	assert_guard("none", "lease = no");
	vrrp_guards_answered(world.env.guards, world.lease.number, 0);
	world_run(5 * NS_PER_S);
	assert_int_equal(world.leases, 1);
}

static struct vrrp_bfd_session
session(enum vrrp_bfd_state state, int64_t tx_ns)
{
	struct vrrp_bfd_session s;

	memset(&s, 0, sizeof(s));
	assert_int_equal(addr_parse("192.0.2.3", &s.peer), 0);
	s.level.state = state;
	s.level.tx_interval_ns = tx_ns;
	s.level.tx_multiplier = 3;
	return s;
}

static void
test_vrrp_guard_is_in_force_when_it_is_granted(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	start_with(&p);
	assert_guard("none", "");
	vrrp_guards_answered(world.env.guards, world.lease.number + 1, 0);
	assert_guard("none", "");
	vrrp_guards_answered(world.env.guards, world.lease.number, 0);
	assert_guard("lease", "");
	assert_string_equal(world.words, "");
}

static void
test_vrrp_guard_refused_is_said_and_tried_again_late(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	start_with(&p);
	vrrp_guards_answered(world.env.guards, world.lease.number,
	    -EOPNOTSUPP);
	assert_guard("none", "it needs nf_tables of Linux 5.16, for what leaves "
	    "a device");
	assert_non_null(strstr(lines, "no lease: it needs nf_tables"));
	/* Nobody would take a word out again. */
	vrrp_guard_said(v, false);
	vrrp_guard_idle(v);
	assert_string_equal(world.words, "");
	world_run(50 * NS_PER_S);
	assert_int_equal(world.leases, 1);
	world_run(20 * NS_PER_S);
	assert_true(world.leases > 1);
}

static void
test_vrrp_guard_without_an_answer_asks_again(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	start_with(&p);
	world_run(2100 * NS_PER_MS);
	assert_int_equal(world.leases, 2);
}

/* Whoever was asked may have died over it. */
static void
test_vrrp_guard_with_another_vrrpd_net_asks_at_once(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	start_with(&p);
	assert_int_equal(world.leases, 1);
	vrrp_guards_again(world.env.guards);
	assert_int_equal(world.leases, 2);
	assert_true(world.lease.put);
	vrrp_guards_answered(world.env.guards, world.lease.number, 0);
	assert_guard("lease", "");
	/* The rules outlive vrrpd-net. */
	vrrp_guards_again(world.env.guards);
	assert_int_equal(world.leases, 2);
}

static void
test_vrrp_guard_without_room_asks_when_there_may_be_some(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	world.channel_full = true;
	start_with(&p);
	assert_int_equal(world.leases, 0);
	assert_guard("none", "");
	world_run(2100 * NS_PER_MS);
	/* No notice: there is room again in a moment. */
	assert_null(strstr(lines, "no lease"));
	world.channel_full = false;
	world_run(2 * NS_PER_S);
	assert_int_equal(world.leases, 1);
	vrrp_guards_answered(world.env.guards, world.lease.number, 0);
	assert_guard("lease", "");
	/* Rules that had been granted before are no reason to wait, either. */
	world.channel_full = true;
	p.advert_int_cs = 200;
	assert_true(vrrp_instance_set(v, &p));
	assert_guard("none", "");
	world.channel_full = false;
	vrrp_guards_again(world.env.guards);
	assert_int_equal(world.leases, 2);
}

/* The rules are not trusted from the change on, and not again before the answer. */
static void
test_vrrp_guard_change_switches_off_and_asks(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	with_lease();
	p.advert_int_cs = 200;
	assert_true(vrrp_instance_set(v, &p));
	assert_string_equal(world.words, "O");
	assert_int_equal(world.leases, 2);
	assert_int_equal(world.lease.lease.interval, 200);
	assert_guard("none", "");
	p.lease = false;
	assert_true(vrrp_instance_set(v, &p));
	assert_string_equal(world.words, "OO");
	assert_false(world.lease.put);
	assert_guard("none", "lease = no");
}

static void
test_vrrp_guard_sessions_change_rules_by_their_pace_alone(void **state)
{
	struct vrrp_bfd_session s = session(VRRP_BFD_UP, 10 * NS_PER_MS);
	struct vrrp_params p = world_params();

	(void)state;
	p.has_bfd_auto = false;
	p.bfd_count = 1;
	p.bfd[0].peer = s.peer;
	p.bfd[0].role = VRRP_BFD_PEER;
	start_with(&p);
	vrrp_guards_answered(world.env.guards, world.lease.number, 0);
	vrrp_guard_bfd(v, &s);
	assert_int_equal(world.leases, 2);
	assert_int_equal(world.lease.lease.peer_count, 1);
	assert_string_equal(world.words, "O");
	vrrp_guards_answered(world.env.guards, world.lease.number, 0);
	s.level.state = VRRP_BFD_DOWN;
	vrrp_guard_bfd(v, &s);
	assert_string_equal(world.words, "OA");
	s.level.state = VRRP_BFD_UP;
	vrrp_guard_bfd(v, &s);
	assert_int_equal(world.leases, 2);
	s.level.tx_interval_ns *= 2;
	vrrp_guard_bfd(v, &s);
	assert_int_equal(world.leases, 3);
	assert_string_equal(world.words, "OAO");
	/* Nobody names it: not counted. */
	assert_int_equal(addr_parse("192.0.2.4", &s.peer), 0);
	vrrp_guard_bfd(v, &s);
	assert_int_equal(world.leases, 3);
}

static void
test_vrrp_guard_looks_whether_the_rules_are_there(void **state)
{
	(void)state;
	with_lease();
	world_run(2100 * NS_PER_MS);
	assert_string_equal(world.words, "IR");
	world_run(2000 * NS_PER_MS);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	assert_string_equal(world.words, "IRPR");
	assert_int_equal(world.leases, 1);
	world.no_rules = true;
	world_run(2000 * NS_PER_MS);
	assert_int_equal(world.leases, 2);
	assert_true(world.lease.is_active);
	assert_non_null(strstr(lines, "removed by someone else"));
}

/* Whoever may have been replaced says nothing to them. */
static void
test_vrrp_guard_fenced_leaves_the_rules_alone(void **state)
{
	struct vrrp_bfd_session s = session(VRRP_BFD_DOWN, 0);

	(void)state;
	with_lease();
	world_run(4 * NS_PER_S);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	world.words[0] = '\0';
	assert_true(vrrp_machine_absent(v, loop_clock(), mono_add(loop_clock(),
	    10 * NS_PER_S), 0));
	vrrp_guard_bfd(v, &s);
	vrrp_guard_bfd_lost(v);
	vrrp_guard_follow(v);
	assert_string_equal(world.words, "");
	assert_int_equal(world.leases, 1);
}

static void
test_vrrp_guard_unicast_is_accompanied_by_words(void **state)
{
	struct vrrp_params p = unicast_params(255);

	(void)state;
	start_with(&p);
	vrrp_guards_answered(world.env.guards, world.lease.number, 0);
	assert_true(world.lease.lease.unicast);
	vrrp_send_advert(v, 100);
	assert_string_equal(world.words, "S");
	vrrp_send_advert(v, 0);
	assert_string_equal(world.words, "S0");
}

/* Said before the kernel is asked for anything that it may keep us waiting for. */
static void
test_vrrp_guard_ends_before_the_addresses_are_off(void **state)
{
	(void)state;
	world.acks = true;
	with_lease();
	world_run(4 * NS_PER_S);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	world.words[0] = world.did[0] = '\0';
	vrrp_instance_resign(v, VRRP_CAUSE_SHUTDOWN);
	world_run(100 * NS_PER_MS);
	assert_string_equal(world.words, "");	/* nobody serves yet */
	world_advert("192.0.2.1", 50, 100);
	assert_string_equal(world.words, "RE");
	assert_non_null(strstr(world.did, "hush"));
	assert_null(strstr(world.did, "withdraw"));
	world_run(10 * NS_PER_MS);
	/* The kernel has answered: nothing is stopped any more. */
	assert_string_equal(world.words, "REEI");
	assert_non_null(strstr(world.did, "withdraw"));
}

/* An heir goes on under the same rules, which the one that leaves must not end. */
static void
test_vrrp_guard_is_not_ended_for_the_heir(void **state)
{
	struct vrrp_params p = world_params();
	struct vrrp_instance *heir, *old;
	char why[VRRP_VIP_REASON_MAX];

	(void)state;
	world.acks = true;
	with_lease();
	world_run(4 * NS_PER_S);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	p.virtual_mac = !p.virtual_mac;
	heir = vrrp_instance_new_heir(v, world.iface, &p);
	assert_non_null(heir);
	world.words[0] = '\0';
	assert_true(vrrp_instance_succeed(heir, v, false, why, sizeof(why)));
	old = v;
	v = heir;
	world_run(10 * NS_PER_MS);
	assert_string_equal(world.words, "");
	assert_int_equal(world.leases, 1);
	/* The rules are the heir's now, until it has its own. */
	vrrp_instance_free(old);
	assert_string_equal(world.words, "");
	assert_int_equal(world.leases, 2);
	assert_true(world.lease.put);
	assert_true(world.lease.is_active);
	/* Where it is to have none, they are taken out. */
	p.lease = false;
	assert_true(vrrp_instance_set(v, &p));
	assert_int_equal(world.leases, 3);
	assert_false(world.lease.put);
}

/* Rules that would not count the heir's adverts are not to be trusted with it. */
static void
succeed_with(const struct vrrp_params *p)
{
	struct vrrp_instance *heir, *old;
	char why[VRRP_VIP_REASON_MAX];

	world.acks = true;
	with_lease();
	world_run(4 * NS_PER_S);
	heir = vrrp_instance_new_heir(v, world.iface, p);
	assert_non_null(heir);
	world.words[0] = '\0';
	assert_true(vrrp_instance_succeed(heir, v, false, why, sizeof(why)));
	assert_string_equal(world.words, "O");
	old = v;
	v = heir;
	world_run(10 * NS_PER_MS);
	vrrp_instance_free(old);
	assert_true(world.lease.put);
}

static void
test_vrrp_guard_is_off_for_an_heir_of_another_version(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	p.virtual_mac = !p.virtual_mac;
	p.version = 2;
	succeed_with(&p);
}

static void
test_vrrp_guard_is_off_for_an_heir_with_unicast_peers(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	p.virtual_mac = !p.virtual_mac;
	p.unicast_count = 1;
	assert_int_equal(addr_parse("192.0.2.9", &p.unicast_peers[0]), 0);
	succeed_with(&p);
}

/* However many there are on an interface. */
static void
test_vrrp_guard_crowd_has_its_leases(void **state)
{
	struct vrrp_instance *crowd[40];
	struct vrrp_params p = world_params();
	const char *why;
	unsigned i;

	(void)state;
	with_lease();
	for (i = 0; i < 40; i++) {
		p.vrid = (uint8_t)(100 + i);
		p.vips[0].prefix.addr.bytes[3] = (uint8_t)(100 + i);
		crowd[i] = vrrp_instance_new(&world.env, world.iface, &p);
		assert_non_null(crowd[i]);
		vrrp_guard_follow(crowd[i]);
		vrrp_guards_answered(world.env.guards, world.lease.number, 0);
	}
	assert_int_equal(world.leases, 41);
	while (i-- > 0) {
		assert_string_equal(vrrp_guard_word(crowd[i], &why), "lease");
		vrrp_instance_free(crowd[i]);
	}
}

static const struct vrrp_alarm *
alarm_of(enum vrrp_alarm_kind kind)
{
	return vrrp_alarm_find(&v->alarms, kind);
}

/* Rules that were asked for and do not come are an alarm, and its end. */
static void
test_vrrp_guard_without_rules_is_an_alarm(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	start_with(&p);
	world_run(2500 * NS_PER_MS);
	assert_null(alarm_of(VRRP_ALARM_LEASE_LOST));
	world_run(NS_PER_S);
	assert_non_null(alarm_of(VRRP_ALARM_LEASE_LOST));
	assert_non_null(strstr(lines, "alarm=lease-lost "));
	assert_non_null(strstr(lines, "does not answer"));
	assert_non_null(strstr(lines, "remedy: see what removes"));
	vrrp_guards_answered(world.env.guards, world.lease.number, 0);
	assert_null(alarm_of(VRRP_ALARM_LEASE_LOST));
	world.no_rules = true;			/* and somebody removes them */
	world_run(6 * NS_PER_S);
	assert_non_null(alarm_of(VRRP_ALARM_LEASE_LOST));
	assert_guard("none", "removed by someone else");
	p.lease = false;			/* the other remedy */
	assert_true(vrrp_instance_set(v, &p));
	assert_null(alarm_of(VRRP_ALARM_LEASE_LOST));
}

static void
test_vrrp_guard_refused_is_an_alarm_unless_it_cannot_be(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	start_with(&p);
	vrrp_guards_answered(world.env.guards, world.lease.number,
	    -EOPNOTSUPP);
	world_run(10 * NS_PER_S);
	assert_null(alarm_of(VRRP_ALARM_LEASE_LOST));
	world_run(60 * NS_PER_S);
	vrrp_guards_answered(world.env.guards, world.lease.number, -EPERM);
	world_run(4 * NS_PER_S);
	assert_non_null(alarm_of(VRRP_ALARM_LEASE_LOST));
	assert_non_null(strstr(lines, "Operation not permitted"));
}

/* vrrpd-net has heard that somebody was there. */
static void
test_vrrp_guard_looks_at_once_when_told(void **state)
{
	(void)state;
	with_lease();
	vrrp_guards_answered(world.env.guards, 0, 0);
	assert_string_equal(world.words, "IR");
	assert_int_equal(world.leases, 1);
	world.no_rules = true;
	vrrp_guards_answered(world.env.guards, 0, 0);
	assert_int_equal(world.leases, 2);
	assert_guard("none", "removed by someone else");
	vrrp_guards_answered(world.env.guards, world.lease.number, 0);
	assert_guard("lease", "");
}

static void
test_vrrp_guard_ran_out_is_an_alarm_for_a_while(void **state)
{
	(void)state;
	with_lease();
	world_run(4100 * NS_PER_MS);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	assert_null(alarm_of(VRRP_ALARM_LEASE_RAN_OUT));
	world.ran_out = true;
	world_run(2 * NS_PER_S);
	assert_non_null(alarm_of(VRRP_ALARM_LEASE_RAN_OUT));
	assert_non_null(strstr(lines, "alarm=lease-ran-out "));
	assert_guard("lease", "");
	world_run(11 * NS_PER_S);
	assert_null(alarm_of(VRRP_ALARM_LEASE_RAN_OUT));
}

static void
test_vrrp_guard_taken_away_with_its_instance(void **state)
{
	(void)state;
	with_lease();
	vrrp_instance_free(v);
	v = NULL;
	assert_int_equal(world.leases, 2);
	assert_false(world.lease.put);
	assert_string_equal(world.lease.lease.devices[0], "eth0");
}

/* Asked until it is answered, though nobody is there any more. */
static void
test_vrrp_guard_taken_away_for_certain(void **state)
{
	(void)state;
	with_lease();
	vrrp_instance_free(v);
	v = NULL;
	assert_int_equal(world.leases, 2);
	vrrp_guards_again(world.env.guards);
	assert_int_equal(world.leases, 3);
	assert_false(world.lease.put);
	world_run(2100 * NS_PER_MS);
	assert_int_equal(world.leases, 4);
	vrrp_guards_answered(world.env.guards, world.lease.number, 0);
	vrrp_guards_again(world.env.guards);
	world_run(5 * NS_PER_S);
	assert_int_equal(world.leases, 4);
}

/* Whoever wants rules for that router again has them, and not their end. */
static void
test_vrrp_guard_taken_away_gives_way_to_the_next(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	with_lease();
	vrrp_instance_free(v);
	v = NULL;
	start_with(&p);
	assert_int_equal(world.leases, 3);
	assert_true(world.lease.put);
	vrrp_guards_answered(world.env.guards, world.lease.number, 0);
	vrrp_guards_again(world.env.guards);
	world_run(5 * NS_PER_S);
	assert_int_equal(world.leases, 3);
	assert_true(world.lease.put);
}

#define G(test) \
	cmocka_unit_test_setup_teardown(test, open_guarded, close_guarded)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		G(test_vrrp_guard_is_in_force_when_it_is_granted),
		G(test_vrrp_guard_refused_is_said_and_tried_again_late),
		G(test_vrrp_guard_without_an_answer_asks_again),
		G(test_vrrp_guard_with_another_vrrpd_net_asks_at_once),
		G(test_vrrp_guard_without_room_asks_when_there_may_be_some),
		G(test_vrrp_guard_change_switches_off_and_asks),
		G(test_vrrp_guard_without_a_lease_older_rules_are_taken_away),
		G(test_vrrp_guard_sessions_change_rules_by_their_pace_alone),
		G(test_vrrp_guard_looks_whether_the_rules_are_there),
		G(test_vrrp_guard_fenced_leaves_the_rules_alone),
		G(test_vrrp_guard_unicast_is_accompanied_by_words),
		G(test_vrrp_guard_ends_before_the_addresses_are_off),
		G(test_vrrp_guard_is_not_ended_for_the_heir),
		G(test_vrrp_guard_is_off_for_an_heir_of_another_version),
		G(test_vrrp_guard_is_off_for_an_heir_with_unicast_peers),
		G(test_vrrp_guard_crowd_has_its_leases),
		G(test_vrrp_guard_without_rules_is_an_alarm),
		G(test_vrrp_guard_refused_is_an_alarm_unless_it_cannot_be),
		G(test_vrrp_guard_looks_at_once_when_told),
		G(test_vrrp_guard_ran_out_is_an_alarm_for_a_while),
		G(test_vrrp_guard_taken_away_with_its_instance),
		G(test_vrrp_guard_taken_away_for_certain),
		G(test_vrrp_guard_taken_away_gives_way_to_the_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
