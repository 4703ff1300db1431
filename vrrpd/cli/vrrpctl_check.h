/*
 * vrrpctl_check.h - is a file a good vrrpd.conf(5)?
 */
#ifndef VRRPD_VRRPCTL_CHECK_H
#define VRRPD_VRRPCTL_CHECK_H

#include "vrrpd/cli/vrrpctl_ctx.h"

int	check_file(struct ctx *);		/* check FILE */

#endif
