/*
 * vrrp_helpers.c - the keeper of the helper processes, in the monitor.
 *
 * Starts the helpers that the configuration needs, watches them, starts them
 * again, and passes messages on: levels from a helper to the engine, and those of
 * vrrpd-checks to vrrpd-scripts too where a tracker has an on_change, notices
 * from the engine to vrrpd-scripts, and to both the configuration that is in force,
 * as the ledger has it: neither as the engine says it, nor as the file is by now.
 * Every message is decoded before it is passed on, and what cannot be passed on now is
 * not lost: levels are asked for again, and of notices the newest of each router is
 * kept.
 *
 * What a helper does between its fork and its end is helper/vrrp_helper.c.  A
 * helper leaves when the monitor closes its end of the channel, or dies, which
 * looks the same.
 */
#include "config.h"

#include "vrrpd/monitor/vrrp_helpers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "shared/log.h"
#include "shared/loop.h"
#include "vrrpd/config/vrrp_needs.h"
#include "vrrpd/helper/vrrp_helper.h"
#include "vrrpd/ipc/vrrp_channel.h"
#include "vrrpd/ipc/vrrp_post.h"
#include "vrrpd/monitor/vrrp_beside.h"
#include "vrrpd/monitor/vrrp_child.h"
#include "vrrpd/pure/vrrp_level.h"
#include "vrrpd/pure/vrrp_notice.h"
#include "vrrpd/pure/vrrp_params.h"
#include "vrrpd/pure/vrrp_supervise.h"

#define AGAIN_NS	(100 * NS_PER_MS)
#define OWED_MAX	(VRRP_INSTANCES_MAX + VRRP_GROUPS_MAX)

struct helper {
	struct vrrp_helpers	*helpers;
	enum vrrp_helper_role	 role;
	struct vrrp_beside	 beside;
	struct vrrp_post	*post;		/* of another configuration */
	bool			 levels_lost;	/* somebody did not take some */
};

struct vrrp_helpers {
	struct vrrp_ledger	*ledger;
	const struct vrrp_config *config;	/* of the start */
	const struct priv_user	*user;
	const struct vrrp_program *program;
	struct vrrp_channel	*engine;	/* NULL: none */
	struct loop_timer	*again;		/* something was not taken */
	unsigned		 owed_count;
	struct vrrp_notice	 owed[OWED_MAX]; /* to vrrpd-scripts */
	uint8_t			 needed;
	struct helper		 list[VRRP_HELPER_COUNT];
};

/* --- one helper --- */

static bool
is_needed(const void *arg)
{
	const struct helper *h = arg;

	return (h->helpers->needed & vrrp_helper_need(h->role)) != 0;
}

static void
try_again(struct vrrp_helpers *all)
{
	loop_timer_set(all->again, mono_add(loop_clock(), AGAIN_NS));
}

/* vrrpd-scripts knows its own levels; those of vrrpd-checks are passed to it. */
static int
pass_level(struct helper *from, const uint8_t *body, size_t len)
{
	struct vrrp_helpers *all = from->helpers;
	struct helper *scripts = &all->list[VRRP_HELPER_SCRIPTS];

	if (from == scripts || (all->needed & VRRP_NEEDS_LEVELS) == 0 ||
	    scripts->beside.child.channel == NULL)
		return 0;
	return vrrp_channel_send(scripts->beside.child.channel, VRRP_MSG_LEVEL,
	    body, len);
}

/* A vrrpd-scripts that is new, or newly told what to do, knows no levels. */
static void
ask_for_levels(struct vrrp_helpers *all)
{
	if ((all->needed & VRRP_NEEDS_LEVELS) != 0)
		(void)vrrp_channel_send(all->list[VRRP_HELPER_CHECKS]
		    .beside.child.channel, VRRP_MSG_REPLAY, NULL, 0);
}

/* A helper knows about trackers of its own kinds only. */
static enum vrrp_refusal
on_level(const uint8_t *body, size_t len, void *arg)
{
	struct helper *h = arg;
	struct vrrp_helpers *all = h->helpers;
	struct vrrp_level l;

	if (vrrp_level_decode(body, len, &l) < 0 ||
	    vrrp_needs_of_kind(l.kind) != vrrp_helper_need(h->role))
		return VRRP_REFUSAL_BODY;
	if (vrrp_channel_send(all->engine, VRRP_MSG_LEVEL, body, len) ==
	    -ENOBUFS || pass_level(h, body, len) == -ENOBUFS) {
		h->levels_lost = true;
		try_again(all);
	}
	return VRRP_REFUSAL_NONE;
}

