/*
 * vrrp_wire.c - the VRRP codec.
 *
 * Decoding has two steps with one subject each.  vrrp_wire_packet() reads the
 * network header: everything it refuses is "not-vrrp", because nothing can be
 * said about a message that is not wholly there (V-7; fragments are refused,
 * an advert that needs them was never sent by a VRRP router).  The checks of
 * RFC 9568 §7.1 are vrrp_wire_parse()'s, in the order of V-52, so that the
 * address list is not touched before its length is known.
 *
 * Version 2 (RFC 3768) differs in three ways: 8 bytes of authentication data
 * always follow the list and are under the checksum (V-120, V-121), the
 * interval is in seconds, and there is no IPv6.
 *
 * Checksums of version 3 over IPv4 exist in two forms in the field (V-13).
 * They differ by a constant, the sum of the pseudo-header, so both are tried;
 * which one held is reported and the policy is the caller's.  Where bytes
 * follow the list inside the IP length (V-8: trailers of other makers), the
 * sum may cover them or not: RFC 9568 §5.2.8 says "the entire VRRP message"
 * and does not know trailers.
 */
#include "config.h"

#include <string.h>

#include "shared/pure/csum.h"
#include "shared/pure/cursor.h"
#include "vrrpd/pure/vrrp_wire.h"

#define TYPE_ADVERTISEMENT	1
#define TYPE_BACKUP		2
#define HEADER_LEN		8
#define AUTH_DATA_LEN		8
#define INTERVAL_MASK		0x0fff		/* V-2, V-54 */
#define INTERVAL_MAX_V3		4095
#define INTERVAL_MAX_V2		255		/* seconds */

#define ETH_HEADER_LEN		14
#define ETHERTYPE_IPV4		0x0800
#define ETHERTYPE_IPV6		0x86dd
#define IPV4_HEADER_LEN		20
#define IPV6_HEADER_LEN		40
#define IPV4_FRAGMENT_MASK	0x3fff		/* MF and offset */
#define DSCP_CS6		0xc0		/* as a TOS byte (V-27) */

const char *
vrrp_verdict_name(enum vrrp_verdict verdict)
{
	switch (verdict) {
#define X(id, word) case VRRP_##id: return word;
	VRRP_VERDICTS(X)
#undef X
	}
	return "unknown";
}

struct addr
vrrp_wire_group(uint8_t family)
{
	static const uint8_t group4[4] = { 224, 0, 0, 18 };
	static const uint8_t group6[16] = { 0xff, 0x02, [15] = 0x12 };

	return addr_from_bytes(family, family == AF_INET6 ? group6 : group4);
}

void
vrrp_wire_group_mac(uint8_t family, uint8_t mac[6])
{
	static const uint8_t group4[6] = { 0x01, 0, 0x5e, 0, 0, 0x12 };
	static const uint8_t group6[6] = { 0x33, 0x33, 0, 0, 0, 0x12 };

	memcpy(mac, family == AF_INET6 ? group6 : group4, 6);
}

static enum vrrp_verdict
packet_ipv4(const uint8_t *bytes, size_t len, struct vrrp_packet *out)
{
	struct vrrp_packet p;
	struct cursor_in c;
	const uint8_t *source, *destination;
	uint16_t total, fragment;
	uint8_t version_ihl, protocol;
	size_t header;

	cursor_in_init(&c, bytes, len);
	version_ihl = cursor_get_u8(&c);
	cursor_get_u8(&c);				/* TOS */
	total = cursor_get_u16(&c);
	cursor_get_u16(&c);				/* identification */
	fragment = cursor_get_u16(&c);
	p.ttl = cursor_get_u8(&c);
	protocol = cursor_get_u8(&c);
	cursor_get_u16(&c);				/* header checksum */
	source = cursor_get_bytes(&c, 4);
	destination = cursor_get_bytes(&c, 4);
	header = (size_t)(version_ihl & 0x0f) * 4;
	if (!cursor_in_ok(&c) || version_ihl >> 4 != 4 ||
	    header < IPV4_HEADER_LEN || total < header || total > len)
		return VRRP_NOT_VRRP;
	/* AF_PACKET delivers before the kernel has looked at the checksum. */
	if (csum_finish(csum_add(0, bytes, header)) != 0)
		return VRRP_NOT_VRRP;
	if ((fragment & IPV4_FRAGMENT_MASK) != 0 || protocol != VRRP_IPPROTO)
		return VRRP_NOT_VRRP;
	p.source = addr_from_bytes(AF_INET, source);
	p.destination = addr_from_bytes(AF_INET, destination);
	p.message = bytes + header;
	p.len = total - header;
	*out = p;
	return VRRP_OK;
}

