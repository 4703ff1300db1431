/*
 * vrrp_leftover.c - what others have left of an instance's addresses.
 *
 * Others are a run of ours that was killed, and other daemons of the kind
 * (vrrp_stranger.h).  An address that stands somewhere is answered for there, whoever
 * is Active, and a device with the virtual MAC answers beside ours, or keeps ours from
 * being up at all.
 *
 * Where ours will be, and on the interface itself, where a run without a virtual MAC
 * had them, they are removed one by one; devices of ours from an earlier run are
 * adopted (vrrp_vmac.c), or removed at the start (vrrp_router_remove_orphans()).
 * A device of keepalived's goes whole.  On other interfaces of the host only what
 * carries keepalived's mark is removed; the rest is an alarm (vrrp_host.c).
 *
 * As long as such a daemon runs here nothing is taken from it: it would put it back,
 * and both would go on for ever.  Then the instance that cannot run says why, and one
 * that can raises an alarm.
 *
 * An interface that has no other address is configured so: then the address is the
 * owner's, who forgot to say priority 255, and taking it away would cut off the
 * machine.
 *
 * Called by vrrp_hold.c.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "shared/log.h"
#include "shared/nl.h"
#include "vrrpd/instance/vrrp_env.h"
#include "vrrpd/instance/vrrp_iface.h"
#include "vrrpd/instance/vrrp_leftover.h"
#include "vrrpd/linux/vrrp_stranger.h"
#include "vrrpd/linux/vrrp_vip.h"

/* Looks for it once at most. */
struct look {
	bool			looked, alive;
	struct vrrp_stranger	stranger;
};

static bool
is_anyone_alive(struct look *l)
{
	if (!l->looked)
		l->alive = vrrp_stranger_find(&l->stranger);
	l->looked = true;
	return l->alive;
}

/* --- a device --- */

bool
vrrp_leftover_make_way(struct vrrp_instance *v)
{
	const struct nl_link *link = vrrp_stranger_device(v->env->nl, &v->p,
	    &v->iface->link);
	struct look l = { .looked = false };
	int error;

	if (link == NULL)
		return true;
	if (vrrp_stranger_makes(link->name) && !is_anyone_alive(&l)) {
		log_notice("instance=%s removing leftover device=%s, which has "
		    "the virtual MAC", v->p.name, link->name);
		error = nl_link_del(v->env->nl, link->ifindex);
		if (error == 0 || error == -ENODEV)
			return true;
	}
	if (l.alive)
		(void)snprintf(v->retry_reason, sizeof(v->retry_reason),
		    "device %s has the virtual MAC, and %s runs here (pid %d): "
		    "stop it, or take the virtual router from one of us",
		    link->name, l.stranger.program, l.stranger.pid);
	else
		(void)snprintf(v->retry_reason, sizeof(v->retry_reason),
		    "device %s has the virtual MAC: remove it (ip link del %s)",
		    link->name, link->name);
	return !v->p.virtual_mac;
}

/* --- addresses --- */

static void
remove_one(struct vrrp_instance *v, const struct vrrp_vip_questions *q,
    const struct nl_addr *found)
{
	char text[ADDR_PREFIX_STRLEN];

	log_notice("instance=%s removing leftover address=%s", v->p.name,
	    addr_prefix_format(&found->prefix, text, sizeof(text)));
	if (vrrp_vip_remove_other(v->vips, q, found) < 0)
		(void)nl_addr_del(v->env->nl, found->ifindex, &found->prefix);
}

static void
clean(struct vrrp_instance *v, const struct vrrp_vip_questions *q,
    struct look *l, int ifindex, const struct addr *a)
{
	const struct nl_addr *found = NULL;

	if (!vrrp_addrs_has(v->env->addrs, ifindex, a) || is_anyone_alive(l))
		return;
	while ((found = vrrp_addrs_next(v->env->addrs, ifindex, found)) !=
	    NULL) {
		if (addr_equal(&found->prefix.addr, a))
			remove_one(v, q, found);
	}
}

