/*
 * vrrp_conf_lint.h - what is allowed and rarely meant.
 *
 * For vrrp_conf_check.c alone.
 */
#ifndef VRRPD_VRRP_CONF_LINT_H
#define VRRPD_VRRP_CONF_LINT_H

#include "vrrpd/config/vrrp_conf_parse.h"

/*
 * Adds warnings to d->p.warnings, if there are to be any; no error, and d stays as
 * it is.  Before the trackers are sorted: d->tracker_files is in their order.
 */
void	vrrp_conf_lint(struct draft *d);

#endif
