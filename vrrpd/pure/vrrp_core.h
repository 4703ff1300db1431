/*
 * vrrp_core.h - the virtual router state machine of RFC 9568 §6.  PURE.
 *
 * One struct vrrp_core per virtual router (interface, family, VRID).  Input is
 * one function per event, each with the instant it happened; output is a struct
 * vrrp_actions that the shell carries out lowest bit first, which is the order
 * of the RFC text and of the takeover path: advert, addresses, announcements.
 * No I/O, no clock, no heap, no globals, no log.
 *
 * Timers are instants in the struct; vrrp_core_next_expiry() is the earliest.
 * A timer that a packet restarts runs from the packet's arrival, not from when
 * it was read, and never from an instant earlier than the one it ran from.
 * All spans are nanoseconds, so that Skew_Time is not 0 at one centisecond
 * (V-32).  One function, enter(), writes the state.
 */
#ifndef VRRPD_VRRP_CORE_H
#define VRRPD_VRRP_CORE_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/pure/addr.h"
#include "shared/pure/mono.h"
#include "vrrpd/pure/vrrp_death.h"
#include "vrrpd/pure/vrrp_wire.h"

enum vrrp_state { VRRP_INITIALIZE, VRRP_BACKUP, VRRP_ACTIVE };
#define VRRP_STATE_COUNT	3
const char *vrrp_state_name(enum vrrp_state);	/* "initialize", ... */

/* Why a transition happened: log word, history, RFC 8347 last-event. */
#define VRRP_CAUSES(X)							\
	X(NONE,			"none")					\
	X(STARTUP,		"startup")				\
	X(SHUTDOWN,		"shutdown")				\
	X(OWNER,		"owner")		/* V-60 */	\
	X(ACTIVE_DOWN_TIMER,	"active-down-timer")	/* V-64 */	\
	X(PRIORITY_ZERO,	"priority-zero")	/* V-65, then timer */ \
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
const char *vrrp_cause_name(enum vrrp_cause);

/* Orders to the shell, which carries them out in bit order. */
#define VRRP_DO_SEND_ADVERT	0x01	/* with act->advert_priority */
#define VRRP_DO_INSTALL		0x02	/* device deaf off, addresses on (batch) */
#define VRRP_DO_ANNOUNCE	0x04	/* gratuitous ARP / NA; start the repeats */
#define VRRP_DO_WITHDRAW	0x08	/* addresses off at once, repeats stop */
#define VRRP_DO_TRANSITION	0x10	/* log, notify: act->tr says what */
#define VRRP_DO_ASK		0x20	/* wants to be Active: ask the group */

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
	/* Whom an Active yields to; whom a Backup replaces that takes over. */
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
const char *vrrp_spared_name(enum vrrp_spared);

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
	enum vrrp_cause		active_down_cause;	/* reported when due */
	struct vrrp_other	active_down_other;	/* so is that */
	mono_t			last_call;
	mono_t			absent_since, absent_until; /* the last grant */
	mono_t			preempt_not_before;	/* V-79 */
	mono_t			immediate_not_before;	/* V-96 guard */
	mono_t			reassure_not_before;	/* the same, L-23 */
	mono_t			reannounce_not_before;	/* design §5 */
	unsigned		paced_adverts;	/* so many left of a series */
	int64_t			paced_interval_ns;
	struct vrrp_active_router active;

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

void	vrrp_core_init(struct vrrp_core *, const struct vrrp_core_params *);

/*
 * Every function: now is not before the previous call's (asserted); *act is
 * overwritten whole, todo 0 when there is nothing to do.  Re-read
 * vrrp_core_next_expiry() after.
 */

/*
 * V-60, V-61.  primary: our source address.  In Initialize only; else nothing.
 * The owner becomes Active with cause VRRP_CAUSE_OWNER whatever was passed.
 */
