/*
 * test_vrrp_steering.c - rules and routes of ours, as bytes: no others are taken.
 */
#include "config.h"

#include <linux/fib_rules.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "vrrpd/pure/vrrp_steering.h"

#define TABLE	(VRRP_STEERING_TABLE + 7)

/* As nl_batch_rule() and nl_batch_table_route() make them. */
struct rule {
	struct nlmsghdr		h;
	struct fib_rule_hdr	r;
	struct rtattr		source;
	uint8_t			addr[4];
	struct rtattr		priority;
	uint32_t		priority_value;
	struct rtattr		table;
	uint32_t		table_value;
};
struct route {
	struct nlmsghdr		h;
	struct rtmsg		r;
	struct rtattr		table;
	uint32_t		table_value;
};
static uint8_t buf[512];

static struct rule
a_rule(void)
{
	return (struct rule){
		.h = { .nlmsg_len = sizeof(struct rule),
		    .nlmsg_type = RTM_NEWRULE,
		    .nlmsg_flags = NLM_F_CREATE | NLM_F_EXCL },
		.r = { .family = AF_INET, .src_len = 32,
		    .action = FR_ACT_TO_TBL },
		.source = { 8, FRA_SRC },
		.addr = { 192, 0, 2, 50 },
		.priority = { 8, FRA_PRIORITY },
		.priority_value = VRRP_STEERING_PRIORITY,
		.table = { 8, FRA_TABLE },
		.table_value = TABLE,
	};
}

static struct route
a_route(void)
{
	return (struct route){
		.h = { .nlmsg_len = sizeof(struct route),
		    .nlmsg_type = RTM_NEWROUTE },
		.r = { .rtm_family = AF_INET6, .rtm_dst_len = 64 },
		.table = { 8, RTA_TABLE },
		.table_value = TABLE,
	};
}

static bool
are_taken(const void *messages, size_t len)
{
	const struct vrrp_steering s = { 5, messages, len };
	struct vrrp_steering out = { .number = 77 };
	bool taken = vrrp_steering_decode(buf, vrrp_steering_encode(&s, buf,
	    sizeof(buf)), &out);

	assert_int_equal(out.number, taken ? 5 : 77);
	return taken;
}

static bool
rule_is_taken(const struct rule *r)
{
	return are_taken(r, sizeof(*r));
}

static bool
route_is_taken(const struct route *r)
{
	return are_taken(r, sizeof(*r));
}

static void
test_vrrp_steering_survives_its_bytes(void **state)
{
	const struct {
		struct rule	rule;
		struct route	route;
	} both = { a_rule(), a_route() };
	const struct vrrp_steering s = { 0x12345678, (const void *)&both,
	    sizeof(both) };
	struct vrrp_steering out = { .len = 77 };
	size_t len, i;

	(void)state;
	len = vrrp_steering_encode(&s, buf, sizeof(buf));
	assert_int_equal(len, VRRP_STEERING_HEADER + sizeof(both));
	assert_int_equal(vrrp_steering_encode(&s, buf, len - 1), 0);
	(void)vrrp_steering_encode(&s, buf, sizeof(buf));
	for (i = 0; i < len; i++)
		if (i != VRRP_STEERING_HEADER + sizeof(struct rule))
			assert_false(vrrp_steering_decode(buf, i, &out));
	assert_int_equal(out.len, 77);
	assert_true(vrrp_steering_decode(buf, len, &out));
	assert_int_equal(out.number, 0x12345678);
	assert_int_equal(out.len, sizeof(both));
	assert_memory_equal(out.netlink, &both, sizeof(both));
	memset(buf, 0, VRRP_STEERING_HEADER);
	assert_false(vrrp_steering_decode(buf, len, &out));
}

static void
test_vrrp_steering_of_nothing_is_none(void **state)
{
	const struct vrrp_steering s = { .number = 5 };

	(void)state;
	assert_int_equal(vrrp_steering_encode(&s, buf, sizeof(buf)), 0);
}

