/*
 * test_vrrp_ctl_orders.c - what an operator is answered, and when: through the
 * control socket, with a monitor that the test plays.
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
#include "vrrpd/engine/vrrp_ctl.h"
#include "vrrpd/engine/vrrp_standing.h"
#include "vrrpd/instance/vrrp_instance.h"

#define WEB_WITH(more)							\
	"instance web { interface = eth0 virtual_router_id = 51 "	\
	"virtual_addresses = { 192.0.2.50/24 } " more "}\n"
#define WEB WEB_WITH("")
#define DB								\
	"instance db { interface = eth0 virtual_router_id = 52 "	\
	"virtual_addresses = { 192.0.2.60/24 } }\n"
#define NAME_WEB "{\"name\":\"web\"}"

static struct vrrp_standing *s;
static struct vrrp_ctl *ctl;
static struct vrrp_reload *reload;

static void
no_line(enum log_level level, const char *line, void *arg)
{
	(void)level;
	(void)line;
	(void)arg;
}

static int
setup(void **state)
{
	const struct vrrp_reload_config rc = {
		.channel = (struct vrrp_channel *)&ew,
	};
	struct vrrp_config config = engine_config(WEB DB);

	(void)state;
	log_capture(no_line, NULL);
	engine_open();
	s = vrrp_standing_new((struct vrrp_channel *)&ew, NULL);
	ew.r->standing = s;
	ew.r->env.orders = vrrp_standing_orders(s);
	reload = vrrp_reload_new(&rc);
	assert_non_null(reload);
	assert_int_equal(vrrp_ctl_open(NULL, ew.r, NULL, reload, &ctl), 0);
	vrrp_standing_settle(s, &config);
	vrrp_config_free(&config);
	engine_apply(WEB DB);
	engine_start();
	world_run(5 * NS_PER_S);
	world_forget();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	vrrp_ctl_close(ctl);
	vrrp_reload_free(reload);
	engine_close();
	vrrp_standing_free(s);
	log_capture(NULL, NULL);
	return 0;
}

static void
kept(uint32_t upto, const char *why)
{
	struct vrrp_kept k = { .upto = upto };
	uint8_t body[VRRP_KEPT_BYTES_MAX];

	(void)snprintf(k.why, sizeof(k.why), "%s", why);
	engine_message(VRRP_MSG_KEPT, body, vrrp_kept_encode(&k, body));
}

static void
waits(const char *method, const char *params)
{
	assert_null(engine_ask(method, params));
	assert_true(ew.deferred);
	assert_null(ew.answer);
}

/* The answer that came later, or now; the whole of it. */
static void
is(const json_t *answer, const char *wanted)
{
	char *text;

	assert_non_null(answer);
	text = json_dumps(answer, JSON_SORT_KEYS | JSON_COMPACT);
	assert_string_equal(text, wanted);
	free(text);
}

static void
at_once(const char *method, const char *params, const char *wanted)
{
	json_t *answer = engine_ask(method, params);

	is(answer, wanted);
	json_decref(answer);
}

static json_t *
level_of_web(void)
{
	json_t *shown = engine_ask("show", NAME_WEB), *o;

	o = json_incref(json_array_get(json_object_get(shown, "instances"),
	    0));
	json_decref(shown);
	return o;
}

static void
test_vrrp_ctl_orders_disable_is_answered_when_it_is_on_the_disk(void **state)
{
	(void)state;
	waits("disable", NAME_WEB);
	assert_true(engine_find("web")->disabled);
	kept(0, "");
	assert_null(ew.answer);
	kept(1, "");
	is(ew.answer,
	    "{\"name\":\"web\",\"on-disk\":true,\"state\":\"initialize\"}");
	/* There is nothing to wait for when it was so before. */
	at_once("disable", NAME_WEB,
	    "{\"name\":\"web\",\"on-disk\":true,\"state\":\"initialize\"}");
	waits("enable", NAME_WEB);
	kept(2, "");
	is(ew.answer,
	    "{\"name\":\"web\",\"on-disk\":true,\"state\":\"backup\"}");
}

static void
test_vrrp_ctl_orders_says_why_it_is_not_on_the_disk(void **state)
{
	(void)state;
	waits("disable", NAME_WEB);
	kept(0, "f: No space left");
	is(ew.answer, "{\"name\":\"web\",\"on-disk\":false,"
	    "\"state\":\"initialize\",\"why-not\":\"f: No space left\"}");
	/* The next one waits for its own attempt. */
	waits("disable", "{\"name\":\"db\"}");
	kept(2, "");
	is(ew.answer,
	    "{\"name\":\"db\",\"on-disk\":true,\"state\":\"initialize\"}");
}

static void
test_vrrp_ctl_orders_waits_a_second_for_the_disk(void **state)
{
	(void)state;
	waits("disable", NAME_WEB);
	world_run(NS_PER_S - 1);
	assert_null(ew.answer);
	world_run(1);
	is(ew.answer, "{\"name\":\"web\",\"on-disk\":false,"
	    "\"state\":\"initialize\",\"why-not\":\"the disk takes its "
	    "time\"}");
	kept(1, "");
	waits("enable", NAME_WEB);
	kept(2, "");
	assert_non_null(ew.answer);
}

static void
test_vrrp_ctl_orders_channel_that_is_full_is_no_disk(void **state)
{
	(void)state;
	world.channel_full = true;
	at_once("disable", NAME_WEB, "{\"name\":\"web\",\"on-disk\":false,"
	    "\"state\":\"initialize\",\"why-not\":\"No buffer space "
	    "available\"}");
	assert_true(engine_find("web")->disabled);
}

