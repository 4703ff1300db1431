/*
 * test_vrrp_reader.c - real children that read, fail, hang and lie; and a real file.
 */
#include "config.h"

#include <sys/stat.h>
#include <sys/types.h>
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

#include "shared/conf_child.h"
#include "shared/loop.h"
#include "vrrpd/config/vrrp_reading.h"
#include "vrrpd/monitor/vrrp_reader.h"

#define WAIT_NS	(30 * NS_PER_S)
#define GOOD								\
	"instance web { interface = lo virtual_router_id = 51 "		\
	"virtual_addresses = { 192.0.2.50/24 } }\n"

static struct loop *l;
static struct vrrp_reader *r;
static struct loop_timer *giving_up;
static char dir[] = "/tmp/test-reader.XXXXXX", conf[64];
static uint8_t *bytes;
static size_t bytes_len;
static char why[512];
static unsigned dones;

static void
done(uint8_t *b, size_t len, const char *text, void *arg)
{
	assert_ptr_equal(arg, &dones);
	assert_int_equal(b == NULL, text != NULL);
	dones++;
	free(bytes);
	bytes = b;
	bytes_len = len;
	(void)snprintf(why, sizeof(why), "%s", text == NULL ? "" : text);
	loop_stop(l);
}

static void
give_up(mono_t deadline, void *arg)
{
	(void)deadline;
	(void)arg;
	loop_stop(l);
}

/* --- children --- */

static int
read_as_always(const char *path, int fd)
{
	return vrrp_reader_live(path, fd);
}

static int __attribute__((noreturn))
exit_as_a_lexer(const char *path, int fd)
{
	(void)path;
	(void)fd;
	_exit(2);
}

static int __attribute__((noreturn))
crash(const char *path, int fd)
{
	(void)path;
	(void)fd;
	(void)signal(SIGABRT, SIG_DFL);
	abort();
}

static int __attribute__((noreturn))
hang(const char *path, int fd)
{
	(void)path;
	(void)fd;
	for (;;)
		(void)pause();
}

static int
say_nothing(const char *path, int fd)
{
	(void)path;
	(void)fd;
	return 0;
}

static int
say_too_much(const char *path, int fd)
{
	(void)path;
	(void)signal(SIGXFSZ, SIG_IGN);
	return ftruncate(fd, VRRP_READING_MAX + 1) == -1 ? 7 : 0;
}

/* Nothing of the monitor's but the standard descriptors. */
static int
look_around(const char *path, int fd)
{
	int i;

	(void)path;
	for (i = 0; i < 100; i++)
		if ((fcntl(i, F_GETFD) != -1) != (i <= fd) && i != fd + 1)
			return 10 + i;
	return write(fd, "x", 1) == 1 ? 0 : 9;
}

/* --- the scene --- */

static void
start(int (*read_it)(const char *, int))
{
	const struct priv_user user = { getuid(), getgid() };
	const struct vrrp_reader_config config = {
		.conf = conf,
		.user = &user,
		.read = read_it,
		.as_it_is = true,
		.done = done,
		.arg = &dones,
	};

	if (r == NULL)
		r = vrrp_reader_new(l, &config);
	assert_non_null(r);
	assert_int_equal(vrrp_reader_start(r), 0);
}

static void
run(void)
{
	loop_timer_set(giving_up, mono_add(loop_clock(), WAIT_NS));
	assert_int_equal(loop_run(l), 0);
}

