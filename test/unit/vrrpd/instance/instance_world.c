/*
 * instance_world.c - see instance_world.h.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "shared/log.h"
#include "test/unit/vrrpd/instance/instance_world.h"
#include "vrrpd/instance/vrrp_iface.h"

struct vrrp_instance *v;
char lines[LINES_SIZE];

static void
keep_line(enum log_level level, const char *line, void *arg)
{
	size_t len = strlen(lines);

	(void)level;
	(void)arg;
	(void)snprintf(lines + len, sizeof(lines) - len, "%s\n", line);
}

void
start_with(const struct vrrp_params *p)
{
	v = vrrp_instance_new(&world.env, world.iface, p);
	assert_non_null(v);
	(void)vrrp_iface_update_primary(world.iface);
	world_forget();
	vrrp_instance_start(v);
	world_deferred();
}

void
primary_is_gone(uint8_t family)
{
	(void)vrrp_iface_update_primary(world.iface);
	assert_true(vrrp_iface_is_away(world.iface, family));
	world_run_until(vrrp_iface_away_until(world.iface));
	(void)vrrp_iface_update_primary(world.iface);
	if (v != NULL)
		vrrp_instance_primary_changed(v);
	vrrp_iface_forget_lost(world.iface);
}

int
setup(void **state)
{
	(void)state;
	lines[0] = '\0';
	log_capture(keep_line, NULL);
	world_open();
	return 0;
}

int
teardown(void **state)
{
	(void)state;
	if (v != NULL) {
		vrrp_instance_resign(v, VRRP_CAUSE_SHUTDOWN);
		vrrp_instance_withdraw(v);
		vrrp_instance_free(v);
	}
	v = NULL;
	world_close();
	log_capture(NULL, NULL);
	return 0;
}

void
become_active(void)
{
	struct vrrp_params p = world_params();

	start_with(&p);
	world_run(4 * NS_PER_S);
	assert_int_equal(v->core.state, VRRP_ACTIVE);
	world_ack(0, 0);
	world_run(1100 * NS_PER_MS);		/* the announcements' repeats */
	world_forget();
}

struct vrrp_channel *
a_channel(void)
{
	return (struct vrrp_channel *)&world;	/* only passed on */
}

struct vrrp_params
both_versions(void)
{
	struct vrrp_params p = world_params();

	p.also_version_2 = true;
	p.advert_int_cs = 10;
	return p;
}

struct vrrp_params
unicast_params(uint8_t min_ttl)
{
	struct vrrp_params p = world_params();

	p.unicast_count = 1;
	p.unicast_min_ttl = min_ttl;
	assert_int_equal(addr_parse("192.0.2.1", &p.unicast_peers[0]), 0);
	return p;
}

struct vrrp_params
owner_params(void)
{
	struct vrrp_params p = world_params();

	p.priority = VRRP_PRIORITY_OWNER;
	return p;
}
