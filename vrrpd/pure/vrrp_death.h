/*
 * vrrp_death.h - is the Active dead, and what is a Down worth?  PURE.
 *
 * What is known of the BFD sessions to the other routers of a virtual router,
 * and the judgement over a session that goes Down (L-10..L-15).  The state
 * machine (vrrp_core.h) owns one struct vrrp_death, feeds it with levels, adverts
 * and claims, asks for a verdict, and is the one who acts on it: timers, state
 * and counters are the core's.
 *
 * Proof of life: a router that dies stops both its adverts and its BFD, and its
 * last packet of the session is at most one interval older than its last advert.
 * An advert that came more than two intervals after that packet was sent by a
 * router whose BFD alone was silent: then Active_Down_Timer decides.
 */
#ifndef VRRPD_VRRP_DEATH_H
#define VRRPD_VRRP_DEATH_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/pure/addr.h"
#include "shared/pure/mono.h"
#include "vrrpd/pure/vrrp_rank.h"

enum vrrp_bfd_state { VRRP_BFD_UNKNOWN, VRRP_BFD_ADMIN_DOWN, VRRP_BFD_DOWN,
    VRRP_BFD_INIT, VRRP_BFD_UP };
const char *vrrp_bfd_state_name(enum vrrp_bfd_state);

/* Why the session went Down, as bfdd says (B-139, L-12). */
enum vrrp_bfd_reason {
	VRRP_BFD_REASON_NONE,
	VRRP_BFD_REASON_TIMEOUT,	/* local detection time: diag 1 */
	VRRP_BFD_REASON_ECHO,		/* local echo failure: diag 2 */
	VRRP_BFD_REASON_PEER_DOWN,	/* received Down, remote_diag says why */
	VRRP_BFD_REASON_ADMIN,		/* AdminDown, local or remote */
	VRRP_BFD_REASON_ABSENCE,	/* our bfdd was away, and given up (L-32) */
	VRRP_BFD_REASON_OTHER,
};

/* The level of a session, as bfdd says it. */
struct vrrp_bfd_event {
	struct addr		peer;
	enum vrrp_bfd_state	state;
	enum vrrp_bfd_reason	reason;
	uint8_t			remote_diag;
	int64_t			detection_time_ns;
	mono_t			last_rx;	/* the session's last packet */
	/* As in struct vrrp_death_session; 0: not said. */
	int64_t			rx_interval_ns;
	int64_t			tx_interval_ns;
	unsigned		tx_multiplier;
	bool			takeover_any;		/* L-12 takeover_on = any */
};

/* The router last accepted as Active (V-66), and what it said. */
struct vrrp_active_router {
	struct addr	source;		/* unset: none heard yet */
	uint8_t		priority;
	uint16_t	interval_cs;
	mono_t		last_advert;	/* the timer runs from here */
	mono_t		last_arrival;	/* as the kernel saw it */
	mono_t		since;		/* followed without another between */
};

/* The session to one router, as far as takeover needs it. */
struct vrrp_death_session {
	struct addr	peer;
	bool		has_been_up;	/* Up now or since the last edge (L-11) */
	bool		spent;		/* L-13: took over wrongly, wait for Up */
	/* Damping: takeovers by it that were taken back, one soon after another. */
	unsigned	false_takeovers;
	mono_t		suspended_until;	/* no Down is obeyed before */
	bool		fell;		/* Down since: */
	mono_t		fell_at;
	/* Of the session while Up; 0: not known. */
	int64_t		detection_time_ns;
	int64_t		rx_interval_ns;	/* between the peer's packets */
	int64_t		tx_interval_ns;	/* between ours */
	unsigned	tx_multiplier;	/* so many of ours the peer waits */
};
#define VRRP_DEATH_SESSIONS_MAX	16

struct vrrp_death {
	unsigned		count;
	struct vrrp_death_session sessions[VRRP_DEATH_SESSIONS_MAX];
	struct vrrp_rank	rank;		/* the other routers (L-15) */

	/* The last Down that was about the Active. */
	mono_t			edge;		/* when the session went Down */
	struct addr		edge_peer;	/* of that session */
	mono_t			alive_after;	/* an advert since: it lives */
	int64_t			slot_ns;	/* each better one has so long */

	struct addr		claimant;	/* lesser, and Active too */
	mono_t			claimed;	/* the claimant's last advert */
};

void	vrrp_death_init(struct vrrp_death *);
/* Asserts the invariants of the books. */
void	vrrp_death_check(const struct vrrp_death *);

/* --- the books --- */

/* The meaning of a level for whoever waits for a death. */
enum vrrp_death_news {
	VRRP_DEATH_NOTHING_NEW,
	VRRP_DEATH_HEARD,	/* the peer speaks: its death is withdrawn */
	VRRP_DEATH_DOWN,	/* is Down, and was not Up before (L-11) */
	VRRP_DEATH_FELL,	/* was Up and is Down: vrrp_death_judge() */
};
/*
 * The level of a session changed, or was said again.  A full table gives up a
 * session that could not trigger; if there is none, nothing is kept and there is
 * nothing new.  After VRRP_DEATH_DOWN and VRRP_DEATH_FELL call vrrp_death_fallen()
 * once the Down is judged.
 */
