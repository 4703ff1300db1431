/*
 * vrrp_ear.h - ARP and Neighbor Discovery about our addresses, as it passes by.
 *
 * One packet socket per interface beside the receiver of adverts (vrrp_io.h), so
 * that no flood of these delays one of those.  The filter in the kernel passes
 * what speaks of the addresses it was given, and nothing else.
 */
#ifndef VRRPD_VRRP_EAR_H
#define VRRPD_VRRP_EAR_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shared/pure/addr.h"

struct loop;
struct vrrp_ear;
struct vrrp_io;
struct vrrp_io_tx;

/* Addresses of both families that one ear listens for; more are not heard. */
#define VRRP_EAR_ADDRS_MAX	256
/* Virtual MACs that frames are listened for from; more are not heard. */
#define VRRP_EAR_MACS_MAX	64
/* Frames a second that are handed out; the kernel drops the rest. */
#define VRRP_EAR_RATE_MAX	200

/* frame: from the Ethernet header on, borrowed.  Must not close the ear. */
typedef void (*vrrp_ear_cb)(const uint8_t *frame, size_t len, void *arg);

/*
 * Deaf until vrrp_ear_listen().  The socket is kept with the receiver of the same
 * interface.  Needs CAP_NET_RAW.  0 or negative errno.
 */
int	vrrp_ear_open(struct loop *, struct vrrp_io *, int ifindex,
	    vrrp_ear_cb, void *arg, struct vrrp_ear **out);
/* Before the vrrp_io_close() of its interface.  NULL is fine. */
void	vrrp_ear_close(struct vrrp_ear *);
struct vrrp_ear_wish {
	struct addr	addrs[VRRP_EAR_ADDRS_MAX];
	unsigned	addr_count;
	/* The last two bytes of virtual MACs, that of the family and the VRID. */
	uint16_t	macs[VRRP_EAR_MACS_MAX];
	unsigned	mac_count;
	/* Also whoever asks for one of the addresses, as every client does. */
	bool		askers;
};
/*
 * From now on what is about these addresses, and whatever comes from these MACs.
 * 0, or negative errno with the filter as before.
 */
int	vrrp_ear_listen(struct vrrp_ear *, const struct vrrp_ear_wish *);
/* A frame out of this interface.  0 or negative errno. */
int	vrrp_ear_ask(struct vrrp_io_tx *, int ifindex, const void *frame,
	    size_t len);

/* The filter for that, for its test.  Instructions written. */
#define VRRP_EAR_FILTER_MAX	4096
size_t	vrrp_ear_build_filter(const struct vrrp_ear_wish *,
	    struct sock_filter out[VRRP_EAR_FILTER_MAX]);

#endif
