/*
 * vrrp_helper.c - the life of a helper process: vrrpd-scripts, vrrpd-checks.
 *
 * Begins in a child of the monitor (monitor/vrrp_helpers.c), which may have executed
 * the program on disk, and ends in _exit(): nothing of the monitor is touched here
 * but its descriptors, which are closed.
 *
 * When the monitor says so, a helper executes the program on disk, with the same
 * channel and the same privileges: a process that the monitor starts later would
 * lack those that came from root.  Check scripts that run are ended, and run again
 * there; the levels that were told stay in force at the engine meanwhile.  Hooks are
 * waited for, and notices that come in the meantime are run before, or stay in
 * the socket.
 *
 * A helper leaves when the monitor closes its end of the channel, or dies, which
 * looks the same.  vrrpd-scripts then finishes the hooks it was told of, so that
 * the last change of state, that this router has stopped, is told as well.
 */
#include "config.h"

#include "vrrpd/helper/vrrp_helper.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/log.h"
#include "shared/loop.h"
#include "vrrpd/config/vrrp_conf.h"
#include "vrrpd/config/vrrp_conf_print.h"
#include "vrrpd/config/vrrp_needs.h"
#include "vrrpd/config/vrrp_reading.h"
#include "vrrpd/helper/vrrp_check_kinds.h"
#include "vrrpd/helper/vrrp_check_ping.h"
#include "vrrpd/helper/vrrp_checks.h"
#include "vrrpd/helper/vrrp_fib_watch.h"
#include "vrrpd/helper/vrrp_hooks.h"
#include "vrrpd/helper/vrrp_on_change.h"
#include "vrrpd/helper/vrrp_procs.h"
#include "vrrpd/helper/vrrp_run.h"
#include "vrrpd/ipc/vrrp_apart.h"
#include "vrrpd/ipc/vrrp_birth_exec.h"
#include "vrrpd/ipc/vrrp_channel.h"
#include "vrrpd/ipc/vrrp_post.h"
#include "vrrpd/ipc/vrrp_tally.h"
#include "vrrpd/pure/vrrp_level.h"
#include "vrrpd/pure/vrrp_notice.h"

static const struct vrrp_checks_kind *const all_kinds[] = {
	&vrrp_check_file,
	&vrrp_check_http,
	&vrrp_check_ping,
	&vrrp_check_process,
	&vrrp_check_route,
	&vrrp_check_script,
	&vrrp_check_tcp,
};
#define KIND_COUNT	(sizeof(all_kinds) / sizeof(all_kinds[0]))

static const struct {
	const char	*name;		/* comm: 15 characters */
	uint8_t		 need;		/* also of the kinds that run there */
	enum vrrp_way	 in;
} roles[VRRP_HELPER_COUNT] = {
	[VRRP_HELPER_SCRIPTS] = { "vrrpd-scripts", VRRP_NEEDS_SCRIPTS,
	    VRRP_WAY_SCRIPTS_DOWN },
	[VRRP_HELPER_CHECKS] = { "vrrpd-checks", VRRP_NEEDS_CHECKS,
	    VRRP_WAY_CHECKS_DOWN },
};

/* How long to wait before looking again whether nothing is at work. */
#define EXECUTE_AGAIN_NS	(20 * NS_PER_MS)
/* How long to wait before saying again what the monitor has not taken. */
#define LEVELS_AGAIN_NS		(100 * NS_PER_MS)

struct helper {
	enum vrrp_helper_role	 role;
	struct loop		*loop;
	struct vrrp_channel	*channel;
	struct vrrp_tally	*tally;		/* of messages refused here */
	struct vrrp_checks_shared shared;
	const struct vrrp_checks_kind *kinds[KIND_COUNT + 1];	/* NULL ends */
	struct vrrp_checks	*checks;
	struct vrrp_hooks	*hooks;		/* in vrrpd-scripts */
	struct vrrp_on_change	*on_change;	/* likewise */
	struct vrrp_config	 config;	/* in force; hooks look at it */
	struct vrrp_inbox	 inbox;		/* the next one */
	struct loop_timer	*leave;
	bool			 leaving;
	const struct vrrp_program *program;	/* NULL: execute nothing */
	int			 fd;		/* of the channel */
	struct loop_timer	*execute;	/* as soon as nothing is at work */
	struct loop_timer	*levels;	/* some were not taken */
};

const char *
vrrp_helper_name(enum vrrp_helper_role role)
{
	return roles[role].name;
}

uint8_t
vrrp_helper_need(enum vrrp_helper_role role)
{
	return roles[role].need;
}

