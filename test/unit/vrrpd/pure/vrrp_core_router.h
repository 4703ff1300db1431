/*
 * vrrp_core_router.h - a router of its own, for the tests of vrrp_core.c.
 *
 * Time is a number each test moves by hand.  The router under test is `us`
 * with address 192.0.2.2; R1 has a smaller address, R3 a larger one.
 */
#ifndef TEST_VRRP_CORE_ROUTER_H
#define TEST_VRRP_CORE_ROUTER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "test/unit/vrrpd/pure/vrrp_vectors.h"
#include "vrrpd/pure/vrrp_core.h"

#define US	"192.0.2.2"
#define R1	"192.0.2.1"
#define R3	"192.0.2.3"
#define T0	(1000 * NS_PER_S)
#define TAKEOVER (VRRP_DO_SEND_ADVERT | VRRP_DO_INSTALL | VRRP_DO_ANNOUNCE | \
	VRRP_DO_TRANSITION)
#define YIELD	(VRRP_DO_WITHDRAW | VRRP_DO_TRANSITION)

struct router {
	struct vrrp_core	core;
	struct vrrp_actions	act;
	mono_t			now;
};

static const struct vrrp_core_params defaults = {
	.version = 3, .priority = 100, .advert_int_cs = 100, .preempt = true,
};

static inline struct vrrp_core_params
params(uint8_t priority, uint16_t advert_int_cs)
{
	struct vrrp_core_params p = defaults;

	p.priority = priority;
	p.advert_int_cs = advert_int_cs;
	return p;
}

static inline void
start(struct router *r, struct vrrp_core_params p)
{
	struct addr us = addr_of(US);

	r->now = (mono_t){ T0 };
	vrrp_core_init(&r->core, &p);
	vrrp_core_startup(&r->core, r->now, &us, VRRP_CAUSE_STARTUP, &r->act);
}

static inline void
pass(struct router *r, int64_t ns)
{
	r->now = mono_add(r->now, ns);
}

static inline void
expire(struct router *r)
{
	vrrp_core_expire(&r->core, r->now, &r->act);
}

/* Jump to the next expiry and let it happen. */
static inline void
expire_next(struct router *r)
{
	r->now = vrrp_core_next_expiry(&r->core);
	assert_false(mono_is_never(r->now));
	expire(r);
}

static inline struct vrrp_advert
advert(const char *source, uint8_t priority, uint16_t interval_cs)
{
	return (struct vrrp_advert){
		.version = 3, .vrid = 1, .priority = priority,
		.interval_cs = interval_cs, .source = addr_of(source),
	};
}

static inline void
rx_late(struct router *r, const char *source, uint8_t priority,
    uint16_t interval_cs, int64_t age_ns)
{
	struct vrrp_advert a = advert(source, priority, interval_cs);

	vrrp_core_rx(&r->core, r->now, mono_add(r->now, -age_ns), &a, &r->act);
}

static inline void
rx(struct router *r, const char *source, uint8_t priority,
    uint16_t interval_cs)
{
	rx_late(r, source, priority, interval_cs, 0);
}

static inline void
start_active(struct router *r, struct vrrp_core_params p)
{
	start(r, p);
	if (r->core.state == VRRP_BACKUP)
		expire_next(r);
	assert_int_equal(r->core.state, VRRP_ACTIVE);
}

static inline int64_t
remaining(const struct router *r)
{
	return mono_sub(vrrp_core_next_expiry(&r->core), r->now);
}

static inline void
set_params(struct router *r, struct vrrp_core_params p)
{
	vrrp_core_set_params(&r->core, r->now, &p, &r->act);
}

static inline void
assert_transition(const struct router *r, enum vrrp_state from,
    enum vrrp_state to, enum vrrp_cause cause)
{
	assert_true(r->act.todo & VRRP_DO_TRANSITION);
	assert_string_equal(vrrp_state_name(r->act.tr.from),
	    vrrp_state_name(from));
	assert_string_equal(vrrp_state_name(r->act.tr.to), vrrp_state_name(to));
	assert_string_equal(vrrp_cause_name(r->act.tr.cause),
	    vrrp_cause_name(cause));
	assert_int_equal(r->core.state, to);
}

#define assert_quiet(r)	assert_int_equal((r)->act.todo, 0)

/* --- BFD --- */

static inline struct vrrp_bfd_event
session(const char *peer, enum vrrp_bfd_state s, enum vrrp_bfd_reason reason)
{
	return (struct vrrp_bfd_event){ .peer = addr_of(peer), .state = s,
	    .reason = reason, .detection_time_ns = 30 * NS_PER_MS,
	    .last_rx = MONO_NEVER };
}

static inline void
bfd(struct router *r, struct vrrp_bfd_event ev)
{
	vrrp_core_bfd(&r->core, r->now, &ev, &r->act);
}

static inline void
bfd_up(struct router *r, const char *peer)
{
	bfd(r, session(peer, VRRP_BFD_UP, VRRP_BFD_REASON_NONE));
	assert_quiet(r);
}

static inline void
bfd_down(struct router *r, const char *peer)
{
	bfd(r, session(peer, VRRP_BFD_DOWN, VRRP_BFD_REASON_TIMEOUT));
}

/* A Backup of priority 100 that follows R1 and has an Up session to it. */
static inline void
protected_backup(struct router *r)
{
	start(r, params(100, 100));
	rx(r, R1, 200, 100);
	bfd_up(r, R1);
	pass(r, 500 * NS_PER_MS);
}

/* L-15: one router is known to be better, and has 15 ms: D / 3, and half. */
static inline void
better_one(struct router *r)
{
	struct addr a = addr_of(R3);
	struct vrrp_rank_id id = { &a, 150 };

	vrrp_rank_heard(&r->core.death.rank, r->now, &id, r->core.p.priority,
	    false);
	bfd_up(r, R3);
}

static inline void
skewed_down(struct router *r)
{
	better_one(r);
	bfd(r, session(R1, VRRP_BFD_DOWN, VRRP_BFD_REASON_TIMEOUT));
	assert_quiet(r);
	assert_int_equal(remaining(r), 15000000);
}

#endif
