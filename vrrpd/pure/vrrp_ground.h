/*
 * vrrp_ground.h - what kinds of interfaces bear a virtual router: one table.  PURE.
 *
 * An address that moves from host to host has to be on an interface that answers
 * ARP or Neighbor Discovery in a network that others are on, and the virtual MAC
 * needs a device beside it that hears frames to another MAC.  Whether an interface
 * can do either follows from what kind it is, and from whose port it is: that is
 * known beforehand, and so is the word to write instead.
 */
#ifndef VRRPD_VRRP_GROUND_H
#define VRRPD_VRRP_GROUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum vrrp_ground_verdict {
	VRRP_GROUND_GOOD,
	VRRP_GROUND_NO_DEVICE,	/* without a virtual MAC only */
	VRRP_GROUND_NOT_THERE,	/* on another interface, which the text names */
};

/* As the kernel tells of it (struct nl_link); all borrowed. */
struct vrrp_ground {
	const char	*name;
	const char	*kind;		/* "vlan", "bond" ... or "" */
	const char	*port_of;	/* the kind of its master, or "" */
	const char	*master;	/* the name of that, or "" */
	uint32_t	 mode;		/* of a macvlan or ipvlan */
	bool		 has_mac, loopback, no_arp;
};

#define VRRP_GROUND_TEXT_MAX	160	/* with NUL */

/*
 * Does the interface bear a virtual router, with a virtual MAC or without?  If not
 * why, for a user, with the word to write instead; else "".
 */
enum vrrp_ground_verdict vrrp_ground_judge(const struct vrrp_ground *,
	    bool virtual_mac, char text[VRRP_GROUND_TEXT_MAX]);

#endif
