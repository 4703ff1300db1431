/*
 * test_vrrp_reading.c - what was read as bytes and back: every golden, every strict
 * prefix, values out of range, and files that are none.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "vrrpd/config/vrrp_conf.h"
#include "vrrpd/config/vrrp_conf_print.h"
#include "vrrpd/config/vrrp_reading.h"

#define WEB								\
	"instance web { interface = eth0 virtual_router_id = 51 "	\
	"virtual_addresses = { 192.0.2.50/24 } }\n"
#define EVERYTHING							\
	"router_id = lb1\nrealtime_priority = 7\nclient_grace = 3s\n"	\
	"nonlocal_bind = yes\ncheck_user = games\n"				\
	"script s { command = \"/bin/true -a\" interval = 5s }\n"	\
	"http h { url = \"http://192.0.2.9/\" status = { 200, 300-399 } }\n" \
	"instance a { interface = eth0 virtual_router_id = 1 "		\
	"virtual_addresses = { 192.0.2.1/24, 192.0.2.2/24 } "		\
	"unicast_peers = { 192.0.2.9 } bfd 192.0.2.9 { role = peer interval = 10ms } " \
	"track_script s { weight = -5 } track_http h { weight = -1 } "		\
	"notify = \"/bin/true\" }\n"						\
	"instance b { interface = eth1 virtual_router_id = 2 "		\
	"virtual_addresses = { fe80::1/64, 2001:db8::1/64 } }\n"	\
	"group g { members = { a, b } }\n"

static char top[4096];

static struct vrrp_reading *
reading_of(const char *text)
{
	struct vrrp_reading *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	r->good = vrrp_conf_parse_text(text, "v.conf", 0, &r->config,
	    &r->errors, &r->warnings) == 0;
	return r;
}

static void
assert_same_list(const struct conf_errors *a, const struct conf_errors *b)
{
	unsigned i;

	assert_int_equal(a->count, b->count);
	for (i = 0; i < a->count && i < CONF_ERRORS_MAX; i++) {
		assert_string_equal(a->list[i].file, b->list[i].file);
		assert_int_equal(a->list[i].line, b->list[i].line);
		assert_string_equal(a->list[i].text, b->list[i].text);
	}
}

/* All fields, the line that no printing shows included. */
static void
assert_same(const struct vrrp_reading *a, const struct vrrp_reading *b)
{
	char *x = vrrp_conf_print(&a->config), *y = vrrp_conf_print(&b->config);
	unsigned i;

	assert_int_equal(a->good, b->good);
	assert_same_list(&a->errors, &b->errors);
	assert_same_list(&a->warnings, &b->warnings);
	assert_string_equal(x, y);
	free(x);
	free(y);
	assert_int_equal(a->config.count, b->config.count);
	for (i = 0; i < a->config.count; i++)
		assert_memory_equal(&a->config.instances[i],
		    &b->config.instances[i], sizeof(struct vrrp_params));
	assert_int_equal(a->config.tracker_count, b->config.tracker_count);
	for (i = 0; i < a->config.tracker_count; i++)
		assert_memory_equal(&a->config.trackers[i],
		    &b->config.trackers[i],
		    sizeof(struct vrrp_tracker_params));
	assert_int_equal(a->config.group_count, b->config.group_count);
	for (i = 0; i < a->config.group_count; i++) {
		assert_int_equal(a->config.groups[i].line,
		    b->config.groups[i].line);
		assert_memory_equal(a->config.groups[i].tracks,
		    b->config.groups[i].tracks,
		    sizeof(b->config.groups[i].tracks));
	}
}

static void
check_round_trip(const char *text)
{
	struct vrrp_reading *r = reading_of(text), *again = NULL;
	uint8_t *bytes = NULL;
	size_t len = vrrp_reading_encode(r, &bytes);

	assert_true(len > 0 && len <= VRRP_READING_MAX);
	assert_int_equal(vrrp_reading_decode(bytes, len, &again), 0);
	assert_same(r, again);
	free(bytes);
	vrrp_reading_free(r);
	vrrp_reading_free(again);
}

static void
test_vrrp_reading_every_golden_is_the_same_again(void **state)
{
	static char text[65536];
	struct dirent **list;
	char path[5000];
	int n, i, count = 0;
	size_t len;
	FILE *f;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/test/conf/vrrpd", top);
	n = scandir(path, &list, NULL, alphasort);
	assert_true(n > 50);
	for (i = 0; i < n; i++) {
		len = strlen(list[i]->d_name);
		if (len > 5 && strcmp(list[i]->d_name + len - 5, ".conf") ==
		    0) {
			(void)snprintf(path, sizeof(path),
			    "%s/test/conf/vrrpd/%s", top, list[i]->d_name);
			f = fopen(path, "r");
			assert_non_null(f);
			len = fread(text, 1, sizeof(text) - 1, f);
			text[len] = '\0';
			(void)fclose(f);
			check_round_trip(text);
			count++;
		}
		free(list[i]);
	}
	free(list);
	assert_true(count > 50);
	check_round_trip(EVERYTHING);
	check_round_trip("");
}

/* A reading with errors has no values, and its errors arrive. */
static void
test_vrrp_reading_errors_arrive_with_file_and_line(void **state)
{
	struct vrrp_reading *r = reading_of("\nprioriti = 5\n"), *again = NULL;
	uint8_t *bytes = NULL;
	char why[600];
	size_t len;

	(void)state;
	assert_false(r->good);
	len = vrrp_reading_encode(r, &bytes);
	assert_int_equal(vrrp_reading_decode(bytes, len, &again), 0);
	assert_false(again->good);
	assert_int_equal(again->config.count, 0);
	assert_string_equal(vrrp_reading_why(again, why, sizeof(why)),
	    "v.conf:2: unknown word 'prioriti'");
	again->errors.count = 3;
	assert_string_equal(vrrp_reading_why(again, why, sizeof(why)),
	    "v.conf:2: unknown word 'prioriti' (and 2 more)");
	free(bytes);
	vrrp_reading_free(r);
	vrrp_reading_free(again);
}

