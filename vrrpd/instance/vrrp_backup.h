/*
 * vrrp_backup.h - Backup Advertisements that an instance receives.
 */
#ifndef VRRPD_VRRP_BACKUP_H
#define VRRPD_VRRP_BACKUP_H

#include <stdbool.h>

#include "shared/pure/mono.h"
#include "vrrpd/instance/virtual_router.h"
#include "vrrpd/pure/vrrp_wire.h"

/* Does it take packets of Type 2?  Where not, they are of a wrong type. */
bool	vrrp_backup_wanted(const struct vrrp_instance *);
/*
 * For an instance that takes them: a Backup Advertisement that vrrp_wire_parse() has
 * accepted.  Where vrrp_accept_judge() refuses it, one counter changes and nothing
 * else.
 */
void	vrrp_backup_rx(struct vrrp_instance *, mono_t now, mono_t arrival,
	    const struct vrrp_advert *);

#endif
