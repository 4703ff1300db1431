/*
 * vrrp_traffic.c - the table of what may come when.  PURE.
 *
 * Used by both ends of every channel: vrrp_channel.c judges each message before
 * any handler sees it, and holds those that its own process sends against the
 * same rows.  The contents of a body are judged by its codec.
 */
#include "config.h"

#include "vrrpd/pure/vrrp_traffic.h"

#include <stdint.h>

#include "vrrpd/pure/vrrp_device.h"
#include "vrrpd/pure/vrrp_handoff.h"
#include "vrrpd/pure/vrrp_joining.h"
#include "vrrpd/pure/vrrp_lease.h"
#include "vrrpd/pure/vrrp_level.h"
#include "vrrpd/pure/vrrp_notice.h"
#include "vrrpd/pure/vrrp_orders.h"
#include "vrrpd/pure/vrrp_parcel.h"
#include "vrrpd/pure/vrrp_patience.h"
#include "vrrpd/pure/vrrp_refused.h"
#include "vrrpd/pure/vrrp_removal.h"
#include "vrrpd/pure/vrrp_renewal.h"
#include "vrrpd/pure/vrrp_steering.h"
#include "vrrpd/pure/vrrp_trial.h"
#include "vrrpd/pure/vrrp_probation.h"
#include "vrrpd/pure/vrrp_will.h"

#define WAY(id)		(1U << VRRP_WAY_##id)
#define PHASE(id)	(1U << VRRP_PHASE_##id)
#define ANY_PHASE	((1U << VRRP_PHASE_COUNT) - 1)
#define HELPERS_UP	(WAY(SCRIPTS_UP) | WAY(CHECKS_UP))
#define HELPERS_DOWN	(WAY(SCRIPTS_DOWN) | WAY(CHECKS_DOWN))

