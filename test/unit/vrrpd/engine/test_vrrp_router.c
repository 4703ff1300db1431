/*
 * test_vrrp_router.c - what netlink says and whom it concerns; stalls; starting,
 * handing off, leaving and closing of all instances together.
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
#include "vrrpd/instance/vrrp_host.h"
#include "vrrpd/instance/vrrp_iface.h"
#include "vrrpd/engine/vrrp_leaving.h"
#include "vrrpd/instance/vrrp_instance.h"
#include "vrrpd/instance/vrrp_machine.h"
#include "vrrpd/pure/vrrp_linger.h"

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
	"instance far { interface = eth1 virtual_router_id = 9 "	\
	"virtual_addresses = { 198.51.100.9/24 } }\n"

static char lines[16384];
static unsigned lefts;

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
	lefts = 0;
	log_capture(keep_line, NULL);
	engine_open();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	if (ew.r != NULL)
		engine_close();
	log_capture(NULL, NULL);
	return 0;
}

static void
start(const char *text)
{
	engine_apply(text);
	engine_start();
	world_forget();
}

static void
become_active(const char *text)
{
	start(text);
	world_run(5 * NS_PER_S);
	world_forget();
}

static enum vrrp_state
state_of(const char *name)
{
	return engine_find(name)->core.state;
}

/* --- opening --- */

static void
test_vrrp_router_open_says_what_is_missing_and_leaves_nothing(void **state)
{
	struct vrrp_router *r = NULL;

	(void)state;
	ew.tx_error = -EPERM;
	assert_int_equal(vrrp_router_open(NULL, &r), -EPERM);
	ew.tx_error = 0;
	ew.nl_open_error = -EMFILE;
	assert_int_equal(vrrp_router_open(NULL, &r), -EMFILE);
	ew.nl_open_error = 0;
	ew.nl_read_error = -ETIMEDOUT;
	assert_int_equal(vrrp_router_open(NULL, &r), -ETIMEDOUT);
	ew.nl_read_error = 0;
	assert_null(r);
}

/* --- interfaces --- */

static void
test_vrrp_router_an_interface_that_goes_takes_its_instances_along(void **state)
{
	struct nl_link eth0 = world.tracked;

	(void)state;
	become_active(WEB DB FAR);
	engine_link(&eth0, true);
	assert_int_equal(state_of("web"), VRRP_INITIALIZE);
	assert_int_equal(state_of("db"), VRRP_INITIALIZE);
	assert_false(ew.r->ifaces[0]->exists);
	assert_non_null(strstr(lines, "instance=web"));
	/* With another index, as after a hot plug. */
	eth0.ifindex = WORLD_IFINDEX2;
	engine_link(&eth0, false);
	assert_int_equal(state_of("web"), VRRP_INITIALIZE);
	engine_addr(WORLD_IFINDEX2, "192.0.2.2/24", false, false);
	assert_int_equal(state_of("web"), VRRP_BACKUP);
	assert_int_equal(ew.r->ifaces[0]->link.ifindex, WORLD_IFINDEX2);
}

static void
test_vrrp_router_a_renamed_interface_is_lost_and_the_other_name_found(
    void **state)
{
	struct nl_link eth = world.tracked;

	(void)state;
	become_active(WEB FAR);
	(void)strcpy(eth.name, "eth1");
	engine_link(&eth, false);
	assert_int_equal(state_of("web"), VRRP_INITIALIZE);
	assert_int_equal(state_of("far"), VRRP_BACKUP);
}

/* An interface of this name came without a word that the one before is gone. */
static void
test_vrrp_router_an_interface_is_replaced_by_another_of_its_name(void **state)
{
	struct nl_link eth0 = world.tracked;

	(void)state;
	become_active(WEB);
	eth0.ifindex = WORLD_IFINDEX2;
	engine_link(&eth0, false);
	assert_int_equal(ew.r->ifaces[0]->link.ifindex, WORLD_IFINDEX2);
	assert_int_equal(state_of("web"), VRRP_INITIALIZE);
	assert_non_null(strstr(world.did, "close:web"));
	engine_addr(WORLD_IFINDEX2, "192.0.2.2/24", false, false);
	assert_int_equal(state_of("web"), VRRP_BACKUP);
}

