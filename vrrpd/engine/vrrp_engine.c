/*
 * vrrp_engine.c - the life of an engine: open, start, reload, restart, leave.
 *
 * Beats.  Every VRRP_BEAT_NS the monitor hears that the loop turns; with the
 * same pulse the monitor hears how long the peers would wait, when that has
 * changed, the wills that the channel had no room for are sent again, and the
 * addresses of some instances are lent anew (L-33), by way of vrrpd-net: an
 * engine that stands still or is dead wishes nothing, and they run out.
 *
 * Leaving.  The instances resign, answer until each has heard its successor, and
 * then the owner is told; closing is the owner's.
 *
 * Restart (L-24).  Nothing is said on the wire and nothing taken away: the
 * monitor starts another engine, which goes on.  This one just ends, so that
 * bfdd, too, sees it vanish, as bfdd was told it would.
 *
 * Not here: anything of the process (vrrp_life.c), anything of a single virtual
 * router (vrrp_router.c and below).
 */
#include "config.h"

#include "vrrpd/engine/vrrp_engine.h"

#include <sys/socket.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/log.h"
#include "shared/nonlocal_bind.h"
#include "vrrpd/config/vrrp_conf.h"
#include "vrrpd/config/vrrp_needs.h"
#include "vrrpd/config/vrrp_reading.h"
#include "vrrpd/engine/vrrp_ctl.h"
#include "vrrpd/engine/vrrp_leaving.h"
#include "vrrpd/engine/vrrp_notify.h"
#include "vrrpd/engine/vrrp_protect.h"
#include "vrrpd/engine/vrrp_reload.h"
#include "vrrpd/engine/vrrp_sessions.h"
#include "vrrpd/engine/vrrp_standing.h"
#include "vrrpd/instance/vrrp_bequest.h"
#include "vrrpd/instance/vrrp_errand.h"
#include "vrrpd/instance/vrrp_guard.h"
#include "vrrpd/instance/vrrp_track.h"
#include "vrrpd/ipc/vrrp_tally.h"
#include "vrrpd/pure/vrrp_handoff.h"
#include "vrrpd/pure/vrrp_joining.h"
#include "vrrpd/pure/vrrp_lease.h"
#include "vrrpd/pure/vrrp_level.h"
#include "vrrpd/pure/vrrp_patience.h"
#include "vrrpd/pure/vrrp_steering.h"
#include "vrrpd/pure/vrrp_supervise.h"
#include "vrrpd/pure/vrrp_probation.h"

#define RESTART_AFTER_NS	(20 * NS_PER_MS)
#define RESTART_LATEST_NS	(1 * NS_PER_S)	/* for the sake of a takeover */
#define RESTART_GRACE_NS	(10 * NS_PER_S)

struct vrrp_engine {
	struct vrrp_engine_config config;
	struct loop_timer	*beat;
	struct loop_timer	*restart;
	bool			 restarting;	/* asked for, not done yet */
	bool			 replacing;	/* the monitor has been told */
	int64_t			 client_grace_ns;
	struct vrrp_router	*router;
	struct vrrp_notify	*notify;
	struct vrrp_reload	*reload;
	struct vrrp_ctl		*ctl;
	struct vrrp_patience	 patience;	/* as the monitor was told */
	bool			 told;
	struct vrrp_config	 running;	/* as it was applied last */
	/* Of a reload: being applied, or waiting while `running` is once more. */
	struct vrrp_config	 next;
	bool			 next_waits;
	uint32_t		 next_number;
	int64_t			 next_trial_ns;
	mono_t			 restart_at_once; /* from then on, whoever takes over */
	mono_t			 leaving_since;	/* MONO_NEVER: not leaving */
};

static bool
is_leaving(const struct vrrp_engine *e)
{
	return !mono_is_never(e->leaving_since);
}

/* --- to the monitor --- */

static void
tell_phase(struct vrrp_engine *e, enum vrrp_phase phase)
{
	uint8_t body = (uint8_t)phase;

	(void)vrrp_channel_send(e->config.channel, VRRP_MSG_PHASE, &body,
	    sizeof(body));
}

