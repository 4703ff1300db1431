/*
 * soak.c - hours of ordinary life: long quiet, one fault at a time, quiet again.
 *
 * random.c throws faults on top of each other and asks that it ends well.  Here
 * each fault finds a settled world, so that much more can be asked:
 *
 *   a death, or a cut-off Active	an owner within the time that the Backups
 *					promise in "vrrpctl show" (takeover-bound),
 *					and one takeover by BFD where one of them
 *					knows that it is the first (L-15)
 *   what is harmless			no other owner and no instant without one:
 *					bfdd killed, stopped, restarted (L-22,
 *					L-23); an engine restarted (L-24), that of a
 *					Backup killed; a reload; the wall clock; rtnl
 *					held; a Backup, or everybody, asleep
 *   BFD or its way back blocked	one flap at most, then quiet (L-13)
 *   an engine killed on the Active	an owner within the skew of a Backup
 *   everything else			settled after
 *
 * and between the faults nobody moves.  The intervals are drawn so that an hour
 * costs some seconds.
 */
#include "config.h"

#include "test/world/random.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/world/daemons.h"
#include "test/world/host.h"
#include "test/world/judge.h"
#include "test/world/lan.h"
#include "test/world/plan.h"
#include "test/world/proc.h"
#include "test/world/town.h"

#define HOUR_NS		(3600 * NS_PER_S)
#define MARGIN_NS	(3 * NS_PER_MS)
#define RTNL_MAX_NS	(120 * NS_PER_MS)	/* below what is called hung */

static struct plan *plan;

static bool
one_in(unsigned n)
{
	return world_draw(n) == 0;
}

static int64_t
span(int64_t below_ns)
{
	return (int64_t)world_draw((uint64_t)below_ns);
}

/* --- drawing a world --- */

static void
draw_instance(struct plan *p, struct plan_instance *i, bool reversed)
{
	uint16_t interval_cs = one_in(2) ? 100 : 200;
	unsigned style = (unsigned)world_draw(4), r, place;

	i->version = 3;
	i->family = one_in(3) ? AF_INET6 : AF_INET;
	i->virtual_mac = !one_in(4);
	i->bfd = one_in(5) ? PLAN_AUTO : PLAN_PEERS;
	for (r = 0; r < p->routers; r++) {
		place = reversed ? p->routers - 1 - r : r;
		i->parts[r] = (struct plan_part){
			.priority = (uint8_t)(style == 0 ? 100 :
			    style == 1 ? 200 - 10 * place :
			    style == 2 ? 100 + 10 * place :
			    1 + world_draw(254)),
			.preempt = true,
			.interval_cs = interval_cs,
			.confirm_ms = one_in(4),
		};
	}
}

static void
draw_plan(struct plan *p, uint64_t seed)
{
	static const struct {
		unsigned	routers, bfd_ms;
	} sizes[] = {
		{ 3, 50 }, { 3, 100 }, { 3, 100 }, { 4, 100 }, { 4, 200 },
		{ 5, 200 }, { 6, 300 }, { 7, 300 }, { 2, 20 }, { 5, 300 },
	};
	unsigned k;

	p->routers = sizes[seed % 10].routers;
	p->bfd_ms = sizes[seed % 10].bfd_ms;
	p->mult = 3 + (unsigned)world_draw(2);
	p->instances = one_in(3) ? 2 : 1;
	for (k = 0; k < p->instances; k++)
		draw_instance(p, &p->list[k], k == 1);
}

static void
draw_world(uint64_t seed)
{
	plan = world_alloc(sizeof(*plan));
	draw_plan(plan, seed);
	plan_build(plan);
	world->lateness_ns = (int64_t)(10 + world_draw(100)) * NS_PER_US;
	world->lans->delay_ns = (int64_t)(20 + world_draw(300)) * NS_PER_US;
	world->lans->jitter_ns = (int64_t)world_draw(100) * NS_PER_US;
}

/* --- settling --- */

static bool
all_run(void)
{
	unsigned r;

	for (r = 0; r < plan->routers; r++)
		if (!proc_is_awake(proc_find(plan_host(r), "engine")) ||
		    !proc_is_awake(proc_find(plan_host(r), "bfdd")))
			return false;
	return true;
}

