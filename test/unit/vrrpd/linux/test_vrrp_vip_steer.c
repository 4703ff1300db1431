/*
 * test_vrrp_vip_steer.c - the way back from an address leads through its device
 * where the host asks for that, and nothing is left of it after.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/nl_batch.h"
#include "test/unit/vrrpd/linux/linux_net.h"
#include "vrrpd/pure/vrrp_steering.h"

/* The parent's only address. */
static const struct nl_addr *
next(int ifindex, const struct nl_addr *after, void *arg)
{
	static struct nl_addr own;

	(void)arg;
	if (after != NULL)
		return NULL;
	own.ifindex = ifindex;
	own.prefix.len = 24;
	assert_int_equal(addr_parse("192.0.2.1", &own.prefix.addr), 0);
	return &own;
}

static struct vrrp_vips *
open_where(bool steers)
{
	struct vrrp_vip_questions q = questions;
	struct vrrp_vips *v = open_vips();

	on_link_answer = true;
	q.next = next;
	q.steers = steers;
	assert_int_equal(vrrp_vip_prepare(v, &q, reason), 0);
	return v;
}

static void
answered(void)
{
	assert_int_equal(nl_flush(nl, 5000), 0);
	assert_int_equal(done_error, 0);
}

static bool
is_steered(const char *address)
{
	char command[160];

	(void)snprintf(command, sizeof(command),
	    "ip route get 192.0.2.7 from %s | grep -w 'dev vr4-51-%d'", address,
	    parent.ifindex);
	return says(command);
}

static void
withdraw(struct vrrp_vips *v)
{
	assert_int_equal(vrrp_vip_withdraw(v, done, NULL), 0);
	answered();
	assert_false(says("ip rule | grep 192.0.2."));
}

static void
test_vrrp_vip_steer_follows_the_addresses(void **state)
{
	struct vrrp_vips *v;

	(void)state;
	need_net();
	assert_int_equal(system("ip addr add 192.0.2.1/24 dev eth0"), 0);
	v = open_where(true);
	assert_false(says("ip rule | grep 192.0.2."));
	install(v);
	assert_true(is_steered("192.0.2.50"));
	assert_true(is_steered("192.0.2.51"));
	assert_false(is_steered("192.0.2.1"));
	assert_int_equal(vrrp_vip_hush(v), 0);
	answered();
	assert_false(is_steered("192.0.2.50"));
	assert_int_equal(vrrp_vip_speak(v), 0);
	answered();
	assert_true(is_steered("192.0.2.50"));
	assert_int_equal(vrrp_vip_steer_error(v), 0);
	withdraw(v);
	vrrp_vip_close(v);
}

static void
test_vrrp_vip_steer_begins_and_ends_with_the_hosts_wish(void **state)
{
	struct vrrp_vip_questions q = questions;
	struct vrrp_vips *v;

	(void)state;
	need_net();
	v = open_where(false);
	install(v);
	assert_false(says("ip rule | grep 192.0.2."));
	q.next = next;
	q.steers = true;
	vrrp_vip_steer(v, &q);
	answered();
	assert_true(is_steered("192.0.2.51"));
	/* Somebody takes a rule away. */
	assert_int_equal(system("ip rule del from 192.0.2.51"), 0);
	assert_false(is_steered("192.0.2.51"));
	vrrp_vip_steer(v, &q);
	answered();
	assert_true(is_steered("192.0.2.51"));
	q.steers = false;
	vrrp_vip_steer(v, &q);
	answered();
	assert_false(says("ip rule | grep 192.0.2."));
	withdraw(v);
	vrrp_vip_close(v);
}

/* A run that was killed leaves the rule; whoever adopts its device removes it. */
static void
test_vrrp_vip_steer_leftover_goes_with_the_first_withdrawal(void **state)
{
	struct vrrp_vips *v, *heir;

	(void)state;
	need_net();
	v = open_where(true);
	install(v);
	heir = open_where(false);
	assert_true(vrrp_vip_adopted(heir));
	withdraw(heir);
	vrrp_vip_close(v);
	vrrp_vip_close(heir);
}

/* --- IPv6, and further away --- */

static const struct nl_addr *
next6(int ifindex, const struct nl_addr *after, void *arg)
{
	static struct nl_addr own;

	(void)arg;
	if (after != NULL)
		return NULL;
	own.ifindex = ifindex;
	own.prefix.len = 64;
	assert_int_equal(addr_parse("2001:db8::1", &own.prefix.addr), 0);
	return &own;
}

static bool
leaves_by_the_device(const char *to, const char *from)
{
	char command[160];

	(void)snprintf(command, sizeof(command),
	    "ip route get %s from %s | grep -w 'dev vr[46]-51-%d'", to, from,
	    parent.ifindex);
	return says(command);
}

