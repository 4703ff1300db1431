/*
 * vrrp_conf_check.h - what can only be checked when all files are read.
 *
 * For vrrp_conf.c alone.
 */
#ifndef VRRPD_VRRP_CONF_CHECK_H
#define VRRPD_VRRP_CONF_CHECK_H

#include "vrrpd/config/vrrp_conf_parse.h"

/*
 * Instances against each other, names of trackers and members, commands.  Makes
 * the groups of d->config out of d->groups, gives their members what the groups
 * track, and puts the trackers into the order in which they are printed.
 * Complaints go to d->p.  0 or -ENOMEM; 0 does not mean that all is good.
 */
int	vrrp_conf_check(struct draft *d);

#endif
