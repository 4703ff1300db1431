/*
 * paths_world.h - the kernel's routes and rules, for tests of who asks for them.
 *
 * In the place of vrrp_paths.c, and of what vrrp_routing.c asks of netlink.  What the
 * kernel would answer, a test says.
 */
#ifndef TEST_UNIT_VRRPD_PATHS_WORLD_H
#define TEST_UNIT_VRRPD_PATHS_WORLD_H

#include <stdbool.h>

#include "shared/nl_route.h"
#include "vrrpd/linux/vrrp_paths.h"

struct paths_world {
	/* Requests, one letter each: p put, m put_missing, a put_again, w
	 * withdraw. */
	char		asked[64];
	bool		sure;		/* the last prepare */
	unsigned	prepared;	/* so many times */
	unsigned	count;		/* paths of it */
	bool		put;
	bool		no_memory;	/* prepare fails */
	/* The answers. */
	enum vrrp_path_state state;	/* of each */
	int		error;
	unsigned	missing;
	bool		lost;		/* of an event */
	bool		concerned;
	/* Of the last one made. */
	vrrp_paths_changed changed;
	void		*arg;
	/* nl_read_routes(): so many routes, each with a table of its own. */
	unsigned	found, removed;
	struct nl_route_handlers handlers;
	void		*watcher;
};
extern struct paths_world pw;

#endif
