/*
 * vrrp_io.h - packets in and out: one receiver per interface, one sender.
 *
 * The sender is a packet socket bound to nothing; a frame goes out of the
 * interface named with it, exactly as built (prebuilt by the instance).  The
 * receiver hands out every VRRP packet of both families that reached its
 * interface, from the IP header on, unvalidated, with the instant the kernel
 * saw it.  vrrp_io.c explains which sockets and why.
 */
#ifndef VRRPD_VRRP_IO_H
#define VRRPD_VRRP_IO_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "shared/pure/addr.h"
#include "shared/loop.h"
#include "shared/pure/mono.h"
#include "vrrpd/pure/vrrp_joining.h"

struct vrrp_io;
struct vrrp_io_tx;

/* Received packets handed out by one drain at most. */
#define VRRP_IO_DRAIN_MAX	2048

/* --- sending --- */

/* Needs CAP_NET_RAW. 0 or negative errno. */
int	vrrp_io_tx_open(struct vrrp_io_tx **out);
void	vrrp_io_tx_close(struct vrrp_io_tx *);		/* NULL is fine */
/* One frame, Ethernet header included. 0 or negative errno. */
int	vrrp_io_send(struct vrrp_io_tx *, int ifindex, const void *frame,
	    size_t len);
/*
 * Several frames with as few system calls as possible.  Returns how many went
 * out; fewer than `count` when the kernel refused one (errno in *error).
 */
unsigned vrrp_io_send_many(struct vrrp_io_tx *, int ifindex,
	    const struct iovec *frames, unsigned count, int *error);

/* --- receiving --- */

struct vrrp_io_packet {
	uint8_t		 family;	/* by EtherType */
	const uint8_t	*bytes;		/* the IP header; borrowed for the call */
	size_t		 len;		/* may include Ethernet padding (V-7) */
	const uint8_t	*source_mac;
	mono_t		 now;		/* when it is handed out; never decreases */
	mono_t		 arrival;	/* when the kernel saw it; <= now */
};

/* The callback must not free the receiver. */
typedef void (*vrrp_io_rx_cb)(const struct vrrp_io_packet *, void *arg);

/*
 * Starts receiving on this interface; cb comes from the loop or from
 * vrrp_io_drain(), with arg until vrrp_io_close().  Needs CAP_NET_RAW.
 * 0 or negative errno (-ENODEV: no such interface).
 */
int	vrrp_io_open(struct loop *, int ifindex, vrrp_io_rx_cb, void *arg,
	    struct vrrp_io **out);
/*
 * Nothing is received any more.  The sockets stay open until the interface is opened
 * again, or the process ends: their end would wait for the kernel.  NULL is fine.
 */
void	vrrp_io_close(struct vrrp_io *);
/*
 * Join the group of this family on the interface (V-28); nothing where that is done.
 * Waits for the kernel's lock on network configuration.  0 or negative errno.
 */
int	vrrp_io_join(struct vrrp_io *, uint8_t family);
/*
 * The same in two halves, for a process that must not wait: the sockets that another
 * one joins with (vrrp_member_join()), open as long as the receiver is; and the
 * word that it has.  0 or negative errno.
 */
int	vrrp_io_sockets(struct vrrp_io *, uint8_t family,
	    int fds[VRRP_JOINING_SOCKETS]);
void	vrrp_io_joined(struct vrrp_io *, uint8_t family);
bool	vrrp_io_is_member(const struct vrrp_io *, uint8_t family);
/*
 * Hand out what has arrived, now: called before a due Active_Down_Timer is
 * believed (V-37).  Bounded by VRRP_IO_DRAIN_MAX.
 */
void	vrrp_io_drain(struct vrrp_io *);
/*
 * The descriptor of the second packet socket of this interface (vrrp_ear.h), -1:
 * none.  Kept and ended together with the receiver.
 */
int	*vrrp_io_ear_fd(struct vrrp_io *);
/* Packets the kernel dropped for lack of room since the last call. */
uint64_t vrrp_io_drops(struct vrrp_io *);

/*
 * Make ready to send to unicast peers from this address of the interface, and
 * keep the kernel from answering theirs with an error.  Again when the primary
 * address has changed.  0 or negative errno.
 */
int	vrrp_io_open_unicast(struct vrrp_io *, const struct addr *source);
/*
 * A VRRP message to one peer: the kernel routes it, resolves the neighbour and
 * writes the IP header with TTL 255 and DSCP CS6.  0 or negative errno;
 * -ENOTCONN before vrrp_io_open_unicast().
 */
int	vrrp_io_send_unicast(struct vrrp_io *, const struct addr *peer,
	    const void *message, size_t len);

/*
 * The classic BPF program of the receiver, for its test.  *len instructions,
 * static storage.
 */
const struct sock_filter *vrrp_io_filter(size_t *len);

#endif
