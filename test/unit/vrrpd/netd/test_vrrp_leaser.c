/*
 * test_vrrp_leaser.c - the thread for leases, and what it is told by the kernel, in a
 * network namespace of its own.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <netinet/in.h>
#include <linux/netfilter.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "test/unit/bfdd_net.h"
#include "vrrpd/linux/vrrp_leases.h"
#include "vrrpd/linux/vrrp_nft.h"
#include "vrrpd/netd/vrrp_leaser.h"

static bool have_net;
static struct loop *loop;
static struct vrrp_leaser *leaser;
static struct vrrp_nft other;		/* somebody else's socket */
static unsigned answers, looks;
static uint32_t last;
static int last_error;
static char table[VRRP_LEASES_TABLE_MAX];

static void
answered(uint32_t number, int error, void *arg)
{
	(void)arg;
	if (number == 0) {
		looks++;
		loop_stop(loop);
		return;
	}
	answers++;
	last = number;
	last_error = error;
	loop_stop(loop);
}

static void
too_late(mono_t deadline, void *arg)
{
	(void)deadline;
	(void)arg;
	loop_stop(loop);
}

static void
run(void)
{
	struct loop_timer *t = loop_timer_new(loop, too_late, NULL);

	loop_timer_set(t, mono_add(loop_clock(), 10 * NS_PER_S));
	assert_int_equal(loop_run(loop), 0);
	loop_timer_free(t);
}

static int
setup(void **state)
{
	(void)state;
	have_net = net_own();
	return 0;
}

static int
open_one(void **state)
{
	(void)state;
	loop = loop_new();
	leaser = vrrp_leaser_new(loop, getpid(), answered, NULL);
	answers = looks = last = 0;
	return loop == NULL || leaser == NULL ? -1 : 0;
}

static int
close_one(void **state)
{
	(void)state;
	vrrp_leaser_free(leaser);
	loop_free(loop);
	vrrp_nft_close(&other);
	return 0;
}

static void
ask(uint32_t number, bool put, uint8_t vrid)
{
	struct vrrp_lease_errand e;
	struct vrrp_params p;

	vrrp_params_init(&p);
	p.family = AF_INET;
	p.vrid = vrid;
	p.vip_count = 1;
	memcpy(p.interface, "lo", 3);
	assert_int_equal(addr_prefix_parse("192.0.2.1",
	    &p.vips[0].prefix), 0);
	p.vips[0].prefix.addr.bytes[3] = vrid;
	memset(&e, 0, sizeof(e));
	e.number = number;
	e.put = put;
	assert_null(vrrp_lease_of(&p, NS_PER_MS, &e.lease));
	vrrp_leaser_ask(leaser, &e);
}

static void
found(const char *name, void *arg)
{
	(void)arg;
	(void)snprintf(table, sizeof(table), "%s", name);
}

static bool
has_table(void)
{
	table[0] = '\0';
	assert_int_equal(vrrp_nft_open(&other), 0);
	assert_int_equal(vrrp_nft_tables(&other, NFPROTO_NETDEV, found, NULL),
	    0);
	return table[0] != '\0';
}

/* Not here: no root, or a kernel without what it takes. */
static void
put_one(void)
{
	if (!have_net)
		skip();
	ask(1, true, 51);
	if (answers == 0)
		run();
	assert_int_equal(last, 1);
	if (last_error == -EOPNOTSUPP)
		skip();
	assert_int_equal(last_error, 0);
	assert_true(has_table());
}

static void
test_vrrp_leaser_answers_when_it_is_done(void **state)
{
	(void)state;
	put_one();
	ask(2, false, 51);
	run();
	assert_int_equal(last, 2);
	assert_false(has_table());
	assert_int_equal(looks, 0);		/* of our own events no word */
}

static void
test_vrrp_leaser_finishes_what_it_was_asked(void **state)
{
	unsigned i;

	(void)state;
	put_one();
	for (i = 0; i < 20; i++)
		ask(10 + i, true, (uint8_t)(60 + i));
	for (i = 0; i < 20; i++)
		ask(40 + i, false, (uint8_t)(60 + i));
	ask(70, false, 51);
	vrrp_leaser_finish(leaser);
	assert_int_equal(last, 70);
	/* Some of those that waited were replaced. */
	assert_true(answers >= 22 && answers <= 42);
	assert_false(has_table());
}

static void
take_away(const char *name)
{
	struct vrrp_nft_batch b;

	vrrp_nft_begin(&b, &other, NFPROTO_NETDEV, name);
	vrrp_nft_del_table(&b, 0);
	assert_int_equal(vrrp_nft_commit(&b), 0);
}

/* A stranger's table is nobody's business; ours is, at once. */
static void
test_vrrp_leaser_hears_who_takes_a_table_away(void **state)
{
	struct vrrp_nft_batch b;
	char ours[VRRP_LEASES_TABLE_MAX];

	(void)state;
	put_one();
	memcpy(ours, table, sizeof(ours));
	vrrp_nft_begin(&b, &other, NFPROTO_NETDEV, "swiftover-eth9-1-1");
	vrrp_nft_put_table(&b, 0);
	assert_int_equal(vrrp_nft_commit(&b), 0);
	take_away("swiftover-eth9-1-1");
	ask(2, true, 52);
	run();
	assert_int_equal(last, 2);
	assert_int_equal(looks, 0);
	take_away(ours);
	run();
	assert_int_equal(looks, 1);
	ask(3, true, 51);
	run();
	assert_int_equal(last, 3);
	assert_int_equal(last_error, 0);
	assert_true(has_table());
	ask(4, false, 51);
	run();
	ask(5, false, 52);
	run();
	assert_int_equal(last, 5);
	assert_false(has_table());
}

#define L(test) cmocka_unit_test_setup_teardown(test, open_one, close_one)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		L(test_vrrp_leaser_answers_when_it_is_done),
		L(test_vrrp_leaser_finishes_what_it_was_asked),
		L(test_vrrp_leaser_hears_who_takes_a_table_away),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
