/*
 * test_vrrp_renewal.c - lent addresses for another while, as bytes.
 */
#include "config.h"

#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vrrpd/pure/vrrp_renewal.h"

/* A message with an address and with flags, as nl_batch_addr_renew() makes it. */
struct message {
	struct nlmsghdr		h;
	struct ifaddrmsg	ifa;
	struct rtattr		local;
	uint8_t			addr[4];
	struct rtattr		flags;
	uint32_t		value;
};
static uint8_t buf[512];

static struct message
make(void)
{
	return (struct message){
		.h = { .nlmsg_len = sizeof(struct message),
		    .nlmsg_type = RTM_NEWADDR,
		    .nlmsg_flags = NLM_F_REQUEST | NLM_F_REPLACE },
		.ifa = { .ifa_family = 2, .ifa_index = 5 },
		.local = { 8, IFA_LOCAL },
		.flags = { 8, IFA_FLAGS },
		.value = IFA_F_MCAUTOJOIN | IFA_F_NOPREFIXROUTE,
	};
}

static bool
is_taken(const struct message *m)
{
	const struct vrrp_renewal r = { { 5 }, (const uint8_t *)m,
	    sizeof(*m) };
	struct vrrp_renewal out;

	return vrrp_renewal_decode(buf, vrrp_renewal_encode(&r, buf,
	    sizeof(buf)), &out);
}

static void
test_vrrp_renewal_survives_its_bytes(void **state)
{
	struct message m[2] = { make(), make() };
	const struct vrrp_renewal r = { { INT64_C(0x123456789abcdef) },
	    (const uint8_t *)m, sizeof(m) };
	struct vrrp_renewal out = { .len = 77 };
	size_t len, i;

	(void)state;
	len = vrrp_renewal_encode(&r, buf, sizeof(buf));
	assert_int_equal(len, VRRP_RENEWAL_HEADER + sizeof(m));
	assert_int_equal(vrrp_renewal_encode(&r, buf, len - 1), 0);
	(void)vrrp_renewal_encode(&r, buf, sizeof(buf));
	for (i = 0; i < len; i++)
		if (i != VRRP_RENEWAL_HEADER + sizeof(m[0]))
			assert_false(vrrp_renewal_decode(buf, i, &out));
	assert_int_equal(out.len, 77);
	assert_true(vrrp_renewal_decode(buf, len, &out));
	assert_int_equal(out.wished.ns, r.wished.ns);
	assert_int_equal(out.len, sizeof(m));
	assert_memory_equal(out.netlink, m, sizeof(m));
	buf[0] = 0x80;			/* before all time */
	assert_false(vrrp_renewal_decode(buf, len, &out));
}

static void
test_vrrp_renewal_of_nothing_is_none(void **state)
{
	const struct vrrp_renewal r = { .len = 0 };

	(void)state;
	assert_int_equal(vrrp_renewal_encode(&r, buf, sizeof(buf)), 0);
}

/* Anything that could add or take away is refused. */
static void
test_vrrp_renewal_decoder_takes_renewals_only(void **state)
{
	struct message m = make();

	(void)state;
	assert_true(is_taken(&m));
	m.h.nlmsg_type = RTM_DELADDR;
	assert_false(is_taken(&m));
	m = make();
	m.h.nlmsg_type = RTM_NEWLINK;
	assert_false(is_taken(&m));
	m = make();
	m.h.nlmsg_flags |= NLM_F_CREATE;
	assert_false(is_taken(&m));
	m = make();
	m.h.nlmsg_flags = NLM_F_REQUEST;
	assert_false(is_taken(&m));
	m = make();
	m.value = IFA_F_NOPREFIXROUTE;
	assert_false(is_taken(&m));
	m = make();
	m.flags.rta_type = IFA_LABEL;
	assert_false(is_taken(&m));
	m = make();
	m.local.rta_len = 3;		/* the flags cannot be found */
	assert_false(is_taken(&m));
	m = make();
	m.flags.rta_len = 9;		/* beyond the end */
	assert_false(is_taken(&m));
	m = make();
	m.h.nlmsg_len = sizeof(m) + 4;
	assert_false(is_taken(&m));
	m = make();
	m.h.nlmsg_len = 8;
	assert_false(is_taken(&m));
}

