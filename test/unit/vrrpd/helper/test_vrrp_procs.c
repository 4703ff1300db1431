/*
 * test_vrrp_procs.c - children of ours that live, are renamed, and die.
 */
#include "config.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <sched.h>
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

#include "vrrpd/helper/vrrp_procs.h"

#define INTERVAL	(20 * NS_PER_MS)
#define CHILDREN	8

static struct loop *l;
static struct loop_timer *guard;
static struct vrrp_procs *procs;
static struct vrrp_procs_watch *watch;
static pid_t children[CHILDREN];
static unsigned child_count;
static unsigned alive, calls, expected;
static bool timed_out;
static char name[16];		/* nobody else has it */
static struct vrrp_whose whose;	/* of the watches that are begun */
static char file[] = "/tmp/swiftover-procs-XXXXXX";

static void
on_guard(mono_t deadline, void *arg)
{
	(void)deadline;
	(void)arg;
	timed_out = true;
	loop_stop(l);
}

static void
on_change(unsigned n, mono_t at, void *arg)
{
	assert_ptr_equal(arg, &alive);
	assert_false(mono_is_never(at));
	alive = n;
	calls++;
	if (n == expected)
		loop_stop(l);
}

static int
setup(void **state)
{
	(void)state;
	child_count = alive = calls = 0;
	timed_out = false;
	watch = NULL;
	memset(&whose, 0, sizeof(whose));
	(void)snprintf(name, sizeof(name), "so-%d", (int)getpid() % 1000000);
	l = loop_new();
	procs = vrrp_procs_new(l);
	assert_non_null(procs);
	guard = loop_timer_new(l, on_guard, NULL);
	loop_timer_set(guard, mono_add(loop_clock(), 20 * NS_PER_S));
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	for (unsigned i = 0; i < child_count; i++) {
		if (children[i] != 0) {
			(void)kill(children[i], SIGKILL);
			(void)waitpid(children[i], NULL, 0);
		}
	}
	if (watch != NULL)
		vrrp_procs_unwatch(watch);
	vrrp_procs_free(procs);
	loop_timer_free(guard);
	loop_free(l);
	return 0;
}

/* Takes the name after so many microseconds; in a network of its own or not. */
static pid_t
spawn_as(const char *as, useconds_t after, bool elsewhere)
{
	pid_t pid;
	int ready[2];
	char c;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		if (elsewhere && unshare(CLONE_NEWNET) < 0)
			_exit(1);
		if (after == 0)
			(void)prctl(PR_SET_NAME, as, 0, 0, 0);
		if (write(ready[1], "x", 1) != 1)
			_exit(1);
		if (after > 0) {
			usleep(after);
			(void)prctl(PR_SET_NAME, as, 0, 0, 0);
		}
		for (;;)
			pause();
	}
	assert_int_equal(read(ready[0], &c, 1), 1);
	close(ready[0]);
	close(ready[1]);
	children[child_count++] = pid;
	return pid;
}

/* Without reaping: a zombie lives no more. */
static void
kill_child(unsigned i)
{
	assert_int_equal(kill(children[i], SIGKILL), 0);
}

static void
start_watch(const char *by_name, const char *by_file)
{
	const struct vrrp_procs_wanted wanted = { .name = by_name,
	    .pid_file = by_file, .whose = whose, .interval_ns = INTERVAL };

	watch = vrrp_procs_watch(procs, &wanted, on_change, &alive);
	assert_non_null(watch);
	assert_int_equal(calls, 0);
}

static void
run_until(unsigned n)
{
	expected = n;
	if (calls == 0 || alive != n)
		assert_int_equal(loop_run(l), 0);
	assert_false(timed_out);
	assert_int_equal(alive, n);
}

static void
test_vrrp_procs_counts_who_lives(void **state)
{
	(void)state;
	spawn_as(name, 0, false);
	spawn_as(name, 0, false);
	start_watch(name, "");
	run_until(2);
	assert_int_equal(calls, 1);
	kill_child(0);
	run_until(1);
	kill_child(1);
	run_until(0);
	assert_int_equal(vrrp_procs_missed(procs), 0);
}

