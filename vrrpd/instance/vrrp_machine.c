/*
 * vrrp_machine.c - the state machine of an instance, fed and obeyed.
 *
 * Everything that happens to an instance ends in one of the core's functions,
 * and every answer of the core in perform(), which carries out its actions in
 * bit order: advert, addresses, announcements, words.  Nothing between two of
 * those waits or allocates.  No other file calls a function of vrrp_core.h that
 * takes actions or changes a state.
 *
 * Clock.  Each event reads the clock once more (loop_clock), since a drain in
 * the middle of a batch delivers packets younger than the batch; the core sees
 * instants that never decrease.
 *
 * The kernel makes an IPv6 address usable from a work queue, some hundred
 * microseconds after the batch that brings it.  Where another router may be
 * answering still, the advert and the announcements wait for that.
 *
 * An Active_Down_Timer that is due is believed only after the socket has been
 * emptied (V-37): the packet that would have restarted it may be in there.
 *
 * A batch of addresses is acknowledged later, from the loop.  If the kernel
 * refused one of them this router is not Active: it resigns and tries again
 * after a back-off.  Where another router may serve still, the refusal is looked
 * for before that one is told to yield, and then nothing is said at all.
 *
 * An instance that leaves Active in good health answers on its addresses until
 * a successor is heard (vrrp_linger.h), whatever its state then is.  One whose
 * adverts do not leave gives up when another router serves (vrrp_unsent.h).
 *
 * Words.  perform() only stores a record; vrrp_machine_say() runs after the
 * packets of the batch, logs what is new and tells the control socket.
 *
 * RFC 9568 §6.4 through the core; V-, L- numbers are those of the design.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "shared/log.h"
#include "shared/loop.h"
#include "vrrpd/instance/vrrp_accept.h"
#include "vrrpd/instance/vrrp_bequest.h"
#include "vrrpd/instance/vrrp_env.h"
#include "vrrpd/instance/vrrp_history.h"
#include "vrrpd/instance/vrrp_hold.h"
#include "vrrpd/instance/vrrp_iface.h"
#include "vrrpd/instance/vrrp_machine.h"
#include "vrrpd/instance/vrrp_mute.h"
#include "vrrpd/instance/vrrp_peer.h"
#include "vrrpd/instance/vrrp_presence.h"
#include "vrrpd/instance/vrrp_routes.h"
#include "vrrpd/instance/vrrp_send.h"
#include "vrrpd/instance/vrrp_voice.h"
#include "vrrpd/instance/vrrp_watch.h"
#include "vrrpd/instance/vrrp_words.h"
#include "vrrpd/linux/vrrp_io.h"
#include "vrrpd/linux/vrrp_vip.h"
#include "vrrpd/linux/vrrp_vmac.h"
#include "vrrpd/pure/vrrp_handoff.h"

#define RETRY_FIRST_NS	(1 * NS_PER_S)
#define RETRY_MAX_NS	(60 * NS_PER_S)
#define LATE_NS		(1 * NS_PER_MS)		/* V-38 */
#define LINGER_LATE_NS	(1 * NS_PER_S)		/* as long as others go first */
#define HOLD_FRESH_NS	(5 * NS_PER_S)	/* knowledge of another engine */

/*
 * The first thing that every event asks: was this process away, and is the router
 * still what it was?  The answer comes before the event (L-32, design §6).  Where
 * the instance has been changed and the core has not, it is too late to ask:
 * vrrp_instance.c does so before such a change.
 */
static mono_t
judged_clock(const struct vrrp_instance *v)
{
	return loop_judge(v->env->loop);
}

/* --- words --- */

/* After the packets of the batch. */
void
vrrp_machine_say(void *arg)
{
	struct vrrp_instance *v = arg;
	const struct vrrp_env *env = v->env;

	/* A successor goes on under the same name: nobody is told. */
	if (v->succeeded) {
		v->logged = v->published = v->history_count;
		return;
	}
	if (v->history_count - v->logged > VRRP_HISTORY_MAX)
		v->logged = v->history_count - VRRP_HISTORY_MAX;
	for (; v->logged < v->history_count; v->logged++) {
		vrrp_words_transition(v, vrrp_history_at(v, v->logged));
		if (env->moved != NULL)
			env->moved(v, vrrp_history_at(v, v->logged), env->arg);
	}
	vrrp_words_spared(v);
	if (v->history_count - v->published > VRRP_HISTORY_MAX)
		v->published = v->history_count - VRRP_HISTORY_MAX;
	for (; v->published < v->history_count; v->published++) {
		if (vrrp_history_at(v, v->published)->awaits_ack)
			break;
		if (env->transition != NULL)
			env->transition(v, vrrp_history_at(v, v->published),
			    env->arg);
	}
	if (env->changed != NULL)
		env->changed(v, env->arg);
}

