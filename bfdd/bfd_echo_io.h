/*
 * bfd_echo_io.h - echo packets on the wire: from ourselves, by way of the
 * neighbour, to ourselves (RFC 5881 §4, RFC 9747).
 *
 * Knows the kernel: packet sockets, the neighbour table.  What is in a packet
 * and whose it is: bfd_echo.h and bfd_engine.c.
 */
#ifndef BFDD_BFD_ECHO_IO_H
#define BFDD_BFD_ECHO_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "bfdd/pure/bfd_params.h"
#include "shared/pure/addr.h"
#include "shared/nl.h"

/* The way of one session's echo packets; all zero: not known. */
struct bfd_echo_path {
	struct addr	self;		/* source and destination (B-93) */
	struct nl_neigh	neighbour;
	bool		ready;
};

/*
 * A socket that is given every IP packet of this family that comes in for port
 * 3785, from the network header on, whatever the IP layer does with it after.
 * The descriptor or negative errno.
 */
int	bfd_echo_io_tap_open(uint8_t family);
/* The interface a packet from it came in by; name as recvmsg() gave it. */
int	bfd_echo_io_tap_ifindex(const struct sockaddr_storage *name);

/* A socket that only sends.  The descriptor or negative errno. */
int	bfd_echo_io_tx_open(void);
/* One IP packet to the neighbour.  0 or negative errno.  Never blocks. */
int	bfd_echo_io_tx(int fd, const struct bfd_echo_path *, int ifindex,
	    const uint8_t *packet, size_t len);

/*
 * Finds the way: the address of ours to use (`local` when it is one that can be
 * routed, else one of the interface) and the neighbour's link address.  A path
 * that was ready stays so when the neighbour can no longer be looked up: whether
 * it still works is for the packets to show.
 *   -EADDRNOTAVAIL	no address on the interface that a router may forward to
 *   -EHOSTUNREACH	the neighbour is not resolved (yet)
 *   -ENODEV		no interface
 */
int	bfd_echo_io_find(struct nl *, const struct bfd_params *,
	    const struct addr *local, int ifindex, struct bfd_echo_path *);

#endif
