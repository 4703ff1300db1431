/*
 * test_ka_convert.c - keepalived's configurations, what they become and what is
 * said about it.
 *
 * test/convert/X.conf is converted as the router "lb1"; X.out is the vrrpd.conf
 * and X.err the remarks, X.ipvs what keepalived -C needs, X.guide the commands of
 * --run-beside.  Every output has to be one vrrpd takes.  With
 * UPDATE_GOLDENS=1 both are written instead: read the difference.
 */
#include "config.h"

#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "shared/conf.h"
#include "vrrpd/convert/ka_convert.h"
#include "vrrpd/convert/ka_parse.h"
#include "vrrpd/config/vrrp_conf.h"
#include "vrrpd/config/vrrp_conf_print.h"
#include "vrrpd/cli/vrrpctl_convert.h"

static const char *srcdir;

static char *
read_whole(const char *path)
{
	size_t n, size = 256 * 1024;
	char *text = calloc(1, size);
	FILE *f = fopen(path, "r");

	assert_non_null(text);
	if (f == NULL)
		return text;
	n = fread(text, 1, size - 1, f);
	assert_true(n < size - 1);
	(void)fclose(f);
	return text;
}

static void
golden(const char *path, const char *text)
{
	char *want;
	FILE *f;

	if (getenv("UPDATE_GOLDENS") != NULL) {
		f = fopen(path, "w");
		assert_non_null(f);
		(void)fputs(text, f);
		(void)fclose(f);
	}
	want = read_whole(path);
	if (strcmp(want, text) != 0)
		fail_msg("%s: want\n%sgot\n%s", path, want, text);
	free(want);
}

/* Without the folder, which is another one in each build. */
static char *
without(const char *text, const char *folder)
{
	size_t len = strlen(folder);
	char *out = calloc(1, strlen(text) + 1), *to = out;
	const char *at;

	assert_non_null(out);
	while ((at = strstr(text, folder)) != NULL) {
		to = mempcpy(to, text, (size_t)(at - text));
		text = at + len;
	}
	(void)strcpy(to, text);
	return out;
}

static void
accepted(const char *path, const char *text)
{
	struct conf_errors *errors = calloc(1, sizeof(*errors));
	struct vrrp_config config;
	char line[600];

	assert_non_null(errors);
	memset(&config, 0, sizeof(config));
	if (vrrp_conf_parse_text(text, "converted", 0, &config, errors,
	    NULL) != 0)
		fail_msg("%s: %s\n%s", path, conf_error_format(&errors->list[0],
		    line, sizeof(line)), text);
	vrrp_config_free(&config);
	free(errors);
}

static bool
run_ipvs(const char *path, const char *ipvs, unsigned flags, char **text,
    char **remarks)
{
	size_t out_len, err_len;
	FILE *out = open_memstream(text, &out_len);
	FILE *err = open_memstream(remarks, &err_len);
	struct vrrpctl_convert what = { path, "lb1", "root", ipvs, flags };
	bool done;

	assert_non_null(out);
	assert_non_null(err);
	done = vrrpctl_convert(&what, out, err);
	(void)fclose(out);
	(void)fclose(err);
	return done;
}

static bool
run(const char *path, unsigned flags, char **text, char **remarks)
{
	return run_ipvs(path, NULL, flags, text, remarks);
}

static void
test_ka_convert_corpus_gives_goldens_that_vrrpd_takes(void **state)
{
	char pattern[4096], folder[4096], path[4200], *text, *remarks, *plain;
	size_t i;
	glob_t g;

	(void)state;
	(void)snprintf(folder, sizeof(folder), "%s/test/convert/", srcdir);
	(void)snprintf(pattern, sizeof(pattern), "%.4000s*.conf", folder);
	assert_int_equal(glob(pattern, 0, NULL, &g), 0);
	assert_true(g.gl_pathc > 15);
	for (i = 0; i < g.gl_pathc; i++) {
		assert_true(run(g.gl_pathv[i], 0, &text, &remarks));
		accepted(g.gl_pathv[i], text);
		(void)snprintf(path, sizeof(path), "%.*s.out",
		    (int)strlen(g.gl_pathv[i]) - 5, g.gl_pathv[i]);
		plain = without(text, folder);
		golden(path, plain);
		free(plain);
		(void)strcpy(path + strlen(path) - 4, ".err");
		plain = without(remarks, folder);
		golden(path, plain);
		free(plain);
		free(text);
		free(remarks);
	}
	globfree(&g);
}

