/*
 * test_vrrp_watch.c - an instance asks whether it is alone, and what it makes of
 * the answers.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "test/unit/vrrpd/instance/instance_world.h"
#include "vrrpd/instance/vrrp_watch.h"
#include "vrrpd/pure/vrrp_ask.h"

static const uint8_t other_mac[6] = { 2, 0, 0, 0, 0, 0x77 };
static const uint8_t virtual_mac[6] = { 0, 0, 0x5e, 0, 1, 51 };

static struct addr
addr(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, &a), 0);
	return a;
}

static bool
stands(enum vrrp_alarm_kind kind)
{
	return vrrp_alarm_stands(&v->alarms, kind);
}

static void
hear(const uint8_t *frame, size_t len)
{
	assert_non_null(world.ear);
	world.ear(frame, len, world.ear_arg);
	world_deferred();
}

/* An ask of 192.0.2.9. */
static void
hear_ask(bool active)
{
	struct addr vip = addr("192.0.2.50"), source = addr("192.0.2.9");
	uint8_t frame[VRRP_ASK_FRAME_MAX];

	hear(frame, vrrp_ask_build(&vip, &source, other_mac, 51, active,
	    frame, sizeof(frame)));
}

/* Somebody with this MAC says that he has the address. */
static void
hear_claim(const char *address, const uint8_t mac[6], const uint8_t to[6],
    const char *target)
{
	struct addr a = addr(address), t = addr(target);
	uint8_t frame[VRRP_ASK_FRAME_MAX];
	size_t len;

	len = vrrp_ask_build(&t, &a, mac, 51, false, frame, sizeof(frame));
	memcpy(frame, to, 6);
	frame[21] = 2;			/* a reply */
	if (t.bytes[0] == 0)
		memset(frame + 38, 0, 4);
	hear(frame, len);
}

static void
hear_foreign(void)
{
	hear_claim("192.0.2.50", other_mac, world.iface->link.mac,
	    "192.0.2.2");
}

static unsigned
asked(bool active)
{
	struct vrrp_ask_heard h;
	unsigned i, n = 0;

	for (i = 0; i < world.asked_count; i++)
		if (vrrp_ask_parse(world.asked[i].frame, world.asked[i].len,
		    &h) && h.what == VRRP_ASK_SIGNED && h.active == active)
			n++;
	return n;
}

static void
test_vrrp_watch_active_asks_every_second(void **state)
{
	(void)state;
	become_active();
	world.asked_count = 0;
	world_run(10 * NS_PER_S);
	assert_in_range(asked(true), 9, 11);
	assert_int_equal(asked(false), 0);
	assert_memory_equal(world.asked[0].frame + 6, world.iface->link.mac, 6);
}

/* A cold start asks, and one that follows says that it is there, then nothing. */
static void
test_vrrp_watch_backup_asks_while_it_hears_nobody(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	start_with(&p);
	world_run(2 * NS_PER_S);
	assert_in_range(asked(false), 3, 6);
	world.asked_count = 0;
	for (unsigned i = 0; i < 5; i++) {
		world_advert("192.0.2.1", 200, 100);
		world_run(NS_PER_S);
	}
	assert_int_equal(asked(false), 3);
	assert_int_equal(asked(true), 0);
	assert_int_equal(v->core.state, VRRP_BACKUP);
}

static void
test_vrrp_watch_another_active_is_an_alarm_in_time(void **state)
{
	unsigned i;

	(void)state;
	become_active();
	hear_ask(true);
	world_run(NS_PER_S);
	hear_ask(true);
	assert_false(stands(VRRP_ALARM_TWO_ACTIVES));	/* ordinary life */
	for (i = 0; i < 3; i++) {
		world_run(NS_PER_S);
		hear_ask(true);
	}
	assert_true(stands(VRRP_ALARM_TWO_ACTIVES));
	assert_non_null(strstr(lines, "alarm instance=web peer=192.0.2.9 "
	    "mac=02:00:00:00:00:77 alarm=two-actives "));
	world_run(4 * NS_PER_S);
	assert_false(stands(VRRP_ALARM_TWO_ACTIVES));
	assert_non_null(strstr(lines, "alarm-over instance=web"));
}

