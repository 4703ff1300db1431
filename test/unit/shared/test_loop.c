/*
 * test_loop.c - batches, lazy timers, deferred work, stalls, in real time.
 *
 * Real time on a busy machine: a test may ask that nothing happens too early,
 * in what order things happen and that they happen at all; never that they
 * happen by a certain time.  A guard timer ends a test that hangs.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/syscall.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#include "shared/loop.h"

static struct loop *l;
static struct loop_timer *guard;
static bool timed_out;
static char trace[512];		/* a letter a call; '.' = batch end */
static struct loop_timer *ta, *tb;
static struct loop_fd *fa, *fb;
static int pa[2], pb[2];
static mono_t seen[16];
static unsigned nseen;

static int64_t boottime_ahead_ns, realtime_ahead_ns;

/* Takes the place of the C library's: two clocks of it can be moved. */
int
clock_gettime(clockid_t id, struct timespec *ts)
{
	int64_t ns = id == CLOCK_BOOTTIME ? boottime_ahead_ns :
	    id == CLOCK_REALTIME ? realtime_ahead_ns : 0;

	if (syscall(SYS_clock_gettime, id, ts) != 0)
		return -1;
	ns += ts->tv_nsec;
	ts->tv_sec += ns / NS_PER_S;
	ts->tv_nsec = ns % NS_PER_S;
	if (ts->tv_nsec < 0) {
		ts->tv_nsec += NS_PER_S;
		ts->tv_sec--;
	}
	return 0;
}

static void
note(char c)
{
	size_t n = strlen(trace);

	if (n + 1 < sizeof(trace)) {
		trace[n] = c;
		trace[n + 1] = '\0';
	}
}

static void
on_guard(mono_t deadline, void *arg)
{
	(void)deadline;
	(void)arg;
	timed_out = true;
	loop_stop(l);
}

static int
setup(void **state)
{
	(void)state;
	boottime_ahead_ns = realtime_ahead_ns = 0;
	trace[0] = '\0';
	nseen = 0;
	timed_out = false;
	ta = tb = NULL;
	fa = fb = NULL;
	l = loop_new();
	assert_non_null(l);
	guard = loop_timer_new(l, on_guard, NULL);
	assert_non_null(guard);
	loop_timer_set(guard, mono_add(loop_clock(), 20 * NS_PER_S));
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, pa), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, pb), 0);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	loop_timer_free(ta);
	loop_timer_free(tb);
	loop_fd_free(fa);
	loop_fd_free(fb);
	loop_timer_free(guard);
	loop_free(l);
	for (int i = 0; i < 2; i++) {
		close(pa[i]);
		close(pb[i]);
	}
	return 0;
}

static void
run(void)
{
	assert_int_equal(loop_run(l), 0);
	assert_false(timed_out);
}

static void
sleep_ns(int64_t ns)
{
	struct timespec ts = { ns / NS_PER_S, ns % NS_PER_S };

	while (nanosleep(&ts, &ts) < 0 && errno == EINTR)
		;
}

static void
stop(mono_t deadline, void *arg)
{
	(void)deadline;
	(void)arg;
	note('!');
	loop_stop(l);
}

static void
on_batch_end(void *arg)
{
	(void)arg;
	note('.');
}

/* --- timers --- */

static void
check_not_early(mono_t deadline, void *arg)
{
	const mono_t *want = arg;

	assert_true(deadline.ns == want->ns);
	assert_false(mono_before(loop_clock(), deadline));
	assert_false(mono_before(loop_now(l), deadline));
	note('t');
	loop_stop(l);
}

static void
test_loop_timer_never_fires_early(void **state)
{
	mono_t at;

	(void)state;
	ta = loop_timer_new(l, check_not_early, &at);
	/* Odd nanoseconds: rounding to microseconds must go up. */
	for (int64_t ns = 1; ns < 3 * NS_PER_MS; ns += 77777) {
		at = mono_add(loop_clock(), ns);
		loop_timer_set(ta, at);
		run();
	}
	assert_int_equal(strlen(trace), 39);
}

static void
test_loop_timer_in_the_past_fires_next_batch(void **state)
{
	(void)state;
	ta = loop_timer_new(l, stop, NULL);
	loop_timer_set(ta, MONO_ZERO);
	assert_string_equal(trace, "");
	run();
	assert_string_equal(trace, "!");
}

static void
rearm_past(mono_t deadline, void *arg)
{
	(void)deadline;
	(void)arg;
	note('t');
	if (strlen(trace) < 6)
		loop_timer_set(ta, MONO_ZERO);
	else
		loop_stop(l);
}