/* The table of deferred calls is bounded: then the words come at once. */
void
vrrp_machine_say_later(struct vrrp_instance *v)
{
	if (loop_defer(v->env->loop, vrrp_machine_say, v) < 0)
		vrrp_machine_say(v);
}

/* --- carrying out --- */

/* An event that happens now and is known at once. */
static struct vrrp_moment
moment_now(const struct vrrp_instance *v, mono_t now)
{
	struct vrrp_moment m = { MONO_NEVER, now, MONO_NEVER };

	if (v->core.state == VRRP_BACKUP && addr_is_set(&v->core.active.source))
		m.last_heard = v->core.active.last_advert;
	return m;
}

void
vrrp_machine_settle(struct vrrp_instance *v)
{
	if (v->group != NULL)
		v->env->sync->settle(v->group);
}

void
vrrp_machine_retry_later(struct vrrp_instance *v)
{
	v->retry_ns = v->retry_ns == 0 ? RETRY_FIRST_NS : v->retry_ns * 2;
	if (v->retry_ns > RETRY_MAX_NS)
		v->retry_ns = RETRY_MAX_NS;
	v->retry_at = mono_add(loop_clock(), v->retry_ns);
	loop_timer_set(v->retry_timer, v->retry_at);
	log_err("instance=%s %s; next try in %lld s", v->p.name,
	    v->retry_reason, (long long)(v->retry_ns / NS_PER_S));
}

/* To Initialize at once, from within an answer of the core: nothing lingers. */
static void
leave(struct vrrp_instance *v, enum vrrp_cause cause, bool resign,
    const struct vrrp_other *other)
{
	struct vrrp_moment m = { MONO_NEVER, loop_clock(), MONO_NEVER };
	struct vrrp_actions act;

	vrrp_core_shutdown(&v->core, m.received, cause, &act);
	if (other != NULL)
		act.tr.other = *other;
	if ((act.todo & VRRP_DO_SEND_ADVERT) && resign)
		vrrp_send_advert(v, act.advert_priority);
	if (act.todo & VRRP_DO_WITHDRAW)
		vrrp_hold_withdraw(v, NULL);
	if (act.todo & VRRP_DO_SEND_BACKUP)
		vrrp_send_backup(v, act.backup_priority);
	if (act.todo & VRRP_DO_TRANSITION)
		(void)vrrp_history_add(v, &act.tr, &m);
	v->held = 0;
	loop_timer_set(v->timer, vrrp_core_next_expiry(&v->core));
	vrrp_machine_say_later(v);
	vrrp_watch_look(v);
	vrrp_machine_settle(v);
}

static void
address_failed(struct vrrp_instance *v)
{
	const struct vrrp_vip_address *a;
	char text[ADDR_PREFIX_STRLEN] = "the virtual MAC device";
	const char *device = "";
	int error = v->batch_error;

	v->batch_error = 0;
	if (v->core.state != VRRP_ACTIVE)
		return;
	a = vrrp_vip_failed(v->vips, v->batch_failed_at);
	if (a != NULL) {
		(void)addr_prefix_format(&a->prefix, text, sizeof(text));
		device = v->p.vips[a - vrrp_vip_addresses(v->vips)].device;
	}
	(void)snprintf(v->retry_reason, sizeof(v->retry_reason),
	    "%s could not be installed%s%s: %s", text,
	    device[0] == '\0' ? "" : " on ", device, strerror(error));
	vrrp_machine_retry_later(v);
	memcpy(v->waiting, v->retry_reason, sizeof(v->waiting));
	leave(v, VRRP_CAUSE_ADDRESS_FAILED, !v->unsaid, NULL);
	v->unsaid = false;
}

/* --- adverts that do not leave --- */

/* Another router serves, and hears nothing of us. */
static void
give_up(struct vrrp_instance *v)
{
	const struct vrrp_other rival = v->unsent.rival;

	vrrp_mute_give_up(v);
	leave(v, VRRP_CAUSE_CANNOT_SEND, false, &rival);
}

/* After each advert, and each that was heard. */
static void
look_at_unsent(struct vrrp_instance *v)
{
	if (vrrp_mute_look(v))
		give_up(v);
}

/* The advert with which it becomes Active is the one that must leave first. */
static bool
proves_itself(struct vrrp_instance *v)
{
	if (!v->unsent.unproven)
		return true;
	vrrp_send_advert(v, v->core.p.priority);
	return mono_is_never(v->unsent.since);
}

