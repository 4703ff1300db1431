/*
 * test_vrrp_executor.c - wills carried out, byte for byte and in order.
 *
 * The file under test gets its sockets from here: pairs whose other ends are read
 * by the test, since the real ones need root and a network.
 */
#include "config.h"

#include <sys/socket.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static int	socket_here(int family, int type, int protocol);
static int	option_here(int fd, int level, int name, const void *value,
		    socklen_t len);

#define socket		socket_here
#define setsockopt	option_here
#include "vrrpd/monitor/vrrp_executor.c"
#undef socket
#undef setsockopt

/* --- the world --- */

struct end {
	int	ours, theirs;		/* -1: not opened */
};

static struct end four, six, kernel;
static int fails_family, fails_with;	/* a socket that cannot be had */
static int refused_option;		/* an option that cannot be set */
static bool tx_fails;
static unsigned tx_open;
static int tx_ifindex;
static uint8_t tx_bytes[64];
static size_t tx_len;
static struct { int ttl, tos; bool deaf; } options[2];
static struct vrrp_executor *e;

static struct end *
end_of(int family)
{
	return family == AF_NETLINK ? &kernel : family == AF_INET6 ? &six :
	    &four;
}

static int
socket_here(int family, int type, int protocol)
{
	struct end *x = end_of(family);
	int fds[2];

	(void)protocol;
	assert_true(type & SOCK_CLOEXEC);
	if (family == fails_family) {
		errno = fails_with;
		return -1;
	}
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0,
	    fds), 0);
	x->ours = fds[1];
	return x->theirs = fds[0];
}

static int
option_here(int fd, int level, int name, const void *value, socklen_t len)
{
	int six_too = fd == six.theirs;

	if (name == refused_option) {
		errno = EACCES;
		return -1;
	}
	if (level == SOL_SOCKET && name == SO_ATTACH_FILTER)
		options[six_too].deaf = len == sizeof(struct sock_fprog) &&
		    ((const struct sock_fprog *)value)->filter[0].k == 0;
	else if (name == (six_too ? IPV6_UNICAST_HOPS : IP_TTL))
		memcpy(&options[six_too].ttl, value, sizeof(int));
	else if (name == (six_too ? IPV6_TCLASS : IP_TOS))
		memcpy(&options[six_too].tos, value, sizeof(int));
	return 0;
}

int
vrrp_io_tx_open(struct vrrp_io_tx **out)
{
	*out = (struct vrrp_io_tx *)&tx_open;
	if (tx_fails) {
		*out = NULL;
		return -EPERM;
	}
	tx_open++;
	return 0;
}

void
vrrp_io_tx_close(struct vrrp_io_tx *tx)
{
	tx_open -= tx != NULL;
}

int
vrrp_io_send(struct vrrp_io_tx *tx, int ifindex, const void *frame,
    size_t len)
{
	assert_ptr_equal(tx, &tx_open);
	assert_true(len <= sizeof(tx_bytes));
	tx_ifindex = ifindex;
	memcpy(tx_bytes, frame, len);
	tx_len = len;
	return fails_with == ENOBUFS ? -ENOBUFS : 0;
}

static int
begin(void **state)
{
	(void)state;
	four = six = kernel = (struct end){ -1, -1 };
	fails_family = fails_with = refused_option = 0;
	tx_fails = false;
	tx_ifindex = 0;
	tx_len = 0;
	memset(options, 0, sizeof(options));
	e = NULL;
	return 0;
}

static bool
is_closed(const struct end *x)
{
	return x->theirs == -1 || fcntl(x->theirs, F_GETFD) == -1;
}

/* Nothing is left open, however far it had come. */
static int
end(void **state)
{
	(void)state;
	vrrp_executor_close(e);
	assert_true(is_closed(&four));
	assert_true(is_closed(&six));
	assert_true(is_closed(&kernel));
	assert_int_equal(tx_open, 0);
	(void)close(four.ours);
	(void)close(six.ours);
	(void)close(kernel.ours);
	return 0;
}

/* --- opening --- */

