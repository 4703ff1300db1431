/*
 * test_vrrp_desk.c - the keeper of vrrpd-net, in virtual time.
 *
 * The first child of the world is vrrpd-net, which a test plays; the engine is
 * the second, so that its channel has a number.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/wait.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "test/unit/vrrpd/monitor/monitor_world.h"
#include "vrrpd/monitor/vrrp_desk.h"
#include "vrrpd/monitor/vrrp_witness.h"
#include "vrrpd/netd/vrrp_netd.h"
#include "vrrpd/pure/vrrp_refused.h"
#include "vrrpd/pure/vrrp_device.h"
#include "vrrpd/pure/vrrp_joining.h"
#include "vrrpd/pure/vrrp_removal.h"
#include "vrrpd/pure/vrrp_renewal.h"
#include "vrrpd/pure/vrrp_steering.h"

#define NET	1

static const struct priv_user user;
static struct vrrp_program program;	/* without a path: nothing to execute */
static struct vrrp_desk *desk;
static struct vrrp_monitor_part part;
static struct loop *l;
static struct vrrp_child engine;
static unsigned engine_number;

/* --- the other half --- */

static jmp_buf lived;
static struct vrrp_netd_birth birth;

void
vrrp_netd_live(const struct vrrp_netd_birth *b)
{
	birth = *b;
	longjmp(lived, 1);
}

static struct vrrp_vital vital;		/* of vrrpd-net */
static unsigned looks;

void
vrrp_witness_look(pid_t pid, struct vrrp_vital *out)
{
	assert_true(pid > 0);
	looks++;
	*out = vital;
}

/* --- the monitor's side --- */

static void
ignore_gone(void *arg)
{
	(void)arg;
}

static void
ignore_end(int fd, void *arg)
{
	(void)fd;
	(void)arg;
}

static void
engine_starts(void)
{
	static const struct vrrp_child_plan plan = { VRRP_WAY_ENGINE_UP,
	    ignore_gone, ignore_end, NULL };
	int fd;

	assert_int_equal(vrrp_child_start(&engine, l, &plan, &fd), 0);
	engine_number = world.children;
	part.attach(engine.channel, part.arg);
}

static void
engine_ends(void)
{
	part.detach(part.arg);
	vrrp_child_let_go(&engine);
}

static int
setup(void **state)
{
	(void)state;
	world_begin();
	memset(&engine, 0, sizeof(engine));
	program.path[0] = '\0';
	memset(&vital, 0, sizeof(vital));
	looks = 0;
	l = loop_new();
	desk = vrrp_desk_new(&user, 50, &program);
	assert_non_null(desk);
	part = vrrp_desk_part(desk);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	if (engine.pid != 0)
		engine_ends();
	if (desk != NULL)
		part.close(part.arg);
	vrrp_desk_free(desk);
	loop_free(l);
	world_end();
	return 0;
}

static void
start(void)
{
	assert_int_equal(part.open(l, part.arg), 0);
	engine_starts();
}

/* The monitor leaves. */
static void
leave(void)
{
	world.did[0] = '\0';
	world.said[0] = '\0';
	part.close(part.arg);
	vrrp_desk_free(desk);
	desk = NULL;
}

static size_t
make_removal(uint8_t *buf, int ifindex)
{
	struct vrrp_removal r = { .ifindex = ifindex, .tag = 5,
	    .name = "vr4-51-2" };

	return vrrp_removal_encode(&r, 1, buf);
}

static void
engine_removes(int ifindex)
{
	uint8_t buf[VRRP_REMOVAL_BYTES];

	world_says(engine_number, VRRP_MSG_REMOVE, buf,
	    make_removal(buf, ifindex));
}

static void
net_has_removed(unsigned n, int ifindex)
{
	uint8_t buf[VRRP_REMOVAL_BYTES];

	world_says(n, VRRP_MSG_REMOVED, buf, make_removal(buf, ifindex));
}

/* The index of the first of the devices that child n was told of; 0: none. */
static int
told_index(unsigned n, enum vrrp_message type)
{
	static struct vrrp_removal list[VRRP_REMOVALS_MESSAGE];
	const uint8_t *body;
	unsigned count;
	size_t len;

	if (!world_told(n, type, &body, &len))
		return 0;
	assert_true(vrrp_removal_decode(body, len, list, &count));
	return list[0].ifindex;
}

