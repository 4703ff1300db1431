/*
 * bfd_auth.h - authentication sections (RFC 5880 §6.7, errata 7082, 7083).  PURE.
 *
 * Digests come from libcrypto (EVP), the one library a pure file may call; it
 * is given bytes and returns bytes.
 */
#ifndef BFDD_BFD_AUTH_H
#define BFDD_BFD_AUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bfdd/pure/bfd_params.h"
#include "bfdd/pure/bfd_wire.h"

/* The session variables of §6.8.1 that belong to authentication. */
struct bfd_auth_state {
	uint32_t	rcv_auth_seq;
	uint32_t	xmit_auth_seq;		/* B-8: random at creation */
	bool		auth_seq_known;
};

/*
 * Can this type be computed here?  MD5 is refused by libcrypto in FIPS mode; a
 * configuration that asks for it should be refused with those words.
 */
bool	bfd_auth_available(enum bfd_auth_type);
/* Bytes of the section for this type and key; 0 for BFD_AUTH_NONE. */
size_t	bfd_auth_section_len(const struct bfd_auth_params *);
/*
 * Appends the section to a packet of 24 bytes in buf and signs it with key 0.
 * The packet's Length and A flag are already right (bfd_wire_build).
 * xmit_auth_seq is the next number to send: meticulous types send it and move
 * on; keyed types move on first when `advance` says that the content or state
 * changed (B-102).  The whole length; 0 when it does not fit or the digest is not
 * available, and then *st is as it was.  Type NONE: 24.
 */
size_t	bfd_auth_sign(const struct bfd_auth_params *, struct bfd_auth_state *,
	    bool advance, uint8_t *buf, size_t size);
/*
 * B-29..B-31, B-103..B-105.  The digest is checked before the state is touched;
 * *st changes only when BFD_OK_VERDICT is returned.  Constant-time compare.
 * A sequence outside the window is refused as such before a digest is computed.
 */
enum bfd_verdict bfd_auth_check(const struct bfd_auth_params *,
    struct bfd_auth_state *st, const struct bfd_packet *);

#endif
