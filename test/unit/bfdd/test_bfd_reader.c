/*
 * test_bfd_reader.c - whatever becomes of a child that reads bfdd.conf, there is one
 * answer, and bfdd goes on.
 *
 * The child is this program again, with what it is to do as its argument.
 */
#include "config.h"

#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bfdd/bfd_conf.h"
#include "bfdd/bfd_reader.h"
#include "shared/conf_child.h"
#include "shared/fds.h"

#define SOON_NS		(5 * NS_PER_S)	/* on a machine that is loaded */
#define GOOD	"session a { peer = 192.0.2.1 interface = eth0 }\n"	\
		"session b { peer = 192.0.2.2 interface = eth0 }\n"

static struct loop *loop;
static struct loop_timer *giving_up;
static struct bfd_reader *reader;
static char *args[3];
static struct bfd_program program = { .args = args };
static char dir[] = "/tmp/test-bfd-reader.XXXXXX", conf[64];
static int done_count;
static bool was_good;
static unsigned sessions, error_count;
static char why[512];

/* --- the child --- */

static bool
read_file(struct bfd_config *config, struct conf_errors *errors, void *arg)
{
	return bfd_conf_parse_file(arg, config, errors) == 0;
}

/* Descriptors of the parent's, or real time, are no good. */
static int
look_around(int fd)
{
	int i;

	for (i = 0; i < 100; i++)
		if ((fcntl(i, F_GETFD) != -1) != (i <= fd))
			return 10 + i;
	return sched_getscheduler(0) != SCHED_OTHER ? 9 : 8;
}

static int
live(int fd, const char *what, char *path)
{
	static const struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
	if (strcmp(what, "hang") == 0)
		for (;;)
			(void)pause();
	if (strcmp(what, "crash") == 0)
		(void)kill(getpid(), SIGKILL);
	if (strcmp(what, "lexer") == 0)
		return 2;
	if (strcmp(what, "nothing") == 0)
		return 0;
	if (strcmp(what, "look") == 0)
		return look_around(fd);
	if (strcmp(what, "nonsense") == 0)
		return conf_child_write(fd, path, strlen(path)) == 0 ? 0 : 1;
	return bfd_reader_live(fd, read_file, path);
}

/* --- the scene --- */

static void
done(bool good, struct bfd_config *config, const struct conf_errors *errors,
    void *arg)
{
	assert_ptr_equal(arg, &done_count);
	done_count++;
	was_good = good;
	error_count = errors->count;
	(void)snprintf(why, sizeof(why), "%s", errors->list[0].text);
	sessions = config->count;
	if (good)
		bfd_config_free(config);
	else
		assert_null(config->sessions);
	loop_stop(loop);
}

static void
give_up(mono_t deadline, void *arg)
{
	(void)deadline;
	(void)arg;
	loop_stop(loop);
}

static void
open_reader(int limit_ms)
{
	const struct bfd_reader_config config = {
		.conf = conf,
		.program = &program,
		.limit_ms = limit_ms,
		.done = done,
		.arg = &done_count,
	};

	reader = bfd_reader_new(loop, &config);
	assert_non_null(reader);
}

static void
write_conf(const char *text)
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
	done_count = 0;
	loop = loop_new();
	giving_up = loop_timer_new(loop, give_up, NULL);
	args[1] = conf;
	write_conf(GOOD);
	open_reader(BFD_READER_TIME_MS);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	bfd_reader_free(reader);
	loop_timer_free(giving_up);
	loop_free(loop);
	(void)chmod(conf, 0600);
	(void)unlink(conf);
	(void)rmdir(conf);
	/* No child is left. */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	return 0;
}

static void
begin(const char *what)
{
	args[0] = (char *)(uintptr_t)what;
	assert_int_equal(bfd_reader_start(reader), 0);
}

static void
await_answer(void)
{
	int before = done_count;

	loop_timer_set(giving_up, mono_add(loop_clock(), 30 * NS_PER_S));
	assert_int_equal(loop_run(loop), 0);
	assert_int_equal(done_count, before + 1);
}

static void
assert_read(const char *what, unsigned count)
{
	begin(what);
	await_answer();
	assert_true(was_good);
	assert_int_equal(error_count, 0);
	assert_int_equal(sessions, count);
}

static void
assert_not_read(const char *what, const char *text)
{
	begin(what);
	await_answer();
	assert_false(was_good);
	assert_int_equal(error_count, 1);
	assert_string_equal(why, text);
}

/* --- files --- */

static void
test_bfd_reader_reads(void **state)
{
	(void)state;
	assert_read("read", 2);
	assert_read("read", 2);
	write_conf("");
	assert_read("read", 0);
}

