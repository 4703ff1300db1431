/*
 * vrrpctl_change.h - the commands that change something in a running daemon.
 */
#ifndef VRRPD_VRRPCTL_CHANGE_H
#define VRRPD_VRRPCTL_CHANGE_H

#include "vrrpd/cli/vrrpctl_ctx.h"

int	change_advert_int(struct ctx *);	/* set NAME advert_int N */
int	change_priority(struct ctx *);		/* set NAME priority N */
int	change_handover(struct ctx *);		/* handover NAME */
int	change_disable(struct ctx *);		/* disable NAME */
int	change_enable(struct ctx *);		/* enable NAME */
/* bfd disable PEER [INTERFACE], bfd enable PEER [INTERFACE] */
int	change_bfd_disable(struct ctx *);
int	change_bfd_enable(struct ctx *);
int	change_restart(struct ctx *);		/* restart */
int	change_restart_bfdd(struct ctx *);	/* restart bfdd */

#endif
