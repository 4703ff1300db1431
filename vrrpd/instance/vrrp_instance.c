/*
 * vrrp_instance.c - one virtual router: its life, and when it runs.
 *
 * An instance runs while nothing stands against it (vrrp_able.h).  Whatever may
 * change that comes in here: the interface and its addresses, our device, what is
 * tracked, the operator, a reload, the clock of a back-off.  All of it ends in
 * vrrp_instance_reconsider(), which starts or stops the state machine; what the
 * machine does then is vrrp_machine.c's, and the addresses are vrrp_hold.c's.
 *
 * Prepared while Backup: the advert frame for the priority in force, the
 * priority-0 frame, one announcement frame per address, both netlink batches.
 * They are built again when the primary address, priority, interval, checksum
 * form or the interface change.
 *
 * Addresses that somebody else has taken from an Active are put back from here.
 *
 * Called by the engine (vrrp_router.c and what belongs to it).  The instance owns
 * everything its struct points to, but not the interface, the group and the
 * environment, which outlive it.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/log.h"
#include "shared/loop.h"
#include "vrrpd/config/vrrp_diff.h"
#include "vrrpd/instance/vrrp_able.h"
#include "vrrpd/instance/vrrp_alert.h"
#include "vrrpd/instance/vrrp_bequest.h"
#include "vrrpd/instance/vrrp_env.h"
#include "vrrpd/instance/vrrp_errand.h"
#include "vrrpd/instance/vrrp_frames.h"
#include "vrrpd/instance/vrrp_guard.h"
#include "vrrpd/instance/vrrp_history.h"
#include "vrrpd/instance/vrrp_hold.h"
#include "vrrpd/instance/vrrp_iface.h"
#include "vrrpd/instance/vrrp_instance.h"
#include "vrrpd/instance/vrrp_machine.h"
#include "vrrpd/instance/vrrp_peer.h"
#include "vrrpd/instance/vrrp_send.h"
#include "vrrpd/instance/vrrp_track.h"
#include "vrrpd/instance/vrrp_tracked.h"
#include "vrrpd/instance/vrrp_voice.h"
#include "vrrpd/instance/vrrp_words.h"
#include "vrrpd/instance/vrrp_watch.h"
#include "vrrpd/linux/vrrp_vip.h"
#include "vrrpd/linux/vrrp_vmac.h"
#include "vrrpd/pure/vrrp_handoff.h"
#include "vrrpd/pure/vrrp_orders.h"

#define RESTORE_PAUSE_NS (5 * NS_PER_MS)

/*
 * Before a change from outside: what this process may have slept through is judged
 * while the instance is at rest (vrrp_machine.c).
 */
static void
judge_first(const struct vrrp_instance *v)
{
	(void)loop_judge(v->env->loop);
}

/* --- whenever it can --- */

void
vrrp_instance_drop_kept(struct vrrp_instance *v)
{
	if (!v->kept)
		return;
	v->kept = false;
	v->bequeathed = true;
	vrrp_hold_withdraw(v, NULL);
	vrrp_machine_say_later(v);
}

static void
start_up(struct vrrp_instance *v)
{
	if (!vrrp_hold_prepare(v)) {
		vrrp_machine_retry_later(v);
		memcpy(v->waiting, v->retry_reason, sizeof(v->waiting));
		vrrp_machine_say_later(v);
		vrrp_machine_settle(v);
		return;
	}
	vrrp_machine_start(v, vrrp_able_start_cause(v));
}

void
vrrp_instance_reconsider(struct vrrp_instance *v)
{
	char before[VRRP_VIP_REASON_MAX];
	enum vrrp_cause cause = VRRP_CAUSE_NONE;
	bool able;

	memcpy(before, v->waiting, sizeof(before));
	able = vrrp_able_now(v, &cause);
	loop_timer_set(v->startup_timer, vrrp_able_settles_at(v));
	if (!able)
		vrrp_machine_blocked(v, cause);
	if (v->started && able && v->core.state == VRRP_INITIALIZE)
		start_up(v);
	else if (!able && v->core.state != VRRP_INITIALIZE)
		vrrp_machine_stop(v, cause);
	else if (v->started && strcmp(before, v->waiting) != 0) {
		if (v->waiting[0] != '\0')
			log_notice("instance=%s waiting=\"%s\"", v->p.name,
			    v->waiting);
		vrrp_machine_say_later(v);
	}
	/* The other members wait for this one, or must not go on without it. */
	if (v->group != NULL)
		v->env->sync->reconsidered(v->group);
	vrrp_instance_check(v);
}

