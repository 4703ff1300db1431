/*
 * test_vrrp_accept.c - which adverts are for us, and what is odd about them.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "shared/pure/rng.h"
#include "test/unit/vrrpd/instance/instance_world.h"
#include "vrrpd/config/vrrp_diff.h"
#include "vrrpd/instance/vrrp_alert.h"
#include "vrrpd/instance/vrrp_machine.h"

/* V-51 -: the number is used twice on this network. */
static void
test_vrrp_accept_foreign_addresses_are_said_and_kept(void **state)
{
	struct vrrp_params p = world_params();
	static const uint8_t list[] = { 192, 0, 2, 77 };
	static const uint8_t source[] = { 192, 0, 2, 66 };
	struct vrrp_advert foreign = { .version = 3, .vrid = 51,
		.priority = 200, .addr_count = 1, .interval_cs = 100,
		.addrs = list };

	(void)state;
	foreign.source = addr_from_bytes(AF_INET, source);
	foreign.destination = vrrp_wire_group(AF_INET);
	start_with(&p);
	vrrp_machine_rx(v, world.now, world.now, &foreign);
	vrrp_machine_rx(v, world.now, world.now, &foreign);
	assert_int_equal(v->stats.address_list_errors, 2);
	assert_non_null(strstr(lines, "instance=web source=192.0.2.66 "
	    "conflict=other-addresses vrid=51 priority=200 "
	    "addresses=192.0.2.77 suppressed=0: "));
	assert_int_equal(v->conflict.kind, VRRP_CONFLICT_OTHER_ADDRESSES);
	assert_int_equal(v->conflict.count, 2);
}

/* V-95 +, V-95 -, V-46: obeyed by address, and said; others are not owners. */
static void
test_vrrp_accept_second_owner_is_said(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	p.priority = VRRP_PRIORITY_OWNER;
	world_addr("192.0.2.50/24", true, false);
	start_with(&p);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	world_advert("192.0.2.1", 254, 100);
	assert_int_equal(v->conflict.kind, VRRP_CONFLICT_NONE);
	world_advert("192.0.2.1", 255, 100);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	assert_non_null(strstr(lines, "conflict=two-owners"));
	world_advert("192.0.2.9", 255, 100);
	assert_int_equal(v->core.state, VRRP_BACKUP);
}

/* V-96 -, V-28 - our own packet, looped back */
static void
test_vrrp_accept_own_source_is_refused_and_changes_nothing(void **state)
{
	struct vrrp_core before;

	(void)state;
	become_active();
	before = v->core;
	world_advert("192.0.2.2", 255, 100);
	assert_memory_equal(&before, &v->core, sizeof(before));
	assert_int_equal(v->stats.verdicts[VRRP_OWN_SOURCE], 1);
	assert_int_equal(v->stats.advertisement_rcvd, 0);
	assert_string_equal(world.did, "");
}

/* V-53: a unicast advert to a multicast instance, and the reverse. */
static void
test_vrrp_accept_source_of_zero_is_refused(void **state)
{
	(void)state;
	become_active();
	world_advert("0.0.0.0", 255, 100);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	assert_int_equal(v->stats.verdicts[VRRP_SOURCE], 1);
}

/* V-50 +, V-50 -, V-98 + counted and said, adopted all the same. */
static void
test_vrrp_accept_other_interval_is_counted_and_adopted(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	start_with(&p);
	world_advert("192.0.2.1", 200, 10);
	assert_int_equal(v->stats.interval_errors, 1);
	assert_int_equal(v->core.active_adver_interval_cs, 10);
	assert_non_null(strstr(lines, "advert_int_cs=10 ours=100"));
}

/* V-55 +, V-55 -: the first is said at once, the rest are counted. */
static void
test_vrrp_accept_refusals_are_logged_under_a_limit(void **state)
{
	const char *at;
	int i, said = 0;

	(void)state;
	become_active();
	for (i = 0; i < 1000; i++)
		world_advert("192.0.2.2", 255, 100);
	for (at = lines; (at = strstr(at, "own-source-errors")) != NULL; at++)
		said++;
	assert_int_equal(said, 1);
	assert_int_equal(v->stats.verdicts[VRRP_OWN_SOURCE], 1000);
}

