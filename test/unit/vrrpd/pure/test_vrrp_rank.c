/*
 * test_vrrp_rank.c - who takes over when the Active dies.
 *
 * Most cases are asked of every router at once: each has its own list, and what
 * counts is that their answers fit together: one says 0, and no two the same.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "vrrpd/pure/vrrp_rank.h"

#define T0	(1000 * NS_PER_S)
#define MAX	5

static const mono_t now = { T0 };
static const mono_t long_ago = { T0 - 60 * NS_PER_S };

struct world {
	unsigned		count;
	struct addr		address[MAX];
	uint8_t			priority[MAX];
	struct vrrp_rank	rank[MAX];
};

static struct addr
router(unsigned i)
{
	uint8_t bytes[4] = { 192, 0, 2, (uint8_t)(1 + i) };

	return addr_from_bytes(AF_INET, bytes);
}

static struct vrrp_rank_id
id(const struct world *w, unsigned i)
{
	return (struct vrrp_rank_id){ &w->address[i], w->priority[i] };
}

/* All have sessions to all others, and nobody has heard anybody. */
static void
make(struct world *w, unsigned count, const uint8_t *priorities)
{
	unsigned i, j;

	w->count = count;
	for (i = 0; i < count; i++) {
		w->address[i] = router(i);
		w->priority[i] = priorities[i];
		vrrp_rank_init(&w->rank[i]);
	}
	for (i = 0; i < count; i++)
		for (j = 0; j < count; j++)
			if (i != j)
				vrrp_rank_session(&w->rank[i], long_ago,
				    &w->address[j], true);
}

static unsigned
place(const struct world *w, unsigned i, unsigned dead)
{
	struct vrrp_rank_id us = id(w, i), them = id(w, dead);

	return vrrp_rank_better(&w->rank[i], now, &us, &them);
}

/* j claims to be Active, i hears it; and stays its Backup if `follows`. */
static void
hear(struct world *w, unsigned i, unsigned j, bool follows)
{
	struct vrrp_rank_id them = id(w, j);

	vrrp_rank_heard(&w->rank[i], now, &them, w->priority[i], follows);
}

static void
assert_order(const struct world *w, unsigned dead, const unsigned *order)
{
	unsigned i;

	for (i = 0; i < w->count - 1; i++)
		assert_int_equal(place(w, order[i], dead), i);
}

/* L-15 + nobody known: two routers, and we are the other one. */
static void
test_vrrp_rank_nobody_known_is_first(void **state)
{
	static const uint8_t priorities[] = { 200, 100 };
	struct world w;

	(void)state;
	make(&w, 2, priorities);
	assert_int_equal(place(&w, 1, 0), 0);
	vrrp_rank_init(&w.rank[1]);
	assert_int_equal(place(&w, 1, 0), 0);
}

/* L-15 + V-74 + what was heard decides: priority, then address. */
static void
test_vrrp_rank_heard_priorities_decide(void **state)
{
	static const struct {
		uint8_t		priorities[5];
		unsigned	order[4];	/* of 1..4 */
	} cases[] = {
		{ { 250, 200, 150, 100, 50 }, { 1, 2, 3, 4 } },
		{ { 250, 50, 100, 150, 200 }, { 4, 3, 2, 1 } },
		{ { 250, 100, 200, 50, 150 }, { 2, 4, 1, 3 } },
		{ { 100, 100, 100, 100, 100 }, { 4, 3, 2, 1 } },
		{ { 200, 100, 100, 150, 100 }, { 3, 4, 2, 1 } },
	};
	struct world w;
	unsigned i, j;
	size_t n;

	(void)state;
	for (n = 0; n < sizeof(cases) / sizeof(cases[0]); n++) {
		make(&w, 5, cases[n].priorities);
		for (i = 1; i < 5; i++)
			for (j = 1; j < 5; j++)
				if (i != j)
					hear(&w, i, j, false);
		assert_order(&w, 0, cases[n].order);
	}
}

/*
 * L-15 + nothing heard: numbered upwards, downwards, or all the same.  One goes
 * first, and where priorities do follow the addresses it is the right one.
 */
static void
test_vrrp_rank_unheard_are_guessed_alike_by_all(void **state)
{
	static const struct {
		uint8_t		priorities[5];
		unsigned	dead;
		unsigned	order[4];
	} cases[] = {
		{ { 250, 200, 150, 100, 50 }, 0, { 1, 2, 3, 4 } },
		{ { 50, 100, 150, 200, 250 }, 4, { 3, 2, 1, 0 } },
		{ { 100, 100, 100, 100, 100 }, 0, { 4, 3, 2, 1 } },
		{ { 100, 100, 100, 100, 100 }, 2, { 4, 3, 1, 0 } },
		{ { 200, 100, 100, 100, 100 }, 0, { 1, 2, 3, 4 } },
	};
	struct world w;
	size_t n;

	(void)state;
	for (n = 0; n < sizeof(cases) / sizeof(cases[0]); n++) {
		make(&w, 5, cases[n].priorities);
		assert_order(&w, cases[n].dead, cases[n].order);
	}
}

