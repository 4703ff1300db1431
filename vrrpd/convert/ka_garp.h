/*
 * ka_garp.h - the words about announcements, of the globals and of instances.
 */
#ifndef VRRPD_KA_GARP_H
#define VRRPD_KA_GARP_H

#include <stdbool.h>

#include "vrrpd/convert/ka_conv.h"
#include "vrrpd/convert/ka_tree.h"

/* True: a garp_ word (with or without vrrp_), taken or said. */
bool	ka_take_garp(struct ka_conv *, const struct ka_node *,
	    struct ka_garp *);
/* As the instance says, or else the globals, or else keepalived's default. */
void	ka_put_garp(struct ka_conv *, const struct ka_instance *);

#endif
