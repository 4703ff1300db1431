/*
 * fuzz_vrrp_wire.c - any bytes as a VRRP packet: parse, and what parse promises.
 *
 * The first byte chooses: the rest is an IP packet, or it is a message whose
 * checksum is made right, so that exploring gets past it.  What was accepted
 * keeps the rules and, built again, gives the bytes it came from; what was
 * refused left the result alone.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "shared/pure/csum.h"
#include "vrrpd/pure/vrrp_wire.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define REQUIRE(condition) do { if (!(condition)) abort(); } while (0)
#define MODE_IPV6	0x01
#define MODE_MESSAGE	0x02	/* with the checksum made right ... */
#define MODE_PSEUDO	0x04	/* ... over the pseudo-header too */
#define MODE_ANY_TTL	0x08
#define MODE_V2		0x10
#define MODE_V3		0x20
#define MODE_BACKUP	0x40

/* Built again: the reserved nibble is ours, bytes after the list are gone. */
static void
check_round_trip(const struct vrrp_packet *p, const struct vrrp_advert *a)
{
	static struct addr addrs[255];
	static uint8_t again[VRRP_MESSAGE_MAX];
	size_t size = addr_len(p->source.family), len;
	struct vrrp_advert_spec s = {
		.version = a->version, .backup = a->backup, .vrid = a->vrid,
		.priority = a->priority, .interval_cs = a->interval_cs,
		.form = a->form, .source = a->source,
		.destination = a->destination, .addr_count = a->addr_count,
		.addrs = addrs,
	};
	struct vrrp_packet q = *p;
	struct vrrp_advert b;
	unsigned i;

	for (i = 0; i < a->addr_count; i++)
		addrs[i] = addr_from_bytes(p->source.family,
		    a->addrs + i * size);
	if (a->version == 2 && a->auth_type == 1) {
		s.auth_len = 8;
		s.auth_pass = a->auth_data;
	}
	len = vrrp_wire_build_message(&s, again, sizeof(again));
	REQUIRE(len > 0 || a->vrid == 0);
	if (len == 0)
		return;
	REQUIRE(len <= p->len);
	REQUIRE(memcmp(again, p->message, 4) == 0);
	REQUIRE(again[5] == p->message[5]);
	REQUIRE(memcmp(again + 8, p->message + 8, a->addr_count * size) == 0);
	q.message = again;
	q.len = len;
	REQUIRE(vrrp_wire_parse(&q, VRRP_ACCEPT_V2 | VRRP_ACCEPT_V3 |
	    VRRP_ACCEPT_BACKUP, false, &b) == VRRP_OK);
	REQUIRE(b.backup == a->backup);
	REQUIRE(b.priority == a->priority && b.interval_cs == a->interval_cs);
}

static void
check_parse(const struct vrrp_packet *p, uint8_t mode)
{
	unsigned versions = (mode & MODE_V2 ? VRRP_ACCEPT_V2 : 0) |
	    (mode & MODE_V3 ? VRRP_ACCEPT_V3 : 0) |
	    (mode & MODE_BACKUP ? VRRP_ACCEPT_BACKUP : 0);
	struct vrrp_advert a, untouched;
	struct addr first;
	enum vrrp_verdict verdict;

	memset(&a, 0xa5, sizeof(a));
	memcpy(&untouched, &a, sizeof(untouched));
	verdict = vrrp_wire_parse(p, versions, !(mode & MODE_ANY_TTL), &a);
	REQUIRE(verdict < VRRP_VRID);	/* the rest is not the codec's */
	if (verdict != VRRP_OK) {
		REQUIRE(memcmp(&a, &untouched, sizeof(a)) == 0);
		return;
	}
	REQUIRE(versions & (a.version == 2 ? VRRP_ACCEPT_V2 : VRRP_ACCEPT_V3));
	REQUIRE((p->message[0] & 0x0f) == (a.backup ? 2 : 1));
	REQUIRE(!a.backup || (a.version == 3 && (mode & MODE_BACKUP)));
	REQUIRE(p->ttl == 255 || (mode & MODE_ANY_TTL));
	REQUIRE(a.addr_count > 0 && a.interval_cs > 0);
	REQUIRE(a.version == 2 || a.interval_cs <= 4095);
	REQUIRE((a.version == 2) == (a.auth_data != NULL));
	REQUIRE(a.addrs == p->message + 8);
	REQUIRE(a.addrs + a.addr_count * addr_len(p->source.family) <=
	    p->message + p->len);
	first = addr_from_bytes(p->source.family, a.addrs);
	REQUIRE(first.family == AF_INET || addr_is_link_local(&first));
	check_round_trip(p, &a);
}

static void
check_message(const uint8_t *data, size_t size, uint8_t mode)
{
	static uint8_t copy[VRRP_MESSAGE_MAX];
	uint8_t family = mode & MODE_IPV6 ? AF_INET6 : AF_INET;
	static const uint8_t source[16] = { 0xfe, 0x80, [15] = 2 };
	struct vrrp_packet p = { .ttl = 255, .message = copy };
	uint32_t sum;
	uint16_t checksum;

	p.source = addr_from_bytes(family, source);
	p.destination = vrrp_wire_group(family);
	p.len = size < sizeof(copy) ? size : sizeof(copy);
	memcpy(copy, data, p.len);
	if (p.len >= 8) {
		copy[6] = copy[7] = 0;
		sum = csum_add(0, copy, p.len);
		if (mode & (MODE_PSEUDO | MODE_IPV6))
			sum = csum_add_pseudo(sum, &p.source, &p.destination,
			    VRRP_IPPROTO, (uint32_t)p.len);
		checksum = csum_finish(sum);
		copy[6] = (uint8_t)(checksum >> 8);
		copy[7] = (uint8_t)checksum;
	}
	check_parse(&p, mode);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vrrp_packet p, untouched;
	uint8_t mode;

	if (size == 0)
		return 0;
	mode = data[0];
	data++;
	size--;
	if (mode & MODE_MESSAGE) {
		check_message(data, size, mode);
		return 0;
	}
	memset(&p, 0xa5, sizeof(p));
	memcpy(&untouched, &p, sizeof(untouched));
	if (vrrp_wire_packet(mode & MODE_IPV6 ? AF_INET6 : AF_INET, data, size,
	    &p) != VRRP_OK) {
		REQUIRE(memcmp(&p, &untouched, sizeof(p)) == 0);
		return 0;
	}
	REQUIRE(p.message >= data + 20 && p.message + p.len <= data + size);
	check_parse(&p, mode);
	return 0;
}
