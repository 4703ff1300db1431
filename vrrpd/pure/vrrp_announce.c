/*
 * vrrp_announce.c - the frames that move hosts to the new Active.
 *
 * IPv4: a gratuitous ARP request, which every stack takes as an update
 * (V-80, V-81); target hardware address is the virtual MAC as well (errata
 * 7947 and 7949).  IPv6: an unsolicited Neighbor Advertisement that overrides
 * (V-86).  Both are built while still Backup and only sent at takeover; pacing
 * and repeats are the shell's.
 */
#include "config.h"

#include <string.h>

#include "shared/pure/cursor.h"
#include "vrrpd/pure/vrrp_announce.h"
#include "vrrpd/pure/vrrp_nd.h"

#define ETHERTYPE_ARP		0x0806
#define ARP_ETHERNET		1
#define ARP_IPV4		0x0800
#define ARP_REQUEST		1
#define ND_FLAG_ROUTER		UINT32_C(0x80000000)
#define ND_FLAG_OVERRIDE	UINT32_C(0x20000000)
#define DSCP_CS6		0xc0

static size_t
build_garp(const struct addr *vip, const uint8_t mac[6], uint8_t *buf,
    size_t size)
{
	static const uint8_t broadcast[6] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff
	};
	struct cursor_out c;

	cursor_out_init(&c, buf, size);
	cursor_put_bytes(&c, broadcast, 6);
	cursor_put_bytes(&c, mac, 6);
	cursor_put_u16(&c, ETHERTYPE_ARP);
	cursor_put_u16(&c, ARP_ETHERNET);
	cursor_put_u16(&c, ARP_IPV4);
	cursor_put_u8(&c, 6);
	cursor_put_u8(&c, 4);
	cursor_put_u16(&c, ARP_REQUEST);
	cursor_put_bytes(&c, mac, 6);
	cursor_put_bytes(&c, vip->bytes, 4);
	cursor_put_bytes(&c, mac, 6);
	cursor_put_bytes(&c, vip->bytes, 4);
	return cursor_out_ok(&c) ? c.len : 0;
}

static size_t
build_na(const struct addr *vip, const struct addr *source,
    const uint8_t mac[6], int router, uint8_t *buf, size_t size)
{
	static const uint8_t all_nodes[16] = { 0xff, 0x02, [15] = 0x01 };
	struct vrrp_nd n = { .to = { 0x33, 0x33, 0, 0, 0, 0x01 },
	    .source = *source, .target = *vip, .type = VRRP_ND_ADVERT,
	    .destination = addr_from_bytes(AF_INET6, all_nodes),
	    .traffic_class = DSCP_CS6,
	    .flags = ND_FLAG_OVERRIDE | (router ? ND_FLAG_ROUTER : 0) };
	struct cursor_out c;

	memcpy(n.from, mac, 6);
	cursor_out_init(&c, buf, size);
	vrrp_nd_begin(&c, &n);
	vrrp_nd_put_mac(&c, VRRP_ND_OPT_TARGET, mac);
	return vrrp_nd_end(&c, &n);
}

size_t
vrrp_announce_build(const struct addr *vip, const struct addr *source,
    const uint8_t mac[6], int router, uint8_t *buf, size_t size)
{
	switch (vip->family) {
	case AF_INET:
		return build_garp(vip, mac, buf, size);
	case AF_INET6:
		if (source->family != AF_INET6)
			return 0;
		return build_na(vip, source, mac, router, buf, size);
	}
	return 0;
}