/* The last word to the engine: is there a vrrpd-net?  -1: no word. */
static int
told_there(void)
{
	const uint8_t *body;
	int there = -1;
	size_t len;

	while (world_told(engine_number, VRRP_MSG_NET, &body, &len))
		there = body[0];
	return there;
}

static size_t
make_renewal(uint8_t *buf, size_t size)
{
	struct {
		struct nlmsghdr		h;
		struct ifaddrmsg	ifa;
		struct rtattr		flags;
		uint32_t		value;
	} m = {
		.h = { .nlmsg_len = sizeof(m), .nlmsg_type = RTM_NEWADDR,
		    .nlmsg_flags = NLM_F_REPLACE },
		.flags = { 8, IFA_FLAGS },
		.value = IFA_F_MCAUTOJOIN,
	};
	const struct vrrp_renewal r = { world.now, (const uint8_t *)&m,
	    sizeof(m) };

	return vrrp_renewal_encode(&r, buf, size);
}

/* The engine wishes the device of this VRID. */
static void
engine_wishes(uint32_t number, uint8_t vrid)
{
	const struct vrrp_device_wish w = { .number = number, .parent = 2,
	    .tag = 5, .family = AF_INET, .vrid = vrid,
	    .parent_name = "eth0" };
	uint8_t buf[VRRP_DEVICE_WISH_BYTES];

	world_says(engine_number, VRRP_MSG_MAKE, buf,
	    vrrp_device_wish_encode(&w, buf));
}

/* The next wish that child n was told: its VRID, and number; 0: none. */
static unsigned
told_wish(unsigned n, uint32_t *number)
{
	struct vrrp_device_wish w;
	const uint8_t *body;
	size_t len;

	if (!world_told(n, VRRP_MSG_MAKE, &body, &len))
		return 0;
	assert_true(vrrp_device_wish_decode(body, len, &w));
	*number = w.number;
	return w.vrid;
}

static void
net_has_made(unsigned n, uint32_t number, int ifindex)
{
	const struct vrrp_device_made m = { .number = number,
	    .ifindex = ifindex, .tag = 5, .name = "vr4-51-2" };
	uint8_t buf[VRRP_DEVICE_MADE_MAX];

	world_says(n, VRRP_MSG_MADE, buf, vrrp_device_made_encode(&m, buf));
}

/* The number of the next answer that the engine was told; 0: none. */
static uint32_t
told_made(int *ifindex)
{
	struct vrrp_device_made m;
	const uint8_t *body;
	size_t len;

	if (!world_told(engine_number, VRRP_MSG_MADE, &body, &len))
		return 0;
	assert_true(vrrp_device_made_decode(body, len, &m));
	*ifindex = m.ifindex;
	return m.number;
}

static void
engine_renews(void)
{
	uint8_t buf[256];

	world_says(engine_number, VRRP_MSG_RENEW, buf,
	    make_renewal(buf, sizeof(buf)));
}

static void
net_has_renewed(unsigned n)
{
	uint8_t buf[VRRP_RENEWED_BYTES];

	world_says(n, VRRP_MSG_RENEWED, buf,
	    vrrp_renewed_encode(world.now, buf));
}

/* As /proc says. */
static void
net_is(char state, int64_t run_ms, int64_t wait_ms)
{
	vital = (struct vrrp_vital){ .known = true, .state = state,
	    .run_ns = run_ms * NS_PER_MS, .wait_ns = wait_ms * NS_PER_MS };
}

static void
engine_joins(uint32_t number)
{
	const struct vrrp_joining j = { number, 2, AF_INET6 };
	uint8_t buf[VRRP_JOINING_BYTES];

	world_says(engine_number, VRRP_MSG_JOIN, buf,
	    vrrp_joining_encode(&j, buf));
}

static void
net_has_joined(unsigned n, uint32_t number, int error)
{
	uint8_t buf[VRRP_JOINED_BYTES];

	world_says(n, VRRP_MSG_JOINED, buf,
	    vrrp_joined_encode(number, error, buf));
}

/* The number of the next such answer that the engine was told; 0: none. */
static uint32_t
told_joined(int *error)
{
	const uint8_t *body;
	uint32_t number;
	size_t len;

	if (!world_told(engine_number, VRRP_MSG_JOINED, &body, &len))
		return 0;
	assert_true(vrrp_joined_decode(body, len, &number, error));
	return number;
}

