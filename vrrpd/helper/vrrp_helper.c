/*
 * vrrp_helper.c - the processes beside the engine: vrrpd-scripts, vrrpd-checks.
 *
 * The first half is the monitor's: start, watch, pass messages on.  The second
 * is the life of a helper, which begins with a fork and ends in _exit(): nothing
 * of the monitor is touched there but its descriptors, which are closed.
 *
 * A helper leaves when the monitor closes its end of the channel, or dies, which
 * looks the same.  vrrpd-scripts then finishes the hooks it was told of, so that
 * the last change of state, that this router has stopped, is told as well.
 */
#include "config.h"

#include "vrrpd/helper/vrrp_helper.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/conf.h"
#include "shared/log.h"
#include "shared/loop.h"
#include "vrrpd/helper/vrrp_check_kinds.h"
#include "vrrpd/helper/vrrp_check_ping.h"
#include "vrrpd/helper/vrrp_checks.h"
#include "vrrpd/config/vrrp_conf.h"
#include "vrrpd/config/vrrp_needs.h"
#include "vrrpd/helper/vrrp_hooks.h"
#include "vrrpd/pure/vrrp_level.h"
#include "vrrpd/pure/vrrp_notice.h"
#include "vrrpd/helper/vrrp_procs.h"
#include "vrrpd/helper/vrrp_run.h"
#include "vrrpd/pure/vrrp_supervise.h"

enum { SCRIPTS, CHECKS };
#define HELPER_COUNT	2

static const struct vrrp_checks_kind *const scripts_kinds[] = {
	&vrrp_check_script,
	NULL
};
static const struct vrrp_checks_kind *const checks_kinds[] = {
	&vrrp_check_file,
	&vrrp_check_http,
	&vrrp_check_ping,
	&vrrp_check_process,
	&vrrp_check_tcp,
	NULL
};
static const struct {
	const char				*name;	/* comm: 15 characters */
	uint8_t					 need;
	const struct vrrp_checks_kind *const	*kinds;
} roles[HELPER_COUNT] = {
	[SCRIPTS] = { "vrrpd-scripts", VRRP_NEEDS_SCRIPTS, scripts_kinds },
	[CHECKS] = { "vrrpd-checks", VRRP_NEEDS_CHECKS, checks_kinds },
};

struct child {
	struct vrrp_helpers	*helpers;
	unsigned		 role;
	pid_t			 pid;		/* 0: none */
	int			 pidfd;
	struct loop_fd		*pid_event;
	struct loop_timer	*restart;
	struct vrrp_channel	*channel;
	struct vrrp_backoff	 backoff;
	mono_t			 started;
};

struct vrrp_helpers {
	const char		*conf;
	const struct vrrp_config *config;	/* of the start */
	const struct priv_user	*user;
	struct loop		*loop;
	struct vrrp_channel	*engine;	/* NULL: none */
	uint8_t			 needed;
	struct child		 children[HELPER_COUNT];
	bool			 reread;	/* config is not in force any more */
};

static void __attribute__((noreturn)) live(const struct vrrp_helpers *,
    unsigned, int);

/* --- the monitor: one child --- */

static void	start_or_retry(struct child *);

/* Its levels, as they are. */
static void
on_level(const uint8_t *body, size_t len, void *arg)
{
	struct child *c = arg;

	(void)vrrp_channel_send(c->helpers->engine, VRRP_MSG_LEVEL, body, len);
}

static void
hung_up(void *arg)
{
	(void)arg;		/* its pidfd tells */
}

static void
let_go(struct child *c)
{
	vrrp_channel_free(c->channel);
	c->channel = NULL;
	loop_fd_free(c->pid_event);
	c->pid_event = NULL;
	if (c->pidfd >= 0)
		(void)close(c->pidfd);
	c->pidfd = -1;
	c->pid = 0;
}

static void
retry(struct child *c)
{
	int64_t wait_ns = vrrp_backoff_next_ns(&c->backoff, c->started,
	    loop_clock());

	/* Not at once: it may be killed for its own good. */
	if (wait_ns < VRRP_BACKOFF_FIRST_NS)
		wait_ns = VRRP_BACKOFF_FIRST_NS;
	loop_timer_set(c->restart, mono_add(loop_clock(), wait_ns));
}

static void
on_end(int fd, void *arg)
{
	struct child *c = arg;
	int status = 0;

	(void)fd;
	if (waitpid(c->pid, &status, WNOHANG) == 0)
		return;
	let_go(c);
	if ((c->helpers->needed & roles[c->role].need) == 0)
		return;
	log_err("%s died %s=%d: started again", roles[c->role].name,
	    WIFSIGNALED(status) ? "signal" : "status", WIFSIGNALED(status) ?
	    WTERMSIG(status) : WEXITSTATUS(status));
	retry(c);
}

