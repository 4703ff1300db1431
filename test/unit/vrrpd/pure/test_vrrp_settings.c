/* test_vrrp_settings.c - what a virtual MAC device must have, row by row. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <sys/socket.h>

#include "vrrpd/pure/vrrp_settings.h"

static const struct vrrp_setting *
row(uint8_t device, uint8_t family, const char *key)
{
	const struct vrrp_setting *s;
	size_t n, i;

	s = vrrp_settings(device, false, &n);
	for (i = 0; i < n; i++)
		if (s[i].family == family && strcmp(s[i].key, key) == 0)
			return &s[i];
	fail_msg("no row for %s", key);
	return NULL;
}

/* Settings that would answer for addresses of the other family. */
static void
test_vrrp_settings_silence_the_other_family(void **state)
{
	(void)state;
	assert_int_equal(row(AF_INET6, AF_INET, "arp_ignore")->value, 8);
	assert_true(row(AF_INET6, AF_INET, "arp_ignore")->required);
	assert_int_equal(row(AF_INET, AF_INET6, "disable_ipv6")->value, 1);
	assert_int_equal(row(AF_INET6, AF_INET, "forwarding")->value, 0);
}

static void
test_vrrp_settings_keep_both_from_answering_for_others(void **state)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		assert_int_equal(row(families[i], AF_INET, "proxy_arp")->value,
		    0);
		assert_int_equal(row(families[i], AF_INET, "medium_id")->value,
		    -1);
	}
}

static void
test_vrrp_settings_each_is_there_once_and_right_as_written(void **state)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	const struct vrrp_setting *s;
	size_t i, n, j;

	(void)state;
	for (i = 0; i < 2; i++) {
		s = vrrp_settings(families[i], false, &n);
		for (j = 0; j < n; j++) {
			assert_ptr_equal(row(families[i], s[j].family,
			    s[j].key), &s[j]);
			if (s[j].value != VRRP_SETTING_AS_PARENT)
				assert_true(vrrp_setting_works(&s[j], 0,
				    s[j].value));
		}
	}
}

static void
test_vrrp_settings_what_works_without_being_written(void **state)
{
	static const struct {
		uint8_t		 device;
		const char	*key;
		int		 all, own;
		bool		 works;
	} rows[] = {
		{ AF_INET, "arp_ignore", 0, 0, false },
		{ AF_INET, "arp_ignore", 1, 0, true },
		{ AF_INET, "arp_ignore", 2, 1, true },
		/* Answers for the addresses of every device. */
		{ AF_INET, "arp_ignore", 3, 1, false },
		{ AF_INET, "arp_ignore", 8, 1, false },
		{ AF_INET, "rp_filter", 0, 0, true },
		{ AF_INET, "rp_filter", 1, 0, false },
		{ AF_INET, "rp_filter", 0, 1, false },
		{ AF_INET, "rp_filter", 1, 2, true },
		{ AF_INET, "arp_filter", 1, 0, false },
		{ AF_INET, "arp_filter", 0, 1, false },
		{ AF_INET, "arp_filter", 0, 0, true },
		{ AF_INET, "proxy_arp", 1, 0, false },
		{ AF_INET, "medium_id", 5, -1, true },
		{ AF_INET, "medium_id", -1, 0, false },
		{ AF_INET6, "arp_ignore", 2, 0, false },
		{ AF_INET6, "arp_ignore", 2, 8, true },
		{ AF_INET6, "arp_ignore", 8, 0, true },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (vrrp_setting_works(row(rows[i].device, AF_INET,
		    rows[i].key), rows[i].all, rows[i].own) != rows[i].works)
			fail_msg("%s all=%d own=%d", rows[i].key, rows[i].all,
			    rows[i].own);
	assert_true(vrrp_setting_works(row(AF_INET, AF_INET6, "disable_ipv6"),
	    0, 1));
	assert_false(vrrp_setting_works(row(AF_INET, AF_INET6, "disable_ipv6"),
	    1, 0));
}

static const char *set_key;
static int set_value;

static int
value_of_all(const struct vrrp_setting *s, void *arg)
{
	(void)arg;
	return s->family == AF_INET && strcmp(s->key, set_key) == 0 ?
	    set_value : 0;
}

static bool uncured;

static const char *
obstacle(uint8_t device, const char *key, int value)
{
	const struct vrrp_setting *s;
	int found = -1;

	set_key = key;
	set_value = value;
	s = vrrp_setting_obstacle(device, uncured, value_of_all, NULL, &found);
	if (s == NULL)
		return NULL;
	assert_int_equal(found, value);
	assert_non_null(vrrp_setting_otherwise(s));
	return s->key;
}

/* Values of "all" that no value of the device can outdo. */
static void
test_vrrp_settings_of_all_that_nothing_cures(void **state)
{
	(void)state;
	uncured = true;
	assert_string_equal(obstacle(AF_INET, "arp_filter", 1), "arp_filter");
	uncured = false;
	assert_null(obstacle(AF_INET, "arp_filter", 1));
	assert_null(obstacle(AF_INET, "arp_filter", 0));
	assert_null(obstacle(AF_INET, "arp_ignore", 0));
	assert_null(obstacle(AF_INET, "arp_ignore", 2));
	assert_string_equal(obstacle(AF_INET, "arp_ignore", 3), "arp_ignore");
	assert_string_equal(obstacle(AF_INET, "arp_ignore", 8), "arp_ignore");
	assert_null(obstacle(AF_INET, "rp_filter", 1));
	assert_null(obstacle(AF_INET, "proxy_arp", 1));
	assert_null(obstacle(AF_INET6, "arp_filter", 1));
	assert_null(obstacle(AF_INET6, "arp_ignore", 2));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_vrrp_settings_silence_the_other_family),
	    cmocka_unit_test(
	    test_vrrp_settings_keep_both_from_answering_for_others),
	    cmocka_unit_test(
	    test_vrrp_settings_each_is_there_once_and_right_as_written),
	    cmocka_unit_test(
	    test_vrrp_settings_what_works_without_being_written),
	    cmocka_unit_test(test_vrrp_settings_of_all_that_nothing_cures),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
