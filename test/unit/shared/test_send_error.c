/* test_send_error.c - one peer that does not answer costs the others nothing. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "shared/send_error.h"

#define DISCARD	9		/* nobody listens there */

static int
to_nobody(int fd, int family)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET,
	    .sin_port = htons(DISCARD),
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
	    .sin6_port = htons(DISCARD), .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	ssize_t n;

	n = family == AF_INET ? sendto(fd, "x", 1, MSG_DONTWAIT,
	    (struct sockaddr *)&v4, sizeof(v4)) : sendto(fd, "x", 1,
	    MSG_DONTWAIT, (struct sockaddr *)&v6, sizeof(v6));
	return n == -1 ? errno : 0;
}

static void
test_send_error_of_an_earlier_packet_is_told_apart(void **state)
{
	static const int families[] = { AF_INET, AF_INET6 };
	unsigned i, n, refused;
	int fd, error;

	(void)state;
	for (i = 0; i < 2; i++) {
		fd = socket(families[i], SOCK_DGRAM | SOCK_NONBLOCK, 0);
		if (fd == -1 || to_nobody(fd, families[i]) != 0) {
			print_message("no network of family %d\n", families[i]);
			(void)close(fd);
			continue;
		}
		send_error_ask(fd, (uint8_t)families[i]);
		for (n = refused = 0; n < 200; n++) {
			error = to_nobody(fd, families[i]);
			if (error == 0)
				continue;
			assert_int_equal(error, ECONNREFUSED);
			refused++;
			assert_true(send_error_is_of_another(fd, error));
			/* All of the earlier ones are told with it. */
			assert_int_equal(to_nobody(fd, families[i]), 0);
		}
		assert_true(refused > 0);
		(void)close(fd);
	}
}

/* A rule or a queue at the way out: this very packet. */
static void
test_send_error_of_this_packet_is_its_own(void **state)
{
	static const int errors[] = { ENOBUFS, EPERM, ENETDOWN, ENODEV, EAGAIN,
	    EINVAL, EADDRNOTAVAIL, ENOMEM };
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		assert_false(send_error_is_of_another(-1, errors[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_send_error_of_an_earlier_packet_is_told_apart),
		cmocka_unit_test(test_send_error_of_this_packet_is_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