enum vrrp_way
vrrp_helper_way(enum vrrp_helper_role role)
{
	return vrrp_way_back(roles[role].in);
}

static void __attribute__((noreturn))
die(const struct helper *h, const char *what, int error)
{
	log_err("%s: %s: %s", roles[h->role].name, what, strerror(-error));
	log_flush();
	_exit(1);
}

static void
send_level(const struct vrrp_level *l, void *arg)
{
	struct helper *h = arg;
	uint8_t body[VRRP_LEVEL_BYTES_MAX];

	if (h->on_change != NULL)
		vrrp_on_change_level(h->on_change, l);
	if (vrrp_channel_send(h->channel, VRRP_MSG_LEVEL, body,
	    vrrp_level_encode(l, body)) == -ENOBUFS)
		loop_timer_set(h->levels, mono_add(loop_clock(),
		    LEVELS_AGAIN_NS));
}

/* The newest of each tracker is all that anybody needs. */
static void
levels_cb(mono_t deadline, void *arg)
{
	struct helper *h = arg;

	(void)deadline;
	if (vrrp_channel_flush(h->channel))
		vrrp_checks_replay(h->checks);
	else
		loop_timer_set(h->levels, mono_add(loop_clock(),
		    LEVELS_AGAIN_NS));
}

static enum vrrp_refusal
on_replay(const uint8_t *body, size_t len, void *arg)
{
	struct helper *h = arg;

	(void)body;
	(void)len;
	vrrp_checks_replay(h->checks);
	return VRRP_REFUSAL_NONE;
}

static enum vrrp_refusal
tell_hooks(const uint8_t *body, size_t len, void *arg)
{
	struct helper *h = arg;
	struct vrrp_notice n;

	if (vrrp_notice_decode(body, len, &n) < 0)
		return VRRP_REFUSAL_BODY;
	vrrp_hooks_tell(h->hooks, &n);
	return VRRP_REFUSAL_NONE;
}

/* A level of vrrpd-checks. */
static enum vrrp_refusal
tell_on_change(const uint8_t *body, size_t len, void *arg)
{
	struct helper *h = arg;
	struct vrrp_level l;

	if (vrrp_level_decode(body, len, &l) < 0 ||
	    vrrp_needs_of_kind(l.kind) != VRRP_NEEDS_CHECKS)
		return VRRP_REFUSAL_BODY;
	vrrp_on_change_level(h->on_change, &l);
	return VRRP_REFUSAL_NONE;
}

/* No program that is told of something runs, and none is about to. */
static bool
has_told_all(const struct helper *h)
{
	return h->hooks == NULL || (vrrp_hooks_idle(h->hooks) &&
	    vrrp_on_change_idle(h->on_change));
}

static void
in_force(struct helper *h, struct vrrp_config *config)
{
	struct vrrp_config old = h->config;
	int error;

	h->config = *config;
	if (h->hooks != NULL)
		vrrp_hooks_apply(h->hooks, &h->config);
	if (h->on_change != NULL)
		vrrp_on_change_apply(h->on_change, &h->config);
	error = vrrp_checks_apply(h->checks, &h->config);
	if (error < 0)
		log_err("%s: %s", roles[h->role].name, strerror(-error));
	vrrp_config_free(&old);
}

static int
take_values(struct helper *h, const uint8_t *bytes, size_t len)
{
	struct vrrp_reading *r;
	int error;

	error = vrrp_reading_decode(bytes, len, &r);
	if (error < 0)
		return error;
	if (r->good) {
		in_force(h, &r->config);
		memset(&r->config, 0, sizeof(r->config));
	}
	error = r->good ? 0 : -EINVAL;
	vrrp_reading_free(r);
	return error;
}

static enum vrrp_refusal
on_values(const uint8_t *body, size_t len, void *arg)
{
	struct helper *h = arg;
	bool whole;

	return vrrp_inbox_take(&h->inbox, body, len, &whole);
}

static enum vrrp_refusal
on_reloaded(const uint8_t *body, size_t len, void *arg)
{
	struct helper *h = arg;
	int error = -EBADMSG;

	(void)body;
	(void)len;
	if (h->inbox.have > 0 && h->inbox.have == h->inbox.len)
		error = take_values(h, h->inbox.bytes, h->inbox.len);
	vrrp_inbox_empty(&h->inbox);
	if (error < 0)
		log_err("%s: %s: what was configured before stays in force",
		    roles[h->role].name, strerror(-error));
	/* The engine may track from now on what was declared all along. */
	vrrp_checks_replay(h->checks);
	return VRRP_REFUSAL_NONE;
}