static void
test_loop_timer_rearmed_in_the_past_does_not_starve_the_batch(void **state)
{
	(void)state;
	loop_at_batch_end(l, on_batch_end, NULL);
	ta = loop_timer_new(l, rearm_past, NULL);
	loop_timer_set(ta, MONO_ZERO);
	run();
	assert_string_equal(trace, "t.t.t.t.");
}

static void
test_loop_timer_moved_later_fires_only_then(void **state)
{
	mono_t at = mono_add(loop_clock(), 2 * NS_PER_MS);

	(void)state;
	ta = loop_timer_new(l, check_not_early, &at);
	loop_timer_set(ta, at);
	at = mono_add(at, 8 * NS_PER_MS);
	loop_timer_set(ta, at);
	run();
	assert_string_equal(trace, "t");
}

static void
test_loop_timer_moved_earlier_fires_then(void **state)
{
	mono_t at = mono_add(loop_clock(), 3600 * NS_PER_S);

	(void)state;
	ta = loop_timer_new(l, check_not_early, &at);
	loop_timer_set(ta, at);
	at = mono_add(loop_clock(), NS_PER_MS);
	loop_timer_set(ta, at);
	run();
	assert_string_equal(trace, "t");
}

static void
must_not_run(mono_t deadline, void *arg)
{
	(void)deadline;
	(void)arg;
	note('X');
}

static void
test_loop_timer_never_cancels(void **state)
{
	mono_t t0 = loop_clock();

	(void)state;
	ta = loop_timer_new(l, must_not_run, NULL);
	loop_timer_set(ta, mono_add(t0, NS_PER_MS));
	loop_timer_set(ta, MONO_NEVER);
	tb = loop_timer_new(l, stop, NULL);
	loop_timer_set(tb, mono_add(t0, 5 * NS_PER_MS));
	run();
	assert_string_equal(trace, "!");
}

static void
test_loop_timer_set_after_never_fires_again(void **state)
{
	mono_t at = mono_add(loop_clock(), 4 * NS_PER_MS);

	(void)state;
	ta = loop_timer_new(l, check_not_early, &at);
	loop_timer_set(ta, mono_add(at, -3 * NS_PER_MS));
	loop_timer_set(ta, MONO_NEVER);
	loop_timer_set(ta, at);
	run();
	assert_string_equal(trace, "t");
}

static void
test_loop_timers_run_in_order_of_deadline(void **state)
{
	mono_t t0 = loop_clock();

	(void)state;
	ta = loop_timer_new(l, stop, NULL);
	loop_timer_set(ta, mono_add(t0, 2 * NS_PER_MS));
	tb = loop_timer_new(l, must_not_run, NULL);
	loop_timer_set(tb, mono_add(t0, NS_PER_MS));
	sleep_ns(3 * NS_PER_MS);
	run();
	assert_string_equal(trace, "X!");
}

static void
count(mono_t deadline, void *arg)
{
	(void)deadline;
	(void)arg;
	note('t');
	if (strlen(trace) < 200)
		loop_timer_set(ta, mono_add(loop_now(l), 50 * NS_PER_US));
	else
		loop_stop(l);
}

/* Lateness of a periodic timer is a property of the machine; shown, not judged. */
static void
test_loop_timer_periodic_runs_every_time(void **state)
{
	mono_t t0 = loop_clock();

	(void)state;
	ta = loop_timer_new(l, count, NULL);
	loop_timer_set(ta, t0);
	run();
	assert_int_equal(strlen(trace), 200);
	assert_true(mono_sub(loop_clock(), t0) >= 199 * 50 * NS_PER_US);
}

/* --- batches --- */

static void
on_readable(int fd, void *arg)
{
	char buf[8];

	(void)recv(fd, buf, sizeof(buf), MSG_DONTWAIT);
	note(*(const char *)arg);
	seen[nseen++ % 16] = loop_now(l);
}

static void
see_and_stop(mono_t deadline, void *arg)
{
	(void)deadline;
	note(*(const char *)arg);
	seen[nseen++ % 16] = loop_now(l);
	loop_stop(l);
}

static void
test_loop_batch_sockets_before_timers_one_instant(void **state)
{
	(void)state;
	loop_at_batch_end(l, on_batch_end, NULL);
	/* The timer is due first, and made first; sockets still win. */
	ta = loop_timer_new(l, see_and_stop, "t");
	loop_timer_set(ta, loop_clock());
	fa = loop_fd_new(l, pa[0], on_readable, "a");
	fb = loop_fd_new(l, pb[0], on_readable, "b");
	assert_int_equal(send(pa[1], "x", 1, 0), 1);
	assert_int_equal(send(pb[1], "x", 1, 0), 1);
	sleep_ns(NS_PER_MS);
	run();
	assert_true(strcmp(trace, "abt.") == 0 || strcmp(trace, "bat.") == 0);
	assert_true(seen[0].ns == seen[1].ns && seen[1].ns == seen[2].ns);
}

