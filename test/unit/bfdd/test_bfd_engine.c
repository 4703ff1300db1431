/*
 * test_bfd_engine.c - sessions at work, over lo of a network namespace of its
 * own.  A session whose peer is 127.0.0.1 talks to itself: its packets come in
 * through the same sockets as anybody's, so one engine shows the whole way.
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bfdd/bfd_engine.h"
#include "bfdd/bfd_reload.h"
#include "bfdd/bfd_wishes.h"
#include "test/unit/bfdd_net.h"
#include "shared/log.h"

#define PATIENCE_NS	(10 * NS_PER_S)

static bool have_net;

struct world {
	struct loop		*loop;
	struct bfd_engine	*engine;
	struct loop_timer	*deadline;
	bool			 timed_out;
	/* The loop waits for this. */
	bool			(*until)(struct world *);
	enum bfd_state		 want;
	unsigned		 states, values, deleted;
	struct bfd_transition	 last;
	int64_t			 decided_after_due_ns;
	bool			 stopped;
};

/*
 * The session went Down by itself: a timeout, or one after an absence (L-32)
 * where the machine did let this process sleep.
 */
static void
assert_timed_out(struct world *w)
{
	struct bfd_engine_stats stats;

	if (w->last.reason == BFD_REASON_ABSENCE) {
		bfd_engine_stats(w->engine, &stats);
		assert_true(stats.stalls > 0);
	} else
		assert_int_equal(w->last.reason, BFD_REASON_TIMEOUT);
}

static void
changed(struct bfd_session *s, enum bfd_change change, void *arg)
{
	struct world *w = arg;

	switch (change) {
	case BFD_CHANGE_STATE:
		w->states++;
		w->last = s->last;
		w->decided_after_due_ns = mono_sub(s->decided, s->last.due);
		break;
	case BFD_CHANGE_VALUES:
		w->values++;
		break;
	case BFD_CHANGE_DELETED:
		w->deleted++;
		break;
	}
	if (w->until != NULL && w->until(w))
		loop_stop(w->loop);
}

static void
too_late(mono_t deadline, void *arg)
{
	struct world *w = arg;

	(void)deadline;
	w->timed_out = true;
	loop_stop(w->loop);
}

static void
quiet(enum log_level level, const char *line, void *arg)
{
	(void)level;
	(void)line;
	(void)arg;
}

static int
setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct bfd_engine_config config = { .sessions_max = 8, .seed = 42,
	    .linger_ns = 200 * NS_PER_MS,
	    .changed = changed, .arg = w };
	uint16_t port;

	if (!have_net) {
		free(w);
		*state = NULL;
		return 0;
	}
	log_capture(quiet, NULL);
	assert_true(net_lo(true));
	w->loop = loop_new();
	config.loop = w->loop;
	w->deadline = loop_timer_new(w->loop, too_late, w);
	assert_int_equal(bfd_engine_new(&config, &w->engine, &port), 0);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	if (w == NULL)
		return 0;
	bfd_engine_free(w->engine);
	loop_timer_free(w->deadline);
	loop_free(w->loop);
	free(w);
	return 0;
}

static bool
state_is_wanted(struct world *w)
{
	const struct bfd_session *s =
	    bfd_table_first(bfd_engine_table(w->engine));

	return s != NULL && s->core.session_state == w->want &&
	    (w->want != BFD_UP || s->core.detection_time_ns < NS_PER_S);
}

static bool
is_deleted(struct world *w)
{
	return w->deleted > 0;
}

/* Runs the loop until a change makes it true; it may be true already. */
static bool
wait_for(struct world *w, bool (*until)(struct world *))
{
	if (until(w))
		return true;
	w->until = until;
	w->timed_out = false;
	loop_timer_set(w->deadline, mono_add(loop_clock(), PATIENCE_NS));
	assert_int_equal(loop_run(w->loop), 0);
	loop_timer_set(w->deadline, MONO_NEVER);
	w->until = NULL;
	return !w->timed_out;
}

static bool
wait_state(struct world *w, enum bfd_state want)
{
	w->want = want;
	return wait_for(w, state_is_wanted);
}

static bool
never(struct world *w)
{
	(void)w;
	return false;
}

static void
run_for(struct world *w, int64_t ns)
{
	w->until = never;
	loop_timer_set(w->deadline, mono_add(loop_clock(), ns));
	assert_int_equal(loop_run(w->loop), 0);
	loop_timer_set(w->deadline, MONO_NEVER);
	w->until = NULL;
}

static struct bfd_params
wish(const char *peer, int64_t interval_ms)
{
	struct bfd_params p;

	bfd_params_init(&p);
	assert_int_equal(addr_parse(peer, &p.peer), 0);
	(void)snprintf(p.interface, sizeof(p.interface), "lo");
	p.desired_min_tx_ns = p.required_min_rx_ns = ns_from_ms(interval_ms);
	return p;
}

static struct bfd_session *
bring_up(struct world *w, const void *owner, int64_t interval_ms)
{
	struct bfd_params p = wish("127.0.0.1", interval_ms);
	struct bfd_session *s;

	assert_int_equal(bfd_engine_wish(w->engine, owner, &p, &s), 0);
	assert_true(wait_state(w, BFD_UP));
	return s;
}

static void
test_bfd_engine_session_comes_up_and_is_fast(void **state)
{
	struct world *w = *state;
	struct bfd_session *s;
	int owner;

	if (w == NULL)
		skip();
	s = bring_up(w, &owner, 50);
	assert_int_equal(s->core.session_state, BFD_UP);
	assert_int_equal(s->core.detection_time_ns, ns_from_ms(150));
	assert_int_equal(s->last.reason, BFD_REASON_HANDSHAKE);
	assert_in_range(s->source_port, 49152, 65535);
	assert_true(s->counters.receive_packet > 0);
	assert_int_equal(s->counters.receive_invalid_packet, 0);
	assert_true(addr_equal(&s->local, &s->core.p.peer));
}

