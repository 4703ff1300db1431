/*
 * test_vrrp_tally.c - refused messages, counted here and told there, in virtual
 * time.  The channel is a fake that keeps what is sent and what is registered.
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "vrrpd/ipc/vrrp_tally.h"

/* --- the world --- */

static mono_t now = { 1000 * NS_PER_S };
static loop_timer_cb timer_cb;
static void *timer_arg;
static mono_t timer_at = MONO_NEVER;

struct vrrp_channel {
	int			 error;		/* of the next sends */
	unsigned		 sent;
	enum vrrp_way		 way;
	struct vrrp_refused	 told;
	vrrp_channel_cb		 cb;
	void			*arg;
	vrrp_channel_refused_cb	 on_refused;
	void			*on_refused_arg;
};
static struct vrrp_channel one, two;
static struct vrrp_tally *t;

mono_t
loop_clock(void)
{
	return now;
}

struct loop_timer *
loop_timer_new_as(struct loop *loop, const char *file, const char *name,
    loop_timer_cb cb, void *arg)
{
	(void)loop;
	(void)file;
	(void)name;
	timer_cb = cb;
	timer_arg = arg;
	timer_at = MONO_NEVER;
	return (struct loop_timer *)&timer_at;
}

void
loop_timer_set(struct loop_timer *timer, mono_t at)
{
	(void)timer;
	timer_at = at;
}

void
loop_timer_free(struct loop_timer *timer)
{
	(void)timer;
	timer_at = MONO_NEVER;
}

int
vrrp_channel_send(struct vrrp_channel *c, enum vrrp_message type,
    const void *body, size_t len)
{
	assert_int_equal(type, VRRP_MSG_REFUSED);
	if (c->error == 0) {
		c->sent++;
		assert_true(vrrp_refused_decode(body, len, &c->way, &c->told));
	}
	return c->error;
}

void
vrrp_channel_handle(struct vrrp_channel *c, enum vrrp_message type,
    vrrp_channel_cb cb, void *arg)
{
	assert_int_equal(type, VRRP_MSG_REFUSED);
	c->cb = cb;
	c->arg = arg;
}

void
vrrp_channel_on_refused(struct vrrp_channel *c, vrrp_channel_refused_cb cb,
    void *arg)
{
	c->on_refused = cb;
	c->on_refused_arg = arg;
}

static void
run_ms(int64_t ms)
{
	mono_t until = mono_add(now, ms * NS_PER_MS);
	mono_t due;

	while (!mono_before(until, timer_at)) {
		now = mono_max(now, timer_at);
		due = timer_at;
		timer_at = MONO_NEVER;
		timer_cb(due, timer_arg);
	}
	now = until;
}

static void
refuse(uint64_t count)
{
	const struct vrrp_refused r = {
		.count = count,
		.type = VRRP_MSG_WILL,
		.why = VRRP_REFUSAL_BODY,
		.real_ns = (int64_t)count,
	};

	vrrp_tally_set(&r, t);
}

static int
setup(void **state)
{
	(void)state;
	memset(&one, 0, sizeof(one));
	memset(&two, 0, sizeof(two));
	t = vrrp_tally_new(NULL, VRRP_WAY_ENGINE_UP);
	return t == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	vrrp_tally_free(t);
	return 0;
}

/* --- tests --- */

static void
test_vrrp_tally_nothing_refused_nothing_told(void **state)
{
	(void)state;
	vrrp_tally_tell(t, &one);
	run_ms(10000);
	assert_int_equal(one.sent, 0);
}

static void
test_vrrp_tally_first_is_told_at_once_a_flood_once_a_second(void **state)
{
	unsigned i;

	(void)state;
	vrrp_tally_tell(t, &one);
	refuse(1);
	run_ms(0);
	assert_int_equal(one.sent, 1);
	assert_int_equal(one.way, VRRP_WAY_ENGINE_UP);
	assert_int_equal(one.told.count, 1);
	assert_int_equal(one.told.type, VRRP_MSG_WILL);
	for (i = 0; i < 500; i++) {
		refuse(2 + i);
		run_ms(1);
	}
	assert_int_equal(one.sent, 1);
	run_ms(500);
	assert_int_equal(one.sent, 2);
	assert_int_equal(one.told.count, 501);
	run_ms(10000);
	assert_int_equal(one.sent, 2);
}

/* A new engine is told all there was, also of the engines before it. */
static void
test_vrrp_tally_counts_add_up_over_channels(void **state)
{
	(void)state;
	vrrp_tally_tell(t, &one);
	refuse(3);
	run_ms(0);
	vrrp_tally_tell(t, NULL);
	vrrp_tally_renew(t);
	run_ms(2000);
	assert_int_equal(one.sent, 1);
	vrrp_tally_tell(t, &two);
	run_ms(0);
	assert_int_equal(two.sent, 1);
	assert_int_equal(two.told.count, 3);
	assert_int_equal(two.told.real_ns, 3);
	refuse(1);
	run_ms(1000);
	assert_int_equal(two.told.count, 4);
	assert_int_equal(two.told.real_ns, 1);
}

static void
test_vrrp_tally_refused_while_nobody_listens_is_told_later(void **state)
{
	(void)state;
	refuse(5);
	run_ms(5000);
	vrrp_tally_tell(t, &one);
	run_ms(0);
	assert_int_equal(one.told.count, 5);
}

static void
test_vrrp_tally_full_channel_is_tried_again(void **state)
{
	(void)state;
	one.error = -ENOBUFS;
	vrrp_tally_tell(t, &one);
	refuse(1);
	run_ms(3500);
	assert_int_equal(one.sent, 0);
	one.error = 0;
	run_ms(1000);
	assert_int_equal(one.sent, 1);
	assert_int_equal(one.told.count, 1);
}

static void
test_vrrp_tally_engine_keeps_what_it_is_told(void **state)
{
	const struct vrrp_refused r = { .count = 9, .type = VRRP_MSG_LEVEL,
	    .why = VRRP_REFUSAL_WAY, .real_ns = 1 };
	struct vrrp_refusals book = { 0 };
	uint8_t body[VRRP_REFUSED_BYTES];
	size_t len;

	(void)state;
	vrrp_tally_collect(&book, &one);
	len = vrrp_refused_encode(VRRP_WAY_SCRIPTS_UP, &r, body);
	assert_int_equal(one.cb(body, len, one.arg), VRRP_REFUSAL_NONE);
	assert_int_equal(book.of[VRRP_WAY_SCRIPTS_UP].count, 9);
	/* The engine knows its own refusals without being told. */
	len = vrrp_refused_encode(VRRP_WAY_ENGINE_DOWN, &r, body);
	assert_int_equal(one.cb(body, len, one.arg), VRRP_REFUSAL_BODY);
	assert_int_equal(one.cb(body, len - 1, one.arg), VRRP_REFUSAL_BODY);
	assert_int_equal(book.of[VRRP_WAY_ENGINE_DOWN].count, 0);
	one.on_refused(&r, one.on_refused_arg);
	assert_int_equal(book.of[VRRP_WAY_ENGINE_DOWN].count, 9);
	vrrp_tally_collect(NULL, &one);
	assert_null(one.cb);
	assert_null(one.on_refused);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_vrrp_tally_nothing_refused_nothing_told),
		T(test_vrrp_tally_first_is_told_at_once_a_flood_once_a_second),
		T(test_vrrp_tally_counts_add_up_over_channels),
		T(test_vrrp_tally_refused_while_nobody_listens_is_told_later),
		T(test_vrrp_tally_full_channel_is_tried_again),
		T(test_vrrp_tally_engine_keeps_what_it_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
