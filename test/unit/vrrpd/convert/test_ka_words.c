/*
 * test_ka_words.c - numbers, times and names out of the words of a line.
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

#include "shared/pure/mono.h"
#include "vrrpd/convert/ka_words.h"

static struct ka_tree tree;
static struct ka_conv conv;
static struct ka_file file = { NULL, "/etc/keepalived/keepalived.conf", 0 };

static int
set_up(void **state)
{
	(void)state;
	memset(&tree, 0, sizeof(tree));
	memset(&conv, 0, sizeof(conv));
	conv.tree = &tree;
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	ka_tree_free(&tree);
	return 0;
}

/* A line of two words. */
static struct ka_node *
line(const char *word, const char *value)
{
	static char a[64], b[256];
	static char *words[] = { a, b };
	static struct ka_node n = { .file = &file, .line = 7, .words = words };

	(void)snprintf(a, sizeof(a), "%s", word);
	(void)snprintf(b, sizeof(b), "%s", value != NULL ? value : "");
	n.count = value != NULL ? 2 : 1;
	return &n;
}

static void
test_ka_words_number_refuses_what_is_not_one_whole(void **state)
{
	static const char *const bad[] = { "", "x", "5x", "5.5", "0", "11",
	    "99999999999999999999", " ", "--5" };
	long v = 42;
	size_t i;

	(void)state;
	assert_true(ka_number(&conv, line("n", "1"), 1, 1, 10, &v));
	assert_int_equal(v, 1);
	assert_true(ka_number(&conv, line("n", "10"), 1, 1, 10, &v));
	assert_int_equal(v, 10);
	assert_int_equal(tree.remarks.count, 0);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(ka_number(&conv, line("n", bad[i]), 1, 1, 10,
		    &v));
		assert_int_equal(v, 10);
		assert_int_equal(tree.remarks.count, i + 1);
		assert_int_equal(tree.remarks.list[i].kind, KA_DIFFERENCE);
		assert_int_equal(tree.remarks.list[i].line, 7);
	}
	/* A word that is not there is no number either. */
	assert_false(ka_number(&conv, line("n", NULL), 1, 1, 10, &v));
}

static void
test_ka_words_span_is_exact(void **state)
{
	static const struct { const char *text; int64_t ns; } c[] = {
		{ "1", NS_PER_S }, { "0.1", NS_PER_S / 10 },
		{ ".5", NS_PER_S / 2 }, { "2.", 2 * NS_PER_S },
		{ "0.03", 30 * NS_PER_MS }, { "0.000000001", 1 },
		{ "0.0000000019", 1 },
	};
	static const char *const bad[] = { "", ".", "x", "1s", "-1", "1e3",
	    "1.2.3", "11", "99999999999999999999" };
	int64_t ns = 42;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		assert_true(ka_span(&conv, line("t", c[i].text), 1, NS_PER_S,
		    0, 10 * NS_PER_S, &ns));
		assert_int_equal(ns, c[i].ns);
	}
	assert_int_equal(tree.remarks.count, 0);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(ka_span(&conv, line("t", bad[i]), 1, NS_PER_S, 0,
		    10 * NS_PER_S, &ns));
		assert_int_equal(ns, 1);
	}
}

static void
test_ka_words_bool_is_true_but_for_three_words(void **state)
{
	(void)state;
	assert_false(ka_bool(&conv, line("b", "off")));
	assert_false(ka_bool(&conv, line("b", "no")));
	assert_false(ka_bool(&conv, line("b", "false")));
	assert_true(ka_bool(&conv, line("b", "on")));
	assert_true(ka_bool(&conv, line("b", NULL)));
	assert_int_equal(tree.remarks.count, 0);
	assert_true(ka_bool(&conv, line("b", "maybe")));
	assert_int_equal(tree.remarks.count, 1);
}

static bool
nothing_taken(struct ka_conv *c, const char *name)
{
	(void)c;
	(void)name;
	return false;
}