/* The message must follow the fixed header: nobody puts extensions before it. */
static enum vrrp_verdict
packet_ipv6(const uint8_t *bytes, size_t len, struct vrrp_packet *out)
{
	struct vrrp_packet p;
	struct cursor_in c;
	const uint8_t *source, *destination;
	uint32_t version_class_flow;
	uint16_t payload;
	uint8_t next_header;

	cursor_in_init(&c, bytes, len);
	version_class_flow = cursor_get_u32(&c);
	payload = cursor_get_u16(&c);
	next_header = cursor_get_u8(&c);
	p.ttl = cursor_get_u8(&c);
	source = cursor_get_bytes(&c, 16);
	destination = cursor_get_bytes(&c, 16);
	p.message = cursor_get_bytes(&c, payload);
	if (!cursor_in_ok(&c) || version_class_flow >> 28 != 6 ||
	    next_header != VRRP_IPPROTO)
		return VRRP_NOT_VRRP;
	p.source = addr_from_bytes(AF_INET6, source);
	p.destination = addr_from_bytes(AF_INET6, destination);
	p.len = payload;
	*out = p;
	return VRRP_OK;
}

enum vrrp_verdict
vrrp_wire_packet(uint8_t family, const uint8_t *bytes, size_t len,
    struct vrrp_packet *out)
{
	switch (family) {
	case AF_INET:
		return packet_ipv4(bytes, len, out);
	case AF_INET6:
		return packet_ipv6(bytes, len, out);
	}
	return VRRP_NOT_VRRP;
}

/* Does the checksum hold over the first `extent` bytes, and in which form? */
static bool
checksum_holds(const struct vrrp_packet *p, uint8_t version, size_t extent,
    enum vrrp_checksum_form *form)
{
	uint32_t message = csum_add(0, p->message, extent);
	uint32_t pseudo;

	if (p->source.family == AF_INET && csum_finish(message) == 0) {
		*form = VRRP_FORM_MESSAGE;
		return true;
	}
	if (version == 2)
		return false;			/* V-121: one form only */
	pseudo = csum_add_pseudo(message, &p->source, &p->destination,
	    VRRP_IPPROTO, (uint32_t)extent);
	if (csum_finish(pseudo) != 0)
		return false;
	*form = p->source.family == AF_INET ? VRRP_FORM_PSEUDO :
	    VRRP_FORM_MESSAGE;
	return true;
}

static bool
version_accepted(uint8_t version, uint8_t family, unsigned versions)
{
	if (version == 3)
		return (versions & VRRP_ACCEPT_V3) != 0;
	if (version == 2)				/* V-126: no IPv6 */
		return (versions & VRRP_ACCEPT_V2) != 0 && family == AF_INET;
	return false;
}

enum vrrp_verdict
vrrp_wire_parse(const struct vrrp_packet *p, unsigned versions, bool check_ttl,
    struct vrrp_advert *out)
{
	struct vrrp_advert a = { .version = 0 };
	struct cursor_in c;
	struct addr first;
	size_t addr_size = addr_len(p->source.family), need;
	uint8_t version_type, b4, b5;

