/*
 * test_vrrp_estate.c - last wills, kept, replaced, voided and carried out.
 *
 * Channel and executor are fakes: the one gives the handlers to the test, the
 * other writes down what it is asked to do.
 */
#include "config.h"

#include <sys/socket.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shared/log.h"
#include "vrrpd/monitor/vrrp_estate.h"
#include "vrrpd/monitor/vrrp_executor.h"
#include "vrrpd/pure/vrrp_will.h"

/* --- the world --- */

static struct { vrrp_channel_cb cb; void *arg; } handlers[VRRP_MSG_COUNT];
static char did[4096], said[4096];
static int open_error, withdraw_error;
static struct vrrp_estate *e;

mono_t
loop_clock(void)
{
	return (mono_t){ 1000 * NS_PER_S };
}

void
vrrp_channel_handle(struct vrrp_channel *c, enum vrrp_message type,
    vrrp_channel_cb cb, void *arg)
{
	(void)c;
	handlers[type].cb = cb;
	handlers[type].arg = arg;
}

int
vrrp_executor_open(struct vrrp_executor **out)
{
	*out = (struct vrrp_executor *)&did;
	return open_error;
}

void
vrrp_executor_close(struct vrrp_executor *x)
{
	assert_ptr_equal(x, &did);
}

static void __attribute__((format(printf, 1, 2)))
note(const char *fmt, ...)
{
	size_t n = strlen(did);
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(did + n, sizeof(did) - n, fmt, ap);
	va_end(ap);
}

/* The first byte of a frame says whose it is. */
int
vrrp_executor_send(struct vrrp_executor *x, const struct vrrp_will_frame *f)
{
	assert_ptr_equal(x, &did);
	assert_int_equal(f->ifindex, 7);
	note("advert:%c ", f->bytes[0]);
	return f->bytes[1] == '!' ? -ENETDOWN : 0;
}

/* The last byte of a request says whose it is. */
int
vrrp_executor_withdraw(struct vrrp_executor *x, const uint8_t *netlink,
    size_t len)
{
	assert_ptr_equal(x, &did);
	if (len > 0)
		note("withdraw:%c ", netlink[len - 1]);
	return withdraw_error;
}

static void
on_log(enum log_level level, const char *line, void *arg)
{
	size_t n = strlen(said);

	(void)level;
	(void)arg;
	(void)snprintf(said + n, sizeof(said) - n, "%s\n", line);
}

static int
setup(void **state)
{
	(void)state;
	did[0] = said[0] = '\0';
	open_error = withdraw_error = 0;
	log_capture(on_log, NULL);
	if (vrrp_estate_open(&e) < 0)
		return -1;
	vrrp_estate_attach(e, NULL);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	vrrp_estate_close(e);
	log_capture(NULL, NULL);
	return 0;
}

/* A will with one frame and one request, both marked. */
static size_t
make_will(uint8_t *buf, const char *name, char mark, bool frame_fails,
    size_t padding)
{
	static uint8_t requests[VRRP_WILL_MAX];
	uint8_t frame[VRRP_WILL_FRAME_MIN] = { (uint8_t)mark,
	    frame_fails ? '!' : 0 };
	struct nlmsghdr h = { .nlmsg_type = RTM_DELADDR,
	    .nlmsg_len = (uint32_t)(sizeof(h) + 4 + padding) };
	struct vrrp_will w = {
		.flags = mark == 'o' ? VRRP_WILL_WITHOUT : 0,
		.netlink = requests,
		.netlink_len = h.nlmsg_len,
		.frame_count = 1,
		.frames[0] = { .ifindex = 7, .bytes = frame,
		    .len = sizeof(frame) },
	};

	memcpy(requests, &h, sizeof(h));
	requests[h.nlmsg_len - 1] = (uint8_t)mark;
	(void)snprintf(w.name, sizeof(w.name), "%s", name);
	return vrrp_will_encode(&w, buf, VRRP_WILL_MAX);
}

static enum vrrp_refusal
tell(enum vrrp_message type, const void *body, size_t len)
{
	return handlers[type].cb(body, len, handlers[type].arg);
}

