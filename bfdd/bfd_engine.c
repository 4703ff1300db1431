/*
 * bfd_engine.c - the sessions at work: packets to cores, actions to sockets.
 *
 * A packet is parsed (bfd_wire.c), given to its session (bfd_table.c), and
 * judged by the session's core; whatever the core asks for is carried out in
 * carry_out(), packets first, then the clients, then the log.  Whoever touched a
 * core puts the session in its place in the heap of deadlines, of which the loop
 * knows only the first.
 *
 * Slots.  A few sessions are served as they come: every packet wakes us, every
 * transmission has an instant of its own.  With many the wake-ups cost several
 * times what the packets do.  Then time is cut into slots of at most a tenth of
 * the shortest interval: the cores put their transmissions at slots, where the
 * sockets are read too, and packets wake nobody.  What this delays is the
 * reaction to what a peer says, by less than a slot; detection is judged on time,
 * after a drain, as ever.  A flood of packets brings us there as well.
 *
 * Time.  The cores get the clock as read just then, not the instant the batch
 * began: with a thousand sessions a batch is long enough to matter, and pacing
 * counts from when a packet really left.  engine_now() never goes back.
 *
 * Detection (L-31).  When a detection timer is due, every packet that arrived
 * before it was due must have been seen.  bfd_io_drained() tells how far the
 * sockets have been read; only if that is not far enough they are drained, so
 * many sessions expiring in one batch cost one drain.  What is still due after
 * the drain, by kernel receive instants, is down.
 *
 * Absence (L-32).  The loop's sentinel reports from when to when we did not run.
 * First the sockets are drained, so that what the kernel stamped meanwhile
 * counts; then each core is told, and grants its peer what it could not have
 * been heard in.  The sentinel runs only while a session is up or coming up, at a
 * sixth of the shortest detection time; with slots, a slot that comes late tells
 * the same.
 *
 * Nothing in here waits, and a session is never freed while an event of its own
 * is being handled: deletion is deferred to the end of the batch.
 */
#include "config.h"

#include "bfdd/bfd_engine.h"

#include <assert.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bfdd/pure/bfd_congestion.h"
#include "bfdd/pure/bfd_echo.h"
#include "bfdd/bfd_echo_io.h"
#include "bfdd/bfd_heap.h"
#include "bfdd/bfd_io.h"
#include "bfdd/bfd_passive.h"
#include "shared/pure/addr.h"
#include "shared/log.h"
#include "shared/pure/token_bucket.h"

/* How often the way of echo packets is looked at: while there is none, after. */
#define ECHO_LOOK_NS		(1 * NS_PER_S)
#define ECHO_LOOK_AGAIN_NS	(10 * NS_PER_S)

/* A reload that goes on; done NULL: none does. */
struct reload_run {
	struct bfd_config	 config;	/* ours */
	unsigned		 next;		/* session of it */
	struct bfd_reload	 result;
	struct loop_timer	*timer;
	void			(*done)(const struct bfd_reload *, void *arg);
	void			*arg;
};

struct bfd_engine {
	struct bfd_engine_config config;
	struct loop		*loop;
	struct bfd_table	*table;
	struct bfd_passive	*passive;
	struct bfd_io		*io;
	struct bfd_heap		 heap;
	struct loop_timer	*timer;		/* the heap's first, or the slot */
	mono_t			 now;
	int64_t			 slot_ns;	/* 0: off */
	mono_t			 slot_due;	/* MONO_NEVER: off */
	uint64_t		 rate_packets;	/* received since rate_since */
	mono_t			 rate_since;
	bool			 many_received;
	int64_t			 cadence_ns;	/* of the sentinel; 0: off */
	struct nl		*nl;		/* for echo; may be NULL */
	int			 echo_fd;	/* sends; -1: not opened */
	uint8_t			 echo_key[BFD_ECHO_KEY_LEN];
	struct loop_timer	*echo_timer;	/* looks for ways */
	struct loop_timer	*mourn_timer;
	struct bfd_engine_stats	 stats;
	struct token_bucket	 stall_log;
	struct token_bucket	 discard_log[BFD_VERDICT_COUNT];
	int64_t			 packets_max;	/* B-84; 0: no limit */
	int64_t			 packet_rate;	/* sum of the sessions' */
	struct token_bucket	 refused_log;
	unsigned		 reload_number;
	struct reload_run	 reload;
	bool			 stopping;
	void			(*stopped)(void *arg);
	void			*stopped_arg;
};

static mono_t
engine_now(struct bfd_engine *e)
{
	e->now = mono_max(e->now, loop_clock());
	return e->now;
}

static void
set_timer(struct bfd_engine *e)
{
	const struct bfd_heap_entry *first = bfd_heap_first(&e->heap);

	loop_timer_set(e->timer, mono_min(e->slot_due,
	    first == NULL ? MONO_NEVER : first->at));
}

static void
rearm(struct bfd_session *s)
{
	struct bfd_engine *e = s->engine;

	bfd_heap_set(&e->heap, &s->due, mono_min(s->abandon_at,
	    bfd_core_next_expiry(&s->core)));
	set_timer(e);
}

/* "peer=192.0.2.2 interface=eth0": how every line names a session. */
static const char *
label(const struct bfd_session *s, char *buf, size_t size)
{
	char peer[ADDR_STRLEN];

	(void)snprintf(buf, size, "peer=%s interface=%s%s%s",
	    addr_format(&s->core.p.peer, peer, sizeof(peer)),
	    s->core.p.interface[0] != '\0' ? s->core.p.interface : "-",
	    s->core.p.name[0] != '\0' ? " session=" : "", s->core.p.name);
	return buf;
}
#define LABEL_LEN	160

/* --- the sentinel --- */

static void
stalled(mono_t since, mono_t until, void *arg)
{
	struct bfd_engine *e = arg;
	struct bfd_session *s;
	int64_t span = mono_sub(until, since);
	uint64_t suppressed;

	bfd_io_drain(e->io);
	for (s = bfd_table_first(e->table); s != NULL; s = s->next) {
		bfd_core_absent(&s->core, since, until);
		bfd_loss_restart(&s->loss);
		rearm(s);
	}
	e->stats.stalls++;
	e->stats.last_stall_ns = span;
	if (span > e->stats.worst_stall_ns)
		e->stats.worst_stall_ns = span;
	if (token_bucket_take(&e->stall_log, until, &suppressed))
		log_warning("stall us=%lld sessions=%u stalls=%llu "
		    "suppressed=%llu",
		    (long long)us_from_ns_floor(span),
		    bfd_table_count(e->table),
		    (unsigned long long)e->stats.stalls,
		    (unsigned long long)suppressed);
}

static void
set_slot(struct bfd_engine *e, int64_t slot_ns)
{
	struct bfd_session *s;

	if (slot_ns == e->slot_ns ||
	    bfd_io_set_polled(e->io, slot_ns > 0) != 0)
		return;
	e->slot_ns = slot_ns;
	for (s = bfd_table_first(e->table); s != NULL; s = s->next)
		bfd_core_set_tx_slot(&s->core, slot_ns);
	/* At a whole multiple, where the cores put their packets. */
	e->slot_due = slot_ns == 0 ? MONO_NEVER : mono_add(engine_now(e),
	    slot_ns - e->now.ns % slot_ns);
	set_timer(e);
	log_info("slots us=%lld", (long long)us_from_ns_floor(slot_ns));
}

static void
choose_slot(struct bfd_engine *e, int64_t rate, int64_t shortest_ns)
{
	int64_t slot_ns = 0;

	if (rate >= BFD_SLOTS_ON_RATE || e->many_received ||
	    (e->slot_ns > 0 && rate >= BFD_SLOTS_OFF_RATE)) {
		slot_ns = shortest_ns / 10;
		if (slot_ns < BFD_SLOT_MIN_NS)
			slot_ns = BFD_SLOT_MIN_NS;
		if (slot_ns > BFD_SLOT_MAX_NS)
			slot_ns = BFD_SLOT_MAX_NS;
	}
	set_slot(e, slot_ns);
}

