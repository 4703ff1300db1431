/*
 * vrrp_instance.c - one virtual router at work.
 *
 * Everything that happens to an instance ends in one of the core's functions,
 * and every answer of the core in perform(), which carries out its actions in
 * bit order: advert, addresses, announcements, words.  Nothing between two of
 * those waits or allocates.
 *
 * Clock.  Each event reads the clock once more (loop_clock), since a drain in
 * the middle of a batch delivers packets younger than the batch; the core sees
 * instants that never decrease.
 *
 * Prepared while Backup: the advert frame for the priority in force, the
 * priority-0 frame, one announcement frame per address, both netlink batches.
 * They are built again when the primary address, priority, interval, checksum
 * form or the interface change.
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
 * after a back-off.
 *
 * Words.  perform() only stores a record; say() runs after the packets of the
 * batch, logs what is new and tells the control socket.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/log.h"
#include "vrrpd/config/vrrp_diff.h"
#include "vrrpd/instance/vrrp_able.h"
#include "vrrpd/instance/vrrp_accept.h"
#include "vrrpd/instance/vrrp_bequest.h"
#include "vrrpd/instance/vrrp_frames.h"
#include "vrrpd/instance/vrrp_hold.h"
#include "vrrpd/instance/vrrp_history.h"
#include "vrrpd/instance/vrrp_instance.h"
#include "vrrpd/instance/vrrp_peer.h"
#include "vrrpd/instance/vrrp_send.h"
#include "vrrpd/instance/vrrp_words.h"
#include "vrrpd/pure/vrrp_handoff.h"

#define RETRY_FIRST_NS	(1 * NS_PER_S)
#define RETRY_MAX_NS	(60 * NS_PER_S)
#define RESTORE_PAUSE_NS (5 * NS_PER_MS)
#define LATE_NS		(1 * NS_PER_MS)		/* V-38 */
#define HELD_MAX_NS	(2 * NS_PER_MS)
#define HELD_SETTLE_NS	(200 * NS_PER_US)

static void	batch_done(int error, unsigned failed_at, void *arg);
static void	take_bfd(struct vrrp_instance *, const struct vrrp_bfd_event *,
		    mono_t, mono_t, mono_t, bool);
static void	say(void *arg);
static void	update_core(struct vrrp_instance *v);
static void	ordinary_again(struct vrrp_instance *v);
static void	linger(struct vrrp_instance *v, const struct vrrp_transition *tr,
	    struct vrrp_record *r);
static struct vrrp_moment moment_now(const struct vrrp_instance *v, mono_t now);

const struct addr *
vrrp_instance_primary(const struct vrrp_instance *v)
{
	return vrrp_iface_primary_of(v);
}

/* --- words --- */

/* After the packets of the batch. */
static void
say(void *arg)
{
	struct vrrp_instance *v = arg;
	const struct vrrp_env *env = v->env;

	if (v->history_count - v->logged > VRRP_HISTORY_MAX)
		v->logged = v->history_count - VRRP_HISTORY_MAX;
	for (; v->logged < v->history_count; v->logged++) {
		vrrp_words_transition(v, vrrp_history_at(v, v->logged));
		if (env->moved != NULL)
			env->moved(v, vrrp_history_at(v, v->logged), env->arg);
	}
	vrrp_words_blocked(v);
	if (v->history_count - v->published > VRRP_HISTORY_MAX)
		v->published = v->history_count - VRRP_HISTORY_MAX;
	for (; v->published < v->history_count; v->published++) {
		if (vrrp_history_at(v, v->published)->awaits_ack)
			break;
		if (env->transition != NULL)
			env->transition(v, vrrp_history_at(v, v->published), env->arg);
	}
	if (env->changed != NULL)
		env->changed(v, env->arg);
}

/* The table of deferred calls is bounded: then the words come at once. */
static void
say_later(struct vrrp_instance *v)
{
	if (loop_defer(v->env->loop, say, v) < 0)
		say(v);
}

/* --- carrying out --- */

static void
settle_group(struct vrrp_instance *v)
{
	if (v->group != NULL)
		v->env->sync->settle(v->group);
}

