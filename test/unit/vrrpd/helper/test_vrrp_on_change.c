/*
 * test_vrrp_on_change.c - a program is told what holds, and what held before.
 *
 * The program is a shell that appends to a file of the test's.
 */
#include "config.h"

#include <sys/stat.h>
#include <fcntl.h>
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
#include "shared/loop.h"
#include "shared/priv.h"
#include "vrrpd/helper/vrrp_on_change.h"

#define APPEND "echo \"$*\" >>$0"
/* Waits for as long as the test's file "go" is not there. */
#define SLOW "until test -e $0.go; do sleep 0.01; done; " APPEND

static char top[] = "/tmp/swiftover-on-change-XXXXXX";
static char file[64], go[72];
static struct loop *l;
static struct loop_timer *guard;
static struct vrrp_run *runner;
static struct vrrp_on_change *on_change;
static struct vrrp_config config;
static struct vrrp_tracker_params trackers[3];
static char said[4096];		/* the log */
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
on_idle(void *arg)
{
	assert_true(vrrp_on_change_idle(on_change));
	loop_stop(arg);
}

static void
on_log(enum log_level level, const char *line, void *arg)
{
	size_t n = strlen(said);

	(void)level;
	(void)arg;
	(void)snprintf(said + n, sizeof(said) - n, "%s\n", line);
}

static void
set_program(struct vrrp_tracker_params *t, const char *script)
{
	struct priv_user us;

	(void)snprintf(t->on_change, sizeof(t->on_change),
	    "/bin/sh -c '%s' %s", script, file);
	t->on_change_timeout_ns = 60 * NS_PER_S; /* busy machines begin slowly */
	/* Where the daemon's user was not made. */
	if (geteuid() == 0 && priv_lookup(&us) < 0)
		strcpy(t->on_change_user, "nobody");
}

static int
setup(void **state)
{
	int fd = open(file, O_WRONLY | O_TRUNC);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	(void)unlink(go);
	timed_out = false;
	said[0] = '\0';
	log_capture(on_log, NULL);
	memset(&config, 0, sizeof(config));
	memset(trackers, 0, sizeof(trackers));
	strcpy(config.router_id, "lb1");
	config.trackers = trackers;
	config.tracker_count = 3;
	trackers[0].kind = VRRP_TRACK_TCP;
	strcpy(trackers[0].name, "web");
	trackers[0].port = 80;
	set_program(&trackers[0], APPEND);
	trackers[1].kind = VRRP_TRACK_SCRIPT;
	strcpy(trackers[1].name, "web");	/* of the same name */
	set_program(&trackers[1], APPEND);
	trackers[2].kind = VRRP_TRACK_PING;
	strcpy(trackers[2].name, "quiet");
	l = loop_new();
	runner = vrrp_run_new(l);
	on_change = vrrp_on_change_new(l, runner);
	assert_non_null(on_change);
	vrrp_on_change_apply(on_change, &config);
	vrrp_on_change_on_idle(on_change, on_idle, l);
	guard = loop_timer_new(l, on_guard, NULL);
	loop_timer_set(guard, mono_add(loop_clock(), 120 * NS_PER_S));
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	log_capture(NULL, NULL);
	vrrp_run_free(runner);
	vrrp_on_change_free(on_change);
	loop_timer_free(guard);
	loop_free(l);
	return 0;
}

static void
level_of(enum vrrp_track_kind kind, const char *name, bool up)
{
	struct vrrp_level level = {
		.kind = kind,
		.up = up,
		.since = loop_clock(),
	};

	(void)snprintf(level.name, sizeof(level.name), "%s", name);
	if (!up)
		(void)snprintf(level.reason, sizeof(level.reason),
		    "connection refused");
	vrrp_on_change_level(on_change, &level);
}

static void
level(bool up)
{
	level_of(VRRP_TRACK_TCP, "web", up);
}

