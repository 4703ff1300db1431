/*
 * test_conf.c - files and the errors of the shared configuration layer.
 *
 * The toy grammar below stands for both real ones: every bad text must end in
 * exactly one error, on the right line, and leave the parser usable.
 */
#include "config.h"

#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "shared/conf.h"
#include "shared/pure/rng.h"

static struct conf_errors errors;
static char value[64];

/* --- errors --- */

static void
test_conf_errors_format_and_stay_one_line(void **state)
{
	char buf[600];

	(void)state;
	memset(&errors, 0, sizeof(errors));
	conf_errors_add(&errors, "a.conf", 12, "no such word '%s'", "x\ny\x1b");
	conf_errors_add(&errors, "a.conf", 0, "whole file");
	assert_string_equal(conf_error_format(&errors.list[0], buf,
	    sizeof(buf)), "a.conf:12: no such word 'x?y?'");
	assert_string_equal(conf_error_format(&errors.list[1], buf,
	    sizeof(buf)), "a.conf: whole file");
}

static void
test_conf_errors_beyond_the_list_are_counted(void **state)
{
	(void)state;
	memset(&errors, 0, sizeof(errors));
	for (int i = 0; i < CONF_ERRORS_MAX + 10; i++)
		conf_errors_add(&errors, "f", i, "%d", i);
	assert_int_equal(errors.count, CONF_ERRORS_MAX + 10);
	assert_string_equal(errors.list[CONF_ERRORS_MAX - 1].text, "63");
}

/* --- files --- */

static char dir[] = "/tmp/test_conf.XXXXXX";
static char path[sizeof(dir) + 16];

static int
make_dir(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/f", dir);
	return 0;
}

static int
remove_dir(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(dir);
}

static void
fill(const void *bytes, size_t len)
{
	FILE *fp = fopen(path, "w");

	assert_non_null(fp);
	assert_int_equal(fwrite(bytes, 1, len, fp), len);
	assert_int_equal(fclose(fp), 0);
}

static void
expect_unreadable(const char *p, int err, int line, const char *text)
{
	char *out = NULL;

	memset(&errors, 0, sizeof(errors));
	assert_int_equal(conf_read_file(p, &out, &errors), err);
	assert_null(out);
	assert_int_equal(errors.count, 1);
	assert_string_equal(errors.list[0].file, p);
	assert_int_equal(errors.list[0].line, line);
	assert_non_null(strstr(errors.list[0].text, text));
}

static void
test_conf_read_file_good(void **state)
{
	char *text = NULL;

	(void)state;
	memset(&errors, 0, sizeof(errors));
	fill("a = 1\n", 6);
	assert_int_equal(conf_read_file(path, &text, &errors), 0);
	assert_string_equal(text, "a = 1\n");
	free(text);
	fill("", 0);
	assert_int_equal(conf_read_file(path, &text, &errors), 0);
	assert_string_equal(text, "");
	free(text);
	assert_int_equal(errors.count, 0);
}

static void
test_conf_read_file_limit_is_exact(void **state)
{
	char *big = malloc(10 * 1024 * 1024), *text = NULL;

	(void)state;
	assert_non_null(big);
	memset(big, ' ', 10 * 1024 * 1024);
	memset(&errors, 0, sizeof(errors));
	fill(big, CONF_FILE_MAX);
	assert_int_equal(conf_read_file(path, &text, &errors), 0);
	assert_int_equal(strlen(text), CONF_FILE_MAX);
	free(text);
	fill(big, CONF_FILE_MAX + 1);
	expect_unreadable(path, -EFBIG, 0, "larger than 1 MB");
	fill(big, 10 * 1024 * 1024);
	expect_unreadable(path, -EFBIG, 0, "larger than 1 MB");
	free(big);
}

static void
test_conf_read_file_bad_files_say_what_they_are(void **state)
{
	(void)state;
	(void)unlink(path);
	expect_unreadable(path, -ENOENT, 0, "No such file");
	expect_unreadable(dir, -EISDIR, 0, "is a directory");
	expect_unreadable("/dev/zero", -EINVAL, 0, "not a regular file");
	assert_int_equal(mkfifo(path, 0600), 0);
	expect_unreadable(path, -EINVAL, 0, "not a regular file");
	assert_int_equal(unlink(path), 0);
	fill("a\nb\n\0c\n", 7);
	expect_unreadable(path, -EINVAL, 3, "NUL");
}

