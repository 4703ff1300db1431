/*
 * test_vrrp_apply_fields.c - what the table of vrrp_diff.c says is what happens.
 *
 * Each field of an instance is changed alone, under an Active and under a Backup,
 * and the configuration is applied: what is seen has to be what the class promises.
 *
 *   equal     nothing at all
 *   in place  the same instance in the same state with the same history, no
 *             address withdrawn, no advert of priority 0
 *   restart   another instance, which is Active if the one before was, with one
 *             transition; no address withdrawn before it has its own, and priority 0
 *             only in a network or family that is given up
 *
 * A word of the table without a change here fails.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <string.h>

#include "shared/log.h"
#include "test/unit/vrrpd/engine/engine_world.h"
#include "vrrpd/config/vrrp_conf.h"
#include "vrrpd/config/vrrp_diff.h"
#include "vrrpd/instance/vrrp_iface.h"
#include "vrrpd/instance/vrrp_instance.h"

#define WEB								\
	"instance web { interface = eth0 virtual_router_id = 51 "	\
	"virtual_addresses = { 192.0.2.50/24, 192.0.2.51/24 } }\n"
#define FAR								\
	"instance far { interface = eth1 virtual_router_id = 9 "	\
	"virtual_addresses = { 198.51.100.9/24 } }\n"

/* --- one change of each word --- */

#define CHANGE(name)	static void name(struct vrrp_params *p)

