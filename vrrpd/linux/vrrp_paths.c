/*
 * vrrp_paths.c - the routes and rules of one instance in the kernel.
 *
 * All requests are built while the instance is Backup: `take` puts everything, routes
 * first, since a rule that leads to an empty table is no harm and the other way round
 * is; `give` takes everything away, rules first, both from the last to the first.
 *
 * Whose is it?  Adding refuses what is there (EEXIST): a route of the same network,
 * table and metric, wherever it leads.  It may be one of somebody else, which is left
 * alone, or one of ours that nobody knows of, from a life before this one.  So one
 * that is refused is asked to go by our protocol and put again, in one batch: the
 * kernel takes away nothing but ours, and if it is there still, it is not ours.  A
 * route that is known to be ours is not touched.
 *
 * Removed by others.  The kernel tells of each route of ours that goes, but for IPv4
 * routes that go with a link, an address or their source.  Those are found missing by
 * putting all again when such a thing has happened.
 *
 * Instances may have a route in common, and an instance that goes on for another one of
 * ours (vrrp_succession.c) has all of them: who withdraws leaves what another has put.
 *
 * Called by vrrp_routes.c.  Nothing here knows a state of the virtual router.
 */
#include "config.h"

#include <assert.h>
#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "vrrpd/linux/vrrp_paths.h"

#define PATHS_MAX	(VRRP_ROUTES_MAX + VRRP_RULES_MAX)

struct path {
	bool			 is_rule;
	struct nl_route		 route;
	struct nl_rule		 rule;
	bool			 no_device;	/* none of that name exists */
	/* The rest is not compared. */
	enum vrrp_path_state	 state;
	int			 error;
	int			 ifindex;	/* where it leads, as told; 0: unknown */
	bool			 sure;		/* if it is there, it is ours */
	bool			 doubted;	/* there; whose, is to be found out */
};

/* A batch that was sent, and which path each of its messages is about. */
struct sent {
	struct vrrp_paths	*paths;
	struct nl_batch		*batch;
	uint16_t		 map[2 * PATHS_MAX];
	unsigned		 count;
	bool			 probe;		/* every other one takes away */
};

struct vrrp_paths {
	LIST_ENTRY(vrrp_paths)	 entry;
	struct vrrp_paths_list	*list;
	struct nl		*nl;
	vrrp_paths_changed	 changed;
	void			*arg;
	bool			 put;
	unsigned		 restored;	/* since `changed` was called */
	unsigned		 count;
	struct path		*paths;
	struct sent		 take, again;
	struct nl_batch		*give, *drop;
};

struct vrrp_paths_list {
	LIST_HEAD(, vrrp_paths)	all;
};

const char *
vrrp_path_state_name(enum vrrp_path_state state)
{
	switch (state) {
#define X(id, word) case VRRP_PATH_##id: return word;
	VRRP_PATH_STATES(X)
#undef X
	}
	return "unknown";
}

/* --- the list of all --- */

struct vrrp_paths_list *
vrrp_paths_list_new(void)
{
	return calloc(1, sizeof(struct vrrp_paths_list));
}

void
vrrp_paths_list_free(struct vrrp_paths_list *l)
{
	free(l);
}

/* The kernel has one of the two at most, or takes one away for the other. */
static bool
same_key(const struct path *a, const struct path *b)
{
	if (a->is_rule != b->is_rule)
		return false;
	return a->is_rule ? memcmp(&a->rule, &b->rule, sizeof(a->rule)) == 0 :
	    nl_route_same_key(&a->route, &b->route);
}

static bool
others_have(const struct vrrp_paths *ps, const struct path *p)
{
	const struct vrrp_paths *other;
	unsigned i;

	LIST_FOREACH(other, &ps->list->all, entry)
		for (i = 0; other != ps && other->put && i < other->count; i++)
			if (same_key(&other->paths[i], p))
				return true;
	return false;
}

static bool
anybody_else_is_put(const struct vrrp_paths *ps)
{
	const struct vrrp_paths *other;

	LIST_FOREACH(other, &ps->list->all, entry)
		if (other != ps && other->put && other->count > 0)
			return true;
	return false;
}

