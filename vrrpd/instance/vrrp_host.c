/*
 * vrrp_host.c - what the host around an instance does to its addresses, as alarms.
 *
 * Settings of "all" are joined by the kernel with those of a device, and cannot be
 * taken back there (vrrp_settings.h).  The files are read anew each time: no event
 * tells of them.
 *
 * An address of ours on an interface where we did not put it is answered for by
 * that interface, also while we are Backup: clients reach the wrong router, or
 * this one by another MAC.  A leftover is removed when the instance starts
 * (vrrp_hold.c); who puts it there afterwards is alive, and the alarm says where it
 * stands.  Looked at are the interface of the instance, where others put them, and
 * all others of the host that are in the same VRF.
 *
 * Called by vrrp_instance.c and, from time to time, by vrrp_router.c.
 */
#include "config.h"

#include "vrrpd/instance/vrrp_host.h"

#include <net/if.h>
#include <stdio.h>

#include "shared/devconf.h"
#include "vrrpd/instance/vrrp_alert.h"
#include "vrrpd/instance/vrrp_env.h"
#include "vrrpd/instance/vrrp_hold.h"
#include "vrrpd/instance/vrrp_iface.h"
#include "vrrpd/instance/vrrp_machine.h"
#include "vrrpd/linux/vrrp_stranger.h"
#include "vrrpd/linux/vrrp_vip.h"
#include "vrrpd/pure/vrrp_settings.h"

/* A leftover is being removed, or whoever moves addresses is not done yet. */
#define PATIENCE_NS	(2 * NS_PER_S)

/* --- settings of the whole host --- */

static int
value_of_all(const struct vrrp_setting *s, void *arg)
{
	int value = 0;

	(void)arg;
	(void)devconf_get(s->family, "all", s->key, &value);
	return value;
}

static int
arp_ignore_of(const char *link)
{
	int all = 0, own = 0;

	(void)devconf_get(AF_INET, "all", "arp_ignore", &all);
	(void)devconf_get(AF_INET, link, "arp_ignore", &own);
	return all > own ? all : own;
}

/*
 * An interface of the host's that has an address of ours, be it that of the instance or
 * one that the address names, and answers ARP for none; NULL: there is none.  The
 * device of a virtual MAC has another answer (vrrp_setting_obstacle()).
 */
static const struct nl_link *
answers_nobody(const struct vrrp_instance *v)
{
	const struct vrrp_vip_address *a;
	const struct nl_link *link;
	unsigned i;

	a = v->vips == NULL ? NULL : vrrp_vip_addresses(v->vips);
	for (i = 0; a != NULL && i < vrrp_params_addresses(&v->p); i++) {
		if (a[i].prefix.addr.family != AF_INET || (v->p.virtual_mac &&
		    a[i].ifindex == vrrp_vip_ifindex(v->vips)))
			continue;
		link = a[i].ifindex == v->iface->link.ifindex ?
		    &v->iface->link : nl_link_at(v->env->nl, a[i].ifindex);
		if (link != NULL && arp_ignore_of(link->name) == 8)
			return link;
	}
	return NULL;
}

static void
look_at_settings(struct vrrp_instance *v)
{
	const struct vrrp_setting *s = NULL;
	const struct nl_link *silent = NULL;
	char text[VRRP_ALARM_TEXT_MAX];
	int value;

	vrrp_hold_steer(v);
	if (v->p.virtual_mac && vrrp_params_has_family(&v->p, AF_INET))
		s = vrrp_setting_obstacle(AF_INET,
		    v->vips != NULL && vrrp_vip_steer_error(v->vips) != 0,
		    value_of_all, NULL, &value);
	if (s == NULL && (silent = answers_nobody(v)) != NULL) {
		(void)snprintf(text, sizeof(text), "arp_ignore of %s or of all "
		    "interfaces is 8: ARP is answered for no address of it; "
		    "sysctl -w net.ipv4.conf.%s.arp_ignore=1",
		    silent->name, silent->name);
		vrrp_alert_raise(v, VRRP_ALARM_HOST_SETTING, NULL, text, 0);
		return;
	}
	if (s == NULL) {
		vrrp_alert_end(v, VRRP_ALARM_HOST_SETTING);
		return;
	}
	(void)snprintf(text, sizeof(text), "net.ipv4.conf.all.%s = %d: %s; "
	    "sysctl -w net.ipv4.conf.all.%s=0, and set each interface instead",
	    s->key, value, vrrp_setting_otherwise(s), s->key);
	vrrp_alert_raise(v, VRRP_ALARM_HOST_SETTING, NULL, text, 0);
}

