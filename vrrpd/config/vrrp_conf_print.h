/*
 * vrrp_conf_print.h - struct vrrp_config to the canonical text of vrrpd.conf(5).
 */
#ifndef VRRPD_VRRP_CONF_PRINT_H
#define VRRPD_VRRP_CONF_PRINT_H

#include "vrrpd/pure/vrrp_params.h"

/*
 * Every value spelled out; parsed back the text is the same configuration.
 * malloc'd; NULL when out of memory.
 */
char	*vrrp_conf_print(const struct vrrp_config *);
/* Parts of it: all that is in no block; one block.  As above. */
char	*vrrp_conf_print_globals(const struct vrrp_config *);
char	*vrrp_conf_print_instance(const struct vrrp_params *);
char	*vrrp_conf_print_tracker(const struct vrrp_tracker_params *);
char	*vrrp_conf_print_group(const struct vrrp_config *,
	    const struct vrrp_group_params *);

#endif
