/*
 * test_vrrp_traffic.c - what may come when: the whole table, written down again.
 *
 * A message that is not a row here is refused on every way, in every phase and
 * with every length.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "vrrpd/pure/vrrp_handoff.h"
#include "vrrpd/pure/vrrp_lease.h"
#include "vrrpd/pure/vrrp_level.h"
#include "vrrpd/pure/vrrp_notice.h"
#include "vrrpd/pure/vrrp_refused.h"
#include "vrrpd/pure/vrrp_renewal.h"
#include "vrrpd/pure/vrrp_steering.h"
#include "vrrpd/pure/vrrp_traffic.h"
#include "vrrpd/pure/vrrp_will.h"

#define R	0x2	/* ready */
#define L	0x4	/* reloading */
#define A	0xf	/* any, leaving too */

static const struct row {
	enum vrrp_way		way;
	enum vrrp_message	type;
	unsigned		phases;
	size_t			shortest, longest;
} rows[] = {
	{ VRRP_WAY_ENGINE_UP, VRRP_MSG_BEAT, A, 0, 0 },
	{ VRRP_WAY_ENGINE_UP, VRRP_MSG_PHASE, A, 1, 1 },
	{ VRRP_WAY_ENGINE_UP, VRRP_MSG_PATIENCE, A, 9, 9 },
	{ VRRP_WAY_ENGINE_UP, VRRP_MSG_WILL, A, 8, VRRP_WILL_MAX },
	{ VRRP_WAY_ENGINE_UP, VRRP_MSG_WILL_REVOKE, A, 1, 31 },
	{ VRRP_WAY_ENGINE_UP, VRRP_MSG_RESTART, R, 12,
	    VRRP_HANDOFF_BYTES_MAX },
	{ VRRP_WAY_ENGINE_UP, VRRP_MSG_NOTICE, A, VRRP_NOTICE_BYTES_MIN,
	    VRRP_NOTICE_BYTES_MAX },
	{ VRRP_WAY_ENGINE_UP, VRRP_MSG_RELOADED, L, 13, 13 },
	{ VRRP_WAY_ENGINE_UP, VRRP_MSG_READ, R, 4, 4 },
	{ VRRP_WAY_ENGINE_UP, VRRP_MSG_CONFIRM, R | L, 0, 0 },
	{ VRRP_WAY_ENGINE_DOWN, VRRP_MSG_VALUES, A, 13, 12 + 16384 },
	{ VRRP_WAY_ENGINE_DOWN, VRRP_MSG_UNREAD, A, 5, 259 },
	{ VRRP_WAY_ENGINE_DOWN, VRRP_MSG_PROBATION, A, 13, 13 },
	{ VRRP_WAY_SCRIPTS_DOWN, VRRP_MSG_VALUES, A, 13, 12 + 16384 },
	{ VRRP_WAY_CHECKS_DOWN, VRRP_MSG_VALUES, A, 13, 12 + 16384 },
	{ VRRP_WAY_ENGINE_UP, VRRP_MSG_ORDER, A, 1, 140 },
	{ VRRP_WAY_ENGINE_DOWN, VRRP_MSG_KEPT, A, 4, 203 },
	{ VRRP_WAY_ENGINE_DOWN, VRRP_MSG_LEVEL, A, VRRP_LEVEL_BYTES_MIN,
	    VRRP_LEVEL_BYTES_MAX },
	{ VRRP_WAY_ENGINE_DOWN, VRRP_MSG_REFUSED, A, 19, 19 },
	{ VRRP_WAY_SCRIPTS_UP, VRRP_MSG_LEVEL, A, VRRP_LEVEL_BYTES_MIN,
	    VRRP_LEVEL_BYTES_MAX },
	{ VRRP_WAY_SCRIPTS_UP, VRRP_MSG_REFUSED, A, 19, 19 },
	{ VRRP_WAY_SCRIPTS_DOWN, VRRP_MSG_NOTICE, A, VRRP_NOTICE_BYTES_MIN,
	    VRRP_NOTICE_BYTES_MAX },
	{ VRRP_WAY_SCRIPTS_DOWN, VRRP_MSG_LEVEL, A, VRRP_LEVEL_BYTES_MIN,
	    VRRP_LEVEL_BYTES_MAX },
	{ VRRP_WAY_SCRIPTS_DOWN, VRRP_MSG_RELOADED, A, 0, 0 },
	{ VRRP_WAY_SCRIPTS_DOWN, VRRP_MSG_REPLAY, A, 0, 0 },
	{ VRRP_WAY_CHECKS_UP, VRRP_MSG_LEVEL, A, VRRP_LEVEL_BYTES_MIN,
	    VRRP_LEVEL_BYTES_MAX },
	{ VRRP_WAY_CHECKS_UP, VRRP_MSG_REFUSED, A, 19, 19 },
	{ VRRP_WAY_CHECKS_DOWN, VRRP_MSG_RELOADED, A, 0, 0 },
	{ VRRP_WAY_CHECKS_DOWN, VRRP_MSG_REPLAY, A, 0, 0 },
	{ VRRP_WAY_ENGINE_UP, VRRP_MSG_MAKE, A, 52, 52 },
	{ VRRP_WAY_ENGINE_UP, VRRP_MSG_REMOVE, A, 24, 256 * 24 },
	{ VRRP_WAY_ENGINE_UP, VRRP_MSG_RENEW, A, 24, VRRP_RENEWAL_MAX },
	{ VRRP_WAY_ENGINE_UP, VRRP_MSG_LEASE, A, VRRP_LEASE_ERRAND_MIN,
	    VRRP_LEASE_ERRAND_MAX },
	{ VRRP_WAY_ENGINE_DOWN, VRRP_MSG_LEASED, A, 8, 8 },
	{ VRRP_WAY_NET_UP, VRRP_MSG_LEASED, A, 8, 8 },
	{ VRRP_WAY_NET_DOWN, VRRP_MSG_LEASE, A, VRRP_LEASE_ERRAND_MIN,
	    VRRP_LEASE_ERRAND_MAX },
	{ VRRP_WAY_ENGINE_DOWN, VRRP_MSG_MADE, A, 36, 36 + 159 },
	{ VRRP_WAY_ENGINE_DOWN, VRRP_MSG_REMOVED, A, 24, 256 * 24 },
	{ VRRP_WAY_ENGINE_DOWN, VRRP_MSG_RENEWED, A, 8, 8 },
	{ VRRP_WAY_ENGINE_DOWN, VRRP_MSG_NET, A, 1, 1 },
	{ VRRP_WAY_NET_UP, VRRP_MSG_MADE, A, 36, 36 + 159 },
	{ VRRP_WAY_NET_UP, VRRP_MSG_REMOVED, A, 24, 256 * 24 },
	{ VRRP_WAY_NET_UP, VRRP_MSG_RENEWED, A, 8, 8 },
	{ VRRP_WAY_NET_UP, VRRP_MSG_REFUSED, A, 19, 19 },
	{ VRRP_WAY_NET_DOWN, VRRP_MSG_MAKE, A, 52, 52 },
	{ VRRP_WAY_NET_DOWN, VRRP_MSG_REMOVE, A, 24, 256 * 24 },
	{ VRRP_WAY_NET_DOWN, VRRP_MSG_RENEW, A, 24, VRRP_RENEWAL_MAX },
	{ VRRP_WAY_ENGINE_UP, VRRP_MSG_JOIN, A, 12, 12 },
	{ VRRP_WAY_NET_DOWN, VRRP_MSG_JOIN, A, 12, 12 },
	{ VRRP_WAY_NET_UP, VRRP_MSG_JOINED, A, 8, 8 },
	{ VRRP_WAY_ENGINE_DOWN, VRRP_MSG_JOINED, A, 8, 8 },
	{ VRRP_WAY_ENGINE_UP, VRRP_MSG_STEER, A, 20, VRRP_STEERING_MAX },
	{ VRRP_WAY_NET_DOWN, VRRP_MSG_STEER, A, 20, VRRP_STEERING_MAX },
	{ VRRP_WAY_NET_UP, VRRP_MSG_STEERED, A, 8, 8 },
	{ VRRP_WAY_ENGINE_DOWN, VRRP_MSG_STEERED, A, 8, 8 },
	{ VRRP_WAY_ENGINE_UP, VRRP_MSG_TRY, A, 0, 0 },
	{ VRRP_WAY_ENGINE_DOWN, VRRP_MSG_TRIED, A, 1, 200 },
	{ VRRP_WAY_ENGINE_UP, VRRP_MSG_REPLACE, R, 0, 0 },
	{ VRRP_WAY_SCRIPTS_DOWN, VRRP_MSG_EXECUTE, A, 0, 0 },
	{ VRRP_WAY_CHECKS_DOWN, VRRP_MSG_EXECUTE, A, 0, 0 },
	{ VRRP_WAY_NET_DOWN, VRRP_MSG_EXECUTE, A, 0, 0 },
	{ VRRP_WAY_SCRIPTS_UP, VRRP_MSG_HERE, A, 0, 0 },
	{ VRRP_WAY_CHECKS_UP, VRRP_MSG_HERE, A, 0, 0 },
	{ VRRP_WAY_NET_UP, VRRP_MSG_HERE, A, 0, 0 },
};
#define ROWS	(sizeof(rows) / sizeof(rows[0]))