/* The one we follow, a Backup, and what comes from ourselves. */
static void
test_vrrp_watch_those_who_may_are_no_alarm(void **state)
{
	struct vrrp_params p = world_params();
	unsigned i;

	(void)state;
	start_with(&p);
	world_run(NS_PER_S);			/* the ear opens */
	for (i = 0; i < 10; i++) {
		world_advert("192.0.2.9", 200, 100);
		hear_ask(true);
		hear_claim("192.0.2.50", virtual_mac, world.iface->link.mac,
		    "192.0.2.2");
		world_run(NS_PER_S);
	}
	world_run(5 * NS_PER_S);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	for (i = 0; i < 10; i++) {
		hear_ask(false);
		hear_claim("192.0.2.50", world.iface->link.mac, other_mac,
		    "192.0.2.9");
		hear_claim("192.0.2.99", other_mac, other_mac, "192.0.2.9");
		world_run(NS_PER_S);
	}
	assert_null(strstr(lines, "alarm"));
}

/*
 * A better router that is back waits to preempt: it follows nobody, and the lesser one
 * is Active, answers for the address, and may.
 */
static void
test_vrrp_watch_whom_a_backup_will_preempt_is_no_alarm(void **state)
{
	struct vrrp_params p = world_params();
	unsigned i;

	(void)state;
	p.preempt_delay_ns = 20 * NS_PER_S;
	start_with(&p);
	for (i = 0; i < 10; i++) {
		world_advert("192.0.2.9", 50, 100);
		world_run(500 * NS_PER_MS);
		hear_ask(true);
		if (i % 2 == 0)
			hear_foreign();		/* without a virtual MAC */
		else
			hear_claim("192.0.2.50", virtual_mac,
			    world.iface->link.mac, "192.0.2.2");
		world_run(500 * NS_PER_MS);
	}
	assert_int_equal(v->core.state, VRRP_BACKUP);
	assert_null(strstr(lines, "alarm"));
}

/* Another router than the one we follow. */
static void
test_vrrp_watch_backup_hears_of_a_second_active(void **state)
{
	struct vrrp_params p = world_params();
	unsigned i;

	(void)state;
	start_with(&p);
	world_run(NS_PER_S);
	for (i = 0; i < 5; i++) {
		world_advert("192.0.2.1", 200, 100);
		hear_ask(true);
		world_run(NS_PER_S);
	}
	assert_true(stands(VRRP_ALARM_TWO_ACTIVES));
}

static void
test_vrrp_watch_foreign_host_is_an_alarm_and_answered(void **state)
{
	unsigned i, asked_before;

	(void)state;
	become_active();
	hear_foreign();
	world_run(100 * NS_PER_MS);
	assert_non_null(strstr(world.did, "announce"));	/* at once */
	assert_false(stands(VRRP_ALARM_ADDRESS_CLAIMED));
	asked_before = asked(true);
	world_run(NS_PER_S);
	assert_in_range(asked(true) - asked_before, 2, 5); /* suspicious */
	for (i = 0; i < 3; i++) {
		hear_foreign();
		world_run(NS_PER_S);
	}
	assert_true(stands(VRRP_ALARM_ADDRESS_CLAIMED));
	assert_non_null(strstr(lines, "mac=02:00:00:00:00:77 "
	    "alarm=address-claimed "));
	/* At a pace, whatever the other does. */
	world_forget();
	for (i = 0; i < 100; i++) {
		hear_foreign();
		world_run(10 * NS_PER_MS);
	}
	assert_true(world.announced <= 2);
	world_run(4 * NS_PER_S);
	assert_false(stands(VRRP_ALARM_ADDRESS_CLAIMED));
}

/* reclaim = no: the alarm as ever, and no word against the other. */
static void
test_vrrp_watch_announces_against_nobody_without_reclaim(void **state)
{
	struct vrrp_params p = world_params();
	unsigned i;

	(void)state;
	p.reclaim = false;
	start_with(&p);
	world_run(30 * NS_PER_S);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	world_forget();
	for (i = 0; i < 4; i++) {
		hear_foreign();
		world_run(NS_PER_S);
	}
	assert_true(stands(VRRP_ALARM_ADDRESS_CLAIMED));
	assert_int_equal(world.announced, 0);
	assert_null(strstr(world.did, "announce"));
}

