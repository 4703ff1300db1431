/*
 * test_bfd_congestion.c - what sessions cost, and whether one more fits.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "bfdd/bfd_congestion.h"

static void
test_bfd_congestion_rate_counts_both_directions_and_echo(void **state)
{
	struct bfd_params p;

	(void)state;
	bfd_params_init(&p);
	p.desired_min_tx_ns = p.required_min_rx_ns = ns_from_ms(10);
	assert_int_equal(bfd_packet_rate(&p), 2 * 115);
	p.required_min_rx_ns = NS_PER_S;
	assert_int_equal(bfd_packet_rate(&p), 115 + 2);
	p.echo_tx_ns = ns_from_ms(50);
	assert_int_equal(bfd_packet_rate(&p), 115 + 2 + 2 * 23);
	/* The extremes of what can be configured. */
	p.desired_min_tx_ns = p.required_min_rx_ns = BFD_INTERVAL_MIN_NS;
	p.echo_tx_ns = 0;
	assert_int_equal(bfd_packet_rate(&p), 2 * 1143);
	p.desired_min_tx_ns = ns_from_us(UINT32_MAX);
	assert_int_equal(bfd_packet_rate(&p), 1143 + 1);
}

/* B-84 - what is too much is refused */
static void
test_bfd_congestion_beyond_the_limit_is_refused(void **state)
{
	(void)state;
	assert_true(bfd_rate_admits(1000, 770, 0, 230));
	assert_false(bfd_rate_admits(1000, 771, 0, 230));
	assert_false(bfd_rate_admits(1000, 1000, 230, 231));
	assert_true(bfd_rate_admits(1000, 999, 230, 231));
	assert_true(bfd_rate_admits(0, 1000000, 0, 1000000));
}

/* B-84 + slower is the remedy: never refused, not even beyond the limit */
static void
test_bfd_congestion_slower_is_always_admitted(void **state)
{
	(void)state;
	assert_true(bfd_rate_admits(1000, 5000, 230, 229));
	assert_true(bfd_rate_admits(1000, 5000, 230, 230));
	assert_false(bfd_rate_admits(1000, 5000, 230, 231));
}

/* What is promised by default: 1000 at 50ms and 500 at 10ms together. */
static void
test_bfd_congestion_default_is_generous(void **state)
{
	struct bfd_params fast, slow;

	(void)state;
	bfd_params_init(&slow);
	bfd_params_init(&fast);
	fast.desired_min_tx_ns = fast.required_min_rx_ns = ns_from_ms(10);
	assert_true(bfd_rate_admits(BFD_PACKETS_MAX_DEFAULT,
	    1000 * bfd_packet_rate(&slow), 0, 500 * bfd_packet_rate(&fast)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_bfd_congestion_rate_counts_both_directions_and_echo),
		cmocka_unit_test(
		    test_bfd_congestion_beyond_the_limit_is_refused),
		cmocka_unit_test(
		    test_bfd_congestion_slower_is_always_admitted),
		cmocka_unit_test(test_bfd_congestion_default_is_generous),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