/*
 * Deferred: once per batch, however many sessions changed.  How often we look
 * for absence, and whether by slots.
 */
static void
update_pace(void *arg)
{
	struct bfd_engine *e = arg;
	struct bfd_session *s;
	int64_t shortest = INT64_MAX, cadence = 0;
	int64_t rate = 0, shortest_tx = NS_PER_S;

	for (s = bfd_table_first(e->table); s != NULL; s = s->next) {
		int64_t interval_ns = s->core.tx_interval_ns;

		if (s->core.session_state != BFD_UP &&
		    s->core.session_state != BFD_INIT)
			continue;
		if (s->core.detection_time_ns > 0 &&
		    s->core.detection_time_ns < shortest)
			shortest = s->core.detection_time_ns;
		if (s->core.echo_interval_ns > 0 && s->core.p.detect_mult *
		    s->core.echo_interval_ns < shortest)
			shortest = s->core.p.detect_mult *
			    s->core.echo_interval_ns;
		if (interval_ns == 0)
			continue;
		rate += NS_PER_S / interval_ns;
		if (interval_ns < shortest_tx)
			shortest_tx = interval_ns;
	}
	choose_slot(e, rate, shortest_tx);
	if (shortest != INT64_MAX && e->slot_ns == 0) {
		cadence = shortest / 6;
		if (cadence < BFD_CADENCE_MIN_NS)
			cadence = BFD_CADENCE_MIN_NS;
		if (cadence > BFD_CADENCE_MAX_NS)
			cadence = BFD_CADENCE_MAX_NS;
	}
	if (cadence != e->cadence_ns) {
		e->cadence_ns = cadence;
		loop_watch_stalls(e->loop, cadence, BFD_STALL_NS, stalled, e);
	}
}

/* Counted in received(), judged once in a while. */
static void
note_rate(struct bfd_engine *e)
{
	int64_t span_ns = mono_sub(e->now, e->rate_since);
	uint64_t limit;

	if (span_ns < NS_PER_S / 10)
		return;
	limit = e->many_received ? BFD_SLOTS_OFF_RATE : BFD_SLOTS_ON_RATE;
	limit = limit * (uint64_t)(span_ns / NS_PER_MS) / 1000;
	if ((e->rate_packets >= limit) != e->many_received) {
		e->many_received = !e->many_received;
		(void)loop_defer(e->loop, update_pace, e);
	}
	e->rate_packets = 0;
	e->rate_since = e->now;
}

/* --- actions --- */

static void
send_failed(struct bfd_engine *e, struct bfd_session *s, int error)
{
	char name[LABEL_LEN];
	uint64_t suppressed;

	s->counters.send_failed_packet++;
	if (s->send_error == -error ||
	    !token_bucket_take(&s->send_log, e->now, &suppressed))
		return;
	s->send_error = -error;
	log_warning("send-failed %s error=\"%s\" suppressed=%llu",
	    label(s, name, sizeof(name)), strerror(-error),
	    (unsigned long long)suppressed);
}

/* B-110: whatever happens to the socket, the port stays. */
static int
open_socket(struct bfd_engine *e, struct bfd_session *s)
{
	int fd = bfd_io_tx_open(e->io, &s->core.p, &s->source_port);

	if (fd < 0)
		return fd;
	s->fd = fd;
	return 0;
}

static void
close_socket(struct bfd_engine *e, struct bfd_session *s, bool release)
{
	bfd_io_tx_close(e->io, s->fd, s->source_port, release);
	s->fd = -1;
	if (release)
		s->source_port = 0;
}

static void	echo_check(struct bfd_engine *, struct bfd_session *);
static int	echo_transmit(struct bfd_engine *, struct bfd_session *,
		    const uint8_t *, size_t);

/*
 * The packet is built in any case, because that is what moves the core's timer
 * on; without an interface it goes nowhere.
 */
static void
send_packet(struct bfd_engine *e, struct bfd_session *s, bool final)
{
	uint8_t buf[BFD_PACKET_MAX];
	bool reachable;
	size_t len;
	int error;

	len = bfd_core_build(&s->core, e->now, final, buf, sizeof(buf));
	if (len == 0 || (s->ifindex == 0 && !s->core.p.multihop))
		return;
	if (s->fd == -1 && (error = open_socket(e, s)) != 0) {
		send_failed(e, s, error);
		return;
	}
	if (s->core.p.unaffiliated) {
		if (mono_is_never(s->echo.looked)) {
			echo_check(e, s);
			loop_timer_set(e->echo_timer, mono_add(e->now,
			    ECHO_LOOK_NS));
		}
		if ((error = echo_transmit(e, s, buf, len)) != 0)
			send_failed(e, s, error);
		else {
			s->counters.send_packet++;
			s->send_error = 0;
		}
		return;
	}
	/* Up says that the peer hears us: its neighbour entry is good. */
	reachable = !s->core.p.multihop && s->core.session_state == BFD_UP;
	error = bfd_io_tx(e->io, s->fd, &s->core.p, s->ifindex, reachable, buf,
	    len);
	if (error != 0) {
		send_failed(e, s, error);
		return;
	}
	s->counters.send_packet++;
	s->send_error = 0;
}

/* --- echo: what leaves --- */

/* The echo function: the session is up and the peer says that it forwards. */
static bool
echo_wanted(const struct bfd_session *s)
{
	const struct bfd_core *c = &s->core;

	if (c->p.unaffiliated)
		return c->session_state != BFD_ADMIN_DOWN;
	return c->p.echo_tx_ns > 0 && !c->p.multihop &&
	    c->session_state == BFD_UP && c->remote_min_echo_rx_ns > 0;
}

static int
echo_open(struct bfd_engine *e)
{
	int error;

	if (e->echo_fd != -1)
		return 0;
	error = bfd_io_add_taps(e->io);
	if (error == 0) {
		error = bfd_echo_io_tx_open();
		if (error >= 0) {
			e->echo_fd = error;
			error = 0;
		}
	}
	return error;
}

/* B-93.  Says what is missing once, and that it is there again. */
static void
echo_look(struct bfd_engine *e, struct bfd_session *s)
{
	char name[LABEL_LEN], self[ADDR_STRLEN];
	bool was_ready = s->echo.path.ready;
	int error;

	s->echo.looked = e->now;
	error = echo_open(e);
	if (error == 0)
		error = bfd_echo_io_find(e->nl, &s->core.p, &s->local,
		    s->ifindex, &s->echo.path);
	if (s->core.p.unaffiliated && !s->echo.path.neighbour.confirmed &&
	    s->fd != -1 && s->ifindex != 0)
		bfd_io_poke(s->fd, &s->core.p, s->ifindex);
	if (error != 0 && error != s->echo.error)
		log_warning("echo %s error=\"%s\"", label(s, name,
		    sizeof(name)), error == -EADDRNOTAVAIL ?
		    "no address on the interface that can be routed" :
		    error == -EHOSTUNREACH ? "neighbour not resolved" :
		    strerror(-error));
	else if (error == 0 && !was_ready)
		log_info("echo %s self=%s", label(s, name, sizeof(name)),
		    addr_format(&s->echo.path.self, self, sizeof(self)));
	s->echo.error = error;
}

static int
echo_transmit(struct bfd_engine *e, struct bfd_session *s,
    const uint8_t *payload, size_t len)
{
	const struct bfd_echo_path *path = &s->echo.path;
	const struct bfd_echo_header h = {
		.source = path->self,
		.destination = path->self,
		.source_port = s->source_port,
	};
	uint8_t packet[BFD_ECHO_PACKET_MAX];

	len = bfd_echo_wrap(&h, payload, len, packet, sizeof(packet));
	if (len == 0 || !path->ready || e->echo_fd == -1)
		return -EHOSTUNREACH;
	return bfd_echo_io_tx(e->echo_fd, path, s->ifindex, packet, len);
}

