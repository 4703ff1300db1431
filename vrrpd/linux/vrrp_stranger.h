/*
 * vrrp_stranger.h - other daemons on this host that keep virtual routers, and what
 * they leave behind.
 */
#ifndef VRRPD_VRRP_STRANGER_H
#define VRRPD_VRRP_STRANGER_H

#include <stdbool.h>

struct nl;
struct nl_addr;
struct nl_link;
struct vrrp_params;

struct vrrp_stranger {
	int	pid;
	char	program[32];	/* as it is called */
};

/*
 * A daemon of that kind that runs in this network namespace; false: none.  Looks
 * through /proc, for milliseconds where there are thousands of processes: not to be
 * called time and again.
 */
bool	vrrp_stranger_find(struct vrrp_stranger *);
/*
 * The device on this interface, or on the one under it, that has the virtual MAC of
 * p and is not our own; NULL: none.  From what events have told; borrowed until the
 * next one.
 */
const struct nl_link *vrrp_stranger_device(const struct nl *,
	    const struct vrrp_params *p, const struct nl_link *parent);
/*
 * May an address of a virtual router on `interface` stand on this link by somebody
 * else's doing, so that the host has it there?  Another link, in the same VRF, and no
 * device of ours.
 */
bool	vrrp_stranger_may_have(const struct nl_link *,
	    const struct nl_link *interface);
/* Hosts ask this link for addresses, and it answers. */
bool	vrrp_stranger_is_asked(const struct nl_link *);
/* The kernel says that keepalived has put it there (from Linux 5.18 and 2.2.8 on). */
bool	vrrp_stranger_put(const struct nl_addr *);
/* Such daemons make and remove devices of this name by themselves. */
bool	vrrp_stranger_makes(const char *name);

#endif