/* One has heard the other and not the reverse: still one goes first. */
static void
test_vrrp_rank_half_known_order_fits(void **state)
{
	static const uint8_t priorities[] = { 200, 150, 100 };
	struct world w;

	(void)state;
	make(&w, 3, priorities);
	hear(&w, 2, 1, true);			/* 1 was Active once */
	assert_int_equal(place(&w, 1, 0), 0);
	assert_int_equal(place(&w, 2, 0), 1);
	make(&w, 3, priorities);
	hear(&w, 1, 2, false);			/* 2 was, and 1 was better */
	assert_int_equal(place(&w, 1, 0), 0);
	assert_int_equal(place(&w, 2, 0), 1);
}

/* L-15 - the dead, and those whose session is not Up, are not waited for. */
static void
test_vrrp_rank_the_absent_do_not_count(void **state)
{
	static const uint8_t priorities[] = { 250, 200, 150, 100 };
	struct world w;
	struct addr a;

	(void)state;
	make(&w, 4, priorities);
	hear(&w, 3, 1, true);
	hear(&w, 3, 2, true);
	assert_int_equal(place(&w, 3, 0), 2);
	vrrp_rank_session(&w.rank[3], now, &w.address[1], false);
	assert_int_equal(place(&w, 3, 0), 1);
	vrrp_rank_session(&w.rank[3], now, &w.address[2], false);
	assert_int_equal(place(&w, 3, 0), 0);
	vrrp_rank_session(&w.rank[3], now, &w.address[1], true);
	assert_int_equal(place(&w, 3, 0), 1);
	/* Without a session it was heard, and counts for hours. */
	vrrp_rank_no_session(&w.rank[3], &w.address[1]);
	assert_int_equal(place(&w, 3, 0), 1);
	{
		struct vrrp_rank_id us = id(&w, 3), dead = id(&w, 0);

		assert_int_equal(vrrp_rank_better(&w.rank[3], mono_add(now,
		    VRRP_RANK_MEMORY_NS), &us, &dead), 1);
		assert_int_equal(vrrp_rank_better(&w.rank[3], mono_add(now,
		    VRRP_RANK_MEMORY_NS + 1), &us, &dead), 0);
	}
	/* A peer that is only named counts as well, one forgotten does not. */
	a = router(1);
	vrrp_rank_init(&w.rank[3]);
	vrrp_rank_session(&w.rank[3], now, &a, true);
	vrrp_rank_no_session(&w.rank[3], &a);
	assert_int_equal(w.rank[3].count, 0);
	vrrp_rank_name(&w.rank[3], &a);
	assert_int_equal(place(&w, 3, 0), 1);
	vrrp_rank_no_session(&w.rank[3], &a);
	assert_int_equal(place(&w, 3, 0), 1);
}

/*
 * Without preemption the order is who was seen to stay Backup: the better one
 * that followed a lesser one goes after it, and both know.
 */
static void
test_vrrp_rank_who_followed_goes_after(void **state)
{
	static const uint8_t priorities[] = { 250, 100, 150 };
	struct world w;

	(void)state;
	make(&w, 3, priorities);
	hear(&w, 2, 1, true);			/* 1 reigns over 2 */
	vrrp_rank_reign_over(&w.rank[1], now, long_ago, 10 * NS_PER_S);
	assert_int_equal(place(&w, 1, 0), 0);
	assert_int_equal(place(&w, 2, 0), 1);
	hear(&w, 1, 2, true);			/* later 2 over 1 */
	vrrp_rank_reign_over(&w.rank[2], mono_add(now, 60 * NS_PER_S),
	    mono_add(now, 1), 10 * NS_PER_S);
	assert_int_equal(place(&w, 1, 0), 1);
	assert_int_equal(place(&w, 2, 0), 0);
}

/* Silence means something only where there was time, and a session. */
static void
test_vrrp_rank_silence_of_the_absent_says_nothing(void **state)
{
	static const uint8_t priorities[] = { 250, 100, 150 };
	struct world w;

	(void)state;
	make(&w, 3, priorities);
	assert_int_equal(place(&w, 2, 0), 1);	/* by the guess */
	vrrp_rank_reign_over(&w.rank[2], now, long_ago, 61 * NS_PER_S);
	assert_int_equal(place(&w, 2, 0), 1);	/* too short */
	hear(&w, 2, 1, false);			/* the other spoke */
	vrrp_rank_reign_over(&w.rank[2], now, long_ago, 10 * NS_PER_S);
	w.rank[2].list[1].priority = 200;
	assert_int_equal(place(&w, 2, 0), 1);
	make(&w, 3, priorities);
	vrrp_rank_session(&w.rank[2], now, &w.address[1], false);
	vrrp_rank_session(&w.rank[2], now, &w.address[1], true);
	vrrp_rank_reign_over(&w.rank[2], now, long_ago, 10 * NS_PER_S);
	assert_int_equal(place(&w, 2, 0), 1);	/* came only now */
	make(&w, 3, priorities);
	vrrp_rank_reign_over(&w.rank[2], now, long_ago, 10 * NS_PER_S);
	assert_int_equal(place(&w, 2, 0), 0);
}

