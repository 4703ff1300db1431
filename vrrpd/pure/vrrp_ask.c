/*
 * vrrp_ask.c - questions to the network: who has this address?
 *
 * Builders and a parser of Ethernet frames; vrrp_watch.c asks and judges.  A
 * checksum of ICMPv6 is not looked at: between two namespaces of one machine the
 * kernel leaves it unfinished, and a network card has looked already.
 */
#include "config.h"

#include <string.h>

#include "shared/pure/cursor.h"
#include "vrrpd/pure/vrrp_ask.h"
#include "vrrpd/pure/vrrp_nd.h"

#define ETHERTYPE_ARP		0x0806
#define ETHERTYPE_IPV4		0x0800
#define ETHERTYPE_IPV6		0x86dd
#define ARP_ETHERNET		1
#define ARP_IPV4		0x0800
#define ARP_REQUEST		1
#define ARP_REPLY		2
#define IPPROTO_IGMP4		2
#define IPPROTO_ICMP6		58
#define ND_OPT_NONCE		14
#define ND_MESSAGE_LEN		24	/* up to the options */

static const uint8_t broadcast[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
static const uint8_t no_mac[6];

static size_t
build_arp(const struct addr *target, const uint8_t *to,
    const struct addr *source, const uint8_t mac[6], const uint8_t *sign,
    uint8_t *buf, size_t size)
{
	struct cursor_out c;

	cursor_out_init(&c, buf, size);
	cursor_put_bytes(&c, to != NULL ? to : broadcast, 6);
	cursor_put_bytes(&c, mac, 6);
	cursor_put_u16(&c, ETHERTYPE_ARP);
	cursor_put_u16(&c, ARP_ETHERNET);
	cursor_put_u16(&c, ARP_IPV4);
	cursor_put_u8(&c, 6);
	cursor_put_u8(&c, 4);
	cursor_put_u16(&c, ARP_REQUEST);
	cursor_put_bytes(&c, mac, 6);
	if (source != NULL)
		cursor_put_bytes(&c, source->bytes, 4);
	else
		cursor_put_zeros(&c, 4);
	cursor_put_bytes(&c, sign != NULL ? sign : no_mac, 6);
	cursor_put_bytes(&c, target->bytes, 4);
	return cursor_out_ok(&c) ? c.len : 0;
}

/* The group of all hosts whose address ends like this one (RFC 4291 2.7.1). */
static struct addr
solicited_node(const struct addr *target)
{
	uint8_t bytes[16] = { 0xff, 0x02, [11] = 0x01, [12] = 0xff };

	memcpy(bytes + 13, target->bytes + 13, 3);
	return addr_from_bytes(AF_INET6, bytes);
}

static size_t
build_solicit(const struct addr *target, const uint8_t *to,
    const struct addr *source, const uint8_t mac[6], const uint8_t *sign,
    uint8_t *buf, size_t size)
{
	const uint8_t group_mac[6] = { 0x33, 0x33, 0xff, target->bytes[13],
	    target->bytes[14], target->bytes[15] };
	struct vrrp_nd n = { .source = *source, .target = *target,
	    .type = VRRP_ND_SOLICIT,
	    .destination = to != NULL ? *target : solicited_node(target) };
	struct cursor_out c;

	memcpy(n.to, to != NULL ? to : group_mac, 6);
	memcpy(n.from, mac, 6);
	cursor_out_init(&c, buf, size);
	vrrp_nd_begin(&c, &n);
	vrrp_nd_put_mac(&c, VRRP_ND_OPT_SOURCE, mac);
	if (sign != NULL)
		vrrp_nd_put_mac(&c, ND_OPT_NONCE, sign);
	return vrrp_nd_end(&c, &n);
}

/* Of the virtual MAC, 00-00-5E-00-01-VRID and 02 for IPv6 (RFC 9568 7.3). */
static uint8_t
fifth_byte(uint8_t family, bool active)
{
	return (family == AF_INET6) == active ? 0x02 : 0x01;
}

size_t
vrrp_ask_build(const struct addr *target, const struct addr *source,
    const uint8_t mac[6], uint8_t vrid, bool active, uint8_t *buf, size_t size)
{
	const uint8_t sign[6] = { 0x00, 0x00, 0x5e, 0x00,
	    fifth_byte(target->family, active), vrid };

	if (source->family != target->family)
		return 0;
	switch (target->family) {
	case AF_INET:
		return build_arp(target, NULL, source, mac, sign, buf, size);
	case AF_INET6:
		return build_solicit(target, NULL, source, mac, sign, buf,
		    size);
	}
	return 0;
}

size_t
vrrp_ask_build_trial(const struct addr *partner, const uint8_t *partner_mac,
    const struct addr *source, const uint8_t mac[6], uint8_t *buf, size_t size)
{
	switch (partner->family) {
	case AF_INET:
		return build_arp(partner, partner_mac, NULL, mac, NULL, buf,
		    size);
	case AF_INET6:
		if (source->family != AF_INET6)
			return 0;
		return build_solicit(partner, partner_mac, source, mac, NULL,
		    buf, size);
	}
	return 0;
}

struct addr
vrrp_ask_source_of(const uint8_t mac[6])
{
	const uint8_t bytes[16] = { 0xfe, 0x80, [8] = mac[0] ^ 0x02, mac[1],
	    mac[2], 0xff, 0xfe, mac[3], mac[4], mac[5] };

	return addr_from_bytes(AF_INET6, bytes);
}

/* --- hearing --- */

static bool
take_sign(const uint8_t mac[6], uint8_t family, struct vrrp_ask_heard *out)
{
	static const uint8_t prefix[4] = { 0x00, 0x00, 0x5e, 0x00 };

	if (memcmp(mac, prefix, sizeof(prefix)) != 0 || mac[5] == 0 ||
	    (mac[4] != 0x01 && mac[4] != 0x02))
		return false;
	out->vrid = mac[5];
	out->active = mac[4] == fifth_byte(family, true);
	return true;
}

static bool
is_no_backups(struct cursor_in *c, uint16_t type, struct vrrp_ask_virtual *out)
{
	struct addr trial = vrrp_ask_source_of(out->mac);
	const uint8_t *head, *source;
	size_t at;

	switch (type) {
	case ETHERTYPE_ARP:
		at = 14;
		break;
	case ETHERTYPE_IPV4:
		at = 12;
		break;
	case ETHERTYPE_IPV6:
		at = 8;
		break;
	default:
		return true;
	}
	head = cursor_get_bytes(c, at);
	source = cursor_get_bytes(c, type == ETHERTYPE_IPV6 ? 16 : 4);
	if (head == NULL || source == NULL)
		return false;
	out->source = addr_from_bytes(type == ETHERTYPE_IPV6 ? AF_INET6 :
	    AF_INET, source);
	if (type == ETHERTYPE_IPV4)
		return head[9] != IPPROTO_IGMP4;
	if (type == ETHERTYPE_IPV6 && (head[6] == 0 ||
	    addr_equal(&out->source, &trial)))
		return false;
	return !addr_is_unspecified(&out->source);
}

bool
vrrp_ask_parse_virtual(const uint8_t *frame, size_t len,
    struct vrrp_ask_virtual *out)
{
	struct vrrp_ask_heard sign = { .vrid = 0 };
	struct cursor_in c;
	uint16_t type;

	memset(out, 0, sizeof(*out));
	cursor_in_init(&c, frame, len);
	(void)cursor_get_bytes(&c, 6);
	(void)cursor_get_bytes(&c, 6);
	type = cursor_get_u16(&c);
	if (!cursor_in_ok(&c) || !take_sign(frame + 6, AF_INET, &sign))
		return false;
	out->vrid = sign.vrid;
	out->family = sign.active ? AF_INET : AF_INET6;
	memcpy(out->mac, frame + 6, sizeof(out->mac));
	return is_no_backups(&c, type, out);
}

static bool
parse_arp(struct cursor_in *c, struct vrrp_ask_heard *out)
{
	const uint8_t *sha, *spa, *tha, *tpa;
	uint16_t operation;
	struct addr target;

	if (cursor_get_u16(c) != ARP_ETHERNET ||
	    cursor_get_u16(c) != ARP_IPV4 || cursor_get_u8(c) != 6 ||
	    cursor_get_u8(c) != 4)
		return false;
	operation = cursor_get_u16(c);
	sha = cursor_get_bytes(c, 6);
	spa = cursor_get_bytes(c, 4);
	tha = cursor_get_bytes(c, 6);
	tpa = cursor_get_bytes(c, 4);
	if (!cursor_in_ok(c) ||
	    (operation != ARP_REQUEST && operation != ARP_REPLY))
		return false;
	memcpy(out->mac, sha, 6);
	out->source = addr_from_bytes(AF_INET, spa);
	target = addr_from_bytes(AF_INET, tpa);
	if (operation == ARP_REQUEST && !addr_equal(&out->source, &target) &&
	    take_sign(tha, AF_INET, out)) {
		out->what = VRRP_ASK_SIGNED;
		out->address = target;
		return addr_is_host(&out->source);
	}
	if (operation == ARP_REQUEST && !addr_equal(&out->source, &target))
		out->asked = target;
	out->what = operation == ARP_REPLY && addr_is_unspecified(&target) ?
	    VRRP_ASK_ANSWER : VRRP_ASK_CLAIM;
	out->address = out->source;
	if (out->what == VRRP_ASK_CLAIM)
		memset(&out->source, 0, sizeof(out->source));
	return addr_is_host(&out->address);
}

static bool
parse_options(struct cursor_in *c, uint8_t type, struct vrrp_ask_heard *out)
{
	const uint8_t *value;
	bool is_signed = false;
	uint8_t kind, units;

	while (c->left > 0) {
		kind = cursor_get_u8(c);
		units = cursor_get_u8(c);
		if (units == 0)
			return false;
		value = cursor_get_bytes(c, units * 8u - 2);
		if (value == NULL)
			return false;
		if (units != 1)
			continue;
		if (kind == (type == VRRP_ND_ADVERT ? VRRP_ND_OPT_TARGET :
		    VRRP_ND_OPT_SOURCE))
			memcpy(out->mac, value, 6);
		else if (type == VRRP_ND_SOLICIT && kind == ND_OPT_NONCE &&
		    take_sign(value, AF_INET6, out))
			is_signed = true;
	}
	out->what = is_signed ? VRRP_ASK_SIGNED : VRRP_ASK_CLAIM;
	if (type == VRRP_ND_SOLICIT && !is_signed) {
		out->what = VRRP_ASK_ASKED;
		out->asked = out->address;
		out->address = out->source;
	}
	return true;
}

static bool
parse_nd(struct cursor_in *c, struct vrrp_ask_heard *out)
{
	const uint8_t *source, *target;
	struct cursor_in message;
	uint16_t len;
	uint8_t type;

	if (cursor_get_u32(c) >> 28 != 6)
		return false;
	len = cursor_get_u16(c);
	if (cursor_get_u8(c) != IPPROTO_ICMP6 ||
	    cursor_get_u8(c) != VRRP_ND_HOP_LIMIT)
		return false;
	source = cursor_get_bytes(c, 16);
	(void)cursor_get_bytes(c, 16);
	if (!cursor_in_ok(c) || len < ND_MESSAGE_LEN || len > c->left)
		return false;
	cursor_in_init(&message, c->at, len);	/* without padding */
	type = cursor_get_u8(&message);
	if ((type != VRRP_ND_SOLICIT && type != VRRP_ND_ADVERT) ||
	    cursor_get_u8(&message) != 0)
		return false;
	(void)cursor_get_u16(&message);
	(void)cursor_get_u32(&message);
	target = cursor_get_bytes(&message, 16);
	out->source = addr_from_bytes(AF_INET6, source);
	out->address = addr_from_bytes(AF_INET6, target);
	memcpy(out->mac, out->ether_source, 6);
	return addr_is_host(&out->address) && addr_is_host(&out->source) &&
	    parse_options(&message, type, out);
}

bool
vrrp_ask_parse(const uint8_t *frame, size_t len, struct vrrp_ask_heard *out)
{
	const uint8_t *to, *from;
	struct cursor_in c;
	uint16_t type;

	memset(out, 0, sizeof(*out));
	cursor_in_init(&c, frame, len);
	to = cursor_get_bytes(&c, 6);
	from = cursor_get_bytes(&c, 6);
	type = cursor_get_u16(&c);
	if (!cursor_in_ok(&c))
		return false;
	memcpy(out->to, to, 6);
	memcpy(out->ether_source, from, 6);
	switch (type) {
	case ETHERTYPE_ARP:
		return parse_arp(&c, out);
	case ETHERTYPE_IPV6:
		return parse_nd(&c, out);
	}
	return false;
}
