/*
 * test_vrrp_receive.c - which counter a packet changes, and that a refused one
 * changes nothing else.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/log.h"
#include "shared/pure/csum.h"
#include "test/unit/vrrpd/engine/engine_world.h"
#include "vrrpd/engine/vrrp_receive.h"
#include "vrrpd/instance/vrrp_instance.h"
#include "vrrpd/pure/vrrp_wire.h"

#define WEB								\
	"instance web { interface = eth0 virtual_router_id = 51 "	\
	"virtual_addresses = { 192.0.2.50/24 } }\n"
#define SIX								\
	"instance six { interface = eth0 virtual_router_id = 51 "	\
	"virtual_addresses = { fe80::50/64 } }\n"
#define ROUTED								\
	"instance routed { interface = eth0 virtual_router_id = 52 "	\
	"unicast_peers = { 198.51.100.3 } unicast_min_ttl = 250 "	\
	"virtual_addresses = { 192.0.2.60/24 } }\n"

#define TELLS								\
	"instance tells { interface = eth0 virtual_router_id = 53 "	\
	"backup_adverts = yes virtual_addresses = { 192.0.2.70/24 } "	\
	"bfd auto { } }\n"

static char lines[16384];

static void
keep_line(enum log_level level, const char *line, void *arg)
{
	size_t len = strlen(lines);

	(void)level;
	(void)arg;
	(void)snprintf(lines + len, sizeof(lines) - len, "%s\n", line);
}

static int
setup(void **state)
{
	(void)state;
	lines[0] = '\0';
	log_capture(keep_line, NULL);
	engine_open();
	engine_apply(WEB SIX ROUTED TELLS);
	engine_start();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	engine_close();
	log_capture(NULL, NULL);
	return 0;
}

static struct vrrp_iface *
eth0(void)
{
	return ew.r->ifaces[0];
}

/* A good advert without its Ethernet header; the length. */
static size_t
build_type(uint8_t *packet, size_t size, bool backup, uint8_t vrid,
    const char *source, const char *destination)
{
	static const uint8_t mac[6] = { 0x02, 0, 0, 0, 0, 0x01 };
	struct vrrp_advert_spec spec = { .version = 3, .backup = backup,
	    .vrid = vrid, .priority = 90, .interval_cs = 100, .addr_count = 1 };
	uint8_t frame[256];
	struct addr vip;
	size_t len;

	assert_int_equal(addr_parse(source, &spec.source), 0);
	if (destination == NULL)
		spec.destination = vrrp_wire_group(spec.source.family);
	else
		assert_int_equal(addr_parse(destination,
		    &spec.destination), 0);
	assert_int_equal(addr_parse(spec.source.family == AF_INET6 ?
	    "fe80::50" : "192.0.2.50", &vip), 0);
	spec.addrs = &vip;
	len = vrrp_wire_build_frame(&spec, mac, NULL, frame, sizeof(frame));
	assert_true(len > 14 && len - 14 <= size);
	memcpy(packet, frame + 14, len - 14);
	return len - 14;
}

static size_t
build(uint8_t *packet, size_t size, uint8_t vrid, const char *source,
    const char *destination)
{
	return build_type(packet, size, false, vrid, source, destination);
}

static void
set_ttl(uint8_t *packet, uint8_t ttl)
{
	uint16_t sum;

	packet[8] = ttl;
	packet[10] = packet[11] = 0;
	sum = csum_finish(csum_add(0, packet, 20));
	packet[10] = (uint8_t)(sum >> 8);
	packet[11] = (uint8_t)sum;
}

static void
receive(uint8_t family, const uint8_t *bytes, size_t len)
{
	static const uint8_t mac[6] = { 0x02, 0, 0, 0, 0, 0x01 };
	uint8_t *exact = malloc(len > 0 ? len : 1);	/* overreads show */
	struct vrrp_io_packet in = {
		.family = family,
		.bytes = exact,
		.len = len,
		.source_mac = mac,
		.now = world.now,
		.arrival = world.now,
	};

	assert_non_null(exact);
	memcpy(exact, bytes, len);
	vrrp_receive_packet(&in, eth0());
	free(exact);
	world_run(0);
}

static uint64_t
refused_by(const char *name)
{
	const struct vrrp_instance *v = engine_find(name);
	uint64_t sum = 0;
	unsigned i;

	for (i = VRRP_OK + 1; i < VRRP_VERDICT_COUNT; i++)
		sum += v->stats.verdicts[i];
	return sum;
}

