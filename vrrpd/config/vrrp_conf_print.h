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

#endif
