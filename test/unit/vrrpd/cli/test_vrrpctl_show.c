/*
 * test_vrrpctl_show.c - the views of vrrpctl against goldens.
 *
 * test/unit/vrrpctl/X.json is what a daemon sends, X.txt what people read.
 * With UPDATE_GOLDENS=1 the texts are written instead: read the difference.
 */
#include "config.h"

#include <errno.h>
#include <jansson.h>
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

#include "vrrpd/cli/vrrpctl_event.h"
#include "vrrpd/cli/vrrpctl_show.h"
#include "vrrpd/cli/vrrpctl_show_bfd.h"

static const char *srcdir;

/* 2026-11-21T12:20:45+01:00 */
#define NOW_US	(INT64_C(1795260045) * 1000000)

static json_t *
load(const char *name)
{
	char path[4096];
	json_error_t error;
	json_t *doc;

	(void)snprintf(path, sizeof(path), "%s/test/unit/vrrpctl/%s.json",
	    srcdir, name);
	doc = json_load_file(path, 0, &error);
	if (doc == NULL)
		fail_msg("%s:%d: %s", path, error.line, error.text);
	return doc;
}

static void
golden(const char *name, const char *text)
{
	char path[4096], want[16384];
	size_t n = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/test/unit/vrrpctl/%s.txt",
	    srcdir, name);
	if (getenv("UPDATE_GOLDENS") != NULL) {
		f = fopen(path, "w");
		assert_non_null(f);
		(void)fputs(text, f);
		(void)fclose(f);
	}
	if ((f = fopen(path, "r")) != NULL) {
		n = fread(want, 1, sizeof(want) - 1, f);
		(void)fclose(f);
	}
	want[n] = '\0';
	if (strcmp(want, text) != 0)
		fail_msg("%s: want\n%sgot\n%s", path, want, text);
}

/* Every line of every view must fit. */
static void
assert_narrow(const char *name, const char *text)
{
	size_t n;

	for (; *text != '\0'; text += n + (text[n] == '\n')) {
		n = strcspn(text, "\n");
		if (n > 80)
			fail_msg("%s: %zu columns: %.*s", name, n, (int)n,
			    text);
		if (n > 0 && text[n - 1] == ' ')
			fail_msg("%s: space at the end: %.*s", name, (int)n,
			    text);
	}
}

static void
test_vrrpctl_show_views_match_their_goldens(void **state)
{
	static const struct {
		const char *name;
		void (*view)(const struct view *, const json_t *);
	} cases[] = {
		{ "instances", vrrpctl_view_instances },
		{ "instances-none", vrrpctl_view_instances },
		{ "instances-degraded", vrrpctl_view_instances },
		{ "instance-active", vrrpctl_view_instance },
		{ "instance-backup-bfd", vrrpctl_view_instance },
		{ "instance-backup-no-session", vrrpctl_view_instance },
		{ "instance-backup-no-bfd", vrrpctl_view_instance },
		{ "instance-auto-active", vrrpctl_view_instance },
		{ "instance-auto-alone", vrrpctl_view_instance },
		{ "instance-auto-backup", vrrpctl_view_instance },	/* L-1 + */
		{ "instance-waiting", vrrpctl_view_instance },
		{ "instance-bare", vrrpctl_view_instance },
		{ "history", vrrpctl_view_history },
		{ "history-none", vrrpctl_view_history },
		{ "stats", vrrpctl_view_stats },
		{ "sessions", vrrpctl_view_sessions },
		{ "sessions-none", vrrpctl_view_sessions },
		{ "session", vrrpctl_view_session },
		{ "session-down", vrrpctl_view_session },
	};
	struct view v = { NULL, NOW_US };
	json_t *doc;
	char *text;
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		doc = load(cases[i].name);
		v.out = open_memstream(&text, &len);
		cases[i].view(&v, doc);
		(void)fclose(v.out);
		golden(cases[i].name, text);
		assert_narrow(cases[i].name, text);
		free(text);
		json_decref(doc);
	}
}

/* Nothing a daemon of another version sends or leaves out is a crash. */
static void
test_vrrpctl_show_views_survive_any_document(void **state)
{
	static void (*const views[])(const struct view *, const json_t *) = {
		vrrpctl_view_instances, vrrpctl_view_instance,
		vrrpctl_view_history, vrrpctl_view_stats,
		vrrpctl_view_sessions, vrrpctl_view_session };
	static const char *const docs[] = { "{}", "[]", "{\"instances\":5}",
	    /* In parentheses: clang takes two strings for a missing comma. */
	    ("{\"instances\":[5,null,{},{\"bfd\":7,\"statistics\":[],"
	    "\"last-transition\":null,\"virtual-addresses\":[1,{}]}]}"),
	    "{\"transitions\":[{},{\"steps\":[1,{\"us\":\"x\"}]}]}",
	    "{\"sessions\":[{},[]],\"scheduling\":9}",
	    "{\"interfaces\":[{\"a\":1},3]}" };
	struct monitor m = { NULL, NULL };
	struct view v = { NULL, -1 };
	json_t *doc;
	size_t i, j;

	(void)state;
	v.out = fopen("/dev/null", "w");
	assert_non_null(v.out);
	for (i = 0; i < sizeof(docs) / sizeof(docs[0]); i++) {
		doc = json_loads(docs[i], 0, NULL);
		assert_non_null(doc);
		for (j = 0; j < sizeof(views) / sizeof(views[0]); j++)
			views[j](&v, doc);
		vrrpctl_view_event(&v, &m, "instance", doc);
		vrrpctl_view_event(&v, &m, "transition", doc);
		vrrpctl_view_event(&v, &m, "bfd", doc);
		json_decref(doc);
	}
	vrrpctl_monitor_free(&m);
	(void)fclose(v.out);
}

static void
test_vrrpctl_show_monitor_prints_a_line_per_event(void **state)
{
	struct monitor m = { NULL, NULL };
	struct view v = { NULL, NOW_US + 4711 };
	json_t *doc = load("monitor"), *e;
	char *text;
	size_t i, len;

	(void)state;
	v.out = open_memstream(&text, &len);
	json_array_foreach(doc, i, e)
		vrrpctl_view_event(&v, &m, json_string_value(json_array_get(e,
		    0)), json_array_get(e, 1));
	(void)fclose(v.out);
	golden("monitor", text);
	free(text);
	vrrpctl_monitor_free(&m);
	json_decref(doc);
}

static int
set_up(void **state)
{
	(void)state;
	srcdir = getenv("srcdir") != NULL ? getenv("srcdir") : ".";
	(void)setenv("TZ", "CET-1", 1);		/* where the goldens are */
	tzset();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vrrpctl_show_views_match_their_goldens),
		cmocka_unit_test(test_vrrpctl_show_views_survive_any_document),
		cmocka_unit_test(
		    test_vrrpctl_show_monitor_prints_a_line_per_event),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
