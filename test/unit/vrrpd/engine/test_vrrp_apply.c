/*
 * test_vrrp_apply.c - a configuration and another one after it: who is made,
 * changed, started again, let go, and above all who is not touched.
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
#include <unistd.h>

#include "shared/log.h"
#include "test/unit/vrrpd/engine/engine_world.h"
#include "vrrpd/config/vrrp_conf.h"
#include "vrrpd/engine/vrrp_sync.h"
#include "vrrpd/instance/vrrp_iface.h"
#include "vrrpd/instance/vrrp_instance.h"
#include "vrrpd/instance/vrrp_track.h"

#define WEB_WITH(more)							\
	"instance web { interface = eth0 virtual_router_id = 51 "	\
	"virtual_addresses = { 192.0.2.50/24 } " more "}\n"
#define WEB WEB_WITH("")
#define DB_WITH(more)							\
	"instance db { interface = eth0 virtual_router_id = 52 "	\
	"virtual_addresses = { 192.0.2.60/24 } " more "}\n"
#define DB DB_WITH("")
#define MAIL								\
	"instance mail { interface = eth0 virtual_router_id = 53 "	\
	"virtual_addresses = { 192.0.2.70/24 } }\n"

static void
ignore_line(enum log_level level, const char *line, void *arg)
{
	(void)level;
	(void)line;
	(void)arg;
}

static void
ignore_leave(void *arg)
{
	(void)arg;
}

static int
setup(void **state)
{
	(void)state;
	log_capture(ignore_line, NULL);
	engine_open();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	engine_close();
	log_capture(NULL, NULL);
	return 0;
}

/* Nobody is heard: after it every instance that can is Active. */
static void
become_active(const char *text)
{
	engine_apply(text);
	engine_start();
	world_run(4 * NS_PER_S);
	world_run(NS_PER_S);		/* the announcements' repeats */
	world_forget();
}

static void
assert_done(unsigned added, unsigned removed, unsigned restarted,
    unsigned changed, unsigned unchanged)
{
	assert_int_equal(ew.done.added, added);
	assert_int_equal(ew.done.removed, removed);
	assert_int_equal(ew.done.restarted, restarted);
	assert_int_equal(ew.done.changed, changed);
	assert_int_equal(ew.done.unchanged, unchanged);
}

/* --- new instances --- */

static void
test_vrrp_apply_makes_instances_in_the_order_of_the_file(void **state)
{
	(void)state;
	engine_apply(DB WEB MAIL);
	assert_done(3, 0, 0, 0, 0);
	assert_int_equal(ew.r->instance_count, 3);
	assert_string_equal(ew.r->instances[0]->p.name, "db");
	assert_string_equal(ew.r->instances[1]->p.name, "web");
	assert_string_equal(ew.r->instances[2]->p.name, "mail");
	assert_int_equal(ew.r->iface_count, 1);
	assert_ptr_equal(ew.r->instances[0]->iface, ew.r->ifaces[0]);
	assert_string_equal(world.did, "open:db open:web open:mail");
}

/* Privileges are not settled yet: no packet, and nobody runs. */
static void
test_vrrp_apply_before_the_start_starts_nothing(void **state)
{
	(void)state;
	engine_apply(WEB);
	world_run(10 * NS_PER_S);
	assert_false(engine_find("web")->started);
	assert_int_equal(engine_find("web")->core.state, VRRP_INITIALIZE);
	assert_string_equal(world.did, "open:web");
	engine_start();
	assert_int_equal(engine_find("web")->core.state, VRRP_BACKUP);
}

static void
test_vrrp_apply_after_the_start_starts_what_is_new(void **state)
{
	(void)state;
	become_active(WEB);
	engine_apply(WEB DB);
	assert_done(1, 0, 0, 0, 1);
	assert_int_equal(engine_find("db")->core.state, VRRP_BACKUP);
	assert_string_equal(world.did, "open:db");
}

/* An interface that the kernel does not have is waited for. */
static void
test_vrrp_apply_makes_an_instance_of_an_absent_interface(void **state)
{
	struct nl_link eth1 = engine_eth(WORLD_IFINDEX2, "eth1");

	(void)state;
	engine_apply("instance far { interface = eth1 virtual_router_id = 9 "
	    "virtual_addresses = { 198.51.100.9/24 } }\n");
	engine_start();
	assert_int_equal(engine_find("far")->core.state, VRRP_INITIALIZE);
	assert_null(engine_find("far")->vips);
	engine_link(&eth1, false);
	engine_addr(WORLD_IFINDEX2, "198.51.100.2/24", false, false);
	assert_int_equal(engine_find("far")->core.state, VRRP_BACKUP);
}

/* --- instances that stay --- */

static void
test_vrrp_apply_the_same_again_touches_nothing(void **state)
{
	struct vrrp_instance *web, *db;

	(void)state;
	become_active(WEB DB);
	web = engine_find("web");
	db = engine_find("db");
	engine_apply(WEB DB);
	assert_done(0, 0, 0, 0, 2);
	assert_ptr_equal(engine_find("web"), web);
	assert_ptr_equal(engine_find("db"), db);
	assert_string_equal(world.did, "");
	assert_int_equal(web->core.state, VRRP_ACTIVE);
	assert_int_equal(db->history_count, 2);	/* Backup, then Active */
}

static void
test_vrrp_apply_another_order_moves_the_same_instances(void **state)
{
	struct vrrp_instance *web, *db;

	(void)state;
	become_active(WEB DB);
	web = engine_find("web");
	db = engine_find("db");
	engine_apply(DB WEB);
	assert_done(0, 0, 0, 0, 2);
	assert_ptr_equal(ew.r->instances[0], db);
	assert_ptr_equal(ew.r->instances[1], web);
	assert_string_equal(world.did, "");
}

