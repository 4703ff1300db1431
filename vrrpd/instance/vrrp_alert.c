/*
 * vrrp_alert.c - the alarms of an instance, with a clock and words.
 *
 * vrrp_alarm.c decides what stands; here are the clock, the timer for what is due
 * later, and the words: one line in the log when an alarm begins and one when it
 * is over, and a level for those who have subscribed.  Words are deferred until
 * the packets of the batch are out.  The alarms that follow from the state machine
 * alone are found here too; everybody else's come by vrrp_alert_raise().
 */
#include "config.h"

#include "vrrpd/instance/vrrp_alert.h"

#include <stdio.h>
#include <string.h>

#include "shared/log.h"
#include "shared/loop.h"
#include "vrrpd/instance/vrrp_env.h"
#include "vrrpd/pure/vrrp_handoff.h"

/* Longer than a session takes to come up. */
#define ELSEWHERE_PATIENCE_NS	(10 * NS_PER_S)
/*
 * A session that is made anew by both ends, or a bfdd that is started again, is
 * back by then.
 */
#define BFD_PATIENCE_NS	(3 * NS_PER_S)
#define PATIENCE_NS	(300 * NS_PER_MS) /* beyond an interval and a quarter */
/*
 * An alarm of the engine before is found again by then: a session is up, the
 * network has been asked, and adverts were missed.
 */
#define INHERITED_NS	(10 * NS_PER_S)

static void
log_news(struct vrrp_instance *v, enum vrrp_alarm_kind kind)
{
	const struct vrrp_alarm *a = &v->alarms.of[kind];
	char who[VRRP_ALARM_WHO_STRLEN];
	mono_t now = loop_clock();
	uint64_t suppressed;

	switch (vrrp_alarm_news(&v->alarms, now, kind, &suppressed)) {
	case VRRP_ALARM_NO_NEWS:
		break;
	case VRRP_ALARM_BEGAN:
		log_warning("alarm instance=%s%s alarm=%s suppressed=%llu: %s; "
		    "remedy: %s", v->p.name,
		    vrrp_alarm_who_words(&a->who, who, sizeof(who)),
		    vrrp_alarm_name(kind), (unsigned long long)suppressed,
		    a->text, vrrp_alarm_remedy(kind));
		break;
	case VRRP_ALARM_OVER:
		log_notice("alarm-over instance=%s%s alarm=%s after_ms=%lld",
		    v->p.name, vrrp_alarm_who_words(&a->who, who, sizeof(who)),
		    vrrp_alarm_name(kind),
		    (long long)(mono_sub(now, a->since) / NS_PER_MS));
		break;
	}
}

/* After the packets of the batch. */
static void
say(void *arg)
{
	struct vrrp_instance *v = arg;
	unsigned kind;

	/* A successor goes on under the same name, with the same alarms. */
	if (v->succeeded)
		return;
	for (kind = 0; kind < VRRP_ALARM_COUNT; kind++)
		log_news(v, kind);
	loop_timer_set(v->alarm_timer, vrrp_alarm_next_expiry(&v->alarms));
	if (v->env->changed != NULL)
		v->env->changed(v, v->env->arg);
}

static void
tell(struct vrrp_instance *v, bool news)
{
	loop_timer_set(v->alarm_timer, vrrp_alarm_next_expiry(&v->alarms));
	if (news && loop_defer(v->env->loop, say, v) < 0)
		say(v);
}

static void
expire_cb(mono_t deadline, void *arg)
{
	struct vrrp_instance *v = arg;

	(void)deadline;
	(void)vrrp_alarm_expire(&v->alarms, loop_clock(), loop_realtime_ns());
	tell(v, true);
}

void
vrrp_alert_raise(struct vrrp_instance *v, enum vrrp_alarm_kind kind,
    const struct vrrp_alarm_who *who, const char *text, int64_t patience_ns)
{
	tell(v, vrrp_alarm_raise(&v->alarms, loop_clock(), loop_realtime_ns(),
	    kind, who, text, patience_ns));
}

void
vrrp_alert_see(struct vrrp_instance *v, enum vrrp_alarm_kind kind,
    const struct vrrp_alarm_who *who, const char *text, int64_t patience_ns,
    int64_t hold_ns)
{
	tell(v, vrrp_alarm_see(&v->alarms, loop_clock(), loop_realtime_ns(),
	    kind, who, text, patience_ns, hold_ns));
}

void
vrrp_alert_end(struct vrrp_instance *v, enum vrrp_alarm_kind kind)
{
	if (vrrp_alarm_stands(&v->alarms, kind) ||
	    vrrp_alarm_is_suspected(&v->alarms, kind))
		tell(v, vrrp_alarm_end(&v->alarms, kind));
}

int64_t
vrrp_alert_patience_ns(const struct vrrp_instance *v)
{
	uint16_t cs = v->core.active_adver_interval_cs > v->p.advert_int_cs ?
	    v->core.active_adver_interval_cs : v->p.advert_int_cs;

	return ns_from_cs(cs) + ns_from_cs(cs) / 4 + PATIENCE_NS;
}

/* --- the state machine's own --- */