static void
send_echo(struct bfd_engine *e, struct bfd_session *s)
{
	struct bfd_echo echo = {
		.discr = s->core.local_discr,
		.sequence = ++s->echo.sequence,
	};
	uint8_t payload[BFD_ECHO_LEN];
	int error;

	echo.sent = engine_now(e);
	error = -ENOTSUP;
	if (bfd_echo_build(e->echo_key, &echo, payload))
		error = echo_transmit(e, s, payload, sizeof(payload));
	if (error != 0)
		send_failed(e, s, error);
	else
		s->echo.sent++;
}

static void	carry_out(struct bfd_engine *, struct bfd_session *,
		    const struct bfd_actions *);

/*
 * Tells the core whether echo can run.  A look costs a request to the kernel;
 * a way that is there is looked at now and then, should the neighbour have got
 * another link address.
 */
static void
echo_check(struct bfd_engine *e, struct bfd_session *s)
{
	struct bfd_actions act = { 0 };
	int64_t every_ns = s->core.session_state == BFD_UP &&
	    s->echo.error == 0 ? ECHO_LOOK_AGAIN_NS : ECHO_LOOK_NS;
	bool blocked;

	if (!mono_is_never(s->echo.looked) &&
	    mono_sub(e->now, s->echo.looked) < every_ns)
		return;
	echo_look(e, s);
	blocked = !s->echo.path.ready;
	if (s->core.p.unaffiliated || blocked == s->core.echo_blocked)
		return;
	bfd_core_echo_block(&s->core, engine_now(e), blocked, &act);
	carry_out(e, s, &act);
}

static void
echo_timer_due(mono_t deadline, void *arg)
{
	struct bfd_engine *e = arg;
	struct bfd_session *s;
	bool any = false;

	(void)deadline;
	(void)engine_now(e);
	for (s = bfd_table_first(e->table); s != NULL; s = s->next) {
		if (!echo_wanted(s))
			continue;
		any = true;
		echo_check(e, s);
	}
	loop_timer_set(e->echo_timer, any ? mono_add(e->now, ECHO_LOOK_NS) :
	    MONO_NEVER);
}

/* A session changed: perhaps it wants echo now. */
static void
echo_consider(struct bfd_engine *e, const struct bfd_session *s)
{
	if (echo_wanted(s) && (mono_is_never(s->echo.looked) ||
	    (!s->core.p.unaffiliated && s->core.echo_blocked)))
		loop_timer_set(e->echo_timer, e->now);
}

static void
log_transition(const struct bfd_session *s)
{
	const struct bfd_transition *tr = &s->last;
	char name[LABEL_LEN], local[ADDR_STRLEN];
	int64_t silent_us = -1;

	if (!mono_is_never(tr->last_rx))
		silent_us = us_from_ns_floor(mono_sub(s->decided, tr->last_rx));
	log_notice("state %s local=%s from=%s to=%s diag=%u reason=%s "
	    "remote_state=%s remote_diag=%u detection_us=%lld "
	    "last_rx_us=%lld late_us=%lld",
	    label(s, name, sizeof(name)),
	    addr_format(&s->local, local, sizeof(local)),
	    bfd_state_name(tr->from), bfd_state_name(tr->to), tr->diag,
	    bfd_reason_name(tr->reason), bfd_state_name(tr->remote_state),
	    tr->remote_diag,
	    (long long)us_from_ns_floor(tr->detection_time_ns),
	    (long long)silent_us,
	    (long long)us_from_ns_floor(mono_sub(s->decided, tr->due)));
}

static void
note_transition(struct bfd_session *s, const struct bfd_transition *tr)
{
	s->last = *tr;
	s->decided = loop_clock();
	bfd_loss_restart(&s->loss);
	s->changed_real_ns = loop_realtime_ns();
	if (tr->to == BFD_UP)
		s->last_up_real_ns = s->changed_real_ns;
	else if (tr->from == BFD_UP)
		s->last_down_real_ns = s->changed_real_ns;
}

static void
notify(struct bfd_engine *e, struct bfd_session *s, enum bfd_change change)
{
	if (e->config.changed != NULL)
		e->config.changed(s, change, e->config.arg);
}

static void	admit_held_back(void *);

/* What a session counts for; when that is less, others may have room. */
static void
set_rate(struct bfd_engine *e, struct bfd_session *s, int64_t rate)
{
	if (rate < s->packet_rate)
		(void)loop_defer(e->loop, admit_held_back, e);
	e->packet_rate += rate - s->packet_rate;
	s->packet_rate = rate;
}

/* The offer by which this wish accepted its session; NULL: gone, or none. */
static struct bfd_offer *
offer_of(const struct bfd_engine *e, const struct bfd_session *s,
    const struct bfd_wish *w)
{
	if (!w->accepted)
		return NULL;
	return bfd_passive_find(e->passive, w->owner, s->core.p.interface,
	    s->core.p.peer.family);
}

/* What an offer counts against its limit are sessions nobody asked for. */
static void
set_unsolicited(struct bfd_engine *e, const struct bfd_session *s,
    struct bfd_wish *w, bool unsolicited)
{
	struct bfd_offer *o = offer_of(e, s, w);

	if (o != NULL && w->unsolicited != unsolicited) {
		if (unsolicited)
			o->sessions++;
		else
			o->sessions--;
	}
	w->unsolicited = unsolicited;
}

/* False: it had none. */
static bool
drop_wish(struct bfd_engine *e, struct bfd_session *s, const void *owner)
{
	struct bfd_wish *w = bfd_session_wish_of(s, owner);

	if (w != NULL)
		set_unsolicited(e, s, w, false);
	return bfd_session_wish_drop(s, owner);
}

static void
forget_session(struct bfd_engine *e, struct bfd_session *s)
{
	while (s->wishes != NULL)
		(void)drop_wish(e, s, s->wishes->owner);
	e->packet_rate -= s->packet_rate;
	bfd_heap_set(&e->heap, &s->due, MONO_NEVER);
	close_socket(e, s, true);
	bfd_table_remove(e->table, s);
}

/* Deferred: the sessions whose time is over. */
static void
reap(void *arg)
{
	struct bfd_engine *e = arg;
	struct bfd_session *s, *next;

	for (s = bfd_table_first(e->table); s != NULL; s = next) {
		char name[LABEL_LEN];

		next = s->next;
		if (!s->doomed)
			continue;
		notify(e, s, BFD_CHANGE_DELETED);
		log_info("deleted %s", label(s, name, sizeof(name)));
		forget_session(e, s);
	}
	update_pace(e);
	if (e->stopping && e->stopped != NULL &&
	    bfd_table_count(e->table) == 0) {
		void (*stopped)(void *) = e->stopped;

		e->stopped = NULL;
		stopped(e->stopped_arg);
	}
}

/*
 * RFC 9468 §2: what was accepted and is not Up is not kept for ever.  The time
 * runs from leaving Up, whatever is tried after that.
 */
static void
consider_abandoning(struct bfd_engine *e, struct bfd_session *s)
{
	if (!bfd_session_unsolicited(s) || s->core.session_state == BFD_UP)
		s->abandon_at = MONO_NEVER;
	else if (mono_is_never(s->abandon_at))
		s->abandon_at = mono_add(e->now, e->config.linger_ns);
}

/* Lowest bit first, as the RFC has it: packets, then words. */
static void
carry_out(struct bfd_engine *e, struct bfd_session *s,
    const struct bfd_actions *act)
{
	if (act->todo & BFD_DO_STATE)
		note_transition(s, &act->tr);
	if (act->todo & BFD_DO_SEND_FINAL)
		send_packet(e, s, true);
	if (act->todo & BFD_DO_SEND)
		send_packet(e, s, false);
	if (act->todo & BFD_DO_SEND_ECHO)
		send_echo(e, s);
	if (act->todo & BFD_DO_STATE) {
		consider_abandoning(e, s);
		notify(e, s, BFD_CHANGE_STATE);
		log_transition(s);
	} else if (act->todo & BFD_DO_CHANGED)
		notify(e, s, BFD_CHANGE_VALUES);
	if (act->todo & (BFD_DO_STATE | BFD_DO_CHANGED)) {
		(void)loop_defer(e->loop, update_pace, e);
		echo_consider(e, s);
	}
	if (act->todo & BFD_DO_DELETE) {
		s->doomed = true;
		(void)loop_defer(e->loop, reap, e);
	}
	rearm(s);
}