/*
 * With hundreds of instances on an interface (counted, not made) each of them asks
 * so much less often, and a sighting lasts so much longer: the alarm stands through.
 */
static void
test_vrrp_watch_crowd_asks_at_its_pace(void **state)
{
	static const struct {
		unsigned users;
		int64_t every_s;
	} crowds[] = { { 1, 1 }, { 16, 1 }, { 17, 2 }, { 160, 10 },
	    { 510, 32 } };
	const struct vrrp_alarm *a;
	unsigned i, n, users;

	(void)state;
	become_active();
	users = world.iface->users;
	for (i = 0; i < sizeof(crowds) / sizeof(crowds[0]); i++) {
		world.iface->users = crowds[i].users;
		world_run(100 * NS_PER_S);	/* the pace of before is over */
		world.asked_count = 0;
		world_run(crowds[i].every_s * 10 * NS_PER_S);
		assert_in_range(asked(true), 9, 11);
	}
	for (n = 0; n < 4; n++) {
		hear_foreign();
		world_run(32 * NS_PER_S);
	}
	a = vrrp_alarm_find(&v->alarms, VRRP_ALARM_ADDRESS_CLAIMED);
	assert_non_null(a);
	assert_int_equal(a->count, 1);
	world.iface->users = users;
}

/* The answers of another Active without a virtual MAC are no other host's. */
static void
test_vrrp_watch_other_active_is_one_alarm(void **state)
{
	unsigned i;

	(void)state;
	become_active();
	for (i = 0; i < 5; i++) {
		hear_ask(true);
		hear_foreign();
		world_run(NS_PER_S);
	}
	assert_true(stands(VRRP_ALARM_TWO_ACTIVES));
	assert_false(stands(VRRP_ALARM_ADDRESS_CLAIMED));
}

static void
test_vrrp_watch_virtual_mac_elsewhere_is_no_fight(void **state)
{
	unsigned i;

	(void)state;
	become_active();
	for (i = 0; i < 4; i++) {
		hear_claim("192.0.2.50", virtual_mac, world.iface->link.mac,
		    "192.0.2.2");
		world_run(NS_PER_S);
	}
	assert_true(stands(VRRP_ALARM_VIRTUAL_MAC_ELSEWHERE));
	assert_false(stands(VRRP_ALARM_ADDRESS_CLAIMED));
	assert_int_equal(world.announced, 0);
}

/* The partner that an ask made known answers the own MAC, or both.  From the virtual one so many came. */
static unsigned
answer_trials(bool virtual_too, int64_t ns)
{
	mono_t end = mono_add(world.now, ns);
	unsigned i, trials = 0;
	const uint8_t *frame;
	bool is_virtual;

	world.asked_count = 0;
	while (mono_before(world.now, end)) {
		world_run(10 * NS_PER_MS);
		for (i = 0; i < world.asked_count; i++) {
			frame = world.asked[i].frame;
			if (memcmp(frame + 28, "\0\0\0\0", 4) != 0)
				continue;
			is_virtual = memcmp(frame + 6, virtual_mac, 6) == 0;
			trials += is_virtual;
			if (virtual_too || !is_virtual)
				hear_claim("192.0.2.9", other_mac, frame + 6,
				    "0.0.0.0");
		}
		world.asked_count = 0;
	}
	return trials;
}

static void
test_vrrp_watch_refused_virtual_mac_is_an_alarm(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	p.virtual_mac = true;
	start_with(&p);
	world_run(5 * NS_PER_S);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	hear_ask(false);
	(void)answer_trials(true, 3 * NS_PER_S);
	assert_int_equal(v->passage.verdict, VRRP_PASSAGE_PASSES);
	(void)answer_trials(false, 12 * NS_PER_S);
	assert_true(stands(VRRP_ALARM_VIRTUAL_MAC_REFUSED));
	assert_non_null(strstr(lines, "alarm=virtual-mac-refused "));
	assert_non_null(strstr(lines, "remedy: virtual_mac = no"));
	(void)answer_trials(true, 2 * NS_PER_S);
	assert_false(stands(VRRP_ALARM_VIRTUAL_MAC_REFUSED));
}

