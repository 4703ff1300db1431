/* test_vrrp_orders.c - what operators said, as a table and as text. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "vrrpd/pure/vrrp_orders.h"

#define HEAD	"vrrpd-orders 1\n"
#define LONGEST	"a-name-of-the-longest-kind-ther"

static struct vrrp_orders all, got;
static char text[VRRP_ORDERS_TEXT_MAX];
static unsigned line;

static struct vrrp_order
order(const char *name)
{
	struct vrrp_order o = { .name = "" };

	(void)snprintf(o.name, sizeof(o.name), "%s", name);
	return o;
}

/* Everything, as large as it may be. */
static struct vrrp_order
largest(void)
{
	struct vrrp_order o = order(LONGEST);

	o.disabled_s = o.handed_over_s = INT64_C(253402300799);
	o.priority = 254;
	o.priority_of_file = 254;
	o.advert_int_cs = o.advert_int_of_file_cs = 65535;
	return o;
}

static void
test_vrrp_order_is_a_line_and_comes_back(void **state)
{
	static const struct { struct vrrp_order o; const char *line; } cases[] =
	{
		{ { "web", 0, 0, 0, 0, 0, 0 }, "web" },
		{ { "web", 1, 0, 0, 0, 0, 0 },
		    "web disabled=1970-01-01T00:00:01Z" },
		{ { "a.b_c-D", 0, 951782399, 0, 0, 0, 0 },
		    "a.b_c-D handed-over=2000-02-28T23:59:59Z" },
		{ { "x", 951782400, 951868800, 0, 0, 0, 0 },
		    "x disabled=2000-02-29T00:00:00Z "
		    "handed-over=2000-03-01T00:00:00Z" },
		{ { "web", 0, 0, 150, 100, 0, 0 }, "web priority=150/100" },
		{ { "web", INT64_C(4107542400), 0, 0, 0, 100, 1 },
		    "web disabled=2100-03-01T00:00:00Z advert-int=100/1" },
		{ { LONGEST, INT64_C(253402300799), INT64_C(253402300799), 254,
		    254, 65535, 65535 }, LONGEST
		    " disabled=9999-12-31T23:59:59Z"
		    " handed-over=9999-12-31T23:59:59Z priority=254/254"
		    " advert-int=65535/65535" },
	};
	char buf[VRRP_ORDER_LINE_MAX + 1];
	struct vrrp_order o;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(vrrp_order_print(&cases[i].o, buf),
		    strlen(cases[i].line));
		assert_string_equal(buf, cases[i].line);
		assert_true(vrrp_order_parse(buf, strlen(buf), &o));
		assert_true(vrrp_order_equal(&o, &cases[i].o));
		assert_true(vrrp_order_is_empty(&o) == (i == 0));
	}
	/* A clock that is set to after all dates is not worth a refusal. */
	o = order("web");
	o.disabled_s = INT64_MAX;
	(void)vrrp_order_print(&o, buf);
	assert_string_equal(buf, "web disabled=9999-12-31T23:59:59Z");
}

/* Every day from 1970 to 2200, at its last second. */
static void
test_vrrp_order_knows_the_calendar(void **state)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30,
	    31 };
	char buf[VRRP_ORDER_LINE_MAX + 1], wanted[64];
	struct vrrp_order o = order("x"), back;
	int year, month, day, last;

	(void)state;
	o.disabled_s = -1;
	for (year = 1970; year < 2200; year++)
		for (month = 1; month <= 12; month++) {
			last = days[month - 1] + (month == 2 && year % 4 == 0 &&
			    (year % 100 != 0 || year % 400 == 0));
			for (day = 1; day <= last; day++) {
				o.disabled_s += 86400;
				(void)snprintf(wanted, sizeof(wanted),
				    "x disabled=%04d-%02d-%02dT23:59:59Z",
				    year, month, day);
				(void)vrrp_order_print(&o, buf);
				assert_string_equal(buf, wanted);
				assert_true(vrrp_order_parse(buf, strlen(buf),
				    &back));
				assert_true(back.disabled_s == o.disabled_s);
			}
		}
}

