/*
 * operator.c - hours of an operator who does whatever vrrpctl, an editor and
 * kill(1) can do, and of whom nobody else is to notice more than was said.
 *
 * Some routers, each with a file of its own that holds the same virtual routers
 * and anything around them.  An episode is one deed, or up to four that fall into
 * each other: the reload of another valid file, on one router or on all at once,
 * or of a bad one; set, handover, disable, enable, restart; stop and start; the
 * end of any process by SIGKILL.  Each deed has two bounds: for how long nobody
 * may answer for an address, and for how long two may.  Deeds of an episode add
 * up, because each may find the routers in the middle of the one before.
 *
 *	reload, set, restart, stop	nobody: never
 *	handover, disable, enable	nobody: never, while somebody else may
 *	the monitor killed		nobody: never; its engine hands over
 *	an engine killed		the skew of a Backup: the monitor resigns for
 *					it at once
 *	everything killed		Active_Down_Interval; two until what was lent
 *					is over
 *	a helper, vrrpd-net, bfdd killed	nothing at all
 *
 * An engine that has just begun, after its end or by "vrrpctl restart", knows of no
 * Active, and as Backup it waits Active_Down_Interval: beside such a one, whatever
 * else is done may leave nobody for so long.  So may an instance that a reload
 * makes anew, for another virtual_mac, when it is no Active that goes on.
 *
 * After each episode the routers must agree, what is in force must be what the
 * files say, who is disabled must be so still, an address must be nowhere but on
 * an Active that has it, and nothing moves any more.
 */
#include "config.h"

#include "test/world/random.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/world/daemons.h"
#include "test/world/host.h"
#include "test/world/judge.h"
#include "test/world/lan.h"
#include "test/world/paths.h"
#include "test/world/plan.h"
#include "test/world/proc.h"
#include "test/world/town.h"
#include "vrrpd/pure/vrrp_linger.h"

#define HOUR_NS		(3600 * NS_PER_S)
#define DEEDS_MAX	4
#define LEASE_NS	(4200 * NS_PER_MS)	/* lent, and what the kernel adds */
#define WILL_NS		(5 * NS_PER_MS)		/* until it is carried out */
#define MARGIN_NS	(2 * NS_PER_MS)

/*
 * Memory that lasts: what is static belongs to whichever program runs (state.c).
 */
static struct plan *plan;
static struct operator {
	bool	off[PLAN_ROUTERS_MAX][PLAN_INSTANCES_MAX];	/* disabled */
	/* Of the episode. */
	char	text[400];
	bool	hurt[PLAN_ROUTERS_MAX];	/* vrrpd may not be there */
	bool	wiped[PLAN_ROUTERS_MAX];	/* and nobody has cleaned up */
	bool	killed[PLAN_ROUTERS_MAX];	/* perhaps in a reload */
	const struct proc *leaving[PLAN_ROUTERS_MAX];	/* told to; NULL */
	unsigned deeds;
	unsigned anew;			/* engines that know nothing */
	int64_t	none_ns, two_ns;
} *op;

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
draw_instance(struct plan *p, struct plan_instance *i, uint16_t interval_cs)
{
	unsigned style = (unsigned)world_draw(3), r;

	i->version = 3;
	i->family = one_in(3) ? AF_INET6 : AF_INET;
	i->virtual_mac = !one_in(3);
	i->unicast = one_in(4);
	i->bfd = one_in(2) ? PLAN_NO_BFD : one_in(3) ? PLAN_AUTO : PLAN_PEERS;
	for (r = 0; r < p->routers; r++)
		i->parts[r] = (struct plan_part){
			.priority = (uint8_t)(style == 0 ? 100 :
			    style == 1 ? 200 - 10 * r : 1 + world_draw(254)),
			.preempt = !one_in(4),
			.interval_cs = interval_cs,
		};
}

