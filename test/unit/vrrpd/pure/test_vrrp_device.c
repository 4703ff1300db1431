/*
 * test_vrrp_device.c - devices to be made: bytes, and the list.
 */
#include "config.h"

#include <sys/socket.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shared/pure/rng.h"
#include "vrrpd/pure/vrrp_device.h"

static const struct vrrp_device_wish wishes[2] = {
	{ .number = 1, .parent = 7, .tag = 0x40001200, .family = AF_INET,
	    .vrid = 51, .parent_name = "eth0" },
	{ .number = UINT32_MAX, .parent = INT32_MAX, .tag = -1,
	    .family = AF_INET6, .vrid = 255, .in_use = true, .both = true,
	    .device = 12, .name = "web",
	    .parent_name = "enp123s0f0np012" },
};
static const struct vrrp_device_made answers[2] = {
	{ .number = 9, .ifindex = INT32_MAX, .tag = 0x40001212,
	    .adopted = true, .can_mute = true, .name = "vr6-255-1234567" },
	{ .number = 9, .error = -17, .name = "vr4-51-7",
	    .reason = "device vr4-51-7 exists and is not ours" },
};
static uint8_t buf[VRRP_DEVICE_MADE_MAX + 1];
static struct vrrp_devices list;

static void
test_vrrp_device_wish_survives_its_bytes(void **state)
{
	struct vrrp_device_wish out;
	unsigned i;

	(void)state;
	for (i = 0; i < 2; i++) {
		assert_int_equal(vrrp_device_wish_encode(&wishes[i], buf),
		    VRRP_DEVICE_WISH_BYTES);
		assert_true(vrrp_device_wish_decode(buf,
		    VRRP_DEVICE_WISH_BYTES, &out));
		assert_memory_equal(&out, &wishes[i], sizeof(out));
	}
}

static void
test_vrrp_device_answer_survives_its_bytes(void **state)
{
	struct vrrp_device_made out;
	unsigned i;
	size_t len;

	(void)state;
	for (i = 0; i < 2; i++) {
		len = vrrp_device_made_encode(&answers[i], buf);
		assert_true(vrrp_device_made_decode(buf, len, &out));
		assert_memory_equal(&out, &answers[i], sizeof(out));
	}
	/* The longest text. */
	out = answers[1];
	memset(out.reason, 'x', VRRP_DEVICE_REASON_MAX - 1);
	len = vrrp_device_made_encode(&out, buf);
	assert_int_equal(len, VRRP_DEVICE_MADE_MAX);
	assert_true(vrrp_device_made_decode(buf, len, &out));
	assert_int_equal(strlen(out.reason), VRRP_DEVICE_REASON_MAX - 1);
}

static bool
wish_with(size_t at, uint8_t value)
{
	struct vrrp_device_wish out;

	(void)vrrp_device_wish_encode(&wishes[0], buf);
	buf[at] = value;
	return vrrp_device_wish_decode(buf, VRRP_DEVICE_WISH_BYTES, &out);
}

static void
test_vrrp_device_wish_that_cannot_be_is_refused(void **state)
{
	struct vrrp_device_wish out = wishes[1];
	size_t len;

	(void)state;
	(void)vrrp_device_wish_encode(&wishes[0], buf);
	for (len = 0; len <= sizeof(buf); len++)
		if (len != VRRP_DEVICE_WISH_BYTES)
			assert_false(vrrp_device_wish_decode(buf, len, &out));
	assert_memory_equal(&out, &wishes[1], sizeof(out));
	assert_true(wish_with(13, 52));
	assert_false(wish_with(3, 0));		/* number 0 */
	assert_false(wish_with(4, 0x80));	/* a negative index */
	assert_false(wish_with(7, 0));		/* index 0 */
	assert_false(wish_with(12, 5));		/* no family */
	assert_false(wish_with(13, 0));		/* no VRID */
	assert_false(wish_with(14, 2));		/* no yes or no */
	assert_false(wish_with(15, 2));		/* nor this */
	assert_false(wish_with(16, 0x80));	/* a negative index */
	assert_false(wish_with(20, 0));		/* no name */
	assert_false(wish_with(35, 'x'));	/* after its end */
	assert_true(wish_with(36, 'x'));	/* a name of the device */
	assert_false(wish_with(51, 'x'));	/* after its end */
	memset(buf + 20, 'x', VRRP_DEVICE_NAME_MAX);	/* no end */
	assert_false(vrrp_device_wish_decode(buf, VRRP_DEVICE_WISH_BYTES,
	    &out));
}

static bool
answer_with(unsigned i, size_t at, uint8_t value)
{
	struct vrrp_device_made out;
	size_t len = vrrp_device_made_encode(&answers[i], buf);

	buf[at] = value;
	return vrrp_device_made_decode(buf, len, &out);
}

static void
test_vrrp_device_answer_that_cannot_be_is_refused(void **state)
{
	struct vrrp_device_made out = answers[0];
	size_t len, whole;

	(void)state;
	whole = vrrp_device_made_encode(&answers[1], buf);
	for (len = 0; len <= sizeof(buf); len++)
		if (len != whole)
			assert_false(vrrp_device_made_decode(buf, len, &out));
	assert_memory_equal(&out, &answers[0], sizeof(out));
	assert_true(answer_with(1, 40, 'D'));
	assert_false(answer_with(0, 3, 0));	/* number 0 */
	assert_false(answer_with(1, 4, 1));	/* an errno of millions */
	assert_false(answer_with(0, 7, 1));	/* an errno, and a device */
	assert_false(answer_with(0, 8, 0x80));	/* a negative index */
	assert_false(answer_with(1, 11, 1));	/* the same without a text */
	assert_false(answer_with(0, 16, 4));	/* a flag nobody knows */
	assert_false(answer_with(0, 17, 1));	/* reserved */
	assert_false(answer_with(0, 20, 0));	/* no name */
	assert_false(answer_with(1, 40, '\n'));	/* no line */
	assert_false(answer_with(1, 40, 0x7f));
}

