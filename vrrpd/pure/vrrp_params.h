/*
 * vrrp_params.h - the configured values of virtual routers, as plain values.
 *
 * The one type between parser, state machine, reload diff and printer.  A
 * struct vrrp_params is complete: defaults are filled in, cross-checks done
 * (vrrp_conf.h).  Names follow RFC 9568 and RFC 8347.
 */
#ifndef VRRPD_VRRP_PARAMS_H
#define VRRPD_VRRP_PARAMS_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "shared/pure/addr.h"
#include "shared/pure/mono.h"
#include "vrrpd/pure/vrrp_route.h"

#define VRRP_NAME_MAX		32	/* instance name with NUL */
#define VRRP_INSTANCES_MAX	512	/* 255 VRIDs, both families, one interface */
#define VRRP_VIPS_MAX		255	/* V-6 */
#define VRRP_ADDRESSES_MAX	512	/* with the other addresses */
#define VRRP_PEERS_MAX		16	/* unicast peers; bfd blocks */
#define VRRP_TRACKS_MAX		32	/* references of an instance */
#define VRRP_TRACKERS_MAX	512	/* declared */
#define VRRP_GROUPS_MAX		128
#define VRRP_WEIGHT_MAX		254
#define VRRP_COMMAND_MAX	512	/* with NUL */
#define VRRP_COMMAND_WORDS_MAX	32
#define VRRP_URL_MAX		512
#define VRRP_MATCH_MAX		128
#define VRRP_PATH_MAX		256
#define VRRP_USER_MAX		64	/* NAME or NAME:GROUP */
#define VRRP_COMM_MAX		16	/* the kernel keeps so much */
#define VRRP_STATUS_MAX		8
#define VRRP_PRIORITY_OWNER	255
#define VRRP_PRIORITY_DEFAULT	100
#define VRRP_ADVERT_INT_DEFAULT	100	/* centiseconds */
#define VRRP_ADVERT_INT_MAX	4095

enum vrrp_checksum_compat {		/* V-13 */
	VRRP_CHECKSUM_AUTO,		/* accept both, send what peers speak */
	VRRP_CHECKSUM_RFC9568,		/* message only */
	VRRP_CHECKSUM_LEGACY,		/* with the IPv4 pseudo-header */
};

struct vrrp_vip {
	struct addr_prefix	prefix;
	char			device[IF_NAMESIZE];	/* "" = the instance's */
	char			label[IF_NAMESIZE];	/* "" = none; IPv4 */
	bool			untracked;	/* the device may be down */
	uint8_t			deprecated;	/* enum vrrp_deprecated */
};

/* Does the host choose the address as the source of its own connections? */
enum vrrp_deprecated {
	VRRP_DEPRECATED_AUTO,	/* where the interface is not ours it does not */
	VRRP_DEPRECATED_YES,
	VRRP_DEPRECATED_NO,
};

enum vrrp_bfd_role { VRRP_BFD_PEER, VRRP_BFD_LINK };	/* L-10..L-18 */
enum vrrp_takeover_on { VRRP_TAKEOVER_TIMEOUT, VRRP_TAKEOVER_ANY }; /* L-12 */

struct vrrp_bfd_params {
	struct addr		peer;
	enum vrrp_bfd_role	role;
	int64_t			min_tx_ns;
	int64_t			min_rx_ns;
	uint8_t			multiplier;
	enum vrrp_takeover_on	takeover_on;
	/* Of role link (L-17). */
	char			interface[IF_NAMESIZE];	/* "" = the instance's */
	bool			multihop;
	int			weight;		/* 0 = fault */
	bool			reverse;
	int64_t			up_delay_ns;
};

/*
 * Everything that can be tracked: the enum, the word in blocks and messages, and
 * the name that people read.  Interfaces and links (bfd blocks of role link) need
 * no declaration, and a route is declared where it is tracked; the others are declared
 * once and used by name.
 */
#define VRRP_TRACK_KINDS(X)						\
	X(INTERFACE,	"interface",	"interface")			\
	X(LINK,		"link",		"link")				\
	X(SCRIPT,	"script",	"script")			\
	X(PROCESS,	"process",	"process")			\
	X(TCP,		"tcp",		"TCP check")			\
	X(HTTP,		"http",		"HTTP check")			\
	X(PING,		"ping",		"ping check")			\
	X(FILE,		"file",		"file")				\
	X(ROUTE,	"route",	"route")

enum vrrp_track_kind {
#define X(id, word, text) VRRP_TRACK_##id,
	VRRP_TRACK_KINDS(X)
#undef X
};
#define VRRP_TRACK_KIND_COUNT	(VRRP_TRACK_ROUTE + 1)
const char *vrrp_track_kind_name(enum vrrp_track_kind);	/* "script" */
const char *vrrp_track_kind_text(enum vrrp_track_kind);	/* "HTTP check" */

/* A route that is to be there (vrrp_fib.h). */
struct vrrp_route_want {
	struct addr_prefix	prefix;		/* exactly this one */
	uint32_t		table;
	uint8_t			protocol;	/* of a daemon; 0: of any */
	struct addr		via;		/* unset: by whatever router */
};

