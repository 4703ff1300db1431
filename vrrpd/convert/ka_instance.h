/*
 * ka_instance.h - vrrp_instance to instance.
 */
#ifndef VRRPD_KA_INSTANCE_H
#define VRRPD_KA_INSTANCE_H

#include "vrrpd/convert/ka_conv.h"
#include "vrrpd/convert/ka_tree.h"

void	ka_read_instance(struct ka_conv *, const struct ka_node *);
/* The instance with that name in keepalived; NULL: none. */
struct ka_instance *ka_find_instance(struct ka_conv *, const char *name);
/* Writes all instances; left_out is set where one cannot be written. */
void	ka_put_instances(struct ka_conv *);

#endif
