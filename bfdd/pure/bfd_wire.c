/*
 * bfd_wire.c - the BFD control packet codec (RFC 5880 §4.1, §6.8.6).  PURE.
 *
 * The only place that knows where a field sits in a packet and how states and
 * flags are encoded; everything else works with struct bfd_packet.  Parsing
 * refuses in the order of §6.8.6 (B-20..B-25), so that a counter names the first
 * thing that is wrong, and writes its result only when nothing is.
 *
 * A packet of fewer than 24 bytes cannot hold the fields the rules speak of; it
 * is refused as SHORT before any of them is looked at.  Bytes are read through a
 * cursor that cannot run past the payload, whatever the length field says.
 */
#include "config.h"

#include <assert.h>
#include <string.h>

#include "bfdd/pure/bfd_wire.h"
#include "shared/pure/cursor.h"


#define FLAG_POLL	0x20
#define FLAG_FINAL	0x10
#define FLAG_CPI	0x08
#define FLAG_AUTH	0x04
#define FLAG_DEMAND	0x02
#define FLAG_MULTIPOINT	0x01

#define AUTH_HEADER	2	/* type and length of an authentication section */

const char *
bfd_state_name(enum bfd_state state)
{
	switch (state) {
	case BFD_ADMIN_DOWN:
		return "admin-down";
	case BFD_DOWN:
		return "down";
	case BFD_INIT:
		return "init";
	case BFD_UP:
		return "up";
	}
	return "unknown";
}

const char *
bfd_diag_name(uint8_t diag)
{
	switch (diag) {
#define X(value, id, word) case value: return word;
	BFD_DIAGS(X)
#undef X
	}
	return "reserved";
}

const char *
bfd_verdict_name(enum bfd_verdict verdict)
{
	switch (verdict) {
#define X(id, word) case BFD_##id##_VERDICT: return word;
	BFD_VERDICTS(X)
#undef X
	}
	return "unknown";
}

enum bfd_verdict
bfd_wire_parse(const uint8_t *payload, size_t len, struct bfd_packet *out)
{
	struct cursor_in in;
	struct bfd_packet p;
	uint8_t version_diag, state_flags;

	if (len < BFD_PACKET_MIN)
		return BFD_SHORT_VERDICT;
	cursor_in_init(&in, payload, len);
	version_diag = cursor_get_u8(&in);
	state_flags = cursor_get_u8(&in);
	p.diag = version_diag & 0x1f;
	p.state = (enum bfd_state)(state_flags >> 6);
	p.poll = state_flags & FLAG_POLL;
	p.final = state_flags & FLAG_FINAL;
	p.control_plane_independent = state_flags & FLAG_CPI;
	p.auth_present = state_flags & FLAG_AUTH;
	p.demand = state_flags & FLAG_DEMAND;
	p.multipoint = state_flags & FLAG_MULTIPOINT;
	p.detect_mult = cursor_get_u8(&in);
	p.length = cursor_get_u8(&in);
	p.my_discr = cursor_get_u32(&in);
	p.your_discr = cursor_get_u32(&in);
	p.desired_min_tx_us = cursor_get_u32(&in);
	p.required_min_rx_us = cursor_get_u32(&in);
	p.required_min_echo_rx_us = cursor_get_u32(&in);
	p.bytes = payload;
	assert(cursor_in_ok(&in));

	if (version_diag >> 5 != BFD_VERSION)			/* B-20 */
		return BFD_VERSION_VERDICT;
	if (p.length < BFD_PACKET_MIN +
	    (p.auth_present ? AUTH_HEADER : 0))			/* B-21 */
		return BFD_LENGTH_VERDICT;
	if (p.length > len)					/* B-22 */
		return BFD_LENGTH_VERDICT;
	if (p.detect_mult == 0)					/* B-23 */
		return BFD_DETECT_MULT_VERDICT;
	if (p.multipoint)					/* B-24 */
		return BFD_MULTIPOINT_VERDICT;
	if (p.my_discr == 0)					/* B-25 */
		return BFD_MY_DISCR_VERDICT;
	*out = p;
	return BFD_OK_VERDICT;
}

size_t
bfd_wire_build(const struct bfd_packet *p, size_t auth_section_len,
    uint8_t *buf, size_t size)
{
	struct cursor_out out;
	uint8_t flags = (uint8_t)(p->state << 6);

	assert(!(p->poll && p->final));
	assert(auth_section_len <= BFD_PACKET_MAX - BFD_PACKET_MIN);
	if (size < BFD_PACKET_MIN + auth_section_len)
		return 0;
	if (p->poll)
		flags |= FLAG_POLL;
	if (p->final)
		flags |= FLAG_FINAL;
	if (p->control_plane_independent)
		flags |= FLAG_CPI;
	if (auth_section_len > 0)
		flags |= FLAG_AUTH;
	if (p->demand)
		flags |= FLAG_DEMAND;
	if (p->multipoint)
		flags |= FLAG_MULTIPOINT;

	cursor_out_init(&out, buf, size);
	cursor_put_u8(&out, BFD_VERSION << 5 | (p->diag & 0x1f));
	cursor_put_u8(&out, flags);
	cursor_put_u8(&out, p->detect_mult);
	cursor_put_u8(&out, (uint8_t)(BFD_PACKET_MIN + auth_section_len));
	cursor_put_u32(&out, p->my_discr);
	cursor_put_u32(&out, p->your_discr);
	cursor_put_u32(&out, p->desired_min_tx_us);
	cursor_put_u32(&out, p->required_min_rx_us);
	cursor_put_u32(&out, p->required_min_echo_rx_us);
	return cursor_out_ok(&out) ? out.len : 0;
}