/* A file that was written just now may be half of one. */
static void
test_conf_await_quiet_waits_for_a_file_that_is_new(void **state)
{
	struct timespec now, times[2] = { { .tv_nsec = UTIME_OMIT } };
	struct stat st;

	(void)state;
	memset(&errors, 0, sizeof(errors));
	fill("a = 1\n", 6);
	assert_int_equal(stat(path, &st), 0);
	assert_true(conf_await_quiet(path, &errors));
	assert_int_equal(clock_gettime(CLOCK_REALTIME, &now), 0);
	assert_true((now.tv_sec - st.st_mtim.tv_sec) * NS_PER_S +
	    (now.tv_nsec - st.st_mtim.tv_nsec) >= CONF_QUIET_NS);
	/* Not there, from the future, and from before all time. */
	times[1].tv_sec = now.tv_sec + 1000;
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
	assert_true(conf_await_quiet(path, &errors));
	times[1].tv_sec = -1000000;
	(void)utimensat(AT_FDCWD, path, times, 0);
	assert_true(conf_await_quiet(path, &errors));
	assert_int_equal(unlink(path), 0);
	assert_true(conf_await_quiet(path, &errors));
	assert_int_equal(errors.count, 0);
}

/* --- parsing --- */

static int
check_word(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *s = cfg_opt_getnstr(opt, cfg_opt_size(opt) - 1);

	if (strcmp(s, "bad") == 0)
		cfg_error(cfg, "'%s' is bad", s);
	return strcmp(s, "bad") == 0 || strcmp(s, "mute") == 0 ? -1 : 0;
}

static int
parse(const char *text)
{
	cfg_opt_t inner[] = {
		CFG_STR("word", NULL, CFGF_NODEFAULT),
		CFG_STR_LIST("list", NULL, CFGF_NODEFAULT),
		CFG_END()
	};
	cfg_opt_t outer[] = {
		CFG_STR("top", NULL, CFGF_NODEFAULT),
		CFG_SEC("block", inner, CFGF_TITLE | CFGF_MULTI |
		    CFGF_NO_TITLE_DUPES),
		CFG_END()
	};
	cfg_t *cfg = cfg_init(outer, CFGF_NONE);
	int rc;

	assert_non_null(cfg);
	memset(&errors, 0, sizeof(errors));
	cfg_set_validate_func(cfg, "block|word", check_word);
	rc = conf_parse(cfg, "t.conf", text, NULL, &errors);
	value[0] = '\0';
	if (rc == 0 && cfg_size(cfg, "top") > 0)
		(void)snprintf(value, sizeof(value), "%s",
		    cfg_getstr(cfg, "top"));
	cfg_free(cfg);
	assert_true(rc == 0 || errors.count > 0);
	return errors.count > 0 ? -EINVAL : 0;
}

