/*
 * test_vrrp_sessions.c - what is wished of bfdd, and whom its levels concern.
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
#include "vrrpd/engine/vrrp_sessions.h"
#include "vrrpd/instance/vrrp_instance.h"
#include "vrrpd/instance/vrrp_track.h"
#include "vrrpd/pure/vrrp_auto.h"

#define INSTANCE(name, vrid, more)					\
	"instance " name " { interface = eth0 virtual_router_id = " vrid \
	" virtual_addresses = { 192.0.2.1" vrid "/24 } " more "}\n"
#define PEER "bfd 192.0.2.3 { role = peer interval = 10ms } "
#define LINK "bfd 203.0.113.1 { role = link multihop = yes } "
#define AUTO "bfd auto { interval = 10ms } "

static void
ignore_line(enum log_level level, const char *line, void *arg)
{
	(void)level;
	(void)line;
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

static void
start(const char *text)
{
	engine_apply(text);
	engine_start();
	world_forget();
}

static const struct vrrp_death_session *
memory_of(const char *name, const char *peer)
{
	struct addr a;

	assert_int_equal(addr_parse(peer, &a), 0);
	return vrrp_death_find(&engine_find(name)->core.death, &a);
}

/* --- wishes --- */

static void
test_vrrp_sessions_nothing_is_wished_before_the_start(void **state)
{
	(void)state;
	engine_apply(INSTANCE("web", "51", PEER));
	assert_int_equal(ew.commits, 0);
	engine_start();
	assert_string_equal(ew.bfd_path, "/run/bfdd.sock");
	assert_int_equal(ew.commits, 1);
}

static void
test_vrrp_sessions_without_memory_for_the_client_says_so(void **state)
{
	(void)state;
	ew.no_bfd = true;
	assert_int_equal(vrrp_sessions_connect(ew.r, "/run/bfdd.sock"),
	    -ENOMEM);
	ew.no_bfd = false;
}

/* B-116: with a peer between the addresses adverts come from. */
static void
test_vrrp_sessions_peers_from_our_primary_address_links_as_routed(void **state)
{
	(void)state;
	start(INSTANCE("web", "51", PEER LINK) INSTANCE("db", "52", ""));
	assert_string_equal(ew.wishes, ":any>203.0.113.1 "
	    "eth0:192.0.2.2>192.0.2.3");
}

static void
test_vrrp_sessions_follow_the_primary_address(void **state)
{
	(void)state;
	start(INSTANCE("web", "51", PEER));
	engine_addr(WORLD_IFINDEX, "192.0.2.2/24", false, true);
	engine_addr(WORLD_IFINDEX, "192.0.2.4/24", false, false);
	/* The address may be back at once, and the session goes on. */
	assert_string_equal(ew.wishes, "eth0:192.0.2.2>192.0.2.3");
	world_run(NS_PER_S);
	assert_string_equal(ew.wishes, "eth0:192.0.2.4>192.0.2.3");
}

static void
test_vrrp_sessions_follow_the_configuration(void **state)
{
	(void)state;
	start(INSTANCE("web", "51", PEER));
	engine_apply(INSTANCE("web", "51", PEER
	    "bfd 192.0.2.4 { role = peer } "));
	assert_string_equal(ew.wishes, "eth0:192.0.2.2>192.0.2.3 "
	    "eth0:192.0.2.2>192.0.2.4");
	engine_apply(INSTANCE("web", "51", ""));
	assert_string_equal(ew.wishes, "");
}

/* L-27, L-28: whoever adverts is a peer, and is forgotten in time. */
static void
test_vrrp_sessions_auto_offers_and_learns(void **state)
{
	(void)state;
	start(INSTANCE("web", "51", AUTO));
	assert_string_equal(ew.wishes, "offer:eth0:192.0.2.2");
	engine_advert("192.0.2.3", 51, 200);
	assert_string_equal(ew.wishes, "eth0:192.0.2.2>192.0.2.3 "
	    "offer:eth0:192.0.2.2");
	world_run(VRRP_AUTO_FORGET_NS + 20 * NS_PER_S);
	assert_string_equal(ew.wishes, "offer:eth0:192.0.2.2");
}

