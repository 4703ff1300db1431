/*
 * bfd_act.c - what leaves a session: packets, echo, words to clients and log.
 *
 * A core says what is to be done as a value (struct bfd_actions);
 * bfd_act_carry_out() does it, packets first, then the clients, then the log, and
 * puts the session in its place in the heap of deadlines, of which the loop knows
 * only the first.  The three that give input to cores use it: bfd_engine.c (the
 * wire and the clock), bfd_wishes.c (who wants which session) and, through that,
 * bfd_reload.c.  Nothing here decides what a session should be.
 *
 * What has to wait for the end of the batch, the pace of all sessions and the end
 * of this one, is deferred through e->pace and e->reap: the files that know how
 * are above this one.
 *
 * Echo (B-91, B-93, RFC 9747) needs a way: an address of our own that the peer
 * would send back to us, and the link address of the neighbour.  A timer looks
 * for it, as a look costs a request to the kernel.
 *
 * Time.  The cores get the clock as read just then, not the instant the batch
 * began: with a thousand sessions a batch is long enough to matter, and pacing
 * counts from when a packet really left.  bfd_act_now() never goes back.
 */
#include "config.h"

#include "bfdd/bfd_act.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bfdd/bfd_echo_io.h"
#include "bfdd/bfd_io.h"
#include "bfdd/pure/bfd_congestion.h"
#include "bfdd/pure/bfd_echo.h"
#include "shared/log.h"
#include "shared/pure/addr.h"
#include "shared/pure/token_bucket.h"

/* How often the way of echo packets is looked at: while there is none, after. */
#define ECHO_LOOK_NS		(1 * NS_PER_S)
#define ECHO_LOOK_AGAIN_NS	(10 * NS_PER_S)

mono_t
bfd_act_now(struct bfd_engine *e)
{
	e->now = mono_max(e->now, loop_clock());
	return e->now;
}

void
bfd_act_set_timer(struct bfd_engine *e)
{
	const struct bfd_heap_entry *first = bfd_heap_first(&e->heap);

	loop_timer_set(e->timer, mono_min(e->slot_due,
	    first == NULL ? MONO_NEVER : first->at));
}

void
bfd_act_rearm(struct bfd_session *s)
{
	struct bfd_engine *e = s->engine;

	bfd_heap_set(&e->heap, &s->due, mono_min(s->abandon_at,
	    bfd_core_next_expiry(&s->core)));
	bfd_act_set_timer(e);
}

/* "peer=192.0.2.2 interface=eth0": how every line names a session. */
const char *
bfd_act_label(const struct bfd_session *s, char *buf, size_t size)
{
	char peer[ADDR_STRLEN];

	(void)snprintf(buf, size, "peer=%s interface=%s%s%s",
	    addr_format(&s->core.p.peer, peer, sizeof(peer)),
	    s->core.p.interface[0] != '\0' ? s->core.p.interface : "-",
	    s->core.p.name[0] != '\0' ? " session=" : "", s->core.p.name);
	return buf;
}

static void
send_failed(struct bfd_engine *e, struct bfd_session *s, int error)
{
	char name[BFD_LABEL_LEN];
	uint64_t suppressed;

	s->counters.send_failed_packet++;
	if (s->send_error == -error ||
	    !token_bucket_take(&s->send_log, e->now, &suppressed))
		return;
	s->send_error = -error;
	log_warning("send-failed %s error=\"%s\" suppressed=%llu",
	    bfd_act_label(s, name, sizeof(name)), strerror(-error),
	    (unsigned long long)suppressed);
}

/*
 * After each control packet, 0: it has left.  When none has for as long as the peer
 * waits, clients are to know: the peer finds this host dead, and it is not.
 */
static void
note_left(struct bfd_engine *e, struct bfd_session *s, int error)
{
	int was = s->unsent_error;

	if (error == 0) {
		s->left = e->now;
		s->unsent_by = MONO_NEVER;
		s->unsent_error = 0;
	} else if (mono_is_never(s->unsent_by))
		s->unsent_by = mono_add(mono_is_never(s->left) ? e->now :
		    s->left, s->core.tx_interval_ns * s->core.p.detect_mult);
	if (error != 0 && !mono_before(e->now, s->unsent_by))
		s->unsent_error = -error;
	s->unsent_news = s->unsent_news || s->unsent_error != was;
}

/* --- echo --- */

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
	char name[BFD_LABEL_LEN], self[ADDR_STRLEN];
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
		log_warning("echo %s error=\"%s\"", bfd_act_label(s, name,
		    sizeof(name)), error == -EADDRNOTAVAIL ?
		    "no address on the interface that can be routed" :
		    error == -EHOSTUNREACH ? "neighbour not resolved" :
		    strerror(-error));
	else if (error == 0 && !was_ready)
		log_info("echo %s self=%s", bfd_act_label(s, name,
		    sizeof(name)), addr_format(&s->echo.path.self, self,
		    sizeof(self)));
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

	echo.sent = bfd_act_now(e);
	error = -ENOTSUP;
	if (bfd_echo_build(e->echo_key, &echo, payload))
		error = echo_transmit(e, s, payload, sizeof(payload));
	if (error != 0)
		send_failed(e, s, error);
	else
		s->echo.sent++;
}

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
	bfd_core_echo_block(&s->core, bfd_act_now(e), blocked, &act);
	bfd_act_carry_out(e, s, &act);
}

