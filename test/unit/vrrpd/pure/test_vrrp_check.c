/*
 * test_vrrp_check.c - fall and rise, as keepalived's users know them.
 *
 * A table of strings: what went in (g good, b bad) and the level after each
 * (U up, D down).
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "vrrpd/pure/vrrp_check.h"

static const struct {
	unsigned	 fall, rise;
	const char	*in, *out;
} sequences[] = {
	/* The first result decides alone. */
	{ 1, 1, "g", "U" },
	{ 1, 1, "b", "D" },
	{ 3, 3, "g", "U" },
	{ 3, 3, "b", "D" },
	{ 0, 0, "gbg", "UDU" },		/* 0 counts as 1 */
	/* fall failures in a row; any success refills. */
	{ 1, 1, "gbgb", "UDUD" },
	{ 3, 1, "gbbb", "UUUD" },
	{ 3, 1, "gbbgbbgbbb", "UUUUUUUUUD" },
	/* rise successes in a row; any failure empties. */
	{ 1, 3, "bggg", "DDDU" },
	{ 1, 3, "bggbggg", "DDDDDDU" },
	/* Up after a rise is full again. */
	{ 2, 2, "bggbbg", "DDUUDD" },
	{ 2, 2, "bggbgbgbb", "DDUUUUUUD" },
	{ 2, 1, "bgbgbb", "DUUUUD" },
};

static void
test_vrrp_check_sequences_fall_and_rise(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(sequences) / sizeof(sequences[0]); i++) {
		struct vrrp_check c;
		char level = '?';

		vrrp_check_init(&c, sequences[i].fall, sequences[i].rise);
		assert_false(c.known);
		assert_false(vrrp_check_up(&c));
		for (size_t k = 0; sequences[i].in[k] != '\0'; k++) {
			mono_t now = { (int64_t)k + 1 };
			bool news = vrrp_check_result(&c, now,
			    sequences[i].in[k] == 'g');
			char after = vrrp_check_up(&c) ? 'U' : 'D';

			assert_int_equal(after, sequences[i].out[k]);
			assert_int_equal(news, after != level);
			if (news)
				assert_int_equal(c.since.ns, now.ns);
			level = after;
		}
	}
}

static void
test_vrrp_check_counts_runs_and_failures(void **state)
{
	struct vrrp_check c;

	(void)state;
	vrrp_check_init(&c, 2, 2);
	(void)vrrp_check_result(&c, MONO_ZERO, true);
	(void)vrrp_check_result(&c, MONO_ZERO, false);
	(void)vrrp_check_result(&c, MONO_ZERO, false);
	assert_int_equal(c.runs, 3);
	assert_int_equal(c.failures, 2);
}

static void
test_vrrp_check_next_leaves_out_what_was_missed(void **state)
{
	(void)state;
	/* Started when due, and at once done. */
	assert_int_equal(vrrp_check_next((mono_t){ 100 }, 10,
	    (mono_t){ 100 }).ns, 110);
	assert_int_equal(vrrp_check_next((mono_t){ 100 }, 10,
	    (mono_t){ 109 }).ns, 110);
	/* Busy until then: the rhythm is kept, the past is not made up for. */
	assert_int_equal(vrrp_check_next((mono_t){ 100 }, 10,
	    (mono_t){ 110 }).ns, 120);
	assert_int_equal(vrrp_check_next((mono_t){ 100 }, 10,
	    (mono_t){ 145 }).ns, 150);
	assert_int_equal(vrrp_check_next((mono_t){ 100 }, 10,
	    (mono_t){ 99 }).ns, 110);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vrrp_check_sequences_fall_and_rise),
		cmocka_unit_test(test_vrrp_check_counts_runs_and_failures),
		cmocka_unit_test(test_vrrp_check_next_leaves_out_what_was_missed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