/* L-27: a virtual address is no router, unless it is heard as its owner's. */
static void
test_vrrp_sessions_virtual_addresses_open_none(void **state)
{
	(void)state;
	start(INSTANCE("web", "51", AUTO) INSTANCE("db", "52", ""));
	assert_string_equal(ew.refuses, "eth0:192.0.2.151 eth0:192.0.2.152");
	engine_advert("192.0.2.3", 51, 200);
	assert_string_equal(ew.refuses, "eth0:192.0.2.151 eth0:192.0.2.152");
	engine_advert("192.0.2.151", 51, 200);	/* of whoever it is: refused */
	assert_string_equal(ew.refuses, "eth0:192.0.2.151 eth0:192.0.2.152");
	engine_advert("192.0.2.151", 51, 255);
	assert_string_equal(ew.refuses, "eth0:192.0.2.152");
	engine_apply(INSTANCE("web", "51", ""));
	assert_string_equal(ew.refuses, "");
}

/* The timer of the age runs for as long as its session is Up, and no advert. */
static void
test_vrrp_sessions_auto_keeps_whose_session_is_up(void **state)
{
	(void)state;
	start(INSTANCE("web", "51", AUTO));
	engine_advert("192.0.2.3", 51, 200);
	(void)engine_session("eth0", "192.0.2.3", VRRP_BFD_UP,
	    VRRP_BFD_REASON_NONE);
	world_run(3 * VRRP_AUTO_FORGET_NS);
	assert_string_equal(ew.wishes, "eth0:192.0.2.2>192.0.2.3 "
	    "offer:eth0:192.0.2.2");
}

/* A router that opened a session to us is a peer; no other one is opened. */
static void
test_vrrp_sessions_auto_does_not_wish_for_what_a_peer_has_opened(void **state)
{
	struct vrrp_bfd_session *s;

	(void)state;
	start(INSTANCE("web", "51", AUTO));
	s = engine_session("eth0", "192.0.2.3", VRRP_BFD_DOWN,
	    VRRP_BFD_REASON_NONE);
	s->accepted = s->level.unsolicited = true;
	(void)engine_session("eth0", "192.0.2.3", VRRP_BFD_UP,
	    VRRP_BFD_REASON_NONE);
	vrrp_router_retune(ew.r);
	assert_string_equal(ew.wishes, "offer:eth0:192.0.2.2");
	assert_non_null(memory_of("web", "192.0.2.3"));
	s->level.deleted = true;
	(void)engine_session("eth0", "192.0.2.3", VRRP_BFD_DOWN,
	    VRRP_BFD_REASON_NONE);
	assert_null(memory_of("web", "192.0.2.3"));
}

/* --- levels --- */

/* L-26: one session, every instance on that interface that has the peer. */
static void
test_vrrp_sessions_a_level_concerns_all_who_have_the_peer_there(void **state)
{
	struct nl_link eth1 = engine_eth(WORLD_IFINDEX2, "eth1");

	(void)state;
	start(INSTANCE("web", "51", PEER) INSTANCE("db", "52", PEER)
	    INSTANCE("mail", "53", "")
	    "instance far { interface = eth1 virtual_router_id = 51 "
	    "virtual_addresses = { 198.51.100.9/24 } " PEER "}\n");
	engine_link(&eth1, false);
	engine_addr(WORLD_IFINDEX2, "198.51.100.2/24", false, false);
	(void)engine_session("eth0", "192.0.2.3", VRRP_BFD_UP,
	    VRRP_BFD_REASON_NONE);
	assert_true(memory_of("web", "192.0.2.3")->has_been_up);
	assert_true(memory_of("db", "192.0.2.3")->has_been_up);
	assert_null(memory_of("mail", "192.0.2.3"));
	assert_null(memory_of("far", "192.0.2.3"));
}