/* V-13 + what the others speak, so that they hear us. */
static void
test_vrrp_accept_auto_checksum_answers_legacy_in_kind(void **state)
{
	struct vrrp_params p = world_params();
	struct vrrp_advert a;

	(void)state;
	start_with(&p);
	memset(&a, 0, sizeof(a));
	a.version = 3;
	a.vrid = 51;
	a.priority = 50;
	a.interval_cs = 100;
	a.form = VRRP_FORM_PSEUDO;
	assert_int_equal(addr_parse("192.0.2.1", &a.source), 0);
	a.destination = vrrp_wire_group(AF_INET);
	a.addr_count = 1;
	a.addrs = v->p.vips[0].prefix.addr.bytes;
	vrrp_machine_rx(v, world.now, world.now, &a);
	assert_int_equal(v->send_form, VRRP_FORM_PSEUDO);
	assert_int_equal(v->stats.legacy_checksum_rcvd, 1);
	a.form = VRRP_FORM_MESSAGE;
	vrrp_machine_rx(v, world.now, world.now, &a);
	assert_int_equal(v->send_form, VRRP_FORM_MESSAGE);
	/* Both kinds are there: the newer one stays. */
	a.form = VRRP_FORM_PSEUDO;
	vrrp_machine_rx(v, world.now, world.now, &a);
	assert_int_equal(v->send_form, VRRP_FORM_MESSAGE);
}

/* Byte 6 and 7 of the message of the last frame. */
static unsigned
checksum_sent(void)
{
	return (unsigned)(world.frame[14 + 20 + 6] << 8 |
	    world.frame[14 + 20 + 7]);
}

/* V-13 - said by each router once; an Active changes once in a minute. */
static void
test_vrrp_accept_auto_checksum_is_steady_while_active(void **state)
{
	struct vrrp_advert_spec legacy = { .version = 3,
	    .form = VRRP_FORM_PSEUDO };
	unsigned message, pseudo;
	const char *at;
	int i, said = 0;

	(void)state;
	become_active();
	world_run(NS_PER_S);
	message = checksum_sent();
	world_advert_as(&legacy, "192.0.2.1", 50, 100);
	pseudo = checksum_sent();
	assert_int_not_equal(pseudo, message);
	for (i = 0; i < 50; i++) {
		world_advert("192.0.2.3", 50, 100);
		world_advert_as(&legacy, "192.0.2.1", 50, 100);
		world_run(NS_PER_S);
		assert_int_equal(checksum_sent(), pseudo);
	}
	world_run(15 * NS_PER_S);
	world_advert("192.0.2.3", 50, 100);
	assert_int_equal(checksum_sent(), message);
	for (at = lines; (at = strstr(at, "source=192.0.2.1 sends checksums"))
	    != NULL; at++)
		said++;
	assert_int_equal(said, 1);
	assert_int_equal(v->stats.legacy_checksum_rcvd, 51);
}

/* And `legacy` speaks so whoever listens; V-11 + is the other way round. */
static void
test_vrrp_accept_configured_checksum_is_sent_whatever_is_heard(void **state)
{
	struct vrrp_params p = world_params();
	struct vrrp_advert_spec legacy = { .version = 3,
	    .form = VRRP_FORM_PSEUDO };
	unsigned first;

	(void)state;
	p.checksum_compat = VRRP_CHECKSUM_LEGACY;
	start_with(&p);
	world_run(v->core.active_down_interval_ns);
	first = checksum_sent();
	world_advert("192.0.2.3", 50, 100);
	world_run(NS_PER_S);
	assert_int_equal(checksum_sent(), first);
	p.checksum_compat = VRRP_CHECKSUM_RFC9568;
	assert_int_equal(vrrp_diff(&v->p, &p), VRRP_DIFF_IN_PLACE);
	vrrp_instance_set(v, &p);
	world_advert_as(&legacy, "192.0.2.3", 50, 100);
	world_run(NS_PER_S);
	assert_int_not_equal(checksum_sent(), first);
	assert_int_equal(v->stats.verdicts[VRRP_CHECKSUM], 1);
}

static void
test_vrrp_accept_strict_checksum_refuses_legacy(void **state)
{
	struct vrrp_params p = world_params();
	struct vrrp_advert a;

	(void)state;
	p.checksum_compat = VRRP_CHECKSUM_RFC9568;
	start_with(&p);
	memset(&a, 0, sizeof(a));
	a.version = 3;
	a.priority = 200;
	a.interval_cs = 100;
	a.form = VRRP_FORM_PSEUDO;
	assert_int_equal(addr_parse("192.0.2.1", &a.source), 0);
	a.destination = vrrp_wire_group(AF_INET);
	vrrp_machine_rx(v, world.now, world.now, &a);
	assert_int_equal(v->stats.verdicts[VRRP_CHECKSUM], 1);
	assert_int_equal(v->stats.advertisement_rcvd, 0);
}

