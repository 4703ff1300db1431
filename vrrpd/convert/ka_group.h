/*
 * ka_group.h - vrrp_sync_group to group.
 */
#ifndef VRRPD_KA_GROUP_H
#define VRRPD_KA_GROUP_H

#include "vrrpd/convert/ka_conv.h"
#include "vrrpd/convert/ka_tree.h"

void	ka_read_group(struct ka_conv *, const struct ka_node *);
/*
 * When all is read, before anything is written: ties members to the group, and
 * settles who tracks what.  After ka_find_trackers() for every instance.
 */
void	ka_resolve_group(struct ka_conv *, struct ka_group *);
/* After ka_put_instances(), because members may have been left out there. */
void	ka_put_group(struct ka_conv *, struct ka_group *);

#endif
