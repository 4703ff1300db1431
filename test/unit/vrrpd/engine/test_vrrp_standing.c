/*
 * test_vrrp_standing.c - what operators said: to the monitor, from the birth, and
 * against the file.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "shared/log.h"
#include "test/unit/vrrpd/engine/engine_world.h"
#include "vrrpd/config/vrrp_conf.h"
#include "vrrpd/engine/vrrp_standing.h"
#include "vrrpd/instance/vrrp_instance.h"

#define WEB_WITH(more)							\
	"instance web { interface = eth0 virtual_router_id = 51 "	\
	"virtual_addresses = { 192.0.2.50/24 } " more "}\n"
#define WEB WEB_WITH("")
#define DB								\
	"instance db { interface = eth0 virtual_router_id = 52 "	\
	"virtual_addresses = { 192.0.2.60/24 } }\n"

static struct vrrp_orders inherited;
static struct vrrp_standing *s;
static char lines[4096];
static unsigned tolds;

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
	tolds = 0;
	memset(&inherited, 0, sizeof(inherited));
	log_capture(keep_line, NULL);
	engine_open();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	engine_close();
	vrrp_standing_free(s);
	s = NULL;
	log_capture(NULL, NULL);
	return 0;
}

/* The engine of a birth with what is in `inherited`. */
static void
born(void)
{
	s = vrrp_standing_new((struct vrrp_channel *)&ew, &inherited);
	assert_non_null(s);
	ew.r->standing = s;
	ew.r->env.orders = vrrp_standing_orders(s);
}

/* As vrrp_engine.c does it. */
static void
applies(const char *text)
{
	struct vrrp_config config = engine_config(text);

	vrrp_standing_settle(s, &config);
	vrrp_standing_overlay(s, &config);
	assert_int_equal(vrrp_router_apply(ew.r, &config, &ew.done), 0);
	vrrp_config_free(&config);
	world_run(0);
}

static void
become_active(const char *text)
{
	born();
	applies(text);
	engine_start();
	world_run(5 * NS_PER_S);
	world_forget();
}

static void
ordered(const char *line)
{
	struct vrrp_order o;

	assert_true(vrrp_order_parse(line, strlen(line), &o));
	assert_true(vrrp_orders_put(&inherited, &o));
}

static void
in_force(const char *name, const char *wanted)
{
	const struct vrrp_order *o = vrrp_orders_find(vrrp_standing_orders(s),
	    name);
	char line[VRRP_ORDER_LINE_MAX + 1];

	if (wanted == NULL) {
		assert_null(o);
		return;
	}
	assert_non_null(o);
	(void)vrrp_order_print(o, line);
	assert_string_equal(line, wanted);
}

static void
was_told(void *arg)
{
	assert_ptr_equal(arg, &tolds);
	tolds++;
}

static enum vrrp_refusal
kept(uint32_t upto, const char *why)
{
	struct vrrp_kept k = { .upto = upto };
	uint8_t body[VRRP_KEPT_BYTES_MAX];
	unsigned before = tolds;

	(void)snprintf(k.why, sizeof(k.why), "%s", why);
	engine_message(VRRP_MSG_KEPT, body, vrrp_kept_encode(&k, body));
	return tolds > before ? VRRP_REFUSAL_NONE : VRRP_REFUSAL_BODY;
}

/* --- from the birth --- */

static void
test_vrrp_standing_birth_disables_and_does_not_preempt(void **state)
{
	(void)state;
	ordered("web disabled=2026-11-28T20:05:47Z");
	ordered("db handed-over=2026-11-28T20:05:48Z");
	become_active(WEB DB);
	assert_int_equal(engine_find("web")->core.state, VRRP_INITIALIZE);
	assert_string_equal(engine_find("web")->waiting,
	    "disabled by the operator");
	in_force("web", "web disabled=2026-11-28T20:05:47Z");
}

