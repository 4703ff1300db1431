/*
 * vrrp_presence_state.h - what an interface has said of this router's own addresses.
 *
 * A header of its own, so that vrrp_iface.h can have it as a part.  Written by
 * vrrp_presence.c; vrrp_iface.c frees the timer.
 */
#ifndef VRRPD_VRRP_PRESENCE_STATE_H
#define VRRPD_VRRP_PRESENCE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/pure/addr.h"
#include "shared/pure/mono.h"
#include "vrrpd/pure/vrrp_announce.h"

struct loop_timer;
struct vrrp_io_tx;

/* Part of the interface.  IPv4, IPv6. */
struct vrrp_presence {
	struct loop_timer	*timer;	/* the next repeat; NULL: none yet */
	struct vrrp_io_tx	*tx;
	unsigned		 said;	/* so many times */
	uint8_t			 mac[6];
	struct addr		 primary[2];
	bool			 there[2];	/* could be reached */
	bool			 wanted[2];	/* by somebody who sends to us alone */
	mono_t			 since[2];	/* there, under these */
	uint8_t			 frame[2][VRRP_ANNOUNCE_FRAME_MAX];
	size_t			 len[2];	/* 0: nothing to say */
};

#endif