static void
test_vrrp_ctl_orders_client_that_goes_is_not_answered(void **state)
{
	(void)state;
	waits("disable", NAME_WEB);
	engine_client_goes();
	kept(1, "");
	world_run(2 * NS_PER_S);
	assert_null(ew.answer);
	assert_true(engine_find("web")->disabled);
	/* And one that waits when everything ends. */
	waits("enable", NAME_WEB);
}

static void
test_vrrp_ctl_orders_handover_is_one(void **state)
{
	(void)state;
	waits("handover", NAME_WEB);
	kept(1, "");
	is(ew.answer,
	    "{\"name\":\"web\",\"on-disk\":true,\"state\":\"backup\"}");
	/* To be Active again ends it, without anybody's word. */
	world_forget();
	world_run(10 * NS_PER_S);
	assert_int_equal(engine_find("web")->core.state, VRRP_ACTIVE);
	assert_non_null(strstr(world.did, "order:web "));
	assert_int_equal(vrrp_standing_orders(s)->count, 0);
}

static void
test_vrrp_ctl_orders_set_keeps_when_told_so(void **state)
{
	(void)state;
	at_once("set", "{\"name\":\"web\",\"priority\":150}",
	    "{\"applied\":{\"priority\":150},\"kept\":\"until restart\"}");
	assert_int_equal(vrrp_standing_orders(s)->count, 0);
	at_once("set", "{\"name\":\"web\",\"priority\":151,\"keep\":false}",
	    "{\"applied\":{\"priority\":151},\"kept\":\"until restart\"}");
	waits("set", "{\"name\":\"web\",\"priority\":152,\"keep\":true}");
	kept(1, "");
	is(ew.answer, "{\"applied\":{\"priority\":152},"
	    "\"kept\":\"until changed in the file\",\"on-disk\":true}");
	waits("set", "{\"name\":\"web\",\"advert-interval-cs\":50,"
	    "\"keep\":true}");
	kept(2, "");
	assert_string_equal(vrrp_standing_orders(s)->list[0].name, "web");
	assert_int_equal(vrrp_standing_orders(s)->list[0].priority, 152);
	assert_int_equal(vrrp_standing_orders(s)->list[0].advert_int_cs, 50);
	engine_refused("set", "{\"name\":\"web\",\"priority\":1,\"keep\":1}",
	    -32602, "\"keep\" must be true or false");
	engine_refused("set", "{\"name\":\"web\",\"keep\":true}", -32602,
	    "nothing to set: \"advert-interval-cs\" or \"priority\"");
}

static void
test_vrrp_ctl_orders_enable_ends_that_of_an_instance_that_is_gone(void **state)
{
	json_t *shown;

	(void)state;
	waits("disable", NAME_WEB);
	kept(1, "");
	engine_apply(DB);
	shown = engine_ask("show", "{}");
	is(json_object_get(shown, "orders"),
	    "{\"count\":1,\"on-disk\":true,\"without-instance\":[\"web\"]}");
	json_decref(shown);
	engine_refused("disable", NAME_WEB, CTL_ERR_NOT_FOUND,
	    "there is no instance \"web\"");
	waits("enable", NAME_WEB);
	kept(2, "");
	is(ew.answer,
	    "{\"name\":\"web\",\"on-disk\":true,\"state\":\"absent\"}");
	engine_refused("enable", NAME_WEB, CTL_ERR_NOT_FOUND,
	    "there is no instance \"web\"");
	engine_refused("enable", "{\"name\":7}", -32602,
	    "\"name\" must be the name of an instance");
}

static void
test_vrrp_ctl_orders_are_shown(void **state)
{
	json_t *o;

	(void)state;
	o = level_of_web();
	assert_null(json_object_get(o, "disabled-since"));
	assert_null(json_object_get(o, "handed-over-since"));
	assert_null(json_object_get(o, "kept"));
	json_decref(o);
	waits("handover", NAME_WEB);
	kept(1, "");
	waits("disable", NAME_WEB);
	kept(2, "");
	waits("set", "{\"name\":\"web\",\"priority\":150,"
	    "\"advert-interval-cs\":50,\"keep\":true}");
	kept(2, "f: full");
	o = level_of_web();
	assert_non_null(json_object_get(o, "disabled-since"));
	assert_non_null(json_object_get(o, "handed-over-since"));
	is(json_object_get(o, "kept"),
	    "[{\"file\":100,\"name\":\"priority\",\"value\":150},"
	    "{\"file\":100,\"name\":\"advert-interval-cs\",\"value\":50}]");
	json_decref(o);
	o = engine_ask("show", "{}");
	is(json_object_get(o, "orders"), "{\"count\":1,\"on-disk\":false,"
	    "\"why-not\":\"f: full\",\"without-instance\":[]}");
	json_decref(o);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_vrrp_ctl_orders_disable_is_answered_when_it_is_on_the_disk),
		T(test_vrrp_ctl_orders_says_why_it_is_not_on_the_disk),
		T(test_vrrp_ctl_orders_waits_a_second_for_the_disk),
		T(test_vrrp_ctl_orders_channel_that_is_full_is_no_disk),
		T(test_vrrp_ctl_orders_client_that_goes_is_not_answered),
		T(test_vrrp_ctl_orders_handover_is_one),
		T(test_vrrp_ctl_orders_set_keeps_when_told_so),
		T(test_vrrp_ctl_orders_enable_ends_that_of_an_instance_that_is_gone),
		T(test_vrrp_ctl_orders_are_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
