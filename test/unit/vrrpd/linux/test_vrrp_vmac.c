/*
 * test_vrrp_vmac.c - the device with the virtual MAC.
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
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shared/devconf.h"
#include "shared/nl_batch.h"
#include "test/unit/vrrpd/linux/linux_net.h"
#include "vrrpd/linux/vrrp_vmac.h"

static void
test_vrrp_vmac_names_tell_family_vrid_and_parent(void **state)
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

/* V-100, V-101: there, up, deaf, and without an address. */
static void
test_vrrp_vmac_is_up_and_deaf_before_the_takeover(void **state)
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
test_vrrp_vmac_ipv6_has_no_address_of_its_own(void **state)
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
	assert_int_equal(setting(name, AF_INET, "arp_ignore"), 8);
	vrrp_vip_close(v);
}

/* A host that gives every new device what would make it answer for others. */
static void
test_vrrp_vmac_is_as_it_must_be_whatever_the_default_is(void **state)
{
	static const char *const odd[] = { "arp_ignore", "rp_filter",
	    "proxy_arp", "proxy_arp_pvlan", "arp_filter", "forwarding" };
	struct vrrp_vips *v;
	uint8_t family;
	size_t i;

	(void)state;
	need_net();
	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		assert_int_equal(devconf_set(AF_INET, "default", odd[i], 1), 0);
	for (family = AF_INET; ; family = AF_INET6) {
		if (family == AF_INET6)
			use_ipv6();
		v = open_vips();
		assert_int_equal(setting(vrrp_vip_device(v), AF_INET,
		    "arp_ignore"), family == AF_INET ? 1 : 8);
		assert_int_equal(setting(vrrp_vip_device(v), AF_INET,
		    "proxy_arp"), 0);
		assert_int_equal(setting(vrrp_vip_device(v), AF_INET,
		    "proxy_arp_pvlan"), 0);
		assert_int_equal(setting(vrrp_vip_device(v), AF_INET,
		    "medium_id"), -1);
		vrrp_vip_close(v);
		if (family == AF_INET6)
			break;
	}
	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		assert_int_equal(devconf_set(AF_INET, "default", odd[i], 0), 0);
}

/* Mute before it is up, and again with the withdrawal. */
static void
test_vrrp_vmac_is_mute_while_backup(void **state)
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

/* A device of a crashed run is taken over; a stranger's is not touched. */
static void
test_vrrp_vmac_of_a_crashed_run_is_adopted(void **state)
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
test_vrrp_vmac_of_someone_else_is_not_touched(void **state)
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

/* The run that made a device is known after it. */
static void
test_vrrp_vmac_tag_tells_an_orphan(void **state)
{
	const int written[VRRP_VMAC_TAG_VALUES] = { 1, 2 };
	int read[VRRP_VMAC_TAG_VALUES] = { 0, 0 };
	struct nl_link link;
	struct vrrp_vips *v;

	(void)state;
	need_net();
	v = open_vips();
	assert_int_equal(nl_link_get(nl, vrrp_vip_device(v), &link), 0);
	assert_false(vrrp_vmac_tag(v, read));
	assert_false(vrrp_vmac_is_orphan(&link));
	vrrp_vmac_set_tag(v, written);
	assert_true(vrrp_vmac_tag(v, read));
	assert_memory_equal(read, written, sizeof(read));
	/* Our own number: of a run before us, in a container. */
	assert_true(vrrp_vmac_is_orphan(&link));
	assert_false(vrrp_vmac_is_orphan(&parent));
	vrrp_vip_close(v);
}

static void
test_vrrp_vmac_of_a_dead_process_is_an_orphan(void **state)
{
	const int values[VRRP_VMAC_TAG_VALUES] = { 1, 2 };
	struct nl_link link;
	struct vrrp_vips *v;
	siginfo_t info;
	pid_t pid;
	int tag;

	(void)state;
	need_net();
	v = open_vips();
	assert_int_equal(nl_link_get(nl, vrrp_vip_device(v), &link), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)pause();
		_exit(0);
	}
	tag = vrrp_vmac_tag_with(values) - ((int)getpid() << 8) +
	    ((int)pid << 8);
	assert_int_equal(devconf_set(AF_INET, vrrp_vip_device(v), "tag", tag),
	    0);
	assert_false(vrrp_vmac_is_orphan(&link));
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT),
	    0);
	/* Nobody has waited for it. */
	assert_true(vrrp_vmac_is_orphan(&link));
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_true(vrrp_vmac_is_orphan(&link));
	vrrp_vip_close(v);
}

/* The device is beside it then, and its adverts have the interface's own MAC. */
static void
test_vrrp_vmac_on_a_macvlan_is_found_again(void **state)
{
	const int written[VRRP_VMAC_TAG_VALUES] = { 1, 2 };
	struct nl_link real = parent, link;
	struct vrrp_vips *v, *again;

	(void)state;
	need_net();
	assert_int_equal(system("ip link add mv0 link eth0 type macvlan mode "
	    "bridge && ip link set mv0 up"), 0);
	assert_int_equal(nl_link_get(nl, "mv0", &parent), 0);
	v = open_vips();
	assert_memory_equal(vrrp_vip_mac(v), parent.mac, 6);
	assert_memory_equal(vrrp_vip_addresses(v)[0].mac, "\0\0\x5e\0\1\x33",
	    6);
	vrrp_vmac_set_tag(v, written);
	again = open_vips();
	assert_true(vrrp_vip_adopted(again));
	assert_int_equal(nl_link_get(nl, vrrp_vip_device(v), &link), 0);
	assert_true(vrrp_vmac_is_orphan(&link));
	vrrp_vip_close(v);
	vrrp_vip_close(again);
	assert_int_equal(system("ip link del mv0"), 0);
	parent = real;
}

