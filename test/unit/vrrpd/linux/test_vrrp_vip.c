/*
 * test_vrrp_vip.c - the virtual MAC device and its addresses, on a veth pair in
 * a network namespace of its own.
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

#include "test/unit/bfdd_net.h"
#include "shared/loop.h"
#include "shared/nl.h"
#include "vrrpd/linux/vrrp_manners.h"
#include "vrrpd/linux/vrrp_vip.h"
#include "vrrpd/linux/vrrp_vmac.h"

static void
test_vrrp_vip_device_names_tell_family_vrid_and_parent(void **state)
{
	char name[IF_NAMESIZE];

	(void)state;
	assert_int_equal(vrrp_vmac_name(AF_INET, 51, 3, name), 0);
	assert_string_equal(name, "vr4-51-3");
	assert_int_equal(vrrp_vmac_name(AF_INET6, 51, 3, name), 0);
	assert_string_equal(name, "vr6-51-3");
	assert_int_equal(vrrp_vmac_name(AF_INET, 255, 9999999, name), 0);
	assert_int_equal(strlen(name), IF_NAMESIZE - 1);
	assert_int_equal(vrrp_vmac_name(AF_INET, 255, 10000000, name),
	    -ENAMETOOLONG);
}

/* --- with a kernel --- */

static bool have_net;
static struct loop *loop;
static struct nl *nl;
static struct nl_link parent;
static struct vrrp_params p;
static char reason[VRRP_VIP_REASON_MAX];
static bool on_link_answer, owned_answer;
static int done_error;
static unsigned done_count;

static void
ignore_link(const struct nl_link *link, bool gone, void *arg)
{
	(void)link;
	(void)gone;
	(void)arg;
}

static void
ignore_addr(const struct nl_addr *addr, bool gone, void *arg)
{
	(void)addr;
	(void)gone;
	(void)arg;
}

static int
open_net(void **state)
{
	static const struct nl_handlers h = {
		.link = ignore_link,
		.addr = ignore_addr,
	};

	(void)state;
	have_net = net_own() && system("ip link add eth0 type veth peer name "
	    "eth1 2>/dev/null && ip link set eth0 up && ip link set eth1 up && "
	    "ip link add v0 link eth0 type macvlan 2>/dev/null && "
	    "ip link del v0") == 0;
	loop = loop_new();
	if (loop == NULL || (have_net && nl_open(loop, &h, NULL, &nl) < 0))
		return 1;
	return have_net && nl_link_get(nl, "eth0", &parent) < 0;
}

static int
close_net(void **state)
{
	(void)state;
	if (nl != NULL)
		nl_free(nl);
	loop_free(loop);
	return 0;
}

static int
setup(void **state)
{
	(void)state;
	vrrp_params_init(&p);
	p.vrid = 51;
	p.family = AF_INET;
	p.vip_count = 2;
	(void)addr_prefix_parse("192.0.2.50/24", &p.vips[0].prefix);
	(void)addr_prefix_parse("192.0.2.51/24", &p.vips[1].prefix);
	on_link_answer = owned_answer = false;
	done_count = 0;
	done_error = -1;
	return 0;
}

static void
need_net(void)
{
	if (!have_net) {
		print_message("no network namespace with a macvlan here\n");
		skip();
	}
}

static bool
on_link(const struct addr_prefix *prefix, void *arg)
{
	(void)prefix;
	(void)arg;
	return on_link_answer;
}

static bool
owned(const struct addr *addr, void *arg)
{
	(void)addr;
	(void)arg;
	return owned_answer;
}

static const struct vrrp_vip_questions questions = { on_link, owned, NULL };

static void
done(int error, unsigned failed_at, void *arg)
{
	(void)failed_at;
	(void)arg;
	done_count++;
	done_error = error;
}

/* True when the command prints something. */
static bool
says(const char *command)
{
	char buf[256];
	FILE *f = popen(command, "r");
	bool yes;

	assert_non_null(f);
	yes = fgets(buf, sizeof(buf), f) != NULL;
	pclose(f);
	return yes;
}

static struct vrrp_vips *
open_vips(void)
{
	struct vrrp_vips *v = NULL;

	assert_int_equal(vrrp_vip_open(nl, &p, &parent, &v, reason), 0);
	assert_int_equal(vrrp_vip_prepare(v, &questions, reason), 0);
	return v;
}

