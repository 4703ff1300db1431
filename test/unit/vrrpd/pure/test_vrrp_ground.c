/* Unit tests of vrrp_ground.c: kinds of interfaces. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <linux/if_link.h>
#include <string.h>

#include "vrrpd/pure/vrrp_ground.h"

#define GOOD		VRRP_GROUND_GOOD
#define NO_DEVICE	VRRP_GROUND_NO_DEVICE
#define NOT_THERE	VRRP_GROUND_NOT_THERE
#define LONGEST		"enp129s0f3np111"	/* 15 characters */

struct expected {
	struct vrrp_ground		 g;
	enum vrrp_ground_verdict	 verdict;	/* with a virtual MAC */
	const char			*says;		/* a part of the text */
};

#define LINK(k, m)	.name = LONGEST, .kind = (k), .port_of = "",	\
			.master = "", .mode = (m), .has_mac = true
#define BARE(k)		.name = LONGEST, .kind = (k), .port_of = "",	\
			.master = "", .no_arp = true
#define PORT(of, by)	.name = LONGEST, .kind = "", .port_of = (of),	\
			.master = (by), .has_mac = true

static const struct expected all[] = {
	{ { LINK("", 0) }, GOOD, "" },
	{ { LINK("veth", 0) }, GOOD, "" },
	{ { LINK("vlan", 0) }, GOOD, "" },
	{ { LINK("bond", 0) }, GOOD, "" },
	{ { LINK("team", 0) }, GOOD, "" },
	{ { LINK("bridge", 0) }, GOOD, "" },
	{ { LINK("dummy", 0), .no_arp = true }, GOOD, "" },
	{ { LINK("vxlan", 0) }, GOOD, "" },
	{ { LINK("gretap", 0) }, GOOD, "" },
	{ { LINK("tun", 0) }, GOOD, "" },		/* tap */
	{ { LINK("unheard-of", 0) }, GOOD, "" },
	{ { LINK("macvlan", MACVLAN_MODE_BRIDGE) }, GOOD, "" },
	{ { LINK("macvlan", MACVLAN_MODE_PRIVATE) }, GOOD, "" },
	{ { LINK("macvlan", MACVLAN_MODE_VEPA) }, GOOD, "" },
	{ { LINK("macvtap", MACVLAN_MODE_BRIDGE) }, GOOD, "" },
	{ { LINK("macvlan", MACVLAN_MODE_PASSTHRU) }, NO_DEVICE,
	    "write virtual_mac = no" },
	{ { LINK("macvtap", MACVLAN_MODE_PASSTHRU) }, NO_DEVICE,
	    "write virtual_mac = no" },
	{ { LINK("ipvlan", IPVLAN_MODE_L2) }, NO_DEVICE,
	    "write virtual_mac = no" },
	{ { LINK("ipvlan", IPVLAN_MODE_L3) }, NOT_THERE, "use mode l2" },
	{ { LINK("ipvlan", IPVLAN_MODE_L3S) }, NOT_THERE, "use mode l2" },
	{ { LINK("vrf", 0) }, NOT_THERE, "write the interface in it" },
	{ { PORT("vrf", "red") }, GOOD, "" },
	{ { PORT("bridge", "br0") }, NOT_THERE, "write interface = br0" },
	{ { PORT("bond", "bond0") }, NOT_THERE, "write interface = bond0" },
	{ { PORT("team", LONGEST) }, NOT_THERE, "write interface = " LONGEST },
	{ { PORT("openvswitch", "ovs-system") }, NOT_THERE,
	    "port of openvswitch ovs-system" },
	{ { PORT("bridge", "") }, NOT_THERE, "write interface = that" },
	{ { BARE("wireguard") }, NOT_THERE, "device = " LONGEST },
	{ { BARE("tun") }, NOT_THERE, "no Ethernet address" },
	{ { BARE("gre") }, NOT_THERE, "no Ethernet address" },
	{ { BARE("ipip") }, NOT_THERE, "no Ethernet address" },
	{ { BARE("sit") }, NOT_THERE, "no Ethernet address" },
	{ { BARE("ppp") }, NOT_THERE, "no Ethernet address" },
	{ { .name = "lo", .kind = "", .port_of = "", .master = "",
	    .has_mac = true, .loopback = true }, NOT_THERE, "device = lo" },
	{ { .name = LONGEST, .kind = "", .port_of = "", .master = "",
	    .has_mac = true, .no_arp = true }, NOT_THERE, "arp on" },
};

static void
test_vrrp_ground_every_kind_has_a_verdict_and_a_way_out(void **state)
{
	char text[VRRP_GROUND_TEXT_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		const struct expected *e = &all[i];

		memset(text, 'x', sizeof(text));
		assert_int_equal(vrrp_ground_judge(&e->g, true, text),
		    e->verdict);
		if (e->verdict == GOOD)
			assert_string_equal(text, "");
		if (strstr(text, e->says) == NULL)
			fail_msg("\"%s\" does not say \"%s\"", text, e->says);
		/* Nothing was cut. */
		assert_true(strlen(text) < sizeof(text) - 1);
	}
}

static void
test_vrrp_ground_without_a_virtual_mac_more_is_good(void **state)
{
	char text[VRRP_GROUND_TEXT_MAX];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		assert_int_equal(vrrp_ground_judge(&all[i].g, false, text),
		    all[i].verdict == NO_DEVICE ? GOOD : all[i].verdict);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_vrrp_ground_every_kind_has_a_verdict_and_a_way_out),
		cmocka_unit_test(
		    test_vrrp_ground_without_a_virtual_mac_more_is_good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
