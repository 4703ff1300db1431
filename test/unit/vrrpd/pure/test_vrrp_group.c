/*
 * test_vrrp_group.c - sync groups: two routers, two links, and every way in
 * which one of the links can fail.
 *
 * Each router runs the real cores and the real group in virtual time.  A link
 * may be cut silently in either direction, or a router's end of it may lose its
 * carrier, which the router knows.  What must hold at every instant: the members
 * of a router are all Active or none is.  What must hold in quiet: nobody moves.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "shared/pure/rng.h"
#include "test/unit/vrrpd/pure/vrrp_vectors.h"
#include "vrrpd/pure/vrrp_group.h"

#define ROUTERS		2
#define LINKS		2
#define DELAY_NS	(100 * NS_PER_US)
#define MESSAGES_MAX	256
#define INTERVAL_CS	10
#define INTERVAL_NS	(INTERVAL_CS * 10 * NS_PER_MS)

struct message {
	mono_t			at;
	unsigned		to, link;
	struct vrrp_advert	advert;
};

struct router {
	struct vrrp_core		core[LINKS];
	struct vrrp_group_member	view[LINKS];
	struct vrrp_group		group;
	struct addr			address[LINKS];
	bool				down[LINKS];
	mono_t				ask_again;
	unsigned			transitions;
	enum vrrp_cause			last_cause[LINKS];
};

static struct {
	mono_t		now;
	struct rng	rng;
	struct router	r[ROUTERS];
	bool		cut[ROUTERS][LINKS];	/* by sender and link */
	struct message	queue[MESSAGES_MAX];
	unsigned	queued;
	uint64_t	seed;
} w;

static void	settle(unsigned r);

static void
send_advert(unsigned r, unsigned link, uint8_t priority)
{
	struct message *m;

	if (w.cut[r][link] || w.r[r].down[link] || w.r[!r].down[link])
		return;
	assert_true(w.queued < MESSAGES_MAX);
	m = &w.queue[w.queued++];
	memset(m, 0, sizeof(*m));
	m->at = mono_add(w.now, DELAY_NS +
	    (int64_t)rng_below(&w.rng, DELAY_NS));
	m->to = !r;
	m->link = link;
	m->advert.version = 3;
	m->advert.vrid = (uint8_t)(link + 1);
	m->advert.priority = priority;
	m->advert.interval_cs = w.r[r].core[link].p.advert_int_cs;
	m->advert.source = w.r[r].address[link];
}

static void
carry_out(unsigned r, unsigned link, const struct vrrp_actions *act)
{
	if (act->todo & VRRP_DO_SEND_ADVERT)
		send_advert(r, link, act->advert_priority);
	if (act->todo & VRRP_DO_TRANSITION) {
		w.r[r].transitions++;
		w.r[r].last_cause[link] = act->tr.cause;
	}
}

/* As vrrp_sync.c does it. */
static void
settle(unsigned r)
{
	struct router *x = &w.r[r];
	struct vrrp_actions act;
	enum vrrp_group_order order;
	unsigned i, rounds = 0;

	do {
		assert_true(rounds++ < 8);
		for (i = 0; i < LINKS; i++) {
			x->view[i].able = !x->down[i];
			x->view[i].core = &x->core[i];
		}
		order = vrrp_group_decide(&x->group, w.now, x->view, LINKS,
		    &x->ask_again);
		for (i = 0; i < LINKS; i++) {
			switch (order) {
			case VRRP_GROUP_STAY:
				continue;
			case VRRP_GROUP_HOLD:
				vrrp_core_shutdown(&x->core[i], w.now,
				    x->down[i] ? VRRP_CAUSE_INTERFACE_DOWN :
				    VRRP_CAUSE_GROUP, &act);
				break;
			case VRRP_GROUP_GO:
				vrrp_core_take_over(&x->core[i], w.now,
				    VRRP_CAUSE_GROUP, &act);
				break;
			case VRRP_GROUP_LEAVE:
				vrrp_core_yield(&x->core[i], w.now,
				    VRRP_CAUSE_GROUP, &act);
				break;
			}
			carry_out(r, i, &act);
		}
	} while (order != VRRP_GROUP_STAY);
	if (x->core[0].state == VRRP_INITIALIZE && !x->down[0] && !x->down[1])
		for (i = 0; i < LINKS; i++) {
			vrrp_core_startup(&x->core[i], w.now, &x->address[i],
			    VRRP_CAUSE_STARTUP, &act);
			carry_out(r, i, &act);
		}
	if ((x->core[0].state == VRRP_ACTIVE) !=
	    (x->core[1].state == VRRP_ACTIVE))
		fail_msg("router %u is split, seed %llu", r,
		    (unsigned long long)w.seed);
}

