/*
 * vrrp_able.c - may an instance run, and if not, why.
 *
 * It runs while nothing stands against it (V-77): not disabled, the interface
 * there, up, with carrier and a primary address, nothing tracked in fault,
 * startup_delay over, the addresses prepared, its multicast group joined, the other
 * members of its sync group as able as it is.  The first thing that stands against it is named, as a cause for
 * the state machine and in words for the user.
 *
 * Nothing is done about it here: vrrp_instance_reconsider() asks, and starts or
 * stops.  The only field that is written is `waiting`.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "shared/loop.h"
#include "shared/nl.h"
#include "shared/pure/span.h"
#include "vrrpd/config/vrrp_conf_ground.h"
#include "vrrpd/instance/vrrp_able.h"
#include "vrrpd/instance/vrrp_env.h"
#include "vrrpd/instance/vrrp_iface.h"
#include "vrrpd/instance/vrrp_tracked.h"

/* Only the owner of an address leaves it where it is. */
bool
vrrp_able_owns(const struct addr *addr, void *arg)
{
	const struct vrrp_instance *v = arg;

	return v->p.priority == VRRP_PRIORITY_OWNER &&
	    vrrp_addrs_has(v->env->addrs, v->iface->link.ifindex, addr);
}

/* V-6: IP header, the message before its list, the list. */
static unsigned
most_addresses(const struct vrrp_instance *v, const struct vrrp_params *p)
{
	unsigned header = p->family == AF_INET6 ? 40 + 8 : 20 + 8;
	unsigned mtu = v->iface->link.mtu;

	if (p->version == 2 || p->also_version_2)
		header += 8;
	return mtu <= header ? 0 :
	    (mtu - header) / (unsigned)addr_len(p->family);
}

/* V-76: the address of an instance with priority 255 that is not ours. */
static const struct addr *
not_owned(const struct vrrp_instance *v, const struct vrrp_params *p)
{
	unsigned i;

	if (p->priority != VRRP_PRIORITY_OWNER)
		return NULL;
	for (i = 0; i < p->vip_count; i++)
		if (!vrrp_addrs_has(v->env->addrs, v->iface->link.ifindex,
		    &p->vips[i].prefix.addr))
			return &p->vips[i].prefix.addr;
	return NULL;
}

/* Owned by whom they must be, and few enough for an advert. */
static bool
addresses_can_be(const struct vrrp_instance *v, const struct vrrp_params *p,
    enum vrrp_cause *cause, char *w, size_t size)
{
	const struct addr *foreign = not_owned(v, p);
	char text[ADDR_STRLEN];

	if (foreign != NULL) {
		*cause = VRRP_CAUSE_NOT_OWNER;
		(void)snprintf(w, size, "priority = 255 is for the owner of "
		    "the addresses, and %s is not an address of %s",
		    addr_format(foreign, text, sizeof(text)),
		    v->iface->name);
		return false;
	}
	if (p->vip_count > most_addresses(v, p)) {
		*cause = VRRP_CAUSE_ADDRESS_FAILED;
		(void)snprintf(w, size, "an advert of %u addresses does not "
		    "fit the MTU of %s, which has room for %u",
		    p->vip_count, v->iface->name, most_addresses(v, p));
		return false;
	}
	return true;
}

static bool
has_virtual_address(const struct vrrp_instance *v)
{
	unsigned i;

	for (i = 0; i < v->p.vip_count; i++)
		if (vrrp_addrs_has(v->env->addrs, v->iface->link.ifindex,
		    &v->p.vips[i].prefix.addr))
			return true;
	return false;
}

/*
 * L-17.  What is not known yet keeps an instance from starting and stops none
 * that runs, here or in the engine before us: neither a reload nor a restart
 * may take an Active down.
 */
bool
vrrp_able_track_forbids(const struct vrrp_instance *v)
{
	return v->tracked.now.fault || (v->tracked.now.waits && !v->kept &&
	    v->core.state == VRRP_INITIALIZE);
}

mono_t
vrrp_able_settles_at(const struct vrrp_instance *v)
{
	mono_t at = mono_add(v->env->booted, v->p.startup_delay_ns);

	if (v->settled || v->kept || v->willed || v->env->booted.ns == 0 ||
	    v->core.state != VRRP_INITIALIZE ||
	    !mono_before(loop_clock(), at))
		return MONO_NEVER;
	return at;
}

/*
 * An instance that starts waits for the multicast group, or it would take over
 * because it hears nobody; one that runs has heard what there was to hear.
 */
static bool
is_deaf(const struct vrrp_instance *v)
{
	return v->core.state == VRRP_INITIALIZE && !v->kept &&
	    vrrp_iface_is_joining(v->iface, v->p.family);
}

static void
say_no_primary(const struct vrrp_instance *v, char *w, size_t size)
{
	char text[ADDR_STRLEN];

	if (addr_is_set(&v->p.source))
		(void)snprintf(w, size, "interface %s does not have %s, its "
		    "source", v->iface->name, addr_format(&v->p.source, text,
		    sizeof(text)));
	else
		(void)snprintf(w, size, v->p.family == AF_INET6 ?
		    "interface %s has no usable link-local address%s" :
		    "interface %s has no IPv4 address of its own%s",
		    v->iface->name, has_virtual_address(v) ?
		    ", only virtual ones: their owner has priority = 255" : "");
}

static enum vrrp_ground_verdict
ground_of(const struct vrrp_instance *v, char *text)
{
	const struct nl_link *l = &v->iface->link;

	return vrrp_conf_ground(l, l->master == 0 ? NULL :
	    nl_link_at(v->env->nl, l->master), v->p.virtual_mac, text);
}

