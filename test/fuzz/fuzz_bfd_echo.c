/*
 * fuzz_bfd_echo.c - any bytes as an IP packet of the tap, and as an echo packet.
 *
 * The first byte chooses the family.  What is unwrapped lies within the packet;
 * what was refused left the results alone.  Without the key nothing passes for
 * an echo of ours.
 */
#include "config.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "bfdd/pure/bfd_echo.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define REQUIRE(condition) do { if (!(condition)) abort(); } while (0)

static const uint8_t key[BFD_ECHO_KEY_LEN] = "nobody knows this one";

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *packet = data + 1, *payload = data;
	struct bfd_echo_header h, untouched;
	size_t len = size - 1, payload_len = 0;
	uint8_t again[BFD_ECHO_PACKET_MAX];
	struct bfd_echo e;

	if (size == 0)
		return 0;
	memset(&h, 0xa5, sizeof(h));
	memcpy(&untouched, &h, sizeof(untouched));
	REQUIRE(!bfd_echo_parse(key, packet, len, &e));
	if (!bfd_echo_unwrap(data[0] & 1 ? AF_INET6 : AF_INET, packet, len, &h,
	    &payload, &payload_len)) {
		REQUIRE(memcmp(&h, &untouched, sizeof(h)) == 0);
		REQUIRE(payload == data && payload_len == 0);
		return 0;
	}
	REQUIRE(payload >= packet + 28);
	REQUIRE(payload + payload_len <= packet + len);
	REQUIRE(h.source.family == h.destination.family);
	REQUIRE(h.ttl >= 0 && h.ttl <= 255);
	REQUIRE(!bfd_echo_parse(key, payload, payload_len, &e));
	if (payload_len <= BFD_PACKET_MAX) {
		len = bfd_echo_wrap(&h, payload, payload_len, again,
		    sizeof(again));
		REQUIRE(len > payload_len);
		REQUIRE(memcmp(again + len - payload_len, payload,
		    payload_len) == 0);
	}
	return 0;
}