static void
test_vrrp_router_carrier_of_one_interface_concerns_its_instances_only(
    void **state)
{
	struct nl_link eth1 = engine_eth(WORLD_IFINDEX2, "eth1");

	(void)state;
	start(WEB FAR);
	engine_link(&eth1, false);
	engine_addr(WORLD_IFINDEX2, "198.51.100.2/24", false, false);
	world_run(5 * NS_PER_S);
	assert_int_equal(state_of("far"), VRRP_ACTIVE);
	eth1.running = false;
	engine_link(&eth1, false);
	assert_int_equal(state_of("far"), VRRP_INITIALIZE);
	assert_int_equal(state_of("web"), VRRP_ACTIVE);
	eth1.running = true;
	engine_link(&eth1, false);
	assert_int_equal(state_of("far"), VRRP_BACKUP);
}

static void
test_vrrp_router_an_interface_that_goes_ends_the_lingering_on_it(void **state)
{
	struct nl_link eth0 = world.tracked;

	(void)state;
	become_active(WEB DB);
	engine_apply(DB);
	assert_int_equal(ew.r->lingering_count, 1);
	engine_link(&eth0, true);
	assert_int_equal(ew.r->lingering_count, 0);
}

/* --- addresses --- */

static const char *promoted;

static void
promote(void)
{
	struct nl_addr a = { .ifindex = WORLD_IFINDEX };

	/* The event that waits behind the deletion. */
	assert_int_equal(addr_prefix_parse(promoted, &a.prefix), 0);
	assert_true(vrrp_addrs_update(&ew.r->addrs, &a, false));
}

/* Between deletion and promotion there is no primary address: no reason. */
static void
test_vrrp_router_a_promoted_primary_address_disturbs_nobody(void **state)
{
	(void)state;
	become_active(WEB);
	promoted = "192.0.2.3/24";
	world.on_nl_drain = promote;
	engine_addr(WORLD_IFINDEX, "192.0.2.2/24", false, true);
	assert_int_equal(state_of("web"), VRRP_ACTIVE);
	assert_non_null(strstr(ew.in_charge, "eth0"));
	assert_int_equal(engine_find("web")->history_count, 2);
}

static void
test_vrrp_router_the_last_address_gone_stops_the_instance(void **state)
{
	(void)state;
	become_active(WEB);
	engine_addr(WORLD_IFINDEX, "192.0.2.2/24", false, true);
	world_run(NS_PER_S - NS_PER_MS);
	assert_int_equal(state_of("web"), VRRP_ACTIVE);
	world_run(NS_PER_MS);
	assert_int_equal(state_of("web"), VRRP_INITIALIZE);
	engine_addr(WORLD_IFINDEX, "192.0.2.4/24", false, false);
	assert_int_equal(state_of("web"), VRRP_BACKUP);
}

/*
 * V-23 + - whoever configures interfaces takes all addresses away and gives them
 * again, in whatever order.  The instance goes on with the source that it had, and
 * its replies find their way out.
 */
static void
test_vrrp_router_a_primary_address_that_comes_back_was_only_away(void **state)
{
	const struct vrrp_iface *f;

	(void)state;
	become_active(WEB);
	f = ew.r->ifaces[0];
	engine_addr(WORLD_IFINDEX, "192.0.2.9/24", false, false);
	world_forget();
	engine_addr(WORLD_IFINDEX, "192.0.2.9/24", false, true);
	engine_addr(WORLD_IFINDEX, "192.0.2.2/24", false, true);
	assert_non_null(strstr(world.did, "way:web"));
	world_run(500 * NS_PER_MS);
	engine_addr(WORLD_IFINDEX, "192.0.2.9/24", false, false);
	assert_int_equal(vrrp_iface_primary(f, AF_INET)->bytes[3], 2);
	engine_addr(WORLD_IFINDEX, "192.0.2.2/24", false, false);
	assert_false(vrrp_iface_is_away(f, AF_INET));
	world_run(5 * NS_PER_S);
	assert_int_equal(vrrp_iface_primary(f, AF_INET)->bytes[3], 2);
	assert_int_equal(state_of("web"), VRRP_ACTIVE);
	assert_int_equal(engine_find("web")->history_count, 2);
	assert_null(strstr(world.did, "advert:51:0"));
	assert_null(strstr(world.did, "withdraw"));
}

