/*
 * test_vrrp_cleanup.c - what vrrpd -c opens, removes and leaves alone.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "shared/ctl_listener.h"
#include "shared/log.h"
#include "test/unit/vrrpd/engine/engine_world.h"
#include "vrrpd/config/vrrp_conf.h"
#include "vrrpd/engine/vrrp_cleanup.h"

static char lines[4096];
static int listen_error;
static unsigned locked, unlocked, loops;
static bool no_loop, device_51;

/* --- the machine, as far as only this file asks it --- */

unsigned
if_nametoindex(const char *name)
{
	if (strcmp(name, "eth0") == 0)
		return WORLD_IFINDEX;
	if (device_51 && strcmp(name, "vr4-51-7") == 0)
		return WORLD_DEVICE + 51;
	return 0;
}

int
ctl_listener_open(const char *path, gid_t gid, struct ctl_listener **out)
{
	(void)gid;
	assert_string_equal(path, "/run/vrrpd.sock");
	if (listen_error != 0)
		return listen_error;
	locked++;
	*out = (struct ctl_listener *)&locked;
	return 0;
}

void
ctl_listener_close(struct ctl_listener *l, bool remove)
{
	assert_ptr_equal(l, &locked);
	assert_true(remove);
	unlocked++;
}

struct loop *
loop_new(void)
{
	if (no_loop)
		return NULL;
	loops++;
	return (struct loop *)&loops;
}

void
loop_free(struct loop *loop)
{
	if (loop != NULL)
		loops--;
}

/* --- tests --- */

#define WEB								\
	"instance web { interface = eth0 virtual_router_id = 51 "	\
	"virtual_addresses = { 192.0.2.50/24 } }\n"
#define DB								\
	"instance db { interface = eth0 virtual_router_id = 52 "	\
	"virtual_addresses = { 192.0.2.60/24 } }\n"
#define PLAIN								\
	"instance plain { interface = eth0 virtual_router_id = 53 "	\
	"virtual_mac = no virtual_addresses = { 192.0.2.70/24 } }\n"
#define FAR								\
	"instance far { interface = eth1 virtual_router_id = 54 "	\
	"virtual_mac = no virtual_addresses = { 198.51.100.9/24 } }\n"

static void
keep_line(enum log_level level, const char *line, void *arg)
{
	size_t len = strlen(lines);

	(void)level;
	(void)arg;
	(void)snprintf(lines + len, sizeof(lines) - len, "%s\n", line);
}

static int
setup(void **state)
{
	(void)state;
	lines[0] = '\0';
	listen_error = 0;
	locked = unlocked = loops = 0;
	no_loop = device_51 = false;
	log_capture(keep_line, NULL);
	engine_world_open();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	assert_int_equal(locked, unlocked);
	assert_int_equal(loops, 0);
	engine_world_close();
	log_capture(NULL, NULL);
	return 0;
}

static int
clean(const char *text)
{
	struct vrrp_config config = engine_config(text);
	int error = vrrp_cleanup("/run/vrrpd.sock", &config);

	vrrp_config_free(&config);
	return error;
}

/* Making a device to remove it costs more than everything else. */
static void
test_vrrp_cleanup_opens_only_who_may_have_left_something(void **state)
{
	(void)state;
	device_51 = true;
	assert_int_equal(clean(DB WEB PLAIN FAR
	    "group both { members = { web, db } }\n"), 0);
	assert_string_equal(world.did, "open:web open:plain close:web "
	    "close:plain");
	assert_int_equal(locked, 1);
}

/* Nobody is told: no advert, and no word to bfdd. */
static void
test_vrrp_cleanup_says_nothing_on_the_wire(void **state)
{
	(void)state;
	device_51 = true;
	assert_int_equal(clean(WEB PLAIN), 0);
	assert_null(strstr(world.did, "advert"));
	assert_null(strstr(world.did, "announce"));
	assert_null(strstr(world.did, "install"));
	assert_int_equal(ew.commits, 0);
	assert_false(ew.goodbye);
}

static void
test_vrrp_cleanup_removes_devices_of_instances_that_are_no_more(void **state)
{
	(void)state;
	ew.links[0] = engine_eth(WORLD_DEVICE + 99, "vr4-99-7");
	ew.links[1] = engine_eth(20, "eth5");
	ew.extra_links = 2;
	assert_int_equal(clean(WEB), 0);
	assert_int_equal(world.deleted_count, 1);
	assert_int_equal(world.deleted[0], WORLD_DEVICE + 99);
	assert_string_equal(world.did, "");
}

/* A running vrrpd may answer on the very addresses. */
static void
test_vrrp_cleanup_leaves_a_running_vrrpd_alone(void **state)
{
	(void)state;
	device_51 = true;
	listen_error = -EADDRINUSE;
	assert_int_equal(clean(WEB PLAIN), -EADDRINUSE);
	assert_string_equal(world.did, "");
	assert_non_null(strstr(lines, "a vrrpd answers at /run/vrrpd.sock: "
	    "nothing is cleaned up"));
}

static void
test_vrrp_cleanup_says_what_it_could_not_do(void **state)
{
	(void)state;
	listen_error = -EACCES;
	assert_int_equal(clean(PLAIN), -EACCES);
	listen_error = 0;
	no_loop = true;
	assert_int_equal(clean(PLAIN), -ENOMEM);
	assert_non_null(strstr(lines, "cannot clean up"));
	no_loop = false;
	ew.nl_open_error = -EPERM;
	assert_int_equal(clean(PLAIN), -EPERM);
	assert_string_equal(world.did, "");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_vrrp_cleanup_opens_only_who_may_have_left_something),
	    TEST(test_vrrp_cleanup_says_nothing_on_the_wire),
	    TEST(test_vrrp_cleanup_removes_devices_of_instances_that_are_no_more),
	    TEST(test_vrrp_cleanup_leaves_a_running_vrrpd_alone),
	    TEST(test_vrrp_cleanup_says_what_it_could_not_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
