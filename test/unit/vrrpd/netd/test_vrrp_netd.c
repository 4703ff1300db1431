/*
 * test_vrrp_netd.c - vrrpd-net against the kernel, in a namespace of its own.
 *
 * The object without its process, on a loop of the test; the test is the monitor.
 */
#include "config.h"

#include <errno.h>
#include <net/if.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "shared/nl_batch.h"
#include "test/unit/vrrpd/linux/linux_net.h"
#include "vrrpd/ipc/vrrp_channel.h"
#include "vrrpd/linux/vrrp_member.h"
#include "vrrpd/linux/vrrp_vmac.h"
#include "vrrpd/netd/vrrp_netd.h"
#include "vrrpd/pure/vrrp_device.h"
#include "vrrpd/pure/vrrp_joining.h"
#include "vrrpd/pure/vrrp_removal.h"
#include "vrrpd/pure/vrrp_renewal.h"
#include "vrrpd/pure/vrrp_steering.h"

static struct vrrp_netd *netd;
static struct vrrp_channel *monitor;
static struct vrrp_removal removed[VRRP_REMOVALS_MESSAGE];
static unsigned removed_count, refused_count;
static struct vrrp_device_made made;	/* the last answer; number 0: none */

static enum vrrp_refusal
on_made(const uint8_t *body, size_t len, void *arg)
{
	(void)arg;
	assert_true(vrrp_device_made_decode(body, len, &made));
	return VRRP_REFUSAL_NONE;
}

static mono_t renewed;		/* the last answer; MONO_NEVER: none */

static enum vrrp_refusal
on_renewed(const uint8_t *body, size_t len, void *arg)
{
	(void)arg;
	assert_true(vrrp_renewed_decode(body, len, &renewed));
	return VRRP_REFUSAL_NONE;
}

static enum vrrp_refusal
on_removed(const uint8_t *body, size_t len, void *arg)
{
	(void)arg;
	assert_true(vrrp_removal_decode(body, len, removed, &removed_count));
	return VRRP_REFUSAL_NONE;
}

static enum vrrp_refusal
on_refused(const uint8_t *body, size_t len, void *arg)
{
	(void)body;
	(void)len;
	(void)arg;
	refused_count++;
	return VRRP_REFUSAL_NONE;
}

static void
ignore_gone(void *arg)
{
	(void)arg;
}

static void
stop(mono_t deadline, void *arg)
{
	(void)deadline;
	loop_stop(arg);
}

/* The loop turns until it has nothing to do for a moment. */
static void
turn(void)
{
	struct loop_timer *t = loop_timer_new(loop, stop, loop);

	assert_non_null(t);
	loop_timer_set(t, mono_add(loop_clock(), 30 * NS_PER_MS));
	(void)loop_run(loop);
	loop_timer_free(t);
}

static void
start(void)
{
	int fds[2];

	need_net();
	assert_int_equal(vrrp_channel_pair(fds), 0);
	monitor = vrrp_channel_new(loop, fds[0], VRRP_WAY_NET_UP, ignore_gone,
	    NULL);
	assert_non_null(monitor);
	vrrp_channel_handle(monitor, VRRP_MSG_MADE, on_made, NULL);
	vrrp_channel_handle(monitor, VRRP_MSG_REMOVED, on_removed, NULL);
	vrrp_channel_handle(monitor, VRRP_MSG_RENEWED, on_renewed, NULL);
	vrrp_channel_handle(monitor, VRRP_MSG_REFUSED, on_refused, NULL);
	assert_int_equal(vrrp_netd_open(loop, fds[1], &netd), 0);
	removed_count = refused_count = 0;
	renewed = MONO_NEVER;
	memset(&made, 0, sizeof(made));
}

static int
teardown(void **state)
{
	(void)state;
	vrrp_netd_close(netd);
	vrrp_channel_free(monitor);
	netd = NULL;
	monitor = NULL;
	return 0;
}

/* --- making --- */

static struct vrrp_device_wish
a_wish(uint8_t family)
{
	struct vrrp_device_wish w = { .number = 3, .parent = parent.ifindex,
	    .tag = 1 << 30 | 77 << 8 | 0x12, .family = family, .vrid = 51,
	    .parent_name = "eth0" };

	return w;
}