/* A cut is found after the Detection Time, by the last packet's arrival. */
static void
test_bfd_engine_silence_is_down_after_the_detection_time(void **state)
{
	struct world *w = *state;
	struct bfd_session *s;
	int64_t gap;
	uint16_t port;
	int owner;

	if (w == NULL)
		skip();
	s = bring_up(w, &owner, 20);
	port = s->source_port;
	assert_true(net_lo(false));
	assert_true(wait_state(w, BFD_DOWN));
	assert_int_equal(w->last.reason, BFD_REASON_TIMEOUT);
	assert_int_equal(w->last.diag, BFD_DIAG_CONTROL_EXPIRY);
	assert_int_equal(w->last.from, BFD_UP);
	assert_int_equal(w->last.detection_time_ns, ns_from_ms(60));
	gap = mono_sub(w->last.due, w->last.last_rx);
	assert_true(gap >= ns_from_ms(60));
	assert_true(w->decided_after_due_ns >= 0);
	/* Sending into nothing is counted and does no harm. */
	run_for(w, 100 * NS_PER_MS);
	assert_true(s->counters.send_failed_packet > 0);
	assert_true(s->unsent_error > 0);		/* clients know */
	assert_true(net_lo(true));
	assert_true(wait_state(w, BFD_UP));
	assert_int_equal(s->unsent_error, 0);
	assert_int_equal(s->source_port, port);		/* B-110 */
	assert_int_equal(s->core.session_down_count, 1);
}

/* Packets of a stranger: from one of our addresses to lo's port. */
static void
throw(const char *from, const uint8_t *buf, size_t len, int ttl)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_int_equal(inet_pton(AF_INET, from, &sin.sin_addr), 1);
	assert_int_equal(bind(fd, (struct sockaddr *)&sin, sizeof(sin)), 0);
	assert_int_equal(setsockopt(fd, IPPROTO_IP, IP_TTL, &ttl, sizeof(ttl)),
	    0);
	sin.sin_port = htons(3784);
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(sendto(fd, buf, len, 0, (struct sockaddr *)&sin,
	    sizeof(sin)), (ssize_t)len);
	(void)close(fd);
}

static uint64_t
verdicts(const struct world *w, enum bfd_verdict v)
{
	struct bfd_engine_stats stats;

	bfd_engine_stats(w->engine, &stats);
	return stats.verdicts[v];
}

/* B-41 +, B-41 - and B-20..B-28, B-112: one counter each, and nothing else. */
static void
test_bfd_engine_bad_packets_change_counters_only(void **state)
{
	static const struct {
		const char		*from;
		size_t			 len;
		int			 at;	/* byte to change; -1 none */
		uint8_t			 to;
		int			 ttl;
		bool			 ours;	/* Your Discr is ours */
		enum bfd_verdict	 want;
		bool			 of_session;
	} cases[] = {
		{ "127.0.0.1", 23, -1, 0, 255, true, BFD_SHORT_VERDICT, false },
		{ "127.0.0.1", 24, 0, 0x00, 255, true, BFD_VERSION_VERDICT,
		    false },
		{ "127.0.0.1", 24, 3, 25, 255, true, BFD_LENGTH_VERDICT, false },
		{ "127.0.0.1", 24, 2, 0, 255, true, BFD_DETECT_MULT_VERDICT,
		    false },
		{ "127.0.0.1", 24, 1, 0xc1, 255, true, BFD_MULTIPOINT_VERDICT,
		    false },
		{ "127.0.0.1", 24, 4, 0, 255, true, BFD_MY_DISCR_VERDICT,
		    false },
		{ "127.0.0.1", 24, -1, 0, 255, false, BFD_YOUR_DISCR_VERDICT,
		    false },
		{ "127.0.0.1", 24, -1, 0, 254, true, BFD_TTL_VERDICT, true },
		{ "127.0.0.1", 24, -1, 0, 1, true, BFD_TTL_VERDICT, true },
		{ "127.0.0.2", 24, -1, 0, 255, true, BFD_SOURCE_VERDICT, true },
	};
	static const uint8_t down[24] = { 0x20, 0x40, 3, 24, 0, 0, 0, 9 };
	struct world *w = *state;
	struct bfd_session *s;
	struct bfd_core before;
	uint64_t good, bad, count;
	uint8_t p[24];
	int owner;
	size_t i;

	if (w == NULL)
		skip();
	s = bring_up(w, &owner, 300);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t discr = htonl(s->core.local_discr + !cases[i].ours);

		/* A Down that would take the session down. */
		memcpy(p, down, sizeof(p));
		memcpy(p + 8, &discr, 4);
		if (cases[i].at == 4)
			memset(p + 4, 0, 4);
		else if (cases[i].at >= 0)
			p[cases[i].at] = cases[i].to;
		before = s->core;
		good = s->counters.receive_packet;
		bad = s->counters.receive_invalid_packet;
		count = verdicts(w, cases[i].want);
		throw(cases[i].from, p, cases[i].len, cases[i].ttl);
		run_for(w, 2 * NS_PER_MS);
		assert_int_equal(verdicts(w, cases[i].want), count + 1);
		assert_int_equal(s->counters.receive_invalid_packet,
		    bad + cases[i].of_session);
		assert_int_equal(s->counters.discards[cases[i].want] > 0,
		    cases[i].of_session);
		assert_int_equal(s->core.session_state, BFD_UP);
		if (s->counters.receive_packet == good)
			assert_int_equal(s->core.last_rx.ns,
			    before.last_rx.ns);
	}
	/* First packets: no session of this peer, and a wrong state. */
	memcpy(p, down, sizeof(p));
	throw("127.0.0.9", p, 24, 255);
	p[1] = 0xc0;
	throw("127.0.0.1", p, 24, 255);
	run_for(w, 2 * NS_PER_MS);
	assert_int_equal(verdicts(w, BFD_NO_SESSION_VERDICT), 1);
	assert_int_equal(verdicts(w, BFD_STATE_VERDICT), 1);
	/* And the one that is good does it. */
	throw("127.0.0.1", down, 24, 255);
	run_for(w, 2 * NS_PER_MS);
	assert_int_equal(w->last.reason, BFD_REASON_REMOTE_DOWN);
}

