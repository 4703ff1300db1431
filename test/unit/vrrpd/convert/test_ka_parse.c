/*
 * test_ka_parse.c - lines, words and blocks of keepalived's grammar, and input
 * that means harm.
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "vrrpd/convert/ka_parse.h"

struct files {
	const char *name, *text;
};

static int
read_one(void *arg, const char *path, char **text, char *why, size_t len)
{
	const struct files *f;

	for (f = arg; f->name != NULL; f++)
		if (strcmp(f->name, path) == 0) {
			*text = strdup(f->text);
			return *text == NULL ? -ENOMEM : 0;
		}
	(void)snprintf(why, len, "is not there");
	return -ENOENT;
}

/* Every file but the first, whatever the pattern. */
static char **
match_all(void *arg, const char *pattern)
{
	const struct files *f;
	char **list = calloc(8, sizeof(*list));
	size_t n = 0;

	(void)pattern;
	for (f = (const struct files *)arg + 1; f->name != NULL && n < 7; f++)
		list[n++] = strdup(f->name);
	return list;
}

static int
parse_files(const struct files *files, struct ka_tree *tree)
{
	struct ka_source src = { (void *)(uintptr_t)files, "lb1",
	    "/etc/keepalived", read_one,
	    match_all };

	return ka_parse(files[0].name, &src, tree);
}

static int
parse(const char *text, struct ka_tree *tree)
{
	struct files files[] = { { "/etc/k.conf", text }, { NULL, NULL } };

	return parse_files(files, tree);
}

/* "a b{c{}d}" */
static void
draw(const struct ka_node *n, char *out, size_t len)
{
	unsigned i;

	for (; n != NULL; n = n->next) {
		for (i = 0; i < n->count; i++)
			(void)snprintf(out + strlen(out), len - strlen(out),
			    "%s%s", i > 0 ? " " : "", n->words[i]);
		if (n->block) {
			(void)snprintf(out + strlen(out), len - strlen(out),
			    "{");
			draw(n->first, out, len);
			(void)snprintf(out + strlen(out), len - strlen(out),
			    "}");
		} else
			(void)snprintf(out + strlen(out), len - strlen(out),
			    ";");
	}
}

static void
assert_tree(const char *text, const char *want)
{
	struct ka_tree tree;
	char got[4096] = "";

	assert_int_equal(parse(text, &tree), 0);
	draw(tree.root.first, got, sizeof(got));
	if (strcmp(got, want) != 0)
		fail_msg("%s\nwant %s\ngot  %s", text, want, got);
	ka_tree_free(&tree);
}

