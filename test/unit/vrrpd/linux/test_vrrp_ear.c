/*
 * test_vrrp_ear.c - which ARP and Neighbor Discovery passes the filter.
 */
#include "config.h"

#include <linux/if_packet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test/unit/vrrpd/linux/bpf_run.h"
#include "vrrpd/linux/vrrp_ear.h"
#include "vrrpd/pure/vrrp_ask.h"

static const uint8_t own[6] = { 2, 0, 0, 0, 0, 1 };
static struct sock_filter code[VRRP_EAR_FILTER_MAX];
static size_t code_len;
static struct vrrp_ear_wish wish;
static uint8_t frame[VRRP_ASK_FRAME_MAX];
static size_t len;
static uint32_t pkttype, tagged, tag;

static struct addr
addr(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, &a), 0);
	return a;
}

static bool
passes(void)
{
	const struct bpf_frame f = { frame, len, pkttype, tagged != 0,
	    (uint16_t)tag };

	return bpf_run(code, code_len, &f) != 0;
}

static int
setup(void **state)
{
	(void)state;
	memset(&wish, 0, sizeof(wish));
	wish.addrs[0] = addr("192.0.2.50");
	wish.addrs[1] = addr("2001:db8::50");
	wish.addrs[2] = addr("192.0.2.51");
	wish.addr_count = 3;
	code_len = vrrp_ear_build_filter(&wish, code);
	pkttype = PACKET_BROADCAST;
	tagged = tag = 0;
	return 0;
}

static void
build(const char *target, const char *source)
{
	struct addr t = addr(target), s = addr(source);

	len = vrrp_ask_build(&t, &s, own, 51, true, frame, sizeof(frame));
	assert_true(len > 0);
}

static void
test_vrrp_ear_signed_asks_pass(void **state)
{
	(void)state;
	build("192.0.2.50", "192.0.2.1");
	assert_true(passes());
	build("192.0.2.51", "192.0.2.1");
	assert_true(passes());
	memset(frame + 32, 0, 6);		/* an ordinary host's */
	assert_false(passes());
	build("192.0.2.52", "192.0.2.1");
	assert_false(passes());
	build("2001:db8::50", "fe80::1");
	assert_true(passes());
	frame[90] = 0;				/* another nonce */
	assert_false(passes());
	build("2001:db8::51", "fe80::1");
	assert_false(passes());
	build("2001:db8::50", "fe80::1");
	len -= 8;				/* without any */
	assert_false(passes());
}

/* Of whoever asks for one of the addresses, and nothing more, if it is wished. */
static void
test_vrrp_ear_askers_pass_where_they_are_wished(void **state)
{
	(void)state;
	wish.askers = true;
	code_len = vrrp_ear_build_filter(&wish, code);
	build("192.0.2.50", "192.0.2.9");
	assert_true(passes());
	memset(frame + 32, 0, 6);
	assert_true(passes());
	build("192.0.2.52", "192.0.2.9");
	memset(frame + 32, 0, 6);
	assert_false(passes());
	frame[21] = 2;				/* a reply to somebody else */
	assert_false(passes());
	build("2001:db8::50", "fe80::9");
	assert_true(passes());
	len -= 8;				/* without a nonce */
	assert_true(passes());
	frame[54] = 136;
	assert_true(passes());
	frame[54] = 128;			/* a ping */
	assert_false(passes());
	build("2001:db8::51", "fe80::9");
	len -= 8;
	assert_false(passes());
}

static void
test_vrrp_ear_claims_and_answers_pass(void **state)
{
	(void)state;
	build("192.0.2.7", "192.0.2.51");
	assert_true(passes());
	build("192.0.2.7", "192.0.2.52");
	memset(frame + 32, 0, 6);
	frame[21] = 2;
	assert_false(passes());
	memset(frame + 38, 0, 4);		/* to 0.0.0.0 */
	assert_true(passes());
	build("2001:db8::50", "fe80::9");
	frame[54] = 136;
	assert_true(passes());
	frame[54] = 128;			/* a ping */
	assert_false(passes());
	build("2001:db8::51", "fe80::9");
	frame[54] = 136;
	assert_false(passes());
}

