/*
 * test_vrrpctl_table.c - columns as wide as their contents.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "vrrpd/cli/vrrpctl_table.h"

/* Rows of the table's width one after the other, NULL at the end. */
static char *
print(struct table *t, const char *indent, const char *const *cells)
{
	size_t i, len;
	char *text;
	FILE *f;

	for (i = 0; cells[i] != NULL; i++)
		table_cell(t, i % t->columns, cells[i]);
	f = open_memstream(&text, &len);
	assert_non_null(f);
	table_print(t, f, indent);
	(void)fclose(f);
	return text;
}

static void
test_vrrpctl_table_numbers_stand_to_the_right(void **state)
{
	static const char *const cells[] = { "NAME", "VRID", "STATE",
	    "web", "7", "up", "database", "200", "down", NULL };
	struct table t = { .columns = 3 };
	char *text = print(&t, "", cells);

	(void)state;
	assert_string_equal(text,
	    "NAME      VRID  STATE\n"
	    "web          7  up\n"
	    "database   200  down\n");
	free(text);
	assert_null(t.cells);
}

static void
test_vrrpctl_table_of_a_head_alone_is_text(void **state)
{
	static const char *const cells[] = { "A", "B", NULL };
	struct table t = { .columns = 2 };
	char *text = print(&t, "  ", cells);

	(void)state;
	assert_string_equal(text, "  A  B\n");
	free(text);
}

static void
test_vrrpctl_table_a_long_cell_loses_its_head(void **state)
{
	static const char *const cells[] = { "ADDRESS", "WHAT",
	    "2001:db8:1111:2222:3333:4444:5555:6666",
	    "forty-five characters that are not cut off ..", NULL };
	struct table t = { .columns = 2, .shrink = 1 };
	char *text = print(&t, "", cells), *line;

	(void)state;
	line = strchr(text, '\n') + 1;
	assert_int_equal(strcspn(line, "\n"), 80);
	assert_memory_equal(line, "..", 2);
	assert_non_null(strstr(line, ":4444:5555:6666  forty-five"));
	free(text);
}

/* A row that was begun and not filled prints nothing, and crashes nothing. */
static void
test_vrrpctl_table_an_unfilled_row_prints_nothing(void **state)
{
	static const char *const cells[] = { "A", "B", "1", NULL };
	struct table t = { .columns = 2 };
	char *text = print(&t, "", cells);

	(void)state;
	assert_string_equal(text, "");
	free(text);
	assert_null(t.cells);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vrrpctl_table_numbers_stand_to_the_right),
		cmocka_unit_test(test_vrrpctl_table_of_a_head_alone_is_text),
		cmocka_unit_test(test_vrrpctl_table_a_long_cell_loses_its_head),
		cmocka_unit_test(
		    test_vrrpctl_table_an_unfilled_row_prints_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
