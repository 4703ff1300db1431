/*
 * test_vrrp_birth.c - an engine dies with its monitor: real processes.
 *
 * The test is the grandparent: it forks a monitor, which forks an engine.
 */
#include "config.h"

#include <sys/wait.h>
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "vrrpd/ipc/vrrp_birth.h"

static int from_engine[2];	/* bytes, the words of the engine */

static volatile sig_atomic_t got;

static void
on_signal(int signo)
{
	got = signo;
}

static void
say(char byte)
{
	(void)!write(from_engine[1], &byte, 1);
}

/* A byte within a time that no machine needs, or '!'. */
static char
hear(void)
{
	struct pollfd pfd = { .fd = from_engine[0], .events = POLLIN };
	char byte = '!';

	if (poll(&pfd, 1, 20000) == 1)
		(void)!read(from_engine[0], &byte, 1);
	return byte;
}

static void __attribute__((noreturn))
be_engine(pid_t monitor)
{
	const struct vrrp_birth b = { .monitor = monitor };
	sigset_t all;

	(void)signal(SIGTERM, on_signal);
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, NULL);
	say(vrrp_birth_tie(&b) == 0 ? 'T' : 'D');
	(void)sigdelset(&all, SIGTERM);
	(void)sigsuspend(&all);
	say(got == SIGTERM ? 'S' : '?');
	_exit(0);
}

static void
test_vrrp_birth_death_of_the_monitor_ends_the_engine(void **state)
{
	pid_t monitor, pid;

	(void)state;
	assert_int_equal(pipe(from_engine), 0);
	monitor = fork();
	if (monitor == 0) {
		pid = getpid();
		if (fork() == 0)
			be_engine(pid);
		for (;;)
			(void)pause();
	}
	assert_int_equal(hear(), 'T');
	assert_int_equal(kill(monitor, SIGKILL), 0);
	assert_int_equal(hear(), 'S');
	assert_int_equal(waitpid(monitor, NULL, 0), monitor);
	(void)close(from_engine[0]);
	(void)close(from_engine[1]);
}

static void
test_vrrp_birth_monitor_that_is_dead_already_is_noticed(void **state)
{
	const struct vrrp_birth b = { .monitor = getpid() };

	(void)state;
	/* Our parent is somebody else. */
	assert_int_equal(vrrp_birth_tie(&b), -ESRCH);
}

static void
test_vrrp_birth_signals_wait_until_they_are_let_through(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < VRRP_BIRTH_SIGNAL_COUNT; i++) {
		got = 0;
		(void)signal(vrrp_birth_signals[i], on_signal);
		vrrp_birth_hold_signals(true);
		assert_int_equal(raise(vrrp_birth_signals[i]), 0);
		assert_int_equal(got, 0);
		vrrp_birth_hold_signals(false);
		assert_int_equal(got, vrrp_birth_signals[i]);
		(void)signal(vrrp_birth_signals[i], SIG_DFL);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_vrrp_birth_death_of_the_monitor_ends_the_engine),
		cmocka_unit_test(
		    test_vrrp_birth_monitor_that_is_dead_already_is_noticed),
		cmocka_unit_test(
		    test_vrrp_birth_signals_wait_until_they_are_let_through),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