static void
wish(const struct vrrp_device_wish *w)
{
	uint8_t body[VRRP_DEVICE_WISH_BYTES];

	memset(&made, 0, sizeof(made));
	assert_int_equal(vrrp_channel_send(monitor, VRRP_MSG_MAKE, body,
	    vrrp_device_wish_encode(w, body)), 0);
	turn();
	assert_int_equal(made.number, w->number);
}

static void
test_vrrp_netd_makes_a_device_that_is_up_deaf_and_mute(void **state)
{
	struct vrrp_device_wish w = a_wish(AF_INET);
	int tag = 0;

	(void)state;
	start();
	wish(&w);
	assert_int_equal(made.error, 0);
	assert_string_equal(made.reason, "");
	assert_false(made.adopted);
	assert_true(made.can_mute);
	assert_int_equal(made.ifindex, if_nametoindex(made.name));
	assert_int_equal(made.tag, w.tag);
	assert_int_equal(devconf_get(AF_INET, made.name, "tag", &tag), 0);
	assert_int_equal(tag, w.tag);
	assert_true(says("ip -d -o link | grep 'vr4-51-.*UP.* "
	    "00:00:5e:00:01:33 .* mode source'"));
	assert_true(says("tc qdisc show | grep 'vr4-51-.* limit 0p'"));
	assert_int_equal(setting(made.name, AF_INET, "arp_ignore"), 1);
	assert_int_equal(setting(made.name, AF_INET6, "disable_ipv6"), 1);
	assert_int_equal(nl_link_del(nl, made.ifindex), 0);
	w = a_wish(AF_INET6);
	wish(&w);
	assert_int_equal(made.error, 0);
	assert_int_equal(setting(made.name, AF_INET6, "forwarding"), 1);
	assert_false(says("ip -o addr | grep vr6-51"));
	assert_int_equal(nl_link_del(nl, made.ifindex), 0);
}

/* The same wish again finds what the first one has made. */
static void
test_vrrp_netd_wish_is_carried_out_twice_with_one_device(void **state)
{
	struct vrrp_device_wish w = a_wish(AF_INET);
	int first;

	(void)state;
	start();
	wish(&w);
	first = made.ifindex;
	w.number = 4;
	wish(&w);
	assert_int_equal(made.ifindex, first);
	assert_true(made.adopted);
	assert_int_equal(nl_link_del(nl, made.ifindex), 0);
}

/* Left by a run that crashed as Active; what it noted of eth0 stays noted. */
static void
test_vrrp_netd_adopted_device_is_deaf_mute_and_empty(void **state)
{
	struct vrrp_device_wish w = a_wish(AF_INET);
	char command[240];

	(void)state;
	start();
	wish(&w);
	w.tag = 1 << 30 | 99 << 8 | 0x21;
	(void)snprintf(command, sizeof(command), "d=%s; ip link set $d type "
	    "macvlan mode bridge; ip link set $d down; for i in 50 51; do "
	    "ip addr add 192.0.2.$i/24 dev $d; done; echo", made.name);
	assert_true(says(command));
	assert_true(says("ip -o addr | grep 'vr4-51-.*192.0.2.51'"));
	/* In use, nothing is taken from it. */
	w.in_use = true;
	wish(&w);
	assert_true(made.adopted);
	assert_int_equal(made.tag, 1 << 30 | 99 << 8 | 0x12);
	assert_true(says("ip -o addr | grep 'vr4-51-.*192.0.2.51'"));
	assert_true(says("ip -o link | grep 'vr4-51-.*,UP'"));
	w.in_use = false;
	wish(&w);
	assert_false(says("ip -o addr | grep 'vr4-51-.*192.0.2.5'"));
	assert_true(says("ip -d -o link | grep 'vr4-51-.* mode source'"));
	assert_true(says("tc qdisc show | grep 'vr4-51-.* limit 0p'"));
	assert_int_equal(nl_link_del(nl, made.ifindex), 0);
}