/* An instance whose address is gone for good answers until there is a successor. */
static void
test_vrrp_router_without_the_address_the_last_words_have_its_source(
    void **state)
{
	(void)state;
	become_active(WEB);
	world_forget();
	engine_addr(WORLD_IFINDEX, "192.0.2.2/24", false, true);
	world_run(NS_PER_S);
	assert_int_equal(state_of("web"), VRRP_INITIALIZE);
	assert_non_null(strstr(world.did, "advert:51:0"));
	assert_null(strstr(world.did, "withdraw"));
	assert_true(vrrp_machine_lingers(engine_find("web")));
	world_run(5 * NS_PER_S);
	assert_non_null(strstr(world.did, "withdraw"));
	assert_false(vrrp_iface_is_away(ew.r->ifaces[0], AF_INET));
	assert_false(addr_is_set(vrrp_iface_primary(ew.r->ifaces[0], AF_INET)));
}

/* Somebody else removed what we hold: put back, and counted. */
static void
test_vrrp_router_a_virtual_address_that_is_taken_away_is_put_back(void **state)
{
	struct vrrp_instance *v;

	(void)state;
	become_active(PLAIN);
	v = engine_find("plain");
	engine_addr(WORLD_IFINDEX, "192.0.2.70/24", true, true);
	world_run(2 * NS_PER_S);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	assert_non_null(strstr(world.did, "install:plain"));
	assert_int_equal(v->stats.addresses_restored, 1);
}

static void
test_vrrp_router_a_device_that_is_taken_away_is_made_again(void **state)
{
	struct nl_link device = engine_eth(WORLD_DEVICE + 51, "vr4-51-7");

	(void)state;
	become_active(WEB DB);
	world.device_gone = true;
	engine_link(&device, true);
	world.device_gone = false;
	assert_non_null(strstr(world.did, "open:web"));
	assert_null(strstr(world.did, ":db"));
	world_run(10 * NS_PER_S);
	assert_int_equal(state_of("web"), VRRP_ACTIVE);
}

/* --- events were lost --- */

static void
test_vrrp_router_after_a_resync_what_the_dump_does_not_name_is_gone(
    void **state)
{
	struct nl_link eth1 = engine_eth(WORLD_IFINDEX2, "eth1");

	(void)state;
	start(WEB FAR);
	engine_link(&eth1, false);
	engine_addr(WORLD_IFINDEX2, "198.51.100.2/24", false, false);
	assert_int_equal(state_of("far"), VRRP_BACKUP);
	engine_resync();
	/* Interfaces keep what they had until the dump says otherwise. */
	assert_int_equal(state_of("web"), VRRP_BACKUP);
	engine_addr(WORLD_IFINDEX, "192.0.2.2/24", false, false);
	engine_synced();	/* the kernel knows eth0 alone */
	assert_int_equal(state_of("web"), VRRP_BACKUP);
	assert_int_equal(state_of("far"), VRRP_INITIALIZE);
	assert_false(engine_find("far")->iface->exists);
}

/* An address that the dump does not name is not ours any more. */
static void
test_vrrp_router_after_a_resync_addresses_are_those_of_the_dump(void **state)
{
	(void)state;
	start(WEB);
	engine_resync();
	engine_addr(WORLD_IFINDEX, "192.0.2.9/24", false, false);
	engine_synced();
	assert_int_equal(ew.r->addrs.count, 1);
	world_run(NS_PER_S);
	assert_int_equal(vrrp_iface_primary(ew.r->ifaces[0],
	    AF_INET)->bytes[3], 9);
}

/* Only after a loss does silence about an interface mean that it is gone. */
static void
test_vrrp_router_the_first_dump_is_not_a_resync(void **state)
{
	struct nl_link eth1 = engine_eth(WORLD_IFINDEX2, "eth1");

	(void)state;
	start(WEB FAR);
	engine_link(&eth1, false);	/* not for nl_link_known() */
	engine_addr(WORLD_IFINDEX2, "198.51.100.2/24", false, false);
	engine_synced();
	assert_int_equal(state_of("web"), VRRP_BACKUP);
	assert_int_equal(state_of("far"), VRRP_BACKUP);
}

