/*
 * fuzz_vrrp_core.c - any sequence of events into one virtual router, invariants
 * after each.
 *
 * The input is a program: parameters, then events of one opcode byte and its
 * operands.  Time moves forward by what the input says.  The core asserts its own
 * invariants at the end of each event (vrrp_core_check()); here is what an event
 * may answer.
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
	p->grouped = flags & 0x10;
	p->backup_adverts = (flags & 0x20) && p->version == 3;
	p->priority = take_priority(in);
	p->advert_int_cs = take_interval_cs(in, p->version);
}

static void
check_transition(const struct vrrp_core *v, mono_t now,
    const struct vrrp_core *was, const struct vrrp_actions *act)
{
	bool moved = v->state != was->state;

	REQUIRE(!(act->todo & VRRP_DO_TRANSITION) == !moved);
	if (!moved)
		return;
	REQUIRE(act->tr.from == was->state && act->tr.to == v->state);
	REQUIRE(act->tr.cause != VRRP_CAUSE_NONE);
	REQUIRE(act->tr.in_state_ns >= 0);
	REQUIRE(!mono_before(now, act->tr.due));
	REQUIRE(v->state_since.ns == now.ns ||
	    act->tr.cause == VRRP_CAUSE_RESTART);
}

/* The adverts and the addresses that each state allows. */
static void
check_actions(const struct vrrp_core *v, const struct vrrp_core *was,
    const struct vrrp_actions *act)
{
	bool moved = v->state != was->state;
	bool serves = v->state == VRRP_ACTIVE && !vrrp_core_is_fenced(v);
	bool begins = serves && (moved || vrrp_core_is_fenced(was));

	REQUIRE(!(act->todo & VRRP_DO_INSTALL) == !begins);
	REQUIRE(!(act->todo & VRRP_DO_WITHDRAW) ==
	    !(moved && was->state == VRRP_ACTIVE));
	REQUIRE(!(act->todo & VRRP_DO_ANNOUNCE) || serves);
	REQUIRE(!(act->todo & VRRP_DO_SEND_BACKUP) ||
	    (was->state == VRRP_INITIALIZE && act->backup_priority == 0) ||
	    act->backup_priority == (v->state == VRRP_BACKUP &&
	    v->p.backup_adverts ? v->p.priority : 0));
	REQUIRE(!(act->todo & VRRP_DO_ASK) ||
	    (v->state == VRRP_BACKUP && v->p.grouped && v->wants));
	if ((act->todo & VRRP_DO_SEND_ADVERT) == 0)
		return;
	if (act->advert_priority == 0) {		/* V-68, L-14 */
		REQUIRE(moved && (was->state == VRRP_ACTIVE ||
		    was->claimed != 0));
		return;
	}
	REQUIRE(act->advert_priority == v->p.priority);	/* V-78 */
	REQUIRE(serves || (v->state == VRRP_BACKUP &&
	    !mono_is_never(v->confirm_timer)));		/* L-14 */
}

static void
check(const struct vrrp_core *v, mono_t now, const struct vrrp_core *was,
    const struct vrrp_actions *act)
{
	check_transition(v, now, was, act);
	check_actions(v, was, act);
	switch (v->state) {
	case VRRP_INITIALIZE:
		REQUIRE(mono_is_never(vrrp_core_next_expiry(v)));
		break;
	case VRRP_BACKUP:
		REQUIRE(mono_is_never(v->active_down_timer) ||
		    mono_sub(v->active_down_timer, now) <=
		    4 * ns_from_cs(INTERVAL_MAX_CS));
		break;
	case VRRP_ACTIVE:
		REQUIRE(vrrp_core_is_fenced(v) ||
		    mono_sub(v->adver_timer, now) <=
		    ns_from_cs(v->p.advert_int_cs));
		break;
	}
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
		    v->p.preempt && mono_is_never(vrrp_core_preempts_at(v,
		    now)))
			REQUIRE(v->active_down_timer.ns ==
			    was.active_down_timer.ns ||
			    (was.place_ns >= 0 && v->place_ns < 0) ||
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

		if (vrrp_core_is_fenced(&was) &&	/* design §6 */
		    !vrrp_said_overtakes(&was.said, arrival))
			yields = a.priority > 0;
		REQUIRE(yields == (v->state == VRRP_BACKUP));
	}
}

/* Of a Backup: nothing of RFC 9568 depends on it. */
static void
receive_backup(struct vrrp_core *v, mono_t now, struct input *in)
{
	struct vrrp_core was = *v;
	struct vrrp_advert a = {
		.version = 3, .backup = true, .vrid = 1,
		.priority = take(in) & 1 ? 0 : take_priority(in),
		.interval_cs = take_interval_cs(in, 3),
		.source = take_router(in),
	};

	vrrp_core_backup_rx(v, now, now, &a);
	REQUIRE(v->state == was.state);
	REQUIRE(v->adver_timer.ns == was.adver_timer.ns);
	REQUIRE(v->active_down_timer.ns == was.active_down_timer.ns);
	REQUIRE(v->bfd_takeover_timer.ns == was.bfd_takeover_timer.ns);
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
	bool waited = !mono_is_never(v->bfd_takeover_timer), disproved;

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
		if (waited)		/* L-15: a better one died as well */
			return;
		REQUIRE(ev.reason != VRRP_BFD_REASON_ADMIN &&
		    ev.reason != VRRP_BFD_REASON_ABSENCE);
		REQUIRE(addr_equal(&ev.peer, &v->active.source));
		REQUIRE(!disproved || ev.reason != VRRP_BFD_REASON_TIMEOUT);
	}
}

/* The calls of the shell for a group, a restart or a sleeping host. */
static void
command(struct vrrp_core *v, mono_t now, struct input *in,
    struct vrrp_actions *act)
{
	struct addr a = take_router(in);
	mono_t left, since;

	switch (take(in) & 7) {
	case 0:
		vrrp_core_bfd_forget(v, &a);
		break;
	case 1:
		vrrp_core_set_primary(v, &a);
		break;
	case 2:
		vrrp_core_reassure(v, now, act);
		break;
	case 3:
		vrrp_core_name_router(v, &a);
		break;
	case 4:
		vrrp_core_take_over(v, now, VRRP_CAUSE_GROUP, act);
		break;
	case 5:
		vrrp_core_yield(v, now, VRRP_CAUSE_HANDOVER, act);
		break;
	case 6:
		vrrp_core_fence(v, now, take_span_ns(in));
		break;
	case 7:
		left = mono_add(now, -take_span_ns(in));
		since = mono_add(left, -take_span_ns(in));
		vrrp_core_readopt(v, now, &a, since, left, act);
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct vrrp_core_params p;
	struct vrrp_actions act;
	struct vrrp_core v, was;
	struct addr a;
	mono_t now = { NS_PER_S }, since;

	take_params(&in, &p);
	vrrp_core_init(&v, &p);
	while (in.left > 0) {
		memset(&act, 0, sizeof(act));
		was = v;
		switch (take(&in) & 15) {
		case 0: case 1: case 2:
			receive(&v, now, &in, &act);
			break;
		case 3:
			receive_backup(&v, now, &in);
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
			command(&v, now, &in, &act);
			break;
		}
		check(&v, now, &was, &act);
		if (act.todo & VRRP_DO_SEND_ADVERT)
			vrrp_core_said(&v, now, VRRP_SAID_TO_ALL);
		now = mono_add(now, take_span_ns(&in) & 0xffff);
	}
	return 0;
}
