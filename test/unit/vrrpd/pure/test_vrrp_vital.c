/* test_vrrp_vital.c - what a silent process is doing: texts and verdicts. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shared/pure/mono.h"
#include "vrrpd/pure/vrrp_vital.h"

#define MS	NS_PER_MS
#define TICK	(10 * MS)
#define REST	" 1 2 3 0 -1 4194560 10 0 0 0 7 5 0 0 -51 0 1 0 99"

static void
test_vrrp_vital_reads_what_the_kernel_writes(void **state)
{
	struct vrrp_vital v;

	(void)state;
	assert_true(vrrp_vital_parse("12 (vrrpd-engine) R" REST "\n",
	    "1234567890 42 17\n", TICK, &v));
	assert_true(v.known);
	assert_int_equal(v.state, 'R');
	assert_int_equal(v.run_ns, 1234567890);
	assert_int_equal(v.wait_ns, 42);
	/* A name may hold anything. */
	assert_true(vrrp_vital_parse("12 (a) R (b)) D" REST, "1 2 3", TICK,
	    &v));
	assert_int_equal(v.state, 'D');
	/* A kernel without schedstat: ticks of user and system. */
	assert_true(vrrp_vital_parse("12 (x) S" REST, NULL, TICK, &v));
	assert_int_equal(v.run_ns, 12 * TICK);
	assert_int_equal(v.wait_ns, 0);
}

static void
test_vrrp_vital_other_text_is_no_evidence(void **state)
{
	static const struct {
		const char	*stat, *schedstat;
	} bad[] = {
		{ "", "1 2 3" }, { "12", "1 2 3" }, { "12 (x)", "1 2 3" },
		{ "12 (x) ", "1 2 3" }, { "12 (x) R", "1 2 3" },
		{ "12 (x)R" REST, "1 2 3" },
		{ "12 (x) R" REST, "" }, { "12 (x) R" REST, "1" },
		{ "12 (x) R" REST, "-1 2 3" }, { "12 (x) R" REST, "1 x 3" },
		{ "12 (x) R" REST, "1111111111111111111 2 3" },
		{ "12 (x) R 1 2 3", NULL },
		{ "12 (x) R 1 2 3 0 -1 4194560 10 0 0 0 7", NULL },
		{ "12 (x) R 1 2 3 0 -1 4194560 10 0 0 0 x 5 0", NULL },
		{ "12 (x) R 1 2 3 0 -1 4 1 0 0 0 999999999999999999 1 0",
		    NULL },
	};
	struct vrrp_vital v;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		v.known = true;
		assert_false(vrrp_vital_parse(bad[i].stat, bad[i].schedstat,
		    TICK, &v));
		assert_false(v.known);
	}
}

/* before, or none; then 50 ms later. */
static void
test_vrrp_vital_verdicts(void **state)
{
	static const struct {
		bool	first;
		char	state;		/* '?': not known */
		int64_t	ran, waited;
		enum vrrp_vital_verdict want;
	} rows[] = {
		{ false, 'R', 50 * MS, 0, VRRP_VITAL_BUSY },
		{ false, 'R', 25 * MS, 0, VRRP_VITAL_BUSY },
		{ false, 'R', 24 * MS, 0, VRRP_VITAL_STARVED },
		{ false, 'R', 0, 0, VRRP_VITAL_STARVED },
		{ false, 'R', 1 * MS, 49 * MS, VRRP_VITAL_STARVED },
		{ false, 'S', 0, 0, VRRP_VITAL_IDLE },
		/* The processor came back, and it went to sleep at once. */
		{ false, 'S', 1 * MS, 49 * MS, VRRP_VITAL_STARVED },
		{ false, 'S', 1 * MS, 24 * MS, VRRP_VITAL_IDLE },
		{ false, 'S', 50 * MS, 0, VRRP_VITAL_BUSY },
		{ false, 'D', 0, 0, VRRP_VITAL_KERNEL },
		{ false, 'D', 50 * MS, 0, VRRP_VITAL_KERNEL },
		{ false, 'T', 0, 0, VRRP_VITAL_STOPPED },
		{ false, 't', 0, 0, VRRP_VITAL_STOPPED },
		{ false, 'Z', 0, 0, VRRP_VITAL_IDLE },
		{ false, '?', 0, 0, VRRP_VITAL_UNKNOWN },
		/* Seen for the first time, a state must do. */
		{ true, 'R', 0, 0, VRRP_VITAL_UNKNOWN },
		{ true, 'S', 0, 0, VRRP_VITAL_IDLE },
		{ true, 'D', 0, 0, VRRP_VITAL_KERNEL },
		{ true, 'T', 0, 0, VRRP_VITAL_STOPPED },
		{ true, '?', 0, 0, VRRP_VITAL_UNKNOWN },
	};
	static const struct vrrp_vital before = { true, 'S', 7 * MS, 3 * MS };
	static const struct vrrp_vital dark;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct vrrp_vital now = {
			.known = rows[i].state != '?',
			.state = rows[i].state,
			.run_ns = before.run_ns + rows[i].ran,
			.wait_ns = before.wait_ns + rows[i].waited,
		};

		assert_int_equal(vrrp_vital_judge(rows[i].first ? NULL :
		    &before, &now, 50 * MS), rows[i].want);
		/* One of which nothing is known is like none. */
		if (rows[i].first)
			assert_int_equal(vrrp_vital_judge(&dark, &now,
			    50 * MS), rows[i].want);
	}
}

static void
test_vrrp_vital_only_others_keep_it(void **state)
{
	unsigned v;

	(void)state;
	for (v = 0; v < VRRP_VITAL_VERDICT_COUNT; v++) {
		assert_int_equal(vrrp_vital_is_kept((enum vrrp_vital_verdict)v),
		    v == VRRP_VITAL_STARVED || v == VRRP_VITAL_KERNEL);
		assert_true(strlen(vrrp_vital_word((enum vrrp_vital_verdict)v))
		    > 3);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vrrp_vital_reads_what_the_kernel_writes),
		cmocka_unit_test(test_vrrp_vital_other_text_is_no_evidence),
		cmocka_unit_test(test_vrrp_vital_verdicts),
		cmocka_unit_test(test_vrrp_vital_only_others_keep_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
