/*
 * vrrp_ask.h - questions to the network: who has this address?  PURE.
 *
 * Frames to send and to understand, ARP for IPv4 and Neighbor Discovery for IPv6.
 * Three questions:
 *
 * The ask: who has the virtual address, from the interface's own MAC and its own
 * address.  Whoever else holds the address answers.  The sender is not 0.0.0.0 as
 * in the probe of RFC 5227, which is for a host that does not know yet whether it
 * may have an address: a peer's kernel must be able to answer, one that answers
 * only its own network (arp_ignore 2) and a switch that checks bindings must let
 * it, and the peer that hears it wants to know who asks.  What the hosts learn
 * from it is true.  IPv6: from :: it would be duplicate address detection, and
 * make the address of a host that is about to have it fail.
 *
 * An ask is signed: it says that its sender is a router of this VRID, and whether
 * it is Active.  The target hardware address of a request means nothing (RFC 826),
 * and a nonce option may have any value (RFC 3971): there stands the virtual MAC,
 * of a Backup that of the other family.  So another Active hears of this one by a
 * way that has nothing in common with VRRP: not the protocol, not the group, not
 * the virtual MAC; and it knows its Backups, which are silent, for trials.
 *
 * The trial: does a partner's answer come back?  Twice the same question, once
 * from the own MAC and once from the virtual one.  Where only the first is
 * answered the network refuses the virtual MAC.  Here ARP has the sender address
 * 0.0.0.0: the partner may be Active too and drops what claims to come from an
 * address of its own, and its neighbour cache is to learn nothing.
 */
#ifndef VRRPD_VRRP_ASK_H
#define VRRPD_VRRP_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/pure/addr.h"

#define VRRP_ASK_FRAME_MAX	96

/*
 * The question who has target, from mac and source, signed by a router of this
 * VRID.  Length, 0 if it does not fit or the families differ.
 */
size_t	vrrp_ask_build(const struct addr *target, const struct addr *source,
	    const uint8_t mac[6], uint8_t vrid, bool active, uint8_t *buf,
	    size_t size);
/*
 * A trial: to the MAC of the partner, or everybody (NULL).  source is for IPv6
 * alone; mac: the one that is tried.
 */
size_t	vrrp_ask_build_trial(const struct addr *partner,
	    const uint8_t *partner_mac, const struct addr *source,
	    const uint8_t mac[6], uint8_t *buf, size_t size);

/*
 * For a trial of one who does not have the address: the link-local address that
 * this MAC has by the rule (RFC 4291, appendix A), which is nobody's.
 */
struct addr vrrp_ask_source_of(const uint8_t mac[6]);

enum vrrp_ask_what {
	VRRP_ASK_CLAIM,		/* sender has `address` */
	VRRP_ASK_SIGNED,	/* sender is a router of `vrid` */
	VRRP_ASK_ANSWER,	/* of a trial's partner: it is `address` */
	VRRP_ASK_ASKED		/* a host that is `address` has a question */
};

struct vrrp_ask_heard {
	enum vrrp_ask_what	what;
	struct addr		address;
	struct addr		source;	/* of who speaks, unset: not said */
	uint8_t			mac[6];	/* that he says is his */
	uint8_t			ether_source[6];
	uint8_t			to[6];	/* Ethernet destination */
	uint8_t			vrid;	/* of a signed one, with: */
	bool			active;
	/* The question of a sender that does not sign: for this; unset: none. */
	struct addr		asked;
};

/* A frame that came from a virtual MAC. */
struct vrrp_ask_virtual {
	uint8_t		family;
	uint8_t		vrid;
	uint8_t		mac[6];
	struct addr	source;	/* of its packet, unset: not known */
};

/*
 * An Ethernet frame as received, from a virtual MAC.  False: from another, or
 * what a router that is Backup may send from there: a trial, and what a kernel says
 * for groups and for an address that it is about to have (IGMP, MLD, from ::).
 */
bool	vrrp_ask_parse_virtual(const uint8_t *frame, size_t len,
	    struct vrrp_ask_virtual *out);
/*
 * An Ethernet frame as received.  An IPv6 answer to a trial is a claim, as its
 * address is no virtual one.  False: nothing of the three, or malformed.
 */
bool	vrrp_ask_parse(const uint8_t *frame, size_t len,
	    struct vrrp_ask_heard *out);

#endif
