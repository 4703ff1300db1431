/*
 * test_conf_words.c - words of a small grammar, by what is complained about.
 *
 * What the two grammars make of their words is held by the goldens in test/conf.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "shared/conf_words.h"
#include "shared/pure/mono.h"

static struct conf_errors errors;
static struct parse parse;
static cfg_t *root;

/* One block in another, a word and a list of each. */
static int
read_file(const char *text)
{
	cfg_opt_t inner[] = { BEGINNING, WORD("deep"), CFG_END() };
	cfg_opt_t outer[] = { BEGINNING, WORD("word"), WORDS("list"),
	    BLOCK("inner", inner), BLOCK_OF("again", inner, CFGF_NONE),
	    CFG_END() };
	cfg_opt_t top[] = { WORD("word"), WORDS("list"), BLOCK("outer", outer),
	    CFG_END() };

	if (root != NULL)
		(void)cfg_free(root);
	memset(&errors, 0, sizeof(errors));
	memset(&parse, 0, sizeof(parse));
	parse.file = "f";
	parse.errors = &errors;
	root = cfg_init(top, CFGF_NONE);
	assert_non_null(root);
	return parse_words(&parse, root, text);
}

/* Every complaint, each with a newline. */
static const char *
complaints(void)
{
	static char text[4096];
	char line[700];
	unsigned i;

	text[0] = '\0';
	for (i = 0; i < errors.count; i++) {
		(void)strcat(text, conf_error_format(&errors.list[i], line,
		    sizeof(line)));
		(void)strcat(text, "\n");
	}
	return text;
}

static void
test_conf_words_keep_their_line(void **state)
{
	cfg_t *outer, *inner;

	(void)state;
	assert_int_equal(read_file("word = a\n\nouter x {\n\n word = 'b c'\n"
	    " list = { 1,\n  2 }\n inner y { deep = z }\n}\n"), 0);
	assert_string_equal(complaints(), "");
	assert_null(parse_running());
	assert_string_equal(word_get(root, "word")->text, "a");
	assert_int_equal(word_get(root, "word")->line, 1);
	assert_null(word_get(root, "list"));
	outer = cfg_getnsec(root, "outer", 0);
	assert_int_equal(begin_line(outer), 3);
	assert_string_equal(word_get(outer, "word")->text, "b c");
	assert_int_equal(word_count(outer, "list"), 2);
	assert_string_equal(word_nth(outer, "list", 1)->text, "2");
	assert_int_equal(word_nth(outer, "list", 1)->line, 7);
	inner = cfg_getnsec(outer, "inner", 0);
	assert_int_equal(begin_line(inner), 8);
	assert_string_equal(word_get(inner, "deep")->text, "z");
}

static void
test_conf_words_that_stand_wrong_are_complained_about(void **state)
{
	static const struct {
		const char	*text, *complaints;
	} cases[] = {
		{ "word = 1\nword = 2\n",
		    "f:2: word is given twice (first on line 1)\n" },
		{ "list = { 1,\n2 }\nlist = { 3 }\n",
		    "f:3: list is given twice (first on line 1)\n" },
		{ "list = { 1 }\nlist += { 2 }\n", "" },
		{ "list = { 1 }\nlist = { }\nword = 1\n",
		    "f:3: list is given twice (first on line 1)\n" },
		{ "list = { 1 }\nlist = { }\n",
		    "f:3: list is given twice (first on line 1)\n" },
		{ "outer x { }\nouter|word = 1\n",
		    "f:2: word stands outside its block\n" },
		{ "outer x { word = 1 }\nouter y { }\n'outer=y|word' = 1\n",
		    "f:3: word stands outside its block\n" },
		{ "outer x { }\nouter|inner y {\n deep = 1\n}\nword = 2\n",
		    "f:2: inner stands outside its block\n" },
		{ "outer x {\n inner y { }\n inner|deep = 1\n}\n",
		    "f:3: deep stands outside its block\n" },
		{ "outer x {\n again y { deep = 1 }\n again y { }\n}\n",
		    "f:3: again is given twice (first on line 2)\n" },
		{ "outer x { ' begin' = 1 }\n", "f:1: unknown word ' begin'\n" },
		/* libconfuse ends the file at these. */
		{ "outer|word = 1\n",
		    "f:1: a word of 'outer' stands outside its block\n" },
		{ "outer x { }\nouter x { }\n",
		    "f:2: 'x' is declared twice\n" },
		{ "deep = 1\n", "f:1: unknown word 'deep'\n" },
		{ "outer x { outer y { } }\n", "f:1: unknown word 'outer'\n" },
		{ "outer x { inner y { word = 1 } }\n",
		    "f:1: unknown word 'word'\n" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)read_file(cases[i].text);
		if (strcmp(complaints(), cases[i].complaints) != 0)
			fail_msg("%s: want\n%sgot\n%s", cases[i].text,
			    cases[i].complaints, complaints());
	}
}