/* Not now; the reason is in retry_reason. */
static void
retry_later(struct vrrp_instance *v)
{
	v->retry_ns = v->retry_ns == 0 ? RETRY_FIRST_NS : v->retry_ns * 2;
	if (v->retry_ns > RETRY_MAX_NS)
		v->retry_ns = RETRY_MAX_NS;
	v->retry_at = mono_add(loop_clock(), v->retry_ns);
	loop_timer_set(v->retry_timer, v->retry_at);
	log_err("instance=%s %s; next try in %lld s", v->p.name,
	    v->retry_reason, (long long)(v->retry_ns / NS_PER_S));
}

static void
address_failed(struct vrrp_instance *v)
{
	const struct vrrp_vip_address *a;
	struct vrrp_actions act;
	char text[ADDR_PREFIX_STRLEN] = "the virtual MAC device";
	struct vrrp_moment m = { MONO_NEVER, loop_clock(), MONO_NEVER };
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
	retry_later(v);
	memcpy(v->waiting, v->retry_reason, sizeof(v->waiting));
	vrrp_core_shutdown(&v->core, m.received, VRRP_CAUSE_ADDRESS_FAILED,
	    &act);
	if (act.todo & VRRP_DO_SEND_ADVERT)
		vrrp_send_advert(v, act.advert_priority);
	if (act.todo & VRRP_DO_WITHDRAW)
		vrrp_hold_withdraw(v, NULL);
	if (act.todo & VRRP_DO_TRANSITION)
		(void)vrrp_history_add(v, &act.tr, &m);
	loop_timer_set(v->timer, vrrp_core_next_expiry(&v->core));
	say_later(v);
	settle_group(v);
}

/* --- waiting for the kernel --- */

static void
release(struct vrrp_instance *v)
{
	struct vrrp_record *r = vrrp_history_at(v, v->held_record);
	uint32_t todo = v->held;

	v->held = 0;
	loop_timer_set(v->held_timer, MONO_NEVER);
	if (v->core.state != VRRP_ACTIVE || v->vips == NULL)
		return;
	(void)vrrp_vip_speak(v->vips);
	if (todo & VRRP_DO_SEND_ADVERT) {
		vrrp_send_advert(v, v->core.p.priority);
		r->step[VRRP_STEP_ADVERT_SENT] = loop_clock();
	}
	if (todo & VRRP_DO_ANNOUNCE) {
		vrrp_send_announce(v, true);
		r->step[VRRP_STEP_ANNOUNCED] = loop_clock();
	}
}

static void
held_cb(mono_t deadline, void *arg)
{
	(void)deadline;
	release(arg);
}

/* Returns what of todo need not wait. */
static uint32_t
hold_back(struct vrrp_instance *v, uint32_t todo)
{
	char what[64];

	if (v->p.family != AF_INET6 || v->vips == NULL)
		return todo;
	if (v->batch_error != 0 || !vrrp_hold_misses(v, what, sizeof(what))) {
		(void)vrrp_vip_speak(v->vips);
		return todo;
	}
	v->held = todo & (VRRP_DO_SEND_ADVERT | VRRP_DO_ANNOUNCE);
	v->held_record = v->history_count - 1;
	loop_timer_set(v->held_timer, mono_add(loop_clock(), HELD_MAX_NS));
	return todo & ~v->held;
}

void
vrrp_instance_address_came(struct vrrp_instance *v, int ifindex)
{
	const struct vrrp_vip_address *a;
	char what[64];
	unsigned i;

	if (v->held == 0 || v->vips == NULL)
		return;
	a = vrrp_vip_addresses(v->vips);
	for (i = 0; i < v->p.vip_count; i++)
		if (a[i].ifindex == ifindex)
			break;
	if (i == v->p.vip_count || vrrp_hold_misses(v, what, sizeof(what)))
		return;
	/*
	 * The kernel says so just before it makes the route to the address; a
	 * real-time process must let it go on.
	 */
	loop_timer_set(v->held_timer, mono_add(loop_clock(), HELD_SETTLE_NS));
}

