/*
 * test_vrrp_wire.c - the codec against packets computed by hand.
 *
 * Every good vector is decoded and built again, byte for byte; every refusal is
 * one change to a good packet, must have the named verdict, and must leave the
 * output as it was.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "shared/pure/csum.h"
#include "test/unit/vrrpd/pure/vrrp_vectors.h"
#include "vrrpd/pure/vrrp_wire.h"

#define BOTH_VERSIONS	(VRRP_ACCEPT_V2 | VRRP_ACCEPT_V3)
#define P1_SRC		"192.0.2.2"
#define P2_SRC		"fe80::5054:ff:fe00:2"
#define P2_VIPS		"fe80::1:14", "2001:db8:0:1::1"
#define PASS		"s3cr3t\0\0"

static const struct vector {
	const char	*name;
	const char	*hex;			/* the VRRP message */
	const char	*source;
	uint8_t		 version, vrid, priority;
	uint16_t	 interval_cs;
	enum vrrp_checksum_form form;
	const char	*auth;			/* version 2: 8 bytes or NULL */
	const char	*vips[2];
} vectors[] = {
	{ "P1", "31 0a c8 01 00 64 44 8e c0 00 02 01", P1_SRC,
	    3, 10, 200, 100, VRRP_FORM_MESSAGE, NULL, { "192.0.2.1" } },
	{ "P1 legacy", "31 0a c8 01 00 64 a1 fc c0 00 02 01", P1_SRC,
	    3, 10, 200, 100, VRRP_FORM_PSEUDO, NULL, { "192.0.2.1" } },
	{ "P1 1cs", "31 0a c8 01 00 01 44 f1 c0 00 02 01", P1_SRC,
	    3, 10, 200, 1, VRRP_FORM_MESSAGE, NULL, { "192.0.2.1" } },
	{ "P1 1cs legacy", "31 0a c8 01 00 01 a2 5f c0 00 02 01", P1_SRC,
	    3, 10, 200, 1, VRRP_FORM_PSEUDO, NULL, { "192.0.2.1" } },
	{ "P1 10cs", "31 0a c8 01 00 0a 44 e8 c0 00 02 01", P1_SRC,
	    3, 10, 200, 10, VRRP_FORM_MESSAGE, NULL, { "192.0.2.1" } },
	{ "P1 10cs legacy", "31 0a c8 01 00 0a a2 56 c0 00 02 01", P1_SRC,
	    3, 10, 200, 10, VRRP_FORM_PSEUDO, NULL, { "192.0.2.1" } },
	{ "P1 4095cs", "31 0a c8 01 0f ff 34 f3 c0 00 02 01", P1_SRC,
	    3, 10, 200, 4095, VRRP_FORM_MESSAGE, NULL, { "192.0.2.1" } },
	{ "P1 4095cs legacy", "31 0a c8 01 0f ff 92 61 c0 00 02 01", P1_SRC,
	    3, 10, 200, 4095, VRRP_FORM_PSEUDO, NULL, { "192.0.2.1" } },
	{ "P1 owner", "31 0a ff 01 00 64 0d 8e c0 00 02 01", P1_SRC,
	    3, 10, 255, 100, VRRP_FORM_MESSAGE, NULL, { "192.0.2.1" } },
	{ "P1 two addresses",
	    "31 0a c8 02 00 64 81 8e c0 00 02 01 c0 00 02 fe", P1_SRC,
	    3, 10, 200, 100, VRRP_FORM_MESSAGE, NULL,
	    { "192.0.2.1", "192.0.2.254" } },
	{ "P2", "31 14 96 02 00 32 be e1 fe 80 00 00 00 00 00 00"
	    " 00 00 00 00 00 01 00 14 20 01 0d b8 00 00 00 01"
	    " 00 00 00 00 00 00 00 01", P2_SRC,
	    3, 20, 150, 50, VRRP_FORM_MESSAGE, NULL, { P2_VIPS } },
	{ "P3", "21 33 65 01 01 01 ac 4b c0 00 02 64 73 33 63 72 33 74 00 00",
	    "192.0.2.3", 2, 51, 101, 100, VRRP_FORM_MESSAGE, PASS,
	    { "192.0.2.100" } },
	{ "v2 no auth",
	    "21 33 65 01 00 01 b7 65 c0 00 02 64 00 00 00 00 00 00 00 00",
	    "192.0.2.3", 2, 51, 101, 100, VRRP_FORM_MESSAGE, NULL,
	    { "192.0.2.100" } },
	{ "v2 priority 0",
	    "21 33 00 01 01 01 11 4c c0 00 02 64 73 33 63 72 33 74 00 00",
	    "192.0.2.3", 2, 51, 0, 100, VRRP_FORM_MESSAGE, PASS,
	    { "192.0.2.100" } },
	{ "P4", "31 0a 00 01 00 64 0c 8f c0 00 02 01", P1_SRC,
	    3, 10, 0, 100, VRRP_FORM_MESSAGE, NULL, { "192.0.2.1" } },
	{ "P4 legacy", "31 0a 00 01 00 64 69 fd c0 00 02 01", P1_SRC,
	    3, 10, 0, 100, VRRP_FORM_PSEUDO, NULL, { "192.0.2.1" } },
	{ "P4 IPv6", "31 14 00 02 00 32 54 e2 fe 80 00 00 00 00 00 00"
	    " 00 00 00 00 00 01 00 14 20 01 0d b8 00 00 00 01"
	    " 00 00 00 00 00 00 00 01", P2_SRC,
	    3, 20, 0, 50, VRRP_FORM_MESSAGE, NULL, { P2_VIPS } },
};
#define VECTOR_COUNT	(sizeof(vectors) / sizeof(vectors[0]))
#define V_P1	(&vectors[0])
#define V_P2	(&vectors[10])
#define V_P3	(&vectors[11])