static enum vrrp_refusal
deposit(const char *name, char mark)
{
	static uint8_t buf[VRRP_WILL_MAX];

	return tell(VRRP_MSG_WILL, buf, make_will(buf, name, mark, false, 0));
}

static enum vrrp_refusal
deposit_broken(const char *name)
{
	static uint8_t buf[VRRP_WILL_MAX];
	size_t len = make_will(buf, name, 'x', false, 0);

	return tell(VRRP_MSG_WILL, buf, len - 1);
}

static enum vrrp_refusal
revoke(const char *name)
{
	return tell(VRRP_MSG_WILL_REVOKE, name, strlen(name));
}

static void
assert_executes(unsigned count, const char *what)
{
	did[0] = '\0';
	assert_int_equal(vrrp_estate_execute(e), count);
	assert_string_equal(did, what);
	assert_int_equal(vrrp_estate_count(e), 0);
}

/* --- tests --- */

/* For the engine that comes: whose priority 0 has been said. */
static void
test_vrrp_estate_lists_whose_wills_say_priority_zero(void **state)
{
	static struct vrrp_handoff h;

	(void)state;
	h.count = 0;
	assert_int_equal(deposit("a", 'a'), VRRP_REFUSAL_NONE);
	assert_int_equal(deposit("b", 'b'), VRRP_REFUSAL_NONE);
	assert_int_equal(revoke("a"), VRRP_REFUSAL_NONE);
	assert_int_equal(deposit("o", 'o'), VRRP_REFUSAL_NONE);
	vrrp_estate_list(e, &h);
	vrrp_estate_list(e, &h);
	assert_int_equal(h.count, 2);
	assert_true(vrrp_handoff_has(&h, "o", VRRP_HANDOFF_WILLED));
	assert_true(vrrp_handoff_has(&h, "o", VRRP_HANDOFF_WITHOUT));
	assert_false(vrrp_handoff_has(&h, "b", VRRP_HANDOFF_WITHOUT));
	assert_true(vrrp_handoff_has(&h, "b", VRRP_HANDOFF_WILLED));
	assert_false(vrrp_handoff_has(&h, "b", VRRP_HANDOFF_ACTIVE));
	assert_false(vrrp_handoff_has(&h, "a", VRRP_HANDOFF_WILLED));
	assert_executes(2, "advert:b advert:o withdraw:b withdraw:o ");
}

/* All adverts before the first address is taken away, and all of it once. */
static void
test_vrrp_estate_adverts_come_before_withdrawals_and_once(void **state)
{
	(void)state;
	assert_int_equal(deposit("a", 'a'), VRRP_REFUSAL_NONE);
	assert_int_equal(deposit("b", 'b'), VRRP_REFUSAL_NONE);
	assert_executes(2, "advert:a advert:b withdraw:a withdraw:b ");
	assert_string_equal(said,
	    "will instance=a adverts=1 of=1 addresses withdrawn\n"
	    "will instance=b adverts=1 of=1 addresses withdrawn\n");
	assert_executes(0, "");
}

static void
test_vrrp_estate_newest_will_replaces_the_older(void **state)
{
	(void)state;
	(void)deposit("a", '1');
	(void)deposit("a", '2');
	assert_int_equal(vrrp_estate_count(e), 1);
	assert_executes(1, "advert:2 withdraw:2 ");
}

static void
test_vrrp_estate_revoked_will_is_not_carried_out(void **state)
{
	(void)state;
	(void)deposit("a", 'a');
	(void)deposit("b", 'b');
	assert_int_equal(revoke("a"), VRRP_REFUSAL_NONE);
	assert_int_equal(revoke("a"), VRRP_REFUSAL_NONE);
	assert_int_equal(revoke("nobody"), VRRP_REFUSAL_NONE);
	assert_executes(1, "advert:b withdraw:b ");
}

static void
test_vrrp_estate_name_with_a_nul_revokes_nothing(void **state)
{
	(void)state;
	(void)deposit("a", 'a');
	assert_int_equal(tell(VRRP_MSG_WILL_REVOKE, "a\0b", 3),
	    VRRP_REFUSAL_BODY);
	assert_int_equal(vrrp_estate_count(e), 1);
}