static void
perform(struct vrrp_instance *v, const struct vrrp_actions *act,
    const struct vrrp_moment *m)
{
	uint32_t todo = act->todo;
	struct vrrp_record *r = NULL;

	if (todo & VRRP_DO_TRANSITION) {
		r = vrrp_history_add(v, &act->tr, m);
		v->held = 0;
	}
	if (act->install_first) {
		vrrp_hold_install(v, r, v->p.family == AF_INET6);
		todo = hold_back(v, todo);
	}
	if (todo & VRRP_DO_SEND_ADVERT) {
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
	loop_timer_set(v->timer, vrrp_core_next_expiry(&v->core));
	if (r != NULL)
		say_later(v);
	if (v->batch_error != 0)
		address_failed(v);
	if (todo & (VRRP_DO_TRANSITION | VRRP_DO_ASK))
		settle_group(v);
}

/* --- after Active --- */

bool
vrrp_instance_lingers(const struct vrrp_instance *v)
{
	return v->linger.phase != VRRP_LINGER_NOT;
}

/* Its addresses go, later than it left Active. */
static void
withdraw_late(struct vrrp_instance *v)
{
	struct vrrp_record *r = NULL;

	if (v->history_count - v->left_record <= VRRP_HISTORY_MAX)
		r = vrrp_history_at(v, v->left_record);
	vrrp_hold_withdraw(v, r);
	if (r != NULL)
		r->step[VRRP_STEP_ADDRESSES_SET] = loop_clock();
	say_later(v);
	if (v->env->withdrawn != NULL)
		v->env->withdrawn(v, v->env->arg);
}

/* The state machine left Active, or moves while the addresses are there. */
static void
linger(struct vrrp_instance *v, const struct vrrp_transition *tr,
    struct vrrp_record *r)
{
	bool lingered = vrrp_instance_lingers(v);

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
	if (vrrp_instance_lingers(v))
		vrrp_bequest_later(v);
}

/* An advert of somebody who is Active now. */
static void
successor_heard(struct vrrp_instance *v, const struct vrrp_advert *a)
{
	char text[ADDR_STRLEN];
	mono_t now = loop_clock();
	int64_t ns;

	if (!vrrp_instance_lingers(v))
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

/* Nobody has taken what was handed over. */
static void
take_back(struct vrrp_instance *v)
{
	struct vrrp_actions act;
	mono_t now = loop_clock();
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
	/* As with Active_Down_Timer: the successor may be waiting in there. */
	if (v->iface->io != NULL)
		vrrp_io_drain(v->iface->io);
	if (!vrrp_instance_lingers(v))
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
}

/* An event that happens now and is known at once. */
static struct vrrp_moment
moment_now(const struct vrrp_instance *v, mono_t now)
{
	struct vrrp_moment m = { MONO_NEVER, now, MONO_NEVER };

	if (v->core.state == VRRP_BACKUP && addr_is_set(&v->core.active.source))
		m.last_heard = v->core.active.last_advert;
	return m;
}

static void
batch_done(int error, unsigned failed_at, void *arg)
{
	struct vrrp_instance *v = arg;
	struct vrrp_record *r;
	bool was_install;

	if (!vrrp_hold_answered(v, &was_install, &r))
		return;
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
	    !vrrp_vip_device_exists(v->vips)) {
		vrrp_instance_device_gone(v);
	} else if (v->core.state == VRRP_ACTIVE && v->batch_count == 0) {
		/* The newest batch: what it says is how things are. */
		v->batch_error = error;
		v->batch_failed_at = failed_at;
		address_failed(v);
	}
	if (r != NULL)
		say_later(v);
}

static void
expire_cb(mono_t deadline, void *arg)
{
	struct vrrp_instance *v = arg;
	struct vrrp_actions act;
	struct vrrp_moment m;
	mono_t now = loop_clock(), due;

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

/* --- whenever it can --- */

static void
shut_down(struct vrrp_instance *v, enum vrrp_cause cause)
{
	struct vrrp_actions act;
	mono_t now = loop_clock();
	struct vrrp_moment m = moment_now(v, now);

	vrrp_core_shutdown(&v->core, now, cause, &act);
	perform(v, &act, &m);
}

/* L-24: the kernel still has the addresses, the monitor the will. */
static void
readopt(struct vrrp_instance *v, mono_t now, struct vrrp_actions *act)
{
	const struct vrrp_handoff_entry *e = vrrp_handoff_find(v->env->handoff,
	    v->p.name);

	v->kept = false;
	v->holds = v->bequeathed = true;
	vrrp_core_readopt(&v->core, now, vrrp_iface_primary_of(v),
	    e->active_since, v->env->handoff->left, act);
}

void
vrrp_instance_drop_kept(struct vrrp_instance *v)
{
	if (!v->kept)
		return;
	v->kept = false;
	v->bequeathed = true;
	vrrp_hold_withdraw(v, NULL);
	say_later(v);
}

static void
start_up(struct vrrp_instance *v)
{
	struct vrrp_actions act;
	mono_t now = loop_clock();
	struct vrrp_moment m = { MONO_NEVER, now, MONO_NEVER };

	if (!vrrp_hold_prepare(v)) {
		retry_later(v);
		memcpy(v->waiting, v->retry_reason, sizeof(v->waiting));
		say_later(v);
		settle_group(v);
		return;
	}
	if (v->kept) {
		readopt(v, now, &act);
		perform(v, &act, &m);
		return;
	}
	vrrp_core_startup(&v->core, now, vrrp_iface_primary_of(v),
	    vrrp_able_start_cause(v), &act);
	perform(v, &act, &m);
}

void
vrrp_instance_reconsider(struct vrrp_instance *v)
{
	char before[VRRP_VIP_REASON_MAX];
	enum vrrp_cause cause = VRRP_CAUSE_NONE;
	bool able;

	memcpy(before, v->waiting, sizeof(before));
	able = vrrp_able_now(v, &cause);
	if (!able && vrrp_linger_blocked(&v->linger, cause) ==
	    VRRP_LINGER_WITHDRAW) {
		loop_timer_set(v->linger_timer, MONO_NEVER);
		withdraw_late(v);
	}
	if (v->started && able && v->core.state == VRRP_INITIALIZE)
		start_up(v);
	else if (!able && v->core.state != VRRP_INITIALIZE)
		shut_down(v, cause);
	else if (v->started && strcmp(before, v->waiting) != 0) {
		if (v->waiting[0] != '\0')
			log_notice("instance=%s waiting=\"%s\"", v->p.name,
			    v->waiting);
		say_later(v);
	}
	/* The others wait for it, or must not go on without it. */
	if (v->group != NULL)
		v->env->sync->reconsidered(v->group);
}

/* --- sync groups --- */

void
vrrp_instance_join(struct vrrp_instance *v, struct vrrp_sync *group)
{
	v->group = group;
	update_core(v);
}

void
vrrp_instance_follow(struct vrrp_instance *v, bool go)
{
	struct vrrp_actions act;
	mono_t now = loop_clock();
	struct vrrp_moment m = moment_now(v, now);

	if (go)
		vrrp_core_take_over(&v->core, now, v->handed_over &&
		    vrrp_instance_lingers(v) ? VRRP_CAUSE_TAKEN_BACK :
		    VRRP_CAUSE_GROUP, &act);
	else
		vrrp_core_yield(&v->core, now, v->handed_over ?
		    VRRP_CAUSE_HANDOVER : VRRP_CAUSE_GROUP, &act);
	perform(v, &act, &m);
	ordinary_again(v);
}

static void
retry_cb(mono_t deadline, void *arg)
{
	struct vrrp_instance *v = arg;

	(void)deadline;
	v->retry_at = MONO_NEVER;
	if (v->vips == NULL && v->iface->exists)
		vrrp_instance_iface_found(v);
	else
		vrrp_instance_reconsider(v);
}

/* --- the interface --- */

static void
open_or_retry(struct vrrp_instance *v)
{
	if (!vrrp_hold_open(v))
		retry_later(v);
}

void
vrrp_instance_iface_found(struct vrrp_instance *v)
{
	if (v->vips == NULL && v->iface->exists && v->iface->link.has_mac) {
		v->retry_at = MONO_NEVER;
		open_or_retry(v);
	}
	vrrp_instance_reconsider(v);
}

void
vrrp_instance_iface_lost(struct vrrp_instance *v)
{
	vrrp_instance_reconsider(v);
	vrrp_hold_close(v);
}

void
vrrp_instance_primary_changed(struct vrrp_instance *v)
{
	if (v->vips != NULL && addr_is_set(vrrp_iface_primary_of(v))) {
		(void)vrrp_hold_prepare(v);
		if (v->core.state != VRRP_INITIALIZE)
			vrrp_core_set_primary(&v->core,
			    vrrp_iface_primary_of(v));
	}
	vrrp_instance_reconsider(v);
}

/* Our device is gone or down. Says which in what; true if it is mended. */
static bool
restore_device(struct vrrp_instance *v, char *what, size_t size)
{
	char name[IF_NAMESIZE];

	(void)snprintf(name, sizeof(name), "%s", vrrp_vip_device(v->vips));
	if (vrrp_vip_device_exists(v->vips)) {
		(void)snprintf(what, size, "device %s was taken down", name);
		return vrrp_vip_device_raise(v->vips);
	}
	(void)snprintf(what, size, "device %s was removed", name);
	vrrp_hold_close(v);
	open_or_retry(v);
	if (v->vips == NULL || !mono_is_never(v->retry_at)) {
		vrrp_instance_reconsider(v);
		return false;
	}
	return true;
}

/*
 * Somebody may have taken what is ours.  Called from a deferral, so that a
 * burst of events costs one look, and because when the interface itself went,
 * its event comes after those of the addresses.  Whoever takes it again and
 * again gets it back every RESTORE_PAUSE_NS and no faster.
 */
static void
restore(void *arg)
{
	struct vrrp_instance *v = arg;
	struct vrrp_actions act;
	struct vrrp_moment m;
	char what[64];
	uint64_t suppressed;
	mono_t now;

	nl_drain(v->env->nl);
	now = loop_clock();
	/* Fenced: the end of that puts them back, or takes them away. */
	if (v->vips == NULL || !v->iface->exists ||
	    vrrp_core_is_fenced(&v->core))
		return;
	if (mono_before(now, v->restore_not_before)) {
		loop_timer_set(v->restore_timer, v->restore_not_before);
		return;
	}
	if (!restore_device(v, what, sizeof(what)) &&
	    (v->vips == NULL || v->core.state != VRRP_ACTIVE ||
	    !vrrp_hold_misses(v, what, sizeof(what))))
		return;
	v->restore_not_before = mono_add(now, RESTORE_PAUSE_NS);
	v->stats.addresses_restored++;
	if (v->core.state == VRRP_ACTIVE) {
		vrrp_hold_install(v, NULL, false);
		m = moment_now(v, now);
		vrrp_core_reannounce(&v->core, now, &act);
		perform(v, &act, &m);
	}
	if (token_bucket_take(&v->restore_bucket, now, &suppressed))
		log_warning("instance=%s %s by someone else: restored "
		    "suppressed=%llu", v->p.name, what,
		    (unsigned long long)suppressed);
}

static void
restore_cb(mono_t deadline, void *arg)
{
	(void)deadline;
	restore(arg);
}

void
vrrp_instance_device_gone(struct vrrp_instance *v)
{
	if (loop_defer(v->env->loop, restore, v) < 0)
		restore(v);
}

/*
 * An event may tell of a withdrawal of our own that was followed by a new
 * installation; what counts is whether the address is missing when it is looked
 * at.
 */
void
vrrp_instance_address_gone(struct vrrp_instance *v, int ifindex,
    const struct addr *addr)
{
	const struct vrrp_vip_address *a;
	unsigned i;

	if (v->vips == NULL || v->core.state != VRRP_ACTIVE)
		return;
	a = vrrp_vip_addresses(v->vips);
	for (i = 0; i < v->p.vip_count; i++)
		if (!a[i].owned && a[i].ifindex == ifindex &&
		    addr_equal(&a[i].prefix.addr, addr)) {
			vrrp_instance_device_gone(v);
			return;
		}
}

void
vrrp_instance_check_addresses(struct vrrp_instance *v)
{
	restore(v);
}

void
vrrp_instance_link_changed(struct vrrp_instance *v, const struct nl_link *link)
{
	struct vrrp_actions act;
	struct vrrp_moment m = { MONO_NEVER, loop_clock(), MONO_NEVER };

	if (v->vips == NULL || strcmp(link->name, v->iface->name) == 0 ||
	    !vrrp_hold_is_outdated(v, link))
		return;
	if (!mono_is_never(v->retry_at)) {	/* it may have waited for this */
		loop_timer_set(v->retry_timer, MONO_NEVER);
		v->retry_at = MONO_NEVER;
		vrrp_instance_reconsider(v);
		return;
	}
	(void)vrrp_hold_prepare(v);
	vrrp_core_reannounce(&v->core, m.received, &act);
	perform(v, &act, &m);
}

void
vrrp_instance_mac_changed(struct vrrp_instance *v)
{
	struct vrrp_actions act;
	struct vrrp_moment m = { MONO_NEVER, loop_clock(), MONO_NEVER };

	if (v->vips == NULL)
		return;
	vrrp_vip_parent_changed(v->vips, &v->iface->link);
	(void)vrrp_hold_prepare(v);
	vrrp_core_reannounce(&v->core, m.received, &act);
	perform(v, &act, &m);
}

/* --- receiving --- */

/* V-72: a lesser router was Active as well. */
static void
contested(struct vrrp_instance *v, mono_t now, const struct vrrp_advert *a,
    bool announced)
{
	v->stats.contests++;
	if (!announced)
		vrrp_send_announce_later(v);
	vrrp_words_contest(v, now, a);
}

/*
 * It had been replaced.  The first advert of the successor that was waiting for
 * us tells since when both had the addresses.
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
vrrp_instance_rx(struct vrrp_instance *v, mono_t now, mono_t arrival,
    const struct vrrp_advert *a)
{
	struct vrrp_actions act;
	struct vrrp_moment m;
	enum vrrp_verdict verdict;
	bool was_active;

	if (v->core.state == VRRP_INITIALIZE && !vrrp_instance_lingers(v))
		return;				/* V-62 */
	verdict = vrrp_accept_judge(v, a);
	if (verdict != VRRP_OK) {
		vrrp_accept_refuse(v, now, verdict, &a->source);
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
	if (a->priority != 0)
		successor_heard(v, a);
	if (v->core.state == VRRP_BACKUP)
		vrrp_words_too_close(v, now);
	vrrp_accept_note(v, now, a);
	if (a->priority > 0)
		vrrp_peer_heard(v, now, &a->source);
}

/* --- BFD, stalls --- */

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
down_cb(mono_t deadline, void *arg)
{
	struct vrrp_instance *v = arg;
	struct vrrp_bfd_event e = v->down_event;

	(void)deadline;
	memset(&v->down_event, 0, sizeof(v->down_event));
	/* What has arrived meanwhile may show that the Active lives. */
	vrrp_io_drain(v->iface->io);
	take_bfd(v, &e, e.last_rx, v->down_decided, loop_clock(), false);
}

/* Anything newer of that session makes what was held pointless. */
static void
drop_down(struct vrrp_instance *v, const struct vrrp_bfd_event *e)
{
	if (!addr_equal(&v->down_event.peer, &e->peer))
		return;
	memset(&v->down_event, 0, sizeof(v->down_event));
	loop_timer_set(v->down_timer, MONO_NEVER);
}

void
vrrp_instance_bfd(struct vrrp_instance *v, const struct vrrp_bfd_event *e,
    mono_t last_heard, mono_t decided, mono_t received, bool came_up)
{
	drop_down(v, e);
	if (!hold_down(v, e, decided, loop_clock()))
		take_bfd(v, e, last_heard, decided, received, came_up);
}

static void
take_bfd(struct vrrp_instance *v, const struct vrrp_bfd_event *e,
    mono_t last_heard, mono_t decided, mono_t received, bool came_up)
{
	struct vrrp_actions act;
	struct vrrp_moment m;
	mono_t now = loop_clock();

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
		vrrp_send_advert(v, v->core.p.priority);
		vrrp_core_reannounce(&v->core, now, &act);
		perform(v, &act, &m);
	}
}

void
vrrp_instance_reassure(struct vrrp_instance *v)
{
	struct vrrp_actions act;
	mono_t now = loop_clock();
	struct vrrp_moment m = moment_now(v, now);

	vrrp_core_reassure(&v->core, now, &act);
	perform(v, &act, &m);
}

bool
vrrp_instance_absent(struct vrrp_instance *v, mono_t since, mono_t until,
    int64_t detection_time_ns)
{
	int64_t absent_ns = mono_sub(until, since);
	bool fence;

	vrrp_core_absent(&v->core, since, until);
	fence = vrrp_core_must_fence(&v->core, absent_ns, detection_time_ns);
	if (fence) {
		vrrp_core_fence(&v->core, until, absent_ns);
		say_later(v);
	}
	loop_timer_set(v->timer, vrrp_core_next_expiry(&v->core));
	return fence;
}

/* --- run-time changes --- */

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
	};

	return p;
}

