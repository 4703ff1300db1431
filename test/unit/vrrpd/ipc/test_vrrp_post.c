/*
 * test_vrrp_post.c - parcels and their pieces, over a channel that may be full.
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "vrrpd/ipc/vrrp_post.h"
#include "vrrpd/pure/vrrp_parcel.h"

#define CHANNEL	((struct vrrp_channel *)&sends)

static unsigned sends, done;
static int send_error;
static struct vrrp_inbox inbox;
static bool whole;

/* --- a loop of one timer, and a channel into the inbox --- */

static struct loop_timer {
	loop_timer_cb	cb;
	void		*arg;
	mono_t		at;
} timer;
static mono_t now;

struct loop_timer *
loop_timer_new_as(struct loop *l, const char *file, const char *name,
    loop_timer_cb cb, void *arg)
{
	(void)l;
	(void)file;
	(void)name;
	timer = (struct loop_timer){ cb, arg, MONO_NEVER };
	return &timer;
}

void
loop_timer_set(struct loop_timer *t, mono_t at)
{
	t->at = at;
}

void
loop_timer_free(struct loop_timer *t)
{
	(void)t;
}

mono_t
loop_clock(void)
{
	return now;
}

static bool
run(void)
{
	mono_t at = timer.at;

	if (mono_is_never(at))
		return false;
	now = at;
	timer.at = MONO_NEVER;
	timer.cb(at, timer.arg);
	return true;
}

int
vrrp_channel_send(struct vrrp_channel *c, enum vrrp_message type,
    const void *body, size_t len)
{
	assert_ptr_equal(c, CHANNEL);
	assert_int_equal(type, VRRP_MSG_VALUES);
	assert_true(len <= VRRP_PARCEL_HEADER + VRRP_PARCEL_PIECE);
	if (send_error != 0)
		return send_error;
	sends++;
	assert_int_equal(vrrp_inbox_take(&inbox, body, len, &whole),
	    VRRP_REFUSAL_NONE);
	return 0;
}

static void
sent(void *arg)
{
	assert_ptr_equal(arg, &done);
	done++;
}

static struct vrrp_parcel *
parcel(size_t len, uint8_t seed)
{
	uint8_t *bytes = malloc(len);
	size_t i;

	assert_non_null(bytes);
	for (i = 0; i < len; i++)
		bytes[i] = (uint8_t)(i * 31 + seed);
	return vrrp_parcel_new(bytes, len);
}

static int
begin(void **state)
{
	(void)state;
	sends = done = 0;
	send_error = 0;
	whole = false;
	now = (mono_t){ NS_PER_S };
	vrrp_inbox_empty(&inbox);
	return 0;
}

/* --- tests --- */

static void
test_vrrp_post_pauses_between_pieces_and_all_arrives(void **state)
{
	struct vrrp_post *o = vrrp_post_new(NULL);
	struct vrrp_parcel *p = parcel(9 * VRRP_PARCEL_PIECE + 7, 3);
	mono_t began = now;

	(void)state;
	vrrp_post_send(o, CHANNEL, 5, p, sent, &done);
	assert_int_equal(sends, 4);
	assert_true(vrrp_post_is_busy(o));
	assert_false(whole);
	while (run())
		;
	assert_int_equal(sends, 10);
	assert_int_equal(done, 1);
	assert_false(vrrp_post_is_busy(o));
	assert_int_equal(mono_sub(now, began), 2 * NS_PER_MS);
	assert_true(whole);
	assert_int_equal(inbox.number, 5);
	assert_int_equal(inbox.len, p->len);
	assert_memory_equal(inbox.bytes, p->bytes, p->len);
	assert_int_equal(p->owners, 1);
	vrrp_parcel_drop(p);
	vrrp_post_free(o);
}

static void
test_vrrp_post_full_channel_is_tried_again(void **state)
{
	struct vrrp_post *o = vrrp_post_new(NULL);
	struct vrrp_parcel *p = parcel(5, 1);
	int i;

	(void)state;
	send_error = -ENOBUFS;
	vrrp_post_send(o, CHANNEL, 5, p, sent, &done);
	for (i = 0; i < 10; i++)
		assert_true(run());
	assert_int_equal(done, 0);
	send_error = 0;
	assert_true(run());
	assert_int_equal(done, 1);
	assert_false(run());
	/* A receiver that is gone is given up, and nobody is told of that. */
	send_error = -EPIPE;
	vrrp_post_send(o, CHANNEL, 6, p, sent, &done);
	assert_false(vrrp_post_is_busy(o));
	assert_false(run());
	assert_int_equal(done, 1);
	vrrp_parcel_drop(p);
	vrrp_post_free(o);
	vrrp_post_free(NULL);
	vrrp_post_stop(NULL);
}

