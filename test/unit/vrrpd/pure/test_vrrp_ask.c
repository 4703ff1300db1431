/*
 * test_vrrp_ask.c - questions to the network, as bytes.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "shared/pure/csum.h"
#include "vrrpd/pure/vrrp_ask.h"

static const uint8_t own[6] = { 2, 0, 0, 0, 0, 1 };
static const uint8_t partner_mac[6] = { 2, 0, 0, 0, 0, 9 };
static const uint8_t all[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

static uint8_t frame[VRRP_ASK_FRAME_MAX];
static size_t len;
static struct vrrp_ask_heard heard;

static struct addr
addr(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, &a), 0);
	return a;
}

static void
build(const char *target, const char *source, bool active)
{
	struct addr t = addr(target), s = addr(source);

	len = vrrp_ask_build(&t, &s, own, 51, active, frame, sizeof(frame));
	assert_true(len > 0);
}

static void
build_trial(const char *partner, const uint8_t *to, const char *source)
{
	struct addr p = addr(partner), s = addr(source);

	len = vrrp_ask_build_trial(&p, to, &s, own, frame, sizeof(frame));
	assert_true(len > 0);
}

static void
assert_addr(const struct addr *a, const char *text)
{
	char buf[ADDR_STRLEN];

	assert_string_equal(addr_format(a, buf, sizeof(buf)), text);
}

static void
test_vrrp_ask_arp_is_a_request_from_the_own_address(void **state)
{
	static const uint8_t expected[42] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 8, 6,
		0, 1, 8, 0, 6, 4, 0, 1,
		2, 0, 0, 0, 0, 1, 192, 0, 2, 1,
		0x00, 0x00, 0x5e, 0x00, 0x01, 51, 192, 0, 2, 50
	};

	(void)state;
	build("192.0.2.50", "192.0.2.1", true);
	assert_int_equal(len, sizeof(expected));
	assert_memory_equal(frame, expected, sizeof(expected));
	assert_true(vrrp_ask_parse(frame, len, &heard));
	assert_int_equal(heard.what, VRRP_ASK_SIGNED);
	assert_true(heard.active);
	assert_int_equal(heard.vrid, 51);
	assert_addr(&heard.address, "192.0.2.50");
	assert_addr(&heard.source, "192.0.2.1");
	assert_memory_equal(heard.mac, own, 6);
	build("192.0.2.50", "192.0.2.1", false);
	assert_true(vrrp_ask_parse(frame, len, &heard));
	assert_false(heard.active);
	assert_int_equal(heard.vrid, 51);
}

static void
test_vrrp_ask_nd_is_a_solicitation_with_a_nonce(void **state)
{
	struct addr group = addr("ff02::1:ff00:50"), source = addr("fe80::1");

	(void)state;
	build("2001:db8::50", "fe80::1", true);
	assert_int_equal(len, 14 + 40 + 40);
	assert_memory_equal(frame, "\x33\x33\xff\x00\x00\x50", 6);
	assert_memory_equal(frame + 38, group.bytes, 16);
	assert_int_equal(frame[21], 255);
	assert_memory_equal(frame + 86, "\x0e\x01\x00\x00\x5e\x00\x02\x33", 8);
	assert_int_equal(csum_finish(csum_add_pseudo(csum_add(0, frame + 54,
	    40), &source, &group, 58, 40)), 0);
	assert_true(vrrp_ask_parse(frame, len, &heard));
	assert_int_equal(heard.what, VRRP_ASK_SIGNED);
	assert_true(heard.active);
	assert_addr(&heard.address, "2001:db8::50");
	assert_addr(&heard.source, "fe80::1");
	build("2001:db8::50", "fe80::1", false);
	assert_true(vrrp_ask_parse(frame, len, &heard));
	assert_false(heard.active);
}

static void
test_vrrp_ask_trial_teaches_nobody(void **state)
{
	(void)state;
	build_trial("192.0.2.9", NULL, "192.0.2.1");
	assert_memory_equal(frame, all, 6);
	assert_memory_equal(frame + 28, "\0\0\0\0\0\0\0\0\0\0", 10);
	assert_memory_equal(frame + 38, "\xc0\x00\x02\x09", 4);
	assert_false(vrrp_ask_parse(frame, len, &heard));
	build_trial("192.0.2.9", partner_mac, "192.0.2.1");
	assert_memory_equal(frame, partner_mac, 6);
	build_trial("fe80::9", partner_mac, "fe80::50");
	assert_int_equal(len, 14 + 40 + 32);
	assert_memory_equal(frame + 38, frame + 62, 16);
	assert_true(vrrp_ask_parse(frame, len, &heard));
	assert_int_equal(heard.what, VRRP_ASK_ASKED);	/* for no virtual address */
	assert_addr(&heard.asked, "fe80::9");
}

/* The families must agree, and the frame must fit. */
static void
test_vrrp_ask_what_cannot_be_built_is_nothing(void **state)
{
	struct addr four = addr("192.0.2.1"), six = addr("fe80::1");
	struct addr none = { 0 };
	size_t size;

	(void)state;
	assert_int_equal(vrrp_ask_build(&four, &six, own, 1, true, frame,
	    sizeof(frame)), 0);
	assert_int_equal(vrrp_ask_build(&none, &none, own, 1, true, frame,
	    sizeof(frame)), 0);
	assert_int_equal(vrrp_ask_build_trial(&none, NULL, &four, own, frame,
	    sizeof(frame)), 0);
	assert_int_equal(vrrp_ask_build_trial(&six, NULL, &four, own, frame,
	    sizeof(frame)), 0);
	for (size = 0; size < 42; size++)
		assert_int_equal(vrrp_ask_build(&four, &four, own, 1, true,
		    frame, size), 0);
	for (size = 0; size < 94; size++)
		assert_int_equal(vrrp_ask_build(&six, &six, own, 1, true,
		    frame, size), 0);
}

