/*
 * test_bfd_auth.c - the five authentication types, both ways, against worked
 * packets, and every way in which a section can be wrong.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>

#include "bfdd/pure/bfd_auth.h"
#include "test/unit/bfdd/pure/bfd_vectors.h"

#define A5_SEQ	0x01020305u

static const struct {
	enum bfd_auth_type type;
	const uint8_t	*bytes;
	size_t		 len;
	uint32_t	 seq;
} worked[] = {
	{ BFD_AUTH_SIMPLE, vector_a1, sizeof(vector_a1), 0 },
	{ BFD_AUTH_KEYED_MD5, vector_a2, sizeof(vector_a2), 0x01020304 },
	{ BFD_AUTH_METICULOUS_MD5, vector_a3, sizeof(vector_a3), 0x01020305 },
	{ BFD_AUTH_KEYED_SHA1, vector_a4, sizeof(vector_a4), 0x01020304 },
	{ BFD_AUTH_METICULOUS_SHA1, vector_a5, sizeof(vector_a5), 0x01020305 },
};
#define WORKED_COUNT (sizeof(worked) / sizeof(worked[0]))

static struct bfd_auth_params
params_for(enum bfd_auth_type type)
{
	struct bfd_auth_params a = { .type = type, .key_count = 1 };

	if (type == BFD_AUTH_SIMPLE)
		a.keys[0] = (struct bfd_auth_key){ .id = 5, .len = 7,
		    .key = "bfdpass" };
	else
		a.keys[0] = (struct bfd_auth_key){ .id = 7, .len = 6,
		    .key = "bfdkey" };
	return a;
}

/* Parse and check; the state must stay as it was unless the answer is OK. */
static enum bfd_verdict
check(const struct bfd_auth_params *a, struct bfd_auth_state *st,
    const uint8_t *bytes, size_t len)
{
	struct bfd_auth_state before;
	struct bfd_packet p;
	enum bfd_verdict v;

	v = bfd_wire_parse(bytes, len, &p);
	if (v != BFD_OK_VERDICT)
		return v;
	memcpy(&before, st, sizeof(before));
	v = bfd_auth_check(a, st, &p);
	if (v != BFD_OK_VERDICT)
		assert_memory_equal(st, &before, sizeof(before));
	return v;
}

/* A fresh packet of ours with this sequence, as a peer would send it. */
static size_t
sign(const struct bfd_auth_params *a, uint32_t seq, uint8_t detect_mult,
    uint8_t *buf)
{
	struct bfd_auth_state st = { .xmit_auth_seq = seq };
	struct bfd_packet p = { .state = BFD_UP, .detect_mult = detect_mult,
	    .my_discr = VECTOR_L, .your_discr = VECTOR_R,
	    .desired_min_tx_us = 50000, .required_min_rx_us = 50000 };

	assert_int_equal(bfd_wire_build(&p, bfd_auth_section_len(a), buf,
	    BFD_PACKET_MAX), BFD_PACKET_MIN);
	return bfd_auth_sign(a, &st, false, buf, BFD_PACKET_MAX);
}

/* B-100 +, B-101 + */
static void
test_bfd_auth_sign_gives_the_worked_bytes(void **state)
{
	uint8_t buf[BFD_PACKET_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < WORKED_COUNT; i++) {
		struct bfd_auth_params a = params_for(worked[i].type);

		assert_true(bfd_auth_available(worked[i].type));
		assert_int_equal(sign(&a, worked[i].seq, 3, buf),
		    worked[i].len);
		assert_memory_equal(buf, worked[i].bytes, worked[i].len);
	}
}

/* B-31 +, B-105 + */
static void
test_bfd_auth_check_accepts_the_worked_packets(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < WORKED_COUNT; i++) {
		struct bfd_auth_params a = params_for(worked[i].type);
		struct bfd_auth_state st = { 0 };

		assert_int_equal(check(&a, &st, worked[i].bytes,
		    worked[i].len), BFD_OK_VERDICT);
		assert_int_equal(st.auth_seq_known,
		    worked[i].type != BFD_AUTH_SIMPLE);
		assert_int_equal(st.rcv_auth_seq, worked[i].seq);
	}
}