/* How long the monitor may wait for us, whenever that has changed. */
static void
tell_patience(struct vrrp_engine *e)
{
	struct vrrp_patience p = {
		.realtime = e->config.scheduling != NULL &&
		    e->config.scheduling->priority > 0,
		.tolerated_ns = VRRP_PATIENCE_NOBODY,
	};
	uint8_t body[VRRP_PATIENCE_BYTES];
	int64_t ns;
	unsigned i;

	for (i = 0; i < e->router->instance_count; i++) {
		ns = vrrp_protect_silence_ns(e->router->bfd,
		    e->router->instances[i]);
		if (ns < p.tolerated_ns)
			p.tolerated_ns = ns;
	}
	if (e->told && p.tolerated_ns == e->patience.tolerated_ns &&
	    p.realtime == e->patience.realtime)
		return;
	e->told = vrrp_channel_send(e->config.channel, VRRP_MSG_PATIENCE,
	    body, vrrp_patience_encode(&p, body)) == 0;
	e->patience = p;
}

static void
beat(mono_t deadline, void *arg)
{
	struct vrrp_engine *e = arg;
	unsigned i;

	(void)deadline;
	(void)vrrp_channel_send(e->config.channel, VRRP_MSG_BEAT, NULL, 0);
	tell_patience(e);
	for (i = 0; i < e->router->instance_count; i++)
		vrrp_bequest_retry(e->router->instances[i]);
	vrrp_errands_flush(e->router->env.errands);
	vrrp_standing_retry(e->router->standing, e->router->instances,
	    e->router->instance_count);
	vrrp_router_refresh(e->router);
	loop_timer_set(e->beat, mono_add(loop_clock(), VRRP_BEAT_NS));
}

static void
tell_reloaded(struct vrrp_engine *e, const struct vrrp_config *config,
    uint32_t number, int64_t trial_ns)
{
	const struct vrrp_reloaded r = {
		.needs = vrrp_needs_of_config(config),
		.number = number,
		.trial_ns = trial_ns,
	};
	uint8_t body[VRRP_RELOADED_BYTES];

	(void)vrrp_channel_send(e->config.channel, VRRP_MSG_RELOADED, body,
	    vrrp_reloaded_encode(&r, body));
}

/* A helper found out about a tracker. */
static enum vrrp_refusal
on_level(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_engine *e = arg;
	struct vrrp_level l;

	if (vrrp_level_decode(body, len, &l) < 0)
		return VRRP_REFUSAL_BODY;
	if (l.number)
		vrrp_track_value(e->router->env.track, l.kind, l.name, l.value,
		    l.since);
	else
		vrrp_track_set(e->router->env.track, l.kind, l.name, l.up,
		    l.reason, l.since);
	return VRRP_REFUSAL_NONE;
}

static enum vrrp_refusal
on_made(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_engine *e = arg;
	struct vrrp_device_made m;

	if (!vrrp_device_made_decode(body, len, &m))
		return VRRP_REFUSAL_BODY;
	vrrp_router_device_made(e->router, &m);
	return VRRP_REFUSAL_NONE;
}

static enum vrrp_refusal
on_removed(const uint8_t *body, size_t len, void *arg)
{
	static struct vrrp_removal list[VRRP_REMOVALS_MESSAGE];
	struct vrrp_engine *e = arg;
	unsigned n;

	if (!vrrp_removal_decode(body, len, list, &n))
		return VRRP_REFUSAL_BODY;
	vrrp_router_devices_removed(e->router, list, n);
	return VRRP_REFUSAL_NONE;
}

static enum vrrp_refusal
on_joined(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_engine *e = arg;
	uint32_t number;
	int error;

	if (!vrrp_joined_decode(body, len, &number, &error))
		return VRRP_REFUSAL_BODY;
	vrrp_router_joined(e->router, number, error);
	return VRRP_REFUSAL_NONE;
}

static enum vrrp_refusal
on_steered(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_engine *e = arg;
	uint32_t number;
	int error;

	if (!vrrp_steered_decode(body, len, &number, &error))
		return VRRP_REFUSAL_BODY;
	vrrp_router_steered(e->router, number, error);
	return VRRP_REFUSAL_NONE;
}

