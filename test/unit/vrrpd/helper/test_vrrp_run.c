/*
 * test_vrrp_run.c - programs of every kind, in real time.
 *
 * As in test_loop.c nothing is asked to happen by a certain time; a guard ends
 * a test that hangs.  Started by root, what runs is the daemon's user.
 */
#include "config.h"

#include <sys/file.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "shared/loop.h"
#include "shared/priv.h"
#include "vrrpd/helper/vrrp_run.h"

static char top[] = "/tmp/swiftover-run-XXXXXX";
static struct loop *l;
static struct loop_timer *guard;
static struct vrrp_run *runner;
static struct vrrp_run_result last;
static unsigned told, gone, expected;
static bool timed_out;

static void
on_guard(mono_t deadline, void *arg)
{
	(void)deadline;
	(void)arg;
	timed_out = true;
	loop_stop(l);
}

static void
on_done(const struct vrrp_run_result *r, void *arg)
{
	assert_ptr_equal(arg, &last);
	assert_int_equal(gone, told);
	last = *r;
	told++;
}

static void
on_gone(void *arg)
{
	assert_ptr_equal(arg, &last);
	gone++;
	if (gone == expected)
		loop_stop(l);
}

static int
setup(void **state)
{
	(void)state;
	told = gone = 0;
	expected = 1;
	timed_out = false;
	memset(&last, 0, sizeof(last));
	l = loop_new();
	assert_non_null(l);
	runner = vrrp_run_new(l);
	assert_non_null(runner);
	guard = loop_timer_new(l, on_guard, NULL);
	assert_non_null(guard);
	loop_timer_set(guard, mono_add(loop_clock(), 30 * NS_PER_S));
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	vrrp_run_free(runner);
	loop_timer_free(guard);
	loop_free(l);
	/* No zombie, no child. */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
	return 0;
}

/* Root, where the daemon's user was not made: somebody who is always there. */
static const char *
somebody(void)
{
	struct priv_user us;

	return geteuid() == 0 && priv_lookup(&us) < 0 ? "nobody" : NULL;
}

static struct vrrp_job *
start_with(const char *command, int64_t timeout_ns, const char *const *args,
    const char *const *env)
{
	struct vrrp_run_spec spec = {
		.command = command,
		.args = args,
		.env = env,
		.user = somebody(),
		.timeout_ns = timeout_ns,
	};

	return vrrp_run_start(runner, &spec, on_done, on_gone, &last);
}

static void
run_with(const char *command, int64_t timeout_ns, const char *const *args,
    const char *const *env)
{
	assert_non_null(start_with(command, timeout_ns, args, env));
	assert_int_equal(told, 0);
	assert_int_equal(loop_run(l), 0);
	assert_false(timed_out);
	assert_int_equal(told, 1);
	assert_int_equal(gone, 1);
	assert_int_equal(vrrp_run_count(runner), 0);
}

static void
run(const char *command, int64_t timeout_ns)
{
	run_with(command, timeout_ns, NULL, NULL);
}

#define LONG	(20 * NS_PER_S)
#define SHORT	(100 * NS_PER_MS)

/*
 * To the deadline, which comes after the program has said `mark`: on a busy machine a
 * shell takes longer to begin, and is given longer.  Returns the time that it had.
 */
static int64_t
run_beyond(const char *command, int64_t timeout_ns, const char *mark)
{
	for (;; timeout_ns *= 2) {
		told = gone = 0;
		loop_timer_set(guard, mono_add(loop_clock(), timeout_ns +
		    30 * NS_PER_S));
		run(command, timeout_ns);
		assert_int_equal(last.end, VRRP_RUN_TIMED_OUT);
		if (strstr(last.reason, mark) != NULL || timeout_ns > LONG)
			return timeout_ns;
	}
}

/* A shell whose first line of output ends up in the reason. */
#define SAYS(script) "/bin/sh -c '" script "; exit 1'"

static void
test_vrrp_run_exit_status_is_reported(void **state)
{
	(void)state;
	run("/bin/sh -c 'exit 0'", LONG);
	assert_int_equal(last.end, VRRP_RUN_EXITED);
	assert_int_equal(last.code, 0);
	assert_string_equal(last.reason, "exit 0");
	assert_true(last.took_ns > 0);
}

static void
test_vrrp_run_first_line_of_output_is_kept(void **state)
{
	(void)state;
	run("/bin/sh -c 'echo; echo no such host >&2; echo more; exit 3'", LONG);
	assert_int_equal(last.end, VRRP_RUN_EXITED);
	assert_int_equal(last.code, 3);
	assert_string_equal(last.reason, "exit 3: no such host");
}

