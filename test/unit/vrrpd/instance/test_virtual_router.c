/*
 * test_virtual_router.c - whatever happens, in whatever order: what is always
 * true of an instance stays true.
 *
 * Two instances of one interface, one of each family, on their own or as a sync
 * group, and events drawn from a seed: adverts, sessions, refusals of the kernel,
 * an interface that comes and goes, a device that somebody removes, operators,
 * reloads, sleep.  The invariants are asserted by the code under test itself
 * (vrrp_instance_check() and the checks of the structs below it).  A failure is
 * repeated with its seed, which is printed: VRRP_SEED=N ./test_virtual_router;
 * VRRP_SEEDS=N looks at the first N.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/log.h"
#include "shared/pure/rng.h"
#include "test/unit/vrrpd/vrrpd_world.h"
#include "vrrpd/engine/vrrp_sync.h"
#include "vrrpd/instance/vrrp_bequest.h"
#include "vrrpd/instance/vrrp_hold.h"
#include "vrrpd/instance/vrrp_machine.h"
#include "vrrpd/instance/vrrp_peer.h"
#include "vrrpd/instance/vrrp_voice.h"
#include "vrrpd/pure/vrrp_handoff.h"

#define SEEDS		500
#define EVENTS		400

static struct rng rng;
static struct vrrp_instance *list[2];
static struct vrrp_params params[2];
static struct vrrp_sync *group;
static struct nl_link link_up;
static struct vrrp_handoff handoff;
static unsigned rests[VRRP_STATE_COUNT], lingering;
static uint64_t now_living;

static unsigned
below(unsigned n)
{
	return (unsigned)rng_below(&rng, n);
}

static bool
one_in(unsigned n)
{
	return below(n) == 0;
}

static struct vrrp_instance *
any(void)
{
	return list[below(2)];
}

static void
no_words(enum log_level level, const char *line, void *arg)
{
	(void)level;
	(void)line;
	(void)arg;
}

/* --- life --- */

static void
leave_group(void)
{
	vrrp_sync_free(group);
	group = NULL;
}

static void
make(unsigned i)
{
	list[i] = vrrp_instance_new(&world.env, world.iface, &params[i]);
	assert_non_null(list[i]);
	(void)vrrp_iface_update_primary(world.iface);
	vrrp_instance_start(list[i]);
	vrrp_instance_drop_kept(list[i]);
}

static void
unmake(unsigned i)
{
	vrrp_instance_resign(list[i], VRRP_CAUSE_SHUTDOWN);
	vrrp_instance_withdraw(list[i]);
	vrrp_instance_free(list[i]);
}

/* As by a restart of the engine, or a reload that changes too much. */
static void
make_again(void)
{
	unsigned i = below(2);

	leave_group();
	if (one_in(2)) {
		unmake(i);
	} else {
		/* The addresses that were held stay in the kernel (L-24). */
		handoff.left = world.now;
		handoff.count = 1;
		memcpy(handoff.list[0].name, params[i].name,
		    sizeof(params[i].name));
		handoff.list[0].active_since = world.now;
		handoff.list[0].flags = (uint8_t)(1 + below(7));
		world.env.handoff = &handoff;
		unmake(i);
	}
	params[i].virtual_mac = one_in(2);
	params[i].accept = one_in(2);
	params[i].garp_refresh_ns = one_in(2) ? 0 : NS_PER_S;
	params[i].takeover_confirm_ns = one_in(2) ? 0 : 20 * NS_PER_MS;
	params[i].has_bfd_auto = one_in(2);
	make(i);
	world.env.handoff = NULL;
}

static void
regroup(void)
{
	if (group != NULL)
		leave_group();
	else {
		group = vrrp_sync_new(NULL, "both", list, 2);
		assert_non_null(group);
		vrrp_sync_settle(group);
	}
}

/* --- events --- */

static void
advert(void)
{
	static const uint8_t priorities[] = { 0, 0, 50, 100, 150, 255 };
	static const char *const sources[2][3] = {
		{ "192.0.2.1", "192.0.2.3", "192.0.2.9" },
		{ "fe80::1", "fe80::3", "fe80::9" },
	};

	world_advert(sources[below(2)][below(3)], priorities[below(6)],
	    one_in(4) ? 10 : 100);
}

static void
session(void)
{
	static const enum vrrp_bfd_state states[] = { VRRP_BFD_UP,
	    VRRP_BFD_DOWN, VRRP_BFD_ADMIN_DOWN, VRRP_BFD_INIT };
	struct vrrp_instance *v = any();
	struct vrrp_bfd_event e = {
		.state = states[below(4)],
		.reason = one_in(2) ? VRRP_BFD_REASON_TIMEOUT :
		    VRRP_BFD_REASON_PEER_DOWN,
		.detection_time_ns = 30 * NS_PER_MS,
		.rx_interval_ns = 10 * NS_PER_MS,
		.tx_interval_ns = 10 * NS_PER_MS,
		.tx_multiplier = 3,
		.takeover_any = one_in(2),
		.last_rx = world.now,
	};

	(void)addr_parse(v->p.family == AF_INET ? "192.0.2.9" : "fe80::9",
	    &e.peer);
	vrrp_machine_bfd(v, &e, world.now, world.now, world.now, one_in(2));
}