/* The others go on to the nanosecond: not even a timer is set anew. */
static void
test_vrrp_apply_a_change_of_one_leaves_the_others_alone(void **state)
{
	struct vrrp_instance *web, *db;
	struct vrrp_core core;
	uint64_t sent;

	(void)state;
	become_active(WEB DB);
	web = engine_find("web");
	db = engine_find("db");
	core = db->core;
	sent = db->stats.advertisement_sent;
	engine_apply(WEB_WITH("priority = 150 ") DB);
	assert_done(0, 0, 0, 1, 1);
	assert_ptr_equal(engine_find("web"), web);
	assert_ptr_equal(engine_find("db"), db);
	assert_int_equal(web->core.p.priority, 150);
	assert_int_equal(web->core.state, VRRP_ACTIVE);
	assert_memory_equal(&db->core, &core, sizeof(core));
	assert_int_equal(db->stats.advertisement_sent, sent);
	assert_null(strstr(world.did, ":db"));
	assert_null(strstr(world.did, "withdraw"));
}

/* Addresses come and go in place: the others, and it, go on. */
static void
test_vrrp_apply_changes_addresses_in_place(void **state)
{
	struct vrrp_instance *web, *db;
	struct vrrp_core core;

	(void)state;
	become_active(WEB DB);
	web = engine_find("web");
	db = engine_find("db");
	core = db->core;
	engine_apply("instance web { interface = eth0 virtual_router_id = 51 "
	    "virtual_addresses = { 192.0.2.50/24, 192.0.2.51/24 } }\n" DB);
	assert_done(0, 0, 0, 1, 1);
	assert_ptr_equal(engine_find("web"), web);
	assert_int_equal(web->core.state, VRRP_ACTIVE);
	assert_int_equal(web->history_count, 2);
	assert_memory_equal(&db->core, &core, sizeof(core));
	assert_string_equal(world.did,
	    "follow+192.0.2.51/24:web advert:51:100 announce:2");
}

#define HAVE(name, vrid, list)						\
	"instance " name " { interface = eth0 virtual_router_id = " vrid " " \
	"virtual_addresses = { " list " } }\n"

/* Deleted here, added there, in one turn; whatever the order of the file. */
static void
test_vrrp_apply_moves_an_address_from_one_to_another(void **state)
{
	(void)state;
	become_active(HAVE("web", "51", "192.0.2.50/24, 192.0.2.51/24") DB);
	engine_apply(WEB HAVE("db", "52", "192.0.2.60/24, 192.0.2.51/24"));
	assert_done(0, 0, 0, 2, 0);
	assert_string_equal(world.did,
	    "follow-192.0.2.51/24:web advert:51:100 "
	    "follow+192.0.2.51/24:db advert:52:100 announce:2");
	world_run(NS_PER_S);
	world_forget();
	/* And back, the taker first in the file. */
	engine_apply(HAVE("web", "51", "192.0.2.50/24, 192.0.2.51/24") DB);
	assert_non_null(strstr(world.did,
	    "follow-192.0.2.51/24:db advert:52:100 "
	    "follow+192.0.2.51/24:web advert:51:100 announce:2"));
	assert_int_equal(engine_find("web")->core.state, VRRP_ACTIVE);
	assert_int_equal(engine_find("db")->core.state, VRRP_ACTIVE);
	assert_int_equal(engine_find("db")->p.vip_count, 1);
}

static void
test_vrrp_apply_two_instances_exchange_their_addresses(void **state)
{
	(void)state;
	become_active(WEB DB);
	engine_apply(HAVE("web", "51", "192.0.2.60/24")
	    HAVE("db", "52", "192.0.2.50/24"));
	assert_done(0, 0, 0, 2, 0);
	assert_int_equal(engine_find("web")->p.vip_count, 1);
	assert_int_equal(engine_find("db")->p.vip_count, 1);
	assert_int_equal(engine_find("web")->p.vips[0].prefix.addr.bytes[3],
	    60);
	assert_int_equal(engine_find("db")->p.vips[0].prefix.addr.bytes[3],
	    50);
	assert_int_equal(engine_find("web")->core.state, VRRP_ACTIVE);
	assert_int_equal(engine_find("db")->core.state, VRRP_ACTIVE);
}

/* L-33: a device that goes costs up to 20 ms, so one goes in a turn. */
static void
test_vrrp_apply_removes_one_device_in_a_turn(void **state)
{
	struct vrrp_config config = engine_config(WEB);
	struct vrrp_applied done;

	(void)state;
	engine_apply(WEB DB MAIL);
	engine_start();
	world_forget();
	assert_int_equal(vrrp_router_apply(ew.r, &config, &done), 0);
	vrrp_config_free(&config);
	assert_int_equal(done.removed, 2);
	assert_string_equal(world.did, "");
	world_run(0);
	assert_string_equal(world.did, "close:db");
	world_run(0);
	assert_string_equal(world.did, "close:db close:mail");
	assert_int_equal(ew.r->lingering_count, 0);
}

