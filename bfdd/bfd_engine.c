/*
 * bfd_engine.c - the sessions at work: packets to cores, actions to sockets.
 *
 * A packet is parsed (bfd_wire.c), given to its session (bfd_table.c), and
 * judged by the session's core; whatever the core asks for is carried out by
 * bfd_act.c.  Here are the packets that come in, the deadlines, the interfaces,
 * and the life of the engine; who wants which session is bfd_wishes.c's, what
 * bfdd.conf says is bfd_reload.c's.
 *
 * Slots.  A few sessions are served as they come: every packet wakes us, every
 * transmission has an instant of its own.  With many the wake-ups cost several
 * times what the packets do.  Then time is cut into slots of at most a tenth of
 * the shortest interval: the cores put their transmissions at slots, where the
 * sockets are read too, and packets wake nobody.  What this delays is the
 * reaction to what a peer says, by less than a slot; detection is judged on time,
 * after a drain, as ever.  A flood of packets brings us there as well.
 *
 * Detection (L-31).  When a detection timer is due, every packet that arrived
 * before it was due must have been seen.  bfd_io_drained() tells how far the
 * sockets have been read; only if that is not far enough they are drained, so
 * many sessions expiring in one batch cost one drain.  What is still due after
 * the drain, by kernel receive instants, is down.
 *
 * Absence (L-32).  The loop's sentinel reports from when to when we did not run.
 * Each core is told, and grants its peer what it could not have been heard in; then
 * the sockets are drained, so that what the kernel stamped meanwhile counts.  The
 * sentinel runs only while a session is up or coming up, at a sixth of the shortest
 * detection time; with slots, a slot that comes late tells the same.
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

#include "bfdd/bfd_act.h"
#include "bfdd/bfd_away.h"
#include "bfdd/bfd_engine_state.h"
#include "bfdd/bfd_heap.h"
#include "bfdd/bfd_io.h"
#include "bfdd/bfd_passive.h"
#include "bfdd/bfd_reload.h"
#include "bfdd/bfd_vrf.h"
#include "bfdd/bfd_wishes.h"
#include "bfdd/pure/bfd_congestion.h"
#include "bfdd/pure/bfd_echo.h"
#include "shared/log.h"
#include "shared/pure/addr.h"
#include "shared/pure/token_bucket.h"

#define OPERATOR_LOG_BURST 600		/* lines, then one per second */

/* --- the sentinel --- */

static void
stalled(mono_t since, mono_t until, void *arg)
{
	struct bfd_engine *e = arg;
	struct bfd_session *s;
	int64_t span = mono_sub(until, since);
	uint64_t suppressed;

	/* Before the drain: a Down in there may be the answer to our absence. */
	for (s = bfd_table_first(e->table); s != NULL; s = s->next)
		bfd_away_absent(s, since, until);
	bfd_io_drain(e->io);
	for (s = bfd_table_first(e->table); s != NULL; s = s->next) {
		bfd_loss_restart(&s->loss);
		bfd_act_rearm(s);
	}
	e->stats.stalls++;
	e->stats.last_stall_ns = span;
	if (span > e->stats.worst_stall_ns)
		e->stats.worst_stall_ns = span;
	/* A stall that no session can notice is counted, and no news. */
	if (e->shortest_ns > 0 && span >= e->shortest_ns / BFD_STALL_WARNING &&
	    token_bucket_take(&e->stall_log, until, &suppressed))
		log_warning("stall us=%lld sessions=%u stalls=%llu "
		    "suppressed=%llu",
		    (long long)us_from_ns_floor(span),
		    bfd_table_count(e->table),
		    (unsigned long long)e->stats.stalls,
		    (unsigned long long)suppressed);
}

/* --- slots and pace --- */

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
	e->slot_due = slot_ns == 0 ? MONO_NEVER : mono_add(bfd_act_now(e),
	    slot_ns - e->now.ns % slot_ns);
	bfd_act_set_timer(e);
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
	int64_t rate = 0, shortest_tx = NS_PER_S, counted = 0;

	for (s = bfd_table_first(e->table); s != NULL; s = s->next) {
		int64_t interval_ns = s->core.tx_interval_ns;

		counted += s->packet_rate;
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
	assert(counted == e->packet_rate);			/* B-84 */
	e->shortest_ns = shortest == INT64_MAX ? 0 : shortest;
	bfd_vrf_look_later(e);
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

/* Judges, once in a while, the packets that received() has counted. */
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

/* --- packets in --- */

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
	int64_t wait_ns = pkt->detect_mult * (pkt->desired_min_tx_us >
	    NS_PER_S / NS_PER_US ? ns_from_us(pkt->desired_min_tx_us) :
	    NS_PER_S);
	enum bfd_verdict verdict;
	struct bfd_offer *o;

	if (rx->multihop || e->stopping)
		return BFD_NO_SESSION_VERDICT;
	verdict = bfd_passive_judge(e->passive, e->now, &first, &o);
	if (verdict != BFD_OK_VERDICT)
		return verdict;
	return bfd_wishes_accept(e, o, &rx->source, wait_ns, out);
}

