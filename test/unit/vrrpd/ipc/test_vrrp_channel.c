/* test_vrrp_channel.c - the monitor's socket, with a raw descriptor as its peer. */
#include "config.h"

#include <sys/socket.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "vrrpd/ipc/vrrp_channel.h"

static struct loop *l;
static struct loop_timer *guard;
static struct vrrp_channel *c;
static int peer;
static unsigned got, gone;
static size_t got_len;
static uint8_t got_first;
static bool timed_out;

static void
on_guard(mono_t deadline, void *arg)
{
	(void)deadline;
	(void)arg;
	timed_out = true;
	loop_stop(l);
}

static void
on_gone(void *arg)
{
	(void)arg;
	gone++;
	loop_stop(l);
}

static void
on_message(const uint8_t *body, size_t len, void *arg)
{
	assert_ptr_equal(arg, &got);
	got++;
	got_len = len;
	got_first = len > 0 ? body[0] : 0;
}

static int
setup(void **state)
{
	int fds[2];

	(void)state;
	got = gone = 0;
	timed_out = false;
	l = loop_new();
	guard = loop_timer_new(l, on_guard, NULL);
	loop_timer_set(guard, mono_add(loop_clock(), 20 * NS_PER_S));
	assert_int_equal(vrrp_channel_pair(fds), 0);
	peer = fds[1];
	c = vrrp_channel_new(l, fds[0], on_gone, NULL);
	return c == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	vrrp_channel_free(c);
	loop_timer_free(guard);
	loop_free(l);
	if (peer != -1)
		(void)close(peer);
	return timed_out ? -1 : 0;
}

static void
from_peer(const void *bytes, size_t len)
{
	assert_int_equal(send(peer, bytes, len, 0), (ssize_t)len);
	vrrp_channel_drain(c);
}

static void
test_vrrp_channel_message_reaches_its_handler(void **state)
{
	(void)state;
	vrrp_channel_handle(c, VRRP_MSG_PHASE, 1, 1, on_message, &got);
	from_peer("\0\2\0\0\7", 5);
	assert_int_equal(got, 1);
	assert_int_equal(got_len, 1);
	assert_int_equal(got_first, 7);
	assert_int_equal(vrrp_channel_refused(c), 0);
}

/* Every strict prefix, and one byte more: refused, and nothing else happens. */
static void
test_vrrp_channel_other_lengths_are_refused(void **state)
{
	static const char message[] = "\0\2\0\0abc";
	uint64_t refused = 0;
	size_t len;

	(void)state;
	vrrp_channel_handle(c, VRRP_MSG_PHASE, 2, 2, on_message, &got);
	for (len = 1; len <= 7; len++) {
		from_peer(message, len);
		if (len != 6)
			refused++;
		assert_int_equal(vrrp_channel_refused(c), refused);
	}
	assert_int_equal(got, 1);
}

static void
test_vrrp_channel_unknown_types_are_refused(void **state)
{
	(void)state;
	vrrp_channel_handle(c, VRRP_MSG_PHASE, 0, 10, on_message, &got);
	from_peer("\0\0\0\0a", 5);		/* no type 0 */
	from_peer("\0\3\0\0a", 5);		/* nobody registered */
	from_peer("\0\040\0\0a", 5);		/* beyond the table */
	from_peer("\377\377\0\0a", 5);
	from_peer("\0\2\0\1a", 5);		/* reserved */
	from_peer("\0\2\1\0a", 5);
	assert_int_equal(vrrp_channel_refused(c), 6);
	assert_int_equal(got, 0);
}

static void
test_vrrp_channel_oversized_message_is_refused_whole(void **state)
{
	const size_t len = VRRP_CHANNEL_BODY_MAX + 5;
	uint8_t *big = calloc(1, len);

	(void)state;
	big[1] = VRRP_MSG_PHASE;
	vrrp_channel_handle(c, VRRP_MSG_PHASE, 0, SIZE_MAX, on_message, &got);
	from_peer(big, len);
	assert_int_equal(got, 0);
	assert_int_equal(vrrp_channel_refused(c), 1);
	from_peer(big, len - 1);
	assert_int_equal(got, 1);
	assert_int_equal(got_len, VRRP_CHANNEL_BODY_MAX);
	free(big);
}