static void
run(void)
{
	if (!vrrp_on_change_idle(on_change))
		assert_int_equal(loop_run(l), 0);
	assert_false(timed_out);
}

static void
let_go(void)
{
	int fd = open(go, O_WRONLY | O_CREAT, 0644);

	assert_true(fd >= 0);
	close(fd);
}

static const char *
written(void)
{
	static char text[8192];
	FILE *fp = fopen(file, "r");
	size_t n;

	assert_non_null(fp);
	n = fread(text, 1, sizeof(text) - 1, fp);
	text[n] = '\0';
	fclose(fp);
	return text;
}

static void
test_vrrp_on_change_first_result_is_a_change_from_unknown(void **state)
{
	(void)state;
	assert_true(vrrp_on_change_idle(on_change));
	level(true);
	assert_false(vrrp_on_change_idle(on_change));
	run();
	level(true);		/* said again */
	assert_true(vrrp_on_change_idle(on_change));
	level(false);
	run();
	level(true);
	run();
	assert_string_equal(written(), "CHECK web UP tcp UNKNOWN\n"
	    "CHECK web DOWN tcp UP\nCHECK web UP tcp DOWN\n");
	assert_non_null(strstr(said, "on_change tcp=web state=DOWN before=UP "
	    "took_ms="));
}

static void
test_vrrp_on_change_another_reason_is_no_change(void **state)
{
	struct vrrp_level l1 = { .kind = VRRP_TRACK_TCP, .name = "web",
	    .reason = "no answer in time" };

	(void)state;
	level(false);
	run();
	l1.since = loop_clock();
	vrrp_on_change_level(on_change, &l1);
	assert_true(vrrp_on_change_idle(on_change));
	assert_string_equal(written(), "CHECK web DOWN tcp UNKNOWN\n");
}

/* Results that came and went while the program ran are told to nobody. */
static void
test_vrrp_on_change_flapping_leaves_the_newest(void **state)
{
	(void)state;
	set_program(&trackers[0], SLOW);
	level(true);
	for (int i = 0; i < 100; i++)
		level(i % 2 == 1);
	assert_int_equal(vrrp_run_count(runner), 1);
	level(false);
	let_go();
	run();
	assert_string_equal(written(), "CHECK web UP tcp UNKNOWN\n"
	    "CHECK web DOWN tcp UP\n");
}

static void
test_vrrp_on_change_back_at_what_was_told_is_not_told(void **state)
{
	(void)state;
	set_program(&trackers[0], SLOW);
	level(true);
	level(false);
	level(true);
	let_go();
	run();
	assert_string_equal(written(), "CHECK web UP tcp UNKNOWN\n");
}

static void
test_vrrp_on_change_trackers_do_not_wait_for_each_other(void **state)
{
	(void)state;
	level(true);
	level_of(VRRP_TRACK_SCRIPT, "web", false);
	level_of(VRRP_TRACK_PING, "quiet", true);	/* has none */
	level_of(VRRP_TRACK_PING, "nobody", true);
	assert_int_equal(vrrp_run_count(runner), 2);
	run();
	assert_non_null(strstr(written(), "CHECK web UP tcp UNKNOWN\n"));
	assert_non_null(strstr(written(), "CHECK web DOWN script UNKNOWN\n"));
	assert_int_equal(strlen(written()), strlen(
	    "CHECK web UP tcp UNKNOWN\nCHECK web DOWN script UNKNOWN\n"));
}

static void
stop_at(mono_t deadline, void *arg)
{
	(void)deadline;
	loop_stop(arg);
}

static void
test_vrrp_on_change_failure_is_said_and_the_next_change_told(void **state)
{
	(void)state;
	set_program(&trackers[0], "echo no way; exit 7");
	level(true);
	run();
	assert_non_null(strstr(said, "on_change tcp=web state=UP before="
	    "UNKNOWN failed: exit 7: no way\n"));
	set_program(&trackers[0], APPEND);
	level(false);
	run();
	/* Nobody knows what the one that failed has done. */
	assert_string_equal(written(), "CHECK web DOWN tcp UNKNOWN\n");
}

