/*
 * test_vrrp_peer.c - who the peers of an instance are, named and learned; and
 * what follows for whoever asks who protects whom (vrrp_protect.h).
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
#include "vrrpd/instance/vrrp_peer.h"
#include "vrrpd/engine/vrrp_protect.h"
#include "vrrpd/instance/vrrp_iface.h"
#include "vrrpd/instance/vrrp_machine.h"
#include "test/unit/vrrpd/vrrpd_world.h"

static struct vrrp_instance *v;
static struct vrrp_bfd_session session;		/* the only one bfdd has */
static unsigned changes;

const struct vrrp_bfd_session *
vrrp_bfd_find(const struct vrrp_bfd *b, const char *interface,
    const struct addr *peer)
{
	(void)b;
	assert_string_equal(interface, "eth0");
	return addr_equal(&session.peer, peer) ? &session : NULL;
}

bool
vrrp_bfd_is_up(const struct vrrp_bfd *b)
{
	(void)b;
	return true;
}

static void
peers_changed(struct vrrp_instance *of, void *arg)
{
	(void)arg;
	assert_ptr_equal(of, v);
	changes++;
}

static void
quiet(enum log_level level, const char *line, void *arg)
{
	(void)level;
	(void)line;
	(void)arg;
}

static struct addr
address(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, &a), 0);
	return a;
}

static struct vrrp_params
params(bool with_auto)
{
	struct vrrp_params p = world_params();

	p.has_bfd_auto = with_auto;
	p.bfd_auto.min_tx_ns = p.bfd_auto.min_rx_ns = 10 * NS_PER_MS;
	p.bfd_auto.multiplier = 3;
	return p;
}

static void
block(struct vrrp_params *p, const char *peer, enum vrrp_bfd_role role)
{
	p->bfd[p->bfd_count].peer = address(peer);
	p->bfd[p->bfd_count].weight = role == VRRP_BFD_LINK ? -10 : 0;
	p->bfd[p->bfd_count++].role = role;
}

static void
start_with(const struct vrrp_params *p)
{
	v = vrrp_instance_new(&world.env, world.iface, p);
	assert_non_null(v);
	(void)vrrp_iface_update_primary(world.iface);
	vrrp_instance_start(v);
	world_deferred();
}

static int
setup(void **state)
{
	(void)state;
	changes = 0;
	memset(&session, 0, sizeof(session));
	log_capture(quiet, NULL);
	world_open();
	world.env.peers_changed = peers_changed;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	vrrp_instance_resign(v, VRRP_CAUSE_SHUTDOWN);
	vrrp_instance_withdraw(v);
	vrrp_instance_free(v);
	v = NULL;
	world_close();
	log_capture(NULL, NULL);
	return 0;
}

/* A session of the world is this far; detection 30 ms. */
static void
session_is(const char *peer, enum vrrp_bfd_state s, bool accepted)
{
	session.peer = address(peer);
	session.accepted = accepted;
	session.level.state = s;
	session.level.deleted = false;
	session.level.detection_time_ns = 30 * NS_PER_MS;
	session.level.tx_interval_ns = 10 * NS_PER_MS;
	session.level.tx_multiplier = 3;
}

static unsigned words;

static void
count_words(enum log_level level, const char *line, void *arg)
{
	(void)level;
	(void)arg;
	words += strstr(line, "bfd-auto=full") != NULL;
}

static enum vrrp_peer_how
how(const char *text)
{
	struct addr a = address(text);
	struct vrrp_peer peer;

	assert_true(vrrp_peer_find(v, &a, &peer));
	return peer.how;
}

static bool
is_peer(const char *text)
{
	struct addr a = address(text);
	struct vrrp_peer peer;

	return vrrp_peer_find(v, &a, &peer);
}

/* L-27 +, L-28 + */
static void
test_vrrp_peer_source_of_adverts_is_learned_once(void **state)
{
	struct vrrp_params p = params(true);
	struct vrrp_peer list[VRRP_PEER_LIST_MAX];

	(void)state;
	start_with(&p);
	world_advert("192.0.2.1", 200, 100);
	world_advert("192.0.2.1", 200, 100);
	assert_int_equal(changes, 1);
	world_advert("192.0.2.3", 220, 100);
	assert_int_equal(changes, 2);
	assert_int_equal(how("192.0.2.1"), VRRP_PEER_LEARNED);
	assert_int_equal(how("192.0.2.3"), VRRP_PEER_LEARNED);
	assert_int_equal(vrrp_peer_list(v, list), 2);
	assert_int_equal(list[0].p->min_tx_ns, 10 * NS_PER_MS);
}

/* L-27 - */
static void
test_vrrp_peer_nothing_is_learned_without_auto(void **state)
{
	struct vrrp_params p = params(false);

	(void)state;
	start_with(&p);
	world_advert("192.0.2.1", 200, 100);
	assert_int_equal(changes, 0);
	assert_false(is_peer("192.0.2.1"));
}