/* Another VRID is another instance, which goes on for the one that was Active. */
static void
test_vrrp_apply_restarts_one_and_leaves_the_others_alone(void **state)
{
	struct vrrp_instance *db, *web;
	struct vrrp_core core;

	(void)state;
	become_active(WEB DB);
	db = engine_find("db");
	web = engine_find("web");
	core = db->core;
	engine_apply(HAVE("web", "61", "192.0.2.50/24") DB);
	assert_done(0, 0, 1, 0, 1);
	assert_ptr_equal(engine_find("db"), db);
	assert_memory_equal(&db->core, &core, sizeof(core));
	assert_ptr_not_equal(engine_find("web"), web);
	assert_int_equal(engine_find("web")->p.vrid, 61);
	assert_int_equal(engine_find("web")->core.state, VRRP_ACTIVE);
	/* Nobody is told that we leave, and nobody waits. */
	assert_string_equal(world.did,
	    "open:web install:web advert:61:100 announce:1 hush");
	assert_int_equal(ew.r->lingering_count, 1);
	world_forget();
	world_run(VRRP_LINGER_TAIL_NS);
	world_run(0);
	assert_non_null(strstr(world.did, "withdraw:web"));
	assert_non_null(strstr(world.did, "close:web"));
	assert_int_equal(ew.r->lingering_count, 0);
	assert_int_equal(engine_find("web")->core.state, VRRP_ACTIVE);
}

#define ADDRESS_MODE(name, vrid, list)					\
	"instance " name " { interface = eth0 virtual_router_id = " vrid " " \
	"virtual_mac = no virtual_addresses = { " list " } }\n"

/* The same VRID: the new one installs, then the old one is hushed. */
static void
test_vrrp_apply_of_virtual_mac_never_lets_go(void **state)
{
	(void)state;
	become_active(WEB);
	engine_apply(ADDRESS_MODE("web", "51", "192.0.2.50/24"));
	assert_done(0, 0, 1, 0, 0);
	assert_string_equal(world.did,
	    "open:web install:web advert:51:100 announce:1 hush");
	assert_int_equal(engine_find("web")->core.state, VRRP_ACTIVE);
	assert_ptr_equal(vrrp_iface_find(ew.r->ifaces[0], AF_INET, 51),
	    engine_find("web"));
	world_run(NS_PER_S);
	assert_int_equal(ew.r->lingering_count, 0);
	world_forget();
	engine_apply(WEB);
	assert_string_equal(world.did,
	    "open:web install:web advert:51:100 announce:1 hush");
	world_run(NS_PER_S);
	assert_int_equal(engine_find("web")->core.state, VRRP_ACTIVE);
}

/* Without a virtual MAC both VRIDs have the addresses on one interface. */
static void
test_vrrp_apply_of_another_vrid_keeps_the_addresses_in_place(void **state)
{
	(void)state;
	become_active(ADDRESS_MODE("web", "51", "192.0.2.50/24, 192.0.2.51/24"));
	engine_apply(ADDRESS_MODE("web", "61", "192.0.2.50/24, 192.0.2.52/24"));
	assert_done(0, 0, 1, 0, 0);
	assert_null(strstr(world.did, "withdraw"));
	assert_null(strstr(world.did, "advert:51:0"));
	assert_non_null(strstr(world.did,
	    "follow-192.0.2.51/24+192.0.2.52/24:web"));
	assert_non_null(strstr(world.did, "advert:61:100"));
	world_run(NS_PER_S);
	assert_null(strstr(world.did, "withdraw"));
	assert_int_equal(engine_find("web")->core.state, VRRP_ACTIVE);
	assert_int_equal(ew.r->lingering_count, 0);
}

/* Another name, and the wire sees nothing of it. */
static void
test_vrrp_apply_of_a_name_is_no_event(void **state)
{
	struct vrrp_instance *web;
	struct vrrp_core core;

	(void)state;
	become_active(WEB);
	web = engine_find("web");
	core = web->core;
	engine_apply(HAVE("www", "51", "192.0.2.50/24"));
	assert_null(vrrp_router_find(ew.r, "web"));
	assert_ptr_equal(engine_find("www"), web);
	assert_memory_equal(&web->core, &core, sizeof(core));
	assert_int_equal(web->history_count, 2);
	assert_string_equal(world.did, "");
	assert_done(0, 0, 0, 1, 0);
	/* And with another value. */
	engine_apply("instance web { interface = eth0 virtual_router_id = 51 "
	    "virtual_addresses = { 192.0.2.50/24 } priority = 150 }\n");
	assert_ptr_equal(engine_find("web"), web);
	assert_int_equal(web->core.p.priority, 150);
	assert_int_equal(web->history_count, 2);
	assert_done(0, 0, 0, 1, 0);
}

/* The monitor keeps one will of an instance, under the name that it has. */
static void
test_vrrp_apply_of_a_name_leaves_no_will_of_the_old_one(void **state)
{
	const char *old;

	(void)state;
	ew.r->env.channel = (struct vrrp_channel *)&ew;
	become_active(WEB);
	engine_apply(HAVE("www", "51", "192.0.2.50/24"));
	world_run(NS_PER_S);
	assert_non_null(strstr(world.did, "revoke:web"));
	assert_non_null(strstr(world.did, "will:www:1"));
	assert_null(strstr(world.did, "will:web"));
	assert_null(strstr(world.did, "revoke:www"));
	world_forget();
	engine_apply(ADDRESS_MODE("www", "51", "192.0.2.50/24"));
	world_run(NS_PER_S);
	/* The one before has a will of its own for as long as it answers. */
	old = strstr(world.did, "will:www~");
	assert_non_null(old);
	assert_non_null(strstr(old, "will:www:1"));
	old = strstr(old, "revoke:www~");
	assert_non_null(old);
	assert_null(strstr(old + 1, "revoke:"));
	assert_ptr_equal(strstr(world.did, "revoke:"), old);
}