static void
test_open_senders_hear_nothing_and_are_marked(void **state)
{
	int i;

	(void)state;
	assert_int_equal(vrrp_executor_open(&e), 0);
	for (i = 0; i < 2; i++) {
		assert_true(options[i].deaf);
		assert_int_equal(options[i].ttl, 255);
		assert_int_equal(options[i].tos, 0xc0);
	}
}

static void
test_open_without_ipv6_is_fine(void **state)
{
	(void)state;
	fails_family = AF_INET6;
	fails_with = EAFNOSUPPORT;
	assert_int_equal(vrrp_executor_open(&e), 0);
}

static void
test_open_fails_and_leaves_nothing_open(void **state)
{
	static const struct {
		int	family, with, option;
		bool	tx;
		int	error;
	} cases[] = {
		{ .tx = true, .error = -EPERM },
		{ .family = AF_INET, .with = EPERM, .error = -EPERM },
		{ .family = AF_INET, .with = EAFNOSUPPORT,
		    .error = -EAFNOSUPPORT },
		{ .family = AF_INET6, .with = EPERM, .error = -EPERM },
		{ .family = AF_NETLINK, .with = EMFILE, .error = -EMFILE },
		{ .option = SO_ATTACH_FILTER, .error = -EACCES },
		{ .option = IPV6_TCLASS, .error = -EACCES },
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)begin(state);
		fails_family = cases[i].family;
		fails_with = cases[i].with;
		refused_option = cases[i].option;
		tx_fails = cases[i].tx;
		assert_int_equal(vrrp_executor_open(&e), cases[i].error);
		assert_null(e);
		(void)end(state);
	}
	(void)begin(state);
}

static void
test_close_of_nothing(void **state)
{
	(void)state;
	vrrp_executor_close(NULL);
}

/* --- sending --- */

static void
test_frame_goes_out_as_it_is(void **state)
{
	static const uint8_t bytes[] = { 1, 0, 0x5e, 0, 0, 18, 9, 9 };
	const struct vrrp_will_frame f = { .ifindex = 7, .bytes = bytes,
	    .len = sizeof(bytes) };

	(void)state;
	assert_int_equal(vrrp_executor_open(&e), 0);
	assert_int_equal(vrrp_executor_send(e, &f), 0);
	assert_int_equal(tx_ifindex, 7);
	assert_int_equal(tx_len, sizeof(bytes));
	assert_memory_equal(tx_bytes, bytes, sizeof(bytes));
}

static void
test_frame_that_is_refused_is_told(void **state)
{
	const struct vrrp_will_frame f = { .ifindex = 7, .bytes = tx_bytes };

	(void)state;
	assert_int_equal(vrrp_executor_open(&e), 0);
	fails_with = ENOBUFS;
	assert_int_equal(vrrp_executor_send(e, &f), -ENOBUFS);
}

/*
 * A pair of sockets takes no address: that the message is for the raw socket of
 * its family, and not for that of frames, is what can be seen.
 */
static void
test_message_to_a_peer_is_no_frame(void **state)
{
	static const uint8_t bytes[] = { 0x31, 51, 0, 1 };
	struct vrrp_will_frame f = { .ifindex = 7, .bytes = bytes,
	    .len = sizeof(bytes) };

	(void)state;
	assert_int_equal(vrrp_executor_open(&e), 0);
	assert_int_equal(addr_parse("192.0.2.1", &f.source), 0);
	assert_int_equal(addr_parse("192.0.2.2", &f.destination), 0);
	assert_true(vrrp_executor_send(e, &f) < 0);
	assert_int_equal(tx_len, 0);
}

/* --- withdrawing --- */

/* So many messages of this length, numbered. */
static size_t
fill(uint8_t *buf, unsigned count, uint32_t len)
{
	struct nlmsghdr h = { .nlmsg_len = len, .nlmsg_type = RTM_DELADDR };
	unsigned i;

	for (i = 0; i < count; i++) {
		h.nlmsg_seq = i + 1;
		memset(buf + i * NLMSG_ALIGN(len), 0, NLMSG_ALIGN(len));
		memcpy(buf + i * NLMSG_ALIGN(len), &h, sizeof(h));
	}
	return count * NLMSG_ALIGN(len);
}

