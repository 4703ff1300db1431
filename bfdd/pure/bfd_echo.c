/*
 * bfd_echo.c - what is in an echo packet, and in the IP packet around it
 * (RFC 5880 §6.4, RFC 5881 §4, §5, RFC 9747 §2).  PURE.
 *
 * The content of an echo packet is a local matter.  Ours says which session it
 * is of, which one of its packets it is and when it left, so that a duplicate or
 * an old one counts for nothing, and ends in a keyed hash: somebody who has not
 * seen a packet cannot make one, so a stranger cannot keep a dead session up.
 * The content has one length and the hash is cut short, so key and content are
 * simply hashed one after the other.
 *
 *	 0  4	mark; its first three bits are no version BFD has
 *	 4  4	discriminator
 *	 8  4	sequence
 *	12  4	0
 *	16  8	when it was sent, our clock
 *	24 16	hash
 *
 * The packet is routed to ourselves by the neighbour and so cannot be handed to
 * the kernel as a datagram, which would keep it here; hence the headers.
 */
#include "config.h"

#include <assert.h>
#include <netinet/in.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>

#include "bfdd/pure/bfd_echo.h"
#include "shared/pure/csum.h"
#include "shared/pure/cursor.h"

#define MARK		0xecb0f00du
#define PROVED		24		/* bytes under the hash */
#define TOS_CS6		0xc0
#define TTL_SENT	255
#define IP4_LEN		20
#define IP6_LEN		40
#define UDP_LEN		8

static bool
hash(const uint8_t key[BFD_ECHO_KEY_LEN], const uint8_t *content,
    uint8_t out[BFD_ECHO_LEN - PROVED])
{
	uint8_t keyed[BFD_ECHO_KEY_LEN + PROVED], digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	bool ok;

	memcpy(keyed, key, BFD_ECHO_KEY_LEN);
	memcpy(keyed + BFD_ECHO_KEY_LEN, content, PROVED);
	ok = EVP_Digest(keyed, sizeof(keyed), digest, &len, EVP_sha256(),
	    NULL) == 1 && len >= BFD_ECHO_LEN - PROVED;
	if (ok)
		memcpy(out, digest, BFD_ECHO_LEN - PROVED);
	OPENSSL_cleanse(keyed, sizeof(keyed));
	return ok;
}

bool
bfd_echo_build(const uint8_t key[BFD_ECHO_KEY_LEN], const struct bfd_echo *e,
    uint8_t out[BFD_ECHO_LEN])
{
	struct cursor_out c;

	cursor_out_init(&c, out, BFD_ECHO_LEN);
	cursor_put_u32(&c, MARK);
	cursor_put_u32(&c, e->discr);
	cursor_put_u32(&c, e->sequence);
	cursor_put_u32(&c, 0);
	cursor_put_u32(&c, (uint32_t)((uint64_t)e->sent.ns >> 32));
	cursor_put_u32(&c, (uint32_t)e->sent.ns);
	assert(cursor_out_ok(&c) && c.len == PROVED);
	return hash(key, out, out + PROVED);
}

bool
bfd_echo_parse(const uint8_t key[BFD_ECHO_KEY_LEN], const uint8_t *payload,
    size_t len, struct bfd_echo *out)
{
	uint8_t want[BFD_ECHO_LEN - PROVED];
	struct cursor_in c;
	uint64_t sent;

	cursor_in_init(&c, payload, len);
	if (len != BFD_ECHO_LEN || cursor_get_u32(&c) != MARK ||
	    !hash(key, payload, want) ||
	    CRYPTO_memcmp(payload + PROVED, want, sizeof(want)) != 0)
		return false;
	out->discr = cursor_get_u32(&c);
	out->sequence = cursor_get_u32(&c);
	(void)cursor_get_u32(&c);
	sent = (uint64_t)cursor_get_u32(&c) << 32;
	sent |= cursor_get_u32(&c);
	out->sent = (mono_t){ (int64_t)sent };
	return true;
}

/* ---- the IP packet around it ---- */

static void
put_ip4(struct cursor_out *c, const struct bfd_echo_header *h, size_t len)
{
	uint16_t sum;

	cursor_put_u8(c, 0x45);
	cursor_put_u8(c, TOS_CS6);
	cursor_put_u16(c, (uint16_t)len);
	cursor_put_u32(c, 0);			/* never a fragment */
	cursor_put_u8(c, TTL_SENT);
	cursor_put_u8(c, IPPROTO_UDP);
	cursor_put_u16(c, 0);
	cursor_put_bytes(c, h->source.bytes, 4);
	cursor_put_bytes(c, h->destination.bytes, 4);
	sum = csum_finish(csum_add(0, c->start, IP4_LEN));
	c->start[10] = (uint8_t)(sum >> 8);
	c->start[11] = (uint8_t)sum;
}