bool
vrrp_able_stands(const struct vrrp_instance *v, char *text)
{
	enum vrrp_ground_verdict verdict = ground_of(v, text);

	return verdict == VRRP_GROUND_GOOD ||
	    (verdict == VRRP_GROUND_NO_DEVICE && v->p.virtual_mac_auto);
}

bool
vrrp_able_bears_device(const struct vrrp_instance *v, char *text)
{
	return ground_of(v, text) != VRRP_GROUND_NO_DEVICE;
}

/* Every condition but the group's.  False: *cause, and w for a user. */
static bool
can_run_alone(const struct vrrp_instance *v, enum vrrp_cause *cause, char *w,
    size_t size)
{
	const struct vrrp_iface *f = v->iface;
	char text[VRRP_GROUND_TEXT_MAX];

	if (v->disabled) {
		*cause = VRRP_CAUSE_DISABLED;
		(void)snprintf(w, size, "disabled by the operator");
	} else if (!f->exists) {
		*cause = VRRP_CAUSE_NO_INTERFACE;
		(void)snprintf(w, size, "interface %s does not exist",
		    f->name);
	} else if (f->io == NULL) {
		*cause = VRRP_CAUSE_NO_INTERFACE;
		(void)snprintf(w, size, "interface %s cannot be opened: %s",
		    f->name, strerror(-f->io_error));
	} else if (!vrrp_able_stands(v, text)) {
		*cause = VRRP_CAUSE_NO_INTERFACE;
		(void)snprintf(w, size, "%s", text);
	} else if (!f->link.admin_up) {
		*cause = VRRP_CAUSE_INTERFACE_DOWN;
		(void)snprintf(w, size, "interface %s is down", f->name);
	} else if (!f->link.running) {
		*cause = VRRP_CAUSE_INTERFACE_DOWN;
		(void)snprintf(w, size, "interface %s has no carrier",
		    f->name);
	} else if (!addresses_can_be(v, &v->p, cause, w, size)) {
		return false;
	} else if (!vrrp_iface_has_primary(f, v->p.family)) {
		*cause = VRRP_CAUSE_NO_PRIMARY_ADDRESS;
		say_no_primary(v, w, size);
	} else if (vrrp_able_track_forbids(v)) {
		*cause = VRRP_CAUSE_TRACK_FAULT;
		vrrp_tracked_why(&v->tracked, w, size);
	} else if (!mono_is_never(vrrp_able_settles_at(v))) {
		*cause = VRRP_CAUSE_STARTUP;
		(void)snprintf(w, size, "startup_delay = %s",
		    span_format(v->p.startup_delay_ns, text, sizeof(text)));
	} else if (v->unsent.gave_up) {
		*cause = VRRP_CAUSE_CANNOT_SEND;
		(void)snprintf(w, size, "cannot send adverts on %s: %s",
		    f->name, strerror(v->unsent.error));
	} else if (v->vips == NULL || !mono_is_never(v->retry_at)) {
		*cause = VRRP_CAUSE_ADDRESS_FAILED;
		(void)snprintf(w, size, "%s", v->retry_reason);
	} else if (is_deaf(v)) {
		*cause = VRRP_CAUSE_NO_INTERFACE;
		(void)snprintf(w, size, "its group is being joined on %s",
		    f->name);
	} else
		return true;
	return false;
}

bool
vrrp_able_now(struct vrrp_instance *v, enum vrrp_cause *cause)
{
	char *w = v->waiting;

	if (!can_run_alone(v, cause, w, sizeof(v->waiting)))
		return false;
	if (v->group != NULL && !v->env->sync->allows(v->group, v, w,
	    sizeof(v->waiting))) {
		*cause = VRRP_CAUSE_GROUP;
		return false;
	}
	w[0] = '\0';
	return true;
}

bool
vrrp_able(const struct vrrp_instance *v, char *why, size_t size)
{
	enum vrrp_cause cause;
	char reason[VRRP_VIP_REASON_MAX];

	if (why == NULL) {
		why = reason;
		size = sizeof(reason);
	}
	return can_run_alone(v, &cause, why, size);
}

bool
vrrp_able_soon(const struct vrrp_instance *v)
{
	enum vrrp_cause cause = VRRP_CAUSE_NONE;
	char reason[VRRP_VIP_REASON_MAX];

	if (can_run_alone(v, &cause, reason, sizeof(reason)))
		return false;
	if (v->vips == NULL)
		return v->making != 0 && strcmp(reason, v->retry_reason) == 0;
	return cause == VRRP_CAUSE_NO_INTERFACE && v->iface->io != NULL &&
	    is_deaf(v);
}

enum vrrp_cause
vrrp_able_start_cause(const struct vrrp_instance *v)
{
	if (v->fresh)
		return VRRP_CAUSE_STARTUP;
	switch (v->down_cause) {
	case VRRP_CAUSE_INTERFACE_DOWN:
	case VRRP_CAUSE_NO_INTERFACE:
		return VRRP_CAUSE_INTERFACE_UP;
	case VRRP_CAUSE_NO_PRIMARY_ADDRESS:
	case VRRP_CAUSE_NOT_OWNER:
		return VRRP_CAUSE_PRIMARY_ADDRESS;
	case VRRP_CAUSE_DISABLED:
		return VRRP_CAUSE_ENABLED;
	case VRRP_CAUSE_CANNOT_SEND:
		return VRRP_CAUSE_SENDS_AGAIN;
	case VRRP_CAUSE_HANDOVER:
		return VRRP_CAUSE_HANDOVER;
	case VRRP_CAUSE_GROUP:
		return VRRP_CAUSE_GROUP;
	case VRRP_CAUSE_TRACK_FAULT:
		return VRRP_CAUSE_TRACK_CLEAR;
	default:
		return VRRP_CAUSE_STARTUP;
	}
}
