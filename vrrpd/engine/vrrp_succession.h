/*
 * vrrp_succession.h - another instance goes on for one that cannot be changed.
 */
#ifndef VRRPD_VRRP_SUCCESSION_H
#define VRRPD_VRRP_SUCCESSION_H

#include <stdbool.h>

#include "vrrpd/engine/vrrp_router_state.h"
#include "vrrpd/pure/vrrp_device.h"
#include "vrrpd/pure/vrrp_params.h"

/*
 * Is there anything that an instance with these values could go on with?  For an
 * Active always; for a Backup if its place (interface, family, VRID) stays.
 */
bool	vrrp_succession_goes_on(const struct vrrp_instance *,
	    const struct vrrp_params *);
/*
 * Another instance with these values goes on, has the place of `old` in the lists
 * and in its group, and old leaves.  NULL: that cannot be yet, and old goes on as it
 * was; why is in the log, once.  An heir that only waits for its device is kept.
 */
struct vrrp_instance *vrrp_succession_try(struct vrrp_router *,
	    struct vrrp_instance *old, const struct vrrp_params *);
/*
 * Where there is nothing to go on with: old leaves, and another instance starts in
 * the same turn.  *at is its place in r->instances.  False: out of memory; false
 * with old gone, and *at with it, if *gone.
 */
bool	vrrp_succession_replace(struct vrrp_router *, unsigned at,
	    const struct vrrp_params *, const struct vrrp_config *, bool *gone);
/* The instance leaves by itself, or is not to be succeeded: no heir waits for it. */
void	vrrp_succession_forget(struct vrrp_router *,
	    const struct vrrp_instance *old);
/* Heirs on an interface that is lost, or with this device, are not kept. */
void	vrrp_succession_iface_lost(struct vrrp_router *,
	    const struct vrrp_iface *);
void	vrrp_succession_device_gone(struct vrrp_router *, int ifindex);
/* The answer to the wish of an heir.  False: of none. */
bool	vrrp_succession_device_made(struct vrrp_router *,
	    const struct vrrp_device_made *);
/* Heirs may have waited for the name of a device. */
void	vrrp_succession_name_free(struct vrrp_router *);
/* No heir is kept any more. */
void	vrrp_succession_free(struct vrrp_router *);

/* The interface of that name; made if there is none.  NULL: out of memory. */
struct vrrp_iface *vrrp_succession_iface(struct vrrp_router *,
	    const char *name);

#endif
