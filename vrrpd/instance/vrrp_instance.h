/*
 * vrrp_instance.h - one virtual router: its life, and when it runs.
 *
 * It runs while nothing stands against it (V-77); otherwise it is in Initialize
 * and `waiting` says for what.  The struct is in virtual_router.h, what its state
 * machine is fed with in vrrp_machine.h.
 */
#ifndef VRRPD_VRRP_INSTANCE_H
#define VRRPD_VRRP_INSTANCE_H

#include <stdbool.h>

#include "vrrpd/instance/virtual_router.h"

struct addr;
struct nl_addr;
struct nl_link;
struct vrrp_device_made;
struct vrrp_env;
struct vrrp_iface;
struct vrrp_params;
struct vrrp_sync;

/*
 * p is copied.  Enters the interface's table and makes the device if the
 * interface is there.  NULL when out of memory or the VRID is taken.
 */
struct vrrp_instance *vrrp_instance_new(const struct vrrp_env *,
	    struct vrrp_iface *, const struct vrrp_params *p);
/* Must be in Initialize. Removes the device. */
void	vrrp_instance_free(struct vrrp_instance *);
/* The instance is as it was, under another name. */
void	vrrp_instance_rename(struct vrrp_instance *, const char *name);
/*
 * Another one, that is to go on for `old`: it has no place in the table and does
 * not start.  NULL when out of memory.
 */
struct vrrp_instance *vrrp_instance_new_heir(struct vrrp_instance *old,
	    struct vrrp_iface *, const struct vrrp_params *p);
/*
 * Carries that out, where the heir could run by itself and its place is free or
 * old's.  Of an Active: old answers until the heir does, and both in the same turn;
 * resign: old says goodbye where it was.  Of a Backup, which has to have the very
 * place of the heir: the heir waits for the same Active, for no longer.  Afterwards
 * old is silent and leaves.  False: it cannot, and why; nothing has changed.
 */
bool	vrrp_instance_succeed(struct vrrp_instance *heir,
	    struct vrrp_instance *old, bool resign, char *why, size_t size);
/* An heir that is not needed. */
void	vrrp_instance_free_heir(struct vrrp_instance *);

/* From now on the instance runs whenever it can. */
void	vrrp_instance_start(struct vrrp_instance *);
/* Addresses of the engine before us that this one could not take up go. */
void	vrrp_instance_drop_kept(struct vrrp_instance *);
/* Something that running depends on may have changed: start, stop or stay. */
void	vrrp_instance_reconsider(struct vrrp_instance *);
/*
 * Sync groups; for vrrp_sync.c.  join: NULL leaves.  give: the group is handed
 * over; this member of it does not preempt until it is Active again.
 */
void	vrrp_instance_join(struct vrrp_instance *, struct vrrp_sync *);
void	vrrp_instance_give(struct vrrp_instance *);
/* The interface came, went or was replaced: device and sockets anew. */
void	vrrp_instance_iface_found(struct vrrp_instance *);
void	vrrp_instance_iface_lost(struct vrrp_instance *);
/* Our primary address or the addresses of the interface changed. */
void	vrrp_instance_primary_changed(struct vrrp_instance *);
/*
 * Has somebody else written into a setting of its device?  Then it is made ready
 * again, also a Backup's, and that of one whose addresses the kernel refuses for it.
 * Reads a dozen small files.
 */
void	vrrp_instance_look_at_settings(struct vrrp_instance *);
/*
 * The answer to the wish `making` for a device: one that has waited for it goes on
 * as a starting router; on one whose device was gone the addresses are put back.
 */
void	vrrp_instance_device_made(struct vrrp_instance *,
	    const struct vrrp_device_made *);
/* The device went (or was taken down), or an address of ours: put it back. */
void	vrrp_instance_device_gone(struct vrrp_instance *);
void	vrrp_instance_address_gone(struct vrrp_instance *, int ifindex,
	    const struct addr *);
/* The kernel has told of an address, ours or not. */
void	vrrp_instance_address_came(struct vrrp_instance *,
	    const struct nl_addr *);
void	vrrp_instance_address_went(struct vrrp_instance *,
	    const struct nl_addr *);
/* After events were lost: are the addresses of an Active still there? */
void	vrrp_instance_check_addresses(struct vrrp_instance *);
/* A link came or changed; it may be the device of one of our addresses. */
void	vrrp_instance_link_changed(struct vrrp_instance *,
	    const struct nl_link *);
/* The interface came into a VRF, or left one. */
void	vrrp_instance_vrf_changed(struct vrrp_instance *);
/* The interface has another MAC: without a virtual MAC that is ours too. */
void	vrrp_instance_mac_changed(struct vrrp_instance *);

/*
 * Run time changes: a new set of values whose difference is worth no more than
 * VRRP_DIFF_IN_PLACE (vrrp_diff.h).  The state stays; an Active installs and
 * announces what is new, takes away what is gone, and adverts at once.  False, and
 * logged: that cannot be, and the instance goes on as it was.
 */
bool	vrrp_instance_set(struct vrrp_instance *, const struct vrrp_params *);
void	vrrp_instance_disable(struct vrrp_instance *, bool disable);
/*
 * Resign and be a Backup that does not preempt; with its whole group.  If nobody
 * takes the addresses within vrrp_linger_bound_ns() it is Active again, and has
 * answered all the time.  0; -EALREADY not Active; -EPERM it owns the address.
 */
int	vrrp_instance_handover(struct vrrp_instance *);

/*
 * Clean exit: first every priority-0 advert (V-68), then, when a successor was
 * heard or there is no more time, the addresses.
 */
void	vrrp_instance_resign(struct vrrp_instance *, enum vrrp_cause);
/* No matter who has been heard. */
void	vrrp_instance_withdraw(struct vrrp_instance *);

#endif
