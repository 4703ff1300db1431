/*
 * monitor_world.c - see monitor_world.h.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/log.h"
#include "test/unit/vrrpd/monitor/monitor_world.h"
#include "vrrpd/pure/vrrp_traffic.h"

#define TIMERS_MAX	16
#define CHILDREN_MAX	64
#define UNREAD_MAX	16
#define TOLD_MAX	256
#define SIGNALS_MAX	65

struct world world;

void
world_did(const char *fmt, ...)
{
	size_t n = strlen(world.did);
	va_list ap;

	if (n > 0 && n < sizeof(world.did) - 1)
		world.did[n++] = ' ';
	va_start(ap, fmt);
	(void)vsnprintf(world.did + n, sizeof(world.did) - n, fmt, ap);
	va_end(ap);
}

static void
on_log(enum log_level level, const char *line, void *arg)
{
	size_t n = strlen(world.said);

	(void)level;
	(void)arg;
	(void)snprintf(world.said + n, sizeof(world.said) - n, "%s\n", line);
}

/* --- the loop --- */

struct loop {
	bool		stopped;
	loop_signal_cb	signals[SIGNALS_MAX];
	void		*signal_args[SIGNALS_MAX];
	loop_stall_cb	stall;
	void		*stall_arg;
	int64_t		threshold_ns, cadence_ns;
};
static struct loop the_loop;
static unsigned loops, timer_count;

struct loop_timer {
	mono_t		at;
	loop_timer_cb	cb;
	void		*arg;
};
static struct loop_timer *timers[TIMERS_MAX];

struct loop *
loop_new(void)
{
	memset(&the_loop, 0, sizeof(the_loop));
	loops++;
	return &the_loop;
}

void
loop_free(struct loop *l)
{
	assert_ptr_equal(l, &the_loop);
	loops--;
}

int
loop_after_fork(struct loop *l)
{
	(void)l;
	world_did("after-fork");
	return 0;
}

int
loop_run(struct loop *l)
{
	l->stopped = false;
	while (!l->stopped)
		if (world.step == NULL || !world.step()) {
			world_did("|");
			return -EIO;
		}
	return 0;
}

void
loop_stop(struct loop *l)
{
	l->stopped = true;
}

mono_t
loop_clock(void)
{
	return world.now;
}

mono_t
loop_now(const struct loop *l)
{
	(void)l;
	return world.now;
}

int64_t
loop_realtime_ns(void)
{
	return world.now.ns;
}

struct loop_timer *
loop_timer_new_as(struct loop *l, const char *file, const char *name,
    loop_timer_cb cb, void *arg)
{
	struct loop_timer *t = calloc(1, sizeof(*t));
	int i;

	(void)l;
	(void)file;
	(void)name;
	assert_non_null(t);
	*t = (struct loop_timer){ MONO_NEVER, cb, arg };
	for (i = 0; timers[i] != NULL; i++)
		assert_true(i + 1 < TIMERS_MAX);
	timers[i] = t;
	timer_count++;
	return t;
}

void
loop_timer_set(struct loop_timer *t, mono_t at)
{
	t->at = at;
}

void
loop_timer_free(struct loop_timer *t)
{
	int i;

	if (t == NULL)
		return;
	for (i = 0; timers[i] != t; i++)
		assert_true(i + 1 < TIMERS_MAX);
	timers[i] = NULL;
	timer_count--;
	free(t);
}

int
loop_signal(struct loop *l, int signo, loop_signal_cb cb, void *arg)
{
	l->signals[signo] = cb;
	l->signal_args[signo] = arg;
	return 0;
}

void
loop_at_batch_end(struct loop *l, loop_defer_cb cb, void *arg)
{
	(void)l;
	(void)cb;
	(void)arg;
}

void
loop_watch_stalls(struct loop *l, int64_t cadence_ns, int64_t threshold_ns,
    loop_stall_cb cb, void *arg)
{
	l->cadence_ns = cadence_ns;
	l->threshold_ns = threshold_ns;
	l->stall = cb;
	l->stall_arg = arg;
}

static void
run_until(mono_t until)
{
	struct loop_timer *first;
	mono_t due;
	int i;

	for (;;) {
		first = NULL;
		for (i = 0; i < TIMERS_MAX; i++)
			if (timers[i] != NULL && (first == NULL ||
			    mono_before(timers[i]->at, first->at)))
				first = timers[i];
		if (first == NULL || mono_before(until, first->at))
			break;
		due = first->at;
		first->at = MONO_NEVER;
		world.now = mono_max(world.now, due);
		first->cb(due, first->arg);
		if (the_loop.stopped)
			return;
	}
	world.now = mono_max(world.now, until);
}

void
world_run_ms(int64_t ms)
{
	run_until(mono_add(world.now, ms * NS_PER_MS));
}