/* X.ipvs and X.guide, where there are such files. */
static void
test_ka_convert_ipvs_and_guide_are_goldens(void **state)
{
	static const struct { const char *name, *ipvs, *end; unsigned flags; }
	cases[] = {
		{ "ipvs", "-", "ipvs", 0 },
		{ "ipvs-more", "-", "ipvs", 0 },
		{ "ipvs", NULL, "guide", VRRPCTL_CONVERT_BESIDE },
		{ "groups", NULL, "guide", VRRPCTL_CONVERT_BESIDE },
		{ "hostile", NULL, "guide", VRRPCTL_CONVERT_BESIDE },
	};
	char folder[4096], path[4200], *text, *remarks, *plain, *here;
	size_t i;

	(void)state;
	(void)snprintf(folder, sizeof(folder), "%s/test/convert/", srcdir);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s%s.conf", folder,
		    cases[i].name);
		assert_true(run_ipvs(path, cases[i].ipvs, cases[i].flags,
		    &text, &remarks));
		here = without(text, folder);
		plain = without(here, SYSCONFDIR);
		(void)snprintf(path, sizeof(path), "%s%s.%s", folder,
		    cases[i].name, cases[i].end);
		golden(path, plain);
		free(plain);
		free(here);
		free(text);
		free(remarks);
	}
}

static void
test_ka_convert_ipvs_goes_into_its_file(void **state)
{
	char conf[4096], folder[] = "/tmp/ka_ipvs.XXXXXX", path[64];
	char *text, *remarks, *got, *want;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/ipvs.conf", folder);
	(void)snprintf(conf, sizeof(conf), "%s/test/convert/ipvs.conf",
	    srcdir);
	assert_true(run_ipvs(conf, path, 0, &text, &remarks));
	accepted(conf, text);
	assert_null(strstr(remarks, "difference"));
	free(text);
	free(remarks);
	got = read_whole(path);
	assert_true(run_ipvs(conf, "-", 0, &want, &remarks));
	assert_string_equal(got, want);
	free(got);
	free(want);
	free(remarks);

	/* Nothing is written of what is refused, nor where it cannot be. */
	assert_int_equal(unlink(path), 0);
	(void)snprintf(conf, sizeof(conf), "%s/test/convert/ipvs-more.conf",
	    srcdir);
	assert_false(run_ipvs(conf, path, VRRPCTL_CONVERT_STRICT, &text,
	    &remarks));
	assert_int_equal(access(path, F_OK), -1);
	free(text);
	free(remarks);
	(void)snprintf(path, sizeof(path), "%s/no/ipvs.conf", folder);
	assert_false(run_ipvs(conf, path, 0, &text, &remarks));
	assert_string_equal(text, "");
	assert_non_null(strstr(remarks, "error: --ipvs: "));
	assert_non_null(strstr(remarks, strerror(ENOENT)));
	free(text);
	free(remarks);
	assert_int_equal(rmdir(folder), 0);

	assert_false(run_ipvs(conf, conf, 0, &text, &remarks));
	assert_string_equal(text, "");
	assert_non_null(strstr(remarks, "is what is converted"));
	free(text);
	free(remarks);
	(void)snprintf(conf, sizeof(conf), "%s/test/convert/minimal.conf",
	    srcdir);
	assert_false(run_ipvs(conf, "-", 0, &text, &remarks));
	assert_string_equal(text, "");
	assert_non_null(strstr(remarks, "there is no virtual_server"));
	free(text);
	free(remarks);
}

static void
test_ka_convert_json_has_guide_and_ipvs(void **state)
{
	char path[4096], *text, *remarks;
	json_t *doc;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/test/convert/ipvs.conf",
	    srcdir);
	assert_true(run_ipvs(path, "-", VRRPCTL_CONVERT_JSON |
	    VRRPCTL_CONVERT_BESIDE, &text, &remarks));
	assert_string_equal(remarks, "");
	doc = json_loads(text, 0, NULL);
	accepted(path, json_string_value(json_object_get(doc,
	    "configuration")));
	assert_non_null(strstr(json_string_value(json_object_get(doc,
	    "guide")), "systemctl disable --now vrrpd.service"));
	assert_non_null(strstr(json_string_value(json_object_get(doc,
	    "ipvs")), "virtual_server fwmark 1 {"));
	json_decref(doc);
	free(text);
	free(remarks);
}

