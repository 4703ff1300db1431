/*
 * test_vrrp_lease.c - for how long an Active may answer, as a value and as bytes.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "vrrpd/pure/vrrp_lease.h"

#define TICK	(4 * NS_PER_MS)

static struct vrrp_params
params(void)
{
	struct vrrp_params p;

	vrrp_params_init(&p);
	p.family = AF_INET;
	p.vrid = 51;
	p.vip_count = 2;
	memcpy(p.interface, "eth0", 5);
	memcpy(p.vips[1].device, "eth1", 5);
	assert_int_equal(addr_prefix_parse("192.0.2.50/24",
	    &p.vips[0].prefix), 0);
	assert_int_equal(addr_prefix_parse("198.51.100.50/24",
	    &p.vips[1].prefix), 0);
	return p;
}

static struct vrrp_lease
lease(void)
{
	const struct vrrp_params p = params();
	struct vrrp_lease l;

	assert_null(vrrp_lease_of(&p, TICK, &l));
	return l;
}

/* A timeout of n ms that begins in the middle of a tick is over after more. */
static void
test_vrrp_lease_ends_after_the_span_and_never_before(void **state)
{
	static const int64_t ticks_ns[] = { 1000000, 3333333, 4000000,
	    10000000 };
	int64_t span_ns, left_ns;
	uint32_t ms;
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof(ticks_ns) / sizeof(ticks_ns[0]); i++)
		for (span_ns = NS_PER_MS; span_ns < 100 * NS_PER_MS;
		    span_ns += 777777) {
			ms = vrrp_lease_ms(span_ns, ticks_ns[i]);
			/* The kernel rounds down, and the first one is not whole. */
			left_ns = ((int64_t)ms * NS_PER_MS / ticks_ns[i] - 1) *
			    ticks_ns[i];
			assert_true(left_ns >= span_ns);
			assert_true((int64_t)ms * NS_PER_MS < span_ns +
			    2 * ticks_ns[i] + NS_PER_MS);
		}
}

static void
test_vrrp_lease_of_its_values(void **state)
{
	struct vrrp_params p = params();
	struct vrrp_lease l = lease();
	struct vrrp_lease other = l;

	(void)state;
	assert_int_equal(l.advert_ms, 3004);
	assert_int_equal(l.interval, 100);
	assert_int_equal(l.device_count, 2);
	assert_string_equal(l.devices[0], "eth0");
	assert_int_equal(l.vips[0].device, 0);
	assert_int_equal(l.vips[1].device, 1);
	other.version = 2;
	other.vip_count = 0;
	assert_true(vrrp_lease_is_same_router(&l, &other));
	other.vrid++;
	assert_false(vrrp_lease_is_same_router(&l, &other));
	p.version = 2;
	p.advert_int_cs = 300;
	assert_null(vrrp_lease_of(&p, TICK, &l));
	assert_int_equal(l.interval, 3);
	p.lease = false;
	assert_string_equal(vrrp_lease_of(&p, TICK, &l), "lease = no");
	p.lease = true;
	p.priority = VRRP_PRIORITY_OWNER;
	assert_non_null(vrrp_lease_of(&p, TICK, &l));
}

static void
test_vrrp_lease_devices_have_a_limit(void **state)
{
	struct vrrp_params p = params();
	struct vrrp_lease l;
	unsigned i;

	(void)state;
	for (i = 0; i < 9; i++) {
		p.vips[i].prefix = p.vips[0].prefix;
		p.vips[i].device[0] = (char)('a' + i);
		p.vips[i].device[1] = '\0';
	}
	p.vip_count = 7;
	assert_null(vrrp_lease_of(&p, TICK, &l));
	p.vip_count = 8;
	assert_non_null(vrrp_lease_of(&p, TICK, &l));
}