/* --- tests --- */

static void
test_vrrp_desk_child_lives_as_vrrpd_net(void **state)
{
	(void)state;
	world.is_child = true;
	if (setjmp(lived) == 0) {
		(void)part.open(l, part.arg);
		assert_true(false);
	}
	assert_int_equal(birth.channel, 99);
	assert_int_equal(birth.realtime_priority, 50);
	assert_ptr_equal(birth.user, &user);
}

static void
test_vrrp_desk_tells_every_engine_whether_vrrpd_net_is_there(void **state)
{
	(void)state;
	start();
	assert_int_equal(told_there(), 1);
	world_dies(NET, SIGKILL);
	assert_int_equal(told_there(), 0);
	engine_ends();
	engine_starts();
	assert_int_equal(told_there(), 0);
	world_run_ms(100);
	assert_int_equal(told_there(), 1);
}

static void
test_vrrp_desk_removal_goes_there_and_the_answer_back(void **state)
{
	(void)state;
	start();
	engine_removes(9);
	assert_int_equal(told_index(NET, VRRP_MSG_REMOVE), 9);
	net_has_removed(NET, 9);
	assert_int_equal(told_index(engine_number, VRRP_MSG_REMOVED), 9);
}

/* Open removals are asked for again, and nothing else. */
static void
test_vrrp_desk_another_vrrpd_net_gets_what_is_open(void **state)
{
	(void)state;
	start();
	engine_removes(9);
	engine_removes(10);
	net_has_removed(NET, 9);
	engine_ends();
	world_dies(NET, SIGKILL);
	assert_string_equal(world.said,
	    "vrrpd-net died signal=9: started again\n");
	world_run_ms(100);
	assert_int_equal(told_index(world.children, VRRP_MSG_REMOVE), 10);
	assert_int_equal(told_index(world.children, VRRP_MSG_REMOVE), 0);
	net_has_removed(world.children, 10);
	world_dies(world.children, SIGKILL);
	world_run_ms(100);
	assert_int_equal(told_index(world.children, VRRP_MSG_REMOVE), 0);
}

/* An answer that was sent before the end counts. */
static void
test_vrrp_desk_last_answer_of_a_dead_vrrpd_net_is_read(void **state)
{
	uint8_t buf[VRRP_REMOVAL_BYTES];

	(void)state;
	start();
	engine_removes(9);
	world_writes(NET, VRRP_MSG_REMOVED, buf, make_removal(buf, 9));
	world_dies(NET, SIGKILL);
	world_run_ms(100);
	assert_int_equal(told_index(world.children, VRRP_MSG_REMOVE), 0);
}

/* Removals wait at the desk; renewals do not, for they would be late. */
static void
test_vrrp_desk_keeps_removals_and_no_renewals(void **state)
{
	uint8_t buf[256];
	size_t len;

	(void)state;
	start();
	len = make_renewal(buf, sizeof(buf));
	world_says(engine_number, VRRP_MSG_RENEW, buf, len);
	assert_true(world_told(NET, VRRP_MSG_RENEW, NULL, NULL));
	world_dies(NET, SIGKILL);
	world_says(engine_number, VRRP_MSG_RENEW, buf, len);
	engine_removes(9);
	world_run_ms(100);
	assert_int_equal(told_index(world.children, VRRP_MSG_REMOVE), 9);
	assert_false(world_told(world.children, VRRP_MSG_RENEW, NULL, NULL));
}

/* A removal that the channel had no room for is sent with the next renewal. */
static void
test_vrrp_desk_full_channel_loses_no_removal(void **state)
{
	uint8_t buf[256];

	(void)state;
	start();
	world.full = true;
	engine_removes(9);
	assert_int_equal(told_index(NET, VRRP_MSG_REMOVE), 0);
	world.full = false;
	world_says(engine_number, VRRP_MSG_RENEW, buf,
	    make_renewal(buf, sizeof(buf)));
	assert_int_equal(told_index(NET, VRRP_MSG_REMOVE), 9);
}

/* Without an answer the instance would wait for its device for good. */
static void
test_vrrp_desk_wish_without_room_is_answered(void **state)
{
	uint32_t number;
	int ifindex;

	(void)state;
	start();
	for (number = 1; number <= VRRP_DEVICES_MAX; number++)
		engine_wishes(number, 51);
	assert_int_equal(told_made(&ifindex), 0);
	engine_wishes(number, 51);
	assert_int_equal(told_made(&ifindex), number);
	assert_int_equal(ifindex, 0);
}