static void
startup_cb(mono_t deadline, void *arg)
{
	(void)deadline;
	vrrp_instance_reconsider(arg);
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

static void
unsent_cb(mono_t deadline, void *arg)
{
	struct vrrp_instance *v = arg;

	(void)deadline;
	if (vrrp_machine_try_to_send(v))
		vrrp_instance_reconsider(v);
}

/* --- sync groups --- */

void
vrrp_instance_join(struct vrrp_instance *v, struct vrrp_sync *group)
{
	v->group = group;
	vrrp_machine_update(v);
}

/* --- the interface --- */

static void
open_or_retry(struct vrrp_instance *v)
{
	/* The answer of vrrpd-net comes here again: vrrp_instance_device_made(). */
	if (!vrrp_hold_open(v) && v->making == 0)
		vrrp_machine_retry_later(v);
}

void
vrrp_instance_iface_found(struct vrrp_instance *v)
{
	char text[VRRP_GROUND_TEXT_MAX];

	if (v->vips == NULL && v->iface->exists &&
	    vrrp_able_stands(v, text)) {
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
	/*
	 * While it is away everything stays as it was prepared, but for the way to
	 * the network that it had brought along.
	 */
	vrrp_hold_keep_ways(v);
	if (v->vips != NULL && addr_is_set(vrrp_iface_primary_of(v)) &&
	    !vrrp_iface_is_away(v->iface, v->p.family)) {
		(void)vrrp_hold_prepare(v);
		vrrp_machine_set_primary(v);
	}
	vrrp_instance_reconsider(v);
}

static void
say_what(const struct vrrp_instance *v, bool down, char *what, size_t size)
{
	if (v->astray)
		(void)snprintf(what, size, "the VRF of %s or of its device "
		    "was changed", v->iface->name);
	else if (v->unsettled != NULL)
		(void)snprintf(what, size, "%s of device %s was changed",
		    v->unsettled, vrrp_vip_device(v->vips));
	else
		(void)snprintf(what, size, "device %s was %s",
		    vrrp_vip_device(v->vips), down ? "taken down" : "removed");
}

/*
 * Our device is gone, down or in another VRF, and there is no vrrpd-net.  Says which
 * in what; true if it is mended.
 */
static bool
restore_device(struct vrrp_instance *v, char *what, size_t size)
{
	bool there = vrrp_vmac_exists(v->vips), fetched;

	v->astray = vrrp_vmac_is_astray(v->vips);
	say_what(v, there, what, size);
	fetched = vrrp_vmac_fetch(v->vips);
	if (there)
		return vrrp_vmac_raise(v->vips) || fetched;
	vrrp_hold_close(v);
	open_or_retry(v);
	if (v->vips == NULL || !mono_is_never(v->retry_at)) {
		vrrp_instance_reconsider(v);
		return false;
	}
	return true;
}

/* Something of ours is there again: what goes on it, and what was to be said. */
static void
restored(struct vrrp_instance *v, const char *what, mono_t now)
{
	int64_t gap_ns = v->lifetime_s == 0 || v->env->errands == NULL ? 0 :
	    vrrp_errands_gap_ns(v->env->errands);
	uint64_t suppressed;

	v->restore_not_before = mono_add(now, RESTORE_PAUSE_NS);
	v->stats.addresses_restored++;
	if (v->core.state == VRRP_ACTIVE) {
		vrrp_hold_install(v, NULL, false);
		vrrp_machine_reannounce(v);
	}
	if (!token_bucket_take(&v->restore_bucket, now, &suppressed))
		return;
	if (gap_ns > NS_PER_S)
		log_warning("instance=%s %s, or ran out, since nothing could be "
		    "lent anew for %lld ms: restored suppressed=%llu",
		    v->p.name, what, (long long)(gap_ns / NS_PER_MS),
		    (unsigned long long)suppressed);
	else
		log_warning("instance=%s %s by someone else: restored "
		    "suppressed=%llu", v->p.name, what,
		    (unsigned long long)suppressed);
}

/* True: nothing else is to be done until vrrpd-net has answered. */
static bool
asks_for_device(struct vrrp_instance *v)
{
	bool there = vrrp_vmac_exists(v->vips);

	v->astray = vrrp_vmac_is_astray(v->vips);
	return (!there || v->astray || vrrp_vmac_is_down(v->vips)) &&
	    vrrp_hold_make_again(v, there);
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
	char what[64];
	mono_t now;

	nl_drain(v->env->nl);
	now = loop_judge(v->env->loop);
	/* Fenced: the end of that puts them back, or takes them away. */
	if (v->vips == NULL || !v->iface->exists ||
	    vrrp_core_is_fenced(&v->core))
		return;
	if (v->surroundings) {
		v->surroundings = false;
		(void)vrrp_hold_prepare(v);
	}
	vrrp_hold_step_back(v);
	if (mono_before(now, v->restore_not_before)) {
		loop_timer_set(v->restore_timer, v->restore_not_before);
		return;
	}
	if (v->making != 0 || asks_for_device(v))
		return;
	if (!restore_device(v, what, sizeof(what)) &&
	    (v->vips == NULL || v->core.state != VRRP_ACTIVE ||
	    !vrrp_hold_misses(v, what, sizeof(what))))
		return;
	restored(v, what, now);
}

/* For an instance that was ready: the device is there again, or cannot be. */
void
vrrp_instance_look_at_settings(struct vrrp_instance *v)
{
	if (v->vips == NULL || v->making != 0)
		return;
	v->unsettled = vrrp_vmac_unsettled(v->vips);
	if (v->unsettled != NULL && !vrrp_hold_make_again(v, true))
		v->unsettled = NULL;
}

/* The device gets another name, and keeps all it has. */
static void
rename_device(struct vrrp_instance *v)
{
	if (v->renames && v->vips != NULL && v->making == 0 &&
	    v->p.virtual_mac)
		v->renaming = vrrp_hold_make_again(v, true);
	if (v->making == 0 || v->renaming)
		v->renames = false;
}

static void
renamed(struct vrrp_instance *v)
{
	log_notice("instance=%s its device is called %s", v->p.name,
	    vrrp_vip_device(v->vips));
	/* For vrrpd-net an Active of now may have been a Backup. */
	if (v->core.state == VRRP_ACTIVE)
		vrrp_hold_install(v, NULL, false);
	vrrp_machine_say_later(v);
}

static void
made_again(struct vrrp_instance *v, const struct vrrp_device_made *m)
{
	bool renaming = v->renaming && m->error == 0 && m->adopted;
	char what[64];

	/* The event of its removal may have come after that of going down. */
	say_what(v, v->taken_down && m->adopted, what, sizeof(what));
	v->unsettled = NULL;
	v->renaming = false;
	if (!vrrp_hold_made(v, m)) {
		if (m->error < 0)
			vrrp_hold_close(v);
		vrrp_machine_retry_later(v);
		vrrp_instance_reconsider(v);
		return;
	}
	/* vrrpd-net may have taken for an Active who is a Backup by now. */
	if (!v->holds)
		vrrp_hold_withdraw(v, NULL);
	if (renaming)
		renamed(v);
	else
		restored(v, what, loop_clock());
	rename_device(v);
}

void
vrrp_instance_device_made(struct vrrp_instance *v,
    const struct vrrp_device_made *m)
{
	judge_first(v);
	if (v->vips != NULL) {
		made_again(v, m);
		return;
	}
	v->retry_at = MONO_NEVER;
	if (!vrrp_hold_made(v, m))
		vrrp_machine_retry_later(v);
	vrrp_instance_reconsider(v);
	rename_device(v);
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
	for (i = 0; i < vrrp_params_addresses(&v->p); i++)
		if (!a[i].owned && a[i].ifindex == ifindex &&
		    addr_equal(&a[i].prefix.addr, addr)) {
			vrrp_instance_device_gone(v);
			return;
		}
}

/* An address of ours brings a route along or not: its neighbours decide. */
static void
look_around(struct vrrp_instance *v, const struct nl_addr *addr)
{
	if (!vrrp_hold_is_beside(v, addr))
		return;
	v->surroundings = true;
	vrrp_instance_device_gone(v);
}

void
vrrp_instance_address_came(struct vrrp_instance *v, const struct nl_addr *addr)
{
	vrrp_voice_address_came(v, addr->ifindex);
	if (vrrp_hold_stands_before(v, addr))
		vrrp_instance_device_gone(v);
	look_around(v, addr);
}

void
vrrp_instance_address_went(struct vrrp_instance *v, const struct nl_addr *addr)
{
	vrrp_instance_address_gone(v, addr->ifindex, &addr->prefix.addr);
	look_around(v, addr);
}

void
vrrp_instance_check_addresses(struct vrrp_instance *v)
{
	restore(v);
}

void
vrrp_instance_link_changed(struct vrrp_instance *v, const struct nl_link *link)
{
	if (v->vips == NULL || link->ifindex == v->iface->link.ifindex ||
	    !vrrp_hold_is_outdated(v, link))
		return;
	/* The instance may have waited for this link. */
	if (!mono_is_never(v->retry_at)) {
		loop_timer_set(v->retry_timer, MONO_NEVER);
		v->retry_at = MONO_NEVER;
		vrrp_instance_reconsider(v);
		return;
	}
	(void)vrrp_hold_prepare(v);
	vrrp_machine_reannounce(v);
}

/* The device has to follow, and routes are in another table. */
void
vrrp_instance_vrf_changed(struct vrrp_instance *v)
{
	v->surroundings = true;
	vrrp_instance_device_gone(v);
}

void
vrrp_instance_mac_changed(struct vrrp_instance *v)
{
	if (v->vips == NULL)
		return;
	vrrp_vip_parent_changed(v->vips, &v->iface->link);
	(void)vrrp_hold_prepare(v);
	vrrp_machine_reannounce(v);
}

/* --- tracked things --- */

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
		vrrp_machine_update(v);
		log_notice("instance=%s priority=%u effective=%u", v->p.name,
		    v->p.priority, v->tracked.now.priority);
	}
	if (!forbidden)
		vrrp_instance_reconsider(v);
	vrrp_machine_say_later(v);
}

