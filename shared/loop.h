/*
 * loop.h - the event loop: the only user of libevent's base.
 *
 * One wake-up is one batch: the loop reads CLOCK_MONOTONIC once when the poll
 * returns, and every callback of the batch sees that instant as loop_now().
 * Sockets come before timers, and what was deferred (log lines, notifications:
 * words) comes after both.
 *
 * Timers are lazy.  A deadline that moved later is not re-armed in the kernel;
 * the timer fires at the old instant, the loop sees that it is early, and
 * re-arms itself.  A callback runs only when its deadline has passed.
 *
 * Stalls.  A machine, a container or a process can be asleep without noticing.
 * loop_watch_stalls() keeps a sentinel timer; when a callback is about to run later
 * than the sentinel allowed, the loop was absent, and the handler learns from when
 * to when before that callback runs (L-32).  A suspended machine is found by
 * comparing two clocks (slept.h).
 *
 * Absences.  Between the return of one poll and the next nothing is heard and no
 * timer met: no batch should last longer than LOOP_BUDGET_NS, and a handler with
 * more to do than that does a slice of it and comes again.  The loop measures
 * every batch (loop_absence()) and knows which handler was the longest.
 *
 * Single-threaded.  Every object is owned by its creator and freed by it; a
 * callback may free its own object.
 */
#ifndef SHARED_LOOP_H
#define SHARED_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/pure/histogram.h"
#include "shared/pure/mono.h"

struct event_base;
struct loop;
struct loop_fd;
struct loop_timer;

/*
 * NULL when libevent gives no base with precise timers.  Ignores SIGPIPE for the
 * process (a program started by it wants the default back).
 */
struct loop	*loop_new(void);
/* After everything made on it was freed. NULL is fine. */
void		 loop_free(struct loop *);
/*
 * In the child of a fork(), before it touches or frees anything made on the
 * loop: gives the child a poll of its own, so that nothing it does to the loop
 * reaches the parent's.  0 or -EIO.
 */
int		 loop_after_fork(struct loop *);
/*
 * Runs until loop_stop(), finishing the batch it was called in.  0, or negative
 * errno from the poll; -EDEADLK when there is nothing left to wait for.
 */
int		 loop_run(struct loop *);
void		 loop_stop(struct loop *);
/* The instant this batch began. Outside of a batch: the clock, read afresh. */
mono_t		 loop_now(const struct loop *);
/* Reads the clock afresh, for measurements and for judging late timers. */
mono_t		 loop_clock(void);
/* CLOCK_REALTIME in nanoseconds, for kernel stamps and log times. */
int64_t		 loop_realtime_ns(void);
/* For bufferevent and evhttp users (ctl_server.c, ctl_client.c). */
struct event_base *loop_base(struct loop *);
/*
 * Handlers are known by the file that registers them and the name of their
 * function, for loop_absence(): hence the macros.  A test with a loop of its own
 * defines the functions ending in _as.
 */

/*
 * First line of every libevent callback that did not come through this file:
 * makes loop_now() the batch's instant there too, and lets the stall handler
 * run before it.  Cheap when the batch has begun already.
 */
#define loop_batch_begin(l)						\
	loop_batch_begin_as((l), __FILE__, __func__)
void		 loop_batch_begin_as(struct loop *, const char *file,
		    const char *name);