static enum vrrp_refusal
on_net(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_engine *e = arg;

	(void)len;
	if (body[0] >= VRRP_NET_STATE_COUNT)
		return VRRP_REFUSAL_BODY;
	if (vrrp_errands_net(e->router->env.errands, body[0])) {
		vrrp_guards_again(e->router->env.guards);
		vrrp_router_steer_again(e->router);
	}
	return VRRP_REFUSAL_NONE;
}

static enum vrrp_refusal
on_renewed(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_engine *e = arg;
	mono_t wished;

	if (!vrrp_renewed_decode(body, len, &wished))
		return VRRP_REFUSAL_BODY;
	vrrp_errands_renewed(e->router->env.errands, wished);
	return VRRP_REFUSAL_NONE;
}

static enum vrrp_refusal
on_leased(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_engine *e = arg;
	uint32_t number;
	int error;

	if (!vrrp_lease_answer_decode(body, len, &number, &error))
		return VRRP_REFUSAL_BODY;
	vrrp_guards_answered(e->router->env.guards, number, error);
	return VRRP_REFUSAL_NONE;
}

/* --- leaving --- */

static void
left(void *arg)
{
	struct vrrp_engine *e = arg;

	e->config.left(e->config.arg);
}

void
vrrp_engine_leave(struct vrrp_engine *e)
{
	if (is_leaving(e))
		return;
	e->leaving_since = loop_clock();
	vrrp_reload_end_all(e->reload);
	vrrp_router_leave(e->router, left, e);
	tell_phase(e, VRRP_PHASE_LEAVING);
}

mono_t
vrrp_engine_leaving_since(const struct vrrp_engine *e)
{
	return e->leaving_since;
}

/* --- restart --- */

/*
 * How long bfdd is to wait for another life of us.  Before a planned restart at
 * least for RESTART_GRACE_NS, whatever the file says meanwhile.
 */
static void
set_grace(struct vrrp_engine *e)
{
	vrrp_bfd_set_grace(e->router->bfd, e->restarting &&
	    e->client_grace_ns < RESTART_GRACE_NS ? RESTART_GRACE_NS :
	    e->client_grace_ns);
}

static void
restart_now(mono_t deadline, void *arg)
{
	static struct vrrp_handoff handoff;
	static uint8_t body[VRRP_HANDOFF_BYTES_MAX];
	struct vrrp_engine *e = arg;
	unsigned i, told = 0;
	size_t len;

	(void)deadline;
	if (e->replacing) {
		log_notice("leaving: vrrpd begins again as the program on "
		    "disk");
		vrrp_engine_leave(e);
		return;
	}
	/*
	 * Whoever goes on reads the whole file; a takeover that is a matter of moments
	 * would begin anew there, with a whole Active_Down_Interval; and our queue
	 * ends with us: an end without a word is one for good.
	 */
	if (!is_leaving(e) && (e->router->apply != NULL ||
	    (mono_before(loop_clock(), e->restart_at_once) &&
	    vrrp_router_is_taking_over(e->router)) ||
	    !vrrp_channel_flush(e->config.channel))) {
		loop_timer_set(e->restart, mono_add(loop_clock(),
		    RESTART_AFTER_NS));
		return;
	}
	/* Nobody goes on with those: the next engine would not know them. */
	vrrp_leaving_free(e->router);
	vrrp_errands_purge(e->router->env.errands);
	vrrp_errands_hurry(e->router->env.errands);
	vrrp_router_hand_off(e->router, &handoff);
	len = vrrp_handoff_encode(&handoff, body, sizeof(body));
	if (is_leaving(e) || len == 0 || vrrp_channel_send(e->config.channel,
	    VRRP_MSG_RESTART, body, len) < 0) {
		log_err("restart refused: the monitor cannot be told");
		e->restarting = false;
		set_grace(e);
		return;
	}
	if (!vrrp_channel_flush(e->config.channel)) {
		/* The socket was filled just now: once more. */
		loop_timer_set(e->restart, mono_add(loop_clock(),
		    RESTART_AFTER_NS));
		return;
	}
	for (i = 0; i < handoff.count; i++)
		if (handoff.list[i].flags & VRRP_HANDOFF_ACTIVE)
			told++;
	log_notice("restarting told=%u", told);
	e->config.restarted(e->config.arg);
}

