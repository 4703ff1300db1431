/*
 * test_vrrp_vip_change.c - other addresses, while they are installed: what stays
 * is not touched, and the kernel's manners with secondary addresses.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shared/nl_batch.h"
#include "test/unit/vrrpd/linux/linux_net.h"

/* The kernel's words about addresses since watch(). */
static struct nl_addr told[64];
static bool told_gone[64];
static unsigned told_count;
static struct nl *watcher;

static void
note_addr(const struct nl_addr *a, bool gone, void *arg)
{
	(void)arg;
	assert_true(told_count < 64);
	told[told_count] = *a;
	told_gone[told_count++] = gone;
}

static void
note_link(const struct nl_link *link, bool gone, void *arg)
{
	(void)link;
	(void)gone;
	(void)arg;
}

static void
watch(void)
{
	static const struct nl_handlers h = {
		.link = note_link,
		.addr = note_addr,
	};

	assert_int_equal(nl_open(loop, &h, NULL, &watcher), 0);
	told_count = 0;
}

/* How often the kernel said so of this address and prefix length. */
static unsigned
times(const char *prefix, bool gone)
{
	struct addr_prefix want;
	unsigned i, n = 0;

	assert_int_equal(addr_prefix_parse(prefix, &want), 0);
	for (i = 0; i < told_count; i++)
		n += told_gone[i] == gone &&
		    told[i].prefix.len == want.len &&
		    addr_equal(&told[i].prefix.addr, &want.addr);
	return n;
}

/* The list of p is now this one, with the same labels and devices. */
static void
wish(unsigned count, ...)
{
	va_list ap;
	unsigned i;

	p.vip_count = count;
	va_start(ap, count);
	for (i = 0; i < count; i++)
		assert_int_equal(addr_prefix_parse(va_arg(ap, const char *),
		    &p.vips[i].prefix), 0);
	va_end(ap);
}

static void
follow(struct vrrp_vips *v)
{
	watch();
	assert_int_equal(vrrp_vip_change(v, &questions, reason), 0);
	assert_int_equal(vrrp_vip_follow(v, done, NULL), 0);
	assert_int_equal(nl_flush(nl, 5000), 0);
	assert_int_equal(done_error, 0);
	nl_drain(watcher);
	nl_free(watcher);
	assert_int_equal(vrrp_vip_follow(v, done, NULL), -ENODATA);
}

