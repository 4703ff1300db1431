/*
 * test_bfd_echo.c - echo packets and the IP packets around them: what is ours
 * is known again, and nothing else is.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bfdd/pure/bfd_echo.h"
#include "shared/pure/csum.h"

static const uint8_t key[BFD_ECHO_KEY_LEN] = "the key of this process";
static const uint8_t other_key[BFD_ECHO_KEY_LEN] = "the key of another one";
static const struct bfd_echo ours = {
	.discr = 0x11223344, .sequence = 0xfffffffe,
	.sent = { INT64_C(0x0123456789abcdef) },
};

static struct bfd_echo_header
header(const char *self)
{
	struct bfd_echo_header h = { .source_port = 49152 };

	assert_int_equal(addr_parse(self, &h.source), 0);
	h.destination = h.source;
	return h;
}

static void
test_bfd_echo_what_was_built_is_parsed(void **state)
{
	uint8_t buf[BFD_ECHO_LEN];
	struct bfd_echo e;

	(void)state;
	assert_true(bfd_echo_build(key, &ours, buf));
	assert_int_not_equal(buf[0] >> 5, BFD_VERSION);
	assert_true(bfd_echo_parse(key, buf, sizeof(buf), &e));
	assert_int_equal(e.discr, ours.discr);
	assert_int_equal(e.sequence, ours.sequence);
	assert_true(e.sent.ns == ours.sent.ns);
}

/* B-91 - */
static void
test_bfd_echo_any_other_bit_is_refused(void **state)
{
	uint8_t buf[BFD_ECHO_LEN], longer[BFD_ECHO_LEN + 1] = { 0 };
	struct bfd_echo e;
	size_t i;

	(void)state;
	assert_true(bfd_echo_build(key, &ours, buf));
	for (i = 0; i < 8 * sizeof(buf); i++) {
		buf[i / 8] ^= (uint8_t)(1u << i % 8);
		assert_false(bfd_echo_parse(key, buf, sizeof(buf), &e));
		buf[i / 8] ^= (uint8_t)(1u << i % 8);
	}
	for (i = 0; i < sizeof(buf); i++)
		assert_false(bfd_echo_parse(key, buf, i, &e));
	memcpy(longer, buf, sizeof(buf));
	assert_false(bfd_echo_parse(key, longer, sizeof(longer), &e));
	assert_false(bfd_echo_parse(other_key, buf, sizeof(buf), &e));
}

/* B-93 + */
static void
test_bfd_echo_wrapped_is_an_ip_packet(void **state)
{
	static const char *const selves[] = { "192.0.2.2", "2001:db8::2" };
	static const uint8_t odd[5] = { 1, 2, 3, 4, 5 };
	unsigned i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct bfd_echo_header h = header(selves[i]), got;
		size_t ip = i == 0 ? 20 : 40, len, n, cut;
		uint8_t buf[BFD_ECHO_PACKET_MAX];
		const uint8_t *payload;

		n = bfd_echo_wrap(&h, odd, sizeof(odd), buf, sizeof(buf));
		assert_int_equal(n, ip + 8 + sizeof(odd));
		assert_int_equal(buf[i == 0 ? 8 : 7], 255);
		if (i == 0) {
			assert_int_equal(buf[1], 0xc0);
			assert_int_equal(csum_finish(csum_add(0, buf, 20)), 0);
			assert_memory_equal(buf + 12, buf + 16, 4);
		} else
			assert_int_equal((buf[0] << 8 | buf[1]) & 0xff0, 0xc00);
		assert_int_equal(buf[ip + 2] << 8 | buf[ip + 3], 3785);

		buf[i == 0 ? 8 : 7]--;		/* as the neighbour does */
		if (i == 0)
			buf[10]++;
		assert_true(bfd_echo_unwrap(h.source.family, buf, n, &got,
		    &payload, &len));
		assert_int_equal(got.ttl, BFD_ECHO_TTL);
		assert_true(addr_equal(&got.source, &h.source));
		assert_true(addr_equal(&got.destination, &h.source));
		assert_int_equal(got.source_port, 49152);
		assert_int_equal(len, sizeof(odd));
		assert_memory_equal(payload, odd, sizeof(odd));

		for (cut = 0; cut < n; cut++)
			assert_false(bfd_echo_unwrap(h.source.family, buf, cut,
			    &got, &payload, &len));
		assert_false(bfd_echo_unwrap(i == 0 ? AF_INET6 : AF_INET, buf,
		    n, &got, &payload, &len));
		assert_int_equal(bfd_echo_wrap(&h, odd, sizeof(odd), buf,
		    n - 1), 0);
	}
}

/* B-93 - */
static void
test_bfd_echo_damaged_packets_are_refused(void **state)
{
	static const char *const selves[] = { "192.0.2.2", "2001:db8::2" };
	uint8_t echo[BFD_ECHO_LEN], buf[BFD_ECHO_PACKET_MAX];
	unsigned i;
	size_t bit;

	(void)state;
	assert_true(bfd_echo_build(key, &ours, echo));
	for (i = 0; i < 2; i++) {
		struct bfd_echo_header h = header(selves[i]), got;
		const uint8_t *payload;
		size_t len, n;

		n = bfd_echo_wrap(&h, echo, sizeof(echo), buf, sizeof(buf));
		for (bit = 0; bit < 8 * n; bit++) {
			size_t at = bit / 8;

			/* Traffic class, flow label, hop limit: not covered. */
			if (i == 1 && ((at < 4 && bit != 4 && bit != 5 &&
			    bit != 6 && bit != 7) || at == 7))
				continue;
			buf[at] ^= (uint8_t)(1u << bit % 8);
			assert_false(bfd_echo_unwrap(h.source.family, buf, n,
			    &got, &payload, &len));
			buf[at] ^= (uint8_t)(1u << bit % 8);
		}
	}
}

static void
test_bfd_echo_other_ip_packets_are_refused(void **state)
{
	struct bfd_echo_header h = header("192.0.2.2"), mixed = h, got;
	uint8_t buf[BFD_ECHO_PACKET_MAX];
	const uint8_t *payload;
	size_t len, n;
	uint16_t sum;

	(void)state;
	assert_int_equal(addr_parse("2001:db8::1", &mixed.source), 0);
	assert_int_equal(bfd_echo_wrap(&mixed, key, 8, buf, sizeof(buf)), 0);
	n = bfd_echo_wrap(&h, key, 8, buf, sizeof(buf));

	/* A first fragment with an intact header. */
	buf[6] = 0x20;
	buf[10] = buf[11] = 0;
	sum = csum_finish(csum_add(0, buf, 20));
	buf[10] = (uint8_t)(sum >> 8);
	buf[11] = (uint8_t)sum;
	assert_false(bfd_echo_unwrap(AF_INET, buf, n, &got, &payload, &len));

	/* No checksum is no mistake over IPv4. */
	n = bfd_echo_wrap(&h, key, 8, buf, sizeof(buf));
	buf[26] = buf[27] = 0;
	assert_true(bfd_echo_unwrap(AF_INET, buf, n, &got, &payload, &len));

	/* A frame is padded; the packet's own length counts. */
	n = bfd_echo_wrap(&h, key, 8, buf, sizeof(buf));
	assert_true(bfd_echo_unwrap(AF_INET, buf, n + 10, &got, &payload,
	    &len));
	assert_int_equal(len, 8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test(test_bfd_echo_##name)
		T(what_was_built_is_parsed),
		T(any_other_bit_is_refused),
		T(wrapped_is_an_ip_packet),
		T(damaged_packets_are_refused),
		T(other_ip_packets_are_refused),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