static const char p1_frame[] =
    "01 00 5e 00 00 12 00 00 5e 00 01 0a 08 00 45 c0"
    " 00 20 00 00 00 00 ff 70 18 99 c0 00 02 02 e0 00"
    " 00 12 31 0a c8 01 00 64 44 8e c0 00 02 01";
static const char p2_frame[] =
    "33 33 00 00 00 12 00 00 5e 00 02 14 86 dd 6c 00"
    " 00 00 00 28 70 ff fe 80 00 00 00 00 00 00 50 54"
    " 00 ff fe 00 00 02 ff 02 00 00 00 00 00 00 00 00"
    " 00 00 00 00 00 12 31 14 96 02 00 32 be e1 fe 80"
    " 00 00 00 00 00 00 00 00 00 00 00 01 00 14 20 01"
    " 0d b8 00 00 00 01 00 00 00 00 00 00 00 01";
static const char p3_packet[] =
    "45 c0 00 28 00 00 00 00 ff 70 18 90 c0 00 02 03"
    " e0 00 00 12 21 33 65 01 01 01 ac 4b c0 00 02 64"
    " 73 33 63 72 33 74 00 00";

/* A vector as a packet in a buffer of its own that tests may change. */
struct fixture {
	uint8_t			bytes[256];
	struct vrrp_packet	packet;
};

static struct vrrp_packet *
load(struct fixture *f, const struct vector *v)
{
	memset(f, 0, sizeof(*f));
	f->packet.source = addr_of(v->source);
	f->packet.destination = vrrp_wire_group(f->packet.source.family);
	f->packet.ttl = 255;
	f->packet.message = f->bytes;
	f->packet.len = unhex(v->hex, f->bytes, sizeof(f->bytes));
	return &f->packet;
}

/* Makes the checksum right again over `extent` bytes. */
static void
fix_checksum(struct fixture *f, size_t extent, enum vrrp_checksum_form form)
{
	uint32_t sum;
	uint16_t checksum;

	f->bytes[6] = f->bytes[7] = 0;
	sum = csum_add(0, f->bytes, extent);
	if (f->packet.source.family == AF_INET6 || form == VRRP_FORM_PSEUDO)
		sum = csum_add_pseudo(sum, &f->packet.source,
		    &f->packet.destination, VRRP_IPPROTO, (uint32_t)extent);
	checksum = csum_finish(sum);
	f->bytes[6] = (uint8_t)(checksum >> 8);
	f->bytes[7] = (uint8_t)checksum;
}

/* Parses; on refusal the output must not have been touched. */
static enum vrrp_verdict
parse(const struct vrrp_packet *p, struct vrrp_advert *out)
{
	struct vrrp_advert before;
	enum vrrp_verdict verdict;

	memset(out, 0xa5, sizeof(*out));
	memcpy(&before, out, sizeof(before));
	verdict = vrrp_wire_parse(p, BOTH_VERSIONS, true, out);
	if (verdict != VRRP_OK)
		assert_memory_equal(out, &before, sizeof(before));
	return verdict;
}

#define assert_verdict(got, want) assert_string_equal(		\
	vrrp_verdict_name(got), vrrp_verdict_name(want))

static struct vrrp_advert_spec
spec_of(const struct vector *v, struct addr vips[2])
{
	struct vrrp_advert_spec s = {
		.version = v->version, .vrid = v->vrid,
		.priority = v->priority, .interval_cs = v->interval_cs,
		.form = v->form, .source = addr_of(v->source), .addrs = vips,
	};

	if (v->auth != NULL) {
		s.auth_len = (uint8_t)strlen(v->auth);
		s.auth_pass = (const uint8_t *)v->auth;
	}
	s.destination = vrrp_wire_group(s.source.family);
	for (; s.addr_count < 2 && v->vips[s.addr_count] != NULL; s.addr_count++)
		vips[s.addr_count] = addr_of(v->vips[s.addr_count]);
	return s;
}

/*
 * V-1 +, V-3 +, V-5 +, V-10 +, V-11 +, V-12 +, V-13 +, V-40 +, V-41 +
 * V-42 +, V-43 +, V-44 +, V-47 +, V-48 +, V-49 +, V-120 +, V-121 +
 */
