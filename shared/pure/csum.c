/*
 * csum.c - the Internet checksum (RFC 1071) over big-endian 16-bit words.
 *
 * The running sum is folded to 17 bits after every piece, so that any number of
 * pieces of any length may be added without losing a carry.
 */
#include "config.h"

#include "shared/pure/csum.h"

#include <assert.h>

uint32_t
csum_add(uint32_t sum, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;
	uint64_t acc = sum;

	for (; len >= 2; p += 2, len -= 2)
		acc += (uint32_t)(p[0] << 8 | p[1]);
	if (len == 1)
		acc += (uint32_t)(p[0] << 8);
	while (acc >> 17 != 0)
		acc = (acc & 0xffff) + (acc >> 16);
	return (uint32_t)acc;
}

uint32_t
csum_add_pseudo(uint32_t sum, const struct addr *src, const struct addr *dst,
    uint8_t protocol, uint32_t len)
{
	size_t alen = addr_len(src->family);
	uint8_t tail[6] = {
		(uint8_t)(len >> 24), (uint8_t)(len >> 16),
		(uint8_t)(len >> 8), (uint8_t)len,
		0, protocol,
	};

	assert(src->family == dst->family);
	sum = csum_add(sum, src->bytes, alen);
	sum = csum_add(sum, dst->bytes, alen);
	/* IPv6 has more zeros and a longer length; they add nothing. */
	return csum_add(sum, tail, sizeof(tail));
}

uint16_t
csum_finish(uint32_t sum)
{
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}