static void
test_vrrp_order_any_other_line_is_refused(void **state)
{
	static const char *const bad[] = {
		"", " ", " web", "web ", "web  priority=1/2", "we/b", "wäb",
		LONGEST "e", "web x", "web disabled", "web disabled=",
		"web disabled=now", "web disabled=2026-11-28T20:05:47",
		"web disabled=2026-11-28T20:05:47Z ",
		"web disabled=2026-11-28 20:05:47Z",
		"web disabled=2026-02-29T20:05:47Z",
		"web disabled=2026-13-01T20:05:47Z",
		"web disabled=2026-00-01T20:05:47Z",
		"web disabled=2026-11-31T20:05:47Z",
		"web disabled=2026-11-28T24:00:00Z",
		"web disabled=2026-11-28T20:60:00Z",
		"web disabled=2026-11-28T20:05:60Z",
		"web disabled=1969-12-31T23:59:59Z",
		"web disabled=1970-01-01T00:00:00Z",
		"web disabled=2026-11-28T20:05:47Z disabled=2026-11-28T20:05:47Z",
		"web handed-over=1 priority=1/2", "web priority=1",
		"web priority=0/100", "web priority=100/0",
		"web priority=255/100", "web priority=100/255",
		"web priority=01/2", "web priority=1/2/3", "web priority=-1/2",
		"web priority=1/", "web priority=/1", "web priority=1 /2",
		"web priority=1/2 priority=1/2", "web priority=99999999999/1",
		"web advert-int=65536/1", "web advert-int=1/0",
		"web advert-int=1/2 advert-int=1/2", "web Priority=1/2",
		"web\npriority=1/2",
	};
	struct vrrp_order o, untouched;
	size_t i;

	(void)state;
	memset(&o, 0xa5, sizeof(o));
	memcpy(&untouched, &o, sizeof(o));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (vrrp_order_parse(bad[i], strlen(bad[i]), &o))
			fail_msg("was taken: %s", bad[i]);
		assert_memory_equal(&o, &untouched, sizeof(o));
	}
	assert_false(vrrp_order_parse("w\0b", 3, &o));
}

static void
test_vrrp_orders_one_entry_per_name(void **state)
{
	struct vrrp_order o = order("web");

	(void)state;
	all.count = 0;
	assert_null(vrrp_orders_find(NULL, "web"));
	assert_null(vrrp_orders_find(&all, "web"));
	assert_true(vrrp_orders_put(&all, &o));
	assert_int_equal(all.count, 0);
	o.disabled_s = 5;
	assert_true(vrrp_orders_put(&all, &o));
	o.disabled_s = 6;
	assert_true(vrrp_orders_put(&all, &o));
	assert_int_equal(all.count, 1);
	assert_true(vrrp_orders_find(&all, "web")->disabled_s == 6);
	assert_null(vrrp_orders_find(&all, "we"));
	o = order("db");
	o.priority = 1;
	o.priority_of_file = 2;
	assert_true(vrrp_orders_put(&all, &o));
	o = order("web");
	assert_true(vrrp_orders_put(&all, &o));
	assert_int_equal(all.count, 1);
	assert_null(vrrp_orders_find(&all, "web"));
	assert_int_equal(vrrp_orders_find(&all, "db")->priority, 1);
}

static void
fill(void)
{
	struct vrrp_order o = largest();
	unsigned i;

	all.count = 0;
	for (i = 0; i < VRRP_ORDERS_MAX; i++) {
		(void)snprintf(o.name, sizeof(o.name), "%s%03u",
		    "a-name-of-the-longest-kind-t", i);
		assert_true(vrrp_orders_put(&all, &o));
	}
}

static void
test_vrrp_orders_full_table_takes_changes_only(void **state)
{
	struct vrrp_order o = order("another");

	(void)state;
	fill();
	o.disabled_s = 1;
	assert_false(vrrp_orders_put(&all, &o));
	assert_int_equal(all.count, VRRP_ORDERS_MAX);
	o = all.list[7];
	o.disabled_s = 1;
	assert_true(vrrp_orders_put(&all, &o));
	assert_true(all.list[7].disabled_s == 1);
	o = order(all.list[7].name);
	assert_true(vrrp_orders_put(&all, &o));
	assert_int_equal(all.count, VRRP_ORDERS_MAX - 1);
}

static void
comes_back(void)
{
	size_t len = vrrp_orders_print(&all, text);
	unsigned i;

	assert_true(len < VRRP_ORDERS_TEXT_MAX);
	assert_int_equal(vrrp_orders_parse(text, len, &got, &line),
	    VRRP_ORDERS_GOOD);
	assert_int_equal(got.count, all.count);
	for (i = 0; i < all.count; i++)
		assert_true(vrrp_order_equal(&got.list[i], &all.list[i]));
}

static void
test_vrrp_orders_file_full_and_empty_comes_back(void **state)
{
	(void)state;
	fill();
	comes_back();
	all.count = 0;
	comes_back();
	all.count = 1;
	all.list[0] = largest();
	comes_back();
}

static void
test_vrrp_orders_file_every_prefix_is_refused(void **state)
{
	size_t len, i;

	(void)state;
	all.count = 2;
	all.list[0] = largest();
	all.list[1] = order("web");
	all.list[1].disabled_s = 1;
	len = vrrp_orders_print(&all, text);
	for (i = 0; i < len; i++) {
		got.count = 9;
		assert_int_not_equal(vrrp_orders_parse(text, i, &got, &line),
		    VRRP_ORDERS_GOOD);
		assert_int_equal(got.count, 0);
	}
	text[len] = 'x';
	assert_int_equal(vrrp_orders_parse(text, len + 1, &got, &line),
	    VRRP_ORDERS_DAMAGED);
}