static void
track_cb(mono_t deadline, void *arg)
{
	(void)deadline;
	look_cb(arg);
	act_cb(arg);
}

/* --- run-time changes --- */

/* The bytes of adverts differ, or where they go. */
static bool
speaks_otherwise(const struct vrrp_params *a, const struct vrrp_params *b)
{
	static const char *const words[] = {
		"version", "also_version_2", "auth_pass", "virtual_addresses",
		"unicast_peers",
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (vrrp_diff_in(a, b, words[i]))
			return true;
	return false;
}

/* There is one in p that was not, or was elsewhere. */
static bool
has_new_address(const struct vrrp_params *was, const struct vrrp_params *p)
{
	unsigned i, j;

	for (i = 0; i < vrrp_params_addresses(p); i++) {
		for (j = 0; j < vrrp_params_addresses(was); j++)
			if (addr_equal(&p->vips[i].prefix.addr,
			    &was->vips[j].prefix.addr) &&
			    strcmp(p->vips[i].device, was->vips[j].device) == 0)
				break;
		if (j == vrrp_params_addresses(was))
			return true;
	}
	return false;
}

static void
follow_values(struct vrrp_instance *v, const struct vrrp_params *was)
{
	if (vrrp_diff_in(was, &v->p, "virtual_mac_device"))
		v->renames = true;
	rename_device(v);
	if (vrrp_diff_in(was, &v->p, "source"))
		v->iface->addrs_changed = true;
	vrrp_tracked_bind(&v->tracked, v->env->track, &v->p);
	vrrp_peer_reconfigured(v);
	if (vrrp_diff_in(was, &v->p, "unicast_peers") ||
	    vrrp_diff_in(was, &v->p, "bfd"))
		vrrp_peer_name_all(v);
	look_at_tracks(v);
	v->track_moved = false;
	vrrp_machine_change(v, speaks_otherwise(was, &v->p),
	    has_new_address(was, &v->p));
	vrrp_machine_say_later(v);
	vrrp_instance_reconsider(v);
}

bool
vrrp_instance_set(struct vrrp_instance *v, const struct vrrp_params *p)
{
	static struct vrrp_params was;	/* too large for the locked stack */
	enum vrrp_checksum_form form = v->send_form;

	was = v->p;
	judge_first(v);
	if (p->checksum_compat != was.checksum_compat ||
	    p->version != was.version)
		v->send_form = vrrp_frames_form(p);
	if (!vrrp_hold_change(v, p)) {
		v->send_form = form;
		log_err("instance=%s goes on as it was: %s", v->p.name,
		    v->retry_reason);
		return false;
	}
	follow_values(v, &was);
	return true;
}

void
vrrp_instance_disable(struct vrrp_instance *v, bool disable)
{
	judge_first(v);
	v->disabled = disable;
	if (!disable && v->handed_over) {
		v->handed_over = false;
		vrrp_machine_update(v);
	}
	if (!disable) {
		v->settled = true;
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
	vrrp_machine_update(v);
}

int
vrrp_instance_handover(struct vrrp_instance *v)
{
	judge_first(v);
	if (v->core.state != VRRP_ACTIVE)
		return -EALREADY;
	if (v->p.priority == VRRP_PRIORITY_OWNER)
		return -EPERM;
	/* A group hands over whole: the others resign when this one does. */
	if (v->group != NULL)
		v->env->sync->give(v->group);
	vrrp_instance_give(v);
	vrrp_machine_yield(v, VRRP_CAUSE_HANDOVER);
	return 0;
}

/* --- life --- */

static bool
allocate(struct vrrp_instance *v)
{
	struct loop *loop = v->env->loop;

	v->retry_timer = loop_timer_new(loop, retry_cb, v);
	v->startup_timer = loop_timer_new(loop, startup_cb, v);
	v->restore_timer = loop_timer_new(loop, restore_cb, v);
	v->unsent_timer = loop_timer_new(loop, unsent_cb, v);
	v->announce_timer = loop_timer_new(loop, vrrp_send_announce_cb, v);
	if (vrrp_track_watch(v->env->track, look_cb, act_cb, v) < 0)
		return false;
	return vrrp_frames_alloc(v) && v->retry_timer != NULL &&
	    v->startup_timer != NULL &&
	    v->restore_timer != NULL && v->unsent_timer != NULL &&
	    v->announce_timer != NULL;
}

/* A batch of addresses, taken or given up, has been carried out or refused. */
static void
answered(int error, unsigned failed_at, void *arg)
{
	struct vrrp_instance *v = arg;
	bool complete, device_gone;

	complete = vrrp_machine_answered(v, error, failed_at, &device_gone);
	if (device_gone)
		vrrp_instance_device_gone(v);
	if (complete)
		vrrp_machine_say_later(v);
}

/*
 * Addresses have been changed in place.  What could not be, an installation of all
 * of them finds out, which is answered in its turn.
 */
static void
followed(int error, unsigned failed_at, void *arg)
{
	struct vrrp_instance *v = arg;

	(void)failed_at;
	if (error != 0 && v->holds && v->core.state == VRRP_ACTIVE)
		vrrp_hold_install(v, NULL, false);
}

static struct vrrp_instance *
make(const struct vrrp_env *env, struct vrrp_iface *iface,
    const struct vrrp_params *p)
{
	const struct vrrp_order *o = vrrp_orders_find(env->orders, p->name);
	struct vrrp_instance *v;

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
	v->answered = answered;
	v->followed = followed;
	v->lesser_since = vrrp_handoff_has(env->handoff, p->name,
	    VRRP_HANDOFF_HOLD) ? vrrp_handoff_find(env->handoff,
	    p->name)->lesser_since : MONO_NEVER;
	v->settled = vrrp_handoff_has(env->handoff, p->name,
	    VRRP_HANDOFF_SETTLED);
	v->kept = vrrp_handoff_has(env->handoff, p->name,
	    VRRP_HANDOFF_ACTIVE);
	v->willed = vrrp_handoff_has(env->handoff, p->name,
	    VRRP_HANDOFF_WILLED);
	if (p->virtual_mac_auto && vrrp_handoff_has(env->handoff, p->name,
	    VRRP_HANDOFF_WITHOUT)) {
		v->p.virtual_mac = false;
		(void)snprintf(v->given_up_why, sizeof(v->given_up_why),
		    "decided before the restart of this process");
		v->given_up_real_ns = v->created_real_ns;
	}
	if (o != NULL) {
		v->disabled = o->disabled_s != 0;
		v->handed_over = o->handed_over_s != 0;
	}
	vrrp_heard_init(&v->heard);
	v->send_form = vrrp_frames_form(p);
	vrrp_words_init(v);
	v->restore_not_before = v->created;
	vrrp_tracked_bind(&v->tracked, env->track, p);
	if ((v->track_timer = loop_timer_new(env->loop, track_cb, v)) == NULL) {
		vrrp_instance_free(v);
		return NULL;
	}
	vrrp_iface_enter(iface, v);
	look_at_tracks(v);
	if (!vrrp_machine_init(v) || !vrrp_alert_init(v) ||
	    !vrrp_watch_init(v) || !allocate(v) || !vrrp_guard_init(v)) {
		vrrp_instance_free(v);
		return NULL;
	}
	return v;
}

static void
open_at_once(struct vrrp_instance *v)
{
	if (v->iface->exists && v->iface->link.has_mac)
		open_or_retry(v);
}

struct vrrp_instance *
vrrp_instance_new(const struct vrrp_env *env, struct vrrp_iface *iface,
    const struct vrrp_params *p)
{
	struct vrrp_instance *v = make(env, iface, p);

	if (v == NULL)
		return NULL;
	if (vrrp_iface_take_place(iface, v) < 0) {
		vrrp_instance_free(v);
		return NULL;
	}
	open_at_once(v);
	return v;
}

/* --- another name --- */

void
vrrp_instance_rename(struct vrrp_instance *v, const char *name)
{
	log_notice("instance=%s is called %s from now on", v->p.name, name);
	vrrp_bequest_rename(v);
	(void)snprintf(v->p.name, sizeof(v->p.name), "%s", name);
	vrrp_machine_say_later(v);
}

/* --- going on for another instance --- */

/* The same device, or the same addresses on the same interface. */
static bool
same_home(const struct vrrp_instance *a, const struct vrrp_instance *b)
{
	if (a->iface != b->iface || a->p.family != b->p.family ||
	    a->p.virtual_mac != b->p.virtual_mac)
		return false;
	return !a->p.virtual_mac || a->p.vrid == b->p.vrid;
}

struct vrrp_instance *
vrrp_instance_new_heir(struct vrrp_instance *old, struct vrrp_iface *iface,
    const struct vrrp_params *p)
{
	struct vrrp_instance *v = make(old->env, iface, p);

	if (v == NULL)
		return NULL;
	v->disabled = old->disabled;
	v->handed_over = old->handed_over;
	v->settled = old->settled;
	v->kept = same_home(v, old);
	if (!v->kept)
		open_at_once(v);
	else if (v->iface->exists && v->iface->link.has_mac)
		(void)vrrp_hold_share(v, old);
	return v;
}

void
vrrp_instance_free_heir(struct vrrp_instance *v)
{
	struct vrrp_removal device;

	/* The next try finds the device. */
	vrrp_hold_reserve(v);
	/* The device is the other's, which goes on. */
	if (v->kept && v->vips != NULL)
		(void)vrrp_vip_leave(v->vips, &device);
	vrrp_instance_free(v);
}

/* The others of one network, and of one VRID what they have said, are the same. */
static void
learn_from(struct vrrp_instance *heir, const struct vrrp_instance *old)
{
	if (heir->iface != old->iface || heir->p.family != old->p.family)
		return;
	heir->peers = old->peers;
	if (heir->p.vrid != old->p.vrid)
		return;
	heir->heard = old->heard;
	vrrp_core_owes(&heir->core, &old->core);
	if (heir->p.version == old->p.version &&
	    heir->p.checksum_compat == old->p.checksum_compat)
		heir->send_form = old->send_form;
}

/*
 * A Backup in the very place of the one before: its state machine goes on, with all
 * that it knows of the Active.
 */
static void
wait_on(struct vrrp_instance *heir, const struct vrrp_instance *old)
{
	heir->core = old->core;
	vrrp_history_inherit(heir, old);
	heir->spared_logged = old->spared_logged;
	heir->down_event = old->down_event;
	heir->down_decided = old->down_decided;
	if (addr_is_set(&heir->down_event.peer))
		loop_timer_set(heir->down_timer, loop_clock());
	vrrp_machine_update(heir);
	vrrp_machine_say_later(heir);
}

/* Where both have one home the addresses must be those of the heir. */
static bool
move_in(const struct vrrp_instance *heir, struct vrrp_instance *old)
{
	static struct vrrp_params p;	/* too large for the locked stack */

	p = old->p;
	vrrp_diff_apply(&p, &heir->p);
	return vrrp_diff(&old->p, &p) == VRRP_DIFF_EQUAL ||
	    vrrp_instance_set(old, &p);
}

bool
vrrp_instance_succeed(struct vrrp_instance *heir, struct vrrp_instance *old,
    bool resign, char *why, size_t size)
{
	struct vrrp_instance *there = vrrp_iface_find(heir->iface,
	    heir->p.family, heir->p.vrid);
	struct vrrp_removal device;
	bool home = heir->kept;

	if (!vrrp_able(heir, why, size))
		return false;
	if (there != NULL && there != old) {
		(void)snprintf(why, size, "instance %s has its place",
		    there->p.name);
		return false;
	}
	if ((home && !move_in(heir, old)) || !vrrp_hold_prepare(heir)) {
		(void)snprintf(why, size, "%s", home ? old->retry_reason :
		    heir->retry_reason);
		return false;
	}
	old->started = false;
	vrrp_guard_succeeded(old, heir);
	old->succeeded = true;
	vrrp_alert_inherit(heir, old);
	vrrp_iface_give_place(old->iface, old);
	(void)vrrp_iface_take_place(heir->iface, heir);
	if (resign)
		vrrp_send_advert(old, 0);
	vrrp_hold_disown(old);
	heir->started = true;
	learn_from(heir, old);
	if (old->core.state == VRRP_ACTIVE)
		vrrp_machine_inherit(heir, old->core.state_since);
	else
		wait_on(heir, old);
	vrrp_machine_retire(old, !home);
	vrrp_bequest_cede(old);
	if (home)
		(void)vrrp_vip_leave(old->vips, &device);
	return true;
}

void
vrrp_instance_free(struct vrrp_instance *v)
{
	if (v == NULL)
		return;
	loop_defer_cancel(v->env->loop, restore, v);
	vrrp_bequest_cancel(v);
	vrrp_send_cancel(v);
	vrrp_hold_free(v);
	vrrp_guard_free(v);
	vrrp_machine_free(v);
	vrrp_watch_free(v);
	vrrp_alert_free(v);
	vrrp_iface_remove(v->iface, v);
	loop_timer_free(v->retry_timer);
	loop_timer_free(v->startup_timer);
	loop_timer_free(v->restore_timer);
	loop_timer_free(v->unsent_timer);
	loop_timer_free(v->announce_timer);
	loop_timer_free(v->track_timer);
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
	judge_first(v);
	v->started = false;
	vrrp_machine_stop(v, cause);
}

void
vrrp_instance_withdraw(struct vrrp_instance *v)
{
	vrrp_machine_end_linger(v);
	vrrp_bequest_now(v);	/* there may be no further batch */
	vrrp_machine_say(v);
}