/* The older one speaks of what was replaced: it goes, and that is said. */
static void
test_vrrp_estate_refused_will_voids_the_older_one(void **state)
{
	(void)state;
	(void)deposit("a", 'a');
	(void)deposit("b", 'b');
	assert_int_equal(deposit_broken("a"), VRRP_REFUSAL_BODY);
	assert_string_equal(said, "will instance=a void: the next one was "
	    "refused suppressed=0\n");
	assert_executes(1, "advert:b withdraw:b ");
}

static void
test_vrrp_estate_instance_has_a_will_again_after_a_refused_one(void **state)
{
	(void)state;
	(void)deposit("a", '1');
	(void)deposit_broken("a");
	assert_int_equal(deposit("a", '2'), VRRP_REFUSAL_NONE);
	assert_executes(1, "advert:2 withdraw:2 ");
}

/* Bytes that name nobody are no instance's will: see void_older(). */
static void
test_vrrp_estate_refused_will_without_a_name_voids_nothing(void **state)
{
	static const uint8_t bodies[][7] = {
		{ 0, 'a', 0, 0, 0, 0, 0 },		/* no name */
		{ 200, 'a', 0, 0, 0, 0, 0 },		/* beyond the end */
		{ 2, 'a', 0, 0, 0, 0, 0 },		/* a NUL in it */
	};
	size_t i;

	(void)state;
	(void)deposit("a", 'a');
	for (i = 0; i < 3; i++)
		assert_int_equal(tell(VRRP_MSG_WILL, bodies[i], 7),
		    VRRP_REFUSAL_BODY);
	assert_string_equal(said, "");
	assert_executes(1, "advert:a withdraw:a ");
}

/* Every strict prefix of a good will is refused, and leaves none in force. */
static void
test_vrrp_estate_torn_will_leaves_none(void **state)
{
	static uint8_t buf[VRRP_WILL_MAX];
	size_t len = make_will(buf, "web", 'w', false, 0), n;

	(void)state;
	for (n = 4; n < len; n++) {
		(void)deposit("web", 'w');
		assert_int_equal(tell(VRRP_MSG_WILL, buf, n),
		    VRRP_REFUSAL_BODY);
		assert_int_equal(vrrp_estate_count(e), 0);
	}
}

static void
test_vrrp_estate_number_of_wills_is_bounded(void **state)
{
	char name[VRRP_WILL_NAME_MAX];
	unsigned i;

	(void)state;
	for (i = 0; i < VRRP_ESTATE_MAX; i++) {
		(void)snprintf(name, sizeof(name), "v%u", i);
		assert_int_equal(deposit(name, 'v'), VRRP_REFUSAL_NONE);
	}
	assert_int_equal(deposit("more", 'm'), VRRP_REFUSAL_ROOM);
	assert_int_equal(vrrp_estate_count(e), VRRP_ESTATE_MAX);
	/* A will that is there may be replaced, */
	assert_int_equal(deposit("v3", 'n'), VRRP_REFUSAL_NONE);
	/* and where one has gone is room for another. */
	(void)revoke("v5");
	assert_int_equal(deposit("more", 'm'), VRRP_REFUSAL_NONE);
	assert_int_equal(vrrp_estate_count(e), VRRP_ESTATE_MAX);
}

/* 16 MiB in all.  A will that does not fit any more voids the older one. */
static void
test_vrrp_estate_bytes_are_bounded_and_nothing_stale_stays(void **state)
{
	static uint8_t buf[VRRP_WILL_MAX];
	const size_t each = VRRP_WILL_MAX - 100;
	char name[VRRP_WILL_NAME_MAX];
	unsigned i, fit = 0;
	size_t len;

	(void)state;
	(void)deposit("small", 's');
	for (i = 0; i < VRRP_ESTATE_BYTES / each + 2; i++) {
		(void)snprintf(name, sizeof(name), "v%03u", i);
		len = make_will(buf, name, 'v', false, each);
		assert_true(len > 0);
		if (tell(VRRP_MSG_WILL, buf, len) == VRRP_REFUSAL_NONE)
			fit++;
	}
	assert_in_range(fit, VRRP_ESTATE_BYTES / VRRP_WILL_MAX,
	    VRRP_ESTATE_BYTES / each);
	assert_int_equal(vrrp_estate_count(e), fit + 1);
	/* The same size in the place of another always fits. */
	len = make_will(buf, "v000", 'v', false, each);
	assert_int_equal(tell(VRRP_MSG_WILL, buf, len), VRRP_REFUSAL_NONE);
	len = make_will(buf, "small", 'v', false, each);
	assert_int_equal(tell(VRRP_MSG_WILL, buf, len), VRRP_REFUSAL_ROOM);
	assert_int_equal(vrrp_estate_count(e), fit);
	assert_non_null(strstr(said, "instance=small void"));
}