/* B-26 +, B-26 -: the discriminators are the session, as long as that is good news */
static void
test_bfd_engine_peer_of_another_address_lives(void **state)
{
	static const struct {
		const char		*from;
		uint8_t			 state;
		bool			 mine, yours;	/* as they are */
		enum bfd_verdict	 want;
	} cases[] = {
		{ "127.0.0.2", 3, false, true, BFD_SOURCE_VERDICT },
		{ "127.0.0.2", 3, true, false, BFD_YOUR_DISCR_VERDICT },
		{ "127.0.0.2", 1, true, true, BFD_SOURCE_VERDICT },
		{ "127.0.0.2", 0, true, true, BFD_SOURCE_VERDICT },
		{ "127.0.0.2", 3, true, true, BFD_OK_VERDICT },
	};
	uint8_t p[24] = { 0x20, 0, 3, 24, [15] = 0, [17] = 4, [21] = 4 };
	struct world *w = *state;
	struct bfd_session *s;
	uint32_t mine, yours;
	uint64_t count;
	int owner;
	size_t i;

	if (w == NULL)
		skip();
	s = bring_up(w, &owner, 300);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		mine = htonl(s->core.remote_discr + !cases[i].mine);
		yours = htonl(s->core.local_discr + !cases[i].yours);
		p[1] = (uint8_t)(cases[i].state << 6);
		memcpy(p + 4, &mine, 4);
		memcpy(p + 8, &yours, 4);
		count = verdicts(w, cases[i].want);
		assert_false(addr_is_set(&s->moved_to));
		throw(cases[i].from, p, sizeof(p), 255);
		run_for(w, 2 * NS_PER_MS);
		assert_true(verdicts(w, cases[i].want) > count);
		assert_int_equal(s->core.session_state, BFD_UP);
	}
}

/* B-130 +, L-26 +: and slower again when the fast one leaves */
static void
test_bfd_engine_wishes_share_one_session(void **state)
{
	struct world *w = *state;
	struct bfd_params p = wish("127.0.0.1", 50);
	struct bfd_session *a, *b;
	int one, two;

	if (w == NULL)
		skip();
	a = bring_up(w, &one, 100);
	assert_int_equal(bfd_engine_wish(w->engine, &two, &p, &b), 0);
	assert_ptr_equal(a, b);
	assert_int_equal(bfd_table_count(bfd_engine_table(w->engine)), 1);
	assert_int_equal(a->core.p.desired_min_tx_ns, ns_from_ms(50));
	assert_true(bfd_engine_unwish(w->engine, &two, &p));
	assert_false(bfd_engine_unwish(w->engine, &two, &p));
	/* B-130 - no longer as fast as nobody asks for */
	assert_int_equal(a->core.p.desired_min_tx_ns, ns_from_ms(100));
	run_for(w, 300 * NS_PER_MS);
	assert_int_equal(a->core.session_state, BFD_UP);
	assert_int_equal(a->core.session_up_count, 1);
	assert_int_equal(w->deleted, 0);
}

/* B-137: AdminDown for one Detection Time, then gone. */
static void
test_bfd_engine_last_wish_gone_deletes(void **state)
{
	struct world *w = *state;
	struct bfd_session *s;
	mono_t released;
	int owner;

	if (w == NULL)
		skip();
	s = bring_up(w, &owner, 50);
	released = loop_clock();
	bfd_engine_owner_gone(w->engine, &owner);
	assert_int_equal(s->core.session_state, BFD_ADMIN_DOWN);
	assert_int_equal(w->last.reason, BFD_REASON_LOCAL_ADMIN);
	assert_true(wait_for(w, is_deleted));
	assert_true(mono_sub(loop_clock(), released) >= ns_from_ms(150));
	assert_int_equal(bfd_table_count(bfd_engine_table(w->engine)), 0);
}

static void
test_bfd_engine_wish_during_release_revives(void **state)
{
	struct world *w = *state;
	struct bfd_params p = wish("127.0.0.1", 50);
	struct bfd_session *s, *again;
	uint32_t discr;
	uint16_t port;
	int owner, other;

	if (w == NULL)
		skip();
	s = bring_up(w, &owner, 50);
	discr = s->core.local_discr;
	port = s->source_port;
	assert_true(bfd_engine_unwish(w->engine, &owner, &p));
	assert_int_equal(s->core.session_state, BFD_ADMIN_DOWN);
	assert_int_equal(bfd_engine_wish(w->engine, &other, &p, &again), 0);
	assert_ptr_equal(s, again);
	assert_int_equal(s->core.session_state, BFD_DOWN);
	assert_true(wait_state(w, BFD_UP));
	run_for(w, 300 * NS_PER_MS);
	assert_int_equal(w->deleted, 0);
	assert_int_equal(s->core.local_discr, discr);
	assert_int_equal(s->source_port, port);
}

/* B-51: held down by the operator, it leaves, and is wished again in time. */
static void
test_bfd_engine_wish_during_release_keeps_what_is_held_down(void **state)
{
	struct world *w = *state;
	struct bfd_params p = wish("127.0.0.1", 50);
	struct bfd_session *s, *again;
	unsigned states;
	int owner;

	if (w == NULL)
		skip();
	s = bring_up(w, &owner, 50);
	assert_int_equal(bfd_engine_admin_down(w->engine, &p, true, &s), 0);
	states = w->states;
	assert_true(bfd_engine_unwish(w->engine, &owner, &p));
	assert_false(mono_is_never(s->core.release_timer));
	assert_int_equal(bfd_engine_wish(w->engine, &owner, &p, &again), 0);
	assert_ptr_equal(again, s);
	run_for(w, 400 * NS_PER_MS);
	assert_int_equal(w->deleted, 0);
	assert_int_equal(s->core.session_state, BFD_ADMIN_DOWN);
	assert_int_equal(w->states, states);	/* nobody saw it move */
	assert_int_equal(bfd_engine_admin_down(w->engine, &p, false, &s), 0);
	assert_true(wait_state(w, BFD_UP));
}

