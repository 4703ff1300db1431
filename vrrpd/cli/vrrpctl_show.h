/*
 * vrrpctl_show.h - what vrrpctl(8) prints of virtual routers, for people.
 *
 * Results of vrrpd's methods (swiftover-ctl(7)), borrowed.
 */
#ifndef VRRPD_VRRPCTL_SHOW_H
#define VRRPD_VRRPCTL_SHOW_H

#include <jansson.h>

#include "vrrpd/cli/vrrpctl_view.h"

/* show, and show NAME. */
void	vrrpctl_view_instances(const struct view *, const json_t *);
void	vrrpctl_view_instance(const struct view *, const json_t *);
void	vrrpctl_view_history(const struct view *, const json_t *);
void	vrrpctl_view_stats(const struct view *, const json_t *);

#endif
