/*
 * vrrp_tally.h - refused messages, counted at one end and told towards the engine.
 *
 * A tally is about one way (vrrp_message.h), and outlives the channels of that
 * way: engines and helpers follow one another, and their counts add up.
 *
 *   receiver        way          told by
 *   monitor         ENGINE_UP    vrrp_monitor.c, to the engine
 *   monitor         SCRIPTS_UP, CHECKS_UP      vrrp_helpers.c, to the engine
 *   helper          SCRIPTS_DOWN, CHECKS_DOWN  the helper, to the monitor, and
 *                                vrrp_helpers.c on to the engine
 *   engine          ENGINE_DOWN  nobody: the engine shows its own as well
 */
#ifndef VRRPD_VRRP_TALLY_H
#define VRRPD_VRRP_TALLY_H

#include "shared/loop.h"
#include "vrrpd/ipc/vrrp_channel.h"
#include "vrrpd/pure/vrrp_refused.h"

#define VRRP_TALLY_EVERY_NS	(1 * NS_PER_S)	/* at most so often */

struct vrrp_tally;

/* NULL when out of memory. */
struct vrrp_tally *vrrp_tally_new(struct loop *, enum vrrp_way);
void	vrrp_tally_free(struct vrrp_tally *);		/* NULL is fine */
/*
 * So much has been refused since the last vrrp_tally_renew(); a callback for
 * vrrp_channel_on_refused(), arg being the tally.
 */
void	vrrp_tally_set(const struct vrrp_refused *, void *tally);
/* The channel that was counted is followed by another, which begins at 0. */
void	vrrp_tally_renew(struct vrrp_tally *);
/*
 * Tell this channel from now on, borrowed until the next call; NULL: nobody.  The
 * count is told in the next batch if anything was refused, and after every
 * change, at most once in VRRP_TALLY_EVERY_NS.
 */
void	vrrp_tally_tell(struct vrrp_tally *, struct vrrp_channel *);

/*
 * For the engine: keep in book what the monitor tells, and what the engine itself
 * refuses of the monitor.  The book is used until the call with NULL.
 */
void	vrrp_tally_collect(struct vrrp_refusals *book, struct vrrp_channel *);

#endif
