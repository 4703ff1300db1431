/*
 * test_bfd_conf.c - bfdd.conf: every test/conf/bfdd/X.conf has an X.ok, its
 * canonical text, or an X.err, its errors.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bfdd/bfd_conf.h"
#include "bfdd/bfd_conf_print.h"

static const char *
srcdir(void)
{
	const char *s = getenv("srcdir");

	return s != NULL ? s : ".";
}

static char *
slurp(const char *path)
{
	char *text = calloc(1, CONF_FILE_MAX + 2);
	FILE *f = fopen(path, "r");

	assert_non_null(text);
	if (f == NULL) {
		free(text);
		return NULL;
	}
	assert_true(fread(text, 1, CONF_FILE_MAX + 1, f) <= CONF_FILE_MAX);
	(void)fclose(f);
	return text;
}

/* The words of bfdd -nv: the canonical text, or the errors. */
static char *
verdict(const char *text, const char *file)
{
	struct conf_errors *errors = calloc(1, sizeof(*errors));
	struct bfd_config c;
	char line[700], *out = NULL;
	size_t len;
	unsigned i;
	FILE *f;

	assert_non_null(errors);
	if (bfd_conf_parse_text(text, file, &c, errors) == 0) {
		assert_int_equal(errors->count, 0);
		out = bfd_conf_print(&c);
		bfd_config_free(&c);
		free(errors);
		return out;
	}
	assert_int_not_equal(errors->count, 0);
	f = open_memstream(&out, &len);
	assert_non_null(f);
	for (i = 0; i < errors->count && i < CONF_ERRORS_MAX; i++)
		(void)fprintf(f, "%s\n", conf_error_format(&errors->list[i],
		    line, sizeof(line)));
	(void)fclose(f);
	free(errors);
	return out;
}

static unsigned
check_golden(const char *dir, const char *name)
{
	char path[1024], base[256];
	char *conf, *ok, *err, *got, *again;
	unsigned wrong = 0;

	(void)snprintf(base, sizeof(base), "%.*s",
	    (int)(strlen(name) - strlen(".conf")), name);
	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	conf = slurp(path);
	assert_non_null(conf);
	(void)snprintf(path, sizeof(path), "%s/%s.ok", dir, base);
	ok = slurp(path);
	(void)snprintf(path, sizeof(path), "%s/%s.err", dir, base);
	err = slurp(path);
	if ((ok == NULL) == (err == NULL)) {
		print_error("%s: needs an .ok or an .err\n", name);
		wrong++;
	}
	got = verdict(conf, name);
	if (ok != NULL && strcmp(got, ok) != 0) {
		print_error("%s: printed\n%s", name, got);
		wrong++;
	}
	if (err != NULL && strcmp(got, err) != 0) {
		print_error("%s: errors\n%s", name, got);
		wrong++;
	}
	if (ok != NULL) {
		/* print o parse is the identity. */
		again = verdict(got, name);
		if (strcmp(again, got) != 0) {
			print_error("%s: printed again\n%s", name, again);
			wrong++;
		}
		free(again);
	}
	free(conf);
	free(ok);
	free(err);
	free(got);
	return wrong;
}

static void
test_bfd_conf_goldens(void **state)
{
	unsigned count = 0, wrong = 0;
	char dir[400];
	struct dirent *e;
	DIR *d;

	(void)state;
	(void)snprintf(dir, sizeof(dir), "%s/test/conf/bfdd", srcdir());
	d = opendir(dir);
	assert_non_null(d);
	while ((e = readdir(d)) != NULL) {
		size_t len = strlen(e->d_name);

		if (len < 6 || strcmp(e->d_name + len - 5, ".conf") != 0)
			continue;
		wrong += check_golden(dir, e->d_name);
		count++;
	}
	(void)closedir(d);
	assert_true(count >= 10);
	assert_int_equal(wrong, 0);
}