/* --- left by an earlier run --- */

static void
test_vrrp_router_removes_devices_of_a_dead_vrrpd_that_nobody_adopts(
    void **state)
{
	(void)state;
	engine_close();
	engine_world_open();
	ew.links[0] = engine_eth(WORLD_DEVICE + 51, "vr4-51-7");
	ew.links[1] = engine_eth(WORLD_DEVICE + 99, "vr4-99-7");
	ew.links[2] = engine_eth(20, "eth5");
	ew.extra_links = 3;
	assert_int_equal(vrrp_router_open(NULL, &ew.r), 0);
	engine_apply(WEB);		/* adopts the first */
	assert_int_equal(world.deleted_count, 0);
	engine_start();
	assert_int_equal(world.deleted_count, 1);
	assert_int_equal(world.deleted[0], WORLD_DEVICE + 99);
	assert_non_null(strstr(lines, "device=vr4-99-7"));
	assert_int_equal(ew.flushed, WORLD_DEVICE + 99);
	/* Whoever makes such a device later is another vrrpd that lives. */
	engine_link(&ew.links[1], false);
	assert_int_equal(world.deleted_count, 1);
	assert_int_equal(ew.r->orphan_count, 0);
}

/* --- stalls --- */

static void
test_vrrp_router_watches_at_a_quarter_of_the_shortest_interval(void **state)
{
	(void)state;
	engine_apply(WEB);
	assert_int_equal(ew.cadence_ns, 0);	/* not started */
	engine_start();
	assert_int_equal(ew.cadence_ns, 20 * NS_PER_MS);
	engine_apply(WEB "instance fast { interface = eth0 advert_int = 2 "
	    "virtual_router_id = 60 virtual_addresses = { 192.0.2.80/24 } }\n");
	assert_int_equal(ew.cadence_ns, 5 * NS_PER_MS);
	assert_int_equal(ew.threshold_ns, 5 * NS_PER_MS);
	engine_apply("instance fast { interface = eth0 advert_int = 1 "
	    "virtual_router_id = 60 virtual_addresses = { 192.0.2.80/24 } }\n");
	assert_int_equal(ew.cadence_ns, 2500 * NS_PER_US);
	engine_apply("");
	assert_int_equal(ew.cadence_ns, 0);
}

/* L-32: granted to the peers, counted, and no reason to take over. */
static void
test_vrrp_router_a_backup_that_was_absent_does_not_take_over(void **state)
{
	(void)state;
	start(WEB);
	engine_advert("192.0.2.3", 51, 200);
	world_run(NS_PER_S);
	engine_stall(20 * NS_PER_S);
	assert_int_equal(ew.r->stalls, 1);
	assert_int_equal(ew.r->worst_stall_ns, 20 * NS_PER_S);
	assert_int_equal(state_of("web"), VRRP_BACKUP);
	engine_stall(NS_PER_S);
	assert_int_equal(ew.r->stalls, 2);
	assert_int_equal(ew.r->worst_stall_ns, 20 * NS_PER_S);
}

/* Design 6: an Active that slept too long reads first what has arrived. */
static void
test_vrrp_router_an_active_that_was_absent_listens_first(void **state)
{
	unsigned drains;

	(void)state;
	become_active(WEB);
	drains = world.drains;
	engine_stall(100 * NS_PER_MS);
	assert_int_equal(world.drains, drains);
	engine_stall(20 * NS_PER_S);
	assert_true(world.drains > drains);
	assert_true(vrrp_core_is_fenced(&engine_find("web")->core));
}

/* --- addresses on loan --- */

static unsigned
refreshes(const char *name)
{
	const char *at = world.did;
	char word[64];
	unsigned n = 0;

	(void)snprintf(word, sizeof(word), "refresh:%s", name);
	while ((at = strstr(at, word)) != NULL) {
		n++;
		at++;
	}
	return n;
}

