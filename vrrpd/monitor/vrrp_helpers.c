/*
 * vrrp_helpers.c - the keeper of the helper processes, in the monitor.
 *
 * Starts the helpers that the configuration needs, watches them, starts them
 * again, and passes messages on: levels from a helper to the engine, notices
 * from the engine to vrrpd-scripts, and to both the configuration that is in force,
 * as the ledger has it: neither as the engine says it, nor as the file is by now.
 * Every message is decoded before it is passed on.
 *
 * What a helper does between its fork and its end is helper/vrrp_helper.c.  A
 * helper leaves when the monitor closes its end of the channel, or dies, which
 * looks the same.
 */
#include "config.h"

#include "vrrpd/monitor/vrrp_helpers.h"

#include <sys/wait.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "shared/log.h"
#include "shared/loop.h"
#include "vrrpd/config/vrrp_needs.h"
#include "vrrpd/helper/vrrp_helper.h"
#include "vrrpd/ipc/vrrp_channel.h"
#include "vrrpd/ipc/vrrp_post.h"
#include "vrrpd/ipc/vrrp_tally.h"
#include "vrrpd/monitor/vrrp_child.h"
#include "vrrpd/pure/vrrp_level.h"
#include "vrrpd/pure/vrrp_notice.h"
#include "vrrpd/pure/vrrp_supervise.h"

struct helper {
	struct vrrp_helpers	*helpers;
	enum vrrp_helper_role	 role;
	struct vrrp_child	 child;
	struct vrrp_tally	*up;		/* refused here, said by the helper */
	struct vrrp_tally	*down;		/* refused by the helper */
	struct vrrp_post	*post;		/* of another configuration */
	struct loop_timer	*restart;
	struct vrrp_backoff	 backoff;
	mono_t			 started;
	bool			 own;		/* be a fork, execute nothing */
	bool			 unproven;	/* executed, and has said nothing */
};

struct vrrp_helpers {
	struct vrrp_ledger	*ledger;
	const struct vrrp_config *config;	/* of the start */
	const struct priv_user	*user;
	const struct vrrp_program *program;
	struct loop		*loop;
	struct vrrp_channel	*engine;	/* NULL: none */
	uint8_t			 needed;
	struct helper		 list[VRRP_HELPER_COUNT];
};

/* --- one helper --- */

static void	start_or_retry(struct helper *);

static bool
is_needed(const struct helper *h)
{
	return (h->helpers->needed & vrrp_helper_need(h->role)) != 0;
}

/* A helper knows about trackers of its own kinds only. */
static enum vrrp_refusal
on_level(const uint8_t *body, size_t len, void *arg)
{
	struct helper *h = arg;
	struct vrrp_level l;

	if (vrrp_level_decode(body, len, &l) < 0 ||
	    vrrp_needs_of_kind(l.kind) != vrrp_helper_need(h->role))
		return VRRP_REFUSAL_BODY;
	(void)vrrp_channel_send(h->helpers->engine, VRRP_MSG_LEVEL, body, len);
	return VRRP_REFUSAL_NONE;
}

/* A helper tells of its own end only. */
static enum vrrp_refusal
on_refused(const uint8_t *body, size_t len, void *arg)
{
	struct helper *h = arg;
	struct vrrp_refused r;
	enum vrrp_way way;

	if (!vrrp_refused_decode(body, len, &way, &r) ||
	    way != vrrp_way_back(vrrp_helper_way(h->role)))
		return VRRP_REFUSAL_BODY;
	vrrp_tally_set(&r, h->down);
	return VRRP_REFUSAL_NONE;
}

static enum vrrp_refusal
on_here(const uint8_t *body, size_t len, void *arg)
{
	struct helper *h = arg;

	(void)body;
	(void)len;
	h->unproven = false;
	return VRRP_REFUSAL_NONE;
}

static void
hung_up(void *arg)
{
	(void)arg;	/* on_end() is called as well */
}

static void
retry(struct helper *h)
{
	int64_t wait_ns = vrrp_backoff_next_ns(&h->backoff, h->started,
	    loop_clock());

	/* Not at once: the helper may have been killed for a good reason. */
	if (wait_ns < VRRP_BACKOFF_FIRST_NS)
		wait_ns = VRRP_BACKOFF_FIRST_NS;
	loop_timer_set(h->restart, mono_add(loop_clock(), wait_ns));
}

static void
on_end(int fd, void *arg)
{
	struct helper *h = arg;
	int status = 0;

	(void)fd;
	vrrp_channel_drain(h->child.channel);
	if (!vrrp_child_reap(&h->child, &status))
		return;
	vrrp_post_stop(h->post);
	vrrp_child_let_go(&h->child);
	vrrp_tally_renew(h->up);
	vrrp_tally_renew(h->down);
	if (!is_needed(h))
		return;
	if (h->unproven) {
		log_err("%s: the program on disk ended before its first word "
		    "%s=%d: what runs since the start of vrrpd goes on",
		    vrrp_helper_name(h->role), WIFSIGNALED(status) ?
		    "signal" : "status", WIFSIGNALED(status) ?
		    WTERMSIG(status) : WEXITSTATUS(status));
		h->own = true;
		h->unproven = false;
		start_or_retry(h);
		return;
	}
	log_err("%s died %s=%d: started again", vrrp_helper_name(h->role),
	    WIFSIGNALED(status) ? "signal" : "status", WIFSIGNALED(status) ?
	    WTERMSIG(status) : WEXITSTATUS(status));
	retry(h);
}

