/*
 * vrrp_core_state.h - a virtual router as the state machine sees it.  PURE.
 *
 * The values that go in, the orders that come out, and the struct between, which
 * only the files of the state machine write.  The functions are in vrrp_core.h.
 */
#ifndef VRRPD_VRRP_CORE_STATE_H
#define VRRPD_VRRP_CORE_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/pure/addr.h"
#include "shared/pure/mono.h"
#include "vrrpd/pure/vrrp_death.h"
#include "vrrpd/pure/vrrp_said.h"

enum vrrp_state { VRRP_INITIALIZE, VRRP_BACKUP, VRRP_ACTIVE };
#define VRRP_STATE_COUNT	3

/* Why a transition happened: log word, history, RFC 8347 last-event. */
#define VRRP_CAUSES(X)							\
	X(NONE,			"none")					\
	X(STARTUP,		"startup")				\
	X(SHUTDOWN,		"shutdown")				\
	X(OWNER,		"owner")		/* V-60 */	\
	X(ACTIVE_DOWN_TIMER,	"active-down-timer")	/* V-64 */	\
	X(PRIORITY_ZERO,	"priority-zero")	/* V-65, then timer */ \
	X(OWN_WILL,		"own-will")	/* Active in another life */ \
	X(HIGHER_PRIORITY,	"higher-priority")	/* V-71 */	\
	X(HIGHER_ADDRESS,	"higher-address")	/* V-71, V-74 */ \
	X(PREEMPT,		"preempt")		/* V-67, V-78 */ \
	X(BFD_DOWN,		"bfd-down")		/* L-11 */	\
	X(INTERFACE_DOWN,	"interface-down")	/* V-77 */	\
	X(INTERFACE_UP,		"interface-up")				\
	X(NO_INTERFACE,		"no-interface")				\
	X(NO_PRIMARY_ADDRESS,	"no-primary-address")			\
	X(NOT_OWNER,		"not-owner")		/* V-76 */ \
	X(PRIMARY_ADDRESS,	"primary-address")			\
	X(ADDRESS_FAILED,	"address-failed")	/* could not install */ \
	X(CANNOT_SEND,		"cannot-send")	/* and another serves */ \
	X(SENDS_AGAIN,		"sends-again")				\
	X(TRACK_FAULT,		"track-fault")		/* L-17 */	\
	X(TRACK_CLEAR,		"track-clear")				\
	X(GROUP,		"group")		/* sync group */ \
	X(HANDOVER,		"handover")				\
	X(TAKEN_BACK,		"taken-back")	/* nobody took over */	\
	X(DISABLED,		"disabled")				\
	X(ENABLED,		"enabled")				\
	X(FENCED,		"fenced")		/* after a sleep */ \
	X(RESTART,		"restart")		/* L-24 */

enum vrrp_cause {
#define X(id, word) VRRP_CAUSE_##id,
	VRRP_CAUSES(X)
#undef X
};

/* Orders to the shell, which carries them out in bit order. */
#define VRRP_DO_SEND_ADVERT	0x01	/* with act->advert_priority */
#define VRRP_DO_INSTALL		0x02	/* device deaf off, addresses on (batch) */
#define VRRP_DO_ANNOUNCE	0x04	/* gratuitous ARP / NA; start the repeats */
#define VRRP_DO_WITHDRAW	0x08	/* addresses off at once, repeats stop */
#define VRRP_DO_TRANSITION	0x10	/* log, notify: act->tr says what */
#define VRRP_DO_ASK		0x20	/* wants to be Active: ask the group */
#define VRRP_DO_QUERY		0x40	/* is somebody Active? vrrp_send_query() */
#define VRRP_DO_SEND_BACKUP	0x80	/* Type 2, with act->backup_priority */

/* Another router, as a transition names it.  Address unset: none. */
struct vrrp_other {
	struct addr	address;
	uint8_t		priority;	/* of its last advert; 0: it resigned */
};

struct vrrp_transition {
	enum vrrp_state	from, to;
	enum vrrp_cause	cause;
	int64_t		in_state_ns;	/* time spent in `from` */
	mono_t		due;		/* the deadline or event that caused it */
	/* The router an Active yields to, or a new Active stands in for. */
	struct vrrp_other other;
};

/* Why a Down of the Active's session was not followed by a takeover. */
#define VRRP_SPARED(X)							\
	X(NOT,			"none")					\
	X(ADVERTS_GO_ON,	"adverts-go-on")	/* proof of life */ \
	X(ANOTHER_SERVES,	"another-serves")	/* L-15 */	\
	X(SESSION_IS_BACK,	"session-is-back")			\
	X(NOT_CONFIRMED,	"not-confirmed")	/* L-14 */	\
	X(SUSPENDED,		"suspended")		/* L-13 */

enum vrrp_spared {
#define X(id, word) VRRP_SPARED_##id,
	VRRP_SPARED(X)
#undef X
};