static void
test_vrrp_wire_worked_packets_decode(void **state)
{
	struct fixture f;
	struct vrrp_advert a;
	size_t i, n;

	(void)state;
	for (i = 0; i < VECTOR_COUNT; i++) {
		const struct vector *v = &vectors[i];
		struct vrrp_packet *p = load(&f, v);

		print_message("# %s\n", v->name);
		assert_verdict(parse(p, &a), VRRP_OK);
		assert_int_equal(a.version, v->version);
		assert_int_equal(a.vrid, v->vrid);
		assert_int_equal(a.priority, v->priority);
		assert_int_equal(a.interval_cs, v->interval_cs);
		assert_int_equal(a.form, v->form);
		assert_int_equal(a.auth_type, v->auth != NULL);
		assert_true(addr_equal(&a.source, &p->source));
		assert_true(addr_equal(&a.destination, &p->destination));
		for (n = 0; n < 2 && v->vips[n] != NULL; n++) {
			struct addr want = addr_of(v->vips[n]);

			assert_memory_equal(a.addrs +
			    n * addr_len(want.family), want.bytes,
			    addr_len(want.family));
		}
		assert_int_equal(a.addr_count, n);
		if (v->version == 3)
			assert_null(a.auth_data);
		else
			assert_memory_equal(a.auth_data, v->auth != NULL ?
			    v->auth : "\0\0\0\0\0\0\0\0", 8);
	}
}

/*
 * V-1 +, V-2 +, V-4 +, V-10 +, V-11 +, V-12 +, V-13 +, V-29 +, V-120 +
 * V-121 +
 */
static void
test_vrrp_wire_worked_packets_build(void **state)
{
	uint8_t want[256], got[256];
	struct addr vips[2];
	size_t i, len, short_len;

	(void)state;
	for (i = 0; i < VECTOR_COUNT; i++) {
		struct vrrp_advert_spec s = spec_of(&vectors[i], vips);

		print_message("# %s\n", vectors[i].name);
		len = unhex(vectors[i].hex, want, sizeof(want));
		assert_int_equal(vrrp_wire_build_message(&s, got, sizeof(got)),
		    len);
		assert_memory_equal(got, want, len);
		for (short_len = 0; short_len < len; short_len++)
			assert_int_equal(vrrp_wire_build_message(&s, got,
			    short_len), 0);
	}
}

/*
 * V-42 +- : a Backup Advertisement (draft-ietf-rtgwg-vrrp-bfd-p2p), where it is wanted
 * and a wrong type elsewhere; every other check is that of an advert.
 */
static void
test_vrrp_wire_backup_advertisement(void **state)
{
	static const char bytes[] = "32 0a 64 01 00 64 a7 8e c0 00 02 01";
	static const unsigned wanted = BOTH_VERSIONS | VRRP_ACCEPT_BACKUP;
	struct vrrp_advert_spec s;
	struct fixture f;
	struct vrrp_advert a;
	struct addr vips[2];
	uint8_t got[256];

	(void)state;
	load(&f, V_P1);
	assert_int_equal(unhex(bytes, f.bytes, sizeof(f.bytes)), f.packet.len);
	assert_verdict(parse(&f.packet, &a), VRRP_TYPE);
	assert_verdict(vrrp_wire_parse(&f.packet, wanted, true, &a), VRRP_OK);
	assert_true(a.backup);
	assert_int_equal(a.priority, 100);
	assert_int_equal(a.interval_cs, 100);
	s = spec_of(V_P1, vips);
	s.backup = true;
	s.priority = 100;
	assert_int_equal(vrrp_wire_build_message(&s, got, sizeof(got)),
	    f.packet.len);
	assert_memory_equal(got, f.bytes, f.packet.len);
	s.version = 2;
	assert_int_equal(vrrp_wire_build_message(&s, got, sizeof(got)), 0);
	f.packet.ttl = 254;
	assert_verdict(vrrp_wire_parse(&f.packet, wanted, true, &a),
	    VRRP_IP_TTL);
	f.packet.ttl = 255;
	f.bytes[7] ^= 1;
	assert_verdict(vrrp_wire_parse(&f.packet, wanted, true, &a),
	    VRRP_CHECKSUM);
	f.bytes[0] = 0x22;
	assert_verdict(vrrp_wire_parse(&f.packet, wanted, true, &a),
	    VRRP_TYPE);
	load(&f, V_P1);
	assert_verdict(vrrp_wire_parse(&f.packet, wanted, true, &a), VRRP_OK);
	assert_false(a.backup);
}

/* V-20, V-22, V-26, V-29 */
static void
check_frame(const struct vector *v, const char *hex, const uint8_t src_mac[6])
{
	uint8_t want[256], got[256];
	struct addr vips[2];
	struct vrrp_advert_spec s = spec_of(v, vips);
	size_t len = unhex(hex, want, sizeof(want)), short_len;

	assert_int_equal(vrrp_wire_build_frame(&s, src_mac, NULL, got,
	    sizeof(got)), len);
	assert_memory_equal(got, want, len);
	for (short_len = 0; short_len < len; short_len++)
		assert_int_equal(vrrp_wire_build_frame(&s, src_mac, NULL, got,
		    short_len), 0);
}