/* Goodbye where it was, and then Active where it is. */
static void
test_vrrp_apply_of_an_interface_resigns_there_first(void **state)
{
	struct nl_link eth1 = engine_eth(WORLD_IFINDEX2, "eth1");

	(void)state;
	become_active(WEB DB "instance far { interface = eth1 "
	    "virtual_router_id = 9 virtual_addresses = { 198.51.100.9/24 } }\n");
	engine_link(&eth1, false);
	engine_addr(WORLD_IFINDEX2, "198.51.100.2/24", false, false);
	world_forget();
	engine_apply("instance web { interface = eth1 virtual_router_id = 51 "
	    "virtual_addresses = { 192.0.2.50/24 } }\n" DB "instance far { "
	    "interface = eth1 virtual_router_id = 9 "
	    "virtual_addresses = { 198.51.100.9/24 } }\n");
	assert_string_equal(world.did, "open:web advert:51:0 install:web "
	    "advert:51:100 announce:1 hush");
	assert_int_equal(engine_find("web")->core.state, VRRP_ACTIVE);
	assert_string_equal(engine_find("web")->iface->name, "eth1");
}

/* An interface that is not there takes no address from anybody. */
static void
test_vrrp_apply_that_cannot_be_leaves_the_active_as_it_was(void **state)
{
	struct vrrp_instance *web;

	(void)state;
	become_active(WEB DB);
	web = engine_find("web");
	engine_apply("instance web { interface = eth7 virtual_router_id = 51 "
	    "virtual_addresses = { 192.0.2.50/24 } }\n" DB);
	assert_done(0, 0, 0, 0, 1);
	assert_int_equal(ew.done.postponed, 1);
	assert_ptr_equal(engine_find("web"), web);
	assert_int_equal(web->core.state, VRRP_ACTIVE);
	assert_string_equal(world.did, "");
	world_run(NS_PER_S);
	assert_non_null(strstr(world.did, "advert:51:100"));
}

static struct vrrp_config later;

static void
apply_later(void *arg)
{
	struct vrrp_applied done;

	(void)arg;
	assert_int_equal(vrrp_router_apply(ew.r, &later, &done), 0);
}

#define WEB_ON_ETH1							\
	"instance web { interface = eth1 virtual_router_id = 51 "	\
	"virtual_addresses = { 192.0.2.50/24 } }\n"

/* When the interface is there and has an address, the instance moves. */
static void
test_vrrp_apply_what_was_postponed_is_done_when_it_can_be(void **state)
{
	struct nl_link eth1 = engine_eth(WORLD_IFINDEX2, "eth1");

	(void)state;
	become_active(WEB DB "group both { members = { web, db } }\n");
	ew.r->reapply = apply_later;
	later = engine_config(WEB_ON_ETH1 DB
	    "group both { members = { web, db } }\n");
	engine_apply(WEB_ON_ETH1 DB "group both { members = { web, db } }\n");
	assert_int_equal(ew.done.postponed, 1);
	world_run(10 * NS_PER_S);
	assert_string_equal(engine_find("web")->p.interface, "eth0");
	assert_int_equal(engine_find("web")->core.state, VRRP_ACTIVE);
	world.tracked = eth1;			/* nl_link_get() finds it */
	engine_addr(WORLD_IFINDEX2, "192.0.2.7/24", false, false);
	engine_link(&eth1, false);
	world_run(NS_PER_S);
	assert_string_equal(engine_find("web")->p.interface, "eth1");
	assert_int_equal(engine_find("web")->core.state, VRRP_ACTIVE);
	assert_int_equal(engine_find("db")->core.state, VRRP_ACTIVE);
	assert_ptr_equal(engine_find("web")->group, engine_find("db")->group);
	assert_int_equal(ew.r->postponed, 0);
	vrrp_config_free(&later);
}

/* An Active that is one no more makes way at once. */
static void
test_vrrp_apply_what_was_postponed_waits_for_an_active_only(void **state)
{
	(void)state;
	become_active(WEB);
	ew.r->reapply = apply_later;
	later = engine_config(WEB_ON_ETH1);
	engine_apply(WEB_ON_ETH1);
	assert_int_equal(ew.done.postponed, 1);
	engine_advert("192.0.2.3", 51, 200);
	world_run(2 * NS_PER_S);
	assert_string_equal(engine_find("web")->p.interface, "eth1");
	assert_int_equal(engine_find("web")->core.state, VRRP_INITIALIZE);
	assert_int_equal(ew.r->postponed, 0);
	vrrp_config_free(&later);
}

/* The place is the same, and so is whom it waits for, and until when. */
static void
test_vrrp_apply_of_virtual_mac_keeps_a_backup(void **state)
{
	struct vrrp_core core;
	struct vrrp_instance *web;
	mono_t due;

	(void)state;
	engine_apply(WEB);
	engine_start();
	engine_advert("192.0.2.3", 51, 200);
	core = engine_find("web")->core;
	due = vrrp_core_next_expiry(&core);
	world_forget();
	engine_apply(ADDRESS_MODE("web", "51", "192.0.2.50/24"));
	assert_done(0, 0, 1, 0, 0);
	assert_string_equal(world.did, "open:web close:web");
	web = engine_find("web");
	assert_false(web->p.virtual_mac);
	assert_int_equal(web->core.state, VRRP_BACKUP);
	assert_int_equal(web->core.state_since.ns, core.state_since.ns);
	assert_int_equal(vrrp_core_next_expiry(&web->core).ns, due.ns);
	assert_int_equal(web->history_count, 1);
	world_run(4 * NS_PER_S);
	assert_int_equal(web->core.state, VRRP_ACTIVE);
}

/* Each has the place that the other is to have. */
static void
test_vrrp_apply_two_instances_exchange_their_places(void **state)
{
	(void)state;
	become_active(WEB DB);
	engine_apply(HAVE("web", "52", "192.0.2.50/24")
	    HAVE("db", "51", "192.0.2.60/24"));
	world_run(5 * NS_PER_S);
	assert_int_equal(engine_find("web")->p.vrid, 52);
	assert_int_equal(engine_find("db")->p.vrid, 51);
	assert_int_equal(engine_find("web")->core.state, VRRP_ACTIVE);
	assert_int_equal(engine_find("db")->core.state, VRRP_ACTIVE);
	assert_int_equal(ew.r->postponed, 0);
}

