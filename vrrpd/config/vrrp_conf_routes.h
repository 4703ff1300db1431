/*
 * vrrp_conf_routes.h - the words `routes` and `rules` of an instance.
 */
#ifndef VRRPD_VRRP_CONF_ROUTES_H
#define VRRPD_VRRP_CONF_ROUTES_H

#include "vrrpd/config/vrrp_conf_parse.h"

/*
 * Reads both lists into v, whose family is known.  What is wrong is complained
 * about with its line, and left out.
 */
void	vrrp_conf_routes(struct parse *, cfg_t *, struct vrrp_params *v);

#endif