/* Deferred by a timer, so that the client and bfdd are told first. */
static void
restart(void *arg)
{
	struct vrrp_engine *e = arg;

	e->restarting = true;
	e->restart_at_once = mono_add(loop_clock(), RESTART_LATEST_NS);
	set_grace(e);
	loop_timer_set(e->restart, mono_add(loop_clock(), RESTART_AFTER_NS));
}

/* Deferred in the same way; the monitor begins again when all has been left. */
static int
replace(void *arg)
{
	struct vrrp_engine *e = arg;
	int error;

	error = is_leaving(e) ? -ESHUTDOWN : vrrp_channel_send(
	    e->config.channel, VRRP_MSG_REPLACE, NULL, 0);
	if (error < 0)
		return error;
	e->replacing = true;
	loop_timer_set(e->restart, mono_add(loop_clock(), RESTART_AFTER_NS));
	return 0;
}

/* --- reload --- */

/*
 * nonlocal_bind = yes: for the families that there are instances of.  Writing
 * the setting takes no lock, and happens once.
 */
static void
allow_binding(const struct vrrp_config *config)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	unsigned f, i;
	int rc;

	for (f = 0; config->nonlocal_bind && f < 2; f++) {
		for (i = 0; i < config->count; i++)
			if (config->instances[i].family == families[f])
				break;
		rc = i == config->count ? 0 : nonlocal_bind_allow(families[f]);
		if (rc > 0)
			log_notice("nonlocal_bind: set net.%s.ip_nonlocal_bind",
			    families[f] == AF_INET ? "ipv4" : "ipv6");
		else if (rc < 0)
			log_err("nonlocal_bind: cannot set "
			    "net.%s.ip_nonlocal_bind: %s",
			    families[f] == AF_INET ? "ipv4" : "ipv6",
			    strerror(-rc));
	}
}

/* Takes the configuration, which is in force from now on. */
static void
keep_running(struct vrrp_engine *e, struct vrrp_config *config)
{
	vrrp_config_free(&e->running);
	e->running = *config;
	memset(config, 0, sizeof(*config));
	e->client_grace_ns = e->running.client_grace_ns;
	set_grace(e);
	allow_binding(&e->running);
}

static void
tell_ready(struct vrrp_engine *e)
{
	if (!is_leaving(e))
		tell_phase(e, VRRP_PHASE_READY);
}

static void
applied(const struct vrrp_applied *sum, int error, void *arg)
{
	struct vrrp_engine *e = arg;

	if (error == -ECANCELED) {
		vrrp_config_free(&e->next);
		return;
	}
	tell_reloaded(e, &e->next, e->next_number, e->next_trial_ns);
	keep_running(e, &e->next);
	tell_ready(e);
	if (error == 0)
		log_notice("reload%s added=%u removed=%u restarted=%u "
		    "changed=%u unchanged=%u postponed=%u", e->next_number ==
		    VRRP_READ_BACK ? " taken back" : "", sum->added,
		    sum->removed, sum->restarted, sum->changed,
		    sum->unchanged, sum->postponed);
	vrrp_reload_applied(e->reload, sum, error);
}

static int
begin_next(struct vrrp_engine *e)
{
	int error = vrrp_router_begin_apply(e->router, &e->next, applied, e);

	if (error < 0)
		vrrp_config_free(&e->next);
	else
		tell_phase(e, VRRP_PHASE_RELOADING);
	return error;
}

static void
reapplied(const struct vrrp_applied *sum, int error, void *arg)
{
	static const struct vrrp_applied nothing;
	struct vrrp_engine *e = arg;

	(void)sum;
	if (!e->next_waits)
		return;
	e->next_waits = false;
	if (error == -ECANCELED) {
		vrrp_config_free(&e->next);
		return;
	}
	error = begin_next(e);
	if (error < 0)
		vrrp_reload_applied(e->reload, &nothing, error);
}

/*
 * Instances wait for what the file says of them: maybe it can be now.  No reload, and
 * none is told of to the service manager, since it may be tried every second.
 */
static void
reapply(void *arg)
{
	struct vrrp_engine *e = arg;

	if (!is_leaving(e))
		(void)vrrp_router_begin_apply(e->router, &e->running,
		    reapplied, e);
}