static void
test_bfd_engine_full_and_conflicting_wishes_are_refused(void **state)
{
	struct world *w = *state;
	struct bfd_params p;
	struct bfd_session *s;
	int owner, other, i;
	char peer[32];

	if (w == NULL)
		skip();
	for (i = 1; i <= 8; i++) {
		(void)snprintf(peer, sizeof(peer), "127.0.1.%d", i);
		p = wish(peer, 1000);
		assert_int_equal(bfd_engine_wish(w->engine, &owner, &p, &s),
		    0);
	}
	p = wish("127.0.1.9", 1000);
	assert_int_equal(bfd_engine_wish(w->engine, &owner, &p, &s), -ENOSPC);
	p = wish("127.0.1.1", 1000);
	assert_int_equal(addr_parse("127.0.0.5", &p.local), 0);
	assert_int_equal(bfd_engine_wish(w->engine, &owner, &p, &s), 0);
	assert_int_equal(addr_parse("127.0.0.6", &p.local), 0);
	assert_int_equal(bfd_engine_wish(w->engine, &other, &p, &s),
	    -EADDRINUSE);
	/* One's own wish may be changed. */
	assert_int_equal(bfd_engine_wish(w->engine, &owner, &p, &s), 0);
}

static void
test_bfd_engine_interface_absent_waits_in_silence(void **state)
{
	struct world *w = *state;
	struct bfd_params p = wish("127.0.0.1", 50);
	struct bfd_session *s;
	int owner;

	if (w == NULL)
		skip();
	(void)snprintf(p.interface, sizeof(p.interface), "eth9");
	assert_int_equal(bfd_engine_wish(w->engine, &owner, &p, &s), 0);
	run_for(w, 100 * NS_PER_MS);
	assert_int_equal(s->core.session_state, BFD_DOWN);
	assert_int_equal(s->ifindex, 0);
	assert_int_equal(s->counters.send_packet, 0);
	assert_int_equal(s->counters.send_failed_packet, 0);
	bfd_engine_link(w->engine, "eth8", 77, false);
	assert_int_equal(s->ifindex, 0);
	bfd_engine_link(w->engine, "eth9", 78, false);
	assert_int_equal(s->ifindex, 78);
	/* Renamed, gone, back with another index. */
	bfd_engine_link(w->engine, "wan0", 78, false);
	assert_int_equal(s->ifindex, 0);
	bfd_engine_link(w->engine, "eth9", 79, false);
	bfd_engine_link(w->engine, "eth9", 79, true);
	assert_int_equal(s->ifindex, 0);
	bfd_engine_link(w->engine, "eth9", 80, false);
	bfd_engine_links_resync(w->engine);
	assert_int_equal(s->ifindex, 0);
}

static struct bfd_config
file(struct bfd_params *sessions, unsigned count)
{
	return (struct bfd_config){ .sessions = sessions, .count = count };
}

static void
test_bfd_engine_reload_is_a_difference(void **state)
{
	struct world *w = *state;
	struct bfd_params p[3];
	struct bfd_config c = file(p, 2);
	struct bfd_session *keep;
	struct bfd_reload r;
	uint64_t sent;

	if (w == NULL)
		skip();
	p[0] = wish("127.0.0.1", 50);
	(void)snprintf(p[0].name, sizeof(p[0].name), "keep");
	p[1] = wish("127.0.0.2", 50);
	bfd_engine_reload(w->engine, &c, &r);
	assert_int_equal(r.added, 2);
	assert_true(wait_state(w, BFD_UP));
	keep = bfd_table_by_key(bfd_engine_table(w->engine), &p[0]);
	sent = keep->counters.send_packet;

	/* Nothing changed but the lines: not even a packet. */
	p[0].line = 10;
	bfd_engine_reload(w->engine, &c, &r);
	assert_int_equal(r.unchanged, 2);
	assert_int_equal(r.added + r.changed + r.removed + r.failed, 0);
	assert_int_equal(keep->counters.send_packet, sent);

	p[1] = wish("127.0.0.3", 50);
	p[0].detect_mult = 5;
	bfd_engine_reload(w->engine, &c, &r);
	assert_int_equal(r.changed, 1);
	assert_int_equal(r.added, 1);
	assert_int_equal(r.removed, 1);
	assert_int_equal(keep->core.session_state, BFD_UP);
	assert_int_equal(keep->core.p.detect_mult, 5);

	c.count = 0;
	bfd_engine_reload(w->engine, &c, &r);
	assert_int_equal(r.removed, 2);
	run_for(w, 500 * NS_PER_MS);
	assert_int_equal(bfd_table_count(bfd_engine_table(w->engine)), 0);
}

static void
stopped(void *arg)
{
	struct world *w = arg;

	w->stopped = true;
	loop_stop(w->loop);
}

/* L-22 + for a Detection Time, whatever the clients do meanwhile */
static void
test_bfd_engine_stop_leaves_admin_down(void **state)
{
	struct world *w = *state;
	struct bfd_params p = wish("127.0.0.7", 50);
	struct bfd_session *s;
	mono_t begun;
	int owner;

	if (w == NULL)
		skip();
	(void)bring_up(w, &owner, 50);
	begun = loop_clock();
	bfd_engine_stop(w->engine, stopped, w);
	assert_int_equal(bfd_engine_wish(w->engine, &owner, &p, &s),
	    -ESHUTDOWN);
	bfd_engine_owner_gone(w->engine, &owner);
	run_for(w, PATIENCE_NS);
	assert_true(w->stopped);
	assert_int_equal(w->last.to, BFD_ADMIN_DOWN);
	assert_int_equal(w->last.diag, BFD_DIAG_ADMIN_DOWN);
	assert_true(mono_sub(loop_clock(), begun) >= ns_from_ms(150));
	assert_true(mono_sub(loop_clock(), begun) < NS_PER_S);
}

static void
test_bfd_engine_stop_without_sessions_is_at_once(void **state)
{
	struct world *w = *state;
	mono_t begun = loop_clock();

	if (w == NULL)
		skip();
	bfd_engine_stop(w->engine, stopped, w);
	run_for(w, PATIENCE_NS);
	assert_true(w->stopped);
	assert_true(mono_sub(loop_clock(), begun) < NS_PER_S);
}