/* The child of the fork goes on here. */
static void __attribute__((noreturn))
become_helper(const struct helper *h, int channel)
{
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

	if (h->unproven) {
		error = vrrp_helper_execute(&birth);
		log_err("%s: cannot execute %s: %s", vrrp_helper_name(h->role),
		    h->helpers->program->path, strerror(-error));
	}
	vrrp_helper_live(&birth);
}

static int
start(struct helper *h)
{
	const struct vrrp_child_plan plan = {
		.in = vrrp_helper_way(h->role),
		.gone = hung_up,
		.ended = on_end,
		.arg = h,
	};
	int rc, fd;

	h->started = loop_clock();
	h->unproven = h->helpers->program->path[0] != '\0' && !h->own;
	rc = vrrp_child_start(&h->child, h->helpers->loop, &plan, &fd);
	if (rc == 1)
		become_helper(h, fd);
	if (rc < 0)
		return rc;
	vrrp_channel_handle(h->child.channel, VRRP_MSG_HERE, on_here, h);
	vrrp_channel_handle(h->child.channel, VRRP_MSG_LEVEL, on_level, h);
	vrrp_channel_handle(h->child.channel, VRRP_MSG_REFUSED, on_refused, h);
	vrrp_channel_on_refused(h->child.channel, vrrp_tally_set, h->up);
	return 0;
}

static void
start_or_retry(struct helper *h)
{
	int error;

	if (h->child.pid != 0)
		return;
	error = start(h);
	if (error == 0)
		return;
	log_err("cannot start %s: %s", vrrp_helper_name(h->role),
	    strerror(-error));
	retry(h);
}

static void
on_restart(mono_t deadline, void *arg)
{
	struct helper *h = arg;

	(void)deadline;
	if (is_needed(h))
		start_or_retry(h);
}

/* --- all of them --- */

static enum vrrp_refusal
on_notice(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_helpers *all = arg;
	struct vrrp_notice n;

	if (vrrp_notice_decode(body, len, &n) < 0)
		return VRRP_REFUSAL_BODY;
	(void)vrrp_channel_send(all->list[VRRP_HELPER_SCRIPTS].child.channel,
	    VRRP_MSG_NOTICE, body, len);
	return VRRP_REFUSAL_NONE;
}

static void
tell_reloaded(void *arg)
{
	struct helper *h = arg;

	(void)vrrp_channel_send(h->child.channel, VRRP_MSG_RELOADED, NULL, 0);
}

/* The engine has another configuration in force; so shall the helpers. */
static void
reloaded(uint8_t needs, void *arg)
{
	struct vrrp_helpers *all = arg;
	struct helper *h;
	unsigned i;

	all->needed = needs;
	for (i = 0; i < VRRP_HELPER_COUNT; i++) {
		h = &all->list[i];
		if (h->child.pid != 0)
			vrrp_post_send(h->post, h->child.channel, 0,
			    vrrp_ledger_in_force(all->ledger), tell_reloaded,
			    h);
		else if (is_needed(h))
			start_or_retry(h);
	}
}

static void
tell_engine(struct vrrp_helpers *all, struct vrrp_channel *engine)
{
	unsigned i;

	all->engine = engine;
	for (i = 0; i < VRRP_HELPER_COUNT; i++) {
		vrrp_tally_tell(all->list[i].up, engine);
		vrrp_tally_tell(all->list[i].down, engine);
	}
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
		if (all->list[i].child.pid != 0)
			(void)vrrp_channel_send(all->list[i].child.channel,
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
	struct helper *h;
	unsigned i;

	for (i = 0; i < VRRP_HELPER_COUNT; i++) {
		h = &all->list[i];
		h->own = false;
		if (all->program->path[0] != '\0' && vrrp_channel_send(
		    h->child.channel, VRRP_MSG_EXECUTE, NULL, 0) == 0)
			h->unproven = true;
	}
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
		vrrp_child_let_go(&h->child);
		vrrp_tally_free(h->up);
		vrrp_tally_free(h->down);
		loop_timer_free(h->restart);
		h->up = h->down = NULL;
		h->restart = NULL;
		h->post = NULL;
	}
	all->loop = NULL;
}

static int
part_open(struct loop *loop, void *arg)
{
	struct vrrp_helpers *all = arg;
	enum vrrp_way way;
	struct helper *h;
	unsigned i;

	all->loop = loop;
	for (i = 0; i < VRRP_HELPER_COUNT; i++) {
		h = &all->list[i];
		way = vrrp_helper_way(h->role);
		h->up = vrrp_tally_new(loop, way);
		h->down = vrrp_tally_new(loop, vrrp_way_back(way));
		h->restart = loop_timer_new(loop, on_restart, h);
		h->post = vrrp_post_new(loop);
		if (h->up == NULL || h->down == NULL || h->restart == NULL ||
		    h->post == NULL)
			return -ENOMEM;
		if (is_needed(h))
			start_or_retry(h);
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
		vrrp_child_hang_up(&all->list[i].child);
	}
	for (i = 0; i < VRRP_HELPER_COUNT; i++)
		if (all->list[i].child.pid != 0)
			vrrp_child_wait(&all->list[i].child, deadline);
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