static void
deliver(unsigned at)
{
	struct message m = w.queue[at];
	struct vrrp_actions act;

	w.queue[at] = w.queue[--w.queued];
	if (w.r[m.to].down[m.link])
		return;
	vrrp_core_rx(&w.r[m.to].core[m.link], w.now, w.now, &m.advert, &act);
	carry_out(m.to, m.link, &act);
	settle(m.to);
}

static mono_t
next_event(unsigned *what, unsigned *router, unsigned *link)
{
	mono_t at = MONO_NEVER;
	unsigned i, j;

	for (i = 0; i < w.queued; i++)
		if (mono_before(w.queue[i].at, at)) {
			at = w.queue[i].at;
			*what = i;
			*router = ROUTERS;
		}
	for (i = 0; i < ROUTERS; i++) {
		if (mono_before(w.r[i].ask_again, at)) {
			at = w.r[i].ask_again;
			*router = i;
			*link = LINKS;
		}
		for (j = 0; j < LINKS; j++)
			if (mono_before(vrrp_core_next_expiry(
			    &w.r[i].core[j]), at)) {
				at = vrrp_core_next_expiry(&w.r[i].core[j]);
				*router = i;
				*link = j;
			}
	}
	return at;
}

static void
run_for(int64_t ns)
{
	mono_t end = mono_add(w.now, ns), at;
	struct vrrp_actions act;
	unsigned what = 0, router = 0, link = 0;

	for (;;) {
		at = next_event(&what, &router, &link);
		if (mono_is_never(at) || mono_before(end, at))
			break;
		w.now = mono_max(w.now, at);
		if (router == ROUTERS) {
			deliver(what);
			continue;
		}
		if (link < LINKS) {
			vrrp_core_expire(&w.r[router].core[link], w.now, &act);
			carry_out(router, link, &act);
		}
		settle(router);
	}
	w.now = end;
}

static void
make(const uint8_t priority[ROUTERS][LINKS], bool crossed)
{
	struct vrrp_core_params p = {
		.version = 3, .advert_int_cs = INTERVAL_CS, .preempt = true,
		.grouped = true,
	};
	char text[32];
	unsigned i, j;

	memset(&w, 0, sizeof(w));
	w.now = (mono_t){ 1000 * NS_PER_S };
	rng_seed(&w.rng, 1);
	for (i = 0; i < ROUTERS; i++) {
		for (j = 0; j < LINKS; j++) {
			p.priority = priority[i][j];
			vrrp_core_init(&w.r[i].core[j], &p);
			(void)snprintf(text, sizeof(text), "192.0.%u.%u", j,
			    crossed && j == 1 ? 10 - i : 1 + i);
			w.r[i].address[j] = addr_of(text);
			w.r[i].view[j].rank = j;
			w.r[i].view[j].core = &w.r[i].core[j];
		}
		vrrp_group_init(&w.r[i].group, w.r[i].view, LINKS);
		w.r[i].ask_again = MONO_NEVER;
	}
}

static void
start(unsigned r)
{
	settle(r);
}

static bool
active(unsigned r)
{
	return w.r[r].core[0].state == VRRP_ACTIVE;
}

static void
set_down(unsigned r, unsigned link, bool down)
{
	w.r[r].down[link] = down;
	settle(r);
}

static void
cut(unsigned link, bool yes)
{
	w.cut[0][link] = w.cut[1][link] = yes;
}

