/*
 * vrrp_apply.c - make the instances what the file says, a slice at a time.
 *
 * Called at the start and by every reload, with a configuration that has passed
 * all checks.  Hundreds of instances take longer than the loop may be away, so that
 * the work is cut into steps, one instance each, and the loop turns whenever a slice
 * of SLICE_NS is full.  Between two steps everything is consistent: each instance is
 * the old one or the new one, and none is missing that was there and is to stay.
 * The order of the steps (phases[]) is such that an address has one owner at a time,
 * and that an instance which the file does not change notices nothing:
 *
 *   1. trackers that the file declares are held, hooks of groups are known;
 *   2. instances that have left and still answer make way where they are needed;
 *   3. whoever is gone from the file leaves its group and then altogether; an
 *      instance that has another name in the same place is renamed;
 *   4. instances are made, or made to go on for those that cannot be changed in
 *      place (vrrp_succession.c), in the order of the file.  Whose place is taken by
 *      one that has to move itself waits for the next round;
 *   5. groups, one after the other: each is held while its members get new values
 *      and new members start, and decides when the last of them is done;
 *   6. instances without a group get new values, or start;
 *   7. lists are put in the order of the file, interfaces that nobody uses go.
 *
 * When instances wait for their devices, that is waited for, but not for long, and
 * then the rounds begin again; so they do when something has changed for those that
 * were postponed, and find little to do.
 *
 * A second reload while one is being applied waits in vrrp_reload.c.
 * The death of the engine: the next one reads the file, and begins with that.
 *
 * Owns struct vrrp_apply; everything else is in struct vrrp_router.  What lack of
 * memory keeps from being made is said in the log, and the rest is done.
 */
#include "config.h"

#include "vrrpd/engine/vrrp_apply.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/log.h"
#include "vrrpd/config/vrrp_diff.h"
#include "vrrpd/engine/vrrp_leaving.h"
#include "vrrpd/engine/vrrp_move.h"
#include "vrrpd/engine/vrrp_notify.h"
#include "vrrpd/engine/vrrp_regroup.h"
#include "vrrpd/engine/vrrp_succession.h"
#include "vrrpd/engine/vrrp_sync.h"
#include "vrrpd/instance/vrrp_iface.h"
#include "vrrpd/instance/vrrp_machine.h"
#include "vrrpd/instance/vrrp_instance.h"
#include "vrrpd/instance/vrrp_track.h"

/* Three refreshes; a host that sleeps longer has to fence anyway. */
#define LIFETIME_S	3
#define LENT_MAX	2048
/* The words about it, and the clients, want the rest of the loop's budget. */
#define SLICE_NS	(LOOP_BUDGET_NS / 2)
#define WAIT_NS		(1 * NS_PER_S)

struct vrrp_apply {
	struct vrrp_router	 *r;
	const struct vrrp_config *c;
	struct vrrp_applied	  sum;
	vrrp_apply_done		  done;
	void			 *arg;
	int			  error;
	unsigned		  phase;	/* index of phases[] */
	unsigned		  at;		/* step of the phase */
	uint8_t			 *placed;	/* by index of the file */
	bool			  progress;	/* in this round of placing */
	bool			  round_again;
	struct vrrp_sync	 *group;	/* held; NULL: none */
	unsigned		  member;	/* of it, the next one */
	struct loop_timer	 *timer;
	mono_t			  wait_until;	/* MONO_NEVER: not yet */
};

/* True: the phase is over. */
typedef bool (*phase_fn)(struct vrrp_apply *);

/* --- 1: trackers and hooks --- */

void
vrrp_apply_drop_trackers(struct vrrp_router *r)
{
	unsigned i;

	for (i = 0; i < r->held_count; i++)
		vrrp_track_put(r->env.track, r->held[i]);
	free(r->held);
	r->held = NULL;
	r->held_count = 0;
}

/*
 * A declared tracker is held whether or not an instance refers to it: its helper
 * says each level once, and an instance that comes later must know.
 */
static int
hold_trackers(struct vrrp_router *r, const struct vrrp_config *c)
{
	const struct vrrp_track_item **held, *it;
	unsigned i, count = 0;

	held = calloc(c->tracker_count + 1,
	    sizeof(const struct vrrp_track_item *));
	if (held == NULL)
		return -ENOMEM;
	for (i = 0; i < c->tracker_count; i++) {
		it = vrrp_track_get(r->env.track, c->trackers[i].kind,
		    c->trackers[i].name);
		if (it != NULL)
			held[count++] = it;
	}
	vrrp_apply_drop_trackers(r);
	r->held = held;
	r->held_count = count;
	return count == c->tracker_count ? 0 : -ENOMEM;
}

