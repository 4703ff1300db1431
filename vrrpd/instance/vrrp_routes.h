/*
 * vrrp_routes.h - the routes and rules of an instance, as long as it is Active.
 */
#ifndef VRRPD_VRRP_ROUTES_H
#define VRRPD_VRRP_ROUTES_H

#include <stdbool.h>
#include <stdint.h>

#include "shared/nl.h"
#include "shared/nl_route.h"
#include "vrrpd/instance/virtual_router.h"
#include "vrrpd/linux/vrrp_paths.h"

/*
 * Everything that a takeover needs, anew; what is no more wanted and in the kernel goes,
 * what is new comes with vrrp_routes_follow().  False without memory, as `retry_reason`
 * says.
 */
bool	vrrp_routes_prepare(struct vrrp_instance *);
/* The addresses are there: all of them.  Nothing where there are none. */
void	vrrp_routes_put(struct vrrp_instance *);
/* The values have changed, and the addresses followed: what is new, if it is put. */
void	vrrp_routes_follow(struct vrrp_instance *);
/*
 * The values in force are others than these, and the addresses are the same: all of it.
 * 1; 0: routes and rules are the same, too; negative: without memory, and those before
 * are in force again.
 */
int	vrrp_routes_change(struct vrrp_instance *,
	    const struct vrrp_params *was);
/* The addresses are about to go. */
void	vrrp_routes_withdraw(struct vrrp_instance *);
/* The requests of that, for the last will.  Borrowed until prepare; len may be 0. */
const uint8_t *vrrp_routes_withdrawal(const struct vrrp_instance *,
	    size_t *len);
void	vrrp_routes_free(struct vrrp_instance *);

/* Events of the kernel: of routes, of rules; of a link or an address of it, 0: any. */
void	vrrp_routes_route_event(struct vrrp_instance *, const struct nl_route *,
	    bool gone);
void	vrrp_routes_rule_event(struct vrrp_instance *, const struct nl_rule *,
	    bool gone);
void	vrrp_routes_link_event(struct vrrp_instance *, int ifindex);
/* A device that a route names is there, under another index, or gone. */
void	vrrp_routes_device_event(struct vrrp_instance *, const struct nl_link *);

/*
 * For `show`: how one is, routes first, then rules; *why is "" or the reason.  AWAY
 * where nothing is prepared.
 */
#define VRRP_ROUTES_WHY_MAX	96
enum vrrp_path_state vrrp_routes_state(const struct vrrp_instance *, unsigned i,
	    char why[VRRP_ROUTES_WHY_MAX]);
/* How many had been removed by others, and were put back. */
uint64_t vrrp_routes_restored(const struct vrrp_instance *);

#endif