/* The sentinel was due within a cadence; so late is an absence. */
void
world_sleep_ms(int64_t ms)
{
	mono_t since = mono_add(world.now, the_loop.cadence_ns);

	world.now = mono_add(world.now, ms * NS_PER_MS);
	if (the_loop.stall != NULL &&
	    mono_sub(world.now, since) > the_loop.threshold_ns)
		the_loop.stall(since, world.now, the_loop.stall_arg);
	run_until(world.now);
}

void
world_signal(int signo)
{
	assert_non_null(the_loop.signals[signo]);
	the_loop.signals[signo](signo, the_loop.signal_args[signo]);
}

/* --- channels and children --- */

struct message {
	enum vrrp_message	 type;
	size_t			 len;
	uint8_t			*bytes;
};

struct vrrp_channel {
	unsigned		 number;
	enum vrrp_way		 in;
	enum vrrp_phase		 phase;
	bool			 dead;
	vrrp_channel_gone	 gone;
	void			*arg;
	struct { vrrp_channel_cb cb; void *arg; } handlers[VRRP_MSG_COUNT];
	vrrp_channel_refused_cb	 on_refused;
	void			*on_refused_arg;
	struct vrrp_refused	 refused;
	struct message		 unread[UNREAD_MAX];
	unsigned		 unread_count;
};

static struct {
	struct vrrp_channel	*channel;
	loop_fd_cb		 ended;
	void			*arg;
	bool			 dead;
	int			 status;
} children[CHILDREN_MAX];
static struct { unsigned to; struct message m; } told[TOLD_MAX];
static unsigned told_count;

static void
deliver(struct vrrp_channel *c, const struct message *m)
{
	enum vrrp_refusal why = vrrp_traffic_judge(c->in, c->phase, m->type,
	    m->len);

	if (why == VRRP_REFUSAL_NONE)
		why = c->handlers[m->type].cb == NULL ? VRRP_REFUSAL_TYPE :
		    c->handlers[m->type].cb(m->bytes, m->len,
		    c->handlers[m->type].arg);
	if (why == VRRP_REFUSAL_NONE)
		return;
	vrrp_refused_note(&c->refused, m->type, why, loop_realtime_ns());
	if (c->on_refused != NULL)
		c->on_refused(&c->refused, c->on_refused_arg);
}

void
vrrp_channel_drain(struct vrrp_channel *c)
{
	struct message m;

	while (c->unread_count > 0) {
		m = c->unread[0];
		c->unread_count--;
		memmove(&c->unread[0], &c->unread[1],
		    c->unread_count * sizeof(m));
		deliver(c, &m);
		free(m.bytes);
	}
}

void
vrrp_channel_handle(struct vrrp_channel *c, enum vrrp_message type,
    vrrp_channel_cb cb, void *arg)
{
	assert_true(vrrp_traffic_longest(c->in, type) >= 0);
	c->handlers[type].cb = cb;
	c->handlers[type].arg = arg;
}

void
vrrp_channel_set_phase(struct vrrp_channel *c, enum vrrp_phase phase)
{
	c->phase = phase;
}

void
vrrp_channel_on_refused(struct vrrp_channel *c, vrrp_channel_refused_cb cb,
    void *arg)
{
	c->on_refused = cb;
	c->on_refused_arg = arg;
}

static struct message
copy_of(enum vrrp_message type, const void *body, size_t len)
{
	struct message m = { type, len, malloc(len + 1) };

	assert_non_null(m.bytes);
	if (len > 0)
		memcpy(m.bytes, body, len);
	return m;
}

int
vrrp_channel_send(struct vrrp_channel *c, enum vrrp_message type,
    const void *body, size_t len)
{
	if (c == NULL || c->dead)
		return -EPIPE;
	assert_true((int)len <= vrrp_traffic_longest(vrrp_way_back(c->in),
	    type));
	if (world.full)
		return -ENOBUFS;
	assert_true(told_count < TOLD_MAX);
	told[told_count].to = c->number;
	told[told_count++].m = copy_of(type, body, len);
	return 0;
}

int
vrrp_channel_send_with(struct vrrp_channel *c, enum vrrp_message type,
    const void *body, size_t len, const int *fds)
{
	if (vrrp_traffic_descriptors(type) > 0)
		assert_true(fds[0] != -1 && fds[1] != -1);
	return vrrp_channel_send(c, type, body, len);
}

/* Ends of files of its own, which close() takes. */
int
vrrp_channel_take(struct vrrp_channel *c, unsigned i)
{
	(void)c;
	(void)i;
	return dup(STDERR_FILENO);
}

bool
vrrp_channel_flush(struct vrrp_channel *c)
{
	(void)c;
	return !world.full;
}

void
vrrp_channel_free(struct vrrp_channel *c)
{
	if (c == NULL)
		return;
	while (c->unread_count > 0)
		free(c->unread[--c->unread_count].bytes);
	children[c->number].channel = NULL;
	free(c);
}

