/*
 * vrrp_manners.h - how the interface under IPv4 virtual MAC devices behaves.
 */
#ifndef VRRPD_VRRP_MANNERS_H
#define VRRPD_VRRP_MANNERS_H

#include <net/if.h>
#include <stdbool.h>

struct vrrp_vips;

/*
 * The parent of IPv4 virtual MAC devices must not answer ARP for their
 * addresses with its own MAC, nor use them as senders (V-82, V-84): arp_ignore 1
 * or as good as that, arp_announce 2.  Counted; the last release puts the old values
 * back unless somebody else has changed them since.
 */
struct vrrp_manners {
	int	 ifindex;	/* a name may become another's */
	unsigned holders;
	bool	 changed[2];	/* by us; in the order of vrrp_manners.c */
	bool	 owed[2];	/* not put back yet: its name was changing */
	int	 saved[2];	/* the values before */
	bool	 recalled;	/* saved[] is what a crashed run noted */
};

/* 0, or negative errno with nothing held. */
int	vrrp_manners_hold(struct vrrp_manners *, int ifindex);
void	vrrp_manners_release(struct vrrp_manners *);
/*
 * While it is held somebody else may write what he likes, or reads his files of
 * sysctls again: it is set anew, and what he wrote is what a release puts back.  The
 * setting, NULL: nothing was wrong.  To be called now and then.
 */
const char *vrrp_manners_insist(struct vrrp_manners *);
/* Puts back what a release could not; to be called now and then. */
void	vrrp_manners_pay(struct vrrp_manners *);
/*
 * The old values outlive a crash in the `tag` of the virtual MAC devices, a
 * number the kernel keeps for each device and has no use for.  recall: before
 * the first hold, from a device that was adopted.  note: after each hold.
 */
void	vrrp_manners_recall(struct vrrp_manners *,
	    const struct vrrp_vips *);
/* tag: what a device that is made now, on this interface, would be noted with. */
int	vrrp_manners_tag(const struct vrrp_manners *, int ifindex);
void	vrrp_manners_note(const struct vrrp_manners *,
	    const struct vrrp_vips *);
/*
 * The last device of a crashed run is removed from this interface, and its tag says
 * what had been there.  Nothing is done where somebody has changed it since.
 */
void	vrrp_manners_restore(int ifindex, int tag);

#endif