/* A client asks for the address. */
static void
hear_client(const char *source)
{
	struct addr vip = addr("192.0.2.50"), client = addr(source);
	uint8_t frame[VRRP_ASK_FRAME_MAX];
	size_t len = vrrp_ask_build(&vip, &client, other_mac, 51, false, frame,
	    sizeof(frame));

	memset(frame + 32, 0, 6);		/* and signs nothing */
	hear(frame, len);
}

/* No other router is there: a client will do, and no second one is listened for. */
static void
test_vrrp_watch_lone_router_tries_with_a_client(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	p.virtual_mac = true;
	start_with(&p);
	world_run(6 * NS_PER_S);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	assert_true(world.ear_askers);
	assert_int_equal(v->passage.count, 0);
	hear_client("192.0.2.9");
	assert_int_equal(v->passage.count, 1);
	(void)answer_trials(false, NS_PER_S);
	assert_false(world.ear_askers);
	hear_client("192.0.2.10");
	assert_int_equal(v->passage.count, 1);
	(void)answer_trials(false, 3 * NS_PER_S);
	assert_true(stands(VRRP_ALARM_VIRTUAL_MAC_REFUSED));
	assert_non_null(strstr(lines, "192.0.2.9 answers our own MAC only"));
	(void)answer_trials(true, 3 * NS_PER_S);
	assert_false(stands(VRRP_ALARM_VIRTUAL_MAC_REFUSED));
	assert_false(world.ear_askers);
}

/* The client has left: others are listened for again. */
static void
test_vrrp_watch_lone_router_finds_another_client(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	p.virtual_mac = true;
	start_with(&p);
	world_run(6 * NS_PER_S);
	hear_client("192.0.2.10");
	world_run(5 * NS_PER_S);
	assert_true(world.ear_askers);
	hear_client("192.0.2.9");
	(void)answer_trials(true, 5 * NS_PER_S);
	assert_int_equal(v->passage.verdict, VRRP_PASSAGE_PASSES);
	assert_false(world.ear_askers);
	assert_null(strstr(lines, "alarm"));
}

/* A Backup has its Active to try with, and without a virtual MAC nothing is tried. */
static void
test_vrrp_watch_clients_wake_nobody_else(void **state)
{
	struct vrrp_params p = world_params();
	unsigned i;

	(void)state;
	p.virtual_mac = false;
	start_with(&p);
	world_run(7 * NS_PER_S);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	assert_false(world.ear_askers);
	vrrp_instance_resign(v, VRRP_CAUSE_SHUTDOWN);
	vrrp_instance_withdraw(v);
	vrrp_instance_free(v);
	p.virtual_mac = true;
	start_with(&p);
	for (i = 0; i < 5; i++) {
		world_advert("192.0.2.9", 200, 100);
		world_run(NS_PER_S);
	}
	assert_int_equal(v->core.state, VRRP_BACKUP);
	assert_false(world.ear_askers);
}

/* The answers would come to the device beside it. */
static void
test_vrrp_watch_tries_nothing_on_a_macvlan(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	p.virtual_mac = true;
	world.iface->link.is_macvlan = true;
	start_with(&p);
	world_run(5 * NS_PER_S);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	hear_ask(false);
	(void)answer_trials(false, 12 * NS_PER_S);
	assert_int_equal(v->passage.verdict, VRRP_PASSAGE_UNKNOWN);
	assert_null(strstr(lines, "alarm"));
}