/* Refreshing thousands of addresses would cost more than it is worth. */
static unsigned
lifetime_s(const struct vrrp_config *c)
{
	unsigned i, total = 0;

	for (i = 0; i < c->count; i++)
		total += vrrp_params_addresses(&c->instances[i]);
	return total <= LENT_MAX ? LIFETIME_S : 0;
}

static bool
prepare(struct vrrp_apply *a)
{
	const struct vrrp_config *c = a->c;
	struct vrrp_router *r = a->r;

	if (c->router_id[0] != '\0')
		(void)snprintf(r->router_id, sizeof(r->router_id), "%s",
		    c->router_id);
	else if (gethostname(r->router_id, sizeof(r->router_id) - 1) == -1)
		r->router_id[0] = '\0';
	if (hold_trackers(r, c) < 0)
		a->error = -ENOMEM;
	if (r->notify != NULL)
		vrrp_notify_apply(r->notify, c);
	r->env.lifetime_s = lifetime_s(c);
	return true;
}

/* --- 2: those that have left --- */

static bool
make_way(struct vrrp_apply *a)
{
	return vrrp_leaving_make_way(a->r, a->c);
}

/* --- 3: whoever is gone from the file --- */

static const struct vrrp_params *
wanted_of(const struct vrrp_apply *a, const struct vrrp_instance *v)
{
	return vrrp_config_instance(a->c, v->p.name);
}

/* The name is new, and the virtual router is not. */
static const struct vrrp_params *
renamed(const struct vrrp_apply *a, const struct vrrp_instance *v)
{
	const struct vrrp_params *p;
	unsigned i;

	for (i = 0; i < a->c->count; i++) {
		p = &a->c->instances[i];
		if (p->vrid == v->p.vrid && p->family == v->p.family &&
		    strcmp(p->interface, v->p.interface) == 0)
			return vrrp_router_find(a->r, p->name) == NULL ? p :
			    NULL;
	}
	return NULL;
}

/* Out of every list first: an absence that is judged then is told to the others. */
static void
send_away(struct vrrp_apply *a, unsigned at)
{
	struct vrrp_router *r = a->r;
	struct vrrp_instance *v = r->instances[at];

	(void)loop_judge(r->loop);
	vrrp_succession_forget(r, v);
	if (v->group != NULL)
		(void)vrrp_sync_leave(v->group, v);
	memmove(&r->instances[at], &r->instances[at + 1],
	    (--r->instance_count - at) * sizeof(r->instances[0]));
	vrrp_instance_resign(v, VRRP_CAUSE_SHUTDOWN);
	if (vrrp_leaving_keep(r, v, a->c))
		return;
	vrrp_instance_withdraw(v);
	vrrp_instance_free(v);
}

static bool
remove_one(struct vrrp_apply *a)
{
	const struct vrrp_params *p;
	struct vrrp_instance *v;

	if (a->at >= a->r->instance_count)
		return true;
	v = a->r->instances[a->at];
	if (wanted_of(a, v) != NULL) {
		a->at++;
		return false;
	}
	p = renamed(a, v);
	if (p != NULL) {
		vrrp_instance_rename(v, p->name);
		if (vrrp_diff(&v->p, p) != VRRP_DIFF_RESTART) {
			a->placed[p - a->c->instances] = 1;
			a->sum.changed++;
		}
		a->at++;
		return false;
	}
	send_away(a, a->at);
	a->sum.removed++;
	return false;
}

/* --- 4: places --- */

static unsigned
index_of(const struct vrrp_router *r, const char *name)
{
	unsigned i;

	for (i = 0; i < r->instance_count; i++)
		if (strcmp(r->instances[i]->p.name, name) == 0)
			break;
	return i;
}

/* The instance in the place where this one of the file is to be; NULL: none. */
static struct vrrp_instance *
occupant(const struct vrrp_apply *a, const struct vrrp_params *p)
{
	const struct vrrp_router *r = a->r;
	unsigned i;

	for (i = 0; i < r->iface_count; i++)
		if (strcmp(r->ifaces[i]->name, p->interface) == 0)
			return vrrp_iface_find(r->ifaces[i], p->family,
			    p->vrid);
	return NULL;
}