	cursor_in_init(&c, p->message, p->len);
	version_type = cursor_get_u8(&c);
	a.vrid = cursor_get_u8(&c);
	a.priority = cursor_get_u8(&c);
	a.addr_count = cursor_get_u8(&c);
	b4 = cursor_get_u8(&c);
	b5 = cursor_get_u8(&c);
	cursor_get_u16(&c);				/* checksum */
	if (!cursor_in_ok(&c) || addr_size == 0)
		return VRRP_LENGTH;
	if (check_ttl && p->ttl != VRRP_TTL)
		return VRRP_IP_TTL;
	a.version = version_type >> 4;
	if (!version_accepted(a.version, p->source.family, versions))
		return VRRP_VERSION;
	a.backup = (version_type & 0x0f) == TYPE_BACKUP && a.version == 3 &&
	    (versions & VRRP_ACCEPT_BACKUP) != 0;
	if (!a.backup && (version_type & 0x0f) != TYPE_ADVERTISEMENT)
		return VRRP_TYPE;
	if (a.addr_count == 0)
		return VRRP_ADDR_COUNT;
	a.addrs = cursor_get_bytes(&c, a.addr_count * addr_size);
	need = HEADER_LEN + a.addr_count * addr_size;
	if (a.version == 2) {
		a.auth_data = cursor_get_bytes(&c, AUTH_DATA_LEN);
		need += AUTH_DATA_LEN;
	}
	if (!cursor_in_ok(&c))
		return VRRP_LENGTH;
	if (!checksum_holds(p, a.version, need, &a.form) &&
	    !checksum_holds(p, a.version, p->len, &a.form))
		return VRRP_CHECKSUM;
	if (a.version == 2) {
		a.auth_type = b4;
		a.interval_cs = (uint16_t)(b5 * 100);
	} else
		a.interval_cs = (uint16_t)((b4 << 8 | b5) & INTERVAL_MASK);
	if (a.interval_cs == 0)
		return VRRP_INTERVAL_ZERO;
	first = addr_from_bytes(p->source.family, a.addrs);
	if (first.family == AF_INET6 && !addr_is_link_local(&first))
		return VRRP_NOT_LINK_LOCAL;
	a.source = p->source;
	a.destination = p->destination;
	*out = a;
	return VRRP_OK;
}

/*
 * Reading back must give what was meant, so what the wire cannot carry is not
 * built.  Priority 0 is a resignation and legal; VRID 0 is not.
 */
static bool
spec_is_valid(const struct vrrp_advert_spec *s)
{
	unsigned i;

	if (s->version != 3 && (s->version != 2 || s->backup ||
	    s->source.family != AF_INET))
		return false;
	if (s->vrid == 0 || s->addr_count == 0 || s->addr_count > 255 ||
	    addr_len(s->source.family) == 0 ||
	    s->destination.family != s->source.family)
		return false;
	if (s->interval_cs == 0 || (s->version == 3 ?
	    s->interval_cs > INTERVAL_MAX_V3 :
	    s->interval_cs > INTERVAL_MAX_V2 * 100))
		return false;
	for (i = 0; i < s->addr_count; i++)
		if (s->addrs[i].family != s->source.family)
			return false;
	return true;
}