bool
vrrp_paths_list_has_route(const struct vrrp_paths_list *l,
    const struct nl_route *r)
{
	const struct vrrp_paths *ps;
	unsigned i;

	LIST_FOREACH(ps, &l->all, entry)
		for (i = 0; ps->put && i < ps->count; i++)
			if (!ps->paths[i].is_rule &&
			    nl_route_same_key(&ps->paths[i].route, r))
				return true;
	return false;
}

bool
vrrp_paths_list_has_rule(const struct vrrp_paths_list *l,
    const struct nl_rule *r)
{
	const struct vrrp_paths *ps;
	unsigned i;

	LIST_FOREACH(ps, &l->all, entry)
		for (i = 0; ps->put && i < ps->count; i++)
			if (ps->paths[i].is_rule && memcmp(&ps->paths[i].rule,
			    r, sizeof(*r)) == 0)
				return true;
	return false;
}

/* --- answers of the kernel --- */

static void
note(struct vrrp_paths *ps, struct path *p, int error)
{
	switch (error) {
	case 0:
		ps->restored += p->state == VRRP_PATH_LOST;
		p->state = VRRP_PATH_IN_FORCE;
		p->sure = true;
		break;
	case EEXIST:
		if (p->sure)
			p->state = VRRP_PATH_IN_FORCE;
		else
			p->doubted = true;
		break;
	default:
		p->state = VRRP_PATH_REFUSED;
		break;
	}
	p->error = p->state == VRRP_PATH_REFUSED ? error : 0;
}

static void
each(unsigned at, int error, void *arg)
{
	struct sent *s = arg;
	struct path *p;

	if (at >= s->count || s->map[at] >= s->paths->count)
		return;
	p = &s->paths->paths[s->map[at]];
	if (!s->probe) {
		note(s->paths, p, error);
		return;
	}
	if (at % 2 == 0)
		return;			/* gone, or not ours: the next tells */
	p->doubted = false;
	if (error == EEXIST) {
		p->state = VRRP_PATH_FOREIGN;
		p->error = 0;
	} else
		note(s->paths, p, error);
}

static void	find_out(struct vrrp_paths *);

static void
done(int error, unsigned failed_at, void *arg)
{
	struct sent *s = arg;
	struct vrrp_paths *ps = s->paths;
	unsigned restored = ps->restored;

	(void)error;		/* each of them was noted */
	(void)failed_at;
	ps->restored = 0;
	find_out(ps);
	ps->changed(restored, ps->arg);
}

static void
sent_to(struct sent *s)
{
	struct path *p;
	unsigned i;

	for (i = 0; i < s->count; i++) {
		p = &s->paths->paths[s->map[i]];
		if (p->state == VRRP_PATH_AWAY)
			p->state = VRRP_PATH_ASKED;
	}
}

static void
transmit(struct sent *s)
{
	size_t len;

	nl_batch_cancel(s->paths->nl, s);
	(void)nl_batch_bytes(s->batch, &len);
	if (len == 0)
		return;
	sent_to(s);
	(void)nl_batch_send_each(s->batch, each, done, s);
}

static int
add(struct nl_batch *b, const struct path *p, bool on)
{
	return p->is_rule ? nl_batch_put_rule(b, &p->rule, on) :
	    nl_batch_put_route(b, &p->route, on);
}

/* To the batch, and to its map, with `on` alone or with its removal before. */
static int
add_to(struct sent *s, unsigned i)
{
	const struct path *p = &s->paths->paths[i];
	int error = s->probe ? add(s->batch, p, false) : 0;

	if (error == 0)
		error = add(s->batch, p, true);
	if (error != 0)
		return error;
	if (s->probe)
		s->map[s->count++] = (uint16_t)i;
	s->map[s->count++] = (uint16_t)i;
	return 0;
}

static void
clear(struct sent *s, bool probe)
{
	nl_batch_cancel(s->paths->nl, s);
	nl_batch_clear(s->batch);
	s->count = 0;
	s->probe = probe;
}

/* Some were there already: are they ours? */
static void
find_out(struct vrrp_paths *ps)
{
	bool any = false;
	unsigned i;

	for (i = 0; i < ps->count; i++)
		any |= ps->paths[i].doubted;
	if (!any || !ps->put)
		return;
	clear(&ps->again, true);
	for (i = 0; i < ps->count; i++)
		if (ps->paths[i].doubted && add_to(&ps->again, i) != 0)
			return;
	transmit(&ps->again);
}

/* --- preparing --- */