/* Memory for it was taken when the round began. */
static bool
make_new(struct vrrp_apply *a, const struct vrrp_params *p)
{
	struct vrrp_router *r = a->r;
	struct vrrp_iface *f = vrrp_succession_iface(r, p->interface);
	struct vrrp_instance *v;

	v = f == NULL ? NULL : vrrp_instance_new(&r->env, f, p);
	if (v != NULL)
		r->instances[r->instance_count++] = v;
	return v != NULL;
}

/* An instance that cannot be changed in place.  True: done with. */
static bool
move_over(struct vrrp_apply *a, unsigned at, const struct vrrp_params *p)
{
	struct vrrp_instance *v = a->r->instances[at];
	bool gone;

	if (vrrp_succession_goes_on(v, p)) {
		if (vrrp_succession_try(a->r, v, p) == NULL)
			return false;
	} else if (vrrp_machine_lingers(v)) {
		return false;		/* others do not answer yet */
	} else if (!vrrp_succession_replace(a->r, at, p, a->c, &gone)) {
		log_err("instance=%s cannot be made: out of memory", p->name);
		a->error = -ENOMEM;
		return false;
	}
	a->sum.restarted++;
	return true;
}

static bool
add(struct vrrp_apply *a, const struct vrrp_params *p)
{
	if (!make_new(a, p)) {
		log_err("instance=%s cannot be made: out of memory", p->name);
		a->error = -ENOMEM;
		return false;
	}
	a->sum.added++;
	return true;
}

static void
place(struct vrrp_apply *a, unsigned i)
{
	const struct vrrp_params *p = &a->c->instances[i];
	unsigned at = index_of(a->r, p->name);
	struct vrrp_instance *v = at == a->r->instance_count ? NULL :
	    a->r->instances[at], *there;
	enum vrrp_diff diff = v == NULL ? VRRP_DIFF_RESTART :
	    vrrp_diff(&v->p, p);

	if (diff != VRRP_DIFF_RESTART) {
		if (diff == VRRP_DIFF_EQUAL)
			a->sum.unchanged++;
		else
			a->sum.changed++;
		a->placed[i] = 1;
		return;
	}
	there = occupant(a, p);
	if (there != NULL && there != v) {
		a->round_again = true;
		return;
	}
	if (v == NULL ? !add(a, p) : !move_over(a, at, p))
		return;
	a->placed[i] = 1;
	a->progress = true;
}

/* Does whoever has the place of i wait, by way of others, for that of i? */
static bool
is_in_a_ring(const struct vrrp_apply *a, unsigned i)
{
	const struct vrrp_params *p = &a->c->instances[i];
	const struct vrrp_instance *v;
	unsigned n;

	for (n = 0; n < a->c->count; n++) {
		v = occupant(a, p);
		p = v == NULL ? NULL : wanted_of(a, v);
		if (p == NULL)
			return false;
		if (p == &a->c->instances[i])
			return n > 0;
	}
	return false;
}

/*
 * Instances that exchange their places: one of them has to go first, preferably one
 * that is not Active, and starts as if it were new.
 */
static bool
break_ring(struct vrrp_apply *a)
{
	unsigned i, at, found = a->r->instance_count;

	for (i = 0; i < a->c->count; i++) {
		at = index_of(a->r, a->c->instances[i].name);
		if (a->placed[i] || at == a->r->instance_count ||
		    !is_in_a_ring(a, i))
			continue;
		if (found == a->r->instance_count ||
		    a->r->instances[at]->core.state != VRRP_ACTIVE)
			found = at;
	}
	if (found == a->r->instance_count)
		return false;
	log_warning("instance=%s exchanges its place with another one, and starts "
	    "anew", a->r->instances[found]->p.name);
	send_away(a, found);
	return true;
}

static bool
place_one(struct vrrp_apply *a)
{
	bool again;

	if (a->at < a->c->count) {
		if (!a->placed[a->at])
			place(a, a->at);
		a->at++;
		return false;
	}
	again = a->round_again && (a->progress || break_ring(a));
	a->at = 0;
	a->progress = a->round_again = false;
	return !again;
}

/* --- 5, 6: values, starts, groups --- */

static bool
needs_work(const struct vrrp_apply *a, const struct vrrp_instance *v)
{
	const struct vrrp_params *p = wanted_of(a, v);

	return !v->started || (p != NULL &&
	    vrrp_diff(&v->p, p) == VRRP_DIFF_IN_PLACE);
}

