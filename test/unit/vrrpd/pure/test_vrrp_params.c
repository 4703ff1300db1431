/*
 * test_vrrp_params.c - the defaults users rely on, and the virtual MAC.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <string.h>
#include <cmocka.h>

#include "vrrpd/pure/vrrp_params.h"

static void
test_vrrp_params_defaults(void **state)
{
	struct vrrp_params p;

	(void)state;
	memset(&p, 0xff, sizeof(p));
	vrrp_params_init(&p);
	assert_int_equal(p.version, 3);
	assert_int_equal(p.priority, 100);
	assert_int_equal(p.advert_int_cs, 100);
	assert_true(p.preempt);
	assert_int_equal(p.preempt_delay_ns, 0);
	assert_true(p.accept);
	assert_true(p.virtual_mac);
	assert_int_equal(p.checksum_compat, VRRP_CHECKSUM_AUTO);
	assert_int_equal(p.vip_count + p.unicast_count + p.bfd_count +
	    p.track_count, 0);
	assert_int_equal(p.auth_len, 0);
	assert_int_equal(p.garp_repeat, 5);
	assert_int_equal(p.vrid, 0);		/* must be given */
}

/* V-26 + one block per family. */
static void
test_vrrp_params_virtual_mac_per_family(void **state)
{
	static const uint8_t mac4[6] = { 0, 0, 0x5e, 0, 1, 51 };
	static const uint8_t mac6[6] = { 0, 0, 0x5e, 0, 2, 255 };
	uint8_t mac[6];

	(void)state;
	vrrp_params_virtual_mac(AF_INET, 51, mac);
	assert_memory_equal(mac, mac4, 6);
	vrrp_params_virtual_mac(AF_INET6, 255, mac);
	assert_memory_equal(mac, mac6, 6);
}

/* The other addresses stand behind the virtual ones, and stay there. */
static void
test_vrrp_params_addresses_come_and_go_in_order(void **state)
{
	static struct vrrp_params p;
	struct vrrp_vip vip = { .untracked = true };
	unsigned i;

	(void)state;
	vrrp_params_init(&p);
	p.family = AF_INET;
	for (i = 1; i <= 4; i++) {
		vip.prefix.addr = addr_from_bytes(i % 2 == 0 ? AF_INET :
		    AF_INET6, (const uint8_t[16]){ [3] = (uint8_t)i });
		assert_true(vrrp_params_add_address(&p, &vip, i % 2 == 1));
	}
	assert_int_equal(p.vip_count, 2);
	assert_int_equal(vrrp_params_addresses(&p), 4);
	assert_int_equal(p.vips[0].prefix.addr.bytes[3], 2);
	assert_int_equal(p.vips[1].prefix.addr.bytes[3], 4);
	assert_int_equal(p.vips[2].prefix.addr.bytes[3], 1);
	assert_int_equal(p.vips[3].prefix.addr.bytes[3], 3);
	assert_true(vrrp_params_has_family(&p, AF_INET6));
	vrrp_params_remove_address(&p, 0);
	vrrp_params_remove_address(&p, 1);
	assert_int_equal(p.vip_count, 1);
	assert_int_equal(p.other_count, 1);
	assert_int_equal(p.vips[0].prefix.addr.bytes[3], 4);
	assert_int_equal(p.vips[1].prefix.addr.bytes[3], 3);
	vrrp_params_remove_address(&p, 1);
	assert_false(vrrp_params_has_family(&p, AF_INET6));
	while (vrrp_params_add_address(&p, &vip, false))
		continue;
	assert_int_equal(p.vip_count, VRRP_VIPS_MAX);
	while (vrrp_params_add_address(&p, &vip, true))
		continue;
	assert_int_equal(vrrp_params_addresses(&p), VRRP_ADDRESSES_MAX);
}

static void
test_vrrp_params_command_splits_as_a_shell_does(void **state)
{
	static const struct {
		const char	*command;
		int		 count;		/* -EINVAL: refused */
		const char	*words;		/* joined with | */
	} cases[] = {
		{ "/bin/true", 1, "/bin/true" },
		{ "  /bin/a \t b  c ", 3, "/bin/a|b|c" },
		{ "/bin/a 'b c' \"d e\"f", 3, "/bin/a|b c|d ef" },
		{ "/bin/a \\'b\\  '\\n' \"\\\"\"", 4, "/bin/a|'b |\\n|\"" },
		{ "/bin/a '' \"\"", 3, "/bin/a||" },
		{ "/bin/a; $b | c", 4, "/bin/a;|$b|||c" },
		{ "/bin/a\\", 1, "/bin/a\\" },
		{ "/bin/a 'b", -EINVAL, "" },
		{ "/bin/a \"b'", -EINVAL, "" },
		{ "", -EINVAL, "" },
		{ " \t", -EINVAL, "" },
	};
	char storage[VRRP_COMMAND_MAX], *argv[VRRP_COMMAND_WORDS_MAX + 1];
	char joined[VRRP_COMMAND_MAX + 64], many[VRRP_COMMAND_MAX + 8];
	size_t i;
	int n, j;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		n = vrrp_params_command(cases[i].command, storage, argv);
		assert_int_equal(n, cases[i].count);
		joined[0] = '\0';
		for (j = 0; j < n; j++) {
			if (j > 0)
				(void)strcat(joined, "|");
			(void)strcat(joined, argv[j]);
		}
		assert_string_equal(joined, cases[i].words);
		if (n > 0)
			assert_null(argv[n]);
	}
	for (i = 0; i < 2 * VRRP_COMMAND_WORDS_MAX; i += 2)
		memcpy(many + i, "x ", 3);
	assert_int_equal(vrrp_params_command(many, storage, argv),
	    VRRP_COMMAND_WORDS_MAX);
	memcpy(many + i, "x", 2);
	assert_int_equal(vrrp_params_command(many, storage, argv), -EINVAL);
	memset(many, 'x', sizeof(many));
	many[VRRP_COMMAND_MAX - 1] = '\0';
	assert_int_equal(vrrp_params_command(many, storage, argv), 1);
	many[VRRP_COMMAND_MAX - 1] = 'x';
	many[VRRP_COMMAND_MAX] = '\0';
	assert_int_equal(vrrp_params_command(many, storage, argv), -EINVAL);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vrrp_params_defaults),
		cmocka_unit_test(test_vrrp_params_virtual_mac_per_family),
		cmocka_unit_test(
		    test_vrrp_params_addresses_come_and_go_in_order),
		cmocka_unit_test(
		    test_vrrp_params_command_splits_as_a_shell_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