static void
foreign(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	loop_batch_begin(l);
	seen[nseen++] = loop_now(l);
	sleep_ns(NS_PER_MS);
	seen[nseen++] = loop_now(l);
	note('f');
	loop_stop(l);
}

static void
test_loop_batch_begin_serves_foreign_callbacks(void **state)
{
	struct timeval tv = { 0, 0 };
	mono_t before = loop_clock();

	(void)state;
	assert_int_equal(event_base_once(loop_base(l), -1, EV_TIMEOUT, foreign,
	    NULL, &tv), 0);
	run();
	assert_string_equal(trace, "f");
	assert_true(seen[0].ns == seen[1].ns);
	assert_false(mono_before(seen[0], before));
}

static void
last_a(void *arg)
{
	(void)arg;
	note('a');
	if (strlen(trace) < 8) {
		assert_int_equal(loop_last(l, last_a, NULL), 0);
	} else
		loop_stop(l);
}

static void
last_b(void *arg)
{
	(void)arg;
	note('b');
}

static void
words(void *arg)
{
	(void)arg;
	note('w');
}

static void
ask_for_all(mono_t deadline, void *arg)
{
	(void)deadline;
	(void)arg;
	note('t');
	assert_int_equal(loop_last(l, last_a, NULL), 0);
	assert_int_equal(loop_last(l, last_b, NULL), 0);
	assert_int_equal(loop_last(l, last_a, NULL), 0);
	assert_int_equal(loop_defer(l, words, NULL), 0);
}

/* After all that was deferred, and again after the next batch, at once. */
static void
test_loop_last_comes_after_what_was_deferred(void **state)
{
	(void)state;
	loop_at_batch_end(l, on_batch_end, NULL);
	ta = loop_timer_new(l, ask_for_all, NULL);
	loop_timer_set(ta, MONO_ZERO);
	run();
	assert_string_equal(trace, "twab.a.a.");
}

static void
cancel_b(void *arg)
{
	(void)arg;
	note('c');
	loop_last_cancel(l, last_b, NULL);
	loop_last_cancel(l, last_b, l);		/* there is none */
	loop_stop(l);
}

static void
test_loop_last_is_cancelled_and_bounded(void **state)
{
	static char args[LOOP_LAST_MAX + 1];

	(void)state;
	assert_int_equal(loop_last(l, cancel_b, NULL), 0);
	assert_int_equal(loop_last(l, last_b, NULL), 0);
	run();
	assert_string_equal(trace, "c");
	for (int i = 0; i < LOOP_LAST_MAX; i++)
		assert_int_equal(loop_last(l, words, args + i), 0);
	assert_int_equal(loop_last(l, words, args + LOOP_LAST_MAX), -ENOSPC);
	for (int i = 0; i < LOOP_LAST_MAX; i++)
		loop_last_cancel(l, words, args + i);
}

static void
test_loop_now_outside_a_batch_is_the_clock(void **state)
{
	mono_t a, b, c;

	(void)state;
	a = loop_clock();
	b = loop_now(l);
	c = loop_clock();
	assert_false(mono_before(b, a) || mono_before(c, b));
}

static void
test_loop_realtime_agrees_with_time(void **state)
{
	time_t t = time(NULL);

	(void)state;
	assert_in_range(loop_realtime_ns() / NS_PER_S, t, t + 2);
}

static void
test_loop_nothing_to_wait_for_is_an_error(void **state)
{
	struct loop *empty = loop_new();

	(void)state;
	assert_int_equal(loop_run(empty), -EDEADLK);
	loop_free(empty);
	loop_free(NULL);
}

/* --- freeing --- */

static void
free_both(int fd, void *arg)
{
	(void)fd;
	(void)arg;
	note('f');
	loop_fd_free(fa);
	loop_fd_free(fb);
	loop_timer_free(ta);
	fa = fb = NULL;
	ta = NULL;
}

static void
test_loop_free_self_and_others_of_the_same_batch(void **state)
{
	(void)state;
	fa = loop_fd_new(l, pa[0], free_both, NULL);
	fb = loop_fd_new(l, pb[0], free_both, NULL);
	ta = loop_timer_new(l, must_not_run, NULL);
	loop_timer_set(ta, MONO_ZERO);
	tb = loop_timer_new(l, stop, NULL);
	loop_timer_set(tb, mono_add(loop_clock(), 3 * NS_PER_MS));
	assert_int_equal(send(pa[1], "x", 1, 0), 1);
	assert_int_equal(send(pb[1], "x", 1, 0), 1);
	run();
	assert_string_equal(trace, "f!");
}

