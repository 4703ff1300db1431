/*
 * sim.c - the engine of the simulator: events, network, processes, witnesses.
 *
 * One struct sim is one world; see sim.h.  Messages lie in a heap ordered by
 * arrival and number, so that a run depends on nothing but its seed.
 */
#include "config.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test/sim/sim.h"
#include "vrrpd/pure/vrrp_wire.h"

#define VRID		51
#define IPC_NS		(50 * NS_PER_US)	/* bfdd to vrrpd, at least */
#define STALL_THRESHOLD_NS (2 * NS_PER_MS)	/* what a loop calls absent */
#define SENTINEL_NS	NS_PER_MS		/* cadence of a loop's sentinel */
#define EPOCH		(1000 * NS_PER_S)

/* ---- the heap of messages under way ---- */

struct sim_flight {
	mono_t			at;
	uint64_t		seq;
	unsigned		to;
	enum sim_proc_name	proc;
	struct sim_message	m;
};

struct sim_heap {
	struct sim_flight	**at;
	size_t			  count, size;
	uint64_t		  seq;
};

static bool
flies_before(const struct sim_flight *a, const struct sim_flight *b)
{
	return a->at.ns < b->at.ns || (a->at.ns == b->at.ns && a->seq < b->seq);
}

static void
heap_push(struct sim_heap *h, const struct sim_flight *f)
{
	struct sim_flight *copy = malloc(sizeof(*copy)), *parent;
	size_t i;

	if (h->count == h->size) {
		h->size = h->size == 0 ? 1024 : 2 * h->size;
		h->at = realloc(h->at, h->size * sizeof(*h->at));
	}
	if (copy == NULL || h->at == NULL)
		abort();
	*copy = *f;
	copy->seq = h->seq++;
	for (i = h->count++; i > 0; i = (i - 1) / 2) {
		parent = h->at[(i - 1) / 2];
		if (!flies_before(copy, parent))
			break;
		h->at[i] = parent;
	}
	h->at[i] = copy;
}

static struct sim_flight *
heap_pop(struct sim_heap *h)
{
	struct sim_flight *top = h->at[0], *last = h->at[--h->count];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < h->count) {
		if (child + 1 < h->count &&
		    flies_before(h->at[child + 1], h->at[child]))
			child++;
		if (!flies_before(h->at[child], last))
			break;
		h->at[i] = h->at[child];
		i = child;
	}
	if (h->count > 0)
		h->at[i] = last;
	return top;
}

/* ---- set-up, trace, failure ---- */

static int64_t
below(struct sim *s, int64_t bound)
{
	return bound <= 0 ? 0 : (int64_t)rng_below(&s->rng, (uint64_t)bound);
}

static struct addr
router_address(uint8_t family, unsigned i)
{
	static const uint8_t v4[4] = { 192, 0, 2, 0 };
	static const uint8_t v6[16] = { 0xfe, 0x80, [15] = 0 };
	struct addr a = addr_from_bytes(family, family == AF_INET6 ? v6 : v4);

	a.bytes[addr_len(family) - 1] = (uint8_t)(10 + i);
	return a;
}

void
sim_init(struct sim *s, uint64_t seed, unsigned count)
{
	unsigned i, j;

	memset(s, 0, sizeof(*s));
	s->seed = seed;
	rng_seed(&s->rng, seed);
	s->now = (mono_t){ EPOCH };
	s->family = AF_INET;
	s->count = count;
	s->delay_ns = 100 * NS_PER_US;
	s->jitter_ns = 20 * NS_PER_US;
	s->lateness_ns = 50 * NS_PER_US;
	s->heap = calloc(1, sizeof(*s->heap));
	if (s->heap == NULL)
		abort();
	for (i = 0; i < count; i++) {
		s->r[i].params = (struct vrrp_core_params){ .version = 3,
		    .priority = 100, .advert_int_cs = 1, .preempt = true };
		for (j = 0; j < count; j++)
			s->contest_since[i][j] = s->overlap_since[i][j] =
			    MONO_NEVER;
		vrrp_linger_init(&s->r[i].linger);
	}
}

void
sim_free(struct sim *s)
{
	while (s->heap->count > 0)
		free(heap_pop(s->heap));
	free(s->heap->at);
	free(s->heap);
}

void
sim_trace(struct sim *s, const char *fmt, ...)
{
	char *line = s->trace[s->trace_count++ % SIM_TRACE_MAX];
	int64_t us = (s->now.ns - EPOCH) / NS_PER_US;
	va_list ap;
	int n;

	n = snprintf(line, sizeof(s->trace[0]), "%6" PRId64 ".%06" PRId64 " ",
	    us / 1000000, us % 1000000);
	va_start(ap, fmt);
	vsnprintf(line + n, sizeof(s->trace[0]) - (size_t)n, fmt, ap);
	va_end(ap);
}

