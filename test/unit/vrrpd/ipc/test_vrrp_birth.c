/*
 * test_vrrp_birth.c - an engine dies with its monitor: real processes.
 *
 * The test is the grandparent: it forks a monitor, which forks an engine.
 */
#include "config.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "shared/ctl_listener.h"
#include "vrrpd/ipc/vrrp_birth_exec.h"

static int from_engine[2];	/* bytes, the words of the engine */

static volatile sig_atomic_t got;

static void
on_signal(int signo)
{
	got = signo;
}

static void
say(char byte)
{
	(void)!write(from_engine[1], &byte, 1);
}

/* A byte within a time that no machine needs, or '!'. */
static char
hear(void)
{
	struct pollfd pfd = { .fd = from_engine[0], .events = POLLIN };
	char byte = '!';

	if (poll(&pfd, 1, 20000) == 1)
		(void)!read(from_engine[0], &byte, 1);
	return byte;
}

static void __attribute__((noreturn))
be_engine(pid_t monitor)
{
	const struct vrrp_birth b = { .monitor = monitor };
	sigset_t all;

	(void)signal(SIGTERM, on_signal);
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, NULL);
	say(vrrp_birth_tie(&b) == 0 ? 'T' : 'D');
	(void)sigdelset(&all, SIGTERM);
	(void)sigsuspend(&all);
	say(got == SIGTERM ? 'S' : '?');
	_exit(0);
}

static void
test_vrrp_birth_death_of_the_monitor_ends_the_engine(void **state)
{
	pid_t monitor, pid;

	(void)state;
	assert_int_equal(pipe(from_engine), 0);
	monitor = fork();
	if (monitor == 0) {
		pid = getpid();
		if (fork() == 0)
			be_engine(pid);
		for (;;)
			(void)pause();
	}
	assert_int_equal(hear(), 'T');
	assert_int_equal(kill(monitor, SIGKILL), 0);
	assert_int_equal(hear(), 'S');
	assert_int_equal(waitpid(monitor, NULL, 0), monitor);
	(void)close(from_engine[0]);
	(void)close(from_engine[1]);
}

static void
test_vrrp_birth_monitor_that_is_dead_already_is_noticed(void **state)
{
	const struct vrrp_birth b = { .monitor = getpid() };

	(void)state;
	/* Our parent is somebody else. */
	assert_int_equal(vrrp_birth_tie(&b), -ESRCH);
}

static void
test_vrrp_birth_signals_wait_until_they_are_let_through(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < VRRP_BIRTH_SIGNAL_COUNT; i++) {
		got = 0;
		(void)signal(vrrp_birth_signals[i], on_signal);
		vrrp_birth_hold_signals(true);
		assert_int_equal(raise(vrrp_birth_signals[i]), 0);
		assert_int_equal(got, 0);
		vrrp_birth_hold_signals(false);
		assert_int_equal(got, vrrp_birth_signals[i]);
		(void)signal(vrrp_birth_signals[i], SIG_DFL);
	}
}

/* --- values that travel: this program executes itself --- */

static const char *self;

static struct vrrp_handoff one = { .left = { 42 }, .count = 1,
	.list = { { .name = "web", .flags = VRRP_HANDOFF_ACTIVE } } };
static struct vrrp_orders said = { .count = 1, .list = { { .name = "web",
	.disabled_s = 1700000000 } } };

static const uint8_t in_force[] = { 1, 0, 255, 3 };

static int
receive_bytes(const uint8_t *bytes, size_t len)
{
	static struct vrrp_birth_values v;
	int fd = memfd_create("x", MFD_CLOEXEC), error;

	if (write(fd, bytes, len) != (ssize_t)len)
		return 0;
	error = vrrp_birth_receive(fd, &v);
	if (error == 0)
		vrrp_parcel_drop(v.birth.values);
	free(v.conf);
	return error;
}