typedef void (*loop_fd_cb)(int fd, void *arg);
/* Readable callback; fd stays the caller's. NULL on failure. */
#define loop_fd_new(l, fd, cb, arg)					\
	loop_fd_new_as((l), __FILE__, #cb, (fd), (cb), (arg))
struct loop_fd	*loop_fd_new_as(struct loop *, const char *file,
		    const char *name, int fd, loop_fd_cb, void *arg);
void		 loop_fd_free(struct loop_fd *);	/* NULL is fine */

typedef void (*loop_timer_cb)(mono_t deadline, void *arg);
#define loop_timer_new(l, cb, arg)					\
	loop_timer_new_as((l), __FILE__, #cb, (cb), (arg))
struct loop_timer *loop_timer_new_as(struct loop *, const char *file,
		    const char *name, loop_timer_cb, void *arg);
/*
 * Want the callback once at `at` (MONO_NEVER: not at all), never earlier; an
 * instant in the past is the next batch.  Cheap to call often.
 */
void		 loop_timer_set(struct loop_timer *, mono_t at);
void		 loop_timer_free(struct loop_timer *);	/* NULL is fine */

typedef void (*loop_signal_cb)(int signo, void *arg);
/* The loop owns the event until loop_free(). 0 or negative errno. */
int		 loop_signal(struct loop *, int signo, loop_signal_cb, void *arg);

/*
 * Run cb once after the callbacks of this batch, in the order of the calls; from
 * a deferred callback: after the next batch, which then comes at once.  At most
 * one entry per (cb, arg); memory for `LOOP_DEFER_MAX` entries is taken at
 * start.  0 or -ENOSPC.
 */
#define LOOP_DEFER_MAX	4096
typedef void (*loop_defer_cb)(void *arg);
#define loop_defer(l, cb, arg)						\
	loop_defer_as((l), __FILE__, #cb, (cb), (arg))
int		 loop_defer_as(struct loop *, const char *file,
		    const char *name, loop_defer_cb, void *arg);
/* Forget a deferred entry, when its arg is about to be freed. */
void		 loop_defer_cancel(struct loop *, loop_defer_cb, void *arg);
/*
 * The same after everything that was deferred, for what has to wait until all
 * else of the batch is done, because others ask for it and may ask for more than
 * there is time for (ctl_server.c).  At most LOOP_LAST_MAX entries at a time.
 */
#define LOOP_LAST_MAX	8
#define loop_last(l, cb, arg)						\
	loop_last_as((l), __FILE__, #cb, (cb), (arg))
int		 loop_last_as(struct loop *, const char *file,
		    const char *name, loop_defer_cb, void *arg);
void		 loop_last_cancel(struct loop *, loop_defer_cb, void *arg);
/* cb at the end of every batch, after the last ones (log_flush). */
void		 loop_at_batch_end(struct loop *, loop_defer_cb, void *arg);

/*
 * Detect that this process was not running.  The sentinel fires every
 * cadence_ns; a callback that would run more than threshold_ns after it was due
 * meets a stall of [since, until]: since is when the sentinel was due, until is
 * now.  Time that the machine was suspended for makes since so much earlier, on a
 * clock that stood still then: until - since is how long the others have waited.
 * cadence 0 turns the sentinel off, and a cb of NULL all of it.  May be called
 * again to change the cadence.  The handler may free any object of the loop.
 */
typedef void (*loop_stall_cb)(mono_t since, mono_t until, void *arg);
void		 loop_watch_stalls(struct loop *, int64_t cadence_ns,
		    int64_t threshold_ns, loop_stall_cb, void *arg);
/*
 * For a callback that may have taken long, before it says anything to anybody:
 * tells the stall handler now what it has not been told yet.  Not from within the
 * handler, where it does nothing.  The clock, read afresh and after the handler,
 * which may have told objects of the loop of later instants than its own.
 */
mono_t		 loop_judge(struct loop *);
/* True: there is something that the stall handler has not been told yet. */
bool		 loop_is_unjudged(const struct loop *);

/*
 * Where the time went since loop_run() was first called.  `away`: from a poll's
 * return to the next poll, on the clock; `cpu`: how much of that this thread was
 * running, so that a loop that works can be told from one that is not let work;
 * `late`: how long after it was due, or after the end of the batch before, the
 * sentinel was noticed, which is nobody's work but the machine's.
 */
struct loop_longest {
	int64_t		 real_ns;	/* CLOCK_REALTIME of its end; 0: none */
	int64_t		 cpu_ns;	/* of the same batch */
	/* The handler that took most of it, and how much; NULL: none did. */
	const char	*file;
	const char	*handler;
	int64_t		 handler_ns;
};

struct loop_absence {
	struct histogram	away, cpu, late;
	struct loop_longest	away_longest, cpu_longest;
	int64_t			late_longest_real_ns;
};

/* Borrowed; the batch that is running is not in it. */
const struct loop_absence *loop_absence(const struct loop *);

/* The longest that a batch should last: a target for its handlers, no limit. */
#define LOOP_BUDGET_NS	NS_PER_MS
/* When the batch that is running has had its budget. */
mono_t		 loop_budget_end(const struct loop *);

#endif