/* V-20 +, V-22 +, V-26 +, V-27 +, V-29 + */
static void
test_vrrp_wire_p1_frame_build(void **state)
{
	static const uint8_t mac[6] = { 0, 0, 0x5e, 0, 1, 0x0a };

	(void)state;
	check_frame(V_P1, p1_frame, mac);
}

/* V-20 +, V-22 +, V-26 +, V-29 + */
static void
test_vrrp_wire_p2_frame_build(void **state)
{
	static const uint8_t mac[6] = { 0, 0, 0x5e, 0, 2, 0x14 };

	(void)state;
	check_frame(V_P2, p2_frame, mac);
}

/* V-20 +, V-29 + */
static void
test_vrrp_wire_p3_frame_carries_v2(void **state)
{
	static const uint8_t src[6] = { 0x02, 1, 2, 3, 4, 5 };
	static const uint8_t dst[6] = { 0x02, 9, 8, 7, 6, 5 };
	uint8_t want[64], got[64];
	struct addr vips[2];
	struct vrrp_advert_spec s = spec_of(V_P3, vips);
	size_t len = unhex(p3_packet, want, sizeof(want));

	(void)state;
	assert_int_equal(vrrp_wire_build_frame(&s, src, dst, got, sizeof(got)),
	    14 + len);
	assert_memory_equal(got, dst, 6);	/* unicast: not the group MAC */
	assert_memory_equal(got + 6, src, 6);
	assert_memory_equal(got + 14, want, len);
}

/* The network header. */

static void
refuse_packet(uint8_t family, const uint8_t *bytes, size_t len)
{
	struct vrrp_packet p, before;

	memset(&p, 0xa5, sizeof(p));
	memcpy(&before, &p, sizeof(p));
	assert_verdict(vrrp_wire_packet(family, bytes, len, &p),
	    VRRP_NOT_VRRP);
	assert_memory_equal(&p, &before, sizeof(p));
}

static void
fix_ip_checksum(uint8_t *ip)
{
	size_t header = (size_t)(ip[0] & 0x0f) * 4;
	uint16_t sum;

	ip[10] = ip[11] = 0;
	sum = csum_finish(csum_add(0, ip, header));
	ip[10] = (uint8_t)(sum >> 8);
	ip[11] = (uint8_t)sum;
}

/* V-7 + */
static void
test_vrrp_wire_packet_ethernet_padding_is_cut(void **state)
{
	uint8_t frame[60] = { 0 };
	struct vrrp_packet p;
	struct vrrp_advert a;

	(void)state;
	assert_int_equal(unhex(p1_frame, frame, sizeof(frame)), 46);
	assert_verdict(vrrp_wire_packet(AF_INET, frame + 14, 46, &p), VRRP_OK);
	assert_int_equal(p.len, 12);
	assert_int_equal(p.ttl, 255);
	assert_ptr_equal(p.message, frame + 34);
	assert_verdict(parse(&p, &a), VRRP_OK);
	assert_int_equal(a.vrid, 10);
}

/* V-7 + */
static void
test_vrrp_wire_packet_ipv6_is_cut_at_payload_length(void **state)
{
	uint8_t frame[128] = { 0 };
	size_t len = unhex(p2_frame, frame, sizeof(frame));
	struct vrrp_packet p;
	struct vrrp_advert a;
	struct addr want = addr_of(P2_SRC);

	(void)state;
	assert_verdict(vrrp_wire_packet(AF_INET6, frame + 14, len - 14 + 8,
	    &p), VRRP_OK);
	assert_int_equal(p.len, 40);
	assert_true(addr_equal(&p.source, &want));
	assert_verdict(parse(&p, &a), VRRP_OK);
	assert_int_equal(a.priority, 150);
}

/* V-7 -, V-43 - */
static void
test_vrrp_wire_packet_every_prefix_refused(void **state)
{
	uint8_t frame[128];
	size_t len, n;

	(void)state;
	len = unhex(p1_frame, frame, sizeof(frame));
	for (n = 0; n < len - 14; n++)
		refuse_packet(AF_INET, frame + 14, n);
	len = unhex(p2_frame, frame, sizeof(frame));
	for (n = 0; n < len - 14; n++)
		refuse_packet(AF_INET6, frame + 14, n);
	refuse_packet(AF_UNSPEC, frame + 14, len - 14);
}

/* V-7 + the header length is read, never assumed. */
static void
test_vrrp_wire_packet_ipv4_options_are_skipped(void **state)
{
	uint8_t ip[64] = { 0 }, frame[64];
	struct vrrp_packet p;
	struct vrrp_advert a;

	(void)state;
	unhex(p1_frame, frame, sizeof(frame));
	memcpy(ip, frame + 14, 20);
	memcpy(ip + 24, frame + 34, 12);	/* after a 4-byte option */
	ip[0] = 0x46;
	ip[3] = 36;
	fix_ip_checksum(ip);
	assert_verdict(vrrp_wire_packet(AF_INET, ip, 36, &p), VRRP_OK);
	assert_ptr_equal(p.message, ip + 24);
	assert_verdict(parse(&p, &a), VRRP_OK);
}