/* Every cut, and another language, are found out. */
static bool
is_all_or_nothing(int fd)
{
	static uint8_t bytes[65536];
	ssize_t size = pread(fd, bytes, sizeof(bytes), 0), len;

	for (len = 0; len < size; len++)
		if (receive_bytes(bytes, (size_t)len) != -EPROTO)
			return false;
	bytes[size] = 'x';		/* one byte too many */
	if (receive_bytes(bytes, (size_t)size + 1) != -EPROTO)
		return false;
	bytes[7] ^= 1;			/* of vrrp_traffic_id() */
	return receive_bytes(bytes, (size_t)size) == -EPROTO;
}

/* In the program that was executed; the status tells where it differs. */
static int
check_values(int fd, char **args)
{
	static struct vrrp_birth_values v;
	bool strict = is_all_or_nothing(fd);
	const struct vrrp_birth b = vrrp_birth_receive(fd, &v) == 0 ? v.birth :
	    (struct vrrp_birth){ 0 };

	if (!strict)
		return 8;
	if (v.conf == NULL)
		return 1;
	if (b.restarts != 7 || strcmp(b.last_end, "hung, Killed") != 0 ||
	    b.last_end_real_ns != INT64_C(1234567890123456789) ||
	    b.monitor != getppid() || b.own)
		return 2;
	if (b.handoff != &v.handoff || v.handoff.count != 1 ||
	    strcmp(v.handoff.list[0].name, "web") != 0 ||
	    v.handoff.left.ns != 42)
		return 3;
	if (b.orders != &v.orders || v.orders.count != 1 ||
	    !vrrp_order_equal(&v.orders.list[0], &said.list[0]))
		return 7;
	if (b.values == NULL || b.values->len != sizeof(in_force) ||
	    memcmp(b.values->bytes, in_force, sizeof(in_force)) != 0)
		return 8;
	vrrp_parcel_drop(b.values);
	if (strcmp(v.conf, "router_id = \"x\"\n") != 0)
		return 4;
	if (fcntl(b.channel, F_GETFD) != FD_CLOEXEC ||
	    fcntl(v.listener, F_GETFD) != FD_CLOEXEC ||
	    fcntl(fd, F_GETFD) != -1)
		return 5;
	if (args[0] == NULL || strcmp(args[0], "-v") != 0 || args[1] != NULL)
		return 6;
	free(v.conf);
	return 0;
}

static struct vrrp_birth
values(struct ctl_listener *l)
{
	struct vrrp_birth b = { .channel = open("/dev/null", O_RDONLY |
	    O_CLOEXEC), .monitor = getpid(), .listener = l, .handoff = &one,
	    .orders = &said,
	    .values = vrrp_parcel_copy(in_force, sizeof(in_force)),
	    .restarts = 7, .last_end = "hung, Killed",
	    .last_end_real_ns = INT64_C(1234567890123456789) };

	return b;
}