size_t
vrrp_wire_build_message(const struct vrrp_advert_spec *s, uint8_t *buf,
    size_t size)
{
	struct cursor_out c;
	uint32_t sum;
	uint16_t checksum;
	unsigned i;

	if (!spec_is_valid(s))
		return 0;
	cursor_out_init(&c, buf, size);
	cursor_put_u8(&c, (uint8_t)(s->version << 4 | (s->backup ?
	    TYPE_BACKUP : TYPE_ADVERTISEMENT)));
	cursor_put_u8(&c, s->vrid);
	cursor_put_u8(&c, s->priority);
	cursor_put_u8(&c, (uint8_t)s->addr_count);
	if (s->version == 2) {
		cursor_put_u8(&c, s->auth_len > 0);
		/* V-131: a byte of seconds cannot say less than one. */
		cursor_put_u8(&c, (uint8_t)((s->interval_cs + 99) / 100));
	} else
		cursor_put_u16(&c, s->interval_cs & INTERVAL_MASK);
	cursor_put_u16(&c, 0);
	for (i = 0; i < s->addr_count; i++)
		cursor_put_bytes(&c, s->addrs[i].bytes,
		    addr_len(s->source.family));
	if (s->version == 2) {
		if (s->auth_len > 0)
			cursor_put_bytes(&c, s->auth_pass, AUTH_DATA_LEN);
		else
			cursor_put_zeros(&c, AUTH_DATA_LEN);
	}
	if (!cursor_out_ok(&c))
		return 0;
	sum = csum_add(0, buf, c.len);
	if (s->version == 3 && (s->source.family == AF_INET6 ||
	    s->form == VRRP_FORM_PSEUDO))
		sum = csum_add_pseudo(sum, &s->source, &s->destination,
		    VRRP_IPPROTO, (uint32_t)c.len);
	checksum = csum_finish(sum);
	buf[6] = (uint8_t)(checksum >> 8);
	buf[7] = (uint8_t)checksum;
	return c.len;
}

static void
put_ipv4_header(struct cursor_out *c, const struct vrrp_advert_spec *s,
    size_t message_len)
{
	uint8_t *header = c->start + c->len;
	uint16_t checksum;

	cursor_put_u8(c, 0x45);
	cursor_put_u8(c, DSCP_CS6);
	cursor_put_u16(c, (uint16_t)(IPV4_HEADER_LEN + message_len));
	cursor_put_u16(c, 0);				/* identification */
	cursor_put_u16(c, 0);				/* no DF, no fragment */
	cursor_put_u8(c, VRRP_TTL);
	cursor_put_u8(c, VRRP_IPPROTO);
	cursor_put_u16(c, 0);
	cursor_put_bytes(c, s->source.bytes, 4);
	cursor_put_bytes(c, s->destination.bytes, 4);
	if (!cursor_out_ok(c))
		return;
	checksum = csum_finish(csum_add(0, header, IPV4_HEADER_LEN));
	header[10] = (uint8_t)(checksum >> 8);
	header[11] = (uint8_t)checksum;
}

static void
put_ipv6_header(struct cursor_out *c, const struct vrrp_advert_spec *s,
    size_t message_len)
{
	cursor_put_u32(c, UINT32_C(6) << 28 | (uint32_t)DSCP_CS6 << 20);
	cursor_put_u16(c, (uint16_t)message_len);
	cursor_put_u8(c, VRRP_IPPROTO);
	cursor_put_u8(c, VRRP_TTL);
	cursor_put_bytes(c, s->source.bytes, 16);
	cursor_put_bytes(c, s->destination.bytes, 16);
}

size_t
vrrp_wire_build_frame(const struct vrrp_advert_spec *s,
    const uint8_t src_mac[6], const uint8_t dst_mac[6], uint8_t *buf,
    size_t size)
{
	struct cursor_out c;
	bool ipv6 = s->source.family == AF_INET6;
	size_t headers = ETH_HEADER_LEN +
	    (ipv6 ? IPV6_HEADER_LEN : IPV4_HEADER_LEN);
	size_t message_len;
	uint8_t group_mac[6];

	if (size < headers)
		return 0;
	message_len = vrrp_wire_build_message(s, buf + headers, size - headers);
	if (message_len == 0)
		return 0;
	if (dst_mac == NULL) {
		vrrp_wire_group_mac(s->source.family, group_mac);
		dst_mac = group_mac;
	}
	cursor_out_init(&c, buf, headers);
	cursor_put_bytes(&c, dst_mac, 6);
	cursor_put_bytes(&c, src_mac, 6);
	cursor_put_u16(&c, ipv6 ? ETHERTYPE_IPV6 : ETHERTYPE_IPV4);
	if (ipv6)
		put_ipv6_header(&c, s, message_len);
	else
		put_ipv4_header(&c, s, message_len);
	return cursor_out_ok(&c) ? headers + message_len : 0;
}
