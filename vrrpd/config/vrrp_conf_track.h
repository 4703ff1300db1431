/*
 * vrrp_conf_track.h - the grammar of what is tracked, for vrrpd.conf.
 *
 * Top-level blocks that declare trackers (script, process, tcp, http, ping,
 * file), track_KIND blocks of instances and groups that use them, the words of
 * notify, and those of a bfd block of role link.  Complaints go through bad();
 * -ENOMEM is returned.
 */
#ifndef VRRPD_VRRP_CONF_TRACK_H
#define VRRPD_VRRP_CONF_TRACK_H

#include "vrrpd/config/vrrp_conf_parse.h"
#include "vrrpd/config/vrrp_conf_track_route.h"

/* The table of a declaration's block; libconfuse copies it. */
cfg_opt_t *vrrp_conf_track_opts_of(enum vrrp_track_kind);

/* In the table of whatever may track and notify. */
extern cfg_opt_t vrrp_conf_track_ref_opts[];
#define TRACK_BLOCKS							\
	BLOCK("track_interface", vrrp_conf_track_ref_opts),		\
	BLOCK("track_script", vrrp_conf_track_ref_opts),		\
	BLOCK("track_process", vrrp_conf_track_ref_opts),		\
	BLOCK("track_tcp", vrrp_conf_track_ref_opts),			\
	BLOCK("track_http", vrrp_conf_track_ref_opts),			\
	BLOCK("track_ping", vrrp_conf_track_ref_opts),			\
	BLOCK("track_file", vrrp_conf_track_ref_opts),			\
	BLOCK("track_route", vrrp_conf_track_route_opts)
#define NOTIFY_WORDS							\
	WORD("notify"),							\
	WORD("notify_active"),						\
	WORD("notify_backup"),						\
	WORD("notify_fault"),						\
	WORD("notify_stop"),						\
	WORD("notify_user"),						\
	WORD("notify_timeout"),						\
	WORD("notify_states")

/* Of one file: every declaration in it. 0 or -ENOMEM. */
int	vrrp_conf_track_trackers(struct draft *, cfg_t *root);
/*
 * The track_KIND blocks of an instance or group, each with its line.  A weight
 * that is not said is NO_WEIGHT.
 */
void	vrrp_conf_track_refs(struct parse *, cfg_t *sec,
	    struct vrrp_track_ref *, int *lines, unsigned *count);
/*
 * NAME or NAME:GROUP, in a buffer of VRRP_USER_MAX; whether both exist is known
 * where the command runs.
 */
void	vrrp_conf_track_user(struct parse *, cfg_t *sec, const char *name,
	    char *out);
/* Of an instance, if contested: which hears lesser routers. */
void	vrrp_conf_track_notify(struct parse *, cfg_t *sec,
	    bool contested, struct vrrp_notify_params *);
/* weight, reverse, up_delay and the like of a bfd block of role link. */
void	vrrp_conf_track_link(struct parse *, cfg_t *sec,
	    struct vrrp_bfd_params *);
/* link_down_number and last_resort, once the bfd blocks are known. */
void	vrrp_conf_track_links(struct parse *, cfg_t *sec,
	    struct vrrp_params *);

#endif
