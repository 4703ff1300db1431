/*
 * test_vrrp_alarm.c - an alarm begins, stands, is told of, and ends.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vrrpd/pure/vrrp_alarm.h"

#define KIND	VRRP_ALARM_VRRP_BLOCKED

static const mono_t start = { 1000 * NS_PER_S };
static struct vrrp_alarms alarms;

static int
setup(void **state)
{
	(void)state;
	vrrp_alarm_init(&alarms);
	return 0;
}

static mono_t
after_ms(int64_t ms)
{
	return mono_add(start, ms * NS_PER_MS);
}

static struct vrrp_alarm_who
host(uint8_t last)
{
	const uint8_t bytes[] = { 192, 0, 2, last };
	struct vrrp_alarm_who who = { .mac = { 2, 0, 0, 0, 0, last },
		.has_mac = true };

	who.address = addr_from_bytes(AF_INET, bytes);
	return who;
}

static bool
raise_at(int64_t ms, int64_t patience_ms)
{
	return vrrp_alarm_raise(&alarms, after_ms(ms), ms, KIND, NULL, "text",
	    patience_ms * NS_PER_MS);
}

static bool
see_at(int64_t ms)
{
	return vrrp_alarm_see(&alarms, after_ms(ms), ms, KIND, NULL, "text",
	    1000 * NS_PER_MS, 600 * NS_PER_MS);
}

static void
assert_next_ms(int64_t ms)
{
	assert_int_equal(vrrp_alarm_next_expiry(&alarms).ns, after_ms(ms).ns);
}

/* Each kind has a word that scripts can look for, and a remedy. */
static void
test_vrrp_alarm_every_kind_has_a_word_and_a_remedy(void **state)
{
	const char *word;
	unsigned i, j;

	(void)state;
	for (i = 0; i < VRRP_ALARM_COUNT; i++) {
		word = vrrp_alarm_name(i);
		assert_true(word[0] != '\0');
		for (j = 0; word[j] != '\0'; j++)
			assert_true(islower((unsigned char)word[j]) ||
			    word[j] == '-');
		for (j = 0; j < i; j++)
			assert_string_not_equal(word, vrrp_alarm_name(j));
		assert_true(strlen(vrrp_alarm_remedy(i)) > 10);
	}
	assert_string_equal(vrrp_alarm_remedy(VRRP_ALARM_COUNT), "");
}

/* The words under ALARMS of the man page; how many. */
static unsigned
words_of_man_page(char words[][64], unsigned max)
{
	const char *dir = getenv("srcdir");
	char path[1024], line[1024];
	bool inside = false;
	unsigned n = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/man/vrrpd.8", dir == NULL ?
	    "." : dir);
	f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		if (strncmp(line, ".Sh ", 4) == 0)
			inside = strcmp(line, ".Sh ALARMS\n") == 0;
		if (inside && n < max &&
		    sscanf(line, ".It Cm %63[a-z-]", words[n]) == 1)
			n++;
	}
	(void)fclose(f);
	return n;
}

/* The man page has each kind, once, and none that is not. */
static void
test_vrrp_alarm_man_page_has_every_kind(void **state)
{
	char words[2 * VRRP_ALARM_COUNT][64];
	unsigned n = words_of_man_page(words, 2 * VRRP_ALARM_COUNT), i, j;

	(void)state;
	for (i = 0; i < VRRP_ALARM_COUNT; i++) {
		for (j = 0; j < n; j++)
			if (strcmp(words[j], vrrp_alarm_name(i)) == 0)
				break;
		if (j == n)
			fail_msg("%s is not in man/vrrpd.8",
			    vrrp_alarm_name(i));
	}
	assert_int_equal(n, VRRP_ALARM_COUNT);
}

static void
test_vrrp_alarm_level_stands_until_it_is_ended(void **state)
{
	(void)state;
	assert_false(vrrp_alarm_stands(&alarms, KIND));
	assert_null(vrrp_alarm_find(&alarms, KIND));
	assert_true(raise_at(0, 0));
	assert_true(vrrp_alarm_stands(&alarms, KIND));
	assert_false(raise_at(5000, 0));	/* nothing new */
	assert_true(mono_is_never(vrrp_alarm_next_expiry(&alarms)));
	assert_int_equal(vrrp_alarm_find(&alarms, KIND)->since.ns, start.ns);
	assert_int_equal(vrrp_alarm_find(&alarms, KIND)->since_real_ns, 0);
	assert_true(vrrp_alarm_end(&alarms, KIND));
	assert_false(vrrp_alarm_end(&alarms, KIND));
	assert_false(vrrp_alarm_stands(&alarms, KIND));
	assert_true(raise_at(6000, 0));
	assert_int_equal(vrrp_alarm_find(&alarms, KIND)->count, 2);
}