static void
draw_world(void)
{
	static const uint16_t intervals[] = { 1, 5, 10, 20, 50, 100, 100, 100 };
	uint16_t interval_cs = intervals[world_draw(8)];
	struct plan *p = plan = world_alloc(sizeof(*plan));
	unsigned k;

	op = world_alloc(sizeof(*op));
	p->routers = 2 + (unsigned)world_draw(3);
	p->instances = 1 + (unsigned)world_draw(PLAN_INSTANCES_MAX);
	p->bfd_ms = one_in(2) ? 50 : 100;
	p->mult = 3 + (unsigned)world_draw(2);
	for (k = 0; k < p->instances; k++)
		draw_instance(p, &p->list[k], interval_cs);
	plan_build(p);
	world->lateness_ns = (int64_t)(10 + world_draw(100)) * NS_PER_US;
	world->lans->delay_ns = (int64_t)(20 + world_draw(300)) * NS_PER_US;
	world->lans->jitter_ns = (int64_t)world_draw(100) * NS_PER_US;
}

/* --- the bounds --- */

static int64_t
longest_interval_ns(void)
{
	int64_t ns = 0;
	unsigned k, r;

	for (k = 0; k < plan->instances; k++)
		for (r = 0; r < plan->routers; r++)
			if (ns < ns_from_cs(plan->list[k].parts[r].interval_cs))
				ns = ns_from_cs(
				    plan->list[k].parts[r].interval_cs);
	return 2 * ns;			/* `set` doubles it at most */
}

static int64_t
by_timer_ns(void)
{
	return 4 * longest_interval_ns() + MARGIN_NS;
}

/* An advert there, read, obeyed, and the tail of who obeys. */
static int64_t
handed_over_ns(void)
{
	const struct lan *l = world->lans;

	return VRRP_LINGER_TAIL_NS + 4 * (l->delay_ns + l->jitter_ns +
	    world->lateness_ns) + MARGIN_NS;
}

static void
deed(unsigned r, int64_t none_ns, int64_t two_ns, const char *words)
{
	size_t n = strlen(op->text);

	op->deeds++;
	op->none_ns += none_ns;
	op->two_ns += two_ns;
	(void)snprintf(op->text + n, sizeof(op->text) - n, "%s%s: %s",
	    n > 0 ? "; " : "", plan_host(r)->name, words);
	world_say("deed: %s: %s", plan_host(r)->name, words);
}

/* Somebody else would be Active for it. */
static bool
has_successor(unsigned r, unsigned k)
{
	unsigned other;

	for (other = 0; other < plan->routers; other++)
		if (other != r && !op->off[other][k] && !op->hurt[other])
			return true;
	return false;
}

static bool
has_successors(unsigned r)
{
	unsigned k;

	for (k = 0; k < plan->instances; k++)
		if (!has_successor(r, k))
			return false;
	return true;
}

/*
 * With unicast peers an engine that knows nothing listens for as long as their kernels
 * may be looking for its MAC (vrrp_presence.c; vrrpd(8), PROMISES).
 */
static int64_t
looked_for_ns(void)
{
	unsigned k;

	for (k = 0; k < plan->instances; k++)
		if (plan->list[k].unicast)
			return 1200 * NS_PER_MS;
	return 0;
}

/* Nobody, for as long. */
static int64_t
none_ns(void)
{
	return op->none_ns + (op->deeds > 1 ? op->anew *
	    (by_timer_ns() + looked_for_ns()) : 0);
}

static bool
runs(unsigned r)
{
	return !op->hurt[r] && proc_is_awake(proc_find(plan_host(r), "engine"));
}

/* --- the editor --- */

