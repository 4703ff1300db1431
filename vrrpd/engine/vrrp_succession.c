/*
 * vrrp_succession.c - another instance goes on for one that cannot be changed.
 *
 * Interface, family, VRID and virtual MAC make another virtual router.  It is made
 * beside the one that is there, prepares everything, and takes over in one turn:
 * installs, adverts and announces, and only then is the old one hushed.  Nobody is
 * told that we leave and nobody waits, but in the network that is given up, where
 * the old one says goodbye.
 *
 * What could not run is no successor.  An heir whose device is being made, or waits
 * for a name or for the level of a tracker, is kept (r->heirs) until it can; it is in
 * no list of instances, hears nothing and says nothing.  Where it is for its
 * interface that the heir cannot run, none is kept.
 *
 * Groups are held while one of their members is replaced.
 */
#include "config.h"

#include "vrrpd/engine/vrrp_succession.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/log.h"
#include "vrrpd/config/vrrp_diff.h"
#include "vrrpd/engine/vrrp_leaving.h"
#include "vrrpd/engine/vrrp_receive.h"
#include "vrrpd/engine/vrrp_sync.h"
#include "vrrpd/instance/vrrp_iface.h"
#include "vrrpd/instance/vrrp_machine.h"
#include "vrrpd/instance/vrrp_presence.h"

/* --- interfaces --- */