/* --- for vrrp_reload.h --- */

static const struct vrrp_config *
in_force(void *arg)
{
	const struct vrrp_engine *e = arg;

	return &e->running;
}

static const struct vrrp_params *
running(const char *name, bool *active, void *arg)
{
	struct vrrp_engine *e = arg;
	const struct vrrp_instance *v = vrrp_router_find(e->router, name);

	if (v == NULL)
		return NULL;
	*active = v->core.state == VRRP_ACTIVE;
	return &v->p;
}

static void
prepare(struct vrrp_config *config, bool dry_run, void *arg)
{
	struct vrrp_engine *e = arg;

	if (!dry_run)
		vrrp_standing_settle(e->router->standing, config);
	vrrp_standing_overlay(e->router->standing, config);
}

static int
apply(struct vrrp_config *config, uint32_t number, int64_t trial_ns, void *arg)
{
	struct vrrp_engine *e = arg;

	e->next = *config;
	memset(config, 0, sizeof(*config));
	e->next_number = number;
	e->next_trial_ns = trial_ns;
	if (e->router->apply == NULL)
		return begin_next(e);
	e->next_waits = true;
	vrrp_apply_hurry(e->router);
	return 0;
}

void
vrrp_engine_reload(struct vrrp_engine *e)
{
	static const struct vrrp_reload_wish for_good;
	int error = vrrp_reload_ask(e->reload, &for_good, NULL, NULL);

	if (error < 0)
		log_err("reload refused: %s", error == -ESHUTDOWN ?
		    "vrrpd is leaving" : error == -EBUSY ?
		    "too many reloads wait" : strerror(-error));
}

/* --- life --- */

static int
fatal(const char *what, int error)
{
	log_err("%s: %s", what, strerror(-error));
	return error;
}

/* Applies the file, and over it the values that operators said to keep. */
static int
apply_first(struct vrrp_engine *e, const struct vrrp_config *vc)
{
	size_t size = (vc->count + 1) * sizeof(vc->instances[0]);
	struct vrrp_config mine = *vc;
	struct vrrp_applied done;
	int error;

	mine.instances = malloc(size);
	if (mine.instances == NULL)
		return -ENOMEM;
	if (vc->count > 0)
		memcpy(mine.instances, vc->instances,
		    vc->count * sizeof(vc->instances[0]));
	vrrp_standing_settle(e->router->standing, vc);
	vrrp_standing_overlay(e->router->standing, &mine);
	error = vrrp_router_apply(e->router, &mine, &done);
	free(mine.instances);
	return error;
}

