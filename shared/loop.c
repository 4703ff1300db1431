/*
 * loop.c - batches, lazy timers, deferred work and stalls on top of libevent.
 *
 * The base has precise timers (without them libevent waits in milliseconds on a
 * coarse clock) and no cached time: event_add() counts from a clock it reads
 * itself, so that an instant handed to loop_timer_set() is met to the
 * microsecond and never early, however long the batch has been running.
 *
 * A batch is one event_base_loop(EVLOOP_ONCE).  Every libevent callback enters
 * through a trampoline here (or calls loop_batch_begin() itself), and the first
 * one to do so reads the clock.  libevent makes sockets active before it looks
 * at its timers and runs both in that order; that gives "sockets before
 * timers".  After the callbacks come the deferred entries, then the batch-end
 * callback.
 *
 * Deferred entries live in two fixed sets, one being filled while the other is
 * being run, each with a hash index so that "at most one per (cb, arg)" costs
 * no search.  What a deferred callback defers runs after the next batch, and
 * that batch does not wait for an event.
 *
 * Freeing: trampolines do not touch their object after its callback, and
 * libevent takes a freed event out of its active queue, so any callback may
 * free any object, its own included.
 */
#include "config.h"

#include "shared/loop.h"

#include <assert.h>
#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "shared/pure/slept.h"

#define DEFER_SLOTS	(2 * LOOP_DEFER_MAX)	/* a power of two */
#define SLEPT_MIN_NS	NS_PER_MS

/* Where a handler stands, for loop_absence().  Both NULL: nowhere. */
struct place {
	const char	*file;
	const char	*name;
};

struct defer_entry {
	loop_defer_cb	 cb;		/* NULL: cancelled, or already run */
	void		*arg;
	struct place	 place;
};

struct defer_set {
	struct defer_entry	entry[LOOP_DEFER_MAX];
	uint16_t		slot[DEFER_SLOTS];	/* index + 1, 0 = free */
	unsigned		n;
};

struct last_set {
	struct defer_entry	entry[LOOP_LAST_MAX];
	unsigned		n;
};

struct loop_signal {
	struct loop		*loop;
	struct event		*ev;
	loop_signal_cb		 cb;
	void			*arg;
	struct loop_signal	*next;
};

struct loop_fd {
	struct loop	*loop;
	struct event	*ev;
	loop_fd_cb	 cb;
	void		*arg;
	struct place	 place;
};

struct loop_timer {
	struct loop	*loop;
	struct event	*ev;
	mono_t		 deadline;	/* wanted */
	mono_t		 armed;		/* known to libevent; <= deadline */
	loop_timer_cb	 cb;
	void		*arg;
	struct place	 place;
};

struct loop {
	struct event_base	*base;
	bool			 stop;
	bool			 in_batch;	/* `now` is this batch's */
	mono_t			 now;
	const void		*entering;	/* see enter() */
	struct loop_signal	*signals;

	struct defer_set	*filling, *running;
	struct last_set		 last, last_running;
	loop_defer_cb		 batch_end;
	void			*batch_end_arg;

	struct event		*sentinel;
	mono_t			 sentinel_due;	/* MONO_NEVER: off */
	int64_t			 cadence_ns;
	int64_t			 threshold_ns;
	loop_stall_cb		 stall;		/* NULL: nobody asks */
	void			*stall_arg;

	mono_t			 ended;		/* the batch before this one */
	int64_t			 cpu_ns;	/* of this thread, then */
	struct place		 place;		/* of the handler that runs */
	mono_t			 entered;	/* when that began */
	struct place		 slowest;	/* of this batch so far */
	int64_t			 slowest_ns;
	struct loop_absence	 absence;
	bool			 judging;	/* the handler runs */
	struct slept		 slept;
};

static void	on_sentinel(evutil_socket_t, short, void *);

/* --- invariants --- */

