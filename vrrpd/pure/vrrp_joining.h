/*
 * vrrp_joining.h - a group that is to be joined on an interface, as bytes.  PURE.
 *
 * A membership belongs to the socket that joined and lasts as long as the socket
 * does, whoever made the call.  So the engine makes the sockets, vrrpd-net, which
 * may wait for the kernel, joins on duplicates of them, and the engine keeps what
 * was joined: vrrpd-net may die without a membership being lost.
 *
 * The body of VRRP_MSG_JOIN, which comes with two descriptors, the packet socket and
 * the ordinary one (vrrp_member.h), is
 *
 *   u32 number, u32 index of the interface, u8 4 or 6, u8 0, u8 0, u8 0
 *
 * and that of VRRP_MSG_JOINED
 *
 *   u32 number, u32 errno or 0
 *
 * with integers in network order.  Joining twice is as good as once, so whoever
 * gets no answer asks again.
 */
#ifndef VRRPD_VRRP_JOINING_H
#define VRRPD_VRRP_JOINING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VRRP_JOINING_BYTES	12
#define VRRP_JOINING_SOCKETS	2
#define VRRP_JOINED_BYTES	8

struct vrrp_joining {
	uint32_t number;	/* of the errand, never 0; one engine, one errand */
	int	 ifindex;
	uint8_t	 family;	/* AF_INET, AF_INET6 */
};

/* The length in buf. */
size_t	vrrp_joining_encode(const struct vrrp_joining *,
	    uint8_t buf[VRRP_JOINING_BYTES]);
/* error: 0 or negative errno. */
size_t	vrrp_joined_encode(uint32_t number, int error,
	    uint8_t buf[VRRP_JOINED_BYTES]);
/* All or nothing: false when a value cannot be, and nothing is written. */
bool	vrrp_joining_decode(const uint8_t *body, size_t len,
	    struct vrrp_joining *out);
bool	vrrp_joined_decode(const uint8_t *body, size_t len, uint32_t *number,
	    int *error);

#endif