static int
adopt(struct child *c, pid_t pid, int fd)
{
	struct loop *loop = c->helpers->loop;

	c->pid = pid;
	c->started = loop_clock();
	c->channel = vrrp_channel_new(loop, fd, hung_up, c);
	if (c->channel == NULL)
		return -ENOMEM;
	vrrp_channel_handle(c->channel, VRRP_MSG_LEVEL, VRRP_LEVEL_BYTES_MIN,
	    VRRP_LEVEL_BYTES_MAX, on_level, c);
	c->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (c->pidfd < 0)
		return -errno;
	c->pid_event = loop_fd_new(loop, c->pidfd, on_end, c);
	return c->pid_event == NULL ? -ENOMEM : 0;
}

static int
start(struct child *c)
{
	int fds[2], error;
	pid_t pid;

	error = vrrp_channel_pair(fds);
	if (error < 0)
		return error;
	log_flush();
	pid = fork();
	if (pid == 0)
		live(c->helpers, c->role, fds[1]);
	error = pid < 0 ? -errno : 0;
	(void)close(fds[1]);
	if (error < 0) {
		(void)close(fds[0]);
		return error;
	}
	error = adopt(c, pid, fds[0]);
	if (error < 0) {
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, NULL, 0);
		let_go(c);
	}
	return error;
}

static void
start_or_retry(struct child *c)
{
	int error;

	if (c->pid != 0)
		return;
	error = start(c);
	if (error == 0)
		return;
	log_err("cannot start %s: %s", roles[c->role].name, strerror(-error));
	c->started = loop_clock();
	retry(c);
}

static void
on_restart(mono_t deadline, void *arg)
{
	struct child *c = arg;

	(void)deadline;
	if ((c->helpers->needed & roles[c->role].need) != 0)
		start_or_retry(c);
}

/* --- the monitor: all of them --- */

static void
on_notice(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_helpers *h = arg;

	(void)vrrp_channel_send(h->children[SCRIPTS].channel, VRRP_MSG_NOTICE,
	    body, len);
}

/* The engine has another configuration in force; so shall they. */
static void
on_reloaded(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_helpers *h = arg;
	struct child *c;
	unsigned i;

	(void)len;
	h->needed = body[0];
	h->reread = true;
	for (i = 0; i < HELPER_COUNT; i++) {
		c = &h->children[i];
		if (c->pid != 0)
			(void)vrrp_channel_send(c->channel, VRRP_MSG_RELOADED,
			    NULL, 0);
		else if ((h->needed & roles[i].need) != 0)
			start_or_retry(c);
	}
}

static void
part_attach(struct vrrp_channel *engine, void *arg)
{
	struct vrrp_helpers *h = arg;
	unsigned i;

	h->engine = engine;
	vrrp_channel_handle(engine, VRRP_MSG_NOTICE, VRRP_NOTICE_BYTES_MIN,
	    VRRP_NOTICE_BYTES_MAX, on_notice, h);
	vrrp_channel_handle(engine, VRRP_MSG_RELOADED, 1, 1, on_reloaded, h);
	/* It knows nothing yet. */
	for (i = 0; i < HELPER_COUNT; i++)
		if (h->children[i].channel != NULL)
			(void)vrrp_channel_send(h->children[i].channel,
			    VRRP_MSG_REPLAY, NULL, 0);
}

static void
part_detach(void *arg)
{
	struct vrrp_helpers *h = arg;

	h->engine = NULL;
}

static void
part_forget(void *arg)
{
	struct vrrp_helpers *h = arg;
	unsigned i;

	for (i = 0; i < HELPER_COUNT; i++) {
		let_go(&h->children[i]);
		loop_timer_free(h->children[i].restart);
		h->children[i].restart = NULL;
	}
	h->loop = NULL;
}

static int
part_open(struct loop *loop, void *arg)
{
	struct vrrp_helpers *h = arg;
	struct child *c;
	unsigned i;

	h->loop = loop;
	for (i = 0; i < HELPER_COUNT; i++) {
		c = &h->children[i];
		c->restart = loop_timer_new(loop, on_restart, c);
		if (c->restart == NULL)
			return -ENOMEM;
		if ((h->needed & roles[i].need) != 0)
			start_or_retry(c);
	}
	return 0;
}

/* False when it is still there. */
static bool
wait_for_end(const struct child *c, mono_t deadline)
{
	struct pollfd pfd = { .fd = c->pidfd, .events = POLLIN };
	int64_t left_ns;
	int n;

	do {
		left_ns = mono_sub(deadline, loop_clock());
		if (left_ns < 0)
			left_ns = 0;
		n = poll(&pfd, 1, (int)(left_ns / NS_PER_MS) + 1);
	} while (n < 0 && errno == EINTR);
	return n > 0;
}