/* V-7 - */
static void
test_vrrp_wire_packet_bad_ipv4_header_refused(void **state)
{
	static const struct { const char *what; uint8_t at, value; } bad[] = {
		{ "version", 0, 0x55 },
		{ "IHL below 5", 0, 0x44 },
		{ "IHL beyond the packet", 0, 0x4f },
		{ "total length beyond the frame", 3, 33 },
		{ "total length below the header", 3, 19 },
		{ "first fragment", 6, 0x20 },
		{ "later fragment", 7, 0x01 },
		{ "protocol", 9, 17 },
	};
	uint8_t frame[64], ip[64];
	struct vrrp_packet p;
	size_t i, len;

	(void)state;
	len = unhex(p1_frame, frame, sizeof(frame)) - 14;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		print_message("# %s\n", bad[i].what);
		memset(ip, 0, sizeof(ip));
		memcpy(ip, frame + 14, len);
		ip[bad[i].at] = bad[i].value;
		fix_ip_checksum(ip);
		refuse_packet(AF_INET, ip, len);
	}
	memcpy(ip, frame + 14, len);
	ip[11] ^= 0x01;				/* header checksum */
	refuse_packet(AF_INET, ip, len);
	memcpy(ip, frame + 14, len);
	ip[6] = 0x40;				/* DF is no fragment */
	fix_ip_checksum(ip);
	assert_verdict(vrrp_wire_packet(AF_INET, ip, len, &p), VRRP_OK);
}

/* V-7 - */
static void
test_vrrp_wire_packet_bad_ipv6_header_refused(void **state)
{
	static const struct { const char *what; uint8_t at, value; } bad[] = {
		{ "version", 0, 0x4c },
		{ "payload length beyond the frame", 5, 41 },
		{ "hop-by-hop header", 6, 0 },
		{ "fragment header", 6, 44 },
		{ "UDP", 6, 17 },
	};
	uint8_t frame[128], ip[128];
	size_t i, len;

	(void)state;
	len = unhex(p2_frame, frame, sizeof(frame)) - 14;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		print_message("# %s\n", bad[i].what);
		memcpy(ip, frame + 14, len);
		ip[bad[i].at] = bad[i].value;
		refuse_packet(AF_INET6, ip, len);
	}
}

/* Refusals, one change each; `fix`: the checksum is made right again. */
static const struct refusal {
	const char		*what;
	const struct vector	*base;
	uint8_t			 at, value;
	bool			 fix;
	uint8_t			 ttl;
	size_t			 len;		/* 0: all of it */
	enum vrrp_verdict	 verdict;
} refusals[] = {
	{ "V-40 TTL 254", V_P1, 0, 0x31, false, 254, 0, VRRP_IP_TTL },
	{ "V-40 Hop Limit 64", V_P2, 0, 0x31, false, 64, 0, VRRP_IP_TTL },
	{ "V-41 version 4", V_P1, 0, 0x41, true, 255, 0, VRRP_VERSION },
	{ "V-41 version 0", V_P1, 0, 0x01, true, 255, 0, VRRP_VERSION },
	{ "V-126 version 2 over IPv6", V_P2, 0, 0x21, true, 255, 0,
	    VRRP_VERSION },
	{ "V-42 type 2", V_P1, 0, 0x32, true, 255, 0, VRRP_TYPE },
	{ "V-42 type 0", V_P3, 0, 0x20, true, 255, 0, VRRP_TYPE },
	{ "V-43 seven bytes", V_P1, 0, 0x31, false, 255, 7, VRRP_LENGTH },
	{ "V-43 count 2 with one address", V_P1, 3, 2, true, 255, 0,
	    VRRP_LENGTH },
	{ "V-43 IPv6 count 3 with two", V_P2, 3, 3, true, 255, 0,
	    VRRP_LENGTH },
	{ "V-120 v2 without authentication data", V_P3, 0, 0x21, false, 255,
	    12, VRRP_LENGTH },
	{ "V-44 one bit of the checksum", V_P1, 7, 0x8f, false, 255, 0,
	    VRRP_CHECKSUM },
	{ "V-44 one bit of the IPv6 checksum", V_P2, 7, 0xe0, false, 255, 0,
	    VRRP_CHECKSUM },
	{ "V-44 priority changed on the way", V_P1, 2, 201, false, 255, 0,
	    VRRP_CHECKSUM },
	{ "V-121 v2 authentication data is summed", V_P3, 12, 0x74, false, 255,
	    0, VRRP_CHECKSUM },
	{ "V-14 zero is not \"no checksum\"", V_P1, 6, 0x00, false, 255, 0,
	    VRRP_CHECKSUM },
	{ "V-47 count 0", V_P1, 3, 0, true, 255, 0, VRRP_ADDR_COUNT },
	{ "V-47 v2 count 0", V_P3, 3, 0, true, 255, 0, VRRP_ADDR_COUNT },
	{ "V-48 first address not link-local", V_P2, 8, 0x20, true, 255, 0,
	    VRRP_NOT_LINK_LOCAL },
	{ "V-49 interval 0", V_P1, 5, 0, true, 255, 0, VRRP_INTERVAL_ZERO },
	{ "V-49 v2 interval 0", V_P3, 5, 0, true, 255, 0, VRRP_INTERVAL_ZERO },
};

