/*
 * vrrp_wire.h - VRRP packets: bytes <-> values (RFC 9568 §5, RFC 3768 §5).  PURE.
 *
 * Two steps, so that each has one job.  vrrp_wire_packet() takes what an
 * AF_PACKET or raw socket delivered from the network header on and finds the
 * VRRP message in it (V-7, IHL, fragments).  vrrp_wire_parse() validates that
 * message in the order of RFC 9568 §7.1 (V-40..V-49, V-52) and only then fills
 * *out; on refusal *out is untouched.  VRID lookup (V-45) and everything that
 * needs configuration is the caller's (vrrp_accept.c), after the checksum.
 *
 * A Backup Advertisement (draft-ietf-rtgwg-vrrp-bfd-p2p) is the advert of version 3
 * with 2 in place of 1 as its Type: Priority is that of the Backup, 0 when it stops
 * being one, and Max Advertise Interval the rhythm of these packets.  Everything
 * else is as in an advert, TTL and checksum included, but for the MAC address, which
 * is the interface's own: the virtual one would move the ports of switches.
 */
#ifndef VRRPD_VRRP_WIRE_H
#define VRRPD_VRRP_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/pure/addr.h"

#define VRRP_IPPROTO		112
#define VRRP_TTL		255
#define VRRP_MESSAGE_MAX	(8 + 255 * 16)	/* V-6: by the count byte */
#define VRRP_FRAME_MAX		(14 + 40 + 4096)

/*
 * Why a packet was refused.  X(enum, word): the word is the log reason, the key
 * in the control protocol and the rate-limit bucket; RFC 8347 counter names are
 * used where one exists.  The last group is judged by vrrp_accept.c.
 */
#define VRRP_VERDICTS(X)						\
	X(OK,			"ok")					\
	X(NOT_VRRP,		"not-vrrp")	/* not a whole IP packet */ \
	X(IP_TTL,		"ip-ttl-errors")	/* V-40 */	\
	X(VERSION,		"version-errors")	/* V-41 */	\
	X(TYPE,			"invalid-type-pkts-rcvd") /* V-42 */	\
	X(LENGTH,		"packet-length-errors")	/* V-43 */	\
	X(CHECKSUM,		"checksum-errors")	/* V-44 */	\
	X(ADDR_COUNT,		"address-count-errors")	/* V-47 */	\
	X(NOT_LINK_LOCAL,	"not-link-local-errors") /* V-48 */	\
	X(INTERVAL_ZERO,	"interval-zero-errors")	/* V-49 */	\
	X(VRID,			"vrid-errors")		/* V-45 */	\
	X(DESTINATION,		"destination-errors")	/* V-53 */	\
	X(SOURCE,		"source-errors")	/* V-53 */	\
	X(OWN_SOURCE,		"own-source-errors")	/* V-96 */	\
	X(AUTH_TYPE,		"auth-type-errors")	/* V-123 */	\
	X(AUTH_DATA,		"auth-failures")	/* V-123 */	\
	X(V2_INTERVAL,		"v2-interval-errors")	/* V-124 */	\
	X(V2_ADDRESS_LIST,	"v2-address-list-errors") /* V-125 */

enum vrrp_verdict {
#define X(id, word) VRRP_##id,
	VRRP_VERDICTS(X)
#undef X
};
#define VRRP_VERDICT_COUNT	(VRRP_V2_ADDRESS_LIST + 1)
const char *vrrp_verdict_name(enum vrrp_verdict);

/* The message, and the IP header that carried it. */
struct vrrp_packet {
	struct addr	 source;
	struct addr	 destination;
	uint8_t		 ttl;		/* TTL or Hop Limit */
	const uint8_t	*message;	/* borrowed from the caller's buffer */
	size_t		 len;		/* cut at Total/Payload Length (V-7) */
};

enum vrrp_checksum_form {		/* V-11, V-13 */
	VRRP_FORM_MESSAGE,		/* message only; IPv6 and v2: the one form */
	VRRP_FORM_PSEUDO,		/* IPv4 v3 with pseudo-header (legacy) */
};

struct vrrp_advert {
	uint8_t			 version;	/* 2 or 3 */
	bool			 backup;	/* Type 2: of a Backup */
	uint8_t			 vrid;
	uint8_t			 priority;
	uint8_t			 addr_count;
	uint16_t		 interval_cs;	/* v2: seconds * 100 */
	uint8_t			 auth_type;	/* v2; 0 in v3 */
	enum vrrp_checksum_form	 form;
	struct addr		 source;	/* of the IP packet */
	struct addr		 destination;
	const uint8_t		*addrs;		/* borrowed, addr_count addresses */
	const uint8_t		*auth_data;	/* borrowed, 8 bytes; NULL in v3 */
};

/*
 * `bytes` starts at the IP header.  VRRP_OK, or VRRP_NOT_VRRP: not one whole
 * unfragmented IP packet of protocol 112 with an intact IPv4 header checksum,
 * or an IPv6 one with extension headers; then *out is untouched.
 */
enum vrrp_verdict vrrp_wire_packet(uint8_t family, const uint8_t *bytes,
    size_t len, struct vrrp_packet *out);

/*
 * versions: bit mask of acceptable versions, VRRP_ACCEPT_V2 | VRRP_ACCEPT_V3, and
 * VRRP_ACCEPT_BACKUP where Backup Advertisements are wanted, of version 3 alone.
 * check_ttl: true except for unicast peers that say otherwise.
 * A v3 IPv4 checksum is accepted in both forms; which one is in out->form, and
 * a caller that wants only one compares.
 */
#define VRRP_ACCEPT_V2	0x1
#define VRRP_ACCEPT_V3	0x2
#define VRRP_ACCEPT_BACKUP 0x4
enum vrrp_verdict vrrp_wire_parse(const struct vrrp_packet *, unsigned versions,
    bool check_ttl, struct vrrp_advert *out);

/* Everything needed to build one advert. */
struct vrrp_advert_spec {
	uint8_t			 version;
	bool			 backup;	/* Type 2; version 3 only */
	uint8_t			 vrid;
	uint8_t			 priority;
	uint16_t		 interval_cs;
	enum vrrp_checksum_form	 form;
	uint8_t			 auth_len;	/* v2: 0 = type 0 */
	const uint8_t		*auth_pass;	/* 8 bytes, zero padded */
	struct addr		 source;
	struct addr		 destination;
	unsigned		 addr_count;
	const struct addr	*addrs;
};

/*
 * The message alone.  Its length; 0 when it does not fit or cannot be said on
 * the wire: VRID 0, no address, another family, an interval out of range.
 * Version 2 rounds the interval up to whole seconds (V-131).
 */
size_t	vrrp_wire_build_message(const struct vrrp_advert_spec *, uint8_t *buf,
	    size_t size);
/*
 * A whole Ethernet frame: dst_mac (NULL: the group MAC, V-22), source src_mac,
 * IP header with DSCP CS6 and TTL 255, message.  Length or 0.
 */
size_t	vrrp_wire_build_frame(const struct vrrp_advert_spec *,
	    const uint8_t src_mac[6], const uint8_t dst_mac[6], uint8_t *buf,
	    size_t size);
/* 224.0.0.18 or ff02::12, and its Ethernet address. */
struct addr vrrp_wire_group(uint8_t family);
void	vrrp_wire_group_mac(uint8_t family, uint8_t mac[6]);

#endif
