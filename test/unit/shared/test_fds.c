/*
 * test_fds.c - closing what a child must not inherit.
 *
 * Each case runs in a child, which closes descriptors to its heart's content and
 * tells by its exit status what it found.
 */
#include "config.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "shared/fds.h"

enum { GOOD, NOT_OPENED, STILL_OPEN, WENT_TOO, NO_SECCOMP };

static bool
is_open(int fd)
{
	return fcntl(fd, F_GETFD) != -1;
}

/* From here on close_range() is unknown, as on a kernel that has none. */
static int
forget_close_range(void)
{
#ifdef SYS_close_range
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_close_range, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {
		.len = sizeof(code) / sizeof(code[0]),
		.filter = code,
	};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == -1)
		return -1;
	errno = 0;
	if (syscall(SYS_close_range, ~0U, ~0U, 0U) != -1 || errno != ENOSYS)
		return -1;
#endif
	return 0;
}

static int
close_from_ten(bool old_kernel)
{
	static const int fds[] = { 9, 10, 11, 200 };
	int null = open("/dev/null", O_RDONLY);
	size_t i;

	for (i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
		if (dup2(null, fds[i]) != fds[i])
			return NOT_OPENED;
	}
	if (old_kernel && forget_close_range() == -1)
		return NO_SECCOMP;
	fds_close_from(10);
	if (!is_open(9) || !is_open(null) || !is_open(2))
		return WENT_TOO;
	return is_open(10) || is_open(11) || is_open(200) ? STILL_OPEN : GOOD;
}

static int
in_a_child(bool old_kernel)
{
	int status;
	pid_t pid = fork();

	assert_int_not_equal(pid, -1);
	if (pid == 0)
		_exit(close_from_ten(old_kernel));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
test_fds_close_from_leaves_those_below(void **state)
{
	(void)state;
	assert_int_equal(in_a_child(false), GOOD);
}

static void
test_fds_close_from_works_without_close_range(void **state)
{
	int result = in_a_child(true);

	(void)state;
	if (result == NO_SECCOMP)
		skip();
	assert_int_equal(result, GOOD);
}

static void
test_fds_let_go_first_is_above_all_others(void **state)
{
	int fd = open("/dev/null", O_RDONLY), high, later;

	(void)state;
	assert_true(fd >= 0);
	high = fds_let_go_first(fd);
	later = open("/dev/null", O_RDONLY);
	assert_true(high > later);
	assert_int_equal(fcntl(high, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(fd, F_GETFD) == -1 || later == fd, true);
	close(later);
	close(high);
	assert_int_equal(fds_let_go_first(-1), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fds_close_from_leaves_those_below),
		cmocka_unit_test(test_fds_close_from_works_without_close_range),
		cmocka_unit_test(test_fds_let_go_first_is_above_all_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
