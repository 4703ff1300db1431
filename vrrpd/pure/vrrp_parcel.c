/*
 * vrrp_parcel.c - bytes that are longer than a message, piece by piece.  PURE.
 */
#include "config.h"

#include "vrrpd/pure/vrrp_parcel.h"

#include "shared/pure/cursor.h"

size_t
vrrp_piece_encode(uint32_t number, const uint8_t *whole, size_t total,
    size_t at, uint8_t *buf)
{
	size_t len = total - at;
	struct cursor_out c;

	if (len > VRRP_PARCEL_PIECE)
		len = VRRP_PARCEL_PIECE;
	cursor_out_init(&c, buf, VRRP_PARCEL_HEADER + VRRP_PARCEL_PIECE);
	cursor_put_u32(&c, number);
	cursor_put_u32(&c, (uint32_t)total);
	cursor_put_u32(&c, (uint32_t)at);
	cursor_put_bytes(&c, whole + at, len);
	return c.len;
}

bool
vrrp_piece_decode(const uint8_t *body, size_t len, struct vrrp_piece *out)
{
	struct vrrp_piece p;
	struct cursor_in c;

	cursor_in_init(&c, body, len);
	p.number = cursor_get_u32(&c);
	p.total = cursor_get_u32(&c);
	p.at = cursor_get_u32(&c);
	p.len = c.left;
	p.bytes = c.at;
	if (!cursor_in_ok(&c) || p.len == 0 || p.total > VRRP_PARCEL_MAX ||
	    p.at >= p.total || p.len > p.total - p.at)
		return false;
	*out = p;
	return true;
}