/* L-27 - one that leaves, B-116 - an address that moves */
static void
test_vrrp_peer_resigned_or_virtual_source_is_not_learned(void **state)
{
	struct vrrp_params p = params(true);

	(void)state;
	start_with(&p);
	world_advert("192.0.2.1", 0, 100);
	world_advert("192.0.2.50", 255, 100);
	assert_int_equal(v->core.active.priority, 255);
	/* The list of what bfdd refuses has changed, once; nobody is learned. */
	world_advert("192.0.2.50", 255, 100);
	assert_int_equal(changes, 1);
	session_is("192.0.2.50", VRRP_BFD_UP, true);
	vrrp_peer_level(v, world.now, &session);
	assert_false(is_peer("192.0.2.50"));
}

/* A block goes before what was learned; one of role link is no peer. */
static void
test_vrrp_peer_configured_ones_go_first(void **state)
{
	struct vrrp_params p = params(true);
	struct vrrp_peer list[VRRP_PEER_LIST_MAX];

	(void)state;
	block(&p, "192.0.2.1", VRRP_BFD_PEER);
	block(&p, "192.0.2.9", VRRP_BFD_LINK);
	start_with(&p);
	world_advert("192.0.2.3", 200, 100);
	world_advert("192.0.2.1", 210, 100);
	world_advert("192.0.2.9", 220, 100);
	assert_int_equal(vrrp_peer_list(v, list), 2);
	assert_int_equal(list[0].how, VRRP_PEER_CONFIGURED);
	assert_int_equal(how("192.0.2.1"), VRRP_PEER_CONFIGURED);
	assert_int_equal(how("192.0.2.3"), VRRP_PEER_LEARNED);
	assert_false(is_peer("192.0.2.9"));
}

/* L-27 + who opened is one until its session is deleted */
static void
test_vrrp_peer_opener_comes_and_goes(void **state)
{
	struct vrrp_params p = params(true);

	(void)state;
	start_with(&p);
	session_is("192.0.2.1", VRRP_BFD_INIT, true);
	vrrp_peer_level(v, world.now, &session);
	vrrp_peer_level_done(v, &session);
	assert_int_equal(how("192.0.2.1"), VRRP_PEER_PASSIVE);
	session_is("192.0.2.1", VRRP_BFD_DOWN, true);
	session.level.deleted = true;
	vrrp_peer_level(v, world.now, &session);
	assert_true(is_peer("192.0.2.1"));	/* the core hears of the Down */
	vrrp_peer_level_done(v, &session);
	assert_false(is_peer("192.0.2.1"));
	session_is("fe80::1", VRRP_BFD_UP, true);	/* the other family */
	vrrp_peer_level(v, world.now, &session);
	assert_false(is_peer("fe80::1"));
}

static bool
has_session(const struct vrrp_instance *of, const struct addr *peer, void *arg)
{
	struct addr *only = arg;

	assert_ptr_equal(of, v);
	return addr_equal(peer, only);
}

/* L-23 +, L-26 + who is at the other end of somebody else's session here */
static void
test_vrrp_peer_of_another_instance_is_passive_while_it_lasts(void **state)
{
	struct vrrp_params p = params(true);
	struct addr one = address("192.0.2.1"), other = address("192.0.2.3");

	(void)state;
	start_with(&p);
	session_is("192.0.2.1", VRRP_BFD_DOWN, false);
	session.is_peer = true;
	vrrp_peer_level(v, world.now, &session);
	assert_false(is_peer("192.0.2.1"));
	session_is("192.0.2.1", VRRP_BFD_UP, false);
	vrrp_peer_level(v, world.now, &session);
	assert_int_equal(how("192.0.2.1"), VRRP_PEER_PASSIVE);
	/* Down is told as well, and is no end. */
	session_is("192.0.2.1", VRRP_BFD_DOWN, false);
	vrrp_peer_level(v, world.now, &session);
	vrrp_peer_level_done(v, &session);
	assert_true(is_peer("192.0.2.1"));
	vrrp_peer_without_session(v, has_session, &one);
	assert_true(is_peer("192.0.2.1"));
	vrrp_peer_without_session(v, has_session, &other);
	assert_false(is_peer("192.0.2.1"));
	/* A link is none. */
	session_is("192.0.2.9", VRRP_BFD_UP, false);
	session.is_peer = false;
	vrrp_peer_level(v, world.now, &session);
	assert_false(is_peer("192.0.2.9"));
	/* One of which adverts come is learned, session or not. */
	world_advert("192.0.2.3", 200, 100);
	session_is("192.0.2.3", VRRP_BFD_UP, false);
	session.is_peer = true;
	vrrp_peer_level(v, world.now, &session);
	vrrp_peer_without_session(v, has_session, &one);
	assert_int_equal(how("192.0.2.3"), VRRP_PEER_LEARNED);
}

static void
tell_up(const char *peer)
{
	struct vrrp_bfd_event e = { .peer = address(peer),
	    .state = VRRP_BFD_UP, .last_rx = MONO_NEVER };

	vrrp_machine_bfd(v, &e, MONO_NEVER, MONO_NEVER, world.now, true);
}