/* The newest of each tracker is all that the engine needs. */
static void
say_levels_again(struct vrrp_helpers *all)
{
	struct helper *h;
	unsigned i;

	if (all->engine != NULL && !vrrp_channel_flush(all->engine)) {
		try_again(all);
		return;
	}
	for (i = 0; i < VRRP_HELPER_COUNT; i++) {
		h = &all->list[i];
		if (h->levels_lost)
			(void)vrrp_channel_send(h->beside.child.channel,
			    VRRP_MSG_REPLAY, NULL, 0);
		h->levels_lost = false;
	}
}

/*
 * A hook is to run for the state in which a router or group is by now, however it
 * got there.  That it was contested meanwhile is of no use later.
 */
static void
owe_notice(struct vrrp_helpers *all, const struct vrrp_notice *n)
{
	struct vrrp_notice *o;
	unsigned i;

	for (i = 0; i < all->owed_count; i++) {
		o = &all->owed[i];
		if (o->group != n->group || strcmp(o->name, n->name) != 0)
			continue;
		if (n->state == VRRP_NOTICE_CONTESTED)
			return;
		o->state = n->state;
		o->priority = n->priority;
		o->time_real_ns = n->time_real_ns;
		memcpy(o->cause, n->cause, sizeof(o->cause));
		return;
	}
	if (i < OWED_MAX)
		all->owed[all->owed_count++] = *n;
}

/* Notices that vrrpd-scripts does not take, or is not there for, are kept. */
static void
send_notices(struct vrrp_helpers *all)
{
	struct vrrp_channel *c;
	uint8_t body[VRRP_NOTICE_BYTES_MAX];
	unsigned sent = 0;

	c = all->list[VRRP_HELPER_SCRIPTS].beside.child.channel;
	while (c != NULL && sent < all->owed_count && vrrp_channel_send(c,
	    VRRP_MSG_NOTICE, body, vrrp_notice_encode(&all->owed[sent],
	    body)) == 0)
		sent++;
	all->owed_count -= sent;
	memmove(&all->owed[0], &all->owed[sent],
	    all->owed_count * sizeof(all->owed[0]));
	if (c != NULL && all->owed_count > 0)
		try_again(all);
}

static void
again_cb(mono_t deadline, void *arg)
{
	(void)deadline;
	say_levels_again(arg);
	send_notices(arg);
}

static void
helper_started(void *arg)
{
	struct helper *h = arg;

	vrrp_channel_handle(h->beside.child.channel, VRRP_MSG_LEVEL, on_level,
	    h);
	if (h->role == VRRP_HELPER_SCRIPTS) {
		send_notices(h->helpers);
		ask_for_levels(h->helpers);
	}
}

static void
helper_ended(void *arg)
{
	struct helper *h = arg;

	vrrp_post_stop(h->post);
}

/* The child of the fork goes on here. */
static void
become_helper(int channel, bool execute, void *arg)
{
	struct helper *h = arg;
	struct vrrp_ledger *ledger = h->helpers->ledger;
	const struct vrrp_helper_birth birth = {
		.role = h->role,
		.channel = channel,
		.config = h->helpers->config,
		.values = vrrp_ledger_has_changed(ledger) ?
		    vrrp_ledger_in_force(ledger) : NULL,
		.user = h->helpers->user,
		.program = h->helpers->program,
	};
	int error;

	if (execute) {
		error = vrrp_helper_execute(&birth);
		log_err("%s: cannot execute %s: %s", vrrp_helper_name(h->role),
		    h->helpers->program->path, strerror(-error));
	}
	vrrp_helper_live(&birth);
}

static const struct vrrp_beside_calls helper_calls = {
	.become = become_helper,
	.started = helper_started,
	.ended = helper_ended,
	.wanted = is_needed,
};

/* --- all of them --- */

static enum vrrp_refusal
on_notice(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_helpers *all = arg;
	struct vrrp_notice n;

	if (vrrp_notice_decode(body, len, &n) < 0)
		return VRRP_REFUSAL_BODY;
	if (!is_needed(&all->list[VRRP_HELPER_SCRIPTS]))
		return VRRP_REFUSAL_NONE;
	owe_notice(all, &n);
	send_notices(all);
	return VRRP_REFUSAL_NONE;
}

static void
tell_reloaded(void *arg)
{
	struct helper *h = arg;

	(void)vrrp_channel_send(h->beside.child.channel, VRRP_MSG_RELOADED, NULL, 0);
	if (h->role == VRRP_HELPER_SCRIPTS)
		ask_for_levels(h->helpers);
}

/* The engine has another configuration in force; so shall the helpers. */
static void
reloaded(uint8_t needs, void *arg)
{
	struct vrrp_helpers *all = arg;
	struct helper *h;
	unsigned i;

	all->needed = needs;
	if (!is_needed(&all->list[VRRP_HELPER_SCRIPTS]))
		all->owed_count = 0;
	for (i = 0; i < VRRP_HELPER_COUNT; i++) {
		h = &all->list[i];
		if (h->beside.child.pid != 0)
			vrrp_post_send(h->post, h->beside.child.channel, 0,
			    vrrp_ledger_in_force(all->ledger), tell_reloaded,
			    h);
		else if (is_needed(h))
			vrrp_beside_start(&h->beside);
	}
}

