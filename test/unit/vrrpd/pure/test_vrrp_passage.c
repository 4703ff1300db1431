/*
 * test_vrrp_passage.c - is the virtual MAC refused by the network?
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "vrrpd/pure/vrrp_passage.h"

static const mono_t start = { 1000 * NS_PER_S };
static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 9 };
static struct vrrp_passage p;
static mono_t now;

static struct addr
host(uint8_t last)
{
	const uint8_t bytes[] = { 192, 0, 2, last };

	return addr_from_bytes(AF_INET, bytes);
}

static int
setup(void **state)
{
	(void)state;
	now = start;
	vrrp_passage_init(&p);
	vrrp_passage_start(&p, now);
	return 0;
}

static void
meet(uint8_t last)
{
	struct addr a = host(last);

	vrrp_passage_meet(&p, now, &a);
}

/* One round at its time; who is asked answers to these. */
static const struct vrrp_passage_partner *
round_with(bool own, bool virtual)
{
	const struct vrrp_passage_partner *partner;
	struct addr a;

	now = mono_max(now, p.next);
	partner = vrrp_passage_round(&p, now);
	if (partner == NULL)
		return NULL;
	a = partner->addr;
	if (virtual && partner->has_mac)
		(void)vrrp_passage_heard(&p, now, &a, mac, true);
	if (own)
		(void)vrrp_passage_heard(&p, now, &a, mac, false);
	return partner;
}

static void
test_vrrp_passage_nobody_known_is_no_verdict(void **state)
{
	unsigned i;

	(void)state;
	for (i = 0; i < 100; i++)
		assert_null(round_with(true, true));
	assert_int_equal(p.verdict, VRRP_PASSAGE_UNKNOWN);
	meet(9);
	assert_int_equal(p.next.ns, now.ns);	/* whoever comes is asked */
}

/* The router before may still have the MAC: nothing is a reason to ask sooner. */
static void
test_vrrp_passage_begins_when_it_is_to(void **state)
{
	const mono_t at = mono_add(now, NS_PER_S);

	(void)state;
	vrrp_passage_start(&p, at);
	assert_int_equal(p.next.ns, at.ns);
	meet(9);
	assert_int_equal(p.next.ns, at.ns);
	vrrp_passage_doubt(&p, now);
	assert_int_equal(p.next.ns, at.ns);
	now = at;
	(void)round_with(true, false);
	vrrp_passage_doubt(&p, now);
	assert_true(!mono_before(mono_add(now, VRRP_PASSAGE_QUICK_NS),
	    p.next));
}

static void
test_vrrp_passage_both_answered_passes(void **state)
{
	struct addr a = host(9);

	(void)state;
	meet(9);
	assert_false(round_with(true, true) == NULL);
	assert_true(p.list[0].has_mac);
	assert_int_equal(p.verdict, VRRP_PASSAGE_UNKNOWN);
	assert_int_equal(p.next.ns, now.ns);	/* tried at once */
	(void)vrrp_passage_round(&p, now);
	assert_true(vrrp_passage_heard(&p, now, &a, mac, true));
	assert_false(vrrp_passage_heard(&p, now, &a, mac, true));
	assert_int_equal(p.verdict, VRRP_PASSAGE_PASSES);
	assert_int_equal(p.next.ns, mono_add(now, VRRP_PASSAGE_AGAIN_NS).ns);
}

static void
test_vrrp_passage_only_own_answered_is_refused(void **state)
{
	unsigned i;

	(void)state;
	meet(9);
	(void)round_with(true, false);
	for (i = 0; i < VRRP_PASSAGE_MISSES; i++) {
		(void)round_with(true, false);
		assert_int_equal(p.verdict, VRRP_PASSAGE_UNKNOWN);
	}
	(void)round_with(true, false);
	assert_int_equal(p.verdict, VRRP_PASSAGE_REFUSED);
	assert_true(mono_sub(now, start) <= 1200 * NS_PER_MS);
	/* The first answer ends the verdict. */
	(void)round_with(true, true);
	assert_int_equal(p.verdict, VRRP_PASSAGE_PASSES);
}

/* Lost now and then, in both directions: misses are not in a row. */
static void
test_vrrp_passage_loss_is_no_refusal(void **state)
{
	unsigned i;

	(void)state;
	meet(9);
	for (i = 0; i < 1000; i++) {
		(void)round_with(i % 3 != 0,
		    i % (VRRP_PASSAGE_MISSES - 1) == 0);
		assert_int_not_equal(p.verdict, VRRP_PASSAGE_REFUSED);
	}
}