static void
answer(void)
{
	static const int errors[] = { 0, 0, 0, EINVAL, ENOBUFS, ENODEV };

	if (world.done != NULL)
		world_ack(errors[below(6)], below(4));
	if (world.refreshed != NULL) {
		world.refreshed(0, 0, world.refreshed_arg);
		world.refreshed = NULL;
	}
}

static void
kernel_refuses(void)
{
	world.install_error = one_in(3) ? -ENOMEM : one_in(3) ? -ENODATA : 0;
	world.vip_open_error = one_in(3) ? -EEXIST : 0;
	world.filter_error = one_in(4) ? -EOPNOTSUPP : 0;
	world.channel_full = one_in(3);
	world.device_gone = one_in(3);
	world.device_down = one_in(3);
}

static void
interface_changes(void)
{
	struct nl_link *l = &world.iface->link;
	unsigned i;

	if (!world.iface->exists)
		return;
	l->running = !one_in(3);
	l->admin_up = !one_in(4);
	if (one_in(4)) {
		l->mac[5]++;
		for (i = 0; i < 2; i++)
			vrrp_instance_mac_changed(list[i]);
	}
	for (i = 0; i < 2; i++)
		vrrp_instance_reconsider(list[i]);
}

static void
interface_goes_or_comes(void)
{
	unsigned i;

	if (world.iface->exists) {
		vrrp_iface_lost(world.iface);
		/* The kernel forgets a batch of a device that is gone. */
		for (i = 0; i < 2; i++)
			vrrp_instance_iface_lost(list[i]);
	} else {
		vrrp_iface_found(world.iface, &link_up);
		for (i = 0; i < 2; i++)
			vrrp_instance_iface_found(list[i]);
	}
}

static void
address_goes_or_comes(void)
{
	static const char *const own[] = { "192.0.2.2/24", "fe80::2/64",
	    "192.0.2.50/24", "2001:db8::50/64", "fe80::50/64" };
	struct addr_prefix prefix;
	unsigned i, which = below(5);
	bool gone = one_in(2);

	world_addr(own[which], false, gone);
	(void)addr_prefix_parse(own[which], &prefix);
	(void)vrrp_iface_update_primary(world.iface);
	for (i = 0; i < 2; i++) {
		if (gone)
			vrrp_instance_address_gone(list[i], WORLD_IFINDEX,
			    &prefix.addr);
		else
			vrrp_voice_address_came(list[i], WORLD_IFINDEX);
		vrrp_instance_primary_changed(list[i]);
	}
}

static void
device_goes(void)
{
	world.device_gone = one_in(2);
	world.device_down = one_in(2);
	vrrp_instance_device_gone(any());
	world_deferred();
	world.device_gone = false;
	vrrp_instance_check_addresses(any());
}

static void
operator_acts(void)
{
	struct vrrp_instance *v = any();

	switch (below(3)) {
	case 0:
		(void)vrrp_instance_handover(v);
		break;
	case 1:
		vrrp_instance_disable(v, true);
		break;
	default:
		vrrp_instance_disable(v, false);
	}
}

static void
reload(void)
{
	unsigned i = below(2);

	params[i].priority = (uint8_t)(1 + below(254));
	params[i].advert_int_cs = one_in(2) ? 100 : 10;
	params[i].preempt = one_in(2);
	params[i].checksum_compat = one_in(2) ? VRRP_CHECKSUM_AUTO :
	    VRRP_CHECKSUM_LEGACY;
	vrrp_instance_set(list[i], &params[i]);
}

static void
tracked(void)
{
	vrrp_track_set(world.env.track, VRRP_TRACK_SCRIPT, "fatal",
	    !one_in(3), NULL, world.now);
	vrrp_track_set(world.env.track, VRRP_TRACK_SCRIPT, "heavy",
	    one_in(2), NULL, world.now);
	if (one_in(8))
		vrrp_track_forget(world.env.track, VRRP_TRACK_SCRIPT, "fatal",
		    "nobody knows");
}

static void
asleep(void)
{
	mono_t since = world.now;
	unsigned i;

	world.now = mono_add(world.now, (int64_t)rng_below(&rng,
	    5 * NS_PER_S));
	for (i = 0; i < 2; i++)
		(void)vrrp_machine_absent(list[i], since, world.now,
		    one_in(2) ? 0 : 30 * NS_PER_MS);
}