static void
test_vrrp_netd_leaves_a_device_of_somebody_else(void **state)
{
	struct vrrp_device_wish w = a_wish(AF_INET);
	char command[160];

	(void)state;
	start();
	/* Another MAC. */
	(void)snprintf(command, sizeof(command), "ip link add vr4-51-%d link "
	    "eth0 type macvlan; echo", parent.ifindex);
	assert_true(says(command));
	wish(&w);
	assert_int_equal(made.error, -EEXIST);
	assert_int_equal(made.ifindex, 0);
	assert_non_null(strstr(made.reason, "exists and is not ours"));
	(void)snprintf(command, sizeof(command), "ip link del vr4-51-%d; echo",
	    parent.ifindex);
	assert_true(says(command));
	/* A tag that is none of ours. */
	wish(&w);
	assert_int_equal(devconf_set(AF_INET, made.name, "tag", 7), 0);
	wish(&w);
	assert_int_equal(made.error, -EEXIST);
	assert_true(says(command));
	assert_int_equal(refused_count, 0);
}

/* The interface was replaced while the wish was under way. */
static void
test_vrrp_netd_wish_for_another_interface_makes_nothing(void **state)
{
	struct vrrp_device_wish w = a_wish(AF_INET);

	(void)state;
	start();
	(void)strcpy(w.parent_name, "eth7");
	wish(&w);
	assert_int_equal(made.error, -ENODEV);
	w = a_wish(AF_INET);
	w.parent = 9999;
	wish(&w);
	assert_int_equal(made.error, -ENODEV);
	assert_false(says("ip -o link | grep vr4-51"));
}

/* --- groups --- */

static uint32_t joined;		/* the last answer; 0: none */
static int joined_error;

static enum vrrp_refusal
on_joined(const uint8_t *body, size_t len, void *arg)
{
	(void)arg;
	assert_true(vrrp_joined_decode(body, len, &joined, &joined_error));
	return VRRP_REFUSAL_NONE;
}

static void
join(int ifindex, uint8_t family, const int fds[2])
{
	const struct vrrp_joining j = { 7, ifindex, family };
	uint8_t body[VRRP_JOINING_BYTES];

	joined = 0;
	vrrp_channel_handle(monitor, VRRP_MSG_JOINED, on_joined, NULL);
	assert_int_equal(vrrp_channel_send_with(monitor, VRRP_MSG_JOIN, body,
	    vrrp_joining_encode(&j, body), fds), 0);
	turn();
	assert_int_equal(joined, 7);
}

/* The membership lasts as long as the sockets of whoever has passed them. */
static void
test_vrrp_netd_joins_with_the_sockets_of_somebody_else(void **state)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	static const char *const groups[] = { "224.0.0.18", "ff02::12" };
	char ask_kernel[80];
	int fds[2], i;

	(void)state;
	start();
	for (i = 0; i < 2; i++) {
		fds[0] = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
		fds[1] = vrrp_member_socket(families[i]);
		assert_true(fds[0] >= 0 && fds[1] >= 0);
		(void)snprintf(ask_kernel, sizeof(ask_kernel),
		    "ip maddr show dev eth0 | grep %s", groups[i]);
		assert_false(says(ask_kernel));
		join(parent.ifindex, families[i], fds);
		assert_int_equal(joined_error, 0);
		assert_true(says(ask_kernel));
		join(parent.ifindex, families[i], fds);	/* once more */
		assert_int_equal(joined_error, 0);
		vrrp_netd_close(netd);
		netd = NULL;
		assert_true(says(ask_kernel));
		(void)close(fds[0]);
		(void)close(fds[1]);
		assert_false(says(ask_kernel));
		(void)teardown(NULL);
		start();
	}
}

static void
test_vrrp_netd_join_on_no_interface_is_an_error(void **state)
{
	int fds[2];

	(void)state;
	start();
	fds[0] = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	fds[1] = vrrp_member_socket(AF_INET);
	join(4711, AF_INET, fds);
	assert_int_equal(joined_error, -ENODEV);
	/* A file instead of a socket is an error as well, and nothing else. */
	(void)close(fds[0]);
	(void)close(fds[1]);
	fds[0] = fds[1] = STDERR_FILENO;
	join(parent.ifindex, AF_INET, fds);
	assert_int_equal(joined_error, -ENOTSOCK);
	assert_int_equal(refused_count, 0);
}

/* --- removal --- */

/* A device like one of ours, with this tag. */
static struct vrrp_removal
make_device(const char *name, int tag)
{
	struct vrrp_removal r = { .tag = tag };
	char command[160];

	(void)snprintf(command, sizeof(command), "ip link add %s link eth0 "
	    "type macvlan && echo %s", name, name);
	assert_true(says(command));
	r.ifindex = (int)if_nametoindex(name);
	(void)snprintf(r.name, sizeof(r.name), "%s", name);
	assert_true(r.ifindex > 0);
	if (tag != 0)
		assert_int_equal(devconf_set(AF_INET, name, "tag", tag), 0);
	return r;
}