/* The last of those, and the router on account of which. */
struct vrrp_spare {
	uint64_t		count;		/* of all there were */
	enum vrrp_spared	why;
	struct vrrp_other	other;
	mono_t			at;
};

struct vrrp_actions {
	uint32_t		todo;
	uint8_t			advert_priority;	/* 0 = resigning */
	uint8_t			backup_priority;	/* 0 = no Backup now */
	/*
	 * Install before the advert: another router may be answering still, and
	 * the advert moves the virtual MAC's port to us.  After a silent death
	 * the advert goes first, since nothing is there to be lost.
	 */
	bool			install_first;
	struct vrrp_transition	tr;
};

/* The subset of vrrp_params the state machine needs; copied in. */
struct vrrp_core_params {
	uint8_t		version;
	uint8_t		priority;		/* effective; 255 = owner */
	uint16_t	advert_int_cs;
	bool		preempt;
	int64_t		preempt_delay_ns;	/* V-79 */
	int64_t		takeover_confirm_ns;	/* L-14; 0: off */
	bool		grouped;		/* asks before it goes Active */
	bool		backup_adverts;		/* tells its priority as Backup */
};

struct vrrp_core {
	struct vrrp_core_params	p;
	enum vrrp_state		state;
	mono_t			state_since;
	struct addr		primary;	/* our source address (V-74) */

	/* RFC 9568 §6.1 */
	uint16_t		active_adver_interval_cs;
	int64_t			skew_time_ns;
	int64_t			active_down_interval_ns;
	/* RFC 9568 §6.2 */
	mono_t			active_down_timer;
	mono_t			adver_timer;

	/* Where active_down_timer starts and why, to re-base it (V-34). */
	mono_t			active_down_from;
	bool			active_down_is_skew;	/* V-65: Skew_Time */
	int64_t			place_ns;	/* sooner, by our place; -1: no */
	uint8_t			told_priority;	/* of our last advert; 0: none */
	enum vrrp_cause		active_down_cause;	/* reported when due */
	struct vrrp_other	active_down_other;	/* so is that */
	mono_t			last_call;
	mono_t			absent_since, absent_until; /* the last grant */
	mono_t			lesser_since;	/* V-79: MONO_NEVER: none */
	mono_t			immediate_not_before;	/* V-96 guard */
	mono_t			resigned_not_before;	/* the same, of V-70 */
	mono_t			reassure_not_before;	/* the same, L-23 */
	mono_t			reassure_until;	/* adverts at such a pace */
	int64_t			reassure_pace_ns;
	mono_t			reannounce_not_before;	/* design §5 */
	unsigned		paced_adverts;	/* so many left of a series */
	int64_t			paced_interval_ns;
	struct vrrp_active_router active;
	struct vrrp_said	said;

	/* A Backup that has heard nobody yet infers nothing until then; 0: may. */
	mono_t			listen_until;

	/* Was Active in another life, and nobody was heard yet. */
	bool			willed;
	uint8_t			queries;	/* so many before it is Active */

	/* Backup Advertisements (vrrp_core_backup.c). */
	mono_t			backup_adver_timer;
	mono_t			backup_not_before;	/* the next, if at once */
	mono_t			listens_since;		/* MONO_NEVER: does not */

	/* In a sync group: would be Active, why and since when. */
	bool			wants;
	enum vrrp_cause		wants_cause;
	mono_t			wants_due;

	struct vrrp_death	death;		/* BFD, and who is there */
	mono_t			bfd_takeover_timer;	/* the better ones first */
	mono_t			confirm_timer;	/* L-14: claimed, not installed */
	bool			confirmed;	/* nobody objected */
	uint8_t			claimed;	/* with this priority; 0: no claim */
	struct addr		blocked_peer;	/* Active for all BFD can tell */
	bool			active_by_bfd;	/* L-13: since state_since */

	struct vrrp_spare	spared;
	/* Counters the core alone can know. */
	uint64_t		bfd_takeovers;
	uint64_t		bfd_false_takeovers;
	uint64_t		vrrp_blocked;	/* alarms: adverts gone, BFD Up */
	uint64_t		takeovers_taken_back;	/* whatever the cause */
	uint64_t		bfd_unconfirmed;	/* L-14: taken back in time */
	uint64_t		bfd_suspended;	/* Downs: false too often */
	uint64_t		bfd_disproved;	/* Downs: adverts went on */
	uint64_t		bfd_left_to_others;	/* somebody else went */
	uint64_t		immediate_adverts;
	uint64_t		immediate_adverts_suppressed;
	uint64_t		absences;		/* L-32: timers were moved */

	/* Design §6: an Active that was asleep listens until then. */
	mono_t			fence_until;		/* MONO_NEVER: not fenced */
	uint64_t		fences;
	uint64_t		fenced_out;		/* had been replaced */
};

#endif