static void
send_again(struct vrrp_instance *v)
{
	if (v->core.state != VRRP_ACTIVE || mono_is_never(v->unsent.since) ||
	    vrrp_core_is_fenced(&v->core) || v->held != 0)
		return;
	vrrp_send_advert(v, v->core.p.priority);
	look_at_unsent(v);
	vrrp_instance_check(v);
}

bool
vrrp_machine_try_to_send(struct vrrp_instance *v)
{
	(void)judged_clock(v);
	if (v->unsent.gave_up)
		return vrrp_mute_probe(v);
	send_again(v);
	return false;
}

/* --- after Active --- */

bool
vrrp_machine_lingers(const struct vrrp_instance *v)
{
	return v->linger.phase != VRRP_LINGER_NOT;
}

/* The addresses go, later than the instance left Active. */
static void
withdraw_late(struct vrrp_instance *v)
{
	struct vrrp_record *r = NULL;

	if (v->history_count - v->left_record <= VRRP_HISTORY_MAX)
		r = vrrp_history_at(v, v->left_record);
	vrrp_hold_withdraw(v, r);
	if (r != NULL)
		r->step[VRRP_STEP_ADDRESSES_SET] = loop_clock();
	vrrp_machine_say_later(v);
	if (v->env->withdrawn != NULL)
		v->env->withdrawn(v, v->env->arg);
}

/* The state machine left Active, or moves while the addresses are there. */
static void
linger(struct vrrp_instance *v, const struct vrrp_transition *tr,
    struct vrrp_record *r)
{
	bool lingered = vrrp_machine_lingers(v);

	if (tr->from == VRRP_ACTIVE)
		v->left_record = v->history_count - 1;
	switch (vrrp_linger_moved(&v->linger, loop_clock(), tr, &v->core.p)) {
	case VRRP_LINGER_NOTHING:
	case VRRP_LINGER_TAKE_BACK:
		break;
	case VRRP_LINGER_HUSH:
		vrrp_hold_hush(v);
		break;
	case VRRP_LINGER_WITHDRAW:
		if (lingered) {
			withdraw_late(v);
			break;
		}
		vrrp_hold_withdraw(v, r);
		r->step[VRRP_STEP_ADDRESSES_SET] = loop_clock();
		break;
	}
	loop_timer_set(v->linger_timer, v->linger.until);
	if (vrrp_machine_lingers(v))
		vrrp_bequest_later(v);
}

void
vrrp_machine_blocked(struct vrrp_instance *v, enum vrrp_cause cause)
{
	if (vrrp_linger_blocked(&v->linger, cause) != VRRP_LINGER_WITHDRAW)
		return;
	loop_timer_set(v->linger_timer, MONO_NEVER);
	withdraw_late(v);
}

void
vrrp_machine_end_linger(struct vrrp_instance *v)
{
	if (!vrrp_machine_lingers(v))
		return;
	vrrp_linger_init(&v->linger);
	loop_timer_set(v->linger_timer, MONO_NEVER);
	withdraw_late(v);
}

/* --- every answer of the core --- */

static void
perform(struct vrrp_instance *v, const struct vrrp_actions *act,
    const struct vrrp_moment *m)
{
	uint32_t todo = vrrp_voice_filter(v, act->todo);
	struct vrrp_record *r = NULL;
	bool proven = !v->unsent.unproven;

	if (todo & VRRP_DO_TRANSITION) {
		if (act->tr.to == VRRP_ACTIVE)
			vrrp_last_word_active(&v->last_word, loop_clock(),
			    act->tr.cause == VRRP_CAUSE_PREEMPT ?
			    &act->tr.other.address : &(struct addr){ 0 });
		r = vrrp_history_add(v, &act->tr, m);
		v->held = 0;
		v->unsaid = false;
	}
	if (todo & VRRP_DO_QUERY)
		vrrp_send_query(v);
	if ((todo & VRRP_DO_INSTALL) && !proves_itself(v)) {
		linger(v, &act->tr, r);
		give_up(v);
		return;
	}
	if (act->install_first) {
		vrrp_hold_install(v, r, v->p.family == AF_INET6);
		v->unsaid = proven && vrrp_hold_is_refused(v);
		todo = v->unsaid ? todo & ~(uint32_t)(VRRP_DO_SEND_ADVERT |
		    VRRP_DO_ANNOUNCE) : vrrp_voice_hold(v, todo);
	}
	if (todo & VRRP_DO_SEND_ADVERT) {
		v->unsaid = false;
		vrrp_send_advert(v, act->advert_priority);
		if (r != NULL)
			r->step[VRRP_STEP_ADVERT_SENT] = loop_clock();
	}
	if ((todo & VRRP_DO_INSTALL) && !act->install_first)
		vrrp_hold_install(v, r, false);
	if (todo & VRRP_DO_ANNOUNCE) {
		vrrp_send_announce(v, r == NULL || act->install_first);
		if (r != NULL)
			r->step[VRRP_STEP_ANNOUNCED] = loop_clock();
	}
	if (todo & VRRP_DO_TRANSITION)
		linger(v, &act->tr, r);
	if (todo & VRRP_DO_SEND_BACKUP)
		vrrp_send_backup(v, act->backup_priority);
	loop_timer_set(v->timer, vrrp_core_next_expiry(&v->core));
	if (r != NULL || v->spared_logged != v->core.spared.count)
		vrrp_machine_say_later(v);
	if (v->batch_error != 0)
		address_failed(v);
	if (todo & (VRRP_DO_TRANSITION | VRRP_DO_ASK))
		vrrp_machine_settle(v);
	look_at_unsent(v);
	vrrp_watch_look(v);
	vrrp_instance_check(v);
}

