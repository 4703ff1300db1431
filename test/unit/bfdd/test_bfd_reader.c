/*
 * test_bfd_reader.c - reading beside the loop: once, refused, and again while a
 * reading goes on.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bfdd/bfd_reader.h"

static struct loop *loop;
static struct bfd_reader *reader;
static atomic_int readings;
static atomic_bool slow, refuse, beside;
static pthread_t loop_thread;
static int done_count;
static bool was_good;
static unsigned sessions, error_count;

static bool
read_file(struct bfd_config *config, struct conf_errors *errors, void *arg)
{
	int policy;
	struct sched_param param;

	(void)arg;
	(void)pthread_getschedparam(pthread_self(), &policy, &param);
	beside = !pthread_equal(pthread_self(), loop_thread) &&
	    policy == SCHED_OTHER;
	readings++;
	if (slow)
		(void)usleep(50 * 1000);
	if (refuse) {
		errors->count = 1;
		return false;
	}
	memset(config, 0, sizeof(*config));
	config->sessions = calloc(1, sizeof(*config->sessions));
	config->count = 1;
	return true;
}

static void
done(bool good, struct bfd_config *config, const struct conf_errors *errors,
    void *arg)
{
	(void)arg;
	done_count++;
	was_good = good;
	error_count = errors->count;
	if (good) {
		sessions = config->count;
		bfd_config_free(config);
	}
	loop_stop(loop);
}

static int
setup(void **state)
{
	static const struct bfd_reader_config config = {
		.read = read_file,
		.done = done,
	};

	(void)state;
	readings = 0;
	slow = refuse = beside = false;
	done_count = 0;
	loop_thread = pthread_self();
	loop = loop_new();
	reader = bfd_reader_new(loop, &config);
	return reader == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	bfd_reader_free(reader);
	loop_free(loop);
	return 0;
}

static void
test_bfd_reader_reads_beside_the_loop(void **state)
{
	(void)state;
	assert_int_equal(bfd_reader_start(reader), 0);
	assert_int_equal(loop_run(loop), 0);
	assert_true(beside);
	assert_true(was_good);
	assert_int_equal(sessions, 1);
	assert_int_equal(done_count, 1);
}

static void
test_bfd_reader_errors_are_handed_over(void **state)
{
	(void)state;
	refuse = true;
	assert_int_equal(bfd_reader_start(reader), 0);
	assert_int_equal(loop_run(loop), 0);
	assert_false(was_good);
	assert_int_equal(error_count, 1);
	/* And are forgotten by the next reading. */
	refuse = false;
	assert_int_equal(bfd_reader_start(reader), 0);
	assert_int_equal(loop_run(loop), 0);
	assert_true(was_good);
	assert_int_equal(error_count, 0);
}

static void
test_bfd_reader_asked_meanwhile_reads_once_more(void **state)
{
	(void)state;
	slow = true;
	for (int i = 0; i < 5; i++)
		assert_int_equal(bfd_reader_start(reader), 0);
	assert_int_equal(loop_run(loop), 0);
	assert_int_equal(readings, 2);
	assert_int_equal(done_count, 1);
}

static void
test_bfd_reader_freed_meanwhile_says_nothing(void **state)
{
	(void)state;
	slow = true;
	assert_int_equal(bfd_reader_start(reader), 0);
	bfd_reader_free(reader);
	reader = NULL;
	assert_int_equal(readings, 1);
	assert_int_equal(done_count, 0);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_bfd_reader_reads_beside_the_loop),
		T(test_bfd_reader_errors_are_handed_over),
		T(test_bfd_reader_asked_meanwhile_reads_once_more),
		T(test_bfd_reader_freed_meanwhile_says_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
