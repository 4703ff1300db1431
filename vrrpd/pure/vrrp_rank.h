/*
 * vrrp_rank.h - who takes over when the Active dies: our place (L-15).  PURE.
 *
 * All Backups learn of a death within one BFD interval of each other, and one
 * of them should take over.  Each keeps a list of the other routers of the
 * virtual router and what it knows of them; whoever knows of nobody better goes
 * at once, the others wait one slot for each who is better.
 *
 * Who is known: routers named in the configuration, those to which there is a
 * BFD session, those whose adverts were heard.  Who counts: not the dead one;
 * with a session, only while it is Up (a router without BFD is not in the race,
 * and a dead one even less), unless it tells that it is a Backup and the session
 * was never Up yet; without one, for hours after it was heard.
 *
 * Who is better: only an Active says its priority, so a claim that was heard
 * decides (priority, then address, V-74).  Two more things are known to both
 * sides alike: a router we stayed Backup under goes first, whatever its
 * priority; one that stayed silent under us, with its session Up, goes after.
 * Of the others a guess is made that all make alike: priorities follow the
 * addresses, up or down, as the Active's and ours do.
 *
 * Backup Advertisements leave nothing to be guessed: of a router that tells its
 * priority as a Backup that priority decides, for as long as it was told for.
 */
#ifndef VRRPD_VRRP_RANK_H
#define VRRPD_VRRP_RANK_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/pure/addr.h"
#include "shared/pure/mono.h"

#define VRRP_RANK_MAX		32
#define VRRP_RANK_MEMORY_NS	(6 * 3600 * NS_PER_S)

struct vrrp_rank_router {
	struct addr	address;
	uint8_t		priority;	/* of the last claim; 0: never heard */
	mono_t		heard;		/* the last claim */
	bool		named;		/* in the configuration */
	bool		session;	/* there is one; Up: */
	bool		up;
	mono_t		up_since;	/* 0: never */
	bool		ahead;		/* of us: we were Backup under it */
	bool		behind;		/* of us: it was Backup under us */
	/* When the last Backup Advertisement came; 0: none ever did. */
	mono_t		told;
	int64_t		told_for_ns;	/* counts for so long */
	bool		left;		/* said so in it */
};

struct vrrp_rank {
	unsigned		count;
	struct vrrp_rank_router	list[VRRP_RANK_MAX];
};

/* A router as its adverts show it. */
struct vrrp_rank_id {
	const struct addr	*address;
	uint8_t			 priority;
};

void	vrrp_rank_init(struct vrrp_rank *);
/* The configuration names this router; or, until one is named again, nobody. */
void	vrrp_rank_name(struct vrrp_rank *, const struct addr *);
void	vrrp_rank_name_nobody(struct vrrp_rank *);
/* A claim to be Active was heard; followed: we have long been its Backup. */
void	vrrp_rank_heard(struct vrrp_rank *, mono_t now,
	    const struct vrrp_rank_id *, uint8_t our_priority, bool followed);
/*
 * A Backup Advertisement was heard, which counts for so long; 0: the router said that
 * it is no Backup any more.  True: no such advert of it counted until now.
 */
bool	vrrp_rank_told(struct vrrp_rank *, mono_t now,
	    const struct vrrp_rank_id *, int64_t for_ns);
/* That advert counts still. */
bool	vrrp_rank_is_told(const struct vrrp_rank_router *, mono_t now);
/*
 * This process was absent from `since` to `until`: what was told does not grow old
 * in that time, since what would have followed it may have been lost.
 */
void	vrrp_rank_absent(struct vrrp_rank *, mono_t since, mono_t until);
/* The level of our session to it. */
void	vrrp_rank_session(struct vrrp_rank *, mono_t now, const struct addr *,
	    bool up);
void	vrrp_rank_no_session(struct vrrp_rank *, const struct addr *);
/*
 * The time as Active, since then, is over.  A router whose session was Up for
 * long_enough_ns of it and that claimed nothing is behind us.
 */
void	vrrp_rank_reign_over(struct vrrp_rank *, mono_t now, mono_t since,
	    int64_t long_enough_ns);
/* How many that count are better than us, now that `dead` is dead. */
unsigned vrrp_rank_better(const struct vrrp_rank *, mono_t now,
	    const struct vrrp_rank_id *us, const struct vrrp_rank_id *dead);
/*
 * Is it sure, and no guess, that we are the best once `dead` is gone?
 *   told    the others know our priority; where there are others, they must
 *   whole   all Backups that there are have had the time to tell
 * Only where dead is named, or all is known, and every other router that is
 * remembered is known to be lesser, and named or told; with or without an Up
 * session.  Whoever is neither named nor told may not be the only one.
 */
bool	vrrp_rank_is_best(const struct vrrp_rank *, mono_t now,
	    const struct vrrp_rank_id *us, const struct vrrp_rank_id *dead,
	    bool told, bool whole);
const struct vrrp_rank_router *vrrp_rank_find(const struct vrrp_rank *,
	    const struct addr *);

#endif