static void
update_core(struct vrrp_instance *v)
{
	struct vrrp_core_params p = core_params(v);
	struct vrrp_actions act;
	mono_t now = loop_clock();
	struct vrrp_moment m = moment_now(v, now);

	vrrp_core_set_params(&v->core, now, &p, &act);
	vrrp_bequest_build_adverts(v);
	perform(v, &act, &m);
}

/* Active again, since nobody took it or the taker is gone. */
static void
ordinary_again(struct vrrp_instance *v)
{
	if (v->core.state != VRRP_ACTIVE || !v->handed_over)
		return;
	v->handed_over = false;
	update_core(v);
}

/* --- what is tracked --- */

static void
look_at_tracks(struct vrrp_instance *v)
{
	mono_t again;

	if (vrrp_tracked_look(&v->tracked, &v->p, loop_clock(), &again))
		v->track_moved = true;
	loop_timer_set(v->track_timer, again);
}

static void
look_cb(void *arg)
{
	look_at_tracks(arg);
}

/* L-16, L-17, V-78: at once. */
static void
act_cb(void *arg)
{
	struct vrrp_instance *v = arg;
	uint8_t was = v->core.p.priority;
	bool forbidden = vrrp_able_track_forbids(v);

	if (!v->track_moved)
		return;
	v->track_moved = false;
	/* A fault is told by priority 0, not by a lower priority before it. */
	if (forbidden)
		vrrp_instance_reconsider(v);
	if (v->tracked.now.priority != was) {
		update_core(v);
		log_notice("instance=%s priority=%u effective=%u", v->p.name,
		    v->p.priority, v->tracked.now.priority);
	}
	if (!forbidden)
		vrrp_instance_reconsider(v);
	say_later(v);
}

