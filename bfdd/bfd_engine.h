/*
 * bfd_engine.h - the sessions at work: packets to cores, actions to sockets.
 *
 * The one place where a core's input comes from and its actions go to.  Owns the
 * table, the sockets and one timer for all sessions; everybody else states wishes
 * and reads.
 */
#ifndef BFDD_BFD_ENGINE_H
#define BFDD_BFD_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "bfdd/pure/bfd_echo.h"
#include "bfdd/pure/bfd_params.h"
#include "bfdd/bfd_passive.h"
#include "bfdd/bfd_table.h"
#include "bfdd/pure/bfd_wire.h"
#include "shared/loop.h"
#include "shared/pure/mono.h"
#include "shared/nl.h"

struct bfd_engine;

/* When the sentinel looks for absence: D/6 of the fastest session (L-32). */
#define BFD_CADENCE_MIN_NS	(500 * NS_PER_US)
#define BFD_CADENCE_MAX_NS	(20 * NS_PER_MS)
/* A batch this late is an absence; less is ordinary scheduling. */
#define BFD_STALL_NS		(1 * NS_PER_MS)

/*
 * So many packets a second, sent or received, and the engine goes by slots; so
 * few, and it lets every packet wake it again.  A slot is a tenth of the shortest
 * interval within these limits.
 */
#define BFD_SLOTS_ON_RATE	1500
#define BFD_SLOTS_OFF_RATE	750
#define BFD_SLOT_MIN_NS		(250 * NS_PER_US)
#define BFD_SLOT_MAX_NS		(1 * NS_PER_MS)

enum bfd_change {
	BFD_CHANGE_STATE,	/* s->last is new */
	BFD_CHANGE_VALUES,	/* intervals, remote values, wishes */
	BFD_CHANGE_DELETED,	/* s is freed after the call */
};

struct bfd_engine_config {
	struct loop	*loop;
	unsigned	 sessions_max;
	uint64_t	 seed;
	uint8_t		 echo_key[BFD_ECHO_KEY_LEN];	/* random, secret */
	uint16_t	 port_single_hop, port_multihop;	/* 0: the standard's */
	int64_t		 linger_ns;	/* 0: BFD_PASSIVE_LINGER_NS */
	/*
	 * Called after the packets of the event are out.  On the failover path:
	 * must be quick.  May be NULL.
	 */
	void		(*changed)(struct bfd_session *, enum bfd_change,
			    void *arg);
	void		*arg;
};

struct bfd_engine_stats {
	uint64_t	verdicts[BFD_VERDICT_COUNT];	/* [OK]: accepted */
	uint64_t	stalls;
	int64_t		worst_stall_ns;
	int64_t		last_stall_ns;
	int64_t		slot_ns;	/* 0: every packet wakes us */
	uint64_t	overflows;	/* dropped by the kernel, buffer full */
	uint64_t	strangers_lost;	/* the same, of no session of ours */
	int64_t		packet_rate;	/* of all sessions, at their fastest */
	int64_t		packets_max;	/* 0: no limit */
	uint64_t	refused;	/* wishes, for going beyond that */
};

/* Opens the sockets.  0 or negative errno, *bad_port as bfd_io_open(). */
int	bfd_engine_new(const struct bfd_engine_config *,
	    struct bfd_engine **out, uint16_t *bad_port);
/* Frees every session on the spot, without a word to the peers. */
void	bfd_engine_free(struct bfd_engine *);
/* For echo; without it, or with NULL, no echo is sent.  Borrowed. */
void	bfd_engine_set_nl(struct bfd_engine *, struct nl *);
const struct bfd_table *bfd_engine_table(const struct bfd_engine *);
void	bfd_engine_stats(const struct bfd_engine *, struct bfd_engine_stats *);

/*
 * The owner wishes this session; a repeated wish is a changed one.  Makes the
 * session, changes its timers, or revives it when it was being released.
 *   -ENOSPC	sessions_max are there already
 *   -EADDRINUSE the session has another local address, wished by somebody else
 *   -EDQUOT	all together would exceed packets_max (B-84); nothing changed
 *   -ESHUTDOWN	we are leaving
 *   -ENOMEM
 * A new session of bfdd.conf that would exceed it is made, but held back in
 * AdminDown until there is room.
 * *out: the session, the engine's.
 */
int	bfd_engine_wish(struct bfd_engine *, const void *owner,
	    const struct bfd_params *, struct bfd_session **out);
/*
 * The owner no longer wishes the session with this key.  The last wish gone, it
 * sends AdminDown for one Detection Time and is deleted (B-137).  False: it had
 * no such wish.
 */
bool	bfd_engine_unwish(struct bfd_engine *, const void *owner,
	    const struct bfd_params *key);