/* L-33 */
static void
test_vrrp_router_refreshes_everybody_once_in_a_round(void **state)
{
	unsigned i, round;

	(void)state;
	become_active(WEB DB PLAIN);
	for (round = 1; round <= 3; round++) {
		for (i = 0; i < VRRP_REFRESH_SLOTS; i++) {
			vrrp_router_refresh(ew.r);
			world_run(NS_PER_MS);
		}
		assert_int_equal(refreshes("web"), round);
		assert_int_equal(refreshes("db"), round);
		assert_int_equal(refreshes("plain"), round);
	}
}

static void
test_vrrp_router_refreshes_those_that_linger(void **state)
{
	unsigned i;

	(void)state;
	become_active(WEB DB);
	engine_apply(DB);
	world_forget();
	for (i = 0; i < VRRP_REFRESH_SLOTS; i++) {
		vrrp_router_refresh(ew.r);
		world_run(NS_PER_MS);
	}
	assert_int_equal(refreshes("web"), 1);
}

static void
test_vrrp_router_refreshes_nobody_while_there_is_nobody(void **state)
{
	unsigned i;

	(void)state;
	start("");
	for (i = 0; i < 2 * VRRP_REFRESH_SLOTS; i++)
		vrrp_router_refresh(ew.r);
	assert_string_equal(world.did, "");
}

static unsigned looks;

/* In place of the look at the host's files. */
void
vrrp_host_look(struct vrrp_instance *v)
{
	assert_non_null(v);
	looks++;
}

/* Files are read for it: a crowd must not do so in one turn. */
static void
test_vrrp_router_looks_at_the_host_a_few_instances_at_a_time(void **state)
{
	static const unsigned counts[] = { 1, 3, 201 };
	static char text[201 * 128];
	unsigned c, i, before;
	size_t len;

	(void)state;
	for (c = 0; c < 3; c++) {
		for (i = 0, len = 0; i < counts[c]; i++)
			len += (size_t)snprintf(text + len,
			    sizeof(text) - len, "instance n%u { interface = "
			    "eth0 virtual_router_id = %u virtual_addresses = "
			    "{ 198.51.100.%u/24 } }\n", i, i + 1, i + 1);
		engine_apply(text);
		if (c == 0)
			engine_start();
		looks = 0;
		for (i = 0; i < 5 * VRRP_REFRESH_SLOTS; i++) {
			before = looks;
			vrrp_router_refresh(ew.r);
			assert_true(looks - before <= 1 + counts[c] / 100);
		}
		assert_int_equal(looks, counts[c]);
	}
}

/* --- a planned restart --- */

/* L-24 */
static void
test_vrrp_router_hands_off_who_is_active(void **state)
{
	static struct vrrp_handoff h;
	const struct vrrp_handoff_entry *e;

	(void)state;
	become_active(WEB DB PLAIN
	    "instance quiet { interface = eth9 virtual_router_id = 9 "
	    "virtual_addresses = { 198.51.100.9/24 } }\n");
	vrrp_instance_disable(engine_find("db"), true);
	assert_int_equal(vrrp_instance_handover(engine_find("plain")), 0);
	world_run(0);
	vrrp_router_hand_off(ew.r, &h);
	assert_int_equal(h.count, 1);
	e = vrrp_handoff_find(&h, "web");
	assert_int_equal(e->flags, VRRP_HANDOFF_ACTIVE);
	assert_int_equal(e->active_since.ns,
	    engine_find("web")->core.state_since.ns);
	assert_int_equal(h.left.ns, world.now.ns);
}

/* An Active that is fenced may have been replaced: the next one listens. */
static void
test_vrrp_router_does_not_hand_off_a_fenced_active(void **state)
{
	static struct vrrp_handoff h;

	(void)state;
	become_active(WEB);
	engine_stall(20 * NS_PER_S);
	vrrp_router_hand_off(ew.r, &h);
	assert_int_equal(h.count, 0);
}

/* L-19: one member that listens first keeps its whole group back. */
static void
test_vrrp_router_hands_off_a_group_whole_or_not(void **state)
{
	static struct vrrp_handoff h;

	(void)state;
	become_active(WEB DB PLAIN "group both { members = { web, db } }\n");
	vrrp_router_hand_off(ew.r, &h);
	assert_int_equal(h.count, 3);
	vrrp_core_fence(&engine_find("db")->core, world.now, NS_PER_S);
	vrrp_router_hand_off(ew.r, &h);
	assert_int_equal(h.count, 1);
	assert_non_null(vrrp_handoff_find(&h, "plain"));
}