static void
free_self(mono_t deadline, void *arg)
{
	(void)deadline;
	(void)arg;
	note('t');
	loop_timer_free(ta);
	ta = NULL;
	loop_stop(l);
}

static void
test_loop_timer_frees_itself(void **state)
{
	(void)state;
	ta = loop_timer_new(l, free_self, NULL);
	loop_timer_set(ta, MONO_ZERO);
	run();
	assert_string_equal(trace, "t");
}

/* --- deferred work --- */

static void
deferred(void *arg)
{
	note(*(const char *)arg);
}

static void
defer_some(int fd, void *arg)
{
	on_readable(fd, arg);
	assert_int_equal(loop_defer(l, deferred, "1"), 0);
	assert_int_equal(loop_defer(l, deferred, "2"), 0);
	assert_int_equal(loop_defer(l, deferred, "3"), 0);
	assert_int_equal(loop_defer(l, deferred, "1"), 0);
	loop_defer_cancel(l, deferred, "2");
	loop_defer_cancel(l, deferred, "never was");
}

static void
test_loop_defer_once_after_the_callbacks(void **state)
{
	(void)state;
	loop_at_batch_end(l, on_batch_end, NULL);
	fa = loop_fd_new(l, pa[0], defer_some, "a");
	ta = loop_timer_new(l, stop, NULL);
	loop_timer_set(ta, MONO_ZERO);
	assert_int_equal(send(pa[1], "x", 1, 0), 1);
	run();
	assert_string_equal(trace, "a!13.");
}

static void
defer_again(void *arg)
{
	unsigned *left = arg;

	note('d');
	if (--*left > 0)
		assert_int_equal(loop_defer(l, defer_again, left), 0);
	else
		loop_stop(l);
}

static void
test_loop_defer_from_deferred_runs_after_the_next_batch(void **state)
{
	unsigned left = 3;

	(void)state;
	loop_at_batch_end(l, on_batch_end, NULL);
	/* No event is due: each batch must come without waiting for one. */
	assert_int_equal(loop_defer(l, defer_again, &left), 0);
	run();
	assert_string_equal(trace, "d.d.d.");
}

static void
cancel_two(void *arg)
{
	(void)arg;
	note('c');
	loop_defer_cancel(l, deferred, "2");
	loop_stop(l);
}

static void
test_loop_defer_cancel_reaches_the_running_round(void **state)
{
	(void)state;
	assert_int_equal(loop_defer(l, deferred, "1"), 0);
	assert_int_equal(loop_defer(l, cancel_two, NULL), 0);
	assert_int_equal(loop_defer(l, deferred, "2"), 0);
	assert_int_equal(loop_defer(l, deferred, "3"), 0);
	run();
	assert_string_equal(trace, "1c3");
}

static unsigned ran;

static void
count_deferred(void *arg)
{
	(void)arg;
	ran++;
}

static void
test_loop_defer_is_bounded(void **state)
{
	static char args[LOOP_DEFER_MAX + 1];

	(void)state;
	ran = 0;
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < LOOP_DEFER_MAX; i++)
			assert_int_equal(loop_defer(l, count_deferred,
			    &args[i]), 0);
		/* Full, but what is in it already is no new entry. */
		assert_int_equal(loop_defer(l, count_deferred,
		    &args[LOOP_DEFER_MAX]), -ENOSPC);
		assert_int_equal(loop_defer(l, count_deferred, &args[0]), 0);
		loop_stop(l);
		ta = loop_timer_new(l, stop, NULL);
		loop_timer_set(ta, MONO_ZERO);
		loop_run(l);		/* was told to stop: nothing ran */
		assert_int_equal(ran, round * LOOP_DEFER_MAX);
		run();
		assert_int_equal(ran, (round + 1) * LOOP_DEFER_MAX);
		loop_timer_free(ta);
		ta = NULL;
	}
}

/* --- signals --- */

static void
on_signal(int signo, void *arg)
{
	assert_int_equal(signo, SIGUSR1);
	note(*(const char *)arg);
	loop_stop(l);
}

static void
test_loop_signal_is_delivered_in_the_loop(void **state)
{
	(void)state;
	assert_int_equal(loop_signal(l, SIGUSR1, on_signal, "s"), 0);
	assert_true(loop_signal(l, 9999, on_signal, "s") < 0);
	raise(SIGUSR1);
	assert_string_equal(trace, "");
	run();
	assert_string_equal(trace, "s");
}

