/*
 * vrrp_beside.c - a process beside the engine, as the monitor keeps it.
 *
 * Every start executes the program on disk, so that what dies after an upgrade comes
 * back as the new one.  A program that ends before its first word is not tried again:
 * a fork of the monitor, which is what runs since the start of vrrpd, takes its place
 * until the next vrrp_beside_renew().
 */
#include "config.h"

#include "vrrpd/monitor/vrrp_beside.h"

#include <sys/wait.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "shared/log.h"
#include "vrrpd/pure/vrrp_refused.h"

static void
hung_up(void *arg)
{
	(void)arg;	/* on_end() is called as well */
}

static enum vrrp_refusal
on_here(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_beside *b = arg;

	(void)body;
	(void)len;
	b->unproven = false;
	return VRRP_REFUSAL_NONE;
}

/* The process tells of its own end only. */
static enum vrrp_refusal
on_refused(const uint8_t *body, size_t len, void *arg)
{
	struct vrrp_beside *b = arg;
	struct vrrp_refused r;
	enum vrrp_way way;

	if (!vrrp_refused_decode(body, len, &way, &r) ||
	    way != vrrp_way_back(b->way))
		return VRRP_REFUSAL_BODY;
	vrrp_tally_set(&r, b->down);
	return VRRP_REFUSAL_NONE;
}

/* Not at once: the process may have been killed for a good reason. */
static void
retry(struct vrrp_beside *b)
{
	int64_t wait_ns = vrrp_backoff_next_ns(&b->backoff, b->started,
	    loop_clock());

	if (wait_ns < VRRP_BACKOFF_FIRST_NS)
		wait_ns = VRRP_BACKOFF_FIRST_NS;
	loop_timer_set(b->restart, mono_add(loop_clock(), wait_ns));
}

static const char *
how(int status)
{
	return WIFSIGNALED(status) ? "signal" : "status";
}

static int
number_of(int status)
{
	return WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
}

static void
on_end(int fd, void *arg)
{
	struct vrrp_beside *b = arg;
	int status = 0;

	(void)fd;
	vrrp_channel_drain(b->child.channel);
	if (!vrrp_child_reap(&b->child, &status))
		return;
	vrrp_child_let_go(&b->child);
	vrrp_tally_renew(b->up);
	vrrp_tally_renew(b->down);
	b->calls->ended(b->arg);
	if (!b->calls->wanted(b->arg))
		return;
	if (b->unproven) {
		log_err("%s: the program on disk ended before its first word "
		    "%s=%d: what runs since the start of vrrpd goes on",
		    b->name, how(status), number_of(status));
		b->own = true;
		b->unproven = false;
		vrrp_beside_start(b);
		return;
	}
	log_err("%s died %s=%d: started again", b->name, how(status),
	    number_of(status));
	retry(b);
}

int
vrrp_beside_try(struct vrrp_beside *b)
{
	const struct vrrp_child_plan plan = {
		.in = b->way,
		.gone = hung_up,
		.ended = on_end,
		.arg = b,
	};
	int rc, channel;

	b->started = loop_clock();
	b->unproven = b->program->path[0] != '\0' && !b->own;
	rc = vrrp_child_start(&b->child, b->loop, &plan, &channel);
	if (rc == 1) {
		b->calls->become(channel, b->unproven, b->arg);
		abort();
	}
	if (rc < 0)
		return rc;
	vrrp_channel_handle(b->child.channel, VRRP_MSG_HERE, on_here, b);
	vrrp_channel_handle(b->child.channel, VRRP_MSG_REFUSED, on_refused, b);
	vrrp_channel_on_refused(b->child.channel, vrrp_tally_set, b->up);
	b->calls->started(b->arg);
	return 0;
}

void
vrrp_beside_start(struct vrrp_beside *b)
{
	int error;

	if (b->child.pid != 0)
		return;
	error = vrrp_beside_try(b);
	if (error == 0)
		return;
	log_err("cannot start %s: %s", b->name, strerror(-error));
	retry(b);
}

static void
on_restart(mono_t deadline, void *arg)
{
	struct vrrp_beside *b = arg;

	(void)deadline;
	if (b->calls->wanted(b->arg))
		vrrp_beside_start(b);
}

/* The process does first what came before, and leaves in the socket what comes later. */
void
vrrp_beside_renew(struct vrrp_beside *b)
{
	b->own = false;
	if (b->program->path[0] != '\0' && vrrp_channel_send(b->child.channel,
	    VRRP_MSG_EXECUTE, NULL, 0) == 0)
		b->unproven = true;
}

void
vrrp_beside_tell(struct vrrp_beside *b, struct vrrp_channel *engine)
{
	vrrp_tally_tell(b->up, engine);
	vrrp_tally_tell(b->down, engine);
}

void
vrrp_beside_init(struct vrrp_beside *b, const char *name, enum vrrp_way way,
    const struct vrrp_program *program, const struct vrrp_beside_calls *calls,
    void *arg)
{
	b->name = name;
	b->way = way;
	b->program = program;
	b->calls = calls;
	b->arg = arg;
}

int
vrrp_beside_open(struct vrrp_beside *b, struct loop *loop)
{
	b->loop = loop;
	b->up = vrrp_tally_new(loop, b->way);
	b->down = vrrp_tally_new(loop, vrrp_way_back(b->way));
	b->restart = loop_timer_new(loop, on_restart, b);
	return b->up == NULL || b->down == NULL || b->restart == NULL ?
	    -ENOMEM : 0;
}

void
vrrp_beside_forget(struct vrrp_beside *b)
{
	vrrp_child_let_go(&b->child);
	vrrp_tally_free(b->up);
	vrrp_tally_free(b->down);
	loop_timer_free(b->restart);
	b->up = b->down = NULL;
	b->restart = NULL;
	b->loop = NULL;
}
