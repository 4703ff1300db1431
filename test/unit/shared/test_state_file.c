/* test_state_file.c - files that are whole or not there, in a folder of ours. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/capability.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "shared/state_file.h"

#define SOMEBODY	12345

static char top[64], path[128], new[128], bad[128];
static char buf[64];
static size_t len;

static int
setup(void **state)
{
	(void)state;
	(void)snprintf(top, sizeof(top), "/tmp/test_state_file.XXXXXX");
	if (mkdtemp(top) == NULL)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/f", top);
	(void)snprintf(new, sizeof(new), "%s/f.new", top);
	(void)snprintf(bad, sizeof(bad), "%s/f.bad", top);
	return 0;
}

static int
teardown(void **state)
{
	char command[128];

	(void)state;
	(void)snprintf(command, sizeof(command), "rm -rf %s", top);
	return system(command);
}

static void
holds(const char *file, const char *text)
{
	assert_int_equal(state_file_read(file, buf, sizeof(buf), &len), 0);
	assert_int_equal(len, strlen(text));
	assert_memory_equal(buf, text, len);
}

static void
test_state_file_written_is_read_and_replaced(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(state_file_read(path, buf, sizeof(buf), &len),
	    -ENOENT);
	assert_int_equal(state_file_write(path, "one", 3), 0);
	holds(path, "one");
	assert_int_equal(state_file_write(path, "", 0), 0);
	holds(path, "");
	assert_int_equal(state_file_write(path, "another", 7), 0);
	holds(path, "another");
	assert_int_equal(access(new, F_OK), -1);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777 & ~0022, 0644);
}

static void
test_state_file_leftover_of_a_write_is_no_obstacle(void **state)
{
	(void)state;
	assert_int_equal(symlink("/dev/full", new), 0);
	assert_int_equal(state_file_write(path, "one", 3), 0);
	holds(path, "one");
}

/* Whatever fails, the old file stays, and nothing else. */
static void
test_state_file_failed_write_leaves_the_old_one(void **state)
{
	struct rlimit limit = { 2, 2 };
	int status;
	pid_t pid;

	(void)state;
	assert_int_equal(state_file_write(path, "one", 3), 0);
	pid = fork();
	if (pid == 0) {
		(void)signal(SIGXFSZ, SIG_IGN);
		(void)setrlimit(RLIMIT_FSIZE, &limit);
		_exit(-state_file_write(path, "another", 7));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), EFBIG);
	holds(path, "one");
	assert_int_equal(access(new, F_OK), -1);

	assert_int_equal(mkdir(new, 0755), 0);
	assert_int_equal(state_file_write(path, "another", 7), -EEXIST);
	holds(path, "one");
	assert_int_equal(rmdir(new), 0);

	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkdir(path, 0755), 0);
	assert_int_equal(state_file_write(path, "another", 7), -EISDIR);
	assert_int_equal(access(new, F_OK), -1);
}

static void
test_state_file_without_a_folder_is_an_error(void **state)
{
	char deep[160];

	(void)state;
	(void)snprintf(deep, sizeof(deep), "%s/no/f", top);
	assert_int_equal(state_file_write(deep, "one", 3), -ENOENT);
	assert_int_equal(state_file_read(deep, buf, sizeof(buf), &len),
	    -ENOENT);
	assert_int_equal(state_file_set_aside(deep), -ENOENT);
}

static void
test_state_file_longer_than_expected_is_not_read(void **state)
{
	char text[sizeof(buf) + 1];

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_int_equal(state_file_write(path, text, sizeof(buf)), 0);
	assert_int_equal(state_file_read(path, buf, sizeof(buf), &len), 0);
	assert_int_equal(len, sizeof(buf));
	assert_int_equal(state_file_write(path, text, sizeof(text)), 0);
	assert_int_equal(state_file_read(path, buf, sizeof(buf), &len),
	    -EFBIG);
}

/* A link could lead root anywhere; a FIFO would keep it waiting. */
static void
test_state_file_that_is_none_is_not_read(void **state)
{
	(void)state;
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_int_equal(state_file_read(path, buf, sizeof(buf), &len),
	    -EINVAL);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0644), 0);
	assert_int_equal(state_file_read(path, buf, sizeof(buf), &len),
	    -EINVAL);
	assert_int_equal(state_file_read(top, buf, sizeof(buf), &len),
	    -EINVAL);
	assert_int_equal(state_file_set_aside(path), 0);
	assert_int_equal(access(path, F_OK), -1);
}

static void
test_state_file_set_aside_replaces_an_older_one(void **state)
{
	(void)state;
	assert_int_equal(state_file_write(path, "one", 3), 0);
	assert_int_equal(state_file_set_aside(path), 0);
	assert_int_equal(state_file_write(path, "two", 3), 0);
	assert_int_equal(state_file_set_aside(path), 0);
	holds(bad, "two");
	assert_int_equal(access(path, F_OK), -1);
}

