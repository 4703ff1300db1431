/*
 * instance_world.h - one instance in the world of vrrpd_world.h, and what it has
 * said in the log.
 */
#ifndef TEST_UNIT_VRRPD_INSTANCE_WORLD_H
#define TEST_UNIT_VRRPD_INSTANCE_WORLD_H

#include "test/unit/vrrpd/vrrpd_world.h"
#include "vrrpd/instance/vrrp_instance.h"
#include "vrrpd/pure/vrrp_params.h"

#define LINES_SIZE	16384

extern struct vrrp_instance *v;		/* NULL: none; freed by teardown */
extern char lines[LINES_SIZE];		/* of the log, each with a newline */

/* Of each test: a world, and lines that are kept. */
int	setup(void **state);
int	teardown(void **state);

/* v is made, and may run. */
void	start_with(const struct vrrp_params *);
/*
 * The primary address of this family has gone, and is waited for no longer: another
 * takes its place, and v has been told; without another it is lost.
 */
void	primary_is_gone(uint8_t family);
/* v with world_params() is Active, and has announced all it has to. */
void	become_active(void);
/* For world.env: a channel to the monitor, of which nothing is read. */
struct vrrp_channel *a_channel(void);

/* world_params() in versions 2 and 3 at once, every 100 ms. */
struct vrrp_params both_versions(void);
/* world_params() with one unicast peer, 192.0.2.1. */
struct vrrp_params unicast_params(uint8_t min_ttl);
/* world_params() of an owner; that eth0 has 192.0.2.50 is for the test. */
struct vrrp_params owner_params(void);

#endif
