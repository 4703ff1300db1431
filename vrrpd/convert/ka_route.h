/*
 * ka_route.h - virtual_routes and virtual_rules.
 */
#ifndef VRRPD_KA_ROUTE_H
#define VRRPD_KA_ROUTE_H

#include "vrrpd/convert/ka_conv.h"

/* The words `routes` and `rules` of an instance, whose family is known. */
void	ka_put_routes(struct ka_conv *, const struct ka_instance *);

#endif