/* The whole of it arrives, in order, cut between messages only. */
static void
check_arrives(const uint8_t *bytes, size_t len, unsigned chunks)
{
	uint8_t got[65536];
	size_t at = 0;
	ssize_t n;
	unsigned count = 0;
	struct nlmsghdr h;

	while ((n = recv(kernel.ours, got, sizeof(got), MSG_DONTWAIT)) > 0) {
		memcpy(&h, got, sizeof(h));
		assert_int_equal(h.nlmsg_type, RTM_DELADDR);
		assert_true(at + (size_t)n <= len);
		assert_memory_equal(got, bytes + at, (size_t)n);
		at += (size_t)n;
		count++;
	}
	assert_int_equal(at, len);
	assert_int_equal(count, chunks);
}

static void
test_withdraw_in_as_few_calls_as_possible(void **state)
{
	static uint8_t bytes[70000];
	size_t len;

	(void)state;
	assert_int_equal(vrrp_executor_open(&e), 0);
	assert_int_equal(vrrp_executor_withdraw(e, bytes, 0), 0);
	check_arrives(bytes, 0, 0);
	len = fill(bytes, 1, 44);
	assert_int_equal(vrrp_executor_withdraw(e, bytes, len), 0);
	check_arrives(bytes, len, 1);
	len = fill(bytes, 744, 44);		/* 32736 bytes: one more is not */
	assert_int_equal(vrrp_executor_withdraw(e, bytes, len), 0);
	check_arrives(bytes, len, 1);
	len = fill(bytes, 745, 44);
	assert_int_equal(vrrp_executor_withdraw(e, bytes, len), 0);
	check_arrives(bytes, len, 2);
	len = fill(bytes, 1, 40001);		/* longer than a chunk: alone */
	len += fill(bytes + len, 1, 44);
	assert_int_equal(vrrp_executor_withdraw(e, bytes, len), 0);
	check_arrives(bytes, len, 2);
}

/* The kernel's answers are read away, or its next one would find no room. */
static void
test_withdraw_reads_the_answers_away(void **state)
{
	uint8_t bytes[64];
	size_t len = fill(bytes, 1, 44);
	char c;
	unsigned i;

	(void)state;
	assert_int_equal(vrrp_executor_open(&e), 0);
	for (i = 0; i < 3; i++)
		assert_int_equal(send(kernel.ours, "no", 2, 0), 2);
	assert_int_equal(vrrp_executor_withdraw(e, bytes, len), 0);
	assert_int_equal(recv(kernel.theirs, &c, 1, MSG_DONTWAIT), -1);
	assert_int_equal(errno, EAGAIN);
}

/* One chunk that cannot be handed over keeps none of the others back. */
static void
test_withdraw_goes_on_after_an_error(void **state)
{
	static uint8_t bytes[300000];
	uint8_t got[65536];
	const int room = 100000;
	size_t big, len;
	ssize_t n;

	(void)state;
	assert_int_equal(vrrp_executor_open(&e), 0);
	assert_int_equal((setsockopt)(kernel.theirs, SOL_SOCKET, SO_SNDBUF,
	    &room, sizeof(room)), 0);
	big = fill(bytes, 1, 280000);		/* more than there is room for */
	len = big + fill(bytes + big, 1, 44);
	assert_int_equal(vrrp_executor_withdraw(e, bytes, len), -EMSGSIZE);
	n = recv(kernel.ours, got, sizeof(got), MSG_DONTWAIT);
	assert_int_equal(n, 44);
	assert_memory_equal(got, bytes + big, 44);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name)	cmocka_unit_test_setup_teardown(name, begin, end)
		T(test_open_senders_hear_nothing_and_are_marked),
		T(test_open_without_ipv6_is_fine),
		T(test_open_fails_and_leaves_nothing_open),
		T(test_close_of_nothing),
		T(test_frame_goes_out_as_it_is),
		T(test_frame_that_is_refused_is_told),
		T(test_message_to_a_peer_is_no_frame),
		T(test_withdraw_in_as_few_calls_as_possible),
		T(test_withdraw_reads_the_answers_away),
		T(test_withdraw_goes_on_after_an_error),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