static const struct row *
row_of(unsigned way, unsigned type)
{
	size_t i;

	for (i = 0; i < ROWS; i++)
		if (rows[i].way == way && rows[i].type == type)
			return &rows[i];
	return NULL;
}

static bool
goes_somewhere(unsigned type)
{
	size_t i;

	for (i = 0; i < ROWS; i++)
		if (rows[i].type == type)
			return true;
	return false;
}

static void
try_lengths(const struct row *r, unsigned phase)
{
	const size_t lengths[] = { 0, r->shortest - 1, r->shortest,
	    r->longest, r->longest + 1, SIZE_MAX };
	enum vrrp_refusal good = VRRP_REFUSAL_NONE, want;
	size_t i, len;

	if ((r->phases & 1U << phase) == 0)
		good = VRRP_REFUSAL_PHASE;
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		len = lengths[i];
		want = good != VRRP_REFUSAL_NONE ? good :
		    len >= r->shortest && len <= r->longest ?
		    VRRP_REFUSAL_NONE : VRRP_REFUSAL_LENGTH;
		assert_int_equal(vrrp_traffic_judge(r->way,
		    (enum vrrp_phase)phase, r->type, len), want);
	}
}

static void
test_vrrp_traffic_every_way_phase_and_length(void **state)
{
	unsigned way, type, phase;
	const struct row *r;

	(void)state;
	for (way = 0; way < VRRP_WAY_COUNT; way++)
		for (type = 0; type < VRRP_MSG_COUNT + 3; type++)
			for (phase = 0; phase < VRRP_PHASE_COUNT; phase++) {
				r = row_of(way, type);
				if (r != NULL)
					try_lengths(r, phase);
				else
					assert_int_equal(vrrp_traffic_judge(
					    (enum vrrp_way)way,
					    (enum vrrp_phase)phase, type, 1),
					    goes_somewhere(type) ?
					    VRRP_REFUSAL_WAY :
					    VRRP_REFUSAL_TYPE);
			}
}

