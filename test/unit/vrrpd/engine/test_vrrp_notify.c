/*
 * test_vrrp_notify.c - what hooks are told: every change of who has one, once, in
 * order; of a group when the group as a whole has changed.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "shared/log.h"
#include "test/unit/vrrpd/engine/engine_world.h"
#include "vrrpd/engine/vrrp_notify.h"
#include "vrrpd/instance/vrrp_instance.h"

#define HOOK "notify = \"/bin/true\" "
#define WEB_WITH(more)							\
	"instance web { interface = eth0 virtual_router_id = 51 "	\
	"virtual_addresses = { 192.0.2.50/24 } " more "}\n"
#define DB_WITH(more)							\
	"instance db { interface = eth0 virtual_router_id = 52 "	\
	"virtual_addresses = { 192.0.2.60/24 } " more "}\n"
#define BOTH "group both { members = { web, db } " HOOK "}\n"

static struct vrrp_notify *n;
static char lines[8192];

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
	log_capture(keep_line, NULL);
	engine_open();
	n = vrrp_notify_new((struct vrrp_channel *)&ew);
	assert_non_null(n);
	ew.r->notify = n;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	engine_close();
	vrrp_notify_free(n);
	log_capture(NULL, NULL);
	return 0;
}

static void
start(const char *text)
{
	engine_apply(text);
	engine_start();
}

/* The notices among what was done, "NAME:STATE NAME:STATE". */
static const char *
notices(void)
{
	static char text[1024];
	const char *at = world.did;
	size_t len, end = 0;

	text[0] = '\0';
	while ((at = strstr(at, "notice:")) != NULL) {
		at += strlen("notice:");
		len = strcspn(at, " ");
		end += (size_t)snprintf(text + end, sizeof(text) - end,
		    "%s%.*s", end > 0 ? " " : "", (int)len, at);
	}
	world_forget();
	return text;
}

static void
test_vrrp_notify_each_change_of_an_instance_with_a_hook(void **state)
{
	struct nl_link eth0 = world.tracked;

	(void)state;
	start(WEB_WITH(HOOK) DB_WITH(""));
	assert_string_equal(notices(), "web:BACKUP");
	world_run(5 * NS_PER_S);
	assert_string_equal(notices(), "web:ACTIVE");
	eth0.running = false;
	engine_link(&eth0, false);
	assert_string_equal(notices(), "web:FAULT");
	eth0.running = true;
	engine_link(&eth0, false);
	assert_string_equal(notices(), "web:BACKUP");
	vrrp_instance_disable(engine_find("web"), true);
	world_run(0);
	assert_string_equal(notices(), "web:STOP");
}

/* Told when the addresses were announced anew, and only who asked for that. */
static void
test_vrrp_notify_an_active_that_is_contested(void **state)
{
	(void)state;
	start(WEB_WITH("priority = 200 notify_contested = \"/bin/true\" ")
	    DB_WITH("priority = 200 " HOOK));
	world_run(5 * NS_PER_S);
	(void)notices();
	engine_advert("192.0.2.3", 51, 100);
	engine_advert("192.0.2.3", 52, 100);
	world_run(0);
	assert_string_equal(notices(), "web:CONTESTED");
	engine_advert("192.0.2.3", 51, 100);	/* announced just now */
	world_run(0);
	assert_string_equal(notices(), "");
	world_run(5 * NS_PER_S);
	engine_advert("192.0.2.3", 51, 100);
	world_run(0);
	assert_string_equal(notices(), "web:CONTESTED");
	engine_advert("192.0.2.3", 51, 250);	/* no lesser one */
	world_run(0);
	assert_string_equal(notices(), "web:BACKUP");
}

/* Members move one after the other; the group has moved when all have. */
static void
test_vrrp_notify_a_group_is_told_of_once(void **state)
{
	struct nl_link eth0 = world.tracked;

	(void)state;
	start(WEB_WITH("") DB_WITH("") BOTH);
	assert_string_equal(notices(), "both:BACKUP");
	world_run(5 * NS_PER_S);
	assert_string_equal(notices(), "both:ACTIVE");
	eth0.running = false;
	engine_link(&eth0, false);
	assert_string_equal(notices(), "both:FAULT");
}