static void
track_cb(mono_t deadline, void *arg)
{
	(void)deadline;
	look_cb(arg);
	act_cb(arg);
}

void
vrrp_instance_set(struct vrrp_instance *v, const struct vrrp_params *p)
{
	if (p->checksum_compat != v->p.checksum_compat)
		v->send_form = vrrp_frames_form(p);
	vrrp_diff_apply(&v->p, p);
	vrrp_tracked_bind(&v->tracked, v->env->track, &v->p);
	vrrp_peer_reconfigured(v);
	look_at_tracks(v);
	v->track_moved = false;
	update_core(v);
	say_later(v);
	vrrp_instance_reconsider(v);
}

void
vrrp_instance_disable(struct vrrp_instance *v, bool disable)
{
	v->disabled = disable;
	if (!disable && v->handed_over) {
		v->handed_over = false;
		update_core(v);
	}
	if (!disable) {
		v->retry_at = MONO_NEVER;
		if (v->vips == NULL)
			vrrp_instance_iface_found(v);
	}
	vrrp_instance_reconsider(v);
}

void
vrrp_instance_give(struct vrrp_instance *v)
{
	v->handed_over = true;
	update_core(v);
}

int
vrrp_instance_handover(struct vrrp_instance *v)
{
	struct vrrp_actions act;
	struct vrrp_moment m;
	mono_t now;

	if (v->core.state != VRRP_ACTIVE)
		return -EALREADY;
	if (v->p.priority == VRRP_PRIORITY_OWNER)
		return -EPERM;
	/* A group hands over whole: the others resign when this one does. */
	if (v->group != NULL)
		v->env->sync->give(v->group);
	vrrp_instance_give(v);
	now = loop_clock();
	m = moment_now(v, now);
	vrrp_core_yield(&v->core, now, VRRP_CAUSE_HANDOVER, &act);
	perform(v, &act, &m);
	return 0;
}