/* B-105 - the section cut short in every way, Length telling the truth */
static void
test_bfd_auth_every_shorter_section_is_refused(void **state)
{
	uint8_t bytes[BFD_PACKET_MAX];
	enum bfd_verdict v;
	size_t i, n;

	(void)state;
	for (i = 0; i < WORKED_COUNT; i++) {
		struct bfd_auth_params a = params_for(worked[i].type);

		for (n = BFD_PACKET_MIN; n < worked[i].len; n++) {
			struct bfd_auth_state st = { 0 };

			memcpy(bytes, worked[i].bytes, n);
			bytes[3] = (uint8_t)n;
			v = check(&a, &st, bytes, n);
			assert_int_equal(v, BFD_LENGTH_VERDICT * (n < 26) +
			    BFD_AUTH_LENGTH_VERDICT * (n >= 26));
			if (n < 26)
				continue;
			/* The section's own length agrees: still too short. */
			bytes[25] = (uint8_t)(n - BFD_PACKET_MIN);
			assert_int_equal(check(&a, &st, bytes, n),
			    BFD_AUTH_LENGTH_VERDICT);
		}
	}
}

/* B-31 -, B-101 -, B-105 - */
static void
test_bfd_auth_any_flipped_bit_is_refused(void **state)
{
	uint8_t bytes[BFD_PACKET_MAX];
	size_t i, bit;

	(void)state;
	for (i = 1; i < WORKED_COUNT; i++) {
		struct bfd_auth_params a = params_for(worked[i].type);

		for (bit = 0; bit < worked[i].len * 8; bit++) {
			struct bfd_auth_state st = { 0 };

			memcpy(bytes, worked[i].bytes, worked[i].len);
			bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
			assert_int_not_equal(check(&a, &st, bytes,
			    worked[i].len), BFD_OK_VERDICT);
		}
	}
}

/* B-29 +, B-29 -, B-30 +, B-30 - */
static void
test_bfd_auth_flag_and_configuration_must_agree(void **state)
{
	struct bfd_auth_params none = { .type = BFD_AUTH_NONE };
	struct bfd_auth_params sha1 = params_for(BFD_AUTH_KEYED_SHA1);
	struct bfd_auth_state st = { 0 };

	(void)state;
	assert_int_equal(check(&none, &st, vector_a4, sizeof(vector_a4)),
	    BFD_AUTH_UNEXPECTED_VERDICT);
	assert_int_equal(check(&sha1, &st, vector_d5, sizeof(vector_d5)),
	    BFD_AUTH_MISSING_VERDICT);
	assert_int_equal(check(&none, &st, vector_d5, sizeof(vector_d5)),
	    BFD_OK_VERDICT);
	assert_int_equal(check(&sha1, &st, vector_a4, sizeof(vector_a4)),
	    BFD_OK_VERDICT);
}

static void
test_bfd_auth_type_must_be_the_configured_one(void **state)
{
	size_t i, j;

	(void)state;
	for (i = 0; i < WORKED_COUNT; i++)
		for (j = 0; j < WORKED_COUNT; j++) {
			struct bfd_auth_params a = params_for(worked[i].type);
			struct bfd_auth_state st = { 0 };

			assert_int_equal(check(&a, &st, worked[j].bytes,
			    worked[j].len), i == j ? BFD_OK_VERDICT :
			    BFD_AUTH_TYPE_VERDICT);
		}
}