static void
test_vrrp_orders_file_verdicts_name_the_line(void **state)
{
	static const struct {
		const char			*text;
		enum vrrp_orders_verdict	 verdict;
		unsigned			 line;
	} cases[] = {
		{ "", VRRP_ORDERS_FOREIGN, 1 },
		{ "\n", VRRP_ORDERS_FOREIGN, 1 },
		{ "hello", VRRP_ORDERS_FOREIGN, 1 },
		{ "vrrpd-orders 2\nend 0\n", VRRP_ORDERS_FOREIGN, 1 },
		{ "vrrpd-orders 1", VRRP_ORDERS_DAMAGED, 2 },
		{ HEAD, VRRP_ORDERS_DAMAGED, 2 },
		{ HEAD "end 1\n", VRRP_ORDERS_DAMAGED, 2 },
		{ HEAD "end 0", VRRP_ORDERS_DAMAGED, 2 },
		{ HEAD "end 0\n# more\n", VRRP_ORDERS_DAMAGED, 3 },
		{ HEAD "web\nend 1\n", VRRP_ORDERS_DAMAGED, 2 },
		{ HEAD "web priority=1/2\nweb priority=1/2\nend 2\n",
		    VRRP_ORDERS_DAMAGED, 3 },
		{ HEAD "\nend 0\n", VRRP_ORDERS_DAMAGED, 2 },
		{ HEAD "end 0\nend 0\n", VRRP_ORDERS_DAMAGED, 3 },
		/* An instance may be called so. */
		{ HEAD "# ticket 4711\nend priority=1/2\nend 1\n",
		    VRRP_ORDERS_GOOD, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(vrrp_orders_parse(cases[i].text,
		    strlen(cases[i].text), &got, &line), cases[i].verdict);
		if (cases[i].verdict != VRRP_ORDERS_GOOD)
			assert_int_equal(line, cases[i].line);
	}
	assert_int_equal(got.count, 1);
}

static void
test_vrrp_orders_file_more_than_fit_is_damaged(void **state)
{
	size_t len;

	(void)state;
	fill();
	len = vrrp_orders_print(&all, text);
	len -= strlen("end 512\n");
	len += (size_t)snprintf(text + len, sizeof(text) - len,
	    "x priority=1/2\nend 513\n");
	assert_int_equal(vrrp_orders_parse(text, len, &got, &line),
	    VRRP_ORDERS_DAMAGED);
	assert_int_equal(line, VRRP_ORDERS_MAX + 3);
}

static void
test_vrrp_kept_comes_back_and_nothing_else_is_taken(void **state)
{
	uint8_t buf[VRRP_KEPT_BYTES_MAX + 1];
	struct vrrp_kept k = { .upto = 0x1020304, .why = "f: disk full" }, out;
	size_t length;

	(void)state;
	length = vrrp_kept_encode(&k, buf);
	assert_int_equal(length, 4 + strlen("f: disk full"));
	assert_memory_equal(buf, "\1\2\3\4f: disk full", length);
	assert_true(vrrp_kept_decode(buf, length, &out));
	assert_int_equal(out.upto, 0x1020304);
	assert_string_equal(out.why, "f: disk full");
	buf[6] = '\0';
	out.upto = 9;
	assert_false(vrrp_kept_decode(buf, length, &out));
	assert_false(vrrp_kept_decode(buf, 3, &out));
	assert_int_equal(out.upto, 9);
	assert_true(vrrp_kept_decode(buf, 4, &out));
	assert_string_equal(out.why, "");

	memset(k.why, 'x', sizeof(k.why));
	length = vrrp_kept_encode(&k, buf);
	assert_int_equal(length, VRRP_KEPT_BYTES_MAX);
	assert_true(vrrp_kept_decode(buf, length, &out));
	assert_int_equal(strlen(out.why), VRRP_KEPT_WHY_MAX - 1);
	buf[length] = 'x';
	assert_false(vrrp_kept_decode(buf, length + 1, &out));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vrrp_order_is_a_line_and_comes_back),
		cmocka_unit_test(test_vrrp_order_knows_the_calendar),
		cmocka_unit_test(test_vrrp_order_any_other_line_is_refused),
		cmocka_unit_test(test_vrrp_orders_one_entry_per_name),
		cmocka_unit_test(test_vrrp_orders_full_table_takes_changes_only),
		cmocka_unit_test(test_vrrp_orders_file_full_and_empty_comes_back),
		cmocka_unit_test(test_vrrp_orders_file_every_prefix_is_refused),
		cmocka_unit_test(test_vrrp_orders_file_verdicts_name_the_line),
		cmocka_unit_test(test_vrrp_orders_file_more_than_fit_is_damaged),
		cmocka_unit_test(test_vrrp_kept_comes_back_and_nothing_else_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
