/*
 * vrrp_ctl_list.c - names of what is to be told one after the other (see
 * vrrp_ctl_list.h).
 *
 * One allocation when an answer begins, at most some 40 KB; then a look-up for
 * each part.  A name that nothing has any more is passed over; what has come
 * since is told to subscribers by its own level.
 */
#include "config.h"

#include "vrrpd/engine/vrrp_ctl_list.h"

#include <stdlib.h>
#include <string.h>

struct entry {
	char		name[VRRP_NAME_MAX];	/* instance, or interface */
	struct addr	peer;			/* of a session */
};

struct vrrp_ctl_list {
	struct vrrp_router	*router;
	bool			 whole;
	unsigned		 count, at;	/* instances or sessions */
	unsigned		 iface_count, iface_at;	/* behind them */
	struct entry		 entries[];
};

_Static_assert(IF_NAMESIZE <= VRRP_NAME_MAX, "an interface is an entry");

static struct vrrp_ctl_list *
list_new(struct vrrp_router *r, unsigned max)
{
	struct vrrp_ctl_list *l;

	l = calloc(1, sizeof(*l) + max * sizeof(l->entries[0]));
	if (l != NULL)
		l->router = r;
	return l;
}

static void
set_name(struct entry *e, const char *name)
{
	size_t len = strlen(name);

	memcpy(e->name, name, len < sizeof(e->name) ? len :
	    sizeof(e->name) - 1);
}

struct vrrp_ctl_list *
vrrp_ctl_list_instances(struct vrrp_router *r, const struct vrrp_instance *only)
{
	struct vrrp_ctl_list *l = list_new(r, only != NULL ? 1 :
	    r->instance_count + r->iface_count);
	unsigned i;

	if (l == NULL)
		return NULL;
	l->whole = only == NULL;
	if (only != NULL) {
		set_name(&l->entries[l->count++], only->p.name);
		return l;
	}
	for (i = 0; i < r->instance_count; i++)
		set_name(&l->entries[l->count++], r->instances[i]->p.name);
	for (i = 0; i < r->iface_count; i++)
		set_name(&l->entries[l->count + l->iface_count++],
		    r->ifaces[i]->name);
	return l;
}

struct vrrp_ctl_list *
vrrp_ctl_list_sessions(struct vrrp_router *r)
{
	const struct vrrp_bfd_session *s;
	struct vrrp_ctl_list *l;
	unsigned n = 0;

	while (vrrp_bfd_session(r->bfd, n) != NULL)
		n++;
	l = list_new(r, n);
	if (l == NULL)
		return NULL;
	while (l->count < n && (s = vrrp_bfd_session(r->bfd, l->count)) != NULL) {
		set_name(&l->entries[l->count], s->interface);
		l->entries[l->count++].peer = s->peer;
	}
	return l;
}

void
vrrp_ctl_list_free(void *l)
{
	free(l);
}

struct vrrp_router *
vrrp_ctl_list_router(const struct vrrp_ctl_list *l)
{
	return l->router;
}

bool
vrrp_ctl_list_is_whole(const struct vrrp_ctl_list *l)
{
	return l->whole;
}

const struct vrrp_instance *
vrrp_ctl_list_instance(struct vrrp_ctl_list *l)
{
	const struct vrrp_instance *v = NULL;

	while (v == NULL && l->at < l->count)
		v = vrrp_router_find(l->router, l->entries[l->at++].name);
	return v;
}

struct vrrp_iface *
vrrp_ctl_list_iface(struct vrrp_ctl_list *l)
{
	const char *name;
	unsigned i;

	while (l->iface_at < l->iface_count) {
		name = l->entries[l->count + l->iface_at++].name;
		for (i = 0; i < l->router->iface_count; i++)
			if (strcmp(l->router->ifaces[i]->name, name) == 0)
				return l->router->ifaces[i];
	}
	return NULL;
}

const struct vrrp_bfd_session *
vrrp_ctl_list_session(struct vrrp_ctl_list *l)
{
	const struct vrrp_bfd_session *s = NULL;
	const struct entry *e;

	while (s == NULL && l->at < l->count) {
		e = &l->entries[l->at++];
		s = vrrp_bfd_find(l->router->bfd, e->name, &e->peer);
	}
	return s;
}