/* Everything whole again: until nothing is to be expected any more. */
static void
settle(void)
{
	int64_t until = world->now + 120 * NS_PER_S;
	struct proc *p;
	struct host *h;
	unsigned r;

	world_say("mended");
	lan_heal(world->lans);
	do {
		if (world->now >= until)
			world_fail("not everything runs again");
		for (r = 0; r < plan->routers; r++) {
			h = plan_host(r);
			for (p = h->procs; p != NULL; p = p->next)
				proc_continue(p);
			link_set_carrier(link_by_name(h, "eth0"), true);
			town_start(h);
		}
		world_run(2 * plan_down_ns(plan));
	} while (!all_run());
	/* Slow start of BFD, twice; an election; five intervals to learn. */
	world_run(6 * NS_PER_S + 3 * plan_down_ns(plan));
	town_check_settled();
	if (!town_bfd_all_up())
		world_fail("a BFD session is not Up");
}

/* --- expectations --- */

static struct vip *
vip_of(const struct seat *s)
{
	return judge_vip(&s->vips[0]);
}

static struct host *
owner_of(const struct vip *v)
{
	if (v->owner_count != 1)
		world_fail("%u owners", v->owner_count);
	return v->owners[0];
}

/*
 * Owners are who they were, and answered at every instant since the mark, unless
 * the machine itself was asleep.
 */
static void
check_untouched(struct host *const before[], bool slept, const char *what)
{
	char text[ADDR_STRLEN];
	const struct vip *v;
	unsigned n = 0;

	for (v = world->judge->vips; v != NULL; v = v->next, n++)
		if (v->owner_count != 1 || v->owners[0] != before[n] ||
		    (v->outages > 0 && !slept) || v->moves > 0)
			world_fail("%s is moved by what is harmless: %s",
			    addr_format(&v->addr, text, sizeof(text)), what);
}

static void
note_owners(struct host *owners[])
{
	const struct vip *v;
	unsigned n = 0;

	judge_mark();
	for (v = world->judge->vips; v != NULL; v = v->next)
		owners[n++] = owner_of(v);
}

/*
 * The promises of the Backups of that seat: the shortest bound, how many promise
 * it, and the longest.  False: the session that would tell is not obeyed now.
 */
static bool
ask_bounds(const struct seat *dead, int64_t *least, int64_t *most,
    unsigned *first)
{
	const struct seat *s;
	json_t *doc, *i, *b;
	int64_t ns;
	size_t n;
	bool obeyed = true;

	*least = NEVER;
	*most = *first = 0;
	for (s = world->judge->seats; s != NULL; s = s->next) {
		if (s->vrid != dead->vrid || s->family != dead->family ||
		    s == dead)
			continue;
		i = town_instance(s->host, s->name, &doc);
		ns = json_integer_value(json_object_get(i,
		    "takeover-bound-us")) * NS_PER_US;
		json_array_foreach(json_object_get(i, "bfd"), n, b)
			if (json_integer_value(json_object_get(b,
			    "suspended-us")) > 0)
				obeyed = false;
		json_decref(doc);
		if (ns < *least) {
			*least = ns;
			*first = 0;
		}
		*first += ns == *least;
		if (ns > *most)
			*most = ns;
	}
	return obeyed;
}

/* --- deaths --- */

static void
check_successor(const struct seat *dead, int64_t since, int64_t least,
    unsigned first, const uint64_t *before)
{
	const struct seat *s, *successor = NULL;
	unsigned n = 0;

	for (s = world->judge->seats; s != NULL; s = s->next) {
		if (s->vrid != dead->vrid || s->family != dead->family ||
		    s == dead || s->takeovers == before[s->host->index])
			continue;
		/* V-67: a better one takes it from the successor, as it may. */
		n += strcmp(s->cause, "preempt") != 0;
		if (successor == NULL ||
		    s->became_active < successor->became_active)
			successor = s;
	}
	if (successor == NULL)
		world_fail("nobody took over %s from %s", dead->name,
		    dead->host->name);
	if (first == 1 && n != 1)
		world_fail("%u takeovers, and one router knew it was first", n);
	if (successor->became_active - since > least + MARGIN_NS)
		world_fail("%lld us until %s took over %s; promised: %lld",
		    (long long)((successor->became_active - since) /
		    NS_PER_US), successor->host->name, dead->name,
		    (long long)(least / NS_PER_US));
}

