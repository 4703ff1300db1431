/* test_vrrp_writer.c - a real child writes a real file, and the loop goes on. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/stat.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "shared/state_file.h"
#include "vrrpd/monitor/vrrp_writer.h"

#define UNDONE	12345
#define TIME_NS	(10 * NS_PER_S)

static char top[64], path[128], buf[64];
static struct loop *loop;
static struct loop_timer *timer;
static struct vrrp_writer *w;
static int done;

static void
on_done(int error, void *arg)
{
	assert_ptr_equal(arg, &done);
	assert_int_equal(done, UNDONE);
	assert_false(vrrp_writer_is_busy(w));
	done = error;
	loop_stop(loop);
}

static void
too_late(mono_t deadline, void *arg)
{
	(void)deadline;
	(void)arg;
	fail_msg("nothing was done");
}

static int
setup(void **state)
{
	(void)state;
	(void)snprintf(top, sizeof(top), "/tmp/test_vrrp_writer.XXXXXX");
	if (mkdtemp(top) == NULL)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/f", top);
	loop = loop_new();
	timer = loop_timer_new(loop, too_late, NULL);
	loop_timer_set(timer, mono_add(loop_clock(), TIME_NS));
	w = vrrp_writer_new(loop, on_done, &done);
	done = UNDONE;
	return 0;
}

static int
teardown(void **state)
{
	char command[128];

	(void)state;
	vrrp_writer_free(w);
	loop_timer_free(timer);
	loop_free(loop);
	(void)snprintf(command, sizeof(command), "rm -rf %s", top);
	return system(command);
}

static void
holds(const char *text)
{
	size_t len;

	assert_int_equal(state_file_read(path, buf, sizeof(buf), &len), 0);
	assert_int_equal(len, strlen(text));
	assert_memory_equal(buf, text, len);
}

static void
write_it(const char *text)
{
	done = UNDONE;
	assert_int_equal(vrrp_writer_start(w, path, text, strlen(text)), 0);
	assert_true(vrrp_writer_is_busy(w));
	assert_int_equal(vrrp_writer_start(w, path, "no", 2), -EBUSY);
	assert_int_equal(loop_run(loop), 0);
}

static void
test_vrrp_writer_says_when_it_is_on_the_disk(void **state)
{
	(void)state;
	write_it("one");
	assert_int_equal(done, 0);
	holds("one");
	write_it("two");
	assert_int_equal(done, 0);
	holds("two");
}

static void
test_vrrp_writer_says_why_it_is_not(void **state)
{
	(void)state;
	assert_int_equal(mkdir(path, 0755), 0);
	write_it("one");
	assert_int_equal(done, -EISDIR);
	assert_int_equal(rmdir(path), 0);
	write_it("one");
	assert_int_equal(done, 0);
}

/* Descriptors of the monitor end with the monitor, not with a slow disk. */
static void
test_vrrp_writer_child_holds_no_descriptor(void **state)
{
	int fds[2];
	char c;

	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(pipe(fds), 0);
	/* No file, but opening it would keep a child here for as long. */
	assert_int_equal(vrrp_writer_start(w, path, "one", 3), 0);
	assert_int_equal(close(fds[1]), 0);
	assert_int_equal(read(fds[0], &c, 1), 0);
	assert_int_equal(close(fds[0]), 0);
	assert_int_equal(loop_run(loop), 0);
	assert_int_equal(done, 0);
	holds("one");
}

static void
test_vrrp_writer_wait_sees_the_end_without_the_loop(void **state)
{
	(void)state;
	vrrp_writer_wait(w, loop_clock());
	assert_int_equal(vrrp_writer_start(w, path, "one", 3), 0);
	vrrp_writer_wait(w, mono_add(loop_clock(), TIME_NS));
	assert_int_equal(done, 0);
	assert_false(vrrp_writer_is_busy(w));
	holds("one");
}

/* A monitor that ends does not take back what it has begun. */
static void
test_vrrp_writer_freed_at_work_writes_nevertheless(void **state)
{
	size_t len = 0;

	(void)state;
	assert_int_equal(vrrp_writer_start(w, path, "one", 3), 0);
	vrrp_writer_free(w);
	w = NULL;
	while (state_file_read(path, buf, sizeof(buf), &len) != 0)
		(void)usleep(1000);
	assert_int_equal(len, 3);
	assert_int_equal(done, UNDONE);
}

static pid_t self;

static void
on_signal(int signo)
{
	(void)signo;
	if (getpid() != self)
		_exit(1);
}

/* Ctrl-C goes to everybody at the terminal. */
static void
test_vrrp_writer_child_is_not_ended_by_a_signal(void **state)
{
	(void)state;
	self = getpid();
	(void)setpgid(0, 0);
	(void)signal(SIGUSR1, on_signal);
	assert_int_equal(vrrp_writer_start(w, path, "one", 3), 0);
	assert_int_equal(kill(0, SIGUSR1), 0);
	assert_int_equal(loop_run(loop), 0);
	assert_int_equal(done, 0);
	(void)signal(SIGUSR1, SIG_DFL);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_vrrp_writer_says_when_it_is_on_the_disk),
		T(test_vrrp_writer_says_why_it_is_not),
		T(test_vrrp_writer_child_holds_no_descriptor),
		T(test_vrrp_writer_wait_sees_the_end_without_the_loop),
		T(test_vrrp_writer_freed_at_work_writes_nevertheless),
		T(test_vrrp_writer_child_is_not_ended_by_a_signal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
