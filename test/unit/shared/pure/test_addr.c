/*
 * test_addr.c - addresses as values: text, order, prefixes, socket addresses.
 */
#include "config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "shared/pure/addr.h"

static struct addr
a(const char *text)
{
	struct addr out;

	assert_int_equal(addr_parse(text, &out), 0);
	return out;
}

static void
test_addr_parse_good_text_round_trips(void **state)
{
	static const char *good[] = {
		"0.0.0.0", "192.0.2.50", "255.255.255.255", "::", "::1",
		"2001:db8::1", "fe80::200:5eff:fe00:133", "2001:db8:0:1:1:1:1:1",
		"ff02::12",
	};
	char buf[ADDR_STRLEN];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct addr x = a(good[i]);

		assert_string_equal(addr_format(&x, buf, sizeof(buf)), good[i]);
	}
}

static void
test_addr_parse_rfc5952_spelling_is_canonical(void **state)
{
	struct addr x = a("2001:0DB8:0:0:0:0:0:00a1");
	char buf[ADDR_STRLEN];

	(void)state;
	assert_string_equal(addr_format(&x, buf, sizeof(buf)), "2001:db8::a1");
}

static void
test_addr_parse_bad_text_refused_untouched(void **state)
{
	static const char *bad[] = {
		"", " ", "1.2.3", "1.2.3.4.5", "256.0.0.1", "01.2.3.4",
		"1.2.3.4 ", " 1.2.3.4", "localhost", "fe80::1%eth0", ":::",
		"1:2:3:4:5:6:7:8:9", "12345::", "1.2.3.4/24", "0x1.2.3.4",
	};
	struct addr before = a("192.0.2.1"), x = before;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(addr_parse(bad[i], &x), -EINVAL);
		assert_memory_equal(&x, &before, sizeof(x));
	}
}

static void
test_addr_cmp_is_unsigned_big_endian(void **state)
{
	struct addr lo = a("10.0.0.200"), hi = a("10.0.1.1"), top = a("200.0.0.1");
	struct addr six = a("::1"), six2 = a("fe80::1");

	(void)state;
	assert_true(addr_cmp(&lo, &hi) < 0);		/* V-74 */
	assert_true(addr_cmp(&hi, &lo) > 0);
	assert_true(addr_cmp(&top, &hi) > 0);		/* 200 is not -56 */
	assert_true(addr_cmp(&six2, &six) > 0);
	assert_int_equal(addr_cmp(&lo, &lo), 0);
	assert_true(addr_cmp(&top, &six) < 0);
	assert_true(addr_equal(&lo, &lo));
	assert_false(addr_equal(&lo, &hi));
}

static void
test_addr_cmp_same_bytes_other_family_differ(void **state)
{
	struct addr four = { 0 }, six = { .family = AF_INET6 }, none = { 0 };

	(void)state;
	four.family = AF_INET;
	assert_false(addr_equal(&four, &six));
	assert_false(addr_equal(&four, &none));
	assert_true(addr_equal(&none, &none));
}