static void
install(struct vrrp_vips *v)
{
	assert_int_equal(vrrp_vip_install(v, done, NULL), 0);
	assert_int_equal(nl_flush(nl, 5000), 0);
	assert_int_equal(done_error, 0);
}

static void
use_ipv6(void)
{
	p.family = AF_INET6;
	(void)addr_prefix_parse("fe80::50", &p.vips[0].prefix);
	(void)addr_prefix_parse("2001:db8::50/64", &p.vips[1].prefix);
}

static int
setting(const char *device, uint8_t family, const char *key)
{
	int value = -1;

	assert_int_equal(devconf_get(family, device, key, &value), 0);
	return value;
}

/* V-100, V-101: there, up, deaf, and without an address. */
static void
test_vrrp_vip_device_is_up_and_deaf_before_the_takeover(void **state)
{
	struct nl_link link;
	struct vrrp_vips *v;
	char name[IF_NAMESIZE];

	(void)state;
	need_net();
	v = open_vips();
	(void)strcpy(name, vrrp_vip_device(v));
	assert_int_equal(nl_link_get(nl, name, &link), 0);
	assert_true(link.admin_up);
	assert_int_equal(link.parent, parent.ifindex);
	assert_memory_equal(link.mac, "\0\0\x5e\0\1\x33", 6);
	assert_true(says("ip -d link show type macvlan | grep 'mode source'"));
	assert_false(says("ip -o addr | grep vr4-51"));
	assert_int_equal(setting(name, AF_INET, "arp_ignore"), 1);
	assert_int_equal(setting(name, AF_INET, "rp_filter"), 2);
	assert_int_equal(setting(name, AF_INET6, "disable_ipv6"), 1);
	vrrp_vip_close(v);
	assert_int_equal(nl_link_get(nl, name, &link), -ENODEV);
}

/*
 * V-24, V-25, V-88, V-92: no address of the kernel's making, no DAD, nothing
 * learned from routers, and the Router flag.
 */
static void
test_vrrp_vip_ipv6_device_has_no_address_of_its_own(void **state)
{
	struct vrrp_vips *v;
	const char *name;

	(void)state;
	need_net();
	use_ipv6();
	v = open_vips();
	name = vrrp_vip_device(v);
	assert_memory_equal(vrrp_vip_mac(v), "\0\0\x5e\0\2\x33", 6);
	assert_true(says("ip -d link show | grep -A4 vr6-51 | "
	    "grep 'addrgenmode none'"));
	assert_false(says("ip -o -6 addr | grep vr6-51"));
	assert_int_equal(setting(name, AF_INET6, "disable_ipv6"), 0);
	assert_int_equal(setting(name, AF_INET6, "accept_ra"), 0);
	assert_int_equal(setting(name, AF_INET6, "autoconf"), 0);
	assert_int_equal(setting(name, AF_INET6, "accept_dad"), 0);
	assert_int_equal(setting(name, AF_INET6, "forwarding"), 1);
	vrrp_vip_close(v);
}

/* The way back to a link-local neighbour is through the device, always. */
static void
test_vrrp_vip_ipv6_link_local_brings_its_route(void **state)
{
	struct vrrp_vips *v;

	(void)state;
	need_net();
	use_ipv6();
	on_link_answer = true;
	v = open_vips();
	install(v);
	assert_true(says("ip -o addr | grep vr6-51 | grep 'fe80::50/64' | "
	    "grep nodad"));
	assert_true(says("ip -o addr | grep vr6-51 | grep '2001:db8::50/64' | "
	    "grep nodad"));
	assert_true(says("ip -6 route | grep vr6-51 | grep fe80::/64"));
	assert_false(says("ip -6 route | grep vr6-51 | grep 2001:db8::/64"));
	assert_int_equal(vrrp_vip_withdraw(v, done, NULL), 0);
	assert_int_equal(nl_flush(nl, 5000), 0);
	assert_int_equal(done_error, 0);
	assert_false(says("ip -o addr | grep vr6-51"));
	assert_false(says("ip -6 route | grep vr6-51 | grep fe80::/64"));
	vrrp_vip_close(v);
}

