/* test_vrrp_channel.c - either end of a channel, with a raw descriptor as its peer. */
#include "config.h"

#include <sys/socket.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "shared/log.h"
#include "vrrpd/ipc/vrrp_channel.h"
#include "vrrpd/pure/vrrp_device.h"
#include "vrrpd/pure/vrrp_joining.h"
#include "vrrpd/pure/vrrp_level.h"
#include "vrrpd/pure/vrrp_params.h"
#include "vrrpd/pure/vrrp_parcel.h"
#include "vrrpd/pure/vrrp_removal.h"
#include "vrrpd/pure/vrrp_renewal.h"
#include "vrrpd/pure/vrrp_will.h"

static struct loop *l;
static struct loop_timer *guard;
static struct vrrp_channel *c;
static int peer;
static unsigned got, gone;
static size_t got_len;
static uint8_t got_first;
static enum vrrp_refusal answer;	/* of the handler */
static bool timed_out;
static char said[2048];			/* the log */

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

static enum vrrp_refusal
on_message(const uint8_t *body, size_t len, void *arg)
{
	assert_ptr_equal(arg, &got);
	got++;
	got_len = len;
	got_first = len > 0 ? body[0] : 0;
	return answer;
}

static void
on_log(enum log_level level, const char *line, void *arg)
{
	size_t n = strlen(said);

	(void)level;
	(void)arg;
	(void)snprintf(said + n, sizeof(said) - n, "%s\n", line);
}

static unsigned
lines(void)
{
	unsigned n = 0;
	const char *p;

	for (p = said; (p = strchr(p, '\n')) != NULL; p++)
		n++;
	return n;
}

static int
setup_end(enum vrrp_way in)
{
	int fds[2];

	got = gone = 0;
	answer = VRRP_REFUSAL_NONE;
	timed_out = false;
	said[0] = '\0';
	log_capture(on_log, NULL);
	l = loop_new();
	guard = loop_timer_new(l, on_guard, NULL);
	loop_timer_set(guard, mono_add(loop_clock(), 20 * NS_PER_S));
	assert_int_equal(vrrp_channel_pair(fds), 0);
	peer = fds[1];
	c = vrrp_channel_new(l, fds[0], in, on_gone, NULL);
	return c == NULL ? -1 : 0;
}

static int
setup_monitor(void **state)
{
	(void)state;
	return setup_end(VRRP_WAY_ENGINE_UP);
}

static int
setup_engine(void **state)
{
	(void)state;
	return setup_end(VRRP_WAY_ENGINE_DOWN);
}