static void
test_addr_classes_follow_the_prefixes(void **state)
{
	static const struct {
		const char *text;
		bool multicast, link_local, unspecified, reserved;
	} c[] = {
		{ "224.0.0.18", true, false, false, false },
		{ "239.255.255.255", true, false, false, false },
		{ "240.0.0.1", false, false, false, true },
		{ "255.255.255.255", false, false, false, true },
		{ "255.255.255.254", false, false, false, true },
		{ "223.255.255.255", false, false, false, false },
		{ "169.254.1.1", false, true, false, false },
		{ "169.253.1.1", false, false, false, false },
		{ "0.0.0.0", false, false, true, true },
		{ "0.0.0.1", false, false, false, true },
		{ "1.0.0.0", false, false, false, false },
		{ "126.255.255.255", false, false, false, false },
		{ "127.255.255.255", false, false, false, true },
		{ "128.0.0.0", false, false, false, false },
		{ "ff02::12", true, false, false, false },
		{ "fe80::1", false, true, false, false },
		{ "febf::1", false, true, false, false },
		{ "fec0::1", false, false, false, false },
		{ "::", false, false, true, true },
		{ "::1", false, false, false, true },
		{ "::ffff:192.0.2.1", false, false, false, true },
		{ "100::1", false, false, false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		struct addr x = a(c[i].text);

		assert_int_equal(addr_is_multicast(&x), c[i].multicast);
		assert_int_equal(addr_is_link_local(&x), c[i].link_local);
		assert_int_equal(addr_is_unspecified(&x), c[i].unspecified);
		assert_int_equal(addr_is_reserved(&x), c[i].reserved);
		assert_int_equal(addr_is_host(&x),
		    !c[i].multicast && !c[i].unspecified &&
		    strcmp(c[i].text, "255.255.255.255") != 0);
	}
}

static void
test_addr_unset_is_nothing(void **state)
{
	struct addr none = { 0 };
	struct addr_prefix all = { .addr = none, .len = 0 };
	char buf[ADDR_STRLEN];

	(void)state;
	assert_false(addr_is_set(&none));
	assert_false(addr_is_multicast(&none));
	assert_false(addr_is_link_local(&none));
	assert_false(addr_is_unspecified(&none));
	assert_false(addr_is_host(&none));
	assert_false(addr_in_prefix(&none, &all));
	assert_string_equal(addr_format(&none, buf, sizeof(buf)), "-");
	assert_int_equal(addr_len(AF_UNSPEC), 0);
}

static void
test_addr_from_bytes_zeroes_the_rest(void **state)
{
	uint8_t bytes[16];
	struct addr x, zero = { 0 };

	(void)state;
	memset(bytes, 0xff, sizeof(bytes));
	x = addr_from_bytes(AF_INET, bytes);
	assert_memory_equal(x.bytes + 4, zero.bytes, 12);
	x = addr_from_bytes(77, bytes);
	assert_memory_equal(&x, &zero, sizeof(x));
}

static void
test_addr_in_prefix_compares_only_len_bits(void **state)
{
	static const struct {
		const char *addr, *prefix;
		bool in;
	} c[] = {
		{ "192.0.2.7", "192.0.2.50/24", true },
		{ "192.0.3.7", "192.0.2.50/24", false },
		{ "192.0.3.7", "192.0.2.50/23", true },
		{ "192.0.2.50", "192.0.2.50/32", true },
		{ "192.0.2.51", "192.0.2.50/32", false },
		{ "192.0.2.51", "192.0.2.50/31", true },
		{ "8.8.8.8", "0.0.0.0/0", true },
		{ "::1", "0.0.0.0/0", false },
		{ "2001:db8::1", "2001:db8::/33", true },
		{ "2001:db8:8000::1", "2001:db8::/33", false },
		{ "2001:db8::1", "2001:db8::1/128", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		struct addr x = a(c[i].addr);
		struct addr_prefix p;

		assert_int_equal(addr_prefix_parse(c[i].prefix, &p), 0);
		assert_int_equal(addr_in_prefix(&x, &p), c[i].in);
	}
}

static void
test_addr_prefix_parse_keeps_host_bits(void **state)
{
	static const struct { const char *in, *out; } c[] = {
		{ "192.0.2.50/24", "192.0.2.50/24" },
		{ "192.0.2.50", "192.0.2.50/32" },
		{ "2001:db8::5/64", "2001:db8::5/64" },
		{ "2001:db8::5", "2001:db8::5/128" },
		{ "0.0.0.0/0", "0.0.0.0/0" },
	};
	char buf[ADDR_PREFIX_STRLEN];

	(void)state;
	for (size_t i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		struct addr_prefix p;

		assert_int_equal(addr_prefix_parse(c[i].in, &p), 0);
		assert_string_equal(addr_prefix_format(&p, buf, sizeof(buf)),
		    c[i].out);
	}
}

static void
test_addr_prefix_parse_bad_length_refused(void **state)
{
	static const char *bad[] = {
		"192.0.2.1/33", "192.0.2.1/", "192.0.2.1/-1", "192.0.2.1/024",
		"192.0.2.1/24x", "192.0.2.1/ 24", "192.0.2.1/255.255.255.0",
		"192.0.2.1/1000000000000", "::/129", "/24", "", "192.0.2/24",
		"1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111/64",
	};
	struct addr_prefix p;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(addr_prefix_parse(bad[i], &p), -EINVAL);
}

static void
test_addr_sockaddr_round_trips(void **state)
{
	struct sockaddr_storage ss;
	struct addr in = a("192.0.2.1"), out;
	uint16_t port = 0;

	(void)state;
	assert_int_equal(addr_to_sockaddr(&in, 3784, 5, &ss),
	    sizeof(struct sockaddr_in));
	assert_int_equal(addr_from_sockaddr((struct sockaddr *)&ss, &out, &port),
	    0);
	assert_memory_equal(&in, &out, sizeof(in));
	assert_int_equal(port, 3784);

	in = a("2001:db8::1");
	assert_int_equal(addr_to_sockaddr(&in, 4784, 5, &ss),
	    sizeof(struct sockaddr_in6));
	assert_int_equal(addr_from_sockaddr((struct sockaddr *)&ss, &out, NULL),
	    0);
	assert_memory_equal(&in, &out, sizeof(in));
}

static void
test_addr_sockaddr_scope_only_where_it_belongs(void **state)
{
	struct sockaddr_storage ss;
	struct sockaddr_in6 sin6;
	struct addr x = a("fe80::1");

	(void)state;
	addr_to_sockaddr(&x, 0, 7, &ss);
	memcpy(&sin6, &ss, sizeof(sin6));
	assert_int_equal(sin6.sin6_scope_id, 7);
	x = a("2001:db8::1");
	addr_to_sockaddr(&x, 0, 7, &ss);
	memcpy(&sin6, &ss, sizeof(sin6));
	assert_int_equal(sin6.sin6_scope_id, 0);
}

static void
test_addr_sockaddr_other_family_refused(void **state)
{
	struct sockaddr_storage ss = { .ss_family = AF_UNIX };
	struct addr before = a("192.0.2.1"), x = before, none = { 0 };

	(void)state;
	assert_int_equal(addr_from_sockaddr((struct sockaddr *)&ss, &x, NULL),
	    -EAFNOSUPPORT);
	assert_memory_equal(&x, &before, sizeof(x));
	assert_int_equal(addr_to_sockaddr(&none, 1, 0, &ss), 0);
}

static void
test_addr_loopback_and_broadcast_of_a_network(void **state)
{
	static const struct {
		const char *addr, *net; bool loopback, broadcast;
	} c[] = {
		{ "127.0.0.1", "192.0.2.1/24", true, false },
		{ "127.255.255.254", "192.0.2.1/24", true, false },
		{ "128.0.0.1", "192.0.2.1/24", false, false },
		{ "::1", "2001:db8::1/64", true, false },
		{ "::2", "2001:db8::1/64", false, false },
		{ "192.0.2.255", "192.0.2.1/24", false, true },
		{ "192.0.2.255", "192.0.3.1/24", false, false },
		{ "192.0.2.255", "192.0.2.1/23", false, false },
		{ "192.0.3.255", "192.0.2.1/23", false, true },
		{ "192.0.2.63", "192.0.2.33/27", false, true },
		{ "192.0.2.3", "192.0.2.1/30", false, true },
		{ "192.0.2.1", "192.0.2.0/31", false, false },
		{ "192.0.2.1", "192.0.2.1/32", false, false },
		{ "255.255.255.255", "192.0.2.1/0", false, true },
		{ "2001:db8::ffff", "2001:db8::1/112", false, false },
	};
	struct addr_prefix p;
	struct addr a;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		assert_int_equal(addr_parse(c[i].addr, &a), 0);
		assert_int_equal(addr_prefix_parse(c[i].net, &p), 0);
		assert_int_equal(addr_is_loopback(&a), c[i].loopback);
		assert_int_equal(addr_is_broadcast_of(&a, &p), c[i].broadcast);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addr_loopback_and_broadcast_of_a_network),
		cmocka_unit_test(test_addr_parse_good_text_round_trips),
		cmocka_unit_test(test_addr_parse_rfc5952_spelling_is_canonical),
		cmocka_unit_test(test_addr_parse_bad_text_refused_untouched),
		cmocka_unit_test(test_addr_cmp_is_unsigned_big_endian),
		cmocka_unit_test(test_addr_cmp_same_bytes_other_family_differ),
		cmocka_unit_test(test_addr_classes_follow_the_prefixes),
		cmocka_unit_test(test_addr_unset_is_nothing),
		cmocka_unit_test(test_addr_from_bytes_zeroes_the_rest),
		cmocka_unit_test(test_addr_in_prefix_compares_only_len_bits),
		cmocka_unit_test(test_addr_prefix_parse_keeps_host_bits),
		cmocka_unit_test(test_addr_prefix_parse_bad_length_refused),
		cmocka_unit_test(test_addr_sockaddr_round_trips),
		cmocka_unit_test(test_addr_sockaddr_scope_only_where_it_belongs),
		cmocka_unit_test(test_addr_sockaddr_other_family_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
