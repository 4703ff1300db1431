/*
 * fuzz_bfd_wire.c - any bytes as a UDP payload: parse, and what parse promises.
 *
 * What was accepted satisfies B-20..B-25, and built again gives the bytes it
 * came from; what was refused left the result alone.  The authentication check
 * then sees the same bytes with every type of authentication configured.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "bfdd/pure/bfd_auth.h"
#include "bfdd/pure/bfd_wire.h"

int	LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define REQUIRE(condition) do { if (!(condition)) abort(); } while (0)

static void
check_auth(const struct bfd_packet *p)
{
	struct bfd_auth_params auth = { .key_count = 1,
	    .keys = { { .id = 7, .len = 6, .key = "bfdkey" } } };
	struct bfd_auth_state state, before;
	int type;

	for (type = BFD_AUTH_NONE; type <= BFD_AUTH_METICULOUS_SHA1; type++) {
		auth.type = (enum bfd_auth_type)type;
		memset(&state, 0, sizeof(state));
		state.rcv_auth_seq = 0x01020303;
		state.auth_seq_known = true;
		memcpy(&before, &state, sizeof(before));
		if (bfd_auth_check(&auth, &state, p) != BFD_OK_VERDICT)
			REQUIRE(memcmp(&state, &before, sizeof(state)) == 0);
		else
			REQUIRE((type != BFD_AUTH_NONE) == p->auth_present);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bfd_packet p, untouched;
	uint8_t again[BFD_PACKET_MAX];

	memset(&p, 0xa5, sizeof(p));
	memcpy(&untouched, &p, sizeof(untouched));
	if (bfd_wire_parse(data, size, &p) != BFD_OK_VERDICT) {
		REQUIRE(memcmp(&p, &untouched, sizeof(p)) == 0);
		return 0;
	}
	REQUIRE(size >= BFD_PACKET_MIN && data[0] >> 5 == 1);
	REQUIRE(p.length <= size && p.length >= BFD_PACKET_MIN);
	REQUIRE(p.detect_mult != 0 && p.my_discr != 0 && !p.multipoint);
	REQUIRE(p.bytes == data);
	check_auth(&p);
	if (!(p.poll && p.final)) {
		REQUIRE(bfd_wire_build(&p, p.auth_present ? 28 : 0, again,
		    sizeof(again)) == BFD_PACKET_MIN);
		again[3] = data[3];	/* Length goes with the section */
		REQUIRE(memcmp(again, data, BFD_PACKET_MIN) == 0);
	}
	return 0;
}