static int
teardown(void **state)
{
	(void)state;
	log_capture(NULL, NULL);
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
assert_refused(uint64_t count, enum vrrp_message type, enum vrrp_refusal why)
{
	const struct vrrp_refused *r = vrrp_channel_refused(c);

	assert_int_equal(r->count, count);
	assert_int_equal(r->type, type);
	assert_int_equal(r->why, why);
}

static void
test_vrrp_channel_message_reaches_its_handler(void **state)
{
	(void)state;
	vrrp_channel_handle(c, VRRP_MSG_PHASE, on_message, &got);
	from_peer("\0\2\0\0\7", 5);
	assert_int_equal(got, 1);
	assert_int_equal(got_len, 1);
	assert_int_equal(got_first, 7);
	assert_int_equal(vrrp_channel_refused(c)->count, 0);
	assert_string_equal(said, "");
}

/* Every strict prefix, and one byte more: refused, and nothing else happens. */
static void
test_vrrp_channel_other_lengths_are_refused(void **state)
{
	static const char message[] = "\0\2\0\0ab";
	uint64_t refused = 0;
	size_t len;

	(void)state;
	vrrp_channel_handle(c, VRRP_MSG_PHASE, on_message, &got);
	for (len = 1; len <= 6; len++) {
		from_peer(message, len);
		if (len < 4)
			assert_refused(++refused, VRRP_MSG_NONE,
			    VRRP_REFUSAL_SHORT);
		else if (len != 5)
			assert_refused(++refused, VRRP_MSG_PHASE,
			    VRRP_REFUSAL_LENGTH);
	}
	assert_int_equal(got, 1);
}

static const struct {
	const char		*bytes;		/* five */
	enum vrrp_message	 type;
	enum vrrp_refusal	 why;
} bad[] = {
	{ "\0\0\0\0a", VRRP_MSG_NONE, VRRP_REFUSAL_TYPE },
	{ "\0\1\0\0a", VRRP_MSG_BEAT, VRRP_REFUSAL_LENGTH },
	/* Nobody registered for it. */
	{ "\0\4\0\0a", VRRP_MSG_WILL_REVOKE, VRRP_REFUSAL_TYPE },
	{ "\0\10\0\0a", VRRP_MSG_LEVEL, VRRP_REFUSAL_WAY },
	{ "\0\100\0\0a", VRRP_MSG_NONE, VRRP_REFUSAL_TYPE },
	{ "\377\377\0\0a", VRRP_MSG_NONE, VRRP_REFUSAL_TYPE },
	{ "\0\2\0\1a", VRRP_MSG_PHASE, VRRP_REFUSAL_HEADER },
	{ "\0\2\1\0a", VRRP_MSG_PHASE, VRRP_REFUSAL_HEADER },
};

static void
test_vrrp_channel_what_may_not_come_is_refused(void **state)
{
	size_t i;

	(void)state;
	vrrp_channel_handle(c, VRRP_MSG_PHASE, on_message, &got);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		from_peer(bad[i].bytes, 5);
		assert_refused(i + 1, bad[i].type, bad[i].why);
	}
	assert_int_equal(got, 0);
}

static void
test_vrrp_channel_phase_of_the_engine_decides(void **state)
{
	static const char reloaded[] = "\0\7\0\0\1\0\0\0\1\0\0\0\0\0\0\0";

	(void)state;
	vrrp_channel_handle(c, VRRP_MSG_RELOADED, on_message, &got);
	from_peer(reloaded, sizeof(reloaded));
	assert_refused(1, VRRP_MSG_RELOADED, VRRP_REFUSAL_PHASE);
	vrrp_channel_set_phase(c, VRRP_PHASE_RELOADING);
	from_peer(reloaded, sizeof(reloaded));
	assert_int_equal(got, 1);
	vrrp_channel_set_phase(c, VRRP_PHASE_READY);
	from_peer(reloaded, sizeof(reloaded));
	assert_refused(2, VRRP_MSG_RELOADED, VRRP_REFUSAL_PHASE);
	assert_int_equal(got, 1);
}

static void
test_vrrp_channel_oversized_message_is_refused_whole(void **state)
{
	const size_t len = VRRP_CHANNEL_BODY_MAX + 5;
	uint8_t *big = calloc(1, len);

	(void)state;
	big[1] = VRRP_MSG_WILL;
	vrrp_channel_handle(c, VRRP_MSG_WILL, on_message, &got);
	from_peer(big, len);
	assert_int_equal(got, 0);
	assert_refused(1, VRRP_MSG_WILL, VRRP_REFUSAL_LONG);
	from_peer(big, len - 1);
	assert_int_equal(got, 1);
	assert_int_equal(got_len, VRRP_CHANNEL_BODY_MAX);
	free(big);
}

/* --- descriptors --- */

/* As many descriptors as that, of a pipe's end, along with the message. */
static void
from_peer_with(const void *bytes, size_t len, unsigned count, int fd)
{
	union {
		struct cmsghdr	align;
		char		buf[CMSG_SPACE(8 * sizeof(int))];
	} control = { .buf = { 0 } };
	struct iovec iov = { (void *)(uintptr_t)bytes, len };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1,
	    .msg_control = control.buf,
	    .msg_controllen = CMSG_SPACE(count * sizeof(int)) };
	struct cmsghdr *h = CMSG_FIRSTHDR(&m);
	unsigned i;

	h->cmsg_level = SOL_SOCKET;
	h->cmsg_type = SCM_RIGHTS;
	h->cmsg_len = CMSG_LEN(count * sizeof(int));
	for (i = 0; i < count; i++)
		memcpy(CMSG_DATA(h) + i * sizeof(fd), &fd, sizeof(fd));
	assert_int_equal(sendmsg(peer, &m, 0), (ssize_t)len);
	vrrp_channel_drain(c);
}

