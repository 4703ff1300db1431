/*
 * ka_track.h - what keepalived's routers depend on: scripts, processes, files,
 * interfaces, BFD sessions.
 */
#ifndef VRRPD_KA_TRACK_H
#define VRRPD_KA_TRACK_H

#include <stdbool.h>

#include "vrrpd/convert/ka_conv.h"
#include "vrrpd/convert/ka_tree.h"

/* Takes the declaration of a tracker. */
void	ka_read_tracker(struct ka_conv *, const struct ka_node *,
	    enum ka_tracker_kind);
/* True: a track_ block, taken into the list or said. */
bool	ka_read_track(struct ka_conv *, const struct ka_node *,
	    struct ka_track **);
/* Takes IF DOWN [UP], a line of interface_up_down_delays. */
void	ka_read_delay(struct ka_conv *, const struct ka_node *);
/*
 * When all is read: finds the tracker of each use.  of: the instance or group
 * that the uses belong to, for remarks.
 */
void	ka_find_trackers(struct ka_conv *, struct ka_track *, const char *of);

/* Writes the blocks of all trackers. */
void	ka_put_trackers(struct ka_conv *);
/*
 * The track_ and bfd blocks of an instance, or those of a group (NULL), which
 * has no bfd blocks.  refs counts the track_ blocks.
 */
void	ka_put_tracks(struct ka_conv *, struct ka_track *, struct ka_instance *,
	    unsigned *refs);
/* After all uses are written: says what became of each delay. */
void	ka_say_delays(struct ka_conv *);

#endif