static void
test_conf_words_values_have_their_range(void **state)
{
	static const struct {
		const char	*text;
		bool		 integer, boolean, span, bfd, interface, addr;
	} cases[] = {
		{ "0", 1, 0, 0, 0, 1, 0 },
		{ "10", 1, 0, 0, 0, 1, 0 },
		{ "11", 0, 0, 0, 0, 1, 0 },
		{ "1x", 0, 0, 0, 0, 1, 0 },
		{ "-1", 0, 0, 0, 0, 1, 0 },
		{ "yes", 0, 1, 0, 0, 1, 0 },
		{ "1ms", 0, 0, 1, 1, 1, 0 },
		{ "1s", 0, 0, 1, 1, 1, 0 },
		{ "2s", 0, 0, 0, 1, 1, 0 },
		{ "1001us", 0, 0, 1, 1, 1, 0 },
		{ "1000001ns", 0, 0, 1, 0, 1, 0 },
		{ "999us", 0, 0, 1, 0, 1, 0 },
		{ "4294967295us", 0, 0, 0, 1, 1, 0 },
		{ "4294967296us", 0, 0, 0, 0, 1, 0 },
		{ "eth0.100", 0, 0, 0, 0, 1, 0 },
		{ "et/h0", 0, 0, 0, 0, 0, 0 },
		{ "..", 0, 0, 0, 0, 0, 0 },
		{ "sixteencharacter", 0, 0, 0, 0, 0, 0 },
		{ "192.0.2.1", 0, 0, 0, 0, 1, 1 },
		{ "224.0.0.1", 0, 0, 0, 0, 1, 0 },
		{ "fe80::1", 0, 0, 0, 0, 0, 1 },
		{ "fe80::1%e", 0, 0, 0, 0, 0, 0 },
	};
	char name[IF_NAMESIZE], text[64];
	struct addr a;
	int64_t ns;
	size_t i;
	bool b;
	long n;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(text, sizeof(text), "word = '%s'",
		    cases[i].text);
		assert_int_equal(read_file(text), 0);
#define SAYS(member, call) do {						\
		errors.count = 0;					\
		if ((call) != cases[i].member)				\
			fail_msg("%s: " #member, text);			\
		assert_int_equal(errors.count, cases[i].member ? 0 : 1); \
	} while (0)
		SAYS(integer, read_int(&parse, root, "word", 0, 10, &n));
		SAYS(boolean, read_bool(&parse, root, "word", &b));
		SAYS(span, read_span(&parse, root, "word", 0, NS_PER_S, &ns));
		SAYS(bfd, read_bfd_interval(&parse, root, "word", &ns));
		SAYS(interface, read_interface(&parse, root, "word", name));
		SAYS(addr, read_addr(&parse, root, "word", &a));
#undef SAYS
	}
	/* Not said is neither good nor bad. */
	assert_int_equal(read_file(""), 0);
	assert_false(read_int(&parse, root, "word", 0, 10, &n));
	assert_false(read_bfd_interval(&parse, root, "word", &ns));
	assert_false(read_addr(&parse, root, "word", &a));
	assert_int_equal(errors.count, 0);
}

static void
test_conf_words_names(void **state)
{
	char why[160];

	(void)state;
	assert_int_equal(name_parse("group", "a.b_c-1", 7, why, 160), 0);
	assert_true(name_parse("group", "a.b_c-12", 7, why, 160) < 0);
	assert_string_equal(why,
	    "group name \"a.b_c-12\": must have 1 to 7 characters");
	assert_true(name_parse("group", "", 7, why, 160) < 0);
	assert_true(name_parse("group", "-a", 7, why, 160) < 0);
	assert_true(name_parse("group", "a b", 7, why, 160) < 0);
	assert_true(name_parse("group", "\xc3\xa9", 7, why, 160) < 0);
}

/* Whatever is printed is read back as the same. */
static void
test_conf_words_print_what_can_be_read(void **state)
{
	static const char *const values[] = { "eth0", "", "a b", "\"", "\\",
	    "${HOME}", "$", "#", "fe80::1", "192.0.2.1/24", "'", ("\x01" "a"),
	    "\xc3\xa9", "a,b", "{", "=", "|" };
	char *text;
	size_t i, len;
	FILE *f;

	(void)state;
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		f = open_memstream(&text, &len);
		assert_non_null(f);
		print_string(f, "", "word", values[i]);
		(void)fputs("list = { ", f);
		print_quoted(f, values[i], strlen(values[i]));
		(void)fputs(" }\n", f);
		(void)fclose(f);
		if (read_file(text) != 0)
			fail_msg("%s%s", text, complaints());
		assert_string_equal(word_get(root, "word")->text, values[i]);
		assert_string_equal(word_get(root, "list")->text, values[i]);
		free(text);
	}
}

static int
tear_down(void **state)
{
	(void)state;
	return cfg_free(root) == CFG_SUCCESS ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conf_words_keep_their_line),
		cmocka_unit_test(
		    test_conf_words_that_stand_wrong_are_complained_about),
		cmocka_unit_test(test_conf_words_values_have_their_range),
		cmocka_unit_test(test_conf_words_names),
		cmocka_unit_test(test_conf_words_print_what_can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, tear_down);
}