enum vrrp_death_news vrrp_death_level(struct vrrp_death *, mono_t now,
	    const struct vrrp_bfd_event *);
/* The intervals that were agreed while the session was Up count no longer. */
void	vrrp_death_fallen(struct vrrp_death *, const struct addr *peer);
/* The session is gone from the configuration. */
void	vrrp_death_forget(struct vrrp_death *, const struct addr *peer);
/* A lesser router than ours claims to be Active, beside the one we follow. */
void	vrrp_death_claim(struct vrrp_death *, const struct addr *source,
	    mono_t arrival);
void	vrrp_death_no_claim(struct vrrp_death *);

/* NULL: no level of this peer's session was ever said, or it was forgotten. */
const struct vrrp_death_session *vrrp_death_find(const struct vrrp_death *,
	    const struct addr *peer);

/* --- the judgement --- */

enum vrrp_death_verdict {
	VRRP_DEATH_NOT_MEANT,	/* not of the Active, or no death (L-12) */
	VRRP_DEATH_DISPROVED,	/* adverts went on: proof of life */
	VRRP_DEATH_SERVED,	/* a lesser router has taken its place (L-15) */
	VRRP_DEATH_SUSPENDED,	/* this session was wrong too often (L-13) */
	VRRP_DEATH_BELIEVED,	/* take over after *wait_ns (L-15) */
};
/*
 * A session that was Up has gone Down while we are Backup.
 *   active  the router we follow
 *   us      our address and priority, for our place among the Backups
 *   wait_ns set with VRRP_DEATH_BELIEVED only: 0 for the best Backup, one slot
 *           for each that is better (vrrp_rank.h)
 * Every verdict but VRRP_DEATH_NOT_MEANT makes this Down the edge that the
 * functions below are about.
 */
enum vrrp_death_verdict vrrp_death_judge(struct vrrp_death *, mono_t now,
	    const struct vrrp_bfd_event *, const struct vrrp_active_router *active,
	    const struct vrrp_rank_id *us, int64_t *wait_ns);
/*
 * The same wait as of now: routers that were better may have died as well, and
 * those still before us learn of it within an interval of us.
 */
int64_t	vrrp_death_wait_ns(const struct vrrp_death *, mono_t now,
	    const struct vrrp_active_router *, const struct vrrp_rank_id *us);
/* The wait if the Active's session went Down now; 0 without a session to it. */
int64_t	vrrp_death_delay_ns(const struct vrrp_death *, mono_t now,
	    const struct vrrp_active_router *, const struct vrrp_rank_id *us);
/*
 * V-65, V-78: the Active gives its place away, by its own word, so that no session
 * is asked whether it is dead.  How long do we wait for those that are better?
 *   told, whole   as of vrrp_rank_is_best()
 * 0 where it is sure that we are the best (vrrp_rank_is_best()): all of them hear
 * that word, and none but the best may go by it at once.  Else the skew of D (L-15),
 * behind one slot for each that is taken to be better: two that are wrong about each
 * other are apart by it.  -1 without an Up session to the Active, by which there is
 * no D, and where another router serves already: Skew_Time then.
 */
int64_t	vrrp_death_place_ns(const struct vrrp_death *, mono_t now,
	    const struct vrrp_active_router *, const struct vrrp_rank_id *us,
	    bool told, bool whole);
/*
 * L-15: does an advert that was accepted after the edge speak against a death?
 * One of another router does, since that one is the new Active; one of the dead
 * router itself only if it was sent after the session fell silent.
 */
bool	vrrp_death_is_refuted(const struct vrrp_death *, mono_t arrival,
	    const struct addr *source);
/*
 * L-13: a takeover by the edge, in_state_ns old, hears this router as Active.
 * True where that is the one that was called dead and it answers at once: the
 * session was wrong and is blamed.  One that is heard again later was away.
 */
bool	vrrp_death_is_answered(struct vrrp_death *, mono_t now,
	    const struct addr *source, int64_t in_state_ns);
/*
 * The session of the edge was wrong about its peer, and has to be Up again before
 * it counts.  From the second time on it is suspended besides, for ten seconds,
 * then twice as long each time up to ten minutes; ten minutes without are
 * forgiven.
 */
void	vrrp_death_blame(struct vrrp_death *, mono_t now);

/* --- our own life --- */

/*
 * L-23: how an Active shows that it lives to whose session with it ends now.  A
 * peer believes in us for tx_multiplier intervals after our last packet, and in an
 * advert from the third interval on.  *pace_ns is lowered so that two adverts fall
 * into that time; *span_ns is raised to how long the last packet may be believed.
 * An interval of 0: that session was not Up.
 */
void	vrrp_death_watched(int64_t tx_interval_ns, unsigned tx_multiplier,
	    int64_t *pace_ns, int64_t *span_ns);
/* The same of all the sessions here; each counts once, until it is Up again. */
void	vrrp_death_reassure(struct vrrp_death *, int64_t *pace_ns,
	    int64_t *span_ns);

#endif
