/* test_vrrp_needs.c - which helper processes a configuration needs. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "vrrpd/config/vrrp_needs.h"

static const struct {
	enum vrrp_track_kind	kind;
	uint8_t			need;
} kinds[] = {
	{ VRRP_TRACK_INTERFACE, 0 },	/* the engine's own */
	{ VRRP_TRACK_LINK, 0 },
	{ VRRP_TRACK_SCRIPT, VRRP_NEEDS_SCRIPTS },
	{ VRRP_TRACK_PROCESS, VRRP_NEEDS_CHECKS },
	{ VRRP_TRACK_TCP, VRRP_NEEDS_CHECKS },
	{ VRRP_TRACK_HTTP, VRRP_NEEDS_CHECKS },
	{ VRRP_TRACK_PING, VRRP_NEEDS_CHECKS },
	{ VRRP_TRACK_FILE, VRRP_NEEDS_CHECKS },
	{ VRRP_TRACK_ROUTE, VRRP_NEEDS_CHECKS },
};

static void
test_vrrp_needs_every_kind_has_its_process(void **state)
{
	struct vrrp_tracker_params tracker;
	struct vrrp_config config;
	size_t i;

	(void)state;
	assert_int_equal(sizeof(kinds) / sizeof(kinds[0]),
	    VRRP_TRACK_KIND_COUNT);
	memset(&tracker, 0, sizeof(tracker));
	memset(&config, 0, sizeof(config));
	config.trackers = &tracker;
	config.tracker_count = 1;
	for (i = 0; i < VRRP_TRACK_KIND_COUNT; i++) {
		tracker.kind = kinds[i].kind;
		assert_int_equal(vrrp_needs_of_kind(kinds[i].kind),
		    kinds[i].need);
		assert_int_equal(vrrp_needs_of_config(&config), kinds[i].need);
	}
}

static void
test_vrrp_needs_nothing_declared_needs_nothing(void **state)
{
	static struct vrrp_params instance;
	static struct vrrp_group_params group;
	struct vrrp_config config;

	(void)state;
	memset(&config, 0, sizeof(config));
	assert_int_equal(vrrp_needs_of_config(&config), 0);
	config.instances = &instance;
	config.count = 1;
	config.groups = &group;
	config.group_count = 1;
	assert_int_equal(vrrp_needs_of_config(&config), 0);
}

static void
test_vrrp_needs_hooks_of_instance_and_group_need_scripts(void **state)
{
	static struct vrrp_params instance;
	static struct vrrp_group_params group;
	struct vrrp_config config;
	unsigned i;

	(void)state;
	memset(&config, 0, sizeof(config));
	config.instances = &instance;
	config.count = 1;
	config.groups = &group;
	config.group_count = 1;
	for (i = 0; i < VRRP_NOTIFY_ON_COUNT; i++) {
		(void)strcpy(instance.notify.command[i], "/bin/true");
		assert_int_equal(vrrp_needs_of_config(&config),
		    VRRP_NEEDS_SCRIPTS);
		instance.notify.command[i][0] = '\0';
		assert_int_equal(vrrp_needs_of_config(&config), 0);
		(void)strcpy(group.notify.command[i], "/bin/true");
		assert_int_equal(vrrp_needs_of_config(&config),
		    VRRP_NEEDS_SCRIPTS);
		group.notify.command[i][0] = '\0';
	}
}

/* Whatever kind of check it is, vrrpd-scripts runs the program and has to hear. */
static void
test_vrrp_needs_on_change_needs_scripts_and_the_levels(void **state)
{
	struct vrrp_tracker_params tracker = { .kind = VRRP_TRACK_TCP,
	    .on_change = "/bin/true" };
	struct vrrp_config config;

	(void)state;
	memset(&config, 0, sizeof(config));
	config.trackers = &tracker;
	config.tracker_count = 1;
	assert_int_equal(vrrp_needs_of_config(&config), VRRP_NEEDS_CHECKS |
	    VRRP_NEEDS_SCRIPTS | VRRP_NEEDS_LEVELS);
	tracker.kind = VRRP_TRACK_SCRIPT;
	assert_int_equal(vrrp_needs_of_config(&config), VRRP_NEEDS_SCRIPTS |
	    VRRP_NEEDS_LEVELS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vrrp_needs_every_kind_has_its_process),
		cmocka_unit_test(
		    test_vrrp_needs_nothing_declared_needs_nothing),
		cmocka_unit_test(
		    test_vrrp_needs_hooks_of_instance_and_group_need_scripts),
		cmocka_unit_test(
		    test_vrrp_needs_on_change_needs_scripts_and_the_levels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
