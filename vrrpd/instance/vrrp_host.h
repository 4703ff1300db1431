/*
 * vrrp_host.h - what the host around an instance does to its addresses.
 *
 * Two things keep a router from being the one that answers, and no setting of our
 * own helps: values for the whole host (/proc/sys/net/ipv4/conf/all) that silence
 * a virtual MAC device, and our addresses standing on another interface of this
 * host too, put there by somebody else.  Both are alarms, but for arp_filter, which
 * is cured (vrrp_vip_steer.c).
 */
#ifndef VRRPD_VRRP_HOST_H
#define VRRPD_VRRP_HOST_H

#include "vrrpd/instance/virtual_router.h"

/* Raises or ends both alarms.  Reads two small files; waits for nothing. */
void	vrrp_host_look(struct vrrp_instance *);

#endif