/* On an interface that is none of the instance's: what is known to be keepalived's. */
static void
clean_elsewhere(struct vrrp_instance *v, struct look *l, int ours,
    const struct addr *a)
{
	const struct nl_link *link = NULL;
	const struct nl_addr *found;
	char text[ADDR_PREFIX_STRLEN];
	int error;

	while ((link = nl_link_next_known(v->env->nl, link)) != NULL) {
		if (link->ifindex == ours ||
		    !vrrp_stranger_may_have(link, &v->iface->link) ||
		    !vrrp_addrs_has(v->env->addrs, link->ifindex, a))
			continue;
		found = NULL;
		while ((found = vrrp_addrs_next(v->env->addrs, link->ifindex,
		    found)) != NULL) {
			if (!addr_equal(&found->prefix.addr, a) ||
			    !vrrp_stranger_put(found) || is_anyone_alive(l))
				continue;
			log_notice("instance=%s removing leftover address=%s "
			    "of a keepalived from %s", v->p.name,
			    addr_prefix_format(&found->prefix, text,
			    sizeof(text)), link->name);
			error = nl_addr_del(v->env->nl, link->ifindex,
			    &found->prefix);
			if (error < 0)
				log_warning("instance=%s address=%s stays on "
				    "%s: %s", v->p.name, text, link->name,
				    strerror(-error));
		}
	}
}

/* An instance that another one is to go on for answers until that one does. */
static bool
is_held(const struct vrrp_instance *v, const struct addr *a)
{
	const struct vrrp_instance *other;
	unsigned at, i;

	for (at = 0; at < 2 * 256; at++) {
		other = v->iface->table[at / 256][at % 256];
		for (i = 0; other != NULL && other->holds &&
		    i < vrrp_params_addresses(&other->p); i++)
			if (addr_equal(&other->p.vips[i].prefix.addr, a))
				return true;
	}
	return false;
}

/* Will the device have it? */
static bool
is_wanted(const struct vrrp_instance *v, int ifindex, const struct addr *addr)
{
	const struct vrrp_vip_address *a = vrrp_vip_addresses(v->vips);
	unsigned i;

	for (i = 0; i < vrrp_params_addresses(&v->p); i++)
		if (a[i].ifindex == ifindex &&
		    addr_equal(&a[i].prefix.addr, addr))
			return true;
	return false;
}

/*
 * On a device of ours from an earlier run: what the file of that run had and this one
 * has not.
 */
static void
clean_device(struct vrrp_instance *v, const struct vrrp_vip_questions *q)
{
	const struct nl_addr *found = NULL;
	int ifindex = vrrp_vip_ifindex(v->vips);

	if (vrrp_vip_device(v->vips)[0] == '\0' || !vrrp_vip_adopted(v->vips))
		return;
	while ((found = vrrp_addrs_next(v->env->addrs, ifindex, found)) != NULL)
		if (!is_wanted(v, ifindex, &found->prefix.addr) &&
		    !is_held(v, &found->prefix.addr))
			remove_one(v, q, found);
}

void
vrrp_leftover_clean(struct vrrp_instance *v, const struct vrrp_vip_questions *q)
{
	const struct vrrp_vip_address *a = vrrp_vip_addresses(v->vips);
	bool is_owner = v->p.priority == VRRP_PRIORITY_OWNER;
	struct look l = { .looked = false };
	unsigned i;

	if (!addr_is_set(vrrp_iface_primary_of(v)))
		return;
	for (i = 0; i < vrrp_params_addresses(&v->p); i++) {
		if (a[i].owned || is_held(v, &a[i].prefix.addr))
			continue;
		clean(v, q, &l, a[i].ifindex, &a[i].prefix.addr);
		/* There the owner has them as its own. */
		if (a[i].ifindex != v->iface->link.ifindex &&
		    !(is_owner && i < v->p.vip_count))
			clean(v, q, &l, v->iface->link.ifindex,
			    &a[i].prefix.addr);
		if (!is_owner)
			clean_elsewhere(v, &l, a[i].ifindex,
			    &a[i].prefix.addr);
	}
	clean_device(v, q);
}