/* V-123 +, V-123 -, V-124 - the password of a version 2 instance. */
static void
test_vrrp_accept_v2_wrong_password_is_refused(void **state)
{
	struct vrrp_params p = world_params();
	struct vrrp_advert a;
	static const uint8_t wrong[8] = "2222";

	(void)state;
	p.version = 2;
	p.auth_len = 4;
	memcpy(p.auth_pass, "1111\0\0\0", 8);
	start_with(&p);
	memset(&a, 0, sizeof(a));
	a.version = 2;
	a.priority = 200;
	a.interval_cs = 100;
	assert_int_equal(addr_parse("192.0.2.1", &a.source), 0);
	a.destination = vrrp_wire_group(AF_INET);
	a.addr_count = 1;
	a.addrs = v->p.vips[0].prefix.addr.bytes;
	vrrp_machine_rx(v, world.now, world.now, &a);
	assert_int_equal(v->stats.verdicts[VRRP_AUTH_TYPE], 1);
	a.auth_type = 1;
	a.auth_data = wrong;
	vrrp_machine_rx(v, world.now, world.now, &a);
	assert_int_equal(v->stats.verdicts[VRRP_AUTH_DATA], 1);
	a.auth_data = p.auth_pass;
	vrrp_machine_rx(v, world.now, world.now, &a);
	assert_int_equal(v->stats.advertisement_rcvd, 1);
	a.interval_cs = 200;					/* V-124 */
	vrrp_machine_rx(v, world.now, world.now, &a);
	assert_int_equal(v->stats.verdicts[VRRP_V2_INTERVAL], 1);
}

/* V-123 - no password is not the same as any password. */
static void
test_vrrp_accept_v2_unwanted_password_is_refused(void **state)
{
	struct vrrp_params p = world_params();
	struct vrrp_advert_spec as = { .version = 2, .auth_len = 4,
	    .auth_pass = (const uint8_t *)"1111\0\0\0" };

	(void)state;
	p.version = 2;
	start_with(&p);
	world_advert_as(&as, "192.0.2.1", 200, 100);
	assert_int_equal(v->stats.verdicts[VRRP_AUTH_TYPE], 1);
	as.auth_len = 0;
	world_advert_as(&as, "192.0.2.1", 200, 100);
	assert_int_equal(v->stats.advertisement_rcvd, 1);
}

/* V-124 +, V-124 -, V-125 +, V-125 - nothing moves; the owner's list may. */
static void
test_vrrp_accept_v2_other_interval_or_list_is_discarded(void **state)
{
	struct vrrp_params p = world_params();
	struct vrrp_advert_spec as = { .version = 2 };
	struct vrrp_core before;

	(void)state;
	p.version = 2;
	p.vip_count = 2;
	assert_int_equal(addr_prefix_parse("192.0.2.51/24",
	    &p.vips[1].prefix), 0);
	start_with(&p);
	before = v->core;
	world_advert_as(&as, "192.0.2.1", 200, 200);
	assert_int_equal(v->stats.verdicts[VRRP_V2_INTERVAL], 1);
	world_advert_as(&as, "192.0.2.1", 200, 100);
	assert_int_equal(v->stats.verdicts[VRRP_V2_ADDRESS_LIST], 1);
	assert_memory_equal(&before, &v->core, sizeof(before));
	world_advert_as(&as, "192.0.2.1", 255, 100);
	assert_int_equal(v->stats.advertisement_rcvd, 1);
	assert_int_equal(v->core.active.priority, 255);
}

/* V-41 -, V-56 - the other version is a version error. */
static void
test_vrrp_accept_other_version_is_a_version_error(void **state)
{
	struct vrrp_params p = world_params();
	struct vrrp_advert_spec as = { .version = 2 };

	(void)state;
	start_with(&p);
	world_advert_as(&as, "192.0.2.1", 200, 100);
	assert_int_equal(v->stats.verdicts[VRRP_VERSION], 1);
	assert_false(addr_is_set(&v->core.active.source));
}

