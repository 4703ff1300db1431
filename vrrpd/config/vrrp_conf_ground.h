/*
 * vrrp_conf_ground.h - does this link bear a virtual router?
 */
#ifndef VRRPD_VRRP_CONF_GROUND_H
#define VRRPD_VRRP_CONF_GROUND_H

#include <stdbool.h>

#include "vrrpd/pure/vrrp_ground.h"

struct nl_link;

/*
 * vrrp_ground_judge() of a link as netlink tells of it.  master: the link whose port
 * it is, NULL where that is not known.
 */
enum vrrp_ground_verdict vrrp_conf_ground(const struct nl_link *,
	    const struct nl_link *master, bool virtual_mac,
	    char text[VRRP_GROUND_TEXT_MAX]);

#endif
