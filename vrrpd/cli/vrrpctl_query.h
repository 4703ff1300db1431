/*
 * vrrpctl_query.h - the commands that look: show, monitor.
 */
#ifndef VRRPD_VRRPCTL_QUERY_H
#define VRRPD_VRRPCTL_QUERY_H

#include "vrrpd/cli/vrrpctl_ctx.h"

int	query_show(struct ctx *);		/* show */
int	query_show_name(struct ctx *);		/* show NAME */
int	query_show_bfd(struct ctx *);		/* show bfd [PEER] */
int	query_history(struct ctx *);		/* show history [NAME] */
int	query_stats(struct ctx *);		/* show stats [NAME] */
/* monitor: until vrrpd closes the connection, or out is closed. */
int	query_monitor(struct ctx *);

#endif