/* Each moves to where the next one was: the last one goes first. */
static void
test_vrrp_apply_instances_that_move_up_are_all_succeeded(void **state)
{
	(void)state;
	become_active(WEB DB MAIL);
	engine_apply(HAVE("web", "52", "192.0.2.50/24")
	    HAVE("db", "53", "192.0.2.60/24")
	    HAVE("mail", "54", "192.0.2.70/24"));
	assert_done(0, 0, 3, 0, 0);
	assert_int_equal(engine_find("web")->core.state, VRRP_ACTIVE);
	assert_int_equal(engine_find("db")->core.state, VRRP_ACTIVE);
	assert_int_equal(engine_find("mail")->core.state, VRRP_ACTIVE);
	assert_string_equal(ew.r->instances[0]->p.name, "web");
	assert_null(strstr(world.did, ":0 "));
}

/* --- slices --- */

static struct vrrp_applied sum;
static int ended, end_error;

static void
count_end(const struct vrrp_applied *done, int error, void *arg)
{
	assert_ptr_equal(arg, &ended);
	sum = *done;
	end_error = error;
	ended++;
}

/* Turn by turn, and everything is consistent in between.  How many. */
static unsigned
apply_in_slices(const struct vrrp_config *config, unsigned most)
{
	unsigned turns = 0;

	ended = 0;
	world.busy = true;
	assert_int_equal(vrrp_router_begin_apply(ew.r, config, count_end,
	    &ended), 0);
	assert_int_equal(vrrp_router_begin_apply(ew.r, config, count_end,
	    &ended), -EBUSY);
	while (ended == 0 && turns++ < most)
		world_run(NS_PER_MS);
	world.busy = false;
	return turns;
}

/* Each turn removes, changes or makes one, and adverts go on. */
static void
test_vrrp_apply_goes_on_in_slices(void **state)
{
	struct vrrp_config config = engine_config(HAVE("new", "60",
	    "192.0.2.90/24") HAVE("mail", "63", "192.0.2.70/24")
	    WEB_WITH("priority = 150 "));
	struct vrrp_instance *web;
	unsigned turns;

	(void)state;
	become_active(WEB DB MAIL);
	web = engine_find("web");
	turns = apply_in_slices(&config, 100);
	assert_int_equal(ended, 1);
	assert_int_equal(end_error, 0);
	assert_true(turns > 6);
	assert_int_equal(sum.added, 1);
	assert_int_equal(sum.removed, 1);
	assert_int_equal(sum.restarted, 1);
	assert_int_equal(sum.changed, 1);
	assert_ptr_equal(engine_find("web"), web);
	assert_int_equal(web->core.p.priority, 150);
	assert_int_equal(web->history_count, 2);
	assert_int_equal(engine_find("mail")->core.state, VRRP_ACTIVE);
	assert_int_equal(engine_find("new")->core.state, VRRP_BACKUP);
	assert_string_equal(ew.r->instances[0]->p.name, "new");
	assert_string_equal(ew.r->instances[1]->p.name, "mail");
	assert_string_equal(ew.r->instances[2]->p.name, "web");
	vrrp_config_free(&config);
}

/* An advert that comes between two slices meets each instance, old or new. */
static void
test_vrrp_apply_a_packet_between_two_slices_is_heard(void **state)
{
	struct vrrp_config config = engine_config(WEB_WITH("priority = 150 ")
	    DB_WITH("priority = 150 ") MAIL);
	unsigned i;

	(void)state;
	become_active(WEB DB MAIL);
	ended = 0;
	world.busy = true;
	assert_int_equal(vrrp_router_begin_apply(ew.r, &config, count_end,
	    &ended), 0);
	for (i = 0; i < 5; i++)
		world_run(0);
	assert_int_equal(ended, 0);
	engine_advert("192.0.2.3", 51, 200);
	engine_advert("192.0.2.3", 52, 200);
	engine_advert("192.0.2.3", 53, 200);
	assert_int_equal(engine_find("web")->core.state, VRRP_BACKUP);
	assert_int_equal(engine_find("db")->core.state, VRRP_BACKUP);
	assert_int_equal(engine_find("mail")->core.state, VRRP_BACKUP);
	for (i = 0; i < 100 && ended == 0; i++)
		world_run(0);
	world.busy = false;
	assert_int_equal(ended, 1);
	assert_int_equal(engine_find("web")->core.p.priority, 150);
	assert_int_equal(engine_find("web")->core.state, VRRP_BACKUP);
	vrrp_config_free(&config);
}

/* The router leaves: nothing more is made, and whoever waits is told. */
static void
test_vrrp_apply_that_is_cancelled_makes_nothing_more(void **state)
{
	struct vrrp_config config = engine_config(WEB DB MAIL);
	unsigned i;

	(void)state;
	become_active(WEB);
	ended = 0;
	world.busy = true;
	assert_int_equal(vrrp_router_begin_apply(ew.r, &config, count_end,
	    &ended), 0);
	for (i = 0; i < 20 && ew.r->instance_count < 2; i++)
		world_run(0);
	assert_int_equal(ew.r->instance_count, 2);
	vrrp_router_leave(ew.r, ignore_leave, NULL);
	assert_int_equal(ended, 1);
	assert_int_equal(end_error, -ECANCELED);
	for (i = 0; i < 6; i++)
		world_run(NS_PER_S);
	assert_int_equal(ew.r->instance_count, 2);
	world.busy = false;
	vrrp_config_free(&config);
}

