/* test_vrrp_source.c - V-23, V-24: which own address adverts come from. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "vrrpd/pure/vrrp_source.h"

#define ROW_MAX	4

struct row {
	const char		*used, *home, *wanted;	/* NULL: none */
	struct {
		const char	*addr;
		uint8_t		 scope;
		bool		 deprecated, secondary, apart, tentative;
	} list[ROW_MAX];
	const char		*best;		/* NULL: none */
	enum vrrp_source_why	 why;
};

#define LINK	253
#define HOST	254

static const struct row rows[] = {
	{ .best = NULL, .why = VRRP_SOURCE_NONE },
	{ .list = { { .addr = "192.0.2.1" } }, .best = "192.0.2.1",
	    .why = VRRP_SOURCE_ONLY },
	/* The kernel's order is none. */
	{ .list = { { .addr = "192.0.2.9" }, { .addr = "192.0.2.1" },
	    { .addr = "192.0.2.5" } }, .best = "192.0.2.1",
	    .why = VRRP_SOURCE_LOWEST },
	{ .list = { { .addr = "192.0.2.1", .scope = LINK },
	    { .addr = "198.51.100.1" } }, .best = "198.51.100.1",
	    .why = VRRP_SOURCE_SCOPE },
	{ .list = { { .addr = "169.254.7.7", .scope = LINK } },
	    .best = "169.254.7.7", .why = VRRP_SOURCE_ONLY },
	{ .list = { { .addr = "192.0.2.1", .scope = HOST } },
	    .why = VRRP_SOURCE_NONE },
	{ .list = { { .addr = "192.0.2.1", .deprecated = true },
	    { .addr = "192.0.2.2" } }, .best = "192.0.2.2",
	    .why = VRRP_SOURCE_LASTING },
	{ .list = { { .addr = "192.0.2.1", .secondary = true },
	    { .addr = "192.0.2.2" } }, .best = "192.0.2.2",
	    .why = VRRP_SOURCE_PRIMARY },
	/* Where virtual addresses or peers are, but no other daemon's address. */
	{ .list = { { .addr = "10.0.0.1", .apart = true },
	    { .addr = "192.0.2.2" } }, .best = "192.0.2.2",
	    .why = VRRP_SOURCE_NETWORK },
	{ .list = { { .addr = "10.0.0.1", .apart = true },
	    { .addr = "192.0.2.2", .secondary = true } }, .best = "10.0.0.1",
	    .why = VRRP_SOURCE_PRIMARY },
	{ .list = { { .addr = "10.0.0.2", .apart = true },
	    { .addr = "10.0.0.1", .apart = true } }, .best = "10.0.0.1",
	    .why = VRRP_SOURCE_LOWEST },
	{ .used = "10.0.0.1", .home = "10.0.0.1",
	    .list = { { .addr = "10.0.0.1", .apart = true },
	    { .addr = "192.0.2.2" } }, .best = "10.0.0.1",
	    .why = VRRP_SOURCE_IN_USE },
	/* Scope goes before all of that. */
	{ .list = { { .addr = "192.0.2.1", .deprecated = true,
	    .secondary = true }, { .addr = "10.0.0.1", .scope = LINK } },
	    .best = "192.0.2.1", .why = VRRP_SOURCE_SCOPE },
	/* The last step that was needed against any of them. */
	{ .list = { { .addr = "10.0.0.1", .scope = LINK },
	    { .addr = "192.0.2.2" }, { .addr = "192.0.2.1" } },
	    .best = "192.0.2.1", .why = VRRP_SOURCE_LOWEST },
	{ .list = { { .addr = "192.0.2.2" }, { .addr = "192.0.2.1" },
	    { .addr = "10.0.0.1", .scope = LINK } },
	    .best = "192.0.2.1", .why = VRRP_SOURCE_LOWEST },
	/* IPv6: link-local ones, the kernel's own and one that was given. */
	{ .list = { { .addr = "fe80::5054:ff:fe00:1", .scope = LINK },
	    { .addr = "2001:db8::1" }, { .addr = "fe80::1", .scope = LINK } },
	    .best = "fe80::1", .why = VRRP_SOURCE_LOWEST },
	{ .list = { { .addr = "2001:db8::1" } }, .why = VRRP_SOURCE_NONE },
	{ .list = { { .addr = "fe80::1", .tentative = true },
	    { .addr = "fe80::2" } }, .best = "fe80::2",
	    .why = VRRP_SOURCE_ONLY },
	/* In use: whatever else comes. */
	{ .used = "192.0.2.9", .home = "192.0.2.9",
	    .list = { { .addr = "192.0.2.1" }, { .addr = "192.0.2.9",
	    .secondary = true, .deprecated = true } },
	    .best = "192.0.2.9", .why = VRRP_SOURCE_IN_USE },
	{ .used = "192.0.2.1", .home = "192.0.2.1",
	    .list = { { .addr = "192.0.2.9" }, { .addr = "192.0.2.1" } },
	    .best = "192.0.2.1", .why = VRRP_SOURCE_LOWEST },
	/* Gone: by the rule; and back. */
	{ .used = "192.0.2.9", .home = "192.0.2.9",
	    .list = { { .addr = "192.0.2.2" }, { .addr = "192.0.2.1" } },
	    .best = "192.0.2.1", .why = VRRP_SOURCE_LOWEST },
	{ .used = "192.0.2.1", .home = "192.0.2.9",
	    .list = { { .addr = "192.0.2.1" }, { .addr = "192.0.2.9" } },
	    .best = "192.0.2.9", .why = VRRP_SOURCE_IN_USE },
	{ .used = "192.0.2.1", .home = "192.0.2.9",
	    .list = { { .addr = "192.0.2.9" }, { .addr = "192.0.2.1" } },
	    .best = "192.0.2.9", .why = VRRP_SOURCE_IN_USE },
	/* Named by the configuration: that one or none. */
	{ .used = "192.0.2.1", .home = "192.0.2.1", .wanted = "192.0.2.9",
	    .list = { { .addr = "192.0.2.1" }, { .addr = "192.0.2.9",
	    .deprecated = true, .secondary = true } }, .best = "192.0.2.9",
	    .why = VRRP_SOURCE_CONFIGURED },
	{ .used = "192.0.2.1", .home = "192.0.2.1", .wanted = "192.0.2.9",
	    .list = { { .addr = "192.0.2.1" } }, .why = VRRP_SOURCE_NONE },
	{ .wanted = "192.0.2.9", .list = { { .addr = "192.0.2.9",
	    .tentative = true } }, .why = VRRP_SOURCE_NONE },
};