static void
sleep_in_callback(mono_t deadline, void *arg)
{
	(void)deadline;
	(void)arg;
	(void)usleep(180 * 1000);
}

/* L-31, L-32: absent for three Detection Times, and nobody fails. */
static void
test_bfd_engine_own_absence_is_no_failure(void **state)
{
	struct world *w = *state;
	struct bfd_engine_stats stats;
	struct loop_timer *nap;
	struct bfd_session *s;
	int owner, i;

	if (w == NULL)
		skip();
	s = bring_up(w, &owner, 20);
	nap = loop_timer_new(w->loop, sleep_in_callback, NULL);
	for (i = 0; i < 3; i++) {
		loop_timer_set(nap, loop_clock());
		run_for(w, 300 * NS_PER_MS);
	}
	assert_int_equal(s->core.session_state, BFD_UP);
	assert_int_equal(s->core.session_down_count, 0);
	bfd_engine_stats(w->engine, &stats);
	assert_true(stats.stalls >= 3);
	assert_true(stats.worst_stall_ns >= 100 * NS_PER_MS);
	assert_true(stats.last_stall_ns > 0);
	/* And a real cut is still found. */
	assert_true(net_lo(false));
	assert_true(wait_state(w, BFD_DOWN));
	assert_int_equal(w->last.reason, BFD_REASON_TIMEOUT);
	loop_timer_free(nap);
}

static void
nap_of_12_ms(mono_t deadline, void *arg)
{
	(void)deadline;
	(void)arg;
	(void)usleep(12 * 1000);
}

static unsigned stalls_logged;

/* On a busy machine there are others, and only those of 15 ms may be said. */
static void
read_log(enum log_level level, const char *line, void *arg)
{
	const char *us = strstr(line, "stall us=");

	(void)level;
	(void)arg;
	if (us == NULL)
		return;
	stalls_logged++;
	assert_true(strtol(us + 9, NULL, 10) >= 15 * 1000);
}

/* A stall that no session can notice is counted; a quarter of its time is news. */
static void
test_bfd_engine_stall_is_news_by_the_detection_time(void **state)
{
	struct world *w = *state;
	struct bfd_engine_stats stats;
	struct loop_timer *nap;
	int owner, i;

	if (w == NULL)
		skip();
	(void)bring_up(w, &owner, 20);		/* 60 ms */
	log_capture(read_log, NULL);
	stalls_logged = 0;
	nap = loop_timer_new(w->loop, nap_of_12_ms, NULL);
	/* Longer than the cadence of 10 ms, so that the sentinel is due in each. */
	for (i = 0; i < 400; i++) {
		loop_timer_set(nap, loop_clock());
		run_for(w, (15 + i % 5) * NS_PER_MS);
		bfd_engine_stats(w->engine, &stats);
		if (stats.stalls >= 5)
			break;
	}
	assert_true(stats.stalls >= 5);
	loop_timer_free(nap);
	nap = loop_timer_new(w->loop, sleep_in_callback, NULL);
	loop_timer_set(nap, loop_clock());
	run_for(w, 300 * NS_PER_MS);
	assert_true(stalls_logged > 0);
	log_capture(quiet, NULL);
	loop_timer_free(nap);
}

/* L-32: while our own address is away nothing is delivered; a second, no more. */
static void
test_bfd_engine_own_address_away_is_no_silence_of_the_peer(void **state)
{
	struct world *w = *state;
	struct nl_addr a = { .ifindex = (int)if_nametoindex("lo") };
	struct bfd_session *s;
	int owner;

	if (w == NULL)
		skip();
	s = bring_up(w, &owner, 100);
	a.prefix.addr = s->core.p.local;
	if (!addr_is_set(&a.prefix.addr))
		a.prefix.addr = s->local;
	bfd_engine_addr(w->engine, &a, true);
	assert_true(net_lo(false));
	run_for(w, 500 * NS_PER_MS);
	assert_int_equal(s->core.session_state, BFD_UP);
	assert_true(net_lo(true));
	bfd_engine_addr(w->engine, &a, false);
	run_for(w, 500 * NS_PER_MS);
	assert_int_equal(s->core.session_state, BFD_UP);
	assert_int_equal(s->core.session_down_count, 0);
	bfd_engine_addr(w->engine, &a, true);
	assert_true(net_lo(false));
	run_for(w, 500 * NS_PER_MS);
	assert_int_equal(s->core.session_state, BFD_UP);
	run_for(w, 1200 * NS_PER_MS);
	assert_int_equal(s->core.session_state, BFD_DOWN);
	assert_timed_out(w);
}

static struct bfd_reload reloaded;

static void
reload_done(const struct bfd_reload *r, void *arg)
{
	struct world *w = arg;

	reloaded = *r;
	loop_stop(w->loop);
}

static void
reload_with(struct world *w, unsigned from, unsigned count)
{
	struct bfd_config c = { .count = count,
	    .sessions = calloc(count + 1, sizeof(*c.sessions)) };
	char text[16];

	for (unsigned i = 0; i < count; i++) {
		(void)snprintf(text, sizeof(text), "127.0.0.%u", from + i);
		c.sessions[i] = wish(text, 50);
		c.sessions[i].local = c.sessions[i].peer;
	}
	bfd_engine_reload_begin(w->engine, &c, reload_done, w);
}

/* In slices it comes to the same; what a client wishes is not the file's. */
static void
test_bfd_engine_reload_in_slices_is_a_difference(void **state)
{
	struct world *w = *state;
	struct bfd_session *s;
	struct bfd_params p = wish("127.0.0.100", 50);
	unsigned added;
	int client;

	if (w == NULL)
		skip();
	assert_int_equal(bfd_engine_wish(w->engine, &client, &p, &s), 0);
	reload_with(w, 1, 1);
	reload_with(w, 1, 6);		/* takes the other's place */
	assert_int_equal(loop_run(w->loop), 0);
	assert_int_equal(reloaded.added, 6);
	reload_with(w, 4, 4);
	assert_int_equal(loop_run(w->loop), 0);
	assert_int_equal(reloaded.unchanged, 3);
	assert_int_equal(reloaded.removed, 3);
	/* There is room for 8, and the three that leave may still be there. */
	assert_int_equal(reloaded.added + reloaded.failed, 1);
	added = reloaded.added;
	reload_with(w, 0, 0);
	assert_int_equal(loop_run(w->loop), 0);
	assert_int_equal(reloaded.removed, 3 + added);
	assert_non_null(bfd_session_wish_of(s, &client));
	/* A reload that goes on when the engine is freed is forgotten. */
	reload_with(w, 1, 6);
}