/* Nothing of ours is left but the addresses, in one word. */
static const char *
there(const char *device)
{
	static char text[512];
	char command[256];
	FILE *f;
	size_t n;

	(void)snprintf(command, sizeof(command), "ip -o addr show dev %s | "
	    "awk '{ printf \"%%s \", $4 }'", device);
	f = popen(command, "r");
	assert_non_null(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	pclose(f);
	return text;
}

static void
assert_local(const char *addr)
{
	char command[128];

	(void)snprintf(command, sizeof(command),
	    "ip route show table local | grep 'local %s ' | grep kernel", addr);
	assert_true(says(command));
	assert_false(says("ip route show table local | grep static"));
	(void)snprintf(command, sizeof(command),
	    "ip route get %s | grep '^local'", addr);
	assert_true(says(command));
}

/* Of the parent; the device is vr4-51-IFINDEX. */
static const char *
device(const struct vrrp_vips *v)
{
	return vrrp_vip_device(v);
}

static void
set_promotion(const char *dev, int on)
{
	assert_int_equal(devconf_set(AF_INET, dev, "promote_secondaries", on),
	    0);
	assert_int_equal(devconf_set(AF_INET, "all", "promote_secondaries", 0),
	    0);
}

static void
test_vrrp_vip_change_adds_one_and_touches_no_other(void **state)
{
	struct vrrp_vips *v;

	(void)state;
	need_net();
	v = open_vips();
	install(v);
	wish(3, "192.0.2.50/24", "192.0.2.51/24", "192.0.2.52/24");
	follow(v);
	assert_string_equal(there(device(v)),
	    "192.0.2.50/24 192.0.2.51/24 192.0.2.52/24 ");
	assert_int_equal(told_count, 1);
	assert_int_equal(times("192.0.2.52/24", false), 1);
	assert_local("192.0.2.52");
	/* All of it is prepared for the new list. */
	assert_int_equal(vrrp_vip_withdraw(v, done, NULL), 0);
	assert_int_equal(nl_flush(nl, 5000), 0);
	assert_string_equal(there(device(v)), "");
	vrrp_vip_close(v);
}

static void
test_vrrp_vip_change_of_nothing_sends_nothing(void **state)
{
	struct vrrp_vips *v;

	(void)state;
	need_net();
	v = open_vips();
	install(v);
	wish(2, "192.0.2.51/24", "192.0.2.50/24");	/* another order */
	assert_int_equal(vrrp_vip_change(v, &questions, reason), 0);
	assert_int_equal(vrrp_vip_follow(v, done, NULL), -ENODATA);
	vrrp_vip_close(v);
}

static void
test_vrrp_vip_change_takes_a_secondary_away_alone(void **state)
{
	struct vrrp_vips *v;

	(void)state;
	need_net();
	wish(3, "192.0.2.50/24", "192.0.2.51/24", "192.0.2.52/24");
	v = open_vips();
	install(v);
	wish(2, "192.0.2.50/24", "192.0.2.52/24");
	follow(v);
	assert_string_equal(there(device(v)), "192.0.2.50/24 192.0.2.52/24 ");
	assert_int_equal(times("192.0.2.51/24", true), 1);
	assert_int_equal(times("192.0.2.50/24", true), 0);
	assert_int_equal(times("192.0.2.52/24", true), 0);
	assert_local("192.0.2.50");
	assert_local("192.0.2.52");
	vrrp_vip_close(v);
}

/* Our device promotes: the others are never away. */
static void
test_vrrp_vip_change_takes_the_primary_away_alone(void **state)
{
	struct vrrp_vips *v;

	(void)state;
	need_net();
	wish(3, "192.0.2.50/24", "192.0.2.51/24", "192.0.2.52/24");
	v = open_vips();
	install(v);
	wish(2, "192.0.2.51/24", "192.0.2.52/24");
	follow(v);
	assert_string_equal(there(device(v)), "192.0.2.51/24 192.0.2.52/24 ");
	assert_int_equal(times("192.0.2.50/24", true), 1);
	assert_int_equal(times("192.0.2.51/24", true), 0);
	assert_int_equal(times("192.0.2.52/24", true), 0);
	assert_local("192.0.2.51");
	assert_local("192.0.2.52");
	assert_true(says("ip route | grep 192.0.2.0/24"));
	vrrp_vip_close(v);
}

/* On a device of somebody else the kernel may delete the others along. */
static void
test_vrrp_vip_change_gives_secondaries_again_without_promotion(void **state)
{
	struct vrrp_vips *v;

	(void)state;
	need_net();
	p.virtual_mac = false;
	set_promotion("eth0", 0);
	wish(3, "192.0.2.50/24", "192.0.2.51/24", "192.0.2.52/24");
	v = open_vips();
	install(v);
	wish(3, "192.0.2.51/24", "192.0.2.52/24", "192.0.2.53/24");
	follow(v);
	assert_int_equal(times("192.0.2.51/24", true), 1);
	assert_string_equal(there("eth0 | grep -v inet6"),
	    "192.0.2.51/24 192.0.2.52/24 192.0.2.53/24 ");
	assert_local("192.0.2.51");
	assert_local("192.0.2.52");
	assert_local("192.0.2.53");
	assert_true(says("ip route | grep 192.0.2.0/24"));
	assert_int_equal(vrrp_vip_withdraw(v, done, NULL), 0);
	assert_int_equal(nl_flush(nl, 5000), 0);
	vrrp_vip_close(v);
}

static bool
secondary_all(int ifindex, const struct addr_prefix *prefix, void *arg)
{
	(void)ifindex;
	(void)prefix;
	(void)arg;
	return true;
}

/* A secondary goes with nobody, and nobody with it: no covers. */
static void
test_vrrp_vip_change_of_secondaries_is_a_deletion_and_no_more(void **state)
{
	struct vrrp_vip_questions q = questions;
	struct vrrp_vips *v;

	(void)state;
	need_net();
	p.virtual_mac = false;
	q.is_secondary = secondary_all;
	assert_true(says("ip addr add 192.0.2.2/24 dev eth0 && echo yes"));
	wish(2, "192.0.2.50/24", "192.0.2.51/24");
	v = open_vips();
	install(v);
	wish(1, "192.0.2.51/24");
	watch();
	assert_int_equal(vrrp_vip_change(v, &q, reason), 0);
	assert_int_equal(vrrp_vip_follow(v, done, NULL), 0);
	assert_int_equal(nl_flush(nl, 5000), 0);
	assert_int_equal(done_error, 0);
	nl_drain(watcher);
	nl_free(watcher);
	assert_int_equal(told_count, 1);
	assert_int_equal(times("192.0.2.50/24", true), 1);
	assert_true(says("ip addr del 192.0.2.51/24 dev eth0 && "
	    "ip addr del 192.0.2.2/24 dev eth0 && echo yes"));
	vrrp_vip_close(v);
}

static void
test_vrrp_vip_change_of_prefix_length_keeps_the_address(void **state)
{
	struct vrrp_vips *v;

	(void)state;
	need_net();
	v = open_vips();
	install(v);
	wish(2, "192.0.2.50/25", "192.0.2.51/24");
	follow(v);
	assert_string_equal(there(device(v)), "192.0.2.51/24 192.0.2.50/25 ");
	assert_int_equal(times("192.0.2.51/24", true), 0);
	assert_local("192.0.2.50");
	assert_local("192.0.2.51");
	wish(2, "192.0.2.50/32", "192.0.2.51/24");
	follow(v);
	assert_string_equal(there(device(v)), "192.0.2.51/24 192.0.2.50/32 ");
	assert_local("192.0.2.50");
	wish(2, "192.0.2.50/24", "192.0.2.51/32");
	follow(v);
	assert_string_equal(there(device(v)), "192.0.2.50/24 192.0.2.51/32 ");
	assert_local("192.0.2.50");
	assert_local("192.0.2.51");
	vrrp_vip_close(v);
}

/* An address without a route of its own: the kernel is less careful there. */
static void
test_vrrp_vip_change_of_prefix_length_without_a_route(void **state)
{
	struct vrrp_vips *v;

	(void)state;
	need_net();
	on_link_answer = true;
	v = open_vips();
	install(v);
	wish(2, "192.0.2.50/25", "192.0.2.51/26");
	follow(v);
	assert_local("192.0.2.50");
	assert_local("192.0.2.51");
	wish(1, "192.0.2.50/25");
	follow(v);
	assert_local("192.0.2.50");
	wish(1, "192.0.2.50/32");
	follow(v);
	assert_local("192.0.2.50");
	wish(1, "192.0.2.50/24");
	follow(v);
	assert_local("192.0.2.50");
	assert_string_equal(there(device(v)), "192.0.2.50/24 ");
	vrrp_vip_close(v);
}

static void
test_vrrp_vip_change_of_a_label(void **state)
{
	struct vrrp_vips *v;

	(void)state;
	need_net();
	p.virtual_mac = false;
	v = open_vips();
	install(v);
	(void)strcpy(p.vips[1].label, "eth0:web");
	follow(v);
	assert_true(says("ip -o addr show dev eth0 | grep 192.0.2.51/24 | "
	    "grep eth0:web"));
	assert_int_equal(times("192.0.2.50/24", true), 0);
	assert_local("192.0.2.51");
	assert_int_equal(vrrp_vip_withdraw(v, done, NULL), 0);
	assert_int_equal(nl_flush(nl, 5000), 0);
	vrrp_vip_close(v);
}

static void
test_vrrp_vip_change_moves_an_address_to_another_device(void **state)
{
	struct vrrp_vips *v;

	(void)state;
	need_net();
	v = open_vips();
	install(v);
	(void)strcpy(p.vips[1].device, "eth1");
	follow(v);
	assert_string_equal(there(device(v)), "192.0.2.50/24 ");
	assert_true(says("ip -o addr show dev eth1 | grep 192.0.2.51/24"));
	p.vips[1].device[0] = '\0';
	follow(v);
	assert_string_equal(there(device(v)), "192.0.2.50/24 192.0.2.51/24 ");
	assert_false(says("ip -4 -o addr show dev eth1"));
	vrrp_vip_close(v);
}

/* A failure leaves the object as it was, once p is restored. */
static void
test_vrrp_vip_change_that_fails_changes_nothing(void **state)
{
	struct vrrp_params was;
	struct vrrp_vips *v;

	(void)state;
	need_net();
	v = open_vips();
	install(v);
	was = p;
	wish(3, "192.0.2.50/24", "192.0.2.51/24", "192.0.2.52/24");
	(void)strcpy(p.vips[2].device, "nowhere");
	assert_int_equal(vrrp_vip_change(v, &questions, reason), -ENODEV);
	assert_non_null(strstr(reason, "nowhere"));
	assert_int_equal(vrrp_vip_follow(v, done, NULL), -ENODATA);
	p = was;
	assert_int_equal(vrrp_vip_prepare(v, &questions, reason), 0);
	install(v);
	assert_string_equal(there(device(v)), "192.0.2.50/24 192.0.2.51/24 ");
	vrrp_vip_close(v);
}

/* The address is on the interface: for the owner it stays there, for good. */
static void
test_vrrp_vip_change_to_an_owner_and_back(void **state)
{
	struct vrrp_vip_questions lend = questions;
	struct vrrp_vips *v;

	(void)state;
	need_net();
	lend.lifetime_s = 3;
	p.virtual_mac = false;
	p.vip_count = 1;
	v = open_vips();
	assert_int_equal(vrrp_vip_prepare(v, &lend, reason), 0);
	install(v);
	assert_true(says("ip addr show eth0 | grep 'valid_lft [23]sec'"));
	owned_answer = true;
	assert_int_equal(vrrp_vip_change(v, &lend, reason), 0);
	assert_int_equal(vrrp_vip_follow(v, done, NULL), 0);
	assert_int_equal(nl_flush(nl, 5000), 0);
	assert_false(says("ip addr show eth0 | grep 'valid_lft [23]sec'"));
	assert_true(says("ip addr show eth0 | grep 192.0.2.50/24"));
	assert_int_equal(vrrp_vip_withdraw(v, done, NULL), -ENODATA);
	owned_answer = false;
	assert_int_equal(vrrp_vip_change(v, &lend, reason), 0);
	assert_int_equal(vrrp_vip_follow(v, done, NULL), 0);
	assert_int_equal(nl_flush(nl, 5000), 0);
	assert_true(says("ip addr show eth0 | grep 'valid_lft [23]sec'"));
	assert_int_equal(vrrp_vip_withdraw(v, done, NULL), 0);
	assert_int_equal(nl_flush(nl, 5000), 0);
	assert_false(says("ip -4 addr show eth0 | grep 192.0.2.50"));
	vrrp_vip_close(v);
}

static void
test_vrrp_vip_change_of_ipv6_addresses(void **state)
{
	struct vrrp_vip_questions lend = questions;
	struct vrrp_vips *v;

	(void)state;
	need_net();
	use_ipv6();
	lend.lifetime_s = 3;
	v = open_vips();
	assert_int_equal(vrrp_vip_prepare(v, &lend, reason), 0);
	install(v);
	usleep(100000);				/* the kernel's work queue */
	wish(3, "fe80::50/64", "2001:db8::51/64", "2001:db8:1::50/64");
	watch();
	assert_int_equal(vrrp_vip_change(v, &lend, reason), 0);
	assert_int_equal(vrrp_vip_follow(v, done, NULL), 0);
	assert_int_equal(nl_flush(nl, 5000), 0);
	assert_int_equal(done_error, 0);
	usleep(100000);
	nl_drain(watcher);
	nl_free(watcher);
	assert_int_equal(times("fe80::50/64", true), 0);
	assert_int_equal(times("2001:db8::50/64", true), 1);
	assert_int_equal(times("2001:db8::51/64", false), 1);
	/* The route of a network that is used still stays; another goes. */
	assert_true(says("ip -6 route | grep vr6-51 | grep 2001:db8::/64"));
	wish(2, "fe80::50/64", "2001:db8:1::50/64");
	assert_int_equal(vrrp_vip_change(v, &lend, reason), 0);
	assert_int_equal(vrrp_vip_follow(v, done, NULL), 0);
	assert_int_equal(nl_flush(nl, 5000), 0);
	assert_false(says("ip -6 route | grep vr6-51 | grep 2001:db8::/64"));
	assert_true(says("ip -6 route | grep vr6-51 | grep 2001:db8:1::/64"));
	wish(2, "fe80::50/64", "2001:db8:1::50/80");
	assert_int_equal(vrrp_vip_change(v, &lend, reason), 0);
	assert_int_equal(vrrp_vip_follow(v, done, NULL), 0);
	assert_int_equal(nl_flush(nl, 5000), 0);
	assert_int_equal(done_error, 0);
	assert_true(says("ip -o addr | grep vr6-51 | grep 2001:db8:1::50/80"));
	vrrp_vip_close(v);
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_vrrp_vip_change_adds_one_and_touches_no_other),
	    TEST(test_vrrp_vip_change_of_nothing_sends_nothing),
	    TEST(test_vrrp_vip_change_takes_a_secondary_away_alone),
	    TEST(test_vrrp_vip_change_takes_the_primary_away_alone),
	    TEST(test_vrrp_vip_change_gives_secondaries_again_without_promotion),
	    TEST(test_vrrp_vip_change_of_secondaries_is_a_deletion_and_no_more),
	    TEST(test_vrrp_vip_change_of_prefix_length_keeps_the_address),
	    TEST(test_vrrp_vip_change_of_prefix_length_without_a_route),
	    TEST(test_vrrp_vip_change_of_a_label),
	    TEST(test_vrrp_vip_change_moves_an_address_to_another_device),
	    TEST(test_vrrp_vip_change_that_fails_changes_nothing),
	    TEST(test_vrrp_vip_change_to_an_owner_and_back),
	    TEST(test_vrrp_vip_change_of_ipv6_addresses),
	};

	return cmocka_run_group_tests(tests, open_net, close_net);
}
