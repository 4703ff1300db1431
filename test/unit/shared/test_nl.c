/*
 * test_nl.c - rtnetlink against the kernel, in a network namespace of its own.
 *
 * Needs root or permission to make user namespaces; skipped with the reason
 * where neither is given.  The whole program moves into the namespace, which
 * ends with it.
 *
 *     nlp0 (veth, up) ---- nlp1 (veth, up)
 *       |
 *     nlm* macvlans made by the tests
 *
 * With the argument "measure" it prints what a takeover costs instead.
 */
#include "config.h"

#include <net/if.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <arpa/inet.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "shared/pure/addr.h"
#include "shared/nl.h"

static char skip_reason[128];
static struct loop *loop;
static struct nl *nl;
static struct loop_timer *tick, *guard;
static bool timed_out;
static const uint8_t mac[6] = { 0, 0, 0x5e, 0, 1, 51 };

/* What the handlers have told. */
static struct nl_link last_link, nlp0, nlm0;
static struct nl_addr last_addr;
static int links, links_gone, addrs, addrs_gone, resyncs, synced;
static char order[64];

static int dones, done_error;
static unsigned done_at;

static void
note(char what)
{
	size_t n = strlen(order);

	if (n + 1 < sizeof(order))
		order[n] = what;
}

static void
on_link(const struct nl_link *l, bool gone, void *arg)
{
	(void)arg;
	last_link = *l;
	if (strcmp(l->name, "nlp0") == 0)
		nlp0 = *l;
	if (strcmp(l->name, "nlm0") == 0)
		nlm0 = *l;
	if (gone)
		links_gone++;
	else
		links++;
	note('l');
}

static void
on_addr(const struct nl_addr *a, bool gone, void *arg)
{
	(void)arg;
	/* The kernel gives the devices these when it likes. */
	if (a->prefix.addr.family == AF_INET6 &&
	    addr_is_link_local(&a->prefix.addr))
		return;
	last_addr = *a;
	if (gone)
		addrs_gone++;
	else
		addrs++;
	note('a');
}

static void
on_resync(void *arg)
{
	(void)arg;
	resyncs++;
	order[0] = '\0';
	note('r');
}

static void
on_synced(void *arg)
{
	(void)arg;
	synced++;
	note('s');
}

static const struct nl_handlers handlers = {
	.link = on_link,
	.addr = on_addr,
	.resync = on_resync,
	.synced = on_synced,
};

static void
on_done(int first_error, unsigned failed_at, void *arg)
{
	(void)arg;
	dones++;
	done_error = first_error;
	done_at = failed_at;
}

static void
on_guard(mono_t deadline, void *arg)
{
	(void)deadline;
	(void)arg;
	timed_out = true;
	loop_stop(loop);
}

static bool	(*awaited)(void);

static void
on_tick(mono_t deadline, void *arg)
{
	(void)deadline;
	(void)arg;
	if (awaited())
		loop_stop(loop);
	else
		loop_timer_set(tick, mono_add(loop_clock(), NS_PER_MS / 5));
}

static void
await(bool (*what)(void))
{
	awaited = what;
	timed_out = false;
	loop_timer_set(guard, mono_add(loop_clock(), 10 * NS_PER_S));
	loop_timer_set(tick, loop_clock());
	assert_int_equal(loop_run(loop), 0);
	loop_timer_set(guard, MONO_NEVER);
	assert_false(timed_out);
}

static bool
is_done(void)
{
	return dones > 0;
}

/* --- the namespace --- */

static void
run(const char *command)
{
	if (system(command) != 0)
		fail_msg("%s", command);
}

static bool
write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok;

	if (fd == -1)
		return false;
	ok = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	close(fd);
	return ok;
}

static bool
enter_namespace(void)
{
	char map[64];
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (uid == 0 && unshare(CLONE_NEWNET) == 0)
		return true;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) == -1) {
		(void)snprintf(skip_reason, sizeof(skip_reason),
		    "no network namespace: %s", strerror(errno));
		return false;
	}
	(void)write_file("/proc/self/setgroups", "deny");
	(void)snprintf(map, sizeof(map), "0 %lu 1", (unsigned long)uid);
	if (!write_file("/proc/self/uid_map", map))
		goto refused;
	(void)snprintf(map, sizeof(map), "0 %lu 1", (unsigned long)gid);
	if (!write_file("/proc/self/gid_map", map))
		goto refused;
	return true;
refused:
	(void)snprintf(skip_reason, sizeof(skip_reason),
	    "no user namespace: %s", strerror(errno));
	return false;
}

static void
prepare(void)
{
	if (!enter_namespace())
		return;
	if (system("ip link add nlp0 type veth peer name nlp1 2>/dev/null && "
	    "ip link set nlp0 up && ip link set nlp1 up && "
	    "ip link set lo up") != 0)
		(void)snprintf(skip_reason, sizeof(skip_reason),
		    "cannot make a veth pair with ip(8)");
}