static void
test_state_file_path_too_long_is_an_error(void **state)
{
	static char endless[STATE_FILE_PATH_MAX + 1];

	(void)state;
	memset(endless, 'x', sizeof(endless) - 1);
	assert_int_equal(state_file_write(endless, "one", 3), -ENAMETOOLONG);
	assert_int_equal(state_file_set_aside(endless), -ENAMETOOLONG);
	endless[STATE_FILE_PATH_MAX - 1] = '/';
	endless[0] = '/';
	assert_int_equal(state_file_folder(endless, 0), -ENAMETOOLONG);
}

static void
test_state_file_folder_is_made_and_given_away_once(void **state)
{
	uid_t uid = geteuid() == 0 ? SOMEBODY : geteuid();
	char deep[160];
	struct stat st;

	(void)state;
	(void)snprintf(deep, sizeof(deep), "%s/swiftover/vrrpd", top);
	assert_int_equal(state_file_folder(deep, uid), 0);
	assert_int_equal(stat(deep, &st), 0);
	assert_int_equal(st.st_uid, uid);
	assert_int_equal(st.st_mode & 07777, geteuid() == 0 ? 0775 : 0755);
	assert_int_equal(state_file_folder(deep, uid), 0);
	*strrchr(deep, '/') = '\0';
	assert_int_equal(stat(deep, &st), 0);
	assert_int_equal(st.st_uid, geteuid());
	/* As a shell completes it. */
	(void)snprintf(deep, sizeof(deep), "%s/swiftover/other//", top);
	assert_int_equal(state_file_folder(deep, uid), 0);
	assert_int_equal(stat(deep, &st), 0);
	assert_int_equal(st.st_uid, uid);
	assert_int_equal(state_file_folder(deep, uid), 0);
	if (geteuid() != 0)
		return;
	/* A folder that has an owner keeps it. */
	(void)snprintf(deep, sizeof(deep), "%s/swiftover/vrrpd", top);
	assert_int_equal(chmod(deep, 0755), 0);
	assert_int_equal(state_file_folder(deep, uid + 1), -EPERM);
	assert_int_equal(stat(deep, &st), 0);
	assert_int_equal(st.st_uid, uid);
}

/* Somebody names /etc, or a folder of root's that is empty. */
static void
test_state_file_folder_that_was_there_is_not_given_away(void **state)
{
	uid_t uid = geteuid() == 0 ? SOMEBODY : geteuid() + 1;
	static const mode_t modes[] = { 0700, 0755, 0750, 0555 };
	struct stat st;
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		assert_int_equal(mkdir(path, 0700), 0);
		assert_int_equal(chmod(path, modes[i]), 0);
		assert_int_equal(state_file_folder(path, uid), -EPERM);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_uid, geteuid());
		assert_int_equal(st.st_mode & 07777, modes[i]);
		assert_int_equal(rmdir(path), 0);
	}
	/* Of one in which that user may write, nothing is changed either. */
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(chmod(path, 01777), 0);
	assert_int_equal(state_file_folder(path, uid), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_uid, geteuid());
	assert_int_equal(st.st_mode & 07777, 01777);
}

/* As in a service whose capabilities are few. */
static void
test_state_file_root_that_may_not_override_works_there_as_well(void **state)
{
	const cap_value_t override[] = { CAP_DAC_OVERRIDE };
	char deep[160], file[192];
	int status;
	cap_t caps;
	pid_t pid;

	(void)state;
	if (geteuid() != 0)
		skip();
	(void)snprintf(deep, sizeof(deep), "%s/swiftover", top);
	(void)snprintf(file, sizeof(file), "%s/f", deep);
	assert_int_equal(state_file_folder(deep, SOMEBODY), 0);
	assert_int_equal(state_file_write(file, "one", 3), 0);
	pid = fork();
	if (pid == 0) {
		caps = cap_get_proc();
		(void)cap_set_flag(caps, CAP_EFFECTIVE, 1, override,
		    CAP_CLEAR);
		if (cap_set_proc(caps) == -1)
			_exit(255);
		_exit(-state_file_set_aside(file));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
test_state_file_folder_that_is_none_is_an_error(void **state)
{
	(void)state;
	assert_int_equal(symlink("/", path), 0);
	assert_int_equal(state_file_folder(path, 0), -ENOTDIR);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(state_file_write(path, "", 0), 0);
	assert_int_equal(state_file_folder(path, 0), -ENOTDIR);
	assert_int_equal(state_file_folder("/proc/no/such", 0), -ENOENT);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_state_file_written_is_read_and_replaced),
		T(test_state_file_leftover_of_a_write_is_no_obstacle),
		T(test_state_file_failed_write_leaves_the_old_one),
		T(test_state_file_without_a_folder_is_an_error),
		T(test_state_file_longer_than_expected_is_not_read),
		T(test_state_file_that_is_none_is_not_read),
		T(test_state_file_set_aside_replaces_an_older_one),
		T(test_state_file_path_too_long_is_an_error),
		T(test_state_file_folder_is_made_and_given_away_once),
		T(test_state_file_folder_that_was_there_is_not_given_away),
		T(test_state_file_root_that_may_not_override_works_there_as_well),
		T(test_state_file_folder_that_is_none_is_an_error),
	};

	(void)umask(0022);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