/* Mute before it is up, and again with the withdrawal. */
static void
test_vrrp_vip_device_is_mute_while_backup(void **state)
{
	const char *mute = "tc qdisc show | grep vr6-51 | grep 'limit 0p'";
	struct vrrp_vips *v;

	(void)state;
	need_net();
	use_ipv6();
	v = open_vips();
	assert_true(says(mute));
	install(v);
	assert_true(says("tc qdisc show | grep vr6-51 | grep 'limit 1000p'"));
	assert_int_equal(vrrp_vip_withdraw(v, done, NULL), 0);
	assert_int_equal(nl_flush(nl, 5000), 0);
	assert_true(says(mute));
	vrrp_vip_close(v);
}

/* Which address a refusal is about, whatever comes before it in the batch. */
static void
test_vrrp_vip_failed_names_the_address(void **state)
{
	struct vrrp_vips *v;
	unsigned i;

	(void)state;
	need_net();
	v = open_vips();
	install(v);
	for (i = 0; vrrp_vip_failed(v, i) == NULL; i++)
		assert_true(i < 3);
	assert_int_equal(i, 2);		/* the mode and the queue */
	assert_ptr_equal(vrrp_vip_failed(v, i), &vrrp_vip_addresses(v)[0]);
	assert_ptr_equal(vrrp_vip_failed(v, i + 1), &vrrp_vip_addresses(v)[1]);
	assert_null(vrrp_vip_failed(v, i + 2));
	assert_int_equal(vrrp_vip_install_quietly(v, done, NULL), 0);
	assert_null(vrrp_vip_failed(v, 0));		/* the mode */
	assert_ptr_equal(vrrp_vip_failed(v, 1), &vrrp_vip_addresses(v)[0]);
	assert_int_equal(nl_flush(nl, 5000), 0);
	vrrp_vip_close(v);
}

/* V-26: the addresses are there while nothing leaves with the virtual MAC. */
static void
test_vrrp_vip_hushed_it_hears_and_does_not_speak(void **state)
{
	static const char *const muted =
	    "tc qdisc show | grep vr4-51 | grep 'limit 0p'";
	static const char *const speaks =
	    "tc qdisc show | grep vr4-51 | grep 'limit 1000p'";
	struct vrrp_vips *v;

	(void)state;
	need_net();
	v = open_vips();
	assert_int_equal(vrrp_vip_install_quietly(v, done, NULL), 0);
	assert_int_equal(nl_flush(nl, 5000), 0);
	assert_int_equal(done_error, 0);
	assert_true(says(muted));
	assert_true(says("ip -d link show type macvlan | grep 'mode bridge'"));
	assert_true(says("ip -o addr | grep vr4-51 | grep 192.0.2.50/24"));
	assert_int_equal(vrrp_vip_speak(v), 0);
	assert_int_equal(nl_flush(nl, 5000), 0);
	assert_true(says(speaks));
	assert_int_equal(vrrp_vip_hush(v), 0);
	assert_int_equal(nl_flush(nl, 5000), 0);
	assert_true(says(muted));
	assert_true(says("ip -o addr | grep vr4-51 | grep 192.0.2.50/24"));
	install(v);
	assert_true(says(speaks));
	vrrp_vip_close(v);
	p.virtual_mac = false;
	v = open_vips();
	assert_int_equal(vrrp_vip_hush(v), -ENODATA);
	assert_int_equal(vrrp_vip_speak(v), -ENODATA);
	vrrp_vip_close(v);
}

static void
test_vrrp_vip_install_and_withdraw_are_one_batch_each(void **state)
{
	struct vrrp_vips *v;

	(void)state;
	need_net();
	v = open_vips();
	install(v);
	assert_true(says("ip -d link show type macvlan | grep 'mode bridge'"));
	assert_true(says("ip -o addr | grep vr4-51 | grep 192.0.2.50/24"));
	assert_true(says("ip -o addr | grep vr4-51 | grep 192.0.2.51/24"));
	assert_true(says("ip route | grep 192.0.2.0/24"));
	install(v);				/* again is not an error */
	assert_int_equal(vrrp_vip_withdraw(v, done, NULL), 0);
	assert_int_equal(nl_flush(nl, 5000), 0);
	assert_int_equal(done_error, 0);
	assert_true(says("ip -d link show type macvlan | grep 'mode source'"));
	assert_false(says("ip -o addr | grep vr4-51"));
	assert_int_equal(vrrp_vip_withdraw(v, done, NULL), 0);
	assert_int_equal(nl_flush(nl, 5000), 0);
	assert_int_equal(done_error, 0);
	assert_int_equal(done_count, 4);
	vrrp_vip_close(v);
}