/* L-11 through the whole engine. */
static void
test_vrrp_sessions_down_of_the_active_takes_over_everywhere(void **state)
{
	(void)state;
	start(INSTANCE("web", "51", PEER) INSTANCE("db", "52", PEER));
	engine_advert("192.0.2.3", 51, 200);
	engine_advert("192.0.2.3", 52, 200);
	(void)engine_session("eth0", "192.0.2.3", VRRP_BFD_UP,
	    VRRP_BFD_REASON_NONE);
	world_run(500 * NS_PER_MS);
	world_forget();
	(void)engine_session("eth0", "192.0.2.3", VRRP_BFD_DOWN,
	    VRRP_BFD_REASON_TIMEOUT);
	assert_int_equal(engine_find("web")->core.state, VRRP_ACTIVE);
	assert_int_equal(engine_find("db")->core.state, VRRP_ACTIVE);
	/* L-20: bfdd knows where we are in charge, each interface once. */
	assert_string_equal(ew.in_charge, "eth0");
}

static void
advert_that_waited(void)
{
	engine_advert("192.0.2.3", 51, 200);
}

/* An advert in the buffer may be the proof that the peer lives. */
static void
test_vrrp_sessions_down_reads_the_sockets_first(void **state)
{
	unsigned drains;

	(void)state;
	start(INSTANCE("web", "51", PEER));
	engine_advert("192.0.2.3", 51, 200);
	(void)engine_session("eth0", "192.0.2.3", VRRP_BFD_UP,
	    VRRP_BFD_REASON_NONE);
	drains = world.drains;
	world.on_drain = advert_that_waited;
	(void)engine_session("eth0", "192.0.2.3", VRRP_BFD_DOWN,
	    VRRP_BFD_REASON_TIMEOUT);
	assert_int_equal(world.drains, drains + 1);
	assert_null(world.on_drain);
}

static void
test_vrrp_sessions_a_level_that_is_not_down_reads_no_socket(void **state)
{
	unsigned drains = world.drains;

	(void)state;
	start(INSTANCE("web", "51", PEER));
	(void)engine_session("eth0", "192.0.2.3", VRRP_BFD_UP,
	    VRRP_BFD_REASON_NONE);
	assert_int_equal(world.drains, drains);
}

/* L-26: the session was Up before this instance had the peer. */
static void
test_vrrp_sessions_a_new_instance_knows_what_is_up(void **state)
{
	(void)state;
	start(INSTANCE("web", "51", PEER));
	(void)engine_session("eth0", "192.0.2.3", VRRP_BFD_UP,
	    VRRP_BFD_REASON_NONE);
	engine_apply(INSTANCE("web", "51", PEER) INSTANCE("db", "52", PEER));
	assert_true(memory_of("db", "192.0.2.3")->has_been_up);
}

static void
test_vrrp_sessions_a_link_is_a_tracker(void **state)
{
	(void)state;
	start(INSTANCE("web", "51", LINK));
	assert_int_equal(engine_find("web")->core.state, VRRP_INITIALIZE);
	(void)engine_session("", "203.0.113.1", VRRP_BFD_UP,
	    VRRP_BFD_REASON_NONE);
	assert_int_equal(engine_find("web")->core.state, VRRP_BACKUP);
	(void)engine_session("", "203.0.113.1", VRRP_BFD_DOWN,
	    VRRP_BFD_REASON_TIMEOUT);
	assert_int_equal(engine_find("web")->core.state, VRRP_INITIALIZE);
}

