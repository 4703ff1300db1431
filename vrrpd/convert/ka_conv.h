/*
 * ka_conv.h - what the files of the converter share: ka_convert.c (the whole,
 * global words, groups), ka_instance.c (virtual routers), ka_track.c (scripts,
 * processes, files, BFD sessions, and what to offer instead of a script).
 */
#ifndef VRRPD_KA_CONV_H
#define VRRPD_KA_CONV_H

#include <stdint.h>
#include <stdio.h>

#include "shared/pure/addr.h"
#include "vrrpd/convert/ka_parse.h"
#include "vrrpd/pure/vrrp_params.h"

/* What is said about a word that is not carried over. */
struct ka_rule {
	const char	*word;
	enum ka_kind	 kind;
	const char	*text;		/* NULL: carried over by somebody */
};

enum ka_tracker_kind { KA_SCRIPT, KA_PROCESS, KA_FILE, KA_BFD, KA_INTERFACE };
#define KA_TRACKER_KINDS	5

/* A declared tracker. */
struct ka_tracker {
	struct ka_tracker	*next;
	const struct ka_node	*node;
	enum ka_tracker_kind	 kind;
	const char		*name;		/* in keepalived */
	char			 out[VRRP_NAME_MAX];	/* here */
	int			 weight;
	bool			 reverse;
	bool			 left_out;
	bool			 used;
};

/* A use of one. */
struct ka_track {
	struct ka_track		*next;
	const struct ka_node	*node;
	enum ka_tracker_kind	 kind;
	struct ka_tracker	*tracker;	/* NULL for an interface */
	const char		*name;
	int			 weight;	/* keepalived's; 0: fault */
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
	const struct ka_node	*accept;	/* accept or no_accept */
	const struct ka_node	*source;
	const struct ka_node	*unicast;
	const struct ka_node	*no_v3_pseudo_header;
	struct addr		 source_addr;
	bool			 virtual_mac;
	int			 strict;	/* -1: as the global word */
	long			 unicast_ttl;
	struct ka_garp		 garp;
	const struct ka_node	*vips;		/* virtual_ipaddress */
	const struct ka_node	*excluded;
	struct ka_track		*tracks;
	const struct ka_node	*notify[6];	/* as ka_notify_words */
	const struct ka_node	*smtp_alert;
	struct ka_group		*group;
	bool			 left_out;
	/* found while it is converted */
	uint8_t			 family;
	unsigned		 vip_count;
	struct vrrp_vip		*vip;
	unsigned		 links;		/* BFD, a fault when down */
	unsigned		 bfd_count;
	struct addr		 bfd[VRRP_PEERS_MAX];
};

#define KA_NOTIFY_WORDS	6
extern const char *const ka_notify_words[KA_NOTIFY_WORDS];

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
	FILE			*out;
	bool			 no_memory;
	/* global_defs */
	const struct ka_node	*router_id;
	const struct ka_node	*rt_priority;
	const struct ka_node	*script_user;
	const struct ka_node	*strict;
	const struct ka_node	*mail_to, *mail_from, *mail_server;
	bool			 mail_all;	/* smtp_alert of the globals */
	long			 version;
	struct ka_garp		 garp;
	bool			 said_exec;
	struct ka_delay		*delays;
	struct ka_tracker	*trackers;
	struct ka_instance	*instances;
	struct ka_group		*groups;
};