static uint8_t
kernel_type(uint8_t type)
{
	switch ((enum vrrp_route_type)type) {
	case VRRP_ROUTE_UNICAST:
		return RTN_UNICAST;
	case VRRP_ROUTE_BLACKHOLE:
		return RTN_BLACKHOLE;
	case VRRP_ROUTE_UNREACHABLE:
		return RTN_UNREACHABLE;
	case VRRP_ROUTE_PROHIBIT:
		return RTN_PROHIBIT;
	}
	return RTN_UNICAST;
}

static uint8_t
kernel_action(uint8_t type)
{
	switch ((enum vrrp_route_type)type) {
	case VRRP_ROUTE_UNICAST:
		return FR_ACT_TO_TBL;
	case VRRP_ROUTE_BLACKHOLE:
		return FR_ACT_BLACKHOLE;
	case VRRP_ROUTE_UNREACHABLE:
		return FR_ACT_UNREACHABLE;
	case VRRP_ROUTE_PROHIBIT:
		return FR_ACT_PROHIBIT;
	}
	return FR_ACT_TO_TBL;
}

struct place {
	struct nl	*nl;
	const char	*self;
	int		 self_index, parent_index;
};

static void
fill_route(struct path *p, const struct place *at, const struct vrrp_route *r)
{
	struct nl_route *k = &p->route;
	struct nl_link link;
	int index = 0;

	if (strcmp(r->device, VRRP_ROUTE_SELF) == 0)
		index = at->self_index;
	else if (r->device[0] != '\0') {
		if (nl_link_known(at->nl, r->device, &link) == 0)
			index = link.ifindex;
		p->no_device = index == 0;
	}
	k->to = r->to;
	k->via = r->via;
	k->source = r->source;
	k->ifindex = index;
	k->type = kernel_type(r->type);
	k->scope = r->scope;
	k->protocol = VRRP_PATHS_PROTOCOL;
	k->onlink = r->onlink;
	k->table = r->table != 0 ? r->table : nl_usual_table(at->nl,
	    index != 0 ? index : at->parent_index);
	k->metric = r->metric == 0 && r->to.addr.family == AF_INET6 ?
	    NL_ROUTE_METRIC_IPV6 : r->metric;
	p->ifindex = index;
}

static void
fill_name(char out[IF_NAMESIZE], const char *name, const char *self)
{
	memcpy(out, strcmp(name, VRRP_ROUTE_SELF) == 0 ? self : name,
	    IF_NAMESIZE);
}

static void
fill_rule(struct path *p, const struct place *at, const struct vrrp_rule *r)
{
	struct nl_rule *k = &p->rule;

	p->is_rule = true;
	k->family = r->family;
	k->action = kernel_action(r->type);
	k->protocol = VRRP_PATHS_PROTOCOL;
	k->from = r->from;
	k->to = r->to;
	fill_name(k->iif, r->iif, at->self);
	fill_name(k->oif, r->oif, at->self);
	/* The kernel tells of no mark that it does not look at. */
	k->has_mark = r->has_mark && (r->mark != 0 || r->mask != 0);
	k->mark = r->mark;
	k->mask = r->mask;
	k->table = r->table;
	k->priority = r->priority;
}

static bool
is_equal(const struct path *a, const struct path *b)
{
	return a->is_rule == b->is_rule && a->no_device == b->no_device &&
	    memcmp(&a->route, &b->route, sizeof(a->route)) == 0 &&
	    memcmp(&a->rule, &b->rule, sizeof(a->rule)) == 0;
}

/* Lists differ little: look at the same place first. */
static struct path *
find(struct path *list, unsigned count, const struct path *p, unsigned hint)
{
	unsigned i;

	for (i = 0; i < count; i++)
		if (is_equal(&list[(hint + i) % count], p))
			return &list[(hint + i) % count];
	return NULL;
}

static void
inherit(struct path *p, const struct path *old)
{
	p->state = old->state;
	p->error = old->error;
	p->sure = old->sure;
	p->doubted = old->doubted;
	if (old->ifindex != 0)
		p->ifindex = old->ifindex;
}

/* Of the old ones, what the kernel has of ours and is not wanted so any more. */
static int
build_drop(struct vrrp_paths *ps, struct path *old, unsigned old_count)
{
	unsigned i;
	int error = 0;

	nl_batch_clear(ps->drop);
	for (i = old_count; i-- > 0 && error == 0;)
		if (old[i].sure && find(ps->paths, ps->count, &old[i], i) ==
		    NULL && !others_have(ps, &old[i]))
			error = add(ps->drop, &old[i], false);
	return error;
}