/* Whatever is taken says the same again. */
static void
test_vrrp_device_random_bytes_are_refused_or_survive(void **state)
{
	struct vrrp_device_wish wish;
	struct vrrp_device_made made;
	uint8_t again[VRRP_DEVICE_MADE_MAX];
	struct rng rng;
	unsigned i, j, taken = 0;
	size_t len;

	(void)state;
	rng_seed(&rng, 1);
	for (i = 0; i < 20000; i++) {
		len = vrrp_device_wish_encode(&wishes[i % 2], buf);
		for (j = (unsigned)rng_below(&rng, 3); j > 0; j--)
			buf[rng_below(&rng, len)] =
			    (uint8_t)rng_below(&rng, 256);
		if (vrrp_device_wish_decode(buf, len, &wish)) {
			(void)vrrp_device_wish_encode(&wish, again);
			assert_memory_equal(again, buf, len);
			taken++;
		}
		len = vrrp_device_made_encode(&answers[i / 2 % 2], buf);
		for (j = (unsigned)rng_below(&rng, 3); j > 0; j--)
			buf[rng_below(&rng, len)] =
			    (uint8_t)rng_below(&rng, 256);
		if (vrrp_device_made_decode(buf, len, &made)) {
			assert_int_equal(vrrp_device_made_encode(&made, again),
			    len);
			assert_memory_equal(again, buf, len);
			taken++;
		}
	}
	assert_true(taken > 1000 && taken < 40000);
}

static void
test_vrrp_device_list_asks_for_each_once(void **state)
{
	(void)state;
	memset(&list, 0, sizeof(list));
	assert_null(vrrp_devices_next(&list));
	assert_true(vrrp_devices_put(&list, &wishes[0]));
	assert_true(vrrp_devices_put(&list, &wishes[1]));
	assert_false(vrrp_devices_put(&list, &wishes[0]));
	assert_int_equal(vrrp_devices_next(&list)->wish.number, 1);
	vrrp_devices_next(&list)->asked = true;
	assert_int_equal(vrrp_devices_under_way(&list), 1);
	assert_int_equal(vrrp_devices_next(&list)->wish.number, UINT32_MAX);
	vrrp_devices_again(&list);
	assert_int_equal(vrrp_devices_next(&list)->wish.number, 1);
	assert_true(vrrp_devices_drop(&list, 1));
	assert_false(vrrp_devices_drop(&list, 1));
	assert_null(vrrp_devices_numbered(&list, 1));
	assert_int_equal(list.count, 1);
}

static void
test_vrrp_device_list_knows_the_same_device(void **state)
{
	struct vrrp_device_wish w = wishes[0];

	(void)state;
	memset(&list, 0, sizeof(list));
	(void)vrrp_devices_put(&list, &w);
	w.number = 2;
	(void)vrrp_devices_put(&list, &w);
	assert_int_equal(vrrp_devices_same(&list, &w)->wish.number, 2);
	w.family = AF_INET6;
	assert_null(vrrp_devices_same(&list, &w));
	w = wishes[0];
	w.vrid++;
	assert_null(vrrp_devices_same(&list, &w));
	w = wishes[0];
	w.parent++;
	assert_null(vrrp_devices_same(&list, &w));
}

/* Nobody is asked for it any more; somebody who was asked may answer. */
static void
test_vrrp_device_list_forsaken_stays_while_under_way(void **state)
{
	(void)state;
	memset(&list, 0, sizeof(list));
	(void)vrrp_devices_put(&list, &wishes[0]);
	(void)vrrp_devices_put(&list, &wishes[1]);
	vrrp_devices_next(&list)->asked = true;
	vrrp_devices_forgo(&list, 77);
	vrrp_devices_forsake(&list);
	assert_int_equal(list.count, 1);
	assert_true(vrrp_devices_numbered(&list, 1)->forsaken);
	vrrp_devices_again(&list);
	assert_int_equal(list.count, 0);
	(void)vrrp_devices_put(&list, &wishes[0]);
	vrrp_devices_forgo(&list, 1);
	assert_int_equal(list.count, 0);
}

static void
test_vrrp_device_list_has_an_end(void **state)
{
	struct vrrp_device_wish w = wishes[0];
	unsigned i;

	(void)state;
	memset(&list, 0, sizeof(list));
	for (i = 1; i <= VRRP_DEVICES_MAX; i++) {
		w.number = i;
		assert_true(vrrp_devices_put(&list, &w));
	}
	w.number = i;
	assert_false(vrrp_devices_put(&list, &w));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vrrp_device_wish_survives_its_bytes),
		cmocka_unit_test(test_vrrp_device_answer_survives_its_bytes),
		cmocka_unit_test(
		    test_vrrp_device_wish_that_cannot_be_is_refused),
		cmocka_unit_test(
		    test_vrrp_device_answer_that_cannot_be_is_refused),
		cmocka_unit_test(
		    test_vrrp_device_random_bytes_are_refused_or_survive),
		cmocka_unit_test(test_vrrp_device_list_asks_for_each_once),
		cmocka_unit_test(test_vrrp_device_list_knows_the_same_device),
		cmocka_unit_test(
		    test_vrrp_device_list_forsaken_stays_while_under_way),
		cmocka_unit_test(test_vrrp_device_list_has_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
