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

static void
test_vrrp_renewal_is_late_after_a_second(void **state)
{
	const struct vrrp_renewal r = { .wished = { 5 * NS_PER_S } };

	(void)state;
	assert_false(vrrp_renewal_is_late(&r, (mono_t){ 5 * NS_PER_S }));
	assert_false(vrrp_renewal_is_late(&r, (mono_t){ 6 * NS_PER_S }));
	assert_true(vrrp_renewal_is_late(&r, (mono_t){ 6 * NS_PER_S + 1 }));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vrrp_renewal_survives_its_bytes),
		cmocka_unit_test(test_vrrp_renewal_of_nothing_is_none),
		cmocka_unit_test(test_vrrp_renewal_decoder_takes_renewals_only),
		cmocka_unit_test(test_vrrp_renewal_is_late_after_a_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