/* Everything but the interface, the family and the number. */
static void
edit(struct plan_part *p)
{
	switch (world_draw(16)) {
	case 0:
		p->priority = (uint8_t)(1 + world_draw(254));
		break;
	case 1:
		p->preempt = !p->preempt;
		break;
	case 2:
		p->preempt_delay_s = (unsigned)world_draw(2);
		break;
	case 3:
		p->confirm_ms = (unsigned)world_draw(3);
		break;
	case 4: case 5: case 6:
		p->extras = (unsigned)world_draw(1u << PLAN_EXTRAS_MAX);
		break;
	case 7:
		p->long_prefix = !p->long_prefix;
		break;
	case 8:
		p->refuses = !p->refuses;
		break;
	case 9:
		p->stranger = !p->stranger;
		break;
	case 10:
		p->other_mode = !p->other_mode;
		op->anew++;
		break;
	case 11:
		p->without_bfd = !p->without_bfd;
		break;
	case 12:
		p->slow_bfd = !p->slow_bfd;
		break;
	case 13:
		p->no_lease = !p->no_lease;
		break;
	case 14:
		p->other_backup = !p->other_backup;
		break;
	case 15:
		p->garp = (unsigned)world_draw(4);
		break;
	}
}

static void
edit_file(unsigned r)
{
	unsigned n, k;

	for (n = 1 + (unsigned)world_draw(4); n > 0; n--) {
		k = (unsigned)world_draw(plan->instances);
		edit(&plan->list[k].parts[r]);
	}
	if (one_in(3))
		plan->others[r] = (unsigned)world_draw(PLAN_OTHERS_MAX + 1);
	if (one_in(4))
		plan->named[r] = !plan->named[r];
	plan_rewrite(plan, r);
}

/*
 * Whatever a killed vrrpd has left is cleaned by the next one as its file says:
 * that of another file goes when the kernel takes it, LEASE_NS later.
 */
static bool
reload(unsigned r)
{
	if (op->wiped[r])
		return false;
	deed(r, 0, handed_over_ns(), "reload");
	edit_file(r);
	town_reload(plan_host(r), "vrrpd");
	return true;
}

static bool
reload_all(void)
{
	unsigned r;

	for (r = 0; r < plan->routers; r++)
		if (op->wiped[r])
			return false;
	for (r = 0; r < plan->routers; r++)
		edit_file(r);
	for (r = 0; r < plan->routers; r++) {
		deed(r, 0, handed_over_ns(), "reload, all at once");
		town_reload(plan_host(r), "vrrpd");
	}
	return true;
}

static bool
reload_bad(unsigned r)
{
	static const char *const bad[] = { "}", "instance web {", "x = \n",
	    "instance web { interface = eth0 virtual_router_id = 300 }", "" };
	struct host *h = plan_host(r);
	unsigned which = (unsigned)world_draw(5);
	char *text;

	if (!runs(r))
		return false;
	/* A reload by signal may be under way, and would read it too. */
	world_run(50 * NS_PER_MS);
	if (!runs(r))
		return false;
	deed(r, 0, 0, "reload of a bad file");
	text = strdup(path_find(h, VRRPD_CONF)->text);
	if (bad[which][0] == '\0')
		(void)path_unlink(h, VRRPD_CONF);
	else
		path_write(h, VRRPD_CONF, bad[which]);
	if (town_ask(h, "reload", NULL) == 0)
		world_fail("%s: a bad file is taken: %s", h->name, bad[which]);
	/* Not by plan_rewrite(), which the judge takes for a configuration. */
	path_write(h, VRRPD_CONF, text);
	free(text);
	return true;
}

/* --- vrrpctl --- */

static bool __attribute__((format(printf, 2, 3)))
ask(unsigned r, const char *fmt, ...)
{
	char words[80];
	va_list ap;

	if (!runs(r))
		return false;
	va_start(ap, fmt);
	(void)vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	deed(r, 0, handed_over_ns(), words);
	(void)town_ask(plan_host(r), words, NULL);
	return true;
}

static bool
disable(unsigned r, unsigned k)
{
	if (!runs(r) || !has_successor(r, k))
		return false;
	op->off[r][k] = true;
	return ask(r, "disable %s", plan_name(k));
}

static bool
enable(unsigned r, unsigned k)
{
	if (!runs(r))
		return false;
	op->off[r][k] = false;
	return ask(r, "enable %s", plan_name(k));
}

