/*
 * bfd_engine.h - the sessions at work: packets to cores, actions to sockets.
 *
 * The one place where a core's input comes from and its actions go to.  Owns the
 * table, the sockets and one timer for all sessions; everybody else states wishes
 * (bfd_wishes.h, bfd_reload.h) and reads.
 */
#ifndef BFDD_BFD_ENGINE_H
#define BFDD_BFD_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "bfdd/bfd_engine_values.h"
#include "bfdd/bfd_table.h"
#include "shared/nl.h"
#include "shared/pure/mono.h"

struct bfd_engine;

/* When the sentinel looks for absence: D/6 of the fastest session (L-32). */
#define BFD_CADENCE_MIN_NS	(500 * NS_PER_US)
#define BFD_CADENCE_MAX_NS	(20 * NS_PER_MS)
/* A batch this late is an absence; less is ordinary scheduling. */
#define BFD_STALL_NS		(1 * NS_PER_MS)
/* A warning when it is this part of the shortest Detection Time. */
#define BFD_STALL_WARNING	4

/*
 * So many packets a second, sent or received, and the engine goes by slots; so
 * few, and it lets every packet wake it again.  A slot is a tenth of the shortest
 * interval within these limits.
 */
#define BFD_SLOTS_ON_RATE	1500
#define BFD_SLOTS_OFF_RATE	750
#define BFD_SLOT_MIN_NS		(250 * NS_PER_US)
#define BFD_SLOT_MAX_NS		(1 * NS_PER_MS)

/* Opens the sockets.  0 or negative errno, *bad_port as bfd_io_open(). */
int	bfd_engine_new(const struct bfd_engine_config *,
	    struct bfd_engine **out, uint16_t *bad_port);
/* Frees every session on the spot, without a word to the peers. */
void	bfd_engine_free(struct bfd_engine *);
/* For echo; without it, or with NULL, no echo is sent.  Borrowed. */
void	bfd_engine_set_nl(struct bfd_engine *, struct nl *);
const struct bfd_table *bfd_engine_table(const struct bfd_engine *);
void	bfd_engine_stats(const struct bfd_engine *, struct bfd_engine_stats *);

/* An interface is there with this index, or gone. */
void	bfd_engine_link(struct bfd_engine *, const char *name, int ifindex,
	    bool gone);
/* The interface is in the VRF with that index; 0: in none. */
void	bfd_engine_vrf(struct bfd_engine *, int ifindex, int vrf);
/* A dump of all links follows. */
void	bfd_engine_vrfs_forget(struct bfd_engine *);
/* Link events were lost: ask the kernel about every session's interface. */
void	bfd_engine_links_resync(struct bfd_engine *);

/*
 * Leave: release every session whatever is wished, refuse new ones, and call
 * done once the last is gone (perhaps at once).
 */
void	bfd_engine_stop(struct bfd_engine *, void (*done)(void *arg),
	    void *arg);

#endif