static void
test_bfd_conf_shipped_example_is_good(void **state)
{
	struct conf_errors *errors = calloc(1, sizeof(*errors));
	struct bfd_config c;
	char path[400];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/conf/bfdd.conf.example",
	    srcdir());
	assert_int_equal(bfd_conf_parse_file(path, &c, errors), 0);
	assert_true(c.count > 0);
	bfd_config_free(&c);
	free(errors);
}

static void
expect_file_error(const char *path, const char *contains)
{
	struct conf_errors *errors = calloc(1, sizeof(*errors));
	struct bfd_config c;

	assert_int_equal(bfd_conf_parse_file(path, &c, errors), -EINVAL);
	assert_int_equal(errors->count, 1);
	if (strstr(errors->list[0].text, contains) == NULL)
		print_error("%s: %s\n", path, errors->list[0].text);
	assert_non_null(strstr(errors->list[0].text, contains));
	free(errors);
}

static void
test_bfd_conf_bad_files_are_one_clear_error(void **state)
{
	char path[] = "/tmp/test_bfd_conf.XXXXXX";
	int fd;

	(void)state;
	expect_file_error("/nonexistent/bfdd.conf", "");
	expect_file_error("/", "");
	fd = mkstemp(path);
	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, "a\0b", 3), 3);
	expect_file_error(path, "");
	assert_int_equal(ftruncate(fd, 10 * 1024 * 1024), 0);
	expect_file_error(path, "");
	(void)close(fd);
	(void)unlink(path);
}

/* Every strict prefix of a good file parses or is refused, and never crashes. */
static void
test_bfd_conf_prefixes_do_not_crash(void **state)
{
	static const char good[] =
	    "realtime_priority = 50\n"
	    "session uplink {\n"
	    "    peer = 203.0.113.1   local = 203.0.113.2   interface = eth1\n"
	    "    interval = 50ms   multiplier = 3\n"
	    "    auth = keyed-sha1   auth_key_id = 1   auth_key = \"secret\"\n"
	    "}\n";
	char text[sizeof(good)];
	size_t len;

	(void)state;
	for (len = 0; len < sizeof(good); len++) {
		memcpy(text, good, len);
		text[len] = '\0';
		free(verdict(text, "prefix"));
	}
}

static void
test_bfd_conf_empty_is_no_session(void **state)
{
	struct conf_errors *errors = calloc(1, sizeof(*errors));
	struct bfd_config c;

	(void)state;
	assert_int_equal(bfd_conf_parse_text("", "x", &c, errors), 0);
	assert_int_equal(c.count, 0);
	assert_int_equal(c.realtime_priority, 50);
	assert_int_equal(c.packets_max, 250000);
	bfd_config_free(&c);
	free(errors);
}

/* Session 4097 is one too many, and it is named. */
static void
test_bfd_conf_too_many_sessions(void **state)
{
	struct conf_errors *errors = calloc(1, sizeof(*errors));
	struct bfd_config c;
	char *text = NULL;
	size_t len;
	unsigned i;
	FILE *f;

	(void)state;
	f = open_memstream(&text, &len);
	for (i = 0; i <= BFD_SESSIONS_MAX; i++)
		(void)fprintf(f, "session s%u { peer = 10.%u.%u.1 "
		    "interface = e }\n", i, i / 250, i % 250);
	(void)fclose(f);
	assert_int_equal(bfd_conf_parse_text(text, "x", &c, errors), -EINVAL);
	assert_int_equal(errors->count, 1);
	assert_int_equal(errors->list[0].line, BFD_SESSIONS_MAX + 1);
	free(text);
	free(errors);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bfd_conf_goldens),
		cmocka_unit_test(test_bfd_conf_shipped_example_is_good),
		cmocka_unit_test(test_bfd_conf_bad_files_are_one_clear_error),
		cmocka_unit_test(test_bfd_conf_prefixes_do_not_crash),
		cmocka_unit_test(test_bfd_conf_empty_is_no_session),
		cmocka_unit_test(test_bfd_conf_too_many_sessions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