/* A silent partner proves nothing, and another one is asked. */
static void
test_vrrp_passage_silence_is_no_verdict(void **state)
{
	unsigned i, asked[10] = { 0 };

	(void)state;
	meet(7);
	meet(8);
	meet(9);
	for (i = 0; i < 30; i++)
		asked[round_with(false, false)->addr.bytes[3]]++;
	assert_int_equal(p.verdict, VRRP_PASSAGE_UNKNOWN);
	assert_true(asked[7] > 6 && asked[8] > 6 && asked[9] > 6);
	assert_int_equal(p.next.ns, mono_add(now, VRRP_PASSAGE_SLOW_NS).ns);
}

static void
test_vrrp_passage_dead_partner_is_no_refusal(void **state)
{
	unsigned i;

	(void)state;
	meet(9);
	for (i = 0; i < 3; i++)
		(void)round_with(true, true);
	assert_int_equal(p.verdict, VRRP_PASSAGE_PASSES);
	for (i = 0; i < 30; i++)
		(void)round_with(false, false);
	assert_int_equal(p.verdict, VRRP_PASSAGE_PASSES);
	for (i = 0; i < VRRP_PASSAGE_MISSES + 2; i++)
		(void)round_with(true, false);
	assert_int_equal(p.verdict, VRRP_PASSAGE_REFUSED);
}

static void
test_vrrp_passage_strangers_and_late_answers_mean_nothing(void **state)
{
	struct addr other = host(77), a = host(9);

	(void)state;
	meet(9);
	assert_false(vrrp_passage_heard(&p, now, &a, mac, true));
	(void)round_with(true, true);
	(void)vrrp_passage_round(&p, now);
	assert_false(vrrp_passage_heard(&p, now, &other, mac, true));
	vrrp_passage_stop(&p);
	assert_false(vrrp_passage_heard(&p, now, &a, mac, true));
	assert_int_equal(p.verdict, VRRP_PASSAGE_UNKNOWN);
	assert_true(mono_is_never(p.next));
}

static void
test_vrrp_passage_full_list_keeps_whom_it_asks(void **state)
{
	struct addr current;
	unsigned i;

	(void)state;
	meet(1);
	meet(1);
	assert_int_equal(p.count, 1);
	(void)round_with(true, true);
	current = p.list[p.current].addr;
	for (i = 2; i < 200; i++)
		meet((uint8_t)i);
	assert_int_equal(p.count, VRRP_PASSAGE_PARTNERS);
	assert_true(vrrp_passage_is_partner(&p, &current));
	assert_true(addr_equal(&p.list[p.current].addr, &current));
}

/* Proven, and yet there is a reason to ask: soon, and no sooner for being told so. */
static void
test_vrrp_passage_doubt_asks_soon(void **state)
{
	(void)state;
	vrrp_passage_stop(&p);
	vrrp_passage_doubt(&p, now);
	assert_true(mono_is_never(p.next));		/* nothing is asked */
	vrrp_passage_start(&p, now);
	meet(9);
	(void)round_with(true, true);
	(void)round_with(true, true);
	assert_int_equal(p.verdict, VRRP_PASSAGE_PASSES);
	assert_true(mono_sub(p.next, now) == VRRP_PASSAGE_AGAIN_NS);
	vrrp_passage_doubt(&p, now);
	vrrp_passage_doubt(&p, mono_add(now, NS_PER_MS));
	assert_true(mono_sub(p.next, now) == VRRP_PASSAGE_QUICK_NS);
	assert_int_equal(p.verdict, VRRP_PASSAGE_PASSES);
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_vrrp_passage_nobody_known_is_no_verdict),
	    TEST(test_vrrp_passage_begins_when_it_is_to),
	    TEST(test_vrrp_passage_both_answered_passes),
	    TEST(test_vrrp_passage_only_own_answered_is_refused),
	    TEST(test_vrrp_passage_loss_is_no_refusal),
	    TEST(test_vrrp_passage_silence_is_no_verdict),
	    TEST(test_vrrp_passage_dead_partner_is_no_refusal),
	    TEST(test_vrrp_passage_strangers_and_late_answers_mean_nothing),
	    TEST(test_vrrp_passage_full_list_keeps_whom_it_asks),
	    TEST(test_vrrp_passage_doubt_asks_soon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
