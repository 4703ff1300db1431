/*
 * test_ka_brace.c - the patterns that a pattern with braces stands for.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "vrrpd/convert/ka_brace.h"

/* The patterns of a pattern, with a blank between them. */
static void
check_braces(const char *pattern, const char *want)
{
	char **list = ka_brace(pattern), **at, got[256] = "";

	assert_non_null(list);
	for (at = list; *at != NULL; at++) {
		assert_true(strlen(got) + strlen(*at) + 2 < sizeof(got));
		if (at != list)
			strcat(got, " ");
		strcat(got, *at);
	}
	ka_brace_free(list);
	assert_string_equal(got, want);
}

static void
test_patterns(void **state)
{
	static const struct {
		const char *pattern, *want;
	} cases[] = {
		{ "", "" },
		{ "/etc/a.conf", "/etc/a.conf" },
		{ "*.{conf,cfg}", "*.conf *.cfg" },
		{ "a{b,c{d,e}}f", "abf acdf acef" },
		{ "{a,b}{c,d}", "ac ad bc bd" },
		{ "{a}", "a" },
		{ "a{,b}", "a ab" },
		{ "a{b,}c", "abc ac" },
		{ "{}", "{}" },
		{ "a{}{b,c}", "a{}b a{}c" },
		{ "a{b,c", "a{b,c" },
		{ "a}b,c{", "a}b,c{" },
		{ "{a{b,c}", "{ab {ac" },
		{ "a\\{b,c}", "a\\{b,c}" },
		{ "{a\\,b,c}", "a\\,b c" },
		{ "{a,b\\}}", "a b\\}" },
		{ "\\", "\\" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_braces(cases[i].pattern, cases[i].want);
}

static void
test_as_many_as_there_is_room_for(void **state)
{
	char **list;

	(void)state;
	list = ka_brace("{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}");
	assert_non_null(list);
	assert_string_equal(list[KA_BRACE_MAX - 1], "bbbbbbbb");
	assert_null(list[KA_BRACE_MAX]);
	ka_brace_free(list);
	assert_null(ka_brace("{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_as_many_as_there_is_room_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