static void
test_vrrp_run_line_is_bounded_and_printable(void **state)
{
	(void)state;
	run(SAYS("printf \"\\033[1m\"; head -c 5000 /dev/zero | tr \"\\0\" x"),
	    LONG);
	assert_int_equal(last.code, 1);
	assert_memory_equal(last.reason, "exit 1: ?[1mxxx", 15);
	assert_int_equal(strlen(last.reason), VRRP_RUN_LINE_MAX + 8);
}

static void
test_vrrp_run_killed_by_a_signal(void **state)
{
	(void)state;
	run("/bin/sh -c 'kill -9 $$'", LONG);
	assert_int_equal(last.end, VRRP_RUN_KILLED);
	assert_int_equal(last.code, SIGKILL);
	assert_string_equal(last.reason, "killed by signal 9");
}

static void
test_vrrp_run_arguments_follow_the_command(void **state)
{
	static const char *const args[] = { "INSTANCE", "w 1", "MASTER", NULL };

	(void)state;
	run_with("/bin/sh -c 'echo \"$#:$1:$2:$3:$4\"; exit 1' sh first", LONG,
	    args, NULL);
	assert_string_equal(last.reason, "exit 1: 4:first:INSTANCE:w 1:MASTER");
}

static void
test_vrrp_run_environment_is_ours(void **state)
{
	static const char *const env[] = { "VRRP_CAUSE=bfd", NULL };

	(void)state;
	assert_int_equal(setenv("LEAK", "yes", 1), 0);
	run_with(SAYS("echo \"$VRRP_CAUSE:$LEAK:$PATH:$SHELL\""), LONG, NULL,
	    env);
	assert_string_equal(last.reason,
	    "exit 1: bfd::" VRRP_COMMAND_PATH ":/bin/sh");
}

static void
test_vrrp_run_signals_input_and_folder_are_ordinary(void **state)
{
	sigset_t set, old;

	(void)state;
	/* The loop ignores SIGPIPE, and a caller may block signals. */
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGUSR1);
	assert_int_equal(sigprocmask(SIG_BLOCK, &set, &old), 0);
	run(SAYS("echo $(pwd) $(grep -cE \"^Sig(Ign|Blk):.0*$\" "
	    "/proc/self/status) $(wc -c) $(umask)"), LONG);
	assert_int_equal(sigprocmask(SIG_SETMASK, &old, NULL), 0);
	assert_string_equal(last.reason, "exit 1: / 2 0 0022");
}

/* Nothing of ours: the script has 0, 1 and 2, and the one ls opens. */
static void
test_vrrp_run_no_descriptor_is_inherited(void **state)
{
	int fd = dup(STDERR_FILENO);	/* not close-on-exec */

	(void)state;
	assert_true(fd >= 0);
	run(SAYS("echo $(ls /proc/self/fd | wc -l)"), LONG);
	close(fd);
	assert_string_equal(last.reason, "exit 1: 4");
}

static void
test_vrrp_run_has_no_capabilities_and_no_way_to_them(void **state)
{
	struct priv_user us;
	char expect[128];

	(void)state;
	if (priv_lookup(&us) < 0) {
		print_message("the daemon's user does not exist\n");
		skip();
	}
	run(SAYS("echo $(id -u) $(grep -cE \"^Cap(Inh|Prm|Eff|Amb):.0*$\" "
	    "/proc/self/status) $(grep NoNewPrivs /proc/self/status)"), LONG);
	(void)snprintf(expect, sizeof(expect), "exit 1: %u 4 NoNewPrivs: 1",
	    (unsigned)us.uid);
	assert_string_equal(last.reason, expect);
}

static void
test_vrrp_run_root_only_when_asked(void **state)
{
	struct vrrp_run_spec spec = {
		.command = "/bin/sh -c 'echo $(id -u) $(id -g); exit 1'",
		.user = "root",
		.timeout_ns = LONG,
	};

	(void)state;
	assert_non_null(vrrp_run_start(runner, &spec, on_done, on_gone,
	    &last));
	assert_int_equal(loop_run(l), 0);
	assert_false(timed_out);
	if (geteuid() == 0) {
		assert_string_equal(last.reason, "exit 1: 0 0");
	} else {
		assert_int_equal(last.end, VRRP_RUN_REFUSED);
		assert_int_equal(last.code, EPERM);
	}
}

static void
test_vrrp_run_own_group_and_session(void **state)
{
	(void)state;
	/* pid, process group and session are fields 1, 5 and 6. */
	run(SAYS("set -- $(cat /proc/$$/stat); "
	    "test $1 = $5 -a $1 = $6 && echo own"), LONG);
	assert_string_equal(last.reason, "exit 1: own");
}