/* A firewall asks for those behind the gateway as well. */
static void
test_vrrp_vip_steer_by_the_gateway_of_the_interface(void **state)
{
	static const struct {
		uint8_t		family;
		const char	*own, *gateway, *route, *away, *vip, *none;
	} cases[] = {
		{ AF_INET, "ip addr add 192.0.2.1/24 dev eth0", "192.0.2.99",
		    "ip route add default via 192.0.2.99 dev eth0",
		    "203.0.113.9", "192.0.2.50", "ip rule | grep 192.0.2." },
		{ AF_INET6, "ip addr add 2001:db8::1/64 dev eth0 nodad",
		    "2001:db8::99",
		    "ip -6 route add default via 2001:db8::99 dev eth0",
		    "2001:db8:f::9", "2001:db8::50",
		    "ip -6 rule | grep 2001:db8:" },
	};
	struct vrrp_vip_questions q = questions;
	struct vrrp_vips *v;
	struct addr found;
	unsigned i;

	(void)state;
	need_net();
	for (i = 0; i < 2; i++) {
		if (cases[i].family == AF_INET6)
			use_ipv6();
		assert_true(system(cases[i].own) >= 0);	/* or is there */
		assert_int_equal(nl_default_gateway(nl, cases[i].family,
		    parent.ifindex, &found), -ENOENT);
		assert_int_equal(system(cases[i].route), 0);
		assert_int_equal(nl_default_gateway(nl, cases[i].family,
		    parent.ifindex, &q.gateway), 0);
		assert_int_equal(addr_parse(cases[i].gateway, &found), 0);
		assert_true(addr_equal(&found, &q.gateway));
		assert_int_equal(nl_default_gateway(nl, cases[i].family,
		    parent.ifindex + 1, &found), -ENOENT);
		on_link_answer = true;
		v = open_vips();
		q.next = cases[i].family == AF_INET ? next : next6;
		q.steers = true;
		assert_int_equal(vrrp_vip_prepare(v, &q, reason), 0);
		install(v);
		assert_true(leaves_by_the_device(cases[i].away, cases[i].vip));
		assert_true(leaves_by_the_device(cases[i].gateway,
		    cases[i].vip));
		assert_int_equal(vrrp_vip_withdraw(v, done, NULL), 0);
		answered();
		assert_false(says(cases[i].none));
		vrrp_vip_close(v);
	}
}

/* --- by somebody else --- */

static unsigned asked, first_type, messages;	/* messages: of the last time */

static bool
ask_somebody(const uint8_t *netlink, size_t len, void *arg)
{
	static uint8_t body[VRRP_STEERING_MAX];
	const struct vrrp_steering s = { 1, netlink, len };
	struct vrrp_steering taken;

	size_t at;

	(void)arg;
	asked++;
	first_type = ((const struct nlmsghdr *)(const void *)netlink)->nlmsg_type;
	for (at = messages = 0; at < len; messages++)
		at += NLMSG_ALIGN(((const struct nlmsghdr *)(const void *)
		    (netlink + at))->nlmsg_len);
	assert_true(vrrp_steering_decode(body, vrrp_steering_encode(&s, body,
	    sizeof(body)), &taken));
	return true;
}

static void
test_vrrp_vip_steer_is_somebody_elses_to_carry_out(void **state)
{
	struct vrrp_vip_questions q = questions;
	struct vrrp_vips *v;

	(void)state;
	need_net();
	on_link_answer = true;
	asked = 0;
	v = open_vips();
	q.next = next;
	q.steers = true;
	q.steer = ask_somebody;
	assert_int_equal(vrrp_vip_prepare(v, &q, reason), 0);
	install(v);
	assert_int_equal(asked, 1);
	assert_false(says("ip rule | grep 192.0.2."));
	vrrp_vip_steered(v, -EINVAL);
	assert_int_equal(vrrp_vip_steer_error(v), EINVAL);
	vrrp_vip_steer_again(v);
	assert_int_equal(asked, 2);
	vrrp_vip_steered(v, 0);
	assert_int_equal(vrrp_vip_steer_error(v), 0);
	withdraw(v);
	assert_int_equal(asked, 3);
	vrrp_vip_close(v);
}

/* An address that stays goes on to answer: nothing of it is taken away. */
static void
test_vrrp_vip_steer_change_touches_what_is_gone_only(void **state)
{
	struct vrrp_vip_questions q = questions;
	struct vrrp_device_made m;
	struct vrrp_vips *v;

	(void)state;
	need_net();
	on_link_answer = true;
	v = open_vips();
	q.next = next;
	q.steers = true;
	q.steer = ask_somebody;
	assert_int_equal(vrrp_vip_prepare(v, &q, reason), 0);
	install(v);
	asked = 0;
	assert_int_equal(p.vip_count, 2);
	p.vip_count = 1;
	assert_int_equal(vrrp_vip_change(v, &q, reason), 0);
	assert_int_equal(asked, 1);
	assert_int_equal(first_type, RTM_DELRULE);
	assert_int_equal(messages, 1);
	assert_int_equal(vrrp_vip_follow(v, done, NULL), 0);
	answered();
	assert_int_equal(asked, 2);
	assert_int_equal(first_type, RTM_NEWRULE);
	/* The same device, made ready again. */
	assert_true(vrrp_vip_made(v, &m));
	vrrp_vip_device_made(v, &m);
	assert_int_equal(asked, 2);
	withdraw(v);
	vrrp_vip_close(v);
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_vrrp_vip_steer_follows_the_addresses),
	    TEST(test_vrrp_vip_steer_begins_and_ends_with_the_hosts_wish),
	    TEST(test_vrrp_vip_steer_leftover_goes_with_the_first_withdrawal),
	    TEST(test_vrrp_vip_steer_by_the_gateway_of_the_interface),
	    TEST(test_vrrp_vip_steer_is_somebody_elses_to_carry_out),
	    TEST(test_vrrp_vip_steer_change_touches_what_is_gone_only),
	};

	return cmocka_run_group_tests(tests, open_net, close_net);
}