static void
test_vrrp_alarm_level_within_its_patience_is_none(void **state)
{
	(void)state;
	assert_false(raise_at(0, 1000));
	assert_true(vrrp_alarm_is_suspected(&alarms, KIND));
	assert_next_ms(1000);
	assert_false(vrrp_alarm_end(&alarms, KIND));	/* ordinary life */
	assert_false(raise_at(900, 1000));
	assert_next_ms(1900);
	assert_false(vrrp_alarm_expire(&alarms, after_ms(1899), 1));
	assert_true(vrrp_alarm_expire(&alarms, after_ms(1900), 7));
	assert_true(vrrp_alarm_stands(&alarms, KIND));
	assert_false(vrrp_alarm_is_suspected(&alarms, KIND));
	assert_int_equal(vrrp_alarm_find(&alarms, KIND)->since_real_ns, 7);
	assert_false(vrrp_alarm_expire(&alarms, after_ms(9000), 8));
}

static void
test_vrrp_alarm_sightings_must_span_the_patience(void **state)
{
	(void)state;
	assert_false(see_at(0));
	assert_false(see_at(500));
	assert_next_ms(1100);
	/* Patience alone proves nothing: the last sighting was before. */
	assert_false(vrrp_alarm_expire(&alarms, after_ms(1050), 0));
	assert_false(vrrp_alarm_stands(&alarms, KIND));
	assert_true(see_at(1050));
	assert_true(vrrp_alarm_stands(&alarms, KIND));
}

static void
test_vrrp_alarm_rare_sightings_are_single_ones(void **state)
{
	int64_t ms;

	(void)state;
	for (ms = 0; ms < 10000; ms += 600)
		assert_false(see_at(ms));
	assert_false(vrrp_alarm_expire(&alarms, after_ms(20000), 0));
	assert_false(vrrp_alarm_is_suspected(&alarms, KIND));
	assert_true(mono_is_never(vrrp_alarm_next_expiry(&alarms)));
}

static void
test_vrrp_alarm_without_sightings_is_over(void **state)
{
	int64_t ms;

	(void)state;
	for (ms = 0; ms <= 3000; ms += 500)
		(void)see_at(ms);
	assert_next_ms(3600);
	assert_false(vrrp_alarm_expire(&alarms, after_ms(3599), 0));
	assert_true(vrrp_alarm_expire(&alarms, after_ms(3600), 0));
	assert_false(vrrp_alarm_stands(&alarms, KIND));
}

static void
test_vrrp_alarm_another_who_or_text_is_new(void **state)
{
	struct vrrp_alarm_who a = host(1), b = host(1);

	(void)state;
	assert_true(vrrp_alarm_raise(&alarms, start, 0, KIND, &a, "x", 0));
	assert_false(vrrp_alarm_raise(&alarms, start, 0, KIND, &b, "x", 0));
	assert_true(vrrp_alarm_raise(&alarms, start, 0, KIND, &b, "y", 0));
	b.mac[5] = 9;
	assert_true(vrrp_alarm_raise(&alarms, start, 0, KIND, &b, "y", 0));
	b = host(2);
	assert_true(vrrp_alarm_raise(&alarms, start, 0, KIND, &b, "y", 0));
	assert_int_equal(vrrp_alarm_find(&alarms, KIND)->count, 1);
	assert_string_equal(vrrp_alarm_find(&alarms, KIND)->text, "y");
}

