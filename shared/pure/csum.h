/*
 * csum.h - the Internet checksum (RFC 1071) in pieces, and the pseudo-headers.
 *
 * A sum is carried as uint32_t in host order over big-endian 16-bit words, so
 * pieces may be added in any order as long as each has an even length but the
 * last.
 */
#ifndef SHARED_CSUM_H
#define SHARED_CSUM_H

#include <stddef.h>
#include <stdint.h>

#include "shared/pure/addr.h"

uint32_t csum_add(uint32_t sum, const void *bytes, size_t len);
/*
 * The pseudo-header of RFC 793 (IPv4: src, dst, zero, protocol, 16-bit length)
 * or RFC 8200 §8.1 (IPv6); both addresses have one family.
 */
uint32_t csum_add_pseudo(uint32_t sum, const struct addr *src,
    const struct addr *dst, uint8_t protocol, uint32_t len);
/* Folded and complemented; store it big endian. 0 over data that is intact. */
uint16_t csum_finish(uint32_t sum);

#endif
