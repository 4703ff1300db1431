/*
 * vrrp_move.c - addresses that move from one instance to another.
 *
 * Two instances of a configuration never have the same address, but while one is
 * applied an address may be in the new list of one and still in the old list of
 * another.  Such an address stays where it is until its new owner takes it, and is
 * then deleted there and added here in the same turn.
 */
#include "config.h"

#include "vrrpd/engine/vrrp_move.h"

#include <string.h>

#include "vrrpd/instance/vrrp_instance.h"

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

	for (i = p->family == addr->family ? 0 : p->vip_count;
	    i < vrrp_params_addresses(p); i++)
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

	for (i = 0; i < vrrp_params_addresses(&v->p); i++) {
		vip = &v->p.vips[i];
		if (find_address(p, &v->p, &vip->prefix.addr) >= 0)
			continue;
		for (j = 0; j < c->count; j++)
			if (find_address(&c->instances[j], &v->p,
			    &vip->prefix.addr) >= 0)
				break;
		if (j == c->count)
			continue;
		taker = vrrp_router_find(r, c->instances[j].name);
		if (taker != NULL && taker != v && taker->started &&
		    find_address(&taker->p, &v->p, &vip->prefix.addr) < 0)
			(void)vrrp_params_add_address(p, vip,
			    i >= v->p.vip_count);
	}
}

/* The instance gives this one up, in the same turn in which another takes it. */
static void
give_up(struct vrrp_instance *v, const struct vrrp_config *c, unsigned at)
{
	const struct vrrp_params *wanted = vrrp_config_instance(c, v->p.name);
	static struct vrrp_params p;	/* too large for the locked stack */

	p = v->p;
	/* A list is never empty: the instance gets all it is to have. */
	if (at < p.vip_count && p.vip_count == 1) {
		if (wanted != NULL)
			(void)vrrp_instance_set(v, wanted);
		return;
	}
	vrrp_params_remove_address(&p, at);
	(void)vrrp_instance_set(v, &p);
}

/*
 * An address has one owner at a time, and none for no longer than it takes to
 * delete it here and to add it there.
 */
void
vrrp_move_change(struct vrrp_router *r, const struct vrrp_config *c,
    struct vrrp_instance *v, const struct vrrp_params *wanted)
{
	static struct vrrp_params p;	/* too large for the locked stack */
	struct vrrp_instance *owner;
	unsigned i, j;
	int at;

	p = *wanted;
	for (i = 0; i < vrrp_params_addresses(&p); i++) {
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