/* The Active of some seat is gone from one moment to the next. */
static void
death(bool power)
{
	const struct seat *dead = world->judge->seats, *s;
	uint64_t before[HOSTS_MAX] = { 0 };
	int64_t least, most, since;
	unsigned first;

	if (one_in(2) && dead->next != NULL)
		dead = dead->next;
	dead = judge_seat(owner_of(vip_of(dead)), dead->name);
	if (!ask_bounds(dead, &least, &most, &first))
		return;			/* VRRP's own timer, then */
	for (s = world->judge->seats; s != NULL; s = s->next)
		if (s->vrid == dead->vrid && s->family == dead->family)
			before[s->host->index] = s->takeovers;
	since = world->now;
	if (power)
		host_power_off(dead->host);
	else {
		world_say("%s cut off", dead->host->name);
		lan_isolate(world->lans, dead->host, CUT_ALL, true);
	}
	world_run(most + (int64_t)plan->bfd_ms * NS_PER_MS + MARGIN_NS);
	check_successor(dead, since, least, first, before);
}

/* --- harmless things --- */

static struct host *
some_host(void)
{
	return plan_host((unsigned)world_draw(plan->routers));
}

static bool
owns_something(const struct host *h)
{
	const struct vip *v;

	for (v = world->judge->vips; v != NULL; v = v->next)
		if (v->owner_count > 0 && v->owners[0] == h)
			return true;
	return false;
}

/*
 * Backups that would preempt when nobody told them not to: one that has handed
 * over may have forgotten it after its end.
 */
static bool
would_preempt(const struct host *h)
{
	const struct seat *s, *active;

	for (s = world->judge->seats; s != NULL; s = s->next)
		for (active = world->judge->seats; active != NULL;
		    active = active->next)
			if (s->host == h && active->state == SEAT_ACTIVE &&
			    active->vrid == s->vrid &&
			    active->family == s->family &&
			    active->priority <= s->priority && s->preempt)
				return true;
	return false;
}

static void
pause_bfdd(struct host *h)
{
	world_run(plan_detection_ns(plan) + span(NS_PER_S));
	/* Leaving takes a Detection Time or two. */
	while (proc_find(h, "bfdd") != NULL)
		world_run(NS_PER_S);
	daemon_start_bfdd(h);
}

static void
harmless(void)
{
	struct host *h = some_host(), *owners[16];
	int64_t down = plan_down_ns(plan);
	const char *what = "?";
	bool slept = false;
	unsigned r;

	note_owners(owners);
	switch (world_draw(11)) {
	case 0:						/* L-23 */
		what = "bfdd killed";
		proc_kill(proc_find(h, "bfdd"));
		pause_bfdd(h);
		break;
	case 1:						/* L-22 */
		what = "bfdd stopped";
		daemon_stop(h, "bfdd");
		pause_bfdd(h);
		break;
	case 2:
		what = "clock set";
		host_set_clock(h, span(4 * HOUR_NS) - 2 * HOUR_NS);
		break;
	case 3:						/* L-32 */
		what = "Backup asleep";
		if (!owns_something(h))
			host_sleep(h, span(2 * down));
		break;
	case 4:
		what = "Backup's bfdd stalled";
		if (!owns_something(h))
			proc_stall(proc_find(h, "bfdd"), span(2 * down));
		break;
	case 5:
		what = "everybody asleep";
		slept = true;
		for (r = 0; r < plan->routers; r++)
			host_sleep(plan_host(r),
			    span(plan_detection_ns(plan)) / 2);
		break;
	case 6:						/* L-24 */
		what = "vrrpctl restart";
		(void)town_ask(h, "restart", NULL);
		break;
	case 7:
		what = "Backup's engine killed";
		if (!owns_something(h) && !would_preempt(h))
			proc_kill(proc_find(h, "engine"));
		break;
	case 8:
		what = "reload";
		town_reload(h, one_in(2) ? "vrrpd" : "bfdd");
		break;
	case 9:
		what = "rtnl held";
		host_hold_rtnl(h, span(RTNL_MAX_NS));
		break;
	case 10:
		what = "Backup's engine stalled";
		if (!owns_something(h))
			proc_stall(proc_find(h, "engine"),
			    span(180 * NS_PER_MS));
		break;
	}
	world_run(2 * down);
	check_untouched(owners, slept, what);
}

