/*
 * test_vrrp_strict.c - which rules of a host's firewall ask for the way back.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "test/unit/vrrpd/linux/linux_net.h"
#include "vrrpd/linux/vrrp_strict.h"

#define HOOK	"chain c { type filter hook prerouting priority 10; "

static struct vrrp_strict *st;

static void
load(const char *ruleset)
{
	FILE *nft = popen("nft -f -", "w");

	assert_non_null(nft);
	(void)fprintf(nft, "flush ruleset\n%s\n", ruleset);
	assert_int_equal(pclose(nft), 0);
}

static void
expect(bool ipv4, bool ipv6)
{
	unsigned i;

	for (i = 0; i < 4; i++)		/* a dump is taken in parts */
		vrrp_strict_look(st);
	assert_int_equal(vrrp_strict_is(st, AF_INET), ipv4);
	assert_int_equal(vrrp_strict_is(st, AF_INET6), ipv6);
}

static void
test_vrrp_strict_counts_what_is_asked_for(void **state)
{
	static const struct {
		const char	*ruleset;
		bool		ipv4, ipv6;
	} cases[] = {
		{ "", false, false },
		{ "table inet f { " HOOK "fib saddr . iif oif missing drop; }; }",
		    true, true },
		{ "table inet f { " HOOK
		    "fib saddr . mark . iif oif missing drop; }; }", true, true },
		/* firewalld's, of IPv6 alone. */
		{ "table inet f { " HOOK "meta nfproto ipv6 "
		    "fib saddr . iif oif missing drop; }; }", false, true },
		{ "table inet f { " HOOK "meta nfproto ipv4 "
		    "fib saddr . iif oif 0 drop; }; }", true, false },
		{ "table ip f { " HOOK "fib saddr . iif oif missing drop; }; }",
		    true, false },
		{ "table ip6 f { " HOOK "fib saddr . iif oif missing drop; }; }",
		    false, true },
		/* Loose: any interface will do. */
		{ "table inet f { " HOOK "fib saddr oif missing drop; }; }",
		    false, false },
		/* Of the destination. */
		{ "table inet f { " HOOK
		    "fib daddr . iif type != local drop; }; }", false, false },
		{ "table inet f { " HOOK "tcp dport 22 accept; }; }", false,
		    false },
	};
	size_t i;

	(void)state;
	need_net();
	st = vrrp_strict_new();
	assert_non_null(st);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		load(cases[i].ruleset);
		expect(cases[i].ipv4, cases[i].ipv6);
	}
	load("");
	expect(false, false);
	vrrp_strict_free(st);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_vrrp_strict_counts_what_is_asked_for),
	};

	return cmocka_run_group_tests(tests, open_net, close_net);
}
