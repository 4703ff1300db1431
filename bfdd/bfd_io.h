/*
 * bfd_io.h - the sockets of BFD: packets in with all that is known of them,
 * packets out over one hop.
 *
 * Receiving: one wildcard socket per family and port, shared by all sessions, and
 * one for each VRF that has sessions.
 * Sending: one socket per session, because its source port is its own for its
 * whole life (B-110).  This file knows the kernel; it does not know sessions or
 * what a BFD packet means.
 */
#ifndef BFDD_BFD_IO_H
#define BFDD_BFD_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bfdd/pure/bfd_mark.h"
#include "bfdd/pure/bfd_params.h"
#include "shared/pure/addr.h"
#include "shared/loop.h"
#include "shared/pure/mono.h"

struct bfd_io;

/* A packet as it came; everything in the struct is borrowed for the call. */
struct bfd_rx {
	const uint8_t	*payload;	/* of UDP; at most BFD_PACKET_MAX of it */
	size_t		 len;
	struct addr	 source, destination;
	int		 ifindex;	/* where it came in; 0: not told */
	int		 ttl;		/* or hop limit; -1: not told */
	bool		 multihop;	/* came to port 4784 */
	bool		 echo;		/* to port 3785, through a tap */
	mono_t		 arrival;	/* kernel instant, at or before now */
	mono_t		 now;		/* when it was read; never goes back */
};

/* True when the packet was of use to a session, false when it was junk. */
typedef bool (*bfd_io_rx_cb)(const struct bfd_rx *, void *arg);

struct bfd_io_config {
	/*
	 * The mark that our discriminators have in common: packets without it,
	 * or with a TTL below 255 where there is one hop, are kept apart from the
	 * others in buffer and budget.  NULL: all are treated alike.  Borrowed for
	 * the call.
	 */
	const struct bfd_mark *mark;
	uint16_t	 port_single_hop;	/* 0: BFD_PORT_SINGLE_HOP */
	uint16_t	 port_multihop;		/* 0: BFD_PORT_MULTIHOP */
	bfd_io_rx_cb	 rx;
	/* After each time the sockets were read, before the loop goes on. */
	void		(*rx_done)(void *arg);	/* may be NULL */
	void		*arg;			/* lives as long as the bfd_io */
};

/*
 * Opens the receive sockets: both ports, IPv4 and, where the kernel has it, IPv6.
 * 0 or negative errno; -EADDRINUSE when another BFD daemon runs here.  *bad_port:
 * the port that failed.
 */
int	bfd_io_open(struct loop *, const struct bfd_io_config *,
	    struct bfd_io **out, uint16_t *bad_port);
void	bfd_io_close(struct bfd_io *);

/*
 * Reads until everything that had arrived before this call has been handed to
 * the callback (L-31, B-44).  Not from within the callback.
 */
void	bfd_io_drain(struct bfd_io *);
/* Every packet that arrived before this instant has been handed out. */
mono_t	bfd_io_drained(const struct bfd_io *);

/*
 * Polled: the loop is not woken by packets, bfd_io_poll() reads them.  With many
 * sessions a wake-up for each packet costs more than the packet.
 */
int	bfd_io_set_polled(struct bfd_io *, bool polled);
/*
 * Reads within the bounds of a wake-up.  True: there may be more.  A socket that
 * had nothing for long is left out until its next packet wakes the loop.
 */
bool	bfd_io_poll(struct bfd_io *);

/* Packets the kernel dropped because our receive buffers were full. */
uint64_t bfd_io_overflows(const struct bfd_io *);
/* The same of the strangers' buffers (struct bfd_io_config, mark). */
uint64_t bfd_io_strangers_lost(const struct bfd_io *);

/*
 * From now on also hand out what comes to port 3785, for whomever it is (the
 * taps, bfd_echo_io.h).  Once is enough.  0 or negative errno.
 */
int	bfd_io_add_taps(struct bfd_io *);

/*
 * From now on also hand out what comes over one hop by interfaces of this VRF, the
 * index of whose device it is, until it is left.  Not from within the callback.  0
 * or negative errno, with nothing served.
 */
int	bfd_io_serve_vrf(struct bfd_io *, int vrf);
void	bfd_io_leave_vrf(struct bfd_io *, int vrf);
bool	bfd_io_serves_vrf(const struct bfd_io *, int vrf);
/* The served one with the next higher index; 0: there is none. */
int	bfd_io_next_vrf(const struct bfd_io *, int after);

/*
 * A send socket for this session: its own source port, TTL 255, CS6, bound to
 * the interface when single hop.  *port in: the port wanted, 0 = choose an
 * unused one in 49152..65535; out: the port got.  The descriptor, the caller's
 * to close with bfd_io_tx_close(), or negative errno.
 */
int	bfd_io_tx_open(struct bfd_io *, const struct bfd_params *,
	    uint16_t *port);
/* Keeps the port reserved for a later bfd_io_tx_open() unless release. */
void	bfd_io_tx_close(struct bfd_io *, int fd, uint16_t port, bool release);
/*
 * One packet to the session's peer.  reachable: the peer was just heard, so its
 * neighbour entry needs no probe.  0 or negative errno.  Never blocks.
 */
int	bfd_io_tx(struct bfd_io *, int fd, const struct bfd_params *,
	    int ifindex, bool reachable, const uint8_t *buf, size_t len);
/*
 * May a send socket send from an address that this host has not?  Needs CAP_NET_RAW;
 * without it the sends are refused, as they are otherwise.
 */
void	bfd_io_send_foreign(int fd, uint8_t family, bool foreign);

/*
 * Makes the kernel find out where the peer is, by something for it to deliver:
 * an empty datagram to the discard port.
 */
void	bfd_io_poke(int fd, const struct bfd_params *, int ifindex);

#endif
