/*
 * test_vrrp_protect.c - what a user is told of who protects whom.
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
#include "vrrpd/engine/vrrp_protect.h"
#include "vrrpd/instance/vrrp_instance.h"

#define WEB_WITH(more)							\
	"instance web { interface = eth0 virtual_router_id = 51 "	\
	"virtual_addresses = { 192.0.2.50/24 } " more "}\n"
#define PEER "bfd 192.0.2.3 { role = peer interval = 10ms } "
#define LINK "bfd 203.0.113.1 { role = link multihop = yes } "

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

/* A Backup that follows 192.0.2.3, whose session is Up. */
static struct vrrp_instance *
follow(const char *text)
{
	engine_apply(text);
	engine_start();
	(void)engine_session("", "203.0.113.1", VRRP_BFD_UP,
	    VRRP_BFD_REASON_NONE);
	engine_advert("192.0.2.3", 51, 200);
	(void)engine_session("eth0", "192.0.2.3", VRRP_BFD_UP,
	    VRRP_BFD_REASON_NONE);
	assert_int_equal(engine_find("web")->core.state, VRRP_BACKUP);
	return engine_find("web");
}

static int64_t
bound(const struct vrrp_instance *v, const char **by)
{
	static char text[ADDR_STRLEN];
	const struct vrrp_bfd_session *s;
	int64_t ns = vrrp_protect_bound_ns(ew.r->bfd, v, &s);

	*by = s == NULL ? "vrrp" : addr_format(&s->peer, text, sizeof(text));
	return ns;
}

static enum vrrp_takeover
takeover(const struct vrrp_instance *v)
{
	struct vrrp_protect_peer list[VRRP_PEER_LIST_MAX];

	assert_int_equal(vrrp_protect_list(ew.r->bfd, v, list), 1);
	return list[0].takeover;
}

static void
test_vrrp_protect_a_session_finds_the_death_before_the_timer(void **state)
{
	struct vrrp_instance *v = follow(WEB_WITH(PEER));
	const char *by;

	(void)state;
	assert_int_equal(bound(v, &by), 30 * NS_PER_MS);
	assert_string_equal(by, "192.0.2.3");
	assert_int_equal(takeover(v), VRRP_TAKEOVER_READY);
}

static void
test_vrrp_protect_without_a_session_the_timer_does(void **state)
{
	struct vrrp_instance *v = follow(WEB_WITH(""));
	const char *by;

	(void)state;
	assert_int_equal(bound(v, &by), v->core.active_down_interval_ns);
	assert_string_equal(by, "vrrp");
}

/*
 * L-18: our links have to prove themselves first.  They broke at the latest
 * before the next packet of the peer was due, and each has its own detection
 * time after that; the same at any hour.
 */
static void
test_vrrp_protect_slow_links_are_waited_for(void **state)
{
	struct vrrp_instance *v = follow(WEB_WITH(PEER LINK));
	struct vrrp_bfd_session *link;
	const char *by;
	int64_t early;

	(void)state;
	link = engine_session("", "203.0.113.1", VRRP_BFD_UP,
	    VRRP_BFD_REASON_NONE);
	link->level.detection_time_ns = 300 * NS_PER_MS;
	(void)engine_session("", "203.0.113.1", VRRP_BFD_UP,
	    VRRP_BFD_REASON_NONE);
	early = bound(v, &by);
	assert_string_equal(by, "192.0.2.3");
	assert_true(early > 310 * NS_PER_MS);
	assert_true(early < 330 * NS_PER_MS);
	engine_advert("192.0.2.3", 51, 200);
	world_run(NS_PER_S);
	assert_int_equal(bound(v, &by), early);
}

/* L-18 as it is acted upon: what was promised is what happens. */
static void
test_vrrp_protect_the_bound_with_links_is_kept(void **state)
{
	struct vrrp_instance *v = follow(WEB_WITH(PEER LINK));
	struct vrrp_bfd_session *link;
	const char *by;
	int64_t ns;

	(void)state;
	link = engine_session("", "203.0.113.1", VRRP_BFD_UP,
	    VRRP_BFD_REASON_NONE);
	link->level.detection_time_ns = 300 * NS_PER_MS;
	(void)engine_session("", "203.0.113.1", VRRP_BFD_UP,
	    VRRP_BFD_REASON_NONE);
	ns = bound(v, &by);
	/* The last packet is now; the session is Down 30 ms later. */
	world_run(30 * NS_PER_MS);
	(void)engine_session("eth0", "192.0.2.3", VRRP_BFD_DOWN,
	    VRRP_BFD_REASON_TIMEOUT);
	world_run(ns - 30 * NS_PER_MS - 1);
	assert_int_equal(v->core.state, VRRP_BACKUP);
	world_run(1);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
}