static void
ask(const struct vrrp_removal *list, unsigned n)
{
	static uint8_t body[VRRP_REMOVALS_MESSAGE * VRRP_REMOVAL_BYTES];

	assert_int_equal(vrrp_channel_send(monitor, VRRP_MSG_REMOVE, body,
	    vrrp_removal_encode(list, n, body)), 0);
	turn();
}

static void
test_vrrp_netd_removes_what_it_is_asked_to(void **state)
{
	struct vrrp_removal list[20];
	char name[IF_NAMESIZE];
	unsigned i;

	(void)state;
	start();
	for (i = 0; i < 20; i++) {
		(void)snprintf(name, sizeof(name), "vr4-%u-2", i + 1);
		list[i] = make_device(name, 0);
	}
	ask(list, 20);
	turn();
	assert_false(says("ip -o link | grep vr4-"));
	assert_int_equal(removed_count, 20);
	assert_memory_equal(removed, list, sizeof(list));
}

static void
test_vrrp_netd_device_that_is_gone_is_done_with(void **state)
{
	struct vrrp_removal r;

	(void)state;
	start();
	r = make_device("vr4-9-2", 0);
	assert_int_equal(nl_link_del(nl, r.ifindex), 0);
	ask(&r, 1);
	assert_int_equal(removed_count, 1);
	assert_int_equal(removed[0].ifindex, r.ifindex);
}

/* The request is older than whoever uses the device now. */
static void
test_vrrp_netd_leaves_a_device_that_is_another_by_now(void **state)
{
	const int tag = 1 << 30 | 77 << 8;
	struct vrrp_removal r;

	(void)state;
	start();
	/* Made anew under the same name. */
	r = make_device("vr4-9-2", tag);
	assert_int_equal(nl_link_del(nl, r.ifindex), 0);
	assert_int_not_equal(make_device("vr4-9-2", tag).ifindex, r.ifindex);
	ask(&r, 1);
	assert_true(says("ip -o link | grep vr4-9-2"));
	assert_int_equal(removed_count, 1);
	/* Adopted by another process. */
	r.ifindex = (int)if_nametoindex("vr4-9-2");
	assert_int_equal(devconf_set(AF_INET, "vr4-9-2", "tag",
	    1 << 30 | 78 << 8), 0);
	ask(&r, 1);
	assert_true(says("ip -o link | grep vr4-9-2"));
	/* Another name for this index. */
	assert_int_equal(devconf_set(AF_INET, "vr4-9-2", "tag", tag), 0);
	r.name[4] = '8';
	ask(&r, 1);
	assert_true(says("ip -o link | grep vr4-9-2"));
	r.name[4] = '9';
	ask(&r, 1);
	assert_false(says("ip -o link | grep vr4-9-2"));
	/* No device of that kind. */
	(void)snprintf(r.name, sizeof(r.name), "eth1");
	r.ifindex = (int)if_nametoindex("eth1");
	r.tag = 0;
	ask(&r, 1);
	assert_true(says("ip -o link | grep eth1"));
}

/* The monitor leaves: what it had asked for before is done. */
static void
test_vrrp_netd_finishes_before_it_leaves(void **state)
{
	uint8_t body[VRRP_REMOVAL_BYTES];
	struct vrrp_removal r;

	(void)state;
	start();
	r = make_device("vr4-9-2", 0);
	assert_int_equal(vrrp_channel_send(monitor, VRRP_MSG_REMOVE, body,
	    vrrp_removal_encode(&r, 1, body)), 0);
	vrrp_channel_free(monitor);
	monitor = NULL;
	assert_int_equal(loop_run(loop), 0);
	assert_false(says("ip -o link | grep vr4-"));
}

/* --- renewal --- */

static void
renew(const struct vrrp_vips *v, mono_t wished)
{
	static uint8_t body[VRRP_RENEWAL_MAX];
	struct vrrp_renewal r = { .wished = wished };

	r.netlink = vrrp_vip_renewal(v, &r.len);
	assert_int_equal(vrrp_channel_send(monitor, VRRP_MSG_RENEW, body,
	    vrrp_renewal_encode(&r, body, sizeof(body))), 0);
	turn();
}

