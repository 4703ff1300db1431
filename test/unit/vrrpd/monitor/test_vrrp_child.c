/*
 * test_vrrp_child.c - real children of a real loop: their words, their end.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "vrrpd/monitor/vrrp_child.h"

static struct loop *l;
static struct loop_timer *guard;
static struct vrrp_child c;
static bool timed_out, reaped;
static int status;
static unsigned beats, gone;
static unsigned beats_at_end;

static void
on_guard(mono_t deadline, void *arg)
{
	(void)deadline;
	(void)arg;
	timed_out = true;
	loop_stop(l);
}

static void
on_gone(void *arg)
{
	assert_ptr_equal(arg, &c);
	gone++;
}

static enum vrrp_refusal
on_beat(const uint8_t *body, size_t len, void *arg)
{
	(void)body;
	(void)len;
	(void)arg;
	beats++;
	return VRRP_REFUSAL_NONE;
}

static void
on_end(int fd, void *arg)
{
	(void)fd;
	assert_ptr_equal(arg, &c);
	vrrp_channel_drain(c.channel);
	beats_at_end = beats;
	reaped = vrrp_child_reap(&c, &status);
	if (reaped)
		loop_stop(l);
}

static const struct vrrp_child_plan plan = {
	.in = VRRP_WAY_ENGINE_UP,
	.gone = on_gone,
	.ended = on_end,
	.arg = &c,
};

static int
setup(void **state)
{
	(void)state;
	memset(&c, 0, sizeof(c));
	timed_out = reaped = false;
	status = -1;
	beats = gone = beats_at_end = 0;
	l = loop_new();
	guard = loop_timer_new(l, on_guard, NULL);
	loop_timer_set(guard, mono_add(loop_clock(), 20 * NS_PER_S));
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	vrrp_child_let_go(&c);
	loop_timer_free(guard);
	loop_free(l);
	return timed_out ? -1 : 0;
}

/* In the child: fd is its end of the channel. */
static int
start(void)
{
	int fd = -1, rc = vrrp_child_start(&c, l, &plan, &fd);

	if (rc == 1)
		return fd;
	assert_int_equal(rc, 0);
	assert_true(c.pid > 0);
	vrrp_channel_handle(c.channel, VRRP_MSG_BEAT, on_beat, NULL);
	return -1;
}

static void
send_beats(int fd, int n)
{
	while (n-- > 0)
		(void)!write(fd, "\0\1\0\0", 4);
}

static void
test_vrrp_child_words_are_read_before_its_end(void **state)
{
	int fd = start();

	(void)state;
	if (fd != -1) {
		send_beats(fd, 5);
		_exit(7);
	}
	assert_int_equal(loop_run(l), 0);
	assert_true(reaped);
	assert_int_equal(WEXITSTATUS(status), 7);
	assert_int_equal(beats_at_end, 5);
}

static void
test_vrrp_child_death_by_signal_is_told(void **state)
{
	int fd = start();

	(void)state;
	if (fd != -1) {
		(void)pause();
		_exit(0);
	}
	assert_int_equal(vrrp_child_signal(&c, SIGKILL), 0);
	assert_int_equal(loop_run(l), 0);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
	vrrp_child_let_go(&c);
	assert_int_equal(c.pid, 0);
	assert_null(c.channel);
}

/* Of an engine this is the moment for its will; its end comes later. */
static void
test_vrrp_child_closed_channel_is_told_while_it_lives(void **state)
{
	int fd = start();

	(void)state;
	if (fd != -1) {
		send_beats(fd, 1);
		(void)close(fd);
		(void)pause();
		_exit(0);
	}
	while (gone == 0 && !timed_out) {
		vrrp_channel_drain(c.channel);
		(void)usleep(1000);
	}
	assert_int_equal(beats, 1);
	assert_false(vrrp_child_reap(&c, &status));
	assert_int_equal(vrrp_child_signal(&c, SIGTERM), 0);
	assert_int_equal(loop_run(l), 0);
	assert_int_equal(WTERMSIG(status), SIGTERM);
	assert_int_equal(gone, 1);
}

static void
test_vrrp_child_that_leaves_is_waited_for(void **state)
{
	mono_t deadline = mono_add(loop_clock(), 20 * NS_PER_S);
	char byte;
	int fd = start();

	(void)state;
	if (fd != -1) {
		(void)fcntl(fd, F_SETFL, 0);
		/* Until the other end is closed. */
		while (read(fd, &byte, 1) > 0)
			;
		_exit(0);
	}
	vrrp_child_hang_up(&c);
	assert_null(c.channel);
	vrrp_child_wait(&c, deadline);
	/* Not by force. */
	assert_true(mono_before(loop_clock(), deadline));
	assert_int_equal(kill(c.pid, 0), -1);	/* reaped */
}

static void
test_vrrp_child_that_does_not_leave_is_killed(void **state)
{
	mono_t before = loop_clock();
	int fd = start();

	(void)state;
	if (fd != -1) {
		(void)signal(SIGTERM, SIG_IGN);
		for (;;)
			(void)pause();
	}
	vrrp_child_hang_up(&c);
	vrrp_child_wait(&c, mono_add(before, 20 * NS_PER_MS));
	assert_true(mono_sub(loop_clock(), before) >= 20 * NS_PER_MS);
	assert_int_equal(kill(c.pid, 0), -1);
	/* A deadline in the past means: at once. */
	vrrp_child_let_go(&c);
	fd = start();
	if (fd != -1)
		for (;;)
			(void)pause();
	vrrp_child_wait(&c, before);
	assert_int_equal(kill(c.pid, 0), -1);
}

/* Nothing of the monitor's end stays open in the child, and nothing of it here. */
static void
test_vrrp_child_has_its_own_end_only(void **state)
{
	int fd = start();

	(void)state;
	if (fd != -1) {
		/* The child has an open end, and nothing in *c. */
		_exit(fcntl(fd, F_GETFD) == FD_CLOEXEC && c.pid == 0 &&
		    c.channel == NULL && send(fd, "\0\1\0\0", 4, 0) == 4 ?
		    0 : 1);
	}
	assert_int_equal(loop_run(l), 0);
	assert_int_equal(status, 0);
	assert_int_equal(gone, 1);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_vrrp_child_words_are_read_before_its_end),
		T(test_vrrp_child_death_by_signal_is_told),
		T(test_vrrp_child_closed_channel_is_told_while_it_lives),
		T(test_vrrp_child_that_leaves_is_waited_for),
		T(test_vrrp_child_that_does_not_leave_is_killed),
		T(test_vrrp_child_has_its_own_end_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
