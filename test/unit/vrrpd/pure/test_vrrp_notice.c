/*
 * test_vrrp_notice.c - there and back, and the words of the states.
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "vrrpd/pure/vrrp_notice.h"

static const struct vrrp_notice sample = {
	.group = true, .name = "web", .state = VRRP_NOTICE_ACTIVE,
	.before = VRRP_NOTICE_BACKUP, .priority = 200, .cause = "bfd-down",
	.time_real_ns = INT64_C(1792000000123456789), .in_state_ns = 42,
};

static void
test_vrrp_notice_decodes_what_was_encoded(void **state)
{
	uint8_t buf[VRRP_NOTICE_BYTES_MAX];
	struct vrrp_notice n = sample, out;
	size_t len = vrrp_notice_encode(&n, buf);

	(void)state;
	memset(&out, 0xff, sizeof(out));
	assert_int_equal(vrrp_notice_decode(buf, len, &out), 0);
	assert_true(out.group);
	assert_string_equal(out.name, n.name);
	assert_int_equal(out.state, n.state);
	assert_int_equal(out.before, n.before);
	assert_int_equal(out.priority, 200);
	assert_string_equal(out.cause, n.cause);
	assert_int_equal(out.time_real_ns, n.time_real_ns);
	assert_int_equal(out.in_state_ns, n.in_state_ns);
	memset(n.name, 'n', sizeof(n.name) - 1);
	memset(n.cause, 'c', sizeof(n.cause) - 1);
	len = vrrp_notice_encode(&n, buf);
	assert_true(len <= sizeof(buf));
	assert_int_equal(vrrp_notice_decode(buf, len, &out), 0);
	assert_string_equal(out.name, n.name);
	assert_string_equal(out.cause, n.cause);
	strcpy(n.name, "x");
	strcpy(n.cause, "y");
	assert_true(vrrp_notice_encode(&n, buf) >= VRRP_NOTICE_BYTES_MIN);
}

static void
test_vrrp_notice_prefixes_and_more_are_refused(void **state)
{
	uint8_t buf[VRRP_NOTICE_BYTES_MAX + 1];
	struct vrrp_notice out = { .name = "untouched" };
	size_t n = vrrp_notice_encode(&sample, buf);

	(void)state;
	for (size_t i = 0; i < n; i++)
		assert_int_equal(vrrp_notice_decode(buf, i, &out), -EBADMSG);
	buf[n] = 0;
	assert_int_equal(vrrp_notice_decode(buf, n + 1, &out), -EBADMSG);
	assert_string_equal(out.name, "untouched");
}

static void
test_vrrp_notice_values_out_of_range_are_refused(void **state)
{
	uint8_t good[VRRP_NOTICE_BYTES_MAX], buf[VRRP_NOTICE_BYTES_MAX];
	size_t n = vrrp_notice_encode(&sample, good);
	struct vrrp_notice out;
	static const struct { size_t at; uint8_t value; } bad[] = {
		{ 0, 2 }, { 1, VRRP_NOTICE_NONE },
		{ 1, VRRP_NOTICE_STATE_COUNT }, { 2, VRRP_NOTICE_STATE_COUNT },
		{ 2, VRRP_NOTICE_CONTESTED },
		{ 20, 0 }, { 20, VRRP_NAME_MAX }, { 21, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memcpy(buf, good, n);
		buf[bad[i].at] = bad[i].value;
		assert_int_equal(vrrp_notice_decode(buf, n, &out), -EBADMSG);
	}
}

static void
test_vrrp_notice_words_are_ours_or_keepalived_s(void **state)
{
	(void)state;
	assert_string_equal(vrrp_notice_state_word(VRRP_NOTICE_ACTIVE,
	    VRRP_NOTIFY_ACTIVE), "ACTIVE");
	assert_string_equal(vrrp_notice_state_word(VRRP_NOTICE_ACTIVE,
	    VRRP_NOTIFY_MASTER), "MASTER");
	assert_string_equal(vrrp_notice_state_word(VRRP_NOTICE_BACKUP,
	    VRRP_NOTIFY_MASTER), "BACKUP");
	assert_string_equal(vrrp_notice_state_word(VRRP_NOTICE_FAULT,
	    VRRP_NOTIFY_MASTER), "FAULT");
	assert_string_equal(vrrp_notice_state_word(VRRP_NOTICE_STOP,
	    VRRP_NOTIFY_ACTIVE), "STOP");
	assert_string_equal(vrrp_notice_state_word(VRRP_NOTICE_NONE,
	    VRRP_NOTIFY_ACTIVE), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vrrp_notice_decodes_what_was_encoded),
		cmocka_unit_test(test_vrrp_notice_prefixes_and_more_are_refused),
		cmocka_unit_test(test_vrrp_notice_values_out_of_range_are_refused),
		cmocka_unit_test(test_vrrp_notice_words_are_ours_or_keepalived_s),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