static int
setup(void **state)
{
	(void)state;
	if (skip_reason[0] != '\0')
		return 0;
	loop = loop_new();
	assert_non_null(loop);
	tick = loop_timer_new(loop, on_tick, NULL);
	guard = loop_timer_new(loop, on_guard, NULL);
	assert_int_equal(nl_open(loop, &handlers, NULL, &nl), 0);
	assert_int_equal(nl_read_all(nl), 0);
	links = links_gone = addrs = addrs_gone = resyncs = synced = 0;
	memset(order, 0, sizeof(order));
	dones = 0;
	done_error = -1;
	done_at = 4711;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	if (skip_reason[0] != '\0')
		return 0;
	nl_free(nl);
	loop_timer_free(tick);
	loop_timer_free(guard);
	loop_free(loop);
	run("for i in $(ip -o link | grep -o 'nlm[0-9]*@' | tr -d @); do "
	    "ip link del $i; done; ip addr flush dev nlp0 scope global");
	return 0;
}

#define NEED_NAMESPACE() do {						\
	(void)state;							\
	if (skip_reason[0] != '\0') {					\
		print_message("skipped: %s\n", skip_reason);		\
		skip();							\
	}								\
} while (0)

static struct addr_prefix
prefix(const char *text)
{
	struct addr_prefix p;

	assert_int_equal(addr_prefix_parse(text, &p), 0);
	return p;
}

static int
parent(void)
{
	int i = (int)if_nametoindex("nlp0");

	assert_true(i > 0);
	return i;
}

static int
macvlan(const char *name)
{
	int ifindex = 0;

	assert_int_equal(nl_macvlan_add(nl, name, parent(), mac, &ifindex), 0);
	assert_int_equal(ifindex, if_nametoindex(name));
	return ifindex;
}

/* Does `ip` print this about it? */
static bool
ip_says(const char *args, const char *pattern)
{
	char command[256];

	(void)snprintf(command, sizeof(command),
	    "ip %s | grep -q -- '%s'", args, pattern);
	return system(command) == 0;
}

static int
send_and_wait(struct nl_batch *b)
{
	dones = 0;
	assert_int_equal(nl_batch_send(b, on_done, b), 0);
	assert_int_equal(dones, 0);		/* from the loop, not before */
	await(is_done);
	assert_int_equal(dones, 1);
	return done_error;
}

/* --- links and devices --- */

static void
test_nl_link_del_many_removes_these_and_no_other(void **state)
{
	struct nl_link l;
	char command[96];
	int list[3], other, i;

	NEED_NAMESPACE();
	for (i = 0; i < 3; i++)
		list[i] = macvlan((const char *[]){ "nlg0", "nlg1",
		    "nlg2" }[i]);
	other = macvlan("nlg3");
	/* Somebody else has taken our number: nothing goes. */
	(void)snprintf(command, sizeof(command), "ip link set nlg3 group %u",
	    0x56520000u | ((unsigned)getpid() & 0xffff));
	assert_int_equal(system(command), 0);
	assert_int_equal(nl_link_del_many(nl, list, 3), -EBUSY);
	assert_int_equal(nl_link_get(nl, "nlg0", &l), 0);
	assert_int_equal(nl_link_get(nl, "nlg3", &l), 0);
	assert_int_equal(system("ip link set nlg3 group 0"), 0);
	assert_int_equal(nl_link_del_many(nl, list, 3), 0);
	for (i = 0; i < 3; i++)
		assert_int_equal(nl_link_del(nl, list[i]), -ENODEV);
	assert_int_equal(nl_link_get(nl, "nlg3", &l), 0);
	assert_int_equal(nl_link_get(nl, "nlp0", &l), 0);
	assert_int_equal(nl_link_del_many(nl, list, 0), 0);
	assert_int_equal(nl_link_del_many(nl, list, 3), -ENODEV);
	assert_int_equal(nl_link_del(nl, other), 0);
}

static void
test_nl_link_get_finds_a_link_and_misses_another(void **state)
{
	struct nl_link l;

	NEED_NAMESPACE();
	assert_int_equal(nl_link_get(nl, "nlp0", &l), 0);
	assert_string_equal(l.name, "nlp0");
	assert_int_equal(l.ifindex, parent());
	assert_true(l.has_mac);
	assert_true(l.admin_up);
	assert_false(l.is_macvlan);
	assert_int_equal(l.mtu, 1500);
	l.ifindex = 99;
	assert_int_equal(nl_link_get(nl, "nlnone", &l), -ENODEV);
	assert_int_equal(nl_link_get(nl, "", &l), -ENODEV);
	assert_int_equal(nl_link_get(nl, "nlp0-and-far-too-long", &l),
	    -ENODEV);
	assert_int_equal(l.ifindex, 99);
}

