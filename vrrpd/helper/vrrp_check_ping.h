/*
 * vrrp_check_ping.h - the sockets of trackers of kind ping.
 *
 * Raw sockets, because an unprivileged one may be forbidden
 * (net.ipv4.ping_group_range); opened while that is still allowed, one for each
 * family, and shared by all pings of the process: vrrp_checked_shared() of
 * these trackers has it (vrrp_check_kinds.h).
 */
#ifndef VRRPD_VRRP_CHECK_PING_H
#define VRRPD_VRRP_CHECK_PING_H

#include "shared/loop.h"

struct vrrp_ping;

/*
 * Opens the sockets (CAP_NET_RAW).  A family that cannot be opened has checks
 * that say why; NULL when out of memory.
 */
struct vrrp_ping *vrrp_ping_open(void);
/* Answers are read on this loop from now on. 0 or -ENOMEM. */
int	vrrp_ping_listen(struct vrrp_ping *, struct loop *);
/* After the last tracker was closed. NULL is fine. */
void	vrrp_ping_close(struct vrrp_ping *);

#endif