static void
test_conf_parse_good_texts(void **state)
{
	static const struct { const char *text, *value; } c[] = {
		{ "", "" },
		{ "\n", "" },
		{ "#", "" },
		{ "#\n", "" },
		{ "/**/", "" },
		{ "top = 1", "1" },
		{ "top = 1 # comment", "1" },
		{ "top = 1//\n", "1//" },	/* a word goes on */
		{ "top = http://x/y\n", "http://x/y" },
		{ "top = 1 // comment }{\"'\n", "1" },
		{ "/* { \" ' # \n */ top = 2 /* * ** / */\n", "2" },
		{ "top = \"a # b // c /* d { } * + '\"", "a # b // c /* d { } * + '" },
		{ "top = 'a \" ${x} \\' b'", "a \" ${x} ' b" },
		{ "top = \"\\\"\\\\\\x41\\101\\$\"", "\"\\AA$" },
		{ "top = a\r\n", "a" },
		{ "top = \"\xc3\xa9\"\n", "\xc3\xa9" },
		{ "\xef\xbb\xbftop = 1\n", "1" },
		{ "# \xc3\xa9 \xe2\x80\x9c\ntop = 1\n", "1" },
		{ "block b { list = { 1, 2 } list += { 3 } }\ntop = 3", "3" },
		{ "block b { word = x }\nblock c { }", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		if (parse(c[i].text) != 0)
			fail_msg("\"%s\": %d: %s", c[i].text,
			    errors.list[0].line, errors.list[0].text);
		assert_string_equal(value, c[i].value);
	}
}

static const struct { const char *text; int line; const char *error; } bad[] = {
	{ "\nnoword = 1\n", 2, "noword" },
	{ "block b {\n noword = 1\n}\n", 2, "noword" },
	{ "\nblock b {\n word = x\n\n", 2, "block is not closed" },
	{ "block a {\n word = x\nblock b {\n}\n", 1, "block is not closed" },
	{ "top = 1\n}\n", 2, "closes no block" },
	{ "top = \"abc\n\n\n", 1, "string is not closed" },
	{ "top = \"abc", 1, "string is not closed" },
	{ "top = \"abc\\", 1, "string is not closed" },
	{ "top = \"abc\\\n\"", 1, "string is not closed" },
	{ "top = 'abc\n'\n", 1, "string is not closed" },
	{ "\n/* abc\n\n", 2, "comment is not closed" },
	{ "/*/", 1, "comment is not closed" },
	{ "top = \"\\9\"", 1, "bad escape" },
	{ "top = \"\\400\"", 1, "bad escape" },
	{ "top = \"\\0\"", 1, "bad escape" },
	{ "top = \"\\x00\"", 1, "bad escape" },
	{ "top = \"\\xg\"", 1, "bad escape" },
	{ "top = \"${HOME}\"", 1, "single quotes" },
	{ "top = ${HOME}", 1, "single quotes" },
	{ "top = a*b\n", 1, "'*' must be in quotes" },
	{ "top = /etc/*.conf\n", 1, "'*' must be in quotes" },
	{ "top = a+b\n", 1, "'+' must be in quotes" },
	{ "\ntop = \x01\n", 2, "not a text file" },
	{ "\x7f" "ELF", 1, "not a text file" },
	{ "top = \"\x02\"\n", 1, "control character" },
	{ "top", 1, "" },
	{ "top =", 1, "" },
	{ "top = {1}", 1, "" },
	{ "= = =", 1, "" },
	{ "block { }", 1, "" },
	{ "block a b { }", 1, "" },
	{ "block a { }\nblock a { }\n", 2, "" },
	{ "block b {\n\n word = bad\n}", 3, "'bad' is bad" },
	/* A callback that fails without a word: at least there is an error. */
	{ "block b {\n word = mute\n}", 1, "syntax error" },
	{ "{{{{{{{{{{{{{{{{{{{{{{{{{{", 1, "nested too deeply" },
	{ "block b { list = { 1, 2\n}", 1, "block is not closed" },
	{ "block b { list = { , } }", 1, "" },
	{ "top(1)", 1, "" },
};

static void
test_conf_parse_bad_texts_give_one_error_on_its_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(parse(bad[i].text), -EINVAL);
		if (errors.count != 1 || errors.list[0].line != bad[i].line ||
		    strstr(errors.list[0].text, bad[i].error) == NULL)
			fail_msg("\"%s\": %u errors, %d: %s", bad[i].text,
			    errors.count, errors.list[0].line,
			    errors.list[0].text);
		assert_string_equal(errors.list[0].file, "t.conf");
		assert_true(strlen(errors.list[0].text) > 0);
		/* And the parser is as good as new. */
		assert_int_equal(parse("top = ok"), 0);
		assert_string_equal(value, "ok");
	}
}

static void
test_conf_parse_long_tokens_are_survived(void **state)
{
	size_t n = 200000;
	char *text = malloc(n + 16);

	(void)state;
	assert_non_null(text);
	for (int kind = 0; kind < 4; kind++) {
		static const char *before[] = { "top = ", "top = \"", "#", "/*" };
		static const char *after[] = { "\n", "\"\n", "\n", "*/" };

		strcpy(text, before[kind]);
		memset(text + strlen(before[kind]), 'x', n);
		strcpy(text + strlen(before[kind]) + n, after[kind]);
		assert_int_equal(parse(text), 0);
	}
	free(text);
}

/* Whatever the bytes: no crash, no exit, an error or none. */
static void
test_conf_parse_random_bytes_end_in_an_answer(void **state)
{
	static const char *word[] = {
		"top", "block", "word", "list", "=", "+=", "{", "}", "\"", "'",
		"#", "//", "/*", "*/", "\n", " ", "a", ",", "(", ")", "\\",
		"${", "\x01", "\xff", "b", "include", "/", "*", "+",
	};
	struct rng r;
	char text[512];

	(void)state;
	rng_seed(&r, 2);
	for (int i = 0; i < 20000; i++) {
		text[0] = '\0';
		for (uint64_t n = rng_below(&r, 40); n > 0; n--)
			strcat(text, word[rng_below(&r,
			    sizeof(word) / sizeof(word[0]))]);
		(void)parse(text);
	}
	assert_int_equal(parse("top = ok"), 0);
	assert_string_equal(value, "ok");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conf_errors_format_and_stay_one_line),
		cmocka_unit_test(test_conf_errors_beyond_the_list_are_counted),
		cmocka_unit_test(test_conf_read_file_good),
		cmocka_unit_test(test_conf_read_file_limit_is_exact),
		cmocka_unit_test(test_conf_read_file_bad_files_say_what_they_are),
		cmocka_unit_test(test_conf_await_quiet_waits_for_a_file_that_is_new),
		cmocka_unit_test(test_conf_parse_good_texts),
		cmocka_unit_test(test_conf_parse_bad_texts_give_one_error_on_its_line),
		cmocka_unit_test(test_conf_parse_long_tokens_are_survived),
		cmocka_unit_test(test_conf_parse_random_bytes_end_in_an_answer),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