static void
test_vrrp_reading_every_strict_prefix_is_refused(void **state)
{
	struct vrrp_reading *r = reading_of(EVERYTHING), *again = NULL;
	uint8_t *bytes = NULL, *copy;
	size_t len = vrrp_reading_encode(r, &bytes), n;

	(void)state;
	assert_true(r->good);
	for (n = 0; n < len; n++) {
		copy = malloc(n + 1);
		memcpy(copy, bytes, n);
		assert_int_equal(vrrp_reading_decode(copy, n, &again),
		    -EBADMSG);
		free(copy);
	}
	/* Nor may anything follow. */
	copy = calloc(1, len + 1);
	memcpy(copy, bytes, len);
	assert_int_equal(vrrp_reading_decode(copy, len + 1, &again), -EBADMSG);
	assert_null(again);
	free(copy);
	free(bytes);
	vrrp_reading_free(r);
}

/* A value of any byte: refused, or the same when coded again. */
static void
test_vrrp_reading_any_byte_changed_is_refused_or_in_range(void **state)
{
	struct vrrp_reading *r = reading_of(EVERYTHING), *again;
	uint8_t *bytes = NULL, *twice, was;
	size_t len = vrrp_reading_encode(r, &bytes), n, i;

	(void)state;
	for (n = 0; n < len; n++) {
		was = bytes[n];
		bytes[n] ^= 0x81;
		again = NULL;
		if (vrrp_reading_decode(bytes, len, &again) == 0) {
			assert_int_equal(vrrp_reading_encode(again, &twice),
			    len);
			assert_memory_equal(twice, bytes, len);
			free(twice);
			for (i = 0; i < again->config.count; i++) {
				assert_true(again->config.instances[i].
				    vip_count <= VRRP_VIPS_MAX);
				assert_true(vrrp_params_addresses(
				    &again->config.instances[i]) <=
				    VRRP_ADDRESSES_MAX);
				assert_true(again->config.instances[i].
				    advert_int_cs <= 25500);
			}
			vrrp_reading_free(again);
		}
		bytes[n] = was;
	}
	free(bytes);
	vrrp_reading_free(r);
}

static void
test_vrrp_reading_of_another_layout_is_another_error(void **state)
{
	struct vrrp_reading *r = reading_of(WEB), *again = NULL;
	uint8_t *bytes = NULL;
	size_t len = vrrp_reading_encode(r, &bytes);

	(void)state;
	bytes[7] ^= 1;
	assert_int_equal(vrrp_reading_decode(bytes, len, &again), -EPROTO);
	assert_null(again);
	free(bytes);
	vrrp_reading_free(r);
}

/* A step is one instance; giving up in the middle frees all. */
static void
test_vrrp_reading_steps_are_single_elements(void **state)
{
	struct vrrp_reading *r = reading_of(EVERYTHING);
	struct vrrp_decoding *d;
	uint8_t *bytes = NULL;
	size_t len = vrrp_reading_encode(r, &bytes);
	unsigned steps, stop;

	(void)state;
	/* The head, two instances, two trackers, a group. */
	for (stop = 0; stop <= 6; stop++) {
		d = vrrp_decoding_begin(bytes, len);
		assert_non_null(d);
		for (steps = 0; steps < stop; steps++)
			assert_int_equal(vrrp_decoding_step(d), steps < 5);
		if (stop < 6)
			assert_null(vrrp_decoding_end(d));
		else
			vrrp_reading_free(vrrp_decoding_end(d));
	}
	assert_null(vrrp_decoding_end(NULL));
	free(bytes);
	vrrp_reading_free(r);
}

static void
test_vrrp_reading_of_a_file_that_is_none_says_why(void **state)
{
	struct vrrp_reading *r = vrrp_reading_of_file("/nosuch/vrrpd.conf");
	char why[600];

	(void)state;
	assert_non_null(r);
	assert_false(r->good);
	assert_string_equal(vrrp_reading_why(r, why, sizeof(why)),
	    "/nosuch/vrrpd.conf: No such file or directory");
	vrrp_reading_free(r);
	vrrp_reading_free(NULL);
}

static void
test_vrrp_reading_of_values_alone_is_good(void **state)
{
	struct vrrp_reading *r = reading_of(EVERYTHING), *again = NULL;
	uint8_t *bytes = NULL;
	size_t len = vrrp_reading_encode_config(&r->config, &bytes);

	(void)state;
	assert_int_equal(vrrp_reading_decode(bytes, len, &again), 0);
	assert_same(r, again);
	free(bytes);
	vrrp_reading_free(r);
	vrrp_reading_free(again);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vrrp_reading_every_golden_is_the_same_again),
		cmocka_unit_test(test_vrrp_reading_errors_arrive_with_file_and_line),
		cmocka_unit_test(test_vrrp_reading_every_strict_prefix_is_refused),
		cmocka_unit_test(test_vrrp_reading_any_byte_changed_is_refused_or_in_range),
		cmocka_unit_test(test_vrrp_reading_of_another_layout_is_another_error),
		cmocka_unit_test(test_vrrp_reading_steps_are_single_elements),
		cmocka_unit_test(test_vrrp_reading_of_a_file_that_is_none_says_why),
		cmocka_unit_test(test_vrrp_reading_of_values_alone_is_good),
	};
	const char *srcdir = getenv("srcdir");

	if (realpath(srcdir == NULL ? "." : srcdir, top) == NULL)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
