/*
 * test_vrrp_vip_back.c - the host's own address, secondary to one of ours, does
 * not go with it.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "shared/devconf.h"
#include "shared/nl_batch.h"
#include "test/unit/vrrpd/linux/linux_net.h"

static struct nl_addr others[8];
static unsigned other_count;
static bool ours_is_first;
static struct nl *watcher;

static void
note_addr(const struct nl_addr *a, bool gone, void *arg)
{
	(void)arg;
	if (!gone && a->prefix.addr.bytes[3] == 50)
		ours_is_first = !a->secondary;
	if (!gone && a->secondary && a->prefix.addr.bytes[3] < 50)
		others[other_count++ % 8] = *a;
}

static void
note_link(const struct nl_link *link, bool gone, void *arg)
{
	(void)link;
	(void)gone;
	(void)arg;
}

/* Addresses that are secondary now, and below .50, are somebody else's. */
static void
look(void)
{
	static const struct nl_handlers h = {
		.link = note_link,
		.addr = note_addr,
	};

	other_count = 0;
	assert_int_equal(nl_open(loop, &h, NULL, &watcher), 0);
	assert_int_equal(nl_read_all(watcher), 0);
	nl_free(watcher);
}

static bool
kin(int ifindex, const struct addr_prefix *prefix, unsigned n,
    struct nl_addr *out, void *arg)
{
	(void)ifindex;
	(void)prefix;
	(void)arg;
	if (n >= other_count || !ours_is_first)
		return false;
	*out = others[n];
	return true;
}

static int
step_back(struct vrrp_vips *v)
{
	struct vrrp_vip_questions q = questions;

	q.kin = kin;
	look();
	if (vrrp_vip_step_back(v, &q) < 0)
		return -ENODATA;
	return nl_flush(nl, 5000);
}

static void
command(const char *text)
{
	assert_int_equal(system(text), 0);
}

static struct vrrp_vips *
open_on_eth0(int promote)
{
	struct vrrp_vips *v;

	assert_int_equal(devconf_set(AF_INET, "eth0", "promote_secondaries",
	    promote), 0);
	p.virtual_mac = false;
	v = open_vips();
	install(v);
	return v;
}

static void
end(struct vrrp_vips *v)
{
	assert_int_equal(vrrp_vip_withdraw(v, done, NULL), 0);
	assert_int_equal(nl_flush(nl, 5000), 0);
	vrrp_vip_close(v);
}

#define OWN	"ip addr add 192.0.2.1/24 brd 192.0.2.255 dev eth0 label " \
	"eth0:own valid_lft 1000 preferred_lft 500 && " \
	"ip addr add 192.0.2.2/24 dev eth0 && " \
	"ip route add 203.0.113.0/24 via 192.0.2.254 src 192.0.2.1"

static void
test_vrrp_vip_back_the_hosts_own_stay_with_all_they_have(void **state)
{
	struct vrrp_vips *v;
	int promote;

	(void)state;
	need_net();
	for (promote = 0; promote < 2; promote++) {
		v = open_on_eth0(promote);
		command(OWN);
		assert_true(says("ip -o addr show dev eth0 secondary | "
		    "grep 192.0.2.1/24"));
		assert_int_equal(step_back(v), 0);
		assert_false(says("ip -o addr show dev eth0 secondary | "
		    "grep 192.0.2.1/24"));
		assert_true(says("ip -o addr show dev eth0 secondary | "
		    "grep 192.0.2.50/24"));
		assert_true(says("ip route get 192.0.2.100 | "
		    "grep 'src 192.0.2.1 '"));
		assert_false(says("ip -o addr show dev eth0 | grep /32"));
		assert_false(says("ip route show table local | "
		    "grep 'metric 112'"));
		assert_int_equal(step_back(v), -ENODATA);
		end(v);
		assert_true(says("ip -o addr show dev eth0 | grep "
		    "'192.0.2.1/24 brd 192.0.2.255 scope global dynamic "
		    "eth0:own'"));
		assert_true(says("ip -o addr show dev eth0 | grep "
		    "'valid_lft \\(1000\\|99[0-9]\\)sec preferred_lft "
		    "\\(500\\|49[0-9]\\)sec'"));
		assert_true(says("ip -o addr show dev eth0 | grep "
		    "'192.0.2.2/24 .*forever'"));
		assert_true(says("ip route show 203.0.113.0/24 | "
		    "grep 'src 192.0.2.1'"));
		command("ip addr flush dev eth0 scope global");
	}
}

static void
test_vrrp_vip_back_with_nobody_behind_does_nothing(void **state)
{
	struct vrrp_vips *v;

	(void)state;
	need_net();
	v = open_on_eth0(0);
	assert_int_equal(step_back(v), -ENODATA);
	assert_int_equal(vrrp_vip_step_back(v, &questions), -ENODATA);
	end(v);
}

/* A device of our own has nobody else's addresses. */
static void
test_vrrp_vip_back_is_not_for_our_own_device(void **state)
{
	struct vrrp_vip_questions q = questions;
	struct vrrp_vips *v;

	(void)state;
	need_net();
	q.kin = kin;
	v = open_vips();
	install(v);
	others[0] = (struct nl_addr){ .ifindex = vrrp_vip_ifindex(v) };
	other_count = 1;
	ours_is_first = true;
	assert_int_equal(vrrp_vip_step_back(v, &q), -ENODATA);
	end(v);
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_vrrp_vip_back_the_hosts_own_stay_with_all_they_have),
	    TEST(test_vrrp_vip_back_with_nobody_behind_does_nothing),
	    TEST(test_vrrp_vip_back_is_not_for_our_own_device),
	};

	return cmocka_run_group_tests(tests, open_net, close_net);
}