/* The deadline: told at once, then gone. */
static void
test_vrrp_run_deadline_ends_it(void **state)
{
	int64_t given_ns = run_beyond("/bin/sh -c 'echo waiting; exec sleep "
	    "1000'", SHORT, "waiting");

	(void)state;
	assert_true(last.took_ns >= given_ns);
	assert_string_equal(last.reason, "not done in time: waiting");
}

static void
test_vrrp_run_deadline_ends_who_ignores_sigterm(void **state)
{
	mono_t begin = loop_clock();
	int64_t given_ns = run_beyond("/bin/sh -c 'trap \"\" TERM; echo deaf; "
	    "while :; do sleep 1000; done'", SHORT, "deaf");

	(void)state;
	assert_non_null(strstr(last.reason, "deaf"));
	assert_true(mono_sub(loop_clock(), begin) >= given_ns +
	    VRRP_RUN_GRACE_NS);
}

static void
test_vrrp_run_deadline_ends_who_is_stopped(void **state)
{
	(void)state;
	run("/bin/sh -c 'kill -STOP $$'", SHORT);
	assert_int_equal(last.end, VRRP_RUN_TIMED_OUT);
}

/*
 * A lock of flock(1) is shared by all who inherit the descriptor: it can be had
 * when the last of them is gone.
 */
static void
run_and_see_all_gone(const char *script, int64_t timeout_ns)
{
	char path[sizeof(top) + 32], command[512];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/lock", top);
	fd = open(path, O_RDWR | O_CREAT, 0600);
	assert_true(fd >= 0);
	assert_int_equal(fchmod(fd, 0666), 0);
	(void)snprintf(command, sizeof(command),
	    "/bin/sh -c 'exec 9<%s && flock 9 && echo locked && %s'", path, script);
	if (timeout_ns == LONG)
		run(command, timeout_ns);
	else
		(void)run_beyond(command, timeout_ns, ": locked");
	assert_non_null(strstr(last.reason, ": locked"));
	(void)alarm(20);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	(void)alarm(0);
	close(fd);
}

static void
test_vrrp_run_children_end_with_it(void **state)
{
	(void)state;
	run_and_see_all_gone("for i in 1 2 3; do sleep 1000 & done; exit 2",
	    LONG);
	assert_int_equal(last.end, VRRP_RUN_EXITED);
	assert_int_equal(last.code, 2);
}

static void
test_vrrp_run_children_end_at_the_deadline(void **state)
{
	(void)state;
	run_and_see_all_gone("trap \"\" TERM; sleep 1000 & sleep 1000",
	    NS_PER_S);
	assert_int_equal(last.end, VRRP_RUN_TIMED_OUT);
}

/* Far more than fits the pipe, and it is not in our way. */
static void
test_vrrp_run_megabyte_of_output_is_taken(void **state)
{
	(void)state;
	run("/bin/sh -c 'echo first; head -c 1000000 /dev/zero; exit 5'", LONG);
	assert_int_equal(last.code, 5);
	assert_string_equal(last.reason, "exit 5: first");
}

/* 64 KiB per 10 ms are 160 s for a gigabyte. */
static void
test_vrrp_run_gigabyte_of_output_meets_its_deadline(void **state)
{
	(void)state;
	run("/usr/bin/head -c 1000000000 /dev/zero", NS_PER_S);
	assert_int_equal(last.end, VRRP_RUN_TIMED_OUT);
}

static void
test_vrrp_run_output_closed_early_is_no_end(void **state)
{
	(void)state;
	run("/bin/sh -c 'exec >/dev/null 2>&1; sleep 0.1; exit 4'", LONG);
	assert_int_equal(last.end, VRRP_RUN_EXITED);
	assert_int_equal(last.code, 4);
}

static void
test_vrrp_run_refusals_are_told_later(void **state)
{
	static const struct {
		const char	*command;
		int		 error;
	} bad[] = {
		{ "/no/such/program", ENOENT },
		{ "no-such-program-here", EINVAL },
		{ "/etc/passwd", EACCES },
		{ "/bin/sh 'x", EINVAL },
		{ "", EINVAL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		told = gone = 0;
		run(bad[i].command, LONG);
		assert_int_equal(last.end, VRRP_RUN_REFUSED);
		assert_int_equal(last.code, bad[i].error);
		assert_memory_equal(last.reason, "cannot run: ", 12);
	}
}

static void
test_vrrp_run_not_a_program_is_refused_by_the_kernel(void **state)
{
	char path[sizeof(top) + 32];
	int fd;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/noise", top);
	fd = open(path, O_WRONLY | O_CREAT, 0755);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "\x7f\1\2\3", 4), 4);
	assert_int_equal(fchmod(fd, 0755), 0);
	close(fd);
	run(path, LONG);
	assert_int_equal(last.end, VRRP_RUN_REFUSED);
	assert_int_equal(last.code, ENOEXEC);
	assert_string_equal(last.reason, "cannot run: Exec format error");
}