static void
test_vrrp_standing_birth_handed_over_leaves_a_lesser_active_alone(
    void **state)
{
	unsigned i;

	(void)state;
	ordered("web handed-over=2026-11-28T20:05:48Z");
	born();
	applies(WEB_WITH("priority = 200 "));
	engine_start();
	for (i = 0; i < 10; i++) {
		engine_advert("192.0.2.3", 51, 90);
		world_run(NS_PER_S);
	}
	assert_int_equal(engine_find("web")->core.state, VRRP_BACKUP);
	in_force("web", "web handed-over=2026-11-28T20:05:48Z");
	/* The other one is gone: to be Active again ends it. */
	world_forget();
	world_run(5 * NS_PER_S);
	assert_int_equal(engine_find("web")->core.state, VRRP_ACTIVE);
	in_force("web", NULL);
	assert_non_null(strstr(world.did, "order:web "));
}

/* Made by a later reload: the order has waited for it. */
static void
test_vrrp_standing_instance_that_comes_back_is_still_disabled(void **state)
{
	(void)state;
	become_active(WEB DB);
	vrrp_instance_disable(engine_find("web"), true);
	world_run(0);
	applies(DB);
	world_run(5 * NS_PER_S);
	assert_null(vrrp_router_find(ew.r, "web"));
	applies(WEB DB);
	world_run(5 * NS_PER_S);
	assert_true(engine_find("web")->disabled);
	assert_int_equal(engine_find("web")->core.state, VRRP_INITIALIZE);
	vrrp_instance_disable(engine_find("web"), false);
	world_run(5 * NS_PER_S);
	assert_int_equal(engine_find("web")->core.state, VRRP_ACTIVE);
	in_force("web", NULL);
	/* And one that is made anew remembers that, too. */
	applies(WEB_WITH("virtual_mac = no ") DB);
	world_run(5 * NS_PER_S);
	assert_false(engine_find("web")->disabled);
}

/* --- to the monitor --- */

static void
test_vrrp_standing_says_what_an_instance_is_told_and_each_once(void **state)
{
	int64_t since_s;

	(void)state;
	become_active(WEB DB);
	since_s = loop_realtime_ns() / NS_PER_S;
	vrrp_instance_disable(engine_find("web"), true);
	world_run(0);
	assert_non_null(strstr(world.did, "order:web disabled=2001-09-09T"));
	world_forget();
	world_run(60 * NS_PER_S);
	vrrp_instance_disable(engine_find("web"), true);
	assert_int_equal(vrrp_standing_look(s, engine_find("web")), 0);
	world_run(0);
	assert_null(strstr(world.did, "order"));
	assert_true(vrrp_orders_find(vrrp_standing_orders(s),
	    "web")->disabled_s == since_s);
	vrrp_instance_disable(engine_find("web"), false);
	assert_int_equal(vrrp_standing_look(s, engine_find("web")), 0);
	assert_non_null(strstr(world.did, "order:web"));
	in_force("web", NULL);
	assert_int_equal(vrrp_standing_given(s), 2);
}

static void
test_vrrp_standing_of_a_clock_that_was_never_set(void **state)
{
	(void)state;
	become_active(WEB);
	world.clock_unset = true;
	vrrp_instance_disable(engine_find("web"), true);
	world_run(0);
	in_force("web", "web disabled=1970-01-01T00:00:01Z");
}

static void
test_vrrp_standing_is_said_again_when_the_channel_was_full(void **state)
{
	(void)state;
	become_active(WEB);
	world.channel_full = true;
	vrrp_instance_disable(engine_find("web"), true);
	assert_int_equal(vrrp_standing_look(s, engine_find("web")), -ENOBUFS);
	in_force("web", NULL);
	world.channel_full = false;
	world_forget();
	vrrp_standing_retry(s, ew.r->instances, ew.r->instance_count);
	assert_non_null(strstr(world.did, "order:web disabled="));
	world_forget();
	vrrp_standing_retry(s, ew.r->instances, ew.r->instance_count);
	assert_string_equal(world.did, "");
}