static void
test_nl_macvlan_is_made_deaf_down_and_without_link_local(void **state)
{
	struct nl_link l;
	int ifindex, mode;

	NEED_NAMESPACE();
	ifindex = macvlan("nlm0");
	assert_int_equal(nl_link_get(nl, "nlm0", &l), 0);
	assert_int_equal(l.ifindex, ifindex);
	assert_int_equal(l.parent, parent());
	assert_true(l.is_macvlan);
	assert_memory_equal(l.mac, mac, 6);
	assert_false(l.admin_up);
	assert_false(l.running);
	assert_true(ip_says("-d link show nlm0", "macvlan mode source"));
	assert_int_equal(devconf_get(AF_INET6, "nlm0", "addr_gen_mode",
	    &mode), 0);
	assert_int_equal(mode, 1);
	assert_int_equal(nl_link_up(nl, ifindex), 0);
	assert_int_equal(nl_link_get(nl, "nlm0", &l), 0);
	assert_true(l.admin_up);
	assert_true(l.running);
	assert_false(ip_says("-6 addr show dev nlm0", "fe80"));
	assert_int_equal(nl_link_del(nl, ifindex), 0);
	assert_int_equal(nl_link_get(nl, "nlm0", &l), -ENODEV);
	assert_int_equal(nl_link_del(nl, ifindex), -ENODEV);
}

static void
test_nl_macvlan_name_taken_is_eexist(void **state)
{
	int ifindex = 99;

	NEED_NAMESPACE();
	(void)macvlan("nlm0");
	assert_int_equal(nl_macvlan_add(nl, "nlm0", parent(), mac, &ifindex),
	    -EEXIST);
	assert_int_equal(nl_macvlan_add(nl, "nlm1", 9999, mac, &ifindex),
	    -ENODEV);
	assert_int_equal(nl_macvlan_add(nl, "nlm-far-too-long-a-name",
	    parent(), mac, &ifindex), -EINVAL);
	assert_int_equal(ifindex, 99);
}

/* --- events --- */

static bool
link_is_up(void)
{
	return nlm0.admin_up && nlm0.running;
}

static bool
link_is_gone(void)
{
	return links_gone > 0;
}

static bool
addr_is_gone(void)
{
	return addrs_gone > 0;
}

static void
test_nl_event_link_comes_rises_and_goes(void **state)
{
	int ifindex;

	NEED_NAMESPACE();
	memset(&nlm0, 0, sizeof(nlm0));
	ifindex = macvlan("nlm0");
	assert_int_equal(nl_link_up(nl, ifindex), 0);
	await(link_is_up);
	assert_int_equal(nlm0.ifindex, ifindex);
	assert_true(nlm0.is_macvlan);
	assert_int_equal(nlm0.parent, parent());
	assert_int_equal(nl_link_del(nl, ifindex), 0);
	await(link_is_gone);
	assert_string_equal(last_link.name, "nlm0");
	assert_int_equal(links_gone, 1);
}

static bool
carrier_is_lost(void)
{
	return nlp0.admin_up && !nlp0.running;
}

static bool
carrier_is_back(void)
{
	return nlp0.running;
}

static void
test_nl_event_carrier_loss_is_up_but_not_running(void **state)
{
	NEED_NAMESPACE();
	assert_true(nlp0.running);	/* from the dump */
	run("ip link set nlp1 down");
	await(carrier_is_lost);
	run("ip link set nlp1 up");
	await(carrier_is_back);
}

/* Bridge ports are told of by RTM_NEWLINK and RTM_DELLINK of another family. */
static void
test_nl_event_leaving_a_bridge_is_no_link_gone(void **state)
{
	NEED_NAMESPACE();
	run("ip link add nlm9 type bridge && ip link set nlm9 up && "
	    "ip link set nlp1 master nlm9 && ip link set nlp1 nomaster");
	nl_drain(nl);
	assert_true(links > 0);
	assert_int_equal(links_gone, 0);
	run("ip link del nlm9");
	nl_drain(nl);
	assert_int_equal(links_gone, 1);
}

static void
test_nl_event_addresses_come_and_go(void **state)
{
	struct addr_prefix p = prefix("192.0.2.50/24");

	NEED_NAMESPACE();
	run("ip addr add 192.0.2.50/24 dev nlp0");
	nl_drain(nl);
	assert_int_equal(addrs, 1);
	assert_int_equal(last_addr.ifindex, parent());
	assert_true(addr_equal(&last_addr.prefix.addr, &p.addr));
	assert_int_equal(last_addr.prefix.len, 24);
	assert_false(last_addr.secondary);
	assert_false(last_addr.tentative);
	run("ip addr add 192.0.2.51/24 dev nlp0");
	nl_drain(nl);
	assert_true(last_addr.secondary);
	assert_int_equal(nl_addr_del(nl, parent(), &p), 0);
	await(addr_is_gone);
	assert_int_equal(nl_addr_del(nl, parent(), &p), -EADDRNOTAVAIL);
	run("ip -6 addr add 2001:db8::1/64 dev nlp0");
	nl_drain(nl);
	assert_int_equal(last_addr.prefix.addr.family, AF_INET6);
	assert_int_equal(last_addr.prefix.len, 64);
	assert_true(last_addr.tentative);
}

