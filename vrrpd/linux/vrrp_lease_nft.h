/*
 * vrrp_lease_nft.h - the lease of an Active, as rules of nf_tables.
 */
#ifndef VRRPD_VRRP_LEASE_NFT_H
#define VRRPD_VRRP_LEASE_NFT_H

#include <stdint.h>

#include "vrrpd/linux/vrrp_nft.h"
#include "vrrpd/pure/vrrp_lease.h"

/*
 * Put: what is there for this virtual router is replaced in one step; of one that
 * is_active the lease runs anew from now on.  Not put: nothing is there any more.
 * Waits for the kernel: for its lock on nf_tables, and for a grace period where
 * something was there.  0 or negative errno (-EOPNOTSUPP: this kernel has no
 * nf_tables, or none for what leaves a device, Linux 5.16); then nothing has
 * changed.
 */
int	vrrp_lease_nft_carry_out(struct vrrp_nft *,
	    const struct vrrp_lease_errand *);
/* The length of a tick of the kernel's clock, by which timeouts run out. */
int64_t	vrrp_lease_nft_tick_ns(void);

#endif
