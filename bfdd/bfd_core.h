/*
 * bfd_core.h - one BFD session (RFC 5880 §6).  PURE.
 *
 * Holds the state variables of §6.8.1 and the timers; input is one function per
 * event with the instant it happened, output a struct bfd_actions.  Values that
 * are agreed with the peer come in pairs, in force and announced, and change
 * when the Poll Sequence ends (B-70..B-77).  Jitter comes from the session's own
 * seeded generator.  No I/O, clock, heap, globals, log.
 *
 * bfd_core_update_state() in bfd_core.c is the only writer of session_state.
 */
#ifndef BFDD_BFD_CORE_H
#define BFDD_BFD_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bfdd/bfd_auth.h"
#include "bfdd/bfd_params.h"
#include "bfdd/bfd_wire.h"
#include "shared/mono.h"
#include "shared/rng.h"

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
	X(HANDSHAKE,	"handshake")	/* Down -> Init -> Up */

enum bfd_reason {
#define X(id, word) BFD_REASON_##id,
	BFD_REASONS(X)
#undef X
};
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
	mono_t		last_rx;	/* kernel instant of the last accepted packet */
	mono_t		due;		/* when the detection timer was due, or arrival */
	int64_t		detection_time_ns;	/* in force before the transition */
};

struct bfd_actions {
	uint32_t		todo;
	struct bfd_transition	tr;
};

struct bfd_core {
	struct bfd_params	p;		/* what is wanted */
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

	/* In force and announced (B-70..B-72). */
	int64_t			desired_min_tx_ns;	/* paces our packets */
	int64_t			desired_min_tx_announced_ns;
	int64_t			required_min_rx_ns;	/* in our Detection Time */
	int64_t			required_min_rx_announced_ns;
	bool			polling;	/* P set on periodic packets */
	bool			poll_again;	/* changed while polling (B-77) */

	/* Derived (B-60, B-61). */
	int64_t			tx_interval_ns;		/* 0: none (B-66) */
	int64_t			detection_time_ns;	/* 0: nothing heard */

	/* Timers. */
	mono_t			tx_timer;
	mono_t			detection_timer;
	mono_t			forget_timer;	/* B-4, B-7, B-9, B-11 */
	mono_t			echo_tx_timer;
	mono_t			echo_detection_timer;
	mono_t			release_timer;	/* B-137, MONO_NEVER unless leaving */

	/* Observation. */
	mono_t			created;
	mono_t			last_rx;	/* accepted; kernel instant */
	mono_t			last_tx;
	mono_t			state_since;
	uint32_t		session_up_count, session_down_count, admin_down_count;
	int64_t			worst_gap_ns;	/* between accepted packets, since Up */
	uint64_t		absences;	/* grants given (L-32) */
	int64_t			worst_absence_ns;
};

/* discr: unique, non-zero (B-3). The session starts in Down, or AdminDown. */
void	bfd_core_init(struct bfd_core *, mono_t now, const struct bfd_params *,
	    uint32_t discr, uint64_t seed);

/*
 * A packet bfd_wire_parse() accepted and the table gave to this session
 * (B-26..B-28), whose TTL and source the shell has checked.  arrival: kernel
 * instant, at or before now; the detection timer runs from it.  On refusal
 * nothing but the verdict comes back and *s is as it was.
 */
enum bfd_verdict bfd_core_rx(struct bfd_core *s, mono_t now, mono_t arrival,
    const struct bfd_packet *, struct bfd_actions *);
/*
 * Whatever is due at now: a periodic packet, the Detection Time, forgetting.
 * The shell drains its sockets first (L-31).
 */
void	bfd_core_expire(struct bfd_core *, mono_t now, struct bfd_actions *);
mono_t	bfd_core_next_expiry(const struct bfd_core *);
/* Only the detection timers: what must not be judged before a drain. */
bool	bfd_core_detection_due(const struct bfd_core *, mono_t now);

/*
 * Build the packet a BFD_DO_SEND or BFD_DO_SEND_FINAL asked for, authentication
 * included; arms the next tx_timer with fresh jitter (not for a Final).
 * Length; 0 when nothing may be sent (B-66).
 */
size_t	bfd_core_build(struct bfd_core *, mono_t now, bool final, uint8_t *buf,
	    size_t size);

/* New wishes; starts a Poll Sequence where B-70 demands one. */
void	bfd_core_set_params(struct bfd_core *, mono_t now,
	    const struct bfd_params *, struct bfd_actions *);
/* B-51, B-52: diag BFD_DIAG_ADMIN_DOWN or _PATH_DOWN. */
void	bfd_core_admin_down(struct bfd_core *, mono_t now, uint8_t diag,
	    struct bfd_actions *);
void	bfd_core_admin_up(struct bfd_core *, mono_t now, struct bfd_actions *);
/* B-53 (diag 4) and L-20 (diag 5): Down, not AdminDown, with this diag. */
void	bfd_core_force_down(struct bfd_core *, mono_t now, uint8_t diag,
	    struct bfd_actions *);
/* B-137: AdminDown for one Detection Time, then BFD_DO_DELETE. */
void	bfd_core_release(struct bfd_core *, mono_t now, struct bfd_actions *);
/* An echo packet of ours came back. */
void	bfd_core_echo_rx(struct bfd_core *, mono_t now, mono_t arrival,
	    struct bfd_actions *);
/* This process was absent from since to until (L-32): timers move with it. */
void	bfd_core_absent(struct bfd_core *, mono_t since, mono_t until);

#endif