int
vrrp_engine_open(const struct vrrp_engine_config *config,
    const struct vrrp_config *vc, struct vrrp_engine **out)
{
	struct vrrp_reload_config rc = {
		.loop = config->loop,
		.channel = config->channel,
		.in_force = in_force,
		.running = running,
		.prepare = prepare,
		.apply = apply,
	};
	struct vrrp_engine *e;
	int error;

	*out = e = calloc(1, sizeof(*e));
	if (e == NULL)
		return fatal("cannot make an engine", -ENOMEM);
	e->config = *config;
	e->leaving_since = MONO_NEVER;
	e->beat = loop_timer_new(config->loop, beat, e);
	e->restart = loop_timer_new(config->loop, restart_now, e);
	if (e->beat == NULL || e->restart == NULL)
		return fatal("cannot make a timer", -ENOMEM);
	error = vrrp_router_open(config->loop, &e->router);
	if (error < 0)
		return fatal(error == -EPERM ? "cannot open sockets (root, or "
		    "CAP_NET_ADMIN and CAP_NET_RAW, are needed)" :
		    "cannot open sockets", error);
	e->router->birth = config->birth;
	e->router->scheduling = config->scheduling;
	e->router->env.channel = config->channel;
	e->router->env.handoff = config->birth->handoff;
	e->router->env.booted = config->birth->booted;
	e->router->restart = restart;
	e->router->replace = replace;
	e->router->restart_arg = e;
	e->router->reapply = reapply;
	e->router->reapply_arg = e;
	e->notify = vrrp_notify_new(config->channel);
	if (e->notify == NULL)
		return fatal("hooks", -ENOMEM);
	e->router->notify = e->notify;
	e->router->standing = vrrp_standing_new(config->channel,
	    config->birth->orders);
	if (e->router->standing == NULL)
		return fatal("orders", -ENOMEM);
	e->router->env.orders = vrrp_standing_orders(e->router->standing);
	vrrp_channel_handle(config->channel, VRRP_MSG_LEVEL, on_level, e);
	vrrp_channel_handle(config->channel, VRRP_MSG_MADE, on_made, e);
	vrrp_channel_handle(config->channel, VRRP_MSG_REMOVED, on_removed, e);
	vrrp_channel_handle(config->channel, VRRP_MSG_RENEWED, on_renewed, e);
	vrrp_channel_handle(config->channel, VRRP_MSG_JOINED, on_joined, e);
	vrrp_channel_handle(config->channel, VRRP_MSG_STEERED, on_steered, e);
	vrrp_channel_handle(config->channel, VRRP_MSG_LEASED, on_leased, e);
	vrrp_channel_handle(config->channel, VRRP_MSG_NET, on_net, e);
	vrrp_tally_collect(&e->router->refusals, config->channel);
	rc.arg = e;
	e->reload = vrrp_reload_new(&rc);
	if (e->reload == NULL)
		return fatal("reload", -ENOMEM);
	error = vrrp_ctl_open(config->loop, e->router, config->birth->listener,
	    e->reload, &e->ctl);
	if (error < 0)
		return fatal("control socket", error);
	error = apply_first(e, vc);
	if (error < 0)
		return fatal("cannot set up the instances", error);
	e->client_grace_ns = vc->client_grace_ns;
	allow_binding(vc);
	if (vrrp_reading_copy_config(vc, &e->running) < 0)
		return fatal("configuration", -ENOMEM);
	return 0;
}

int
vrrp_engine_start(struct vrrp_engine *e)
{
	int error;

	error = vrrp_sessions_connect(e->router, e->config.bfdd_socket);
	if (error < 0)
		return fatal("cannot watch bfdd", error);
	set_grace(e);
	vrrp_router_start(e->router);
	beat(loop_clock(), e);
	tell_phase(e, VRRP_PHASE_READY);
	log_info("ready router_id=%s instances=%u", e->router->router_id,
	    e->router->instance_count);
	return 0;
}

void
vrrp_engine_close(struct vrrp_engine *e)
{
	struct vrrp_standing *standing;

	if (e == NULL)
		return;
	standing = e->router == NULL ? NULL : e->router->standing;
	tell_phase(e, VRRP_PHASE_LEAVING);
	vrrp_channel_handle(e->config.channel, VRRP_MSG_LEVEL, NULL, NULL);
	vrrp_channel_handle(e->config.channel, VRRP_MSG_MADE, NULL, NULL);
	vrrp_channel_handle(e->config.channel, VRRP_MSG_REMOVED, NULL, NULL);
	vrrp_channel_handle(e->config.channel, VRRP_MSG_RENEWED, NULL, NULL);
	vrrp_channel_handle(e->config.channel, VRRP_MSG_JOINED, NULL, NULL);
	vrrp_channel_handle(e->config.channel, VRRP_MSG_STEERED, NULL, NULL);
	vrrp_channel_handle(e->config.channel, VRRP_MSG_LEASED, NULL, NULL);
	vrrp_channel_handle(e->config.channel, VRRP_MSG_NET, NULL, NULL);
	vrrp_tally_collect(NULL, e->config.channel);
	if (e->router != NULL)
		vrrp_apply_cancel(e->router);
	vrrp_ctl_close(e->ctl);
	vrrp_reload_free(e->reload);
	vrrp_notify_stop(e->notify);
	vrrp_router_close(e->router);
	vrrp_standing_free(standing);
	vrrp_notify_free(e->notify);
	loop_timer_free(e->beat);
	loop_timer_free(e->restart);
	vrrp_config_free(&e->running);
	vrrp_config_free(&e->next);
	free(e);
}

struct vrrp_router *
vrrp_engine_router(const struct vrrp_engine *e)
{
	return e->router;
}