void	vrrp_core_startup(struct vrrp_core *, mono_t now,
	    const struct addr *primary, enum vrrp_cause, struct vrrp_actions *);
/*
 * L-24: this router has been Active since `since`, in another life that ended at
 * `left`, and holds its addresses.  In Initialize only.  It goes on as Active, and
 * fences where the time between was too long (vrrp_core_must_fence()).
 */
void	vrrp_core_readopt(struct vrrp_core *, mono_t now,
	    const struct addr *primary, mono_t since, mono_t left,
	    struct vrrp_actions *);
/* V-63, V-68. Nothing in Initialize. */
void	vrrp_core_shutdown(struct vrrp_core *, mono_t now, enum vrrp_cause,
	    struct vrrp_actions *);
/*
 * V-65..V-67, V-70..V-74: an advert that survived validation.  arrival is the
 * kernel's instant (rxclock.h), at or before now: timers run from it.  Adverts
 * of our own source address are the caller's to drop (V-96), and so are version
 * 2 adverts with another interval (V-124).
 * V-72: an Active that hears a lesser one adverts at once, at most once per
 * max(1 ms, interval / 4), and announces again, at most every 100 ms, because
 * the other may have drawn the hosts to itself (design §5); version 2 only
 * announces (V-126).
 */
void	vrrp_core_rx(struct vrrp_core *, mono_t now, mono_t arrival,
	    const struct vrrp_advert *, struct vrrp_actions *);
/*
 * Sync groups (vrrp_group.h).  Where p.grouped, a Backup whose time has come
 * does not go: it sets `wants`, says VRRP_DO_ASK and keeps waiting until one of
 * these is called or it hears an Active again.  Not for the owner.
 * take_over: Backup to Active, with the cause given, or its own if it wants.
 */
void	vrrp_core_take_over(struct vrrp_core *, mono_t now, enum vrrp_cause,
	    struct vrrp_actions *);
/* Active to Backup with a priority-0 advert. Nothing in other states. */
void	vrrp_core_yield(struct vrrp_core *, mono_t now, enum vrrp_cause,
	    struct vrrp_actions *);
/* V-64, V-69 and the skewed BFD takeover, whatever is due at now. */
void	vrrp_core_expire(struct vrrp_core *, mono_t now, struct vrrp_actions *);
mono_t	vrrp_core_next_expiry(const struct vrrp_core *);

/*
 * L-10..L-15: the level of a session changed.  A takeover needs all of: Backup;
 * the session was Up; it is Down for a cause L-12 lets pass; it is bound to the
 * Active we follow.  Everything else only keeps the books.  The best Backup goes
 * at once, another after one slot for each that is better (vrrp_rank.h): an
 * interval of the session, by which the Downs of Backups differ at most, and
 * half of one for the claim to get round.  A better one whose own session goes
 * Down meanwhile is not waited for.
 * A takeover that waits is called off by an advert accepted after the edge, by
 * the session leaving Down, and by a lesser router that became Active since the
 * dead one was last heard: that one serves already, and preemption is a matter of
 * V-67.
 * With takeover_confirm (L-14) the advert goes out first and the rest after so
 * long, unless somebody who wins against it has spoken by then.  That advert is a
 * claim: an Active that loses against it has obeyed, and nobody serves until we do.
 * So nothing but an Active that is heard ends it, least of all its session; one
 * that stops with a claim out resigns.
 * The other guards, and the fate of a session that was wrong, are in vrrp_death.h.
 * The shell asks for its own link before it calls (L-18), and reads what adverts
 * have arrived.
 * An Active whose session times out, or who is told that it was timed out,
 * adverts at once: the other end may think the same of it.
 */
void	vrrp_core_bfd(struct vrrp_core *, mono_t now,
	    const struct vrrp_bfd_event *, struct vrrp_actions *);
/*
 * L-23: our bfdd is gone, and whoever had an Up session with us hears no more of
 * it.  An Active adverts now and in short intervals until all of them would have
 * given it up, so that each gets at least one proof of life in time; a series at
 * most every 50 ms.
 */