static void
test_vrrp_procs_none_is_said_too(void **state)
{
	(void)state;
	start_watch(name, "");
	run_until(0);
	assert_int_equal(calls, 1);
}

static void
test_vrrp_procs_starts_are_found(void **state)
{
	(void)state;
	start_watch(name, "");
	run_until(0);
	spawn_as(name, 0, false);
	run_until(1);
	/* A process has its name some time after its number: an exec. */
	spawn_as(name, 200000, false);
	run_until(2);
}

static void
test_vrrp_procs_renamed_after_long_is_found_and_forgotten(void **state)
{
	(void)state;
	spawn_as(name, 2500000, false);
	start_watch(name, "");
	run_until(0);
	run_until(1);
	vrrp_procs_unwatch(watch);
	calls = 0;
	start_watch("so-other", "");
	run_until(0);
}

static void
test_vrrp_procs_dead_before_the_first_look_does_not_count(void **state)
{
	siginfo_t si;

	(void)state;
	spawn_as(name, 0, false);
	kill_child(0);
	assert_int_equal(waitid(P_PID, (id_t)children[0], &si,
	    WEXITED | WNOWAIT), 0);
	start_watch(name, "");
	run_until(0);
}

static void
test_vrrp_procs_of_another_network_do_not_count(void **state)
{
	pid_t pid;
	int st;

	(void)state;
	pid = fork();
	if (pid == 0)
		_exit(unshare(CLONE_NEWNET) < 0);
	assert_int_equal(waitpid(pid, &st, 0), pid);
	if (st != 0) {
		print_message("no network namespace can be made\n");
		skip();
	}
	spawn_as(name, 0, true);
	spawn_as(name, 0, false);
	start_watch(name, "");
	run_until(1);
	kill_child(1);
	run_until(0);
}

/* --- users and programs --- */

#define OTHER_USER	12345

/* Executes a program under some name, as this user. */
static void
spawn_program(const char *program, const char *as, uid_t uid)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (uid != geteuid() && setresuid(uid, uid, uid) < 0)
			_exit(1);
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		(void)execl(program, as, "60", (char *)NULL);
		_exit(1);
	}
	children[child_count++] = pid;
}

/* Has the name, and becomes this user after so many microseconds. */
static void
spawn_user(useconds_t after, uid_t real, uid_t effective)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		(void)prctl(PR_SET_NAME, name, 0, 0, 0);
		usleep(after);
		if (setresuid(real, effective, effective) < 0)
			_exit(1);
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		for (;;)
			pause();
	}
	children[child_count++] = pid;
}

static void
test_vrrp_procs_of_another_user_do_not_count(void **state)
{
	(void)state;
	whose.by_user = true;
	whose.uid = geteuid();
	spawn_as(name, 0, false);
	start_watch(name, "");
	run_until(1);
	vrrp_procs_unwatch(watch);
	calls = 0;
	whose.uid = OTHER_USER;
	start_watch(name, "");
	run_until(0);
}

/* An attacker has the name, and keeps it beside the real one. */
static void
test_vrrp_procs_end_is_not_hidden_by_a_user_with_that_name(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	whose.by_user = true;
	spawn_as(name, 0, false);
	spawn_user(0, OTHER_USER, OTHER_USER);
	usleep(50000);
	start_watch(name, "");
	run_until(1);
	kill_child(0);
	run_until(0);
}

/* A set-user-ID program is its starter's, whoever it acts as. */
static void
test_vrrp_procs_of_the_real_user(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	whose.by_user = true;
	spawn_user(0, OTHER_USER, 0);
	usleep(50000);
	start_watch(name, "");
	run_until(0);
}

/* A daemon becomes its user some time after its start. */
static void
test_vrrp_procs_that_change_their_user_are_looked_at_again(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	whose.by_user = true;
	whose.uid = OTHER_USER;
	spawn_user(200000, OTHER_USER, OTHER_USER);
	start_watch(name, "");
	run_until(0);
	run_until(1);
	vrrp_procs_unwatch(watch);
	calls = 0;
	whose.uid = 0;
	spawn_user(1500000, OTHER_USER, OTHER_USER);
	start_watch(name, "");
	run_until(1);
	run_until(0);
}

