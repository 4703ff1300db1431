/*
 * vrrp_apply.c - make the instances what the file says.
 *
 * Called at the start and by every reload, with a configuration that has passed
 * all checks.  The order is such that an address has one owner at a time, and
 * that an instance which the file does not change notices nothing:
 *
 *   1. trackers that the file declares are held; groups with other members than
 *      before are let go;
 *   2. whoever is gone from the file leaves;
 *   3. instances are found, or made, or made to go on for another that is Active
 *      and cannot be changed in place, in the order of the file;
 *   4. interfaces that nobody uses any more go;
 *   5. groups are made of the instances that exist;
 *   6. once the router has started: new values, new starts, groups settle.
 *
 * Owns nothing: everything is in struct vrrp_router.  What lack of memory keeps
 * from being made is said in the log, and the rest is done.
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
#include "vrrpd/engine/vrrp_notify.h"
#include "vrrpd/engine/vrrp_receive.h"
#include "vrrpd/engine/vrrp_sync.h"
#include "vrrpd/instance/vrrp_hold.h"
#include "vrrpd/instance/vrrp_iface.h"
#include "vrrpd/instance/vrrp_track.h"

/* Three refreshes; a host that sleeps longer has to fence anyway. */
#define LIFETIME_S	3
#define LENT_MAX	2048

/* --- interfaces --- */

static struct vrrp_iface *
get_iface(struct vrrp_router *r, const char *name)
{
	struct vrrp_iface **list, *f;
	struct nl_link link;
	unsigned i;

	for (i = 0; i < r->iface_count; i++)
		if (strcmp(r->ifaces[i]->name, name) == 0)
			return r->ifaces[i];
	list = realloc(r->ifaces, (r->iface_count + 1) * sizeof(*list));
	if (list == NULL)
		return NULL;
	r->ifaces = list;
	f = vrrp_iface_new(r->loop, name, &r->addrs, vrrp_receive_packet);
	if (f == NULL)
		return NULL;
	r->ifaces[r->iface_count++] = f;
	if (nl_link_known(r->nl, name, &link) == 0)
		vrrp_iface_found(f, &link);
	return f;
}

/* --- instances --- */

static const struct vrrp_params *
find_params(const struct vrrp_config *c, const char *name)
{
	unsigned i;

	for (i = 0; i < c->count; i++)
		if (strcmp(c->instances[i].name, name) == 0)
			return &c->instances[i];
	return NULL;
}

/* In another family there is nothing that could be taken over. */
static bool
goes_on(const struct vrrp_instance *v, const struct vrrp_params *p)
{
	return v->core.state == VRRP_ACTIVE && v->started &&
	    !vrrp_core_is_fenced(&v->core) && p->family == v->p.family;
}

/* The name is new, and the virtual router is not. */
static const struct vrrp_params *
renamed(const struct vrrp_router *r, const struct vrrp_config *c,
    const struct vrrp_instance *v)
{
	const struct vrrp_params *p;
	unsigned i;

	for (i = 0; i < c->count; i++) {
		p = &c->instances[i];
		if (p->vrid == v->p.vrid && p->family == v->p.family &&
		    strcmp(p->interface, v->p.interface) == 0)
			return vrrp_router_find(r, p->name) == NULL ? p : NULL;
	}
	return NULL;
}

/* NULL: nothing of the file goes on for this instance. */
static const struct vrrp_params *
successor_of(const struct vrrp_router *r, const struct vrrp_config *c,
    const struct vrrp_instance *v)
{
	const struct vrrp_params *p = find_params(c, v->p.name);

	if (p == NULL)
		p = renamed(r, c, v);
	return p != NULL && goes_on(v, p) ? p : NULL;
}

/* Nothing is made for an interface that no instance could run on. */
static bool
may_live_on(const struct vrrp_iface *f, const struct vrrp_params *p, char *why,
    size_t size)
{
	const char *what = NULL;

	if (!f->exists)
		what = "does not exist";
	else if (f->io == NULL || !f->link.has_mac)
		what = "cannot be used";
	else if (!f->link.admin_up)
		what = "is down";
	else if (!f->link.running)
		what = "has no carrier";
	else if (!addr_is_set(vrrp_iface_primary(f, p->family)))
		what = "has no address of its own";
	if (what != NULL)
		(void)snprintf(why, size, "interface %s %s", f->name, what);
	return what == NULL;
}