/* Without the loop: all that is left is to wait. */
static void
part_close(void *arg)
{
	struct vrrp_helpers *h = arg;
	mono_t deadline = mono_add(loop_clock(), VRRP_HELPER_LEAVE_NS +
	    NS_PER_S);
	struct child *c;
	unsigned i;

	for (i = 0; i < HELPER_COUNT; i++) {
		c = &h->children[i];
		vrrp_channel_free(c->channel);
		c->channel = NULL;
	}
	for (i = 0; i < HELPER_COUNT; i++) {
		c = &h->children[i];
		if (c->pid == 0)
			continue;
		if (!wait_for_end(c, deadline))
			(void)kill(c->pid, SIGKILL);
		(void)waitpid(c->pid, NULL, 0);
		let_go(c);
	}
	part_forget(h);
}

struct vrrp_helpers *
vrrp_helpers_new(const char *conf, const struct vrrp_config *config,
    const struct priv_user *user)
{
	struct vrrp_helpers *h = calloc(1, sizeof(*h));
	unsigned i;

	if (h == NULL)
		return NULL;
	h->conf = conf;
	h->config = config;
	h->user = user;
	h->needed = vrrp_needs_of_config(config);
	for (i = 0; i < HELPER_COUNT; i++) {
		h->children[i].helpers = h;
		h->children[i].role = i;
		h->children[i].pidfd = -1;
	}
	return h;
}

struct vrrp_monitor_part
vrrp_helpers_part(struct vrrp_helpers *h)
{
	return (struct vrrp_monitor_part){
		.attach = part_attach,
		.detach = part_detach,
		.forget = part_forget,
		.open = part_open,
		.close = part_close,
		.arg = h,
	};
}

void
vrrp_helpers_free(struct vrrp_helpers *h)
{
	free(h);
}

/* --- the life of a helper --- */

struct helper {
	unsigned		 role;
	const char		*conf;
	struct loop		*loop;
	struct vrrp_channel	*channel;
	struct vrrp_checks_shared shared;
	struct vrrp_checks	*checks;
	struct vrrp_hooks	*hooks;		/* in vrrpd-scripts */
	struct vrrp_config	 config;	/* in force; hooks look at it */
	struct loop_timer	*leave;
	bool			 leaving;
};

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

	(void)vrrp_channel_send(h->channel, VRRP_MSG_LEVEL, body,
	    vrrp_level_encode(l, body));
}

static void
on_replay(const uint8_t *body, size_t len, void *arg)
{
	struct helper *h = arg;

	(void)body;
	(void)len;
	vrrp_checks_replay(h->checks);
}

static void
tell_hooks(const uint8_t *body, size_t len, void *arg)
{
	struct helper *h = arg;
	struct vrrp_notice n;

	if (h->hooks != NULL && vrrp_notice_decode(body, len, &n) == 0)
		vrrp_hooks_tell(h->hooks, &n);
}

static void
in_force(struct helper *h, struct vrrp_config *config)
{
	struct vrrp_config old = h->config;
	int error;

	h->config = *config;
	if (h->hooks != NULL)
		vrrp_hooks_apply(h->hooks, &h->config);
	error = vrrp_checks_apply(h->checks, &h->config);
	if (error < 0)
		log_err("%s: %s", roles[h->role].name, strerror(-error));
	vrrp_config_free(&old);
}

static int
read_file(struct helper *h)
{
	static struct conf_errors errors;
	struct vrrp_config config;
	char text[640];
	int error;

	memset(&errors, 0, sizeof(errors));
	error = vrrp_conf_parse_file(h->conf, &config, &errors, NULL);
	if (error == 0) {
		in_force(h, &config);
		return 0;
	}
	if (errors.count > 0)
		log_err("%s: %s", roles[h->role].name, conf_error_format(
		    &errors.list[0], text, sizeof(text)));
	return error;
}

static void
read_again(const uint8_t *body, size_t len, void *arg)
{
	struct helper *h = arg;

	(void)body;
	(void)len;
	if (read_file(h) < 0)
		log_err("%s: what was configured before stays in force",
		    roles[h->role].name);
	/* The engine may track now what was declared all along. */
	vrrp_checks_replay(h->checks);
}

static void
leave_now(void *arg)
{
	struct helper *h = arg;

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
	if (h->hooks == NULL || vrrp_hooks_idle(h->hooks)) {
		loop_stop(h->loop);
		return;
	}
	vrrp_hooks_on_idle(h->hooks, leave_now, h);
	loop_timer_set(h->leave, mono_add(loop_clock(),
	    VRRP_HELPER_LEAVE_NS));
}

static void
flush_log(void *arg)
{
	(void)arg;
	log_flush();
}

