/*
 * vrrpctl_show_bfd.h - the sessions of bfdd, as a table and one by one.
 */
#ifndef VRRPD_VRRPCTL_SHOW_BFD_H
#define VRRPD_VRRPCTL_SHOW_BFD_H

#include <jansson.h>

#include "vrrpd/cli/vrrpctl_view.h"

/* The result of bfdd's show, borrowed. */
void	vrrpctl_view_sessions(const struct view *, const json_t *);
/* One of its sessions, everything about it. */
void	vrrpctl_view_session(const struct view *, const json_t *session);

#endif