static bool
vrrpctl(unsigned r, unsigned k)
{
	unsigned cs = plan->list[k].parts[r].interval_cs;

	/*
	 * A reload that is under way ends what was set, and the judge, who goes by
	 * what is written, does not know which came first.
	 */
	if (op->deeds > 0)
		world_run(100 * NS_PER_MS);
	switch (world_draw(10)) {
	case 0: case 1:
		return ask(r, "set %s priority %u", plan_name(k),
		    1 + (unsigned)world_draw(254));
	case 2:
		return ask(r, "set %s advert_int %u0ms", plan_name(k),
		    one_in(2) ? cs : 2 * cs);
	case 3: case 4:
		return ask(r, "handover %s", plan_name(k));
	case 5: case 6:
		return disable(r, k);
	case 7: case 8:
		return enable(r, k);
	default:
		op->anew++;
		return ask(r, "restart");
	}
}

/* --- kill(1) --- */

static void
kill_one(struct host *h, const char *name)
{
	struct proc *p = proc_find(h, name);

	if (p != NULL)
		proc_kill(p);
}

static bool
stop_vrrpd(unsigned r)
{
	if (!runs(r) || !has_successors(r))
		return false;
	deed(r, 0, handed_over_ns(), "vrrpd is stopped");
	op->hurt[r] = true;
	op->leaving[r] = proc_find(plan_host(r), "vrrpd");
	daemon_stop(plan_host(r), "vrrpd");
	return true;
}

static bool
kill_engine(unsigned r)
{
	if (!runs(r) || !has_successors(r))
		return false;
	deed(r, longest_interval_ns() + WILL_NS, handed_over_ns(),
	    "the engine is killed");
	op->killed[r] = true;
	op->anew++;
	kill_one(plan_host(r), "engine");
	return true;
}

static bool
kill_monitor(unsigned r)
{
	if (!runs(r) || !has_successors(r))
		return false;
	deed(r, 0, handed_over_ns(), "the monitor is killed");
	op->hurt[r] = true;
	kill_one(plan_host(r), "vrrpd");
	return true;
}

static bool
kill_everything(unsigned r)
{
	static const char *const all[] = { "engine", "vrrpd", "net", "scripts",
	    "checks" };
	unsigned i;

	if (!runs(r) || !has_successors(r))
		return false;
	deed(r, by_timer_ns(), LEASE_NS,
	    "everything is killed");
	op->hurt[r] = op->wiped[r] = true;
	plan_host(r)->lent_until = world->now + LEASE_NS;
	for (i = 0; i < 5; i++)
		kill_one(plan_host(r), all[i]);
	if (one_in(2))
		kill_one(plan_host(r), "bfdd");
	return true;
}

static bool
kill_other(unsigned r)
{
	static const char *const names[] = { "net", "scripts", "checks",
	    "bfdd" };
	const char *name = names[world_draw(4)];
	char words[40];

	(void)snprintf(words, sizeof(words), "%s is killed", name);
	deed(r, 0, 0, words);
	kill_one(plan_host(r), name);
	return true;
}

/* --- an episode --- */

static bool
draw_deed(void)
{
	unsigned r = (unsigned)world_draw(plan->routers);
	unsigned k = (unsigned)world_draw(plan->instances);

	switch (world_draw(24)) {
	case 0: case 1: case 2: case 3: case 4: case 5: case 6:
		return reload(r);
	case 7: case 8:
		return reload_all();
	case 9:
		return reload_bad(r);
	case 10:
		return stop_vrrpd(r);
	case 11: case 12:
		return kill_engine(r);
	case 13:
		return kill_monitor(r);
	case 14:
		return kill_everything(r);
	case 15: case 16:
		return kill_other(r);
	default:
		return vrrpctl(r, k);
	}
}

