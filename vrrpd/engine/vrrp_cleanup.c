/*
 * vrrp_cleanup.c - vrrpd -c, for the service manager after the daemon's end.
 *
 * The kernel takes the addresses of a dead vrrpd away after a few seconds, and
 * the next start removes the rest.  Between the two, and where there is no next
 * start, a device with the virtual MAC stays that listens, and settings of the
 * interface.  This does what the next start would do, and ends.
 *
 * An instance is opened as for a start, which adopts and clears what there is,
 * and closed again; those that have left nothing are not even opened, because
 * making and removing a device costs more than everything else.
 */
#include "config.h"

#include "vrrpd/engine/vrrp_cleanup.h"

#include <net/if.h>
#include <errno.h>
#include <ifaddrs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "shared/ctl_listener.h"
#include "shared/ctl_server.h"
#include "shared/log.h"
#include "shared/loop.h"
#include "vrrpd/engine/vrrp_router.h"
#include "vrrpd/engine/vrrp_routing.h"
#include "vrrpd/linux/vrrp_vip.h"
#include "vrrpd/linux/vrrp_vmac.h"

static bool
is_one_of(const struct vrrp_params *p, const struct sockaddr *sa)
{
	struct addr a;
	unsigned i;

	if (sa == NULL || addr_from_sockaddr(sa, &a, NULL) < 0)
		return false;
	for (i = 0; i < vrrp_params_addresses(p); i++)
		if (addr_equal(&a, &p->vips[i].prefix.addr))
			return true;
	return false;
}

/* A run without a virtual MAC had its addresses there. */
static bool
is_on_interface(const struct vrrp_params *p)
{
	struct ifaddrs *list, *i;
	bool found = false;

	if (getifaddrs(&list) == -1)
		return true;
	for (i = list; i != NULL && !found; i = i->ifa_next)
		found = strcmp(i->ifa_name, p->interface) == 0 &&
		    is_one_of(p, i->ifa_addr);
	freeifaddrs(list);
	return found;
}

static bool
may_have_left(const struct vrrp_params *p)
{
	char name[IF_NAMESIZE];
	unsigned parent = if_nametoindex(p->interface);

	if (parent == 0)
		return false;
	if (!p->virtual_mac || is_on_interface(p))
		return true;
	return vrrp_vmac_name_of(p, (int)parent, name) == 0 && if_nametoindex(name) != 0;
}

static void
cut_down(struct vrrp_config *config)
{
	unsigned i, kept = 0;

	/* Groups refer to instances by number, and none will run. */
	for (i = 0; i < config->group_count; i++)
		free(config->groups[i].members);
	config->group_count = 0;
	for (i = 0; i < config->count; i++)
		if (may_have_left(&config->instances[i])) {
			if (kept != i)
				config->instances[kept] = config->instances[i];
			kept++;
		}
	config->count = kept;
}

static int
clean(const struct vrrp_config *config)
{
	struct loop *loop = loop_new();
	struct vrrp_router *router = NULL;
	struct vrrp_applied applied;
	int error;

	if (loop == NULL)
		return -ENOMEM;
	error = vrrp_router_open(loop, &router);
	if (error == 0)
		error = vrrp_router_apply(router, config, &applied);
	if (error == 0)
		vrrp_routing_clean(router);
	if (error == 0)
		vrrp_router_remove_orphans(router);
	vrrp_router_close(router);
	loop_free(loop);
	return error;
}

int
vrrp_cleanup(const char *path, struct vrrp_config *config)
{
	struct ctl_listener *lock;
	int error;

	error = ctl_listener_open(path, (gid_t)-1, &lock);
	if (error == -EADDRINUSE) {
		log_err("a vrrpd answers at %s: nothing is cleaned up", path);
		return error;
	}
	if (error < 0) {
		log_err("%s: %s", path, strerror(-error));
		return error;
	}
	cut_down(config);
	error = clean(config);
	if (error < 0)
		log_err("cannot clean up: %s", strerror(-error));
	ctl_listener_close(lock, true);
	return error;
}