static void
test_vrrp_vip_no_second_route_where_the_parent_has_one(void **state)
{
	struct vrrp_vips *v;

	(void)state;
	need_net();
	on_link_answer = true;
	v = open_vips();
	install(v);
	assert_true(says("ip -o addr | grep vr4-51"));
	assert_false(says("ip route | grep 192.0.2.0/24"));
	vrrp_vip_close(v);
}

static void
test_vrrp_vip_without_virtual_mac_uses_the_interface(void **state)
{
	struct vrrp_vips *v;

	(void)state;
	need_net();
	p.virtual_mac = false;
	(void)strcpy(p.vips[0].label, "eth0:web");
	v = open_vips();
	assert_string_equal(vrrp_vip_device(v), "");
	assert_memory_equal(vrrp_vip_mac(v), parent.mac, 6);
	install(v);
	assert_true(says("ip -o addr show dev eth0 | grep eth0:web"));
	assert_int_equal(vrrp_vip_withdraw(v, done, NULL), 0);
	assert_int_equal(nl_flush(nl, 5000), 0);
	assert_false(says("ip -4 -o addr show dev eth0"));
	vrrp_vip_close(v);
}

static void
test_vrrp_vip_addresses_of_the_owner_are_left_alone(void **state)
{
	struct vrrp_vips *v;

	(void)state;
	need_net();
	p.virtual_mac = false;
	owned_answer = true;
	v = open_vips();
	assert_int_equal(vrrp_vip_install(v, done, NULL), -ENODATA);
	assert_int_equal(vrrp_vip_withdraw(v, done, NULL), -ENODATA);
	vrrp_vip_close(v);
}

/* With a virtual MAC its device gets a copy: see vrrp_vip.c. */
static void
test_vrrp_vip_owner_keeps_its_address_and_the_device_has_a_copy(void **state)
{
	struct vrrp_vips *v;

	(void)state;
	need_net();
	p.priority = VRRP_PRIORITY_OWNER;
	assert_true(says("ip addr add 192.0.2.50/24 dev eth0 && echo yes"));
	v = open_vips();
	install(v);
	assert_true(says("ip -o addr show dev eth0 | grep 192.0.2.50/24"));
	assert_true(says("ip -o addr | grep vr4 | grep 192.0.2.50/32"));
	assert_int_equal(vrrp_vip_withdraw(v, done, NULL), 0);
	assert_int_equal(nl_flush(nl, 5000), 0);
	assert_false(says("ip -o addr | grep vr4 | grep 192.0.2.50"));
	assert_true(says("ip -o addr show dev eth0 | grep 192.0.2.50/24"));
	assert_true(says("ip route get 192.0.2.50 | grep local"));
	assert_true(says("ip addr del 192.0.2.50/24 dev eth0 && echo yes"));
	vrrp_vip_close(v);
}

static void
test_vrrp_vip_address_on_another_device_goes_there(void **state)
{
	struct vrrp_vips *v;

	(void)state;
	need_net();
	(void)strcpy(p.vips[1].device, "eth1");
	v = open_vips();
	install(v);
	assert_true(says("ip -o addr show dev eth1 | grep 192.0.2.51/24"));
	assert_int_not_equal(vrrp_vip_addresses(v)[1].announce_ifindex,
	    parent.ifindex);
	assert_int_equal(vrrp_vip_withdraw(v, done, NULL), 0);
	assert_int_equal(nl_flush(nl, 5000), 0);
	(void)strcpy(p.vips[1].device, "nowhere");
	assert_int_equal(vrrp_vip_prepare(v, &questions, reason), -ENODEV);
	assert_non_null(strstr(reason, "nowhere"));
	vrrp_vip_close(v);
}

/* A device of a crashed run is taken over; a stranger's is not touched. */
static void
test_vrrp_vip_leftover_device_is_adopted(void **state)
{
	struct vrrp_vips *v;
	char command[160];

	(void)state;
	need_net();
	(void)snprintf(command, sizeof(command), "ip link add vr4-51-%d link "
	    "eth0 address 00:00:5e:00:01:33 type macvlan mode bridge",
	    parent.ifindex);
	assert_int_equal(system(command), 0);
	v = open_vips();
	assert_true(vrrp_vip_adopted(v));
	vrrp_vip_close(v);
	assert_false(says("ip -o link | grep vr4-51"));
}