static uint64_t
refused_by_eth0(void)
{
	uint64_t sum = 0;
	unsigned i;

	for (i = VRRP_OK + 1; i < VRRP_VERDICT_COUNT; i++)
		sum += eth0()->verdicts[i];
	return sum;
}

static unsigned
count(const char *word)
{
	const char *at = lines;
	unsigned n = 0;

	while ((at = strstr(at, word)) != NULL) {
		n++;
		at++;
	}
	return n;
}

/* One VRID, two families: two virtual routers. */
static void
test_vrrp_receive_finds_the_instance_by_family_and_vrid(void **state)
{
	uint8_t p[256];

	(void)state;
	receive(AF_INET, p, build(p, sizeof(p), 51, "192.0.2.3", NULL));
	assert_int_equal(engine_find("web")->stats.advertisement_rcvd, 1);
	assert_int_equal(engine_find("six")->stats.advertisement_rcvd, 0);
	receive(AF_INET6, p, build(p, sizeof(p), 51, "fe80::3", NULL));
	assert_int_equal(engine_find("web")->stats.advertisement_rcvd, 1);
	assert_int_equal(engine_find("six")->stats.advertisement_rcvd, 1);
	assert_int_equal(refused_by_eth0(), 0);
}

/* V-42 +-, L-15 + : Type 2 is for whoever has asked for it. */
static void
test_vrrp_receive_backup_advertisements_where_wanted(void **state)
{
	const struct vrrp_instance *v;
	uint8_t p[256];
	size_t len;

	(void)state;
	receive(AF_INET, p, build_type(p, sizeof(p), true, 51, "192.0.2.3",
	    NULL));
	v = engine_find("web");
	assert_int_equal(v->stats.verdicts[VRRP_TYPE], 1);
	assert_int_equal(v->core.death.rank.count, 0);
	receive(AF_INET, p, build_type(p, sizeof(p), true, 77, "192.0.2.3",
	    NULL));
	assert_int_equal(eth0()->verdicts[VRRP_TYPE], 1);

	v = engine_find("tells");
	len = build_type(p, sizeof(p), true, 53, "192.0.2.3", NULL);
	receive(AF_INET, p, len);
	assert_int_equal(v->stats.backup_adverts_rcvd, 1);
	assert_int_equal(v->stats.advertisement_rcvd, 0);
	assert_int_equal(v->core.death.rank.count, 1);
	assert_int_equal(v->core.death.rank.list[0].priority, 90);
	assert_int_equal(v->peers.count, 1);
	assert_int_equal(refused_by("tells"), 0);
	/* Every check of an advert is one of these. */
	p[len - 1] ^= 1;
	receive(AF_INET, p, len);
	assert_int_equal(v->stats.verdicts[VRRP_CHECKSUM], 1);
	p[len - 1] ^= 1;
	set_ttl(p, 254);
	receive(AF_INET, p, len);
	assert_int_equal(v->stats.verdicts[VRRP_IP_TTL], 1);
	receive(AF_INET, p, build_type(p, sizeof(p), true, 53, "192.0.2.2",
	    NULL));
	assert_int_equal(v->stats.verdicts[VRRP_OWN_SOURCE], 1);
	receive(AF_INET, p, build_type(p, sizeof(p), true, 53, "192.0.2.4",
	    "192.0.2.9"));
	assert_int_equal(v->stats.verdicts[VRRP_DESTINATION], 1);
	assert_int_equal(v->stats.backup_adverts_rcvd, 1);
	assert_int_equal(v->core.death.rank.count, 1);
	assert_int_equal(v->core.state, VRRP_BACKUP);
}

/* V-45: somebody else's router may adverts for years. */
static void
test_vrrp_receive_a_foreign_vrid_is_counted_and_said_once(void **state)
{
	uint8_t p[256];
	unsigned i;

	(void)state;
	for (i = 0; i < 100; i++) {
		receive(AF_INET, p, build(p, sizeof(p), 77, "192.0.2.3",
		    NULL));
		world_run(NS_PER_S);
	}
	assert_int_equal(eth0()->verdicts[VRRP_VRID], 100);
	assert_int_equal(count("vrid=77: not ours"), 1);
	receive(AF_INET6, p, build(p, sizeof(p), 77, "fe80::3", NULL));
	receive(AF_INET, p, build(p, sizeof(p), 78, "192.0.2.3", NULL));
	assert_int_equal(count(": not ours"), 3);
}