static bool
all_are_up(struct world *w)
{
	const struct bfd_session *s;

	for (s = bfd_table_first(bfd_engine_table(w->engine)); s != NULL;
	    s = s->next) {
		if (s->core.session_state != BFD_UP ||
		    s->core.detection_time_ns > 9 * NS_PER_MS)
			return false;
	}
	return true;
}

/* Five sessions of 3 ms are served by slots; one of 50 ms as it comes. */
static void
test_bfd_engine_many_packets_are_served_by_slots(void **state)
{
	struct world *w = *state;
	struct bfd_engine_stats stats;
	struct bfd_session *s;
	char text[16];
	int owner, i;

	if (w == NULL)
		skip();
	for (i = 1; i <= 5; i++) {
		struct bfd_params p;

		(void)snprintf(text, sizeof(text), "127.0.0.%d", i);
		p = wish(text, 3);
		p.local = p.peer;
		p.detect_mult = 3;
		assert_int_equal(bfd_engine_wish(w->engine, &owner, &p, &s),
		    0);
	}
	assert_true(wait_for(w, all_are_up));
	run_for(w, 100 * NS_PER_MS);
	bfd_engine_stats(w->engine, &stats);
	assert_int_equal(stats.slot_ns, 300 * NS_PER_US);
	assert_int_equal(s->core.session_state, BFD_UP);
	assert_true(s->counters.receive_packet > 10);
	/* A real cut is found, however the packets are read. */
	assert_true(net_lo(false));
	assert_true(wait_state(w, BFD_DOWN));
	assert_timed_out(w);
	assert_true(net_lo(true));
	bfd_engine_owner_gone(w->engine, &owner);
	run_for(w, 300 * NS_PER_MS);
	(void)bring_up(w, &owner, 50);
	run_for(w, 300 * NS_PER_MS);
	bfd_engine_stats(w->engine, &stats);
	assert_int_equal(stats.slot_ns, 0);
}

static struct bfd_session *
session_of(struct world *w, const struct bfd_params *p)
{
	return bfd_table_by_key(bfd_engine_table(w->engine), p);
}

/*
 * B-84 - a client that would be too much is refused, and the session it shares
 * with others stays as it was.
 */
static void
test_bfd_engine_too_many_packets_are_refused(void **state)
{
	struct world *w = *state;
	struct bfd_config limit = { .packets_max = 300 };
	struct bfd_params p = wish("127.0.0.1", 10), q = wish("127.0.0.2", 10);
	struct bfd_engine_stats stats;
	struct bfd_reload r;
	struct bfd_session *s;
	int owner, other;

	if (w == NULL)
		skip();
	bfd_engine_reload(w->engine, &limit, &r);
	assert_int_equal(bfd_engine_wish(w->engine, &owner, &p, &s), 0);
	assert_int_equal(bfd_engine_wish(w->engine, &other, &q, &s), -EDQUOT);
	assert_null(session_of(w, &q));
	/* Faster, by the same client and by another. */
	p.desired_min_tx_ns = p.required_min_rx_ns = ns_from_ms(5);
	assert_int_equal(bfd_engine_wish(w->engine, &owner, &p, &s), -EDQUOT);
	assert_int_equal(bfd_engine_wish(w->engine, &other, &p, &s), -EDQUOT);
	s = session_of(w, &p);
	assert_int_equal(s->core.p.desired_min_tx_ns, ns_from_ms(10));
	assert_int_equal(s->wishes->p.desired_min_tx_ns, ns_from_ms(10));
	assert_int_equal(bfd_session_clients(s), 1);
	bfd_engine_stats(w->engine, &stats);
	assert_int_equal(stats.packet_rate, 230);
	assert_int_equal(stats.refused, 3);
	/* B-84 + slower makes room. */
	p.desired_min_tx_ns = p.required_min_rx_ns = ns_from_ms(100);
	assert_int_equal(bfd_engine_wish(w->engine, &owner, &p, &s), 0);
	assert_int_equal(bfd_engine_wish(w->engine, &other, &q, &s), 0);
	assert_true(bfd_engine_unwish(w->engine, &other, &q));
	bfd_engine_stats(w->engine, &stats);
	assert_int_equal(stats.packet_rate, 24);
}

/*
 * B-84 +- a session of the file waits in AdminDown and begins when there is
 * room; nothing that runs is touched, not even by a lower limit.
 */
static void
test_bfd_engine_session_of_the_file_waits_for_room(void **state)
{
	struct world *w = *state;
	struct bfd_params list[2];
	struct bfd_config config = {
		.packets_max = 300, .count = 2, .sessions = list,
	};
	struct bfd_session *s, *held;
	struct bfd_reload r;
	int owner;

	if (w == NULL)
		skip();
	s = bring_up(w, &owner, 10);
	list[0] = wish("127.0.0.2", 10);
	list[1] = wish("127.0.0.3", 100);
	/* Each talks to itself, not to its neighbour. */
	list[0].local = list[0].peer;
	list[1].local = list[1].peer;
	bfd_engine_reload(w->engine, &config, &r);
	assert_int_equal(r.added, 2);
	assert_int_equal(r.failed, 0);
	held = session_of(w, &list[0]);
	assert_true(held->held_back);
	assert_int_equal(held->core.session_state, BFD_ADMIN_DOWN);
	assert_false(session_of(w, &list[1])->held_back);
	/* A client does not get round it, and does not end the waiting. */
	assert_int_equal(bfd_engine_wish(w->engine, &owner, &list[0], &s),
	    -EDQUOT);
	assert_true(held->held_back);
	config.packets_max = 100;
	bfd_engine_reload(w->engine, &config, &r);
	assert_int_equal(r.unchanged, 2);
	run_for(w, 50 * NS_PER_MS);
	assert_true(held->held_back);
	assert_int_equal(s->core.session_state, BFD_UP);
	assert_int_equal(s->core.session_down_count, 0);
	/* The limit goes up again, and then the client goes. */
	config.packets_max = 300;
	bfd_engine_reload(w->engine, &config, &r);
	run_for(w, 20 * NS_PER_MS);
	assert_true(held->held_back);
	bfd_engine_owner_gone(w->engine, &owner);
	run_for(w, 20 * NS_PER_MS);
	assert_false(held->held_back);
	assert_int_not_equal(held->core.session_state, BFD_ADMIN_DOWN);
}