/* Without an answer its name would never be free again. */
static void
test_vrrp_desk_removal_without_room_is_answered(void **state)
{
	int ifindex;

	(void)state;
	start();
	for (ifindex = 1; ifindex <= VRRP_REMOVALS_MAX; ifindex++)
		engine_removes(ifindex);
	assert_int_equal(told_index(engine_number, VRRP_MSG_REMOVED), 0);
	engine_removes(ifindex);
	assert_int_equal(told_index(engine_number, VRRP_MSG_REMOVED), ifindex);
}

static void
test_vrrp_desk_refuses_what_it_cannot_decode(void **state)
{
	static const uint8_t zeros[64];
	struct vrrp_refused r = { .count = 1, .type = VRRP_MSG_RENEW,
	    .why = VRRP_REFUSAL_BODY };
	uint8_t buf[VRRP_REFUSED_BYTES];

	(void)state;
	start();
	world_says(engine_number, VRRP_MSG_REMOVE, zeros, VRRP_REMOVAL_BYTES);
	world_says(engine_number, VRRP_MSG_RENEW, zeros, VRRP_RENEWAL_MIN);
	world_says(NET, VRRP_MSG_REMOVED, zeros, VRRP_REMOVAL_BYTES);
	world_says(engine_number, VRRP_MSG_MAKE, zeros,
	    VRRP_DEVICE_WISH_BYTES);
	assert_int_equal(world_refused(engine_number), VRRP_REFUSAL_BODY);
	world_says(NET, VRRP_MSG_MADE, zeros, VRRP_DEVICE_MADE_MIN);
	assert_int_equal(world_refused(NET), VRRP_REFUSAL_BODY);
	(void)vrrp_refused_encode(VRRP_WAY_CHECKS_DOWN, &r, buf);
	world_says(NET, VRRP_MSG_REFUSED, buf, sizeof(buf));
	assert_false(world_told(NET, VRRP_MSG_REMOVE, NULL, NULL));
	assert_false(world_told(NET, VRRP_MSG_RENEW, NULL, NULL));
	assert_false(world_told(engine_number, VRRP_MSG_REMOVED, NULL, NULL));
}

static void
test_vrrp_desk_wish_goes_there_and_the_answer_back(void **state)
{
	uint32_t number;
	int ifindex;

	(void)state;
	start();
	engine_wishes(700, 51);
	assert_int_equal(told_wish(NET, &number), 51);
	net_has_made(NET, number, 30);
	assert_int_equal(told_made(&ifindex), 700);
	assert_int_equal(ifindex, 30);
	/* Said twice, and never wished. */
	net_has_made(NET, number, 30);
	assert_int_equal(world_refused(NET), VRRP_REFUSAL_BODY);
	assert_int_equal(told_made(&ifindex), 0);
}

/* A renewal is not to wait for a hundred devices. */
static void
test_vrrp_desk_has_a_few_devices_under_way_at_a_time(void **state)
{
	uint8_t buf[256];
	uint32_t number[12];
	unsigned i;

	(void)state;
	start();
	for (i = 0; i < 10; i++)
		engine_wishes(i + 1, (uint8_t)(i + 1));
	for (i = 0; i < 4; i++)
		assert_int_equal(told_wish(NET, &number[i]), i + 1);
	assert_int_equal(told_wish(NET, &number[4]), 0);
	world_says(engine_number, VRRP_MSG_RENEW, buf,
	    make_renewal(buf, sizeof(buf)));
	assert_int_equal(told_wish(NET, &number[4]), 0);
	assert_true(world_told(NET, VRRP_MSG_RENEW, NULL, NULL));
	net_has_made(NET, number[0], 30);
	assert_int_equal(told_wish(NET, &number[4]), 5);
	assert_int_equal(told_wish(NET, &number[5]), 0);
	/* The same of removals, which go many in a message. */
	for (i = 0; i < 20; i++)
		engine_removes((int)i + 40);
	assert_int_equal(told_index(NET, VRRP_MSG_REMOVE), 40);
	for (i = 1; i < 16; i++)
		assert_int_equal(told_index(NET, VRRP_MSG_REMOVE),
		    (int)i + 40);
	assert_int_equal(told_index(NET, VRRP_MSG_REMOVE), 0);
	net_has_removed(NET, 40);
	assert_int_equal(told_index(NET, VRRP_MSG_REMOVE), 56);
	assert_int_equal(told_index(NET, VRRP_MSG_REMOVE), 0);
	world_dies(NET, SIGKILL);
}