/*
 * Of two members one has its new priority and the other has not: the group decides
 * when both have.
 */
static void
test_vrrp_apply_of_half_a_group_decides_nothing(void **state)
{
	struct vrrp_config config = engine_config(
	    WEB_WITH("advert_int = 200 ") DB_WITH("advert_int = 200 ")
	    "group both { members = { web, db } }\n");
	struct vrrp_sync *both;
	bool half = false;

	(void)state;
	become_active(WEB DB "group both { members = { web, db } }\n");
	both = ew.r->groups[0];
	ended = 0;
	world.busy = true;
	assert_int_equal(vrrp_router_begin_apply(ew.r, &config, count_end,
	    &ended), 0);
	while (ended == 0) {
		world_run(0);
		if (engine_find("web")->p.advert_int_cs !=
		    engine_find("db")->p.advert_int_cs) {
			assert_true(both->held > 0);
			half = true;
		}
	}
	world.busy = false;
	assert_true(half);
	assert_ptr_equal(ew.r->groups[0], both);
	assert_int_equal(both->held, 0);
	assert_int_equal(engine_find("db")->core.state, VRRP_ACTIVE);
	vrrp_config_free(&config);
}

/* A member that is made anew is a member all the time, and so are the others. */
static void
test_vrrp_apply_a_member_goes_on_within_its_group(void **state)
{
	struct vrrp_sync *both;

	(void)state;
	become_active(WEB DB "group both { members = { web, db } }\n");
	both = ew.r->groups[0];
	engine_apply(HAVE("web", "61", "192.0.2.50/24") DB
	    "group both { members = { web, db } }\n");
	assert_done(0, 0, 1, 0, 1);
	assert_ptr_equal(ew.r->groups[0], both);
	assert_ptr_equal(both->members[0], engine_find("web"));
	assert_ptr_equal(both->members[1], engine_find("db"));
	assert_int_equal(engine_find("web")->core.state, VRRP_ACTIVE);
	assert_int_equal(engine_find("db")->core.state, VRRP_ACTIVE);
	assert_int_equal(engine_find("db")->history_count, 2);
	world_run(5 * NS_PER_S);
	assert_int_equal(engine_find("db")->history_count, 2);
	assert_null(strstr(world.did, "advert:52:0"));
}

/* Nothing to go on for: it starts as it would at any time. */
static void
test_vrrp_apply_restarts_a_backup_as_a_backup(void **state)
{
	(void)state;
	engine_apply(WEB);
	engine_start();
	engine_advert("192.0.2.3", 51, 200);
	world_forget();
	engine_apply(HAVE("web", "61", "192.0.2.50/24"));
	assert_done(0, 0, 1, 0, 0);
	assert_int_equal(engine_find("web")->core.state, VRRP_BACKUP);
	assert_string_equal(world.did, "open:web close:web");
}

/* The operator's word to an instance outlives a reload. */
static void
test_vrrp_apply_a_disabled_instance_stays_disabled(void **state)
{
	(void)state;
	become_active(WEB);
	vrrp_instance_disable(engine_find("web"), true);
	world_run(NS_PER_S);
	engine_apply(WEB_WITH("priority = 150 "));
	world_run(10 * NS_PER_S);
	assert_int_equal(engine_find("web")->core.state, VRRP_INITIALIZE);
	vrrp_instance_disable(engine_find("web"), false);
	world_run(10 * NS_PER_S);
	assert_int_equal(engine_find("web")->core.state, VRRP_ACTIVE);
	assert_int_equal(engine_find("web")->core.p.priority, 150);
}

/* --- instances that leave --- */

static void
test_vrrp_apply_a_removed_active_answers_until_its_successor_is_heard(
    void **state)
{
	(void)state;
	become_active(WEB DB);
	engine_apply(DB);
	assert_done(0, 1, 0, 0, 1);
	assert_int_equal(ew.r->instance_count, 1);
	assert_int_equal(ew.r->lingering_count, 1);
	assert_string_equal(world.did, "advert:51:0");
	world_forget();
	engine_advert("192.0.2.3", 51, 90);
	world_run(VRRP_LINGER_TAIL_NS);
	assert_int_equal(ew.r->lingering_count, 0);
	assert_non_null(strstr(world.did, "withdraw:web"));
	assert_non_null(strstr(world.did, "close:web"));
	/* From now on the VRID is somebody else's. */
	assert_null(vrrp_iface_find(ew.r->ifaces[0], AF_INET, 51));
}

static void
test_vrrp_apply_a_removed_active_without_a_successor_gives_up(void **state)
{
	(void)state;
	become_active(WEB DB);
	engine_apply(DB);
	world_run(vrrp_linger_bound_ns(3, 100) - 1);
	assert_int_equal(ew.r->lingering_count, 1);
	world_run(1);
	assert_int_equal(ew.r->lingering_count, 0);
}

static void
test_vrrp_apply_a_removed_backup_goes_at_once(void **state)
{
	(void)state;
	engine_apply(WEB DB);
	engine_start();
	world_forget();
	engine_apply(DB);
	assert_done(0, 1, 0, 0, 1);
	assert_int_equal(ew.r->lingering_count, 0);
	assert_non_null(strstr(world.did, "close:web"));
	assert_null(strstr(world.did, "advert"));
}

/* An address has one owner at a time. */
static void
test_vrrp_apply_whoever_needs_the_address_does_not_wait(void **state)
{
	(void)state;
	become_active(WEB);
	engine_apply("instance new { interface = eth0 virtual_router_id = 77 "
	    "virtual_addresses = { 192.0.2.50/24 } }\n");
	assert_done(1, 1, 0, 0, 0);
	assert_int_equal(ew.r->lingering_count, 0);
	assert_string_equal(world.did,
	    "advert:51:0 withdraw:web open:new close:web");
}

