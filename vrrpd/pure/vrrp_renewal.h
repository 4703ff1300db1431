/*
 * vrrp_renewal.h - lent addresses for another while, as bytes.  PURE.
 *
 * The body of VRRP_MSG_RENEW: the instant at which the engine wished it, and the
 * netlink requests (nl_batch_addr_renew()).  An instant is the same for every
 * process of a machine.
 *
 *   u64 nanoseconds of the monotonic clock, in network order
 *   netlink messages as the kernel takes them
 *
 * Each renewal stands for itself, so that one that is lost is made good by the
 * next, and none has to be revoked: it adds no address (see nl_batch.c), and one
 * that is late is worth nothing (vrrp_renewal_is_late()).
 */
#ifndef VRRPD_VRRP_RENEWAL_H
#define VRRPD_VRRP_RENEWAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/pure/mono.h"

#define VRRP_RENEWAL_HEADER	8
#define VRRP_RENEWAL_MIN	(VRRP_RENEWAL_HEADER + 16)
#define VRRP_RENEWAL_MAX	(60 * 1024)
/* How old a renewal may be when it is carried out: the next is there by then. */
#define VRRP_RENEWAL_AGE_NS	(1 * NS_PER_S)

struct vrrp_renewal {
	mono_t		 wished;
	const uint8_t	*netlink;
	size_t		 len;
};

/* The length in buf, or 0 when it does not fit or there is nothing to renew. */
size_t	vrrp_renewal_encode(const struct vrrp_renewal *, uint8_t *buf,
	    size_t size);
/*
 * All or nothing: false when the requests are anything but renewals, which only
 * change an address that is there.  netlink is into body.
 */
bool	vrrp_renewal_decode(const uint8_t *body, size_t len,
	    struct vrrp_renewal *out);
/* Whoever wished it may be dead by now, or hang. */
bool	vrrp_renewal_is_late(const struct vrrp_renewal *, mono_t now);

#endif