/* Open wishes are asked for again; a device that is there is found then. */
static void
test_vrrp_desk_another_vrrpd_net_is_asked_for_open_wishes(void **state)
{
	uint32_t number;
	int ifindex;

	(void)state;
	start();
	engine_wishes(1, 51);
	engine_wishes(2, 52);
	(void)told_wish(NET, &number);
	net_has_made(NET, number, 30);
	world_dies(NET, SIGKILL);
	world_run_ms(100);
	assert_int_equal(told_wish(world.children, &number), 52);
	net_has_made(world.children, number, 31);
	assert_int_equal(told_made(&ifindex), 1);
	assert_int_equal(told_made(&ifindex), 2);
}

/*
 * The engine has ended: what nobody was asked for is dropped, what is made all the
 * same goes again, and the next engine may use the same numbers.
 */
static void
test_vrrp_desk_device_for_a_dead_engine_is_removed(void **state)
{
	uint32_t number, next;
	unsigned i;
	int ifindex;

	(void)state;
	start();
	for (i = 0; i < 5; i++)
		engine_wishes(i + 1, (uint8_t)(i + 51));
	assert_int_equal(told_wish(NET, &number), 51);
	for (i = 1; i < 4; i++)
		(void)told_wish(NET, &next);
	engine_ends();
	engine_starts();
	engine_wishes(1, 70);
	assert_int_equal(told_wish(NET, &next), 0);
	net_has_made(NET, number, 30);
	assert_int_equal(told_index(NET, VRRP_MSG_REMOVE), 30);
	assert_int_equal(told_made(&ifindex), 0);
	assert_int_equal(told_wish(NET, &number), 70);
	net_has_made(NET, number, 33);
	assert_int_equal(told_made(&ifindex), 1);
	assert_int_equal(ifindex, 33);
	world_dies(NET, SIGKILL);
}

static void
test_vrrp_desk_answered_renewals_are_nothing_to_look_at(void **state)
{
	unsigned i;

	(void)state;
	start();
	assert_int_equal(told_there(), VRRP_NET_THERE);
	for (i = 0; i < 10; i++) {
		engine_renews();
		world_run_ms(300);
		net_has_renewed(NET);
		assert_true(world_told(engine_number, VRRP_MSG_RENEWED, NULL,
		    NULL));
		world_run_ms(600);
	}
	assert_int_equal(looks, 0);
	assert_int_equal(told_there(), -1);
	assert_string_equal(world.said, "");
}

/* A stopped one is found in half a second; its addresses last for three. */
static void
test_vrrp_desk_stopped_vrrpd_net_is_replaced(void **state)
{
	(void)state;
	start();
	(void)told_there();
	net_is('T', 0, 0);
	engine_renews();
	world.did[0] = '\0';
	world_run_ms(499);
	assert_int_equal(told_there(), -1);
	world_run_ms(1);
	assert_int_equal(told_there(), VRRP_NET_AWAY);
	assert_string_equal(world.said,
	    "vrrpd-net was killed for its silence why=\"is stopped\" "
	    "silent_ms=500\n");
	assert_non_null(strstr(world.did, "signal"));
	world_dies(NET, SIGKILL);
	world_run_ms(100);
	assert_int_equal(told_there(), VRRP_NET_THERE);
}

/* On a Backup there is nothing to renew: devices that are not made tell. */
static void
test_vrrp_desk_stopped_vrrpd_net_is_found_by_any_errand(void **state)
{
	uint32_t number;

	(void)state;
	start();
	(void)told_there();
	net_is('T', 0, 0);
	engine_wishes(1, 51);
	world_run_ms(500);
	assert_int_equal(told_there(), VRRP_NET_AWAY);
	world_dies(NET, SIGKILL);
	world_run_ms(100);
	(void)told_wish(NET, &number);
	assert_int_equal(told_wish(world.children, &number), 51);
	net_has_made(world.children, number, 30);
	assert_int_equal(told_there(), VRRP_NET_THERE);
	world_run_ms(5000);
	engine_removes(30);
	world_run_ms(500);
	assert_int_equal(told_there(), VRRP_NET_AWAY);
	world_dies(world.children, SIGKILL);
}