/* With a lifetime of a minute. */
static struct vrrp_vips *
lend(void)
{
	struct vrrp_vip_questions lent = questions;
	struct vrrp_vips *v = open_vips();

	lent.lifetime_s = 60;
	assert_int_equal(vrrp_vip_prepare(v, &lent, reason), 0);
	install(v);
	return v;
}

static bool
is_short(const char *device)
{
	char command[160];

	(void)snprintf(command, sizeof(command), "ip -o addr show dev %s | "
	    "grep -E '(50|51)/' | grep -E 'valid_lft (8|9)sec'", device);
	return says(command);
}

static void
shorten(const char *device, const char *address)
{
	char command[160];

	(void)snprintf(command, sizeof(command), "ip addr change %s dev %s "
	    "valid_lft 9 preferred_lft 9 2>&1", address, device);
	assert_false(says(command));
}

static void
test_vrrp_netd_lends_anew_what_is_there(void **state)
{
	struct vrrp_vips *v;

	(void)state;
	start();
	v = lend();
	shorten(vrrp_vip_device(v), "192.0.2.50/24");
	assert_true(is_short(vrrp_vip_device(v)));
	renew(v, loop_clock());
	assert_false(is_short(vrrp_vip_device(v)));
	assert_false(mono_is_never(renewed));
	vrrp_vip_close(v);
	/* IPv6, with the route that belongs to the address. */
	use_ipv6();
	v = lend();
	shorten(vrrp_vip_device(v), "2001:db8::50/64");
	renew(v, loop_clock());
	assert_false(is_short(vrrp_vip_device(v)));
	assert_true(says("ip -6 route | grep vr6-51 | grep fe80::/64"));
	vrrp_vip_close(v);
	assert_int_equal(refused_count, 0);
}

/* The engine has withdrawn while the renewal was under way. */
static void
test_vrrp_netd_brings_back_nothing(void **state)
{
	struct vrrp_vips *v;
	int i;

	(void)state;
	start();
	for (i = 0; i < 2; i++) {
		v = lend();
		assert_int_equal(vrrp_vip_withdraw(v, done, NULL), 0);
		assert_int_equal(nl_flush(nl, 5000), 0);
		renew(v, loop_clock());
		assert_false(says("ip -o addr | grep -E 'vr[46]-51.*"
		    "(192.0.2.5|::50)'"));
		vrrp_vip_close(v);
		use_ipv6();
	}
}

/* The engine may be dead by then, and the addresses are to run out. */
static void
test_vrrp_netd_does_not_renew_what_is_late(void **state)
{
	struct vrrp_vips *v;

	(void)state;
	start();
	v = lend();
	shorten(vrrp_vip_device(v), "192.0.2.50/24");
	renew(v, mono_add(loop_clock(), -VRRP_RENEWAL_AGE_NS));
	assert_true(is_short(vrrp_vip_device(v)));
	assert_false(mono_is_never(renewed));
	vrrp_vip_close(v);
}

/* Whatever is no renewal changes nothing and is counted. */
static void
test_vrrp_netd_refuses_what_would_add(void **state)
{
	uint8_t body[VRRP_RENEWAL_HEADER + 256] = { 0 };
	const uint8_t *bytes;
	struct vrrp_vips *v;
	struct nl_batch *b;
	size_t len;

	(void)state;
	start();
	v = open_vips();
	b = nl_batch_new(nl);
	assert_int_equal(nl_batch_addr_add(b, vrrp_vip_ifindex(v),
	    &p.vips[0].prefix, 0, NULL), 0);
	bytes = nl_batch_bytes(b, &len);
	assert_true(len <= 256);
	memcpy(body + VRRP_RENEWAL_HEADER, bytes, len);
	assert_int_equal(vrrp_channel_send(monitor, VRRP_MSG_RENEW, body,
	    VRRP_RENEWAL_HEADER + len), 0);
	turn();
	assert_false(says("ip -o addr | grep 192.0.2.50"));
	assert_int_equal(refused_count, 1);
	nl_batch_free(b);
	vrrp_vip_close(v);
}

/* --- ways back --- */

static uint32_t steered;	/* the last answer; 0: none */
static int steered_error;

