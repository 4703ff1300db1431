/* test_vrrp_handoff.c - what one engine leaves to the next, as bytes. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "vrrpd/pure/vrrp_handoff.h"

static struct vrrp_handoff h, got;
static uint8_t buf[VRRP_HANDOFF_BYTES_MAX];

static size_t
two(void)
{
	memset(&h, 0, sizeof(h));
	h.left.ns = INT64_C(0x123456789abcdef);
	h.count = 2;
	strcpy(h.list[0].name, "web");
	h.list[0].active_since.ns = INT64_C(0x1234567);
	h.list[0].flags = VRRP_HANDOFF_ACTIVE;
	h.list[1].flags = VRRP_HANDOFF_ACTIVE;
	strcpy(h.list[1].name, "a-name-of-the-longest-kind-there");
	h.list[1].name[31] = '\0';
	h.list[1].active_since = h.left;
	h.list[1].flags |= VRRP_HANDOFF_HOLD;
	h.list[1].lesser_since.ns = 78;
	h.alarm_count = 2;
	h.alarms[0] = (struct vrrp_handoff_alarm){ .name = "web",
	    .kind = VRRP_ALARM_TWO_ACTIVES, .since = { 77 },
	    .since_real_ns = 99, .who = { .mac = { 2, 0, 0, 0, 0, 9 },
	    .has_mac = true } };
	assert_int_equal(addr_parse("2001:db8::9",
	    &h.alarms[0].who.address), 0);
	h.alarms[1] = (struct vrrp_handoff_alarm){ .name = "db",
	    .kind = VRRP_ALARM_COUNT - 1, .since = h.left };
	return vrrp_handoff_encode(&h, buf, sizeof(buf));
}

/* L-24 */
static void
test_vrrp_handoff_comes_back_as_it_was(void **state)
{
	size_t len = two();
	unsigned i;

	(void)state;
	assert_true(vrrp_handoff_decode(buf, len, &got));
	assert_true(got.left.ns == h.left.ns);
	assert_int_equal(got.count, 2);
	for (i = 0; i < 2; i++) {
		assert_string_equal(got.list[i].name, h.list[i].name);
		assert_int_equal(got.list[i].flags, h.list[i].flags);
		assert_true(got.list[i].active_since.ns ==
		    h.list[i].active_since.ns);
		assert_true(got.list[i].lesser_since.ns ==
		    h.list[i].lesser_since.ns);
	}
	assert_int_equal(got.alarm_count, 2);
	for (i = 0; i < 2; i++) {
		assert_string_equal(got.alarms[i].name, h.alarms[i].name);
		assert_int_equal(got.alarms[i].kind, h.alarms[i].kind);
		assert_true(got.alarms[i].since.ns == h.alarms[i].since.ns);
		assert_true(got.alarms[i].since_real_ns ==
		    h.alarms[i].since_real_ns);
		assert_memory_equal(&got.alarms[i].who, &h.alarms[i].who,
		    sizeof(h.alarms[i].who));
	}
	assert_ptr_equal(vrrp_handoff_find(&got, "web"), &got.list[0]);
	assert_null(vrrp_handoff_find(&got, "we"));
	assert_null(vrrp_handoff_find(NULL, "web"));
}

static void
test_vrrp_handoff_full_and_empty_fit(void **state)
{
	size_t len;
	unsigned i;

	(void)state;
	two();
	h.count = h.alarm_count = 0;
	len = vrrp_handoff_encode(&h, buf, sizeof(buf));
	assert_int_equal(len, VRRP_HANDOFF_BYTES_MIN);
	assert_true(vrrp_handoff_decode(buf, len, &got));
	h.count = VRRP_HANDOFF_MAX;
	for (i = 0; i < h.count; i++)
		h.list[i] = (struct vrrp_handoff_entry){
		    "a-name-of-the-longest-kind-ther", { 1 }, { 1 },
		    VRRP_HANDOFF_FLAGS };
	h.alarm_count = VRRP_HANDOFF_ALARMS_MAX;
	for (i = 0; i < h.alarm_count; i++)
		h.alarms[i] = (struct vrrp_handoff_alarm){
		    .name = "a-name-of-the-longest-kind-ther",
		    .who = { .address = { .family = AF_INET6 },
		    .has_mac = true } };
	len = vrrp_handoff_encode(&h, buf, sizeof(buf));
	assert_int_equal(len, VRRP_HANDOFF_BYTES_MAX);
	assert_true(vrrp_handoff_decode(buf, len, &got));
	assert_int_equal(vrrp_handoff_encode(&h, buf, len - 1), 0);
}

static void
test_vrrp_handoff_every_prefix_and_any_byte_more_is_refused(void **state)
{
	size_t len = two(), i;

	(void)state;
	for (i = 0; i < len; i++)
		assert_false(vrrp_handoff_decode(buf, i, &got));
	buf[len] = 0;
	assert_false(vrrp_handoff_decode(buf, len + 1, &got));
}

static void
test_vrrp_handoff_nonsense_is_refused(void **state)
{
	size_t len = two();

	(void)state;
	h.list[0].active_since.ns = h.left.ns + 1;	/* the future */
	len = vrrp_handoff_encode(&h, buf, sizeof(buf));
	assert_false(vrrp_handoff_decode(buf, len, &got));
	len = two();
	h.list[1].lesser_since.ns = h.left.ns + 1;
	len = vrrp_handoff_encode(&h, buf, sizeof(buf));
	assert_false(vrrp_handoff_decode(buf, len, &got));
	len = two();
	buf[0] = 0x80;					/* a negative instant */
	assert_false(vrrp_handoff_decode(buf, len, &got));
	len = two();
	buf[8] = 0xff;					/* too many */
	assert_false(vrrp_handoff_decode(buf, len, &got));
	len = two();
	buf[26] = 0;					/* nothing to say */
	assert_false(vrrp_handoff_decode(buf, len, &got));
	len = two();
	buf[26] = VRRP_HANDOFF_FLAGS + 1;
	assert_false(vrrp_handoff_decode(buf, len, &got));
	len = two();
	buf[27] = 0;					/* no name */
	assert_false(vrrp_handoff_decode(buf, len, &got));
	len = two();
	buf[29] = '\0';					/* within a name */
	assert_false(vrrp_handoff_decode(buf, len, &got));
	two();
	h.alarms[1].kind = VRRP_ALARM_COUNT;
	len = vrrp_handoff_encode(&h, buf, sizeof(buf));
	assert_false(vrrp_handoff_decode(buf, len, &got));
	two();
	h.alarms[1].since.ns = h.left.ns + 1;		/* the future */
	len = vrrp_handoff_encode(&h, buf, sizeof(buf));
	assert_false(vrrp_handoff_decode(buf, len, &got));
	two();
	h.alarms[1].name[0] = '\0';
	len = vrrp_handoff_encode(&h, buf, sizeof(buf));
	assert_false(vrrp_handoff_decode(buf, len, &got));
	len = two();
	buf[len - 4] = 5;				/* of a MAC */
	assert_false(vrrp_handoff_decode(buf, len, &got));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vrrp_handoff_comes_back_as_it_was),
		cmocka_unit_test(test_vrrp_handoff_full_and_empty_fit),
		cmocka_unit_test(
		    test_vrrp_handoff_every_prefix_and_any_byte_more_is_refused),
		cmocka_unit_test(test_vrrp_handoff_nonsense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