/*
 * Another instance goes on for an Active: at once, or the Active goes on as it
 * is.  Addresses and virtual MAC move within this network; in another one the old
 * instance says goodbye.  making: nothing stands against it, and the device of the
 * other is being made first.
 */
static struct vrrp_instance *
succeed(struct vrrp_router *r, struct vrrp_instance *old,
    const struct vrrp_params *p, bool *making)
{
	struct vrrp_iface *f = get_iface(r, p->interface);
	char why[VRRP_VIP_REASON_MAX] = "out of memory";
	struct vrrp_instance *heir;

	*making = false;
	if (f != NULL)
		(void)vrrp_iface_update_primary(f);
	if (f != NULL && vrrp_hold_awaits(&r->env, f, p)) {
		*making = true;
		return NULL;
	}
	heir = f == NULL || !may_live_on(f, p, why, sizeof(why)) ||
	    !vrrp_leaving_room(r) ? NULL : vrrp_instance_new_heir(old, f, p);
	if (heir != NULL && vrrp_instance_succeed(heir, old, f != old->iface,
	    why, sizeof(why))) {
		vrrp_leaving_add(r, old);
		log_notice("instance=%s interface=%s vrid=%u goes on for "
		    "instance=%s interface=%s vrid=%u", p->name, p->interface,
		    p->vrid, old->p.name, old->p.interface, old->p.vrid);
		return heir;
	}
	*making = heir != NULL && heir->making != 0;
	if (heir != NULL)
		vrrp_instance_free_heir(heir);
	if (*making)
		return NULL;		/* the answer brings us here again */
	if (strcmp(old->retry_reason, why) != 0)
		log_err("instance=%s goes on as it was: %s", old->p.name, why);
	memcpy(old->retry_reason, why, sizeof(old->retry_reason));
	return NULL;
}

/*
 * The first pass: whoever is not in the file any more leaves, and so does whoever
 * cannot be changed in place and is not Active.  Its addresses are gone before
 * anybody else may take them.
 */
static void
remove_old(struct vrrp_router *r, const struct vrrp_config *c,
    struct vrrp_applied *done)
{
	const struct vrrp_params *p;
	struct vrrp_instance *v;
	unsigned i;

	vrrp_leaving_make_way(r, c);
	for (i = 0; i < r->instance_count; ) {
		v = r->instances[i];
		p = find_params(c, v->p.name);
		if (successor_of(r, c, v) != NULL || (p != NULL &&
		    vrrp_diff(&v->p, p) != VRRP_DIFF_RESTART)) {
			i++;
			continue;
		}
		/*
		 * The list is whole whenever an instance speaks: an absence that
		 * is judged then is told to everybody in it.
		 */
		(void)loop_judge(r->loop);
		memmove(&r->instances[i], &r->instances[i + 1],
		    (--r->instance_count - i) * sizeof(r->instances[0]));
		if (p == NULL)
			done->removed++;
		else
			done->restarted++;
		vrrp_instance_resign(v, VRRP_CAUSE_SHUTDOWN);
		if (vrrp_leaving_keep(r, v, c))
			continue;
		vrrp_instance_withdraw(v);
		vrrp_instance_free(v);
	}
}

/* The Active of ours that this instance of the file goes on for; NULL: none. */
static struct vrrp_instance *
predecessor_of(const struct vrrp_router *r, const struct vrrp_config *c,
    const struct vrrp_params *p)
{
	unsigned i;

	for (i = 0; i < r->instance_count; i++)
		if (find_params(c, r->instances[i]->p.name) == NULL &&
		    successor_of(r, c, r->instances[i]) == p)
			return r->instances[i];
	return NULL;
}