/* --- life --- */

static bool
allocate(struct vrrp_instance *v)
{
	struct loop *loop = v->env->loop;

	v->timer = loop_timer_new(loop, expire_cb, v);
	v->linger_timer = loop_timer_new(loop, linger_cb, v);
	v->held_timer = loop_timer_new(loop, held_cb, v);
	v->retry_timer = loop_timer_new(loop, retry_cb, v);
	v->restore_timer = loop_timer_new(loop, restore_cb, v);
	v->announce_timer = loop_timer_new(loop, vrrp_send_announce_cb, v);
	v->down_timer = loop_timer_new(loop, down_cb, v);
	if (vrrp_track_watch(v->env->track, look_cb, act_cb, v) < 0)
		return false;
	return vrrp_frames_alloc(v) &&
	    v->timer != NULL && v->linger_timer != NULL &&
	    v->held_timer != NULL &&
	    v->retry_timer != NULL &&
	    v->restore_timer != NULL &&
	    v->announce_timer != NULL && v->down_timer != NULL;
}

struct vrrp_instance *
vrrp_instance_new(const struct vrrp_env *env, struct vrrp_iface *iface,
    const struct vrrp_params *p)
{
	const struct vrrp_handoff_entry *e;
	struct vrrp_core_params cp;
	struct vrrp_instance *v;
	unsigned i;

	v = calloc(1, sizeof(*v));
	if (v == NULL)
		return NULL;
	v->env = env;
	v->iface = iface;
	v->p = *p;
	v->fresh = true;
	v->created = loop_clock();
	v->created_real_ns = loop_realtime_ns();
	v->retry_at = MONO_NEVER;
	v->answered = batch_done;
	e = vrrp_handoff_find(env->handoff, p->name);
	if (e != NULL) {
		v->kept = (e->flags & VRRP_HANDOFF_ACTIVE) != 0;
		v->disabled = (e->flags & VRRP_HANDOFF_DISABLED) != 0;
		v->handed_over = (e->flags & VRRP_HANDOFF_GIVEN) != 0;
	}
	vrrp_heard_init(&v->heard);
	vrrp_linger_init(&v->linger);
	v->send_form = vrrp_frames_form(p);
	vrrp_words_init(v);
	v->restore_not_before = v->created;
	vrrp_tracked_bind(&v->tracked, env->track, p);
	if ((v->track_timer = loop_timer_new(env->loop, track_cb, v)) == NULL) {
		vrrp_instance_free(v);
		return NULL;
	}
	look_at_tracks(v);
	cp = core_params(v);
	vrrp_core_init(&v->core, &cp);
	for (i = 0; i < p->unicast_count; i++)
		vrrp_core_name_router(&v->core, &p->unicast_peers[i]);
	if (!allocate(v) || vrrp_iface_add(iface, v) < 0) {
		vrrp_instance_free(v);
		return NULL;
	}
	if (iface->exists && iface->link.has_mac)
		open_or_retry(v);
	return v;
}

