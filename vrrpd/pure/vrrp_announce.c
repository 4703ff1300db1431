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

#include "shared/pure/csum.h"
#include "shared/pure/cursor.h"
#include "vrrpd/pure/vrrp_announce.h"

#define ETHERTYPE_ARP		0x0806
#define ETHERTYPE_IPV6		0x86dd
#define ARP_ETHERNET		1
#define ARP_IPV4		0x0800
#define ARP_REQUEST		1
#define IPPROTO_ICMP6		58
#define ND_NEIGHBOR_ADVERT_TYPE	136
#define ND_FLAG_ROUTER		UINT32_C(0x80000000)
#define ND_FLAG_OVERRIDE	UINT32_C(0x20000000)
#define ND_OPT_TARGET_LLADDR	2
#define ND_HOP_LIMIT		255
#define NA_LEN			32
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
	static const uint8_t all_nodes_mac[6] = { 0x33, 0x33, 0, 0, 0, 0x01 };
	static const uint8_t all_nodes_bytes[16] = { 0xff, 0x02, [15] = 0x01 };
	struct addr all_nodes = addr_from_bytes(AF_INET6, all_nodes_bytes);
	struct cursor_out c;
	uint8_t *icmp;
	uint16_t checksum;

	cursor_out_init(&c, buf, size);
	cursor_put_bytes(&c, all_nodes_mac, 6);
	cursor_put_bytes(&c, mac, 6);
	cursor_put_u16(&c, ETHERTYPE_IPV6);
	cursor_put_u32(&c, UINT32_C(6) << 28 | (uint32_t)DSCP_CS6 << 20);
	cursor_put_u16(&c, NA_LEN);
	cursor_put_u8(&c, IPPROTO_ICMP6);
	cursor_put_u8(&c, ND_HOP_LIMIT);
	cursor_put_bytes(&c, source->bytes, 16);
	cursor_put_bytes(&c, all_nodes.bytes, 16);
	icmp = c.start + c.len;
	cursor_put_u8(&c, ND_NEIGHBOR_ADVERT_TYPE);
	cursor_put_u8(&c, 0);
	cursor_put_u16(&c, 0);				/* checksum */
	cursor_put_u32(&c, ND_FLAG_OVERRIDE | (router ? ND_FLAG_ROUTER : 0));
	cursor_put_bytes(&c, vip->bytes, 16);
	cursor_put_u8(&c, ND_OPT_TARGET_LLADDR);
	cursor_put_u8(&c, 1);				/* 8 bytes */
	cursor_put_bytes(&c, mac, 6);
	if (!cursor_out_ok(&c))
		return 0;
	checksum = csum_finish(csum_add_pseudo(csum_add(0, icmp, NA_LEN),
	    source, &all_nodes, IPPROTO_ICMP6, NA_LEN));
	icmp[2] = (uint8_t)(checksum >> 8);
	icmp[3] = (uint8_t)checksum;
	return c.len;
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