void
bfd_act_echo_due(mono_t deadline, void *arg)
{
	struct bfd_engine *e = arg;
	struct bfd_session *s;
	bool any = false;

	(void)deadline;
	(void)bfd_act_now(e);
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

/* --- packets --- */

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

void
bfd_act_close_socket(struct bfd_engine *e, struct bfd_session *s, bool release)
{
	bfd_io_tx_close(e->io, s->fd, s->source_port, release);
	s->fd = -1;
	if (release)
		s->source_port = 0;
}

/* To where the peer is now (B-26). */
static int
transmit(struct bfd_engine *e, const struct bfd_session *s, bool reachable,
    const uint8_t *buf, size_t len)
{
	struct bfd_params p;

	if (!addr_is_set(&s->moved_to) || s->core.session_state != BFD_UP)
		return bfd_io_tx(e->io, s->fd, &s->core.p, s->ifindex,
		    reachable, buf, len);
	p = s->core.p;
	p.peer = s->moved_to;
	return bfd_io_tx(e->io, s->fd, &p, s->ifindex, reachable, buf, len);
}

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
		note_left(e, s, error);
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
	error = transmit(e, s, reachable, buf, len);
	note_left(e, s, error);
	if (error != 0) {
		send_failed(e, s, error);
		return;
	}
	s->counters.send_packet++;
	s->send_error = 0;
}

/* --- the actions of a core --- */

/* A peer can make a session go up and down as fast as it sends. */
static void
log_transition(struct bfd_session *s)
{
	const struct bfd_transition *tr = &s->last;
	char name[BFD_LABEL_LEN], local[ADDR_STRLEN], left_out[40] = "";
	int64_t silent_us = -1;
	uint64_t suppressed;

	if (!token_bucket_take(&s->state_log, s->decided, &suppressed))
		return;
	if (suppressed > 0)
		(void)snprintf(left_out, sizeof(left_out), " suppressed=%llu",
		    (unsigned long long)suppressed);
	if (!mono_is_never(tr->last_rx))
		silent_us = us_from_ns_floor(mono_sub(s->decided, tr->last_rx));
	log_notice("state %s local=%s from=%s to=%s diag=%u reason=%s "
	    "remote_state=%s remote_diag=%u detection_us=%lld "
	    "last_rx_us=%lld late_us=%lld%s",
	    bfd_act_label(s, name, sizeof(name)),
	    addr_format(&s->local, local, sizeof(local)),
	    bfd_state_name(tr->from), bfd_state_name(tr->to), tr->diag,
	    bfd_reason_name(tr->reason), bfd_state_name(tr->remote_state),
	    tr->remote_diag,
	    (long long)us_from_ns_floor(tr->detection_time_ns),
	    (long long)silent_us,
	    (long long)us_from_ns_floor(mono_sub(s->decided, tr->due)),
	    left_out);
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

void
bfd_act_notify(struct bfd_engine *e, struct bfd_session *s,
    enum bfd_change change)
{
	if (e->config.changed != NULL)
		e->config.changed(s, change, e->config.arg);
}

/*
 * RFC 9468 §2: what was accepted and is not Up is not kept for ever.  The time
 * runs from leaving Up, whatever is tried after that.
 */
void
bfd_act_consider_abandoning(struct bfd_engine *e, struct bfd_session *s)
{
	if (!bfd_session_unsolicited(s) || s->core.session_state == BFD_UP)
		s->abandon_at = MONO_NEVER;
	else if (mono_is_never(s->abandon_at))
		s->abandon_at = mono_add(e->now, e->config.linger_ns);
}

/*
 * Asserts the state of a session whose actions were just carried out.  While the
 * session mourns, and while the engine leaves, wishes do not decide its state.
 */
static void
check(const struct bfd_engine *e, const struct bfd_session *s)
{
	bool down = s->core.session_state == BFD_ADMIN_DOWN;

	assert(s->engine == e);
	assert(s->fd == -1 || s->source_port != 0);		/* B-110 */
	assert(s->doomed || s->due.at.ns == mono_min(s->abandon_at,
	    bfd_core_next_expiry(&s->core)).ns);
	assert(s->mourning == s->core.held);			/* L-20 */
	assert(s->packet_rate >= 0 && s->packet_rate <= e->packet_rate);
	if (s->mourning || e->stopping)
		return;
	assert(down || s->wishes != NULL);			/* B-137 */
	assert(down || (!s->operator_down && !s->held_back));	/* B-51, B-84 */
	assert(s->packet_rate == 0 || (s->wishes != NULL && !s->held_back));
	assert(mono_is_never(s->abandon_at) || (bfd_session_unsolicited(s) &&
	    s->core.session_state != BFD_UP));			/* B-145 */
}

/* Lowest bit first, as the RFC has it: packets, then words. */
void
bfd_act_carry_out(struct bfd_engine *e, struct bfd_session *s,
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
		bfd_act_consider_abandoning(e, s);
		bfd_act_notify(e, s, BFD_CHANGE_STATE);
		log_transition(s);
	} else if ((act->todo & BFD_DO_CHANGED) || s->unsent_news)
		bfd_act_notify(e, s, BFD_CHANGE_VALUES);
	s->unsent_news = false;
	if (act->todo & (BFD_DO_STATE | BFD_DO_CHANGED)) {
		(void)loop_defer(e->loop, e->pace, e);
		echo_consider(e, s);
	}
	if (act->todo & BFD_DO_DELETE) {
		s->doomed = true;
		(void)loop_defer(e->loop, e->reap, e);
	}
	bfd_act_rearm(s);
	check(e, s);
}
