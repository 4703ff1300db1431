/*
 * vrrp_passage.h - does the network let the virtual MAC pass?  PURE.
 *
 * Port security, a bridge with a fixed table of addresses, and most hypervisors
 * pass the MAC of the card and no other.  Then nothing that is sent from the
 * virtual MAC arrives, adverts included, and nothing sent to it.
 *
 * An Active finds out by rounds of two equal questions to one partner, a host on
 * the link that answers: one from the own MAC, one from the virtual MAC
 * (vrrp_ask_build_trial()).  A round counts when the first was answered.  The
 * verdict is "refused" after VRRP_PASSAGE_MISSES such rounds in a row without an
 * answer to the second, and "passes" with the first answer.  Lost frames, a
 * partner that dies, one that never answers: no verdict.
 *
 * Only an Active may ask, since nothing may leave a Backup from the virtual MAC.
 */
#ifndef VRRPD_VRRP_PASSAGE_H
#define VRRPD_VRRP_PASSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/pure/addr.h"
#include "shared/pure/mono.h"

#define VRRP_PASSAGE_PARTNERS	8
#define VRRP_PASSAGE_MISSES	5
#define VRRP_PASSAGE_QUICK_NS	(200 * NS_PER_MS)	/* while in doubt */
#define VRRP_PASSAGE_SLOW_NS	(1 * NS_PER_S)	/* refused, or nobody answers */
#define VRRP_PASSAGE_AGAIN_NS	(10 * NS_PER_S)	/* once proven */

enum vrrp_passage_verdict {
	VRRP_PASSAGE_UNKNOWN,
	VRRP_PASSAGE_PASSES,
	VRRP_PASSAGE_REFUSED
};

struct vrrp_passage_partner {
	struct addr	addr;
	uint8_t		mac[6];
	bool		has_mac;	/* known from an answer */
};

struct vrrp_passage {
	enum vrrp_passage_verdict	verdict;
	unsigned			count, current, next_slot;
	struct vrrp_passage_partner	list[VRRP_PASSAGE_PARTNERS];
	bool				asked;	/* a round is open */
	bool				tried;	/* from the virtual MAC, too */
	bool				answered_own, answered_virtual;
	unsigned			misses;	/* in a row */
	unsigned			silent;	/* rounds in a row, no answer at all */
	mono_t				next;	/* round; MONO_NEVER: stopped */
	mono_t				begins;	/* no round before this */
};

/* Nothing is known, and nothing is asked. */
void	vrrp_passage_init(struct vrrp_passage *);
/*
 * Active: the verdict is open again, the partners stay.  at: now or later, the first
 * round; whoever is met and whatever is doubted before makes none begin sooner.
 */
void	vrrp_passage_start(struct vrrp_passage *, mono_t at);
void	vrrp_passage_stop(struct vrrp_passage *);
/*
 * A host on the link that may answer.  Known ones change nothing; in a full list
 * the oldest that is not being asked gives way.
 */
void	vrrp_passage_meet(struct vrrp_passage *, mono_t now,
	    const struct addr *);
/* There is a reason to ask soon, whatever was proven. */
void	vrrp_passage_doubt(struct vrrp_passage *, mono_t now);
/*
 * The next round begins (at `next`, or later): judges the last one.  The partner
 * to ask: always from the own MAC, and if has_mac from the virtual one as well.
 * NULL: nobody is known.
 */
const struct vrrp_passage_partner *vrrp_passage_round(struct vrrp_passage *,
	    mono_t now);
/*
 * Somebody answered, to the virtual MAC or to the own one.  True: the verdict has
 * changed.
 */
bool	vrrp_passage_heard(struct vrrp_passage *, mono_t now,
	    const struct addr *, const uint8_t mac[6], bool to_virtual);
/* Nobody has answered of late, or nobody is known: anybody on the link will do. */
bool	vrrp_passage_is_lonely(const struct vrrp_passage *);
bool	vrrp_passage_is_partner(const struct vrrp_passage *,
	    const struct addr *);

#endif