/* Every strict prefix of a good packet is refused, and nothing beyond it read. */
static void
test_vrrp_receive_a_prefix_changes_one_counter(void **state)
{
	struct vrrp_core core = engine_find("web")->core;
	uint64_t before;
	uint8_t p[256];
	size_t len, i;

	(void)state;
	len = build(p, sizeof(p), 51, "192.0.2.3", NULL);
	for (i = 0; i < len; i++) {
		before = refused_by("web") + refused_by_eth0();
		receive(AF_INET, p, i);
		assert_int_equal(refused_by("web") + refused_by_eth0(),
		    before + 1);
	}
	assert_int_equal(engine_find("web")->stats.advertisement_rcvd, 0);
	assert_memory_equal(&engine_find("web")->core, &core, sizeof(core));
	/* Where no VRID can be read the interface counts. */
	assert_int_equal(refused_by("six") + refused_by("routed"), 0);
	assert_true(refused_by_eth0() >= 20);
}

/* V-56: an operator looks at the instance whose VRID the bytes name. */
static void
test_vrrp_receive_a_bad_packet_counts_where_its_vrid_leads(void **state)
{
	uint8_t p[256];
	size_t len = build(p, sizeof(p), 51, "192.0.2.3", NULL);

	(void)state;
	p[len - 1] ^= 1;			/* V-43 */
	receive(AF_INET, p, len);
	assert_int_equal(engine_find("web")->stats.verdicts[VRRP_CHECKSUM], 1);
	assert_int_equal(refused_by("web"), 1);
	assert_int_equal(refused_by_eth0(), 0);
	len = build(p, sizeof(p), 99, "192.0.2.3", NULL);
	p[len - 1] ^= 1;
	receive(AF_INET, p, len);
	assert_int_equal(eth0()->verdicts[VRRP_CHECKSUM], 1);
	assert_int_equal(refused_by_eth0(), 1);
}

/* A flood of them must not become a flood of lines. */
static void
test_vrrp_receive_refusals_are_said_at_a_limited_rate(void **state)
{
	uint8_t p[256];
	size_t len = build(p, sizeof(p), 99, "192.0.2.3", NULL);
	unsigned i;

	(void)state;
	p[len - 1] ^= 1;
	for (i = 0; i < 1000; i++)
		receive(AF_INET, p, len);
	assert_int_equal(eth0()->verdicts[VRRP_CHECKSUM], 1000);
	assert_int_equal(count("discarded=checksum"), 1);
	world_run(11 * NS_PER_S);
	receive(AF_INET, p, len);
	assert_int_equal(count("discarded=checksum"), 2);
	assert_non_null(strstr(lines, "suppressed=999"));
}

/* V-40: hops only where the operator allows them, and only so many. */
static void
test_vrrp_receive_hops_are_for_unicast_peers_alone(void **state)
{
	uint8_t p[256];
	size_t len;

	(void)state;
	len = build(p, sizeof(p), 52, "198.51.100.3", "192.0.2.2");
	set_ttl(p, 252);
	receive(AF_INET, p, len);
	assert_int_equal(engine_find("routed")->stats.advertisement_rcvd, 1);
	set_ttl(p, 249);
	receive(AF_INET, p, len);
	assert_int_equal(engine_find("routed")->stats.verdicts[VRRP_IP_TTL],
	    1);
	len = build(p, sizeof(p), 51, "192.0.2.3", NULL);
	set_ttl(p, 254);
	receive(AF_INET, p, len);
	assert_int_equal(engine_find("web")->stats.verdicts[VRRP_IP_TTL], 1);
	assert_int_equal(engine_find("web")->stats.advertisement_rcvd, 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_vrrp_receive_finds_the_instance_by_family_and_vrid),
	    TEST(test_vrrp_receive_backup_advertisements_where_wanted),
	    TEST(test_vrrp_receive_a_foreign_vrid_is_counted_and_said_once),
	    TEST(test_vrrp_receive_a_prefix_changes_one_counter),
	    TEST(test_vrrp_receive_a_bad_packet_counts_where_its_vrid_leads),
	    TEST(test_vrrp_receive_refusals_are_said_at_a_limited_rate),
	    TEST(test_vrrp_receive_hops_are_for_unicast_peers_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
