/*
 * bfd_wishes.h - who wants which session, and what becomes of it then.
 *
 * The functions bfd_engine_... are for everybody who states wishes: main.c, the
 * clients, bfd_reload.c.  Those that begin with bfd_wishes_ are for the files of
 * the engine.
 */
#ifndef BFDD_BFD_WISHES_H
#define BFDD_BFD_WISHES_H

#include <stdbool.h>
#include <stdint.h>

#include "bfdd/bfd_engine_values.h"
#include "bfdd/bfd_passive.h"
#include "bfdd/bfd_table.h"
#include "bfdd/pure/bfd_params.h"
#include "bfdd/pure/bfd_wire.h"
#include "shared/nl.h"
#include "shared/pure/mono.h"

struct bfd_engine;

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
/* The owner hung and came back. */
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
/*
 * No session is accepted from these addresses, in place of those named before; one
 * that was, and that nobody wishes, leaves.  False: the owner offers no such
 * interface.
 */
bool	bfd_engine_refuse(struct bfd_engine *, const void *owner,
	    const char *interface, const struct addr *sources, unsigned count,
	    uint8_t family);
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

/* --- for the files of the engine --- */

/* The wishes of s, or what stands above them, changed: the core is told. */
void	bfd_wishes_apply(struct bfd_engine *, struct bfd_session *);
/*
 * RFC 9468: a session with this peer, wished by who offered, which is given up
 * unless it is Up in wait_ns, or the linger of the engine if that is longer.
 * Otherwise: why there is none.
 */
enum bfd_verdict bfd_wishes_accept(struct bfd_engine *,
	    const struct bfd_offer *, const struct addr *peer, int64_t wait_ns,
	    struct bfd_session **out);
/* Deletes s at the end of the batch without a word to the peer. */
void	bfd_wishes_abandon(struct bfd_engine *, struct bfd_session *);
/* Frees s on the spot. */
void	bfd_wishes_forget(struct bfd_engine *, struct bfd_session *);

/* Deferred; arg: the engine.  The sessions whose time is over. */
void	bfd_wishes_reap(void *arg);
/* Deferred; arg: the engine.  There may be room for sessions held back. */
void	bfd_wishes_admit(void *arg);
/* The callback of e->mourn_timer; arg: the engine. */
void	bfd_wishes_mourn(mono_t deadline, void *arg);

#endif
