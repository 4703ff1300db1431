/*
 * test_vrrp_weigh.c - states and weights to a priority, a fault or a wait.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "vrrpd/pure/vrrp_weigh.h"

#define U	VRRP_TRACK_UNKNOWN
#define D	VRRP_TRACK_DOWN
#define UP	VRRP_TRACK_UP
#define MAX	4

/* L-16 +, L-16 - : what each sign does in each state. */
static void
test_vrrp_weigh_adds_by_sign_state_and_reverse(void **state)
{
	static const struct {
		enum vrrp_track_state	state;
		int			weight;
		bool			reverse;
		int			adds;
	} cases[] = {
		{ UP,  20, false,  20 }, { D,  20, false,   0 },
		{ UP, -20, false,   0 }, { D, -20, false, -20 },
		{ UP,  20, true,  -20 }, { D,  20, true,    0 },
		{ UP, -20, true,    0 }, { D, -20, true,   20 },
		{ U,   20, false,   0 }, { U, -20, false,   0 },
		{ U,   20, true,    0 }, { U, -20, true,    0 },
		{ UP,   0, false,   0 }, { D,   0, true,    0 },
	};
	struct vrrp_weight w;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		w = (struct vrrp_weight){ cases[i].state, cases[i].weight,
		    cases[i].reverse, false };
		assert_int_equal(vrrp_weigh_adds(&w), cases[i].adds);
	}
}

/* keepalived's track_file: the number times its weight */
static void
test_vrrp_weigh_multiplies_a_number(void **state)
{
	static const struct {
		enum vrrp_track_state	state;
		int32_t			value;
		int			weight;
		bool			reverse;
		int			adds;
		bool			fault;
	} cases[] = {
		{ UP, 0, 10, false, 0, false },
		{ UP, 7, 10, false, 70, false },
		{ UP, 7, -10, false, -70, false },
		{ UP, -7, 10, false, -70, false },
		{ UP, 7, 10, true, -70, false },
		{ UP, 100, 10, false, 254, false },
		{ UP, -253, 1, false, -253, false },
		{ UP, -254, 1, false, -254, true },
		{ UP, 254, 1, true, -254, true },
		{ UP, INT32_MIN, 254, false, -254, true },
		{ UP, INT32_MAX, 254, false, 254, false },
		{ UP, INT32_MIN, -254, false, 254, false },
		{ UP, 0, 0, false, 0, false },
		{ UP, 1, 0, false, 0, true },
		{ UP, -1, 0, false, 0, true },
		{ UP, 0, 0, true, 0, true },
		{ UP, 1, 0, true, 0, false },
		{ U, 7, 10, false, 0, false },
		{ U, 7, 0, false, 0, false },
	};
	struct vrrp_weighed out;
	struct vrrp_weight w;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		w = (struct vrrp_weight){ .state = cases[i].state,
		    .value = cases[i].value, .weight = cases[i].weight,
		    .reverse = cases[i].reverse, .number = true };
		assert_int_equal(vrrp_weigh_adds(&w), cases[i].adds);
		vrrp_weigh(100, &w, 1, 0, false, &out);
		assert_int_equal(out.fault, cases[i].fault);
		assert_int_equal(out.waits, cases[i].state == U &&
		    cases[i].weight == 0);
	}
}

/* L-16 +, V-78 + : several add up, and stay between 1 and 254. */
static void
test_vrrp_weigh_sums_are_clamped(void **state)
{
	static const struct {
		uint8_t	base;
		int	weights[MAX];
		int	sum;
		uint8_t	priority;
	} cases[] = {
		{ 100, { -20, -30 },	-50,	50 },
		{ 100, { -20, 30 },	-20,	80 },	/* 30 while up */
		{ 100, { -99 },		-99,	1 },
		{ 100, { -100 },	-100,	1 },
		{ 100, { -254, -254 },	-508,	1 },
		{ 254, { -1 },		-1,	253 },
		{ 1,   { -1 },		-1,	1 },
	};
	struct vrrp_weight w[MAX];
	struct vrrp_weighed out;
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (n = 0; n < MAX && cases[i].weights[n] != 0; n++)
			w[n] = (struct vrrp_weight){ D, cases[i].weights[n],
			    false, false };
		vrrp_weigh(cases[i].base, w, n, 0, false, &out);
		assert_int_equal(out.sum, cases[i].sum);
		assert_int_equal(out.priority, cases[i].priority);
		assert_false(out.fault || out.waits);
		assert_int_equal(out.why, -1);
	}
	w[0] = w[1] = (struct vrrp_weight){ UP, 200, false, false };
	vrrp_weigh(100, w, 2, 0, false, &out);
	assert_int_equal(out.sum, 400);
	assert_int_equal(out.priority, 254);	/* 255 is the owner's word */
}