static void
test_bfd_reader_bad_files_are_said_to_be_so(void **state)
{
	(void)state;
	write_conf(GOOD "session c { peer = nobody interface = eth0 }\n"
	    "session d { wrong = 1 }\n");
	begin("read");
	await_answer();
	assert_false(was_good);
	assert_true(error_count >= 2);
	/* And forgotten by the next reading. */
	write_conf(GOOD);
	assert_read("read", 2);
}

static void
test_bfd_reader_files_that_cannot_be_read(void **state)
{
	(void)state;
	assert_int_equal(unlink(conf), 0);
	assert_not_read("read", "No such file or directory");
	assert_int_equal(mkdir(conf, 0700), 0);
	assert_not_read("read", "is a directory");
	assert_int_equal(rmdir(conf), 0);
	assert_int_equal(mkfifo(conf, 0600), 0);
	assert_not_read("read", "is not a regular file");
	assert_int_equal(unlink(conf), 0);
	write_conf(GOOD);
	if (geteuid() != 0) {
		assert_int_equal(chmod(conf, 0), 0);
		assert_not_read("read", "Permission denied");
		assert_int_equal(chmod(conf, 0600), 0);
	}
	assert_read("read", 2);
}

/* --- children --- */

static void
test_bfd_reader_that_dies(void **state)
{
	(void)state;
	assert_not_read("crash", "cannot be read: its reader died (Killed)");
	assert_not_read("lexer", "cannot be read: its reader gave up (status "
	    "2), maybe for lack of memory");
	assert_not_read("nothing", "cannot be read: its reader has left "
	    "nothing");
	assert_not_read("nonsense", "cannot be read: its reader was not "
	    "understood: Protocol error");
	assert_read("read", 2);
}

static void
test_bfd_reader_has_nothing_of_its_parent(void **state)
{
	(void)state;
	assert_not_read("look", "cannot be read: its reader gave up (status "
	    "8), maybe for lack of memory");
}

static void
test_bfd_reader_that_takes_too_long_is_given_up(void **state)
{
	(void)state;
	bfd_reader_free(reader);
	open_reader(50);
	assert_not_read("hang", "cannot be read: its reader took longer than "
	    "0.05 s");
}

/* A second reload does not wait for the first one. */
static void
test_bfd_reader_asked_meanwhile_begins_anew(void **state)
{
	mono_t begun = loop_clock();

	(void)state;
	begin("hang");
	begin("hang");
	begin("read");
	await_answer();
	assert_true(was_good);
	assert_int_equal(sessions, 2);
	assert_true(mono_sub(loop_clock(), begun) < SOON_NS);
}

static void
test_bfd_reader_freed_meanwhile_says_nothing_and_waits_for_nobody(void **state)
{
	mono_t begun = loop_clock();

	(void)state;
	begin("hang");
	bfd_reader_free(reader);
	reader = NULL;
	assert_int_equal(done_count, 0);
	assert_true(mono_sub(loop_clock(), begun) < SOON_NS);
	open_reader(BFD_READER_TIME_MS);
	begin("read");
	bfd_reader_free(reader);
	reader = NULL;
	assert_int_equal(done_count, 0);
}

/* A reading that nobody was told of is freed as well. */
static void
test_bfd_reader_freed_with_a_result(void **state)
{
	(void)state;
	begin("read");
	(void)usleep(100 * 1000);
	bfd_reader_free(reader);
	reader = NULL;
	assert_int_equal(done_count, 0);
}

int
main(int argc, char *argv[])
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	static const struct CMUnitTest tests[] = {
		T(test_bfd_reader_reads),
		T(test_bfd_reader_bad_files_are_said_to_be_so),
		T(test_bfd_reader_files_that_cannot_be_read),
		T(test_bfd_reader_that_dies),
		T(test_bfd_reader_has_nothing_of_its_parent),
		T(test_bfd_reader_that_takes_too_long_is_given_up),
		T(test_bfd_reader_asked_meanwhile_begins_anew),
		T(test_bfd_reader_freed_meanwhile_says_nothing_and_waits_for_nobody),
		T(test_bfd_reader_freed_with_a_result),
	};
	int status;

	if (argc != 4)
		fds_close_from(3);
	else
		return live(conf_child_argument(argv[1]), argv[2], argv[3]);
	(void)alarm(120);
	if (mkdtemp(dir) == NULL)
		return 99;
	(void)snprintf(conf, sizeof(conf), "%s/bfdd.conf", dir);
	status = cmocka_run_group_tests(tests, NULL, NULL);
	(void)rmdir(dir);
	return status;
}
