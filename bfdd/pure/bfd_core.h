/*
 * bfd_core.h - one BFD session (RFC 5880 §6).  PURE.
 *
 * Holds the state variables of §6.8.1 and the timers; input is one function per
 * event with the instant it happened, output a struct bfd_actions.  Values that
 * are agreed with the peer come in pairs, in force and announced, and meet when
 * the Poll Sequence ends (B-70..B-77).  Jitter comes from the session's own
 * seeded generator.  No I/O, clock, heap, globals, log.
 *
 * Every function that takes `now`: it is not before the previous call's
 * (asserted); *act is overwritten whole, todo 0 when there is nothing to do.
 * After every call the caller carries out the actions lowest bit first, calling
 * bfd_core_build() once for each SEND bit, and re-reads bfd_core_next_expiry().
 *
 * Unaffiliated echo (RFC 9747, p.unaffiliated): the packets are those of RFC 5880
 * and come back to us, so the session talks to itself: what it hears is its own
 * state.  Intervals are as configured, nothing is polled, AdminDown is silence,
 * and what was lost is the echo (diag 2).
 *
 * bfd_core_update_state() in bfd_core.c is the only writer of session_state.
 */
#ifndef BFDD_BFD_CORE_H
#define BFDD_BFD_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bfdd/pure/bfd_auth.h"
#include "bfdd/pure/bfd_params.h"
#include "bfdd/pure/bfd_wire.h"
#include "shared/pure/mono.h"
#include "shared/pure/rng.h"

/* B-139: why the session left a state, for clients (L-12) and the log. */
#define BFD_REASONS(X)						\
	X(NONE,		"none")					\
	X(TIMEOUT,	"timeout")	/* local detection time, diag 1 */ \
	X(ECHO,		"echo")		/* local echo failure, diag 2 */ \
	X(REMOTE_DOWN,	"remote-down")	/* received Down, diag 3 */	\
	X(REMOTE_ADMIN_DOWN, "remote-admin-down")		\
	X(LOCAL_ADMIN,	"local-admin")				\
	X(FORWARDING_RESET, "forwarding-reset")			\
	X(PATH_DOWN,	"path-down")	/* a client died, L-20 */	\
	X(ABSENCE,	"absence")	/* as TIMEOUT; see bfd_core_absent() */ \
	X(HANDSHAKE,	"handshake")	/* Down -> Init -> Up */

enum bfd_reason {
#define X(id, word) BFD_REASON_##id,
	BFD_REASONS(X)
#undef X
};
#define BFD_REASON_COUNT	(BFD_REASON_HANDSHAKE + 1)
const char *bfd_reason_name(enum bfd_reason);

#define BFD_DO_SEND		0x01	/* one packet now (B-57, or periodic due) */
#define BFD_DO_SEND_FINAL	0x02	/* answer a Poll (B-39), before BFD_DO_SEND */
#define BFD_DO_SEND_ECHO	0x04	/* one echo packet (echo function) */
#define BFD_DO_STATE		0x08	/* act->tr: tell clients, log */
#define BFD_DO_CHANGED		0x10	/* intervals or remote values changed */
#define BFD_DO_DELETE		0x20	/* a released session may now go (B-137) */

struct bfd_transition {
	enum bfd_state	from, to;
	uint8_t		diag;		/* ours, as now announced */
	uint8_t		remote_diag;	/* of the last accepted packet */
	enum bfd_state	remote_state;
	enum bfd_reason	reason;
	mono_t		last_rx;	/* kernel instant of the last accepted packet;
					   MONO_NEVER: none yet */
	mono_t		due;		/* when the detection timer was due; arrival
					   of the packet; else now */
	int64_t		detection_time_ns;	/* in force before the transition */
};

struct bfd_actions {
	uint32_t		todo;
	struct bfd_transition	tr;
};

/* Worst gaps by parts of time, so that the last minute can be told. */
#define BFD_RECENT_PART_NS	(10 * NS_PER_S)
#define BFD_RECENT_PARTS	7

struct bfd_core {
	struct bfd_params	p;		/* as wished */
	struct rng		rng;

	/* RFC 5880 §6.8.1 */
	enum bfd_state		session_state;
	enum bfd_state		remote_session_state;
	uint32_t		local_discr;
	uint32_t		remote_discr;
	uint8_t			local_diag;
	uint8_t			remote_diag;
	bool			remote_demand_mode;
	uint8_t			remote_detect_mult;
	int64_t			remote_min_rx_interval_ns;
	int64_t			remote_desired_min_tx_ns;
	int64_t			remote_min_echo_rx_ns;
	struct bfd_auth_state	auth;
	struct bfd_auth_params	auth_in_use;	/* p.auth, or what it follows */
	unsigned		auth_probe;	/* packets sent since (B-108) */