/* The list of faults from A5, each with its own verdict. */
static void
test_bfd_auth_each_fault_of_a5_has_its_verdict(void **state)
{
	struct bfd_auth_params a = params_for(BFD_AUTH_METICULOUS_SHA1);
	struct bfd_auth_state fresh = { 0 };
	struct bfd_auth_state known = { .auth_seq_known = true,
	    .rcv_auth_seq = A5_SEQ };
	uint8_t bytes[52];

	(void)state;
	assert_int_equal(check(&a, &known, vector_a5, 52),
	    BFD_AUTH_SEQUENCE_VERDICT);		/* sequence + 0 */
	known.rcv_auth_seq = A5_SEQ - 10;	/* sequence + 3 * 3 + 1 */
	assert_int_equal(check(&a, &known, vector_a5, 52),
	    BFD_AUTH_SEQUENCE_VERDICT);
	memcpy(bytes, vector_a5, 52);
	bytes[51] ^= 0x01;
	assert_int_equal(check(&a, &fresh, bytes, 52),
	    BFD_AUTH_DIGEST_VERDICT);
	memcpy(bytes, vector_a5, 52);
	bytes[25] = 27;
	assert_int_equal(check(&a, &fresh, bytes, 52),
	    BFD_AUTH_LENGTH_VERDICT);
	memcpy(bytes, vector_a5, 52);
	bytes[26] = 8;
	assert_int_equal(check(&a, &fresh, bytes, 52), BFD_AUTH_KEY_VERDICT);
}

static void
test_bfd_auth_simple_password_is_compared_whole(void **state)
{
	struct bfd_auth_params a = params_for(BFD_AUTH_SIMPLE);
	struct bfd_auth_state st = { 0 };

	(void)state;
	a.keys[0].key[6] = 'x';
	assert_int_equal(check(&a, &st, vector_a1, sizeof(vector_a1)),
	    BFD_AUTH_DIGEST_VERDICT);
	a = params_for(BFD_AUTH_SIMPLE);
	a.keys[0].len = 6;			/* a prefix of what was sent */
	assert_int_equal(check(&a, &st, vector_a1, sizeof(vector_a1)),
	    BFD_AUTH_LENGTH_VERDICT);
}

/* B-103: sequence ahead of the last accepted, multiplier in the packet. */
static const struct {
	enum bfd_auth_type type;
	uint8_t		mult;
	uint32_t	last, seq;
	bool		accepted;
} windows[] = {
	{ BFD_AUTH_KEYED_SHA1, 3, 100, 100, true },	/* B-103 + keyed */
	{ BFD_AUTH_KEYED_SHA1, 3, 100, 109, true },
	{ BFD_AUTH_KEYED_SHA1, 3, 100, 110, false },	/* B-103 - */
	{ BFD_AUTH_KEYED_SHA1, 3, 100, 99, false },
	{ BFD_AUTH_KEYED_MD5, 3, 100, 100, true },
	{ BFD_AUTH_METICULOUS_SHA1, 3, 100, 100, false }, /* B-103 - replay */
	{ BFD_AUTH_METICULOUS_SHA1, 3, 100, 101, true },
	{ BFD_AUTH_METICULOUS_SHA1, 3, 100, 109, true },
	{ BFD_AUTH_METICULOUS_SHA1, 3, 100, 110, false },
	{ BFD_AUTH_METICULOUS_MD5, 3, 100, 100, false },
	{ BFD_AUTH_METICULOUS_SHA1, 1, 100, 103, true },
	{ BFD_AUTH_METICULOUS_SHA1, 1, 100, 104, false },
	{ BFD_AUTH_METICULOUS_SHA1, 255, 100, 865, true },
	{ BFD_AUTH_METICULOUS_SHA1, 255, 100, 866, false },
	/* Circular: 0xfffffffe -> 1. */
	{ BFD_AUTH_METICULOUS_SHA1, 3, 0xfffffffe, 1, true },
	{ BFD_AUTH_METICULOUS_SHA1, 3, 0xfffffffe, 7, true },
	{ BFD_AUTH_METICULOUS_SHA1, 3, 0xfffffffe, 8, false },
	{ BFD_AUTH_METICULOUS_SHA1, 3, 1, 0xfffffffe, false },
};