/* Addresses that are nobody's now: the will that keeps them goes. */
static void
test_vrrp_router_start_revokes_wills_of_those_it_does_not_have(void **state)
{
	static struct vrrp_handoff h;

	(void)state;
	memset(&h, 0, sizeof(h));
	h.left = world.now;
	h.count = 2;
	h.list[0] = (struct vrrp_handoff_entry){ .name = "web",
	    .active_since = world.now, .flags = VRRP_HANDOFF_ACTIVE };
	h.list[1] = (struct vrrp_handoff_entry){ .name = "gone",
	    .active_since = world.now, .flags = VRRP_HANDOFF_ACTIVE };
	ew.r->env.channel = (struct vrrp_channel *)&ew;
	ew.r->env.handoff = &h;
	engine_apply(WEB);
	engine_start();
	assert_non_null(strstr(world.did, "revoke:gone"));
	assert_null(strstr(world.did, "revoke:web"));
	assert_int_equal(state_of("web"), VRRP_ACTIVE);
	assert_null(ew.r->env.handoff);
}

/* --- leaving and closing --- */

static void
count_left(void *arg)
{
	assert_ptr_equal(arg, &lefts);
	lefts++;
}

static void
test_vrrp_router_leave_waits_for_every_successor(void **state)
{
	(void)state;
	become_active(WEB DB);
	vrrp_router_leave(ew.r, count_left, &lefts);
	world_run(0);
	assert_string_equal(world.did, "advert:51:0 advert:52:0");
	assert_int_equal(lefts, 0);
	engine_advert("192.0.2.3", 51, 90);
	world_run(VRRP_LINGER_TAIL_NS);
	assert_non_null(strstr(world.did, "withdraw:web"));
	assert_null(strstr(world.did, "withdraw:db"));
	assert_int_equal(lefts, 0);
	engine_advert("192.0.2.3", 52, 90);
	world_run(VRRP_LINGER_TAIL_NS);
	assert_int_equal(lefts, 1);
	world_run(20 * NS_PER_S);
	assert_int_equal(lefts, 1);
	/* Nothing starts any more, and nothing is wished of bfdd. */
	ew.commits = 0;
	engine_addr(WORLD_IFINDEX, "192.0.2.4/24", false, false);
	assert_int_equal(ew.commits, 0);
	assert_int_equal(state_of("web"), VRRP_INITIALIZE);
	vrrp_leaving_settle_later(ew.r);
	world_run(0);
	assert_int_equal(lefts, 1);
}

static void
test_vrrp_router_leave_without_a_successor_ends_at_its_bound(void **state)
{
	(void)state;
	become_active(WEB);
	vrrp_router_leave(ew.r, count_left, &lefts);
	world_run(vrrp_linger_bound_ns(3, 100) - 1);
	assert_int_equal(lefts, 0);
	world_run(1);
	assert_int_equal(lefts, 1);
}

/* Also after this call: the loop may be in the middle of its turn. */
static void
test_vrrp_router_leave_of_backups_waits_for_nothing(void **state)
{
	(void)state;
	start(WEB DB);
	vrrp_router_leave(ew.r, count_left, &lefts);
	assert_int_equal(lefts, 0);
	world_run(0);
	assert_int_equal(lefts, 1);
	assert_null(strstr(world.did, "advert"));
}

static void
test_vrrp_router_leave_waits_for_those_that_a_reload_let_go(void **state)
{
	(void)state;
	become_active(WEB DB);
	engine_apply(DB);
	vrrp_router_leave(ew.r, count_left, &lefts);
	engine_advert("192.0.2.3", 52, 90);
	world_run(VRRP_LINGER_TAIL_NS);
	assert_int_equal(lefts, 0);
	engine_advert("192.0.2.3", 51, 90);
	world_run(VRRP_LINGER_TAIL_NS);
	assert_int_equal(lefts, 1);
}