static void
tell_engine(struct vrrp_helpers *all, struct vrrp_channel *engine)
{
	unsigned i;

	all->engine = engine;
	for (i = 0; i < VRRP_HELPER_COUNT; i++)
		vrrp_beside_tell(&all->list[i].beside, engine);
}

static void
part_attach(struct vrrp_channel *engine, void *arg)
{
	struct vrrp_helpers *all = arg;
	unsigned i;

	vrrp_channel_handle(engine, VRRP_MSG_NOTICE, on_notice, all);
	tell_engine(all, engine);
	/* A new engine knows nothing yet. */
	for (i = 0; i < VRRP_HELPER_COUNT; i++)
		if (all->list[i].beside.child.pid != 0)
			(void)vrrp_channel_send(all->list[i].beside.child.channel,
			    VRRP_MSG_REPLAY, NULL, 0);
}

static void
part_detach(void *arg)
{
	tell_engine(arg, NULL);
}

/* Told levels stay in force at the engine; notices wait in the socket. */
static void
part_renew(void *arg)
{
	struct vrrp_helpers *all = arg;
	unsigned i;

	for (i = 0; i < VRRP_HELPER_COUNT; i++)
		vrrp_beside_renew(&all->list[i].beside);
}

static void
part_forget(void *arg)
{
	struct vrrp_helpers *all = arg;
	struct helper *h;
	unsigned i;

	for (i = 0; i < VRRP_HELPER_COUNT; i++) {
		h = &all->list[i];
		vrrp_post_free(h->post);
		vrrp_beside_forget(&h->beside);
		h->post = NULL;
	}
	loop_timer_free(all->again);
	all->again = NULL;
}

static int
part_open(struct loop *loop, void *arg)
{
	struct vrrp_helpers *all = arg;
	struct helper *h;
	unsigned i;

	all->again = loop_timer_new(loop, again_cb, all);
	if (all->again == NULL)
		return -ENOMEM;
	for (i = 0; i < VRRP_HELPER_COUNT; i++) {
		h = &all->list[i];
		h->post = vrrp_post_new(loop);
		if (vrrp_beside_open(&h->beside, loop) < 0 || h->post == NULL)
			return -ENOMEM;
		if (is_needed(h))
			vrrp_beside_start(&h->beside);
	}
	return 0;
}

/* The loop does not run any more; waiting is all that is left. */
static void
part_close(void *arg)
{
	struct vrrp_helpers *all = arg;
	mono_t deadline = mono_add(loop_clock(), VRRP_HELPER_LEAVE_NS +
	    NS_PER_S);
	unsigned i;

	/* Every channel first, so that all helpers leave at the same time. */
	for (i = 0; i < VRRP_HELPER_COUNT; i++) {
		vrrp_post_stop(all->list[i].post);
		vrrp_child_hang_up(&all->list[i].beside.child);
	}
	for (i = 0; i < VRRP_HELPER_COUNT; i++)
		if (all->list[i].beside.child.pid != 0)
			vrrp_child_wait(&all->list[i].beside.child, deadline);
	part_forget(all);
}

struct vrrp_helpers *
vrrp_helpers_new(struct vrrp_ledger *ledger, const struct vrrp_config *config,
    const struct priv_user *user, const struct vrrp_program *program)
{
	struct vrrp_helpers *all = calloc(1, sizeof(*all));
	unsigned i;

	if (all == NULL)
		return NULL;
	all->ledger = ledger;
	vrrp_ledger_on_change(ledger, reloaded, all);
	all->config = config;
	all->user = user;
	all->program = program;
	all->needed = vrrp_needs_of_config(config);
	for (i = 0; i < VRRP_HELPER_COUNT; i++) {
		all->list[i].helpers = all;
		all->list[i].role = (enum vrrp_helper_role)i;
		vrrp_beside_init(&all->list[i].beside,
		    vrrp_helper_name(all->list[i].role),
		    vrrp_helper_way(all->list[i].role), program, &helper_calls,
		    &all->list[i]);
	}
	return all;
}

struct vrrp_monitor_part
vrrp_helpers_part(struct vrrp_helpers *all)
{
	return (struct vrrp_monitor_part){
		.attach = part_attach,
		.detach = part_detach,
		.forget = part_forget,
		.renew = part_renew,
		.open = part_open,
		.close = part_close,
		.arg = all,
	};
}

void
vrrp_helpers_free(struct vrrp_helpers *all)
{
	free(all);
}