/* Nobody holds the other end any more: read() finds the end at once. */
static bool
is_let_go(int read_end)
{
	char byte;

	return read(read_end, &byte, 1) == 0;
}

static int taken = -1;

static enum vrrp_refusal
on_join(const uint8_t *body, size_t len, void *arg)
{
	(void)body;
	(void)len;
	(void)arg;
	got++;
	taken = vrrp_channel_take(c, 1);
	assert_int_equal(vrrp_channel_take(c, 1), -1);
	assert_int_equal(vrrp_channel_take(c, 2), -1);
	return answer;
}

static const char join[16] = { 0, VRRP_MSG_JOIN };

static void
test_vrrp_channel_handler_takes_a_descriptor_and_the_rest_is_closed(
    void **state)
{
	int fds[2];

	(void)state;
	assert_int_equal(pipe2(fds, O_NONBLOCK), 0);
	vrrp_channel_handle(c, VRRP_MSG_JOIN, on_join, NULL);
	from_peer_with(join, sizeof(join), 2, fds[1]);
	(void)close(fds[1]);
	assert_int_equal(got, 1);
	assert_int_equal(vrrp_channel_refused(c)->count, 0);
	assert_int_equal(fcntl(taken, F_GETFD), FD_CLOEXEC);
	assert_false(is_let_go(fds[0]));
	(void)close(taken);
	assert_true(is_let_go(fds[0]));
	(void)close(fds[0]);
}

/* Too few, too many, and with a message that brings none: refused and closed. */
static void
test_vrrp_channel_other_numbers_of_descriptors_are_refused(void **state)
{
	static const unsigned counts[] = { 1, 3, 8 };
	int fds[2];
	size_t i;

	(void)state;
	assert_int_equal(pipe2(fds, O_NONBLOCK), 0);
	vrrp_channel_handle(c, VRRP_MSG_JOIN, on_join, NULL);
	vrrp_channel_handle(c, VRRP_MSG_PHASE, on_message, &got);
	from_peer(join, sizeof(join));
	assert_refused(1, VRRP_MSG_JOIN, VRRP_REFUSAL_DESCRIPTORS);
	for (i = 0; i < 3; i++) {
		from_peer_with(join, sizeof(join), counts[i], fds[1]);
		assert_refused(i + 2, VRRP_MSG_JOIN,
		    VRRP_REFUSAL_DESCRIPTORS);
	}
	from_peer_with("\0\2\0\0\7", 5, 1, fds[1]);
	assert_refused(5, VRRP_MSG_PHASE, VRRP_REFUSAL_DESCRIPTORS);
	from_peer_with("\0\2\0\1\7", 5, 2, fds[1]);
	assert_refused(6, VRRP_MSG_PHASE, VRRP_REFUSAL_HEADER);
	assert_int_equal(got, 0);
	(void)close(fds[1]);
	assert_true(is_let_go(fds[0]));
	(void)close(fds[0]);
}

/* The descriptors of the last message that the peer got. */
static int
peer_gets(int out[2])
{
	char control[CMSG_SPACE(2 * sizeof(int))], body[4096];
	struct iovec iov = { body, sizeof(body) };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1,
	    .msg_control = control, .msg_controllen = sizeof(control) };
	struct cmsghdr *h;

	if (recvmsg(peer, &m, MSG_DONTWAIT) == -1)
		return -1;
	h = CMSG_FIRSTHDR(&m);
	if (h == NULL)
		return 0;
	memcpy(out, CMSG_DATA(h), 2 * sizeof(int));
	return (int)((h->cmsg_len - CMSG_LEN(0)) / sizeof(int));
}

