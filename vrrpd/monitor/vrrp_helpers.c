/*
 * vrrp_helpers.c - the keeper of the helper processes, in the monitor.
 *
 * Starts the helpers that the configuration needs, watches them, starts them
 * again, and passes messages on: levels from a helper to the engine, notices
 * from the engine to vrrpd-scripts, and to both that another configuration is in
 * force.  Reads no message but for its first byte, and no configuration file.
 *
 * What a helper does between its fork and its end is helper/vrrp_helper.c.  A
 * helper leaves when the monitor closes its end of the channel, or dies, which
 * looks the same.
 */
#include "config.h"

#include "vrrpd/monitor/vrrp_helpers.h"

#include <sys/syscall.h>
#include <sys/wait.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/log.h"
#include "shared/loop.h"
#include "vrrpd/config/vrrp_needs.h"
#include "vrrpd/helper/vrrp_helper.h"
#include "vrrpd/ipc/vrrp_channel.h"
#include "vrrpd/pure/vrrp_level.h"
#include "vrrpd/pure/vrrp_notice.h"
#include "vrrpd/pure/vrrp_supervise.h"

struct child {
	struct vrrp_helpers	*helpers;
	enum vrrp_helper_role	 role;
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
	struct child		 children[VRRP_HELPER_COUNT];
	bool			 reread;	/* config is not in force any more */
};

/* --- one child --- */

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
	if ((c->helpers->needed & vrrp_helper_need(c->role)) == 0)
		return;
	log_err("%s died %s=%d: started again", vrrp_helper_name(c->role),
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

/* In the child. */
static void __attribute__((noreturn))
become_helper(const struct child *c, int channel)
{
	const struct vrrp_helper_birth birth = {
		.role = c->role,
		.channel = channel,
		.conf = c->helpers->conf,
		.config = c->helpers->config,
		.reread = c->helpers->reread,
		.user = c->helpers->user,
	};

	vrrp_helper_live(&birth);
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
		become_helper(c, fds[1]);
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
	log_err("cannot start %s: %s", vrrp_helper_name(c->role), strerror(-error));
	c->started = loop_clock();
	retry(c);
}

static void
on_restart(mono_t deadline, void *arg)
{
	struct child *c = arg;

	(void)deadline;
	if ((c->helpers->needed & vrrp_helper_need(c->role)) != 0)
		start_or_retry(c);
}

/* --- all of them --- */

static void
on_notice(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_helpers *h = arg;

	(void)vrrp_channel_send(h->children[VRRP_HELPER_SCRIPTS].channel, VRRP_MSG_NOTICE,
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
	for (i = 0; i < VRRP_HELPER_COUNT; i++) {
		c = &h->children[i];
		if (c->pid != 0)
			(void)vrrp_channel_send(c->channel, VRRP_MSG_RELOADED,
			    NULL, 0);
		else if ((h->needed & vrrp_helper_need(i)) != 0)
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
	for (i = 0; i < VRRP_HELPER_COUNT; i++)
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

	for (i = 0; i < VRRP_HELPER_COUNT; i++) {
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
	for (i = 0; i < VRRP_HELPER_COUNT; i++) {
		c = &h->children[i];
		c->restart = loop_timer_new(loop, on_restart, c);
		if (c->restart == NULL)
			return -ENOMEM;
		if ((h->needed & vrrp_helper_need(i)) != 0)
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

	for (i = 0; i < VRRP_HELPER_COUNT; i++) {
		c = &h->children[i];
		vrrp_channel_free(c->channel);
		c->channel = NULL;
	}
	for (i = 0; i < VRRP_HELPER_COUNT; i++) {
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
	for (i = 0; i < VRRP_HELPER_COUNT; i++) {
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
