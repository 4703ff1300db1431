/*
 * vrrp_nd.c - frames of Neighbor Discovery (RFC 4861), to be sent.
 *
 * One frame begins where its cursor does.
 */
#include "config.h"

#include "vrrpd/pure/vrrp_nd.h"

#include "shared/pure/csum.h"

#define ETHERTYPE_IPV6		0x86dd
#define IPPROTO_ICMP6		58
#define AT_LENGTH		18	/* in the frame: of the payload */
#define AT_MESSAGE		54
#define AT_CHECKSUM		(AT_MESSAGE + 2)

void
vrrp_nd_begin(struct cursor_out *c, const struct vrrp_nd *n)
{
	cursor_put_bytes(c, n->to, 6);
	cursor_put_bytes(c, n->from, 6);
	cursor_put_u16(c, ETHERTYPE_IPV6);
	cursor_put_u32(c, UINT32_C(6) << 28 |
	    (uint32_t)n->traffic_class << 20);
	cursor_put_u16(c, 0);				/* length */
	cursor_put_u8(c, IPPROTO_ICMP6);
	cursor_put_u8(c, VRRP_ND_HOP_LIMIT);
	cursor_put_bytes(c, n->source.bytes, 16);
	cursor_put_bytes(c, n->destination.bytes, 16);
	cursor_put_u8(c, n->type);
	cursor_put_u8(c, 0);
	cursor_put_u16(c, 0);				/* checksum */
	cursor_put_u32(c, n->flags);
	cursor_put_bytes(c, n->target.bytes, 16);
}

void
vrrp_nd_put_mac(struct cursor_out *c, uint8_t option, const uint8_t mac[6])
{
	cursor_put_u8(c, option);
	cursor_put_u8(c, 1);				/* 8 bytes */
	cursor_put_bytes(c, mac, 6);
}

static void
put_at(struct cursor_out *c, size_t at, uint16_t value)
{
	c->start[at] = (uint8_t)(value >> 8);
	c->start[at + 1] = (uint8_t)value;
}

size_t
vrrp_nd_end(struct cursor_out *c, const struct vrrp_nd *n)
{
	uint16_t len;

	if (!cursor_out_ok(c))
		return 0;
	len = (uint16_t)(c->len - AT_MESSAGE);
	put_at(c, AT_LENGTH, len);
	put_at(c, AT_CHECKSUM, csum_finish(csum_add_pseudo(csum_add(0,
	    c->start + AT_MESSAGE, len), &n->source, &n->destination,
	    IPPROTO_ICMP6, len)));
	return c->len;
}