void
sim_fail(struct sim *s, const char *fmt, ...)
{
	unsigned i = s->trace_count > SIM_TRACE_MAX ?
	    s->trace_count - SIM_TRACE_MAX : 0;
	va_list ap;

	for (; i < s->trace_count; i++)
		fprintf(stderr, "%s\n", s->trace[i % SIM_TRACE_MAX]);
	fprintf(stderr, "sim: seed %" PRIu64 ": ", s->seed);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

/* ---- the network ---- */

static void
deliver_later(struct sim *s, unsigned to, enum sim_proc_name proc,
    const struct sim_message *m, int64_t delay_ns)
{
	struct sim_flight f = { .to = to, .proc = proc, .m = *m };

	/* One wire between two routers, one socket between two processes. */
	f.at = mono_max(mono_add(s->now, delay_ns),
	    s->last_arrival[m->from][to]);
	s->last_arrival[m->from][to] = f.at;
	heap_push(s->heap, &f);
}

static void
transmit(struct sim *s, unsigned from, unsigned to, struct sim_message *m)
{
	bool vrrp = m->kind == SIM_ADVERT;

	if (s->cut[from][to] ||
	    (vrrp ? s->cut_vrrp[from][to] : s->cut_bfd[from][to]) ||
	    rng_below(&s->rng, 1000) < s->loss_permille)
		return;
	m->from = from;
	deliver_later(s, to, vrrp ? SIM_VRRPD : SIM_BFDD, m,
	    s->delay_ns + below(s, s->jitter_ns));
}

/* A frame as vrrpd would have built it beforehand. */
static void
send_advert(struct sim *s, unsigned from, uint8_t priority)
{
	static const uint8_t mac[6] = { 0, 0, 0x5e, 0, 1, VRID };
	struct sim_router *r = &s->r[from];
	struct addr vip = router_address(s->family, 200);
	struct vrrp_advert_spec spec = {
		.version = r->params.version, .vrid = VRID,
		.priority = priority, .interval_cs = r->params.advert_int_cs,
		.source = r->address, .destination = vrrp_wire_group(s->family),
		.addr_count = 1, .addrs = &vip,
	};
	struct sim_message m = { .kind = SIM_ADVERT };
	unsigned to;

	m.len = vrrp_wire_build_frame(&spec, mac, NULL, m.bytes,
	    sizeof(m.bytes));
	SIM_REQUIRE(s, m.len > 0);
	r->witness.last_advert_sent = s->now;
	for (to = 0; to < s->count; to++)
		if (to != from)
			transmit(s, from, to, &m);
}

/* ---- two Actives that can hear each other (V-94) ---- */

static bool
awake(const struct sim *s, unsigned i)
{
	const struct sim_proc *p = &s->r[i].proc[SIM_VRRPD];

	return s->r[i].alive && !mono_before(s->now, p->stalled_until) &&
	    !mono_before(s->now, s->r[i].asleep_until);
}

static bool
hear_each_other(const struct sim *s, unsigned i, unsigned j)
{
	return !s->cut[i][j] && !s->cut[j][i] && !s->cut_vrrp[i][j] &&
	    !s->cut_vrrp[j][i];
}

/* An advert of either must get through and be answered or obeyed. */
static int64_t
contest_bound_ns(const struct sim *s)
{
	int64_t adverts = s->loss_permille > 0 ? 40 : 1;

	return (adverts + 1) * sim_interval_ns(s) +
	    4 * (s->delay_ns + s->jitter_ns + s->lateness_ns) +
	    STALL_THRESHOLD_NS;
}

/* Who answers still withdraws soon after it could hear the new Active. */
static void
watch_overlap(struct sim *s, unsigned i, unsigned j)
{
	mono_t *since = &s->overlap_since[i][j];

	if (s->r[i].linger.phase == VRRP_LINGER_NOT ||
	    s->r[j].core.state != VRRP_ACTIVE || !awake(s, i) ||
	    !awake(s, j) || !hear_each_other(s, i, j))
		*since = MONO_NEVER;
	else if (mono_is_never(*since))
		*since = s->now;
	else if (mono_sub(s->now, *since) > contest_bound_ns(s) +
	    VRRP_LINGER_TAIL_NS)
		sim_fail(s, "router %u answers still, %" PRId64 " us after "
		    "router %u became Active", i,
		    us_from_ns_floor(mono_sub(s->now, *since)), j);
}

static void
watch_contests(struct sim *s)
{
	unsigned i, j;

	for (i = 0; i < s->count; i++)
		for (j = 0; j < s->count; j++)
			if (i != j)
				watch_overlap(s, i, j);
	for (i = 0; i < s->count; i++)
		for (j = 0; j < i; j++) {
			mono_t *since = &s->contest_since[i][j];

			if (s->r[i].core.state != VRRP_ACTIVE ||
			    s->r[j].core.state != VRRP_ACTIVE || !awake(s, i) ||
			    !awake(s, j) || !hear_each_other(s, i, j))
				*since = MONO_NEVER;
			else if (mono_is_never(*since))
				*since = s->now;
			else if (mono_sub(s->now, *since) > contest_bound_ns(s))
				sim_fail(s, "routers %u and %u both Active for "
				    "%" PRId64 " us", i, j,
				    us_from_ns_floor(mono_sub(s->now, *since)));
		}
}

/* ---- witnesses: was that takeover right? ---- */

static unsigned
router_of(struct sim *s, const struct addr *a)
{
	unsigned i;

	for (i = 0; i < s->count; i++)
		if (addr_equal(&s->r[i].address, a))
			return i;
	sim_fail(s, "an address of nobody");
}

static void
judge_takeover(struct sim *s, unsigned i, const struct vrrp_transition *tr)
{
	struct sim_router *r = &s->r[i];
	struct sim_witness *w = &r->witness;
	int64_t silent_ns = mono_sub(s->now, w->heard_at);
	unsigned peer;

	switch (tr->cause) {
	case VRRP_CAUSE_ACTIVE_DOWN_TIMER:	/* not while the Active is heard */
		if (silent_ns < 3 * w->heard_interval_ns)
			sim_fail(s, "router %u took over, having heard the "
			    "Active %" PRId64 " us ago", i,
			    us_from_ns_floor(silent_ns));
		break;
	case VRRP_CAUSE_PRIORITY_ZERO:
		SIM_REQUIRE(s, w->resigned);
		break;
	case VRRP_CAUSE_PREEMPT:
		SIM_REQUIRE(s, w->lesser_heard);
		SIM_REQUIRE(s, r->params.preempt || r->params.priority == 255);
		break;
	case VRRP_CAUSE_BFD_DOWN:
		peer = router_of(s, &r->core.death.edge_peer);
		SIM_REQUIRE(s, w->bfd_timeouts[peer] > 0);	/* L-11, L-12 */
		w->bfd_timeouts[peer] = 0;
		break;
	case VRRP_CAUSE_TAKEN_BACK:	/* nobody was heard, for long enough */
		SIM_REQUIRE(s, r->handed_over && !w->heard_since);
		SIM_REQUIRE(s, r->core.state_since.ns - w->state_at.ns >=
		    vrrp_core_skew_time_ns(r->params.version, 1,
		    r->params.advert_int_cs));
		break;
	case VRRP_CAUSE_OWNER:
		SIM_REQUIRE(s, r->params.priority == 255);
		break;
	default:
		sim_fail(s, "router %u took over because of %s", i,
		    vrrp_cause_name(tr->cause));
	}
}

/* What this advert means to a bystander, before the core sees it. */
static void
witness_advert(struct sim *s, unsigned i, const struct sim_message *m,
    const struct vrrp_advert *a)
{
	struct sim_router *r = &s->r[i];
	struct sim_witness *w = &r->witness;
	bool may_preempt = r->params.priority == 255 || (r->params.preempt &&
	    !mono_before(s->now, r->core.preempt_not_before));

	if (a->priority != 0)
		w->heard_since = true;
	if (r->core.state != VRRP_BACKUP)
		return;
	if (a->priority == 0)
		w->resigned = true;
	else if (a->priority < r->params.priority && may_preempt)
		w->lesser_heard = true;
	else {
		w->heard_at = mono_max(w->heard_at, m->arrival);
		w->heard_interval_ns = ns_from_cs(a->interval_cs);
		w->resigned = w->lesser_heard = false;
	}
}

static void
witness_state(struct sim *s, unsigned i)
{
	struct sim_router *r = &s->r[i];
	struct sim_witness *w = &r->witness;

	w->heard_at = w->state_at = s->now;
	w->resigned = w->lesser_heard = w->heard_since = false;
	if (r->core.state == VRRP_BACKUP)
		w->heard_interval_ns =
		    ns_from_cs(r->core.active_adver_interval_cs);
}

/* ---- vrrpd in small ---- */

static void	vrrpd_act(struct sim *, unsigned i,
		    const struct vrrp_actions *);

static void
linger_do(struct sim *s, unsigned i, enum vrrp_linger_do what)
{
	struct sim_router *r = &s->r[i];
	struct vrrp_actions act;

	switch (what) {
	case VRRP_LINGER_NOTHING:
		return;
	case VRRP_LINGER_HUSH:
		sim_trace(s, "router %u: hushed", i);
		return;
	case VRRP_LINGER_TAKE_BACK:
		vrrp_core_take_over(&r->core, s->now, VRRP_CAUSE_TAKEN_BACK,
		    &act);
		vrrpd_act(s, i, &act);
		return;
	case VRRP_LINGER_WITHDRAW:
		sim_trace(s, "router %u: withdrawn", i);
		if (!r->leaving)
			return;
		r->leaving = r->alive = false;
		r->proc[SIM_VRRPD].running = false;
		return;
	}
}

/* The handover is over: it may preempt again, if it might before. */
static void
ordinary_again(struct sim *s, unsigned i)
{
	struct sim_router *r = &s->r[i];
	struct vrrp_core_params p = r->params;

	if (!r->handed_over)
		return;
	r->handed_over = false;
	p.preempt = p.preempt || r->preempted;
	sim_set_params(s, i, &p);
}

static void
vrrpd_act(struct sim *s, unsigned i, const struct vrrp_actions *act)
{
	struct sim_router *r = &s->r[i];
	const struct vrrp_transition *tr = &act->tr;

	if (act->todo & VRRP_DO_SEND_ADVERT)
		send_advert(s, i, act->advert_priority);
	if (!(act->todo & VRRP_DO_TRANSITION))
		return;
	sim_trace(s, "router %u: %s -> %s, %s", i, vrrp_state_name(tr->from),
	    vrrp_state_name(tr->to), vrrp_cause_name(tr->cause));
	SIM_REQUIRE(s, !(act->todo & VRRP_DO_INSTALL) ==
	    (tr->to != VRRP_ACTIVE));
	SIM_REQUIRE(s, !(act->todo & VRRP_DO_WITHDRAW) ==
	    (tr->from != VRRP_ACTIVE));
	s->transitions++;
	r->transitions++;
	if (tr->to == VRRP_ACTIVE) {
		judge_takeover(s, i, tr);
		r->takeovers++;
		r->became_active = s->now;
	}
	witness_state(s, i);
	linger_do(s, i, vrrp_linger_moved(&r->linger, s->now, tr,
	    &r->core.p));
	if (tr->to == VRRP_ACTIVE)
		ordinary_again(s, i);
}

static void
vrrpd_advert(struct sim *s, unsigned i, const struct sim_message *m)
{
	struct vrrp_packet p;
	struct vrrp_advert a;
	struct vrrp_actions act;

	SIM_REQUIRE(s, vrrp_wire_packet(s->family, m->bytes + 14, m->len - 14,
	    &p) == VRRP_OK);
	SIM_REQUIRE(s, vrrp_wire_parse(&p, VRRP_ACCEPT_V2 | VRRP_ACCEPT_V3,
	    true, &a) == VRRP_OK);
	if (a.version == 2 && a.interval_cs != s->r[i].params.advert_int_cs)
		return;					/* V-124 */
	witness_advert(s, i, m, &a);
	vrrp_core_rx(&s->r[i].core, s->now, m->arrival, &a, &act);
	vrrpd_act(s, i, &act);
	if (a.priority != 0)
		linger_do(s, i, vrrp_linger_heard(&s->r[i].linger, s->now));
}

static void
vrrpd_run(struct sim *s, unsigned i, mono_t absent_since)
{
	struct sim_router *r = &s->r[i];
	struct sim_proc *p = &r->proc[SIM_VRRPD];
	struct vrrp_actions act;
	unsigned n;

	if (!mono_is_never(absent_since))
		vrrp_core_absent(&r->core, absent_since, s->now);
	for (n = 0; n < p->count; n++) {
		const struct sim_message *m = &p->inbox[n];

		if (m->kind == SIM_ADVERT) {
			vrrpd_advert(s, i, m);
			continue;
		}
		if (m->kind == SIM_BFDD_LOST)
			vrrp_core_reassure(&r->core, s->now, &act);
		else
			vrrp_core_bfd(&r->core, s->now, &m->level, &act);
		vrrpd_act(s, i, &act);
	}
	p->count = 0;
	while (!mono_before(s->now, vrrp_core_next_expiry(&r->core))) {
		vrrp_core_expire(&r->core, s->now, &act);
		vrrpd_act(s, i, &act);
	}
	linger_do(s, i, vrrp_linger_expire(&r->linger, s->now));
	if (r->core.state == VRRP_ACTIVE && mono_sub(s->now,
	    r->witness.last_advert_sent) > ns_from_cs(r->params.advert_int_cs))
		sim_fail(s, "router %u is Active and has not said so", i);
}

/* ---- bfdd in small ---- */

static enum vrrp_bfd_state
level_state(enum bfd_state state)
{
	switch (state) {
	case BFD_ADMIN_DOWN:
		return VRRP_BFD_ADMIN_DOWN;
	case BFD_DOWN:
		return VRRP_BFD_DOWN;
	case BFD_INIT:
		return VRRP_BFD_INIT;
	case BFD_UP:
		return VRRP_BFD_UP;
	}
	return VRRP_BFD_UNKNOWN;
}

static enum vrrp_bfd_reason
level_reason(enum bfd_reason reason)
{
	switch (reason) {
	case BFD_REASON_NONE:
	case BFD_REASON_HANDSHAKE:
		return VRRP_BFD_REASON_NONE;
	case BFD_REASON_TIMEOUT:
		return VRRP_BFD_REASON_TIMEOUT;
	case BFD_REASON_ECHO:
		return VRRP_BFD_REASON_ECHO;
	case BFD_REASON_REMOTE_DOWN:
		return VRRP_BFD_REASON_PEER_DOWN;
	case BFD_REASON_REMOTE_ADMIN_DOWN:
	case BFD_REASON_LOCAL_ADMIN:
		return VRRP_BFD_REASON_ADMIN;
	case BFD_REASON_FORWARDING_RESET:
	case BFD_REASON_PATH_DOWN:
		return VRRP_BFD_REASON_OTHER;
	}
	return VRRP_BFD_REASON_OTHER;
}

static void
bfdd_level(struct sim *s, unsigned i, unsigned peer, enum vrrp_bfd_state state,
    enum vrrp_bfd_reason reason, int64_t detection_time_ns, mono_t last_rx)
{
	struct sim_message m = { .kind = SIM_BFD_LEVEL, .from = i };
	const struct bfd_core *b = &s->r[i].bfd[peer];

	m.level.peer = s->r[peer].address;
	m.level.state = state;
	m.level.reason = reason;
	m.level.remote_diag = s->r[i].bfd[peer].remote_diag;
	m.level.detection_time_ns = detection_time_ns;
	m.level.last_rx = last_rx;
	if (b->remote_detect_mult > 0)
		m.level.rx_interval_ns = b->detection_time_ns /
		    b->remote_detect_mult;
	m.level.tx_interval_ns = b->tx_interval_ns;
	m.level.tx_multiplier = b->p.detect_mult;
	deliver_later(s, i, SIM_VRRPD, &m, IPC_NS + below(s, IPC_NS));
}

static void
bfdd_send(struct sim *s, unsigned i, unsigned peer, bool final)
{
	struct sim_message m = { .kind = SIM_BFD };

	m.len = bfd_core_build(&s->r[i].bfd[peer], s->now, final, m.bytes,
	    sizeof(m.bytes));
	if (m.len > 0)
		transmit(s, i, peer, &m);
}

static void
bfdd_act(struct sim *s, unsigned i, unsigned peer,
    const struct bfd_actions *act)
{
	const struct bfd_transition *tr = &act->tr;

	if (act->todo & BFD_DO_SEND_FINAL)
		bfdd_send(s, i, peer, true);
	if (act->todo & BFD_DO_SEND)
		bfdd_send(s, i, peer, false);
	if ((act->todo & (BFD_DO_STATE | BFD_DO_CHANGED)) == BFD_DO_CHANGED)
		bfdd_level(s, i, peer,
		    level_state(s->r[i].bfd[peer].session_state),
		    VRRP_BFD_REASON_NONE,
		    s->r[i].bfd[peer].detection_time_ns, MONO_NEVER);
	if (!(act->todo & BFD_DO_STATE))
		return;
	sim_trace(s, "bfd %u -> %u: %s -> %s, %s", i, peer,
	    bfd_state_name(tr->from), bfd_state_name(tr->to),
	    bfd_reason_name(tr->reason));
	if (tr->reason == BFD_REASON_TIMEOUT) {
		int64_t silent_ns = mono_sub(s->now,
		    s->r[i].witness.bfd_heard[peer]);

		if (silent_ns < tr->detection_time_ns)		/* B-68 */
			sim_fail(s, "bfd %u -> %u timed out after %" PRId64
			    " us of %" PRId64, i, peer,
			    us_from_ns_floor(silent_ns),
			    us_from_ns_floor(tr->detection_time_ns));
		if (tr->from == BFD_UP)
			s->r[i].witness.bfd_timeouts[peer]++;
	}
	bfdd_level(s, i, peer, level_state(tr->to), level_reason(tr->reason),
	    tr->detection_time_ns, tr->last_rx);
}

static void
bfdd_packet(struct sim *s, unsigned i, const struct sim_message *m)
{
	struct bfd_core *session = &s->r[i].bfd[m->from];
	struct bfd_packet p;
	struct bfd_actions act;

	SIM_REQUIRE(s, bfd_wire_parse(m->bytes, m->len, &p) == BFD_OK_VERDICT);
	/* A packet for an earlier life of this bfdd finds no session (B-28). */
	if (p.your_discr != 0 && p.your_discr != session->local_discr)
		return;
	if (bfd_core_rx(session, s->now, m->arrival, &p, &act) !=
	    BFD_OK_VERDICT)
		return;
	s->r[i].witness.bfd_heard[m->from] = mono_max(m->arrival,
	    s->r[i].witness.bfd_heard[m->from]);
	bfdd_act(s, i, m->from, &act);
}

static void
bfdd_run(struct sim *s, unsigned i, mono_t absent_since)
{
	struct sim_router *r = &s->r[i];
	struct sim_proc *p = &r->proc[SIM_BFDD];
	struct bfd_actions act;
	unsigned n, peer;

	for (peer = 0; peer < s->count; peer++)
		if (peer != i && !mono_is_never(absent_since))
			bfd_core_absent(&r->bfd[peer], absent_since, s->now);
	for (n = 0; n < p->count; n++)
		bfdd_packet(s, i, &p->inbox[n]);
	p->count = 0;
	for (peer = 0; peer < s->count; peer++)
		while (peer != i && !mono_before(s->now,
		    bfd_core_next_expiry(&r->bfd[peer]))) {
			bfd_core_expire(&r->bfd[peer], s->now, &act);
			bfdd_act(s, i, peer, &act);
		}
}

/* ---- processes: when do they wake, and what for ---- */

static mono_t
next_expiry(const struct sim *s, unsigned i, enum sim_proc_name name)
{
	mono_t t = MONO_NEVER;
	unsigned peer;

	if (name == SIM_VRRPD)
		return mono_min(vrrp_core_next_expiry(&s->r[i].core),
		    s->r[i].linger.until);
	for (peer = 0; peer < s->count; peer++)
		if (peer != i)
			t = mono_min(t, bfd_core_next_expiry(
			    &s->r[i].bfd[peer]));
	return t;
}

/* When it ought to run next: a timer, or the first thing in the inbox. */
static mono_t
wanted_at(struct sim *s, unsigned i, enum sim_proc_name name)
{
	struct sim_proc *p = &s->r[i].proc[name];

	if (p->known)
		return p->wanted;
	p->known = true;
	p->wanted = next_expiry(s, i, name);
	if (p->count > 0)
		p->wanted = mono_min(p->wanted, p->inbox[0].arrival);
	return p->wanted;
}

/* Something was done to a router: its timers are others now. */
static void
touched(struct sim *s, unsigned i)
{
	s->r[i].proc[SIM_VRRPD].known = s->r[i].proc[SIM_BFDD].known = false;
}

static mono_t
wakes_at(struct sim *s, unsigned i, enum sim_proc_name name)
{
	const struct sim_proc *p = &s->r[i].proc[name];
	mono_t t;

	if (!p->running)
		return MONO_NEVER;
	t = mono_add(wanted_at(s, i, name), p->lateness_ns);
	t = mono_min(t, p->sentinel);		/* a late sentinel wakes it too */
	if (mono_is_never(t))
		return t;
	t = mono_max(t, mono_max(p->stalled_until, s->r[i].asleep_until));
	return mono_max(t, s->now);
}

/* rxclock.h: not before the socket was last seen empty, not in the future. */
static void
jump(struct sim *s, struct sim_proc *p)
{
	unsigned n;

	for (n = 0; n < p->count; n++)
		if (p->inbox[n].kind < SIM_BFD_LEVEL)
			p->inbox[n].arrival = mono_add(p->ran,
			    below(s, mono_sub(s->now, p->ran) + 1));
	p->jumped = p->count == 0;
}

static void
proc_run(struct sim *s, unsigned i, enum sim_proc_name name)
{
	struct sim_proc *p = &s->r[i].proc[name];
	mono_t absent = p->sentinel;

	p->sentinel = MONO_NEVER;
	if (!mono_is_never(absent) &&
	    mono_sub(s->now, absent) <= STALL_THRESHOLD_NS)
		absent = MONO_NEVER;
	p->lateness_ns = below(s, s->lateness_ns);
	if (p->jumped)
		jump(s, p);
	p->ran = s->now;
	if (name == SIM_VRRPD)
		vrrpd_run(s, i, absent);
	else
		bfdd_run(s, i, absent);
	p->known = false;
	watch_contests(s);
}

/*
 * The card of a sleeping machine keeps some frames; they are stamped when it
 * wakes.  A full socket drops.
 */
static void
arrive(struct sim *s, struct sim_flight *f)
{
	struct sim_router *r = &s->r[f->to];
	struct sim_proc *p = &r->proc[f->proc];

	if (!p->running)
		return;
	if (mono_before(s->now, r->asleep_until) &&
	    f->m.kind < SIM_BFD_LEVEL) {
		if (p->count >= SIM_INBOX_MAX / 4)
			return;
		f->m.arrival = r->asleep_until;
	} else
		f->m.arrival = s->now;
	p->known = false;
	if (p->count < SIM_INBOX_MAX)
		p->inbox[p->count++] = f->m;
	else if (f->m.kind >= SIM_BFD_LEVEL)	/* a stream loses nothing */
		p->inbox[SIM_INBOX_MAX - 1] = f->m;
}

void
sim_run_until(struct sim *s, mono_t until)
{
	struct sim_flight *f;
	unsigned i, who;
	enum sim_proc_name name, which;
	mono_t t, best;

	for (i = 0; i < s->count; i++)
		touched(s, i);		/* by whoever called */
	for (;;) {
		best = MONO_NEVER;
		who = 0;
		which = SIM_VRRPD;
		for (i = 0; i < s->count; i++)
			for (name = SIM_VRRPD; name <= SIM_BFDD; name++) {
				t = wakes_at(s, i, name);
				if (mono_before(t, best)) {
					best = t;
					who = i;
					which = name;
				}
			}
		if (s->heap->count > 0 &&
		    !mono_before(best, s->heap->at[0]->at)) {
			if (mono_before(until, s->heap->at[0]->at))
				break;
			f = heap_pop(s->heap);
			s->now = mono_max(s->now, f->at);
			arrive(s, f);
			free(f);
		} else {
			if (mono_is_never(best) || mono_before(until, best))
				break;
			s->now = best;
			proc_run(s, who, which);
		}
		s->events++;
	}
	s->now = mono_max(s->now, until);
	watch_contests(s);
}

void
sim_run_for(struct sim *s, int64_t span_ns)
{
	sim_run_until(s, mono_add(s->now, span_ns));
}

/* ---- what is done to routers ---- */

static void
proc_start(struct sim *s, struct sim_proc *p)
{
	p->running = true;
	p->known = p->jumped = false;
	p->ran = s->now;
	p->count = 0;
	p->stalled_until = s->now;
	p->sentinel = MONO_NEVER;
	p->lateness_ns = below(s, s->lateness_ns);
}

void
sim_start_bfdd(struct sim *s, unsigned i)
{
	struct sim_router *r = &s->r[i];
	struct bfd_params p;
	unsigned peer;

	if (s->bfd_interval_ns == 0 || r->proc[SIM_BFDD].running)
		return;
	sim_trace(s, "router %u: bfdd starts", i);
	proc_start(s, &r->proc[SIM_BFDD]);
	for (peer = 0; peer < s->count; peer++) {
		if (peer == i)
			continue;
		bfd_params_init(&p);
		p.peer = router_address(s->family, peer);
		p.local = router_address(s->family, i);
		p.desired_min_tx_ns = p.required_min_rx_ns = s->bfd_interval_ns;
		p.detect_mult = s->bfd_mult;
		bfd_core_init(&r->bfd[peer], s->now, &p,
		    1 + (rng_u32(&s->rng) >> 1), rng_u64(&s->rng));
	}
}

void
sim_kill_bfdd(struct sim *s, unsigned i)
{
	struct sim_message m = { .kind = SIM_BFDD_LOST };
	unsigned peer;

	if (!s->r[i].proc[SIM_BFDD].running)
		return;
	sim_trace(s, "router %u: bfdd dies", i);
	s->r[i].proc[SIM_BFDD].running = false;
	for (peer = 0; peer < s->count; peer++)
		if (peer != i)
			bfdd_level(s, i, peer, VRRP_BFD_UNKNOWN,
			    VRRP_BFD_REASON_NONE, 0, MONO_NEVER);
	m.from = i;
	deliver_later(s, i, SIM_VRRPD, &m, IPC_NS);
}

void
sim_start(struct sim *s, unsigned i)
{
	struct sim_router *r = &s->r[i];
	struct vrrp_actions act;
	unsigned peer;

	if (r->alive)
		return;
	vrrp_linger_init(&r->linger);
	r->handed_over = false;
	sim_trace(s, "router %u: vrrpd starts, priority %u, %u cs%s", i,
	    r->params.priority, r->params.advert_int_cs,
	    r->params.preempt ? "" : ", no preempt");
	r->alive = true;
	r->address = router_address(s->family, i);
	proc_start(s, &r->proc[SIM_VRRPD]);
	vrrp_core_init(&r->core, &r->params);
	vrrp_core_startup(&r->core, s->now, &r->address, VRRP_CAUSE_STARTUP,
	    &act);
	vrrpd_act(s, i, &act);
	sim_start_bfdd(s, i);
	/* The snapshot bfdd gives to whoever connects. */
	for (peer = 0; peer < s->count; peer++)
		if (peer != i && r->proc[SIM_BFDD].running)
			bfdd_level(s, i, peer,
			    level_state(r->bfd[peer].session_state),
			    VRRP_BFD_REASON_NONE, 0, MONO_NEVER);
}

void
sim_start_all(struct sim *s)
{
	unsigned i;

	for (i = 0; i < s->count; i++)
		s->r[i].address = router_address(s->family, i);
	for (i = 0; i < s->count; i++)
		sim_start(s, i);
}

/* No goodbye: it is gone, and what it knew with it. */
void
sim_kill(struct sim *s, unsigned i)
{
	struct sim_router *r = &s->r[i];

	if (!r->alive)
		return;
	sim_trace(s, "router %u: vrrpd dies", i);
	r->alive = r->leaving = false;
	r->proc[SIM_VRRPD].running = false;
	r->core.state = VRRP_INITIALIZE;
	vrrp_linger_init(&r->linger);
	if (r->handed_over)
		r->params.preempt = r->params.preempt || r->preempted;
}

/* Nothing for an owner, which would take it back at once. */
void
sim_handover(struct sim *s, unsigned i)
{
	struct sim_router *r = &s->r[i];
	struct vrrp_core_params p = r->params;
	struct vrrp_actions act;

	if (!r->alive || !awake(s, i) || r->core.state != VRRP_ACTIVE ||
	    p.priority == 255)
		return;
	sim_trace(s, "router %u: hands over", i);
	r->handed_over = true;
	r->preempted = p.preempt;
	p.preempt = false;
	sim_set_params(s, i, &p);
	vrrp_core_yield(&r->core, s->now, VRRP_CAUSE_HANDOVER, &act);
	vrrpd_act(s, i, &act);
}

void
sim_stop(struct sim *s, unsigned i)
{
	struct sim_router *r = &s->r[i];
	struct vrrp_actions act;

	if (!r->alive || r->leaving || !awake(s, i))
		return;
	sim_trace(s, "router %u: vrrpd stops", i);
	vrrp_core_shutdown(&r->core, s->now, VRRP_CAUSE_SHUTDOWN, &act);
	vrrpd_act(s, i, &act);
	if (r->handed_over)
		r->params.preempt = r->params.preempt || r->preempted;
	r->handed_over = false;
	r->leaving = true;
	if (r->linger.phase == VRRP_LINGER_NOT)
		linger_do(s, i, VRRP_LINGER_WITHDRAW);
}

/* A loop that stops running now has its sentinel due within the cadence. */
static void
fall_asleep(struct sim *s, struct sim_proc *p)
{
	if (p->running && mono_is_never(p->sentinel))
		p->sentinel = mono_add(s->now, below(s, SENTINEL_NS));
}

void
sim_stall(struct sim *s, unsigned i, enum sim_proc_name name, int64_t span_ns)
{
	struct sim_proc *p = &s->r[i].proc[name];

	sim_trace(s, "router %u: %s stalls for %" PRId64 " us", i,
	    name == SIM_VRRPD ? "vrrpd" : "bfdd", us_from_ns_floor(span_ns));
	fall_asleep(s, p);
	p->stalled_until = mono_max(p->stalled_until,
	    mono_add(s->now, span_ns));
	watch_contests(s);
}

void
sim_sleep(struct sim *s, unsigned i, int64_t span_ns)
{
	struct sim_router *r = &s->r[i];

	sim_trace(s, "router %u: sleeps for %" PRId64 " us", i,
	    us_from_ns_floor(span_ns));
	fall_asleep(s, &r->proc[SIM_VRRPD]);
	fall_asleep(s, &r->proc[SIM_BFDD]);
	r->asleep_until = mono_max(r->asleep_until, mono_add(s->now, span_ns));
	watch_contests(s);
}

void
sim_clock_jump(struct sim *s, unsigned i)
{
	sim_trace(s, "router %u: the clock is set", i);
	s->r[i].proc[SIM_VRRPD].jumped = s->r[i].proc[SIM_BFDD].jumped = true;
}

void
sim_set_params(struct sim *s, unsigned i, const struct vrrp_core_params *p)
{
	struct sim_router *r = &s->r[i];
	struct vrrp_actions act;

	sim_trace(s, "router %u: priority %u, %u cs", i, p->priority,
	    p->advert_int_cs);
	r->params = *p;
	if (!r->alive)
		return;
	vrrp_core_set_params(&r->core, s->now, p, &act);
	vrrpd_act(s, i, &act);
	if (!addr_is_set(&r->core.active.source))
		r->witness.heard_interval_ns = ns_from_cs(p->advert_int_cs);
	/* V-78: what it heard so far may now be a lesser Active. */
	if (r->core.active.priority < p->priority)
		r->witness.lesser_heard = true;
}

void
sim_bfd_admin_down(struct sim *s, unsigned i)
{
	struct bfd_actions act;
	unsigned peer;

	sim_trace(s, "router %u: bfdd AdminDown", i);
	for (peer = 0; peer < s->count; peer++)
		if (peer != i && s->r[i].proc[SIM_BFDD].running) {
			bfd_core_admin_down(&s->r[i].bfd[peer], s->now,
			    BFD_DIAG_ADMIN_DOWN, &act);
			bfdd_act(s, i, peer, &act);
		}
}

/* ---- what is done to the network ---- */

void
sim_cut(struct sim *s, unsigned from, unsigned to, bool cut)
{
	sim_trace(s, "link %u -> %u %s", from, to, cut ? "cut" : "whole");
	s->cut[from][to] = cut;
	watch_contests(s);
}

void
sim_isolate(struct sim *s, unsigned i, bool cut)
{
	unsigned j;

	sim_trace(s, "router %u %s", i, cut ? "cut off" : "connected");
	for (j = 0; j < s->count; j++)
		s->cut[i][j] = s->cut[j][i] = cut;
	watch_contests(s);
}

void
sim_partition(struct sim *s, unsigned member_mask)
{
	unsigned i, j;

	sim_trace(s, "partition %#x", member_mask);
	for (i = 0; i < s->count; i++)
		for (j = 0; j < s->count; j++)
			s->cut[i][j] = (member_mask >> i & 1) !=
			    (member_mask >> j & 1);
	watch_contests(s);
}

void
sim_heal(struct sim *s)
{
	sim_trace(s, "network healed");
	memset(s->cut, 0, sizeof(s->cut));
	memset(s->cut_vrrp, 0, sizeof(s->cut_vrrp));
	memset(s->cut_bfd, 0, sizeof(s->cut_bfd));
	s->loss_permille = 0;
	watch_contests(s);
}

/* ---- questions ---- */

int64_t
sim_interval_ns(const struct sim *s)
{
	int64_t ns = 0;
	unsigned i;

	for (i = 0; i < s->count; i++)
		if (ns < ns_from_cs(s->r[i].params.advert_int_cs))
			ns = ns_from_cs(s->r[i].params.advert_int_cs);
	return ns;
}

int64_t
sim_active_down_interval_ns(const struct sim *s)
{
	return 4 * sim_interval_ns(s);		/* more than priority 1 waits */
}

int64_t
sim_detection_time_ns(const struct sim *s)
{
	return s->bfd_mult * s->bfd_interval_ns;
}

unsigned
sim_answer_count(const struct sim *s)
{
	unsigned i, n = 0;

	for (i = 0; i < s->count; i++)
		n += s->r[i].alive && (s->r[i].core.state == VRRP_ACTIVE ||
		    s->r[i].linger.phase != VRRP_LINGER_NOT);
	return n;
}

unsigned
sim_active_count(const struct sim *s)
{
	unsigned i, n = 0;

	for (i = 0; i < s->count; i++)
		n += s->r[i].alive && s->r[i].core.state == VRRP_ACTIVE;
	return n;
}

unsigned
sim_active(struct sim *s)
{
	unsigned i;

	if (sim_active_count(s) != 1)
		sim_fail(s, "%u Actives", sim_active_count(s));
	for (i = 0; !s->r[i].alive || s->r[i].core.state != VRRP_ACTIVE; i++)
		continue;
	return i;
}

bool
sim_bfd_all_up(const struct sim *s)
{
	unsigned i, j;

	for (i = 0; i < s->count; i++)
		for (j = 0; j < s->count; j++)
			if (i != j && s->r[i].bfd[j].session_state != BFD_UP)
				return false;
	return true;
}

static void
check_part(struct sim *s, unsigned mask)
{
	const struct sim_router *active = NULL;
	unsigned i, live = 0;

	for (i = 0; i < s->count; i++) {
		if (!(mask >> i & 1) || !s->r[i].alive)
			continue;
		live++;
		if (s->r[i].core.state != VRRP_ACTIVE)
			continue;
		if (active != NULL)
			sim_fail(s, "two Actives in part %#x", mask);
		active = &s->r[i];
	}
	if (active == NULL) {
		if (live > 0)
			sim_fail(s, "no Active in part %#x", mask);
		return;
	}
	for (i = 0; i < s->count; i++) {
		const struct sim_router *r = &s->r[i];

		if (!(mask >> i & 1) || !r->alive || r == active)
			continue;
		if (r->params.priority > active->params.priority &&
		    (r->params.preempt || r->params.priority == 255))
			sim_fail(s, "router %u is better than the Active", i);
		if (!addr_equal(&r->core.active.source, &active->address))
			sim_fail(s, "router %u follows another one", i);
	}
}

void
sim_check_settled(struct sim *s)
{
	unsigned i, j, mask, seen = 0;

	for (i = 0; i < s->count; i++) {
		if (seen >> i & 1)
			continue;
		mask = 0;
		for (j = 0; j < s->count; j++)
			if (j == i || !s->cut[i][j])
				mask |= 1u << j;
		seen |= mask;
		check_part(s, mask);
	}
}
