/*
 * vrrp_announce.h - gratuitous ARP and unsolicited NA frames (RFC 9568 §8).  PURE.
 */
#ifndef VRRPD_VRRP_ANNOUNCE_H
#define VRRPD_VRRP_ANNOUNCE_H

#include <stddef.h>
#include <stdint.h>

#include "shared/pure/addr.h"

#define VRRP_ANNOUNCE_FRAME_MAX	86

/*
 * V-80/V-81: an ARP request, sender = target = vip, both hardware addresses and
 * the Ethernet source = mac.  V-86: ICMPv6 136 with R=1 S=0 O=1, target = vip,
 * target link-layer option = mac, from `source` (link-local) to ff02::1.
 * router: the R flag.  source is ignored for IPv4.  Length, 0 if it does not fit.
 */
size_t	vrrp_announce_build(const struct addr *vip, const struct addr *source,
	    const uint8_t mac[6], int router, uint8_t *buf, size_t size);

#endif
