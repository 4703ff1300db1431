/*
 * test_bfd_congestion.c - what sessions cost, and whether one more fits.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "bfdd/pure/bfd_congestion.h"
#include "shared/pure/rng.h"

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

/* The default promises 1000 at 50ms and 500 at 10ms together. */
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

/* ---- Loss on the way (B-124) ---- */

#define INTERVAL	ns_from_ms(10)

static struct bfd_loss loss;
static struct rng rng;
static mono_t clock_now;
static unsigned changes;

static void
start(uint64_t seed)
{
	bfd_loss_init(&loss);
	rng_seed(&rng, seed);
	clock_now.ns = NS_PER_S;
	changes = 0;
}

/* A peer sends `count` packets at what is asked of it; some of 1000 are lost. */
static void
hear(unsigned count, unsigned lost_permille)
{
	int64_t interval_ns, least_ns;

	while (count-- > 0) {
		interval_ns = bfd_loss_stretch(&loss, INTERVAL);
		least_ns = interval_ns - interval_ns / 4;
		clock_now = mono_add(clock_now, least_ns + (int64_t)rng_below(
		    &rng, (uint64_t)(interval_ns - least_ns + 1)));
		if (rng_below(&rng, 1000) >= lost_permille)
			changes += bfd_loss_note(&loss, clock_now,
			    interval_ns);
	}
}

/* B-124 -: jitter alone is no loss, and a stray one does not slow us down */
static void
test_bfd_congestion_little_loss_changes_nothing(void **state)
{
	(void)state;
	start(1);
	hear(100000, 0);
	assert_int_equal(loss.lost_count, 0);
	hear(100000, 10);
	assert_in_range(loss.lost_count, 900, 1100);
	assert_int_equal(loss.factor, 1);
	assert_int_equal(changes, 0);
}

/* B-124 +: much of it doubles the intervals, as far as the bound */
static void
test_bfd_congestion_loss_makes_slower_within_bounds(void **state)
{
	(void)state;
	start(2);
	hear(2 * BFD_LOSS_WINDOW, 300);
	assert_true(loss.factor >= 4);
	assert_int_equal(bfd_loss_stretch(&loss, INTERVAL),
	    loss.factor * INTERVAL);
	hear(10 * BFD_LOSS_WINDOW, 300);
	assert_int_equal(loss.factor, BFD_LOSS_FACTOR_MAX);
	assert_int_equal(bfd_loss_stretch(&loss, 4 * NS_PER_S),
	    BFD_LOSS_INTERVAL_MAX_NS);
	assert_int_equal(bfd_loss_stretch(&loss, 60 * NS_PER_S),
	    60 * NS_PER_S);
}

/* B-124 +: when it is over, back to what is configured, a step at a time */
static void
test_bfd_congestion_calm_steps_back(void **state)
{
	unsigned factor;

	(void)state;
	start(3);
	hear(20 * BFD_LOSS_WINDOW, 300);
	for (factor = BFD_LOSS_FACTOR_MAX; factor > 1; factor /= 2) {
		assert_int_equal(loss.factor, factor);
		hear((BFD_LOSS_CALM_WINDOWS + 1) * BFD_LOSS_WINDOW, 0);
	}
	assert_int_equal(loss.factor, 1);
}

/* Loss that comes with our own packets does not make the intervals swing. */
static void
test_bfd_congestion_steps_back_more_rarely_each_time(void **state)
{
	unsigned round, i;

	(void)state;
	start(4);
	for (round = 0; round < 200; round++) {
		for (i = 0; i < BFD_LOSS_WINDOW; i++)
			hear(1, loss.factor == 1 ? 300 : 0);
	}
	assert_int_equal(loss.patience, BFD_LOSS_PATIENCE_MAX);
	changes = 0;
	hear(BFD_LOSS_PATIENCE_MAX * BFD_LOSS_WINDOW / 2, 0);
	assert_in_range(changes, 0, 1);
	hear(200 * BFD_LOSS_WINDOW, 0);
	assert_int_equal(loss.factor, 1);
	assert_int_equal(loss.patience, BFD_LOSS_CALM_WINDOWS);
}

/* B-124 -: what we did not hear because we were away is not lost */
static void
test_bfd_congestion_own_absence_is_no_loss(void **state)
{
	unsigned i;

	(void)state;
	start(5);
	for (i = 0; i < 100; i++) {
		hear(5, 0);
		clock_now = mono_add(clock_now, ns_from_ms(500));
		bfd_loss_restart(&loss);
	}
	assert_int_equal(loss.lost_count, 0);
	hear(5, 0);
	clock_now = mono_add(clock_now, ns_from_ms(500));
	hear(5, 0);
	assert_int_equal(loss.factor, 2);
}

static void
test_bfd_congestion_overtaken_packet_is_no_gap(void **state)
{
	(void)state;
	start(6);
	hear(10, 0);
	(void)bfd_loss_note(&loss, (mono_t){ clock_now.ns - INTERVAL / 2 },
	    INTERVAL);
	clock_now = mono_add(clock_now, INTERVAL);
	(void)bfd_loss_note(&loss, clock_now, INTERVAL);
	assert_int_equal(loss.lost_count, 0);
	(void)bfd_loss_note(&loss, mono_add(clock_now, 3 * INTERVAL), 0);
	assert_int_equal(loss.lost_count, 0);
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
		cmocka_unit_test(
		    test_bfd_congestion_little_loss_changes_nothing),
		cmocka_unit_test(
		    test_bfd_congestion_loss_makes_slower_within_bounds),
		cmocka_unit_test(test_bfd_congestion_calm_steps_back),
		cmocka_unit_test(
		    test_bfd_congestion_steps_back_more_rarely_each_time),
		cmocka_unit_test(test_bfd_congestion_own_absence_is_no_loss),
		cmocka_unit_test(
		    test_bfd_congestion_overtaken_packet_is_no_gap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
