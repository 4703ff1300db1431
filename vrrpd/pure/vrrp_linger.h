/*
 * vrrp_linger.h - how long a router that was Active goes on answering.  PURE.
 *
 * The state machine says when a router stops being Active (V-68, V-71).  On the
 * wire that is at once: no more adverts.  The addresses stay until the
 * successor is there, so that no packet under way finds nobody:
 *
 *   waiting  left of its own will and in good health: until the advert of a
 *            successor is heard, and no longer than vrrp_linger_bound_ns();
 *            after a handover, until it takes the addresses back.
 *   tail     the successor is there: hushed (nothing more leaves with the
 *            virtual MAC, or switches would move its port back), the addresses
 *            answer what still comes for VRRP_LINGER_TAIL_NS.
 *
 * A router whose path is broken does not linger: what it answers is not heard,
 * and what it could hear neither.
 *
 * vrrp_linger_moved() is called with every transition, the other functions as
 * things happen; each says what the shell must do now.
 */
#ifndef VRRPD_VRRP_LINGER_H
#define VRRPD_VRRP_LINGER_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/pure/addr.h"
#include "shared/pure/mono.h"
#include "vrrpd/pure/vrrp_core.h"

/*
 * In address mode both routers may answer ARP meanwhile; the successor
 * announces again after it (vrrp_send.c).
 */
#define VRRP_LINGER_TAIL_NS	(3 * NS_PER_MS)

enum vrrp_linger_phase { VRRP_LINGER_NOT, VRRP_LINGER_WAITING,
    VRRP_LINGER_TAIL };

enum vrrp_linger_do {
	VRRP_LINGER_NOTHING,
	VRRP_LINGER_HUSH,	/* nothing more from the virtual MAC */
	VRRP_LINGER_TAKE_BACK,	/* nobody came: be Active again */
	VRRP_LINGER_WITHDRAW,	/* addresses off */
};

struct vrrp_linger {
	enum vrrp_linger_phase	phase;
	mono_t			since;
	mono_t			until;		/* MONO_NEVER: phase is NOT */
	mono_t			last;		/* after a refused TAKE_BACK */
	bool			take_back;
};

/*
 * The longest that a Backup waits after a priority-0 advert: the Skew_Time of
 * priority 1 (V-65, V-122), and half an interval, from 20 ms to 1 s, for its
 * way and its work.
 */
int64_t	vrrp_linger_bound_ns(uint8_t version, uint16_t interval_cs);

void	vrrp_linger_init(struct vrrp_linger *);
/* p: the parameters in force, for the bound. */
enum vrrp_linger_do vrrp_linger_moved(struct vrrp_linger *, mono_t now,
	    const struct vrrp_transition *, const struct vrrp_core_params *p);
/* An accepted advert of another router, whatever its priority but 0. */
enum vrrp_linger_do vrrp_linger_heard(struct vrrp_linger *, mono_t now);
/* Something stands against running while it lingers. */
enum vrrp_linger_do vrrp_linger_blocked(struct vrrp_linger *, enum vrrp_cause);
/*
 * TAKE_BACK is said once.  Where it cannot be done, because the router is in a
 * sync group of which another member was taken, the addresses stay for as long
 * as Active_Down_Timer may still make it Active.
 */
enum vrrp_linger_do vrrp_linger_expire(struct vrrp_linger *, mono_t now);

/*
 * An Active that yields to this router says so in one advert more (vrrp_send.h).  If
 * this router resigns in that very moment the advert is on its way, and its sender is
 * no successor: nobody has become Active for the resignation yet.
 */
#define VRRP_LAST_WORD_NS	(10 * NS_PER_MS)

struct vrrp_last_word {
	struct addr	from;		/* unset: none is on its way */
	mono_t		until;
};

void	vrrp_last_word_init(struct vrrp_last_word *);
/* Active.  from: who was until now and yields; unset: nobody. */
void	vrrp_last_word_active(struct vrrp_last_word *, mono_t now,
	    const struct addr *from);
/* A lesser one was Active beside this router, and is told so. */
void	vrrp_last_word_contest(struct vrrp_last_word *, mono_t now,
	    const struct addr *from);
/* Is this advert the one?  True once. */
bool	vrrp_last_word_take(struct vrrp_last_word *, mono_t now,
	    const struct addr *from);

#endif