static void
test_vrrp_channel_send_too_long_is_an_error(void **state)
{
	uint8_t *big = calloc(1, VRRP_CHANNEL_BODY_MAX + 1);

	(void)state;
	assert_int_equal(vrrp_channel_send(c, VRRP_MSG_WILL, big,
	    VRRP_CHANNEL_BODY_MAX + 1), -EMSGSIZE);
	assert_int_equal(vrrp_channel_send(c, VRRP_MSG_WILL, big,
	    VRRP_CHANNEL_BODY_MAX), 0);
	free(big);
	assert_int_equal(vrrp_channel_send(NULL, VRRP_MSG_BEAT, NULL, 0),
	    -EPIPE);
}

static unsigned reads;
static struct loop_timer *reader;

static void
read_slowly(mono_t deadline, void *arg)
{
	uint8_t buf[4096];
	ssize_t n;
	int i;

	(void)deadline;
	(void)arg;
	for (i = 0; i < 100; i++) {
		n = recv(peer, buf, sizeof(buf), MSG_DONTWAIT);
		if (n == -1)
			break;
		/* In the order they were sent. */
		assert_int_equal(n, 4 + 2048);
		assert_int_equal(buf[4], (uint8_t)(reads & 0xff));
		assert_int_equal(buf[5], (uint8_t)(reads >> 8));
		reads++;
	}
	if (reads == got)
		loop_stop(l);
	else
		loop_timer_set(reader, mono_add(loop_clock(), NS_PER_MS));
}

/* A peer that does not read: no waiting, a bound, and nothing out of order. */
static void
test_vrrp_channel_peer_that_does_not_read_costs_a_bounded_queue(void **state)
{
	uint8_t body[2048] = { 0 };
	unsigned sent;
	int error = 0;

	(void)state;
	for (sent = 0; sent < 100000 && error == 0; sent++) {
		body[0] = (uint8_t)(sent & 0xff);
		body[1] = (uint8_t)(sent >> 8);
		error = vrrp_channel_send(c, VRRP_MSG_WILL, body,
		    sizeof(body));
	}
	assert_int_equal(error, -ENOBUFS);
	assert_false(vrrp_channel_flush(c));	/* it must not be left now */
	got = sent - 1;
	reads = 0;
	reader = loop_timer_new(l, read_slowly, NULL);
	loop_timer_set(reader, loop_clock());
	assert_int_equal(loop_run(l), 0);
	assert_int_equal(reads, got);
	assert_true(vrrp_channel_flush(c));
	loop_timer_free(reader);
}

static void
test_vrrp_channel_end_of_the_peer_comes_after_its_words(void **state)
{
	(void)state;
	vrrp_channel_handle(c, VRRP_MSG_BEAT, 0, 0, on_message, &got);
	assert_int_equal(send(peer, "\0\1\0\0", 4, 0), 4);
	assert_int_equal(send(peer, "\0\1\0\0", 4, 0), 4);
	(void)close(peer);
	peer = -1;
	assert_int_equal(loop_run(l), 0);
	assert_int_equal(got, 2);
	assert_int_equal(gone, 1);
	assert_int_equal(vrrp_channel_send(c, VRRP_MSG_BEAT, NULL, 0), -EPIPE);
	vrrp_channel_drain(c);
	assert_int_equal(gone, 1);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_vrrp_channel_message_reaches_its_handler),
		T(test_vrrp_channel_other_lengths_are_refused),
		T(test_vrrp_channel_unknown_types_are_refused),
		T(test_vrrp_channel_oversized_message_is_refused_whole),
		T(test_vrrp_channel_send_too_long_is_an_error),
		T(test_vrrp_channel_peer_that_does_not_read_costs_a_bounded_queue),
		T(test_vrrp_channel_end_of_the_peer_comes_after_its_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
