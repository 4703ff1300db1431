/*
 * vrrp_leaving.c - who has left and still answers.
 *
 * An instance that resigns in good health answers on its addresses until its
 * successor is heard (vrrp_linger.h).  When the whole router leaves, the last of
 * them ends the waiting; an instance that a reload takes out stays in a list of
 * such until then, unless another one needs its place or one of its addresses.
 *
 * Instances say that they have withdrawn from the midst of their work, so the
 * list is looked at after the batch.
 */
#include "config.h"

#include "vrrpd/engine/vrrp_leaving.h"

#include <stdlib.h>
#include <string.h>

#include "shared/log.h"
#include "vrrpd/instance/vrrp_machine.h"

static void
drop_lingering(struct vrrp_router *r, unsigned i)
{
	struct vrrp_instance *v = r->lingering[i];

	r->lingering[i] = r->lingering[--r->lingering_count];
	vrrp_instance_withdraw(v);
	vrrp_instance_free(v);
}

static bool
someone_lingers(const struct vrrp_router *r)
{
	unsigned i;

	for (i = 0; i < r->instance_count; i++)
		if (vrrp_machine_lingers(r->instances[i]))
			return true;
	return r->lingering_count > 0;
}

/*
 * Deferred: an instance has withdrawn its addresses.  Its device goes later: whoever
 * removes one has the kernel's lock for up to 20 ms, which a configuration that is
 * being applied needs for addresses.  One goes in each turn of the loop.
 */
static void
settle_lingering(void *arg)
{
	struct vrrp_router *r = arg;
	void (*left)(void *) = r->left;
	unsigned i;

	if (r->apply != NULL)
		return;			/* vrrp_router.c: applied() */
	for (i = 0; i < r->lingering_count; i++)
		if (!vrrp_machine_lingers(r->lingering[i])) {
			drop_lingering(r, i);
			vrrp_router_drop_ifaces(r);
			vrrp_leaving_settle_later(r);
			return;
		}
	if (left == NULL || someone_lingers(r))
		return;
	r->left = NULL;
	left(r->left_arg);
}

void
vrrp_leaving_settle_later(struct vrrp_router *r)
{
	if (loop_defer(r->loop, settle_lingering, r) < 0)
		log_err("too much at once: the last withdrawal is not noticed");
}

void
vrrp_leaving_withdrawn(struct vrrp_instance *v, void *router)
{
	(void)v;
	vrrp_leaving_settle_later(router);
}

/* An instance of this configuration needs the place of v, and so its device. */
static bool
place_is_needed(const struct vrrp_instance *v, const struct vrrp_config *c)
{
	const struct vrrp_params *p;
	unsigned i;

	for (i = 0; i < c->count; i++) {
		p = &c->instances[i];
		if (p->family == v->p.family && p->vrid == v->p.vrid &&
		    strcmp(p->interface, v->p.interface) == 0)
			return true;
	}
	return false;
}

/* Or one of its addresses. */
static bool
address_is_needed(const struct vrrp_instance *v, const struct vrrp_config *c)
{
	const struct vrrp_params *p;
	unsigned i, j, k;

	for (i = 0; i < c->count; i++) {
		p = &c->instances[i];
		if (p->family != v->p.family &&
		    p->other_count + v->p.other_count == 0)
			continue;
		for (j = 0; j < vrrp_params_addresses(p); j++)
			for (k = 0; k < vrrp_params_addresses(&v->p); k++)
				if (addr_equal(&p->vips[j].prefix.addr,
				    &v->p.vips[k].prefix.addr))
					return true;
	}
	return false;
}

bool
vrrp_leaving_room(struct vrrp_router *r)
{
	struct vrrp_instance **list;

	list = realloc(r->lingering, (r->lingering_count + 1) *
	    sizeof(struct vrrp_instance *));
	if (list != NULL)
		r->lingering = list;
	return list != NULL;
}

void
vrrp_leaving_add(struct vrrp_router *r, struct vrrp_instance *v)
{
	r->lingering[r->lingering_count++] = v;
	vrrp_leaving_settle_later(r);
}

bool
vrrp_leaving_keep(struct vrrp_router *r, struct vrrp_instance *v,
    const struct vrrp_config *c)
{
	if (place_is_needed(v, c) || !vrrp_leaving_room(r))
		return false;
	if (!vrrp_machine_lingers(v) || address_is_needed(v, c))
		vrrp_instance_withdraw(v);
	vrrp_leaving_add(r, v);
	return true;
}

bool
vrrp_leaving_make_way(struct vrrp_router *r, const struct vrrp_config *c)
{
	unsigned i;

	for (i = 0; i < r->lingering_count; i++) {
		if (place_is_needed(r->lingering[i], c)) {
			drop_lingering(r, i);
			return false;
		}
		if (vrrp_machine_lingers(r->lingering[i]) &&
		    address_is_needed(r->lingering[i], c)) {
			vrrp_instance_withdraw(r->lingering[i]);
			return false;
		}
	}
	return true;
}

void
vrrp_leaving_iface_lost(struct vrrp_router *r, const struct vrrp_iface *f)
{
	unsigned i;

	for (i = r->lingering_count; i-- > 0; )
		if (r->lingering[i]->iface == f)
			drop_lingering(r, i);
}

void
vrrp_leaving_free(struct vrrp_router *r)
{
	while (r->lingering_count > 0)
		drop_lingering(r, 0);
	free(r->lingering);
	r->lingering = NULL;
	loop_defer_cancel(r->loop, settle_lingering, r);
}