static const struct {
	enum vrrp_message	type;
	unsigned		ways, phases;
	size_t			shortest, longest;
} rules[] = {
	/* The first beat comes before the word that the engine is ready. */
	{ VRRP_MSG_BEAT, WAY(ENGINE_UP), ANY_PHASE, 0, 0 },
	{ VRRP_MSG_PHASE, WAY(ENGINE_UP), ANY_PHASE, 1, 1 },
	/* Real time is granted or refused before the engine is ready. */
	{ VRRP_MSG_PATIENCE, WAY(ENGINE_UP), ANY_PHASE, VRRP_PATIENCE_BYTES,
	    VRRP_PATIENCE_BYTES },
	/* The owner of an address is Active while the engine starts. */
	{ VRRP_MSG_WILL, WAY(ENGINE_UP), ANY_PHASE, VRRP_WILL_BYTES_MIN,
	    VRRP_WILL_MAX },
	{ VRRP_MSG_WILL_REVOKE, WAY(ENGINE_UP), ANY_PHASE, 1,
	    VRRP_WILL_NAME_MAX - 1 },
	/* An engine that has not started has nothing to hand over. */
	{ VRRP_MSG_RESTART, WAY(ENGINE_UP), PHASE(READY),
	    VRRP_HANDOFF_BYTES_MIN, VRRP_HANDOFF_BYTES_MAX },
	{ VRRP_MSG_NOTICE, WAY(ENGINE_UP) | WAY(SCRIPTS_DOWN), ANY_PHASE,
	    VRRP_NOTICE_BYTES_MIN, VRRP_NOTICE_BYTES_MAX },
	/* Whoever has not started yet has been given its configuration. */
	{ VRRP_MSG_READ, WAY(ENGINE_UP), PHASE(READY), 4, 4 },
	{ VRRP_MSG_VALUES, WAY(ENGINE_DOWN) | HELPERS_DOWN, ANY_PHASE,
	    VRRP_PARCEL_HEADER + 1, VRRP_PARCEL_HEADER + VRRP_PARCEL_PIECE },
	{ VRRP_MSG_UNREAD, WAY(ENGINE_DOWN), ANY_PHASE, VRRP_UNREAD_BYTES_MIN,
	    VRRP_UNREAD_BYTES_MAX },
	{ VRRP_MSG_RELOADED, WAY(ENGINE_UP), PHASE(RELOADING),
	    VRRP_RELOADED_BYTES, VRRP_RELOADED_BYTES },
	/* All that came before is in force. */
	{ VRRP_MSG_RELOADED, HELPERS_DOWN, ANY_PHASE, 0, 0 },
	{ VRRP_MSG_CONFIRM, WAY(ENGINE_UP), PHASE(READY) | PHASE(RELOADING), 0,
	    0 },
	{ VRRP_MSG_PROBATION, WAY(ENGINE_DOWN), ANY_PHASE, VRRP_PROBATION_BYTES,
	    VRRP_PROBATION_BYTES },
	/* Programs that are told of checks run in vrrpd-scripts. */
	{ VRRP_MSG_LEVEL, HELPERS_UP | WAY(ENGINE_DOWN) | WAY(SCRIPTS_DOWN),
	    ANY_PHASE,
	    VRRP_LEVEL_BYTES_MIN, VRRP_LEVEL_BYTES_MAX },
	{ VRRP_MSG_REPLAY, HELPERS_DOWN, ANY_PHASE, 0, 0 },
	/* An owner that is Active while the engine starts ends its order. */
	{ VRRP_MSG_ORDER, WAY(ENGINE_UP), ANY_PHASE, VRRP_ORDER_LINE_MIN,
	    VRRP_ORDER_LINE_MAX },
	{ VRRP_MSG_KEPT, WAY(ENGINE_DOWN), ANY_PHASE, VRRP_KEPT_BYTES_MIN,
	    VRRP_KEPT_BYTES_MAX },
	{ VRRP_MSG_REFUSED, HELPERS_UP | WAY(NET_UP) | WAY(ENGINE_DOWN),
	    ANY_PHASE, VRRP_REFUSED_BYTES, VRRP_REFUSED_BYTES },
	{ VRRP_MSG_MAKE, WAY(ENGINE_UP) | WAY(NET_DOWN), ANY_PHASE,
	    VRRP_DEVICE_WISH_BYTES, VRRP_DEVICE_WISH_BYTES },
	{ VRRP_MSG_MADE, WAY(NET_UP) | WAY(ENGINE_DOWN), ANY_PHASE,
	    VRRP_DEVICE_MADE_MIN, VRRP_DEVICE_MADE_MAX },
	{ VRRP_MSG_REMOVE, WAY(ENGINE_UP) | WAY(NET_DOWN), ANY_PHASE,
	    VRRP_REMOVAL_BYTES, VRRP_REMOVALS_MESSAGE * VRRP_REMOVAL_BYTES },
	{ VRRP_MSG_REMOVED, WAY(NET_UP) | WAY(ENGINE_DOWN), ANY_PHASE,
	    VRRP_REMOVAL_BYTES, VRRP_REMOVALS_MESSAGE * VRRP_REMOVAL_BYTES },
	{ VRRP_MSG_RENEW, WAY(ENGINE_UP) | WAY(NET_DOWN), ANY_PHASE,
	    VRRP_RENEWAL_MIN, VRRP_RENEWAL_MAX },
	{ VRRP_MSG_RENEWED, WAY(NET_UP) | WAY(ENGINE_DOWN), ANY_PHASE,
	    VRRP_RENEWED_BYTES, VRRP_RENEWED_BYTES },
	{ VRRP_MSG_JOIN, WAY(ENGINE_UP) | WAY(NET_DOWN), ANY_PHASE,
	    VRRP_JOINING_BYTES, VRRP_JOINING_BYTES },
	{ VRRP_MSG_JOINED, WAY(NET_UP) | WAY(ENGINE_DOWN), ANY_PHASE,
	    VRRP_JOINED_BYTES, VRRP_JOINED_BYTES },
	{ VRRP_MSG_STEER, WAY(ENGINE_UP) | WAY(NET_DOWN), ANY_PHASE,
	    VRRP_STEERING_MIN, VRRP_STEERING_MAX },
	{ VRRP_MSG_STEERED, WAY(NET_UP) | WAY(ENGINE_DOWN), ANY_PHASE,
	    VRRP_STEERED_BYTES, VRRP_STEERED_BYTES },
	{ VRRP_MSG_LEASE, WAY(ENGINE_UP) | WAY(NET_DOWN), ANY_PHASE,
	    VRRP_LEASE_ERRAND_MIN, VRRP_LEASE_ERRAND_MAX },
	{ VRRP_MSG_LEASED, WAY(NET_UP) | WAY(ENGINE_DOWN), ANY_PHASE,
	    VRRP_LEASE_ANSWER_BYTES, VRRP_LEASE_ANSWER_BYTES },
	{ VRRP_MSG_NET, WAY(ENGINE_DOWN), ANY_PHASE, 1, 1 },
	{ VRRP_MSG_TRY, WAY(ENGINE_UP), ANY_PHASE, 0, 0 },
	{ VRRP_MSG_TRIED, WAY(ENGINE_DOWN), ANY_PHASE, VRRP_TRIAL_BYTES_MIN,
	    VRRP_TRIAL_BYTES_MAX },
	{ VRRP_MSG_REPLACE, WAY(ENGINE_UP), PHASE(READY), 0, 0 },
	{ VRRP_MSG_EXECUTE, HELPERS_DOWN | WAY(NET_DOWN), ANY_PHASE, 0, 0 },
	{ VRRP_MSG_HERE, HELPERS_UP | WAY(NET_UP), ANY_PHASE, 0, 0 },
};
#define RULE_COUNT	(sizeof(rules) / sizeof(rules[0]))