/* --- packets in --- */

static struct bfd_session *session_new(struct bfd_engine *,
		    const struct bfd_params *, int *error);
static int	set_wish(struct bfd_engine *, struct bfd_session *,
		    const void *owner, const struct bfd_params *);

/*
 * RFC 9468: a session for whoever opened it, wished by who offered.  The time
 * to come up is at least the peer's Detection Time.
 */
static enum bfd_verdict
accept_session(struct bfd_engine *e, const struct bfd_rx *rx,
    const struct bfd_packet *pkt, struct bfd_session **out)
{
	const struct bfd_first_packet first = {
		.source = rx->source,
		.destination = rx->destination,
		.ifindex = rx->ifindex,
		.ttl = rx->ttl,
		.state = pkt->state,
		.auth_present = pkt->auth_present,
	};
	int64_t linger_ns = pkt->detect_mult * (pkt->desired_min_tx_us >
	    NS_PER_S / NS_PER_US ? ns_from_us(pkt->desired_min_tx_us) :
	    NS_PER_S);
	enum bfd_verdict verdict;
	struct bfd_offer *o;
	struct bfd_params p;
	struct bfd_session *s;
	struct bfd_wish *w;
	int error;

	if (rx->multihop || e->stopping)
		return BFD_NO_SESSION_VERDICT;
	verdict = bfd_passive_judge(e->passive, e->now, &first, &o);
	if (verdict != BFD_OK_VERDICT)
		return verdict;
	p = o->p;
	p.peer = rx->source;
	s = session_new(e, &p, &error);
	if (s == NULL)
		return error == -ENOSPC ? BFD_PASSIVE_LIMIT_VERDICT :
		    BFD_NO_SESSION_VERDICT;
	if (set_wish(e, s, o->owner, &p) != 0) {
		forget_session(e, s);
		return BFD_PASSIVE_LIMIT_VERDICT;
	}
	w = bfd_session_wish_of(s, o->owner);
	w->accepted = true;
	set_unsolicited(e, s, w, true);
	set_rate(e, s, bfd_packet_rate(&p));
	s->abandon_at = mono_add(e->now, linger_ns > e->config.linger_ns ?
	    linger_ns : e->config.linger_ns);
	rearm(s);
	*out = s;
	return BFD_OK_VERDICT;
}

/* B-26..B-28, then what only the shell knows: source, TTL (B-41). */
static enum bfd_verdict
find_session(struct bfd_engine *e, const struct bfd_rx *rx,
    const struct bfd_packet *pkt, struct bfd_session **out)
{
	const struct bfd_params *p;
	struct bfd_session *s;
	enum bfd_verdict verdict;

	if (pkt->your_discr != 0) {
		s = bfd_table_by_discr(e->table, pkt->your_discr);
		if (s == NULL)
			return BFD_YOUR_DISCR_VERDICT;
	} else {
		if (pkt->state != BFD_DOWN && pkt->state != BFD_ADMIN_DOWN)
			return BFD_STATE_VERDICT;
		s = bfd_table_by_path(e->table, &rx->source, &rx->destination,
		    rx->ifindex, rx->multihop);
		if (s == NULL) {
			verdict = accept_session(e, rx, pkt, &s);
			if (verdict != BFD_OK_VERDICT)
				return verdict;
		}
	}
	*out = s;
	p = &s->core.p;
	if (p->unaffiliated || !addr_equal(&p->peer, &rx->source) ||
	    p->multihop != rx->multihop ||
	    (!p->multihop && s->ifindex != rx->ifindex) ||
	    (p->multihop && addr_is_set(&p->local) &&
	    !addr_equal(&p->local, &rx->destination)))
		return BFD_SOURCE_VERDICT;
	if (rx->ttl < p->rx_ttl)
		return BFD_TTL_VERDICT;
	return BFD_OK_VERDICT;
}

static void
discarded(struct bfd_engine *e, const struct bfd_rx *rx,
    enum bfd_verdict verdict)
{
	char source[ADDR_STRLEN], ifname[IF_NAMESIZE];
	uint64_t suppressed;

	if (!log_debug_on("rx") || !token_bucket_take(
	    &e->discard_log[verdict], e->now, &suppressed))
		return;
	log_debug("rx", "discard source=%s interface=%s reason=%s len=%zu "
	    "ttl=%d suppressed=%llu",
	    addr_format(&rx->source, source, sizeof(source)),
	    if_indextoname((unsigned)rx->ifindex, ifname) != NULL ? ifname :
	    "-", bfd_verdict_name(verdict), rx->len, rx->ttl,
	    (unsigned long long)suppressed);
}

/*
 * An echo of ours (B-91): made with our key, of this session, not seen before,
 * and no older than what we would wait for.
 */
static enum bfd_verdict
received_echo(struct bfd_engine *e, const struct bfd_rx *rx,
    struct bfd_session **out)
{
	struct bfd_actions act = { 0 };
	struct bfd_session *s;
	struct bfd_echo echo;
	int64_t round_trip_ns;

	if (!bfd_echo_parse(e->echo_key, rx->payload, rx->len, &echo))
		return BFD_ECHO_VERDICT;
	s = bfd_table_by_discr(e->table, echo.discr);
	if (s == NULL)
		return BFD_YOUR_DISCR_VERDICT;
	*out = s;
	if (s->ifindex != rx->ifindex)
		return BFD_SOURCE_VERDICT;
	round_trip_ns = mono_sub(rx->arrival, echo.sent);
	if (echo.sequence - s->echo.seen - 1 >=
	    s->echo.sequence - s->echo.seen || round_trip_ns >
	    s->core.echo_interval_ns * s->core.p.detect_mult)
		return BFD_ECHO_VERDICT;
	s->echo.seen = echo.sequence;
	s->echo.received++;
	s->echo.round_trip_ns = round_trip_ns > 0 ? round_trip_ns : 0;
	bfd_core_echo_rx(&s->core, e->now, rx->arrival, &act);
	carry_out(e, s, &act);
	return BFD_OK_VERDICT;
}

/* RFC 9747: a control packet of ours, forwarded once. */
static enum bfd_verdict
find_unaffiliated(struct bfd_engine *e, const struct bfd_rx *rx,
    const struct bfd_packet *pkt, struct bfd_session **out)
{
	struct bfd_session *s = bfd_table_by_discr(e->table, pkt->my_discr);

	if (s == NULL)
		return BFD_NO_SESSION_VERDICT;
	*out = s;
	if (!s->core.p.unaffiliated || s->ifindex != rx->ifindex ||
	    !addr_equal(&s->echo.path.self, &rx->source) ||
	    !addr_equal(&s->echo.path.self, &rx->destination))
		return BFD_SOURCE_VERDICT;
	return rx->ttl == BFD_ECHO_TTL ? BFD_OK_VERDICT : BFD_TTL_VERDICT;
}

static enum bfd_verdict
receive(struct bfd_engine *e, const struct bfd_rx *rx,
    struct bfd_session **out, struct bfd_actions *act)
{
	struct bfd_packet pkt;
	enum bfd_verdict verdict;

	/* The mark of an echo packet is no version of BFD. */
	if (rx->echo && rx->len > 0 && rx->payload[0] >> 5 != BFD_VERSION)
		return received_echo(e, rx, out);
	verdict = bfd_wire_parse(rx->payload, rx->len, &pkt);
	if (verdict == BFD_OK_VERDICT)
		verdict = rx->echo ? find_unaffiliated(e, rx, &pkt, out) :
		    find_session(e, rx, &pkt, out);
	if (verdict != BFD_OK_VERDICT)
		return verdict;
	return bfd_core_rx(&(*out)->core, e->now, rx->arrival, &pkt, act);
}