static void
test_vrrp_ear_direction_and_tags(void **state)
{
	(void)state;
	build("192.0.2.50", "192.0.2.1");
	pkttype = PACKET_OUTGOING;
	assert_false(passes());
	pkttype = PACKET_OTHERHOST;
	assert_false(passes());
	memcpy(frame, "\x00\x00\x5e\x00\x01\x33", 6);
	assert_true(passes());
	memcpy(frame, "\x00\x00\x5e\x00\x02\x33", 6);
	assert_true(passes());
	memcpy(frame, "\x00\x00\x5e\x00\x03\x33", 6);
	assert_false(passes());
	pkttype = PACKET_HOST;
	tagged = 1;
	tag = 5;
	assert_false(passes());
	tag = 0xe000;				/* a priority alone */
	assert_true(passes());
	tagged = 0;
	frame[12] = 0x86;			/* IPv6 that is ARP */
	frame[13] = 0xdd;
	assert_false(passes());
	frame[12] = 0x08;			/* IPv4 */
	frame[13] = 0x00;
	assert_false(passes());
}

/* As many as there may be, of both families; the kernel takes the program. */
static void
test_vrrp_ear_filter_of_many_is_a_program(void **state)
{
	struct sock_fprog prog;
	uint8_t bytes[16] = { 0x20, 1 };
	int fd[2];
	unsigned i, family;

	(void)state;
	for (family = 0; family < 2; family++) {
		for (i = 0; i < VRRP_EAR_ADDRS_MAX; i++) {
			bytes[2] = (uint8_t)(i >> 8);
			bytes[3] = (uint8_t)i;
			wish.addrs[i] = addr_from_bytes(family == 0 ? AF_INET :
			    AF_INET6, bytes);
		}
		for (i = 0; i < VRRP_EAR_MACS_MAX; i++)
			wish.macs[i] = (uint16_t)(0x0100 + i);
		wish.addr_count = VRRP_EAR_ADDRS_MAX;
		wish.mac_count = VRRP_EAR_MACS_MAX;
		code_len = vrrp_ear_build_filter(&wish, code);
		assert_true(code_len <= VRRP_EAR_FILTER_MAX);
		prog.len = (unsigned short)code_len;
		prog.filter = code;
		assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, fd), 0);
		assert_int_equal(setsockopt(fd[0], SOL_SOCKET,
		    SO_ATTACH_FILTER, &prog, sizeof(prog)), 0);
		close(fd[0]);
		close(fd[1]);
	}
	build("192.0.2.50", "192.0.2.1");
	assert_false(passes());
	wish.addr_count = 0;
	code_len = vrrp_ear_build_filter(&wish, code);
	assert_false(passes());
}

/* Whatever it is, and from those MACs alone. */
static void
test_vrrp_ear_frames_from_virtual_macs_pass(void **state)
{
	(void)state;
	build("192.0.2.77", "192.0.2.1");
	memcpy(frame + 6, "\x00\x00\x5e\x00\x01\x33", 6);
	frame[12] = 0x08;			/* IPv4 */
	frame[13] = 0x00;
	assert_false(passes());
	wish.macs[0] = 0x0107;
	wish.macs[1] = 0x0133;
	wish.mac_count = 2;
	code_len = vrrp_ear_build_filter(&wish, code);
	assert_true(passes());
	pkttype = PACKET_OUTGOING;
	assert_false(passes());
	pkttype = PACKET_BROADCAST;
	frame[10] = 0x02;			/* of the other family */
	assert_false(passes());
	frame[10] = 0x01;
	tagged = 1;
	tag = 5;
	assert_false(passes());
	tagged = 0;
	/* And the rest as ever. */
	build("192.0.2.50", "192.0.2.1");
	assert_true(passes());
	build("2001:db8::50", "fe80::1");
	assert_true(passes());
	build("192.0.2.77", "192.0.2.1");
	assert_false(passes());
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_vrrp_ear_signed_asks_pass),
	    TEST(test_vrrp_ear_askers_pass_where_they_are_wished),
	    TEST(test_vrrp_ear_claims_and_answers_pass),
	    TEST(test_vrrp_ear_direction_and_tags),
	    TEST(test_vrrp_ear_filter_of_many_is_a_program),
	    TEST(test_vrrp_ear_frames_from_virtual_macs_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