/*
 * V-21 -, V-40 -, V-41 -, V-42 -, V-43 -, V-44 -, V-47 -, V-48 -, V-49 -
 * V-10 -, V-11 -, V-12 -, V-14 -, V-1 -, V-120 -, V-121 -, V-126 -
 */
static void
test_vrrp_wire_refusals_have_their_verdict(void **state)
{
	struct fixture f;
	struct vrrp_advert a;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		const struct refusal *r = &refusals[i];

		print_message("# %s\n", r->what);
		load(&f, r->base);
		f.bytes[r->at] = r->value;
		f.packet.ttl = r->ttl;
		if (r->fix)
			fix_checksum(&f, f.packet.len, VRRP_FORM_MESSAGE);
		if (r->len != 0)
			f.packet.len = r->len;
		assert_verdict(parse(&f.packet, &a), r->verdict);
	}
}

/* V-4 -, V-48 - as the standards derive it: the two addresses of P2 swapped. */
static void
test_vrrp_wire_ipv6_global_address_first_refused(void **state)
{
	struct fixture f;
	struct vrrp_advert a;
	uint8_t first[16];

	(void)state;
	load(&f, V_P2);
	memcpy(first, f.bytes + 8, 16);
	memcpy(f.bytes + 8, f.bytes + 24, 16);
	memcpy(f.bytes + 24, first, 16);
	fix_checksum(&f, f.packet.len, VRRP_FORM_MESSAGE);
	assert_verdict(parse(&f.packet, &a), VRRP_NOT_LINK_LOCAL);
}

/* V-1 -, V-43 -, V-120 - */
static void
test_vrrp_wire_every_prefix_refused(void **state)
{
	struct fixture f;
	struct vrrp_advert a;
	size_t i, len;

	(void)state;
	for (i = 0; i < VECTOR_COUNT; i++) {
		len = load(&f, &vectors[i])->len;
		for (f.packet.len = 0; f.packet.len < len; f.packet.len++)
			assert_verdict(parse(&f.packet, &a), VRRP_LENGTH);
	}
}

/*
 * V-52 +-
 * of two faults the earlier check names the packet, in the order length of the
 * header, TTL, version, type, count, full length, checksum, the rest.
 */
static void
test_vrrp_wire_first_fault_names_the_packet(void **state)
{
	struct fixture f;
	struct vrrp_advert a;

	(void)state;
	load(&f, V_P2);
	f.bytes[8] = 0x20;			/* not link-local ... */
	f.bytes[5] = 0;				/* ... interval 0 ... */
	fix_checksum(&f, f.packet.len, VRRP_FORM_MESSAGE);
	assert_verdict(parse(&f.packet, &a), VRRP_INTERVAL_ZERO);
	f.bytes[7] ^= 1;
	assert_verdict(parse(&f.packet, &a), VRRP_CHECKSUM);
	f.bytes[3] = 3;
	assert_verdict(parse(&f.packet, &a), VRRP_LENGTH);
	f.bytes[3] = 0;
	assert_verdict(parse(&f.packet, &a), VRRP_ADDR_COUNT);
	f.bytes[0] = 0x32;
	assert_verdict(parse(&f.packet, &a), VRRP_TYPE);
	f.bytes[0] = 0x42;
	assert_verdict(parse(&f.packet, &a), VRRP_VERSION);
	f.packet.ttl = 1;
	assert_verdict(parse(&f.packet, &a), VRRP_IP_TTL);
	f.packet.len = 7;
	assert_verdict(parse(&f.packet, &a), VRRP_LENGTH);
}

/* V-2 +, V-54 +- */
static void
test_vrrp_wire_reserve_nibble_ignored(void **state)
{
	struct fixture f;
	struct vrrp_advert a;

	(void)state;
	load(&f, V_P1);
	unhex("31 0a c8 01 f0 64 54 8d c0 00 02 01", f.bytes, sizeof(f.bytes));
	assert_verdict(parse(&f.packet, &a), VRRP_OK);
	assert_int_equal(a.interval_cs, 100);
}

/* V-8 +- bytes after the list, under the checksum or not, in either form. */
static void
test_vrrp_wire_trailing_bytes_accepted(void **state)
{
	static const struct vector *bases[] = { V_P1, V_P2, V_P3 };
	struct fixture f;
	struct vrrp_advert a;
	size_t i, len;

	(void)state;
	for (i = 0; i < 3; i++) {
		len = load(&f, bases[i])->len;
		memcpy(f.bytes + len, "\x01\x02\x03\x04\x05", 5);
		f.packet.len = len + 5;
		fix_checksum(&f, len, VRRP_FORM_MESSAGE);
		assert_verdict(parse(&f.packet, &a), VRRP_OK);
		fix_checksum(&f, len + 5, VRRP_FORM_MESSAGE);
		assert_verdict(parse(&f.packet, &a), VRRP_OK);
		fix_checksum(&f, len + 3, VRRP_FORM_MESSAGE);
		assert_verdict(parse(&f.packet, &a), VRRP_CHECKSUM);
	}
	len = load(&f, V_P1)->len;
	f.bytes[len] = 9;
	f.packet.len = len + 1;
	fix_checksum(&f, len, VRRP_FORM_PSEUDO);
	assert_verdict(parse(&f.packet, &a), VRRP_OK);
	assert_int_equal(a.form, VRRP_FORM_PSEUDO);
}