/* V-68, L-22: adverts, addresses, sessions, and only then the devices. */
static void
test_vrrp_router_close_at_once_leaves_nothing(void **state)
{
	const char *advert, *withdraw;

	(void)state;
	become_active(WEB DB);
	vrrp_router_close(ew.r);
	ew.r = NULL;
	advert = strstr(world.did, "advert:52:0");
	withdraw = strstr(world.did, "withdraw:web");
	assert_true(advert != NULL && withdraw != NULL && advert < withdraw);
	assert_true(withdraw < strstr(world.did, "close:"));
	assert_non_null(strstr(world.did, "withdraw:db"));
	assert_non_null(strstr(world.did, "close:web"));
	assert_non_null(strstr(world.did, "close:db"));
	assert_true(ew.goodbye);
	assert_int_equal(world.deleted_together, 2);
	engine_world_close();
}

static void
test_vrrp_router_close_after_a_second_signal_does_not_call_left(void **state)
{
	(void)state;
	become_active(WEB);
	vrrp_router_leave(ew.r, count_left, &lefts);
	world_run(NS_PER_MS);
	engine_close();
	assert_int_equal(lefts, 0);
	ew.r = NULL;
}

static void
test_vrrp_router_close_of_none_is_fine(void **state)
{
	(void)state;
	vrrp_router_close(NULL);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_vrrp_router_open_says_what_is_missing_and_leaves_nothing),
	    TEST(test_vrrp_router_an_interface_that_goes_takes_its_instances_along),
	    TEST(test_vrrp_router_a_renamed_interface_is_lost_and_the_other_name_found),
	    TEST(test_vrrp_router_an_interface_is_replaced_by_another_of_its_name),
	    TEST(test_vrrp_router_carrier_of_one_interface_concerns_its_instances_only),
	    TEST(test_vrrp_router_an_interface_that_goes_ends_the_lingering_on_it),
	    TEST(test_vrrp_router_a_promoted_primary_address_disturbs_nobody),
	    TEST(test_vrrp_router_a_primary_address_that_comes_back_was_only_away),
	    TEST(test_vrrp_router_without_the_address_the_last_words_have_its_source),
	    TEST(test_vrrp_router_the_last_address_gone_stops_the_instance),
	    TEST(test_vrrp_router_a_virtual_address_that_is_taken_away_is_put_back),
	    TEST(test_vrrp_router_a_device_that_is_taken_away_is_made_again),
	    TEST(test_vrrp_router_after_a_resync_what_the_dump_does_not_name_is_gone),
	    TEST(test_vrrp_router_after_a_resync_addresses_are_those_of_the_dump),
	    TEST(test_vrrp_router_the_first_dump_is_not_a_resync),
	    TEST(test_vrrp_router_removes_devices_of_a_dead_vrrpd_that_nobody_adopts),
	    TEST(test_vrrp_router_watches_at_a_quarter_of_the_shortest_interval),
	    TEST(test_vrrp_router_a_backup_that_was_absent_does_not_take_over),
	    TEST(test_vrrp_router_an_active_that_was_absent_listens_first),
	    TEST(test_vrrp_router_refreshes_everybody_once_in_a_round),
	    TEST(test_vrrp_router_refreshes_those_that_linger),
	    TEST(test_vrrp_router_looks_at_the_host_a_few_instances_at_a_time),
	    TEST(test_vrrp_router_refreshes_nobody_while_there_is_nobody),
	    TEST(test_vrrp_router_hands_off_who_is_active),
	    TEST(test_vrrp_router_does_not_hand_off_a_fenced_active),
	    TEST(test_vrrp_router_hands_off_a_group_whole_or_not),
	    TEST(test_vrrp_router_start_revokes_wills_of_those_it_does_not_have),
	    TEST(test_vrrp_router_leave_waits_for_every_successor),
	    TEST(test_vrrp_router_leave_without_a_successor_ends_at_its_bound),
	    TEST(test_vrrp_router_leave_of_backups_waits_for_nothing),
	    TEST(test_vrrp_router_leave_waits_for_those_that_a_reload_let_go),
	    TEST(test_vrrp_router_close_at_once_leaves_nothing),
	    TEST(test_vrrp_router_close_after_a_second_signal_does_not_call_left),
	    TEST(test_vrrp_router_close_of_none_is_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