/* The other addresses are covered too, whatever their family. */
static void
test_vrrp_lease_covers_other_addresses(void **state)
{
	static uint8_t bytes[VRRP_LEASE_ERRAND_MAX];
	static struct vrrp_lease_errand e, again;
	struct vrrp_params p = params();
	struct vrrp_vip other = p.vips[1];
	unsigned i;
	size_t len;

	(void)state;
	assert_int_equal(addr_prefix_parse("2001:db8::50/64", &other.prefix),
	    0);
	for (i = 2; i < VRRP_ADDRESSES_MAX; i++) {
		other.prefix.addr.bytes[14] = (uint8_t)(i >> 8);
		other.prefix.addr.bytes[15] = (uint8_t)i;
		assert_true(vrrp_params_add_address(&p, &other, true));
	}
	assert_false(vrrp_params_add_address(&p, &other, true));
	assert_null(vrrp_lease_of(&p, TICK, &e.lease));
	e.number = 7;
	e.put = true;
	len = vrrp_lease_errand_encode(&e, bytes);
	assert_true(len > 0);
	assert_true(vrrp_lease_errand_decode(bytes, len, &again));
	assert_true(vrrp_lease_equal(&e.lease, &again.lease));
	assert_int_equal(again.lease.vips[1].addr.family, AF_INET);
	assert_int_equal(again.lease.vips[511].addr.family, AF_INET6);
	assert_int_equal(again.lease.vips[511].device, 1);
	/* One more than there is room for. */
	bytes[10] = 2;
	bytes[11] = 1;
	assert_false(vrrp_lease_errand_decode(bytes, len, &again));
}

static void
test_vrrp_lease_peers_are_known_once(void **state)
{
	struct vrrp_lease l = lease(), same = l;
	struct addr a;
	unsigned i;

	(void)state;
	assert_int_equal(addr_parse("192.0.2.2", &a), 0);
	assert_true(vrrp_lease_peer(&l, &a, 3, 10 * NS_PER_MS, TICK));
	assert_int_equal(l.peers[0].ms, 36);
	assert_int_equal(l.peers[0].tx_us, 10000);
	assert_false(vrrp_lease_equal(&l, &same));
	assert_true(vrrp_lease_peer(&l, &a, 3, 20 * NS_PER_MS, TICK));
	assert_int_equal(l.peer_count, 1);
	assert_int_equal(l.peers[0].ms, 64);
	for (i = 1; i < VRRP_LEASE_PEERS_MAX; i++) {
		a.bytes[2]++;
		assert_true(vrrp_lease_peer(&l, &a, 3, NS_PER_MS, TICK));
	}
	a.bytes[2]++;
	assert_false(vrrp_lease_peer(&l, &a, 3, NS_PER_MS, TICK));
	same = l;
	assert_true(vrrp_lease_equal(&l, &same));
	same.peers[9].ms++;
	assert_false(vrrp_lease_equal(&l, &same));
	same = l;
	same.vips[1].addr.bytes[3]++;
	assert_false(vrrp_lease_equal(&l, &same));
}

static struct vrrp_lease_errand
errand(void)
{
	struct vrrp_lease_errand e;
	struct addr a;

	memset(&e, 0, sizeof(e));
	e.number = 0x12345678;
	e.put = e.is_active = true;
	e.lease = lease();
	assert_int_equal(addr_parse("192.0.2.2", &a), 0);
	assert_true(vrrp_lease_peer(&e.lease, &a, 3, 10 * NS_PER_MS, TICK));
	return e;
}

static void
test_vrrp_lease_errand_survives_its_bytes(void **state)
{
	static uint8_t bytes[VRRP_LEASE_ERRAND_MAX];
	static struct vrrp_lease_errand out;
	struct vrrp_lease_errand e = errand();
	size_t len = vrrp_lease_errand_encode(&e, bytes), n;

	(void)state;
	assert_true(len >= VRRP_LEASE_ERRAND_MIN);
	assert_true(vrrp_lease_errand_decode(bytes, len, &out));
	assert_int_equal(out.number, e.number);
	assert_true(out.put && out.is_active);
	assert_true(vrrp_lease_equal(&out.lease, &e.lease));
	for (n = 0; n < len; n++)
		assert_false(vrrp_lease_errand_decode(bytes, n, &out));
	assert_false(vrrp_lease_errand_decode(bytes, len + 1, &out));
	e.put = false;
	len = vrrp_lease_errand_encode(&e, bytes);
	assert_true(vrrp_lease_errand_decode(bytes, len, &out));
	assert_false(out.put);
	assert_string_equal(out.lease.devices[0], "eth0");
}