static void
work_on(struct vrrp_apply *a, struct vrrp_instance *v)
{
	const struct vrrp_params *p = wanted_of(a, v);

	if (!a->r->started)
		return;
	if (!v->started)
		vrrp_instance_start(v);
	else if (p != NULL && vrrp_diff(&v->p, p) == VRRP_DIFF_IN_PLACE)
		vrrp_move_change(a->r, a->c, v, p);
}

static bool
is_at_rest(const struct vrrp_apply *a, const struct vrrp_sync *s)
{
	unsigned i;

	for (i = 0; i < s->count; i++)
		if (needs_work(a, s->members[i]))
			return false;
	return true;
}

/* The next group that has anything to be done, held. */
static bool
next_group(struct vrrp_apply *a)
{
	const struct vrrp_group_params *g = &a->c->groups[a->at];
	unsigned before = a->r->group_count;
	struct vrrp_sync *s = vrrp_regroup_get(a->r, a->c, g);

	if (s == NULL) {
		log_err("group=%s cannot be made: out of memory", g->name);
		a->error = -ENOMEM;
	} else if (a->r->started && (a->r->group_count > before ||
	    !is_at_rest(a, s))) {
		vrrp_sync_hold(s);
		a->group = s;
		a->member = 0;
		return true;
	}
	return false;
}

static bool
group_one(struct vrrp_apply *a)
{
	struct vrrp_sync *s = a->group;

	if (s == NULL) {
		if (a->at >= a->c->group_count)
			return true;
		if (!next_group(a))
			a->at++;
		return false;
	}
	if (a->member < s->count) {
		work_on(a, s->members[a->member++]);
		return false;
	}
	a->group = NULL;
	a->at++;
	vrrp_sync_release(s);
	return false;
}

static bool
end_groups(struct vrrp_apply *a)
{
	vrrp_regroup_end(a->r, a->c);
	return true;
}

static bool
work_on_one(struct vrrp_apply *a)
{
	struct vrrp_instance *v;

	if (a->at >= a->r->instance_count)
		return true;
	v = a->r->instances[a->at++];
	if (v->group == NULL)
		work_on(a, v);
	return false;
}

/* An address was kept for another instance, which could not take it. */
static bool
let_go_one(struct vrrp_apply *a)
{
	const struct vrrp_params *p;
	struct vrrp_instance *v;

	if (a->at >= a->r->instance_count)
		return true;
	v = a->r->instances[a->at++];
	p = wanted_of(a, v);
	if (v->started && p != NULL && vrrp_params_addresses(&v->p) >
	    vrrp_params_addresses(p) &&
	    vrrp_diff(&v->p, p) == VRRP_DIFF_IN_PLACE)
		(void)vrrp_instance_set(v, p);
	return false;
}

/* --- 7: order --- */

static bool
order_one(struct vrrp_apply *a)
{
	struct vrrp_router *r = a->r;
	struct vrrp_instance *v;
	unsigned i;

	if (a->at >= a->c->count || a->at >= r->instance_count)
		return true;
	i = index_of(r, a->c->instances[a->at].name);
	if (i < r->instance_count && i > a->at) {
		v = r->instances[i];
		memmove(&r->instances[a->at + 1], &r->instances[a->at],
		    (i - a->at) * sizeof(r->instances[0]));
		r->instances[a->at] = v;
	}
	a->at++;
	return false;
}

/* An address of an instance that is not there any more may be our own. */
static bool
look_at_addresses(struct vrrp_apply *a)
{
	struct vrrp_router *r = a->r;
	unsigned i;

	for (i = 0; i < r->iface_count; i++)
		(void)vrrp_iface_update_primary(r->ifaces[i]);
	return true;
}

static bool
tidy_up(struct vrrp_apply *a)
{
	vrrp_router_drop_ifaces(a->r);
	(void)look_at_addresses(a);
	vrrp_router_settle_later(a->r);		/* another source */
	return true;
}

/* --- the whole --- */

static const phase_fn phases[] = {
	prepare, make_way, remove_one, look_at_addresses, place_one, group_one,
	end_groups, work_on_one, let_go_one, order_one, tidy_up,
};
#define PHASE_COUNT	(sizeof(phases) / sizeof(phases[0]))
#define PHASE_PLACE	4	/* where another round begins */

