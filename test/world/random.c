/*
 * random.c - a world drawn from the seed, and an operator and a network that do
 * what comes into their heads.
 *
 * Topology: two to five routers on one LAN or two, one to three virtual routers of
 * either family, with and without virtual MAC, multicast or unicast, in a sync
 * group or not, with BFD to peers by name or found (bfd auto), to a gateway
 * (role = link), or none.  Then rounds: faults at random distances on top of each
 * other, and quiet, in which everything must settle and stay as it is.  What must
 * hold at every moment is the judge's (judge.c).
 *
 * The operator uses vrrpctl over the real control socket.
 */
#include "config.h"

#include "test/world/random.h"

#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "test/world/daemons.h"
#include "test/world/host.h"
#include "test/world/judge.h"
#include "test/world/lan.h"
#include "test/world/netlink.h"
#include "test/world/plan.h"
#include "test/world/proc.h"
#include "test/world/town.h"

#define ROUNDS		4
#define FAULTS		12
#define RESTART_NS	(12 * NS_PER_S)	/* the longest back-off, and more */

static struct plan *plan;		/* of this world; lasts */

static bool
one_in(unsigned n)
{
	return world_draw(n) == 0;
}

/* --- drawing a world --- */

static uint16_t
draw_interval(uint8_t version)
{
	static const uint16_t v3[] = { 1, 2, 5, 10, 33, 100, 100 };

	return version == 2 ? 100 : v3[world_draw(7)];
}

static uint8_t
draw_priority(unsigned style)
{
	switch (style) {
	case 0:
		return 100;
	case 1:
		return (uint8_t)(100 + world_draw(4));
	default:
		return (uint8_t)(1 + world_draw(254));
	}
}

static void
draw_instance(struct plan *p, struct plan_instance *i)
{
	unsigned style = (unsigned)world_draw(3), r;
	bool mixed = one_in(6);
	uint16_t interval;

	i->lan = p->lans ? (unsigned)world_draw(2) : 0;
	i->version = one_in(8) ? 2 : 3;
	i->family = i->version == 3 && one_in(3) ? AF_INET6 : AF_INET;
	i->virtual_mac = !one_in(3);
	i->unicast = one_in(5);
	i->bfd = one_in(4) ? PLAN_NO_BFD : one_in(3) ? PLAN_AUTO : PLAN_PEERS;
	interval = draw_interval(i->version);
	for (r = 0; r < p->routers; r++) {
		struct plan_part *part = &i->parts[r];

		part->priority = draw_priority(style);
		part->preempt = !one_in(4);
		part->preempt_delay_s = one_in(8) ? (unsigned)world_draw(3) :
		    0;
		part->interval_cs = mixed && i->version == 3 ?
		    draw_interval(3) : interval;
		part->confirm_ms = one_in(6) ? 1 +
		    (unsigned)world_draw(4) : 0;
	}
}

/* vrrpd.conf(5): the members of a group have equal priorities. */
static void
align_group(struct plan *p)
{
	unsigned k;

	for (k = 1; p->group && k < p->instances; k++) {
		memcpy(p->list[k].parts, p->list[0].parts,
		    sizeof(p->list[k].parts));
		p->list[k].version = p->list[0].version;
		if (p->list[k].version == 2)
			p->list[k].family = AF_INET;
	}
}

static void
draw_plan(struct plan *p)
{
	static const unsigned bfd_ms[] = { 10, 10, 20, 50 };
	unsigned k;

	p->routers = 2 + (unsigned)world_draw(4);
	p->instances = 1 + (unsigned)world_draw(PLAN_INSTANCES_MAX);
	p->lans = one_in(3);
	p->group = p->instances > 1 && one_in(4);
	p->link = one_in(5);
	p->bfd_ms = bfd_ms[world_draw(4)];
	p->mult = 3 + (unsigned)world_draw(3);
	for (k = 0; k < p->instances; k++)
		draw_instance(p, &p->list[k]);
	align_group(p);
}

static void
draw_world(void)
{
	struct lan *l;

	plan = world_alloc(sizeof(*plan));
	draw_plan(plan);
	plan_build(plan);
	world->lateness_ns = (int64_t)(10 + world_draw(300)) * NS_PER_US;
	for (l = world->lans; l != NULL; l = l->next) {
		l->delay_ns = (int64_t)(20 + world_draw(1000)) * NS_PER_US;
		l->jitter_ns = (int64_t)world_draw(500) * NS_PER_US;
	}
}

/* --- faults --- */

