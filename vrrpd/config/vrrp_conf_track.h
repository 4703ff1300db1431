/*
 * vrrp_conf_track.h - the grammar of what is tracked, for vrrp_conf.c.
 *
 * Top-level blocks that declare trackers (script, process, tcp, http, ping,
 * file), track_KIND blocks of instances and groups that use them, and the words
 * of notify.  Complaints go through bad(); -ENOMEM is returned.
 */
#ifndef VRRPD_VRRP_CONF_TRACK_H
#define VRRPD_VRRP_CONF_TRACK_H

#include <stdio.h>

#include "vrrpd/config/vrrp_conf_parse.h"

/* Tables for libconfuse, which copies them. */
cfg_opt_t *track_opts_of(enum vrrp_track_kind);	/* of a declaration */
cfg_opt_t *track_ref_opts(void);

/* Of one file: every declaration in it. 0 or -ENOMEM. */
int	track_build_trackers(struct draft *, cfg_t *root);
/* The track_KIND blocks of an instance or group. */
void	track_build_refs(struct parse *, cfg_t *sec, struct vrrp_track_ref *,
	    int *lines, unsigned *count);
void	track_build_notify(struct parse *, cfg_t *sec,
	    struct vrrp_notify_params *);
/* weight, reverse, up_delay and the like of a bfd block of role link. */
void	track_build_link(struct parse *, cfg_t *sec, struct vrrp_bfd_params *);
void	track_build_links(struct parse *, cfg_t *sec, struct vrrp_params *);

/*
 * When all files are read.  names: every reference has its declaration, and its
 * weight is known.  group: what it tracks becomes its member's.
 */
void	track_check_names(struct draft *);
void	track_check_group(struct draft *, const struct group_words *,
	    struct vrrp_group_params *);
void	track_check_links(struct draft *, unsigned instance);

void	track_print_tracker(FILE *, const struct vrrp_tracker_params *);
void	track_print_ref(FILE *, const struct vrrp_track_ref *);
void	track_print_notify(FILE *, const struct vrrp_notify_params *);
void	track_print_link(FILE *, const struct vrrp_bfd_params *);

#endif