static void
test_vrrp_apply_whoever_comes_back_replaces_the_one_that_lingers(void **state)
{
	(void)state;
	become_active(WEB DB);
	engine_apply(DB);
	assert_int_equal(ew.r->lingering_count, 1);
	world_forget();
	engine_apply(WEB DB);
	assert_done(1, 0, 0, 0, 1);
	assert_int_equal(ew.r->lingering_count, 0);
	assert_string_equal(world.did, "withdraw:web close:web open:web");
	assert_int_equal(engine_find("web")->core.state, VRRP_BACKUP);
}

/* The same VRID in the other family is another virtual router. */
static void
test_vrrp_apply_the_other_family_is_not_in_the_way(void **state)
{
	(void)state;
	become_active(WEB);
	engine_apply("instance six { interface = eth0 virtual_router_id = 51 "
	    "virtual_addresses = { fe80::50/64 } }\n");
	assert_int_equal(ew.r->lingering_count, 1);
	assert_null(strstr(world.did, "withdraw"));
}

static void
test_vrrp_apply_another_removal_leaves_the_one_that_lingers(void **state)
{
	(void)state;
	become_active(WEB DB MAIL);
	engine_apply(DB MAIL);
	engine_apply(MAIL);
	assert_done(0, 1, 0, 0, 1);
	assert_int_equal(ew.r->lingering_count, 2);
	world_run(NS_PER_S * 2);
	assert_int_equal(ew.r->lingering_count, 0);
	assert_int_equal(engine_find("mail")->core.state, VRRP_ACTIVE);
}

static void
test_vrrp_apply_an_interface_that_nobody_uses_goes(void **state)
{
	(void)state;
	engine_apply(WEB "instance far { interface = eth1 "
	    "virtual_router_id = 9 virtual_addresses = { 198.51.100.9/24 } }\n");
	assert_int_equal(ew.r->iface_count, 2);
	engine_apply(WEB);
	assert_int_equal(ew.r->iface_count, 1);
	assert_string_equal(ew.r->ifaces[0]->name, "eth0");
}

/* Packets must be read as long as somebody waits for a successor. */
static void
test_vrrp_apply_an_interface_stays_for_the_one_that_lingers(void **state)
{
	(void)state;
	become_active(WEB);
	engine_apply("");
	assert_int_equal(ew.r->instance_count, 0);
	assert_int_equal(ew.r->lingering_count, 1);
	assert_int_equal(ew.r->iface_count, 1);
}

/* --- groups and trackers --- */

#define BOTH "group both { members = { web, db } }\n"

static void
test_vrrp_apply_makes_groups_of_the_members(void **state)
{
	struct vrrp_sync *s;

	(void)state;
	become_active(WEB DB BOTH);
	assert_int_equal(ew.r->group_count, 1);
	s = ew.r->groups[0];
	assert_string_equal(s->name, "both");
	assert_int_equal(s->count, 2);
	assert_ptr_equal(engine_find("web")->group, s);
	assert_ptr_equal(engine_find("db")->group, s);
}

static void
test_vrrp_apply_a_group_that_is_gone_lets_its_members_go(void **state)
{
	(void)state;
	become_active(WEB DB BOTH);
	engine_apply(WEB DB);
	assert_done(0, 0, 0, 0, 2);
	assert_int_equal(ew.r->group_count, 0);
	assert_null(engine_find("web")->group);
	assert_string_equal(world.did, "");
	assert_int_equal(engine_find("web")->core.state, VRRP_ACTIVE);
}

/* Two that went different ways go one way as soon as they are a group. */
static void
test_vrrp_apply_a_new_group_settles_at_once(void **state)
{
	(void)state;
	engine_apply(WEB DB);
	engine_start();
	world_run(3 * NS_PER_S);
	engine_advert("192.0.2.3", 52, 200);
	world_run(2 * NS_PER_S);
	assert_int_equal(engine_find("web")->core.state, VRRP_ACTIVE);
	assert_int_equal(engine_find("db")->core.state, VRRP_BACKUP);
	engine_apply(WEB DB BOTH);
	assert_int_equal(engine_find("web")->core.state,
	    engine_find("db")->core.state);
}

/* A new member that cannot run yet takes the group along (L-19). */
static void
test_vrrp_apply_a_new_member_that_cannot_run_stops_the_group(void **state)
{
	(void)state;
	become_active(WEB DB BOTH);
	engine_apply(WEB DB "instance far { interface = eth1 "
	    "virtual_router_id = 9 virtual_addresses = { 198.51.100.9/24 } }\n"
	    "group both { members = { web, db, far } }\n");
	assert_done(1, 0, 0, 0, 2);
	assert_int_equal(engine_find("web")->core.state, VRRP_INITIALIZE);
	assert_int_equal(engine_find("db")->core.state, VRRP_INITIALIZE);
	assert_non_null(strstr(engine_find("web")->waiting, "far"));
}

#define CHECK "file f { path = \"/run/f\" }\n"

static const struct vrrp_track_item *
tracked(const char *name)
{
	const struct vrrp_track_item *it;
	unsigned i;

	for (i = 0; (it = vrrp_track_item(ew.r->env.track, i)) != NULL; i++)
		if (strcmp(it->name, name) == 0)
			return it;
	return NULL;
}