/* --- our addresses elsewhere --- */

/* Where they are ours to put, only while nobody of us may have put them. */
static bool
stands_on(const struct vrrp_instance *v, const struct vrrp_vip_address *a,
    int ifindex)
{
	return (ifindex != a->ifindex || (!v->holds && !v->p.virtual_mac &&
	    v->core.state == VRRP_BACKUP && !vrrp_machine_lingers(v))) &&
	    vrrp_addrs_has(v->env->addrs, ifindex, &a->prefix.addr);
}

/* " (keepalived, pid 47)", or nothing; looked for when the alarm begins. */
static void
name_stranger(struct vrrp_instance *v, char *buf, size_t size)
{
	struct vrrp_stranger *s = &v->stranger;

	if (!vrrp_alarm_stands(&v->alarms, VRRP_ALARM_ADDRESS_ELSEWHERE) &&
	    !vrrp_alarm_is_suspected(&v->alarms, VRRP_ALARM_ADDRESS_ELSEWHERE) &&
	    !vrrp_stranger_find(s))
		s->pid = 0;
	buf[0] = '\0';
	if (s->pid != 0)
		(void)snprintf(buf, size, "; %s runs here (pid %d)",
		    s->program, s->pid);
}

/* The interface itself answers ARP for whatever address the host has. */
static bool
answers_for_all(const struct vrrp_instance *v, const struct addr *a)
{
	return a->family == AF_INET && arp_ignore_of(v->iface->link.name) == 0;
}

/*
 * The interface, a device of another daemon, or any other interface, which has this
 * address; else NULL.  On one that nobody asks it is no matter, as long as the
 * interface does not answer for it: balanced servers have them on lo.
 */
static const struct nl_link *
place_of(const struct vrrp_instance *v, const struct vrrp_vip_address *a)
{
	const struct nl_link *link;

	if (stands_on(v, a, v->iface->link.ifindex))
		return &v->iface->link;
	link = vrrp_stranger_device(v->env->nl, &v->p, &v->iface->link);
	if (link != NULL && stands_on(v, a, link->ifindex))
		return link;
	link = NULL;
	while ((link = nl_link_next_known(v->env->nl, link)) != NULL)
		if (vrrp_stranger_may_have(link, &v->iface->link) &&
		    stands_on(v, a, link->ifindex) &&
		    (vrrp_stranger_is_asked(link) ||
		    answers_for_all(v, &a->prefix.addr)))
			return link;
	return NULL;
}

static void
say_place(const struct vrrp_instance *v, const struct vrrp_vip_address *a,
    const struct nl_link *place, const char *who,
    char text[VRRP_ALARM_TEXT_MAX])
{
	char address[ADDR_STRLEN];

	(void)addr_format(&a->prefix.addr, address, sizeof(address));
	if (vrrp_stranger_is_asked(place))
		(void)snprintf(text, VRRP_ALARM_TEXT_MAX, "%s stands on %s as "
		    "well, which answers for it whoever is Active%.40s", address,
		    place->name, who);
	else
		(void)snprintf(text, VRRP_ALARM_TEXT_MAX, "%s stands on %s as "
		    "well, and %s answers for it whoever is Active: set its "
		    "arp_ignore to 1", address, place->name,
		    v->iface->link.name);
}

void
vrrp_host_look(struct vrrp_instance *v)
{
	const struct vrrp_vip_address *a;
	char text[VRRP_ALARM_TEXT_MAX], who[64];
	const struct nl_link *place;
	unsigned i;

	look_at_settings(v);
	a = v->vips == NULL || v->p.priority == VRRP_PRIORITY_OWNER ? NULL :
	    vrrp_vip_addresses(v->vips);
	for (i = 0; a != NULL && i < vrrp_params_addresses(&v->p); i++) {
		place = a[i].owned ? NULL : place_of(v, &a[i]);
		if (place == NULL)
			continue;
		name_stranger(v, who, sizeof(who));
		say_place(v, &a[i], place, who, text);
		vrrp_alert_raise(v, VRRP_ALARM_ADDRESS_ELSEWHERE, NULL, text,
		    PATIENCE_NS);
		return;
	}
	vrrp_alert_end(v, VRRP_ALARM_ADDRESS_ELSEWHERE);
}