void	vrrp_core_reassure(struct vrrp_core *, mono_t now,
	    struct vrrp_actions *);
/* Until when Downs of this session are not obeyed; before now: they are. */
mono_t	vrrp_core_bfd_suspended_until(const struct vrrp_core *,
	    const struct addr *peer);
/*
 * The other half of a router lives: true and *peer, when we replaced an Active
 * that fell silent while its BFD session is Up (two Actives, or its vrrpd is
 * gone), or follow one whose session was Up and is not.  bfd: which half.
 */
bool	vrrp_core_half_heard(const struct vrrp_core *, struct addr *peer,
	    bool *bfd);
/* How long a Down of the Active's session now would wait for better ones. */
int64_t	vrrp_core_bfd_delay_ns(const struct vrrp_core *, mono_t now);
/* Another router of this virtual router, from the configuration (L-15). */
void	vrrp_core_name_router(struct vrrp_core *, const struct addr *);
/* The session is gone from the configuration: forget what was seen of it. */
void	vrrp_core_bfd_forget(struct vrrp_core *, const struct addr *peer);
/*
 * Run-time change of effective priority, interval, preempt (V-34, V-78); the
 * version must stay.  An Active adverts at once; one that slows down sends
 * three more adverts at the old pace, so that Backups learn the longer interval
 * even when some are lost.  A Backup now better than the Active it hears waits
 * at most Skew_Time.
 */
void	vrrp_core_set_params(struct vrrp_core *, mono_t now,
	    const struct vrrp_core_params *, struct vrrp_actions *);
/* Our primary address changed; the state stays (V-23). */
void	vrrp_core_set_primary(struct vrrp_core *, const struct addr *primary);
/*
 * This process was absent from `since` to `until` (L-32, V-37): a Backup's
 * timers that were running then are moved by that much.  May be called before
 * or after the adverts that arrived meanwhile are given to vrrp_core_rx(); must
 * be called before vrrp_core_expire().  For an Active only counted.
 */
void	vrrp_core_absent(struct vrrp_core *, mono_t since, mono_t until);
/*
 * True for an Active that was absent for longer than the most eager Backup
 * waits: three intervals, or detection_time_ns (0: no BFD).  It must presume
 * that it was replaced and listen before it sends (design §6); carrying that
 * out is the shell's.  The owner need not: it wins whatever it hears (V-75).
 */
bool	vrrp_core_must_fence(const struct vrrp_core *, int64_t absent_ns,
	    int64_t detection_time_ns);
/*
 * For an Active that must fence: it sends nothing until it has listened, for its
 * advert interval and a quarter, or half of what peers still tolerate after
 * absent_ns if that is less.  Whoever is heard as Active meanwhile has replaced
 * it: it goes to Backup with VRRP_CAUSE_FENCED, whatever the priorities, and says
 * nothing.  Nobody: at the next expiry it adverts, installs and announces again.
 */
void	vrrp_core_fence(struct vrrp_core *, mono_t now, int64_t absent_ns);
bool	vrrp_core_is_fenced(const struct vrrp_core *);
/* An Active that may have been contested announces again (design §5). */
void	vrrp_core_reannounce(struct vrrp_core *, mono_t now,
	    struct vrrp_actions *);

/*
 * Asserts every invariant of *v.  Each function above that changes anything ends
 * with it, so that unit tests, simulator and fuzzers look for broken invariants
 * at no cost.
 */
void	vrrp_core_check(const struct vrrp_core *v);

/* V-30, V-31 and for version 2 V-122, in nanoseconds. */
int64_t	vrrp_core_skew_time_ns(uint8_t version, uint8_t priority,
	    uint16_t interval_cs);
int64_t	vrrp_core_active_down_interval_ns(uint8_t version, uint8_t priority,
	    uint16_t interval_cs);

#endif
