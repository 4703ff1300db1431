/*
 * test_rtsched.c - what was asked for is in force, or its refusal is told.
 *
 * In children: neither a scheduling class nor a locked memory is for the rest
 * of a test run.
 */
#include "config.h"

#include <sys/types.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <errno.h>
#include <grp.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "shared/log.h"
#include "shared/priv.h"
#include "shared/rtsched.h"

#define NOBODY	65534
#define CHECK(x) do {							\
	if (!(x)) {							\
		(void)fprintf(stderr, "%s:%d: %s\n", __FILE__,		\
		    __LINE__, #x);					\
		_exit(1);						\
	}								\
} while (0)

static unsigned lines;
static char last[1024];

static void
remember(enum log_level level, const char *line, void *arg)
{
	(void)arg;
	CHECK(level == LOG_LEVEL_WARNING);
	lines++;
	(void)snprintf(last, sizeof(last), "%s", line);
}

static void
in_child(void (*body)(void))
{
	pid_t pid = fork();
	int st;

	assert_true(pid >= 0);
	if (pid == 0) {
		log_capture(remember, NULL);
		body();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &st, 0), pid);
	assert_true(WIFEXITED(st));
	assert_int_equal(WEXITSTATUS(st), 0);
}

static void
consistent(int asked)
{
	struct sched_param p;
	struct rtsched r;

	rtsched_enter(asked, &r);
	CHECK(sched_getparam(0, &p) == 0);
	CHECK(p.sched_priority == r.priority);
	CHECK((sched_getscheduler(0) == SCHED_FIFO) == (r.priority > 0));
	CHECK((r.priority == asked) == (r.sched_error == 0));
	CHECK(r.locked == (r.lock_error == 0));
	CHECK(!r.locked || r.locked_at_start);
	rtsched_report(&r);
	CHECK(lines == (r.sched_error != 0 || r.lock_error != 0));
}

static void
ask_fifo(void)
{
	consistent(1);
}

static void
ask_none(void)
{
	struct rtsched r;

	consistent(0);
	rtsched_enter(0, &r);
	CHECK(r.priority == 0 && r.sched_error == 0);
	CHECK(sched_getscheduler(0) == SCHED_OTHER);
}

static void
refused(void)
{
	struct rlimit none = { 0, 0 };
	struct rtsched r;

	CHECK(setrlimit(RLIMIT_RTPRIO, &none) == 0);
	CHECK(setrlimit(RLIMIT_MEMLOCK, &none) == 0);
	if (geteuid() == 0) {
		CHECK(setgroups(0, NULL) == 0);
		CHECK(setresgid(NOBODY, NOBODY, NOBODY) == 0);
		CHECK(setresuid(NOBODY, NOBODY, NOBODY) == 0);
	}
	rtsched_enter(50, &r);
	CHECK(r.priority == 0 && r.sched_error == EPERM);
	CHECK(!r.locked && r.lock_error != 0);
	rtsched_report(&r);
	CHECK(lines == 1);
	CHECK(strstr(last, "realtime=refused") != NULL);
	CHECK(strstr(last, "CAP_SYS_NICE") != NULL);
	CHECK(strstr(last, "LimitMEMLOCK") != NULL);
}

/* IPC_LOCK is gone after the drop; memory must still be had. */
static void
allocate_after_drop(void)
{
	static const struct priv_user nobody = { NOBODY, NOBODY };
	struct rtsched r;
	void *p;

	rtsched_enter(0, &r);
	CHECK(priv_drop(PRIV_BFDD, &nobody) == 0);
	for (int i = 0; i < 32; i++) {
		CHECK((p = malloc(1024 * 1024)) != NULL);
		memset(p, 1, 1024 * 1024);
	}
}

/* A child keeps it, also when the class of its parent is not for it. */
static void
prefer(void)
{
	static const struct sched_param none;
	struct rtsched r;
	int nice;

	rtsched_prefer();
	rtsched_enter(0, &r);
	CHECK(sched_setscheduler(0, SCHED_OTHER, &none) == 0);
	nice = getpriority(PRIO_PROCESS, 0);
	CHECK(nice == -20 || nice == 0);	/* or it was refused */
	CHECK(setpriority(PRIO_PROCESS, 0, 0) == 0);
	CHECK(getpriority(PRIO_PROCESS, 0) == 0);
}

static void
test_rtsched_preference_can_be_given_up(void **state)
{
	(void)state;
	if (getpriority(PRIO_PROCESS, 0) != 0) {
		print_message("this test is preferred itself\n");
		skip();
	}
	in_child(prefer);
}

static void
test_rtsched_enter_reports_what_is_in_force(void **state)
{
	(void)state;
	in_child(ask_fifo);
}

static void
test_rtsched_priority_zero_stays_ordinary(void **state)
{
	(void)state;
	in_child(ask_none);
}

static void
test_rtsched_refusal_is_one_warning_with_the_cure(void **state)
{
	(void)state;
	in_child(refused);
}

static void
test_rtsched_memory_is_there_after_privileges_are_gone(void **state)
{
	(void)state;
	if (geteuid() != 0) {
		print_message("needs root\n");
		skip();
	}
	in_child(allocate_after_drop);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rtsched_enter_reports_what_is_in_force),
		cmocka_unit_test(test_rtsched_priority_zero_stays_ordinary),
		cmocka_unit_test(test_rtsched_preference_can_be_given_up),
		cmocka_unit_test(test_rtsched_refusal_is_one_warning_with_the_cure),
		cmocka_unit_test(test_rtsched_memory_is_there_after_privileges_are_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