static void
put_ip6(struct cursor_out *c, const struct bfd_echo_header *h, size_t len)
{
	cursor_put_u32(c, 6u << 28 | (uint32_t)TOS_CS6 << 20);
	cursor_put_u16(c, (uint16_t)(len - IP6_LEN));
	cursor_put_u8(c, IPPROTO_UDP);
	cursor_put_u8(c, TTL_SENT);
	cursor_put_bytes(c, h->source.bytes, 16);
	cursor_put_bytes(c, h->destination.bytes, 16);
}

size_t
bfd_echo_wrap(const struct bfd_echo_header *h, const uint8_t *payload,
    size_t len, uint8_t *buf, size_t size)
{
	size_t ip = h->source.family == AF_INET ? IP4_LEN : IP6_LEN;
	struct cursor_out c;
	uint16_t sum;

	if (!addr_is_set(&h->source) ||
	    h->source.family != h->destination.family ||
	    len > BFD_PACKET_MAX || size < ip + UDP_LEN + len)
		return 0;
	cursor_out_init(&c, buf, ip + UDP_LEN + len);
	if (h->source.family == AF_INET)
		put_ip4(&c, h, ip + UDP_LEN + len);
	else
		put_ip6(&c, h, ip + UDP_LEN + len);
	cursor_put_u16(&c, h->source_port);
	cursor_put_u16(&c, BFD_PORT_ECHO);
	cursor_put_u16(&c, (uint16_t)(UDP_LEN + len));
	cursor_put_u16(&c, 0);
	cursor_put_bytes(&c, payload, len);
	assert(cursor_out_ok(&c));
	sum = csum_finish(csum_add_pseudo(csum_add(0, buf + ip, UDP_LEN + len),
	    &h->source, &h->destination, IPPROTO_UDP,
	    (uint32_t)(UDP_LEN + len)));
	if (sum == 0)
		sum = 0xffff;			/* 0 says that there is none */
	buf[ip + 6] = (uint8_t)(sum >> 8);
	buf[ip + 7] = (uint8_t)sum;
	return c.len;
}

/* The header's length; 0: not one we read.  *total: the packet by its own word. */
static size_t
read_ip4(const uint8_t *p, size_t len, struct bfd_echo_header *h,
    size_t *total)
{
	size_t ip;

	if (len < IP4_LEN || p[0] >> 4 != 4)
		return 0;
	ip = 4u * (p[0] & 0x0fu);
	*total = (size_t)p[2] << 8 | p[3];
	if (ip < IP4_LEN || *total > len || *total < ip ||
	    p[9] != IPPROTO_UDP || (p[6] & 0x3f) != 0 || p[7] != 0 ||
	    csum_finish(csum_add(0, p, ip)) != 0)
		return 0;
	h->ttl = p[8];
	h->source = addr_from_bytes(AF_INET, p + 12);
	h->destination = addr_from_bytes(AF_INET, p + 16);
	return ip;
}

static size_t
read_ip6(const uint8_t *p, size_t len, struct bfd_echo_header *h,
    size_t *total)
{
	if (len < IP6_LEN || p[0] >> 4 != 6 || p[6] != IPPROTO_UDP)
		return 0;
	*total = IP6_LEN + ((size_t)p[4] << 8 | p[5]);
	if (*total > len)
		return 0;
	h->ttl = p[7];
	h->source = addr_from_bytes(AF_INET6, p + 8);
	h->destination = addr_from_bytes(AF_INET6, p + 24);
	return IP6_LEN;
}

bool
bfd_echo_unwrap(uint8_t family, const uint8_t *packet, size_t len,
    struct bfd_echo_header *h, const uint8_t **payload, size_t *payload_len)
{
	struct bfd_echo_header got;
	size_t ip, total = 0, udp_len;
	const uint8_t *udp;

	ip = family == AF_INET ? read_ip4(packet, len, &got, &total) :
	    read_ip6(packet, len, &got, &total);
	if (ip == 0 || total - ip < UDP_LEN)
		return false;
	udp = packet + ip;
	udp_len = (size_t)udp[4] << 8 | udp[5];
	if (((unsigned)udp[2] << 8 | udp[3]) != BFD_PORT_ECHO ||
	    udp_len < UDP_LEN || udp_len > total - ip)
		return false;
	if ((family != AF_INET || udp[6] != 0 || udp[7] != 0) &&
	    csum_finish(csum_add_pseudo(csum_add(0, udp, udp_len),
	    &got.source, &got.destination, IPPROTO_UDP,
	    (uint32_t)udp_len)) != 0)
		return false;
	got.source_port = (uint16_t)((unsigned)udp[0] << 8 | udp[1]);
	*h = got;
	*payload = udp + UDP_LEN;
	*payload_len = udp_len - UDP_LEN;
	return true;
}