bool
world_told(unsigned n, enum vrrp_message type, const uint8_t **body,
    size_t *len)
{
	static uint8_t copy[65536];
	unsigned i;

	for (i = 0; i < told_count; i++) {
		if (told[i].to != n || told[i].m.type != type)
			continue;
		assert_true(told[i].m.len <= sizeof(copy));
		memcpy(copy, told[i].m.bytes, told[i].m.len);
		if (body != NULL)
			*body = copy;
		if (len != NULL)
			*len = told[i].m.len;
		free(told[i].m.bytes);
		told_count--;
		memmove(&told[i], &told[i + 1],
		    (told_count - i) * sizeof(told[0]));
		return true;
	}
	return false;
}

int
vrrp_child_start(struct vrrp_child *c, struct loop *l,
    const struct vrrp_child_plan *plan, int *fd)
{
	int error = world.start_error;
	unsigned n;

	assert_int_equal(c->pid, 0);
	assert_ptr_equal(l, &the_loop);
	if (error != 0) {
		world.start_error = 0;
		world_did("no-fork");
		return error;
	}
	if (world.is_child) {
		world.is_child = false;
		*fd = 99;
		return 1;
	}
	n = ++world.children;
	assert_true(n < CHILDREN_MAX);
	c->pid = (pid_t)(1000 + n);
	c->pidfd = (int)(500 + n);
	c->channel = calloc(1, sizeof(*c->channel));
	assert_non_null(c->channel);
	c->channel->number = n;
	c->channel->in = plan->in;
	c->channel->gone = plan->gone;
	c->channel->arg = plan->arg;
	children[n].channel = c->channel;
	children[n].ended = plan->ended;
	children[n].arg = plan->arg;
	children[n].dead = false;
	world_did("start:%u@%lld", n, (long long)((world.now.ns -
	    WORLD_START_NS) / NS_PER_MS));
	return 0;
}

int
vrrp_child_signal(const struct vrrp_child *c, int signo)
{
	assert_true(c->pid > 1000);
	world_did("signal:%d:%d", (int)c->pid - 1000, signo);
	return world.signal_error;
}

bool
vrrp_child_reap(struct vrrp_child *c, int *status)
{
	unsigned n = (unsigned)c->pid - 1000;

	assert_true(n >= 1 && n < CHILDREN_MAX);
	if (!children[n].dead)
		return false;
	*status = children[n].status;
	children[n].ended = NULL;
	return true;
}

void
vrrp_child_hang_up(struct vrrp_child *c)
{
	if (c->channel != NULL)
		world_did("hang-up:%d", (int)c->pid - 1000);
	vrrp_channel_free(c->channel);
	c->channel = NULL;
}

void
vrrp_child_wait(struct vrrp_child *c, mono_t deadline)
{
	world_did("wait:%d:%lld", (int)c->pid - 1000,
	    (long long)(mono_sub(deadline, world.now) / NS_PER_MS));
}

bool
vrrp_child_await(struct vrrp_child *c, mono_t deadline)
{
	world_did("await:%d:%lld", (int)c->pid - 1000,
	    (long long)(mono_sub(deadline, world.now) / NS_PER_MS));
	return !world.stays;
}

void
vrrp_child_let_go(struct vrrp_child *c)
{
	if (c->pid == 0)
		return;
	vrrp_channel_free(c->channel);
	memset(c, 0, sizeof(*c));
}

struct vrrp_channel *
world_channel(unsigned n)
{
	return children[n].channel;
}

enum vrrp_refusal
world_refused(unsigned n)
{
	return children[n].channel->refused.why;
}

void
world_writes(unsigned n, enum vrrp_message type, const void *body, size_t len)
{
	struct vrrp_channel *c = children[n].channel;

	assert_non_null(c);
	assert_true(c->unread_count < UNREAD_MAX);
	c->unread[c->unread_count++] = copy_of(type, body, len);
}

void
world_says(unsigned n, enum vrrp_message type, const void *body, size_t len)
{
	world_writes(n, type, body, len);
	vrrp_channel_drain(children[n].channel);
}

/* Messages that lie in the socket are read before the end of the stream. */
void
world_hangs_up(unsigned n)
{
	struct vrrp_channel *c = children[n].channel;

	assert_non_null(c);
	vrrp_channel_drain(c);
	c->dead = true;
	c->gone(c->arg);
}

void
world_dies(unsigned n, int status)
{
	children[n].dead = true;
	children[n].status = status;
	assert_non_null(children[n].ended);
	children[n].ended((int)(500 + n), children[n].arg);
	assert_null(children[n].ended);
}

/* --- one test --- */

void
world_begin(void)
{
	memset(&world, 0, sizeof(world));
	world.now.ns = WORLD_START_NS;
	memset(children, 0, sizeof(children));
	memset(&the_loop, 0, sizeof(the_loop));
	memset(timers, 0, sizeof(timers));
	loops = timer_count = 0;
	log_capture(on_log, NULL);
}

void
world_end(void)
{
	unsigned i;

	log_capture(NULL, NULL);
	while (told_count > 0)
		free(told[--told_count].m.bytes);
	for (i = 0; i < CHILDREN_MAX; i++)
		assert_null(children[i].channel);
	assert_int_equal(timer_count, 0);
	assert_int_equal(loops, 0);
}
