/*
 * vrrp_mute.c - an instance whose adverts do not leave.
 *
 * The rule is vrrp_unsent.h's; here are its timer, its words and its alarm.  The
 * alarm stands from the moment when the most eager peer has waited for too long:
 * while this router goes on, because nobody else is heard, and while it has given
 * up, because somebody is.  The first advert that leaves ends it.  BFD packets that do
 * not leave are the same alarm: adverts and they go the same way out, and who repairs
 * one looks for the other.
 *
 * Called by vrrp_machine.c, which is the one that leaves Active.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "shared/log.h"
#include "shared/loop.h"
#include "vrrpd/instance/vrrp_alert.h"
#include "vrrpd/instance/vrrp_iface.h"
#include "vrrpd/instance/vrrp_mute.h"
#include "vrrpd/instance/vrrp_send.h"

#define RETRY_FIRST_NS	(1 * NS_PER_S)
#define RETRY_MAX_NS	(60 * NS_PER_S)
#define BFD_PATIENCE_NS	(300 * NS_PER_MS)

/* How long the most eager Backup waits after an advert of ours. */
static int64_t
patience_ns(const struct vrrp_instance *v)
{
	return vrrp_core_active_down_interval_ns(v->p.version,
	    VRRP_PRIORITY_OWNER - 1, v->p.advert_int_cs);
}

/* Does BFD, too, say that nothing of ours gets to the router that serves? */
static bool
is_blind(const struct vrrp_instance *v)
{
	const struct vrrp_death_session *s = vrrp_death_find(&v->core.death,
	    &v->unsent.rival.address);

	return v->bfd_unsent[0] != '\0' || (s != NULL && s->fell);
}

/* At once or, where that cannot be found out, ever later. */
static void
probe_later(struct vrrp_instance *v)
{
	int64_t ns = VRRP_UNSENT_PROBE_NS;

	if (v->p.unicast_count > 0) {
		v->retry_ns = v->retry_ns == 0 ? RETRY_FIRST_NS :
		    v->retry_ns * 2;
		if (v->retry_ns > RETRY_MAX_NS)
			v->retry_ns = RETRY_MAX_NS;
		ns = v->retry_ns;
	}
	loop_timer_set(v->unsent_timer, mono_add(loop_clock(), ns));
}

/* Adverts leave, as far as is known. */
static void
tell_of_bfd(struct vrrp_instance *v)
{
	struct vrrp_alarm_who who = { .address = v->bfd_unsent_peer };
	char text[VRRP_ALARM_TEXT_MAX];

	if (v->core.state == VRRP_INITIALIZE || v->bfd_unsent[0] == '\0') {
		vrrp_alert_end(v, VRRP_ALARM_CANNOT_SEND);
		return;
	}
	(void)snprintf(text, sizeof(text), "its BFD packets do not leave %s: %s; "
	    "that router goes by its adverts alone", v->iface->name,
	    v->bfd_unsent);
	vrrp_alert_raise(v, VRRP_ALARM_CANNOT_SEND, &who, text, BFD_PATIENCE_NS);
}

static void
tell(struct vrrp_instance *v)
{
	const struct vrrp_unsent *u = &v->unsent;
	struct vrrp_alarm_who who = { .address = u->rival.address };
	char text[VRRP_ALARM_TEXT_MAX];

	bool silenced = u->gave_up || u->unproven;

	if (!silenced && (v->core.state != VRRP_ACTIVE ||
	    mono_is_never(u->since))) {
		tell_of_bfd(v);
		return;
	}
	(void)snprintf(text, sizeof(text), "its adverts do not leave %s: %s; "
	    "%s", v->iface->name, strerror(u->error), silenced ?
	    "another router serves" : "it goes on, since nobody else is heard");
	vrrp_alert_raise(v, VRRP_ALARM_CANNOT_SEND,
	    addr_is_set(&who.address) ? &who : NULL, text,
	    silenced ? 0 : patience_ns(v));
}

bool
vrrp_mute_look(struct vrrp_instance *v)
{
	mono_t now = loop_clock();

	tell(v);
	if (v->core.state != VRRP_ACTIVE || mono_is_never(v->unsent.since))
		return false;
	if (v->p.priority != VRRP_PRIORITY_OWNER &&
	    vrrp_unsent_is_over(&v->unsent, now, patience_ns(v), is_blind(v)))
		return true;
	loop_timer_set(v->unsent_timer, vrrp_unsent_try_at(&v->unsent, now,
	    patience_ns(v), is_blind(v)));
	return false;
}

void
vrrp_mute_bfd(struct vrrp_instance *v, const struct addr *peer,
    const char *error)
{
	v->bfd_unsent_peer = *peer;
	(void)snprintf(v->bfd_unsent, sizeof(v->bfd_unsent), "%s", error);
	tell(v);
}

void
vrrp_mute_give_up(struct vrrp_instance *v)
{
	struct vrrp_other rival = v->unsent.rival;

	vrrp_unsent_give_up(&v->unsent);
	v->unsent.rival = rival;		/* for the words */
	tell(v);
	(void)snprintf(v->waiting, sizeof(v->waiting),
	    "cannot send adverts on %s: %s", v->iface->name,
	    strerror(v->unsent.error));
	probe_later(v);
}

bool
vrrp_mute_probe(struct vrrp_instance *v)
{
	bool known;
	int error;

	known = vrrp_send_probe(v, &error);
	if (known && error != 0) {
		v->unsent.error = error;
		probe_later(v);
		return false;
	}
	if (known)
		log_notice("instance=%s adverts can be sent again", v->p.name);
	vrrp_unsent_resume(&v->unsent, known);
	tell(v);
	return true;
}
