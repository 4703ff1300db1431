/*
 * test_vrrp_tryout.c - programs on trial: real processes, on a real loop.
 *
 * The engine is the other end of a channel.  Programs are shell scripts in a
 * folder of the test.  No step is timed but the one of a program that hangs.
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
#include "vrrpd/monitor/vrrp_tryout.h"
#include "vrrpd/pure/vrrp_traffic.h"
#include "vrrpd/pure/vrrp_trial.h"

static char folder[] = "/tmp/tryout.XXXXXX";
static char word[] = "-v", conf[] = "a = 1\n", *args[] = { word, NULL };
static struct vrrp_program program = { .args = args, .conf = conf };
static struct vrrp_tryout *tryout;
static struct vrrp_monitor_part part;
static struct loop *l;
static struct vrrp_channel *monitor, *engine;
static struct vrrp_trial verdict;
static unsigned verdicts;

static void
quiet(enum log_level level, const char *line, void *arg)
{
	(void)level;
	(void)line;
	(void)arg;
}

static void
gone(void *arg)
{
	(void)arg;
}

static enum vrrp_refusal
on_tried(const uint8_t *body, size_t len, void *arg)
{
	(void)arg;
	assert_true(vrrp_trial_decode(body, len, &verdict));
	verdicts++;
	loop_stop(l);
	return VRRP_REFUSAL_NONE;
}

static void
begin(bool needs_root)
{
	int fds[2];

	log_capture(quiet, NULL);
	verdicts = 0;
	l = loop_new();
	assert_non_null(l);
	tryout = vrrp_tryout_new(&program, needs_root);
	part = vrrp_tryout_part(tryout);
	assert_int_equal(part.open(l, part.arg), 0);
	assert_int_equal(vrrp_channel_pair(fds), 0);
	monitor = vrrp_channel_new(l, fds[0], VRRP_WAY_ENGINE_UP, gone, NULL);
	engine = vrrp_channel_new(l, fds[1], VRRP_WAY_ENGINE_DOWN, gone, NULL);
	vrrp_channel_handle(engine, VRRP_MSG_TRIED, on_tried, NULL);
	part.attach(monitor, part.arg);
}

static void
end(void)
{
	part.detach(part.arg);
	part.close(part.arg);
	vrrp_tryout_free(tryout);
	vrrp_channel_free(monitor);
	vrrp_channel_free(engine);
	loop_free(l);
	log_capture(NULL, NULL);
}

/* The program is a script of that body; NULL: there is none. */
static void
write_program(const char *body, mode_t mode)
{
	FILE *f;

	(void)snprintf(program.path, sizeof(program.path), "%s/p", folder);
	(void)unlink(program.path);
	if (body == NULL)
		return;
	f = fopen(program.path, "w");
	assert_non_null(f);
	(void)fputs(body, f);
	(void)fclose(f);
	assert_int_equal(chmod(program.path, mode), 0);
}

static void
ask(void)
{
	assert_int_equal(vrrp_channel_send(engine, VRRP_MSG_TRY, NULL, 0), 0);
}

static void
try_once(const char *body, mode_t mode, bool needs_root)
{
	write_program(body, mode);
	begin(needs_root);
	ask();
	assert_int_equal(loop_run(l), 0);
	assert_int_equal(verdicts, 1);
	end();
}

/* Says the promised line of a version 7; the id as hex. */
static const char *
speaker(uint32_t id, const char *more)
{
	static char body[256];

	(void)snprintf(body, sizeof(body), "#!/bin/sh\n%s\n"
	    "echo vrrpd 7 speaks %08lx\n", more, (unsigned long)id);
	return body;
}

static void
test_vrrp_tryout_good_and_foreign_ones(void **state)
{
	(void)state;
	try_once(speaker(vrrp_traffic_id(), "test \"$1 $2\" = '--try -v' || "
	    "exit 9"), 0755, true);
	assert_int_equal(verdict.verdict, VRRP_TRIAL_GOOD);
	assert_string_equal(verdict.text, "7");
	try_once(speaker(vrrp_traffic_id() + 1, ""), 0755, false);
	assert_int_equal(verdict.verdict, VRRP_TRIAL_FOREIGN);
	try_once(speaker(vrrp_traffic_id() + 1, ""), 0755, true);
	assert_int_equal(verdict.verdict, VRRP_TRIAL_BAD);
	assert_non_null(strstr(verdict.text, "version 7 speaks another"));
}

static void
test_vrrp_tryout_bad_ones(void **state)
{
	static const struct {
		const char	*body;
		mode_t		 mode;
		const char	*why;
	} table[] = {
		{ NULL, 0, "No such file" },
		{ "", 0755, "Exec format error" },
		{ "#!/bin/sh\n", 0644, "Permission denied" },
		{ "#!/bin/sh\nexit 3\n", 0755, "exit status 3" },
		{ "#!/bin/sh\nkill -SEGV $$\n", 0755, "Segmentation fault" },
		{ "#!/bin/sh\necho no such luck >&2\n", 0755, "no such luck" },
		{ "#!/bin/sh\nhead -c 100000 /dev/zero | tr '\\0' x\n", 0755,
		    "xxxx" },
		{ "#!/bin/sh\nread a && echo \"got $a\"\n", 0755,
		    "got a = 1" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		try_once(table[i].body, table[i].mode, false);
		assert_int_equal(verdict.verdict, VRRP_TRIAL_BAD);
		assert_non_null(strstr(verdict.text, table[i].why));
	}
}

/* Two that ask get one verdict each, or one for both; none is left waiting. */
static void
test_vrrp_tryout_asked_twice_tries_once(void **state)
{
	(void)state;
	write_program(speaker(vrrp_traffic_id(), "echo x >>${0%/*}/tries"),
	    0755);
	begin(false);
	ask();
	ask();
	assert_int_equal(loop_run(l), 0);
	assert_int_equal(verdict.verdict, VRRP_TRIAL_GOOD);
	end();
}

/* An engine that ends meanwhile is told nothing, and the next one is. */
static void
test_vrrp_tryout_without_an_engine(void **state)
{
	(void)state;
	write_program("#!/bin/sh\nsleep 60\n", 0755);
	begin(false);
	ask();
	vrrp_channel_drain(monitor);
	part.detach(part.arg);
	part.attach(monitor, part.arg);
	end();			/* ends the program that sleeps */
	assert_int_equal(verdicts, 0);
}

static void
test_vrrp_tryout_nothing_to_execute_is_good(void **state)
{
	(void)state;
	program.path[0] = '\0';
	begin(true);
	ask();
	assert_int_equal(loop_run(l), 0);
	assert_int_equal(verdict.verdict, VRRP_TRIAL_GOOD);
	assert_string_equal(verdict.text, PACKAGE_VERSION);
	end();
}

static int
make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) == NULL ? -1 : 0;
}

static int
remove_folder(void **state)
{
	char path[sizeof(folder) + 8];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/tries", folder);
	(void)unlink(path);
	(void)snprintf(path, sizeof(path), "%s/p", folder);
	(void)unlink(path);
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vrrp_tryout_good_and_foreign_ones),
		cmocka_unit_test(test_vrrp_tryout_bad_ones),
		cmocka_unit_test(test_vrrp_tryout_asked_twice_tries_once),
		cmocka_unit_test(test_vrrp_tryout_without_an_engine),
		cmocka_unit_test(test_vrrp_tryout_nothing_to_execute_is_good),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