static void
test_bfd_auth_sequence_window_is_circular_and_inclusive(void **state)
{
	uint8_t buf[BFD_PACKET_MAX];
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(windows) / sizeof(windows[0]); i++) {
		struct bfd_auth_params a = params_for(windows[i].type);
		struct bfd_auth_state st = { .auth_seq_known = true,
		    .rcv_auth_seq = windows[i].last };

		len = sign(&a, windows[i].seq, windows[i].mult, buf);
		assert_int_equal(check(&a, &st, buf, len),
		    windows[i].accepted ? BFD_OK_VERDICT :
		    BFD_AUTH_SEQUENCE_VERDICT);
		assert_int_equal(st.rcv_auth_seq, windows[i].accepted ?
		    windows[i].seq : windows[i].last);
	}
}

/* B-104 -, B-104 + a first packet with a bad digest teaches us nothing */
static void
test_bfd_auth_first_packet_is_proved_before_it_is_believed(void **state)
{
	struct bfd_auth_params a = params_for(BFD_AUTH_KEYED_SHA1);
	struct bfd_auth_state st = { 0 };
	uint8_t bytes[52];

	(void)state;
	memcpy(bytes, vector_a4, 52);
	bytes[40] ^= 0x80;
	assert_int_equal(check(&a, &st, bytes, 52), BFD_AUTH_DIGEST_VERDICT);
	assert_false(st.auth_seq_known);
	assert_int_equal(check(&a, &st, vector_a4, 52), BFD_OK_VERDICT);
	assert_true(st.auth_seq_known);
}

/* B-102 +, B-102 - keyed moves only when told, meticulous with every packet */
static void
test_bfd_auth_sequence_advances_as_the_type_demands(void **state)
{
	static const struct {
		enum bfd_auth_type type;
		bool		advance;
		uint32_t	sent, next;
	} cases[] = {
		{ BFD_AUTH_KEYED_MD5, false, 100, 100 },
		{ BFD_AUTH_KEYED_MD5, true, 101, 101 },
		{ BFD_AUTH_KEYED_SHA1, false, 100, 100 },
		{ BFD_AUTH_KEYED_SHA1, true, 101, 101 },
		{ BFD_AUTH_METICULOUS_MD5, false, 100, 101 },
		{ BFD_AUTH_METICULOUS_SHA1, false, 100, 101 },
		{ BFD_AUTH_METICULOUS_SHA1, true, 100, 101 },
	};
	uint8_t buf[BFD_PACKET_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bfd_auth_params a = params_for(cases[i].type);
		struct bfd_auth_state st = { .xmit_auth_seq = 100 };

		memcpy(buf, vector_a5, BFD_PACKET_MIN);
		buf[3] = (uint8_t)(24 + bfd_auth_section_len(&a));
		assert_true(bfd_auth_sign(&a, &st, cases[i].advance, buf,
		    sizeof(buf)) > BFD_PACKET_MIN);
		assert_int_equal(buf[31], cases[i].sent);
		assert_int_equal(st.xmit_auth_seq, cases[i].next);
	}
}

/* B-106 + several keys are accepted, the first one signs; B-106 is a SHOULD */
static void
test_bfd_auth_rollover_accepts_old_and_new_key(void **state)
{
	struct bfd_auth_params a = params_for(BFD_AUTH_KEYED_SHA1), old = a;
	struct bfd_auth_state st = { 0 };
	uint8_t buf[BFD_PACKET_MAX];
	size_t len;

	(void)state;
	a.key_count = 2;
	a.keys[1] = a.keys[0];
	a.keys[0] = (struct bfd_auth_key){ .id = 8, .len = 20,
	    .key = "twenty-bytes-exactly" };
	len = sign(&old, 7, 3, buf);
	assert_int_equal(check(&a, &st, buf, len), BFD_OK_VERDICT);
	len = sign(&a, 7, 3, buf);
	assert_int_equal(buf[26], 8);
	assert_int_equal(check(&a, &st, buf, len), BFD_OK_VERDICT);
	assert_int_equal(check(&old, &st, buf, len),	/* B-106 - */
	    BFD_AUTH_KEY_VERDICT);
}

