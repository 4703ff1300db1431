/*
 * vrrp_regroup.c - the sync groups of a configuration, one by one.
 *
 * A group whose members are the same goes on.  Any other is made anew, and while
 * that goes on the members that are not in a new group yet are together in what is
 * left of the old one: a member is never alone for a moment, and may so decide what
 * a group would not.
 */
#include "config.h"

#include "vrrpd/engine/vrrp_regroup.h"

#include <stdlib.h>
#include <string.h>

#include "vrrpd/engine/vrrp_sync.h"
#include "vrrpd/instance/vrrp_instance.h"

/* The same members in the same order. */
static bool
is_unchanged(const struct vrrp_sync *s, const struct vrrp_config *c,
    const struct vrrp_group_params *g)
{
	unsigned i;

	if (strcmp(s->name, g->name) != 0 || s->count != g->count)
		return false;
	for (i = 0; i < g->count; i++)
		if (strcmp(s->members[i]->p.name,
		    c->instances[g->members[i]].name) != 0)
			return false;
	return true;
}

static struct vrrp_sync *
make(struct vrrp_router *r, const struct vrrp_config *c,
    const struct vrrp_group_params *g)
{
	struct vrrp_instance **members, *v;
	struct vrrp_sync *s = NULL, **list;
	unsigned i, count = 0;

	list = realloc(r->groups, (r->group_count + 1) *
	    sizeof(struct vrrp_sync *));
	if (list == NULL)
		return NULL;
	r->groups = list;
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
	if (s != NULL)
		r->groups[r->group_count++] = s;
	return s;
}

static struct vrrp_sync *
find(const struct vrrp_router *r, const struct vrrp_config *c,
    const struct vrrp_group_params *g)
{
	unsigned i;

	for (i = 0; i < r->group_count; i++)
		if (is_unchanged(r->groups[i], c, g))
			return r->groups[i];
	return NULL;
}

struct vrrp_sync *
vrrp_regroup_get(struct vrrp_router *r, const struct vrrp_config *c,
    const struct vrrp_group_params *g)
{
	struct vrrp_sync *s = find(r, c, g);

	return s != NULL ? s : make(r, c, g);
}

/* To the front of those that have no place yet. */
static void
bring(struct vrrp_router *r, const struct vrrp_sync *s, unsigned to)
{
	struct vrrp_sync *here = r->groups[to];
	unsigned i;

	for (i = to; r->groups[i] != s; i++)
		;
	r->groups[to] = r->groups[i];
	r->groups[i] = here;
}

void
vrrp_regroup_end(struct vrrp_router *r, const struct vrrp_config *c)
{
	struct vrrp_sync *s;
	unsigned i, kept = 0;

	for (i = 0; i < c->group_count; i++)
		if ((s = find(r, c, &c->groups[i])) != NULL)
			bring(r, s, kept++);
	while (r->group_count > kept)
		vrrp_sync_free(r->groups[--r->group_count]);
}

void
vrrp_regroup_drop(struct vrrp_router *r)
{
	while (r->group_count > 0)
		vrrp_sync_free(r->groups[--r->group_count]);
	free(r->groups);
	r->groups = NULL;
}