/* --- the kernel's answer --- */

/* The refused request is about our device, which is not there. */
static bool
is_device_gone(const struct vrrp_instance *v, int error, unsigned failed_at)
{
	const struct vrrp_vip_address *a;

	if (error != ENODEV || vrrp_vip_device(v->vips)[0] == '\0')
		return false;
	a = vrrp_vip_failed(v->vips, failed_at);
	return a == NULL || a->ifindex == vrrp_vip_ifindex(v->vips);
}

bool
vrrp_machine_answered(struct vrrp_instance *v, int error, unsigned failed_at,
    bool *device_gone)
{
	struct vrrp_record *r;
	bool was_install;

	*device_gone = false;
	if (!vrrp_hold_answered(v, &was_install, &r))
		return false;
	if (error == 0) {
		if (was_install)
			v->retry_ns = 0;
	} else if (!was_install) {
		log_err("instance=%s cannot withdraw an address: %s",
		    v->p.name, strerror(error));
	} else if (error == ENOBUFS || error == ETIMEDOUT) {
		/* The answer was lost, not the request: ask again. */
		if (v->core.state == VRRP_ACTIVE && v->batch_count == 0)
			vrrp_hold_install(v, NULL, false);
	} else if (v->core.state == VRRP_ACTIVE && v->batch_count == 0 &&
	    is_device_gone(v, error, failed_at)) {
		*device_gone = true;
	} else if (v->core.state == VRRP_ACTIVE && v->batch_count == 0) {
		/* The newest batch: what it says is how things are. */
		v->batch_error = error;
		v->batch_failed_at = failed_at;
		address_failed(v);
	}
	vrrp_instance_check(v);
	return r != NULL;
}

/* --- values --- */

static struct vrrp_core_params
core_params(const struct vrrp_instance *v)
{
	struct vrrp_core_params p = {
		.version = v->p.version,
		.priority = v->tracked.now.priority,
		.advert_int_cs = v->p.advert_int_cs,
		.preempt = v->p.preempt && !v->handed_over,
		.preempt_delay_ns = v->p.preempt_delay_ns,
		.takeover_confirm_ns = v->p.takeover_confirm_ns,
		.grouped = v->group != NULL,
		.backup_adverts = v->p.backup_adverts,
	};

	return p;
}

void
vrrp_machine_change(struct vrrp_instance *v, bool speak, bool announce)
{
	struct vrrp_core_params p = core_params(v);
	mono_t now = loop_clock();
	bool was_active = v->core.state == VRRP_ACTIVE;
	struct vrrp_actions act;
	struct vrrp_moment m = moment_now(v, now);

	vrrp_core_set_params(&v->core, now, &p, &act);
	vrrp_bequest_build_adverts(v);
	if (was_active && v->core.state == VRRP_ACTIVE &&
	    !vrrp_core_is_fenced(&v->core)) {
		if (speak) {
			act.todo |= VRRP_DO_SEND_ADVERT;
			act.advert_priority = p.priority;
		}
		if (announce)
			act.todo |= VRRP_DO_ANNOUNCE;
	}
	perform(v, &act, &m);
}

void
vrrp_machine_update(struct vrrp_instance *v)
{
	vrrp_machine_change(v, false, false);
}

/* Active again, since nobody took it or the taker is gone. */
static void
ordinary_again(struct vrrp_instance *v)
{
	if (v->core.state != VRRP_ACTIVE || !v->handed_over)
		return;
	v->handed_over = false;
	vrrp_machine_update(v);
}

void
vrrp_machine_set_primary(struct vrrp_instance *v)
{
	if (v->core.state == VRRP_INITIALIZE ||
	    addr_equal(&v->core.primary, vrrp_iface_primary_of(v)))
		return;
	vrrp_core_set_primary(&v->core, vrrp_iface_primary_of(v));
	/* Peers that follow the old one by BFD must know before it is silent. */
	if (v->core.state == VRRP_ACTIVE && !vrrp_core_is_fenced(&v->core))
		vrrp_send_advert(v, v->core.p.priority);
}

