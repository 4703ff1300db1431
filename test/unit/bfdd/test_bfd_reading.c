/*
 * test_bfd_reading.c - what was read as bytes and back: every strict prefix, every
 * byte another one, and bytes that are none.
 */
#include "config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bfdd/bfd_conf.h"
#include "bfdd/bfd_reading.h"

#define HEAD	8		/* bytes: magic and layout */

static struct bfd_reading reading, again;

static void
read_text(const char *text)
{
	memset(&reading, 0, sizeof(reading));
	memset(&again, 0, sizeof(again));
	reading.good = bfd_conf_parse_text(text, "b.conf", &reading.config,
	    &reading.errors) == 0;
}

static void
forget(void)
{
	bfd_config_free(&reading.config);
	bfd_config_free(&again.config);
}

static void
assert_same_again(void)
{
	uint8_t *bytes = NULL;
	size_t len = bfd_reading_encode(&reading, &bytes);
	unsigned i;

	assert_true(len > HEAD);
	assert_int_equal(bfd_reading_decode(bytes, len, &again), 0);
	free(bytes);
	assert_int_equal(again.good, reading.good);
	assert_memory_equal(&again.errors, &reading.errors,
	    sizeof(again.errors));
	assert_int_equal(again.config.realtime_priority,
	    reading.config.realtime_priority);
	assert_int_equal(again.config.packets_max, reading.config.packets_max);
	assert_int_equal(again.config.count, reading.config.count);
	for (i = 0; i < again.config.count; i++)
		assert_memory_equal(&again.config.sessions[i],
		    &reading.config.sessions[i], sizeof(struct bfd_params));
}

#define EVERYTHING							\
	"realtime_priority = 7\nmax_packets_per_second = 4711\n"	\
	"session a { peer = 192.0.2.1 interface = eth0 multiplier = 5 " \
	"min_tx = 10ms min_rx = 20ms passive = yes }\n"			\
	"session b { peer = 2001:db8::1 local = 2001:db8::2 "		\
	"multihop = yes rx_ttl = 250 admin_down = yes }\n"		\
	"session c { peer = fe80::1 interface = eth1 "			\
	"auth = keyed-sha1 auth_key_id = 7 auth_key = \"secret\" "	\
	"accept_key 8 { key = 0x0001ff } }\n"

static void
test_bfd_reading_everything_is_the_same_again(void **state)
{
	(void)state;
	read_text(EVERYTHING);
	assert_string_equal(reading.errors.list[0].text, "");
	assert_int_equal(reading.config.count, 3);
	assert_same_again();
	forget();
	read_text("");
	assert_same_again();
	forget();
}

static void
test_bfd_reading_errors_are_the_same_again(void **state)
{
	(void)state;
	read_text("session a { peer = nobody }\nnonsense = 1\n");
	assert_false(reading.good);
	assert_same_again();
	forget();
}

static void
test_bfd_reading_most_sessions_there_can_be(void **state)
{
	unsigned i;

	(void)state;
	read_text("session name-of-thirty-one-characters-- "
	    "{ peer = fe80::ffff:ffff:ffff interface = interface-015 "
	    "auth = simple auth_key_id = 7 auth_key = \"sixteen-letters-\" "
	    "}\n");
	assert_int_equal(reading.config.count, 1);
	reading.config.sessions = realloc(reading.config.sessions,
	    BFD_SESSIONS_MAX * sizeof(struct bfd_params));
	reading.config.count = BFD_SESSIONS_MAX;
	for (i = 1; i < BFD_SESSIONS_MAX; i++)
		reading.config.sessions[i] = reading.config.sessions[0];
	assert_same_again();
	forget();
}

/* Nothing is left of what was refused. */
static void
assert_refused(const uint8_t *bytes, size_t len)
{
	static const struct bfd_reading none;

	memset(&again, 0, sizeof(again));
	assert_true(bfd_reading_decode(bytes, len, &again) < 0);
	assert_memory_equal(&again, &none, sizeof(none));
}

static void
test_bfd_reading_what_is_cut_off_or_too_long_is_refused(void **state)
{
	uint8_t *bytes = NULL, *copy;
	size_t len, i;

	(void)state;
	read_text(EVERYTHING);
	len = bfd_reading_encode(&reading, &bytes);
	for (i = 0; i < len; i++) {
		copy = malloc(i == 0 ? 1 : i);	/* for the sanitizer */
		assert_non_null(copy);
		memcpy(copy, bytes, i);
		assert_refused(copy, i);
		free(copy);
	}
	bytes = realloc(bytes, len + 1);
	bytes[len] = 0;
	assert_refused(bytes, len + 1);
	bytes[HEAD - 1] ^= 1;
	assert_int_equal(bfd_reading_decode(bytes, len, &again), -EPROTO);
	free(bytes);
	forget();
}

/* Bytes that are taken are the same when they are written again. */
static void
test_bfd_reading_every_byte_another_one(void **state)
{
	static const uint8_t changes[] = { 0x01, 0x80, 0xff };
	uint8_t *bytes = NULL, *more;
	size_t len, i, k, n;

	(void)state;
	read_text(EVERYTHING);
	len = bfd_reading_encode(&reading, &bytes);
	for (i = HEAD; i < len; i++)
		for (k = 0; k < sizeof(changes); k++) {
			bytes[i] ^= changes[k];
			memset(&again, 0, sizeof(again));
			if (bfd_reading_decode(bytes, len, &again) == 0) {
				n = bfd_reading_encode(&again, &more);
				assert_int_equal(n, len);
				assert_memory_equal(more, bytes, len);
				free(more);
				bfd_config_free(&again.config);
			}
			bytes[i] ^= changes[k];
		}
	free(bytes);
	forget();
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bfd_reading_everything_is_the_same_again),
		cmocka_unit_test(test_bfd_reading_errors_are_the_same_again),
		cmocka_unit_test(test_bfd_reading_most_sessions_there_can_be),
		cmocka_unit_test(
		    test_bfd_reading_what_is_cut_off_or_too_long_is_refused),
		cmocka_unit_test(test_bfd_reading_every_byte_another_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