	/*
	 * In force and announced (B-70..B-72).  They differ only while Up and
	 * polling: transmission stays fast and detection stays slow until the
	 * peer has confirmed.
	 */
	int64_t			desired_min_tx_ns;	/* paces our packets */
	int64_t			desired_min_tx_announced_ns;
	int64_t			required_min_rx_ns;	/* in our Detection Time */
	int64_t			required_min_rx_announced_ns;

	/* Poll Sequence (§6.5). */
	bool			polling;	/* wanted or running */
	bool			poll_sent;	/* a packet with P went out */
	bool			poll_again;	/* changed after that (B-77) */
	bool			poll_wait;	/* next one waits for F clear (B-77) */

	/* Derived (B-60, B-61). */
	int64_t			tx_interval_ns;		/* 0: none (B-66) */
	int64_t			detection_time_ns;	/* 0: no detection possible */
	int64_t			echo_interval_ns;	/* 0: echo not active */

	/*
	 * Timers, MONO_NEVER when they do not run.  The detection timer also
	 * runs in Down and AdminDown once something was heard: there it makes us
	 * forget the peer (B-4, B-7) after a Detection Time of silence (B-11).
	 */
	mono_t			tx_timer;
	mono_t			detection_timer;
	mono_t			forget_timer;	/* B-9: 2 x Detection Time */
	mono_t			echo_tx_timer;
	mono_t			echo_detection_timer;
	mono_t			release_timer;	/* B-137, MONO_NEVER unless leaving */
	mono_t			silent_until;	/* B-107 */
	bool			held;		/* B-55 */
	int64_t			tx_slot_ns;	/* 0: none */
	bool			echo_blocked;	/* the shell cannot send it */
	unsigned		last_words;	/* still to go at this interval */
	int64_t			last_words_interval_ns;

	/* Where the timers run from, and the time absences have granted (L-32). */
	mono_t			detection_from;
	int64_t			granted_ns;
	mono_t			absent_since, absent_until;	/* the latest */
	bool			given_up;	/* by the peer, in that absence */

	/* The mandatory part of the last packet, P and F clear (B-57). */
	uint8_t			sent[BFD_PACKET_MIN];
	mono_t			now;		/* of the latest call */

	/* Observation. */
	mono_t			created;
	mono_t			last_rx;	/* accepted; kernel instant, or NEVER */
	mono_t			last_tx;	/* MONO_NEVER: nothing sent yet */
	mono_t			state_since;
	uint32_t		session_up_count, session_down_count, admin_down_count;
	int64_t			worst_gap_ns;	/* between accepted packets, since Up;
						   absences included, at most 1 h */
	int64_t			recent_gap_ns[BFD_RECENT_PARTS];
	int64_t			recent_part;	/* of time, the latest noted */
	uint64_t		absences;	/* grants given (L-32) */
	int64_t			worst_absence_ns;
};

/*
 * discr: unique, non-zero (B-3); p is copied.  The session starts in Down, or in
 * AdminDown when p->admin_down; its first packet is due at once.  A shell that
 * persists XmitAuthSeq (B-107) sets auth.xmit_auth_seq after this.
 */
void	bfd_core_init(struct bfd_core *, mono_t now, const struct bfd_params *p,
	    uint32_t discr, uint64_t seed);
/*
 * B-107: send nothing at all before `until`, the latest if several are said.  For
 * a session with a sequence number, restarted without its last one; the peer
 * forgets after 2 x Detection Time of silence.
 */
void	bfd_core_stay_silent(struct bfd_core *, mono_t until);

/*
 * Send periodic packets at whole multiples of slot_ns, so that many sessions
 * need few wake-ups; 0 for none.  Jitter stays within B-63 and B-64.  Not used
 * while the interval is shorter than BFD_SLOTS_MIN slots.
 */
#define BFD_SLOTS_MIN	8
void	bfd_core_set_tx_slot(struct bfd_core *, int64_t slot_ns);

/*
 * A packet bfd_wire_parse() accepted and the table gave to this session
 * (B-26, B-28), whose TTL and source the shell has checked (B-41).  arrival:
 * kernel instant, at or before now; timers run from it, and one that is older
 * than the latest is accepted but moves nothing back.
 *
 * Refused beyond the RFC: an unsigned Down with diag 4 or 5 and no Your
 * Discriminator, while Up.  Real last words always carry it.
 *
 * BFD_OK_VERDICT; else why the packet was refused, *act is empty and *s is bit
 * for bit as it was.  One exception, which is RFC 5880's order
 * (§6.8.6): in AdminDown the values of B-32..B-35 are taken, forgetting is put
 * off, and then the packet is discarded (B-36) with BFD_ADMIN_DOWN_STATE_VERDICT;
 * *act may then hold BFD_DO_SEND or BFD_DO_CHANGED and is to be carried out.
 */
enum bfd_verdict bfd_core_rx(struct bfd_core *s, mono_t now, mono_t arrival,
    const struct bfd_packet *, struct bfd_actions *);