/* An instance that is there already, or goes on for one, or is made now. */
static struct vrrp_instance *
find_or_make(struct vrrp_router *r, const struct vrrp_config *c,
    const struct vrrp_params *p, struct vrrp_applied *done)
{
	struct vrrp_instance *v = vrrp_router_find(r, p->name), *heir;
	struct vrrp_iface *f;
	bool making;

	if (v != NULL && vrrp_diff(&v->p, p) != VRRP_DIFF_RESTART) {
		if (vrrp_diff(&v->p, p) == VRRP_DIFF_EQUAL)
			done->unchanged++;
		else
			done->changed++;
		return v;
	}
	if (v == NULL)
		v = predecessor_of(r, c, p);
	if (v != NULL) {
		heir = succeed(r, v, p, &making);
		if (heir == NULL && !making)
			done->postponed++;
		else
			done->restarted++;
		if (making)
			done->making++;
		return heir == NULL ? v : heir;
	}
	f = get_iface(r, p->interface);
	v = f == NULL ? NULL : vrrp_instance_new(&r->env, f, p);
	if (v != NULL)
		done->added++;
	return v;
}

/* Instances in the order of the file. */
static int
place(struct vrrp_router *r, const struct vrrp_config *c,
    struct vrrp_instance **list, struct vrrp_applied *done)
{
	struct vrrp_instance *v;
	unsigned i, n = 0, gone = done->restarted;
	int error = 0;

	for (i = 0; i < c->count; i++) {
		v = find_or_make(r, c, &c->instances[i], done);
		if (v == NULL) {
			log_err("instance=%s cannot be made: out of memory",
			    c->instances[i].name);
			error = -ENOMEM;
			continue;
		}
		list[n++] = v;
	}
	/* Of those that were made, so many are in the place of one that left. */
	done->added -= done->added < gone ? done->added : gone;
	free(r->instances);
	r->instances = list;
	r->instance_count = n;
	return error;
}

/* --- addresses that move --- */

/* On two interfaces a link-local address is two addresses. */
static bool
same_address(const struct vrrp_params *a, const struct vrrp_params *b,
    const struct addr *x, const struct addr *y)
{
	return addr_equal(x, y) && (!addr_is_link_local(x) ||
	    strcmp(a->interface, b->interface) == 0);
}

/* The place in the list of p of an address of `of`; -1: it has none such. */
static int
find_address(const struct vrrp_params *p, const struct vrrp_params *of,
    const struct addr *addr)
{
	unsigned i;

	for (i = 0; p->family == of->family && i < p->vip_count; i++)
		if (same_address(p, of, &p->vips[i].prefix.addr, addr))
			return (int)i;
	return -1;
}

/* The addresses of v that another instance is to have stay until it takes them. */
static void
keep_for_others(const struct vrrp_router *r, const struct vrrp_config *c,
    const struct vrrp_instance *v, struct vrrp_params *p)
{
	const struct vrrp_vip *vip;
	const struct vrrp_instance *taker;
	unsigned i, j;

	for (i = 0; i < v->p.vip_count; i++) {
		vip = &v->p.vips[i];
		if (find_address(p, &v->p, &vip->prefix.addr) >= 0)
			continue;
		for (j = 0; j < c->count; j++)
			if (find_address(&c->instances[j], &v->p,
			    &vip->prefix.addr) >= 0)
				break;
		if (j == c->count || p->vip_count == VRRP_VIPS_MAX)
			continue;
		taker = vrrp_router_find(r, c->instances[j].name);
		if (taker != NULL && taker != v && taker->started &&
		    find_address(&taker->p, &v->p, &vip->prefix.addr) < 0)
			p->vips[p->vip_count++] = *vip;
	}
}

/* The instance gives this one up, in the same turn in which another takes it. */
static void
give_up(struct vrrp_instance *v, const struct vrrp_config *c, unsigned at)
{
	const struct vrrp_params *wanted = find_params(c, v->p.name);
	struct vrrp_params p = v->p;

	/* A list is never empty: the instance gets all it is to have. */
	if (p.vip_count == 1) {
		if (wanted != NULL)
			(void)vrrp_instance_set(v, wanted);
		return;
	}
	p.vip_count--;
	memmove(&p.vips[at], &p.vips[at + 1],
	    (p.vip_count - at) * sizeof(p.vips[0]));
	(void)vrrp_instance_set(v, &p);
}

/*
 * An address has one owner at a time, and none for no longer than it takes to
 * delete it here and to add it there.
 */
static void
change(struct vrrp_router *r, const struct vrrp_config *c,
    struct vrrp_instance *v, const struct vrrp_params *wanted)
{
	struct vrrp_params p = *wanted;
	struct vrrp_instance *owner;
	unsigned i, j;
	int at;