static bool
is_synced(void)
{
	return synced > 0;
}

static void
test_nl_event_overflow_resyncs_with_a_dump(void **state)
{
	NEED_NAMESPACE();
	/* 8 MiB of events that nobody reads. */
	run("for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do "
	    "for j in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do "
	    "for k in 1 2 3 4 5 6 7 8 9 10; do "
	    "echo link set nlp1 mtu 1400; echo link set nlp1 mtu 1500; "
	    "done; done; done | ip -batch -");
	await(is_synced);
	assert_int_equal(resyncs, 1);
	assert_int_equal(synced, 1);
	assert_int_equal(links_gone, 0);
	/* resync, all links, all addresses, synced */
	assert_int_equal(order[0], 'r');
	assert_int_equal(strspn(order + 1, "l"), 3);
	assert_true(strspn(order + 4, "a") > 0);
	assert_string_equal(order + 4 + strspn(order + 4, "a"), "s");
}

static void
test_nl_read_all_gives_links_before_addresses(void **state)
{
	NEED_NAMESPACE();
	run("ip addr add 192.0.2.1/24 dev nlp0");
	nl_drain(nl);
	memset(order, 0, sizeof(order));
	assert_int_equal(nl_read_all(nl), 0);
	assert_int_equal(synced, 1);
	assert_int_equal(resyncs, 0);
	assert_true(strspn(order, "l") == 3);
	assert_true(strspn(order + 3, "a") == strlen(order) - 4);
	assert_int_equal(order[strlen(order) - 1], 's');
}

/* --- batches --- */

static void
test_nl_batch_adds_addresses_as_asked(void **state)
{
	struct addr_prefix v4 = prefix("192.0.2.50/24");
	struct addr_prefix v4b = prefix("198.51.100.7/32");
	struct addr_prefix v6 = prefix("2001:db8::50/64");
	struct addr_prefix ll = prefix("fe80::50/64");
	struct nl_batch *b;

	NEED_NAMESPACE();
	b = nl_batch_new(nl);
	assert_int_equal(nl_batch_addr_add(b, parent(), &v4,
	    NL_ADDR_NOPREFIXROUTE, "nlp0:web"), 0);
	assert_int_equal(nl_batch_addr_add(b, parent(), &v4b, 0, NULL), 0);
	assert_int_equal(nl_batch_addr_add(b, parent(), &v6,
	    NL_ADDR_NOPREFIXROUTE, NULL), 0);
	assert_int_equal(nl_batch_addr_add(b, parent(), &ll, 0, NULL), 0);
	assert_int_equal(nl_batch_send(b, on_done, b), 0);
	/* Applied already, though nothing was read. */
	assert_true(ip_says("addr show dev nlp0", "192.0.2.50/24 "
	    "scope global noprefixroute nlp0:web"));
	assert_true(ip_says("addr show dev nlp0",
	    "198.51.100.7/32 scope global nlp0"));
	assert_true(ip_says("-6 addr show dev nlp0",
	    "2001:db8::50/64 scope global nodad noprefixroute"));
	assert_true(ip_says("-6 addr show dev nlp0",
	    "fe80::50/64 scope link nodad"));
	assert_false(ip_says("-6 addr show dev nlp0", "50/64.*tentative"));
	assert_false(ip_says("route show", "192.0.2.0/24"));
	await(is_done);
	assert_int_equal(done_error, 0);
	assert_int_equal(dones, 1);
	/* Again: there already is fine. */
	assert_int_equal(send_and_wait(b), 0);
	nl_batch_clear(b);
	assert_int_equal(nl_batch_addr_del(b, parent(), &v4), 0);
	assert_int_equal(nl_batch_addr_del(b, parent(), &v4b), 0);
	assert_int_equal(nl_batch_addr_del(b, parent(), &v6), 0);
	assert_int_equal(nl_batch_addr_del(b, parent(), &ll), 0);
	assert_int_equal(nl_batch_addr_del(b, 9999, &v4), 0);
	assert_int_equal(send_and_wait(b), 0);
	assert_false(ip_says("addr show dev nlp0", "\\.50/\\|::50/"));
	/* Again: gone already is fine, too. */
	assert_int_equal(send_and_wait(b), 0);
	nl_batch_free(b);
}

