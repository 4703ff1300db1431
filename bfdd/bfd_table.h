/*
 * bfd_table.h - the sessions: by discriminator, by key, by path; and who wants
 * them.
 *
 * A session exists because somebody wishes it: bfdd.conf, or a client of the
 * control socket.  Each owner has at most one wish per session; the parameters
 * in force are the fastest timers wished (L-26, B-130).  The table stores and
 * finds; what happens to a session is the engine's (bfd_wishes.c, bfd_engine.c).
 *
 * Room is bounded by the number given to bfd_table_new().  Memory is taken when
 * a session or a wish is made, never per packet.
 */
#ifndef BFDD_BFD_TABLE_H
#define BFDD_BFD_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "bfdd/pure/bfd_congestion.h"
#include "bfdd/pure/bfd_core.h"
#include "bfdd/bfd_echo_io.h"
#include "bfdd/bfd_heap.h"
#include "bfdd/pure/bfd_mark.h"
#include "bfdd/pure/bfd_params.h"
#include "shared/pure/mono.h"
#include "shared/pure/token_bucket.h"

struct bfd_engine;

/* The owner of what bfdd.conf says; clients use an address of their own. */
extern const char bfd_owner_conf[];

struct bfd_wish {
	struct bfd_wish		*next;
	const void		*owner;
	unsigned		 listed;	/* by the reload of this number */
	bool			 accepted;	/* by an offer of the owner's */
	bool			 unsolicited;	/* and nobody asked */
	bool			 dead;		/* the owner hangs (L-21) */
	struct bfd_params	 p;
};

struct bfd_session_counters {
	uint64_t	receive_packet;
	uint64_t	send_packet;
	uint64_t	receive_invalid_packet;
	uint64_t	send_failed_packet;
	uint64_t	discards[BFD_VERDICT_COUNT];	/* of the invalid ones */
};

/* The echo packets of a session; those of RFC 5880 unless said otherwise. */
struct bfd_session_echo {
	struct bfd_echo_path	path;		/* also of unaffiliated echo */
	mono_t			looked;		/* for the path; NEVER: not yet */
	int			error;		/* why there is none; 0 */
	uint32_t		sequence;	/* of the latest sent */
	uint32_t		seen;		/* of the latest that came back */
	uint64_t		sent, received;
	int64_t			round_trip_ns;	/* of the latest; 0: none yet */
};

/* A core and what it needs to act.  core.p holds the parameters in force. */
struct bfd_session {
	struct bfd_core		 core;
	struct bfd_wish		*wishes;	/* bfdd.conf's first */

	/* bfd_engine.c */
	struct bfd_engine	*engine;
	struct bfd_heap_entry	 due;		/* the earliest deadline */
	bool			 doomed;	/* BFD_DO_DELETE was seen */
	int			 ifindex;	/* 0: does not exist, or multihop */
	struct addr		 local;		/* where packets come to */
	struct addr		 moved_to;	/* the peer, while Up; unset: not */
	int			 fd;		/* sends; -1: none */
	uint16_t		 source_port;	/* for life (B-110); 0: none yet */
	int			 send_error;	/* errno of a streak, 0: none */
	struct token_bucket	 send_log, state_log;
	mono_t			 left;		/* the last packet that did; NEVER */
	mono_t			 unsent_by;	/* the peer has waited; NEVER */
	int			 unsent_error;	/* the peer has: an errno; or 0 */
	bool			 unsent_news;	/* unsent_error has changed */
	struct bfd_session_counters counters;
	struct bfd_session_echo	echo;
	struct bfd_loss		 loss;		/* of several hops only (B-124) */
	bool			operator_down;	/* held, whatever is wished */
	bool			held_back;	/* too much for the host (B-84) */
	mono_t			abandon_at;	/* accepted and not Up (B-145) */
	bool			mourning;	/* a client died (L-20) */
	mono_t			mourn_until;	/* at least */
	int64_t			packet_rate;	/* counted for it; 0: held back */
	struct bfd_transition	 last;		/* reason NONE: none yet */
	mono_t			 decided;	/* when `last` was decided */
	int64_t			 created_real_ns;
	int64_t			 last_up_real_ns;	/* 0: never */
	int64_t			 last_down_real_ns;
	int64_t			 changed_real_ns;	/* session_state; or created */

