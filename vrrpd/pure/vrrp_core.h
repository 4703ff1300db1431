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
#include "vrrpd/pure/vrrp_core_state.h"
#include "vrrpd/pure/vrrp_death.h"
#include "vrrpd/pure/vrrp_wire.h"

/* The words of log, history and JSON. */
const char *vrrp_state_name(enum vrrp_state);	/* "initialize", ... */
const char *vrrp_cause_name(enum vrrp_cause);
const char *vrrp_spared_name(enum vrrp_spared);

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
 * The same for a router that was Active in another life, of which priority 0 has been
 * said (vrrp_will.h).  Its peers wait for their Skew_Time, or serve already; there
 * is nothing that a whole Active_Down_Interval is good for.  So it waits for its own
 * Skew_Time, and what is due then is two queries (VRRP_DO_QUERY), 2 to 10 ms apart:
 * priority 0 once more, which an Active answers at once (V-70).  Who is not Active
 * waits for its Skew_Time, from there if it had missed the first.  An Active that is
 * heard is treated as after any other start.
 */
void	vrrp_core_startup_willed(struct vrrp_core *, mono_t now,
	    const struct addr *primary, enum vrrp_cause, struct vrrp_actions *);
/*
 * L-24: this router has been Active since `since`, in another life that ended at
 * `left`, and holds its addresses.  In Initialize only.  It goes on as Active, and
 * fences where the time between was too long (vrrp_core_must_fence()).
 */
void	vrrp_core_readopt(struct vrrp_core *, mono_t now,
	    const struct addr *primary, mono_t since, mono_t left,
	    struct vrrp_actions *);
/*
 * Silence until then says nothing: peers may not have been able to reach us.  A
 * Backup that has heard no advert since it began to wait is not Active before, and
 * a fenced Active listens until then.  The first advert that arrives shows that
 * there is a way, and ends it.  Called right after vrrp_core_startup(), or after an
 * absence.  Nothing in other states.
 */
void	vrrp_core_listen(struct vrrp_core *, mono_t until);
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
 * A Backup Advertisement that survived validation: another Backup tells its
 * priority, or with 0 that it is none any more.  No state and no timer of RFC 9568
 * depends on it, but our place among the Backups does (vrrp_rank.h), for three of
 * its intervals.  A Backup that hears a new one tells its own at once, at most every
 * 100 ms: that is a timer, so there are no actions.  Nothing without
 * p.backup_adverts, and in Initialize.
 */
void	vrrp_core_backup_rx(struct vrrp_core *, mono_t now, mono_t arrival,
	    const struct vrrp_advert *);
/* The rhythm in which a Backup tells: of its adverts, but a second at least. */
uint16_t vrrp_core_backup_interval_cs(uint16_t advert_int_cs);
/*
 * An advert of ours, of whatever priority, was given to the kernel (vrrp_said.h).
 * at: read before that.  What arrived earlier is void where the table says so.
 */
void	vrrp_core_said(struct vrrp_core *, mono_t at, enum vrrp_said_to);
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
 * given it up, so that each gets at least one proof of life in time; now at most
 * every 50 ms.  Whoever becomes Active before that time is over does the same.
 */
void	vrrp_core_reassure(struct vrrp_core *, mono_t now,
	    struct vrrp_actions *);
/*
 * Called before it for each session that others here have with a router of our
 * network: it is shared (L-26), and that router may watch us by it.
 */
void	vrrp_core_watched(struct vrrp_core *, mono_t now, int64_t tx_interval_ns,
	    unsigned tx_multiplier);
/* The heir of a virtual router that is the same one: what it owes its peers. */
void	vrrp_core_owes(struct vrrp_core *, const struct vrrp_core *old);
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
/*
 * The router at peer has said by another way than its adverts that it is no Active:
 * that it sends none is no sign of two any more.
 */
void	vrrp_core_no_active(struct vrrp_core *, const struct addr *peer);
/* How long a Down of the Active's session now would wait for better ones. */
int64_t	vrrp_core_bfd_delay_ns(const struct vrrp_core *, mono_t now);
/*
 * Another router of this virtual router, from the configuration (L-15).
 * name_nobody: the configuration has changed, and names others or none.
 */
void	vrrp_core_name_router(struct vrrp_core *, const struct addr *);
void	vrrp_core_name_nobody(struct vrrp_core *);
/* The session is gone from the configuration: forget what was seen of it. */
void	vrrp_core_bfd_forget(struct vrrp_core *, const struct addr *peer);
/*
 * Run-time change of effective priority, interval, preempt (V-34, V-78) and
 * version.  An Active adverts at once; one that slows down sends three more
 * adverts at the old pace, so that Backups learn the longer interval even when
 * some are lost.  A Backup now better than the Active it hears waits at most
 * Skew_Time; one that was about to preempt and is not better any more, or may not,
 * waits a whole Active_Down_Interval from now, as for an Active just heard (V-66);
 * one that is the owner now waits for nobody (V-60).
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
 * V-79: until when a Backup lets the lesser Active serve on that it hears.
 * MONO_NEVER: it hears none, or the delay is over.
 */
mono_t	vrrp_core_preempts_at(const struct vrrp_core *, mono_t now);
/*
 * This router has let a lesser Active serve since then, in another life: the delay
 * goes on.  Right after vrrp_core_startup().  Nothing unless Backup.
 */
void	vrrp_core_hold_on(struct vrrp_core *, mono_t since);
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