/* What the kernel leaves behind of an IPv6 address that was lent. */
static void
test_nl_batch_takes_the_route_of_a_lent_address(void **state)
{
	struct addr_prefix v6 = prefix("2001:db8:0:ff80::50/57");
	struct addr_prefix ll = prefix("fe80::50/64");
	struct nl_batch *b;

	NEED_NAMESPACE();
	b = nl_batch_new(nl);
	assert_int_equal(nl_batch_addr_lend(b, parent(), &v6, 0, NULL, 3), 0);
	assert_int_equal(nl_batch_addr_lend(b, parent(), &ll, 0, NULL, 3), 0);
	assert_int_equal(send_and_wait(b), 0);
	nl_batch_clear(b);
	assert_int_equal(nl_batch_addr_del(b, parent(), &v6), 0);
	assert_int_equal(nl_batch_addr_del(b, parent(), &ll), 0);
	assert_int_equal(send_and_wait(b), 0);
	assert_true(ip_says("-6 route show dev nlp0", "2001:db8:0:ff80::/57"));
	nl_batch_clear(b);
	assert_int_equal(nl_batch_prefix_route_del(b, parent(), &v6), 0);
	assert_int_equal(nl_batch_prefix_route_del(b, parent(), &ll), 0);
	assert_int_equal(nl_batch_prefix_route_del(b, 9999, &ll), 0);
	assert_int_equal(send_and_wait(b), 0);
	assert_false(ip_says("-6 route show dev nlp0", "2001:db8:0:ff80::"));
	assert_false(ip_says("-6 route show dev nlp0", "fe80::/64.*expires"));
	/* Again: gone already is fine. */
	assert_int_equal(send_and_wait(b), 0);
	v6 = prefix("192.0.2.50/24");
	assert_int_equal(nl_batch_prefix_route_del(b, parent(), &v6), -EINVAL);
	nl_batch_free(b);
}

static void
test_nl_batch_reports_first_error_and_goes_on(void **state)
{
	struct addr_prefix a = prefix("192.0.2.50/24");
	struct addr_prefix bad = prefix("224.0.0.1/24");	/* refused */
	struct addr_prefix absent = prefix("192.0.2.53/24");
	struct addr_prefix c = prefix("192.0.2.52/24");
	struct nl_batch *b;

	NEED_NAMESPACE();
	b = nl_batch_new(nl);
	assert_int_equal(nl_batch_addr_add(b, parent(), &a, 0, NULL), 0);
	assert_int_equal(nl_batch_addr_add(b, 9999, &bad, 0, NULL), 0);
	assert_int_equal(nl_batch_addr_del(b, parent(), &absent), 0);
	assert_int_equal(nl_batch_addr_add(b, parent(), &c, 0, NULL), 0);
	assert_int_equal(send_and_wait(b), ENODEV);
	assert_int_equal(done_at, 1);
	assert_true(ip_says("addr show dev nlp0", "192.0.2.52/24"));
	nl_batch_free(b);
}

static void
test_nl_batch_refuses_what_it_cannot_build(void **state)
{
	struct addr_prefix unset = { 0 }, p = prefix("192.0.2.50/24");
	struct nl_batch *b;

	NEED_NAMESPACE();
	b = nl_batch_new(nl);
	assert_int_equal(nl_batch_send(b, on_done, b), -EINVAL);	/* empty */
	assert_int_equal(nl_batch_addr_add(b, 1, &unset, 0, NULL), -EINVAL);
	assert_int_equal(nl_batch_addr_add(b, 1, &p, 0,
	    "a-label-of-16-ch"), -EINVAL);
	p.len = 33;
	assert_int_equal(nl_batch_addr_del(b, 1, &p), -EINVAL);
	assert_int_equal(nl_batch_send(b, on_done, b), -EINVAL);
	nl_batch_free(b);
	assert_int_equal(dones, 0);
}

static void
test_nl_batch_may_be_freed_while_answers_are_outstanding(void **state)
{
	struct addr_prefix p = prefix("192.0.2.50/24");
	struct nl_batch *b;

	NEED_NAMESPACE();
	b = nl_batch_new(nl);
	assert_int_equal(nl_batch_addr_add(b, parent(), &p, 0, NULL), 0);
	assert_int_equal(nl_batch_send(b, on_done, NULL), 0);
	assert_int_equal(nl_batch_send(b, on_done, NULL), 0);
	nl_batch_free(b);
	assert_int_equal(nl_flush(nl, 5000), 0);
	assert_int_equal(dones, 2);
	assert_int_equal(done_error, 0);
	assert_int_equal(nl_flush(nl, 5000), 0);
	assert_int_equal(dones, 2);
}