static struct lan *
some_lan(void)
{
	return plan->lans && one_in(2) ? world->lans->next : world->lans;
}

/* As long as what detects it, or a part, or many times as long. */
static int64_t
draw_span(void)
{
	int64_t base = one_in(2) ? plan_detection_ns(plan) :
	    plan_down_ns(plan);

	return 1 + (int64_t)world_draw((uint64_t)(base *
	    (one_in(4) ? 3 : 1)));
}

static void
operate(struct host *h, const char *words)
{
	if (!proc_is_awake(proc_find(h, "engine")) ||
	    h->asleep_until > world->now)
		return;
	world_say("%s: vrrpctl %s", h->name, words);
	(void)town_ask(h, words, NULL);
}

static void
operator_does(unsigned r)
{
	struct host *h = plan_host(r);
	const char *name = plan_name((unsigned)world_draw(plan->instances));
	char words[80];

	switch (plan->group ? 2 + world_draw(5) : world_draw(7)) {
	case 0:
		(void)snprintf(words, sizeof(words), "set %s priority %u",
		    name, 1 + (unsigned)world_draw(254));
		break;
	case 1:
		(void)snprintf(words, sizeof(words), "set %s advert_int %u0ms",
		    name, draw_interval(3));
		break;
	case 2:
		(void)snprintf(words, sizeof(words), "handover %s", name);
		break;
	case 3:
		(void)snprintf(words, sizeof(words), "disable %s", name);
		break;
	case 4:
		(void)snprintf(words, sizeof(words), "enable %s", name);
		break;
	case 5:
		(void)snprintf(words, sizeof(words), "restart");
		break;
	default:
		(void)snprintf(words, sizeof(words), "show");
		break;
	}
	operate(h, words);
}

/* Another valid configuration of a router, and a reload. */
static void
reconfigure(unsigned r)
{
	struct plan_instance *i = &plan->list[plan->group ? 0 :
	    world_draw(plan->instances)];
	struct plan_part *part = &i->parts[r];

	switch (world_draw(4)) {
	case 0:
		part->priority = draw_priority(2);
		break;
	case 1:
		part->interval_cs = draw_interval(i->version);
		break;
	case 2:
		part->preempt = !part->preempt;
		break;
	case 3:
		part->preempt_delay_s = (unsigned)world_draw(2);
		break;
	}
	align_group(plan);
	plan_rewrite(plan, r);
	town_reload(plan_host(r), "vrrpd");
}

static void
hurt_process(unsigned r)
{
	static const char *const which[] = { "engine", "bfdd", "monitor" };
	struct host *h = plan_host(r);
	struct proc *p = town_proc(h, which[world_draw(3)]);

	if (p == NULL)
		return;
	switch (world_draw(6)) {
	case 0: case 1:
		proc_kill(p);
		break;
	case 2: case 3: case 4:
		proc_stall(p, draw_span());
		break;
	case 5:
		proc_stop(p);
		world_run(draw_span());
		proc_continue(p);
		break;
	}
}

static void
hurt_network(unsigned a, unsigned b)
{
	static const unsigned kinds[] = { CUT_ALL, CUT_VRRP, CUT_BFD };
	struct lan *l = some_lan();
	unsigned kind = kinds[world_draw(3)];
	struct host *x = plan_host(a), *y = plan_host(b);
	unsigned mask = (unsigned)world_draw(1u << plan->routers);

	switch (world_draw(7)) {
	case 0: case 1:
		world_say("%s: %s cut off", l->name, x->name);
		lan_isolate(l, x, CUT_ALL, true);
		break;
	case 2:
		world_say("%s: %s connected", l->name, x->name);
		lan_isolate(l, x, CUT_ALL, false);
		break;
	case 3: case 4:
		world_say("%s: %s -> %s cut %#x", l->name, x->name, y->name,
		    kind);
		lan_cut(l, x, y, kind, !lan_is_cut(l, x, y, kind));
		break;
	case 5:
		world_say("%s: partition %#x", l->name, mask);
		lan_partition(l, mask);
		break;
	case 6:
		l->loss_permille = (unsigned)world_draw(200);
		l->twice_permille = (unsigned)world_draw(100);
		world_say("%s: loss %u per mille", l->name, l->loss_permille);
		break;
	}
}

static void
heal(void)
{
	struct lan *l;

	world_say("the network is whole");
	for (l = world->lans; l != NULL; l = l->next)
		lan_heal(l);
}