static void
test_vrrp_notify_a_group_of_which_one_is_disabled_stops(void **state)
{
	(void)state;
	start(WEB_WITH("") DB_WITH("") BOTH);
	world_run(5 * NS_PER_S);
	(void)notices();
	vrrp_instance_disable(engine_find("db"), true);
	world_run(0);
	assert_string_equal(notices(), "both:STOP");
}

/* A state that the hooks know already is not said again. */
static void
test_vrrp_notify_a_reload_keeps_what_was_told_of_a_group(void **state)
{
	(void)state;
	start(WEB_WITH("") DB_WITH("") BOTH);
	world_run(5 * NS_PER_S);
	(void)notices();
	engine_apply(WEB_WITH("priority = 150 ") DB_WITH("") BOTH);
	world_run(NS_PER_S);
	assert_string_equal(notices(), "");
	vrrp_notify_stop(n);
	assert_string_equal(notices(), "both:STOP");
	/* Without its hook a group is not talked about. */
	engine_apply(WEB_WITH("") DB_WITH("")
	    "group both { members = { web, db } }\n");
	vrrp_instance_disable(engine_find("db"), true);
	world_run(0);
	assert_string_equal(notices(), "");
}

/* L-24: the engine before has told that these are Active. */
static void
test_vrrp_notify_a_planned_restart_says_nothing(void **state)
{
	static struct vrrp_handoff h;

	(void)state;
	memset(&h, 0, sizeof(h));
	h.left = world.now;
	h.count = 2;
	h.list[0] = (struct vrrp_handoff_entry){ .name = "web",
	    .active_since = world.now, .flags = VRRP_HANDOFF_ACTIVE };
	h.list[1] = (struct vrrp_handoff_entry){ .name = "db",
	    .active_since = world.now, .flags = VRRP_HANDOFF_ACTIVE };
	ew.r->env.channel = (struct vrrp_channel *)&ew;
	ew.r->env.handoff = &h;
	start(WEB_WITH(HOOK) DB_WITH(HOOK) BOTH);
	assert_int_equal(engine_find("web")->core.state, VRRP_ACTIVE);
	assert_string_equal(notices(), "");
	/* The next change is one again, of the group too. */
	vrrp_instance_disable(engine_find("db"), true);
	world_run(0);
	assert_non_null(strstr(notices(), "both:STOP"));
}

static void
test_vrrp_notify_stop_tells_every_group_once(void **state)
{
	(void)state;
	start(WEB_WITH("") DB_WITH("") BOTH);
	world_run(5 * NS_PER_S);
	(void)notices();
	vrrp_notify_stop(n);
	assert_string_equal(notices(), "both:STOP");
	vrrp_notify_stop(n);
	assert_string_equal(notices(), "");
	vrrp_notify_stop(NULL);
}

/* A monitor that takes nothing costs a line, and no instance its time. */
static void
test_vrrp_notify_what_cannot_be_told_is_counted(void **state)
{
	(void)state;
	start(WEB_WITH(HOOK));
	world.channel_full = true;
	world_run(5 * NS_PER_S);
	assert_int_equal(engine_find("web")->core.state, VRRP_ACTIVE);
	assert_non_null(strstr(lines, "notify instance=web state=ACTIVE "
	    "lost=1"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_vrrp_notify_each_change_of_an_instance_with_a_hook),
	    TEST(test_vrrp_notify_an_active_that_is_contested),
	    TEST(test_vrrp_notify_a_group_is_told_of_once),
	    TEST(test_vrrp_notify_a_group_of_which_one_is_disabled_stops),
	    TEST(test_vrrp_notify_a_reload_keeps_what_was_told_of_a_group),
	    TEST(test_vrrp_notify_a_planned_restart_says_nothing),
	    TEST(test_vrrp_notify_stop_tells_every_group_once),
	    TEST(test_vrrp_notify_what_cannot_be_told_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