static void
test_vrrp_birth_values_reach_the_program(void **state)
{
	static char word[] = "-v";
	char *args[] = { word, NULL }, path[] = "/tmp/birth.XXXXXX";
	char conf[] = "router_id = \"x\"\n";
	struct vrrp_program p = { .path = "/nowhere", .args = args,
	    .conf = conf };
	struct ctl_listener *l;
	struct vrrp_birth b;
	int status;
	pid_t pid;

	(void)state;
	assert_non_null(mkdtemp(path));
	assert_int_equal(chdir(path), 0);
	assert_int_equal(ctl_listener_open("s", (gid_t)-1, &l), 0);
	b = values(l);
	/* A program that cannot be executed leaves everything as it was. */
	assert_int_equal(vrrp_birth_execute(&b, &p), -ENOENT);
	assert_int_equal(fcntl(b.channel, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fcntl(ctl_listener_fd(l), F_GETFD), FD_CLOEXEC);
	(void)strcpy(p.path, self);
	pid = fork();
	if (pid == 0) {
		(void)vrrp_birth_execute(&b, &p);
		_exit(99);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	ctl_listener_close(l, true);
	(void)close(b.channel);
	vrrp_parcel_drop(b.values);
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(rmdir(path), 0);
}

/* In the program that was executed beside the engine. */
static int
check_beside(int fd, char **args)
{
	enum vrrp_way way;
	int channel, copy = dup(fd);
	char *conf;

	/* Not for an engine. */
	if (vrrp_birth_receive(copy, &(struct vrrp_birth_values){ 0 }) !=
	    -EPROTO)
		return 1;
	if (vrrp_birth_receive_beside(fd, &way, &channel, &conf) != 0)
		return 2;
	if (way != VRRP_WAY_CHECKS_UP || strcmp(conf, "a = 1\n") != 0 ||
	    fcntl(channel, F_GETFD) != FD_CLOEXEC)
		return 3;
	free(conf);
	return args[0] == NULL ? 0 : 4;
}

static void
test_vrrp_birth_values_reach_a_process_beside_the_engine(void **state)
{
	char *none[] = { NULL }, unused[] = "";
	struct vrrp_program p = { .args = none, .conf = unused };
	int status, fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	pid_t pid;

	(void)state;
	(void)strcpy(p.path, self);
	pid = fork();
	if (pid == 0) {
		(void)vrrp_birth_execute_beside(VRRP_WAY_CHECKS_UP, fd, &p,
		    "a = 1\n");
		_exit(99);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	(void)close(fd);
}

/* Bytes of another program, or of nobody. */
static void
test_vrrp_birth_other_bytes_are_refused(void **state)
{
	static const char *const bad[] = { "", "vbir", "vbir0000",
	    "vbir0000111122223333444455556666777788" };
	static struct vrrp_birth_values v;
	size_t i;
	int fd;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		fd = memfd_create("x", MFD_CLOEXEC);
		assert_int_equal(write(fd, bad[i], strlen(bad[i])),
		    strlen(bad[i]));
		assert_int_equal(vrrp_birth_receive(fd, &v), -EPROTO);
		assert_int_equal(fcntl(fd, F_GETFD), -1);
	}
}

static void
test_vrrp_birth_argument_is_a_descriptor(void **state)
{
	static const char *const none[] = { "-f", "--engine", "--engine=",
	    "--engine=x", "--engine=3x", "--engine=2", "--engine=-1",
	    "--engine=99999999999999999999" };
	size_t i;

	(void)state;
	assert_int_equal(vrrp_birth_argument("--engine=3"), 3);
	assert_int_equal(vrrp_birth_argument_beside("--beside=3"), 3);
	assert_int_equal(vrrp_birth_argument_beside("--engine=3"), -1);
	assert_int_equal(vrrp_birth_argument("--beside=3"), -1);
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_int_equal(vrrp_birth_argument(none[i]), -1);
}

int
main(int argc, char **argv)
{
	int fd = argc > 1 ? vrrp_birth_argument(argv[1]) : -1;
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_vrrp_birth_death_of_the_monitor_ends_the_engine),
		cmocka_unit_test(
		    test_vrrp_birth_monitor_that_is_dead_already_is_noticed),
		cmocka_unit_test(
		    test_vrrp_birth_signals_wait_until_they_are_let_through),
		cmocka_unit_test(test_vrrp_birth_values_reach_the_program),
		cmocka_unit_test(
		    test_vrrp_birth_values_reach_a_process_beside_the_engine),
		cmocka_unit_test(test_vrrp_birth_other_bytes_are_refused),
		cmocka_unit_test(test_vrrp_birth_argument_is_a_descriptor),
	};

	int beside = argc > 1 ? vrrp_birth_argument_beside(argv[1]) : -1;

	if (fd != -1)
		return check_values(fd, argv + 2);
	if (beside != -1)
		return check_beside(beside, argv + 2);
	self = "/proc/self/exe";
	return cmocka_run_group_tests(tests, NULL, NULL);
}