static void
test_vrrp_procs_of_another_program_do_not_count(void **state)
{
	(void)state;
	(void)snprintf(whose.exe, sizeof(whose.exe), "/bin/no-such-program");
	spawn_as(name, 0, false);
	start_watch(name, "");
	run_until(0);
}

/* Whether somebody else, who sees no executable, takes them for wanted. */
static bool
seems_to_others(const struct vrrp_whose *w, unsigned child)
{
	char text[16];
	pid_t pid;
	int st;

	(void)snprintf(text, sizeof(text), "%d", (int)children[child]);
	pid = fork();
	if (pid == 0) {
		if (setresuid(54321, 54321, 54321) < 0)
			_exit(2);
		_exit(vrrp_whose_fits(w, text) ? 1 : 0);
	}
	assert_int_equal(waitpid(pid, &st, 0), pid);
	assert_true(WIFEXITED(st) && WEXITSTATUS(st) < 2);
	return WEXITSTATUS(st) == 1;
}

static void
test_vrrp_procs_say_what_they_are_where_only_root_can_have_said_it(void **state)
{
	const struct vrrp_whose any = { .exe = "/bin/sleep" };
	const struct vrrp_whose his = { .by_user = true, .uid = OTHER_USER,
	    .exe = "/bin/sleep" };
	char text[16];

	(void)state;
	if (geteuid() != 0)
		skip();
	spawn_program("/bin/sleep", "/bin/sleep", 0);
	spawn_program("/bin/sleep", "sleep", OTHER_USER);
	spawn_program("/bin/sleep", "/bin/another", OTHER_USER);
	usleep(100000);
	assert_true(seems_to_others(&any, 0));
	assert_false(seems_to_others(&any, 1));
	assert_false(seems_to_others(&his, 0));
	assert_true(seems_to_others(&his, 1));
	assert_false(seems_to_others(&his, 2));
	/* Words are not needed where the file is seen. */
	(void)snprintf(text, sizeof(text), "%d", (int)children[2]);
	assert_true(vrrp_whose_fits(&his, text));
	assert_true(vrrp_whose_fits(&any, text));
}

static void
write_file(const char *text)
{
	FILE *fp = fopen(file, "w");

	assert_non_null(fp);
	assert_true(fputs(text, fp) >= 0);
	assert_int_equal(fclose(fp), 0);
}

/* Looked for every hour, and found all the same. */
static void
test_vrrp_procs_start_is_told_by_the_proc_connector(void **state)
{
	const struct vrrp_procs_wanted wanted = { .name = name,
	    .pid_file = "", .interval_ns = INT64_C(3600) * NS_PER_S };

	(void)state;
	watch = vrrp_procs_watch(procs, &wanted, on_change, &alive);
	assert_non_null(watch);
	run_until(0);
	if (!vrrp_procs_told(procs)) {
		print_message("no proc connector here\n");
		skip();
	}
	spawn_as(name, 100000, false);
	run_until(1);
	kill_child(0);
	run_until(0);
}

static void
test_vrrp_procs_pid_file_is_followed(void **state)
{
	char text[32];

	(void)state;
	write_file("");
	start_watch("", file);
	run_until(0);
	(void)snprintf(text, sizeof(text), " %d\n",
	    (int)spawn_as("x", 0, false));
	write_file(text);
	run_until(1);
	/* The file still names it, and it is dead. */
	kill_child(0);
	run_until(0);
	(void)snprintf(text, sizeof(text), "%d", (int)spawn_as("y", 0, false));
	write_file(text);
	run_until(1);
	kill_child(1);
	run_until(0);
}

static void
test_vrrp_procs_pid_file_with_nonsense_is_nobody(void **state)
{
	static const char *const nonsense[] = { "nginx\n", "-1\n", "0\n",
	    "99999999999999999999\n", "12x\n", "" };

	(void)state;
	for (size_t i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++) {
		write_file(nonsense[i]);
		calls = 0;
		start_watch("", file);
		run_until(0);
		vrrp_procs_unwatch(watch);
	}
	watch = NULL;
}

/* --- cores --- */

#define CORE_MB		64
#define CORE_TRIES	4

