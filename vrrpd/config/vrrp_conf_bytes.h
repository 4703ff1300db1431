/*
 * vrrp_conf_bytes.h - the parts of a configuration as bytes, for vrrp_reading.c.
 *
 * One function per kind of part, which both writes and reads (conf_bytes.h).
 */
#ifndef VRRPD_VRRP_CONF_BYTES_H
#define VRRPD_VRRP_CONF_BYTES_H

#include "shared/conf_bytes.h"
#include "vrrpd/pure/vrrp_params.h"

void	vrrp_code_instance(struct conf_coder *, struct vrrp_params *);
void	vrrp_code_tracker(struct conf_coder *, struct vrrp_tracker_params *);
/*
 * instances: how many there are to be a member of.  Reading takes memory for the
 * members, which are then the caller's to free, also after a refusal.
 */
void	vrrp_code_group(struct conf_coder *, struct vrrp_group_params *,
	    unsigned instances);

#endif