struct vrrp_iface *
vrrp_succession_iface(struct vrrp_router *r, const char *name)
{
	struct vrrp_iface **list, *f;
	struct nl_link link;
	unsigned i;

	for (i = 0; i < r->iface_count; i++)
		if (strcmp(r->ifaces[i]->name, name) == 0)
			return r->ifaces[i];
	list = realloc(r->ifaces, (r->iface_count + 1) *
	    sizeof(struct vrrp_iface *));
	if (list == NULL)
		return NULL;
	r->ifaces = list;
	f = vrrp_iface_new(r->loop, name, &r->addrs, r->env.errands,
	    vrrp_receive_packet);
	if (f == NULL)
		return NULL;
	r->ifaces[r->iface_count++] = f;
	if (nl_link_known(r->nl, name, &link) == 0)
		vrrp_iface_found(f, &link);
	vrrp_presence_look(f, r->tx);
	return f;
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

/* --- heirs that wait --- */

static unsigned
find_heir(const struct vrrp_router *r, const struct vrrp_instance *old)
{
	unsigned i;

	for (i = 0; i < r->heir_count; i++)
		if (r->heirs[i].old == old)
			break;
	return i;
}

/* The caller's from now on. */
static struct vrrp_instance *
take(struct vrrp_router *r, unsigned i)
{
	struct vrrp_instance *heir = r->heirs[i].heir;

	r->heirs[i] = r->heirs[--r->heir_count];
	return heir;
}

static bool
keep(struct vrrp_router *r, struct vrrp_instance *old,
    struct vrrp_instance *heir)
{
	struct vrrp_heir *list;

	list = realloc(r->heirs, (r->heir_count + 1) * sizeof(*list));
	if (list == NULL)
		return false;
	r->heirs = list;
	list[r->heir_count++] = (struct vrrp_heir){ old, heir };
	return true;
}

void
vrrp_succession_forget(struct vrrp_router *r, const struct vrrp_instance *old)
{
	unsigned i = find_heir(r, old);

	if (i < r->heir_count)
		vrrp_instance_free_heir(take(r, i));
}

void
vrrp_succession_iface_lost(struct vrrp_router *r, const struct vrrp_iface *f)
{
	unsigned i;

	for (i = r->heir_count; i-- > 0; )
		if (r->heirs[i].heir->iface == f)
			vrrp_instance_free_heir(take(r, i));
}

void
vrrp_succession_device_gone(struct vrrp_router *r, int ifindex)
{
	const struct vrrp_instance *heir;
	unsigned i;

	for (i = r->heir_count; i-- > 0; ) {
		heir = r->heirs[i].heir;
		if (heir->vips != NULL &&
		    vrrp_vip_device(heir->vips)[0] != '\0' &&
		    vrrp_vip_ifindex(heir->vips) == ifindex)
			vrrp_instance_free_heir(take(r, i));
	}
}

bool
vrrp_succession_device_made(struct vrrp_router *r,
    const struct vrrp_device_made *m)
{
	unsigned i;

	for (i = 0; i < r->heir_count; i++)
		if (r->heirs[i].heir->making == m->number) {
			vrrp_instance_device_made(r->heirs[i].heir, m);
			return true;
		}
	return false;
}

void
vrrp_succession_name_free(struct vrrp_router *r)
{
	unsigned i;

	for (i = 0; i < r->heir_count; i++)
		if (r->heirs[i].heir->vips == NULL)
			vrrp_instance_iface_found(r->heirs[i].heir);
}

void
vrrp_succession_free(struct vrrp_router *r)
{
	while (r->heir_count > 0)
		vrrp_instance_free_heir(take(r, 0));
	free(r->heirs);
	r->heirs = NULL;
}

/* The one that was kept, if it is of these values; else one is made. */
static struct vrrp_instance *
get_heir(struct vrrp_router *r, struct vrrp_instance *old,
    struct vrrp_iface *f, const struct vrrp_params *p)
{
	unsigned i = find_heir(r, old);
	struct vrrp_instance *heir;

	if (i < r->heir_count) {
		heir = take(r, i);
		if (vrrp_diff(&heir->p, p) == VRRP_DIFF_EQUAL &&
		    heir->iface == f)
			return heir;
		vrrp_instance_free_heir(heir);
	}
	return vrrp_instance_new_heir(old, f, p);
}

/* --- going on --- */

bool
vrrp_succession_goes_on(const struct vrrp_instance *v,
    const struct vrrp_params *p)
{
	if (!v->started || vrrp_core_is_fenced(&v->core))
		return false;
	if (v->core.state == VRRP_BACKUP)
		return !vrrp_machine_lingers(v) &&
		    p->family == v->p.family && p->vrid == v->p.vrid &&
		    strcmp(p->interface, v->p.interface) == 0;
	return v->core.state == VRRP_ACTIVE;
}

static void
put_in_place(struct vrrp_router *r, const struct vrrp_instance *old,
    struct vrrp_instance *v)
{
	unsigned i;

	for (i = 0; i < r->instance_count; i++)
		if (r->instances[i] == old)
			r->instances[i] = v;
}

/* The heir goes on.  False: not yet, and why. */
static bool
succeed(struct vrrp_router *r, struct vrrp_instance *old,
    struct vrrp_instance *heir, char *why, size_t size)
{
	struct vrrp_sync *group = old->group;
	bool goodbye = heir->iface != old->iface ||
	    heir->p.family != old->p.family, done;

	if (group != NULL)
		vrrp_sync_hold(group);
	done = vrrp_instance_succeed(heir, old, goodbye, why, size);
	if (done) {
		if (group != NULL)
			vrrp_sync_enter(group, heir,
			    vrrp_sync_leave(group, old));
		put_in_place(r, old, heir);
		vrrp_leaving_add(r, old);
		log_notice("instance=%s interface=%s vrid=%u goes on for "
		    "interface=%s vrid=%u", heir->p.name, heir->p.interface,
		    heir->p.vrid, old->p.interface, old->p.vrid);
	}
	if (group != NULL)
		vrrp_sync_release(group);
	return done;
}

static void
say_why(struct vrrp_instance *old, const char *why)
{
	if (strcmp(old->retry_reason, why) != 0)
		log_err("instance=%s goes on as it was: %s", old->p.name, why);
	(void)snprintf(old->retry_reason, sizeof(old->retry_reason), "%s",
	    why);
}

struct vrrp_instance *
vrrp_succession_try(struct vrrp_router *r, struct vrrp_instance *old,
    const struct vrrp_params *p)
{
	struct vrrp_iface *f = vrrp_succession_iface(r, p->interface);
	char why[VRRP_VIP_REASON_MAX] = "out of memory";
	struct vrrp_instance *heir = NULL;

	if (f != NULL)
		(void)vrrp_iface_update_primary(f);
	if (f != NULL && may_live_on(f, p, why, sizeof(why)) &&
	    vrrp_leaving_room(r))
		heir = get_heir(r, old, f, p);
	else
		vrrp_succession_forget(r, old);
	if (heir != NULL) {
		if (succeed(r, old, heir, why, sizeof(why)))
			return heir;
		/* An heir with the device of the other is made in no time. */
		if (heir->kept || !keep(r, old, heir))
			vrrp_instance_free_heir(heir);
	}
	say_why(old, why);
	return NULL;
}

bool
vrrp_succession_replace(struct vrrp_router *r, unsigned at,
    const struct vrrp_params *p, const struct vrrp_config *c, bool *gone)
{
	struct vrrp_iface *f = vrrp_succession_iface(r, p->interface);
	struct vrrp_instance *old = r->instances[at], *v;
	struct vrrp_sync *group = old->group;
	unsigned place = 0;

	*gone = false;
	if (f == NULL)
		return false;
	(void)loop_judge(r->loop);
	vrrp_succession_forget(r, old);
	if (group != NULL) {
		vrrp_sync_hold(group);
		place = vrrp_sync_leave(group, old);
	}
	vrrp_instance_resign(old, VRRP_CAUSE_SHUTDOWN);
	memmove(&r->instances[at], &r->instances[at + 1],
	    (--r->instance_count - at) * sizeof(r->instances[0]));
	if (!vrrp_leaving_keep(r, old, c)) {
		vrrp_instance_withdraw(old);
		vrrp_instance_free(old);
	}
	*gone = true;
	v = vrrp_instance_new(&r->env, f, p);
	if (v != NULL) {
		memmove(&r->instances[at + 1], &r->instances[at],
		    (r->instance_count++ - at) * sizeof(r->instances[0]));
		r->instances[at] = v;
		if (group != NULL)
			vrrp_sync_enter(group, v, place);
		if (r->started)
			vrrp_instance_start(v);
	}
	if (group != NULL)
		vrrp_sync_release(group);
	return v != NULL;
}