static void
test_vrrp_steering_takes_rules_of_one_address_to_our_tables(void **state)
{
	struct rule r = a_rule();

	(void)state;
	assert_true(rule_is_taken(&r));
	r.h.nlmsg_type = RTM_DELRULE;
	assert_true(rule_is_taken(&r));
	r.table.rta_type = FRA_UNSPEC;	/* a removal need not name it */
	assert_true(rule_is_taken(&r));
	r.h.nlmsg_type = RTM_NEWRULE;
	assert_false(rule_is_taken(&r));
	r = a_rule();
	r.table_value = RT_TABLE_MAIN;
	assert_false(rule_is_taken(&r));
	r.table_value = VRRP_STEERING_TABLE - 1;
	assert_false(rule_is_taken(&r));
	r.table_value = VRRP_STEERING_TABLE + VRRP_STEERING_TABLES;
	assert_false(rule_is_taken(&r));
	r = a_rule();
	r.r.src_len = 24;
	assert_false(rule_is_taken(&r));
	r = a_rule();
	r.r.dst_len = 8;
	assert_false(rule_is_taken(&r));
	r = a_rule();
	r.r.action = FR_ACT_BLACKHOLE;
	assert_false(rule_is_taken(&r));
	r = a_rule();
	r.priority_value = 32766;
	assert_false(rule_is_taken(&r));
	r = a_rule();
	r.priority.rta_type = FRA_TABLE;	/* there are two then */
	assert_false(rule_is_taken(&r));
	r = a_rule();
	r.source.rta_len = 3;			/* nothing after it can be found */
	assert_false(rule_is_taken(&r));
	r = a_rule();
	r.table.rta_len = 9;			/* beyond the end */
	assert_false(rule_is_taken(&r));
}

static void
test_vrrp_steering_takes_routes_in_our_tables(void **state)
{
	struct route r = a_route();

	(void)state;
	assert_true(route_is_taken(&r));
	r.h.nlmsg_type = RTM_DELROUTE;
	assert_true(route_is_taken(&r));
	r.table_value = RT_TABLE_MAIN;
	assert_false(route_is_taken(&r));
	r = a_route();
	r.table.rta_type = RTA_PRIORITY;
	assert_false(route_is_taken(&r));
	r = a_route();
	r.r.rtm_family = AF_MPLS;
	assert_false(route_is_taken(&r));
	r = a_route();
	r.h.nlmsg_type = RTM_NEWADDR;
	assert_false(route_is_taken(&r));
	r.h.nlmsg_type = RTM_DELLINK;
	assert_false(route_is_taken(&r));
}

/* In a block of its own size, so that a sanitizer sees a look beyond its end. */
static void
test_vrrp_steering_stays_within_the_message(void **state)
{
	struct rule rule = a_rule();
	struct route route = a_route();
	const struct vrrp_steering s[2] = {
		{ 1, (const void *)&rule, sizeof(rule) },
		{ 1, (const void *)&route, sizeof(route) },
	};
	struct vrrp_steering out;
	uint8_t *exact;
	unsigned i;
	size_t len;

	(void)state;
	for (i = 0; i < 16; i++) {
		rule.h.nlmsg_len = route.h.nlmsg_len = UINT32_MAX - i / 2;
		len = vrrp_steering_encode(&s[i % 2], buf, sizeof(buf));
		exact = malloc(len);
		assert_non_null(exact);
		memcpy(exact, buf, len);
		assert_false(vrrp_steering_decode(exact, len, &out));
		free(exact);
	}
}

static void
test_vrrp_steered_survives_its_bytes(void **state)
{
	uint8_t body[VRRP_STEERED_BYTES];
	uint32_t number = 0;
	int error = 1;

	(void)state;
	assert_int_equal(vrrp_steered_encode(7, -22, body), sizeof(body));
	assert_false(vrrp_steered_decode(body, sizeof(body) - 1, &number,
	    &error));
	assert_true(vrrp_steered_decode(body, sizeof(body), &number, &error));
	assert_int_equal(number, 7);
	assert_int_equal(error, -22);
	body[4] = 1;			/* no errno */
	assert_false(vrrp_steered_decode(body, sizeof(body), &number, &error));
	(void)vrrp_steered_encode(0, 0, body);
	assert_false(vrrp_steered_decode(body, sizeof(body), &number, &error));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vrrp_steering_survives_its_bytes),
		cmocka_unit_test(test_vrrp_steering_of_nothing_is_none),
		cmocka_unit_test(
		    test_vrrp_steering_takes_rules_of_one_address_to_our_tables),
		cmocka_unit_test(test_vrrp_steering_takes_routes_in_our_tables),
		cmocka_unit_test(
		    test_vrrp_steering_stays_within_the_message),
		cmocka_unit_test(test_vrrp_steered_survives_its_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