/* Who is told by the monitor alone; ^C reaches the whole group. */
static void
ignore_signals(void)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGPIPE };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	sigset_t none;
	size_t i;

	for (i = 1; i < NSIG; i++)
		(void)sigaction((int)i, &dfl, NULL);
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		(void)sigaction(signals[i], &ignore, NULL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Nothing of the monitor's stays: 0 to 2 and the channel, which becomes 3. */
static int
keep_only(int fd)
{
	struct rlimit limit;
	int i, top = 65536;

	if (fd != 3) {
		if (dup2(fd, 3) < 0)
			return -errno;
	}
	if (fcntl(3, F_SETFD, FD_CLOEXEC) < 0 ||
	    fcntl(3, F_SETFL, O_NONBLOCK) < 0)
		return -errno;
#ifdef SYS_close_range
	if (syscall(SYS_close_range, 4U, ~0U, 0U) == 0)
		return 3;
#endif
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 65536)
		top = (int)limit.rlim_cur;
	for (i = 4; i < top; i++)
		(void)close(i);
	return 3;
}

/* Is there a script or hook of somebody else, or even of root? */
static enum priv_role
role_of(const struct vrrp_config *c, unsigned role)
{
	enum priv_role found = PRIV_VRRPD_HELPER;
	const char *user;
	unsigned i, n;

	n = c->tracker_count + c->count + c->group_count;
	for (i = 0; role == SCRIPTS && i < n; i++) {
		if (i < c->tracker_count)
			user = c->trackers[i].user;
		else if (i - c->tracker_count < c->count)
			user = c->instances[i - c->tracker_count].notify.user;
		else
			user = c->groups[i - c->tracker_count -
			    c->count].notify.user;
		if (strcmp(user, "root") == 0 ||
		    strncmp(user, "root:", 5) == 0 || strcmp(user, "0") == 0)
			return PRIV_VRRPD_HELPER_ROOT;
		if (user[0] != '\0')
			found = PRIV_VRRPD_HELPER_USERS;
	}
	return found;
}

static void
open_helper(struct helper *h, int fd)
{
	h->loop = loop_new();
	if (h->loop == NULL)
		die(h, "event loop", -ENOMEM);
	h->channel = vrrp_channel_new(h->loop, fd, monitor_gone, h);
	h->leave = loop_timer_new(h->loop, leave_timer, h);
	if (h->role == SCRIPTS) {
		h->shared.run = vrrp_run_new(h->loop);
		if (h->shared.run != NULL)
			h->hooks = vrrp_hooks_new(h->loop, h->shared.run);
	} else {
		h->shared.procs = vrrp_procs_new(h->loop);
		h->shared.ping = vrrp_ping_open();
	}
	h->checks = vrrp_checks_new(h->loop, roles[h->role].kinds, &h->shared,
	    send_level, h);
	if (h->channel == NULL || h->leave == NULL || h->checks == NULL ||
	    (h->role == SCRIPTS ? h->hooks == NULL :
	    h->shared.procs == NULL || h->shared.ping == NULL ||
	    vrrp_ping_listen(h->shared.ping, h->loop) < 0))
		die(h, "start", -ENOMEM);
	vrrp_channel_handle(h->channel, VRRP_MSG_REPLAY, 0, 0, on_replay, h);
	vrrp_channel_handle(h->channel, VRRP_MSG_RELOADED, 0, 0, read_again,
	    h);
	vrrp_channel_handle(h->channel, VRRP_MSG_NOTICE, VRRP_NOTICE_BYTES_MIN,
	    VRRP_NOTICE_BYTES_MAX, tell_hooks, h);
	loop_at_batch_end(h->loop, flush_log, NULL);
}

static void __attribute__((noreturn))
live(const struct vrrp_helpers *from, unsigned role, int fd)
{
	static const struct sched_param none;
	struct helper h = { .role = role, .conf = from->conf };
	struct vrrp_config config = *from->config;
	int error;

	(void)prctl(PR_SET_NAME, roles[role].name, 0, 0, 0);
	log_set_deferred(false);
	ignore_signals();
	(void)sched_setscheduler(0, SCHED_OTHER, &none);
	fd = keep_only(fd);
	if (fd < 0)
		die(&h, "descriptors", fd);
	open_helper(&h, fd);
	error = priv_drop(role_of(from->config, role), from->user);
	if (error < 0)
		die(&h, "cannot give up privileges", error);
	if (!from->reread)
		in_force(&h, &config);
	else if ((error = read_file(&h)) < 0)
		die(&h, "configuration", error);
	error = loop_run(h.loop);
	/* What still runs ends with us. */
	vrrp_run_free(h.shared.run);
	log_flush();
	_exit(error < 0 && error != -EDEADLK ? 1 : 0);
}
