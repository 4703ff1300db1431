/*
 * vrrp_nd.h - frames of Neighbor Discovery (RFC 4861), to be sent.  PURE.
 *
 * What the questions of vrrp_ask.h and the announcements of vrrp_announce.h have in
 * common: Ethernet, IPv6, and the message up to its target.
 */
#ifndef VRRPD_VRRP_ND_H
#define VRRPD_VRRP_ND_H

#include <stddef.h>
#include <stdint.h>

#include "shared/pure/addr.h"
#include "shared/pure/cursor.h"

#define VRRP_ND_SOLICIT		135
#define VRRP_ND_ADVERT		136
#define VRRP_ND_HOP_LIMIT	255	/* others are from afar (RFC 4861 7.1) */
#define VRRP_ND_OPT_SOURCE	1
#define VRRP_ND_OPT_TARGET	2

struct vrrp_nd {
	uint8_t		to[6], from[6];		/* Ethernet */
	struct addr	source, destination;	/* of IPv6 */
	uint8_t		traffic_class;
	uint8_t		type;
	uint32_t	flags;			/* of an advertisement */
	struct addr	target;
};

/* Up to the options, which are the caller's to put behind it. */
void	vrrp_nd_begin(struct cursor_out *, const struct vrrp_nd *);
/* An option with a MAC, or whatever else has six bytes. */
void	vrrp_nd_put_mac(struct cursor_out *, uint8_t option,
	    const uint8_t mac[6]);
/* Length and checksum.  The length of the frame, 0 if it does not fit. */
size_t	vrrp_nd_end(struct cursor_out *, const struct vrrp_nd *);

#endif
