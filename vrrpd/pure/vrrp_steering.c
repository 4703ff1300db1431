/*
 * vrrp_steering.c - encoding and strict decoding of rules and routes.
 *
 * The engine, which faces the network, must not be able to have vrrpd-net do more to
 * the routes of the host than what concerns the tables of our devices.
 */
#include "config.h"

#include "vrrpd/pure/vrrp_steering.h"

#include <linux/fib_rules.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "shared/pure/cursor.h"

#define ERRNO_MAX	4095	/* of the kernel */

size_t
vrrp_steering_encode(const struct vrrp_steering *s, uint8_t *buf, size_t size)
{
	struct cursor_out c;

	if (s->len == 0)
		return 0;
	cursor_out_init(&c, buf, size);
	cursor_put_u32(&c, s->number);
	cursor_put_bytes(&c, s->netlink, s->len);
	return cursor_out_ok(&c) ? c.len : 0;
}

/* The number in the one attribute of this type; false: there is not one. */
static bool
number_in(const uint8_t *attrs, size_t len, unsigned type, uint32_t *out)
{
	unsigned found = 0;
	struct rtattr a;
	size_t size;

	while (len >= sizeof(a)) {
		memcpy(&a, attrs, sizeof(a));
		if (a.rta_len < sizeof(a) || a.rta_len > len)
			return false;
		if (a.rta_type == type && a.rta_len == RTA_LENGTH(sizeof(*out))) {
			memcpy(out, attrs + RTA_LENGTH(0), sizeof(*out));
			found++;
		} else if (a.rta_type == type)
			return false;
		size = RTA_ALIGN(a.rta_len);
		if (size > len)
			size = len;
		attrs += size;
		len -= size;
	}
	return found == 1;
}

static bool
is_our_table(const uint8_t *attrs, size_t len, unsigned type)
{
	uint32_t table;

	return number_in(attrs, len, type, &table) &&
	    table - VRRP_STEERING_TABLE < VRRP_STEERING_TABLES;
}

static bool
is_rule(const struct nlmsghdr *h, const uint8_t *message)
{
	const size_t head = NLMSG_LENGTH(sizeof(struct fib_rule_hdr));
	const uint8_t *attrs = message + head;
	struct fib_rule_hdr r;
	uint32_t priority;
	size_t len;

	if (h->nlmsg_len < head)
		return false;
	len = h->nlmsg_len - head;
	memcpy(&r, message + NLMSG_HDRLEN, sizeof(r));
	return r.action == FR_ACT_TO_TBL && r.dst_len == 0 &&
	    ((r.family == AF_INET && r.src_len == 32) ||
	    (r.family == AF_INET6 && r.src_len == 128)) &&
	    number_in(attrs, len, FRA_PRIORITY, &priority) &&
	    priority == VRRP_STEERING_PRIORITY &&
	    (h->nlmsg_type == RTM_DELRULE ||
	    is_our_table(attrs, len, FRA_TABLE));
}

static bool
is_route(const struct nlmsghdr *h, const uint8_t *message)
{
	const size_t head = NLMSG_LENGTH(sizeof(struct rtmsg));
	struct rtmsg r;

	if (h->nlmsg_len < head)
		return false;
	memcpy(&r, message + NLMSG_HDRLEN, sizeof(r));
	return (r.rtm_family == AF_INET || r.rtm_family == AF_INET6) &&
	    is_our_table(message + head, h->nlmsg_len - head, RTA_TABLE);
}

static bool
is_steering(const struct nlmsghdr *h, const uint8_t *message)
{
	switch (h->nlmsg_type) {
	case RTM_NEWRULE:
	case RTM_DELRULE:
		return is_rule(h, message);
	case RTM_NEWROUTE:
	case RTM_DELROUTE:
		return is_route(h, message);
	default:
		return false;
	}
}

bool
vrrp_steering_decode(const uint8_t *body, size_t len,
    struct vrrp_steering *out)
{
	struct vrrp_steering s;
	struct nlmsghdr h;
	struct cursor_in c;
	size_t at, size;

	if (len < VRRP_STEERING_MIN)
		return false;
	cursor_in_init(&c, body, len);
	s.number = cursor_get_u32(&c);
	if (s.number == 0)
		return false;
	s.netlink = body + VRRP_STEERING_HEADER;
	s.len = len - VRRP_STEERING_HEADER;
	for (at = 0; at < s.len; at += size) {
		if (s.len - at < sizeof(h))
			return false;
		memcpy(&h, s.netlink + at, sizeof(h));
		/* A length near the end of its type would be aligned to 0. */
		if (h.nlmsg_len < sizeof(h) || h.nlmsg_len > s.len - at)
			return false;
		size = NLMSG_ALIGN(h.nlmsg_len);
		if (size > s.len - at ||
		    !is_steering(&h, s.netlink + at))
			return false;
	}
	*out = s;
	return true;
}

size_t
vrrp_steered_encode(uint32_t number, int error,
    uint8_t buf[VRRP_STEERED_BYTES])
{
	struct cursor_out c;

	cursor_out_init(&c, buf, VRRP_STEERED_BYTES);
	cursor_put_u32(&c, number);
	cursor_put_u32(&c, (uint32_t)-error);
	return c.len;
}

bool
vrrp_steered_decode(const uint8_t *body, size_t len, uint32_t *number,
    int *error)
{
	uint32_t n, e;
	struct cursor_in c;

	cursor_in_init(&c, body, len);
	n = cursor_get_u32(&c);
	e = cursor_get_u32(&c);
	if (!cursor_in_ok(&c) || c.left != 0 || n == 0 || e > ERRNO_MAX)
		return false;
	*number = n;
	*error = -(int)e;
	return true;
}