static void
test_loop_ignores_sigpipe(void **state)
{
	int p[2];

	(void)state;
	assert_int_equal(pipe(p), 0);
	close(p[0]);
	assert_int_equal(write(p[1], "x", 1), -1);
	assert_int_equal(errno, EPIPE);
	close(p[1]);
}

/* --- stalls --- */

static mono_t since, until, told_at;

static void
on_stall(mono_t from, mono_t to, void *arg)
{
	(void)arg;
	note('S');
	since = from;
	until = to;
	assert_false(mono_before(loop_clock(), to));
	assert_true(mono_before(from, to));
	told_at = loop_clock();
}

static void
be_absent(mono_t deadline, void *arg)
{
	(void)deadline;
	(void)arg;
	note('z');
	loop_timer_set(tb, MONO_ZERO);
	sleep_ns(30 * NS_PER_MS);
}

static void
test_loop_stall_is_told_before_anything_else(void **state)
{
	mono_t t0 = loop_clock();

	(void)state;
	loop_watch_stalls(l, 5 * NS_PER_MS, 10 * NS_PER_MS, on_stall, NULL);
	ta = loop_timer_new(l, be_absent, NULL);
	loop_timer_set(ta, MONO_ZERO);
	tb = loop_timer_new(l, stop, NULL);
	run();
	assert_string_equal(strchr(trace, 'z'), "zS!");	/* L-32 */
	assert_true(mono_sub(until, since) > 10 * NS_PER_MS);
	assert_true(since.ns >= t0.ns + 5 * NS_PER_MS);
}

static void
test_loop_stall_below_threshold_is_silent(void **state)
{
	(void)state;
	loop_watch_stalls(l, NS_PER_MS, 3600 * NS_PER_S, on_stall, NULL);
	ta = loop_timer_new(l, be_absent, NULL);
	loop_timer_set(ta, MONO_ZERO);
	tb = loop_timer_new(l, stop, NULL);
	run();
	assert_string_equal(trace, "z!");
}

static void
test_loop_stall_turned_off_is_silent(void **state)
{
	(void)state;
	loop_watch_stalls(l, NS_PER_MS, 0, on_stall, NULL);
	loop_watch_stalls(l, 0, 0, NULL, NULL);
	ta = loop_timer_new(l, be_absent, NULL);
	loop_timer_set(ta, MONO_ZERO);
	tb = loop_timer_new(l, stop, NULL);
	run();
	assert_string_equal(trace, "z!");
}

static void
test_loop_stall_time_before_run_does_not_count(void **state)
{
	(void)state;
	/* Wide margins: the machine itself may be away for tens of ms. */
	loop_watch_stalls(l, NS_PER_MS, 150 * NS_PER_MS, on_stall, NULL);
	sleep_ns(200 * NS_PER_MS);
	ta = loop_timer_new(l, stop, NULL);
	loop_timer_set(ta, MONO_ZERO);
	run();
	assert_string_equal(trace, "!");
}

static void
stop_on_third(mono_t from, mono_t to, void *arg)
{
	(void)arg;
	assert_true(mono_sub(to, from) > -1);
	note('S');
	if (strlen(trace) == 3)
		loop_stop(l);
}

/* Threshold below zero: every sentinel is "late", so each one is counted. */
static void
test_loop_stall_sentinel_rearms_itself(void **state)
{
	mono_t t0 = loop_clock();

	(void)state;
	loop_watch_stalls(l, 2 * NS_PER_MS, -1, stop_on_third, NULL);
	run();
	assert_string_equal(trace, "SSS");
	assert_true(mono_sub(loop_clock(), t0) >= 6 * NS_PER_MS);
}

static void
free_fd_in_stall(mono_t from, mono_t to, void *arg)
{
	(void)from;
	(void)to;
	(void)arg;
	if (strchr(trace, 'z') == NULL)
		return;			/* the machine was away before we were */
	note('S');
	loop_fd_free(fa);
	fa = NULL;
	loop_timer_free(ta);
	ta = NULL;
	loop_stop(l);
}

static void
absent_with_mail(mono_t deadline, void *arg)
{
	(void)deadline;
	(void)arg;
	note('z');
	assert_int_equal(send(pa[1], "x", 1, 0), 1);
	loop_timer_set(ta, MONO_ZERO);
	sleep_ns(30 * NS_PER_MS);
}