/*
 * Whatever is due at now: a periodic packet, the Detection Time, forgetting,
 * echo, deletion.  The shell drains its sockets first (L-31).  Periodic packets
 * that are late are not made up for: one is sent, the next follows from now.
 */
void	bfd_core_expire(struct bfd_core *, mono_t now, struct bfd_actions *);
/* The earliest of all timers; MONO_NEVER if none runs. */
mono_t	bfd_core_next_expiry(const struct bfd_core *);
/* Only the timers a queued packet can move: not to be judged before a drain. */
bool	bfd_core_detection_due(const struct bfd_core *, mono_t now);

/*
 * Build the packet a BFD_DO_SEND or BFD_DO_SEND_FINAL asked for, authentication
 * included; arms the next tx_timer with fresh jitter (not for a Final).
 * Length; 0 when nothing may be sent (B-66, B-107) or the digest is unavailable.
 */
size_t	bfd_core_build(struct bfd_core *, mono_t now, bool final, uint8_t *buf,
	    size_t size);

/*
 * The worst gap between accepted packets of the last minute, while Up; what is
 * silent now counts as a gap.  0: not Up.
 */
int64_t	bfd_core_recent_gap(const struct bfd_core *, mono_t now);

/*
 * New wishes, copied; starts a Poll Sequence where B-70 demands one, and one
 * more after it when the last is still running (B-77).  The key and multihop do
 * not change.  A session that is leaving (bfd_core_release) is wished
 * again and leaves no more.  admin_down is carried out; admin_down false brings a
 * session back from AdminDown.
 *
 * New keys or another authentication type (B-108): in force at once unless the
 * session is Up.  Then the old is used on, while every fourth packet is a probe
 * signed the new way (none with a multiplier below 3, which could not spare it).
 * It ends for good with the first packet from the peer that passes only the new
 * way, or both ways while the peer signs with the new key, or our own signing
 * key does not change.  So the two sides may be changed minutes apart without a
 * flap, and a key that is dropped from both is refused soon after.
 */
void	bfd_core_set_params(struct bfd_core *, mono_t now,
	    const struct bfd_params *, struct bfd_actions *);
/*
 * B-51, B-52: diag BFD_DIAG_ADMIN_DOWN or _PATH_DOWN.  Out of Up it is sent up to
 * three times at the interval agreed, until the peer answers; then once a second.
 */
void	bfd_core_admin_down(struct bfd_core *, mono_t now, uint8_t diag,
	    struct bfd_actions *);
/* B-51: AdminDown -> Down; ends a release. Nothing in any other state. */
void	bfd_core_admin_up(struct bfd_core *, mono_t now, struct bfd_actions *);
/*
 * B-53 (diag 4) and L-20 (diag 5): Down, not AdminDown, with this diag.  In Down
 * only the diag changes; nothing in AdminDown.  The handshake may follow at once,
 * unless the session is held.
 */
void	bfd_core_force_down(struct bfd_core *, mono_t now, uint8_t diag,
	    struct bfd_actions *);
/* B-55: while held the session does not leave Down upwards. */
void	bfd_core_hold(struct bfd_core *, bool held);
/*
 * B-137: AdminDown for one Detection Time (the longer of the two directions),
 * then BFD_DO_DELETE from bfd_core_expire().  No peer heard: at the next expiry.
 */
void	bfd_core_release(struct bfd_core *, mono_t now, struct bfd_actions *);
/* An echo packet of ours came back (§6.4); the shell has verified it (B-91). */
void	bfd_core_echo_rx(struct bfd_core *, mono_t now, mono_t arrival,
	    struct bfd_actions *);
/*
 * Echo packets cannot be sent, or again (B-93: source address, neighbour).  While
 * they cannot the echo function does not run, which is no failure of the path.
 */
void	bfd_core_echo_block(struct bfd_core *, mono_t now, bool blocked,
	    struct bfd_actions *);
/*
 * This process was absent from since to until (L-32).  Every detection and
 * forget timer that ran in that time is moved later by until minus the later of
 * since and its start; one due before since is not moved.  The grant also holds
 * for packets that arrived before `until` and are handed in later, so this may
 * be called before or after the drain, once per absence.
 *
 * A session that is Up and sent nothing for as long as its peer waits was given up
 * there, and perhaps forgotten: a peer that accepts sessions (RFC 9468) deletes
 * one in time, and must be silent to what we send then (B-26); another sends once
 * a second (B-67).  Where nothing is heard after such an absence, it was us who
 * were away: BFD_REASON_ABSENCE, by which no client takes anything over (L-32).
 */
void	bfd_core_absent(struct bfd_core *, mono_t since, mono_t until);
/*
 * The same for time in which nothing could be heard, while what we send went on:
 * the peer is granted it, and has not given us up.
 */
void	bfd_core_blind(struct bfd_core *, mono_t since, mono_t until);

/*
 * Asserts what is true of a session between two events (bfd_core_check.c).  Each
 * of the functions above that changes one ends with it.
 */
void	bfd_core_check(const struct bfd_core *);

#endif