/* --- start, stop, and what the group says --- */

/* L-24: the kernel still has the addresses, the monitor the will. */
static void
readopt(struct vrrp_instance *v, mono_t now, struct vrrp_actions *act)
{
	const struct vrrp_handoff_entry *e = vrrp_handoff_find(v->env->handoff,
	    v->p.name);

	v->kept = false;
	v->holds = v->bequeathed = true;
	vrrp_routes_put(v);
	vrrp_core_readopt(&v->core, now, vrrp_iface_primary_of(v),
	    e->active_since, v->env->handoff->left, act);
}

void
vrrp_machine_start(struct vrrp_instance *v, enum vrrp_cause cause)
{
	struct vrrp_actions act;
	mono_t now = judged_clock(v);
	struct vrrp_moment m = { MONO_NEVER, now, MONO_NEVER };

	if (v->kept)
		readopt(v, now, &act);
	else if (v->willed)
		vrrp_core_startup_willed(&v->core, now,
		    vrrp_iface_primary_of(v), cause, &act);
	else {
		vrrp_core_startup(&v->core, now, vrrp_iface_primary_of(v),
		    cause, &act);
		vrrp_presence_listen(v);
	}
	if (!mono_is_never(v->lesser_since) &&
	    mono_sub(now, v->created) < HOLD_FRESH_NS)
		vrrp_core_hold_on(&v->core, v->lesser_since);
	v->lesser_since = MONO_NEVER;
	v->willed = false;
	v->settled = true;
	perform(v, &act, &m);
}

void
vrrp_machine_inherit(struct vrrp_instance *v, mono_t since)
{
	struct vrrp_actions act;
	mono_t now = loop_clock();
	struct vrrp_moment m = { MONO_NEVER, now, MONO_NEVER };

	vrrp_core_readopt(&v->core, now, vrrp_iface_primary_of(v), since, now,
	    &act);
	v->settled = true;
	if (v->kept) {
		v->kept = false;
		v->holds = true;
		vrrp_routes_put(v);
	} else
		act.install_first = true;
	perform(v, &act, &m);
}

void
vrrp_machine_retire(struct vrrp_instance *v, bool holds)
{
	struct vrrp_actions act;
	mono_t now = loop_clock();
	struct vrrp_moment m = { MONO_NEVER, now, MONO_NEVER };

	vrrp_core_shutdown(&v->core, now, VRRP_CAUSE_SHUTDOWN, &act);
	act.todo &= ~(uint32_t)VRRP_DO_SEND_ADVERT;
	perform(v, &act, &m);
	loop_timer_set(v->announce_timer, MONO_NEVER);
	if (!holds) {
		vrrp_linger_init(&v->linger);
		v->holds = false;
	} else if (vrrp_linger_heard(&v->linger, now) == VRRP_LINGER_HUSH)
		vrrp_hold_hush(v);
	loop_timer_set(v->linger_timer, v->linger.until);
	vrrp_instance_check(v);
}

void
vrrp_machine_stop(struct vrrp_instance *v, enum vrrp_cause cause)
{
	struct vrrp_actions act;
	mono_t now = judged_clock(v);
	struct vrrp_moment m = moment_now(v, now);

	vrrp_core_shutdown(&v->core, now, cause, &act);
	perform(v, &act, &m);
}

void
vrrp_machine_yield(struct vrrp_instance *v, enum vrrp_cause cause)
{
	struct vrrp_actions act;
	mono_t now = judged_clock(v);
	struct vrrp_moment m = moment_now(v, now);

	vrrp_core_yield(&v->core, now, cause, &act);
	perform(v, &act, &m);
}

void
vrrp_machine_follow(struct vrrp_instance *v, bool go)
{
	struct vrrp_actions act;
	mono_t now = judged_clock(v);
	struct vrrp_moment m = moment_now(v, now);

	if (go)
		vrrp_core_take_over(&v->core, now, v->handed_over &&
		    vrrp_machine_lingers(v) ? VRRP_CAUSE_TAKEN_BACK :
		    VRRP_CAUSE_GROUP, &act);
	else
		vrrp_core_yield(&v->core, now, v->handed_over ?
		    VRRP_CAUSE_HANDOVER : VRRP_CAUSE_GROUP, &act);
	perform(v, &act, &m);
	ordinary_again(v);
}

void
vrrp_machine_go_unsaid(struct vrrp_instance *v)
{
	v->together = true;
	vrrp_machine_follow(v, true);
}