	for (i = 0; i < p.vip_count; i++) {
		if (find_address(&v->p, &p, &p.vips[i].prefix.addr) >= 0)
			continue;
		for (j = 0; j < r->instance_count; j++) {
			owner = r->instances[j];
			if (owner == v || (at = find_address(&owner->p, &p,
			    &p.vips[i].prefix.addr)) < 0)
				continue;
			give_up(owner, c, (unsigned)at);
			break;
		}
	}
	keep_for_others(r, c, v, &p);
	(void)vrrp_instance_set(v, &p);
}

/* --- trackers --- */

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

/* --- groups --- */

/* Every member stands alone while instances come and go. */
void
vrrp_apply_drop_groups(struct vrrp_router *r)
{
	unsigned i;

	for (i = 0; i < r->group_count; i++)
		vrrp_sync_free(r->groups[i]);
	free(r->groups);
	r->groups = NULL;
	r->group_count = 0;
}

/* The same members in the same order, and none of them makes way for another. */
static bool
is_unchanged(const struct vrrp_sync *s, const struct vrrp_config *c,
    const struct vrrp_group_params *g)
{
	const struct vrrp_params *p;
	unsigned i;

	if (strcmp(s->name, g->name) != 0 || s->count != g->count)
		return false;
	for (i = 0; i < g->count; i++) {
		p = &c->instances[g->members[i]];
		if (strcmp(s->members[i]->p.name, p->name) != 0 ||
		    vrrp_diff(&s->members[i]->p, p) == VRRP_DIFF_RESTART)
			return false;
	}
	return true;
}

/* Members of others stand alone while instances come and go. */
static void
drop_changed_groups(struct vrrp_router *r, const struct vrrp_config *c)
{
	unsigned i, j, kept = 0;

	for (i = 0; i < r->group_count; i++) {
		for (j = 0; j < c->group_count; j++)
			if (is_unchanged(r->groups[i], c, &c->groups[j]))
				break;
		if (j < c->group_count)
			r->groups[kept++] = r->groups[i];
		else
			vrrp_sync_free(r->groups[i]);
	}
	r->group_count = kept;
}

static struct vrrp_sync *
find_group(const struct vrrp_router *r, const char *name)
{
	unsigned i;

	for (i = 0; i < r->group_count; i++)
		if (strcmp(r->groups[i]->name, name) == 0)
			return r->groups[i];
	return NULL;
}

/* NULL when out of memory. */
static struct vrrp_sync *
make_group(struct vrrp_router *r, const struct vrrp_config *c,
    const struct vrrp_group_params *g)
{
	struct vrrp_instance **members, *v;
	struct vrrp_sync *s;
	unsigned i, count = 0;

	members = calloc(g->count, sizeof(struct vrrp_instance *));
	if (members == NULL)
		return NULL;
	for (i = 0; i < g->count; i++) {
		v = vrrp_router_find(r, c->instances[g->members[i]].name);
		if (v != NULL)
			members[count++] = v;
	}
	s = vrrp_sync_new(r->loop, g->name, members, count);
	free(members);
	return s;
}

/* Groups that are left from before are in the list already. */
static int
make_groups(struct vrrp_router *r, const struct vrrp_config *c)
{
	struct vrrp_sync **list, *s;
	unsigned i, count = 0;
	int error = 0;

	list = calloc(r->group_count + c->group_count + 1,
	    sizeof(struct vrrp_sync *));
	if (list == NULL)
		return -ENOMEM;
	for (i = 0; i < c->group_count; i++) {
		s = find_group(r, c->groups[i].name);
		if (s == NULL)
			s = make_group(r, c, &c->groups[i]);
		if (s == NULL) {
			log_err("group=%s cannot be made: out of memory",
			    c->groups[i].name);
			error = -ENOMEM;
		} else
			list[count++] = s;
	}
	free(r->groups);
	r->groups = list;
	r->group_count = count;
	return error;
}

/* --- all of it --- */

/* Refreshing thousands of addresses would cost more than it is worth. */
static unsigned
lifetime_s(const struct vrrp_config *c)
{
	unsigned i, total = 0;

	for (i = 0; i < c->count; i++)
		total += c->instances[i].vip_count;
	return total <= LENT_MAX ? LIFETIME_S : 0;
}