static void
test_vrrp_traffic_longest_is_what_may_be_sent(void **state)
{
	const struct row *r;
	unsigned way, type;

	(void)state;
	for (way = 0; way < VRRP_WAY_COUNT; way++)
		for (type = 0; type < VRRP_MSG_COUNT; type++) {
			r = row_of(way, type);
			assert_int_equal(vrrp_traffic_longest(
			    (enum vrrp_way)way, (enum vrrp_message)type),
			    r == NULL ? -1 : (int)r->longest);
		}
}

static void
test_vrrp_traffic_names_are_told_apart(void **state)
{
	unsigned i, k;

	(void)state;
	for (i = 0; i < VRRP_MSG_COUNT; i++)
		for (k = 0; k < i; k++)
			assert_string_not_equal(
			    vrrp_message_name((enum vrrp_message)i),
			    vrrp_message_name((enum vrrp_message)k));
	for (i = 0; i < VRRP_REFUSAL_COUNT; i++)
		for (k = 0; k < i; k++)
			assert_string_not_equal(
			    vrrp_refusal_name((enum vrrp_refusal)i),
			    vrrp_refusal_name((enum vrrp_refusal)k));
	for (i = 0; i < VRRP_WAY_COUNT; i++) {
		assert_int_equal(vrrp_way_back(vrrp_way_back(
		    (enum vrrp_way)i)), i);
		assert_string_equal(vrrp_way_receiver((enum vrrp_way)i),
		    vrrp_way_sender(vrrp_way_back((enum vrrp_way)i)));
		/* One of the two is the monitor. */
		assert_true((strcmp(vrrp_way_sender((enum vrrp_way)i),
		    "monitor") == 0) != (strcmp(vrrp_way_receiver(
		    (enum vrrp_way)i), "monitor") == 0));
	}
}

