/*
 * vrrp_vip_state.h - the inside of struct vrrp_vips, for vrrp_vip.c,
 * vrrp_vip_change.c, vrrp_vip_back.c, vrrp_vip_steer.c, vrrp_vmac.c and
 * vrrp_manners.c.
 *
 * The device's fields are vrrp_vmac.c's to write, `follow` and `addresses` are
 * vrrp_vip_change.c's too, the rest is vrrp_vip.c's.
 */
#ifndef VRRPD_VRRP_VIP_STATE_H
#define VRRPD_VRRP_VIP_STATE_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "shared/nl.h"
#include "vrrpd/pure/vrrp_params.h"

struct vrrp_vip_address;
struct vrrp_vip_questions;

struct vrrp_vips {
	struct nl			*nl;
	const struct vrrp_params	*p;
	struct nl_link			 parent;
	char				 device[IF_NAMESIZE];	/* "" = none */
	int				 ifindex;
	uint8_t				 mac[6];
	bool				 adopted;
	bool				 can_mute;
	struct nl_batch			*install;
	struct nl_batch			*withdraw;
	struct nl_batch			*quiet;		/* install, but mute */
	struct nl_batch			*speak, *hush;
	struct nl_batch			*routes;	/* after withdraw */
	struct vrrp_vip_questions	*q;		/* of the last prepare */
	struct nl_batch			*refresh;	/* install w/o its head */
	bool				 lent;		/* for a lifetime */
	unsigned			 install_head;	/* before addresses */
	unsigned			 head_sent;	/* in the last one sent */
	unsigned			 messages;	/* in either batch */
	struct nl_batch			*follow;	/* of the last change */
	bool				 follows;	/* `follow` is not empty */
	struct nl_batch			*ways;	/* the last vrrp_vip_keep_ways() */
	bool				 has_ways;
	struct nl_batch			*back;	/* of vrrp_vip_step_back() */
	struct nl_batch			*steer;	/* of vrrp_vip_steer.c */
	bool				 steered;	/* or a rule may be left */
	struct addr			 steer_gateway;	/* when that was sent */
	bool				 steer_again;	/* after a change */
	int				 steer_error;
	unsigned			 count;		/* all of p, prepared */
	struct vrrp_vip_address		*addresses;
};

/* The address brings a connected route along. */
bool	vrrp_vip_brings_route(const struct vrrp_vip_address *);

/*
 * The kernel leaves the connected route of an IPv6 address that was lent when the
 * address goes: adds its removal, unless an address that is not on this list has
 * its way by the route too, the host's or another instance's.
 */
int	vrrp_vip_drop_route(struct nl_batch *,
	    const struct vrrp_vip_questions *,
	    const struct vrrp_vip_address *, const struct vrrp_vip_address *list,
	    unsigned count);
/* Of vrrp_vip_steer.c: the way back is our device's from now on, or is not. */
void	vrrp_vip_steer_on(struct vrrp_vips *,
	    const struct vrrp_vip_questions *);
void	vrrp_vip_steer_off(struct vrrp_vips *);
/* The same of those that were there and are not among v->addresses any more. */
void	vrrp_vip_steer_off_from(struct vrrp_vips *,
	    const struct vrrp_vip_address *was, unsigned count);
/* Puts the address as it is prepared.  0 or negative errno. */
int	vrrp_vip_lend(struct nl_batch *, const struct vrrp_vip_address *,
	    unsigned lifetime_s);

#endif