void
vrrp_machine_gone(struct vrrp_instance *v, bool whole)
{
	uint32_t todo = v->held;

	v->together = false;
	v->held = 0;
	if (todo == 0 || v->core.state != VRRP_ACTIVE || v->vips == NULL)
		return;
	if (!whole) {
		leave(v, VRRP_CAUSE_GROUP, false, NULL);
		return;
	}
	todo = vrrp_voice_hold(v, todo);
	if (todo != 0)
		vrrp_voice_speak(v, todo);
}

void
vrrp_machine_reannounce(struct vrrp_instance *v)
{
	struct vrrp_actions act;
	mono_t now = judged_clock(v);
	struct vrrp_moment m = moment_now(v, now);

	vrrp_core_reannounce(&v->core, now, &act);
	perform(v, &act, &m);
}

/* --- time --- */

static void
expire_cb(mono_t deadline, void *arg)
{
	struct vrrp_instance *v = arg;
	struct vrrp_actions act;
	struct vrrp_moment m;
	mono_t now = judged_clock(v), due;

	if (v->core.state == VRRP_BACKUP || mono_sub(now, deadline) > LATE_NS)
		vrrp_io_drain(v->iface->io);
	due = vrrp_core_next_expiry(&v->core);
	now = loop_clock();
	if (mono_is_never(due) || mono_before(now, due)) {
		loop_timer_set(v->timer, due);
		return;
	}
	m = moment_now(v, loop_now(v->env->loop));
	vrrp_core_expire(&v->core, now, &act);
	perform(v, &act, &m);
	ordinary_again(v);
}

/* Nobody has taken what was handed over. */
static void
take_back(struct vrrp_instance *v)
{
	struct vrrp_actions act;
	mono_t now = judged_clock(v);
	struct vrrp_moment m = moment_now(v, now);

	if (v->group != NULL) {
		v->env->sync->take_back(v->group);
		return;
	}
	vrrp_core_take_over(&v->core, now, VRRP_CAUSE_TAKEN_BACK, &act);
	perform(v, &act, &m);
	ordinary_again(v);
}

static void
linger_cb(mono_t deadline, void *arg)
{
	struct vrrp_instance *v = arg;
	bool waiting;
	int64_t ns;

	(void)deadline;
	/* A hundred may be through with it at once: adverts go first. */
	if (mono_before(loop_budget_end(v->env->loop), loop_clock()) &&
	    mono_sub(loop_clock(), v->linger.until) < LINGER_LATE_NS) {
		loop_timer_set(v->linger_timer, loop_clock());
		return;
	}
	/* As with Active_Down_Timer: the successor may be waiting in there. */
	if (v->iface->io != NULL)
		vrrp_io_drain(v->iface->io);
	if (!vrrp_machine_lingers(v))
		return;
	waiting = v->linger.phase == VRRP_LINGER_WAITING;
	ns = mono_sub(loop_clock(), v->linger.since);
	switch (vrrp_linger_expire(&v->linger, loop_clock())) {
	case VRRP_LINGER_NOTHING:
	case VRRP_LINGER_HUSH:
		break;
	case VRRP_LINGER_TAKE_BACK:
		log_warning("instance=%s successor=none after_us=%lld: nobody "
		    "took its addresses over", v->p.name,
		    (long long)us_from_ns_floor(ns));
		take_back(v);
		break;
	case VRRP_LINGER_WITHDRAW:
		if (waiting)
			log_warning("instance=%s successor=none after_us=%lld: "
			    "its addresses are withdrawn all the same",
			    v->p.name, (long long)us_from_ns_floor(ns));
		withdraw_late(v);
		break;
	}
	loop_timer_set(v->linger_timer, v->linger.until);
	vrrp_instance_check(v);
}

bool
vrrp_machine_absent(struct vrrp_instance *v, mono_t since, mono_t until,
    int64_t detection_time_ns)
{
	int64_t absent_ns = mono_sub(until, since);
	bool fence;

	vrrp_core_absent(&v->core, since, until);
	fence = vrrp_core_must_fence(&v->core, absent_ns, detection_time_ns);
	if (fence) {
		vrrp_core_fence(&v->core, until, absent_ns);
		vrrp_machine_say_later(v);
	}
	vrrp_presence_listen_again(v, until, absent_ns);
	loop_timer_set(v->timer, vrrp_core_next_expiry(&v->core));
	return fence;
}

/* --- adverts --- */