/* A flood of sources makes us forget one another of them, and nobody else. */
/* The file names others: whoever is known by it alone was never there. */
static void
test_vrrp_rank_names_are_taken_back(void **state)
{
	struct addr a = router(0), b = router(1), c = router(2);
	struct vrrp_rank_id heard = { &b, 150 };
	struct vrrp_rank k;

	(void)state;
	vrrp_rank_init(&k);
	vrrp_rank_name(&k, &a);
	vrrp_rank_name(&k, &b);
	vrrp_rank_name(&k, &c);
	vrrp_rank_heard(&k, now, &heard, 100, false);
	vrrp_rank_session(&k, now, &c, true);
	vrrp_rank_name_nobody(&k);
	assert_int_equal(k.count, 2);
	assert_null(vrrp_rank_find(&k, &a));
	assert_false(vrrp_rank_find(&k, &b)->named);
	assert_int_equal(vrrp_rank_find(&k, &b)->priority, 150);
	assert_true(vrrp_rank_find(&k, &c)->up);
	vrrp_rank_name(&k, &a);
	assert_true(vrrp_rank_find(&k, &a)->named);
}

/* L-15, V-65: what nobody may go by at once, because it could be otherwise. */
static void
test_vrrp_rank_is_best_only_where_it_is_sure(void **state)
{
	struct addr a = router(0), b = router(1), c = router(2);
	struct vrrp_rank_id dead = { &a, 200 }, us = { &b, 100 };
	struct vrrp_rank_id lesser = { &c, 50 }, better = { &c, 150 };
	struct vrrp_rank k;

	(void)state;
	vrrp_rank_init(&k);
	assert_false(vrrp_rank_is_best(&k, now, &us, &dead, true, false));
	vrrp_rank_session(&k, now, &a, true);
	assert_false(vrrp_rank_is_best(&k, now, &us, &dead, true, false));
	vrrp_rank_name(&k, &a);
	assert_true(vrrp_rank_is_best(&k, now, &us, &dead, false, false));
	vrrp_rank_session(&k, now, &c, true);	/* opened by one unnamed */
	assert_false(vrrp_rank_is_best(&k, now, &us, &dead, true, false));
	vrrp_rank_name(&k, &c);			/* of unknown priority */
	assert_false(vrrp_rank_is_best(&k, now, &us, &dead, true, false));
	vrrp_rank_heard(&k, now, &lesser, us.priority, false);
	assert_true(vrrp_rank_is_best(&k, now, &us, &dead, true, false));
	assert_false(vrrp_rank_is_best(&k, now, &us, &dead, false, false));
	vrrp_rank_heard(&k, now, &better, us.priority, false);
	vrrp_rank_session(&k, now, &c, false);
	assert_false(vrrp_rank_is_best(&k, now, &us, &dead, true, false));
	vrrp_rank_no_session(&k, &c);
	vrrp_rank_name_nobody(&k);
	vrrp_rank_name(&k, &a);
	assert_true(vrrp_rank_is_best(&k, mono_add(now, VRRP_RANK_MEMORY_NS +
	    1), &us, &dead, false, false));
}

/* L-15 + Backups that tell: no guess, whoever was Active when, and for so long. */
static void
test_vrrp_rank_told_priorities_decide(void **state)
{
	static const uint8_t priorities[] = { 200, 150, 100 };
	struct vrrp_rank_id dead, us, they;
	struct world w;

	(void)state;
	make(&w, 3, priorities);
	dead = id(&w, 0);
	us = id(&w, 2);
	they = id(&w, 1);
	hear(&w, 2, 1, false);
	w.rank[2].list[1].behind = true;	/* was Backup under us once */
	assert_int_equal(place(&w, 2, 0), 0);
	assert_true(vrrp_rank_told(&w.rank[2], now, &they, 3 * NS_PER_S));
	assert_false(vrrp_rank_told(&w.rank[2], now, &they, 3 * NS_PER_S));
	assert_int_equal(place(&w, 2, 0), 1);
	assert_false(vrrp_rank_is_best(&w.rank[2], now, &us, &dead, true,
	    true));
	(void)vrrp_rank_told(&w.rank[1], now, &us, 3 * NS_PER_S);
	assert_int_equal(place(&w, 1, 0), 0);
	assert_true(vrrp_rank_is_best(&w.rank[1], now, &they, &dead, true,
	    true));
	assert_false(vrrp_rank_is_best(&w.rank[1], now, &they, &dead, true,
	    false));
	assert_false(vrrp_rank_is_best(&w.rank[1], now, &they, &dead, false,
	    true));
	/* Not in the race any more, though its session may be Up. */
	assert_false(vrrp_rank_told(&w.rank[2], now, &they, 0));
	assert_int_equal(place(&w, 2, 0), 0);
	assert_true(vrrp_rank_is_best(&w.rank[2], now, &us, &dead, true,
	    true));
	hear(&w, 2, 1, false);
	assert_int_equal(place(&w, 2, 0), 1);
}

