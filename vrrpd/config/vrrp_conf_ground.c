/*
 * vrrp_conf_ground.c - does this link bear a virtual router?
 *
 * The rule is vrrp_ground.c's; here is what it is asked, from what netlink tells of
 * the link.  Asked for a file that is checked (vrrp_conf_lint.c) and while vrrpd
 * runs, since an interface may come later or become somebody's port
 * (instance/vrrp_able.c).
 */
#include "config.h"

#include "vrrpd/config/vrrp_conf_ground.h"

#include <stddef.h>

#include "shared/nl_msg.h"

enum vrrp_ground_verdict
vrrp_conf_ground(const struct nl_link *l, const struct nl_link *master,
    bool virtual_mac, char text[VRRP_GROUND_TEXT_MAX])
{
	const struct vrrp_ground g = {
		.name = l->name,
		.kind = l->kind,
		.port_of = l->port_of,
		.master = master == NULL ? "" : master->name,
		.mode = l->mode,
		.has_mac = l->has_mac,
		.loopback = l->loopback,
		.no_arp = l->no_arp,
	};

	return vrrp_ground_judge(&g, virtual_mac, text);
}
