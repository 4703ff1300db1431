/*
 * test_bfd_wire.c - the control packet codec against worked packets, every
 * prefix of them, and one packet for each reason to refuse.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bfdd/pure/bfd_wire.h"
#include "test/unit/bfdd/pure/bfd_vectors.h"

#define UP_50MS(...)	{ .state = BFD_UP, .detect_mult = 3,		\
    .desired_min_tx_us = 50000, .required_min_rx_us = 50000, __VA_ARGS__ }

static const struct {
	const char	*name;
	const uint8_t	*bytes;
	size_t		 len;
	struct bfd_packet p;
} worked[] = {
#define V(x) #x, vector_##x, sizeof(vector_##x)
	{ V(d1), { .state = BFD_DOWN, .detect_mult = 3, .my_discr = VECTOR_L,
	    .desired_min_tx_us = 1000000, .required_min_rx_us = 50000 } },
	{ V(d2), { .state = BFD_INIT, .detect_mult = 3, .my_discr = VECTOR_R,
	    .your_discr = VECTOR_L, .desired_min_tx_us = 1000000,
	    .required_min_rx_us = 50000 } },
	{ V(d3), UP_50MS(.poll = true, .my_discr = VECTOR_L,
	    .your_discr = VECTOR_R) },
	{ V(d4), UP_50MS(.final = true, .my_discr = VECTOR_R,
	    .your_discr = VECTOR_L) },
	{ V(d5), UP_50MS(.my_discr = VECTOR_L, .your_discr = VECTOR_R) },
	{ V(d6), { .diag = 1, .state = BFD_DOWN, .detect_mult = 3,
	    .my_discr = VECTOR_L, .desired_min_tx_us = 1000000,
	    .required_min_rx_us = 50000 } },
	{ V(d7), { .diag = 3, .state = BFD_DOWN, .detect_mult = 3,
	    .my_discr = VECTOR_R, .your_discr = VECTOR_L,
	    .desired_min_tx_us = 1000000, .required_min_rx_us = 50000 } },
	{ V(d8), { .diag = 7, .state = BFD_ADMIN_DOWN, .detect_mult = 3,
	    .my_discr = VECTOR_L, .your_discr = VECTOR_R,
	    .desired_min_tx_us = 1000000, .required_min_rx_us = 50000 } },
	{ V(d9), { .state = BFD_UP, .detect_mult = 3, .my_discr = VECTOR_L,
	    .your_discr = VECTOR_R, .desired_min_tx_us = 50000 } },
	{ V(d10), { .state = BFD_UP, .detect_mult = 3, .my_discr = VECTOR_L,
	    .your_discr = VECTOR_R, .desired_min_tx_us = 3300,
	    .required_min_rx_us = 3300 } },
#define UP_AUTH UP_50MS(.auth_present = true, .my_discr = VECTOR_L,	\
    .your_discr = VECTOR_R)
	{ V(a1), UP_AUTH },
	{ V(a2), UP_AUTH },
	{ V(a3), UP_AUTH },
	{ V(a4), UP_AUTH },
	{ V(a5), UP_AUTH },
};
#define WORKED_COUNT (sizeof(worked) / sizeof(worked[0]))

static void
assert_same_packet(const struct bfd_packet *a, const struct bfd_packet *b)
{
	assert_int_equal(a->diag, b->diag);
	assert_int_equal(a->state, b->state);
	assert_int_equal(a->poll, b->poll);
	assert_int_equal(a->final, b->final);
	assert_int_equal(a->control_plane_independent,
	    b->control_plane_independent);
	assert_int_equal(a->auth_present, b->auth_present);
	assert_int_equal(a->demand, b->demand);
	assert_int_equal(a->multipoint, b->multipoint);
	assert_int_equal(a->detect_mult, b->detect_mult);
	assert_int_equal(a->my_discr, b->my_discr);
	assert_int_equal(a->your_discr, b->your_discr);
	assert_int_equal(a->desired_min_tx_us, b->desired_min_tx_us);
	assert_int_equal(a->required_min_rx_us, b->required_min_rx_us);
	assert_int_equal(a->required_min_echo_rx_us,
	    b->required_min_echo_rx_us);
}

/* B-20 +, B-21 +, B-22 +, B-23 +, B-24 +, B-25 + */
static void
test_bfd_wire_worked_packets_parse_to_their_values(void **state)
{
	struct bfd_packet p;
	size_t i;

	(void)state;
	for (i = 0; i < WORKED_COUNT; i++) {
		assert_int_equal(bfd_wire_parse(worked[i].bytes, worked[i].len,
		    &p), BFD_OK_VERDICT);
		assert_same_packet(&p, &worked[i].p);
		assert_int_equal(p.length, worked[i].len);
		assert_ptr_equal(p.bytes, worked[i].bytes);
	}
}

