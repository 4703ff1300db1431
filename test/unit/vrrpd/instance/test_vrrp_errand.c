/*
 * test_vrrp_errand.c - what the engine leaves to vrrpd-net.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "test/unit/vrrpd/instance/instance_world.h"
#include "vrrpd/instance/vrrp_errand.h"
#include "vrrpd/instance/vrrp_hold.h"

static struct vrrp_errands *e;
static const struct vrrp_removal ours = { .ifindex = WORLD_IFINDEX,
    .name = "vr4-51-7" };

static int
setup_errands(void **state)
{
	int error = setup(state);

	e = vrrp_errands_new(&world.env);
	world.env.errands = e;
	world.env.channel = a_channel();
	return error;
}

static int
teardown_errands(void **state)
{
	if (v != NULL)
		vrrp_instance_free(v);
	v = NULL;
	vrrp_errands_free(e);
	world.env.errands = NULL;
	return teardown(state);
}

static void
device(const char *name, int ifindex)
{
	struct vrrp_removal r = { .ifindex = ifindex };

	(void)strcpy(r.name, name);
	vrrp_errands_remove(e, &r);
}

/* One message after the batch, and no call that waits. */
static void
test_vrrp_errand_removals_leave_together_after_the_batch(void **state)
{
	(void)state;
	device("vr4-1-7", 11);
	device("vr4-2-7", 12);
	assert_string_equal(world.did, "");
	world_deferred();
	assert_string_equal(world.did, "remove:vr4-1-7 remove:vr4-2-7");
	assert_int_equal(world.deleted_count, 0);
	assert_int_equal(world.deleted_together, 0);
	vrrp_errands_flush(e);
	assert_string_equal(world.did, "remove:vr4-1-7 remove:vr4-2-7");
}

static void
test_vrrp_errand_full_channel_is_tried_again(void **state)
{
	(void)state;
	world.channel_full = true;
	device("vr4-1-7", 11);
	world_deferred();
	world.channel_full = false;
	world_forget();
	vrrp_errands_flush(e);
	assert_string_equal(world.did, "remove:vr4-1-7");
}

/* The monitor is dead, or there was never one. */
static void
test_vrrp_errand_without_a_monitor_it_is_done_at_once(void **state)
{
	(void)state;
	world.env.channel = NULL;
	device("vr4-1-7", 11);
	device("vr4-2-7", 12);
	world_deferred();
	assert_int_equal(world.deleted_together, 2);
	world.del_many_error = -16;
	device("vr4-1-7", 11);
	device("vr4-2-7", 12);
	world_deferred();
	assert_int_equal(world.deleted_count, 2);
	device("vr4-3-7", 13);
	world_deferred();
	assert_int_equal(world.deleted[2], 13);
	assert_true(vrrp_errands_reclaim(e, "vr4-3-7"));
}

static void
test_vrrp_errand_last_chance_is_taken(void **state)
{
	(void)state;
	world.channel_full = true;
	device("vr4-1-7", 11);
	vrrp_errands_free(e);
	e = NULL;
	assert_int_equal(world.deleted_count, 1);
	assert_int_equal(world.deleted[0], 11);
	world.channel_full = false;
}

/* A name is free until somebody was asked, and after the answer. */
static void
test_vrrp_errand_name_is_taken_while_a_removal_is_under_way(void **state)
{
	struct vrrp_removal r = { .ifindex = 12, .name = "vr4-1-7" };

	(void)state;
	assert_true(vrrp_errands_reclaim(e, "vr4-1-7"));
	device("vr4-1-7", 11);
	assert_true(vrrp_errands_reclaim(e, "vr4-1-7"));
	world_deferred();
	assert_string_equal(world.did, "");	/* taken back */
	device("vr4-1-7", 12);
	world_deferred();
	assert_false(vrrp_errands_reclaim(e, "vr4-1-7"));
	assert_true(vrrp_errands_reclaim(e, "vr4-2-7"));
	vrrp_errands_removed(e, &r, 1);
	assert_true(vrrp_errands_reclaim(e, "vr4-1-7"));
}

/* The instance waits, and says for what. */
static void
test_vrrp_errand_instance_waits_for_the_name_of_its_device(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	vrrp_errands_remove(e, &ours);
	world_deferred();
	start_with(&p);
	assert_int_equal(v->core.state, VRRP_INITIALIZE);
	assert_string_equal(v->waiting, "device vr4-51-7 is being removed");
	vrrp_errands_removed(e, &ours, 1);
	vrrp_instance_iface_found(v);
	assert_int_equal(v->core.state, VRRP_BACKUP);
	/* An instance that leaves has its device removed. */
	world_forget();
	vrrp_instance_free(v);
	v = NULL;
	world_deferred();
	assert_non_null(strstr(world.did, "close"));
	assert_non_null(strstr(world.did, "remove:vr4-51-7"));
}

/* By vrrpd-net when there is one, else by the engine itself. */
static void
test_vrrp_errand_addresses_are_lent_anew_by_whoever_is_there(void **state)
{
	(void)state;
	become_active();
	world_forget();
	vrrp_hold_refresh(v);
	assert_string_equal(world.did, "refresh");
	world.refreshed(0, 0, world.refreshed_arg);
	vrrp_errands_net(e, true);
	world_forget();
	vrrp_hold_refresh(v);
	vrrp_hold_refresh(v);
	assert_string_equal(world.did, "renew renew");
	vrrp_errands_net(e, false);
	world_forget();
	vrrp_hold_refresh(v);
	assert_string_equal(world.did, "refresh");
	world.refreshed(0, 0, world.refreshed_arg);
}

/* Whoever holds nothing wishes nothing. */
static void
test_vrrp_errand_nothing_is_lent_anew_after_a_withdrawal(void **state)
{
	(void)state;
	become_active();
	vrrp_errands_net(e, true);
	vrrp_instance_resign(v, VRRP_CAUSE_SHUTDOWN);
	vrrp_instance_withdraw(v);
	world_forget();
	vrrp_hold_refresh(v);
	assert_string_equal(world.did, "");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup_errands, \
	    teardown_errands)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_vrrp_errand_removals_leave_together_after_the_batch),
	    TEST(test_vrrp_errand_full_channel_is_tried_again),
	    TEST(test_vrrp_errand_without_a_monitor_it_is_done_at_once),
	    TEST(test_vrrp_errand_last_chance_is_taken),
	    TEST(test_vrrp_errand_name_is_taken_while_a_removal_is_under_way),
	    TEST(test_vrrp_errand_instance_waits_for_the_name_of_its_device),
	    TEST(test_vrrp_errand_addresses_are_lent_anew_by_whoever_is_there),
	    TEST(test_vrrp_errand_nothing_is_lent_anew_after_a_withdrawal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
