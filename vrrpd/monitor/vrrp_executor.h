/*
 * vrrp_executor.h - carries out what a last will says.
 *
 * The sending socket of frames, raw sockets for unicast peers and a netlink
 * socket are opened while there is root; carrying out is writing bytes.
 */
#ifndef VRRPD_VRRP_EXECUTOR_H
#define VRRPD_VRRP_EXECUTOR_H

#include <stddef.h>
#include <stdint.h>

#include "vrrpd/pure/vrrp_will.h"

struct vrrp_executor;

/* 0 or negative errno; -EPERM without CAP_NET_RAW. */
int	vrrp_executor_open(struct vrrp_executor **out);
void	vrrp_executor_close(struct vrrp_executor *);	/* NULL is fine */
/* Sends a frame, or a message to a unicast peer. 0 or negative errno. */
int	vrrp_executor_send(struct vrrp_executor *,
	    const struct vrrp_will_frame *);
/*
 * Hands every request to the kernel, in order: whole netlink messages, as
 * vrrp_will_decode() has found them.  0, or the first negative errno of a chunk
 * that could not be handed over; the other chunks were.
 */
int	vrrp_executor_withdraw(struct vrrp_executor *, const uint8_t *netlink,
	    size_t len);

#endif