/* Not a claim of the address, nor a Backup's trial or its kernel's IGMP. */
static void
test_vrrp_watch_frames_from_our_virtual_mac_are_an_alarm(void **state)
{
	static const uint8_t packet[64] = { [6] = 0, 0, 0x5e, 0, 1, 51,
	    0x08, 0x00, 0x45, [23] = 17, [26] = 192, 0, 2, 9 };
	uint8_t igmp[64], trial[VRRP_ASK_FRAME_MAX];
	struct addr partner = addr("192.0.2.2"), none = { .family = 0 };
	size_t len = vrrp_ask_build_trial(&partner, other_mac, &none,
	    virtual_mac, trial, sizeof(trial));
	unsigned i;

	(void)state;
	memcpy(igmp, packet, sizeof(igmp));
	igmp[23] = 2;
	become_active();
	world_run(NS_PER_S);
	assert_int_equal(world.ear_macs, 1);
	for (i = 0; i < 5; i++) {
		hear(igmp, sizeof(igmp));
		hear(trial, len);
		world_run(NS_PER_S);
	}
	assert_null(strstr(lines, "alarm"));
	for (i = 0; i < 5; i++) {
		hear(packet, sizeof(packet));
		world_run(NS_PER_S);
	}
	assert_non_null(strstr(lines, "peer=192.0.2.9 mac=00:00:5e:00:01:33 "
	    "alarm=virtual-mac-elsewhere "));
	world_run(4 * NS_PER_S);
	assert_false(stands(VRRP_ALARM_VIRTUAL_MAC_ELSEWHERE));
	/* A Backup does not listen for them: they are the Active's. */
	world_advert("192.0.2.9", 200, 100);
	world_run(NS_PER_S);
	assert_int_equal(v->core.state, VRRP_BACKUP);
	assert_int_equal(world.ear_macs, 0);
}

/* --- the first second of an Active --- */

/* Frames from the virtual MAC. */
static unsigned
tried(void)
{
	unsigned i, n = 0;

	for (i = 0; i < world.asked_count; i++)
		n += memcmp(world.asked[i].frame + 6, virtual_mac, 6) == 0;
	return n;
}

/* Another one was Active, with the virtual MAC, and has resigned. */
static void
take_over_from_another(void)
{
	unsigned i;

	world_run(100 * NS_PER_MS);
	for (i = 0; i < 3; i++) {
		world_advert("192.0.2.9", 200, 100);
		world_run(NS_PER_S);
	}
	assert_int_equal(v->core.state, VRRP_BACKUP);
	world_advert("192.0.2.9", 0, 100);
	for (i = 0; i < 100 && v->core.state != VRRP_ACTIVE; i++)
		world_run(10 * NS_PER_MS);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	world.asked_count = 0;
}

/*
 * The one before may have a device with the virtual MAC for as long, and its frames
 * of that time are no beginning of an alarm either.
 */
static void
test_vrrp_watch_frames_of_the_one_before_are_no_alarm(void **state)
{
	static const uint8_t packet[64] = { [6] = 0, 0, 0x5e, 0, 1, 51,
	    0x08, 0x00, 0x45, [23] = 17, [26] = 192, 0, 2, 9 };
	struct vrrp_params p = world_params();
	mono_t since;
	unsigned i;

	(void)state;
	start_with(&p);
	take_over_from_another();
	since = v->core.state_since;
	world_run(50 * NS_PER_MS);
	for (i = 0; i < 9; i++) {
		hear(packet, sizeof(packet));
		world_run(100 * NS_PER_MS);
	}
	assert_false(vrrp_alarm_is_suspected(&v->alarms,
	    VRRP_ALARM_VIRTUAL_MAC_ELSEWHERE));
	world_run_until(mono_add(since, 1900 * NS_PER_MS));
	hear(packet, sizeof(packet));
	world_run(100 * NS_PER_MS);
	assert_false(stands(VRRP_ALARM_VIRTUAL_MAC_ELSEWHERE));
	world_run(1600 * NS_PER_MS);
	hear(packet, sizeof(packet));		/* still the other one */
	world_run(100 * NS_PER_MS);
	assert_true(stands(VRRP_ALARM_VIRTUAL_MAC_ELSEWHERE));
}

/* Nor does it answer that MAC; and no third router makes it be asked sooner. */
static void
test_vrrp_watch_passage_waits_for_the_one_before(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	p.virtual_mac = true;
	start_with(&p);
	take_over_from_another();
	world_run(50 * NS_PER_MS);
	hear_ask(false);
	assert_int_equal(answer_trials(false, 400 * NS_PER_MS), 0);
	hear_ask(true);
	assert_int_equal(answer_trials(false, 500 * NS_PER_MS), 0);
	assert_true(answer_trials(true, 2 * NS_PER_S) > 0);
	assert_int_equal(v->passage.verdict, VRRP_PASSAGE_PASSES);
	assert_null(strstr(lines, "alarm"));
}

