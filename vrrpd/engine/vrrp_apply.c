/*
 * vrrp_apply.c - make the instances what the file says.
 *
 * Called at the start and by every reload, with a configuration that has passed
 * all checks.  The order is such that an address has one owner at a time, and
 * that an instance which the file does not change notices nothing:
 *
 *   1. trackers that the file declares are held, hooks and groups let go;
 *   2. whoever is gone from the file, or cannot be changed in place, leaves;
 *   3. instances are found or made, in the order of the file;
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
	if (nl_link_get(r->nl, name, &link) == 0)
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

/*
 * The first pass: whoever is not in the file any more, or cannot be changed in
 * place, leaves.  Its addresses are gone before anybody else may take them.
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
		if (p != NULL && vrrp_diff(&v->p, p) != VRRP_DIFF_RESTART) {
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

/* Instances in the order of the file; each is there already or made now. */
static int
place(struct vrrp_router *r, const struct vrrp_config *c,
    struct vrrp_instance **list, struct vrrp_applied *done)
{
	struct vrrp_instance *v;
	struct vrrp_iface *f;
	unsigned i, n = 0, restarted = done->restarted;
	int error = 0;

	for (i = 0; i < c->count; i++) {
		v = vrrp_router_find(r, c->instances[i].name);
		if (v != NULL) {
			if (vrrp_diff(&v->p, &c->instances[i]) ==
			    VRRP_DIFF_EQUAL)
				done->unchanged++;
			else
				done->changed++;
			list[n++] = v;
			continue;
		}
		f = get_iface(r, c->instances[i].interface);
		v = f == NULL ? NULL : vrrp_instance_new(&r->env, f,
		    &c->instances[i]);
		if (v == NULL) {
			log_err("instance=%s cannot be made: out of memory",
			    c->instances[i].name);
			error = -ENOMEM;
			continue;
		}
		done->added++;
		list[n++] = v;
	}
	done->added -= done->added < restarted ? done->added : restarted;
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

static int
make_group(struct vrrp_router *r, const struct vrrp_config *c,
    const struct vrrp_group_params *g)
{
	struct vrrp_instance **members, *v;
	struct vrrp_sync *s;
	unsigned i, count = 0;

	members = calloc(g->count, sizeof(struct vrrp_instance *));
	if (members == NULL)
		return -ENOMEM;
	for (i = 0; i < g->count; i++) {
		v = vrrp_router_find(r, c->instances[g->members[i]].name);
		if (v != NULL)
			members[count++] = v;
	}
	s = vrrp_sync_new(r->loop, g->name, members, count);
	free(members);
	if (s == NULL)
		return -ENOMEM;
	r->groups[r->group_count++] = s;
	return 0;
}

static int
make_groups(struct vrrp_router *r, const struct vrrp_config *c)
{
	unsigned i;
	int error = 0;

	r->groups = calloc(c->group_count + 1, sizeof(struct vrrp_sync *));
	if (r->groups == NULL)
		return -ENOMEM;
	for (i = 0; i < c->group_count && error == 0; i++)
		error = make_group(r, c, &c->groups[i]);
	if (error < 0)
		log_err("a group cannot be made: %s", strerror(-error));
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
	vrrp_apply_drop_groups(r);
	remove_old(r, c, done);
	for (i = 0; i < r->iface_count; i++)
		(void)vrrp_iface_update_primary(r->ifaces[i]);
	if (place(r, c, list, done) < 0)
		error = -ENOMEM;
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
		    vrrp_diff(&r->instances[i]->p, p) != VRRP_DIFF_EQUAL)
			change(r, c, r->instances[i], p);
		if (!r->instances[i]->started)
			vrrp_instance_start(r->instances[i]);
	}
	for (i = 0; i < r->group_count; i++)
		vrrp_sync_settle(r->groups[i]);
	return error;
}