/* An engine that is leaving, or has lost its monitor, will not stay. */
static bool
all_run(void)
{
	const struct proc *p, *monitor;
	struct host *h;
	unsigned r;

	for (r = 0; r < plan->routers; r++) {
		h = plan_host(r);
		if (op->leaving[r] != NULL && op->leaving[r] ==
		    proc_find(h, "vrrpd"))
			return false;
		monitor = proc_find(h, "vrrpd");
		for (p = h->procs; p != NULL; p = p->next)
			if (strcmp(p->name, "engine") == 0 && !p->ended &&
			    p->parent == monitor)
				break;
		if (monitor == NULL || p == NULL ||
		    proc_find(h, "bfdd") == NULL)
			return false;
	}
	return true;
}

static void
settle(void)
{
	int64_t until = world->now + 120 * NS_PER_S;
	unsigned r;

	do {
		if (world->now >= until)
			world_fail("not everything runs again after %s",
			    op->text);
		for (r = 0; r < plan->routers; r++)
			town_start(plan_host(r));
		world_run(plan_down_ns(plan) + NS_PER_S);
	} while (!all_run());
	/*
	 * A file that was being taken over when its engine died is not given to
	 * the next one: the operator reloads once more.
	 */
	for (r = 0; r < plan->routers; r++)
		if (op->killed[r])
			town_reload(plan_host(r), "vrrpd");
	world_run(6 * NS_PER_S + 3 * plan_down_ns(plan) +
	    plan_delay_ns(plan));
}

/* --- checks afterwards --- */

static unsigned
bits(unsigned mask)
{
	unsigned n = 0;

	for (; mask != 0; mask &= mask - 1)
		n++;
	return n;
}

/*
 * Everybody follows one Active.  A session that only one of the two asks for is
 * Down, and that is said.
 */
static void
check_alarms(unsigned r, unsigned k, json_t *shown)
{
	const char *word;
	json_t *a;
	size_t n;

	json_array_foreach(json_object_get(shown, "alarms"), n, a) {
		word = json_string_value(json_object_get(a, "alarm"));
		if (word == NULL || strcmp(word, "bfd-blocked") != 0)
			world_fail("%s %s: alarm %s, after %s",
			    plan_host(r)->name, plan_name(k), word, op->text);
	}
}

/* The file of that router is in force. */
static void
check_in_force(unsigned r, unsigned k)
{
	const struct plan_instance *i = &plan->list[k];
	const struct plan_part *p = &i->parts[r];
	const struct seat *s = judge_seat(plan_host(r), plan_name(k));
	json_t *doc, *shown = town_instance(plan_host(r), plan_name(k), &doc);
	const char *guard;
	size_t addresses, peers;

	if (shown == NULL)
		world_fail("%s has no %s", plan_host(r)->name, plan_name(k));
	addresses = json_array_size(json_object_get(shown,
	    "virtual-addresses"));
	peers = json_array_size(json_object_get(shown, "unicast-peers"));
	if (addresses != (i->family == AF_INET6 ? 2u : 1u) + bits(p->extras) ||
	    peers != (i->unicast ? plan->routers - 1 + p->stranger : 0u) ||
	    json_is_true(json_object_get(shown, "accept")) == p->refuses ||
	    json_is_true(json_object_get(shown, "preempt")) != p->preempt)
		world_fail("%s %s is not as its file says: %zu addresses, %zu "
		    "peers, after %s", plan_host(r)->name, plan_name(k),
		    addresses, peers, op->text);
	guard = json_string_value(json_object_get(shown, "guard"));
	if (guard == NULL || p->no_lease == (strcmp(guard, "lease") == 0))
		world_fail("%s %s: guard is %s, after %s", plan_host(r)->name,
		    plan_name(k), guard == NULL ? "nothing" : guard, op->text);
	check_alarms(r, k, shown);
	if (op->off[r][k] != (s->state != SEAT_ACTIVE && s->state != SEAT_BACKUP))
		world_fail("%s %s is%s disabled, after %s", plan_host(r)->name,
		    plan_name(k), op->off[r][k] ? " not" : "", op->text);
	json_decref(doc);
}

