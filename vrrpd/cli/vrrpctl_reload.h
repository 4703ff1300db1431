/*
 * vrrpctl_reload.h - reload, also on trial or dry, and confirm.
 */
#ifndef VRRPD_VRRPCTL_RELOAD_H
#define VRRPD_VRRPCTL_RELOAD_H

#include "vrrpd/cli/vrrpctl_ctx.h"

int	reload_run(struct ctx *);	/* reload [--dry-run|--timeout SPAN] */
int	reload_confirm(struct ctx *);	/* confirm */

#endif