/* V-14 + a sum that comes out as 0x0000 is an ordinary value. */
static void
test_vrrp_wire_zero_checksum_is_a_value(void **state)
{
	struct fixture f;
	struct vrrp_advert a;

	(void)state;
	load(&f, V_P1);
	/* 0x448e is put into the address, so that the sum needs nothing more. */
	unhex("31 0a c8 01 00 64 00 00 c0 00 46 8f", f.bytes, sizeof(f.bytes));
	assert_verdict(parse(&f.packet, &a), VRRP_OK);
	assert_int_equal(a.form, VRRP_FORM_MESSAGE);
	fix_checksum(&f, f.packet.len, VRRP_FORM_MESSAGE);
	assert_int_equal(f.bytes[6] << 8 | f.bytes[7], 0);
}

/*
 * V-12 -, V-13 -, V-121 -
 * the second form exists in version 3 over IPv4 only.
 */
static void
test_vrrp_wire_other_checksum_form_refused_elsewhere(void **state)
{
	struct fixture f;
	struct vrrp_advert a;

	(void)state;
	load(&f, V_P3);
	fix_checksum(&f, f.packet.len, VRRP_FORM_PSEUDO);
	assert_verdict(parse(&f.packet, &a), VRRP_CHECKSUM);
	load(&f, V_P2);
	f.bytes[6] = 0x0c;			/* P2 without pseudo-header */
	f.bytes[7] = 0x66;
	assert_verdict(parse(&f.packet, &a), VRRP_CHECKSUM);
}

/* V-41 +- */
static void
test_vrrp_wire_version_mask_decides(void **state)
{
	struct fixture f;
	struct vrrp_advert a;

	(void)state;
	load(&f, V_P1);
	assert_verdict(vrrp_wire_parse(&f.packet, VRRP_ACCEPT_V3, true, &a),
	    VRRP_OK);
	assert_verdict(vrrp_wire_parse(&f.packet, VRRP_ACCEPT_V2, true, &a),
	    VRRP_VERSION);
	load(&f, V_P3);
	assert_verdict(vrrp_wire_parse(&f.packet, VRRP_ACCEPT_V2, true, &a),
	    VRRP_OK);
	assert_verdict(vrrp_wire_parse(&f.packet, VRRP_ACCEPT_V3, true, &a),
	    VRRP_VERSION);
}

/* V-21 +- */
static void
test_vrrp_wire_ttl_unchecked_only_on_request(void **state)
{
	struct fixture f;
	struct vrrp_advert a;

	(void)state;
	load(&f, V_P1)->ttl = 64;
	assert_verdict(vrrp_wire_parse(&f.packet, VRRP_ACCEPT_V3, false, &a),
	    VRRP_OK);
	assert_verdict(vrrp_wire_parse(&f.packet, VRRP_ACCEPT_V3, true, &a),
	    VRRP_IP_TTL);
}

/* V-6 +- 255 addresses. */
static void
test_vrrp_wire_longest_list_round_trip(void **state)
{
	static uint8_t buf[VRRP_MESSAGE_MAX];
	struct addr vips[256], unused[2];
	struct vrrp_advert_spec s = spec_of(V_P1, unused);
	struct vrrp_packet p = { .ttl = 255, .message = buf };
	struct vrrp_advert a;
	unsigned i;

	(void)state;
	for (i = 0; i < 256; i++) {
		vips[i] = addr_of("198.51.100.0");
		vips[i].bytes[3] = (uint8_t)i;
	}
	s.addrs = vips;
	s.addr_count = 256;
	assert_int_equal(vrrp_wire_build_message(&s, buf, sizeof(buf)), 0);
	s.addr_count = 255;
	p.len = vrrp_wire_build_message(&s, buf, sizeof(buf));
	assert_int_equal(p.len, 1028);
	p.source = s.source;
	p.destination = s.destination;
	assert_verdict(parse(&p, &a), VRRP_OK);
	assert_int_equal(a.addr_count, 255);
	assert_memory_equal(a.addrs + 254 * 4, vips[254].bytes, 4);
}