/* Each answer is a sign of life, whatever else is open. */
static void
test_vrrp_desk_busy_vrrpd_net_is_alive(void **state)
{
	uint32_t number;
	unsigned i;

	(void)state;
	start();
	(void)told_there();
	net_is('S', 0, 0);
	for (i = 0; i < 20; i++)
		engine_wishes(i + 1, (uint8_t)(i + 1));
	for (i = 0; i < 20; i++) {
		world_run_ms(400);
		assert_int_equal(told_wish(NET, &number), i + 1);
		net_has_made(NET, number, (int)i + 30);
	}
	world_run_ms(5000);
	assert_int_equal(told_there(), -1);
	assert_string_equal(world.said, "");
}

static void
test_vrrp_desk_leaves_with_one_that_was_stopped(void **state)
{
	(void)state;
	start();
	engine_ends();
	net_is('T', 0, 0);
	leave();
	assert_string_equal(world.did,
	    "signal:1:18 hang-up:1 await:1:5000");
}

/* The engine would wait for the same lock: it is told so, and only told. */
static void
test_vrrp_desk_vrrpd_net_that_waits_for_the_kernel_is_left_alone(void **state)
{
	(void)state;
	start();
	(void)told_there();
	net_is('D', 0, 0);
	engine_renews();
	world_run_ms(500);
	assert_int_equal(told_there(), VRRP_NET_WAITS);
	assert_string_equal(world.said, "");
	world_run_ms(9500);
	assert_int_equal(told_there(), -1);
	assert_string_equal(world.said, "vrrpd-net waits for the kernel since "
	    "1000 ms: another program holds its lock on network configuration, "
	    "and no address can be lent anew\n");
	net_has_renewed(NET);
	assert_int_equal(told_there(), VRRP_NET_THERE);
	assert_non_null(strstr(world.said, "vrrpd-net goes on\n"));
}

/* Neither works nor waits: the engine does it, and in the end it is killed. */
static void
test_vrrp_desk_hanging_vrrpd_net_is_killed_after_a_while(void **state)
{
	(void)state;
	start();
	(void)told_there();
	net_is('S', 0, 0);
	engine_renews();
	world_run_ms(500);
	assert_int_equal(told_there(), VRRP_NET_AWAY);
	assert_string_equal(world.said, "");
	world_run_ms(1499);
	assert_string_equal(world.said, "");
	world_run_ms(1);
	assert_string_equal(world.said,
	    "vrrpd-net was killed for its silence why=\"sleeps\" "
	    "silent_ms=2000\n");
}

/* Nobody gave it a processor; then it answers after all. */
static void
test_vrrp_desk_starved_vrrpd_net_is_relieved_for_a_while(void **state)
{
	(void)state;
	start();
	(void)told_there();
	net_is('R', 0, 0);
	engine_renews();
	world_run_ms(500);
	assert_int_equal(told_there(), VRRP_NET_AWAY);
	world_run_ms(100);
	net_has_renewed(NET);
	assert_int_equal(told_there(), VRRP_NET_THERE);
	world_run_ms(5000);
	assert_string_equal(world.said, "");
}

/* An answer that has come meanwhile is read before anybody looks. */
static void
test_vrrp_desk_that_was_asleep_itself_judges_nobody(void **state)
{
	uint8_t buf[VRRP_RENEWED_BYTES];

	(void)state;
	start();
	(void)told_there();
	net_is('T', 0, 0);
	engine_renews();
	world_writes(NET, VRRP_MSG_RENEWED, buf,
	    vrrp_renewed_encode(world.now, buf));
	world_sleep_ms(3000);
	assert_int_equal(looks, 0);
	assert_int_equal(told_there(), -1);
	assert_string_equal(world.said, "");
}

static void
test_vrrp_desk_that_cannot_start_it_tries_again(void **state)
{
	(void)state;
	world.start_error = -EAGAIN;
	assert_int_equal(part.open(l, part.arg), 0);
	world_run_ms(100);
	assert_string_equal(world.did, "no-fork start:1@100");
}