static void
test_vrrp_vip_device_of_someone_else_is_not_touched(void **state)
{
	struct vrrp_vips *v = NULL;
	char command[160];

	(void)state;
	need_net();
	(void)snprintf(command, sizeof(command), "ip link add vr4-51-%d link "
	    "eth0 address 02:00:00:00:00:01 type macvlan mode bridge",
	    parent.ifindex);
	assert_int_equal(system(command), 0);
	assert_int_equal(vrrp_vip_open(nl, &p, &parent, &v, reason), -EEXIST);
	assert_null(v);
	assert_non_null(strstr(reason, "is not ours"));
	assert_true(says("ip -o link | grep 02:00:00:00:00:01"));
	(void)snprintf(command, sizeof(command), "ip link del vr4-51-%d",
	    parent.ifindex);
	assert_int_equal(system(command), 0);
}

/* V-82, V-84: and the values of before afterwards. */
static void
test_vrrp_vip_parent_is_silent_while_held_and_restored(void **state)
{
	struct vrrp_manners h = { .holders = 0 };

	(void)state;
	need_net();
	assert_int_equal(devconf_set(AF_INET, "eth0", "arp_ignore", 0), 0);
	assert_int_equal(devconf_set(AF_INET, "eth0", "arp_announce", 1),
	    0);
	assert_int_equal(vrrp_manners_hold(&h, "eth0"), 0);
	assert_int_equal(vrrp_manners_hold(&h, "eth0"), 0);
	assert_int_equal(setting("eth0", AF_INET, "arp_ignore"), 1);
	assert_int_equal(setting("eth0", AF_INET, "arp_announce"), 2);
	vrrp_manners_release(&h);
	assert_int_equal(setting("eth0", AF_INET, "arp_ignore"), 1);
	vrrp_manners_release(&h);
	assert_int_equal(setting("eth0", AF_INET, "arp_ignore"), 0);
	assert_int_equal(setting("eth0", AF_INET, "arp_announce"), 1);
}

static void
test_vrrp_vip_parent_set_by_someone_else_stays_as_set(void **state)
{
	struct vrrp_manners h = { .holders = 0 };

	(void)state;
	need_net();
	assert_int_equal(devconf_set(AF_INET, "eth0", "arp_ignore", 2), 0);
	assert_int_equal(devconf_set(AF_INET, "eth0", "arp_announce", 0),
	    0);
	assert_int_equal(vrrp_manners_hold(&h, "eth0"), 0);
	assert_int_equal(setting("eth0", AF_INET, "arp_ignore"), 2);
	assert_int_equal(devconf_set(AF_INET, "eth0", "arp_announce", 1),
	    0);
	vrrp_manners_release(&h);
	assert_int_equal(setting("eth0", AF_INET, "arp_ignore"), 2);
	assert_int_equal(setting("eth0", AF_INET, "arp_announce"), 1);
	(void)devconf_set(AF_INET, "eth0", "arp_ignore", 0);
	(void)devconf_set(AF_INET, "eth0", "arp_announce", 0);
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_vrrp_vip_device_names_tell_family_vrid_and_parent),
	    TEST(test_vrrp_vip_device_is_up_and_deaf_before_the_takeover),
	    TEST(test_vrrp_vip_install_and_withdraw_are_one_batch_each),
	    TEST(test_vrrp_vip_ipv6_device_has_no_address_of_its_own),
	    TEST(test_vrrp_vip_ipv6_link_local_brings_its_route),
	    TEST(test_vrrp_vip_device_is_mute_while_backup),
	    TEST(test_vrrp_vip_hushed_it_hears_and_does_not_speak),
	    TEST(test_vrrp_vip_failed_names_the_address),
	    TEST(test_vrrp_vip_no_second_route_where_the_parent_has_one),
	    TEST(test_vrrp_vip_without_virtual_mac_uses_the_interface),
	    TEST(test_vrrp_vip_addresses_of_the_owner_are_left_alone),
	    TEST(test_vrrp_vip_owner_keeps_its_address_and_the_device_has_a_copy),
	    TEST(test_vrrp_vip_address_on_another_device_goes_there),
	    TEST(test_vrrp_vip_leftover_device_is_adopted),
	    TEST(test_vrrp_vip_device_of_someone_else_is_not_touched),
	    TEST(test_vrrp_vip_parent_is_silent_while_held_and_restored),
	    TEST(test_vrrp_vip_parent_set_by_someone_else_stays_as_set),
	};

	return cmocka_run_group_tests(tests, open_net, close_net);
}