/* r is Active, the other is not, and it stays so. */
static void
assert_quiet(unsigned r)
{
	unsigned before[ROUTERS] = { w.r[0].transitions, w.r[1].transitions };

	if (!active(r) || active(!r))
		fail_msg("router %u is not the only Active, seed %llu", r,
		    (unsigned long long)w.seed);
	run_for(50 * INTERVAL_NS);
	assert_int_equal(w.r[0].transitions, before[0]);
	assert_int_equal(w.r[1].transitions, before[1]);
}

static const uint8_t ordinary[ROUTERS][LINKS] = { { 200, 200 }, { 100, 100 } };

static void
make_pair(void)
{
	make(ordinary, false);
	start(0);
	start(1);
	run_for(10 * INTERVAL_NS);
	assert_quiet(0);
}

static void
test_vrrp_group_better_router_has_every_member(void **state)
{
	(void)state;
	make_pair();
	assert_int_equal(w.r[0].core[1].state, VRRP_ACTIVE);
	assert_int_equal(w.r[1].core[1].state, VRRP_BACKUP);
}

/* L-19 + whose link is gone cannot resign; the other one does for both */
static void
test_vrrp_group_member_down_moves_all_within_skew_time(void **state)
{
	unsigned link;

	(void)state;
	for (link = 0; link < LINKS; link++) {
		make_pair();
		set_down(0, link, true);
		assert_int_equal(w.r[0].core[!link].state, VRRP_INITIALIZE);
		assert_int_equal(w.r[0].last_cause[!link], VRRP_CAUSE_GROUP);
		run_for(vrrp_core_skew_time_ns(3, 100, INTERVAL_CS) +
		    2 * DELAY_NS);
		assert_true(active(1));
		assert_int_equal(w.r[1].last_cause[!link],
		    VRRP_CAUSE_PRIORITY_ZERO);
		assert_int_equal(w.r[1].last_cause[link], VRRP_CAUSE_GROUP);
		run_for(5 * INTERVAL_NS);
		assert_quiet(1);
		set_down(0, link, false);
		run_for(10 * INTERVAL_NS);
		assert_quiet(0);
	}
}

static void
test_vrrp_group_backups_member_down_moves_nobody(void **state)
{
	(void)state;
	make_pair();
	set_down(1, 0, true);
	assert_int_equal(w.r[1].core[1].state, VRRP_INITIALIZE);
	run_for(10 * INTERVAL_NS);
	assert_quiet(0);
}

/* L-19 - heard on one link is alive; which end is broken nobody knows */
static void
test_vrrp_group_silent_cut_of_one_link_moves_nobody(void **state)
{
	unsigned link, from;

	(void)state;
	for (link = 0; link < LINKS; link++) {
		make_pair();
		cut(link, true);
		run_for(10 * INTERVAL_NS);
		assert_quiet(0);
		assert_true(w.r[1].core[link].wants);
		cut(link, false);
		run_for(10 * INTERVAL_NS);
		assert_quiet(0);
		assert_false(w.r[1].core[link].wants);
		for (from = 0; from < ROUTERS; from++) {
			make_pair();
			w.cut[from][link] = true;
			run_for(10 * INTERVAL_NS);
			assert_quiet(0);
		}
	}
}

/* ... but its silence counts as soon as the other link is silent too. */
static void
test_vrrp_group_silence_on_all_links_moves_all(void **state)
{
	(void)state;
	make_pair();
	cut(0, true);
	run_for(20 * INTERVAL_NS);
	cut(1, true);
	run_for(vrrp_core_active_down_interval_ns(3, 100, INTERVAL_CS) +
	    2 * DELAY_NS);
	assert_true(active(1));		/* both are: a partition */
	assert_true(active(0));
	cut(1, false);			/* one link is enough to agree */
	run_for(10 * INTERVAL_NS);
	assert_quiet(0);
}

/* Nobody can carry the group whole, so nobody does; the first who can, goes. */
static void
test_vrrp_group_both_half_broken_nobody_is_active(void **state)
{
	unsigned before[ROUTERS], first;

	(void)state;
	for (first = 0; first < ROUTERS; first++) {
		make_pair();
		set_down(0, 0, true);
		run_for(10 * INTERVAL_NS);
		set_down(1, 1, true);
		run_for(10 * INTERVAL_NS);
		before[0] = w.r[0].transitions;
		before[1] = w.r[1].transitions;
		run_for(100 * INTERVAL_NS);
		assert_false(active(0) || active(1));
		assert_int_equal(w.r[0].transitions, before[0]);
		assert_int_equal(w.r[1].transitions, before[1]);
		set_down(first, first == 0 ? 0 : 1, false);
		run_for(5 * INTERVAL_NS);
		assert_quiet(first);
	}
}

