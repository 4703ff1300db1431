/*
 * vrrp_router_state.c - what has to be true of what the engine knows.
 *
 * Every instance, one that has left and still answers included, is in the table
 * of one of the router's interfaces, and an interface is there for somebody.
 * Groups are made of instances that are not leaving, each in one group at most.
 */
#include "config.h"

#include "vrrpd/engine/vrrp_router_state.h"

#include <assert.h>
#include <string.h>

#include "vrrpd/engine/vrrp_sync.h"

struct vrrp_instance *
vrrp_router_find(const struct vrrp_router *r, const char *name)
{
	unsigned i;

	for (i = 0; i < r->instance_count; i++)
		if (strcmp(r->instances[i]->p.name, name) == 0)
			return r->instances[i];
	return NULL;
}

void
vrrp_router_drop_ifaces(struct vrrp_router *r)
{
	unsigned i, kept = 0;

	for (i = 0; i < r->iface_count; i++) {
		if (r->ifaces[i]->users > 0)
			r->ifaces[kept++] = r->ifaces[i];
		else
			vrrp_iface_free(r->ifaces[i]);
	}
	r->iface_count = kept;
}

static void
check_place(const struct vrrp_router *r, const struct vrrp_instance *v)
{
	unsigned i;

	assert(v->env == &r->env);
	assert(v->succeeded || vrrp_iface_find(v->iface, v->p.family,
	    v->p.vrid) == v);
	for (i = 0; i < r->iface_count; i++)
		if (r->ifaces[i] == v->iface)
			return;
	assert(!"an instance of an interface that the router does not have");
}

static unsigned
check_group(const struct vrrp_sync *s)
{
	unsigned i;

	for (i = 0; i < s->count; i++)
		assert(s->members[i]->group == s);
	return s->count;
}

void
vrrp_router_check(const struct vrrp_router *r)
{
	unsigned i, users = 0, grouped = 0, members = 0;

	for (i = 0; i < r->iface_count; i++) {
		assert(r->ifaces[i]->users > 0);
		assert(r->ifaces[i]->exists || r->ifaces[i]->io == NULL);
		users += r->ifaces[i]->users;
	}
	assert(users == r->instance_count + r->lingering_count +
	    r->heir_count);
	for (i = 0; i < r->instance_count; i++) {
		check_place(r, r->instances[i]);
		assert(!r->started || r->instances[i]->started);
		if (r->instances[i]->group != NULL)
			grouped++;
	}
	for (i = 0; i < r->lingering_count; i++) {
		check_place(r, r->lingering[i]);
		assert(r->lingering[i]->group == NULL);
	}
	for (i = 0; i < r->group_count; i++)
		members += check_group(r->groups[i]);
	assert(members == grouped);
}