static void
test_bfd_wire_worked_values_build_to_their_bytes(void **state)
{
	uint8_t buf[BFD_PACKET_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < WORKED_COUNT; i++) {
		assert_int_equal(bfd_wire_build(&worked[i].p,
		    worked[i].len - BFD_PACKET_MIN, buf, sizeof(buf)),
		    BFD_PACKET_MIN);
		assert_memory_equal(buf, worked[i].bytes, BFD_PACKET_MIN);
	}
}

static void
test_bfd_wire_every_strict_prefix_is_refused(void **state)
{
	struct bfd_packet p, untouched;
	enum bfd_verdict v;
	size_t i, n;

	(void)state;
	memset(&untouched, 0x5a, sizeof(untouched));
	for (i = 0; i < WORKED_COUNT; i++)
		for (n = 0; n < worked[i].len; n++) {
			memcpy(&p, &untouched, sizeof(p));
			v = bfd_wire_parse(worked[i].bytes, n, &p);
			assert_int_equal(v, n < BFD_PACKET_MIN ?
			    BFD_SHORT_VERDICT : BFD_LENGTH_VERDICT);
			assert_memory_equal(&p, &untouched, sizeof(p));
		}
}

/* One change to D5 each, except for the last, and what it is called. */
static const struct {
	size_t		 at;
	uint8_t		 value;
	enum bfd_verdict verdict;
} refused[] = {
	{ 0, 0x00, BFD_VERSION_VERDICT },	/* B-20 - version 0 */
	{ 0, 0x40, BFD_VERSION_VERDICT },	/* B-20 - version 2 */
	{ 0, 0xe0, BFD_VERSION_VERDICT },
	{ 3, 0, BFD_LENGTH_VERDICT },
	{ 3, 23, BFD_LENGTH_VERDICT },		/* B-21 - A clear */
	{ 3, 25, BFD_LENGTH_VERDICT },		/* B-22 - beyond the payload */
	{ 3, 255, BFD_LENGTH_VERDICT },
	{ 1, 0xc4, BFD_LENGTH_VERDICT },	/* B-21 - A set, Length 24 */
	{ 2, 0, BFD_DETECT_MULT_VERDICT },	/* B-23 - */
	{ 1, 0xc1, BFD_MULTIPOINT_VERDICT },	/* B-24 - */
};

static void
test_bfd_wire_each_fault_has_its_verdict(void **state)
{
	uint8_t bytes[24];
	struct bfd_packet p, untouched;
	size_t i;

	(void)state;
	memset(&untouched, 0x5a, sizeof(untouched));
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		memcpy(bytes, vector_d5, sizeof(bytes));
		bytes[refused[i].at] = refused[i].value;
		memcpy(&p, &untouched, sizeof(p));
		assert_int_equal(bfd_wire_parse(bytes, sizeof(bytes), &p),
		    refused[i].verdict);
		assert_memory_equal(&p, &untouched, sizeof(p));
	}
	memcpy(bytes, vector_d5, sizeof(bytes));	/* B-25 - */
	memset(bytes + 4, 0, 4);
	assert_int_equal(bfd_wire_parse(bytes, sizeof(bytes), &p),
	    BFD_MY_DISCR_VERDICT);
}

/* B-21 - with A set 25 is too short and 26 is not. */
static void
test_bfd_wire_auth_flag_needs_two_more_bytes(void **state)
{
	uint8_t bytes[26];
	struct bfd_packet p;

	(void)state;
	memcpy(bytes, vector_d5, 24);
	bytes[24] = bytes[25] = 0;
	bytes[1] = 0xc4;
	bytes[3] = 25;
	assert_int_equal(bfd_wire_parse(bytes, sizeof(bytes), &p),
	    BFD_LENGTH_VERDICT);
	bytes[3] = 26;
	assert_int_equal(bfd_wire_parse(bytes, sizeof(bytes), &p),
	    BFD_OK_VERDICT);
}

