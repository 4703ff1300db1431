/*
 * vrrp_presence.h - a router on an interface says who it is.
 *
 * Whoever sends to one router, an advert to a unicast peer or a packet of BFD,
 * sends to the MAC that its kernel knows.  While a router is away that knowledge
 * ends, and it is looked for anew once a second and no oftener.
 */
#ifndef VRRPD_VRRP_PRESENCE_H
#define VRRPD_VRRP_PRESENCE_H

#include <stdint.h>

#include "shared/pure/mono.h"

struct vrrp_iface;
struct vrrp_instance;
struct vrrp_io_tx;

/*
 * The link, an address or the instances of this interface may have changed.  Where
 * the interface came to run, its MAC or a primary address is another one, or there
 * is somebody now who sends to this router alone: a gratuitous ARP or an unsolicited
 * NA for the router's own address, at once and six times more within a second.
 * Nothing where all adverts are multicast and there is no BFD.  Called before the
 * instances look at the interface themselves.
 */
void	vrrp_presence_look(struct vrrp_iface *, struct vrrp_io_tx *);
/* This machine was away for so long: the same, if others may have forgotten us. */
void	vrrp_presence_woke(struct vrrp_iface *, int64_t absent_ns);

/*
 * The core of an instance with unicast peers has just started to listen: silence
 * counts from when a peer that had forgotten this router can have found it again.
 */
void	vrrp_presence_listen(struct vrrp_instance *);
/* The same after an absence of so long that ended then. */
void	vrrp_presence_listen_again(struct vrrp_instance *, mono_t until,
	    int64_t absent_ns);

#endif
