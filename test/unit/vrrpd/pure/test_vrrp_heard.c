/*
 * test_vrrp_heard.c - who was heard, and what follows from it: the form of
 * checksum to send (V-13), which version 2 adverts say nothing new (V-133), and
 * two warnings (V-35, V-39).
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "vrrpd/pure/vrrp_heard.h"

#define HOLD_NS	(60 * NS_PER_S)

static struct vrrp_heard h;
static mono_t now;

static int
setup(void **state)
{
	(void)state;
	vrrp_heard_init(&h);
	now = (mono_t){ 1000 * NS_PER_S };
	return 0;
}

static struct vrrp_advert
advert(const char *source, uint8_t version, enum vrrp_checksum_form form)
{
	struct vrrp_advert a = {
		.version = version,
		.priority = 100,
		.interval_cs = 100,
		.form = form,
	};

	assert_int_equal(addr_parse(source, &a.source), 0);
	return a;
}

static bool
note(const char *source, enum vrrp_checksum_form form)
{
	struct vrrp_advert a = advert(source, 3, form);
	bool first;

	vrrp_heard_note(&h, now, &a, &first);
	return first;
}

static void
pass(int64_t ns)
{
	now = mono_add(now, ns);
}

static enum vrrp_checksum_form
form(enum vrrp_checksum_form in_use, bool active)
{
	return vrrp_heard_form(&h, now, in_use, active, HOLD_NS);
}

/* V-13 + said once per router, not once per packet or once in all. */
static void
test_vrrp_heard_first_legacy_advert_of_each_router_is_told(void **state)
{
	(void)state;
	assert_false(note("192.0.2.1", VRRP_FORM_MESSAGE));
	assert_true(note("192.0.2.1", VRRP_FORM_PSEUDO));
	assert_false(note("192.0.2.1", VRRP_FORM_PSEUDO));
	assert_true(note("192.0.2.3", VRRP_FORM_PSEUDO));
	assert_int_equal(h.count, 2);
}

/* V-12 + IPv6 has one form, whatever the codec calls it. */
static void
test_vrrp_heard_ipv6_and_version_2_have_no_legacy_form(void **state)
{
	struct vrrp_advert a = advert("fe80::1", 3, VRRP_FORM_PSEUDO);
	bool first = true;

	(void)state;
	vrrp_heard_note(&h, now, &a, &first);
	assert_false(first);
	a = advert("192.0.2.1", 2, VRRP_FORM_MESSAGE);
	vrrp_heard_note(&h, now, &a, &first);
	assert_false(first);
	assert_int_equal(form(VRRP_FORM_MESSAGE, false), VRRP_FORM_MESSAGE);
}

static void
test_vrrp_heard_nobody_leaves_the_form_alone(void **state)
{
	(void)state;
	assert_int_equal(form(VRRP_FORM_MESSAGE, false), VRRP_FORM_MESSAGE);
	assert_int_equal(form(VRRP_FORM_PSEUDO, false), VRRP_FORM_PSEUDO);
}

static void
test_vrrp_heard_legacy_is_sent_while_only_legacy_is_heard(void **state)
{
	(void)state;
	note("192.0.2.1", VRRP_FORM_PSEUDO);
	assert_int_equal(form(VRRP_FORM_MESSAGE, false), VRRP_FORM_PSEUDO);
	note("192.0.2.3", VRRP_FORM_MESSAGE);
	assert_int_equal(form(VRRP_FORM_PSEUDO, false), VRRP_FORM_MESSAGE);
	/* The second one is silent for longer than the hold. */
	pass(HOLD_NS);
	note("192.0.2.1", VRRP_FORM_PSEUDO);
	assert_int_equal(form(VRRP_FORM_MESSAGE, false), VRRP_FORM_MESSAGE);
	pass(1);
	assert_int_equal(form(VRRP_FORM_MESSAGE, false), VRRP_FORM_PSEUDO);
}

/* A router that was restarted with another setting is believed at once. */
static void
test_vrrp_heard_router_that_changes_its_form_counts_as_the_new(void **state)
{
	(void)state;
	note("192.0.2.1", VRRP_FORM_MESSAGE);
	pass(NS_PER_S);
	note("192.0.2.1", VRRP_FORM_PSEUDO);
	assert_int_equal(form(VRRP_FORM_MESSAGE, false), VRRP_FORM_PSEUDO);
	assert_int_equal(vrrp_heard_router_form(&h.list[0]),
	    VRRP_FORM_PSEUDO);
}