/* In a block of its own size, so that a sanitizer sees a look beyond its end. */
static void
test_vrrp_renewal_decoder_stays_within_the_message(void **state)
{
	struct message m = make();
	const struct vrrp_renewal r = { { 5 }, (const uint8_t *)&m,
	    sizeof(m) };
	struct vrrp_renewal out;
	uint8_t *exact;
	uint32_t i;
	size_t len;

	(void)state;
	for (i = 0; i < 8; i++) {
		m.h.nlmsg_len = UINT32_MAX - i;
		len = vrrp_renewal_encode(&r, buf, sizeof(buf));
		exact = malloc(len);
		assert_non_null(exact);
		memcpy(exact, buf, len);
		assert_false(vrrp_renewal_decode(exact, len, &out));
		free(exact);
	}
}

static void
test_vrrp_renewal_is_late_after_a_second(void **state)
{
	const struct vrrp_renewal r = { .wished = { 5 * NS_PER_S } };

	(void)state;
	assert_false(vrrp_renewal_is_late(&r, (mono_t){ 5 * NS_PER_S }));
	assert_false(vrrp_renewal_is_late(&r, (mono_t){ 6 * NS_PER_S }));
	assert_true(vrrp_renewal_is_late(&r, (mono_t){ 6 * NS_PER_S + 1 }));
}

static void
test_vrrp_renewal_answer_survives_its_bytes(void **state)
{
	uint8_t bytes[VRRP_RENEWED_BYTES + 1] = { 0 };
	mono_t wished = { 77 };
	size_t len;

	(void)state;
	(void)vrrp_renewed_encode((mono_t){ INT64_MAX - 1 }, bytes);
	for (len = 0; len <= sizeof(bytes); len++)
		if (len != VRRP_RENEWED_BYTES)
			assert_false(vrrp_renewed_decode(bytes, len, &wished));
	assert_true(vrrp_renewed_decode(bytes, VRRP_RENEWED_BYTES, &wished));
	assert_true(wished.ns == INT64_MAX - 1);
	bytes[0] = 0x80;			/* before there was time */
	assert_false(vrrp_renewed_decode(bytes, VRRP_RENEWED_BYTES, &wished));
}

static mono_t
ms(int64_t n)
{
	return (mono_t){ n * NS_PER_MS };
}

static void
test_vrrp_renewal_unanswered_ends_with_the_answer(void **state)
{
	static struct vrrp_unanswered u;

	(void)state;
	assert_true(mono_is_never(vrrp_unanswered_since(&u)));
	assert_int_equal(vrrp_unanswered_for_ns(&u, ms(5)), 0);
	vrrp_unanswered_add(&u, ms(100));
	vrrp_unanswered_add(&u, ms(105));	/* the first stands for it */
	vrrp_unanswered_add(&u, ms(110));
	vrrp_unanswered_add(&u, ms(200));
	assert_int_equal(u.count, 3);
	assert_int_equal(vrrp_unanswered_for_ns(&u, ms(150)), 50 * NS_PER_MS);
	vrrp_unanswered_answer(&u, ms(99));
	assert_int_equal(u.count, 3);
	vrrp_unanswered_answer(&u, ms(110));
	assert_true(vrrp_unanswered_since(&u).ns == ms(200).ns);
	vrrp_unanswered_answer(&u, ms(300));
	assert_int_equal(u.count, 0);
}

/* The oldest is what is asked for. */
static void
test_vrrp_renewal_unanswered_list_has_an_end(void **state)
{
	static struct vrrp_unanswered u;
	int i;

	(void)state;
	for (i = 0; i < 2 * VRRP_UNANSWERED_MAX; i++)
		vrrp_unanswered_add(&u, ms(20 * i));
	assert_int_equal(u.count, VRRP_UNANSWERED_MAX);
	assert_true(vrrp_unanswered_since(&u).ns == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vrrp_renewal_survives_its_bytes),
		cmocka_unit_test(test_vrrp_renewal_of_nothing_is_none),
		cmocka_unit_test(test_vrrp_renewal_decoder_takes_renewals_only),
		cmocka_unit_test(
		    test_vrrp_renewal_decoder_stays_within_the_message),
		cmocka_unit_test(test_vrrp_renewal_is_late_after_a_second),
		cmocka_unit_test(test_vrrp_renewal_answer_survives_its_bytes),
		cmocka_unit_test(
		    test_vrrp_renewal_unanswered_ends_with_the_answer),
		cmocka_unit_test(test_vrrp_renewal_unanswered_list_has_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
