/*
 * fuzz_vrrp_ask.c - any bytes as a frame of ARP or Neighbor Discovery.
 *
 * Any host of the network can send these.  What is taken has a sender and an address
 * that a host may have, and is the same when something stands behind it (a network
 * card pads what is short).  A question that a router of ours would send about what
 * was heard is understood as what it is.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "vrrpd/pure/vrrp_ask.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define REQUIRE(condition) do { if (!(condition)) abort(); } while (0)
#define PADDED_MAX	2048

static void
require_signed(const struct addr *target, const struct addr *source,
    const uint8_t mac[6], uint8_t vrid, bool active)
{
	uint8_t frame[VRRP_ASK_FRAME_MAX];
	struct vrrp_ask_heard h;
	size_t len;

	len = vrrp_ask_build(target, source, mac, vrid, active, frame,
	    sizeof(frame));
	if (target->family != source->family) {
		REQUIRE(len == 0);
		return;
	}
	REQUIRE(len > 0 && len <= sizeof(frame));
	REQUIRE(memcmp(frame + 6, mac, 6) == 0);
	/* A question for the own address is an announcement. */
	if (addr_equal(target, source) || vrid == 0)
		return;
	REQUIRE(vrrp_ask_parse(frame, len, &h));
	REQUIRE(h.what == VRRP_ASK_SIGNED && h.vrid == vrid &&
	    h.active == active);
	REQUIRE(addr_equal(&h.address, target) &&
	    addr_equal(&h.source, source));
	REQUIRE(memcmp(h.mac, mac, 6) == 0);
}

/* A trial teaches nobody anything. */
static void
require_trial(const struct addr *partner, const uint8_t mac[6])
{
	struct addr source = vrrp_ask_source_of(mac);
	uint8_t frame[VRRP_ASK_FRAME_MAX];
	struct vrrp_ask_virtual virtual;
	struct vrrp_ask_heard h;
	size_t len;

	len = vrrp_ask_build_trial(partner, mac, &source, mac, frame,
	    sizeof(frame));
	REQUIRE(len > 0 && len <= sizeof(frame));
	/* At most a host's question for the partner itself. */
	if (vrrp_ask_parse(frame, len, &h))
		REQUIRE(h.what == VRRP_ASK_ASKED &&
		    addr_equal(&h.asked, partner));
	REQUIRE(!vrrp_ask_parse_virtual(frame, len, &virtual));
}

static void
try_heard(const uint8_t *data, size_t size)
{
	static uint8_t padded[PADDED_MAX];
	struct vrrp_ask_heard h, again;

	if (!vrrp_ask_parse(data, size, &h))
		return;
	REQUIRE(h.what <= VRRP_ASK_ASKED);
	if (h.what == VRRP_ASK_ASKED)
		REQUIRE(addr_is_host(&h.asked) && addr_is_host(&h.source));
	REQUIRE(addr_is_host(&h.address) || (h.what == VRRP_ASK_SIGNED &&
	    h.address.family == AF_INET));
	REQUIRE(memcmp(h.to, data, 6) == 0 &&
	    memcmp(h.ether_source, data + 6, 6) == 0);
	if (h.what == VRRP_ASK_SIGNED)
		REQUIRE(h.vrid != 0 && addr_is_host(&h.source) &&
		    h.source.family == h.address.family);
	if (size + 16 <= sizeof(padded)) {
		memset(padded, 0, size + 16);
		memcpy(padded, data, size);
		REQUIRE(vrrp_ask_parse(padded, size + 16, &again));
		REQUIRE(memcmp(&again, &h, sizeof(h)) == 0);
	}
	require_signed(&h.address, &h.source, h.mac, h.vrid, h.active);
	require_trial(&h.address, h.ether_source);
}

static void
try_virtual(const uint8_t *data, size_t size)
{
	struct vrrp_ask_virtual v;

	if (!vrrp_ask_parse_virtual(data, size, &v))
		return;
	REQUIRE(v.vrid != 0 && v.vrid == data[11]);
	REQUIRE(v.family == (data[10] == 2 ? AF_INET6 : AF_INET));
	REQUIRE(memcmp(v.mac, data + 6, 6) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	try_heard(data, size);
	try_virtual(data, size);
	return 0;
}