static void
test_ka_parse_lines_and_blocks_become_a_tree(void **state)
{
	static const struct { const char *text, *want; } cases[] = {
		{ "", "" },
		{ "a b c\n d\n", "a b c;d;" },
		{ "a {\n b\n}\n", "a{b;}" },
		{ "a\n{\n b\n}\n", "a{b;}" },
		{ "a { b }", "a{b;}" },
		{ "a { b {c} d }", "a{b{c;}d;}" },
		{ "a{b}c", "a{b;}c;" },
		{ "a # b\n! c\nd ! e\n", "a;d;" },
		{ "a \"b|c\" 'd e'", "a b|c 'd e';" },
		{ "a 'd # e'", "a 'd;" },
		{ "a x\"b # c\"y", "a x b # c y;" },
		{ "script 'd|e' x\"f\"", "script d|e xf;" },
		{ "notify_master 'd|e'", "notify_master d|e;" },
		{ "vrrp_notify_fifo_script 'd|e'", "vrrp_notify_fifo_script d|e;"
		    },
		{ "b { script 'd|e'\n}", "b{script d|e;}" },
		{ "b { script_user 'd'\n}", "b{script_user 'd';}" },
		{ "a \"it's\"", "a it's;" },
		{ "a b\\\"c", "a b\\\"c;" },
		{ "\xef\xbb\xbf""a", "a;" },
		{ "b\n\xef\xbb\xbf""a", "b;\xef\xbb\xbf""a;" },
		{ "a\r\nb\r\n", "a;b;" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_tree(cases[i].text, cases[i].want);
}

static void
test_ka_parse_a_template_is_an_error(void **state)
{
	static const char *const bad[] = {
		"a {\n b {{ c }}\n}\n",
		"{% for v in vips %}\na {\n}\n{% endfor %}\n",
		"{{- with .x }}\n",
		"a {\n b <%= @c %>\n}\n",
		"a \"{{ c }}\"\n",
		"a {\n b {{c}}/24\n}\n",
	}, *const good[] = {
		"a {{b}\n}",
		"a # {{ b }}\n",
		"script \"awk '{{print}}'\"\n",
		"~LST({A,B}, {1,2}) a $A\n",
		"a {\n b {\n c }}\n",
	};
	struct ka_tree tree;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(parse(bad[i], &tree), -EINVAL);
		assert_true(tree.remarks.errors > 0);
		assert_non_null(strstr(tree.remarks.list[0].text, "template"));
		ka_tree_free(&tree);
	}
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (parse(good[i], &tree) != 0)
			fail_msg("%s", good[i]);
		ka_tree_free(&tree);
	}
}

static void
test_ka_parse_variables_are_put_in_where_they_are_used(void **state)
{
	(void)state;
	assert_tree("$A=1\na $A ${A}x", "a 1 1x;");
	assert_tree("$A=${B}2\n$B=1\na $A\n$B=3\na $A", "a 12;a 32;");
	assert_tree("a $B ${B} $1 $", "a $B ${B} $1 $;");
	assert_tree("$A= \\\n b { \\\n c ${N} \\\n }\n$N=1\n$A\n$N=2\n$A",
	    "b{c 1;}b{c 2;}");
	assert_tree("$A= \\\n b \\\n # c \\\n d\n$A", "b;d;");
	assert_tree("$A= \\\n b \\\n # c\n$A\nd", "b;d;");
	assert_tree("$E=\na $E b", "a b;");
	assert_tree("a ${_PWD}/x ${_INSTANCE} ${_HASH}${_BANG}",
	    "a /etc/x lb1 #!;");
	assert_tree("$IF=@lb1\n$IF a\n$IF2=@lb2\n$IF2 b", "a;");
}

static void
test_ka_parse_lines_of_other_routers_are_left(void **state)
{
	(void)state;
	assert_tree("@lb1 a\n@lb2 b\n@^lb1 c\n@^lb2 d\n@lb1", "a;d;");
	assert_tree("@lb1 @^lb2 a\n@lb1 @lb2 b", "a;");
	assert_tree("@lb1 $A=1\n@lb2 $A=2\na $A", "a 1;");
}

static void
test_ka_parse_sequences_repeat_the_line(void **state)
{
	(void)state;
	assert_tree("~SEQ(N, 1, 3) a $N", "a 1;a 2;a 3;");
	assert_tree("~SEQ(N, 3, -1, 1) a $N", "a 3;a 2;a 1;");
	assert_tree("~SEQ(N, 2) a $N", "a 1;a 2;");
	assert_tree("$A=4\n$B=5\n~SEQ(N, $A, ${B}) a $N", "a 4;a 5;");
	assert_tree("$N=7\n~SEQ(N, 1, $N) a $N", "a 1;a 2;a 3;a 4;a 5;a 6;a "
	    "7;");
	assert_tree("$A=x\n~LST({N, M}, {${A}y,2}) a $N $M",
	    "a xy 2;");
	assert_tree("~SEQx(N, 0x90, 0x10, 0xa0) a ${N}", "a 90;a a0;");
	assert_tree("~SEQ(N,0,1) ~SEQ(M,5,6) a $N $M",
	    "a 0 5;a 0 6;a 1 5;a 1 6;");
	assert_tree("~LST(N, x, y) a $N", "a x;a y;");
	assert_tree("~LST({N, M}, {x,1}, {y,2}) a $N $M", "a x 1;a y 2;");
}

