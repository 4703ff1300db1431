/*
 * vrrp_conf_track_route.h - the grammar of track_route, for vrrpd.conf.
 */
#ifndef VRRPD_VRRP_CONF_TRACK_ROUTE_H
#define VRRPD_VRRP_CONF_TRACK_ROUTE_H

#include <stdio.h>

#include "vrrpd/config/vrrp_conf_parse.h"

/* The table of the block; libconfuse copies it. */
extern cfg_opt_t vrrp_conf_track_route_opts[];

/*
 * The route of a track_route block, as a tracker of the draft: one for each different
 * route, however many instances track it.  Its name goes to name
 * (VRRP_NAME_MAX), and says what is tracked; the same text gives the same name in
 * any file.  False: there is none, and a complaint.
 */
bool	vrrp_conf_track_route(struct parse *, cfg_t *sec, char *name);
/* "PREFIX {" and the words of the route, up to those of any reference. */
void	vrrp_conf_track_route_print(FILE *,
	    const struct vrrp_tracker_params *);

#endif