/* Between two batches. */
static void
loop_check(const struct loop *l)
{
	assert(l->filling != l->running);
	assert(l->running->n == 0);
	assert(l->filling->n <= LOOP_DEFER_MAX);
	assert(l->last_running.n == 0);
	assert(l->last.n <= LOOP_LAST_MAX);
	assert(l->cadence_ns >= 0);
	assert(mono_is_never(l->sentinel_due) == (l->cadence_ns == 0));
	assert(l->cadence_ns == 0 || l->stall != NULL);
}

/* libevent wakes a timer at its deadline or before it, never after. */
static void
timer_check(const struct loop_timer *t)
{
	assert(t->ev != NULL && t->cb != NULL);
	assert(!mono_before(t->deadline, t->armed));
}

/* --- clocks and the base --- */

static int64_t
clock_ns(clockid_t id)
{
	struct timespec ts;

	/* Cannot fail for the clocks asked for. */
	(void)clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

mono_t
loop_clock(void)
{
	return (mono_t){ clock_ns(CLOCK_MONOTONIC) };
}

int64_t
loop_realtime_ns(void)
{
	return clock_ns(CLOCK_REALTIME);
}

/* CLOCK_MONOTONIC is read last (slept.h); three times, to be put aside in none. */
static void
forget_sleep(struct loop *l)
{
	int64_t boot_ns = clock_ns(CLOCK_BOOTTIME);
	int i;

	slept_init(&l->slept, boot_ns, loop_clock());
	for (i = 0; i < 2; i++) {
		boot_ns = clock_ns(CLOCK_BOOTTIME);
		(void)slept_since(&l->slept, boot_ns, loop_clock());
	}
}

static struct event_base *
new_base(void)
{
	struct event_config *cfg = event_config_new();
	struct event_base *base = NULL;

	if (cfg == NULL)
		return NULL;
	if (event_config_set_flag(cfg, EVENT_BASE_FLAG_PRECISE_TIMER) == 0 &&
	    event_config_set_flag(cfg, EVENT_BASE_FLAG_NO_CACHE_TIME) == 0 &&
	    event_config_set_flag(cfg, EVENT_BASE_FLAG_NOLOCK) == 0 &&
	    event_config_set_flag(cfg, EVENT_BASE_FLAG_IGNORE_ENV) == 0)
		base = event_base_new_with_config(cfg);
	event_config_free(cfg);
	return base;
}

struct loop *
loop_new(void)
{
	struct loop *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->sentinel_due = MONO_NEVER;
	l->filling = calloc(1, sizeof(*l->filling));
	l->running = calloc(1, sizeof(*l->running));
	l->base = new_base();
	if (l->base != NULL)
		l->sentinel = event_new(l->base, -1, 0, on_sentinel, l);
	if (l->filling == NULL || l->running == NULL || l->sentinel == NULL) {
		loop_free(l);
		return NULL;
	}
	/* A client or a log reader that hangs up is an error code, no death. */
	(void)signal(SIGPIPE, SIG_IGN);
	return l;
}

void
loop_free(struct loop *l)
{
	struct loop_signal *s;

	if (l == NULL)
		return;
	while ((s = l->signals) != NULL) {
		l->signals = s->next;
		event_free(s->ev);
		free(s);
	}
	if (l->sentinel != NULL)
		event_free(l->sentinel);
	if (l->base != NULL)
		event_base_free(l->base);
	free(l->filling);
	free(l->running);
	free(l);
}

int
loop_after_fork(struct loop *l)
{
	return event_reinit(l->base) < 0 ? -EIO : 0;
}

struct event_base *
loop_base(struct loop *l)
{
	return l->base;
}

mono_t
loop_now(const struct loop *l)
{
	return l->in_batch ? l->now : loop_clock();
}

/*
 * Fires at `at`, rounded up to the microsecond.  libevent adds the relative
 * time to its own reading, cut to microseconds; cutting ours the same way makes
 * the sum never smaller than `at`.
 */
static void
arm(struct event *ev, mono_t at)
{
	int64_t now_us = us_from_ns_floor(loop_clock().ns);
	int64_t at_us = at.ns / NS_PER_US + (at.ns % NS_PER_US > 0);
	int64_t us = at_us > now_us ? at_us - now_us : 0;
	struct timeval tv = {
		.tv_sec = (time_t)(us / 1000000),
		.tv_usec = (suseconds_t)(us % 1000000),
	};

	(void)event_add(ev, &tv);
}

/* --- where the time goes --- */

const struct loop_absence *
loop_absence(const struct loop *l)
{
	return &l->absence;
}

mono_t
loop_budget_end(const struct loop *l)
{
	return mono_add(loop_now(l), LOOP_BUDGET_NS);
}

/* From here on it is this handler that runs, and no more the one before. */
static void
lap(struct loop *l, struct place next)
{
	mono_t now = loop_clock();
	int64_t ns = mono_sub(now, l->entered);

	if (l->place.name != NULL && ns > l->slowest_ns) {
		l->slowest = l->place;
		l->slowest_ns = ns;
	}
	l->place = next;
	l->entered = now;
}

static struct loop_longest
longest(const struct loop *l, int64_t cpu_ns)
{
	return (struct loop_longest){
		.real_ns = loop_realtime_ns(),
		.cpu_ns = cpu_ns,
		.file = l->slowest.file,
		.handler = l->slowest.name,
		.handler_ns = l->slowest_ns,
	};
}

static int64_t
thread_cpu_ns(void)
{
	return clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

/* The time of the poll before it is in cpu_ns too, a microsecond or two. */
static void
batch_ends(struct loop *l)
{
	struct loop_absence *a = &l->absence;
	int64_t cpu_ns;

	lap(l, (struct place){ NULL, NULL });
	l->ended = l->entered;
	cpu_ns = thread_cpu_ns();
	if (histogram_add(&a->away, mono_sub(l->ended, l->now)))
		a->away_longest = longest(l, cpu_ns - l->cpu_ns);
	if (histogram_add(&a->cpu, cpu_ns - l->cpu_ns))
		a->cpu_longest = longest(l, cpu_ns - l->cpu_ns);
	l->cpu_ns = cpu_ns;
	l->slowest = (struct place){ NULL, NULL };
	l->slowest_ns = 0;
	l->in_batch = false;
}

/* Nobody could have noticed the sentinel before the last batch had ended. */
static void
sentinel_noticed(struct loop *l, mono_t due)
{
	if (histogram_add(&l->absence.late,
	    mono_sub(l->now, mono_max(due, l->ended))))
		l->absence.late_longest_real_ns = loop_realtime_ns();
}

/* --- absence --- */

/* The time slept; less than SLEPT_MIN_NS may be that of reading the clocks. */
static int64_t
slept_ns(struct slept *s, int64_t threshold_ns)
{
	int64_t boot_ns = clock_ns(CLOCK_BOOTTIME), ns;

	ns = slept_since(s, boot_ns, loop_clock());
	return ns > threshold_ns && ns > SLEPT_MIN_NS ? ns : 0;
}

/* The time for which the loop was away, if that is more than allowed; else 0. */
static int64_t
late_ns(const struct loop *l, mono_t now)
{
	int64_t ns;

	if (mono_is_never(l->sentinel_due) || mono_before(now, l->sentinel_due))
		return 0;
	ns = mono_sub(now, l->sentinel_due);
	return ns > l->threshold_ns ? ns : 0;
}

/* The next sentinel counts from now. */
static void
restart_sentinel(struct loop *l, mono_t now)
{
	if (mono_is_never(l->sentinel_due))
		return;
	l->sentinel_due = mono_add(now, l->cadence_ns);
	arm(l->sentinel, l->sentinel_due);
}

/* The instant that an absence, if there was one, ended at. */
static mono_t
judge(struct loop *l)
{
	struct place place;
	mono_t now;
	int64_t ns;

	if (l->judging || l->stall == NULL)
		return loop_clock();
	ns = slept_ns(&l->slept, l->threshold_ns);
	now = loop_clock();
	ns += late_ns(l, now);
	if (ns == 0)
		return now;
	restart_sentinel(l, now);
	l->judging = true;
	place = l->place;
	lap(l, (struct place){ __FILE__, "stall" });
	l->stall(mono_add(now, -ns), now, l->stall_arg);
	lap(l, place);
	l->judging = false;
	return now;
}

mono_t
loop_judge(struct loop *l)
{
	/* Read again: the stall handler may have gone on to later instants. */
	(void)judge(l);
	return loop_clock();
}

bool
loop_is_unjudged(const struct loop *l)
{
	struct slept slept = l->slept;

	return l->stall != NULL && !l->judging &&
	    (late_ns(l, loop_clock()) > 0 ||
	    slept_ns(&slept, l->threshold_ns) > 0);
}

/* --- batches --- */

static void
batch_begins(struct loop *l)
{
	mono_t due = l->sentinel_due, now = judge(l);

	if (l->in_batch)
		return;
	l->in_batch = true;
	l->now = l->entered = now;
	if (mono_before(now, due))
		return;
	sentinel_noticed(l, due);
	/* Due, and not late: a late one counts from its judgement. */
	if (!mono_before(now, l->sentinel_due))
		restart_sentinel(l, now);
}

void
loop_batch_begin_as(struct loop *l, const char *file, const char *name)
{
	batch_begins(l);
	lap(l, (struct place){ file, name });
}

static void
on_sentinel(evutil_socket_t fd, short what, void *arg)
{
	struct loop *l = arg;

	(void)fd;
	(void)what;
	batch_begins(l);
	/*
	 * A sentinel that came due after this batch had begun is judged by the
	 * next batch.
	 */
	if (!mono_is_never(l->sentinel_due) &&
	    !event_pending(l->sentinel, EV_TIMEOUT, NULL))
		arm(l->sentinel, l->sentinel_due);
}

/*
 * The first thing that every trampoline does.  False when `object`, whose
 * callback is about to run, was freed by the stall handler.
 */
static bool
enter(struct loop *l, const void *object, const struct place *place)
{
	l->entering = object;
	batch_begins(l);
	if (l->entering != object)
		return false;
	lap(l, *place);
	return true;
}

static void
forget(struct loop *l, const void *object)
{
	if (l->entering == object)
		l->entering = NULL;
}

static void
run_deferred(struct loop *l)
{
	struct defer_set *set = l->filling;

	l->filling = l->running;
	l->running = set;
	for (unsigned i = 0; i < set->n; i++) {
		struct defer_entry e = set->entry[i];

		set->entry[i].cb = NULL;
		if (e.cb == NULL)
			continue;
		(void)loop_judge(l);
		lap(l, e.place);
		e.cb(e.arg);
	}
	if (set->n > 0)
		memset(set->slot, 0, sizeof(set->slot));
	set->n = 0;
}

static void
run_last(struct loop *l)
{
	struct last_set *set = &l->last_running;

	*set = l->last;
	l->last.n = 0;
	for (unsigned i = 0; i < set->n; i++) {
		if (set->entry[i].cb == NULL)
			continue;
		(void)loop_judge(l);
		lap(l, set->entry[i].place);
		set->entry[i].cb(set->entry[i].arg);
	}
	set->n = 0;
}

/* Something is to be done after the next batch, which comes at once. */
static bool
has_work(const struct loop *l)
{
	return l->filling->n > 0 || l->last.n > 0;
}

int
loop_run(struct loop *l)
{
	int flags, rc = 0;

	l->ended = loop_clock();
	l->cpu_ns = thread_cpu_ns();
	/* The time before the loop ran is start-up, not a stall. */
	restart_sentinel(l, loop_clock());
	forget_sleep(l);
	while (!l->stop) {
		flags = EVLOOP_ONCE;
		if (has_work(l))
			flags |= EVLOOP_NONBLOCK;
		errno = 0;
		rc = event_base_loop(l->base, flags);
		if (rc < 0) {
			rc = errno != 0 ? -errno : -EIO;
			break;
		}
		if (rc == 1 && !has_work(l)) {
			rc = -EDEADLK;
			break;
		}
		rc = 0;
		batch_begins(l);
		run_deferred(l);
		run_last(l);
		if (l->batch_end != NULL) {
			lap(l, (struct place){ __FILE__, "batch_end" });
			l->batch_end(l->batch_end_arg);
		}
		batch_ends(l);
		loop_check(l);
	}
	l->stop = false;
	return rc;
}

void
loop_stop(struct loop *l)
{
	l->stop = true;
}

/* --- descriptors, timers, signals --- */

static void
on_fd(evutil_socket_t fd, short what, void *arg)
{
	struct loop_fd *f = arg;

	(void)what;
	if (enter(f->loop, f, &f->place))
		f->cb(fd, f->arg);
}

struct loop_fd *
loop_fd_new_as(struct loop *l, const char *file, const char *name, int fd,
    loop_fd_cb cb, void *arg)
{
	struct loop_fd *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	*f = (struct loop_fd){
		.loop = l,
		.cb = cb,
		.arg = arg,
		.place = { file, name },
	};
	f->ev = event_new(l->base, fd, EV_READ | EV_PERSIST, on_fd, f);
	if (f->ev == NULL || event_add(f->ev, NULL) < 0) {
		loop_fd_free(f);
		return NULL;
	}
	return f;
}

void
loop_fd_free(struct loop_fd *f)
{
	if (f == NULL)
		return;
	forget(f->loop, f);
	if (f->ev != NULL)
		event_free(f->ev);
	free(f);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct loop_timer *t = arg;
	struct loop *l = t->loop;
	mono_t deadline;

	(void)fd;
	(void)what;
	t->armed = MONO_NEVER;
	if (!enter(l, t, &t->place))
		return;
	deadline = t->deadline;
	if (mono_before(l->now, deadline)) {
		/* Moved later, or cancelled, since it was armed. */
		t->deadline = MONO_NEVER;
		loop_timer_set(t, deadline);
		return;
	}
	t->deadline = MONO_NEVER;
	t->cb(deadline, t->arg);
}

struct loop_timer *
loop_timer_new_as(struct loop *l, const char *file, const char *name,
    loop_timer_cb cb, void *arg)
{
	struct loop_timer *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	*t = (struct loop_timer){
		.loop = l,
		.deadline = MONO_NEVER,
		.armed = MONO_NEVER,
		.cb = cb,
		.arg = arg,
		.place = { file, name },
	};
	t->ev = event_new(l->base, -1, 0, on_timer, t);
	if (t->ev == NULL) {
		free(t);
		return NULL;
	}
	return t;
}

void
loop_timer_set(struct loop_timer *t, mono_t at)
{
	t->deadline = at;
	/* Lazily: of a deadline that moved later on_timer() finds out. */
	if (mono_before(at, t->armed)) {
		t->armed = at;
		arm(t->ev, at);
	}
	timer_check(t);
}

void
loop_timer_free(struct loop_timer *t)
{
	if (t == NULL)
		return;
	forget(t->loop, t);
	event_free(t->ev);
	free(t);
}

static void
on_signal(evutil_socket_t signo, short what, void *arg)
{
	struct loop_signal *s = arg;

	(void)what;
	batch_begins(s->loop);
	lap(s->loop, (struct place){ __FILE__, "signal" });
	s->cb(signo, s->arg);
}

int
loop_signal(struct loop *l, int signo, loop_signal_cb cb, void *arg)
{
	struct loop_signal *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return -ENOMEM;
	*s = (struct loop_signal){ .loop = l, .cb = cb, .arg = arg };
	s->ev = evsignal_new(l->base, signo, on_signal, s);
	if (s->ev == NULL || event_add(s->ev, NULL) < 0) {
		if (s->ev != NULL)
			event_free(s->ev);
		free(s);
		return -EINVAL;
	}
	s->next = l->signals;
	l->signals = s;
	return 0;
}

/* --- deferred work --- */

/* The slot that holds (cb, arg), or the free one where it would go. */
static uint16_t *
find_slot(struct defer_set *set, loop_defer_cb cb, const void *arg)
{
	uint64_t h = (uint64_t)(uintptr_t)cb * UINT64_C(0x9e3779b97f4a7c15) ^
	    (uint64_t)(uintptr_t)arg;
	size_t i;

	h *= UINT64_C(0xbf58476d1ce4e5b9);
	for (i = h >> 32;; i++) {
		uint16_t *slot = &set->slot[i % DEFER_SLOTS];
		const struct defer_entry *e;

		if (*slot == 0)
			return slot;
		e = &set->entry[*slot - 1];
		if (e->cb == cb && e->arg == arg)
			return slot;
	}
}

int
loop_defer_as(struct loop *l, const char *file, const char *name,
    loop_defer_cb cb, void *arg)
{
	struct defer_set *set = l->filling;
	uint16_t *slot = find_slot(set, cb, arg);

	if (*slot != 0)
		return 0;
	if (set->n == LOOP_DEFER_MAX)
		return -ENOSPC;
	set->entry[set->n++] = (struct defer_entry){
		cb, arg, { file, name }
	};
	*slot = (uint16_t)set->n;
	return 0;
}

void
loop_defer_cancel(struct loop *l, loop_defer_cb cb, void *arg)
{
	struct defer_set *sets[] = { l->filling, l->running };

	for (int i = 0; i < 2; i++) {
		uint16_t *slot = find_slot(sets[i], cb, arg);

		/* The slot stays taken, so that others are still found. */
		if (*slot != 0)
			sets[i]->entry[*slot - 1].cb = NULL;
	}
}

int
loop_last_as(struct loop *l, const char *file, const char *name,
    loop_defer_cb cb, void *arg)
{
	struct last_set *set = &l->last;

	for (unsigned i = 0; i < set->n; i++)
		if (set->entry[i].cb == cb && set->entry[i].arg == arg)
			return 0;
	if (set->n == LOOP_LAST_MAX)
		return -ENOSPC;
	set->entry[set->n++] = (struct defer_entry){
		cb, arg, { file, name }
	};
	return 0;
}

void
loop_last_cancel(struct loop *l, loop_defer_cb cb, void *arg)
{
	struct last_set *sets[] = { &l->last, &l->last_running };

	for (int s = 0; s < 2; s++)
		for (unsigned i = 0; i < sets[s]->n; i++)
			if (sets[s]->entry[i].cb == cb &&
			    sets[s]->entry[i].arg == arg)
				sets[s]->entry[i].cb = NULL;
}

void
loop_at_batch_end(struct loop *l, loop_defer_cb cb, void *arg)
{
	l->batch_end = cb;
	l->batch_end_arg = arg;
}

/* --- stalls --- */

void
loop_watch_stalls(struct loop *l, int64_t cadence_ns, int64_t threshold_ns,
    loop_stall_cb cb, void *arg)
{
	bool same = cadence_ns == l->cadence_ns;

	l->threshold_ns = threshold_ns;
	l->stall = cb;
	l->stall_arg = arg;
	if (same)
		return;			/* do not push the due instant back */
	l->cadence_ns = cadence_ns;
	if (cadence_ns <= 0) {
		l->cadence_ns = 0;
		l->sentinel_due = MONO_NEVER;
		(void)event_del(l->sentinel);
		return;
	}
	l->sentinel_due = mono_add(loop_clock(), cadence_ns);
	arm(l->sentinel, l->sentinel_due);
}
