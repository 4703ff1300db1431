/*
 * vrrp_bfd.h - vrrpd as a client of bfdd.
 *
 * One session per (interface, peer), shared by every instance that names it,
 * with the fastest timers any of them asks for (L-26).  What bfdd says are
 * levels; each change is handed on at once.  Sessions that other routers open
 * are accepted where an instance offers that (L-27); they appear in the list of
 * sessions and leave it when bfdd has deleted them.  Without bfdd, or when it does not
 * answer, every session is VRRP_BFD_UNKNOWN, which starts and faults nothing
 * (L-21); the connection is tried again for ever and picks up from the level.
 */
#ifndef VRRPD_VRRP_BFD_H
#define VRRPD_VRRP_BFD_H

#include <jansson.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "shared/pure/addr.h"
#include "shared/loop.h"
#include "shared/pure/mono.h"
#include "vrrpd/pure/vrrp_core.h"
#include "vrrpd/pure/vrrp_params.h"

struct vrrp_bfd;

#define VRRP_BFD_SESSIONS_MAX	512
#define VRRP_BFD_OFFERS_MAX	512
#define VRRP_BFD_ACCEPTED_MAX	16	/* per offer */
#define VRRP_BFD_REFUSED_MAX	64	/* addresses, per offer */

/* bfdd is asked to tell the peers when we have not answered it for so long. */
#define VRRP_BFD_ANSWER_WITHIN_NS	(300 * NS_PER_MS)

/* One notification of bfdd, decoded. */
struct vrrp_bfd_level {
	char			interface[IF_NAMESIZE];
	struct addr		peer;
	enum vrrp_bfd_state	state;
	enum vrrp_bfd_reason	reason;
	uint8_t			remote_diag;
	int64_t			detection_time_ns;	/* 0: not known yet */
	int64_t			rx_interval_ns;	/* agreed, of the peer's packets */
	int64_t			tx_interval_ns;	/* agreed, of ours */
	unsigned		tx_multiplier;
	mono_t			decided;	/* of the last transition */
	mono_t			last_rx;	/* before it; MONO_NEVER: not said */
	bool			unsolicited;	/* the peer opened it */
	bool			deleted;	/* there is no such session now */
	/* No packet of ours has left for as long as the peer waits: why; or "". */
	char			send_error[48];
};

/* The level object of swiftover-ctl(7). 0 or -EINVAL, *out untouched. */
int	vrrp_bfd_level_parse(const json_t *params, struct vrrp_bfd_level *out);

struct vrrp_bfd_session {
	char			interface[IF_NAMESIZE];	/* "": multihop */
	struct addr		peer;
	int64_t			min_tx_ns, min_rx_ns;	/* wished */
	uint8_t			multiplier;
	struct addr		local;		/* ours; unset: as routed */
	bool			wished;		/* in the set being collected */
	bool			is_peer;	/* of another router, not a link */
	bool			requested;	/* bfdd has this wish */
	bool			accepted;	/* nobody here ever wished it */
	struct vrrp_bfd_level	level;
	char			refused[128];	/* bfdd's reason; "" = none */
};

struct vrrp_bfd_handlers {
	/*
	 * A session's level changed.  received: when the line was read.
	 * came_up: it is Up and was not before.  One that was accepted and
	 * level.deleted is forgotten after the call.
	 */
	void	(*level)(const struct vrrp_bfd_session *, mono_t received,
		    bool came_up, void *arg);
	/* bfdd was reached, or lost (levels become UNKNOWN after this). */
	void	(*reachable)(bool, void *arg);
};

/* handlers and path are copied. NULL when out of memory. */
struct vrrp_bfd *vrrp_bfd_new(struct loop *, const char *path,
	    const struct vrrp_bfd_handlers *, void *arg);
/* clean: bfdd is told goodbye and releases our sessions. NULL is fine. */
void	vrrp_bfd_free(struct vrrp_bfd *, bool clean);
bool	vrrp_bfd_is_up(const struct vrrp_bfd *);

/*
 * Collect the wishes of all instances: begin, wish for each, commit.  Commit
 * asks bfdd for what is new or changed and releases what nobody wishes.
 */
void	vrrp_bfd_begin(struct vrrp_bfd *);
/*
 * local: the source of its packets; NULL or unset: as routed.  0, -ENOMEM or
 * -ENOSPC.
 */
int	vrrp_bfd_wish(struct vrrp_bfd *, const char *interface,
	    const struct vrrp_bfd_params *, const struct addr *local);
/*
 * Accept sessions that others open on this interface to this address of ours,
 * one offer per interface and family, with the fastest timers of all who offer.
 * The same errors.
 */
int	vrrp_bfd_offer(struct vrrp_bfd *, const char *interface,
	    const struct vrrp_bfd_params *, const struct addr *local);
/*
 * From this address no session is accepted on this interface, where one is offered
 * in its family: a virtual address is whoever has it, and no router.  Those beyond
 * VRRP_BFD_REFUSED_MAX are accepted, and of no use.
 */
void	vrrp_bfd_refuse(struct vrrp_bfd *, const char *interface,
	    const struct addr *source);
/* There is an offer, and room for one more. */
bool	vrrp_bfd_may_refuse(const struct vrrp_bfd *, const char *interface,
	    uint8_t family);
void	vrrp_bfd_commit(struct vrrp_bfd *);

/*
 * L-20: we are Active on these interfaces, and nowhere else.  Should we vanish
 * without goodbye, or hang, bfdd tells the peers of our sessions there that we
 * are down.  Tells bfdd when it is news.
 */
void	vrrp_bfd_set_in_charge(struct vrrp_bfd *, const char *const *interfaces,
	    unsigned count);
/*
 * L-24: when we vanish, bfdd waits so long for another life of us before it does
 * anything, and our sessions stay as they are.  0, as in the beginning: not at
 * all.  For a planned restart: set it, and close without goodbye.
 */
void	vrrp_bfd_set_grace(struct vrrp_bfd *, int64_t grace_ns);

const struct vrrp_bfd_session *vrrp_bfd_find(const struct vrrp_bfd *,
	    const char *interface, const struct addr *peer);
/* i counts from 0; NULL after the last. */
const struct vrrp_bfd_session *vrrp_bfd_session(const struct vrrp_bfd *,
	    unsigned i);

#endif