/* V-13 - an Active changes once per hold, a Backup whenever it hears cause. */
static void
test_vrrp_heard_active_flips_at_most_once_per_hold(void **state)
{
	enum vrrp_checksum_form f = VRRP_FORM_MESSAGE, next;
	int i, flips = 0;

	(void)state;
	for (i = 0; i < 600; i++) {
		note("192.0.2.1", i % 2 == 0 ? VRRP_FORM_PSEUDO :
		    VRRP_FORM_MESSAGE);
		next = form(f, true);
		flips += next != f;
		f = next;
		pass(99 * NS_PER_MS);
	}
	assert_int_equal(flips, 1);
	note("192.0.2.1", VRRP_FORM_MESSAGE);
	assert_int_equal(form(VRRP_FORM_PSEUDO, false), VRRP_FORM_MESSAGE);
}

/* V-133 +, V-133 - */
static void
test_vrrp_heard_v2_of_a_v3_router_says_nothing_new(void **state)
{
	struct vrrp_advert two = advert("192.0.2.1", 2, VRRP_FORM_MESSAGE);
	struct vrrp_advert three = advert("192.0.2.1", 3, VRRP_FORM_MESSAGE);

	(void)state;
	assert_false(vrrp_heard_says_nothing_new(&h, now, &two));
	vrrp_heard_note(&h, now, &two, NULL);
	assert_false(vrrp_heard_says_nothing_new(&h, now, &two));
	note("192.0.2.1", VRRP_FORM_MESSAGE);
	assert_true(vrrp_heard_says_nothing_new(&h, now, &two));
	assert_false(vrrp_heard_says_nothing_new(&h, now, &three));
	pass(2500 * NS_PER_MS);
	assert_true(vrrp_heard_says_nothing_new(&h, now, &two));
	pass(1);
	assert_false(vrrp_heard_says_nothing_new(&h, now, &two));
	two = advert("192.0.2.3", 2, VRRP_FORM_MESSAGE);
	assert_false(vrrp_heard_says_nothing_new(&h, now, &two));
}

/* A flood of sources costs no memory and keeps who is heard now. */
static void
test_vrrp_heard_full_list_forgets_the_oldest(void **state)
{
	char text[ADDR_STRLEN];
	struct addr peer;
	int i;

	(void)state;
	note("192.0.2.1", VRRP_FORM_PSEUDO);
	for (i = 0; i < 1000; i++) {
		pass(NS_PER_MS);
		(void)snprintf(text, sizeof(text), "198.51.%d.%d", i / 250,
		    i % 250);
		note(text, VRRP_FORM_PSEUDO);
		pass(NS_PER_MS);
		assert_false(note("192.0.2.1", VRRP_FORM_PSEUDO));
	}
	assert_int_equal(h.count, VRRP_HEARD_MAX);
	assert_int_equal(addr_parse("192.0.2.1", &peer), 0);
	assert_int_equal(vrrp_heard_find(&h, &peer)->adverts_v3, 1001);
	assert_int_equal(addr_parse("198.51.0.0", &peer), 0);
	assert_null(vrrp_heard_find(&h, &peer));
}

static void
hear(const char *source, uint8_t priority)
{
	struct vrrp_advert a = advert(source, 3, VRRP_FORM_MESSAGE);

	a.priority = priority;
	vrrp_heard_note(&h, now, &a, NULL);
}

static int64_t
gap_ns(const char *source, const char *active, uint8_t version,
    uint8_t priority, uint16_t interval_cs)
{
	struct addr r, a = { 0 };

	assert_int_equal(addr_parse(source, &r), 0);
	if (active != NULL)
		assert_int_equal(addr_parse(active, &a), 0);
	assert_non_null(vrrp_heard_find(&h, &r));
	return vrrp_heard_skew_gap_ns(vrrp_heard_find(&h, &r), &a, version,
	    priority, interval_cs);
}

/* V-35 +, V-35 - a priority is worth 39.0625 us at one centisecond */
static void
test_vrrp_heard_skew_gap_below_a_millisecond_is_told(void **state)
{
	static const struct {
		uint8_t		ours, theirs, version;
		uint16_t	interval_cs;
		int64_t		gap_ns;		/* -1: wide enough */
	} cases[] = {
		{ 100, 101, 3, 1, 39062 },
		{ 101, 100, 3, 1, 39062 },
		{ 100, 100, 3, 1, 0 },
		{ 100, 125, 3, 1, 976562 },
		{ 100, 126, 3, 1, -1 },
		{ 100, 150, 3, 1, -1 },
		{ 100, 102, 3, 10, 781250 },
		{ 100, 103, 3, 10, -1 },
		{ 100, 101, 3, 100, -1 },
		{ 100, 100, 3, 100, 0 },
		/* V-122: in seconds, whatever the interval */
		{ 100, 101, 2, 1, -1 },
	};
	int64_t gap;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		hear("192.0.2.3", cases[i].theirs);
		gap = gap_ns("192.0.2.3", "192.0.2.1", cases[i].version,
		    cases[i].ours, cases[i].interval_cs);
		if (cases[i].gap_ns < 0)
			assert_int_equal(gap, -1);
		else			/* each skew is rounded */
			assert_in_range(gap, cases[i].gap_ns,
			    cases[i].gap_ns + 1);
	}
}

