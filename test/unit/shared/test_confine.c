/*
 * test_confine.c - what a confined process may do, and what it tries in vain.
 */
#include "config.h"

#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "shared/confine.h"

#define CHECK(x) do {							\
	if (!(x)) {							\
		fprintf(stderr, "%d: " #x ": errno %d\n", __LINE__, errno); \
		_exit(1);						\
	}								\
} while (0)
/* Fails, for a reason that is the filter's. */
#define DENIED(x)	CHECK((errno = 0, (long)(x)) == -1 &&		\
    (errno == EPERM || errno == ENOSYS))

static enum confine_kind kind;

static int
in_child(void (*body)(void))
{
	pid_t pid = fork();
	int st;

	assert_true(pid >= 0);
	if (pid == 0) {
		(void)alarm(20);
		CHECK(confine(kind) == 0);
		body();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &st, 0), pid);
	return st;
}

static void
need_filters(void)
{
	if (!confine_is_built()) {
		print_message("built without filters\n");
		skip();
	}
#ifdef SECCOMP_KILL
	print_message("a call that is not allowed ends the process\n");
	skip();
#endif
}

static void
for_all_but_trees(void (*body)(void))
{
	static const enum confine_kind kinds[] = { CONFINE_ENGINE,
	    CONFINE_BFDD, CONFINE_NET, CONFINE_CHECKS };

	need_filters();
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		kind = kinds[i];
		if (in_child(body) != 0)
			fail_msg("kind %d", (int)kind);
	}
}

static void
try_what_nobody_may(void)
{
	char buf[8];

	DENIED(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
	DENIED(mount("none", "/proc", "tmpfs", 0, NULL));
	DENIED(umount2("/proc", MNT_DETACH));
	DENIED(chroot("/"));
	DENIED(syscall(SYS_bpf, 0, NULL, 0));
	DENIED(syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0));
	DENIED(syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0));
	DENIED(syscall(SYS_init_module, buf, 0, ""));
	DENIED(syscall(SYS_kexec_load, 0, 0, NULL, 0));
	DENIED(syscall(SYS_reboot, 0, 0, 0, NULL));
	DENIED(syscall(SYS_io_uring_setup, 1, NULL));
	DENIED(syscall(SYS_userfaultfd, 0));
	DENIED(clock_settime(CLOCK_REALTIME, &(struct timespec){ 0 }));
}

static void
try_what_packets_must_not_cause(void)
{
	try_what_nobody_may();
	DENIED(unshare(CLONE_NEWUSER));
	DENIED(setns(0, 0));
	DENIED(syscall(SYS_keyctl, 0, 0, 0, 0, 0));
	DENIED(setuid(0));
	DENIED(syscall(SYS_add_key, "user", "x", "x", 1, -1));
	DENIED(socket(AF_ALG, SOCK_SEQPACKET, 0));
	DENIED(socket(AF_VSOCK, SOCK_STREAM, 0));
	DENIED(socket(AF_BLUETOOTH, SOCK_RAW, 0));
	DENIED(rename("/tmp/no", "/tmp/such"));
	DENIED(mkdir("/tmp/no-such-folder-here", 0700));
	DENIED(chmod("/tmp/no-such-file-here", 0666));
	/* A library tries what is new, and does without on this answer alone. */
	CHECK(syscall(100000) == -1 && errno == ENOSYS);
	CHECK(syscall(SYS_clone3, NULL, 0) == -1 && errno == ENOSYS);
	if (kind != CONFINE_BFDD) {
		DENIED(kill(getpid(), SIGKILL));
		DENIED(fork());
	}
	if (kind == CONFINE_ENGINE) {
		DENIED(execl("/bin/sh", "sh", "-c", "exit 3", (char *)NULL));
		DENIED(syscall(SYS_execveat, AT_FDCWD, "/bin/true", NULL, NULL,
		    0));
	}
}