static void	apply_wishes(struct bfd_engine *, struct bfd_session *);

/* B-124: on a path of several hops much loss is taken for congestion. */
static void
note_loss(struct bfd_engine *e, struct bfd_session *s, mono_t arrival)
{
	const struct bfd_core *c = &s->core;
	unsigned before = s->loss.factor;
	char name[LABEL_LEN];

	if (!c->p.multihop || c->session_state != BFD_UP ||
	    s->wishes == NULL || c->remote_detect_mult == 0 ||
	    !bfd_loss_note(&s->loss, arrival, c->detection_time_ns /
	    c->remote_detect_mult))
		return;
	log_notice("congestion %s intervals=x%u before=x%u lost=%llu",
	    label(s, name, sizeof(name)), s->loss.factor, before,
	    (unsigned long long)s->loss.lost_count);
	apply_wishes(e, s);
}

static bool
received(const struct bfd_rx *rx, void *arg)
{
	struct bfd_engine *e = arg;
	struct bfd_session *s = NULL;
	struct bfd_actions act = { 0 };
	enum bfd_verdict verdict;

	e->now = mono_max(e->now, rx->now);
	e->rate_packets++;
	verdict = receive(e, rx, &s, &act);
	if (verdict == BFD_OK_VERDICT && !s->core.p.unaffiliated && rx->echo)
		return true;			/* counted elsewhere */
	e->stats.verdicts[verdict]++;
	/* B-36: in AdminDown the packet's values count, the packet does not. */
	if (verdict == BFD_OK_VERDICT ||
	    verdict == BFD_ADMIN_DOWN_STATE_VERDICT) {
		s->counters.receive_packet++;
		s->local = rx->destination;
		carry_out(e, s, &act);
		note_loss(e, s, rx->arrival);
		return true;
	}
	if (s != NULL) {
		s->counters.receive_invalid_packet++;
		s->counters.discards[verdict]++;
	}
	discarded(e, rx, verdict);
	return false;
}

/* --- timers --- */

/* Stops at once, without a word: the peer has not been there for a while. */
static void
abandon(struct bfd_engine *e, struct bfd_session *s)
{
	char name[LABEL_LEN];

	log_info("abandoned %s", label(s, name, sizeof(name)));
	s->abandon_at = MONO_NEVER;
	set_rate(e, s, 0);
	s->doomed = true;
	bfd_heap_set(&e->heap, &s->due, MONO_NEVER);
	(void)loop_defer(e->loop, reap, e);
}

static void
session_due(struct bfd_engine *e, struct bfd_session *s)
{
	struct bfd_actions act = { 0 };

	if (!mono_before(engine_now(e), s->abandon_at)) {
		abandon(e, s);
		return;
	}

	if (bfd_core_detection_due(&s->core, engine_now(e)) &&
	    mono_before(bfd_io_drained(e->io), e->now))
		bfd_io_drain(e->io);
	bfd_core_expire(&s->core, engine_now(e), &act);
	carry_out(e, s, &act);
}

/* Packets before timers: what has arrived is proof of life. */
static void
slot_begins(struct bfd_engine *e)
{
	mono_t due = e->slot_due;
	bool more;

	if (mono_sub(e->now, due) > BFD_STALL_NS)
		stalled(due, e->now, e);
	more = bfd_io_poll(e->io);
	note_rate(e);
	e->slot_due = more ? e->now :
	    mono_add(e->now, e->slot_ns - e->now.ns % e->slot_ns);
}

static void
timer_due(mono_t deadline, void *arg)
{
	struct bfd_engine *e = arg;
	mono_t now = engine_now(e);
	struct bfd_heap_entry *first;

	(void)deadline;
	if (!mono_before(now, e->slot_due))
		slot_begins(e);
	/*
	 * Only what was due when we came: the rest has its own turn.  Whoever was
	 * served has moved on to later than now.
	 */
	while ((first = bfd_heap_first(&e->heap)) != NULL &&
	    !mono_before(now, first->at)) {
		session_due(e, first->owner);
		if (bfd_heap_first(&e->heap) == first &&
		    !mono_before(now, first->at))
			break;
	}
	set_timer(e);
}

/* After the sockets were read because packets woke us. */
static void
rx_done(void *arg)
{
	struct bfd_engine *e = arg;

	if (e->slot_ns == 0)
		note_rate(e);
}

/* --- wishes --- */

static void
apply_wishes(struct bfd_engine *e, struct bfd_session *s)
{
	struct bfd_actions act = { 0 };
	struct bfd_params p;

	if (e->stopping)
		return;
	if (s->mourning) {
		loop_timer_set(e->mourn_timer, e->now);
		return;
	}
	consider_abandoning(e, s);
	if (s->wishes == NULL) {
		set_rate(e, s, 0);
		s->held_back = false;
		bfd_core_release(&s->core, engine_now(e), &act);
		carry_out(e, s, &act);
		return;
	}
	bfd_session_effective(s, &p);
	set_rate(e, s, s->held_back ? 0 : bfd_packet_rate(&p));
	p.desired_min_tx_ns = bfd_loss_stretch(&s->loss, p.desired_min_tx_ns);
	p.required_min_rx_ns = bfd_loss_stretch(&s->loss,
	    p.required_min_rx_ns);
	p.admin_down = p.admin_down || s->operator_down || s->held_back;
	s->doomed = false;
	/*
	 * Wished again while it was leaving.  bfd_core_set_params() brings it
	 * back by itself, unless it is wished to be down.
	 */
	if (p.admin_down && !mono_is_never(s->core.release_timer)) {
		bfd_core_admin_up(&s->core, engine_now(e), &act);
		carry_out(e, s, &act);
	}
	bfd_core_set_params(&s->core, engine_now(e), &p, &act);
	carry_out(e, s, &act);
}

/*
 * B-107: the peer may remember the sequence of an earlier life of this session
 * and refuse every number but those next to it.  It forgets when it has heard
 * nothing for twice its Detection Time, which is our multiplier times whichever
 * of the intervals is longer; theirs we take to be like ours.  Should it be even
 * longer, they go on refusing until then, which costs no more than waiting.
 */
static void
wait_until_forgotten(struct bfd_session *s)
{
	const struct bfd_params *p = &s->core.p;
	int64_t interval_ns = p->desired_min_tx_ns;

	if (p->auth.type == BFD_AUTH_NONE || p->auth.type == BFD_AUTH_SIMPLE ||
	    p->unaffiliated)
		return;
	if (p->required_min_rx_ns > interval_ns)
		interval_ns = p->required_min_rx_ns;
	bfd_core_stay_silent(&s->core, mono_add(s->core.created,
	    2 * p->detect_mult * interval_ns));
}

static struct bfd_session *
session_new(struct bfd_engine *e, const struct bfd_params *p, int *error)
{
	struct bfd_session *s;
	char name[LABEL_LEN];
	int ifindex = 0;

	if (!p->multihop)
		ifindex = (int)if_nametoindex(p->interface);
	s = bfd_table_add(e->table, engine_now(e), p, ifindex, error);
	if (s == NULL)
		return NULL;
	s->engine = e;
	s->created_real_ns = s->changed_real_ns = loop_realtime_ns();
	s->local = p->local;
	s->echo.looked = MONO_NEVER;
	s->core.echo_blocked = true;	/* until there is a way */
	wait_until_forgotten(s);
	token_bucket_init(&s->send_log, 60 * NS_PER_S, 3);
	s->due.owner = s;
	bfd_core_set_tx_slot(&s->core, e->slot_ns);
	log_info("created %s local_discr=0x%08x%s", label(s, name,
	    sizeof(name)), s->core.local_discr, ifindex == 0 && !p->multihop ?
	    " waiting_for=interface" : "");
	return s;
}