/* --- ka_convert.c --- */
void	ka_say(struct ka_conv *, enum ka_kind, const struct ka_node *,
	    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void	*ka_new(struct ka_conv *, size_t);	/* zeroed; sets no_memory */
/* The word's rule, or NULL. */
const struct ka_rule *ka_rule_find(const struct ka_rule *, size_t count,
	    const char *word);
/* Says what the rule says, or that the word is not known. */
void	ka_rule_say(struct ka_conv *, const struct ka_rule *,
	    const struct ka_node *, const char *where);
const char *ka_arg(const struct ka_node *, unsigned i);	/* "" past the end */
/* Says what stands behind word `last`, which keepalived does not look at. */
void	ka_no_more(struct ka_conv *, const struct ka_node *, unsigned last);
/* Word i as a number in a range; false: said what is wrong. */
bool	ka_number(struct ka_conv *, const struct ka_node *, unsigned i,
	    long min, long max, long *out);
/* Word i in units of unit_ns with decimals. */
bool	ka_span(struct ka_conv *, const struct ka_node *, unsigned i,
	    int64_t unit_ns, int64_t min_ns, int64_t max_ns, int64_t *out);
/* on, true, yes or nothing: true; off, false, no: false. */
bool	ka_bool(struct ka_conv *, const struct ka_node *);
/* A name vrrpd takes, unlike those in use; says so when it is another. */
void	ka_name(struct ka_conv *, const struct ka_node *, const char *what,
	    const char *name, char out[VRRP_NAME_MAX],
	    bool (*taken)(struct ka_conv *, const char *));
/* A value as vrrpd.conf(5) wants it: in quotes where it must be. */
void	ka_put_word(FILE *, const char *);
/* "# file:line" of the node, for comments. */
const char *ka_place(const struct ka_node *, char *buf, size_t len);
bool	ka_is(const struct ka_node *, const char *word);
/* True: one of the notify words, and kept. */
bool	ka_take_notify(struct ka_conv *, const struct ka_node *,
	    const struct ka_node *notify[KA_NOTIFY_WORDS]);
/* notify and its words; name: of the instance or group. */
void	ka_put_notify(struct ka_conv *, const struct ka_node *const *notify,
	    const char *name);
/* Does keepalived send mail where this (or nothing, NULL) is said? */
bool	ka_mails(const struct ka_conv *, const struct ka_node *smtp_alert);
void	ka_put_mail(struct ka_conv *, const struct ka_node *smtp_alert);
/* True: a garp_ word (with or without vrrp_), taken or said. */
bool	ka_take_garp(struct ka_conv *, const struct ka_node *,
	    struct ka_garp *);

/* --- ka_instance.c --- */
bool	ka_usable(const struct addr *);		/* the address of a host */
bool	ka_is_virtual(const struct ka_conv *, const struct addr *);
void	ka_read_instance(struct ka_conv *, const struct ka_node *);
void	ka_put_instances(struct ka_conv *);
struct ka_instance *ka_find_instance(struct ka_conv *, const char *name);

/* --- ka_track.c --- */
void	ka_read_tracker(struct ka_conv *, const struct ka_node *,
	    enum ka_tracker_kind);
/* True: a track_ block, taken into the list. */
bool	ka_read_track(struct ka_conv *, const struct ka_node *,
	    struct ka_track **);
/* When all is read: which tracker each use means. */
void	ka_find_trackers(struct ka_conv *, struct ka_track *, const char *of);
void	ka_put_trackers(struct ka_conv *);
/*
 * The track_ and bfd blocks of an instance, or those of a group (NULL), which
 * has no bfd blocks.  refs counts the track_ blocks.
 */
void	ka_put_tracks(struct ka_conv *, struct ka_track *, struct ka_instance *,
	    unsigned *refs);
/*
 * The words of a command from word first up to end, in one line as keepalived
 * has it: one string with its words, or words in a row, of which those with
 * blanks are quoted.
 */
void	ka_command(const struct ka_node *, unsigned first, unsigned end,
	    char *out, size_t len);
/*
 * Makes it one vrrpd takes; room for VRRP_COMMAND_MAX + 1.  False: it cannot be
 * one, and that was said.
 */
bool	ka_check_command(struct ka_conv *, const struct ka_node *,
	    char *command);
bool	ka_user_good(const struct ka_node *, unsigned i);
bool	ka_is_interface(const char *);
/* The check blocks of a virtual_server, as comments. */
void	ka_put_virtual_server(struct ka_conv *, const struct ka_node *);

#endif