static void
test_vrrp_protect_takeover_confirm_is_part_of_the_bound(void **state)
{
	struct vrrp_instance *v = follow(WEB_WITH(PEER
	    "takeover_confirm = 20ms "));
	const char *by;

	(void)state;
	assert_int_equal(bound(v, &by), 50 * NS_PER_MS);
}

/* L-11, L-13 */
static void
test_vrrp_protect_says_why_a_session_would_not_take_over(void **state)
{
	struct vrrp_instance *v = follow(WEB_WITH(PEER));

	(void)state;
	(void)engine_session("eth0", "192.0.2.3", VRRP_BFD_INIT,
	    VRRP_BFD_REASON_NONE);
	assert_int_equal(takeover(v), VRRP_TAKEOVER_NO_SESSION);
	(void)engine_session("eth0", "192.0.2.3", VRRP_BFD_UP,
	    VRRP_BFD_REASON_NONE);
	engine_advert("192.0.2.4", 51, 220);	/* another is the Active */
	assert_int_equal(takeover(v), VRRP_TAKEOVER_NOT_ACTIVE);
}

/* L-1 */
static void
test_vrrp_protect_a_session_slower_than_the_timer_is_marked(void **state)
{
	struct vrrp_protect_peer list[VRRP_PEER_LIST_MAX];
	struct vrrp_instance *v = follow(WEB_WITH(PEER));
	struct vrrp_bfd_session *s;

	(void)state;
	(void)vrrp_protect_list(ew.r->bfd, v, list);
	assert_false(list[0].slow);
	assert_int_equal(list[0].notices_ns, 30 * NS_PER_MS);
	s = engine_session("eth0", "192.0.2.3", VRRP_BFD_UP,
	    VRRP_BFD_REASON_NONE);
	s->level.detection_time_ns = 5 * NS_PER_S;
	(void)vrrp_protect_list(ew.r->bfd, v, list);
	assert_true(list[0].slow);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

/* Of an Active: by its adverts, or sooner by bfdd, when somebody asked for it. */
static void
test_vrrp_protect_silence_is_what_the_peers_tolerate(void **state)
{
	struct vrrp_instance *v = follow(WEB_WITH(PEER));

	(void)state;
	assert_true(vrrp_protect_silence_ns(ew.r->bfd, v) ==
	    VRRP_PATIENCE_NOBODY);
	(void)engine_session("eth0", "192.0.2.3", VRRP_BFD_DOWN,
	    VRRP_BFD_REASON_TIMEOUT);
	world_run(5 * NS_PER_S);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	assert_int_equal(vrrp_protect_silence_ns(ew.r->bfd, v),
	    VRRP_BFD_ANSWER_WITHIN_NS);
	assert_int_equal(vrrp_protect_silence_ns(NULL, v), 2 * NS_PER_S +
	    2 * NS_PER_S / 256);
	v->p.advert_int_cs = 1;
	assert_int_equal(vrrp_protect_silence_ns(ew.r->bfd, v),
	    20 * NS_PER_MS + 20 * NS_PER_MS / 256);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_vrrp_protect_a_session_finds_the_death_before_the_timer),
	    TEST(test_vrrp_protect_without_a_session_the_timer_does),
	    TEST(test_vrrp_protect_silence_is_what_the_peers_tolerate),
	    TEST(test_vrrp_protect_slow_links_are_waited_for),
	    TEST(test_vrrp_protect_the_bound_with_links_is_kept),
	    TEST(test_vrrp_protect_takeover_confirm_is_part_of_the_bound),
	    TEST(test_vrrp_protect_says_why_a_session_would_not_take_over),
	    TEST(test_vrrp_protect_a_session_slower_than_the_timer_is_marked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