static void
test_loop_stall_handler_frees_what_was_to_run(void **state)
{
	(void)state;
	/* The descriptor's callback begins the batch that finds the stall. */
	loop_watch_stalls(l, 5 * NS_PER_MS, 10 * NS_PER_MS, free_fd_in_stall,
	    NULL);
	fa = loop_fd_new(l, pa[0], on_readable, "a");
	ta = loop_timer_new(l, must_not_run, NULL);
	tb = loop_timer_new(l, absent_with_mail, NULL);
	loop_timer_set(tb, MONO_ZERO);
	run();
	assert_null(strpbrk(trace, "aX"));
	assert_string_equal(trace + strlen(trace) - 2, "zS");
}

/* --- absences --- */

static void
nap(mono_t deadline, void *arg)
{
	(void)deadline;
	(void)arg;
	sleep_ns(20 * NS_PER_MS);
	loop_stop(l);
}

static const char *
base_name(const char *file)
{
	return strrchr(file, '/') == NULL ? file : strrchr(file, '/') + 1;
}

static void
test_loop_absence_names_the_handler_that_was_longest(void **state)
{
	const struct loop_absence *a = loop_absence(l);

	(void)state;
	assert_int_equal(histogram_total(&a->away), 0);
	ta = loop_timer_new(l, nap, NULL);
	fa = loop_fd_new(l, pa[0], on_readable, "a");
	assert_int_equal(send(pa[1], "x", 1, 0), 1);
	loop_timer_set(ta, MONO_ZERO);
	run();
	assert_true(histogram_total(&a->away) > 0);
	assert_true(a->away.longest_ns >= 20 * NS_PER_MS);
	assert_string_equal(a->away_longest.handler, "nap");
	assert_string_equal(base_name(a->away_longest.file), "test_loop.c");
	assert_true(a->away_longest.handler_ns >= 20 * NS_PER_MS);
	assert_true(a->away_longest.handler_ns <= a->away.longest_ns);
	assert_true(a->away_longest.real_ns <= loop_realtime_ns());
	/* Asleep is not at work. */
	assert_true(a->away_longest.cpu_ns < a->away.longest_ns);
}