/* A table of servers must not stay wrong because one command was too slow. */
static void
test_vrrp_on_change_failure_is_tried_again(void **state)
{
	struct loop_timer *stop = loop_timer_new(l, stop_at, l);

	(void)state;
	/* Fails twice, then says so. */
	set_program(&trackers[0], "echo $5 >>$0; test $(wc -l <$0) -ge 3");
	level(true);
	run();
	assert_string_equal(written(), "UNKNOWN\n");
	/* The failure waits for its time, and nobody need wait for it to leave. */
	assert_true(vrrp_on_change_idle(on_change));
	vrrp_on_change_on_idle(on_change, NULL, NULL);
	while (strlen(written()) < 3 * strlen("UNKNOWN\n")) {
		loop_timer_set(stop, mono_add(loop_clock(), 50 * NS_PER_MS));
		assert_int_equal(loop_run(l), 0);
		assert_false(timed_out);
	}
	vrrp_on_change_on_idle(on_change, on_idle, l);
	run();
	level(true);
	assert_true(vrrp_on_change_idle(on_change));
	assert_string_equal(written(), "UNKNOWN\nUNKNOWN\nUNKNOWN\n");
	loop_timer_free(stop);
}

/* A failure of what holds no more: the newest is told at once. */
static void
test_vrrp_on_change_failure_does_not_hold_up_a_change(void **state)
{
	(void)state;
	set_program(&trackers[0], "until test -e $0.go; do sleep 0.01; done; "
	    "echo $3 $5 >>$0; test $3 = DOWN");
	level(true);
	level(false);
	let_go();
	run();
	assert_string_equal(written(), "UP UNKNOWN\nDOWN UNKNOWN\n");
}

static void
test_vrrp_on_change_environment_says_why_and_when(void **state)
{
	const char *text;

	(void)state;
	set_program(&trackers[0], "env | grep ^VRRP_ | sort >$0");
	level(false);
	run();
	text = written();
	assert_memory_equal(text, "VRRP_CAUSE=connection refused\n"
	    "VRRP_CHECK=tcp\nVRRP_KIND=CHECK\nVRRP_NAME=web\n"
	    "VRRP_PREVIOUS_STATE=UNKNOWN\nVRRP_ROUTER=lb1\nVRRP_STATE=DOWN\n"
	    "VRRP_TIME=20", 146);
	assert_non_null(strstr(text, "Z\n"));
}

/* --- reload --- */

static void
test_vrrp_on_change_another_command_is_used_from_the_next_change(
    void **state)
{
	(void)state;
	level(true);
	run();
	set_program(&trackers[0], "echo new $3 >>$0");
	trackers[0].weight = -20;
	vrrp_on_change_apply(on_change, &config);
	assert_true(vrrp_on_change_idle(on_change));
	level(false);
	run();
	assert_string_equal(written(), "CHECK web UP tcp UNKNOWN\nnew DOWN\n");
}

static void
test_vrrp_on_change_that_is_new_is_told_what_holds(void **state)
{
	(void)state;
	level_of(VRRP_TRACK_PING, "quiet", false);
	assert_true(vrrp_on_change_idle(on_change));
	set_program(&trackers[2], APPEND);
	vrrp_on_change_apply(on_change, &config);
	run();
	/* Taken away and given again: whatever happened meanwhile is not known. */
	trackers[2].on_change[0] = '\0';
	vrrp_on_change_apply(on_change, &config);
	level_of(VRRP_TRACK_PING, "quiet", true);
	set_program(&trackers[2], APPEND);
	vrrp_on_change_apply(on_change, &config);
	run();
	assert_string_equal(written(), "CHECK quiet DOWN ping UNKNOWN\n"
	    "CHECK quiet UP ping UNKNOWN\n");
}