/* An address that every router has in its file, before and after. */
static bool
stays(const struct vip *v)
{
	const struct seat *s;
	unsigned k;

	for (k = 0; k < plan->instances; k++) {
		s = judge_seat(plan_host(0), plan_name(k));
		if (addr_equal(&s->vips[0], &v->addr) ||
		    (s->family == AF_INET6 &&
		    addr_equal(&s->vips[1], &v->addr)))
			return true;
	}
	return false;
}

/*
 * Nowhere is an address that its host is not Active for.  Of an instance that was
 * taken out of the file and put back before anybody had read it the judge knows no
 * state.
 */
static void
check_no_leftover(const struct vip *v)
{
	char text[ADDR_STRLEN];
	const struct seat *s;
	unsigned n, i;

	for (n = 0; n < v->owner_count; n++) {
		for (s = world->judge->seats; s != NULL; s = s->next) {
			if (s->host != v->owners[n] ||
			    (s->state != SEAT_ACTIVE &&
			    (stays(v) || s->state != SEAT_NONE)))
				continue;
			for (i = 0; i < s->vip_count; i++)
				if (addr_equal(&s->vips[i], &v->addr))
					break;
			if (i < s->vip_count)
				break;
		}
		if (s == NULL)
			world_fail("%s has %s, and is not Active for it, "
			    "after %s", v->owners[n]->name,
			    addr_format(&v->addr, text, sizeof(text)),
			    op->text);
	}
}

static void
check_bounds(const struct vip *v)
{
	char text[ADDR_STRLEN];

	if (judge_outage_ns(v) > none_ns())
		world_fail("nobody answered for %s for %" PRId64 " us, allowed "
		    "%" PRId64 ": %s", addr_format(&v->addr, text,
		    sizeof(text)), judge_outage_ns(v) / NS_PER_US,
		    none_ns() / NS_PER_US, op->text);
	/*
	 * A lesser Backup that knows of no better one may go first (vrrp_rank.h), and
	 * the better one follows: two moves, each within its bound.
	 */
	if (v->pair_longest_ns > op->two_ns || v->two_since != NEVER)
		world_fail("two answered for %s for %" PRId64 " us, allowed "
		    "%" PRId64 ": %s", addr_format(&v->addr, text,
		    sizeof(text)), v->pair_longest_ns / NS_PER_US,
		    op->two_ns / NS_PER_US, op->text);
}

static void
check_afterwards(void)
{
	const struct vip *v;
	uint64_t before;
	unsigned r, k;

	for (v = world->judge->vips; v != NULL; v = v->next) {
		if (stays(v))
			check_bounds(v);
		check_no_leftover(v);
	}
	town_check_settled();
	for (r = 0; r < plan->routers; r++)
		for (k = 0; k < plan->instances; k++)
			check_in_force(r, k);
	before = world->judge->transitions;
	world_run(plan_down_ns(plan) + span(10 * NS_PER_S));
	if (world->judge->transitions != before)
		world_fail("it moves in quiet, after %s", op->text);
}

static void
episode(void)
{
	unsigned n = one_in(2) ? 1 : 1 + (unsigned)world_draw(DEEDS_MAX);

	op->text[0] = '\0';
	memset(op->hurt, 0, sizeof(op->hurt));
	memset(op->killed, 0, sizeof(op->killed));
	memset(op->wiped, 0, sizeof(op->wiped));
	memset(op->leaving, 0, sizeof(op->leaving));
	op->none_ns = op->two_ns = 0;
	op->deeds = op->anew = 0;
	judge_mark();
	while (n > 0) {
		if (!draw_deed())
			continue;
		if (--n > 0)
			world_run(one_in(2) ? span(plan_down_ns(plan)) :
			    span(20 * NS_PER_MS));
	}
	world_run(span(NS_PER_S));
	settle();
	check_afterwards();
}

void
operator_play(uint64_t seed, bool tell)
{
	unsigned r;

	world_new(seed);
	world->title = "an operator";
	world->tell = tell;
	judge_new();
	draw_world();
	for (r = 0; r < plan->routers; r++)
		town_start(plan_host(r));
	settle();
	town_check_settled();
	while (world->now < HOUR_NS)
		episode();
}