void
vrrp_instance_free(struct vrrp_instance *v)
{
	if (v == NULL)
		return;
	loop_defer_cancel(v->env->loop, say, v);
	loop_defer_cancel(v->env->loop, restore, v);
	vrrp_bequest_cancel(v);
	vrrp_hold_free(v);
	vrrp_iface_remove(v->iface, v);
	loop_timer_free(v->timer);
	loop_timer_free(v->linger_timer);
	loop_timer_free(v->held_timer);
	loop_timer_free(v->retry_timer);
	loop_timer_free(v->restore_timer);
	loop_timer_free(v->announce_timer);
	loop_timer_free(v->track_timer);
	loop_timer_free(v->down_timer);
	vrrp_track_unwatch(v->env->track, v);
	vrrp_tracked_release(&v->tracked);
	vrrp_frames_free(v);
	free(v);
}

void
vrrp_instance_start(struct vrrp_instance *v)
{
	v->started = true;
	v->waiting[0] = '\0';
	vrrp_instance_reconsider(v);
}

void
vrrp_instance_resign(struct vrrp_instance *v, enum vrrp_cause cause)
{
	struct vrrp_actions act;
	mono_t now = loop_clock();
	struct vrrp_moment m = moment_now(v, now);

	v->started = false;
	vrrp_core_shutdown(&v->core, now, cause, &act);
	perform(v, &act, &m);
}

void
vrrp_instance_withdraw(struct vrrp_instance *v)
{
	if (vrrp_instance_lingers(v)) {
		vrrp_linger_init(&v->linger);
		loop_timer_set(v->linger_timer, MONO_NEVER);
		withdraw_late(v);
	}
	vrrp_bequest_now(v);	/* there may be no further batch */
	say(v);
}