/* The engine has ended and the loop does not run any more. */
static void
test_vrrp_desk_leaves_when_vrrpd_net_has_done_all(void **state)
{
	(void)state;
	start();
	engine_ends();
	leave();
	assert_string_equal(world.did, "hang-up:1 await:1:5000");
	assert_string_equal(world.said, "");
}

static void
test_vrrp_desk_says_when_it_does_not_wait_any_longer(void **state)
{
	(void)state;
	start();
	engine_removes(9);
	engine_ends();
	world.stays = true;
	leave();
	assert_string_equal(world.said, "vrrpd-net still waits for the kernel "
	    "to remove devices: left alone\n");
}

/* Nobody is there just now, and devices are to be removed. */
static void
test_vrrp_desk_starts_it_once_more_to_leave_nothing(void **state)
{
	(void)state;
	start();
	engine_removes(9);
	world_dies(NET, SIGKILL);
	engine_ends();
	world.did[0] = '\0';
	leave();
	assert_string_equal(world.did, "start:3@0 hang-up:3 await:3:5000");
}

static void
test_vrrp_desk_in_another_child_it_is_left_alone(void **state)
{
	(void)state;
	assert_int_equal(part.open(l, part.arg), 0);
	world.did[0] = '\0';
	part.forget(part.arg);
	assert_string_equal(world.did, "");
	assert_null(world_channel(NET));
	vrrp_desk_free(desk);
	desk = NULL;
}

static void
test_vrrp_desk_vrrpd_net_executes_after_a_planned_restart(void **state)
{
	(void)state;
	(void)strcpy(program.path, "/bin/x");
	assert_int_equal(part.open(l, part.arg), 0);
	world_says(NET, VRRP_MSG_HERE, NULL, 0);
	part.renew(part.arg);
	assert_true(world_told(NET, VRRP_MSG_EXECUTE, NULL, NULL));
	/* That program dies before a word: the one before is there at once. */
	world_dies(NET, SIGSEGV);
	assert_int_equal(world.children, NET + 1);
	assert_non_null(strstr(world.said, "before its first word signal=11"));
	/* And it is a fork, of which no word is expected. */
	world_dies(NET + 1, SIGKILL);
	assert_int_equal(world.children, NET + 1);
	world_run_ms(100);
	assert_int_equal(world.children, NET + 2);
	/* The next restart tries what is there then. */
	part.renew(part.arg);
	assert_true(world_told(NET + 2, VRRP_MSG_EXECUTE, NULL, NULL));
}

/* --- groups --- */

static void
test_vrrp_desk_join_goes_to_vrrpd_net_and_its_answer_back(void **state)
{
	int error;

	(void)state;
	start();
	engine_joins(7);
	assert_true(world_told(NET, VRRP_MSG_JOIN, NULL, NULL));
	assert_int_equal(told_joined(&error), 0);
	net_has_joined(NET, 7, -ENODEV);
	assert_int_equal(told_joined(&error), 7);
	assert_int_equal(error, -ENODEV);
	/* Nobody has asked for this one. */
	net_has_joined(NET, 8, 0);
	assert_int_equal(told_joined(&error), 0);
}

/* Nothing is kept: the engine asks again. */
static void
test_vrrp_desk_steering_goes_to_vrrpd_net_and_its_answer_back(void **state)
{
	const struct {
		struct nlmsghdr	h;
		struct rtmsg	r;
		struct rtattr	a;
		uint32_t	table;
	} route = { { .nlmsg_len = sizeof(route), .nlmsg_type = RTM_NEWROUTE },
	    { .rtm_family = AF_INET }, { 8, RTA_TABLE },
	    VRRP_STEERING_TABLE + 7 };
	const struct vrrp_steering s = { 7, (const uint8_t *)&route,
	    sizeof(route) };
	uint8_t body[128];
	size_t len;

	(void)state;
	start();
	len = vrrp_steering_encode(&s, body, sizeof(body));
	world_says(engine_number, VRRP_MSG_STEER, body, len);
	assert_true(world_told(NET, VRRP_MSG_STEER, NULL, NULL));
	assert_false(world_told(engine_number, VRRP_MSG_STEERED, NULL, NULL));
	world_says(NET, VRRP_MSG_STEERED, body,
	    vrrp_steered_encode(7, 0, body));
	assert_true(world_told(engine_number, VRRP_MSG_STEERED, NULL, NULL));
	world_dies(NET, SIGKILL);
	world_says(engine_number, VRRP_MSG_STEER, body,
	    vrrp_steering_encode(&s, body, sizeof(body)));
	assert_false(world_told(engine_number, VRRP_MSG_STEERED, NULL, NULL));
}