/* V-74 decides per link: with crossed addresses each loses on one. */
static void
test_vrrp_group_each_better_on_one_link_settles(void **state)
{
	static const uint8_t crossed[ROUTERS][LINKS] = { { 200, 50 },
	    { 100, 100 } };
	static const uint8_t equal[ROUTERS][LINKS] = { { 100, 100 },
	    { 100, 100 } };
	unsigned i, turn;

	(void)state;
	for (i = 0; i < 2; i++) {
		for (turn = 0; turn < 4; turn++) {
			make(i == 0 ? crossed : equal, i == 1);
			rng_seed(&w.rng, turn);
			cut(0, true);
			cut(1, true);
			start(turn & 1);
			start(!(turn & 1));
			run_for(10 * INTERVAL_NS);
			assert_true(active(0) && active(1));
			cut(0, false);
			cut(1, false);
			run_for(20 * INTERVAL_NS);
			assert_quiet(active(1));
			/* One contest and one more election at the most. */
			assert_true(w.r[0].transitions <= 6 * LINKS);
			assert_true(w.r[1].transitions <= 6 * LINKS);
		}
	}
}

/* L-11 in a group: one dead session is a wish, all of them a takeover. */
static void
test_vrrp_group_bfd_moves_it_when_every_session_is_down(void **state)
{
	struct vrrp_bfd_event ev = {
		.state = VRRP_BFD_UP, .detection_time_ns = 30 * NS_PER_MS,
		.last_rx = MONO_NEVER,
	};
	struct vrrp_actions act;
	unsigned i;

	(void)state;
	make_pair();
	for (i = 0; i < LINKS; i++) {
		ev.peer = w.r[0].address[i];
		vrrp_core_bfd(&w.r[1].core[i], w.now, &ev, &act);
	}
	ev.state = VRRP_BFD_DOWN;
	ev.reason = VRRP_BFD_REASON_TIMEOUT;
	cut(0, true);
	ev.peer = w.r[0].address[0];
	vrrp_core_bfd(&w.r[1].core[0], w.now, &ev, &act);
	assert_int_equal(act.todo, VRRP_DO_ASK);
	settle(1);
	assert_false(active(1));
	cut(1, true);
	run_for(DELAY_NS);
	ev.peer = w.r[0].address[1];
	vrrp_core_bfd(&w.r[1].core[1], w.now, &ev, &act);
	settle(1);
	assert_true(active(1));
	assert_int_equal(w.r[1].last_cause[0], VRRP_CAUSE_BFD_DOWN);
	assert_int_equal(w.r[1].last_cause[1], VRRP_CAUSE_BFD_DOWN);
	assert_int_equal(w.r[1].core[0].bfd_takeovers, 1);
}

/* L-12, L-13: a session that comes back takes its wish with it. */
static void
test_vrrp_group_bfd_up_again_withdraws_the_wish(void **state)
{
	struct vrrp_bfd_event ev = {
		.state = VRRP_BFD_UP, .detection_time_ns = 30 * NS_PER_MS,
		.last_rx = MONO_NEVER, .reason = VRRP_BFD_REASON_TIMEOUT,
	};
	struct vrrp_actions act;

	(void)state;
	make_pair();
	ev.peer = w.r[0].address[0];
	vrrp_core_bfd(&w.r[1].core[0], w.now, &ev, &act);
	ev.state = VRRP_BFD_DOWN;
	vrrp_core_bfd(&w.r[1].core[0], w.now, &ev, &act);
	assert_true(w.r[1].core[0].wants);
	ev.state = VRRP_BFD_UP;
	vrrp_core_bfd(&w.r[1].core[0], w.now, &ev, &act);
	assert_false(w.r[1].core[0].wants);
	assert_quiet(0);
}