static void
hurt_host(unsigned r)
{
	struct host *h = plan_host(r);
	struct link *l = link_by_name(h, "eth0");

	switch (world_draw(10)) {
	case 0: case 1:
		host_sleep(h, draw_span());
		break;
	case 2:
		link_set_carrier(l, !l->carrier);
		break;
	case 3:
		host_set_clock(h, (int64_t)world_draw(7200 * NS_PER_S) -
		    3600 * NS_PER_S);
		break;
	case 4:
		host_hold_rtnl(h, (int64_t)world_draw(150 * NS_PER_MS));
		break;
	case 5:
		host_power_off(h);
		break;
	case 6:
		world_say("%s: vrrpd is to leave", h->name);
		daemon_stop(h, "vrrpd");
		break;
	case 7:
		world_say("%s: bfdd is to leave", h->name);
		daemon_stop(h, "bfdd");
		break;
	case 8:
		netlink_lose_events(h);
		break;
	case 9:
		world_say("%s: addresses are refused", h->name);
		h->address_error = ENOSPC;
		world_run(draw_span());
		h->address_error = 0;
		world_say("%s: addresses are taken", h->name);
		break;
	}
}

static void
draw_fault(void)
{
	unsigned a = (unsigned)world_draw(plan->routers);
	unsigned b = (a + 1 + (unsigned)world_draw(plan->routers - 1)) %
	    plan->routers;

	switch (world_draw(20)) {
	case 0: case 1: case 2: case 3: case 4: case 5:
		hurt_network(a, b);
		break;
	case 6: case 7:
		heal();
		break;
	case 8: case 9: case 10: case 11:
		hurt_process(a);
		break;
	case 12: case 13: case 14:
		hurt_host(a);
		break;
	case 15: case 16: case 17:
		operator_does(a);
		break;
	case 18:
		reconfigure(a);
		break;
	case 19:
		town_start(plan_host(a));
		break;
	}
}

/* --- quiet --- */

static bool
all_run(void)
{
	struct host *h;
	unsigned r;

	for (r = 0; r < plan->routers; r++) {
		h = plan_host(r);
		if (!proc_is_awake(proc_find(h, "engine")) ||
		    !proc_is_awake(proc_find(h, "bfdd")))
			return false;
	}
	return true;
}

static void
mend_host(struct host *h)
{
	struct link *l;
	struct proc *p;

	for (p = h->procs; p != NULL; p = p->next)
		proc_continue(p);
	for (l = h->links; l != NULL; l = l->next)
		if (l->port != NULL)
			link_set_carrier(l, true);
	town_start(h);
}

/* Everything runs again: who was leaving has left, who was dead is back. */
static void
mend(void)
{
	int64_t until = world->now + 120 * NS_PER_S;
	char words[64];
	unsigned r, k;

	do {
		if (world->now >= until)
			world_fail("not everything runs again");
		for (r = 0; r < plan->routers; r++)
			mend_host(plan_host(r));
		if (plan->link)
			daemon_start_bfdd(host_find("gw"));
		world_run(RESTART_NS / 4);
	} while (!all_run());
	for (r = 0; r < plan->routers; r++)
		for (k = 0; k < plan->instances; k++) {
			(void)snprintf(words, sizeof(words), "enable %s",
			    plan_name(k));
			operate(plan_host(r), words);
		}
}

/*
 * No more faults, but perhaps a partition that stays: everything settles, and
 * then nothing moves.
 */
static void
quiet(void)
{
	int64_t down = plan_down_ns(plan);
	uint64_t before;

	world_say("quiet");
	heal();
	mend();
	if (one_in(3) && !plan->link && !plan->group)
		lan_partition(world->lans,
		    (unsigned)world_draw(1u << plan->routers));
	world_run(6 * NS_PER_S + 5 * down + plan_delay_ns(plan));
	town_check_settled();
	before = world->judge->transitions;
	world_run(3 * down + 3 * NS_PER_S);
	if (world->judge->transitions != before)
		world_fail("it moves in quiet");
	town_check_settled();
}

void
random_play(uint64_t seed, bool tell)
{
	unsigned round, n, r;

	world_new(seed);
	world->title = "random";
	world->tell = tell;
	judge_new();
	draw_world();
	for (r = 0; r < plan->routers; r++)
		town_start(plan_host(r));
	if (plan->link)
		daemon_start_bfdd(host_find("gw"));
	if (one_in(2))
		world_run(6 * NS_PER_S);
	for (round = 0; round < ROUNDS; round++) {
		for (n = 0; n < FAULTS; n++) {
			draw_fault();
			world_run(draw_span() / 2);
		}
		quiet();
	}
}