/* --- sessions that others open (RFC 9468) --- */

#define STRANGER	"127.0.0.2"

static void
offer_lo(struct world *w, const void *owner, unsigned max)
{
	struct nl_addr a = { .ifindex = (int)if_nametoindex("lo") };
	struct bfd_params p;

	bfd_params_init(&p);
	p.desired_min_tx_ns = p.required_min_rx_ns = ns_from_ms(30);
	(void)snprintf(p.interface, sizeof(p.interface), "lo");
	assert_int_equal(addr_parse("127.0.0.1", &p.local), 0);
	assert_int_equal(addr_prefix_parse("127.0.0.1/8", &a.prefix), 0);
	bfd_engine_addr(w->engine, &a, false);
	assert_int_equal(bfd_engine_offer(w->engine, owner, &p, max), 0);
}

/* From the stranger: this state, 30 ms x 3, to the session (NULL: to none). */
static void
stranger_says(const char *from, enum bfd_state state,
    const struct bfd_session *s)
{
	uint32_t discr = s == NULL ? 0 : htonl(s->core.local_discr);
	uint32_t us = htonl(30000);
	uint8_t p[24] = { 0x20, (uint8_t)(state << 6), 3, 24, 0, 0, 0, 9 };

	memcpy(p + 8, &discr, 4);
	memcpy(p + 12, &us, 4);
	memcpy(p + 16, &us, 4);
	throw(from, p, sizeof(p), 255);
}

/* B-143 +, B-144 +, L-27 + the other end is Up too. */
static struct bfd_session *
stranger_comes_up(struct world *w)
{
	struct bfd_session *s;

	stranger_says(STRANGER, BFD_DOWN, NULL);
	assert_true(wait_state(w, BFD_INIT));
	s = bfd_table_first(bfd_engine_table(w->engine));
	stranger_says(STRANGER, BFD_INIT, s);
	assert_true(wait_state(w, BFD_UP));
	return s;
}

static void
test_bfd_engine_offered_interface_accepts_a_session(void **state)
{
	struct world *w = *state;
	struct bfd_session *s;
	struct addr local;
	int owner;

	if (w == NULL)
		skip();
	stranger_says(STRANGER, BFD_DOWN, NULL);	/* B-140 - */
	run_for(w, 20 * NS_PER_MS);
	assert_int_equal(verdicts(w, BFD_NO_SESSION_VERDICT), 1);
	offer_lo(w, &owner, 1);
	s = stranger_comes_up(w);
	assert_true(bfd_session_unsolicited(s));
	assert_true(s->core.p.passive);
	assert_int_equal(s->core.p.desired_min_tx_ns, ns_from_ms(30));
	assert_int_equal(addr_parse("127.0.0.1", &local), 0);
	assert_true(addr_equal(&s->core.p.local, &local));	/* B-116 + */
	assert_ptr_equal(s->wishes->owner, &owner);
	assert_int_equal(bfd_passive_first(bfd_engine_passive(w->engine))->
	    sessions, 1);
	/* B-146 - one is all that is allowed, */
	stranger_says("127.0.0.3", BFD_DOWN, NULL);
	/* L-26 - and the same peer has no second. */
	stranger_says(STRANGER, BFD_DOWN, NULL);
	run_for(w, 20 * NS_PER_MS);
	assert_int_equal(verdicts(w, BFD_PASSIVE_LIMIT_VERDICT), 1);
	assert_int_equal(bfd_table_count(bfd_engine_table(w->engine)), 1);
}

/* B-145 +, B-144 - silence: nothing is sent, and the session goes. */
static void
test_bfd_engine_accepted_session_that_fails_falls_silent(void **state)
{
	struct world *w = *state;
	struct bfd_session *s;
	uint64_t sent;
	int owner;

	if (w == NULL)
		skip();
	offer_lo(w, &owner, 4);
	s = stranger_comes_up(w);
	assert_true(wait_state(w, BFD_DOWN));
	assert_timed_out(w);
	sent = s->counters.send_packet;
	run_for(w, 60 * NS_PER_MS);
	assert_int_equal(w->deleted, 0);		/* kept to be looked at */
	assert_int_equal(s->counters.send_packet, sent);
	assert_true(wait_for(w, is_deleted));
	run_for(w, 0);
	assert_int_equal(bfd_table_count(bfd_engine_table(w->engine)), 0);
	assert_int_equal(bfd_passive_first(bfd_engine_passive(w->engine))->
	    sessions, 0);
	(void)stranger_comes_up(w);			/* may try again */
}

/* L-27 - one of an address that turns out to be a virtual one leaves. */
static void
test_bfd_engine_accepted_session_of_a_refused_source_leaves(void **state)
{
	struct world *w = *state;
	struct addr a;
	int owner;

	if (w == NULL)
		skip();
	offer_lo(w, &owner, 4);
	(void)stranger_comes_up(w);
	assert_int_equal(addr_parse("127.0.0.3", &a), 0);
	assert_true(bfd_engine_refuse(w->engine, &owner, "lo", &a, 1, AF_INET));
	assert_int_equal(bfd_passive_first(bfd_engine_passive(w->engine))->
	    sessions, 1);
	assert_int_equal(addr_parse(STRANGER, &a), 0);
	assert_false(bfd_engine_refuse(w->engine, w, "lo", &a, 1, AF_INET));
	assert_true(bfd_engine_refuse(w->engine, &owner, "lo", &a, 1, AF_INET));
	assert_int_equal(bfd_passive_first(bfd_engine_passive(w->engine))->
	    sessions, 0);
	assert_true(wait_for(w, is_deleted));
	stranger_says(STRANGER, BFD_DOWN, NULL);
	run_for(w, 20 * NS_PER_MS);
	assert_int_equal(bfd_table_count(bfd_engine_table(w->engine)), 0);
}