static void
test_vrrp_traffic_id_is_one_number_of_this_table(void **state)
{
	(void)state;
	assert_int_not_equal(vrrp_traffic_id(), 0);
	assert_int_equal(vrrp_traffic_id(), vrrp_traffic_id());
}

static void
test_vrrp_traffic_descriptors_come_with_a_wish_to_join(void **state)
{
	unsigned type;

	(void)state;
	for (type = 0; type < VRRP_MSG_COUNT; type++)
		assert_int_equal(vrrp_traffic_descriptors(
		    (enum vrrp_message)type), type == VRRP_MSG_JOIN ? 2 : 0);
}

/* An answer or a state that is lost leaves somebody waiting. */
static void
test_vrrp_traffic_answers_and_states_may_not_be_refused(void **state)
{
	static const enum vrrp_message may[] = { VRRP_MSG_BEAT, VRRP_MSG_WILL,
	    VRRP_MSG_NOTICE, VRRP_MSG_LEVEL, VRRP_MSG_REFUSED,
	    VRRP_MSG_PATIENCE, VRRP_MSG_MAKE, VRRP_MSG_REMOVE, VRRP_MSG_RENEW,
	    VRRP_MSG_RENEWED, VRRP_MSG_JOIN, VRRP_MSG_STEER, VRRP_MSG_LEASE,
	    VRRP_MSG_VALUES };
	const size_t count = sizeof(may) / sizeof(may[0]);
	unsigned type;
	size_t i;

	(void)state;
	for (type = 0; type < VRRP_MSG_COUNT; type++) {
		for (i = 0; i < count && may[i] != type; i++)
			;
		assert_int_equal(vrrp_traffic_may_be_refused(
		    (enum vrrp_message)type), i < count);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_vrrp_traffic_id_is_one_number_of_this_table),
		cmocka_unit_test(test_vrrp_traffic_every_way_phase_and_length),
		cmocka_unit_test(test_vrrp_traffic_longest_is_what_may_be_sent),
		cmocka_unit_test(test_vrrp_traffic_names_are_told_apart),
		cmocka_unit_test(
		    test_vrrp_traffic_descriptors_come_with_a_wish_to_join),
		cmocka_unit_test(
		    test_vrrp_traffic_answers_and_states_may_not_be_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
