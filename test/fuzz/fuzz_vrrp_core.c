/*
 * fuzz_vrrp_core.c - any sequence of events into one virtual router, invariants
 * after each.
 *
 * The input is a program: parameters, then events of one opcode byte and its
 * operands.  Time moves forward by what the input says.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "vrrpd/pure/vrrp_core.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define REQUIRE(condition) do { if (!(condition)) abort(); } while (0)
#define INTERVAL_MAX_CS	25500

struct input {
	const uint8_t	*at;
	size_t		 left;
};

static uint8_t
take(struct input *in)
{
	if (in->left == 0)
		return 0;
	in->left--;
	return *in->at++;
}

/* Spans from a microsecond to half a minute, on a log scale. */
static int64_t
take_span_ns(struct input *in)
{
	static const int64_t scale[] = { 0, 1000, 39062, 250000, 1000000,
	    10000000, 100000000, 1000000000 };
	uint8_t b = take(in);

	return scale[b & 7] * (1 + (b >> 3));
}

static uint16_t
take_interval_cs(struct input *in, uint8_t version)
{
	static const uint16_t cs[] = { 1, 2, 5, 10, 50, 100, 300, 4095 };

	return version == 2 ? (uint16_t)(100 * (1 + take(in) % 255)) :
	    cs[take(in) & 7];
}

static uint8_t
take_priority(struct input *in)
{
	static const uint8_t priorities[] = { 1, 50, 99, 100, 101, 200, 254,
	    255 };

	return priorities[take(in) & 7];
}

static struct addr
take_router(struct input *in)
{
	uint8_t bytes[4] = { 192, 0, 2, (uint8_t)(1 + (take(in) & 3)) };

	return addr_from_bytes(AF_INET, bytes);
}

static void
take_params(struct input *in, struct vrrp_core_params *p)
{
	uint8_t flags = take(in);

	memset(p, 0, sizeof(*p));
	p->version = flags & 0x01 ? 2 : 3;
	p->preempt = flags & 0x02;
	p->preempt_delay_ns = flags & 0x04 ? take_span_ns(in) : 0;
	p->takeover_confirm_ns = flags & 0x08 ? NS_PER_MS : 0;
	p->priority = take_priority(in);
	p->advert_int_cs = take_interval_cs(in, p->version);
}

static void
check(const struct vrrp_core *v, mono_t now, enum vrrp_state before,
    const struct vrrp_actions *act)
{
	bool moved = v->state != before;

	REQUIRE(!(act->todo & VRRP_DO_TRANSITION) == !moved);
	if (moved) {
		REQUIRE(act->tr.from == before && act->tr.to == v->state);
		REQUIRE(act->tr.cause != VRRP_CAUSE_NONE);
		REQUIRE(act->tr.in_state_ns >= 0);
		REQUIRE(!mono_before(now, act->tr.due));
		REQUIRE(v->state_since.ns == now.ns);
	}
	/* What is installed is what the state says, and announced after. */
	REQUIRE(!(act->todo & VRRP_DO_INSTALL) ==
	    !(moved && v->state == VRRP_ACTIVE));
	REQUIRE(!(act->todo & VRRP_DO_WITHDRAW) ==
	    !(moved && before == VRRP_ACTIVE));
	REQUIRE(!(act->todo & VRRP_DO_ANNOUNCE) || v->state == VRRP_ACTIVE);
	if (act->todo & VRRP_DO_SEND_ADVERT) {
		REQUIRE(v->state == VRRP_ACTIVE || before == VRRP_ACTIVE ||
		    !mono_is_never(v->confirm_timer));		/* L-14 */
		REQUIRE((act->advert_priority == 0) ==
		    (v->state == VRRP_INITIALIZE));		/* V-78 */
		REQUIRE(act->advert_priority == 0 ||
		    act->advert_priority == v->p.priority);
	}
	switch (v->state) {
	case VRRP_INITIALIZE:
		REQUIRE(mono_is_never(vrrp_core_next_expiry(v)));
		break;
	case VRRP_BACKUP:
		REQUIRE(mono_is_never(v->adver_timer));
		REQUIRE(!mono_is_never(v->active_down_timer));	/* L-10 */
		REQUIRE(v->active_down_interval_ns >= v->skew_time_ns);
		REQUIRE(mono_sub(v->active_down_timer, now) <=
		    4 * ns_from_cs(INTERVAL_MAX_CS));
		break;
	case VRRP_ACTIVE:
		REQUIRE(mono_is_never(v->active_down_timer));
		REQUIRE(mono_is_never(v->bfd_takeover_timer));
		REQUIRE(!mono_is_never(v->adver_timer));
		REQUIRE(mono_sub(v->adver_timer, now) <=
		    ns_from_cs(v->p.advert_int_cs));
		break;
	}
	REQUIRE(v->death.count <= VRRP_DEATH_SESSIONS_MAX);
	REQUIRE(v->bfd_false_takeovers <= v->bfd_takeovers);
}

/* V-65..V-67 and V-70..V-74 beside what the core did. */
static void
receive(struct vrrp_core *v, mono_t now, struct input *in,
    struct vrrp_actions *act)
{
	uint8_t flags = take(in);
	enum vrrp_state before = v->state;
	struct vrrp_core was = *v;
	struct vrrp_advert a = {
		.version = v->p.version, .vrid = 1,
		.priority = flags & 1 ? 0 : take_priority(in),
		.interval_cs = take_interval_cs(in, v->p.version),
		.source = take_router(in),
	};
	mono_t arrival = now;