/* Only one address can be the session's own; bfdd.conf decides, then age. */
static bool
local_conflicts(const struct bfd_session *s, const void *owner,
    const struct bfd_params *p)
{
	const struct bfd_wish *w;

	if (owner == bfd_owner_conf || !addr_is_set(&p->local))
		return false;
	for (w = s->wishes; w != NULL; w = w->next) {
		if (w->owner != owner && addr_is_set(&w->p.local) &&
		    !addr_equal(&w->p.local, &p->local))
			return true;
	}
	return false;
}

/* B-84: the wish just set is one too many.  False: it is to be taken back. */
static bool
hold_back(struct bfd_engine *e, struct bfd_session *s, const void *owner,
    int64_t rate, bool had)
{
	bool only = !had && s->wishes->next == NULL;
	char name[LABEL_LEN];
	uint64_t suppressed;

	e->stats.refused++;
	if (!s->held_back && token_bucket_take(&e->refused_log, engine_now(e),
	    &suppressed))
		log_warning("refused %s packets=%lld in_use=%lld max=%lld "
		    "suppressed=%llu", label(s, name, sizeof(name)),
		    (long long)rate, (long long)e->packet_rate,
		    (long long)e->packets_max, (unsigned long long)suppressed);
	if (owner == bfd_owner_conf && only)
		s->held_back = true;
	return owner == bfd_owner_conf && s->held_back;
}

/* Deferred: there may be room for those that had to wait, the oldest first. */
static void
admit_held_back(void *arg)
{
	struct bfd_engine *e = arg;
	struct bfd_params p;
	struct bfd_session *s;
	char name[LABEL_LEN];

	for (s = bfd_table_first(e->table); s != NULL; s = s->next) {
		if (!s->held_back || e->stopping)
			continue;
		bfd_session_effective(s, &p);
		if (!bfd_rate_admits(e->packets_max, e->packet_rate, 0,
		    bfd_packet_rate(&p)))
			continue;
		s->held_back = false;
		log_info("admitted %s", label(s, name, sizeof(name)));
		apply_wishes(e, s);
	}
}

/* Sets the owner's wish if what all wishes come to can be carried. */
static int
set_wish(struct bfd_engine *e, struct bfd_session *s, const void *owner,
    const struct bfd_params *p)
{
	struct bfd_wish *w = bfd_session_wish_of(s, owner);
	struct bfd_params before, effective;
	bool had = w != NULL, unsolicited = had && w->unsolicited;
	int64_t rate;
	int error;

	bfd_params_init(&before);
	if (had) {
		before = w->p;
		set_unsolicited(e, s, w, false);
	}
	error = bfd_session_wish_set(s, owner, p);
	if (error != 0)
		return error;
	bfd_session_effective(s, &effective);
	rate = bfd_packet_rate(&effective);
	if (bfd_rate_admits(e->packets_max, e->packet_rate, s->packet_rate,
	    rate))
		s->held_back = false;
	else if (!hold_back(e, s, owner, rate, had)) {
		if (had) {
			(void)bfd_session_wish_set(s, owner, &before);
			set_unsolicited(e, s, w, unsolicited);
		} else
			(void)bfd_session_wish_drop(s, owner);
		error = -EDQUOT;
	}
	explicit_bzero(&before, sizeof(before));	/* keys */
	explicit_bzero(&effective, sizeof(effective));
	return error;
}

int
bfd_engine_wish(struct bfd_engine *e, const void *owner,
    const struct bfd_params *p, struct bfd_session **out)
{
	struct bfd_session *s;
	bool made = false;
	int error;

	if (e->stopping)
		return -ESHUTDOWN;
	s = bfd_table_by_key(e->table, p);
	if (s == NULL) {
		s = session_new(e, p, &error);
		if (s == NULL)
			return error;
		made = true;
	} else if (local_conflicts(s, owner, p))
		return -EADDRINUSE;
	error = set_wish(e, s, owner, p);
	if (error != 0) {
		if (made)
			forget_session(e, s);
		return error;
	}
	if (made && !s->held_back) {
		set_rate(e, s, bfd_packet_rate(p));
		rearm(s);
	} else
		apply_wishes(e, s);
	*out = s;
	return 0;
}

bool
bfd_engine_unwish(struct bfd_engine *e, const void *owner,
    const struct bfd_params *key)
{
	struct bfd_session *s = bfd_table_by_key(e->table, key);
	struct bfd_wish *w = s == NULL ? NULL : bfd_session_wish_of(s, owner);
	struct bfd_offer *o;

	if (w == NULL || w->unsolicited)
		return false;
	o = offer_of(e, s, w);
	if (o == NULL)
		(void)drop_wish(e, s, owner);
	else {
		/* The peer opened it as well: that goes on. */
		w->p = o->p;
		w->p.peer = s->core.p.peer;
		set_unsolicited(e, s, w, true);
	}
	apply_wishes(e, s);
	if (o != NULL)
		notify(e, s, BFD_CHANGE_VALUES);	/* it is unsolicited */
	return true;
}

void
bfd_engine_owner_gone(struct bfd_engine *e, const void *owner)
{
	struct bfd_session *s;
	struct bfd_offer *o;

	for (s = bfd_table_first(e->table); s != NULL; s = s->next) {
		if (drop_wish(e, s, owner))
			apply_wishes(e, s);
	}
	while ((o = bfd_passive_of(e->passive, owner)) != NULL)
		bfd_passive_withdraw(e->passive, o);
	loop_timer_set(e->mourn_timer, engine_now(e));
}

static void
inherit(struct bfd_session *s, const void *owner, const void *heir)
{
	struct bfd_wish *w = s == NULL ? NULL : bfd_session_wish_of(s, owner);

	if (w != NULL && bfd_session_wish_of(s, heir) == NULL)
		w->owner = heir;
}

void
bfd_engine_inherit(struct bfd_engine *e, const void *owner, const void *heir,
    const struct bfd_params *key)
{
	inherit(bfd_table_by_key(e->table, key), owner, heir);
}

void
bfd_engine_inherit_offer(struct bfd_engine *e, const void *owner,
    const void *heir, const char *interface, uint8_t family)
{
	struct bfd_offer *o = bfd_passive_find(e->passive, owner, interface,
	    family);
	struct bfd_session *s;
	struct bfd_wish *w;

	if (o == NULL || bfd_passive_find(e->passive, heir, interface,
	    family) != NULL)
		return;
	for (s = bfd_table_first(e->table); s != NULL; s = s->next) {
		w = bfd_session_wish_of(s, owner);
		if (w != NULL && offer_of(e, s, w) == o &&
		    bfd_session_wish_of(s, heir) == NULL)
			w->owner = heir;
	}
	o->owner = heir;
}

/* --- the fate of clients (L-20, L-21) --- */

/* Somebody wishes it, and nobody that is alive. */
static bool
only_the_dead(const struct bfd_session *s)
{
	const struct bfd_wish *w;

	for (w = s->wishes; w != NULL; w = w->next) {
		if (!w->dead)
			return false;
	}
	return s->wishes != NULL;
}

/* Ends the mourning of sessions whose time has come. */
static void
mourn(mono_t deadline, void *arg)
{
	struct bfd_engine *e = arg;
	struct bfd_session *s;
	mono_t now = engine_now(e), next = MONO_NEVER;

	(void)deadline;
	for (s = bfd_table_first(e->table); s != NULL; s = s->next) {
		if (!s->mourning)
			continue;
		if (mono_before(now, s->mourn_until)) {
			next = mono_min(next, s->mourn_until);
			continue;
		}
		if (only_the_dead(s))
			continue;
		s->mourning = false;
		bfd_core_hold(&s->core, false);
		apply_wishes(e, s);
	}
	loop_timer_set(e->mourn_timer, next);
}

/* The peer's Detection Time and what packets may be late by. */
static int64_t
mourning_span(const struct bfd_core *c)
{
	int64_t span_ns = 2 * c->p.detect_mult * c->tx_interval_ns;

	if (span_ns < BFD_MOURN_MIN_NS)
		return BFD_MOURN_MIN_NS;
	return span_ns > BFD_MOURN_MAX_NS ? BFD_MOURN_MAX_NS : span_ns;
}