/* Everything is wrong at once: the verdict is the first in the RFC's order. */
static void
test_bfd_wire_first_fault_in_rfc_order_wins(void **state)
{
	static const enum bfd_verdict order[] = { BFD_VERSION_VERDICT,
	    BFD_LENGTH_VERDICT, BFD_DETECT_MULT_VERDICT,
	    BFD_MULTIPOINT_VERDICT, BFD_MY_DISCR_VERDICT, BFD_OK_VERDICT };
	uint8_t bytes[24] = { 0x40, 0xc1, 0, 23 };
	struct bfd_packet p;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		assert_int_equal(bfd_wire_parse(bytes, sizeof(bytes), &p),
		    order[i]);
		switch (order[i]) {	/* mend it and look at the next */
		case BFD_VERSION_VERDICT:
			bytes[0] = 0x20;
			break;
		case BFD_LENGTH_VERDICT:
			bytes[3] = 24;
			break;
		case BFD_DETECT_MULT_VERDICT:
			bytes[2] = 1;
			break;
		case BFD_MULTIPOINT_VERDICT:
			bytes[1] = 0xc0;
			break;
		default:
			bytes[7] = 1;
			break;
		}
	}
}

/* B-22 + a payload longer than Length: the tail is ignored */
static void
test_bfd_wire_tail_behind_length_is_ignored(void **state)
{
	uint8_t bytes[40];
	struct bfd_packet p;

	(void)state;
	memset(bytes, 0xff, sizeof(bytes));
	memcpy(bytes, vector_d5, 24);
	assert_int_equal(bfd_wire_parse(bytes, sizeof(bytes), &p),
	    BFD_OK_VERDICT);
	assert_int_equal(p.length, 24);
	assert_false(p.auth_present);
}

static void
test_bfd_wire_every_flag_survives_the_round_trip(void **state)
{
	uint8_t buf[BFD_PACKET_MAX];
	struct bfd_packet in, out;
	unsigned bits;

	(void)state;
	for (bits = 0; bits < 256; bits++) {
		in = worked[4].p;
		in.state = (enum bfd_state)(bits & 3);
		in.poll = bits & 4;
		in.final = (bits & 12) == 8;
		in.control_plane_independent = bits & 16;
		in.demand = bits & 32;
		in.diag = bits & 0x1f;
		in.desired_min_tx_us = 0xfffefdfc;
		in.required_min_rx_us = 0x01020304;
		in.required_min_echo_rx_us = 0x80000001;
		assert_int_equal(bfd_wire_build(&in, 0, buf, sizeof(buf)), 24);
		assert_int_equal(bfd_wire_parse(buf, 24, &out),
		    BFD_OK_VERDICT);
		assert_same_packet(&in, &out);
	}
}

static void
test_bfd_wire_build_needs_room_for_the_whole_packet(void **state)
{
	uint8_t buf[BFD_PACKET_MAX] = { 0 };

	(void)state;
	assert_int_equal(bfd_wire_build(&worked[4].p, 0, buf, 23), 0);
	assert_int_equal(bfd_wire_build(&worked[4].p, 28, buf, 51), 0);
	assert_int_equal(buf[0], 0);
	assert_int_equal(bfd_wire_build(&worked[4].p, 28, buf, 52), 24);
}

static void
test_bfd_wire_names_are_the_models(void **state)
{
	int i;

	(void)state;
	assert_string_equal(bfd_state_name(BFD_ADMIN_DOWN), "admin-down");
	assert_string_equal(bfd_state_name(BFD_DOWN), "down");
	assert_string_equal(bfd_state_name(BFD_INIT), "init");
	assert_string_equal(bfd_state_name(BFD_UP), "up");
	assert_string_equal(bfd_diag_name(1), "control-expiry");
	assert_string_equal(bfd_diag_name(9), "mis-connectivity-defect");
	assert_string_equal(bfd_diag_name(10), "reserved");
	assert_string_equal(bfd_diag_name(31), "reserved");
	for (i = 0; i < BFD_VERDICT_COUNT; i++)
		assert_string_not_equal(bfd_verdict_name((enum bfd_verdict)i),
		    "unknown");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_bfd_wire_worked_packets_parse_to_their_values),
		cmocka_unit_test(
		    test_bfd_wire_worked_values_build_to_their_bytes),
		cmocka_unit_test(test_bfd_wire_every_strict_prefix_is_refused),
		cmocka_unit_test(test_bfd_wire_each_fault_has_its_verdict),
		cmocka_unit_test(test_bfd_wire_auth_flag_needs_two_more_bytes),
		cmocka_unit_test(test_bfd_wire_first_fault_in_rfc_order_wins),
		cmocka_unit_test(test_bfd_wire_tail_behind_length_is_ignored),
		cmocka_unit_test(
		    test_bfd_wire_every_flag_survives_the_round_trip),
		cmocka_unit_test(
		    test_bfd_wire_build_needs_room_for_the_whole_packet),
		cmocka_unit_test(test_bfd_wire_names_are_the_models),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