/* The session exists already, for somebody else: no level will come. */
static void
test_vrrp_sessions_a_new_link_knows_what_bfdd_knows(void **state)
{
	(void)state;
	start(INSTANCE("web", "51", ""));
	(void)engine_session("", "203.0.113.1", VRRP_BFD_UP,
	    VRRP_BFD_REASON_NONE);
	engine_apply(INSTANCE("web", "51", LINK));
	world_run(0);
	assert_int_equal(vrrp_track_item(ew.r->env.track, 0)->state,
	    VRRP_TRACK_UP);
	assert_int_equal(engine_find("web")->core.state, VRRP_BACKUP);
}

/* --- bfdd itself --- */

static unsigned
count(const char *word)
{
	const char *at = world.did;
	unsigned n = 0;

	while ((at = strstr(at, word)) != NULL) {
		n++;
		at++;
	}
	return n;
}

/* L-23: its end may be told to our peers as ours. */
static void
test_vrrp_sessions_losing_bfdd_is_no_failover_and_reassures(void **state)
{
	struct vrrp_bfd_session *s;

	(void)state;
	start(INSTANCE("web", "51", PEER) INSTANCE("db", "52", ""));
	s = engine_session("eth0", "192.0.2.3", VRRP_BFD_UP,
	    VRRP_BFD_REASON_NONE);
	world_run(5 * NS_PER_S);
	assert_int_equal(engine_find("web")->core.state, VRRP_ACTIVE);
	world_forget();
	s->level.state = VRRP_BFD_UNKNOWN;
	engine_bfdd(false);
	world_run(30 * NS_PER_MS);
	assert_true(count("advert:51:100") >= 2);
	assert_int_equal(count("advert:52"), 0);
	assert_int_equal(engine_find("web")->core.state, VRRP_ACTIVE);
	world_forget();
	engine_bfdd(true);
	assert_int_equal(count("advert"), 0);
}

/* L-23 +, L-26 + a peer of one instance may go by the session of another. */
static void
test_vrrp_sessions_losing_bfdd_reassures_whoever_shares_a_session(void **state)
{
	struct vrrp_bfd_session *s;

	(void)state;
	start(INSTANCE("web", "51", PEER) INSTANCE("db", "52", ""));
	s = engine_session("eth0", "192.0.2.3", VRRP_BFD_UP,
	    VRRP_BFD_REASON_NONE);
	s->level.tx_interval_ns = 10 * NS_PER_MS;
	s->level.tx_multiplier = 3;
	world_run(5 * NS_PER_S);
	world_forget();
	engine_bfdd(false);
	world_run(30 * NS_PER_MS);
	assert_true(count("advert:52:100") >= 5);
	world_run(30 * NS_PER_MS);
	world_forget();
	world_run(900 * NS_PER_MS);
	assert_int_equal(count("advert:52"), 0);
}

/* bfdd came: the sessions that are Up need no proof of life. */
static void
test_vrrp_sessions_finding_bfdd_reassures_nobody(void **state)
{
	(void)state;
	start(INSTANCE("web", "51", PEER));
	(void)engine_session("eth0", "192.0.2.3", VRRP_BFD_UP,
	    VRRP_BFD_REASON_NONE);
	world_run(5 * NS_PER_S);
	world_forget();
	engine_bfdd(true);
	assert_int_equal(count("advert"), 0);
}

/* L-20: news in either direction. */
static void
test_vrrp_sessions_bfdd_is_told_where_we_are_active(void **state)
{
	(void)state;
	start(INSTANCE("web", "51", PEER) INSTANCE("db", "52", ""));
	assert_string_equal(ew.in_charge, "");
	world_run(5 * NS_PER_S);
	assert_string_equal(ew.in_charge, "eth0");
	vrrp_instance_disable(engine_find("web"), true);
	world_run(2 * NS_PER_S);
	assert_string_equal(ew.in_charge, "eth0");	/* db is */
	vrrp_instance_disable(engine_find("db"), true);
	world_run(2 * NS_PER_S);
	assert_string_equal(ew.in_charge, "");
}