static void
begin_mourning(struct bfd_engine *e, struct bfd_session *s)
{
	struct bfd_actions act = { 0 };
	int64_t span_ns = mourning_span(&s->core);

	s->mourning = true;
	s->mourn_until = mono_add(engine_now(e), span_ns);
	bfd_core_hold(&s->core, true);
	bfd_core_force_down(&s->core, e->now, BFD_DIAG_PATH_DOWN, &act);
	carry_out(e, s, &act);
}

unsigned
bfd_engine_owner_dead(struct bfd_engine *e, const void *owner,
    bfd_engine_shares shares, void *arg)
{
	struct bfd_session *s;
	struct bfd_wish *w;
	unsigned n = 0;

	if (e->stopping)
		return 0;
	for (s = bfd_table_first(e->table); s != NULL; s = s->next) {
		w = bfd_session_wish_of(s, owner);
		if (w == NULL || w->dead || !shares(s, w, arg))
			continue;
		w->dead = true;
		if (s->core.session_state != BFD_UP || s->mourning)
			continue;
		begin_mourning(e, s);
		n++;
	}
	loop_timer_set(e->mourn_timer, e->now);
	return n;
}

void
bfd_engine_owner_alive(struct bfd_engine *e, const void *owner)
{
	struct bfd_session *s;
	struct bfd_wish *w;

	for (s = bfd_table_first(e->table); s != NULL; s = s->next) {
		w = bfd_session_wish_of(s, owner);
		if (w != NULL)
			w->dead = false;
	}
	loop_timer_set(e->mourn_timer, engine_now(e));
}

/* --- offers (RFC 9468) --- */

/* The owner's offer is now this one, or is about to go. */
static void
update_accepted(struct bfd_engine *e, const struct bfd_offer *o, bool gone)
{
	struct bfd_session *s;
	struct bfd_params p;
	struct bfd_wish *w;

	for (s = bfd_table_first(e->table); s != NULL; s = s->next) {
		w = bfd_session_wish_of(s, o->owner);
		if (w == NULL || offer_of(e, s, w) != o)
			continue;
		if (!gone) {
			if (!w->unsolicited)
				continue;
			p = o->p;
			p.peer = s->core.p.peer;
			(void)set_wish(e, s, o->owner, &p);
			set_unsolicited(e, s, w, true);
		} else if (w->unsolicited)
			(void)drop_wish(e, s, o->owner);
		else
			w->accepted = false;
		apply_wishes(e, s);
		if (!gone)			/* its new owner must know */
			notify(e, s, BFD_CHANGE_VALUES);
	}
}

int
bfd_engine_offer(struct bfd_engine *e, const void *owner,
    const struct bfd_params *p, unsigned sessions_max)
{
	char local[ADDR_STRLEN];
	struct bfd_offer *o;
	int error;

	if (e->stopping)
		return -ESHUTDOWN;
	error = bfd_passive_offer(e->passive, owner, p, sessions_max,
	    (int)if_nametoindex(p->interface), &o);
	if (error != 0)
		return error;
	log_info("accepting interface=%s local=%s max=%u", p->interface,
	    addr_format(&p->local, local, sizeof(local)), sessions_max);
	update_accepted(e, o, false);
	return 0;
}

bool
bfd_engine_withdraw(struct bfd_engine *e, const void *owner,
    const char *interface, uint8_t family)
{
	struct bfd_offer *o = bfd_passive_find(e->passive, owner, interface,
	    family);

	if (o == NULL)
		return false;
	update_accepted(e, o, true);
	bfd_passive_withdraw(e->passive, o);
	log_info("no longer accepting interface=%s family=%s", interface,
	    family == AF_INET6 ? "ipv6" : "ipv4");
	return true;
}

const struct bfd_passive *
bfd_engine_passive(const struct bfd_engine *e)
{
	return e->passive;
}

void
bfd_engine_addr(struct bfd_engine *e, const struct nl_addr *a, bool gone)
{
	if (!bfd_passive_addr(e->passive, a->ifindex, &a->prefix, gone))
		log_err("no room for another address: nothing is accepted "
		    "from its subnet");
}

void
bfd_engine_addrs_forget(struct bfd_engine *e)
{
	bfd_passive_addrs_forget(e->passive);
}

int
bfd_engine_admin_down(struct bfd_engine *e, const struct bfd_params *key,
    bool down, struct bfd_session **out)
{
	struct bfd_session *s = bfd_table_by_key(e->table, key);
	struct bfd_params wished;
	char name[LABEL_LEN];

	if (e->stopping)
		return -ESHUTDOWN;
	if (s == NULL || s->wishes == NULL)
		return -ENOENT;
	bfd_session_effective(s, &wished);
	if (!down && wished.admin_down)
		return -EPERM;
	*out = s;
	if (s->operator_down == down)
		return 0;
	s->operator_down = down;
	log_notice("admin-%s %s by=operator", down ? "down" : "up",
	    label(s, name, sizeof(name)));
	apply_wishes(e, s);
	return 0;
}

/* --- bfdd.conf --- */

/* All but the line number, which says nothing about the session. */
static bool
same_values(const struct bfd_params *a, const struct bfd_params *b)
{
	return strcmp(a->name, b->name) == 0 &&
	    addr_equal(&a->peer, &b->peer) &&
	    addr_equal(&a->local, &b->local) &&
	    strcmp(a->interface, b->interface) == 0 &&
	    a->desired_min_tx_ns == b->desired_min_tx_ns &&
	    a->required_min_rx_ns == b->required_min_rx_ns &&
	    a->detect_mult == b->detect_mult &&
	    a->multihop == b->multihop &&
	    a->rx_ttl == b->rx_ttl &&
	    a->passive == b->passive &&
	    a->admin_down == b->admin_down &&
	    a->echo_min_rx_ns == b->echo_min_rx_ns &&
	    a->echo_tx_ns == b->echo_tx_ns &&
	    a->unaffiliated == b->unaffiliated &&
	    bfd_auth_params_equal(&a->auth, &b->auth);
}

static const struct bfd_wish *
conf_wish(const struct bfd_engine *e, const struct bfd_params *p)
{
	const struct bfd_session *s = bfd_table_by_key(e->table, p);

	return s == NULL ? NULL : bfd_session_wish_of(s, bfd_owner_conf);
}

/* One session of the file. */
static void
reload_one(struct bfd_engine *e, const struct bfd_params *p,
    struct bfd_reload *r)
{
	const struct bfd_wish *w = conf_wish(e, p);
	struct bfd_session *s;
	bool there = w != NULL;
	int error = 0;

	if (there && same_values(&w->p, p))
		r->unchanged++;
	else if ((error = bfd_engine_wish(e, bfd_owner_conf, p, &s)) == 0) {
		if (there)
			r->changed++;
		else
			r->added++;
	} else {
		log_err("session=%s line=%d error=\"%s\"", p->name, p->line,
		    error == -EDQUOT ? "beyond max_packets_per_second" :
		    strerror(-error));
		r->failed++;
		if (!there)
			return;
		/* What cannot be changed stays as it was. */
	}
	s = bfd_table_by_key(e->table, p);
	bfd_session_wish_of(s, bfd_owner_conf)->listed = e->reload_number;
}

/* One session the file no longer has; false: there is none. */
static bool
drop_unlisted(struct bfd_engine *e, struct bfd_reload *r)
{
	struct bfd_session *s;
	struct bfd_wish *w;

	for (s = bfd_table_first(e->table); s != NULL; s = s->next) {
		w = bfd_session_wish_of(s, bfd_owner_conf);
		if (w == NULL || w->listed == e->reload_number)
			continue;
		(void)bfd_session_wish_drop(s, bfd_owner_conf);
		apply_wishes(e, s);
		r->removed++;
		return true;
	}
	return false;
}

static void
set_packets_max(struct bfd_engine *e, int64_t max)
{
	e->packets_max = max;
	(void)loop_defer(e->loop, admit_held_back, e);
}