static void
leave_now(void *arg)
{
	struct helper *h = arg;

	if (has_told_all(h))
		loop_stop(h->loop);
}

static void
leave_timer(mono_t deadline, void *arg)
{
	struct helper *h = arg;

	(void)deadline;
	log_warning("%s: hooks still ran when vrrpd left",
	    roles[h->role].name);
	loop_stop(h->loop);
}

static void
monitor_gone(void *arg)
{
	struct helper *h = arg;

	h->leaving = true;
	vrrp_checks_free(h->checks);
	h->checks = NULL;
	if (has_told_all(h)) {
		loop_stop(h->loop);
		return;
	}
	vrrp_hooks_on_idle(h->hooks, leave_now, h);
	vrrp_on_change_on_idle(h->on_change, leave_now, h);
	loop_timer_set(h->leave, mono_add(loop_clock(),
	    VRRP_HELPER_LEAVE_NS));
}

/* --- another program --- */

static void
execute_cb(mono_t deadline, void *arg)
{
	struct helper *h = arg;
	char *conf;

	(void)deadline;
	if (h->leaving)
		return;
	if (!has_told_all(h) || !vrrp_channel_flush(h->channel)) {
		loop_timer_set(h->execute, mono_add(loop_clock(),
		    EXECUTE_AGAIN_NS));
		return;
	}
	conf = vrrp_conf_print(&h->config);
	if (conf == NULL) {
		log_err("%s: the program on disk is not executed: out of memory",
		    roles[h->role].name);
		return;
	}
	vrrp_checks_free(h->checks);
	vrrp_run_free(h->shared.run);
	log_flush();
	die(h, "cannot execute the program on disk",
	    vrrp_birth_execute_beside(vrrp_helper_way(h->role), h->fd,
	    h->program, conf));
}

static enum vrrp_refusal
on_execute(const uint8_t *body, size_t len, void *arg)
{
	struct helper *h = arg;

	(void)body;
	(void)len;
	if (h->program != NULL)
		loop_timer_set(h->execute, loop_clock());
	return VRRP_REFUSAL_NONE;
}

static void
flush_log(void *arg)
{
	(void)arg;
	log_flush();
}

/* As whom the nth of all commands runs, of trackers first; "": as everybody. */
static const char *
user_of(const struct vrrp_config *c, unsigned n)
{
	const struct vrrp_tracker_params *t;

	if (n < 2 * c->tracker_count) {
		t = &c->trackers[n / 2];
		if (n % 2 == 1)
			return t->on_change_user;
		return t->kind == VRRP_TRACK_SCRIPT ? t->user : "";
	}
	n -= 2 * c->tracker_count;
	return n < c->count ? c->instances[n].notify.user :
	    c->groups[n - c->count].notify.user;
}

/* As little as the scripts and hooks of other users, or of root, allow. */
static enum priv_role
role_of(const struct vrrp_config *c, enum vrrp_helper_role role)
{
	enum priv_role found = role == VRRP_HELPER_CHECKS ?
	    PRIV_VRRPD_CHECKS : PRIV_VRRPD_HELPER;
	const char *user;
	unsigned i, n;

	n = 2 * c->tracker_count + c->count + c->group_count;
	for (i = 0; role == VRRP_HELPER_SCRIPTS && i < n; i++) {
		user = user_of(c, i);
		if (strcmp(user, "root") == 0 ||
		    strncmp(user, "root:", 5) == 0 || strcmp(user, "0") == 0)
			return PRIV_VRRPD_HELPER_ROOT;
		if (user[0] != '\0')
			found = PRIV_VRRPD_HELPER_USERS;
	}
	return found;
}

bool
vrrp_helper_has_users(const struct vrrp_config *c)
{
	return role_of(c, VRRP_HELPER_SCRIPTS) != PRIV_VRRPD_HELPER;
}

/* The kinds that run in this process. */
static void
choose_kinds(struct helper *h)
{
	size_t i, n = 0;

	for (i = 0; i < KIND_COUNT; i++)
		if (vrrp_needs_of_kind(all_kinds[i]->kind) ==
		    roles[h->role].need)
			h->kinds[n++] = all_kinds[i];
	h->kinds[n] = NULL;
}

