/*
 * ka_conv.h - keepalived's configuration between reading and writing.
 *
 * Types only.  struct ka_conv is the whole of a conversion; lists are in the
 * order of the file.  All memory is the tree's (ka_new()), all strings are
 * words of the tree or arrays of their struct: nothing here is freed by itself.
 */
#ifndef VRRPD_KA_CONV_H
#define VRRPD_KA_CONV_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "shared/pure/addr.h"
#include "vrrpd/convert/ka_parse.h"
#include "vrrpd/convert/ka_tree.h"
#include "vrrpd/pure/vrrp_params.h"

enum ka_tracker_kind {
	KA_SCRIPT,
	KA_PROCESS,
	KA_FILE,
	KA_BFD,
	KA_INTERFACE,
	KA_TCP,			/* written only: keepalived has none */
};
#define KA_TRACKER_KINDS	6

/* A declared tracker. */
struct ka_tracker {
	struct ka_tracker	*next;
	const struct ka_node	*node;
	enum ka_tracker_kind	 kind;
	enum ka_tracker_kind	 written;	/* kind in vrrpd.conf */
	const char		*name;		/* of keepalived */
	char			 out[VRRP_NAME_MAX];	/* in vrrpd.conf */
	int			 weight;
	bool			 reverse;
	bool			 left_out;
	bool			 used;
};

/* A use of a tracker, or of an interface. */
struct ka_track {
	struct ka_track		*next;
	const struct ka_node	*node;
	enum ka_tracker_kind	 kind;
	struct ka_tracker	*tracker;	/* NULL for an interface */
	const char		*name;
	int			 weight;	/* 0: a fault */
	bool			 reverse;
	bool			 of_group;
};

/* A line of interface_up_down_delays. */
struct ka_delay {
	struct ka_delay		*next;
	const struct ka_node	*node;
	int64_t			 down_ns, up_ns;
	bool			 used;
};

/* Announcements, as said by the global words or the instance. */
struct ka_garp {
	long	repeat;			/* 0: nothing said */
	long	refresh_s;
};

/* In the order of the table in ka_notify.c. */
#define KA_NOTIFY_WORDS	7

struct ka_instance {
	struct ka_instance	*next;
	const struct ka_node	*node;
	const char		*name;
	char			 out[VRRP_NAME_MAX];
	const char		*interface;
	const char		*vmac_name;
	long			 vrid;
	long			 priority;	/* 0: nothing said */
	long			 version;	/* 0: nothing said */
	int64_t			 advert_int_ns;
	const struct ka_node	*advert_int;
	const struct ka_node	*state;		/* MASTER */
	const struct ka_node	*nopreempt;
	const struct ka_node	*preempt_delay;
	const struct ka_node	*authentication;
	const struct ka_node	*hmac;		/* auth_hmac */
	const struct ka_node	*accept;	/* accept or no_accept */
	const struct ka_node	*source;
	const struct ka_node	*unicast;
	const struct ka_node	*no_v3_pseudo_header;
	struct addr		 source_addr;
	bool			 virtual_mac;
	int			 strict;	/* -1: as vrrp_strict says */
	long			 unicast_ttl;
	struct ka_garp		 garp;
	const struct ka_node	*vips;		/* virtual_ipaddress */
	struct ka_track		*tracks;
	const struct ka_node	*notify[KA_NOTIFY_WORDS];
	const struct ka_node	*smtp_alert;
	struct ka_group		*group;
	bool			 left_out;
	/* found while the instance is converted */
	uint8_t			 family;
	unsigned		 vip_count;
	struct vrrp_vip		*vip;
	unsigned		 other_count;
	struct vrrp_vip		*other;	/* in no advert */
	unsigned		 links;		/* BFD, a fault when down */
	unsigned		 bfd_count;
	struct addr		 bfd[VRRP_PEERS_MAX];
};

struct ka_group {
	struct ka_group		*next;
	const struct ka_node	*node;
	char			 out[VRRP_NAME_MAX];
	const struct ka_node	*members;
	const struct ka_node	*notify[KA_NOTIFY_WORDS];
	struct ka_track		*tracks;
	unsigned		 refs;		/* tracked, without BFD */
	bool			 weights;	/* sync_group_tracking_weight */
	const struct ka_node	*smtp_alert;
};

struct ka_conv {
	struct ka_tree		*tree;
	const struct ka_source	*src;		/* scripts are read there */
	FILE			*out;
	struct ka_mark		*marks;		/* ka_layout.c */
	bool			 no_memory;
	/* global_defs */
	const struct ka_node	*router_id;
	const struct ka_node	*rt_priority;
	const struct ka_node	*startup_delay;
	const struct ka_node	*script_user;
	bool			 user_settled;	/* script_user is not the file's */
	bool			 said_user;
	const struct ka_node	*strict;
	const struct ka_node	*mail_to, *mail_from, *mail_server;
	bool			 mail_all;	/* smtp_alert of the globals */
	long			 version;
	struct ka_garp		 garp;
	bool			 said_exec;
	unsigned		 guesses;	/* ka_table.c */
	struct ka_delay		*delays;
	struct ka_tracker	*trackers;
	struct ka_instance	*instances;
	struct ka_group		*groups;
};

#endif