static void
test_ka_parse_includes_are_read_in_place(void **state)
{
	static const struct files files[] = {
		{ "/etc/k.conf", "a {\ninclude sub/b.conf\n}\ne" },
		{ "/etc/sub/b.conf", "b\ninclude c.conf\nd" },
		{ "/etc/sub/c.conf", "c" },
		{ NULL, NULL },
	};
	static const struct files glob[] = {
		{ "/etc/k.conf", "include *.x\nz" },
		{ "/etc/1.x", "one" },
		{ "/etc/2.x", "two" },
		{ NULL, NULL },
	};
	struct ka_tree tree;
	char got[256] = "";

	(void)state;
	assert_int_equal(parse_files(files, &tree), 0);
	draw(tree.root.first, got, sizeof(got));
	assert_string_equal(got, "a{b;c;d;}e;");
	assert_string_equal(tree.root.first->first->next->file->path,
	    "/etc/sub/c.conf");
	assert_int_equal(tree.root.last->line, 4);
	ka_tree_free(&tree);

	got[0] = '\0';
	assert_int_equal(parse_files(glob, &tree), 0);
	draw(tree.root.first, got, sizeof(got));
	assert_string_equal(got, "one;two;z;");
	ka_tree_free(&tree);
}

static void
assert_refused(const char *text, const char *why)
{
	struct ka_tree tree;
	unsigned i;

	assert_int_equal(parse(text, &tree), -EINVAL);
	assert_true(tree.remarks.errors > 0);
	for (i = 0; i < tree.remarks.count; i++)
		if (tree.remarks.list[i].kind == KA_ERROR &&
		    strstr(tree.remarks.list[i].text, why) != NULL)
			break;
	if (i == tree.remarks.count)
		fail_msg("%.60s: no error with \"%s\", but \"%s\"", text, why,
		    tree.remarks.list[0].text);
	ka_tree_free(&tree);
}

static char *
repeated(const char *what, unsigned times)
{
	size_t len = strlen(what);
	char *text = malloc(len * times + 1);
	unsigned i;

	assert_non_null(text);
	for (i = 0; i < times; i++)
		memcpy(text + i * len, what, len);
	text[len * times] = '\0';
	return text;
}

static void
test_ka_parse_every_limit_refuses(void **state)
{
	static const struct {
		const char *what; unsigned times; const char *why;
	} cases[] = {
		{ "a {\n", KA_BLOCK_DEPTH + 1, "deep" },
		{ "a ", KA_WORDS_MAX + 1, "words on a line" },
		{ "a\n", KA_LINES_MAX + 1, "lines" },
		{ "aaaaaaaaaaaaaaaa", KA_LINE_MAX / 16 + 1, "longer" },
	};
	char *text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text = repeated(cases[i].what, cases[i].times);
		assert_refused(text, cases[i].why);
		free(text);
	}
	assert_refused("$A=x${A}\nb $A", "grows without end");
	assert_refused("$A=${A}${A}\nb $A", "grows without end");
	assert_refused("$A=\\\n$A\\\n$A\n$A", "deep");
	assert_refused("~SEQ(N, 0, 99999999) a", "more than");
	assert_refused("~SEQ(N, 1, 0, 5) a", "~SEQ");
	assert_refused("~SEQ(N, 1", "no closing");
	assert_refused("~SEQ()", "~SEQ");
	assert_refused("~LST(A)", "~LST");
	assert_refused("~LST({A,B}, {1})", "~LST");
	assert_refused("include k.conf", "deep");
	assert_refused("include nowhere", "is not there");
	assert_refused("~SEQ(A,1,60000) ~SEQ(B,1,60000) x", "lines");
}