/* An Active that has replaced nobody waits for nothing. */
static void
test_vrrp_watch_passage_of_the_first_is_tried_at_once(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	p.virtual_mac = true;
	start_with(&p);
	world_run(200 * NS_PER_MS);		/* the ear opens */
	hear_ask(false);
	while (v->core.state != VRRP_ACTIVE)
		world_run(10 * NS_PER_MS);
	(void)answer_trials(true, 600 * NS_PER_MS);
	assert_int_equal(v->passage.verdict, VRRP_PASSAGE_PASSES);
}

/* --- virtual_mac = auto --- */

static unsigned gave_up;

static void
note_gives_up(struct vrrp_instance *which, void *arg)
{
	(void)arg;
	assert_ptr_equal(which, v);
	assert_true(which->gives_up);
	assert_non_null(strstr(which->given_up_why, "192.0.2.9"));
	gave_up++;
}

static void
start_auto(void)
{
	struct vrrp_params p = world_params();

	gave_up = 0;
	world.env.gives_up = note_gives_up;
	p.virtual_mac = p.virtual_mac_auto = true;
	start_with(&p);
}

static void
test_vrrp_watch_auto_gives_up_and_is_no_alarm_yet(void **state)
{
	(void)state;
	start_auto();
	world_run(10 * NS_PER_S);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	hear_ask(false);
	(void)answer_trials(false, 2500 * NS_PER_MS);
	assert_true(gave_up > 0);
	assert_null(strstr(lines, "alarm"));
	/* Nobody takes it over: then there is one. */
	(void)answer_trials(false, 3 * NS_PER_S);
	assert_true(stands(VRRP_ALARM_VIRTUAL_MAC_REFUSED));
	(void)answer_trials(true, 3 * NS_PER_S);
	assert_false(stands(VRRP_ALARM_VIRTUAL_MAC_REFUSED));
}

/* A cold start: nobody answers for the address, so nobody has the virtual MAC. */
static void
test_vrrp_watch_auto_decides_before_it_is_active(void **state)
{
	(void)state;
	start_auto();
	world_run(300 * NS_PER_MS);
	hear_ask(false);
	world.asked_count = 0;
	world_run(900 * NS_PER_MS);
	assert_int_equal(tried(), 0);
	(void)answer_trials(false, 2 * NS_PER_S);
	assert_int_equal(v->core.state, VRRP_BACKUP);
	assert_true(gave_up > 0);
}

/* Whoever has the virtual MAC must not lose it to a question. */
static void
test_vrrp_watch_auto_tries_nothing_beside_the_virtual_mac(void **state)
{
	unsigned i;

	(void)state;
	start_auto();
	world_run(NS_PER_S);
	for (i = 0; i < 10; i++) {
		world_advert("192.0.2.9", 200, 100);
		hear_ask(false);
		hear_claim("192.0.2.50", virtual_mac, world.iface->link.mac,
		    "192.0.2.2");
		if (i % 3 == 0)		/* and another host lies */
			hear_foreign();
		world_run(NS_PER_S);
		assert_int_equal(tried(), 0);
		world.asked_count = 0;
	}
	assert_int_equal(gave_up, 0);
}

static void
follow_and_hear(bool passes)
{
	unsigned i;

	start_auto();
	world_run(200 * NS_PER_MS);		/* the ear opens */
	for (i = 0; i < 4; i++) {
		world_advert("192.0.2.9", 200, 100);
		hear_ask(false);
		if (i < 2)
			hear_foreign();	/* the answers of the Active's kernel */
		(void)answer_trials(passes, 900 * NS_PER_MS);
	}
	assert_int_equal(v->core.state, VRRP_BACKUP);
}

static void
test_vrrp_watch_auto_backup_of_another_mac_decides(void **state)
{
	(void)state;
	follow_and_hear(false);
	assert_true(gave_up > 0);
	assert_null(strstr(lines, "alarm"));
}