/* L-32: as each side has agreed, the most eager counts. */
static void
test_vrrp_sessions_detection_is_that_of_the_most_eager_peer(void **state)
{
	struct vrrp_bfd_session *s;
	struct vrrp_instance *v;

	(void)state;
	start(INSTANCE("web", "51", PEER "bfd 192.0.2.4 { role = peer } "));
	v = engine_find("web");
	assert_int_equal(vrrp_sessions_detection_ns(ew.r, v), 0);
	s = engine_session("eth0", "192.0.2.3", VRRP_BFD_UP,
	    VRRP_BFD_REASON_NONE);
	assert_int_equal(vrrp_sessions_detection_ns(ew.r, v), 30 * NS_PER_MS);
	s->level.tx_interval_ns = 50 * NS_PER_MS;
	assert_int_equal(vrrp_sessions_detection_ns(ew.r, v), 150 * NS_PER_MS);
	s = engine_session("eth0", "192.0.2.4", VRRP_BFD_UP,
	    VRRP_BFD_REASON_NONE);
	s->level.tx_interval_ns = 0;		/* not agreed yet */
	s->level.detection_time_ns = 90 * NS_PER_MS;
	assert_int_equal(vrrp_sessions_detection_ns(ew.r, v), 90 * NS_PER_MS);
	ew.sessions[0].level.tx_interval_ns = 5 * NS_PER_MS;
	assert_int_equal(vrrp_sessions_detection_ns(ew.r, v), 15 * NS_PER_MS);
}

static const struct vrrp_bfd_session *published;

static void
publish(const struct vrrp_bfd_session *s, void *arg)
{
	(void)arg;
	published = s;
}

static void
test_vrrp_sessions_every_level_is_for_the_clients_too(void **state)
{
	(void)state;
	start(INSTANCE("web", "51", ""));
	published = NULL;
	ew.r->bfd_changed = publish;
	(void)engine_session("eth7", "192.0.2.99", VRRP_BFD_INIT,
	    VRRP_BFD_REASON_NONE);
	assert_ptr_equal(published, &ew.sessions[0]);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_vrrp_sessions_nothing_is_wished_before_the_start),
	    TEST(test_vrrp_sessions_without_memory_for_the_client_says_so),
	    TEST(test_vrrp_sessions_peers_from_our_primary_address_links_as_routed),
	    TEST(test_vrrp_sessions_follow_the_primary_address),
	    TEST(test_vrrp_sessions_follow_the_configuration),
	    TEST(test_vrrp_sessions_auto_offers_and_learns),
	    TEST(test_vrrp_sessions_virtual_addresses_open_none),
	    TEST(test_vrrp_sessions_auto_keeps_whose_session_is_up),
	    TEST(test_vrrp_sessions_auto_does_not_wish_for_what_a_peer_has_opened),
	    TEST(test_vrrp_sessions_a_level_concerns_all_who_have_the_peer_there),
	    TEST(test_vrrp_sessions_down_of_the_active_takes_over_everywhere),
	    TEST(test_vrrp_sessions_down_reads_the_sockets_first),
	    TEST(test_vrrp_sessions_a_level_that_is_not_down_reads_no_socket),
	    TEST(test_vrrp_sessions_a_new_instance_knows_what_is_up),
	    TEST(test_vrrp_sessions_a_link_is_a_tracker),
	    TEST(test_vrrp_sessions_a_new_link_knows_what_bfdd_knows),
	    TEST(test_vrrp_sessions_losing_bfdd_is_no_failover_and_reassures),
	    TEST(test_vrrp_sessions_losing_bfdd_reassures_whoever_shares_a_session),
	    TEST(test_vrrp_sessions_finding_bfdd_reassures_nobody),
	    TEST(test_vrrp_sessions_bfdd_is_told_where_we_are_active),
	    TEST(test_vrrp_sessions_detection_is_that_of_the_most_eager_peer),
	    TEST(test_vrrp_sessions_every_level_is_for_the_clients_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