/* Kept in the queue, also when the sender closes its own meanwhile. */
static void
test_vrrp_channel_descriptors_wait_with_their_message(void **state)
{
	static uint8_t will[2048];
	int fds[2], send_fds[2], out[2];
	unsigned sent = 0;

	(void)state;
	assert_int_equal(pipe2(fds, O_NONBLOCK), 0);
	while (vrrp_channel_flush(c)) {
		assert_int_equal(vrrp_channel_send(c, VRRP_MSG_WILL, will,
		    sizeof(will)), 0);
		sent++;
	}
	send_fds[0] = send_fds[1] = fds[1];
	assert_int_equal(vrrp_channel_send_with(c, VRRP_MSG_JOIN, join, 12,
	    send_fds), 0);
	(void)close(fds[1]);
	assert_false(is_let_go(fds[0]));
	while (sent-- > 0) {
		assert_int_equal(peer_gets(out), 0);
		(void)vrrp_channel_flush(c);
	}
	assert_int_equal(peer_gets(out), 2);
	(void)close(out[0]);
	assert_false(is_let_go(fds[0]));
	(void)close(out[1]);
	assert_true(is_let_go(fds[0]));
	(void)close(fds[0]);
}

static void
test_vrrp_channel_end_closes_what_waits(void **state)
{
	static uint8_t will[2048];
	int fds[2], send_fds[2];

	(void)state;
	assert_int_equal(pipe2(fds, O_NONBLOCK), 0);
	while (vrrp_channel_flush(c))
		assert_int_equal(vrrp_channel_send(c, VRRP_MSG_WILL, will,
		    sizeof(will)), 0);
	send_fds[0] = send_fds[1] = fds[1];
	assert_int_equal(vrrp_channel_send_with(c, VRRP_MSG_JOIN, join, 12,
	    send_fds), 0);
	(void)close(fds[1]);
	vrrp_channel_free(c);
	c = NULL;
	assert_true(is_let_go(fds[0]));
	(void)close(fds[0]);
}

/* --- refusals --- */

static unsigned hooks;

static void
on_refused(const struct vrrp_refused *r, void *arg)
{
	assert_ptr_equal(arg, &hooks);
	assert_int_equal(r->count, ++hooks);
	assert_true(r->real_ns > 0);
}

static void
test_vrrp_channel_handler_may_refuse(void **state)
{
	(void)state;
	hooks = 0;
	vrrp_channel_handle(c, VRRP_MSG_BEAT, on_message, &got);
	vrrp_channel_on_refused(c, on_refused, &hooks);
	from_peer("\0\1\0\0", 4);
	answer = VRRP_REFUSAL_ROOM;
	from_peer("\0\1\0\0", 4);
	assert_refused(1, VRRP_MSG_BEAT, VRRP_REFUSAL_ROOM);
	vrrp_channel_handle(c, VRRP_MSG_BEAT, NULL, NULL);
	from_peer("\0\1\0\0", 4);
	assert_refused(2, VRRP_MSG_BEAT, VRRP_REFUSAL_TYPE);
	assert_int_equal(hooks, 2);
	assert_int_equal(got, 2);
}

/* A refusal says by whom and why; a flood is counted, the next cause is said. */
static void
test_vrrp_channel_refusals_are_said_once_for_each_cause(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 1000; i++)
		from_peer("\0\10\0\0a", 5);
	assert_string_equal(said, "message refused by=monitor from=engine "
	    "message=level type=8 bytes=1 why=wrong-way suppressed=0\n");
	from_peer("\1\0\0\0ab", 6);
	assert_int_equal(lines(), 2);
	assert_non_null(strstr(said, "message=unknown type=256 bytes=2 "
	    "why=unknown-type"));
	assert_int_equal(vrrp_channel_refused(c)->count, 1001);
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
	assert_false(vrrp_channel_flush(c));	/* some are left: no exit now */
	got = sent - 1;
	reads = 0;
	reader = loop_timer_new(l, read_slowly, NULL);
	loop_timer_set(reader, loop_clock());
	assert_int_equal(loop_run(l), 0);
	assert_int_equal(reads, got);
	assert_true(vrrp_channel_flush(c));
	loop_timer_free(reader);
}

