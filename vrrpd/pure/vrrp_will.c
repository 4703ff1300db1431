/*
 * vrrp_will.c - encoding and strict decoding of a last will.
 *
 * The monitor decodes a will when it arrives, from an engine that is well, and
 * trusts nothing of it.  An engine gone mad must not be able to have the monitor
 * do more than a withdrawal: of netlink only the removal of addresses, the
 * setting of a device's mode and of its queue, and the removal of routes and
 * rules that carry our mark.
 */
#include "config.h"

#include "vrrpd/pure/vrrp_will.h"

#include <linux/fib_rules.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "shared/pure/cursor.h"

/* --- to bytes --- */

static void
put_addr(struct cursor_out *c, const struct addr *a)
{
	cursor_put_bytes(c, a->bytes, addr_len(a->family));
}

static bool
put_frame(struct cursor_out *c, const struct vrrp_will_frame *f)
{
	cursor_put_u32(c, (uint32_t)f->ifindex);
	cursor_put_u8(c, addr_is_set(&f->source) ? f->source.family : 0);
	if (addr_is_set(&f->source)) {
		put_addr(c, &f->source);
		put_addr(c, &f->destination);
	}
	cursor_put_u16(c, (uint16_t)f->len);
	cursor_put_bytes(c, f->bytes, f->len);
	return cursor_out_ok(c);
}

size_t
vrrp_will_encode(const struct vrrp_will *w, uint8_t *buf, size_t size)
{
	struct cursor_out c, before;
	size_t name = strnlen(w->name, sizeof(w->name) - 1), count_at;
	unsigned i;

	cursor_out_init(&c, buf, size);
	cursor_put_u8(&c, (uint8_t)name);
	cursor_put_bytes(&c, w->name, name);
	cursor_put_u8(&c, w->flags);
	cursor_put_u32(&c, (uint32_t)w->netlink_len);
	cursor_put_bytes(&c, w->netlink, w->netlink_len);
	count_at = c.len;
	cursor_put_u8(&c, 0);
	if (!cursor_out_ok(&c))
		return 0;
	for (i = 0; i < w->frame_count && i < VRRP_WILL_FRAMES_MAX; i++) {
		before = c;
		if (w->frames[i].len > UINT16_MAX ||
		    !put_frame(&c, &w->frames[i])) {
			c = before;
			break;
		}
	}
	buf[count_at] = (uint8_t)i;
	return c.len;
}

/* --- from bytes --- */

/* A message about a route or a rule: is it one of ours?  The kernel looks, too. */
static bool
is_marked(const uint8_t *message, const struct nlmsghdr *h)
{
	struct rtmsg r;
	struct nlattr a;
	size_t at = NLMSG_LENGTH(sizeof(struct fib_rule_hdr));

	if (h->nlmsg_type == RTM_DELROUTE) {
		if (h->nlmsg_len < NLMSG_LENGTH(sizeof(r)))
			return false;
		memcpy(&r, message + NLMSG_HDRLEN, sizeof(r));
		return r.rtm_protocol == VRRP_WILL_PROTOCOL;
	}
	for (; at + NLA_HDRLEN < h->nlmsg_len; at += NLA_ALIGN(a.nla_len)) {
		memcpy(&a, message + at, sizeof(a));
		if (a.nla_len < NLA_HDRLEN || a.nla_len > h->nlmsg_len - at)
			return false;
		if (a.nla_type == FRA_PROTOCOL)
			return a.nla_len == NLA_HDRLEN + 1 &&
			    message[at + NLA_HDRLEN] == VRRP_WILL_PROTOCOL;
	}
	return false;
}

/* Whole messages that take something away, and nothing after them. */
static bool
is_withdrawal(const uint8_t *bytes, size_t len)
{
	struct nlmsghdr h;
	size_t size;

	while (len > 0) {
		if (len < sizeof(h))
			return false;
		memcpy(&h, bytes, sizeof(h));
		if (h.nlmsg_len < sizeof(h) || h.nlmsg_len > len)
			return false;
		if (h.nlmsg_type == RTM_DELROUTE ||
		    h.nlmsg_type == RTM_DELRULE) {
			if (!is_marked(bytes, &h))
				return false;
		} else if (h.nlmsg_type != RTM_DELADDR &&
		    h.nlmsg_type != RTM_NEWLINK &&
		    h.nlmsg_type != RTM_NEWQDISC)
			return false;
		/* A device must exist: nothing is made anew. */
		if (h.nlmsg_type == RTM_NEWLINK &&
		    (h.nlmsg_flags & NLM_F_CREATE))
			return false;
		size = NLMSG_ALIGN(h.nlmsg_len);
		if (size > len)
			return false;
		bytes += size;
		len -= size;
	}
	return true;
}

static bool
get_frame(struct cursor_in *c, struct vrrp_will_frame *f)
{
	const uint8_t *source = NULL, *destination = NULL;
	uint32_t ifindex = cursor_get_u32(c);
	uint8_t family = cursor_get_u8(c);

	memset(f, 0, sizeof(*f));
	if (family != 0 && family != AF_INET && family != AF_INET6)
		return false;
	if (family != 0) {
		source = cursor_get_bytes(c, addr_len(family));
		destination = cursor_get_bytes(c, addr_len(family));
	}
	f->len = cursor_get_u16(c);
	f->bytes = cursor_get_bytes(c, f->len);
	if (!cursor_in_ok(c) || ifindex == 0 || ifindex > INT32_MAX)
		return false;
	if (family == 0 ? f->len < VRRP_WILL_FRAME_MIN : f->len == 0)
		return false;
	f->ifindex = (int)ifindex;
	if (family != 0) {
		f->source = addr_from_bytes(family, source);
		f->destination = addr_from_bytes(family, destination);
	}
	return true;
}

static bool
get_name(struct cursor_in *c, char name[VRRP_WILL_NAME_MAX])
{
	size_t len = cursor_get_u8(c);
	const uint8_t *bytes = cursor_get_bytes(c, len);

	if (!cursor_in_ok(c) || len == 0 || len >= VRRP_WILL_NAME_MAX ||
	    memchr(bytes, '\0', len) != NULL)
		return false;
	memcpy(name, bytes, len);
	name[len] = '\0';
	return true;
}

bool
vrrp_will_name(const uint8_t *buf, size_t len, char name[VRRP_WILL_NAME_MAX])
{
	struct cursor_in c;

	cursor_in_init(&c, buf, len);
	return get_name(&c, name);
}

bool
vrrp_will_decode(const uint8_t *buf, size_t len, struct vrrp_will *out)
{
	struct cursor_in c;
	unsigned i;

	cursor_in_init(&c, buf, len);
	if (!get_name(&c, out->name))
		return false;
	out->flags = cursor_get_u8(&c);
	out->netlink_len = cursor_get_u32(&c);
	out->netlink = cursor_get_bytes(&c, out->netlink_len);
	out->frame_count = cursor_get_u8(&c);
	if (!cursor_in_ok(&c) || (out->flags & ~VRRP_WILL_FLAGS) != 0 ||
	    out->frame_count > VRRP_WILL_FRAMES_MAX ||
	    !is_withdrawal(out->netlink, out->netlink_len))
		return false;
	for (i = 0; i < out->frame_count; i++)
		if (!get_frame(&c, &out->frames[i]))
			return false;
	return c.left == 0;
}