static unsigned
unplaced(const struct vrrp_apply *a)
{
	unsigned i, n = 0;

	for (i = 0; i < a->c->count; i++)
		if (!a->placed[i])
			n++;
	return n;
}

static void	slice(void *arg);

/* Whoever it is for may begin the next one. */
static void
end(struct vrrp_apply *a, int error)
{
	struct vrrp_router *r = a->r;
	struct vrrp_applied sum = a->sum;
	vrrp_apply_done done = a->done;
	void *arg = a->arg;

	sum.postponed = unplaced(a);
	loop_defer_cancel(r->loop, slice, a);
	r->apply = NULL;
	r->postponed = sum.postponed;
	loop_timer_free(a->timer);
	free(a->placed);
	free(a);
	done(&sum, error, arg);
}

/* False: there is nothing that could be done now. */
static bool
step(struct vrrp_apply *a)
{
	if (a->phase == PHASE_COUNT)
		return false;
	if (phases[a->phase](a)) {
		a->phase++;
		a->at = 0;
	}
	return true;
}

static void
go_on_later(struct vrrp_apply *a)
{
	if (loop_defer(a->r->loop, slice, a) < 0)
		loop_timer_set(a->timer, loop_clock());
}

/* The last step is done; an heir's device may be there in a moment. */
static bool
waits(struct vrrp_apply *a)
{
	if (a->r->heir_count == 0)
		return false;
	if (mono_is_never(a->wait_until))
		a->wait_until = mono_add(loop_clock(), WAIT_NS);
	loop_timer_set(a->timer, a->wait_until);
	return mono_before(loop_clock(), a->wait_until);
}

static void
slice(void *arg)
{
	struct vrrp_apply *a = arg;
	mono_t over = mono_min(loop_budget_end(a->r->loop),
	    mono_add(loop_clock(), SLICE_NS));

	while (step(a))
		if (!mono_before(loop_clock(), over)) {
			go_on_later(a);
			return;
		}
	if (!waits(a))
		end(a, a->error);
}

static void
timer_cb(mono_t deadline, void *arg)
{
	(void)deadline;
	slice(arg);
}

/* Memory for whatever a round may add to the list. */
static bool
make_room(struct vrrp_router *r, const struct vrrp_config *c)
{
	struct vrrp_instance **list;

	list = realloc(r->instances, (r->instance_count + c->count + 1) *
	    sizeof(struct vrrp_instance *));
	if (list == NULL)
		return false;
	r->instances = list;
	return true;
}

int
vrrp_apply_begin(struct vrrp_router *r, const struct vrrp_config *c,
    vrrp_apply_done done, void *arg)
{
	struct vrrp_apply *a;

	if (r->apply != NULL)
		return -EBUSY;
	a = calloc(1, sizeof(*a));
	if (a == NULL)
		return -ENOMEM;
	a->r = r;
	a->c = c;
	a->done = done;
	a->arg = arg;
	a->wait_until = MONO_NEVER;
	a->timer = loop_timer_new(r->loop, timer_cb, a);
	a->placed = calloc(c->count + 1, 1);
	if (a->timer == NULL || a->placed == NULL || !make_room(r, c)) {
		loop_timer_free(a->timer);
		free(a->placed);
		free(a);
		return -ENOMEM;
	}
	r->apply = a;
	go_on_later(a);
	return 0;
}

void
vrrp_apply_finish(struct vrrp_router *r)
{
	struct vrrp_apply *a = r->apply;

	if (a == NULL)
		return;
	while (step(a))
		;
	end(a, a->error);
}

void
vrrp_apply_hurry(struct vrrp_router *r)
{
	if (r->apply == NULL)
		return;
	r->apply->wait_until = loop_clock();
	if (r->apply->phase == PHASE_COUNT)
		loop_timer_set(r->apply->timer, loop_clock());
}

void
vrrp_apply_cancel(struct vrrp_router *r)
{
	struct vrrp_apply *a = r->apply;

	/* A group that is held decides nothing any more. */
	if (a != NULL)
		end(a, -ECANCELED);
}

bool
vrrp_apply_poke(struct vrrp_router *r)
{
	struct vrrp_apply *a = r->apply;

	if (a == NULL)
		return false;
	if (a->phase == PHASE_COUNT) {
		a->phase = PHASE_PLACE;
		a->at = 0;
		go_on_later(a);
	}
	return true;
}
