/*
 * test_vrrp_history.c - the last transitions.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "test/unit/vrrpd/instance/instance_world.h"
#include "vrrpd/instance/vrrp_history.h"

static void
test_vrrp_history_keeps_the_newest_64(void **state)
{
	struct vrrp_params p = world_params();
	int i;

	(void)state;
	start_with(&p);
	for (i = 0; i < 100; i++) {
		vrrp_instance_disable(v, i % 2 == 0);
		world_run(NS_PER_MS);
	}
	assert_int_equal(v->history_count, 101);
	assert_non_null(vrrp_history_record(v, VRRP_HISTORY_MAX - 1));
	assert_null(vrrp_history_record(v, VRRP_HISTORY_MAX));
	assert_int_equal(vrrp_history_record(v, 0)->tr.cause,
	    VRRP_CAUSE_ENABLED);
	assert_int_equal(world.transitions, 101);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_vrrp_history_keeps_the_newest_64),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