/* B-145 - one that comes back in time is the same session. */
static void
test_bfd_engine_accepted_session_comes_back(void **state)
{
	struct world *w = *state;
	struct bfd_session *s;
	int owner;

	if (w == NULL)
		skip();
	offer_lo(w, &owner, 4);
	s = stranger_comes_up(w);
	assert_true(wait_state(w, BFD_DOWN));
	assert_ptr_equal(stranger_comes_up(w), s);
	assert_true(mono_is_never(s->abandon_at));
}

/* L-26 + crossing opens are one session; it stays when either is taken back. */
static void
test_bfd_engine_accepted_and_asked_for_is_one_session(void **state)
{
	struct world *w = *state;
	struct bfd_params p = wish(STRANGER, 20);
	struct bfd_session *s, *same;
	int owner;

	if (w == NULL)
		skip();
	offer_lo(w, &owner, 4);
	s = stranger_comes_up(w);
	assert_false(bfd_engine_unwish(w->engine, &owner, &p));
	assert_int_equal(bfd_engine_wish(w->engine, &owner, &p, &same), 0);
	assert_ptr_equal(same, s);
	assert_false(s->core.p.passive);
	assert_false(bfd_session_unsolicited(s));
	assert_int_equal(s->core.p.desired_min_tx_ns, ns_from_ms(20));
	assert_int_equal(bfd_passive_first(bfd_engine_passive(w->engine))->
	    sessions, 0);
	assert_int_equal(s->core.session_state, BFD_UP);
	assert_true(bfd_engine_unwish(w->engine, &owner, &p));
	assert_int_equal(s->core.session_state, BFD_UP);
	assert_true(s->core.p.passive);
	assert_int_equal(bfd_passive_first(bfd_engine_passive(w->engine))->
	    sessions, 1);
}

/* The offer withdrawn, or its owner gone: AdminDown, then deleted. */
static void
test_bfd_engine_offer_withdrawn_takes_its_sessions_along(void **state)
{
	struct world *w = *state;
	struct bfd_session *s;
	int owner;

	if (w == NULL)
		skip();
	offer_lo(w, &owner, 4);
	s = stranger_comes_up(w);
	assert_false(bfd_engine_withdraw(w->engine, w, "lo", AF_INET));
	assert_false(bfd_engine_withdraw(w->engine, &owner, "lo", AF_INET6));
	assert_int_equal(s->core.session_state, BFD_UP);
	assert_true(bfd_engine_withdraw(w->engine, &owner, "lo", AF_INET));
	assert_int_equal(s->core.session_state, BFD_ADMIN_DOWN);
	assert_null(bfd_passive_first(bfd_engine_passive(w->engine)));
	assert_true(wait_for(w, is_deleted));
	run_for(w, 0);
	offer_lo(w, &owner, 4);
	s = stranger_comes_up(w);
	bfd_engine_owner_gone(w->engine, &owner);
	assert_int_equal(s->core.session_state, BFD_ADMIN_DOWN);
	assert_null(bfd_passive_first(bfd_engine_passive(w->engine)));
}

/* The words of bfdd.conf about a peer go before those of an offer. */
static void
test_bfd_engine_session_of_the_file_is_not_abandoned(void **state)
{
	struct world *w = *state;
	struct bfd_params p = wish(STRANGER, 30);
	struct bfd_session *s, *same;
	int owner;

	if (w == NULL)
		skip();
	offer_lo(w, &owner, 4);
	s = stranger_comes_up(w);
	assert_int_equal(bfd_engine_wish(w->engine, bfd_owner_conf, &p, &same),
	    0);
	assert_ptr_equal(same, s);
	assert_true(wait_state(w, BFD_DOWN));
	assert_true(mono_is_never(s->abandon_at));
	assert_false(s->core.p.passive);
}

int
main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_bfd_engine_session_comes_up_and_is_fast),
		T(test_bfd_engine_silence_is_down_after_the_detection_time),
		T(test_bfd_engine_bad_packets_change_counters_only),
		T(test_bfd_engine_peer_of_another_address_lives),
		T(test_bfd_engine_wishes_share_one_session),
		T(test_bfd_engine_last_wish_gone_deletes),
		T(test_bfd_engine_wish_during_release_revives),
		T(
		    test_bfd_engine_wish_during_release_keeps_what_is_held_down),
		T(test_bfd_engine_full_and_conflicting_wishes_are_refused),
		T(test_bfd_engine_interface_absent_waits_in_silence),
		T(test_bfd_engine_reload_is_a_difference),
		T(test_bfd_engine_reload_in_slices_is_a_difference),
		T(test_bfd_engine_stop_leaves_admin_down),
		T(test_bfd_engine_stop_without_sessions_is_at_once),
		T(test_bfd_engine_own_absence_is_no_failure),
		T(test_bfd_engine_stall_is_news_by_the_detection_time),
		T(test_bfd_engine_own_address_away_is_no_silence_of_the_peer),
		T(test_bfd_engine_many_packets_are_served_by_slots),
		T(test_bfd_engine_too_many_packets_are_refused),
		T(test_bfd_engine_session_of_the_file_waits_for_room),
		T(test_bfd_engine_offered_interface_accepts_a_session),
		T(test_bfd_engine_accepted_session_that_fails_falls_silent),
		T(test_bfd_engine_accepted_session_of_a_refused_source_leaves),
		T(test_bfd_engine_accepted_session_comes_back),
		T(test_bfd_engine_accepted_and_asked_for_is_one_session),
		T(test_bfd_engine_offer_withdrawn_takes_its_sessions_along),
		T(test_bfd_engine_session_of_the_file_is_not_abandoned),
	};

	have_net = net_own();
	if (!have_net)
		print_message("# skipped: no network namespace of our own\n");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
