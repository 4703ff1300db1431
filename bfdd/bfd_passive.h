/*
 * bfd_passive.h - leave to accept sessions that others open (RFC 9468).
 *
 * A client of the control socket may offer an interface: whoever is in its
 * subnet and sends the first packet gets a session, without having been named.
 * Without an offer nothing is accepted.  An offer is of one interface and one
 * family, and names the address of ours that packets must have been sent to, so
 * that a session is never bound to an address that may move (B-116).
 *
 * Here are the offers, the subnets they rest on, and the decision; sessions are
 * made by bfd_engine.c.  Nothing here reads a clock, a socket or a file.
 */
#ifndef BFDD_BFD_PASSIVE_H
#define BFDD_BFD_PASSIVE_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "bfdd/pure/bfd_params.h"
#include "bfdd/pure/bfd_wire.h"
#include "shared/pure/addr.h"
#include "shared/pure/mono.h"
#include "shared/pure/token_bucket.h"

#define BFD_PASSIVE_OFFERS_MAX	1024
#define BFD_PASSIVE_SUBNETS_MAX	8192
#define BFD_PASSIVE_SESSIONS_MAX 64	/* of one offer; what may be asked for */
#define BFD_PASSIVE_SESSIONS_DEFAULT 16
#define BFD_PASSIVE_REFUSED_MAX 64	/* addresses, of one offer */

/* New sessions of one offer: so many at once, then one in this time. */
#define BFD_PASSIVE_BURST	8
#define BFD_PASSIVE_EVERY_NS	(500 * NS_PER_MS)

/*
 * A session that was accepted and is not Up is deleted after this, or after its
 * peer's Detection Time where that is longer.
 */
#define BFD_PASSIVE_LINGER_NS	(10 * NS_PER_S)

struct bfd_offer {
	const void		*owner;
	int			 ifindex;	/* 0: does not exist */
	unsigned		 sessions_max;
	/* The parameters of every session accepted: interface, local, timers. */
	struct bfd_params	 p;
	unsigned		 sessions;	/* there now; kept by bfd_wishes.c */
	uint64_t		 accepted, refused;
	/* From these nothing is accepted: they move from host to host. */
	struct addr		 sources[BFD_PASSIVE_REFUSED_MAX];
	unsigned		 source_count;
	struct token_bucket	 bucket;
	struct bfd_offer	*next;
};

struct bfd_passive;

struct bfd_passive *bfd_passive_new(void);	/* NULL: no memory */
void	bfd_passive_free(struct bfd_passive *);
/* Iterate, for show: for (o = first; o; o = o->next). */
const struct bfd_offer *bfd_passive_first(const struct bfd_passive *);

/*
 * The owner offers p->interface for packets to p->local; another offer of the
 * same interface and family is replaced, its sessions counted on.  0, -ENOSPC or
 * -ENOMEM.
 */
int	bfd_passive_offer(struct bfd_passive *, const void *owner,
	    const struct bfd_params *p, unsigned sessions_max, int ifindex,
	    struct bfd_offer **out);
/* NULL: there is none. */
struct bfd_offer *bfd_passive_find(const struct bfd_passive *,
	    const void *owner, const char *interface, uint8_t family);
/* Nothing is accepted from this address by that offer. */
bool	bfd_passive_refuses(const struct bfd_offer *, const struct addr *source);
/* The first of an owner; NULL: none is left. */
struct bfd_offer *bfd_passive_of(const struct bfd_passive *,
	    const void *owner);
/* Frees the offer. */
void	bfd_passive_withdraw(struct bfd_passive *, struct bfd_offer *);

/* The kernel's interfaces and addresses, as netlink tells them. */
void	bfd_passive_link(struct bfd_passive *, const char *name, int ifindex,
	    bool gone);
/* False: no memory, or too many. */
bool	bfd_passive_addr(struct bfd_passive *, int ifindex,
	    const struct addr_prefix *, bool gone);
/* A dump of all follows. */
void	bfd_passive_addrs_forget(struct bfd_passive *);

/*
 * No other host of this interface can have this source: not an address of a host; of
 * a reserved range, if no address of the interface is; an address of ours, or a whole
 * network's.
 */
bool	bfd_passive_is_martian(const struct bfd_passive *, int ifindex,
	    const struct addr *source);

/* A packet of no session, single hop, without Your Discriminator. */
struct bfd_first_packet {
	struct addr		 source, destination;
	int			 ifindex;
	int			 ttl;
	enum bfd_state		 state;
	bool			 auth_present;
};
/*
 * BFD_OK_VERDICT with *out the offer that accepts it, or why nothing does:
 *   NO_SESSION		nobody offers this interface, or the peer does not open
 *   TTL		not 255
 *   PASSIVE_SOURCE	not from the subnet, or not to the address offered, or from
 *			one that the owner of the offer does not want
 *   AUTH_UNEXPECTED	it is signed, and there is no key
 *   PASSIVE_LIMIT	as many as the offer allows, or too many at a time
 * Counted in the offer.
 */
enum bfd_verdict bfd_passive_judge(struct bfd_passive *, mono_t now,
	    const struct bfd_first_packet *, struct bfd_offer **out);

#endif
