/* test_sdnotify.c - the datagram to the service manager. */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "shared/sdnotify.h"

static void
test_sdnotify_no_socket_is_silent(void **state)
{
	(void)state;
	unsetenv("NOTIFY_SOCKET");
	assert_int_equal(sdnotify("READY=1"), 0);
}

static void
test_sdnotify_relative_path_is_refused(void **state)
{
	(void)state;
	setenv("NOTIFY_SOCKET", "notify.sock", 1);
	assert_int_equal(sdnotify("READY=1"), -EINVAL);
}

static void
test_sdnotify_nobody_there_is_an_error(void **state)
{
	(void)state;
	setenv("NOTIFY_SOCKET", "/nonexistent/notify.sock", 1);
	assert_int_equal(sdnotify("READY=1"), -ENOENT);
}

static void
test_sdnotify_abstract_socket_gets_the_datagram(void **state)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	char name[64], got[64];
	ssize_t n;
	int fd, len;

	(void)state;
	len = snprintf(name, sizeof(name), "@test-sdnotify-%d", (int)getpid());
	memcpy(sun.sun_path, name, (size_t)len);
	sun.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	assert_int_not_equal(fd, -1);
	assert_int_equal(bind(fd, (struct sockaddr *)&sun,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)len)),
	    0);
	setenv("NOTIFY_SOCKET", name, 1);
	assert_int_equal(sdnotify("READY=1"), 0);
	n = recv(fd, got, sizeof(got), MSG_DONTWAIT);
	assert_int_equal(n, 7);
	assert_memory_equal(got, "READY=1", 7);
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sdnotify_no_socket_is_silent),
		cmocka_unit_test(test_sdnotify_relative_path_is_refused),
		cmocka_unit_test(test_sdnotify_nobody_there_is_an_error),
		cmocka_unit_test(
		    test_sdnotify_abstract_socket_gets_the_datagram),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