/* A level is said once: the next instance that refers to it must know. */
static void
test_vrrp_apply_a_declared_tracker_keeps_its_level(void **state)
{
	(void)state;
	engine_apply(CHECK WEB);
	vrrp_track_set(ew.r->env.track, VRRP_TRACK_FILE, "f", true, NULL,
	    world.now);
	engine_start();
	engine_apply(CHECK WEB_WITH("track_file f { } "));
	assert_non_null(tracked("f"));
	assert_int_equal(tracked("f")->state, VRRP_TRACK_UP);
	engine_apply(WEB);
	assert_null(tracked("f"));
}

/* --- the rest --- */

static void
test_vrrp_apply_router_id_of_the_file_or_the_host_name(void **state)
{
	char host[64] = "";

	(void)state;
	engine_apply("router_id = lb1\n");
	assert_string_equal(ew.r->router_id, "lb1");
	engine_apply("");
	(void)gethostname(host, sizeof(host) - 1);
	assert_string_equal(ew.r->router_id, host);
}

/* L-33: addresses are lent, unless there are too many to refresh. */
static void
test_vrrp_apply_thousands_of_addresses_are_not_lent(void **state)
{
	static char text[400000];
	size_t at = 0;
	unsigned i, j;

	(void)state;
	engine_apply(WEB);
	assert_int_equal(ew.r->env.lifetime_s, 3);
	for (i = 0; i < 9; i++) {
		at += (size_t)snprintf(text + at, sizeof(text) - at,
		    "instance i%u { interface = eth0 virtual_router_id = %u "
		    "virtual_addresses = { ", i, i + 1);
		for (j = 0; j < 250; j++)
			at += (size_t)snprintf(text + at, sizeof(text) - at,
			    "%s10.0.%u.%u/24", j > 0 ? ", " : "", i, j + 1);
		at += (size_t)snprintf(text + at, sizeof(text) - at, " } }\n");
	}
	engine_apply(text);
	assert_int_equal(ew.r->env.lifetime_s, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_vrrp_apply_makes_instances_in_the_order_of_the_file),
	    TEST(test_vrrp_apply_before_the_start_starts_nothing),
	    TEST(test_vrrp_apply_after_the_start_starts_what_is_new),
	    TEST(test_vrrp_apply_makes_an_instance_of_an_absent_interface),
	    TEST(test_vrrp_apply_the_same_again_touches_nothing),
	    TEST(test_vrrp_apply_another_order_moves_the_same_instances),
	    TEST(test_vrrp_apply_a_change_of_one_leaves_the_others_alone),
	    TEST(test_vrrp_apply_changes_addresses_in_place),
	    TEST(test_vrrp_apply_moves_an_address_from_one_to_another),
	    TEST(test_vrrp_apply_two_instances_exchange_their_addresses),
	    TEST(test_vrrp_apply_removes_one_device_in_a_turn),
	    TEST(test_vrrp_apply_of_virtual_mac_never_lets_go),
	    TEST(test_vrrp_apply_of_another_vrid_keeps_the_addresses_in_place),
	    TEST(test_vrrp_apply_of_a_name_is_no_event),
	    TEST(test_vrrp_apply_of_a_name_leaves_no_will_of_the_old_one),
	    TEST(test_vrrp_apply_of_an_interface_resigns_there_first),
	    TEST(test_vrrp_apply_that_cannot_be_leaves_the_active_as_it_was),
	    TEST(test_vrrp_apply_what_was_postponed_is_done_when_it_can_be),
	    TEST(test_vrrp_apply_what_was_postponed_waits_for_an_active_only),
	    TEST(test_vrrp_apply_restarts_a_backup_as_a_backup),
	    TEST(test_vrrp_apply_of_virtual_mac_keeps_a_backup),
	    TEST(test_vrrp_apply_two_instances_exchange_their_places),
	    TEST(test_vrrp_apply_instances_that_move_up_are_all_succeeded),
	    TEST(test_vrrp_apply_goes_on_in_slices),
	    TEST(test_vrrp_apply_a_packet_between_two_slices_is_heard),
	    TEST(test_vrrp_apply_that_is_cancelled_makes_nothing_more),
	    TEST(test_vrrp_apply_of_half_a_group_decides_nothing),
	    TEST(test_vrrp_apply_a_member_goes_on_within_its_group),
	    TEST(test_vrrp_apply_restarts_one_and_leaves_the_others_alone),
	    TEST(test_vrrp_apply_a_disabled_instance_stays_disabled),
	    TEST(test_vrrp_apply_a_removed_active_answers_until_its_successor_is_heard),
	    TEST(test_vrrp_apply_a_removed_active_without_a_successor_gives_up),
	    TEST(test_vrrp_apply_a_removed_backup_goes_at_once),
	    TEST(test_vrrp_apply_whoever_needs_the_address_does_not_wait),
	    TEST(test_vrrp_apply_whoever_comes_back_replaces_the_one_that_lingers),
	    TEST(test_vrrp_apply_the_other_family_is_not_in_the_way),
	    TEST(test_vrrp_apply_another_removal_leaves_the_one_that_lingers),
	    TEST(test_vrrp_apply_an_interface_that_nobody_uses_goes),
	    TEST(test_vrrp_apply_an_interface_stays_for_the_one_that_lingers),
	    TEST(test_vrrp_apply_makes_groups_of_the_members),
	    TEST(test_vrrp_apply_a_group_that_is_gone_lets_its_members_go),
	    TEST(test_vrrp_apply_a_new_group_settles_at_once),
	    TEST(test_vrrp_apply_a_new_member_that_cannot_run_stops_the_group),
	    TEST(test_vrrp_apply_a_declared_tracker_keeps_its_level),
	    TEST(test_vrrp_apply_router_id_of_the_file_or_the_host_name),
	    TEST(test_vrrp_apply_thousands_of_addresses_are_not_lent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