/* V-2 -, V-3 -, V-29 -, V-126 - What the wire cannot say is not built. */
static void
test_vrrp_wire_build_impossible_refused(void **state)
{
	uint8_t buf[256];
	struct addr vips[2];
	struct vrrp_advert_spec s;

	(void)state;
#define REFUSED(base, change) do {					\
	s = spec_of(base, vips);					\
	assert_true(vrrp_wire_build_message(&s, buf, sizeof(buf)) > 0);	\
	change;								\
	assert_int_equal(vrrp_wire_build_message(&s, buf, sizeof(buf)), 0); \
} while (0)
	REFUSED(V_P1, s.version = 4);
	REFUSED(V_P1, s.vrid = 0);
	REFUSED(V_P1, s.addr_count = 0);
	REFUSED(V_P1, s.interval_cs = 0);
	REFUSED(V_P1, s.interval_cs = 4096);
	REFUSED(V_P1, s.source.family = AF_UNSPEC);
	REFUSED(V_P1, s.destination = addr_of("ff02::12"));
	REFUSED(V_P1, vips[0] = addr_of("fe80::1"));
	REFUSED(V_P2, s.version = 2);
	REFUSED(V_P3, s.interval_cs = 25501);
#undef REFUSED
}

/* V-127 +, V-131 + seconds on the wire, never 0. */
static void
test_vrrp_wire_v2_interval_rounds_up_to_seconds(void **state)
{
	static const struct { uint16_t cs; uint8_t seconds; } cases[] = {
		{ 1, 1 }, { 99, 1 }, { 100, 1 }, { 101, 2 }, { 25500, 255 },
	};
	uint8_t buf[64];
	struct addr vips[2];
	struct vrrp_advert_spec s = spec_of(V_P3, vips);
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		s.interval_cs = cases[i].cs;
		assert_int_equal(vrrp_wire_build_message(&s, buf, sizeof(buf)),
		    20);
		assert_int_equal(buf[5], cases[i].seconds);
	}
}

static void
test_vrrp_wire_group_addresses(void **state)
{
	static const uint8_t mac4[6] = { 0x01, 0, 0x5e, 0, 0, 0x12 };
	static const uint8_t mac6[6] = { 0x33, 0x33, 0, 0, 0, 0x12 };
	struct addr want, got;
	uint8_t mac[6];

	(void)state;
	want = addr_of("224.0.0.18");
	got = vrrp_wire_group(AF_INET);
	assert_true(addr_equal(&got, &want));
	want = addr_of("ff02::12");
	got = vrrp_wire_group(AF_INET6);
	assert_true(addr_equal(&got, &want));
	vrrp_wire_group_mac(AF_INET, mac);
	assert_memory_equal(mac, mac4, 6);
	vrrp_wire_group_mac(AF_INET6, mac);
	assert_memory_equal(mac, mac6, 6);
}

static void
test_vrrp_wire_verdicts_have_distinct_names(void **state)
{
	int i, j;

	(void)state;
	for (i = 0; i < VRRP_VERDICT_COUNT; i++)
		for (j = 0; j < i; j++)
			assert_string_not_equal(
			    vrrp_verdict_name((enum vrrp_verdict)i),
			    vrrp_verdict_name((enum vrrp_verdict)j));
	assert_string_equal(vrrp_verdict_name((enum vrrp_verdict)999),
	    "unknown");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vrrp_wire_worked_packets_decode),
		cmocka_unit_test(test_vrrp_wire_worked_packets_build),
		cmocka_unit_test(test_vrrp_wire_backup_advertisement),
		cmocka_unit_test(test_vrrp_wire_p1_frame_build),
		cmocka_unit_test(test_vrrp_wire_p2_frame_build),
		cmocka_unit_test(test_vrrp_wire_p3_frame_carries_v2),
		cmocka_unit_test(test_vrrp_wire_packet_ethernet_padding_is_cut),
		cmocka_unit_test(
		    test_vrrp_wire_packet_ipv6_is_cut_at_payload_length),
		cmocka_unit_test(test_vrrp_wire_packet_every_prefix_refused),
		cmocka_unit_test(
		    test_vrrp_wire_packet_ipv4_options_are_skipped),
		cmocka_unit_test(test_vrrp_wire_packet_bad_ipv4_header_refused),
		cmocka_unit_test(test_vrrp_wire_packet_bad_ipv6_header_refused),
		cmocka_unit_test(test_vrrp_wire_refusals_have_their_verdict),
		cmocka_unit_test(
		    test_vrrp_wire_ipv6_global_address_first_refused),
		cmocka_unit_test(test_vrrp_wire_every_prefix_refused),
		cmocka_unit_test(test_vrrp_wire_first_fault_names_the_packet),
		cmocka_unit_test(test_vrrp_wire_reserve_nibble_ignored),
		cmocka_unit_test(test_vrrp_wire_trailing_bytes_accepted),
		cmocka_unit_test(test_vrrp_wire_zero_checksum_is_a_value),
		cmocka_unit_test(
		    test_vrrp_wire_other_checksum_form_refused_elsewhere),
		cmocka_unit_test(test_vrrp_wire_version_mask_decides),
		cmocka_unit_test(test_vrrp_wire_ttl_unchecked_only_on_request),
		cmocka_unit_test(test_vrrp_wire_longest_list_round_trip),
		cmocka_unit_test(test_vrrp_wire_build_impossible_refused),
		cmocka_unit_test(
		    test_vrrp_wire_v2_interval_rounds_up_to_seconds),
		cmocka_unit_test(test_vrrp_wire_group_addresses),
		cmocka_unit_test(test_vrrp_wire_verdicts_have_distinct_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
