/*
 * vrrp_standing.h - standing orders: what operators said, for the next engine too.
 *
 * The engine's half of vrrpd/monitor/vrrp_keeper.h.  An instance obeys at once and
 * by itself; here is what was said to which, since when, and how much of that the
 * monitor has put on the disk.
 */
#ifndef VRRPD_VRRP_STANDING_H
#define VRRPD_VRRP_STANDING_H

#include <stdbool.h>
#include <stdint.h>

#include "vrrpd/ipc/vrrp_channel.h"
#include "vrrpd/pure/vrrp_orders.h"
#include "vrrpd/pure/vrrp_params.h"

struct vrrp_instance;
struct vrrp_standing;

/*
 * inherited: of the birth, copied; may be NULL.  The channel is borrowed until
 * vrrp_standing_free().  NULL when out of memory.
 */
struct vrrp_standing *vrrp_standing_new(struct vrrp_channel *,
	    const struct vrrp_orders *inherited);
void	vrrp_standing_free(struct vrrp_standing *);	/* NULL is fine */
/* In force; lives as long as the object.  NULL gives NULL. */
const struct vrrp_orders *vrrp_standing_orders(const struct vrrp_standing *);

/*
 * An instance may have been disabled, enabled or handed over, or be Active again
 * after that: its order becomes what the instance is.  0; -ENOSPC when there are
 * VRRP_ORDERS_MAX others; or an error of the channel, after which
 * vrrp_standing_retry() looks again.  NULL is fine.
 */
int	vrrp_standing_look(struct vrrp_standing *, const struct vrrp_instance *);
/* With every instance.  Does nothing as long as there is nothing to be done. */
void	vrrp_standing_retry(struct vrrp_standing *,
	    struct vrrp_instance *const *, unsigned count);
/*
 * The values in force of these fields are to be kept; one that the file has as
 * well is not an order any more.  Errors as above, and -ENOENT when the file knows
 * no such instance: then nothing is kept.
 */
#define VRRP_STANDING_PRIORITY	 0x1
#define VRRP_STANDING_ADVERT_INT 0x2
int	vrrp_standing_keep(struct vrrp_standing *, const struct vrrp_params *,
	    unsigned fields);
/* Ends whatever is ordered of that name.  Was there anything? */
bool	vrrp_standing_end(struct vrrp_standing *, const char *name);

/*
 * Another configuration is to be in force: ends the orders to keep a value that
 * the file has changed since, and says so.  To be called with what the file says.
 */
void	vrrp_standing_settle(struct vrrp_standing *, const struct vrrp_config *);
/* Puts the values that are kept into it.  Changes nothing else. */
void	vrrp_standing_overlay(const struct vrrp_standing *,
	    struct vrrp_config *);

/*
 * How far the disk is: so many orders were given, and what the monitor said of
 * them last.  told() is called after each word of the monitor; NULL: nobody.
 */
uint32_t vrrp_standing_given(const struct vrrp_standing *);
const struct vrrp_kept *vrrp_standing_kept(const struct vrrp_standing *);
void	vrrp_standing_on_kept(struct vrrp_standing *, void (*told)(void *arg),
	    void *arg);

#endif