static bool
is_delimiter(char c)
{
	return c == '\0' || strchr(" \t\n{}", c) != NULL;
}

static bool
has_word(const char *text, const char *word)
{
	size_t len = strlen(word);
	const char *at;

	for (at = text; (at = strstr(at, word)) != NULL; at++)
		if ((at == text || is_delimiter(at[-1])) &&
		    is_delimiter(at[len]))
			return true;
	return false;
}

/* test/convert/words: every word keepalived has for what we convert. */
static void
test_ka_convert_every_word_stands_in_the_corpus(void **state)
{
	char pattern[4096], path[4096], *all, *words, *word, *rest, *text;
	size_t i, missing = 0, count = 0;
	glob_t g;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/test/convert/words", srcdir);
	words = read_whole(path);
	(void)snprintf(pattern, sizeof(pattern), "%s/test/convert/*.conf",
	    srcdir);
	assert_int_equal(glob(pattern, 0, NULL, &g), 0);
	all = calloc(1, 4 * 1024 * 1024);
	assert_non_null(all);
	for (i = 0; i < g.gl_pathc; i++) {
		text = read_whole(g.gl_pathv[i]);
		(void)strcat(all, text);
		free(text);
	}
	for (word = strtok_r(words, " \n", &rest); word != NULL;
	    word = strtok_r(NULL, " \n", &rest)) {
		count++;
		if (!has_word(all, word)) {
			missing++;
			print_message("no corpus file has %s\n", word);
		}
	}
	assert_true(count > 200);
	assert_int_equal(missing, 0);
	free(all);
	free(words);
	globfree(&g);
}

/* Said to be unknown in a corpus file: only what really is none. */
static void
test_ka_convert_only_foreign_words_are_unknown(void **state)
{
	char pattern[4096], *text, *at;
	size_t i;
	glob_t g;

	(void)state;
	(void)snprintf(pattern, sizeof(pattern), "%s/test/convert/*.err",
	    srcdir);
	assert_int_equal(glob(pattern, 0, NULL, &g), 0);
	for (i = 0; i < g.gl_pathc; i++) {
		if (strstr(g.gl_pathv[i], "/bad.err") != NULL)
			continue;
		text = read_whole(g.gl_pathv[i]);
		if ((at = strstr(text, "not a word known")) != NULL)
			fail_msg("%s: %.60s", g.gl_pathv[i],
			    at - text > 40 ? at - 40 : text);
		free(text);
	}
	globfree(&g);
}

static void
test_ka_convert_strict_refuses_a_difference_only(void **state)
{
	char path[4096], *text, *remarks;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/test/convert/new-same.conf",
	    srcdir);
	assert_true(run(path, VRRPCTL_CONVERT_STRICT, &text, &remarks));
	assert_true(strlen(text) > 0);
	free(text);
	free(remarks);
	(void)snprintf(path, sizeof(path), "%s/test/convert/usual.conf",
	    srcdir);
	assert_true(run(path, VRRPCTL_CONVERT_STRICT, &text, &remarks));
	free(text);
	free(remarks);
	(void)snprintf(path, sizeof(path), "%s/test/convert/blog.conf", srcdir);
	assert_false(run(path, VRRPCTL_CONVERT_STRICT, &text, &remarks));
	assert_string_equal(text, "");
	assert_non_null(strstr(remarks, "--strict"));
	free(text);
	free(remarks);
}

static void
test_ka_convert_a_file_that_is_not_there_is_refused(void **state)
{
	char *text, *remarks;

	(void)state;
	assert_false(run("/nonexistent/keepalived.conf", 0, &text,
	    &remarks));
	assert_string_equal(text, "");
	assert_non_null(strstr(remarks, "/nonexistent/keepalived.conf"));
	free(text);
	free(remarks);
}