/* One direction of BFD, or both: there and back at most, and then quiet. */
static void
bfd_blocked(struct host *a, struct host *b)
{
	bool both = one_in(2);
	uint64_t before = world->judge->transitions;

	world_say("BFD %s -> %s blocked%s", a->name, b->name,
	    both ? " both ways" : "");
	lan_cut(world->lans, a, b, CUT_BFD, true);
	if (both)
		lan_cut(world->lans, b, a, CUT_BFD, true);
	world_run(plan_detection_ns(plan) + plan_down_ns(plan));
	if (world->judge->transitions > before + 2 * plan->instances)
		world_fail("%" PRIu64 " transitions because BFD is blocked",
		    world->judge->transitions - before);
	before = world->judge->transitions;
	world_run(60 * NS_PER_S);
	if (world->judge->transitions != before)
		world_fail("BFD is blocked, and it goes on moving");
}

/* --- an hour --- */

static void
other_fault(struct host *a, struct host *b)
{
	switch (world_draw(12)) {
	case 0:
		world_say("VRRP %s -> %s blocked", a->name, b->name);
		lan_cut(world->lans, a, b, CUT_VRRP, true);
		break;
	case 1:
		world_say("%s -> %s cut", a->name, b->name);
		lan_cut(world->lans, a, b, CUT_ALL, true);
		break;
	case 2:
		world_say("partition");
		lan_partition(world->lans,
		    (unsigned)world_draw(1u << plan->routers));
		break;
	case 3:
		proc_kill(proc_find(a, "engine"));
		break;
	case 4:
		proc_kill(proc_find(a, "vrrpd"));
		break;
	case 5:
		world_say("%s: vrrpd is to leave", a->name);
		daemon_stop(a, "vrrpd");
		break;
	case 6:
		(void)town_ask(a, "handover web", NULL);
		break;
	case 7:
		world->lans->loss_permille = (unsigned)world_draw(100);
		world_say("loss %u per mille", world->lans->loss_permille);
		break;
	case 8:
		proc_stop(proc_find(a, "engine"));
		break;
	case 9:
		link_set_carrier(link_by_name(a, "eth0"), false);
		break;
	case 10:
		host_sleep(a, span(2 * plan_down_ns(plan)));
		break;
	case 11:
		proc_kill(proc_find(a, "engine"));
		proc_kill(proc_find(a, "vrrpd"));
		break;
	}
	world_run(span(30 * NS_PER_S));
}

static void
fault(void)
{
	unsigned i = (unsigned)world_draw(plan->routers);
	unsigned j = (i + 1 + (unsigned)world_draw(plan->routers - 1)) %
	    plan->routers;

	switch (world_draw(16)) {
	case 0: case 1: case 2: case 3:
		death(false);
		break;
	case 4:
		death(true);
		break;
	case 5: case 6: case 7: case 8: case 9:
		harmless();
		break;
	case 10:
		bfd_blocked(plan_host(i), plan_host(j));
		break;
	default:
		other_fault(plan_host(i), plan_host(j));
		break;
	}
}

void
soak_play(uint64_t seed, bool tell)
{
	uint64_t before;
	unsigned r;

	world_new(seed);
	world->title = "an hour";
	world->tell = tell;
	judge_new();
	draw_world(seed);
	for (r = 0; r < plan->routers; r++)
		town_start(plan_host(r));
	settle();
	while (world->now < HOUR_NS) {
		before = world->judge->transitions;
		world_run(span(60 * NS_PER_S));
		if (world->judge->transitions != before)
			world_fail("it moves in quiet");
		fault();
		settle();
	}
}