static void
test_vrrp_watch_auto_backup_keeps_what_passes(void **state)
{
	unsigned i;

	(void)state;
	follow_and_hear(true);
	assert_int_equal(gave_up, 0);
	assert_int_equal(v->passage.verdict, VRRP_PASSAGE_PASSES);
	/* Once is enough. */
	world.asked_count = 0;
	for (i = 0; i < 20; i++) {
		world_advert("192.0.2.9", 200, 100);
		world_run(NS_PER_S);
	}
	assert_int_equal(tried(), 0);
}

/* Where the MAC is refused nobody is reached before that is known: no waiting. */
static void
test_vrrp_watch_auto_decides_soon_after_a_takeover(void **state)
{
	(void)state;
	start_auto();
	take_over_from_another();
	hear_ask(false);
	(void)answer_trials(false, 1300 * NS_PER_MS);
	assert_true(gave_up > 0);
}

/* Nobody to ask: no verdict, no alarm, the virtual MAC stays. */
static void
test_vrrp_watch_auto_without_anybody_stays(void **state)
{
	(void)state;
	start_auto();
	world_run(30 * NS_PER_S);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	assert_int_equal(gave_up, 0);
	assert_int_equal(v->passage.verdict, VRRP_PASSAGE_UNKNOWN);
	assert_null(strstr(lines, "alarm"));
}

/* V-72: adverts of a lesser router that go on, and one that is through with it. */
static void
test_vrrp_watch_lesser_router_that_stays_does_not_hear(void **state)
{
	unsigned i;

	(void)state;
	become_active();
	world_advert("192.0.2.9", 50, 100);
	world_run(NS_PER_S);
	world_advert("192.0.2.9", 50, 100);
	world_run(10 * NS_PER_S);
	assert_null(strstr(lines, "alarm"));
	for (i = 0; i < 4; i++) {
		world_advert("192.0.2.9", 50, 100);
		world_run(NS_PER_S);
	}
	assert_true(stands(VRRP_ALARM_UNHEARD));
	world_run(4 * NS_PER_S);
	assert_false(stands(VRRP_ALARM_UNHEARD));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_vrrp_watch_active_asks_every_second),
	    TEST(test_vrrp_watch_backup_asks_while_it_hears_nobody),
	    TEST(test_vrrp_watch_another_active_is_an_alarm_in_time),
	    TEST(test_vrrp_watch_those_who_may_are_no_alarm),
	    TEST(test_vrrp_watch_whom_a_backup_will_preempt_is_no_alarm),
	    TEST(test_vrrp_watch_backup_hears_of_a_second_active),
	    TEST(test_vrrp_watch_foreign_host_is_an_alarm_and_answered),
	    TEST(test_vrrp_watch_announces_against_nobody_without_reclaim),
	    TEST(test_vrrp_watch_crowd_asks_at_its_pace),
	    TEST(test_vrrp_watch_virtual_mac_elsewhere_is_no_fight),
	    TEST(test_vrrp_watch_other_active_is_one_alarm),
	    TEST(test_vrrp_watch_refused_virtual_mac_is_an_alarm),
	    TEST(test_vrrp_watch_lone_router_tries_with_a_client),
	    TEST(test_vrrp_watch_lone_router_finds_another_client),
	    TEST(test_vrrp_watch_clients_wake_nobody_else),
	    TEST(test_vrrp_watch_tries_nothing_on_a_macvlan),
	    TEST(test_vrrp_watch_frames_from_our_virtual_mac_are_an_alarm),
	    TEST(test_vrrp_watch_frames_of_the_one_before_are_no_alarm),
	    TEST(test_vrrp_watch_passage_waits_for_the_one_before),
	    TEST(test_vrrp_watch_passage_of_the_first_is_tried_at_once),
	    TEST(test_vrrp_watch_auto_gives_up_and_is_no_alarm_yet),
	    TEST(test_vrrp_watch_auto_decides_before_it_is_active),
	    TEST(test_vrrp_watch_auto_tries_nothing_beside_the_virtual_mac),
	    TEST(test_vrrp_watch_auto_backup_of_another_mac_decides),
	    TEST(test_vrrp_watch_auto_backup_keeps_what_passes),
	    TEST(test_vrrp_watch_auto_decides_soon_after_a_takeover),
	    TEST(test_vrrp_watch_auto_without_anybody_stays),
	    TEST(test_vrrp_watch_lesser_router_that_stays_does_not_hear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