static enum vrrp_refusal
on_steered(const uint8_t *body, size_t len, void *arg)
{
	(void)arg;
	assert_true(vrrp_steered_decode(body, len, &steered, &steered_error));
	return VRRP_REFUSAL_NONE;
}

static void
steer(struct nl_batch *b)
{
	static uint8_t body[VRRP_STEERING_MAX];
	struct vrrp_steering s = { .number = 9 };

	steered = 0;
	s.netlink = nl_batch_bytes(b, &s.len);
	vrrp_channel_handle(monitor, VRRP_MSG_STEERED, on_steered, NULL);
	assert_int_equal(vrrp_channel_send(monitor, VRRP_MSG_STEER, body,
	    vrrp_steering_encode(&s, body, sizeof(body))), 0);
	turn();
	assert_int_equal(steered, 9);
}

/* A rule that is there, or gone, already is as good as done. */
static void
test_vrrp_netd_puts_rules_and_takes_them_away(void **state)
{
	const uint32_t table = VRRP_STEERING_TABLE + 1;
	struct nl_batch *b;
	unsigned i, times;

	(void)state;
	start();
	b = nl_batch_new(nl);
	for (i = 0; i < 4; i++) {
		nl_batch_clear(b);
		assert_int_equal(nl_batch_rule(b, &p.vips[0].prefix.addr, table,
		    i < 2), 0);
		steer(b);
		assert_int_equal(steered_error, 0);
		assert_int_equal(says("ip rule | grep 192.0.2.50"), i < 2);
	}
	/* A route needs a source address that is there. */
	nl_batch_clear(b);
	assert_int_equal(nl_batch_table_route(b, parent.ifindex,
	    &p.vips[0].prefix, &p.vips[0].prefix.addr, NULL, table, true), 0);
	for (times = 0; times < 2; times++) {
		steer(b);
		assert_int_equal(steered_error, -EINVAL);
	}
	nl_batch_free(b);
}

/* No other table of the host. */
static void
test_vrrp_netd_refuses_to_steer_what_is_not_ours(void **state)
{
	uint8_t body[VRRP_STEERING_HEADER + 256] = { 0, 0, 0, 9 };
	const uint8_t *bytes;
	struct nl_batch *b;
	size_t len;

	(void)state;
	start();
	b = nl_batch_new(nl);
	assert_int_equal(nl_batch_rule(b, &p.vips[0].prefix.addr, 254, true), 0);
	bytes = nl_batch_bytes(b, &len);
	assert_true(len <= 256);
	memcpy(body + VRRP_STEERING_HEADER, bytes, len);
	assert_int_equal(vrrp_channel_send(monitor, VRRP_MSG_STEER, body,
	    VRRP_STEERING_HEADER + len), 0);
	turn();
	assert_false(says("ip rule | grep 192.0.2.50"));
	assert_int_equal(refused_count, 1);
	nl_batch_free(b);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_vrrp_netd_makes_a_device_that_is_up_deaf_and_mute),
	    TEST(test_vrrp_netd_wish_is_carried_out_twice_with_one_device),
	    TEST(test_vrrp_netd_adopted_device_is_deaf_mute_and_empty),
	    TEST(test_vrrp_netd_leaves_a_device_of_somebody_else),
	    TEST(test_vrrp_netd_wish_for_another_interface_makes_nothing),
	    TEST(test_vrrp_netd_joins_with_the_sockets_of_somebody_else),
	    TEST(test_vrrp_netd_join_on_no_interface_is_an_error),
	    TEST(test_vrrp_netd_removes_what_it_is_asked_to),
	    TEST(test_vrrp_netd_device_that_is_gone_is_done_with),
	    TEST(test_vrrp_netd_leaves_a_device_that_is_another_by_now),
	    TEST(test_vrrp_netd_finishes_before_it_leaves),
	    TEST(test_vrrp_netd_lends_anew_what_is_there),
	    TEST(test_vrrp_netd_brings_back_nothing),
	    TEST(test_vrrp_netd_does_not_renew_what_is_late),
	    TEST(test_vrrp_netd_refuses_what_would_add),
	    TEST(test_vrrp_netd_puts_rules_and_takes_them_away),
	    TEST(test_vrrp_netd_refuses_to_steer_what_is_not_ours),
	};

	return cmocka_run_group_tests(tests, open_net, close_net);
}