static void
test_ka_parse_what_is_mended_is_said(void **state)
{
	static const struct { const char *text, *said; } cases[] = {
		{ "a \"b", "not closed" },
		{ "}", "without a block" },
		{ "{ a }", "without a word" },
		{ "a {", "not closed" },
		{ "$A=\\\n b \\", "no end" },
		{ "include", "no file" },
		{ "a ${_RANDOM 1 9}", "not in the file" },
		{ "a ${NONE}", "not defined" },
		{ "@x a\n@y b\n@x c", "lines with @x, @y are left out" },
		{ "\xef\xbb\xbf""a", "byte order mark" },
	};
	struct ka_tree tree;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(parse(cases[i].text, &tree), 0);
		if (tree.remarks.count == 0 ||
		    strstr(tree.remarks.list[0].text, cases[i].said) == NULL)
			fail_msg("%s: \"%s\" is not said", cases[i].text,
			    cases[i].said);
		ka_tree_free(&tree);
	}
}

/* A text that is cut off anywhere is read to its end and not past it. */
static void
test_ka_parse_every_prefix_is_answered(void **state)
{
	static const char text[] = "$A= \\\n b \"x\\\\\" { \\\n }\n"
	    "~SEQ(N, 1, 2) ~LST({C, D}, {1,2}) $A ${N}\n@^a b 'c d' \\x41 # e\n"
	    "v { \\ \\n ${_HASH} ${_PWD} } include";
	struct ka_tree tree;
	char *cut;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(text); i++) {
		/* A block of its own: a sanitizer sees what is read behind. */
		cut = strndup(text, i);
		assert_non_null(cut);
		(void)parse(cut, &tree);
		ka_tree_free(&tree);
		free(cut);
	}
}

static void
test_ka_parse_escapes_are_those_of_a_shell(void **state)
{
	static const struct { const char *word, *want; } cases[] = {
		{ "plain", "plain" },
		{ "a\\x41z", "aAz" },
		{ "\\101\\t\\n", "A\t\n" },
		{ "\\\"\\'\\\\", "\"'\\" },
		{ "\\x", "x" },
		{ "\\0a", "a" },
		{ "end\\", "end\\" },
	};
	char out[64], small[4];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(ka_unescape(cases[i].word, out,
		    sizeof(out)), cases[i].want);
	assert_string_equal(ka_unescape("abcdef", small, sizeof(small)), "abc");
}

static void
test_ka_parse_remarks_beyond_the_list_are_counted(void **state)
{
	char *text = repeated("}\n", KA_REMARKS_MAX + 10);
	struct ka_tree tree;

	(void)state;
	assert_int_equal(parse(text, &tree), 0);
	assert_int_equal(tree.remarks.count, KA_REMARKS_MAX);
	assert_int_equal(tree.remarks.lost, 10);
	assert_int_equal(tree.remarks.differences, KA_REMARKS_MAX + 10);
	ka_tree_free(&tree);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ka_parse_lines_and_blocks_become_a_tree),
		cmocka_unit_test(test_ka_parse_a_template_is_an_error),
		cmocka_unit_test(
		    test_ka_parse_variables_are_put_in_where_they_are_used),
		cmocka_unit_test(
		    test_ka_parse_lines_of_other_routers_are_left),
		cmocka_unit_test(test_ka_parse_sequences_repeat_the_line),
		cmocka_unit_test(test_ka_parse_includes_are_read_in_place),
		cmocka_unit_test(test_ka_parse_every_limit_refuses),
		cmocka_unit_test(test_ka_parse_what_is_mended_is_said),
		cmocka_unit_test(test_ka_parse_every_prefix_is_answered),
		cmocka_unit_test(test_ka_parse_escapes_are_those_of_a_shell),
		cmocka_unit_test(
		    test_ka_parse_remarks_beyond_the_list_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
