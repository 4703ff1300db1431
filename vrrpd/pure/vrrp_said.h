/*
 * vrrp_said.h - what this router has said, and what that makes of an advert.  PURE.
 *
 * An advert that arrived before our own last one went out comes from a router that
 * did not know of ours.  What it says may be void by the time it is read:
 *
 *   we are		the sender	an advert that ours has overtaken
 *   Active		wins (V-71)	counts: it stays Active, whatever it hears of us
 *   Active		loses (V-72)	counts: the hosts may have followed it
 *   fenced		wins		counts: it has replaced us
 *   fenced		loses		nothing: it obeys what we have said
 *   Backup, claimed	any		nothing: it obeys, or it answers (L-14)
 *   Backup, resigned	any		nothing: no successor, it answers (V-70)
 *
 * An advert that is not overtaken counts as the RFC says, for each of these.
 *
 * The instants.  Ours is read before the packet goes to the kernel, so that what
 * lies between the two counts as news.  The arrival is the kernel's stamp brought
 * to CLOCK_MONOTONIC (rxclock.h).  Equal stamps are overtaken: no packet takes no
 * time, so its sender had not heard ours.  Where CLOCK_REALTIME was set in between,
 * an arrival may seem as old as the last time the socket was empty, or as young as
 * now; either is put right by the sender's next advert.
 *
 * An advert that not every peer was sent (unicast, or one of two versions) has
 * overtaken nothing: the one that it did not reach knows no more than before.
 */
#ifndef VRRPD_VRRP_SAID_H
#define VRRPD_VRRP_SAID_H

#include <stdbool.h>

#include "shared/pure/mono.h"

enum vrrp_said_to { VRRP_SAID_TO_NOBODY, VRRP_SAID_TO_SOME, VRRP_SAID_TO_ALL };

struct vrrp_said {
	mono_t	last;		/* to all; MONO_ZERO: never */
};

/* An advert was given to the kernel; at: read before. */
void	vrrp_said_note(struct vrrp_said *, mono_t at, enum vrrp_said_to);
/* See the table. */
bool	vrrp_said_overtakes(const struct vrrp_said *, mono_t arrival);

#endif