const char *
vrrp_alert_half_heard_text(bool bfd)
{
	return bfd ? "its advertisements stopped and its BFD goes on: two "
	    "routers may be Active, if VRRP is blocked between them" :
	    "its advertisements arrive and its BFD session is down: only VRRP "
	    "timers would notice its death";
}

/*
 * The router that we follow has another own address than those that sessions are
 * named with, and one of them is down: likely it is that one.  NULL: not so.
 */
static const struct addr *
session_elsewhere(const struct vrrp_instance *v)
{
	const struct addr *source = &v->core.active.source, *down = NULL;
	const struct vrrp_death_session *s;
	unsigned i;

	if (v->core.state != VRRP_BACKUP || !addr_is_set(source) ||
	    v->p.has_bfd_auto)
		return NULL;
	for (i = 0; i < v->p.bfd_count; i++) {
		if (v->p.bfd[i].role != VRRP_BFD_PEER)
			continue;
		if (addr_equal(&v->p.bfd[i].peer, source))
			return NULL;
		s = vrrp_death_find(&v->core.death, &v->p.bfd[i].peer);
		if (s == NULL || !s->has_been_up || s->fell)
			down = &v->p.bfd[i].peer;
	}
	return down;
}

static void
look_for_session(struct vrrp_instance *v)
{
	const struct vrrp_alarm_who who = { .address = v->core.active.source };
	const struct addr *down = session_elsewhere(v);
	char text[VRRP_ALARM_TEXT_MAX], address[ADDR_STRLEN];

	if (down == NULL) {
		vrrp_alert_end(v, VRRP_ALARM_BFD_ELSEWHERE);
		return;
	}
	(void)snprintf(text, sizeof(text), "it is Active, and the BFD session is "
	    "with %s, which is down: only VRRP timers would notice its death",
	    addr_format(down, address, sizeof(address)));
	vrrp_alert_raise(v, VRRP_ALARM_BFD_ELSEWHERE, &who, text,
	    ELSEWHERE_PATIENCE_NS);
}

void
vrrp_alert_look(struct vrrp_instance *v)
{
	struct vrrp_alarm_who who = { .has_mac = false };
	bool bfd, half;

	look_for_session(v);

	half = vrrp_core_half_heard(&v->core, &who.address, &bfd);
	if (half && bfd)
		vrrp_alert_raise(v, VRRP_ALARM_VRRP_BLOCKED, &who,
		    vrrp_alert_half_heard_text(true),
		    vrrp_alert_patience_ns(v));
	else
		vrrp_alert_end(v, VRRP_ALARM_VRRP_BLOCKED);
	if (half && !bfd)
		vrrp_alert_raise(v, VRRP_ALARM_BFD_BLOCKED, &who,
		    vrrp_alert_half_heard_text(false), BFD_PATIENCE_NS);
	else
		vrrp_alert_end(v, VRRP_ALARM_BFD_BLOCKED);
}

/* --- life --- */

/* Alarms that stood in the engine before this one, by a planned restart. */
static void
take_up(struct vrrp_instance *v)
{
	const struct vrrp_handoff *h = v->env->handoff;
	const struct vrrp_handoff_alarm *a;
	unsigned i;

	for (i = 0; h != NULL && i < h->alarm_count; i++) {
		a = &h->alarms[i];
		if (strcmp(a->name, v->p.name) == 0)
			vrrp_alarm_inherit(&v->alarms, loop_clock(), a->kind,
			    a->since, a->since_real_ns, &a->who,
			    INHERITED_NS + 5 * ns_from_cs(v->p.advert_int_cs));
	}
	loop_timer_set(v->alarm_timer, vrrp_alarm_next_expiry(&v->alarms));
}

bool
vrrp_alert_init(struct vrrp_instance *v)
{
	vrrp_alarm_init(&v->alarms);
	v->alarm_timer = loop_timer_new(v->env->loop, expire_cb, v);
	if (v->alarm_timer == NULL)
		return false;
	take_up(v);
	return true;
}

void
vrrp_alert_hand_off(const struct vrrp_instance *v, struct vrrp_handoff *h)
{
	struct vrrp_handoff_alarm *to;
	const struct vrrp_alarm *a;
	unsigned kind;

	for (kind = 0; kind < VRRP_ALARM_COUNT; kind++) {
		a = vrrp_alarm_find(&v->alarms, kind);
		if (a == NULL || h->alarm_count == VRRP_HANDOFF_ALARMS_MAX)
			continue;
		to = &h->alarms[h->alarm_count++];
		*to = (struct vrrp_handoff_alarm){ .kind = kind,
		    .since = a->since, .since_real_ns = a->since_real_ns,
		    .who = a->who };
		memcpy(to->name, v->p.name, sizeof(to->name));
	}
}

void
vrrp_alert_inherit(struct vrrp_instance *heir, const struct vrrp_instance *old)
{
	heir->alarms = old->alarms;
	tell(heir, true);
}

void
vrrp_alert_free(struct vrrp_instance *v)
{
	loop_defer_cancel(v->env->loop, say, v);
	loop_timer_free(v->alarm_timer);
}