static int64_t
cpu_ns(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (int64_t)ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

static void
toil(mono_t deadline, void *arg)
{
	int64_t begun = cpu_ns();

	(void)deadline;
	(void)arg;
	while (cpu_ns() - begun < 3 * NS_PER_MS)
		;
	loop_timer_set(ta, MONO_ZERO);
}

static void
test_loop_absence_tells_work_from_waiting(void **state)
{
	const struct loop_absence *a = loop_absence(l);

	(void)state;
	ta = loop_timer_new(l, nap, NULL);
	tb = loop_timer_new(l, toil, NULL);
	loop_timer_set(tb, MONO_ZERO);
	run();
	assert_string_equal(a->cpu_longest.handler, "toil");
	assert_true(a->cpu.longest_ns >= 3 * NS_PER_MS);
	assert_true(a->away.longest_ns >= 20 * NS_PER_MS);
}

static void
asleep_in_the_poll(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	/* As the loop sees it, the poll returned after this. */
	sleep_ns(20 * NS_PER_MS);
}

static void
test_loop_absence_of_the_machine_is_lateness(void **state)
{
	const struct loop_absence *a = loop_absence(l);
	struct timeval tv = { 0, 0 };

	(void)state;
	loop_watch_stalls(l, NS_PER_MS, 3600 * NS_PER_S, on_stall, NULL);
	assert_int_equal(event_base_once(loop_base(l), -1, EV_TIMEOUT,
	    asleep_in_the_poll, NULL, &tv), 0);
	ta = loop_timer_new(l, stop, NULL);
	loop_timer_set(ta, mono_add(loop_clock(), 10 * NS_PER_MS));
	run();
	assert_true(a->late.longest_ns >= 19 * NS_PER_MS);
	assert_true(a->late_longest_real_ns > 0);
}

/* Our own time is no lateness, whenever the sentinel would have been due. */
static void
test_loop_absence_of_its_own_is_no_lateness(void **state)
{
	const struct loop_absence *a = loop_absence(l);
	mono_t t0 = loop_clock();

	(void)state;
	loop_watch_stalls(l, NS_PER_MS, 3600 * NS_PER_S, on_stall, NULL);
	ta = loop_timer_new(l, be_absent, NULL);
	loop_timer_set(ta, MONO_ZERO);
	tb = loop_timer_new(l, stop, NULL);
	run();
	assert_true(histogram_total(&a->late) > 0);
	/* be_absent() slept for 30 ms of all that time. */
	assert_true(a->late.longest_ns <=
	    mono_sub(loop_clock(), t0) - 30 * NS_PER_MS);
}

static void
check_budget(mono_t deadline, void *arg)
{
	(void)deadline;
	(void)arg;
	sleep_ns(NS_PER_MS);
	assert_true(loop_budget_end(l).ns == loop_now(l).ns + LOOP_BUDGET_NS);
	assert_false(mono_before(loop_clock(), loop_budget_end(l)));
	loop_stop(l);
}

static void
test_loop_budget_counts_from_the_beginning_of_the_batch(void **state)
{
	(void)state;
	ta = loop_timer_new(l, check_budget, NULL);
	loop_timer_set(ta, MONO_ZERO);
	run();
}

/* A callback that takes long: the next one of the same batch is kept waiting. */
static void
read_slowly(int fd, void *arg)
{
	char c;

	(void)arg;
	note('z');
	assert_int_equal(recv(fd, &c, 1, MSG_DONTWAIT), 1);
	sleep_ns(30 * NS_PER_MS);
}

static void
deferred_note(void *arg)
{
	(void)arg;
	note('d');
	loop_stop(l);
}

static void
read_and_defer(int fd, void *arg)
{
	char c;

	(void)arg;
	note('b');
	assert_int_equal(recv(fd, &c, 1, MSG_DONTWAIT), 1);
	assert_int_equal(loop_defer(l, deferred_note, NULL), 0);
	sleep_ns(30 * NS_PER_MS);
}

/* L-32: after a long handler as well, and not only when a batch begins. */
static void
test_loop_stall_of_a_handler_is_told_before_the_next(void **state)
{
	(void)state;
	loop_watch_stalls(l, 5 * NS_PER_MS, 10 * NS_PER_MS, on_stall, NULL);
	assert_int_equal(send(pa[1], "x", 1, 0), 1);
	assert_int_equal(send(pb[1], "x", 1, 0), 1);
	fa = loop_fd_new(l, pa[0], read_slowly, NULL);
	fb = loop_fd_new(l, pb[0], read_and_defer, NULL);
	run();
	assert_string_equal(strchr(trace, 'z'), "zSbSd");
	assert_true(mono_sub(until, since) > 10 * NS_PER_MS);
}

static void
judge_oneself(mono_t deadline, void *arg)
{
	mono_t first;

	(void)deadline;
	(void)arg;
	loop_judge(l);
	note('z');
	assert_true(mono_before(loop_now(l), loop_judge(l)));
	sleep_ns(30 * NS_PER_MS);
	assert_true(loop_is_unjudged(l));
	first = loop_judge(l);
	assert_false(loop_is_unjudged(l));
	note('1');
	assert_true(mono_before(told_at, first));
	loop_judge(l);
	note('2');
	loop_stop(l);
}

/*
 * Whoever is about to speak asks in the midst of a handler, and goes on from an
 * instant after whatever the stall handler has done.
 */
static void
test_loop_stall_is_judged_when_asked_for(void **state)
{
	(void)state;
	loop_watch_stalls(l, 5 * NS_PER_MS, 10 * NS_PER_MS, on_stall, NULL);
	ta = loop_timer_new(l, judge_oneself, NULL);
	loop_timer_set(ta, MONO_ZERO);
	run();
	assert_string_equal(strchr(trace, 'z'), "zS12");
}

static void
judge_again(mono_t from, mono_t to, void *arg)
{
	(void)from;
	(void)to;
	(void)arg;
	note('S');
	sleep_ns(30 * NS_PER_MS);
	(void)loop_judge(l);		/* told after, not in here */
	note('s');
}

static void
test_loop_stall_handler_is_not_told_of_itself(void **state)
{
	(void)state;
	loop_watch_stalls(l, 5 * NS_PER_MS, 10 * NS_PER_MS, judge_again, NULL);
	ta = loop_timer_new(l, be_absent, NULL);
	loop_timer_set(ta, MONO_ZERO);
	tb = loop_timer_new(l, stop, NULL);
	run();
	assert_null(strstr(trace, "SS"));
	assert_non_null(strstr(trace, "zSs"));
}

static void
jump_boottime(mono_t deadline, void *arg)
{
	const int64_t *ns = arg;

	(void)deadline;
	note('j');
	boottime_ahead_ns += *ns;
	loop_timer_set(tb, MONO_ZERO);
}

/*
 * A machine that was suspended: CLOCK_MONOTONIC does not know of it.  With the
 * sentinel or without.
 */
static void
test_loop_stall_of_a_suspended_machine_is_told(void **state)
{
	static int64_t hour_ns = 3600 * NS_PER_S, little_ns = 9 * NS_PER_MS;
	int cadence_ms;

	(void)state;
	for (cadence_ms = 0; cadence_ms <= 5; cadence_ms += 5) {
		trace[0] = '\0';
		loop_watch_stalls(l, cadence_ms * NS_PER_MS, 10 * NS_PER_MS,
		    on_stall, NULL);
		ta = loop_timer_new(l, jump_boottime, &hour_ns);
		tb = loop_timer_new(l, stop, NULL);
		loop_timer_set(ta, MONO_ZERO);
		run();
		assert_string_equal(strchr(trace, 'j'), "jS!");
		/* Clocks are read one after the other. */
		assert_true(mono_sub(until, since) > hour_ns - NS_PER_S);
		assert_true(mono_sub(until, since) < hour_ns + NS_PER_S);
		loop_timer_free(ta);
		loop_timer_free(tb);
	}
	trace[0] = '\0';
	ta = loop_timer_new(l, jump_boottime, &little_ns);
	tb = loop_timer_new(l, stop, NULL);
	loop_timer_set(ta, MONO_ZERO);
	loop_watch_stalls(l, 0, 10 * NS_PER_MS, on_stall, NULL);
	run();
	assert_string_equal(trace, "j!");
}

static void
jump_realtime(mono_t deadline, void *arg)
{
	(void)deadline;
	(void)arg;
	note('j');
	realtime_ahead_ns += boottime_ahead_ns == 0 ? 3600 * NS_PER_S :
	    -7200 * NS_PER_S;
	loop_timer_set(tb, MONO_ZERO);
}

/* A clock that is set is not time that was slept. */
static void
test_loop_stall_is_none_when_the_clock_is_set(void **state)
{
	(void)state;
	loop_watch_stalls(l, NS_PER_MS, 500 * NS_PER_MS, on_stall, NULL);
	ta = loop_timer_new(l, jump_realtime, NULL);
	tb = loop_timer_new(l, stop, NULL);
	loop_timer_set(ta, MONO_ZERO);
	run();
	loop_timer_set(ta, MONO_ZERO);
	run();
	assert_string_equal(trace, "j!j!");
}

#define T(t)	cmocka_unit_test_setup_teardown(t, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_loop_timer_never_fires_early),
		T(test_loop_timer_in_the_past_fires_next_batch),
		T(test_loop_timer_rearmed_in_the_past_does_not_starve_the_batch),
		T(test_loop_timer_moved_later_fires_only_then),
		T(test_loop_timer_moved_earlier_fires_then),
		T(test_loop_timer_never_cancels),
		T(test_loop_timer_set_after_never_fires_again),
		T(test_loop_timers_run_in_order_of_deadline),
		T(test_loop_timer_periodic_runs_every_time),
		T(test_loop_batch_sockets_before_timers_one_instant),
		T(test_loop_batch_begin_serves_foreign_callbacks),
		T(test_loop_now_outside_a_batch_is_the_clock),
		T(test_loop_realtime_agrees_with_time),
		T(test_loop_nothing_to_wait_for_is_an_error),
		T(test_loop_free_self_and_others_of_the_same_batch),
		T(test_loop_timer_frees_itself),
		T(test_loop_defer_once_after_the_callbacks),
		T(test_loop_defer_from_deferred_runs_after_the_next_batch),
		T(test_loop_defer_cancel_reaches_the_running_round),
		T(test_loop_defer_is_bounded),
		T(test_loop_signal_is_delivered_in_the_loop),
		T(test_loop_ignores_sigpipe),
		T(test_loop_stall_is_told_before_anything_else),
		T(test_loop_stall_below_threshold_is_silent),
		T(test_loop_stall_turned_off_is_silent),
		T(test_loop_stall_time_before_run_does_not_count),
		T(test_loop_stall_sentinel_rearms_itself),
		T(test_loop_stall_handler_frees_what_was_to_run),
		T(test_loop_stall_of_a_handler_is_told_before_the_next),
		T(test_loop_stall_is_judged_when_asked_for),
		T(test_loop_stall_handler_is_not_told_of_itself),
		T(test_loop_stall_of_a_suspended_machine_is_told),
		T(test_loop_stall_is_none_when_the_clock_is_set),
		T(test_loop_last_comes_after_what_was_deferred),
		T(test_loop_last_is_cancelled_and_bounded),
		T(test_loop_absence_names_the_handler_that_was_longest),
		T(test_loop_absence_tells_work_from_waiting),
		T(test_loop_absence_of_the_machine_is_lateness),
		T(test_loop_absence_of_its_own_is_no_lateness),
		T(test_loop_budget_counts_from_the_beginning_of_the_batch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