static bool
web_taken(struct ka_conv *c, const char *name)
{
	(void)c;
	return strcmp(name, "web") == 0 || strcmp(name, "web-2") == 0;
}

static void
test_ka_words_name_is_one_that_vrrpd_takes(void **state)
{
	static const struct { const char *from, *to; } c[] = {
		{ "VI_1", "VI_1" },
		{ "web.front-1", "web.front-1" },
		{ "a b", "a_b" },
		{ "_a", "a" },			/* begins with a letter */
		{ "", "router-1" },
		{ "\xc3\xa4", "router-1" },
		{ "all_of_this_is_longer_than_a_name_may_be",
		    "all_of_this_is_longer_than_a_na" },
	};
	char out[VRRP_NAME_MAX];
	unsigned said = 0;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		ka_name(&conv, line("vrrp_instance", c[i].from), "router",
		    c[i].from, out, nothing_taken);
		assert_string_equal(out, c[i].to);
		said += strcmp(c[i].from, c[i].to) != 0;
		assert_int_equal(tree.remarks.count, said);
	}
	ka_name(&conv, line("vrrp_instance", "web"), "router", "web", out,
	    web_taken);
	assert_string_equal(out, "web-3");
	assert_int_equal(tree.remarks.count, said + 1);
}

static void
test_ka_words_put_word_quotes_what_must_be(void **state)
{
	static const struct { const char *from, *to; } c[] = {
		{ "eth0", "eth0" },
		{ "192.0.2.1/24", "192.0.2.1/24" },
		{ "fe80::1", "fe80::1" },
		{ "", "\"\"" },
		{ "a b", "\"a b\"" },
		{ "a\"b\\c$d", "\"a\\\"b\\\\c\\$d\"" },
		{ "a\nb", "\"a\\x0ab\"" },
		{ "http://x", "\"http://x\"" },	/* two slashes: a comment */
		{ "#", "\"#\"" },
	};
	char *text;
	size_t i, len;
	FILE *f;

	(void)state;
	for (i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		f = open_memstream(&text, &len);
		assert_non_null(f);
		ka_put_word(f, c[i].from);
		(void)fclose(f);
		assert_string_equal(text, c[i].to);
		free(text);
	}
}

static void
test_ka_words_place_and_forms_of_words(void **state)
{
	char buf[64];

	(void)state;
	assert_string_equal(ka_place(line("a", NULL), buf, sizeof(buf)),
	    "keepalived.conf:7");
	assert_true(ka_is_digits("0123"));
	assert_false(ka_is_digits(""));
	assert_false(ka_is_digits("1a"));
	assert_true(ka_is_tame("a/b,c"));
	assert_false(ka_is_tame("a b"));
	assert_false(ka_is_tame("\xc3\xa4"));
	assert_true(ka_is_interface("eth0.100"));
	assert_false(ka_is_interface(""));
	assert_false(ka_is_interface("."));
	assert_false(ka_is_interface("a/b"));
	assert_false(ka_is_interface("sixteen-letters-"));
}

static void
test_ka_words_what_stands_behind_is_said(void **state)
{
	struct ka_node *n = line("priority", "100");

	(void)state;
	ka_no_more(&conv, n, 1);
	assert_int_equal(tree.remarks.count, 0);
	ka_no_more(&conv, n, 0);
	assert_int_equal(tree.remarks.count, 1);
	n->block = true;
	ka_no_more(&conv, n, 1);
	assert_int_equal(tree.remarks.count, 2);
	n->block = false;
	assert_string_equal(ka_arg(n, 1), "100");
	assert_string_equal(ka_arg(n, 2), "");
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_ka_words_number_refuses_what_is_not_one_whole),
		TEST(test_ka_words_span_is_exact),
		TEST(test_ka_words_bool_is_true_but_for_three_words),
		TEST(test_ka_words_name_is_one_that_vrrpd_takes),
		TEST(test_ka_words_put_word_quotes_what_must_be),
		TEST(test_ka_words_place_and_forms_of_words),
		TEST(test_ka_words_what_stands_behind_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
