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

#include "shared/addr.h"

#define VRRP_NAME_MAX		32	/* instance name with NUL */
#define VRRP_INSTANCES_MAX	512	/* 255 VRIDs, both families, one interface */
#define VRRP_VIPS_MAX		255	/* V-6 */
#define VRRP_PEERS_MAX		16	/* unicast peers; bfd blocks */
#define VRRP_TRACKS_MAX		16
#define VRRP_GROUPS_MAX		128
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
};

enum vrrp_bfd_role { VRRP_BFD_PEER, VRRP_BFD_LINK };	/* L-10..L-18 */
enum vrrp_takeover_on { VRRP_TAKEOVER_TIMEOUT, VRRP_TAKEOVER_ANY }; /* L-12 */

struct vrrp_bfd_params {
	struct addr		peer;
	enum vrrp_bfd_role	role;
	int64_t			min_tx_ns;
	int64_t			min_rx_ns;
	uint8_t			multiplier;
	int			weight;		/* role link: 0 = fault */
	enum vrrp_takeover_on	takeover_on;
};

struct vrrp_track_interface {
	char	name[IF_NAMESIZE];
	int	weight;				/* 0 = fault */
};

struct vrrp_params {
	char			name[VRRP_NAME_MAX];
	char			interface[IF_NAMESIZE];
	uint8_t			vrid;
	uint8_t			family;		/* AF_INET or AF_INET6 */
	uint8_t			version;	/* 2 or 3 */
	bool			also_version_2;	/* V-131: version 3 and 2 */
	uint8_t			priority;	/* 1..254; 255 owner */
	uint16_t		advert_int_cs;	/* 1..4095; v2: whole seconds */
	bool			preempt;
	int64_t			preempt_delay_ns;
	bool			accept;
	bool			virtual_mac;
	enum vrrp_checksum_compat checksum_compat;
	uint8_t			auth_len;	/* 0 = none; in version 2 */
	uint8_t			auth_pass[8];	/* zero padded */
	unsigned		vip_count;
	struct vrrp_vip		vips[VRRP_VIPS_MAX];
	unsigned		unicast_count;	/* 0 = multicast */
	struct addr		unicast_peers[VRRP_PEERS_MAX];
	uint8_t			unicast_min_ttl; /* V-40; 255: same link */
	unsigned		bfd_count;
	struct vrrp_bfd_params	bfd[VRRP_PEERS_MAX];
	unsigned		track_count;
	struct vrrp_track_interface tracks[VRRP_TRACKS_MAX];
	/* Announcements (V-83): copies per address and their spacing. */
	unsigned		garp_repeat;		/* default 5 */
	int64_t			garp_interval_ns;	/* default 200ms... */
	int64_t			garp_refresh_ns;	/* 0 = never */
	int			line;			/* where it was declared */
};

/* Members move together (vrrp_group.h). */
struct vrrp_group_params {
	char			name[VRRP_NAME_MAX];
	unsigned		count;			/* at least 1 */
	unsigned		*members;		/* indices of instances */
	int			line;
};

struct vrrp_config {
	char			router_id[64];
	int			realtime_priority;	/* 0 = off */
	unsigned		count;
	struct vrrp_params	*instances;		/* malloc'd array */
	unsigned		group_count;
	struct vrrp_group_params *groups;		/* malloc'd array */
};

void	vrrp_params_init(struct vrrp_params *);	/* every default */
void	vrrp_config_free(struct vrrp_config *);	/* NULL members are fine */
/* The virtual MAC of (family, vrid): 00:00:5e:00:01|02:VRID. */
void	vrrp_params_virtual_mac(uint8_t family, uint8_t vrid, uint8_t mac[6]);

#endif