static void
resign_and_start(void)
{
	struct vrrp_instance *v = any();

	vrrp_instance_resign(v, VRRP_CAUSE_SHUTDOWN);
	if (one_in(2))
		vrrp_instance_withdraw(v);
	world_deferred();
	vrrp_instance_start(v);
}

static void
others(void)
{
	struct nl_link other = { .ifindex = 9, .name = "eth9" };
	struct vrrp_instance *v = any();

	switch (below(5)) {
	case 0:
		vrrp_hold_refresh(v);
		break;
	case 1:
		vrrp_machine_reassure(v);
		break;
	case 2:
		vrrp_bequest_retry(v);
		break;
	case 3:
		(void)vrrp_peer_expire(v, world.now);
		break;
	default:
		vrrp_instance_link_changed(v, &other);
	}
}

static void
time_passes(void)
{
	world_run((int64_t)rng_below(&rng, one_in(3) ? 4 * NS_PER_S :
	    50 * NS_PER_MS));
}

/* Nothing stands against either of them. */
static void
all_is_well(void)
{
	unsigned i;

	world.install_error = world.vip_open_error = world.filter_error = 0;
	world.channel_full = world.device_gone = world.device_down = false;
	vrrp_track_set(world.env.track, VRRP_TRACK_SCRIPT, "fatal", true, NULL,
	    world.now);
	world_addr("192.0.2.2/24", false, false);
	world_addr("fe80::2/64", false, false);
	if (!world.iface->exists)
		interface_goes_or_comes();
	world.iface->link = link_up;
	(void)vrrp_iface_update_primary(world.iface);
	for (i = 0; i < 2; i++) {
		vrrp_instance_primary_changed(list[i]);
		vrrp_instance_disable(list[i], false);
	}
}

/* Each as often as it stands here. */
static void (*const events[])(void) = {
	time_passes, time_passes, time_passes, time_passes, time_passes,
	time_passes, time_passes, time_passes, time_passes, time_passes,
	advert, advert, advert, answer, answer, answer, answer, answer,
	session, session, all_is_well, all_is_well, all_is_well, all_is_well,
	kernel_refuses, interface_changes, interface_goes_or_comes,
	address_goes_or_comes, address_goes_or_comes, device_goes,
	operator_acts, operator_acts, reload, tracked, asleep,
	resign_and_start, others, others, regroup, make_again,
};
#define EVENT_COUNT	(sizeof(events) / sizeof(events[0]))

static void
add_tracks(struct vrrp_params *p)
{
	p->track_count = 2;
	p->tracks[0].kind = p->tracks[1].kind = VRRP_TRACK_SCRIPT;
	(void)strcpy(p->tracks[0].name, "fatal");
	(void)strcpy(p->tracks[1].name, "heavy");
	p->tracks[1].weight = -40;
}

static void
live(uint64_t seed)
{
	unsigned i, n;

	rng_seed(&rng, seed);
	log_capture(no_words, NULL);
	world_open();
	world.env.channel = (struct vrrp_channel *)&world;
	world.env.sync = &vrrp_sync_calls;
	link_up = world.iface->link;
	params[0] = world_params();
	params[1] = world_params_ipv6();
	(void)strcpy(params[1].name, "web6");
	for (i = 0; i < 2; i++) {
		add_tracks(&params[i]);
		make(i);
	}
	for (n = 0; n < EVENTS; n++) {
		events[below(EVENT_COUNT)]();
		world_deferred();
		for (i = 0; i < 2; i++) {
			vrrp_instance_check(list[i]);
			rests[list[i]->core.state]++;
			lingering += vrrp_machine_lingers(list[i]);
		}
		world_forget();
	}
	leave_group();
	for (i = 0; i < 2; i++)
		unmake(i);
	world_close();
	log_capture(NULL, NULL);
}

/* An assertion that fails says nothing of the seed. */
static void
say_seed(int signo)
{
	(void)signo;
	(void)fprintf(stderr, "VRRP_SEED=%llu\n",
	    (unsigned long long)now_living);
}

static void
test_virtual_router_invariants_hold_whatever_happens(void **state)
{
	const char *only = getenv("VRRP_SEED"), *many = getenv("VRRP_SEEDS");
	unsigned i;
	uint64_t seed, last = many == NULL ? SEEDS : strtoull(many, NULL, 10);

	(void)state;
	if (only != NULL) {
		live(strtoull(only, NULL, 10));
		return;
	}
	signal(SIGABRT, say_seed);
	for (seed = 1; seed <= last; seed++) {
		now_living = seed;
		live(seed);
	}
	signal(SIGABRT, SIG_DFL);
	/* Otherwise nothing was tried. */
	for (i = 0; i < VRRP_STATE_COUNT; i++)
		assert_true(rests[i] > 10 * last);
	assert_true(lingering > 10 * last);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
	    test_virtual_router_invariants_hold_whatever_happens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