static void
test_vrrp_standing_full_table_is_said(void **state)
{
	struct vrrp_order o = { .name = "", .disabled_s = 1 };
	unsigned i;

	(void)state;
	for (i = 0; i < VRRP_ORDERS_MAX; i++) {
		(void)snprintf(o.name, sizeof(o.name), "i%u", i);
		assert_true(vrrp_orders_put(&inherited, &o));
	}
	become_active(WEB);
	vrrp_instance_disable(engine_find("web"), true);
	assert_int_equal(vrrp_standing_look(s, engine_find("web")), -ENOSPC);
	assert_true(engine_find("web")->disabled);
	assert_non_null(strstr(lines, "512 other instances have orders"));
	assert_true(vrrp_standing_end(s, "i7"));
	assert_false(vrrp_standing_end(s, "i7"));
	assert_int_equal(vrrp_standing_look(s, engine_find("web")), 0);
}

/* --- values that are kept --- */

static void
set(const char *name, uint8_t priority, uint16_t advert_int_cs)
{
	struct vrrp_params p = engine_find(name)->p;

	p.priority = priority;
	p.advert_int_cs = advert_int_cs;
	vrrp_instance_set(engine_find(name), &p);
}

static void
test_vrrp_standing_keeps_what_differs_from_the_file(void **state)
{
	(void)state;
	become_active(WEB_WITH("priority = 120 advert_int = 100 "));
	set("web", 150, 50);
	assert_int_equal(vrrp_standing_keep(s, &engine_find("web")->p,
	    VRRP_STANDING_PRIORITY), 0);
	in_force("web", "web priority=150/120");
	assert_int_equal(vrrp_standing_keep(s, &engine_find("web")->p,
	    VRRP_STANDING_ADVERT_INT), 0);
	in_force("web", "web priority=150/120 advert-int=50/100");
	/* A reload for another reason. */
	applies(WEB_WITH("priority = 120 advert_int = 100 preempt = no "));
	assert_int_equal(engine_find("web")->p.priority, 150);
	assert_int_equal(engine_find("web")->p.advert_int_cs, 50);
	assert_false(engine_find("web")->p.preempt);
	/* Another temporary value ends with the reload, the kept one does not. */
	set("web", 10, 50);
	applies(WEB_WITH("priority = 120 advert_int = 100 "));
	assert_int_equal(engine_find("web")->p.priority, 150);
	/* To keep what the file says is to keep nothing. */
	set("web", 120, 50);
	assert_int_equal(vrrp_standing_keep(s, &engine_find("web")->p,
	    VRRP_STANDING_PRIORITY), 0);
	in_force("web", "web advert-int=50/100");
	set("web", 120, 100);
	assert_int_equal(vrrp_standing_keep(s, &engine_find("web")->p,
	    VRRP_STANDING_ADVERT_INT), 0);
	in_force("web", NULL);
}

static void
test_vrrp_standing_birth_brings_kept_values(void **state)
{
	(void)state;
	ordered("web priority=150/100 advert-int=50/100");
	become_active(WEB DB);
	assert_int_equal(engine_find("web")->p.priority, 150);
	assert_int_equal(engine_find("web")->p.advert_int_cs, 50);
	assert_int_equal(engine_find("db")->p.priority, 100);
	assert_null(strstr(lines, "kept"));
}

static void
test_vrrp_standing_file_that_changes_the_value_ends_it(void **state)
{
	(void)state;
	ordered("web priority=150/100 advert-int=50/100");
	become_active(WEB);
	applies(WEB_WITH("priority = 110 "));
	assert_int_equal(engine_find("web")->p.priority, 110);
	assert_int_equal(engine_find("web")->p.advert_int_cs, 50);
	in_force("web", "web advert-int=50/100");
	assert_non_null(strstr(lines, "instance=web priority=150 is kept no "
	    "longer: the file had 100 and has 110 now"));
	applies(WEB_WITH("priority = 110 advert_int = 200 "));
	assert_int_equal(engine_find("web")->p.advert_int_cs, 200);
	in_force("web", NULL);
	assert_non_null(strstr(lines, "instance=web advert_int_cs=50 is kept "
	    "no longer: the file had 100 and has 200 now"));
	/* The old value in the file does not bring an order back. */
	applies(WEB);
	assert_int_equal(engine_find("web")->p.priority, 100);
	assert_int_equal(engine_find("web")->p.advert_int_cs, 100);
}