static void
do_what_everybody_does(void)
{
	struct epoll_event ev = { .events = EPOLLIN };
	struct itimerspec it = { .it_value = { .tv_nsec = 1000000 } };
	int epoll, timer, fd, two[2];
	uint64_t n;
	char c, *p;

	CHECK((epoll = epoll_create1(EPOLL_CLOEXEC)) >= 0);
	CHECK((timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK)) >= 0);
	CHECK(epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &ev) == 0);
	CHECK(timerfd_settime(timer, 0, &it, NULL) == 0);
	CHECK(epoll_wait(epoll, &ev, 1, 5000) == 1);
	CHECK(read(timer, &n, sizeof(n)) == sizeof(n) && n >= 1);
	CHECK((fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC)) >= 0);
	CHECK(read(fd, &c, 1) == 1 && close(fd) == 0);
	CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, two) == 0);
	CHECK(send(two[0], "x", 1, 0) == 1 && recv(two[1], &c, 1, 0) == 1);
	CHECK((fd = socket(AF_NETLINK, SOCK_RAW, 0)) >= 0 && close(fd) == 0);
	CHECK((fd = socket(AF_INET, SOCK_DGRAM, 0)) >= 0 && close(fd) == 0);
	CHECK((p = malloc(50 << 20)) != NULL);
	memset(p, 1, 50 << 20);
	free(p);
	CHECK(usleep(1000) == 0);
	CHECK(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) >= 0);
	/* Does a process live?  No signal, and a true answer. */
	CHECK(kill(getpid(), 0) == 0);
	CHECK(kill(0x3ffffff, 0) == -1 && errno == ESRCH);
	errno = 0;
	CHECK(prctl(4711, 0, 0, 0, 0) == -1 && errno == EINVAL);
}

static void
test_confine_refuses_what_packets_must_not_cause(void **state)
{
	(void)state;
	for_all_but_trees(try_what_packets_must_not_cause);
}

static void
test_confine_allows_what_everybody_does(void **state)
{
	(void)state;
	for_all_but_trees(do_what_everybody_does);
}

static void
fail_an_assertion(void)
{
	abort();
}

/* An assertion that fails ends the process at once, as ever. */
static void
test_confine_lets_a_process_abort(void **state)
{
	int st;

	(void)state;
	need_filters();
	kind = CONFINE_ENGINE;
	st = in_child(fail_an_assertion);
	assert_true(WIFSIGNALED(st));
	assert_int_equal(WTERMSIG(st), SIGABRT);
}

static void
start_a_program(void)
{
	int st;
	pid_t pid;

	try_what_nobody_may();
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		(void)execl("/bin/sh", "sh", "-c",
		    "kill -0 $$ && cd /tmp && mkdir confine.$$ && "
		    "rmdir confine.$$ && cat /dev/null", (char *)NULL);
		_exit(1);
	}
	CHECK(waitpid(pid, &st, 0) == pid && st == 0);
	do_what_everybody_does();
}

static void
test_confine_of_a_tree_lets_programs_work(void **state)
{
	(void)state;
	need_filters();
	kind = CONFINE_TREE;
	assert_int_equal(in_child(start_a_program), 0);
}

static int
layers(void)
{
	char line[256];
	int n = -1;
	FILE *f = fopen("/proc/self/status", "r");

	CHECK(f != NULL);
	while (fgets(line, sizeof(line), f) != NULL)
		if (sscanf(line, "Seccomp_filters: %d", &n) == 1)
			break;
	(void)fclose(f);
	return n;
}

static void
confine_again(void)
{
	int before = layers();

	CHECK(confine(kind) == 1);
	CHECK(layers() == before);
	CHECK(confine(CONFINE_NOT) == 1);
}

/* A program that is executed by one that was confined. */
static void
test_confine_adds_no_second_layer_of_a_kind(void **state)
{
	(void)state;
	for_all_but_trees(confine_again);
	kind = CONFINE_TREE;
	assert_int_equal(in_child(confine_again), 0);
}

static void
confine_closer(void)
{
	CHECK(confine(CONFINE_ENGINE) == 0);
	kind = CONFINE_ENGINE;
	try_what_packets_must_not_cause();
	do_what_everybody_does();
}

/* The engine is a child of the monitor. */
static void
test_confine_closer_than_the_parent(void **state)
{
	(void)state;
	need_filters();
	kind = CONFINE_TREE;
	assert_int_equal(in_child(confine_closer), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_confine_refuses_what_packets_must_not_cause),
		cmocka_unit_test(test_confine_allows_what_everybody_does),
		cmocka_unit_test(test_confine_lets_a_process_abort),
		cmocka_unit_test(test_confine_of_a_tree_lets_programs_work),
		cmocka_unit_test(test_confine_adds_no_second_layer_of_a_kind),
		cmocka_unit_test(test_confine_closer_than_the_parent),
	};

	return cmocka_run_group_tests_name("confine", tests, NULL, NULL);
}