CHANGE(name) { (void)strcpy(p->name, "www"); }
CHANGE(interface) { (void)strcpy(p->interface, "eth1"); }
CHANGE(vrid) { p->vrid = 61; }
CHANGE(version) { p->version = 2; }
CHANGE(also_2) { p->also_version_2 = true; }
CHANGE(backup_adverts) { p->backup_adverts = true; }
CHANGE(priority) { p->priority = 150; }
CHANGE(advert_int) { p->advert_int_cs = 200; }
CHANGE(preempt) { p->preempt = false; }
CHANGE(preempt_delay) { p->preempt_delay_ns = NS_PER_S; }
CHANGE(startup_delay) { p->startup_delay_ns = 30 * NS_PER_S; }
CHANGE(confirm) { p->takeover_confirm_ns = 2 * NS_PER_MS; }
CHANGE(accept_no) { p->accept = !p->accept; }
CHANGE(virtual_mac) { p->virtual_mac = !p->virtual_mac; }
CHANGE(virtual_mac_auto) { p->virtual_mac_auto = true; }
CHANGE(lease) { p->lease = !p->lease; }
CHANGE(reclaim) { p->reclaim = !p->reclaim; }
CHANGE(checksum) { p->checksum_compat = VRRP_CHECKSUM_LEGACY; }
CHANGE(auth) { p->auth_len = 3; memcpy(p->auth_pass, "abc", 3); }
CHANGE(repeat) { p->garp_repeat = 2; }
CHANGE(interval) { p->garp_interval_ns = 300 * NS_PER_MS; }
CHANGE(refresh) { p->garp_refresh_ns = 60 * NS_PER_S; }
CHANGE(min_ttl) { p->unicast_min_ttl = 254; }
CHANGE(number) { p->link_down_number = 1; }
CHANGE(resort) { p->last_resort = true; }
#define HOOK(name, on)							\
	CHANGE(name) { (void)strcpy(p->notify.command[VRRP_NOTIFY_ON_##on], \
	    "/bin/true"); }
HOOK(command, ANY)
HOOK(command_active, ACTIVE)
HOOK(command_backup, BACKUP)
HOOK(command_fault, FAULT)
HOOK(command_stop, STOP)
HOOK(command_contested, CONTESTED)
CHANGE(user) { (void)strcpy(p->notify.user, "nobody"); }
CHANGE(timeout) { p->notify.timeout_ns = 3 * NS_PER_S; }
CHANGE(states) { p->notify.words = VRRP_NOTIFY_MASTER; }
CHANGE(line) { p->line = 99; }
CHANGE(fewer) { p->vip_count = 1; }
CHANGE(prefix_length) { p->vips[1].prefix.len = 32; }

CHANGE(more)
{
	p->vips[p->vip_count] = p->vips[0];
	p->vips[p->vip_count++].prefix.addr.bytes[3] = 52;
}

CHANGE(device_name) { (void)strcpy(p->virtual_mac_device, "web0"); }

CHANGE(others)
{
	struct vrrp_vip other = p->vips[0];

	assert_int_equal(addr_prefix_parse("2001:db8::50/64", &other.prefix),
	    0);
	assert_true(vrrp_params_add_address(p, &other, true));
}

CHANGE(family)
{
	p->family = AF_INET6;
	p->vip_count = 1;
	assert_int_equal(addr_parse("fe80::50", &p->vips[0].prefix.addr), 0);
	p->vips[0].prefix.len = 64;
}

CHANGE(peers)
{
	p->unicast_count = 1;
	assert_int_equal(addr_parse("192.0.2.3", &p->unicast_peers[0]), 0);
}

CHANGE(source)
{
	assert_int_equal(addr_parse("192.0.2.2", &p->source), 0);
}

CHANGE(session)
{
	p->bfd_count = 1;
	assert_int_equal(addr_parse("192.0.2.3", &p->bfd[0].peer), 0);
	p->bfd[0].min_tx_ns = p->bfd[0].min_rx_ns = 10 * NS_PER_MS;
	p->bfd[0].multiplier = 3;
}

CHANGE(learned)
{
	p->has_bfd_auto = true;
	p->bfd_auto.min_tx_ns = p->bfd_auto.min_rx_ns = 10 * NS_PER_MS;
	p->bfd_auto.multiplier = 3;
}

CHANGE(track)
{
	p->track_count = 1;
	p->tracks[0] = (struct vrrp_track_ref){ .kind = VRRP_TRACK_INTERFACE,
	    .name = "eth0", .weight = -10 };
}

CHANGE(route)
{
	char why[VRRP_ROUTE_WHY_MAX];

	p->route_count = 1;
	assert_int_equal(vrrp_route_parse("198.51.100.0/24 via 192.0.2.9",
	    AF_INET, &p->routes[0], why), 0);
}

CHANGE(rule)
{
	char why[VRRP_ROUTE_WHY_MAX];

	p->rule_count = 1;
	assert_int_equal(vrrp_rule_parse("from 192.0.2.50 lookup 100",
	    AF_INET, &p->rules[0], why), 0);
}

static const struct change {
	const char	*word;
	void		(*make)(struct vrrp_params *);
	bool		 given_up;	/* the network or the family */
	bool		 place;		/* another one: a Backup begins anew */
} changes[] = {
	{ "interface", interface, true, true },
	{ "virtual_router_id", vrid, false, true },
	{ "version", version, false, false },
	{ "also_version_2", also_2, false, false },
	{ "backup_adverts", backup_adverts, false, false },
	{ "priority", priority, false, false },
	{ "advert_int", advert_int, false, false },
	{ "preempt", preempt, false, false },
	{ "preempt_delay", preempt_delay, false, false },
	{ "startup_delay", startup_delay, false, false },
	{ "takeover_confirm", confirm, false, false },
	{ "accept", accept_no, false, false },
	{ "virtual_mac", virtual_mac, false, false },
	{ "virtual_mac", virtual_mac_auto, false, false },
	{ "lease", lease, false, false },
	{ "reclaim", reclaim, false, false },
	{ "checksum_compat", checksum, false, false },
	{ "auth_pass", auth, false, false },
	{ "garp_repeat", repeat, false, false },
	{ "garp_interval", interval, false, false },
	{ "garp_refresh", refresh, false, false },
	{ "virtual_addresses", more, false, false },
	{ "other_addresses", others, false, false },
	{ "virtual_mac_device", device_name, false, false },
	{ "virtual_addresses", fewer, false, false },
	{ "virtual_addresses", prefix_length, false, false },
	{ "virtual_addresses", family, true, true },
	{ "source", source, false, false },
	{ "unicast_peers", peers, false, false },
	{ "unicast_min_ttl", min_ttl, false, false },
	{ "bfd", session, false, false },
	{ "bfd auto", learned, false, false },
	{ "link_down_number", number, false, false },
	{ "last_resort", resort, false, false },
	{ "track", track, false, false },
	{ "notify", command, false, false },
	{ "notify_active", command_active, false, false },
	{ "notify_backup", command_backup, false, false },
	{ "notify_fault", command_fault, false, false },
	{ "notify_stop", command_stop, false, false },
	{ "notify_contested", command_contested, false, false },
	{ "notify_user", user, false, false },
	{ "notify_timeout", timeout, false, false },
	{ "notify_states", states, false, false },
	{ "routes", route, false, false },
	{ "rules", rule, false, false },
	{ "line", line, false, false },
};
#define CHANGE_COUNT	(sizeof(changes) / sizeof(changes[0]))

/* --- the scene --- */

static void
ignore_line(enum log_level level, const char *line_, void *arg)
{
	(void)level;
	(void)line_;
	(void)arg;
}

static void
open_scene(bool active)
{
	struct nl_link eth1 = engine_eth(WORLD_IFINDEX2, "eth1");

	log_capture(ignore_line, NULL);
	engine_open();
	engine_addr(WORLD_IFINDEX, "fe80::2/64", false, false);
	engine_apply(WEB FAR);
	engine_start();
	engine_link(&eth1, false);
	engine_addr(WORLD_IFINDEX2, "192.0.2.7/24", false, false);
	if (!active)
		engine_advert("192.0.2.3", 51, 200);
	world_run(active ? 4 * NS_PER_S : NS_PER_S);
	world_run(NS_PER_S);
	assert_int_equal(engine_find("web")->core.state, active ?
	    VRRP_ACTIVE : VRRP_BACKUP);
	world_forget();
}

static void
close_scene(void)
{
	engine_close();
	log_capture(NULL, NULL);
}

/* Applies the change alone.  Its class. */
static enum vrrp_diff
apply_change(const struct change *c)
{
	struct vrrp_config config = engine_config(WEB FAR);
	const struct vrrp_params *running = &engine_find("web")->p;
	struct vrrp_diff_field words[VRRP_DIFF_FIELDS_MAX];
	enum vrrp_diff class;
	unsigned n;

	c->make(&config.instances[0]);
	class = vrrp_diff(running, &config.instances[0]);
	n = vrrp_diff_fields(running, &config.instances[0], words);
	assert_int_equal(n, class == VRRP_DIFF_EQUAL ? 0 : 1);
	if (n == 1)
		assert_string_equal(words[0].word, c->word);
	assert_int_equal(vrrp_router_apply(ew.r, &config, &ew.done), 0);
	vrrp_config_free(&config);
	world_run(0);
	world_run(0);
	return class;
}

static unsigned
how_many(enum vrrp_diff class)
{
	switch (class) {
	case VRRP_DIFF_EQUAL:
		return ew.done.unchanged - 1;	/* far is one, too */
	case VRRP_DIFF_IN_PLACE:
		return ew.done.changed;
	case VRRP_DIFF_RESTART:
		return ew.done.restarted;
	}
	return 0;
}

/* --- looking --- */

static void
check_active(const struct change *c)
{
	struct vrrp_instance *was, *is;
	struct vrrp_core core;
	uint64_t history;
	enum vrrp_diff class;

	open_scene(true);
	was = engine_find("web");
	core = was->core;
	history = was->history_count;
	class = apply_change(c);
	is = engine_find("web");
	assert_int_equal(how_many(class), 1);
	assert_int_equal(is->core.state, VRRP_ACTIVE);
	assert_true(is->holds);
	assert_int_equal(is->core.state_since.ns, core.state_since.ns);
	if (!c->given_up)
		assert_null(strstr(world.did, ":0 "));
	if (class == VRRP_DIFF_RESTART) {
		assert_int_equal(is->history_count, 1);
		assert_int_equal(is->history[0].tr.cause, VRRP_CAUSE_RESTART);
		assert_non_null(strstr(world.did, "install"));
		/* The one before withdraws when this one answers. */
		if (strstr(world.did, "withdraw") != NULL)
			assert_true(strstr(world.did, "withdraw") >
			    strstr(world.did, "announce"));
	} else {
		assert_ptr_equal(is, was);
		assert_int_equal(is->history_count, history);
		assert_null(strstr(world.did, "withdraw"));
		assert_null(strstr(world.did, "close"));
	}
	if (class == VRRP_DIFF_EQUAL)
		assert_string_equal(world.did, "");
	/* And so it is a while later, when the one before is gone. */
	world_run(NS_PER_S);
	assert_int_equal(engine_find("web")->core.state, VRRP_ACTIVE);
	assert_int_equal(ew.r->lingering_count, 0);
	assert_int_equal(ew.r->postponed, 0);
	close_scene();
}

static void
check_backup(const struct change *c)
{
	struct vrrp_instance *was, *is;
	enum vrrp_diff class;
	uint64_t history;
	mono_t since;

	open_scene(false);
	was = engine_find("web");
	since = was->core.state_since;
	history = was->history_count;
	class = apply_change(c);
	is = engine_find("web");
	assert_int_equal(how_many(class), 1);
	assert_int_equal(is->core.state, VRRP_BACKUP);
	assert_null(strstr(world.did, "advert:"));
	assert_null(strstr(world.did, "install"));
	assert_null(strstr(world.did, "announce"));
	if (class != VRRP_DIFF_RESTART)
		assert_ptr_equal(is, was);
	if (!c->place) {
		assert_int_equal(is->core.state_since.ns, since.ns);
		assert_int_equal(is->history_count, history);
		assert_true(addr_is_set(&is->core.active.source));
	}
	assert_int_equal(ew.r->postponed, 0);
	close_scene();
}

static void
test_vrrp_apply_each_field_of_an_active_as_the_table_says(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < CHANGE_COUNT; i++) {
		print_message("%s\n", changes[i].word);
		check_active(&changes[i]);
	}
}

