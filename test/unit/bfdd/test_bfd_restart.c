/*
 * test_bfd_restart.c - programs on trial: real processes, threads and loop, and a
 * client that is not there.
 */
#include "config.h"

#include <sys/stat.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bfdd/bfd_restart.h"
#include "shared/log.h"

static char folder[] = "/tmp/bfdd.XXXXXX";
static char word[] = "-v", *args[] = { word, NULL };
static struct bfd_program program = { .args = args };
static struct bfd_restart *r;
static struct loop *loop;
static unsigned deferred, answered, refused, left;
static char message[512];

/* --- the client --- */

bool
ctl_fail(struct ctl_error *error, int code, const char *fmt, ...)
{
	va_list ap;

	error->code = code;
	va_start(ap, fmt);
	(void)vsnprintf(error->message, sizeof(error->message), fmt, ap);
	va_end(ap);
	(void)snprintf(message, sizeof(message), "%s", error->message);
	return false;
}

void
ctl_client_conn_defer(struct ctl_client_conn *c)
{
	(void)c;
	deferred++;
}

void
ctl_client_conn_answer(struct ctl_client_conn *c, json_t *result)
{
	(void)c;
	assert_int_equal(json_integer_value(json_object_get(result, "pid")),
	    getpid());
	json_decref(result);
	answered++;
}

void
ctl_client_conn_refuse(struct ctl_client_conn *c,
    const struct ctl_error *error)
{
	(void)c;
	assert_int_equal(error->code, CTL_ERR_REFUSED);
	refused++;
	loop_stop(loop);
}

static void
leave(void *arg)
{
	assert_ptr_equal(arg, &left);
	left++;
	loop_stop(loop);
}

static void
quiet(enum log_level level, const char *line, void *arg)
{
	(void)level;
	(void)line;
	(void)arg;
}

/* --- one test --- */

static int
setup(void **state)
{
	(void)state;
	log_capture(quiet, NULL);
	deferred = answered = refused = left = 0;
	message[0] = '\0';
	loop = loop_new();
	r = bfd_restart_new(loop, &program, leave, &left);
	return r == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	bfd_restart_free(r);
	loop_free(loop);
	log_capture(NULL, NULL);
	return 0;
}

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

static struct ctl_client_conn *
client(void)
{
	return (struct ctl_client_conn *)&deferred;
}

static void
test_bfd_restart_good_program_is_granted_and_then_left_for(void **state)
{
	struct ctl_error error;

	(void)state;
	write_program("#!/bin/sh\ntest \"$1 $2\" = '-n -v'\n", 0755);
	assert_true(bfd_restart_ask(r, client(), &error));
	/* Two that ask are told of one trial. */
	assert_true(bfd_restart_ask(r, client(), &error));
	assert_int_equal(deferred, 2);
	assert_int_equal(loop_run(loop), 0);
	assert_int_equal(answered, 2);
	assert_int_equal(left, 1);
}

static void
test_bfd_restart_bad_program_is_refused_with_its_reason(void **state)
{
	static const struct {
		const char	*body;
		mode_t		 mode;
		const char	*why;
	} table[] = {
		{ NULL, 0, ": No such file or directory;" },
		{ "", 0755, ": Exec format error;" },
		{ "#!/bin/sh\n", 0644, ": Permission denied;" },
		{ "#!/bin/sh\nexit 3\n", 0755, ": exit status 3;" },
		{ "#!/bin/sh\nkill -SEGV $$\n", 0755,
		    ": Segmentation fault;" },
		{ "#!/bin/sh\necho bad >&2; echo more; exit 1\n", 0755,
		    ": bad;" },
		{ "#!/bin/sh\nread a || echo nothing to read\nexit 1\n", 0755,
		    ": nothing to read;" },
	};
	struct ctl_error error;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		write_program(table[i].body, table[i].mode);
		assert_true(bfd_restart_ask(r, client(), &error));
		assert_int_equal(loop_run(loop), 0);
		assert_int_equal(refused, i + 1);
		assert_non_null(strstr(message, table[i].why));
		assert_non_null(strstr(message, "nothing was restarted"));
	}
	assert_int_equal(answered + left, 0);
}

static void
test_bfd_restart_whose_client_is_gone_happens(void **state)
{
	struct ctl_error error;

	(void)state;
	write_program("#!/bin/sh\n", 0755);
	assert_true(bfd_restart_ask(r, client(), &error));
	bfd_restart_gone(r, client());
	assert_int_equal(loop_run(loop), 0);
	assert_int_equal(answered, 0);
	assert_int_equal(left, 1);
}

static void
test_bfd_restart_without_anybody_to_ask(void **state)
{
	struct ctl_error error;

	(void)state;
	assert_false(bfd_restart_ask(NULL, client(), &error));
	bfd_restart_gone(NULL, client());
	program.path[0] = '\0';
	assert_false(bfd_restart_ask(r, client(), &error));
	assert_int_equal(deferred, 0);
}

static void
test_bfd_restart_argument_is_a_descriptor(void **state)
{
	static const char *const none[] = { "-f", "--listener", "--listener=",
	    "--listener=x", "--listener=3x", "--listener=2",
	    "--listener=99999999999999999999" };
	size_t i;

	(void)state;
	assert_int_equal(bfd_restart_argument("--listener=3"), 3);
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_int_equal(bfd_restart_argument(none[i]), -1);
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
	(void)snprintf(path, sizeof(path), "%s/p", folder);
	(void)unlink(path);
	return rmdir(folder);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_bfd_restart_good_program_is_granted_and_then_left_for),
		T(test_bfd_restart_bad_program_is_refused_with_its_reason),
		T(test_bfd_restart_whose_client_is_gone_happens),
		T(test_bfd_restart_without_anybody_to_ask),
		T(test_bfd_restart_argument_is_a_descriptor),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
