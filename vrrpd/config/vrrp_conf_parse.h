/*
 * vrrp_conf_parse.h - vrrpd.conf while it is read, for the files of its grammar.
 *
 * vrrp_conf.c reads files, vrrp_conf_instance.c builds instances and groups,
 * vrrp_conf_track.c what is tracked; all read single values with
 * shared/conf_words.h.  vrrp_conf_check.c comes when all files are read.  A
 * function that only reads words is given the struct parse, one that puts
 * something into the configuration or looks at what other files said is given the
 * whole draft.
 */
#ifndef VRRPD_VRRP_CONF_PARSE_H
#define VRRPD_VRRP_CONF_PARSE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "shared/conf_words.h"
#include "shared/pure/mono.h"
#include "vrrpd/pure/vrrp_params.h"

#define FILES_MAX	64
#define SPAN_MAX_NS	(INT64_C(86400) * NS_PER_S)
#define NO_WEIGHT	INT_MIN		/* of a reference: not said */
#define NOT_SAID_NS	INT64_C(-1)	/* the value for all instances, if any */
#define GRACE_MAX_NS	(INT64_C(600) * NS_PER_S)	/* bfdd's limit */

/* Where the parts of an instance were said, for the checks across instances. */
struct places {
	const char	*file;		/* struct source owns it */
	int		 declared;
	int		 vrid;
	int		 device;	/* of the virtual MAC */
	int		 vips[VRRP_ADDRESSES_MAX];
	int		 source;	/* 0: not said */
	int		 bfd[VRRP_PEERS_MAX];
	int		 bfd_auto;
	int		 tracks[VRRP_TRACKS_MAX];
};

/* Members are looked up when all files are read. */
struct group_words {
	const char	*file;
	int		 line;
	char		*name;
	unsigned	 count;
	struct word	 members[VRRP_INSTANCES_MAX];
	unsigned	 track_count;
	struct vrrp_track_ref tracks[VRRP_TRACKS_MAX];
	int		 track_lines[VRRP_TRACKS_MAX];
	struct vrrp_notify_params notify;
};

struct source {
	char		*path;
	const char	*from;		/* the file that includes it; or NULL */
	int		 line;
};

/* The configuration that is being made, and where its parts were said. */
struct draft {
	struct parse		 p;		/* p.grammar is the draft */
	bool			 look;		/* at programs and users */
	struct vrrp_config	 config;
	struct places		**places;	/* one per instance */
	unsigned		 places_count;
	struct group_words	*groups[VRRP_GROUPS_MAX];
	unsigned		 group_count;
	const char		*tracker_files[VRRP_TRACKERS_MAX];
	struct source		 sources[FILES_MAX];
	unsigned		 source_count;
	bool			 router_id_set;
	bool			 realtime_set;
	bool			 grace_set;
	bool			 nonlocal_set;
	bool			 check_user_set;
	bool			 startup_set;
	int64_t			 startup_delay_ns; /* of instances without */
};

#endif