static void
test_vrrp_apply_each_field_of_a_backup_as_the_table_says(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < CHANGE_COUNT; i++) {
		print_message("%s\n", changes[i].word);
		check_backup(&changes[i]);
	}
}

/* The name is no change of an instance: one that has another is renamed. */
static void
test_vrrp_apply_another_name_is_no_other_instance(void **state)
{
	struct vrrp_config config = engine_config(WEB FAR);
	struct vrrp_instance *was;

	(void)state;
	open_scene(true);
	was = engine_find("web");
	name(&config.instances[0]);
	assert_int_equal(vrrp_router_apply(ew.r, &config, &ew.done), 0);
	vrrp_config_free(&config);
	assert_ptr_equal(engine_find("www"), was);
	assert_int_equal(ew.done.changed, 1);
	assert_int_equal(was->history_count, 2);
	assert_string_equal(world.did, "");
	close_scene();
}

static void
test_vrrp_apply_every_word_of_the_table_has_a_change(void **state)
{
	const char *word;
	unsigned i;
	size_t j;

	(void)state;
	for (i = 0; (word = vrrp_diff_word(i)) != NULL; i++) {
		for (j = 0; j < CHANGE_COUNT; j++)
			if (strcmp(changes[j].word, word) == 0)
				break;
		if (j == CHANGE_COUNT && strcmp(word, "instance") != 0)
			fail_msg("no change of %s", word);
	}
	assert_true(i > 25);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_vrrp_apply_each_field_of_an_active_as_the_table_says),
	    cmocka_unit_test(test_vrrp_apply_each_field_of_a_backup_as_the_table_says),
	    cmocka_unit_test(test_vrrp_apply_another_name_is_no_other_instance),
	    cmocka_unit_test(test_vrrp_apply_every_word_of_the_table_has_a_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