static void
test_vrrp_desk_join_without_an_answer_is_looked_after(void **state)
{
	(void)state;
	start();
	net_is('T', 0, 0);
	engine_joins(7);
	world_run_ms(600);
	assert_true(looks > 0);
	assert_non_null(strstr(world.said, "was killed for its silence"));
}

static void
test_vrrp_desk_join_is_asked_again_where_it_cannot_be_passed_on(void **state)
{
	int error;

	(void)state;
	start();
	world.full = true;
	engine_joins(7);
	world.full = false;
	assert_false(world_told(NET, VRRP_MSG_JOIN, NULL, NULL));
	/* Nothing for a vrrpd-net that is not there: the next is told of. */
	world_dies(NET, SIGKILL);
	engine_joins(8);
	assert_int_equal(told_joined(&error), 0);
}

static void
test_vrrp_desk_answers_to_an_engine_before_are_nobodys(void **state)
{
	int error;

	(void)state;
	start();
	engine_joins(1);
	engine_joins(2);
	engine_ends();
	engine_starts();
	engine_joins(1);
	net_has_joined(NET, 1, -ENODEV);
	net_has_joined(NET, 2, -ENODEV);
	assert_int_equal(told_joined(&error), 0);
	net_has_joined(NET, 1, 0);
	assert_int_equal(told_joined(&error), 1);
	assert_int_equal(error, 0);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_vrrp_desk_child_lives_as_vrrpd_net),
		T(test_vrrp_desk_tells_every_engine_whether_vrrpd_net_is_there),
		T(test_vrrp_desk_removal_goes_there_and_the_answer_back),
		T(test_vrrp_desk_another_vrrpd_net_gets_what_is_open),
		T(test_vrrp_desk_last_answer_of_a_dead_vrrpd_net_is_read),
		T(test_vrrp_desk_keeps_removals_and_no_renewals),
		T(test_vrrp_desk_full_channel_loses_no_removal),
		T(test_vrrp_desk_wish_without_room_is_answered),
		T(test_vrrp_desk_removal_without_room_is_answered),
		T(test_vrrp_desk_refuses_what_it_cannot_decode),
		T(test_vrrp_desk_wish_goes_there_and_the_answer_back),
		T(test_vrrp_desk_has_a_few_devices_under_way_at_a_time),
		T(test_vrrp_desk_another_vrrpd_net_is_asked_for_open_wishes),
		T(test_vrrp_desk_device_for_a_dead_engine_is_removed),
		T(test_vrrp_desk_answered_renewals_are_nothing_to_look_at),
		T(test_vrrp_desk_stopped_vrrpd_net_is_replaced),
		T(test_vrrp_desk_stopped_vrrpd_net_is_found_by_any_errand),
		T(test_vrrp_desk_busy_vrrpd_net_is_alive),
		T(test_vrrp_desk_leaves_with_one_that_was_stopped),
		T(test_vrrp_desk_vrrpd_net_that_waits_for_the_kernel_is_left_alone),
		T(test_vrrp_desk_hanging_vrrpd_net_is_killed_after_a_while),
		T(test_vrrp_desk_starved_vrrpd_net_is_relieved_for_a_while),
		T(test_vrrp_desk_that_was_asleep_itself_judges_nobody),
		T(test_vrrp_desk_that_cannot_start_it_tries_again),
		T(test_vrrp_desk_leaves_when_vrrpd_net_has_done_all),
		T(test_vrrp_desk_says_when_it_does_not_wait_any_longer),
		T(test_vrrp_desk_starts_it_once_more_to_leave_nothing),
		T(test_vrrp_desk_in_another_child_it_is_left_alone),
		T(test_vrrp_desk_vrrpd_net_executes_after_a_planned_restart),
		T(test_vrrp_desk_join_goes_to_vrrpd_net_and_its_answer_back),
		T(test_vrrp_desk_steering_goes_to_vrrpd_net_and_its_answer_back),
		T(test_vrrp_desk_join_without_an_answer_is_looked_after),
		T(test_vrrp_desk_join_is_asked_again_where_it_cannot_be_passed_on),
		T(test_vrrp_desk_answers_to_an_engine_before_are_nobodys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