/*
 * B-26: once both have each other's discriminator the source of a packet is not
 * relevant (RFC 5880 §6.3), so that a peer whose address is replaced, and which goes
 * on sending, is not declared dead.  Said with care: a stranger who has read the
 * discriminators is followed for a proof of life only, on the same link, and not
 * where that address has a session of its own or is one that no peer can have.
 */
static bool
has_moved(struct bfd_engine *e, const struct bfd_session *s,
    const struct bfd_rx *rx, const struct bfd_packet *pkt)
{
	const struct bfd_core *c = &s->core;

	if (c->p.unaffiliated || c->p.multihop || rx->multihop ||
	    s->ifindex != rx->ifindex || c->session_state != BFD_UP ||
	    pkt->your_discr == 0 || pkt->my_discr != c->remote_discr ||
	    (!addr_is_loopback(&c->p.peer) && bfd_passive_is_martian(e->passive,
	    rx->ifindex, &rx->source)) ||
	    bfd_table_by_path(e->table, &rx->source, &rx->destination,
	    rx->ifindex, false) != NULL)
		return false;
	return pkt->state == BFD_UP || addr_equal(&s->moved_to, &rx->source);
}

static void
note_source(struct bfd_session *s, const struct bfd_rx *rx)
{
	char name[BFD_LABEL_LEN], text[ADDR_STRLEN];
	uint64_t suppressed;

	if (addr_equal(&s->core.p.peer, &rx->source)) {
		s->moved_to.family = AF_UNSPEC;
		return;
	}
	if (addr_equal(&s->moved_to, &rx->source))
		return;
	s->moved_to = rx->source;
	if (token_bucket_take(&s->state_log, rx->now, &suppressed))
		log_notice("moved %s to=%s: its address has changed, by its "
		    "discriminator it is the same", bfd_act_label(s, name,
		    sizeof(name)), addr_format(&rx->source, text,
		    sizeof(text)));
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
	if (p->unaffiliated || (!addr_equal(&p->peer, &rx->source) &&
	    !has_moved(e, s, rx, pkt)) || p->multihop != rx->multihop ||
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

	/* A router may be among those that are kept out. */
	if (verdict == BFD_PASSIVE_LIMIT_VERDICT) {
		if (token_bucket_take(&e->limit_log, e->now, &suppressed))
			log_warning("refused source=%s interface=%s reason=%s "
			    "suppressed=%llu: too many open sessions that "
			    "nobody asked for", addr_format(&rx->source, source,
			    sizeof(source)), if_indextoname(
			    (unsigned)rx->ifindex, ifname) != NULL ? ifname :
			    "-", bfd_verdict_name(verdict),
			    (unsigned long long)suppressed);
		return;
	}
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
	bfd_act_carry_out(e, s, &act);
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

/* B-124: on a path of several hops much loss is taken for congestion. */
static void
note_loss(struct bfd_engine *e, struct bfd_session *s, mono_t arrival)
{
	const struct bfd_core *c = &s->core;
	unsigned before = s->loss.factor;
	char name[BFD_LABEL_LEN];

	if (!c->p.multihop || c->session_state != BFD_UP ||
	    s->wishes == NULL || c->remote_detect_mult == 0 ||
	    !bfd_loss_note(&s->loss, arrival, c->detection_time_ns /
	    c->remote_detect_mult))
		return;
	log_notice("congestion %s intervals=x%u before=x%u lost=%llu",
	    bfd_act_label(s, name, sizeof(name)), s->loss.factor, before,
	    (unsigned long long)s->loss.lost_count);
	bfd_wishes_apply(e, s);
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
		if (!rx->echo)
			note_source(s, rx);
		bfd_act_carry_out(e, s, &act);
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

static void
session_due(struct bfd_engine *e, struct bfd_session *s)
{
	struct bfd_actions act = { 0 };

	if (!mono_before(bfd_act_now(e), s->abandon_at)) {
		bfd_wishes_abandon(e, s);
		return;
	}

	if (bfd_core_detection_due(&s->core, bfd_act_now(e)) &&
	    mono_before(bfd_io_drained(e->io), e->now))
		bfd_io_drain(e->io);
	if (bfd_away_is(s))
		bfd_away_grant(s, bfd_act_now(e));
	bfd_core_expire(&s->core, bfd_act_now(e), &act);
	bfd_act_carry_out(e, s, &act);
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
	mono_t now = bfd_act_now(e);
	struct bfd_heap_entry *first;

	(void)deadline;
	if (!mono_before(now, e->slot_due))
		slot_begins(e);
	/*
	 * Only deadlines that were due when the timer fired; later ones have their
	 * own turn.  A session that was served has moved on to later than now.
	 */
	while ((first = bfd_heap_first(&e->heap)) != NULL &&
	    !mono_before(now, first->at)) {
		session_due(e, first->owner);
		if (bfd_heap_first(&e->heap) == first &&
		    !mono_before(now, first->at))
			break;
	}
	bfd_act_set_timer(e);
}

/* Called after the sockets were read because packets woke the loop. */
static void
rx_done(void *arg)
{
	struct bfd_engine *e = arg;

	if (e->slot_ns == 0)
		note_rate(e);
}

/* --- interfaces --- */

static void
set_ifindex(struct bfd_engine *e, struct bfd_session *s, int ifindex)
{
	struct bfd_actions act = { 0 };
	char name[BFD_LABEL_LEN];

	if (s->ifindex == ifindex)
		return;
	bfd_table_set_ifindex(e->table, s, ifindex);
	s->echo.path = (struct bfd_echo_path){ .ready = false };
	s->echo.looked = MONO_NEVER;
	bfd_core_echo_block(&s->core, bfd_act_now(e), true, &act);
	bfd_act_carry_out(e, s, &act);
	/* The socket is bound to the old index; the next packet opens anew. */
	bfd_act_close_socket(e, s, false);
	bfd_vrf_look_later(e);
	log_info("interface %s ifindex=%d%s", bfd_act_label(s, name,
	    sizeof(name)), ifindex, ifindex == 0 ? " gone" : "");
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
		/* Or by another of its names (ip link property). */
		if (!named && !gone && (s->ifindex == 0 ||
		    s->ifindex == ifindex))
			named = (int)if_nametoindex(s->core.p.interface) ==
			    ifindex;
		if (named && !gone)
			set_ifindex(e, s, ifindex);
		else if (s->ifindex == ifindex)	/* gone, or renamed */
			set_ifindex(e, s, 0);
	}
}

void
bfd_engine_vrf(struct bfd_engine *e, int ifindex, int vrf)
{
	bfd_vrf_link(e, ifindex, vrf);
}

void
bfd_engine_vrfs_forget(struct bfd_engine *e)
{
	bfd_vrf_forget(e);
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
	e->pace = update_pace;
	e->reap = bfd_wishes_reap;
	if (e->config.linger_ns == 0)
		e->config.linger_ns = BFD_PASSIVE_LINGER_NS;
	e->loop = config->loop;
	e->echo_fd = -1;
	memcpy(e->echo_key, config->echo_key, sizeof(e->echo_key));
	token_bucket_init(&e->stall_log, 10 * NS_PER_S, 3);
	token_bucket_init(&e->refused_log, 10 * NS_PER_S, 3);
	token_bucket_init(&e->operator_log, NS_PER_S, OPERATOR_LOG_BURST);
	for (i = 0; i < BFD_VERDICT_COUNT; i++)
		token_bucket_init(&e->discard_log[i], NS_PER_S, 10);
	token_bucket_init(&e->limit_log, 10 * NS_PER_S, 1);
	e->slot_due = MONO_NEVER;
	e->rate_since = loop_clock();
	e->table = bfd_table_new(config->sessions_max, config->seed);
	e->passive = bfd_passive_new();
	e->timer = loop_timer_new(e->loop, timer_due, e);
	e->reload.timer = loop_timer_new(e->loop, bfd_reload_slice, e);
	e->echo_timer = loop_timer_new(e->loop, bfd_act_echo_due, e);
	error = -ENOMEM;
	e->mourn_timer = loop_timer_new(e->loop, bfd_wishes_mourn, e);
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
		bfd_wishes_forget(e, s);
	loop_defer_cancel(e->loop, bfd_wishes_reap, e);
	loop_defer_cancel(e->loop, update_pace, e);
	bfd_vrf_free(e);
	loop_defer_cancel(e->loop, bfd_wishes_admit, e);
	bfd_table_free(e->table);
	bfd_passive_free(e->passive);
	bfd_heap_free(&e->heap);
	bfd_reload_forget(e);
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
	bfd_reload_forget(e);
	e->stopped = stopped;
	e->stopped_arg = arg;
	for (s = bfd_table_first(e->table); s != NULL; s = s->next) {
		struct bfd_actions act = none;

		if (s->wishes == NULL && !s->mourning)
			continue;	/* is leaving already */
		bfd_core_release(&s->core, bfd_act_now(e), &act);
		bfd_act_carry_out(e, s, &act);
	}
	(void)loop_defer(e->loop, bfd_wishes_reap, e);
}
