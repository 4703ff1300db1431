/*
 * test_vrrp_announce.c - the two announcement frames, byte for byte.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "test/unit/vrrpd/pure/vrrp_vectors.h"
#include "vrrpd/pure/vrrp_announce.h"

static const uint8_t mac4[6] = { 0, 0, 0x5e, 0, 1, 0x0a };
static const uint8_t mac6[6] = { 0, 0, 0x5e, 0, 2, 0x14 };
static const char p5[] =
    "ff ff ff ff ff ff 00 00 5e 00 01 0a 08 06 00 01"
    " 08 00 06 04 00 01 00 00 5e 00 01 0a c0 00 02 01"
    " 00 00 5e 00 01 0a c0 00 02 01";
static const char p6[] =
    "33 33 00 00 00 01 00 00 5e 00 02 14 86 dd 6c 00"
    " 00 00 00 20 3a ff fe 80 00 00 00 00 00 00 00 00"
    " 00 00 00 01 00 14 ff 02 00 00 00 00 00 00 00 00"
    " 00 00 00 00 00 01 88 00 4a 3a a0 00 00 00 20 01"
    " 0d b8 00 00 00 01 00 00 00 00 00 00 00 01 02 01"
    " 00 00 5e 00 02 14";

static void
check(const char *vip_text, const char *source_text, const uint8_t mac[6],
    const char *hex)
{
	uint8_t want[128], got[VRRP_ANNOUNCE_FRAME_MAX];
	struct addr vip = addr_of(vip_text), source = addr_of(source_text);
	size_t len = unhex(hex, want, sizeof(want)), n;

	assert_int_equal(vrrp_announce_build(&vip, &source, mac, 1, got,
	    sizeof(got)), len);
	assert_memory_equal(got, want, len);
	for (n = 0; n < len; n++)
		assert_int_equal(vrrp_announce_build(&vip, &source, mac, 1,
		    got, n), 0);
}

/* V-80 +, V-81 + P5 */
static void
test_vrrp_announce_gratuitous_arp_bytes(void **state)
{
	(void)state;
	check("192.0.2.1", "192.0.2.2", mac4, p5);
}

/* V-86 + P6 */
static void
test_vrrp_announce_unsolicited_na_bytes(void **state)
{
	(void)state;
	check("2001:db8:0:1::1", "fe80::1:14", mac6, p6);
}

/* V-86 - A host without forwarding must not call itself a router (V-88). */
static void
test_vrrp_announce_host_clears_router_flag(void **state)
{
	struct addr vip = addr_of("2001:db8:0:1::1");
	struct addr source = addr_of("fe80::1:14");
	uint8_t frame[VRRP_ANNOUNCE_FRAME_MAX];

	(void)state;
	assert_int_equal(vrrp_announce_build(&vip, &source, mac6, 0, frame,
	    sizeof(frame)), 86);
	assert_int_equal(frame[58], 0x20);	/* O alone */
	assert_int_equal(frame[56] << 8 | frame[57], 0x4a3a + 0x8000);
}

/* V-80 -, V-86 - */
static void
test_vrrp_announce_wrong_family_refused(void **state)
{
	struct addr vip = addr_of("2001:db8:0:1::1");
	struct addr ipv4 = addr_of("192.0.2.2"), unset = { .family = 0 };
	uint8_t frame[VRRP_ANNOUNCE_FRAME_MAX];

	(void)state;
	assert_int_equal(vrrp_announce_build(&vip, &ipv4, mac6, 1, frame,
	    sizeof(frame)), 0);
	assert_int_equal(vrrp_announce_build(&unset, &ipv4, mac6, 1, frame,
	    sizeof(frame)), 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vrrp_announce_gratuitous_arp_bytes),
		cmocka_unit_test(test_vrrp_announce_unsolicited_na_bytes),
		cmocka_unit_test(test_vrrp_announce_host_clears_router_flag),
		cmocka_unit_test(test_vrrp_announce_wrong_family_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