/* V-45 -: a VRID nobody has here is counted by the interface, and said once. */
static void
test_vrrp_accept_foreign_vrid_is_the_interfaces(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	p.vrid = 52;
	start_with(&p);
	world_advert("192.0.2.1", 200, 100);
	world_advert("192.0.2.1", 200, 100);
	assert_int_equal(world.iface->verdicts[VRRP_VRID], 2);
	assert_int_equal(v->stats.advertisement_rcvd, 0);
	assert_non_null(strstr(lines, "source=192.0.2.1 "
	    "discarded=vrid-errors vrid=51"));
	assert_null(strstr(strstr(lines, "vrid-errors") + 1, "vrid-errors"));
}

/* V-53 - a source that no router can have; V-53 + one that it can */
static void
test_vrrp_accept_martian_sources_are_refused(void **state)
{
	static const struct {
		const char	*source;
		uint8_t		 priority;
		bool		 good;
	} c[] = {
		{ "192.0.2.1", 200, true },
		{ "192.0.2.254", 200, true },
		{ "0.0.0.0", 200, false },
		{ "127.0.0.1", 200, false },
		{ "224.0.0.18", 200, false },
		{ "255.255.255.255", 200, false },
		{ "192.0.2.255", 200, false },
		{ "198.51.100.1", 200, false },
		{ "192.0.2.50", 200, false },
		/* The owner of the address sends from it (V-23), and goes. */
		{ "192.0.2.50", 255, true },
		{ "192.0.2.50", 0, true },
	};
	struct vrrp_params p = world_params();
	uint64_t refused = 0, taken = 0;
	size_t i;

	(void)state;
	start_with(&p);
	for (i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		world_advert(c[i].source, c[i].priority, 100);
		refused += !c[i].good;
		taken += c[i].good;
		assert_int_equal(v->stats.verdicts[VRRP_SOURCE], refused);
		assert_int_equal(v->stats.advertisement_rcvd, taken);
	}
	/* A second network of the interface; and while the first is away. */
	world_addr("198.51.100.2/24", true, false);
	world_advert("198.51.100.1", 200, 100);
	assert_int_equal(v->stats.advertisement_rcvd, ++taken);
	world_advert("198.51.100.255", 200, 100);
	assert_int_equal(v->stats.verdicts[VRRP_SOURCE], ++refused);
	world_addr("192.0.2.2/24", false, true);
	(void)vrrp_iface_update_primary(world.iface);
	assert_true(vrrp_iface_is_away(world.iface, AF_INET));
	world_advert("192.0.2.1", 200, 100);
	assert_int_equal(v->stats.advertisement_rcvd, ++taken);
}

