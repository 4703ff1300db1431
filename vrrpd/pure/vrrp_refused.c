/*
 * vrrp_refused.c - counts of refused messages, and their codec.  PURE.
 *
 * way u8, type of the last u8, why u8, count u64, time u64; the 64 bits as two
 * u32 in network order.
 */
#include "config.h"

#include "vrrpd/pure/vrrp_refused.h"

#include "shared/pure/cursor.h"

void
vrrp_refused_note(struct vrrp_refused *r, unsigned type,
    enum vrrp_refusal why, int64_t real_ns)
{
	r->count++;
	r->type = type < VRRP_MSG_COUNT ? (enum vrrp_message)type :
	    VRRP_MSG_NONE;
	r->why = why;
	r->real_ns = real_ns;
}

static void
put_64(struct cursor_out *c, uint64_t v)
{
	cursor_put_u32(c, (uint32_t)(v >> 32));
	cursor_put_u32(c, (uint32_t)v);
}

static uint64_t
get_64(struct cursor_in *c)
{
	uint64_t high = cursor_get_u32(c);

	return high << 32 | cursor_get_u32(c);
}

size_t
vrrp_refused_encode(enum vrrp_way way, const struct vrrp_refused *r,
    uint8_t buf[VRRP_REFUSED_BYTES])
{
	struct cursor_out c;

	cursor_out_init(&c, buf, VRRP_REFUSED_BYTES);
	cursor_put_u8(&c, (uint8_t)way);
	cursor_put_u8(&c, (uint8_t)r->type);
	cursor_put_u8(&c, (uint8_t)r->why);
	put_64(&c, r->count);
	put_64(&c, (uint64_t)r->real_ns);
	return c.len;
}

bool
vrrp_refused_decode(const uint8_t *body, size_t len, enum vrrp_way *way,
    struct vrrp_refused *out)
{
	struct vrrp_refused r;
	struct cursor_in c;
	uint8_t from, type, why;
	uint64_t when;

	cursor_in_init(&c, body, len);
	from = cursor_get_u8(&c);
	type = cursor_get_u8(&c);
	why = cursor_get_u8(&c);
	r.count = get_64(&c);
	when = get_64(&c);
	if (!cursor_in_ok(&c) || c.left != 0 || from >= VRRP_WAY_COUNT ||
	    type >= VRRP_MSG_COUNT || why == VRRP_REFUSAL_NONE ||
	    why >= VRRP_REFUSAL_COUNT || r.count == 0 || when > INT64_MAX)
		return false;
	r.type = (enum vrrp_message)type;
	r.why = (enum vrrp_refusal)why;
	r.real_ns = (int64_t)when;
	*way = (enum vrrp_way)from;
	*out = r;
	return true;
}