/* An advert of somebody who is Active now. */
static void
successor_heard(struct vrrp_instance *v, const struct vrrp_advert *a)
{
	char text[ADDR_STRLEN];
	mono_t now = loop_clock();
	int64_t ns;

	if (!vrrp_machine_lingers(v))
		return;
	ns = mono_sub(now, v->linger.since);
	if (vrrp_linger_heard(&v->linger, now) != VRRP_LINGER_HUSH)
		return;
	vrrp_hold_hush(v);
	loop_timer_set(v->linger_timer, v->linger.until);
	log_notice("instance=%s successor=%s priority=%u after_us=%lld",
	    v->p.name, addr_format(&a->source, text, sizeof(text)),
	    a->priority, (long long)us_from_ns_floor(ns));
}

/* V-72: a lesser router was Active as well. */
static void
contested(struct vrrp_instance *v, mono_t now, const struct vrrp_advert *a,
    bool announced)
{
	v->stats.contests++;
	vrrp_last_word_contest(&v->last_word, now, &a->source);
	if (!announced)
		vrrp_send_announce_later(v);
	else if (v->env->contested != NULL)
		v->env->contested(v, v->env->arg);
	vrrp_words_contest(v, now, a);
	vrrp_watch_contest(v, a);
}

/*
 * A fenced Active had been replaced.  The first advert of the successor that was
 * waiting for us tells since when both had the addresses.
 */
static void
fenced_out(struct vrrp_instance *v, mono_t now, mono_t arrival,
    const struct addr *successor)
{
	v->stats.both_ns = mono_sub(now, arrival);
	if (v->stats.both_ns > v->stats.both_most_ns)
		v->stats.both_most_ns = v->stats.both_ns;
	vrrp_words_fenced_out(v, successor);
}

void
vrrp_machine_rx(struct vrrp_instance *v, mono_t now, mono_t arrival,
    const struct vrrp_advert *a)
{
	struct vrrp_actions act;
	struct vrrp_moment m;
	enum vrrp_verdict verdict;
	bool was_active, last_word;

	/* A drain may have gone on for long. */
	now = mono_max(now, judged_clock(v));
	if (v->core.state == VRRP_INITIALIZE && !vrrp_machine_lingers(v))
		return;				/* V-62 */
	verdict = vrrp_accept_judge(v, a);
	if (verdict != VRRP_OK) {
		vrrp_accept_refuse(v, now, verdict, &a->source);
		if (verdict == VRRP_SOURCE)
			vrrp_accept_unknown(v, now, a);
		return;
	}
	v->stats.advertisement_rcvd++;
	if (a->priority == 0)
		v->stats.priority_zero_pkts_rcvd++;
	if (vrrp_heard_says_nothing_new(&v->heard, now, a)) {
		vrrp_heard_note(&v->heard, now, a, NULL);
		v->stats.version_2_ignored++;		/* V-133 */
		return;
	}
	/* First: an answer must be understood. */
	vrrp_accept_learn(v, now, a);
	m = moment_now(v, now);
	m.detected = arrival;
	was_active = v->core.state == VRRP_ACTIVE;
	last_word = a->priority != 0 && vrrp_last_word_take(&v->last_word,
	    arrival, &a->source);
	vrrp_core_rx(&v->core, now, arrival, a, &act);
	perform(v, &act, &m);
	if (was_active && act.tr.cause == VRRP_CAUSE_FENCED)
		fenced_out(v, now, arrival, &a->source);
	else if (was_active && v->core.state == VRRP_BACKUP)
		vrrp_send_last_advert(v, &a->source);
	else if (was_active && a->priority != 0) {
		contested(v, now, a, act.todo & VRRP_DO_ANNOUNCE);
		vrrp_words_flapping(v, now, a);
	}
	if (a->priority != 0 && !last_word &&
	    !vrrp_said_overtakes(&v->core.said, arrival))
		successor_heard(v, a);
	if (v->core.state == VRRP_BACKUP)
		vrrp_words_too_close(v, now);
	vrrp_accept_note(v, now, a);
	if (a->priority > 0)
		vrrp_peer_heard(v, now, &a->source);
	if (was_active && a->priority > 0 && v->core.state == VRRP_ACTIVE) {
		const struct vrrp_other rival = { a->source, a->priority };

		vrrp_unsent_heard(&v->unsent, now, &rival);
		look_at_unsent(v);
	}
}

/* --- BFD --- */

/* Between its packets; a session that is Down says nothing of it any more. */
static int64_t
peer_interval_ns(const struct vrrp_instance *v, const struct vrrp_bfd_event *e)
{
	const struct vrrp_death_session *s = vrrp_death_find(&v->core.death,
	    &e->peer);

	return s == NULL ? 0 : s->rx_interval_ns;
}

/*
 * L-18.  The Active is silent, and so might be everybody on whatever it was
 * reached by: true if a link that still counts as up could yet turn out to be
 * dead too.  What broke did so after the last packet of the peer and before its
 * next one was due.
 */