enum vrrp_refusal
vrrp_traffic_judge(enum vrrp_way way, enum vrrp_phase phase, unsigned type,
    size_t len)
{
	enum vrrp_refusal why = VRRP_REFUSAL_TYPE;
	size_t i;

	for (i = 0; i < RULE_COUNT; i++) {
		if (rules[i].type != type)
			continue;
		if ((rules[i].ways & 1U << way) == 0) {
			if (why == VRRP_REFUSAL_TYPE)
				why = VRRP_REFUSAL_WAY;
			continue;
		}
		if ((rules[i].phases & 1U << phase) == 0)
			return VRRP_REFUSAL_PHASE;
		return len < rules[i].shortest || len > rules[i].longest ?
		    VRRP_REFUSAL_LENGTH : VRRP_REFUSAL_NONE;
	}
	return why;
}

unsigned
vrrp_traffic_descriptors(enum vrrp_message type)
{
	return type == VRRP_MSG_JOIN ? VRRP_JOINING_SOCKETS : 0;
}

bool
vrrp_traffic_may_be_refused(enum vrrp_message type)
{
	switch (type) {
	case VRRP_MSG_BEAT:		/* another one comes */
	case VRRP_MSG_RENEW:
	case VRRP_MSG_RENEWED:
	case VRRP_MSG_REFUSED:		/* a count, with the next one */
	case VRRP_MSG_PATIENCE:		/* tried again with each beat ... */
	case VRRP_MSG_WILL:
	case VRRP_MSG_MAKE:
	case VRRP_MSG_REMOVE:
	case VRRP_MSG_JOIN:
	case VRRP_MSG_STEER:		/* ... or look ... */
	case VRRP_MSG_LEASE:		/* ... or second */
	case VRRP_MSG_VALUES:		/* after a pause */
	case VRRP_MSG_LEVEL:		/* all levels are said anew */
	case VRRP_MSG_NOTICE:		/* kept, or its loss is logged */
		return true;
	default:
		return false;
	}
}

int
vrrp_traffic_longest(enum vrrp_way way, enum vrrp_message type)
{
	size_t i;

	for (i = 0; i < RULE_COUNT; i++)
		if (rules[i].type == type && (rules[i].ways & 1U << way) != 0)
			return (int)rules[i].longest;
	return -1;
}

/* FNV-1a, of 32 bits. */
static uint32_t
hash(uint32_t h, uint64_t n)
{
	int i;

	for (i = 0; i < 8; i++)
		h = (h ^ (uint8_t)(n >> 8 * i)) * 16777619;
	return h;
}

uint32_t
vrrp_traffic_id(void)
{
	uint32_t h = hash(2166136261U, VRRP_TRAFFIC_REVISION);
	const char *name;
	size_t i;

	for (i = 0; i < RULE_COUNT; i++) {
		h = hash(h, rules[i].type);
		for (name = vrrp_message_name(rules[i].type); *name != '\0';
		    name++)
			h = hash(h, (uint8_t)*name);
		h = hash(h, rules[i].ways);
		h = hash(h, rules[i].phases);
		h = hash(h, rules[i].shortest);
		h = hash(h, rules[i].longest);
		h = hash(h, vrrp_traffic_descriptors(rules[i].type));
	}
	return h;
}
