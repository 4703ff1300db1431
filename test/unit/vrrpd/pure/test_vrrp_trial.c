/*
 * test_vrrp_trial.c - what programs say that are tried, good and bad ones.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "vrrpd/pure/vrrp_trial.h"

#define ID	0x1234abcdU

static void
test_vrrp_trial_line_is_understood(void **state)
{
	struct vrrp_trial t;
	char line[64];

	(void)state;
	assert_true(vrrp_trial_print(line, sizeof(line), "0.2.0-g12", ID));
	assert_string_equal(line, "vrrpd 0.2.0-g12 speaks 1234abcd\n");
	vrrp_trial_judge(line, strlen(line), true, "", ID, &t);
	assert_int_equal(t.verdict, VRRP_TRIAL_GOOD);
	assert_string_equal(t.text, "0.2.0-g12");
	vrrp_trial_judge(line, strlen(line), true, "", ID + 1, &t);
	assert_int_equal(t.verdict, VRRP_TRIAL_FOREIGN);
	assert_string_equal(t.text, "0.2.0-g12");
	/* A dynamic linker, or a library, may have had something to say. */
	strcpy(line, "hm\n\nvrrpd 7 speaks 1234abcd\n");
	vrrp_trial_judge(line, strlen(line), true, "", ID, &t);
	assert_int_equal(t.verdict, VRRP_TRIAL_GOOD);
	assert_string_equal(t.text, "7");
	/* A line is no excuse for a bad end. */
	vrrp_trial_judge(line, strlen(line), false, "", ID, &t);
	assert_int_equal(t.verdict, VRRP_TRIAL_BAD);
	assert_false(vrrp_trial_print(line, 20, "0.2.0-g12", ID));
}

static void
test_vrrp_trial_anything_else_is_bad(void **state)
{
	static const struct {
		const char	*said, *text;
	} table[] = {
		{ "", "exit status 3" },
		{ "\n", "exit status 3" },
		{ "vrrpd 1 speaks 1234abcd", "vrrpd 1 speaks 1234abcd" },
		{ "vrrpd 1 speaks 1234abcd\nmore", "vrrpd 1 speaks 1234abcd" },
		{ "vrrpd 1 speaks 1234abc\n", "vrrpd 1 speaks 1234abc" },
		{ "vrrpd 1 speaks 1234abcde\n", "vrrpd 1 speaks 1234abcde" },
		{ "vrrpd 1 speaks 1234ABCD\n", "vrrpd 1 speaks 1234ABCD" },
		{ "vrrpd 1 2 speaks 1234abcd\n", "vrrpd 1 2 speaks 1234abcd" },
		{ "vrrpd  speaks 1234abcd\n", "vrrpd  speaks 1234abcd" },
		{ "bfdd 1 speaks 1234abcd\n", "bfdd 1 speaks 1234abcd" },
		{ "usage: vrrpd\n", "usage: vrrpd" },
		{ "a\tb\033[31m\n", "a?b?[31m" },
	};
	struct vrrp_trial t;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		vrrp_trial_judge(table[i].said, strlen(table[i].said), true,
		    "exit status 3", ID, &t);
		assert_int_equal(t.verdict, VRRP_TRIAL_BAD);
		assert_string_equal(t.text, table[i].text);
	}
}

static void
test_vrrp_trial_long_words_are_cut(void **state)
{
	char said[4096];
	struct vrrp_trial t;

	(void)state;
	memset(said, 'x', sizeof(said));
	vrrp_trial_judge(said, sizeof(said), true, "", ID, &t);
	assert_int_equal(t.verdict, VRRP_TRIAL_BAD);
	assert_int_equal(strlen(t.text), VRRP_TRIAL_TEXT_MAX - 1);
}

static void
test_vrrp_trial_bytes_there_and_back(void **state)
{
	struct vrrp_trial t = { VRRP_TRIAL_FOREIGN, "0.2.0" }, got;
	uint8_t buf[VRRP_TRIAL_BYTES_MAX + 1];
	size_t len = vrrp_trial_encode(&t, buf);

	(void)state;
	assert_int_equal(len, 6);
	assert_true(vrrp_trial_decode(buf, len, &got));
	assert_int_equal(got.verdict, VRRP_TRIAL_FOREIGN);
	assert_string_equal(got.text, "0.2.0");
	assert_false(vrrp_trial_decode(buf, 0, &got));
	buf[1] = '\n';
	assert_false(vrrp_trial_decode(buf, len, &got));
	buf[0] = VRRP_TRIAL_VERDICTS;
	assert_false(vrrp_trial_decode(buf, 1, &got));
	memset(buf, 'x', sizeof(buf));
	buf[0] = VRRP_TRIAL_BAD;
	assert_true(vrrp_trial_decode(buf, VRRP_TRIAL_BYTES_MAX, &got));
	assert_false(vrrp_trial_decode(buf, VRRP_TRIAL_BYTES_MAX + 1, &got));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vrrp_trial_line_is_understood),
		cmocka_unit_test(test_vrrp_trial_anything_else_is_bad),
		cmocka_unit_test(test_vrrp_trial_long_words_are_cut),
		cmocka_unit_test(test_vrrp_trial_bytes_there_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