/*
 * L-24: a new engine makes its group first, and then its members go on as Active
 * one by one.  Such a group is Active like one that went by itself.
 */
static void
test_vrrp_group_of_a_restarted_engine_leaves_whole(void **state)
{
	struct vrrp_actions act;

	(void)state;
	make_pair();
	w.r[0].group.active = false;
	settle(0);
	vrrp_core_yield(&w.r[0].core[0], w.now, VRRP_CAUSE_HANDOVER, &act);
	carry_out(0, 0, &act);
	settle(0);
	assert_false(active(0));
	run_for(5 * INTERVAL_NS);
	assert_true(active(0) || active(1));
}

/* L-24 -: not all of them could go on, and no other group could go either. */
static void
test_vrrp_group_that_is_half_restarted_leaves(void **state)
{
	struct vrrp_actions act;
	struct router *x = &w.r[0];

	(void)state;
	make_pair();
	x->group.active = false;
	vrrp_core_shutdown(&x->core[0], w.now, VRRP_CAUSE_SHUTDOWN, &act);
	/* Not while one has yet to begin. */
	assert_int_equal(vrrp_group_decide(&x->group, w.now, x->view, LINKS,
	    &x->ask_again), VRRP_GROUP_STAY);
	vrrp_core_startup(&x->core[0], w.now, &x->address[0],
	    VRRP_CAUSE_STARTUP, &act);
	settle(0);
	assert_false(active(0));
	run_for(20 * INTERVAL_NS);
	assert_quiet(0);
}

/* Whatever happened, once all is well one router has it all, for good. */
static void
test_vrrp_group_any_history_ends_with_one_router(void **state)
{
	uint8_t priority[ROUTERS][LINKS];
	unsigned i, j, step, link, r;
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 200; seed++) {
		struct rng rng;

		rng_seed(&rng, seed);
		for (i = 0; i < ROUTERS; i++)
			for (j = 0; j < LINKS; j++)
				priority[i][j] = (uint8_t)(1 +
				    rng_below(&rng, 254));
		if (seed % 3 == 0)
			memset(priority, 100, sizeof(priority));
		make((const uint8_t (*)[LINKS])priority, seed % 2 == 0);
		w.seed = seed;
		rng_seed(&w.rng, seed);
		start(0);
		start(1);
		for (step = 0; step < 30; step++) {
			link = (unsigned)rng_below(&rng, LINKS);
			r = (unsigned)rng_below(&rng, ROUTERS);
			if (rng_below(&rng, 2) == 0)
				w.cut[r][link] = rng_below(&rng, 2) == 0;
			else
				set_down(r, link, rng_below(&rng, 2) == 0);
			run_for((int64_t)rng_below(&rng, 6 * INTERVAL_NS));
		}
		memset(w.cut, 0, sizeof(w.cut));
		for (i = 0; i < ROUTERS; i++)
			for (j = 0; j < LINKS; j++)
				set_down(i, j, false);
		run_for(30 * INTERVAL_NS);
		assert_quiet(active(1));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_vrrp_group_better_router_has_every_member),
		cmocka_unit_test(
		    test_vrrp_group_member_down_moves_all_within_skew_time),
		cmocka_unit_test(
		    test_vrrp_group_backups_member_down_moves_nobody),
		cmocka_unit_test(
		    test_vrrp_group_silent_cut_of_one_link_moves_nobody),
		cmocka_unit_test(
		    test_vrrp_group_silence_on_all_links_moves_all),
		cmocka_unit_test(
		    test_vrrp_group_both_half_broken_nobody_is_active),
		cmocka_unit_test(
		    test_vrrp_group_each_better_on_one_link_settles),
		cmocka_unit_test(
		    test_vrrp_group_bfd_moves_it_when_every_session_is_down),
		cmocka_unit_test(
		    test_vrrp_group_bfd_up_again_withdraws_the_wish),
		cmocka_unit_test(
		    test_vrrp_group_of_a_restarted_engine_leaves_whole),
		cmocka_unit_test(
		    test_vrrp_group_that_is_half_restarted_leaves),
		cmocka_unit_test(
		    test_vrrp_group_any_history_ends_with_one_router),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
