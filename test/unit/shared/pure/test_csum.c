/*
 * test_csum.c - the Internet checksum against known packets and its algebra.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shared/pure/csum.h"

static void
test_csum_rfc1071_example_matches(void **state)
{
	/* RFC 1071 section 3: the sum is ddf2. */
	static const uint8_t bytes[] = {
		0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7,
	};

	(void)state;
	assert_int_equal(csum_finish(csum_add(0, bytes, sizeof(bytes))),
	    (uint16_t)~0xddf2);
}

static void
test_csum_ipv4_header_matches(void **state)
{
	static const uint8_t hdr[] = {
		0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11,
		0xb8, 0x61, 0xc0, 0xa8, 0x00, 0x01, 0xc0, 0xa8, 0x00, 0xc7,
	};
	uint8_t copy[sizeof(hdr)];

	(void)state;
	assert_int_equal(csum_finish(csum_add(0, hdr, sizeof(hdr))), 0);
	memcpy(copy, hdr, sizeof(hdr));
	copy[10] = copy[11] = 0;
	assert_int_equal(csum_finish(csum_add(0, copy, sizeof(copy))), 0xb861);
}

static void
test_csum_every_flipped_bit_is_noticed(void **state)
{
	uint8_t pkt[16];

	(void)state;
	for (size_t i = 0; i < sizeof(pkt); i++)
		pkt[i] = (uint8_t)(i * 37 + 1);
	pkt[6] = pkt[7] = 0;
	uint16_t sum = csum_finish(csum_add(0, pkt, sizeof(pkt)));
	pkt[6] = (uint8_t)(sum >> 8);
	pkt[7] = (uint8_t)sum;
	assert_int_equal(csum_finish(csum_add(0, pkt, sizeof(pkt))), 0);
	for (size_t bit = 0; bit < sizeof(pkt) * 8; bit++) {
		pkt[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_not_equal(csum_finish(csum_add(0, pkt, sizeof(pkt))),
		    0);
		pkt[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void
test_csum_pieces_equal_the_whole(void **state)
{
	uint8_t pkt[41];
	uint16_t whole;

	(void)state;
	for (size_t i = 0; i < sizeof(pkt); i++)
		pkt[i] = (uint8_t)(255 - i * 3);
	whole = csum_finish(csum_add(0, pkt, sizeof(pkt)));
	for (size_t cut = 0; cut <= 40; cut += 2)
		assert_int_equal(whole, csum_finish(csum_add(csum_add(0, pkt,
		    cut), pkt + cut, sizeof(pkt) - cut)));
}

static void
test_csum_odd_length_pads_with_zero(void **state)
{
	static const uint8_t odd[] = { 0x12, 0x34, 0x56 };
	static const uint8_t even[] = { 0x12, 0x34, 0x56, 0x00 };

	(void)state;
	assert_int_equal(csum_finish(csum_add(0, odd, 3)),
	    csum_finish(csum_add(0, even, 4)));
}

static void
test_csum_many_large_pieces_lose_no_carry(void **state)
{
	static uint8_t ones[65534];
	uint32_t sum = 0;

	(void)state;
	memset(ones, 0xff, sizeof(ones));
	for (int i = 0; i < 100; i++)
		sum = csum_add(sum, ones, sizeof(ones));
	/* All-ones words are zero in one's complement. */
	assert_int_equal(csum_finish(sum), 0);
	sum = csum_add(sum, "\x00\x05", 2);
	assert_int_equal(csum_finish(sum), (uint16_t)~5);
}

static void
test_csum_pseudo_ipv4_matches_laid_out_header(void **state)
{
	static const uint8_t laid_out[] = {
		192, 0, 2, 1, 224, 0, 0, 18, 0, 112, 0, 12,
	};
	struct addr src, dst;

	(void)state;
	assert_int_equal(addr_parse("192.0.2.1", &src), 0);
	assert_int_equal(addr_parse("224.0.0.18", &dst), 0);
	assert_int_equal(csum_finish(csum_add_pseudo(0, &src, &dst, 112, 12)),
	    csum_finish(csum_add(0, laid_out, sizeof(laid_out))));
}

static void
test_csum_pseudo_ipv6_matches_laid_out_header(void **state)
{
	uint8_t laid_out[40] = { 0 };
	struct addr src, dst;

	(void)state;
	assert_int_equal(addr_parse("fe80::1", &src), 0);
	assert_int_equal(addr_parse("ff02::12", &dst), 0);
	memcpy(laid_out, src.bytes, 16);
	memcpy(laid_out + 16, dst.bytes, 16);
	laid_out[33] = 1;		/* length 0x00010028: all four bytes */
	laid_out[35] = 0x28;
	laid_out[39] = 112;		/* V-13 */
	assert_int_equal(csum_finish(csum_add_pseudo(0, &src, &dst, 112,
	    0x00010028)), csum_finish(csum_add(0, laid_out, 40)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_csum_rfc1071_example_matches),
		cmocka_unit_test(test_csum_ipv4_header_matches),
		cmocka_unit_test(test_csum_every_flipped_bit_is_noticed),
		cmocka_unit_test(test_csum_pieces_equal_the_whole),
		cmocka_unit_test(test_csum_odd_length_pads_with_zero),
		cmocka_unit_test(test_csum_many_large_pieces_lose_no_carry),
		cmocka_unit_test(test_csum_pseudo_ipv4_matches_laid_out_header),
		cmocka_unit_test(test_csum_pseudo_ipv6_matches_laid_out_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