/* L-16 - : the owner is not moved, and knows no fault. */
static void
test_vrrp_weigh_owner_ignores_everything(void **state)
{
	struct vrrp_weight w[2] = { { D, -50, false, false },
	    { D, 0, false, false } };
	struct vrrp_weighed out;

	(void)state;
	vrrp_weigh(255, w, 2, 0, true, &out);
	assert_int_equal(out.priority, 255);
	assert_int_equal(out.sum, 0);
	assert_false(out.fault || out.waits || out.last_resort);
}

/* L-17 + */
static void
test_vrrp_weigh_fault_needs_down_and_no_weight(void **state)
{
	static const struct {
		struct vrrp_weight	w;
		bool			fault, waits;
	} cases[] = {
		{ { D,  0, false, false }, true, false },
		{ { UP, 0, false, false }, false, false },
		{ { U,  0, false, false }, false, true },
		{ { D,  0, true,  false }, false, false },
		{ { UP, 0, true,  false }, true, false },
		{ { U,  0, true,  false }, false, true },
		{ { D, -1, false, false }, false, false },
		{ { U, -1, false, false }, false, false },
	};
	struct vrrp_weighed out;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		vrrp_weigh(100, &cases[i].w, 1, 0, false, &out);
		assert_int_equal(out.fault, cases[i].fault);
		assert_int_equal(out.waits, cases[i].waits);
		assert_int_equal(out.why, cases[i].fault || cases[i].waits ?
		    0 : -1);
		assert_int_equal(out.priority, 100 +
		    (cases[i].w.state == D ? cases[i].w.weight : 0));
	}
}

/* L-17 + : all links, or as many as are wished; one of them may be weighted. */
static void
test_vrrp_weigh_links_fault_by_number(void **state)
{
	static const struct {
		enum vrrp_track_state	states[3];
		unsigned		number;
		bool			fault, waits;
	} cases[] = {
		{ { UP, D, D },	0, false, false },
		{ { D, D, D },	0, true, false },
		{ { D, D, U },	0, false, true },
		{ { D, UP, U },	0, false, false },
		{ { D, UP, UP }, 1, true, false },
		{ { U, UP, UP }, 1, false, true },
		{ { D, UP, UP }, 2, false, false },
		{ { D, U, UP },	2, false, true },
		{ { D, U, D },	2, true, false },
		{ { D, D, D },	9, true, false },
	};
	struct vrrp_weight w[MAX];
	struct vrrp_weighed out;
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (n = 0; n < 3; n++)
			w[n] = (struct vrrp_weight){ cases[i].states[n], 0,
			    false, true };
		w[3] = (struct vrrp_weight){ D, -5, false, true };
		vrrp_weigh(100, w, 4, cases[i].number, false, &out);
		assert_int_equal(out.fault, cases[i].fault);
		assert_int_equal(out.waits, cases[i].waits);
		assert_int_equal(out.priority, 95);
	}
}

/* L-17 + : never the last router. */
static void
test_vrrp_weigh_last_resort_is_priority_one(void **state)
{
	struct vrrp_weight w[2] = { { D, 0, false, true },
	    { UP, 50, false, false } };
	struct vrrp_weighed out;

	(void)state;
	vrrp_weigh(100, w, 2, 0, true, &out);
	assert_false(out.fault);
	assert_true(out.last_resort);
	assert_int_equal(out.priority, 1);
	assert_int_equal(out.why, 0);
	w[0].state = UP;
	vrrp_weigh(100, w, 2, 0, true, &out);
	assert_false(out.last_resort);
	assert_int_equal(out.priority, 150);
}

/* A fault that is there outweighs one that may come. */
static void
test_vrrp_weigh_names_the_fault_before_the_wait(void **state)
{
	struct vrrp_weight w[3] = { { U, 0, false, false },
	    { UP, 0, false, true }, { D, 0, false, false } };
	struct vrrp_weighed out;

	(void)state;
	vrrp_weigh(100, w, 3, 0, false, &out);
	assert_true(out.fault && !out.waits);
	assert_int_equal(out.why, 2);
	w[2].state = UP;
	vrrp_weigh(100, w, 3, 0, false, &out);
	assert_true(!out.fault && out.waits);
	assert_int_equal(out.why, 0);
	vrrp_weigh(100, w, 0, 0, false, &out);
	assert_true(!out.fault && !out.waits && out.priority == 100);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vrrp_weigh_multiplies_a_number),
		cmocka_unit_test(
		    test_vrrp_weigh_adds_by_sign_state_and_reverse),
		cmocka_unit_test(test_vrrp_weigh_sums_are_clamped),
		cmocka_unit_test(test_vrrp_weigh_owner_ignores_everything),
		cmocka_unit_test(
		    test_vrrp_weigh_fault_needs_down_and_no_weight),
		cmocka_unit_test(test_vrrp_weigh_links_fault_by_number),
		cmocka_unit_test(test_vrrp_weigh_last_resort_is_priority_one),
		cmocka_unit_test(
		    test_vrrp_weigh_names_the_fault_before_the_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
