/*
 * ka_global.h - what keepalived says globally, and what is always there.
 */
#ifndef VRRPD_KA_GLOBAL_H
#define VRRPD_KA_GLOBAL_H

#include <stdbool.h>

#include "vrrpd/convert/ka_conv.h"
#include "vrrpd/convert/ka_tree.h"

/* Is the line one of global_defs?  Old files have them without the block. */
bool	ka_is_global(const struct ka_node *);
void	ka_read_global(struct ka_conv *, const struct ka_node *);
/* The head of the output and its global words. */
void	ka_put_globals(struct ka_conv *);
/* A static_ block, as comments with the commands of ip(8). */
void	ka_put_static(struct ka_conv *, const struct ka_node *);
/* strict_mode of the instance, or else vrrp_strict of the globals. */
bool	ka_is_strict(const struct ka_conv *, const struct ka_instance *);

#endif