static void
test_nl_batch_cancelled_done_is_not_called(void **state)
{
	struct addr_prefix p = prefix("192.0.2.50/24");
	struct nl_batch *b;
	int one, two;

	NEED_NAMESPACE();
	b = nl_batch_new(nl);
	assert_int_equal(nl_batch_addr_add(b, parent(), &p, 0, NULL), 0);
	assert_int_equal(nl_batch_send(b, on_done, &one), 0);
	assert_int_equal(nl_batch_send(b, on_done, &two), 0);
	nl_batch_cancel(nl, &one);
	assert_int_equal(nl_flush(nl, 5000), 0);
	assert_int_equal(dones, 1);
	nl_batch_free(b);
}

static void
test_nl_synchronous_request_steps_not_over_a_batch(void **state)
{
	struct addr_prefix p = prefix("192.0.2.50/24");
	struct nl_batch *b;
	int ifindex;

	NEED_NAMESPACE();
	b = nl_batch_new(nl);
	assert_int_equal(nl_batch_addr_add(b, parent(), &p, 0, NULL), 0);
	assert_int_equal(nl_batch_addr_add(b, 9999, &p, 0, NULL), 0);
	assert_int_equal(nl_batch_send(b, on_done, NULL), 0);
	ifindex = macvlan("nlm0");
	assert_int_equal(nl_link_up(nl, ifindex), 0);
	assert_int_equal(dones, 0);
	await(is_done);
	assert_int_equal(done_error, ENODEV);
	assert_int_equal(done_at, 1);
	nl_batch_free(b);
}

/* More than one sendmsg() takes, and more ACKs than are read at once. */
static void
test_nl_batch_of_a_thousand_addresses(void **state)
{
	struct addr_prefix p = prefix("10.1.0.0/32");
	struct nl_batch *b;
	int i;

	NEED_NAMESPACE();
	b = nl_batch_new(nl);
	for (i = 0; i < 1000; i++) {
		p.addr.bytes[2] = (uint8_t)(i / 250);
		p.addr.bytes[3] = (uint8_t)(i % 250 + 1);
		assert_int_equal(nl_batch_addr_add(b, parent(), &p,
		    NL_ADDR_NOPREFIXROUTE, NULL), 0);
	}
	assert_int_equal(nl_batch_addr_add(b, 9999, &p, 0, NULL), 0);
	assert_int_equal(send_and_wait(b), ENODEV);
	assert_int_equal(done_at, 1000);
	nl_drain(nl);
	assert_int_equal(addrs, 1000);
	assert_int_equal(resyncs, 0);
	nl_batch_free(b);
}

/* More answers than the queue of the kernel takes. */
static void
test_nl_batch_lost_answers_end_in_one_done(void **state)
{
	struct addr_prefix p = prefix("192.0.2.50/24");
	struct nl_batch *b;
	int i, sent = 0;

	NEED_NAMESPACE();
	b = nl_batch_new(nl);
	for (i = 0; i < 500; i++)
		assert_int_equal(nl_batch_addr_del(b, parent(), &p), 0);
	for (i = 0; i < 100; i++) {
		if (nl_batch_send(b, on_done, NULL) == 0)
			sent++;
	}
	assert_int_equal(nl_flush(nl, 5000), 0);
	assert_int_equal(dones, sent);
	assert_int_equal(sent, 100);
	assert_int_equal(done_error, ENOBUFS);
	/* Works again. */
	nl_batch_clear(b);
	assert_int_equal(nl_batch_addr_add(b, parent(), &p, 0, NULL), 0);
	assert_int_equal(send_and_wait(b), 0);
	nl_batch_free(b);
}

/* --- the mode of a macvlan --- */

static int
packet_socket(const char *dev)
{
	struct sockaddr_ll sll = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(0x88b5),	/* for local experiments */
		.sll_ifindex = (int)if_nametoindex(dev),
	};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(0x88b5));

	assert_true(fd != -1);
	assert_int_equal(bind(fd, (struct sockaddr *)&sll, sizeof(sll)), 0);
	return fd;
}

