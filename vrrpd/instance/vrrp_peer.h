/*
 * vrrp_peer.h - the other routers an instance has, or wants, BFD sessions with.
 *
 * The shell of vrrpd/pure/vrrp_auto.h, which keeps the list of those learned.
 *
 * Blocks of role peer name them; `bfd auto` learns them (vrrp_auto.h).  A block
 * goes before what was learned.  Who needs to know the peers of an instance asks
 * here; only these functions write its list.
 */
#ifndef VRRPD_VRRP_PEER_H
#define VRRPD_VRRP_PEER_H

#include <stdbool.h>

#include "shared/pure/addr.h"
#include "shared/pure/mono.h"
#include "vrrpd/ipc/vrrp_bfd.h"
#include "vrrpd/instance/virtual_router.h"
#include "vrrpd/pure/vrrp_params.h"

enum vrrp_peer_how {
	VRRP_PEER_CONFIGURED,	/* a block names it */
	VRRP_PEER_LEARNED,	/* adverts of it were heard: we open */
	VRRP_PEER_PASSIVE,	/* another opened the session: the other side, or
				   another instance of this router */
};
const char *vrrp_peer_how_name(enum vrrp_peer_how);	/* "configured" ... */

struct vrrp_peer {
	struct addr			 addr;
	enum vrrp_peer_how		 how;
	const struct vrrp_bfd_params	*p;	/* of the block, or of bfd auto */
};
#define VRRP_PEER_LIST_MAX	(VRRP_PEERS_MAX + VRRP_AUTO_MAX)

/* All of them, configured ones first; how many. */
unsigned vrrp_peer_list(const struct vrrp_instance *,
	    struct vrrp_peer out[VRRP_PEER_LIST_MAX]);
/* False: it is none. */
bool	vrrp_peer_find(const struct vrrp_instance *, const struct addr *,
	    struct vrrp_peer *out);
/* The routers that the configuration names are told to the core anew (L-15). */
void	vrrp_peer_name_all(struct vrrp_instance *);
/* An advert of this router was accepted. */
void	vrrp_peer_heard(struct vrrp_instance *, mono_t now,
	    const struct addr *source);
/*
 * The level of a session on its interface, before and after the core has it:
 * who opened it is a peer from the first on, and no more after the last.  So is
 * the other end of a session that another instance asked for, once it is Up: this
 * instance may be watched by it, and reassures whoever does (L-23).
 */
void	vrrp_peer_level(struct vrrp_instance *, mono_t now,
	    const struct vrrp_bfd_session *);
void	vrrp_peer_level_done(struct vrrp_instance *,
	    const struct vrrp_bfd_session *);
/* Sessions may have gone without a level: whose was is no passive peer any more. */
void	vrrp_peer_without_session(struct vrrp_instance *,
	    bool (*has_session)(const struct vrrp_instance *,
	    const struct addr *, void *arg), void *arg);
/* Forgets whom it is time to forget.  True: somebody was. */
bool	vrrp_peer_expire(struct vrrp_instance *, mono_t now);
/* The configuration changed: what the core has seen of others is forgotten. */
void	vrrp_peer_reconfigured(struct vrrp_instance *);

#endif
