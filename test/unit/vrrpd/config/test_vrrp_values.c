/*
 * test_vrrp_values.c - single values by the rules of vrrpd.conf(5).
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <cmocka.h>

#include "vrrpd/config/vrrp_values.h"

static void
test_vrrp_values_advert_int_reads_cs_and_times(void **state)
{
	static const struct {
		const char *text;
		uint8_t version;
		int cs;			/* 0: refused */
	} cases[] = {
		{ "1", 3, 1 }, { "5", 3, 5 }, { "4095", 3, 4095 },
		{ "10ms", 3, 1 }, { "1s", 3, 100 }, { "40.95s", 3, 4095 },
		{ "0", 3, 0 }, { "4096", 3, 0 }, { "15ms", 3, 0 },
		{ "41s", 3, 0 }, { "", 3, 0 }, { "-1", 3, 0 }, { "5 ", 3, 0 },
		{ "0.5", 3, 0 }, { "9ms", 3, 0 }, { "1m", 3, 0 },
		/* V-127: 1 to 255 whole seconds */
		{ "1s", 2, 100 }, { "100", 2, 100 }, { "255s", 2, 25500 },
		{ "256s", 2, 0 }, { "1500ms", 2, 0 }, { "99", 2, 0 },
	};
	char why[160];
	uint16_t cs;
	size_t i;
	int rv;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cs = 0;
		why[0] = '\0';
		rv = vrrp_values_advert_int(cases[i].text, cases[i].version,
		    &cs, why, sizeof(why));
		if (cs != cases[i].cs || (rv == 0) != (cases[i].cs != 0) ||
		    (why[0] == '\0') != (rv == 0))
			fail_msg("\"%s\" version %u gives %d, %u cs, \"%s\"",
			    cases[i].text, cases[i].version, rv, cs, why);
	}
}

static void
test_vrrp_values_names_keep_to_their_characters(void **state)
{
	static const char *const good[] = { "a", "web", "LAN-10.v6_x", "0",
	    "abcdefghijabcdefghijabcdefghij1" };
	static const char *const wrong[] = { "", "-a", ".a", "_a", "a b", "a/b",
	    "a\n", "\xc3\xa9", "stats", "bfd", "history",
	    "abcdefghijabcdefghijabcdefghij12" };
	char why[160];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_int_equal(vrrp_values_name(good[i], why, sizeof(why)),
		    0);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_not_equal(vrrp_values_name(wrong[i], why,
		    sizeof(why)), 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_vrrp_values_advert_int_reads_cs_and_times),
		cmocka_unit_test(
		    test_vrrp_values_names_keep_to_their_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
