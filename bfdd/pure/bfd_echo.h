/*
 * bfd_echo.h - what is in an echo packet, and in the IP packet around it.  PURE.
 *
 * Two things travel over UDP port 3785, addressed to ourselves by way of the
 * neighbour, who only forwards them: echo packets of the echo function
 * (RFC 5880 §6.4), whose content is ours to choose, and control packets of
 * unaffiliated echo (RFC 9747).  The first three bits tell them apart.
 */
#ifndef BFDD_BFD_ECHO_H
#define BFDD_BFD_ECHO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bfdd/pure/bfd_wire.h"
#include "shared/pure/addr.h"
#include "shared/pure/mono.h"

#define BFD_ECHO_KEY_LEN	32
#define BFD_ECHO_LEN		40
/* IPv6, UDP and the longest payload. */
#define BFD_ECHO_PACKET_MAX	(40 + 8 + BFD_PACKET_MAX)
/* Bytes to read of a packet: IPv4 may come with 40 bytes of options. */
#define BFD_ECHO_READ_MAX	(60 + 8 + BFD_PACKET_MAX)
/* Sent with 255; who comes back has been forwarded once (RFC 9747). */
#define BFD_ECHO_TTL		254

struct bfd_echo {
	uint32_t	discr;		/* our session */
	uint32_t	sequence;
	mono_t		sent;
};

/* Fills out with the packet, proved to be ours by the key (B-91). */
bool	bfd_echo_build(const uint8_t key[BFD_ECHO_KEY_LEN],
	    const struct bfd_echo *, uint8_t out[BFD_ECHO_LEN]);
/* False: not an echo packet that was made with this key. */
bool	bfd_echo_parse(const uint8_t key[BFD_ECHO_KEY_LEN],
	    const uint8_t *payload, size_t len, struct bfd_echo *out);

struct bfd_echo_header {
	struct addr	source, destination;
	uint16_t	source_port;
	int		ttl;
};

/*
 * An IP packet to port 3785 around the payload, with both checksums, TTL 255
 * (h->ttl is not looked at) and DSCP CS6.  Its length; 0 when it does not fit or
 * the addresses are not of one family.
 */
size_t	bfd_echo_wrap(const struct bfd_echo_header *h, const uint8_t *payload,
	    size_t len, uint8_t *buf, size_t size);
/*
 * The other way round.  False unless it is a whole UDP packet to port 3785 with
 * good checksums.  *payload points into the packet.
 */
bool	bfd_echo_unwrap(uint8_t family, const uint8_t *packet, size_t len,
	    struct bfd_echo_header *h, const uint8_t **payload,
	    size_t *payload_len);

#endif