/* L-15 + a session that is not Up yet does not make a Backup away. */
static void
test_vrrp_rank_told_counts_before_its_session_is_up(void **state)
{
	struct addr a = router(0), b = router(1), c = router(2);
	struct vrrp_rank_id dead = { &a, 200 }, us = { &c, 100 };
	struct vrrp_rank_id they = { &b, 150 };
	struct vrrp_rank k;

	(void)state;
	vrrp_rank_init(&k);
	(void)vrrp_rank_told(&k, now, &they, 3 * NS_PER_S);
	vrrp_rank_session(&k, now, &b, false);
	assert_int_equal(vrrp_rank_better(&k, now, &us, &dead), 1);
	vrrp_rank_session(&k, now, &b, true);
	assert_int_equal(vrrp_rank_better(&k, now, &us, &dead), 1);
	vrrp_rank_session(&k, now, &b, false);
	assert_int_equal(vrrp_rank_better(&k, now, &us, &dead), 0);
	vrrp_rank_no_session(&k, &b);
	assert_int_equal(vrrp_rank_better(&k, now, &us, &dead), 1);
	/* For so long, and then it is gone. */
	assert_int_equal(vrrp_rank_better(&k, mono_add(now, 3 * NS_PER_S), &us,
	    &dead), 0);
	assert_true(vrrp_rank_is_best(&k, mono_add(now, 3 * NS_PER_S), &us,
	    &dead, true, true));
	/* A router that leaves and was never heard is not remembered. */
	vrrp_rank_init(&k);
	assert_false(vrrp_rank_told(&k, now, &they, 0));
	assert_int_equal(k.count, 0);
}

static void
test_vrrp_rank_full_list_keeps_named_and_sessions(void **state)
{
	struct vrrp_rank k;
	struct addr a;
	struct vrrp_rank_id flood = { &a, 200 };
	unsigned i;

	(void)state;
	vrrp_rank_init(&k);
	a = router(200);
	vrrp_rank_name(&k, &a);
	a = router(201);
	vrrp_rank_session(&k, now, &a, true);
	for (i = 0; i < 100; i++) {
		a = router(i);
		vrrp_rank_heard(&k, mono_add(now, i), &flood, 100, true);
	}
	assert_int_equal(k.count, VRRP_RANK_MAX);
	assert_non_null(vrrp_rank_find(&k, &a));
	a = router(200);
	assert_non_null(vrrp_rank_find(&k, &a));
	a = router(201);
	assert_non_null(vrrp_rank_find(&k, &a));
	for (i = 0; i < VRRP_RANK_MAX; i++) {
		a = router(100 + i);
		vrrp_rank_session(&k, now, &a, true);
	}
	assert_int_equal(k.count, VRRP_RANK_MAX);
	a = router(150);
	vrrp_rank_heard(&k, now, &flood, 100, true);	/* no room: no harm */
	assert_null(vrrp_rank_find(&k, &a));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vrrp_rank_nobody_known_is_first),
		cmocka_unit_test(test_vrrp_rank_heard_priorities_decide),
		cmocka_unit_test(
		    test_vrrp_rank_unheard_are_guessed_alike_by_all),
		cmocka_unit_test(test_vrrp_rank_half_known_order_fits),
		cmocka_unit_test(test_vrrp_rank_the_absent_do_not_count),
		cmocka_unit_test(test_vrrp_rank_who_followed_goes_after),
		cmocka_unit_test(
		    test_vrrp_rank_silence_of_the_absent_says_nothing),
		cmocka_unit_test(
		    test_vrrp_rank_full_list_keeps_named_and_sessions),
		cmocka_unit_test(test_vrrp_rank_names_are_taken_back),
		cmocka_unit_test(test_vrrp_rank_told_priorities_decide),
		cmocka_unit_test(
		    test_vrrp_rank_told_counts_before_its_session_is_up),
		cmocka_unit_test(
		    test_vrrp_rank_is_best_only_where_it_is_sure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
