/*
 * vrrp_auto.h - the other routers, for BFD sessions nobody configured.  PURE.
 *
 * The list; vrrpd/instance/vrrp_peer.h is the other half, which feeds it and adds
 * the routers that are configured.
 *
 * Where an instance has `bfd auto` (L-27), its peers are learned: a router whose
 * advert was accepted is one to open a session to, and stays one when another
 * becomes Active (L-28); a router that opened a session to us is one too, as
 * long as it keeps that session.  Bounded, and forgotten after a time in which
 * neither an advert nor its session gave a sign of life.
 */
#ifndef VRRPD_VRRP_AUTO_H
#define VRRPD_VRRP_AUTO_H

#include <stdbool.h>

#include "shared/pure/addr.h"
#include "shared/pure/mono.h"

#define VRRP_AUTO_MAX		16
#define VRRP_AUTO_RESERVE	4	/* of them, for routers that were heard */
#define VRRP_AUTO_FORGET_NS	(300 * NS_PER_S)

struct vrrp_auto_peer {
	struct addr	addr;
	bool		heard;		/* adverts of it: we open a session */
	bool		opened;		/* a session that it has opened to us */
	bool		named;		/* the configuration knows it */
	mono_t		alive;		/* the last sign of life */
};

struct vrrp_auto {
	unsigned		count;
	struct vrrp_auto_peer	list[VRRP_AUTO_MAX];
};

/*
 * An advert of it was accepted.  True: it is one to open a session to from now
 * on.  In a full list it takes the place of the one without a sign of life for
 * longest, an opener before one that was heard.
 */
bool	vrrp_auto_heard(struct vrrp_auto *, mono_t now, const struct addr *);
enum vrrp_auto_opened {
	VRRP_AUTO_KNOWN,	/* before, too */
	VRRP_AUTO_NEW,
	VRRP_AUTO_NO_ROOM	/* and it is not known now */
};
/*
 * This router opened a session to us.  Whoever can send can do so under as many
 * addresses as its network has; so routers of which nothing else is known have all
 * places but VRRP_AUTO_RESERVE.  named: the configuration knows it.
 */
enum vrrp_auto_opened vrrp_auto_opened(struct vrrp_auto *, mono_t now,
	    const struct addr *, bool named);
/* That session is no more.  True: so it is not known any more. */
bool	vrrp_auto_closed(struct vrrp_auto *, const struct addr *);
/* The session with it is Up, or was until now. */
void	vrrp_auto_alive(struct vrrp_auto *, mono_t now, const struct addr *);
/* Forgets whom it is time to forget.  True: somebody was. */
bool	vrrp_auto_expire(struct vrrp_auto *, mono_t now);
/* NULL: not known. */
const struct vrrp_auto_peer *vrrp_auto_find(const struct vrrp_auto *,
	    const struct addr *);

#endif