/* L-24: what was Active is inherited, whatever else was left is void. */
static void
test_vrrp_estate_next_engine_inherits_what_was_handed_over(void **state)
{
	static struct vrrp_handoff h = {
		.count = 1,
		.list = {
			{ .name = "active", .flags = VRRP_HANDOFF_ACTIVE },
		},
	};

	(void)state;
	(void)deposit("active", '1');
	(void)deposit("given", '2');
	(void)deposit("lingers", '3');
	(void)deposit("renewed", '4');
	vrrp_estate_attach(e, NULL);
	/* Until the next engine stands, all of them are in force. */
	assert_int_equal(vrrp_estate_count(e), 4);
	(void)deposit("renewed", '5');
	vrrp_estate_settle(e, &h);
	assert_int_equal(vrrp_estate_count(e), 2);
	/* From now on they are the engine's own: another settles again. */
	vrrp_estate_attach(e, NULL);
	vrrp_estate_settle(e, &h);
	assert_executes(1, "advert:1 withdraw:1 ");
}

static void
test_vrrp_estate_heir_that_dies_young_leaves_it_all(void **state)
{
	(void)state;
	(void)deposit("a", 'a');
	vrrp_estate_attach(e, NULL);
	(void)deposit("b", 'b');
	assert_executes(2, "advert:a advert:b withdraw:a withdraw:b ");
}

static void
test_vrrp_estate_what_fails_is_said_and_stops_nothing(void **state)
{
	static uint8_t buf[VRRP_WILL_MAX];

	(void)state;
	(void)tell(VRRP_MSG_WILL, buf, make_will(buf, "a", 'a', true, 0));
	(void)deposit("b", 'b');
	withdraw_error = -EPERM;
	assert_executes(2, "advert:a advert:b withdraw:a withdraw:b ");
	assert_non_null(strstr(said, "will instance=a adverts=0 of=1 "
	    "addresses not all withdrawn\n"));
	assert_non_null(strstr(said, "will instance=b cannot withdraw its "
	    "addresses: Operation not permitted\n"));
}

static void
test_vrrp_estate_without_sockets_there_is_none(void **state)
{
	struct vrrp_estate *none = NULL;

	(void)state;
	open_error = -EPERM;
	assert_int_equal(vrrp_estate_open(&none), -EPERM);
	assert_null(none);
	vrrp_estate_close(NULL);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_vrrp_estate_adverts_come_before_withdrawals_and_once),
		T(test_vrrp_estate_lists_whose_wills_say_priority_zero),
		T(test_vrrp_estate_newest_will_replaces_the_older),
		T(test_vrrp_estate_revoked_will_is_not_carried_out),
		T(test_vrrp_estate_name_with_a_nul_revokes_nothing),
		T(test_vrrp_estate_refused_will_voids_the_older_one),
		T(test_vrrp_estate_instance_has_a_will_again_after_a_refused_one),
		T(test_vrrp_estate_refused_will_without_a_name_voids_nothing),
		T(test_vrrp_estate_torn_will_leaves_none),
		T(test_vrrp_estate_number_of_wills_is_bounded),
		T(test_vrrp_estate_bytes_are_bounded_and_nothing_stale_stays),
		T(test_vrrp_estate_next_engine_inherits_what_was_handed_over),
		T(test_vrrp_estate_heir_that_dies_young_leaves_it_all),
		T(test_vrrp_estate_what_fails_is_said_and_stops_nothing),
		T(test_vrrp_estate_without_sockets_there_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