	if (flags & 2)
		arrival.ns -= take_span_ns(in);
	vrrp_core_rx(v, now, arrival, &a, act);
	if (before == VRRP_BACKUP) {
		REQUIRE(v->state == VRRP_BACKUP && act->todo == 0);
		if (a.priority > 0 && a.priority < v->p.priority &&
		    v->p.preempt && !mono_before(now, v->preempt_not_before))
			REQUIRE(v->active_down_timer.ns ==
			    was.active_down_timer.ns ||
			    (mono_before(v->active_down_timer,
			    was.active_down_timer) &&	/* V-78: it fell */
			    addr_equal(&a.source, &was.active.source) &&
			    was.active.priority >= was.p.priority));
		else
			REQUIRE(!mono_before(v->active_down_from,
			    was.active_down_from));
	}
	if (before == VRRP_ACTIVE) {
		bool yields = a.priority > v->p.priority ||
		    (a.priority == v->p.priority &&
		    addr_cmp(&a.source, &v->primary) > 0);

		REQUIRE(yields == (v->state == VRRP_BACKUP));
	}
}

static void
bfd_event(struct vrrp_core *v, mono_t now, struct input *in,
    struct vrrp_actions *act)
{
	uint8_t flags = take(in), more = take(in);
	enum vrrp_state before = v->state;
	struct vrrp_bfd_event ev = {
		.peer = take_router(in),
		.state = (enum vrrp_bfd_state)((flags & 7) %
		    (VRRP_BFD_UP + 1)),
		.reason = (enum vrrp_bfd_reason)((flags >> 3) %
		    (VRRP_BFD_REASON_OTHER + 1)),
		.remote_diag = more & 7,
		.takeover_any = more & 0x08,
		.detection_time_ns = take_span_ns(in),
		.last_rx = more & 0x20 ? now : MONO_NEVER,
	};
	bool disproved;

	if (more & 0x40) {
		ev.rx_interval_ns = ev.tx_interval_ns = ev.detection_time_ns;
		ev.tx_multiplier = 3;
		ev.last_rx = mono_add(now, -3 * ev.detection_time_ns);
	}
	disproved = ev.rx_interval_ns > 0 && mono_before(
	    mono_add(ev.last_rx, 2 * ev.rx_interval_ns), v->active.last_arrival);

	vrrp_core_bfd(v, now, &ev, act);
	if (v->state != before) {			/* L-11, L-12 */
		REQUIRE(before == VRRP_BACKUP && v->state == VRRP_ACTIVE);
		REQUIRE(ev.state == VRRP_BFD_DOWN);
		REQUIRE(ev.reason != VRRP_BFD_REASON_ADMIN);
		REQUIRE(addr_equal(&ev.peer, &v->active.source));
		REQUIRE(!disproved || ev.reason != VRRP_BFD_REASON_TIMEOUT);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct vrrp_core_params p;
	struct vrrp_actions act;
	struct vrrp_core v;
	struct addr a;
	enum vrrp_state before;
	uint8_t flags;
	mono_t now = { NS_PER_S }, since;

	take_params(&in, &p);
	vrrp_core_init(&v, &p);
	while (in.left > 0) {
		memset(&act, 0, sizeof(act));
		before = v.state;
		switch (take(&in) & 15) {
		case 0: case 1: case 2: case 3:
			receive(&v, now, &in, &act);
			break;
		case 4: case 5:			/* to the next expiry */
			if (mono_is_never(vrrp_core_next_expiry(&v)))
				break;
			now = mono_max(now, vrrp_core_next_expiry(&v));
			vrrp_core_expire(&v, now, &act);
			REQUIRE(act.todo != 0);
			break;
		case 6:				/* late, or early */
			now = mono_add(now, take_span_ns(&in));
			vrrp_core_expire(&v, now, &act);
			break;
		case 7: case 8:
			a = take_router(&in);
			vrrp_core_startup(&v, now, &a, VRRP_CAUSE_STARTUP,
			    &act);
			break;
		case 9:
			vrrp_core_shutdown(&v, now, VRRP_CAUSE_SHUTDOWN, &act);
			break;
		case 10:
			take_params(&in, &p);
			p.version = v.p.version;
			if (p.version == 2)
				p.advert_int_cs = 100;
			vrrp_core_set_params(&v, now, &p, &act);
			break;
		case 11: case 12:
			bfd_event(&v, now, &in, &act);
			break;
		case 13:
			since = now;
			now = mono_add(now, take_span_ns(&in));
			vrrp_core_absent(&v, since, now);
			break;
		case 14:
			vrrp_core_reannounce(&v, now, &act);
			break;
		case 15:
			a = take_router(&in);
			flags = take(&in);
			if (flags & 2)
				vrrp_core_reassure(&v, now, &act);
			else if (flags & 1)
				vrrp_core_set_primary(&v, &a);
			else
				vrrp_core_bfd_forget(&v, &a);
			break;
		}
		check(&v, now, before, &act);
		now = mono_add(now, take_span_ns(&in) & 0xffff);
	}
	return 0;
}