static void
test_bfd_auth_sign_without_room_changes_nothing(void **state)
{
	struct bfd_auth_params a = params_for(BFD_AUTH_METICULOUS_SHA1);
	struct bfd_auth_params none = { .type = BFD_AUTH_NONE };
	struct bfd_auth_state st = { .xmit_auth_seq = 100 };
	uint8_t buf[BFD_PACKET_MAX];

	(void)state;
	memcpy(buf, vector_a5, sizeof(vector_a5));
	assert_int_equal(bfd_auth_sign(&a, &st, true, buf, 51), 0);
	assert_int_equal(st.xmit_auth_seq, 100);
	assert_int_equal(bfd_auth_sign(&none, &st, true, buf, 24), 24);
	assert_int_equal(st.xmit_auth_seq, 100);
}

/* B-100 - what libcrypto refuses is a verdict, not a crash */
static void
test_bfd_auth_refused_digest_is_a_verdict(void **state)
{
	struct bfd_auth_params a = params_for(BFD_AUTH_METICULOUS_MD5);
	struct bfd_auth_state st = { .xmit_auth_seq = 100 };
	uint8_t buf[BFD_PACKET_MAX];

	(void)state;
	memcpy(buf, vector_a3, sizeof(vector_a3));
	/* No provider has it: what FIPS mode looks like from here. */
	assert_int_equal(EVP_set_default_properties(NULL, "fips=yes"), 1);
	if (bfd_auth_available(BFD_AUTH_KEYED_MD5)) {
		(void)EVP_set_default_properties(NULL, "");
		print_message("libcrypto has an MD5 with fips=yes\n");
		skip();
	}
	assert_int_equal(bfd_auth_sign(&a, &st, true, buf, sizeof(buf)), 0);
	assert_int_equal(st.xmit_auth_seq, 100);
	assert_int_equal(check(&a, &st, vector_a3, sizeof(vector_a3)),
	    BFD_AUTH_UNAVAILABLE_VERDICT);
	assert_true(bfd_auth_available(BFD_AUTH_SIMPLE));
	assert_int_equal(EVP_set_default_properties(NULL, ""), 1);
	assert_true(bfd_auth_available(BFD_AUTH_KEYED_MD5));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bfd_auth_sign_gives_the_worked_bytes),
		cmocka_unit_test(
		    test_bfd_auth_check_accepts_the_worked_packets),
		cmocka_unit_test(
		    test_bfd_auth_every_shorter_section_is_refused),
		cmocka_unit_test(test_bfd_auth_any_flipped_bit_is_refused),
		cmocka_unit_test(
		    test_bfd_auth_flag_and_configuration_must_agree),
		cmocka_unit_test(test_bfd_auth_type_must_be_the_configured_one),
		cmocka_unit_test(
		    test_bfd_auth_each_fault_of_a5_has_its_verdict),
		cmocka_unit_test(
		    test_bfd_auth_simple_password_is_compared_whole),
		cmocka_unit_test(
		    test_bfd_auth_sequence_window_is_circular_and_inclusive),
		cmocka_unit_test(
		    test_bfd_auth_first_packet_is_proved_before_it_is_believed),
		cmocka_unit_test(
		    test_bfd_auth_sequence_advances_as_the_type_demands),
		cmocka_unit_test(
		    test_bfd_auth_rollover_accepts_old_and_new_key),
		cmocka_unit_test(
		    test_bfd_auth_sign_without_room_changes_nothing),
		cmocka_unit_test(test_bfd_auth_refused_digest_is_a_verdict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