/*
 * A declared tracker.  A member that its kind has no word for is 0 or "".
 * interval: of a process, how often it is looked for where its start is not told.
 */
struct vrrp_tracker_params {
	enum vrrp_track_kind	kind;
	char			name[VRRP_NAME_MAX];
	int			weight;		/* of references without one */
	int64_t			interval_ns;
	int64_t			timeout_ns;
	unsigned		fall, rise;	/* results in a row */
	char			command[VRRP_COMMAND_MAX];	/* script */
	/* script: runs as; "" = default.  process: whose; "" = anybody's */
	char			user[VRRP_USER_MAX];
	char			process_name[VRRP_COMM_MAX];	/* process */
	char			pid_file[VRRP_PATH_MAX];	/* or this */
	char			exe[VRRP_PATH_MAX];	/* process; "" = any */
	unsigned		minimum;	/* processes that must live */
	int64_t			delay_ns;	/* a restart is forgiven */
	struct addr		address;	/* tcp, ping; http: may be unset */
	uint16_t		port;		/* tcp */
	struct addr		source;		/* unset: as routed */
	char			url[VRRP_URL_MAX];		/* http */
	struct { uint16_t first, last; } status[VRRP_STATUS_MAX];
	unsigned		status_count;
	char			match[VRRP_MATCH_MAX];	/* in the body; "" = any */
	char			digest[65];	/* 32 hex: MD5; 64: SHA-256 */
	bool			verify;		/* the certificate, for https */
	char			ca[VRRP_PATH_MAX];	/* "" = the system's */
	char			path[VRRP_PATH_MAX];	/* file */
	struct vrrp_route_want	route;
	bool			number;	/* file: its content counts */
	/* Run when the result changes; "" = nothing.  User "" = default. */
	char			on_change[VRRP_COMMAND_MAX];
	char			on_change_user[VRRP_USER_MAX];
	int64_t			on_change_timeout_ns;
	char			vrf[IF_NAMESIZE];	/* tcp, ping; "" = none */
	int			line;
};

/* The use an instance makes of something tracked (vrrp_weigh.h). */
struct vrrp_track_ref {
	enum vrrp_track_kind	kind;
	char			name[VRRP_NAME_MAX];
	int			weight;		/* 0 = fault */
	bool			reverse;
	bool			from_group;	/* said in its group */
	bool			from_address;	/* the device of an address */
	int64_t			up_delay_ns, down_delay_ns;
};

/*
 * The hooks that run when the state changes: one for every change, and one for
 * each state.  CONTESTED is no state: an Active has heard a lesser one, and has
 * announced its addresses again.  Groups have none for it.
 */
#define VRRP_NOTIFY_DEFAULT_TIMEOUT_NS	(10 * NS_PER_S)
enum vrrp_notify_words { VRRP_NOTIFY_ACTIVE, VRRP_NOTIFY_MASTER };
enum vrrp_notify_on {
	VRRP_NOTIFY_ON_ANY,
	VRRP_NOTIFY_ON_ACTIVE,
	VRRP_NOTIFY_ON_BACKUP,
	VRRP_NOTIFY_ON_FAULT,
	VRRP_NOTIFY_ON_STOP,
	VRRP_NOTIFY_ON_CONTESTED,
};
#define VRRP_NOTIFY_ON_COUNT	6
struct vrrp_notify_params {
	char			command[VRRP_NOTIFY_ON_COUNT][VRRP_COMMAND_MAX];
					/* by vrrp_notify_on; "" = none */
	char			user[VRRP_USER_MAX];	/* "" = default */
	int64_t			timeout_ns;
	enum vrrp_notify_words	words;	/* ACTIVE or MASTER is its argument */
};

