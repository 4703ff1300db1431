/*
 * vrrp_unsent.h - an Active whose adverts do not leave.  PURE.
 *
 * A queue that is full (ENOBUFS), a rule of a firewall (EPERM): the router lives,
 * hears and answers, and its peers know nothing of it.  As long as nobody else
 * serves, to go on is the best that it can do, for that the adverts do not leave
 * says nothing about what clients send.  Its peers wait, and then one of them takes
 * over.  So it gives up when both are true:
 *
 *   - no advert has left for as long as the most eager peer waits; or, where the
 *     BFD session to whoever serves has gone Down too, so that what bfdd sends does
 *     not arrive either, or bfdd says that nothing of a session leaves, every try has
 *     failed for VRRP_UNSENT_BLIND_NS
 *   - another router is heard as Active since the failures began
 *
 * A failure of some milliseconds changes nothing: the next advert, or the next try,
 * leaves.  After it has given up it may not be Active before something has left, or
 * it would take the addresses from its successor at every Active_Down_Interval.
 *
 * vrrp_send.c notes what leaves, vrrp_machine.c what is heard, and acts.
 */
#ifndef VRRPD_VRRP_UNSENT_H
#define VRRPD_VRRP_UNSENT_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/pure/mono.h"
#include "vrrpd/pure/vrrp_core_state.h"

#define VRRP_UNSENT_BLIND_NS	(50 * NS_PER_MS)
/* Between two tries to find out whether something leaves, after giving up. */
#define VRRP_UNSENT_PROBE_NS	(1 * NS_PER_S)

struct vrrp_unsent {
	mono_t			left;	/* the last advert that did; 0: none */
	mono_t			since;	/* first failure since; MONO_NEVER: none */
	int			error;	/* of the last one, an errno */
	struct vrrp_other	rival;	/* heard as Active since */
	mono_t			heard;	/* MONO_NEVER: nobody was */
	bool			gave_up; /* and nothing has left since */
	bool			unproven; /* gave up, and may try to be Active */
};

void	vrrp_unsent_init(struct vrrp_unsent *);
/* An advert was refused with this errno, or has left, to somebody at least. */
void	vrrp_unsent_failed(struct vrrp_unsent *, mono_t now, int error);
void	vrrp_unsent_left(struct vrrp_unsent *, mono_t now);
/* An advert of another router that is Active. */
void	vrrp_unsent_heard(struct vrrp_unsent *, mono_t now,
	    const struct vrrp_other *);
/*
 * Is it to give up?  patience_ns: how long the most eager peer waits after the last
 * advert.  blind: the session to the rival has been Up, and is Down, or no BFD
 * packet leaves.
 */
bool	vrrp_unsent_is_over(const struct vrrp_unsent *, mono_t now,
	    int64_t patience_ns, bool blind);
/* When to try again. MONO_NEVER: nothing has failed. */
mono_t	vrrp_unsent_try_at(const struct vrrp_unsent *, mono_t now,
	    int64_t patience_ns, bool blind);
/* The instance gives up. */
void	vrrp_unsent_give_up(struct vrrp_unsent *);
/*
 * The instance may run again.  proven: something has left; else the advert with
 * which it becomes Active must.
 */
void	vrrp_unsent_resume(struct vrrp_unsent *, bool proven);

#endif