/* A child with so much memory, in a folder for its core. */
static pid_t
spawn_large(size_t mb, const char *folder)
{
	pid_t pid;
	int ready[2];
	char c, *mem;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		const struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };

		(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		(void)prctl(PR_SET_NAME, name, 0, 0, 0);
		mem = malloc(mb << 20);
		if (mem == NULL || chdir(folder) < 0 ||
		    setrlimit(RLIMIT_CORE, &limit) < 0)
			_exit(1);
		memset(mem, 0x5a, mb << 20);
		(void)signal(SIGABRT, SIG_DFL);
		if (write(ready[1], mem, 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(ready[1]);
	if (read(ready[0], &c, 1) != 1)
		pid = -1;
	close(ready[0]);
	return pid;
}

static void
on_pause(mono_t deadline, void *arg)
{
	(void)deadline;
	(void)arg;
	loop_stop(l);
}

static void
run_for(int64_t ns)
{
	struct loop_timer *pause_timer = loop_timer_new(l, on_pause, NULL);

	assert_non_null(pause_timer);
	loop_timer_set(pause_timer, mono_add(loop_clock(), ns));
	assert_int_equal(loop_run(l), 0);
	loop_timer_free(pause_timer);
}

/* True: its end was told while it was there, writing; false: it was too quick. */
static bool
is_told_before_the_end(size_t mb, const char *folder, const char *by_name,
    const char *by_file)
{
	pid_t pid = spawn_large(mb, folder);
	bool before;
	FILE *f;

	if (pid < 0) {
		print_message("no core can be written here\n");
		skip();
	}
	f = fopen(file, "w");
	assert_non_null(f);
	(void)fprintf(f, "%d\n", (int)pid);
	assert_int_equal(fclose(f), 0);
	calls = 0;
	start_watch(by_name, by_file);
	run_until(1);
	assert_int_equal(kill(pid, SIGABRT), 0);
	run_until(0);
	before = waitpid(pid, NULL, WNOHANG) == 0;
	/* The process is not found anew while it goes on writing. */
	calls = 0;
	expected = 1;
	while (before && waitpid(pid, NULL, WNOHANG) == 0)
		run_for(5 * NS_PER_MS);
	assert_int_equal(calls, 0);
	vrrp_procs_unwatch(watch);
	watch = NULL;
	return before;
}

static void
told_before_the_end(const char *by_name, const char *by_file)
{
	char folder[] = "/tmp/swiftover-core-XXXXXX", command[64];
	bool told = false;
	unsigned i;

	assert_non_null(mkdtemp(folder));
	for (i = 0; i < CORE_TRIES && !told; i++)
		told = is_told_before_the_end((size_t)CORE_MB << i, folder,
		    by_name, by_file);
	(void)snprintf(command, sizeof(command), "rm -rf %s", folder);
	assert_int_equal(system(command), 0);
	assert_true(told);
}

static void
test_vrrp_procs_that_writes_its_core_has_ended(void **state)
{
	(void)state;
	told_before_the_end(name, "");
	told_before_the_end("", file);
}

static int
make_file(void **state)
{
	int fd = mkstemp(file);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int
remove_file(void **state)
{
	(void)state;
	return unlink(file);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_vrrp_procs_counts_who_lives),
		T(test_vrrp_procs_none_is_said_too),
		T(test_vrrp_procs_starts_are_found),
		T(test_vrrp_procs_renamed_after_long_is_found_and_forgotten),
		T(test_vrrp_procs_dead_before_the_first_look_does_not_count),
		T(test_vrrp_procs_of_another_network_do_not_count),
		T(test_vrrp_procs_start_is_told_by_the_proc_connector),
		T(test_vrrp_procs_of_another_user_do_not_count),
		T(test_vrrp_procs_end_is_not_hidden_by_a_user_with_that_name),
		T(test_vrrp_procs_of_the_real_user),
		T(test_vrrp_procs_that_change_their_user_are_looked_at_again),
		T(test_vrrp_procs_of_another_program_do_not_count),
		T(test_vrrp_procs_say_what_they_are_where_only_root_can_have_said_it),
		T(test_vrrp_procs_that_writes_its_core_has_ended),
		T(test_vrrp_procs_pid_file_is_followed),
		T(test_vrrp_procs_pid_file_with_nonsense_is_nobody),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
