/*
 * vrrp_receive.h - a packet to its instance.
 */
#ifndef VRRPD_VRRP_RECEIVE_H
#define VRRPD_VRRP_RECEIVE_H

#include "vrrpd/linux/vrrp_io.h"

/*
 * V-45, V-52: one received packet (borrowed for the call) of this interface, a
 * struct vrrp_iface; the callback for vrrp_iface_new().  Good ones reach the
 * instance, bad ones change one counter.
 */
void	vrrp_receive_packet(const struct vrrp_io_packet *, void *iface);

#endif