struct vrrp_params {
	char			name[VRRP_NAME_MAX];
	char			interface[IF_NAMESIZE];
	uint8_t			vrid;
	uint8_t			family;		/* AF_INET or AF_INET6 */
	uint8_t			version;	/* 2 or 3 */
	bool			also_version_2;	/* V-131: version 3 and 2 */
	bool			backup_adverts;	/* tells its priority as Backup */
	uint8_t			priority;	/* 1..254; 255 owner */
	uint16_t		advert_int_cs;	/* 1..4095; v2: whole seconds */
	bool			preempt;
	int64_t			preempt_delay_ns;
	int64_t			takeover_confirm_ns;	/* L-14; 0 = off */
	bool			accept;
	/* In force; with auto the configuration has true, and it may be given up. */
	bool			virtual_mac;
	bool			virtual_mac_auto;
	char			virtual_mac_device[IF_NAMESIZE]; /* "": made up */
	bool			lease;		/* vrrp_lease.h */
	bool			reclaim;	/* announce against other claims */
	enum vrrp_checksum_compat checksum_compat;
	uint8_t			auth_len;	/* 0 = none; in version 2 */
	uint8_t			auth_pass[8];	/* zero padded */
	unsigned		vip_count;	/* in adverts */
	unsigned		other_count;	/* behind them, of any family */
	struct vrrp_vip		vips[VRRP_ADDRESSES_MAX];
	struct addr		source;		/* of adverts; unset: the rule */
	unsigned		unicast_count;	/* 0 = multicast */
	struct addr		unicast_peers[VRRP_PEERS_MAX];
	uint8_t			unicast_min_ttl; /* V-40; 255: same link */
	unsigned		bfd_count;
	struct vrrp_bfd_params	bfd[VRRP_PEERS_MAX];
	/* bfd auto (L-27): peers that are not named; `peer` is unset. */
	bool			has_bfd_auto;
	struct vrrp_bfd_params	bfd_auto;
	unsigned		track_count;
	struct vrrp_track_ref	tracks[VRRP_TRACKS_MAX];
	unsigned		link_down_number; /* 0 = all (L-17) */
	bool			last_resort;
	struct vrrp_notify_params notify;
	/* Announcements (V-83): copies per address and their spacing. */
	unsigned		garp_repeat;		/* default 5 */
	int64_t			garp_interval_ns;	/* default 200ms... */
	int64_t			garp_refresh_ns;	/* 0 = never */
	int64_t			startup_delay_ns;	/* Initialize after a start */
	/* In the kernel while Active. */
	unsigned		route_count;
	struct vrrp_route	routes[VRRP_ROUTES_MAX];
	unsigned		rule_count;
	struct vrrp_rule	rules[VRRP_RULES_MAX];
	int			line;			/* where it was declared */
};

/* Members move together (vrrp_group.h). */
struct vrrp_group_params {
	char			name[VRRP_NAME_MAX];
	unsigned		count;			/* at least 1 */
	unsigned		*members;		/* indices of instances */
	/* Every member has these too, as from_group. */
	unsigned		track_count;
	struct vrrp_track_ref	tracks[VRRP_TRACKS_MAX];
	struct vrrp_notify_params notify;
	int			line;
};

struct vrrp_config {
	char			router_id[64];
	int			realtime_priority;	/* 0 = off */
	char			check_user[VRRP_USER_MAX]; /* "" = default */
	bool			nonlocal_bind;	/* see to the sysctl */
	int64_t			client_grace_ns;	/* L-20, of bfdd */
	unsigned		count;
	struct vrrp_params	*instances;		/* malloc'd array */
	unsigned		group_count;
	struct vrrp_group_params *groups;		/* malloc'd array */
	unsigned		tracker_count;
	struct vrrp_tracker_params *trackers;		/* malloc'd array */
};

void	vrrp_params_init(struct vrrp_params *);	/* every default */
/* The word of vrrpd.conf(5): "notify", "notify_active" and so on. */
const char *vrrp_notify_on_word(enum vrrp_notify_on);
/* Is there a hook of any kind? */
bool	vrrp_notify_wanted(const struct vrrp_notify_params *);
/* The instance of that name, or NULL. */
const struct vrrp_params *vrrp_config_instance(const struct vrrp_config *,
	    const char *name);
/* The declared tracker, or NULL. */
const struct vrrp_tracker_params *vrrp_config_tracker(
	    const struct vrrp_config *, enum vrrp_track_kind, const char *name);
/*
 * Both check the same thing in the same way: what differs is at most where they
 * were declared, what they weigh, or who is told (on_change).
 */
bool	vrrp_tracker_same_check(const struct vrrp_tracker_params *,
	    const struct vrrp_tracker_params *);
/*
 * A command's words, as a shell would split them: blanks between words, '' and
 * "" and \ to quote, nothing else has a meaning.  The words are in storage, of
 * VRRP_COMMAND_MAX bytes; argv has room for VRRP_COMMAND_WORDS_MAX and a NULL.
 * How many, or -EINVAL: a quote is open, none, or too many.
 */
int	vrrp_params_command(const char *command, char *storage, char **argv);
/*
 * The interface a block's session runs on: its own or the instance's, "" for a
 * multihop session.
 */
const char *vrrp_params_bfd_interface(const struct vrrp_params *,
	    const struct vrrp_bfd_params *);
/* All addresses that come and go with the instance, in `vips`. */
static inline unsigned
vrrp_params_addresses(const struct vrrp_params *p)
{
	return p->vip_count + p->other_count;
}
/* An address of that family comes and goes with the instance. */
bool	vrrp_params_has_family(const struct vrrp_params *, uint8_t family);
/* Address i of `vips` is gone; those behind it move up. */
void	vrrp_params_remove_address(struct vrrp_params *, unsigned i);
/*
 * One more: before the other addresses, or as the last of them.  False: there is no
 * room.
 */
bool	vrrp_params_add_address(struct vrrp_params *, const struct vrrp_vip *,
	    bool other);
/* The virtual MAC of (family, vrid): 00:00:5e:00:01|02:VRID. */
void	vrrp_params_virtual_mac(uint8_t family, uint8_t vrid, uint8_t mac[6]);

#endif
