/*
 * vrrp_traffic.h - what may come when, from whom, and how long.  PURE.
 */
#ifndef VRRPD_VRRP_TRAFFIC_H
#define VRRPD_VRRP_TRAFFIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "vrrpd/pure/vrrp_message.h"
#include "vrrpd/pure/vrrp_supervise.h"

/*
 * May a message of this type, with a body of this length, come that way now?
 * phase: of the engine that sends; of no meaning on every other way.
 * VRRP_REFUSAL_NONE, _TYPE, _WAY, _PHASE or _LENGTH.
 */
enum vrrp_refusal vrrp_traffic_judge(enum vrrp_way, enum vrrp_phase,
	    unsigned type, size_t len);

/*
 * The longest body of a message of this type on that way; -1 when there is no
 * such message there.
 */
int	vrrp_traffic_longest(enum vrrp_way, enum vrrp_message);

/* How many descriptors a message of this type brings along. */
#define VRRP_TRAFFIC_DESCRIPTORS_MAX	2
unsigned vrrp_traffic_descriptors(enum vrrp_message);

/*
 * Does its sender say the same again by itself, or notice that a message of this type
 * was not taken?  Of the others, answers and states above all, a lost one leaves
 * somebody waiting for good, so that a channel keeps room for them.
 */
bool	vrrp_traffic_may_be_refused(enum vrrp_message);

/*
 * A number that differs, as good as surely, between programs that do not
 * understand each other's messages: of the table, and of VRRP_TRAFFIC_REVISION,
 * which grows when a body of the same length gets another meaning.
 */
#define VRRP_TRAFFIC_REVISION	1
uint32_t vrrp_traffic_id(void);

#endif