static void
any_in(struct rng *r, const char *text, char out[ADDR_STRLEN])
{
	struct addr_prefix p;
	uint8_t bytes[4];
	struct addr a;
	unsigned bit;

	assert_int_equal(addr_prefix_parse(text, &p), 0);
	memcpy(bytes, p.addr.bytes, sizeof(bytes));
	for (bit = p.len; bit < 32; bit++)
		if (rng_below(r, 2) != 0)
			bytes[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
	a = addr_from_bytes(AF_INET, bytes);
	(void)addr_format(&a, out, ADDR_STRLEN);
}

/* V-53 - of whatever kind, and whatever of the network is known */
static void
test_vrrp_accept_martians_of_any_kind_are_refused(void **state)
{
	static const char *const martians[] = { "0.0.0.0/8", "127.0.0.0/8",
	    "224.0.0.0/4", "240.0.0.0/4", "255.255.255.255/32", "192.0.2.255/32",
	    "192.0.2.3/32", "198.51.100.0/24" };
	struct vrrp_params p = world_params();
	char source[ADDR_STRLEN];
	uint64_t refused = 0;
	struct rng r;
	size_t i, kinds = sizeof(martians) / sizeof(martians[0]);
	unsigned n;

	(void)state;
	rng_seed(&r, 17);
	start_with(&p);
	world_addr("192.0.2.3/24", true, false);
	for (i = 0; i < 2 * kinds; i++) {
		if (i == kinds)
			/* A /32 beside: others may be on the link, but not these. */
			world_addr("203.0.113.9/32", true, false);
		if (i >= kinds && i % kinds == kinds - 1)
			break;
		for (n = 0; n < 200; n++) {
			any_in(&r, martians[i % kinds], source);
			world_advert(source, 200, 100);
			if (v->stats.verdicts[VRRP_SOURCE] != ++refused)
				fail_msg("%s", source);
		}
	}
	assert_int_equal(v->stats.advertisement_rcvd, 0);
	world_advert("198.51.100.1", 200, 100);
	assert_int_equal(v->stats.advertisement_rcvd, 1);
}

/* V-53 + the own address there is gone for good, the virtual one is not */
static void
test_vrrp_accept_network_of_the_virtual_address_is_on_link(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	start_with(&p);
	world_addr("198.51.100.2/24", true, false);
	world_addr("192.0.2.2/24", false, true);
	(void)vrrp_iface_update_primary(world.iface);
	world_run(2 * NS_PER_S);
	(void)vrrp_iface_update_primary(world.iface);
	assert_false(vrrp_iface_is_away(world.iface, AF_INET));
	world_forget();
	v->stats.advertisement_rcvd = 0;
	world_advert("192.0.2.1", 200, 100);
	assert_int_equal(v->stats.advertisement_rcvd, 1);
	world_advert("203.0.113.1", 200, 100);
	assert_int_equal(v->stats.advertisement_rcvd, 1);
}

/* V-53 + a host's own address alone tells nothing of the network */
static void
test_vrrp_accept_any_source_where_no_network_is_known(void **state)
{
	struct vrrp_params p = world_params();

	(void)state;
	start_with(&p);
	world_addr("192.0.2.2/24", false, true);
	world_addr("192.0.2.2/32", false, false);
	(void)vrrp_iface_update_primary(world.iface);
	world_advert("198.51.100.1", 200, 100);
	assert_int_equal(v->stats.advertisement_rcvd, 1);
	world_advert("127.0.0.1", 200, 100);
	assert_int_equal(v->stats.advertisement_rcvd, 1);
}

static struct vrrp_advert_spec
unicast_to(const char *destination)
{
	struct vrrp_advert_spec as = { .version = 3 };

	assert_int_equal(addr_parse(destination, &as.destination), 0);
	return as;
}

/* V-53 +, V-53 - from a peer, to our own address, and nothing else. */
static void
test_vrrp_accept_unicast_takes_adverts_of_its_peers_only(void **state)
{
	struct vrrp_params p = unicast_params(255);
	struct vrrp_advert_spec as = unicast_to("192.0.2.2");

	(void)state;
	start_with(&p);
	assert_true(addr_equal(&world.unicast_source, &as.destination));
	world_advert_as(&as, "192.0.2.1", 200, 100);
	assert_int_equal(v->stats.advertisement_rcvd, 1);
	world_advert_as(&as, "192.0.2.3", 250, 100);
	assert_int_equal(v->stats.verdicts[VRRP_SOURCE], 1);
	as = unicast_to("192.0.2.9");
	world_advert_as(&as, "192.0.2.1", 250, 100);
	assert_int_equal(v->stats.verdicts[VRRP_DESTINATION], 1);
	assert_int_equal(v->core.active.priority, 200);
}

/* The peer has another own address than the one that is named. */
static void
test_vrrp_accept_unicast_of_an_unknown_source_is_an_alarm(void **state)
{
	struct vrrp_params p = unicast_params(255);
	struct vrrp_advert_spec as = unicast_to("192.0.2.2");
	const struct vrrp_alarm *alarm;
	unsigned i;

	(void)state;
	start_with(&p);
	for (i = 0; i < 4; i++) {
		world_advert_as(&as, "192.0.2.99", 200, 100);
		world_run(NS_PER_S);
	}
	alarm = vrrp_alarm_find(&v->alarms, VRRP_ALARM_UNKNOWN_PEER);
	assert_non_null(alarm);
	assert_int_equal(alarm->who.address.bytes[3], 99);
	assert_non_null(strstr(alarm->text, "which is silent"));
}

/* The same of a session: it is with an address that the Active does not have. */
static void
test_vrrp_accept_active_of_another_source_than_the_session_is_an_alarm(
    void **state)
{
	struct vrrp_params p = world_params();
	const struct vrrp_alarm *alarm;
	unsigned turn, i;

	(void)state;
	p.bfd_count = 1;
	p.bfd[0].role = VRRP_BFD_PEER;
	for (turn = 0; turn < 2; turn++) {
		assert_int_equal(addr_parse(turn == 0 ? "192.0.2.3" :
		    "192.0.2.99", &p.bfd[0].peer), 0);
		start_with(&p);
		for (i = 0; i < 14; i++) {
			world_advert("192.0.2.3", 200, 100);
			world_run(NS_PER_S);
			vrrp_alert_look(v);
		}
		alarm = vrrp_alarm_find(&v->alarms, VRRP_ALARM_BFD_ELSEWHERE);
		if (turn == 0) {
			assert_null(alarm);
			vrrp_instance_free(v);
			continue;
		}
		assert_non_null(alarm);
		assert_int_equal(alarm->who.address.bytes[3], 3);
		assert_non_null(strstr(alarm->text, "with 192.0.2.99"));
	}
}

/* V-53 - the reverse: a unicast advert to a multicast instance. */
static void
test_vrrp_accept_multicast_refuses_unicast_adverts(void **state)
{
	struct vrrp_params p = world_params();
	struct vrrp_advert_spec as = unicast_to("192.0.2.2");

	(void)state;
	start_with(&p);
	world_advert_as(&as, "192.0.2.1", 200, 100);
	assert_int_equal(v->stats.verdicts[VRRP_DESTINATION], 1);
}

/* V-40 +, V-40 - hops are allowed one by one, and to unicast peers only. */
static void
test_vrrp_accept_unicast_min_ttl_allows_so_many_routers(void **state)
{
	struct vrrp_params p = unicast_params(253);
	struct vrrp_advert_spec as = unicast_to("192.0.2.2");

	(void)state;
	start_with(&p);
	world.advert_ttl = 253;
	world_advert_as(&as, "192.0.2.1", 200, 100);
	assert_int_equal(v->stats.advertisement_rcvd, 1);
	world.advert_ttl = 252;
	world_advert_as(&as, "192.0.2.1", 200, 100);
	assert_int_equal(v->stats.verdicts[VRRP_IP_TTL], 1);
	/* A multicast advert that was forwarded is refused for its TTL. */
	v->p.unicast_count = 0;
	world.advert_ttl = 254;
	world_advert("192.0.2.1", 200, 100);
	assert_int_equal(v->stats.verdicts[VRRP_IP_TTL], 2);
}

/* V-53: an IPv6 router sends from its link-local address. */
static void
test_vrrp_accept_ipv6_global_source_is_refused(void **state)
{
	struct vrrp_params p = world_params_ipv6();

	(void)state;
	start_with(&p);
	world_advert("2001:db8::1", 200, 100);
	assert_int_equal(v->stats.verdicts[VRRP_SOURCE], 1);
	assert_int_equal(v->stats.advertisement_rcvd, 0);
	world_advert("fe80::1", 200, 100);
	assert_int_equal(v->stats.verdicts[VRRP_SOURCE], 1);
	assert_int_equal(v->stats.advertisement_rcvd, 1);
	assert_int_equal(v->stats.address_list_errors, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_vrrp_accept_foreign_addresses_are_said_and_kept),
	    TEST(test_vrrp_accept_second_owner_is_said),
	    TEST(test_vrrp_accept_own_source_is_refused_and_changes_nothing),
	    TEST(test_vrrp_accept_source_of_zero_is_refused),
	    TEST(test_vrrp_accept_other_interval_is_counted_and_adopted),
	    TEST(test_vrrp_accept_refusals_are_logged_under_a_limit),
	    TEST(test_vrrp_accept_auto_checksum_answers_legacy_in_kind),
	    TEST(test_vrrp_accept_auto_checksum_is_steady_while_active),
	    TEST(test_vrrp_accept_configured_checksum_is_sent_whatever_is_heard),
	    TEST(test_vrrp_accept_strict_checksum_refuses_legacy),
	    TEST(test_vrrp_accept_v2_wrong_password_is_refused),
	    TEST(test_vrrp_accept_v2_unwanted_password_is_refused),
	    TEST(test_vrrp_accept_v2_other_interval_or_list_is_discarded),
	    TEST(test_vrrp_accept_other_version_is_a_version_error),
	    TEST(test_vrrp_accept_foreign_vrid_is_the_interfaces),
	    TEST(test_vrrp_accept_martian_sources_are_refused),
	    TEST(test_vrrp_accept_martians_of_any_kind_are_refused),
	    TEST(test_vrrp_accept_network_of_the_virtual_address_is_on_link),
	    TEST(test_vrrp_accept_any_source_where_no_network_is_known),
	    TEST(test_vrrp_accept_unicast_takes_adverts_of_its_peers_only),
	    TEST(test_vrrp_accept_unicast_of_an_unknown_source_is_an_alarm),
	    TEST(
	    test_vrrp_accept_active_of_another_source_than_the_session_is_an_alarm),
	    TEST(test_vrrp_accept_multicast_refuses_unicast_adverts),
	    TEST(test_vrrp_accept_unicast_min_ttl_allows_so_many_routers),
	    TEST(test_vrrp_accept_ipv6_global_source_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