static int
build_take(struct vrrp_paths *ps)
{
	struct path *p;
	unsigned i;
	int error = 0;

	clear(&ps->take, false);
	for (i = 0; i < ps->count && error == 0; i++) {
		p = &ps->paths[i];
		if (!p->no_device)
			error = add_to(&ps->take, i);
	}
	return error;
}

static int
build_give(struct vrrp_paths *ps, bool sparing)
{
	unsigned i;
	int error = 0;

	nl_batch_clear(ps->give);
	for (i = ps->count; i-- > 0 && error == 0;)
		if (!sparing || !others_have(ps, &ps->paths[i]))
			error = add(ps->give, &ps->paths[i], false);
	return error;
}

static void
send_off(struct nl_batch *b)
{
	size_t len;

	(void)nl_batch_bytes(b, &len);
	if (len > 0)
		(void)nl_batch_send(b, NULL, NULL);
}

static void
replace(struct vrrp_paths *ps, struct path *with, unsigned count)
{
	nl_batch_cancel(ps->nl, &ps->take);
	nl_batch_cancel(ps->nl, &ps->again);
	ps->take.count = ps->again.count = 0;
	ps->paths = with;
	ps->count = count;
}

int
vrrp_paths_prepare(struct vrrp_paths *ps, const struct vrrp_params *p,
    const char self[IF_NAMESIZE], int self_index, int parent_index, bool sure)
{
	const struct place at = { ps->nl, self, self_index, parent_index };
	struct path *old = ps->paths, *list, *was;
	unsigned old_count = ps->count, n = p->route_count + p->rule_count, i;
	int error;

	assert(p->route_count <= VRRP_ROUTES_MAX);
	assert(p->rule_count <= VRRP_RULES_MAX);
	list = calloc(n + 1, sizeof(*list));
	if (list == NULL)
		return -ENOMEM;
	for (i = 0; i < n; i++) {
		if (i < p->route_count)
			fill_route(&list[i], &at, &p->routes[i]);
		else
			fill_rule(&list[i], &at, &p->rules[i - p->route_count]);
		was = find(old, old_count, &list[i], i);
		if (was != NULL)
			inherit(&list[i], was);
		else
			list[i].sure = sure;
		if (list[i].no_device && ps->put) {
			list[i].state = VRRP_PATH_REFUSED;
			list[i].error = ENODEV;
		}
	}
	replace(ps, list, n);
	error = build_drop(ps, old, old_count);
	if (error == 0)
		error = build_take(ps);
	if (error == 0)
		error = build_give(ps, false);
	if (error < 0) {
		replace(ps, old, old_count);
		(void)build_take(ps);
		(void)build_give(ps, false);
		free(list);
		return error;
	}
	free(old);
	if (ps->put)
		send_off(ps->drop);
	return 0;
}

/* --- putting and taking away --- */

void
vrrp_paths_put(struct vrrp_paths *ps)
{
	unsigned i;

	ps->put = true;
	for (i = 0; i < ps->count; i++)
		if (ps->paths[i].no_device) {
			ps->paths[i].state = VRRP_PATH_REFUSED;
			ps->paths[i].error = ENODEV;
		}
	transmit(&ps->take);
}

void
vrrp_paths_put_again(struct vrrp_paths *ps)
{
	unsigned i;

	if (!ps->put)
		return;
	/* Whichever can be added now has been taken away. */
	for (i = 0; i < ps->count; i++)
		if (ps->paths[i].state == VRRP_PATH_IN_FORCE)
			ps->paths[i].state = VRRP_PATH_LOST;
	vrrp_paths_put(ps);
}

void
vrrp_paths_put_missing(struct vrrp_paths *ps)
{
	unsigned i;

	if (!ps->put)
		return;
	clear(&ps->again, false);
	for (i = 0; i < ps->count; i++)
		if (ps->paths[i].state != VRRP_PATH_IN_FORCE &&
		    !ps->paths[i].no_device && add_to(&ps->again, i) != 0)
			return;
	transmit(&ps->again);
}