	/* bfd_away.c: granted up to here, and how far; NEVER: it is there */
	mono_t			 away_from, away_until;

	/* bfd_table.c */
	uint32_t		 index;		/* 1, 2, ...: never used again */
	struct bfd_session	*next, **prevp;	/* the list of all */
	struct bfd_session	*next_discr, *next_key, *next_path;
};

struct bfd_table;

/* max: sessions at once.  seed: for discriminators and hashing. NULL: no memory. */
struct bfd_table *bfd_table_new(unsigned max, uint64_t seed);
/* The table must be empty. */
void		bfd_table_free(struct bfd_table *);
/* The bits that all discriminators of the table have in common. */
const struct bfd_mark *bfd_table_mark(const struct bfd_table *);
unsigned	bfd_table_count(const struct bfd_table *);
/* Iterate: for (s = first; s; s = s->next).  Removing s itself needs its next. */
struct bfd_session *bfd_table_first(const struct bfd_table *);

/*
 * A session with its core initialised, a discriminator of its own (B-3), not yet
 * wished by anyone.  ifindex as for bfd_table_set_ifindex().  NULL with *error
 * -ENOSPC (full), -EEXIST (the key is taken, B-113) or -ENOMEM.
 */
struct bfd_session *bfd_table_add(struct bfd_table *, mono_t now,
    const struct bfd_params *, int ifindex, int *error);
/* Frees the session and its wishes; timer and socket are gone already. */
void	bfd_table_remove(struct bfd_table *, struct bfd_session *);
/* The path of a session changes when its interface is made again. */
void	bfd_table_set_ifindex(struct bfd_table *, struct bfd_session *,
	    int ifindex);

/* B-26: by Your Discriminator. */
struct bfd_session *bfd_table_by_discr(const struct bfd_table *, uint32_t);
/* By the key of bfd_params_same_key(). */
struct bfd_session *bfd_table_by_key(const struct bfd_table *,
    const struct bfd_params *);
/*
 * B-28, for a packet without Your Discriminator: single hop by peer and
 * interface (B-113), multihop by the pair of addresses (B-121).
 */
struct bfd_session *bfd_table_by_path(const struct bfd_table *,
    const struct addr *peer, const struct addr *local, int ifindex,
    bool multihop);

/*
 * Asserts that s is found by everything it can be found by, and that its wishes
 * are in order.  For whoever changed one of them, not for every packet.
 */
void		bfd_table_check(const struct bfd_table *,
		    const struct bfd_session *);

struct bfd_wish *bfd_session_wish_of(const struct bfd_session *,
    const void *owner);
/*
 * Adds the owner's wish, or changes it; whether it was accepted stays, but it is
 * asked for now.  0 or -ENOMEM.
 */
int	bfd_session_wish_set(struct bfd_session *, const void *owner,
	    const struct bfd_params *);
/* False: the owner had none. */
bool	bfd_session_wish_drop(struct bfd_session *, const void *owner);
/* Owners that are clients. */
unsigned bfd_session_clients(const struct bfd_session *);
/* Every wish comes from a packet that was accepted (RFC 9468), and there is one. */
bool	bfd_session_unsolicited(const struct bfd_session *);
/*
 * The parameters all wishes come to (L-26): the shortest of each interval, the
 * multiplier of the wish with the shortest detection time, everything else from
 * bfdd.conf's wish or else the oldest.  Passive is what bfdd.conf says, or else
 * what all of them are.  There must be a wish.
 */
void	bfd_session_effective(const struct bfd_session *, struct bfd_params *);

#endif