void
bfd_engine_reload(struct bfd_engine *e, const struct bfd_config *config,
    struct bfd_reload *r)
{
	struct bfd_reload none = { 0 };
	unsigned i;

	*r = none;
	set_packets_max(e, config->packets_max);
	e->reload_number++;
	for (i = 0; i < config->count; i++)
		reload_one(e, &config->sessions[i], r);
	while (drop_unlisted(e, r))
		;
}

static void
reload_forget(struct bfd_engine *e)
{
	if (e->reload.done == NULL)
		return;
	bfd_config_free(&e->reload.config);
	e->reload.done = NULL;
	loop_timer_set(e->reload.timer, MONO_NEVER);
}

static void
reload_slice(mono_t deadline, void *arg)
{
	struct bfd_engine *e = arg;
	struct reload_run *run = &e->reload;
	mono_t end = mono_add(loop_clock(), BFD_RELOAD_SLICE_NS);
	void (*done)(const struct bfd_reload *, void *) = run->done;

	(void)deadline;
	do {
		if (run->next < run->config.count)
			reload_one(e, &run->config.sessions[run->next++],
			    &run->result);
		else if (!drop_unlisted(e, &run->result)) {
			reload_forget(e);
			done(&run->result, run->arg);
			return;
		}
	} while (mono_before(loop_clock(), end));
	loop_timer_set(run->timer, mono_add(loop_clock(),
	    BFD_RELOAD_PACE_NS));
}

void
bfd_engine_reload_begin(struct bfd_engine *e, struct bfd_config *config,
    void (*done)(const struct bfd_reload *, void *arg), void *arg)
{
	struct bfd_reload none = { 0 };

	reload_forget(e);
	set_packets_max(e, config->packets_max);
	e->reload_number++;
	e->reload.config = *config;
	e->reload.next = 0;
	e->reload.result = none;
	e->reload.done = done;
	e->reload.arg = arg;
	loop_timer_set(e->reload.timer, loop_clock());
}

/* --- interfaces --- */

static void
set_ifindex(struct bfd_engine *e, struct bfd_session *s, int ifindex)
{
	struct bfd_actions act = { 0 };
	char name[LABEL_LEN];

	if (s->ifindex == ifindex)
		return;
	bfd_table_set_ifindex(e->table, s, ifindex);
	s->echo.path = (struct bfd_echo_path){ .ready = false };
	s->echo.looked = MONO_NEVER;
	bfd_core_echo_block(&s->core, engine_now(e), true, &act);
	carry_out(e, s, &act);
	/* The socket is bound to the old index; the next packet opens anew. */
	close_socket(e, s, false);
	log_info("interface %s ifindex=%d%s", label(s, name, sizeof(name)),
	    ifindex, ifindex == 0 ? " gone" : "");
}

void
bfd_engine_link(struct bfd_engine *e, const char *name, int ifindex, bool gone)
{
	struct bfd_session *s;

	bfd_passive_link(e->passive, name, ifindex, gone);
	for (s = bfd_table_first(e->table); s != NULL; s = s->next) {
		bool named = strcmp(s->core.p.interface, name) == 0;

		if (s->core.p.multihop)
			continue;
		if (named && !gone)
			set_ifindex(e, s, ifindex);
		else if (s->ifindex == ifindex)	/* gone, or renamed */
			set_ifindex(e, s, 0);
	}
}

void
bfd_engine_links_resync(struct bfd_engine *e)
{
	struct bfd_session *s;

	for (s = bfd_table_first(e->table); s != NULL; s = s->next) {
		if (!s->core.p.multihop)
			set_ifindex(e, s,
			    (int)if_nametoindex(s->core.p.interface));
	}
}

/* --- life --- */

int
bfd_engine_new(const struct bfd_engine_config *config, struct bfd_engine **out,
    uint16_t *bad_port)
{
	struct bfd_io_config io = {
		.port_single_hop = config->port_single_hop,
		.port_multihop = config->port_multihop,
		.rx = received,
		.rx_done = rx_done,
	};
	struct bfd_engine *e;
	unsigned i;
	int error;

	e = calloc(1, sizeof(*e));
	if (e == NULL)
		return -ENOMEM;
	e->config = *config;
	if (e->config.linger_ns == 0)
		e->config.linger_ns = BFD_PASSIVE_LINGER_NS;
	e->loop = config->loop;
	e->echo_fd = -1;
	memcpy(e->echo_key, config->echo_key, sizeof(e->echo_key));
	token_bucket_init(&e->stall_log, 10 * NS_PER_S, 3);
	token_bucket_init(&e->refused_log, 10 * NS_PER_S, 3);
	for (i = 0; i < BFD_VERDICT_COUNT; i++)
		token_bucket_init(&e->discard_log[i], NS_PER_S, 10);
	e->slot_due = MONO_NEVER;
	e->rate_since = loop_clock();
	e->table = bfd_table_new(config->sessions_max, config->seed);
	e->passive = bfd_passive_new();
	e->timer = loop_timer_new(e->loop, timer_due, e);
	e->reload.timer = loop_timer_new(e->loop, reload_slice, e);
	e->echo_timer = loop_timer_new(e->loop, echo_timer_due, e);
	error = -ENOMEM;
	e->mourn_timer = loop_timer_new(e->loop, mourn, e);
	if (e->table != NULL && e->passive != NULL && e->mourn_timer != NULL &&
	    e->timer != NULL && e->echo_timer != NULL &&
	    e->reload.timer != NULL &&
	    bfd_heap_init(&e->heap, config->sessions_max)) {
		io.arg = e;
		io.mark = bfd_table_mark(e->table);
		error = bfd_io_open(e->loop, &io, &e->io, bad_port);
	}
	if (error != 0) {
		bfd_engine_free(e);
		return error;
	}
	*out = e;
	return 0;
}

void
bfd_engine_free(struct bfd_engine *e)
{
	struct bfd_session *s;

	if (e == NULL)
		return;
	loop_watch_stalls(e->loop, 0, 0, stalled, e);
	while (e->table != NULL && (s = bfd_table_first(e->table)) != NULL)
		forget_session(e, s);
	loop_defer_cancel(e->loop, reap, e);
	loop_defer_cancel(e->loop, update_pace, e);
	loop_defer_cancel(e->loop, admit_held_back, e);
	bfd_table_free(e->table);
	bfd_passive_free(e->passive);
	bfd_heap_free(&e->heap);
	reload_forget(e);
	loop_timer_free(e->reload.timer);
	loop_timer_free(e->timer);
	loop_timer_free(e->mourn_timer);
	bfd_io_close(e->io);
	loop_timer_free(e->echo_timer);
	if (e->echo_fd != -1)
		(void)close(e->echo_fd);
	explicit_bzero(e, sizeof(*e));
	free(e);
}

void
bfd_engine_set_nl(struct bfd_engine *e, struct nl *nl)
{
	e->nl = nl;
}

const struct bfd_table *
bfd_engine_table(const struct bfd_engine *e)
{
	return e->table;
}

void
bfd_engine_stats(const struct bfd_engine *e, struct bfd_engine_stats *out)
{
	*out = e->stats;
	out->slot_ns = e->slot_ns;
	out->packet_rate = e->packet_rate;
	out->packets_max = e->packets_max;
	out->overflows = bfd_io_overflows(e->io);
	out->strangers_lost = bfd_io_strangers_lost(e->io);
}

void
bfd_engine_stop(struct bfd_engine *e, void (*stopped)(void *arg), void *arg)
{
	struct bfd_actions none = { 0 };
	struct bfd_session *s;

	if (e->stopping)
		return;
	e->stopping = true;
	reload_forget(e);
	e->stopped = stopped;
	e->stopped_arg = arg;
	for (s = bfd_table_first(e->table); s != NULL; s = s->next) {
		struct bfd_actions act = none;

		if (s->wishes == NULL && !s->mourning)
			continue;	/* is leaving already */
		bfd_core_release(&s->core, engine_now(e), &act);
		carry_out(e, s, &act);
	}
	(void)loop_defer(e->loop, reap, e);
}