static void
test_vrrp_alarm_long_text_is_cut(void **state)
{
	char text[1000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_true(vrrp_alarm_raise(&alarms, start, 0, KIND, NULL, text, 0));
	assert_false(vrrp_alarm_raise(&alarms, start, 0, KIND, NULL, text, 0));
	assert_int_equal(strlen(vrrp_alarm_find(&alarms, KIND)->text),
	    VRRP_ALARM_TEXT_MAX - 1);
}

/* After a planned restart: the same alarm, whatever is not known yet. */
static void
test_vrrp_alarm_inherited_stands_until_found_or_not(void **state)
{
	struct vrrp_alarm_who who = host(1);
	const struct vrrp_alarm *a;
	uint64_t suppressed;

	(void)state;
	vrrp_alarm_inherit(&alarms, after_ms(0), KIND, after_ms(-5000), 42,
	    &who, NS_PER_S);
	assert_next_ms(1000);
	assert_false(vrrp_alarm_end(&alarms, KIND));	/* not known yet */
	a = vrrp_alarm_find(&alarms, KIND);
	assert_non_null(a);
	assert_int_equal(a->since.ns, after_ms(-5000).ns);
	assert_int_equal(vrrp_alarm_news(&alarms, after_ms(0), KIND,
	    &suppressed), VRRP_ALARM_NO_NEWS);
	/* Found again, with a patience: still the same one. */
	assert_true(vrrp_alarm_raise(&alarms, after_ms(900), 43, KIND, &who,
	    "text", NS_PER_S));
	assert_int_equal(a->count, 1);
	assert_int_equal(a->since_real_ns, 42);
	assert_int_equal(vrrp_alarm_news(&alarms, after_ms(900), KIND,
	    &suppressed), VRRP_ALARM_NO_NEWS);
	assert_false(vrrp_alarm_expire(&alarms, after_ms(5000), 44));
	assert_true(vrrp_alarm_end(&alarms, KIND));
	assert_int_equal(vrrp_alarm_news(&alarms, after_ms(5000), KIND,
	    &suppressed), VRRP_ALARM_OVER);
	/* Not found. */
	vrrp_alarm_inherit(&alarms, after_ms(6000), KIND, after_ms(0), 42,
	    &who, NS_PER_S);
	assert_true(vrrp_alarm_expire(&alarms, after_ms(7000), 45));
	assert_null(vrrp_alarm_find(&alarms, KIND));
	assert_int_equal(vrrp_alarm_news(&alarms, after_ms(7000), KIND,
	    &suppressed), VRRP_ALARM_OVER);
}

static enum vrrp_alarm_news
news_at(int64_t ms, uint64_t *suppressed)
{
	return vrrp_alarm_news(&alarms, after_ms(ms), KIND, suppressed);
}

/* Begin and end, once each; what flickers says so every ten seconds. */
static void
test_vrrp_alarm_news_are_told_once_and_limited(void **state)
{
	uint64_t suppressed;
	int64_t ms;

	(void)state;
	assert_int_equal(news_at(0, &suppressed), VRRP_ALARM_NO_NEWS);
	(void)raise_at(0, 0);
	assert_int_equal(news_at(0, &suppressed), VRRP_ALARM_BEGAN);
	assert_int_equal(suppressed, 0);
	assert_int_equal(news_at(0, &suppressed), VRRP_ALARM_NO_NEWS);
	(void)vrrp_alarm_end(&alarms, KIND);
	assert_int_equal(news_at(0, &suppressed), VRRP_ALARM_OVER);
	assert_int_equal(news_at(0, &suppressed), VRRP_ALARM_NO_NEWS);
	for (ms = 100; ms < 1000; ms += 100) {
		(void)raise_at(ms, 0);
		assert_int_equal(news_at(ms, &suppressed), VRRP_ALARM_NO_NEWS);
		assert_next_ms(10000);		/* if it stands until then */
		(void)vrrp_alarm_end(&alarms, KIND);
		assert_int_equal(news_at(ms, &suppressed), VRRP_ALARM_NO_NEWS);
	}
	(void)raise_at(2000, 0);
	assert_int_equal(news_at(9999, &suppressed), VRRP_ALARM_NO_NEWS);
	assert_int_equal(news_at(10000, &suppressed), VRRP_ALARM_BEGAN);
	assert_int_equal(suppressed, 9);
	assert_true(mono_is_never(vrrp_alarm_next_expiry(&alarms)));
}

static void
test_vrrp_alarm_who_is_what_is_known(void **state)
{
	struct vrrp_alarm_who who = host(7);
	char buf[VRRP_ALARM_WHO_STRLEN];

	(void)state;
	assert_string_equal(vrrp_alarm_who_words(&who, buf, sizeof(buf)),
	    " peer=192.0.2.7 mac=02:00:00:00:00:07");
	who.has_mac = false;
	assert_string_equal(vrrp_alarm_who_words(&who, buf, sizeof(buf)),
	    " peer=192.0.2.7");
	memset(&who, 0, sizeof(who));
	assert_string_equal(vrrp_alarm_who_words(&who, buf, sizeof(buf)), "");
	who.has_mac = true;
	assert_string_equal(vrrp_alarm_who_words(&who, buf, sizeof(buf)),
	    " mac=00:00:00:00:00:00");
	assert_int_equal(addr_parse("2001:db8:1111:2222:3333:4444:5555:6666",
	    &who.address), 0);
	assert_int_equal(strlen(vrrp_alarm_who_words(&who, buf, sizeof(buf))),
	    6 + 38 + 22);
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_vrrp_alarm_every_kind_has_a_word_and_a_remedy),
	    TEST(test_vrrp_alarm_man_page_has_every_kind),
	    TEST(test_vrrp_alarm_level_stands_until_it_is_ended),
	    TEST(test_vrrp_alarm_level_within_its_patience_is_none),
	    TEST(test_vrrp_alarm_sightings_must_span_the_patience),
	    TEST(test_vrrp_alarm_rare_sightings_are_single_ones),
	    TEST(test_vrrp_alarm_without_sightings_is_over),
	    TEST(test_vrrp_alarm_another_who_or_text_is_new),
	    TEST(test_vrrp_alarm_long_text_is_cut),
	    TEST(test_vrrp_alarm_inherited_stands_until_found_or_not),
	    TEST(test_vrrp_alarm_news_are_told_once_and_limited),
	    TEST(test_vrrp_alarm_who_is_what_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
