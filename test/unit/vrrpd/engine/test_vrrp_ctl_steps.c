/*
 * test_vrrp_ctl_steps.c - no part of an answer takes long, however much there is.
 *
 * The server of the control socket ends its turn after half a millisecond, but for
 * the step that is under way: one part of an answer.  Here is as much as there can
 * be of everything: instances, orders, records, and an instance with the most
 * addresses, trackers and routers heard.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/log.h"
#include "test/unit/vrrpd/engine/engine_world.h"
#include "vrrpd/engine/vrrp_ctl.h"
#include "vrrpd/engine/vrrp_standing.h"
#include "vrrpd/instance/vrrp_history.h"
#include "vrrpd/instance/vrrp_instance.h"

#define PER_FAMILY	255

static struct vrrp_ctl *ctl;
static struct vrrp_reload *reload;
static struct vrrp_standing *standing;

static void
no_line(enum log_level level, const char *line, void *arg)
{
	(void)level;
	(void)line;
	(void)arg;
}

__attribute__((format(printf, 2, 3)))
static char *
put(char *at, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(at, 512, fmt, ap);
	va_end(ap);
	assert_in_range(n, 1, 511);
	return at + n;
}

/* VRID 1 of IPv4 with all that an instance can have, and all the others. */
static char *
everything(void)
{
	char *text = malloc(1 << 20), *at = text;
	int i;

	assert_non_null(text);
	at = put(at, "instance four1 { interface = eth0 virtual_router_id = 1 "
	    "virtual_addresses = { ");
	for (i = 0; i < VRRP_VIPS_MAX; i++)
		at = put(at, "%s198.51.100.%d/32", i == 0 ? "" : ", ", i);
	at = put(at, " } ");
	for (i = 0; i < VRRP_TRACKS_MAX; i++)
		at = put(at, "track_interface interface-%d { weight = -1 } ", i);
	for (i = 0; i < VRRP_PEERS_MAX; i++)
		at = put(at, "bfd 192.0.2.%d { role = peer } ", 100 + i);
	at = put(at, "}\n");
	for (i = 2; i <= PER_FAMILY; i++)
		at = put(at, "instance four%d { interface = eth0 "
		    "virtual_router_id = %d virtual_addresses = { "
		    "203.0.113.%d/32 } }\n", i, i, i);
	for (i = 1; i <= PER_FAMILY; i++)
		at = put(at, "instance six%d { interface = eth0 "
		    "virtual_router_id = %d virtual_addresses = { "
		    "fe80::%x/64, 2001:db8::%x/64 } }\n", i, i, i + 256, i);
	return text;
}

/* For instances that there are not (any more). */
static const struct vrrp_orders *
all_orders(void)
{
	static struct vrrp_orders all;
	unsigned i;

	all.count = VRRP_ORDERS_MAX;
	for (i = 0; i < all.count; i++) {
		(void)snprintf(all.list[i].name, sizeof(all.list[i].name),
		    "four%u-of-yore", i);
		all.list[i].disabled_s = 1;
	}
	return &all;
}

/* Of some of them as much as is kept: all are looked through for each record. */
static void
remember(void)
{
	const struct vrrp_transition tr = { .from = VRRP_BACKUP,
	    .to = VRRP_ACTIVE };
	const struct vrrp_moment m = { MONO_NEVER, MONO_NEVER, MONO_NEVER };
	unsigned i, k;

	for (i = 0; i < ew.r->instance_count; i += 8)
		for (k = 0; k < 2 * VRRP_HISTORY_MAX; k++)
			(void)vrrp_history_add(ew.r->instances[i], &tr, &m);
}

static int
setup(void **state)
{
	const struct vrrp_reload_config rc = {
		.channel = (struct vrrp_channel *)&ew,
	};
	char source[ADDR_STRLEN], *text = everything();
	int i;

	(void)state;
	log_capture(no_line, NULL);
	engine_open();
	standing = vrrp_standing_new((struct vrrp_channel *)&ew,
	    all_orders());
	ew.r->standing = standing;
	ew.r->env.orders = vrrp_standing_orders(standing);
	reload = vrrp_reload_new(&rc);
	assert_int_equal(vrrp_ctl_open(NULL, ew.r, NULL, reload, &ctl), 0);
	engine_apply(text);
	free(text);
	engine_start();
	for (i = 0; i < VRRP_HEARD_MAX; i++) {
		(void)snprintf(source, sizeof(source), "192.0.2.%d", 100 + i);
		engine_advert(source, 1, 200);
	}
	remember();
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
	vrrp_standing_free(standing);
	log_capture(NULL, NULL);
	return 0;
}

static void
assert_steps_are_short(const char *method)
{
	int i;

	best_clear(&ew.best);
	for (i = 0; best_goes_on(&ew.best, i); i++)
		json_decref(engine_ask(method, "{}"));
	assert_true(ew.best.step > 2 * PER_FAMILY);
	assert_true(best_longest_ns(&ew.best) < BEST_STEP_NS);
}

static void
test_vrrp_ctl_steps_of_show(void **state)
{
	(void)state;
	assert_steps_are_short("show");
}

static void
test_vrrp_ctl_steps_of_history(void **state)
{
	(void)state;
	assert_steps_are_short("history");
}

static void
test_vrrp_ctl_steps_of_stats(void **state)
{
	(void)state;
	assert_steps_are_short("stats");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vrrp_ctl_steps_of_show),
		cmocka_unit_test(test_vrrp_ctl_steps_of_history),
		cmocka_unit_test(test_vrrp_ctl_steps_of_stats),
	};

	(void)alarm(120);
	return cmocka_run_group_tests(tests, setup, teardown);
}