/* The level of a check may be here before its declaration is. */
static void
test_vrrp_on_change_level_may_come_before_the_declaration(void **state)
{
	(void)state;
	level_of(VRRP_TRACK_TCP, "later", true);
	assert_true(vrrp_on_change_idle(on_change));
	strcpy(trackers[0].name, "later");
	vrrp_on_change_apply(on_change, &config);
	run();
	assert_string_equal(written(), "CHECK later UP tcp UNKNOWN\n");
}

static void
test_vrrp_on_change_another_check_of_that_name_begins_anew(void **state)
{
	(void)state;
	level(true);
	run();
	trackers[0].port = 8080;
	vrrp_on_change_apply(on_change, &config);
	assert_true(vrrp_on_change_idle(on_change));	/* not known yet */
	level(true);
	run();
	assert_string_equal(written(), "CHECK web UP tcp UNKNOWN\n"
	    "CHECK web UP tcp UNKNOWN\n");
}

static void
test_vrrp_on_change_removed_while_it_runs_is_forgotten(void **state)
{
	(void)state;
	set_program(&trackers[0], SLOW);
	level(true);
	level(false);
	config.tracker_count = 0;
	vrrp_on_change_apply(on_change, &config);
	assert_false(vrrp_on_change_idle(on_change));
	let_go();
	run();
	assert_string_equal(written(), "CHECK web UP tcp UNKNOWN\n");
	/* There again: its result is asked for, and told. */
	config.tracker_count = 3;
	set_program(&trackers[0], APPEND);
	vrrp_on_change_apply(on_change, &config);
	level(false);
	run();
	assert_string_equal(written(), "CHECK web UP tcp UNKNOWN\n"
	    "CHECK web DOWN tcp UNKNOWN\n");
}

/* More levels than any configuration has trackers. */
static void
test_vrrp_on_change_keeps_a_bounded_number_of_levels(void **state)
{
	char name[VRRP_NAME_MAX];

	(void)state;
	for (unsigned i = 0; i < 3 * VRRP_TRACKERS_MAX; i++) {
		(void)snprintf(name, sizeof(name), "n%u", i);
		level_of(VRRP_TRACK_TCP, name, true);
	}
	assert_true(vrrp_on_change_idle(on_change));
	vrrp_on_change_apply(on_change, &config);
	level(true);
	run();
	assert_string_equal(written(), "CHECK web UP tcp UNKNOWN\n");
}

/* Not in /tmp itself, where the kernel keeps others from writing to it. */
static int
make_file(void **state)
{
	int fd;

	(void)state;
	log_set_level(LOG_LEVEL_INFO);
	if (mkdtemp(top) == NULL || chmod(top, 0755) < 0)
		return -1;
	(void)snprintf(file, sizeof(file), "%s/out", top);
	(void)snprintf(go, sizeof(go), "%s.go", file);
	fd = open(file, O_WRONLY | O_CREAT, 0666);
	return fd < 0 || fchmod(fd, 0666) < 0 ? -1 : close(fd);
}

static int
remove_file(void **state)
{
	(void)state;
	(void)unlink(go);
	return unlink(file) < 0 ? -1 : rmdir(top);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(test_vrrp_on_change_##name, \
	    setup, teardown)
	const struct CMUnitTest tests[] = {
		T(first_result_is_a_change_from_unknown),
		T(another_reason_is_no_change),
		T(flapping_leaves_the_newest),
		T(back_at_what_was_told_is_not_told),
		T(trackers_do_not_wait_for_each_other),
		T(failure_is_said_and_the_next_change_told),
		T(failure_is_tried_again),
		T(failure_does_not_hold_up_a_change),
		T(environment_says_why_and_when),
		T(another_command_is_used_from_the_next_change),
		T(that_is_new_is_told_what_holds),
		T(level_may_come_before_the_declaration),
		T(another_check_of_that_name_begins_anew),
		T(removed_while_it_runs_is_forgotten),
		T(keeps_a_bounded_number_of_levels),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