static struct addr
parse(const char *text)
{
	struct addr a = { .family = 0 };

	if (text != NULL)
		assert_int_equal(addr_parse(text, &a), 0);
	return a;
}

static void
try(const struct row *r, struct vrrp_source_choice *c, bool backwards)
{
	const struct addr used = parse(r->used), home = parse(r->home);
	const struct addr wanted = parse(r->wanted);
	struct vrrp_source s;
	unsigned i, at;

	vrrp_source_begin(c, &used, &home, &wanted);
	for (i = 0; i < ROW_MAX; i++) {
		at = backwards ? ROW_MAX - 1 - i : i;
		if (r->list[at].addr == NULL)
			continue;
		s = (struct vrrp_source){
			.addr = parse(r->list[at].addr),
			.scope = r->list[at].scope,
			.deprecated = r->list[at].deprecated,
			.secondary = r->list[at].secondary,
			.apart = r->list[at].apart,
			.tentative = r->list[at].tentative,
		};
		vrrp_source_offer(c, &s);
	}
}

static void
test_vrrp_source_follows_the_rule_in_either_order(void **state)
{
	struct vrrp_source_choice c;
	char text[ADDR_STRLEN];
	const char *best;
	size_t i;
	int backwards;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (backwards = 0; backwards < 2; backwards++) {
			try(&rows[i], &c, backwards);
			best = rows[i].best == NULL ? "-" : rows[i].best;
			if (strcmp(addr_format(&c.best.addr, text,
			    sizeof(text)), best) != 0 ||
			    vrrp_source_why(&c) != rows[i].why)
				fail_msg("row %zu: %s (%s), not %s (%s)", i,
				    text, vrrp_source_why_name(
				    vrrp_source_why(&c)), best,
				    vrrp_source_why_name(rows[i].why));
		}
}

static void
test_vrrp_source_tells_that_the_one_in_use_is_tentative(void **state)
{
	static const struct row r = { .used = "fe80::1",
	    .list = { { .addr = "fe80::1", .tentative = true } } };
	struct vrrp_source_choice c;

	(void)state;
	try(&r, &c, false);
	assert_true(c.used_is_tentative);
	assert_int_equal(c.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
	    test_vrrp_source_follows_the_rule_in_either_order),
	    cmocka_unit_test(
	    test_vrrp_source_tells_that_the_one_in_use_is_tentative),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