/* Each byte is another: refused, or a value that has bytes of its own. */
static void
test_vrrp_lease_errand_takes_no_nonsense(void **state)
{
	static uint8_t bytes[VRRP_LEASE_ERRAND_MAX], again[sizeof(bytes)];
	static struct vrrp_lease_errand out;
	const struct vrrp_lease_errand e = errand();
	size_t len = vrrp_lease_errand_encode(&e, bytes), i;
	unsigned value;
	uint8_t was;

	(void)state;
	for (i = 0; i < len; i++) {
		was = bytes[i];
		for (value = 0; value < 256; value++) {
			bytes[i] = (uint8_t)value;
			if (!vrrp_lease_errand_decode(bytes, len, &out))
				continue;
			assert_true(out.lease.device_count >= 1);
			assert_true(out.lease.vip_count >= 1 || !out.put);
			assert_true(vrrp_lease_errand_encode(&out, again) > 0);
		}
		bytes[i] = was;
	}
}

static void
test_vrrp_lease_answer_survives_its_bytes(void **state)
{
	uint8_t bytes[VRRP_LEASE_ANSWER_BYTES + 1] = { 0 };
	uint32_t number;
	int error;

	(void)state;
	assert_int_equal(vrrp_lease_answer_encode(7, -95, bytes),
	    VRRP_LEASE_ANSWER_BYTES);
	assert_true(vrrp_lease_answer_decode(bytes, VRRP_LEASE_ANSWER_BYTES,
	    &number, &error));
	assert_int_equal(number, 7);
	assert_int_equal(error, -95);
	assert_false(vrrp_lease_answer_decode(bytes, sizeof(bytes), &number,
	    &error));
	bytes[4] = 1;
	assert_false(vrrp_lease_answer_decode(bytes, VRRP_LEASE_ANSWER_BYTES,
	    &number, &error));
}

static void
test_vrrp_lease_word_is_for_one_router(void **state)
{
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 1 };
	const struct vrrp_lease l = lease();
	uint8_t f[VRRP_LEASE_WORD_BYTES], key[VRRP_LEASE_KEY_LEN];

	(void)state;
	vrrp_lease_say(&l, mac, VRRP_LEASE_ASIDE, f);
	vrrp_lease_key(AF_INET, 51, key);
	assert_memory_equal(f, mac, 6);
	assert_memory_equal(f + 6, mac, 6);
	assert_int_equal(f[12] << 8 | f[13], VRRP_LEASE_ETHERTYPE);
	assert_memory_equal(f + VRRP_LEASE_KEY_AT, key, sizeof(key));
	assert_int_equal(f[VRRP_LEASE_WORD_AT], VRRP_LEASE_ASIDE);
	assert_int_equal(f[VRRP_LEASE_INTERVAL_AT + 1], 100);
	vrrp_lease_key(AF_INET6, 51, key);
	assert_memory_not_equal(f + VRRP_LEASE_KEY_AT, key, sizeof(key));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_vrrp_lease_ends_after_the_span_and_never_before),
		cmocka_unit_test(test_vrrp_lease_of_its_values),
		cmocka_unit_test(test_vrrp_lease_devices_have_a_limit),
		cmocka_unit_test(test_vrrp_lease_covers_other_addresses),
		cmocka_unit_test(test_vrrp_lease_peers_are_known_once),
		cmocka_unit_test(test_vrrp_lease_errand_survives_its_bytes),
		cmocka_unit_test(test_vrrp_lease_errand_takes_no_nonsense),
		cmocka_unit_test(test_vrrp_lease_answer_survives_its_bytes),
		cmocka_unit_test(test_vrrp_lease_word_is_for_one_router),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