static void
test_vrrp_run_unknown_user_is_refused(void **state)
{
	struct vrrp_run_spec spec = {
		.command = "/bin/sh", .user = "no-such-user-here",
		.timeout_ns = LONG,
	};

	(void)state;
	assert_non_null(vrrp_run_start(runner, &spec, on_done, on_gone,
	    &last));
	assert_int_equal(loop_run(l), 0);
	assert_int_equal(last.end, VRRP_RUN_REFUSED);
	assert_string_equal(last.reason,
	    "cannot run: there is no user \"no-such-user-here\"");
}

static void
test_vrrp_run_what_others_can_change_is_refused(void **state)
{
	char path[sizeof(top) + 32];
	int fd;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/open", top);
	fd = open(path, O_WRONLY | O_CREAT, 0755);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "#!/bin/sh\n", 10), 10);
	assert_int_equal(fchmod(fd, 0777), 0);
	close(fd);
	run(path, LONG);
	assert_int_equal(last.end, VRRP_RUN_REFUSED);
	assert_int_equal(last.code, EPERM);
	/* Looked at before each run: mended, it runs. */
	assert_int_equal(chmod(path, 0755), 0);
	told = gone = 0;
	run(path, LONG);
	assert_int_equal(last.end, VRRP_RUN_EXITED);
}

static void
test_vrrp_run_abandoned_is_killed_without_a_word(void **state)
{
	struct vrrp_job *j = start_with("/bin/sleep 1000", LONG, NULL, NULL);

	(void)state;
	assert_non_null(j);
	vrrp_run_abandon(j);
	j = start_with("/no/such/program", LONG, NULL, NULL);
	assert_non_null(j);
	vrrp_run_abandon(j);
	assert_non_null(start_with("/bin/sh -c 'exit 0'", LONG, NULL, NULL));
	assert_int_equal(loop_run(l), 0);
	assert_false(timed_out);
	assert_int_equal(told, 1);
	assert_int_equal(last.end, VRRP_RUN_EXITED);
}

static void
test_vrrp_run_freed_kills_all(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++)
		assert_non_null(start_with("/bin/sleep 1000", LONG, NULL, NULL));
	assert_int_equal(vrrp_run_count(runner), 5);
	vrrp_run_free(runner);
	runner = NULL;
	assert_int_equal(told, 0);
}

static int
make_top(void **state)
{
	(void)state;
	return mkdtemp(top) == NULL ? -1 : chmod(top, 01777);
}

static int
remove_top(void **state)
{
	char command[256];

	(void)state;
	(void)snprintf(command, sizeof(command), "rm -rf %s", top);
	return system(command);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_vrrp_run_exit_status_is_reported),
		T(test_vrrp_run_first_line_of_output_is_kept),
		T(test_vrrp_run_line_is_bounded_and_printable),
		T(test_vrrp_run_killed_by_a_signal),
		T(test_vrrp_run_arguments_follow_the_command),
		T(test_vrrp_run_environment_is_ours),
		T(test_vrrp_run_signals_input_and_folder_are_ordinary),
		T(test_vrrp_run_no_descriptor_is_inherited),
		T(test_vrrp_run_has_no_capabilities_and_no_way_to_them),
		T(test_vrrp_run_root_only_when_asked),
		T(test_vrrp_run_own_group_and_session),
		T(test_vrrp_run_deadline_ends_it),
		T(test_vrrp_run_deadline_ends_who_ignores_sigterm),
		T(test_vrrp_run_deadline_ends_who_is_stopped),
		T(test_vrrp_run_children_end_with_it),
		T(test_vrrp_run_children_end_at_the_deadline),
		T(test_vrrp_run_megabyte_of_output_is_taken),
		T(test_vrrp_run_gigabyte_of_output_meets_its_deadline),
		T(test_vrrp_run_output_closed_early_is_no_end),
		T(test_vrrp_run_refusals_are_told_later),
		T(test_vrrp_run_not_a_program_is_refused_by_the_kernel),
		T(test_vrrp_run_unknown_user_is_refused),
		T(test_vrrp_run_what_others_can_change_is_refused),
		T(test_vrrp_run_abandoned_is_killed_without_a_word),
		T(test_vrrp_run_freed_kills_all),
	};

	return cmocka_run_group_tests(tests, make_top, remove_top);
}