/* The number of its process is of another pid namespace, and means nothing. */
static void
test_vrrp_vmac_of_another_container_is_no_orphan(void **state)
{
	const int written[VRRP_VMAC_TAG_VALUES] = { 1, 2 };
	struct nl_link link;
	struct vrrp_vips *v;

	(void)state;
	need_net();
	v = open_vips();
	vrrp_vmac_set_tag(v, written);
	assert_int_equal(nl_link_get(nl, vrrp_vip_device(v), &link), 0);
	assert_int_equal(strncmp(link.alias, "vrrpd pid:[", 11), 0);
	assert_true(vrrp_vmac_is_orphan(&link));
	(void)strcpy(link.alias, "vrrpd pid:[1]");
	assert_false(vrrp_vmac_is_orphan(&link));
	(void)strcpy(link.alias, "somebody's words");
	assert_true(vrrp_vmac_is_orphan(&link));
	vrrp_vip_close(v);
}

/* The number of its maker is not to be looked up then. */
static void
test_vrrp_vmac_of_another_boot_is_an_orphan(void **state)
{
	const int values[VRRP_VMAC_TAG_VALUES] = { 1, 2 };
	struct nl_link link;
	struct vrrp_vips *v;
	char *boot;
	pid_t pid;
	int tag;

	(void)state;
	need_net();
	v = open_vips();
	assert_int_equal(nl_link_get(nl, vrrp_vip_device(v), &link), 0);
	boot = strchr(link.alias, ']');
	assert_non_null(boot);
	assert_int_equal(boot[1], ' ');
	assert_int_equal(strlen(boot), 10);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)pause();
		_exit(0);
	}
	tag = vrrp_vmac_tag_with(values) - ((int)getpid() << 8) +
	    ((int)pid << 8);
	assert_int_equal(devconf_set(AF_INET, vrrp_vip_device(v), "tag", tag),
	    0);
	assert_false(vrrp_vmac_is_orphan(&link));
	boot[2] = boot[2] == '0' ? '1' : '0';
	assert_true(vrrp_vmac_is_orphan(&link));
	/* Made by a vrrpd that wrote no boot. */
	boot[1] = '\0';
	assert_false(vrrp_vmac_is_orphan(&link));
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	vrrp_vip_close(v);
}

/* A number that is free is given away again. */
static void
test_vrrp_vmac_of_a_number_that_another_program_has_is_an_orphan(void **state)
{
	const int values[VRRP_VMAC_TAG_VALUES] = { 1, 2 };
	struct nl_link link;
	struct vrrp_vips *v;
	pid_t pid;
	int tag, ready[2];
	char byte;

	(void)state;
	need_net();
	v = open_vips();
	assert_int_equal(nl_link_get(nl, vrrp_vip_device(v), &link), 0);
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)prctl(PR_SET_NAME, "somebody", 0, 0, 0);
		(void)!write(ready[1], "", 1);
		(void)pause();
		_exit(0);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	tag = vrrp_vmac_tag_with(values) - ((int)getpid() << 8) +
	    ((int)pid << 8);
	assert_int_equal(devconf_set(AF_INET, vrrp_vip_device(v), "tag", tag),
	    0);
	assert_true(vrrp_vmac_is_orphan(&link));
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	(void)close(ready[0]);
	(void)close(ready[1]);
	vrrp_vip_close(v);
}

static void
test_vrrp_vmac_names_the_way_out_where_there_can_be_none(void **state)
{
	struct nl_link real = parent;
	struct vrrp_vips *v = NULL;

	(void)state;
	need_net();
	assert_int_equal(nl_link_get(nl, "lo", &parent), 0);
	assert_true(vrrp_vip_open(nl, &p, &parent, &v, reason) < 0);
	assert_non_null(strstr(reason, "virtual_mac = no"));
	parent = real;
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_vrrp_vmac_names_tell_family_vrid_and_parent),
	    TEST(test_vrrp_vmac_is_up_and_deaf_before_the_takeover),
	    TEST(test_vrrp_vmac_ipv6_has_no_address_of_its_own),
	    TEST(test_vrrp_vmac_is_as_it_must_be_whatever_the_default_is),
	    TEST(test_vrrp_vmac_is_mute_while_backup),
	    TEST(test_vrrp_vmac_of_a_crashed_run_is_adopted),
	    TEST(test_vrrp_vmac_of_someone_else_is_not_touched),
	    TEST(test_vrrp_vmac_tag_tells_an_orphan),
	    TEST(test_vrrp_vmac_on_a_macvlan_is_found_again),
	    TEST(test_vrrp_vmac_of_another_container_is_no_orphan),
	    TEST(test_vrrp_vmac_of_another_boot_is_an_orphan),
	    TEST(
	    test_vrrp_vmac_of_a_number_that_another_program_has_is_an_orphan),
	    TEST(test_vrrp_vmac_names_the_way_out_where_there_can_be_none),
	    TEST(test_vrrp_vmac_of_a_dead_process_is_an_orphan),
	};

	return cmocka_run_group_tests(tests, open_net, close_net);
}