static void
write_file(const char *text)
{
	FILE *f = fopen(conf, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static int
setup(void **state)
{
	(void)state;
	l = loop_new();
	giving_up = loop_timer_new(l, give_up, NULL);
	r = NULL;
	bytes = NULL;
	dones = 0;
	why[0] = '\0';
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	vrrp_reader_free(r);
	loop_timer_free(giving_up);
	loop_free(l);
	free(bytes);
	(void)unlink(conf);
	return 0;
}

static void
ends_with(int (*read_it)(const char *, int), const char *end)
{
	char want[512];

	start(read_it);
	run();
	(void)snprintf(want, sizeof(want), "%s: cannot be read: %s", conf, end);
	assert_int_equal(dones, 1);
	assert_null(bytes);
	assert_string_equal(why, want);
	assert_true(strlen(want) < 256);
}

/* --- tests --- */

static void
test_vrrp_reader_brings_what_the_file_says(void **state)
{
	struct vrrp_reading *found = NULL;

	(void)state;
	write_file(GOOD);
	start(read_as_always);
	run();
	assert_int_equal(dones, 1);
	assert_int_equal(vrrp_reading_decode(bytes, bytes_len, &found), 0);
	assert_true(found->good);
	assert_string_equal(found->config.instances[0].name, "web");
	vrrp_reading_free(found);
}

/* Errors are an answer, too, and so is a file that is none. */
static void
test_vrrp_reader_brings_errors_with_their_line(void **state)
{
	struct vrrp_reading *found = NULL;
	char text[640], want[640];

	(void)state;
	write_file("\n" GOOD "x = 1\n");
	start(read_as_always);
	run();
	assert_int_equal(vrrp_reading_decode(bytes, bytes_len, &found), 0);
	assert_false(found->good);
	(void)snprintf(want, sizeof(want), "%s:3: unknown word 'x'", conf);
	assert_string_equal(vrrp_reading_why(found, text, sizeof(text)), want);
	vrrp_reading_free(found);
	assert_int_equal(unlink(conf), 0);
	assert_int_equal(mkfifo(conf, 0600), 0);
	start(read_as_always);
	run();
	assert_int_equal(vrrp_reading_decode(bytes, bytes_len, &found), 0);
	(void)snprintf(want, sizeof(want), "%s: is not a regular file", conf);
	assert_string_equal(vrrp_reading_why(found, text, sizeof(text)), want);
	vrrp_reading_free(found);
}

static void
test_vrrp_reader_that_exits_is_an_answer(void **state)
{
	(void)state;
	ends_with(exit_as_a_lexer, "its reader gave up (status 2), maybe for "
	    "lack of memory");
}

static void
test_vrrp_reader_that_crashes_is_an_answer(void **state)
{
	(void)state;
	ends_with(crash, "its reader died (Aborted)");
}

static void
test_vrrp_reader_that_says_nothing_is_an_answer(void **state)
{
	(void)state;
	ends_with(say_nothing, "its reader has left nothing");
}

static void
test_vrrp_reader_that_says_too_much_is_an_answer(void **state)
{
	(void)state;
	ends_with(say_too_much, "its reader gave up (status 7), maybe for "
	    "lack of memory");
}

static void
test_vrrp_reader_that_hangs_is_an_answer(void **state)
{
	mono_t began = loop_clock();
	int64_t ns;

	(void)state;
	ends_with(hang, "its reader took longer than 6 s");
	ns = mono_sub(loop_clock(), began);
	assert_true(ns >= VRRP_READER_TIME_NS);
	assert_true(ns < 2 * VRRP_READER_TIME_NS);
}

static void
test_vrrp_reader_has_no_descriptor_of_the_monitor(void **state)
{
	(void)state;
	start(look_around);
	run();
	assert_string_equal(why, "");
	assert_int_equal(bytes_len, 1);
}

/* Another one that is asked for replaces it, and it is answered once. */
static void
test_vrrp_reader_started_again_answers_once(void **state)
{
	int i;

	(void)state;
	write_file(GOOD);
	for (i = 0; i < 20; i++)
		start(read_as_always);
	run();
	assert_int_equal(dones, 1);
	vrrp_reader_stop(r);
	vrrp_reader_stop(r);
	start(read_as_always);
	vrrp_reader_stop(r);
	loop_timer_set(giving_up, mono_add(loop_clock(), 50 * NS_PER_MS));
	assert_int_equal(loop_run(l), 0);
	assert_int_equal(dones, 1);
}

static void
test_vrrp_reader_argument_is_a_descriptor(void **state)
{
	static const char *const none[] = { "-f", "--read", "--read=",
	    "--read=x", "--read=3x", "--read=-1", "--read=99999999999" };
	size_t i;

	(void)state;
	assert_int_equal(conf_child_argument("--read=3"), 3);
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_int_equal(conf_child_argument(none[i]), -1);
}

#define TEST(t)	cmocka_unit_test_setup_teardown(t, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_vrrp_reader_brings_what_the_file_says),
		TEST(test_vrrp_reader_brings_errors_with_their_line),
		TEST(test_vrrp_reader_that_exits_is_an_answer),
		TEST(test_vrrp_reader_that_crashes_is_an_answer),
		TEST(test_vrrp_reader_that_says_nothing_is_an_answer),
		TEST(test_vrrp_reader_that_says_too_much_is_an_answer),
		TEST(test_vrrp_reader_that_hangs_is_an_answer),
		TEST(test_vrrp_reader_has_no_descriptor_of_the_monitor),
		TEST(test_vrrp_reader_started_again_answers_once),
		TEST(test_vrrp_reader_argument_is_a_descriptor),
	};
	int failed;

	if (mkdtemp(dir) == NULL)
		return 1;
	(void)chmod(dir, 0755);
	(void)snprintf(conf, sizeof(conf), "%s/vrrpd.conf", dir);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	(void)rmdir(dir);
	return failed;
}
