/*
 * vrrp_will.h - the last will of an instance, as bytes.  PURE.
 *
 * A will says what must be done when the engine dies while it holds the addresses
 * of an instance: say priority 0 (V-68), so that the best Backup waits for its
 * skew only; then take the addresses away.  All of it is made beforehand:
 * Ethernet frames, messages to unicast peers, and the netlink requests of a
 * withdrawal.
 *
 * The body of VRRP_MSG_WILL replaces the will of that instance,
 * VRRP_MSG_WILL_REVOKE (its name) removes it.  Integers are in network order; the
 * netlink messages are as the kernel takes them.
 *
 *   u8 name length, name
 *   u8 flags
 *   u32 netlink length, netlink messages
 *   u8 frames; each:  u32 ifindex
 *                     u8 family: 0 a frame; else two addresses of that
 *                     family, source and destination, of an IP message
 *                     u16 length, bytes
 */
#ifndef VRRPD_VRRP_WILL_H
#define VRRPD_VRRP_WILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/pure/addr.h"

#define VRRP_WILL_NAME_MAX	32	/* with its NUL */
#define VRRP_WILL_FRAMES_MAX	40	/* both versions to 16 peers, and some */
#define VRRP_WILL_FRAME_MIN	14	/* an Ethernet header */
#define VRRP_WILL_BYTES_MIN	8
#define VRRP_WILL_MAX		(60 * 1024)
/*
 * The mark of routes and rules that are ours (rtm_protocol): a will takes no others
 * away.  It is the number of VRRP among the protocols of IP, and nobody's in
 * /etc/iproute2/rt_protos.
 */
#define VRRP_WILL_PROTOCOL	112

/* virtual_mac = auto has given the virtual MAC up; for the next engine. */
#define VRRP_WILL_WITHOUT	0x1
#define VRRP_WILL_FLAGS		0x1

struct vrrp_will_frame {
	int		 ifindex;
	struct addr	 source;	/* unset: bytes are an Ethernet frame */
	struct addr	 destination;
	const uint8_t	*bytes;
	size_t		 len;
};

struct vrrp_will {
	char			 name[VRRP_WILL_NAME_MAX];
	uint8_t			 flags;
	const uint8_t		*netlink;	/* whole messages, may be none */
	size_t			 netlink_len;
	unsigned		 frame_count;
	struct vrrp_will_frame	 frames[VRRP_WILL_FRAMES_MAX];
};

/*
 * The length written, or 0 when the withdrawal does not fit, which matters most:
 * of frames that do not fit, the last are left out.
 */
size_t	vrrp_will_encode(const struct vrrp_will *, uint8_t *buf, size_t size);
/*
 * All or nothing: false, and *out is undefined, when a byte is missing or too
 * many, or the netlink part holds anything that a withdrawal does not need.
 * Pointers are into buf.
 */
bool	vrrp_will_decode(const uint8_t *buf, size_t len, struct vrrp_will *out);

/*
 * The name alone, also of a will that is broken behind it.  False, and name is
 * untouched, when there is none.
 */
bool	vrrp_will_name(const uint8_t *buf, size_t len,
	    char name[VRRP_WILL_NAME_MAX]);

#endif
