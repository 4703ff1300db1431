/*
 * vrrp_renewal.c - encoding and strict decoding of a renewal.
 *
 * The engine, which faces the network, must not be able to have vrrpd-net do more
 * than let an address that is there stay for a while.
 */
#include "config.h"

#include "vrrpd/pure/vrrp_renewal.h"

#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "shared/pure/cursor.h"

size_t
vrrp_renewal_encode(const struct vrrp_renewal *r, uint8_t *buf, size_t size)
{
	struct cursor_out c;

	if (r->len == 0)
		return 0;
	cursor_out_init(&c, buf, size);
	cursor_put_u32(&c, (uint32_t)((uint64_t)r->wished.ns >> 32));
	cursor_put_u32(&c, (uint32_t)r->wished.ns);
	cursor_put_bytes(&c, r->netlink, r->len);
	return cursor_out_ok(&c) ? c.len : 0;
}

/* The flags of an address message, or 0. */
static uint32_t
flags_in(const uint8_t *attrs, size_t len)
{
	struct rtattr a;
	uint32_t flags = 0;
	size_t size;

	while (len >= sizeof(a)) {
		memcpy(&a, attrs, sizeof(a));
		if (a.rta_len < sizeof(a) || a.rta_len > len)
			return 0;
		if (a.rta_type == IFA_FLAGS &&
		    a.rta_len == RTA_LENGTH(sizeof(flags)))
			memcpy(&flags, attrs + RTA_LENGTH(0), sizeof(flags));
		size = RTA_ALIGN(a.rta_len);
		if (size > len)
			size = len;
		attrs += size;
		len -= size;
	}
	return flags;
}

static bool
is_renewal(const struct nlmsghdr *h, const uint8_t *message)
{
	const size_t head = NLMSG_LENGTH(sizeof(struct ifaddrmsg));

	return h->nlmsg_type == RTM_NEWADDR && h->nlmsg_len >= head &&
	    (h->nlmsg_flags & NLM_F_REPLACE) != 0 &&
	    (h->nlmsg_flags & NLM_F_CREATE) == 0 &&
	    (flags_in(message + head, h->nlmsg_len - head) &
	    IFA_F_MCAUTOJOIN) != 0;
}

bool
vrrp_renewal_decode(const uint8_t *body, size_t len,
    struct vrrp_renewal *out)
{
	struct vrrp_renewal r;
	struct nlmsghdr h;
	struct cursor_in c;
	uint64_t high;
	size_t at, size;

	if (len < VRRP_RENEWAL_MIN)
		return false;
	cursor_in_init(&c, body, len);
	high = cursor_get_u32(&c);
	r.wished.ns = (int64_t)(high << 32 | cursor_get_u32(&c));
	if (r.wished.ns < 0)
		return false;
	r.netlink = body + VRRP_RENEWAL_HEADER;
	r.len = len - VRRP_RENEWAL_HEADER;
	for (at = 0; at < r.len; at += size) {
		if (r.len - at < sizeof(h))
			return false;
		memcpy(&h, r.netlink + at, sizeof(h));
		/* A length near the end of its type would be aligned to 0. */
		if (h.nlmsg_len < sizeof(h) || h.nlmsg_len > r.len - at)
			return false;
		size = NLMSG_ALIGN(h.nlmsg_len);
		if (size > r.len - at ||
		    !is_renewal(&h, r.netlink + at))
			return false;
	}
	*out = r;
	return true;
}

bool
vrrp_renewal_is_late(const struct vrrp_renewal *r, mono_t now)
{
	return mono_sub(now, r->wished) > VRRP_RENEWAL_AGE_NS;
}

size_t
vrrp_renewed_encode(mono_t wished, uint8_t buf[VRRP_RENEWED_BYTES])
{
	struct cursor_out c;

	cursor_out_init(&c, buf, VRRP_RENEWED_BYTES);
	cursor_put_u32(&c, (uint32_t)((uint64_t)wished.ns >> 32));
	cursor_put_u32(&c, (uint32_t)wished.ns);
	return c.len;
}

bool
vrrp_renewed_decode(const uint8_t *body, size_t len, mono_t *wished)
{
	struct cursor_in c;
	uint64_t high;
	int64_t ns;

	if (len != VRRP_RENEWED_BYTES)
		return false;
	cursor_in_init(&c, body, len);
	high = cursor_get_u32(&c);
	ns = (int64_t)(high << 32 | cursor_get_u32(&c));
	if (ns < 0)
		return false;
	wished->ns = ns;
	return true;
}

/* --- the list --- */

/* A list that is full keeps the oldest, which is what is asked for. */
void
vrrp_unanswered_add(struct vrrp_unanswered *u, mono_t wished)
{
	if (u->count == VRRP_UNANSWERED_MAX || (u->count > 0 && mono_sub(wished,
	    u->wished[u->count - 1]) < VRRP_UNANSWERED_STEP_NS))
		return;
	u->wished[u->count++] = wished;
}

void
vrrp_unanswered_answer(struct vrrp_unanswered *u, mono_t wished)
{
	unsigned i = 0;

	while (i < u->count && !mono_before(wished, u->wished[i]))
		i++;
	u->count -= i;
	memmove(u->wished, u->wished + i, u->count * sizeof(u->wished[0]));
}

mono_t
vrrp_unanswered_since(const struct vrrp_unanswered *u)
{
	return u->count == 0 ? MONO_NEVER : u->wished[0];
}

int64_t
vrrp_unanswered_for_ns(const struct vrrp_unanswered *u, mono_t now)
{
	return u->count == 0 ? 0 : mono_sub(now, u->wished[0]);
}
