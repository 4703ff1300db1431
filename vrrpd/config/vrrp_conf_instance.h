/*
 * vrrp_conf_instance.h - the grammar of instances and groups, for vrrp_conf.c.
 *
 * Complaints go to d->p and do not stop the reading: what is added may be wrong
 * in parts, and is never used then.
 */
#ifndef VRRPD_VRRP_CONF_INSTANCE_H
#define VRRPD_VRRP_CONF_INSTANCE_H

#include "vrrpd/config/vrrp_conf_parse.h"

/* Tables for libconfuse, which copies them. */
cfg_opt_t *vrrp_conf_instance_opts(void);
cfg_opt_t *vrrp_conf_instance_group_opts(void);

/*
 * One block into the draft.  0; -EINVAL: there are too many, and reading on is of
 * no use; -ENOMEM.
 */
int	vrrp_conf_instance_add(struct draft *d, cfg_t *sec);
int	vrrp_conf_instance_add_group(struct draft *d, cfg_t *sec);
void	vrrp_conf_instance_free_group(struct group_words *);

#endif