/* All wishes and offers of an owner that went away. */
void	bfd_engine_owner_gone(struct bfd_engine *, const void *owner);
/*
 * L-24: the heir of an owner that went away takes over its wish for this session,
 * or its offer of this interface and what was accepted there, as they are.
 * Nothing where the owner has none, or the heir one of its own.
 */
void	bfd_engine_inherit(struct bfd_engine *, const void *owner,
	    const void *heir, const struct bfd_params *key);
void	bfd_engine_inherit_offer(struct bfd_engine *, const void *owner,
	    const void *heir, const char *interface, uint8_t family);

/*
 * L-20: the owner, who was in charge, is dead or hangs.  The peers of its
 * sessions, as far as shares() says so, are told Down with diag 5 at once, which
 * to them is a failure as AdminDown would not be.  Such a session stays Down for
 * BFD_MOURN_MIN_NS at least, so that the peer hears of it even if packets are
 * lost; then it is what its wishes say.  While only wishes of dead owners are
 * left it stays Down: bfd_engine_owner_gone() or _alive() ends that.  How many
 * were up.
 */
#define BFD_MOURN_MIN_NS	(100 * NS_PER_MS)
#define BFD_MOURN_MAX_NS	(1 * NS_PER_S)
typedef bool (*bfd_engine_shares)(const struct bfd_session *,
    const struct bfd_wish *, void *arg);
unsigned bfd_engine_owner_dead(struct bfd_engine *, const void *owner,
	    bfd_engine_shares shares, void *arg);
/* It hung and came back. */
void	bfd_engine_owner_alive(struct bfd_engine *, const void *owner);

/*
 * RFC 9468: the owner accepts sessions that others open on p->interface to
 * p->local, with these timers, as if it wished them; at most sessions_max.
 * Another offer of the same interface and family replaces it, also for the
 * sessions that are there.  0, -ENOSPC, -ESHUTDOWN or -ENOMEM.
 */
int	bfd_engine_offer(struct bfd_engine *, const void *owner,
	    const struct bfd_params *p, unsigned sessions_max);
/*
 * No longer: sessions that only the offer had are released, as by
 * bfd_engine_unwish().  False: there was none.
 */
bool	bfd_engine_withdraw(struct bfd_engine *, const void *owner,
	    const char *interface, uint8_t family);
const struct bfd_passive *bfd_engine_passive(const struct bfd_engine *);
/* The kernel's addresses: they tell the subnets (RFC 9468 §2). */
void	bfd_engine_addr(struct bfd_engine *, const struct nl_addr *, bool gone);
void	bfd_engine_addrs_forget(struct bfd_engine *);

/*
 * B-51: the operator takes this session to AdminDown, or lets it go.  Holds as
 * long as the session does, over reloads too.
 *   -ENOENT	there is no such session
 *   -EPERM	let go, but bfdd.conf says admin_down = yes
 *   -ESHUTDOWN	we are leaving
 */
int	bfd_engine_admin_down(struct bfd_engine *, const struct bfd_params *key,
	    bool down, struct bfd_session **out);

struct bfd_reload {
	unsigned	added, changed, removed, unchanged, failed;
};
/*
 * bfdd.conf now says this: wishes of bfd_owner_conf are added, changed and
 * dropped by difference; a session whose lines did not change is not touched.
 * Failures are logged.  A lower packets_max takes nothing from what is there.
 */
void	bfd_engine_reload(struct bfd_engine *, const struct bfd_config *,
	    struct bfd_reload *);
/*
 * The same a little at a time, so that a thousand new sessions do not keep the
 * old ones from being served: BFD_RELOAD_SLICE_NS in every BFD_RELOAD_PACE_NS.
 * config is the engine's from here on.  done is called at the end, unless another
 * reload begins before, which takes its place.
 */
#define BFD_RELOAD_SLICE_NS	(200 * NS_PER_US)
#define BFD_RELOAD_PACE_NS	(1 * NS_PER_MS)
void	bfd_engine_reload_begin(struct bfd_engine *, struct bfd_config *config,
	    void (*done)(const struct bfd_reload *, void *arg), void *arg);

/* An interface is there with this index, or gone. */
void	bfd_engine_link(struct bfd_engine *, const char *name, int ifindex,
	    bool gone);
/* Link events were lost: ask the kernel about every session's interface. */
void	bfd_engine_links_resync(struct bfd_engine *);

/*
 * Leave: release every session whatever is wished, refuse new ones, and call
 * done once the last is gone (perhaps at once).
 */
void	bfd_engine_stop(struct bfd_engine *, void (*done)(void *arg),
	    void *arg);

#endif