static void
open_helper(struct helper *h, int fd)
{
	h->loop = loop_new();
	if (h->loop == NULL)
		die(h, "event loop", -ENOMEM);
	h->channel = vrrp_channel_new(h->loop, fd, roles[h->role].in,
	    monitor_gone, h);
	h->tally = vrrp_tally_new(h->loop, roles[h->role].in);
	h->leave = loop_timer_new(h->loop, leave_timer, h);
	h->execute = loop_timer_new(h->loop, execute_cb, h);
	h->levels = loop_timer_new(h->loop, levels_cb, h);
	if (h->role == VRRP_HELPER_SCRIPTS) {
		h->shared.run = vrrp_run_new(h->loop);
		if (h->shared.run != NULL) {
			h->hooks = vrrp_hooks_new(h->loop, h->shared.run);
			h->on_change = vrrp_on_change_new(h->loop,
			    h->shared.run);
		}
	} else {
		h->shared.procs = vrrp_procs_new(h->loop);
		h->shared.ping = vrrp_ping_open();
		h->shared.fib = vrrp_fib_watch_new(h->loop);
	}
	choose_kinds(h);
	h->checks = vrrp_checks_new(h->loop, h->kinds, &h->shared, send_level,
	    h);
	if (h->channel == NULL || h->tally == NULL || h->leave == NULL ||
	    h->execute == NULL || h->levels == NULL || h->checks == NULL ||
	    (h->role == VRRP_HELPER_SCRIPTS ? h->hooks == NULL ||
	    h->on_change == NULL :
	    h->shared.procs == NULL || h->shared.ping == NULL ||
	    h->shared.fib == NULL ||
	    vrrp_ping_listen(h->shared.ping, h->loop) < 0))
		die(h, "start", -ENOMEM);
	vrrp_channel_handle(h->channel, VRRP_MSG_REPLAY, on_replay, h);
	vrrp_channel_handle(h->channel, VRRP_MSG_VALUES, on_values, h);
	vrrp_channel_handle(h->channel, VRRP_MSG_RELOADED, on_reloaded, h);
	vrrp_channel_handle(h->channel, VRRP_MSG_EXECUTE, on_execute, h);
	if (h->hooks != NULL) {
		vrrp_channel_handle(h->channel, VRRP_MSG_NOTICE, tell_hooks,
		    h);
		vrrp_channel_handle(h->channel, VRRP_MSG_LEVEL, tell_on_change,
		    h);
	}
	vrrp_channel_on_refused(h->channel, vrrp_tally_set, h->tally);
	vrrp_tally_tell(h->tally, h->channel);
	loop_at_batch_end(h->loop, flush_log, NULL);
}

int
vrrp_helper_execute(const struct vrrp_helper_birth *b)
{
	static const struct sched_param none;
	struct vrrp_reading *r = NULL;
	char *conf = b->program->conf;
	int error;

	/* A program takes milliseconds to begin, which are the engine's. */
	(void)sched_setscheduler(0, SCHED_OTHER, &none);
	if (b->values != NULL) {
		error = vrrp_reading_decode(b->values->bytes, b->values->len,
		    &r);
		if (error < 0)
			return error;
		conf = vrrp_conf_print(&r->config);
	}
	return conf == NULL ? -ENOMEM : vrrp_birth_execute_beside(
	    vrrp_helper_way(b->role), b->channel, b->program, conf);
}

void
vrrp_helper_live(const struct vrrp_helper_birth *b)
{
	static const struct sched_param none;
	struct helper h = { .role = b->role, .program = b->program };
	struct vrrp_config config = *b->config;
	int error, fd;

	(void)prctl(PR_SET_NAME, roles[b->role].name, 0, 0, 0);
	log_set_deferred(false);
	vrrp_apart_signals();
	(void)sched_setscheduler(0, SCHED_OTHER, &none);
	/* Checks keep what the monitor prefers them by (rtsched_prefer()). */
	if (b->role != VRRP_HELPER_CHECKS)
		(void)setpriority(PRIO_PROCESS, 0, 0);
	fd = vrrp_apart_descriptors(b->channel);
	if (fd < 0)
		die(&h, "descriptors", fd);
	h.fd = fd;
	open_helper(&h, fd);
	error = priv_drop(role_of(b->config, b->role), b->user);
	if (error < 0)
		die(&h, "cannot give up privileges", error);
	if (b->values == NULL)
		in_force(&h, &config);
	else if ((error = take_values(&h, b->values->bytes, b->values->len)) <
	    0)
		die(&h, "configuration", error);
	if (b->executed)
		(void)vrrp_channel_send(h.channel, VRRP_MSG_HERE, NULL, 0);
	error = loop_run(h.loop);
	/* Programs that still run end with their runner. */
	vrrp_run_free(h.shared.run);
	log_flush();
	_exit(error < 0 && error != -EDEADLK ? 1 : 0);
}