/* Whatever is said again by itself must not be what keeps an answer out. */
static void
test_vrrp_channel_answers_find_room_behind_all_that_is_said_again(void **state)
{
	static const enum vrrp_message again[] = { VRRP_MSG_VALUES,
	    VRRP_MSG_RENEWED, VRRP_MSG_LEVEL };
	uint8_t body[VRRP_PARCEL_HEADER + VRRP_PARCEL_PIECE] = { 0 };
	const size_t lengths[] = { sizeof(body), VRRP_RENEWED_BYTES,
	    VRRP_LEVEL_BYTES_MAX };
	unsigned i, n, sent;
	int error;

	(void)state;
	for (i = 0; i < 3; i++) {
		error = 0;
		for (n = 0; n < 1000000 && error == 0; n++)
			error = vrrp_channel_send(c, again[i], body,
			    lengths[i]);
		assert_int_equal(error, -ENOBUFS);
	}
	for (sent = 0; sent < VRRP_DEVICES_MAX; sent++)
		assert_int_equal(vrrp_channel_send(c, VRRP_MSG_MADE, body,
		    VRRP_DEVICE_MADE_MAX), 0);
	for (sent = 0; sent < 2 * VRRP_INSTANCES_MAX; sent++)
		assert_int_equal(vrrp_channel_send(c, VRRP_MSG_JOINED, body,
		    VRRP_JOINED_BYTES), 0);
	assert_int_equal(vrrp_channel_send(c, VRRP_MSG_NET, body, 1), 0);
	/* There is an end to it. */
	for (n = 0, error = 0; n < 100000 && error == 0; n++)
		error = vrrp_channel_send(c, VRRP_MSG_REMOVED, body,
		    VRRP_REMOVALS_MESSAGE * VRRP_REMOVAL_BYTES);
	assert_int_equal(error, -ENOBUFS);
}

static void
test_vrrp_channel_end_of_the_peer_comes_after_its_words(void **state)
{
	uint8_t body[20];

	(void)state;
	vrrp_channel_handle(c, VRRP_MSG_BEAT, on_message, &got);
	assert_int_equal(send(peer, "\0\1\0\0", 4, 0), 4);
	assert_int_equal(send(peer, "\0\1\0\0", 4, 0), 4);
	(void)close(peer);
	peer = -1;
	assert_int_equal(loop_run(l), 0);
	assert_int_equal(got, 2);
	assert_int_equal(gone, 1);
	memset(body, 0, sizeof(body));
	assert_int_equal(vrrp_channel_send(c, VRRP_MSG_LEVEL, body,
	    sizeof(body)), -EPIPE);
	vrrp_channel_drain(c);
	assert_int_equal(gone, 1);
}

int
main(void)
{
#define M(name) cmocka_unit_test_setup_teardown(name, setup_monitor, teardown)
#define E(name) cmocka_unit_test_setup_teardown(name, setup_engine, teardown)
	const struct CMUnitTest tests[] = {
		M(test_vrrp_channel_message_reaches_its_handler),
		M(test_vrrp_channel_other_lengths_are_refused),
		M(test_vrrp_channel_what_may_not_come_is_refused),
		M(test_vrrp_channel_phase_of_the_engine_decides),
		M(test_vrrp_channel_oversized_message_is_refused_whole),
		M(test_vrrp_channel_handler_takes_a_descriptor_and_the_rest_is_closed),
		M(test_vrrp_channel_other_numbers_of_descriptors_are_refused),
		E(test_vrrp_channel_descriptors_wait_with_their_message),
		E(test_vrrp_channel_end_closes_what_waits),
		M(test_vrrp_channel_handler_may_refuse),
		M(test_vrrp_channel_refusals_are_said_once_for_each_cause),
		E(test_vrrp_channel_send_too_long_is_an_error),
		E(test_vrrp_channel_peer_that_does_not_read_costs_a_bounded_queue),
		M(test_vrrp_channel_answers_find_room_behind_all_that_is_said_again),
		M(test_vrrp_channel_end_of_the_peer_comes_after_its_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