/* L-28 - forgotten in time, and with it what the core saw (L-11) */
static void
test_vrrp_peer_silent_one_is_forgotten_by_the_core_too(void **state)
{
	struct vrrp_params p = params(true);

	(void)state;
	start_with(&p);
	world_advert("192.0.2.1", 200, 100);
	tell_up("192.0.2.1");
	assert_int_equal(v->core.death.count, 1);
	session_is("192.0.2.1", VRRP_BFD_UP, false);
	vrrp_peer_level(v, mono_add(world.now, VRRP_AUTO_FORGET_NS), &session);
	assert_false(vrrp_peer_expire(v, mono_add(world.now,
	    VRRP_AUTO_FORGET_NS)));
	assert_true(vrrp_peer_expire(v, mono_add(world.now,
	    2 * VRRP_AUTO_FORGET_NS)));
	assert_false(is_peer("192.0.2.1"));
	assert_int_equal(v->core.death.count, 0);
}

static void
test_vrrp_peer_auto_taken_away_forgets_what_was_learned(void **state)
{
	struct vrrp_params p = params(true), without = params(false);

	(void)state;
	block(&p, "192.0.2.3", VRRP_BFD_PEER);
	block(&without, "192.0.2.3", VRRP_BFD_PEER);
	start_with(&p);
	world_advert("192.0.2.1", 200, 100);
	tell_up("192.0.2.1");
	tell_up("192.0.2.3");
	vrrp_instance_set(v, &without);
	assert_int_equal(v->core.death.count, 1);
	assert_true(is_peer("192.0.2.3"));
	vrrp_instance_set(v, &p);
	assert_false(is_peer("192.0.2.1"));
}

/* L-1 +, L-1 - and what a takeover would take */
static void
test_vrrp_protect_bound_is_of_whoever_is_first(void **state)
{
	const struct vrrp_bfd_session *by;
	struct vrrp_protect_peer list[VRRP_PEER_LIST_MAX];
	struct vrrp_params p = params(true);

	(void)state;
	start_with(&p);
	world_advert("192.0.2.1", 200, 100);
	assert_int_equal(vrrp_protect_bound_ns(NULL, v, &by),
	    v->core.active_down_interval_ns);
	assert_null(by);
	session_is("192.0.2.1", VRRP_BFD_UP, false);
	tell_up("192.0.2.1");
	assert_int_equal(vrrp_protect_bound_ns(NULL, v, &by),
	    30 * NS_PER_MS);
	assert_ptr_equal(by, &session);
	assert_int_equal(vrrp_protect_list(NULL, v, list), 1);
	assert_int_equal(list[0].takeover, VRRP_TAKEOVER_READY);
	assert_int_equal(list[0].notices_ns, 30 * NS_PER_MS);
	assert_false(list[0].slow);
	/* As late as VRRP at its earliest: it gains nothing. */
	session.level.detection_time_ns = v->core.active_down_interval_ns -
	    NS_PER_S;
	(void)vrrp_protect_list(NULL, v, list);
	assert_true(list[0].slow);
	session.level.detection_time_ns--;
	(void)vrrp_protect_list(NULL, v, list);
	assert_false(list[0].slow);
	/* The session to another than the Active protects from nothing. */
	world_advert("192.0.2.3", 220, 100);
	(void)vrrp_protect_bound_ns(NULL, v, &by);
	assert_null(by);
	(void)vrrp_protect_list(NULL, v, list);
	assert_int_equal(list[0].takeover, VRRP_TAKEOVER_NOT_ACTIVE);
	assert_int_equal(list[1].takeover, VRRP_TAKEOVER_NO_SESSION);
}

/* L-27 -: one host with forty addresses is not all the others, and the log says so */
static void
test_vrrp_peer_strangers_leave_places_for_routers(void **state)
{
	struct vrrp_params p = params(true);
	unsigned n, known = 0;
	char text[16];

	(void)state;
	words = 0;
	log_capture(count_words, NULL);
	start_with(&p);
	for (n = 100; n < 140; n++) {
		(void)snprintf(text, sizeof(text), "192.0.2.%u", n);
		session_is(text, VRRP_BFD_UP, true);
		vrrp_peer_level(v, world.now, &session);
		known += is_peer(text);
	}
	assert_int_equal(known, VRRP_AUTO_MAX - VRRP_AUTO_RESERVE);
	assert_int_equal(words, 1);
	world_advert("192.0.2.1", 200, 100);
	assert_int_equal(how("192.0.2.1"), VRRP_PEER_LEARNED);
	assert_true(is_peer("192.0.2.100"));
	log_capture(NULL, NULL);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_vrrp_peer_source_of_adverts_is_learned_once),
		T(test_vrrp_peer_nothing_is_learned_without_auto),
		T(test_vrrp_peer_resigned_or_virtual_source_is_not_learned),
		T(test_vrrp_peer_configured_ones_go_first),
		T(test_vrrp_peer_opener_comes_and_goes),
		T(test_vrrp_peer_of_another_instance_is_passive_while_it_lasts),
		T(test_vrrp_peer_silent_one_is_forgotten_by_the_core_too),
		T(test_vrrp_peer_strangers_leave_places_for_routers),
		T(test_vrrp_peer_auto_taken_away_forgets_what_was_learned),
		T(test_vrrp_protect_bound_is_of_whoever_is_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