/* V-35 - only of a router that is a Backup, as far as can be known */
static void
test_vrrp_heard_skew_gap_is_between_backups_only(void **state)
{
	(void)state;
	hear("192.0.2.1", 100);
	assert_int_equal(gap_ns("192.0.2.1", "192.0.2.1", 3, 100, 1), -1);
	assert_int_equal(gap_ns("192.0.2.1", NULL, 3, 100, 1), -1);
	assert_int_equal(gap_ns("192.0.2.1", "192.0.2.3", 3, 100, 1), 0);
	/* A router that left; 0 is not far from 10. */
	hear("192.0.2.1", 0);
	assert_int_equal(gap_ns("192.0.2.1", "192.0.2.3", 3, 10, 1), -1);
}

/* V-35 +, V-35 - once for each router, and for those that are near only */
static void
test_vrrp_heard_too_close_router_is_returned_once(void **state)
{
	const struct vrrp_heard_router *r;
	struct addr active;
	char text[ADDR_STRLEN];
	int i;

	(void)state;
	hear("192.0.2.3", 99);
	hear("192.0.2.4", 150);
	hear("192.0.2.5", 101);
	hear("192.0.2.1", 100);
	assert_int_equal(addr_parse("192.0.2.1", &active), 0);
	r = vrrp_heard_too_close(&h, &active, 3, 100, 1);
	assert_non_null(r);
	assert_string_equal(addr_format(&r->source, text, sizeof(text)),
	    "192.0.2.3");
	r = vrrp_heard_too_close(&h, &active, 3, 100, 1);
	assert_non_null(r);
	assert_string_equal(addr_format(&r->source, text, sizeof(text)),
	    "192.0.2.5");
	for (i = 0; i < 5; i++) {
		hear("192.0.2.3", 99);
		assert_null(vrrp_heard_too_close(&h, &active, 3, 100, 1));
	}
}

/* `count` lesser adverts, 10 ms apart; how often it was flapping. */
static int
burst(int count)
{
	int told = 0;

	while (count-- > 0) {
		told += vrrp_heard_flapping(&h, now, 10 * NS_PER_MS);
		pass(10 * NS_PER_MS);
	}
	return told;
}

/* V-39 + from the third burst in a row, once each */
static void
test_vrrp_heard_bursts_of_lesser_adverts_are_flapping(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 10; i++) {
		assert_int_equal(burst(1 + i), i < 2 ? 0 : 1);
		pass(40 * NS_PER_MS);
	}
	assert_int_equal(h.bursts, 10);
}

/* V-39 - a contest that lasts, with adverts lost now and then, is one burst */
static void
test_vrrp_heard_lasting_contest_is_not_flapping(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 100; i++) {
		assert_int_equal(burst(20), 0);
		pass(20 * NS_PER_MS);
	}
	assert_int_equal(h.bursts, 1);
}

/* V-39 - now and then is not in a row: a minute apart, or ten intervals */
static void
test_vrrp_heard_rare_bursts_are_not_flapping(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 10; i++) {
		assert_int_equal(burst(3), 0);
		pass(60 * NS_PER_S);
	}
	/* At the longest interval a minute is less than two of them. */
	for (i = 0; i < 5; i++) {
		assert_int_equal(vrrp_heard_flapping(&h, now,
		    ns_from_cs(4095)), i >= 2);
		pass(5 * ns_from_cs(4095));
	}
	pass(5 * ns_from_cs(4095));
	assert_false(vrrp_heard_flapping(&h, now, ns_from_cs(4095)));
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_vrrp_heard_first_legacy_advert_of_each_router_is_told),
		TEST(test_vrrp_heard_ipv6_and_version_2_have_no_legacy_form),
		TEST(test_vrrp_heard_nobody_leaves_the_form_alone),
		TEST(test_vrrp_heard_legacy_is_sent_while_only_legacy_is_heard),
		TEST(test_vrrp_heard_router_that_changes_its_form_counts_as_the_new),
		TEST(test_vrrp_heard_active_flips_at_most_once_per_hold),
		TEST(test_vrrp_heard_v2_of_a_v3_router_says_nothing_new),
		TEST(test_vrrp_heard_full_list_forgets_the_oldest),
		TEST(test_vrrp_heard_skew_gap_below_a_millisecond_is_told),
		TEST(test_vrrp_heard_skew_gap_is_between_backups_only),
		TEST(test_vrrp_heard_too_close_router_is_returned_once),
		TEST(test_vrrp_heard_bursts_of_lesser_adverts_are_flapping),
		TEST(test_vrrp_heard_lasting_contest_is_not_flapping),
		TEST(test_vrrp_heard_rare_bursts_are_not_flapping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