static bool
hold_down(struct vrrp_instance *v, const struct vrrp_bfd_event *e,
    mono_t decided, mono_t now)
{
	int64_t interval_ns;
	mono_t broke, at;

	if (e->state != VRRP_BFD_DOWN || v->core.state != VRRP_BACKUP ||
	    !addr_equal(&e->peer, &v->core.active.source))
		return false;
	broke = now;
	interval_ns = peer_interval_ns(v, e);
	if (!mono_is_never(e->last_rx) && interval_ns > 0)
		broke = mono_min(now, mono_add(e->last_rx, interval_ns));
	at = vrrp_tracked_proven_at(&v->tracked, broke);
	if (!mono_before(now, at))
		return false;
	v->down_event = *e;
	v->down_decided = decided;
	loop_timer_set(v->down_timer, at);
	return true;
}

static void
take_bfd(struct vrrp_instance *v, const struct vrrp_bfd_event *e,
    mono_t last_heard, mono_t decided, mono_t received, bool came_up)
{
	struct vrrp_actions act;
	struct vrrp_moment m;
	mono_t now = judged_clock(v);

	m = moment_now(v, received);
	m.detected = decided;
	if (!mono_is_never(last_heard))
		m.last_heard = last_heard;
	vrrp_core_bfd(&v->core, now, e, &act);
	perform(v, &act, &m);
	/*
	 * Whoever was cut off may be Active as well (design §5).  The advert
	 * decides between the two at once; announcements alone would leave both
	 * in place until the next advert, and where they cross on the way, two
	 * switches that each look for the virtual MAC at the other.
	 */
	if (came_up && v->core.state == VRRP_ACTIVE &&
	    !vrrp_core_is_fenced(&v->core)) {
		if (v->held == 0)
			vrrp_send_advert(v, v->core.p.priority);
		vrrp_core_reannounce(&v->core, now, &act);
		perform(v, &act, &m);
	}
}

static void
down_cb(mono_t deadline, void *arg)
{
	struct vrrp_instance *v = arg;
	struct vrrp_bfd_event e = v->down_event;

	(void)deadline;
	memset(&v->down_event, 0, sizeof(v->down_event));
	/* Adverts that have arrived meanwhile may show that the Active lives. */
	vrrp_io_drain(v->iface->io);
	take_bfd(v, &e, e.last_rx, v->down_decided, loop_clock(), false);
}

/* A Down that is held back is void when its session says anything newer. */
static void
drop_down(struct vrrp_instance *v, const struct vrrp_bfd_event *e)
{
	if (!addr_equal(&v->down_event.peer, &e->peer))
		return;
	memset(&v->down_event, 0, sizeof(v->down_event));
	loop_timer_set(v->down_timer, MONO_NEVER);
}

void
vrrp_machine_bfd(struct vrrp_instance *v, const struct vrrp_bfd_event *e,
    mono_t last_heard, mono_t decided, mono_t received, bool came_up)
{
	drop_down(v, e);
	if (!hold_down(v, e, decided, loop_clock()))
		take_bfd(v, e, last_heard, decided, received, came_up);
}

void
vrrp_machine_watched(struct vrrp_instance *v, int64_t tx_interval_ns,
    unsigned tx_multiplier)
{
	vrrp_core_watched(&v->core, judged_clock(v), tx_interval_ns,
	    tx_multiplier);
}

void
vrrp_machine_reassure(struct vrrp_instance *v)
{
	struct vrrp_actions act;
	mono_t now = judged_clock(v);
	struct vrrp_moment m = moment_now(v, now);

	vrrp_core_reassure(&v->core, now, &act);
	perform(v, &act, &m);
}

/* --- life --- */

bool
vrrp_machine_init(struct vrrp_instance *v)
{
	struct loop *loop = v->env->loop;
	struct vrrp_core_params p = core_params(v);

	vrrp_core_init(&v->core, &p);
	vrrp_peer_name_all(v);
	vrrp_linger_init(&v->linger);
	vrrp_last_word_init(&v->last_word);
	v->timer = loop_timer_new(loop, expire_cb, v);
	v->linger_timer = loop_timer_new(loop, linger_cb, v);
	v->down_timer = loop_timer_new(loop, down_cb, v);
	vrrp_unsent_init(&v->unsent);
	return v->timer != NULL && v->linger_timer != NULL &&
	    v->down_timer != NULL && vrrp_voice_init(v);
}

void
vrrp_machine_free(struct vrrp_instance *v)
{
	loop_defer_cancel(v->env->loop, vrrp_machine_say, v);
	loop_timer_free(v->timer);
	loop_timer_free(v->linger_timer);
	vrrp_voice_free(v);
	loop_timer_free(v->down_timer);
}
