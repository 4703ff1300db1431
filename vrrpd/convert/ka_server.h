/*
 * ka_server.h - the checks of a virtual_server, as comments.
 */
#ifndef VRRPD_KA_SERVER_H
#define VRRPD_KA_SERVER_H

#include "vrrpd/convert/ka_conv.h"
#include "vrrpd/convert/ka_tree.h"

void	ka_put_virtual_server(struct ka_conv *, const struct ka_node *);

#endif