void
vrrp_paths_withdraw(struct vrrp_paths *ps)
{
	bool sparing = anybody_else_is_put(ps);
	unsigned i;

	ps->put = false;
	nl_batch_cancel(ps->nl, &ps->take);
	nl_batch_cancel(ps->nl, &ps->again);
	if (!sparing || build_give(ps, true) == 0)
		send_off(ps->give);
	if (sparing)
		(void)build_give(ps, false);
	for (i = 0; i < ps->count; i++) {
		ps->paths[i].state = VRRP_PATH_AWAY;
		ps->paths[i].error = 0;
		ps->paths[i].sure = ps->paths[i].doubted = false;
	}
}

const uint8_t *
vrrp_paths_withdrawal(const struct vrrp_paths *ps, size_t *len)
{
	return nl_batch_bytes(ps->give, len);
}

bool
vrrp_paths_are_put(const struct vrrp_paths *ps)
{
	return ps->put;
}

/* --- events --- */

static bool
lost(struct vrrp_paths *ps, struct path *p)
{
	if (!ps->put || p->state != VRRP_PATH_IN_FORCE)
		return false;
	p->state = VRRP_PATH_LOST;
	return true;
}

bool
vrrp_paths_route_event(struct vrrp_paths *ps, const struct nl_route *r,
    bool gone)
{
	struct path *p;
	unsigned i;

	for (i = 0; i < ps->count; i++) {
		p = &ps->paths[i];
		if (p->is_rule || !nl_route_same_key(&p->route, r))
			continue;
		if (gone)
			return lost(ps, p);
		p->ifindex = r->ifindex;
	}
	return false;
}

bool
vrrp_paths_rule_event(struct vrrp_paths *ps, const struct nl_rule *r,
    bool gone)
{
	unsigned i;

	for (i = 0; gone && i < ps->count; i++)
		if (ps->paths[i].is_rule && memcmp(&ps->paths[i].rule, r,
		    sizeof(*r)) == 0)
			return lost(ps, &ps->paths[i]);
	return false;
}

bool
vrrp_paths_concern(const struct vrrp_paths *ps, int ifindex)
{
	const struct path *p;
	unsigned i;

	for (i = 0; ps->put && i < ps->count; i++) {
		p = &ps->paths[i];
		if (ifindex == 0 || p->no_device || p->ifindex == ifindex ||
		    (p->state != VRRP_PATH_IN_FORCE &&
		    p->state != VRRP_PATH_ASKED))
			return true;
	}
	return false;
}

/* --- for callers --- */

unsigned
vrrp_paths_count(const struct vrrp_paths *ps)
{
	return ps->count;
}

enum vrrp_path_state
vrrp_paths_state(const struct vrrp_paths *ps, unsigned i, int *error)
{
	*error = ps->paths[i].error;
	return ps->paths[i].state;
}

unsigned
vrrp_paths_missing(const struct vrrp_paths *ps)
{
	unsigned i, n = 0;

	for (i = 0; ps->put && i < ps->count; i++)
		n += ps->paths[i].state != VRRP_PATH_IN_FORCE;
	return n;
}

/* --- life --- */

struct vrrp_paths *
vrrp_paths_new(struct nl *nl, struct vrrp_paths_list *list,
    vrrp_paths_changed changed, void *arg)
{
	struct vrrp_paths *ps = calloc(1, sizeof(*ps));

	if (ps == NULL)
		return NULL;
	ps->nl = nl;
	ps->list = list;
	ps->changed = changed;
	ps->arg = arg;
	ps->take.paths = ps->again.paths = ps;
	LIST_INSERT_HEAD(&list->all, ps, entry);
	ps->take.batch = nl_batch_new(nl);
	ps->again.batch = nl_batch_new(nl);
	ps->give = nl_batch_new(nl);
	ps->drop = nl_batch_new(nl);
	if (ps->take.batch != NULL && ps->again.batch != NULL &&
	    ps->give != NULL && ps->drop != NULL)
		return ps;
	vrrp_paths_free(ps);
	return NULL;
}

void
vrrp_paths_free(struct vrrp_paths *ps)
{
	if (ps == NULL)
		return;
	nl_batch_cancel(ps->nl, &ps->take);
	nl_batch_cancel(ps->nl, &ps->again);
	LIST_REMOVE(ps, entry);
	nl_batch_free(ps->take.batch);
	nl_batch_free(ps->again.batch);
	nl_batch_free(ps->give);
	nl_batch_free(ps->drop);
	free(ps->paths);
	free(ps);
}
