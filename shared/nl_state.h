/*
 * nl_state.h - what nl.c and nl_batch.c share: struct nl.
 *
 * Private to the two; each keeps to its own part.  An nl is made by nl_open(),
 * which opens the batch part by nl_batch_open(), and freed by nl_free().
 */
#ifndef SHARED_NL_STATE_H
#define SHARED_NL_STATE_H

#include <sys/queue.h>
#include <stdbool.h>
#include <stdint.h>

#include "shared/loop.h"

#define NL_RX_BUF	(64 * 1024)

struct nl_handlers;			/* of nl.h */
struct nl_sock;				/* of libnl */
struct nl_pending;			/* of nl_batch.c */
TAILQ_HEAD(nl_pending_list, nl_pending);

struct nl {
	struct loop		*loop;

	/* nl_batch.c: the socket of all batches. */
	struct nl_sock		*batch_sock;
	struct loop_fd		*batch_fd;
	struct loop_timer	*ack_timer;
	struct nl_pending_list	 outstanding;	/* in order of first_seq */
	struct nl_pending_list	 spare;
	uint32_t		 batch_seq;	/* of the next message */
	bool			 peeking;	/* no done is called now */
	bool			 peeked;	/* some may be owed */
	bool			 peek_lost;	/* answers, meanwhile */

	/* nl.c: events. */
	struct nl_handlers	*handlers;	/* a copy of our own */
	void			*arg;
	struct nl_sock		*event_sock;
	struct loop_fd		*event_fd;
	struct loop_timer	*resync_timer;	/* a dump that failed, again */
	bool			 delivering;	/* rx is in use */
	struct nl_link		*links;		/* as the kernel has told */
	unsigned		 link_count, link_size;
	bool			 links_lost;	/* no memory: not all are there */

	/* nl.c: synchronous requests. */
	struct nl_sock		*sync_sock;
	uint32_t		 sync_seq;

	uint8_t			 rx[NL_RX_BUF] __attribute__((aligned(8)));
	uint8_t			 sync_rx[NL_RX_BUF] __attribute__((aligned(8)));
};

/*
 * nl.c: the table of the VRF that this link is in, as far as the events have told; 0:
 * the link is in none, and its routes are in the usual tables.
 */
uint32_t nl_link_table(struct nl *, int ifindex);

#endif