int
vrrp_apply(struct vrrp_router *r, const struct vrrp_config *c,
    struct vrrp_applied *done)
{
	struct vrrp_instance **list;
	unsigned i;
	int error;

	memset(done, 0, sizeof(*done));
	list = calloc(c->count + 1, sizeof(struct vrrp_instance *));
	if (list == NULL)
		return -ENOMEM;
	if (c->router_id[0] != '\0')
		(void)snprintf(r->router_id, sizeof(r->router_id), "%s",
		    c->router_id);
	else if (gethostname(r->router_id, sizeof(r->router_id) - 1) == -1)
		r->router_id[0] = '\0';
	error = hold_trackers(r, c);
	if (r->notify != NULL)
		vrrp_notify_apply(r->notify, c);
	r->env.lifetime_s = lifetime_s(c);
	drop_changed_groups(r, c);
	remove_old(r, c, done);
	for (i = 0; i < r->iface_count; i++)
		(void)vrrp_iface_update_primary(r->ifaces[i]);
	if (place(r, c, list, done) < 0)
		error = -ENOMEM;
	r->postponed = done->postponed + done->making;
	vrrp_router_drop_ifaces(r);
	for (i = 0; i < r->iface_count; i++)
		(void)vrrp_iface_update_primary(r->ifaces[i]);
	if (make_groups(r, c) < 0)
		error = -ENOMEM;
	if (!r->started)
		return error;
	for (i = 0; i < r->instance_count; i++) {
		const struct vrrp_params *p = find_params(c,
		    r->instances[i]->p.name);

		if (p != NULL && r->instances[i]->started &&
		    vrrp_diff(&r->instances[i]->p, p) == VRRP_DIFF_IN_PLACE)
			change(r, c, r->instances[i], p);
		if (!r->instances[i]->started)
			vrrp_instance_start(r->instances[i]);
	}
	for (i = 0; i < r->group_count; i++) {
		vrrp_sync_rank(r->groups[i]);
		vrrp_sync_settle(r->groups[i]);
	}
	return error;
}

/* An Active no more: there is nothing to go on for, and it makes way. */
static struct vrrp_instance *
replace(struct vrrp_router *r, const struct vrrp_config *c,
    struct vrrp_instance *old, const struct vrrp_params *p)
{
	struct vrrp_iface *f = get_iface(r, p->interface);
	struct vrrp_instance *v;

	if (f == NULL)
		return old;		/* the timer comes again */
	vrrp_instance_resign(old, VRRP_CAUSE_SHUTDOWN);
	if (!vrrp_leaving_keep(r, old, c)) {
		vrrp_instance_withdraw(old);
		vrrp_instance_free(old);
	}
	v = vrrp_instance_new(&r->env, f, p);
	if (v != NULL)
		vrrp_instance_start(v);
	return v;
}

/* Drops the place of an instance that could not be made again. */
static void
close_gap(struct vrrp_router *r, unsigned i)
{
	log_err("an instance cannot be made: out of memory");
	memmove(&r->instances[i], &r->instances[i + 1],
	    (--r->instance_count - i) * sizeof(r->instances[0]));
}

void
vrrp_apply_postponed(struct vrrp_router *r, const struct vrrp_config *c)
{
	const struct vrrp_params *p;
	struct vrrp_instance *v, *next;
	unsigned i;
	bool making;

	drop_changed_groups(r, c);
	r->postponed = 0;
	for (i = 0; i < r->instance_count; i++) {
		v = r->instances[i];
		p = find_params(c, v->p.name);
		if (p == NULL)
			p = renamed(r, c, v);
		if (p == NULL || vrrp_diff(&v->p, p) != VRRP_DIFF_RESTART)
			continue;
		if (goes_on(v, p)) {
			next = succeed(r, v, p, &making);
			if (next == NULL)
				r->postponed++;
			else
				r->instances[i] = next;
			continue;
		}
		next = replace(r, c, v, p);
		if (next == NULL)
			close_gap(r, i--);
		else
			r->instances[i] = next;
	}
	vrrp_router_drop_ifaces(r);
	(void)make_groups(r, c);
	for (i = 0; i < r->group_count; i++)
		vrrp_sync_settle(r->groups[i]);
}
