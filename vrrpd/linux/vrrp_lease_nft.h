/*
 * vrrp_lease_nft.h - the lease of an Active, as rules of nf_tables.
 *
 * A change of one table is put together piece by piece and takes effect as a whole.
 * What is to be dropped must be there, or nothing is done: vrrp_leases.c knows.
 */
#ifndef VRRPD_VRRP_LEASE_NFT_H
#define VRRPD_VRRP_LEASE_NFT_H

#include <stdbool.h>
#include <stdint.h>

#include "vrrpd/linux/vrrp_nft.h"
#include "vrrpd/pure/vrrp_lease.h"

#define VRRP_LEASE_NFT_NAME_MAX	32
/* The map that has an element for each virtual router of the table. */
#define VRRP_LEASE_NFT_ROUTERS	"words"

/* A change that is being put together. */
struct vrrp_lease_nft {
	struct vrrp_nft_batch	b;
	struct vrrp_nft_rule	r;
	uint32_t		sets;		/* of this batch, numbered */
	uint8_t			family, vrid;	/* of what is written */
	char			name[VRRP_LEASE_NFT_NAME_MAX];
};

/*
 * nft and table are borrowed until the commit.  interface: where the virtual routers
 * speak, and the table is there afterwards with everything that they share; NULL:
 * nothing is added.
 */
void	vrrp_lease_nft_begin(struct vrrp_lease_nft *, struct vrrp_nft *,
	    const char *table, const char *interface);
/*
 * Frames that come in on a device are looked at.  is_own: the interface itself, where
 * also virtual MACs and the adverts of successors come in.  Again is as good as once.
 */
void	vrrp_lease_nft_put_device(struct vrrp_lease_nft *, const char *device,
	    bool is_own);
/* No virtual router of the table has an address there any more. */
void	vrrp_lease_nft_drop_device(struct vrrp_lease_nft *,
	    const char *device);
/*
 * The packets to a peer are counted from the next one on, as clock `number` of this
 * table; again where the values have changed.  is_new: nothing was there under that
 * number.
 */
void	vrrp_lease_nft_put_peer(struct vrrp_lease_nft *,
	    const struct vrrp_lease_peer *, uint32_t number, bool is_new);
/* No virtual router counts it any more. */
void	vrrp_lease_nft_drop_peer(struct vrrp_lease_nft *, const struct addr *,
	    uint32_t number);
/*
 * The rules of one virtual router, instead of those that are there, with its
 * addresses besides those that are there; after its devices and peers, whose numbers
 * are in the order of its own.  The lease of one that is_active runs from now on.
 */
void	vrrp_lease_nft_put_router(struct vrrp_lease_nft *,
	    const struct vrrp_lease *, const uint32_t *numbers,
	    bool is_active);
/* The keys of a virtual router whose version or MAC has changed: the old ones. */
void	vrrp_lease_nft_drop_keys(struct vrrp_lease_nft *,
	    const struct vrrp_lease *);
void	vrrp_lease_nft_drop_address(struct vrrp_lease_nft *,
	    const char *device, const struct addr *);
/* After its addresses. */
void	vrrp_lease_nft_drop_router(struct vrrp_lease_nft *,
	    const struct vrrp_lease *);
/* Of a table that somebody else has made: this virtual router is not stopped. */
void	vrrp_lease_nft_evict(struct vrrp_lease_nft *, uint8_t family,
	    uint8_t vrid);
void	vrrp_lease_nft_drop_table(struct vrrp_lease_nft *);
/*
 * Waits for the kernel's lock on nf_tables.  0 or negative errno, and then nothing
 * has changed.
 */
int	vrrp_lease_nft_commit(struct vrrp_lease_nft *);
/* The key of a virtual router in VRRP_LEASE_NFT_ROUTERS. */
void	vrrp_lease_nft_word_key(uint8_t family, uint8_t vrid, uint8_t k[2]);
/* The length of a tick of the kernel's clock, by which timeouts run out. */
int64_t	vrrp_lease_nft_tick_ns(void);

#endif
