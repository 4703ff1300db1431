/*
 * vrrp_probation.c - which configuration is in force, and whether it is to stay.  PURE.
 */
#include "config.h"

#include "vrrpd/pure/vrrp_probation.h"

#include <string.h>

#include "shared/pure/cursor.h"

static void
put_ns(struct cursor_out *c, int64_t ns)
{
	cursor_put_u32(c, (uint32_t)((uint64_t)ns >> 32));
	cursor_put_u32(c, (uint32_t)ns);
}

static int64_t
get_ns(struct cursor_in *c)
{
	uint64_t high = cursor_get_u32(c);

	return (int64_t)(high << 32 | cursor_get_u32(c));
}

size_t
vrrp_reloaded_encode(const struct vrrp_reloaded *r, uint8_t *buf)
{
	struct cursor_out c;

	cursor_out_init(&c, buf, VRRP_RELOADED_BYTES);
	cursor_put_u8(&c, r->needs);
	cursor_put_u32(&c, r->number);
	put_ns(&c, r->trial_ns);
	return c.len;
}

bool
vrrp_reloaded_decode(const uint8_t *buf, size_t len, struct vrrp_reloaded *out)
{
	struct vrrp_reloaded r = { 0 };
	struct cursor_in c;

	cursor_in_init(&c, buf, len);
	r.needs = cursor_get_u8(&c);
	r.number = cursor_get_u32(&c);
	r.trial_ns = get_ns(&c);
	if (!cursor_in_ok(&c) || c.left > 0 || (r.trial_ns != 0 &&
	    (r.number == VRRP_READ_BACK || r.trial_ns < VRRP_PROBATION_MIN_NS ||
	    r.trial_ns > VRRP_PROBATION_MAX_NS)))
		return false;
	*out = r;
	return true;
}

size_t
vrrp_probation_encode(const struct vrrp_probation *t, uint8_t *buf)
{
	struct cursor_out c;

	cursor_out_init(&c, buf, VRRP_PROBATION_BYTES);
	cursor_put_u8(&c, t->pending);
	cursor_put_u32(&c, t->number);
	put_ns(&c, t->until.ns);
	return c.len;
}

bool
vrrp_probation_decode(const uint8_t *buf, size_t len, struct vrrp_probation *out)
{
	struct cursor_in c;
	uint32_t number;
	uint8_t pending;
	int64_t ns;

	cursor_in_init(&c, buf, len);
	pending = cursor_get_u8(&c);
	number = cursor_get_u32(&c);
	ns = get_ns(&c);
	if (!cursor_in_ok(&c) || c.left > 0 || pending > 1 || ns < 0 ||
	    (pending == 0 && ns != 0))
		return false;
	out->pending = pending == 1;
	out->number = number;
	out->until = (mono_t){ ns };
	return true;
}

size_t
vrrp_unread_encode(const struct vrrp_unread *u, uint8_t *buf)
{
	struct cursor_out c;

	cursor_out_init(&c, buf, VRRP_UNREAD_BYTES_MAX);
	cursor_put_u32(&c, u->number);
	cursor_put_bytes(&c, u->why, strlen(u->why));
	return c.len;
}

bool
vrrp_unread_decode(const uint8_t *buf, size_t len, struct vrrp_unread *out)
{
	struct cursor_in c;
	const uint8_t *why;
	uint32_t number;
	size_t n;

	cursor_in_init(&c, buf, len);
	number = cursor_get_u32(&c);
	n = c.left;
	why = cursor_get_bytes(&c, n);
	if (!cursor_in_ok(&c) || n == 0 || n >= sizeof(out->why) ||
	    memchr(why, '\0', n) != NULL)
		return false;
	memset(out, 0, sizeof(*out));
	out->number = number;
	memcpy(out->why, why, n);
	return true;
}