/* Frames that come in on fd after one of each kind was sent on out. */
static int
frames_heard(int out, int fd)
{
	static const uint8_t dst[3][6] = {
		{ 0, 0, 0x5e, 0, 1, 51 },		/* its own MAC */
		{ 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
		{ 1, 0, 0x5e, 0, 0, 18 },		/* VRRP's group */
	};
	uint8_t frame[60] = { 0 };
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	int i, heard = 0;

	for (i = 0; i < 3; i++) {
		memcpy(frame, dst[i], 6);
		memcpy(frame + 6, "\x02\0\0\0\0\1", 6);
		frame[12] = 0x88;
		frame[13] = 0xb5;
		if (send(out, frame, sizeof(frame), 0) == -1)
			assert_int_equal(errno, ENOBUFS);	/* mute */
	}
	/* Broadcasts come through a work queue. */
	while (poll(&pfd, 1, 50) == 1) {
		assert_true(recv(fd, frame, sizeof(frame), 0) > 0);
		heard++;
	}
	return heard;
}

static void
test_nl_macvlan_hears_nothing_when_deaf(void **state)
{
	struct nl_batch *b;
	int ifindex, in, out, i;

	NEED_NAMESPACE();
	ifindex = macvlan("nlm0");
	assert_int_equal(nl_link_up(nl, ifindex), 0);
	in = packet_socket("nlm0");
	out = packet_socket("nlp1");
	b = nl_batch_new(nl);
	for (i = 0; i < 2; i++) {
		assert_int_equal(frames_heard(out, in), 0);
		nl_batch_clear(b);
		assert_int_equal(nl_batch_macvlan_mode(b, ifindex,
		    NL_MACVLAN_BRIDGE), 0);
		assert_int_equal(send_and_wait(b), 0);
		assert_true(frames_heard(out, in) >= 2);
		nl_batch_clear(b);
		assert_int_equal(nl_batch_macvlan_mode(b, ifindex,
		    NL_MACVLAN_DEAF), 0);
		assert_int_equal(send_and_wait(b), 0);
	}
	assert_int_equal(frames_heard(out, in), 0);
	nl_batch_free(b);
	close(in);
	close(out);
}

/* Frames that its own packet socket sends and the other end hears. */
static void
test_nl_muted_device_sends_nothing(void **state)
{
	struct nl_batch *b;
	int ifindex, in, out, i;

	NEED_NAMESPACE();
	ifindex = macvlan("nlm0");
	assert_int_equal(nl_mute(nl, ifindex, true), 0);
	assert_int_equal(nl_link_up(nl, ifindex), 0);
	in = packet_socket("nlp1");
	out = packet_socket("nlm0");
	b = nl_batch_new(nl);
	for (i = 0; i < 2; i++) {
		assert_int_equal(frames_heard(out, in), 0);
		nl_batch_clear(b);
		assert_int_equal(nl_batch_mute(b, ifindex, false), 0);
		assert_int_equal(send_and_wait(b), 0);
		assert_true(frames_heard(out, in) >= 2);
		nl_batch_clear(b);
		assert_int_equal(nl_batch_mute(b, ifindex, true), 0);
		assert_int_equal(send_and_wait(b), 0);
	}
	assert_int_equal(frames_heard(out, in), 0);
	assert_int_equal(nl_mute(nl, ifindex, false), 0);
	assert_true(frames_heard(out, in) >= 2);
	nl_batch_free(b);
	close(in);
	close(out);
}

/* --- /proc/sys --- */

static void
test_nl_devconf_reads_and_writes_one_device(void **state)
{
	int v;

	NEED_NAMESPACE();
	assert_int_equal(devconf_set(AF_INET, "nlp0", "arp_ignore", 1), 0);
	assert_int_equal(devconf_get(AF_INET, "nlp0", "arp_ignore", &v), 0);
	assert_int_equal(v, 1);
	assert_int_equal(devconf_get(AF_INET, "nlp1", "arp_ignore", &v), 0);
	assert_int_equal(v, 0);
	assert_int_equal(devconf_set(AF_INET, "nlp0", "arp_ignore", 0), 0);
	run("ip link add nlm1.7 type veth peer name nlm2");
	assert_int_equal(devconf_set(AF_INET6, "nlm1.7", "accept_dad", -1),
	    0);
	assert_int_equal(devconf_get(AF_INET6, "nlm1.7", "accept_dad", &v),
	    0);
	assert_int_equal(v, -1);
	run("ip link del nlm1.7");
	assert_int_equal(devconf_get(AF_INET, "nlnone", "arp_ignore", &v),
	    -ENOENT);
	assert_int_equal(v, -1);
}

static void
test_nl_devconf_refuses_names_that_leave_the_folder(void **state)
{
	int v;

	(void)state;
	assert_int_equal(devconf_get(AF_INET, "..", "route/mtu", &v),
	    -EINVAL);
	assert_int_equal(devconf_get(AF_INET, "a/b", "x", &v), -EINVAL);
	assert_int_equal(devconf_get(AF_INET, "", "x", &v), -EINVAL);
	assert_int_equal(devconf_get(AF_INET, "lo", "../x", &v), -EINVAL);
	assert_int_equal(devconf_get(AF_UNIX, "lo", "arp_ignore", &v),
	    -EAFNOSUPPORT);
}

/* --- what a takeover costs --- */

#define MEASURE_MAX	100
#define ROUNDS		50

static int
compare(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void
measure(int devices)
{
	struct nl_batch *take = nl_batch_new(nl), *yield = nl_batch_new(nl);
	int64_t took[ROUNDS], gave[ROUNDS], acks[ROUNDS];
	struct addr_prefix p = prefix("10.2.0.1/24");
	uint8_t m[6];
	char name[IF_NAMESIZE];
	mono_t t0, t1;
	int i, ifindex;

	memcpy(m, mac, 6);
	for (i = 0; i < devices; i++) {
		(void)snprintf(name, sizeof(name), "nlm%d", i);
		m[5] = (uint8_t)i;
		assert_int_equal(nl_macvlan_add(nl, name, parent(), m,
		    &ifindex), 0);
		assert_int_equal(nl_link_up(nl, ifindex), 0);
		p.addr.bytes[2] = (uint8_t)i;
		(void)nl_batch_macvlan_mode(take, ifindex, NL_MACVLAN_BRIDGE);
		(void)nl_batch_addr_add(take, ifindex, &p, 0, NULL);
		(void)nl_batch_addr_del(yield, ifindex, &p);
		(void)nl_batch_macvlan_mode(yield, ifindex, NL_MACVLAN_DEAF);
	}
	for (i = 0; i < ROUNDS; i++) {
		t0 = loop_clock();
		assert_int_equal(nl_batch_send(take, on_done, NULL), 0);
		t1 = loop_clock();
		took[i] = mono_sub(t1, t0);
		assert_int_equal(nl_flush(nl, 1000), 0);
		acks[i] = mono_sub(loop_clock(), t1);
		t0 = loop_clock();
		assert_int_equal(nl_batch_send(yield, on_done, NULL), 0);
		gave[i] = mono_sub(loop_clock(), t0);
		assert_int_equal(nl_flush(nl, 1000), 0);
		nl_drain(nl);
	}
	qsort(took, ROUNDS, sizeof(took[0]), compare);
	qsort(gave, ROUNDS, sizeof(gave[0]), compare);
	qsort(acks, ROUNDS, sizeof(acks[0]), compare);
	printf("devices %3d: take %ld us (p95 %ld), its acks %ld us, "
	    "yield %ld us (p95 %ld)\n", devices,
	    (long)(took[ROUNDS / 2] / 1000),
	    (long)(took[ROUNDS * 95 / 100] / 1000),
	    (long)(acks[ROUNDS / 2] / 1000),
	    (long)(gave[ROUNDS / 2] / 1000),
	    (long)(gave[ROUNDS * 95 / 100] / 1000));
	nl_batch_free(take);
	nl_batch_free(yield);
}

static int
measure_all(void)
{
	if (skip_reason[0] != '\0') {
		printf("%s\n", skip_reason);
		return 1;
	}
	(void)setup(NULL);
	measure(1);
	(void)teardown(NULL);
	(void)setup(NULL);
	measure(MEASURE_MAX);
	(void)teardown(NULL);
	return 0;
}

#define NL_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		NL_TEST(test_nl_link_del_many_removes_these_and_no_other),
		NL_TEST(test_nl_link_get_finds_a_link_and_misses_another),
		NL_TEST(
		    test_nl_macvlan_is_made_deaf_down_and_without_link_local),
		NL_TEST(test_nl_macvlan_name_taken_is_eexist),
		NL_TEST(test_nl_event_link_comes_rises_and_goes),
		NL_TEST(test_nl_event_carrier_loss_is_up_but_not_running),
		NL_TEST(test_nl_event_leaving_a_bridge_is_no_link_gone),
		NL_TEST(test_nl_event_addresses_come_and_go),
		NL_TEST(test_nl_event_overflow_resyncs_with_a_dump),
		NL_TEST(test_nl_read_all_gives_links_before_addresses),
		NL_TEST(test_nl_batch_adds_addresses_as_asked),
		NL_TEST(test_nl_batch_takes_the_route_of_a_lent_address),
		NL_TEST(test_nl_batch_reports_first_error_and_goes_on),
		NL_TEST(test_nl_batch_refuses_what_it_cannot_build),
		NL_TEST(
		    test_nl_batch_may_be_freed_while_answers_are_outstanding),
		NL_TEST(test_nl_batch_cancelled_done_is_not_called),
		NL_TEST(test_nl_synchronous_request_steps_not_over_a_batch),
		NL_TEST(test_nl_batch_of_a_thousand_addresses),
		NL_TEST(test_nl_batch_lost_answers_end_in_one_done),
		NL_TEST(test_nl_macvlan_hears_nothing_when_deaf),
		NL_TEST(test_nl_muted_device_sends_nothing),
		NL_TEST(test_nl_devconf_reads_and_writes_one_device),
		NL_TEST(test_nl_devconf_refuses_names_that_leave_the_folder),
	};

	prepare();
	if (argc == 2 && strcmp(argv[1], "measure") == 0)
		return measure_all();
	return cmocka_run_group_tests_name("nl", tests, NULL, NULL);
}