/* An answer to the ask, to the trial, and an announcement. */
static void
test_vrrp_ask_arp_of_others_is_a_claim_or_an_answer(void **state)
{
	(void)state;
	build("192.0.2.1", "192.0.2.50", true);
	frame[21] = 2;				/* a reply */
	memcpy(frame, partner_mac, 6);
	assert_true(vrrp_ask_parse(frame, len, &heard));
	assert_int_equal(heard.what, VRRP_ASK_CLAIM);
	assert_addr(&heard.address, "192.0.2.50");
	assert_memory_equal(heard.mac, own, 6);
	assert_memory_equal(heard.to, partner_mac, 6);
	memset(frame + 38, 0, 4);
	assert_true(vrrp_ask_parse(frame, len, &heard));
	assert_int_equal(heard.what, VRRP_ASK_ANSWER);
	assert_addr(&heard.address, "192.0.2.50");
	build("192.0.2.50", "192.0.2.50", true);	/* gratuitous */
	assert_true(vrrp_ask_parse(frame, len, &heard));
	assert_int_equal(heard.what, VRRP_ASK_CLAIM);
	assert_false(addr_is_set(&heard.asked));
	frame[21] = 3;				/* RARP */
	assert_false(vrrp_ask_parse(frame, len, &heard));
}

/* A client's, which signs nothing. */
static void
test_vrrp_ask_of_a_client_says_who_and_for_what(void **state)
{
	(void)state;
	build("192.0.2.50", "192.0.2.9", true);
	memset(frame + 32, 0, 6);
	assert_true(vrrp_ask_parse(frame, len, &heard));
	assert_int_equal(heard.what, VRRP_ASK_CLAIM);	/* of its own */
	assert_addr(&heard.address, "192.0.2.9");
	assert_addr(&heard.asked, "192.0.2.50");
	build("192.0.2.50", "192.0.2.9", true);
	assert_true(vrrp_ask_parse(frame, len, &heard));
	assert_false(addr_is_set(&heard.asked));	/* a router's */
	build("2001:db8::50", "fe80::9", true);
	frame[19] -= 8;					/* without its nonce */
	assert_true(vrrp_ask_parse(frame, len - 8, &heard));
	assert_int_equal(heard.what, VRRP_ASK_ASKED);
	assert_addr(&heard.address, "fe80::9");
	assert_addr(&heard.asked, "2001:db8::50");
}

static void
test_vrrp_ask_nd_of_others_is_a_claim(void **state)
{
	(void)state;
	build("2001:db8::50", "fe80::9", true);
	frame[54] = 136;
	frame[78] = 2;				/* target's address */
	assert_true(vrrp_ask_parse(frame, len, &heard));
	assert_int_equal(heard.what, VRRP_ASK_CLAIM);
	assert_addr(&heard.address, "2001:db8::50");
	assert_memory_equal(heard.mac, own, 6);
	frame[21] = 254;			/* from beyond a router */
	assert_false(vrrp_ask_parse(frame, len, &heard));
	frame[21] = 255;
	frame[79] = 0;				/* an option without length */
	assert_false(vrrp_ask_parse(frame, len, &heard));
	frame[79] = 200;			/* and one beyond the end */
	assert_false(vrrp_ask_parse(frame, len, &heard));
	frame[79] = 1;
	frame[12] = 0;
	assert_false(vrrp_ask_parse(frame, len, &heard));
}

/* Cut anywhere, and each byte changed: never beyond the end. */
static void
test_vrrp_ask_any_bytes_can_be_parsed(void **state)
{
	static const char *const targets[] = { "192.0.2.50", "2001:db8::50" };
	static const char *const sources[] = { "192.0.2.1", "fe80::1" };
	uint8_t copy[VRRP_ASK_FRAME_MAX];
	size_t n;
	unsigned i, bit;

	(void)state;
	for (i = 0; i < 2; i++) {
		build(targets[i], sources[i], true);
		for (n = 0; n < len; n++)
			assert_false(vrrp_ask_parse(frame, n, &heard));
		for (n = 0; n < len; n++)
			for (bit = 0; bit < 8; bit++) {
				memcpy(copy, frame, len);
				copy[n] ^= (uint8_t)(1u << bit);
				(void)vrrp_ask_parse(copy, len, &heard);
			}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		test_vrrp_ask_arp_is_a_request_from_the_own_address),
	    cmocka_unit_test(test_vrrp_ask_nd_is_a_solicitation_with_a_nonce),
	    cmocka_unit_test(test_vrrp_ask_trial_teaches_nobody),
	    cmocka_unit_test(test_vrrp_ask_what_cannot_be_built_is_nothing),
	    cmocka_unit_test(
		test_vrrp_ask_arp_of_others_is_a_claim_or_an_answer),
	    cmocka_unit_test(test_vrrp_ask_of_a_client_says_who_and_for_what),
	    cmocka_unit_test(test_vrrp_ask_nd_of_others_is_a_claim),
	    cmocka_unit_test(test_vrrp_ask_any_bytes_can_be_parsed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
