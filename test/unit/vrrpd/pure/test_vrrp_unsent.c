/*
 * test_vrrp_unsent.c - vrrp_unsent.c: when an Active that is not heard gives up.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>

#include "vrrpd/pure/vrrp_unsent.h"

#define PATIENCE	(300 * NS_PER_MS)

static const struct vrrp_other rival = { { .family = 2 }, 100 };
static struct vrrp_unsent u;

static mono_t
at(int64_t ms)
{
	return (mono_t){ 10 * NS_PER_S + ms * NS_PER_MS };
}

static int
setup(void **state)
{
	(void)state;
	vrrp_unsent_init(&u);
	return 0;
}

/* Nobody else serves: to go on is the best that there is. */
static void
test_vrrp_unsent_alone_goes_on_for_ever(void **state)
{
	(void)state;
	vrrp_unsent_left(&u, at(0));
	vrrp_unsent_heard(&u, at(50), &rival);	/* before it failed */
	vrrp_unsent_failed(&u, at(100), ENOBUFS);
	assert_false(vrrp_unsent_is_over(&u, at(100000), PATIENCE, false));
	assert_int_equal(mono_sub(vrrp_unsent_try_at(&u, at(100), PATIENCE,
	    false), at(100)), PATIENCE / 4);
	assert_int_equal(mono_sub(vrrp_unsent_try_at(&u, at(100), NS_PER_MS,
	    false), at(100)), 10 * NS_PER_MS);
}

static void
test_vrrp_unsent_yields_to_who_serves_when_the_peers_have_waited(void **state)
{
	(void)state;
	vrrp_unsent_left(&u, at(0));
	vrrp_unsent_failed(&u, at(100), ENOBUFS);
	vrrp_unsent_heard(&u, at(299), &rival);
	assert_false(vrrp_unsent_is_over(&u, at(299), PATIENCE, false));
	assert_true(vrrp_unsent_is_over(&u, at(300), PATIENCE, false));
	vrrp_unsent_give_up(&u);
	assert_true(u.gave_up);
	assert_int_equal(u.error, ENOBUFS);
	assert_false(vrrp_unsent_is_over(&u, at(900), PATIENCE, false));
	assert_true(mono_is_never(vrrp_unsent_try_at(&u, at(900), PATIENCE,
	    false)));
	vrrp_unsent_resume(&u, false);
	assert_true(u.unproven);
	assert_false(u.gave_up);
	vrrp_unsent_left(&u, at(1000));
	assert_false(u.unproven);
}

/* A few milliseconds, then the next try leaves. */
static void
test_vrrp_unsent_transient_changes_nothing(void **state)
{
	(void)state;
	vrrp_unsent_left(&u, at(0));
	vrrp_unsent_failed(&u, at(100), ENOBUFS);
	vrrp_unsent_heard(&u, at(101), &rival);
	vrrp_unsent_left(&u, at(110));
	vrrp_unsent_failed(&u, at(210), ENOBUFS);
	assert_false(vrrp_unsent_is_over(&u, at(409), PATIENCE, true));
	vrrp_unsent_heard(&u, at(409), &rival);
	assert_false(vrrp_unsent_is_over(&u, at(409), PATIENCE, false));
	assert_true(vrrp_unsent_is_over(&u, at(410), PATIENCE, false));
}

/* The peers do not wait from an advert of another reign. */
static void
test_vrrp_unsent_first_advert_of_a_reign_may_fail(void **state)
{
	(void)state;
	vrrp_unsent_failed(&u, at(0), ENOBUFS);
	vrrp_unsent_heard(&u, at(1), &rival);
	assert_false(vrrp_unsent_is_over(&u, at(1), PATIENCE, false));
	vrrp_unsent_left(&u, at(2));
	vrrp_unsent_failed(&u, at(5000), ENOBUFS);
	vrrp_unsent_heard(&u, at(5001), &rival);
	assert_false(vrrp_unsent_is_over(&u, at(5001), PATIENCE, false));
	assert_true(vrrp_unsent_is_over(&u, at(5300), PATIENCE, false));
}

/* BFD has told the peer before its timer could. */
static void
test_vrrp_unsent_with_bfd_down_fifty_milliseconds_are_enough(void **state)
{
	(void)state;
	vrrp_unsent_left(&u, at(0));
	vrrp_unsent_failed(&u, at(20), EPERM);
	vrrp_unsent_heard(&u, at(20), &rival);
	assert_int_equal(mono_sub(vrrp_unsent_try_at(&u, at(20), PATIENCE,
	    true), at(20)), 10 * NS_PER_MS);
	assert_false(vrrp_unsent_is_over(&u, at(69), PATIENCE, true));
	assert_true(vrrp_unsent_is_over(&u, at(70), PATIENCE, true));
}

int
main(void)
{
#define T(f)	cmocka_unit_test_setup(f, setup)
	const struct CMUnitTest tests[] = {
		T(test_vrrp_unsent_alone_goes_on_for_ever),
		T(test_vrrp_unsent_yields_to_who_serves_when_the_peers_have_waited),
		T(test_vrrp_unsent_transient_changes_nothing),
		T(test_vrrp_unsent_first_advert_of_a_reign_may_fail),
		T(test_vrrp_unsent_with_bfd_down_fifty_milliseconds_are_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