static void
test_ka_convert_json_has_text_and_remarks_apart(void **state)
{
	char path[4096], *text, *remarks;
	json_t *doc, *first;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/test/convert/blog.conf", srcdir);
	assert_true(run(path, VRRPCTL_CONVERT_JSON, &text, &remarks));
	assert_string_equal(remarks, "");
	doc = json_loads(text, 0, NULL);
	assert_true(json_is_true(json_object_get(doc, "converted")));
	accepted(path, json_string_value(json_object_get(doc,
	    "configuration")));
	first = json_array_get(json_object_get(doc, "differences"), 0);
	assert_int_equal(json_integer_value(json_object_get(first, "line")), 44);
	assert_true(json_array_size(json_object_get(doc, "notes")) > 0);
	json_decref(doc);
	free(text);
	free(remarks);

	assert_false(run(path, VRRPCTL_CONVERT_JSON |
	    VRRPCTL_CONVERT_STRICT, &text, &remarks));
	doc = json_loads(text, 0, NULL);
	assert_true(json_is_false(json_object_get(doc, "converted")));
	assert_true(json_is_null(json_object_get(doc, "configuration")));
	json_decref(doc);
	free(text);
	free(remarks);
}

/* The pair of "Coming from keepalived": the two configurations agree. */
static void
first_word_lines(const char *man, const char *begin, char *out, size_t len)
{
	const char *at = strstr(man, begin), *end;

	assert_non_null(at);
	end = strstr(at, ".Ed");
	assert_non_null(end);
	at = strstr(at, ".Bd");
	assert_true(at != NULL && at < end);
	at = strchr(at, '\n') + 1;
	(void)snprintf(out, len, "%.*s", (int)(end - at), at);
}

struct memory_file {
	const char	*text;
};

static int
read_memory(void *arg, const char *path, char **text, char *why, size_t len)
{
	struct memory_file *m = arg;

	(void)path;
	(void)why;
	(void)len;
	*text = strdup(m->text);
	return *text == NULL ? -ENOMEM : 0;
}

static void
test_ka_convert_the_pair_of_the_man_page_is_the_same(void **state)
{
	struct conf_errors *errors = calloc(1, sizeof(*errors));
	struct vrrp_config theirs, ours;
	char path[4096], before[4096], after[4096];
	char *man, *text, *a, *b;
	struct memory_file m;
	struct ka_source src = { &m, "lb1", "/etc/keepalived", read_memory,
	    NULL };
	struct ka_tree tree;

	(void)state;
	assert_non_null(errors);
	(void)snprintf(path, sizeof(path), "%s/man/swiftover-keepalived.7",
	    srcdir);
	man = read_whole(path);
	first_word_lines(man, "keepalived.conf on the first", before,
	    sizeof(before));
	first_word_lines(man, "and the same in", after, sizeof(after));
	m.text = before;
	assert_int_equal(ka_parse("pair", &src, &tree), 0);
	assert_int_equal(ka_convert(&tree, &src, &text), 0);
	assert_int_equal(tree.remarks.differences, 0);
	assert_int_equal(vrrp_conf_parse_text(text, "theirs",
	    0, &theirs, errors, NULL), 0);
	assert_int_equal(vrrp_conf_parse_text(after, "ours",
	    0, &ours, errors, NULL), 0);
	a = vrrp_conf_print(&theirs);
	b = vrrp_conf_print(&ours);
	assert_string_equal(a, b);
	first_word_lines(man, "this is faster", after, sizeof(after));
	accepted("the faster one", after);
	free(a);
	free(b);
	vrrp_config_free(&theirs);
	vrrp_config_free(&ours);
	free(text);
	free(man);
	free(errors);
	ka_tree_free(&tree);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_ka_convert_corpus_gives_goldens_that_vrrpd_takes),
		cmocka_unit_test(
		    test_ka_convert_ipvs_and_guide_are_goldens),
		cmocka_unit_test(
		    test_ka_convert_ipvs_goes_into_its_file),
		cmocka_unit_test(
		    test_ka_convert_json_has_guide_and_ipvs),
		cmocka_unit_test(
		    test_ka_convert_every_word_stands_in_the_corpus),
		cmocka_unit_test(
		    test_ka_convert_only_foreign_words_are_unknown),
		cmocka_unit_test(
		    test_ka_convert_strict_refuses_a_difference_only),
		cmocka_unit_test(
		    test_ka_convert_a_file_that_is_not_there_is_refused),
		cmocka_unit_test(
		    test_ka_convert_json_has_text_and_remarks_apart),
		cmocka_unit_test(
		    test_ka_convert_the_pair_of_the_man_page_is_the_same),
	};

	static char top[PATH_MAX];

	/* Absolute, as what is put in for ${_PWD}. */
	srcdir = getenv("srcdir");
	if (realpath(srcdir == NULL ? "." : srcdir, top) == NULL)
		return 1;
	srcdir = top;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
