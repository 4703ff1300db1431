/*
 * test_vrrp_check_file.c - trackers of kind file: that there is one, or its number.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "vrrpd/helper/vrrp_check_kinds.h"
#include "vrrpd/helper/vrrp_checks.h"

#define PATIENCE	(20 * NS_PER_S)

static struct loop *l;
static struct loop_timer *guard;
static struct vrrp_checks *checks;
static struct vrrp_level last;
static unsigned told;
static bool timed_out;
static char folder[] = "/tmp/test_vrrp_check_file.XXXXXX", path[64];

static void
on_guard(mono_t deadline, void *arg)
{
	(void)deadline;
	(void)arg;
	timed_out = true;
	loop_stop(l);
}

static void
on_level(const struct vrrp_level *level, void *arg)
{
	(void)arg;
	last = *level;
	told++;
	loop_stop(l);
}

static void
put(const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* The next level that is told. */
static void
await(void)
{
	unsigned before = told;

	loop_timer_set(guard, mono_add(loop_clock(), PATIENCE));
	while (told == before && !timed_out)
		assert_int_equal(loop_run(l), 0);
	assert_false(timed_out);
}

static void
await_number(int32_t value)
{
	do
		await();
	while (last.value != value);
	assert_true(last.number && last.up);
}

static void
begin(bool number)
{
	static struct vrrp_tracker_params p;
	struct vrrp_config config = { .trackers = &p, .tracker_count = 1 };

	memset(&p, 0, sizeof(p));
	p.kind = VRRP_TRACK_FILE;
	p.number = number;
	(void)strcpy(p.name, "load");
	(void)strcpy(p.path, path);
	assert_int_equal(vrrp_checks_apply(checks, &config), 0);
}

static int
setup(void **state)
{
	static const struct vrrp_checks_kind *const kinds[] = {
		&vrrp_check_file, NULL,
	};

	(void)state;
	(void)strcpy(folder + strlen(folder) - 6, "XXXXXX");
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/load", folder);
	told = 0;
	timed_out = false;
	memset(&last, 0, sizeof(last));
	l = loop_new();
	assert_non_null(l);
	checks = vrrp_checks_new(l, kinds, NULL, on_level, NULL);
	assert_non_null(checks);
	guard = loop_timer_new(l, on_guard, NULL);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	vrrp_checks_free(checks);
	loop_timer_free(guard);
	loop_free(l);
	(void)unlink(path);
	(void)rmdir(path);
	(void)rmdir(folder);
	return 0;
}

static void
test_vrrp_check_file_that_is_there_is_down(void **state)
{
	(void)state;
	begin(false);
	await();
	assert_true(last.up && !last.number);
	put("17");
	await();
	assert_false(last.up || last.number);
	assert_int_equal(unlink(path), 0);
	await();
	assert_true(last.up);
}

static void
test_vrrp_check_file_number_is_read_when_it_is_written(void **state)
{
	char other[80];

	(void)state;
	begin(true);
	await();
	assert_true(last.number && last.up && last.value == 0);
	put("  17 percent\n");
	await_number(17);
	put("-254\n");
	await_number(-254);
	put("99999999999999999999");
	await_number(INT32_MAX);
	put("-99999999999999999999");
	await_number(INT32_MIN);
	put("none");
	await_number(0);
	/* Another file in its place. */
	put("5");
	await_number(5);
	(void)snprintf(other, sizeof(other), "%s.new", path);
	(void)rename(path, other);
	await_number(0);
	(void)rename(other, path);
	await_number(5);
	/* A folder has no number. */
	assert_int_equal(unlink(path), 0);
	await_number(0);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(rmdir(path), 0);
	put("6");
	await_number(6);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_vrrp_check_file_that_is_there_is_down),
		TEST(test_vrrp_check_file_number_is_read_when_it_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