static void
test_vrrp_post_newer_parcel_replaces_the_one_on_its_way(void **state)
{
	struct vrrp_post *o = vrrp_post_new(NULL);
	struct vrrp_parcel *a = parcel(9 * VRRP_PARCEL_PIECE, 1);
	struct vrrp_parcel *b = parcel(2 * VRRP_PARCEL_PIECE, 2);

	(void)state;
	vrrp_post_send(o, CHANNEL, 1, a, sent, &done);
	vrrp_post_send(o, CHANNEL, 2, b, sent, &done);
	assert_int_equal(a->owners, 1);
	assert_int_equal(done, 1);
	assert_true(whole);
	assert_int_equal(inbox.number, 2);
	assert_memory_equal(inbox.bytes, b->bytes, b->len);
	vrrp_parcel_drop(a);
	vrrp_parcel_drop(b);
	vrrp_post_free(o);
}

static enum vrrp_refusal
take(uint32_t number, size_t total, size_t at)
{
	static uint8_t all[4 * VRRP_PARCEL_PIECE];
	static uint8_t body[VRRP_PARCEL_HEADER + VRRP_PARCEL_PIECE];

	return vrrp_inbox_take(&inbox, body, vrrp_piece_encode(number, all,
	    total, at, body), &whole);
}

static void
test_vrrp_post_pieces_out_of_order_are_refused(void **state)
{
	const size_t n = VRRP_PARCEL_PIECE;

	(void)state;
	/* Never begun; left out; of another number; of another length. */
	assert_int_equal(take(1, 3 * n, n), VRRP_REFUSAL_BODY);
	assert_int_equal(take(1, 3 * n, 0), VRRP_REFUSAL_NONE);
	assert_int_equal(take(1, 3 * n, 2 * n), VRRP_REFUSAL_BODY);
	assert_int_equal(take(1, 3 * n, n), VRRP_REFUSAL_BODY);
	assert_int_equal(take(1, 3 * n, 0), VRRP_REFUSAL_NONE);
	assert_int_equal(take(2, 3 * n, n), VRRP_REFUSAL_BODY);
	assert_int_equal(take(1, 3 * n, 0), VRRP_REFUSAL_NONE);
	assert_int_equal(take(1, 4 * n, n), VRRP_REFUSAL_BODY);
	assert_null(inbox.bytes);
	assert_false(whole);
	/* More than the whole cannot be; and it begins anew. */
	assert_int_equal(take(1, n, 0), VRRP_REFUSAL_NONE);
	assert_true(whole);
	assert_int_equal(take(1, 2 * n, n), VRRP_REFUSAL_BODY);
	assert_int_equal(vrrp_inbox_take(&inbox, (const uint8_t *)"", 0,
	    &whole), VRRP_REFUSAL_BODY);
	vrrp_inbox_empty(&inbox);
}

static void
test_vrrp_post_parcels_have_a_length(void **state)
{
	struct vrrp_parcel *p;

	(void)state;
	assert_null(vrrp_parcel_new(malloc(1), 0));
	assert_null(vrrp_parcel_new(malloc(1), (size_t)VRRP_PARCEL_MAX + 1));
	assert_null(vrrp_parcel_keep(NULL));
	vrrp_parcel_drop(NULL);
	p = vrrp_parcel_copy("abc", 3);
	assert_ptr_equal(vrrp_parcel_keep(p), p);
	vrrp_parcel_drop(p);
	assert_memory_equal(p->bytes, "abc", 3);
	vrrp_parcel_drop(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name)	cmocka_unit_test_setup_teardown(name, begin, begin)
		T(test_vrrp_post_pauses_between_pieces_and_all_arrives),
		T(test_vrrp_post_full_channel_is_tried_again),
		T(test_vrrp_post_newer_parcel_replaces_the_one_on_its_way),
		T(test_vrrp_post_pieces_out_of_order_are_refused),
		T(test_vrrp_post_parcels_have_a_length),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