static void
test_vrrp_standing_value_that_version_2_has_not_ends(void **state)
{
	(void)state;
	ordered("web advert-int=50/100");
	become_active(WEB_WITH("version = 2 "));
	assert_int_equal(engine_find("web")->p.advert_int_cs, 100);
	in_force("web", NULL);
	assert_non_null(strstr(lines, "of version 2"));
}

static void
test_vrrp_standing_overlay_alone_changes_nothing_else(void **state)
{
	struct vrrp_config config = engine_config(WEB_WITH("priority = 110 "));

	(void)state;
	ordered("web priority=150/100 advert-int=50/100");
	born();
	vrrp_standing_overlay(s, &config);
	assert_int_equal(config.instances[0].priority, 110);
	assert_int_equal(config.instances[0].advert_int_cs, 50);
	in_force("web", "web priority=150/100 advert-int=50/100");
	assert_string_equal(lines, "");
	vrrp_config_free(&config);
}

static void
test_vrrp_standing_keeps_nothing_of_whom_the_file_does_not_know(void **state)
{
	struct vrrp_params p;

	(void)state;
	become_active(WEB);
	p = engine_find("web")->p;
	(void)snprintf(p.name, sizeof(p.name), "db");
	p.priority = 7;
	assert_int_equal(vrrp_standing_keep(s, &p, VRRP_STANDING_PRIORITY),
	    -ENOENT);
	assert_int_equal(vrrp_standing_keep(NULL, &p, VRRP_STANDING_PRIORITY),
	    -ENOENT);
	in_force("db", NULL);
}

/* --- the disk --- */

static void
test_vrrp_standing_hears_how_far_the_disk_is(void **state)
{
	(void)state;
	become_active(WEB);
	vrrp_standing_on_kept(s, was_told, &tolds);
	assert_int_equal(kept(0, ""), VRRP_REFUSAL_NONE);
	/* More than was given is no word of this engine's monitor. */
	assert_int_equal(kept(1, ""), VRRP_REFUSAL_BODY);
	vrrp_instance_disable(engine_find("web"), true);
	world_run(0);
	assert_int_equal(vrrp_standing_given(s), 1);
	assert_int_equal(kept(0, "f: full"), VRRP_REFUSAL_NONE);
	assert_string_equal(vrrp_standing_kept(s)->why, "f: full");
	assert_int_equal(kept(1, ""), VRRP_REFUSAL_NONE);
	assert_int_equal(vrrp_standing_kept(s)->upto, 1);
	vrrp_standing_on_kept(s, NULL, NULL);
	assert_int_equal(kept(1, ""), VRRP_REFUSAL_BODY);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_vrrp_standing_birth_disables_and_does_not_preempt),
		T(test_vrrp_standing_birth_handed_over_leaves_a_lesser_active_alone),
		T(test_vrrp_standing_instance_that_comes_back_is_still_disabled),
		T(test_vrrp_standing_says_what_an_instance_is_told_and_each_once),
		T(test_vrrp_standing_of_a_clock_that_was_never_set),
		T(test_vrrp_standing_is_said_again_when_the_channel_was_full),
		T(test_vrrp_standing_full_table_is_said),
		T(test_vrrp_standing_keeps_what_differs_from_the_file),
		T(test_vrrp_standing_birth_brings_kept_values),
		T(test_vrrp_standing_file_that_changes_the_value_ends_it),
		T(test_vrrp_standing_value_that_version_2_has_not_ends),
		T(test_vrrp_standing_overlay_alone_changes_nothing_else),
		T(test_vrrp_standing_keeps_nothing_of_whom_the_file_does_not_know),
		T(test_vrrp_standing_hears_how_far_the_disk_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
